"""Long tables of soil samples as one row per sample and one matrix of values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cnstandards.errors import SchemaError

KEY = ["survey", "sample_id", "depth"]
_ATTRIBUTES = {"zone": "", "land_use": "", "ph": np.nan}
_REMEDY = "mend the samples in data/raw and ingest again"


def describe_samples(samples: pd.DataFrame) -> pd.DataFrame:
    """Return one row per sample with its zone, land use and pH.

    Parameters
    ----------
    samples
        Long table with ``survey, sample_id, depth, item, value``; ``zone``, ``land_use`` and ``ph`` may be
        absent, and empty in some rows of a sample.

    Returns
    -------
    ``survey, sample_id, depth, zone, land_use, ph``, sorted by the first three.

    Raises
    ------
    SchemaError
        A column is missing, or the rows of a sample disagree on zone, land use or pH.
    """
    absent = [name for name in (*KEY, "item", "value") if name not in samples]
    if absent:
        raise SchemaError(f"columns {absent} are absent", expected="a table of soil samples", remedy=_REMEDY)
    defaults: dict[str, Any] = {name: empty for name, empty in _ATTRIBUTES.items() if name not in samples}
    full = samples.assign(**defaults)
    blank = full.assign(**{name: full[name].replace("", None) for name in ("zone", "land_use")})
    groups = blank.groupby(KEY, sort=True, dropna=False)[list(_ATTRIBUTES)]
    torn = groups.nunique().gt(1)
    if torn.to_numpy().any():
        row, column = np.argwhere(torn.to_numpy())[0]
        raise SchemaError(
            f"sample {' '.join(map(str, torn.index[row]))} has two values of {torn.columns[column]}",
            expected="one in all its rows",
            remedy=_REMEDY,
        )
    described = groups.first().reset_index()
    return described.assign(**{name: described[name].fillna("") for name in ("zone", "land_use")}).astype(
        {"ph": "float64"}
    )


def item_matrix(
    samples: pd.DataFrame, described: pd.DataFrame, items: Sequence[str], *, medium: str = "soil"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of items, and whether each is a detection limit.

    Parameters
    ----------
    samples
        As in :func:`describe_samples`, optionally with ``medium`` and ``is_censored``.
    described
        Its result: the rows of the matrix.
    items
        Columns of the matrix; other items are left out.

    Returns
    -------
    Two arrays (samples, items): values in their own unit (NaN where not measured) and booleans.

    Raises
    ------
    SchemaError
        A sample has two values of one item.
    """
    media = samples["medium"] if "medium" in samples else pd.Series("soil", index=samples.index)
    mine = samples[(media == medium) & samples["item"].isin(list(items))]
    repeated = mine[mine.duplicated([*KEY, "item"])]
    if len(repeated):
        raise SchemaError(
            f"sample {' '.join(map(str, repeated[[*KEY, 'item']].iloc[0]))} has two values",
            expected="one value of an item",
            remedy=_REMEDY,
        )
    rows = pd.MultiIndex.from_frame(described[KEY]).get_indexer(pd.MultiIndex.from_frame(mine[KEY]))
    columns = pd.Index(list(items)).get_indexer(pd.Index(mine["item"]))
    values = np.full((len(described), len(items)), np.nan)
    is_censored = np.zeros(values.shape, dtype=bool)
    values[rows, columns] = mine["value"].to_numpy("float64")
    if "is_censored" in mine:
        is_censored[rows, columns] = mine["is_censored"].to_numpy(bool)
    return values, is_censored
