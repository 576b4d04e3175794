"""What every reader returns: a tidy table, what it set aside, and the caveats that travel with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers.dictionary import DTYPES, tables
from helpers.errors import SourceError
from helpers.messages import parts

# Columns a reader fills; ingest adds ``city_code`` and ``source_id``. Times are naive Beijing time,
# hour-ending as published, except ``time_utc``.
TABLES: dict[str, dict[str, str]] = {
    name: {column: DTYPES[one.type] for column, one in table.read.items()}
    for name, table in tables().items()
    if name not in ("sources", "quarantine")
}
_REJECTS = {"row": "int64", "column": "str", "found": "str", "reason": "str"}


@dataclass(frozen=True)
class Reading:
    """One raw file, or one part of a long one, as read.

    Parameters
    ----------
    table_name
        A key of ``TABLES``.
    table
        Exactly the columns of ``TABLES[table_name]``.
    rejects
        What was quarantined: ``row`` (line or record of the file, the header being 1), ``column``
        (empty for a whole row), ``found`` (the text met), ``reason``.
    caveats
        Ids of caveats that hold for every value of the table.
    city_name
        City the whole file speaks of, as the file or its name writes it; empty when it does not say.
    """

    table_name: str
    table: pd.DataFrame
    rejects: pd.DataFrame
    caveats: tuple[str, ...] = ()
    city_name: str = ""


def refusal(
    path: Path, found: str, *, row: int | None = None, column: str = "", expected: str = "", remedy: str
) -> SourceError:
    """Make the :class:`SourceError` that names file, row and column, for the caller to raise."""
    place = [str(path), f"row {row}" if row else "", f"column {column}" if column else ""]
    return SourceError(found, where=", ".join(filter(None, place)), expected=expected, remedy=remedy)


def no_access(where: str) -> SourceError:
    """Make the :class:`SourceError` of a file the system does not give, or whose copy it does not take."""
    return SourceError(where=where, **parts("files.no_access"))


def make_table(name: str, columns: Mapping[str, Iterable[object]]) -> pd.DataFrame:
    """Build a table of ``TABLES`` from its columns, with the declared types."""
    return pd.DataFrame({key: pd.Series(columns[key], dtype=kind) for key, kind in TABLES[name].items()})


def make_rejects(rows: Iterable[tuple[int, str, str, str]]) -> pd.DataFrame:
    """Build the quarantine list from (row, column, found, reason) tuples."""
    columns = list(zip(*rows, strict=True)) or [()] * 4
    pairs = zip(_REJECTS.items(), columns, strict=True)
    return pd.DataFrame({name: pd.Series(list(cells), dtype=kind) for (name, kind), cells in pairs})


def join_readings(readings: Iterable[Reading]) -> Reading:
    """Join the parts of one file, in order; a caveat of one part holds for the whole."""
    parts = list(readings)
    return Reading(
        parts[0].table_name,
        pd.concat([part.table for part in parts], ignore_index=True),
        pd.concat([part.rejects for part in parts], ignore_index=True),
        tuple(dict.fromkeys(caveat for part in parts for caveat in part.caveats)),
        parts[0].city_name,
    )
