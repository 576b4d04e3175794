"""What departments report, as observations: the latest value with its history, or nothing and what to supply."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import pairwise
from statistics import median

import pandas as pd

from helpers import registry
from helpers.battles.assess import Observation, reason
from helpers.battles.context import Context
from helpers.battles.spans import Span, asked_span
from helpers.errors import ParameterError
from helpers.messages import parts
from helpers.periods import Period
from helpers.schemas import ORIGIN
from helpers.standards.rounding import round_half_even

UNVERIFIED, TO_VERIFY = "ledger_unverified", "ledger_to_verify"
VERIFIED = "verified"
"""Flag of a figure whose workbook says that it was checked."""
_SLIPS = tuple(range(1, 5))
"""Powers of ten a slip of the pen shifts a figure by: a lost decimal point, a decimal for per cent, 万亩 for 亩."""
_NEAR, _NEAR_ONE, _STEADY, _FEW, _SHARE = 1.5, 1.25, 3.0, 20.0, 20.0


def observations(ledger: pd.DataFrame, indicator_ids: Iterable[str], context: Context) -> list[Observation]:
    """Take the latest figure of each reported indicator, for the city as a whole.

    Parameters
    ----------
    ledger
        ``indicator_id, place_code, period, value, unit, status, scope, source_id``; may be empty. Figures that were
        computed stand among them with ``n``, ``expected`` and ``caveats`` of their own
        (:func:`helpers.battles.land_ledger.merge_computed`).
    indicator_ids
        Indicators of the battle that departments report, in the order they are shown.

    Returns
    -------
    One observation an indicator, over the period it was reported for; its history are the figures of one scope and of
    periods of one length. An indicator nobody reported has no value, over the days asked for. A sum of works done that
    falls from one period to the next is shown and not judged: what was filled in is no such sum. A figure that lies a
    power of ten from the others of its series has no value until its workbook says 已核 in 备注; its ``reason`` tells the
    figure and its place.
    """
    own = ledger[ledger["place_code"] == context.city.code]
    return [_observe(own[own["indicator_id"] == name], name, context) for name in indicator_ids]


def _observe(rows: pd.DataFrame, indicator_id: str, context: Context) -> Observation:
    history = _history(rows, indicator_id, context)
    if history.empty:
        return Observation(
            indicator_id, asked_span(context), reason=reason("not_reported"), caveats=["ledger_empty"]
        )
    doubted = _doubted(history, indicator_id, context)
    last = history.iloc[-1]
    if doubted[-1]:
        return _withheld(last, indicator_id)
    history = history[[not one for one in doubted]]
    falls = _first_fall(history) if registry.indicator(indicator_id).period == "cumulative" else None
    return Observation(
        indicator_id,
        Span(last["start"], last["end"], True, True),
        value=float(last["value"]),
        n=float(last["n"]) if _is_told(last, "n") else len(history),
        expected=float(last["expected"]) if _is_told(last, "expected") else None,
        source_ids={one for names in history["source_id"] for one in names.split(";") if one},
        history=history[["end", "value"]] if falls is None else history[["end", "value"]][:0],
        is_valid=falls is None,
        reason="" if falls is None else reason("falling_total", year=falls),
        is_due_always=True,
        caveats=[*_caveats(last), *([TO_VERIFY] if any(doubted) else [])],
    )


def _withheld(last: pd.Series, indicator_id: str) -> Observation:
    """A figure that may be a slip: not told as a value, but named with its place."""
    sheet, row = (re.sub(r"[|=()（）]", " ", str(last.get(name, ""))) for name in ORIGIN)
    why = reason("to_verify", period=last["period"], value=f"{last['written']:.10g}", sheet=sheet, row=row)
    return Observation(
        indicator_id,
        Span(last["start"], last["end"], True, True),
        reason=why,
        caveats=[*_caveats(last), TO_VERIFY],
    )


def _doubted(history: pd.DataFrame, indicator_id: str, context: Context) -> list[bool]:
    """Whether each reported figure lies a power of ten from what the series, or without one the target, lets expect."""
    values = history["value"].to_list()
    is_own = [
        not (_is_told(row, "flag") and row["flag"] == VERIFIED) and row.get("source_sheet", "?") != ""
        for _, row in history.iterrows()
    ]
    found = []
    for place, (value, may_be) in enumerate(zip(values, is_own, strict=True)):
        others = [abs(one) for n, one in enumerate(values) if n != place and one]
        is_last = place == len(values) - 1
        judged = may_be and (is_last or len(others) > 2)
        found.append(judged and _is_slip(abs(value), others, indicator_id, context))
    return found


def _is_slip(value: float, others: list[float], indicator_id: str, context: Context) -> bool:
    unit = registry.indicator(indicator_id).unit
    if not others:
        goals = [one.value for one in context.plan.targets_for(indicator_id, judged_only=False) if one.value]
        return unit == "pct" and 0 < value <= 1 and any(goal >= _SHARE for goal in goals)
    usual = median(others)
    if not value or max(others) > _STEADY * min(others) or (unit == "count" and max(value, usual) < _FEW):
        return False
    near = _NEAR if len(others) > 1 else _NEAR_ONE
    shift = abs(math.log10(value / usual))
    return any(abs(shift - power) <= math.log10(near) for power in _SLIPS)


def _history(rows: pd.DataFrame, indicator_id: str, context: Context) -> pd.DataFrame:
    """Figures as they are printed whose period ended by the last day asked for, oldest first, of one scope and length."""
    decimals = registry.indicator(indicator_id).decimals
    spans = [Period.parse(text) for text in rows["period"]]
    table = rows.assign(
        start=[span.start for span in spans],
        end=[span.end for span in spans],
        months=[span.end.month - span.start.month + 1 for span in spans],
        value=[float(round_half_even(value, decimals)) for value in rows["value"]],
        written=rows["value"],
    )
    table = table[table["end"] <= context.reported_until].sort_values(["end", "months"], kind="stable")
    if table.empty:
        return table
    last = table.iloc[-1]
    return table[(table["scope"] == last["scope"]) & (table["months"] == last["months"])]


def _first_fall(history: pd.DataFrame) -> int | None:
    """Year of the first figure below the one before it."""
    figures = zip(history["end"], history["value"], strict=True)
    return next((now.year for (_, before), (now, value) in pairwise(figures) if value < before), None)


def _caveats(last: pd.Series) -> list[str]:
    told = str(last["caveats"]).split(";") if _is_told(last, "caveats") else [UNVERIFIED]
    return [*filter(None, told), *(["preliminary_figure"] if last["status"] == "preliminary" else [])]


def _is_told(row: pd.Series, name: str) -> bool:
    return name in row and not pd.isna(row[name])


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
        raise ParameterError(**parts("battles.no_indicators", battle=repr(battle)))
    articles = {article.number for article in context.plan.articles if article.battle == battle}
    named = {target.indicator for target in context.plan.targets if target.article in articles}
    return [
        key for key, record in known.items() if record.is_ledger and (record.battle == battle or key in named)
    ]
