"""Numbers as printed: exact rounding, words for what is missing, no bare minus for a gap."""

import json
import math
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SchemaError
from helpers.page.numbers import (
    Measure,
    change_words,
    exact_decimals,
    format_date,
    format_interval,
    format_number,
    format_quantity,
    format_set_number,
    gap_words,
    odds_words,
    rounded,
    supported_decimals,
    unit_name,
)
from helpers.page.words import banned_words
from helpers.units import UNITS, WATER_CLASS

SPACE = "\N{NO-BREAK SPACE}"
PM, RATIO, DAYS = Measure("ug_m3", 0), Measure("pct", 1), Measure("days", 0)
AREA = Measure("10k_mu", 2)
FINITE = st.floats(-1e6, 1e6)
LANGS = ("zh", "en")


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (4.35, 1, "4.4"),
        (2.675, 2, "2.68"),
        (2.5, 0, "2"),
        (3.5, 0, "4"),
        (-0.04, 1, "0.0"),
        (1e-7, 2, "0.00"),
        (28.0, 0, "28"),
    ],
)
def test_rounding_is_decimal_and_half_to_even(value: float, decimals: int, printed: str) -> None:
    assert rounded(value, decimals) == Decimal(printed)
    assert format_number(value, decimals=decimals, lang="zh") == printed


@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_what_is_no_number_is_not_rounded(bad: float | None) -> None:
    with pytest.raises(SchemaError, match="finite number"):
        rounded(bad, 0)


def test_missing_is_a_word() -> None:
    assert format_number(math.nan, decimals=1, lang="zh") == "无数据"
    assert format_quantity(None, PM, "en") == "no data"
    assert format_set_number(math.nan, PM, "zh") == "无数据"
    assert gap_words(math.nan, 30, "<=", measure=PM, lang="zh") == "不适用"
    assert gap_words(28, math.nan, "<=", measure=PM, lang="en") == "not applicable"
    assert gap_words(28, 30, "", measure=PM, lang="en") == "not applicable"
    assert change_words(math.nan, "pct", measure=PM, lang="zh") == "不适用"


def test_quantities() -> None:
    assert format_quantity(28, PM, "zh") == "28μg/m³"
    assert format_quantity(28, PM, "en") == f"28{SPACE}μg/m³"
    assert format_quantity(1, DAYS, "en") == f"1{SPACE}day"
    assert format_quantity(2, DAYS, "en") == f"2{SPACE}days"
    assert format_quantity(1, DAYS, "zh") == "1天"
    assert format_quantity(4.12, Measure("index", 2), "en") == "4.12"
    assert format_quantity(718.95, AREA, "zh") == "718.95万亩"
    assert format_quantity(718.95, AREA, "en") == f"718.95{SPACE}ten thousand mu"
    assert format_quantity(12345.6, Measure("ha", 1), "en") == f"12,345.6{SPACE}ha"
    assert format_quantity(12345.6, Measure("ha", 1), "zh") == "12,345.6公顷"
    assert format_quantity(-3.2, Measure("deg_c", 1), "zh") == "−3.2℃"


def test_targets_keep_their_own_decimals() -> None:
    assert format_set_number(90.0, RATIO, "zh") == "90%"
    assert format_set_number(68.8, RATIO, "zh") == "68.8%"
    assert format_set_number(0.61, Measure("index", 1), "zh") == "0.61"
    assert exact_decimals(0.1 + 0.2) == 1


def test_intervals() -> None:
    assert format_interval(0.3, 1.5, Measure("ug_m3", 1), "zh") == "0.3～1.5μg/m³"
    assert format_interval(-0.4, 0.8, Measure("ug_m3", 1), "en") == f"−0.4 to 0.8{SPACE}μg/m³"
    assert format_interval(88.7, 91, Measure("pct", 1), "zh") == "88.7%～91.0%"


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [
        (0.31, 1.52, 1),
        (27, 31, 0),
        (0.02, 1.5, 2),
        (-0.004, 0.003, 3),
        (1.25, 1.25, 2),
        (0, 0, 0),
        (-1e-9, 1, 6),
    ],
)
def test_decimals_an_interval_supports(low: float, high: float, decimals: int) -> None:
    assert supported_decimals(low, high) == decimals


