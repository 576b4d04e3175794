"""What the section on declared effects needs beside its spec: a paragraph a target, its figure, and the cells of its table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.corrective import targets_of
from helpers.battles.judgement import is_missing, likelihood_band
from helpers.page import battle_page, charts
from helpers.page.battle_page import joined
from helpers.page.columns import rows_of
from helpers.page.drawing import Drawing
from helpers.page.forms import At, form
from helpers.page.numbers import (
    Measure,
    bound_entry,
    exact_decimals,
    format_interval,
    format_number,
    format_quantity,
    format_set_number,
    gap_words,
    odds_words,
)
from helpers.page.wording.reasons import clause
from helpers.page.wording.sentence import Sentence, capitalise
from helpers.page.words import word
from helpers.statistics.effect import MINIMUM_MONTHS, MINIMUM_SIDE
from helpers.units import WATER_CLASS

text = partial(battle_page.text, "levers")
Row = Mapping[str, Any]
_FACTS = ("target_id", "target_year", "basis", "basis_year", "base", "gap", "unit", "n_declared", "n_counted")
_CHANCES = (
    "declared",
    "declared_low",
    "declared_high",
    "likelihood",
    "likelihood_with",
    "forecast",
    "with_median",
)
_EFFECTS = ("lever_id", "target_id", "unit", "declared", "declared_low", "declared_high", "interval_pct")
_SHOWN = ("is_counted", "why_not_counted", "shown", "shown_low", "shown_high", "placebo_p", "verdict")


def told(battle: Battle, lang: str) -> list[list[Sentence]]:
    """A paragraph for every target something is declared for: gap, sum declared, what the data have shown, likelihood."""
    levers, found = rows_of(battle, "levers"), []
    for row in rows_of(battle, "lever_targets").to_dict("records"):
        own = levers[levers["target_id"] == row["target_id"]].to_dict("records")
        parts = (_gap(row, lang), _declared(row, own, lang), _shown_all(own, lang), _chance(row, lang))
        name, said = target_name(battle, row, lang), text("gap", lang).join(parts)
        body = text("paragraph", lang, target=name, parts=said)
        found.append([Sentence("", body, "levers", lang, simulated=battle.context.simulated)])
    return found


def target_name(battle: Battle, row: Row, lang: str) -> str:
    """Name of a target with its year and bound."""
    measure = _level(row)
    said = word(bound_entry(row["target_operator"], measure, value=row["target_value"]), lang)
    bound = said.format(quantity=format_set_number(row["target_value"], measure, lang))
    name = getattr(targets_of(battle.context)[row["target_id"]], f"name_{lang}")
    return text("target", lang, what=capitalise(name), year=row["target_year"], bound=bound)


def _level(row: Row) -> Measure:
    return Measure(row["unit"], registry.indicator(row["indicator_id"]).decimals)


def _change(unit: str, *sizes: float) -> Measure:
    """Measure of a change, with the decimals it was declared with; classes are counted."""
    decimals = max((exact_decimals(one) for one in sizes if not is_missing(one)), default=0)
    return Measure("index", decimals) if unit == WATER_CLASS else Measure(unit, decimals).of_difference


def _sized(value: float, ends: tuple[float, float], measure: Measure, lang: str) -> dict[str, str]:
    return {
        "value": format_quantity(value, measure, lang),
        "interval": format_interval(*ends, measure, lang),
    }


def _gap(row: Row, lang: str) -> str:
    if is_missing(row["base"]):
        return text("told.no_base", lang)
    measure = _level(row)
    gap = gap_words(row["base"], row["target_value"], row["target_operator"], measure=measure, lang=lang)
    value = format_quantity(row["base"], measure, lang)
    return text(f"told.{row['basis']}", lang, year=row["basis_year"], value=value, gap=gap)


def _declared(row: Row, own: list[Row], lang: str) -> str:
    if not row["n_counted"]:
        return text("told.none_counted", lang, n=row["n_declared"])
    sizes = [one[key] for one in own for key in ("declared", "declared_low", "declared_high")]
    ends = row["declared_low"], row["declared_high"]
    sized = _sized(row["declared"], ends, _change(row["unit"], *sizes), lang)
    return text("told.declared", lang, n=row["n_counted"], m=row["n_declared"], **sized)


def _shown_all(own: list[Row], lang: str) -> str:
    known = [one for one in own if not is_missing(one["shown"])]
    if not known:
        return text("told.none_shown", lang)
    parts = [
        text("told.shown_one", lang, what=one[f"name_{lang}"], **_shown_fields(one, lang)) for one in known
    ]
    return text("told.shown", lang, parts=joined(parts, lang))


def _shown_fields(row: Row, lang: str) -> dict[str, str]:
    measure = Measure(row["unit"], 1).of_difference
    fields = _sized(row["shown"], (row["shown_low"], row["shown_high"]), measure, lang)
    share = (
        "" if is_missing(row["placebo_p"]) else format_number(100 * row["placebo_p"], decimals=0, lang=lang)
    )
    return {
        **fields,
        "month": row["began"],
        "verdict": text(f"verdict.{row['verdict']}", lang, share=share),
    }


def _chance(row: Row, lang: str) -> str:
    if is_missing(row["likelihood"]):
        return text("told.no_chance", lang, why=why_no_chance(row, lang))
    fields = {"now": _odds(row["likelihood"], lang), **_forecast(row, "forecast", "forecast", lang)}
    if is_missing(row["likelihood_with"]):
        return text("told.chance", lang, **fields)
    held = {f"{key}_with": one for key, one in _forecast(row, "with_median", "with", lang).items()}
    return text("told.chances", lang, then=_odds(row["likelihood_with"], lang), **fields, **held)


def why_no_chance(row: Row, lang: str) -> str:
    """Why the likelihood of a target cannot be told, in one clause."""
    return clause({"indicator_id": row["indicator_id"], "value": 0.0, "reason": row["reason"]}, lang)


def _odds(likelihood: float, lang: str) -> str:
    band = word(f"band.{likelihood_band(likelihood)}", lang)
    return text("odds", lang, band=band, odds=odds_words(likelihood, lang))


def _forecast(row: Row, median: str, ends: str, lang: str) -> dict[str, str]:
    return _sized(row[median], (row[f"{ends}_low"], row[f"{ends}_high"]), _level(row), lang)


def _drawn(battle: Battle) -> pd.DataFrame:
    rows = rows_of(battle, "lever_targets")
    return rows if rows.empty else rows[rows["likelihood_with"].notna()]


def has_outlooks(battle: Battle, _: str) -> bool:
    """Whether the forecast of any target can be drawn without and with declared effects."""
    return len(_drawn(battle)) > 0


def outlooks(battle: Battle, lang: str) -> list[Drawing]:
    """Forecast of each target's year as it stands, and if the declared effects hold, against the target."""
    return [
        outlook_drawing(row, target_name(battle, row, lang), lang)
        for row in _drawn(battle).to_dict("records")
    ]


