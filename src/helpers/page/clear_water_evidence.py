"""Sections of the clear-water report on trends, seasons, lakes, sources, ledgers, flow and the automatic stations."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from helpers.battles import water_flow
from helpers.battles.context import Battle
from helpers.battles.water_trends import TREND_ITEMS
from helpers.page import clear_water_figures as figures
from helpers.page import clear_water_forms as _forms  # noqa: F401 (the tables name its forms)
from helpers.page import document, wording
from helpers.page.battle_page import headlines
from helpers.page.blocks import Block
from helpers.page.clear_water_figures import span_text, text
from helpers.page.columns import lay_out, rows_of
from helpers.periods import span_label

_LEVEL = 0.95


def trends(battle: Battle, *, lang: str) -> Block:
    """Trends by section and item: the item that exceeds most as a figure, all of them as a table."""
    heading, found = text("trends.heading", lang), rows_of(battle, "trends")
    order = rows_of(battle, "sections")
    told = found[found["status"] == "ok"] if len(found) else found
    if told.empty or order.empty:
        return document.section(heading, text("trends.too_few" if len(found) else "trends.none", lang))
    places = {name: place for place, name in enumerate(order["section_id"])}
    shown = found.loc[found["section_id"].map(places).dropna().sort_values(kind="stable").index]
    flow = found.loc[found["adjustment"] == "season_flow", "section_id"].nunique()
    return document.section(
        heading,
        figures.slopes(battle, _worst_item(battle, told), lang),
        lay_out(
            battle,
            "clear_water.trends.table",
            shown,
            of="trends",
            lang=lang,
            by=["section_id"],
            each=TREND_ITEMS,
        ),
        text("trends.adjustment", lang, flow=flow) if flow else text("trends.season_only", lang),
        text("trends.chance", lang, n=len(told), expected=round((1 - _LEVEL) * len(told))),
    )


def _worst_item(battle: Battle, told: pd.DataFrame) -> str:
    """The item that exceeds most of those that have a trend."""
    found = rows_of(battle, "items")
    exceeding = list(found["item"]) if len(found) else []
    known = set(told["item"])
    return next(item for item in (*exceeding, TREND_ITEMS[1], *TREND_ITEMS) if item in known)


def seasons(battle: Battle, *, lang: str) -> Block:
    """Classes and concentrations in the flood season and under ice."""
    heading = text("seasons.heading", lang)
    if rows_of(battle, "seasons").empty:
        return document.section(heading, text("coverage.none", lang))
    return document.section(
        heading,
        lay_out(battle, "clear_water.seasons.table", of="seasons", lang=lang),
        lay_out(battle, "clear_water.seasons.items", of="season_items", lang=lang),
        text("seasons.note", lang),
    )


def reservoirs(battle: Battle, *, lang: str) -> Block:
    """Class and trophic index of the reservoirs."""
    heading, found = text("reservoirs.heading", lang), rows_of(battle, "reservoirs")
    if found.empty or found["n_points"].isna().all():
        return document.section(heading, text("reservoirs.none", lang))
    fields = {"span": span_text(battle, lang)}
    return document.section(
        heading,
        lay_out(battle, "clear_water.reservoirs.table", of="reservoirs", lang=lang, fields=fields),
        text("reservoirs.note", lang),
    )


def drinking(battle: Battle, *, lang: str) -> Block:
    """Compliance of drinking-water sources, by source and by volume."""
    heading = text("drinking.heading", lang)
    rows = headlines(battle, ("drinking_source_good_share", "drinking_volume_good_share"))
    share = rows[0] if rows else None
    if share is None or rows_of(battle, "drinking_summary").empty or pd.isna(share["value"]):
        lacking = [] if share is None else [wording.no_data_sentence(share, lang=lang)]
        return document.section(heading, *lacking, text("drinking.none", lang))
    told = [wording.value_sentence(share, lang=lang)]
    if not pd.isna(share["likelihood"]):
        told.append(wording.forecast_sentence(share, lang=lang, follows=True))
    told += [wording.value_sentence(row, lang=lang) for row in rows[1:]]
    fields = {"span": span_label(share["period_start"].date(), share["period_end"].date(), lang)}
    return document.section(
        heading,
        told,
        lay_out(battle, "clear_water.drinking.table", of="drinking_summary", lang=lang, fields=fields),
        text("drinking.note", lang),
    )


def bodies(battle: Battle, *, lang: str) -> Block:
    """Black-odorous bodies: how many are left, which relapsed, what monitoring says."""
    heading, found = text("bodies.heading", lang), rows_of(battle, "bodies")
    names = ("city_black_odorous_bodies", "county_black_odorous_bodies", "black_odorous_relapses")
    if found.empty:
        return document.section(heading, *_told_or_asked(battle, names, lang), text("bodies.none", lang))
    open_ = found[(found["status"] != "eliminated") | (found["measured_grade"].fillna(0) > 0)]
    return document.section(
        heading,
        *_told_or_asked(battle, names, lang),
        lay_out(battle, "clear_water.bodies.counts", of="body_counts", lang=lang),
        lay_out(battle, "clear_water.bodies.table", open_, of="bodies", lang=lang)
        or text("bodies.all_clear", lang),
        text("bodies.note", lang),
    )


def _told_or_asked(battle: Battle, names: Iterable[str], lang: str) -> list[object]:
    """The values of some indicators in one paragraph, then what has to be supplied for the others."""
    rows = headlines(battle, names)
    told = [wording.value_sentence(row, lang=lang) for row in rows if not pd.isna(row["value"])]
    lacking = [wording.no_data_sentence(row, lang=lang) for row in rows if pd.isna(row["value"])]
    return [*([told] if told else []), *lacking]


def outfalls(battle: Battle, *, lang: str) -> Block:
    """Outfalls by stage: surveyed, monitored, traced, rectified, supervised."""
    heading, years = text("outfalls.heading", lang), rows_of(battle, "stage_counts")
    told = _told_or_asked(battle, ("outfalls_rectified", "direct_sewage_outlets"), lang)
    if rows_of(battle, "stages").empty or years.empty:
        return document.section(heading, *told, text("outfalls.none", lang))
    fields = {"day": f"{years['date'].iloc[-1]:%Y-%m-%d}"}
    return document.section(
        heading,
        *told,
        lay_out(battle, "clear_water.outfalls.table", of="stages_with_total", lang=lang, fields=fields),
        lay_out(battle, "clear_water.outfalls.years", of="stage_counts", lang=lang),
    )


def flow(battle: Battle, *, lang: str) -> Block:
    """Days on which the ecological flow of the rivers was met."""
    ids = water_flow.indicators(battle.context)
    heading = text("flow.heading", lang, rivers=figures.rivers_of(battle, ids, lang))
    heading = heading if ids else text("flow.heading_plain", lang)
    if rows_of(battle, "flow").empty:
        lacking = [wording.no_data_sentence(row, lang=lang) for row in headlines(battle, ids[:1])]
        return document.section(heading, *lacking, text("flow.none", lang))
    found = rows_of(battle, "flow")
    fields = {"span": span_label(found["span_start"].iloc[0], found["span_end"].iloc[0], lang)}
    return document.section(
        heading,
        lay_out(battle, "clear_water.flow.table", of="flow", lang=lang, fields=fields),
        text("flow.note", lang),
    )


def automatic(battle: Battle, *, lang: str) -> Block:
    """Last readings of the automatic stations, under a name of their own."""
    heading = text("automatic.heading", lang)
    if rows_of(battle, "automatic").empty:
        return document.section(heading, text("automatic.none", lang))
    return document.section(
        heading,
        lay_out(battle, "clear_water.automatic.table", of="automatic", lang=lang),
        text("automatic.note", lang),
    )
