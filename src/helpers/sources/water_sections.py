"""The monthly section workbook of a monitoring station: one row a section and month, one column an item.

The heading is found below merged title rows; items are told by their Chinese name or symbol, each in the unit
its heading writes in brackets (or in a row of units below the heading), and converted exactly. ``L`` after a
value or ``<`` before it means below the detection limit, which is then the value. The month stands in the row,
or in the sheet's name or title. Sheets without such a heading are passed over.

Of several rows with one section and month the revised edition stands (column 数据状态, or 修订 in the sheet's name
or title), then the final, then the preliminary; of equal ones the fullest, then the first; another one that differs is
quarantined whole, by the rule that decided. A file of revised rows only stands against the other files.
An unknown section is quarantined with the nearest known names; a faulty cell is quarantined alone. A value of a
trace item more than three hundred times the column's median is set aside as a mixed unit, unless 备注 says 已核实.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import pandas as pd

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.cells import Cell, is_mark, normalise
from helpers.sources.form_fields import NOTE, form_of
from helpers.sources.form_words import against_future, suggest
from helpers.sources.head import Head
from helpers.sources.misplaced import CHECKED, LOST_POINT, Written, find_lost_points
from helpers.sources.reading import Reading, refusal
from helpers.sources.water_automatic import is_list
from helpers.sources.water_forms import Grid, find_grids, holds_form, is_elsewhere, read_fields, tell_unread
from helpers.sources.water_items import (
    SECTION_ITEMS,
    Beyond,
    Item,
    against_parts,
    is_unit,
    match_heading,
    read_value,
    unit_factor,
)

_SAID = {"final": "water.final", "preliminary": "water.preliminary", "revised": "water.revised"}
FORM = form_of("断面月报")
_STATUSES = next(one.choices for one in FORM.fields if one.name == "status")
_PRECEDENCE = ("revised", "final", "preliminary")
_MIN_ITEMS = 3
_VERIFIED, _SUSPECT_RATIO, _MIN_FOR_MEDIAN = "已核实", 300, 5


@dataclass(frozen=True)
class _Column:
    """A column of values: its place, heading, item and unit."""

    place: int
    heading: str
    item: Item
    unit: str


@dataclass(frozen=True)
class _Row:
    """One section and month as a row states it."""

    number: int
    prefix: str
    cells: Sequence[Cell]
    columns: Sequence[_Column]
    section_id: str
    record: Mapping[str, object]

    @property
    def content(self) -> dict[str, tuple[str, str]]:
        """What the row measures, to compare editions."""
        return {
            one.item.id: (self.cells[one.place].text, one.unit)
            for one in self.columns
            if one.place < len(self.cells) and self.cells[one.place].text
        }


def recognise(head: Head) -> bool:
    """Whether a sheet has a heading with a section and at least three items, and is no list of the automatic stations."""
    return holds_form(head, FORM.fields, also=lambda row: count_items(row) >= _MIN_ITEMS and not is_list(row))


def count_items(heading: Sequence[str]) -> int:
    """Number of cells of a heading that name a water-quality item."""
    return sum(match_heading(text, SECTION_ITEMS) is not None for text in heading if text)


def read(
    path: Path,
    *,
    sections: pd.DataFrame | None = None,
    cities: Sequence[str] = (),
    received_on: date | None = None,
) -> Reading:
    """Read the measured values.

    Parameters
    ----------
    sections
        Known sections: ``section_id``, ``name_zh``, ``aliases`` (joined by ``;``).
    cities
        Names of the city; rows of column 城市 that name another are passed over. Empty takes all.
    received_on
        Day the file was received: later months are quarantined. ``None`` skips the check.

    Returns
    -------
    Reading of ``water_sections``: ``section_id``, ``date`` (first day of the month), ``item``, ``value`` in
    the unit of :data:`helpers.sources.water_items.SECTION_ITEMS`, ``is_censored``, ``method`` (``manual``,
    ``automatic``, ``combined`` or ``unstated``).

    Raises
    ------
    SourceError
        No sheet has the columns, or no list of sections was given.
    """
    if sections is None:
        raise refusal(path, column="断面名称", **parts("water.no_sections"))
    builder = ReadingBuilder("water_sections")
    names = _known_names(sections)
    grids = [grid for grid in find_grids(path, FORM, rank=count_items) if count_items(grid.heading)]
    rows: dict[tuple[str, object], list[_Row]] = defaultdict(list)
    for grid in grids:
        prefix = f"{grid.sheet.name}!" if len(grids) > 1 else ""
        columns, below = _read_columns(builder, grid, prefix)
        for number, cells in grid.rows[below:]:
            if grid.is_aside(cells) or is_elsewhere(grid, cells, cities):
                continue
            row = _read_row(builder, grid, (number, cells), names, prefix=prefix)
            if row is None:
                continue
            section_id, record = row
            future = against_future(record["date"], "监测月份", received_on)
            if future:
                builder.reject(number, prefix + future[0], f"{record['date']:%Y-%m}", future[1])
                continue
            rows[section_id, record["date"]].append(_Row(number, prefix, cells, columns, section_id, record))
    standing = [_choose(builder, rivals) for rivals in rows.values()]
    if standing and all(row.record["status"] == "revised" for row in standing):
        builder.warn("revised_edition")
    _add_values(builder, standing)
    return builder.finish()


def _known_names(sections: pd.DataFrame) -> dict[str, str]:
    """Name or alias → id."""
    return {
        normalise(name): section_id
        for section_id, own, aliases in sections[["section_id", "name_zh", "aliases"]].itertuples(index=False)
        for name in filter(None, (own, *aliases.split(";")))
    }


def _read_columns(builder: ReadingBuilder, grid: Grid, prefix: str) -> tuple[list[_Column], int]:
    """Columns of items, and how many rows below the heading are part of it (a row of units)."""
    below = list(grid.rows[0][1]) if grid.rows else []
    texts = [cell.text for cell in below if cell.text]
    has_units = bool(texts) and all(is_unit(text.strip("()")) for text in texts)
    columns: dict[str, _Column] = {}
    for place, heading in enumerate(grid.heading):
        found = match_heading(heading, SECTION_ITEMS) if heading else None
        if found is None:
            continue
        item, unit = found
        if has_units and place < len(below):
            unit = below[place].text.strip("()") or unit
        try:
            unit_factor(unit or item.unit, item.unit)
        except ValueError as error:
            builder.reject(grid.number, prefix + heading, unit, f"{error}; {message('forms.column_unread')}")
            continue
        if item.id in columns:
            first = columns[item.id].heading
            builder.reject(
                grid.number, prefix + heading, heading, message("water.item_twice", item=item.id, first=first)
            )
            continue
        if not unit and item.unit != "无量纲":
            builder.warn("water_units_assumed")
        columns[item.id] = _Column(place, heading, item, unit)
    named = [place for place, text in enumerate(grid.heading) if text and match_heading(text, SECTION_ITEMS)]
    tell_unread(builder, grid, prefix, read=named, measures=True)
    return list(columns.values()), int(has_units)


def _read_row(
    builder: ReadingBuilder,
    grid: Grid,
    row: tuple[int, list[Cell]],
    names: Mapping[str, str],
    *,
    prefix: str,
) -> tuple[str, dict[str, object]] | None:
    """Section and fields of one row, or ``None`` after quarantining it."""
    record = read_fields(builder, grid, row, FORM, prefix=prefix)
    if record is None:
        return None
    name = str(record["section"])
    unmarked = "".join(one for one in name if not is_mark(one)).removesuffix("断面")
    section_id = names.get(name) or names.get(unmarked)
    if section_id is None:
        told = (message("water.no_section"), suggest(name, names), message("water.add_section"))
        reason = "; ".join(told)
        builder.reject(row[0], f"{prefix}断面名称", name, reason)
        return None
    if not record["status"]:
        titles = " ".join((grid.sheet.name, *grid.titles))
        record["status"] = next((code for word, code in _STATUSES.items() if word in titles), "final")
    return section_id, record


def _choose(builder: ReadingBuilder, rivals: Sequence[_Row]) -> _Row:
    """The row that stands for a section and month; the others are dropped when equal, else quarantined."""
    standing = min(rivals, key=lambda row: (_PRECEDENCE.index(row.record["status"]), -len(row.content)))
    place = f"{standing.prefix}row {standing.number}"
    for row in rivals:
        if row is standing:
            continue
        if row.content == standing.content:
            builder.warn("repeated_rows_dropped")
            continue
        found = f"{row.record['section']} {row.record['date']:%Y-%m}"
        status = message(_SAID[standing.record["status"]])
        reason = message(f"editions.{_rule(row, standing)}", place=place, status=status)
        builder.reject(row.number, row.prefix, found, reason)
    return standing


def _rule(row: _Row, standing: _Row) -> str:
    """The rule by which a row stands against another of its section and month."""
    if row.record["status"] != standing.record["status"]:
        return "row_status"
    return "row_fuller" if len(row.content) < len(standing.content) else "row_first"


def _add_values(builder: ReadingBuilder, rows: Sequence[_Row]) -> None:
    """Keep every sound value; set aside what looks like a mixed unit."""
    values, outside = [], Counter()
    for row in rows:
        for column in row.columns:
            read, is_outside = _read_cell(builder, row, column)
            outside[id(row)] += is_outside
            values += [(row, column, read)] if read is not None else []
    by_item: dict[str, list[float]] = defaultdict(list)
    for _, column, (value, _) in values:
        by_item[column.item.id].append(value)
    medians = {item: median(found) for item, found in by_item.items() if len(found) >= _MIN_FOR_MEDIAN}
    doubts = _doubts(values, outside)
    for row, column, (value, is_censored) in values:
        if doubt := doubts.get((id(row), column.place)):
            builder.reject(row.number, row.prefix + column.heading, row.cells[column.place].text, doubt)
            continue
        usual = medians.get(column.item.id, 0.0)
        is_checked = column.item.is_trace and _VERIFIED not in str(row.record[NOTE])
        if usual and is_checked and value > _SUSPECT_RATIO * usual:
            reason = message("water.times_median", ratio=f"{value / usual:.0f}", verified=_VERIFIED)
            builder.reject(row.number, row.prefix + column.heading, row.cells[column.place].text, reason)
            continue
        method = row.record["method"] or "unstated"
        builder.add(row.section_id, row.record["date"], column.item.id, value, is_censored, method)


def _doubts(
    values: Sequence[tuple[_Row, _Column, tuple[float, bool]]], outside: Mapping[int, int]
) -> dict[tuple[int, int], str]:
    """Row and place of a value → why it contradicts another of its row, or its column."""
    rows: dict[int, dict[str, tuple[float, bool]]] = defaultdict(dict)
    places: dict[tuple[int, str], int] = {}
    written = []
    for row, column, read in values:
        rows[id(row)][column.item.id] = read
        places[id(row), column.item.id] = column.place
        text = row.cells[column.place].text
        if CHECKED not in str(row.record[NOTE]):
            written.append(Written(column.item.id, id(row), str(column.place), text, read[0]))
    found = {
        (row, places[row, item]): why
        for row, own in rows.items()
        for item, why in against_parts(own, n_outside=outside[row]).items()
    }
    lost = {(one.row, int(one.column)): LOST_POINT for one in find_lost_points(written)}
    return lost | found


def _read_cell(builder: ReadingBuilder, row: _Row, column: _Column) -> tuple[tuple[float, bool] | None, bool]:
    """Value of a cell, ``None`` where it has none or was quarantined; and whether it cannot be one of its item."""
    cell = row.cells[column.place] if column.place < len(row.cells) else Cell("")
    try:
        return read_value(cell, column.item, column.unit), False
    except ValueError as error:
        builder.reject(row.number, row.prefix + column.heading, cell.text, str(error))
        return None, isinstance(error, Beyond)
