"""One hour of the national publish feed, as CSV or as GeoJSON, one record a station.

**The trap**: the feed's columns of 1-hour and 24-hour ozone are swapped. ``o3`` holds the maximum of the
last 24 hours and ``o3_24h`` the hour itself. This is proved from the file, not believed: the maximum of
24 hours that end with an hour can never be smaller than that hour. So

* ``o3`` > ``o3_24h`` somewhere and nowhere smaller: swapped; the hour is read from ``o3_24h`` (caveat
  ``ozone_columns_swapped``);
* ``o3`` < ``o3_24h`` somewhere and nowhere greater: the columns stand right and are read as named;
* both: no reading is right for all rows; every ozone cell is quarantined (``ozone_columns_undecided``);
* neither: where both cells agree either reading gives the hour; a lone cell is quarantined.

CO may be 0.0, for it is rounded to 0.1 mg/m³. ``—`` and ``-;`` mean missing.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from helpers.messages import message, parts
from helpers.sources import air_check
from helpers.sources.air_rows import AirRows
from helpers.sources.builder import ReadingBuilder
from helpers.sources.dates import parse_hour
from helpers.sources.head import Head
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records
from helpers.sources.text import is_missing, parse_number, read_bytes

_HOUR_OF = {"AQI": "aqi", "PM2.5": "pm2_5", "PM10": "pm10", "SO2": "so2", "NO2": "no2", "CO": "co"}
_REQUIRED = ["timepoint", "stationcode", *_HOUR_OF.values(), "o3", "o3_24h"]
_WORDS = ("area", "positionname", "primarypollutant")


def recognise(head: Head) -> bool:
    """Whether the head is the feed's CSV header, or GeoJSON with its properties."""
    if head.raw.lstrip()[:1] == b"{":
        return b'"stationcode"' in head.raw and b'"o3_24h"' in head.raw
    return set(head.header) >= set(_REQUIRED)


def read(path: Path, *, stations: pd.DataFrame | Collection[str] | None = None) -> Reading:
    """Read the feed's hourly values.

    Parameters
    ----------
    stations
        Stations wanted: codes, or a table with ``station_code``. ``None`` keeps all. The order of the
        ozone columns is judged on all stations of the file either way.

    Returns
    -------
    Reading of ``air_hourly``: ``station_code, time, pollutant, value, flag`` (empty). CO in mg/m³, others
    µg/m³.

    Raises
    ------
    SourceError
        The file is not the feed, or its JSON is cut. Fetch it again.
    """
    codes = stations["station_code"] if isinstance(stations, pd.DataFrame) else stations
    wanted = None if codes is None else set(codes)
    builder = ReadingBuilder("air_hourly")
    is_json = read_bytes(path).lstrip()[:1] == b"{"
    records = _read_features(path, builder) if is_json else read_records(path, builder, required=_REQUIRED)
    hour_column = _locate_ozone_hour(records)
    rows = AirRows(builder, air_check.HOURLY, tail=("",))
    for row, record in records:
        if wanted is None or record["stationcode"] in wanted:
            _add_station(builder, rows, row, record, hour_column)
    rows.finish()
    if hour_column == "o3_24h":
        builder.warn("ozone_columns_swapped")
    elif hour_column == "contradictory":
        builder.warn("ozone_columns_undecided")
    return builder.finish()


def _read_features(path: Path, builder: ReadingBuilder) -> list[tuple[int, Record]]:
    """Records of the GeoJSON form; the first feature is row 1."""
    try:
        features = json.loads(read_bytes(path))["features"]
        properties = [feature["properties"] for feature in features]
    except (ValueError, KeyError, TypeError) as error:
        raise refusal(path, **parts("air.json")) from error
    records = []
    for row, found in enumerate(properties, start=1):
        absent = [name for name in _REQUIRED if name not in found]
        if absent:
            builder.reject(row, absent[0], "", message("air.no_property"))
        else:
            records.append((row, {name: str(found[name]).strip() for name in _REQUIRED}))
    return records


def _locate_ozone_hour(records: list[tuple[int, Record]]) -> str:
    """Name the column that holds the hour's ozone, ``"undecided"`` or ``"contradictory"``."""
    pairs = [(_number(record["o3"]), _number(record["o3_24h"])) for _, record in records]
    pairs = [(a, b) for a, b in pairs if a is not None and b is not None]
    is_greater, is_smaller = any(a > b for a, b in pairs), any(a < b for a, b in pairs)
    if is_greater and is_smaller:
        return "contradictory"
    if is_greater:
        return "o3_24h"
    return "o3" if is_smaller else "undecided"


def _number(text: str) -> float | None:
    try:
        return parse_number(text)
    except ValueError:
        return None


def _add_station(builder: ReadingBuilder, rows: AirRows, row: int, record: Record, hour_column: str) -> None:
    code, time = record["stationcode"], parse_hour(record["timepoint"])
    if time is None:
        builder.reject(
            row, "timepoint", record["timepoint"], message("cells.full_hour", form="2022-01-01T00:00:00")
        )
        return
    if not code:
        builder.reject(row, "stationcode", code, message("air.no_station"))
        return
    if builder.is_repeat(row, (code, time), tuple(record[name] for name in _REQUIRED)):
        return
    cells = {name: (column, record[column]) for name, column in _HOUR_OF.items()}
    words = {name: record[name] for name in _WORDS if name in record}
    cells |= _ozone_hour(builder, row, record, hour_column)
    rows.add(row, (code, time), cells, may_be_zero="CO", words=words)


def _ozone_hour(
    builder: ReadingBuilder, row: int, record: Record, hour_column: str
) -> dict[str, tuple[str, str]]:
    """Column and text of the hour's ozone, where they can be told."""
    if hour_column in ("o3", "o3_24h"):
        return {"O3": (hour_column, record[hour_column])}
    if is_missing(record["o3"]) and is_missing(record["o3_24h"]):
        return {}
    a, b = _number(record["o3"]), _number(record["o3_24h"])
    if hour_column == "undecided" and a is not None and a == b:
        return {"O3": ("o3", record["o3"])}
    builder.reject(
        row,
        "o3",
        f"o3 {record['o3']}, o3_24h {record['o3_24h']}",
        message("air.hour_undecided"),
    )
    return {}
