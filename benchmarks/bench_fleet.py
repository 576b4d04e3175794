"""A fleet of cities on one machine, beside the same runs one by one.

Cities are copies of the one in ``cities/`` under other names and codes, in a checkout of their own; their data are the
demonstration's raw files. All battles in ``notebooks/`` are built in both languages.

* ``one by one``: ``five-battles report --at-once 1`` for the first city, per report;
* ``fleet``: ``five-battles fleet`` for all cities, first with everything to be read and built, then built again with
  ``--force`` (no reading), then with nothing changed.

Battles that were kept are removed before each of them, as new data would.

Efficiency per core is (reports × seconds of one report one by one) / (cores × wall seconds of the fleet); beside it the
same in CPU seconds, which a busy machine disturbs less. Memory is the proportional set size of all processes, looked
at every three seconds. Three cities, or as many as are named: ``python benchmarks/bench_fleet.py 12``.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml
from bench_run import forget_battles

from helpers import registry
from helpers.paths import Folders
from helpers.run.demonstration import write_demonstration
from helpers.run.publish import publish_index, read_facts

ROOT = Path(__file__).resolve().parents[1]
PERIOD, LANGS = "2025", ("zh", "en")
FEW = 3
_LOOK_EVERY_S = 3


@dataclass(frozen=True)
class Measured:
    """Wall and CPU seconds of all processes, and the most memory they held together (MB)."""

    wall: float
    cpu: float
    memory_mb: float


def make_checkout(home: Path, n_cities: int) -> list[str]:
    """Make a checkout with several cities and the demonstration's files as if they had been received."""
    (home / "notebooks").symlink_to(ROOT / "notebooks")
    for name in ("cities", "data/processed", "reports"):
        (home / name).mkdir(parents=True)
    source = next(path.parent for path in sorted((ROOT / "cities").glob("*/city.yml")))
    own = [name for kind in ("indicators", "caveats") for name in own_records(source / f"{kind}.yml")]
    os.environ["FIVE_BATTLES_HOME"] = str(home)
    slugs = []
    for number in range(n_cities):
        slug, code = f"{source.name}_{number:02d}", f"22{number:02d}00"
        folder = home / "cities" / slug
        shutil.copytree(source, folder)
        for path in folder.glob("*.yml"):
            text = path.read_text(encoding="utf-8")
            for name in own:  # no two cities may name a record alike
                text = re.sub(rf"\b{name}\b", f"{name}_{number:02d}", text)
            if path.name == "city.yml":
                text = text.replace(f"slug: {source.name}", f"slug: {slug}").replace("220100", code)
            path.write_text(text, encoding="utf-8")
        slugs.append(slug)
    place = registry.city(slugs[0])
    stations = list(registry.stations(slugs[0])["station_code"])
    folders = Folders(home / "data" / "raw", home / "none", simulated=True)
    write_demonstration(folders, city=slugs[0], stations=stations, place_code=place.code, seed=20220617)
    for sidecar in folders.raw.rglob("*.source.yml"):
        sidecar.unlink()
    return slugs


def own_records(path: Path) -> list[str]:
    """Ids of the indicators or caveats only this city has."""
    records = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else []
    return [one["id"] if isinstance(one, dict) else one for one in records]


def measure(*arguments: str) -> Measured:
    """Run the command line and measure it; it must succeed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "helpers", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peak, over = [0.0], threading.Event()
    watch = threading.Thread(target=watch_memory, args=(process.pid, peak, over))
    watch.start()
    said, _ = process.communicate()
    over.set()
    watch.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{said}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(time.perf_counter() - start, cpu, peak[0])


def show(name: str, row: Measured) -> Measured:
    """Print one row as soon as it is known."""
    print(f"{name:<32}{row.wall:>8.1f}{row.cpu:>8.1f}{row.memory_mb:>8.0f}", flush=True)
    return row


def watch_memory(pid: int, peak: list[float], over: threading.Event) -> None:
    """Keep the most memory a process and all below it held."""
    while not over.wait(_LOOK_EVERY_S):
        with suppress(psutil.Error):
            processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            peak[0] = max(peak[0], sum(map(memory_mb, processes)))


def memory_mb(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return process.memory_full_info().pss / 1e6
    return 0.0


def size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def report_costs(home: Path, n_reports: int, n_cities: int) -> None:
    """Print what a report and a city take of memory and storage, and what the index takes."""
    measured = [read_facts(path)["measured"] for path in (home / "reports").glob("*/*/*.manifest.json")]
    peaks = [one["peak_memory_mb"] for one in measured]
    print(f"\nkernel peak MB: median {statistics.median(peaks):.0f}, largest {max(peaks):.0f}")
    print(
        f"wall s a report, begun to published: median {statistics.median(one['seconds'] for one in measured):.1f}"
    )
    pages = sum(size_mb(folder) for folder in (home / "reports").glob("*_[0-9][0-9]"))
    print(f"published MB a report: {pages / n_reports:.2f}")
    print(f"processed MB a city: {size_mb(home / 'data' / 'processed') / n_cities:.1f}")
    print(f"raw MB read by each: {size_mb(home / 'data' / 'raw'):.1f}")
    start = time.perf_counter()
    place = publish_index()
    print(
        f"index of {n_reports} reports: {time.perf_counter() - start:.2f} s, {place.stat().st_size / 1e6:.2f} MB"
    )


def main(n_cities: int = FEW) -> None:
    """Print seconds, memory, efficiency and the costs a plan is made from."""
    with tempfile.TemporaryDirectory(prefix="five-battles-bench-") as folder:
        home = Path(folder)
        slugs = make_checkout(home, n_cities)
        n_battles = len(list((home / "notebooks").glob("*.ipynb")))
        n_sample, n_reports = n_battles * len(LANGS), n_battles * len(LANGS) * n_cities
        cores = psutil.cpu_count()
        print(
            f"{n_cities} cities × {n_battles} battles × {len(LANGS)} languages = {n_reports} reports, {cores} cores"
        )
        fleet = ("fleet", "--cities", ",".join(slugs), "--periods", PERIOD)
        one = ("report", "--city", slugs[0], "--period", PERIOD, "--at-once", "1", "--force")
        print(f"{'way':<32}{'wall s':>8}{'CPU s':>8}{'PSS MB':>8}")
        first = show("fleet, all to read and build", measure(*fleet))
        forget_battles(home)
        alone = show(f"one by one, {n_sample} reports", measure(*one))
        forget_battles(home)
        again = show("fleet, all to build", measure(*fleet, "--force"))
        show("fleet, nothing changed", measure(*fleet))
        wall, cpu = alone.wall / n_sample * n_reports, alone.cpu / n_sample * n_reports
        print(f"\nefficiency per core: {wall / (cores * again.wall):.2f} (wall), {cpu / again.cpu:.2f} (CPU)")
        print(f"CPU s a report: one by one {alone.cpu / n_sample:.1f}, fleet {again.cpu / n_reports:.1f}")
        print(f"CPU s to read a city the first time: {(first.cpu - again.cpu) / n_cities:.1f}")
        report_costs(home, n_reports, n_cities)
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else FEW)
