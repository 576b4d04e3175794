"""Air data as the battle needs them: city days by the rules, their index under each edition, and their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.errors import SchemaError
from helpers.standards import air
from helpers.standards.air.period import MIN_DAYS_OF_FEBRUARY, MIN_DAYS_OF_MONTH

EDITIONS = ("in_force", "2012", "2026")
STATION_DAYS = ("air_station_days", "air_station_days_without_dust")
_CITY_COLUMNS = ["date", "pollutant", "value", "value_unrounded", "n_stations", "is_valid"]


@dataclass(frozen=True)
class AirDays:
    """City days of one city, from the first day with data to the day the report is seen from.

    ``city`` and ``without_dust`` are as :func:`helpers.standards.air.daily_city` gives them; ``index`` has one row per
    day and edition; ``third_party`` are the days that no station file covers;
    ``has_dust_list`` tells whether confirmed sand-dust hours were given.
    """

    stations: pd.DataFrame
    city: pd.DataFrame
    without_dust: pd.DataFrame
    index: pd.DataFrame
    assessed: tuple[str, ...]
    third_party: pd.DatetimeIndex
    has_dust_list: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is no day at all."""
        return self.city.empty

    def indexed(self, edition: str) -> pd.DataFrame:
        """Index of every day under one edition: ``date, aqi, level, primary, n_items, is_complete``."""
        return self.index[self.index["edition_asked"] == edition]

    def series(self, pollutant: str, *, unrounded: bool = False) -> pd.Series:
        """Valid city values of a pollutant by day, as published or before rounding."""
        rows = self.city[(self.city["pollutant"] == pollutant) & self.city["is_valid"]]
        return rows.set_index("date")["value_unrounded" if unrounded else "value"].sort_index()


