"""What happens to tables on their way: cells and lines damaged, saved by other programs, in other encodings and formats.

A table is a grid of cells (texts and numbers) below its heading; a damage makes another grid of it, or ``None`` where it
does not apply. Every choice comes from the generator given.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils.datetime import to_excel

Row = list[object]
Grid = list[Row]
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NAMES = re.compile("名称|编号|编码|批次|断面|河流|调查点|物种|口径|部门|备注")
_DAY = re.compile(r"(20\d\d)-(\d\d)-(\d\d)")


@dataclass(frozen=True)
class Table:
    """One table as it was received or filled in.

    ``heading`` is the row of the names of its columns, from 0; ``sheet`` the name of its sheet, empty for a text. The file
    ends in ``suffix``. ``alike`` are columns or items of what is read that hold quantities of one kind in one range, so
    that nobody can tell one from another: a swap of them cannot be known. ``is_numbered`` says that the reader names
    records by their place, so that a lost line renames those behind it.
    """

    name: str
    grid: Grid = field(repr=False)
    heading: int = 0
    sheet: str = ""
    suffix: str = ".csv"
    alike: frozenset[str] = frozenset()
    is_numbered: bool = False


def is_number(cell: object) -> bool:
    """Whether a cell holds a bare number."""
    if isinstance(cell, bool) or cell is None:
        return False
    return isinstance(cell, int | float) or bool(_NUMBER.fullmatch(str(cell)))


def _numbers(table: Table, *, with_point: bool = False) -> list[tuple[int, int]]:
    return [
        (row, column)
        for row, cells in enumerate(table.grid)
        if row > table.heading
        for column, cell in enumerate(cells)
        if is_number(cell) and (not with_point or "." in str(cell))
    ]


def _changed(table: Table, place: tuple[int, int], cell: object) -> Grid:
    grid = deepcopy(table.grid)
    grid[place[0]][place[1]] = cell
    return grid


def _cell(
    change: Callable[[str], object], *, with_point: bool = False
) -> Callable[[Table, Random], Grid | None]:
    def damage(table: Table, rng: Random) -> Grid | None:
        places = _numbers(table, with_point=with_point)
        if not places:
            return None
        place = rng.choice(places)
        return _changed(table, place, change(str(table.grid[place[0]][place[1]])))

    return damage


def _lost_point(text: str) -> object:
    return text.replace(".", "")


def _broken(text: str) -> str:
    at = max(1, len(text) // 2)
    return f"{text[:at]}\n{text[at:]}"


def shift_right(table: Table, rng: Random) -> Grid | None:
    """One row, from one cell on, one cell to the right: its last cell stands behind the last heading."""
    grid, row = deepcopy(table.grid), _a_row(table, rng)
    at = rng.randrange(len(grid[row]))
    grid[row] = [*grid[row][:at], "", *grid[row][at:]]
    return grid


def shift_right_and_save(table: Table, rng: Random) -> Grid | None:
    """The same, saved from a spreadsheet: every other line has a cell more, an empty one."""
    grid = shift_right(table, rng)
    width = max(map(len, grid))
    return [[*cells, *[""] * (width - len(cells))] for cells in grid]


def shift_left(table: Table, rng: Random) -> Grid | None:
    """One row, from one cell on, one cell to the left: that cell is gone."""
    grid, row = deepcopy(table.grid), _a_row(table, rng)
    del grid[row][rng.randrange(len(grid[row]))]
    return grid


def _a_row(table: Table, rng: Random) -> int:
    return rng.randrange(table.heading + 1, len(table.grid))


def _width(table: Table) -> int:
    return len(table.grid[table.heading])


def double_column(table: Table, rng: Random) -> Grid | None:
    """A column stands twice, heading and cells."""
    at = rng.randrange(_width(table))
    return [[*cells[: at + 1], *cells[at : at + 1], *cells[at + 1 :]] for cells in table.grid]


def double_cells(table: Table, rng: Random) -> Grid | None:
    """The cells of a column stand twice, its heading once: all behind them stand one too far right."""
    at, grid = rng.randrange(_width(table)), deepcopy(table.grid)
    rest = table.heading + 1
    return grid[:rest] + [[*cells[: at + 1], *cells[at:]] for cells in grid[rest:]]


def drop_column(table: Table, rng: Random) -> Grid | None:
    """A column is gone, heading and cells."""
    at = rng.randrange(_width(table))
    return [[*cells[:at], *cells[at + 1 :]] for cells in table.grid]


def drop_cells(table: Table, rng: Random) -> Grid | None:
    """The cells of a column are gone and its heading is not: all behind them stand one too far left."""
    at, grid = rng.randrange(_width(table)), deepcopy(table.grid)
    rest = table.heading + 1
    return grid[:rest] + [[*cells[:at], *cells[at + 1 :]] for cells in grid[rest:]]


def drop_heading(table: Table, rng: Random) -> Grid | None:
    """The heading of a column is gone and its cells are not; saved from a spreadsheet, the last heading is empty."""
    at, grid = rng.randrange(_width(table)), deepcopy(table.grid)
    grid[table.heading] = [*grid[table.heading][:at], *grid[table.heading][at + 1 :], ""]
    return grid


def swap_cells(table: Table, rng: Random) -> Grid | None:
    """The cells of two neighbouring columns change places, their headings do not; nobody can tell one name from another."""
    at, grid = rng.randrange(_width(table) - 1), deepcopy(table.grid)
    if all(_NAMES.search(str(one)) for one in grid[table.heading][at : at + 2]):
        return None
    for cells in grid[table.heading + 1 :]:
        cells[at : at + 2] = cells[at : at + 2][::-1]
    return grid


def swap_columns(table: Table, rng: Random) -> Grid | None:
    """Two neighbouring columns change places with their headings, a title above them stays: nothing is wrong."""
    at, grid = rng.randrange(_width(table) - 1), deepcopy(table.grid)
    for cells in grid:
        if sum(bool(cell) for cell in cells) > 1:
            cells[at : at + 2] = cells[at : at + 2][::-1]
    return grid


CELLS: Mapping[str, Callable[[Table, Random], Grid | None]] = {
    "mark_in_circle": _cell("{}①".format),
    "mark_raised": _cell("{}¹".format),
    "mark_star": _cell("{}*".format),
    "lost_point": _cell(_lost_point, with_point=True),
    "broken_number": _cell(_broken),
    "per_cent_sign": _cell("{}%".format),
    "shift_right": shift_right,
    "shift_right_and_save": shift_right_and_save,
    "shift_left": shift_left,
    "double_column": double_column,
    "double_cells": double_cells,
    "drop_column": drop_column,
    "drop_cells": drop_cells,
    "drop_heading": drop_heading,
    "swap_cells": swap_cells,
    "swap_columns": swap_columns,
}


def write_text(grid: Grid, *, encoding: str = "utf-8", end: str = "\n", divider: str = ",") -> bytes:
    """A grid as text."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=end, delimiter=divider).writerows(grid)
    return stream.getvalue().encode(encoding, "ignore")


