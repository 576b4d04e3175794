"""Daily weather in the columns of the meteorological administration's table (``avgtemp … avgp``).

The table is often joined to back-converted pollutants that stand a day early and in wrong units: those
columns are never read (caveat ``pollutant_columns_ignored``). Missing values are written as 32766, also
after somebody multiplied them by ten (327660). Pressure comes in Pa and becomes hPa.

``maxwswd`` is the direction of the day's strongest wind in sixteen sectors from 1 = north, clockwise, 17 =
calm; it stands in for the day's direction under the caveat ``wind_direction_of_strongest_wind``. That the
count begins at north is from memory (M) and not verified in a standard.
"""

from __future__ import annotations

from math import nan
from pathlib import Path

from helpers.dictionary import limits
from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.dates import parse_day
from helpers.sources.head import Head
from helpers.sources.misplaced import told
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records
from helpers.sources.text import parse_number

# Column → column of ``met_daily``, and what a unit of the file is in its unit. The order is that of ``met_daily``.
_COLUMNS = {
    "avgtemp": ("temperature_mean_deg_c", 1),
    "maxtemp": ("temperature_max_deg_c", 1),
    "mintemp": ("temperature_min_deg_c", 1),
    "precipitation": ("precipitation_mm", 1),
    "avgws": ("wind_speed_m_s", 1),
    "maxwswd": ("wind_direction_deg", 0),  # a sector from 1 to 16, or 17 for calm
    "avgrh": ("relative_humidity_pct", 1),
    "avgp": ("pressure_hpa", 0.01),
}
_REQUIRED = ("date", "avgtemp", "maxtemp", "mintemp")
_POLLUTANT_COLUMNS = {"PM25", "PM2.5", "PM10", "CO", "NO2", "SO2", "O3"}
_MISSING = {"32766", "327660"}
_TEMPERATURES = ("avgtemp", "maxtemp", "mintemp")
_ORDERED = (
    ("mintemp", "avgtemp", _TEMPERATURES),
    ("avgtemp", "maxtemp", _TEMPERATURES),
    ("minrh", "avgrh", ("avgrh",)),
    ("avgws", "maxws", ("avgws",)),
    ("minp", "avgp", ("avgp",)),
    ("avgp", "maxp", ("avgp",)),
)
_DEGREES_PER_SECTOR, _CALM = 22.5, 17


def recognise(head: Head) -> bool:
    """Whether the header holds the date and the three temperatures of that table."""
    return set(head.header) >= set(_REQUIRED)


def read(path: Path) -> Reading:
    """Read the weather columns of one place.

    Returns
    -------
    Reading of ``met_daily`` (°C, mm, m/s, degrees, %, hPa); columns the file lacks are missing.

    Raises
    ------
    SourceError
        The file holds several cities. Split it by city.
    """
    builder = ReadingBuilder("met_daily")
    records = read_records(path, builder, required=_REQUIRED)
    cities = sorted({record.get("city", "NA") for _, record in records} - {"NA", ""})
    if len(cities) > 1:
        raise refusal(
            path, column="city", **parts("files.several_cities", n=len(cities), names=", ".join(cities[:3]))
        )
    for row, record in records:
        _add_day(builder, row, record)
    if records and _POLLUTANT_COLUMNS & set(records[0][1]):
        builder.warn("pollutant_columns_ignored")
    if records and "maxwswd" in records[0][1]:
        builder.warn("wind_direction_of_strongest_wind")
    return builder.finish(cities[0] if cities else "")


def _add_day(builder: ReadingBuilder, row: int, record: Record) -> None:
    day = parse_day(record["date"])
    if day is None:
        builder.reject(row, "date", record["date"], message("cells.not_written_as", form="2023-01-31"))
        return
    texts = {name: record.get(name, "") for name in _COLUMNS}
    if builder.is_repeat(row, day, tuple(texts.values())):
        return
    values = {name: _read_cell(builder, row, name, text) for name, text in texts.items()}
    if values["mintemp"] > values["maxtemp"]:
        found = f"mintemp {values['mintemp']:g}, maxtemp {values['maxtemp']:g}"
        builder.reject(row, "mintemp", found, message("met.low_above_high"))
        values["mintemp"] = values["maxtemp"] = nan
    _check_order(builder, row, record, values)
    sector = values["maxwswd"]
    values["maxwswd"] = nan if sector == _CALM else (sector - 1) * _DEGREES_PER_SECTOR
    values["avgp"] /= 100
    builder.add(day, *values.values())


def _check_order(builder: ReadingBuilder, row: int, record: Record, values: dict[str, float]) -> None:
    """Set aside a mean that lies outside its own lowest and highest, with them."""
    for low, high, own in _ORDERED:
        pair = [values[name] if name in values else _number(record.get(name, "")) for name in (low, high)]
        if pair[0] > pair[1]:
            reason = told("order", "check_columns", low=low, high=high)
            builder.reject(row, low, f"{low} {pair[0]:g}, {high} {pair[1]:g}", reason)
            values |= dict.fromkeys(own, nan)


def _number(text: str) -> float:
    try:
        value = parse_number("" if text in _MISSING else text)
    except ValueError:
        return nan
    return nan if value is None else value


def _read_cell(builder: ReadingBuilder, row: int, name: str, text: str) -> float:
    if text in _MISSING:
        return nan
    column, factor = _COLUMNS[name]
    low, high = (one / factor for one in limits("met_daily", column)) if factor else (1, _CALM)
    value = builder.number(row, name, text, low=low, high=high)
    if value is not None and name == "maxwswd" and value % 1:
        builder.reject(row, name, text, message("met.sector"))
        return nan
    return nan if value is None else value
