"""GB 3095 as a step function of the date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnstandards import air, tables
from cnstandards.air import constants
from cnstandards.air.limits import Limit, limit_in_force
from cnstandards.errors import ParameterError, TableError

ITEMS = [
    ("SO2", "annual"),
    ("NO2", "24h"),
    ("CO", "24h"),
    ("O3", "MDA8"),
    ("PM10", "annual"),
    ("PM2.5", "24h"),
]


@pytest.mark.parametrize(
    ("day", "value", "edition", "status"),
    [
        (date(2016, 1, 1), 35, "GB 3095-2012", "V2"),
        (date(2026, 2, 28), 35, "GB 3095-2012", "V2"),
        (date(2026, 3, 1), 30, "GB 3095-2026 transition", "V0"),
        (date(2030, 12, 31), 30, "GB 3095-2026 transition", "V0"),
        (date(2031, 1, 1), 25, "GB 3095-2026 final", "V0"),
    ],
)
def test_annual_pm25_steps_on_its_days(day: date, value: float, edition: str, status: str) -> None:
    assert limit_in_force("PM2.5", "annual", day, group="country") == Limit(value, "ug/m3", edition, status)


def test_nature_reserves_have_their_own_limit() -> None:
    assert limit_in_force("PM2.5", "annual", date(2026, 3, 1), zone="grade1").value == 15


@given(st.dates(date(2013, 1, 1), date(2040, 12, 31)), st.dates(date(2013, 1, 1), date(2040, 12, 31)))
def test_limits_never_rise_with_time(one: date, other: date) -> None:
    first, last = sorted((one, other))
    for pollutant, averaging in ITEMS:
        then, now = (limit_in_force(pollutant, averaging, day).value for day in (first, last))
        assert now <= then


def test_unknown_item_is_refused() -> None:
    with pytest.raises(TableError, match=r"no limit for CO annual.*correct the pollutant"):
        limit_in_force("CO", "annual", date(2025, 1, 1))


@pytest.mark.parametrize(
    ("group", "first"),
    [
        ("capitals", date(2013, 1, 1)),
        ("key", date(2014, 1, 1)),
        ("prefecture", date(2015, 1, 1)),
        ("country", date(2016, 1, 1)),
    ],
)
def test_day_before_the_table_is_refused(group: str, first: date) -> None:
    assert air.judged_from(group) == first
    assert limit_in_force("PM2.5", "annual", first, group=group).value == 35
    with pytest.raises(ParameterError, match=rf"no edition .*; expected a day from {first}"):
        limit_in_force("PM2.5", "annual", first - timedelta(days=1), group=group)


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(ParameterError, match="capitals, key, prefecture, country"):
        air.judged_from("town")


def test_the_reference_state_changes_on_the_day_of_the_amendment() -> None:
    state = air.reference_state_break()
    assert state.date == constants.in_force_from("GB 3095-2012 amendment 1")
    assert state.factor == 273 / 298.15


# Entered a second time, by hand: WHO 2021, annual (of ozone the peak season) and a day, µg/m³, CO mg/m³.
WHO = {
    "PM2.5": (5, 15),
    "PM10": (15, 45),
    "O3": (60, 100),
    "NO2": (10, 25),
    "SO2": (None, 40),
    "CO": (None, 4),
}


@pytest.mark.parametrize("pollutant", WHO)
def test_guidelines_stand_twice(pollutant: str) -> None:
    periods = ("peak season", "MDA8") if pollutant == "O3" else ("annual", "24h")
    for averaging, value in zip(periods, WHO[pollutant], strict=True):
        if value is None:
            with pytest.raises(TableError, match="no guideline"):
                air.who_guideline(pollutant, averaging)
        else:
            assert air.who_guideline(pollutant, averaging).value == value
    assert len(tables.read("who_guidelines_2021")) == 10


def test_a_mean_of_three_years_needs_all_three() -> None:
    annual = {2023: 29, 2024: 33, 2025: 32}
    assert str(air.three_year_mean("PM2.5", annual, 2025)) == "31"
    assert air.three_year_mean("PM2.5", annual, 2024) is None
    assert air.three_year_mean("PM2.5", annual | {2024: float("nan")}, 2025) is None
    assert str(air.three_year_mean("CO", {1: "1.0", 2: "1.1", 3: "1.2"}, 3)) == "1.1"
