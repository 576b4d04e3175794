"""What departments report, as observations: the latest value with its history, or nothing and what to supply."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pandas as pd

from helpers import registry
from helpers.battles.assess import Observation, reason
from helpers.battles.context import Context
from helpers.battles.spans import Span
from helpers.errors import ParameterError
from helpers.periods import Period
from helpers.standards.rounding import round_half_even

UNVERIFIED = "ledger_unverified"


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
    falls from one period to the next is shown and not judged: what was filled in is no such sum.
    """
    own = ledger[ledger["place_code"] == context.city.code]
    return [_observe(own[own["indicator_id"] == name], name, context) for name in indicator_ids]


def _observe(rows: pd.DataFrame, indicator_id: str, context: Context) -> Observation:
    history = _history(rows, indicator_id, context)
    if history.empty:
        start, end = context.period.until(context.as_of)
        asked = Span(start, end, True, end == context.period.end)
        return Observation(indicator_id, asked, reason=reason("not_reported"), caveats=["ledger_empty"])
    last = history.iloc[-1]
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
        caveats=_caveats(last),
    )


def _history(rows: pd.DataFrame, indicator_id: str, context: Context) -> pd.DataFrame:
    """Figures as they are printed whose period ended by the last day asked for, oldest first, of one scope and length."""
    decimals = registry.indicator(indicator_id).decimals
    spans = [Period.parse(text) for text in rows["period"]]
    table = rows.assign(
        start=[span.start for span in spans],
        end=[span.end for span in spans],
        months=[span.end.month - span.start.month + 1 for span in spans],
        value=[float(round_half_even(value, decimals)) for value in rows["value"]],
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
