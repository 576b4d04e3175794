"""Sections of the grassland and wetland report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

from functools import partial

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import battle_page, document, land_rasters
from helpers.page import land_figures as figures
from helpers.page import land_sections as shared
from helpers.page.battle_page import headline, joined
from helpers.page.blocks import Block
from helpers.page.columns import Table, lay_out, rows_of
from helpers.page.numbers import format_number
from helpers.registry.land import land

series, coverage, published, findings, measures = (
    shared.series,
    shared.coverage,
    shared.published,
    shared.findings,
    shared.measures,
)

text = partial(battle_page.text, "grassland_wetland")


def grass(battle: Battle, *, lang: str) -> Block:
    """Vegetation cover of grassland by survey and by type, restored grassland and pests."""
    row, years = headline(battle, "grass_cover"), rows_of(battle, "years")
    points = years[years["indicator_id"] == "grass_cover"] if len(years) else years
    return document.section(
        text("grass.heading", lang),
        shared.told_or_asked(battle, "grass_cover", lang),
        None
        if row is None or is_missing(row["value"]) or points.empty
        else figures.surveys(battle, "grass", row, points, lang),
        _types(battle, lang),
        *shared.ledger_notes(battle, ["grass_cover"], lang),
        *shared.told_together(battle, ("degraded_grassland_restored", "grass_pest_area"), lang),
        _open_task(battle, lang),
        *shared.counties(battle, "degraded_grassland_restored", lang),
    )


def _open_task(battle: Battle, lang: str) -> str | None:
    """That the province sets the task of restoring, where the plan says so and prints no number."""
    found = battle.context.plan.targets_for("degraded_grassland_restored")
    is_open = any(target.decided_by == "province" for target in found)
    return text("grass.no_target", lang) if is_open else None


def _types(battle: Battle, lang: str) -> Table | str:
    found = rows_of(battle, "grass_types")
    if found.empty:
        return text("grass.none", lang)
    fields = {"year": int(found["year"].max())}
    return lay_out(battle, "grassland_wetland.grass.table", of="grass_cover_types", lang=lang, fields=fields)


def season(battle: Battle, *, lang: str) -> Block:
    """Vegetation cover of the year over the range of up to ten past years, with precipitation beneath."""
    heading, found = text("season.heading", lang), rows_of(battle, "season")
    if found.empty or found["value"].isna().all() or rows_of(battle, "season_basis").empty:
        told: object = text("season.none" if found.empty else "season.no_value", lang)
    else:
        told = figures.season(battle, lang)
    return document.section(heading, told, *shared.foreign_sites(battle, lang))


def raster(battle: Battle, *, lang: str) -> Block:
    """Trend of vegetation cover of every pixel around the city."""
    return land_rasters.raster(battle, "cover", lang=lang)


def wetland(battle: Battle, *, lang: str) -> Block:
    """Wetland area by survey with its scopes apart, protection, and the new wetland park."""
    names = ("wetland_area_change", "wetland_protection", "new_wetland_parks")
    return document.section(
        text("wetland.heading", lang),
        *shared.told_together(battle, names, lang),
        None if rows_of(battle, "wetland").empty else figures.wetland(battle, lang),
        *shared.ledger_notes(battle, names, lang),
        text("wetland.unverified", lang),
    )


def open_water(battle: Battle, *, lang: str) -> Block:
    """Open water of each lake by month against its usual value, and the ecological supply."""
    heading, found = text("open_water.heading", lang), rows_of(battle, "open_water")
    if found.empty:
        lakes = joined([one.id for one in land(battle.context.city.slug).lakes], lang)
        named = getattr(registry.indicator("open_water_area"), f"name_{lang}")
        first: object = text("open_water.none", lang, indicator=named, lakes=lakes)
    elif found["value"].isna().all():
        first = text("open_water.no_value", lang)
    else:
        first = figures.open_water(battle, lang)
    told = [shared.told_or_asked(battle, "ecological_water_supply", lang)]
    return document.section(heading, first, *told, _supply(battle, lang))


def _supply(battle: Battle, lang: str) -> Table | None:
    by = [f"name_{lang}"]
    return lay_out(battle, "grassland_wetland.open_water.supply", of="water_supply", lang=lang, by=by)


def birds(battle: Battle, *, lang: str) -> Block:
    """Bird counts by year with the effort behind them."""
    heading, found = text("birds.heading", lang), rows_of(battle, "birds")
    if found.empty:
        return document.section(heading, text("birds.none", lang))
    hours = [format_number(found["effort_hours"].iloc[end], decimals=1, lang=lang) for end in (0, -1)]
    return document.section(
        heading,
        lay_out(battle, "grassland_wetland.birds.table", of="birds", lang=lang),
        text("birds.changed", lang, first=hours[0], last=hours[1]) if hours[0] != hours[1] else None,
        text("birds.note", lang),
    )
