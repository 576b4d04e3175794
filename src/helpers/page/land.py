"""What sections that the pages of the three land battles share need beside their specs."""

from __future__ import annotations

import re
from functools import partial

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.land_ledger import latest_scope
from helpers.page import battle_page
from helpers.page.battle_page import headlines
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_quantity
from helpers.page.sections import Finding
from helpers.page.wording.rules import indicator_name
from helpers.registry.land import register_term, terms

text = partial(battle_page.text, "land")


def latest_years(battle: Battle, _: str) -> pd.DataFrame:
    """Yearly values, each indicator in the scope of its latest value."""
    years = rows_of(battle, "years")
    return latest_scope(years) if len(years) else years


def years_of(battle: Battle, _: str, *indicator_ids: str) -> pd.DataFrame:
    """Yearly values of some indicators, each in the scope of its latest value, by year, with the labels of the table."""
    years = rows_of(battle, "years")
    if years.empty:
        return years
    own = years[years["indicator_id"].isin(indicator_ids)]
    kept = latest_scope(own.assign(label=own.index)) if len(own) else own.assign(label=own.index)
    return years.loc[kept["label"]].sort_values("year", kind="stable")


def known_rows(battle: Battle, _: str, *indicator_ids: str) -> pd.DataFrame:
    """Rows of some indicators that have a value."""
    rows = headlines(battle, indicator_ids)
    return battle.results.loc[[row.name for row in rows if not is_missing(row["value"])]]


def quantity(indicator_id: str, value: float, lang: str, *, extra_decimals: int = 0) -> str:
    """A value of an indicator with its unit."""
    record = registry.indicator(indicator_id)
    return format_quantity(value, Measure(record.unit, record.decimals + extra_decimals), lang)


def titles(battle: Battle, lang: str) -> str:
    """Numbered titles of what published the figures."""
    named = enumerate(dict.fromkeys(rows_of(battle, "published")["source_title"]), start=1)
    return text("published.joiner", lang).join(f"{n} {title}" for n, title in named)


@form("published_kind")
def _published_kind(at: At, kind: str, is_derived: bool) -> str:
    """Whether a figure is a value, a change or a target, and whether it was worked out."""
    return at.text(f"published.kinds.{kind}") + (at.text("published.derived") if is_derived else "")


@form("published_number")
def _published_number(at: At, title: str) -> str:
    """Number of a source in the line under the table."""
    titles = list(dict.fromkeys(rows_of(at.battle, "published")["source_title"]))
    return str(titles.index(title) + 1)


def county_balance(battle: Battle, lang: str, indicator_id: str) -> list[str]:
    """Say by how much the counties miss the city, and which of them did not report."""
    found = rows_of(battle, "county_balance")
    own = found[found["indicator_id"] == indicator_id] if len(found) else found
    if own.empty:
        return []
    row = own.iloc[0]
    figures = {
        name: quantity(indicator_id, abs(row[name]), lang, extra_decimals=2 if name == "gap" else 0)
        for name in ("parts", "total", "gap")
    }
    key = (
        "no_total"
        if is_missing(row["total"])
        else "closed"
        if row["is_closed"]
        else "less"
        if row["gap"] < 0
        else "more"
    )
    told = text(
        f"counties.{key}", lang, year=row["year"], indicator=indicator_name(indicator_id, lang), **figures
    )
    missing = row[f"missing_{lang}"]
    gap = " " if lang == "en" else ""
    return [told + (gap + text("counties.missing", lang, names=missing) if missing else "")]


def ledger_notes(battle: Battle, lang: str, *indicator_ids: str) -> list[Finding]:
    """Where reported and computed figures differ in the latest year told, and what could not be computed."""
    differs, against = (
        table if len(table) else pd.DataFrame(columns=["indicator_id", "period"])
        for table in (rows_of(battle, name) for name in ("differences", "contradictions"))
    )
    notes = []
    for name in indicator_ids:
        own = differs[differs["indicator_id"] == name].sort_values("period").tail(1)
        notes += [
            text(
                "ledgers.differs", lang, indicator=indicator_name(name, lang), year=row.period,
                computed=quantity(name, row.computed, lang), reported=quantity(name, row.reported, lang),
            )
            for row in own.itertuples()
        ]  # fmt: skip
        notes += [
            text("ledgers.contradiction", lang, indicator=indicator_name(name, lang), year=row.year)
            for row in against[against["indicator_id"] == name].itertuples()
        ]
    return list(map(Finding, notes))


@form("register")
def _register(at: At, name: str) -> str:
    """Name of a register: as it stands, in English the known kind with the year it carries."""
    if at.lang == "zh":
        return name
    year = re.search(r"\d{4}", name)
    return terms().registers[register_term(name)].en + (f" {year[0]}" if year else "")


@form("days_overdue")
def _days_overdue(at: At, due: pd.Timestamp) -> int:
    """Days from the day a finding was due to the day of the report."""
    return (pd.Timestamp(at.battle.context.as_of) - due).days


@form("lacking_of_table")
def _lacking_of_table(at: At, expected: int, valid: int, table: str) -> str:
    """How many rows of a ledger, survey or feed lack or cannot be used; that it was not supplied where all do."""
    if valid == 0:
        return at.text("coverage.not_supplied")
    kind = "not_reported" if table == "ledger" else "unusable"
    return at.text(f"coverage.{kind}", n=expected - valid) if valid < expected else ""
