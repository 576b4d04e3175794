"""Facts as data: indicators, caveats, colours, tables of the standards, cities and their plans."""

from helpers.registry.cities import city, plan, published, stations
from helpers.registry.city_records import City, Measure, Milestone, Plan, Target, Window
from helpers.registry.limits import Limit, limits
from helpers.registry.load import caveat, caveats, indicator, indicators, palette, source_kinds, table
from helpers.registry.records import Indicator, Palette

__all__ = [
    "City",
    "Indicator",
    "Limit",
    "Measure",
    "Milestone",
    "Palette",
    "Plan",
    "Target",
    "Window",
    "caveat",
    "caveats",
    "city",
    "indicator",
    "indicators",
    "limits",
    "palette",
    "plan",
    "published",
    "source_kinds",
    "stations",
    "table",
]
