"""Files that changed under their name: the next edition of what a department sent, or less than what stood before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from helpers import provenance
from helpers.errors import SourceError, SuiteError
from helpers.messages import message, parts
from helpers.provenance import Source
from helpers.sources.staging import Entry, Refusal


def take_edition(raw: Path, entry: Entry, earlier: Entry | None) -> Entry | Refusal:
    """Take a file that changed under its name as the next edition, unless less of it can be read than before.

    Parameters
    ----------
    entry
        The file as it was just read.
    earlier
        What ingest remembers of the edition before, if anything.

    Returns
    -------
    The entry, its sidecar written; or the refusal of a file that is cut, another table, or gives fewer rows.
    """
    n_before = earlier.n_rows if earlier else 1
    is_other = earlier is not None and earlier.reader != entry.reader
    if "file_cut_short" in entry.caveats or is_other or entry.n_rows < n_before:
        counts = {"n": f"{entry.n_rows:,}", "n_before": f"{n_before:,}"}
        return Refusal(entry.path, str(SourceError(where=entry.path, **parts("editions.less", **counts))))
    try:
        provenance.write_sidecar(raw / entry.path, Source(**entry.source))
    except SuiteError as error:
        return Refusal(entry.path, str(error))
    return replace(entry, stamp=stamp_of(raw / entry.path))


def say_corrected(
    changed: Collection[str], before: Mapping[str, Entry], now: Mapping[str, Entry]
) -> tuple[str, ...]:
    """Name every file that was taken as a next edition, how many rows both give, and the hash of the one before."""
    taken = (now[path] for path in sorted(changed) if path in now and now[path] is not before.get(path))
    return tuple(f"{one.path}: {_taken(one, before.get(one.path))}" for one in taken)


def _taken(entry: Entry, earlier: Entry | None) -> str:
    digest = str(entry.source["supersedes"]).split(", ")[0].removeprefix("sha256 ")
    n_before = f"{earlier.n_rows:,}" if earlier else "?"
    return message("editions.taken", n=f"{entry.n_rows:,}", n_before=n_before, before=digest)


def stamp_of(path: Path) -> list[int]:
    """Size and time of change of a file and of its sidecar."""
    beside = provenance.sidecar_path(path)
    states = [one.stat() for one in (path, beside) if one.is_file()]
    return [number for state in states for number in (state.st_size, state.st_mtime_ns)]
