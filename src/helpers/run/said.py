"""The record of what published briefings said of targets in time: append-only, a file a city and year of the targets.

``<data>/state/said/<city>/<year>.jsonl``, of the demonstration ``<year>.simulated.jsonl``: outside of what ``make clean``
deletes. A statement is recorded on the day it is published, if that is no later than the target's date: what comes later is no
forecast. So the file of a year is finished with the year, and a report on a finished plan reads the same bytes ever after. A
statement that was there before, in the other language, on another page or on an earlier day, is not written twice.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock

from helpers import paths, provenance, registry
from helpers.battles.plan_record import ISSUED
from helpers.battles.shapes import shape
from helpers.messages import message
from helpers.paths import Folders
from helpers.run import faults

NAME = "issued"
"""Under which name :meth:`helpers.run.session.Run.load` gives the record to a battle."""
_OPEN = ("on_track", "at_risk", "off_track", "met")
_NUMBERS = ("likelihood", "forecast", "forecast_low", "forecast_high")
_TEXTS = ("target_id", "indicator_id", "unit", "target_operator", "status")
_MARKS = ("city", "simulated")
_WAIT = 60.0  # seconds for another process to have written
Line = dict[str, Any]


def keep(facts: Mapping[str, Any], folders: Folders) -> list[str]:
    """Add what a report that was just published says of targets whose day has not passed.

    Parameters
    ----------
    facts
        Of the report, as :attr:`helpers.page.render.Rendered.facts` gives them: ``published`` is the day.
    folders
        Data of the run.

    Returns
    -------
    What a reader of the screen must know: that the record could not be written, or has damaged lines. The report is
    published all the same.
    """
    try:
        by_year: dict[int, list[Line]] = {}
        for line in statements(facts, simulated=folders.simulated):
            by_year.setdefault(_year(line), []).append(line)
        return [
            told
            for year, lines in by_year.items()
            for told in _append(_file(folders, facts["city"], year), lines)
        ]
    except OSError as refusal:  # a full disk or a lock nobody lets go of
        return [message("said.not_kept", told=faults.system(refusal))]


def statements(facts: Mapping[str, Any], *, simulated: bool) -> list[Line]:
    """What a report says of each target whose day has not passed on the day it is published: its first row, as pages judge.

    A median and its interval are those of the row's year, and stand only where that is the year of the target.
    """
    said_on, found = facts.get("published", ""), {}
    for row in facts.get("numbers", []) if said_on else []:
        if row["target_id"]:
            found.setdefault(row["target_id"], row)
    told = (_statement(row, said_on) for row in found.values())
    return [{"city": facts["city"], "simulated": simulated, **line} for line in told if line]


def _statement(row: Mapping[str, Any], said_on: str) -> Line:
    """What a row says of its target; empty where it says nothing, or too late."""
    due, is_told = row.get("target_date", "")[:10], "likelihood" in row or row["status"] in _OPEN
    if not (is_told and due and row["end"] and "target_value" in row and said_on <= due):
        return {}
    numbers = _NUMBERS if row["end"][:4] == due[:4] else _NUMBERS[:1]
    return {
        **{key: row[key] for key in _TEXTS},
        "said_on": said_on,
        "as_of": row["end"][:10],
        "target_date": due,
        "target_value": row["target_value"],
        **{key: row[key] for key in numbers if key in row},
    }


def read(folders: Folders, city: str, *, as_of: date) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read what was said in time of the targets of years that are over, of one city and one kind of data.

    Returns
    -------
    A row a line, columns :data:`helpers.battles.plan_record.ISSUED`; one that is torn, of another city or kind of data, or of a
    target no plan of the city has, is marked damaged and says nothing. And what was read, as :func:`helpers.store.opened` records it.
    """
    rows, opened, targets = [], {}, [one for plan in registry.plans(city) for one in plan.targets]
    names = {one.id for one in targets}
    years = sorted({one.year for one in targets if one.year is not None and date(one.year, 12, 31) <= as_of})
    for year in years:
        path = _file(folders, city, year)
        known = _read(path)
        opened[os.path.relpath(path, folders.processed)] = (
            provenance.file_sha256(path) if path.is_file() else ""
        )
        for number, line in known:
            is_own = _is_statement(line) and _is_of(line, city, folders) and _year(line) == year
            is_own = is_own and line["target_id"] in names
            rows.append(_row(line) | {"line": number, "is_damaged": False} if is_own else _damaged(number))
    return shape(rows, ISSUED), opened


def _file(folders: Folders, city: str, year: int) -> Path:
    ending = "simulated.jsonl" if folders.simulated else "jsonl"
    return folders.state / "said" / city / f"{year}.{ending}"


def _append(path: Path, lines: Iterable[Line]) -> list[str]:
    """Add the lines that are not there yet in one write, each on disk before anybody else may write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock", timeout=_WAIT):
        there = _read(path)
        known = {_content(line) for _, line in there if _is_statement(line)}
        new = [line for line in lines if _content(line) not in known]
        if new:
            _write(path, "".join(f"{provenance.canonical_json(line)}\n" for line in new).encode())
    torn = [number for number, line in there if not _is_statement(line)]
    return [message("said.damaged", path=paths.shown(path), n=len(torn), line=torn[0])] if torn else []


def _write(path: Path, content: bytes) -> None:
    """Append whole or not at all; a line torn by a power cut keeps to itself."""
    with path.open("ab", buffering=0) as stream:
        before = stream.tell()
        whole = content if before == 0 or _ends_line(path) else b"\n" + content
        try:
            if stream.write(whole) < len(whole):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(stream.fileno())
        except OSError:
            os.truncate(path, before)
            raise


def _ends_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def _read(path: Path) -> list[tuple[int, Any]]:
    """Number and content of every line, None where it is damaged; an absent file has none."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    return [(number, _parse(line)) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _parse(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _is_statement(line: Any) -> bool:
    """Whether a line holds all a statement needs, each of its kind."""
    if not isinstance(line, dict) or not {*_TEXTS, *_MARKS, "target_value"} <= set(line):
        return False
    days = [_day(line.get(key)) for key in ("said_on", "as_of", "target_date")]
    numbers = [line[key] for key in (*_NUMBERS, "target_value") if key in line]
    is_number = all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers)
    is_share = 0 <= line.get("likelihood", 0) <= 1 if is_number else False
    return all(days) and is_share and days[0] <= days[2] and all(isinstance(line[key], str) for key in _TEXTS)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _is_of(line: Line, city: str, folders: Folders) -> bool:
    return line["city"] == city and line["simulated"] is folders.simulated


def _year(line: Line) -> int:
    return date.fromisoformat(line["target_date"]).year


def _content(line: Line) -> str:
    """What a statement says, whenever it is said again."""
    return provenance.canonical_json({key: value for key, value in line.items() if key != "said_on"})


def _row(line: Line) -> dict[str, object]:
    days = {key: pd.Timestamp(line[key]) for key in ("said_on", "as_of")}
    return {key: line.get(key) for key in ISSUED} | days | {"year": _year(line)}


def _damaged(number: int) -> dict[str, object]:
    blank = {key: "" for key, kind in ISSUED.items() if kind == "str"}
    return blank | {"year": 0, "line": number, "is_damaged": True}
