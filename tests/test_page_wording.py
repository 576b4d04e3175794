"""Published sentences, word for word, in both languages; page one; the rules of appendix A."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
import yaml

from helpers import registry
from helpers.battles import judgement
from helpers.errors import RegistryError
from helpers.page import wording
from helpers.page.words import banned_words, count_characters, entry, typeset, word
from wording_cases import LANGS, make_row, make_table

PAGE = Path(str(files("helpers.page")))

SECTIONS = {
    "value": wording.value_sentence,
    "yoy": wording.yoy_sentence,
    "trend": wording.trend_sentence,
    "forecast": wording.forecast_sentence,
    "budget": wording.budget_sentence,
    "no_data": wording.no_data_sentence,
}
TOLD = [
    "status",
    "confidence",
    "trend",
    "gap",
    "gap_cell",
    "change",
    "odds",
    "chance",
    "value",
    "yoy",
    "trend_sentence",
    "forecast",
    "budget",
    "no_data",
    "point",
    "lead",
    "ask",
    "answer",
    "rules",
    "table",
    "mark",
    "missing",
]
RATIO = {
    "indicator_id": "good_day_ratio",
    "unit": "pct",
    "direction": "higher_is_better",
    "target_operator": ">=",
    "target_value": 90.0,
    "value": 89.6,
}


def plain(text: str) -> str:
    """Text with ordinary spaces, so that an expected sentence can be typed."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


TREND = {"trend_per_year": -1.2, "trend_low": -1.5, "trend_high": -0.3, "trend_likelihood": 0.99}
AHEAD = {"period_end": "2025-12-31", "target_date": "2030-12-31"}
POINTS = [
    (
        {**AHEAD, **TREND, "status": "off_track", "likelihood": 0.22},
        "细颗粒物年均浓度明显滞后。2025年为33μg/m³，比目标高3μg/m³（目标：不高于30μg/m³）。",
        "PM2.5 annual mean off track. The figure stood at 33 μg/m³ for 2025, 3 μg/m³ above the target (at most 30 μg/m³).",
    ),
    (
        {"status": "off_track", "likelihood": 0.22, "value_prev": 31.0},
        "细颗粒物年均浓度明显滞后。2025年1—9月为33μg/m³，上年同期为31μg/m³。",
        "PM2.5 annual mean off track. The figure stood at 33 μg/m³ for Jan–Sep 2025, against 31 μg/m³ in the same period last year.",
    ),
    (
        {**RATIO, "status": "at_risk", "likelihood": 0.5, "simulated": True},
        "空气质量优良天数比率存在风险。2025年1—9月为89.6%，2025年目标：不低于90%。〔模拟〕",
        "Share of good days (AQI 100 or below) at risk. The figure stood at 89.6 % for Jan–Sep 2025, against the 2025 target of at least 90 %. [simulated]",
    ),
    (
        {"status": "on_track", "value": 28, "likelihood": 0.97, "value_prev": 31.0, **TREND},
        "细颗粒物年均浓度进展正常。2025年1—9月为28μg/m³，上年同期为31μg/m³。",
        "PM2.5 annual mean on track. The figure stood at 28 μg/m³ for Jan–Sep 2025, against 31 μg/m³ in the same period last year.",
    ),
    (
        {**AHEAD, "status": "on_track", "value": 28},
        "细颗粒物年均浓度进展正常。2025年为28μg/m³，低于目标2μg/m³（目标：不高于30μg/m³）。",
        "PM2.5 annual mean on track. The figure stood at 28 μg/m³ for 2025, 2 μg/m³ better than the target (at most 30 μg/m³).",
    ),
    (
        {**AHEAD, "status": "met", "value": 30, "likelihood": 1.0},
        "细颗粒物年均浓度已达标。2025年为30μg/m³，与目标持平（目标：不高于30μg/m³）。",
        "PM2.5 annual mean: target met. The figure stood at 30 μg/m³ for 2025, equal to the target (at most 30 μg/m³).",
    ),
    (
        {"status": "met", "value": 30, "period_end": "2025-12-31", "likelihood": 1.0},
        "细颗粒物年均浓度达成2025年目标。2025年为30μg/m³，与目标持平（目标：不高于30μg/m³）。",
        "PM2.5 annual mean achieved the 2025 target. The figure stood at 30 μg/m³ for 2025, equal to the target (at most 30 μg/m³).",
    ),
    (
        {"status": "off_track", "period_end": "2025-12-31", "likelihood": 0.0},
        "细颗粒物年均浓度未达成2025年目标。2025年为33μg/m³，比目标高3μg/m³（目标：不高于30μg/m³）。",
        "PM2.5 annual mean missed the 2025 target. The figure stood at 33 μg/m³ for 2025, 3 μg/m³ above the target (at most 30 μg/m³).",
    ),
    (
        {"status": "no_data", "value": math.nan, "reason": "coverage|n=1|expected=365"},
        "细颗粒物年均浓度尚无数据。365天中仅1天有效。",
        "PM2.5 annual mean: no data. Only 1 of 365 days is valid.",
    ),
    (
        {"status": "no_data", "period_end": "2025-12-31", "reason": "months_short|2025-08=25|2025-09=25"},
        "细颗粒物年均浓度数据不足。2025年为33μg/m³，比目标高3μg/m³；8月、9月各25天有效，不足27天。",
        "PM2.5 annual mean: insufficient data. The figure stood at 33 μg/m³ for 2025, 3 μg/m³ above the target; 25 valid days each in Aug and Sep, fewer than 27.",
    ),
    (
        {**AHEAD, "status": "no_data", "reason": "no_pace|n=1|year=2030"},
        "细颗粒物年均浓度数据不足。2025年为33μg/m³，比目标高3μg/m³；未达到2030年目标，可比年份1个，不能判断进度。",
        "PM2.5 annual mean: insufficient data. The figure stood at 33 μg/m³ for 2025, 3 μg/m³ above the target; short of the 2030 target; comparable years: 1, too few to judge the pace.",
    ),
    (
        {
            "status": "no_data",
            "value": math.nan,
            "indicator_id": "clean_heating_share",
            "unit": "pct",
            "reason": "not_reported",
        },
        "清洁取暖率尚无数据。没有填报，请能源主管部门补报。",
        "Clean heating share: no data. Nothing was reported; the energy department is asked to report.",
    ),
]


