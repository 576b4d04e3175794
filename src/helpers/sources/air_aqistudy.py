"""Daily and monthly city tables of aqistudy.cn: third-party, the nearest to the official daily values.

Daily: ``日期,AQI,(范围,)质量等级 or AQI级别,PM2.5,PM10,SO2,CO,NO2,O3 or O3_8h(,排名)``; ozone is the MDA8.
Monthly: ``月份,AQI,范围,质量等级,PM2.5,PM10,SO2,CO,NO2,O3``.
UTF-8 with or without mark, or GBK; quoted or not; with a header, without one, or a header alone; without a header
also with the city before the date. CO in mg/m³, others µg/m³. A zero is the site's mark of a missing value and is
quarantined.

A table without a header is taken only when its grades agree with its AQI (HJ 633-2012, table 2) in every
row: that fixes the columns left of the grade, and the site's own order those right of it. In any table a row whose
grade is not that of its AQI is quarantined, and so is a value that contradicts the AQI
(:mod:`helpers.sources.air_check`).
"""

from __future__ import annotations

import re
from pathlib import Path

from helpers.messages import message, parts
from helpers.sources import air_check
from helpers.sources.air_rows import GRADES, AirRows, fits_grade
from helpers.sources.builder import ReadingBuilder
from helpers.sources.city_names import find_city
from helpers.sources.dates import parse_day, parse_month
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records

_DATES = {"日期": "air_daily_published", "月份": "air_monthly_published"}
_ITEMS = ("PM2.5", "PM10", "SO2", "CO", "NO2")
_GRADE_COLUMNS = ("质量等级", "AQI级别")
_CITY = "城市"
_MONTH = re.compile(r"\d{4}[-/.年]\d{1,2}月?")
_CITY_SLUG = re.compile(r"^[a-z0-9]+_(?:daily|monthly|headeronly)_([a-z]+)_")


def recognise(head: Head) -> bool:
    """Whether the header is one of the site's, or the first row is a dated row of its table."""
    header = head.header
    if not header:
        return False
    if header[0] in _DATES:
        has_grade = any(column in header for column in _GRADE_COLUMNS)
        return {"AQI", *_ITEMS} <= set(header) and has_grade and _CITY not in header
    place = _date_place(header)
    # A grade right behind the date is another site's: its AQI stands behind the grade.
    return place is not None and any(cell in GRADES for cell in header[place + 2 : place + 4])


def read(path: Path, *, city_name: str = "") -> Reading:
    """Read one city's daily or monthly table.

    Parameters
    ----------
    city_name
        City of the table. When it is empty the column before the date is asked, then the file's name: the one known
        city in it, or the third part of ``aqistudy_daily_changchun_…``.

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
    date_column = next(name for name in columns if name in _DATES)
    is_daily = date_column == "日期"
    builder = ReadingBuilder(_DATES[date_column])
    ozone = "O3_8h" if "O3_8h" in columns else "O3"
    column_of = {"AQI": "AQI", **{name: name for name in _ITEMS}, "O3": ozone}
    records = read_records(path, builder, required=[date_column, *column_of.values()], header=header)
    if header is not None:
        _prove_grades(path, records)
        builder.warn("header_supplied")
    rows = AirRows(builder, air_check.DAILY if is_daily else air_check.MEANS)
    for row, record in records:
        _add_row(builder, rows, row, record, date_column, column_of)
    rows.finish(is_series=True)
    return builder.finish(city_name or _city_inside(path, records) or name_city(path, ""))


def name_city(path: Path, city_name: str) -> str:
    """City of a one-city file: the argument, or what the file's name says, or ``""``."""
    in_letters = _CITY_SLUG.match(path.name)
    return city_name or find_city(path.name) or (in_letters[1] if in_letters else "")


def _city_inside(path: Path, records: list[tuple[int, Record]]) -> str:
    """City that the rows themselves name."""
    cities = sorted({record[_CITY] for _, record in records if record.get(_CITY)})
    if len(cities) > 1:
        raise refusal(
            path, column=_CITY, **parts("files.several_cities", n=len(cities), names=", ".join(cities[:3]))
        )
    return cities[0] if cities else ""


def _date_place(first: list[str]) -> int | None:
    """Place of the date in a row: the first, or the second behind a city."""
    for place, cell in enumerate(first[:2]):
        if parse_day(cell) or _MONTH.fullmatch(cell):
            return place
    return None


def _guess_header(path: Path, first: list[str]) -> list[str]:
    """Header of a table that has none, from where its grade stands."""
    start = _date_place(first) or 0
    is_daily = bool(first) and parse_day(first[start]) is not None
    before = [*([_CITY] * start), "日期" if is_daily else "月份", "AQI"]
    place = next((p for p in (start + 2, start + 3) if p < len(first) and first[p] in GRADES), 0)
    between = {start + 2: [], start + 3: ["范围"]}.get(place)
    after = len(first) - place - 1 - len(_ITEMS)
    if between is None or after not in (1, 2):
        raise refusal(path, row=1, **parts("air.no_header", n=len(first)))
    return [*before, *between, "质量等级", *_ITEMS, "O3", *["排名"][: after - 1]]


def _prove_grades(path: Path, records: list[tuple[int, Record]]) -> None:
    """Refuse a table without a header whose grades contradict its AQI."""
    for row, record in records:
        grade, index = record["质量等级"], record["AQI"]
        if not (grade in GRADES and index.isdecimal() and fits_grade(grade, int(index))):
            raise refusal(
                path,
                row=row,
                column="质量等级",
                **parts("air.grade_unproved", aqi=repr(index), grade=repr(grade)),
            )


def _add_row(
    builder: ReadingBuilder,
    rows: AirRows,
    row: int,
    record: Record,
    date_column: str,
    column_of: dict[str, str],
) -> None:
    text, is_daily = record[date_column], date_column == "日期"
    day = parse_day(text) if is_daily else parse_month(text)
    if day is None:
        form = "2013-12-02" if is_daily else "2013-12"
        builder.reject(row, date_column, text, message("cells.not_written_as", form=form))
        return
    if builder.is_repeat(row, day, tuple(record[column] for column in column_of.values())):
        return
    grade = next((record[name] for name in _GRADE_COLUMNS if name in record), "")
    cells = {pollutant: (column, record[column]) for pollutant, column in column_of.items()}
    # The grade of a month counts no mean of indices: only days are held to it.
    rows.add(row, (day,), cells, grade=grade if is_daily else "", words={_GRADE_COLUMNS[0]: grade})
