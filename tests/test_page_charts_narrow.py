"""Each kind of figure is drawn for narrow screens too, and tells the value of every mark."""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from helpers.page import style
from helpers.page.blocks import chart_part, part
from helpers.page.charts import Caption, Chart, annual_line, dot_interval, slope
from helpers.page.charts.labels import label
from helpers.page.charts.survey_points import survey_points
from test_page_charts_few import MORE
from test_page_charts_kinds import CASES

SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
NAMES = [*CASES, *MORE]
KINDS = pytest.mark.parametrize("kind", NAMES)
LEAST_SIZE, SHOWN = 9.0, 288 / (72 * style.NARROW_WIDTH)  # points; CSS pixels a point at 320 px


@cache
def drawn(kind: str, lang: str) -> tuple[Chart, Chart]:
    """The chart of a kind, and the one its drawing for narrow screens is taken from."""
    function, made, options = MORE[kind] if kind in MORE else CASES[kind][:3]
    unit = "pct" if kind in MORE else CASES[kind][3]
    caption = Caption(kind, "本期结论", "量、地、时、单位", "说明", "来源", unit=unit, decimals=1)
    chart = function(made if kind in MORE else made(), caption=caption, lang=lang, **options)
    with style.narrow():
        again = chart.again()
    return chart, again


def boxes(chart: Chart) -> list[tuple[str, object]]:
    with style.figure_style(chart.id):
        return [
            (text.get_text(), text.get_window_extent())
            for text in chart.figure.findobj(Text)
            if text.get_visible() and text.get_text().strip() and text.get_window_extent().width
        ]


@KINDS
@BOTH
def test_the_drawing_for_narrow_screens_is_one_and_not_a_scaled_one(kind: str, lang: str) -> None:
    chart, again = drawn(kind, lang)
    root = ElementTree.fromstring(chart.svg_narrow)
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    assert width == 72 * style.NARROW_WIDTH and height < 24 * 72
    assert root.get("class") == "chart chart-narrow" and again.alt == chart.alt
    # It is named by title and description of the wide one, which stands beside it, and shares no id with it.
    assert root.get("aria-labelledby") == f"{kind}-title {kind}-desc"
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (chart.svg, chart.svg_narrow)]
    assert not ids[0] & ids[1]
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', chart.svg_narrow)) <= ids[1]
    assert len(chart.svg_narrow) <= len(chart.svg) + 1000


@KINDS
@BOTH
def test_texts_of_both_drawings_stay_inside_and_are_large_enough(kind: str, lang: str) -> None:
    for chart in drawn(kind, lang):
        frame = chart.figure.bbox
        out = [
            text for text, box in boxes(chart)
            if box.x0 < -1 or box.x1 > frame.x1 + 1 or box.y0 < -1 or box.y1 > frame.y1 + 1
        ]  # fmt: skip
        assert out == []
        sizes = {text.get_size() for text in chart.figure.findobj(Text) if text.get_text().strip()}
        assert min(sizes) >= LEAST_SIZE


def test_type_is_at_least_ten_pixels_at_320() -> None:
    assert LEAST_SIZE * SHOWN >= 10


# The labels of hostile names are cut, and the two points of the map are one.
@pytest.mark.parametrize("kind", sorted(set(NAMES) - {"map", "rose", "polar"}))
@BOTH
def test_no_text_lies_on_another(kind: str, lang: str) -> None:
    for chart in drawn(kind, lang):
        found = boxes(chart)
        met = [
            (one, other)
            for k, (one, a) in enumerate(found)
            for other, b in found[:k]
            if min(a.x1, b.x1) - max(a.x0, b.x0) > 1.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3.5
        ]
        assert met == []


def _marks(root: ElementTree.Element) -> list[ElementTree.Element]:
    """Markers, bars and cells: what is filled, but the paper, white grounds of texts and the key."""
    inside = {id(node) for holder in root.iter(f"{SVG}defs") for node in holder.iter()}
    return [node for node in root.iter(f"{SVG}use") if id(node) not in inside]


