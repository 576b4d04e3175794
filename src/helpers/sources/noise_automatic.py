"""The monthly workbook of the automatic noise stations: sheet 详情 (a row a station and day) and sheet 汇总.

详情 has the levels of 24 hours under one merged heading, then day and night levels; ``—`` is missing, and cells of the
station may be merged down over its days. 汇总 counts point-times (点次总数, 达标点次) under merged zone classes, each over
昼间 and 夜间: what it prints is kept beside what the hours tell, never in their place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.cells import Cell, read_number
from helpers.sources.head import Head
from helpers.sources.noise_manual import (
    FORM,
    HIGHEST_DB,
    LOWEST_DB,
    hour_columns,
    read_point,
    zone_of,
)
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import is_missing
from helpers.sources.water_forms import (
    find_grids,
    holds_form,
    is_elsewhere,
    tell_unread,
)
from helpers.sources.workbook import Sheet, read_sheets

DETAIL = replace(
    FORM,
    sheet="详情",
    fields=tuple(replace(one, is_required=one.is_required and one.kind != "number") for one in FORM.fields),
)
SUMMARY, TOTAL, ATTAINED = "汇总", "点次总数", "达标点次"
PERIODS = {"昼间": "day", "夜间": "night"}
_HOURS = 24


def recognise(head: Head) -> bool:
    """Whether a sheet has stations, days and columns of hours."""
    return holds_form(head, DETAIL.fields, also=lambda heading: len(hour_columns(heading)) == _HOURS)


def read(
    path: Path, *, cities: Sequence[str] = (), received_on: date | None = None
) -> tuple[Reading, Reading, Reading]:
    """Read both sheets.

    Parameters
    ----------
    cities, received_on
        As in :func:`helpers.sources.noise_manual.read`.

    Returns
    -------
    Readings of ``noise_points`` (``method`` is ``automatic``; a day without any level stays), of ``noise_hours``
    (``point_id, time`` hour-ending, ``zone, value``) and of ``noise_summaries`` (``date`` first day of the month, ``zone,
    period`` day or night, ``n, n_met``).

    Raises
    ------
    SourceError
        No sheet has stations, days and 24 hours, or the days are of more than one month.
    """
    days, hours = ReadingBuilder("noise_points"), ReadingBuilder("noise_hours")
    sheets = read_sheets(path)
    months: set[date] = set()
    for grid in find_grids(path, DETAIL, rank=lambda heading: len(hour_columns(heading)), sheets=sheets):
        places = hour_columns(grid.heading)
        if len(places) < _HOURS:
            raise refusal(path, row=grid.number, **parts("noise.hours", name=grid.sheet.name, n=len(places)))
        prefix = f"{grid.sheet.name}!"
        tell_unread(days, grid, prefix, read=places.values())
        for number, cells in grid.rows:
            if grid.is_aside(cells) or is_elsewhere(grid, cells, cities):
                continue
            record = read_point(days, grid, (number, cells), DETAIL, prefix, received_on)
            if record is None:
                continue
            texts = tuple(cell.text for cell in cells)
            key = (record["point_id"], record["date"])
            if days.is_repeat(number, key, texts):
                continue
            levels = (record["day_db"], record["night_db"])
            days.add(*key, record["point_name"], record["zone"], *levels, "automatic")
            months.add(record["date"].replace(day=1))
            _add_hours(hours, (number, cells), places, key, str(record["zone"]), prefix)
    if len(months) > 1:
        raise refusal(path, **parts("noise.months", n=len(months)))
    return days.finish(), hours.finish(), _read_summary(sheets, months)


def _add_hours(
    builder: ReadingBuilder,
    row: tuple[int, list[Cell]],
    places: dict[int, int],
    key: tuple[object, object],
    zone: str,
    prefix: str,
) -> None:
    number, cells = row
    point, day = key
    midnight = datetime.combine(day, datetime.min.time())
    for hour, place in sorted(places.items()):
        value = _read_cell(
            builder, number, f"{prefix}{hour}时", cells[place : place + 1], (LOWEST_DB, HIGHEST_DB)
        )
        if value is not None:
            builder.add(point, midnight + timedelta(hours=hour + 1), zone, value)


def _read_cell(
    builder: ReadingBuilder,
    row: int,
    column: str,
    cell: Sequence[Cell],
    ends: tuple[float, float],
    *,
    unit: str = "dB(A)",
) -> float | None:
    """One number of a row, as far as it has that cell; ``None`` where it is missing or was quarantined."""
    if not cell or (is_missing(cell[0].text) and not cell[0].problem):
        return None
    try:
        value = float(read_number(cell[0], unit))
        if not ends[0] <= value <= ends[1]:
            raise ValueError(message("cells.outside", low=f"{ends[0]:g}", high=f"{ends[1]:g}"))
    except ValueError as error:
        builder.reject(row, column, cell[0].text, str(error))
        return None
    return value


def _read_summary(sheets: Sequence[Sheet], months: set[date]) -> Reading:
    """Counts of sheet 汇总 for the month of the days; a workbook without that sheet gives none."""
    builder = ReadingBuilder("noise_summaries")
    for sheet in sheets:
        columns: dict[int, tuple[str, str]] = {}
        counts: dict[str, tuple[int, list[Cell]]] = {}
        above: list[Cell] = []
        for number, cells in sheet.rows if months else ():
            if not columns:
                columns = _class_columns(above, cells)
            for cell in cells[:2]:
                if columns and cell.text in (TOTAL, ATTAINED):
                    counts[cell.text] = (number, cells)
            above = cells
        if len(counts) == 2:
            _add_counts(builder, columns, counts, min(months), f"{sheet.name}!")
    reading = builder.finish()
    return Reading(reading.table_name, reading.table, reading.rejects)


def _class_columns(above: Sequence[Cell], below: Sequence[Cell]) -> dict[int, tuple[str, str]]:
    """Place → zone and period, of a row of merged classes over a row of 昼间 and 夜间."""
    zone, found = "", {}
    for place, cell in enumerate(below):
        title = above[place].text if place < len(above) else ""
        if re.fullmatch(r"(?:[0-3]|4[abAB])类区?", title):
            zone = zone_of(title)
        elif title:
            zone = ""
        if zone and cell.text in PERIODS:
            found[place] = (zone, PERIODS[cell.text])
    return found


def _add_counts(
    builder: ReadingBuilder,
    columns: dict[int, tuple[str, str]],
    counts: dict[str, tuple[int, list[Cell]]],
    month: date,
    prefix: str,
) -> None:
    for place, (zone, period) in columns.items():
        numbers = []
        for name in (TOTAL, ATTAINED):
            row, cells = counts[name]
            column, cell = f"{prefix}{zone}类 {period}", cells[place : place + 1]
            value = _read_cell(builder, row, column, cell, (0, 1e6), unit="")
            if value is not None and value % 1:
                builder.reject(row, column, cell[0].text, message("noise.no_whole_number"))
                value = None
            numbers.append(value)
        if None in numbers:
            continue
        n, n_met = map(int, numbers)
        if n_met > n:
            row = counts[ATTAINED][0]
            builder.reject(row, f"{prefix}{zone}类 {period}", str(n_met), message("noise.more_than_all", n=n))
        elif n:
            builder.add(month, zone, period, n, n_met)
