"""The monthly table of drinking-water sources: intake, published judgement, and items where they are given.

One row a source and month. Columns of the judgement and of up to 109 items (``gb3838_table1`` to ``_table3``) may
both be there, or one of them. The judgement is what the table prints; this reader never computes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from helpers.sources.builder import ReadingBuilder
from helpers.sources.form_words import against_future
from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.water_forms import (
    Grid,
    find_grids,
    form_of,
    holds_form,
    is_elsewhere,
    read_fields,
    tell_unread,
)
from helpers.sources.water_items import match_heading, read_value, supply_items, unit_factor
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
                _add_items(measured, grid, (number, cells), key, prefix)
    items = measured.finish()
    return summary.finish(), Reading(items.table_name, items.table, items.rejects)


def _add_items(
    builder: ReadingBuilder, grid: Grid, row: tuple[int, list[Cell]], key: tuple[object, object], prefix: str
) -> None:
    number, cells = row
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
            continue
        if value is not None:
            builder.add(*key, item.id, *value)
