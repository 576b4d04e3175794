"""Sheets of a workbook (xlsx, xls, ods), or of a text file as a single sheet, as numbered rows of cells.

Workbooks come as many programs write them: without a true dimension, with empty fills, in the strict form of the format,
with dates in the formats of East Asian spreadsheets, with formulas nobody computed. A package is mended in memory before
it is opened; one that still cannot be opened is read by a second library, which does not tell number formats.
Those of xls and ods are read beside it (:mod:`helpers.sources.cell_formats`).
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from helpers.errors import SourceError
from helpers.messages import message, parts
from helpers.sources.cell_formats import Facts, facts_of_ods, facts_of_xls
from helpers.sources.cells import Cell, from_serial, normalise, show
from helpers.sources.reading import refusal
from helpers.sources.text import decode as decode_bytes
from helpers.sources.text import read_bytes, split_rows

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
__all__ = [
    "OLD",
    "ZIP",
    "Cell",
    "Sheet",
    "check_size",
    "normalise",
    "open_workbook",
    "peek_sheets",
    "read_sheets",
]
MOST_CELLS = (
    120_000  # an ingest of 12,000 rows of ten: 286 MB, six seconds of one core (benchmarks/bench_limits.py)
)
_MOST_AREA = 8 * MOST_CELLS  # cells of the smallest rectangle that holds them
_TIME = "h:mm:ss"
_WRITTEN = re.compile(rb"<(?:\w+:)?(?:c|table-cell)[ />]")
_BLOCK = 1 << 20
# Built-in formats of East Asian spreadsheets, which openpyxl takes for General: id → what they show.
_EAST_ASIAN = {
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 30, 31, 51, 53, 54, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), _TIME),
}
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
)  # fmt: skip
_EMPTY_FILL = re.compile(rb"<((?:\w+:)?)fill(?:\s*/>|>\s*</\1fill>)")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)(.*?)</(?:\w+:)?c>", re.DOTALL
)
_STORED = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^>]*>([^<]+)<")
_PLACE = re.compile(rb'\br="([A-Z]+\d+)"')
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NO_RESULT = "cells.no_result"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name (empty for a text file) and its rows with their numbers from 1."""

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
    check_size(path, raw)
    if not raw.startswith((ZIP, OLD)):
        rows = ((number, [Cell(normalise(text)) for text in cells]) for number, cells in _split(raw, path))
        return [Sheet("", tuple(rows))]
    try:
        return _read_book(path, raw)
    except SourceError:
        raise
    except Exception as error:  # whatever a damaged package makes a library raise
        raise refusal(path, **parts("workbook.unreadable")) from error


def check_size(path: Path, raw: bytes) -> None:
    """Refuse a workbook, or a text with the cells of one, that is too large to be read at once; before it is opened.

    Raises
    ------
    SourceError
        It holds more than ``MOST_CELLS`` cells, empty ones with a format among them. Split it by year or by place.
    """
    if sum(_count_cells(raw)) > MOST_CELLS:
        raise _too_large(path, MOST_CELLS)


def _too_large(path: Path, most: int) -> SourceError:
    return refusal(path, **parts("damage.too_many_cells", most=f"{most:,}"))


def _count_cells(raw: bytes) -> Iterator[int]:
    """Cells of the sheets, block by block, and no further than the limit."""
    if not raw.startswith(ZIP):
        yield 0 if raw.startswith(OLD) else sum(map(raw.count, (b",", b"\t", b"\n")))
        return
    n = 0
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            for name in package.namelist():
                if "worksheets/" not in name and name != "content.xml":
                    continue
                with package.open(name) as part:
                    while n <= MOST_CELLS and (block := part.read(_BLOCK)):
                        found = sum(1 for _ in _WRITTEN.finditer(block))
                        n += found
                        yield found
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError):
        return  # told when it is opened


def peek_sheets(raw: bytes, *, n_rows: int) -> dict[str, tuple[tuple[str, ...], ...]]:
    """First rows of every sheet as text, by its name, to tell formats apart; nothing when it cannot be opened."""
    try:
        if _is_xlsx(raw):
            return _peek_book(raw, n_rows)
    except Exception:
        pass
    try:
        sheets = _read_other(raw, Path())
    except Exception:
        return {}
    return {
        sheet.name: tuple(tuple(cell.text for cell in cells) for _, cells in sheet.rows[:n_rows])
        for sheet in sheets
    }


def peek_text(raw: bytes, *, n_rows: int) -> tuple[tuple[str, ...], ...]:
    """First rows of a text in UTF-16 or divided by tabs; nothing for other bytes."""
    try:
        text = _decode(raw)
    except UnicodeDecodeError:
        return ()
    if not raw.startswith(UTF_16) and not _is_tabbed(text):
        return ()
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if _is_tabbed(text) else ",")
    try:
        return tuple(tuple(map(normalise, row)) for _, row in zip(range(n_rows), rows, strict=False))
    except csv.Error:
        return ()


