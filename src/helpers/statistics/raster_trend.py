"""Trend of every pixel of a stack of rasters: Sen's slope and Kendall's test, vectorised over blocks of pixels.

The arithmetic is that of :mod:`helpers.statistics.kendall`, pixel by pixel: pairs within a season, variance with ties
and, between seasons, the covariance of Hirsch and Slack 1984; gaps keep their place in time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import erfc

from helpers.errors import ParameterError, SchemaError
from helpers.statistics.rank_trend import MINIMUM_YEARS

# Seasons a year: one image a year or no season at all, one a month, one a composite of 16 days (MOD13).
SEASONS = {"none": 1, "month": 12, "composite": 23}
COMPOSITE_DAYS = 16
MINIMUM_CYCLES = 3  # values a season on average; 36 for months, as rank_trend asks
LAYERS = ("slope", "p", "n")
_DAYS_A_YEAR = 365.2425
_BATCH_BYTES = 2**23  # slopes of one batch of pixels; more leave the cache


def tell_season(dates: pd.DatetimeIndex) -> str:
    """Return which season images have: a key of ``SEASONS``.

    Raises
    ------
    SchemaError
        The images come neither once a year, nor once a month, nor as composites of 16 days.
    """
    composites = (dates.day_of_year - 1) % COMPOSITE_DAYS == 0
    if not dates.year.has_duplicates:
        return "none"
    if not dates.to_period("M").has_duplicates:
        return "month"
    if composites.all() and not dates.has_duplicates:
        return "composite"
    raise SchemaError(
        f"{len(dates)} images from {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d} fit no season",
        expected="one image a year, one a month, or composites that begin on day 1, 17, 33, … of the year",
        remedy="keep one product in the folder or make monthly images",
    )


def raster_trend(stack: xr.DataArray, *, season: str) -> xr.Dataset:
    """Estimate slope and significance of every pixel; nothing is computed before ``compute()``.

    Parameters
    ----------
    stack
        Dimensions ``date``, ``y``, ``x``; a NaN is a gap. Dask chunks or numbers in memory.
    season
        A key of ``SEASONS``: ``none`` compares all images with each other (Mann–Kendall), the others only images of
        one season (seasonal Kendall with the covariance between seasons).

    Returns
    -------
    ``slope`` (unit of the values per year), ``p`` (two-sided), ``n`` (valid images), each ``y``, ``x``. Slope and p
    are NaN where a pixel is constant or has under six values (``none``) or three a season (36 months).

    Raises
    ------
    ParameterError
        The season is unknown.
    SchemaError
        Dates are repeated or out of order, or two images stand in one season of one year.
    """
    dates = stack.indexes["date"]
    seasons, steps, times = _calendar(dates, season)
    blocks = stack.chunk(date=-1).data
    found = blocks.map_blocks(
        _trend_block,
        seasons=seasons,
        steps=steps,
        times=times,
        n_seasons=SEASONS[season],
        chunks=((len(LAYERS),), *blocks.chunks[1:]),
        dtype="float64",
        meta=np.empty((0, 0, 0)),
    )
    place = {name: stack.coords[name] for name in ("y", "x")}
    layers = {name: (("y", "x"), found[number]) for number, name in enumerate(LAYERS)}
    return xr.Dataset(layers, coords=place, attrs=stack.attrs)


def pixel_trends(values: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return Sen slope, p and number of values of many series, without any rule of sufficiency.

    Parameters
    ----------
    values
        Shape (n_series, n_seasons, n_steps); NaN is a gap.
    times
        Shape (n_steps,), rising.

    Returns
    -------
    Three arrays of shape (n_series,): slope per unit of time, two-sided p, number of values. Slope and p are NaN
    where no two values of one season differ.

    Notes
    -----
    Equals :func:`helpers.statistics.kendall.seasonal_kendall` and the median of
    :func:`helpers.statistics.kendall.seasonal_slopes`; with one season :func:`~helpers.statistics.kendall.mann_kendall`.
    """
    n = np.isfinite(values).sum(axis=2)
    slopes, turns = _compare(values, times)
    rising, falling = slopes > 0, slopes < 0
    s = (rising.sum(axis=2) - falling.sum(axis=2)).sum(axis=1)
    variance = ((n * (n - 1) * (2 * n + 5) - _tie_terms(values)) / 18).sum(axis=1)
    if values.shape[1] > 1:
        signs = rising.view("int8") - falling.view("int8")
        variance += np.maximum(0, _between(signs, turns, n))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(variance > 0, (s - np.sign(s)) / np.sqrt(variance), np.nan)
    medians = _row_medians(slopes.reshape(len(values), -1))
    return np.where(variance > 0, medians, np.nan), erfc(np.abs(z) / np.sqrt(2)), n.sum(axis=1)


