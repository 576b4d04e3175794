"""Satellite fire points as FIRMS gives them: MODIS (``brightness``) and VIIRS (``bright_ti4``).

Times are UTC: ``acq_date`` and ``acq_time`` (HHMM, leading zeros sometimes lost). Confidence is 0–100
(MODIS) or low, nominal, high (VIIRS), kept as text.

A spreadsheet turns ``2022-06-03`` into ``6/3/2022``. Month and day are then told apart by the file: a
number above 12 must be a day; else the order that brings the days of the file closest together is taken
(caveat ``day_month_order_inferred``), for one file covers few days; when both orders do equally well, it
is refused. Dates with the year first are read as they stand, whatever parts them.

Archives carry a column ``type``: 0 is presumed vegetation, and only that is a fire; volcanoes, static sources on land
and points offshore are quarantined by their kind. Files are read in portions, so that memory stays bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from math import nan
from pathlib import Path

from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.dates import parse_day
from helpers.sources.head import Head
from helpers.sources.misplaced import told
from helpers.sources.reading import Reading, join_readings, refusal
from helpers.sources.records import Record, iter_records
from helpers.sources.text import iter_byte_lines, parse_number, parse_time

_REQUIRED = ("latitude", "longitude", "acq_date", "acq_time", "confidence", "frp")
_LEVELS = {"l": "low", "n": "nominal", "h": "high", "low": "low", "nominal": "nominal", "high": "high"}
_SHARES = frozenset(map(str, range(101)))
_SLASHED = re.compile(rb"(?<![\d/])\d{1,2}/\d{1,2}/\d{4}(?![\d/])")
_KINDS = {"1": "fires.volcano", "2": "fires.static", "3": "fires.offshore"}
_BRIGHTNESS = ("brightness", "bright_t31", "bright_ti4", "bright_ti5")
_COLDEST_K, _HOTTEST_K = 150, 1000
MOST_POINTS = 180_000  # an ingest of them: 280 MB and seven seconds of one core (benchmarks/bench_limits.py)
_AT_ONCE = 5_000  # lines
_MONTH_FIRST, _DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"
_BEIJING = timedelta(hours=8)


def recognise(head: Head) -> bool:
    """Whether the header is that of FIRMS."""
    return set(head.header) >= set(_REQUIRED)


def iter_read(path: Path) -> Iterator[Reading]:
    """Yield all fire points in portions, at least one; where they lie is for the caller to choose.

    Yields
    ------
    Readings of ``fires``: ``time_utc``, ``time_local`` (Beijing), ``latitude``, ``longitude`` (degrees),
    ``frp_mw`` (fire radiative power, missing where blank), ``confidence`` (text).

    Raises
    ------
    SourceError
        A column is absent, month and day cannot be told apart (write dates as 2022-06-03), or the file holds more
        than 180,000 points (clip it to the region, or split it by year).
    """
    builder, n = ReadingBuilder("fires"), 0
    form = _tell_date_form(path, builder)
    for records in iter_records(path, builder, required=_REQUIRED, at_once=_AT_ONCE):
        n += len(records)
        if n > MOST_POINTS:
            raise refusal(path, **parts("fires.too_many", most=f"{MOST_POINTS:,}"))
        for row, record in records:
            _add_point(builder, row, record, form)
        yield builder.portion()
    yield builder.finish()


def read(path: Path) -> Reading:
    """Read a whole file at once; see :func:`iter_read`."""
    return join_readings(iter_read(path))


def _tell_date_form(path: Path, builder: ReadingBuilder) -> str:
    """Format of the dates of a file that do not begin with the year; ``""`` where there are none."""
    found = {match for line in iter_byte_lines(path) if b"/" in line for match in _SLASHED.findall(line)}
    slashed = sorted(match.decode() for match in found)
    if not slashed:
        return ""
    spans = {}
    for form in (_MONTH_FIRST, _DAY_FIRST):
        days = [parse_time(text, form) for text in slashed]
        if None not in days:
            spans[form] = max(days) - min(days)
    if len(spans) == 1:
        return next(iter(spans))
    if not spans or spans[_MONTH_FIRST] == spans[_DAY_FIRST]:
        raise refusal(path, column="acq_date", **parts("fires.slashed", date=repr(slashed[0])))
    builder.warn("day_month_order_inferred")
    return min(spans, key=spans.__getitem__)


def _add_point(builder: ReadingBuilder, row: int, record: Record, form: str) -> None:
    time = _read_time(record["acq_date"], record["acq_time"], form)
    if time is None:
        found = f"{record['acq_date']} {record['acq_time']}"
        builder.reject(row, "acq_time", found, message("fires.no_time"))
        return
    kind = record.get("type", "0")
    if kind != "0":
        meaning = message(_KINDS.get(kind, "fires.unknown"))
        builder.reject(row, "type", kind, message("fires.no_fire", kind=meaning))
        return
    latitude = builder.number(row, "latitude", record["latitude"], of="latitude")
    longitude = builder.number(row, "longitude", record["longitude"], of="longitude")
    if latitude is None or longitude is None:
        return
    confidence = _LEVELS.get(record["confidence"].lower(), record["confidence"])
    if (
        confidence not in _SHARES
        and confidence not in _LEVELS
        and builder.number(row, "confidence", confidence, low=0, high=100) is None
    ):
        confidence = ""
    for column in _BRIGHTNESS:
        if column in record and not _is_brightness(record[column]):
            reason = told("no_brightness", "fetch", column=column, value=record[column])
            builder.reject(row, "frp", record["frp"], reason)
            return
    power = builder.number(row, "frp", record["frp"], of="frp_mw")
    content = (record["frp"], record["confidence"])
    if not builder.is_repeat(row, hash((time, record["latitude"], record["longitude"])), content):
        builder.add(time, time + _BEIJING, latitude, longitude, nan if power is None else power, confidence)


@lru_cache(maxsize=4096)
def _is_brightness(text: str) -> bool:
    """Whether a text is a temperature a satellite may see on the ground, in K; a missing one says nothing."""
    try:
        value = parse_number(text)
    except ValueError:
        return False
    return value is None or _COLDEST_K <= value <= _HOTTEST_K


@lru_cache(maxsize=4096)  # an overpass has many points
def _read_time(text: str, clock: str, form: str) -> datetime | None:
    clock = clock.replace(":", "")
    day = parse_day(text) or (parse_time(text, form) if form else None)
    if day is None or not clock.isdecimal() or len(clock) > 4:
        return None
    hours, minutes = int(clock.zfill(4)[:2]), int(clock.zfill(4)[2:])
    is_clock = minutes < 60 and hours * 60 + minutes <= 24 * 60  # 2400 is the next day's 0
    return day + timedelta(hours=hours, minutes=minutes) if is_clock else None
