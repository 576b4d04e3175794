"""Small rank tests with rules of their own: Spearman as the air standard uses it, Pettitt, openair's marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.errors import ParameterError
from helpers.statistics._series import check_values

# One-sided 5 % bounds: 5 to 9 proved by permutation; 10 and more from memory, unverified.
SPEARMAN_BOUNDS = {5: 0.900, 6: 0.829, 7: 0.714, 8: 0.643, 9: 0.600, 10: 0.564}
SPEARMAN_BOUNDS |= {12: 0.506, 14: 0.456, 16: 0.425, 18: 0.399, 20: 0.377, 22: 0.359}
SPEARMAN_BOUNDS |= {24: 0.343, 26: 0.329, 28: 0.317, 30: 0.306}


@dataclass(frozen=True)
class SpearmanVerdict:
    """``direction`` is up, down, none, or insufficient (n without a bound); ``rule`` names the comparison used."""

    coefficient: float
    bound: float
    direction: str
    rule: str


@dataclass(frozen=True)
class PettittTest:
    """Most likely single change: ``position`` values stand before it. ``p`` is approximate."""

    statistic: float
    position: int
    p: float


def spearman(values: np.ndarray) -> float:
    """Spearman's coefficient of a yearly series against its order, 1 − 6Σd²/(n³ − n), ties by mid-ranks.

    NaN below two values or when values are constant; a missing value is left out.

    Notes
    -----
    HJ 663-2013 appendix B (read in secondary sources).

    Examples
    --------
    >>> round(spearman([1, 2, 3, 5, 4]), 3)
    0.9
    """
    array = check_values(values, what="the series")
    y = array[np.isfinite(array)]
    n = len(y)
    if n < 2 or y.min() == y.max():
        return float("nan")
    twice = np.rint(2 * (stats.rankdata(y) - np.arange(1, n + 1))).astype(int)
    # Whole numbers until the division: at n = 5 one swapped pair must give 0.9 itself, which the bound is.
    return (2 * (n**3 - n) - 3 * int((twice**2).sum())) / (2 * (n**3 - n))


def spearman_verdict(values: np.ndarray, *, rule: str = ">=") -> SpearmanVerdict:
    """Judge a yearly series as the air standard does.

    Parameters
    ----------
    values
        One value a year.
    rule
        ``>=`` or ``>``: whether a coefficient equal to the bound is a trend. The bounds of the table are those of
        ``>=``; the wording of the standard is unverified and at five years decides real cases, so it is named.

    Raises
    ------
    ParameterError
        Unknown rule.
    """
    if rule not in (">=", ">"):
        raise ParameterError(f"rule {rule!r}", expected=">= or >", remedy="name the comparison")
    coefficient, n = spearman(values), int(np.isfinite(check_values(values, what="the series")).sum())
    bound = SPEARMAN_BOUNDS.get(n, float("nan"))
    if np.isnan(bound) or np.isnan(coefficient):
        return SpearmanVerdict(coefficient, bound, "insufficient", rule)
    is_trend = abs(coefficient) >= bound if rule == ">=" else abs(coefficient) > bound
    direction = ("up" if coefficient > 0 else "down") if is_trend else "none"
    return SpearmanVerdict(coefficient, bound, direction, rule)


def pettitt(values: np.ndarray) -> PettittTest:
    """Find the single most likely change of level by ranks.

    U_t = 2 Σ R − t(n + 1), K = max|U|, p ≈ 2 exp(−6K²/(n³ + n²)) capped at 1 (Pettitt 1979). NaN below two values.

    Examples
    --------
    >>> pettitt([1, 2, 3, 4]).position
    2
    """
    array = check_values(values, what="the series")
    y = array[np.isfinite(array)]
    n = len(y)
    if n < 2:
        return PettittTest(np.nan, 0, np.nan)
    steps = np.arange(1, n)
    u = 2 * np.cumsum(stats.rankdata(y))[:-1] - steps * (n + 1)
    k = float(np.abs(u).max())
    return PettittTest(
        k, int(steps[np.abs(u).argmax()]), float(min(1.0, 2 * np.exp(-6 * k**2 / (n**3 + n**2))))
    )


def openair_marks(p: float) -> str:
    """Marks that openair prints beside a trend: ``***`` below 0.001, ``**`` 0.01, ``*`` 0.05, ``+`` 0.1."""
    return next(
        (mark for bound, mark in ((0.001, "***"), (0.01, "**"), (0.05, "*"), (0.1, "+")) if p < bound), ""
    )
