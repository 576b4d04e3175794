"""What the rest of the year may bear and still meet a target: pure arithmetic, exact at the edge.

A target is met when the *published* value meets it: ratios rounded to one decimal, means to the decimals of the
pollutant, both half to even. The denominator of a ratio or mean is the valid days so far plus the days left, all of
which are taken to become valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from helpers.errors import ParameterError
from helpers.standards.air.constants import decimals_published
from helpers.standards.rounding import Number, exact_fraction, rounding_bound


def remaining_bad_days(*, n_bad: int, n_valid: int, n_left: int, target_pct: Number) -> int:
    """Return how many more days above 100 the year can bear and keep "good days at least ``target_pct``".

    Parameters
    ----------
    n_bad
        Days with an index above 100 so far.
    n_valid
        Days with an index so far, under the rule (complete days, or items present) the ratio is published by.
    n_left
        Days still to come.
    target_pct
        Target of the good-day ratio, percent.

    Returns
    -------
    Days, at most ``n_left``; negative when the target is already out of reach by that many days.

    Raises
    ------
    ParameterError
        Negative counts, more bad days than valid ones, no day at all, or a target outside 0 to 100.

    Examples
    --------
    >>> remaining_bad_days(n_bad=30, n_valid=300, n_left=65, target_pct=90)
    6
    """
    bound, is_allowed = rounding_bound(
        _check_target(target_pct), decimals_published("attainment rate"), highest=False
    )
    return _days_to_spare(n_bad, n_valid, n_left, (100 - bound, is_allowed))


def remaining_heavy_days(*, n_heavy: int, n_valid: int, n_left: int, target_pct: Number) -> int:
    """Return how many more days above 200 the year can bear and keep "heavy days at most ``target_pct``".

    Parameters, returns and refusals as :func:`remaining_bad_days`.

    Examples
    --------
    >>> remaining_heavy_days(n_heavy=3, n_valid=300, n_left=65, target_pct="1.4")
    2
    """
    return _days_to_spare(
        n_heavy,
        n_valid,
        n_left,
        rounding_bound(_check_target(target_pct), decimals_published("attainment rate"), highest=True),
    )


def _check_target(target_pct: Number) -> Number:
    if not 0 <= exact_fraction(target_pct) <= 100:
        raise ParameterError(
            f"target {target_pct} %", expected="0 to 100", remedy="correct the target in its plan"
        )
    return target_pct


def _days_to_spare(n_used: int, n_valid: int, n_left: int, share: tuple[Fraction, bool]) -> int:
    """Days left of a share (percent, and whether the share itself is allowed) of all days."""
    if not (0 <= n_used <= n_valid and n_left >= 0 and n_valid + n_left > 0):
        raise ParameterError(
            f"{n_used} of {n_valid} days with {n_left} left",
            expected="0 <= counted <= valid, left >= 0, at least one day",
            remedy="check the day counts",
        )
    bound, is_allowed = share
    return min(_last_step(bound / 100 * (n_valid + n_left), is_allowed) - n_used, n_left)


def _last_step(bound: Fraction, is_allowed: bool) -> int:
    """The last whole number up to a bound, the bound itself only where allowed."""
    return floor(bound) if is_allowed else ceil(bound) - 1


@dataclass(frozen=True)
class MeanBudget:
    """What the remaining days may hold.

    ``sum_left`` is the largest sum of their daily values, on the grid daily values are published on; one grid step
    more breaks the target. ``mean_left`` is that sum over the days left, NaN when none is left; negative when the
    target is out of reach even with clean air.
    """

    sum_left: Decimal
    mean_left: float


def mean_allowed(
    current_sum: Number, *, n_so_far: int, n_left: int, target: Number, decimals: int = 0
) -> MeanBudget:
    """Return the mean the remaining days may have so that the year's published mean is at most ``target``.

    The published mean is rounded half to even, so 35.5 publishes as 36 and misses a target of 35, while 36.5
    publishes as 36 and keeps a target of 36.

    Parameters
    ----------
    current_sum
        Sum of the valid daily values so far, in the unit of the target.
    n_so_far, n_left
        Valid days so far and days still to come.
    target
        Target of the mean.
    decimals
        Decimals of the published mean and of the daily values: 0, for CO 1.

    Raises
    ------
    ParameterError
        A negative count or sum, or no day at all.

    Examples
    --------
    >>> mean_allowed(10_500, n_so_far=300, n_left=65, target=35)
    MeanBudget(sum_left=Decimal('2457'), mean_left=37.8)
    """
    used = exact_fraction(current_sum)
    if n_so_far < 0 or n_left < 0 or n_so_far + n_left == 0 or used < 0:
        raise ParameterError(
            f"sum {current_sum} of {n_so_far} days with {n_left} left",
            expected="counts and sum from 0 up, at least one day",
            remedy="check the daily values",
        )
    bound, is_allowed = rounding_bound(target, decimals, highest=True)
    steps = _last_step((bound * (n_so_far + n_left) - used) * Fraction(10) ** decimals, is_allowed)
    sum_left = Decimal(steps).scaleb(-decimals)
    return MeanBudget(sum_left, float(Fraction(sum_left) / n_left) if n_left else float("nan"))
