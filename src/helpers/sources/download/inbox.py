"""A watched folder: departments put workbooks there, whole files are copied into ``data/raw/ledger``.

The folder is only read. A file is taken when two looks, some seconds apart, find the same size and time of
change: what is still being written is left for the next run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from helpers import provenance
from helpers.errors import ParameterError
from helpers.messages import message, parts
from helpers.provenance import Source
from helpers.sources.download.arrival import Room
from helpers.sources.download.feeds import Feed
from helpers.sources.download.job import Outcome, State, admit_as, describe
from helpers.sources.download.keys import Keys
from helpers.sources.ingest import list_raw_files
from helpers.sources.reading import no_access

FOLDER = "ledger"
_UNFINISHED = (".part", ".partial", ".crdownload", ".tmp", ".download", ".swp", ".lock")
_SETTLE_SECONDS = 3.0

Stamp = tuple[int, int]  # size and time of change


def sweep(
    inbox: Path, room: Room, feed: Feed, *, now: datetime, sleep: Callable[[float], None]
) -> Iterator[Outcome]:
    """Copy what is new and complete.

    Hidden files, locks of office programs and unfinished transfers are passed over. A file whose bytes are
    already below ``data/raw`` is ``unchanged``, whatever its name; one still growing is ``absent``.

    Raises
    ------
    ParameterError
        The folder does not exist. Correct its path, or mount it.
    """
    if not inbox.is_dir():
        raise ParameterError(**parts("download.inbox", inbox=inbox))
    found = [path for path in list_raw_files(inbox) if not path.name.lower().endswith(_UNFINISHED)]
    before = {path: _stamp(path) for path in found}
    if found:
        sleep(_SETTLE_SECONDS)
    known = _known_hashes(room.path)
    for path in found:
        name = path.relative_to(inbox).as_posix()
        try:
            problem = _copy_whole(path, room.incoming(name), before[path], known)
        except OSError:
            yield Outcome(feed.name, name, "failed", str(no_access(name)))
            continue
        if problem is not None:
            yield Outcome(feed.name, name, *problem)
        else:
            outcome = admit_as(room, feed, name, Source(**describe(feed, now)), Keys({}))
            if outcome.state == "received":
                known.add(provenance.read_sidecar(room.path / outcome.name).sha256)
            yield outcome


def _copy_whole(
    path: Path, candidate: Path, before: Stamp | None, known: set[str]
) -> tuple[State] | tuple[State, str] | None:
    """Copy a file that is at rest and new; otherwise give the outcome."""
    stamp = _stamp(path)
    if stamp is None or stamp != before:
        return "absent", message("download.being_written")
    if provenance.file_sha256(path) in known:
        return ("unchanged",)
    candidate.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, candidate)
    if _stamp(path) != stamp:
        candidate.unlink()
        return "absent", message("download.changed_meanwhile")
    return None


def _stamp(path: Path) -> Stamp | None:
    """Size and time of change; ``None`` for a file that is gone."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return state.st_size, state.st_mtime_ns


def _known_hashes(folder: Path) -> set[str]:
    """Hashes of the files already taken, from their sidecars."""
    paths = list_raw_files(folder) if folder.is_dir() else []
    return {provenance.read_sidecar(path).sha256 for path in paths if provenance.sidecar_path(path).is_file()}
