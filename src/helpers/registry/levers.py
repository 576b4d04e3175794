"""What measures are declared to bring: ``cities/<city>/levers.yml``, which may be absent.

A declaration is what an office or a document says of a measure; nothing of it is checked against data here.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from helpers.errors import RegistryError
from helpers.messages import message, parts
from helpers.registry.cities import folder_of
from helpers.registry.files import check_known, check_unique, read_records, shown
from helpers.registry.own import indicators
from helpers.registry.plans import plans
from helpers.registry.records import Identifier, Record, UnitCode, Words

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Year = Annotated[int, Field(ge=2000, le=2100)]


class LeverSource(Record):
    """The document an effect is declared in, and how plainly it states it."""

    title: Words
    publisher: Words
    date: date
    confidence: Literal["high", "medium", "low"]


class Lever(Record):
    """What one measure is declared to bring.

    ``value`` is the declared change of the indicator's yearly value, in its unit and once in full effect; negative
    lowers it. ``low`` and ``high`` are the declared interval, which holds the effect with a probability of ``interval``
    percent. ``from_year`` is the first year whose yearly value has the whole effect, ``until_year`` the last one where
    it ends. ``began`` is the month in which the measure began or begins; the data can be asked what they show only
    where it is known. A ``simulated`` one is made up: it stands on simulated pages alone, as a made-up publisher does.
    """

    id: Identifier
    name: Words
    measure: Identifier
    indicator: Identifier
    unit: UnitCode
    value: float
    low: float
    high: float
    interval: Annotated[float, Field(gt=0, lt=100)] = 80
    from_year: Year
    until_year: Year | None = None
    began: Month | None = None
    source: LeverSource
    declared_by: Words
    note: Words | None = None
    simulated: bool = False

    @property
    def first_day(self) -> date:
        """Day from which it acts: the first of the month it began, else of the first year with its whole effect."""
        return date.fromisoformat(f"{self.began or f'{self.from_year}-01'}-01")

    @model_validator(mode="after")
    def _check_interval(self) -> Lever:
        if not self.low <= self.value <= self.high:
            raise ValueError(
                message("registry.lever_interval", value=self.value, low=self.low, high=self.high)
            )
        if self.until_year is not None and self.until_year < self.from_year:
            raise ValueError(message("registry.lever_until", until=self.until_year, first=self.from_year))
        if self.first_day.year > self.from_year:
            raise ValueError(message("registry.lever_began", began=self.began, first=self.from_year))
        return self


def levers(slug: str) -> tuple[Lever, ...]:
    """Return what the measures of a city's plans are declared to bring, in the order of their file; none without a file.

    Raises
    ------
    RegistryError
        As :func:`helpers.registry.plans.plans`; also a repeated id, a measure that no plan of the city has, an
        indicator without a target that has a number and a year, another unit than the indicator's, a value outside its interval, an effect in the wrong direction without a
        note, or a record without its source.
    """
    return _read(folder_of(slug))


@cache
def _read(folder: Path) -> tuple[Lever, ...]:
    path = folder / "levers.yml"
    if not path.is_file():
        return ()
    found = read_records(path, tuple[Lever, ...])
    check_unique(path, "id", (one.id for one in found))
    line = [one for one in plans(folder.name) if one.level == "city"]
    measures = [measure.id for one in line for measure in one.measures]
    targets = (target for one in line for target in one.targets)
    asked = [one.indicator for one in targets if one.value is not None and one.year is not None]
    for one in found:
        check_known(path, f"{one.id}.measure", one.measure, measures, "registry.id_of_measures")
        check_known(path, f"{one.id}.indicator", one.indicator, asked, "registry.indicator_of_target")
        _check_effect(path, one)
    return found


def _check_effect(path: Path, lever: Lever) -> None:
    """The effect is told in the indicator's unit and in its better direction, or a note says why not."""
    record = indicators()[lever.indicator]
    names = {"unit": record.unit, "indicator": record.id}
    check_known(path, f"{lever.id}.unit", lever.unit, [record.unit], "registry.unit_of_indicator", **names)
    worse = {"lower_is_better": lever.value > 0, "higher_is_better": lever.value < 0}
    if worse.get(record.direction, False) and lever.note is None:
        where = f"{shown(path)}, {lever.id}.value"
        raise RegistryError(where=where, **parts("registry.lever_worse", value=lever.value, **names))
