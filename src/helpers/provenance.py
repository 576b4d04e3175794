"""Where every file came from: hashes, source sidecars, citations, run manifests, atomic replacement.

Beside each raw file ``NAME`` lies ``NAME.source.yml``. A file that arrives without one gets one written,
with an unknown publisher as a caveat. A file whose bytes no longer match its sidecar is refused, or is the next
edition of what a department sent (docs/decisions/0034).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO

import yaml

from helpers.errors import SourceError
from helpers.messages import message, parts

SIDECAR = ".source.yml"
_ENDING = re.compile(r"(?:\.[a-z][a-z0-9]{0,7}){1,2}\Z")
PUBLISHER_UNKNOWN = "publisher_unknown"  # caveat of the registry


def walk(root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk a folder as :func:`os.walk` does, through links too, but into no folder that lies above itself."""
    chains = {os.fspath(root): frozenset({os.path.realpath(root)})}
    for folder, inner, names in os.walk(root, followlinks=True):
        above = chains.pop(folder)
        for name in list(inner):
            place = os.path.join(folder, name)
            real = os.path.realpath(place)
            if real in above:
                inner.remove(name)
            chains[place] = above | {real}
        yield folder, inner, names


@dataclass(frozen=True)
class Source:
    """What a sidecar says of one raw file; empty text means not known.

    ``retrieved_at`` and ``published_at`` are ISO days or times. ``simulated`` marks demonstration files. ``supersedes``
    names the editions that stood under this name before, the last one first, by hash, size and day.
    """

    source_id: str = ""
    title_zh: str = ""
    publisher: str = ""
    url_page: str = ""
    url_file: str = ""
    retrieved_at: str = ""
    published_at: str = ""
    licence: str = ""
    citation_zh: str = ""
    citation_en: str = ""
    sha256: str = ""
    bytes: int = 0
    notes: str = ""
    simulated: bool = False
    supersedes: str = ""

    @property
    def caveats(self) -> tuple[str, ...]:
        """Caveats of the registry that follow from what is not known."""
        return () if self.publisher else (PUBLISHER_UNKNOWN,)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, read in blocks."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_sha256(paths: Iterable[Path]) -> str:
    """One SHA-256 over the names and bytes of several files, in the order of their paths."""
    lines = (f"{path.name} {file_sha256(path)}" for path in sorted(paths))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sidecar_path(path: Path) -> Path:
    """``NAME.source.yml`` beside a raw file."""
    return path.with_name(path.name + SIDECAR)


def derive_source_id(relative: str, sha256: str) -> str:
    """Name a source by its file and content: ``china_sites_20190101-1f2e3d4c``, ``2025年部门台账-9a8b7c6d``.

    Letters of every script stay, in half-width and small; what stands between them becomes one ``_``.

    Parameters
    ----------
    relative
        Path below ``data/raw``, with ``/``.
    sha256
        Hash of its bytes.
    """
    name = unicodedata.normalize("NFKC", Path(relative).name).lower()
    stem = re.sub(r"[\W_]+", "_", _ENDING.sub("", name)).strip("_") or "source"
    return f"{stem[:60]}-{hashlib.sha256(f'{relative} {sha256}'.encode()).hexdigest()[:8]}"


def register_source(path: Path, *, root: Path, sha256: str | None = None) -> Source:
    """Return what is known of a raw file, and hold it to the bytes it arrived with.

    A bare file gets a sidecar. A sidecar written by hand without ``sha256`` gets the hash appended, its own
    lines untouched.

    Parameters
    ----------
    path
        Raw file below ``root``.
    sha256
        Hash of its bytes when it was just computed.

    Raises
    ------
    SourceError
        The bytes changed after arrival: give the new edition a new name, or remove the sidecar after review.
        Or the sidecar is malformed, or cannot be written.
    """
    found = sha256 or file_sha256(path)
    relative = path.relative_to(root).as_posix()
    beside = sidecar_path(path)
    known = read_sidecar(path) if beside.is_file() else None
    if known is not None and known.sha256 and known.sha256 != found:
        raise SourceError(
            where=relative,
            expected=known.sha256,
            **parts("provenance.changed", found=found, name=beside.name),
        )
    arrived = {"sha256": found, "bytes": path.stat().st_size}
    source = replace(known or Source(), **arrived)
    if not source.source_id:
        source = replace(source, source_id=derive_source_id(relative, found))
    if known is None:
        write_sidecar(path, source)
    elif not known.sha256:
        lines = beside.read_text(encoding="utf-8").rstrip("\n")
        _write_text(beside, f"{lines}\nsha256: {found}\nbytes: {arrived['bytes']}\n")
    return source


