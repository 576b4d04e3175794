"""What a department has to see to is what the page says: the table of what lacks, when it is due, tasks and actions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from demo_battle import battle
from helpers import registry
from helpers.battles import task_ledger
from helpers.battles.context import Battle
from helpers.page import digest, lacking, owed
from helpers.page.digest import Asked, Item
from helpers.sources.download.feeds import Rhythm
from test_battles_task_ledger import build, edition

ASKED = Asked(date(2026, 4, 25), 14, date(2026, 12, 31))
MONTHLY = Rhythm(cadence="month", lag_days=20)


def keys(items: list[Item], section: str = "") -> set[str]:
    return {one.key[1] for one in items if section in ("", one.section)}


@pytest.mark.parametrize(
    ("name", "lang"), [("clear_water", "zh"), ("clear_water", "en"), ("green_hills", "zh")]
)
def test_what_lacks_on_the_page_is_what_the_departments_are_told(name: str, lang: str) -> None:
    made = battle("2025", name)
    listed = lacking.found(made, lang)
    told = owed.owed([made], Asked(date(2026, 4, 25), 14, date(2025, 12, 31)), lang, sources={})
    assert {one.key for one in listed if not one.is_reported} <= keys(told, "late"), "the year is over"
    page = str(lacking.listed(made, lang) or "")
    for one in listed:
        (item,) = [item for item in told if item.key[1] == one.key]
        assert (item.cells[0], item.cells[-1], item.department) == (one.what, one.how, one.department)
        plain = re.sub(r"<[^>]+>", "", page)
        assert re.sub(r"\W", "", one.what)[:8] in re.sub(r"\W", "", plain)
    others = keys(told) - {one.key for one in listed}
    known = set(made.results.loc[made.results["value"].notna(), "indicator_id"])
    assert others <= known, "all else are figures that came, of an earlier period"


def test_a_period_is_late_by_the_rule_of_the_pages_late_sources_and_counts_from_its_due_day() -> None:
    for last, today, first, end, on, days in (
        (date(2025, 12, 31), date(2026, 4, 25), date(2026, 1, 1), date(2026, 3, 31), date(2026, 2, 20), 64),
        (date(2026, 2, 28), date(2026, 4, 20), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 20), 0),
        (date(2026, 2, 28), date(2026, 4, 19), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 20), -1),
        (date(2026, 3, 31), date(2026, 4, 25), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 20), -25),
    ):
        found = owed.next_due(MONTHLY, last, Asked(today, 14, date(2026, 12, 31)))
        assert (found.first, found.last, found.on, found.days) == (first, end, on, days)
        assert found.is_late == (MONTHLY.expected_day(today) > last)


def test_nothing_is_expected_after_the_last_day_of_the_question() -> None:
    asked = Asked(date(2026, 4, 25), 60, date(2025, 12, 31))
    assert not owed.next_due(MONTHLY, date(2025, 12, 31), asked).is_late
    assert owed.next_due(MONTHLY, date(2025, 12, 31), asked).days < -60


def test_a_yearly_figure_has_no_due_day_unless_the_city_sets_one() -> None:
    assert MONTHLY.yearly is None
    assert Rhythm(cadence="month", lag_days=20, yearly_lag_days=90).yearly.due_day(
        date(2025, 12, 31)
    ) == date(2026, 3, 31)
    asked = Rhythm(cadence="month", lag_days=20, yearly_lag_days=90).yearly
    assert lacking.due_text(asked, "zh") == "每年结束后90天内" and "day 90" in lacking.due_text(asked, "en")
    assert lacking.due_text(None, "zh", is_yearly=True) == "每年一次"
    over = owed.next_due(None, date(2024, 12, 31), ASKED)
    assert (over.is_late, over.on, over.last) == (True, None, date(2025, 12, 31))
    assert not owed.next_due(None, date(2025, 12, 31), ASKED).is_late, "this year is not over"


def figure(indicator_id: str, first: str, last: str, value: float = 90.0) -> Battle:
    """A battle whose page has one figure of a department, of one span."""
    made = battle("2025", "clear_water")
    rows, is_it = made.results.copy(), made.results["indicator_id"] == indicator_id
    span = {"period_start": pd.Timestamp(first), "period_end": pd.Timestamp(last)}
    for name, value_of in {**span, "value": value, "reason": ""}.items():
        rows.loc[is_it, name] = value_of
    return replace(made, results=rows)


@pytest.mark.parametrize(
    ("first", "last", "section", "period"),
    [
        ("2026-02-01", "2026-02-28", "late", "2026年3月"),
        ("2026-03-01", "2026-03-31", "", ""),
        ("2025-10-01", "2025-12-31", "late", "2026年1—3月"),
        ("2024-01-01", "2024-12-31", "late", "2025年"),
        ("2025-01-01", "2025-12-31", "", ""),
    ],
)
def test_a_figure_that_came_is_asked_again_in_the_rhythm_it_comes_in(
    first: str, last: str, section: str, period: str
) -> None:
    made = figure("river_clearing_coverage", first, last)
    own = [
        one for one in owed.owed([made], ASKED, "zh", sources={}) if one.key[1] == "river_clearing_coverage"
    ]
    assert [(one.section, one.cells[1]) for one in own] == ([(section, period)] if section else [])


def test_a_yearly_figure_nobody_ever_sent_is_asked_for_the_last_year_that_is_over() -> None:
    made = battle("2026", "green_hills")
    rows = made.results.assign(value=float("nan"), reason="not_reported")
    told = owed.owed([replace(made, results=rows)], ASKED, "zh", sources={})
    spans = {one.key[1]: (one.cells[1], one.cells[2]) for one in told if one.key[1] in registry.indicators()}
    assert spans["natural_forest_logging"] == ("2025年", "每年一次，未规定日期")
    assert spans["forest_cover"] == ("2026年1—3月", "2026年2月20日")


def test_what_falls_due_soon_is_told_for_the_days_asked_and_daily_data_never_are() -> None:
    near = Asked(date(2026, 5, 10), 14, date(2026, 12, 31))
    sources = {
        "sections": [(MONTHLY, date(2026, 3, 31))],
        "air": [(Rhythm(cadence="day", lag_days=2), date(2026, 5, 8))],
    }
    made = figure("river_clearing_coverage", "2026-03-01", "2026-03-31")
    told = owed.owed([made], near, "en", sources=sources)
    assert {"sections", "river_clearing_coverage"} <= keys(told, "soon") and "air" not in keys(told)
    (one,) = [one for one in told if one.key[1] == "sections"]
    assert one.cells[1:4] == ("Apr 2026", "20 May 2026", "10")
    far = replace(near, within=9)
    assert "sections" not in keys(owed.owed([made], far, "en", sources=sources))


def test_sources_in_use_stand_for_their_kind_whatever_the_page_lacks() -> None:
    made = battle("2025", "clear_water")
    late = {"sections": [(MONTHLY, date(2026, 1, 31))]}
    told = [one for one in owed.owed([made], ASKED, "zh", sources=late) if one.key[1] == "sections"]
    assert [(one.department, one.cells[1], one.cells[2]) for one in told] == [
        ("生态环境主管部门", "2026年2—3月", "2026年3月20日")
    ]


def test_tasks_are_late_soon_or_silent_as_the_ledger_has_them() -> None:
    tasks = edition(
        "2026-03-31",
        ("1", 19, "甲局", "2026-04-24", "in_progress", ""),
        ("2", 19, "甲局", "2026-04-25", "in_progress", ""),
        ("3", 19, "甲局", "2026-05-09", "in_progress", ""),
        ("4", 19, "甲局", "2026-05-10", "in_progress", ""),
        ("5", 19, "甲局", "2026-01-01", "done", ""),
        ("6", 19, "甲局", None, "in_progress", ""),
    )
    context = replace(battle("2025", "clear_water").context, as_of=ASKED.today)
    told = owed.tasks(task_ledger.open_tasks(tasks, context), ASKED, "zh")
    assert {one.key[2]: (one.section, one.cells[3]) for one in told} == {
        "1": ("late", "1"), "2": ("soon", "0"), "3": ("soon", "14"),
    }  # fmt: skip
    page = build(tasks, ASKED.today)["tasks_overdue"]
    assert set(page["task_id"]) == {one.key[2] for one in told if one.section == "late"}


def beside(**tables: pd.DataFrame) -> Battle:
    made = battle("2025", "clear_water")
    return replace(made, tables={**made.tables, **tables})


def test_a_missed_target_is_told_where_the_battle_has_it_without_action_and_only_there() -> None:
    made = battle("2025", "clear_water")
    bare = {key: table for key, table in made.tables.items() if key != "missed_without_action"}
    assert owed.missed([replace(made, tables=bare)], "zh") == [], "no table of actions: nothing is said"
    targets = made.results.loc[made.results["target_id"] != "", ["target_id", "indicator_id"]]
    targets = targets.drop_duplicates("target_id").head(3)
    told = owed.missed([beside(missed_without_action=targets)], "zh")
    assert {one.key[1] for one in told} == set(targets["target_id"])
    for one in told:
        record = registry.indicator(made.context.plan.target(one.key[1]).indicator)
        assert one.department == (record.department_zh or "生态环境主管部门")
        assert one.section == "action" and one.cells[3][0] in "≤≥"


def test_corrective_actions_neither_done_nor_closed_are_told_to_the_lead_department_with_who_owns_them() -> (
    None
):
    target = "of_another_plan"
    states = ("not_started", "in_progress", "done", "closed", "cancelled", "in_progress")
    dues = ("2026-04-01", "2026-05-01", *["2026-04-01"] * 3, "2026-09-01")
    rows = pd.DataFrame(
        {
            "target_id": target,
            "indicator_id": "river_clearing_coverage", "period": "2025", "action_no": [str(n) for n in range(6)], "action": "整治",
            "owner": "某河长办", "state": states, "due_date": pd.to_datetime(list(dues)),
        }
    )  # fmt: skip
    told = owed.actions([beside(corrective_actions=rows)], ASKED, "zh")
    assert {one.key[3]: (one.section, one.cells[3]) for one in told} == {
        "0": ("late", "24"),
        "1": ("soon", "6"),
    }
    assert {one.department for one in told} == {"水行政主管部门"}
    assert "某河长办" in told[0].cells[0] and "清四乱" in told[0].cells[0]


def item(section: str, n: int, department: str = "水行政主管部门") -> Item:
    return Item(
        section, department, (section, str(n)), tuple(f"{section}<{n}>{cell}" for cell in range(5)), n
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_digest_has_every_row_once_in_its_section_and_is_safe_to_show(lang: str) -> None:
    rows = [item(section, n) for section in ("action", "soon", "late") for n in range(2)]
    own = digest.by_department(rows)["水行政主管部门"]
    assert [one.section for one in own] == ["late", "late", "soon", "soon", "action", "action"]
    assert [one.days for one in own[:2]] == [1, 0], "the longest overdue first"
    html, told = digest.body(own, "标题", ASKED, lang, period="2026", simulated=False)
    assert "<0>" not in html and "late&lt;0&gt;0" in html and "late<0>0" in told
    assert html.count("<table") == 3 and "style=" in html and "<script" not in html
    assert digest.text("simulated_note", lang) not in told
    html, told = digest.body(own, "标题", ASKED, lang, period="2026", simulated=True)
    assert digest.text("simulated_note", lang) in told and digest.text("simulated_note", lang) in html


def test_a_title_names_city_department_and_day_and_marks_the_demonstration() -> None:
    for lang, mark in (("zh", "〔示例数据（模拟）〕"), ("en", "[Demonstration (simulated)] ")):
        plain = digest.title("长春市", "水", date(2026, 4, 25), lang, simulated=False)
        assert "长春市" in plain and "2026-04-25" in plain and "水" in plain
        assert digest.title("长春市", "水", date(2026, 4, 25), lang, simulated=True) == f"{mark}{plain}"


def test_a_long_section_is_cut_and_says_how_many_more_there_are() -> None:
    rows = [item("late", n) for n in range(45)]
    _, told = digest.body(rows, "标题", ASKED, "en", period="2026", simulated=False)
    assert "5 more are in the briefing" in told and told.count("late<") == 40 * 5
