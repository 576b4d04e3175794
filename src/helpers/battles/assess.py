"""The one assessment: what was observed becomes rows of the results table, one for every target of the plan on it.

Battles only measure. Change, forecast, likelihood, pace, status, confidence and caveats are told here and nowhere else,
so one rule holds for air, water, land and what departments report alike.
"""

from __future__ import annotations

import math
import operator as compare
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles import judgement
from helpers.battles.context import Context
from helpers.battles.judgement import is_missing, satisfies
from helpers.battles.shapes import kinds, shape
from helpers.battles.spans import Span
from helpers.registry import Target
from helpers.standards import air
from helpers.statistics.rank_trend import RankTrend
from helpers.statistics.trend import Trend
from helpers.units import change_unit

_MEETS = {"<=": compare.le, ">=": compare.ge}
_COMPARED = ("ug_m3", "mg_m3", "index", "pct", "days")
"""Units whose change on the year before is told; of classes and counts only both values are."""
_HISTORIES = kinds("str indicator_id edition; int64 year; float64 value; str source_ids")
NO_HISTORY = pd.DataFrame({"end": pd.Series(dtype="object"), "value": pd.Series(dtype="float64")})


def reason(code: str, /, *named: str, **facts: object) -> str:
    """Write why nothing can be told, or what decided, for :mod:`helpers.page.wording.reasons` to put into words: ``code|name|key=value``."""
    return "|".join([code, *named, *(f"{key}={value}" for key, value in facts.items())])


def settled(written: str) -> tuple[int, float] | None:
    """Year and value that settled a target whose year is over, from the reason of its row; None where the row's own did.

    Examples
    --------
    >>> settled(reason("settled", year=2025, value=30.0)), settled("")
    ((2025, 30.0), None)
    """
    code, *facts = written.split("|")
    if code != "settled":
        return None
    told = dict(fact.split("=", 1) for fact in facts)
    return int(told["year"]), float(told["value"])


@dataclass(frozen=True)
class Observation:
    """One indicator over one span, measured or reported: everything the assessment may rest on.

    Parameters
    ----------
    value
        Rounded as published, unit of the indicator; NaN where nothing may be told, and ``reason`` then says why.
    n, expected
        Valid days, samples or records behind the value, and how many there should be; ``None`` where nothing says.
    source_ids
        Files whose rows the value, the year before, the history and the draws rest on.
    previous
        Value of the same days of the year before under the same standard, rounded as published; NaN where there is none.
    draws
        Values the year may end with, each rounded as published; empty where that cannot be told, and
        ``no_outlook`` says why.
    history
        ``end`` (day), ``value``: whole periods that satisfy the standard and can be compared, oldest first, the
        span itself among them where it is one.
    past
        As ``history``, of valid years that cannot be compared with the span, as under another network of stations; a
        target of such a year is settled by them, and nothing else rests on them.
    is_valid
        Whether the value satisfies the standard's own floor of data; if not, ``reason`` says what falls short.
    is_undecided
        Whether no verdict may rest on the value, complete or not; ``reason`` says why.
    is_due_always
        Whether a target without a date is due with every value, as a standing commitment is.
    has_break
        Whether method, standard or stations change within the span.
    required
        What the days left may bear and still meet a target; ``None`` where nothing is left or it has no meaning.
    """

    indicator_id: str
    span: Span
    value: float = math.nan
    n: float = 0.0
    expected: float | None = None
    source_ids: Collection[str] = ()
    standard: str = ""
    limit: float = math.nan
    previous: float = math.nan
    trend: Trend | RankTrend | None = None
    draws: np.ndarray = field(default_factory=lambda: np.empty(0))
    no_outlook: str = ""
    likelihood: Callable[[Target], float | None] | None = None
    history: pd.DataFrame = field(default_factory=lambda: NO_HISTORY)
    past: pd.DataFrame = field(default_factory=lambda: NO_HISTORY)
    is_valid: bool = True
    is_undecided: bool = False
    reason: str = ""
    is_due_always: bool = False
    has_break: bool = False
    required: Callable[[float], float] | None = None
    caveats: Collection[str] = ()
    place_code: str = ""

    @property
    def coverage_pct(self) -> float:
        """Share of the expected records that are there, %; NaN where nothing says how many there should be."""
        return math.nan if self.expected is None else 100 * self.n / self.expected if self.expected else 0.0

    @property
    def has_value(self) -> bool:
        """Whether there is a number to tell."""
        return not math.isnan(self.value)


