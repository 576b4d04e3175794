"""Numbers the rules of air rest on, as their tables give them; none of them is written into code.

Values a mean needs (``gb3095_validity.csv``), decimals of what is published (``rounding_air.csv``) and the days from
which standards hold (``standards_status.csv``).
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

import pandas as pd

from cnstandards import tables
from cnstandards.errors import TableError

_YEAR_RULE = re.compile(r">=(\d+) daily means in the year and >=(\d+) per month \(>=(\d+) in February\)")


class DaysNeeded(NamedTuple):
    """Valid days without which a year, a month or a February has no mean."""

    year: int
    month: int
    february: int


@cache
def values_needed(pollutant: str, averaging: str) -> int:
    """Return how many values a mean needs: hours of a day, hours of 8, 8-hour means of an MDA8, days of a year.

    Raises
    ------
    TableError
        The table has no such mean.

    Notes
    -----
    GB 3095-2026, 6.4 Table 4; HJ 663, 6.1.2 for the MDA8.

    Examples
    --------
    >>> values_needed("PM2.5", "24h"), values_needed("O3", "8h"), values_needed("O3", "MDA8")
    (20, 6, 14)
    """
    return int(_validity(pollutant, averaging)["min_count"])


@cache
def days_needed() -> DaysNeeded:
    """Return the valid days a year, a month and a February need.

    Raises
    ------
    TableError
        The table does not say so in the words it says it in now.

    Notes
    -----
    GB 3095-2026, 6.4 Table 4.

    Examples
    --------
    >>> days_needed()
    DaysNeeded(year=324, month=27, february=25)
    """
    rule = str(_validity("PM2.5", "annual")["rule"])
    found = _YEAR_RULE.fullmatch(rule)
    if found is None or int(found[1]) != values_needed("PM2.5", "annual"):
        raise TableError(
            f"the days of a year cannot be read from {rule!r}",
            where="cnstandards/tables/gb3095_validity.csv",
            expected=">=N daily means in the year and >=N per month (>=N in February), the first N as min_count",
            remedy="write the rule in these words",
        )
    return DaysNeeded(*map(int, found.groups()))


def _validity(pollutant: str, averaging: str) -> pd.Series:
    rows = tables.read("gb3095_validity")
    is_named = rows["pollutants"].map(lambda names: pollutant in names.split())
    return _only(
        rows[is_named & rows["averaging"].eq(averaging)], f"{pollutant} {averaging}", "gb3095_validity"
    )


@cache
def decimals_published(quantity: str) -> int:
    """Return the decimals of a published quantity.

    Parameters
    ----------
    quantity
        A pollutant for its concentration, or ``"attainment rate"``, ``"composite index"``, ``"exceeding multiple"``,
        ``"year-on-year change"``.

    Raises
    ------
    TableError
        The table does not name the quantity.

    Notes
    -----
    HJ 633-2026, 4.2.2; HJ 663-2013; where both say it they agree.

    Examples
    --------
    >>> decimals_published("CO"), decimals_published("composite index")
    (1, 2)
    """
    rows = tables.read("rounding_air")
    is_named = rows["quantity"].map(lambda text: quantity in text.split() or text.startswith(quantity))
    row = _only(rows[is_named], quantity, "rounding_air")
    return int(next(row[name] for name in ("hj633_2026", "hj663_2013") if not pd.isna(row[name])))


@cache
def year_percentile(pollutant: str) -> float:
    """Return the percentile of daily values that the annual assessment takes of a pollutant, percent.

    Raises
    ------
    TableError
        The table names no percentile of the pollutant.

    Notes
    -----
    HJ 663, annual items (two or more secondary sources).

    Examples
    --------
    >>> year_percentile("O3"), year_percentile("PM2.5")
    (90.0, 95.0)
    """
    rows = tables.read("air_annual_items").dropna(subset=["percentile"])
    return float(_only(rows[rows["pollutant"].eq(pollutant)], pollutant, "air_annual_items")["percentile"])


@cache
def in_force_from(code: str) -> date:
    """Return the day from which a standard or an amendment holds, by its code.

    Raises
    ------
    TableError
        The table does not name the standard.

    Examples
    --------
    >>> in_force_from("HJ 633-2026")
    datetime.date(2026, 3, 1)
    """
    rows = tables.read("standards_status")
    return date.fromisoformat(_only(rows[rows["code"].eq(code)], code, "standards_status")["effective"])


def _only(rows: pd.DataFrame, what: str, name: str) -> pd.Series:
    """The one row that names something."""
    if len(rows) != 1:
        raise TableError(
            f"{what!r} stands {len(rows)} times",
            where=f"cnstandards/tables/{name}.csv",
            expected="one row",
            remedy="correct the name or the table",
        )
    return rows.iloc[0]
