"""Sections of the black-soil report on registers: parcels, wastes, groundwater."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import document
from helpers.page import land_sections as shared
from helpers.page.battle_page import table, write_days
from helpers.page.black_soil import text
from helpers.page.blocks import Block
from helpers.page.numbers import Measure, format_quantity
from helpers.page.wording.sentence import capitalise
from helpers.page.words import word
from helpers.sources.land_forms import STAGES


def parcels(battle: Battle, *, lang: str) -> Block:
    """Parcels by stage, those built on too early, and those changed to class-1 land."""
    heading, found = text("parcels.heading", lang), battle.tables["parcels"]
    if found.empty:
        return document.section(heading, text("parcels.none", lang))
    early = found[found["is_early"].astype(bool)]
    if len(early):
        names = word("lead.join", lang).join(early["parcel_id"])
        told = text("parcels.early", lang, n=len(early), names=names)
    else:
        told = text("parcels.no_early", lang)
    return document.section(heading, _stages(battle, found, lang), told, _changes(battle, lang))


def _stages(battle: Battle, found: pd.DataFrame, lang: str) -> Markup:
    rows = found.groupby("stage").agg(
        n=("parcel_id", "size"),
        area=("area_ha", lambda areas: areas.sum(skipna=False)),
        listed=("is_listed", lambda marks: int((marks == "yes").sum())),
        built=("is_built", lambda marks: int((marks == "yes").sum())),
    )
    rows = rows.reindex([stage for stage in STAGES.values() if stage in rows.index]).reset_index()
    rows["stage"] = [capitalise(text(f"parcels.stages.{stage}", lang)) for stage in rows["stage"]]
    names = text("parcels.columns", lang)
    return table(
        battle,
        rows.assign(area=rows["area"].round(1)).set_axis(names, axis=1),
        caption=text("parcels.table", lang, day=battle.context.as_of.isoformat()),
        lang=lang,
        kind=shared.KIND,
    )


def _changes(battle: Battle, lang: str) -> Markup | str:
    found = battle.tables["use_changes"]
    if found.empty:
        return text("parcels.no_changes", lang)
    shown = pd.DataFrame(
        {
            "parcel": found["parcel_id"],
            "place": found[f"name_{lang}"],
            "date": found["date"],
            "use": [text(f"parcels.uses.{use}", lang) for use in found["from_use"]],
            "stage": [text(f"parcels.stages.{stage}", lang) for stage in found["stage"]],
            "surveyed": found["is_surveyed"],
        }
    )
    return table(
        battle,
        write_days(shown).set_axis(text("parcels.change_columns", lang), axis=1),
        caption=text("parcels.changes", lang),
        lang=lang,
        kind=shared.KIND,
    )


def wastes(battle: Battle, *, lang: str) -> Block:
    """Waste balances: each closes, or its gap is told; and the counties against the city."""
    heading, found = text("wastes.heading", lang), battle.tables["wastes"]
    if found.empty:
        return document.section(heading, text("wastes.none", lang))
    columns = ["produced_t", "used_t", "disposed_t", "stored_change_t", "transferred_t", "gap_t", "gap_pct"]
    shown = found[columns].copy()
    shown.insert(0, "kind", [_kind(kind, lang) for kind in found["kind"]])
    shown["is_closed"] = found["is_closed"]
    torn = found.loc[~found["is_closed"].astype(bool), "kind"]
    kinds = word("lead.join", lang).join(_kind(kind, lang) for kind in torn)
    return document.section(
        heading,
        table(
            battle,
            shown.set_axis(text("wastes.columns", lang), axis=1),
            caption=text("wastes.table", lang, year=found["period"].iloc[0]),
            lang=lang,
            measures=dict.fromkeys(text("wastes.columns", lang)[1:8], Measure("index", 1)),
            kind=shared.KIND,
        ),
        text("wastes.open", lang, kinds=kinds) if kinds else text("wastes.closed", lang),
        *_waste_counties(battle, lang),
    )


def _kind(kind: str, lang: str) -> str:
    return text(f"wastes.kinds.{kind}", lang)


def _waste_counties(battle: Battle, lang: str) -> list[str]:
    measure = Measure("t", 1)
    notes = []
    for row in battle.tables["waste_counties"].itertuples():
        told = {
            name: format_quantity(abs(getattr(row, name)), measure, lang)
            for name in ("parts", "total", "gap")
        }
        key = "counties" if abs(row.gap) >= 0.05 else "counties_closed"
        notes.append(text(f"wastes.{key}", lang, kind=_kind(row.kind, lang), n=row.n_counties, **told))
    return notes


def groundwater(battle: Battle, *, lang: str) -> Block:
    """Class of each groundwater point and the items that rise or fall."""
    heading, found = text("groundwater.heading", lang), battle.tables["groundwater"]
    if found.empty:
        return document.section(heading, text("groundwater.none", lang))
    shown = pd.DataFrame(
        {
            "point": found["point_id"],
            "date": found["date"],
            "class": [_class(number, lang) for number in found["class_number"]],
            "decisive": [_items(joined, lang) for joined in found["decisive"]],
            "before": [_class(number, lang) for number in found["previous_class"]],
            "rising": [_items(joined, lang) for joined in found["rising"]],
            "falling": [_items(joined, lang) for joined in found["falling"]],
            "years": found["n_years"],
        }
    )
    basis = battle.tables["groundwater_basis"]
    return document.section(
        heading,
        table(
            battle,
            write_days(shown).set_axis(text("groundwater.columns", lang), axis=1),
            caption=text("groundwater.table", lang),
            lang=lang,
            kind=shared.KIND,
        ),
        text("groundwater.rule", lang, basis=basis["basis"].iloc[0])
        if len(basis)
        else text("groundwater.no_limits", lang),
    )


def _class(number: float, lang: str) -> str | None:
    return None if is_missing(number) else text("groundwater.classes", lang)[int(number) - 1]


def _items(joined: str, lang: str) -> str:
    return word("lead.join", lang).join(joined.split(";")) if joined else text("groundwater.no_items", lang)
