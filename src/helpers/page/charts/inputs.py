"""Check the tidy tables that figures are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import SchemaError
from helpers.messages import fault


def read_table(
    table: pd.DataFrame,
    kinds: Mapping[str, str],
    *,
    where: str,
    key: Sequence[str] = (),
    optional: Mapping[str, object] | None = None,
) -> pd.DataFrame:
    """Return the declared columns of a table, with their types and in the order of the key.

    Parameters
    ----------
    table
        Rows in any order; further columns are left out.
    kinds
        Column and kind: ``number``, ``integer`` (a number without fraction), ``date``, ``text`` or ``flag``.
    where
        Id of the figure, for the message.
    key
        Columns that together name a row; rows are sorted by them. Without a key the order given is kept.
    optional
        Columns that may be absent, and the value they then take.

    Raises
    ------
    SchemaError
        A column is absent, holds another kind of value or an infinite one, or a key is repeated.
    """
    optional = dict(optional or {})
    absent = [column for column in kinds if column not in table.columns and column not in optional]
    if absent:
        raise refuse(f"columns {absent} are missing", where=where, expected=", ".join(kinds))
    made = {
        column: _typed(table[column], kind, column=column, where=where)
        if column in table.columns
        else pd.Series([optional[column]] * len(table), index=table.index, dtype=_dtype(kind))
        for column, kind in kinds.items()
    }
    tidy = pd.DataFrame(made, index=table.index).reset_index(drop=True)
    if not key:
        return tidy
    _refuse_repeats(tidy, key, where)
    return tidy.sort_values(list(key), kind="stable", ignore_index=True)


def _dtype(kind: str) -> str:
    return {"number": "float64", "integer": "float64", "date": "datetime64[s]", "flag": "bool"}.get(
        kind, "object"
    )


def _typed(values: pd.Series, kind: str, *, column: str, where: str) -> pd.Series:
    try:
        if kind in ("number", "integer"):
            typed = pd.to_numeric(values).astype("float64")
            numbers = typed.to_numpy()
            if np.isinf(numbers).any():
                raise ValueError("an infinite value")
            if kind == "integer" and (np.isnan(numbers) | (numbers != np.floor(numbers))).any():
                raise ValueError("a value that is not a whole number")
            return typed
        if kind == "date":
            typed = pd.to_datetime(values, format="ISO8601").astype("datetime64[s]")
            if typed.isna().any():
                raise ValueError("a missing date")
            return typed
        if kind == "flag":
            if values.isna().any():
                raise ValueError("a missing flag")
            return values.astype("bool")
        return values.astype("object").where(values.notna(), "").map(str)
    except (ValueError, TypeError) as error:
        raise refuse(
            f"column {column} holds {error}", where=where, expected=f"values of kind {kind}"
        ) from error


def _refuse_repeats(table: pd.DataFrame, key: Sequence[str], where: str) -> None:
    repeated = table[table.duplicated(list(key))]
    if len(repeated):
        row = repeated.iloc[0][list(key)].to_dict()
        raise refuse(f"two rows for {row}", where=where, expected=f"one row per {' and '.join(key)}")


def refuse(found: str, *, where: str, expected: str) -> SchemaError:
    """Return the error of a table that no figure can be drawn from: a fault of the battle that handed it over."""
    return SchemaError(**fault(f"table of figure {where}: {found}, expected {expected}"))


def runs(usable: Sequence[bool]) -> list[slice]:
    """Return the stretches of consecutive usable positions: a line joins only what is within one.

    Examples
    --------
    >>> runs([True, True, False, True])
    [slice(0, 2, None), slice(3, 4, None)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], np.asarray(usable, dtype=int), [0]))))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
