"""The six grades of the air quality index, with their words and colours (``registry/tables/aqi_grades.csv``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from helpers.errors import ParameterError
from helpers.registry import table


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
    rows = table("aqi_grades").to_dict("records")
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
