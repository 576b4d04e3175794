"""Ecology rules: indices, grades and changes, cover and shares, exact at their edges."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import registry
from helpers.errors import CoverageError, ParameterError, SchemaError
from helpers.standards import ecology

INDEX = st.decimals(0, 100, places=2)


@given(st.tuples(*[INDEX] * 5))
def test_ei_lies_between_0_and_95_and_grades_are_exact(indices):
    """The weights of the summed indices are 0.35 + 0.25 + 0.15 + 0.15 + 0.10 = 1, exactly."""
    value = ecology.ei(*indices)
    assert 0 <= value <= 100
    weights = [Fraction(str(weight)) for weight in registry.table("ei_weights")["weight"].head(5)]
    assert sum(weights) == 1
    better = sum(ecology.ei_grade(value) == word for word in ("优", "良", "一般", "较差", "差"))
    assert better == 1


def test_ei_of_floats_lands_exactly_on_an_edge():
    """0.35 × 55 + … summed in floats gives 54.99…: the grade must still be the better one."""
    value = ecology.ei(55.0, 55.0, 55.0, 45.0, 45.0)
    assert (value, ecology.ei_grade(value)) == (Decimal("55"), "良")
    assert [ecology.ei_grade(edge) for edge in (75, 74.99, 20, 19.99)] == ["优", "良", "较差", "差"]


@pytest.mark.parametrize(
    ("difference", "band", "words", "direction"),
    [
        (0, 0, "无明显变化", 0),
        ("0.99", 0, "无明显变化", 1),
        (1, 1, "略微变化", 1),
        (-3, 2, "明显变化", -1),
        ("7.99", 2, "明显变化", 1),
        (-8, 3, "显著变化", -1),
    ],
)
def test_ei_change(difference, band, words, direction):
    change = ecology.ei_change(difference)
    assert (change.band, change.words, change.direction, change.status) == (band, words, direction, "V2")


@pytest.mark.parametrize(
    ("difference", "words", "direction"),
    [(0.99, "基本稳定", 1), (-1, "轻微", -1), (2, "一般", 1), (-4, "明显", -1)],
)
def test_eqi_change_is_marked_as_unverified(difference, words, direction):
    change = ecology.eqi_change(difference)
    assert (change.words, change.direction, change.status) == (words, direction, "M")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("74.63", "一类"),
        ("62.7", "二类"),
        ("59.95", "二类"),
        ("54.76", "三类"),
        ("38.44", "四类"),
        ("32.73", "四类"),
    ],
)
def test_published_eqi_values_fall_in_their_class(value, name):
    assert ecology.eqi_class(value) == name


@pytest.mark.parametrize("indices", [(-1, 0, 0, 0), (0, 101, 0, 0), (0, 0, float("nan"), 0), (0, 0, 0, None)])
def test_sub_indices_out_of_range_are_refused(indices):
    with pytest.raises(ParameterError):
        ecology.eqi(*indices)
    with pytest.raises(ParameterError):
        ecology.ei(*indices, 50)


def land(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["land_type", "sub_type", "area"])


def test_habitat_quality_is_the_coefficient_times_the_weighted_share():
    abio = ecology.ei_coefficient("Abio")
    assert ecology.habitat_quality(land(("林地", "有林地", 7.0))) == pytest.approx(abio * 0.35 * 0.6)
    mixed = land(("林地", "有林地", 1.0), ("未利用地", "", 3.0))
    assert ecology.habitat_quality(mixed) == pytest.approx(abio * (0.21 + 3 * 0.01) / 4)
    doubled = mixed.assign(area=mixed["area"] * 2)
    assert ecology.habitat_quality(doubled) == ecology.habitat_quality(mixed)


def test_habitat_quality_refusals():
    with pytest.raises(SchemaError, match=r"land type .*竹林.* is unknown"):
        ecology.habitat_quality(land(("林地", "竹林", 1.0)))
    with pytest.raises(SchemaError, match="an area is missing or negative"):
        ecology.habitat_quality(land(("未利用地", "", -1.0)))
    with pytest.raises(SchemaError, match=r"columns \['area'\] are absent"):
        ecology.habitat_quality(land().drop(columns="area"))
    with pytest.raises(CoverageError, match="the areas sum to nothing"):
        ecology.habitat_quality(land(("未利用地", "", 0.0)))
    with pytest.raises(ParameterError, match="coefficient 'Axyz' is unknown"):
        ecology.ei_coefficient("Axyz")


def types(*rows: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["area", "cover"])


def test_grassland_cover_weighs_by_area_not_by_type():
    assert ecology.grassland_cover(types((90, 80), (10, 20))) == Decimal("74.0")
    assert ecology.grassland_cover(types((1, 73.25), (0, 5))) == Decimal("73.2")
    with pytest.raises(CoverageError, match="there is no grassland"):
        ecology.grassland_cover(types())
    for broken in (types((1, 101)), types((-1, 50)), types((float("nan"), 50)), types((1, 50))[["area"]]):
        with pytest.raises(SchemaError):
            ecology.grassland_cover(broken)


@given(st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 100)), min_size=1, max_size=6))
def test_grassland_cover_lies_between_its_types(rows):
    value = ecology.grassland_cover(types(*rows))
    assert min(cover for _, cover in rows) <= value <= max(cover for _, cover in rows)


def test_shares_of_forest_and_wetland():
    assert ecology.forest_coverage([600, 1, 2, 17], 8000) == Decimal("7.75")
    assert ecology.wetland_protection_rate("35.005", 100) == Decimal("35.00")
    for parts, whole in (([5, 6], 10), ([-1], 10), ([], 10), ([float("nan")], 10)):
        with pytest.raises(ParameterError):
            ecology.forest_coverage(parts, whole)
    with pytest.raises(CoverageError, match="the whole area is 0"):
        ecology.wetland_protection_rate(0, 0)


def test_vegetation_cover_keeps_its_ends_across_years_and_its_gaps():
    stack = np.linspace(-0.1, 0.9, 2000).reshape(4, 10, 50)
    soil, vegetation = ecology.vegetation_ends(stack)
    assert (soil, vegetation) == pytest.approx((-0.05, 0.85))
    stack[0, 0, 0] = np.nan
    cover = ecology.vegetation_cover(stack, soil=soil, vegetation=vegetation)
    assert np.isnan(cover[0, 0, 0]) and np.isnan(cover).sum() == 1
    assert np.nanmin(cover) == 0 and np.nanmax(cover) == 1
    one_year = ecology.vegetation_cover(stack[1], soil=soil, vegetation=vegetation)
    np.testing.assert_array_equal(one_year, cover[1])


@given(st.floats(-0.2, 1), st.floats(-0.2, 1))
def test_more_green_is_never_less_cover(first, second):
    low, high = (ecology.vegetation_cover(v, soil=0.05, vegetation=0.86) for v in sorted((first, second)))
    assert 0 <= low <= high <= 1


def test_vegetation_refusals():
    with pytest.raises(CoverageError, match="19 values of NDVI"):
        ecology.vegetation_ends(np.append(np.linspace(0, 1, 19), np.nan))
    with pytest.raises(CoverageError, match="NDVI does not vary"):
        ecology.vegetation_ends(np.full(30, 0.4))
    with pytest.raises(ParameterError, match="are not in order"):
        ecology.vegetation_cover(0.5, soil=0.8, vegetation=0.1)
