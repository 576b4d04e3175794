"""The section on our city among others: what it says in both languages, what it does not, and that it is read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape

import numpy as np
import pandas as pd
import pytest

from air_cases import context, empty_tables
from helpers.battles import blue_sky
from helpers.battles.among_cities import CITIES, SUMMARY
from helpers.battles.context import Battle
from helpers.battles.shapes import shape
from helpers.errors import SchemaError
from helpers.page import among_cities, battle_page, lacking, sections
from helpers.page.charts import figure
from helpers.page.reading import read_markup
from helpers.page.wording.sentence import Sentence
from land_cases import texts_in

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
EN_OF = {"长春": "Changchun", "沈阳": "Shenyang", "太原": "Taiyuan", "西安": "Xi'an", "乌鲁木齐": "Ürümqi"}
# city, base and latest value, change, pace with its interval, months, relation, years
ROWS = [
    ("长春", 65, 46, -29.2308, -16.4253, -29.421, -3.4297, 37, "own", "2014;2015;2016"),
    ("沈阳", 70, 46, -34.2857, -13.115, -21.5001, -4.7298, 36, "alike", "2014;2016"),
    ("太原", 68, 66, -2.9412, 0.6439, -35.7948, 37.0826, 37, "alike", "2014;2015;2016"),
    ("西安", 75, 72, -4.0, -25.0, -30.0, -20.0, 36, "lower", "2014;2015;2016"),
    ("乌鲁木齐", 64, 73, 14.0625, 9.3284, -21.1195, 39.7762, 37, "higher", "2014;2015;2016"),
]
SUMMED = {
    "group": "start", "n_complete": 5, "base_year": 2014, "year": 2016, "n_cities": 5, "rank": 1, "n_tied": 1,
    "n_lower": 1, "n_alike": 2, "n_higher": 1, "zone": "north", "province_zh": "吉林省", "province_en": "Jilin Province",
}  # fmt: skip


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure.style, "render_svg", lambda *_: b"")
    monkeypatch.setattr(figure, "inline_svg", lambda *_, **__: "")


def summary(**changed: object) -> dict[str, object]:
    numbers = {name: 0 for name, kind in SUMMARY.items() if kind == "int64"}
    words = {name: "" for name, kind in SUMMARY.items() if kind == "str"}
    return words | numbers | {"is_plan_base": False} | SUMMED | changed


def cities(rows: list[tuple] = ROWS, group: str = "start", **changed: object) -> pd.DataFrame:
    names = [
        "city",
        "base_value",
        "value",
        "change_pct",
        "pace_pct",
        "low_pct",
        "high_pct",
        "n_months",
        "relation",
    ]
    table = pd.DataFrame(rows, columns=[*names, "complete_years"]).assign(
        group=group, is_third_party=True, source_ids="tables"
    )
    table = table.assign(name_zh=table["city"], is_own=table["city"] == "长春")
    table["name_en"] = table["city"].map(EN_OF).fillna(table["city"])
    return shape(table.assign(**changed), CITIES)


@cache
def _sources() -> pd.DataFrame:
    return pd.DataFrame({"source_id": ["tables"], "reader": ["air_aqistudy"], "title_zh": ["表"]})


@cache
def _bare() -> Battle:
    """The battle without any data."""
    return blue_sky.build(empty_tables(), context("2016", date(2016, 12, 31)))


def battle(told: pd.DataFrame | None = None, *summaries: dict[str, object]) -> Battle:
    few = summary(group="province", why="few", n_complete=1)
    groups = shape(list(summaries or (summary(), few)), SUMMARY)
    tables = {
        "among_cities": cities() if told is None else told,
        "among_groups": groups,
        "sources": _sources(),
    }
    return replace(_bare(), tables=_bare().tables | tables)


def _few(why: str = "few") -> list[dict[str, object]]:
    """Two groups that are not told."""
    return [summary(why=why, n_complete=3), summary(group="province", why=why, n_complete=1)]


def texts(found: Battle, lang: str) -> str:
    block = sections.show(found, "among_cities.all", lang=lang)
    return "" if block is None else "\n".join(texts_in([block.payload()]))


def first_table(found: Battle, lang: str) -> list[list[str]]:
    block = sections.show(found, "among_cities.all", lang=lang)
    parts = [part for part in block.payload()["sections"][0]["parts"] if part["kind"] == "table"]
    return read_markup(parts[0]["html"])[1][0].body


SAID = {
    "zh": [
        "2016年长春市PM2.5年均浓度为46μg/m³，2014年为65μg/m³，下降29.2%；在2014年PM2.5相近（±15%）且同属北方供暖地区的5个城市"
        "（含本市）中，由低到高居第1位（与1个城市并列）。",
        "按逐月均值，长春市每年变化−16.4%（95%区间−29.4%～−3.4%）；其余4个城市中，变化速度与本市不能区分的2个，比本市有利的1个，"
        "不利的1个。",
        "吉林省的城市中有基准年和最近年完整数据的为1个（含本市），少于5个，不作比较。",
        "方案的基准年（2020年）没有足够的可比数据，改用数据中首个可用的完整年度",
        "标为第三方的数值来自第三方城市日值，以官方数据为准。",
        "未与文件原文核对（M）",
    ],
    "en": [
        "The PM2.5 annual mean of Changchun was 46 μg/m³ in 2016 and 65 μg/m³ in 2014, a fall of 29.2 %. Among the 5 cities "
        "(ours included) of the northern heating area that were within ±15 % of ours in 2014, it stands at place 1, counted "
        "from the lowest (shared with 1 of them).",
        "By monthly means Changchun changes by −16.4 % a year (95 % interval −29.4 to −3.4 %). Of the 4 other cities, pace not "
        "told apart from ours: 2; better: 1; worse: 1.",
        "Cities of Jilin Province with both years complete, ours included: 1; fewer than 5, so they are not compared.",
        "The base year of the plan (2020) has too few comparable data",
        "Values marked third-party come from third-party daily data of cities; official data take precedence.",
        "were not checked against a document (M)",
    ],
}


@BOTH
def test_position_and_pace_are_said_with_their_interval_and_what_they_rest_on(lang: str) -> None:
    told = texts(battle(), lang).replace("\xa0", " ")
    for one in SAID[lang]:
        assert one in told


@BOTH
def test_the_table_names_every_city_its_years_and_its_third_party_mark(lang: str) -> None:
    own, other = first_table(battle(), lang)[:2]
    dash, mark = ("—", "第三方") if lang == "zh" else ("–", "Third-party")
    assert own[0] == {"zh": "长春（本市）", "en": "Changchun (this city)"}[lang]
    assert own[1:4] == ["65", "46", "−16.4"] and own[6:] == [f"2014{dash}2016", mark]
    assert other[6] == {"zh": "2014、2016", "en": "2014, 2016"}[lang]


@BOTH
def test_the_figure_marks_ours_and_draws_every_pace_with_its_interval(lang: str) -> None:
    drawn = among_cities.paces(battle(), lang, "start")
    assert drawn.table["name"].iloc[0] == {"zh": "长春（本市）", "en": "Changchun (this city)"}[lang]
    assert len(drawn.table) == 5 and (drawn.table["low"] < drawn.table["value"]).all()
    many = [
        (f"市{place}", 60 + place, 50, -1.0, -1.0, -2.0, 0.5, 40, "alike", "2014;2016") for place in range(40)
    ]
    drawn = among_cities.paces(battle(cities(ROWS + many)), lang, "start")
    assert len(drawn.table) == 25 and "25" in drawn.fields["drawn"]
    assert "市39" not in set(drawn.table["name"]) and "市5" in set(
        drawn.table["name"]
    )  # the nearest in the base year


@BOTH
@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"rank": 2}, "rank"), ({"n_cities": 6}, "n_cities"), ({"n_tied": 0}, "n_tied"), ({"base_year": 2015}, "base_year"),
        ({"year": 2015}, "year"), ({"n_alike": 3}, "n_alike"), ({"n_lower": 0}, "n_lower"), ({"n_higher": 0}, "n_higher"),
    ],
)  # fmt: skip
def test_a_sentence_that_says_another_number_than_its_rows_is_refused(
    lang: str, changed: dict, wrong: str
) -> None:
    (told,) = among_cities.sentences(battle(), lang, "start")
    own = cities().iloc[0].to_dict()
    assert [among_cities.verify(one, summary(), own) for one in told] == [(), ()]
    assert any(wrong in " ".join(among_cities.verify(one, summary(**changed), own)) for one in told)


@BOTH
@pytest.mark.parametrize("name", ["value", "base_value", "change_pct", "pace_pct", "low_pct", "high_pct"])
def test_so_is_one_that_says_another_value_of_our_city(lang: str, name: str) -> None:
    (told,) = among_cities.sentences(battle(), lang, "start")
    own = cities().iloc[0].to_dict()
    other = own | {name: own[name] + 1}
    assert any(among_cities.verify(one, summary(), other) for one in told)
    extra = Sentence("", told[0].body + " 7", "among", lang)
    assert among_cities.verify(extra, summary(), own)


def test_a_sentence_that_differs_from_its_rows_stops_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(among_cities, "_position", lambda *_: "长春市居第9位。")
    with pytest.raises(SchemaError, match="does not say what its rows say"):
        among_cities.sentences(battle(), "zh", "start")


@BOTH
def test_too_few_months_are_said_and_draw_no_figure(lang: str) -> None:
    short = cities(pace_pct=np.nan, low_pct=np.nan, high_pct=np.nan, n_months=17)
    short["relation"] = ["own", *["untested"] * 4]
    found = battle(short, summary(n_lower=0, n_alike=0, n_higher=0, n_untested=4))
    assert {
        "zh": "可比的月均值只有17个，至少需要36个",
        "en": "There are 17 comparable monthly means and 36 are needed",
    }[lang] in texts(found, lang)
    assert not among_cities.has_paces(found, lang, "start")


@BOTH
@pytest.mark.parametrize("change", [0.0, 5.5])
def test_a_rise_and_no_change_are_called_so(lang: str, change: float) -> None:
    rows = [(*ROWS[0][:3], change, *ROWS[0][4:]), *ROWS[1:]]
    words = {
        ("zh", 0.0): "持平",
        ("zh", 5.5): "上升5.5%",
        ("en", 0.0): "without a change",
        ("en", 5.5): "a rise of 5.5 %",
    }
    assert words[lang, change] in texts(battle(cities(rows)), lang).replace("\xa0", " ")


@BOTH
def test_the_province_is_told_beside_the_like_cities(lang: str) -> None:
    both = pd.concat([cities(), cities(group="province")], ignore_index=True)
    found = battle(
        both,
        summary(),
        summary(
            group="province", is_plan_base=True, left_out_zh="四平", left_out_en="Siping", unplaced="昆山"
        ),
    )
    told = texts(found, lang)
    wanted = {
        "zh": ["在吉林省的5个城市", "吉林省的城市中，四平缺", "未列入的有：昆山"],
        "en": ["(ours included) of Jilin Province", "left out: Siping", "昆山"],
    }
    assert all(one in told for one in wanted[lang])


WHY = {
    "no_year": ("本市没有完整年度", "the city has no complete year"),
    "no_base": ("监测状态相同的更早完整年度", "no earlier complete year under the same reference state"),
    "unplaced": ("本市所属省份不在", "not in the suite's list of cities"),
    "few": (
        "同类城市3个、本省城市1个（含本市），至少需要5个",
        "3 like ours, 1 of the province; 5 are needed",
    ),
}


@BOTH
@pytest.mark.parametrize("why", WHY)
def test_where_nothing_is_compared_the_list_of_what_lacks_says_why(lang: str, why: str) -> None:
    found = battle(cities().iloc[:0], *_few(why))
    assert texts(found, lang) == "" and "among_cities.all" in sections.untold(found, lang=lang)
    assert WHY[why][lang == "en"] in unescape(str(lacking.listed(found, lang)))
    assert WHY[why][lang == "en"] not in str(lacking.listed(battle(), lang))


@BOTH
def test_without_other_cities_nothing_is_said_at_all(lang: str) -> None:
    what = battle_page.text("lacking", "kinds.cities.what", lang, why="")
    assert texts(_bare(), lang) == "" and what[:-4] not in str(lacking.listed(_bare(), lang))
    assert what[:-4] in str(lacking.listed(battle(cities().iloc[:0], *_few()), lang))
