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

from helpers.sources.head import Head
from helpers.sources.reading import Reading, join_readings, make_table
from helpers.sources.wide_archive import KEY, iter_wide

_CODE = re.compile(r"\d{4}[A-Z]")
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
        yield Reading("air_hourly", make_table("air_hourly", columns), portion.rejects, portion.caveats)


def read(path: Path, *, stations: pd.DataFrame | Collection[str] | None = None) -> Reading:
    """Read a whole archive file at once; see :func:`iter_read`."""
    return join_readings(iter_read(path, stations=stations))
