"""Missed targets and overrides on the page of a battle and on the overview: told in both languages, one truth everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from corrective_cases import OTHER, TARGET, action, hills, override, whole
from helpers import dictionary
from helpers.battles.context import Battle
from helpers.page import corrective, document, overview, sections
from helpers.page.blocks import labels
from helpers.page.reading import read_markup
from helpers.page.words import entry, word
from helpers.periods import Period
from land_cases import faulty_words, texts_in
from wording_cases import LANGS

BOTH = pytest.mark.parametrize("lang", LANGS)
LATER = date(2026, 12, 31)
DAYS = pytest.mark.parametrize(
    ("period", "as_of"), [("2025", date(2025, 12, 31)), ("2026-05", date(2026, 5, 31)), ("2026", LATER)]
)
CLOSED = action(
    "99",
    state="closed",
    evidence="文号〔2026〕1号",
    closed_by="乙局",
    closed_on="2026-01-20",
    due_date="2026-01-15",
)
OFFICES = [f"{name}局" for name in "甲乙丙丁戊己庚"]
MANY = [
    action(str(n), owner=OFFICES[n % 7], due_date=f"2026-{n % 6 + 1:02}-15", target_id=(TARGET, OTHER)[n % 2])
    for n in range(30)
]


def asked(battle: Battle, period: str, as_of: date) -> Battle:
    return replace(battle, context=replace(battle.context, period=Period.parse(period), as_of=as_of))


def shown(battle: Battle, name: str, lang: str) -> tuple[list[str], list]:
    """Texts and tables of a section."""
    block = sections.show(battle, f"corrective.{name}", lang=lang)
    parts = [] if block is None else block.sections[0].parts
    listed = [read_markup(part["html"])[1] for part in parts if part["kind"] == "table"]
    return [part["text"] for part in parts if "text" in part], [table for one in listed for table in one]


def page_one(battle: Battle, lang: str) -> list[str]:
    """What the overview says must happen."""
    block = overview.page_one(battle, lang=lang)
    found = next(section for section in block.sections if section.title == labels(lang)["left"])
    return [item["text"] for part in found.parts if part["kind"] == "asks" for item in part["items"]]


@BOTH
def test_without_actions_and_overrides_nothing_is_printed(lang):
    for battle in (hills(), whole()):
        assert shown(battle, "actions", lang) == ([], []) == shown(battle, "overrides", lang)
        assert "corrective.actions" in sections.untold(battle, lang=lang)
    assert not any("逾期" in one or "overdue" in one for one in page_one(whole(), lang))
    facts = overview.page_one(whole(), lang=lang).heading["facts"]
    assert not {"actions", "without_action", "overrides"} & set(facts)


@BOTH
@DAYS
def test_the_page_of_a_battle_tells_its_actions_and_names_the_missed_without_one(period, as_of, lang):
    found = asked(hills(action(), CLOSED, as_of=as_of), period, as_of)
    texts, (actions, *rest) = shown(found, "actions", lang)
    assert (
        len(actions.body) == 2
        and actions.body[0][5].startswith("7%，目标≥8.2%")
        and "造林滞后" in actions.body[0][5]
    )
    days = (as_of - date(2026, 6, 30)).days
    late = corrective.text("due.overdue", lang, n=days)
    assert (late in actions.body[0][3]) is (days > 0) and "2026-06-30" in actions.body[0][3]
    assert "文号〔2026〕1号" in actions.body[1][6] and "2026-01-20" in actions.body[1][6]
    n = 1 if days > 0 else 0
    assert (f"逾期{n}项" if lang == "zh" else f"overdue as of {as_of}: {n}.") in texts[0]
    # In 2026 the year is not over: only what settles a target of 2025 is missed.
    names = [row[0] for table in rest for row in table.body]
    wanted = found.tables["missed_without_action"]["target_id"].tolist()
    assert names == [corrective._target_name(found, one, lang=lang) for one in wanted] and OTHER in wanted


@BOTH
def test_a_state_tells_what_it_was_and_that_later_lists_leave_it_out(lang):
    update = action("1", reported="2026-03-31", state="done", evidence="文号")
    _, (table, *_) = shown(hills(action("1"), action("2"), update, as_of=LATER), "actions", lang)
    by_action = {row[1]: row[4] for row in table.body}
    before = corrective.text(
        "state.before", lang, day="2026-01-31", state=corrective.text("state.in_progress", lang)
    )
    assert before in by_action["补植1"] and corrective.text("state.left_out", lang) in by_action["补植2"]
    assert corrective.text("state.left_out", lang) not in by_action["补植1"]


@BOTH
def test_an_override_stands_beside_the_computed_status_with_office_day_and_reason(lang):
    found = hills(stated=(override("met"),))
    _, (table,) = shown(found, "overrides", lang)
    computed, stated = entry("status.missed")[lang], entry("status.met")[lang]
    assert computed in table.body[0][1].lower() and stated == table.body[0][2].lower()
    assert table.body[0][3:] == ["口径调整", "甲局", "2026-02-01"]
    card = document.page_one(found, lang=lang, version="1").sections[4].parts[0]["html"]
    (score,) = read_markup(card)[1]
    row = next(
        row
        for row in score.body
        if corrective.text("override.short", lang, status=stated) in row[-2] + row[-1]
    )
    assert computed in (row[-2] + row[-1]).lower(), "the computed status stands first"
    everything = whole(stated=(override("met"),))
    told = corrective.override_told(everything, TARGET, lang)
    assert all(one in told for one in (stated, "甲局", "2026-02-01", "口径调整"))
    cells = [
        cell
        for part in overview.target_tables(everything, lang)
        for table in read_markup(str(part))[1]
        for row in table.body
        for cell in row
        if told in cell
    ]
    assert len(cells) == 1 and computed in cells[0].lower()


@BOTH
@pytest.mark.parametrize("n", [0, 1, 30])
def test_page_one_of_the_overview_tells_the_overdue_in_one_sentence(n, lang):
    found = whole(*MANY[:n], as_of=LATER)
    told = [one for one in page_one(found, lang) if re.search("整改措施逾期|overdue", one)]
    assert len(told) == (1 if n else 0)
    if not n:
        return
    late = found.tables["corrective_actions"]
    late = late[late["is_overdue"]]
    assert len(late) == n and str(n) in told[0]
    longest = late[late["days_overdue"] == late["days_overdue"].max()]
    assert any(one in told[0] for one in longest["owner"]) and str(longest["days_overdue"].iloc[0]) in told[0]
    named = [one for one in OFFICES if one in told[0]]
    assert len(named) == min(3, late["owner"].nunique()) and len(told[0]) < 135
    assert faulty_words([told[0]], lang) == []
    (sentence,) = corrective.overdue(found, lang)
    printed = [float(one) for one in re.findall(r"\d+", sentence.bare)]
    assert printed == list(sentence.numbers)


@BOTH
def test_page_sheet_facts_and_page_one_tell_one_truth(lang):
    found = whole(*MANY, CLOSED, stated=(override("met"),), as_of=LATER)
    rows = found.tables["corrective_actions"]
    block = sections.show(found, "corrective.actions", "corrective.overrides", lang=lang)
    parts = [part for section in block.sections for part in section.parts]
    sheets = {part["sheet"]: part["table"] for part in parts if part["kind"] == "data"}
    sheet = sheets[corrective.text("sheet", lang)]
    assert len(sheet["rows"]) == len(rows) == 31
    facts = overview.page_one(found, lang=lang).heading["facts"]
    assert [one["days_overdue"] for one in facts["actions"]] == rows["days_overdue"].tolist()
    assert {one["target"] for one in facts["overrides"]} == {TARGET}
    (stated,) = facts["overrides"]
    assert (stated["status"], stated["computed"], stated["office"]) == ("met", "missed", "甲局")
    days = sheet["columns"].index("days_overdue")
    assert [row[days] for row in sheet["rows"]] == rows["days_overdue"].tolist()
    total = int(rows["is_overdue"].sum())
    assert any(f"{total}" in one for one in page_one(found, lang))
    texts = texts_in([block.payload()])
    assert any(f"逾期{total}项" in one or f": {total}." in one for one in texts)
    assert not [text for text in texts if re.search(r"\b(?:nan|None|NaT)\b", text)]


@pytest.mark.parametrize("lang", LANGS)
def test_every_state_and_status_has_its_word(lang):
    for state in dictionary.choices("actions", "state").values():
        assert corrective.text(f"state.{state}", lang) and corrective.text(f"told_state.{state}", lang, n=1)
    for name, status in dictionary.choices("overrides", "status").items():
        assert word(f"status.{status}", lang) and word(f"status.{status}", "zh") == name


@BOTH
def test_words_of_departments_are_escaped_and_may_say_what_a_briefing_may_not(lang):
    """They are quoted in cells, never in sentences of ours."""
    found = hills(
        action(cause="受不利气象影响所致，可能<b>反弹</b>"), stated=(override(reason="显著<i>改善</i>"),)
    )
    html = "".join(
        part.get("html", "")
        for name in ("actions", "overrides")
        for part in sections.show(found, f"corrective.{name}", lang=lang).sections[0].parts
    )
    assert "<b>反弹" not in html and "<i>改善" not in html and "&lt;b&gt;" in html
    assert isinstance(found.tables["manual_overrides"], pd.DataFrame)
