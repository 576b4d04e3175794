"""Facts as data: indicators, caveats, colours, tables of the standards, cities and their plans."""

from helpers.registry.cities import city, plan, published, stations
from helpers.registry.city_records import City, Measure, Milestone, Plan, Target, Window
from helpers.registry.limits import Limit, limits
from helpers.registry.load import caveat, caveats, indicator, indicators, palette, source_kinds, table
from helpers.registry.records import Indicator, Palette
from helpers.registry.water import drinking_sources, reservoirs, section_networks, sections
from helpers.registry.water_records import SectionNetwork

__all__ = [
    "City",
    "Indicator",
    "Limit",
    "Measure",
    "Milestone",
    "Palette",
    "Plan",
    "SectionNetwork",
    "Target",
    "Window",
    "caveat",
    "caveats",
    "city",
    "drinking_sources",
    "indicator",
    "indicators",
    "limits",
    "palette",
    "plan",
    "published",
    "reservoirs",
    "section_networks",
    "sections",
    "source_kinds",
    "stations",
    "table",
]