@pytest.mark.parametrize(("given", "zh", "en"), POINTS)
def test_points_word_for_word(given: dict, zh: str, en: str) -> None:
    row = make_row(**given)
    assert wording.point(row, lang="zh").text == zh
    assert plain(wording.point(row, lang="en").text) == en


SENTENCES = [
    (
        "value",
        AHEAD,
        "2025年细颗粒物年均浓度为33μg/m³，比目标高3μg/m³（目标：不高于30μg/m³）。",
        "The PM2.5 annual mean stood at 33 μg/m³ for 2025, 3 μg/m³ above the target (at most 30 μg/m³).",
    ),
    (
        "value",
        {"value_prev": 31.0},
        "2025年1—9月细颗粒物平均浓度为33μg/m³，上年同期为31μg/m³（2025年目标：不高于30μg/m³）。",
        "The PM2.5 mean stood at 33 μg/m³ for Jan–Sep 2025, against 31 μg/m³ in the same period last year (the 2025 target: at most 30 μg/m³).",
    ),
    (
        "value",
        {},
        "2025年1—9月细颗粒物平均浓度为33μg/m³（2025年目标：不高于30μg/m³）。",
        "The PM2.5 mean stood at 33 μg/m³ for Jan–Sep 2025 (the 2025 target: at most 30 μg/m³).",
    ),
    (
        "value",
        {"status": "no_data", "value_prev": 31.0, "reason": "items_missing|O3"},
        "2025年1—9月细颗粒物平均浓度为33μg/m³，上年同期为31μg/m³（2025年目标：不高于30μg/m³）；缺臭氧数据，指数不能确定。",
        "The PM2.5 mean stood at 33 μg/m³ for Jan–Sep 2025, against 31 μg/m³ in the same period last year (the 2025 target: at most 30 μg/m³); without O3 the index cannot be determined.",
    ),
    (
        "value",
        {"indicator_id": "greening_total", "unit": "10k_mu", "target_operator": ">=", "target_value": 40.0},
        "2025年1—9月国土绿化任务完成面积为33.00万亩，比目标少7.00万亩（目标：不低于40万亩）。",
        "The area of greening completed stood at 33.00 ten thousand mu for Jan–Sep 2025, 7.00 ten thousand mu short of the target (at least 40 ten thousand mu).",
    ),
    (
        "value",
        {"target_operator": "", "limit_value": 35.0, "standard": "GB 3095-2012", "period_end": "2025-12-31"},
        "2025年细颗粒物年均浓度为33μg/m³，标准限值为35μg/m³（GB 3095—2012及修改单）。",
        "The PM2.5 annual mean stood at 33 μg/m³ for 2025; the limit value is 35 μg/m³ (GB 3095-2012 as amended).",
    ),
    (
        "value",
        {"value": math.nan},
        "2025年1—9月细颗粒物平均浓度尚无数据。",
        "There are no data on the PM2.5 mean for Jan–Sep 2025.",
    ),
    (
        "value",
        {"value": math.nan, "status": "no_target", "reason": "half_missing|n=101|expected=273"},
        "2025年1—9月细颗粒物平均浓度尚无数据（273天中仅101天有效，不足一半）。",
        "There are no data on the PM2.5 mean for Jan–Sep 2025 (101 of 273 days valid, less than half).",
    ),
    (
        "yoy",
        {"value_prev": 31, "change_prev": 6.4516, "change_unit": "pct"},
        "2025年1—9月细颗粒物平均浓度为33μg/m³，同比上升6.5%（上年同期为31μg/m³）。",
        "The PM2.5 mean stood at 33 μg/m³ for Jan–Sep 2025, up 6.5 % on the same period last year (31 μg/m³).",
    ),
    (
        "yoy",
        {**RATIO, "value_prev": 89.6, "change_prev": 0.0, "change_unit": "pp"},
        "2025年1—9月空气质量优良天数比率为89.6%，同比持平（上年同期为89.6%）。",
        "The share of good days (AQI 100 or below) stood at 89.6 % for Jan–Sep 2025, unchanged on the same period last year (89.6 %).",
    ),
    (
        "yoy",
        {},
        "2025年1—9月细颗粒物平均浓度为33μg/m³，上年同期无可比数据。",
        "The PM2.5 mean stood at 33 μg/m³ for Jan–Sep 2025; there are no comparable data for the same period last year.",
    ),
    (
        "trend",
        TREND,
        "细颗粒物年均浓度近年平均每年下降1.2μg/m³（95%区间0.3～1.5μg/m³），趋势判断为改善。",
        "The PM2.5 annual mean fell by 1.2 μg/m³ a year on average (95 % interval 0.3 to 1.5 μg/m³); the trend is improving.",
    ),
    (
        "trend",
        {"trend_per_year": 1.2, "trend_low": 0.3, "trend_high": 1.5, "trend_likelihood": 0.01},
        "细颗粒物年均浓度近年平均每年上升1.2μg/m³（95%区间0.3～1.5μg/m³），趋势判断为变差。",
        "The PM2.5 annual mean rose by 1.2 μg/m³ a year on average (95 % interval 0.3 to 1.5 μg/m³); the trend is worsening.",
    ),
    (
        "trend",
        {**TREND, "trend_high": 0.2},
        "细颗粒物年均浓度近年无明确变化（每年变化的95%区间为−1.5～0.2μg/m³）。",
        "The PM2.5 annual mean showed no clear change over recent years (95 % interval of the yearly change −1.5 to 0.2 μg/m³).",
    ),
    (
        "trend",
        {**TREND, "trend_likelihood": math.nan},
        "细颗粒物年均浓度近年平均每年下降1.2μg/m³（95%区间0.3～1.5μg/m³）。",
        "The PM2.5 annual mean fell by 1.2 μg/m³ a year on average (95 % interval 0.3 to 1.5 μg/m³).",
    ),
    (
        "trend",
        {},
        "细颗粒物年均浓度可比年份不足，不作趋势判断。",
        "There are too few comparable years to judge the trend of the PM2.5 annual mean.",
    ),
    (
        "forecast",
        {"forecast": 31.2, "forecast_low": 29.4, "forecast_high": 33.1, "likelihood": 0.22, **TREND},
        "按近年趋势推算，2025年全年细颗粒物年均浓度为31μg/m³（80%区间29～33μg/m³），不大可能实现2025年目标（约两成）。",
        "Projected from the recent trend, the PM2.5 annual mean would come to 31 μg/m³ for the whole of 2025 (80 % interval 29 to 33 μg/m³) and would be unlikely to meet the 2025 target (about 20 %).",
    ),
    (
        "forecast",
        {
            **RATIO,
            "forecast": 90.1,
            "forecast_low": 88.6,
            "forecast_high": 91.2,
            "period_start": "2025-07-01",
        },
        "按往年同期推算，本期空气质量优良天数比率为90%（80%区间89%～91%）。",
        "Projected from the same season of earlier years, the share of good days (AQI 100 or below) would come to 90 % for the period (80 % interval 89 to 91 %).",
    ),
    (
        "forecast",
        {"likelihood": 0.7, "target_date": None},
        "按往年数据推算，细颗粒物年均浓度较可能实现目标（约七成）。",
        "Projected from the values of earlier years, the PM2.5 annual mean would be likely to meet the target (about 70 %).",
    ),
    (
        "forecast",
        {},
        "细颗粒物年均浓度数据不足，不作推算。",
        "There are too few data to project the PM2.5 annual mean.",
    ),
    (
        "budget",
        {"required": 21},
        "细颗粒物年均浓度要实现2025年目标，余下92天的均值不得高于21μg/m³。",
        "For the PM2.5 annual mean to meet the 2025 target, the mean of the 92 days left must be at most 21 μg/m³.",
    ),
    (
        "budget",
        {**RATIO, "required": 1},
        "空气质量优良天数比率要实现2025年目标，余下92天中超标天数不得超过1天。",
        "For the share of good days (AQI 100 or below) to meet the 2025 target, there can be at most 1 day above index 100 in the 92 days left.",
    ),
    (
        "budget",
        {**RATIO, "required": -1},
        "空气质量优良天数比率已经没有余量，余下92天无论多好也达不到目标。",
        "No margin is left for the share of good days (AQI 100 or below); the 92 days left cannot make up the shortfall.",
    ),
    (
        "budget",
        {},
        "细颗粒物年均浓度没有目标或本期已经结束，不计算余量。",
        "There is no margin to compute for the PM2.5 annual mean: the period is over or there is no target.",
    ),
    (
        "no_data",
        {"value": math.nan, "reason": "coverage|n=168|expected=273"},
        "2025年1—9月细颗粒物平均浓度数据不足（273天中仅168天有效）。",
        "There are insufficient data on the PM2.5 mean for Jan–Sep 2025 (only 168 of 273 days are valid).",
    ),
    (
        "no_data",
        {"value": math.nan},
        "2025年1—9月细颗粒物平均浓度数据不足（本期没有监测数据）。",
        "There are insufficient data on the PM2.5 mean for Jan–Sep 2025 (no monitoring data for this period).",
    ),
    (
        "no_data",
        {"reason": "few_years|n=2|needed=3"},
        "2025年1—9月细颗粒物平均浓度为33μg/m³，不足以判断是否达标（可比年份只有2个，推算至少需要3个）。",
        "The PM2.5 mean stood at 33 μg/m³ for Jan–Sep 2025, which is not enough to judge the target (comparable years: 2, fewer than the 3 a projection needs).",
    ),
    (
        "no_data",
        {"value": math.nan, "reason": "outlook_untrusted"},
        "2025年1—9月细颗粒物平均浓度数据不足（经往年检验，推算不比简单外推更准，不给出可能性）。",
        "There are insufficient data on the PM2.5 mean for Jan–Sep 2025 (tested on earlier years, the projection does no better than a simple extrapolation, so no likelihood is given).",
    ),
]


