"""From which day a battle is seen: its own last day with data, and how far the data of its city reach at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from helpers import registry
from helpers.battles.subjects import AIR, TELLING, own_rows, ranks_of
from helpers.days import first_day, last_day
from helpers.errors import ParameterError
from helpers.messages import parts
from helpers.paths import Folders
from helpers.periods import Period
from helpers.registry import City
from helpers.run import derived_rasters


@dataclass(frozen=True)
class Seen:
    """The last day whose data count, within the period, and the last day with data up to it, ``None`` without any."""

    as_of: date
    last_data: date | None


def see(
    processed: Path,
    city: City,
    period: Period,
    battles: Iterable[str],
    *,
    cap: date | None = None,
    reads: Collection[str] = (),
) -> Seen:
    """Say from which day battles are seen; of several, as the overview has, the latest.

    A battle is seen from the last day of its own subject within the period; where it has none there, from the last day
    any table of the city tells of, or else from the end of the period.

    Parameters
    ----------
    battles
        Names in ``helpers.battles.subjects.SUBJECT``; another name stands for what is read.
    cap
        Day that was asked for, not before the period begins: no later data count.
    reads
        Tables of what is no battle; see :func:`helpers.battles.subjects.ranks_of`.
    """
    _, end = period.until(cap or period.end)
    found = [_see(processed, city, period, name, end, reads) for name in battles]
    known = [one.last_data for one in found if one.last_data is not None]
    return Seen(max(one.as_of for one in found), max(known, default=None))


def _see(processed: Path, city: City, period: Period, battle: str, end: date, reads: Collection[str]) -> Seen:
    filters = own_rows(battle, city)

    def last(names: Iterable[str], since: date, until: date) -> date | None:
        return _latest(processed, city, names, since, until, filters)

    ranks = ranks_of(battle, reads)
    for rank in ranks:
        if day := last(rank, period.start, end):
            return Seen(day, day)
    before = last([name for rank in ranks for name in rank], date.min, period.start - timedelta(days=1))
    return Seen(_latest(processed, city, TELLING, period.start, end) or end, before)


def _latest(
    processed: Path,
    city: City,
    names: Iterable[str],
    since: date,
    until: date,
    filters: dict[str, list] | None = None,
) -> date | None:
    days = []
    for name in names:
        own = (filters or {}).get(name, [])
        if name in derived_rasters.INDEX_OF:
            own, name = [("index", "==", derived_rasters.INDEX_OF[name])], "rasters"
        days.append(last_day(processed, name, city_code=city.code, since=since, until=until, filters=own))
    return max((day for day in days if day is not None), default=None)


def known_range(folders: Folders, city: City) -> tuple[date, date] | None:
    """First and last day anything is known of a city: its tables, and the figures others published of it.

    Published figures are no part of the demonstration. Weather alone counts for nothing.
    """
    first = [first_day(folders.processed, name, city_code=city.code) for name in TELLING]
    last = [_latest(folders.processed, city, [name], date.min, date.max) for name in TELLING]
    days = [day for day in (*first, *last) if day is not None]
    if not folders.simulated:
        told = registry.published(city.slug)
        told = told[told["area_zh"].str.startswith(city.name_zh)]
        days += [moment.date() for name in ("period_start", "period_end") for moment in told[name].dropna()]
    return (min(days), max(days)) if days else None


def require_known(folders: Folders, city: City, period: Period) -> None:
    """Refuse a period that lies wholly before or after everything known of a city.

    Raises
    ------
    ParameterError
        The first and last day that are known, and what to do.
    """
    if _latest(folders.processed, city, TELLING, period.start, period.end) is not None:
        return
    known = known_range(folders, city)
    if known is None or (known[0] <= period.end and known[1] >= period.start):
        return
    side = "after_last" if period.start > known[1] else "before_first"
    first, last = known
    raise ParameterError(
        **parts(f"periods.{side}", period=period.label, city=city.slug, first=first, last=last)
    )


def years_with_data(processed: Path, city: City) -> list[str]:
    """The years worth a report: the last whole year with data, and the year that is running after it.

    The air decides where there is any; then whatever else is known of the city.
    """
    for names in (AIR, TELLING):
        last = _latest(processed, city, names, date.min, date.max)
        if last is not None:
            firsts = [first_day(processed, name, city_code=city.code) for name in names]
            first = min(day for day in firsts if day is not None)
            is_whole = (last.month, last.day) == (12, 31)
            wanted = [last.year] if is_whole else [last.year - 1, last.year]
            return [str(year) for year in wanted if year >= first.year]
    return []
