"""Survey of topsoil as a workbook (xls or xlsx): one sheet of places, one of contents with units in the headings.

The heading stands below title rows. Contents are told by the symbol before the bracket, ``Cd (ng/g)``, each in the
unit in the bracket; rows of both sheets belong together by 编号. A legend beside the places says what the numbers
in 功能区 mean. Coordinates in metres of a local grid are not read, nor sheets without 编号 (caveat
``columns_not_read``). Such surveys carry no pH, so farmland limits cannot be applied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import nan
from pathlib import Path

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.land_items import SoilItem, content_factor, is_content_unit, read_content, soil_items
from helpers.sources.reading import Reading, refusal
from helpers.sources.workbook import read_sheets

_ID, _ZONE = "编号", "功能区"
_HEADING_ROWS = 20
_CONTENT = re.compile(r"(?P<name>[^()]+?)\s*\((?P<unit>[^()]+)\)")
Rows = list[tuple[int, list[str]]]


def recognise(head: Head) -> bool:
    """Whether a sheet has 编号 beside contents with units."""
    headings = [row for sheet in head.sheets for row in sheet if _ID in row]
    units = [unit for row in headings for _, unit in _contents(row).values()]
    return any(map(is_content_unit, units))


def read(path: Path) -> Reading:
    """Read the contents, with the functional zone of each place.

    Returns
    -------
    Reading of ``soil_samples``: ``survey`` is the title above the contents, ``zone`` the word of the legend;
    no date, coordinates, depth, land use or pH. Values in mg/kg.

    Raises
    ------
    SourceError
        The workbook cannot be opened, or no sheet has 编号 beside contents with units.
    """
    builder = ReadingBuilder("soil_samples")
    zones: dict[str, str] = {}
    found = False
    sheets = _read_sheets(path)
    for rows in sheets:
        zones |= _read_zones(rows)
    for rows in sheets:
        place = _find_heading(rows)
        contents = _contents(rows[place][1]) if place >= 0 else {}
        if contents:
            found = True
            title = next((cell for _, cells in rows[:place] for cell in cells if cell), "")
            _add_samples(builder, rows[place:], contents, (title, zones))
        else:
            builder.warn("columns_not_read")
    if not found:
        raise refusal(path, **parts("land.no_survey", id=_ID))
    return builder.finish()


def _read_sheets(path: Path) -> list[Rows]:
    return [
        [(number, [cell.text or cell.problem for cell in cells]) for number, cells in sheet.rows]
        for sheet in read_sheets(path)
    ]


def _find_heading(rows: Rows) -> int:
    return next((n for n, (_, cells) in enumerate(rows[:_HEADING_ROWS]) if _ID in cells), -1)


def _contents(heading: Sequence[str]) -> dict[int, tuple[SoilItem, str]]:
    """Place of each column of contents, its item and its unit."""
    found = {}
    for place, text in enumerate(heading):
        match = _CONTENT.fullmatch(text)
        item = soil_items().get(match["name"].casefold()) if match else None
        if match and item:
            found[place] = (item, match["unit"])
    return found


def _read_zones(rows: Rows) -> dict[str, str]:
    """Word of the functional zone of each place; the legend is the second column of that name and the one beside it."""
    place = _find_heading(rows)
    heading = rows[place][1] if place >= 0 else []
    columns = [n for n, text in enumerate(heading) if text == _ZONE]
    if len(columns) < 2:
        return {}
    own, legend = columns[:2]
    below = [cells for _, cells in rows[place + 1 :]]
    words = {cells[legend]: cells[legend + 1] for cells in below if len(cells) > legend + 1 and cells[legend]}
    number = heading.index(_ID)
    return {cells[number]: words.get(cells[own], "") for cells in below if cells[number]}


def _add_samples(
    builder: ReadingBuilder,
    rows: Rows,
    contents: dict[int, tuple[SoilItem, str]],
    context: tuple[str, dict[str, str]],
) -> None:
    """Add the contents below a heading; ``context`` is the survey's title and the zones by sample."""
    (heading_number, heading), *body = rows
    survey, zones = context
    number = heading.index(_ID)
    for place, (_, unit) in list(contents.items()):
        try:
            content_factor(unit)
        except ValueError as error:
            builder.reject(heading_number, heading[place], unit, f"{error}; {message('forms.column_unread')}")
            del contents[place]
    for row, cells in body:
        sample = cells[number]
        texts = tuple(cells[place] for place in contents)
        if not sample or builder.is_repeat(row, sample, texts):
            continue
        for place, (item, unit) in contents.items():
            try:
                value = read_content(cells[place], item, unit)
            except ValueError as error:
                builder.reject(row, heading[place], cells[place], str(error))
                continue
            if value is not None:
                where = (survey, sample, None, zones.get(sample, ""), nan, nan, "")
                builder.add(*where, "", nan, "soil", item.id, value[0], item.unit, value[1])
