"""List of the national stations: ``监测点编码,监测点名称,城市,经度,纬度`` (newer lists add ``对照点``).

A code may stand twice with two notes on its start; the first stands and the second is quarantined.
Stations without coordinates stay, with missing coordinates.
"""

from __future__ import annotations

from math import nan
from pathlib import Path

from helpers.messages import message
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.reading import Reading
from helpers.sources.records import read_records

_REQUIRED = ("监测点编码", "监测点名称", "城市", "经度", "纬度")
_CONTROL = "对照点"


def recognise(head: Head) -> bool:
    """Whether the header is that of a station list."""
    return set(head.header) >= set(_REQUIRED)


def read(path: Path) -> Reading:
    """Read the list.

    Returns
    -------
    Reading of ``stations``: ``station_code, name_zh, city_name, longitude, latitude`` (degrees, GCJ-02 or
    WGS-84: the list does not say) and ``is_marked_control``, true where the name or the column 对照点 says
    so; a control station that the list does not mark stays false.

    Raises
    ------
    SourceError
        A column is absent.
    """
    builder = ReadingBuilder("stations")
    for row, record in read_records(path, builder, required=_REQUIRED):
        code, name = record["监测点编码"], record["监测点名称"]
        if not code:
            builder.reject(row, "监测点编码", code, message("air.no_station"))
        elif not builder.is_repeat(row, code, tuple(record[column] for column in _REQUIRED)):
            longitude = builder.number(row, "经度", record["经度"], of="longitude")
            latitude = builder.number(row, "纬度", record["纬度"], of="latitude")
            is_control = _CONTROL in name or record.get(_CONTROL, "").upper() in ("Y", "是", "1")
            builder.add(code, name, record["城市"], _or_nan(longitude), _or_nan(latitude), is_control)
    return builder.finish()


def _or_nan(value: float | None) -> float:
    return nan if value is None else value
