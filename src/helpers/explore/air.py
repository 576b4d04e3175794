"""Air of a city or a station: ``fb.air.daily("PM2.5", station="1119A", period="2025")``.

Concentrations are µg/m³, CO mg/m³; times are Beijing time; hourly times end the hour.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from cnstandards import air
from helpers import store
from helpers.battles import air_tables
from helpers.battles.air_days import AirDays, monthly_means
from helpers.battles.air_evidence import WEATHER, months_at_average_weather
from helpers.battles.air_measures import annual_table
from helpers.battles.spans import Span
from helpers.errors import ParameterError
from helpers.explore.air_files import dated, days_told, ends_of, files_of
from helpers.explore.air_limits import limits, with_three_years
from helpers.explore.frames import column, complete_days, complete_months, describe, names_of_stations
from helpers.explore.words import both, text
from helpers.explore.workspace import current
from helpers.messages import parts
from helpers.run.parameters import one_of
from helpers.statistics.normalise import Normalised, normalise
from helpers.statistics.windows import window_means

__all__ = [
    "daily",
    "episodes",
    "hourly",
    "limits",
    "monthly",
    "normalised",
    "normalised_months",
    "season",
    "windows",
    "yearly",
]

INDEX = "AQI"


def __dir__() -> list[str]:
    return __all__


def daily(pollutant: str = "PM2.5", *, station: str | None = None, period: str | None = None) -> pd.DataFrame:
    """Daily values by the rules of GB 3095: at least 20 hours; ozone as the largest 8-hour mean (MDA8).

    Parameters
    ----------
    pollutant
        ``SO2 NO2 CO O3 PM10 PM2.5``, or ``AQI``, the index in force of the city.
    station
        Code such as ``1119A``; None: the city, rounded as published, without control points.
    period
        ``2025``, ``2025-10`` or ``2025-Q3``; None: the whole record.

    Returns
    -------
    Every calendar day: ``date``, the value (``pm25_ug_m3``; NaN without a valid value); of a station ``n_valid``
    (hours, of ozone windows), of the city ``n_stations``, of the index ``level`` (1 to 6) and ``primary``.

    ::

        pm25_ug_m3
         120 |        .
          80 |  . ..  :.         .
          40 |.:.:::..::..     .::
           0 +-----------------------
             Jan   Apr   Jul   Oct

    Raises
    ------
    ParameterError
        Unknown pollutant or station, or a malformed period; the nearest right word is named.
    """
    days, unit = current().air_days(), "index" if pollutant == INDEX else air.unit_of(pollutant)
    one_of("pollutant", pollutant, (*air.POLLUTANTS, INDEX))
    if pollutant == INDEX and station is not None:
        raise ParameterError(**parts("explore.no_daily_index"))
    name = column(pollutant, unit)
    if pollutant == INDEX:
        rows = days.counted("in_force").set_index("date")[["aqi", "level", "primary"]]
        rows = rows.astype({"aqi": "float64", "level": "float64"}).rename(columns={"aqi": name})
    else:
        rows, kept = _rows(days, pollutant, station), ["n_valid"] if station else ["n_stations"]
        rows = rows.set_index("date").assign(value=lambda t: t["value"].where(t["is_valid"]))
        rows = rows[["value", *kept]].rename(columns={"value": name})
    span = current().span(period, pd.Series(rows.index))
    table = complete_days(rows, span).reset_index()
    special = {INDEX: "names.index", "O3": "names.daily_o3"}
    told = both(special[pollutant]) if pollutant in special else _named("names.daily", pollutant)
    return _describe(table, name, unit, told, station, pollutant)


def _converted(pollutant: str, days: AirDays, values: pd.Series) -> dict[str, str]:
    """What became of the days before the reference state changed: gases were converted, particles left out."""
    change = air.reference_state_break()
    first = pd.Timestamp(change.date)
    if pollutant in air.PARTICLES:
        told = "dropped" if (days.series(pollutant).index < first).any() else ""
    else:
        told = "converted" if values[values.index < first].notna().any() else ""
    if not told:
        return {}
    lang, month = current().run.lang, f"{change.date:%Y-%m}"
    return {"note": text(f"reference.{told}", lang, month=month, factor=f"{change.factor:.3f}")}


def monthly(
    pollutant: str = "PM2.5", *, station: str | None = None, period: str | None = None
) -> pd.DataFrame:
    """Monthly means of whole months with at least 27 valid days (February 25), at one reference state.

    Gases are stated at 298.15 K throughout; particles cannot be converted and begin with 2018-09. ``attrs["note"]`` says
    which was done, where it was.

    Parameters
    ----------
    pollutant, station, period
        As in :func:`daily`, without ``AQI``.

    Returns
    -------
    Every calendar month: ``month`` (its first day) and the mean (``o3_ug_m3``); NaN with too few days.

    ::

        pm25_ug_m3
          60 |o           o
          30 | o         o
           0 +--ooooooooo-----
             Jan   Jul   Dec
    """
    unit = air.unit_of(one_of("pollutant", pollutant, air.POLLUTANTS))
    days = _days_of(pollutant, station)
    values = monthly_means(days, pollutant).astype("float64")
    span = current().span(period, pd.Series(pd.DatetimeIndex(values.index)))
    name = column(pollutant, unit)
    shown = complete_months(values.rename(name), span)
    named, table = _named("names.monthly", pollutant), shown.reset_index()
    noted = _converted(pollutant, days, shown)
    return _describe(table, name, unit, named, station, pollutant, decimals=1, **noted)


def yearly(
    pollutant: str = "PM2.5",
    *,
    statistic: str | None = None,
    station: str | None = None,
    three_years: bool = False,
) -> pd.DataFrame:
    """Yearly values as the annual assessment forms them, beside the limit in force (HJ 663, GB 3095).

    Parameters
    ----------
    pollutant, station
        As in :func:`daily`, without ``AQI``.
    statistic
        ``mean``, ``p95``, ``p98`` or ``p90``, as the standard has it for the pollutant; None: the mean, of CO the 95th
        and of ozone the 90th percentile. Of a station confirmed dust hours are not taken out.
    three_years
        Also give the mean of each year and the two before it; its definition in HJ 663-2026 could not be read.

    Returns
    -------
    Every year with data: ``year``, the value, ``n_days, coverage_pct, is_valid`` (enough days for a year),
    ``limit_ug_m3`` and ``edition``, last ``three_year_mean`` where asked for. A year that is not valid, or not over, keeps its row with NaN.

    ::

        pm25_ug_m3
          46 |o
          38 |  o  o
          30 |        o  o  o   - - - limit 35
             +------------------
             2016        2025
    """
    one_of("pollutant", pollutant, air.POLLUTANTS)
    days, context = _days_of(pollutant, station), current().run.context
    # Of the city one table holds all pollutants; of a station only the one asked for.
    key = ("annual", pollutant if station else "", station)
    rows = current().keep(key, lambda: annual_table(days, context))
    rows = rows[(rows["pollutant"] == pollutant) & ~rows["unit"].isin(["index", "pct", "days"])]
    statistic = one_of(
        "statistic", statistic or air.YEAR_STATISTICS[pollutant], sorted(set(rows["statistic"]))
    )
    rows, unit = rows[rows["statistic"] == statistic], air.unit_of(pollutant)
    name, is_told = column(pollutant, unit), rows["is_valid"] & rows["is_complete"]
    table = pd.DataFrame(
        {
            "year": rows["year"].astype("int64"),
            name: rows["value"].where(is_told),
            "n_days": rows["n_days"].astype("int64"),
            "coverage_pct": rows["coverage_pct"].round(1),
            "is_valid": is_told,
            f"limit_{unit}": rows["limit_value"],
            "edition": rows["edition"],
        }
    )
    table = with_three_years(table, name, pollutant) if three_years else table
    told = both("names.yearly", pollutant=(pollutant,) * 2, statistic=both(f"statistics.{statistic}"))
    change = air.reference_state_break().date.year + 1 if pollutant in air.PARTICLES else None
    return _describe(table, name, unit, told, station, pollutant, break_year=change)


def hourly(pollutant: str = "PM2.5", *, station: str, period: str) -> pd.DataFrame:
    """Hourly values of a station as published, with the flags of the authenticity screen.

    Parameters
    ----------
    pollutant, station, period
        As in :func:`daily`; hours are many, so station and period must be named.

    Returns
    -------
    Hours as received: ``time`` (end of the hour), the value (``no2_ug_m3``) and ``flag`` (codes joined by ``;``);
    ``coverage_pct`` is of all hours of the period.

    ::

        no2_ug_m3
          60 | .:.      .::.
          30 |:   :....:    :
           0 +----------------
             01:00   12:00  00:00
    """
    unit = air.unit_of(one_of("pollutant", pollutant, air.POLLUTANTS))
    told, run = names_of_stations(station), current().run
    start, end = current().span(period, pd.Series(dtype="datetime64[s]"))
    filters = [
        ("city_code", "==", run.context.city.code),
        ("pollutant", "==", pollutant),
        ("station_code", "==", station),
        ("time", ">", pd.Timestamp(start)),
        ("time", "<=", pd.Timestamp(end + timedelta(days=1))),
    ]
    rows = store.read_table(
        run.folders.processed, "air_hourly", columns=["time", "value", "flag", "source_id"], filters=filters
    )
    name = column(pollutant, unit)
    table = rows.sort_values("time").rename(columns={"value": name})
    return describe(
        table.drop(columns="source_id"), value=name, unit=unit, name=_named("names.hourly", pollutant),
        place=told, files=rows["source_id"], expected=24 * ((end - start).days + 1),
        decimals=air.decimals_of(pollutant),
    )  # fmt: skip


def season(pollutant: str = "PM2.5", *, window: str = "heating", station: str | None = None) -> pd.DataFrame:
    """Mean of a named window of the calendar in each year: the dates stand in the city's ``city.yml``.

    Parameters
    ----------
    window
        Id of a window: ``heating``, ``ozone``, ``straw_spring``, ``straw_autumn``.
    pollutant, station
        As in :func:`monthly`; ozone is the mean of the MDA8.

    Returns
    -------
    ``year`` (in which the window begins), the mean (NaN below 75 % of its days), ``start_date, end_date, n_days,
    coverage_pct``. Days are as measured: particles before 2018-09-01 are at another reference state.

    ::

        o3_ug_m3
         110 |    o     o
         100 | o     o     o
             +----------------
             2021 2022 ... 2025
    """
    unit = air.unit_of(one_of("pollutant", pollutant, air.POLLUTANTS))
    city = current().run.context.city
    known = {one.id: one for one in (city.heating_season, city.ozone_season, *city.straw_windows)}
    chosen = known[one_of("window", window, known)]
    values = _days_of(pollutant, station).series(pollutant, unrounded=True)
    rows = window_means(values, start=chosen.start, end=chosen.end, min_coverage_pct=75.0)
    name = column(pollutant, unit)
    table = rows.rename(columns={"mean": name})[
        ["year", name, "start_date", "end_date", "n_days", "coverage_pct"]
    ]
    told = both("names.season", pollutant=(pollutant,) * 2, season=(chosen.name_zh, chosen.name_en))
    is_after = table["start_date"] >= pd.Timestamp(air.reference_state_break().date)
    change = table.loc[is_after, "year"].min() if pollutant in air.PARTICLES else None
    return _describe(table, name, unit, told, station, pollutant, decimals=1, break_year=change)


def windows() -> pd.DataFrame:
    """Heating season, ozone season and straw-burning windows of the last two years, side by side.

    Returns
    -------
    ``window_id, name_zh, name_en, year, start_date, end_date, is_complete, n_days, pm25_mean_ug_m3, o3_p90_ug_m3,
    n_good, n_polluted, n_heavy`` (days) and ``n_fires`` (fire points in the city's box).
    """
    tables = {"fires": current().table("fires")}
    table = air_tables.window_table(current().air_days(), tables, current().run.context)
    files = [
        *files_of(air.POLLUTANTS, None, ends_of(table)),
        *dated(tables["fires"], "time_local", ends_of(table)),
    ]
    return describe(
        table, value="pm25_mean_ug_m3", unit="ug_m3", name=_named("names.daily", "PM2.5"),
        place=names_of_stations(None), files=files, decimals=0,
    )  # fmt: skip


def episodes(period: str) -> pd.DataFrame:
    """Heavy-pollution episodes (index above 200) of a period with their weather and the fires upwind.

    Returns
    -------
    ``start_date, end_date, n_days, peak_aqi, leading, pm25_mean_ug_m3, wind_speed_m_s, n_fires, n_fires_upwind`` and
    more, one row an episode; none is no row.
    """
    context = current().run.context
    start, end = current().span(period, pd.Series(dtype="datetime64[s]"))
    span = Span(start, end, False, end < context.as_of)
    tables = {name: current().table(name) for name in ("met_daily", "fires")}
    tables["air_hourly"] = store.empty("air_hourly")
    table = air_tables.episode_table(current().air_days(), tables, span, context)
    ends = ends_of(table)
    files = [
        *files_of(air.POLLUTANTS, None, ends),
        *dated(tables["met_daily"], "date", ends),
        *dated(tables["fires"], "time_local", ends),
    ]
    return describe(
        table, value="pm25_mean_ug_m3", unit="ug_m3", name=_named("names.daily", "PM2.5"),
        place=names_of_stations(None), files=files, decimals=0,
    )  # fmt: skip


def normalised(pollutant: str = "PM2.5") -> pd.DataFrame:
    """City days at average weather: what a pollutant would have been had each season's weather been average.

    Takes some seconds: a model learns from temperature, wind, humidity, rain and pressure (see
    ``docs/methods/weather-normalisation.md``). Days of particles before 2018-09-01 are left out.

    Returns
    -------
    ``date, observed, normalised, low, high`` (95 %), ``adjusted`` (single days, for effects), all in µg/m³ (CO mg/m³),
    with the unit behind the name. ``attrs`` holds ``status, reason`` and the skill out of time, ``r2``; a model
    refused has no rows.

    ::

        normalised_ug_m3
          40 |--___
          30 |     ---___----
             +----------------
             2019        2025
    """
    unit = air.unit_of(one_of("pollutant", pollutant, air.POLLUTANTS))
    found = current().keep(("normalised", pollutant), lambda: _normalise(pollutant))
    parts = ["observed", "normalised", "low", "high", "adjusted"]
    table = found.table if found.status == "ok" else pd.DataFrame(columns=["date", *parts], dtype="float64")
    table = table[["date", *parts]].rename(columns={part: f"{part}_{unit}" for part in parts})
    dates = table["date"] if len(table) else pd.Series(dtype="datetime64[s]")
    ends = None if dates.empty else (dates.min(), dates.max())
    files = [*files_of([pollutant], None, ends), *dated(current().table("met_daily"), "date", ends)]
    noted = _converted(
        pollutant, current().air_days(), pd.Series(dtype="float64", index=pd.DatetimeIndex([]))
    )
    return describe(
        table, value=f"normalised_{unit}", unit=unit, name=_named("names.normalised", pollutant),
        place=names_of_stations(None), files=files, decimals=1, **noted,
        status=found.status, reason=found.reason, r2=float(found.skill.r2),
    )  # fmt: skip


def normalised_months(pollutant: str = "PM2.5") -> pd.DataFrame:
    """Monthly means of single days at average weather: what :func:`helpers.effect` should be asked of.

    Returns
    -------
    ``month`` and the mean of ``adjusted`` (``pm25_ug_m3``); NaN for a month with fewer than 27 days (February 25). A model
    refused has no rows.

    ::

        pm25_ug_m3
          50 |o        o
          40 | o  o  o   o   less scattered than fb.air.monthly
             +------------
    """
    unit = air.unit_of(one_of("pollutant", pollutant, air.POLLUTANTS))
    days = normalised(pollutant)
    adjusted = days.rename(columns={f"adjusted_{unit}": "adjusted"})
    name = column(pollutant, unit)
    months = months_at_average_weather(current().air_days(), adjusted, pollutant)
    table = months.rename(name).rename_axis("month").reset_index()
    named = _named("names.normalised", pollutant)
    return _describe(table, name, unit, named, None, pollutant, decimals=1)


def _normalise(pollutant: str) -> Normalised:
    values = current().air_days().series(pollutant).rename("value").reset_index()
    if pollutant in air.PARTICLES:
        values = values[values["date"] >= pd.Timestamp(air.reference_state_break().date)]
    rows = values.merge(current().table("met_daily")[["date", *WEATHER]], on="date", how="left")
    return normalise(rows, value="value", weather=list(WEATHER), seed=current().run.context.seed)


def _named(key: str, pollutant: str) -> tuple[str, str]:
    return both(key, pollutant=(pollutant, pollutant))


def _rows(days: AirDays, pollutant: str, station: str | None) -> pd.DataFrame:
    """Rows of one pollutant, of the city or of one station."""
    names_of_stations(station)
    if station is None:
        return days.city[days.city["pollutant"] == pollutant]
    groups = current().keep("groups", lambda: days.stations.groupby(["station_code", "pollutant"]))
    key = (station, pollutant)
    return groups.get_group(key) if key in groups.groups else days.stations[:0]


def _days_of(pollutant: str, station: str | None) -> AirDays:
    """Days in which one pollutant of a station stands where the city's stands, so that the same rules apply."""
    days = current().air_days()
    if station is None:
        names_of_stations(station)
        return days
    rows = _rows(days, pollutant, station)
    rows = rows.assign(value_unrounded=rows["value"], n_stations=1)
    return replace(days, city=rows, without_dust=rows)


def _describe(
    table: pd.DataFrame,
    value: str,
    unit: str,
    name: tuple[str, str],
    station: str | None,
    pollutant: str,
    **more: object,
) -> pd.DataFrame:
    more = {"decimals": 0 if pollutant == INDEX else air.decimals_of(pollutant)} | more
    pollutants = air.POLLUTANTS if pollutant == INDEX else [pollutant]
    files = files_of(pollutants, station, days_told(table, value))
    return describe(
        table, value=value, unit=unit, name=name, place=names_of_stations(station), files=files, **more
    )
