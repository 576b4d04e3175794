"""Every sentence read back against its row, on random results tables, in both languages; and lies are caught."""

import dataclasses
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import registry
from helpers.battles import results
from helpers.page import wording
from helpers.page.words import banned_words, count_characters
from helpers.units import WATER_CLASS
from wording_cases import LANGS, make_row, make_table, rows, tables

BUILDERS: tuple[Callable[..., wording.Sentence], ...] = (
    wording.point,
    wording.value_sentence,
    wording.yoy_sentence,
    wording.trend_sentence,
    wording.forecast_sentence,
    wording.budget_sentence,
    wording.no_data_sentence,
)
FULL = {
    "likelihood": 0.22,
    "value_prev": 31.0,
    "change_prev": 6.4516,
    "trend_per_year": -1.2,
    "trend_low": -1.5,
    "trend_high": -0.3,
    "trend_likelihood": 0.99,
    "forecast": 31.2,
    "forecast_low": 29.4,
    "forecast_high": 33.1,
    "required": 21.0,
}


@settings(max_examples=100, deadline=None)
@given(rows(), st.booleans())
def test_every_sentence_agrees_with_its_row_in_both_languages(drawn: dict, follows: bool) -> None:
    row = results.make([drawn]).iloc[0]
    for build in BUILDERS:
        given = {} if build is wording.point else {"follows": follows}
        zh, en = (build(row, lang=lang, **given) for lang in LANGS)
        for sentence in (zh, en):
            assert wording.verify(sentence, row) == (), sentence.text
        assert zh.numbers == en.numbers
        assert (zh.direction, zh.likelihood, zh.row_key) == (en.direction, en.likelihood, en.row_key)


@settings(max_examples=40, deadline=None)
@given(tables())
def test_page_one_agrees_with_its_rows_and_keeps_its_budgets(table: pd.DataFrame) -> None:
    keyed = {wording.row_key(row): row for _, row in table.iterrows()}
    pages = {lang: _page_one(table, lang) for lang in LANGS}
    for lead, points, boxes in pages.values():
        if (table["target_id"] != "").any():
            assert wording.verify_lead(lead, table) == (), lead.text
        for point in points:
            assert wording.verify(point, keyed[point.row_key]) == (), point.text
        for ask in boxes:
            assert wording.verify_shared(ask, table) == (), ask.text
    lead, points, boxes = pages["zh"]
    assert count_characters(lead.bare) <= 50
    assert all(count_characters(point.bare) <= 60 for point in points) and len(points) <= 3
    assert all(count_characters(ask.bare) <= 80 for ask in boxes) and 1 <= len(boxes) <= 2
    assert [_numbers(page) for page in pages.values()] == [_numbers(pages["zh"])] * 2


def _page_one(table: pd.DataFrame, lang: str) -> tuple:
    return (
        wording.lead_sentence(table, lang=lang),
        wording.points(table, lang=lang),
        wording.asks(table, lang=lang),
    )


def _numbers(page: tuple) -> list:
    lead, points, boxes = page
    return [sentence.numbers for sentence in (lead, *points, *boxes)]


@settings(max_examples=60, deadline=None)
@given(rows().filter(lambda drawn: drawn["unit"] != WATER_CLASS))
def test_no_improvement_when_the_interval_contains_zero(drawn: dict) -> None:
    row = results.make([{**drawn, "trend_low": -0.5, "trend_per_year": 0.1, "trend_high": 0.5}]).iloc[0]
    name = registry.indicator(row["indicator_id"])
    zh, en = (wording.trend_sentence(row, lang=lang).bare for lang in LANGS)
    assert "改善" not in zh.replace(name.name_zh, "") and "无明确变化" in zh
    assert "improving" not in en.replace(name.name_en, "") and "no clear change" in en


CLASS = {
    "indicator_id": "songhua_main_class", "unit": WATER_CLASS, "value": 4.0, "target_value": 3.0, "status": "at_risk",
    "forecast_low": 3.0, "forecast": 4.0, "forecast_high": 6.0, "period_end": "2025-12-31", "target_date": "2030-12-31",
}  # fmt: skip
CLASS_LIES = [
    (wording.point, "zh", "为Ⅳ类", "为Ⅲ类"),
    (wording.point, "zh", "差一类", "差两类"),
    (wording.value_sentence, "zh", "比目标差", "好于目标"),
    (wording.value_sentence, "zh", "不劣于Ⅲ类", "不劣于Ⅳ类"),
    (wording.forecast_sentence, "zh", "Ⅲ类～劣Ⅴ类", "Ⅲ类～Ⅴ类"),
    (wording.point, "en", "class IV", "class V"),
    (wording.point, "en", "one class worse", "two classes worse"),
    (wording.value_sentence, "en", "worse than the target", "better than the target"),
    (wording.value_sentence, "en", "class III or better", "class II or better"),
    (wording.forecast_sentence, "en", "to worse than class V", "to class V"),
]


