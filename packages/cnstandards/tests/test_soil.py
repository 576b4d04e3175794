"""Soil rules: bands, limits, classes, indices and grades, at the limits and off them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnstandards import soil, tables
from cnstandards.errors import CoverageError, ParameterError, SchemaError, TableError
from cnstandards.grading import read_scale

CONTENT = st.decimals(Decimal("0.001"), Decimal(3000), places=3).map(float)


def make_samples(*rows: dict) -> pd.DataFrame:
    base = {"survey": "2025", "sample_id": "1", "depth": "0-20", "zone": "甲", "land_use": "other", "ph": 6.0}
    return pd.DataFrame([{**base, "medium": "soil", "is_censored": False, **row} for row in rows])


def of_cadmium(value: float, **changes: object) -> pd.Series:
    return soil.classify_farmland(make_samples({"item": "Cd", "value": value, **changes})).iloc[0]


@pytest.mark.parametrize(
    ("ph", "land_use", "item", "screening", "control"),
    [
        (5.5, "paddy", "Cd", 0.3, 1.5),
        (7.51, "other", "Cd", 0.6, 4.0),
        (6.0, "rotation", "Hg", 0.5, 2.5),
        (8.0, "rotation", "As", 20, 100),
        (8.0, "orchard", "Cu", 200, None),
        (8.0, "paddy", "Cu", 100, None),
        (8.0, "orchard", "Cd", 0.6, 4.0),
        (5.0, "paddy", "Zn", 200, None),
    ],
)
def test_limits_by_band_and_land(ph, land_use, item, screening, control):
    place = soil.items().index(item)
    found = [
        limits[0, place] for limits in soil.farmland_limits(np.array([ph]), np.array([land_use], object))
    ]
    assert found[0] == screening
    assert np.isnan(found[1]) if control is None else found[1] == control


def test_limits_are_those_of_the_table_and_rotation_is_never_laxer():
    rows = tables.read("gb15618")
    for at, band in enumerate(soil.BANDS):
        ph = np.full(4, [5.0, 6.0, 7.0, 8.0][at])
        screening, control = soil.farmland_limits(ph, np.array(soil.LAND_USES, object))
        assert (screening[3] <= screening[:2].min(axis=0)).all()
        named = rows[(rows["kind"] == "control")].set_index("item")[band]
        got = dict(zip(soil.items(), control[0], strict=True))
        assert {item: got[item] for item in named.index} == named.to_dict()


def test_unknown_band_or_land_has_no_limits():
    screening, control = soil.farmland_limits(np.array([np.nan, 6.0]), np.array(["paddy", "meadow"], object))
    assert np.isnan(screening).all() and np.isnan(control).all()


@pytest.mark.parametrize(
    ("value", "risk"), [(0.3, "priority"), (0.301, "safe_use"), (2.0, "safe_use"), (2.01, "strict")]
)
def test_equal_to_a_limit_does_not_exceed_it(value, risk):
    row = of_cadmium(value)
    assert (row["risk"], row["risk_soil"]) == (risk, risk)
    assert row["is_preliminary"]
    assert not row["is_complete"]
    assert row["decisive"] == ("" if risk == "priority" else "Cd")


def test_limits_converted_from_other_units_compare_exactly():
    """300 ng/g is 0.3 mg/kg to the last bit, so that a unit never moves a sample across a limit."""
    assert of_cadmium(float(Fraction(300, 1000)))["risk"] == "priority"


def test_items_without_intervention_value_never_lead_to_strict_control():
    row = soil.classify_farmland(
        make_samples({"item": "Zn", "value": 1e6}, {"item": "BaP", "value": 99.0})
    ).iloc[0]
    assert (row["risk"], row["decisive"]) == ("safe_use", "Zn;BaP")


def test_the_worst_item_decides_and_core_items_make_it_complete():
    rows = [{"item": item, "value": 0.1} for item in soil.core_items() if item != "Pb"]
    row = soil.classify_farmland(make_samples(*rows, {"item": "Pb", "value": 501.0})).iloc[0]
    assert (row["risk"], row["decisive"], row["is_complete"], row["n_items"]) == ("strict", "Pb", True, 5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ph": np.nan}, "no_ph"),
        ({"land_use": ""}, "no_land_use"),
        ({"land_use": "class1"}, "no_land_use"),
        ({"item": "SOM"}, "no_items"),
        ({"value": np.nan}, "no_items"),
        ({"value": 0.5, "is_censored": True}, "detection_limit"),
    ],
)
def test_what_cannot_be_classed_says_why(changes, reason):
    row = (
        of_cadmium(**{"value": 0.1, **changes})
        if "item" not in changes
        else soil.classify_farmland(make_samples({"item": "SOM", "value": 20.0})).iloc[0]
    )
    assert (row["risk"], row["risk_soil"], row["reason"]) == ("", "", reason)
    assert not row["is_preliminary"]


def test_a_detection_limit_below_screening_is_enough():
    assert of_cadmium(0.2, is_censored=True)["risk"] == "priority"


def test_a_silent_item_does_not_hide_another_that_exceeds():
    rows = [{"item": "Cd", "value": 0.5, "is_censored": True}, {"item": "Pb", "value": 200.0}]
    row = soil.classify_farmland(make_samples(*rows)).iloc[0]
    assert (row["risk"], row["decisive"], row["reason"]) == ("safe_use", "Pb", "")


@pytest.mark.parametrize(
    ("content", "crop", "limits", "expected"),
    [
        (0.5, 0.1, {"Cd": 0.2}, ("priority", "complies", False)),
        (0.5, 0.2, {"Cd": 0.2}, ("priority", "complies", False)),
        (0.5, 0.21, {"Cd": 0.2}, ("safe_use", "exceeds", False)),
        (2.5, 0.1, {"Cd": 0.2}, ("safe_use", "complies", False)),
        (2.5, 0.9, {"Cd": 0.2}, ("strict", "exceeds", False)),
        (0.5, 0.1, {}, ("safe_use", "", True)),
        (0.1, 0.1, {"Cd": 0.2}, ("priority", "", True)),
    ],
)
def test_produce_makes_the_class_final(content, crop, limits, expected):
    table = make_samples({"item": "Cd", "value": content}, {"item": "Cd", "value": crop, "medium": "crop"})
    row = soil.classify_farmland(table, crop_limits=limits).iloc[0]
    assert (row["risk"], row["crop"], row["is_preliminary"]) == expected


def test_produce_must_cover_every_item_above_screening():
    rows = [
        {"item": "Cd", "value": 0.5},
        {"item": "Pb", "value": 200.0},
        {"item": "Cd", "value": 0.1, "medium": "crop"},
    ]
    row = soil.classify_farmland(make_samples(*rows), crop_limits={"Cd": 0.2, "Pb": 0.2}).iloc[0]
    assert (row["risk"], row["crop"], row["is_preliminary"]) == ("safe_use", "", True)


@given(
    contents=st.dictionaries(st.sampled_from(soil.items()), CONTENT, min_size=1),
    ph=st.decimals(4, 9, places=2).map(float),
    land_use=st.sampled_from(soil.LAND_USES),
    factor=st.floats(1, 100),
)
@settings(max_examples=60, deadline=None)
def test_more_pollution_is_never_a_milder_class(contents, ph, land_use, factor):
    common = {"ph": ph, "land_use": land_use}
    rows = [{"item": item, "value": value, **common} for item, value in contents.items()]
    worse = [{**row, "value": row["value"] * factor, "sample_id": "2"} for row in rows]
    table = (
        soil.classify_farmland(make_samples(*rows, *worse))
        .set_index("sample_id")["risk"]
        .map(soil.RISKS.index)
    )
    assert table["2"] >= table["1"]


@given(contents=st.lists(CONTENT, min_size=1, max_size=8), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_changes_nothing(contents, seed):
    rows = [
        {"item": soil.items()[at % 8], "value": value, "sample_id": str(at // 8)}
        for at, value in enumerate(contents)
    ]
    table = make_samples(*rows)
    shuffled = table.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(soil.classify_farmland(table), soil.classify_farmland(shuffled))


def test_broken_tables_are_refused():
    with pytest.raises(SchemaError, match=r"columns \['depth'\] are absent"):
        soil.classify_farmland(make_samples({"item": "Cd", "value": 1.0}).drop(columns="depth"))
    with pytest.raises(SchemaError, match="sample 2025 1 0-20 Cd has two values"):
        soil.classify_farmland(make_samples({"item": "Cd", "value": 1.0}, {"item": "Cd", "value": 2.0}))
    with pytest.raises(SchemaError, match="sample 2025 1 0-20 has two values of ph"):
        soil.classify_farmland(
            make_samples({"item": "Cd", "value": 1.0}, {"item": "Pb", "value": 2.0, "ph": 7.0})
        )
    assert soil.classify_farmland(make_samples({"item": "Cd", "value": 1.0})[:0]).empty


@pytest.mark.parametrize(
    ("item", "value", "land_class", "background", "outcome"),
    [
        ("砷", 60, "class2", 0, "within"),
        ("As", 140.1, "class2", 0, "above_control"),
        ("As", 60.1, "class2", 61, "within"),
        ("Cd", 66, "class2", 99, "above_screening"),
        ("铅", 801, "", 0, "above_control"),
        ("Cr6", 3.1, "class1", 0, "above_screening"),
        ("BaP", 0.55, "class1", 0, "within"),
    ],
)
def test_construction_land(item, value, land_class, background, outcome):
    assert soil.construction_outcome(item, value, land_class, background=background) == outcome


def test_construction_table_agrees_with_single_values_and_takes_unknown_land_as_class_1():
    rows = [
        {"item": "砷", "value": 21.0, "land_use": ""},
        {"item": "铅", "value": 100.0, "land_use": ""},
        {"item": "砷", "value": 21.0, "land_use": "class2", "sample_id": "2"},
        {"item": "苯", "value": 2.0, "land_use": "class1", "sample_id": "3", "is_censored": True},
    ]
    found = soil.classify_construction(make_samples(*rows)).set_index("sample_id")
    assert found["outcome"].to_dict() == {"1": "above_screening", "2": "within", "3": ""}
    assert found["land_class"].to_dict() == {"1": "class1", "2": "class2", "3": "class1"}
    assert found["exceeding"].to_dict() == {"1": "砷", "2": "", "3": ""}
    assert found["n_unknown"].to_dict() == {"1": 0, "2": 0, "3": 1}
    with_background = soil.classify_construction(make_samples(*rows), background={"砷": 25.0})
    assert with_background["outcome"].iloc[0] == "within"


def test_every_item_of_the_standard_can_be_judged_and_no_other():
    names = tables.read("gb36600")["item_zh"]
    assert len(names) == 85
    for name in names:
        assert soil.construction_outcome(name, 0.0) == "within"
        assert soil.construction_outcome(name, 1e9) == "above_control"
    with pytest.raises(ParameterError, match="item '铬' is not in GB 36600"):
        soil.construction_outcome("铬", 1.0)
    with pytest.raises(ParameterError, match="land class 'class3' is unknown"):
        soil.construction_outcome("铅", 1.0, "class3")


def test_nemerow_table_by_screening_values_and_by_background():
    rows = [{"item": "Cd", "value": 0.3}, {"item": "Pb", "value": 45.0}]
    row = soil.nemerow_table(make_samples(*rows)).iloc[0]
    assert row["nemerow_index"] == pytest.approx(sqrt((1 + 0.75**2) / 2))
    assert (row["largest"], row["largest_index"], row["n_items"]) == ("Cd", 1.0, 2)
    other = soil.nemerow_table(make_samples(*rows), limits={"Pb": 15.0}).iloc[0]
    assert (other["nemerow_index"], other["grade"], other["n_items"]) == (3.0, "中度污染", 1)
    silent = soil.nemerow_table(make_samples({"item": "Cd", "value": 0.3, "ph": np.nan})).iloc[0]
    assert np.isnan(silent["nemerow_index"]) and silent["grade"] == "" and silent["n_items"] == 0


def test_nemerow_at_an_edge_is_decided_on_the_decimals():
    """Three indices of exactly 0.7: the float of their mean may land above the edge, the decimals do not."""
    rows = [{"item": item, "value": value} for item, value in (("Cd", 0.21), ("Pb", 63.0), ("Ni", 49.0))]
    row = soil.nemerow_table(make_samples(*rows)).iloc[0]
    assert row["grade"] == "清洁(安全)"
    above = soil.nemerow_table(make_samples(*rows[:2], {"item": "Ni", "value": 49.0000001})).iloc[0]
    assert above["grade"] == "尚清洁(警戒限)"


@given(st.lists(st.fractions(0, 50), min_size=1, max_size=8))
def test_nemerow_lies_between_mean_and_maximum(indices):
    index = soil.nemerow(indices)
    assert float(sum(indices) / len(indices)) - 1e-9 <= index <= float(max(indices)) + 1e-9


def test_nemerow_of_nothing_is_refused():
    with pytest.raises(CoverageError, match="there is no single index"):
        soil.nemerow([])


def test_safe_use_rate():
    assert soil.safe_use_rate("0.1", "0.2", 0, total="0.3") == Decimal("100.0")
    assert soil.safe_use_rate(1, 1, 0.05, total=3) == Decimal("68.3")
    with pytest.raises(CoverageError, match="no contaminated farmland"):
        soil.safe_use_rate(0, 0, 0, total=0)
    for areas in ((60, 30, 11), (-1, 30, 5), (float("nan"), 0, 0)):
        with pytest.raises(ParameterError):
            soil.safe_use_rate(*areas, total=100)


def test_black_soil_grades_at_their_edges():
    assert soil.organic_matter_grades(np.array([41, 40, 30, 20, 10, 6, 5, np.nan])).tolist() == [
        1,
        2,
        2,
        3,
        4,
        5,
        6,
        0,
    ]
    assert soil.layer_grades(np.array([29.9, 30, 60, 60.1, np.nan])).tolist() == ["薄", "中", "中", "厚", ""]
    erosion = soil.erosion_grades(np.array([199, 200, 1200, 1201, 4800, 4801, np.nan]))
    assert erosion.tolist() == ["微度", "轻度", "轻度", "中度", "极强烈", "剧烈", ""]
    general = soil.erosion_grades(np.array([199, 200, 2500, 5001, 15000, 15001]), scheme="SL 190-2007")
    assert general.tolist() == ["微度", "轻度", "轻度", "强烈", "极强烈", "剧烈"]
    with pytest.raises(ParameterError, match="erosion scheme 'SL' is unknown"):
        soil.erosion_grades(np.array([1.0]), scheme="SL")


def test_a_scale_that_does_not_fit_its_rules_is_refused():
    with pytest.raises(TableError, match="scheme 'SOM' has 1 grades and 5 edges"):
        read_scale("soil_grades", "SOM", edge_is_upper=True)
    with pytest.raises(TableError, match="has 0 grades"):
        read_scale("soil_grades", "no such", edge_is_upper=True)


LIMITS = pd.DataFrame(
    {
        "item": ["铁", "铁", "铁", "铁", "pH", "pH", "氨氮", "氨氮"],
        "class_number": [1, 2, 3, 4, 1, 4, 2, 3],
        "low": [np.nan] * 4 + [6.5, 5.5] + [np.nan] * 2,
        "high": [0.1, 0.2, 0.3, 2.0, 8.5, 9.0, 0.1, 0.1],
    }
)


def water(*values: tuple[str, float], point: str = "1") -> pd.DataFrame:
    day = pd.Timestamp("2025-05-01")
    rows = [(point, day, item, value) for item, value in values]
    return pd.DataFrame(rows, columns=["point_id", "date", "item", "value"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([("铁", 0.1), ("pH", 7.0)], (1, "", 2, 0)),
        ([("铁", 0.3), ("pH", 7.0)], (3, "铁", 2, 0)),
        ([("铁", 2.1), ("pH", 9.5)], (5, "pH;铁", 2, 0)),
        ([("pH", 6.0)], (4, "pH", 1, 0)),
        ([("氨氮", 0.1)], (2, "氨氮", 1, 0)),
        ([("铁", 0.1), ("锰", 9.0)], (1, "", 1, 1)),
    ],
)
def test_groundwater_class_is_that_of_the_worst_item(values, expected):
    row = soil.classify_groundwater(water(*values), limits=LIMITS).iloc[0]
    assert (row["class_number"], row["decisive"], row["n_items"], row["n_without_limit"]) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.9, 0.1), (2, "氨氮", 1, "铁")),
        ((0.3, 0.1), (3, "铁", 2, "")),
        ((1.9, 1.9), (5, "氨氮", 1, "铁")),
    ],
)
def test_groundwater_below_a_detection_limit_beyond_class_three_cannot_be_judged(values, expected):
    rows = water(("铁", values[0]), ("氨氮", values[1])).assign(is_censored=[True, False])
    row = soil.classify_groundwater(rows, limits=LIMITS).iloc[0]
    assert (row["class_number"], row["decisive"], row["n_items"], row["unjudged"]) == expected
    assert row["n_without_limit"] == 0


def test_a_detection_limit_above_the_reference_is_no_part_of_an_index():
    rows = [{"item": "Cd", "value": 0.5, "is_censored": True}, {"item": "Pb", "value": 35.0}]
    row = soil.nemerow_table(make_samples(*rows), limits={"Cd": 0.3, "Pb": 70.0}).iloc[0]
    assert (row["nemerow_index"], row["n_items"], row["n_unknown"]) == (0.5, 1, 1)


def test_groundwater_without_any_limit_has_no_class():
    row = soil.classify_groundwater(water(("锰", 1.0)), limits=LIMITS).iloc[0]
    assert np.isnan(row["class_number"]) and row["decisive"] == "" and row["n_without_limit"] == 1


def test_groundwater_refusals():
    with pytest.raises(SchemaError, match=r"columns \['low'\] are absent"):
        soil.classify_groundwater(water(("铁", 1.0)), limits=LIMITS.drop(columns="low"))
    with pytest.raises(SchemaError, match="point 1 has two values of 铁 on 2025-05-01"):
        soil.classify_groundwater(water(("铁", 1.0), ("铁", 2.0)), limits=LIMITS)
    with pytest.raises(SchemaError, match="the limits name the classes"):
        soil.classify_groundwater(water(("铁", 1.0)), limits=LIMITS.assign(class_number=5))
    united = water(("铁", 1.0)).assign(unit="mg/L")
    with pytest.raises(SchemaError, match="铁 is measured in mg/L and limited in μg/L"):
        soil.classify_groundwater(united, limits=LIMITS.assign(unit="μg/L"))
