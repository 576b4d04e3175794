"""Trend: does the 95 % interval cover, is the test's size kept, and how fast beside pymannkendall.

Prints (1) the coverage table of ours and of each peer method rebuilt from its definition, with its false
positives under AR(1) noise (others: ``bench_trend_noise.py``), (2) seconds of ``trend_many`` beside a loop over pymannkendall. One process, alternate runs, median.
"""

from __future__ import annotations

import os
import time
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pymannkendall
import statsmodels.api as sm
from statsmodels.tsa.seasonal import STL

from helpers.statistics.kendall import seasonal_kendall, seasonal_slopes, sen_interval
from helpers.statistics.trend import trend_many

SIMULATIONS_OURS, SIMULATIONS_PEER = 3000, 300
SLOPE, SPREAD = -1.2, 6.0
LENGTHS, PERSISTENCES = (60, 120), (0.0, 0.3, 0.6)
WORLDS = [
    ("gauss", False, False),
    ("gauss+gaps", False, True),
    ("skew", True, False),
    ("skew+gaps", True, True),
]


def simulate(n_series: int, n_months: int, persistence: float, *, skewed: bool, gaps: bool, seed: int):
    """Season and AR(1) noise without slope; skew from log-normal shocks (skewness 3.7); gaps 8 % and four months."""
    generator = np.random.default_rng(seed)
    shocks = generator.standard_normal((n_series, n_months + 60))
    if skewed:
        spread = 0.8
        mean, sd = np.exp(spread**2 / 2), np.sqrt((np.exp(spread**2) - 1) * np.exp(spread**2))
        shocks = (np.exp(spread * shocks) - mean) / sd
    noise = np.zeros_like(shocks)
    for i in range(1, shocks.shape[1]):
        noise[:, i] = persistence * noise[:, i - 1] + np.sqrt(1 - persistence**2) * shocks[:, i]
    values = 50 + 20 * np.cos(2 * np.pi * np.arange(n_months) / 12) + SPREAD * noise[:, 60:]
    if gaps:
        values[generator.random(values.shape) < 0.08] = np.nan
        start = generator.integers(0, n_months - 4, n_series)
        values[np.arange(n_series)[:, None], start[:, None] + np.arange(4)] = np.nan
    return values


def design(n_months: int) -> np.ndarray:
    """Month effects and years."""
    return np.column_stack([np.eye(12)[np.arange(n_months) % 12], np.arange(n_months) / 12])


def ols(values: np.ndarray) -> tuple[float, float]:
    valid = np.isfinite(values)
    return tuple(sm.OLS(values[valid], design(len(values))[valid]).fit().conf_int()[-1])


def newey_west(values: np.ndarray) -> tuple[float, float]:
    valid = np.isfinite(values)
    lags = {"maxlags": round(4 * (valid.sum() / 100) ** (2 / 9))}
    fit = sm.OLS(values[valid], design(len(values))[valid]).fit(cov_type="HAC", cov_kwds=lags, use_t=True)
    return tuple(fit.conf_int()[-1])


def gls(values: np.ndarray) -> tuple[float, float]:
    """statsmodels' AR(1) GLS closes gaps: neighbours in the table, not in time."""
    valid = np.isfinite(values)
    return tuple(sm.GLSAR(values[valid], design(len(values))[valid], rho=1).iterative_fit(8).conf_int()[-1])


def deseasoned(values: np.ndarray) -> np.ndarray:
    monthly = values.reshape(-1, 12)
    return (values.reshape(-1, 12) - np.nanmean(monthly, axis=0)).ravel()


