"""How fast a panel answers: ten years of ten stations, every choice changed once, after the first draw.

Promise: 0.5 s for figure, table and code together once a panel of the battle has been drawn; judged by CPU seconds, since
an answer takes one core and the wall shows who else computes. There is no peer: the same table by pandas alone, from the very
processed files, stands beside it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from helpers import store
from helpers.explore import workspace
from helpers.explore.panels import Panel
from helpers.run.session import start_run

PROMISE_S, ROUNDS = 0.5, 5
CHANGES = {
    "item": {"item": "O3"},
    "statistic": {"statistic": "monthly"},
    "years": {"statistic": "yearly"},
    "place": {"place": "1123A"},
    "place, years": {"place": "1123A", "statistic": "yearly"},
    "whole record": {"period": "all"},
    "against a station": {"against": "1120A"},
    "against last year": {"against": "year_before"},
    "index": {"item": "AQI"},
}
OTHERS = {
    "classes": ("clear_water", {}),
    "section": ("clear_water", {"item": "NH3-N"}),
    "section, years": ("clear_water", {"item": "TP", "statistic": "years"}),
    "vegetation": ("green_hills", {}),
    "soil": ("black_soil", {}),
    "ledger": ("grassland_wetland", {"item": "open_water_area"}),
}


def measure(call: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of wall and of CPU over some rounds."""
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, spent = time.perf_counter(), time.process_time()
        call()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    return statistics.median(wall), statistics.median(cpu)


def by_pandas(processed: Path) -> pd.DataFrame:
    """Daily means of one pollutant over all stations and years, from the hours."""
    hours = store.read_table(
        processed, "air_hourly", columns=["time", "value"], filters=[("pollutant", "==", "PM2.5")]
    )
    return hours.groupby((hours["time"] - pd.Timedelta(hours=1)).dt.normalize())["value"].mean().reset_index()


def main() -> int:
    """Print the table; 1 when a panel breaks the promise."""
    run = start_run(period="2025", data_dir=sys.argv[1] if len(sys.argv) > 1 else None)
    workspace.use_run(run)
    days = workspace.current().air_days()
    n_years = days.city["date"].dt.year.nunique()
    print(
        f"{n_years} years, {days.stations['station_code'].nunique()} stations, {len(days.stations):,} station days"
    )
    print(f"{'choice':<24}{'first cpu':>10}{'wall s':>9}{'cpu s':>9}  within {PROMISE_S} s")
    tasks = {name: ("blue_sky", change) for name, change in CHANGES.items()} | OTHERS
    slow, drawn = 0, set()
    for name, (battle, change) in tasks.items():
        panel = Panel(run, battle)
        if battle not in drawn:
            panel.answer(panel.settle({})[1])
            drawn.add(battle)

        def answer(panel: Panel = panel, change: dict[str, str] = change) -> object:
            return panel.answer(panel.settle(change)[1])

        began = time.process_time()
        answer()
        first = time.process_time() - began
        wall, cpu = measure(answer)
        is_slow = max(first, cpu) > PROMISE_S
        slow += is_slow
        print(f"{name:<24}{first:>10.3f}{wall:>9.3f}{cpu:>9.3f}  {'NO' if is_slow else 'yes'}")
    wall, cpu = measure(lambda: by_pandas(run.folders.processed))
    print(f"{'(hours by pandas alone)':<24}{'':>10}{wall:>9.3f}{cpu:>9.3f}")
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
