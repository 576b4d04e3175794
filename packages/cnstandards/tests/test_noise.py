"""Noise: energy means, day and night, limits by zone, grades: vectors of the standards, properties, refusals."""

from __future__ import annotations

import gzip
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnstandards import noise, vectors
from cnstandards.errors import ParameterError, SchemaError
from cnstandards.vectors.rules import RULES

VECTORS = vectors.read("noise")
TOLERANCE_DB = 1e-12  # as the module promises, near 100 dB(A)
LEVELS = st.floats(20, 120)
DAYS = arrays("float64", 24, elements=LEVELS)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_vector(vector):
    check = vectors.check(vector)
    assert check.is_right, f"{vector.standard} {vector.clause}: {check.found!r}, not {vector.expected!r}"


def test_every_rule_has_its_vectors():
    every = [vector for group in vectors.GROUPS for vector in vectors.read(group)]
    assert {vector.fn for vector in every} == set(RULES)
    assert len(every) == len({vector.id for vector in every}) == 296
    assert len(VECTORS) == 26


@given(st.lists(LEVELS, min_size=1, max_size=48))
def test_an_energy_mean_lies_between_its_ends_and_above_the_arithmetic_mean(levels):
    mean = noise.energy_mean(levels)
    assert min(levels) - TOLERANCE_DB <= mean <= max(levels) + TOLERANCE_DB
    assert mean >= np.mean(levels) - 1e-11


@given(st.lists(LEVELS, min_size=1, max_size=48))
def test_sums_keep_their_documented_tolerance(levels):
    exact = sum(Decimal(10) ** (Decimal(level) / 10) for level in levels) / len(levels)
    assert noise.energy_mean(levels) == pytest.approx(float(10 * exact.log10()), abs=TOLERANCE_DB)


@given(DAYS, st.integers(0, 23), st.floats(0, 20))
def test_a_louder_hour_makes_no_level_lower(day, hour, more):
    louder = day.copy()
    louder[hour] += more
    before, after = (noise.daily_levels(one[None]).iloc[0] for one in (day, louder))
    for name in ("day_db", "night_db", "day_night_db"):
        assert after[name] >= before[name] - TOLERANCE_DB


@given(DAYS)
def test_ten_decibels_at_night_raise_the_night_by_ten_and_never_touch_the_day(day):
    louder = np.where(noise.STANDARD_HOURS.is_day, day, day + 10)
    before, after = (noise.daily_levels(one[None]).iloc[0] for one in (day, louder))
    assert after["night_db"] == pytest.approx(before["night_db"] + 10, abs=1e-11)
    assert after["day_db"] == before["day_db"]
    assert before["day_night_db"] <= after["day_night_db"] <= before["day_night_db"] + 10 + TOLERANCE_DB


@given(LEVELS)
def test_a_steady_level_is_its_own_mean_and_six_point_zero_two_below_its_day_night_level(level):
    row = noise.daily_levels(np.full((1, 24), level)).iloc[0]
    assert row["day_db"] == row["night_db"] == pytest.approx(level, abs=TOLERANCE_DB)
    assert row["day_night_db"] - level == pytest.approx(10 * math.log10(96 / 24), abs=1e-11)


def test_missing_hours_count_against_the_period_they_lack_in():
    day = np.full(24, 50.0)
    day[6:10] = np.nan  # 12 of 16 by day
    assert noise.daily_levels(day[None]).iloc[0]["day_db"] == 50
    day[10] = np.nan
    row = noise.daily_levels(day[None]).iloc[0]
    assert math.isnan(row["day_db"]) and math.isnan(row["day_night_db"])
    assert (row["night_db"], row["n_day"], row["n_night"]) == (50, 11, 8)
    day[[22, 23]] = np.nan  # 6 of 8 by night
    assert noise.daily_levels(day[None]).iloc[0]["night_db"] == 50
    day[0] = np.nan
    assert math.isnan(noise.daily_levels(day[None]).iloc[0]["night_db"])
    assert math.isnan(noise.daily_levels(np.full((1, 24), np.nan)).iloc[0]["day_db"])


def test_a_city_may_set_its_own_hours():
    day = np.full(24, 50.0)
    day[22] = 70.0
    own = noise.DayHours(7, 23)
    found = noise.daily_levels(day[None], hours=own).iloc[0]
    assert found["night_db"] == 50 and found["day_db"] > 58
    assert noise.day_night_level(55, 55, hours=noise.DayHours(6, 18)) > noise.day_night_level(55, 55)


