"""What the departments report on a battle: the same section on every page."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import sort_worst_first
from helpers.page import battle_page, document, tables
from helpers.page.blocks import Block
from helpers.page.wording.sentence import Facts, capitalise


def measures(battle: Battle, *, lang: str) -> Block:
    """Indicators of the departments' workbook: those with values, worst first, then what has to be supplied."""
    known = registry.indicators()
    rows = battle.results[[known[name].is_ledger for name in battle.results["indicator_id"]]]
    return document.section(_text("heading", lang), *indicator_tables(battle, rows, lang=lang))


def indicator_tables(battle: Battle, rows: pd.DataFrame, *, lang: str, topic: str = "") -> list[Markup]:
    """Lay out reported rows as two tables: those with values, worst first, and those to be supplied.

    Parameters
    ----------
    topic
        Put before the captions, where a page has such tables more than once.
    """
    known = registry.indicators()
    told, lacking = [], []
    for _, row in sort_worst_first(rows).iterrows():
        facts = Facts(row, lang)
        name, target = capitalise(facts.name), tables.target_cell(facts)
        if pd.isna(row["value"]):
            lacking.append([name, target, getattr(known[row["indicator_id"]], f"ask_{lang}")])
        else:
            value = tables.quantity_cell(row["value"], facts.measure, lang)
            told.append([name, value, facts.span, target, tables.chip(facts.verdict, lang)])
    return [
        battle_page.table(
            battle,
            pd.DataFrame(cells, columns=_text(f"{key}_columns", lang), dtype="object"),
            caption=topic + _text(key, lang),
            lang=lang,
            kind="department_workbook",
        )
        for key, cells in (("told", told), ("lacking", lacking))
        if cells
    ]


def _text(path: str, lang: str) -> object:
    return battle_page.text("reported", path, lang)
