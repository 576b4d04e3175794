"""Ten stations, ten years, six pollutants: hours to daily city values and index, beside plain pandas.

876,000 station-hours (5.26 million values) with 3 % missing; both sides start from the same long table and must give
the same daily city values and the same index. The plain version uses groupby, rolling windows and numpy interpolation,
as one writes it without caring for grids; its rounding is guarded by hand so that ties agree.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from helpers import registry
from helpers.standards import air
from helpers.standards.air.index import DAILY_ITEMS

SEED = 20220617
STATIONS = [f"S{number:02d}" for number in range(10)]
ASSESSED = STATIONS[:9]
REPEATS = 3


def simulate_hours(years: int = 10) -> pd.DataFrame:
    """Seeded hourly stations in the contract form, text columns as stored (dictionary-encoded)."""
    rng = np.random.default_rng(SEED)
    times = pd.date_range("2013-01-01 01:00", periods=years * 8760, freq="h", unit="s")
    scale = {"SO2": 15, "NO2": 35, "CO": 8, "O3": 80, "PM10": 70, "PM2.5": 45}
    parts = []
    for pollutant in air.POLLUTANTS:
        values = np.rint(rng.gamma(2.0, scale[pollutant] / 2, size=(len(STATIONS), len(times))))
        values[rng.random(values.shape) < 0.03] = np.nan
        parts.append(
            pd.DataFrame(
                {
                    "station_code": pd.Categorical.from_codes(
                        np.repeat(np.arange(len(STATIONS)), len(times)), STATIONS
                    ),
                    "time": np.tile(times, len(STATIONS)),
                    "pollutant": pd.Categorical([pollutant] * values.size, categories=air.POLLUTANTS),
                    "value": values.ravel() / (10 if pollutant == "CO" else 1),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).dropna(ignore_index=True)


def run_ours(hours: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """City days and their index by the suite."""
    city = air.daily_city(air.daily_stations(hours), assessed=ASSESSED)
    return city, air.daily_aqi(city, edition="2012")


def run_pandas(hours: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """The same by groupby and rolling windows: city days (wide) and index."""
    hours = hours[hours["station_code"].isin(ASSESSED)]
    hours = hours.assign(date=(hours["time"] - pd.Timedelta(hours=1)).dt.normalize())
    daily = hours.groupby(["pollutant", "station_code", "date"], observed=True)["value"].agg(
        ["mean", "count", "max"]
    )
    valid = daily[daily["count"] >= 20]
    city = valid["mean"].groupby(["pollutant", "date"], observed=True).mean().unstack("pollutant")
    city["O3_1h"] = valid.loc["O3", "max"].groupby("date").mean()
    ozone = hours[hours["pollutant"] == "O3"].set_index("time").sort_index()
    wide = ozone.pivot(columns="station_code", values="value").asfreq("h")
    windows = wide.rolling(8, min_periods=6).mean()
    ends = windows.index.hour
    windows = windows[(ends == 0) | (ends >= 8)]
    by_day = windows.groupby((windows.index - pd.Timedelta(hours=1)).normalize())
    best, count = by_day.max(), by_day.count()
    city["O3"] = best.where((count >= 14) | (best > 160)).mean(axis=1)
    for name in city:
        decimals = 1 if name == "CO" else 0
        city[name] = (city[name].round(9) * 10**decimals).round(6).round() / 10**decimals
    return city, index_2012(city)


def index_2012(city: pd.DataFrame) -> pd.Series:
    """Index of the 2012 edition by interpolation."""
    table = registry.table("aqi_breakpoints").dropna(subset=["concentration"])
    table = table[table["edition"].astype(str) == "2012"]
    parts = {}
    for name, item in DAILY_ITEMS.items():
        points = table[table["item"] == item]
        parts[name] = np.ceil(np.interp(city[name], points["concentration"], points["iaqi"]).round(9))
    return pd.DataFrame(parts, index=city.index).max(axis=1)


def measure(task: Callable[[], object]) -> tuple[float, float, object]:
    """Wall seconds, CPU seconds and the result of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = task()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def agree(ours: tuple[pd.DataFrame, pd.DataFrame], plain: tuple[pd.DataFrame, pd.Series]) -> bool:
    """Whether every daily city value and every index is the same."""
    city = ours[0].pivot(index="date", columns="pollutant", values="value")
    same_city = np.array_equal(city, plain[0].reindex(city.index)[list(city)], equal_nan=True)
    index = ours[1].set_index("date")["aqi"]
    return same_city and np.array_equal(index, plain[1].reindex(index.index), equal_nan=True)


def main() -> None:
    """Print one row per form of the table: seconds of both sides, ratio, agreement."""
    coded = simulate_hours()
    text = coded.astype({"station_code": "str", "pollutant": "str"})
    print(f"{len(coded):,} values of {len(STATIONS)} stations, median of {REPEATS} alternate runs")
    print(f"{'task':42}{'ours s':>9}{'cpu s':>8}{'pandas s':>10}{'cpu s':>8}{'ratio':>7}  agree")
    tasks = [
        ("hours to city days and index, categories", coded),
        ("hours to city days and index, text", text),
    ]
    for name, hours in tasks:
        runs = [
            (measure(lambda h=hours: run_ours(h)), measure(lambda h=hours: run_pandas(h)))
            for _ in range(REPEATS)
        ]
        wall, cpu, peer_wall, peer_cpu = (
            statistics.median(run[side][part] for run in runs) for side in (0, 1) for part in (0, 1)
        )
        same = all(agree(ours[2], plain[2]) for ours, plain in runs)
        print(
            f"{name:42}{wall:9.2f}{cpu:8.2f}{peer_wall:10.2f}{peer_cpu:8.2f}{peer_wall / wall:7.1f}  {same}"
        )
    wall, cpu, index = measure(lambda: air.hourly_aqi(coded))
    print(f"{'index of ' + format(len(index), ',') + ' station-hours':42}{wall:9.2f}{cpu:8.2f}")


if __name__ == "__main__":
    main()
