"""Sheets of a workbook (xlsx), or of a CSV file as a single sheet, as numbered rows of text cells."""

from __future__ import annotations

import io
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from helpers.sources.reading import refusal
from helpers.sources.text import read_bytes, read_rows

ZIP = b"PK\x03\x04"
_UNREADABLE = (zipfile.BadZipFile, InvalidFileException, KeyError, SyntaxError, ValueError, OSError)


@dataclass(frozen=True)
class Cell:
    """What a cell holds.

    Parameters
    ----------
    text
        Normalised to half-width (NFKC), without outer blanks; empty in the lower cells of a merged range.
    is_date, is_percentage
        How the workbook formats it.
    spread
        Text of the merged range the cell is a lower part of.
    """

    text: str
    is_date: bool = False
    is_percentage: bool = False
    spread: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name (empty for a CSV file) and its rows with their numbers from 1."""

    name: str
    rows: tuple[tuple[int, list[Cell]], ...]


def read_sheets(path: Path) -> list[Sheet]:
    """Read every sheet.

    Raises
    ------
    SourceError
        The file is empty, no workbook although it begins like one, or not text. Save it again as xlsx.
    """
    raw = read_bytes(path)
    if not raw.startswith(ZIP):
        rows = ((number, [Cell(normalise(text)) for text in cells]) for number, cells in read_rows(path))
        return [Sheet("", tuple(rows))]
    try:
        book = open_workbook(raw)
        return [Sheet(sheet.title, tuple(_iter_rows(sheet))) for sheet in book.worksheets]
    except _UNREADABLE as error:
        raise refusal(
            path,
            f"the workbook cannot be opened ({error})",
            expected="an xlsx workbook",
            remedy="save the file again as xlsx",
        ) from error


def peek_sheets(raw: bytes, *, n_rows: int) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """First rows of every sheet as text, to tell formats apart; nothing when the workbook cannot be opened."""
    try:
        book = open_workbook(raw, read_only=True)
        return tuple(
            tuple(
                tuple(normalise(value) for value in row)
                for row in sheet.iter_rows(max_row=n_rows, values_only=True)
            )
            for sheet in book.worksheets
        )
    except _UNREADABLE:
        return ()


def open_workbook(raw: bytes, *, read_only: bool = False) -> Workbook:
    """Open a workbook for its values; openpyxl's warnings of decorations it does not keep are dropped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(raw), data_only=True, read_only=read_only)


def normalise(value: object) -> str:
    """Text of a cell: half-width, without outer blanks, a whole number without its ``.0``."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def _iter_rows(sheet: Worksheet) -> Iterator[tuple[int, list[Cell]]]:
    spread = {}
    for merged in sheet.merged_cells.ranges:
        text = normalise(sheet.cell(merged.min_row, merged.min_col).value)
        for row in range(merged.min_row + 1, merged.max_row + 1):
            spread[row, merged.min_col] = text
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield (
            number,
            [_read_cell(cell, spread.get((number, place), "")) for place, cell in enumerate(cells, 1)],
        )


def _read_cell(cell: object, spread: str) -> Cell:
    value = cell.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(
        normalise(value),
        is_date=isinstance(value, date),
        is_percentage=is_number and "%" in cell.number_format,
        spread=spread,
    )
