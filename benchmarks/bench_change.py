"""Breaks and effects: false positives and power beside plain selection, seconds beside a plain implementation.

``plain`` is the rule of strucchange and of the tools built on it: least-squares partitions, BIC, no thought of serial
correlation. Its partitions are computed here as its paper writes them, with the whole triangle of squared errors.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from helpers.statistics.change import SEGMENT_SHARE, find_breaks
from helpers.statistics.effect import estimate_effect

SEED = 20220617
SIMULATIONS = 200
REPEATS = 5


def red_noise(rng: np.random.Generator, n: int, persistence: float) -> np.ndarray:
    """AR(1) noise of unit innovations."""
    return lfilter([1], [1, -persistence], rng.standard_normal(n + 100))[100:]


def plain_breaks(y: np.ndarray, most: int = 5) -> list[int]:
    """Partitions by the triangle of squared errors and loops over its ends, number by BIC."""
    n = len(y)
    shortest = int(SEGMENT_SHARE * n)
    triangle = np.full((n, n + 1), np.inf)
    for i in range(n):
        mean, square = 0.0, 0.0
        for j in range(i, n):
            step = y[j] - mean
            mean += step / (j - i + 1)
            square += step * (y[j] - mean)
            if j - i + 1 >= shortest:
                triangle[i, j + 1] = square
    cost, origin = [triangle[0]], []
    for m in range(1, most + 1):
        best, place = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=int)
        for stop in range((m + 1) * shortest, n + 1):
            total = cost[-1][:stop] + triangle[:stop, stop]
            place[stop] = total.argmin()
            best[stop] = total[place[stop]]
        cost.append(best)
        origin.append(place)
    bic = [n * np.log(c[n] / n) + np.log(n) * 2 * (m + 1) for m, c in enumerate(cost)]
    found, stop = [], n
    for m in range(int(np.argmin(bic)), 0, -1):
        stop = int(origin[m - 1][stop])
        found.append(stop)
    return found[::-1]


def measure(task: Callable[[], object]) -> tuple[float, float, object]:
    """Wall seconds, CPU seconds and the result of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = task()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def time_breaks() -> None:
    """Seconds of the same selection on series with one break."""
    print(f"{'breaks by BIC':22}{'ours s':>9}{'cpu s':>9}{'plain s':>9}{'cpu s':>9}{'ratio':>7}  agree")
    rng = np.random.default_rng(SEED)
    for name, n in (("10 years of months", 120), ("10 years of weeks", 522)):
        y = red_noise(rng, n, 0.3) + 3 * (np.arange(n) > n // 2)
        runs = [
            (
                measure(lambda y=y: find_breaks(pd.Series(y), is_serial=False)),
                measure(lambda y=y: plain_breaks(y)),
            )
            for _ in range(REPEATS)
        ]
        ours, cpu, plain, plain_cpu = (
            statistics.median(run[side][part] for run in runs) for side in (0, 1) for part in (0, 1)
        )
        agree = all(a[2].table["position"].tolist() == b[2] for a, b in runs)
        print(f"{name:22}{ours:9.4f}{cpu:9.4f}{plain:9.4f}{plain_cpu:9.4f}{plain / ours:7.1f}  {agree}")


def count_false_breaks() -> None:
    """Share of series without a break in which one is found; share of planted breaks found exactly in number."""
    print(f"\n{SIMULATIONS} series a row: share with any break, where there is none")
    print(f"{'model':8}{'n':>5}{'φ':>5}{'ours':>8}{'plain':>8}")
    rng = np.random.default_rng(SEED)
    for model in ("mean", "linear"):
        for n in (60, 120):
            for persistence in (0.0, 0.3, 0.6):
                found = np.zeros(2)
                for _ in range(SIMULATIONS):
                    series = pd.Series(red_noise(rng, n, persistence))
                    for i, is_serial in enumerate((True, False)):
                        found[i] += not find_breaks(series, model=model, is_serial=is_serial).table.empty
                print(
                    f"{model:8}{n:5d}{persistence:5.1f}{found[0] / SIMULATIONS:8.1%}{found[1] / SIMULATIONS:8.1%}"
                )
    print("\nshare with the right number of breaks, 120 months, step of 3 innovations' spread half way")
    for persistence in (0.0, 0.3, 0.6):
        right = np.zeros(2)
        for _ in range(SIMULATIONS // 2):
            series = pd.Series(red_noise(rng, 120, persistence) + 3 * (np.arange(120) >= 60))
            for i, is_serial in enumerate((True, False)):
                right[i] += len(find_breaks(series, is_serial=is_serial).table) == 1
        print(
            f"φ {persistence:.1f}: ours {right[0] / (SIMULATIONS // 2):.0%}, plain {right[1] / (SIMULATIONS // 2):.0%}"
        )


def cover_effects() -> None:
    """Coverage of the effect's interval and how often a causal word is allowed, without and with an effect."""
    print(
        f"\n{SIMULATIONS} series a row: 95 % interval of a step, and share in which a causal word is allowed"
    )
    print(f"{'n':>4}{'φ':>5}{'covers':>9}{'no effect':>11}{'step of 2.5':>13}")
    rng = np.random.default_rng(SEED)
    for n in (60, 96):
        for persistence in (0.0, 0.3, 0.6):
            months = pd.period_range("2015-01", periods=n, freq="M")
            after = np.arange(n) >= n // 2
            covers, false, true = 0, 0, 0
            for _ in range(SIMULATIONS):
                y = red_noise(rng, n, persistence) + 3 * np.cos(np.pi * np.arange(n) / 6)
                none, some = (
                    estimate_effect(pd.Series(y - size * after, months), at=str(months[n // 2]))
                    for size in (0, 2.5)
                )
                covers += none.low <= 0 <= none.high
                false += none.causal_allowed
                true += some.causal_allowed
            shares = (count / SIMULATIONS for count in (covers, false, true))
            print(f"{n:4d}{persistence:5.1f}{next(shares):9.1%}{next(shares):11.1%}{next(shares):13.1%}")


def main() -> None:
    """Print the three tables."""
    time_breaks()
    count_false_breaks()
    cover_effects()


if __name__ == "__main__":
    main()
