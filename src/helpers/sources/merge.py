"""Two files that speak of the same thing: one row stands, what differs is told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.messages import message
from helpers.schemas import KEYS, ORIGIN, SCHEMAS

CONFLICT = ("source_id", "row", "column", "found", "reason")


def is_difference(reasons: pd.Series) -> pd.Series:
    """Whether each reason for setting a row aside is that another source says otherwise, which is no fault of a file.

    Two stations of the weather differ every day, and a later edition revises an earlier one: one of them stands, and
    neither was read wrongly.
    """
    begin, _, end = message("merge.differs", source="\0").partition("\0")
    texts = reasons.astype("str").str
    return texts.startswith(begin) & texts.endswith(end)


def resolve_duplicates(name: str, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep one row per key of a table.

    Of several rows with one key the fullest stands; of equally full ones that of the later edition, and
    within one file the last. Rows that agree with it are dropped; rows that differ in a value both carry
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
    group = rivals.groupby(key, sort=False).ngroup().to_numpy()
    order = np.lexsort((np.arange(len(rivals)), rivals["rank"], fullness, group))
    rivals, group = rivals.iloc[order], group[order]
    is_last = np.append(np.diff(group) != 0, True)
    standing = rivals[is_last]
    beaten = rivals[~is_last]
    beater = standing.iloc[group[~is_last]]
    kept = pd.concat([table[~repeated], standing]).sort_index()
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
            "reason": won["source_id"]
            .map({one: message("merge.differs", source=one) for one in set(won["source_id"])})
            .to_numpy(object),
        },
        dtype="str",
    )


def _present(table: pd.DataFrame, values: list[str]) -> np.ndarray:
    """Whether each value is there: not NaN, not empty text."""
    columns = [(table[c].notna() & (table[c] != "")).to_numpy() for c in values]
    return np.column_stack(columns) if columns else np.zeros((len(table), 0), dtype=bool)