@pytest.mark.parametrize(("kind", "given", "zh", "en"), SENTENCES)
def test_section_sentences_word_for_word(kind: str, given: dict, zh: str, en: str) -> None:
    row = make_row(**given)
    assert SECTIONS[kind](row, lang="zh").text == zh
    assert plain(SECTIONS[kind](row, lang="en").text) == en


def test_a_department_is_told_what_to_supply() -> None:
    record = registry.indicator("clean_heating_share")
    row = make_row(
        indicator_id=record.id, unit=record.unit, value=math.nan, status="no_data", reason="not_reported"
    )
    zh, en = (wording.no_data_sentence(row, lang=lang).text for lang in LANGS)
    assert zh == f"2025年1—9月清洁取暖率尚无数据（没有填报），请能源主管部门补报{record.ask_zh}。"
    assert en.endswith(f"the energy department is asked to report {record.ask_en}.")


LEADS = [
    ((), "本期没有可判断的目标。", "There is no target to judge this period."),
    (("no_target",), "本期没有可判断的目标。", "There is no target to judge this period."),
    (
        ("no_data", "no_data"),
        "2个目标均数据不足，本期不作判断。",
        "All targets (2) have insufficient data; no judgement is made this period.",
    ),
    (("met",), "1个目标中，1个已达标，没有滞后的目标。", "Of 1 target, 1 is met; none is behind."),
    (("achieved",), "1个目标中，1个达成。", "Of 1 target, 1 is achieved."),
    (
        ("missed", "achieved", "achieved", "achieved", "on_track", "on_track"),
        "6个目标中，3个达成、1个未达成、2个进展正常；主要短板是细颗粒物年均浓度。",
        "Of 6 targets, 3 are achieved, 1 is missed, 2 are on track; the main weakness is the PM2.5 annual mean.",
    ),
    (
        ("missed", "achieved", "met", "on_track", "at_risk", "off_track", "no_data"),
        "7个目标中，1个达成、1个未达成、2个达标或正常、2个有风险或滞后、1个数据不足。",
        "Of 7 targets, 1 is achieved, 1 is missed, 2 are met or on track, 2 are at risk or off track, 1 has insufficient data.",
    ),
    (
        ("met", "no_data"),
        "2个目标中，1个已达标、1个数据不足。",
        "Of 2 targets, 1 is met, 1 has insufficient data.",
    ),
    (
        ("off_track", "met", "met", "on_track"),
        "4个目标中，2个已达标、1个进展正常、1个明显滞后；主要短板是细颗粒物年均浓度。",
        "Of 4 targets, 2 are met, 1 is on track, 1 is off track; the main weakness is the PM2.5 annual mean.",
    ),
    (
        ("off_track", "met", "met", "on_track", "at_risk", "no_data"),
        "6个目标中，3个达标或正常、1个存在风险、1个明显滞后、1个数据不足；主要短板是细颗粒物年均浓度。",
        "Of 6 targets, 3 are met or on track, 1 is at risk, 1 is off track, 1 has insufficient data; the main weakness is the PM2.5 annual mean.",
    ),
]


