"""Results rows of what departments report: the latest value against its target, or 数据不足 and what to supply."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.judgement import judge
from helpers.errors import ParameterError
from helpers.periods import Period
from helpers.standards.rounding import round_half_even

_PRELIMINARY = "preliminary"


def make_rows(ledger: pd.DataFrame, indicator_ids: list[str], context: Context) -> list[dict[str, object]]:
    """Build one row per reported indicator and target, for the city as a whole.

    Parameters
    ----------
    ledger
        ``indicator_id, place_code, period, value, unit, status, scope, source_id``; may be empty.
    indicator_ids
        Indicators of the battle that departments report, in the order they are shown.

    Returns
    -------
    Rows for :func:`helpers.battles.results.make`. An indicator nobody reported has no value, status ``no_data`` and the
    caveat ``ledger_empty``; a target whose number the province sets has the caveat ``province_target_missing``.
    """
    own = ledger[ledger["place_code"] == context.city.code]
    rows = []
    for indicator_id in indicator_ids:
        history = _history(own[own["indicator_id"] == indicator_id], indicator_id, context.as_of)
        targets = context.plan.targets_for(indicator_id) or (None,)
        rows += [_row(indicator_id, history, target, context) for target in targets]
    return rows


def _history(rows: pd.DataFrame, indicator_id: str, as_of: date) -> pd.DataFrame:
    """Values as they are printed whose period had ended by ``as_of``, oldest first, all of the latest one's scope."""
    decimals = registry.indicator(indicator_id).decimals
    spans = [Period.parse(text) for text in rows["period"]]
    table = rows.assign(
        start=[span.start for span in spans],
        end=[span.end for span in spans],
        value=[float(round_half_even(value, decimals)) for value in rows["value"]],
    )
    table = table[table["end"] <= as_of].sort_values(["end", "start"])
    return table[table["scope"] == table["scope"].iloc[-1]] if len(table) else table


def _row(
    indicator_id: str, history: pd.DataFrame, target: registry.Target | None, context: Context
) -> dict[str, object]:
    indicator = registry.indicator(indicator_id)
    row: dict[str, object] = {
        "indicator_id": indicator_id,
        "place_code": context.city.code,
        "unit": indicator.unit,
        "direction": indicator.direction,
        "simulated": context.simulated,
        "standard": "",
        "confidence": "none",
    }
    caveats = list(registry.caveats_of(indicator_id, context.city.slug))
    if target is not None:
        row |= {
            "target_id": target.id,
            "target_value": math.nan if target.value is None else target.value,
            "target_date": target.target_date,
            "target_operator": target.operator,
        }
        caveats += target.caveats
    if history.empty:
        start, end = context.period.until(context.as_of)
        row |= {"period_start": start, "period_end": end, "status": "no_data"}
        caveats.append("ledger_empty")
    else:
        row |= _reported(history, target, context)
        caveats.append("ledger_unverified")
    row["caveats"] = ";".join(dict.fromkeys(caveats))
    return row


def _reported(history: pd.DataFrame, target: registry.Target | None, context: Context) -> dict[str, object]:
    last = history.iloc[-1]
    # A commitment without a deadline holds every day, so every value of it is due.
    is_due = target is not None and (target.target_date is None or target.target_date <= last["end"])
    value = float(last["value"])
    goal = None if target is None else target.value
    fields = {
        "value": value,
        "period_start": last["start"],
        "period_end": last["end"],
        "n_obs": float(len(history)),
        "source_ids": last["source_id"],
        "confidence": "none"
        if context.simulated
        else ("medium" if last["status"] == _PRELIMINARY else "high"),
    }
    fields["status"] = judge(
        value,
        goal,
        "" if target is None else target.operator,
        pace=None if goal is None else observed_pace(history, goal, target.target_date),
        period_complete=True,
        is_due=is_due,
    )
    return fields


def observed_pace(history: pd.DataFrame, goal: float, deadline: date | None) -> float | None:
    """Observed over required pace since the first reported value; None where it cannot be told.

    Needs two values of periods of one length, a deadline, and a way still to go at the first of them.
    """
    if deadline is None or len(history) < 2:
        return None
    first, last = history.iloc[0], history.iloc[-1]
    years = (last["end"] - first["end"]).days / 365.25
    to_go = (deadline - first["end"]).days / 365.25
    if years <= 0 or to_go <= 0 or goal == first["value"]:
        return None
    return ((last["value"] - first["value"]) / years) / ((goal - first["value"]) / to_go)


def reported_indicators(context: Context, *, battle: str) -> list[str]:
    """Indicators departments report for a battle: its own, and those its articles of the plan set targets on.

    What only a plan asks for counts where the city's plan does.

    Raises
    ------
    ParameterError
        The battle is unknown to the registry.
    """
    known = registry.indicators_of(context.city.slug)
    if battle not in {record.battle for record in known.values()}:
        raise ParameterError(
            f"battle {battle!r} has no indicators",
            expected="a battle of the registry",
            remedy="correct the name",
        )
    articles = {article.number for article in context.plan.articles if article.battle == battle}
    named = {target.indicator for target in context.plan.targets if target.article in articles}
    return [
        key for key, record in known.items() if record.is_ledger and (record.battle == battle or key in named)
    ]
