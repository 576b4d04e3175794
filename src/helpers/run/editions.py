"""Signed editions as they lie in ``reports/<city>/signed/<period>/<number>``: found, held against their hashes, read.

``signed.json`` of an edition says who signed what and when (UTC), by which version, and the SHA-256 of every file; its
own ``sha256`` is that of all the rest of it. Names are relative, so a copy of the folder proves itself anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from helpers import paths, provenance
from helpers.errors import ParameterError, RunError
from helpers.messages import message, parts
from helpers.periods import Period
from helpers.run.jobs import Job

RECORD, FOLDER = "signed.json", "signed"


@dataclass(frozen=True)
class Edition:
    """One signed edition: its folder, named by its number."""

    folder: Path

    @property
    def number(self) -> int:
        """Number of the edition among those of its city and period."""
        return int(self.record.get("edition") or self.folder.name)

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """Content of ``signed.json``; empty where it cannot be read."""
        found = _read(self.folder / RECORD)
        whole = isinstance(found.get("files"), dict) and isinstance(found.get("reports"), dict)
        return found if whole else {}

    @cached_property
    def faults(self) -> list[str]:
        """What is not as it was signed, one sentence each: the record, then files that lack, changed or came."""
        if not self.record:
            return [message("signed.unreadable", name=RECORD)]
        found = [] if self.is_sealed else [message("signed.record", name=RECORD)]
        files = self.record["files"]
        for name in sorted(files):
            path = self.folder / name
            if not path.is_file():
                found.append(message("signed.missing", name=name))
            elif path.is_symlink() or provenance.file_sha256(path) != files[name]:
                found.append(message("signed.changed", name=name))
        there = {
            path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if not path.is_dir()
        }
        return found + [message("signed.added", name=name) for name in sorted(there - set(files) - {RECORD})]

    @property
    def is_sealed(self) -> bool:
        """Whether its record is as it was signed; of its files that says nothing."""
        sealed = {key: value for key, value in self.record.items() if key != "sha256"}
        return bool(self.record) and seal(sealed) == self.record.get("sha256")

    def holds(self, stem: str) -> bool:
        """Whether a report was signed with it, such as ``blue_sky.zh``."""
        return stem in self.record["reports"] if self.record else (self.folder / f"{stem}.json").exists()

    def facts(self, stem: str) -> dict[str, Any]:
        """Facts of a report as signed."""
        return _read(self.folder / f"{stem}.json")

    def manifest(self, stem: str) -> dict[str, Any]:
        """Manifest of a report as signed."""
        return _read(self.folder / f"{stem}.manifest.json")


def seal(record: Mapping[str, Any]) -> str:
    """SHA-256 of what a record says, without its own."""
    return provenance.manifest_hash(record)


def editions(city: str, period: str) -> list[Edition]:
    """Signed editions of a city's period, the newest first."""
    folder = place(city, period)
    found = folder.iterdir() if folder.is_dir() else ()
    numbered = [one for one in found if one.is_dir() and one.name.isdecimal()]
    return [Edition(one) for one in sorted(numbered, key=lambda one: -int(one.name))]


def place(city: str, period: str) -> Path:
    """Folder of the editions of a city's period."""
    return paths.reports() / city / FOLDER / period


def latest(job: Job) -> Edition | None:
    """The newest edition that holds a report; ``None`` where none was signed."""
    return next((one for one in editions(job.city, job.period) if one.holds(job.stem)), None)


def inputs_of(job: Job) -> dict[str, Any]:
    """What a report says of its signed edition hangs on this, for its manifest; nothing where none was signed."""
    found = latest(job)
    if found is None:
        return {}
    return {
        "signed": {
            "edition": found.number,
            "sha256": found.record.get("sha256", ""),
            "faults": _faults(found),
        }
    }


def told(job: Job, inputs: Mapping[str, Any], record: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a page is told of the signed edition of its report, as :mod:`helpers.page.signed` takes it.

    Parameters
    ----------
    inputs, record
        Of this run, as :func:`helpers.run.manifest.make_manifest` takes them.
    """
    found = latest(job)
    if found is None:
        return {}
    said = {
        "edition": found.number,
        "by": found.record.get("by", ""),
        "at": found.record.get("at", ""),
        "sha256": found.record.get("sha256", ""),
        "href": f"../{FOLDER}/{job.period}/{found.folder.name}/{job.file('html').name}",
        "faults": _faults(found),
    }
    if not said["faults"]:
        facts, manifest = found.facts(job.stem), found.manifest(job.stem)
        was = {key: manifest[key] for key in ("inputs", "data", "simulated")}
        said["was"] = {**was, "numbers": facts["numbers"], "sources": facts["sources"]}
        data, simulated = ((record or {}).get(key) for key in ("opened", "simulated"))
        said["now"] = {"inputs": dict(inputs), "data": data, "simulated": simulated}
    return {"signed": said}


def _faults(edition: Edition) -> list[str]:
    """Faults of an edition, looked for once for each state a run finds it in."""
    states = ((path, path.lstat()) for path in sorted(edition.folder.rglob("*")))
    return list(_faults_in(edition.folder, *((path, one.st_size, one.st_mtime_ns) for path, one in states)))


@cache
def _faults_in(folder: Path, *_: object) -> tuple[str, ...]:
    return tuple(Edition(folder).faults)


def every(root: Path) -> Iterator[Edition]:
    """Every signed edition below the folder of reports: by city, the newest period and number first."""
    for city in sorted(one.parent.name for one in root.glob(f"*/{FOLDER}")):
        for period in sorted((one.name for one in (root / city / FOLDER).iterdir()), reverse=True):
            if _is_period(period):
                yield from editions(city, period)


def _is_period(name: str) -> bool:
    try:
        return Period.parse(name).label == name
    except ParameterError:
        return False


def refuse_to_write(folder: Path) -> None:
    """Refuse to write where a signed edition lies.

    Raises
    ------
    RunError
        The folder, or one above it, is a signed edition. Move it away.
    """
    real = folder.resolve()
    for one in (real, *real.parents):
        if (one / RECORD).exists():
            raise RunError(where=paths.shown(folder), **parts("signed.into", name=RECORD))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