@pytest.mark.parametrize("hours", [(22, 6), (0, 24), (-1, 20), (6, 25)])
def test_hours_that_cannot_be_are_refused(hours):
    with pytest.raises(ParameterError, match="noise_day_hours"):
        noise.DayHours(*hours)


def test_the_rounded_level_is_held_against_the_limit():
    values = [55.05, 55.04, 55.06, 55.15, np.nan]  # 55.05 and 55.15 are ties: half to even
    judged = noise.judge(pd.DataFrame({"zone": "1", "period": "day", "value": values}))
    assert judged["value"].iloc[:4].tolist() == [55.0, 55.0, 55.1, 55.2]
    assert judged["is_met"].tolist() == [True, True, False, False, pd.NA]
    assert judged["limit_db"].unique().tolist() == [55.0]


def test_limits_of_all_zones():
    zones = noise.zones()
    for period, wanted in (("day", [50, 55, 60, 65, 70, 70]), ("night", [40, 45, 50, 55, 55, 60])):
        assert noise.limits(pd.Series(zones), pd.Series([period] * 6)).tolist() == wanted


def test_what_is_unknown_is_refused():
    with pytest.raises(SchemaError, match=r"\['4'\]"):
        noise.limits(pd.Series(["4"]), pd.Series(["day"]))
    with pytest.raises(SchemaError, match="evening"):
        noise.limits(pd.Series(["1"]), pd.Series(["evening"]))
    with pytest.raises(SchemaError, match="24"):
        noise.daily_levels(np.zeros((1, 23)))
    with pytest.raises(ParameterError, match="regional or road"):
        noise.grade(50, kind="rail", period="day")
    with pytest.raises(ParameterError, match="finite"):
        noise.grade(math.nan, kind="road", period="day")


def test_grades_say_how_well_they_are_verified():
    assert noise.grade("68", kind="road", period="day") == ("好", "V2")
    assert noise.grade("58.04", kind="road", period="night") == ("好", "M")
    assert noise.grade("55.1", kind="regional", period="night") == ("差", "M")


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        ("40", "M"),
        ("40.1", "M"),
        ("45", "M"),
        ("45.1", "V2"),
        ("50", "V2"),
        ("50.1", "M"),
        ("55", "M"),
        ("60", "M"),
    ],
)
def test_a_grade_is_no_surer_than_the_less_verified_of_its_edges(level, wanted):
    assert noise.grade(level, kind="regional", period="night")[1] == wanted


def test_zones_are_pooled_and_a_point_time_without_a_verdict_counts_nowhere():
    judged = noise.judge(
        pd.DataFrame({"zone": ["1", "1", "2"], "period": "night", "value": [45.0, 46.0, np.nan]})
    )
    assert noise.compliance(judged).values.tolist() == [["night", "1", 2, 1, 50.0], ["night", "", 2, 1, 50.0]]
    assert noise.compliance(judged.iloc[2:]).empty


@pytest.mark.parametrize("points", [[], [1], [0, 0]])
def test_shares_without_their_points_are_refused(points):
    with pytest.raises(ParameterError, match="one number of points a share"):
        noise.pooled_pct(["90", "80"], points)


@pytest.mark.parametrize(("n_met", "n", "wanted"), [(25, 64, 39.1), (1, 16, 6.2), (3, 16, 18.8), (0, 5, 0.0)])
def test_shares_have_one_decimal_half_to_even(n_met, n, wanted):
    assert noise.compliance_pct(n_met, n) == wanted
    assert math.isnan(noise.compliance_pct(0, 0))


@pytest.mark.real
def test_minutes_of_a_real_meter_give_its_hours(shared_data):
    path = shared_data / "data" / "noise" / "noisemonitor_test_data_laeq1m.csv.gz"
    with gzip.open(path, "rt") as stream:
        minutes = pd.to_numeric(pd.read_csv(stream).iloc[:, -1], errors="coerce").to_numpy()
    whole = minutes[: len(minutes) // 60 * 60].reshape(-1, 60)
    hours = noise.energy_mean(whole)
    known = ~np.isnan(whole).any(axis=1)
    assert known.sum() > 200
    assert (hours[known] >= whole[known].mean(axis=1) - 1e-9).all()
    assert noise.energy_mean(hours[known]) == pytest.approx(noise.energy_mean(whole[known].ravel()), abs=1e-9)
