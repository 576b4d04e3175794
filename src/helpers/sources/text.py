"""Raw bytes to text, rows and numbers: compression, encodings, line ends, and what counts as missing."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from helpers.sources.reading import refusal

# Texts the feeds write where there is no value. Compared in lower case, without outer blanks.
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "—", "——", "-", "--", "_", "-;", "—;"})
MISSING_NUMBER = -9999.0
NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(NUMBER)
_GZIP = b"\x1f\x8b"
_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading bytes, through gzip when its first bytes say so, whatever its name.

    Raises
    ------
    SourceError
        The file holds no byte. Fetch it again.
    """
    with path.open("rb") as stream:
        magic = stream.read(2)
        stream.seek(0)
        if not magic:
            raise refusal(
                path,
                "the file is empty (0 bytes)",
                expected="a header and rows",
                remedy="fetch the file again",
            )
        if magic == _GZIP:
            with gzip.GzipFile(fileobj=stream) as unpacked:
                yield unpacked
        else:
            yield stream


def read_bytes(path: Path) -> bytes:
    """Read a whole file, decompressed.

    Raises
    ------
    SourceError
        The file is empty, or its compressed part is cut or damaged. Fetch it again.
    """
    return b"".join(iter_byte_lines(path))


def iter_byte_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file as bytes with their line ends, decompressed, never the whole file at once.

    Raises
    ------
    SourceError
        The file is empty, or its compressed part is cut or damaged. Fetch it again.
    """
    with open_bytes(path) as stream:
        n = 0
        try:
            for n, line in enumerate(stream, start=1):  # noqa: B007 the count is told in the refusal
                yield line
        except _DAMAGED as error:
            raise refusal(
                path,
                f"the compressed file breaks off after line {n} ({error})",
                expected="a whole gzip file",
                remedy="fetch the file again",
            ) from error
    if n == 0:
        raise refusal(
            path,
            "the compressed file holds nothing",
            expected="a header and rows",
            remedy="fetch the file again",
        )


def decode(raw: bytes) -> str:
    """Decode UTF-8 (with or without its mark) or else GB 18030, which contains GBK and GB 2312.

    Raises
    ------
    UnicodeDecodeError
        The bytes are neither.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def read_text(path: Path) -> str:
    """Read a whole file as text.

    Raises
    ------
    SourceError
        The bytes are neither UTF-8 nor GB 18030. Save the file as UTF-8.
    """
    raw = read_bytes(path)
    try:
        return decode(raw)
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise refusal(
            path,
            f"byte {raw[error.start : error.start + 1].hex()} is not text",
            row=row,
            expected="UTF-8 or GB 18030",
            remedy="save the file as UTF-8",
        ) from error


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Read the records of a CSV file with their number (the first is 1), cells without outer blanks.

    Quoted cells may hold commas and line breaks. Records without any text are left out.

    Raises
    ------
    SourceError
        The file is empty, not text, or a quotation mark is never closed.
    """
    return split_rows(read_text(path), path)


def split_rows(text: str, path: Path) -> list[tuple[int, list[str]]]:
    """Split CSV text into numbered records; see :func:`read_rows`."""
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((number, stripped))
    except csv.Error as error:
        raise refusal(
            path,
            f"the record that ends at line {reader.line_num} cannot be split ({error})",
            expected="comma-separated cells with closed quotation marks",
            remedy="the file may be cut: fetch it again",
        ) from error
    return rows


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().lower() in MISSING


def parse_number(text: str) -> float | None:
    """Read a decimal number exactly as Python does; ``None`` where the cell says missing.

    Raises
    ------
    ValueError
        The text is neither a number nor a mark of a missing value.
    """
    stripped = text.strip()
    if stripped.lower() in MISSING:
        return None
    if not _NUMBER.fullmatch(stripped):
        raise ValueError("is not a number")
    value = float(stripped)
    if value in (float("inf"), float("-inf")):
        raise ValueError("is too large for a number")
    return None if value == MISSING_NUMBER else value


def parse_ranged(text: str, low: float, high: float) -> float | None:
    """Read a number that must lie in ``low`` … ``high``; ``None`` where missing.

    Raises
    ------
    ValueError
        Not a number, or outside the range.
    """
    value = parse_number(text)
    if value is not None and not low <= value <= high:
        raise ValueError(f"lies outside {low:g} to {high:g}")
    return value


def parse_time(text: str, *formats: str) -> datetime | None:
    """Read a time written in one of the formats; ``None`` when it is in none of them or does not exist."""
    for form in formats:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
