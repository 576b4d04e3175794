"""Drinking-water sources: 61 items, by source and by volume."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cnstandards import surface_water as water
from cnstandards.errors import ParameterError, SchemaError
from water_tables import readings

BODY = {"A": "lake", "B": "river"}


def judge(rows: list) -> pd.DataFrame:
    table = readings(rows).rename(columns={"section_id": "source_name"})
    return water.judge_drinking(table, body=BODY)


def test_fifty_eight_of_sixty_one_items_are_judged():
    items = water.monthly_items_judged()
    assert len(items) == len(set(items)) == 58
    assert sum(item.startswith("T3-") for item in items) == 33
    assert not {"COD", "TN", "FC", "WaterTemp"} & set(items)


def test_every_item_at_its_limit_complies_and_one_above_does_not():
    limits = {
        item: 7.0 if item == "pH" else water.item_rule(item, "river").limits[2]
        for item in water.assessed_items()
        if item != "COD"
    } | water.supplementary_limits()
    good = [("B", "2025-06-03", item, value) for item, value in limits.items()]
    row = judge(good).iloc[0]
    assert (row["is_compliant"], row["n_items"], row["is_complete"], row["exceeding"]) == (
        True,
        105,
        True,
        "",
    )
    for item in ("T3-66", "T3-67", "SO4"):
        above = [(*row[:3], row[3] * 1.01 if row[2] == item else row[3]) for row in good]
        assert judge(above)["exceeding"].tolist() == [item]
    part = [row for row in good if row[2] != "T3-80"]
    assert judge(part)["is_complete"].tolist() == [False]


def test_a_reservoir_has_the_phosphorus_limit_of_lakes():
    rows = [("A", "2025-06-03", "TP", 0.06), ("B", "2025-06-03", "TP", 0.06)]
    table = judge(rows)
    assert table["is_compliant"].tolist() == [False, True]
    assert table["exceeding"].tolist() == ["TP", ""]


def test_censored_values_and_months_without_items():
    limit = water.supplementary_limits()["T3-19"]
    rows = [("A", "2025-01-03", "T3-19", limit, True), ("A", "2025-03-03", "COD", 99.0)]
    table = judge(rows)
    assert table["is_compliant"].tolist() == [True, pd.NA, pd.NA]
    assert table["n_items"].tolist() == [1, 0, 0]


def test_a_detection_limit_above_the_limit_cannot_be_judged_and_is_told():
    limit = water.supplementary_limits()["T3-19"]
    rows = [("A", "2025-01-03", "T3-19", 1.8 * limit, True), ("A", "2025-01-03", "Oil", 0.06, True)]
    row = judge(rows).iloc[0]
    assert row["is_compliant"] is pd.NA and row["n_items"] == 0 and row["unjudged"] == "Oil;T3-19"
    row = judge([*rows, ("A", "2025-01-03", "Fe", 0.4)]).iloc[0]
    assert (row["is_compliant"], row["exceeding"], row["unjudged"]) == (False, "Fe", "Oil;T3-19")


def shares_of(volumes: pd.DataFrame | None, by: str = "month") -> pd.DataFrame:
    rows = [
        ("A", "2025-01-03", "Fe", 0.4),
        ("B", "2025-01-03", "Fe", 0.3),
        ("A", "2025-02-03", "Fe", 0.2),
        ("B", "2025-02-03", "COD", 10.0),
    ]
    return water.compliance_shares(judge(rows), by=by, volumes=volumes)


def test_shares_by_source_and_by_volume():
    months = pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-01"]).astype("datetime64[s]")
    volumes = pd.DataFrame(
        {"source_name": ["A", "B", "A"], "date": months, "volume_10k_m3": [100.0, 300.0, 100.0]}
    )
    table = shares_of(volumes)
    assert table["sources_pct"].tolist() == [50.0, 100.0]
    assert table["volume_pct"].tolist() == [75.0, 100.0]
    assert table["n_without"].tolist() == [0, 1]
    year = shares_of(volumes, by="year").iloc[0]
    assert (year["n_judged"], year["n_compliant"], year["sources_pct"], year["volume_pct"]) == (
        3,
        2,
        66.7,
        80.0,
    )
    assert year["period_start"] == pd.Timestamp("2025-01-01")
    # one volume missing: the share is not told
    assert np.isnan(shares_of(volumes.iloc[:1])["volume_pct"].iloc[0])
    assert shares_of(None)["volume_pct"].isna().all()


def test_wrong_volumes_and_periods_are_refused():
    month = pd.Timestamp("2025-01-01")
    for volume in ([-1.0], [1.0, 1.0]):
        table = pd.DataFrame({"source_name": "A", "date": month, "volume_10k_m3": volume})
        with pytest.raises(SchemaError, match="negative volume"):
            shares_of(table)
    with pytest.raises(ParameterError, match="month or year"):
        shares_of(None, by="week")
