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

Anything else, or fewer than 30 days, is refused. The thresholds are ours; each is far from the values of
either case. Two columns of like size that changed places (SO2 and NO2) cannot be told from the values. The site's AQI is a mean of hourly AQI, not the daily AQI (caveat ``aqi_mean_of_hourly``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.sources.air_aqistudy import name_city
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.reading import Reading, refusal
from helpers.sources.records import Record, read_records
from helpers.sources.text import parse_number, parse_time

_CELLS = ("AQI", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
_HEADER = ("日期", "质量等级", *_CELLS, "城市")
_AS_NAMED = {name: name for name in _CELLS}
_SHIFTED = {"AQI": "AQI", "PM2.5": "PM10", "PM10": "SO2", "NO2": "NO2", "SO2": "CO", "CO": "O3"}
_FEWEST_DAYS = 30


def recognise(head: Head) -> bool:
    """Whether the header is that of this table; the values are judged when it is read."""
    return tuple(head.header) == _HEADER


def read(path: Path, *, city_name: str = "") -> Reading:
    """Read the table as named, realigned, or not at all.

    Parameters
    ----------
    city_name
        City of the table; empty: the column 城市.

    Returns
    -------
    Reading of ``air_daily_published``: ``date, pollutant, value``; CO in mg/m³, others µg/m³.

    Raises
    ------
    SourceError
        Neither order of the columns is proved, or the table holds several cities. Fetch it from another
        source, or split it by city.
    """
    builder = ReadingBuilder("air_daily_published")
    records = read_records(path, builder, required=_HEADER)
    cities = sorted({record["城市"] for _, record in records})
    if len(cities) > 1:
        raise refusal(
            path,
            f"the table holds {len(cities)} cities, first {', '.join(cities[:3])}",
            column="城市",
            expected="one city",
            remedy="split the file by city",
        )
    if records:
        column_of = _prove_columns(path, records)
        builder.warn("aqi_mean_of_hourly")
        if column_of is _SHIFTED:
            builder.warn("header_realigned")
        for row, record in records:
            _add_day(builder, row, record, column_of)
    return builder.finish(city_name or (cities[0] if cities else name_city(path, "")))


def _prove_columns(path: Path, records: list[tuple[int, Record]]) -> dict[str, str]:
    """Column of each pollutant, as far as the values prove it."""
    values = pd.DataFrame(
        [[_number(record[name]) for name in _CELLS] for _, record in records], columns=_CELLS, dtype="float64"
    ).dropna()
    if len(values) >= _FEWEST_DAYS:
        if _stands_right(values):
            return _AS_NAMED
        if _is_shifted(values):
            return _SHIFTED
    raise refusal(
        path,
        f"the columns are in no proved order ({len(values)} whole days; medians "
        + ", ".join(f"{name} {value:g}" for name, value in values.median().items())
        + ")",
        row=1,
        column="PM2.5 to O3",
        expected=f"at least {_FEWEST_DAYS} days whose values fit the header or the known shift by one",
        remedy="do not use this copy: its header may be shifted; fetch the table from another source",
    )


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


def _add_day(builder: ReadingBuilder, row: int, record: Record, column_of: dict[str, str]) -> None:
    day = parse_time(record["日期"], "%Y-%m-%d")
    if day is None:
        builder.reject(row, "日期", record["日期"], "is not written as 2025-01-31")
    elif not builder.is_repeat(row, day, tuple(record[name] for name in _CELLS)):
        for pollutant, column in column_of.items():
            value = builder.concentration(row, column, record[column], pollutant=pollutant)
            if value is not None:
                builder.add(day, pollutant, value)
