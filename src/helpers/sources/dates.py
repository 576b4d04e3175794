"""Days and times of text files and cells, year first: one parser for every reader, whatever a spreadsheet made of them.

``2015-01-31``, ``2015/1/31``, ``2015.1.31``, ``20150131`` and ``2015年1月31日`` are one day, with or without ``0:00``
or ``0时`` behind it. ``24:00`` is hour 0 of the next day. A form that begins with day or month is not read here: which of the
two it is cannot be told from one cell.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

_SEPARATORS = {("-", "-"), ("/", "/"), (".", "."), ("年", "月"), ("", "")}
_DAY = r"(\d{4})\s*([-/.年]?)\s*(\d{1,2})\s*([-/.月]?)\s*(\d{1,2})\s*([日号]?)"
_CLOCK = r"(?:(?:T|\s*)(\d{1,2})(?::(\d{2})(?::(\d{2}(?:\.\d+)?))?|[时点](?:(\d{1,2})分?)?))?"
_MOMENT = re.compile(_DAY + _CLOCK)
_MONTH = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))")
_FIRST_YEAR, _LAST_YEAR = 1850, 2100
_KEPT = 4096  # texts remembered: a day stands in many rows


def parse_day(text: str) -> datetime | None:
    """Read a day written year first; ``None`` when it is none, or when it carries an hour other than 0."""
    found = _read(text)
    return found[0] if found and found[1] in (None, timedelta(0)) else None


def parse_hour(text: str) -> datetime | None:
    """Read a day with a full hour from 0 to 24; ``None`` when it is in no such form."""
    found = _read(text)
    return None if found is None or found[1] is None or found[1] % timedelta(hours=1) else found[0] + found[1]


def parse_moment(text: str) -> datetime | None:
    """Read a day with a time of day; ``None`` when it is in no such form."""
    found = _read(text)
    return found[0] + found[1] if found and found[1] is not None else None


def add_hour(day: datetime, text: str) -> datetime | None:
    """Return the time of a day and an hour from 0 to 24 that stand apart; ``None`` when the hour is none."""
    hour = text.strip()
    return day + timedelta(hours=int(hour)) if hour.isdecimal() and int(hour) <= 24 else None


def parse_month(text: str) -> datetime | None:
    """Read a month, or its first day, as that day; ``None`` when it is neither."""
    found = _MONTH.fullmatch(text.strip())
    if found:
        return _make_day(int(found[1]), int(found[2] or found[3]), 1)
    day = parse_day(text)
    return day if day is not None and day.day == 1 else None


def split_day(text: str) -> tuple[int, int, int] | None:
    """Year, month and day a text writes, with any time of day behind them; ``None`` where it is in no such form.

    The calendar need not have that day: whoever asks says what is wrong with it.
    """
    found = _MOMENT.fullmatch(text.strip())
    if not found or (found[2], found[4]) not in _SEPARATORS or (found[2] != "年" and found[6]):
        return None
    if not found[2] and len(found[3] + found[5]) != 4:
        return None
    return int(found[1]), int(found[3]), int(found[5])


@lru_cache(maxsize=_KEPT)
def _read(text: str) -> tuple[datetime, timedelta | None] | None:
    """Day, and time since its beginning where one is written."""
    written, found = split_day(text), _MOMENT.fullmatch(text.strip())
    if written is None or found is None:
        return None
    day = _make_day(*written)
    if day is None or found[7] is None:
        return day and (day, None)
    hours, minutes, seconds = int(found[7]), int(found[8] or found[10] or 0), float(found[9] or 0)
    since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    is_clock = minutes < 60 and seconds < 60 and since <= timedelta(days=1)
    return (day, since) if is_clock else None


def _make_day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None
