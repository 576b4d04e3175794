"""What a panel may ask about: a subject offers items, the choices that follow from an item, and the calls they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.explore.panels import Call, Options
from helpers.explore.words import text
from helpers.explore.workspace import current

NONE, YEAR_BEFORE, CITY, ALL = "none", "year_before", "city", "all"
Chosen = Mapping[str, str]
Keywords = tuple[tuple[str, str], ...]
Calls = tuple[Call, Call | None]


@dataclass(frozen=True)
class Subject:
    """Items of a battle that are asked in the same way, such as the pollutants of the air."""

    items: Callable[[], Options]
    options: Callable[[str, Chosen], Options]
    calls: Callable[[Chosen], Calls]


def lang() -> str:
    """Language in use."""
    return current().run.lang


def worded(*values: str) -> Options:
    """Options whose words stand in ``explore.yml``."""
    return [(text(f"panel.options.{value}", lang()), value) for value in values]


def years_of(dates: pd.Series) -> Options:
    """Years with data, the last first."""
    return [(str(year), str(year)) for year in sorted(dates.dt.year.unique(), reverse=True)]


def compared(chosen: Chosen, years: Options, places: Options) -> Options:
    """Nothing, the year before where it has data, or another place."""
    period = chosen["period"]
    before = str(int(period) - 1) if period.isdigit() else ""
    has_year = any(value == before for _, value in years)
    others = [one for one in places if one[1] != chosen["place"]]
    return [*worded(NONE, *([YEAR_BEFORE] if has_year else [])), *others]


def pair(chosen: Chosen, call: Callable[[str, Keywords], Call]) -> Calls:
    """The call of what was chosen, and of what it is held against; ``call`` takes a place and the period."""
    place, against, period = chosen["place"], chosen["against"], chosen["period"]
    first = call(place, keywords(period))
    if against == NONE:
        return first, None
    if against == YEAR_BEFORE:
        return first, call(place, keywords(str(int(period) - 1)))
    return first, call(against, keywords(period))


def keywords(period: str) -> Keywords:
    """The period as an argument; none for the whole record."""
    return () if period == ALL else (("period", period),)
