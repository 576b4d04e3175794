"""Hourly means of one sensor as OpenAQ v3 gives them (``/v3/sensors/{id}/hours``), one JSON page a file.

A page does not say whose sensor it is: the station stands in the file's name, ``openaq_v3_1119A_pm25_…``,
as the downloader writes it. Periods are in UTC; the end of a period is the hour-ending time, eight hours
earlier than Beijing's. Concentrations are taken in µg/m³ only, for ppm needs a temperature and a pressure
that the page does not hold; CO becomes mg/m³. A mean the service flags, or one of less than 75 % of its hour (45
minutes, GB 3095-2012, table 4), is quarantined.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.pollutants import MISSING_MARK, MISSING_MARKS, reason_against
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import read_text

PARAMETERS = {"pm25": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3"}
_UNITS = {"µg/m³", "μg/m³", "ug/m3", "µg/m3"}  # the sign of micro and the Greek letter look alike
_UG_PER_MG = 1000
_LEAST_COVERAGE_PCT = 75
_PLAUSIBLE_CO = 999.9  # µg/m³; as mg/m³ it would be a mark
_HOUR = "01:00:00"
_BEIJING = timedelta(hours=8)
_STATION_IN_NAME = re.compile(r"openaq_v3_(\d{4}[A-Z])_")


def recognise(head: Head) -> bool:
    """Whether the file is a JSON page that names the service and holds results."""
    start = head.raw.lstrip()
    return start[:1] == b"{" and b'"openaq-api"' in start[:4096] and b'"results"' in start[:4096]


def read(path: Path, *, stations: pd.DataFrame | Collection[str] | None = None) -> Reading:
    """Read the hourly means of one page.

    Parameters
    ----------
    stations
        Stations wanted: codes, or a table with ``station_code``. ``None`` keeps all. A page of another
        station gives an empty table.

    Returns
    -------
    Reading of ``air_hourly``: ``station_code, time`` (Beijing, hour-ending), ``pollutant, value, flag``
    (empty). CO in mg/m³, others µg/m³.

    Raises
    ------
    SourceError
        The name holds no station, or the page is no whole page of hours. Rename or fetch it again.
    """
    named = _STATION_IN_NAME.match(path.name)
    if named is None:
        raise refusal(path, **parts("air.no_station_in_name"))
    builder = ReadingBuilder("air_hourly")
    results = _read_results(path)
    codes = stations["station_code"] if isinstance(stations, pd.DataFrame) else stations
    if codes is None or named[1] in set(codes):
        for row, result in enumerate(results, start=1):
            _add_hour(builder, row, named[1], result)
    return builder.finish()


def _read_results(path: Path) -> list[dict[str, Any]]:
    try:
        results = json.loads(read_text(path))["results"]
        is_whole = all(isinstance(one[key], dict) for one in results for key in ("parameter", "period"))
    except (ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise refusal(path, **parts("air.no_hours"))
    return results


def _add_hour(builder: ReadingBuilder, row: int, code: str, result: dict[str, Any]) -> None:
    parameter, period, value = result["parameter"], result["period"], result.get("value")
    name, unit = str(parameter.get("name")), str(parameter.get("units"))
    pollutant = PARAMETERS.get(name)
    if pollutant is None:
        builder.reject(row, "parameter", name, message("cells.is_none_of", names=", ".join(PARAMETERS)))
        return
    if unit not in _UNITS:
        builder.reject(row, "units", unit, message("air.no_conversion"))
        return
    time = _hour_ending(period)
    if time is None:
        builder.reject(row, "period", str(period)[:80], message("air.no_whole_hour"))
        return
    text = "" if value is None else str(value)
    if builder.is_repeat(row, (pollutant, time), (text,)):
        return
    doubt = _doubt(result)
    if doubt and text:
        builder.reject(row, doubt[0], text, doubt[1])
        return
    scale = _UG_PER_MG if pollutant == "CO" else 1
    number = builder.number(row, "value", text)
    reason = "" if number is None else reason_against(number / scale, pollutant)
    if number in MISSING_MARKS and not (scale > 1 and number == _PLAUSIBLE_CO):
        reason = message(MISSING_MARK)
    if reason:
        builder.reject(row, "value", text, reason)
    elif number is not None:
        builder.add(code, time, pollutant, number / scale, "")


def _doubt(result: dict[str, Any]) -> tuple[str, str] | None:
    """Field and reason for which the service itself doubts a mean."""
    flags, coverage = result.get("flagInfo") or {}, result.get("coverage") or {}
    if isinstance(flags, dict) and flags.get("hasFlags"):
        return "flagInfo", message("air.flagged")
    share = coverage.get("percentComplete") if isinstance(coverage, dict) else None
    if isinstance(share, (int, float)) and share < _LEAST_COVERAGE_PCT:
        return "coverage", message("air.share", share=f"{share:g}", least=_LEAST_COVERAGE_PCT)
    return None


def _hour_ending(period: dict[str, Any]) -> datetime | None:
    """End of the period in Beijing time, or ``None`` where it is not one whole hour."""
    try:
        first, last = (
            datetime.fromisoformat(period[name]["utc"]).astimezone(UTC).replace(tzinfo=None)
            for name in ("datetimeFrom", "datetimeTo")
        )
    except (KeyError, TypeError, ValueError):
        return None
    is_hour = period.get("interval") == _HOUR and last - first == timedelta(hours=1)
    return last + _BEIJING if is_hour and (last.minute, last.second) == (0, 0) else None
