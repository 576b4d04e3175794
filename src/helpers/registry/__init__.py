"""Facts as data: indicators, caveats, colours, tables of the standards, cities and their plans."""

from helpers.registry.cities import city, published, stations
from helpers.registry.city_records import City, Window
from helpers.registry.levers import Lever, levers
from helpers.registry.limits import Limit, limits
from helpers.registry.load import palette, source_kinds, table
from helpers.registry.own import caveat, caveats, caveats_of, indicator, indicators, river_indicators
from helpers.registry.plan_records import Measure, Milestone, Plan, Target
from helpers.registry.plans import closed_plan, indicators_of, plan, plans
from helpers.registry.records import Indicator, Palette
from helpers.registry.water import drinking_sources, reservoirs, rivers, section_networks, sections
from helpers.registry.water_records import SectionNetwork

__all__ = [
    "City",
    "Indicator",
    "Lever",
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
    "caveats_of",
    "city",
    "closed_plan",
    "drinking_sources",
    "indicator",
    "indicators",
    "indicators_of",
    "levers",
    "limits",
    "palette",
    "plan",
    "plans",
    "published",
    "reservoirs",
    "river_indicators",
    "rivers",
    "section_networks",
    "sections",
    "source_kinds",
    "stations",
    "table",
]
