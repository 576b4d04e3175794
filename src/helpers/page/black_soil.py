"""Sections of the black-soil report on land and soil: tillage, organic matter, risk, safe use, countryside."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.land_ledger import latest_scope
from helpers.page import battle_page, document, tables
from helpers.page import land_figures as figures
from helpers.page import land_sections as shared
from helpers.page.battle_page import headline, headlines, table, write_days
from helpers.page.blocks import Block
from helpers.page.numbers import Measure, format_interval, format_number, supported_decimals
from helpers.page.wording.sentence import Facts
from helpers.page.words import word
from helpers.statistics.pace import required_pace

series, coverage, published, findings, measures = (
    shared.series,
    shared.coverage,
    shared.published,
    shared.findings,
    shared.measures,
)
_BY_YEAR = (
    "conservation_tillage_area",
    "conservation_tillage_share",
    "irrigation_efficiency",
    "erosion_treated_area",
)
_RURAL = (
    "fertiliser_efficiency",
    "pesticide_efficiency",
    "rural_sewage_share",
    "rural_waste_coverage",
    "manure_use",
    "sanitary_toilets",
    "film_recovery",
    "pesticide_packaging_recovery",
)


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``black_soil.yml``."""
    return battle_page.text("black_soil", path, lang, **fields)


def tillage(battle: Battle, *, lang: str) -> Block:
    """Conservation tillage, irrigation and erosion by year, the pace needed, and the counties."""
    years = battle.tables["years"]
    years = years[years["indicator_id"].isin(_BY_YEAR)] if len(years) else years
    parts = shared.told_together(battle, _BY_YEAR, lang)
    if len(years):
        row = headline(battle, _BY_YEAR[0])
        chart = None if row is None or is_missing(row["value"]) else figures.tillage(battle, row, lang)
        parts += [chart, _by_year(battle, years, lang), *_needed(battle, years, lang)]
    return document.section(
        text("tillage.heading", lang),
        *parts,
        *shared.counties(battle, "conservation_tillage_area", lang),
        text("tillage.hectares", lang),
    )


def _by_year(battle: Battle, years: pd.DataFrame, lang: str) -> Markup:
    wide = latest_scope(years).pivot_table(
        index="year", columns="indicator_id", values="value", aggfunc="last"
    )
    wide = wide.reindex(columns=list(_BY_YEAR)).reset_index().astype({"year": "str"})
    names = text("tillage.columns", lang)
    known = [registry.indicator(name) for name in _BY_YEAR]
    return table(
        battle,
        wide.set_axis(names, axis=1),
        caption=text("tillage.table", lang),
        lang=lang,
        measures={name: Measure(one.unit, one.decimals) for name, one in zip(names[1:], known, strict=True)},
        kind=shared.KIND,
    )


def _needed(battle: Battle, years: pd.DataFrame, lang: str) -> list[str]:
    """The yearly growth the target still needs beside that of the years reported; nothing once it is due or met."""
    row = headline(battle, _BY_YEAR[0])
    area = latest_scope(years)
    area = area[area["indicator_id"] == _BY_YEAR[0]].sort_values("year")
    if len(area) < 2 or row is None or row["status"] == "met" or is_missing(row["target_date"]):
        return []
    first, last = area.iloc[0], area.iloc[-1]
    needed = required_pace(
        last["value"], year=int(last["year"]), target=row["target_value"], target_year=row["target_date"].year
    )
    if is_missing(needed):
        return []
    grown = (last["value"] - first["value"]) / (last["year"] - first["year"])
    told = {
        name: shared.quantity(_BY_YEAR[0], value, lang)
        for name, value in (("needed", needed), ("observed", grown))
    }
    return [text("tillage.need", lang, **told)]


def matter(battle: Battle, *, lang: str) -> Block:
    """Organic matter of the same points at two surveys, by zone and depth."""
    heading, found = text("matter.heading", lang), battle.tables["matter"]
    if found.empty:
        return document.section(heading, text("matter.none", lang))
    cells = [_matter_cells(row, lang) for row in found.itertuples()]
    shown = pd.DataFrame(cells, columns=text("matter.columns", lang))
    return document.section(
        heading,
        figures.matter(battle, lang),
        table(battle, shown, caption=text("matter.table", lang), lang=lang, kind=shared.KIND),
        text("matter.method", lang),
    )


