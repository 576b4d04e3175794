"""Least squares with AR(1) noise and real gaps: one column's estimate, its standard error, and many placebos.

Residuals of a fit with many columns look less persistent than the noise. The coefficient is the one whose *expected*
residual moments, given this design and these gaps, meet the observed ratio; the estimate's variance then follows from
its own weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COEFFICIENTS = np.linspace(-0.4, 0.95, 136)


@dataclass(frozen=True)
class Coefficient:
    """One regression coefficient in AR(1) noise."""

    estimate: float  # unit of y over unit of the column
    error: float  # standard error
    dof: float
    autocorrelation: float
    noise: float  # standard deviation of the noise, unit of y


def fit_coefficient(y: np.ndarray, base: np.ndarray, column: np.ndarray, places: np.ndarray) -> Coefficient:
    """Fit ``y`` on a base design and one more column.

    Parameters
    ----------
    y, places
        Shape (n,): values, and their places on the grid of steps (whole, rising; holes are gaps).
    base
        Shape (n, n_base), full rank.
    column
        Shape (n,), not in the span of the base.

    Returns
    -------
    :class:`Coefficient`; the degrees of freedom allow for the estimated autocorrelation (delta method).
    """
    design = np.column_stack([base, column])
    projector = np.eye(len(y)) - design @ np.linalg.pinv(design)
    residuals = projector @ y
    neighbours = np.abs(np.subtract.outer(places, places)) == 1
    squares = float(residuals @ residuals)
    products = float(residuals @ neighbours @ residuals) / 2
    free = len(y) - design.shape[1]
    expected_square = _by_lag(projector, places)
    expected_product = _by_lag(projector @ neighbours @ projector, places) / 2
    # A ratio of two sums is itself low by about 2φ/ν (Marriott and Pope 1954).
    observed = products / squares * (1 + 2 / free)
    ratio = np.maximum.accumulate(expected_product / expected_square)
    autocorrelation = float(np.interp(observed, ratio, COEFFICIENTS))
    weights = residual_columns(base, column[:, None])[:, 0]
    spread = float(weights @ weights)
    inflation = _by_lag(np.outer(weights, weights), places) / spread
    variance = squares / np.interp(autocorrelation, COEFFICIENTS, expected_square)
    sensitivity = np.interp(
        autocorrelation, COEFFICIENTS, np.gradient(np.log(inflation), COEFFICIENTS)
    ) + 2 * autocorrelation / (1 - autocorrelation**2)
    return Coefficient(
        estimate=float(weights @ y) / spread,
        error=float(np.sqrt(variance * np.interp(autocorrelation, COEFFICIENTS, inflation) / spread)),
        dof=float(free / (1 + (1 - autocorrelation**2) / 2 * sensitivity**2)),
        autocorrelation=autocorrelation,
        noise=float(np.sqrt(variance)),
    )


def standardised(
    y: np.ndarray, base: np.ndarray, columns: np.ndarray, places: np.ndarray, *, autocorrelation: float
) -> np.ndarray:
    """Coefficients of many columns, each alone beside the base, over their standard error for unit AR(1) noise.

    Parameters
    ----------
    y, base, places
        As :func:`fit_coefficient`.
    columns
        Shape (n, n_columns).
    autocorrelation
        Of the noise.

    Returns
    -------
    Shape (n_columns,), unit of y: divide by the noise's standard deviation for a z value.
    """
    weights = residual_columns(base, columns)
    noise = autocorrelation ** np.abs(np.subtract.outer(places, places)).astype(float)
    return (y @ weights) / np.sqrt(np.einsum("ij,ik,kj->j", weights, noise, weights, optimize=True))


def residual_columns(base: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Columns less what the base explains of them."""
    return columns - base @ np.linalg.lstsq(base, columns, rcond=None)[0]


def _by_lag(matrix: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Trace of ``matrix`` times the AR(1) correlation matrix, for every coefficient of the grid."""
    lags = np.abs(np.subtract.outer(places, places)).ravel()
    sums = np.bincount(lags, matrix.ravel())
    return (COEFFICIENTS[:, None] ** np.arange(len(sums))) @ sums
