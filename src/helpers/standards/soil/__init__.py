"""Soil: farmland and construction-land risk, Nemerow index, safe-use rate, black-soil grades, groundwater class."""

from helpers.standards.soil.construction import (
    LAND_CLASSES,
    OUTCOMES,
    classify_construction,
    construction_items,
    construction_outcome,
)
from helpers.standards.soil.farmland import (
    BANDS,
    LAND_USES,
    RISKS,
    classify_farmland,
    core_items,
    farmland_limits,
    items,
    ph_bands,
)
from helpers.standards.soil.grades import erosion_grades, layer_grades, organic_matter_grades, safe_use_rate
from helpers.standards.soil.groundwater import classify_groundwater
from helpers.standards.soil.nemerow import nemerow, nemerow_grade, nemerow_table

__all__ = [
    "BANDS",
    "LAND_CLASSES",
    "LAND_USES",
    "OUTCOMES",
    "RISKS",
    "classify_construction",
    "classify_farmland",
    "classify_groundwater",
    "construction_items",
    "construction_outcome",
    "core_items",
    "erosion_grades",
    "farmland_limits",
    "items",
    "layer_grades",
    "nemerow",
    "nemerow_grade",
    "nemerow_table",
    "organic_matter_grades",
    "ph_bands",
    "safe_use_rate",
]
