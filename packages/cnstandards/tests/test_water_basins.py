"""Shares by class, the state of rivers, basins and lakes, change between periods, Spearman."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spearman_bounds
from cnstandards import surface_water as water
from cnstandards import tables
from cnstandards.errors import ParameterError
from water_tables import YEAR_2025, months_of, readings, sections_of

COD_OF_CLASS = {1: 10.0, 3: 18.0, 4: 25.0, 5: 35.0, 6: 60.0}


def basin_of(cods: list[float], body: str = "river") -> pd.Series:
    names = [f"S{at}" for at in range(len(cods))]
    table = sections_of({name: {"COD": cod} for name, cod in zip(names, cods, strict=True)})
    body_of, basin = dict.fromkeys(names, body), dict.fromkeys(names, "yitong")
    result = water.basin_grade(table, body=body_of, basin=basin, **YEAR_2025)
    assert len(result) == 1
    return result.iloc[0]


def test_four_sections_are_judged_by_means_and_five_by_shares():
    four = basin_of([10.0, 10.0, 10.0, 60.0])  # mean 22.5
    assert (four["method"], four["class"], four["grade_zh"]) == ("means", 4, "轻度污染")
    assert (four["decisive"], four["main"]) == ("COD", "COD")
    assert np.isnan(four["good_pct"])
    five = basin_of([10.0, 10.0, 10.0, 10.0, 60.0])
    assert (five["method"], five["good_pct"], five["worse_pct"]) == ("shares", 80.0, 20.0)
    assert (five["grade"], five["colour_zh"], five["main"]) == (2, "绿", "COD")
    assert pd.isna(five["class"])


def test_a_lake_is_judged_by_the_means_of_its_points_however_many():
    row = basin_of([10.0] * 5 + [100.0], body="lake")  # mean 25
    assert (row["method"], row["class"], row["n_sections"]) == ("means", 4, 6)


def test_sections_without_a_valid_year_do_not_count():
    table = pd.concat(
        [
            sections_of({f"S{at}": {"COD": 10.0} for at in range(4)}),
            readings(months_of("S4", "COD", [60.0] * 7)),
        ]
    )
    names = [f"S{at}" for at in range(5)]
    row = water.basin_grade(
        table, body=dict.fromkeys(names, "river"), basin=dict.fromkeys(names, "b"), **YEAR_2025
    ).iloc[0]
    assert (row["n_sections"], row["method"], row["grade"]) == (4, "means", 1)
    alone = water.basin_grade(table, body={"S4": "river"}, basin={"S4": "b"}, **YEAR_2025).iloc[0]
    assert (alone["n_sections"], alone["method"], alone["grade_zh"]) == (0, "insufficient", "")
    assert pd.isna(alone["grade"])


def test_a_basin_of_rivers_and_lakes_is_refused():
    table = sections_of({"A": {"COD": 10.0}, "B": {"COD": 10.0}})
    with pytest.raises(ParameterError, match="mixes"):
        water.basin_grade(table, body={"A": "river", "B": "lake"}, basin={"A": "b", "B": "b"}, **YEAR_2025)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(sorted(COD_OF_CLASS)), min_size=5, max_size=9))
def test_a_basin_of_five_or_more_follows_its_exact_shares(levels):
    row = basin_of([COD_OF_CLASS[level] for level in levels])
    good = Fraction(100 * sum(level <= 3 for level in levels), len(levels))
    worse = Fraction(100 * levels.count(6), len(levels))
    by_worse = 3 if worse < 20 else 4 if worse < 40 else 5
    assert row["grade"] == (1 if good >= 90 else 2 if good >= 75 else by_worse)


def test_shares_are_told_by_group_and_network():
    table = pd.DataFrame(
        {
            "section_id": list("ABCABC"),
            "month": pd.to_datetime(["2025-01-01"] * 3 + ["2025-02-01"] * 3),
            "class": pd.array([1, 3, 6, 4, pd.NA, pd.NA], dtype="Int64"),
        }
    )
    shares = water.share_by_class(table, by=["month"])
    assert shares["good_pct"].tolist() == [66.7, 0.0]
    assert shares["worse_pct"].tolist() == [33.3, 0.0]
    assert shares["n_without"].tolist() == [0, 2]
    assert shares[["class_1", "class_3", "class_6"]].iloc[0].tolist() == [1, 1, 1]
    network = water.share_by_class(table, by=["month"], sections=["A", "D"])
    assert network[["n_sections", "n_without"]].to_numpy().tolist() == [[1, 1], [1, 1]]
    empty = water.share_by_class(table.iloc[4:5])
    assert empty["n_sections"].tolist() == [0]
    assert empty["good_pct"].isna().all()
    with pytest.raises(ParameterError, match="twice in a group"):
        water.share_by_class(table)


@given(st.integers(0, 100), st.integers(0, 100))
def test_more_good_sections_never_worsen_a_basin(good, worse):
    if good + worse <= 99:
        better = water.grade_of_shares(good + 1, worse)
        assert better.level <= water.grade_of_shares(good, worse).level


def test_impossible_shares_are_refused():
    for shares in ((-1, 0), (101, 0), (60, 41)):
        with pytest.raises(ParameterError, match="together"):
            water.grade_of_shares(*shares)


def test_main_pollutants_of_a_basin_follow_the_share_of_exceeding_sections():
    table = sections_of(
        {
            "A": {"COD": 25.0, "TP": 0.3, "NH3-N": 0.2},
            "B": {"COD": 25.0, "TP": 0.1, "NH3-N": 9.0},
            "C": {"COD": 10.0, "TP": 0.1, "NH3-N": 0.2, "BOD5": 9.0},
        }
    )
    items = water.period_items(table, body=dict.fromkeys("ABC", "river"), **YEAR_2025)
    named = water.basin_main_pollutants(items, basin=dict.fromkeys("ABC", "b"))
    assert named["item"].tolist() == ["COD", "BOD5", "NH3-N"]
    assert named["n_exceeding"].tolist() == [2, 1, 1]
    assert named["exceeding_pct"].iloc[0] == pytest.approx(200 / 3)
    with pytest.raises(ParameterError, match="one period"):
        water.basin_main_pollutants(pd.concat([items, items]), basin=dict.fromkeys("ABC", "b"))


@pytest.mark.parametrize(
    ("old", "new", "direction", "strength"),
    [
        (3, 3, "none", "none"),
        (3, 2, "better", "some"),
        (1, 5, "worse", "obvious"),
        (5, 3, "better", "obvious"),
    ],
)
def test_grades_change_by_levels(old, new, direction, strength):
    assert water.grade_change(old, new) == water.Change(direction, strength)


def test_a_grade_outside_is_refused():
    for pair in ((0, 1), (1, 6)):
        with pytest.raises(ParameterError, match="1 to 5"):
            water.grade_change(*pair)


def test_sections_are_compared_by_grade_and_gaps_are_told():
    old = pd.DataFrame({"section_id": list("ABCD"), "class": pd.array([1, 3, 6, 3], dtype="Int64")})
    new = pd.DataFrame({"section_id": list("ABCE"), "class": pd.array([2, 4, 4, 3], dtype="Int64")})
    table = water.section_changes(old, new)
    assert table["section_id"].tolist() == list("ABCDE")
    assert table["direction"].tolist() == ["none", "worse", "better", "insufficient", "insufficient"]
    assert table["strength"].tolist()[:3] == ["none", "some", "obvious"]
    with pytest.raises(ParameterError, match="twice"):
        water.section_changes(pd.concat([old, old]), new)


@given(*[st.decimals(0, 100, places=1)] * 4)
def test_a_change_of_shares_turns_round_with_its_periods(a, b, c, d):
    there = water.share_change(old_good_pct=a, old_worse_pct=b, new_good_pct=c, new_worse_pct=d)
    back = water.share_change(old_good_pct=c, old_worse_pct=d, new_good_pct=a, new_worse_pct=b)
    assert there.strength == back.strength
    assert {there.direction, back.direction} in ({"better", "worse"}, {"none"})


@pytest.mark.parametrize("n", [5, 6, 7, 8])
def test_the_bounds_are_the_one_sided_five_percent_points(n):
    """At the bound the chance is at most 5 %, at the next smaller coefficient above."""
    order = np.arange(1, n + 1)
    squares = ((np.array(list(permutations(order))) - order) ** 2).sum(axis=1)
    coefficients = sorted({Fraction(1) - Fraction(6 * int(s), n**3 - n) for s in squares})
    chance = {r: np.mean(squares <= int((1 - r) * (n**3 - n) / 6)) for r in coefficients}
    least = min(r for r in coefficients if chance[r] <= 0.05)
    witness = next(p for p in permutations(range(n)) if water.spearman_coefficient(p) == least)
    verdict = water.spearman_trend(witness, rule=">=")
    assert (verdict.direction, verdict.coefficient) == ("up", verdict.bound)
    assert water.spearman_trend(witness, rule=">").direction == "none"
    below = max(r for r in coefficients if r < least)
    witness = next(p for p in permutations(range(n)) if water.spearman_coefficient(p) == below)
    assert water.spearman_trend(witness, rule=">=").direction == "none"


def test_the_rule_is_named_and_returned():
    swapped = [5.0, 4.0, 3.0, 1.0, 2.0]
    assert water.spearman_trend(swapped, rule=">=").direction == "down"
    strict = water.spearman_trend(swapped, rule=">")
    assert (strict.direction, strict.rule, strict.n, strict.status[:2]) == ("none", ">", 5, "V0")
    assert water.spearman_trend([*range(10)], rule=">").status == "V0 exact permutation"
    assert water.spearman_trend([*range(14)], rule=">").status == "V0 normal approximation"
    assert [water.spearman_trend([*range(n)], rule=">").status for n in (12, 30)] == ["M", "M"]
    assert water.spearman_trend([*range(11)], rule=">").direction == "insufficient"  # no bound is printed
    assert water.spearman_trend([*range(11)], rule=">", bounds="exact").direction == "up"
    assert water.spearman_trend([*range(21)], rule=">", bounds="exact").direction == "insufficient"
    with pytest.raises(ParameterError, match="printed or exact"):
        water.spearman_trend(swapped, rule=">", bounds="near")
    with pytest.raises(ParameterError, match="name the comparison"):
        water.spearman_trend(swapped, rule="=")


@pytest.mark.parametrize(
    "values", [[1, 2, 3, 4], [2, 2, 2, 2, 2], [1, 2, None, 4, float("nan")], [*range(11)]]
)
def test_too_few_or_equal_values_are_insufficient(values):
    verdict = water.spearman_trend(values, rule=">")
    assert verdict.direction == "insufficient"
    assert np.isnan(verdict.coefficient)


@given(st.permutations(range(7)))
def test_the_coefficient_of_distinct_values_turns_its_sign_with_them(values):
    turned = water.spearman_coefficient([-value for value in values])
    assert turned == -water.spearman_coefficient(values)


def test_tabled_bounds_are_those_the_script_finds_and_what_is_printed_comes_from():
    table = tables.read("spearman_critical").set_index("n")
    assert table.index.tolist() == list(range(5, 31))
    found = pd.DataFrame({n: spearman_bounds.bounds(n) for n in (*range(5, 15), *range(21, 31))}).T
    for name in ("w_exact", "p_exact", "w_normal"):
        wanted = pd.to_numeric(found[name])
        assert table.loc[found.index, name].equals(wanted.rename_axis("n")), name
    for row in table.dropna(subset=["w_005"]).itertuples():
        if row.status == "V0 exact permutation":
            assert row.w_005 == round(row.w_exact, 3)
        elif row.status == "V0 normal approximation":
            assert row.w_005 == round(row.w_normal, 3)


def test_an_exact_bound_is_the_least_that_few_enough_orders_reach():
    squares = sorted(
        sum((at - rank) ** 2 for at, rank in enumerate(order)) for order in permutations(range(6))
    )
    bound, share = spearman_bounds.exact_bound(6)
    reached = [1 - Fraction(6 * one, 210) >= bound for one in squares]
    assert share == Fraction(sum(reached), len(squares)) <= Fraction(1, 20)
    looser = [square for square, is_in in zip(squares, reached, strict=True) if not is_in]
    more = sum(one <= looser[0] for one in squares)
    assert Fraction(more, len(squares)) > Fraction(1, 20)
