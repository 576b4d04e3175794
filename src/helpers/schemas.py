"""Columns, types and keys of the processed tables. Nothing here reads or writes a file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.dictionary import DTYPES, tables
from helpers.errors import SchemaError
from helpers.messages import parts

# Where in its file a row stands: the sheet, and the row as a spreadsheet counts it; both empty for a computed row.
ORIGIN = ("source_sheet", "source_row")
SCHEMAS: dict[str, dict[str, str]] = {
    name: {column: DTYPES[one.type] for column, one in table.columns.items()}
    for name, table in tables().items()
}
# What may stand only once. It is also the order of the rows, so that filters on its first columns skip whole row groups
# and equal rows give equal bytes.
KEYS: dict[str, tuple[str, ...]] = {name: table.key for name, table in tables().items()}
# Tables whose moment is the first day of the month they tell of.
MONTHLY = tuple(name for name, table in tables().items() if table.monthly)
# Columns that say which days the rows of a table without a time column tell of.
MOMENTS = {name: table.moments for name, table in tables().items() if table.moments}


def schema_of(name: str) -> dict[str, str]:
    """Return the declared columns of a table and their types.

    Raises
    ------
    SchemaError
        The table is not declared. Correct the name.
    """
    if name not in SCHEMAS:
        raise SchemaError(**parts("tables.unknown", name=repr(name), names=list(SCHEMAS)))
    return SCHEMAS[name]


def time_column(name: str) -> str:
    """Column a table is divided into years by, or ``""`` for a table without time."""
    return next((c for c in ("time", "date", "month", "time_local") if c in schema_of(name)), "")


def partition_keys(name: str) -> tuple[str, ...]:
    """Levels of a table's folders: ``city_code``, ``year``, both or neither."""
    city = ("city_code",) if "city_code" in schema_of(name) else ()
    return city + (("year",) if time_column(name) else ())


def year_of(times: pd.Series, *, hour_ending: bool) -> pd.Series:
    """Year of the day each row belongs to; an hour-ending 00:00 belongs to the day before."""
    return (times - pd.Timedelta(hours=1) if hour_ending else times).dt.year


def empty(name: str) -> pd.DataFrame:
    """Return the table without rows, with its declared columns and types."""
    return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in schema_of(name).items()})


def conform(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Give a table its declared column order, types and row order.

    Parameters
    ----------
    name
        A table of ``SCHEMAS``.
    table
        Exactly the declared columns, in any order. Missing text becomes ``""``; times are naive.

    Returns
    -------
    The table sorted by its key, index 0…n-1.

    Raises
    ------
    SchemaError
        A column is missing or unknown, a cell does not fit its type, a key is empty or stands twice.
        Mend the reader that made the table.
    """
    schema, key = schema_of(name), list(KEYS[name])
    if set(table.columns) != set(schema) or len(table.columns) != len(schema):
        found = parts("tables.columns", names=list(table.columns))
        raise SchemaError(where=name, expected=f"{list(schema)}", **found)
    table = pd.DataFrame({c: _cast(table[c], kind, f"{name}.{c}") for c, kind in schema.items()})
    for column in key:
        gap = table[column].isna() | (table[column] == "" if schema[column] == "str" else False)
        if gap.any() and not tables()[name].columns[column].may_be_empty:
            raise SchemaError(where=name, **parts("tables.empty_key", column=column, n=int(gap.sum())))
    # The whole row breaks ties where the key is empty, so equal rows give equal bytes.
    table = table.sort_values(key or list(schema), kind="stable", ignore_index=True)
    repeated = table[table.duplicated(key)] if key else table[:0]
    if len(repeated):
        raise SchemaError(
            where=name,
            **parts(
                "tables.repeated",
                n=len(repeated),
                first=repeated.iloc[0][key].to_dict(),
                names=", ".join(key),
            ),
        )
    return table


def _cast(values: pd.Series, kind: str, where: str) -> pd.Series:
    try:
        if kind == "str":
            return values.astype("str").fillna("")
        if kind == "datetime64[s]":
            if getattr(values.dt if hasattr(values, "dt") else None, "tz", None) is not None:
                raise SchemaError(**parts("tables.zone"))
            cast = pd.to_datetime(values).astype(kind)
        else:
            cast = values.astype(kind)
        if kind == "float64" and np.isinf(cast.to_numpy()).any():
            raise SchemaError(**parts("tables.infinite"))
        return cast
    except SchemaError as error:
        raise SchemaError(error.found, where=where, expected=kind, remedy=error.remedy) from None
    except (ValueError, TypeError):
        raise SchemaError(where=where, expected=kind, **parts("tables.cells")) from None
