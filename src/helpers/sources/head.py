"""The first bytes of a raw file: what formats are told apart by."""

from __future__ import annotations

import csv
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

from helpers.sources.text import decode, open_bytes, read_bytes
from helpers.sources.workbook import OLD, ZIP, check_size, peek_sheets, peek_text

_LENGTH = 65_536
_ROWS_OF_SHEET = 20


@dataclass(frozen=True)
class Head:
    """Beginning of a file.

    Parameters
    ----------
    raw
        First decompressed bytes.
    rows
        Whole records among them, cells without outer blanks; empty when the bytes are not text.
    sheets
        First rows of each sheet of a workbook, or of a text in UTF-16 or divided by tabs; empty for other files.
    sheet_names
        Their names, without outer blanks.
    """

    raw: bytes
    rows: tuple[tuple[str, ...], ...]
    sheets: tuple[tuple[tuple[str, ...], ...], ...] = ()
    sheet_names: tuple[str, ...] = ()

    @property
    def header(self) -> list[str]:
        """Cells of the first record."""
        return list(self.rows[0]) if self.rows else []

    @property
    def tables(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """First rows of each sheet, the records of a text file being a single sheet."""
        return self.sheets or (self.rows[:_ROWS_OF_SHEET],)


def read_head(path: Path) -> Head:
    """Read the beginning of a file.

    Raises
    ------
    SourceError
        The file is empty: fetch it again. Or it is a workbook too large to be read: split it.
    """
    with open_bytes(path) as stream:
        try:
            raw = stream.read(_LENGTH)
        except (EOFError, OSError, zlib.error):
            raw = b""
    if raw.startswith((ZIP, OLD)):
        book = read_bytes(path)
        check_size(path, book)
        sheets = peek_sheets(book, n_rows=_ROWS_OF_SHEET)
        return Head(raw, (), tuple(sheets.values()), tuple(sheets))
    text = peek_text(_whole_lines(raw), n_rows=_ROWS_OF_SHEET)
    return Head(raw, _split(raw), (text,) if text else ())


def _split(raw: bytes) -> tuple[tuple[str, ...], ...]:
    """Records of the bytes; a last line that may be cut by the length is left out unless it is alone."""
    body = _whole_lines(raw)
    if b"\x00" in body:
        return ()
    try:
        text = decode(body)
    except UnicodeDecodeError:
        return ()
    records = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [tuple(cell.strip() for cell in cells) for cells in records]
    except csv.Error:
        return ()
    return tuple(row for row in rows if any(row))


def _whole_lines(raw: bytes) -> bytes:
    whole, newline, _ = raw.rpartition(b"\n")
    return whole if len(raw) == _LENGTH and newline else raw
