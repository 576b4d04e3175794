"""Pace of slow indicators."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ParameterError, SchemaError
from helpers.statistics.pace import pace_status, required_pace


def history(**values: float) -> pd.Series:
    return pd.Series(list(values.values()), index=[int(key[1:]) for key in values])


def test_required_pace():
    assert required_pace(38, year=2025, target=33, target_year=2030) == -1
    assert np.isnan(required_pace(38, year=2030, target=33, target_year=2030))


@pytest.mark.parametrize(
    ("values", "target", "operator", "status", "ratio"),
    [
        ({"y2020": 20.0, "y2023": 23.0}, 25, ">=", "on_track", 1.0),
        ({"y2020": 20.0, "y2022": 21.6}, 25, ">=", "at_risk", 0.8),
        ({"y2020": 20.0, "y2022": 21.2}, 25, ">=", "at_risk", 0.6),
        ({"y2020": 20.0, "y2022": 21.1}, 25, ">=", "off_track", 0.55),
        ({"y2020": 20.0, "y2022": 19.0}, 25, ">=", "off_track", -0.5),
        ({"y2020": 20.0, "y2022": 25.0}, 25, ">=", "met", 2.5),
        ({"y2020": 40.0, "y2024": 36.0}, 35, "<=", "on_track", 1.0),
        ({"y2020": 20.0, "y2025": 24.9}, 25, ">=", "off_track", 0.98),
        ({"y2020": 30.0, "y2022": 24.0}, 25, ">=", "off_track", np.nan),
        ({"y2020": 20.0, "y2021": 20.1, "y2023": 20.3}, 20.5, ">=", "on_track", 1.0),
    ],
)
def test_status(values, target, operator, status, ratio):
    told = pace_status(history(**values), target=target, target_year=2025, operator=operator)
    assert told.ratio == pytest.approx(ratio, nan_ok=True)
    assert told.status == status


def test_path_gap_and_pace_from_now():
    told = pace_status(history(y2020=20, y2021=np.nan, y2022=21), target=25, target_year=2025)
    assert (told.path_value, told.gap, told.observed, told.required) == (22, -1, 0.5, 1)
    assert told.required_from_now == pytest.approx(4 / 3)
    assert (told.n, told.last_year) == (2, 2022)


def test_one_or_no_value_tells_no_pace():
    one = pace_status(history(y2024=20), target=25, target_year=2025)
    assert (one.status, one.required_from_now) == ("no_data", 5) and np.isnan(one.ratio)
    assert pace_status(history(y2024=26), target=25, target_year=2025).status == "met"
    none = pace_status(history(y2023=np.nan, y2024=np.nan), target=25, target_year=2025)
    assert none.status == "no_data" and none.n == 0 and np.isnan(none.gap)


def test_refusals():
    with pytest.raises(ParameterError):
        pace_status(history(y2020=1, y2021=2), target=3, target_year=2025, operator=">")
    with pytest.raises(SchemaError):
        pace_status(history(y2021=1, y2020=2), target=3, target_year=2025)


@given(gaps=st.lists(st.floats(0.01, 9.9), min_size=2, max_size=2, unique=True))
def test_status_is_monotone_in_distance(gaps):
    order = ["off_track", "at_risk", "on_track", "met"]
    near, far = sorted(gaps)
    ranks = [
        order.index(pace_status(history(y2020=10, y2022=20 - g), target=20, target_year=2025).status)
        for g in (near, far)
    ]
    assert ranks[0] >= ranks[1]
