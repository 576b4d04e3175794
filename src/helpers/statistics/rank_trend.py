"""Rank-based trend of a monthly or annual series: the partner of :mod:`helpers.statistics.trend` for skewed data.

Seasonal Kendall with the covariance between months (Hirsch and Slack) by default, Sen's slope with Gilbert's
interval from the same variance, and the test whether months (or stations) share one direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError, SchemaError
from helpers.statistics._series import MONTHS_A_YEAR, check_level, check_values, month_grid, year_grid
from helpers.statistics.kendall import (
    KendallTest,
    SenSlope,
    mann_kendall,
    seasonal_kendall,
    seasonal_slopes,
    sen_interval,
    sen_slope,
)

MINIMUM_MONTHS = 36
MINIMUM_YEARS = 6
SEASONAL_METHOD = "seasonal Kendall with covariance between months, Sen slope"
REGIONAL_METHOD = "regional seasonal Kendall with covariance, Sen slope"
ANNUAL_METHOD = "Mann-Kendall, Sen slope"


@dataclass(frozen=True)
class RankTrend:
    """One rank-based statement. Numbers are NaN unless ``status`` is ``ok``; units are those of the series."""

    estimate: float = np.nan  # Sen slope per year
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan  # two-sided, of no monotone trend
    likelihood_down: float = np.nan
    likelihood_up: float = np.nan
    s: float = np.nan
    tau: float = np.nan  # corrected for ties
    heterogeneity_p: float = np.nan  # small: one slope for all months (stations) says little
    n: int = 0
    n_missing: int = 0
    method: str = ""
    status: str = "insufficient"  # ok, insufficient
    reason: str = ""


def rank_trend(series: pd.Series, *, kind: str = "monthly", level: float = 0.95) -> RankTrend:
    """Estimate a slope per year by ranks.

    Parameters
    ----------
    series, kind, level
        As :func:`helpers.statistics.trend.trend`. Censored values first go through :func:`tie_below_limit`.

    Returns
    -------
    :class:`RankTrend`. The interval excludes zero only where p is below 1 − level, and holds zero inside or on
    its edge otherwise; likelihoods are those of the same z. Fewer than 36 valid months or 6 valid years, or
    constant values: ``insufficient``.

    Raises
    ------
    ParameterError
        Unknown kind or level.
    SchemaError
        As :func:`helpers.statistics.trend.trend`.
    """
    check_level(level)
    if kind == "annual":
        return _annual(series, level)
    if kind != "monthly":
        raise ParameterError(f"kind {kind!r} is unknown", expected="monthly or annual", remedy="choose one")
    blocks = month_blocks(series)
    _, grid = month_grid(series)
    n = int(np.isfinite(grid).sum())
    inside = np.flatnonzero(np.isfinite(grid))
    n_missing = int(inside[-1] - inside[0] + 1) - n if n else len(grid)
    return _tell_blocks(blocks, n_missing, SEASONAL_METHOD, level)


def regional_trend(stations: dict[str, pd.Series], *, level: float = 0.95) -> RankTrend:
    """Estimate one slope per year for several stations: every station's every month is a block.

    Parameters
    ----------
    stations
        Monthly series by station code, one unit; gaps and spans may differ.
    level
        Of the interval.

    Returns
    -------
    :class:`RankTrend`; the covariance includes that between stations; ``heterogeneity_p`` tests all blocks.

    Raises
    ------
    SchemaError
        No station, or as :func:`rank_trend`.
    """
    check_level(level)
    if not stations:
        raise SchemaError("no station given", expected="one or more", remedy="select the stations")
    grids = {code: month_grid(series) for code, series in stations.items()}
    filled = {code: grid for code, grid in grids.items() if len(grid[0])}
    if not filled:
        return RankTrend(method=REGIONAL_METHOD, reason="no valid month")
    first = min(months[0].year for months, _ in filled.values())
    last = max(months[-1].year for months, _ in filled.values())
    blocks = np.concatenate([_lay(months, values, first, last) for months, values in filled.values()])
    n_missing = sum(int(np.isnan(values).sum()) for _, values in filled.values())
    return _tell_blocks(blocks, n_missing, REGIONAL_METHOD, level)


def month_blocks(series: pd.Series) -> np.ndarray:
    """Lay a monthly series as blocks for :func:`helpers.statistics.kendall.seasonal_kendall`.

    Returns
    -------
    Shape (12, n_years), January first; NaN where no value stands.
    """
    months, values = month_grid(series)
    if not len(months):
        return np.empty((MONTHS_A_YEAR, 0))
    return _lay(months, values, months[0].year, months[-1].year)


def tie_below_limit(values: np.ndarray, is_censored: np.ndarray) -> np.ndarray:
    """Make all values below the highest detection limit ties at that limit.

    A censored value carries its limit. With limits that changed over the years only one rule compares fairly:
    whatever lies below the highest limit, found or not, is "at the limit" (Helsel and Hirsch 2002).

    Parameters
    ----------
    values, is_censored
        Shape (n,): values (limits where censored), and whether each is below its limit.

    Returns
    -------
    Shape (n,): values ready for ranks; a slope through ties is a bound, not a measurement.

    Raises
    ------
    SchemaError
        Shapes differ.

    Examples
    --------
    >>> tie_below_limit(np.array([0.5, 0.2, 1.0, 0.3]), np.array([True, False, False, True])).tolist()
    [0.5, 0.5, 1.0, 0.5]
    """
    array, flags = check_values(values, what="the series"), np.asarray(is_censored, dtype=bool)
    if array.shape != flags.shape:
        raise SchemaError(
            f"{len(array)} values and {len(flags)} flags", expected="one flag per value", remedy="align them"
        )
    limits = array[flags & np.isfinite(array)]
    return np.maximum(array, limits.max()) if limits.size else array


def _lay(months: pd.PeriodIndex, values: np.ndarray, first: int, last: int) -> np.ndarray:
    flat = np.full((last - first + 1) * MONTHS_A_YEAR, np.nan)
    flat[(months[0].year - first) * MONTHS_A_YEAR + months[0].month - 1 :][: len(values)] = values
    return flat.reshape(-1, MONTHS_A_YEAR).T


def _tell_blocks(blocks: np.ndarray, n_missing: int, method: str, level: float) -> RankTrend:
    n = int(np.isfinite(blocks).sum())
    facts = {"n": n, "n_missing": n_missing, "method": method}
    if n < MINIMUM_MONTHS:
        return RankTrend(
            **facts, reason=f"fewer than {MINIMUM_MONTHS} valid months" if n else "no valid month"
        )
    seasonal = seasonal_kendall(blocks)
    if not seasonal.test.variance > 0:
        return RankTrend(**facts, reason="no month varies between years")
    sen = sen_interval(seasonal_slopes(blocks), seasonal.test.variance, level=level)
    return _tell(sen, seasonal.test, level, facts | {"heterogeneity_p": seasonal.heterogeneity_p})


def _annual(series: pd.Series, level: float) -> RankTrend:
    years, values = year_grid(series)
    valid = np.flatnonzero(np.isfinite(values))
    n_missing = int(valid[-1] - valid[0] + 1 - valid.size) if valid.size else len(values)
    facts = {"n": int(valid.size), "n_missing": n_missing, "method": ANNUAL_METHOD}
    if valid.size < MINIMUM_YEARS:
        return RankTrend(**facts, reason=f"fewer than {MINIMUM_YEARS} whole years: distance to the path only")
    test = mann_kendall(values, years)
    if not test.variance > 0:
        return RankTrend(**facts, reason="the values never vary")
    return _tell(sen_slope(values, years, level=level), test, level, facts)


def _tell(sen: SenSlope, test: KendallTest, level: float, facts: dict[str, object]) -> RankTrend:
    """Join slope and test so that they cannot contradict each other.

    The test has a continuity correction and the interval interpolates between ranks; where only that sets the two
    apart, the limit is drawn to zero.
    """
    low, high = sen.low, sen.high
    if test.p >= 1 - level:
        low, high = min(low, 0.0), max(high, 0.0)
    elif sen.slope > 0:
        low = max(low, 0.0)
    else:
        high = min(high, 0.0) if sen.slope < 0 else high
    return RankTrend(
        estimate=sen.slope,
        low=low,
        high=high,
        p=test.p,
        likelihood_down=float(stats.norm.cdf(-test.z)),
        likelihood_up=float(stats.norm.cdf(test.z)),
        s=float(test.s),
        tau=test.tau_b,
        status="ok",
        **facts,
    )