@KINDS
@BOTH
@pytest.mark.parametrize("drawing", ["svg", "svg_narrow"])
def test_every_mark_has_a_title_with_its_value(kind: str, lang: str, drawing: str) -> None:
    chart = drawn(kind, lang)[0]
    root, values = ElementTree.fromstring(getattr(chart, drawing)), chart.table
    titles = [node.text or "" for node in root.iter(f"{SVG}title") if not node.get("id")]
    assert titles and all(title.strip() for title in titles)
    assert any(re.search(r"\d", title) for title in titles) or kind in ("calendar", "strip")
    told = [mark for mark in _marks(root) if mark.find(f"{SVG}title") is not None]
    key_marks = 8  # at most as many handles of the key
    assert len(_marks(root)) - len(told) <= key_marks
    if kind in (
        "bullet",
        "exceedance",
        "stack",
        "waterfall",
        "bars",
        "months",
        "surveys",
        "timeline",
        "slope",
    ):
        shapes = {"bullet": 12, "exceedance": 27, "stack": 16, "waterfall": 3, "slope": 4}
        assert len(titles) >= shapes.get(kind, len(values))
    if kind == "calendar":
        assert len(titles) == len(values)
        assert titles[0].startswith("2025-01-")


def test_a_title_tells_number_unit_and_period() -> None:
    chart, _ = drawn("annual", "zh")
    titles = [node.text for node in ElementTree.fromstring(chart.svg).iter(f"{SVG}title")]
    assert {"2013：73.0 μg/m³", "2025：＜31.0 μg/m³"} <= set(titles)
    assert any("推算" in title and "～" in title and "2027" in title for title in titles)


def test_the_last_year_stands_in_the_narrow_drawing() -> None:
    """On a phone the year the title speaks of was off the screen."""
    _, again = drawn("annual", "zh")
    axes = again.figure.axes[0]
    x = axes.transData.transform((2025, 31))[0]
    assert 0 < x < again.figure.bbox.x1
    assert "2027" in {text.get_text() for text in axes.get_xticklabels()}


@KINDS
@BOTH
def test_no_length_begins_at_a_cut_axis(kind: str, lang: str) -> None:
    """Bars and stems are compared by their length, so that they begin at zero or not at all."""
    for chart in drawn(kind, lang):
        for axes in chart.figure.axes:
            if axes.name == "polar":
                continue
            low = axes.get_ylim()[0]
            for lines in axes.collections:
                for start, end in (s for s in getattr(lines, "get_segments", list)() if len(s) == 2):
                    is_stem = start[0] == end[0] and low in (start[1], end[1]) and start[1] != end[1]
                    assert not is_stem or low == 0


def test_survey_points_have_no_stems_from_a_cut_axis() -> None:
    table = pd.DataFrame({"year": [2016, 2021, 2025], "scope": "", "value": [7.3, 7.9, 8.15]})
    chart = survey_points(table, caption=Caption("probe", "题", "量", unit="pct"), lang="zh", alt="{title}")
    assert chart.figure.axes[0].get_ylim()[0] > 0 and not chart.figure.axes[0].collections
    grounded = survey_points(
        table.assign(value=[0.5, 4.0, 8.0]), caption=Caption("probe", "题", "量"), lang="zh", alt="{title}"
    )
    assert grounded.figure.axes[0].get_ylim()[0] == 0 and len(grounded.figure.axes[0].collections) == 1


def _changes(**more: object) -> pd.DataFrame:
    rows = {
        "name": ["甲", "乙", "丙"],
        "value": [-2.0, 0.1, 3.0],
        "low": [-3.0, -1.0, 2.0],
        "high": [-1.0, 1.0, 4.0],
    }
    return pd.DataFrame(rows | more)


