"""Daily concentrations as people keep them: one row a day, one column a pollutant, in a CSV file.

A value that is missing stays missing; what cannot be understood is refused with its place, never guessed.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.air.limits import DAILY_POLLUTANTS, unit_of
from cnstandards.messages import Refused

_DATES = {"date", "day", "日期", "监测日期", "时间"}
_POLLUTANTS = {
    "pm25": "PM2.5",
    "细颗粒物": "PM2.5",
    "pm10": "PM10",
    "可吸入颗粒物": "PM10",
    "so2": "SO2",
    "二氧化硫": "SO2",
    "no2": "NO2",
    "二氧化氮": "NO2",
    "co": "CO",
    "一氧化碳": "CO",
    **dict.fromkeys(("o3", "o38h", "o38h24h", "o3mda8", "mda8", "臭氧", "臭氧8小时", "臭氧8h"), "O3"),
    **dict.fromkeys(("o31h", "臭氧1小时", "臭氧1h"), "O3_1h"),
}
_UNITS = {
    **dict.fromkeys(("μg/m3", "ug/m3", "μg/m^3", "ug/m^3", "微克/立方米"), "ug_m3"),
    **dict.fromkeys(("mg/m3", "mg/m^3", "毫克/立方米"), "mg_m3"),
}
_UNIT_NAMES = {"ug_m3": "μg/m³", "mg_m3": "mg/m³"}
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T]0?0:00(?::00)?)?")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_EMPTY = {"", "-", "--", "—", "——", "/", "na", "n/a", "nan", "null", "none"}
# What instruments and archives write where there is no value.
_MARKS = {-99.0, -99.9, -999.0, -999.9, -9999.0, 999.9, 9999.0, 9999.9, 99999.0}


@dataclass(frozen=True)
class DailyFile:
    """What a file holds: its days in its own order, the long table of :func:`cnstandards.daily_aqi`, what was left out.

    ``n_marks`` counts cells that held a mark of a missing value.
    """

    days: list[date]
    table: pd.DataFrame
    left_out: list[str]
    n_marks: int


def read_daily(path: Path) -> DailyFile:
    """Read a wide file of daily concentrations.

    Parameters
    ----------
    path
        CSV (comma, semicolon or tab; UTF-8, UTF-16 or GB 18030) with a column ``date`` or ``日期`` and columns of
        pollutants by their usual names: ``PM2.5``, ``PM10``, ``SO2``, ``NO2``, ``CO``, ``O3_8h`` (``O3`` is the same),
        ``O3_1h``, or their Chinese names. μg/m³, CO mg/m³; a unit in brackets after a name is checked.

    Raises
    ------
    Refused
        The file cannot be read as that; the message names file, row and column, and what to do.
    """
    rows = _rows(path)
    try:
        row, headings = next(rows)
    except StopIteration:
        raise Refused("no_header", file=path) from None
    day_at, columns, left_out = _columns(path, row, headings)
    seen: dict[date, int] = {}
    values: list[list[float]] = []
    n_marks = 0
    for row, cells in rows:
        if len(cells) < len(headings) or any(cells[len(headings) :]):
            raise Refused("cells", file=path, row=row, found=len(cells), expected=len(headings))
        day = _read_day(path, row, headings[day_at], cells[day_at])
        if day in seen:
            raise Refused(
                "date_twice", file=path, row=row, column=headings[day_at], found=day, other=seen[day]
            )
        seen[day] = row
        found = [_read_value(path, row, headings[at], cells[at], name) for name, at in columns.items()]
        n_marks += sum(value in _MARKS for value in found)
        values.append([float("nan") if value in _MARKS else value for value in found])
    if not seen:
        raise Refused("no_rows", file=path)
    table = pd.DataFrame(
        {
            "date": np.repeat(np.array(list(seen), dtype="datetime64[s]"), len(columns)),
            "pollutant": list(columns) * len(seen),
            "value": np.array(values, dtype="float64").ravel(),
        }
    )
    return DailyFile(list(seen), table, left_out, n_marks)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every row that is not empty."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise Refused("unreadable", file=path) from None
    text = _decode(path, raw)
    first = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=first.count))
    try:
        for cells in reader:
            cells = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error:
        raise Refused("not_text", file=path) from None


def _decode(path: Path, raw: bytes) -> str:
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not text.startswith("PK"):
            return text
    raise Refused("not_text", file=path)


def _columns(path: Path, row: int, headings: list[str]) -> tuple[int, dict[str, int], list[str]]:
    """Place of the day, place of each pollutant, and the headings that are neither."""
    days, columns, left_out = [], {}, []
    for at, heading in enumerate(headings):
        name, _, unit = heading.partition("(")
        name, unit = name.strip(), unit.rstrip(")").strip()
        pollutant = _POLLUTANTS.get(_plain(name))
        if name.lower() in _DATES:
            days.append(at)
        elif pollutant is None:
            left_out += [heading] if heading else []
        else:
            own = _UNIT_NAMES[unit_of(pollutant)]
            if unit and _UNITS.get(unit.lower().replace(" ", "")) != unit_of(pollutant):
                raise Refused("unit", file=path, row=row, column=heading, found=unit, expected=own)
            if pollutant in columns:
                raise Refused("column_twice", file=path, row=row, column=heading, found=pollutant)
            columns[pollutant] = at
    told = ", ".join(filter(None, headings))
    if not days:
        raise Refused("no_date", file=path, row=row, found=told)
    if len(days) > 1:
        raise Refused("column_twice", file=path, row=row, column=headings[days[1]], found=headings[days[0]])
    if not columns:
        raise Refused("no_pollutant", file=path, row=row, found=told)
    return days[0], {name: columns[name] for name in DAILY_POLLUTANTS if name in columns}, left_out


def _plain(name: str) -> str:
    """A heading without what people write differently; the daily mean is what a column holds unless it says otherwise."""
    text = re.sub(r"[\s_.·-]", "", name).lower()
    return re.sub(r"^(pm25|pm10|so2|no2|co)24h$", r"\1", text)


def _read_day(path: Path, row: int, column: str, text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        year, month, day = (int(part) for part in found.groups() if part) if found else (0, 0, 0)
        return date(year, month, day)
    except ValueError:
        raise Refused("date", file=path, row=row, column=column, found=text) from None


def _read_value(path: Path, row: int, column: str, text: str, pollutant: str) -> float:
    """The number of a cell, NaN for an empty one; a mark is returned as it stands."""
    if text.lower() in _EMPTY:
        return float("nan")
    value = float(text) if _NUMBER.fullmatch(text) else float("inf")
    if value in _MARKS:
        return value
    if not 0 <= value < float("inf"):
        raise Refused("number", file=path, row=row, column=column, found=text)
    if pollutant == "CO" and value > _highest_co():
        raise Refused("co", file=path, row=row, column=column, found=text, expected=f"{_highest_co():g}")
    return value


def _highest_co() -> float:
    """Where the breakpoints of CO end: a day above it is one in μg/m³."""
    rows = tables.read("aqi_breakpoints")
    return float(rows.loc[rows["item"] == "CO_24h", "concentration"].max())