@pytest.mark.parametrize(("build", "lang", "truth", "lie"), CLASS_LIES)
def test_a_class_of_water_is_read_back(
    build: Callable[..., wording.Sentence], lang: str, truth: str, lie: str
) -> None:
    row = make_row(**CLASS)
    sentence = build(row, lang=lang)
    spaced = sentence.body.replace("\N{NO-BREAK SPACE}", " ")
    assert wording.verify(sentence, row) == () and truth in spaced
    assert not set("0123456789") & set(spaced.replace("2025", "").replace("1—9", "").replace("80", ""))
    assert wording.verify(dataclasses.replace(sentence, body=spaced.replace(truth, lie)), row)


YEAR = {**FULL, "period_end": "2025-12-31", "target_date": "2030-12-31"}
LIES_OF_A_YEAR = [
    (wording.point, "zh", "比目标高3", "比目标低3"),
    (wording.point, "zh", "比目标高3μg/m³", "高于目标3μg/m³"),
    (wording.point, "zh", "高3μg", "高4μg"),
    (wording.point, "en", "3 μg/m³ above", "3 μg/m³ below"),
    (wording.point, "en", "above the target", "better than the target"),
]
LIES = [
    (wording.point, "zh", "33μg", "34μg"),
    (wording.point, "zh", "上年同期为31", "上年同期为30"),
    (wording.forecast_sentence, "zh", "按近年趋势推算", "按往年同期推算"),
    (wording.forecast_sentence, "en", "the recent trend", "the same season of earlier years"),
    (wording.point, "zh", "33μg/m³", "33mg/m³"),
    (wording.forecast_sentence, "zh", "不大可能", "较可能"),
    (wording.forecast_sentence, "zh", "约两成", "约四成"),
    (wording.forecast_sentence, "zh", "2025年目标", "2030年目标"),
    (wording.point, "zh", "2025年1—9月", "2025年1—8月"),
    (wording.value_sentence, "zh", "不高于30", "不低于30"),
    (wording.value_sentence, "zh", "。", "，显著偏高。"),
    (wording.yoy_sentence, "zh", "上升", "下降"),
    (wording.yoy_sentence, "zh", "6.5%", "6.4%"),
    (wording.yoy_sentence, "zh", "6.5%", "6.5个百分点"),
    (wording.yoy_sentence, "zh", "为31", "为30"),
    (wording.trend_sentence, "zh", "改善", "变差"),
    (wording.trend_sentence, "zh", "下降", "上升"),
    (wording.trend_sentence, "zh", "0.3～", "0.4～"),
    (wording.trend_sentence, "zh", "1.5μg/m³", "1.5个百分点"),
    (wording.forecast_sentence, "zh", "2025年全年", "2026年全年"),
    (wording.forecast_sentence, "zh", "29～33", "28～33"),
    (wording.budget_sentence, "zh", "不得高于21", "不得低于21"),
    (wording.budget_sentence, "zh", "21", "22"),
    (wording.budget_sentence, "zh", "余下92天", "余下93天"),
    (wording.budget_sentence, "en", "92 days left", "91 days left"),
    (wording.point, "en", "against 31", "against 30"),
    (wording.forecast_sentence, "en", "unlikely to meet", "very unlikely to meet"),
    (wording.forecast_sentence, "en", "about 20 %", "about 30 %"),
    (wording.point, "en", "Jan–Sep", "Jan–Aug"),
    (wording.value_sentence, "en", "at most 30", "at least 30"),
    (wording.yoy_sentence, "en", "up 6.5", "down 6.5"),
    (wording.yoy_sentence, "en", "(31", "(32"),
    (wording.trend_sentence, "en", "improving", "worsening"),
    (wording.trend_sentence, "en", "fell by", "rose by"),
    (wording.trend_sentence, "en", "0.3 to 1.5", "0.3 to 1.6"),
    (wording.forecast_sentence, "en", "come to 31", "come to 30"),
    (wording.forecast_sentence, "en", "would come to", "will come to"),
    (wording.budget_sentence, "en", "at most 21", "at least 21"),
    (wording.forecast_sentence, "zh", "实现2025年目标", "保持2025年目标水平"),
    (wording.budget_sentence, "zh", "实现2025年目标", "保持2025年目标水平"),
    (wording.forecast_sentence, "en", "to meet the", "to keep to the"),
    (wording.budget_sentence, "en", "to meet the 2025", "to meet the 2030"),
]


