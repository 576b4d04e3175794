"""What a notebook calls first and last: parameters become a run; the run's results are kept."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from helpers import registry, store
from helpers.battles.context import Battle, Context, Late
from helpers.paths import Folders
from helpers.periods import Period, parse_day
from helpers.run import built, derived, derived_rasters, freshness
from helpers.run.data import prepare
from helpers.run.parameters import language

# Output of the last cell by which the runner learns what the notebook read; it is taken out before the page is made.
RECORD_MIME = "application/vnd.five-battles.run+json"
_AIR = "air_hourly"


@dataclass(frozen=True)
class Run:
    """One run of one notebook: its question, its language and the tables it may read.

    ``opened`` grows with every table that is read: path below ``folders.processed`` → SHA-256.
    """

    context: Context
    lang: str
    folders: Folders
    opened: dict[str, str] = field(default_factory=dict)

    def build(self, battle: ModuleType) -> Battle:
        """Build a battle from its tables, or take it as a report of the same question and data has built it.

        ``battle.build(run.load(battle.TABLES), run.context)`` is the same without what is kept; a module changed in
        memory is to be built so. A battle made of others, such as the overview, is given those.
        """
        if set(battle.TABLES) & set(derived.TABLES):
            derived.bring_up_to_date(self.folders.processed, self.context.city.code)

        def make() -> built.Made:
            own = replace(self, opened={})
            parts = {part.NAME: own.build(part) for part in getattr(battle, "BATTLES", {}).values()}
            given = {"battles": parts} if parts else {}
            tables = own.load(getattr(battle, "OWN_TABLES", battle.TABLES))
            return battle.build(tables, own.context, **given), own.opened

        found, opened = built.take_or_make(self.folders.processed, battle.NAME, self.context, make)
        self.opened.update(opened)
        return found

    def load(self, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
        """Read the named tables of the run's city, up to the day the run is seen from.

        With the station days, ``air_hourly`` begins with the year of the period: they tell of the hours before. A
        summary of rasters is made where it is not there yet.

        Returns
        -------
        Table name → rows, with the columns of ``helpers.store.SCHEMAS`` or of
        :func:`helpers.battles.air_days.summarise_hours` and of :mod:`helpers.battles.raster_tables`.
        """
        processed, code = self.folders.processed, self.context.city.code
        first = None
        if set(names) & set(derived.TABLES):
            derived.bring_up_to_date(processed, code)
            first = pd.Timestamp(date(self.context.period.year, 1, 1))
        tables = {}
        with store.opened() as record:
            for name in names:
                if name in derived.TABLES:
                    tables[name], found = derived.read(processed, code, name, last=self.context.as_of)
                    self.opened.update(found)
                elif name in derived_rasters.TABLES:
                    tables[name] = derived_rasters.read(self.folders, code, name, last=self.context.as_of)
                else:
                    filters = self._filters(name)
                    if name == "air_hourly" and first is not None:
                        filters.append(("time", ">", first))
                    tables[name] = store.read_table(processed, name, filters=filters)
        self.opened.update(record)
        return tables

    def _filters(self, name: str) -> list[tuple[str, str, object]]:
        filters: list[tuple[str, str, object]] = []
        if "city_code" in store.SCHEMAS[name]:
            filters.append(("city_code", "==", self.context.city.code))
        moment, last = store.time_column(name), pd.Timestamp(self.context.as_of + timedelta(days=1))
        if moment:
            # An hour-ending 00:00 belongs to the day before, so it is the last hour of as_of.
            filters.append((moment, "<=" if moment == "time" else "<", last))
        return filters


def start_run(
    *,
    city: str = "changchun",
    period: str = "2025",
    lang: str = "zh",
    as_of: str | None = None,
    data_dir: str | None = None,
    seed: int = 20220617,
    reads: Collection[str] = (),
    asked_on: str | None = None,
) -> Run:
    """Check the parameters of a notebook, bring its data up to date and return the run.

    Parameters
    ----------
    city
        Folder name in ``cities/``.
    period
        ``2025``, ``2025-10`` or ``2025-Q3``.
    lang
        ``zh`` or ``en``.
    as_of
        ISO day; data after it are not read. ``None``: see :func:`last_day_with_data`.
    data_dir
        Folder with ``raw`` and ``processed``; ``None``: the checkout's ``data``.
    reads
        Tables the battle reads; they decide the last day with data and which sources concern it.
    asked_on
        ISO day for which page one says what is late; ``None``: ``as_of``, and nothing where that is open too.

    Raises
    ------
    ParameterError
        A parameter is malformed or out of range.
    """
    built.first_code_of(city)
    wanted, place = Period.parse(period), registry.city(city)
    language(lang)
    day, asked = parse_day(as_of), parse_day(asked_on, "asked_on") or parse_day(as_of)
    folders, _ = prepare(city, data_dir=data_dir)
    late: tuple[Late, ...] = ()
    with store.opened() as record:
        if day is None:
            day = last_day_with_data(folders.processed, place.code, wanted, reads=reads)
        if asked is not None:
            late = freshness.list_late(city, folders, reads=reads, asked_on=asked, period=wanted)
    _, day = wanted.until(day)
    context = Context(place, registry.plan(city), wanted, day, seed, folders.simulated, late)
    return Run(context, lang, folders, dict(record))


def last_day_with_data(
    processed: Path, city_code: str, period: Period, *, reads: Collection[str] = ()
) -> date:
    """Last day of the period that data tell of; the period's end when none do.

    A battle that reads air hours is seen from the last of them. Any other is seen from the last day of its own tables
    or of the air, whichever is later: a day whose air is known has passed, whatever else is still on its way.
    """

    def last(name: str) -> date | None:
        return store.last_day(processed, name, city_code=city_code, since=period.start, until=period.end)

    air = last(_AIR)
    if air is not None and (_AIR in reads or not reads):
        return air
    days = [air, *(last(name) for name in reads if name in store.SCHEMAS)]
    return max((day for day in days if day is not None), default=period.end)


def periods_with_data(processed: Path, city_code: str) -> list[str]:
    """The years worth a report: the last whole year with data, and the year that is running after it.

    Air decides where there is any; then whatever else is known of the city.
    """
    names = [_AIR] if _years(processed, city_code, _AIR) else _of_a_city()
    known = [store.last_day(processed, name, city_code=city_code, until=date.max) for name in names]
    last = max((day for day in known if day is not None), default=None)
    if last is None:
        return []
    first = min((year for name in names for year in _years(processed, city_code, name)), default=last.year)
    is_whole = (last.month, last.day) == (12, 31)
    wanted = [last.year] if is_whole else [last.year - 1, last.year]
    return [str(year) for year in wanted if year >= first]


def _of_a_city() -> list[str]:
    """Tables that tell of one city, or of its offices, and of time; weather alone is worth no report."""
    told = [name for name, columns in store.SCHEMAS.items() if {"city_code", "place_code"} & set(columns)]
    return [name for name in told if not name.startswith("met_")]


def _years(processed: Path, city_code: str, name: str) -> list[int]:
    parts = store.list_partitions(processed, name)
    return [int(part["year"]) for part in parts if "year" in part and part.get("city_code") == city_code]


def finish_run(run: Run, battle: Battle) -> None:
    """Keep the results table of a run for other programs, and tell the runner what was read."""
    folder = run.folders.processed / "results" / run.context.city.slug / run.context.period.label
    store.write_file(folder / f"{battle.name}.parquet", battle.results)
    _tell_runner({"opened": dict(sorted(run.opened.items())), "simulated": run.folders.simulated})


def _tell_runner(record: Mapping[str, Any]) -> None:
    """Put a record into the notebook; outside of a kernel there is no notebook and nobody to tell."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.display_pub.publish({RECORD_MIME: record, "text/plain": ""})