_KINDS = {str: "provenance.text", int: "provenance.whole_number", bool: "provenance.true_or_false"}


def next_edition(path: Path, *, root: Path) -> Source | None:
    """Return what a changed file would be as the next edition under its name; nothing is written.

    Returns
    -------
    The source with its new hash, without the days of the edition before, which ``supersedes`` keeps; ``None`` where the
    file has not changed, or comes from a download (``url_file``), whose bytes are what its publisher gave.
    """
    beside = sidecar_path(path)
    known = read_sidecar(path) if beside.is_file() else Source()
    if not known.sha256 or known.url_file:
        return None
    found = file_sha256(path)
    if found == known.sha256:
        return None
    days = [day for day in (known.published_at, known.retrieved_at) if day]
    before = ", ".join([f"sha256 {known.sha256}", f"{known.bytes} bytes", *days])
    relative = path.relative_to(root).as_posix()
    is_derived = known.source_id == derive_source_id(relative, known.sha256)
    return replace(
        known,
        source_id=derive_source_id(relative, found) if is_derived or not known.source_id else known.source_id,
        sha256=found,
        bytes=path.stat().st_size,
        published_at="",
        retrieved_at="",
        supersedes="; ".join(filter(None, [before, known.supersedes])),
    )


def read_sidecar(path: Path) -> Source:
    """Read the sidecar of a raw file.

    Raises
    ------
    SourceError
        It is not YAML, has an unknown key, or a value of the wrong kind. Correct the key, or remove the
        sidecar and let ingest write a new one.
    """
    beside = sidecar_path(path)
    try:
        record = yaml.safe_load(beside.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SourceError(where=beside.name, **parts("provenance.not_yaml")) from None
    kinds = {field.name: type(field.default) for field in fields(Source)}
    if not isinstance(record, dict) or set(record) - set(kinds):
        unknown = sorted(map(str, set(record) - set(kinds))) if isinstance(record, dict) else record
        raise SourceError(where=beside.name, **parts("provenance.keys", names=unknown, all_names=list(kinds)))
    values = {key: _as_text(value) for key, value in record.items() if value is not None}
    for key, value in values.items():
        if type(value) is not kinds[key]:
            raise SourceError(
                where=beside.name,
                expected=message(_KINDS[kinds[key]]),
                **parts("provenance.value", key=key, value=repr(value)),
            )
    return Source(**values)


def write_sidecar(path: Path, source: Source) -> None:
    """Write the sidecar of a raw file, whole or not at all, with the fields of :class:`Source`.

    Hash and size may be left to :func:`register_source`; other empty fields are written for people to fill.

    Raises
    ------
    SourceError
        The folder cannot be written. Give the operator write access to ``data/raw``.
    """
    record = {
        key: value
        for key, value in asdict(source).items()
        if value or key not in ("sha256", "bytes", "simulated", "supersedes")
    }
    _write_text(sidecar_path(path), yaml.safe_dump(record, sort_keys=False, allow_unicode=True, width=110))


def cite(source: Source, lang: str) -> str:
    """Citation of a source in Chinese (``zh``) or English (``en``): its own, or built from what is known."""
    own = source.citation_zh if lang == "zh" else source.citation_en
    if own:
        return own
    known = [source.publisher, source.title_zh or source.source_id, source.url_file or source.url_page]
    stamp = source.published_at or source.retrieved_at
    return ("，" if lang == "zh" else ", ").join(part for part in [*known, stamp] if part)


def canonical_json(record: Mapping[str, object]) -> str:
    """Write a record as JSON in one way only: sorted keys, no spaces, no NaN, text as it is."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def manifest_hash(record: Mapping[str, object]) -> str:
    """SHA-256 of a record's canonical JSON: the key of a run and the last line of its report."""
    return hashlib.sha256(canonical_json(record).encode()).hexdigest()


def git_commit(folder: Path) -> str:
    """Commit a checkout stands on, with ``+changed`` when tracked files differ; ``""`` outside of git."""
    try:
        commit = _run_git(folder, "rev-parse", "HEAD")
        changed = _run_git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{commit}+changed" if changed else commit


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes the place of ``path`` only when it is complete and on disk.

    It is written beside ``path`` under a hidden name, flushed, and renamed over it. Whatever happens on the
    way, ``path`` keeps its old content or has the new one.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _as_text(value: object) -> object:
    """YAML reads an unquoted day as a date; the sidecar means text."""
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _write_text(path: Path, text: str) -> None:
    try:
        with replacing(path) as stream:
            stream.write(text.encode())
    except OSError:
        raise SourceError(where=path.name, **parts("provenance.unwritable")) from None


def _run_git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
    ).stdout.strip()
