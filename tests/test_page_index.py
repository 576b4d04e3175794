"""The index: every briefing, what changed, and what failed."""

from __future__ import annotations

import re
from datetime import date

import pytest

from helpers.errors import ParameterError
from helpers.page.blocks import labels
from helpers.page.index import Report, choose_previous, index_page, list_changes, mark_failed
from helpers.paths import Folders
from helpers.periods import Period
from helpers.registry import city
from helpers.run import seen

HOSTILE = '<img src=x onerror="alert(1)">'


def facts(battle: str = "blue_sky", lang: str = "zh", period: str = "2025", **changed: object) -> dict:
    """Facts of one briefing with two targets."""
    rows = [
        {
            "key": "pm25/t1",
            "name": "PM2.5",
            "period": period,
            "value": "28μg/m³",
            "status": "met",
            "status_name": "已达标",
            "confidence": "较高",
        },
        {
            "key": "o3/t2",
            "name": "O3",
            "period": period,
            "value": "142μg/m³",
            "status": "off_track",
            "status_name": "明显滞后",
            "confidence": "较高",
        },
    ]
    made = {
        "city": "changchun",
        "city_name": "长春市",
        "battle": battle,
        "battle_name": battle,
        "period": period,
        "period_name": period,
        "lang": lang,
        "title": f"{battle} {period} {lang}{labels(lang)['colon']}finding",
        "lead": "lead",
        "as_of": "2025-12-31",
        "state": "final",
        "simulated": False,
        "version": "1",
        "rows": rows,
        "counts": {"met": 1, "off_track": 1},
        "sources": [{"id": "a@1", "title": "hourly file"}],
        "run": "ok",
        "reason": "",
    }
    return made | changed


def with_row(number: int, **changed: str) -> dict:
    """Facts with one row changed."""
    made = facts()
    made["rows"][number] |= changed
    return made


def test_nothing_changed_lists_nothing():
    assert list_changes(facts(), facts()) == []
    assert list_changes(facts(), None) == []


@pytest.mark.parametrize(
    ("before", "kinds", "text"),
    [
        (
            with_row(0, status="at_risk", status_name="存在风险"),
            ["status"],
            "PM2.5：由“存在风险”转为“已达标”",
        ),
        (with_row(1, status_name="进展正常"), ["status"], "O3：由“进展正常”转为“明显滞后”"),
        (with_row(0, value="29μg/m³"), ["value"], "PM2.5（2025）：29μg/m³修订为28μg/m³"),
        (facts(sources=[]), ["source"], "新收到：hourly file"),
        (facts(rows=facts()["rows"][:1]), ["added"], "O3：新列入，明显滞后"),
        (with_row(0, value="29μg/m³", period="2024"), [], None),
        (with_row(0, value="无数据"), ["reported"], "PM2.5（2025）：新报28μg/m³"),
        (with_row(0, value="无数据", period=""), ["reported"], "PM2.5（2025）：新报28μg/m³"),
    ],
)
def test_each_kind_of_change_is_told(before, kinds, text):
    found = list_changes(facts(), before)
    assert [change["kind"] for change in found] == kinds
    if text:
        assert found[0]["text"] == text


def test_a_value_that_is_gone_is_not_revised_to_nothing():
    now = with_row(0, value="无数据")
    assert [change["text"] for change in list_changes(now, facts())] == [
        "PM2.5（2025）：原为28μg/m³，现无数据"
    ]


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "新报28μg/m³"), ("en", "PM2.5 (2025): newly reported, 28μg/m³")]
)
def test_a_first_value_revises_none_in_either_language(lang, said):
    before = with_row(0, value={"zh": "无数据", "en": "no data"}[lang]) | {"lang": lang}
    (change,) = list_changes(facts(lang=lang), before)
    assert said in change["text"] and "revised" not in change["text"]


def changed(battle, lang="zh", **identity):
    """One briefing whose first value was revised and whose source is new."""
    before = facts(battle, lang, **identity, sources=[])
    before["rows"][0]["value"] = "29μg/m³"
    return Report("a.html", facts(battle, lang, **identity), before)


