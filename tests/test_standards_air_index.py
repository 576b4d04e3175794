"""HJ 633 in both editions: exact sub-indices, missing items, leaders, grades."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import registry
from helpers.errors import ParameterError
from helpers.standards import air
from helpers.standards.air import index
from helpers.standards.rounding import exact_fraction, round_half_even

ITEMS = sorted({*index.DAILY_ITEMS.values(), *index.HOURLY_ITEMS.values()})
CLEAN = {"SO2": 8, "NO2": 25, "CO": 0.6, "O3": 88, "PM10": 45, "PM2.5": 30}


@cache
def breakpoints(item: str, edition: str) -> list[tuple[Fraction, int]]:
    rows = registry.table("aqi_breakpoints").dropna(subset=["concentration"])
    rows = rows[(rows["edition"].astype(str) == edition) & (rows["item"] == item)]
    return [(exact_fraction(c), int(i)) for c, i in zip(rows["concentration"], rows["iaqi"], strict=True)]


def exact_iaqi(item: str, concentration: Fraction, edition: str) -> int | None:
    """The rule written down plainly in fractions, value by value."""
    points = breakpoints(item, edition)
    if edition == "2026":
        concentration = exact_fraction(round_half_even(concentration, 1 if item.startswith("CO") else 0))
    for (low, low_index), (high, high_index) in pairwise(points):
        if concentration <= high:
            return ceil(low_index + (concentration - low) * (high_index - low_index) / (high - low))
    last = points[-1][1]
    return last if last == 500 or edition == "2026" else None


@pytest.mark.parametrize("edition", index.EDITIONS)
@pytest.mark.parametrize("item", ITEMS)
def test_sub_index_equals_fractions_over_the_whole_table(item, edition):
    top, step = (170, 20) if item.startswith("CO") else (3000, 2)
    wanted = [Fraction(at, step) for at in range(0, top * step, 1 if item.startswith("CO") else 7)]
    ours = index.iaqi_array(item, np.array([float(value) for value in wanted]), edition=edition)
    exact = [exact_iaqi(item, value, edition) for value in wanted]
    assert np.array_equal(ours, np.array(exact, dtype="float64"), equal_nan=True)


def test_tenths_of_carbon_monoxide_fool_a_float_but_not_us():
    hours = np.arange(0, 1501) / 10
    exact = [exact_iaqi("CO_1h", Fraction(at, 10), "2026") for at in range(1501)]
    assert index.iaqi_array("CO_1h", hours, edition="2026").tolist() == exact
    naive = np.ceil((hours - 60) * (300 - 200) / (90 - 60) + 200)
    assert naive[654] == exact[654] + 1


@given(st.floats(0, 3000), st.floats(0, 3000), st.sampled_from(ITEMS), st.sampled_from(index.EDITIONS))
def test_sub_index_never_falls_when_the_air_gets_worse(one, other, item, edition):
    low, high = index.iaqi_array(item, np.array(sorted((one, other))), edition=edition)
    assert np.isnan(high) or low <= high


def test_missing_is_missing_not_zero_and_not_500():
    assert air.iaqi("PM2.5_24h", None, edition="2026") is None
    assert air.iaqi("PM2.5_24h", float("nan"), edition="2012") is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: air.iaqi("PM2.5_24h", -1, edition="2026"),
        lambda: air.iaqi("PM1_24h", 1, edition="2026"),
        lambda: air.iaqi("PM2.5_24h", 1, edition="1996"),
        lambda: air.iaqi("PM2.5_24h", "—", edition="2026"),
        lambda: air.aqi({"PM25": 3}, edition="2026"),
        lambda: air.aqi({}, edition="2026"),
        lambda: air.aqi(CLEAN, edition="2026", mode="weekly"),
        lambda: air.aqi_grade(-1),
        lambda: air.aqi_grade(float("nan")),
    ],
)
def test_impossible_input_is_refused_with_what_was_expected(call):
    with pytest.raises(ParameterError, match=r"expected|finite"):
        call()


def test_joint_leaders_and_no_leader_up_to_50():
    joint = air.aqi({**CLEAN, "PM10": 120, "PM2.5": 60}, edition="2026")
    assert (joint.aqi, joint.primary) == (100, ("PM10", "PM2.5"))
    assert air.aqi(CLEAN, edition="2026").primary == ()


def test_exceeding_pollutants_are_a_term_of_2012_only():
    dirty = {**CLEAN, "PM10": 260, "PM2.5": 130}
    assert air.aqi(dirty, edition="2012").exceeding == ("PM10", "PM2.5")
    assert air.aqi(dirty, edition="2026").exceeding == ()


def test_the_same_day_under_both_editions():
    day = {**CLEAN, "PM2.5": 75}
    assert air.aqi(day, edition="2012").aqi == 100
    assert air.aqi(day, edition="2026").aqi == 114


def test_2012_rounds_no_concentration_and_2026_does():
    assert air.iaqi("PM2.5_24h", 35.4, edition="2012") == 51
    assert air.iaqi("PM2.5_24h", 35.4, edition="2026") == 50


def test_hourly_index_reads_hourly_columns():
    hour = air.aqi({**CLEAN, "O3": 200}, mode="hourly", edition="2026")
    assert (hour.aqi, hour.level, hour.primary) == (100, 2, ("O3",))


def test_one_hour_ozone_counts_in_2012_and_not_in_2026():
    day = {**CLEAN, "O3_1h": 240}
    assert air.aqi(day, edition="2012").aqi == 120
    assert air.aqi(day, edition="2026").aqi == air.aqi(CLEAN, edition="2026").aqi


def test_high_eight_hour_ozone_is_present_though_2012_does_not_compute_it():
    arrays = {name: np.array([float(value)]) for name, value in {**CLEAN, "O3": 810, "O3_1h": 850}.items()}
    result = index.index_arrays(arrays, items=index.DAILY_ITEMS, edition="2012")
    assert (result.aqi[0], result.n_items[0]) == (325, 6)


def test_nothing_present_gives_no_index():
    empty = {name: np.array([np.nan]) for name in CLEAN}
    for edition in index.EDITIONS:
        result = index.index_arrays(empty, items=index.DAILY_ITEMS, edition=edition)
        assert np.isnan(result.aqi[0])
        assert np.isnan(result.level[0])
        assert (result.primary[0], result.n_items[0]) == (0, 0)


def test_grades_cover_every_index_once_and_agree_with_levels():
    indices = np.arange(0, 501)
    levels = [air.aqi_grade(int(value)).level for value in indices]
    assert levels == sorted(levels)
    assert [levels.count(level) for level in range(1, 7)] == [51, 50, 50, 50, 100, 200]
    assert air.grades()[0].category_en == "excellent"
    assert air.aqi_grade(0).level == 1
