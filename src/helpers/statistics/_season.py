"""The days still to come, drawn in blocks from the same season of earlier years at the present level."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

BLOCK_DAYS = 30
SHIFT_DAYS = 12  # a block may come from this many days earlier or later in the season
MOST_YEARS = 6  # older years differ in shape, not only in level
COMPLETE_SHARE = 0.75  # of a window that must hold values to be compared or drawn
HALF_LIFE_DAYS = 120  # how fast the past loses weight when the present level is told
LOOK_BACK_DAYS = 730
MINIMUM_LEVEL_DAYS = 28
# The prior was chosen in the backtest on real and simulated years (benchmarks/bench_forecast.py).
PRIOR_PAIRS = 1.5  # weight of the prior on the level's variance, in pairs of years
PRIOR_SHARE = 0.9  # prior variance of the level over the squared error of telling a month
FALLBACK_VARIANCE = 0.04  # of a 30-day mean (logarithm) where no two earlier years can be compared
MOST_SHARE = 0.9  # of that error the level may take
# Years since the last one seen after which the season's shape drifts no further. Chosen on twenty cities told in 2025
# from 2014 to 2016 (docs/methods/year-outcome.md): without a bound the 80 % interval held 93 % for PM and NO2.
MOST_DRIFT_YEARS = 5
_TAIL_DOF = 6  # of the level's t distribution
_WEIGHTS = 0.5 ** (np.arange(LOOK_BACK_DAYS)[::-1] / HALF_LIFE_DAYS)
_MEAN_AGE = HALF_LIFE_DAYS / np.log(2)
# Variance of a level over that of a 30-day mean: a ratio of two weighted means, each worth 2 x mean age of days.
_LEVEL_NOISE = BLOCK_DAYS / _MEAN_AGE


@dataclass(frozen=True)
class Archive:
    """Daily values without holes: ``values[i]`` belongs to ``first + i`` days; NaN is a gap."""

    first: date
    values: np.ndarray

    def window(self, start: date, n_days: int) -> np.ndarray:
        """Return ``n_days`` values from ``start``; NaN outside the archive."""
        out = np.full(n_days, np.nan)
        offset = (start - self.first).days
        low, high = max(offset, 0), min(offset + n_days, len(self.values))
        if high > low:
            out[low - offset : high - offset] = self.values[low:high]
        return out

    def until(self, day: date) -> Archive:
        """Forget everything after ``day``."""
        return Archive(self.first, self.values[: max(0, (day - self.first).days + 1)])

    def between(self, early: int, late: int) -> Archive:
        """Keep what the errors of telling ``late`` from ``early`` rest on."""
        first = date(early, 1, 1) - timedelta(days=LOOK_BACK_DAYS)
        low = max(0, (first - self.first).days)
        kept = self.values[low : max(low, (date(late, 12, 31) - self.first).days + 1)]
        return Archive(self.first + timedelta(days=low), kept)


@dataclass(frozen=True)
class Level:
    """Where the present stands beside earlier years, and how surely the coming days stay there; logarithms."""

    by_year: dict[int, float]  # present level over that of each earlier year
    spread: float  # standard deviation of the level that the remaining days will have
    month_spread: float  # standard deviation of a 30-day mean about its level


def same_day(day: date, years_back: int) -> date:
    """Return the same calendar day some years before; 29 February becomes 28 February."""
    year = day.year - years_back
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def days_left(as_of: date, year: int) -> int:
    """Days of the year after ``as_of``."""
    return max(0, (date(year, 12, 31) - as_of).days)


def log_level(archive: Archive, as_of: date, years_back: int) -> float:
    """Logarithm of the present level over that of ``years_back`` years before, the recent past weighing most.

    Both sums run over the same calendar days, valid in both years, so gaps and seasons cancel. The weights
    halve every 120 days, so the recent residual is carried. NaN with fewer than 28 such days.
    """
    now = archive.window(as_of - timedelta(days=LOOK_BACK_DAYS - 1), LOOK_BACK_DAYS)
    then = archive.window(same_day(as_of, years_back) - timedelta(days=LOOK_BACK_DAYS - 1), LOOK_BACK_DAYS)
    both = np.isfinite(now) & np.isfinite(then)
    upper, lower = (_WEIGHTS[both] * now[both]).sum(), (_WEIGHTS[both] * then[both]).sum()
    if both.sum() < MINIMUM_LEVEL_DAYS or upper <= 0 or lower <= 0:
        return float("nan")
    return float(np.log(upper / lower))


def source_years(archive: Archive, as_of: date, year: int) -> list[int]:
    """Earlier years that hold the season still to come and enough days to compare levels; six at most."""
    n_left, found = days_left(as_of, year), []
    for back in range(1, year - archive.first.year + 1):
        season = archive.window(same_day(as_of, back) + timedelta(days=1), n_left)
        if np.isfinite(season).mean() >= COMPLETE_SHARE and np.isfinite(log_level(archive, as_of, back)):
            found.append(year - back)
    return sorted(found[:MOST_YEARS])


def assess_level(archive: Archive, as_of: date, year: int, years: list[int]) -> Level:
    """Tell the present level and its uncertainty from what earlier years did after the same months.

    Every pair of earlier years is a forecast that was made: at each month's start the later year is told from
    the earlier one. Half the squared error (both years bring their own weather) is λ + σ²(ρ + 30/n): λ the
    variance of the level that is to come, σ² that of a 30-day mean, ρ the noise of a level told from the past, n the
    days foretold. Errors of 30 days and of the whole rest tell λ and σ² apart; a prior steadies λ.
    """
    levels = np.array([log_level(archive, as_of, year - earlier) for earlier in years])
    level_variance, month_variance = _split_variance(archive, years)
    # The part of a level that is mere noise is not carried into the forecast.
    size = float(np.mean(levels**2))
    keep = max(0.0, 1 - _LEVEL_NOISE * month_variance / size) if size > 0 else 0.0
    # The season's shape drifts too: variance grows with the years since the last one that was seen, for some years.
    drifted = min(year - max(years), MOST_DRIFT_YEARS) * level_variance
    noise = _LEVEL_NOISE / 2 * month_variance * (1 + 1 / len(years))
    return Level(
        by_year=dict(zip(years, (keep * levels).tolist(), strict=True)),
        spread=float(np.sqrt(drifted + noise)),
        month_spread=float(np.sqrt(month_variance)),
    )


def _split_variance(archive: Archive, years: list[int]) -> tuple[float, float]:
    """Variance of the level to come, and of a 30-day mean, from all pairs of earlier years."""
    pairs = [(early, late) for early in years for late in years if early < late]
    errors = np.concatenate(
        [_past_errors(archive.between(early, late), early, late) for early, late in pairs]
    )
    near, far, share = errors[:, 0], errors[:, 1], BLOCK_DAYS / errors[:, 2]
    known = np.isfinite(near)
    total = float(np.mean(near[known] ** 2)) / 2 if known.any() else FALLBACK_VARIANCE
    level_variance = PRIOR_SHARE * total
    known = np.isfinite(far) & (share <= 0.5)
    if known.any():
        month = float(np.mean((total - far[known] ** 2 / 2) / (1 - share[known])))
        seen = total - (1 + _LEVEL_NOISE) * month
        level_variance = (PRIOR_PAIRS * level_variance + len(pairs) * seen) / (PRIOR_PAIRS + len(pairs))
    level_variance = float(np.clip(level_variance, 0, MOST_SHARE * total))
    return level_variance, (total - level_variance) / (1 + _LEVEL_NOISE)


def _past_errors(archive: Archive, early: int, late: int) -> np.ndarray:
    """Errors of telling ``late`` from ``early`` at the start of each month.

    Shape (12, 3): error of the next 30 days and of the rest of the year (logarithms), days in the rest.
    """
    return _errors_of(archive.first, archive.values.tobytes(), early, late)


@lru_cache(maxsize=2048)  # a backtest asks for the same pair at every origin
def _errors_of(first: date, values: bytes, early: int, late: int) -> np.ndarray:
    archive = Archive(first, np.frombuffer(values))
    rows = []
    for month in range(1, 13):
        start, then = date(late, month, 1), date(early, month, 1)
        origin = start - timedelta(days=1)
        level = log_level(archive.until(origin), origin, late - early)
        rest = days_left(origin, late)
        found = []
        for length in (BLOCK_DAYS, rest):
            now, before = archive.window(start, length), archive.window(then, length)
            both = np.isfinite(now) & np.isfinite(before)
            usable = both.mean() >= COMPLETE_SHARE and now[both].sum() > 0 and before[both].sum() > 0
            found.append(np.log(now[both].sum() / before[both].sum()) - level if usable else np.nan)
        rows.append((*found, rest))
    return np.array(rows)


def draw_rest(
    archive: Archive, *, as_of: date, year: int, years: list[int], draws: tuple[int, int]
) -> np.ndarray:
    """Draw the days after ``as_of`` to the end of the year.

    Parameters
    ----------
    archive
        Daily values (own unit, positive level) up to and including ``as_of``.
    as_of, year
        Last day known and the year to complete.
    years
        Two or more of :func:`source_years`.
    draws
        Number of drawn years, and the seed.

    Returns
    -------
    Shape (n_draws, n_left), unrounded; NaN where the source day had no value.

    Notes
    -----
    Blocks of 30 consecutive days keep the persistence of weather; each comes from an earlier year's same season
    (± 12 days), scaled to the present level. With k years a month's own mean is known from k cases only: a pool
    of k has (k − 1)/k of the variance and prediction needs (k + 1)/k, so each block gets 2/k of it on top. One
    factor a draw carries the uncertainty of the level itself. Factors keep the mean (−σ²/2).
    """
    n_draws, seed = draws
    generator = np.random.default_rng(seed)
    level, n_left = assess_level(archive, as_of, year, years), days_left(as_of, year)
    scale = {y: float(np.exp(value)) for y, value in level.by_year.items()}
    few = level.month_spread * np.sqrt(2 / len(years))
    rest = np.empty((n_draws, n_left))
    for offset in range(0, n_left, BLOCK_DAYS):
        start, length = as_of + timedelta(days=offset + 1), min(BLOCK_DAYS, n_left - offset)
        pool = _block_pool(archive, start, length, year, scale)
        own = np.exp(few * generator.standard_normal(n_draws) - few**2 / 2)
        drawn = pool[generator.integers(len(pool), size=n_draws)]
        np.multiply(drawn, own[:, None], out=rest[:, offset : offset + length])
    tail = generator.standard_t(_TAIL_DOF, size=n_draws) * np.sqrt((_TAIL_DOF - 2) / _TAIL_DOF)
    rest *= np.exp(level.spread * tail - level.spread**2 / 2)[:, None]
    return rest


def _block_pool(archive: Archive, start: date, length: int, year: int, scale: dict[int, float]) -> np.ndarray:
    """Collect all blocks that may stand at ``start``, at the present level: shape (n_blocks, length).

    A short block at the end of the year may miss days in every earlier year; then it is drawn as it is.
    """
    found = []
    for earlier, factor in scale.items():
        origin = same_day(start, year - earlier) - timedelta(days=SHIFT_DAYS)
        wide = archive.window(origin, length + 2 * SHIFT_DAYS) * factor
        found.append(np.lib.stride_tricks.sliding_window_view(wide, length))
    pool = np.concatenate(found)
    held = np.isfinite(pool).mean(axis=1)
    return pool[held >= min(COMPLETE_SHARE, held.max())]