def _calendar(dates: pd.DatetimeIndex, season: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place every image: its season, its step, and the time of all steps in years."""
    if season not in SEASONS:
        raise ParameterError(
            f"season {season!r} is unknown", expected=", ".join(SEASONS), remedy="choose one of them"
        )
    if dates.has_duplicates or not dates.is_monotonic_increasing:
        raise SchemaError(
            "dates of the images repeat or go back", expected="rising dates", remedy="sort the images by date"
        )
    if season == "none":
        times = (dates - dates[:1][0]).days.to_numpy() / _DAYS_A_YEAR if len(dates) else np.empty(0)
        if not dates.year.has_duplicates:
            times = dates.year.to_numpy(float)
        return np.zeros(len(dates), dtype=int), np.arange(len(dates)), times
    number = dates.month - 1 if season == "month" else (dates.day_of_year - 1) // COMPOSITE_DAYS
    steps = (dates.year - dates.year.min()).to_numpy()
    cells = pd.Index(steps * SEASONS[season] + number.to_numpy())
    if cells.has_duplicates:
        raise SchemaError(
            f"two images stand in one {season} ({dates[cells.duplicated()][0]:%Y-%m-%d})",
            expected="one image a season and year",
            remedy="choose the season that fits the images",
        )
    return number.to_numpy(), steps, np.arange(steps.max() + 1.0)


def _trend_block(
    block: np.ndarray, *, seasons: np.ndarray, steps: np.ndarray, times: np.ndarray, n_seasons: int
) -> np.ndarray:
    """Layers slope, p and n of one block (dates, rows, columns), batch of pixels by batch of pixels."""
    pixels = block.reshape(len(block), -1)
    found = np.empty((len(LAYERS), pixels.shape[1]))
    n_pairs = n_seasons * len(times) * (len(times) - 1) // 2
    size = max(1, _BATCH_BYTES // (8 * max(n_pairs, 1)))
    minimum = MINIMUM_YEARS if n_seasons == 1 else MINIMUM_CYCLES * n_seasons
    for start in range(0, pixels.shape[1], size):
        batch = pixels[:, start : start + size]
        laid = np.full((batch.shape[1], n_seasons, len(times)), np.nan)
        laid[:, seasons, steps] = batch.T
        slope, p, n = pixel_trends(laid, times)
        short = n < minimum
        found[:, start : start + size] = np.where(short, np.nan, slope), np.where(short, np.nan, p), n
    return found.reshape(len(LAYERS), *block.shape[1:])


def _compare(values: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes of all pairs of a season (…, n_pairs), and each value's rises from all others less its falls.

    Pairs are laid out by their distance in steps, so that one subtraction serves all pixels, seasons and starts.
    """
    n_steps = values.shape[2]
    slopes = np.empty((*values.shape[:2], n_steps * (n_steps - 1) // 2))
    turns = np.zeros(values.shape, dtype="int16")
    start = 0
    for lag in range(1, n_steps):
        part = slopes[:, :, start : start + n_steps - lag]
        np.subtract(values[:, :, lag:], values[:, :, :-lag], out=part)
        part /= times[lag:] - times[:-lag]
        if values.shape[1] > 1:
            sign = (part > 0).view("int8") - (part < 0).view("int8")
            turns[:, :, lag:] += sign
            turns[:, :, :-lag] -= sign
        start += n_steps - lag
    return slopes, turns


def _tie_terms(values: np.ndarray) -> np.ndarray:
    """Σ t(t − 1)(2t + 5) over the ties of each series and season; the next member of a tie of r adds 6r(r + 2)."""
    ordered = np.sort(values, axis=2)
    place = np.arange(values.shape[2])
    begins = np.ones(values.shape, dtype=bool)
    begins[:, :, 1:] = ordered[:, :, 1:] != ordered[:, :, :-1]
    before = place - np.maximum.accumulate(np.where(begins, place, 0), axis=2)
    return (6 * before * (before + 2)).sum(axis=2)


def _between(signs: np.ndarray, turns: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Sum of the covariances between different seasons, shape (n_series,): Hirsch and Slack 1984 with gaps.

    Σ over g ≠ h of (K + 4 Σ R R′ − n(n_g + 1)(n_h + 1))/3. A sum over pairs of seasons is the square of a sum less
    the sum of squares, so no matrix of seasons is built.
    """

    def cross(terms: np.ndarray) -> np.ndarray:
        return (terms.sum(axis=1) ** 2 - (terms**2).sum(axis=1)).sum(axis=1)

    summed = signs.sum(axis=1, dtype="int64") ** 2 - np.abs(signs).sum(axis=1, dtype="int64")
    ranks_twice = (n[:, :, None] + 1 + turns).astype("int64")
    return (summed.sum(axis=1) + cross(ranks_twice) - turns.shape[2] * cross(n[:, :, None] + 1)) / 3


def _row_medians(rows: np.ndarray) -> np.ndarray:
    """Median of the numbers of each row; the rows are used up.

    Half of a row's gaps go to either end, which leaves its middle where it is: one selection at a fixed place serves
    all rows, and no row is sorted.
    """
    length = rows.shape[1]
    if length == 0:
        return np.full(len(rows), np.nan)
    missing = np.isnan(rows)
    n_missing = missing.sum(axis=1)
    if n_missing.any():
        order = np.arange(n_missing.sum()) - np.repeat(np.cumsum(n_missing) - n_missing, n_missing)
        rows[missing] = np.where(order % 2, -np.inf, np.inf)
    upper = length // 2
    lower = max(upper - 1, 0)
    rows.partition([lower, upper], axis=1)
    low, high = rows[:, lower], rows[:, upper]
    n = length - n_missing
    single = high if length % 2 else low
    with np.errstate(invalid="ignore"):
        middle = np.where(n % 2, single, (low + high) / 2)
    return np.where(n > 0, middle, np.nan)
