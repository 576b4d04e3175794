"""Trend: what a nominal 95 % interval covers under the noises real months have, and what that honesty costs in width.

Prints, for 48 to 180 months, twelve noises and four kinds of gap, the share of series without a trend whose interval
holds zero, and the median width over that of an oracle: the same slope with its true standard error. Both matter: an
interval that is always wide covers too. One process; about a minute.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.linalg import toeplitz
from scipy.signal import lfilter

from helpers.statistics.trend import trend_many

LENGTHS = (48, 60, 84, 120, 180)
SERIES, PATTERNS, START, BURN = 1000, 20, 4, 400  # series start in May
Noise = Callable[
    [np.random.Generator, int], tuple[np.ndarray, np.ndarray]
]  # series and their true covariance


def arma(phi: float, theta: float = 0.0, shocks: str = "gauss") -> Noise:
    """ARMA(1,1) noise of shocks with variance one."""

    def draw(generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        size = (SERIES, n + BURN)
        heavy = shocks == "t3"
        e = generator.standard_t(3, size) / np.sqrt(3) if heavy else generator.standard_normal(size)
        if shocks == "lognormal":  # skewness 3.7
            e = (np.exp(0.8 * e) - np.exp(0.32)) / np.sqrt((np.exp(0.64) - 1) * np.exp(0.64))
        answer = lfilter([1, theta], [1, -phi], np.r_[1, np.zeros(BURN)])
        by_lag = [answer[: len(answer) - lag] @ answer[lag:] for lag in range(n)]
        return lfilter([1, theta], [1, -phi], e)[:, BURN:], toeplitz(by_lag)

    return draw


def year_effects(generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Levels of calendar years, half as large as the shocks of months, and AR(1) 0.2."""
    months, covariance = arma(0.2)(generator, n)
    year = (np.arange(n) + START) // 12
    effects = 0.5 * generator.standard_normal((SERIES, year[-1] + 1))
    return months + effects[:, year], covariance + 0.25 * (year[:, None] == year)


def fractional(d: float) -> Noise:
    """Noise of long memory, drawn from its exact covariance."""

    def draw(generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        lags = np.arange(1, n)
        covariance = toeplitz(np.r_[1, np.cumprod((lags - 1 + d) / (lags - d))])
        return generator.standard_normal((SERIES, n)) @ np.linalg.cholesky(covariance).T, covariance

    return draw


def seasonal_spread(generator: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """AR(1) 0.4 with a winter four times as restless as the summer."""
    months, covariance = arma(0.4)(generator, n)
    spread = 1 + 0.6 * np.cos(2 * np.pi * (np.arange(n) + START) / 12)
    return months * spread, covariance * np.outer(spread, spread)


NOISES: dict[str, Noise] = {
    "independent": arma(0),
    "AR(1) .2": arma(0.2),
    "AR(1) .5": arma(0.5),
    "AR(1) .8": arma(0.8),
    "ARMA(.8, -.4)": arma(0.8, -0.4),
    "ARMA(.9, -.7)": arma(0.9, -0.7),
    "year effects, AR(1) .2": year_effects,
    "fractional .2": fractional(0.2),
    "fractional .35": fractional(0.35),
    "t3, AR(1) .3": arma(0.3, shocks="t3"),
    "lognormal, AR(1) .4": arma(0.4, shocks="lognormal"),
    "seasonal sd, AR(1) .4": seasonal_spread,
}


def holes(generator: np.random.Generator, n: int, gap: str) -> np.ndarray:
    """Which months are missing: a share of them at random, or a block of one sixth."""
    missing = np.zeros(n, dtype=bool)
    if gap == "block":
        first = generator.integers(3, n - n // 6 - 3)
        missing[first : first + n // 6] = True
    else:
        missing[generator.permutation(n)[: round(n * float(gap) / 100)]] = True
    return missing


def true_error(covariance: np.ndarray, present: np.ndarray) -> float:
    """Standard error of the least-squares slope (a year) under the true noise."""
    t = np.arange(len(present)) / 12
    design = np.column_stack([np.eye(12)[(np.arange(len(t)) + START) % 12], t - t.mean()])[present]
    weights = np.linalg.pinv(design)[-1]
    return float(np.sqrt(weights @ covariance[np.ix_(present, present)] @ weights))


def cell(noise: Noise, n: int, gap: str) -> dict[str, float]:
    """Coverage, width and share of answers of one cell."""
    generator = np.random.default_rng([n, 1])
    values, covariance = noise(generator, n)
    oracle = np.empty(SERIES)
    for k in range(PATTERNS):
        missing = holes(generator, n, gap)
        values[k::PATTERNS, missing] = np.nan
        oracle[k::PATTERNS] = 2 * 1.96 * true_error(covariance, ~missing)
    # The first month of all rows is May: that of the matrix must not matter.
    told = trend_many(np.pad(values, ((0, 0), (START, 0)), constant_values=np.nan))
    ok = told["status"] == "ok"
    holds = told["low"].le(0) & told["high"].ge(0)
    width = (told["high"] - told["low"]) / oracle
    return {"cover": 100 * holds[ok].mean(), "width": width[ok].median(), "told": 100 * ok.mean()}


def main() -> None:
    """Print coverage, width and the share of series that are told anything, a line a noise."""
    begun = time.perf_counter()
    rows = [
        {"noise": name, "gap": gap, "n": n} | cell(noise, n, gap)
        for name, noise in NOISES.items()
        for gap in ("0", "10", "25", "block")
        for n in LENGTHS
    ]
    table = pd.DataFrame(rows)
    for what, digits in (("cover", 1), ("width", 2), ("told", 0)):
        wide = table.pivot_table(index="noise", columns=["gap", "n"], values=what, sort=False)
        print(f"\n{what} (gaps in percent of months, or a block of one sixth; months)")
        print(wide.round(digits).to_string())
    low, high = table["cover"].lt(93).sum(), table["cover"].gt(97).sum()
    print(
        f"\n{len(table)} cells of {SERIES} series (error of 95 %: {100 * np.sqrt(0.95 * 0.05 / SERIES):.1f} points)"
    )
    print(
        f"cover {table['cover'].min():.1f} to {table['cover'].max():.1f} %; below 93: {low}, above 97: {high}"
    )
    print(f"width over the oracle's: mean {table['width'].mean():.2f}, most {table['width'].max():.2f}")
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
