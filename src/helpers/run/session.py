"""What a notebook calls first and last: parameters become a run; the run's results are kept."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import pandas as pd

from helpers import registry, store
from helpers.battles.context import Battle, Context, Late
from helpers.battles.subjects import battles_of
from helpers.page.demonstration_names import in_english
from helpers.paths import Folders
from helpers.periods import Period, parse_day
from helpers.run import built, derived, derived_rasters, freshness, said
from helpers.run.data import prepare
from helpers.run.parameters import language
from helpers.run.seen import require_known, see

# Output of the last cell by which the runner learns what the notebook read; it is taken out before the page is made.
RECORD_MIME = "application/vnd.five-battles.run+json"


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
        """Build a battle as it is seen from its own last day with data, or take it as it was built before.

        No data after the run's own day count. ``battle.build(run.load(battle.TABLES), run.context)`` is the same without
        what is kept, for a run that :meth:`seen_by` the battle; a module changed in memory is to be built so. A battle
        made of others, such as the overview, is given those, each as its own page has it, or as its ``asked`` says: name
        and question of each.
        """
        if set(battle.TABLES) & set(derived.TABLES):
            derived.bring_up_to_date(self.folders.processed, self.context.city.code)
        own = self.seen_by(battle)

        def make() -> built.Made:
            asked = replace(own, opened={})
            parts = {
                name: replace(asked, context=question).build(part)
                for name, part, question in _parts(battle, asked.context)
            }
            given = {"battles": parts} if parts else {}
            tables = asked.load(getattr(battle, "OWN_TABLES", battle.TABLES))
            return battle.build(tables, asked.context, **given), asked.opened

        found, opened = built.take_or_make(self.folders.processed, battle.NAME, own.context, make)
        self.opened.update({**own.opened, **opened})
        return in_english(found) if self.lang == "en" and self.context.simulated else found

    def seen_by(self, battle: ModuleType) -> Run:
        """This run as a battle sees it: from its own last day with data, no later than the run's; under its own plan.

        Raises
        ------
        ParameterError
            As ``question`` of the battle, where it has one: it cannot be asked for this day.
        """
        context = self.context
        names = battles_of(battle.TABLES) if hasattr(battle, "BATTLES") else [battle.NAME]
        with store.opened() as record:
            seen = see(
                self.folders.processed, context.city, context.period, names,
                cap=context.as_of, reads=battle.TABLES,
            )  # fmt: skip
        context = replace(context, as_of=seen.as_of, last_data=seen.last_data)
        asked = battle.question(context) if hasattr(battle, "question") else context
        return replace(self, context=asked, opened=dict(record))

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
                elif name == said.NAME:
                    asked = (self.folders, self.context.city.slug)
                    tables[name], found = said.read(*asked, as_of=self.context.as_of)
                    self.opened.update(found)
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
        ISO day; data after it are not read. For a battle a day after its last data counts as that one; ``None``: the
        last day with data in the period, see :func:`helpers.run.seen.see`.
    data_dir
        Folder with ``raw`` and ``processed``; ``None``: the checkout's ``data``.
    reads
        Tables the battle reads; they tell which it is, and so the last day with data and the sources that concern it.
    asked_on
        ISO day for which page one says what is late; ``None``: ``as_of``, and nothing where that is open too.

    Raises
    ------
    ParameterError
        A parameter is malformed or out of range, or the period lies before or after everything known of the city.
    """
    built.first_code_of(city)
    wanted, place = Period.parse(period), registry.city(city)
    language(lang)
    day, asked = parse_day(as_of), parse_day(asked_on, "asked_on") or parse_day(as_of)
    folders, _ = prepare(city, data_dir=data_dir)
    late: tuple[Late, ...] = ()
    with store.opened() as record:
        seen = see(folders.processed, place, wanted, battles_of(reads) or [""], cap=day, reads=reads)
        if day is not None and not reads:
            seen = replace(seen, as_of=min(day, wanted.end))
        elif seen.last_data is None or seen.last_data < wanted.start:
            require_known(folders, place, wanted)
        if asked is not None:
            late = freshness.list_late(city, folders, reads=reads, asked_on=asked, period=wanted)
    plan, simulated = registry.plan(city, wanted.end), folders.simulated
    until = min(day or wanted.end, wanted.end)
    context = Context(place, plan, wanted, seen.as_of, seed, simulated, late, seen.last_data, until)
    return Run(context, lang, folders, dict(record))


def _parts(battle: ModuleType, context: Context) -> list[tuple[str, ModuleType, Context]]:
    """Battles that a battle is made of, with the question each is asked; none for most."""
    if hasattr(battle, "asked"):
        return list(battle.asked(context))
    return [(part.NAME, part, context) for part in getattr(battle, "BATTLES", {}).values()]


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
