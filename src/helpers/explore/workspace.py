"""The city and data the façade speaks of; read once, kept for the session."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import paths, registry, store
from helpers.battles.air_days import STATION_DAYS, AirDays, make_days
from helpers.battles.water_months import WaterMonths, make_months
from helpers.errors import ParameterError
from helpers.messages import parts
from helpers.periods import Period, parse_day
from helpers.run.data import prepare
from helpers.run.session import Run, start_run

_AIR = (*STATION_DAYS, "air_daily_published", "dust_hours")
_YEAR_WITHOUT_DATA = 2025


@dataclass(frozen=True)
class Workspace:
    """One run whose tables are read when they are first asked for, and then kept."""

    run: Run
    kept: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> pd.DataFrame:
        """Rows of a processed table of the city, up to the day of the workspace."""
        return self.keep(name, lambda: self.run.load((name,))[name])

    def air_days(self) -> AirDays:
        """City and station days of the whole record."""
        return self.keep("days", lambda: make_days(self.run.load(_AIR), self.run.context))

    def water_months(self) -> WaterMonths:
        """Section months of the whole record."""
        return self.keep("months", lambda: make_months(self.table("water_sections"), self.run.context))

    def keep(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """What was made under a name before, or is made now; data do not change within a workspace."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def span(self, period: str | None, dates: pd.Series) -> tuple[date, date]:
        """First and last day asked for: of a period up to the day of the workspace, or of all dates.

        Raises
        ------
        ParameterError
            The period is malformed or begins after the day of the workspace, or there are no dates at all.
        """
        last = self.run.context.as_of
        if period is not None:
            return Period.parse(period).until(last)
        if dates.empty:
            raise ParameterError(**parts("explore.no_span"))
        return dates.min().date(), min(dates.max().date(), last)


_current: list[Workspace] = []


def use(
    *, city: str = "changchun", data_dir: str | None = None, as_of: str | None = None, lang: str = "zh"
) -> None:
    """Choose the city, the data and the language all further calls speak of; ``fb.use(lang="en")``.

    Without a call the city is Changchun with the checkout's data: received files, or the demonstration while there
    are none.

    Parameters
    ----------
    city
        Folder name in ``cities/``.
    data_dir
        Folder with ``raw`` and ``processed``; None: the checkout's ``data``.
    as_of
        ISO day; data after it are left out. None: all data.
    lang
        Of names and figures: ``zh`` or ``en``.

    Raises
    ------
    ParameterError
        A parameter is unknown or malformed; the message names what would be right.
    """
    day = parse_day(as_of)
    if day is None:
        folders, _ = prepare(city, data_dir=data_dir)
        day = date(_last_year(folders.processed, registry.city(city).code), 12, 31)
    use_run(start_run(city=city, period=str(day.year), lang=lang, as_of=day.isoformat(), data_dir=data_dir))


def use_run(run: Run) -> Workspace:
    """Let the façade speak of the run of a notebook: its city, data, day and language."""
    _current[:] = [Workspace(run)]
    return _current[0]


def current() -> Workspace:
    """The workspace in use; the checkout's own data where none was chosen."""
    if not _current:
        use()
    return _current[0]


def data_root(run: Run) -> Path:
    """Folder that holds ``raw`` and ``processed`` of a run."""
    processed = run.folders.processed
    return processed.parents[3] if run.folders.simulated else processed.parent


def how_to_use(run: Run) -> str:
    """The call of :func:`use` that leads to the city, data, day and language of a run."""
    root = data_root(run)
    given = {
        "city": run.context.city.slug,
        "data_dir": None if root.resolve() == (paths.home() / "data").resolve() else str(root),
        "as_of": run.context.as_of.isoformat(),
        "lang": run.lang,
    }
    plain = {"city": "changchun", "data_dir": None, "lang": "zh"}
    told = [f"{name}={value!r}" for name, value in given.items() if plain.get(name, "") != value]
    return f"fb.use({', '.join(told)})".replace("'", '"')


def _last_year(processed: Path, city_code: str) -> int:
    """Last year any table of the city holds."""
    years = [
        int(part["year"])
        for name in store.list_tables(processed)
        for part in store.list_partitions(processed, name)
        if part.get("city_code") == city_code and "year" in part
    ]
    return max(years, default=_YEAR_WITHOUT_DATA)
