"""Pollutants beside carbon: how both change from year to year and over all years. No emission is estimated here.

What departments report as emissions comes without an uncertainty. Two honest ones are given instead: the change of a
year lies within what the rounding of its two figures allows, and the average change over the years has the 95 %
interval of :func:`helpers.statistics.trend.trend`.
"""

from __future__ import annotations

import math

import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.statistics.trend import trend

CARBON = "co2_emissions"
POLLUTANTS = ("nox_emissions", "voc_emissions", "pm25_mean")
SERIES = (CARBON, *POLLUTANTS)
_SERIES = kinds("str indicator_id; int64 year; float64 value")
_CHANGES = kinds("str indicator_id; int64 year; float64 value change_pct low_pct high_pct")
_TRENDS = kinds(
    "str indicator_id; float64 first last; int64 n; str status; float64 change_pct low_pct high_pct"
)


def series_table(ledger_years: pd.DataFrame, annual: pd.DataFrame | None) -> pd.DataFrame:
    """Put the yearly values of carbon and pollutants under each other.

    Parameters
    ----------
    ledger_years
        ``indicator_id, year, value, scope`` of reported indicators, one scope each.
    annual
        Air statistics by year, as blue sky's table ``annual``; ``None`` without air data. Only whole years with valid
        data count.

    Returns
    -------
    ``indicator_id, year, value``, by indicator in the order of ``SERIES`` and by year.
    """
    parts = [ledger_years.loc[ledger_years["indicator_id"].isin(SERIES), ["indicator_id", "year", "value"]]]
    if annual is not None and len(annual):
        is_mean = (annual["pollutant"] == "PM2.5") & (annual["statistic"] == "mean")
        whole = annual[is_mean & annual["is_complete"].astype(bool) & annual["is_valid"].astype(bool)]
        parts.append(whole[["year", "value"]].assign(indicator_id="pm25_mean"))
    table = pd.concat(parts, ignore_index=True).dropna(subset=["value"])
    order = table["indicator_id"].map(SERIES.index)
    return shape(table.assign(order=order).sort_values(["order", "year"], kind="stable"), _SERIES)


def change_table(series: pd.DataFrame) -> pd.DataFrame:
    """Change of each year on the year before, in percent of the year before.

    Returns
    -------
    ``indicator_id, year, value, change_pct, low_pct, high_pct``; the bounds are the smallest and largest change that
    round to the two figures as they are published. A year without the one before it has no change.
    """
    rows = []
    for indicator_id, part in series.groupby("indicator_id", sort=False):
        half = 0.5 * 10.0 ** -registry.indicator(str(indicator_id)).decimals
        values = dict(zip(part["year"], part["value"], strict=True))
        for year, value in values.items():
            before = values.get(year - 1, math.nan)
            if not before > half:
                before = math.nan
            low = 100 * ((value - half) / (before + half) - 1)
            high = 100 * ((value + half) / (before - half) - 1)
            rows.append((indicator_id, int(year), value, 100 * (value / before - 1), low, high))
    return shape(rows, _CHANGES)


def trend_table(series: pd.DataFrame) -> pd.DataFrame:
    """Average change a year over all years of each series, in percent of its mean.

    Returns
    -------
    One row for each of ``SERIES``: ``first, last`` (years; NaN without any), ``n`` (years with a value), ``status`` (``ok`` or
    ``insufficient``), ``change_pct`` with its 95 % interval ``low_pct, high_pct``. Fewer than six years are insufficient.
    """
    rows = []
    for indicator_id in SERIES:
        part = series[series["indicator_id"] == indicator_id]
        if part.empty:
            rows.append((indicator_id, math.nan, math.nan, 0, "insufficient", math.nan, math.nan, math.nan))
            continue
        found = trend(pd.Series(part["value"].to_numpy(), index=part["year"].to_numpy()), kind="annual")
        shares = [100 * number / found.mean for number in (found.estimate, found.low, found.high)]
        years = (int(part["year"].min()), int(part["year"].max()), len(part))
        rows.append((indicator_id, *years, found.status, *shares))
    return shape(rows, _TRENDS)


def judge(trends: pd.DataFrame) -> str:
    """Say whether carbon and pollutants fall together.

    Returns
    -------
    ``together`` (the intervals of carbon and of every pollutant that can be told lie below zero), ``apart`` (carbon
    and a pollutant clearly move against each other), ``unclear``, or ``no_data`` (carbon, or every pollutant, has too
    few years).
    """
    told = trends[trends["status"] == "ok"].set_index("indicator_id")
    pollutants = told.drop(index=CARBON, errors="ignore")
    if CARBON not in told.index or pollutants.empty:
        return "no_data"
    carbon = _direction(told.loc[CARBON])
    others = {_direction(row) for _, row in pollutants.iterrows()}
    if carbon == "down" and others == {"down"}:
        return "together"
    if (carbon == "up" and "down" in others) or (carbon == "down" and "up" in others):
        return "apart"
    return "unclear"


def build_tables(
    ledger_years: pd.DataFrame, annual: pd.DataFrame | None, context: Context
) -> dict[str, pd.DataFrame]:
    """Build ``synergy_changes`` and ``synergy_trends`` up to the year of the report."""
    series = series_table(ledger_years, annual)
    series = series[series["year"] <= context.period.year]
    return {"synergy_changes": change_table(series), "synergy_trends": trend_table(series)}


def _direction(row: pd.Series) -> str:
    if row["high_pct"] < 0:
        return "down"
    return "up" if row["low_pct"] > 0 else "unclear"
