"""Sections of the grassland and wetland report: each answers one question with a figure or a table and a few sentences."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import battle_page, document, land_rasters, wording
from helpers.page import land_figures as figures
from helpers.page import land_sections as shared
from helpers.page.battle_page import headline, table
from helpers.page.blocks import Block
from helpers.page.numbers import Measure, format_number
from helpers.page.words import word
from helpers.registry.land import land

series, coverage, published, findings, measures = (
    shared.series,
    shared.coverage,
    shared.published,
    shared.findings,
    shared.measures,
)


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``grassland_wetland.yml``."""
    return battle_page.text("grassland_wetland", path, lang, **fields)


def grass(battle: Battle, *, lang: str) -> Block:
    """Vegetation cover of grassland by survey and by type, restored grassland and pests."""
    row, years = headline(battle, "grass_cover"), battle.tables["years"]
    points = years[years["indicator_id"] == "grass_cover"]
    return document.section(
        text("grass.heading", lang),
        shared.told_or_asked(battle, "grass_cover", lang),
        None
        if row is None or is_missing(row["value"])
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


def _types(battle: Battle, lang: str) -> Markup | str:
    found = battle.tables["grass_types"]
    if found.empty:
        return text("grass.none", lang)
    last = found[found["year"] == found["year"].max()].groupby("kind", as_index=False)
    rows = last.apply(
        lambda part: pd.Series({"area": part["area"].sum(), "covered": (part["area"] * part["cover"]).sum()}),
        include_groups=False,
    ).sort_values("area", ascending=False)
    shown = pd.DataFrame(
        {
            "kind": rows["kind"],
            "area": rows["area"],
            "share": 100 * rows["area"] / rows["area"].sum(),
            "cover": rows["covered"] / rows["area"],
        }
    ).set_axis(text("grass.columns", lang), axis=1)
    units = (Measure("ha", 0), Measure("pct", 1), Measure("pct", 1))
    return table(
        battle,
        shown,
        caption=text("grass.table", lang, year=int(found["year"].max())),
        lang=lang,
        measures=dict(zip(shown.columns[1:], units, strict=True)),
        kind=shared.KIND,
    )


def season(battle: Battle, *, lang: str) -> Block:
    """Vegetation cover of the year over the range of up to ten past years, with precipitation beneath."""
    heading = text("season.heading", lang)
    if battle.tables["season"].empty:
        return document.section(heading, text("season.none", lang))
    return document.section(heading, figures.season(battle, lang))


def raster(battle: Battle, *, lang: str) -> Block:
    """Trend of vegetation cover of every pixel around the city."""
    return land_rasters.raster(battle, "cover", lang=lang)


def wetland(battle: Battle, *, lang: str) -> Block:
    """Wetland area by survey with its scopes apart, protection, and the new wetland park."""
    names = ("wetland_area_change", "wetland_protection", "new_wetland_parks")
    return document.section(
        text("wetland.heading", lang),
        *shared.told_together(battle, names, lang),
        None if battle.tables["wetland"].empty else figures.wetland(battle, lang),
        *shared.ledger_notes(battle, names, lang),
        text("wetland.unverified", lang),
    )


def open_water(battle: Battle, *, lang: str) -> Block:
    """Open water of each lake by month against its usual value, and the ecological supply."""
    heading = text("open_water.heading", lang)
    if battle.tables["open_water"].empty:
        lakes = word("lead.join", lang).join(one.id for one in land(battle.context.city.slug).lakes)
        named = getattr(registry.indicator("open_water_area"), f"name_{lang}")
        first: object = text("open_water.none", lang, indicator=named, lakes=lakes)
    else:
        first = figures.open_water(battle, lang)
    supply = headline(battle, "ecological_water_supply")
    told = (
        wording.no_data_sentence(supply, lang=lang)
        if is_missing(supply["value"])
        else wording.value_sentence(supply, lang=lang)
    )
    return document.section(heading, first, told, _supply(battle, lang))


def _supply(battle: Battle, lang: str) -> Markup | None:
    found = battle.tables["water_supply"]
    if found.empty:
        return None
    wide = found.pivot_table(index=f"name_{lang}", columns="period", values="value", sort=False)
    shown = wide.reset_index().rename(columns={f"name_{lang}": text("open_water.lake", lang)})
    shown.columns.name = None
    measure = Measure("index", 0)
    return table(
        battle,
        shown,
        caption=text("open_water.supply", lang),
        lang=lang,
        measures=dict.fromkeys(shown.columns[1:], measure),
        kind=shared.KIND,
    )


def birds(battle: Battle, *, lang: str) -> Block:
    """Bird counts by year with the effort behind them."""
    heading, found = text("birds.heading", lang), battle.tables["birds"]
    if found.empty:
        return document.section(heading, text("birds.none", lang))
    shown = found.astype({"year": "str"}).set_axis(text("birds.columns", lang), axis=1)
    measure = Measure("index", 1)
    hours = [format_number(found["effort_hours"].iloc[end], decimals=1, lang=lang) for end in (0, -1)]
    return document.section(
        heading,
        table(
            battle,
            shown,
            caption=text("birds.table", lang),
            lang=lang,
            measures={shown.columns[4]: measure, shown.columns[7]: measure},
            kind=shared.KIND,
        ),
        text("birds.changed", lang, first=hours[0], last=hours[1]) if hours[0] != hours[1] else None,
        text("birds.note", lang),
    )
