"""What a fleet tells: one line a task on the screen and in two files, and an estimate of the time that is left.

``reports/logs/fleet-<time>.jsonl`` is for programs, one JSON object a line; the ``.log`` beside it is what was on the
screen. Both are flushed line by line, so they hold everything up to a crash.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from helpers import paths
from helpers.run.fleet_tasks import Ended, Prepared

_BAR_WIDTH = 24
_STATUSES = ("built", "unchanged", "failed", "stopped")


class Journal:
    """The two files of one fleet, and its lines on the screen; may be written from several threads."""

    def __init__(self) -> None:
        folder = paths.reports() / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"fleet-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"
        self.records, self.lines = folder / f"{name}.jsonl", folder / f"{name}.log"
        self._lock = threading.Lock()
        self._is_terminal = sys.stderr.isatty()
        self.record("began", home=str(paths.home()))
        self.lines.touch()

    def record(self, event: str, **said: object) -> None:
        """Add one JSON line."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **said}
        self._append(self.records, json.dumps(line, ensure_ascii=False))

    def say(self, line: str, *, is_error: bool = False) -> None:
        """Add one line for people."""
        self._append(self.lines, line)
        if self._is_terminal:
            click.echo("\r\033[K", err=True, nl=False)
        click.echo(line, err=is_error)

    def draw(self, bar: str) -> None:
        """Show how far the fleet is below the lines; on a terminal only."""
        if self._is_terminal:
            click.echo(f"\r\033[K{bar}", err=True, nl=False)

    def _append(self, path: Path, line: str) -> None:
        with self._lock, path.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


class Progress:
    """Counts cities and reports as they end, city by city, and tells each of them.

    Parameters
    ----------
    sizes
        City → number of its reports.
    n_slots
        Reports that are built at once.
    """

    def __init__(self, journal: Journal, sizes: Mapping[str, int], n_slots: int) -> None:
        self._journal, self._sizes, self.n_slots = journal, dict(sizes), n_slots
        self._cities_left = set(sizes)
        self._seconds: dict[str, list[float]] = {"prepared": [], "built": []}
        self.counts: dict[str, Counter[str]] = {city: Counter() for city in sizes}
        self.failures: list[Ended] = []
        self.n_refused = 0
        self._start = time.monotonic()

    @property
    def n_ended(self) -> int:
        """Reports that have ended."""
        return sum(counts.total() for counts in self.counts.values())

    @property
    def n_jobs(self) -> int:
        """All reports of the fleet."""
        return sum(self._sizes.values())

    def add_city(self, city: Prepared) -> None:
        """A city is ready: its unchanged reports have ended with it."""
        self._cities_left.discard(city.city)
        self._seconds["prepared"].append(city.seconds)
        self.counts[city.city]["unchanged"] += len(city.unchanged)
        self.n_refused += len(city.refused)
        self._journal.record(
            "prepared",
            city=city.city,
            seconds=round(city.seconds, 3),
            simulated=city.folders.simulated,
            due=len(city.due),
            unchanged=len(city.unchanged),
            refused=list(city.refused),
        )
        kind = " (demonstration)" if city.folders.simulated else ""
        said = f"{city.city}{kind}: {city.said}; {len(city.due)} due, {len(city.unchanged)} unchanged"
        self._say(f"{said}  {city.seconds:.1f} s")
        for refusal in city.refused:
            self._say(f"refused: {refusal}", is_error=True)

    def lose_city(self, city: str, reason: str) -> None:
        """A city could not be made ready: none of its reports is built."""
        self._cities_left.discard(city)
        self.counts[city]["failed"] += self._sizes[city]
        self._journal.record("city failed", city=city, error=reason)
        self._say(f"{city}: {reason}", is_error=True)

    def add(self, ended: Ended, *, attempt: int, is_last: bool) -> None:
        """A report has ended, or one attempt at it when there will be another."""
        outcome, job = ended.outcome, ended.outcome.job
        if outcome.status == "built":
            self._seconds["built"].append(outcome.seconds)
        if is_last:
            self.counts[job.city][outcome.status] += 1
            if not outcome.is_ok:
                self.failures.append(ended)
        self._journal.record(
            "ended" if is_last else "failed, again",
            city=job.city,
            period=job.period,
            battle=job.battle,
            lang=job.lang,
            status=outcome.status,
            attempt=attempt,
            began_at=ended.began_at,
            seconds=round(outcome.seconds, 3),
            peak_memory_mb=ended.peak_memory_mb,
            host=ended.host,
            process=ended.process,
            error=outcome.error,
            remarks=list(outcome.remarks),
        )
        said = f"{outcome.status:<9} {job.name}  {outcome.seconds:.1f} s  {ended.host}:{ended.process}"
        again = "" if is_last else " (tried again)"
        self._say(f"{said}: {outcome.error}{again}" if outcome.error else said, is_error=bool(outcome.error))

    def lose_worker(self, address: str, tasks: int) -> None:
        """A worker is gone; what it was doing is done by another."""
        self._journal.record("worker lost", worker=address, tasks=tasks)
        self._say(f"worker {address} is gone; {tasks} of its tasks go to others", is_error=True)

    def seconds_left(self) -> float | None:
        """Estimate of the seconds that are left, from the means so far; None before anything was built or is known.

        Reports of cities that are not ready count as due.
        """
        left = self.n_jobs - self.n_ended
        if not left:
            return 0.0
        if not self._seconds["built"]:
            return None
        cities = len(self._cities_left) * _mean(self._seconds["prepared"])
        return (cities + left * _mean(self._seconds["built"])) / self.n_slots

    def table(self) -> str:
        """Closing table: reports of every city by how they ended, and what failed."""
        width = max(len("all"), len("city"), *(len(city) for city in self.counts))
        head = f"{'city':<{width}}" + "".join(f"{status:>11}" for status in _STATUSES)
        total: Counter[str] = sum(self.counts.values(), Counter())
        rows = [
            f"{city:<{width}}" + "".join(f"{counts[status]:>11}" for status in _STATUSES)
            for city, counts in [*self.counts.items(), ("all", total)]
        ]
        failed = [f"failed: {one.outcome.job.name}: {one.outcome.error}" for one in self.failures]
        took = f"{say_duration(time.monotonic() - self._start)}, {self.n_slots} at once"
        return "\n".join([head, *rows, *failed, took])

    def _say(self, line: str, *, is_error: bool = False) -> None:
        left = self.seconds_left()
        told = f"{self.n_ended}/{self.n_jobs}"
        if left:
            told += f", about {say_duration(left)} left"
        self._journal.say(f"[{told}] {line}", is_error=is_error)
        full = _BAR_WIDTH * self.n_ended // max(self.n_jobs, 1)
        self._journal.draw(f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}] {told}")


def say_duration(seconds: float) -> str:
    """Say a duration as people do: ``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5970 else f"{seconds / 3600:.1f} h"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
