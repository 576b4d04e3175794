"""Hourly and daily weather as open archives give it: JSON with a list a variable and units beside them.

The values are those of a weather model's grid cell (a reanalysis), not of an instrument: caveat
``weather_of_grid_model``. Times must be Beijing's (``utc_offset_seconds`` 28800), for days cannot be shifted
afterwards; precipitation of an hour is the sum of the hour that ends there.

The same tables as CSV are read too: a row of names and one of values for the place, then a table an interval, units in
brackets behind the names. An answer for several places is refused: which of them is the city's is not said.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from math import nan
from pathlib import Path
from typing import Any

from helpers.dictionary import limits, tables
from helpers.errors import SourceError
from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.dates import parse_day, parse_hour
from helpers.sources.head import Head
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import read_text, split_rows
from helpers.units import unit as unit_of

# Variable → column it fills. The orders are those of the tables.
HOURLY = {
    "temperature_2m": "temperature_deg_c",
    "wind_speed_10m": "wind_speed_m_s",
    "wind_direction_10m": "wind_direction_deg",
    "relative_humidity_2m": "relative_humidity_pct",
    "surface_pressure": "pressure_hpa",
    "precipitation": "precipitation_mm",
}
DAILY = {
    "temperature_2m_mean": "temperature_mean_deg_c",
    "temperature_2m_max": "temperature_max_deg_c",
    "temperature_2m_min": "temperature_min_deg_c",
    "precipitation_sum": "precipitation_mm",
    "wind_speed_10m_mean": "wind_speed_m_s",
    "wind_direction_10m_dominant": "wind_direction_deg",
    "relative_humidity_2m_mean": "relative_humidity_pct",
    "surface_pressure_mean": "pressure_hpa",
}
_BLOCKS = {
    "hourly": ("met_hourly", HOURLY, "temperature_2m", parse_hour),
    "daily": ("met_daily", DAILY, "temperature_2m_mean", parse_day),
}
_BEIJING_SECONDS = 28_800
_HEAD = re.compile(r"(\w+) \((.+)\)")


def recognise(head: Head) -> bool:
    """Whether the file is such a JSON: an offset from UTC and a block of hourly or daily lists."""
    start = head.raw.lstrip()[:4096]
    has_block = any(f'"{name}_units"'.encode() in start for name in _BLOCKS)
    is_json = start[:1] in (b"{", b"[") and b'"utc_offset_seconds"' in start and has_block
    return is_json or {"latitude", "longitude", "utc_offset_seconds"} <= set(head.header)


def read(path: Path) -> tuple[Reading, ...]:
    """Read the blocks the file holds.

    Returns
    -------
    Readings of ``met_hourly`` and ``met_daily`` (°C, m/s, degrees, %, hPa, mm), those that are there;
    variables the file lacks are missing.

    Raises
    ------
    SourceError
        The times are not Beijing's, a unit is another, the temperature is absent, or the lists differ in
        length. Ask for timezone=Asia/Shanghai and wind_speed_unit=ms.
    """
    text = read_text(path)
    page = _read_json(path, text) if text.lstrip()[:1] in ("{", "[") else _read_csv(path, text)
    if page.get("utc_offset_seconds") != _BEIJING_SECONDS:
        raise refusal(
            path, **parts("met.offset", found=page.get("utc_offset_seconds"), seconds=_BEIJING_SECONDS)
        )
    return tuple(_read_block(path, page, name) for name in _BLOCKS if name in page)


def _read_json(path: Path, text: str) -> dict[str, Any]:
    try:
        page = json.loads(text)
    except json.JSONDecodeError:
        raise refusal(path, **parts("met.json")) from None
    places = page if isinstance(page, list) else [page]
    if len(places) != 1 or not isinstance(places[0], dict):
        raise _several(path, len(places))
    return places[0]


def _several(path: Path, n: int) -> SourceError:
    return refusal(path, **parts("met.places", n=n))


def _read_csv(path: Path, text: str) -> dict[str, Any]:
    """Return the page that the CSV stands for."""
    rows = [cells for _, cells in split_rows(text, path)]
    starts = [place for place, cells in enumerate(rows) if cells[0] in ("time", "location_id")]
    tables = [place for place in starts if "time" in rows[place]]
    places = rows[1 : tables[0]] if tables else []
    if len(places) != 1:
        raise _several(path, len(places))
    page: dict[str, Any] = dict(zip(rows[0], places[0], strict=False))
    page["utc_offset_seconds"] = (
        int(page["utc_offset_seconds"]) if page["utc_offset_seconds"].isdecimal() else None
    )
    for start, end in zip(tables, [*tables[1:], len(rows)], strict=True):
        heads = [_HEAD.fullmatch(cell) for cell in rows[start]]
        names = [head[1] if head else cell for head, cell in zip(heads, rows[start], strict=True)]
        body = [cells for cells in rows[start + 1 : end] if len(cells) == len(names)]
        name = "daily" if set(names) & set(DAILY) else "hourly"
        page[name] = {key: [row[place] for row in body] for place, key in enumerate(names)}
        page[f"{name}_units"] = {head[1]: head[2] for head in heads if head}
        page[f"{name}_torn"] = [cells for cells in rows[start + 1 : end] if len(cells) != len(names)]
    return page


def _read_block(path: Path, page: dict[str, Any], name: str) -> Reading:
    table, variables, required, parse = _BLOCKS[name]
    block, units = page[name], page.get(f"{name}_units", {})
    lists = {key: block[key] for key in variables if key in block}
    ranges = {key: limits(table, column) for key, column in variables.items()}
    if required not in lists or not isinstance(block.get("time"), list):
        raise refusal(path, column=name, **parts("met.block", names=", ".join(block), name=required))
    for key, values in lists.items():
        unit = unit_of(tables()[table].columns[variables[key]].unit).label_en
        if units.get(key) != unit or len(values) != len(block["time"]):
            found = {"key": key, "n": len(values), "found": repr(units.get(key))}
            asked = {"length": len(block["time"]), "unit": repr(unit)}
            told = parts("met.values", **found, **asked)
            raise refusal(path, column=name, **told)
    builder = ReadingBuilder(table)
    builder.warn("weather_of_grid_model")
    for cells in page.get(f"{name}_torn", []):
        builder.reject(0, "", ",".join(cells)[:60], message("records.cells", n=len(cells), width=len(block)))
    for place, text in enumerate(block["time"]):
        time = parse(str(text))
        if time is None:
            builder.reject(
                place + 1, f"{name}.time", str(text), message("cells.not_written_as", form="2025-01-31")
            )
            continue
        _add_row(builder, place, time, lists, ranges)
    return builder.finish()


def _add_row(
    builder: ReadingBuilder,
    place: int,
    time: datetime,
    lists: dict[str, list[Any]],
    ranges: dict[str, tuple[float, float]],
) -> None:
    texts = {key: "" if lists[key][place] is None else str(lists[key][place]) for key in lists}
    if not any(texts.values()) or builder.is_repeat(place + 1, time, tuple(texts.values())):
        return  # the newest hours are there without values until the model has run
    values = []
    for key, (low, high) in ranges.items():
        value = builder.number(place + 1, key, texts.get(key, ""), low=low, high=high)
        values.append(nan if value is None else value)
    builder.add(time, *values)
