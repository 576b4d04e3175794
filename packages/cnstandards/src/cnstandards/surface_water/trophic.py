"""Comprehensive trophic level index of lakes and reservoirs, TLI(Σ) (综合营养状态指数)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import log

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.errors import ParameterError
from cnstandards.rounding import Number, exact_fraction
from cnstandards.surface_water import grid


@dataclass(frozen=True)
class TrophicGrade:
    """State of a lake: ``level`` 1 (oligotrophic) to 5 (hyper eutropher) and its names."""

    level: int
    name_zh: str
    name_en: str


@cache
def trophic_items() -> tuple[str, ...]:
    """Return the five items: chlorophyll a (mg/m³), TP, TN (mg/L), transparency SD (m), CODMn (mg/L)."""
    return tuple(tables.read("tli")["item"])


@cache
def _factors() -> dict[str, tuple[float, float, float]]:
    """By item: constant, factor of the logarithm, weight r²/Σr² (not the weights rounded to four decimals)."""
    rows = tables.read("tli")
    weights = rows["r2"] / rows["r2"].sum()
    return {
        item: (a, b, weight)
        for item, a, b, weight in zip(rows["item"], rows["a"], rows["b"], weights, strict=True)
    }


def tli_single(item: str, value: Number) -> float:
    """Return the trophic index of one item, 10·(a + b·ln C).

    Parameters
    ----------
    item
        ``Chla`` (mg/m³), ``TP``, ``TN``, ``CODMn`` (mg/L) or ``SD`` (m).
    value
        Above 0.

    Raises
    ------
    ParameterError
        Another item, or a value not above 0. A value below detection enters as half its detection limit.

    Notes
    -----
    湖泊(水库)富营养化评价方法 (two or more secondary sources).

    Examples
    --------
    >>> round(tli_single("Chla", 10), 3)
    50.006
    """
    if item not in _factors():
        raise ParameterError(
            f"item {item!r} has no trophic index", expected=", ".join(trophic_items()), remedy="correct it"
        )
    if exact_fraction(value) <= 0:
        raise ParameterError(
            f"{item} of {value}", expected="a value above 0", remedy="enter half the detection limit"
        )
    a, b, _ = _factors()[item]
    return 10 * (a + b * log(exact_fraction(value)))


def tli(values: Mapping[str, Number | None]) -> float | None:
    """Return TLI(Σ) of the five items; None when one is missing.

    Examples
    --------
    >>> round(tli({"Chla": 10, "TP": "0.05", "TN": 1, "SD": 1, "CODMn": 4}), 2)
    48.02
    """
    given = {
        item: value
        for item in trophic_items()
        if (value := values.get(item)) is not None and value == value  # NaN is missing
    }
    if len(given) < len(trophic_items()):
        return None
    return sum(_factors()[item][2] * tli_single(item, value) for item, value in given.items())


@cache
def _grade_bounds() -> tuple[tuple[TrophicGrade, float, bool], ...]:
    """Grade, its upper end and whether the end belongs to it, from the table's rules."""
    bounds = []
    for level, row in enumerate(tables.records("tli_grades"), start=1):
        match = re.search(r"TLI (<=?) (\d+)$", row["rule"])
        end, is_inside = (float(match[2]), match[1] == "<=") if match else (np.inf, True)
        bounds.append((TrophicGrade(level, row["grade_zh"], row["grade_en"]), end, is_inside))
    return tuple(bounds)


def trophic_grades() -> tuple[TrophicGrade, ...]:
    """Return the five grades, the poorest in nutrients first."""
    return tuple(grade for grade, _, _ in _grade_bounds())


def tli_grade(index: Number) -> TrophicGrade:
    """Return the grade of an index as it stands: below 30, to 50, to 60, to 70, above.

    Examples
    --------
    >>> tli_grade(30).level, tli_grade(50).level, tli_grade("50.1").level
    (2, 2, 3)
    """
    exact = exact_fraction(index)
    return next(
        grade for grade, end, is_inside in _grade_bounds() if exact < end or (is_inside and exact == end)
    )


def trophic_states(
    values_long: pd.DataFrame, *, lake: Mapping[str, str], start: date, end: date
) -> pd.DataFrame:
    """Return the trophic index of every lake: means over the months of each point, then over the points.

    Parameters
    ----------
    values_long
        As in :func:`classify`, with items ``Chla`` (mg/m³), ``SD`` (m), ``TP``, ``TN``, ``CODMn`` (mg/L).
    lake
        Point (``section_id``) to lake; other sections are left out.
    start, end
        First and last day of the period; whole months.

    Returns
    -------
    One row per lake: ``lake``, ``n_points`` (with any of the five), ``n_items``, ``missing`` (items joined by ``;``),
    ``tli`` (NaN when an item is missing), ``grade`` (1 to 5 or NA) and ``grade_zh``.

    Raises
    ------
    ParameterError
        The period ends before it begins, or a mean is 0.
    SchemaError
        As :func:`classify`.

    Notes
    -----
    The order of averaging follows 环办〔2011〕22号 for lakes (from memory, unverified).
    """
    chosen = values_long[values_long["section_id"].isin(list(lake))]
    months = grid.section_grid(chosen, items=trophic_items())
    means = grid.period_means(months, start=start, end=end)
    rows = []
    for name in sorted({lake[section] for section in means.sections}):
        inside = np.array([lake[section] == name for section in means.sections])
        of_lake = grid.mean_over(means.values[:, inside], means.items, axis=1)
        values = dict(zip(means.items, of_lake.tolist(), strict=True))
        missing = [item for item, value in values.items() if np.isnan(value)]
        index = tli(values)
        grade = None if index is None else tli_grade(index)
        rows.append(
            {
                "lake": name,
                "n_points": int((means.n_months[:, inside] > 0).any(axis=0).sum()),
                "n_items": len(values) - len(missing),
                "missing": ";".join(missing),
                "tli": np.nan if index is None else index,
                "grade": pd.NA if grade is None else grade.level,
                "grade_zh": "" if grade is None else grade.name_zh,
            }
        )
    return pd.DataFrame(rows).astype({"grade": "Int64"})
