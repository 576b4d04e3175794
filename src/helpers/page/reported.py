"""What the departments report on a battle: the same section on every page."""

from __future__ import annotations

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import sort_worst_first
from helpers.page import battle_page, document, tables
from helpers.page.blocks import Block
from helpers.page.wording.sentence import Facts, capitalise


def reported(battle: Battle, *, heading: str, lang: str) -> Block:
    """Lay out the indicators of the departments' workbook: those with values, worst first, then what is missing.

    Parameters
    ----------
    heading
        Question of the section, in the language of the page.
    """
    known = registry.indicators()
    rows = battle.results[[known[name].is_ledger for name in battle.results["indicator_id"]]]
    told, lacking = [], []
    for _, row in sort_worst_first(rows).iterrows():
        facts = Facts(row, lang)
        name, target = capitalise(facts.name), tables.target_cell(facts)
        if pd.isna(row["value"]):
            lacking.append([name, target, getattr(known[row["indicator_id"]], f"ask_{lang}")])
        else:
            value = tables.quantity_cell(row["value"], facts.measure, lang)
            told.append([name, value, facts.span, target, tables.chip(row["status"], lang)])
    shown = [
        battle_page.table(
            battle,
            pd.DataFrame(cells, columns=_text(f"{key}_columns", lang), dtype="object"),
            caption=_text(key, lang),
            lang=lang,
            kind="department_workbook",
        )
        for key, cells in (("told", told), ("lacking", lacking))
        if cells
    ]
    return document.section(heading, *shown)


def _text(path: str, lang: str) -> object:
    return battle_page.text("reported", path, lang)
