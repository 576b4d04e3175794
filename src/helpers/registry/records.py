"""Shapes of the registry's own records: indicators, words, kinds of source, colours.

Every record is frozen and refuses unknown keys, so a mistyped key cannot be ignored. Nothing here reads a file.
The records of a city are in :mod:`helpers.registry.city_records`, those of its plans in :mod:`helpers.registry.plan_records`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from helpers.errors import RegistryError
from helpers.messages import message
from helpers.units import unit

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-F]{6}$")]
Battle = Literal["blue_sky", "clear_water", "green_hills", "black_soil", "grassland_wetland", "cross_cutting"]
Status = Literal["V0", "V1", "V2", "M"]
PLAN = "本市方案"


def _known_unit(code: str) -> str:
    try:
        unit(code)
    except RegistryError as refusal:
        raise ValueError(str(refusal)) from None
    return code


UnitCode = Annotated[str, AfterValidator(_known_unit)]


class Record(BaseModel):
    """Base of all records: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Words(Record):
    """One text in both languages."""

    zh: Text
    en: Text


class Basis(Record):
    """Where a definition stands: document, clause, year, and how well that was verified (REFERENCE.md, 0).

    ``PLAN`` as the standard means the plan of the city itself; its targets and measures tell the article. ``since``
    (``from`` in the file) is the first day an edition holds; the first edition holds before as well.
    """

    standard: Text
    clause: Text
    year: int | None
    status: Status
    since: date | None = Field(default=None, alias="from")


def _editions(given: object) -> object:
    """One basis, or a list of editions, oldest first."""
    return given if isinstance(given, (list, tuple)) else (given,)


class Measure(Record):
    """How an indicator is measured: the function of :mod:`helpers.battles.measures` that observes it, and what it asks.

    ``pollutant`` and ``of`` name a row of :func:`helpers.standards.air.period_statistics`; ``forecast`` is the statistic
    the year's end is drawn for (:mod:`helpers.statistics.forecast`), empty where it is not drawn.
    """

    by: Identifier
    pollutant: str = ""
    of: Identifier | Literal[""] = ""
    forecast: str = ""


class Indicator(Record):
    """One quantity the suite reports.

    ``min_coverage_pct`` is the share of the calendar denominator below which the value is 数据不足; the
    validity rule of the standard is applied besides. An indicator is either computed from monitoring data or
    reported by a department; a reported one says what to supply, and ``measure`` how a computed one is observed.
    ``period`` ``cumulative`` is a sum of works done since its base, which never falls; a change against a base year is
    ``standing``, as every state is. ``span`` (``range`` in the file) is what a reported value can be, where that is not
    what its unit can. ``river`` (an id of ``sections.yml``) belongs to the
    indicators of one city that tell of one of its rivers.
    """

    id: Identifier
    battle: Battle
    name_zh: Text
    name_en: Text
    unit: UnitCode
    decimals: Annotated[int, Field(ge=0, le=4)]
    direction: Literal["lower_is_better", "higher_is_better", "in_range"]
    statistic: Text
    period: Literal["year", "cumulative", "standing"]
    min_coverage_pct: Annotated[float, Field(ge=0, le=100)]
    source_ids: tuple[Identifier, ...] = Field(min_length=1)
    caveats: tuple[Identifier, ...] = ()
    editions: Annotated[tuple[Basis, ...], BeforeValidator(_editions)] = Field(alias="basis", min_length=1)
    ask_zh: str = ""
    ask_en: str = ""
    department_zh: str = ""
    department_en: str = ""
    river: Identifier | None = None
    measure: Measure | None = None
    span: tuple[float, float] | None = Field(default=None, alias="range")

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value that can be reported, in the indicator's unit."""
        return self.span or (unit(self.unit).low, unit(self.unit).high)

    @property
    def basis(self) -> Basis:
        """The newest edition of what defines it."""
        return self.editions[-1]

    def basis_on(self, day: date) -> Basis:
        """The edition in force on a day."""
        return next(
            (one for one in reversed(self.editions) if one.since is None or one.since <= day),
            self.editions[0],
        )

    @property
    def is_ledger(self) -> bool:
        """Whether a department reports the value instead of the suite computing it."""
        return "department_workbook" in self.source_ids

    @property
    def is_of_plan(self) -> bool:
        """Whether only a city's plan asks for it; where the plan does not, nobody does."""
        return self.basis.standard == PLAN

    @model_validator(mode="after")
    def _check_editions(self) -> Indicator:
        days = [one.since or date.min for one in self.editions]
        if days != sorted(set(days)):
            raise ValueError(message("registry.editions"))
        return self

    @model_validator(mode="after")
    def _check_span(self) -> Indicator:
        if self.span and not (self.span[0] < self.span[1] and self.is_ledger):
            raise ValueError(message("registry.range"))
        return self

    @model_validator(mode="after")
    def _check_ledger_words(self) -> Indicator:
        words = (self.ask_zh, self.ask_en, self.department_zh, self.department_en)
        if self.is_ledger != all(words) or self.is_ledger != any(words):
            raise ValueError(message("registry.asks"))
        return self


class Caveat(Words):
    """A caveat of a results row; one that says what a source is worth stands on page one too."""

    page_one: bool = False


class CityCaveat(Caveat):
    """A caveat of one city, and the indicators it always goes with."""

    indicators: tuple[Identifier, ...] = ()


class SourceKind(Record):
    """A kind of source the suite knows."""

    title_zh: Text
    title_en: Text
    licence_zh: Text
    licence_en: Text


class Chip(Record):
    """A status chip: text, fill and border, with the dash that survives greyscale print."""

    text: Colour
    fill: Colour
    border: Colour
    is_dashed: bool = False


class Accent(Record):
    """A battle's accent and its five-step ramp, pale to dark."""

    accent: Colour
    ramp: tuple[Colour, Colour, Colour, Colour, Colour]


class ClassColour(Record):
    """The print-safe colour of a statutory class and the ink of the label upon it."""

    level: int
    name_zh: Text
    name_en: Text
    fill: Colour
    text: Colour


class Palette(Record):
    """Every colour of the suite (design/briefing.md, 9); no hex value stands anywhere else."""

    neutrals: dict[Identifier, Colour]
    chips: dict[Identifier, Chip]
    status_marks: dict[Identifier, Colour]
    series: tuple[Colour, ...] = Field(min_length=4, max_length=4)
    change: tuple[Colour, ...] = Field(min_length=5, max_length=5)
    battles: dict[Identifier, Accent]
    aqi_classes: tuple[ClassColour, ...] = Field(min_length=6, max_length=6)
    water_classes: tuple[ClassColour, ...] = Field(min_length=6, max_length=6)
