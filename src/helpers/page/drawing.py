"""Figures of sections: what a function gives of one, and what a spec alone draws from rows as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from helpers.battles.context import Battle
from helpers.page.battle_page import headline, told_year
from helpers.page.charts import Chart
from helpers.page.numbers import Measure, format_quantity, gap_words
from helpers.page.wording.sentence import Facts


@dataclass(frozen=True)
class Drawing:
    """What a function gives of a figure: how and from what it is drawn, and what fills the texts of its caption.

    ``table`` is what the figure takes, ``title`` the key of the text that is the title; ``rows`` name the files behind the
    figure beside its table, and ``caption`` holds what the texts cannot give.
    """

    draw: Callable[..., Chart]
    table: Any
    fields: Mapping[str, object] = field(default_factory=dict)
    title: str = "title"
    options: Mapping[str, object] = field(default_factory=dict)
    rows: pd.DataFrame | pd.Series | None = None
    caption: Mapping[str, Any] = field(default_factory=dict)


def against(
    battle: Battle,
    row: pd.Series | None,
    lang: str,
    *,
    year: float,
    value: float,
    measure: Measure | None = None,
) -> dict[str, object]:
    """What a title tells of a value: ``year``, ``value``, and beside the row of an indicator its ``gap`` to the target.

    ``told_year`` is the year too, called the last valid one where it is not that of the page; ``measure`` that of the row
    where it is not given.
    """
    measure = measure or Facts(row, lang).measure
    target = (float("nan"), "") if row is None else tuple(row[["target_value", "target_operator"]])
    return {
        "year": int(year),
        "told_year": told_year(battle, year, lang),
        "value": format_quantity(value, measure, lang),
        "gap": gap_words(value, *target, measure=measure, lang=lang),
    }


def dated_target(row: pd.Series) -> pd.DataFrame | None:
    """The target of a row as figures take it, ``year, value``; None where it has none or no year."""
    if row[["target_value", "target_date"]].isna().any():
        return None
    return pd.DataFrame({"year": [row["target_date"].year], "value": [row["target_value"]]})


def judged(battle: Battle, indicator_id: str, lang: str) -> dict[str, Any]:
    """Fields, options and caption of a figure of an indicator that its row holds against its target."""
    row = headline(battle, indicator_id)
    measure = Facts(row, lang).measure
    return {
        "fields": against(battle, row, lang, year=row["period_end"].year, value=row["value"]),
        "options": {"target": dated_target(row)},
        "caption": {"unit": row["unit"], "decimals": measure.decimals},
    }


def select(table: Any, columns: Sequence[str] | Mapping[str, str] | None, lang: str) -> Any:
    """Columns a figure is drawn from, each under its own name or under that the figure knows; all where none are named."""
    if columns is None:
        return table
    named = columns if isinstance(columns, Mapping) else {name: name for name in columns}
    return pd.DataFrame({name: table[one.replace("{lang}", lang)] for name, one in named.items()})
