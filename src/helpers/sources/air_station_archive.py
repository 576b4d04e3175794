"""Station archive ``china_sites_YYYYMMDD.csv``: whole country or a slice, a day or years.

``date,hour,type,1001A,…``; hours 0–23, hour-ending, Beijing time; fifteen types, of which the hourly AQI,
PM2.5, PM10, SO2, NO2, O3 and CO are kept (running means are made anew from them). CO in mg/m³, others
µg/m³. Damage is treated as told in :mod:`helpers.sources.wide_archive`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from helpers.sources.dates import parse_day
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading, join_readings, make_table
from helpers.sources.wide_archive import KEY, iter_wide

_CODE = re.compile(r"\d{4}[A-Z]")
NO_COLUMN = "stations_without_column"  # caveat of the registry
_EXPECTED = "archive.station"


def recognise(head: Head) -> bool:
    """Whether the header is date, hour, type and a station code (or nothing more)."""
    return head.header[:3] == KEY and (len(head.header) == 3 or bool(_CODE.fullmatch(head.header[3])))


def iter_read(path: Path, *, stations: pd.DataFrame | Collection[str] | None = None) -> Iterator[Reading]:
    """Yield the archive in portions of bounded memory, at least one, in the order of the file.

    Parameters
    ----------
    stations
        Stations wanted: codes, or a table with ``station_code``. ``None`` keeps all. A file without any
        of them gives an empty table.

    Yields
    ------
    Readings of ``air_hourly``: ``station_code, time, pollutant, value, flag`` (empty); missing cells have
    no row.

    Raises
    ------
    SourceError
        The file is empty, cut inside its compression, or its header is not that of the archive.
    """
    codes = stations["station_code"] if isinstance(stations, pd.DataFrame) else stations
    told = (NO_COLUMN,) if lacks_stations(read_head(path), stations) else ()
    for portion in iter_wide(
        path, is_name=lambda name: bool(_CODE.fullmatch(name)), expected=_EXPECTED, keep=codes
    ):
        columns = {
            "station_code": portion.names,
            "time": portion.times,
            "pollutant": portion.pollutants,
            "value": portion.values,
            "flag": pd.Series("", index=portion.names.index, dtype="str"),
        }
        caveats = (*portion.caveats, *told)
        yield Reading("air_hourly", make_table("air_hourly", columns), portion.rejects, caveats)


def lacks_stations(head: Head, stations: pd.DataFrame | Collection[str] | None) -> bool:
    """Whether an archive with columns of wanted stations has none of another that stood on its first day."""
    if not isinstance(stations, pd.DataFrame) or len(head.rows) < 2 or "valid_to" not in stations:
        return False
    day = parse_day(head.rows[1][0])
    if day is None:
        return False
    begun = stations["valid_from"].isna() | (stations["valid_from"] <= day)
    stood = set(stations.loc[begun & ~(stations["valid_to"] < day), "station_code"])
    return bool(stood & set(head.header)) and not stood <= set(head.header)


def read(path: Path, *, stations: pd.DataFrame | Collection[str] | None = None) -> Reading:
    """Read a whole archive file at once; see :func:`iter_read`."""
    return join_readings(iter_read(path, stations=stations))
