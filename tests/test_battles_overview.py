"""The whole plan: the battles' own rows, cross-cutting parts, milestones, articles and synergy, by hand-checked cases."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo_battle import BATTLES, battle
from helpers import registry, store
from helpers.battles import cross_cutting, milestones, overview, results, synergy
from helpers.page.battle_page import has_own_sources, source_ids
from helpers.periods import Period
from land_cases import build_overview, context, empty_tables, ledger, row, rows


def build(tables: dict | None = None, as_of: date = date(2025, 12, 31)):
    return build_overview(tables, as_of)


@pytest.mark.parametrize("name", BATTLES)
def test_the_rows_of_a_battle_are_those_of_its_own_page(name):
    whole, own = battle("2025", "overview"), battle("2025", name)
    pd.testing.assert_frame_equal(whole.tables[name], own.results)
    kept = whole.results.merge(own.results[own.results["target_id"] != ""])
    assert len(kept) == int((own.results["target_id"] != "").sum()) > 0


def test_the_matrix_counts_the_rows_and_shows_the_zeros():
    whole = battle("2025", "overview")
    counts = overview.status_counts(whole)
    assert tuple(counts.index) == overview.PARTS and tuple(counts.columns) == results.STATUSES
    for part, line in counts.iterrows():
        own = whole.tables[part]
        told = own.loc[own["target_id"] != "", "status"].tolist()
        assert line.to_dict() == {status: told.count(status) for status in results.STATUSES}
    assert counts.to_numpy().sum() == int((whole.results["target_id"] != "").sum())
    assert (counts == 0).any(axis=None)


@pytest.mark.parametrize("period", ["2025", "empty"])
def test_totals_add_up_and_what_could_never_be_judged_is_not_lacking(period):
    whole = battle("2025", "overview") if period == "2025" else build()
    totals, plan = whole.tables["totals"].set_index("part"), registry.plan("changchun")
    assert tuple(totals.index) == (*overview.PARTS, "")
    pd.testing.assert_series_equal(totals.iloc[:-1].sum(), totals.iloc[-1], check_names=False)
    last = totals.iloc[-1]
    assert last["n_targets"] == len(plan.targets) == last[["n_shown", "n_without_number", "n_judged"]].sum()
    assert last["n_judged"] == last[["met", "on_track", "at_risk", "off_track", "no_data"]].sum()
    assert last["n_shown"] == sum(not one.judged for one in plan.targets)
    never = {one.id for one in plan.targets if not one.judged or one.value is None}
    statuses = whole.results[whole.results["target_id"] != ""].set_index("target_id")["status"]
    assert {name for name, status in statuses.items() if status == "no_target"} == never
    assert overview.status_counts(whole)["no_target"].sum() == len(never)
    if period == "empty":
        assert last["no_data"] == last["n_judged"] == len(plan.targets) - len(never)


def test_tables_name_the_files_behind_them():
    origins = battle("2025", "overview").tables["origins"]
    assert list(origins) == ["table", "source_id"] and not origins.duplicated().any()
    known = set(battle("2025", "overview").tables["sources"]["source_id"])
    for name in ("green_hills", "black_soil", "grassland_wetland", "overview"):
        found = battle("2025", name)
        tables = found.tables
        told = set(tables["origins"]["table"])
        silent = {"origins", "sources", "quarantine", "published", "plan_line", "plan_term"}
        own = {key for key, table in tables.items() if len(table) and has_own_sources(table)}
        assert {key for key, table in tables.items() if len(table)} - silent - own <= told, name
        assert all(source_ids(found, rows=tables[key]) for key in own), name
        assert all(len(tables[key]) for key in told), name
    assert set(origins.loc[origins["table"] == "targets", "source_id"]) <= known
    assert build().tables["origins"].empty


def test_every_target_and_every_article_stands_once():
    whole, plan = battle("2025", "overview"), registry.plan("changchun")
    assert sorted(whole.tables["targets"]["target_id"]) == sorted(target.id for target in plan.targets)
    assert whole.tables["articles"]["article"].tolist() == list(range(1, 52))
    follows = whole.tables["articles"].set_index("article")["follows"]
    assert follows[[1, 2, 3, 47]].tolist() == ["none", "none", "target;milestone;ledger;task", "task"]
    assert whole.tables["articles"]["n_targets"].sum() == len(plan.targets) == 82
    assert whole.tables["articles"]["n_milestones"].sum() == len(plan.milestones)


def test_every_cross_cutting_indicator_is_shown_in_one_section():
    shown = [name for group in cross_cutting.GROUPS.values() for name in group]
    own = [key for key, one in registry.indicators().items() if one.battle == cross_cutting.NAME]
    assert len(shown) == len(set(shown)) and set(own) <= set(shown) <= set(registry.indicators())


def test_without_any_data_all_is_insufficient_and_nothing_is_presumed_done():
    found = build()
    judged = found.results[found.results["target_id"] != ""]
    assert set(judged["status"]) <= {"no_data", "no_target"} and judged["value"].isna().all()
    assert set(found.tables["milestones"]["state"]) == {"unreported", "due"}
    assert synergy.judge(found.tables["synergy_trends"]) == "no_data"
    assert found.tables["coverage"]["valid"].sum() == 0


def test_a_duty_without_a_date_is_broken_by_any_value_below_it():
    found = build({"ledger": ledger("radioactive_sources_stored", {2024: 100.0, 2025: 99.9})})
    assert row(found.results, "radioactive_sources_stored")["status"] == "off_track"
    kept = build({"ledger": ledger("radioactive_sources_stored", {2024: 99.9, 2025: 100.0})})
    assert row(kept.results, "radioactive_sources_stored")["status"] == "met"


def test_what_the_province_decides_is_shown_and_not_judged():
    found = row(
        build({"ledger": ledger("co2_intensity_reduction", {2025: 17.6})}).results, "co2_intensity_reduction"
    )
    assert (found["value"], found["status"]) == (17.6, "no_target")
    assert "province_target_missing" in found["caveats"]


def task(title: str, state: str, day: str = "2025-06-30", number: str = "T1") -> pd.DataFrame:
    record = {
        "ledger": "L",
        "task_id": number,
        "reported_on": day,
        "article": 11,
        "measure": title,
        "state": state,
    }
    return rows("tasks", [record | {"department": "D", "due_date": None, "evidence": ""}])


def state_of(table: pd.DataFrame, name: str) -> str:
    return table.set_index("milestone_id")["state"][name]


@pytest.mark.parametrize(
    ("state", "expected"), [("done", "done"), ("in_progress", "late"), ("not_started", "late")]
)
def test_a_step_is_what_the_task_ledger_last_said_by_the_day(state, expected):
    step = next(one for one in registry.plan("changchun").milestones if one.id == "heavy_pollution_plan_2022")
    none = results.make([])
    found = milestones.milestone_table(none, task(step.title_zh, state), context())
    assert state_of(found, step.id) == expected
    by_id = milestones.milestone_table(none, task("other words", state, number=step.id), context())
    assert state_of(by_id, step.id) == expected
    later = milestones.milestone_table(none, task(step.title_zh, state, day="2026-01-01"), context())
    assert state_of(later, step.id) == "unreported"


def judged(**statuses: str) -> pd.DataFrame:
    return pd.DataFrame({"target_id": list(statuses), "status": list(statuses.values())})


COATS = ("low_voc_base_coat_share_2025", "low_voc_middle_coat_share_2025", "low_voc_colour_coat_share_2025")


@pytest.mark.parametrize(
    ("statuses", "as_of", "expected"),
    [
        (("met", "met", "met"), date(2024, 12, 31), "done"),
        (("met", "met", "off_track"), date(2024, 12, 31), "due"),
        (("met", "met", "off_track"), date(2025, 12, 31), "late"),
        (("met", "no_data", "no_data"), date(2025, 12, 31), "unreported"),
        (("no_data", "no_data", "no_data"), date(2025, 12, 30), "due"),
    ],
)
def test_a_step_is_done_when_all_its_targets_are_met(statuses, as_of, expected):
    table = judged(**dict(zip(COATS, statuses, strict=True)))
    found = milestones.milestone_table(table, store.empty("tasks"), context(as_of))
    assert state_of(found, "low_voc_coatings_2025") == expected


def series(**values: list[float]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"indicator_id": name, "year": range(2016, 2016 + len(one)), "value": one})
        for name, one in values.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_a_change_lies_within_what_rounding_allows():
    found = synergy.change_table(series(pm25_mean=[40.0, 38.0])).iloc[1]
    assert found["change_pct"] == pytest.approx(-5.0)
    # 37.5 / 40.5 and 38.5 / 39.5 are the extremes that round to 40 and 38.
    assert found["low_pct"] == pytest.approx(100 * (37.5 / 40.5 - 1))
    assert found["high_pct"] == pytest.approx(100 * (38.5 / 39.5 - 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 99_999), min_size=2, max_size=6))
def test_a_change_never_leaves_its_range_and_a_gap_has_none(values):
    found = synergy.change_table(series(co2_emissions=[float(value) for value in values]))
    told = found.dropna(subset=["change_pct"])
    assert (told["low_pct"] <= told["change_pct"]).all() and (told["change_pct"] <= told["high_pct"]).all()
    holed = series(co2_emissions=[float(value) for value in values]).drop(index=0).query("year != 2018")
    assert math.isnan(synergy.change_table(holed).iloc[0]["change_pct"])


FALL = [100.0, 97.0, 95.0, 91.0, 90.0, 86.0, 84.0, 81.0]
RISE = FALL[::-1]
WAVER = [90.0, 95.0, 88.0, 94.0, 89.0, 95.0, 88.0, 93.0]


@pytest.mark.parametrize(
    ("carbon", "other", "expected"),
    [
        (FALL, FALL, "together"),
        (FALL, RISE, "apart"),
        (RISE, FALL, "apart"),
        (RISE, RISE, "unclear"),
        (WAVER, FALL, "unclear"),
        (FALL, WAVER, "unclear"),
        (FALL[:5], FALL, "no_data"),
        (FALL, FALL[:5], "no_data"),
    ],
)
def test_synergy_is_said_only_where_all_intervals_agree(carbon, other, expected):
    assert synergy.judge(synergy.trend_table(series(co2_emissions=carbon, nox_emissions=other))) == expected


def test_only_whole_and_valid_years_of_air_count():
    annual = pd.DataFrame(
        {
            "year": [2023, 2024, 2025],
            "pollutant": "PM2.5",
            "statistic": "mean",
            "value": [30.0, 29.0, 28.0],
            "is_complete": [True, True, False],
            "is_valid": [True, False, True],
        }
    )
    years = pd.DataFrame(
        {"indicator_id": ["co2_emissions"], "year": [2023], "value": [5000.0], "scope": [""]}
    )
    found = synergy.series_table(years, annual)
    assert found.to_numpy().tolist() == [["co2_emissions", 2023, 5000.0], ["pm25_mean", 2023, 30.0]]


def test_a_city_with_air_and_without_any_ledger_has_a_series_of_its_air():
    annual = pd.DataFrame(
        {
            "year": range(2016, 2026), "pollutant": "PM2.5", "statistic": "mean", "is_complete": True,
            "is_valid": True, "value": [40.0, 38.5, 38.0, 36.5, 36.0, 35.5, 33.5, 33.0, 32.5, 30.5],
        }
    )  # fmt: skip
    nothing = pd.DataFrame(columns=["indicator_id", "year", "value", "scope"])
    told = synergy.trend_table(synergy.series_table(nothing, annual)).set_index("indicator_id")["status"]
    assert told["pm25_mean"] == "ok"
    assert set(told.drop("pm25_mean")) == {"insufficient"}


def test_what_has_no_data_is_asked_for_the_whole_question_whatever_day_another_table_tells() -> None:
    """C28: a water snapshot of August sets no end to what departments or the air have not told of a year."""
    asked = replace(context(date(2026, 8, 21)), period=Period.parse("2026"), asked_until=date(2026, 12, 31))
    for module in overview.BATTLES.values():
        results = module.build(empty_tables(overview), asked).results
        assert results["value"].isna().all()
        assert set(results["period_start"]) == {pd.Timestamp(2026, 1, 1)}
        assert set(results["period_end"]) == {pd.Timestamp(2026, 12, 31)}
