"""Which feeds there are, and which of them a city follows: ``registry/feeds.yml``, ``cities/<city>/feeds.yml``."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from helpers.registry import load
from helpers.registry.cities import folder_of
from helpers.registry.files import check_known, read_records
from helpers.registry.records import Record, Text

Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+[^\s?#/]$")]
StationCode = Annotated[str, StringConstraints(pattern=r"^\d{4}[A-Z]$")]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Kind(Record):
    """One feed the suite can fetch.

    An empty ``publisher`` is not known. ``table`` is the processed table it fills; ``readers`` are the formats it may come in, none where any
    known format will do; ``also`` are further tables it may fill; ``key`` names the environment variable that holds its key; ``chunk_days`` is the
    longest span of one request. ``may_be_empty``: a file without a row of the city is an answer too (no fire burnt).
    """

    title_zh: Text
    title_en: Text
    publisher: str
    licence: Text
    url_page: Address | None = None
    base: Address | None = None
    key: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    readers: tuple[str, ...] = ()
    table: str
    also: tuple[str, ...] = ()
    chunk_days: Annotated[int, Field(ge=1)] = 1
    may_be_empty: bool = False

    @property
    def tables(self) -> tuple[str, ...]:
        """Every processed table the feed may fill."""
        return (self.table, *self.also)


class Rhythm(Record):
    """When a feed's data are due: ``lag_days`` after each day, month, quarter or year has ended.

    ``window_days`` is how far back a run without dates looks for days that are not here yet. A ``required`` feed is late
    as long as nothing of it was received; another one is not missed before it came once. ``yearly_lag_days`` is when
    figures of a whole year are due that come in the same way as those of months; nothing is presumed without it.
    """

    cadence: Literal["day", "month", "quarter", "year"]
    lag_days: Annotated[int, Field(ge=1)]
    window_days: Annotated[int, Field(ge=1)] = 30
    base: Address | None = None
    required: bool = False
    yearly_lag_days: Annotated[int, Field(ge=1)] | None = None

    @property
    def yearly(self) -> Rhythm | None:
        """Rhythm of what comes once a year in this way; ``None`` where nobody has said when it is due."""
        lag = self.lag_days if self.cadence == "year" else self.yearly_lag_days
        return None if lag is None else Rhythm(cadence="year", lag_days=lag)

    def period_end(self, day: date) -> date:
        """Last day of the period a day lies in."""
        if self.cadence == "day":
            return day
        months = _MONTHS[self.cadence]
        last = (day.month - 1) // months * months + months
        return date(day.year, last, monthrange(day.year, last)[1])

    def due_day(self, end: date) -> date:
        """Last day on which the data of a period that ends on a day are in time."""
        return end + timedelta(days=self.lag_days)

    def expected_day(self, today: date, until: date = date.max) -> date:
        """Last day of the latest period whose data are due by ``today`` and that has ended by ``until``."""
        due = min(today - timedelta(days=self.lag_days), until)
        if self.cadence == "day":
            return due
        months = _MONTHS[self.cadence]
        after = due + timedelta(days=1)  # a period that ends on ``due`` is over
        first = (after.month - 1) // months * months + 1
        return date(after.year, first, 1) - timedelta(days=1)


class StationArchive(Rhythm):
    """``pattern`` is the path of one day's file below the base, with ``{day:%Y%m%d}`` and the like."""

    pattern: Annotated[str, StringConstraints(pattern=r"^[^{}]*(\{day:[%A-Za-z-]+\}[^{}]*)+$")] = (
        "china_sites_{day:%Y%m%d}.csv"
    )


class OpenAQ(Rhythm):
    """``locations`` maps the service's number of a place to the code of the national station there."""

    locations: dict[int, StationCode]


class Weather(Rhythm):
    """One place stands for the city. Degrees, WGS-84."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Fires(Rhythm):
    """``product`` is the satellite and processing, such as ``VIIRS_SNPP_NRT``; the area is the city's box."""

    product: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]+$")]


class WaterAutomatic(Rhythm):
    """``form`` holds the fields the feed asks for besides the page; ``page_size`` rows come in one page."""

    form: dict[str, str] = Field(default_factory=dict)
    page_size: Annotated[int, Field(ge=1)] = 480


class CityFeeds(Record):
    """The feeds of one city; a feed that is not named is not followed."""

    station_archive: StationArchive | None = None
    openaq_v3: OpenAQ | None = None
    weather_archive: Weather | None = None
    firms: Fires | None = None
    water_automatic: WaterAutomatic | None = None
    inbox: Rhythm | None = None


@dataclass(frozen=True)
class Feed:
    """A feed that a city follows: what it is everywhere, and how this city uses it."""

    name: str
    kind: Kind
    plan: Rhythm


def kinds() -> dict[str, Kind]:
    """Return every feed the suite can fetch.

    Raises
    ------
    RegistryError
        ``registry/feeds.yml`` is faulty, or lacks or names a feed the suite does not know.
    """
    return dict(_read_kinds(load.REGISTRY / "feeds.yml"))


def feeds(city: str) -> tuple[Feed, ...]:
    """Return the feeds a city follows, in the order of ``CityFeeds``; none where it has no ``feeds.yml``.

    Raises
    ------
    RegistryError
        A file is faulty, or the city unknown: file, key, remedy.
    """
    path = folder_of(city) / "feeds.yml"
    if not path.is_file():
        return ()
    record, known = read_records(path, CityFeeds), kinds()
    plans = {name: getattr(record, name) for name in CityFeeds.model_fields}
    return tuple(Feed(name, known[name], plan) for name, plan in plans.items() if plan is not None)


@cache
def _read_kinds(path: Path) -> dict[str, Kind]:
    record = read_records(path, dict[str, Kind])
    for name in record:
        check_known(path, name, name, CityFeeds.model_fields, "download.no_code")
    for name in CityFeeds.model_fields:
        check_known(path, name, name, record, "download.add_feed")
    return record
