"""The rules of the data-authenticity screen, as records of ``registry/screening.yml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

import helpers.registry
from helpers.registry.files import read_records
from helpers.registry.records import Record, Text

_Positive = Annotated[float, Field(gt=0)]
_Hours = Annotated[int, Field(ge=2)]
_Stations = Annotated[int, Field(ge=1)]


class Rule(Record):
    """What every rule says of itself, in both languages."""

    name_zh: Text
    name_en: Text
    meaning_zh: Text
    meaning_en: Text


class ToleranceRule(Rule):
    """PM2.5 above PM10 by more than ``tolerance`` (ug/m3)."""

    tolerance: Annotated[float, Field(ge=0)]


class Run(Record):
    """Shortest run of equal values that is marked, for values above ``above`` only."""

    hours: _Hours
    above: Annotated[float, Field(ge=0)]


class RunRule(Rule):
    """Value stuck, per pollutant."""

    pollutants: dict[str, Run]


class Step(Record):
    """Smallest difference and smallest ratio that make a jump."""

    step: _Positive
    factor: Annotated[float, Field(gt=1)]


class StepRule(Rule):
    """Sudden jump, per pollutant."""

    min_other_stations: _Stations
    pollutants: dict[str, Step]


class BlankRule(Rule):
    """Blank run: hours without a value while other stations report."""

    hours: _Hours
    min_other_stations: _Stations


class Screening(Record):
    """All rules of the screen."""

    pm25_above_pm10: ToleranceRule
    stuck: RunRule
    jump: StepRule
    blank_run: BlankRule


@cache
def screening_rules() -> Screening:
    """Return the rules of ``registry/screening.yml``.

    Raises
    ------
    RegistryError
        The file breaks its shape: file, key, remedy.
    """
    return read_records(rules_path(), Screening)


def rules_path() -> Path:
    """File the rules stand in."""
    return Path(helpers.registry.__file__).parent / "screening.yml"
