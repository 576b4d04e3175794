"""China's environmental assessment standards, computed exactly: air, surface water, soil, noise, ecology.

Every public name is here, ``cnstandards.aqi``, and in its room, ``cnstandards.air.aqi``: one function, two ways to it. A
room is imported when one of its names is first used, so ``import cnstandards`` alone brings neither numpy nor pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnstandards import air, ecology, errors, noise, rounding, soil, surface_water, tables, vectors
    from cnstandards.air import (
        AirQualityIndex,
        DayValue,
        aqi,
        aqi_edition,
        aqi_grade,
        attains,
        change_pct,
        change_pp,
        city_days,
        composite_index,
        convert_reference_state,
        counted_days,
        daily_aqi,
        daily_city,
        daily_mean,
        daily_stations,
        day_counts,
        hourly_aqi,
        hourly_city,
        iaqi,
        iaqi_array,
        limit_in_force,
        mda8,
        percentile,
        period_statistics,
        remaining_bad_days,
        without_dust,
    )
    from cnstandards.ecology import (
        ei,
        ei_change,
        ei_grade,
        eqi,
        eqi_change,
        eqi_class,
        forest_coverage,
        grassland_cover,
        habitat_quality,
        vegetation_cover,
        wetland_protection_rate,
    )
    from cnstandards.errors import (
        CoverageError,
        ParameterError,
        Refusal,
        SchemaError,
        TableError,
    )
    from cnstandards.noise import (
        compliance_pct as noise_compliance_pct,
    )
    from cnstandards.noise import (
        daily_levels,
        day_night_level,
        energy_mean,
    )
    from cnstandards.noise import (
        grade as noise_grade,
    )
    from cnstandards.noise import (
        judge as noise_judge,
    )
    from cnstandards.noise import (
        limits as noise_limits,
    )
    from cnstandards.noise import (
        zones as noise_zones,
    )
    from cnstandards.rounding import (
        exact_fraction,
        round_array,
        round_fifth_unit,
        round_half_even,
        round_half_unit,
        rounding_bound,
    )
    from cnstandards.soil import (
        classify_construction,
        classify_farmland,
        classify_groundwater,
        construction_outcome,
        erosion_grades,
        farmland_limits,
        layer_grades,
        organic_matter_grades,
        safe_use_rate,
    )
    from cnstandards.soil.nemerow import nemerow, nemerow_grade, nemerow_table
    from cnstandards.surface_water import (
        WaterClass,
        basin_grade,
        classify,
        cwqi_item,
        item_class,
        main_pollutants,
        monthly_items,
        parse_class,
        section_grade,
        section_period_class,
        share_by_class,
        spearman_trend,
        tli,
        tli_grade,
        tli_single,
        trophic_states,
        water_class,
    )
    from cnstandards.surface_water import (
        city_index as cwqi,
    )
    from cnstandards.surface_water import (
        grade_bodies as black_odorous,
    )
    from cnstandards.surface_water import (
        judge_drinking as drinking_water,
    )
    from cnstandards.surface_water import (
        section_indices as cwqi_sections,
    )

__version__ = "0.1.0"

# Room of each public name; the name in the room where it is another one there.
_ROOMS = {
    "air": "AirQualityIndex DayValue aqi aqi_edition aqi_grade attains change_pct change_pp city_days composite_index convert_reference_state counted_days daily_aqi daily_city daily_mean daily_stations day_counts hourly_aqi hourly_city iaqi iaqi_array limit_in_force mda8 percentile period_statistics remaining_bad_days without_dust",
    "ecology": "ei ei_change ei_grade eqi eqi_change eqi_class forest_coverage grassland_cover habitat_quality vegetation_cover wetland_protection_rate",
    "errors": "CoverageError ParameterError Refusal SchemaError TableError",
    "noise": "daily_levels day_night_level energy_mean noise_compliance_pct=compliance_pct noise_grade=grade noise_judge=judge noise_limits=limits noise_zones=zones",
    "rounding": "exact_fraction round_array round_fifth_unit round_half_even round_half_unit rounding_bound",
    "soil": "classify_construction classify_farmland classify_groundwater construction_outcome erosion_grades farmland_limits layer_grades organic_matter_grades safe_use_rate",
    "soil.nemerow": "nemerow nemerow_grade nemerow_table",
    "surface_water": "WaterClass basin_grade cwqi=city_index classify cwqi_item black_odorous=grade_bodies item_class drinking_water=judge_drinking main_pollutants monthly_items parse_class section_grade cwqi_sections=section_indices section_period_class share_by_class spearman_trend tli tli_grade tli_single trophic_states water_class",
}
_PLACES = {
    name.partition("=")[0]: (room, name.rpartition("=")[2])
    for room, names in _ROOMS.items()
    for name in names.split()
}

__all__ = [
    "AirQualityIndex",
    "CoverageError",
    "DayValue",
    "ParameterError",
    "Refusal",
    "SchemaError",
    "TableError",
    "WaterClass",
    "air",
    "aqi",
    "aqi_edition",
    "aqi_grade",
    "attains",
    "basin_grade",
    "black_odorous",
    "change_pct",
    "change_pp",
    "city_days",
    "classify",
    "classify_construction",
    "classify_farmland",
    "classify_groundwater",
    "composite_index",
    "construction_outcome",
    "convert_reference_state",
    "counted_days",
    "cwqi",
    "cwqi_item",
    "cwqi_sections",
    "daily_aqi",
    "daily_city",
    "daily_levels",
    "daily_mean",
    "daily_stations",
    "day_counts",
    "day_night_level",
    "drinking_water",
    "ecology",
    "ei",
    "ei_change",
    "ei_grade",
    "energy_mean",
    "eqi",
    "eqi_change",
    "eqi_class",
    "erosion_grades",
    "errors",
    "exact_fraction",
    "farmland_limits",
    "forest_coverage",
    "grassland_cover",
    "habitat_quality",
    "hourly_aqi",
    "hourly_city",
    "iaqi",
    "iaqi_array",
    "item_class",
    "layer_grades",
    "limit_in_force",
    "main_pollutants",
    "mda8",
    "monthly_items",
    "nemerow",
    "nemerow_grade",
    "nemerow_table",
    "noise",
    "noise_compliance_pct",
    "noise_grade",
    "noise_judge",
    "noise_limits",
    "noise_zones",
    "organic_matter_grades",
    "parse_class",
    "percentile",
    "period_statistics",
    "remaining_bad_days",
    "round_array",
    "round_fifth_unit",
    "round_half_even",
    "round_half_unit",
    "rounding",
    "rounding_bound",
    "safe_use_rate",
    "section_grade",
    "section_period_class",
    "share_by_class",
    "soil",
    "spearman_trend",
    "surface_water",
    "tables",
    "tli",
    "tli_grade",
    "tli_single",
    "trophic_states",
    "vectors",
    "vegetation_cover",
    "water_class",
    "wetland_protection_rate",
    "without_dust",
]


if not TYPE_CHECKING:  # a checker has every name from above, and finds the misspelt one

    def __getattr__(name: str) -> object:
        """Import what is asked for (PEP 562), and keep it."""
        if name in _PLACES:
            room, own = _PLACES[name]
            found = getattr(import_module(f"cnstandards.{room}"), own)
        elif name in __all__:
            found = import_module(f"cnstandards.{name}")
        else:
            raise AttributeError(f"module 'cnstandards' has no attribute {name!r}")
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
