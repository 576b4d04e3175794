"""Ecology: EI, EQI, grassland cover, forest coverage, wetland protection, fractional vegetation cover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from cnstandards import tables
from cnstandards.errors import CoverageError, ParameterError, SchemaError
from cnstandards.grading import Scale, read_scale
from cnstandards.rounding import Number, exact_fraction, round_half_even

Values = TypeVar("Values")

# 区域生态质量评价办法(试行) 2021: weights from memory, unverified (M).
_EQI_WEIGHTS = (Fraction(36, 100), Fraction(35, 100), Fraction(19, 100), Fraction(10, 100))
_MIN_FOR_ENDS = 20
_TOP = 100


@dataclass(frozen=True)
class EcologyChange:
    """Change of an index: its size's band (0 none to 3 strongest), the band's words, and the sign (1 better)."""

    band: int
    words: str
    direction: int
    status: str


def ei(biology: Number, vegetation: Number, water: Number, land_stress: Number, pollution: Number) -> Decimal:
    """Return the ecological index of five sub-indices, each 0 to 100, exact.

    Parameters
    ----------
    biology, vegetation, water
        生物丰度, 植被覆盖, 水网密度: more is better.
    land_stress, pollution
        土地胁迫, 污染负荷: enter as 100 minus the index.

    Raises
    ------
    ParameterError
        A sub-index is missing or outside 0 to 100.

    Notes
    -----
    HJ 192-2015 (``ei_weights``, two sources). The environment-limit index is a constraint on the grade that the
    assessor applies, not part of the sum.

    Examples
    --------
    >>> ei(80, 85, 30, 10, 5)
    Decimal('76.75')
    """
    weights = tables.read("ei_weights").head(5)
    terms = [
        Fraction(str(weight)) * (value if sign == "+" else _TOP - value)
        for weight, sign, value in zip(
            weights["weight"],
            weights["sign"],
            _sub_indices(biology, vegetation, water, land_stress, pollution),
            strict=True,
        )
    ]
    return _exact_decimal(sum(terms, Fraction()))


def ei_grade(value: Number) -> str:
    """Return the grade of an EI; 75, 55, 35 and 20 belong to the better grade (HJ 192-2015, two sources)."""
    return _scale("EI").label(value)


def ei_change(difference: Number) -> EcologyChange:
    """Return what a change of the EI amounts to: 1, 3 and 8 begin the next band (HJ 192-2015, two sources)."""
    scale = _scale("dEI")
    size = exact_fraction(difference)
    band = scale.position(abs(size))
    return EcologyChange(band, scale.labels[band], (size > 0) - (size < 0), scale.status)


def habitat_quality(areas: pd.DataFrame) -> float:
    """Return the habitat-quality index: weighted shares of land types times the normalising coefficient.

    Parameters
    ----------
    areas
        ``land_type``, ``sub_type`` in the words of ``ei_habitat_weights`` (an empty ``sub_type`` only for
        the type that has none) and ``area``, all in one unit; together the whole region.

    Raises
    ------
    SchemaError
        A column or a type is unknown, or an area is missing or negative.
    CoverageError
        The areas sum to nothing.

    Notes
    -----
    HJ 192-2015 (coefficient Abio and weights V1: one source).
    """
    absent = [name for name in ("land_type", "sub_type", "area") if name not in areas]
    if absent:
        raise SchemaError(f"columns {absent} are absent", remedy="add them")
    weights = _habitat_weights()
    pairs = list(zip(areas["land_type"], areas["sub_type"], strict=True))
    unknown = [pair for pair in pairs if pair not in weights]
    if unknown or not (areas["area"] >= 0).all():
        raise SchemaError(
            f"land type {unknown[0]} is unknown" if unknown else "an area is missing or negative",
            expected="types of cnstandards/tables/ei_habitat_weights.csv with areas from 0 up",
            remedy="correct the table of areas",
        )
    sizes = [exact_fraction(area) for area in areas["area"]]
    if sum(sizes) == 0:
        raise CoverageError("the areas sum to nothing", remedy="report the areas of the land types")
    share = sum(weights[pair] * size for pair, size in zip(pairs, sizes, strict=True)) / sum(sizes)
    return float(share * Fraction(str(ei_coefficient("Abio"))))


def ei_coefficient(name: str) -> float:
    """Return a normalising coefficient of HJ 192-2015 (``Abio Ariv Alak Ares Aero Acod …``; V1: one source).

    Raises
    ------
    ParameterError
        There is no such coefficient.
    """
    rows = tables.read("ei_coefficients").set_index("coefficient")["value"]
    if name not in rows.index:
        raise ParameterError(
            f"coefficient {name!r} is unknown",
            expected=f"one of {', '.join(rows.index)}",
            remedy="correct it",
        )
    return float(rows[name])


def eqi(pattern: Number, function: Number, biodiversity: Number, stress: Number) -> Decimal:
    """Return the ecological quality index of its four groups, each 0 to 100, exact.

    Notes
    -----
    区域生态质量评价办法(试行) 2021; the weights are from memory, unverified (M).

    Examples
    --------
    >>> eqi(60, 70, 65, 15)
    Decimal('66.95')
    """
    first, second, third, last = _sub_indices(pattern, function, biodiversity, stress)
    groups = (first, second, third, _TOP - last)
    return _exact_decimal(
        sum((weight * group for weight, group in zip(_EQI_WEIGHTS, groups, strict=True)), Fraction())
    )


def eqi_class(value: Number) -> str:
    """Return the class of an EQI; 70, 55, 40 and 30 belong to the better class (V1; fits six published values)."""
    return _scale("EQI").label(value)


def eqi_change(difference: Number) -> EcologyChange:
    """Return what a change of the EQI amounts to: thresholds 1, 2 and 4, from memory, unverified (M)."""
    row = tables.read("ei_grades").set_index("scheme").loc["dEQI"]
    labels, size = row["rule"].split("/"), exact_fraction(difference)
    edges = [Fraction(text) for text in row["grade"].removeprefix("thresholds").split("/")]
    band = sum(abs(size) >= edge for edge in edges)
    return EcologyChange(band, labels[band], (size > 0) - (size < 0), str(row["status"]))


def grassland_cover(types: pd.DataFrame) -> Decimal:
    """Return the comprehensive vegetation cover of grassland in percent, one decimal.

    Parameters
    ----------
    types
        One row per grassland type: ``area`` (any one unit) and ``cover`` (%).

    Raises
    ------
    SchemaError
        A column is absent, an area or cover is missing, negative or above 100 %.
    CoverageError
        There is no grassland.

    Notes
    -----
    草原综合植被盖度 = Σ cover × area share (two sources).
    """
    absent = [name for name in ("area", "cover") if name not in types]
    if absent or not ((types["area"] >= 0) & types["cover"].between(0, 100)).all():
        raise SchemaError(
            f"columns {absent} are absent" if absent else "an area or a cover cannot be",
            expected="areas from 0 up and covers from 0 to 100 %",
            remedy="correct the table of grassland types",
        )
    areas = [exact_fraction(area) for area in types["area"]]
    if sum(areas) == 0:
        raise CoverageError("there is no grassland", remedy="report area and cover of each type")
    covered = sum(area * exact_fraction(cover) for area, cover in zip(areas, types["cover"], strict=True))
    return round_half_even(covered / sum(areas), 1)


def forest_coverage(parts: Iterable[Number], land: Number) -> Decimal:
    """Return the forest coverage in percent, two decimals.

    Parameters
    ----------
    parts
        Areas of arbor land (canopy 0.2 and more), bamboo, state-specified special shrubs, and farmland
        nets with scattered trees. Tree cover seen by satellite is another number.
    land
        Land area, same unit.

    Raises
    ------
    ParameterError
        An area is missing or negative, or the parts exceed the land.
    CoverageError
        The land area is 0.

    Notes
    -----
    森林覆盖率, definition in two sources.
    """
    return _share(list(parts), land, decimals=2)


def wetland_protection_rate(protected: Number, wetland: Number) -> Decimal:
    """Return protected wetland over all wetland in percent, two decimals; definition from memory, unverified (M).

    Raises
    ------
    ParameterError
        An area is missing or negative, or more is protected than there is.
    CoverageError
        There is no wetland.
    """
    return _share([protected], wetland, decimals=2)


def vegetation_ends(ndvi: np.ndarray, *, low_pct: float = 5, high_pct: float = 95) -> tuple[float, float]:
    """Return NDVI of bare soil and of full vegetation from the cumulative frequency of all years together.

    One pair of ends serves all years; ends taken year by year would move the cover without any change on
    the ground.

    Parameters
    ----------
    ndvi
        NDVI of all pixels and years, any shape; NaN is left out.
    low_pct, high_pct
        Cumulative frequencies in percent (5 and 95 in two sources; 0.5 and 99.5 are also common).

    Raises
    ------
    CoverageError
        Fewer than 20 values, or the two ends are equal.
    """
    values = np.asarray(ndvi, dtype="float64")
    values = values[np.isfinite(values)]
    if len(values) < _MIN_FOR_ENDS:
        raise CoverageError(
            f"{len(values)} values of NDVI",
            expected=f"at least {_MIN_FOR_ENDS}",
            remedy="add images or years",
        )
    soil, vegetation = (float(end) for end in np.percentile(values, [low_pct, high_pct]))
    if not soil < vegetation:
        raise CoverageError(
            f"NDVI does not vary (both ends are {soil:g})",
            expected="bare and covered pixels",
            remedy="take a larger area or set the ends by hand",
        )
    return soil, vegetation


def vegetation_cover(ndvi: Values, *, soil: float, vegetation: float) -> Values:
    """Return fractional vegetation cover, 0 to 1, by the dimidiate pixel model.

    Parameters
    ----------
    ndvi
        A number or an array of any kind (NumPy, dask, xarray), NaN staying NaN.
    soil, vegetation
        NDVI of bare soil and of full cover, the same for every year compared.

    Raises
    ------
    ParameterError
        The ends are not in order.

    Notes
    -----
    (NDVI - soil)/(vegetation - soil), clipped to 0 to 1 (two sources).

    Examples
    --------
    >>> round(float(vegetation_cover(0.5, soil=0.05, vegetation=0.86)), 6)
    0.555556
    """
    if not soil < vegetation:
        raise ParameterError(
            f"ends {soil} and {vegetation} are not in order",
            expected="NDVI of bare soil below that of full cover",
            remedy="correct the ends",
        )
    numbers: Any = ndvi  # arrays share no base class, only arithmetic
    return cast(Values, np.clip((numbers - soil) / (vegetation - soil), 0, 1))


def _share(parts: list[Number], whole: Number, *, decimals: int) -> Decimal:
    areas, total = [exact_fraction(part) for part in parts], exact_fraction(whole)
    if not areas or min(*areas, total) < 0 or sum(areas) > total:
        raise ParameterError(
            f"areas {', '.join(map(str, parts))} of {whole} cannot be",
            expected="areas from 0 up whose sum is at most the whole",
            remedy="correct the ledger",
        )
    if total == 0:
        raise CoverageError("the whole area is 0", remedy="report the area")
    return round_half_even(sum(areas) / total * 100, decimals)


def _sub_indices(*values: Number) -> list[Fraction]:
    exact = [exact_fraction(value) for value in values]
    if min(exact) < 0 or max(exact) > _TOP:
        raise ParameterError(
            f"sub-indices {', '.join(map(str, values))} are out of range",
            expected="numbers from 0 to 100",
            remedy="check the sub-indices",
        )
    return exact


def _exact_decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _scale(scheme: str) -> Scale:
    return read_scale("ei_grades", scheme, edge_is_upper=False)


def _habitat_weights() -> dict[tuple[str, str], Fraction]:
    """Weight of each land type and sub-type, product of the two levels."""
    weights = {}
    for row in tables.records("ei_habitat_weights"):
        own, parts = Fraction(str(row["weight"])), row["sub_weights"]
        for part in parts.split(";") if isinstance(parts, str) else ():
            name, _, share = part.strip().rpartition(" ")
            weights[row["land_type"], name] = own * Fraction(share)
        if not isinstance(parts, str):
            weights[row["land_type"], ""] = own
    return weights
