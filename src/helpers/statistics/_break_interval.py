"""Confidence interval of a break date: the distribution of the maximum of a two-sided Brownian motion with drift.

Bai 1997 (Review of Economics and Statistics 79, appendix B), for segments whose variance may differ.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfcx, ndtr


def argmax_probability(x: float, *, drift: float, scale: float) -> float:
    """Probability that the maximum lies at or before ``x``.

    Parameters
    ----------
    x
        Scaled distance from the break; negative before it.
    drift
        Drift after the break over the drift before (ξ of the paper).
    scale
        Variance after the break over the variance before, times ``drift`` (φ of the paper).
    """
    if x < 0:
        return _tail(-x, drift=drift, scale=scale)
    # After the break the roles of the two sides change: time runs scale² / φ as fast.
    return 1 - _tail(x * drift**2 / scale, drift=1 / drift, scale=1 / scale)


def _tail(x: float, *, drift: float, scale: float) -> float:
    """Probability that the maximum lies more than ``x`` before the break."""
    share, root = drift / scale, np.sqrt(x)
    weight = (scale + 2 * drift) / (scale + drift) / share
    constant = (scale + 2 * drift) ** 2 / ((scale + drift) * drift)
    # exp(share (1 + share) x / 2) Φ(-(1/2 + share) √x), written with erfcx so that no factor explodes.
    middle = np.exp(-x / 8) * erfcx((0.5 + share) * root / np.sqrt(2)) / 2
    first = root * np.exp(-x / 8) / np.sqrt(2 * np.pi)
    return float((x / 2 - 2 + constant) * ndtr(-root / 2) - weight * middle - first)


def break_offsets(
    change: np.ndarray,
    *,
    moments: tuple[np.ndarray, np.ndarray],
    variances: tuple[float, float],
    level: float,
) -> tuple[int, int]:
    """Observations by which a break may lie earlier and later than estimated.

    Parameters
    ----------
    change
        Coefficients after less before, shape (n_regressors,).
    moments
        Mean outer product of the regressors before and after, each (n_regressors, n_regressors).
    variances
        (Long-run) variance of the noise before and after, squared unit.
    level
        Of the interval.

    Returns
    -------
    Both whole and not negative, rounded outward.
    """
    before, after = (float(change @ moment @ change) for moment in moments)
    drift = after / before
    scale = drift * variances[1] / variances[0]
    tail, unit = (1 - level) / 2, variances[0] / before

    below, above = (
        _distance(lambda x, side=side: argmax_probability(side * x, drift=drift, scale=scale), target, side)
        for side, target in ((-1, tail), (1, 1 - tail))
    )
    # The distribution is that of estimated less true position: what lies above is by how much the break is earlier.
    return int(np.ceil(above * unit)), int(np.ceil(below * unit))


def _distance(probability: Callable[[float], float], target: float, side: int) -> float:
    """Distance from the break at which the probability reaches the target; 0 when it has from the start."""

    def missing(x: float) -> float:
        return side * (target - probability(x))

    if missing(0.0) <= 0:
        return 0.0
    far = 1.0
    while missing(far) > 0:
        far *= 4
    return brentq(missing, 0.0, far)
