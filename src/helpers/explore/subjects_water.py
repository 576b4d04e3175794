"""What the panel of the clear water asks about: items of sections, and their classes."""

from __future__ import annotations

import pandas as pd

from helpers.explore import water
from helpers.explore.panels import Call, Options
from helpers.explore.subjects import (
    ALL,
    NONE,
    Calls,
    Chosen,
    Subject,
    compared,
    lang,
    pair,
    worded,
    years_of,
)
from helpers.explore.words import text
from helpers.explore.workspace import current
from helpers.page.clear_water_figures import item_name
from helpers.standards.surface_water import assessed_items

_CLASS = "classes"
_FIRST = ("NH3-N", "TP", "COD", "CODMn", "DO")


def _values() -> pd.DataFrame:
    return current().water_months().values


def _items() -> Options:
    there = current().keep("water items", lambda: set(_values()["item"]))
    known = [one for one in water.known_items() if one in there]
    known = [*(one for one in _FIRST if one in known), *(one for one in known if one not in _FIRST)]
    return [*worded(_CLASS), *((item_name(one, lang()), one) for one in known)] if known else []


def _options(name: str, chosen: Chosen) -> Options:
    item = chosen["item"]
    if item == _CLASS:
        return _class_options(name)
    if name == "statistic":
        return worded("months", *(["years"] if item in assessed_items() else []))
    sections, years = _sections(item), years_of(_values()["date"])
    if name == "place":
        return sections
    if name == "period":
        return worded(ALL) if chosen["statistic"] == "years" else [*years, *worded(ALL)]
    return compared(chosen, years, sections)


def _class_options(name: str) -> Options:
    return {
        "statistic": worded("by_month"),
        "place": [(text("all_sections", lang()), ALL)],
        "period": years_of(_values()["date"]),
        "against": worded(NONE),
    }[name]


def _sections(item: str) -> Options:
    values = _values()
    there = current().keep(("item", item), lambda: set(values.loc[values["item"] == item, "section_id"]))
    listed = water.sections()
    names = zip(listed["section_id"], listed[f"name_{lang()}"], strict=True)
    return [(name, key) for key, name in names if key in there]


def _calls(chosen: Chosen) -> Calls:
    if chosen["item"] == _CLASS:
        return Call("water.classes", (chosen["period"],)), None
    function = {"months": "water.months", "years": "water.yearly"}[chosen["statistic"]]
    return pair(chosen, lambda place, period: Call(function, (place, chosen["item"]), period))


WATER = Subject(_items, _options, _calls)