def make_rows(
    observations: Iterable[Observation], context: Context, sources: pd.DataFrame
) -> list[dict[str, object]]:
    """Assess observations: rows for :func:`helpers.battles.results.make`.

    An observation that stands for a year has one row for every target of the plan on its indicator, those judged by
    first; one without a target, and one of a month or quarter, has one row. A target that the plan only shows has its
    likelihood and the status ``no_target``.

    Parameters
    ----------
    sources
        Processed table ``sources``: what its files are worth (their caveats) goes with every value they gave.
    """
    worth = dict(zip(sources["source_id"], sources["caveats"], strict=True))
    return [
        _row(seen, target, context, worth)
        for seen in observations
        for target in (_targets(seen.indicator_id, context) if seen.span.is_year else (None,))
    ]


def histories(
    observations: Iterable[Observation], context: Context, *, beside: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Whole years of the city behind each indicator that can be compared with its latest value, oldest first.

    Parameters
    ----------
    beside
        ``indicator_id, edition, year, value``: the same years under other editions of a standard.

    Returns
    -------
    ``indicator_id, edition, year, value, source_ids``: the value in the unit of the indicator, rounded as published;
    ``edition`` is empty for the values pages tell.
    """
    given = list(observations)
    files = {seen.indicator_id: ";".join(sorted(set(seen.source_ids))) for seen in reversed(given)}
    rows = [
        {"indicator_id": seen.indicator_id, "edition": "", "year": end.year, "value": value}
        for seen in given
        if seen.place_code in ("", context.city.code)
        for end, value in zip(seen.history["end"], seen.history["value"], strict=True)
        if (end.month, end.day) == (12, 31)
    ]
    key = ["indicator_id", "edition", "year"]
    known = pd.DataFrame(rows, columns=[*key, "value"]).drop_duplicates(key, keep="last")
    table = pd.concat([known, *([] if beside is None else [beside])], ignore_index=True)
    table = table.assign(source_ids=[files.get(one, "") for one in table["indicator_id"]])
    return shape(table, _HISTORIES).sort_values(key, kind="stable", ignore_index=True)


def years_of(histories: pd.DataFrame, indicator: registry.Indicator, day: date) -> pd.Series:
    """Values of one indicator by whole year, under the edition that holds on a day where the years were told under it too.

    Parameters
    ----------
    histories
        Of :func:`histories`.
    day
        The day a target is due, or the day asked.
    """
    basis = indicator.basis_on(day)
    own = histories[histories["indicator_id"] == indicator.id]
    under = own[own["edition"] == f"{basis.standard}-{basis.year}"]
    told = under if len(under) else own[own["edition"] == ""]
    return pd.Series(told["value"].to_numpy(dtype="float64"), index=told["year"].to_numpy(dtype="int64"))


def _targets(indicator_id: str, context: Context) -> tuple[Target | None, ...]:
    found = context.plan.targets_for(indicator_id, judged_only=False)
    return tuple(sorted(found, key=lambda target: not target.judged)) or (None,)


def _row(
    seen: Observation, target: Target | None, context: Context, worth: dict[str, str]
) -> dict[str, object]:
    record = registry.indicator(seen.indicator_id)
    row: dict[str, object] = {
        "indicator_id": seen.indicator_id,
        "place_code": seen.place_code or context.city.code,
        "period_start": seen.span.start,
        "period_end": seen.span.end,
        "value": seen.value,
        "unit": record.unit,
        "n_obs": float(seen.n),
        "coverage_pct": seen.coverage_pct,
        "standard": seen.standard,
        "limit_value": seen.limit,
        "direction": record.direction,
        "simulated": context.simulated,
        "source_ids": ";".join(sorted(set(seen.source_ids))),
    }
    caveats = [*_caveats(seen, target, context), *_worth(seen, worth)]
    if seen.has_value:
        row |= _change(seen, record) | _trend(seen, record) | _forecast(seen)
    if target is not None:
        row |= _target(seen, target)
    row["status"], row["reason"] = _judge(seen, target, row, record, context)
    row["confidence"] = _confidence(seen, caveats, context)
    row["caveats"] = ";".join(dict.fromkeys(caveats))
    return row


def _change(seen: Observation, record: registry.Indicator) -> dict[str, object]:
    """The year before and the change on it, from the rounded values."""
    if math.isnan(seen.previous):
        return {}
    found: dict[str, object] = {"value_prev": seen.previous}
    if record.unit not in _COMPARED:
        return found
    kind = change_unit(record.unit)
    if kind == "days":
        return found | {"change_prev": seen.value - seen.previous, "change_unit": kind}
    change = (
        air.change_pp(seen.value, seen.previous)
        if kind == "pp"
        else air.change_pct(seen.value, seen.previous, decimals=record.decimals)
    )
    return (
        found if change.value is None else found | {"change_prev": float(change.value), "change_unit": kind}
    )


def _trend(seen: Observation, record: registry.Indicator) -> dict[str, object]:
    found = seen.trend
    if found is None or found.status != "ok" or not math.isfinite(found.low + found.high):
        return {}
    is_lower_better = record.direction == "lower_is_better"
    return {
        "trend_per_year": found.estimate,
        "trend_low": found.low,
        "trend_high": found.high,
        "trend_likelihood": found.likelihood_down if is_lower_better else found.likelihood_up,
    }


def _forecast(seen: Observation) -> dict[str, object]:
    """Median and 80 % interval of what the year may end with: values that were drawn."""
    if not len(seen.draws):
        return {}
    low, middle, high = np.quantile(seen.draws, [0.1, 0.5, 0.9], method="inverted_cdf").tolist()
    return {"forecast": middle, "forecast_low": low, "forecast_high": high}


def _target(seen: Observation, target: Target) -> dict[str, object]:
    fields: dict[str, object] = {
        "target_id": target.id,
        "target_value": math.nan if target.value is None else target.value,
        "target_date": target.target_date,
        "target_operator": target.operator,
        "met_since": _met_since(seen, target),
    }
    if target.value is None or not seen.has_value or _is_settled(seen, target):
        return fields
    if seen.required is not None:
        fields["required"] = seen.required(target.value)
    if not is_missing(chance := _likelihood(seen, target)):
        fields["likelihood"] = chance
    return fields


def _met_since(seen: Observation, target: Target) -> float:
    """First of the years that follow each other up to the latest known whole one and all meet the target; NaN without any."""
    years = {
        end.year: value
        for told in (seen.past, seen.history)
        for end, value in zip(told["end"], told["value"], strict=True)
    }
    first = math.nan
    for year in sorted(years, reverse=True):
        is_next = math.isnan(first) or year == first - 1
        if target.value is None or not is_next or not satisfies(years[year], target.value, target.operator):
            break
        first = float(year)
    return first


def _is_settled(seen: Observation, target: Target) -> bool:
    """Whether a span that is over leaves nothing open: it is the year drawn, meets the target, or the target is due."""
    due = target.target_date
    is_open = seen.likelihood is not None and due is not None and due > seen.span.end
    return seen.span.is_complete and not (
        is_open and not satisfies(seen.value, target.value, target.operator)
    )


def _likelihood(seen: Observation, target: Target) -> float | None:
    """Likelihood that the year ends on the target's good side; none for a target of a later year than the one drawn."""
    if target.year is not None and target.year > seen.span.end.year and seen.likelihood is None:
        return None
    if seen.likelihood is not None:
        return seen.likelihood(target)
    return float(_MEETS[target.operator](seen.draws, target.value).mean()) if len(seen.draws) else None


def _judge(
    seen: Observation,
    target: Target | None,
    row: dict[str, object],
    record: registry.Indicator,
    context: Context,
) -> tuple[str, str]:
    """Status of a row, and its true reason where it is ``no_data``, or where another value than the row's decided it."""
    if target is None:
        return ("no_target", seen.reason) if seen.has_value else ("no_data", seen.reason or "no_value")
    if not target.judged:
        return "no_target", seen.reason
    if target.value is None:
        return "no_target", seen.reason
    if not seen.has_value:
        return "no_data", seen.reason or "no_value"
    if seen.is_undecided:
        return "no_data", seen.reason
    deadline, span = target.target_date, seen.span
    if deadline is not None and deadline < span.start:
        return _settle(seen, target, deadline)
    if span.is_complete and not seen.is_valid:
        return "no_data", seen.reason
    if deadline is not None and span.is_complete and span.end < deadline <= context.as_of:
        return "no_data", reason("due_value_missing", year=deadline.year, last=span.end.year)
    judged = judgement.judge(
        seen.value,
        target.value,
        target.operator,
        likelihood=row.get("likelihood"),
        pace=observed_pace(seen.history, target.value, deadline, target.operator),
        period_complete=span.is_complete,
        coverage_pct=seen.coverage_pct,
        min_coverage_pct=0.0 if seen.expected is None else record.min_coverage_pct,
        is_due=seen.is_due_always if deadline is None else deadline <= span.end,
    )
    if judged != "no_data":
        return judged, ""
    if seen.expected is not None and seen.coverage_pct < record.min_coverage_pct:
        return judged, seen.reason or reason("coverage", n=f"{seen.n:.0f}", expected=f"{seen.expected:.0f}")
    if span.is_complete:
        return judged, reason("no_pace", n=len(seen.history), year=deadline.year if deadline else "")
    return judged, seen.no_outlook or seen.reason or "no_outlook"


def _settle(seen: Observation, target: Target, deadline: date) -> tuple[str, str]:
    """Verdict on a target whose year lies before the span: by the value of its own year, else by a later whole one."""
    known = [
        pair for told in (seen.past, seen.history) for pair in zip(told["end"], told["value"], strict=True)
    ]
    own = [value for end, value in known if end.year == deadline.year]
    why = ""
    if own:
        value = float(own[-1])
        why = reason("settled", year=deadline.year, value=value)
    elif seen.span.is_complete and seen.is_valid:
        value = seen.value
    else:
        return "no_data", reason("due_year_unknown", year=deadline.year)
    return ("met" if satisfies(value, target.value, target.operator) else "off_track"), why


def observed_pace(
    history: pd.DataFrame, goal: float, deadline: date | None, operator: str = ""
) -> float | None:
    """Observed over required pace since the first comparable value; None where it cannot be told.

    Needs two values of periods of one length, a deadline, and a way still to go at the first of them. A series that met
    the goal at first and lost it went the wrong way: minus infinity.

    Parameters
    ----------
    history
        ``end`` (day), ``value``, oldest first.
    """
    if deadline is None or len(history) < 2:
        return None
    first, last = history.iloc[0], history.iloc[-1]
    if operator and satisfies(first["value"], goal, operator):
        return None if satisfies(last["value"], goal, operator) else -math.inf
    years = (last["end"] - first["end"]).days / 365.25
    to_go = (deadline - first["end"]).days / 365.25
    if years <= 0 or to_go <= 0 or goal == first["value"]:
        return None
    return ((last["value"] - first["value"]) / years) / ((goal - first["value"]) / to_go)


def _confidence(seen: Observation, caveats: Collection[str], context: Context) -> str:
    """Confidence by coverage and comparable years, no higher than its sources are worth."""
    if not seen.has_value:
        return "none"
    coverage = 100.0 if seen.expected is None else seen.coverage_pct
    n_years = len({day.year for day in seen.history["end"]})
    return judgement.confidence(
        coverage, n_years, has_break=seen.has_break, simulated=context.simulated, caveats=caveats
    )


def _caveats(seen: Observation, target: Target | None, context: Context) -> list[str]:
    found = [*registry.caveats_of(seen.indicator_id, context.city.slug)]
    found += ["simulated"] if context.simulated else []
    if target is not None:
        found += [*target.caveats, *([] if target.judged else ["target_not_judged"])]
    found += ["partial_year"] if seen.span.is_year and not seen.span.is_complete and seen.has_value else []
    return [*found, *seen.caveats]


def _worth(seen: Observation, worth: dict[str, str]) -> list[str]:
    """Caveats of the value's files that say what it is worth."""
    if not seen.has_value:
        return []
    told = (one for name in sorted(set(seen.source_ids)) for one in str(worth.get(name, "")).split(";"))
    return [one for one in told if one in judgement.CONFIDENCE_CAPS]
