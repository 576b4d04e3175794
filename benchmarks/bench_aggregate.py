"""Calendar means, trailing means and vector wind beside plain pandas: ten stations, ten years of hours.

Both sides start from the same wide table (87,600 hours by ten stations, 3 % missing) and must give the same numbers.
openair 3.1 took 4.20 s for the daily means of the same size in long form at 75 % capture (analysis_peers.md, 4).
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from helpers.statistics import averages

SEED = 20220617
REPEATS = 5
CAPTURE = 75.0


def simulate_hours(years: int = 10) -> pd.DataFrame:
    """Seeded hours of ten stations, hour-starting."""
    rng = np.random.default_rng(SEED)
    values = np.rint(rng.gamma(2.0, 25.0, size=(years * 8760, 10)))
    values[rng.random(values.shape) < 0.03] = np.nan
    times = pd.date_range("2013-01-01", periods=len(values), freq="h", unit="s", name="time")
    return pd.DataFrame(values, index=times, columns=[f"S{number:02d}" for number in range(10)])


def simulate_wind() -> pd.DataFrame:
    """Seeded wind of the same hours."""
    rng = np.random.default_rng(SEED)
    times = simulate_hours().index
    angle = rng.integers(1, 37, len(times)) * 10.0
    return pd.DataFrame(
        {"wind_direction_deg": angle, "wind_speed_m_s": rng.gamma(2, 1.5, len(times))}, index=times
    )


def measure(task: Callable[[], object]) -> tuple[float, float, object]:
    """Wall seconds, CPU seconds and the result of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = task()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def average_ours(hours: pd.DataFrame, by: str) -> np.ndarray:
    """Periods by stations."""
    table = averages.calendar_average(hours, by=by, min_coverage_pct=CAPTURE, stamp="start")
    return table["value"].to_numpy().reshape(hours.shape[1], -1).T


def average_pandas(hours: pd.DataFrame, by: str) -> np.ndarray:
    """The same by resampling, with the calendar as denominator."""
    groups = hours.resample({"day": "D", "month": "MS", "year": "YS"}[by])
    mean, count = groups.mean(), groups.count()
    ends = mean.index + pd.tseries.frequencies.to_offset(mean.index.freqstr)
    expected = ((ends - mean.index) / pd.Timedelta(hours=1)).to_numpy()[:, None]
    return mean.where(100 * count >= CAPTURE * expected).to_numpy()


def wind_ours(wind: pd.DataFrame) -> np.ndarray:
    """Monthly directions of unit vectors and of the wind weighted by speed."""
    table = averages.calendar_wind(wind, by="month", stamp="start")
    return table[["direction_deg", "vector_direction_deg"]].to_numpy()


def wind_pandas(wind: pd.DataFrame) -> np.ndarray:
    """The same by resampling."""
    angle, speed = np.radians(wind["wind_direction_deg"]), wind["wind_speed_m_s"]
    parts = {"u": np.sin(angle), "v": np.cos(angle), "a": speed * np.sin(angle), "b": speed * np.cos(angle)}
    mean = pd.DataFrame(parts).resample("MS").mean()
    ways = [np.arctan2(mean["u"], mean["v"]), np.arctan2(mean["a"], mean["b"])]
    return np.degrees(np.column_stack(ways)) % 360


def main() -> None:
    """Print one row a task: seconds of both sides, ratio, agreement."""
    hours, wind = simulate_hours(), simulate_wind()
    tasks: list[tuple[str, Callable[[], np.ndarray], Callable[[], np.ndarray]]] = [
        (
            f"means by {by}, capture 75 %",
            lambda b=by: average_ours(hours, b),
            lambda b=by: average_pandas(hours, b),
        )
        for by in ("day", "month", "year")
    ]
    tasks.append(
        (
            "trailing 8 h, 6 valid",
            lambda: averages.trailing_average(hours, hours=8, min_valid=6).to_numpy(),
            lambda: hours.rolling(8, min_periods=6).mean().to_numpy(),
        )
    )
    tasks.append(("vector wind by month", lambda: wind_ours(wind), lambda: wind_pandas(wind)))
    print(f"{hours.size:,} values, median of {REPEATS} alternate runs")
    print(f"{'task':30}{'ours s':>9}{'cpu s':>8}{'pandas s':>10}{'cpu s':>8}{'ratio':>7}  agree")
    for name, ours, plain in tasks:
        runs = [(measure(ours), measure(plain)) for _ in range(REPEATS)]
        wall, cpu, peer_wall, peer_cpu = (
            statistics.median(run[side][part] for run in runs) for side in (0, 1) for part in (0, 1)
        )
        same = all(np.allclose(a[2], b[2], rtol=0, atol=1e-9, equal_nan=True) for a, b in runs)
        print(
            f"{name:30}{wall:9.4f}{cpu:8.4f}{peer_wall:10.4f}{peer_cpu:8.4f}{peer_wall / wall:7.1f}  {same}"
        )


if __name__ == "__main__":
    main()
