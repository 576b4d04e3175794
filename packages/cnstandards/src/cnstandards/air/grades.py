"""The six grades of the air quality index, with their words and colours (``cnstandards/tables/aqi_grades.csv``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from cnstandards import tables
from cnstandards.errors import ParameterError, TableError


@dataclass(frozen=True)
class Grade:
    """One of the six grades, with its words and colour (HJ 633-2026, Table 1 and Appendix A)."""

    level: int
    level_zh: str
    category_zh: str
    category_en: str
    aqi_low: int
    aqi_high: int | None
    colour_zh: str
    colour_en: str
    hex: str


@cache
def grades() -> tuple[Grade, ...]:
    """The six grades, best first."""
    rows = tables.read("aqi_grades").to_dict("records")
    return tuple(
        Grade(
            level=int(row["level"]),
            aqi_low=int(row["aqi_low"]),
            aqi_high=None if np.isnan(float(row["aqi_high"])) else int(row["aqi_high"]),
            **{
                name: str(row[name])
                for name in ("level_zh", "category_zh", "category_en", "colour_zh", "colour_en", "hex")
            },
        )
        for row in rows
    )


def highest_index(level: int) -> int:
    """Return the highest index of a grade.

    Up to that of grade 1 a day is excellent and led by nothing, up to that of grade 2 good, above that of grade 4
    heavily polluted.

    Examples
    --------
    >>> [highest_index(level) for level in (1, 2, 4)]
    [50, 100, 200]
    """
    return next(grade.aqi_high for grade in grades() if grade.level == level and grade.aqi_high is not None)


def highest_concentration(item: str, level: int, edition: str) -> float:
    """Return the concentration of a column of the breakpoints at the highest index of a grade.

    Parameters
    ----------
    item
        Column of the table, such as ``PM2.5_24h``.
    level
        Grade, 1 to 5.
    edition
        ``2012`` or ``2026``, as :func:`cnstandards.air.aqi_edition` gives it.

    Returns
    -------
    μg/m³, CO mg/m³.

    Raises
    ------
    TableError
        The table has no such column, or it ends below that index.

    Notes
    -----
    HJ 633-2012 and HJ 633-2026, tables of breakpoints.

    Examples
    --------
    >>> highest_concentration("PM2.5_24h", 4, "2026")
    150.0
    """
    rows = tables.read("aqi_breakpoints")
    is_it = rows["edition"].eq(int(edition)) & rows["item"].eq(item) & rows["iaqi"].eq(highest_index(level))
    found = rows.loc[is_it, "concentration"].dropna()
    if len(found) != 1:
        raise TableError(
            f"no breakpoint of {item} at grade {level} in the edition of {edition}",
            where="cnstandards/tables/aqi_breakpoints.csv",
            expected="one row",
            remedy="correct the item, the grade or the edition",
        )
    return float(found.iloc[0])


def aqi_grade(aqi: int) -> Grade:
    """Return the grade of an index.

    Raises
    ------
    ParameterError
        The index is negative.

    Notes
    -----
    HJ 633-2026, 4.1.1, Table 1. An index of 0 counts as grade 1: the document starts at 1 and gives no floor rule.

    Examples
    --------
    >>> aqi_grade(151).hex
    '#FF0000'
    """
    if not aqi >= 0:
        raise ParameterError(
            f"index {aqi} has no grade", expected="a number from 0 up", remedy="check the index"
        )
    return next(grade for grade in grades() if grade.aqi_high is None or aqi <= grade.aqi_high)
