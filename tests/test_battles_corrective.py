"""Corrective actions carried from edition to edition, missed targets without one, and overrides that change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from corrective_cases import OTHER, TARGET, action, given, hills, override, whole
from helpers import dictionary, registry
from helpers.battles import overview
from helpers.battles.corrective import STATES, beside, concerns, overdue_offices
from land_cases import build_overview, context, empty_tables

LATER = date(2026, 12, 31)


def told(battle, name="corrective_actions") -> pd.DataFrame:
    return battle.tables[name]


def test_both_targets_of_the_cases_are_missed():
    rows = hills().results.set_index("target_id")
    assert rows.loc[[TARGET, OTHER], "status"].tolist() == ["off_track", "off_track"]


def test_without_actions_and_overrides_every_table_is_empty():
    found = hills()
    names = ("corrective_actions", "corrective_editions", "missed_without_action", "manual_overrides")
    assert all(told(found, name).empty for name in names)


def test_an_action_of_an_earlier_list_stays_until_it_is_closed_and_a_later_one_updates_it():
    first, second = action("1"), action("2")
    update = action("1", reported="2026-03-31", state="done", evidence="文号")
    found = told(hills(first, second, update, as_of=LATER)).set_index("action_no")
    assert found.loc["1", ["state", "n_editions", "history"]].tolist() == [
        "done",
        2,
        "2026-01-31=in_progress;2026-03-31=done",
    ]
    assert found.loc["2", "state"] == "in_progress" and found["is_left_out"].to_dict() == {
        "1": False,
        "2": True,
    }
    closed = action(
        "2", reported="2026-06-30", state="closed", evidence="文号", closed_by="乙局", closed_on="2026-06-20"
    )
    found = told(hills(first, second, update, closed, as_of=LATER)).set_index("action_no")
    assert found.loc["2", ["is_open", "is_left_out", "closed_by"]].tolist() == [False, False, "乙局"]


def test_an_office_that_reports_on_another_day_leaves_nobody_elses_action_out():
    found = told(hills(action("1"), action("2", owner="乙局", reported="2026-02-28"), as_of=LATER))
    assert not found["is_left_out"].any()


def test_an_action_whose_office_reports_only_others_later_is_left_out():
    found = told(hills(action("1"), action("2", reported="2026-02-28"), as_of=LATER)).set_index("action_no")
    assert found["is_left_out"].to_dict() == {"1": True, "2": False}


def test_every_edition_is_kept_and_says_who_said_what():
    found = hills(action("1"), action("1", reported="2026-03-31", due_date="2026-09-30"), as_of=LATER)
    kept = told(found, "corrective_editions")
    assert kept["due_date"].tolist() == [pd.Timestamp("2026-06-30"), pd.Timestamp("2026-09-30")]
    assert told(found)["due_date"].tolist() == [pd.Timestamp("2026-09-30")]
    assert told(found)["history"].tolist() == ["2026-01-31=in_progress"]


@pytest.mark.parametrize(
    ("as_of", "days"),
    [(date(2026, 6, 29), 0), (date(2026, 6, 30), 0), (date(2026, 7, 1), 1), (LATER, 184)],
)
def test_overdue_is_counted_at_the_day_of_the_report(as_of, days):
    row = told(hills(action(), as_of=as_of)).iloc[0]
    assert (row["is_overdue"], row["days_overdue"]) == (days > 0, days)


@pytest.mark.parametrize("state", STATES)
def test_only_what_is_not_done_is_overdue(state):
    row = told(hills(action(state=state), as_of=LATER)).iloc[0]
    assert row["is_overdue"] == (state in ("not_started", "in_progress"))
    assert row["is_open"] == (state not in ("closed", "cancelled"))


def test_an_action_without_a_due_day_is_never_overdue():
    assert told(hills(action(due_date=None), as_of=LATER))["days_overdue"].tolist() == [0]


def test_a_report_of_the_year_missed_has_the_actions_as_they_were_first_set():
    """They are set after the year is over; what became of them later belongs to later reports."""
    found = told(hills(action("1"), action("1", reported="2026-03-31", state="closed")))
    assert found[["state", "n_editions"]].to_numpy().tolist() == [["in_progress", 1]]


def test_an_edition_of_a_later_day_on_a_running_year_is_not_known_yet():
    later = action(period="2026", reported="2026-11-30")
    assert told(hills(later)).empty and len(told(hills(later, as_of=LATER))) == 1


def test_a_missed_target_without_an_action_is_named_with_its_department():
    found = told(hills(action()), "missed_without_action")
    assert found[["target_id", "department"]].to_numpy().tolist() == [[OTHER, "林业和草原主管部门"]]


def test_an_action_that_was_cancelled_is_none_and_one_that_was_closed_is_one():
    assert TARGET in told(hills(action(state="cancelled")), "missed_without_action")["target_id"].tolist()
    assert TARGET not in told(hills(action(state="closed")), "missed_without_action")["target_id"].tolist()


def test_an_action_closed_long_ago_on_another_year_is_left_to_its_reports():
    old = action(period="2023", reported="2024-03-31", state="closed")
    found = hills(old, action("2", target_id=OTHER))
    assert told(found)["target_id"].tolist() == [OTHER]
    assert told(found, "missed_without_action")["target_id"].tolist() == [TARGET]
    assert len(told(hills(old | {"state": "in_progress"}))) == 1, "an open one stays"


def test_a_target_the_plan_no_longer_has_is_passed_over():
    assert told(hills(action(target_id="gone_2020"))).empty


def test_an_open_action_outlives_the_plan_of_its_target():
    """The target stands in a plan that is followed no more."""
    found = hills(action(), as_of=LATER)
    fewer = [one for one in found.context.plan.targets if one.id != TARGET]
    asked = replace(found.context, plan=found.context.plan.model_copy(update={"targets": tuple(fewer)}))
    again = beside(replace(found, context=asked), given((action(),)))
    assert told(again)["target_id"].tolist() == [TARGET]


def test_each_page_tells_its_own_targets_and_the_overview_all():
    air = action(target_id="pm25_mean_2025")
    assert told(hills(action(), air))["part"].tolist() == ["green_hills"]
    found = told(whole(action(), air))
    assert sorted(found["part"]) == ["blue_sky", "green_hills"]
    own = told(hills(action(), air)).iloc[0]
    same = found[found["part"] == "green_hills"].iloc[0]
    assert own.to_dict() == same.to_dict(), "one truth on both pages"


@pytest.mark.parametrize("name", [*overview.BATTLES, "overview"])
def test_every_battle_and_the_overview_have_them_and_keep_results_and_counts(name):
    """Built with and without: only the tables of this module differ."""
    target = next(one for one in registry.plan("changchun").targets if name in (one.battle, "overview"))
    tables = given((action(target_id=target.id),), (override(target_id=target.id),))
    if name == "overview":
        plain, stated = build_overview(), build_overview(tables)
    else:
        module = overview.BATTLES[name]
        plain, stated = (module.build(empty_tables(module) | more, context()) for more in ({}, tables))
    assert len(told(stated)) == len(told(stated, "manual_overrides")) == 1
    pd.testing.assert_frame_equal(plain.results, stated.results)
    own = {"corrective_actions", "corrective_editions", "missed_without_action", "manual_overrides"}
    assert set(plain.tables) == set(stated.tables) >= own
    for one in set(plain.tables) - own:
        pd.testing.assert_frame_equal(plain.tables[one], stated.tables[one])


@pytest.mark.parametrize("status", dictionary.choices("overrides", "status").values())
def test_an_override_stands_beside_the_computed_status(status):
    row = told(whole(stated=(override(status),)), "manual_overrides").iloc[0]
    assert (row["status"], row["computed"], row["stands"]) == (status, "off_track", True)


def test_of_several_overrides_the_last_stands():
    found = told(
        hills(stated=(override("met"), override("missed", decided_on="2026-03-01"))), "manual_overrides"
    )
    assert found[["status", "stands"]].to_numpy().tolist() == [["met", False], ["missed", True]]


def test_an_override_of_another_year_is_not_one_of_this_status():
    assert told(hills(stated=(override(period="2023", decided_on="2024-02-01"),)), "manual_overrides").empty


@pytest.mark.parametrize(
    ("period", "is_so"), [("2025", True), ("2025-Q4", True), ("2024", True), ("2023", False), ("2026", True)]
)
def test_a_status_speaks_of_its_span_and_of_the_year_that_settles_it(period, is_so):
    row = {
        "period_start": pd.Timestamp("2025-06-01"),
        "period_end": pd.Timestamp("2026-05-31"),
        "target_date": pd.Timestamp("2024-12-31"),
    }
    assert concerns(period, row) is is_so and not concerns(period, None)


def test_offices_stand_by_their_longest_overdue_action():
    late = [action(str(n), owner=owner, due_date=due) for n, (owner, due) in enumerate(
        [("甲局", "2026-11-30"), ("乙局", "2026-10-31"), ("甲局", "2026-12-01"), ("丙局", "2027-01-31")]
    )]  # fmt: skip
    found = overdue_offices(told(hills(*late, as_of=LATER)))
    assert [(one[0], *one[2:]) for one in found] == [("乙局", 1, 61), ("甲局", 2, 31)]


EDITION = st.tuples(
    st.sampled_from("123"), st.integers(1, 9), st.sampled_from(STATES), st.sampled_from(["甲局", "乙局"])
)


@drawn(st.lists(EDITION, min_size=1, max_size=12, unique_by=lambda one: one[:2]))
@settings(max_examples=25, deadline=None)
def test_whatever_is_reported_no_open_action_is_ever_lost(listed):
    records = [
        action(number, reported=f"2026-0{month}-28", state=state, owner=owner)
        for number, month, state, owner in listed
    ]
    found = told(hills(*records, as_of=LATER)).set_index("action_no")
    last = {number: state for number, _, state, _ in sorted(listed, key=lambda one: one[1])}
    assert found["state"].to_dict() == last
    assert found["n_editions"].sum() == len(listed)
    assert (found["is_overdue"] <= found["is_open"]).all()
    shuffled = told(hills(*records[::-1], as_of=LATER)).set_index("action_no")
    pd.testing.assert_frame_equal(found, shuffled)
