"""Tables as HTML: order, scopes, chips, words for what is missing, escaping."""

import math
import re
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import registry
from helpers.battles import results
from helpers.battles.judgement import CONFIDENCE_CAPS
from helpers.page import wording
from helpers.page.numbers import Measure
from helpers.page.tables import MOST_ROWS, chip, coverage_table, data_table, indicator_table, scorecard
from helpers.page.words import entry
from wording_cases import LANGS, make_row, make_table, tables


class Grid(HTMLParser):
    """Reads a table back: caption, cells by row, tags with their attributes; hidden parts are passed over."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.caption, self.tags = "", []
        self._open: list[str] = []
        self._hidden = 0
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "wbr":
            return
        if self._hidden or dict(attrs).get("aria-hidden") == "true":
            self._hidden += 1
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if "caption" in self._open:
            self.caption += data
        elif {"th", "td"} & set(self._open):
            self.rows[-1][-1] += data


SERIES = pd.DataFrame(
    {
        "indicator_id": ["pm25_mean"] * 3,
        "place_code": "220100",
        "year": [2021, 2022, 2024],
        "value": [31.0, 28.0, 30.0],
    }
)


def test_scorecard_cell_by_cell_in_chinese() -> None:
    table = pd.DataFrame(
        [
            make_row(value=28, status="met", indicator_id="pm10_mean", confidence="high"),
            make_row(value=math.nan, status="no_data", indicator_id="so2_mean", confidence="none"),
            make_row(status="off_track"),
        ]
    )
    grid = Grid(scorecard(table, lang="zh", series=SERIES))
    assert grid.caption == "目标进展一览"
    assert grid.rows == [
        ["指标", "最新值（单位）", "目标（年份）", "与目标差距", "近年走势", "进展状态", "可信度"],
        ["细颗粒物年均浓度", "33 μg/m³", "≤30μg/m³（2025年）", "暂高3", "", "明显滞后", "中等"],
        [
            "可吸入颗粒物年均浓度",
            "28 μg/m³",
            "≤30μg/m³（2025年）",
            "暂低2",
            "",
            "已达标",
            "较高",
        ],
        ["二氧化硫年均浓度", "无数据", "≤30μg/m³（2025年）", "不适用", "", "数据不足", "不评定"],
    ]


def test_a_whole_year_is_held_against_its_target_without_a_word_more() -> None:
    whole = pd.DataFrame([make_row(period_end="2025-12-31")])
    assert Grid(scorecard(whole, lang="zh")).rows[1][3:] == ["高3", "未达成", "中等"]
    total = {"indicator_id": "greening_total", "unit": "10k_mu", "target_operator": ">="}
    assert Grid(scorecard(pd.DataFrame([make_row(**total)]), lang="zh")).rows[1][3] == "多3.00"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_column_that_says_nothing_of_any_target_is_left_out(lang: str) -> None:
    """Confidence that is nowhere rated, no sparkline at all, no gap at all; one cell that says something keeps it."""
    heads = {key: both[lang] for key, both in entry("table.scorecard.columns").items()}

    def shown(table: pd.DataFrame, series: pd.DataFrame | None = None) -> set[str]:
        return {
            key
            for key, head in heads.items()
            if head in Grid(scorecard(table, lang=lang, series=series)).rows[0]
        }

    bare = make_table("no_data", "no_data", value=math.nan, confidence="none")
    assert shown(bare) == set(heads) - {"gap", "recent", "confidence"}
    judged = make_table("off_track", "met", confidence="none")
    assert shown(judged) == set(heads) - {"recent", "confidence"}
    judged.loc[0, "confidence"] = "low"
    assert shown(judged, SERIES) == set(heads)
    html = str(scorecard(bare, lang=lang))
    assert "at-status" in html and "at-recent" not in html, (
        "cells are dressed by their column, not by their place"
    )


def test_scorecard_in_english() -> None:
    grid = Grid(scorecard(pd.DataFrame([make_row(simulated=True)]), lang="en", series=SERIES))
    assert grid.caption == "Progress on targets Demonstration data (simulated)"
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in grid.rows[1]] == [
        "PM2.5 annual mean",
        "33 μg/m³",
        "≤ 30 μg/m³ (2025)",
        "3 above so far",
        "",
        "Off track",
        "Medium",
    ]


def test_structure_is_readable_by_a_screen_reader() -> None:
    html = scorecard(make_table("off_track", "met"), lang="zh")
    tags = Grid(html).tags
    assert [attrs["scope"] for tag, attrs in tags if tag == "th"] == ["col"] * 6 + ["row"] * 2
    region = tags[0][1]
    assert region == {
        "class": "table-scroll",
        "tabindex": "0",
        "role": "region",
        "aria-label": "目标进展一览",
    }
    assert not any({"style", "bgcolor", "width", "colspan", "rowspan"} & set(attrs) for _, attrs in tags)
    assert ("table", {"class": "scorecard"}) in tags


def test_sparklines_share_their_years_and_are_hidden_from_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(
        "helpers.page.tables.results_tables.sparkline",
        lambda values, target: drawn.append((values, target)) or "<svg></svg>",
    )
    other = SERIES.assign(indicator_id="pm10_mean", year=[2020, 2021, 2022])
    scorecard(make_table("off_track", "met"), lang="zh", series=pd.concat([SERIES, other]))
    assert [target for _, target in drawn] == [30.0, 30.0]
    (fine, _), (coarse, _) = drawn
    pd.testing.assert_series_equal(pd.Series(fine), pd.Series([math.nan, 31, 28, math.nan, 30]))
    pd.testing.assert_series_equal(pd.Series(coarse), pd.Series([31.0, 28, 30, math.nan, math.nan]))


def test_targets_without_room_are_counted_not_hidden() -> None:
    table = make_table(*["off_track"] * 3, *["met"] * 6, *["no_data"] * 4, "no_target")
    html = scorecard(table, lang="zh")
    grid = Grid(html)
    assert len(grid.rows) == 1 + MOST_ROWS
    assert str(html).endswith('<p class="table-note">另有3个已达标、4个数据不足，见附录B。</p>')
    told = "Of the further targets in appendix B, 3 are met, 4 have insufficient data."
    assert told in scorecard(table, lang="en")
    lead = wording.lead_sentence(table, lang="zh").text
    assert lead.startswith("13个目标中"), "shown and counted targets are those of the lead sentence"


def test_rows_without_target_stay_out_of_the_scorecard() -> None:
    table = make_table("off_track", "no_target", "met")
    table.loc[2, "target_id"] = ""
    assert len(Grid(scorecard(table, lang="zh")).rows) == 2


def test_no_rows_is_said() -> None:
    empty = results.make([])
    assert str(scorecard(empty, lang="zh")) == '<p class="table-note">无数据：没有可列的记录。</p>'
    assert "there are no records" in indicator_table(empty, lang="en")


@pytest.mark.parametrize("status", results.STATUSES)
@pytest.mark.parametrize("lang", LANGS)
def test_chips_are_icon_and_word(status: str, lang: str) -> None:
    html = str(chip(status, lang))
    assert html.startswith(f'<span class="chip chip-{status}"><span class="icon" aria-hidden="true">')
    icon, word = html.removesuffix("</span>").split('"true">')[1].split("</span>")
    assert len(icon) == 1 and len(word) >= 3


def test_indicator_table() -> None:
    table = pd.DataFrame(
        [
            make_row(
                value_prev=31.0,
                change_prev=6.4516,
                change_unit="pct",
                n_obs=271,
                standard="GB 3095-2012",
                caveats="dust_not_deducted;partial_year",
                source_ids="station_archive",
            ),
            make_row(
                indicator_id="composite_index", unit="index", value=math.nan, target_operator="", target_id=""
            ),
        ]
    )
    rows = Grid(indicator_table(table, lang="zh")).rows
    assert "地点代码" not in rows[0], "one place is no column"
    assert rows[1] == [
        "细颗粒物年均浓度",
        "2025年1—9月",
        "33",
        "μg/m³",
        "271",
        "98.2",
        "上升6.5%",
        "≤30μg/m³（2025年）",
        "明显滞后",
        "GB 3095—2012及修改单",
        "1、2",
        "1",
    ]
    assert rows[2][2:8] == ["无数据", "无量纲", "无数据", "98.2", "不适用", "不适用"]
    numbered = indicator_table(table, lang="zh", sources={"station_archive": 7})
    assert Grid(numbered).rows[1][-1] == "7"
    table = table.assign(place_code=["220100", "220102"])
    assert Grid(indicator_table(table, lang="zh")).rows[1][1] == "220100"


def test_coverage_table() -> None:
    coverage = pd.DataFrame(
        [
            {
                "source": "[1]",
                "period": "2025",
                "expected": 8760,
                "valid": 8523,
                "share": 97.2945,
                "flags": "<i>",
            },
            {
                "source": "[3]",
                "period": "2025",
                "expected": 12,
                "valid": 12,
                "share": 100,
                "flags": "",
            },
            {
                "source": "[2]",
                "period": "2025",
                "expected": 12,
                "valid": math.nan,
                "share": math.nan,
                "flags": None,
            },
        ]
    )
    html = coverage_table(coverage, lang="zh")
    assert Grid(html).rows[1:] == [
        ["[1]", "2025", "8760", "8523", "97.3", "<i>"],
        ["[3]", "2025", "12", "12", "100.0", "无"],
        ["[2]", "2025", "12", "无数据", "无数据", "无数据"],
    ]
    assert "<i>" not in html


def test_any_table() -> None:
    table = pd.DataFrame(
        {
            "PM2.5": ["a", None],
            "level": [1.25, math.nan],
            "count": [1, 20000],
            "small": [1e-3, 1e20],
            "day": pd.to_datetime(["2025-09-17", None]),
            "open": [True, False],
        }
    )
    measures = {"level": Measure("ug_m3", 1)}
    html = data_table(table, caption="O3 <x>", lang="en", measures=measures, source="S", simulated=True)
    grid = Grid(html)
    assert grid.caption == "O3 <x> Demonstration data (simulated)"
    assert html.endswith('<p class="table-note"><a href="#appendix-c">Source: S</a></p>')
    assert grid.rows == [
        ["PM2.5", "level (μg/m³)", "count", "small", "day", "open"],
        ["a", "1.2", "1", "0.001", "17 Sep 2025", "yes"],
        ["no data", "no data", "20,000", "100,000,000,000,000,000,000.000", "no data", "no"],
    ]
    assert "<caption>O<sub>3</sub> &lt;x&gt; <span" in html
    told = data_table(table, caption="x", lang="zh", measures=measures)
    assert Grid(told).rows[0][1] == "level（μg/m³）" and "stamp" not in told and "table-note" not in told
    assert (
        Grid(data_table(table.assign(day=date(2025, 9, 17)), caption="x", lang="zh")).rows[1][4]
        == "2025年9月17日"
    )


def shapes(html: str) -> list[list[str]]:
    """Classes of the cells of the first row of the body."""
    row = str(html).split("<tbody>")[1].split("</tr>")[0]
    return [found.split() for found in re.findall(r'<t[hd](?: scope=row)?(?: class="?([^">]*)"?)?>', row)]


def test_columns_find_their_own_alignment_and_wrapping() -> None:
    table = pd.DataFrame(
        {
            "name": ["一个比较长的名称写在这里"],
            "number": ["1,234.50"],
            "minus": ["−3"],
            "day": ["2026-02-26"],
            "code": ["1119A"],
            "mixed": ["3"],
            "long": ["一段需要换行的说明文字，比一行更长"],
        }
    )
    second = table.assign(number="无数据", mixed="约3")
    found = shapes(data_table(pd.concat([table, second]), caption="x", lang="zh"))
    assert found == [["loose"], ["number"], ["number"], [], [], [], ["loose"]]


def test_a_small_table_is_narrow_and_a_wide_one_dense() -> None:
    small = data_table(pd.DataFrame({"a": [1], "b": [2]}), caption="x", lang="zh")
    wide = data_table(pd.DataFrame({str(n): [n] for n in range(8)}), caption="x", lang="zh")
    assert 'class="data narrow"' in small and 'class="data dense"' in wide


def test_a_chip_passes_and_other_text_does_not() -> None:
    table = pd.DataFrame([["<b>x</b>", chip("met", "zh")]], columns=["name", "status"], dtype="object")
    html = data_table(table, caption="x", lang="zh")
    assert '<span class="chip chip-met">' in html and "<b>" not in html
    assert Grid(html).rows[1] == ["<b>x</b>", "已达标"]


def test_hostile_names_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    known = registry.indicator("pm25_mean").model_copy(update={"name_zh": hostile, "name_en": hostile})
    monkeypatch.setattr(registry, "indicator", lambda _: known)
    row = pd.DataFrame([make_row(standard=hostile, place_code=hostile, caveats=hostile, source_ids=hostile)])
    # A caveat of page one is a record of the registry; appendix B prints ids of any kind.
    shown = [scorecard(row.assign(caveats=""), lang="zh"), indicator_table(row, lang="en")]
    shown.append(data_table(pd.DataFrame({hostile: [hostile]}), caption=hostile, lang="zh"))
    for html in shown:
        assert "<img" not in html
        assert Grid(html).rows[1][0] == hostile


@settings(max_examples=25, deadline=None)
@given(tables(), st.sampled_from(LANGS))
def test_every_results_table_can_be_laid_out_without_python_numbers(table: pd.DataFrame, lang: str) -> None:
    for html in (scorecard(table, lang=lang), indicator_table(table, lang=lang)):
        cells = [cell for row in Grid(html).rows[1:] for cell in row]
        assert not any(cell in ("nan", "NaT", "None", "-", "—", "/") for cell in cells)
    assert len(Grid(indicator_table(table, lang=lang)).rows) == (len(table) + 1 if len(table) else 0)


def _caveats(*joined: str, value: float = 31.0) -> pd.DataFrame:
    """Judged rows that carry these caveats."""
    rows = [make_row(caveats=one, value=value, target_id=f"pm25_{n}") for n, one in enumerate(joined)]
    return results.make([row.to_dict() for row in rows])


@pytest.mark.parametrize("lang", LANGS)
def test_what_sources_are_worth_stands_under_the_scorecard_at_most_three(lang):
    worth = ["third_party_daily", "header_realigned", "aqi_mean_of_hourly", "ozone_missing"]
    html = str(scorecard(_caveats(f"draft_plan;{worth[0]};{worth[1]}", ";".join(worth[1:])), lang=lang))
    told = [getattr(registry.caveat(one), lang) in html for one in worth]
    assert told == [True, True, True, False]
    assert getattr(registry.caveat("draft_plan"), lang) not in html
    assert ("说明：" if lang == "zh" else "Note: ") in html


def test_a_value_that_is_missing_and_a_caveat_of_method_put_no_note_under_the_scorecard():
    assert "说明：" not in scorecard(_caveats("third_party_daily", value=math.nan), lang="zh")
    assert "说明：" not in scorecard(_caveats("draft_plan;partial_year"), lang="zh")


def test_every_caveat_that_caps_confidence_is_said_on_page_one_and_no_other():
    marked = {key for key, caveat in registry.caveats().items() if caveat.page_one}
    assert marked == set(CONFIDENCE_CAPS)


def test_a_sparkline_does_not_join_years_that_are_not_neighbours():
    series = pd.DataFrame(
        {"indicator_id": "pm25_mean", "year": [2014, 2015, 2016, 2025], "value": [65.0, 64, 46, 34]}
    )
    html = str(scorecard(results.make([make_row().to_dict()]), lang="zh", series=series))
    line = re.search(r"<svg.*?</svg>", html)[0]
    strokes = [path for path in re.findall(r'd="(M[^"]*)"', line) if "H" not in path]
    assert [path.count("L") for path in strokes] == [2, 0]
