"""GB/T 8170: worked examples, exactness against fractions, and the bounds of a rounded target."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ParameterError
from helpers.standards.rounding import (
    exact_fraction,
    round_array,
    round_fifth_unit,
    round_half_even,
    round_half_unit,
    rounding_bound,
)

tenths = st.integers(0, 30_000).map(lambda steps: steps / 10)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("2.675", 2, "2.68"),
        (2.675, 2, "2.68"),
        (4.35, 1, "4.4"),
        (Decimal("4.45"), 1, "4.4"),
        (Fraction(5, 2), 0, "2"),
        (np.float64(0.15), 1, "0.2"),
        (35, 0, "35"),
        ("-2.5", 0, "-2"),
        ("15.4546", 0, "15"),
    ],
)
def test_half_to_even_on_decimals_not_on_binary_floats(value, decimals, expected):
    assert round_half_even(value, decimals) == Decimal(expected)


def test_published_form_keeps_its_zero():
    assert str(round_half_even("1.04", 1)) == "1.0"
    assert str(round_half_even("2500", -3)) == "2000"


@pytest.mark.parametrize("value", ["NaN", float("nan"), float("inf"), "—", None])
def test_no_number_is_refused_with_a_remedy(value):
    with pytest.raises(ParameterError, match="leave missing values out"):
        round_half_even(value)


@given(st.decimals(-5000, 5000, places=4), st.integers(-2, 3))
def test_array_equals_scalar_for_every_decimal(value, decimals):
    assert round_array(np.array([float(value)]), decimals)[0] == float(round_half_even(value, decimals))


def test_array_keeps_shape_and_missing_values():
    result = round_array(np.array([[0.5, np.nan], [1.5, 2.5]]))
    assert np.array_equal(result, [[0.0, np.nan], [2.0, 2.0]], equal_nan=True)


@given(st.lists(st.lists(tenths, min_size=20, max_size=24), min_size=1, max_size=10), st.integers(0, 1))
def test_mean_of_station_means_is_rounded_exactly(stations, decimals):
    means = np.array([np.array(hours).sum() / len(hours) for hours in stations])
    rounded = round_array(np.array([means.sum() / len(means)]), decimals)[0]
    exact = sum(sum(map(exact_fraction, hours)) / len(hours) for hours in stations) / len(stations)
    assert rounded == float(round_half_even(exact, decimals))


@given(st.integers(0, 2000), st.integers(1, 9), st.integers(20, 24))
def test_ties_made_of_station_means_are_ties(whole, n_stations, n_hours):
    # every station has the mean whole + 1/2 up to what floats do to it
    station = (np.full(n_hours, whole / 10).sum() / n_hours) + 0.05
    city = np.array([np.full(n_stations, station).sum() / n_stations])
    assert round_array(city, 1)[0] == float(round_half_even(Fraction(2 * whole + 1, 20), 1))


@given(st.decimals(-5000, 5000, places=3))
def test_half_and_fifth_units_are_nearest_grid_values(value):
    assert abs(round_half_unit(value) - value) <= Decimal("0.25")
    assert abs(round_fifth_unit(value) - value) <= Decimal("0.1")
    assert round_half_unit(value) * 2 % 1 == 0
    assert round_fifth_unit(value) * 5 % 1 == 0


@given(st.decimals(0, 200, places=2), st.integers(0, 1), st.booleans())
def test_bound_is_the_last_number_that_keeps_the_target(target, decimals, highest):
    bound, is_allowed = rounding_bound(target, decimals, highest=highest)
    inward = Fraction(-1 if highest else 1, 10**6)

    def keeps(value: Fraction) -> bool:
        published = round_half_even(value, decimals)
        return published <= target if highest else published >= target

    assert keeps(bound) == is_allowed
    assert keeps(bound + inward)
    assert not keeps(bound - inward)
