"""Shapes of a city's records: its plan, its air stations, and what is true of it alone. Nothing here reads a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from helpers.errors import RegistryError
from helpers.messages import message, parts
from helpers.registry.records import Battle, Identifier, Record, Text, UnitCode, Words


def _month_day(text: str) -> str:
    try:
        date.fromisoformat(f"2001-{text}")
    except ValueError:
        raise ValueError(message("registry.month_day", text=repr(text))) from None
    return text


MonthDay = Annotated[str, AfterValidator(_month_day)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Threshold(Record):
    """A size the plan sets to say whom a commitment binds (boilers below 40 t/h, rivers above 20 km²)."""

    value: float
    unit_zh: Text
    unit_en: Text


class Target(Record):
    """One quantified commitment of the plan.

    ``value`` is empty where the province decides, or where the plan prints a word (基本消除) and no number;
    the note then says which. ``year`` is empty where the plan gives no date.
    """

    id: Identifier
    article: int
    indicator: Identifier
    operator: Literal["<=", ">="]
    value: float | None
    unit: UnitCode
    decided_by: Literal["plan", "province"]
    year: int | None
    due: date | None = None
    scope: Words
    threshold: Threshold | None = None
    battle: Battle
    name_zh: Text
    name_en: Text
    text_zh: Annotated[str, StringConstraints(min_length=2, max_length=40)] | None
    source: Identifier
    judged: bool = True
    caveats: tuple[Identifier, ...] = ()
    note: Words | None = None

    @property
    def target_date(self) -> date | None:
        """Last day on which the commitment can be kept; the year's last day unless ``due`` is stricter."""
        return self.due or (date(self.year, 12, 31) if self.year else None)

    @model_validator(mode="after")
    def _check_value(self) -> Target:
        if self.decided_by == "province" and self.value is not None:
            raise ValueError(message("registry.value_of_province"))
        if self.value is None and self.note is None:
            raise ValueError(message("registry.note_who"))
        if not self.judged and self.note is None:
            raise ValueError(message("registry.note_why"))
        return self


class Milestone(Record):
    """One dated step of the plan, or one statement of its vision.

    ``targets`` are those that are all met when the step is done; empty where only a department can tell.
    """

    id: Identifier
    article: int
    due: date
    battle: Battle
    title_zh: Text
    title_en: Text
    targets: tuple[Identifier, ...] = ()


class Measure(Record):
    """A commitment without a number, followed by a department's count or ledger."""

    id: Identifier
    article: int
    battle: Battle
    name_zh: Text
    name_en: Text
    followed_by_zh: Text
    followed_by_en: Text
    indicator: Identifier | None = None


class Article(Record):
    """One of the plan's articles and how the suite follows it."""

    number: int
    title_zh: Text
    title_en: Text
    battle: Battle
    follow: Literal["target", "milestone", "tracked", "not_measurable"]
    refs: tuple[Identifier, ...] = ()
    reason_zh: str = ""
    reason_en: str = ""

    @model_validator(mode="after")
    def _check_follow(self) -> Article:
        if self.follow == "not_measurable" and (self.refs or not (self.reason_zh and self.reason_en)):
            raise ValueError(message("registry.not_measurable"))
        if self.follow != "not_measurable" and not self.refs:
            raise ValueError(message("registry.followed", follow=self.follow))
        return self


class PlanSource(Record):
    """A document the plan's numbers were read from."""

    title_zh: Text
    title_en: Text
    publisher_zh: Text
    publisher_en: Text
    date: date
    status: Literal["draft_for_comment", "issued"]


class Plan(Record):
    """The city's plan as data; ``base_year`` is the year its changes are measured from, where one is set."""

    name: Words
    n_articles: int
    base_year: int | None = None
    sources: dict[Identifier, PlanSource]
    targets: tuple[Target, ...]
    milestones: tuple[Milestone, ...]
    measures: tuple[Measure, ...]
    articles: tuple[Article, ...]

    def target(self, target_id: str) -> Target:
        """Return one target.

        Raises
        ------
        RegistryError
            The plan has no such target. Use an id of ``plan.yml``.
        """
        for target in self.targets:
            if target.id == target_id:
                return target
        raise RegistryError(where="plan.yml", **parts("registry.no_target", target=repr(target_id)))

    def targets_for(self, indicator_id: str, *, judged_only: bool = True) -> tuple[Target, ...]:
        """Return the targets set on one indicator, in plan order; by default those the pages judge by."""
        return tuple(
            target
            for target in self.targets
            if target.indicator == indicator_id and (target.judged or not judged_only)
        )


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
