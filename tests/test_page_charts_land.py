"""Survey points, ordered bars and month strips: what they draw, say and refuse."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.errors import SchemaError
from helpers.page.charts import Caption
from helpers.page.charts.month_strip import month_strip
from helpers.page.charts.ordered_bars import ordered_bars
from helpers.page.charts.survey_points import survey_points

POINTS = "{title}|{first_year}|{first}|{last_year}|{last}|{n}"
BARS = "{title}|{most}|{high}|{least}|{low}"
STRIP = "{title}|{total}|{below}|{above}"


def caption(unit: str = "pct", decimals: int = 2) -> Caption:
    return Caption(id="figure", title="标题", measure="量", unit=unit, decimals=decimals)


def surveys(*rows: tuple[int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["year", "scope", "value"])


def lines_of(chart) -> list:
    return [line for axes in chart.figure.axes for line in axes.get_lines()]


def test_surveys_are_never_joined() -> None:
    table = surveys((2016, "旧", 7.3), (2021, "新", 7.9), (2025, "新", 8.15))
    target = pd.DataFrame({"year": [2025], "value": [8.2]})
    chart = survey_points(table, caption=caption(), lang="zh", alt=POINTS, target=target)
    assert all(line.get_linestyle() == "None" for line in lines_of(chart))
    assert chart.alt == "标题|2016|7.30|2025|8.15%|3"
    assert "目标 8.2（2025年）" in chart.svg
    assert chart.table["name"].tolist() == ["旧", "新", "新"]


def test_two_scopes_may_share_a_year_and_one_may_not_twice() -> None:
    both = surveys((2021, "旧", 9.0), (2021, "新", 7.9))
    assert len(survey_points(both, caption=caption(), lang="en", alt=POINTS).table) == 2
    with pytest.raises(SchemaError, match="two rows"):
        survey_points(surveys((2021, "新", 9.0), (2021, "新", 7.9)), caption=caption(), lang="en", alt=POINTS)


def test_without_a_value_the_figure_says_so() -> None:
    chart = survey_points(surveys((2021, "", float("nan"))), caption=caption(), lang="zh", alt=POINTS)
    assert "数据不足" in chart.svg
    bars = pd.DataFrame({"name": ["甲"], "value": [float("nan")]})
    assert "数据不足" in ordered_bars(bars, caption=caption(), lang="zh", alt=BARS).svg
    strip = pd.DataFrame({"name": ["湖"], "month": ["2025-06-01"], "share_pct": [float("nan")]})
    assert "数据不足" in month_strip(strip, caption=caption(), lang="zh", alt=STRIP).svg


def test_bars_begin_at_zero_largest_first_and_name_what_is_missing() -> None:
    table = pd.DataFrame({"name": ["甲", "乙", "丙"], "value": [2.0, float("nan"), 5.0]})
    chart = ordered_bars(table, caption=caption("10k_mu", 1), lang="zh", alt=BARS)
    assert chart.table["name"].tolist() == ["丙", "甲", "乙"]
    assert chart.figure.axes[0].get_xlim()[0] == 0
    assert "无数据" in chart.svg
    assert chart.alt == "标题|丙|5.0万亩|甲|2.0万亩"


@pytest.mark.parametrize("values", [[1.0, -2.0], [1.0, 1.0]])
def test_bars_refuse_a_loss_and_a_place_twice(values: list[float]) -> None:
    names = ["甲", "乙"] if min(values) < 0 else ["甲", "甲"]
    with pytest.raises(SchemaError, match="bars from zero"):
        ordered_bars(pd.DataFrame({"name": names, "value": values}), caption=caption(), lang="zh", alt=BARS)


def test_an_edge_of_the_strip_belongs_to_the_step_above() -> None:
    months = [f"2025-{month:02d}-01" for month in range(4, 9)]
    table = pd.DataFrame({"name": "湖", "month": months, "share_pct": [79.0, 95.0, 104.0, 105.0, 94.0]})
    chart = month_strip(table, caption=caption(), lang="zh", alt=STRIP)
    assert chart.alt == "标题|5|2|1"
    for number in ("79", "95", "104", "105", "94"):
        assert f">{number}<" in chart.svg.replace("\n", "")


def test_the_strip_refuses_two_years() -> None:
    table = pd.DataFrame({"name": "湖", "month": ["2024-12-01", "2025-01-01"], "share_pct": [90.0, 95.0]})
    with pytest.raises(SchemaError, match="months of one year"):
        month_strip(table, caption=caption(), lang="zh", alt=STRIP)
