"""Satellite fire points as FIRMS gives them: MODIS (``brightness``) and VIIRS (``bright_ti4``).

Times are UTC: ``acq_date`` and ``acq_time`` (HHMM, leading zeros sometimes lost). Confidence is 0–100
(MODIS) or low, nominal, high (VIIRS), kept as text.

A spreadsheet turns ``2022-06-03`` into ``6/3/2022``. Month and day are then told apart by the file: a
number above 12 must be a day; else the order that brings the days of the file closest together is taken
(caveat ``day_month_order_inferred``), for one file covers few days; when both orders do equally well, it
is refused.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import nan
from pathlib import Path

from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records
from helpers.sources.text import parse_time

_REQUIRED = ("latitude", "longitude", "acq_date", "acq_time", "confidence", "frp")
_LEVELS = {"l": "low", "n": "nominal", "h": "high", "low": "low", "nominal": "nominal", "high": "high"}
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
_MONTH_FIRST, _DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"
_BEIJING = timedelta(hours=8)


def recognise(head: Head) -> bool:
    """Whether the header is that of FIRMS."""
    return set(head.header) >= set(_REQUIRED)


def read(path: Path) -> Reading:
    """Read all fire points; where they lie is for the caller to choose.

    Returns
    -------
    Reading of ``fires``: ``time_utc``, ``time_local`` (Beijing), ``latitude``, ``longitude`` (degrees),
    ``frp_mw`` (fire radiative power, missing where blank), ``confidence`` (text).

    Raises
    ------
    SourceError
        A column is absent, or month and day cannot be told apart. Write dates as 2022-06-03.
    """
    builder = ReadingBuilder("fires")
    records = read_records(path, builder, required=_REQUIRED)
    form = _tell_date_form(path, [record["acq_date"] for _, record in records], builder)
    for row, record in records:
        _add_point(builder, row, record, form)
    return builder.finish()


def _tell_date_form(path: Path, texts: list[str], builder: ReadingBuilder) -> str:
    """Format of the dates of a file."""
    slashed = sorted({text for text in texts if _SLASHED.fullmatch(text)})
    if not slashed:
        return "%Y-%m-%d"
    spans = {}
    for form in (_MONTH_FIRST, _DAY_FIRST):
        days = [parse_time(text, form) for text in slashed]
        if None not in days:
            spans[form] = max(days) - min(days)
    if len(spans) == 1:
        return next(iter(spans))
    if not spans or spans[_MONTH_FIRST] == spans[_DAY_FIRST]:
        raise refusal(
            path,
            f"month and day of {slashed[0]!r} cannot be told apart",
            column="acq_date",
            expected="dates written as 2022-06-03",
            remedy="fetch the file again and do not save it from a spreadsheet",
        )
    builder.warn("day_month_order_inferred")
    return min(spans, key=spans.__getitem__)


def _add_point(builder: ReadingBuilder, row: int, record: Record, form: str) -> None:
    time = _read_time(record, form)
    if time is None:
        found = f"{record['acq_date']} {record['acq_time']}"
        builder.reject(row, "acq_time", found, "is no day and time (HHMM, UTC)")
        return
    latitude = builder.number(row, "latitude", record["latitude"], low=-90, high=90)
    longitude = builder.number(row, "longitude", record["longitude"], low=-180, high=180)
    if latitude is None or longitude is None:
        return
    confidence = _LEVELS.get(record["confidence"].lower(), record["confidence"])
    if confidence not in _LEVELS and builder.number(row, "confidence", confidence, low=0, high=100) is None:
        confidence = ""
    power = builder.number(row, "frp", record["frp"], low=0)
    content = (record["frp"], record["confidence"])
    if not builder.is_repeat(row, (time, latitude, longitude), content):
        builder.add(time, time + _BEIJING, latitude, longitude, nan if power is None else power, confidence)


def _read_time(record: Record, form: str) -> datetime | None:
    day, clock = parse_time(record["acq_date"], form), record["acq_time"].replace(":", "")
    if day is None or not clock.isdecimal() or len(clock) > 4:
        return None
    hours, minutes = int(clock.zfill(4)[:2]), int(clock.zfill(4)[2:])
    return day + timedelta(hours=hours, minutes=minutes) if hours < 24 and minutes < 60 else None