def summarise_hours(hourly: pd.DataFrame, dust: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Turn hours into station days, with all hours and without the confirmed sand-dust hours.

    A day takes only its own hours, so the years of an archive can be summarised one by one and put together.

    Parameters
    ----------
    hourly
        ``station_code``, ``time``, ``pollutant``, ``value`` as in ``air_hourly``; may be empty.
    dust
        ``dust_hours``; without any, the second table holds no row and stands for the first.

    Returns
    -------
    The tables named in ``STATION_DAYS``, as :func:`helpers.standards.air.daily_stations` gives them.
    """
    hourly = hourly[hourly["pollutant"].isin(air.POLLUTANTS)]
    cleaned = _no_stations() if dust.empty else _daily(air.without_dust(hourly, dust_hours=dust))
    return dict(zip(STATION_DAYS, (_daily(hourly), cleaned), strict=True))


def _daily(hourly: pd.DataFrame) -> pd.DataFrame:
    return _no_stations() if hourly.empty else air.daily_stations(hourly)


def make_days(tables: dict[str, pd.DataFrame], context: Context) -> AirDays:
    """Turn station values into city days; days no station file covers come from the published daily table.

    Parameters
    ----------
    tables
        ``air_daily_published`` and ``dust_hours`` as the store keeps them; each may be empty. The tables of
        :func:`summarise_hours`, or, without them, the ``air_hourly`` they are made from.

    Returns
    -------
    City days without the control stations, and their index under the edition in force and under both editions.
    """
    listed = registry.stations(context.city.slug)
    assessed = tuple(listed.loc[~listed["is_control"], "station_code"])
    if STATION_DAYS[0] not in tables:
        tables = tables | summarise_hours(tables["air_hourly"], tables["dust_hours"])
    stations, cleaned = (tables[name] for name in STATION_DAYS)
    city = _no_city() if stations.empty else air.daily_city(stations, assessed=assessed)
    without_dust = city if cleaned.empty else air.daily_city(cleaned, assessed=assessed)
    published = _published_days(tables["air_daily_published"], covered=city)
    city, without_dust = (_join(part, published) for part in (city, without_dust))
    last = pd.Timestamp(context.as_of)
    city, without_dust = (part[part["date"] <= last] for part in (city, without_dust))
    return AirDays(
        stations[stations["date"] <= last],
        city,
        without_dust,
        _index_under_all(city),
        assessed,
        pd.DatetimeIndex(sorted(set(published["date"]))),
        not tables["dust_hours"].empty,
    )


def _published_days(published: pd.DataFrame, *, covered: pd.DataFrame) -> pd.DataFrame:
    """Third-party city days outside the span of the station files, in the form of city days."""
    rows = published[published["pollutant"].isin(air.POLLUTANTS)]
    rows = rows[~rows["date"].dt.year.isin(covered.loc[covered["is_valid"], "date"].dt.year.unique())]
    return pd.DataFrame(
        {
            "date": rows["date"],
            "pollutant": rows["pollutant"],
            "value": rows["value"],
            "value_unrounded": rows["value"],
            "n_stations": 0,
            "is_valid": rows["value"].notna(),
        }
    )


def _join(city: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    if published.empty:
        return city
    kept = city[~city["date"].isin(published["date"])]
    return pd.concat([kept, published], ignore_index=True).sort_values(
        ["pollutant", "date"], ignore_index=True
    )


def _index_under_all(city: pd.DataFrame) -> pd.DataFrame:
    if city.empty:
        columns = ["date", "edition", "aqi", "level", "primary", "n_items", "is_complete", "edition_asked"]
        return pd.DataFrame(
            {name: pd.Series(dtype="datetime64[s]" if name == "date" else "object") for name in columns}
        )
    valid = city[city["is_valid"]]
    parts = [air.daily_aqi(valid, edition=edition).assign(edition_asked=edition) for edition in EDITIONS]
    return pd.concat(parts, ignore_index=True)


def _no_stations() -> pd.DataFrame:
    types = {
        "station_code": "str",
        "date": "datetime64[s]",
        "pollutant": "str",
        "value": "float64",
        "n_valid": "int64",
        "is_valid": "bool",
    }
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def _no_city() -> pd.DataFrame:
    types = ["datetime64[s]", "str", "float64", "float64", "int64", "bool"]
    return pd.DataFrame(
        {name: pd.Series(dtype=kind) for name, kind in zip(_CITY_COLUMNS, types, strict=True)}
    )


def monthly_means(days: AirDays, pollutant: str) -> pd.Series:
    """Monthly means of a pollutant, at one reference state, from whole months with enough valid days.

    Gases are stated at 298.15 K throughout. Particles cannot be converted without temperature and pressure, so
    their series begins with the change of reference state, 2018-09-01.

    Returns
    -------
    One value a month (µg/m³, CO mg/m³) by its first day; a month with fewer than 27 valid days (February 25) is NaN.
    """
    change = air.reference_state_break()
    values = days.series(pollutant, unrounded=True).rename("value")
    if pollutant in air.PARTICLES:
        values = values[values.index >= pd.Timestamp(change.date)]
    else:
        table = air.convert_reference_state(values.reset_index().assign(pollutant=pollutant))
        values = table.set_index("date")["value"]
    return _by_month(values, values)


def monthly_good_share(days: AirDays, *, edition: str = "2012") -> pd.Series:
    """Share of good days (index at most 100) by month under one edition, percent; since 2018-09-01 only.

    The index rests on particles, whose reference state changed then and cannot be converted.
    """
    index = days.indexed(edition).set_index("date")["aqi"].astype("float64").dropna()
    index = index[index.index >= pd.Timestamp(air.reference_state_break().date)]
    return _by_month((index <= 100) * 100.0, index)


def _by_month(values: pd.Series, counted: pd.Series) -> pd.Series:
    month = values.index.to_period("M")
    counts = counted.groupby(month).size()
    needed = np.where(counts.index.month == 2, MIN_DAYS_OF_FEBRUARY, MIN_DAYS_OF_MONTH)
    means = values.groupby(month).mean().where(counts >= needed)
    if means.empty:
        return pd.Series(dtype="float64")
    full = pd.period_range(means.index.min(), means.index.max(), freq="M")
    means = means.reindex(full)
    means.index = means.index.to_timestamp()
    return means


def years_before(days: AirDays, last: date) -> list[int]:
    """Calendar years with city days before the year of ``last``, oldest first."""
    if days.is_empty:
        raise SchemaError(
            "there are no city days",
            expected="hourly or daily air data",
            remedy="put files into data/raw/air",
        )
    return sorted(set(days.city["date"].dt.year) - {last.year})
