"""Two files that speak of the same thing: one row stands, what differs is told."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers.messages import message
from helpers.schemas import KEYS, ORIGIN, SCHEMAS

_ROW_OF = {"water_sections": "item", "drinking_items": "item"}  # a row of the file became one row an item
REVISED = 1_000_000
"""Added to the rank of a file that says of itself that it is a revised edition: it stands, however little it holds."""
CONFLICT = ("source_id", "row", "column", "found", "reason")


def is_difference(reasons: pd.Series) -> pd.Series:
    """Whether each reason for setting a row aside is that another source says otherwise, which is no fault of a file.

    Two stations of the weather differ every day, and a later edition revises an earlier one: one of them stands, and
    neither was read wrongly.
    """
    told = [
        re.escape(message(f"editions.{rule}", source="\0")) for rule in ("revised", "fuller", "later", "last")
    ]
    return reasons.astype("str").str.fullmatch("|".join(told).replace("\0", ".+"))


def resolve_duplicates(name: str, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep one row per key of a table.

    Of several rows with one key that of a revised edition stands, else the fullest, counting all items of a section or
    source in its month; of equally full ones that of the later edition, and within one file the last. Rows that agree with it are dropped; rows that differ in a value both carry
    are dropped and listed.

    Parameters
    ----------
    name
        A processed table with a key.
    table
        Its columns and ``rank``: whole numbers, larger for the later edition of a source.

    Returns
    -------
    The rows that stand, without ``rank``; and the conflicts as ``source_id, row, column, found, reason``,
    ``row`` naming the key because a row number no longer exists.
    """
    key = list(KEYS[name])
    repeated = table.duplicated(key, keep=False).to_numpy()
    if not repeated.any():
        return table.drop(columns="rank"), pd.DataFrame(columns=list(CONFLICT), dtype="str")
    values = [c for c in SCHEMAS[name] if c not in (*key, "source_id", "flag", *ORIGIN)]
    rivals = table[repeated]
    fullness = _present(rivals, values).sum(axis=1)
    if name in _ROW_OF:
        row = [one for one in key if one != _ROW_OF[name]]
        fullness = fullness + table.groupby([*row, "rank"])["rank"].transform("size")[repeated].to_numpy()
    is_revised = rivals["rank"].to_numpy() >= REVISED
    group = rivals.groupby(key, sort=False).ngroup().to_numpy()
    order = np.lexsort((np.arange(len(rivals)), rivals["rank"], fullness, is_revised, group))
    rivals, group = (
        rivals.iloc[order].assign(fullness=fullness[order], is_revised=is_revised[order]),
        group[order],
    )
    is_last = np.append(np.diff(group) != 0, True)
    standing = rivals[is_last]
    beaten = rivals[~is_last]
    beater = standing.iloc[group[~is_last]]
    kept = pd.concat([table[~repeated], standing[table.columns]]).sort_index()
    return kept.drop(columns="rank"), _list_conflicts(key, values, beaten, beater)


def _list_conflicts(
    key: list[str], values: list[str], beaten: pd.DataFrame, beater: pd.DataFrame
) -> pd.DataFrame:
    """One row per value that differs from the one that stands; the two tables are parallel."""
    differs = _present(beaten, values) & _present(beater, values)
    for place, column in enumerate(values):
        differs[:, place] &= beaten[column].to_numpy() != beater[column].to_numpy()
    rows, columns = np.nonzero(differs)
    if not len(rows):
        return pd.DataFrame(columns=list(CONFLICT), dtype="str")
    lost, won = beaten.iloc[rows], beater.iloc[rows]
    names = np.array(values, dtype=object)[columns]
    cells = [
        (f"{a[name]:g}", f"{b[name]:g}") if isinstance(a[name], float) else (str(a[name]), str(b[name]))
        for name, a, b in zip(
            names, lost[values].to_dict("records"), won[values].to_dict("records"), strict=True
        )
    ]
    return pd.DataFrame(
        {
            "source_id": lost["source_id"].to_numpy(),
            "row": [" ".join(map(str, parts)) for parts in lost[key].itertuples(index=False)],
            "column": names,
            "found": [f"{mine} against {stands}" for mine, stands in cells],
            "reason": [
                message(f"editions.{rule}", source=source)
                for rule, source in zip(_rules(lost, won), won["source_id"], strict=True)
            ],
        },
        dtype="str",
    )


def _rules(lost: pd.DataFrame, won: pd.DataFrame) -> Iterator[str]:
    """The rule by which each row stands against the other."""
    facts = ("is_revised", "fullness", "rank")
    for mine, stands in zip(*(part[[*facts]].itertuples(index=False) for part in (lost, won)), strict=True):
        unequal = [one != other for one, other in zip(mine, stands, strict=True)]
        yield next(
            (name for name, differs in zip(("revised", "fuller", "later"), unequal, strict=True) if differs),
            "last",
        )


def _present(table: pd.DataFrame, values: list[str]) -> np.ndarray:
    """Whether each value is there: not NaN, not empty text."""
    columns = [(table[c].notna() & (table[c] != "")).to_numpy() for c in values]
    return np.column_stack(columns) if columns else np.zeros((len(table), 0), dtype=bool)