@pytest.mark.parametrize(("statuses", "zh", "en"), LEADS)
def test_lead_word_for_word(statuses: tuple[str, ...], zh: str, en: str) -> None:
    table = make_table(*statuses)
    assert wording.lead_sentence(table, lang="zh").text == zh
    assert wording.lead_sentence(table, lang="en").text == en
    assert all(wording.verify_lead(wording.lead_sentence(table, lang=lang), table) == () for lang in LANGS)


def test_what_does_not_suffice_is_counted_apart_from_what_nobody_sent() -> None:
    table = make_table("no_data", "no_data", "no_data")
    table.loc[1:, ["value", "n_obs"]] = math.nan
    table.loc[1:, "reason"] = "not_reported"
    zh, en = (wording.lead_sentence(table, lang=lang) for lang in LANGS)
    assert zh.text == "3个目标中，1个数据不足、2个尚无数据，本期不作判断。"
    assert en.text == (
        "Of 3 targets, 1 has insufficient data, 2 have no data; no judgement is made this period."
    )
    assert wording.verify_lead(zh, table) == wording.verify_lead(en, table) == ()
    lies = {zh: "3个目标均数据不足，本期不作判断。", en: "There are no data on any target (3)."}
    assert all(wording.verify_lead(replace(one, body=lie), table) for one, lie in lies.items())


