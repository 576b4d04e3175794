"""What each battle's panel offers, and the call of the façade every choice leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from helpers import registry
from helpers.explore import air, city, soil, water
from helpers.explore.panels import NAMES, Call, Options, Question
from helpers.explore.words import text
from helpers.explore.workspace import current
from helpers.page.blocks import labels
from helpers.page.clear_water_figures import item_name
from helpers.registry import land
from helpers.standards.surface_water import assessed_items

_POLLUTANTS = ("PM2.5", "O3", "PM10", "NO2", "SO2", "CO")  # those the city must act on first
_NONE, _YEAR_BEFORE, _CITY, _ALL, _CLASS = "none", "year_before", "city", "all", "classes"
_OWN_ZONES = {"green_hills": ("forest",), "grassland_wetland": ("grassland", "wetland")}
_MATTER, _CHANGE, _RISK, _VEGETATION = "soil.matter", "soil.change", "soil.risk", "vegetation"


def question_of(battle: str) -> Question:
    """The question of a battle's panel; any other notebook asks them all."""
    if battle == "blue_sky":
        return Question(NAMES, _air_options, _air_calls)
    if battle == "clear_water":
        return Question(NAMES, _water_options, _water_calls)
    if battle in registry.palette().battles:
        return Question(NAMES, lambda name, chosen: _land_options(battle, name, chosen), _land_calls)
    return Question(("battle", *NAMES), _any_options, _any_calls)


def _any_options(name: str, chosen: Mapping[str, str]) -> Options:
    if name == "battle":
        names = labels(_lang())["battles"]
        return [(names[key], key) for key in registry.palette().battles]
    return question_of(chosen["battle"]).options(name, chosen)


def _any_calls(chosen: Mapping[str, str]) -> tuple[Call, Call | None]:
    return question_of(chosen["battle"]).calls(chosen)


def _lang() -> str:
    return current().run.lang


def _worded(*values: str) -> Options:
    return [(text(f"panel.options.{value}", _lang()), value) for value in values]


def _years(dates: pd.Series) -> Options:
    """Years with data, the last first."""
    return [(str(year), str(year)) for year in sorted(dates.dt.year.unique(), reverse=True)]


def _against(period: str, years: Options, others: Options) -> Options:
    """Nothing, the year before where it has data, or another place."""
    before = str(int(period) - 1) if period.isdigit() else ""
    has_year = any(value == before for _, value in years)
    return [*_worded(_NONE, *([_YEAR_BEFORE] if has_year else [])), *others]


def _keywords(chosen: Mapping[str, str], place: str = "") -> tuple[tuple[str, str], ...]:
    """Period, and of the call compared with, the year before."""
    period = chosen["period"]
    if place == _YEAR_BEFORE:
        period = str(int(period) - 1)
    return () if period == _ALL else (("period", period),)


# Air


def _air_options(name: str, chosen: Mapping[str, str]) -> Options:
    is_index = chosen.get("item") == air.INDEX
    if name == "item":
        return [*((one, one) for one in _POLLUTANTS), *_index()]
    if name == "statistic":
        return _worded("daily") if is_index else _worded("daily", "monthly", "yearly")
    if name == "place":
        return _worded(_CITY) if is_index else [*_worded(_CITY), *_stations()]
    years = current().keep("air years", lambda: _years(current().air_days().city["date"]))
    if name == "period":
        return _worded(_ALL) if chosen["statistic"] == "yearly" else [*years, *_worded(_ALL)]
    others = [] if is_index else [one for one in [*_worded(_CITY), *_stations()] if one[1] != chosen["place"]]
    return _against(chosen["period"], years, others)


def _index() -> Options:
    return [(text("panel.options.index", _lang()), air.INDEX)]


def _stations() -> Options:
    listed = city.stations()
    there = current().keep("stations", lambda: set(current().air_days().stations["station_code"]))
    names = zip(listed["station_code"], listed[f"name_{_lang()}"], strict=True)
    return [(f"{code} {name}", code) for code, name in names if code in there]


def _air_calls(chosen: Mapping[str, str]) -> tuple[Call, Call | None]:
    def call(place: str, keywords: tuple[tuple[str, str], ...]) -> Call:
        station = () if place == _CITY else (("station", place),)
        return Call(f"air.{chosen['statistic']}", (chosen["item"],), station + keywords)

    return _pair(chosen, call)


def _pair(
    chosen: Mapping[str, str], call: Callable[[str, tuple[tuple[str, str], ...]], Call]
) -> tuple[Call, Call | None]:
    """The call of what was chosen, and of what it is held against."""
    against = chosen["against"]
    first = call(chosen["place"], _keywords(chosen))
    if against == _NONE:
        return first, None
    place = chosen["place"] if against == _YEAR_BEFORE else against
    return first, call(place, _keywords(chosen, against))


# Water


