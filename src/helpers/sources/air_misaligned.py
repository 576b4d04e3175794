"""The daily table ``日期,质量等级,AQI,PM2.5,PM10,SO2,NO2,CO,O3,城市`` whose header may be shifted by one.

Some copies of the site's table lost a column name: the column called PM2.5 is the city's rank among all
cities, PM10 is PM2.5, SO2 is PM10, CO is SO2, O3 is CO, and there is no ozone. NO2 stands right. The
values decide, in one of three ways; a table is never read as it stands without proof.

The header stands right when ozone is ozone: the median of O3 is at least 15 µg/m³ and that of CO below 5
mg/m³, and PM10 ≥ PM2.5 on at least nine days of ten.

It is shifted when every sign is there: every value under O3 is below 10 and most have decimals (CO in
mg/m³); everything under CO is a whole number with a median of 2 or more (SO2); what is called PM2.5 is a
whole number, exceeds what is called PM10 on more than half of the days and goes along with the AQI (rank
correlation of at least 0.6); after the shift PM10 ≥ PM2.5 on nine days of ten and NO2 lies above SO2 in
the median. Then it is realigned under the caveat ``header_realigned``.

Anything else is refused, and so are fewer than 30 days, unless other files of the same form and city lie beside them
below the raw folder: then all their days are judged together, and the file's own days must show the same signs. The
thresholds are ours; each is far from the values of either case. Two columns of like size that changed places (SO2 and
NO2) cannot be told from the values. The site's AQI is a mean of hourly AQI, not the daily AQI (caveat
``aqi_mean_of_hourly``).

Copies without a header are read too: date, grade and eight numbers in the order of the site (AQI, rank, PM2.5, PM10,
SO2, NO2, CO, O3; then NO2 must lie above SO2 in the median), or seven as above; before them a row number or the city,
behind them the city.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.errors import SuiteError
from helpers.messages import message, parts
from helpers.sources import air_check
from helpers.sources.air_aqistudy import name_city
from helpers.sources.air_rows import GRADES, AirRows
from helpers.sources.builder import ReadingBuilder
from helpers.sources.city_names import find_city
from helpers.sources.dates import parse_day
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records
from helpers.sources.text import parse_number

_CELLS = ("AQI", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
_HEADER = ("日期", "质量等级", *_CELLS, "城市")
_RANKED = ("AQI", "排名", *_CELLS[1:])
_SPELLINGS = {"AQI指数": "AQI", "当天AQI排名": "排名", "So2": "SO2", "No2": "NO2", "Co": "CO"}
_AS_NAMED = {name: name for name in _CELLS}
_SHIFTED = {"AQI": "AQI", "PM2.5": "PM10", "PM10": "SO2", "NO2": "NO2", "SO2": "CO", "CO": "O3"}
_FEWEST_DAYS = 30
_MOST_NEIGHBOURS = 500  # files looked at for a short table


def recognise(head: Head) -> bool:
    """Whether the header is that of this table, or the first row one of its rows; the values are judged when it is read."""
    return _columns_of(head.header) is not None


def _columns_of(first: list[str]) -> tuple[str, ...] | None:
    """Columns of a table from its first row: as the header names them, or of a row without a header; ``None`` of others."""
    named = tuple(_SPELLINGS.get(name, name) for name in first)
    if named == _HEADER or (named != tuple(first) and {"日期", "质量等级", *_RANKED} <= set(named)):
        return named
    place = next((place for place, cell in enumerate(first[:2]) if parse_day(cell)), None)
    if place is None or first[place + 1 : place + 2] == [] or first[place + 1] not in GRADES:
        return None
    before = ["城市" if find_city(first[0]) else "编号"][:place]
    behind = ["城市"] if find_city(first[-1]) and "城市" not in before else []
    numbers = {len(_CELLS): _CELLS, len(_RANKED): _RANKED}.get(len(first) - place - 2 - len(behind))
    return None if numbers is None else (*before, "日期", "质量等级", *numbers, *behind)


def read(path: Path, *, city_name: str = "", raw: Path | None = None) -> Reading:
    """Read the table as named, realigned, or not at all.

    Parameters
    ----------
    city_name
        City of the table; empty: the column 城市, or the file's name.
    raw
        Folder in which longer tables of the same form are looked for when this one is short.

    Returns
    -------
    Reading of ``air_daily_published``: ``date, pollutant, value``; CO in mg/m³, others µg/m³.

    Raises
    ------
    SourceError
        Neither order of the columns is proved, or the table holds several cities. Fetch it from another
        source, put a short table beside a longer one, or split it by city.
    """
    builder = ReadingBuilder("air_daily_published")
    columns, records, city = _read_table(path, builder)
    if records:
        column_of = _prove_columns(path, columns, records, city, raw)
        builder.warn("aqi_mean_of_hourly")
        if column_of is _SHIFTED:
            builder.warn("header_realigned")
        rows = AirRows(builder, air_check.MEANS)
        for row, record in records:
            _add_day(builder, rows, row, record, column_of)
        rows.finish(is_series=True)
    return builder.finish(city_name or city)


def _read_table(path: Path, builder: ReadingBuilder) -> tuple[tuple[str, ...], list[tuple[int, Record]], str]:
    """Columns, records by column, and the city the table or its name says."""
    first = read_head(path).header
    columns = _columns_of(first)
    if columns is None:
        read_records(path, builder, required=_HEADER)  # tells what the header lacks
        raise AssertionError(path)
    is_headed = "日期" in first
    header = None if is_headed else list(columns)
    records = [
        (row, {_SPELLINGS.get(name, name): text for name, text in record.items()})
        for row, record in read_records(path, builder, required=first if is_headed else (), header=header)
    ]
    if not is_headed:
        builder.warn("header_supplied")
    cities = sorted({record.get("城市", "") for _, record in records} - {""})
    if len(cities) > 1:
        raise refusal(
            path, column="城市", **parts("files.several_cities", n=len(cities), names=", ".join(cities[:3]))
        )
    return columns, records, cities[0] if cities else name_city(path, "")


def _prove_columns(
    path: Path, columns: tuple[str, ...], records: list[tuple[int, Record]], city: str, raw: Path | None
) -> dict[str, str]:
    """Column of each pollutant, as far as the values prove it."""
    own = judged = _whole_days(records)
    if len(own) < _FEWEST_DAYS and raw is not None:
        judged = pd.concat([own, *_beside(path, columns, city, raw)])
    if len(judged) >= _FEWEST_DAYS and len(own):
        if _stands_right(judged) and _stands_right(own) and not _hides_rank(columns, judged):
            return _AS_NAMED
        if "排名" not in columns and _is_shifted(judged) and _looks_shifted(own):
            return _SHIFTED
    is_short = len(judged) < _FEWEST_DAYS
    medians = ", ".join(f"{name} {value:g}" for name, value in judged.median().items())
    found = {"n": len(judged), "median_names": medians, "fewest": _FEWEST_DAYS}
    key = "air.too_few_days" if is_short else "air.no_order"
    raise refusal(path, row=1, column="PM2.5–O3", **parts(key, **found))


def _whole_days(records: list[tuple[int, Record]]) -> pd.DataFrame:
    return pd.DataFrame(
        [[_number(record[name]) for name in _CELLS] for _, record in records], columns=_CELLS, dtype="float64"
    ).dropna()


def _beside(path: Path, columns: tuple[str, ...], city: str, raw: Path) -> Iterator[pd.DataFrame]:
    """Days of other tables of the same form and city below the raw folder."""
    names = [one for one in sorted(raw.rglob("*.csv*")) if one.is_file() and one != path]
    visible = [one for one in names if not any(p.startswith(".") for p in one.relative_to(raw).parts)]
    for one in visible[:_MOST_NEIGHBOURS]:
        try:
            if _columns_of(read_head(one).header) == columns:
                _, records, named = _read_table(one, ReadingBuilder("air_daily_published"))
                if named == city:
                    yield _whole_days(records)
        except SuiteError:
            continue  # its own reading tells what is wrong with it


def _number(text: str) -> float | None:
    try:
        return parse_number(text)
    except ValueError:
        return None


def _stands_right(values: pd.DataFrame) -> bool:
    return bool(
        values["O3"].median() >= 15
        and values["CO"].median() < 5
        and (values["PM10"] >= values["PM2.5"]).mean() >= 0.9
    )


def _hides_rank(columns: tuple[str, ...], values: pd.DataFrame) -> bool:
    """Whether a table in the site's own order has SO2 and NO2 the other way round."""
    return "排名" in columns and values["NO2"].median() <= values["SO2"].median()


