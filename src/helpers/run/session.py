"""What a notebook calls first and last: parameters become a run; the run's results are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from helpers import provenance, registry, store
from helpers.battles.context import Battle, Context
from helpers.paths import Folders
from helpers.periods import Period, parse_day
from helpers.run.data import prepare
from helpers.run.parameters import language


@dataclass(frozen=True)
class Run:
    """One run of one notebook: its question, its language and the tables it may read."""

    context: Context
    lang: str
    folders: Folders

    def load(self, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
        """Read the named processed tables of the run's city, up to the day the run is seen from.

        Returns
        -------
        Table name → rows, with the columns of ``helpers.store.SCHEMAS``.
        """
        last = pd.Timestamp(self.context.as_of + timedelta(days=1))
        tables = {}
        for name in names:
            filters: list[tuple[str, str, object]] = []
            if "city_code" in store.SCHEMAS[name]:
                filters.append(("city_code", "==", self.context.city.code))
            moment = store.time_column(name)
            if moment:
                # An hour-ending 00:00 belongs to the day before, so it is the last hour of as_of.
                filters.append((moment, "<=" if moment == "time" else "<", last))
            tables[name] = store.read_table(self.folders.processed, name, filters=filters)
        return tables


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
    if day is None:
        day = last_day_with_data(folders.processed, place.code, wanted)
    _, day = wanted.until(day)
    context = Context(place, registry.plan(city), wanted, day, seed, folders.simulated)
    return Run(context, lang, folders)


def last_day_with_data(processed: Path, city_code: str, period: Period) -> date:
    """Last day of the period with hourly air data; the period's end when there is none."""
    bounds = [("city_code", "==", city_code), ("pollutant", "==", "PM2.5")]
    span = [
        ("time", ">", pd.Timestamp(period.start)),
        ("time", "<=", pd.Timestamp(period.end + timedelta(days=1))),
    ]
    times = store.read_table(processed, "air_hourly", columns=["time"], filters=[*bounds, *span])["time"]
    if times.empty:
        return period.end
    return (times.max() - pd.Timedelta(hours=1)).date()


def periods_with_data(processed: Path, city_code: str) -> list[str]:
    """The years worth a report: the last whole year with air data, and the year that is running after it."""
    times = store.read_table(
        processed,
        "air_hourly",
        columns=["time"],
        filters=[("city_code", "==", city_code), ("pollutant", "==", "PM2.5")],
    )["time"]
    if times.empty:
        return []
    last = (times.max() - pd.Timedelta(hours=1)).date()
    first = times.min().date()
    is_whole = (last.month, last.day) == (12, 31)
    years = [last.year] if is_whole else [last.year - 1, last.year]
    return [str(year) for year in years if year >= first.year]


def finish_run(run: Run, battle: Battle) -> None:
    """Keep the results table of a run, so that the overview and other programs can read it."""
    folder = run.folders.processed / "results" / run.context.city.slug / run.context.period.label
    with provenance.replacing(folder / f"{battle.name}.parquet") as stream:
        battle.results.to_parquet(stream, index=False)
