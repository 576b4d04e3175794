"""Sections that the pages of the three land battles share: published figures, counties, findings, measures, coverage."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.land_ledger import latest_scope
from helpers.page import battle_page, document, land_figures, reported, wording
from helpers.page.battle_page import headline, headlines
from helpers.page.blocks import Block
from helpers.page.columns import lay_out, rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_quantity
from helpers.page.set_aside import differing_note, faults
from helpers.page.wording.sentence import capitalise
from helpers.page.words import word
from helpers.registry.land import register_term, terms

_MOST_OVERDUE = 12

text = partial(battle_page.text, "land")


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one, each indicator in the scope of its latest value."""
    years = rows_of(battle, "years")
    if years.empty:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    return latest_scope(years)[["indicator_id", "year", "value"]]


def years_of(battle: Battle, indicator_ids: Iterable[str]) -> pd.DataFrame:
    """Yearly values of some indicators, each in the scope of its latest value, by year, with the labels of the table."""
    years = rows_of(battle, "years")
    if years.empty:
        return years
    own = years[years["indicator_id"].isin(list(indicator_ids))]
    kept = latest_scope(own.assign(label=own.index)) if len(own) else own.assign(label=own.index)
    return years.loc[kept["label"]].sort_values("year", kind="stable")


def told_or_asked(battle: Battle, indicator_id: str, lang: str) -> wording.Sentence | None:
    """The value of an indicator against its target, or what has to be supplied; nothing where nobody asks for it."""
    row = headline(battle, indicator_id)
    if row is None:
        return None
    if is_missing(row["value"]):
        return wording.no_data_sentence(row, lang=lang)
    return wording.value_sentence(row, lang=lang)


def told_together(battle: Battle, indicator_ids: Iterable[str], lang: str) -> list[object]:
    """The values of several indicators in one paragraph, and in one line those that have none."""
    rows = headlines(battle, indicator_ids)
    told = [wording.value_sentence(row, lang=lang) for row in rows if not is_missing(row["value"])]
    return [*([told] if told else []), *lacking(rows, lang)]


def lacking(rows: Iterable[pd.Series], lang: str) -> list[str]:
    """Say in one line which of some rows have no value; what to supply stands in the section on measures."""
    names = [indicator_name(row["indicator_id"], lang) for row in rows if is_missing(row["value"])]
    joined = word("lead.join", lang).join(names)
    return [text("measures.lacking", lang, names=joined)] if names else []


def indicator_name(indicator_id: str, lang: str) -> str:
    """Name of an indicator, capitalised where it begins a line."""
    return capitalise(getattr(registry.indicator(indicator_id), f"name_{lang}"))


def quantity(indicator_id: str, value: float, lang: str, *, extra_decimals: int = 0) -> str:
    """A value of an indicator with its unit."""
    record = registry.indicator(indicator_id)
    return format_quantity(value, Measure(record.unit, record.decimals + extra_decimals), lang)


def published(battle: Battle, *, lang: str) -> Block | None:
    """Real published figures under their own scopes, apart from everything simulated; nothing where there are none."""
    found = rows_of(battle, "published")
    if found.empty:
        return None
    listed = (f"{n} {title}" for n, title in enumerate(dict.fromkeys(found["source_title"]), start=1))
    return document.section(
        text("published.heading", lang),
        *land_figures.published(battle, lang),
        lay_out(
            battle,
            "land.published.table",
            of="published",
            lang=lang,
            source=text("published.joiner", lang).join(listed),
            observed=True,
        ),
        text("published.note", lang),
        observed=True,
    )


@form("published_kind")
def _published_kind(at: At, kind: str, is_derived: bool) -> str:
    """Whether a figure is a value, a change or a target, and whether it was worked out."""
    return at.text(f"published.kinds.{kind}") + (at.text("published.derived") if is_derived else "")


@form("published_number")
def _published_number(at: At, title: str) -> str:
    """Number of a source in the line under the table."""
    titles = list(dict.fromkeys(rows_of(at.battle, "published")["source_title"]))
    return str(titles.index(title) + 1)


