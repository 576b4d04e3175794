"""What the marks of single figures mean, the numbers they print, and random tables."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.text import Text

from helpers.errors import ParameterError, SchemaError
from helpers.page import charts
from helpers.page.charts import Caption, Chart, colours
from helpers.page.charts.furniture import spread
from helpers.page.charts.inputs import runs
from helpers.page.charts.labels import fact, number, signed
from helpers.page.charts.wind import breaks

UG = Caption("probe", "结论", "量", unit="ug_m3")
FEW = settings(max_examples=12, deadline=None)


def axes_of(chart: Chart) -> Axes:
    return chart.figure.axes[0]


def texts(chart: Chart) -> set[str]:
    return {text.get_text() for text in chart.figure.findobj(Text) if text.get_visible()}


def solid_lines(chart: Chart) -> list[list[float]]:
    """Years of each stretch of the observed line."""
    own = [
        line for line in axes_of(chart).lines
        if line.get_color() == colours.series(0) and line.get_marker() == "o" and line.get_linestyle() == "-"
    ]  # fmt: skip
    return [[float(x) for x in line.get_xdata()] for line in own]


def test_line_is_not_joined_across_gaps_and_breaks() -> None:
    table = pd.DataFrame(
        {"year": [2015, 2016, 2018, 2019, 2020, 2021], "value": [60.0, 50, np.nan, 40, 35, 30]}
    )
    table["break_note"] = ["", "", "", "", "换站", ""]
    chart = charts.annual_line(table, caption=UG, lang="zh")
    assert solid_lines(chart) == [[2015, 2016], [2019], [2020, 2021]]
    assert "换站" in texts(chart)
    assert "无有效值" in chart.note


def test_limit_moves_on_its_date_and_names_both_standards() -> None:
    table = pd.DataFrame({"year": range(2014, 2029), "value": 40.0})
    limits = pd.DataFrame(
        {"start": ["2016-01-01", "2026-07-02"], "value": [35, 30], "name": ["旧标准", "新标准"]}
    )
    chart = charts.annual_line(table, caption=UG, lang="zh", limits=limits)
    step = next(line for line in axes_of(chart).lines if line.get_drawstyle() == "steps-post")
    x, y = step.get_data()
    assert x[0] == pytest.approx(2015.5) and x[1] == pytest.approx(2026.0, abs=0.01)
    assert list(y) == [35, 30, 30]
    assert "限值35（旧标准）；2026年7月起30（新标准）" in texts(chart)


def test_target_keeps_its_own_decimals() -> None:
    table = pd.DataFrame({"year": [2024, 2025], "value": [32.0, 31]})
    chart = charts.annual_line(
        table, caption=UG, lang="zh", target=pd.DataFrame({"year": [2027], "value": [29.5]})
    )
    assert "目标 29.5（2027年）" in texts(chart)
    assert chart.alt == "结论。折线图：2024年为32，2025年为31 μg/m³，2027年目标为29.5。"


def test_projection_starts_after_the_last_observation() -> None:
    table = pd.DataFrame({"year": [2024, 2025], "value": [32.0, 31]})
    forecast = pd.DataFrame(
        {"year": [2025, 2026], "median": [31.0, 30], "low": [29.0, 27], "high": [33.0, 34]}
    )
    chart = charts.annual_line(table, caption=UG, lang="en", forecast=forecast)
    dotted = next(line for line in axes_of(chart).lines if line.is_dashed())
    assert dotted.get_data()[0].tolist() == [2025, 2026]
    assert {"projection 30", "80% interval"} <= texts(chart)
    assert chart.table["median"].tolist()[-1] == 30


def test_axis_above_zero_is_said() -> None:
    lifted = charts.annual_line(
        pd.DataFrame({"year": [2024, 2025], "value": [90.0, 91]}), caption=UG, lang="zh"
    )
    assert lifted.measure == "量；纵轴不从零起"
    assert axes_of(lifted).get_ylim()[0] > 0
    plain = charts.annual_line(
        pd.DataFrame({"year": [2024, 2025], "value": [30.0, 91]}), caption=UG, lang="zh"
    )
    assert plain.measure == "量" and axes_of(plain).get_ylim()[0] == 0


def test_calendar_counts_and_refuses() -> None:
    days = pd.date_range("2024-02-01", "2024-02-29", unit="s")
    levels = [1.0] * 10 + [2.0] * 10 + [5.0] * 8 + [np.nan]
    chart = charts.calendar_heat(pd.DataFrame({"date": days, "level": levels}), caption=UG, lang="zh")
    assert {"优 10天", "良 10天", "重度 8天", "无效 1天", "20天", "29"} <= texts(chart)
    with pytest.raises(SchemaError, match="level 7"):
        charts.calendar_heat(pd.DataFrame({"date": days[:1], "level": [7.0]}), caption=UG, lang="zh")
    with pytest.raises(SchemaError, match="several years"):
        two = pd.DataFrame({"date": ["2024-12-31", "2025-01-01"], "level": [1.0, 1]})
        charts.calendar_heat(two, caption=UG, lang="zh")


def test_bullets_are_shares_of_the_limit_from_zero() -> None:
    table = pd.DataFrame(
        {
            "pollutant": ["CO", "O3"],
            "value": [1.0, 240],
            "limit_value": [4.0, 160],
            "unit": ["mg_m3", "ug_m3"],
        }
    )
    chart = charts.bullet_bars(table, caption=UG, lang="zh")
    assert chart.table["share"].tolist() == [25, 150]
    assert axes_of(chart).get_xlim()[0] == 0
    assert "240 μg/m³（150%）" in texts(chart)
    with pytest.raises(SchemaError, match="limit not above zero"):
        charts.bullet_bars(table.assign(limit_value=0.0), caption=UG, lang="zh")


def test_small_pollutants_become_other_and_days_add_up() -> None:
    rows = [(1, p, float(d)) for p, d in (("O3", 5), ("PM2.5", 4), ("PM10", 3), ("NO2", 2), ("CO", 1))]
    table = pd.DataFrame(rows, columns=["month", "pollutant", "days"])
    chart = charts.exceedance_stack(table, caption=UG, lang="zh")
    assert {"O3 5天", "PM2.5 4天", "PM10 3天", "其他 3天", "15"} <= texts(chart)
    heights = sum(bar.get_height() for bar in axes_of(chart).patches)
    assert heights == 15
    with pytest.raises(SchemaError, match="month"):
        charts.exceedance_stack(table.assign(month=13), caption=UG, lang="zh")


def test_strip_hatches_frozen_months_and_prints_numerals() -> None:
    months = ["2025-01-01", "2025-02-01", "2025-03-01"]
    table = pd.DataFrame(
        {
            "section": "松花江村",
            "month": months,
            "water_class": [np.nan, np.nan, 6.0],
            "state": ["frozen", "", ""],
        }
    )
    chart = charts.class_strip(table, caption=UG, lang="zh")
    assert {"劣Ⅴ", "冰封未采", "无数据", "松花江村"} <= texts(chart)
    assert "<pattern" in chart.svg
    for bad, found in (({"water_class": 7.0}, "class outside"), ({"state": "dry"}, "unknown state")):
        with pytest.raises(SchemaError, match=found):
            charts.class_strip(table.assign(**bad), caption=UG, lang="zh")
    with pytest.raises(SchemaError, match="first day"):
        charts.class_strip(table.assign(month=["2025-01-02", *months[1:]]), caption=UG, lang="zh")


def test_stack_must_add_up() -> None:
    table = pd.DataFrame({"year": 2025, "water_class": [3, 4], "share_pct": [80.0, 15.0]})
    with pytest.raises(SchemaError, match="add up to 95"):
        charts.class_stack(table, caption=UG, lang="zh")


def test_stack_shows_a_target_of_a_later_year_and_names_only_real_gaps() -> None:
    table = pd.DataFrame({"year": [2023, 2025], "water_class": 3, "share_pct": 100.0})
    goal = pd.DataFrame({"year": [2027], "value": [85.7]})
    chart = charts.class_stack(table, caption=UG, lang="zh", target=goal)
    diamond = next(line for line in axes_of(chart).lines if line.get_marker() == "D")
    assert (diamond.get_xdata()[0], diamond.get_ydata()[0]) == (-85.7, 2027)
    shown = [text.get_text() for text in axes_of(chart).texts]
    assert shown.count("无数据") == 1 and "2027" in texts(chart)


def test_small_samples_are_suppressed_in_picture_and_numbers() -> None:
    table = pd.DataFrame({"name": ["甲", "乙"], "value": [20.5, 33.3], "n": [5, 4]})
    chart = charts.dot_interval(
        table, caption=Caption("probe", "结论", "量", unit="g_kg", decimals=1), lang="zh"
    )
    assert "33.3" not in chart.svg and "乙" in chart.note
    assert chart.table["value"].isna().tolist() == [False, True]
    with pytest.raises(SchemaError, match="interval"):
        charts.dot_interval(table.assign(low=50.0, high=60.0), caption=UG, lang="zh")


def test_slope_needs_two_dates() -> None:
    table = pd.DataFrame({"name": "甲", "period": ["2000", "2010", "2020"], "value": [1.0, 2, 3]})
    chart = charts.slope(table.iloc[:2], caption=UG, lang="zh")
    assert "由1变为2" in chart.alt
    assert "数据不足" in charts.slope(table.iloc[:1], caption=UG, lang="zh").alt
    with pytest.raises(SchemaError, match="periods"):
        charts.slope(pd.concat([table, table.assign(name="乙")]), caption=UG, lang="zh")


def test_path_is_compared_with_the_straight_line() -> None:
    table = pd.DataFrame({"date": ["2024-01-01", "2025-01-01"], "value": [10.0, 40]})
    plan = pd.DataFrame({"date": ["2023-01-01", "2027-01-01"], "value": [0.0, 100]})
    chart = charts.cumulative_path(
        table, caption=Caption("probe", "结论", "量", unit="10k_mu"), lang="zh", plan=plan
    )
    assert "比匀速进度少10万亩" in texts(chart)
    assert chart.alt == "结论。累计进度：2025-01-01完成40，匀速进度为50万亩。"
    with pytest.raises(SchemaError, match="two points"):
        charts.cumulative_path(table, caption=UG, lang="zh", plan=plan.iloc[:1])


def test_ledger_adds_up_and_a_hole_is_insufficient() -> None:
    table = pd.DataFrame({"item": ["造林", "占用"], "value": [320.0, -500.0]})
    chart = charts.waterfall(table, caption=Caption("probe", "结论", "量", unit="ha"), lang="zh")
    assert {"+320", "−500", "−180"} <= texts(chart)
    assert chart.alt.endswith("净变化−180公顷。")
    hole = charts.waterfall(table.assign(value=[320.0, np.nan]), caption=UG, lang="zh")
    assert "数据不足" in hole.alt and "占用" in hole.alt


def test_band_counts_what_lies_outside_and_days_ahead_are_no_gap() -> None:
    dates = pd.date_range("2025-01-01", periods=4, freq="MS", unit="s")
    table = pd.DataFrame(
        {"date": dates, "value": [0.5, np.nan, 0.9, np.nan], "median": 0.5, "low": 0.4, "high": 0.6}
    )
    chart = charts.seasonal_band(table, caption=UG, lang="en")
    assert "1 of 2 periods lie outside" in chart.alt
    ticks = [
        line
        for line in axes_of(chart).lines
        if line.get_color() == colours.neutral("muted") and len(line.get_xdata()) == 2
    ]
    assert len(ticks) == 1
    with pytest.raises(SchemaError, match="band upside down"):
        charts.seasonal_band(table.assign(low=0.7), caption=UG, lang="en")


def test_rose_keeps_calm_apart() -> None:
    table = pd.DataFrame({"sector_deg": [0.0, 90, np.nan], "level": "低", "share_pct": [30.0, 50, 20]})
    chart = charts.rose(table, caption=UG, lang="zh")
    assert "静风 20%" in texts(chart)
    assert "90度，占50%" in chart.alt
    with pytest.raises(SchemaError, match="sum above 100"):
        charts.rose(table.assign(share_pct=60.0), caption=UG, lang="zh")


def test_fan_prints_interval_target_and_likelihood() -> None:
    dates = ["2025-06-30", "2025-09-30", "2025-12-31"]
    table = pd.DataFrame({"date": dates, "value": [33.0, 32, np.nan], "median": [np.nan, np.nan, 31.4], "low": [np.nan, np.nan, 29.0], "high": [np.nan, np.nan, 34]})  # fmt: skip
    chart = charts.outcome_fan(table, caption=UG, lang="zh", target=29.5, likelihood=0.184)
    assert {"80%区间 29～34", "推算 31", "目标 29.5", "达到目标的可能性约18%"} <= texts(chart)
    silent = charts.outcome_fan(table, caption=UG, lang="zh", target=29.5)
    assert "可能" not in silent.svg
    with pytest.raises(SchemaError, match="likelihood"):
        charts.outcome_fan(table, caption=UG, lang="zh", target=29.5, likelihood=1.2)


def test_map_scale_bar_has_its_length() -> None:
    table = pd.DataFrame(
        {"name": ["甲", "乙"], "longitude": [125.0, 125.0], "latitude": [43.0, 44.0], "value": [1.0, 2]}
    )
    chart = charts.one_map(table, caption=UG, lang="zh")
    axes = axes_of(chart)
    bar = next(line for line in axes.lines if line.get_transform() == axes.transAxes)
    inches = np.ptp(bar.get_xdata()) * axes.get_position().width * 8.0
    south, north = axes.get_ylim()
    km_per_inch = (north - south) * 111.195 / (axes.get_position().height * 4.6)
    km = next(float(m[1]) for t in texts(chart) if (m := re.match(r"(\d+) km", t)))
    assert inches * km_per_inch == pytest.approx(km, rel=1e-6)


def test_timeline_says_each_state_in_words() -> None:
    table = pd.DataFrame(
        {"name": ["甲", "乙"], "date": ["2026-01-01", "2025-01-01"], "state": ["at_risk", "met"]}
    )
    chart = charts.timeline(table, caption=UG, lang="en")
    assert {"2026-01  At risk", "2025-01  Met"} <= texts(chart)
    assert chart.table["name"].tolist() == ["乙", "甲"]
    with pytest.raises(SchemaError, match="unknown state"):
        charts.timeline(table.assign(state="late"), caption=UG, lang="en")


def test_sparkline_leaves_gaps_and_is_hidden() -> None:
    svg = charts.sparkline([3.0, 2.0, np.nan, 1.0], 1.5)
    root = ElementTree.fromstring(svg)
    assert (root.get("width"), root.get("height"), root.get("aria-hidden")) == ("84", "24", "true")
    paths = [node.get("d") for node in root if node.tag.endswith("path")]
    assert len(paths) == 3 and len([node for node in root if node.tag.endswith("circle")]) == 1
    assert len(svg) < 700
    with pytest.raises(SchemaError, match="infinite"):
        charts.sparkline([np.inf])


@given(
    st.lists(st.one_of(st.just(np.nan), st.floats(-1e9, 1e9)), max_size=30),
    st.one_of(st.none(), st.floats(-1e9, 1e9)),
)
def test_sparkline_stays_inside_its_box(values: list[float], target: float | None) -> None:
    svg = charts.sparkline(values, target)
    ElementTree.fromstring(svg)
    for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)(?=[LhH\"])", " ".join(re.findall(r'd="([^"]+)"', svg))):
        assert 0 <= float(x) <= 84 and 0 <= float(y) <= 24
    assert "nan" not in svg


@given(st.lists(st.floats(-1e3, 1e3), max_size=12), st.floats(0.01, 50))
def test_spread_labels_keep_order_and_distance(positions: list[float], gap: float) -> None:
    moved = spread(positions, gap)
    order = np.argsort(positions, kind="stable")
    assert np.all(np.diff(np.array(moved)[order]) >= gap - 1e-6)
    if len(positions) > 1 and np.diff(np.sort(positions)).min() >= gap:
        assert moved == pytest.approx(positions)


@given(st.lists(st.booleans(), max_size=40))
def test_runs_cover_exactly_the_usable_positions(usable: list[bool]) -> None:
    covered = [i for stretch in runs(usable) for i in range(stretch.start, stretch.stop)]
    assert covered == [i for i, is_usable in enumerate(usable) if is_usable]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_breaks_hold_all_values_in_at_most_five_steps(values: list[float]) -> None:
    edges = breaks(pd.Series(values))
    assert 2 <= len(edges) <= 6
    slack = 1e-9 * max(map(abs, values))
    assert edges[0] <= min(values) + slack and edges[-1] >= max(values) - slack


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (number(-0.04, 1), "0.0"),
        (number(12345.6, 0), "12,346"),
        (number(-3.25, 1), "−3.2"),
        (signed(0.04, 1), "0.0"),
        (signed(3, 0), "+3"),
        (signed(-3, 0), "−3"),
        (fact(35.0), "35"),
        (fact(29.5), "29.5"),
        (fact(1234567), "1,234,567"),
    ],
)
def test_numbers_are_written_plainly(written: str, expected: str) -> None:
    assert written == expected


def test_caption_refuses_an_id_the_page_could_not_use() -> None:
    for bad in ("", "Ä", "1a", "a b", 'a"><script>', "a\n"):
        with pytest.raises(ParameterError, match="not usable"):
            Caption(bad, "t", "m")


def test_quantities_follow_the_custom_of_their_unit() -> None:
    assert UG.quantity(31, "zh") == "31 μg/m³"
    assert Caption("a", "", "", unit="pct", decimals=1).quantity(90.6, "en") == "90.6%"
    assert Caption("a", "", "", unit="ha").quantity(2480, "zh") == "2480公顷"
    assert Caption("a", "", "", unit="index", decimals=2).quantity(0.3, "en") == "0.30"


@FEW
@given(
    st.dictionaries(st.integers(2000, 2035), st.one_of(st.just(np.nan), st.floats(0, 1e6)), max_size=36),
    st.sampled_from(["zh", "en"]),
)
def test_any_annual_series_draws_or_says_so(values: dict[int, float], lang: str) -> None:
    table = pd.DataFrame({"year": list(values), "value": list(values.values())}, columns=["year", "value"])
    chart = charts.annual_line(table, caption=UG, lang=lang)
    ElementTree.fromstring(chart.svg)
    assert "nan" not in chart.alt and "nan" not in " ".join(texts(chart))


@FEW
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 45, 90, 200]),
            st.integers(0, 8),
            st.one_of(st.just(np.nan), st.floats(0, 900)),
        ),
        max_size=20,
    )
)
def test_any_polar_table_draws_or_says_so(rows: list[tuple[float, int, float]]) -> None:
    table = pd.DataFrame(rows, columns=["sector_deg", "speed_m_s", "value"]).drop_duplicates(
        ["sector_deg", "speed_m_s"]
    )
    chart = charts.polar(table, caption=UG, lang="zh")
    ElementTree.fromstring(chart.svg)
    assert "nan" not in chart.alt


@FEW
@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=10))
def test_any_ledger_states_its_sum(values: list[float]) -> None:
    table = pd.DataFrame({"item": [f"项{i}" for i in range(len(values))], "value": values})
    chart = charts.waterfall(table, caption=UG, lang="zh")
    assert signed(float(np.cumsum(values)[-1]), 0) in texts(chart)


@FEW
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_any_name_is_drawn_escaped_or_refused(name: str) -> None:
    table = pd.DataFrame({"name": [name], "date": ["2025-12-31"], "state": ["met"]})
    try:
        chart = charts.timeline(table, caption=Caption("probe", name, "量"), lang="zh")
    except SchemaError as error:
        assert "Noto Sans SC" in str(error)
        return
    root = ElementTree.fromstring(chart.svg)
    assert [node.tag.split("}")[1] for node in root].count("title") == 1
