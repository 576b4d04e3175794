"""Columns and types of the tables battles give to pages: the same without a row as with many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd


def kinds(text: str) -> dict[str, str]:
    """Read columns in their order, each group after its type.

    Examples
    --------
    >>> kinds("str zone depth; int64 n")
    {'zone': 'str', 'depth': 'str', 'n': 'int64'}
    """
    groups = [part.split() for part in text.split(";")]
    return {name: kind for kind, *names in groups for name in names}


def shape(
    rows: pd.DataFrame | Sequence[object] | Mapping[str, object], columns: Mapping[str, str]
) -> pd.DataFrame:
    """Give rows their columns and types, and a fresh index; further columns are dropped.

    Examples
    --------
    >>> shape([], kinds("str zone; int64 n")).dtypes.astype(str).tolist()
    ['str', 'int64']
    """
    return pd.DataFrame(rows, columns=list(columns)).astype(dict(columns)).reset_index(drop=True)
