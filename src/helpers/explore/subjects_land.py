"""What the panels of the land battles ask about: soil surveys, vegetation, and what departments report of any battle."""

from __future__ import annotations

from collections.abc import Callable

from helpers.battles.noise import COMPLIANCE, SHARE
from helpers.explore import city, soil
from helpers.explore.panels import Call, Options
from helpers.explore.subjects import (
    ALL,
    CITY,
    NONE,
    Calls,
    Chosen,
    Keywords,
    Subject,
    compared,
    lang,
    pair,
    worded,
    years_of,
)
from helpers.explore.words import place_name, text
from helpers.explore.workspace import current
from helpers.registry import land

_OWN_ZONES = {"green_hills": ("forest",), "grassland_wetland": ("grassland", "wetland")}
_MATTER, _CHANGE, _RISK, _VEGETATION = "soil.matter", "soil.change", "soil.risk", "vegetation"
_MEASURED = {SHARE, *COMPLIANCE.values()}  # the briefing takes these from levels, not from what is reported


def _soil_items() -> Options:
    if current().table("soil_samples").empty:
        return []
    depths = [(text("names.matter", lang(), depth=one), f"{_MATTER}:{one}") for one in soil.depths()]
    return [*depths, (text("names.risk", lang()), _RISK)]


def _soil_options(name: str, chosen: Chosen) -> Options:
    is_matter = chosen["item"].startswith(_MATTER)
    return {
        "statistic": worded("level", "change") if is_matter else worded("reported"),
        "place": [(text("zones", lang()), ALL)],
        "period": worded(ALL),
        "against": worded(NONE),
    }[name]


def _soil_calls(chosen: Chosen) -> Calls:
    if chosen["item"] == _RISK:
        return Call(_RISK), None
    function = _CHANGE if chosen["statistic"] == "change" else _MATTER
    return Call(function, (chosen["item"].partition(":")[2],)), None


SOIL = Subject(_soil_items, _soil_options, _soil_calls)


def vegetation_of(battle: str) -> Subject:
    """Vegetation index by zone; zones of the battle's own kind stand first."""

    def items() -> Options:
        return [(text("names.vegetation", lang()), _VEGETATION)] if city.zones() else []

    def places(_: str) -> Options:
        zones = sorted(city.zones(), key=lambda one: land.zone_term(one) not in _OWN_ZONES[battle])
        return [(place_name(zone, lang()), zone) for zone in zones]

    return _series(items, places, lambda _, place, period: Call(_VEGETATION, (place,), period))


def ledger_of(battle: str) -> Subject:
    """What departments report of a battle, by place."""

    def items() -> Options:
        known = set(city.reported()["indicator_id"]) - _MEASURED
        listed = city.indicators(battle)
        listed = listed[listed["indicator_id"].isin(known)]
        return list(zip(listed["name"], listed["indicator_id"], strict=True))

    def call(item: str, place: str, period: Keywords) -> Call:
        return Call("ledger", (item,) if place == CITY else (item, place), period)

    return _series(items, _ledger_places, call)


def _ledger_places(item: str) -> Options:
    rows = city.reported()
    there = set(rows.loc[rows["indicator_id"] == item, "place_code"])
    code, named = current().run.context.city.code, land.land(current().run.context.city.slug)
    known = [(getattr(one, f"name_{lang()}"), one.code) for one in named.counties]
    known += [(getattr(one, f"name_{lang()}"), one.id) for one in named.lakes]
    return [*(worded(CITY) if code in there else []), *(one for one in known if one[1] in there)]


def _series(
    items: Callable[[], Options],
    places: Callable[[str], Options],
    call: Callable[[str, str, Keywords], Call],
) -> Subject:
    """Subject whose items are series by place; monthly ones are asked by year, yearly ones are shown whole."""

    def options(name: str, chosen: Chosen) -> Options:
        item = chosen["item"]
        if name == "statistic":
            return worded("reported")
        if name == "place":
            return places(item)
        table = call(item, chosen["place"], ()).make()
        years = years_of(table["month"]) if "month" in table else []
        return [*worded(ALL), *years] if name == "period" else compared(chosen, years, places(item))

    return Subject(items, options, lambda chosen: pair(chosen, lambda *asked: call(chosen["item"], *asked)))