def _looks_shifted(values: pd.DataFrame) -> bool:
    """Whether a few days show the signs of the shift that every day shows."""
    return bool(
        values["O3"].max() < 10
        and (values["CO"] % 1 == 0).all()
        and (values["PM2.5"] % 1 == 0).all()
        and (values["SO2"] >= values["PM10"]).mean() >= 0.9
    )


def _is_shifted(values: pd.DataFrame) -> bool:
    """Whether every sign of the shift by one is there."""
    rank, moved = values["PM2.5"], {name: values[column] for name, column in _SHIFTED.items()}
    return bool(
        moved["CO"].max() < 10
        and (moved["CO"] % 1 != 0).mean() > 0.5
        and (moved["SO2"] % 1 == 0).all()
        and moved["SO2"].median() >= 2
        and (rank % 1 == 0).all()
        and (rank > values["PM10"]).mean() > 0.5
        and _rank_correlation(rank, moved["AQI"]) >= 0.6
        and (moved["PM10"] >= moved["PM2.5"]).mean() >= 0.9
        and moved["NO2"].median() > moved["SO2"].median()
    )


def _rank_correlation(a: pd.Series, b: pd.Series) -> float:
    """Spearman's coefficient; 0 where one series does not vary."""
    ranks = a.rank().to_numpy(), b.rank().to_numpy()
    if min(np.ptp(ranks[0]), np.ptp(ranks[1])) == 0:
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def _add_day(
    builder: ReadingBuilder, rows: AirRows, row: int, record: Record, column_of: dict[str, str]
) -> None:
    day = parse_day(record["日期"])
    if day is None:
        builder.reject(row, "日期", record["日期"], message("cells.not_written_as", form="2025-01-31"))
    elif not builder.is_repeat(row, day, tuple(record[name] for name in _CELLS)):
        cells = {pollutant: (column, record[column]) for pollutant, column in column_of.items()}
        rows.add(row, (day,), cells, grade=record["质量等级"])
