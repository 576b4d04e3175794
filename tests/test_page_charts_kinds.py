"""Every kind of figure, on the same demands: bytes, markup, size, glyphs, languages, bad input."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from helpers.errors import ParameterError, SchemaError
from helpers.page import charts, style
from helpers.page.charts import Caption, Chart
from helpers.page.charts.hour_panels import hour_panels

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<img src=x onerror="alert(1)">'
Drawer = Callable[..., Chart]


def annual_table() -> pd.DataFrame:
    values = [73, 68, 66, 46, 46, 33, 38, 42, 31, 28, 33, 32, 31]
    table = pd.DataFrame({"year": range(2013, 2026), "value": np.array(values, dtype=float)})
    table["is_valid"] = table["year"] != 2017
    table["is_censored"] = table["year"] == 2025
    table["break_note"] = np.where(table["year"] == 2020, "口径变化", "")
    return table


def calendar_table() -> pd.DataFrame:
    days = pd.date_range("2025-01-01", "2025-12-20", unit="s")
    levels = np.tile([1.0, 2, 2, 3, 1, 4, 5, 6, np.nan], 50)[: len(days)]
    return pd.DataFrame({"date": days, "level": levels, "is_heating": days < "2025-04-07"})


def bullet_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pollutant": ["SO2", "NO2", "CO", "O3", "PM10", "PM2.5"],
            "value": [9, 28, 1.0, 141, 52, 31],
            "limit_value": [60, 40, 4, 160, 70, 30],
            "unit": ["ug_m3", "ug_m3", "mg_m3", "ug_m3", "ug_m3", "ug_m3"],
            "decimals": [0, 0, 1, 0, 0, 0],
            "standard": "GB 3095—2026",
            "value_prev": [10, 27, 1.1, 135, 55, 33],
            "target_value": [np.nan] * 5 + [29.5],
        }
    )


def exceedance_table() -> pd.DataFrame:
    names = ["PM2.5", "PM10", "O3", "NO2", "CO"]
    rows = [(m, p, float((m * k) % 4)) for m in range(1, 13) for k, p in enumerate(names, 1)]
    table = pd.DataFrame(rows, columns=["month", "pollutant", "days"])
    table.loc[table["month"] == 8, "days"] = np.nan
    return table.assign(is_heating=table["month"].isin([1, 2, 3, 11, 12]))


def strip_table() -> pd.DataFrame:
    months = pd.date_range("2025-01-01", periods=12, freq="MS", unit="s")
    rows = [
        (s, m, np.nan if m.month < 3 else float((i + j) % 6 + 1), "frozen" if m.month < 3 else "", "TP")
        for i, s in enumerate(["松花江村", "新立城水库", HOSTILE])
        for j, m in enumerate(months)
    ]
    return pd.DataFrame(rows, columns=["section", "month", "water_class", "state", "driver"])


def stack_table() -> pd.DataFrame:
    shares = {2020: [0, 20, 40, 20, 10, 10], 2021: [0, 25, 45, 15, 10, 5], 2023: [5, 30, 50, 10, 5, 0]}
    rows = [(year, c, float(v)) for year, row in shares.items() for c, v in enumerate(row, 1)]
    return pd.DataFrame(rows, columns=["year", "water_class", "share_pct"])


def slope_table() -> pd.DataFrame:
    rows = [
        (z, p, v, v - 1, v + 1, n)
        for z, n in (("德惠市", 52), ("农安县", 4), (HOSTILE, 28))
        for p, v in (("2009", 26.0), ("2023", 27.1))
    ]
    return pd.DataFrame(rows, columns=["name", "period", "value", "low", "high", "n"])


def dot_table() -> pd.DataFrame:
    return pd.DataFrame(
        {"name": ["靠山大桥", "四化闸", HOSTILE], "value": [0.9, 0.3, 1.4], "low": [0.7, 0.2, 1.1], "high": [1.2, 0.5, 1.8],
         "n": [12, 12, 3], "is_censored": [False, True, False]}
    )  # fmt: skip


def path_table() -> pd.DataFrame:
    dates = pd.date_range("2022-12-31", periods=12, freq="QE", unit="s")
    values = np.cumsum(np.full(12, 14.0))
    values[5] = np.nan
    return pd.DataFrame({"date": dates, "value": values, "value_prev": values * 0.9})


def band_table() -> pd.DataFrame:
    dates = pd.date_range("2025-01-01", periods=36, freq="10D", unit="s")
    middle = 0.2 + 0.5 * np.exp(-(((np.arange(36) - 20) / 7) ** 2))
    values = middle + np.where(np.arange(36) % 3 == 0, 0.1, 0.0)
    values[[8, 9, 30, 31, 32, 33, 34, 35]] = np.nan
    return pd.DataFrame(
        {"date": dates, "value": values, "median": middle, "low": middle - 0.07, "high": middle + 0.07,
         "precipitation_mm": np.arange(36.0)}
    )  # fmt: skip


def hours_table() -> pd.DataFrame:
    rows = [
        (name, h, 50.0 + 8 * np.sin(h / 4), 60.0 - 10 * (h < 6), h < 6)
        for name in ("1类区", HOSTILE)
        for h in range(24)
    ]
    table = pd.DataFrame(rows, columns=["name", "hour", "value", "limit", "is_night"])
    return table.assign(value=table["value"].mask(table["hour"] == 9))


def rose_table() -> pd.DataFrame:
    rows = [(s, level, 3.0) for s in np.arange(0, 360, 45.0) for level in ("≤35", "35～75", HOSTILE)]
    return pd.DataFrame([*rows, (np.nan, "≤35", 20.0)], columns=["sector_deg", "level", "share_pct"])


def polar_table() -> pd.DataFrame:
    rows = [(s, w, 20.0 + w + s / 20 if w < 4 else np.nan) for s in np.arange(0, 360, 45.0) for w in range(5)]
    return pd.DataFrame(rows, columns=["sector_deg", "speed_m_s", "value"])


def fan_table() -> pd.DataFrame:
    dates = pd.date_range("2025-01-01", "2025-12-31", freq="7D", unit="s")
    n = np.arange(len(dates))
    ahead = np.where(n >= 37, n - 37.0, np.nan)
    return pd.DataFrame(
        {"date": dates, "value": np.where(n < 38, 60 - 0.8 * n, np.nan), "median": 30.4 - 0.05 * ahead,
         "low": 30.4 - 0.3 * ahead, "high": 30.4 + 0.2 * ahead, "value_prev": 62 - 0.6 * n}
    )  # fmt: skip


def map_table() -> pd.DataFrame:
    return pd.DataFrame(
        {"name": ["食品厂", "甩湾子", HOSTILE], "longitude": [125.34, 125.64, 125.29], "latitude": [43.92, 44.02, 43.91],
         "value": [31.0, 21.0, np.nan], "is_control": [False, True, False]}
    )  # fmt: skip


def said_table() -> pd.DataFrame:
    return pd.DataFrame(
        {"name": ["已发布：很可能", HOSTILE, "回算：较可能"], "said": [94.5, 50.0, 71.2], "came": [100.0, 0.0, 66.7],
         "n": [12.0, 1.0, 3.0]}
    )  # fmt: skip


def line_table() -> pd.DataFrame:
    return pd.DataFrame(
        {"name": ["清洁取暖", HOSTILE, "湿地公园"], "date": ["2025-12-31", "2023-06-30", "2027-10-31"],
         "state": ["off_track", "met", "no_data"]}
    )  # fmt: skip


LIMITS = pd.DataFrame(
    {"start": ["2016-01-01", "2026-03-01"], "value": [35, 30], "name": ["GB 3095—2012", "GB 3095—2026"]}
)
TARGET = pd.DataFrame({"year": [2027], "value": [29.5]})
FORECAST = pd.DataFrame({"year": [2026, 2027], "median": [30.5, 30.1], "low": [27.0, 26], "high": [34.0, 35]})
PLAN = pd.DataFrame({"date": ["2022-09-30", "2027-12-31"], "value": [0.0, 350.0]})
CASES: dict[str, tuple[Drawer, Callable[[], pd.DataFrame], dict[str, object], str]] = {
    "annual": (charts.annual_line, annual_table, {"limits": LIMITS, "target": TARGET, "forecast": FORECAST}, "ug_m3"),
    "calendar": (charts.calendar_heat, calendar_table, {}, "days"),
    "bullet": (charts.bullet_bars, bullet_table, {}, "ug_m3"),
    "exceedance": (charts.exceedance_stack, exceedance_table, {}, "days"),
    "strip": (charts.class_strip, strip_table, {}, "index"),
    "stack": (charts.class_stack, stack_table, {"target": pd.DataFrame({"year": [2023], "value": [85.7]})}, "pct"),
    "slope": (charts.slope, slope_table, {}, "g_kg"),
    "dots": (charts.dot_interval, dot_table, {"reference": (1.0, "Ⅲ")}, "mg_l"),
    "said": (charts.said_came, said_table, {}, "pct"),
    "path": (charts.cumulative_path, path_table, {"plan": PLAN}, "10k_mu"),
    "waterfall": (charts.waterfall, lambda: pd.DataFrame({"item": ["造林", HOSTILE], "value": [320.0, -80.0]}), {}, "ha"),
    "band": (charts.seasonal_band, band_table, {}, "index"),
    "rose": (charts.rose, rose_table, {}, "ug_m3"),
    "polar": (charts.polar, polar_table, {}, "ug_m3"),
    "fan": (charts.outcome_fan, fan_table, {"target": 29.5, "likelihood": 0.56}, "ug_m3"),
    "map": (charts.one_map, map_table, {}, "ug_m3"),
    "hours": (hour_panels, hours_table, {}, "db_a"),
    "timeline": (charts.timeline, line_table, {"as_of": date(2025, 10, 31)}, "count"),
}  # fmt: skip
GIVEN_ORDER = {
    "bullet",
    "strip",
    "dots",
    "said",
    "waterfall",
    "rose",
    "hours",
}  # the order of the rows is part of the message
KINDS = pytest.mark.parametrize("kind", CASES)
BOTH = pytest.mark.parametrize("lang", ["zh", "en"])


def draw(kind: str, lang: str = "zh", *, table: pd.DataFrame | None = None, title: str = "本期结论") -> Chart:
    function, make, options, unit = CASES[kind]
    caption = Caption(kind, title, "量、地、时、单位", "说明", "来源", unit=unit, decimals=1)
    return function(make() if table is None else table, caption=caption, lang=lang, **options)


@cache
def drawn(kind: str, lang: str) -> Chart:
    return draw(kind, lang)


def blank(kind: str) -> pd.DataFrame:
    """The table of a kind with every measured value missing."""
    table = CASES[kind][1]()
    columns = {"calendar": "level", "exceedance": "days", "strip": "water_class"}
    columns |= {"stack": "share_pct", "rose": "share_pct", "said": "came"}
    return table.assign(**{columns.get(kind, "value"): np.nan}) if kind != "timeline" else table.iloc[:0]


@KINDS
@BOTH
def test_parts_and_markup(kind: str, lang: str) -> None:
    chart = drawn(kind, lang)
    root = ElementTree.fromstring(chart.svg)
    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    assert root.get("aria-labelledby") == f"{kind}-title {kind}-desc"
    assert [(node.tag, node.get("id"), node.text) for node in root[:2]] == [
        (f"{SVG}title", f"{kind}-title", "本期结论"),
        (f"{SVG}desc", f"{kind}-desc", chart.alt),
    ]
    assert len(re.findall(r"\d+(?:[.,]\d+)*", chart.alt.removeprefix("本期结论"))) >= 2
    assert chart.measure.startswith("量、地、时、单位")
    assert chart.note.startswith("说明")
    assert chart.source == "来源"
    assert len(chart.table) and len(chart.svg.encode()) < 120_000


@KINDS
def test_exact_width_and_responsive(kind: str) -> None:
    root = ElementTree.fromstring(drawn(kind, "zh").svg)
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    assert (left, top, width) == (0, 0, 576)  # 8.0 in of 72 points
    assert height >= (
        100 if kind in ("dots", "said") else 244.8
    )  # a row a group: few groups make a low figure
    assert root.get("width") == "100%" and "max-width:768px" in root.attrib["style"]


@KINDS
@BOTH
def test_text_is_text_and_nothing_comes_from_outside(kind: str, lang: str) -> None:
    chart = drawn(kind, lang)
    root = ElementTree.fromstring(chart.svg)
    shown = {text.get_text() for text in chart.figure.findobj(Text) if text.get_visible()}
    in_svg = [node.text for node in root.iter(f"{SVG}text")]
    assert in_svg and all(any(line in text for text in shown) for line in in_svg)
    assert not {node.tag for node in root.iter()} & {
        f"{SVG}{t}" for t in ("script", "style", "image", "foreignObject")
    }
    for node in root.iter():
        assert (node.get("href") or "#").startswith("#")
        assert not any(key.startswith("on") for key in node.attrib)
        assert node is root or "style" not in node.attrib
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", chart.svg)


@KINDS
def test_same_bytes_twice(kind: str) -> None:
    once, again = drawn(kind, "zh"), draw(kind, "zh")
    assert once.svg == again.svg
    png = once.png(40)
    assert png == again.png(40) and png.startswith(b"\x89PNG")


@KINDS
@BOTH
def test_labels_stay_inside_the_picture(kind: str, lang: str) -> None:
    figure = drawn(kind, lang).figure
    with style.figure_style(kind):
        boxes = [
            (text.get_text(), text.get_window_extent())
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text() and text.get_window_extent().width
        ]
    frame = figure.bbox
    out = [
        text for text, box in boxes
        if box.x0 < frame.x0 - 1 or box.x1 > frame.x1 + 1 or box.y0 < frame.y0 - 1 or box.y1 > frame.y1 + 1
    ]  # fmt: skip
    assert out == []


@BOTH
def test_ids_of_a_page_are_unique(lang: str) -> None:
    ids = [
        node.get("id")
        for kind in CASES
        for node in ElementTree.fromstring(drawn(kind, lang).svg).iter()
        if node.get("id")
    ]
    assert len(ids) == len(set(ids)) >= 2 * len(CASES)


@KINDS
def test_references_resolve(kind: str) -> None:
    svg = drawn(kind, "zh").svg
    ids = set(re.findall(r' id="([^"]+)"', svg))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= ids


@pytest.mark.parametrize("kind", sorted(set(CASES) - GIVEN_ORDER))
def test_order_of_rows_does_not_matter(kind: str) -> None:
    table = CASES[kind][1]().sample(frac=1, random_state=1)
    assert draw(kind, table=table).svg == drawn(kind, "zh").svg


@KINDS
@BOTH
def test_no_values_is_said_not_drawn(kind: str, lang: str) -> None:
    for table in (blank(kind), CASES[kind][1]().iloc[:0]):
        chart = draw(kind, lang, table=table)
        words = {"zh": "数据不足", "en": "nsufficient data"}[lang]
        assert words in chart.alt and words in chart.svg
        assert ElementTree.fromstring(chart.svg).get("viewBox") == "0 0 576 72"


@KINDS
def test_missing_column_is_refused(kind: str) -> None:
    table = CASES[kind][1]()
    with pytest.raises(SchemaError, match=r"table of figure .*missing"):
        draw(kind, table=table.drop(columns=table.columns[0]))


@KINDS
def test_infinite_or_textual_value_is_refused(kind: str) -> None:
    table = CASES[kind][1]()
    numeric = [c for c in table.columns if pd.api.types.is_float_dtype(table[c])]
    for column, value in [(c, np.inf) for c in numeric[:1]] + [(c, "n/a") for c in numeric[:1]]:
        with pytest.raises(SchemaError, match=column):
            draw(kind, table=table.assign(**{column: [value] * len(table)}))
    if kind == "timeline":
        with pytest.raises(SchemaError, match="date"):
            draw(kind, table=table.assign(date=["someday"] * len(table)))


@KINDS
def test_repeated_rows_are_refused(kind: str) -> None:
    table = CASES[kind][1]()
    with pytest.raises(SchemaError):
        draw(kind, table=pd.concat([table, table]))


@KINDS
def test_hostile_text_is_escaped(kind: str) -> None:
    chart = draw(kind, title=HOSTILE)
    assert "<img" not in chart.svg and "&lt;img" in chart.svg
    assert ElementTree.fromstring(chart.svg)[0].text == HOSTILE


@KINDS
def test_unknown_language_is_refused(kind: str) -> None:
    with pytest.raises(ParameterError, match="zh or en"):
        draw(kind, "fr")
