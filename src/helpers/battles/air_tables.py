"""Detail tables behind the blue-sky figures: years, months, stations, episodes, windows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from cnstandards import air
from cnstandards.rounding import round_array
from helpers import registry
from helpers.battles import fires
from helpers.battles.air_days import AirDays
from helpers.battles.air_measures import LEAST_TOLD_PCT, RULE, span_statistics
from helpers.battles.context import Context
from helpers.battles.shapes import shape
from helpers.battles.spans import Span
from helpers.statistics import episodes as ledger

_OZONE_PERCENT = air.year_percentile("O3")
_EXCEEDANCES = {"month": "datetime64[s]", "pollutant": "str", "n_days": "int64"}
_WINDOWS = {
    **dict.fromkeys(("window_id", "name_zh", "name_en"), "str"),
    "year": "int64",
    **dict.fromkeys(("start_date", "end_date"), "datetime64[s]"),
    "is_complete": "bool",
    **dict.fromkeys(("n_days", "n_expected"), "int64"),
    **dict.fromkeys(("pm25_mean_ug_m3", "o3_p90_ug_m3"), "float64"),
    **dict.fromkeys(("n_good", "n_polluted", "n_heavy", "n_fires"), "float64"),
}
_ORIGINS = {"table": "str", "source_id": "str"}
_NO_HOURS = pd.DataFrame({"time": pd.Series(dtype="datetime64[s]"), "value": pd.Series(dtype="float64")})
_EDITIONS = {"edition": "str", "span": "str", "statistic": "str", "value": "float64", "n_days": "float64"}


def monthly_exceedances(days: AirDays, span: Span) -> pd.DataFrame:
    """Days above 100 by month and primary pollutant.

    Returns
    -------
    ``month`` (first day), ``pollutant``, ``n_days``; a day led jointly counts once, under its first pollutant.
    """
    index = days.counted("in_force", span)
    polluted = index[index["aqi"] > air.highest_index(2)]
    first = polluted["primary"].str.split(";").str[0]
    month = polluted["date"].dt.to_period("M").dt.to_timestamp()
    counts = first.groupby([month.rename("month"), first.rename("pollutant")]).size()
    return shape(counts.rename("n_days").reset_index(), _EXCEEDANCES)


def station_table(days: AirDays, span: Span, context: Context) -> pd.DataFrame:
    """Means of each station over the span: the assessed ones and the control points.

    Returns
    -------
    ``station_code, name_zh, name_en, is_control``, one column of means per pollutant (µg/m³, CO mg/m³; ozone as
    the 90th percentile of the MDA8), ``n_days`` of PM2.5 and ``coverage_pct``; no row where no station gave a valid day.
    """
    rows = days.stations[days.stations["is_valid"] & span.holds(days.stations["date"])]
    listed = registry.stations(context.city.slug)[["station_code", "name_zh", "name_en", "is_control"]]
    if rows.empty:
        listed = listed[:0]
    groups = rows.groupby(["station_code", "pollutant"], observed=True)["value"]
    means = groups.mean().unstack().reindex(columns=list(air.POLLUTANTS))
    ozone = rows[rows["pollutant"] == "O3"].groupby("station_code", observed=True)["value"]
    means["O3"] = ozone.agg(lambda values: air.percentile(values.to_numpy(), _OZONE_PERCENT))
    counts = rows[rows["pollutant"] == "PM2.5"].groupby("station_code", observed=True).size()
    table = listed.set_index("station_code").join(means).reset_index()
    table["n_days"] = table["station_code"].map(counts).fillna(0).astype("int64")
    table["coverage_pct"] = 100 * table["n_days"] / span.n_days
    rounded = {name: _round(table[name], air.decimals_of(name)) for name in air.POLLUTANTS}
    return table.assign(**rounded)


def _round(values: pd.Series, decimals: int) -> pd.Series:
    """Round a column half to even, as published."""
    return pd.Series(round_array(values.to_numpy(dtype="float64"), decimals), index=values.index)


def episode_table(
    days: AirDays, tables: dict[str, pd.DataFrame], span: Span, context: Context
) -> pd.DataFrame:
    """Heavy-pollution episodes of the span with their weather, hours and the fires upwind.

    Returns
    -------
    As :mod:`helpers.statistics.episodes` builds it; empty when no counted day exceeded 200. Fires are missing where the
    satellite files do not hold every day from the eve to the last day.
    """
    found = ledger.find_episodes(_daily_wide(days, span, unrounded=True))
    weather, points = tables["met_daily"], tables["fires"]
    found = ledger.add_weather(found, weather)
    hours = tables["air_hourly"]
    if not hours.empty and not found.empty:
        first = pd.Timestamp(found["start_date"].min())
        last = pd.Timestamp(found["end_date"].max()) + pd.Timedelta(days=1)
        near = hours[(hours["pollutant"] == "PM2.5") & (hours["time"] > first) & (hours["time"] <= last)]
        near = near[near["station_code"].isin(days.assessed)]
        city = air.hourly_city(near, assessed=days.assessed) if len(near) else _NO_HOURS
        edition = air.aqi_edition(span.end)
        found = ledger.add_hours(found, city, above=air.highest_concentration("PM2.5_24h", 4, edition))
    box = context.city.box
    found = ledger.add_fires(
        found, points, weather, latitude=(box.south + box.north) / 2, longitude=(box.west + box.east) / 2
    )
    seen = fires.covered_days(points, tables.get("sources"))
    spans = zip(found["start_date"] - pd.Timedelta(days=1), found["end_date"], strict=True)
    is_seen = [pd.date_range(eve, end).isin(seen).all() for eve, end in spans]
    told = [name for name in found if "fires" in name or "upwind" in name]
    return found.assign(**found[told].where(pd.Series(is_seen, index=found.index, dtype=bool), float("nan")))


def window_table(days: AirDays, tables: dict[str, pd.DataFrame], context: Context) -> pd.DataFrame:
    """Straw-burning, heating and ozone windows that lie in the report's year or the year before.

    Returns
    -------
    ``window_id, name_zh, name_en, year, start_date, end_date`` (cut by ``as_of``), ``is_complete, n_days`` (that count),
    ``n_expected, pm25_mean_ug_m3, o3_p90_ug_m3`` (missing below half of the days), ``n_good, n_polluted, n_heavy`` (missing
    without a day that counts), ``n_fires`` (points in the city's box; missing unless satellite files hold every day).
    """
    covered = fires.covered_days(tables["fires"], tables.get("sources"))
    windows = [*context.city.straw_windows, context.city.heating_season, context.city.ozone_season]
    rows = []
    for window in windows:
        for year in (context.as_of.year - 1, context.as_of.year):
            dates = window.dates(year)
            if dates is None or dates[0] > context.as_of:
                continue
            span = Span(dates[0], min(dates[1], context.as_of), False, dates[1] <= context.as_of)
            rows.append(
                {"window_id": window.id, "name_zh": window.name_zh, "name_en": window.name_en, "year": year}
                | _window_row(days, tables["fires"], covered, span, context)
            )
    return shape(rows, _WINDOWS)


def _window_row(
    days: AirDays, points: pd.DataFrame, covered: pd.DatetimeIndex, span: Span, context: Context
) -> dict[str, object]:
    index = days.counted("in_force", span)["aqi"]
    fine, ozone = (days.series(name, span, unrounded=True).to_numpy() for name in ("PM2.5", "O3"))
    good, heavy = air.highest_index(2), air.highest_index(4)
    counts = {"n_good": index <= good, "n_polluted": index > good, "n_heavy": index > heavy}
    seen = fires.count(points, context.city, span.start, span.end, covered=covered)
    return {
        "start_date": span.start,
        "end_date": span.end,
        "is_complete": span.is_complete,
        "n_days": len(index),
        "n_expected": span.n_days,
        "pm25_mean_ug_m3": _told(fine, span, fine.mean if len(fine) else None),
        "o3_p90_ug_m3": _told(ozone, span, lambda: air.percentile(ozone, _OZONE_PERCENT)),
        **{name: float(those.sum()) if len(index) else float("nan") for name, those in counts.items()},
        "n_fires": seen.n if seen.is_whole else float("nan"),
    }


def _told(values: np.ndarray, span: Span, statistic: Callable[[], float] | None) -> float:
    """A statistic of unrounded days, rounded once; missing below the share of days that is told."""
    if statistic is None or 100 * len(values) / span.n_days < LEAST_TOLD_PCT:
        return float("nan")
    return float(round_array(np.array([statistic()]), 0)[0])


def edition_table(days: AirDays, span: Span) -> pd.DataFrame:
    """Good and heavy days of the span and of the same span last year, under each edition of HJ 633.

    Returns
    -------
    ``edition, span`` (this or last), ``statistic, value, n_days``: the fair comparison across 2026-03-01. A count or share
    of too few days is missing.
    """
    parts = [shape({}, _EDITIONS)]
    for name, one in (("this", span), ("last", span.year_before())):
        table = span_statistics(days, one)
        wanted = ["good_days", "good_ratio", "heavy_days", "heavy_ratio"]
        table = table[(table["rule"] == RULE) & table["statistic"].isin(wanted)]
        value = table["value_published"].where(table["coverage_pct"] >= LEAST_TOLD_PCT)
        parts.append(shape(table.assign(span=name, value=value), _EDITIONS))
    return pd.concat(parts, ignore_index=True)


def daily_table(days: AirDays, *, first: date, last: date) -> pd.DataFrame:
    """Published city days, one row a day: six pollutants; index in force, level and primary pollutant of days that count.

    Returns
    -------
    ``date, SO2, NO2, CO, O3, PM10, PM2.5, aqi, level, primary, is_counted``; every calendar day stands, missing ones as
    NaN. A day with values of which no index can be told has no index and does not count.
    """
    wide = _daily_wide(days, Span(first, last, False, False))
    calendar = pd.DataFrame({"date": pd.date_range(first, last, freq="D").astype("datetime64[s]")})
    table = calendar.merge(wide, on="date", how="left")
    return table.assign(is_counted=table["aqi"].notna())


def _daily_wide(days: AirDays, span: Span, *, unrounded: bool = False) -> pd.DataFrame:
    known = {name: days.series(name, span, unrounded=unrounded) for name in air.POLLUTANTS}
    wide = (
        pd.DataFrame(known, index=pd.DatetimeIndex([], dtype="datetime64[s]"))
        if not any(map(len, known.values()))
        else pd.DataFrame(known)
    )
    index = days.counted("in_force", span).set_index("date")[["aqi", "level", "primary"]]
    return wide.join(index, how="outer").rename_axis("date").reset_index()


def origin_table(days: AirDays, span: Span, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Which files each detail table rests on: ``table, source_id``."""
    seen = Span(date(span.end.year - 1, 1, 1), span.end, False, True)
    always = Span(date(1900, 1, 1), span.end, False, True)
    of_air = {"daily": seen, "statistics": span, "exceedances": span, "episodes": span, "windows": seen}
    of_air |= {
        "editions": seen,
        "annual": always,
        "backtest": always,
        "backtest_words": always,
        "trends": always,
        "weekend": always,
    }
    of_weather = ("weather_model", "weather_split", "normalised", "adjusted_months")
    of_air |= dict.fromkeys(of_weather, always)
    found = {name: days.files_of(one) for name, one in of_air.items()}
    of_stations = (
        set(tables["air_station_day_files"]["source_id"]) if "air_station_day_files" in tables else set()
    )
    found["stations"] = days.files_of(span) & of_stations
    found["authenticity"] = found["stations"]
    for name in of_weather:
        found[name] |= set(tables["met_daily"]["source_id"])
    found["episodes"] |= set(tables["met_daily"]["source_id"]) | set(tables["fires"]["source_id"])
    found["windows"] |= set(tables["fires"]["source_id"])
    rows = [(name, one) for name, ids in found.items() for one in sorted(ids)]
    return shape(pd.DataFrame(rows, columns=list(_ORIGINS)), _ORIGINS)
