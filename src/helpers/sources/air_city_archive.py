"""Published hourly city series, in two layouts: a long one, and the wide ``china_cities`` archive.

Long: ``city,AQI,PM2.5,PM10,SO2,NO2,CO,O3,main_pollution,time``, columns in any order.
Wide: ``date,hour,type,<city>,…`` as the station archive, with names of cities.
CO in mg/m³, others µg/m³; hour-ending, Beijing time. The city value is the feed's own; how it was formed
(mean of the stations without control points, half-even) is for the standards to check, not for a reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from helpers.messages import message
from helpers.sources import air_check
from helpers.sources.air_rows import AirRows
from helpers.sources.builder import ReadingBuilder
from helpers.sources.dates import parse_hour
from helpers.sources.head import Head, read_head
from helpers.sources.pollutants import POLLUTANTS
from helpers.sources.reading import Reading, join_readings, make_table
from helpers.sources.records import read_records
from helpers.sources.wide_archive import KEY, iter_wide

_LONG = {"city", "time", *POLLUTANTS}
_PRIMARY = "main_pollution"
_EXPECTED = "archive.city"


def _is_city(name: str) -> bool:
    return len(name) > 1 and all("\u4e00" <= letter <= "\u9fff" for letter in name)


def recognise(head: Head) -> bool:
    """Whether the header is the long one, or date, hour, type and a city."""
    header = head.header
    return set(header) >= _LONG or (header[:3] == KEY and len(header) > 3 and _is_city(header[3]))


def iter_read(path: Path, *, cities: tuple[str, ...] | None = None) -> Iterator[Reading]:
    """Yield readings of ``air_city_hourly``: ``city_name`` as published, ``time, pollutant, value``.

    Parameters
    ----------
    cities
        Names wanted, as published; ``None`` keeps all.

    Raises
    ------
    SourceError
        The header is of neither layout, or a column is no city.
    """
    if read_head(path).header[:3] != KEY:
        yield _read_long(path, cities)
        return
    for portion in iter_wide(path, is_name=_is_city, expected=_EXPECTED, keep=cities):
        columns = {
            "city_name": portion.names,
            "time": portion.times,
            "pollutant": portion.pollutants,
            "value": portion.values,
        }
        yield Reading(
            "air_city_hourly", make_table("air_city_hourly", columns), portion.rejects, portion.caveats
        )


def read(path: Path, *, cities: tuple[str, ...] | None = None) -> Reading:
    """Read a whole file at once; see :func:`iter_read`."""
    return join_readings(iter_read(path, cities=cities))


def _read_long(path: Path, cities: tuple[str, ...] | None) -> Reading:
    builder = ReadingBuilder("air_city_hourly")
    rows = AirRows(builder, air_check.HOURLY)
    for row, record in read_records(path, builder, required=["city", *POLLUTANTS, "time"]):
        city, time = record["city"], parse_hour(record["time"])
        if cities is not None and city not in cities:
            continue
        if time is None:
            builder.reject(
                row, "time", record["time"], message("cells.full_hour", form="2019-02-04 00:00:00")
            )
        elif not city:
            builder.reject(row, "city", city, message("air.no_city"))
        elif not builder.is_repeat(row, (city, time), tuple(record[name] for name in POLLUTANTS)):
            rows.add(
                row,
                (city, time),
                {name: (name, record[name]) for name in POLLUTANTS},
                words={_PRIMARY: record.get(_PRIMARY, "")},
            )
    rows.finish(is_series=True)
    return builder.finish()