def test_rows_without_target_are_no_targets() -> None:
    table = make_table("off_track", "no_data")
    table.loc[1, "target_id"] = ""
    assert wording.lead_sentence(table, lang="zh").text.startswith("1个目标中")
    assert len(wording.points(table, lang="zh")) == 1


def test_points_are_the_three_worst() -> None:
    table = make_table("met", "at_risk", "no_data", "off_track", "on_track")
    kinds = [
        table.set_index("indicator_id").loc[point.row_key[0], "status"]
        for point in wording.points(table, lang="zh")
    ]
    assert kinds == ["off_track", "at_risk", "on_track"]


def test_who_must_act_is_said_once_for_all_that_are_behind_and_once_for_all_without_data() -> None:
    table = make_table("off_track", "at_risk", "missed", "no_data", "met", period_end="2025-09-30")
    table.loc[table["status"] == "no_data", ["reason", "value"]] = ["not_reported", math.nan]
    zh, en = (wording.asks(table, lang=lang) for lang in LANGS)
    assert [one.text for one in zh] == [
        "3个目标未达成或落后于进度，请生态环境主管部门在下期简报前分析原因、提出措施。",
        "1个目标尚无数据，请生态环境主管部门补报。",
    ]
    assert en[0].text == (
        "3 targets were missed or are behind: the ecology and environment department "
        "should explain why and propose measures before the next briefing."
    )
    assert (
        en[1].text == "1 target has no data: the ecology and environment department should report the figure."
    )
    for told in (*zh, *en):
        assert wording.verify_shared(told, table) == ()
        assert wording.verify_shared(told, table.iloc[1:2]), "a count of other rows is found"


