"""A target before it is adopted: what the indicator's own years say of it, and which indicators are ready to have one.

Both rest on the same facts, the whole years behind the results (:func:`helpers.battles.assess.histories`), and judge nothing:
no plan asks for a proposed target.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from cnstandards.air.limits import Limit, limit_in_force
from helpers import registry
from helpers.battles.assess import reason, years_of
from helpers.battles.context import Battle, Context
from helpers.battles.judgement import satisfies
from helpers.battles.shapes import kinds, shape
from helpers.registry import Indicator
from helpers.statistics.forecast import Outcome, budget_likelihood
from helpers.statistics.pace import pace_status
from helpers.statistics.years_ahead import MINIMUM_YEARS, YearsAhead, years_ahead
from helpers.units import WATER_CLASS

STATES = ("ready", "no_odds", "not_ready")
"""Whole years enough for a likelihood; a baseline and a latest year, but no likelihood; neither."""
_AVERAGING = {"mean": "annual", "p90": "MDA8", "p95": "24h", "p98": "24h"}
_READY = kinds(
    "str indicator_id part unit origin state reason; int64 n_years; float64 first_year first_value last_year value"
    " base_year base_value; str standard clause verified source_ids"
)


@dataclass(frozen=True)
class Proposal:
    """What is known of a proposed target. Values are in the unit of the indicator, paces in that unit per year, NaN where unknown.

    ``likelihood`` weighs both readings of the past alike, ``likelihood_low`` and ``likelihood_high`` are the less and the
    more favourable one (:mod:`helpers.statistics.years_ahead`). ``limit`` is that of the standard in force at the end of the
    target's year.
    """

    indicator_id: str
    operator: str
    target: float
    year: int
    unit: str
    state: str  # of STATES
    reason: str  # why it is not ready, or why no likelihood can be told
    is_met: bool  # by the latest whole year
    n_years: int
    first_year: float
    first_value: float
    last_year: float
    last_value: float
    base_year: float
    base_value: float
    pace_shown: float
    pace_required: float
    ratio: float
    forecast: float
    forecast_low: float
    forecast_high: float
    likelihood: float
    likelihood_low: float
    likelihood_high: float
    limit: float
    limit_standard: str
    standard: str
    clause: str
    verified: str
    ahead: pd.DataFrame  # year, low, median, high


def try_target(
    history: pd.Series,
    record: Indicator,
    *,
    target: float,
    year: int,
    operator: str,
    context: Context,
    why: str = "",
    outcome: Outcome | None = None,
) -> Proposal:
    """Hold a proposed target against the indicator's own whole years.

    Parameters
    ----------
    history
        Values (unit of the indicator) by whole year, in order, comparable with each other.
    target, year, operator
        The number proposed, the year it would be due, after the last whole year, and ``<=`` or ``>=``.
    why
        Reason of the results that the indicator has no value, empty where it has one.
    outcome
        How the year itself may end by its days so far, where it is the running one; without numbers nothing is told of it.

    Raises
    ------
    ParameterError
        The year is not later than the last whole one, or the operator is unknown.
    """
    facts = _facts(history, record, context, why)
    pace = pace_status(history, target=target, target_year=year, operator=operator)
    found = ahead_of(history, record, year)
    odds = found.likelihood(target, operator)
    if outcome is not None:
        found, odds = (
            outcome,
            (budget_likelihood(outcome, target=target, operator=operator), math.nan, math.nan),
        )
    limit = _limit(record, year)
    basis = record.basis_on(date(year, 12, 31))
    last_value = facts.pop("value")
    no_odds = "" if found.status == "ok" else why_no_odds(found, record, year)
    why = no_odds if facts["state"] == "ready" or outcome is not None else str(facts["reason"])
    facts |= {
        "reason": why,
        "state": facts["state"] if facts["state"] == "not_ready" or not why else "no_odds",
    }
    return Proposal(
        indicator_id=record.id,
        operator=operator,
        target=target,
        year=year,
        **facts,
        is_met=bool(facts["n_years"]) and satisfies(last_value, target, operator),
        last_value=last_value,
        pace_shown=pace.observed,
        pace_required=pace.required_from_now,
        ratio=pace.ratio,
        forecast=found.median,
        forecast_low=found.low80,
        forecast_high=found.high80,
        likelihood=odds[0],
        likelihood_low=odds[1],
        likelihood_high=odds[2],
        limit=limit.value if limit else math.nan,
        limit_standard=limit.edition if limit else "",
        standard=basis.standard,
        clause=basis.clause,
        verified=basis.status,
        ahead=_fan(history, record, year, outcome),
    )


def readiness_table(parts: Mapping[str, Battle], context: Context) -> pd.DataFrame:
    """Tell of every indicator of the city whether it could be made a target.

    Parameters
    ----------
    parts
        The battles and the cross-cutting part, each with its table ``histories``.

    Returns
    -------
    One row an indicator: ``part``; ``origin`` (measured, reported); ``state`` (of ``STATES``) with its ``reason``; how many whole
    years there are, the first and the latest with their values; the plan's base year, NaN where it sets none, and the value
    of that year; what defines the indicator, and how that was verified (V0, V2, V1, M); ``source_ids``, the files behind them.
    Values are in ``unit``.
    """
    rows = []
    for part, battle in parts.items():
        own = battle.results[battle.results["place_code"] == context.city.code]
        for row in own.drop_duplicates("indicator_id").to_dict("records"):
            record = registry.indicator(row["indicator_id"])
            history = years_of(battle.tables["histories"], record, context.as_of)
            basis = record.basis_on(context.as_of)
            why = (row["reason"] or "no_value") if math.isnan(row["value"]) else ""
            rows.append(
                {
                    "indicator_id": record.id,
                    "part": part,
                    "origin": "reported" if record.is_ledger else "measured",
                    "standard": basis.standard,
                    "clause": basis.clause,
                    "verified": basis.status,
                    "source_ids": row["source_ids"],
                    **_facts(history, record, context, why),
                }
            )
    return shape(rows, _READY)


def _facts(history: pd.Series, record: Indicator, context: Context, why: str) -> dict[str, object]:
    """Years and values an answer rests on, and whether they are enough."""
    known = history.dropna()
    base = context.plan.base_year
    state, why = _state(known, record, context, why)
    return {
        "unit": record.unit,
        "state": state,
        "reason": why,
        "n_years": len(known),
        "first_year": float(known.index[0]) if len(known) else math.nan,
        "first_value": float(known.iloc[0]) if len(known) else math.nan,
        "last_year": float(known.index[-1]) if len(known) else math.nan,
        "value": float(known.iloc[-1]) if len(known) else math.nan,
        "base_year": math.nan if base is None else float(base),
        "base_value": float(known.get(base, math.nan)) if base is not None else math.nan,
    }


def _state(known: pd.Series, record: Indicator, context: Context, why: str) -> tuple[str, str]:
    if known.empty:
        return "not_ready", why or "no_whole_year"
    last = int(known.index[-1])
    if last < context.as_of.year - 1:
        return "not_ready", reason("last_year_old", last=last)
    found = ahead_of(known, record, last + 1)
    return ("ready", "") if found.status == "ok" else ("no_odds", why_no_odds(found, record, last + 1))


def ahead_of(history: pd.Series, record: Indicator, year: int) -> YearsAhead:
    """Range of a later year of an indicator; a class is a grade and has none (:func:`helpers.statistics.years_ahead.years_ahead`)."""
    if record.unit == WATER_CLASS:
        return YearsAhead(reason="graded")
    is_total = record.period == "cumulative"
    return years_ahead(
        history,
        year=year,
        decimals=None if is_total else record.decimals,
        is_total=is_total,
        bounds=record.bounds,
    )


def why_no_odds(found: YearsAhead | Outcome, record: Indicator, year: int) -> str:
    """Reason, as the results write theirs, why a year has no range."""
    if isinstance(found, Outcome):
        return reason("running_year", year=year)
    facts = {
        "few_years": {"n": found.n, "needed": MINIMUM_YEARS + (record.period == "cumulative")},
        "too_far": {"year": year, "first": found.first_year, "last": found.last_year},
    }
    return reason(found.reason, **facts.get(found.reason, {}))


def _fan(history: pd.Series, record: Indicator, year: int, outcome: Outcome | None) -> pd.DataFrame:
    """Range of every year from the last whole one to the target's; without rows where none can be told."""
    known = history.dropna()
    years = range(int(known.index[-1]) + 1, year + 1) if len(known) else ()
    told = {one: ahead_of(known, record, one) for one in years} | ({} if outcome is None else {year: outcome})
    rows = [
        (one, found.low80, found.median, found.high80) for one, found in told.items() if found.status == "ok"
    ]
    return pd.DataFrame(rows, columns=["year", "low", "median", "high"]).astype({"year": "int64"})


def _limit(record: Indicator, year: int) -> Limit | None:
    """Limit of the standard on the last day of a year, for a concentration that has one."""
    asked = record.measure
    if asked is None or not asked.pollutant or asked.of not in _AVERAGING:
        return None
    return limit_in_force(asked.pollutant, _AVERAGING[asked.of], date(year, 12, 31))
