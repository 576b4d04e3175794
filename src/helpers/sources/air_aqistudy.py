"""Daily and monthly city tables of aqistudy.cn: third-party, the nearest to the official daily values.

Daily: ``日期,AQI,(范围,)质量等级 or AQI级别,PM2.5,PM10,SO2,CO,NO2,O3 or O3_8h(,排名)``; ozone is the MDA8.
Monthly: ``月份,AQI,范围,质量等级,PM2.5,PM10,SO2,CO,NO2,O3``.
UTF-8 with or without mark, or GBK; quoted or not; with a header, without one, or a header alone.
CO in mg/m³, others µg/m³. A zero is the site's mark of a missing value and is quarantined.

A table without a header is taken only when its grades agree with its AQI (HJ 633-2012, table 2) in every
row: that fixes the columns left of the grade, and the site's own order those right of it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records
from helpers.sources.text import parse_time

_DATES = {"日期": "air_daily_published", "月份": "air_monthly_published"}
_ITEMS = ("PM2.5", "PM10", "SO2", "CO", "NO2")
_GRADE_COLUMNS = ("质量等级", "AQI级别")
_LIMITS = {"优": 50, "良": 100, "轻度污染": 150, "中度污染": 200, "重度污染": 300, "严重污染": 500}
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_CITY_NAME = re.compile(r"[\u4e00-\u9fff]{2,}")
_CITY_SLUG = re.compile(r"^[a-z0-9]+_(?:daily|monthly|headeronly)_([a-z]+)_")


def recognise(head: Head) -> bool:
    """Whether the header is one of the site's, or the first row is a dated row of its table."""
    header = head.header
    if not header:
        return False
    if header[0] in _DATES:
        has_grade = any(column in header for column in _GRADE_COLUMNS)
        return {"AQI", *_ITEMS} <= set(header) and has_grade and "城市" not in header
    return bool(_DATE.fullmatch(header[0])) and any(cell in _LIMITS for cell in header[2:4])


def read(path: Path, *, city_name: str = "") -> Reading:
    """Read one city's daily or monthly table.

    Parameters
    ----------
    city_name
        City of the table. When it is empty the file's name is asked: the one Chinese word in it, or the third
        part of ``aqistudy_daily_changchun_…``.

    Returns
    -------
    Reading of ``air_daily_published`` (``date``) or ``air_monthly_published`` (``month``, its first day),
    with ``pollutant, value``; ``AQI`` included; ``city_name`` filled when known.

    Raises
    ------
    SourceError
        A column is absent, or a table without a header does not prove its columns.
    """
    first = read_head(path).header
    header = None if first and first[0] in _DATES else _guess_header(path, first)
    columns = header or first
    builder = ReadingBuilder(_DATES[columns[0]])
    ozone = "O3_8h" if "O3_8h" in columns else "O3"
    column_of = {"AQI": "AQI", **{name: name for name in _ITEMS}, "O3": ozone}
    records = read_records(path, builder, required=[columns[0], *column_of.values()], header=header)
    if header is not None:
        _prove_grades(path, records)
        builder.warn("header_supplied")
    for row, record in records:
        _add_row(builder, row, record, columns[0], column_of)
    return builder.finish(name_city(path, city_name))


def name_city(path: Path, city_name: str) -> str:
    """City of a one-city file: the argument, or what the file's name says, or ``""``."""
    in_chinese, in_letters = _CITY_NAME.findall(path.name), _CITY_SLUG.match(path.name)
    if city_name or len(in_chinese) == 1:
        return city_name or in_chinese[0]
    return in_letters[1] if in_letters and not in_chinese else ""


def _guess_header(path: Path, first: list[str]) -> list[str]:
    """Header of a table that has none, from where its grade stands."""
    is_daily = len(first[0]) == 10 if first else False
    before = ["日期" if is_daily else "月份", "AQI"]
    place = next((place for place in (2, 3) if place < len(first) and first[place] in _LIMITS), 0)
    between = {2: [], 3: ["范围"]}.get(place)
    after = len(first) - place - 1 - len(_ITEMS)
    if between is None or after not in (1, 2):
        raise refusal(
            path,
            f"the first record has {len(first)} cells and no header can be told from it",
            row=1,
            expected="日期 or 月份, AQI, a grade, six pollutants",
            remedy="add the header line of the table",
        )
    return [*before, *between, "质量等级", *_ITEMS, "O3", *["排名"][: after - 1]]


def _prove_grades(path: Path, records: list[tuple[int, Record]]) -> None:
    """Refuse a table without a header whose grades contradict its AQI."""
    lows = dict(zip(_LIMITS, [0, *_LIMITS.values()], strict=False))
    for row, record in records:
        grade, index = record["质量等级"], record["AQI"]
        if not (grade in _LIMITS and index.isdecimal() and lows[grade] <= int(index) <= _LIMITS[grade]):
            raise refusal(
                path,
                f"AQI {index!r} with grade {grade!r}, so the columns of a table without a header are unproved",
                row=row,
                column="质量等级",
                expected="the grade of that AQI",
                remedy="add the header line of the table",
            )


def _add_row(
    builder: ReadingBuilder, row: int, record: Record, date_column: str, column_of: dict[str, str]
) -> None:
    text = record[date_column]
    day = _read_day(text, date_column)
    if day is None:
        form = "2013-12-02" if date_column == "日期" else "2013-12"
        builder.reject(row, date_column, text, f"is not written as {form}")
        return
    if builder.is_repeat(row, day, tuple(record[column] for column in column_of.values())):
        return
    for pollutant, column in column_of.items():
        value = builder.concentration(row, column, record[column], pollutant=pollutant)
        if value is not None:
            builder.add(day, pollutant, value)


def _read_day(text: str, date_column: str) -> date | datetime | None:
    return parse_time(text, "%Y-%m-%d") if date_column == "日期" else parse_time(text, "%Y-%m")
