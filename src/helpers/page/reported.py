"""What the departments report on a battle: the same section on every page."""

from __future__ import annotations

from functools import partial

import pandas as pd

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.judgement import sort_worst_first
from helpers.page import battle_page
from helpers.page.columns import Table, lay_out


def measures(battle: Battle, lang: str) -> list[Table]:
    """Indicators of the departments' workbook: those with values, worst first."""
    known = registry.indicators()
    rows = battle.results[[known[name].is_ledger for name in battle.results["indicator_id"]]]
    return indicator_tables(battle, rows, lang=lang)


def computed(battle: Battle, lang: str) -> list[Table]:
    """Indicators of a battle that computes some of them from ledgers."""
    return indicator_tables(battle, battle.results, lang=lang, suffix="_computed")


def indicator_tables(
    battle: Battle, rows: pd.DataFrame, *, lang: str, topic: str = "", suffix: str = ""
) -> list[Table]:
    """Lay out reported rows that have values, worst first; what is to be supplied stands in the table of what lacks.

    A target that is only listed beside the one judged by has no line of its own.

    Parameters
    ----------
    topic
        Put before the captions, where a page has such tables more than once.
    suffix
        Of the text of ``reported.yml`` that names the table.
    """
    rows = rows[~rows["caveats"].str.split(";").map(lambda ids: "target_not_judged" in ids)]
    rows = rows.loc[sort_worst_first(rows.assign(label=rows.index))["label"]]
    rows = rows[rows["value"].notna()]
    caption = topic + text(f"told{suffix}", lang)
    made = lay_out(battle, "reported.told", rows, of="results", lang=lang, caption=caption)
    return [made] if made is not None else []


text = partial(battle_page.text, "reported")
