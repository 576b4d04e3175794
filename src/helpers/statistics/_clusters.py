"""Ratios of totals whose interval comes from whole blocks, not from single values.

Neighbouring hours, days and sampling points are alike, so a block (half a month, a plot, a plough field) is the
unit that varies independently. The variance is that of a stratified cluster sample by linearisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

MINIMUM_DOF = 2
NO_VALUE = "no valid value"
TOO_FEW = "too few blocks for an interval"
NO_SCATTER = "no scatter between blocks, so no interval"


@dataclass(frozen=True)
class Ratios:
    """Ratios of totals by category; arrays of shape (n_categories,) unless said."""

    estimate: np.ndarray  # NaN where nothing was counted
    influence: np.ndarray  # shape (n_blocks, n_categories): what each block adds to the estimate's error
    counted: np.ndarray  # boolean, same shape: the block holds values of the category


def half_months(times: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Return the half month (1st–15th, 16th–end) and the calendar month of every time, as codes from 0.

    With day-to-day autocorrelation of 0.6 half-month means still hold 87 % of the long-run variance, months 94 %.
    """
    return _codes(times.year * 24 + (times.month - 1) * 2 + (times.day > 15)), np.asarray(times.month) - 1


def whole_months(times: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Return the month and the calendar month of every time, as codes from 0."""
    return _codes(times.year * 12 + times.month), np.asarray(times.month) - 1


def _codes(labels: pd.Index) -> np.ndarray:
    return np.unique(np.asarray(labels), return_inverse=True)[1]


def sum_by_block(
    values: np.ndarray, block: np.ndarray, category: np.ndarray, n_categories: int
) -> np.ndarray:
    """Add up values by block and category: shape (n_blocks, n_categories)."""
    n_blocks = int(block.max()) + 1 if block.size else 0
    flat = np.bincount(block * n_categories + category, weights=values, minlength=n_blocks * n_categories)
    return flat.reshape(n_blocks, n_categories)


def first_of_block(labels: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Return the label (stratum) of each block; every member of a block carries the same one."""
    return labels[np.unique(block, return_index=True)[1]]


def estimate_ratios(total: np.ndarray, weight: np.ndarray) -> Ratios:
    """Divide totals by weights, with the linearised influence of each block.

    Parameters
    ----------
    total, weight
        Shape (n_blocks, n_categories), weight not negative.
    """
    whole = weight.sum(axis=0)
    usable = whole > 0
    divisor = np.where(usable, whole, 1)
    estimate = np.where(usable, total.sum(axis=0) / divisor, np.nan)
    influence = (total - np.where(usable, estimate, 0) * weight) / divisor
    return Ratios(estimate, influence, weight > 0)


def error_and_dof(
    influence: np.ndarray, counted: np.ndarray, stratum: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return standard error and degrees of freedom of each category.

    Parameters
    ----------
    influence, counted
        Of :class:`Ratios`, or of a contrast of two of them; shape (n_blocks, n_categories).
    stratum
        Shape (n_blocks,): codes; only blocks of one stratum are compared with each other.

    Notes
    -----
    Σ n/(n − 1) Σ (z − z̄)² over strata (Woodruff 1971; Cochran 1977, 11.8 and 5A.14). A stratum of a single block
    is centred at zero, the mean of all influences, which errs upward. Degrees of freedom: blocks less strata that
    hold values of the category.
    """
    member = (stratum[None, :] == np.unique(stratum)[:, None]).astype(float)
    size = member.sum(axis=1)
    is_lone = size == 1
    centre = np.where(is_lone[:, None], 0, member @ influence / size[:, None])
    factor = np.where(is_lone, 1, size / np.maximum(size - 1, 1))
    variance = (member.T @ factor)[:, None] * (influence - member.T @ centre) ** 2
    strata = (member @ counted.astype(float) > 0).sum(axis=0)
    return np.sqrt(variance.sum(axis=0)), (counted.sum(axis=0) - strata).astype(float)


def tell_intervals(estimate: np.ndarray, error: np.ndarray, dof: np.ndarray, *, level: float) -> pd.DataFrame:
    """Turn estimates into ``estimate, low, high, dof, status, reason``; all numbers are NaN unless ``ok``."""
    size = np.maximum(np.nanmax(np.abs(estimate), initial=0), 1e-300)
    reason = np.select(
        [np.isnan(estimate), dof < MINIMUM_DOF, error <= 1e-12 * size],
        [NO_VALUE, TOO_FEW, NO_SCATTER],
        default="",
    ).astype(object)
    good = reason == ""
    middle, spread, free = (np.where(good, part, np.nan) for part in (estimate, error, dof))
    margin = stats.t.ppf((1 + level) / 2, free) * spread
    return pd.DataFrame(
        {
            "estimate": middle,
            "low": middle - margin,
            "high": middle + margin,
            "dof": free,
            "status": np.where(good, "ok", "insufficient").astype(object),
            "reason": reason,
        }
    )


def normal_quantile(level: float) -> float:
    """Two-sided normal quantile of a confidence level: 1.96 for 0.95."""
    return float(stats.norm.ppf((1 + level) / 2))
