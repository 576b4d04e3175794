"""The map of pixel trends: classes, hatch, scale, period, text alternative, size, refusals."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.text import Text

from helpers.errors import ParameterError, SchemaError
from helpers.page import charts, style
from helpers.page.charts import Caption, Chart
from helpers.page.charts.raster_map import _rectangles
from helpers.statistics.trend_map import TrendMap

SVG = "{http://www.w3.org/2000/svg}"


def trend(slope: object, p: object, **changes: object) -> TrendMap:
    slope = np.asarray(slope, dtype=float)
    made = TrendMap(
        slope,
        np.asarray(p, dtype=float),
        np.full(slope.shape, 60),
        1.0,
        1.0,
        0.0,
        date(2015, 1, 1),
        date(2025, 12, 1),
    )
    return replace(made, **changes)


def simple() -> TrendMap:
    slope = np.array([[-0.01, -0.004, 0.0, 0.004, 0.01], [-0.01, -0.004, np.nan, 0.004, 0.01]])
    return trend(slope, np.where(np.abs(slope) > 0.005, 0.01, 0.5))


def draw(made: TrendMap, lang: str = "zh") -> Chart:
    caption = Caption(
        "greening", "林地变绿", "NDVI每年变化", "说明", "来源", decimals=4, battle="green_hills"
    )
    return charts.raster_map(made, caption=caption, lang=lang)


def test_shares_by_hand():
    table = draw(simple()).table
    assert table["low"].iloc[2:].tolist()[::2] == pytest.approx([-0.006, -0.002, 0.002, 0.006])
    assert table["high"].iloc[:8].tolist()[1::2] == pytest.approx([-0.006, -0.002, 0.002, 0.006])
    expected = np.array([2, 0, 0, 2, 0, 1, 0, 2, 2, 0]) * 100 / 9
    np.testing.assert_allclose(table["share_pct"], expected)


@pytest.mark.parametrize(
    ("lang", "alt"),
    [
        ("zh", "林地变绿。逐像元趋势图（2015年1月—2025年12月）：增加的像元占22%，减少的占22%（p＜0.05）；每年变化的中位数为0.0000。"),
        ("en", "林地变绿. Map of pixel trends (Jan 2015–Dec 2025): 22% of pixels rise (p < 0.05), 22% fall; the median change per year is 0.0000."),
    ],
)  # fmt: skip
def test_text_alternative(lang, alt):
    chart = draw(simple(), lang)
    assert chart.alt == alt
    root = ElementTree.fromstring(chart.svg)
    assert root[1].text == alt and root.get("role") == "img"


@pytest.mark.parametrize(("lang", "shown"), [
    ("zh", ["NDVI每年变化", "＜−0.006", "−0.006～−0.002", "＞0.006", "斜线：方向不明确（p≥0.05）", "无数据", "0.5 km", "北", "2015年1月—2025年12月"]),
    ("en", ["NDVI每年变化", "< −0.006", "−0.006–−0.002", "> 0.006", "hatched: direction not clear (p ≥ 0.05)", "0.5 km", "N", "Jan 2015–Dec 2025"]),
])  # fmt: skip
def test_key_scale_and_period_stand_in_the_picture(lang, shown):
    root = ElementTree.fromstring(draw(simple(), lang).svg)
    texts = [node.text for node in root.iter(f"{SVG}text")]
    assert set(shown) <= set(texts)
    assert not {node.tag for node in root.iter()} & {f"{SVG}{tag}" for tag in ("image", "script", "style")}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_texts_stay_inside_and_do_not_meet(lang):
    fine = trend(
        np.random.default_rng(0).normal(0, 0.000123, (9, 200)), np.ones((9, 200)), cell_width_km=0.25
    )
    for made in (simple(), fine):
        figure = draw(made, lang).figure
        with style.figure_style("greening"):
            boxes = [t.get_window_extent() for t in figure.findobj(Text) if t.get_visible() and t.get_text()]
        for box in boxes:
            assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
            assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1
        assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_hatch_covers_what_is_not_significant():
    hatched = draw(simple()).svg
    plain = draw(replace(simple(), p=np.full((2, 5), 0.01))).svg
    # The key shows the hatch once; the picture fills one more path with it where a pixel is not significant.
    assert hatched.count("fill:url(") + hatched.count('fill="url(') == 2
    assert plain.count("fill:url(") + plain.count('fill="url(') == 1
    ids = set(re.findall(r' id="([^"]+)"', hatched))
    assert set(re.findall(r"url\(#([^)]+)", hatched)) <= ids


def test_scale_bar_is_true_to_the_cells():
    figure = draw(
        trend(np.full((60, 60), 0.01), np.full((60, 60), 0.01), cell_width_km=0.5, cell_height_km=0.5)
    ).figure
    axes = figure.axes[0]
    bar = next(line for line in axes.lines if len(line.get_xdata()) == 4)
    text = next(t.get_text() for t in axes.texts if t.get_text().endswith(" km"))
    west, east = axes.get_xlim()
    km = (bar.get_xdata()[-1] - bar.get_xdata()[0]) * (east - west)
    assert km == pytest.approx(float(text.removesuffix(" km")))
    width, height = axes.get_position().width * 8.0, axes.get_position().height * 5.2
    low, high = axes.get_ylim()
    assert (east - west) / width == pytest.approx((high - low) / height)
    frame = axes.patches[0]
    assert (frame.get_width(), frame.get_height()) == (30, 30)


def test_large_rasters_are_drawn_coarsely_and_counted_finely():
    rng = np.random.default_rng(1)
    slope = rng.normal(0, 0.01, (500, 700))
    slope[:100, :100] = np.nan
    chart = draw(trend(slope, np.where(np.abs(slope) > 0.01, 0.01, 0.3)))
    assert "10×10个像元的平均" in chart.note
    assert len(chart.svg) < 300_000
    known = np.isfinite(slope).sum()
    significant = 100 * (np.abs(slope) > 0.01).sum() / known
    assert chart.table["share_pct"].iloc[::2].sum() == pytest.approx(significant)
    assert chart.table["share_pct"].sum() == pytest.approx(100)


def test_same_bytes_twice():
    assert draw(simple()).svg == draw(simple()).svg
    assert draw(simple()).png(40) == draw(simple()).png(40)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_trend_is_said_not_drawn(lang):
    blank = np.full((3, 4), np.nan)
    chart = draw(trend(blank, blank), lang)
    assert {"zh": "数据不足", "en": "nsufficient data"}[lang] in chart.alt
    assert chart.table["share_pct"].sum() == 0


def test_north_arrow_turns_with_the_grid():
    arrow = next(
        t
        for t in draw(replace(simple(), north_deg=90.0)).figure.axes[0].texts
        if hasattr(t, "arrow_patch") and t.arrow_patch
    )
    assert arrow.xy[0] > arrow.xyann[0] and arrow.xy[1] == pytest.approx(arrow.xyann[1])


@pytest.mark.parametrize(
    "changes",
    [
        {"p": np.ones((2, 4))},
        {"slope": np.ones(5), "p": np.ones(5)},
        {"cell_width_km": 0.0},
        {"cell_height_km": np.nan},
    ],
)
def test_bad_maps_are_refused(changes):
    with pytest.raises(SchemaError, match="figure greening"):
        draw(replace(simple(), **changes))


def test_unknown_language_is_refused():
    with pytest.raises(ParameterError, match="zh or en"):
        draw(simple(), "fr")


@given(arrays(bool, st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_rectangles_cover_each_marked_cell_once(mask):
    covered = np.zeros(mask.shape, dtype=int)
    for top, left, bottom, right in _rectangles(mask):
        covered[top:bottom, left:right] += 1
    np.testing.assert_array_equal(covered, mask.astype(int))


def test_charts_are_drawn_without_the_raster_libraries():
    code = "import sys, helpers.page.charts; print(*{'xarray', 'dask', 'rasterio'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def _bordered() -> TrendMap:
    zone = np.zeros((20, 30), dtype=int)
    zone[2:18, 3:15], zone[2:18, 15:27] = 220102, 220103
    return trend(np.full((20, 30), 0.01), np.full((20, 30), 0.01), zone=zone)


@pytest.mark.parametrize(("lang", "told"), [("zh", "不作划界依据"), ("en", "no legal boundaries")])
def test_zones_that_were_supplied_are_outlined_and_named(lang, told):
    caption = Caption("greening", "林地变绿", "NDVI每年变化", decimals=4, battle="green_hills")
    names = {220102: "南关区", 220103: "宽城区"}
    chart = charts.raster_map(_bordered(), caption=caption, lang=lang, names=names)
    axes = chart.figure.axes[0]
    assert {"南关区", "宽城区"} <= {text.get_text() for text in axes.texts}
    borders = [patch for patch in axes.patches if patch.get_facecolor()[3] == 0 and patch.get_zorder() == 5]
    assert [patch.get_linewidth() for patch in borders] == [0.7, 1.5]
    x, y = borders[1].get_path().vertices.T
    assert (x.min(), x.max(), y.min(), y.max()) == (3, 27, 2, 18)
    assert told in chart.note and chart.svg_narrow


def test_no_outline_is_invented():
    for made in (simple(), replace(simple(), zone=np.full((2, 5), 999))):
        chart = draw(made)
        assert "未提供行政边界" in chart.note
        assert not [patch for patch in chart.figure.axes[0].patches if patch.get_zorder() == 5]


def test_each_class_tells_its_range_and_share():
    titles = [node.text for node in ElementTree.fromstring(draw(simple()).svg).iter(f"{SVG}title")][1:]
    assert "＜−0.006每年：22.2%" in titles and len(titles) == 5
