"""Whole-country station archives to hourly rows of one city: this suite's ingest beside plain pandas.

The peer is what a notebook would do: ``read_csv``, keep the wanted types, ``melt``, drop the gaps, write
Parquet. Ours does that and more: hashes, sidecars, quarantine, screening, partitions. Both read files made
here in the archive's own format. Every run has a process of its own, because peak memory belongs to a
process; runs alternate; times exclude the imports.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import registry, store
from helpers.paths import Folders
from helpers.sources.ingest import ingest

CITY, N_STATIONS, RUNS = "changchun", 1600, 3
TYPES = ["AQI", "PM2.5", "PM2.5_24h", "PM10", "PM10_24h", "SO2", "SO2_24h", "NO2", "NO2_24h"]
TYPES += ["O3", "O3_24h", "O3_8h", "O3_8h_24h", "CO", "CO_24h"]
KEPT = ["AQI", "PM2.5", "PM10", "SO2", "NO2", "O3", "CO"]


def write_days(folder: Path, days: int, *, one_file: bool) -> None:
    """Write seeded archives: a file a day, or all days in one file."""
    rng = np.random.default_rng(20220617)
    own = list(registry.stations(CITY)["station_code"])
    stations = own + [f"{code}A" for code in range(2000, 2000 + N_STATIONS - len(own))]
    cells = rng.integers(1, 300, (24 * len(TYPES), N_STATIONS)).astype(str)
    cells[rng.random(cells.shape) < 0.03] = ""
    lines = [",".join(row) for row in cells]
    header = "date,hour,type," + ",".join(stations)
    for place, day in enumerate(pd.date_range("2019-01-01", periods=days)):
        stamp = f"{day:%Y%m%d}"
        rows = [
            f"{stamp},{hour},{kind},{lines[hour * len(TYPES) + number]}"
            for hour in range(24)
            for number, kind in enumerate(TYPES)
        ]
        path = folder / ("china_sites_2019.csv" if one_file else f"china_sites_{stamp}.csv")
        with path.open("a", encoding="utf-8") as stream:
            first = place == 0 or not one_file
            stream.write("\n".join([header, *rows] if first else rows) + "\n")


def run_ours(raw: Path, out: Path) -> pd.DataFrame:
    """Ingest into a fresh folder and return the rows of the city."""
    folders = Folders(raw=raw, processed=out)
    ingest(folders, city=CITY)
    return store.read_table(out, "air_hourly", columns=["station_code", "time", "pollutant", "value"])


def run_peer(raw: Path, out: Path) -> pd.DataFrame:
    """Read, melt and write with plain pandas."""
    own = list(registry.stations(CITY)["station_code"])
    parts = []
    for path in sorted(raw.glob("*.csv")):
        wide = pd.read_csv(path)
        wide = wide[wide["type"].isin(KEPT)]
        when = pd.to_datetime(wide["date"].astype(str)) + pd.to_timedelta(wide["hour"], unit="h")
        wide = wide[["type", *own]].rename(columns={"type": "pollutant"}).assign(time=when)
        parts.append(wide.melt(["time", "pollutant"], var_name="station_code").dropna())
    table = pd.concat(parts, ignore_index=True)
    out.mkdir()
    table.to_parquet(out / "air.parquet")
    return table


def read_memory(field: str) -> float:
    """Memory of this process in MB: ``VmRSS`` now, ``VmHWM`` at its highest (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def measure(work: Callable[[Path, Path], pd.DataFrame], raw: Path) -> tuple[float, float, float, int, float]:
    """Wall seconds, CPU seconds, peak memory above the start (MB), rows and sum of the values of one run."""
    with tempfile.TemporaryDirectory() as folder:
        memory = read_memory("VmRSS")
        wall, cpu = time.perf_counter(), time.process_time()
        table = work(raw, Path(folder) / "out")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        memory = read_memory("VmHWM") - memory
    key = pd.util.hash_pandas_object(
        table[["station_code", "time", "pollutant", "value"]].astype({"time": "datetime64[s]"}), index=False
    )
    return wall, cpu, memory, len(table), float(key.to_numpy().sum())


def main() -> None:
    """Print the table."""
    print(f"{'task':<26}{'ours s':>8}{'peer s':>8}{'ratio':>7}{'ours cpu':>10}{'peer cpu':>10}", end="")
    print(f"{'ours MB':>9}{'peer MB':>9}{'Mcells/s':>10}  agree")
    for days, one_file in ((20, False), (60, True)):
        with tempfile.TemporaryDirectory() as folder:
            raw = Path(folder)
            write_days(raw, days, one_file=one_file)
            results: dict[str, list[tuple[float, ...]]] = {"run_ours": [], "run_peer": []}
            for _ in range(RUNS):
                for work in (run_ours, run_peer):
                    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                        results[work.__name__].append(pool.submit(measure, work, raw).result())
        ours, peer = (
            [statistics.median(column) for column in zip(*results[name], strict=True)] for name in results
        )
        task = f"{days} days, {'one file' if one_file else 'a file a day'}"
        speed = days * 24 * len(TYPES) * N_STATIONS / ours[0] / 1e6
        print(f"{task:<26}{ours[0]:>8.2f}{peer[0]:>8.2f}{peer[0] / ours[0]:>7.2f}{ours[1]:>10.2f}", end="")
        print(f"{peer[1]:>10.2f}{ours[2]:>9.0f}{peer[2]:>9.0f}{speed:>10.1f}  {ours[3:] == peer[3:]}")


if __name__ == "__main__":
    main()