@pytest.mark.parametrize(
    ("reports", "times"),
    [
        ([changed("overview"), changed("blue_sky")], 1),
        ([changed("blue_sky", "en"), changed("blue_sky"), changed("overview", "en"), changed("overview")], 1),
        ([changed("overview", "en"), changed("overview")], 1),
        ([changed("closing"), changed("overview"), changed("blue_sky")], 1),
        ([changed("closing")], 1),
        ([changed("blue_sky", "en")], 1),
        ([changed("blue_sky"), changed("clear_water")], 2),
        ([changed("blue_sky"), changed("blue_sky", city="demo_city")], 2),
        ([changed("blue_sky"), changed("blue_sky", period="2024")], 2),
    ],
)
def test_each_change_is_listed_once_on_the_page_it_belongs_to(reports, times):
    page = index_page(reports)
    assert page.count('class="change-source"') == times
    assert len(re.findall("29μg/m³(修订为| revised to )28μg/m³", page)) == times
    if times == 1 and len(reports) > 1 and any(one.facts["lang"] == "zh" for one in reports):
        assert "Data arrived" not in page


def test_the_page_of_a_battle_keeps_the_change_and_the_overview_does_not():
    page = index_page([changed("overview"), changed("blue_sky")])
    heads = re.findall(r"<h3[^>]*>([^<]+)</h3>\n<ul", page)
    assert heads == ["长春市 2025 blue_sky"]


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (
            "broken.ipynb, cell c01: ValueError: the sum of parts is 103 %",
            "the sum of parts is 103 %",
        ),
        ("SchemaError: results repeat a row", "results repeat a row"),
        ("a.ipynb: helpers.errors.ParameterError: period 2031 lies after", "period 2031 lies after"),
        ("Traceback (most recent call last): KeyError: 'x'", "'x'"),
    ],
)
def test_a_failure_is_told_without_names_of_the_program(reason, shown):
    page = index_page([Report("a.html", mark_failed(facts(), reason=reason))])
    assert re.search(rf'<span lang="en">{re.escape(shown.replace(chr(39), "&#39;"))}</span>', page)
    assert not re.search(r"\b[A-Za-z]+(?:Error|Exception)\b|Traceback", page)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("period", ["2031", "2012-Q1", "2025"])
def test_a_refusal_of_a_period_is_told_in_the_language_of_the_index(tmp_path, monkeypatch, period, lang):
    monkeypatch.setattr(seen, "known_range", lambda *_: (date(2013, 12, 2), date(2026, 5, 31)))
    wanted = Period.parse(period)
    with pytest.raises(ParameterError) as refused:
        seen.require_known(Folders(tmp_path, tmp_path), city("changchun"), wanted)
        wanted.until(date(2024, 1, 5))
    reason = f"blue_sky.ipynb, cell setup: ParameterError: {refused.value}"
    page = index_page([Report("a.html", mark_failed(facts(), reason=reason))], lang=lang)
    found = re.search(r'</strong>[:：]\s*<span lang="([^"]+)">([^<]*)</span>', page)
    assert found[1] == labels(lang)["html_lang"] and period in found[2]
    rest = re.sub(r"data/raw|Q1|changchun", "", found[2])
    assert (found[2] == str(refused.value)) if lang == "en" else not re.search("[A-Za-z{}]", rest)


def test_a_briefing_without_data_says_so():
    page = index_page([Report("a.html", facts(as_of="", state="none"))])
    assert '<td class="nowrap">尚无数据</td>\n<td class="nowrap">无数据</td>' in page


def test_simulated_numbers_are_marked_in_their_line():
    simulated = facts(state="simulated", simulated=True)
    for one in (simulated, mark_failed(simulated, reason="no data")):
        page = index_page([Report("a.html", one)])
        assert '<span class="stamp">示例数据（模拟）</span></td>' in page


def test_removed_target_is_told_and_status_comes_first():
    before = with_row(0, status="at_risk", status_name="存在风险", value="31μg/m³")
    before["rows"].append(before["rows"][1] | {"key": "gone", "name": "Gone"})
    kinds = [change["kind"] for change in list_changes(facts(), before)]
    assert kinds == ["status", "value", "removed"]


