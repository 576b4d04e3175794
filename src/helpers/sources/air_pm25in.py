"""Station hours in the style of pm25.in: ``Date,Hour,WatchPoint,AQI,…,O3_1h,O3_8h,SO2``.

Stations stand by name, so a table of names is needed. ``NaN`` means missing; the cell of the primary
pollutant may hold line breaks inside its quotation marks; the same station hour may stand several times.
Of the two ozone columns ``O3_1h`` is kept. Hours are hour-ending, Beijing time.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pandas as pd

from helpers.messages import message, parts
from helpers.sources import air_check
from helpers.sources.air_rows import AirRows
from helpers.sources.builder import ReadingBuilder
from helpers.sources.dates import add_hour, parse_day
from helpers.sources.head import Head
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import read_records

_COLUMN_OF = {
    "AQI": "AQI",
    "PM2.5": "PM2.5",
    "PM10": "PM10",
    "SO2": "SO2",
    "NO2": "NO2",
    "CO": "CO",
    "O3": "O3_1h",
}
_REQUIRED = ["Date", "Hour", "WatchPoint", *_COLUMN_OF.values()]
_WORDS = ("Level", "PrimaryPollution")
_NOTE = re.compile(r"[(（].*?[)）]")


def recognise(head: Head) -> bool:
    """Whether the header is that of pm25.in."""
    return set(head.header) >= set(_REQUIRED)


def read(path: Path, *, stations: pd.DataFrame | None = None) -> Reading:
    """Read the hourly values, with station names turned into codes.

    Parameters
    ----------
    stations
        ``station_code`` and ``name_zh`` of the city's stations. Notes in brackets, such as （对照点), do
        not count when names are compared.

    Returns
    -------
    Reading of ``air_hourly``: ``station_code, time, pollutant, value, flag`` (empty). CO in mg/m³, others
    µg/m³.

    Raises
    ------
    SourceError
        No station table was given, or the header is another one.
    """
    if stations is None:
        raise refusal(path, column="WatchPoint", **parts("air.no_stations"))
    codes = _codes_by_name(stations)
    builder = ReadingBuilder("air_hourly")
    rows = AirRows(builder, air_check.HOURLY, tail=("",))
    for row, record in read_records(path, builder, required=_REQUIRED):
        name, text = record["WatchPoint"], f"{record['Date']} {record['Hour']}"
        day = parse_day(record["Date"])
        time = day and add_hour(day, record["Hour"])
        found = codes.get(_plain(name), [])
        if time is None:
            builder.reject(row, "Hour", text, message("air.day_and_hour"))
        elif len(found) != 1:
            builder.reject(row, "WatchPoint", name, _why_unknown(name, found, codes))
        elif not builder.is_repeat(row, (found[0], time), tuple(record[c] for c in _COLUMN_OF.values())):
            rows.add(
                row,
                (found[0], time),
                {name: (c, record[c]) for name, c in _COLUMN_OF.items()},
                words={name: record[name] for name in _WORDS if name in record},
            )
    rows.finish(is_series=True)
    return builder.finish()


def _plain(name: str) -> str:
    return _NOTE.sub("", name).strip()


def _codes_by_name(stations: pd.DataFrame) -> dict[str, list[str]]:
    codes: dict[str, list[str]] = {}
    for code, name in zip(stations["station_code"], stations["name_zh"], strict=True):
        if code not in codes.setdefault(_plain(name), []):
            codes[_plain(name)].append(code)
    return codes


def _why_unknown(name: str, found: list[str], codes: dict[str, list[str]]) -> str:
    if found:
        return message("air.may_be_any", names=", ".join(found))
    near = difflib.get_close_matches(_plain(name), codes, n=3, cutoff=0.3) or sorted(codes)[:3]
    return message("air.no_station_name", names=", ".join(near))
