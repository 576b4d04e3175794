"""Air data as the battle needs them: city days by the rules, their index under each edition, and their history.

A day's value comes from the stations where they give a valid one, else from a published daily table: day by day and
pollutant by pollutant, each with its files. No source silently replaces another.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cnstandards import air
from cnstandards.air.period import MIN_DAYS_OF_FEBRUARY, MIN_DAYS_OF_MONTH
from helpers import registry
from helpers.battles.context import Context
from helpers.battles.shapes import shape
from helpers.battles.spans import Span

EDITIONS = ("in_force", "2012", "2026")
STATION_DAYS = ("air_station_days", "air_station_days_without_dust", "air_station_day_files")
_STATION = {
    "station_code": "str",
    "date": "datetime64[s]",
    "pollutant": "str",
    "value": "float64",
    "n_valid": "int64",
    "is_valid": "bool",
}
_FILES = {"date": "datetime64[s]", "pollutant": "str", "source_id": "str"}
_CITY = {
    "date": "datetime64[s]",
    "pollutant": "str",
    "value": "float64",
    "value_unrounded": "float64",
    "n_stations": "int64",
    "is_valid": "bool",
    "is_published": "bool",
}
_INDEX = {
    "date": "datetime64[s]",
    "edition": "object",
    "aqi": "float64",
    "level": "float64",
    "primary": "object",
    "n_items": "int64",
    "is_complete": "bool",
    "edition_asked": "object",
    "is_counted": "bool",
}


@dataclass(frozen=True)
class AirDays:
    """City days of one city, from the first day with data to the day the report is seen from.

    ``city`` and ``without_dust`` are as :func:`cnstandards.air.daily_city` gives them, with ``is_published`` where
    a published table gave the value; ``index`` has one row per day and edition, with ``is_counted`` where the day counts
    (:func:`cnstandards.air.counted_days`); ``files`` are the ``source_id`` behind the valid values of a ``date`` and
    ``pollutant``; ``has_dust_list`` tells whether confirmed sand-dust hours were given.
    """

    stations: pd.DataFrame
    city: pd.DataFrame
    without_dust: pd.DataFrame
    index: pd.DataFrame
    assessed: tuple[str, ...]
    files: pd.DataFrame
    has_dust_list: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is no valid day at all."""
        return not self.city["is_valid"].any()

    @property
    def third_party(self) -> pd.DatetimeIndex:
        """Days on which a published table gave at least one value."""
        rows = self.city[self.city["is_published"] & self.city["is_valid"]]
        return pd.DatetimeIndex(sorted(set(rows["date"])))

    @property
    def years(self) -> list[int]:
        """Calendar years with a valid day."""
        return sorted(set(self.city.loc[self.city["is_valid"], "date"].dt.year))

    def counted(self, edition: str, span: Span | None = None) -> pd.DataFrame:
        """Days that count, with their index under one edition: ``date, aqi, level, primary, n_items, is_complete``."""
        rows = self.index[(self.index["edition_asked"] == edition) & self.index["is_counted"]]
        return rows if span is None else rows[span.holds(rows["date"])]

    def series(self, pollutant: str, span: Span | None = None, *, unrounded: bool = False) -> pd.Series:
        """Valid city values of a pollutant by day, as published or before rounding."""
        rows = self._valid.get(pollutant, self._valid[""])["value_unrounded" if unrounded else "value"]
        return rows.copy() if span is None else rows.loc[pd.Timestamp(span.start) : pd.Timestamp(span.end)]

    def files_of(self, span: Span, pollutants: Collection[str] = air.POLLUTANTS) -> set[str]:
        """Ids of the files behind the valid values of some pollutants within a span."""
        first, last = pd.Timestamp(span.start), pd.Timestamp(span.end)
        parts = [self._files[name] for name in pollutants if name in self._files]
        return {str(one) for part in parts for one in part.loc[first:last].unique()}

    @cached_property
    def _valid(self) -> dict[str, pd.DataFrame]:
        """Valid city days of each pollutant in order; those of none under an empty name."""
        rows = self.city[self.city["is_valid"]].set_index("date").sort_index(kind="stable")
        return {"": rows.iloc[:0], **dict(list(rows.groupby("pollutant")))}

    @cached_property
    def _files(self) -> dict[str, pd.Series]:
        """Ids of the files of each pollutant by day, in order."""
        rows = self.files.set_index("date").sort_index(kind="stable")
        return {str(name): part["source_id"] for name, part in rows.groupby("pollutant")}


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
    The tables named in ``STATION_DAYS``, as :func:`cnstandards.air.daily_stations` gives them.
    """
    hourly = hourly[hourly["pollutant"].isin(air.POLLUTANTS)]
    cleaned = shape({}, _STATION) if dust.empty else _daily(air.without_dust(hourly, dust_hours=dust))
    return dict(zip(STATION_DAYS, (_daily(hourly), cleaned, _files_of_hours(hourly)), strict=True))


def _daily(hourly: pd.DataFrame) -> pd.DataFrame:
    return shape({}, _STATION) if hourly.empty else air.daily_stations(hourly)


def _files_of_hours(hourly: pd.DataFrame) -> pd.DataFrame:
    """Which files gave hours of a day and pollutant; the hour that ends at 00:00 belongs to the day before."""
    days = (hourly["time"] - pd.Timedelta(hours=1)).dt.normalize()
    rows = hourly[["pollutant", "source_id"]].assign(date=days)
    return shape(rows.drop_duplicates(), _FILES)


def make_days(tables: dict[str, pd.DataFrame], context: Context) -> AirDays:
    """Turn station values into city days; what they do not give comes from the published daily table, day by day.

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
    stations, cleaned, files = (_until(tables[name], context) for name in STATION_DAYS)
    published = _until(tables["air_daily_published"], context)
    published = published[published["pollutant"].isin(air.POLLUTANTS) & published["value"].notna()]
    measured = _city(stations, assessed)
    city = _join(measured, published)
    without_dust = city if cleaned.empty else _join(_city(cleaned, assessed), published)
    return AirDays(
        stations,
        city,
        without_dust,
        _index_under_all(city),
        assessed,
        _files(city, files, published),
        not tables["dust_hours"].empty,
    )