@pytest.mark.parametrize(
    ("value", "target", "operator", "measure", "zh_cell", "zh", "en"),
    [
        (
            33.4,
            30,
            "<=",
            Measure("ug_m3", 1),
            "高3.4",
            "比目标高3.4μg/m³",
            f"3.4{SPACE}μg/m³ above the target",
        ),
        (
            89.2,
            90,
            ">=",
            RATIO,
            "低0.8个百分点",
            "比目标低0.8个百分点",
            f"0.8{SPACE}percentage points below the target",
        ),
        (2, 3, "<=", DAYS, "少1天", "少于目标1天", f"1{SPACE}day better than the target"),
        (5, 3, "<=", DAYS, "多2天", "比目标多2天", f"2{SPACE}days above the target"),
        (
            718.95,
            1200,
            ">=",
            AREA,
            "少481.05",
            "比目标少481.05万亩",
            f"481.05{SPACE}ten thousand mu short of the target",
        ),
        (30, 30, "<=", PM, "与目标持平", "与目标持平", "equal to the target"),
        (32, 30.5, "<=", PM, "高1.5", "比目标高1.5μg/m³", f"1.5{SPACE}μg/m³ above the target"),
        (
            92.1,
            90,
            ">=",
            RATIO,
            "高2.1个百分点",
            "高于目标2.1个百分点",
            f"2.1{SPACE}percentage points better than the target",
        ),
    ],
)
def test_gap_in_words(
    value: float, target: float, operator: str, measure: Measure, zh_cell: str, zh: str, en: str
) -> None:
    assert gap_words(value, target, operator, measure=measure, lang="zh", in_cell=True) == zh_cell
    assert gap_words(value, target, operator, measure=measure, lang="zh") == zh
    assert gap_words(value, target, operator, measure=measure, lang="en") == en


@pytest.mark.parametrize(
    ("change", "code", "measure", "zh", "en"),
    [
        (-5.8824, "pct", PM, "同比下降5.9%", f"down 5.9{SPACE}%"),
        (0.04, "pct", PM, "同比持平", "unchanged"),
        (
            1.2,
            "pp",
            RATIO,
            "同比上升1.2个百分点",
            f"up 1.2{SPACE}percentage points",
        ),
        (
            6.25,
            "",
            Measure("pct", 2),
            "同比上升6.25个百分点",
            f"up 6.25{SPACE}percentage points",
        ),
        (-1, "days", DAYS, "同比减少1天", f"down 1{SPACE}day"),
        (12.5, "", AREA, "同比增加12.5%", f"up 12.5{SPACE}%"),
    ],
)
def test_year_on_year_in_words(change: float, code: str, measure: Measure, zh: str, en: str) -> None:
    assert change_words(change, code, measure=measure, lang="zh") == zh
    assert change_words(change, code, measure=measure, lang="en") == en
    assert change_words(change, code, measure=measure, lang="zh", in_cell=True) == zh.removeprefix("同比")


def test_a_cell_tells_percentage_points_in_short() -> None:
    told = change_words(1.2, "pp", measure=RATIO, lang="en", in_cell=True)
    assert told == f"up 1.2{SPACE}points"
    gap = gap_words(89.2, 90, ">=", measure=RATIO, lang="en", in_cell=True)
    assert gap == f"0.8{SPACE}points below"


