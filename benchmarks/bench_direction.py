"""Roses, sector percentiles and the polar surface beside plain pandas: ten years of hours.

The plain side counts and averages with ``crosstab`` and ``groupby``; its surface is the exact kernel mean over single
hours, which ours approximates on bins of 10° by half a metre per second. openair 3.1 took 1.39 s for a polar plot and
0.54 s for a wind rose of 88,000 hours, drawing included (analysis_peers.md, 4).
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from helpers.statistics import direction

SEED = 20220617
REPEATS = 3
EDGES = [2.0, 4.0, 6.0]


def simulate_hours(n: int = 87_600) -> pd.DataFrame:
    """Seeded hours with a source in the south-west at 3 m/s; directions in tens of degrees."""
    rng = np.random.default_rng(SEED)
    angle = rng.integers(1, 37, n) * 10.0
    speed = np.round(rng.gamma(2, 1.5, n) + 0.1, 1)
    near = np.exp(-(((angle - 225) / 30) ** 2) - (speed - 3) ** 2)
    times = pd.date_range("2013-01-01 01:00", periods=n, freq="h", unit="s")
    value = 20 + 60 * near + rng.normal(0, 3, n)
    columns = {"time": times, "wind_direction_deg": angle, "wind_speed_m_s": speed, "value": value}
    return pd.DataFrame(columns)


def measure(task: Callable[[], object]) -> tuple[float, float, object]:
    """Wall seconds, CPU seconds and the result of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = task()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def rose_pandas(hours: pd.DataFrame) -> np.ndarray:
    """Shares by sector of 30° and class of speed."""
    sector = np.ceil(hours["wind_direction_deg"] / 30 - 0.5) % 12
    classes = pd.cut(hours["wind_speed_m_s"], [-np.inf, *EDGES, np.inf])
    return 100 * pd.crosstab(sector, classes).to_numpy().ravel() / len(hours)


def percentiles_pandas(hours: pd.DataFrame) -> np.ndarray:
    """Percentiles by sector."""
    sector = np.ceil(hours["wind_direction_deg"] / 30 - 0.5) % 12
    return hours.groupby(sector)["value"].quantile([0.25, 0.5, 0.75, 0.9, 0.95]).to_numpy()


def surface_exact(hours: pd.DataFrame, cells: pd.DataFrame) -> np.ndarray:
    """Kernel mean over single hours at the centres of the cells."""
    angle, speed, value = (
        hours[name].to_numpy() for name in ("wind_direction_deg", "wind_speed_m_s", "value")
    )
    result = np.empty(len(cells))
    for row, (sector, edge) in enumerate(zip(cells["sector_deg"], cells["speed_m_s"], strict=True)):
        turn = np.abs((sector - angle + 180) % 360 - 180)
        away = (edge + 0.5 - speed) / direction.SPREAD_M_S
        weight = np.exp(-0.5 * (turn / direction.SPREAD_DEG) ** 2 - 0.5 * away**2)
        result[row] = (weight * value).sum() / weight.sum()
    return result


def main() -> None:
    """Print one row a task: seconds of both sides, ratio, largest difference."""
    hours = simulate_hours()
    cells = direction.polar_surface(hours).dropna(subset=["value"])
    percents = ["p25", "p50", "p75", "p90", "p95"]
    tasks: list[tuple[str, Callable[[], np.ndarray], Callable[[], np.ndarray]]] = [
        (
            "wind rose, 12 sectors",
            lambda: direction.wind_rose(hours, edges=EDGES, n_sectors=12)["share_pct"].to_numpy()[:-2],
            lambda: rose_pandas(hours),
        ),
        (
            "percentiles and intervals",
            lambda: direction.sector_means(hours, n_sectors=12)[percents].to_numpy().ravel(),
            lambda: percentiles_pandas(hours),
        ),
        (
            "polar surface",
            lambda: direction.polar_surface(hours)["value"].dropna().to_numpy(),
            lambda: surface_exact(hours, cells),
        ),
    ]
    print(f"{len(hours):,} hours, median of {REPEATS} alternate runs")
    print(f"{'task':28}{'ours s':>9}{'cpu s':>8}{'plain s':>9}{'cpu s':>8}{'ratio':>7}  largest difference")
    for name, ours, plain in tasks:
        runs = [(measure(ours), measure(plain)) for _ in range(REPEATS)]
        wall, cpu, peer_wall, peer_cpu = (
            statistics.median(run[side][part] for run in runs) for side in (0, 1) for part in (0, 1)
        )
        gap = max(float(np.abs(a[2] - b[2]).max()) for a, b in runs)
        print(
            f"{name:28}{wall:9.4f}{cpu:8.4f}{peer_wall:9.3f}{peer_cpu:8.3f}{peer_wall / wall:7.1f}  {gap:.2g}"
        )


if __name__ == "__main__":
    main()
