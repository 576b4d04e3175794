"""Each lead department's digest: gathered from what the pages rest on, sent where the table of addresses says, told once.

What was told is remembered below the data, ``state/digests.json``, by hashes of the address and of the rows: the same rows
are not told again on the same day, nor within the days a reminder waits. An address that was not reached is tried again by
the next run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pandas as pd
from filelock import FileLock

from helpers import provenance, registry, store
from helpers.battles import overview, task_ledger
from helpers.battles.context import Battle
from helpers.battles.subjects import TELLING
from helpers.days import last_day
from helpers.errors import ParameterError, SuiteError
from helpers.messages import parts
from helpers.page import digest, doubted, lacking, owed, set_aside
from helpers.page.demonstration_names import in_english
from helpers.page.digest import Asked, Item
from helpers.paths import Folders
from helpers.periods import Period
from helpers.run import departments, freshness
from helpers.run import notify_services as services
from helpers.run.departments import Department, also_of, shown_name
from helpers.run.session import Run, start_run
from helpers.sources.workbook import read_sheets

_BOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Question:
    """What is asked: of which city and day, how many days ahead, from which period's pages."""

    city: str
    today: date
    within: int
    period: str | None = None
    data_dir: str | None = None


@dataclass(frozen=True)
class Gathered:
    """Rows by the Chinese name of their department, in one language; rows of nobody stand under an empty name."""

    city: str
    rows: Mapping[str, list[Item]]
    asked: Asked
    period: str
    lang: str
    simulated: bool
    has_actions: bool


@dataclass(frozen=True)
class Digest:
    """What one department is told: title, HTML and text, and the state its rows are in, whatever the day."""

    city: str
    department: str
    items: tuple[Item, ...]
    title: str
    html: str
    text: str
    state: str


def gather(question: Question, lang: str, table: Mapping[str, Department]) -> Gathered:
    """Gather the rows of every department from the battles as their pages have them.

    Raises
    ------
    ParameterError
        No period was named and nothing is known of the city; or the period is malformed or nothing is known of it.
    """
    period = question.period or _last_period(question)
    run = start_run(
        city=question.city, period=period, lang=lang, data_dir=question.data_dir, reads=overview.TABLES
    )
    until = (
        Period.parse(period).end if question.period else date(max(question.today.year, int(period)), 12, 31)
    )
    asked = Asked(question.today, question.within, until)
    battles = [run.build(module) for module in (*overview.BATTLES.values(), overview)]
    expected = Period.parse(question.period or str(until.year))
    items = rows_of(run, battles, asked, _sources(run, question.today, expected))
    names = also_of(table, question.city)
    named = [
        replace(one, department=names.get(normalize("NFKC", one.department), one.department)) for one in items
    ]
    return Gathered(
        question.city,
        digest.by_department(named),
        asked,
        period,
        lang,
        run.folders.simulated,
        has_actions(run.folders, run.context.city.code),
    )


def rows_of(
    run: Run, battles: Sequence[Battle], asked: Asked, sources: Mapping[str, list[owed.Last]]
) -> Iterator[Item]:
    """Everything that is owed, open or doubtful, from the battles and the tables below them."""
    code, processed = run.context.city.code, run.folders.processed
    ledger = store.read_table(processed, "ledger")
    tasks = store.read_table(processed, "tasks", filters=[("city_code", "==", code)])
    named = {"open": task_ledger.open_tasks(tasks, replace(run.context, as_of=asked.today))}
    if run.lang == "en" and run.context.simulated:
        named = in_english(replace(battles[0], tables=named)).tables
    yield from owed.owed(battles, asked, run.lang, sources=sources)
    yield from owed.tasks(named["open"], asked, run.lang)
    yield from owed.actions(battles, asked, run.lang)
    owners = row_owners(run.folders.raw, set_aside.faults(battles[-1]), run.context.city.slug)
    yield from doubted.doubted(battles, ledger, run.lang, owners=owners)
    yield from owed.missed(battles, run.lang)


def row_owners(raw: Path, faults: pd.DataFrame, city: str) -> dict[doubted.Place, str]:
    """Say of each row of a workbook that was set aside whose it is: the one department that its own cells name.

    An indicator, by id or name, names its department. A row that names none, or several, is nobody's.
    """
    known = registry.indicators_of(city)
    names = {name: one.department_zh for key, one in known.items() for name in (key, one.name_zh) if name}
    names |= departments.names_of(city)
    found: dict[doubted.Place, str] = {}
    for path, rows in faults.groupby("path") if len(faults) else ():
        wanted = set(rows["row"].astype("str")) - {""}
        try:
            sheets = read_sheets(raw / path) if wanted and path.endswith(_BOOKS) else []
        except (SuiteError, OSError):  # it went, or was refused as a whole
            continue
        told: dict[str, set[str]] = {}
        for number, cells in (row for sheet in sheets for row in sheet.rows if str(row[0]) in wanted):
            told.setdefault(str(number), set()).update(names.get(cell.text, "") for cell in cells)
        found |= {(path, row): owner for row, owners in told.items() for owner in _only(owners)}
    return found


