"""Limits, rounding before classing, classes by month and by period, multiples and main pollutants."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnstandards import surface_water as water
from cnstandards.errors import ParameterError, SchemaError
from water_tables import CLASS_THREE, YEAR_2025, months_of, readings, sections_of

RIVER, LAKE = {"S": "river"}, {"S": "lake"}
DAY = "2025-06-03"


def class_of(item: str, value: float, body: dict = RIVER, **options: object) -> int:
    return water.classify(readings([("S", DAY, item, value)]), body=body, **options)["class"].iloc[0]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(water.assessed_items()), st.decimals(0, 14, places=4), st.sampled_from(["river", "lake"])
)
def test_a_month_is_classed_as_its_rounded_value(item, value, body):
    exact = water.item_class(item, water.assessed_value(item, value), body=body)
    assert class_of(item, float(value), {"S": body}) == exact


@pytest.mark.parametrize("body", water.BODIES)
@pytest.mark.parametrize("item", water.assessed_items())
def test_the_edge_of_every_class_is_exact(item, body):
    rule = water.item_rule(item, body)
    if rule.direction == "range":
        edges = {"5.49": 6, "5.5": 1, "9.5": 6, "9.49": 1}
    else:
        half, hair = Decimal("0.5").scaleb(-rule.decimals), Decimal("0.001").scaleb(-rule.decimals)
        sign = -1 if rule.direction == "min" else 1
        edges = {
            str(Decimal(str(limit)) + sign * (half + offset)): None
            for limit in rule.limits
            for offset in (-hair, 0, hair)
        }
    for text, expected in edges.items():
        exact = water.item_class(item, water.assessed_value(item, text), body=body)
        assert class_of(item, float(text), {"S": body}) == exact == (expected or exact)


def test_a_tie_before_classing_goes_to_the_even_neighbour():
    assert class_of("NH3-N", 1.005) == 3
    assert class_of("NH3-N", 1.0051) == 4
    assert class_of("NH3-N", 0.155) == 2
    assert class_of("CODMn", 6.05) == 3
    assert class_of("CODMn", 6.15) == 4


def test_equal_limits_give_the_better_class():
    assert class_of("COD", 15.0) == class_of("Pb", 0.01) == class_of("Oil", 0.05) == 1
    assert class_of("Se", 0.0101) == class_of("As", 0.0501) == 4


def test_what_rounds_to_zero_keeps_one_digit():
    assert water.assessed_value("TP", "0.00046") == Decimal("0.0005")
    assert water.assessed_value("TP", 0) == 0
    table = water.monthly_items(readings([("S", DAY, "TP", 0.00046)]), body=RIVER)
    assert table["value"].tolist() == [0.0005]


def test_total_phosphorus_differs_in_a_lake_and_nitrogen_is_classed_on_request_only_there():
    assert class_of("TP", 0.08, LAKE) == 4
    assert class_of("TP", 0.08) == 2
    assert pd.isna(class_of("TN", 1.2, LAKE))
    assert class_of("TN", 1.2, LAKE, items=["TN"]) == 4
    assert pd.isna(class_of("TN", 1.2, RIVER, items=["TN"]))
    assert class_of("FC", 10_000, items=["FC"]) == 3
    with pytest.raises(ParameterError, match="no class limits"):
        water.item_class("TN", 1, body="river")


def test_oxygen_saturation_lifts_oxygen_to_class_one_from_ninety_percent():
    for saturation, expected in ((90.0, 1), (89.9, 3)):
        rows = readings([("S", DAY, "DO", 5.2), ("S", DAY, "DOSaturation", saturation)])
        assert water.classify(rows, body=RIVER)["class"].tolist() == [expected]
    only = water.classify(readings([("S", DAY, "DOSaturation", 95.0)]), body=RIVER)
    assert only["class"].isna().all()
    assert only["n_items"].tolist() == [0]


def test_a_mean_saturation_of_ninety_is_seen_as_ninety():
    rows = months_of("S", "DO", [5.2] * 12) + months_of("S", "DOSaturation", [89.9, 90.0, 90.1] * 4)
    assert water.section_period_class(readings(rows), body=RIVER, **YEAR_2025)["class"].tolist() == [1]


def test_a_censored_value_counts_as_half_its_detection_limit():
    rows = [("S", DAY, "Oil", 0.05, True), ("S", DAY, "VolatilePhenol", 0.002, True)]
    table = water.monthly_items(readings(rows), body=RIVER)
    assert table.set_index("item")["value"].to_dict() == {"VolatilePhenol": 0.001, "Oil": 0.02}
    assert table["class"].tolist() == [1, 1]
    assert class_of("Oil", 0.06) == 4


def test_a_detection_limit_above_class_three_cannot_be_judged_and_is_told():
    rows = [("S", DAY, "Oil", 0.06, True), ("S", DAY, "COD", 25.0), ("T", DAY, "Oil", 0.06, True)]
    table = water.classify(readings(rows), body={"S": "river", "T": "river"})
    assert table["class"].tolist() == [4, pd.NA]
    assert table[["decisive", "n_items", "is_complete", "unjudged"]].values.tolist() == [
        ["COD", 1, False, "Oil"],
        ["", 0, False, "Oil"],
    ]
    assert water.monthly_items(readings(rows), body={"S": "river", "T": "river"})["item"].tolist() == ["COD"]
    shares = water.share_by_class(table)
    assert shares[["n_sections", "n_without"]].values.tolist() == [[1, 1]]


@pytest.mark.parametrize(
    ("others", "wanted"),
    [([0.01, 0.02], 1), ([0.05, 0.06], pd.NA), ([0.30, 0.30], 4)],  # class III of oil is 0.05
)
def test_a_silent_month_leaves_a_mean_unjudged_only_where_it_could_carry_it_across(others, wanted):
    rows = [("S", "2025-01-05", "Oil", 0.06, True)]
    rows += [("S", f"2025-{month:02d}-05", "Oil", value) for month, value in enumerate(others, start=2)]
    span = {"start": date(2025, 1, 1), "end": date(2025, 3, 31)}
    row = water.section_period_class(readings(rows), body=RIVER, **span).iloc[0]
    assert row["class"] is wanted if wanted is pd.NA else row["class"] == wanted
    assert row["unjudged"] == ("Oil" if wanted is pd.NA else "")


def test_a_lake_is_silent_where_a_river_is_not_and_oxygen_below_any_limit_is_poor():
    rows = [(name, DAY, "TP", 0.08, True) for name in ("R", "L")] + [("R", DAY, "DO", 0.2, True)]
    table = water.classify(readings(rows), body={"R": "river", "L": "lake"})
    assert table.set_index("section_id")["unjudged"].to_dict() == {"L": "TP", "R": ""}
    assert table.set_index("section_id")["decisive"]["R"] == "DO"


def test_a_gap_keeps_its_row_and_completeness_is_told():
    rows = [("S", "2025-01-05", item, value) for item, value in CLASS_THREE.items()] + [
        ("S", "2025-03-05", "COD", 50.0)
    ]
    table = water.classify(readings(rows), body=RIVER)
    assert table["month"].dt.strftime("%Y-%m").tolist() == ["2025-01", "2025-02", "2025-03"]
    assert table["class"].tolist() == [3, pd.NA, 6]
    assert table["n_items"].tolist() == [21, 0, 1]
    assert table["is_complete"].tolist() == [True, False, False]
    assert table["decisive"].tolist()[1:] == ["", "COD"]
    # items whose class III limit equals a better class's are not decisive
    assert table["decisive"].iloc[0] == "DO;CODMn;COD;BOD5;NH3-N;TP;Hg;Pb;CN;VolatilePhenol;Sulfide"


def test_readings_of_one_month_are_averaged_before_rounding():
    rows = [("S", "2025-06-03", "NH3-N", 0.99), ("S", "2025-06-17", "NH3-N", 1.02)]
    assert water.classify(readings(rows), body=RIVER)["class"].tolist() == [3]


def test_ph_is_averaged_through_its_hydrogen_ions():
    table = water.period_items(
        readings(months_of("S", "pH", [6.0, 8.0] * 6)),
        body=RIVER,
        start=date(2025, 1, 1),
        end=date(2025, 12, 31),
    )
    assert table["mean"].iloc[0] == pytest.approx(-np.log10((1e-6 + 1e-8) / 2))
    assert table["value"].tolist() == [6.0]


@pytest.mark.parametrize(("n_months", "is_valid"), [(7, False), (8, True), (12, True)])
def test_a_year_needs_eight_months(n_months, is_valid):
    table = water.section_period_class(
        readings(months_of("S", "COD", [25.0] * n_months)), body=RIVER, **YEAR_2025
    )
    row = table.iloc[0]
    assert (row["n_months"], row["n_expected"], row["is_valid"]) == (n_months, 12, is_valid)
    assert pd.isna(row["class"]) != is_valid
    assert row["decisive"] == ("COD" if is_valid else "")


def test_a_period_without_any_month_is_insufficient():
    table = water.section_period_class(
        readings(months_of("S", "COD", [25.0])), body=RIVER, start=date(2024, 1, 1), end=date(2024, 3, 31)
    )
    assert table["n_months"].tolist() == [0]
    assert table["class"].isna().all()
    with pytest.raises(ParameterError, match="before"):
        water.section_period_class(
            readings(months_of("S", "COD", [25.0])), body=RIVER, start=date(2024, 3, 1), end=date(2024, 1, 1)
        )


def test_the_annual_mean_is_classed_exactly():
    """500 sections whose annual means lie on or one thousandth of a month beside a rounding tie."""
    rng = np.random.default_rng(20220617)
    parts = rng.integers(100, 2000, size=(500, 12))
    ties = 5 * (2 * rng.integers(20, 210, size=500) + 1)  # thousandths: x.xx5
    parts[:, -1] += 12 * ties - parts.sum(axis=1) + rng.integers(-1, 2, size=500)
    parts = parts[parts.min(axis=1) >= 0]
    assert len(parts) > 100
    rows = [
        row
        for at, months in enumerate(parts.tolist())
        for row in months_of(f"S{at:03d}", "NH3-N", [value / 1000 for value in months])
    ]
    body = {f"S{at:03d}": "river" for at in range(len(parts))}
    table = water.section_period_class(readings(rows), body=body, **YEAR_2025)
    rounded = [Fraction(round(Fraction(int(total), 120)), 100) for total in parts.sum(axis=1)]
    assert table["class"].tolist() == [water.item_class("NH3-N", mean, body="river") for mean in rounded]


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order):
    rows = readings(months_of("A", "COD", [18.0, 22.0, 31.0]) + months_of("B", "TP", [0.1, 0.15, 0.31]))
    body = {"A": "river", "B": "lake"}
    pd.testing.assert_frame_equal(
        water.classify(rows, body=body), water.classify(rows.iloc[list(order)], body=body)
    )


def test_one_worse_item_never_betters_a_section():
    mild = sections_of({"S": {"COD": 18.0, "TP": 0.08}})
    bad = sections_of({"S": {"COD": 18.0, "TP": 0.45}})
    assert (water.classify(bad, body=RIVER)["class"] >= water.classify(mild, body=RIVER)["class"]).all()


def test_multiples_are_stated_to_one_decimal_beyond_class_three():
    assert water.exceedance_multiple("COD", 21, body="river") == Decimal("0.0")  # 0.05 is a tie
    assert water.exceedance_multiple("COD", 23, body="river") == Decimal("0.2")  # 0.15 is a tie
    assert water.exceedance_multiple("COD", 20, body="river") is None
    assert water.exceedance_multiple("DO", 1, body="river") is None
    rows = [("S", DAY, "COD", 23.0), ("S", DAY, "TP", 0.2), ("S", DAY, "pH", 10.0), ("S", DAY, "DO", 1.0)]
    table = water.monthly_items(readings(rows), body=RIVER).set_index("item")
    assert table.loc["COD", "multiple"] == 0.2
    assert table.loc[["TP", "pH", "DO"], "multiple"].isna().all()
    assert table.loc["pH", "class"] == 6


def test_multiples_of_tables_equal_the_scalar_rule():
    values = [at / 1000 for at in range(2000)]
    names = [f"S{at:04d}" for at in range(2000)]
    rows = [(name, DAY, "TP", value) for name, value in zip(names, values, strict=True)]
    table = water.monthly_items(readings(rows), body=dict.fromkeys(names, "river"))
    scalar = [water.exceedance_multiple("TP", value, body="river") for value in values]
    assert table["multiple"].fillna(-1).tolist() == [-1.0 if m is None else float(m) for m in scalar]


def test_main_pollutants_are_at_most_three_worst_class_first():
    rows = [
        ("S", DAY, "COD", 45.0),  # worse than V, 1.2 times
        ("S", DAY, "NH3-N", 2.1),  # worse than V, 1.1 times
        ("S", DAY, "TP", 0.25),  # IV
        ("S", DAY, "DO", 1.0),  # worse than V, without a multiple
        ("S", DAY, "CODMn", 3.0),
        ("T", DAY, "Hg", 0.0002),
        ("T", DAY, "COD", 80.0),
        ("U", DAY, "COD", 20.0),
    ]
    body = dict.fromkeys("STU", "river")
    table = water.main_pollutants(water.monthly_items(readings(rows), body=body))
    named = table.groupby("section_id")["item"].agg(list).to_dict()
    assert named == {"S": ["COD", "NH3-N", "DO"], "T": ["Hg", "COD"]}
    assert table["rank"].tolist() == [1, 2, 3, 1, 2]


def test_names_are_known_in_both_forms():
    assert [name.numeral for name in water.class_names()] == ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"]
    assert [name.letters for name in water.class_names()] == ["I", "II", "III", "IV", "V", "劣V"]
    for name in water.class_names():
        assert {water.parse_class(text) for text in (name.numeral, name.letters, name.name_zh)} == {
            name.level
        }
    assert [water.section_grade(level).colour_zh for level in range(1, 7)] == list("蓝蓝绿黄橙红")
    for text in ("", "Ⅵ", "V劣", "一"):
        with pytest.raises(ParameterError, match="not a water class"):
            water.parse_class(text)
    for level in (0, 7):
        with pytest.raises(ParameterError, match="1 to 6"):
            water.class_name(level)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": -0.1}, "impossible values"),
        ({"value": np.inf}, "impossible values"),
        ({"item": "pH", "value": 14.2}, "pH above 14"),
        ({"item": "pH", "is_censored": True}, "below detection"),
        ({"date": pd.NaT}, "a day in every row"),
        ({"section_id": None}, "without section_id"),
        ({"is_censored": None}, "True or False"),
    ],
)
def test_impossible_rows_are_refused(change, message):
    row = {"section_id": "S", "date": pd.Timestamp(DAY), "item": "COD", "value": 3.0, "is_censored": False}
    with pytest.raises(SchemaError, match=message):
        water.classify(pd.DataFrame([row | change]), body=RIVER)


def test_repeated_missing_and_unknown_parts_are_refused():
    row = ("S", DAY, "COD", 3.0)
    with pytest.raises(SchemaError, match="repeated rows"):
        water.classify(readings([row, row]), body=RIVER)
    with pytest.raises(SchemaError, match="lacks is_censored"):
        water.classify(readings([row]).drop(columns="is_censored"), body=RIVER)
    with pytest.raises(SchemaError, match="no rows"):
        water.classify(readings([row]).iloc[:0], body=RIVER)
    with pytest.raises(ParameterError, match=r"section S has body None"):
        water.classify(readings([row]), body={})
    with pytest.raises(ParameterError, match="river or lake"):
        water.classify(readings([row]), body={"S": "pond"})
    with pytest.raises(ParameterError, match="COX"):
        water.classify(readings([row]), body=RIVER, items=["COX"])
    with pytest.raises(ParameterError, match="at least one"):
        water.classify(readings([row]), body=RIVER, items=[])


def test_a_table_of_missing_values_has_rows_without_class():
    table = water.classify(readings([("S", DAY, "COD", np.nan)]), body=RIVER)
    assert table["class"].isna().tolist() == [True]
    assert water.monthly_items(readings([("S", DAY, "COD", np.nan)]), body=RIVER).empty
