"""Sections of the black-soil report on registers: parcels, wastes, groundwater."""

from __future__ import annotations

from helpers.battles.context import Battle
from helpers.page import document
from helpers.page.battle_page import joined
from helpers.page.black_soil import text
from helpers.page.blocks import Block
from helpers.page.columns import lay_out, rows_of
from helpers.page.numbers import Measure, format_quantity


def parcels(battle: Battle, *, lang: str) -> Block:
    """Parcels by stage, those built on too early, and those changed to class-1 land."""
    heading, found = text("parcels.heading", lang), rows_of(battle, "parcels")
    if found.empty:
        return document.section(heading, text("parcels.none", lang))
    early = found[found["is_early"].astype(bool)]
    if len(early):
        told = text("parcels.early", lang, n=len(early), names=joined(early["parcel_id"], lang))
    else:
        told = text("parcels.no_early", lang)
    fields = {"day": battle.context.as_of.isoformat()}
    return document.section(
        heading,
        lay_out(battle, "black_soil.parcels.table", of="parcel_stages", lang=lang, fields=fields),
        told,
        lay_out(battle, "black_soil.parcels.changes", of="use_changes", lang=lang)
        or text("parcels.no_changes", lang),
    )


def wastes(battle: Battle, *, lang: str) -> Block:
    """Waste balances: each closes, or its gap is told; and the counties against the city."""
    heading, found = text("wastes.heading", lang), rows_of(battle, "wastes")
    if found.empty:
        return document.section(heading, text("wastes.none", lang))
    torn = found.loc[~found["is_closed"].astype(bool), "kind"]
    kinds = joined([_kind(kind, lang) for kind in torn], lang)
    fields = {"year": found["period"].iloc[0]}
    return document.section(
        heading,
        lay_out(battle, "black_soil.wastes.table", of="wastes", lang=lang, fields=fields),
        text("wastes.open", lang, kinds=kinds) if kinds else text("wastes.closed", lang),
        *_waste_counties(battle, lang),
    )


def _kind(kind: str, lang: str) -> str:
    return text(f"wastes.kinds.{kind}", lang)


def _waste_counties(battle: Battle, lang: str) -> list[str]:
    measure = Measure("t", 1)
    notes = []
    for row in rows_of(battle, "waste_counties").itertuples():
        told = {
            name: format_quantity(abs(getattr(row, name)), measure, lang)
            for name in ("parts", "total", "gap")
        }
        key = "counties" if abs(row.gap) >= 0.05 else "counties_closed"
        notes.append(text(f"wastes.{key}", lang, kind=_kind(row.kind, lang), n=row.n_counties, **told))
    return notes


def groundwater(battle: Battle, *, lang: str) -> Block:
    """Class of each groundwater point and the items that rise or fall."""
    heading, basis = text("groundwater.heading", lang), rows_of(battle, "groundwater_basis")
    if rows_of(battle, "groundwater").empty:
        return document.section(heading, text("groundwater.none", lang))
    return document.section(
        heading,
        lay_out(battle, "black_soil.groundwater.table", of="groundwater", lang=lang),
        text("groundwater.rule", lang, basis=basis["basis"].iloc[0])
        if len(basis)
        else text("groundwater.no_limits", lang),
    )
