"""GB 3095 as a step function of the date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import RegistryError
from helpers.registry import Limit, limits

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
    assert limits(day, "PM2.5", "annual") == Limit(value, "ug/m3", edition, status)


def test_nature_reserves_have_their_own_limit() -> None:
    assert limits(date(2026, 3, 1), "PM2.5", "annual", zone="grade1").value == 15


@given(st.dates(date(2016, 1, 1), date(2040, 12, 31)), st.dates(date(2016, 1, 1), date(2040, 12, 31)))
def test_limits_never_rise_with_time(one: date, other: date) -> None:
    first, last = sorted((one, other))
    for pollutant, averaging in ITEMS:
        assert limits(last, pollutant, averaging).value <= limits(first, pollutant, averaging).value


def test_unknown_item_is_refused() -> None:
    with pytest.raises(RegistryError, match=r"no limit for CO annual.*correct the pollutant"):
        limits(date(2025, 1, 1), "CO", "annual")


def test_day_before_the_table_is_refused() -> None:
    with pytest.raises(RegistryError, match=r"no edition .* 2015-12-31; expected a day from 2016-01-01"):
        limits(date(2015, 12, 31), "PM2.5", "annual")
