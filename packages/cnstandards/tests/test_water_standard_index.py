"""Standard index of HJ 2.3-2018: the worked case of a textbook, its edges, and what it needs."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnstandards import surface_water as water
from cnstandards.errors import ParameterError


@pytest.mark.parametrize(
    ("item", "value", "extra", "wanted"),
    [
        ("NH3-N", "1.0", {}, 1),
        ("NH3-N", "0.5", {"level": 2}, 1),
        ("pH", "6", {}, 1),
        ("pH", "7", {}, 0),
        ("pH", "9", {}, 1),
        ("DO", "5", {"temperature_c": 20}, 1),
        ("DO", "2.5", {"temperature_c": 20}, 2),
        ("DO", "0", {"temperature_c": 20}, None),
    ],
)
def test_the_limit_itself_has_the_index_one(item, value, extra, wanted):
    assert water.standard_index(item, value, body="river", **extra) == wanted


def test_oxygen_above_saturation_is_held_against_what_the_water_can_hold():
    most = water.saturated_oxygen(20)
    assert most == Fraction(4680, 516)
    assert water.standard_index("DO", most, body="river", temperature_c=20) == 5 / most
    found = water.standard_index("DO", 12, body="river", temperature_c=20)
    assert found == (12 - most) / (most - 5)
    assert water.standard_index("DO", 8, body="river", level=1, temperature_c=31) is None  # cannot hold 7.5


@given(st.integers(1, 4000), st.integers(1, 5))
def test_an_index_above_one_is_a_value_beyond_its_class(hundredths, level):
    value = Fraction(hundredths, 100)
    index = water.standard_index("NH3-N", value, body="river", level=level)
    assert (index > 1) == (water.item_class("NH3-N", value, body="river") > level)


@pytest.mark.parametrize(
    ("item", "extra"),
    [
        ("DO", {"body": "river"}),
        ("DO", {"body": "lake", "temperature_c": 20}),
        ("COD", {"body": "river", "level": 6}),
    ],
)
def test_what_it_cannot_work_with_is_refused(item, extra):
    with pytest.raises(ParameterError):
        water.standard_index(item, 5, **extra)
