"""Page one, sections, coverage and appendices: what is put where, and from which rows."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version as installed_version

import pandas as pd
import pytest

from helpers import registry
from helpers.errors import ParameterError
from helpers.page import document, wording
from helpers.page.blocks import labels, records
from page_example import battle, chart, coverage, series, sources

LANGS = ("zh", "en")


def parts(block, kind: str) -> list[dict]:
    """All parts of one kind."""
    return [part for section in block.sections for part in section.parts if part["kind"] == kind]


@pytest.mark.parametrize("lang", LANGS)
def test_page_one_says_what_the_wording_says(lang):
    made = battle()
    block = document.page_one(made, lang=lang, series=series())
    assert parts(block, "lead")[0]["items"][0]["text"] == wording.lead_sentence(made.results, lang=lang).text
    told = [item["text"] for item in parts(block, "points")[0]["items"]]
    assert told == [point.text for point in wording.points(made.results, lang=lang)]
    boxes = [item["text"] for item in parts(block, "asks")[0]["items"]]
    assert boxes == [ask.text for ask in wording.asks(made.results, lang=lang)]
    names = ("where", "cause", "likely", "left", "progress")
    assert [section.title for section in block.sections] == [labels(lang)[name] for name in names]


def test_title_is_battle_period_and_finding():
    heading = document.page_one(battle(), lang="zh").heading
    finding = wording.points(battle().results, lang="zh")[0].head.rstrip("。")
    assert heading["title"] == f"长春市蓝天保卫战2025年：{finding}"
    assert (
        document.page_one(battle(), lang="en")
        .heading["title"]
        .startswith("Changchun Blue Sky Battle, 2025: ")
    )


def test_title_without_judged_targets_has_no_finding():
    made = battle()
    empty = replace(made, results=made.results.iloc[:0])
    block = document.page_one(empty, lang="zh")
    assert block.heading["title"] == "长春市蓝天保卫战2025年"
    assert parts(block, "points") == []
    assert parts(block, "asks")[0]["items"][0]["text"] == "本期没有需要决策的事项。"


def test_one_simulated_row_marks_the_report():
    made = battle(simulated=False)
    made.results.loc[0, "simulated"] = True
    assert document.page_one(made, lang="zh").heading["simulated"]


def test_both_languages_give_the_same_facts():
    chinese, english = (document.page_one(battle(), lang=lang).heading["facts"] for lang in LANGS)
    assert [(row["key"], row["status"]) for row in chinese["rows"]] == [
        (row["key"], row["status"]) for row in english["rows"]
    ]
    assert chinese["counts"] == english["counts"]
    assert chinese.keys() == english.keys()


def test_section_takes_charts_sentences_text_and_nothing():
    row = battle().results.iloc[0]
    told = wording.value_sentence(row, lang="zh")
    block = document.section("Q", chart("zh"), None, told, [told, told], "<b>text</b>", observed=True)
    shown = block.sections[0].parts
    assert [part["kind"] for part in shown] == ["chart", "paragraph", "paragraph", "note"]
    assert all(part["observed"] for part in shown)
    assert shown[0]["table"]["columns"][:2] == ["year", "value"] and shown[0]["unit"] == "ug_m3"
    assert [len(part["items"]) for part in shown[1:3]] == [1, 2]


def test_section_leaves_the_mark_to_its_stamp_but_keeps_where_the_sentence_comes_from():
    row = battle().results.iloc[0]
    told = wording.value_sentence(row, lang="zh")
    (item,) = document.section("Q", told).sections[0].parts[0]["items"]
    assert told.simulated and item["text"] == told.bare and "模拟" not in item["html"]
    assert wording.Sentence(**item["facts"]) == told


def test_section_refuses_a_bare_number():
    with pytest.raises(ParameterError, match="cannot show a int"):
        document.section("Q", 3)


def test_coverage_prints_caveats_once():
    block = document.coverage(coverage(), lang="zh", results=battle().results, notes=["note"])
    assert [part["text"] for part in parts(block, "note")] == ["note"]
    (notes,) = parts(block, "notes")
    assert notes["texts"] == [registry.caveat("draft_plan").zh]


def test_checks_list_findings_or_say_that_all_passed():
    assert parts(document.checks(["one", "two"], lang="en"), "note")[1]["text"] == "two"
    assert parts(document.checks([], lang="en"), "note")[0]["text"] == labels("en")["checks_clean"]


@pytest.mark.parametrize("lang", LANGS)
def test_appendices_hold_rules_values_sources(lang):
    block = document.appendices(battle(), lang=lang, sources=sources(), versions={"commit": "abc"})
    rules, values, made = block.sections
    assert len(rules.parts) == len(wording.rules(battle().results, lang=lang))
    results = next(part for part in values.parts if part["kind"] == "data")
    assert len(results["table"]["rows"]) == len(battle().results)
    assert "0123456789ab" in made.parts[0]["html"] and "1. " in made.parts[0]["html"]
    assert "abc" in made.parts[-1]["html"] and "2025-12-31" in made.parts[-1]["html"]
    assert installed_version("five-battles") in made.parts[-1]["html"]
    assert next(part for part in made.parts if part["kind"] == "data")["sheet"] == labels(lang)["sheet_files"]
    assert block.heading["sources"][0]["id"] == "example_file@0123456789ab"


def test_appendices_without_sources():
    none = sources().iloc[:0]
    block = document.appendices(battle(), lang="zh", sources=none)
    assert block.heading["sources"] == []


def test_values_of_a_table_become_plain():
    table = pd.DataFrame(
        {"a": [1, None], "t": pd.to_datetime(["2025-01-02", None]), "b": [True, False], "s": ["x\x00y", None]}
    )
    assert records(table) == {
        "columns": ["a", "t", "b", "s"],
        "rows": [[1.0, "2025-01-02", True, "xy"], [None, None, False, None]],
    }
    assert records(None) == {"columns": [], "rows": []}