def outlook_drawing(row: Row, name: str, lang: str) -> Drawing:
    """Figure of one target: medians and 80 % intervals without and with the declared effects."""
    table = pd.DataFrame({
        "name": [text("effects.without", lang), text("effects.held", lang)],
        "value": [row["forecast"], row["with_median"]],
        "low": [row["forecast_low"], row["with_low"]],
        "high": [row["forecast_high"], row["with_high"]],
    })  # fmt: skip
    measure = _level(row)
    fields = {
        "what": name,
        "value": format_quantity(row["forecast"], measure, lang),
        "value_with": format_quantity(row["with_median"], measure, lang),
        "year": row["target_year"],
    }
    caption = {
        "id": f"levers-{row['target_id'].replace('_', '-')}",
        "unit": row["unit"],
        "decimals": measure.decimals,
    }
    options = {"reference": (row["target_value"], text("effects.goal", lang)), "level": 80}
    return Drawing(charts.dot_interval, table, fields, options=options, caption=caption)


def facts(battle: Battle, lang: str) -> dict[str, list[dict[str, object]]]:
    """Fields of their own for the facts of a page: ``levers`` and ``lever_targets``, where anything is declared."""
    levers, targets = (rows_of(battle, name).to_dict("records") for name in ("levers", "lever_targets"))
    found = {
        "levers": [
            {"name": one[f"name_{lang}"], "declared_by": one[f"declared_by_{lang}"]}
            | {key: _plain(one[key]) for key in (*_EFFECTS, *_SHOWN)}
            for one in levers
        ],
        "lever_targets": [
            {"name": target_name(battle, one, lang)} | {key: _plain(one[key]) for key in (*_FACTS, *_CHANCES)}
            for one in targets
        ],
    }
    return {key: rows for key, rows in found.items() if rows}


def _plain(value: object) -> object:
    return None if is_missing(value) else value


@form("lever_measure")
def _measure(at: At, name: str, target_id: str) -> str:
    """The measure, and the target it is declared for."""
    target = getattr(targets_of(at.battle.context)[target_id], f"name_{at.lang}")
    return at.text("measure", what=capitalise(name), target=target)


@form("lever_declared")
def _declared_cell(
    at: At, value: float, low: float, high: float, pct: float, first: int, last: float, unit: str
) -> str:
    """A declared effect with its interval, and the years it holds in full."""
    sized = _sized(value, (low, high), _change(unit, value, low, high), at.lang)
    years = at.text("years.from" if is_missing(last) else "years.span", first=first, last=_year(last))
    return at.text("declared", pct=f"{pct:g}", years=years, **sized)


def _year(value: float) -> str:
    return "" if is_missing(value) else f"{value:.0f}"


@form("lever_who")
def _who(at: At, who: str, source: str, day: pd.Timestamp, confidence: str, note: str) -> str:
    """Who declares it, in what document, how plainly, and what is noted."""
    grade = word(f"confidence.{confidence}", at.lang)
    told = at.text("who", who=who, source=source, day=f"{day:%Y-%m-%d}", confidence=grade)
    return text("gap", at.lang).join([told, note]) if note else told


@form("lever_counted")
def _counted_cell(at: At, first: int, why: str, last: float, year: int, until: pd.Timestamp) -> str:
    """Whether a declared effect counts for the year of the target, and why not."""
    day = "" if is_missing(until) else f"{until:%Y-%m-%d}"
    return at.text(f"counted.{why or 'yes'}", first=first, last=_year(last), target=year, day=day)


@form("lever_shown")
def _shown_cell(
    at: At, unit: str, shown: float, low: float, high: float, began: str, share: float, verdict: str, why: str
) -> str:
    """What the data have shown since the measure began, or why they show nothing."""
    if why:
        code, *parts = why.split("|")
        known = dict(part.split("=", 1) for part in parts)
        return at.text(f"not_shown.{code}", months=MINIMUM_MONTHS, side=MINIMUM_SIDE, month=began, **known)
    row = {"shown": shown, "shown_low": low, "shown_high": high, "unit": unit, "began": began}
    return at.text("shown", **_shown_fields(row | {"placebo_p": share, "verdict": verdict}, at.lang))
