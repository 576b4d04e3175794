"""Comparing published values: change on the year before, ranks of cities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from helpers.standards.air.constants import decimals_published
from helpers.standards.rounding import Number, exact_fraction, round_half_even


@dataclass(frozen=True)
class Change:
    """Change between two published values.

    ``value`` carries one decimal and its sign; it is None when the older value is 0 and the newer is not.
    ``is_unchanged`` (持平) says that the two published values are equal, which a change rounding to 0.0 need not be.
    """

    value: Decimal | None
    unit: str
    is_unchanged: bool


def change_pct(new: Number, old: Number, *, decimals: int) -> Change:
    """Return the change of a concentration or an index in percent, from the rounded published values.

    Parameters
    ----------
    new, old
        The two values in one unit, at one reference state and, for indices, under one edition.
    decimals
        Decimals at which the values are published; both are rounded to them first.

    Raises
    ------
    ParameterError
        A value is missing. Say 数据不足 instead of comparing.

    Notes
    -----
    Two or more published bulletins; half to even, one decimal.

    Examples
    --------
    >>> change_pct(16, 17, decimals=0).value
    Decimal('-5.9')
    """
    late, early = (exact_fraction(round_half_even(value, decimals)) for value in (new, old))
    if late == early:
        return Change(Decimal("0.0"), "pct", True)
    return Change(
        round_half_even((late - early) / early * 100, decimals_published("year-on-year change"))
        if early
        else None,
        "pct",
        False,
    )


def change_pp(new: Number, old: Number) -> Change:
    """Return the difference of two ratios in percentage points (个百分点), from the values published to one decimal.

    Raises
    ------
    ParameterError
        A value is missing. Say 数据不足 instead of comparing.

    Examples
    --------
    >>> change_pp("83.3", "81.95").value
    Decimal('1.3')
    """
    late, early = (round_half_even(value, decimals_published("attainment rate")) for value in (new, old))
    return Change(late - early, "pp", late == early)


def rank_ascending(values: Sequence[Number]) -> list[int]:
    """Rank values from the smallest; equal values share a rank and the next one is skipped (1, 1, 3).

    Examples
    --------
    >>> rank_ascending(["3.13", "3.13", "4.00"])
    [1, 1, 3]
    """
    exact = [exact_fraction(value) for value in values]
    return [1 + sum(other < value for other in exact) for value in exact]