def _only(owners: set[str]) -> set[str]:
    named = owners - {""}
    return named if len(named) == 1 else set()


def has_actions(folders: Folders, city_code: str) -> bool:
    """Whether any corrective action of a city was ever listed: before that nothing is said of missed targets."""
    if "actions" not in store.SCHEMAS:
        return False
    own = [("city_code", "==", city_code)]
    return len(store.read_table(folders.processed, "actions", columns=["target_id"], filters=own)) > 0


def write(gathered: Gathered, department: str, city: str) -> Digest | None:
    """Write what one department is told; ``None`` where there is nothing."""
    items = tuple(gathered.rows.get(department, ()))
    if not items:
        return None
    lang, asked = gathered.lang, gathered.asked
    name = shown_name(department, city, lang)
    place = getattr(registry.city(city), f"name_{lang}")
    title = digest.title(place, name, asked.today, lang, simulated=gathered.simulated)
    html, text = digest.body(items, title, asked, lang, period=gathered.period, simulated=gathered.simulated)
    state = _hash(*sorted("|".join(one.key) for one in items), lang, str(gathered.simulated))
    return Digest(city, department, items, title, html, text, state)


def send(one: Digest, to: Department, memory: Memory, *, today: date, lang: str) -> tuple[int, list[int]]:
    """Tell one department at all its addresses that were not told of this state.

    Returns
    -------
    How many were told, and the places of those that were not reached.
    """
    message = services.Message(
        one.title, one.text, one.html, one.text, pointer=digest.text("pointer", lang), is_page=True
    )
    told, lost = 0, []
    with services.silence():
        for number, address in enumerate(to.addresses, start=1):
            key = _hash(address, to.name, one.city)
            if memory.knows(key, one.state, today):
                continue
            if services.tell(address, message):
                memory.note(key, one.state, today)
                told += 1
            else:
                lost.append(number)
    return told, lost


class Memory:
    """What was told to whom and when, by hashes alone.

    Parameters
    ----------
    folder
        Data folder of the run.
    wait_days
        Days until the same rows are told again as a reminder.
    """

    def __init__(self, folder: Path, *, wait_days: int) -> None:
        self._path, self._wait = folder / "state" / "digests.json", timedelta(days=wait_days)
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        self._known: dict[str, Any] = kept if isinstance(kept, dict) else {}

    def knows(self, address: str, state: str, today: date) -> bool:
        """Whether these rows were told at this address today, or less than the waiting days ago."""
        try:
            last = date.fromisoformat(self._known[address][state])
        except (KeyError, TypeError, ValueError):
            return False
        return last == today or today < last + self._wait

    def note(self, address: str, state: str, today: date) -> None:
        """Remember at once what was told: only the last state of an address, for an older one is another again."""
        self._known[address] = {state: today.isoformat()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with provenance.replacing(self._path) as stream:
            stream.write(json.dumps(self._known, indent=1).encode())


@contextmanager
def memory_of(question: Question, wait_days: int) -> Iterator[Memory]:
    """Memory beside the data a question is asked of; one run at a time holds it, so that two do not tell the same twice."""
    folder = Folders.real(question.data_dir).raw.parent
    (folder / "state").mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "state" / ".lock"):
        yield Memory(folder, wait_days=wait_days)


def _sources(run: Run, today: date, period: Period) -> dict[str, list[owed.Last]]:
    """Kind of what lacks → its sources in use, as the first page asks for them."""
    city, folders = run.context.city.slug, run.folders
    reads = {name: lacking.kind_of(name, run.lang).reads for name in lacking.kinds()}
    return {
        name: freshness.rhythms(city, folders, reads=tables, asked_on=today, period=period)
        for name, tables in reads.items()
        if tables
    }


def _last_period(question: Question) -> str:
    """The last year anything is known of, no later than the day of the question."""
    from helpers.run.data import prepare

    folders, _ = prepare(question.city, data_dir=question.data_dir)
    code = registry.city(question.city).code
    days = [last_day(folders.processed, name, city_code=code, until=question.today) for name in TELLING]
    known = [day for day in days if day is not None]
    if not known:
        raise ParameterError(**parts("request.no_period"))
    return str(max(known).year)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode(errors="surrogateescape")).hexdigest()
