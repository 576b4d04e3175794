"""What the remaining months may hold: exact at the edge, rounding included."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ParameterError
from helpers.standards import surface_water as water
from water_tables import YEAR_2025, months_of, readings

RIVER = {"S": "river"}


def allowance(rows: list, *, target: int = 3, through: int = 9, body: dict = RIVER) -> pd.Series:
    table = water.remaining_allowance(
        readings(rows), body=body, target={"S": target}, year=2025, through_month=through
    )
    assert len(table) == 1
    return table.iloc[0]


def class_of_year(rows: list, body: dict = RIVER) -> int:
    return water.section_period_class(readings(rows), body=body, **YEAR_2025)["class"].iloc[0]


def test_the_edge_is_the_rounding_bound_and_not_the_limit():
    row = allowance(months_of("S", "NH3-N", [1.2] * 9))
    # 12 x 1.005 = 12.06 is allowed, because 1.005 rounds to the even 1.00; 12.06 - 10.80 = 1.26
    assert (row["sum_left"], row["mean_left"]) == (1.26, 0.42)
    assert (row["limit"], row["n_so_far"], row["n_left"], row["is_reachable"]) == (1.0, 9, 3, True)
    # class IV: 12 x 1.505 = 18.06 is allowed, 1.50 is even
    assert allowance(months_of("S", "NH3-N", [1.2] * 9), target=4)["sum_left"] == 7.26


def test_an_odd_limit_shuts_its_bound_out():
    # lake TP, class II 0.025: 0.0255 rounds to the even 0.026, so 0.306 is too much; 0.305 - 0.180 = 0.125
    row = allowance(months_of("S", "TP", [0.02] * 9), target=2, body={"S": "lake"})
    assert row["sum_left"] == 0.125


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=9),
    st.sampled_from(["COD", "NH3-N", "TP", "DO", "Hg"]),
    st.integers(1, 5),
)
def test_one_step_more_breaks_the_target_and_the_sum_itself_keeps_it(parts, item, target):
    rule, through = water.item_rule(item, "river"), len(parts)
    step = 10.0**-rule.decimals
    unit = max(1, round(rule.limits[2] / step / 30))  # a reading of 30 units lies about class III
    so_far = dict(enumerate((value * unit * step for value in parts), start=1))
    row = allowance(months_of("S", item, so_far), target=target, through=through)
    n_left, steps = row["n_left"], round(row["sum_left"] / step)

    def class_with(total: int) -> int:
        """Class of the year when the remaining months share a sum of so many steps."""
        rest = [(total // n_left + (at < total % n_left)) * step for at in range(n_left)]
        return class_of_year(months_of("S", item, so_far | dict(enumerate(rest, start=through + 1))))

    worse = -1 if item == "DO" else 1
    if steps >= 0:
        assert class_with(steps) <= target
    if steps + worse >= 0:
        assert class_with(steps + worse) > target
    assert row["is_reachable"] == (item == "DO" or steps >= 0)


def test_oxygen_asks_for_a_least_mean():
    row = allowance(months_of("S", "DO", [4.0] * 9))
    # 4.95 ties between 4.9 and the even 5.0, so 12 x 4.95 = 59.4 is enough; 59.4 - 36.0 = 23.4
    assert row["sum_left"] == 23.4
    assert row["mean_left"] == pytest.approx(7.8)
    assert allowance(months_of("S", "DO", [9.0] * 9))["sum_left"] < 0


def test_a_lost_target_and_a_finished_year_are_told():
    lost = allowance(months_of("S", "COD", [40.0] * 9))
    assert lost["sum_left"] < 0
    assert not lost["is_reachable"]
    kept = allowance(months_of("S", "COD", [20.0] * 12), through=12)
    assert (kept["n_left"], kept["is_reachable"]) == (0, True)
    assert np.isnan(kept["mean_left"])
    assert not allowance(months_of("S", "COD", [21.0] * 12), through=12)["is_reachable"]
    assert not allowance(months_of("S", "DO", [4.0] * 12), through=12)["is_reachable"]


def test_months_without_a_value_do_not_count_and_later_ones_are_left_out():
    row = allowance(months_of("S", "COD", {1: 30.0, 3: 30.0, 11: 99.0}), through=6)
    assert (row["n_so_far"], row["n_left"], row["mean_so_far"]) == (2, 6, 30.0)
    assert row["sum_left"] == pytest.approx(8 * 20.05 - 60)


def test_ph_and_sections_without_a_target_have_no_row():
    rows = months_of("S", "pH", [7.0] * 9) + months_of("S", "COD", [18.0] * 9) + months_of("T", "COD", [18.0])
    table = water.remaining_allowance(
        readings(rows), body={**RIVER, "T": "river"}, target={"S": 3}, year=2025, through_month=9
    )
    assert table["section_id"].tolist() == ["S"]
    assert table["item"].tolist() == ["COD"]


@pytest.mark.parametrize(("target", "through"), [(0, 9), (6, 9), (3, 13), (3, -1)])
def test_targets_and_months_outside_are_refused(target, through):
    with pytest.raises(ParameterError, match="expected"):
        allowance(months_of("S", "COD", [18.0] * 9), target=target, through=through)