def _until(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    return rows[rows["date"] <= pd.Timestamp(context.as_of)]


def _city(stations: pd.DataFrame, assessed: tuple[str, ...]) -> pd.DataFrame:
    """City days of the stations that are assessed."""
    own = stations[stations["station_code"].isin(assessed)]
    found = air.daily_city(own, assessed=assessed) if len(own) else pd.DataFrame()
    return shape(found.assign(is_published=False) if len(found) else {}, _CITY)


def _join(city: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Put a published value where the stations give none of that day and pollutant."""
    key = ["date", "pollutant"]
    valid = pd.MultiIndex.from_frame(city.loc[city["is_valid"], key])
    added = published[~pd.MultiIndex.from_frame(published[key]).isin(valid)]
    added = shape(
        added[[*key, "value"]].assign(
            value_unrounded=added["value"], n_stations=0, is_valid=True, is_published=True
        ),
        _CITY,
    )
    kept = city[~pd.MultiIndex.from_frame(city[key]).isin(pd.MultiIndex.from_frame(added[key]))]
    return pd.concat([kept, added]).sort_values(["pollutant", "date"], ignore_index=True)


def _files(city: pd.DataFrame, of_stations: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Files behind each valid value: those of its hours, or of its published row."""
    key = ["date", "pollutant"]
    valid = city.loc[city["is_valid"], [*key, "is_published"]]
    parts = [
        valid.loc[valid["is_published"] == is_published, key].merge(rows[[*key, "source_id"]], on=key)
        for is_published, rows in ((False, of_stations), (True, published))
    ]
    return shape(pd.concat(parts).drop_duplicates(), _FILES)


def _index_under_all(city: pd.DataFrame) -> pd.DataFrame:
    valid = city[city["is_valid"]]
    if valid.empty:
        return shape({}, _INDEX)
    parts = []
    for edition in EDITIONS:
        found = air.daily_aqi(valid, edition=edition)
        is_counted = air.counted_days(found) & found["aqi"].notna()
        parts.append(found.assign(edition_asked=edition, is_counted=is_counted))
    return shape(pd.concat(parts), _INDEX)


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
    return by_month(values, values)


def monthly_good_share(days: AirDays, *, edition: str = "2012") -> pd.Series:
    """Share of good days (index at most 100) by month under one edition, percent; since 2018-09-01 only.

    The index rests on particles, whose reference state changed then and cannot be converted.
    """
    index = days.counted(edition).set_index("date")["aqi"]
    index = index[index.index >= pd.Timestamp(air.reference_state_break().date)]
    return by_month((index <= air.highest_index(2)) * 100.0, index)


def by_month(values: pd.Series, counted: pd.Series) -> pd.Series:
    """Means of whole months with enough days, on the calendar; no month at all is an empty series of the same kind."""
    if values.empty:
        return pd.Series(dtype="float64", index=pd.DatetimeIndex([], dtype="datetime64[s]"))
    month = values.index.to_period("M")
    counts = counted.groupby(month).size()
    needed = np.where(counts.index.month == 2, MIN_DAYS_OF_FEBRUARY, MIN_DAYS_OF_MONTH)
    means = values.groupby(month).mean().where(counts >= needed)
    full = pd.period_range(means.index.min(), means.index.max(), freq="M")
    means = means.reindex(full)
    means.index = means.index.to_timestamp().astype("datetime64[s]")
    return means
