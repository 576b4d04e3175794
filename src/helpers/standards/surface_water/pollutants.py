"""Main pollutants of a section and of a basin: at most three, only what lies beyond class III (环办〔2011〕22号)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.errors import ParameterError
from helpers.standards.surface_water.limits import TARGET_CLASS, assessed_items

# Heavy metals and cyanide stand first (from memory, unverified).
PRIORITY_ITEMS = ("CN", "Hg", "Cd", "Cr6", "Pb", "As", "Cu", "Zn")
MOST_NAMED = 3


def main_pollutants(items_table: pd.DataFrame) -> pd.DataFrame:
    """Name the main pollutants of every section (and month).

    Heavy metals and cyanide first, then the worse class, then the larger exceeding multiple; an item without a
    multiple (pH, dissolved oxygen) stands behind those of its class that have one.

    Parameters
    ----------
    items_table
        From :func:`monthly_items` or :func:`period_items`.

    Returns
    -------
    ``section_id``, ``month`` where given, ``rank`` (1 to 3), ``item``, ``class``, ``multiple``. Sections within class
    III have no row.

    Notes
    -----
    环办〔2011〕22号: at most three (one secondary source), the order of metals from memory; unverified.
    """
    keys = [name for name in ("section_id", "month") if name in items_table]
    beyond = items_table[items_table["class"] > TARGET_CLASS]
    order = {item: at for at, item in enumerate(assessed_items())}
    beyond = beyond.assign(
        _first=~beyond["item"].isin(PRIORITY_ITEMS), _worse=-beyond["class"], _more=-beyond["multiple"]
    )
    beyond = beyond.assign(_order=beyond["item"].map(order).fillna(len(order)))
    beyond = beyond.sort_values([*keys, "_first", "_worse", "_more", "_order"], na_position="last")
    beyond = beyond.assign(rank=beyond.groupby(keys).cumcount() + 1)
    named = beyond[beyond["rank"] <= MOST_NAMED]
    return named[[*keys, "rank", "item", "class", "multiple"]].reset_index(drop=True)


def basin_main_pollutants(items_table: pd.DataFrame, *, basin: Mapping[str, str]) -> pd.DataFrame:
    """Name the main pollutants of every basin by the share of its sections that exceed class III.

    The rule for basins of at least five sections; a smaller one is judged as one section by its means, see
    :func:`helpers.standards.surface_water.basins.basin_grade`.

    Parameters
    ----------
    items_table
        From :func:`period_items`, one row per section and item.
    basin
        Section to basin; other sections are left out.

    Returns
    -------
    ``basin``, ``rank`` (1 to 3), ``item``, ``n_exceeding``, ``n_sections`` (of the basin, with any item) and
    ``exceeding_pct`` (percent of the sections, not rounded). Basins without an exceeding section have no row.

    Raises
    ------
    ParameterError
        A section has an item twice: pass one period, not months.

    Notes
    -----
    环办〔2011〕22号 (from memory, unverified). Equal shares keep the order of the standard's table.
    """
    if items_table.duplicated(["section_id", "item"]).any():
        raise ParameterError(
            "a section has an item twice", expected="one period", remedy="pass the table of period_items"
        )
    rows = items_table.assign(basin=items_table["section_id"].map(dict(basin))).dropna(subset=["basin"])
    n_sections = rows.groupby("basin", as_index=False).agg(n_sections=("section_id", "nunique"))
    beyond = rows[rows["class"] > TARGET_CLASS]
    counts = beyond.groupby(["basin", "item"], as_index=False).agg(n_exceeding=("section_id", "size"))
    table = counts.merge(n_sections, on="basin")
    order = {item: at for at, item in enumerate(assessed_items())}
    table = table.assign(
        exceeding_pct=100 * table["n_exceeding"] / table["n_sections"], _order=table["item"].map(order)
    )
    table = table.sort_values(
        ["basin", "n_exceeding", "_order"], ascending=[True, False, True], na_position="last"
    )
    table = table.assign(rank=table.groupby("basin").cumcount() + 1)
    table = table[table["rank"] <= MOST_NAMED].reset_index(drop=True)
    return table[["basin", "rank", "item", "n_exceeding", "n_sections", "exceeding_pct"]]
