"""Smooth lines through daily sums, and means over the season: the linear parts of meteorological normalisation."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve

DAYS_OF_YEAR = 366
MINIMUM_WEIGHT = 5.0  # days' worth of values a smoothed day must rest on; else it lies between its neighbours


def kernel(half_window: int) -> np.ndarray:
    """Tricube weights of the days from ``-half_window`` to ``half_window``."""
    return (1 - np.abs(np.arange(-half_window, half_window + 1) / (half_window + 1)) ** 3) ** 3


def smooth_days(sums: np.ndarray, counts: np.ndarray, *, half_window: int) -> np.ndarray:
    """Fit a local straight line to daily values; a straight line comes back unchanged, at the ends too.

    Parameters
    ----------
    sums
        Shape (..., n_days): sum of the day's values (own unit); zero on a day without values.
    counts
        Shape (n_days,): their number (or weight). Gaps weigh nothing.
    half_window
        Days on each side (tricube weights).

    Returns
    -------
    Shape of ``sums``, own unit.

    Notes
    -----
    Cleveland 1979 without the robustness steps. Linear in ``sums``, so many draws are smoothed in one call.
    """
    weights, lag = kernel(half_window), np.arange(-half_window, half_window + 1)
    m0, m1, m2 = (_correlate(counts, weights * lag**power) for power in range(3))
    level, slope = (_correlate(sums, weights * lag**power) for power in range(2))
    spread = m0 * m2 - m1**2
    usable = (m0 >= MINIMUM_WEIGHT) & (spread > 1e-6 * m0**2 * half_window**2)
    if not usable.any():
        return np.broadcast_to(sums.sum(axis=-1, keepdims=True) / max(counts.sum(), 1), sums.shape).copy()
    line = (m2 * level - m1 * slope) / np.where(usable, spread, 1)
    if usable.all():
        return line
    days = np.arange(line.shape[-1])
    flat = line.reshape(-1, len(days))
    filled = [np.interp(days, days[usable], row[usable]) for row in flat]
    return np.array(filled).reshape(line.shape)


def _correlate(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sum of ``values[i + lag] * weights[lag]`` for each day ``i``; nothing lies beyond the ends."""
    reach = len(weights) // 2
    turned = weights[::-1].reshape((1,) * (values.ndim - 1) + (-1,))
    full = fftconvolve(values, turned, mode="full", axes=-1)
    return full[..., reach : reach + values.shape[-1]]


def season_means(values: np.ndarray, cells: np.ndarray, *, n_hours: int, half_window: int) -> np.ndarray:
    """Average over all years by day of the year (and hour), with neighbouring days tricube-weighted.

    Parameters
    ----------
    values
        Shape (n_rows,), own unit.
    cells
        Shape (n_rows,): ``day of the year from 0 × n_hours + hour``.
    n_hours
        24 for hourly rows, 1 for daily ones.
    half_window
        Days on each side; the year closes on itself.

    Returns
    -------
    Shape (366 × n_hours,), own unit; NaN where no row lies within the window.
    """
    total = np.bincount(cells, values, DAYS_OF_YEAR * n_hours).reshape(DAYS_OF_YEAR, n_hours)
    count = np.bincount(cells, minlength=DAYS_OF_YEAR * n_hours).reshape(DAYS_OF_YEAR, n_hours)
    # The Fourier transform of the year makes the window wrap around New Year.
    window = np.zeros(DAYS_OF_YEAR)
    window[np.arange(-half_window, half_window + 1)] = kernel(half_window)
    spectrum = np.fft.rfft(window)[:, None]
    smooth = [
        np.fft.irfft(np.fft.rfft(part, axis=0) * spectrum, DAYS_OF_YEAR, axis=0) for part in (total, count)
    ]
    present = smooth[1] > 1e-6
    return np.where(present, smooth[0] / np.where(present, smooth[1], 1), np.nan).ravel()
