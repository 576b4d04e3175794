"""What runs did: a log for each under ``reports/logs``, as JSON lines for programs and as text for people.

A log holds what was asked, how each report ended and which targets changed status; no environment, so no secret. The
newest ``KEPT`` runs stay. A log without its last line is of a run that was cut off, or is still at work.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.messages import message
from helpers.run.screen import named, say, table, told

KEPT = 100
_MOST_CHARACTERS, _MOST_SHOWN = 2000, 160
_HEADS = ("began", "what", "built", "unchanged", "failed", "seconds", "outcome")
_START = {"at", "verb", "asked", "pid"}
_GOOD = ("built", "unchanged", "received", "absent", "skipped", "told")


@dataclass(frozen=True)
class Ran:
    """One run as history tells it.

    ``counts`` are reports (or files fetched) by how they ended; ``changes`` are targets whose status changed, ``errors``
    what failed, ``built`` the names of the reports that were built. ``outcome`` is ``ok``, ``failed``, ``refused``,
    ``stopped``, ``running`` or ``cut off``.
    """

    began: str
    verb: str
    asked: Mapping[str, Any]
    outcome: str
    seconds: float | None
    counts: Mapping[str, int]
    changes: tuple[str, ...]
    errors: tuple[str, ...]
    built: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the run as plain data."""
        return asdict(self)


class RunLog:
    """Writes the log of one run, a line at a time and each at once on disk.

    Parameters
    ----------
    verb
        ``report``, ``data``, ``fleet`` or ``digest``.
    asked
        Options of the run; those that are open or false are left out.
    """

    def __init__(self, verb: str, asked: Mapping[str, Any]) -> None:
        self._start = time.monotonic()
        self._facts: list[dict[str, Any]] = []
        now = datetime.now(UTC)
        self._path = _folder() / f"{now:%Y%m%dT%H%M%S.%f}-{os.getpid()}.jsonl"
        given = {key: value for key, value in asked.items() if value not in (None, False, (), [])}
        facts = {"at": now.isoformat(timespec="seconds"), "verb": verb, "asked": given, "pid": os.getpid()}
        self.tell(
            "start", f"{verb} {' '.join(f'{key}={_shown(value)}' for key, value in given.items())}", **facts
        )
        _drop_old(self._path)

    @property
    def has_failures(self) -> bool:
        """Whether anything ended other than it should."""
        return any(fact["event"] == "item" and fact["status"] not in _GOOD for fact in self._facts)

    def tell(self, event: str, line: str, **facts: Any) -> None:
        """Add one event: its facts for programs, and a line for people."""
        self._facts.append({"event": event, **facts})
        self._append(self._path, json.dumps(self._facts[-1], ensure_ascii=False, default=str))
        self._append(self._text, f"{datetime.now(UTC):%H:%M:%S} {_short(line)}")

    def item(
        self,
        name: str,
        status: str,
        *,
        seconds: float = 0.0,
        error: str = "",
        changes: tuple[str, ...] = (),
        detail: str = "",
    ) -> None:
        """Add one report, or one file, that has ended; ``detail`` is for who mends the program."""
        line = f"{status} {name} {seconds:.1f} s" + (f": {error}" if error else "")
        facts = {"seconds": round(seconds, 3), "error": _short(error), "changes": list(changes)}
        self.tell("item", line, name=name, status=status, **facts)
        self._add_below(*detail.splitlines(), *changes)

    def end(self, outcome: str, error: str = "", *, detail: str = "") -> Ran:
        """Close the log and return the run."""
        if detail:
            error += f"; {message('program.log', path=paths.shown(self._text))}"
        seconds = round(time.monotonic() - self._start, 3)
        line = f"{outcome} after {seconds:.1f} s" + (f": {error}" if error else "")
        self.tell("end", line, outcome=outcome, seconds=seconds, error=_short(error))
        self._add_below(*detail.splitlines())
        return _read(self._facts)

    @property
    def _text(self) -> Path:
        return self._path.with_suffix(".log")

    def _add_below(self, *lines: str) -> None:
        for line in lines:
            self._append(self._text, f"         {line}")

    @staticmethod
    def _append(path: Path, line: str) -> None:
        # A full disk must neither end the run here nor keep people from being told of it.
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")


