"""Ecological flow of the rivers the plan names: days on which the flow reached its target."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.assess import Observation, reason
from helpers.battles.context import Context
from helpers.battles.judgement import CONFIDENCE_COVERAGE_PCT
from helpers.battles.shapes import shape
from helpers.battles.spans import Span, asked_span, spans_told, whole_year
from helpers.battles.water_months import last_in_year, split_ids
from helpers.standards.surface_water.grid import share_pct

_STATISTIC = "share_of_days"
_COLUMNS = {
    "river_name": "str",
    "point_name": "str",
    "target_m3_s": "float64",
    "n_days": "int64",
    "n_expected": "int64",
    "n_met": "int64",
    "met_pct": "float64",
    "longest_below_days": "int64",
    "lowest_pct": "float64",
    "span_start": "object",
    "span_end": "object",
    "first_date": "datetime64[s]",
    "last_date": "datetime64[s]",
    "source_ids": "str",
}


def told_span(flows: pd.DataFrame, context: Context) -> Span | None:
    """The year up to the last day with a flow; ``None`` without any."""
    last = last_in_year(_judged(flows)["date"], context)
    return None if last is None else spans_told(context, last)[0]


def flow_table(flows: pd.DataFrame, span: Span | None) -> pd.DataFrame:
    """Days of a span for every river and control point; no rows without a span.

    Parameters
    ----------
    flows
        ``ecological_flow`` as the store keeps it. A day without a target is not judged.

    Returns
    -------
    ``river_name, point_name, target_m3_s`` (the last), ``n_days`` (judged), ``n_expected`` (calendar days), ``n_met``,
    ``met_pct``, ``longest_below_days``, ``lowest_pct`` (least flow over its target), ``span_start, span_end``,
    ``first_date, last_date``, ``source_ids``.
    """
    if span is None:
        return shape((), _COLUMNS)
    points = flows[span.holds(flows["date"])].groupby(["river_name", "point_name"], sort=False)
    found = [
        _point_row(days.sort_values("date"), span) | {"river_name": river, "point_name": point}
        for (river, point), days in points
    ]
    return shape(found, _COLUMNS)


def _judged(flows: pd.DataFrame) -> pd.DataFrame:
    """Days with a flow and a target."""
    return flows.dropna(subset=["flow_m3_s", "target_m3_s"])


def _point_row(days: pd.DataFrame, span: Span) -> dict[str, object]:
    judged = _judged(days)
    is_met = judged["flow_m3_s"] >= judged["target_m3_s"]
    return {
        "target_m3_s": judged["target_m3_s"].iloc[-1] if len(judged) else np.nan,
        "n_days": len(judged),
        "n_expected": span.n_days,
        "n_met": int(is_met.sum()),
        "met_pct": share_pct(int(is_met.sum()), len(judged)),
        "longest_below_days": _longest_run(judged["date"], ~is_met),
        "lowest_pct": (100 * judged["flow_m3_s"] / judged["target_m3_s"]).min(),
        "span_start": span.start,
        "span_end": span.end,
        "first_date": days["date"].iloc[0],
        "last_date": days["date"].iloc[-1],
        "source_ids": ";".join(sorted(set(days["source_id"]))),
    }


def _longest_run(dates: pd.Series, is_below: pd.Series) -> int:
    """Most consecutive days below the target; a gap ends a run."""
    below = dates[is_below]
    runs = (below.diff() != pd.Timedelta(days=1)).cumsum()
    return int(runs.value_counts().max()) if len(below) else 0


def observations(flows: pd.DataFrame, context: Context) -> list[Observation]:
    """Measure the share of days of each river the city has such an indicator of, at its worst control point.

    Parameters
    ----------
    flows
        ``ecological_flow`` as the store keeps it. A river is told by its name, with which the indicator's Chinese name
        begins.

    Returns
    -------
    One observation an indicator, over the year up to the last day with a flow. A river nobody reported has no value; a
    share of less than half of the days is withheld.
    """
    span = told_span(flows, context)
    table = flow_table(flows, span)
    ends = _judged(flows)["date"]
    ends = sorted(set(ends[(ends.dt.month == 12) & (ends.dt.day == 31)].dt.year))
    years = {one.end: flow_table(flows, one) for one in map(whole_year, ends)}
    return [_observe(name, table, span or asked_span(context), years) for name in indicators(context)]


def indicators(context: Context) -> tuple[str, ...]:
    """Ids of the indicators of ecological flow of the city."""
    return registry.river_indicators(context.city.slug, _STATISTIC)


def _observe(
    indicator_id: str, table: pd.DataFrame, span: Span, years: dict[date, pd.DataFrame]
) -> Observation:
    worst = _worst_point(indicator_id, table)
    if worst is None:
        return Observation(indicator_id, span, expected=0, reason="no_value")
    n, expected = int(worst["n_days"]), int(worst["n_expected"])
    seen = Observation(indicator_id, span, n=n, expected=expected)
    if not _is_told(worst):
        return replace(seen, is_valid=False, reason=reason("half_missing", n=n, expected=expected))
    least = registry.indicator(indicator_id).min_coverage_pct
    if seen.coverage_pct < least:
        seen = replace(seen, is_valid=False, reason=reason("coverage", n=n, expected=expected))
    known = {end: _worst_point(indicator_id, rows) for end, rows in years.items() if end <= span.end}
    whole = {end: one for end, one in known.items() if one is not None and _is_told(one, least)}
    history = shape(
        [(end, one["met_pct"]) for end, one in whole.items()], {"end": "object", "value": "float64"}
    )
    ids = split_ids(one["source_ids"] for one in (worst, *whole.values()))
    return replace(seen, value=worst["met_pct"], history=history, source_ids=ids)


def _worst_point(indicator_id: str, table: pd.DataFrame) -> pd.Series | None:
    """Control point of the river with the fewest days met, of those that can be told; ``None`` where no day is judged."""
    name_zh = registry.indicator(indicator_id).name_zh
    is_own = [bool(name) and name_zh.startswith(name) for name in table["river_name"]]
    points = table[np.array(is_own, dtype=bool) & (table["n_days"] > 0)]
    if points.empty:
        return None
    told = points[[_is_told(point) for _, point in points.iterrows()]]
    return points.loc[points["n_days"].idxmax()] if told.empty else told.loc[told["met_pct"].idxmin()]


def _is_told(point: pd.Series, least_pct: float = 0.0) -> bool:
    """Whether the share of a control point rests on half of the days at least, and on as many as a value needs."""
    least = max(least_pct, CONFIDENCE_COVERAGE_PCT["low"])
    return bool(100 * point["n_days"] >= least * point["n_expected"])
