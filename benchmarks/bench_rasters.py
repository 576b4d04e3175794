"""Trends of a million pixels: time and memory of this suite beside a loop over pymannkendall on some of the pixels.

A folder of 240 monthly NDVI images of 1000 × 1000 pixels is written here, with clouds (a tenth of the values) in all but
its first rows. Ours reads the whole folder, and makes its zonal series and its map, in a process of its own, whose peak
memory the system tells. The peer loops over pixels that are in memory already; its time is scaled to all of them. Slopes
are compared on all pixels of the sample, p on those without gaps, where both know the covariance between months; ours
never lets it lower the variance ("capped", p then is that of independent months). The plain test compares 28,680 pairs a pixel
instead of 2,280; there both run on a sample.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pymannkendall
import rasterio
from scipy.special import erfc

from helpers.battles.raster_summary import summarise_folder
from helpers.statistics.kendall import seasonal_kendall
from helpers.statistics.raster_trend import pixel_trends

SIDE, N_DATES, RUNS, SEED = 1000, 240, 3, 20220617
CLOUDLESS, SAMPLE, SAMPLE_PLAIN = 100, 200, 40  # rows; pixels of the peer
MEMORY_LIMIT_MB = 2048


def write_folder(folder: Path, rng: np.random.Generator) -> None:
    """Write the images: season, a trend that differs by column, noise, clouds; whole numbers, so there are ties."""
    slope = np.linspace(-60, 60, SIDE).astype("float32")
    grid = {"driver": "GTiff", "height": SIDE, "width": SIDE, "count": 1, "dtype": "int16", "nodata": -3000}
    grid |= {"crs": "EPSG:32651", "transform": rasterio.Affine(250, 0, 500_000, 0, -250, 4_950_000)}
    for place, month in enumerate(pd.date_range("2006-01-01", periods=N_DATES, freq="MS")):
        season = 4000 - 2500 * np.cos(2 * np.pi * (month.month - 1) / 12)
        values = season + slope * place / 12 + 400 * rng.standard_normal((SIDE, SIDE), dtype="float32")
        pixels = values.clip(-2000, 10_000).astype("int16")
        pixels[CLOUDLESS:][rng.random((SIDE - CLOUDLESS, SIDE), dtype="float32") < 0.1] = -3000
        with rasterio.open(
            folder / f"NDVI_{month:%Y-%m}.tif", "w", compress="deflate", zlevel=1, **grid
        ) as file:
            file.write(pixels, 1)


def summarise(folder: Path, rows: np.ndarray, columns: np.ndarray) -> dict[str, object]:
    """Run ours; wall and CPU seconds, peak memory of this process in MB, and the trends of the sample."""
    wall, cpu = time.perf_counter(), time.process_time()
    summary = summarise_folder(folder, as_of=date(2025, 12, 31))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    drawn = summary.map
    return {
        "wall": wall,
        "cpu": cpu,
        "peak": peak,
        "slope": drawn.slope[rows, columns],
        "p": drawn.p[rows, columns],
    }


def read_pixels(folder: Path, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Series of the sample, shape (pixels, dates)."""
    series = []
    for path in sorted(folder.glob("*.tif")):
        with rasterio.open(path) as source:
            stored = source.read(1)[rows, columns]
        series.append(np.where(stored == -3000, np.nan, stored / 10_000))
    return np.array(series).T