def _water_options(name: str, chosen: Mapping[str, str]) -> Options:
    values = current().water_months().values
    if values.empty:
        return []
    if name == "item":
        return [*_worded(_CLASS), *((item_name(one, _lang()), one) for one in _water_items(values))]
    item = chosen["item"]
    if name == "statistic":
        return (
            _worded("classes")
            if item == _CLASS
            else _worded("months", *(["years"] if item in assessed_items() else []))
        )
    if name == "place":
        return [(text("all_sections", _lang()), _ALL)] if item == _CLASS else _sections(values, item)
    years = _years(values["date"])
    if name == "period":
        if chosen["statistic"] == "years":
            return _worded(_ALL)
        return years if item == _CLASS else [*years, *_worded(_ALL)]
    if item == _CLASS:
        return _worded(_NONE)
    others = [one for one in _sections(values, item) if one[1] != chosen["place"]]
    return _against(chosen["period"], years, others)


def _water_items(values: pd.DataFrame) -> list[str]:
    first = ("NH3-N", "TP", "COD", "CODMn", "DO")
    there = current().keep("water items", lambda: set(values["item"]))
    known = [one for one in water.known_items() if one in there]
    return [*(one for one in first if one in known), *(one for one in known if one not in first)]


def _sections(values: pd.DataFrame, item: str) -> Options:
    there = current().keep(("item", item), lambda: set(values.loc[values["item"] == item, "section_id"]))
    listed = water.sections()
    names = zip(listed["section_id"], listed[f"name_{_lang()}"], strict=True)
    return [(name, key) for key, name in names if key in there]


def _water_calls(chosen: Mapping[str, str]) -> tuple[Call, Call | None]:
    if chosen["item"] == _CLASS:
        return Call("water.classes", (chosen["period"],)), None
    function = {"months": "water.months", "years": "water.yearly"}[chosen["statistic"]]
    return _pair(chosen, lambda place, keywords: Call(function, (place, chosen["item"]), keywords))


# Land


def _land_options(battle: str, name: str, chosen: Mapping[str, str]) -> Options:
    if name == "item":
        return _land_items(battle)
    item = chosen["item"]
    if name == "statistic":
        return _worded("level", "change") if item.startswith(_MATTER) else _worded("reported")
    if name == "place":
        return _land_places(battle, item)
    steps = _land_months(item, chosen["place"])
    if name == "period":
        return [*_worded(_ALL), *_years(steps)]
    others = [one for one in _land_places(battle, item) if one[1] not in (chosen["place"], _ALL)]
    return _against(chosen["period"], _years(steps), others)


def _land_items(battle: str) -> Options:
    """What the battle has data of: surveys first, then vegetation, then what departments report."""
    found: Options = []
    if battle == "black_soil":
        depths = soil.depths()
        found += [(text("names.matter", _lang(), depth=one), f"{_MATTER}:{one}") for one in depths]
        found += [(text("names.risk", _lang()), _RISK)] if len(current().table("soil_samples")) else []
    elif city.zones():
        found.append((text("names.vegetation", _lang()), _VEGETATION))
    reported = set(current().table("ledger")["indicator_id"])
    listed = city.indicators(battle)
    names = zip(listed["indicator_id"], listed["name"], strict=True)
    return found + [(name, key) for key, name in names if key in reported]


def _land_places(battle: str, item: str) -> Options:
    if item.startswith((_MATTER, _RISK)):
        return [(text("zones", _lang()), _ALL)]
    if item == _VEGETATION:
        own = _OWN_ZONES.get(battle, ())
        return [(zone, zone) for zone in sorted(city.zones(), key=lambda one: land.zone_term(one) not in own)]
    rows = current().table("ledger")
    there = set(rows.loc[rows["indicator_id"] == item, "place_code"])
    context = current().run.context
    named = land.land(context.city.slug)
    known = [(getattr(one, f"name_{_lang()}"), one.code) for one in named.counties]
    known += [(getattr(one, f"name_{_lang()}"), one.id) for one in named.lakes]
    whole = _worded(_CITY) if context.city.code in there else []
    return [*whole, *(one for one in known if one[1] in there)]


def _land_months(item: str, place: str) -> pd.Series:
    """Months of a monthly series; nothing of a yearly one, which is always shown whole."""
    if item.startswith((_MATTER, _RISK)):
        return pd.Series(dtype="datetime64[s]")
    table = _land_call(item, place, ()).make()
    return table["month"] if "month" in table else pd.Series(dtype="datetime64[s]")


def _land_call(item: str, place: str, keywords: tuple[tuple[str, str], ...]) -> Call:
    if item == _VEGETATION:
        return Call(_VEGETATION, (place,), keywords)
    return Call("ledger", (item,) if place == _CITY else (item, place), keywords)


def _land_calls(chosen: Mapping[str, str]) -> tuple[Call, Call | None]:
    item = chosen["item"]
    if item.startswith(_MATTER):
        function = _CHANGE if chosen["statistic"] == "change" else _MATTER
        return Call(function, (item.partition(":")[2],)), None
    if item == _RISK:
        return Call(_RISK), None
    return _pair(chosen, lambda place, keywords: _land_call(item, place, keywords))
