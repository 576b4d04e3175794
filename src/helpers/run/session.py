"""What a notebook calls first and last: parameters become a run; the run's results are kept."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import registry, store
from helpers.battles.context import Battle, Context
from helpers.paths import Folders
from helpers.periods import Period, parse_day
from helpers.run import derived
from helpers.run.data import prepare
from helpers.run.parameters import language

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

    def load(self, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
        """Read the named tables of the run's city, up to the day the run is seen from.

        With the station days, ``air_hourly`` begins with the year of the period: they tell of the hours before.

        Returns
        -------
        Table name → rows, with the columns of ``helpers.store.SCHEMAS`` or of
        :func:`helpers.battles.air_days.summarise_hours`.
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
        ISO day; data after it are not read. ``None``: the last day of the period with air data, or the
        period's end when there are none.
    data_dir
        Folder with ``raw`` and ``processed``; ``None``: the checkout's ``data``.

    Raises
    ------
    ParameterError
        A parameter is malformed or out of range.
    """
    wanted, place = Period.parse(period), registry.city(city)
    language(lang)
    day = parse_day(as_of)
    folders, _ = prepare(city, data_dir=data_dir)
    with store.opened() as record:
        if day is None:
            day = last_day_with_data(folders.processed, place.code, wanted)
    _, day = wanted.until(day)
    context = Context(place, registry.plan(city), wanted, day, seed, folders.simulated)
    return Run(context, lang, folders, dict(record))


def last_day_with_data(processed: Path, city_code: str, period: Period) -> date:
    """Last day of the period with hourly air data; the period's end when there is none."""
    span = [
        ("time", ">", pd.Timestamp(period.start)),
        ("time", "<=", pd.Timestamp(period.end + timedelta(days=1))),
    ]
    times = _times(processed, city_code, span)
    return period.end if times.empty else (times.max() - pd.Timedelta(hours=1)).date()


def periods_with_data(processed: Path, city_code: str) -> list[str]:
    """The years worth a report: the last whole year with air data, and the year that is running after it."""
    years = [
        int(part["year"])
        for part in store.list_partitions(processed, "air_hourly")
        if part["city_code"] == city_code
    ]
    if not years:
        return []
    last = (_times(processed, city_code, [("year", "==", max(years))]).max() - pd.Timedelta(hours=1)).date()
    is_whole = (last.month, last.day) == (12, 31)
    wanted = [last.year] if is_whole else [last.year - 1, last.year]
    return [str(year) for year in wanted if year >= min(years)]


def _times(processed: Path, city_code: str, span: list[tuple[str, str, object]]) -> pd.Series:
    filters = [("city_code", "==", city_code), ("pollutant", "==", "PM2.5"), *span]
    return store.read_table(processed, "air_hourly", columns=["time"], filters=filters)["time"]


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
