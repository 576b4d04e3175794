"""Task ledgers on the day of a report: counts, what is overdue, what became of each task since the edition before."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import registry, store
from helpers.battles.task_ledger import CHANGES, STATES, build_tables
from land_cases import context, rows

AS_OF = date(2025, 10, 1)
Task = tuple[str, int, str, str | None, str, str]


def edition(day: str, *tasks: Task, ledger: str = "甲") -> pd.DataFrame:
    """One edition: id, article, department, due day, state, evidence."""
    records = [
        {
            "ledger": ledger,
            "task_id": name,
            "reported_on": pd.Timestamp(day),
            "article": article,
            "measure": f"任务{name}",
            "department": department,
            "due_date": pd.NaT if due is None else pd.Timestamp(due),
            "state": state,
            "evidence": evidence,
            "source_sheet": "任务台账",
            "source_row": str(number),
        }
        for number, (name, article, department, due, state, evidence) in enumerate(tasks, start=2)
    ]
    return rows("tasks", records)


FIRST = edition(
    "2025-03-31",
    ("1", 7, "乙局", "2025-06-30", "in_progress", ""),
    ("2", 5, "甲局", "2025-06-30", "done", "文号1"),
    ("3", 5, "甲局", None, "not_started", ""),
    ("4", 9, "丙局", "2025-05-01", "not_started", ""),
)
SECOND = edition(
    "2025-09-30",
    ("1", 7, "乙局", "2025-12-31", "in_progress", ""),
    ("2", 5, "甲局", "2025-06-30", "in_progress", ""),
    ("3", 5, "甲局", None, "done", ""),
    ("5", 9, "丙局", "2025-10-01", "not_started", ""),
)
BOTH = pd.concat([FIRST, SECOND], ignore_index=True)


def build(tasks: pd.DataFrame, as_of: date = AS_OF) -> dict[str, pd.DataFrame]:
    return build_tables(tasks, context(as_of))


def test_each_change_is_told_once_with_both_due_days():
    changed = build(BOTH)["tasks_changed"].set_index("task_id")
    assert changed["change"].to_dict() == {
        "5": "new",
        "3": "closed",
        "2": "reopened",
        "1": "postponed",
        "4": "dropped",
    }
    assert changed.loc["1", ["due_before", "due_after"]].tolist() == [
        pd.Timestamp("2025-06-30"),
        pd.Timestamp("2025-12-31"),
    ]
    assert changed.loc["4", ["source_sheet", "source_row"]].tolist() == ["任务台账", "5"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("2025-06-30", "2025-05-31", ["brought_forward"]),
        ("2025-06-30", None, ["postponed"]),
        (None, "2025-06-30", ["brought_forward"]),
        (None, None, []),
        ("2025-06-30", "2025-06-30", []),
    ],
)
def test_a_due_day_may_move_either_way(before, after, told):
    pair = [
        edition(day, ("1", 5, "甲局", due, "in_progress", ""))
        for day, due in (("2025-01-31", before), ("2025-02-28", after))
    ]
    assert build(pd.concat(pair))["tasks_changed"]["change"].tolist() == told


def test_overdue_is_past_its_day_and_not_done():
    found = build(BOTH)["tasks_overdue"]
    assert found[["task_id", "days_overdue"]].to_numpy().tolist() == [["2", 93]]
    later = build(BOTH, date(2025, 10, 2))["tasks_overdue"]
    assert dict(zip(later["task_id"], later["days_overdue"], strict=True)) == {"2": 94, "5": 1}


def test_departments_stand_in_the_order_of_the_plan_and_not_by_their_counts():
    found = build(BOTH)["tasks_departments"]
    assert found["department"].tolist() == ["甲局", "乙局", "丙局"]
    assert found["n_tasks"].tolist() == [2, 1, 1]
    assert not {"rank", "score", "share"} & set(found.columns)


def test_articles_carry_their_titles_and_tasks_without_evidence_are_counted():
    found = build(BOTH)["tasks_articles"].set_index("article")
    titles = {one.number: one.title_en for one in registry.plan("changchun").articles}
    assert found["title_en"].to_dict() == {number: titles[number] for number in (5, 7, 9)}
    assert found.loc[5, ["n_done", "n_without_evidence"]].tolist() == [1, 1]


def test_an_edition_of_a_later_day_is_not_known_yet():
    found = build(BOTH, date(2025, 9, 29))
    assert found["tasks_editions"]["reported_on"].tolist() == [pd.Timestamp("2025-03-31")]
    assert found["tasks_editions"]["previous_on"].isna().all() and found["tasks_changed"].empty


def test_each_ledger_is_compared_with_its_own_edition_before():
    other = edition("2025-08-31", ("1", 11, "丁局", None, "done", ""), ledger="乙")
    found = build(pd.concat([BOTH, other]))
    assert set(found["tasks_changed"]["ledger"]) == {"甲"}
    assert found["tasks_editions"].set_index("ledger")["n_tasks"].to_dict() == {"甲": 4, "乙": 1}


def test_no_ledger_gives_the_same_tables_without_rows():
    empty, full = build(store.empty("tasks")), build(BOTH)
    assert all(empty[name].empty and list(empty[name]) == list(full[name]) for name in full)


def test_names_the_plan_knows_are_given_in_english():
    known = registry.plan("changchun").measures[0]
    task = edition("2025-03-31", ("1", 5, "能源主管部门", "2025-01-01", "not_started", "")).assign(
        measure=known.name_zh.replace("，", ",")
    )
    row = build(task)["tasks_overdue"].iloc[0]
    assert (row["measure_en"], row["department_en"]) == (known.name_en, "energy department")


@given(
    st.lists(
        st.tuples(st.integers(1, 51), st.sampled_from("甲乙丙"), st.sampled_from([None, "2025-01-01", "2026-01-01"]),
                  st.sampled_from(STATES), st.booleans()),
        min_size=1, max_size=12,
    )
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_every_split_adds_up_to_the_ledger(drawn):
    tasks = [(str(n), article, f"{who}局", due, state, "文号" if has else "")
             for n, (article, who, due, state, has) in enumerate(drawn)]  # fmt: skip
    found = build(edition("2025-03-31", *tasks))
    whole = found["tasks_editions"].iloc[0]
    for name in ("tasks_articles", "tasks_departments"):
        counts = found[name].filter(like="n_").sum()
        assert counts.to_dict() == whole[counts.index].to_dict()
    assert whole["n_tasks"] == len(drawn) == sum(whole[f"n_{state}"] for state in STATES)
    assert whole["n_overdue"] == len(found["tasks_overdue"])


def test_the_kinds_of_change_are_all_named_on_the_page():
    from helpers.page import task_ledger

    for lang in ("zh", "en"):
        names = [task_ledger.text(f"change.{one}", lang) for one in CHANGES]
        assert len(set(names)) == len(CHANGES)
