"""Farmland samples of cadmium in soil and rice (CSV): two rows of title and units stand before the header.

Columns ``X, Y, land_use, pH, SoilCdtot, RiceCd, StrawCd, SoilCdavi, OC, Clay``: total cadmium of soil, cadmium of rice
and organic carbon are read in the units of the row above the header; straw, available cadmium and clay are not
(caveat ``columns_not_read``). The file numbers no samples: each is named by its row.
"""

from __future__ import annotations

from pathlib import Path

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.land_items import content_factor, read_content, soil_item
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import read_rows

_COLUMNS = {"SoilCdtot": ("soil", "Cd"), "RiceCd": ("crop", "Cd"), "OC": ("soil", "OC")}
_REQUIRED = ("X", "Y", "land_use", "pH", "SoilCdtot")
_LAND_USES = {"Paddy": "paddy", "Upland": "other", "NA": "", "": ""}
_HEADING_PLACE = 2


def recognise(head: Head) -> bool:
    """Whether the third record names place, land use, pH and total cadmium."""
    return len(head.rows) > _HEADING_PLACE and set(head.rows[_HEADING_PLACE]) >= set(_REQUIRED)


def read(path: Path) -> Reading:
    """Read the samples.

    Returns
    -------
    Reading of ``soil_samples``: ``survey`` is the title of the file; ``medium`` is ``crop`` for rice; contents
    of cadmium in mg/kg, organic carbon in g/kg; coordinates in degrees as the file gives them; no date, no depth.

    Raises
    ------
    SourceError
        The header is not in the third row, or a unit above it is unknown.
    """
    rows = read_rows(path)
    if len(rows) <= _HEADING_PLACE or not set(rows[_HEADING_PLACE][1]) >= set(_REQUIRED):
        raise refusal(path, row=3, expected=", ".join(_REQUIRED), **parts("land.third_row"))
    (_, title), (_, units), (_, heading), *body = rows
    places = {name: heading.index(name) for name in (*_REQUIRED, *_COLUMNS) if name in heading}
    written = {name: units[places[name]] for name in _COLUMNS if name in places}
    _check_units(path, written)
    builder = ReadingBuilder("soil_samples")
    builder.warn("columns_not_read")
    for row, cells in body:
        if len(cells) != len(heading):
            builder.reject(
                row, "", ",".join(cells)[:60], message("records.cells", n=len(cells), width=len(heading))
            )
            continue
        record = {name: cells[place] for name, place in places.items()}
        _add_sample(builder, row, record, survey=title[0], units=written)
    return builder.finish()


def _check_units(path: Path, units: dict[str, str]) -> None:
    for name, unit in units.items():
        try:
            content_factor(unit)
        except ValueError as error:
            raise refusal(path, str(error), row=2, column=name, remedy=message("land.unit_row")) from error


def _add_sample(
    builder: ReadingBuilder, row: int, record: dict[str, str], *, survey: str, units: dict[str, str]
) -> None:
    land_use = record["land_use"]
    if land_use not in _LAND_USES:
        builder.reject(
            row, "land_use", land_use, message("cells.is_none_of", names=", ".join(filter(None, _LAND_USES)))
        )
        return
    place = {"X": "longitude", "Y": "latitude", "pH": "ph"}
    longitude, latitude, ph = (
        builder.number(row, name, record[name], of=column) for name, column in place.items()
    )
    for name, unit in units.items():
        medium, item_id = _COLUMNS[name]
        item = soil_item(item_id)
        try:
            value = read_content(record[name], item, unit)
        except ValueError as error:
            builder.reject(row, name, record[name], str(error))
            continue
        if value is not None:
            where = (survey, str(row), None, "", longitude, latitude, "")
            builder.add(*where, _LAND_USES[land_use], ph, medium, item.id, value[0], item.unit, value[1])
