"""Sections of the black-soil report on land and soil: tillage, organic matter, risk, safe use, countryside."""

from __future__ import annotations

from functools import partial

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import battle_page, document, tables
from helpers.page import land_figures as figures
from helpers.page import land_sections as shared
from helpers.page.battle_page import headline, headlines
from helpers.page.blocks import Block
from helpers.page.columns import lay_out, rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import Measure, format_interval, supported_decimals
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

text = partial(battle_page.text, "black_soil")


def tillage(battle: Battle, *, lang: str) -> Block:
    """Conservation tillage, irrigation and erosion by year, the pace needed, and the counties."""
    years = shared.years_of(battle, _BY_YEAR)
    parts = shared.told_together(battle, _BY_YEAR, lang)
    if len(years):
        row = headline(battle, _BY_YEAR[0])
        chart = None if row is None or is_missing(row["value"]) else figures.tillage(battle, row, lang)
        table = lay_out(battle, "black_soil.tillage.table", years, of="years", lang=lang, by=["year"])
        parts += [chart, table, *_needed(battle, years, lang)]
    return document.section(
        text("tillage.heading", lang),
        *parts,
        *shared.counties(battle, "conservation_tillage_area", lang),
        text("tillage.hectares", lang),
    )


def _needed(battle: Battle, years: pd.DataFrame, lang: str) -> list[str]:
    """The yearly growth the target still needs beside that of the years reported; nothing once it is due or met."""
    row = headline(battle, _BY_YEAR[0])
    area = years[years["indicator_id"] == _BY_YEAR[0]].sort_values("year")
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
    heading, found = text("matter.heading", lang), rows_of(battle, "matter")
    if found.empty:
        return document.section(heading, text("matter.none", lang))
    return document.section(
        heading,
        figures.matter(battle, lang) if len(rows_of(battle, "matter_levels")) else None,
        lay_out(battle, "black_soil.matter.table", of="matter", lang=lang),
        text("matter.method", lang),
    )


@form("where_ok")
def _where_ok(_: At, status: str, value: object) -> object:
    """A value of a group that has enough members to be shown."""
    return value if status == "ok" else None


@form("matter_interval")
def _matter_interval(at: At, status: str, low: float, high: float) -> str | None:
    if status != "ok":
        return None
    return format_interval(low, high, Measure("index", max(1, supported_decimals(low, high))), at.lang)


@form("matter_reading")
def _matter_reading(at: At, status: str, low: float, high: float) -> str:
    """Whether organic matter rose or fell; where it cannot be told, why."""
    reading = status if status != "ok" else "rise" if low > 0 else "fall" if high < 0 else "unclear"
    return at.text(f"matter.{reading}")


def risk(battle: Battle, *, lang: str) -> Block:
    """Risk classes of farmland samples by zone, with the pollution index; preliminary as long as produce is not measured."""
    heading, known = text("risk.heading", lang), rows_of(battle, "risk_basis")
    if rows_of(battle, "risks").empty or known.empty:
        return document.section(heading, text("risk.none", lang))
    basis = known.iloc[0]
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
    table = lay_out(battle, "black_soil.risk.table", of="risk_classes", lang=lang)
    return document.section(heading, figures.risks(battle, lang), table, *notes)


@form("index_where_ok")
def _index_where_ok(at: At, status: str, value: object) -> object:
    """A value of the pollution index of a zone that may be shown; the sum of the zones has none."""
    if status != "ok":
        return None
    return word("missing.not_applicable", at.lang) if is_missing(value) or value == "" else value


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
    told = [row.name for row in rows if not is_missing(row["value"])]
    return document.section(
        text("rural.heading", lang),
        lay_out(battle, "black_soil.rural.table", battle.results.loc[told], of="results", lang=lang),
        *shared.lacking(rows, lang),
        lay_out(battle, "black_soil.rural.bodies", of="rural_bodies", lang=lang)
        or text("rural.bodies_none", lang),
    )


@form("year_before")
def _year_before(at: At, indicator_id: str, end: pd.Timestamp, unit: str) -> Markup:
    """Value of an indicator in the year before that of its row."""
    years = rows_of(at.battle, "years")
    if len(years):
        years = years[(years["indicator_id"] == indicator_id) & (years["year"] == end.year - 1)]
    measure = Measure(unit, registry.indicator(indicator_id).decimals)
    return tables.quantity_cell(years["value"].iloc[-1] if len(years) else float("nan"), measure, at.lang)