def test_departments_are_those_of_the_indicators_each_once_and_the_unnamed_last() -> None:
    named = {one.department_zh: name for name, one in registry.indicators().items()}
    of = [
        named[one]
        for one in ("主管部门", "能源主管部门", "交通运输主管部门", "生态环境主管部门", "财政主管部门")
    ]
    rows = [make_row(indicator_id=one, target_id=one, period_end="2025-12-31") for one in of]
    few, many = pd.DataFrame(rows[:2]), pd.DataFrame(rows)
    assert "请能源主管部门、其他主管部门在" in wording.asks(few, lang="zh")[0].text
    assert (
        "the energy department and other departments in charge should" in wording.asks(few, lang="en")[0].text
    )
    told = wording.asks(many, lang="zh")[0]
    assert "请能源主管部门、交通运输主管部门、生态环境主管部门等5个部门在" in told.text
    assert wording.verify_shared(told, many) == ()
    assert wording.verify_shared(told, many.iloc[1:])
    assert wording.asks(many.head(1), lang="zh")[0].text.count("主管部门") == 1


LATER = {"period_start": "2026-01-01", "period_end": "2026-10-31", "value": 29.0, "likelihood": 0.2}
DRAWN = {"forecast": 31.6, "forecast_low": 29.8, "forecast_high": 33.9, "required": 39.0}


@pytest.mark.parametrize(
    ("status", "zh", "en"),
    [
        ("met", "保持2025年目标水平", "keep to the 2025 target"),
        ("off_track", "达到2025年目标水平", "reach the level of the 2025 target"),
        ("no_data", "达到2025年目标水平", "reach the level of the 2025 target"),
    ],
)
def test_only_what_was_reached_is_held(status: str, zh: str, en: str) -> None:
    row = make_row(**LATER, **DRAWN, status=status)
    told = [
        [wording.forecast_sentence(row, lang=lang), wording.budget_sentence(row, lang=lang)] for lang in LANGS
    ]
    assert all(zh in sentence.text and "实现" not in sentence.text for sentence in told[0])
    assert all(en in sentence.text for sentence in told[1])
    assert told[0][0].text.endswith(f"不大可能{zh}（约两成）。")
    assert [wording.verify(sentence, row) for each in told for sentence in each] == [()] * 4
    even = make_row(**{**LATER, "likelihood": 0.5}, status=status)
    assert f"能否{zh}难以判断（约五成）" in wording.forecast_sentence(even, lang="zh").text


def test_a_deadline_that_has_passed_is_told_by_its_year_and_without_a_chance() -> None:
    row = make_row(**LATER, **DRAWN, value_prev=34.0)
    zh, en = (wording.point(row, lang=lang) for lang in LANGS)
    assert zh.text == "细颗粒物年均浓度未达成2025年目标。2026年1—10月为29μg/m³，上年同期为34μg/m³。"
    assert plain(en.text) == (
        "PM2.5 annual mean missed the 2025 target. "
        "The figure stood at 29 μg/m³ for Jan–Oct 2026, against 34 μg/m³ in the same period last year."
    )
    assert wording.verify(zh, row) == wording.verify(en, row) == ()
    alone = wording.point(make_row(**LATER), lang="zh").text
    assert alone == "细颗粒物年均浓度未达成2025年目标。2026年1—10月为29μg/m³。", "29 says nothing of 2025"


def test_what_data_would_not_mend_asks_for_none() -> None:
    row = make_row(**AHEAD, status="no_data", reason="no_pace|n=1|year=2030")
    for lang, words in (("zh", ("补充", "补报")), ("en", ("report it", "reported by"))):
        told = [wording.no_data_sentence(row, lang=lang).text, wording.point(row, lang=lang).text]
        told += [one.text for one in wording.asks(pd.DataFrame([row]), lang=lang)]
        assert not any(each in text for each in words for text in told)


