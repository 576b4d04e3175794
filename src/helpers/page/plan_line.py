"""What the section on the line of plans needs beside its spec: what is due, and what comes next."""

from __future__ import annotations

from functools import partial
from typing import Any

from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import battle_page
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_date, format_quantity
from helpers.page.overview import plan_sentence
from helpers.page.wording.sentence import Sentence, capitalise
from helpers.page.words import typeset

text = partial(battle_page.text, "plan_line")


def term_told(battle: Battle, lang: str) -> list[list[Sentence]]:
    """How many targets of the plan are due, and the plan that comes next or that none is known."""
    row = rows_of(battle, "plan_term").iloc[0]
    counts = {name: int(row[name]) for name in ("n_judged", "n_due", "n_ahead", "n_undated")}
    day = format_date(battle.context.as_of, lang)
    told = text("line.term", lang, ends=format_date(row["ends"], lang), day=day, **counts)
    said = [plan_sentence(told, lang, counts.values())]
    if row[f"next_{lang}"]:
        starts = format_date(row["next_starts"], lang)
        said.append(plan_sentence(text("line.next", lang, starts=starts, name=row[f"next_{lang}"]), lang))
    elif row["is_over"]:
        said.append(plan_sentence(text("line.unknown", lang), lang))
    return [said]


def closing_told(battle: Battle, lang: str) -> list[list[Sentence]]:
    """How many targets of a plan whose term is over were met, missed or cannot be judged, and how many carry on."""
    counts = rows_of(battle, "plan_closing")["verdict"].value_counts()
    told = {name: int(counts.get(name, 0)) for name in ("met", "missed", "unknown")}
    fields = {"n": sum(told.values())} | told
    term = rows_of(battle, "plan_term").iloc[0]
    ahead = {"ahead": int(term["n_ahead"]), "undated": int(term["n_undated"])}
    open_ = {"n": sum(ahead.values())} | ahead
    said = [plan_sentence(text("closing.told", lang, **fields), lang, fields.values())]
    if open_["n"]:
        said.append(plan_sentence(text("closing.carries", lang, **open_), lang, open_.values()))
    return [said]


@form("target_name")
def _target_name(at: At, target_id: str) -> str:
    """Name of a target of the plan."""
    return capitalise(getattr(at.battle.context.plan.target(target_id), f"name_{at.lang}"))


@form("closing_value")
def closing_value(at: At, value: float, year: int, since: float, indicator_id: str, unit: str) -> str:
    """The value a verdict rests on, with its year; a missed target may be met since."""
    shown = {"value": _quantity(value, indicator_id, unit, at.lang), "year": year}
    return (
        text("closing.value", at.lang, **shown)
        if is_missing(since)
        else text("closing.since", at.lang, **shown, since=f"{since:.0f}")
    )


@form("closing_published")
def closing_published(
    at: At, value: float, is_derived: bool, title: str, indicator_id: str, unit: str
) -> str | None:
    """What was published of the year, with its source, marked where it was worked out."""
    if is_missing(value):
        return None
    told = text(
        "closing.published", at.lang, value=_quantity(value, indicator_id, unit, at.lang), title=title
    )
    return text("closing.derived", at.lang, told=told) if is_derived else told


def _quantity(value: float, indicator_id: str, unit: str, lang: str) -> str:
    return format_quantity(
        value, Measure(unit, registry.indicator(indicator_id).decimals), lang, in_cell=True
    )


@form("plan_status")
def _plan_status(at: At, status: str, is_followed: bool, plan_id: str) -> Markup | str:
    """Draft, issued or superseded, and whether the page judges by it; a plan whose term is over leads to its verdict."""
    told = at.text(f"line.status.{status}")
    told = at.text("line.followed", status=told) if is_followed else told
    closed = registry.closed_plan(at.battle.context.city.slug, at.battle.context.as_of)
    if closed is None or closed.id != plan_id:
        return told
    return typeset(at.text("line.closed", status=told)) + Markup('<a href="closing.{}.html">{}</a>').format(
        at.lang, at.text("line.verdict")
    )


@form("plan_term")
def _plan_term(at: At, starts: Any, ends: Any) -> str:
    """First and last year of a term."""
    return f"{starts.year}–{ends.year}" if at.lang == "en" else f"{starts.year}—{ends.year}年"


@form("plan_source")
def _plan_source(at: At, publisher: str, day: Any, confidence: str) -> str:
    """Who published what was read and when; where the text itself was not read, that is said."""
    told = at.text("line.told", publisher=publisher, day=format_date(day, at.lang))
    return at.text("line.reported", told=told) if confidence else told