def cut_end(raw: bytes, rng: Random) -> bytes:
    """The file breaks off, inside a line: at its end nobody can tell."""
    places = [at for at in range(len(raw) // 3, len(raw) - 1) if not set(raw[at - 1 : at + 1]) & set(b"\r\n")]
    return raw[: rng.choice(places)]


def cut_line(raw: bytes, rng: Random) -> bytes:
    """One line breaks off, and the next begins; behind a divider it may be an empty last cell, which nobody can tell."""
    lines = raw.splitlines(keepends=True)
    at = rng.randrange(1, len(lines))
    kept = lines[at].rstrip(b"\r\n")[: rng.randrange(1, max(2, len(lines[at]) - 2))]
    lines[at] = (kept.rstrip(b",\t") or kept) + b"\n"
    return b"".join(lines)


def join_lines(raw: bytes, rng: Random) -> bytes:
    """The break between two lines is gone."""
    lines = raw.splitlines(keepends=True)
    at = rng.randrange(1, len(lines))
    lines[at] = lines[at].rstrip(b"\r\n")
    return b"".join(lines)


def break_number(raw: bytes, rng: Random) -> bytes:
    """A line break stands inside a number."""
    places = [
        found.start() + 1 for found in re.finditer(rb"\d(?=[\d.])", raw) if found.start() > raw.index(b"\n")
    ]
    if not places:
        return raw
    at = rng.choice(places)
    return raw[:at] + b"\n" + raw[at:]


BYTES: Mapping[str, Callable[[bytes, Random], bytes]] = {
    "cut_end": cut_end,
    "cut_line": cut_line,
    "join_lines": join_lines,
    "break_in_number": break_number,
}
ENCODINGS: Mapping[str, Mapping[str, str]] = {
    "gbk": {"encoding": "gb18030"},
    "utf_16": {"encoding": "utf-16"},
    "bom": {"encoding": "utf-8-sig"},
    "crlf": {"end": "\r\n"},
    "cr": {"end": "\r"},
    "tabs": {"divider": "\t"},
}


def write_book(table: Table, grid: Grid, *, formats: Mapping[tuple[int, int], str] | None = None) -> bytes:
    """A grid as openpyxl saves it, cells with the number formats given."""
    book = Workbook()
    book.active.title = table.sheet
    for cells in grid:
        book.active.append(cells)
    for (row, column), code in (formats or {}).items():
        book.active.cell(row + 1, column + 1).number_format = code
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_streamed(table: Table, rng: Random) -> bytes:
    """A grid as openpyxl streams it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.sheet)
    for cells in table.grid:
        sheet.append(cells)
    return _saved(book)


def write_pandas(table: Table, rng: Random) -> bytes:
    """A grid as pandas writes it: blanks are missing, numbers of a column are of one kind."""
    frame = pd.DataFrame(table.grid[table.heading + 1 :], columns=table.grid[table.heading]).convert_dtypes()
    stream = io.BytesIO()
    frame.to_excel(stream, sheet_name=table.sheet, index=False)
    return stream.getvalue()


def write_as_text(table: Table, rng: Random) -> bytes:
    """Every number as a text."""
    grid = [[str(cell) if is_number(cell) else cell for cell in cells] for cells in table.grid]
    return write_book(table, grid)


def write_per_cent(table: Table, rng: Random) -> bytes:
    """One number shown as a percentage: 0.852 for 85.2."""
    places = _numbers(table)
    place = rng.choice(places)
    value = float(str(table.grid[place[0]][place[1]])) / 100
    return write_book(table, _changed(table, place, value), formats={place: "0.0%"})


def write_literal_per_cent(table: Table, rng: Random) -> bytes:
    """One number with a sign that is only shown."""
    place = rng.choice(_numbers(table))
    return write_book(table, table.grid, formats={place: rng.choice(['0.0"%"', "0.0\\%"])})


def write_east_asian_days(table: Table, rng: Random) -> bytes:
    """Every day a date in a format of East Asian spreadsheets, which a library takes for a number."""
    grid, formats = deepcopy(table.grid), {}
    for row, cells in enumerate(grid):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and (day := _DAY.fullmatch(cell)):
                cells[column] = to_excel(pd.Timestamp(*map(int, day.groups())))
                formats[row, column] = rng.choice(
                    ['yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d", "[DBNum1]yyyy年m月d日"]
                )
    return write_book(table, grid, formats=formats)


def write_thousands(table: Table, rng: Random) -> bytes:
    """Every number a text with marks of thousands."""
    grid = [
        [
            f"{float(str(cell)):,}" if is_number(cell) and abs(float(str(cell))) >= 1000 else cell
            for cell in cells
        ]
        for cells in table.grid
    ]
    return write_book(table, grid)


BOOKS: Mapping[str, Callable[[Table, Random], bytes]] = {
    "streamed": write_streamed,
    "pandas": write_pandas,
    "numbers_as_text": write_as_text,
    "per_cent_format": write_per_cent,
    "literal_per_cent_format": write_literal_per_cent,
    "east_asian_days": write_east_asian_days,
    "thousands": write_thousands,
}


def damages(table: Table) -> Sequence[str]:
    """Names of the damages of a kind of table."""
    return (*CELLS, *BOOKS) if table.sheet else (*CELLS, *BYTES, *ENCODINGS)


def damaged(table: Table, name: str, rng: Random) -> bytes | None:
    """The bytes of a damaged file; ``None`` where the damage does not apply."""
    if name in CELLS:
        grid = CELLS[name](table, rng)
        if grid is None or grid == table.grid:
            return None
        return write_book(table, grid) if table.sheet else write_text(grid)
    if name in BOOKS:
        return BOOKS[name](table, rng)
    if name in ENCODINGS:
        return write_text(table.grid, **ENCODINGS[name])
    return BYTES[name](write_text(table.grid), rng)


def whole(table: Table) -> bytes:
    """The bytes of the file as it was."""
    return write_book(table, table.grid) if table.sheet else write_text(table.grid)