def test_previous_is_the_last_briefing_that_said_something_else():
    old, same, new = facts(as_of="2025-11-30"), facts(), facts()
    assert choose_previous(None, None, new) is None
    assert choose_previous(None, old, new) is old
    assert choose_previous(old, same, new) is old, "a rerun that says the same must not hide what changed"
    assert choose_previous(old, mark_failed(None, reason="x", city="c"), new) is old


def test_failed_run_keeps_the_last_content_and_says_why():
    failed = mark_failed(facts(), reason=f"cell 3: {HOSTILE}")
    assert (failed["run"], failed["lead"]) == ("failed", "lead")
    page = index_page([Report("changchun/2025/blue_sky.zh.html", failed)])
    assert "未能生成" in page and "其中1份未能生成" in page
    assert HOSTILE not in page and "&lt;img src=x" in page


def test_failed_run_without_a_page_is_listed_without_a_link():
    identity = {
        key: facts()[key]
        for key in ("city", "city_name", "battle", "battle_name", "period", "period_name", "lang")
    }
    page = index_page([Report("", mark_failed(None, reason="no data", **identity))])
    assert "no data" in page
    assert re.findall(r'<a href="([^#"]*)"', page) == ["index.en.html"]


def test_every_briefing_is_linked_newest_first_in_the_order_of_the_battles():
    reports = [
        Report(f"changchun/{period}/{battle}.{lang}.html", facts(battle, lang, period))
        for period in ("2024", "2025")
        for battle in ("clear_water", "blue_sky", "overview")
        for lang in ("en", "zh")
    ]
    for lang in ("zh", "en"):
        page = index_page(reports, lang=lang)
        lines = re.findall(r'<th scope="row"><a href="changchun/([^"]+)"', page)
        assert lines == [
            f"{period}/{battle}.{lang}.html"
            for period in ("2025", "2024")
            for battle in ("overview", "blue_sky", "clear_water")
        ]
        links = re.findall(r'<a href="(changchun/[^"]+)"', page[page.index("<table") :])
        assert sorted(links) == sorted(report.href for report in reports), "each page is linked once"


def test_a_line_leads_to_every_file_of_its_briefing():
    files = {ending: f"changchun/2025/blue_sky.zh.{ending}" for ending in ("xlsx", "docx", "pptx", "pdf")}
    page = index_page([Report("changchun/2025/blue_sky.zh.html", facts(), None, files)])
    cell = page[page.index('<td class="outlets">') :].partition("</td>")[0]
    assert re.findall('href="([^"]+)">([^<]+)<', cell) == [
        ("changchun/2025/blue_sky.zh.xlsx", "数据表"),
        ("changchun/2025/blue_sky.zh.docx", "Word"),
        ("changchun/2025/blue_sky.zh.pptx", "幻灯片"),
        ("changchun/2025/blue_sky.zh.pdf", "PDF"),
    ]


@pytest.mark.parametrize(
    ("lang", "told"),
    [("zh", ["蓝天保卫战", "2026年4—6月"]), ("en", ["Blue Sky Battle", "Apr–Jun 2026"])],
)
def test_the_index_names_battles_and_periods_in_its_language_and_no_codes(lang, told):
    reports = [
        Report(f"{one}.html", facts("blue_sky", one, "2026-Q2", battle_name="blue_sky", city_name="x"))
        for one in ("zh", "en")
    ]
    page = index_page(reports, lang=lang)
    text = re.sub("<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert told[-1] in text and told[0] in text
    assert "finding" in text and not re.search("blue_sky|Q2", text)
    assert (" Data up to" in text) == (lang == "en")
    other = {"zh": "index.en.html", "en": "index.html"}[lang]
    assert f'<a href="{other}"' in page


def test_matrix_counts_targets_by_status():
    page = index_page([Report("a.html", facts(counts={"met": 3, "no_data": 17}))])
    assert re.search(r'chip-met">3<', page) and re.search(r'chip-no_data">17<', page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_empty_index_is_a_page(lang):
    page = index_page([], lang=lang)
    assert page.startswith("<!doctype html>") and page.count("<h1>") == 1
    assert "<script" not in page and not re.search(r"https?://", page)