def openair_like(values: np.ndarray, *, block: bool, seed: int = 2, draws: int = 99) -> tuple[float, float]:
    """Sen slope of the deseasonalised series with a bootstrap interval, whole or in blocks of n^(1/3).

    openair takes the season out by STL (window 11, robust; gaps interpolated), draws pairs of time and value (blocks
    of them with ``autocor``) and takes the Sen slope of each draw.
    """
    t = np.flatnonzero(np.isfinite(values))
    filled = np.interp(np.arange(len(values)), t, values[t])
    y = (filled - STL(filled, period=12, seasonal=11, robust=True).fit().seasonal)[t].astype(np.float32)
    n, t = len(t), (t / 12).astype(np.float32)
    span = t[:, None] - t
    slopes = np.divide(y[:, None] - y, span, out=np.zeros_like(span), where=span != 0)
    # A month drawn twice has no slope: half of such pairs go to either end and leave the median alone.
    np.fill_diagonal(slopes, np.where(np.arange(n) % 2, np.inf, -np.inf))
    generator = np.random.default_rng(seed)
    length = round(n ** (1 / 3)) if block else 1
    starts = generator.integers(0, n - length + 1, (draws, -(-n // length)))
    picks = (starts[:, :, None] + np.arange(length)).reshape(draws, -1)[:, :n]
    first, second = np.triu_indices(n, 1)
    flat = np.take(slopes.ravel(), picks[:, first] * n + picks[:, second])
    middle = flat.shape[1] // 2
    return tuple(np.quantile(np.partition(flat, middle, axis=1)[:, middle], [0.025, 0.975]))


def seasonal_sen(values: np.ndarray, *, covariance: bool) -> tuple[float, float]:
    blocks = values.reshape(-1, 12).T
    test = seasonal_kendall(blocks, covariance=covariance).test
    sen = sen_interval(seasonal_slopes(blocks), test.variance, level=0.95)
    return sen.low, sen.high


INTERVALS = {
    "OLS month effects": ols,
    "  + Newey-West": newey_west,
    "GLS AR(1)": gls,
    "openair-like deseason": lambda v: openair_like(v, block=False),
    "openair-like + autocor": lambda v: openair_like(v, block=True),
    "seasonal Sen CI": lambda v: seasonal_sen(v, covariance=False),
    "seasonal Sen CI, covariance (ours)": lambda v: seasonal_sen(v, covariance=True),
}
# Bootstraps of Sen slopes take most of the time: the two extreme worlds tell enough.
SLOW, SLOW_WORLDS = ("openair-like deseason", "openair-like + autocor"), ("gauss", "skew+gaps")
TESTS = {
    "seasonal MK (pymannkendall)": lambda v: pymannkendall.seasonal_test(v, period=12).p,
    "correlated seasonal MK (pymannkendall)": lambda v: (
        pymannkendall.correlated_seasonal_test(v, period=12).p
    ),
    "Hamed-Rao (pymannkendall)": lambda v: pymannkendall.hamed_rao_modification_test(deseasoned(v)).p,
    "Yue-Wang (pymannkendall)": lambda v: pymannkendall.yue_wang_modification_test(deseasoned(v)).p,
    "seasonal Kendall, covariance (ours)": lambda v: seasonal_kendall(v.reshape(-1, 12).T).test.p,
}


def coverage_rows(world: tuple[str, bool, bool]) -> list[dict[str, object]]:
    """Coverage and false positives of all methods in one world: one row a method."""
    name, skewed, gaps = world
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for n_months in LENGTHS:
        for persistence in PERSISTENCES:
            cell = f"{n_months}/{persistence:.1f}"
            values = simulate(
                SIMULATIONS_OURS, n_months, persistence, skewed=skewed, gaps=gaps, seed=n_months
            )
            table = trend_many(values + SLOPE * np.arange(n_months) / 12)
            covered = 100 * (table["low"].le(SLOPE) & table["high"].ge(SLOPE)).mean()
            rows.setdefault(("cover", "OURS: trend"), {})[cell] = covered
            rows.setdefault(("false +", "OURS: trend"), {})[cell] = (
                100 * (trend_many(values)["p"] < 0.05).mean()
            )
            few = values[:SIMULATIONS_PEER]
            for method, interval in INTERVALS.items():
                if method in SLOW and name not in SLOW_WORLDS:
                    continue
                limits = np.array([interval(v) for v in few])
                rows.setdefault(("cover", method), {})[cell] = (
                    100 * ((limits[:, 0] <= 0) & (limits[:, 1] >= 0)).mean()
                )
            for method, test in TESTS.items():
                p = np.array([safely(test, v) for v in few])
                rows.setdefault(("false +", method), {})[cell] = 100 * (p < 0.05).mean()
    return [
        {"world": name, "what": what, "method": method, **cells} for (what, method), cells in rows.items()
    ]


def safely(test, values: np.ndarray) -> float:
    """A peer that fails on a series (all years with a gap) does not reject it."""
    try:
        return float(test(values))
    except (ZeroDivisionError, ValueError, IndexError):
        return np.nan


def timings() -> pd.DataFrame:
    """Seconds of 10,000 series of twelve years; the peer on 100 of them, scaled."""
    values = simulate(10_000, 144, 0.3, skewed=False, gaps=True, seed=1)
    clock = {"ours": [], "ours cpu": [], "peer": [], "peer cpu": []}
    for _ in range(3):
        for key, job, scale in (
            ("ours", lambda: trend_many(values), 1),
            ("peer", lambda: [pymannkendall.seasonal_test(v, period=12) for v in values[:100]], 100),
        ):
            wall, cpu = time.perf_counter(), time.process_time()
            job()
            clock[key].append(scale * (time.perf_counter() - wall))
            clock[f"{key} cpu"].append(scale * (time.process_time() - cpu))
    seconds = {key: float(np.median(found)) for key, found in clock.items()}
    ours = trend_many(values[:100])["estimate"]
    peer = np.array([pymannkendall.seasonal_test(v, period=12).slope for v in values[:100]])
    agree = f"slopes correlate {np.corrcoef(ours, peer)[0, 1]:.2f}"
    return pd.DataFrame(
        [
            {
                "task": "10,000 x 144 months with gaps",
                **seconds,
                "ratio": seconds["peer"] / seconds["ours"],
                "agree": agree,
            }
        ]
    )


def main() -> None:
    """Print both tables and the promise."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    table = pd.DataFrame([row for world in WORLDS for row in coverage_rows(world)])
    print(
        f"nominal 95 % interval and 5 % test; columns n/phi; ours {SIMULATIONS_OURS}, peers {SIMULATIONS_PEER} a cell"
    )
    print("(Monte-Carlo error at 95 %: ours 0.4, peers 1.26 points)")
    print(table.round(1).to_string(index=False))
    cells = [column for column in table.columns if "/" in column]
    ours = table[table["method"] == "OURS: trend"].set_index("what")
    cover, false = ours.loc["cover", cells].to_numpy(float), ours.loc["false +", cells].to_numpy(float)
    print(
        f"ours covers {cover.min():.1f} to {cover.max():.1f} %, false positives at most {false.max():.1f} %"
    )
    print(f"promise (93 % and more, at most 7 % false) kept: {bool(cover.min() >= 93 and false.max() <= 7)}")
    print(timings().round(3).to_string(index=False))


if __name__ == "__main__":
    main()
