"""Smooth courses: the Kolmogorov–Zurbenko filter, and a deseasonalised smooth trend with its band."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError
from helpers.statistics._series import check_level, check_values, month_grid

MINIMUM_MONTHS = 36
MINIMUM_IN_WINDOW = 9  # valid months the line through one window needs
HALF_WINDOW_MONTHS = 18.0
_COEFFICIENTS = np.linspace(-0.3, 0.9, 13)


def kz_filter(values: np.ndarray, *, window: int, iterations: int) -> np.ndarray:
    """Average a regular series over a centred window, again and again.

    Parameters
    ----------
    values
        Shape (n,), own unit, equally spaced; NaN is a gap.
    window
        Odd number of values; near the ends and beside gaps the average runs over those that are there.
    iterations
        How often; the filter of 15 days and 5 passes removes cycles shorter than about 33 days.

    Returns
    -------
    Shape (n,), same unit; NaN only where a window is empty.

    Raises
    ------
    ParameterError
        An even or negative window, or no iteration.
    SchemaError
        Values that are no numbers.

    Notes
    -----
    Rao and Zurbenko 1994; window · √iterations is the shortest period that passes. Equal to openair 3.1's.
    """
    if window < 1 or window % 2 == 0 or iterations < 1:
        raise ParameterError(
            f"window {window!r} with {iterations!r} iterations",
            expected="an odd window and at least one iteration",
            remedy="choose for instance 15 and 5",
        )
    result = check_values(values, what="the series")
    if not len(result):
        return result
    half = window // 2
    for _ in range(iterations):
        padded = np.pad(result, half, constant_values=np.nan)
        valid = np.isfinite(padded)
        filled = np.where(valid, padded, 0)
        total = np.lib.stride_tricks.sliding_window_view(filled, window).sum(axis=1)
        count = np.lib.stride_tricks.sliding_window_view(valid, window).sum(axis=1)
        result = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return result


def smooth_trend(
    series: pd.Series, *, half_window_months: float = HALF_WINDOW_MONTHS, level: float = 0.95
) -> pd.DataFrame:
    """Follow the level of a monthly series without its season, with a pointwise band.

    Month effects and a local line (tricube weights) are fitted together. The band allows for AR(1) noise, whose
    coefficient is the one under which the expected residual products of this very fit equal the observed ones.

    Parameters
    ----------
    series
        One value a month (own unit) indexed by dates; missing months are gaps.
    half_window_months
        Distance at which a month has no weight; at least 9. A wider window is smoother and hides faster turns,
        which the band does not tell.
    level
        Of the band, at each month, not of the whole course at once.

    Returns
    -------
    One row a month from the first to the last: ``month`` (first day), ``observed``, ``estimate, low, high`` (same
    unit; NaN where fewer than nine valid months lie in the window), ``status, reason``. Fewer than 36 valid
    months or values without scatter give ``insufficient`` on every row.

    Raises
    ------
    ParameterError
        A level or window out of range.
    SchemaError
        As :func:`helpers.statistics._series.month_grid`.
    """
    check_level(level)
    if not half_window_months >= MINIMUM_IN_WINDOW:
        raise ParameterError(
            f"half_window_months {half_window_months!r}",
            expected=f"at least {MINIMUM_IN_WINDOW}",
            remedy="choose 18, or more for a smoother course",
        )
    months, values = month_grid(series)
    table = pd.DataFrame({"month": months.to_timestamp(), "observed": values})
    valid = np.flatnonzero(np.isfinite(values))
    nothing = {"estimate": np.nan, "low": np.nan, "high": np.nan, "status": "insufficient"}
    if len(valid) < MINIMUM_MONTHS:
        return table.assign(**nothing, reason=f"fewer than {MINIMUM_MONTHS} valid months")
    smoother, maker = _fit_matrices(months.month.to_numpy(), valid, half_window_months)
    told = np.isfinite(smoother).all(axis=1)
    if not told[valid].all():
        return table.assign(**nothing, reason=f"a month has fewer than {MINIMUM_IN_WINDOW} in its window")
    observed = values[valid] - values[valid].mean()
    residuals = maker @ observed
    if np.sqrt((residuals**2).mean()) <= 1e-9 * np.abs(values[valid]).max():
        return table.assign(**nothing, reason="no scatter about the course, so no band")
    variance, covariance, dof = _estimate_noise(maker, residuals, valid)
    middle = smoother @ observed + values[valid].mean()
    error = np.sqrt(variance * ((smoother @ covariance) * smoother).sum(axis=1))
    margin = stats.t.ppf((1 + level) / 2, dof) * error
    return table.assign(estimate=middle, low=middle - margin, high=middle + margin).assign(
        status=np.where(told, "ok", "insufficient").astype(object),
        reason=np.where(told, "", f"fewer than {MINIMUM_IN_WINDOW} valid months in the window").astype(
            object
        ),
    )


def _fit_matrices(calendar: np.ndarray, valid: np.ndarray, half: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix from valid values to the course (n_months, n_valid), and the one to the residuals.

    Partial linear fit (Speckman 1988): month effects from values freed of their local line.
    """
    local = _local_line(np.arange(len(calendar)), valid, half)
    inner = local[valid]
    present = np.unique(calendar[valid])
    effects = (calendar[valid][:, None] == present[None, :]).astype(float)
    effects = effects[:, :-1] - effects[:, -1:]
    freed = np.eye(len(valid)) - np.nan_to_num(inner)
    design = freed @ effects
    to_effects = effects @ np.linalg.lstsq(design, freed, rcond=None)[0]
    rest = np.eye(len(valid)) - to_effects
    return local @ rest, freed @ rest


def _local_line(times: np.ndarray, valid: np.ndarray, half: float) -> np.ndarray:
    """Weights that a line through each window gives to every valid month; NaN rows where too few are inside."""
    distance = valid[None, :] - times[:, None].astype(float)
    weight = np.clip(1 - np.abs(distance / half) ** 3, 0, None) ** 3
    enough = (weight > 0).sum(axis=1) >= MINIMUM_IN_WINDOW
    zeroth, first, second = ((weight * distance**power).sum(axis=1, keepdims=True) for power in (0, 1, 2))
    divisor = zeroth * second - first**2
    line = weight * (second - first * distance) / np.where(divisor > 0, divisor, 1)
    return np.where(enough[:, None], line, np.nan)


def _estimate_noise(
    maker: np.ndarray, residuals: np.ndarray, valid: np.ndarray
) -> tuple[float, np.ndarray, float]:
    """Return variance, correlation matrix and degrees of freedom of the AR(1) noise behind the residuals."""
    gap = np.abs(valid[:, None] - valid[None, :])
    left = np.flatnonzero(np.diff(valid) == 1)
    squares, ratios = [], []
    for coefficient in _COEFFICIENTS:
        spread = maker @ _correlation(coefficient, gap)
        squares.append((spread * maker).sum())
        ratios.append((spread[left] * maker[left + 1]).sum() / squares[-1])
    observed = (residuals[left] * residuals[left + 1]).sum() / (residuals**2).sum()
    rising = np.maximum.accumulate(ratios)
    coefficient = float(np.interp(observed, rising, _COEFFICIENTS))
    correlation = _correlation(coefficient, gap)
    spread = maker @ correlation @ maker.T
    trace = np.trace(spread)
    return float((residuals**2).sum() / trace), correlation, float(trace**2 / (spread**2).sum())


def _correlation(coefficient: float, gap: np.ndarray) -> np.ndarray:
    return (
        np.sign(coefficient) ** gap * np.abs(coefficient) ** gap if coefficient else (gap == 0).astype(float)
    )
