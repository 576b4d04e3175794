"""Tables people fill in: find the heading among title rows, read each row by its fields, quarantine what cannot be.

A form is a list of fields. A sheet holds the form where one of its first twenty rows names every required
field; other sheets are passed over. A row whose 备注 begins with 示例 is an example. Cells of a vertically
merged range all carry its text, except measured values. Works on workbooks (xlsx) and on CSV files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.cells import (
    Cell,
    check_shown,
    normalise,
    read_day,
    read_due,
    read_month,
    read_number,
    read_period,
)
from helpers.sources.form_fields import CITY, EXAMPLE, NOTE, PLACE, YEAR, Field, Form
from helpers.sources.form_words import (
    NO_ITEM,
    UNREAD,
    UNREAD_SILENTLY,
    against_future,
    is_below,
    is_value,
    read_place,
)
from helpers.sources.head import Head
from helpers.sources.misplaced import (
    CHECKED,
    LOST_POINT,
    Written,
    against_row,
    count_named,
    find_lost_points,
    is_plain,
)
from helpers.sources.reading import TABLES, Reading, refusal
from helpers.sources.text import is_missing
from helpers.sources.water_items import heading_unit, unit_factor
from helpers.sources.workbook import Sheet, read_sheets

_HEADING_ROWS = 20


@dataclass(frozen=True)
class Grid:
    """A sheet that holds a form: the heading, the titles above it, and the rows below."""

    sheet: Sheet
    titles: tuple[str, ...]
    number: int
    heading: tuple[str, ...]
    places: dict[str, int]
    rows: tuple[tuple[int, list[Cell]], ...]

    def cell(self, cells: Sequence[Cell], name: str) -> Cell:
        """Cell of a field, filled from a merged range; empty where the column is absent."""
        place = self.places.get(name, -1)
        cell = cells[place] if 0 <= place < len(cells) else Cell("")
        return Cell(cell.spread) if cell.spread and not cell.text else cell

    def against(self, cells: Sequence[Cell]) -> tuple[str, str, str] | None:
        """Why the cells of a row may stand one column off; see :func:`helpers.sources.misplaced.against_row`."""
        note = self.heading[self.places[NOTE]] if NOTE in self.places else ""
        texts = [cell.text for cell in cells]
        return against_row(texts, count_named(self.heading), {note: self.cell(cells, NOTE).text})

    def is_aside(self, cells: Sequence[Cell]) -> bool:
        """Whether a row is empty, a note or signature below the table, or an example."""
        return is_below(cells) or self.cell(cells, NOTE).text.startswith(EXAMPLE)


def holds_form(
    head: Head, fields: Sequence[Field], *, also: Callable[[Sequence[str]], bool] | None = None
) -> bool:
    """Whether a sheet of the file has a heading with every required field.

    Parameters
    ----------
    also
        What else must be true of the heading's texts; a heading may run over two rows.
    """
    for rows in head.tables:
        for row, below in zip(rows, (*rows[1:], ()), strict=False):
            if _locate(row, fields) and (also is None or also((*row, *below))):
                return True
    return False


def find_grids(
    path: Path,
    form: Form,
    *,
    rank: Callable[[Sequence[str]], int] = len,
    sheets: Sequence[Sheet] | None = None,
) -> list[Grid]:
    """Find every sheet that holds the form.

    Parameters
    ----------
    rank
        Of several rows that could be the heading the highest wins: a heading over two rows, merged
        downwards, is read by the lower one.
    sheets
        Of the file, where the caller has read them.

    Raises
    ------
    SourceError
        No sheet has the required columns. Fill in the template and keep its heading.
    """
    grids = [grid for sheet in sheets or read_sheets(path) if (grid := _find_grid(sheet, form, rank))]
    if not grids:
        needed = [one.label for one in form.fields if one.is_required]
        raise refusal(path, **parts("forms.no_heading", names=", ".join(needed), n=_HEADING_ROWS))
    return grids


def read_form(
    path: Path,
    form: Form,
    *,
    cities: Sequence[str] = (),
    received_on: date | None = None,
    places: Mapping[str, str] | None = None,
    against: Callable[[Mapping[str, object]], tuple[str, str] | None] | None = None,
) -> Reading:
    """Read a form whose every field is a column of its table.

    Parameters
    ----------
    cities
        Names of the city; rows that name another in column 城市 are passed over. Empty takes all.
    received_on
        Day the file was received: nothing may be dated after it. ``None`` skips the check.
    places
        As in :func:`read_place`.
    against
        Names the field and the reason why a row cannot be, or ``None``.

    Returns
    -------
    Reading of ``form.table_name``; a row with a faulty field is quarantined as a whole.

    Raises
    ------
    SourceError
        As in :func:`find_grids`.
    """
    builder = ReadingBuilder(form.table_name)
    labels = {one.name: one.label for one in form.fields}
    grids = find_grids(path, form)
    kept: list[Kept] = []
    for grid in grids:
        prefix = f"{grid.sheet.name}!" if len(grids) > 1 else ""
        tell_unread(builder, grid, prefix)
        for number, cells in grid.rows:
            if grid.is_aside(cells) or is_elsewhere(grid, cells, cities):
                continue
            record = read_fields(builder, grid, (number, cells), form, prefix=prefix, places=places)
            if record is None:
                continue
            fault = against(record) if against else None
            fault = fault or against_future(record[form.dated], form.dated, received_on)
            if fault:
                name, reason = fault
                builder.reject(number, prefix + labels[name], normalise(record[name]), reason)
                continue
            content = tuple(record[name] for name in TABLES[form.table_name])
            if not builder.is_repeat(number, tuple(record[name] for name in form.key), _shown(content)):
                kept.append(Kept(grid, (number, cells), prefix, record, content))
    add_kept(builder, form, kept)
    return builder.finish()


@dataclass(frozen=True)
class Kept:
    """A sound row of a form: where it stands, its fields and what its table takes."""

    grid: Grid
    row: tuple[int, list[Cell]]
    prefix: str
    record: Mapping[str, object]
    content: tuple[object, ...]


def add_kept(builder: ReadingBuilder, form: Form, kept: Sequence[Kept]) -> None:
    """Keep the rows of a form, but those with a number that lost its decimal point, as the rows beside it show.

    A number is compared with those of the same item, or else of the same key on other days.
    """
    numbers = [one for one in form.fields if one.kind == "number" or one.name == "value"]
    written = []
    for at, row in enumerate(kept):
        if CHECKED in row.grid.cell(row.row[1], NOTE).text:
            continue
        same = ["item"] if "item" in row.record else [name for name in form.key if name != form.dated]
        series = tuple(str(row.record[name]) for name in same)
        for one in numbers:
            text = row.grid.cell(row.row[1], one.name).text
            if is_plain(text):
                written.append(Written((one.name, *series), at, one.label, text, float(text)))
    lost = {one.row: one for one in find_lost_points(written)}
    for at, row in enumerate(kept):
        if one := lost.get(at):
            builder.reject(row.row[0], row.prefix + one.column, one.text, LOST_POINT)
        else:
            builder.add(*row.content)


def read_fields(
    builder: ReadingBuilder,
    grid: Grid,
    row: tuple[int, list[Cell]],
    form: Form,
    *,
    prefix: str = "",
    places: Mapping[str, str] | None = None,
) -> dict[str, object] | None:
    """Read the fields of one row; ``None`` after quarantining it, once for every field that cannot be."""
    number, cells = row
    if shifted := grid.against(cells):
        column, found, reason = shifted
        builder.reject(number, prefix + column, found, reason)
        return None
    record: dict[str, object] = {}
    for one in form.fields:
        cell = grid.cell(cells, one.name)
        try:
            value = _read_field(cell, one, grid, cells)
            record[one.name] = read_place(str(value), places) if one.name == PLACE and value else value
        except ValueError as error:
            builder.reject(number, f"{prefix}{one.label}", cell.text, str(error))
    return record if len(record) == len(form.fields) else None


def _read_field(cell: Cell, one: Field, grid: Grid, cells: Sequence[Cell]) -> object:
    """Text, a number (``None`` where empty) or a day (``None`` where empty); a ``ValueError`` says what is wrong."""
    check_shown(cell)
    if is_missing(cell.text):
        if one.is_required and one.kind != "month":
            raise ValueError(message("forms.empty", label=one.label))
        if one.kind == "text":
            return ""
        return _month(cell, grid, cells) if one.kind == "month" else None
    if one.choices:
        known = {**one.spoken, **one.choices, **{value: value for value in one.choices.values()}}
        if cell.text not in known:
            raise ValueError(message("forms.choices", names=", ".join(one.choices)))
        return known[cell.text]
    if one.kind == "number":
        return _number(cell, one, grid, cells)
    if one.kind == "date":
        return read_day(cell)
    if one.kind == "due":
        return read_due(cell)
    if one.kind == "period":
        return read_period(cell)
    return _month(cell, grid, cells) if one.kind == "month" else cell.text


def tell_unread(
    builder: ReadingBuilder, grid: Grid, prefix: str, *, read: Collection[int] = (), measures: bool = False
) -> None:
    """Name every column that holds something and that nothing read.

    Parameters
    ----------
    read
        Places of columns that are read beside the fields.
    measures
        Whether columns of values are items: one that is not known may be one that was meant.
    """
    rows = [cells for _, cells in grid.rows if not grid.is_aside(cells)]
    for place in set(range(len(grid.heading))) - {*grid.places.values(), *read}:
        heading, held = (
            grid.heading[place],
            [row[place].text for row in rows if place < len(row) and row[place].text],
        )
        if not held or not heading or UNREAD_SILENTLY.search(heading):
            continue
        is_item = measures and sum(map(is_value, held)) * 2 > len(held)
        builder.reject(grid.number, prefix + heading, heading, message(NO_ITEM if is_item else UNREAD))


def is_elsewhere(grid: Grid, cells: Sequence[Cell], cities: Sequence[str]) -> bool:
    """Whether a row names another city."""
    named = grid.cell(cells, CITY).text
    return bool(cities and named and named not in cities)


def _find_grid(sheet: Sheet, form: Form, rank: Callable[[Sequence[str]], int]) -> Grid | None:
    best: tuple[int, int, tuple[str, ...], dict[str, int]] | None = None
    for index, (_, cells) in enumerate(sheet.rows[:_HEADING_ROWS]):
        heading = tuple(cell.text or cell.spread for cell in cells)
        places = _locate(heading, form.fields)
        if places and (best is None or rank(heading) > best[0]):
            best = (rank(heading), index, heading, places)
    if best is None:
        return None
    _, index, heading, places = best
    titles = tuple(cell.text for _, cells in sheet.rows[:index] for cell in cells if cell.text)
    return Grid(sheet, titles, sheet.rows[index][0], heading, places, sheet.rows[index + 1 :])


def _locate(heading: Sequence[str], fields: Iterable[Field]) -> dict[str, int]:
    """Place of each field in a heading; nothing when a required one is absent."""
    places: dict[str, int] = {}
    for one in fields:
        place = next((place for place, text in enumerate(heading) if text and one.is_named(text)), -1)
        if place >= 0:
            places[one.name] = place
        elif one.is_required:
            return {}
    return places


def _number(cell: Cell, one: Field, grid: Grid, cells: Sequence[Cell]) -> float:
    """A number in the unit of the field, converted from the unit of the heading."""
    heading = heading_unit(normalise(grid.heading[grid.places[one.name]])) or one.unit
    asked = grid.cell(cells, one.unit_field).text if one.unit_field else heading or _in_brackets(one.label)
    value = read_number(cell if not one.label.startswith("年") else _without_year(cell), asked)
    if one.unit:
        value *= unit_factor(heading, one.unit)
    if not one.low <= value <= one.high:
        raise ValueError(
            message("cells.outside", low=f"{one.low:g}", high=f"{one.high:g} {one.unit}".rstrip())
        )
    return float(value)


def _without_year(cell: Cell) -> Cell:
    return replace(cell, text=cell.text.removesuffix("度").removesuffix("年"))


def _in_brackets(label: str) -> str:
    """What a label writes in its outer brackets, such as dB(A)."""
    match = re.search(r"\(((?:[^()]|\([^()]*\))*)\)$", normalise(label))
    return match[1] if match else ""


def _month(cell: Cell, grid: Grid, cells: Sequence[Cell]) -> date:
    """First day of the month a cell names.

    A bare month takes its year from the row's 年份, the sheet's name or a title; an empty cell takes both from
    the name or a title.
    """
    text = cell.text.replace(" ", "")
    found = read_month(cell) if text else None
    if found is not None:
        return found
    year_of_row = grid.cell(cells, YEAR).text.removesuffix("年")
    for context in filter(None, (year_of_row, grid.sheet.name, *grid.titles)):
        month = re.search(r"(20\d{2})年?[-.]?(1[0-2]|0?[1-9])月", context)
        year = re.search(r"(20\d{2})(?:年|$)", context)
        bare = re.fullmatch(r"(1[0-2]|0?[1-9])月?份?", text)
        if month and not text:
            return date(int(month[1]), int(month[2]), 1)
        if year and bare:
            return date(int(year[1]), int(bare[1]), 1)
    raise ValueError(message("forms.no_month"))


def _shown(content: Iterable[object]) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in content)