def counties(battle: Battle, indicator_id: str, lang: str) -> list[object]:
    """Counties as ordered bars, and whether they add up to the city; else what has to be supplied."""
    rows = rows_of(battle, "counties")
    rows = rows[rows["indicator_id"] == indicator_id] if len(rows) else rows
    if rows.empty:
        return [text("counties.none", lang, indicator=indicator_name(indicator_id, lang))]
    return [land_figures.counties(battle, rows, lang), *county_balance(battle, indicator_id, lang)]


def county_balance(battle: Battle, indicator_id: str, lang: str) -> list[str]:
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


def ledger_notes(battle: Battle, indicator_ids: Iterable[str], lang: str) -> list[str]:
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
    return notes


def foreign_sites(battle: Battle, lang: str) -> list[str]:
    """Name the sites whose vegetation indices came along although they do not lie in the city."""
    found = rows_of(battle, "foreign_zones")
    return [] if found.empty else [text("foreign", lang, zones=battle_page.joined(found["zone"], lang))]


def findings(battle: Battle, *, lang: str) -> Block:
    """Findings of the battle's registers: found, closed, open and overdue on the day of the report."""
    heading = text("findings.heading", lang)
    if rows_of(battle, "findings_summary").empty:
        return document.section(heading, text("findings.none", lang))
    day = battle.context.as_of.isoformat()
    return document.section(
        heading,
        lay_out(battle, "land.findings.table", of="findings_summary", lang=lang, fields={"day": day}),
        *_overdue(battle, day, lang),
    )


@form("register")
def _register(at: At, name: str) -> str:
    """Name of a register: as it stands, in English the known kind with the year it carries."""
    if at.lang == "zh":
        return name
    year = re.search(r"\d{4}", name)
    return terms().registers[register_term(name)].en + (f" {year[0]}" if year else "")


def _overdue(battle: Battle, day: str, lang: str) -> list[object]:
    rows = rows_of(battle, "findings")
    rows = rows[rows["is_overdue"].astype(bool)] if len(rows) else rows
    if rows.empty:
        return [text("findings.no_overdue", lang, day=day)]
    listed = rows.sort_values("due_date", kind="stable").head(_MOST_OVERDUE)
    made = lay_out(battle, "land.findings.overdue", listed, of="findings", lang=lang)
    more = text("findings.more", lang, n=len(rows), shown=len(listed))
    return [made, *([more] if len(listed) < len(rows) else [])]


@form("days_overdue")
def _days_overdue(at: At, due: pd.Timestamp) -> int:
    """Days from the day a finding was due to the day of the report."""
    return (pd.Timestamp(at.battle.context.as_of) - due).days


def measures(battle: Battle, *, lang: str) -> Block:
    """Indicators of the battle's ledgers: those with values, worst first, then what has to be supplied."""
    shown = reported.indicator_tables(battle, battle.results, lang=lang, suffix="_computed")
    return document.section(text("measures.heading", lang), *shown)


def coverage(battle: Battle, *, lang: str) -> Block:
    """What each ledger, survey and feed of the battle covers, what is missing, and the caveats of the report."""
    found = rows_of(battle, "coverage")
    listed = [_covered(row, lang) for row in found.itertuples()]
    n_refused = len(faults(battle))
    notes = [text("coverage.refused", lang, n=n_refused) if n_refused else text("coverage.clean", lang)]
    notes += [note for note in (differing_note(battle, lang),) if note]
    notes.append(text("names", lang))
    if found.empty or not found["valid"].sum():
        notes.insert(0, text("coverage.none", lang))
    return document.coverage(pd.DataFrame(listed), lang=lang, results=battle.results, notes=notes)


def _covered(row: object, lang: str) -> dict[str, object]:
    missing = row.expected - row.valid
    if row.valid == 0:
        flags = text(f"coverage.asks.{row.table}", lang)
    else:
        kind = "not_reported" if row.table == "ledger" else "unusable"
        flags = text(f"coverage.{kind}", lang, n=missing) if missing else ""
    return {
        "source": text(f"coverage.tables.{row.table}", lang),
        "period": text("coverage.span", lang, first=row.first, last=row.last)
        if row.first
        else word("missing.no_data", lang),
        "expected": row.expected,
        "valid": row.valid,
        "share": round(100 * row.valid / row.expected, 1) if row.expected else float("nan"),
        "flags": flags,
    }
