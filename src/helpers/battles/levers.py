"""From measure to effect: what measures are declared to bring, what the data have shown, and what either means for a target.

Declared and shown never mix: they stand in columns of their own, and only declared effects are added to the draws of a
forecast, never to what the data have shown. Nothing declared is checked here.

A declared effect counts for a target only where the forecast cannot hold it yet: it is whole by the target's year, has
not ended before it, and begins to act after the last day of the data the forecast rests on. What began earlier is in the
data already and would be counted twice.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.assess import Observation, years_of
from helpers.battles.context import Battle, Context
from helpers.battles.judgement import satisfies
from helpers.battles.proposed import ahead_of, why_no_odds
from helpers.battles.shapes import kinds, shape
from helpers.registry import Lever, Target
from helpers.standards.rounding import round_array
from helpers.statistics.declared import Declared, add_effects, sum_effects
from helpers.statistics.effect import MINIMUM_MONTHS, MINIMUM_SIDE, PLACEBO_LEVEL, Effect, estimate_effect

TABLES = ("levers", "lever_targets", "lever_draws")
N_DRAWS = 2000
"""Draws of the sum of declared effects where no forecast gives their number."""
LEVERS = kinds(
    "str lever_id name_zh name_en measure_id measure_zh measure_en indicator_id target_id; int64 target_year; str unit;"
    " float64 declared declared_low declared_high interval_pct; int64 from_year; float64 until_year; str began"
    " declared_by_zh declared_by_en source_zh source_en; datetime64[s] source_date; str confidence note_zh note_en;"
    " bool is_counted; str why_not_counted; datetime64[s] data_until; float64 shown shown_low shown_high placebo_p;"
    " int64 n_placebos n_months; str verdict why_not_shown; bool causal_allowed; str causal_reason"
)
TARGETS = kinds(
    "str target_id indicator_id target_operator; float64 target_value; int64 target_year; str unit basis;"
    " int64 basis_year; float64 base gap; int64 n_declared n_counted; float64 declared declared_low declared_high"
    " likelihood forecast forecast_low forecast_high likelihood_with with_median with_low with_high; str reason"
)
DRAWS = kinds("str target_id; float64 value")


@dataclass(frozen=True)
class Outlook:
    """What a target is held against: draws of its year, or the last known value where there are none.

    ``until`` is the last day of the data behind it; ``basis`` says what ``base`` is: ``forecast`` (median of the draws),
    ``last`` (of the last whole year known), or empty where nothing is. ``likelihood`` is that of the results where they
    tell one, so that a page says one number of a target.
    """

    draws: np.ndarray = field(default_factory=lambda: np.empty(0))
    until: date | None = None
    basis: str = ""
    year: int = 0
    base: float = math.nan
    reason: str = ""
    likelihood: float = math.nan


def beside(battle: Battle, observations: Iterable[Observation]) -> Battle:
    """Add what is declared for the targets of a battle; without declared effects for one of its targets nothing is added.

    Parameters
    ----------
    observations
        Those the results were assessed from, with the draws of the running year.

    Returns
    -------
    The battle with

    ``levers``
        A row for every declared effect and target on its indicator: the declaration, whether it counts and
        ``why_not_counted`` (``later, ended, in_data``), and what the data have shown since the measure began, with
        ``verdict`` (``clear, zero, placebo, few_placebos``) or ``why_not_shown`` (``no_month, to_come, no_series,
        few_months|n=…, no_scatter``). Units are the indicator's.
    ``lever_targets``
        A row for every such target: ``base`` and its ``gap`` to the target, the sum of the effects that count with its
        80 % interval, the likelihood and forecast as they stand and ``with`` these effects; ``reason`` says why no
        likelihood can be told.
    ``lever_draws``
        The draws behind them, ``target_id, value``.
    """
    judged = set(battle.results["target_id"])
    told = [pair for pair in declared_for(battle.context) if pair[0].id in judged]
    if not told:
        return battle
    seen: dict[str, Observation] = {}
    for one in observations:
        if one.span.is_year:
            seen.setdefault(one.indicator_id, one)
    rows_by_target = battle.results.drop_duplicates("target_id").set_index("target_id")
    outlooks = {
        one.id: replace(
            outlook_of(battle, one, seen.get(one.indicator)),
            likelihood=float(rows_by_target.loc[one.id, "likelihood"]),
        )
        for one, _ in told
    }
    names = _measures(battle)
    rows = [
        _declaration(lever, target, names)
        | _counting(lever, target, outlooks[target.id])
        | shown(lever, _months(battle, lever.indicator), battle.context.as_of)
        for target, declared in told
        for lever in declared
    ]
    levers = shape(rows, LEVERS)
    drawn = [{"target_id": key, "value": value} for key, one in outlooks.items() for value in one.draws]
    found = {
        "levers": levers,
        "lever_targets": shape(
            [
                target_row(
                    target,
                    declared,
                    _counted(levers, target, declared),
                    outlooks[target.id],
                    battle.context.seed,
                )
                for target, declared in told
            ],
            TARGETS,
        ),
        "lever_draws": shape(drawn, DRAWS),
    }
    return replace(battle, tables={**battle.tables, **found})


def declared_for(context: Context) -> list[tuple[Target, list[Lever]]]:
    """Judged targets of the plan with a number and a year that something is declared for, in the order of the plan.

    What is made up is declared for simulated data alone.
    """
    known = registry.levers(context.city.slug)
    declared = [one for one in known if context.simulated or not one.simulated]
    found = [
        (target, [one for one in declared if one.indicator == target.indicator])
        for target in context.plan.targets
        if target.judged and target.value is not None and target.year is not None
    ]
    return [pair for pair in found if pair[1]]


def with_chosen(battle: Battle, target_id: str, chosen: Collection[str]) -> dict[str, object]:
    """Row of ``lever_targets`` of one target as if only some of its effects were declared.

    Parameters
    ----------
    chosen
        Ids of declared effects; those that do not count for the target change nothing.
    """
    levers, draws = battle.tables["levers"], battle.tables["lever_draws"]
    rows = battle.tables["lever_targets"].set_index("target_id")
    known, seen = rows.loc[target_id], draws.loc[draws["target_id"] == target_id, "value"].to_numpy()
    outlook = Outlook(
        seen, None, known["basis"], known["basis_year"], known["base"], known["reason"], known["likelihood"]
    )
    target, declared = next(pair for pair in declared_for(battle.context) if pair[0].id == target_id)
    asked = [one for one in declared if one.id in chosen]
    return target_row(target, asked, _counted(levers, target, asked), outlook, battle.context.seed)


def _measures(battle: Battle) -> dict[str, registry.Measure]:
    line = registry.plans(battle.context.city.slug)
    return {measure.id: measure for one in line for measure in one.measures}


def outlook_of(battle: Battle, target: Target, seen: Observation | None) -> Outlook:
    """What a target is held against, and the last day of the data behind it.

    The running year has the draws its own days give; a later year those of its whole years
    (:func:`helpers.battles.proposed.ahead_of`), under the edition it will be judged by.
    """
    if seen is None or not (seen.has_value or len(seen.history)):
        return Outlook(reason=seen.reason or "no_value" if seen else "no_value")
    asked, last = int(target.year or 0), _last_known(seen)
    if asked == seen.span.end.year and len(seen.draws):
        return _drawn(seen.draws, asked, seen.span.end)
    is_ahead = asked > seen.span.end.year or (seen.expected is None and not seen.span.is_complete)
    if not is_ahead or asked < seen.span.end.year:
        why = seen.no_outlook or seen.reason or "no_outlook"
        return replace(last, until=max(seen.span.end, last.until or seen.span.end), reason=why)
    record = registry.indicator(target.indicator)
    known = years_of(battle.tables["histories"], record, date(asked, 12, 31)).dropna()
    if len(known):
        year, value = int(known.index[-1]), float(known.iloc[-1])
        last = Outlook(until=date(year, 12, 31), basis="last", year=year, base=value)
        if year >= asked:
            return replace(last, reason="no_outlook")
    found = ahead_of(known, record, asked)
    if found.status != "ok":
        return replace(last, reason=why_no_odds(found, record, asked))
    return _drawn(round_array(found.draws, record.decimals), asked, date(found.last_year, 12, 31))


def _drawn(draws: np.ndarray, year: int, until: date) -> Outlook:
    return Outlook(draws, until, "forecast", year, float(np.quantile(draws, 0.5, method="inverted_cdf")))


def _last_known(seen: Observation) -> Outlook:
    """The last whole year; of what departments report the last value, whatever its span."""
    if len(seen.history):
        end, value = seen.history.iloc[-1][["end", "value"]]
        return Outlook(until=end, basis="last", year=end.year, base=float(value))
    if seen.has_value and (seen.span.is_complete or seen.expected is None):
        return Outlook(until=seen.span.end, basis="last", year=seen.span.end.year, base=seen.value)
    return Outlook(until=seen.span.end)


def why_not_counted(lever: Lever, year: int, until: date | None) -> str:
    """Why a declared effect does not count for a target's year; empty where it does.

    Parameters
    ----------
    until
        Last day of the data the target's forecast or value rests on; ``None`` without any.

    Returns
    -------
    ``later`` (not whole by then), ``ended`` (before that year), or ``in_data`` (acts since a day the data tell of).
    """
    if lever.from_year > year:
        return "later"
    if lever.until_year is not None and lever.until_year < year:
        return "ended"
    return "in_data" if until is not None and lever.first_day <= until else ""


def _declaration(lever: Lever, target: Target, measures: Mapping[str, registry.Measure]) -> dict[str, object]:
    measure, source, note = measures[lever.measure], lever.source, lever.note
    words = {"name": lever.name, "declared_by": lever.declared_by, "source": source.title}
    return {
        **{f"{key}_{lang}": getattr(one, lang) for key, one in words.items() for lang in ("zh", "en")},
        **{f"measure_{lang}": getattr(measure, f"name_{lang}") for lang in ("zh", "en")},
        **{f"note_{lang}": getattr(note, lang) if note else "" for lang in ("zh", "en")},
        "lever_id": lever.id,
        "measure_id": lever.measure,
        "indicator_id": lever.indicator,
        "target_id": target.id,
        "target_year": target.year,
        "unit": lever.unit,
        "declared": lever.value,
        "declared_low": lever.low,
        "declared_high": lever.high,
        "interval_pct": lever.interval,
        "from_year": lever.from_year,
        "until_year": math.nan if lever.until_year is None else lever.until_year,
        "began": lever.began or "",
        "source_date": pd.Timestamp(source.date),
        "confidence": source.confidence,
    }


def _counting(lever: Lever, target: Target, outlook: Outlook) -> dict[str, object]:
    why = why_not_counted(lever, target.year or 0, outlook.until)
    until = pd.NaT if outlook.until is None else pd.Timestamp(outlook.until)
    return {"is_counted": not why, "why_not_counted": why, "data_until": until}


def _counted(levers: pd.DataFrame, target: Target, declared: Iterable[Lever]) -> list[Lever]:
    known = levers[(levers["target_id"] == target.id) & levers["is_counted"]]["lever_id"].tolist()
    return [one for one in declared if one.id in known]


def _months(battle: Battle, indicator_id: str) -> pd.Series | None:
    """Monthly means at average weather of an indicator that is such a mean; None for any other."""
    asked, table = registry.indicator(indicator_id).measure, battle.tables.get("adjusted_months")
    if asked is None or asked.of != "mean" or table is None:
        return None
    own = table[table["pollutant"] == asked.pollutant]
    return pd.Series(own["value"].to_numpy(), index=pd.DatetimeIndex(own["month"])) if len(own) else None


def shown(lever: Lever, months: pd.Series | None, day: date) -> dict[str, object]:
    """What the data have shown since a measure began: a step of the months at average weather, with placebo dates.

    Parameters
    ----------
    months
        Monthly means at average weather, unit of the indicator; None where there are none.
    day
        Last day whose data count.
    """
    nothing: dict[str, object] = {
        **dict.fromkeys(("shown", "shown_low", "shown_high", "placebo_p"), math.nan),
        **dict.fromkeys(("n_placebos", "n_months"), 0),
        **dict.fromkeys(("verdict", "why_not_shown", "causal_reason"), ""),
        "causal_allowed": False,
    }
    if lever.began is None:
        return nothing | {"why_not_shown": "no_month"}
    if lever.first_day > day:
        return nothing | {"why_not_shown": "to_come"}
    if months is None:
        return nothing | {"why_not_shown": "no_series"}
    found = estimate_effect(months, at=lever.began)
    if found.status != "ok":
        return nothing | {"n_months": found.n, "why_not_shown": _why_not_shown(months, lever)}
    return {
        "shown": found.estimate,
        "shown_low": found.low,
        "shown_high": found.high,
        "placebo_p": found.placebo_p,
        "n_placebos": found.n_placebos,
        "n_months": found.n,
        "verdict": _verdict(found),
        "why_not_shown": "",
        "causal_allowed": found.causal_allowed,
        "causal_reason": found.causal_reason,
    }


def _why_not_shown(months: pd.Series, lever: Lever) -> str:
    known = months.dropna()
    after = int((known.index >= pd.Timestamp(lever.first_day)).sum())
    before = len(known) - after
    if len(known) < MINIMUM_MONTHS or min(before, after) < MINIMUM_SIDE:
        return f"few_months|before={before}|after={after}"
    return "no_scatter"


def _verdict(found: Effect) -> str:
    """Which test carries the causal word, or forbids it; there are no neighbours here."""
    if found.causal_allowed:
        return "clear"
    if found.low <= 0 <= found.high:
        return "zero"
    return "placebo" if found.placebo_p > PLACEBO_LEVEL else "few_placebos"


def declared_of(levers: Iterable[Lever]) -> list[Declared]:
    """Levers as what can be drawn."""
    return [Declared(one.id, one.value, one.low, one.high, one.interval / 100) for one in levers]


def target_row(
    target: Target, declared: list[Lever], counted: list[Lever], outlook: Outlook, seed: int
) -> dict[str, object]:
    """Gap, sum of the effects that count, and likelihood and forecast without and with them, of one target."""
    record = registry.indicator(target.indicator)
    effects, draws = declared_of(counted), outlook.draws
    found: dict[str, object] = {
        **{name: math.nan for name, kind in TARGETS.items() if kind == "float64"},
        "target_id": target.id,
        "indicator_id": record.id,
        "target_operator": target.operator,
        "target_value": target.value,
        "target_year": target.year,
        "unit": record.unit,
        "basis": outlook.basis,
        "basis_year": outlook.year,
        "base": outlook.base,
        "gap": outlook.base - float(target.value or 0),
        "n_declared": len(declared),
        "n_counted": len(counted),
        "declared": sum(one.value for one in effects) if effects else math.nan,
        "reason": outlook.reason,
    }
    if effects:
        total = sum_effects(effects, len(draws) or N_DRAWS, seed=seed)
        found["declared_low"], found["declared_high"] = np.quantile(total, [0.1, 0.9]).tolist()
    if len(draws):
        found |= _told("forecast", "forecast", "likelihood", draws, target)
        if not math.isnan(outlook.likelihood):
            found["likelihood"] = outlook.likelihood
    if len(draws) and effects:
        held = add_effects(draws, effects, decimals=record.decimals, bounds=record.bounds, seed=seed)
        found |= _told("with_median", "with", "likelihood_with", held, target)
    return found


def _told(median: str, ends: str, chance: str, draws: np.ndarray, target: Target) -> dict[str, float]:
    """Median, 80 % interval and likelihood of drawn outcomes; quantiles are values that were drawn."""
    low, middle, high = np.quantile(draws, [0.1, 0.5, 0.9], method="inverted_cdf").tolist()
    meets = np.array([satisfies(one, float(target.value or 0), target.operator) for one in draws])
    return {median: middle, f"{ends}_low": low, f"{ends}_high": high, chance: float(meets.mean())}
