"""What each battle is about: the tables whose last day is its own last day with data."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from helpers import registry
from helpers.registry.land import terms
from helpers.schemas import MOMENTS, SCHEMAS, time_column
from helpers.store import Filter

AIR = ("air_hourly", "air_daily_published")
NOISE = ("noise_points", "noise_hours", "noise_summaries")
SUBJECT: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "blue_sky": (AIR, (*NOISE, "ledger")),
    "clear_water": (
        (
            "water_sections",
            "water_automatic",
            "drinking_sources",
            "drinking_items",
            "black_odorous",
            "black_odorous_points",
            "outfalls",
            "ecological_flow",
            "ledger",
        ),
    ),
    "green_hills": (("ledger", "areas", "findings", "species_counts", "vegetation", "fires", "ndvi_map"),),
    "black_soil": (
        (
            "ledger",
            "areas",
            "soil_samples",
            "findings",
            "parcels",
            "waste_balances",
            "black_odorous",
            "groundwater",
        ),
    ),
    "grassland_wetland": (("ledger", "areas", "findings", "species_counts", "vegetation", "cover_map"),),
    "cross_cutting": (("ledger", "tasks"),),
}
"""Battle → its tables in ranks: the first rank with a day in the period decides, so that air is not moved by noise.

What a battle reads besides (weather, and fires in the air) explains its subject and never says how far it goes. The maps
of :mod:`helpers.battles.raster_tables` stand for their images.
"""
_AROUND = ("air_daily_cities", "met_daily", "met_hourly", "dust_hours", "phenology")
TELLING = tuple(name for name in SCHEMAS if (time_column(name) or name in MOMENTS) and name not in _AROUND)
"""Every table that tells of a city's environment on some day; weather or other cities alone are worth no report."""


def tables_of(battle: str, *besides: str) -> tuple[str, ...]:
    """Tables a battle reads: those of its subject, what explains them, what is done about a missed target, its files."""
    own = (one for rank in SUBJECT[battle] for one in rank)
    return tuple(dict.fromkeys((*own, *besides, "actions", "overrides", "sources", "quarantine")))


def battles_of(reads: Collection[str]) -> list[str]:
    """Battles all of whose subject is among the tables that are read: one for its own page, all for the overview."""
    return [name for name, ranks in SUBJECT.items() if {one for rank in ranks for one in rank} <= set(reads)]


def ranks_of(battle: str, reads: Collection[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Tables of a battle in ranks; of what is no battle, the air and then the rest of what it reads, or of all."""
    if battle in SUBJECT:
        return SUBJECT[battle]
    told = [name for name in TELLING if name in reads] or list(TELLING)
    air = tuple(name for name in told if name in AIR)
    return tuple(rank for rank in (air, tuple(name for name in told if name not in AIR)) if rank)


def own_rows(battle: str, city: registry.City) -> dict[str, list[Filter]]:
    """Rows of tables that several battles share which are of this one: table → filters of the store."""
    if battle not in SUBJECT:
        return {}
    names = [key for key, one in registry.indicators_of(city.slug).items() if one.battle == battle]
    found: dict[str, list[Filter]] = {"ledger": [("indicator_id", "in", names)]}
    if battle in terms().battle_registers:
        found["findings"] = [("register", "in", list(terms().battle_registers[battle]))]
    if battle in ("black_soil", "clear_water"):
        found["black_odorous"] = [("area_kind", "==" if battle == "black_soil" else "!=", "rural")]
    return found
