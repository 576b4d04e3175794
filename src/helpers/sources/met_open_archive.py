"""Hourly and daily weather as open archives give it: JSON with a list a variable and units beside them.

The values are those of a weather model's grid cell (a reanalysis), not of an instrument: caveat
``weather_of_grid_model``. Times must be Beijing's (``utc_offset_seconds`` 28800), for days cannot be shifted
afterwards; precipitation of an hour is the sum of the hour that ends there.
"""

from __future__ import annotations

import json
from datetime import datetime
from math import nan
from pathlib import Path
from typing import Any

from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import parse_time, read_text

# Variable → unit it must come in, lowest and highest value. The orders are those of the tables.
_TEMPERATURE, _WIND, _DIRECTION = ("°C", -90.0, 60.0), ("m/s", 0.0, 110.0), ("°", 0.0, 360.0)
_HUMIDITY, _PRESSURE = ("%", 0.0, 100.0), ("hPa", 400.0, 1100.0)
HOURLY = {
    "temperature_2m": _TEMPERATURE,
    "wind_speed_10m": _WIND,
    "wind_direction_10m": _DIRECTION,
    "relative_humidity_2m": _HUMIDITY,
    "surface_pressure": _PRESSURE,
    "precipitation": ("mm", 0.0, 500.0),
}
DAILY = {
    "temperature_2m_mean": _TEMPERATURE,
    "temperature_2m_max": _TEMPERATURE,
    "temperature_2m_min": _TEMPERATURE,
    "precipitation_sum": ("mm", 0.0, 2000.0),
    "wind_speed_10m_mean": _WIND,
    "wind_direction_10m_dominant": _DIRECTION,
    "relative_humidity_2m_mean": _HUMIDITY,
    "surface_pressure_mean": _PRESSURE,
}
_BLOCKS = {
    "hourly": ("met_hourly", HOURLY, "temperature_2m", "%Y-%m-%dT%H:%M"),
    "daily": ("met_daily", DAILY, "temperature_2m_mean", "%Y-%m-%d"),
}
_BEIJING_SECONDS = 28_800


def recognise(head: Head) -> bool:
    """Whether the file is such a JSON: an offset from UTC and a block of hourly or daily lists."""
    start = head.raw.lstrip()[:4096]
    has_block = any(f'"{name}_units"'.encode() in start for name in _BLOCKS)
    return start[:1] == b"{" and b'"utc_offset_seconds"' in start and has_block


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
    try:
        page = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise refusal(
            path, f"is no whole JSON ({error})", expected="a weather archive", remedy="fetch it again"
        ) from None
    if page.get("utc_offset_seconds") != _BEIJING_SECONDS:
        raise refusal(
            path,
            f"utc_offset_seconds is {page.get('utc_offset_seconds')}",
            expected=f"{_BEIJING_SECONDS}, Beijing time",
            remedy="fetch it again with timezone=Asia/Shanghai",
        )
    return tuple(_read_block(path, page, name) for name in _BLOCKS if name in page)


def _read_block(path: Path, page: dict[str, Any], name: str) -> Reading:
    table, variables, required, form = _BLOCKS[name]
    block, units = page[name], page.get(f"{name}_units", {})
    lists = {key: block[key] for key in variables if key in block}
    if required not in lists or not isinstance(block.get("time"), list):
        raise refusal(
            path,
            f"the block holds {', '.join(block)}",
            column=name,
            expected=f"time and {required} among the variables",
            remedy="fetch it again; if it comes the same, the service changed its names",
        )
    for key, values in lists.items():
        unit = variables[key][0]
        if units.get(key) != unit or len(values) != len(block["time"]):
            raise refusal(
                path,
                f"{key} has {len(values)} values in {units.get(key)!r}",
                column=name,
                expected=f"{len(block['time'])} values in {unit!r}",
                remedy="fetch it again, wind with wind_speed_unit=ms",
            )
    builder = ReadingBuilder(table)
    builder.warn("weather_of_grid_model")
    for place, text in enumerate(block["time"]):
        time = parse_time(str(text), form)
        if time is None:
            builder.reject(place + 1, f"{name}.time", str(text), "is not written as 2025-01-31")
            continue
        _add_row(builder, place, time, lists, variables)
    return builder.finish()


def _add_row(
    builder: ReadingBuilder,
    place: int,
    time: datetime,
    lists: dict[str, list[Any]],
    variables: dict[str, Any],
) -> None:
    texts = {key: "" if lists[key][place] is None else str(lists[key][place]) for key in lists}
    if not any(texts.values()) or builder.is_repeat(place + 1, time, tuple(texts.values())):
        return  # the newest hours are there without values until the model has run
    values = []
    for key, (_, low, high) in variables.items():
        value = builder.number(place + 1, key, texts.get(key, ""), low=low, high=high)
        values.append(nan if value is None else value)
    builder.add(time, *values)
