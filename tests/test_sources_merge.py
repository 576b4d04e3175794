"""Which of two rows with one key stands, and what is told of the other."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.schemas import SCHEMAS
from helpers.sources.merge import CONFLICT, REVISED, is_difference, resolve_duplicates


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
            "reason": "differs from full, which stands as the fuller one",
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


def make_sections(*files: tuple[str, int, dict[str, float]]) -> pd.DataFrame:
    """(source, rank, item → value) → rows of ``water_sections`` of one section and month."""
    rows = [
        {
            "section_id": "a",
            "date": "2025-03-01",
            "item": item,
            "value": value,
            "source_id": source,
            "rank": rank,
        }
        for source, rank, items in files
        for item, value in items.items()
    ]
    table = pd.DataFrame(rows).assign(city_code="220100", is_censored=False, method="manual")
    return table[[*SCHEMAS["water_sections"], "rank"]].astype(SCHEMAS["water_sections"])


WIDE = {"NH3-N": 0.5, "TP": 0.1, "COD": 14.0, "DO": 8.0}


def test_f42_the_table_of_more_items_stands_whatever_its_edition_and_the_rule_is_named():
    narrow = {"NH3-N": 0.9, "TP": 0.1}
    for wide_rank, narrow_rank in ((0, 1), (1, 0)):
        table = make_sections(("wide", wide_rank, WIDE), ("narrow", narrow_rank, narrow))
        kept, conflicts = resolve_duplicates("water_sections", table)
        assert set(kept["source_id"]) == {"wide"}
        assert conflicts["reason"].tolist() == ["differs from wide, which stands as the fuller one"]
    equal = make_sections(("early", 0, WIDE), ("late", 1, WIDE | {"TP": 0.2}))
    kept, conflicts = resolve_duplicates("water_sections", equal)
    assert set(kept["source_id"]) == {"late"}
    assert conflicts["reason"].tolist() == ["differs from late, which stands as the later edition"]
    assert is_difference(conflicts["reason"]).all()


def test_f42_a_revised_edition_of_few_items_stands_before_a_fuller_one():
    table = make_sections(("wide", 1, WIDE), ("revised", REVISED, {"NH3-N": 0.9}))
    kept, conflicts = resolve_duplicates("water_sections", table)
    assert dict(zip(kept["item"], kept["source_id"], strict=True))["NH3-N"] == "revised"
    assert len(kept) == 4
    assert conflicts["reason"].tolist() == ["differs from revised, which stands as the revised edition"]