def open_workbook(raw: bytes, *, read_only: bool = False, is_copied: bool = False) -> Workbook:
    """Open a workbook for its values, or to be copied with formulas, rich text and macros; openpyxl's warnings are dropped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kept = {"rich_text": is_copied, "keep_vba": is_copied and b"vbaProject.bin" in raw}
        return load_workbook(io.BytesIO(_mend(raw)), data_only=not is_copied, read_only=read_only, **kept)


def _split(raw: bytes, path: Path) -> list[tuple[int, list[str]]]:
    """Rows of a text: commas or tabs, UTF-8, GB 18030 or UTF-16."""
    try:
        text = _decode(raw)
    except UnicodeDecodeError as error:
        raise refusal(
            path,
            row=raw.count(b"\n", 0, error.start) + 1,
            **parts("workbook.not_text", byte=raw[error.start : error.start + 1].hex()),
        ) from error
    if not _is_tabbed(text):
        return split_rows(text, path)
    rows = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter="\t"), start=1)
    return [
        (number, [cell.strip() for cell in cells]) for number, cells in rows if any(map(str.strip, cells))
    ]


def _decode(raw: bytes) -> str:
    if raw.startswith(UTF_16):
        return raw[: len(raw) // 2 * 2].decode("utf-16")
    return decode_bytes(raw)


def _is_tabbed(text: str) -> bool:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return first.count("\t") > first.count(",")


def _is_xlsx(raw: bytes) -> bool:
    if not raw.startswith(ZIP):
        return False
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        return any(name.lower().endswith("workbook.xml") for name in package.namelist())


def _read_book(path: Path, raw: bytes) -> list[Sheet]:
    if not _is_xlsx(raw):
        return _read_other(raw, path)
    try:
        return _read_xlsx(_mend(raw), path)
    except SourceError:
        raise
    except Exception as error:
        try:
            return _read_other(raw, path)
        except Exception:
            raise error from None


def _mend(raw: bytes) -> bytes:
    """A package whose styles have no empty fill and whose names are those of the transitional format."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        parts = {
            name: package.read(name)
            for name in package.namelist()
            if name.lower().endswith((".xml", ".rels"))
        }
        if not any(_STRICT in part or _EMPTY_FILL.search(part) for part in parts.values()):
            return raw
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as mended:
            for name in package.namelist():
                part = parts.get(name)
                mended.writestr(name, package.read(name) if part is None else _mend_part(part))
    return target.getvalue()


def _mend_part(part: bytes) -> bytes:
    for strict, transitional in _TRANSITIONAL:
        part = part.replace(strict, transitional)
    return _EMPTY_FILL.sub(rb"<\1fill><\1patternFill/></\1fill>", part)


def _read_xlsx(raw: bytes, path: Path) -> list[Sheet]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = ExcelReader(io.BytesIO(raw), data_only=True, rich_text=True)
        reader.read()
    targets = {sheet.name: rel.target for sheet, rel in reader.parser.find_sheets()}
    is_stale = bool(re.search(rb'fullCalcOnLoad="(?:1|true)"', _part(raw, "workbook.xml")))
    found = []
    for sheet in reader.wb.worksheets:
        uncomputed = _uncomputed(_part(raw, targets.get(sheet.title, "")), is_stale=is_stale)
        extent = _extent(sheet, uncomputed)
        if extent[0] * extent[1] > _MOST_AREA:
            raise _too_large(path, _MOST_AREA)
        found.append(Sheet(sheet.title.strip(), tuple(_iter_rows(sheet, uncomputed, extent))))
    return found


def _extent(sheet: Worksheet, uncomputed: set[str]) -> tuple[int, int]:
    """Last row and column that show something: a format far below costs nothing."""
    places = [place for place, cell in sheet._cells.items() if cell.value is not None]
    places += [coordinate_to_tuple(one) for one in uncomputed]
    places += [(one.max_row, one.max_col) for one in sheet.merged_cells.ranges]
    return max((row for row, _ in places), default=0), max((column for _, column in places), default=0)


