"""Black-odorous water: readings, points, reaches and bodies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ParameterError, SchemaError
from helpers.standards import surface_water as water

CLEAN = {"transparency": 30.0, "DO": 3.0, "ORP": 100.0, "NH3-N": 5.0}
BLACK = {"transparency": 5.0, "DO": 0.1, "ORP": -300.0, "NH3-N": 20.0}
COLUMNS = {"transparency": "transparency_cm", "DO": "do_mg_l", "ORP": "orp_mv", "NH3-N": "nh3_n_mg_l"}


def samples(points: dict[str, list[dict]], *, depth_cm: float = np.nan) -> pd.DataFrame:
    """One row per point and day of the processed table; each point has a list of days."""
    return pd.DataFrame(
        [
            {"body_id": "B", "point_name": point, "date": pd.Timestamp("2025-06-01") + pd.Timedelta(days=day)}
            | {"depth_cm": depth_cm}
            | {column: values.get(item, np.nan) for item, column in COLUMNS.items()}
            for point, days in points.items()
            for day, values in enumerate(days)
        ]
    )


def grade_of(days: list[dict], **options: float) -> int:
    return water.grade_points(samples({"P": days}, **options))["grade"].iloc[0]


@pytest.mark.parametrize(
    ("item", "value", "grade"),
    [
        ("transparency", 25, 0),
        ("transparency", "24.9", 1),
        ("transparency", 10, 1),
        ("transparency", "9.9", 2),
        ("DO", "2.0", 0),
        ("DO", "1.9", 1),
        ("DO", "0.2", 1),
        ("DO", "0.19", 2),
        ("ORP", 50, 0),
        ("ORP", "49.9", 1),
        ("ORP", -200, 1),
        ("ORP", -201, 2),
        ("NH3-N", "8.0", 0),
        ("NH3-N", "8.01", 1),
        ("NH3-N", 15, 1),
        ("NH3-N", "15.01", 2),
    ],
)
def test_the_ends_of_the_ranges(item, value, grade):
    assert water.grade_reading(item, value) == grade


def test_shallow_water_takes_forty_percent_of_its_depth():
    assert water.grade_reading("transparency", 8, depth_cm=20) == 0
    assert water.grade_reading("transparency", "7.9", depth_cm=20) == 1
    assert water.grade_reading("transparency", 1, depth_cm=20) == 1
    assert water.grade_reading("transparency", 9, depth_cm=25) == 2
    assert grade_of([{"transparency": 7.0}], depth_cm=20.0) == 1


def test_an_unknown_item_is_refused():
    with pytest.raises(ParameterError, match="does not grade"):
        water.grade_reading("COD", 5)
    assert water.grade_set({"DO": None}) is None


def test_a_point_is_severe_by_one_item_in_sixty_or_two_in_thirty_percent():
    one = {**CLEAN, "DO": 0.1}
    assert grade_of([one] * 3 + [CLEAN] * 2) == 2
    assert grade_of([one] * 5 + [CLEAN] * 4) == 1
    two = {**CLEAN, "DO": 0.1, "NH3-N": 16.0}
    assert grade_of([two] * 3 + [CLEAN] * 7) == 2
    assert grade_of([two] * 2 + [CLEAN] * 5) == 1
    assert grade_of([CLEAN] * 4) == 0
    assert grade_of([{**CLEAN, "DO": 1.0}] + [CLEAN] * 9) == 1


def test_severe_items_and_counts_are_named():
    row = water.grade_points(samples({"P": [BLACK, CLEAN, CLEAN]})).iloc[0]
    assert (row["severe_items"], row["n_values"]) == ("transparency;DO;ORP;NH3-N", 12)


def test_a_point_without_values_has_no_grade():
    points = water.grade_points(samples({"P": [{"DO": np.nan}], "Q": [CLEAN]}))
    assert points["grade"].isna().tolist() == [True, False]
    body = water.grade_bodies(points).iloc[0]
    assert (body["n_points"], body["grade"]) == (1, 0)
    assert pd.isna(water.grade_bodies(points.iloc[:1])["grade"].iloc[0])


def body_of(pattern: str) -> pd.Series:
    """Letters s, c, l and - for severe, clean, light and no data, downstream."""
    days = {"s": BLACK, "c": CLEAN, "l": {**CLEAN, "DO": 1.0}, "-": {"DO": np.nan}}
    names = [f"P{at}" for at in range(1, len(pattern) + 1)]
    table = samples({name: [days[letter]] for name, letter in zip(names, pattern, strict=True)})
    return water.grade_bodies(water.grade_points(table), downstream={"B": names}).iloc[0]


@pytest.mark.parametrize(
    ("pattern", "grade", "reaches"),
    [
        ("ssscc", 2, "P1~P3"),
        ("ssscccc", 1, "P1~P3"),
        ("sscsscc", 1, ""),
        ("cssssccsssccccc", 1, "P2~P5;P8~P10"),
        ("ss-scccc", 1, ""),
        ("ccl", 1, ""),
        ("ccc", 0, ""),
        ("cscscscscss", 1, ""),
    ],
)
def test_reaches_and_bodies(pattern, grade, reaches):
    row = body_of(pattern)
    assert (row["grade"], row["severe_reaches"]) == (grade, reaches)
    assert row["n_severe"] == pattern.count("s")


@settings(max_examples=40, deadline=None)
@given(st.text("sc", min_size=1, max_size=8))
def test_a_body_is_severe_from_sixty_percent_on(pattern):
    assert (body_of(pattern)["grade"] == 2) == (10 * pattern.count("s") >= 6 * len(pattern))


def test_reaches_are_told_only_where_the_order_is_known():
    points = water.grade_points(samples({"P": [BLACK], "Q": [CLEAN]}))
    assert water.grade_bodies(points)["severe_reaches"].isna().tolist() == [True]
    with pytest.raises(ParameterError, match="each of P, Q once"):
        water.grade_bodies(points, downstream={"B": ["P", "P"]})


def test_a_broken_ledger_is_refused():
    table = samples({"P": [CLEAN], "Q": [CLEAN]})
    with pytest.raises(SchemaError, match="repeated"):
        water.grade_points(pd.concat([table, table]))
    with pytest.raises(SchemaError, match="lacks depth_cm"):
        water.grade_points(table.drop(columns="depth_cm"))
