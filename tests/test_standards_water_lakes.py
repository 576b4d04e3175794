"""Trophic state of lakes and the city water quality index."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ParameterError
from helpers.standards import surface_water as water
from water_tables import CLASS_THREE, YEAR_2025, months_of, readings, sections_of

LAKE = {"Chla": 10.0, "TP": 0.05, "TN": 1.0, "SD": 1.0, "CODMn": 4.0}


def test_a_lake_is_averaged_over_time_then_over_points():
    other = {item: value * 2 for item, value in LAKE.items()}
    table = sections_of({"P1": LAKE, "P2": other})
    row = water.trophic_states(table, lake={"P1": "L", "P2": "L"}, **YEAR_2025).iloc[0]
    assert row["tli"] == pytest.approx(water.tli({item: 1.5 * value for item, value in LAKE.items()}))
    assert (row["lake"], row["n_points"], row["n_items"], row["missing"]) == ("L", 2, 5, "")
    alone = water.trophic_states(table, lake={"P1": "L"}, **YEAR_2025).iloc[0]
    assert round(alone["tli"], 2) == 48.02
    assert (alone["grade"], alone["grade_zh"]) == (2, "中营养")


def test_points_count_alike_whatever_their_months():
    rows = [
        row
        for item, value in LAKE.items()
        for row in months_of("P1", item, [value] * 12) + months_of("P2", item, [3 * value] * 3)
    ]
    row = water.trophic_states(readings(rows), lake={"P1": "L", "P2": "L"}, **YEAR_2025).iloc[0]
    assert row["tli"] == pytest.approx(water.tli({item: 2 * value for item, value in LAKE.items()}))


def test_a_missing_item_gives_no_index():
    part = {item: value for item, value in LAKE.items() if item != "SD"}
    row = water.trophic_states(sections_of({"P": part}), lake={"P": "L"}, **YEAR_2025).iloc[0]
    assert (row["missing"], row["n_items"], row["grade_zh"]) == ("SD", 4, "")
    assert np.isnan(row["tli"])
    assert water.tli(part) is None


def test_no_chlorophyll_at_all_is_refused_and_below_detection_is_half():
    with pytest.raises(ParameterError, match="half the detection limit"):
        water.tli({**LAKE, "Chla": 0})
    with pytest.raises(ParameterError, match="no trophic index"):
        water.tli_single("COD", 3)
    rows = [
        (*row, item == "Chla") for item, value in LAKE.items() for row in months_of("P", item, [value] * 12)
    ]
    row = water.trophic_states(readings(rows), lake={"P": "L"}, **YEAR_2025).iloc[0]
    assert row["tli"] == pytest.approx(water.tli({**LAKE, "Chla": 5.0}))


@given(st.sampled_from(["Chla", "TP", "TN", "CODMn", "SD"]), st.floats(0.001, 100), st.floats(1.01, 5))
def test_more_of_an_item_is_richer_and_clearer_water_poorer(item, value, factor):
    more, less = water.tli_single(item, value * factor), water.tli_single(item, value)
    assert (more < less) if item == "SD" else (more > less)


@pytest.mark.parametrize(
    ("index", "level"),
    [("29.99", 1), (30, 2), (50, 2), ("50.01", 3), (60, 3), (70, 4), ("70.01", 5), (120, 5)],
)
def test_trophic_grades_at_their_ends(index, level):
    assert water.tli_grade(index).level == level


def test_class_three_in_every_item_gives_twenty():
    lake = {**CLASS_THREE, "TP": 0.05}
    table = sections_of({"R": CLASS_THREE, "L": lake})
    indices = water.section_indices(table, body={"R": "river", "L": "lake"}, **YEAR_2025)
    assert indices["cwqi"].tolist() == [20.0, 20.0]
    city = water.city_index(table, body={"R": "river", "L": "lake"}, **YEAR_2025)
    assert (city.index, city.river, city.n_rivers, city.n_lakes) == (Decimal("20.0000"),) * 2 + (1, 1)


def test_the_table_index_is_the_sum_of_the_single_ones():
    values = {**CLASS_THREE, "pH": 8.3, "DO": 7.1, "COD": 17.0, "TP": 0.13}
    exact = sum(water.cwqi_item(item, value, body="river") for item, value in values.items())
    table = water.section_indices(sections_of({"R": values}), body={"R": "river"}, **YEAR_2025)
    assert table["cwqi"].tolist() == [round(float(exact), 4)]
    assert water.cwqi_item("pH", "6.5", body="lake") == Fraction(1, 2)
    assert water.cwqi_item("DO", 0, body="river") is None


def test_an_index_with_a_missing_item_or_without_oxygen_is_not_told():
    part = {item: value for item, value in CLASS_THREE.items() if item != "Hg"}
    dead = {**CLASS_THREE, "DO": 0.0}
    table = sections_of({"A": part, "B": dead, "C": CLASS_THREE})
    indices = water.section_indices(table, body=dict.fromkeys("ABC", "river"), **YEAR_2025)
    assert np.isnan(indices["cwqi"]).tolist() == [True, True, False]
    assert indices["is_complete"].tolist() == [False, False, True]
    only = sections_of({"A": part})
    city = water.city_index(only, body={"A": "river"}, **YEAR_2025)
    assert (city.index, city.river, city.lake, city.n_lakes) == (None, None, None, 0)


def test_a_city_averages_its_rivers_before_the_index_and_weighs_by_counts():
    clean = {**CLASS_THREE, "COD": 10.0}
    lake = {**CLASS_THREE, "TP": 0.1}
    table = sections_of({"A": CLASS_THREE, "B": clean, "L": lake})
    city = water.city_index(table, body={"A": "river", "B": "river", "L": "lake"}, **YEAR_2025)
    assert (city.river, city.lake) == (Decimal("19.7500"), Decimal("21.0000"))
    assert city.index == Decimal("20.1667")
    with pytest.raises(ParameterError, match="at least one"):
        water.weigh_city(1, 1, n_rivers=0, n_lakes=0)


def test_a_change_of_the_index_is_told_in_percent():
    assert water.index_change_pct("4.5", "5.0") == Decimal("-10.00")
    with pytest.raises(ParameterError, match="above 0"):
        water.index_change_pct(1, 0)
