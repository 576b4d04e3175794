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
from functools import partial
from pathlib import Path
from typing import BinaryIO

from helpers.errors import SourceError
from helpers.messages import message, parts
from helpers.sources.reading import refusal

# Texts the feeds write where there is no value. Compared in lower case, without outer blanks.
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "—", "——", "-", "--", "_", "-;", "—;"})
MISSING_NUMBER = -9999.0
NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(NUMBER)
LEADING_ZERO = re.compile(r"[-+]?0\d")
_BLANK = re.compile(r"[^\S\r\n]")
_GZIP = b"\x1f\x8b"
_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)
LONGEST_LINE = 1 << 20  # bytes; a line of the whole country's archive has some 10,000
LARGEST_TEXT = (
    1 << 26
)  # bytes of a file that is read at once; archives of hours and fires are read in portions
_LONGEST_RECORD = 50  # lines of one record whose quoted cells hold line breaks


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
            raise refusal(path, **parts("text.empty"))
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
        The file is empty, or its compressed part is cut or damaged: fetch it again. It holds more than
        ``LARGEST_TEXT`` bytes: split it.
    """
    blocks, size = [], 0
    for block in _iter_parts(path):
        size += len(block)
        if size > LARGEST_TEXT:
            raise refusal(path, **parts("text.too_large", most=LARGEST_TEXT >> 20))
        blocks.append(block)
    return b"".join(blocks)


def iter_byte_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file as bytes with their line ends, decompressed, never the whole file at once.

    Raises
    ------
    SourceError
        The file is empty, or its compressed part is cut or damaged: fetch it again. A line is longer than
        ``LONGEST_LINE``: it is no table, or its line breaks were lost.
    """
    return _iter_parts(path, whole=True)


def _iter_parts(path: Path, *, whole: bool = False) -> Iterator[bytes]:
    """Lines of a file; a very long one in parts, or refused where ``whole`` lines are wanted."""
    with open_bytes(path) as stream:
        n = 0
        try:
            for line in iter(partial(stream.readline, LONGEST_LINE), b""):
                n += 1
                if whole and len(line) == LONGEST_LINE:
                    raise _too_long(path, n)
                yield line
        except _DAMAGED as error:
            raise refusal(path, **parts("text.gzip_cut", n=n)) from error
    if n == 0:
        raise refusal(path, **parts("text.gzip_empty"))


def _too_long(path: Path, row: int) -> SourceError:
    return refusal(path, row=row, **parts("text.line", most=LONGEST_LINE >> 20))


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
            path, row=row, **parts("text.not_text", byte=raw[error.start : error.start + 1].hex())
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


def split_rows(
    text: str, path: Path, *, broken: list[tuple[int, str]] | None = None
) -> list[tuple[int, list[str]]]:
    """Split CSV text into numbered records; see :func:`read_rows`.

    A quotation mark that opens or ends nothing costs its own line: a record over several lines counts as one only
    when no cell of it holds what would fill a line, and it is as wide as the first record.

    Parameters
    ----------
    broken
        Takes number and text of such lines; without it the first of them refuses the file.
    """
    rows: list[tuple[int, list[str]]] = []
    lines = list(io.StringIO(text, newline=""))
    has_blanks = '"' in text or _BLANK.search(text) is not None
    records = iter(csv.reader(lines)) if '"' not in text else _iter_quoted(lines)
    for number, cells in enumerate(records, start=1):
        if isinstance(cells, str):
            if broken is None:
                raise refusal(path, row=number, **parts("text.quotation"))
            broken.append((number, cells))
            continue
        if has_blanks:
            cells = [cell.strip() for cell in cells]
        if any(cells):
            rows.append((number, cells))
    return rows


def _iter_quoted(lines: list[str]) -> Iterator[list[str] | str]:
    """Records of lines that hold quotation marks; the text of a line whose marks close nothing."""
    place, width = 0, 0
    while place < len(lines):
        marks, end = lines[place].count('"'), place + 1
        while marks % 2 and end < min(len(lines), place + _LONGEST_RECORD):
            marks += lines[end].count('"')
            end += 1
        cells = None if marks % 2 else _split_record(lines[place:end])
        if cells is not None and end > place + 1:
            holds_lines = any("\n" in cell and cell.count(",") >= max(1, len(cells) - 1) for cell in cells)
            if holds_lines or (width and len(cells) != width):
                cells = None
        if cells is None:
            yield lines[place].rstrip("\r\n")
            place += 1
        else:
            width = width or len(cells)
            yield cells
            place = end


def _split_record(lines: list[str]) -> list[str] | None:
    """Cells of one record; ``None`` where the lines are no one record."""
    try:
        records = list(csv.reader(lines, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


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
    if not _NUMBER.fullmatch(stripped):
        if stripped.lower() in MISSING:
            return None
        raise ValueError(message("cells.not_number"))
    if LEADING_ZERO.match(stripped):
        raise ValueError(message("damage.leading_zero"))
    value = float(stripped)
    if value in (float("inf"), float("-inf")):
        raise ValueError(message("cells.too_large"))
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
        raise ValueError(message("cells.outside", low=f"{low:g}", high=f"{high:g}"))
    return value


def parse_time(text: str, *formats: str) -> datetime | None:
    """Read a time written in one of the formats; ``None`` when it is in none of them or does not exist."""
    for form in formats:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
