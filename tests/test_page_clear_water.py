"""The clear-water page: complete with all data, with part of it and with none; its words and its marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
import yaml

from helpers import store
from helpers.battles.context import Battle
from helpers.page import battle_page, document, sections
from helpers.page import clear_water as page
from helpers.page.blocks import Block
from helpers.page.clear_water_figures import item_names
from helpers.page.render import Rendered, render
from helpers.page.words import banned_words, count_characters
from page_example import notebook
from water_cases import GOOD, LAKE, NAMED, bodies, build, network, outfalls, row, section_months, supply

SECTIONS = [name for part in battle_page.entry("clear_water", "parts").values() for name in part]
LANGS = ("zh", "en")


def flows() -> pd.DataFrame:
    days = pd.date_range("2025-01-01", "2025-09-30").astype("datetime64[s]")
    table = pd.DataFrame(
        {"date": days, "flow_m3_s": 2.0, "target_m3_s": 1.2, "river_name": "伊通河", "point_name": "甲"}
    )
    return table.assign(city_code="220100", source_id="invented")


def feed() -> pd.DataFrame:
    time = pd.Series(pd.to_datetime(["2025-09-30 08:00", "2025-09-30 12:00"])).astype("datetime64[s]")
    table = pd.DataFrame({"time": time, "item": "NH3-N", "value": [0.4, 0.5], "value_raw": [0.41, 0.52]})
    facts = {"city_code": "220100", "section_name": "刘珍屯", "class_code": "2", "source_id": "invented"}
    return table.assign(**facts)


@cache
def running(*, simulated: bool = True) -> Battle:
    """Three years and nine months of the whole network with some scatter, and every ledger."""
    ids = network(5) if simulated else network(3, of=NAMED)
    readings = pd.concat(
        [section_months(ids, [2022, 2023, 2024]), section_months(ids, [2025], range(1, 10))],
        ignore_index=True,
    )
    lakes = section_months({"xinlicheng_dam": {"TN": 1.1, "SD": 1.2, "Chla": 9.0}}, [2025], range(1, 10))
    generator = np.random.default_rng(8)
    readings["value"] *= np.exp(0.1 * generator.standard_normal(len(readings)))
    readings = readings[~((readings["section_id"] == "liuzhentun") & (readings["date"].dt.month == 1))]
    tables = {
        "water_sections": pd.concat([readings, lakes], ignore_index=True),
        "drinking_sources": supply(9),
        "black_odorous": bodies("2025-06-30", s1="in_treatment", c1="eliminated"),
        "outfalls": outfalls().assign(
            date=pd.Series([pd.Timestamp(2025, 6, 30)] * 4).astype("datetime64[s]")
        ),
        "ecological_flow": flows(),
        "water_automatic": feed(),
    }
    return build(tables, as_of=date(2025, 9, 30), simulated=simulated)


@cache
def empty() -> Battle:
    return build({}, simulated=False)


def blocks(battle: Battle, lang: str) -> list[Block]:
    return [
        sections.coverage(battle, lang=lang),
        document.page_one(battle, lang=lang, series=sections.series(battle), version="0.1.0"),
        *filter(None, (sections.show(battle, name, lang=lang) for name in SECTIONS)),
        document.appendices(battle, lang=lang, sources=battle.tables["sources"]),
    ]


BATTLES = {"running": running, "empty": empty, "partial": lambda: running(simulated=False)}


@cache
def rendered(kind: str, lang: str) -> Rendered:
    return render(notebook(blocks(BATTLES[kind](), lang)))


def part_texts(block: Block) -> str:
    """Everything a section says, tables as HTML."""
    said = []
    for section in block.sections:
        said.append(section.title)
        for part in section.parts:
            said += [
                part.get("text", ""),
                str(part.get("html", "")),
                part.get("title", ""),
                part.get("note", ""),
            ]
            said += [item["text"] for item in part.get("items", [])]
    return "\n".join(said)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["running", "partial", "empty"])
def test_page_is_complete_and_says_nothing_in_the_language_of_programs(kind: str, lang: str) -> None:
    made = rendered(kind, lang)
    told = [one for one in SECTIONS if sections.show(BATTLES[kind](), one, lang=lang)]
    assert len(made.document.sections) == 5 + len(told) + 1 + 3
    assert (len(told) <= 2) is (kind == "empty"), "what lacks is told in one table"
    for word in (">nan<", ">None<", "<NA>", "&lt;NA&gt;", "NaT", "is_member"):
        assert word not in made.html, word
    assert made.document.heading["battle"] == "clear_water"


@pytest.mark.parametrize("lang", LANGS)
def test_simulated_data_are_marked_in_every_section_and_real_ones_in_none(lang: str) -> None:
    marks = {"zh": "示例数据（模拟）", "en": "Demonstration data (simulated)"}
    own = [one for one in rendered("running", lang).document.sections if one["slot"] == "section"]
    told = [one for one in SECTIONS if sections.show(running(), one, lang=lang)]
    assert [one["stamp"] for one in own] == [marks[lang]] * len(told)
    assert marks[lang] not in rendered("partial", lang).html


def test_the_page_without_data_tells_in_one_table_what_lacks_and_what_is_known_all_the_same() -> None:
    for lang in LANGS:
        assert "data/raw" not in rendered("empty", lang).html
        said = part_texts(sections.show(empty(), "lacking.all", lang=lang))
        for kind in ("sections", "reservoirs", "drinking", "bodies", "outfalls", "flow", "automatic"):
            assert battle_page.entry("lacking", f"kinds.{kind}")["what"][lang] in said, kind
    for name in ("sections", "changes", "allowance", "seasons", "drinking", "outfalls", "flow", "automatic"):
        assert sections.show(empty(), name, lang="zh") is None
    shares = part_texts(sections.show(empty(), "shares", lang="zh"))
    assert "≥50%" in shares and "≥68.8%" in shares  # both targets with their documents
    assert "2022-06-17" in shares and "2023-07-07" in shares
    assert "77.8" in shares  # published for 2020, and marked as published
    assert "公开报道" in shares


def test_both_targets_stand_beside_each_other_and_one_is_judged_by() -> None:
    said = part_texts(sections.show(running(), "shares", lang="zh"))
    assert said.count("据以判定</td>") == 1
    assert said.count("只并列显示") == 1
    found = row(running().results, "good_section_share")
    assert f"{found['value']:.1f}" in said


def test_years_of_two_networks_are_two_figures() -> None:
    old = section_months(network(2, of=(*NAMED, "example_a")), [2019, 2020])
    new = section_months(network(4), [2021])
    battle = build({"water_sections": pd.concat([old, new], ignore_index=True)}, "2021", date(2021, 12, 31))
    charts = [
        part
        for part in sections.show(battle, "shares", lang="zh").sections[0].parts
        if part["kind"] == "chart"
    ]
    assert [part["id"] for part in charts] == ["classes-national-2021", "classes-national-2016"]
    assert sections.series(battle)["year"].tolist() == [2021, 2021]  # the sparkline does not join them either


def test_the_sparkline_waits_for_whole_valid_years_of_the_network_in_force() -> None:
    old = section_months(network(2, of=(*NAMED, "example_a")), [2019, 2020])
    new = section_months(network(4), [2021], range(1, 7))
    battle = build({"water_sections": pd.concat([old, new], ignore_index=True)}, "2021", date(2021, 6, 30))
    assert sections.series(battle).empty
    assert sections.series(
        running(simulated=False)
    ).empty  # eight of sixteen sections are no share of the network
    assert set(sections.series(running())["year"]) == {2022, 2023, 2024}


def test_titles_of_figures_keep_to_their_length_and_no_text_is_banned() -> None:
    for lang in LANGS:
        for block in blocks(running(), lang):
            for section in block.sections:
                for part in section.parts:
                    if part["kind"] == "chart" and lang == "zh":
                        assert count_characters(part["title"]) <= 22, part["title"]
            if block.slot in ("section", "page-one"):
                assert banned_words(part_texts(block), lang) == (), block.sections[0].title


def test_texts_stand_in_both_languages(repo) -> None:
    texts = yaml.safe_load((repo / "src/helpers/page/clear_water.yml").read_text(encoding="utf-8"))

    def check(node: object, path: str) -> None:
        if isinstance(node, list):  # columns of a table, or parts of a section
            is_table = path.endswith("_columns")
            assert not is_table or all({"of", "zh", "en"} <= set(one) or "use" in one for one in node), path
            return
        if isinstance(node, dict) and "zh" in node:
            assert set(node) == {"zh", "en"}, path
            both = (node["zh"], node["en"])
            if isinstance(both[0], dict):
                assert list(both[0]) == list(both[1]), path
            elif isinstance(both[0], list):
                assert len(both[0]) == len(both[1]), path
            return
        for key, value in node.items() if isinstance(node, dict) else ():
            check(value, f"{path}.{key}")

    check({key: value for key, value in texts.items() if key != "items"}, "clear_water")


def test_items_are_named_with_what_stands_in_brackets() -> None:
    assert item_names("NH3-N(0.2);CODMn(<0.1);DO", "zh") == "氨氮（0.2）、高锰酸盐指数（＜0.1）、溶解氧"
    assert item_names("NH3-N(0.2);CODMn(<0.1);Pb", "en") == "NH3-N (0.2), CODMn (< 0.1), lead"
    assert item_names("T3-1", "zh") == "三氯甲烷"
    assert item_names("", "zh") == ""


def test_the_tightest_item_of_a_section_comes_first_where_it_is_least_likely() -> None:
    found = pd.DataFrame(
        [
            ("a", "NH3-N", 0.9, 1.0, 0.9, 0.6),
            ("a", "TP", 0.1, 0.2, 0.6, 0.6),
            ("b", "DO", 5.5, 5.0, 1.0, 1.0),
            ("b", "CODMn", 3.0, 6.0, 1.0, 1.0),
        ],
        columns=["section_id", "item", "mean_so_far", "limit", "likelihood", "section_likelihood"],
    )
    assert page.tightest_items(found)[["section_id", "item"]].to_numpy().tolist() == [
        ["a", "TP"],
        ["b", "DO"],
    ]


def test_a_lost_bound_is_said_in_words() -> None:
    values = network(0) | {"liuzhentun": GOOD | {"NH3-N": 2.4}}
    battle = build({"water_sections": section_months(values, [2025], range(1, 10))}, as_of=date(2025, 9, 30))
    assert "已无余量" in part_texts(
        sections.show(battle, "allowance", lang="zh")
    )  # nine months of 2.4 exceed twelve of 1.0
    assert "可比年份不足" in part_texts(sections.show(battle, "allowance", lang="zh"))


def test_the_automatic_stations_never_speak_of_a_share() -> None:
    said = part_texts(sections.show(running(), "automatic", lang="zh"))
    assert "瞬时值，不是考核类别" in said
    assert "2025-09-30 12:00" in said and "0.500" in said


@pytest.mark.parametrize("lang", LANGS)
def test_no_body_is_said_to_be_clean_that_nobody_monitored(lang: str) -> None:
    ledger = bodies("2025-12-31", s1="eliminated", s2="eliminated")
    (s1,) = ledger.loc[ledger["body_id"].str.contains("s1"), "body_id"]
    cleared, clean = (
        battle_page.text("clear_water", f"bodies.{key}", lang, n=1) for key in ("all_clear", "none_black")
    )
    unseen = build({"black_odorous": ledger})
    told = part_texts(sections.show(unseen, "bodies", lang=lang))
    assert cleared in told and "1" not in battle_page.text("clear_water", "bodies.all_clear", lang)
    assert clean not in told, "no point was monitored"
    table = unseen.tables["bodies"]
    grades = table["measured_grade"].where(table["body_id"] != s1, 0)
    seen = replace(unseen, tables=unseen.tables | {"bodies": table.assign(measured_grade=grades)})
    assert clean in part_texts(sections.show(seen, "bodies", lang=lang))
    black = replace(
        unseen, tables=unseen.tables | {"bodies": table.assign(measured_grade=grades.replace(0, 2))}
    )
    assert clean not in part_texts(sections.show(black, "bodies", lang=lang))


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_said_of_items_where_no_section_has_a_class(lang: str) -> None:
    said = battle_page.text("clear_water", "sections.no_items", lang)
    found = build({"water_sections": section_months(network(1), [2025], range(1, 10))})
    few = replace(found, tables=found.tables | {"items": found.tables["items"].iloc[:0]})
    assert said in part_texts(sections.show(few, "sections", lang=lang))
    table = few.tables["sections"].assign(**{"class": float("nan")})
    none = replace(few, tables=few.tables | {"sections": table})
    assert said not in part_texts(sections.show(none, "sections", lang=lang))


def test_what_was_set_aside_is_counted_by_its_reason() -> None:
    sources = (
        store.empty("sources").reindex(range(1)).assign(source_id="w", reader="water_sections", path="w.xlsx")
    )
    reasons = [
        "is no known section; the nearest are 甲",
        "is no known section; the nearest are 乙",
        "is a second edition of the section and month of row 3, which stands as final",
        "lies outside 0 to 14 无量纲",
        "is 900 times the column's median, as μg/L among mg/L would be",
        "lies after 2025-03-31, the day of the file; correct the date",
    ]
    quarantine = store.empty("quarantine").reindex(range(len(reasons)))
    quarantine = quarantine.assign(source_id="w", path="w.xlsx", found="x", reason=reasons)
    said = part_texts(sections.coverage(build({"sources": sources, "quarantine": quarantine}), lang="zh"))
    for words in (
        "断面名称未列入名单",
        "同一月份的另一版本",
        "数值超出合理范围",
        "疑似单位混用",
        "日期晚于文件日期",
    ):
        assert words in said
    assert "无法读取" not in said


def test_a_lake_is_judged_by_the_limits_of_lakes_on_the_page() -> None:
    values = network(0) | {"xinlicheng_dam": LAKE["xinlicheng_dam"] | {"TP": 0.08}}
    battle = build({"water_sections": section_months(values, [2025])})
    said = part_texts(sections.show(battle, "sections", lang="en"))
    assert "TP (0.6)" in said  # 0.08 against 0.05 of a lake; a river may have 0.2


@pytest.mark.parametrize("lang", LANGS)
def test_an_item_with_a_detection_limit_above_class_three_is_told_and_sets_no_class(lang: str) -> None:
    readings = section_months(network(0) | {"liuzhentun": GOOD | {"Oil": 0.2}}, [2025])
    readings["is_censored"] = readings["item"].eq("Oil")
    battle = build({"water_sections": readings})
    told = battle.tables["sections"].set_index("section_id").loc["liuzhentun"]
    assert (told["class"], told["unjudged"], told["is_complete"]) == (2, "Oil", False)
    assert battle.tables["unjudged"].values.tolist() == [["Oil", 1, "liuzhentun"]]
    said = part_texts(sections.show(battle, "sections", lang=lang))
    heading = battle_page.text("clear_water", "sections.unjudged", lang, span="")
    assert heading.rstrip("，, ") in said
    plain = build({"water_sections": section_months(network(0), [2025])})
    assert heading.rstrip("，, ") not in part_texts(sections.show(plain, "sections", lang=lang))
