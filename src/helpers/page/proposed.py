"""What the section on indicators that could be made targets needs beside its spec: counts, and the list in words."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.proposed import STATES
from helpers.page import battle_page
from helpers.page.columns import rows_of
from helpers.page.numbers import Measure, format_quantity, unit_label
from helpers.page.overview import part_name
from helpers.page.wording.reasons import clause
from helpers.page.wording.rules import basis_told, indicator_name

text = partial(battle_page.text, "proposed")


def counts(battle: Battle, _: str) -> dict[str, int]:
    """How many indicators there are, and how many are in each state."""
    found = rows_of(battle, "target_readiness")["state"].value_counts()
    return {"n": int(found.sum())} | {state: int(found.get(state, 0)) for state in STATES}


def printed_rows(battle: Battle, lang: str) -> pd.DataFrame:
    """All indicators with their states, reasons and rules in words; years are whole numbers, missing ones empty."""
    table = rows_of(battle, "target_readiness")
    told = [_worded(row, battle, lang) for row in table.to_dict("records")]
    return table.assign(**pd.DataFrame(told, index=table.index)) if told else table


def _worded(row: dict[str, object], battle: Battle, lang: str) -> dict[str, object]:
    record = registry.indicator(str(row["indicator_id"]))
    span = {name: f"{row[f'{name}_year']:.0f}" for name in ("first", "last")}
    latest = format_quantity(row["value"], Measure(record.unit, record.decimals), lang, in_cell=True)
    years = {
        name: None if math.isnan(row[name]) else int(row[name])
        for name in ("first_year", "last_year", "base_year")
    }
    has_years = row["n_years"] > 0
    return {
        "name": indicator_name(record.id, lang),
        "part_word": part_name(str(row["part"]), lang),
        "state_word": text(f"states.{row['state']}", lang),
        "why": clause(row, lang) if row["reason"] else "",
        "unit_word": unit_label(record.unit, lang),
        "rule": basis_told(record.basis_on(battle.context.as_of), lang),
        "years": text("years", lang, n=row["n_years"], **span) if has_years else "",
        "latest": text("latest", lang, value=latest, year=span["last"]) if has_years else "",
        **years,
    }
