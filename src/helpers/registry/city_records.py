"""Shapes of a city's records: its air stations, and what is true of it alone. Nothing here reads a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from helpers.messages import message
from helpers.registry.records import Identifier, Record, Text, Words


def _month_day(text: str) -> str:
    try:
        date.fromisoformat(f"2001-{text}")
    except ValueError:
        raise ValueError(message("registry.month_day", text=repr(text))) from None
    return text


MonthDay = Annotated[str, AfterValidator(_month_day)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Window(Record):
    """A span of days that returns every year (heating season, ozone season, straw burning)."""

    id: Identifier
    name_zh: Text
    name_en: Text
    start: MonthDay
    end: MonthDay
    from_year: int
    until_year: int | None = None
    note_zh: Text
    note_en: Text

    def dates(self, year: int) -> tuple[date, date] | None:
        """First and last day of the window that begins in ``year``; None where it does not hold in that year.

        A window whose end lies before its start in the calendar runs into the next year.
        """
        if year < self.from_year or (self.until_year is not None and year > self.until_year):
            return None
        last_year = year + 1 if self.end < self.start else year
        return date.fromisoformat(f"{year}-{self.start}"), date.fromisoformat(f"{last_year}-{self.end}")


class Box(Record):
    """A box in decimal degrees, used to select fire points; it is wider than the city."""

    west: Longitude
    east: Longitude
    south: Latitude
    north: Latitude

    @model_validator(mode="after")
    def _check_order(self) -> Box:
        if self.west >= self.east or self.south >= self.north:
            raise ValueError(message("registry.box"))
        return self


class ScopeChange(Record):
    """A change of the city's territory: city totals before and after are not comparable."""

    id: Identifier
    date: date
    title: Words
    note: Words


class NextIssue(Record):
    """When briefings come out: on one day of every month, or of every month that ends a quarter."""

    every: Literal["month", "quarter"]
    day: Annotated[int, Field(ge=1, le=28)]

    def after(self, day: date) -> date:
        """First day of issue after a day."""
        months = range(1, 13) if self.every == "month" else range(3, 13, 3)
        days = [date(year, month, self.day) for year in (day.year, day.year + 1) for month in months]
        return next(one for one in days if one > day)


class Publication(Record):
    """Who publishes a city's briefings and when; what is not known stays empty and is printed nowhere.

    ``simulated`` marks a made-up publisher: it signs pages of simulated data alone, with the mark of simulation.
    """

    issuer: Words | None = None
    contact: Words | None = None
    next_issue: NextIssue | None = None
    simulated: bool = False

    @property
    def unknown(self) -> tuple[str, ...]:
        """Facts a real masthead still lacks, by their names in the file."""
        names = ("issuer", "contact", "next_issue")
        return tuple(name for name in names if self.simulated or getattr(self, name) is None)


class City(Record):
    """What is true of one city and no other.

    ``noise_day_hours`` are the hours at which day begins and ends for noise; the standard's own where none are set.
    """

    slug: Identifier
    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    name_zh: Text
    name_en: Text
    province_zh: Text
    province_en: Text
    timezone: Text
    box: Box
    scope_changes: tuple[ScopeChange, ...] = ()
    heating_season: Window
    ozone_season: Window
    straw_windows: tuple[Window, ...] = ()
    noise_day_hours: tuple[int, int] = (6, 22)
    publication: Publication = Publication()


class Station(Record):
    """One air station. ``valid_from`` and ``valid_to`` are empty where no list tells."""

    station_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]+$")]
    name_zh: Text
    name_en: Text
    is_control: bool
    latitude: Latitude
    longitude: Longitude
    earlier_latitude: Latitude | None = None
    earlier_longitude: Longitude | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class Stations(Record):
    """The air stations of a city and the lists their coordinates were read from."""

    position_note: Words
    stations: tuple[Station, ...]
