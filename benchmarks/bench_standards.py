"""Sub-indices, station-hours and noise levels beside floors, per-row versions and three published packages.

Peers (pinned) are installed into an environment of their own that is thrown away; without a package index that part is
visibly skipped. They take one value at a time and are timed on fewer values; ratios are per value.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from bench_air_rules import simulate_hours

from cnstandards import air, noise, tables, vectors
from cnstandards.air.index import DAILY_ITEMS, HOURLY_ITEMS
from cnstandards.rounding import exact_fraction, round_half_even

SEED = 20220617
REPEATS = 7
N_VALUES = 10_000_000
N_PEER = 50_000
N_NOISE_DAYS = 20_000
ITEM = "PM2.5_24h"
PEERS = ("aqi-hub==0.3.3", "python-aqi==0.6.1", "aqipy-atmotech==0.1.5")
EDITION_OF_PEER = {"aqi-hub": "2026", "python-aqi": "2012", "aqipy-atmotech": "2012"}


def alternate(*tasks: Callable[[], object]) -> list[list[float]]:
    """Seconds of each task, run in turn."""
    found: list[list[float]] = [[] for _ in tasks]
    for _ in range(REPEATS):
        for task, seconds in zip(tasks, found, strict=True):
            start = time.perf_counter()
            task()
            seconds.append(time.perf_counter() - start)
    return found


def show(name: str, ours: list[float], other: list[float], what: str, *, is_floor: bool = False) -> None:
    """One line: least and median seconds of ours, and the ratios of least and of median."""
    ratios = [
        rule(ours) / rule(other) if is_floor else rule(other) / rule(ours)
        for rule in (min, statistics.median)
    ]
    print(f"{name:52}{min(ours):8.3f}{statistics.median(ours):8.3f}{ratios[0]:9.2f}{ratios[1]:9.2f}  {what}")


def sub_indices() -> None:
    """Ten million daily means, 3 % missing, under each edition and by date, beside one bare interpolation."""
    rng = np.random.default_rng(SEED)
    values = rng.gamma(2.0, 22.5, N_VALUES)
    values[rng.random(N_VALUES) < 0.03] = np.nan
    dates = rng.integers(0, 730, N_VALUES).astype("int16")
    rows = tables.read("aqi_breakpoints").dropna(subset=["concentration"])
    rows = rows[(rows["edition"].astype(str) == "2012") & (rows["item"] == ITEM)]
    points, indices = rows["concentration"].to_numpy("float64"), rows["iaqi"].to_numpy("float64")

    def by_date(day: np.ndarray) -> np.ndarray:
        is_new = day >= 365
        found = np.empty(N_VALUES)
        for edition, chosen in (("2012", ~is_new), ("2026", is_new)):
            found[chosen] = air.iaqi_array(ITEM, values[chosen], edition=edition)
        return found

    in_order = np.sort(dates)
    floor, old, new, ordered, mixed = alternate(
        lambda: np.interp(values, points, indices),
        lambda: air.iaqi_array(ITEM, values, edition="2012"),
        lambda: air.iaqi_array(ITEM, values, edition="2026"),
        lambda: by_date(in_order),
        lambda: by_date(dates),
    )
    what = "x np.interp of the same values"
    show(f"{N_VALUES:,} means, edition 2012", old, floor, what, is_floor=True)
    show(f"{N_VALUES:,} means, edition 2026 (rounded first)", new, floor, what, is_floor=True)
    show(f"{N_VALUES:,} means, both editions, days in order", ordered, floor, what, is_floor=True)
    show(f"{N_VALUES:,} means, both editions, days mixed", mixed, floor, what, is_floor=True)


def exact_iaqi(item: str, concentration: Fraction, edition: str) -> int | None:
    """The sub-index by the text of the standard, in fractions."""
    rows = tables.read("aqi_breakpoints").dropna(subset=["concentration"])
    rows = rows[(rows["edition"].astype(str) == edition) & (rows["item"] == item)]
    points = [(exact_fraction(c), int(i)) for c, i in zip(rows["concentration"], rows["iaqi"], strict=True)]
    if edition == "2026":
        concentration = Fraction(round_half_even(concentration, 1 if item.startswith("CO") else 0))
    for (low, low_index), (high, high_index) in pairwise(points):
        if concentration <= high:
            return math.ceil(low_index + (concentration - low) * (high_index - low_index) / (high - low))
    return points[-1][1] if points[-1][1] == 500 or edition == "2026" else None


def peers(python: Path) -> None:
    """Share right and seconds a value of each peer."""
    rng = np.random.default_rng(SEED)
    checked = [vector for vector in vectors.read("air") if vector.fn == "iaqi" and vector.args[1] != "NaN"]
    items = sorted({*DAILY_ITEMS.values(), *HOURLY_ITEMS.values()})
    spread = [
        (item, str(Fraction(int(at), 10) if item.startswith("CO") else int(at)))
        for item in items
        for at in rng.integers(0, 600, 200)
    ]
    spread = [(item, f"{float(Fraction(value)):g}") for item, value in spread]
    # a value above the table stops python-aqi
    timed = {ITEM: np.minimum(np.rint(rng.gamma(2.0, 22.5, N_PEER)), 400).tolist()}
    asked = {"cases": [*(vector.args for vector in checked), *spread], "timed": timed}
    worker = Path(__file__).with_name("air_peers.py")
    done = subprocess.run(
        [python, worker], input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(done.stdout)
    ours: dict[str, list[object]] = {
        edition: [air.iaqi(item, value, edition=edition) for item, value in spread]
        for edition in ("2012", "2026")
    }
    exact = {
        edition: [exact_iaqi(item, Fraction(value), edition) for item, value in spread] for edition in ours
    }
    by_vector = [air.iaqi(*vector.args, **vector.kwargs) for vector in checked]

    def tell(name: str, edition: str, answers: list[object], per_value: float, times: str) -> None:
        own = [v.expected == a for v, a in zip(checked, answers[: len(checked)], strict=True)]
        part = [right for right, v in zip(own, checked, strict=True) if v.kwargs["edition"] == edition]
        right = [a == b for a, b in zip(answers[len(checked) :], exact[edition], strict=True)]
        shares = "".join(f"{f'{sum(one)}/{len(one)}':>16}" for one in (own, part, right))
        print(f"{f'{name}, {edition}':22}{shares}{per_value * 1e9:12.1f}{times:>9}")

    print(
        f"\n{'package':22}{'vectors right':>16}{'of its edition':>16}{'values right':>16}{'ns a value':>12}{'x ours':>9}"
    )
    cost = {}
    for edition in ours:
        values = np.tile(timed[ITEM], 20)
        seconds = alternate(lambda v=values, e=edition: air.iaqi_array(ITEM, v, edition=e))[0]
        cost[edition] = min(seconds) / len(values)
        tell("cnstandards", edition, by_vector + ours[edition], cost[edition], "")
    for name, result in found.items():
        edition = EDITION_OF_PEER[name]
        per_value = result["seconds"][ITEM] / N_PEER
        tell(name, edition, result["answers"], per_value, f"{per_value / cost[edition]:.0f}")


def station_hours() -> None:
    """The index of 876,000 station-hours of six pollutants."""
    hours = simulate_hours()
    (seconds,) = alternate(lambda: air.hourly_aqi(hours))
    print(
        f"{'index of 876,000 station-hours x 6':52}{min(seconds):8.3f}{statistics.median(seconds):8.3f}"
        f"{min(seconds) / len(hours) * 1e9:9.1f} ns a value, all included"
    )


def plain_levels(hours: np.ndarray) -> pd.DataFrame:
    """Day, night and day-night levels row by row, as one writes them from the text."""

    def level(values: list[float], needed: int) -> float:
        there = [value for value in values if not math.isnan(value)]
        if len(there) < needed:
            return math.nan
        return 10 * math.log10(sum(10 ** (0.1 * value) for value in there) / len(there))

    def row(values: np.ndarray) -> pd.Series:
        own = values.tolist()
        day, night = level(own[6:22], 12), level(own[:6] + own[22:], 6)
        both = 10 * math.log10((16 * 10 ** (0.1 * day) + 8 * 10 ** (0.1 * (night + 10))) / 24)
        return pd.Series({"day_db": day, "night_db": night, "day_night_db": both})

    return pd.DataFrame(hours).apply(lambda values: row(values.to_numpy()), axis=1)


def noise_levels() -> None:
    """Daily levels of 20,000 point-days beside the per-row version, levels equal to 1e-9 dB(A)."""
    rng = np.random.default_rng(SEED)
    hours = np.round(rng.normal(55, 6, (N_NOISE_DAYS, 24)), 1)
    hours[rng.random(hours.shape) < 0.05] = np.nan
    plain = plain_levels(hours)
    ours = noise.daily_levels(hours)[list(plain)]
    assert np.allclose(ours, plain, rtol=0, atol=1e-9, equal_nan=True)
    start = time.perf_counter()
    plain_levels(hours)
    other = [time.perf_counter() - start]
    (seconds,) = alternate(lambda: noise.daily_levels(hours))
    show(f"noise: daily levels of {N_NOISE_DAYS:,} point-days", seconds, other, "per-row / ours")


def main() -> None:
    """Print a line a task: least and median seconds of ours, ratios of least and of median."""
    print(f"{'task':52}{'least s':>8}{'median':>8}{'ratio':>9}{'median':>9}")
    sub_indices()
    station_hours()
    noise_levels()
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        installed = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *PEERS], capture_output=True, text=True, check=False
        )
        if installed.returncode:
            print("peers: skipped: no package index gives", ", ".join(PEERS))
        else:
            peers(python)


if __name__ == "__main__":
    sys.exit(main())
