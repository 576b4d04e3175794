"""Page one names every source that was behind, with its last day, and those of which nothing came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from helpers.battles.context import Late
from helpers.page import document
from helpers.page.wording import banned_words, late_note
from page_example import battle

LATE = (
    Late(
        "water_automatic", "水质自动站实时数据", "Real-time water data", date(2025, 11, 1), date(2025, 11, 2)
    ),
    Late("inbox", "部门台账工作簿", "Department workbook", None, date(2025, 10, 31)),
)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "zh",
            "水质自动站实时数据止于2025年11月1日；部门台账工作簿尚缺。",
        ),
        (
            "en",
            "Real-time water data to 1 Nov 2025 only; Department workbook not received yet.",
        ),
    ],
)
def test_the_note_stands_right_after_the_lead_of_page_one(lang: str, said: str) -> None:
    assert late_note(LATE, lang=lang) == said
    assert banned_words(said, lang) == ()
    made = battle()
    made = replace(made, context=replace(made.context, late=LATE))
    first = document.page_one(made, lang=lang).sections[0].parts
    assert [part["kind"] for part in first[:2]] == ["lead", "note"]
    assert first[1]["text"] == said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_in_time_nothing_is_said(lang: str) -> None:
    assert late_note((), lang=lang) == ""
    kinds = [part["kind"] for part in document.page_one(battle(), lang=lang).sections[0].parts]
    assert "note" not in kinds
