"""Change of water quality between two periods, and over many years by Spearman's rank coefficient.

环办〔2011〕22号 compares two periods by the grade or by the class shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.errors import ParameterError
from cnstandards.rounding import Number, exact_fraction, round_half_even
from cnstandards.surface_water.grades import section_grade

FEWEST_PERIODS = 5
_SOME_PP, _OBVIOUS_PP = 10, 20
RULES = (">", ">=")
_BOUNDS = {"printed": "w_005", "exact": "w_exact"}


@dataclass(frozen=True)
class Change:
    """``direction``: better, worse or none; ``strength``: none, some (有所) or obvious (明显)."""

    direction: str
    strength: str


def _change(step: int, gain: int | Fraction) -> Change:
    """Strength by ``step`` (0, 1, 2 or more), direction by the sign of ``gain``."""
    if step == 0:
        return Change("none", "none")
    return Change("better" if gain > 0 else "worse", "some" if step == 1 else "obvious")


def grade_change(old_grade: int, new_grade: int) -> Change:
    """Compare two grades (1 优 to 5 重度污染): one level is some change, two or more an obvious one.

    Raises
    ------
    ParameterError
        A grade is not 1 to 5. Say 数据不足 instead of comparing.

    Notes
    -----
    环办〔2011〕22号 (two or more secondary sources).

    Examples
    --------
    >>> grade_change(2, 1)
    Change(direction='better', strength='some')
    """
    for grade in (old_grade, new_grade):
        if grade not in range(1, 6):
            raise ParameterError(f"grade {grade!r}", expected="1 to 5", remedy="leave missing grades out")
    gain = int(old_grade) - int(new_grade)
    return _change(min(abs(gain), 2), gain)


def share_change(
    *, old_good_pct: Number, old_worse_pct: Number, new_good_pct: Number, new_worse_pct: Number
) -> Change:
    """Compare class shares: x = ΔG - ΔD in percentage points; up to 10 none, up to 20 some, above obvious.

    Parameters
    ----------
    old_good_pct, new_good_pct
        Shares of class I–III, percent.
    old_worse_pct, new_worse_pct
        Shares of worse than V, percent.

    Notes
    -----
    环办〔2011〕22号 (two or more secondary sources).

    Examples
    --------
    >>> share_change(old_good_pct=60, old_worse_pct=5, new_good_pct=80, new_worse_pct=5)
    Change(direction='better', strength='some')
    """
    good = exact_fraction(new_good_pct) - exact_fraction(old_good_pct)
    gain = good - (exact_fraction(new_worse_pct) - exact_fraction(old_worse_pct))
    return _change((abs(gain) > _SOME_PP) + (abs(gain) > _OBVIOUS_PP), gain)


def section_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Compare the sections of two periods by their grades.

    Parameters
    ----------
    old, new
        ``section_id`` and ``class`` of each period, from :func:`section_period_class`; one row a section.

    Returns
    -------
    One row per section in either table: ``section_id``, ``old_class``, ``new_class``, ``direction`` and ``strength``
    as in :class:`Change`; ``insufficient`` in both where a class is missing. Class I against II is no change of grade.

    Raises
    ------
    ParameterError
        A section stands twice in a table.
    """
    sides = []
    for name, table in (("old_class", old), ("new_class", new)):
        if table["section_id"].duplicated().any():
            raise ParameterError(
                f"a section stands twice in the table of {name}", expected="one period", remedy="choose one"
            )
        sides.append(table.set_index("section_id")["class"].astype("Int64").rename(name))
    both = pd.concat(sides, axis=1).sort_index().rename_axis("section_id")
    found = [_compare(*pair) for pair in both.itertuples(index=False, name=None)]
    return both.assign(
        direction=[change.direction for change in found], strength=[change.strength for change in found]
    ).reset_index()


def _compare(old_class: Any, new_class: Any) -> Change:
    if pd.isna(old_class) or pd.isna(new_class):
        return Change("insufficient", "insufficient")
    return grade_change(section_grade(old_class).level, section_grade(new_class).level)