def _part(raw: bytes, ending: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        name = next((one for one in package.namelist() if ending and one.endswith(ending)), "")
        return package.read(name) if name else b""


def _uncomputed(part: bytes, *, is_stale: bool) -> set[str]:
    """Places of formulas without a result; 0 is none where the writer asks for everything to be computed on opening."""
    found = set()
    for match in _FORMULA.finditer(part) if b"<f" in part or b":f" in part else ():
        stored, place = _STORED.search(match[2]), _PLACE.search(match[1])
        if place and (stored is None or (is_stale and stored[1] == b"0")):
            found.add(place[1].decode())
    return found


def _iter_rows(
    sheet: Worksheet, uncomputed: set[str], extent: tuple[int, int]
) -> Iterator[tuple[int, list[Cell]]]:
    if not all(extent):
        return
    spread = {}
    for merged in sheet.merged_cells.ranges:
        text = _read_cell(sheet.cell(merged.min_row, merged.min_col), "", uncomputed).text
        for row in range(merged.min_row + 1, merged.max_row + 1):
            spread[row, merged.min_col] = text
    for number, cells in enumerate(sheet.iter_rows(max_row=extent[0], max_col=extent[1]), start=1):
        yield (
            number,
            [
                _read_cell(cell, spread.get((number, place), ""), uncomputed)
                for place, cell in enumerate(cells, 1)
            ],
        )


def _read_cell(cell: object, spread: str, uncomputed: set[str]) -> Cell:
    value, code = cell.value, "General"
    if value is None and not uncomputed:
        return Cell("", spread=spread)
    if uncomputed and cell.coordinate in uncomputed:
        return Cell("", spread=spread, problem=message(_NO_RESULT))
    if isinstance(value, CellRichText | str):
        return Cell(_plain(value), spread=spread)
    if value is not None and cell.has_style:
        code = cell.number_format
        east_asian = _EAST_ASIAN.get(cell._style.numFmtId)
        if east_asian and isinstance(value, int | float) and not isinstance(value, bool):
            code = east_asian
            value = from_serial(value, cell.parent.parent.epoch, is_time=code == _TIME and value < 1) or value
    return show(value, code, spread=spread)


def _plain(value: object) -> str:
    """Text of a cell; a raised or lowered figure after a digit stays raised, for it is a mark or a power."""
    if not isinstance(value, CellRichText):
        return normalise(value)
    text = ""
    for part in value:
        is_raised = isinstance(part, TextBlock) and part.font.vertAlign in ("superscript", "subscript")
        own = str(part)
        text += own.translate(_RAISED) if is_raised and text.rstrip()[-1:].isdigit() else own
    return normalise(text)


def _peek_book(raw: bytes, n_rows: int) -> dict[str, tuple[tuple[str, ...], ...]]:
    found = {}
    for sheet in open_workbook(raw, read_only=True).worksheets:
        sheet.reset_dimensions()  # several programs write A1 whatever the sheet holds
        rows = sheet.iter_rows(max_row=n_rows, values_only=True)
        found[sheet.title.strip()] = tuple(tuple(map(normalise, row)) for row in rows)
    return found


def _read_other(raw: bytes, path: Path) -> list[Sheet]:
    """Sheets of xls, ods or xlsb, and of an xlsx no other library can open."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    known = facts_of_xls(raw) if raw.startswith(OLD) else facts_of_ods(raw) if _is_ods(raw) else []
    found = []
    for place, name in enumerate(book.sheet_names):
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > _MOST_AREA:
            raise _too_large(path, _MOST_AREA)
        facts = known[place] if len(known) == len(book.sheet_names) else None
        rows = [
            [_other_cell(value, facts, (row, column)) for column, value in enumerate(values)]
            for row, values in enumerate(sheet.to_python(skip_empty_area=False))
        ]
        merged = _spread_of(sheet.merged_cell_ranges or [], rows)
        cells = (
            (row + 1, [replace(cell, spread=merged.get((row, at), "")) for at, cell in enumerate(own)])
            for row, own in enumerate(rows)
        )
        found.append(Sheet(name.strip(), tuple(cells)))
    return found


def _is_ods(raw: bytes) -> bool:
    return b"opendocument.spreadsheet" in raw[:200]


def _spread_of(
    ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]], rows: Sequence[Sequence[Cell]]
) -> Mapping[tuple[int, int], str]:
    return {
        (row, first[1]): rows[first[0]][first[1]].text
        for first, last in ranges
        for row in range(first[0] + 1, last[0] + 1)
        if first[0] < len(rows) and first[1] < len(rows[first[0]])
    }


def _other_cell(value: object, facts: Facts | None, place: tuple[int, int]) -> Cell:
    """A value with what the file tells of its format; where it tells nothing, that is said."""
    code, error = (facts or {}).get(place, ("General", ""))
    if error:
        return Cell(normalise(error))
    if isinstance(value, timedelta):
        value = f"{int(value.total_seconds()) // 3600}:00" if not value.total_seconds() % 3600 else str(value)
    if isinstance(value, date):
        return show(value, code if facts and code != "General" else "yyyy-mm-dd")
    if isinstance(value, time):
        return Cell(normalise(value), grain="time")
    return show(value, code, is_format_unknown=facts is None and isinstance(value, float))
