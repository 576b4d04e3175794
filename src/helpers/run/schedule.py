"""Runs without people: ``schedule.yml`` says what and when, and a systemd timer or a crontab line is made from it.

What is installed only names a run; what the run does is read from the file when its time comes. Units and crontab lines
carry a mark of this checkout, so another's are never touched.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import sys
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from helpers import paths
from helpers.errors import ParameterError
from helpers.messages import message, parts
from helpers.registry.files import read_records
from helpers.registry.records import Record

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_VERBS = ("data", "ingest", "report", "digest")
_LAST_SAFE_DAY = 28
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)", re.DOTALL)
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Day = Literal["day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class ScheduledRun(Record):
    """One run: ``every`` day, weekday or day of the month (1 to 28), ``at`` a time of this machine's clock."""

    name: Word
    every: Day | Annotated[int, Field(ge=1, le=_LAST_SAFE_DAY)] = "day"
    at: Clock
    commands: Annotated[tuple[str, ...], Field(min_length=1)]

    @field_validator("commands")
    @classmethod
    def _known(cls, commands: tuple[str, ...]) -> tuple[str, ...]:
        for command in commands:
            words = shlex.split(command)
            if not words or words[0] not in _VERBS:
                raise ValueError(message("schedule.verb", command=repr(command), verbs=", ".join(_VERBS)))
        return commands

    @property
    def moment(self) -> time:
        """Time of the day as the clock shows it."""
        return time.fromisoformat(self.at)

    @property
    def when(self) -> str:
        """When it runs, in words."""
        every = f"day {self.every} of the month" if isinstance(self.every, int) else f"every {self.every}"
        return f"{every} at {self.at}"

    def next_after(self, now: datetime) -> datetime:
        """Return when it runs next, by the clock of this machine."""
        for step in range(32):
            moment = datetime.combine(now.date() + timedelta(days=step), self.moment)
            if moment > now and self._falls_on(moment):
                return moment
        raise AssertionError("every day of the month up to 28 comes within 31 days")

    def _falls_on(self, moment: datetime) -> bool:
        if isinstance(self.every, int):
            return moment.day == self.every
        return self.every == "day" or _WEEKDAYS[moment.weekday()] == self.every


class Schedule(Record):
    """All runs of a checkout."""

    runs: tuple[ScheduledRun, ...] = ()

    @field_validator("runs")
    @classmethod
    def _named_once(cls, runs: tuple[ScheduledRun, ...]) -> tuple[ScheduledRun, ...]:
        names = [run.name for run in runs]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(message("schedule.twice", names=", ".join(repeated)))
        return runs

    def run(self, name: str) -> ScheduledRun:
        """Return the run of a name.

        Raises
        ------
        ParameterError
            There is none; the nearest is named.
        """
        from helpers.run.parameters import one_of

        known = {run.name: run for run in self.runs}
        return known[one_of("run", name, known)]


@dataclass(frozen=True)
class Installation:
    """What a system is told: file name → text of its units, and the lines of its crontab."""

    units: dict[str, str]
    lines: tuple[str, ...]


def read_schedule() -> Schedule:
    """Read ``schedule.yml`` of the checkout; without the file nothing is to run.

    Raises
    ------
    RegistryError
        The file is faulty: file, key, remedy.
    """
    path = paths.home() / "schedule.yml"
    return read_records(path, Schedule) if path.is_file() else Schedule()


def mark() -> str:
    """Mark of this checkout, so that two checkouts of one user keep apart."""
    return hashlib.sha256(str(paths.home().resolve()).encode()).hexdigest()[:8]


def render(schedule: Schedule) -> Installation:
    """Write what would be installed for a schedule, for either way of installing it."""
    units = {}
    for run in schedule.runs:
        stem = f"five-battles-{mark()}-{run.name}"
        units[f"{stem}.service"] = _service(run)
        units[f"{stem}.timer"] = _timer(run)
    return Installation(units, tuple(_cron_line(run) for run in schedule.runs))


def environment_file() -> Path:
    """Where a scheduled run finds keys and addresses: it has no shell that would export them."""
    return Path.home() / ".config" / "five-battles" / "environment"


def read_environment() -> dict[str, str]:
    """Read the environment file, quoted as in a shell but with nothing expanded; without the file there is nothing.

    Read here and by no shell, so that systemd, cron and any other scheduler see the same values.

    Raises
    ------
    ParameterError
        A line is no ``NAME=value``; it is named by its number, for it may hold a secret.
    """
    path = environment_file()
    if not path.is_file():
        return {}
    found = {}
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            words = shlex.split(line)
        except ValueError:
            words = []  # a quotation mark is never closed
        match = _ASSIGNMENT.fullmatch(words[0]) if len(words) == 1 else None
        if match is None:
            where = message("places.line", file=path, n=number)
            raise ParameterError(where=where, **parts("schedule.assignment"))
        found[match["name"]] = match["value"]
    return found


def _service(run: ScheduledRun) -> str:
    home = paths.home().resolve()
    return (
        f"# Made from {_unit(home)}/schedule.yml by five-battles schedule install; change that file, not this one.\n"
        "[Unit]\n"
        f"Description=five-battles {run.name}\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"WorkingDirectory={_unit(home)}\n"
        f"Environment={_quoted(_unit(f'FIVE_BATTLES_HOME={home}'))}\n"
        f"ExecStart={_quoted(_unit(sys.executable))} -m helpers schedule run {run.name}\n"
        "Nice=10\n"
    )


def _timer(run: ScheduledRun) -> str:
    if isinstance(run.every, int):
        day = f"*-*-{run.every:02d}"
    else:
        day = "*-*-*" if run.every == "day" else f"{run.every.capitalize()[:3]} *-*-*"
    return (
        f"# Made from {_unit(paths.home().resolve())}/schedule.yml by five-battles schedule install.\n"
        "[Unit]\n"
        f"Description=five-battles {run.name}, {run.when}\n\n"
        "[Timer]\n"
        f"OnCalendar={day} {run.at}:00\n"
        "Persistent=true\n\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )


def _cron_line(run: ScheduledRun) -> str:
    month_day = str(run.every) if isinstance(run.every, int) else "*"
    week_day = str((_WEEKDAYS.index(run.every) + 1) % 7) if run.every in _WEEKDAYS else "*"
    home = shlex.quote(str(paths.home().resolve()))
    command = f"cd {home} && FIVE_BATTLES_HOME={home} {shlex.quote(sys.executable)} -m helpers schedule run {run.name}"
    escaped = command.replace("%", r"\%")  # cron ends a command at a bare percent sign
    return f"{run.moment.minute} {run.moment.hour} {month_day} * {week_day} {escaped}"


def _unit(text: object) -> str:
    """Text of a unit file, where a percent sign begins a specifier."""
    return str(text).replace("%", "%%")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
