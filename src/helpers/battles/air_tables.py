"""Detail tables behind the blue-sky figures: years, months, stations, episodes, windows."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles.air_days import AirDays
from helpers.battles.air_rows import Span, span_statistics
from helpers.battles.context import Context
from helpers.standards import air
from helpers.statistics import episodes as ledger


def annual_table(days: AirDays, context: Context) -> pd.DataFrame:
    """Every indicator of every calendar year with data.

    Returns
    -------
    ``year, pollutant, statistic, value`` (published decimals), ``n_days, coverage_pct, is_valid, limit_value, edition``,
    ``is_complete`` (the year ended by ``as_of``); day counts under the edition in force, rule "present".
    """
    parts = []
    for year in sorted(set(days.city["date"].dt.year)):
        span = Span(
            date(year, 1, 1),
            min(date(year, 12, 31), context.as_of),
            True,
            context.as_of >= date(year, 12, 31),
        )
        table = air.period_statistics(
            days.city,
            start=span.start,
            end=span.end,
            editions=("in_force",),
            concentrations=days.without_dust,
        )
        table = table[table["rule"].isin(["", "present"])]
        parts.append(table.assign(year=year, is_complete=span.is_complete, value=table["value_published"]))
    columns = [
        "year",
        "pollutant",
        "statistic",
        "value",
        "unit",
        "n_days",
        "coverage_pct",
        "is_valid",
        "limit_value",
        "edition",
        "is_complete",
    ]
    return pd.concat(parts, ignore_index=True)[columns]


def monthly_exceedances(days: AirDays, span: Span) -> pd.DataFrame:
    """Days above 100 by month and primary pollutant.

    Returns
    -------
    ``month`` (first day), ``pollutant``, ``n_days``; a day led jointly counts once, under its first pollutant.
    """
    index = _index_within(days, span)
    polluted = index[index["aqi"].astype("float64") > 100]
    first = polluted["primary"].str.split(";").str[0]
    month = polluted["date"].dt.to_period("M").dt.to_timestamp()
    return (
        first.groupby([month.rename("month"), first.rename("pollutant")])
        .size()
        .rename("n_days")
        .reset_index()
    )


def station_table(days: AirDays, span: Span, context: Context) -> pd.DataFrame:
    """Means of each station over the span: the assessed ones and the control points.

    Returns
    -------
    ``station_code, name_zh, name_en, is_control``, one column of means per pollutant (µg/m³, CO mg/m³; ozone as
    the 90th percentile of the MDA8), ``n_days`` of PM2.5 and ``coverage_pct``.
    """
    rows = days.stations[
        days.stations["is_valid"]
        & days.stations["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))
    ]
    listed = registry.stations(context.city.slug)[["station_code", "name_zh", "name_en", "is_control"]]
    means = rows[rows["pollutant"].isin(air.POLLUTANTS)].pivot_table(
        index="station_code", columns="pollutant", values="value", aggfunc="mean", observed=True
    )
    ozone = (
        rows[rows["pollutant"] == "O3"]
        .groupby("station_code", observed=True)["value"]
        .agg(lambda values: air.percentile(values.to_numpy(), 90))
    )
    means["O3"] = ozone
    counts = rows[rows["pollutant"] == "PM2.5"].groupby("station_code", observed=True).size()
    table = listed.set_index("station_code").join(means).reset_index()
    table["n_days"] = table["station_code"].map(counts).fillna(0).astype(int)
    table["coverage_pct"] = 100 * table["n_days"] / span.n_days
    for pollutant in air.POLLUTANTS:
        if pollutant in table:
            table[pollutant] = air_round(table[pollutant], air.decimals_of(pollutant))
        else:
            table[pollutant] = float("nan")
    return table


def air_round(values: pd.Series, decimals: int) -> pd.Series:
    """Round a column half to even, as published."""
    from helpers.standards.rounding import round_array

    return pd.Series(round_array(values.to_numpy(dtype="float64"), decimals), index=values.index)


def episode_table(
    days: AirDays, tables: dict[str, pd.DataFrame], span: Span, context: Context
) -> pd.DataFrame:
    """Heavy-pollution episodes of the span with their weather, hours and the fires upwind.

    Returns
    -------
    As :mod:`helpers.statistics.episodes` builds it; empty when no day exceeded 200.
    """
    found = ledger.find_episodes(_daily_wide(days, span))
    weather, fires = tables["met_daily"], tables["fires"]
    found = ledger.add_weather(found, weather)
    hours = tables["air_hourly"]
    if not hours.empty and not found.empty:
        first = pd.Timestamp(found["start_date"].min())
        last = pd.Timestamp(found["end_date"].max()) + pd.Timedelta(days=1)
        near = hours[(hours["pollutant"] == "PM2.5") & (hours["time"] > first) & (hours["time"] <= last)]
        city = (
            air.hourly_city(near, assessed=days.assessed)
            if not near.empty
            else pd.DataFrame({"time": [], "value": []})
        )
        found = ledger.add_hours(found, city, above=150)
    box = context.city.box
    return ledger.add_fires(
        found, fires, weather, latitude=(box.south + box.north) / 2, longitude=(box.west + box.east) / 2
    )


def window_table(days: AirDays, tables: dict[str, pd.DataFrame], context: Context) -> pd.DataFrame:
    """Straw-burning, heating and ozone windows that lie in the report's year or the year before.

    Returns
    -------
    ``window_id, name_zh, name_en, year, start_date, end_date, n_days, pm25_mean_ug_m3, o3_p90_ug_m3, n_good,
    n_polluted, n_heavy, n_fires`` (fires in the city's box; NaN without fire data); windows cut by ``as_of`` end there.
    """
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
                | _window_row(days, tables["fires"], span)
            )
    return pd.DataFrame(rows)


def _window_row(days: AirDays, fires: pd.DataFrame, span: Span) -> dict[str, object]:
    index = _index_within(days, span)["aqi"].astype("float64").dropna()
    first, last = pd.Timestamp(span.start), pd.Timestamp(span.end)
    fine, ozone = (days.series(name).loc[first:last] for name in ("PM2.5", "O3"))
    seen = fires["time_local"].dt.normalize().between(first, last)
    return {
        "start_date": first,
        "end_date": last,
        "is_complete": span.is_complete,
        "n_days": len(index),
        "pm25_mean_ug_m3": float(air_round(pd.Series([fine.mean()]), 0)[0]) if len(fine) else float("nan"),
        "o3_p90_ug_m3": float(air_round(pd.Series([air.percentile(ozone.to_numpy(), 90)]), 0)[0])
        if len(ozone)
        else float("nan"),
        "n_good": int((index <= 100).sum()),
        "n_polluted": int((index > 100).sum()),
        "n_heavy": int((index > 200).sum()),
        "n_fires": float(seen.sum()) if len(fires) else float("nan"),
    }


def edition_table(days: AirDays, span: Span) -> pd.DataFrame:
    """Good and heavy days of the span and of the same span last year, under each edition of HJ 633.

    Returns
    -------
    ``edition, span`` (this or last), ``statistic, value, n_days``: the fair comparison across 2026-03-01.
    """
    from helpers.periods import same_span_last_year

    last = Span(*same_span_last_year(span.start, span.end), span.is_year, span.is_complete)
    parts = []
    for name, one in (("this", span), ("last", last)):
        table = span_statistics(days, one)
        table = table[
            (table["rule"] == "present")
            & table["statistic"].isin(["good_days", "good_ratio", "heavy_days", "heavy_ratio"])
        ]
        parts.append(table.assign(span=name)[["edition", "span", "statistic", "value_published", "n_days"]])
    return pd.concat(parts, ignore_index=True).rename(columns={"value_published": "value"})


def daily_table(days: AirDays, *, first: date, last: date) -> pd.DataFrame:
    """Published city days, one row a day: six pollutants, index in force, level and primary pollutant.

    Returns
    -------
    ``date, SO2, NO2, CO, O3, PM10, PM2.5, aqi, level, primary``; every calendar day stands, missing ones as NaN.
    """
    wide = _daily_wide(days, Span(first, last, False, False))
    calendar = pd.DataFrame({"date": pd.date_range(first, last, freq="D").astype("datetime64[s]")})
    return calendar.merge(wide, on="date", how="left")


def _daily_wide(days: AirDays, span: Span) -> pd.DataFrame:
    first, last = pd.Timestamp(span.start), pd.Timestamp(span.end)
    city = days.city[
        days.city["is_valid"]
        & days.city["date"].between(first, last)
        & days.city["pollutant"].isin(air.POLLUTANTS)
    ]
    wide = city.pivot(index="date", columns="pollutant", values="value").reindex(columns=list(air.POLLUTANTS))
    index = _index_within(days, span).set_index("date")[["aqi", "level", "primary"]]
    return wide.join(index.astype({"aqi": "float64", "level": "float64"}), how="outer").reset_index()


def _index_within(days: AirDays, span: Span) -> pd.DataFrame:
    index = days.indexed("in_force")
    return index[index["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))]
