"""What the panel of the blue sky asks about: pollutants of city and stations, and sound in the functional zones."""

from __future__ import annotations

from helpers.explore import air, city, noise
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
    keywords,
    lang,
    pair,
    worded,
    years_of,
)
from helpers.explore.words import text
from helpers.explore.workspace import current
from helpers.standards.noise import PERIODS

_POLLUTANTS = ("PM2.5", "O3", "PM10", "NO2", "SO2", "CO")  # those the city must act on first
_SHARES, _LEVELS = "noise_shares", "noise_levels"
_WHEN = tuple(reversed(PERIODS))  # the plan's target is set on the nights


def _air_items() -> Options:
    return [*((one, one) for one in _POLLUTANTS), (text("panel.options.index", lang()), air.INDEX)]


def _air_options(name: str, chosen: Chosen) -> Options:
    is_index = chosen["item"] == air.INDEX
    places = worded(CITY) if is_index else [*worded(CITY), *_stations()]
    if name == "statistic":
        return worded("daily") if is_index else worded("daily", "monthly", "yearly")
    if name == "place":
        return places
    years = current().keep("air years", lambda: years_of(current().air_days().city["date"]))
    if name == "period":
        return worded(ALL) if chosen["statistic"] == "yearly" else [*years, *worded(ALL)]
    return compared(chosen, years, places)


def _stations() -> Options:
    listed = city.stations()
    there = current().keep("stations", lambda: set(current().air_days().stations["station_code"]))
    names = zip(listed["station_code"], listed[f"name_{lang()}"], strict=True)
    return [(f"{code} {name}", code) for code, name in names if code in there]


def _air_calls(chosen: Chosen) -> Calls:
    def call(place: str, period: Keywords) -> Call:
        station = () if place == CITY else (("station", place),)
        return Call(f"air.{chosen['statistic']}", (chosen["item"],), station + period)

    return pair(chosen, call)


def _noise_items() -> Options:
    return worded(_SHARES, _LEVELS) if len(current().table("noise_points")) else []


def _noise_options(name: str, chosen: Chosen) -> Options:
    if name == "statistic":
        kinds = ("noise_yearly", "noise_zones") if chosen["item"] == _SHARES else (_LEVELS,)
        return worded(*(f"{kind}_{when}" for kind in kinds for when in _WHEN))
    kind = _kind(chosen)
    listed = noise.points() if kind == "levels" else None
    places = worded(CITY) if listed is None else [*zip(listed["name"], listed["point_id"], strict=True)]
    if name == "place":
        return places
    years = current().keep("noise years", lambda: years_of(current().table("noise_points")["date"]))
    if name == "period":
        return {"yearly": worded(ALL), "zones": years, "levels": [*years, *worded(ALL)]}[kind]
    return compared(chosen, years, places) if kind == "levels" else worded(NONE)


def _kind(chosen: Chosen) -> str:
    return chosen["statistic"].split("_")[1]


def _noise_calls(chosen: Chosen) -> Calls:
    kind, when = _kind(chosen), chosen["statistic"].rpartition("_")[2]
    if kind == "levels":
        return pair(chosen, lambda place, period: Call("noise.levels", (place, when), period))
    return Call(f"noise.{kind}", (when,), keywords(chosen["period"])), None


AIR = Subject(_air_items, _air_options, _air_calls)
NOISE = Subject(_noise_items, _noise_options, _noise_calls)
