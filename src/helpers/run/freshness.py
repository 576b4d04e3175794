"""Are the sources a report rests on as far as they should be? Asked for the day of the run, answered on page one.

A report has no clock: the day the question is asked is ``as_of``, or the parameter ``asked_on``, which the runner gives
only where a source was late on that day. While all are in time a report does not depend on the day it is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from helpers import registry, store
from helpers.battles.context import Late
from helpers.battles.subjects import AIR
from helpers.days import last_day, last_days
from helpers.errors import CoverageError
from helpers.messages import message, parts
from helpers.page.sources import kind_of
from helpers.paths import Folders
from helpers.periods import Period, parse_day
from helpers.registry import source_kinds
from helpers.run import parameters
from helpers.run.jobs import Job
from helpers.sources.download import Feed, covered_until, feeds, find_last_received, freshness_table
from helpers.sources.download.feeds import Rhythm

_DUE = {
    AIR: Rhythm(cadence="day", lag_days=2),
    ("water_sections", "drinking_sources"): Rhythm(cadence="month", lag_days=20),
}
"""When data of a subject are due that no feed of the city brings."""


def today_in(city: str) -> date:
    """Day it is now in a city."""
    return datetime.now(ZoneInfo(registry.city(city).timezone)).date()


def list_late(
    city: str, folders: Folders, *, reads: Collection[str], asked_on: date, period: Period
) -> tuple[Late, ...]:
    """List the sources in use that were not as far as they should have been.

    In use are, of each subject, those with a day in the period, or else those that came last before it. One that a feed
    of the city brings is due by the plan of the feed, another one as sources of its subject are. A feed that never
    brought anything is missed only where it is ``required``.

    Parameters
    ----------
    folders
        Where the run reads; nobody is late with the demonstration.
    reads
        Processed tables the report reads: other sources do not concern it.
    asked_on
        Day of the question: what came later was not known then.
    period
        What lies after its end is not expected.
    """
    if folders.simulated:
        return ()
    last = _last_days(city, folders, reads=reads, asked_on=asked_on, period=period)
    due = {source: source.plan.expected_day(asked_on, period.end) for source in last}
    return tuple(
        Late(source.name, source.title_zh, source.title_en, day, due[source])
        for source, day in last.items()
        if day is None or day < due[source]
    )


def rhythms(
    city: str, folders: Folders, *, reads: Collection[str], asked_on: date, period: Period
) -> list[tuple[Rhythm, date | None]]:
    """When the data of each source in use are due, and the last day received of it, as :func:`list_late` asks for them."""
    if folders.simulated:
        return []
    last = _last_days(city, folders, reads=reads, asked_on=asked_on, period=period)
    return [(source.plan, day) for source, day in last.items()]


def _last_days(
    city: str, folders: Folders, *, reads: Collection[str], asked_on: date, period: Period
) -> dict[_Source, date | None]:
    """Sources in use and their last days; of one that is required and never came ``None``."""
    followed = [feed for feed in feeds(city) if set(feed.kind.tables) & set(reads)]
    last: dict[_Source, date | None] = {
        _Source.of_feed(feed): None for feed in followed if feed.plan.required
    }
    for names in _subjects(followed, reads):
        for source, day in _in_use(city, folders, names, followed, period, asked_on).items():
            last[source] = max(day, last.get(source) or day)
    return last


@dataclass(frozen=True)
class _Source:
    """A feed, or a kind of source that people supply, and when its data are due."""

    name: str
    title_zh: str
    title_en: str
    plan: Rhythm

    @classmethod
    def of_feed(cls, feed: Feed) -> _Source:
        return cls(feed.name, feed.kind.title_zh, feed.kind.title_en, feed.plan)

    def __hash__(self) -> int:  # a plan may hold a mapping
        return hash(self.name)


def _subjects(followed: Sequence[Feed], reads: Collection[str]) -> list[tuple[str, ...]]:
    """Tables that are asked for, those of one subject together: sources of one subject stand in for each other."""
    known = {name for feed in followed for name in feed.kind.tables}
    whole = [tuple(name for name in names if name in reads) for names in _DUE]
    rest = [(name,) for name in reads if name in known and not any(name in names for names in _DUE)]
    return [names for names in (*whole, *rest) if names]


def _in_use(
    city: str,
    folders: Folders,
    names: tuple[str, ...],
    followed: Sequence[Feed],
    period: Period,
    asked_on: date,
) -> dict[_Source, date]:
    """Sources of one subject with a day in the period, or those of the last day before it: each with its last day."""
    code, processed, until = registry.city(city).code, folders.processed, min(asked_on, period.end)

    def found(since: date, last: date) -> dict[_Source, date]:
        days = _by_reader(processed, names, code, since, last)
        told = [(_source_of(reader, name, names, followed), day) for (name, reader), day in days.items()]
        for feed in (feed for feed in followed if feed.kind.table in names):
            covered = covered_until(folders.raw, feed, last)
            if covered is not None and covered >= since:
                told.append((_Source.of_feed(feed), covered))
        kept: dict[_Source, date] = {}
        for source, day in told:
            if source is not None:
                kept[source] = max(day, kept.get(source, day))
        return kept

    if until >= period.start and (inside := found(period.start, until)):
        return inside
    before = min(until, period.start - timedelta(days=1))
    days = [last_day(processed, name, city_code=code, until=before) for name in names]
    newest = max((day for day in days if day is not None), default=None)
    return found(newest, before) if newest is not None else {}


def _by_reader(
    processed: Path, names: Iterable[str], code: str, since: date, until: date
) -> dict[tuple[str, str], date]:
    """Last day within a span of each table and reader."""
    sources = store.read_table(processed, "sources", columns=["source_id", "reader"])
    reader = dict(zip(sources["source_id"], sources["reader"], strict=True))
    found: dict[tuple[str, str], date] = {}
    for name in names:
        for source, day in last_days(processed, name, city_code=code, since=since, until=until).items():
            key = name, reader.get(source, "")
            found[key] = max(day, found.get(key, day))
    return found


def _source_of(reader: str, name: str, names: tuple[str, ...], followed: Sequence[Feed]) -> _Source | None:
    """The feed whose files a reader reads; else the kind of source, due as its subject is; None where nothing says when."""
    fills = [feed for feed in followed if name in feed.kind.tables]
    for feed in fills:
        if reader in feed.kind.readers or not feed.kind.readers:
            return _Source.of_feed(feed)
    kind = source_kinds().get(kind_of(reader))
    plan = next((plan for tables, plan in _DUE.items() if name in tables), None)
    if kind is None or plan is None:
        return None
    return _Source(kind_of(reader), kind.title_zh, kind.title_en, plan)


def table_of(city: str, folders: Folders, *, today: date) -> pd.DataFrame:
    """Freshness of every feed a city follows, as :func:`helpers.sources.download.freshness_table` gives it."""
    return _table(city, folders, feeds(city), asked_on=today, period_end=today)


def ask(jobs: Sequence[Job], folders: Folders, *, today: date) -> dict[Job, tuple[Late, ...]]:
    """Ask for every report which of its sources are late; a report with late sources is told the day of the question.

    That is ``as_of`` where it is given, but no day that is yet to come.

    Returns
    -------
    The jobs in their order, each with the late sources its report states.
    """
    asked: dict[Job, tuple[Late, ...]] = {}
    for job in jobs:
        reads, period = () if folders.simulated else _reads(job), Period.parse(job.period)
        day, as_of = _settled(job, reads, today), parse_day(job.as_of)
        if as_of is not None:
            day = min(as_of, today)
        late = list_late(job.city, folders, reads=reads, asked_on=day, period=period) if reads else ()
        asked[replace(job, asked_on=day.isoformat()) if late and day != as_of else job] = late
    return asked


def say_late(asked: Mapping[Job, tuple[Late, ...]]) -> list[str]:
    """Say of every late source of these reports, in one sentence each, where it ends and to which day it was due."""
    found = dict.fromkeys(
        message("fresh.late" if one.last else "fresh.never", name=one.name, last=one.last, due=one.due)
        for late in asked.values()
        for one in late
    )
    return list(found)


def require_fresh(late: Sequence[str], folders: Folders) -> None:
    """Stop where :func:`say_late` had anything to say, or nothing was received at all.

    Raises
    ------
    CoverageError
        A source is late. Fetch the data, or report without ``--require-fresh``: page one then says so.
    """
    if late or folders.simulated:
        raise CoverageError(
            "; ".join(late) or message("fresh.nothing"),
            where=message("places.freshness"),
            **parts("fresh.required"),
        )


def _table(
    city: str,
    folders: Folders,
    followed: Sequence[Feed],
    *,
    asked_on: date,
    period_end: date,
) -> pd.DataFrame:
    received = find_last_received(
        folders.processed,
        folders.raw,
        followed,
        city_code=registry.city(city).code,
        until=min(asked_on, period_end),
    )
    return freshness_table(received, followed, today=asked_on, period_end=period_end)


def _settled(job: Job, reads: Collection[str], today: date) -> date:
    """The day of the question, no later than everything of the period was due: after that day nothing changes."""
    lags = [feed.plan.lag_days for feed in feeds(job.city)]
    lags += [plan.lag_days for names, plan in _DUE.items() if set(names) & set(reads)]
    return min(today, Period.parse(job.period).end + timedelta(days=max(lags, default=0)))


def _reads(job: Job) -> tuple[str, ...]:
    """Tables a battle reads; none where the notebook is no battle's or states nothing of its sources."""
    module = f"helpers.battles.{job.battle}"
    if "asked_on" not in parameters.declared(job.notebook) or find_spec(module) is None:
        return ()
    return import_module(module).TABLES
