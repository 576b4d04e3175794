"""Compressed files that would swell beyond reason are told before any reader opens them."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from helpers.errors import SourceError
from helpers.messages import message, parts
from helpers.sources.reading import refusal

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_BLOCK = 1 << 20
_DAMAGED = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError)


@dataclass(frozen=True)
class Swelling:
    """How much a packed file may hold: bytes in all, members, and times its own size beyond the first bytes."""

    total_bytes: int = 4 << 30
    members: int = 10_000
    ratio: int = 200
    free_bytes: int = 16 << 20


def check_packed(path: Path, allowed: Swelling | None = None) -> None:
    """Unpack a gzip or zip file without keeping anything, counting; other files pass.

    The sizes a zip file declares are not believed.

    Raises
    ------
    SourceError
        It swells beyond what is allowed, or is cut or damaged. Fetch it again, or ask its keeper.
    """
    allowed = allowed or Swelling()
    with path.open("rb") as stream:
        magic = stream.read(4)
    try:
        if magic[:2] == _GZIP:
            with gzip.open(path) as unpacked:
                _count(path, unpacked, 0, allowed)
        elif magic == _ZIP:
            _check_members(path, allowed)
    except _DAMAGED:
        raise refusal(path, **parts("packed.damaged")) from None


def _check_members(path: Path, allowed: Swelling) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > allowed.members:
            raise _too_much(path, message("packed.members", n=f"{len(members):,}"), allowed.members)
        n = 0
        for member in members:
            with archive.open(member) as unpacked:
                n = _count(path, unpacked, n, allowed)


def _count(path: Path, unpacked: BinaryIO, n: int, allowed: Swelling) -> int:
    """Bytes unpacked so far."""
    most = min(allowed.total_bytes, max(allowed.free_bytes, allowed.ratio * path.stat().st_size))
    while block := unpacked.read(_BLOCK):
        n += len(block)
        if n > most:
            packed = path.stat().st_size
            raise _too_much(path, message("packed.bytes", packed=f"{packed:,}", most=f"{most:,}"), most)
    return n


def _too_much(path: Path, found: str, most: int) -> SourceError:
    return refusal(path, **parts("packed.holds", found=found, most=f"{most:,}"))
