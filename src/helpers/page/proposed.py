"""What the section on indicators that could be made targets needs beside its spec: counts, and the list in words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.battles.proposed import STATES
from helpers.page import battle_page
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.numbers import unit_label
from helpers.page.overview import part_name
from helpers.page.wording.reasons import clause
from helpers.page.wording.rules import basis_told, indicator_name
from helpers.page.wording.sentence import capitalise

_YEARS = ("first_year", "last_year", "base_year")
text = partial(battle_page.text, "proposed")


def counts(battle: Battle, _: str) -> dict[str, int]:
    """How many indicators there are, and how many are in each state."""
    found = rows_of(battle, "target_readiness")["state"].value_counts()
    return {"n": int(found.sum())} | {state: int(found.get(state, 0)) for state in STATES}


def sheet_rows(battle: Battle, lang: str) -> pd.DataFrame:
    """All indicators in words for the workbook, under headings in words; a year or value that is not known is empty."""
    table = rows_of(battle, "target_readiness")
    told = [_worded(row, battle, lang) for row in table.to_dict("records")]
    heads = battle_page.entry("proposed", "heads")
    return pd.DataFrame(told, columns=list(heads)).rename(
        columns={key: text(f"heads.{key}", lang) for key in heads}
    )


def _worded(row: Mapping[str, Any], battle: Battle, lang: str) -> dict[str, object]:
    record = registry.indicator(row["indicator_id"])
    years = {name: None if is_missing(row[name]) else int(row[name]) for name in _YEARS}
    return {
        **row,
        **years,
        "name": indicator_name(record.id, lang),
        "part_word": part_name(row["part"], lang),
        "state_word": text(f"states.{row['state']}", lang),
        "why": clause(row, lang) if row["reason"] else "",
        "unit_word": unit_label(record.unit, lang),
        "rule": basis_told(record.basis_on(battle.context.as_of), lang),
    }


@form("readiness_why")
def _why(at: At, indicator_id: str, written: str, value: float) -> str:
    """Why an indicator is not ready, or has no likelihood; else that one can be told."""
    row = {"reason": written, "indicator_id": indicator_id, "value": value}
    return capitalise(clause(row, at.lang) if written else at.text("without.reason"))


@form("readiness_years")
def _whole_years(at: At, n: int, first: float, last: float) -> str:
    """First and last of the whole years, and how many there are."""
    return at.text("years", n=n, first=f"{first:.0f}", last=f"{last:.0f}") if n else at.text("without.years")