def test_a_following_sentence_points_back() -> None:
    row = make_row(**TREND, required=21.0)
    assert wording.trend_sentence(row, lang="zh", follows=True).text.startswith("近年平均每年下降")
    assert wording.trend_sentence(row, lang="en", follows=True).text.startswith("The figure fell by")
    budget = wording.budget_sentence(row, lang="en", follows=True).text
    assert budget.startswith("For the figure to meet the 2025 target")
    assert wording.budget_sentence(row, lang="zh", follows=True).text.startswith("要实现2025年目标，")


def test_an_english_name_with_an_apposition_closes_before_the_verb() -> None:
    row = make_row(indicator_id="o3_p90", value=135)
    told = wording.value_sentence(row, lang="en").text
    assert told.startswith("The O3 daily maximum 8-hour mean, 90th percentile, stood at")
    assert wording.verify(wording.value_sentence(row, lang="en"), row) == ()


def test_nothing_to_decide_is_said() -> None:
    (told,) = wording.asks(make_table("met", "on_track"), lang="zh")
    assert told.text == "本期没有需要决策的事项。"
    assert wording.asks(make_table(), lang="en")[0].text == "Nothing needs a decision this period."


def test_sentences_carry_their_row() -> None:
    row = make_row(**TREND, simulated=True)
    sentence = wording.trend_sentence(row, lang="en")
    assert sentence.row_key == (
        "pm25_mean",
        "220100",
        "2025-01-01 00:00:00",
        "2025-09-30 00:00:00",
        "",
        "pm25_2025",
    )
    assert (sentence.kind, sentence.direction, sentence.unit, sentence.simulated) == (
        "trend",
        "down",
        "ug_m3",
        True,
    )
    assert sentence.numbers == (1.2, 0.3, 1.5)
    assert sentence.likelihood is None
    assert wording.forecast_sentence(make_row(likelihood=0.22), lang="zh").likelihood == 0.22


def test_html_is_escaped_with_bold_finding_and_subscripts(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = '<img src=x onerror="alert(1)"> PM2.5 {value}'
    known = registry.indicator("pm25_mean").model_copy(update={"name_zh": hostile, "name_en": hostile})
    monkeypatch.setattr(registry, "indicator", lambda _: known)
    row = make_row(simulated=True, likelihood=0.2, required=3)
    table = pd.DataFrame([row])
    for lang in LANGS:
        shown = [
            wording.point(row, lang=lang),
            wording.lead_sentence(table, lang=lang),
        ]
        shown += [build(row, lang=lang) for build in SECTIONS.values()]
        for sentence in shown:
            html = str(sentence.html)
            assert "<img" not in html
            assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt; PM<sub>2.5</sub> {value}" in html
            assert html.endswith(f'<span class="mark-simulated">{word("mark.short", lang)}</span>')
    assert str(wording.point(row, lang="zh").html).startswith("<strong>&lt;img")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("PM10、SO2、NO2、O3", "PM<sub>10</sub>、SO<sub>2</sub>、NO<sub>2</sub>、O<sub>3</sub>"),
        ("NH3-N, CODMn, BOD5, NOx", "NH<sub>3</sub>-N, COD<sub>Mn</sub>, BOD<sub>5</sub>, NO<sub>x</sub>"),
        ("HJ 633, CO 2, PM2.50, XPM10, CO25", "HJ 633, CO 2, PM2.50, XPM10, CO25"),
        ("PM2.5. O3 & <b>", "PM<sub>2.5</sub>. O<sub>3</sub> &amp; &lt;b&gt;"),
    ],
)
def test_subscripts(text: str, html: str) -> None:
    assert typeset(text) == html