@pytest.mark.parametrize(
    ("given", "build", "lang", "truth", "lie"),
    [(FULL, *lie) for lie in LIES] + [(YEAR, *lie) for lie in LIES_OF_A_YEAR],
)
def test_a_lie_is_caught(
    given: dict, build: Callable[..., wording.Sentence], lang: str, truth: str, lie: str
) -> None:
    row = make_row(**given)
    sentence = build(row, lang=lang)
    spaced = sentence.body.replace("\N{NO-BREAK SPACE}", " ")
    assert wording.verify(sentence, row) == ()
    assert truth in spaced
    assert wording.verify(dataclasses.replace(sentence, body=spaced.replace(truth, lie)), row)


def test_a_wrong_status_is_caught() -> None:
    row = make_row(**FULL)
    for lang, lie in (("zh", "细颗粒物年均浓度已达标。"), ("en", "PM2.5 annual mean target met.")):
        assert wording.verify(dataclasses.replace(wording.point(row, lang=lang), head=lie), row)


REASONED = [
    ("zh", "8月、9月各25天", "8月、9月各24天", "months_short|2025-08=25|2025-09=25"),
    ("zh", "8月、9月各25天", "7月、9月各25天", "months_short|2025-08=25|2025-09=25"),
    ("zh", "不足27天", "不足25天", "months_short|2025-08=25|2025-09=25"),
    ("zh", "等6个月", "等5个月", "months_short|" + "|".join(f"2025-0{m}=9" for m in range(1, 7))),
    ("zh", "365天中仅1天有效", "365天中仅2天有效", "coverage|n=1|expected=365"),
    ("zh", "365天中仅1天有效", "没有填报", "coverage|n=1|expected=365"),
    ("zh", "臭氧", "一氧化碳", "items_missing|O3"),
    ("zh", "2025年的数值未知", "2024年的数值未知", "due_year_unknown|year=2025"),
    ("zh", "（没有填报）", "", "not_reported"),
    ("en", "20 valid days in Feb", "19 valid days in Feb", "months_short|2025-02=20|2025-08=25"),
    ("en", "25 valid days in Aug", "25 valid days in Sep", "months_short|2025-02=20|2025-08=25"),
    ("en", "without O3", "without CO", "items_missing|O3"),
    ("en", "only 1 of 365 days is", "only 1 of 366 days is", "coverage|n=1|expected=365"),
    ("en", "nothing was reported", "no monitoring data for this period", "not_reported"),
]


@pytest.mark.parametrize(("lang", "truth", "lie", "reason"), REASONED)
def test_a_reason_that_is_not_the_rows_is_caught(lang: str, truth: str, lie: str, reason: str) -> None:
    row = make_row(status="no_data", value=float("nan"), reason=reason)
    for build in (wording.no_data_sentence, wording.point):
        sentence = build(row, lang=lang)
        told = truth if truth in sentence.body else truth[:1].upper() + truth[1:]
        assert wording.verify(sentence, row) == ()
        if "（" in truth and build is wording.point:
            continue
        assert told in sentence.body
        wrong = dataclasses.replace(sentence, body=sentence.body.replace(told, lie))
        assert wording.verify(wrong, row), wrong.body


@pytest.mark.parametrize(
    "change",
    [
        {"simulated": True},
        {"numbers": (1.0,)},
        {"direction": "up"},
        {"unit": "mg_m3"},
        {"likelihood": 0.5},
        {"row_key": ("pm10_mean",)},
    ],
)
def test_wrong_provenance_is_caught(change: dict) -> None:
    row = make_row(**FULL)
    assert wording.verify(dataclasses.replace(wording.point(row, lang="zh"), **change), row)


@pytest.mark.parametrize(
    "statuses",
    [
        ("off_track", "met", "no_data", "at_risk", "on_track"),
        ("off_track", "met", "no_data", "at_risk"),
        ("met", "on_track"),
    ],
)
@pytest.mark.parametrize("lang", LANGS)
def test_a_wrong_lead_is_caught(statuses: tuple[str, ...], lang: str) -> None:
    table = make_table(*statuses)
    lead = wording.lead_sentence(table, lang=lang)
    assert wording.verify_lead(lead, table) == ()
    assert wording.verify_lead(lead, make_table(*statuses, "met"))
    assert wording.verify_lead(dataclasses.replace(lead, simulated=True), table)
    if len(statuses) > 2:
        swapped = lead.body.replace("PM2.5", "CO").replace("细颗粒物", "一氧化碳")
        assert wording.verify_lead(dataclasses.replace(lead, body=swapped), table)


@given(
    st.sampled_from([name for name, one in registry.indicators().items() if one.unit != WATER_CLASS]),
    st.sampled_from(results.STATUSES),
    st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_no_banned_word_and_no_python_number(name: str, status: str, likelihood: float) -> None:
    record = registry.indicator(name)
    row = make_row(
        **{**FULL, "indicator_id": name, "unit": record.unit, "status": status, "likelihood": likelihood}
    )
    for lang in LANGS:
        for build in BUILDERS:
            text = build(row, lang=lang).text
            assert banned_words(text, lang) == (), text
            assert "None" not in text and "{" not in text and "  " not in text
