"""From a learned weather response to the series at average weather, its noise and its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.statistics._boosting import FOLDS, SEASON_DAYS, Response, Rows, day_means, smooth_rows
from helpers.statistics._levels import kernel, season_means, smooth_days

SMOOTH_DAYS = 90  # half window of the level in time
NOISE_BLOCK_DAYS = 30  # residuals travel between years in blocks of this length
YEAR_DAYS = 365
DRAWS = 200
KINDS = {
    "date": "datetime64[s]",
    **dict.fromkeys(("observed", "normalised", "low", "high", "adjusted"), "float64"),
}
COLUMNS = list(KINDS)


def level_in_time(rows: Rows, weather: np.ndarray) -> np.ndarray:
    """Smooth line through the response less its weather part, shape (n_days,), on the response scale."""
    return smooth_rows(rows.response - weather, rows, half_window=SMOOTH_DAYS)


def average_weather(values: np.ndarray, rows: Rows, *, mode: str, by_hour: bool) -> np.ndarray:
    """Average row values over the record's weather: of the same season (and hour), or of all seasons.

    Returns
    -------
    Shape (n_rows,): what each row would get at average weather.
    """
    if mode == "deseasonalised":
        return np.full(len(values), values.mean())
    n_hours = rows.n_hours if by_hour else 1
    cells = rows.cell if by_hour else rows.cell // rows.n_hours
    return season_means(values, cells, n_hours=n_hours, half_window=SEASON_DAYS)[cells]


def draw_noise(rows: Rows, response: Response, line: np.ndarray, *, seed: int) -> np.ndarray:
    """Draw what else the days could have been: other residuals and other fold models.

    Parameters
    ----------
    rows, response
        The series and its weather response.
    line
        Its level in time, shape (n_days,).
    seed
        Of the draws.

    Returns
    -------
    Shape (DRAWS, n_days), response scale; zero on days without rows.
    """
    generator = np.random.default_rng(seed)
    rest, present = day_means(rows.response - response.weather - line[rows.day], rows.day, rows.n_days)
    noise = _exchange_years(rest, present, generator)
    learned = rows.pick(response.learned)
    cells = learned.cell // rows.n_hours
    for difference in response.models - response.models.mean(axis=0):
        season = season_means(difference, cells, n_hours=1, half_window=SEASON_DAYS)
        shift, _ = day_means(difference - season[cells], learned.day, rows.n_days)
        # Delete-a-group jackknife: variance (K - 1)/K × the sum of squares.
        scale = np.sqrt((FOLDS - 1) / FOLDS) * generator.standard_normal(DRAWS)
        noise -= scale[:, None] * shift
    return noise * present


def _exchange_years(rest: np.ndarray, present: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Give each block of days the residuals of the same season of a random year, with a random sign."""
    n_days, length = len(rest), NOISE_BLOCK_DAYS
    drawn = np.empty((DRAWS, n_days))
    for start in range(0, n_days, length):
        stop = min(start + length, n_days)
        years = generator.integers(-(start // YEAR_DAYS), (n_days - stop) // YEAR_DAYS + 1, DRAWS)
        sign = generator.choice([-1.0, 1.0], DRAWS)
        drawn[:, start:stop] = sign[:, None] * rest[np.arange(start, stop) + YEAR_DAYS * years[:, None]]
    # Gaps, like the smooth line, have taken their share of the variance.
    return drawn / np.sqrt(_share_left() * present.mean())


def _share_left() -> float:
    """Share of the variance of a block's own mean that is left after the smooth line has taken its part."""
    weights = kernel(SMOOTH_DAYS) / kernel(SMOOTH_DAYS).sum()
    blocks = np.round(np.arange(-SMOOTH_DAYS, SMOOTH_DAYS + 1) / NOISE_BLOCK_DAYS).astype(int)
    taken = np.bincount(blocks - blocks.min(), weights)
    return float((taken**2).sum() + 1 - 2 * taken.max())


def lay_table(
    rows: Rows, response: Response, line: np.ndarray, *, days: pd.DatetimeIndex, mode: str
) -> pd.DataFrame:
    """Daily ``date``, ``observed``, ``normalised`` and ``adjusted`` in the unit of the values; gaps are NaN."""
    told, level = response.weather, line[rows.day]
    if rows.is_log:
        observed = np.exp(rows.response)
        factor = np.exp(told)
        adjusted = observed / factor * average_weather(factor, rows, mode=mode, by_hour=True)
        rest = np.exp(rows.response - level)
        normalised = np.exp(level) * average_weather(rest, rows, mode=mode, by_hour=False)
    else:
        observed = rows.response
        adjusted = observed - told + average_weather(told, rows, mode=mode, by_hour=True)
        normalised = level + average_weather(observed - level, rows, mode=mode, by_hour=False)
    columns = {"observed": observed, "normalised": normalised, "adjusted": adjusted}
    table = pd.DataFrame({"date": days})
    for name, column in columns.items():
        means, present = day_means(column, rows.day, rows.n_days)
        table[name] = np.where(present > 0, means, np.nan)
    return table


def add_interval(table: pd.DataFrame, draws: np.ndarray, *, quantile: float, is_log: bool) -> pd.DataFrame:
    """Add ``low`` and ``high`` of the normalised column: ``quantile`` standard deviations of the drawn levels."""
    present = table["observed"].notna().to_numpy(float)
    spread = quantile * smooth_days(draws, present, half_window=SMOOTH_DAYS).std(axis=0)
    middle = table["normalised"]
    low, high = (
        (middle * np.exp(-spread), middle * np.exp(spread)) if is_log else (middle - spread, middle + spread)
    )
    return table.assign(low=low, high=high)[COLUMNS].astype(KINDS)
