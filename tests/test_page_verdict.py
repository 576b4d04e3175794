"""A deadline that has come is achieved or missed, in the same word wherever a status is printed."""

import re
from pathlib import Path

import pandas as pd
import pytest

import helpers.page
import page_example
from helpers.battles.context import Battle
from helpers.page import document, tables, wording
from helpers.page.export import _in_words
from helpers.page.reading import read_markup
from helpers.page.wording.page_one import count_verdicts
from helpers.page.wording.sentence import verdict, verdicts
from helpers.page.words import entry, status_head, word
from wording_cases import LANGS, make_row, make_table

DAYS = [
    ("2025-12-31", "2025-12-31", True),
    ("2025-12-31", "2026-06-07", True),
    ("2025-12-31", "2025-12-30", False),
    ("2030-12-31", "2025-12-31", False),
    (None, "2025-12-31", False),
]


@pytest.mark.parametrize(("deadline", "end", "is_due"), DAYS)
def test_the_word_follows_the_day_and_the_code_stays(deadline: str | None, end: str, is_due: bool) -> None:
    for status, due in (("met", "achieved"), ("off_track", "missed"), ("at_risk", ""), ("no_data", "")):
        row = make_row(status=status, target_date=deadline, period_end=end)
        assert verdict(row) == (due if is_due and due else status)
        assert row["status"] == status
    table = make_table("missed", "off_track", "achieved", "met")
    assert verdicts(table).tolist() == ["missed", "off_track", "achieved", "met"]


@pytest.mark.parametrize("lang", LANGS)
def test_one_word_stands_in_every_place(lang: str) -> None:
    told = ("achieved", "missed", "met", "on_track", "at_risk", "off_track", "no_data")
    made = page_example.battle()
    rows = make_table(*told, simulated=True)
    shown = Battle(made.name, made.context, rows)
    words = [word(f"status.{one}", lang) for one in told]
    by_name = dict(zip(rows["indicator_id"], words, strict=True))

    one = document.page_one(shown, lang=lang).payload()
    facts = {row["key"].split("/")[0]: row["status_name"] for row in one["heading"]["facts"]["rows"]}
    assert facts == by_name
    assert one["heading"]["facts"]["counts"] == {
        "met": 2, "off_track": 2, "on_track": 1, "at_risk": 1, "no_data": 1, "no_target": 0,
    }  # fmt: skip
    for made_table in (tables.scorecard(rows, lang=lang), tables.indicator_table(rows, lang=lang)):
        (table,) = read_markup(str(made_table))[1]
        place = table.head[0].index(word("table.scorecard.columns.status", lang))
        shown = sorted(row[place].lower() for row in table.body)
        assert shown == sorted(words) or (len(shown) == tables.MOST_ROWS and set(shown) < set(words))
    raw = {
        "columns": list(rows.columns),
        "rows": [[None if pd.isna(one) else str(one) for one in row] for row in rows.to_numpy()],
    }
    place = rows.columns.get_loc("status")
    assert [row[place] for row in _in_words(raw, lang)] == words
    for row, said in zip(rows.to_dict("records"), words, strict=True):
        point = wording.point(pd.Series(row), lang=lang)
        assert said in point.head.lower() or said in point.head, point.head
    assert count_verdicts(rows) == {name: int(name in told) for name in [*told, "no_target", "no_value"]}


@pytest.mark.parametrize("lang", LANGS)
def test_a_table_of_counts_names_both_kinds(lang: str) -> None:
    for code, due in (("met", "achieved"), ("off_track", "missed")):
        head = status_head(code, lang)
        assert word(f"status.{due}", lang) in head and head != word(f"status.{code}", lang)
    assert status_head("at_risk", lang) == word("status.at_risk", lang)


def test_appendix_a_has_a_rule_for_every_word() -> None:
    for lang in LANGS:
        (rule, *_) = wording.rules(make_table("met"), lang=lang)
        assert rule.table.iloc[:, 0].tolist() == [word(f"status.{name}", lang) for name in entry("status")]


def test_nobody_prints_a_code_by_itself() -> None:
    """A word of a status is asked for by its verdict; only the table of rules and the heads of counts name codes."""
    folder = Path(helpers.page.__file__).parent
    found = {
        (path.name, match[0])
        for path in folder.rglob("*.py")
        for match in re.finditer(r"(?:chip\(|status\.\{)[^,)}]*", path.read_text(encoding="utf-8"))
    }
    assert {call for _, call in found if "row[" in call or ".status" in call.removeprefix("status.")} == set()