def test_rules_are_printed_from_the_constants(monkeypatch: pytest.MonkeyPatch) -> None:
    table = make_table("met", standard="GB 3095-2012")
    zh = {rule.id: rule.table for rule in wording.rules(table, lang="zh")}
    assert list(zh) == ["status", "likelihood", "trend", "confidence", "standards", "basis"]
    assert zh["status"].iloc[:, 0].tolist()[:3] == ["达成", "未达成", "已达标"]
    assert zh["status"].iloc[4].tolist() == [
        "存在风险",
        "达标可能性不低于33%、低于66%；无法推算时，实际进度不低于应有进度的60%、低于95%。",
    ]
    assert zh["likelihood"].to_numpy().tolist() == [
        ["很可能", "90%及以上"],
        ["较可能", "66%至90%"],
        ["难以判断", "33%至66%"],
        ["不大可能", "10%至33%"],
        ["很不可能", "10%及以下"],
    ]
    assert zh["confidence"].iloc[0, 1] == "有效数据不低于90%，且可比年份不少于8年。"
    assert zh["standards"].to_numpy().tolist() == [["GB 3095—2012及修改单", "2025年1—9月"]]
    monkeypatch.setitem(judgement.STATUS_LIKELIHOOD, "at_risk", 0.25)
    assert "不低于25%" in wording.rules(table, lang="zh")[0].table.iloc[4, 1]
    assert "from 25" in wording.rules(table, lang="en")[0].table.iloc[4, 1]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("2015-12-31", "GB 3095（2012年），第6.4条；两个来源一致，未核对原文"),
        ("2026-02-28", "GB 3095（2012年），第6.4条；两个来源一致，未核对原文"),
        ("2026-03-01", "GB 3095（2026年），第6.4条；已核对原文"),
    ],
)
def test_appendix_a_names_the_edition_in_force_at_the_end_of_the_rows(end: str, told: str) -> None:
    rows = pd.DataFrame([make_row(period_end=end), make_row(period_end="2014-12-31", target_id="")])
    (*_, basis) = wording.rules(rows, lang="zh")
    assert basis.table.to_numpy().tolist() == [[told, "细颗粒物年均浓度"]]
    assert basis.about == (("pm25_mean",),)


def leaves(node: dict, path: str = "") -> Iterator[tuple[str, dict]]:
    """Every entry of ``wording.yml`` that has both languages, with its path."""
    for key, inner in node.items():
        assert isinstance(key, str), f"YAML reads {path}.{key} as {type(key).__name__}; quote it"
        if isinstance(inner, dict) and set(inner) >= set(LANGS):
            yield f"{path}.{key}", inner
        elif isinstance(inner, dict):
            yield from leaves(inner, f"{path}.{key}")
        else:
            assert path + key in ("subscripts",), f"{path}.{key} lacks a language"


def test_every_entry_has_both_languages_and_the_same_braces() -> None:
    whole = yaml.safe_load((files("helpers.page") / "wording.yml").read_text(encoding="utf-8"))
    found = dict(leaves(whole))
    assert len(found) > 120
    braces = {
        path: [set(re.findall(r"{(\w+)}", str(both[lang]))) for lang in LANGS]
        for path, both in found.items()
        if path not in (".date", ".odds.tenths")
    }
    assert {path: pair for path, pair in braces.items() if pair[0] != pair[1]} == {}


def test_rules_and_templates_hold_no_banned_words() -> None:
    for path, both in leaves({key: entry(key) for key in TOLD}):
        for lang in LANGS:
            assert banned_words(str(both[lang]).replace("{band}", ""), lang) == (), path


def test_no_words_of_a_page_look_like_a_value_of_the_program() -> None:
    """A sentence that begins with "None of …" cannot be told from an empty value that was printed."""
    texts = [path.read_text(encoding="utf-8") for path in PAGE.rglob("*.yml")]
    assert len(texts) > 10
    assert not [
        line for text in texts for line in text.splitlines() if re.search(r"\b(None|True|False|NaN)\b", line)
    ]


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("zh", "可能达标", ("可能",)),
        ("zh", "很可能、较可能、不大可能、很不可能；可能性", ()),
        ("zh", "显著下降，得益于治理，持续向好", ("显著", "持续向好", "得益于")),
        ("zh", "预测将为nan", ("预测将", "nan")),
        ("en", "It will fall significantly due to 1e-3", ("significantly", "will", "due to", "1e-3")),
        ("en", "goodwill and willow", ()),
        ("en", "from 1 May to 7 May 2026, May–Jun it may rise", ("may",)),
    ],
)
def test_banned_words(lang: str, text: str, found: tuple[str, ...]) -> None:
    assert banned_words(text, lang) == found


def test_characters_are_counted_as_a_word_processor_does() -> None:
    assert count_characters("PM2.5为33μg/m³。") == 4
    assert count_characters("本期没有需要决策的事项。") == 12


def test_caveats_are_told_once() -> None:
    table = make_table("met", "met", caveats="dust_not_deducted;control_station_excluded")
    notes = wording.caveat_notes(table, lang="zh")
    assert notes == (registry.caveat("dust_not_deducted").zh, registry.caveat("control_station_excluded").zh)


def test_an_unknown_entry_is_refused() -> None:
    with pytest.raises(RegistryError, match=r"wording\.yml: no entry 'status\.fine\.zh'"):
        word("status.fine", "zh")