@pytest.mark.parametrize(
    ("value", "zh", "en", "gap_zh", "gap_en"),
    [
        (1, "Ⅰ类", "class I", "好于目标两类", "two classes better than the target"),
        (3, "Ⅲ类", "class III", "与目标持平", "equal to the target"),
        (4, "Ⅳ类", "class IV", "比目标差一类", "one class worse than the target"),
        (6, "劣Ⅴ类", "worse than class V", "比目标差三类", "three classes worse than the target"),
    ],
)
def test_classes_of_water_are_named_and_counted(
    value: int, zh: str, en: str, gap_zh: str, gap_en: str
) -> None:
    measure = Measure(WATER_CLASS, 0)
    for lang, name, gap in (("zh", zh, gap_zh), ("en", en, gap_en)):
        assert format_quantity(value, measure, lang).replace(SPACE, " ") == name
        assert gap_words(value, 3, "<=", measure=measure, lang=lang) == gap
    assert format_interval(3, 6, measure, "zh") == "Ⅲ类～劣Ⅴ类"
    for wrong in (0, 7):
        with pytest.raises(SchemaError, match="no class of water"):
            format_quantity(wrong, measure, "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_unit_has_a_name_in_a_column_of_units(lang: str) -> None:
    assert all(unit_name(code, lang) for code in UNITS)


@pytest.mark.real
def test_published_year_on_year_figures_are_told_as_published(shared_data) -> None:
    cases = json.loads((shared_data / "reference" / "official_yoy_rounding.json").read_text(encoding="utf-8"))
    told = 0
    for case in cases["examples"]:
        for prior in case["priors_that_reproduce"]:
            change = float((Decimal(case["value"]) - Decimal(prior)) / Decimal(prior) * 100)
            words = change_words(change, "pct", measure=PM, lang="zh")
            assert words == f"同比下降{case['yoy_pct'].removeprefix('-')}%"
            told += 1
    assert told >= 10


@pytest.mark.parametrize(
    ("p", "zh", "en"),
    [
        (1.0, "九成五以上", "95 % or more"),
        (0.95, "九成五以上", "95 % or more"),
        (0.949, "约九成", "about 90 %"),
        (0.7, "约七成", "about 70 %"),
        (0.56, "约六成", "about 60 %"),
        (0.2, "约两成", "about 20 %"),
        (0.1, "约一成", "about 10 %"),
        (0.099, "不足一成", "under 10 %"),
        (0.0, "不足一成", "under 10 %"),
    ],
)
def test_odds_in_words(p: float, zh: str, en: str) -> None:
    assert odds_words(p, "zh") == zh
    assert odds_words(p, "en").replace(SPACE, " ") == en


def test_dates() -> None:
    assert format_date(date(2025, 9, 17), "zh") == "2025年9月17日"
    assert format_date(date(2025, 9, 17), "en") == "17 Sep 2025"


@given(FINITE, st.integers(0, 4), st.sampled_from(LANGS))
def test_no_exponent_no_nan_and_the_printed_number_is_near(value: float, decimals: int, lang: str) -> None:
    text = format_number(value, decimals=decimals, lang=lang)
    assert re.fullmatch(r"−?\d+(,\d{3})*(\.\d+)?", text)
    assert not banned_words(text, lang)
    assert abs(float(text.replace(",", "").replace("−", "-")) - value) <= 0.5 * 10**-decimals + 1e-6


@given(
    FINITE,
    st.floats(-1e4, 1e4),
    st.sampled_from(["<=", ">="]),
    st.sampled_from(sorted({*UNITS} - {WATER_CLASS})),
)
def test_a_gap_has_no_minus_and_one_number_in_both_languages(
    value: float, target: float, operator: str, code: str
) -> None:
    measure = Measure(code, 1)
    zh, en = (gap_words(value, target, operator, measure=measure, lang=lang) for lang in LANGS)
    assert "−" not in zh + en and "-" not in zh + en
    zh, en = zh.replace(",", ""), en.replace(",", "")
    assert re.findall(r"\d+(?:\.\d+)?", zh)[:1] == re.findall(r"\d+(?:\.\d+)?", en)[:1]
    assert zh.startswith(("高于", "低于", "超过", "少于", "好于")) == ("better" in en)


@given(st.floats(-100, 100), st.floats(0, 50))
def test_an_end_off_zero_is_printed_off_zero(low: float, width: float) -> None:
    decimals = supported_decimals(low, low + width)
    for end in (low, low + width):
        assert decimals == 6 or (end == 0) == rounded(end, decimals).is_zero()