def list_runs(most: int) -> list[Ran]:
    """Return the last runs, newest first."""
    found = sorted(_folder().glob("*.jsonl"), reverse=True)
    read = (_read(_lines(path)) for path in found[:most])
    return [run for run in read if run is not None]


def table_of(runs: list[Ran], *, is_full: bool = False) -> str:
    """Lay out runs as a table for a terminal, each with its failures and changes of status below it.

    A failure has one line, cut where it is long unless the table is to be ``is_full``.
    """
    if not runs:
        return say("history.none")
    heads = tuple(say(f"history.{name}") for name in _HEADS)
    rows = [
        (
            run.began,
            f"{named('verbs', run.verb)} {run.asked.get('city', '')}".strip(),
            str(sum(run.counts.get(name, 0) for name in ("built", "received", "told"))),
            str(run.counts.get("unchanged", 0)),
            str(sum(number for status, number in run.counts.items() if status not in _GOOD)),
            "-" if run.seconds is None else f"{run.seconds:.1f}",
            named("outcomes", run.outcome),
        )
        for run in runs
    ]
    head, *lines = table((heads, *rows), right=range(2, 6)).splitlines()
    told_of = [head]
    for run, line in zip(runs, lines, strict=True):
        errors = (told(text) for text in run.errors)
        told_of += [
            line,
            *(f"  ! {text if is_full else _cut(text)}" for text in errors),
            *(f"  > {text}" for text in run.changes),
        ]
    return "\n".join(told_of)


def _cut(text: str) -> str:
    more = len(text) - _MOST_SHOWN
    return say("history.cut", told=text[:_MOST_SHOWN], n=more) if more > 0 else text


def _read(facts: list[dict[str, Any]]) -> Ran | None:
    start = next((fact for fact in facts if fact["event"] == "start" and fact.keys() >= _START), None)
    if start is None:
        return None
    items = [fact for fact in facts if fact["event"] == "item"]
    end = next((fact for fact in facts if fact["event"] == "end"), None)
    errors = _once(items)
    if end is not None and end["error"]:
        errors.append(end["error"])
    return Ran(
        start["at"],
        start["verb"],
        start["asked"],
        end["outcome"] if end else "running" if _is_alive(start["pid"]) else "cut off",
        end["seconds"] if end else None,
        dict(Counter(item["status"] for item in items)),
        tuple(dict.fromkeys(change for item in _in_one_language(items) for change in item["changes"])),
        tuple(errors),
        tuple(item["name"] for item in items if item["status"] == "built"),
    )


def _once(items: list[dict[str, Any]]) -> list[str]:
    """What failed, each fault once, after the report or file it befell first and the number of the others."""
    names: dict[str, list[str]] = {}
    for item in items:
        if item["error"]:
            names.setdefault(item["error"], []).append(item["name"])
    return [f"{_several(befallen)}: {error}" for error, befallen in names.items()]


def _several(names: list[str]) -> str:
    first, *others = names
    return message("places.several", first=first, n=len(others)) if others else first


def _in_one_language(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reports that tell changes, each in the language that came first: what the others say is the same."""
    first: dict[str, dict[str, Any]] = {}
    for item in items:
        if item["changes"]:
            first.setdefault(item["name"].rpartition(" ")[0], item)
    return list(first.values())


def _lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines of a log; the last may be torn by a power cut."""
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            fact = json.loads(line)
        except ValueError:
            continue
        if isinstance(fact, dict) and "event" in fact:
            found.append(fact)
    return found


def _is_alive(pid: int) -> bool:
    import psutil  # imported here: the answer that nothing was touched needs none of it

    return psutil.pid_exists(pid)


def _drop_old(own: Path) -> None:
    """Drop the oldest logs, but not that of this run: the clock may have jumped back."""
    old = sorted(set(_folder().glob("*.jsonl")) - {own}, reverse=True)[KEPT - 1 :]
    with suppress(OSError):
        for path in old:
            path.unlink(missing_ok=True)
            path.with_suffix(".log").unlink(missing_ok=True)


def _folder() -> Path:
    return paths.reports() / "logs"


def _shown(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _short(text: str) -> str:
    return " ".join(text.split())[:_MOST_CHARACTERS]
