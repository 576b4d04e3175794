"""The city's plan, and what may come after it: ``fb.plan.try_target("pm25_mean", 28, 2027)`` tries a target before it is adopted."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles import cross_cutting, overview
from helpers.battles.air_measures import Seen
from helpers.battles.air_outlook import year_end
from helpers.battles.assess import years_of
from helpers.battles.context import Battle, Context
from helpers.battles.judgement import is_missing
from helpers.battles.proposed import Proposal, readiness_table
from helpers.battles.proposed import try_target as hold_against
from helpers.errors import ParameterError
from helpers.explore.frames import describe
from helpers.explore.words import text
from helpers.explore.workspace import current
from helpers.messages import parts
from helpers.page.numbers import (
    Measure,
    bound_entry,
    format_interval,
    format_quantity,
    format_set_number,
    odds_words,
)
from helpers.page.wording.reasons import clause
from helpers.page.wording.rules import basis_told
from helpers.page.words import standard_name, word
from helpers.registry import Indicator
from helpers.run.parameters import one_of
from helpers.statistics.forecast import Outcome
from helpers.units import WATER_CLASS

__all__ = ["readiness", "targets", "try_target"]
_OPERATORS = {"lower_is_better": "<=", "higher_is_better": ">="}


def __dir__() -> list[str]:
    return __all__


def targets() -> pd.DataFrame:
    """Quantified targets of the city's plan, one row each.

    Returns
    -------
    ``target_id, battle, article, name, indicator_id, operator, value, unit, year``; names in the language in use.
    The plan's wording, milestones and measures stand in ``cities/<city>/plans``.
    """
    run = current().run
    rows = [
        {
            "target_id": one.id,
            "battle": one.battle,
            "article": one.article,
            "name": getattr(one, f"name_{run.lang}"),
            "indicator_id": one.indicator,
            "operator": one.operator,
            "value": one.value,
            "unit": one.unit,
            "year": one.year,
        }
        for one in run.context.plan.targets
    ]
    return pd.DataFrame(rows).astype({"value": "float64", "year": "Int64"})


def readiness() -> pd.DataFrame:
    """Tell of every indicator of the city whether it could be made a target, as the overview's workbook does.

    Returns
    -------
    ``indicator_id, part, name, unit, origin`` (measured, reported), ``state`` (ready; no_odds: a baseline and a latest year,
    but no likelihood; not_ready), ``why`` in the language in use, ``n_years, first_year, first_value, last_year, value``
    (of the last whole year), ``base_year, base_value`` (of the plan), ``rule`` and how it was verified.
    """
    lang = current().run.lang
    table = readiness_table(_all_parts(), current().run.context)
    records = [registry.indicator(one) for one in table["indicator_id"]]
    table.insert(2, "name", [getattr(one, f"name_{lang}") for one in records])
    whys = [clause(row, lang) if row["reason"] else "" for row in table.to_dict("records")]
    rules = [basis_told(one.basis_on(current().run.context.as_of), lang) for one in records]
    table = table.assign(why=whys, rule=rules).drop(columns=["reason", "standard", "clause", "verified"])
    table.attrs = {"simulated": current().run.folders.simulated, "unit": "see column unit"}
    return table


def try_target(indicator: str, value: float, year: int, *, operator: str | None = None) -> pd.DataFrame:
    """Hold a target nobody has adopted against the indicator's own whole years.

    Parameters
    ----------
    indicator
        Id of ``fb.indicators()``, such as ``pm25_mean``.
    value, year
        The number proposed, in the indicator's unit, and the year it would be due.
    operator
        ``<=`` or ``>=``; None: by what is better for the indicator.

    Returns
    -------
    One row a year: ``year``, the value (``value_ug_m3``) of whole years, and ``median_ug_m3, low80_ug_m3, high80_ug_m3`` (80 %
    interval) of the years to come, up to the target's. The answer stands in ``attrs``: ``state`` (ready, no_odds,
    not_ready) and ``why``; ``pace_shown`` and ``pace_required`` (unit per year) with their ``pace_ratio``;
    ``likelihood`` (0 to 1) and ``likelihood_range``, from the less to the more favourable reading: the level holds, or the
    pace goes on; ``forecast`` and ``forecast_interval``; ``is_met`` by the last whole year; ``base_year`` and
    ``base_value``; ``limit`` and ``limit_name`` in force by then; ``rule`` that defines the indicator then. ``note`` says it in
    one sentence. Good and heavy days are told under the edition of HJ 633 that holds when the target is due.

    ::

        value_ug_m3
          46 |o
          36 |   o  o        ....:::  80 %
          28 |         o  o  .....<> proposed
             +------------------------
             2019        2025  2027

    Raises
    ------
    ParameterError
        Unknown indicator or operator, a value the indicator cannot have, or a year that is over.
    """
    record = registry.indicator(one_of("indicator", indicator, _ids()))
    operator = one_of("operator", operator or _OPERATORS.get(record.direction, "<="), ("<=", ">="))
    battle, row = _row_of(indicator)
    _check(record, value, year, battle.context.as_of)
    history = years_of(battle.tables["histories"], record, date(year, 12, 31))
    found = hold_against(
        history,
        record,
        target=float(value),
        year=year,
        operator=operator,
        context=battle.context,
        why=(row["reason"] or "no_value") if is_missing(row["value"]) else "",
        outcome=_running(record, year, battle.context),
    )
    return _described(found, record, history, row)


def _ids() -> list[str]:
    return list(registry.indicators_of(current().run.context.city.slug))


def _check(record: Indicator, value: float, year: int, as_of: date) -> None:
    low, high = record.bounds
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ParameterError(
            **parts("explore.value", value=value, low=f"{low:g}", high=f"{high:g}", unit=record.unit)
        )
    first = as_of.year + (as_of == date(as_of.year, 12, 31))
    if not isinstance(year, int) or year < first:
        raise ParameterError(**parts("explore.year_over", year=year, first=first))


def _all_parts() -> dict[str, Battle]:
    modules = {**overview.BATTLES, cross_cutting.NAME: cross_cutting}
    run = current().run
    return {
        name: current().keep(("battle", name), lambda one=one: run.build(one))
        for name, one in modules.items()
    }


def _row_of(indicator: str) -> tuple[Battle, pd.Series]:
    """The battle that tells of an indicator, and its first row of the city."""
    known = _all_parts()
    own = registry.indicator(indicator).battle
    for name in sorted(known, key=lambda one: one != own):
        rows = known[name].results
        rows = rows[
            (rows["indicator_id"] == indicator) & (rows["place_code"] == current().run.context.city.code)
        ]
        if len(rows):
            return known[name], rows.iloc[0]
    raise ParameterError(**parts("explore.not_told", indicator=indicator))


def _running(record: Indicator, year: int, context: Context) -> Outcome | None:
    """How the running year may end by its own days; without numbers where pages draw it otherwise or not at all."""
    if year != context.as_of.year or record.is_ledger:
        return None
    if record.measure is None or not record.measure.forecast:
        return Outcome()
    seen = current().keep(("seen", context.as_of), lambda: Seen(current().air_days(), context))
    drawn = year_end(record, seen.days, seen.spans[0], context) if seen.is_trusted(record) else None
    return drawn or Outcome()


def _described(found: Proposal, record: Indicator, history: pd.Series, row: pd.Series) -> pd.DataFrame:
    lang, unit = current().run.lang, record.unit
    value = f"value_{unit}"
    last = int(history.index[-1]) if len(history) else found.year - 1
    first = int(history.index[0]) if len(history) else found.year
    ahead = found.ahead.set_index("year").rename(columns={"low": "low80", "high": "high80"})
    ahead = ahead[["median", "low80", "high80"]]
    years = pd.Index(range(min(first, found.year), found.year + 1), name="year")
    table = pd.DataFrame({value: history.reindex(years)}, index=years)
    table = table.assign(**{f"{name}_{unit}": ahead[name].reindex(years) for name in ahead})
    why = clause({**row, "reason": found.reason}, lang) if found.reason else ""
    limit = standard_name(found.limit_standard, lang)
    city = current().run.context.city
    made = describe(
        table.reset_index(), value=value, unit=unit, name=(record.name_zh, record.name_en),
        place=(city.name_zh, city.name_en), files=str(row["source_ids"]).split(";"), expected=last - first + 1,
        decimals=record.decimals, target=found.target, target_year=found.year, operator=found.operator,
        state=found.state, why=why, is_met=found.is_met,
        pace_shown=found.pace_shown, pace_required=found.pace_required, pace_ratio=found.ratio,
        likelihood=found.likelihood, likelihood_range=(found.likelihood_low, found.likelihood_high),
        forecast=found.forecast, forecast_interval=(found.forecast_low, found.forecast_high),
        base_year=found.base_year, base_value=found.base_value, limit=found.limit, limit_name=limit,
        rule=basis_told(record.basis_on(date(found.year, 12, 31)), lang),
    )  # fmt: skip
    made.attrs["note"] = _sentence(found, record, why, limit, lang)
    made.attrs["period"] = f"{first}/{last}" if len(history) else ""
    if math.isnan(found.limit):
        made.attrs["limit"] = None
    return made


def _sentence(found: Proposal, record: Indicator, why: str, limit: str, lang: str) -> str:
    """The answer in words, of those parts that can be told."""
    measure = Measure(record.unit, record.decimals)
    pace = Measure("pp" if record.unit == "pct" else record.unit, record.decimals + 1)
    bound = word(bound_entry(found.operator, measure, value=found.target), lang).format(
        quantity=format_set_number(found.target, measure, lang)
    )
    told = [text("proposed.target", lang, bound=bound, year=found.year)]
    if found.n_years:
        quantity = format_quantity(found.last_value, measure, lang)
        key = "proposed.met" if found.is_met else "proposed.last"
        told.append(text(key, lang, year=f"{found.last_year:.0f}", value=quantity))
    if not (math.isnan(found.pace_shown) or found.is_met or record.unit == WATER_CLASS):
        shown, needed = (format_quantity(one, pace, lang) for one in (found.pace_shown, found.pace_required))
        told.append(text("proposed.pace", lang, shown=shown, needed=needed))
    if not math.isnan(found.likelihood):
        interval = format_interval(found.forecast_low, found.forecast_high, measure, lang)
        fields = {"interval": interval, "likelihood": odds_words(found.likelihood, lang)}
        told.append(text("proposed.odds", lang, **fields))
    if found.likelihood_low < found.likelihood_high:
        low, high = (odds_words(one, lang) for one in (found.likelihood_low, found.likelihood_high))
        told.append(text("proposed.range", lang, low=low, high=high))
    if why:
        told.append(text("proposed.why", lang, why=why))
    if not math.isnan(found.limit):
        value = format_set_number(found.limit, measure, lang)
        told.append(text("proposed.limit", lang, name=limit, value=value))
    return text("join", lang).join(told)
