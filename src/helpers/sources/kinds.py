"""Which kind of source of the registry a reader reads."""

from __future__ import annotations

from helpers import registry

KINDS = {
    "air_station_archive": "station_archive",
    "air_city_archive": "city_archive",
    "air_publish": "cnemc_publish",
    "air_pm25in": "pm25_in",
    "air_aqistudy": "aqistudy",
    "air_misaligned": "aqistudy",
    "station_list": "station_list",
    "met_daily": "weather_cma",
    "met_ghcn": "weather_ghcn",
    "fires_firms": "firms",
    "dust_hours": "dust_list",
    "met_open_archive": "weather_reanalysis",
    "openaq_v3": "openaq",
    "noise_automatic": "noise_points",
    "noise_manual": "noise_points",
    "water_automatic": "water_automatic",
    "water_sections": "water_sections",
    "water_drinking": "drinking_sources",
    "water_black_odorous": "black_odorous",
    "water_outfalls": "outfalls",
    "water_flow": "ecological_flow",
    "land_boundary": "boundaries",
    "land_phenology": "phenology",
    "land_soil_cadmium": "soil_cadmium",
    "land_soil_survey": "soil_survey",
    "land_vegetation": "vegetation_index",
    "land_workbook": "land_workbook",
    "raster_image": "raster_images",
    "tasks": "task_ledger",
    "ledger_workbook": "department_workbook",
}
"""Reader → kind of source in ``registry/sources.yml``."""


def title_of(reader: str) -> str:
    """English title of what a reader reads, which a message turns into the reader's language."""
    return registry.source_kinds()[KINDS[reader]].title_en
