"""A page beside its signed edition: every number that differs, and why, told from files, rules and manifests of both."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from helpers.page import signed
from helpers.page.index import Report, index_page
from helpers.page.render import Rendered, render
from helpers.page.signed_reasons import places, ranges
from page_example import blocks, notebook
from signed_cases import BY, INPUTS, edition, facts

LANGS = ("zh", "en")
Told = dict[str, Any]


@pytest.fixture(scope="module")
def today() -> Told:
    return facts()


def row_of(told: Told, name: str = "pm25_mean") -> Told:
    return next(row for row in told["numbers"] if row["indicator_id"] == name)


def differing(was: Told, today: Told, lang: str = "zh", **now: Any) -> list[Told]:
    found = signed.compare(edition(was, **now), today["numbers"], today["sources"], lang)
    return found["changes"]


def kinds(change: Told) -> list[str]:
    return [reason["kind"] for reason in change["reasons"]]


@cache
def example(lang: str) -> Any:
    return notebook(blocks(lang, simulated=False))


def page(lang: str, told: Told | None) -> Rendered:
    made = copy.deepcopy(example(lang))
    made.metadata["five_battles"] = {"published": "2026-02-01", **({"signed": told} if told else {})}
    return render(made)


def test_the_same_numbers_differ_in_nothing_whatever_computed_them(today: Told) -> None:
    assert differing(today, today) == []
    assert differing(today, today, inputs=INPUTS | {"program": "other"}, data={"air_hourly/": "2"}) == []


def test_more_valid_records_of_other_files_are_new_data(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was).update(value=29.0, n_obs=300.0)
    was["sources"][0]["id"] = "example_file@" + "0" * 12
    value, records = differing(was, today)
    assert (value["quantity"], value["signed"], value["today"], value["unit"]) == (
        "value",
        "29",
        "28",
        "μg/m³",
    )
    assert (value["name"], value["place"], value["status"]) == ("细颗粒物年均浓度", "长春市", "达成")
    assert (records["quantity"], records["signed"], records["today"]) == ("n_obs", "300", "355")
    assert kinds(value) == kinds(records) == ["new"]
    assert value["reasons"][0]["text"] == "新增数据：有效记录由300增至355、air/example.csv为另一版本"


def test_a_file_that_only_came_is_new_data(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was).update(value=29.0, files="")
    (value,) = differing(was, today)
    assert value["reasons"] == [{"kind": "new", "text": "新增数据：新收到air/example.csv"}]


def test_the_same_span_of_a_file_of_another_hash_is_revised_data(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was)["value"] = 29.0
    was["sources"][0]["id"] = "example_file@" + "0" * 12
    (value,) = differing(was, today, "en")
    assert value["reasons"] == [
        {"kind": "revised", "text": "revised data: another edition of air/example.csv"}
    ]


def test_fewer_records_and_another_file_in_its_place_are_revised_data(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was).update(value=29.0, n_obs=360.0)
    was["sources"][0].update(id="old_file@" + "0" * 12, path="air/old.csv")
    value = differing(was, today, "en")[0]
    assert kinds(value) == ["revised"]
    assert value["reasons"][0]["text"] == (
        "revised data: valid records from 360 down to 355, newly received air/example.csv, no longer used air/old.csv"
    )


def test_more_records_of_this_year_do_not_explain_a_number_of_the_year_before(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was).update(value_prev=31.0, n_obs=300.0)
    was["sources"][0]["id"] = "example_file@" + "0" * 12
    found = {change["quantity"]: kinds(change) for change in differing(was, today)}
    assert found == {"n_obs": ["new"], "value_prev": ["revised"]}


def test_another_standard_or_definition_of_the_same_data_is_a_changed_rule(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was).update(value=29.0, standard="GB 3095-2012", limit_value=35.0)
    row_of(was, "no2_mean").update(value=28.0, rule="another")
    found = differing(was, today, inputs=INPUTS | {"rules": "of today"})
    assert {change["quantity"] for change in found} == {"value", "limit_value"}
    assert all(kinds(change) == ["rule"] for change in found)
    texts = [change["reasons"][0]["text"] for change in found]
    assert "规则变更：标准由GB 3095—2012及修改单改为GB 3095—2012、限值由35改为—" in texts
    assert "规则变更：登记表中该指标的定义不同" in texts


def test_another_target_is_a_changed_rule_and_explains_the_status_but_no_value(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was).update(target_value=25.0, status_name="未达成")
    status, target = differing(was, today, inputs=INPUTS | {"city": "x"})
    assert (target["signed"], target["today"], kinds(target)) == ("25", "30", ["rule"])
    assert (status["signed"], status["today"], kinds(status)) == ("未达成", "达成", ["rule"])
    assert status["reasons"][0]["text"] == "规则变更：目标由≤25μg/m³（2025年）改为≤30μg/m³（2025年）"


def test_the_same_data_and_another_program_are_a_changed_rule(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was)["value"] = 29.0
    (value,) = differing(was, today, "en", inputs=INPUTS | {"program": "of today"})
    assert value["reasons"] == [
        {"kind": "rule", "text": "changed rule: the files are the same, what differs is the program"}
    ]


def test_the_same_files_asked_for_up_to_another_day_are_no_new_data(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was).update(value=29.0, n_obs=300.0)
    value = differing(was, today, "en", inputs=INPUTS | {"parameters": {"as_of": "2025-10-31"}})[0]
    assert kinds(value) == ["asked"]


def test_where_data_and_program_both_changed_the_share_of_each_is_not_guessed(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was)["value"] = 29.0
    was["sources"][0]["id"] = "example_file@" + "0" * 12
    (value,) = differing(was, today, "en", inputs=INPUTS | {"program": "of today"})
    assert kinds(value) == ["revised", "untold"]
    assert (
        value["reasons"][1]["text"]
        == "cannot be told: how much of it comes from the program, which changed as well"
    )


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({}, "无从判定：数据、规则和程序都与签发时相同"),
        ({"data": {"air_hourly/": "2"}}, "无从判定：文件相同，读入的数据表不同"),
        ({"data": {"air_hourly/": "1", "sources/": "2"}}, "无从判定：数据、规则和程序都与签发时相同"),
        (
            {"data": {"air_hourly/": "2"}, "inputs": INPUTS | {"rules": "2"}},
            "无从判定：读入的数据表、标准与登记表都与签发时不同，看不出是哪一个",
        ),
    ],
)
def test_what_the_evidence_does_not_tell_is_said_to_be_untold(today: Told, now: Told, told: str) -> None:
    was = copy.deepcopy(today)
    row_of(was)["value"] = 29.0
    (value,) = differing(was, today, **now)
    assert value["reasons"] == [{"kind": "untold", "text": told}]


def test_other_files_of_the_report_are_named_where_the_row_itself_shows_nothing(today: Told) -> None:
    was, now = copy.deepcopy(today), copy.deepcopy(today)
    row_of(was)["value"] = 29.0
    now["sources"].append({"id": "met@123456789012", "title": "weather", "path": "met/2025.csv"})
    (value,) = differing(was, now, "en")
    assert value["reasons"][0] == {
        "kind": "new",
        "text": "new data: not among the files of the row itself but among the others of the report, "
        "newly received met/2025.csv",
    }


def test_received_data_in_the_place_of_the_demonstration_say_so(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was)["value"] = 29.0
    told = edition(was)
    told["was"]["simulated"] = True
    (value,) = signed.compare(told, today["numbers"], today["sources"], "zh")["changes"]
    assert kinds(value) == ["replaced"]


def test_rows_that_only_one_edition_has_are_listed(today: Told) -> None:
    was = copy.deepcopy(today)
    gone = row_of(was) | {"indicator_id": "gone", "name": "旧指标", "value": 3.0}
    was["numbers"] = [row for row in was["numbers"] if row["indicator_id"] != "no2_mean"] + [gone]
    found = {change["name"]: change for change in differing(was, today, inputs=INPUTS | {"city": "x"})}
    assert found["旧指标"]["today"] == found["二氧化氮年均浓度"]["signed"] == "没有这一行"
    assert found["旧指标"]["signed"] == "3"
    assert all(kinds(change) == ["rule"] for change in found.values())


def test_a_first_value_is_new_data_and_missing_is_no_zero(today: Told) -> None:
    was = copy.deepcopy(today)
    row = row_of(was)
    for name in ("value", "n_obs", "coverage_pct"):
        del row[name]
    row["files"] = ""
    value = differing(was, today)[0]
    assert (value["signed"], value["today"], kinds(value)) == ("无数据", "28", ["new"])


def test_rows_of_several_spans_and_standards_find_their_like() -> None:
    def row(standard: str, start: str, end: str) -> Told:
        same = {"indicator_id": "a", "place_code": "p", "target_id": ""}
        return same | {"standard": standard, "start": start, "end": end}

    month, year = row("A", "2026-05-01", "2026-05-20"), row("A", "2026-01-01", "2026-05-20")
    later = [row("A", "2026-01-01", "2026-05-31"), row("A", "2026-05-01", "2026-05-31")]
    found = list(signed.pairs([month, year], later))
    assert [(old["start"], new["start"]) for old, new in found] == [
        (one["start"],) * 2 for one in (month, year)
    ]
    renewed = row("B", "2026-05-01", "2026-05-20")
    assert list(signed.pairs([month], [renewed])) == [(month, renewed)]


def test_a_number_is_what_is_printed_so_noise_below_it_is_no_difference(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was)["forecast"] = 28.31
    now = copy.deepcopy(today)
    row_of(now)["forecast"] = 28.34
    assert differing(was, now) == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_tells_of_its_signed_edition_in_masthead_section_facts_and_workbook(lang: str) -> None:
    was = facts(lang)
    row_of(was)["value"] = 29.0
    made = page(lang, edition(was))
    assert BY not in made.html and "<b>监测处" not in made.html
    assert made.html.count("&lt;b&gt;监测处") >= 2
    told = {
        "zh": ("签发版第1版</a>由", "于2026-01-09签发", "签发以来哪些数字变了？", "与签发版不同的数字有1个"),
        "en": (
            "Signed edition 1</a> was signed by",
            "on 2026-01-09",
            "Which numbers differ from",
            "One number of",
        ),
    }
    assert all(one in made.html for one in told[lang])
    assert '<a href="../signed/2025/1/blue_sky.zh.html">' in made.html
    assert made.facts["signed"]["edition"] == 1
    assert [change["signed"] for change in made.facts["signed"]["changes"]] == ["29"]


@pytest.mark.parametrize("lang", LANGS)
def test_without_a_signed_edition_nothing_is_said_of_one(lang: str) -> None:
    made = page(lang, None)
    assert "签发版" not in made.html and "igned edition" not in made.html
    assert "signed" not in made.facts
    assert "签发版" not in index_page([Report("a.html", made.facts)], lang="zh")


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_is_a_function_of_its_notebook(lang: str) -> None:
    was = facts(lang)
    row_of(was)["value"] = 29.0
    assert page(lang, edition(was)).html == page(lang, copy.deepcopy(edition(was))).html


def test_an_edition_that_was_tampered_with_is_named_and_compared_with_nothing(today: Told) -> None:
    was = copy.deepcopy(today)
    row_of(was)["value"] = 29.0
    told = edition(was) | {"faults": ["of the signed edition blue_sky.zh.xlsx was changed"]}
    del told["was"], told["now"]
    made = page("zh", told)
    assert "签发版第1版与签发时不符，因此不作比较：blue_sky.zh.xlsx与签发时不同。" in made.html
    assert made.facts["signed"]["changes"] == []
    assert "blue_sky.zh.xlsx与签发时不同" in index_page([Report("a.html", made.facts)], editions=[LISTED])


def test_more_numbers_than_a_page_bears_are_in_the_workbook(today: Told) -> None:
    was = copy.deepcopy(today)
    rows = [row_of(was) | {"place_code": f"p{n}", "place": f"p{n}", "value": 29.0} for n in range(70)]
    now = [row | {"value": 28.0} for row in rows]
    told = edition(was | {"numbers": rows})
    found = signed.compare(told, now, today["sources"], "zh")
    shown = signed.block(found, "zh", simulated=False)["sections"][0]["parts"]
    assert [part["kind"] for part in shown] == ["paragraph", "table", "note", "data", "note"]
    assert shown[1]["html"].count("<tr") == 1 + signed.MOST_ROWS
    assert "其余10个数字" in shown[2]["text"]
    assert len(shown[3]["table"]["rows"]) == 70


LISTED = {
    "city": "changchun",
    "city_name": {"zh": "长春市", "en": "Changchun"},
    "period": "2025",
    "edition": 1,
    "by": BY,
    "at": "2026-01-09T01:30:00+00:00",
    "simulated": True,
    "is_whole": True,
    "pages": [{"battle": "blue_sky", "lang": "zh", "href": "changchun/signed/2025/1/blue_sky.zh.html"}],
}


@pytest.mark.parametrize("lang", LANGS)
def test_the_index_lists_signed_editions_and_each_differing_row_once(lang: str) -> None:
    reports = []
    for own in LANGS:
        was = facts(own)
        row_of(was)["value"] = 29.0
        reports.append(Report(f"changchun/2025/blue_sky.{own}.html", page(own, edition(was)).facts))
    made = index_page(reports, lang=lang, editions=[LISTED])
    assert 'href="changchun/signed/2025/1/blue_sky.zh.html"' in made
    said = {
        "zh": ("第1版：生态环境局 &lt;b&gt;", "示例数据（模拟）"),
        "en": ("Edition 1: signed by", "Demonstration data"),
    }
    assert all(one in made for one in said[lang])
    line = {
        "zh": "细颗粒物年均浓度（长春市，2025年）：数值29→28μg/m³；状态：达成（无从判定",
        "en": "Value 29 → 28 μg/m³; status: achieved (cannot be told",
    }
    other = next(one for one in LANGS if one != lang)
    assert made.count(line[lang]) == 1 and line[other] not in made


def test_an_edition_whose_record_was_changed_is_listed_as_such() -> None:
    made = index_page([], editions=[LISTED | {"is_whole": False, "by": "", "at": "", "pages": []}])
    assert "第1版：与签发时不符，请核验" in made


@pytest.mark.parametrize("found", [[], [0], [3, 1, 2, 7], list(range(400))])
def test_positions_are_kept_as_ranges(found: list[int]) -> None:
    assert list(places(ranges(found))) == sorted(found)
