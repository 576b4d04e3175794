"""A stamp that says a request was met and nothing has been touched since: the answer in a fifth of a second.

It looks at names, sizes and times only, as ``make`` does, and imports no table or plotting library. Without a stamp, on
another day (a source may have become late), or when anything was touched, the hashes of :mod:`helpers.run.manifest`
decide.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from helpers import paths, provenance
from helpers.paths import Folders

_FOLDER = ".stamps"


def sources_signature(city: str, data_dir: str | None) -> str:
    """Hash of the state of everything a run reads and does not write."""
    folders = Folders.real(data_dir)
    home = paths.home()
    roots = [folders.raw, home / "notebooks", paths.city_folder(city), Path(__file__).parents[1]]
    packages = sorted(name for name in os.listdir(sysconfig.get_path("purelib")) if name.endswith("-info"))
    return _hash([sys.version, *packages, *_states(roots)])


def is_met(request: Mapping[str, object], city: str, data_dir: str | None) -> bool:
    """Whether this request was met and nothing has been touched since."""
    try:
        known = _path(request).read_text(encoding="utf-8")
    except OSError:
        return False
    return known == _signature(city, data_dir) and (paths.reports() / "index.html").is_file()


def write(request: Mapping[str, object], city: str, data_dir: str | None) -> None:
    """Say that a request is met as things stand now."""
    place = _path(request)
    place.parent.mkdir(exist_ok=True)
    beside = place.with_suffix(f".{os.getpid()}")
    beside.write_text(_signature(city, data_dir), encoding="utf-8")
    os.replace(beside, place)


def _signature(city: str, data_dir: str | None) -> str:
    written = [Folders.real(data_dir).processed, paths.reports() / city]
    return _hash([_today(), sources_signature(city, data_dir), *_states(written)])


def _today() -> str:
    """Day it is in China, where the cities are; reading their time zones takes longer than the rest of the answer."""
    return f"{datetime.now(timezone(timedelta(hours=8))):%Y-%m-%d}"


def _path(request: Mapping[str, object]) -> Path:
    return paths.reports() / _FOLDER / _hash([json.dumps(request, sort_keys=True)])


def _states(roots: Iterable[Path]) -> Iterator[str]:
    for root in roots:
        for folder, inner, names in provenance.walk(root):
            inner[:] = sorted(name for name in inner if name != "__pycache__")
            for name in sorted(names):
                place = os.path.join(folder, name)
                try:
                    state = os.stat(place)
                except OSError:  # a link that leads nowhere, or a file that went meanwhile
                    yield f"{place} unreachable"
                else:
                    yield f"{place} {state.st_size} {state.st_mtime_ns}"


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()
