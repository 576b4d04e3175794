"""Are the sources a report rests on as far as they should be? Asked for the day of the run, answered on page one.

A report has no clock: the day the question is asked is ``as_of``, or the parameter ``asked_on``, which the runner gives
only where a source was late on that day. While all are in time a report does not depend on the day it is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from zoneinfo import ZoneInfo

import pandas as pd

from helpers import registry
from helpers.battles.context import Late
from helpers.errors import CoverageError
from helpers.paths import Folders
from helpers.periods import Period, parse_day
from helpers.run import parameters
from helpers.run.jobs import Job
from helpers.sources.download import Feed, feeds, find_last_received, freshness_table


def today_in(city: str) -> date:
    """Day it is now in a city."""
    return datetime.now(ZoneInfo(registry.city(city).timezone)).date()


def list_late(
    city: str, folders: Folders, *, reads: Collection[str], asked_on: date, period: Period
) -> tuple[Late, ...]:
    """List the feeds a city follows that were not as far as they should have been.

    Parameters
    ----------
    folders
        Where the run reads; nobody is late with the demonstration.
    reads
        Processed tables the report reads: other feeds do not concern it.
    asked_on
        Day of the question.
    period
        What lies after its end is not expected.
    """
    followed = [feed for feed in feeds(city) if set(feed.kind.tables) & set(reads)]
    if folders.simulated or not followed:
        return ()
    table = _table(city, folders, followed, asked_on=asked_on, period_end=period.end, among=reads)
    return tuple(
        Late(row.source, row.title_zh, row.title_en, _day(row.last_received), row.expected.date())
        for row in table[table["state"] != "fresh"].itertuples()
    )


def table_of(city: str, folders: Folders, *, today: date) -> pd.DataFrame:
    """Freshness of every feed a city follows, as :func:`helpers.sources.download.freshness_table` gives it."""
    return _table(city, folders, feeds(city), asked_on=today, period_end=today)


def ask(jobs: Sequence[Job], folders: Folders, *, today: date) -> dict[Job, tuple[Late, ...]]:
    """Ask for every report which of its sources are late; a report with late sources is told the day of the question.

    Returns
    -------
    The jobs in their order, each with the late sources its report states.
    """
    asked: dict[Job, tuple[Late, ...]] = {}
    for job in jobs:
        period, day = Period.parse(job.period), parse_day(job.as_of) or _settled(job, today)
        # What a battle reads is asked of its module, which takes a second to import.
        reads = _reads(job) if feeds(job.city) and not folders.simulated else ()
        late = list_late(job.city, folders, reads=reads, asked_on=day, period=period) if reads else ()
        asked[replace(job, asked_on=day.isoformat()) if late and job.as_of is None else job] = late
    return asked


def say_late(asked: Mapping[Job, tuple[Late, ...]]) -> list[str]:
    """Say of every late source of these reports, in one sentence each, where it ends and to which day it was due."""
    found = dict.fromkeys(
        f"{one.name} ends on {one.last}, due up to {one.due}"
        if one.last
        else f"{one.name} was never received, due up to {one.due}"
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
            "; ".join(late) or "nothing was received, data/raw is empty",
            where="freshness",
            expected="every source as far as it is due",
            remedy="run make data, or report without --require-fresh",
        )


def _table(
    city: str,
    folders: Folders,
    followed: Sequence[Feed],
    *,
    asked_on: date,
    period_end: date,
    among: Collection[str] | None = None,
) -> pd.DataFrame:
    received = find_last_received(
        folders.processed,
        folders.raw,
        followed,
        city_code=registry.city(city).code,
        until=min(asked_on, period_end),
        among=among,
    )
    return freshness_table(received, followed, today=asked_on, period_end=period_end)


def _settled(job: Job, today: date) -> date:
    """The day of the question, no later than everything of the period was due: after that day nothing changes."""
    lags = [feed.plan.lag_days for feed in feeds(job.city)]
    return min(today, Period.parse(job.period).end + timedelta(days=max(lags, default=0)))


def _reads(job: Job) -> tuple[str, ...]:
    """Tables a battle reads; none where the notebook is no battle's or states nothing of its sources."""
    module = f"helpers.battles.{job.battle}"
    if "asked_on" not in parameters.declared(job.notebook) or find_spec(module) is None:
        return ()
    return import_module(module).TABLES


def _day(moment: pd.Timestamp) -> date | None:
    return None if pd.isna(moment) else moment.date()
