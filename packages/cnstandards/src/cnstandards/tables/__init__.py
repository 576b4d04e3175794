"""Tables of the standards as printed, each row with how well it is verified (``status``: V0, V2, V1, M).

V0: read in the text or proved by computing; V2: two or more independent sources; V1: one secondary source;
M: from memory, unverified.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from cnstandards.errors import TableError

FOLDER = Path(__file__).parent


def read(name: str) -> pd.DataFrame:
    """Return a table of the standards, unchanged, with its ``status`` column.

    Parameters
    ----------
    name
        File name without ending, such as ``gb3095_limits``.

    Returns
    -------
    The table as written, yours to change; an empty cell is NaN, every other cell is kept (``NA`` stays text).

    Raises
    ------
    TableError
        There is no such table; the message lists them.

    Examples
    --------
    >>> read("noise").set_index("zone").loc["2", "day"].item()
    60
    """
    if name not in names():
        raise TableError(
            f"no table {name!r}",
            where="cnstandards/tables",
            expected=f"one of {', '.join(names())}",
            remedy="correct the name",
        )
    return _rows(name).copy()


def records(name: str) -> list[dict[str, Any]]:
    """Return the rows of a table of the standards as :func:`read` gives it, by column."""
    return [{str(column): cell for column, cell in row.items()} for row in read(name).to_dict("records")]


def names() -> list[str]:
    """Return the names of all tables."""
    return sorted(path.stem for path in FOLDER.glob("*.csv"))


@cache
def _rows(name: str) -> pd.DataFrame:
    # Only an empty cell is missing; pandas would also take the words NA and None for missing.
    return pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False, na_values=[""])
