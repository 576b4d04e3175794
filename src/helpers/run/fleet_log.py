"""What a fleet tells: a line a task on the screen and in the log of the run, and an estimate of the time that is left."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

import click

from helpers.run.fleet_tasks import Ended, Prepared
from helpers.run.history import RunLog
from helpers.run.screen import named, pad, say, told, width_of

_STATUSES = ("built", "unchanged", "failed", "stopped")


class Progress:
    """Counts cities and reports as they end, city by city, and tells each of them.

    Parameters
    ----------
    log
        Of the run; it gets one ``task`` for each attempt and one item for each report.
    sizes
        City → number of its reports.
    n_slots
        Reports that are built at once.
    """

    def __init__(self, log: RunLog, sizes: Mapping[str, int], n_slots: int) -> None:
        self._log, self._sizes, self._n_slots = log, dict(sizes), n_slots
        self._cities_left = set(sizes)
        self._seconds: dict[str, list[float]] = {"prepared": [], "built": []}
        self._counts: dict[str, Counter[str]] = {city: Counter() for city in sizes}
        self._start = time.monotonic()

    @property
    def is_ok(self) -> bool:
        """Whether every report is as it was asked for."""
        return all(set(counts) <= {"built", "unchanged"} for counts in self._counts.values())

    def add_city(self, city: Prepared) -> None:
        """A city is ready: its unchanged reports have ended with it."""
        self._cities_left.discard(city.city)
        self._sizes[city.city] = len(city.due) + len(city.unchanged)
        self._seconds["prepared"].append(city.seconds)
        name = say("fleet.demo", city=city.city) if city.folders.simulated else city.city
        counts = {"due": len(city.due), "unchanged": len(city.unchanged)}
        said = say("fleet.ready", city=name, said=city.said, **counts)
        self._log.tell("city", said, city=city.city, seconds=round(city.seconds, 3), due=len(city.due))
        for job in city.unchanged:
            self._counts[job.city]["unchanged"] += 1
            self._log.item(job.name, "unchanged")
        self._say(f"{said}  {city.seconds:.1f} s")
        for refusal in city.refused:
            self._log.item(f"{city.city} data", "refused", error=refusal)
            self._say(say("ingest.refusal", told=told(refusal)), is_error=True)

    def lose_city(self, city: str, reason: str) -> None:
        """A city could not be made ready: none of its reports is built."""
        self._cities_left.discard(city)
        self._counts[city]["failed"] += self._sizes[city]
        self._log.item(city, "failed", error=reason)
        self._say(f"{city}{say('colon')}{told(reason)}", is_error=True)

    def add(self, ended: Ended, *, attempt: int, is_last: bool) -> None:
        """A report has ended, or one attempt at it when there will be another."""
        outcome, job = ended.outcome, ended.outcome.job
        status = pad(named("states", outcome.status), 9)
        said = f"{status} {job.name}  {outcome.seconds:.1f} s  {ended.host}:{ended.process}"
        if outcome.error:
            said += f"{say('colon')}{told(outcome.error)}" + ("" if is_last else say("fleet.again"))
        self._log.tell(
            "task",
            said,
            name=job.name,
            status=outcome.status,
            attempt=attempt,
            began_at=ended.began_at,
            seconds=round(outcome.seconds, 3),
            peak_memory_mb=ended.peak_memory_mb,
            host=ended.host,
            process=ended.process,
            error=outcome.error,
        )
        if outcome.status == "built":
            self._seconds["built"].append(outcome.seconds)
        if is_last:
            self._counts[job.city][outcome.status] += 1
            self._log.item(
                job.name,
                outcome.status,
                seconds=outcome.seconds,
                error=outcome.error,
                changes=outcome.changes,
                detail=outcome.detail,
            )
        self._say(said, is_error=bool(outcome.error))

    def seconds_left(self) -> float | None:
        """Estimate of the seconds that are left, from the means so far; None before anything was built or is known.

        Reports of cities that are not ready count as due.
        """
        left = sum(self._sizes.values()) - self._n_ended
        if not left:
            return 0.0
        if not self._seconds["built"]:
            return None
        cities = len(self._cities_left) * _mean(self._seconds["prepared"])
        return (cities + left * _mean(self._seconds["built"])) / self._n_slots

    def table(self) -> str:
        """Closing table: reports of every city by how they ended."""
        head = say("fleet.city")
        width = max(width_of(name) for name in (head, *self._counts))
        total: Counter[str] = sum(self._counts.values(), Counter())
        rows = [(head, [named("states", status) for status in _STATUSES])] + [
            (city, [str(counts[status]) for status in _STATUSES])
            for city, counts in [*self._counts.items(), (say("fleet.all"), total)]
        ]
        lines = [
            pad(name, width) + "".join(pad(cell, 11, right=True) for cell in cells) for name, cells in rows
        ]
        took = say_duration(time.monotonic() - self._start)
        return "\n".join([*lines, say("fleet.took", took=took, n=self._n_slots)])

    @property
    def _n_ended(self) -> int:
        return sum(counts.total() for counts in self._counts.values())

    def _say(self, line: str, *, is_error: bool = False) -> None:
        left = self.seconds_left()
        ended = f"{self._n_ended}/{sum(self._sizes.values())}"
        rest = say("fleet.left", took=say_duration(left)) if left else ""
        click.echo(f"[{ended}{rest}] {line}", err=is_error)


def say_duration(seconds: float) -> str:
    """Say a duration as people do: ``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 99.5:
        return say("fleet.s", n=seconds)
    return say("fleet.min", n=seconds / 60) if seconds < 5970 else say("fleet.h", n=seconds / 3600)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
