"""Which of two rows with one key stands, and what is told of the other."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.schemas import SCHEMAS
from helpers.sources.merge import CONFLICT, is_difference, resolve_duplicates


def make_met(rows: list[tuple[str, float | None, float | None, str, int]]) -> pd.DataFrame:
    """(day, mean temperature, pressure, source, rank) → rows of ``met_daily``; all else missing."""
    columns = ["date", "temperature_mean_deg_c", "pressure_hpa", "source_id", "rank"]
    table = pd.DataFrame(rows, columns=columns).assign(city_code="220100")
    table = table.reindex(columns=[*SCHEMAS["met_daily"], "rank"])
    return table.astype(SCHEMAS["met_daily"])


def test_fuller_row_stands_before_a_later_edition():
    table = make_met([("2019-01-01", -10.0, 990.0, "full", 0), ("2019-01-01", -10.2, None, "late", 1)])
    kept, conflicts = resolve_duplicates("met_daily", table)
    assert kept["source_id"].tolist() == ["full"]
    assert conflicts.to_dict("records") == [
        {
            "source_id": "late",
            "row": "220100 2019-01-01 00:00:00",
            "column": "temperature_mean_deg_c",
            "found": "-10.2 against -10",
            "reason": "differs from full, which stands as the fuller or else the later edition",
        }
    ]


def test_a_difference_between_two_sources_is_told_from_a_fault_of_a_file():
    table = make_met([("2019-01-01", -10.0, 990.0, "a", 0), ("2019-01-01", -10.2, 990.0, "b", 1)])
    _, conflicts = resolve_duplicates("met_daily", table)
    faults = pd.Series(["differs from row 2 of the same key, which stands", "is no number", "", float("nan")])
    assert is_difference(conflicts["reason"]).tolist() == [True]
    assert not is_difference(faults).any()


def test_value_that_only_one_of_them_carries_is_no_conflict():
    table = make_met([("2019-01-01", None, 990.0, "a", 0), ("2019-01-01", -10.2, None, "b", 1)])
    kept, conflicts = resolve_duplicates("met_daily", table)
    assert kept["source_id"].tolist() == ["b"]
    assert conflicts.empty
    assert tuple(conflicts.columns) == CONFLICT


def test_last_of_equal_rank_stands_and_every_differing_value_is_told():
    rows = [("2019-01-01", value, 990.0 + value, "a", 0) for value in (1.0, 2.0, 3.0)]
    kept, conflicts = resolve_duplicates("met_daily", make_met(rows))
    assert kept["temperature_mean_deg_c"].tolist() == [3.0]
    assert conflicts["found"].tolist() == ["1 against 3", "991 against 993", "2 against 3", "992 against 993"]


def test_text_values_are_compared_too():
    row = {"indicator_id": "straw_use", "place_code": "220100", "period": "2024", "unit": "pct", "scope": ""}
    table = pd.DataFrame(
        [
            {**row, "value": 92.0, "status": "preliminary", "source_id": "a", "rank": 0},
            {**row, "value": 92.0, "status": "final", "source_id": "b", "rank": 1},
        ]
    )
    kept, conflicts = resolve_duplicates("ledger", table)
    assert kept["status"].tolist() == ["final"]
    assert conflicts[["column", "found"]].to_numpy().tolist() == [["status", "preliminary against final"]]


def test_table_whose_every_column_is_key_drops_repeats_silently():
    time = pd.to_datetime(["2019-04-17 22:00"] * 2).astype("datetime64[s]")
    table = pd.DataFrame({"city_code": "220100", "time": time, "source_id": ["a", "b"], "rank": [0, 1]})
    kept, conflicts = resolve_duplicates("dust_hours", table)
    assert kept["source_id"].tolist() == ["b"]
    assert conflicts.empty


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from([1.0, 2.0]), st.integers(0, 3)), min_size=1, max_size=25
    )
)
@settings(max_examples=60, deadline=None)
def test_one_row_a_key_the_latest_and_as_many_conflicts_as_differ(rows):
    table = make_met([(f"2019-01-0{day}", value, 1.0, f"s{rank}", rank) for day, value, rank in rows])
    kept, conflicts = resolve_duplicates("met_daily", table)
    best = {}
    for day, value, rank in rows:
        if day not in best or rank >= best[day][1]:
            best[day] = (value, rank)
    assert sorted(kept["date"].dt.day) == sorted(best)
    assert {row.date.day: row.temperature_mean_deg_c for row in kept.itertuples()} == {
        day: value for day, (value, _) in best.items()
    }
    assert len(conflicts) == sum(value != best[day][0] for day, value, _ in rows)