@dataclass(frozen=True)
class SpearmanTrend:
    """Verdict over many periods.

    ``coefficient`` and ``bound`` are compared at the decimals of the bound: three as printed, four exact. ``direction`` is
    ``up``, ``down``, ``none``, or ``insufficient`` (no bound for ``n``, or all values equal). ``rule`` names the
    comparison used, ``status`` how well the bound is verified.
    """

    coefficient: float
    bound: float
    n: int
    direction: str
    rule: str
    status: str


def spearman_coefficient(values: Sequence[Number]) -> Fraction:
    """Return 1 - 6·Σd²/(N³ - N) of values in order of time, equal values by their mean rank, exactly.

    Raises
    ------
    ParameterError
        Fewer than two values.

    Examples
    --------
    >>> spearman_coefficient([1, 2, 3, 5, 4])
    Fraction(9, 10)
    """
    exact = [exact_fraction(value) for value in values]
    n = len(exact)
    if n < 2:
        raise ParameterError(f"{n} values", expected="at least two", remedy="add periods")
    twice_ranks = [sum(o < v for o in exact) + sum(o <= v for o in exact) + 1 for v in exact]
    twice_squares = sum((rank - 2 * place) ** 2 for place, rank in enumerate(twice_ranks, start=1))
    return 1 - Fraction(6 * twice_squares, 4 * (n**3 - n))


def spearman_trend(values: Sequence[Number], *, rule: str, bounds: str = "printed") -> SpearmanTrend:
    """Judge a series of periods by Spearman's coefficient.

    Parameters
    ----------
    values
        One value a period in order of time, at least five; NaN and None are left out.
    rule
        ``">"`` or ``">="``: whether a coefficient equal to the bound is a trend. The wording of the method is not
        verified and decides real cases (five periods with one swapped pair give 0.900, the bound itself), so the
        caller names it and the page prints it. The bounds are the one-sided 5 % ones of ``">="``.
    bounds
        ``"printed"``: those of the method's table, for 5 to 10 periods and even numbers up to 30. ``"exact"``: the
        smallest coefficient that at most 5 % of all orders reach, for 5 to 20. They differ: twelve periods need .506
        as printed and .5035 in fact, fourteen .456 and .4637.

    Raises
    ------
    ParameterError
        Another rule or kind of bounds, or a value that is no number.

    Notes
    -----
    环办〔2011〕22号. Printed bounds for 5 to 10 are proved by permutation; those for 14 to 28 equal 1.645/√(N - 1) to
    their three decimals; those for 12 and 30 are from memory, unverified.

    Examples
    --------
    >>> spearman_trend([1, 2, 3, 5, 4], rule=">=").direction, spearman_trend([1, 2, 3, 5, 4], rule=">").direction
    ('up', 'none')
    """
    if rule not in RULES:
        raise ParameterError(f"rule {rule!r}", expected="> or >=", remedy="name the comparison")
    if bounds not in _BOUNDS:
        raise ParameterError(f"bounds {bounds!r}", expected="printed or exact", remedy="name the bounds")
    there = [value for value in values if value is not None and value == value]
    table = tables.read("spearman_critical").set_index("n")
    known = table[_BOUNDS[bounds]].dropna()
    if len(there) not in known.index or len(set(map(exact_fraction, there))) == 1:
        return SpearmanTrend(np.nan, np.nan, len(there), "insufficient", rule, "")
    bound = float(known[len(there)])
    status = str(table["status"][len(there)]) if bounds == "printed" else "V0 exact permutation"
    # The bounds are printed to three decimals: 29/35 is the bound .829 of six periods, not below it.
    coefficient = round_half_even(spearman_coefficient(there), 3 if bounds == "printed" else 4)
    size, least = abs(exact_fraction(coefficient)), exact_fraction(bound)
    is_trend = size > least or (size == least and rule == ">=")
    direction = ("up" if coefficient > 0 else "down") if is_trend else "none"
    return SpearmanTrend(float(coefficient), bound, len(there), direction, rule, status)