@BOTH
def test_changes_are_told_from_no_change_and_zero_is_named(lang: str) -> None:
    caption = Caption("probe", "题", "量", unit="mg_l", decimals=1, per="year")
    chart = dot_interval(_changes(), caption=caption, lang=lang, better="low")
    shown = {text.get_text() for text in chart.figure.findobj(Text)}
    words = ("no_change", "good_side", "bad_side", "unclear_change")
    assert {label(word, lang) for word in words} <= shown
    assert {"zh": "mg/L每年", "en": "mg/L a year"}[lang] in shown
    colours = [line.get_markeredgecolor() for line in chart.figure.axes[0].lines if line.get_marker() == "o"]
    assert len(set(colours)) == 3
    zero = [line for line in chart.figure.axes[0].lines if list(line.get_xdata()) == [0, 0]]
    grid = chart.figure.axes[0].get_xgridlines()[0]
    assert zero[0].get_color() != grid.get_color() and zero[0].get_linewidth() > grid.get_linewidth()
    levels = dot_interval(_changes(), caption=caption, lang=lang, reference=(1.0, "Ⅲ"))
    assert "Ⅲ 1" in {text.get_text() for text in levels.figure.axes[0].texts}, (
        "a limit has its name at its line"
    )


def test_a_slope_marks_which_groups_changed_and_has_an_axis() -> None:
    rows = [
        (n, p, v, c)
        for n, a, b, c in (("甲", 20, 25, True), ("乙", 30, 30.1, False))
        for p, v in (("2009", a), ("2023", b))
    ]
    table = pd.DataFrame(rows, columns=["name", "period", "value", "is_clear"])
    chart = slope(table, caption=Caption("probe", "题", "量", unit="g_kg"), lang="zh")
    axes = chart.figure.axes[0]
    styles = {(line.get_color(), line.get_linestyle()) for line in axes.lines if len(line.get_xdata()) == 2}
    assert len(styles) >= 2 and len(axes.get_yticks()) > 1
    assert {"变化明确", "方向不明确"} <= {text.get_text() for text in chart.figure.findobj(Text)}


def test_two_points_alone_are_told_and_not_drawn() -> None:
    """Two dots in an empty frame say less than a sentence."""
    table = pd.DataFrame({"year": [2021, 2022], "scope": "", "value": [2800.0, 2900.0]})
    alt = "{title}：{first_year}年{first}，{last_year}年{last}"
    made = {"caption": Caption("probe", "题", "量", "说明", "来源", unit="10k_mu"), "lang": "zh", "alt": alt}
    chart = survey_points(table, **made)
    assert part(chart) == {"kind": "note", "text": "题：2021年2800，2022年2900万亩。量。说明。来源。"}
    goal = pd.DataFrame({"year": [2025], "value": [3000.0]})
    assert part(survey_points(table, target=goal, **made))["kind"] == "chart"


@KINDS
def test_a_part_carries_both_drawings(kind: str) -> None:
    chart, again = drawn(kind, "zh")
    kept = chart_part(chart)
    assert kept["svg"] == chart.svg and kept["svg_narrow"] == chart.svg_narrow == again.svg


def test_digits_of_chemical_names_are_lowered_in_figures() -> None:
    chart, _ = drawn("bullet", "zh")
    lowered = {
        "".join(node.itertext()): next(digit.text for digit in node.iter(f"{SVG}tspan"))
        for node in ElementTree.fromstring(chart.svg).iter(f"{SVG}text")
        if node.find(f"{SVG}tspan") is not None
    }
    assert lowered == {"SO2": "2", "NO2": "2", "O3": "3", "PM10": "10", "PM2.5": "2.5"}


@pytest.mark.parametrize("limit", [30.5, 29.5])
def test_values_do_not_sit_on_the_limit_line(limit: float) -> None:
    table = pd.DataFrame({"year": range(2019, 2026), "value": [60.0, 50, 40, 35, 30, 30, 30]})
    limits = pd.DataFrame({"start": ["2015-01-01"], "value": [limit], "name": ["GB"]})
    chart = annual_line(table, caption=Caption("probe", "题", "量", unit="ug_m3"), lang="zh", limits=limits)
    axes = chart.figure.axes[0]
    line = axes.transData.transform((2025, limit))[1]
    with style.figure_style("probe"):
        last = [text for text in axes.texts if text.get_text() == "30"][-1].get_window_extent()
    assert not last.y0 < line < last.y1
    assert np.isfinite(line)
