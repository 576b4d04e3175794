"""Every kind of figure on no point, one and two: a picture, or the form that says that data are insufficient."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pandas as pd
import pytest

from helpers.page.charts import Caption, Chart
from helpers.page.charts.compared_lines import compared_lines
from helpers.page.charts.labels import label
from helpers.page.charts.month_strip import month_strip
from helpers.page.charts.ordered_bars import ordered_bars
from helpers.page.charts.survey_points import survey_points
from test_page_charts_kinds import CASES

WORDS = {"alt": "{title}"}
MORE: dict[str, tuple[Callable[..., Chart], pd.DataFrame, dict[str, object]]] = {
    "surveys": (
        survey_points,
        pd.DataFrame({"year": [2016, 2021], "scope": ["旧", "新"], "value": [7.3, 7.9]}),
        WORDS,
    ),
    "bars": (ordered_bars, pd.DataFrame({"name": ["甲", "乙"], "value": [1.0, 2.0]}), WORDS),
    "lines": (
        compared_lines,
        pd.DataFrame({"date": ["2025-01-01", "2025-01-02"], "value": [30.0, 31.0], "other": [29.0, 28.0]}),
        {},
    ),
    "months": (
        month_strip,
        pd.DataFrame({"name": ["湖", "库"], "month": ["2025-06-01"] * 2, "share_pct": [90.0, 101.0]}),
        WORDS,
    ),
}
KINDS = pytest.mark.parametrize("kind", [*CASES, *MORE])
BOTH = pytest.mark.parametrize("lang", ["zh", "en"])


def tables(kind: str) -> list[pd.DataFrame]:
    """No point, each of the first and last two alone, and each pair of them; and with their values missing."""
    whole = MORE[kind][1] if kind in MORE else CASES[kind][1]()
    # A point of stacked shares is a year: they add up to 100 % or are refused.
    points = whole["year"] if kind == "stack" else pd.Series(range(len(whole)), index=whole.index)
    ends = list(dict.fromkeys([*points.unique()[:2], *points.unique()[-2:]]))
    chosen = [whole[points.isin(some)] for n in (0, 1, 2) for some in combinations(ends, n)]
    return [*chosen, *(_blank(kind, table) for table in chosen[1:3])]


def _blank(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    values = {"calendar": "level", "exceedance": "days", "strip": "water_class", "stack": "share_pct"}
    values |= {"rose": "share_pct", "months": "share_pct"}
    name = values.get(kind, "value")
    return table.assign(**{name: float("nan")}) if name in table else table


@KINDS
@BOTH
def test_few_points_give_a_picture_or_say_that_data_are_insufficient(kind: str, lang: str) -> None:
    function, _, options = MORE[kind] if kind in MORE else (CASES[kind][0], None, CASES[kind][2])
    unit = "pct" if kind in MORE else CASES[kind][3]
    for table in tables(kind):
        caption = Caption(kind, "本期结论", "量、地、时、单位", unit=unit, decimals=1)
        chart = function(table, caption=caption, lang=lang, **options)
        assert chart.svg.startswith("<svg") and chart.alt
        assert "nan" not in chart.svg.lower().replace("nano", "") and "NaT" not in chart.alt
        if table.empty:
            assert label("insufficient", lang) in chart.svg
