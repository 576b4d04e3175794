"""Ecological flow of the rivers the plan names: days on which the flow reached its target."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.judgement import confidence
from helpers.standards.surface_water.grid import share_pct

_STATISTIC = "share_of_days"


def flow_table(flows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Days of the year up to the last that count, for every river and control point.

    Parameters
    ----------
    flows
        ``ecological_flow`` as the store keeps it. A day without a target is not judged.

    Returns
    -------
    ``river_name, point_name, target_m3_s`` (the last), ``n_days`` (judged), ``n_expected`` (calendar days), ``n_met``,
    ``met_pct``, ``longest_below_days``, ``lowest_pct`` (least flow over its target), ``first_date, last_date``,
    ``source_ids``.
    """
    start, end = bounds(context)
    rows = flows[flows["date"].between(pd.Timestamp(start), pd.Timestamp(end))]
    found = [
        _point_row(group.sort_values("date"), start, end) | {"river_name": river, "point_name": point}
        for (river, point), group in rows.groupby(["river_name", "point_name"], sort=False)
    ]
    columns = ["river_name", "point_name", "target_m3_s", "n_days", "n_expected", "n_met", "met_pct"]
    columns += ["longest_below_days", "lowest_pct", "first_date", "last_date", "source_ids"]
    return pd.DataFrame(found, columns=columns)


def bounds(context: Context) -> tuple[date, date]:
    """First and last day of the year so far."""
    return date(context.period.start.year, 1, 1), min(context.period.end, context.as_of)


def _point_row(days: pd.DataFrame, start: date, end: date) -> dict[str, object]:
    judged = days.dropna(subset=["flow_m3_s", "target_m3_s"])
    is_met = judged["flow_m3_s"] >= judged["target_m3_s"]
    return {
        "target_m3_s": judged["target_m3_s"].iloc[-1] if len(judged) else float("nan"),
        "n_days": len(judged),
        "n_expected": (end - start).days + 1,
        "n_met": int(is_met.sum()),
        "met_pct": share_pct(int(is_met.sum()), len(judged)),
        "longest_below_days": _longest_run(judged["date"], ~is_met),
        "lowest_pct": float((100 * judged["flow_m3_s"] / judged["target_m3_s"]).min())
        if len(judged)
        else float("nan"),
        "first_date": days["date"].iloc[0],
        "last_date": days["date"].iloc[-1],
        "source_ids": ";".join(sorted(set(days["source_id"]))),
    }


def _longest_run(dates: pd.Series, is_below: pd.Series) -> int:
    """Most consecutive days below the target; a gap ends a run."""
    below = dates[is_below]
    runs = (below.diff() != pd.Timedelta(days=1)).cumsum()
    return int(runs.value_counts().max()) if len(below) else 0


def make_rows(table: pd.DataFrame, context: Context) -> list[dict[str, object]]:
    """Build one row for each river the city has such an indicator of, from its worst control point.

    Parameters
    ----------
    table
        Of :func:`flow_table`. A river is told by its name, with which the indicator's Chinese name begins.

    Returns
    -------
    Rows for :func:`helpers.battles.results.make`; the plan asks for “basically secured” without a number, so none is
    judged. A river nobody reported has no value.
    """
    return [_river_row(indicator_id, table, context) for indicator_id in indicators(context)]


def indicators(context: Context) -> tuple[str, ...]:
    """Ids of the indicators of ecological flow of the city."""
    return registry.river_indicators(context.city.slug, _STATISTIC)


def _river_row(indicator_id: str, table: pd.DataFrame, context: Context) -> dict[str, object]:
    record = registry.indicator(indicator_id)
    mark = ["simulated"] if context.simulated else []
    start, end = bounds(context)
    row: dict[str, object] = {
        "indicator_id": indicator_id,
        "place_code": context.city.code,
        "period_start": start,
        "period_end": end,
        "unit": record.unit,
        "direction": record.direction,
        "simulated": context.simulated,
        "status": "no_data",
        "confidence": "none",
        "n_obs": 0.0,
        "coverage_pct": 0.0,
        "caveats": ";".join([*registry.caveats_of(indicator_id, context.city.slug), *mark]),
    }
    is_own = [bool(name) and record.name_zh.startswith(name) for name in table["river_name"]]
    points = table[pd.Series(is_own, index=table.index, dtype=bool) & (table["n_days"] > 0)]
    if points.empty:
        return row
    worst = points.loc[points["met_pct"].idxmin()]
    coverage = 100 * worst["n_days"] / worst["n_expected"]
    return row | {
        "value": worst["met_pct"],
        "n_obs": float(worst["n_days"]),
        "coverage_pct": coverage,
        "status": "no_target",
        "confidence": confidence(coverage, 1, simulated=context.simulated),
        "source_ids": worst["source_ids"],
    }