def measure(job: Callable[[], object]) -> tuple[float, float, object]:
    """Wall and CPU seconds of one run, and what it returned."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = job()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def compare_seasonal(folder: Path, rng: np.random.Generator) -> dict[str, object]:
    """Ours on the whole folder, the peer on the sample, alternately."""
    rows = np.concatenate(
        [rng.integers(0, CLOUDLESS, SAMPLE // 2), rng.integers(CLOUDLESS, SIDE, SAMPLE // 2)]
    )
    columns = rng.integers(0, SIDE, SAMPLE)
    series, scale = read_pixels(folder, rows, columns), SIDE**2 / SAMPLE
    ours, peer = [], []
    for _ in range(RUNS):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            ours.append(pool.submit(summarise, folder, rows, columns).result())
        peer.append(
            measure(lambda: [pymannkendall.correlated_seasonal_test(row, period=12) for row in series])
        )
    slopes = [pymannkendall.seasonal_sens_slope(row, period=12).slope for row in series]
    apart = np.abs(ours[0]["slope"] - slopes).max()
    full = np.isfinite(series).all(axis=1)
    # The peer leaves out the continuity correction here; its S and variance are put into ours.
    s, variance = np.array([(test.s, test.var_s) for test in peer[0][2]])[full].T
    with np.errstate(invalid="ignore"):
        peer_p = erfc(np.abs(s - np.sign(s)) / np.sqrt(2 * variance))
    own_p = ours[0]["p"][full]
    same = np.isclose(own_p, peer_p, rtol=1e-6, atol=1e-12)
    independent = np.array(
        [seasonal_kendall(row.reshape(-1, 12).T, covariance=False).test.p for row in series[full]]
    )
    capped = ~same & np.isclose(own_p, independent, rtol=1e-6, atol=1e-12) & ~(own_p < peer_p)
    return {
        "task": f"seasonal Kendall, {SIDE} x {SIDE} x {N_DATES} from files",
        "ours s": np.median([run["wall"] for run in ours]),
        "ours cpu": np.median([run["cpu"] for run in ours]),
        "peer s": scale * np.median([run[0] for run in peer]),
        "peer cpu": scale * np.median([run[1] for run in peer]),
        "peak MB": max(run["peak"] for run in ours),
        "agree": f"slopes within {apart:.0e}; p equal {same.sum()}, covariance capped at 0 {capped.sum()} of {full.sum()}"
        f" ({'all' if (same | capped).all() and apart < 1e-9 else 'NOT all'} explained)",
    }


def compare_plain(rng: np.random.Generator) -> dict[str, object]:
    """The plain test on series of 240 values, scaled to a million pixels."""
    values = rng.integers(0, 9000, (2000, 1, N_DATES)) / 10_000
    times = np.arange(float(N_DATES))
    ours, peer = [], []
    for _ in range(RUNS):
        ours.append(measure(lambda: [pixel_trends(part, times) for part in np.split(values, 20)]))
        peer.append(measure(lambda: [pymannkendall.original_test(row[0]) for row in values[:SAMPLE_PLAIN]]))
    slope, p, _ = (np.concatenate(layer)[:SAMPLE_PLAIN] for layer in zip(*ours[0][2], strict=True))
    known = np.array([(test.slope, test.p) for test in peer[0][2]])
    agree = np.allclose(slope, known[:, 0], rtol=1e-9) and np.allclose(p, known[:, 1], rtol=1e-9)
    scale, scale_peer = SIDE**2 / len(values), SIDE**2 / SAMPLE_PLAIN
    return {
        "task": f"Mann-Kendall, a million series of {N_DATES} in memory (scaled)",
        "ours s": scale * np.median([run[0] for run in ours]),
        "ours cpu": scale * np.median([run[1] for run in ours]),
        "peer s": scale_peer * np.median([run[0] for run in peer]),
        "peer cpu": scale_peer * np.median([run[1] for run in peer]),
        "peak MB": np.nan,
        "agree": f"slopes and p: {agree}",
    }


def main() -> None:
    """Print the table and whether memory stayed below the limit."""
    warnings.simplefilter("ignore", RuntimeWarning)  # of the peer, where covariance makes a variance negative
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as name:
        write_folder(Path(name), rng)
        rows = [compare_seasonal(Path(name), rng), compare_plain(rng)]
    table = pd.DataFrame(rows)
    table.insert(5, "ratio", table["peer s"] / table["ours s"])
    table.insert(6, "ratio cpu", table["peer cpu"] / table["ours cpu"])
    print(table.round(1).to_string(index=False))
    peak = table["peak MB"].iloc[0]
    print(
        f"peak memory {peak:.0f} MB, limit {MEMORY_LIMIT_MB} MB: {'kept' if peak < MEMORY_LIMIT_MB else 'BROKEN'}"
    )


if __name__ == "__main__":
    main()
