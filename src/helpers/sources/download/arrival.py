"""Let a fetched file into ``data/raw`` only when its reader can read it; keep it outside otherwise.

Files arrive in ``data/raw/.incoming`` and, refused, end in ``data/raw/.refused`` beside the sentence that says
why: hidden folders, which ingest never looks into. A file that another edition of it is already there for
gets a new name, ``NAME.edition2.csv``, for raw files are never overwritten.
"""

from __future__ import annotations

import os
import shutil
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from helpers import provenance
from helpers.errors import SourceError, SuiteError
from helpers.messages import message, parts
from helpers.provenance import Source
from helpers.sources.detect import detect
from helpers.sources.download.packed import check_packed
from helpers.sources.kinds import title_of

INCOMING, REFUSED = ".incoming", ".refused"
_FIRST_EDITION = 1


@dataclass(frozen=True)
class Room:
    """Where the files of one feed live, and what they must be.

    Parameters
    ----------
    raw, folder
        ``data/raw`` and the feed's folder below it.
    title
        Name of the feed in messages.
    readers
        Formats it may come in; empty where any known format will do.
    options
        What readers may be asked to select, as in :func:`helpers.sources.detect.iter_readings`.
    may_be_empty
        Whether a file without a row of the city is an answer too.
    """

    raw: Path
    folder: str
    title: str
    readers: tuple[str, ...]
    options: Mapping[str, object]
    may_be_empty: bool = False

    @property
    def path(self) -> Path:
        """Folder of what was let in."""
        return self.raw / self.folder

    def incoming(self, name: str) -> Path:
        """Where a file is put while it arrives."""
        return self.raw / INCOMING / self.folder / name

    def refused(self, name: str) -> Path:
        """Where a file is kept that was not let in."""
        return self.raw / REFUSED / self.folder / name


class NothingYet(SourceError):
    """A file is in order and holds nothing of the city: it is asked for again next time."""


def admit(room: Room, name: str, source: Source) -> Path | None:
    """Move a file from ``incoming`` to its folder, its sidecar first.

    Parameters
    ----------
    name
        Path below the feed's folder.
    source
        What its sidecar will say; hash and size are filled in.

    Returns
    -------
    Where it now lies; ``None`` when this very edition was already there.

    Raises
    ------
    NothingYet
        It holds no row of the city, in a feed where that is no answer.
    SourceError
        It is of another format, cannot be read, or not one of its rows can: the format changed, or the
        file is damaged. It is kept under ``.refused`` for comparison.
    """
    candidate = room.incoming(name)
    try:
        check_packed(candidate)
        n_rows = _read_dry(room, candidate)
    except SuiteError as error:
        raise _refuse(room, name, str(error)) from None
    except Exception as error:  # a reader's own fault must not stop the other files
        raise _refuse(room, name, message("staging.reader_failed"), traceback.format_exc()) from error
    if not n_rows and not room.may_be_empty:
        candidate.unlink()
        raise NothingYet(message("download.nothing_yet"), where=name)
    sha256, size = provenance.file_sha256(candidate), candidate.stat().st_size
    last = last_edition(room.path / name)
    if last is not None and provenance.file_sha256(last) == sha256:
        candidate.unlink()
        return None
    target = _next_edition(room.path / name)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A file without its sidecar would be registered as of unknown origin; a sidecar alone is harmless.
    provenance.write_sidecar(target, replace(source, sha256=sha256, bytes=size))
    with provenance.replacing(target) as stream, candidate.open("rb") as arrived:
        shutil.copyfileobj(arrived, stream)
    candidate.unlink()
    for stale in (room.refused(name), _reason_path(room.refused(name))):
        stale.unlink(missing_ok=True)
    return target


def last_edition(path: Path) -> Path | None:
    """Newest edition of a raw file that is there, or ``None``."""
    found, number = None, _FIRST_EDITION
    while (one := _edition(path, number)).is_file():
        found, number = one, number + 1
    return found


def _next_edition(path: Path) -> Path:
    number = _FIRST_EDITION
    while _edition(path, number).exists():
        number += 1
    return _edition(path, number)


def _edition(path: Path, number: int) -> Path:
    if number == _FIRST_EDITION:
        return path
    stem, dot, ending = path.name.partition(".")
    return path.with_name(f"{stem}.edition{number}{dot}{ending}")


def _read_dry(room: Room, path: Path) -> int:
    """Read the whole file as ingest will, keeping nothing but the number of its rows.

    Raises
    ------
    SourceError
        As in :func:`admit`.
    """
    reader = detect(path)
    if room.readers and reader.name not in room.readers:
        asked = dict.fromkeys(title_of(one) for one in room.readers)
        raise SourceError(
            expected=", ".join(asked), **parts("download.of_format", name=title_of(reader.name))
        )
    options = {name: room.options[name] for name in reader.options if name in room.options}
    n_rows, n_rejects = 0, 0
    first: dict[str, object] = {}
    for reading in reader.iter_read(path, **options):
        n_rows, n_rejects = n_rows + len(reading.table), n_rejects + len(reading.rejects)
        if len(reading.rejects) and not first:
            first = reading.rejects.iloc[0].to_dict()
    if n_rejects and not n_rows:
        found = parts("download.no_row", n=f"{n_rejects:,}", name=title_of(reader.name), **first)
        raise SourceError(**found)
    return n_rows


def _refuse(room: Room, name: str, reason: str, details: str = "") -> SourceError:
    """Keep the file outside, with the sentence beside it, and details for the maintainers."""
    candidate, kept = room.incoming(name), room.refused(name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    os.replace(candidate, kept)
    reason = reason.replace(f"{candidate}: ", "").replace(f"{candidate}, ", "").replace(str(candidate), name)
    refusal = SourceError(
        where=kept.relative_to(room.raw).as_posix(),
        **parts("download.changed", title=room.title, reason=reason),
    )
    _reason_path(kept).write_text(f"{refusal}\n{details}", encoding="utf-8")
    return refusal


def _reason_path(kept: Path) -> Path:
    return kept.with_name(f"{kept.name}.reason.txt")
