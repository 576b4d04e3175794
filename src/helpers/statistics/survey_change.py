"""Change between two surveys of the same points, with the smallest change the sample could have shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from helpers.errors import SchemaError
from helpers.statistics._series import check_level, check_values
from helpers.statistics.survey import MINIMUM_N

POWER = 0.8


@dataclass(frozen=True)
class PairedChange:
    """Later less earlier survey. Numbers are NaN unless ``status`` is ``ok``."""

    before: float  # mean (own unit) or rate (%)
    after: float
    difference: float  # own unit or percentage points
    low: float
    high: float
    p: float  # two-sided, of no change; below 1 − level exactly when the interval leaves out zero
    minimum_detectable: (
        float  # absolute change found four times in five at this level; NaN where it cannot be told
    )
    n: int  # points in both surveys
    method: str
    status: str  # ok, insufficient, suppressed
    reason: str  # empty when ok


def mean_change(before: np.ndarray, after: np.ndarray, *, level: float = 0.95) -> PairedChange:
    """Tell the mean change of points sampled twice.

    Parameters
    ----------
    before, after
        Shape (n,), one unit, the same points in the same order; a point missing in either does not count.
    level
        Of the interval.

    Returns
    -------
    :class:`PairedChange` by the paired t test; below five points ``suppressed``, without scatter ``insufficient``.

    Raises
    ------
    SchemaError
        Lengths differ or values are no numbers. Join the surveys by point.
    ParameterError
        A level out of range.
    """
    check_level(level)
    first, second = _read_pairs(before, after)
    method, n = "paired t", len(first)
    if n < MINIMUM_N:
        return _nothing(n, method, "suppressed", f"fewer than {MINIMUM_N} points in both surveys")
    change = second - first
    error = float(change.std(ddof=1) / np.sqrt(n))
    if error <= 1e-12 * np.abs([first, second]).max():
        return _nothing(n, method, "insufficient", "no scatter between points, so no interval")
    middle, quantile = float(change.mean()), float(stats.t.ppf((1 + level) / 2, n - 1))
    p = float(2 * stats.t.sf(abs(middle) / error, n - 1))
    detectable = (quantile + float(stats.t.ppf(POWER, n - 1))) * error
    ends = (middle, middle - quantile * error, middle + quantile * error)
    return PairedChange(float(first.mean()), float(second.mean()), *ends, p, detectable, n, method, "ok", "")


def rate_change(before_met: np.ndarray, after_met: np.ndarray, *, level: float = 0.95) -> PairedChange:
    """Tell the change of the rate of points that meet their limit, in percentage points.

    Parameters
    ----------
    before_met, after_met
        Shape (n,): 1 or true where met, 0 or false where not, NaN where not sampled; the same points in the same order.
    level
        Of the interval.

    Returns
    -------
    :class:`PairedChange`: score interval of a paired difference; ``p`` is McNemar's without continuity
    correction, the same score at no change. Below five points ``suppressed``.

    Raises
    ------
    SchemaError
        Lengths differ, or values other than 0 and 1.
    ParameterError
        A level out of range.

    Notes
    -----
    Tango 1998, Statistics in Medicine 17, 891–908. The smallest detectable change takes today's share of changing
    points; it is NaN when no point changed.
    """
    check_level(level)
    first, second = _read_pairs(before_met, after_met)
    if not np.isin([first, second], (0, 1)).all():
        raise SchemaError("a mark is neither 0 nor 1", expected="met or not", remedy="judge the samples")
    method, n = "paired score interval", len(first)
    if n < MINIMUM_N:
        return _nothing(n, method, "suppressed", f"fewer than {MINIMUM_N} points in both surveys")
    gained, lost = int(((first == 0) & (second == 1)).sum()), int(((first == 1) & (second == 0)).sum())
    difference = (gained - lost) / n
    z = float(stats.norm.ppf((1 + level) / 2))
    low = _score_end(gained, lost, n, z=z, inner=difference, outer=-1.0)
    high = _score_end(gained, lost, n, z=-z, inner=difference, outer=1.0)
    p = float(2 * stats.norm.sf(abs(_score(gained, lost, n, 0.0)))) if gained + lost else 1.0
    variance = (gained + lost - (gained - lost) ** 2 / n) / n**2
    detectable = float(100 * (z + stats.norm.ppf(POWER)) * np.sqrt(variance)) if gained + lost else np.nan
    ends = (100 * difference, 100 * low, 100 * high)
    rates = (100 * float(first.mean()), 100 * float(second.mean()))
    return PairedChange(*rates, *ends, p, detectable, n, method, "ok", "")


def _score(gained: int, lost: int, n: int, difference: float) -> float:
    """Score statistic of a paired difference, with the discordant share most likely under it."""
    a = 2 * n
    b = -gained - lost + (2 * n - gained + lost) * difference
    c = -lost * difference * (1 - difference)
    share = (np.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
    variance = n * (2 * share + difference * (1 - difference))
    excess = gained - lost - n * difference
    if variance <= 0:
        return 0.0 if abs(excess) < 1e-12 else float(np.sign(excess) * np.inf)
    return float(excess / np.sqrt(variance))


def _score_end(gained: int, lost: int, n: int, *, z: float, inner: float, outer: float) -> float:
    """Find the difference at which the score reaches ``z``, between the estimate and the end of the scale."""

    def excess(difference: float) -> float:
        return float(np.clip(_score(gained, lost, n, difference), -1e6, 1e6)) - z

    if excess(inner) * excess(outer) > 0 or inner == outer:
        return outer
    return float(optimize.brentq(excess, inner, outer, xtol=1e-12))


def _read_pairs(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, second = (
        check_values(before, what="the earlier survey"),
        check_values(after, what="the later survey"),
    )
    if first.shape != second.shape:
        raise SchemaError(
            f"{len(first)} earlier and {len(second)} later values",
            expected="the same points in the same order",
            remedy="join the surveys by point",
        )
    both = np.isfinite(first) & np.isfinite(second)
    return first[both], second[both]


def _nothing(n: int, method: str, status: str, reason: str) -> PairedChange:
    return PairedChange(*[np.nan] * 7, n, method, status, reason)
