"""The monthly table of drinking-water sources: intake, published judgement, and items where they are given.

One row a source and month. Columns of the judgement and of up to 109 items (``gb3838_table1`` to ``_table3``) may
both be there, or one of them. The judgement is what the table prints; this reader never computes one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from helpers.sources.builder import ReadingBuilder
from helpers.sources.form_fields import NOTE, form_of
from helpers.sources.form_words import against_future
from helpers.sources.head import Head
from helpers.sources.misplaced import CHECKED, LOST_POINT, Written, find_lost_points
from helpers.sources.reading import Reading
from helpers.sources.water_forms import Grid, find_grids, holds_form, is_elsewhere, read_fields, tell_unread
from helpers.sources.water_items import (
    Beyond,
    against_parts,
    match_heading,
    read_value,
    supply_items,
    unit_factor,
)
from helpers.sources.workbook import Cell

FORM = form_of("饮用水水源月报")


def recognise(head: Head) -> bool:
    """Whether a sheet has a heading with the sources' names and their month, judgement or intake."""
    others = [one for one in FORM.fields if one.name in ("date", "judgement", "volume_10k_m3")]

    def names_more(heading: Sequence[str]) -> bool:
        return any(one.is_named(text) for one in others for text in heading if text)

    return holds_form(head, FORM.fields, also=names_more)


def read(
    path: Path, *, cities: Sequence[str] = (), received_on: date | None = None
) -> tuple[Reading, Reading]:
    """Read both tables of the file.

    Parameters
    ----------
    cities
        Names of the city; rows of column 城市 that name another are passed over. Empty takes all.
    received_on
        Day the file was received: later months are quarantined. ``None`` skips the check.

    Returns
    -------
    Reading of ``drinking_sources``: ``source_name, date`` (first day of the month), ``kind``, ``level``,
    ``volume_10k_m3``, ``judgement`` (``attained``, ``not_attained``, ``not_monitored`` or empty),
    ``exceeded_items``; and reading of ``drinking_items``: ``source_name, date, item, value`` in the unit of
    :func:`helpers.sources.water_items.supply_items`, ``is_censored``.

    Raises
    ------
    SourceError
        No sheet has the columns.
    """
    summary, measured = ReadingBuilder("drinking_sources"), ReadingBuilder("drinking_items")
    read, outside = [], Counter()
    grids = find_grids(path, FORM)
    for grid in grids:
        prefix = f"{grid.sheet.name}!" if len(grids) > 1 else ""
        named = [at for at, text in enumerate(grid.heading) if text and match_heading(text, supply_items())]
        tell_unread(summary, grid, prefix, read=named, measures=True)
        for number, cells in grid.rows:
            if grid.is_aside(cells) or is_elsewhere(grid, cells, cities):
                continue
            record = read_fields(summary, grid, (number, cells), FORM, prefix=prefix)
            if record is None:
                continue
            future = against_future(record["date"], "监测月份", received_on)
            if future:
                summary.reject(number, prefix + future[0], f"{record['date']:%Y-%m}", future[1])
                continue
            key = (record["source_name"], record["date"])
            details = tuple(
                record[one] for one in ("kind", "level", "volume_10k_m3", "judgement", "exceeded_items")
            )
            texts = tuple(cell.text for cell in cells)
            if not summary.is_repeat(number, key, texts):
                summary.add(*key, *details)
                read += _read_items(measured, grid, (number, cells), key, prefix, outside)
    _add_items(measured, read, outside)
    items = measured.finish()
    return summary.finish(), Reading(items.table_name, items.table, items.rejects)


@dataclass(frozen=True)
class _Measured:
    """One value of an item as its cell states it."""

    row: int
    column: str
    text: str
    key: tuple[object, object]
    item: str
    value: float
    is_censored: bool
    is_checked: bool


def _add_items(builder: ReadingBuilder, read: Sequence[_Measured], outside: Mapping[object, int]) -> None:
    """Keep what neither its row nor its column contradicts."""
    rows: dict[tuple[object, object], dict[str, tuple[float, bool]]] = defaultdict(dict)
    for one in read:
        rows[one.key][one.item] = one.value, one.is_censored
    doubts = {key: against_parts(own, n_outside=outside[key]) for key, own in rows.items()}
    written = [
        Written(one.item, at, "", one.text, one.value) for at, one in enumerate(read) if not one.is_checked
    ]
    lost = {one.row for one in find_lost_points(written)}
    for at, one in enumerate(read):
        reason = doubts[one.key].get(one.item, "") or (LOST_POINT if at in lost else "")
        if reason:
            builder.reject(one.row, one.column, one.text, reason)
        else:
            builder.add(*one.key, one.item, one.value, one.is_censored)


def _read_items(
    builder: ReadingBuilder,
    grid: Grid,
    row: tuple[int, list[Cell]],
    key: tuple[object, object],
    prefix: str,
    outside: Counter[object],
) -> Iterator[_Measured]:
    number, cells = row
    is_checked = CHECKED in grid.cell(cells, NOTE).text
    for place, heading in enumerate(grid.heading[: len(cells)]):
        found = match_heading(heading, supply_items()) if heading else None
        if found is None:
            continue
        item, unit = found
        try:
            unit_factor(unit or item.unit, item.unit)
            value = read_value(cells[place], item, unit)
        except ValueError as error:
            builder.reject(number, prefix + heading, cells[place].text, str(error))
            outside[key] += isinstance(error, Beyond)
            continue
        if value is not None:
            yield _Measured(number, prefix + heading, cells[place].text, key, item.id, *value, is_checked)
