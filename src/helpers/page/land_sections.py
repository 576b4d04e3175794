"""Sections that the pages of the three land battles share: published figures, counties, findings, measures, coverage."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing, sort_worst_first
from helpers.battles.land_ledger import latest_scope
from helpers.page import battle_page, document, land_figures, tables, wording
from helpers.page.battle_page import headline, headlines, table, write_days
from helpers.page.blocks import Block
from helpers.page.numbers import Measure, exact_decimals, format_quantity
from helpers.page.set_aside import differing_note, faults
from helpers.page.wording.sentence import Facts, capitalise
from helpers.page.words import word
from helpers.periods import span_label
from helpers.registry.land import register_term, terms

KIND = "department_workbook"
_MOST_OVERDUE = 12


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``land.yml``."""
    return battle_page.text("land", path, lang, **fields)


def series(battle: Battle) -> pd.DataFrame:
    """Yearly values behind the sparklines of page one, each indicator in the scope of its latest value."""
    years = battle.tables["years"]
    if years.empty:
        return pd.DataFrame({"indicator_id": [], "year": [], "value": []})
    return latest_scope(years)[["indicator_id", "year", "value"]]


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
    found = battle.tables["published"]
    if found.empty:
        return None
    titles = list(dict.fromkeys(found["source_title"]))
    cells = [
        [
            capitalise(getattr(row, f"name_{lang}")),
            row.area_zh if lang == "zh" else row.area_en,
            _span(row.period_start, row.period_end, lang),
            text(f"published.kinds.{row.kind}", lang)
            + (text("published.derived", lang) if row.is_derived else ""),
            format_quantity(row.value, Measure(row.unit, exact_decimals(row.value)), lang),
            str(titles.index(row.source_title) + 1),
        ]
        for row in found.itertuples()
    ]
    shown = pd.DataFrame(cells, columns=text("published.columns", lang))
    listed = text("published.joiner", lang).join(f"{n} {title}" for n, title in enumerate(titles, start=1))
    return document.section(
        text("published.heading", lang),
        *land_figures.published(battle, lang),
        tables.data_table(shown, caption=text("published.table", lang), lang=lang, source=listed),
        text("published.note", lang),
        observed=True,
    )


def _span(start: pd.Timestamp, end: pd.Timestamp, lang: str) -> str:
    """Name a span; several whole years by the first and the last."""
    if start.year == end.year:
        return span_label(start.date(), end.date(), lang)
    return text("published.years", lang, first=start.year, last=end.year)


def counties(battle: Battle, indicator_id: str, lang: str) -> list[object]:
    """Counties as ordered bars, and whether they add up to the city; else what has to be supplied."""
    rows = battle.tables["counties"]
    rows = rows[rows["indicator_id"] == indicator_id] if len(rows) else rows
    if rows.empty:
        return [text("counties.none", lang, indicator=indicator_name(indicator_id, lang))]
    return [land_figures.counties(battle, rows, lang), county_balance(battle, indicator_id, lang)]


def county_balance(battle: Battle, indicator_id: str, lang: str) -> str:
    """Say by how much the counties miss the city, and which of them did not report."""
    found = battle.tables["county_balance"]
    row = found[found["indicator_id"] == indicator_id].iloc[0]
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
    return told + (gap + text("counties.missing", lang, names=missing) if missing else "")


def ledger_notes(battle: Battle, indicator_ids: Iterable[str], lang: str) -> list[str]:
    """Where reported and computed figures differ in the latest year told, and what could not be computed."""
    differs, against = battle.tables["differences"], battle.tables["contradictions"]
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


def findings(battle: Battle, *, lang: str) -> Block:
    """Findings of the battle's registers: found, closed, open and overdue on the day of the report."""
    heading, summary = text("findings.heading", lang), battle.tables["findings_summary"]
    if summary.empty:
        return document.section(heading, text("findings.none", lang))
    day = battle.context.as_of.isoformat()
    shown = summary.assign(register=[register_name(name, lang) for name in summary["register"]])
    shown = shown[["register", "n_found", "n_closed", "n_late", "n_open", "n_overdue"]]
    return document.section(
        heading,
        table(
            battle,
            shown.set_axis(text("findings.columns", lang), axis=1),
            caption=text("findings.table", lang, day=day),
            lang=lang,
            kind=KIND,
        ),
        *_overdue(battle, day, lang),
    )


def register_name(name: str, lang: str) -> str:
    """Name of a register: as it stands, in English the known kind with the year it carries."""
    if lang == "zh":
        return name
    year = re.search(r"\d{4}", name)
    return getattr(terms().registers[register_term(name)], lang) + (f" {year[0]}" if year else "")


def _overdue(battle: Battle, day: str, lang: str) -> list[object]:
    rows = battle.tables["findings"]
    rows = rows[rows["is_overdue"].astype(bool)]
    if rows.empty:
        return [text("findings.no_overdue", lang, day=day)]
    days = (pd.Timestamp(battle.context.as_of) - rows["due_date"]).dt.days
    listed = rows.assign(days=days).sort_values("days", ascending=False, kind="stable").head(_MOST_OVERDUE)
    shown = pd.DataFrame(
        {
            "id": listed["finding_id"],
            "register": [register_name(name, lang) for name in listed["register"]],
            "place": listed[f"name_{lang}"],
            "found": listed["found_date"],
            "due": listed["due_date"],
            "days": listed["days"],
        }
    )
    made = table(
        battle,
        write_days(shown).set_axis(text("findings.overdue_columns", lang), axis=1),
        caption=text("findings.overdue", lang),
        lang=lang,
        kind=KIND,
    )
    return [
        made,
        *([text("findings.more", lang, n=len(rows), shown=len(listed))] if len(listed) < len(rows) else []),
    ]


def measures(battle: Battle, *, lang: str) -> Block:
    """Indicators of the battle's ledgers: those with values, worst first, then what has to be supplied."""
    known = registry.indicators()
    told, lacking = [], []
    for _, row in sort_worst_first(battle.results).iterrows():
        facts = Facts(row, lang)
        name, target = capitalise(facts.name), tables.target_cell(facts)
        if pd.isna(row["value"]):
            lacking.append([name, target, getattr(known[row["indicator_id"]], f"ask_{lang}")])
        else:
            value = tables.quantity_cell(row["value"], facts.measure, lang)
            told.append([name, value, facts.span, target, tables.chip(facts.verdict, lang)])
    shown = [
        table(
            battle,
            pd.DataFrame(cells, columns=text(f"measures.{columns}", lang), dtype="object"),
            caption=text(f"measures.{caption}", lang),
            lang=lang,
            kind=KIND,
        )
        for cells, columns, caption in ((told, "columns", "table"), (lacking, "missing_columns", "missing"))
        if cells
    ]
    return document.section(text("measures.heading", lang), *shown)


def coverage(battle: Battle, *, lang: str) -> Block:
    """What each ledger, survey and feed of the battle covers, what is missing, and the caveats of the report."""
    listed = [_covered(row, lang) for row in battle.tables["coverage"].itertuples()]
    n_refused = len(faults(battle))
    notes = [text("coverage.refused", lang, n=n_refused) if n_refused else text("coverage.clean", lang)]
    notes += [note for note in (differing_note(battle, lang),) if note]
    notes.append(text("names", lang))
    if not battle.tables["coverage"]["valid"].sum():
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
