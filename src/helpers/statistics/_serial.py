"""First-order autocorrelation of residuals of a month-effects-and-line fit, and what it does to the slope.

Ordinary residuals show less autocorrelation than the noise they come from, because twelve month effects and
a slope were taken out of them. The noise is therefore judged by moments: the AR(1) coefficient is the one
whose *expected* lag-one product over expected square, given this design and these gaps, equals the observed
ratio. The variance of the slope then follows exactly from the weights that OLS gives to every month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COEFFICIENTS = np.linspace(-0.4, 0.97, 138)
_STEP = COEFFICIENTS[1] - COEFFICIENTS[0]


@dataclass(frozen=True)
class Noise:
    """AR(1) noise behind residuals, per series; every array has shape (n_series,)."""

    coefficient: np.ndarray  # lag-one autocorrelation, bias-corrected
    variance: np.ndarray  # of one month, squared unit
    inflation: np.ndarray  # variance of the slope over its value under independence
    dof: np.ndarray  # degrees of freedom of the slope's variance


def estimate_noise(residuals: np.ndarray, weights: np.ndarray, present: np.ndarray, season: int) -> Noise:
    """Estimate AR(1) noise and its effect on a slope, with real gaps.

    Parameters
    ----------
    residuals
        Shape (n_series, n_months), own unit; zero where no value is present.
    weights
        Months counted from their own month's mean time, same shape; zero where no value is present.
    present
        Boolean, same shape. Lag products are taken between true neighbours only.
    season
        Length of the cycle whose effects were removed: 12.

    Returns
    -------
    :class:`Noise`.

    Notes
    -----
    Degrees of freedom by the delta method on the variance of the slope: the innovation variance and the
    coefficient are asymptotically independent with variances 2σ⁴/ν and (1 − φ²)/ν, so
    dof = ν / (1 + (1 − φ²)/2 · (∂ log V/∂φ)²). With long series this is ν / (1 + 2(1 + φ)/(1 − φ)).
    """
    squares, products = (residuals**2).sum(axis=1), (residuals[:, 1:] * residuals[:, :-1]).sum(axis=1)
    inflation, expected_square, expected_product = _expected_moments(weights, present, season)
    usable = expected_square > 0.2 * expected_square.max(axis=1, keepdims=True)
    ratio = np.where(usable, expected_product / np.where(usable, expected_square, 1), np.inf)
    seasons = present.reshape(len(present), -1, season).any(axis=1).sum(axis=1)
    free = present.sum(axis=1) - seasons - 1
    # A ratio of two sums is itself low by about 2φ/ν (Marriott and Pope 1954).
    observed = products / squares * (1 + 2 / free)
    place = _place_on_grid(ratio, observed)
    coefficient = COEFFICIENTS[0] + _STEP * place
    slope_of_log = np.gradient(np.log(inflation), COEFFICIENTS, axis=1)
    sensitivity = _read(slope_of_log, place) + 2 * coefficient / (1 - coefficient**2)
    return Noise(
        coefficient=coefficient,
        variance=squares / _read(expected_square, place),
        inflation=_read(inflation, place),
        dof=free / (1 + (1 - coefficient**2) / 2 * sensitivity**2),
    )


def _expected_moments(
    weights: np.ndarray, present: np.ndarray, season: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return slope-variance inflation and expected residual moments for every coefficient of the grid.

    Each array has shape (n_series, n_coefficients); moments are for noise of variance one.
    """
    n_months = weights.shape[1]
    spectrum = np.fft.rfft(weights, 2 * n_months, axis=1)
    overlap = np.fft.irfft(np.abs(spectrum) ** 2, 2 * n_months, axis=1)[:, :n_months]
    overlap = overlap / overlap[:, :1]
    powers = COEFFICIENTS ** np.arange(n_months)[:, None]
    inflation = overlap @ np.where(np.arange(n_months)[:, None] == 0, powers, 2 * powers)

    n_years = n_months // season
    thinning = 1 - np.arange(n_years)[:, None] / n_years
    cycles = season * np.arange(n_years)[:, None]
    later = np.arange(n_years)[:, None] > 0
    seasonal = (thinning * np.where(later, 2, 1) * COEFFICIENTS**cycles).sum(axis=0)
    before = np.where(later, COEFFICIENTS ** np.maximum(cycles - 1, 1), 0)
    seasonal_next = (thinning * (COEFFICIENTS ** (cycles + 1) + before)).sum(axis=0)

    count = present.sum(axis=1)[:, None]
    seasons = present.reshape(len(present), n_years, season).any(axis=1).sum(axis=1)[:, None]
    pairs = (present[:, 1:] & present[:, :-1]).sum(axis=1)[:, None]
    expected_square = count - seasons * seasonal - inflation
    expected_product = pairs * (COEFFICIENTS - seasonal_next * seasons / count) - inflation * overlap[:, 1:2]
    return inflation, expected_square, expected_product


def _place_on_grid(table: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Find, per row of a rising table, the fractional column at which it meets the observed value."""
    rows = np.arange(len(table))
    upper = np.clip((table < observed[:, None]).sum(axis=1), 1, table.shape[1] - 1)
    low, high = table[rows, upper - 1], table[rows, upper]
    return upper - 1 + np.clip((observed - low) / (high - low), 0, 1)


def _read(table: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Read each row of a table at a fractional column."""
    rows = np.arange(len(table))
    column = np.minimum(place.astype(int), table.shape[1] - 2)
    share = place - column
    return table[rows, column] * (1 - share) + table[rows, column + 1] * share
