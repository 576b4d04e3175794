"""The results table refuses what no page may print."""

import math

import pytest

from helpers.battles import results
from helpers.errors import SchemaError

ROW = {
    "indicator_id": "pm25_mean",
    "place_code": "220100",
    "period_start": "2025-01-01",
    "period_end": "2025-12-31",
    "value": 33.0,
    "status": "no_target",
    "confidence": "high",
}


def test_missing_keys_become_empty_and_columns_keep_their_order_and_types() -> None:
    table = results.make([ROW])
    assert list(table.columns) == list(results.COLUMNS)
    row = table.iloc[0]
    assert math.isnan(row["target_value"])
    assert row["target_id"] == ""
    assert not row["simulated"]
    assert row["period_end"].year == 2025


def test_no_rows_make_an_empty_table_with_all_columns() -> None:
    assert list(results.make([]).columns) == list(results.COLUMNS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "unknown keys"),
        ({"status": "fine"}, "status holds"),
        ({"confidence": "sure"}, "confidence holds"),
        ({"likelihood": 1.2}, "likelihood lies outside 0 to 1"),
        ({"trend_per_year": 2.0, "trend_low": -1.5, "trend_high": -0.3}, "trend_per_year lies outside"),
        ({"forecast": 40.0, "forecast_low": 29.0, "forecast_high": 33.0}, "forecast lies outside"),
    ],
)
def test_a_row_that_breaks_the_contract_is_refused(change: dict, said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        results.make([ROW | change])


def test_a_repeated_key_is_refused() -> None:
    with pytest.raises(SchemaError, match="repeat"):
        results.make([ROW, ROW])


def test_a_column_out_of_place_is_refused() -> None:
    table = results.make([ROW])
    with pytest.raises(SchemaError, match="results columns are"):
        results.check(table[table.columns[::-1]])
