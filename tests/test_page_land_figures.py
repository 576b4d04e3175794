"""Figures of the land reports on partial data: nothing is counted of nothing, gaps stay gaps, other places are named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from demo_battle import battle
from helpers.battles.context import Battle
from helpers.page import sections
from helpers.page.battle_page import text
from land_cases import chart_of, texts_in

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])


def having(name: str, **tables: pd.DataFrame) -> Battle:
    """The demonstration's battle with some of its tables replaced."""
    found = battle("2025", name)
    return replace(found, tables=found.tables | tables)


def season(values: list[float]) -> Battle:
    """A season of periods against a usual range of 10 to 20; NaN ends are of too few past years."""
    found = battle("2025", "grassland_wetland").tables["season"].iloc[: len(values)]
    return having("grassland_wetland", season=found.assign(value=values, median=15.0, low=10.0, high=20.0))


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ([25.0, 5.0, 15.0], "1期高于、1期低于往年范围"),
        ([25.0, 15.0], "2期中1期高于往年范围"),
        ([5.0, np.nan], "1期中1期低于往年范围"),
        ([12.0, 15.0], "可比的2期都在往年范围内"),
    ],
)
def test_a_season_tells_only_of_sides_on_which_something_lies(values, title):
    assert chart_of(season(values), "season", "zh").title == title


def test_a_season_without_a_usual_range_says_so():
    found = season([12.0, 15.0])
    alone = found.tables["season"].assign(low=np.nan, high=np.nan, median=np.nan)
    made = having("grassland_wetland", season=alone)
    assert chart_of(made, "season", "zh").title == "往年不足，尚无可比范围"


@BOTH
def test_a_season_without_a_value_is_not_drawn_and_not_printed(lang):
    assert sections.show(season([np.nan, np.nan]), "season", lang=lang) is None


@BOTH
def test_a_lake_without_a_month_keeps_its_row_and_lakes_without_any_are_told(lang):
    found = battle("2025", "grassland_wetland").tables["open_water"]
    lost = found["name_zh"] == found["name_zh"].iloc[0]
    one = found[lost].iloc[[0]].assign(month=pd.NaT, value=np.nan, share_pct=np.nan)
    made = having("grassland_wetland", open_water=pd.concat([one, found[~lost]], ignore_index=True))
    chart = chart_of(made, "open_water", lang)
    assert one[f"name_{lang}"].iloc[0] in set(chart.table["name"])
    none = having("grassland_wetland", open_water=one)
    said = sections.show(none, "grassland_wetland.open_water", lang=lang)
    assert text("grassland_wetland", "open_water.no_value", lang) in texts_in([said.payload()])
    assert "chart" not in [part["kind"] for part in said.sections[0].parts]


def test_a_year_that_nobody_reported_breaks_the_path_of_greening():
    found = battle("2025", "green_hills")
    years = found.tables["years"]
    made = having(
        "green_hills", years=years[~((years["indicator_id"] == "greening_total") & (years["year"] == 2023))]
    )
    chart = chart_of(made, "greening", "zh")
    told = chart.table.set_index(chart.table["date"].dt.year)["value"]
    assert np.isnan(told[2023]) and told.drop(2023).notna().all()
    observed = [line for line in chart.figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert len(observed) == 2


@BOTH
@pytest.mark.parametrize("name", ["green_hills", "grassland_wetland"])
def test_sites_that_do_not_lie_in_the_city_are_named_as_such(name, lang):
    foreign = pd.DataFrame({"zone": ["CN-Cha"], "first": [pd.NaT], "last": [pd.NaT], "n": [3]})
    section = "vegetation" if name == "green_hills" else "season"
    said = "\n".join(
        texts_in([sections.show(having(name, foreign_zones=foreign), section, lang=lang).payload()])
    )
    assert "CN-Cha" in said and ("非本市站点" if lang == "zh" else "outside the city") in said
    assert "通量" not in said and "flux" not in said, "no row says what kind of site it is"
    plain = "\n".join(texts_in([sections.show(battle("2025", name), section, lang=lang).payload()]))
    assert "CN-Cha" not in plain and "非本市" not in plain


def test_zones_without_a_clear_change_are_told_as_such():
    found = battle("2025", "black_soil").tables["matter"]
    made = having("black_soil", matter=found.assign(low=-1.0, high=1.0))
    assert chart_of(made, "matter", "zh").title.endswith("个分区均无明确变化")
    hidden = having("black_soil", matter=found.assign(status="suppressed"))
    assert chart_of(hidden, "matter", "zh").title == "各分区土壤有机质"
    assert "0个" not in "".join(texts_in([sections.show(hidden, "matter", lang="zh").payload()]))


@BOTH
def test_a_value_of_an_older_year_is_called_the_last_valid_one(lang):
    found = battle("2025", "black_soil")
    is_own = found.results["indicator_id"] == "conservation_tillage_area"
    ends = found.results["period_end"].mask(is_own, pd.Timestamp(2023, 12, 31))
    title = chart_of(replace(found, results=found.results.assign(period_end=ends)), "tillage", lang).title
    assert ("最近有效年度2023年" if lang == "zh" else "2023 (last valid year)") in title