def _matter_cells(row: object, lang: str) -> list[object]:
    head = [row.zone, row.depth, row.n]
    if row.status != "ok":
        return [*head, *[text("risk.hidden", lang)] * 5, text(f"matter.{row.status}", lang)]
    reading = "rise" if row.low > 0 else "fall" if row.high < 0 else "unclear"
    return [
        *head,
        *(format_number(value, decimals=1, lang=lang) for value in (row.before, row.after, row.difference)),
        format_interval(
            row.low, row.high, Measure("index", max(1, supported_decimals(row.low, row.high))), lang
        ),
        format_number(row.minimum_detectable, decimals=1, lang=lang),
        text(f"matter.{reading}", lang),
    ]


def risk(battle: Battle, *, lang: str) -> Block:
    """Risk classes of farmland samples by zone, with the pollution index; preliminary as long as produce is not measured."""
    heading, found = text("risk.heading", lang), battle.tables["risks"]
    if found.empty:
        return document.section(heading, text("risk.none", lang))
    basis = battle.tables["risk_basis"].iloc[0]
    is_final = basis["n_preliminary"] == 0
    notes = [
        text(
            "risk.final" if is_final else "risk.preliminary",
            lang,
            n=basis["n"],
            preliminary=basis["n_preliminary"],
        ),
        text("risk.suppressed", lang),
        text("risk.nemerow", lang),
    ]
    if basis["n_undetermined"]:
        notes.insert(1, text("risk.undetermined", lang, n=basis["n_undetermined"]))
    return document.section(heading, figures.risks(battle, lang), _classes(battle, lang), *notes)


def _classes(battle: Battle, lang: str) -> Markup:
    index = battle.tables["nemerow"].set_index("zone")
    cells = []
    for row in battle.tables["risks"].itertuples():
        if row.status != "ok":
            cells.append([row.zone, row.n, *[text("risk.hidden", lang)] * 7])
            continue
        counts = [int(value) for value in (row.priority, row.safe_use, row.strict, row.undetermined)]
        own = [word("missing.not_applicable", lang)] * 3
        if row.zone and index.loc[row.zone, "status"] == "ok":
            known = index.loc[row.zone]
            share = format_number(known["clean_share_pct"], decimals=1, lang=lang)
            own = [format_number(known["median_index"], decimals=2, lang=lang), share, known["largest"]]
        cells.append([row.zone or text("risk.all", lang), row.n, *counts, *own])
    shown = pd.DataFrame(cells, columns=text("risk.columns", lang), dtype="object")
    return table(battle, shown, caption=text("risk.table", lang), lang=lang, kind=shared.KIND)


def safe_use(battle: Battle, *, lang: str) -> Block:
    """Safe-use rate of contaminated farmland, by area."""
    return document.section(
        text("safe_use.heading", lang),
        shared.told_or_asked(battle, "contaminated_farmland_safe_use", lang),
        *shared.ledger_notes(battle, ["contaminated_farmland_safe_use"], lang),
        text("safe_use.rule", lang),
    )


def rural(battle: Battle, *, lang: str) -> Block:
    """Fertiliser, pesticide, sewage, waste, manure, film, and the rural black-odorous waters."""
    rows = headlines(battle, _RURAL)
    told = [_rural_cells(battle, row, lang) for row in rows if not is_missing(row["value"])]
    parts: list[object] = []
    if told:
        shown = pd.DataFrame(told, columns=text("rural.columns", lang), dtype="object")
        parts.append(table(battle, shown, caption=text("rural.table", lang), lang=lang, kind=shared.KIND))
    return document.section(
        text("rural.heading", lang), *parts, *shared.lacking(rows, lang), _bodies(battle, lang)
    )


def _rural_cells(battle: Battle, row: pd.Series, lang: str) -> list[object]:
    facts = Facts(row, lang)
    years = battle.tables["years"]
    before = years[
        (years["indicator_id"] == row["indicator_id"]) & (years["year"] == row["period_end"].year - 1)
    ]["value"]
    previous = before.iloc[-1] if len(before) else float("nan")
    return [
        shared.indicator_name(row["indicator_id"], lang),
        tables.quantity_cell(previous, facts.measure, lang),
        tables.quantity_cell(row["value"], facts.measure, lang),
        facts.span,
        tables.target_cell(facts),
        tables.chip(facts.verdict, lang),
    ]


def _bodies(battle: Battle, lang: str) -> Markup | str:
    found = battle.tables["rural_bodies"]
    if found.empty:
        return text("rural.bodies_none", lang)
    shown = write_days(found[["date", "n_bodies", "n_eliminated", "n_left", "n_relapsed"]])
    return table(
        battle,
        shown.set_axis(text("rural.body_columns", lang), axis=1),
        caption=text("rural.bodies", lang),
        lang=lang,
        kind=shared.KIND,
    )
