"""Noise of functional zones: point-times that attain their limits, by day and night, and how far monitoring is automatic.

A point-time is one point on one day, by day or by night. Measured by hand there are four days a year at each point,
automatically every day; the two are never added up. A year is told by the automatic stations where they cover as many
quarters and points as the measurements by hand, else by those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from helpers.battles import ledger_rows
from helpers.battles.assess import Observation
from helpers.battles.context import Context
from helpers.battles.land_ledger import merge_computed
from helpers.battles.shapes import kinds, shape
from helpers.standards import noise
from helpers.statistics.survey import exact_interval

SHARE, COMPLIANCE = (
    "noise_automatic_share",
    {"day": "noise_day_compliance", "night": "noise_night_compliance"},
)
MANUAL, AUTOMATIC = "manual", "automatic"
QUARTERS = 4
_COUNTS = kinds(
    "int64 n_points n_listed n n_met; float64 rate_pct low_pct high_pct; int64 n_quarters; str source_ids"
)
_AUTOMATION = kinds(
    "int64 year n_points n_automatic; float64 share_pct; int64 n_days n_valid_days; float64 valid_pct; str source_ids"
)
_PROFILE = kinds("str zone; int64 hour; float64 level_db; int64 n_hours; str source_ids")
_DIFFERENCES = kinds(
    "datetime64[s] date; str zone period; int64 n_printed n_met_printed n_counted n_met_counted; str source_ids"
)
_KEYS = {"year": "int64", "quarter": "int64"}  # other keys are text


def build(tables: Mapping[str, pd.DataFrame], context: Context) -> dict[str, pd.DataFrame]:
    """Make the noise tables of the blue-sky battle; each is empty where nothing was measured.

    Parameters
    ----------
    tables
        ``noise_points, noise_hours, noise_summaries`` as the store keeps them.

    Returns
    -------
    ``noise_years``: ``year, method, period, n_points``, ``n_listed`` (point-times of the tables), ``n`` (with a valid level),
    ``n_met, rate_pct``, ``low_pct, high_pct`` (exact 95 % interval), ``n_quarters``, ``is_told`` (whether the year is told by
    this method). ``noise_zones`` and ``noise_quarters``: the same of the report's year by ``zone`` or ``quarter``.
    ``noise_automation``: ``year, n_points, n_automatic, share_pct, n_days, n_valid_days, valid_pct``. ``noise_profile``:
    ``zone, hour`` (its beginning), ``level_db`` (energy mean of the report's year), ``n_hours``. ``noise_differences``: where
    a workbook's own count of point-times is another than that of its hours. All name their files in ``source_ids``.
    """
    last = min(context.period.end, context.as_of)
    points = tables["noise_points"]
    points = points[points["date"] <= pd.Timestamp(last)]
    hours = tables["noise_hours"]
    hours = hours[hours["time"] <= pd.Timestamp(last) + pd.Timedelta(days=1)]
    judged = judge_point_times(points, hours, noise.DayHours(*context.city.noise_day_hours))
    years = _choose(count_point_times(judged, ["year", "method", "period"]))
    told = judged.merge(years.loc[years["is_told"], ["year", "method", "period"]])
    this_year = told[told["year"] == last.year]
    return {
        "noise_years": years,
        "noise_zones": count_point_times(this_year, ["zone", "period", "method"]),
        "noise_quarters": count_point_times(this_year, ["quarter", "period", "method"]),
        "noise_automation": automation(judged),
        "noise_profile": profile(hours, last.year),
        "noise_differences": _differences(tables["noise_summaries"], judged),
    }


def judge_point_times(points: pd.DataFrame, hours: pd.DataFrame, day_hours: noise.DayHours) -> pd.DataFrame:
    """Give every point-time its level, limit and verdict.

    The levels of an automatic station come from its hours; what its workbook prints counts for a day without any hour.

    Returns
    -------
    One row a point, day and period: ``point_id, date, zone, method, period, value`` (dB(A), one decimal, NaN without a valid
    level), ``limit_db, is_met`` (NA without a level), ``year, quarter, source_id``.
    """
    told = points.merge(_levels_of_hours(hours, day_hours), how="left", on=["point_id", "date"])
    by_hours = (told["n_hours"] > 0) & (told["method"] == AUTOMATIC)
    parts = [
        told.assign(period=period, value=told[f"{period}_db"].mask(by_hours, told[f"{period}_of_hours"]))
        for period in noise.PERIODS
    ]
    kept = ["point_id", "date", "zone", "method", "period", "value", "source_id"]
    judged = noise.judge(pd.concat(parts, ignore_index=True)[kept])
    return judged.assign(year=judged["date"].dt.year, quarter=judged["date"].dt.quarter)


def _levels_of_hours(hours: pd.DataFrame, day_hours: noise.DayHours) -> pd.DataFrame:
    """Levels of each station and day: ``point_id, date, n_hours, day_of_hours, night_of_hours``."""
    begun = hours["time"] - pd.Timedelta(hours=1)
    table = hours.assign(date=begun.dt.normalize(), hour=begun.dt.hour)
    wide = table.pivot(index=["point_id", "date"], columns="hour", values="value")
    wide = wide.reindex(columns=range(noise.HOURS))
    levels = noise.daily_levels(wide.to_numpy(), hours=day_hours)
    found = pd.DataFrame(
        {
            "n_hours": (levels["n_day"] + levels["n_night"]).to_numpy(),
            "day_of_hours": levels["day_db"].to_numpy(),
            "night_of_hours": levels["night_db"].to_numpy(),
        },
        index=wide.index,
    ).reset_index()
    return found.astype({"date": "datetime64[s]", "point_id": "str"})


def count_point_times(judged: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Count attaining point-times over valid ones by group, with exact binomial intervals (Clopper and Pearson 1934).

    Returns
    -------
    The columns of ``by``; ``n_points, n_listed, n, n_met, rate_pct`` (NaN for n = 0), ``low_pct, high_pct, n_quarters`` (with a
    valid point-time), ``source_ids`` joined by ``;``.
    """
    rows = []
    for key, part in judged.groupby(by, sort=True):
        valid = part[part["is_met"].notna()]
        n, n_met = len(valid), int(valid["is_met"].sum())
        low, high = exact_interval(n_met, n)
        rows.append(
            [
                *key,
                part["point_id"].nunique(),
                len(part),
                n,
                n_met,
                noise.compliance_pct(n_met, n),
                100 * low,
                100 * high,
                valid["quarter"].nunique(),
                _files(part),
            ]
        )
    return shape(rows, {name: _KEYS.get(name, "str") for name in by} | _COUNTS)


def _files(rows: pd.DataFrame) -> str:
    """Files some rows came from, joined by ``;``."""
    return ";".join(sorted(set(rows["source_id"])))


def _choose(years: pd.DataFrame) -> pd.DataFrame:
    """Say by which method each year is told."""
    is_told = []
    for row in years.itertuples():
        rival = years[
            (years["year"] == row.year) & (years["period"] == row.period) & (years["method"] != row.method)
        ]
        reach = [(one.n_quarters, one.n_points) for one in (row, *rival.itertuples())]
        is_wide = all(mine >= other for mine, other in zip(reach[0], reach[-1], strict=True))
        is_narrow = any(mine > other for mine, other in zip(reach[0], reach[-1], strict=True))
        is_told.append(rival.empty or (is_wide if row.method == AUTOMATIC else is_narrow))
    return years.assign(is_told=np.array(is_told, dtype=bool))


def automation(judged: pd.DataFrame) -> pd.DataFrame:
    """Tell by year how many points have an automatic station, and how many of its days have both levels.

    The days of a station run from its first of the year to the last day any station has.
    """
    rows = []
    for year, part in judged.groupby("year"):
        automatic = part[part["method"] == AUTOMATIC]
        n, n_automatic = part["point_id"].nunique(), automatic["point_id"].nunique()
        last = automatic["date"].max()
        firsts = automatic.groupby("point_id")["date"].min()
        n_days = int(((last - firsts).dt.days + 1).sum()) if n_automatic else 0
        valid = automatic.groupby(["point_id", "date"])["value"].agg(lambda levels: levels.notna().all())
        n_valid = int(valid.sum())
        shares = noise.compliance_pct(n_automatic, n), noise.compliance_pct(n_valid, n_days)
        rows.append([year, n, n_automatic, shares[0], n_days, n_valid, shares[1], _files(part)])
    return shape(rows, _AUTOMATION)


def profile(hours: pd.DataFrame, year: int) -> pd.DataFrame:
    """Energy mean of each hour of the day over the stations of a zone and the days of a year."""
    begun = hours["time"] - pd.Timedelta(hours=1)
    table = hours.assign(hour=begun.dt.hour)[begun.dt.year == year]
    rows = [
        [zone, hour, noise.energy_mean(part["value"].to_numpy()), len(part), _files(part)]
        for (zone, hour), part in table.groupby(["zone", "hour"])
    ]
    return shape(rows, _PROFILE)


def _differences(summaries: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Months, zones and periods whose printed counts differ from those of the hours."""
    own = judged[(judged["method"] == AUTOMATIC) & judged["is_met"].notna()]
    own = own.assign(date=own["date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[s]"))
    groups = own.groupby(["date", "zone", "period"])
    counted = groups.agg(size=("is_met", "size"), sum=("is_met", "sum"), own=("source_id", ";".join))
    both = summaries.merge(counted.reset_index(), on=["date", "zone", "period"])
    both = both[(both["n"] != both["size"]) | (both["n_met"] != both["sum"])]
    files = [
        ";".join(sorted({*own.split(";"), one}))
        for own, one in zip(both["own"], both["source_id"], strict=True)
    ]
    both = both.assign(source_ids=files)
    named = {"n": "n_printed", "n_met": "n_met_printed", "size": "n_counted", "sum": "n_met_counted"}
    return shape(both.rename(columns=named), _DIFFERENCES)


def observations(
    ledger: pd.DataFrame,
    indicator_ids: Iterable[str],
    found: Mapping[str, pd.DataFrame],
    context: Context,
) -> list[Observation]:
    """Take what departments report, the measured shares of whole years in the place of reported ones.

    Parameters
    ----------
    ledger
        As the store keeps it.
    indicator_ids
        Indicators departments report to the battle, those of noise among them.
    found
        Of :func:`build`.

    Returns
    -------
    As :func:`helpers.battles.ledger_rows.observations`. A measured compliance counts point-times with a valid level
    over those listed, and says so where a department reported another figure.
    """
    years = _whole_years(found)
    share = found["noise_automation"]
    share = share[share["year"].isin(years["year"])].rename(columns={"share_pct": "rate_pct"})
    share = share.assign(n=share["n_points"])
    counted = years.rename(columns={"n_listed": "expected"}).assign(caveats="noise_point_times")
    computed = {COMPLIANCE[period]: _figures(part) for period, part in counted.groupby("period")}
    merged, _ = merge_computed(
        ledger, computed | {SHARE: _figures(share.assign(caveats=""))}, context, differs="ledger_differs"
    )
    return ledger_rows.observations(merged, indicator_ids, context)


def _figures(years: pd.DataFrame) -> pd.DataFrame:
    """Yearly rates for :func:`helpers.battles.land_ledger.merge_computed`."""
    told = years.rename(columns={"rate_pct": "value", "source_ids": "source_id"})
    return told.assign(period=told["year"].astype("int64").astype("str"), scope="").reindex(
        columns=["period", "value", "scope", "source_id", "caveats", "n", "expected"]
    )


def _whole_years(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Years with valid point-times in every quarter, by the method that tells them."""
    years = found["noise_years"]
    return years[years["is_told"] & (years["n_quarters"] == QUARTERS)]
