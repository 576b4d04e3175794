"""The blue-sky page on partial data: numbers come from the rows, gaps stay gaps, and what lacks is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from demo_battle import battle
from helpers.battles.context import Battle
from helpers.page import battle_page, blue_sky, blue_sky_evidence, blue_sky_figures, sections
from helpers.page.battle_page import headline
from helpers.page.blocks import chart_part, labels
from helpers.page.charts import Caption, annual_line
from helpers.page.figure_data import tell_numbers
from helpers.page.reading import read_markup
from helpers.page.words import word
from land_cases import chart_of, texts_in

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])


def changed(found: Battle, indicator_ids: list[str], **values: object) -> Battle:
    """The battle with some columns of the rows of some indicators replaced."""
    is_own = found.results["indicator_id"].isin(indicator_ids)
    results = found.results.copy()
    for name, value in values.items():
        results.loc[is_own, name] = value
    return replace(found, results=results)


def annual(found: Battle, valid_years: list[int]) -> Battle:
    """The battle with PM2.5 of 2013 to 2025, of which only some years are valid."""
    own = found.tables["annual"]
    own = own[(own["pollutant"] == "PM2.5") & (own["statistic"] == "mean")].iloc[[0]]
    years = pd.concat([own.assign(year=year, value=80.0 - year % 100) for year in range(2013, 2026)])
    years = years.assign(is_valid=years["year"].isin(valid_years), is_complete=True)
    return replace(found, tables=found.tables | {"annual": years.reset_index(drop=True)})


def unsimulated(found: Battle) -> Battle:
    return replace(found, context=replace(found.context, simulated=False))


def texts(block: object) -> str:
    return "\n".join(texts_in([block.payload()]))


@BOTH
@pytest.mark.parametrize("period", ["2025", "2026"])
def test_titles_of_calendar_and_polluted_days_are_numbers_of_the_rows(period, lang):
    found = battle(period)
    row = headline(found, "good_day_ratio")
    good, heavy = (headline(found, name)["value"] for name in ("good_days", "heavy_days"))
    fields = {"span": blue_sky_figures.Facts(row, lang).span}
    days = blue_sky_figures.text("days.title", lang, good=int(good), heavy=int(heavy), **fields)
    assert chart_of(found, "days", lang).title == days
    assert f"{int(row['n_obs'] - good)}" in chart_of(found, "primary", lang).title
    # Had the table another day than the rows, the rows would still be what is said.
    daily = found.tables["daily"]
    other = replace(found, tables=found.tables | {"daily": daily.assign(level=1.0, aqi=20.0)})
    assert chart_of(other, "days", lang).title == days


def test_a_count_that_is_withheld_is_not_told():
    found = changed(battle("2026"), ["good_days", "heavy_days"], value=np.nan)
    assert chart_of(found, "days", "zh").title.endswith("逐日空气质量指数类别")
    assert "超标" not in chart_of(found, "primary", "zh").title.replace("超标由", "")


@BOTH
def test_what_did_not_occur_is_said_of_the_valid_days_alone(lang):
    """59 days of 158 may be valid: of the others nobody knows whether they were polluted."""
    found = changed(battle("2026"), ["good_day_ratio", "heavy_day_ratio"], n_obs=59)
    none = {name: found.tables[name].iloc[:0] for name in ("episodes", "exceedances")}
    clean = replace(found, tables=found.tables | none)
    assert "59" in texts(sections.show(clean, "episodes", lang=lang))
    assert "59" in chart_of(clean, "primary", lang).title


@BOTH
def test_without_ozone_no_edition_counts_days_by_what_is_there(lang):
    found = battle("2026")
    assert sections.show(found, "editions", lang=lang) is not None
    assert sections.show(changed(found, ["o3_p90"], value=np.nan), "editions", lang=lang) is None


@BOTH
def test_the_numbers_of_the_calendar_say_which_days_count(lang):
    found = battle("2026")
    row, daily = headline(found, "good_day_ratio"), found.tables["daily"]
    is_out = daily["date"].isin(pd.to_datetime(["2026-02-01", "2026-02-02"]))
    other = daily.assign(level=daily["level"].mask(is_out), is_counted=daily["is_counted"] & ~is_out)
    made = replace(found, tables=found.tables | {"daily": other})
    numbers = tell_numbers(chart_part(chart_of(made, "days", lang)), lang)
    head = labels(lang)["data_columns"]["is_counted"]
    counts = numbers[head] == word("table.is_true", lang)
    assert counts.sum() == row["n_obs"] - 2 and numbers[~counts].iloc[:, 1].isna().all()


def test_a_month_without_a_valid_day_is_no_clean_month():
    found = battle("2026")
    daily = found.tables["daily"]
    without = daily["level"].mask(daily["date"].between("2026-02-01", "2026-02-28"))
    made = replace(found, tables=found.tables | {"daily": daily.assign(level=without)})
    months = blue_sky_figures._months(made, headline(made, "good_day_ratio"))
    assert months.loc[months["month"] == 2, "days"].isna().all()
    assert months.loc[months["month"] != 2, "days"].notna().all()


@BOTH
def test_five_pollutants_are_drawn_and_the_sixth_is_named(lang):
    found = changed(battle("2026"), ["o3_p90", "composite_index"], value=np.nan)
    said = sections.show(found, "six", lang=lang)
    charts = [part for part in said.sections[0].parts if part["kind"] == "chart"]
    assert [row[0] for row in charts[0]["table"]["rows"]] == ["PM2.5", "PM10", "SO2", "NO2", "CO"]
    assert blue_sky_figures.text("six.lacking", lang, names="O3") in texts(said)
    assert "补充" not in texts(said) and "supply" not in texts(said)


def test_without_any_of_the_six_nothing_is_drawn_and_no_other_sentence_is_borrowed():
    found = changed(battle("2026"), list(blue_sky_figures.SIX), value=np.nan)
    assert sections.show(found, "six", lang="zh") is None


def test_stations_of_days_from_a_table_are_not_said_to_be_screened():
    found = battle("2026")
    made = replace(found, tables=found.tables | {"stations": found.tables["stations"].iloc[:0]})
    assert sections.show(made, "stations", lang="zh") is None
    lacking = battle_page.entry("lacking", "kinds.stations")["what"]["zh"]
    assert lacking in texts(sections.show(made, "lacking.all", lang="zh"))


@BOTH
def test_the_title_of_an_older_year_calls_it_the_last_valid_one(lang):
    made = changed(annual(battle("2025"), [2014, 2016]), ["pm25_mean"], forecast=np.nan)
    title = chart_of(made, "pm25", lang).title
    assert ("最近有效年度2016" if lang == "zh" else "2016 (last valid year)") in title
    current = changed(annual(battle("2025"), [2024, 2025]), ["pm25_mean"], forecast=np.nan)
    title = chart_of(current, "pm25", lang).title
    assert "2025" in title and "最近" not in title and "last valid" not in title


def test_published_figures_stand_as_open_points_in_the_years_without_a_value_of_ours():
    made = annual(unsimulated(battle("2025")), [2014, 2015, 2016, 2025])
    chart = chart_of(made, "pm25", "zh")
    told = chart.table.set_index("year")["published"].dropna()
    assert len(told) and not set(told.index) & {2014, 2015, 2016, 2025}
    assert "空心圆点为公开发布的数值" in chart.note
    lines = [line for axes in chart.figure.axes for line in axes.get_lines()]
    open_points = [
        line for line in lines if line.get_markerfacecolor() == "white" and line.get_marker() == "o"
    ]
    assert [line.get_linestyle() for line in open_points] == ["None"]
    assert list(open_points[0].get_xdata()) == list(told.index)


def test_published_figures_never_stand_beside_simulated_ones():
    made = annual(battle("2025"), [2014, 2025])
    chart = chart_of(made, "pm25", "zh")
    assert "published" not in chart.table and "公开" not in chart.note


def fan(last_valid: int) -> list[float]:
    """Years that the median of a projection for 2026 is drawn over."""
    years = pd.DataFrame({"year": range(2013, 2026), "value": 40.0})
    years["is_valid"] = years["year"] <= last_valid
    forecast = pd.DataFrame({"year": [2026], "median": [35.0], "low": [33.0], "high": [38.0]})
    caption = Caption("fan", "题", "量", unit="ug_m3")
    chart = annual_line(years, caption=caption, lang="zh", forecast=forecast)
    dotted = [line for line in chart.figure.axes[0].get_lines() if line.get_linestyle() not in ("-", "None")]
    return next(list(line.get_xdata()) for line in dotted if 2026 in np.round(line.get_xdata()))


def test_a_fan_starts_at_the_last_value_only_where_that_is_the_year_before():
    assert fan(2025) == [2025, 2026]
    assert min(fan(2016)) > 2025.5 and max(fan(2016)) < 2026.5


def test_a_line_never_crosses_a_year_without_a_value():
    made = annual(battle("2025"), [2013, 2014, 2016, 2025])
    chart = chart_of(made, "pm25", "zh")
    runs = [line.get_xdata() for line in chart.figure.axes[0].get_lines() if line.get_linestyle() == "-"]
    spans = [list(map(int, run)) for run in runs if len(run) and min(run) >= 2013 and max(run) <= 2025]
    assert [2013, 2014] in spans
    assert not any(min(run) < year < max(run) for run in spans for year in (2015, 2020) if len(run) == 2)


@BOTH
def test_the_split_of_weather_says_which_change_is_the_official_one(lang):
    assert blue_sky_evidence.text("weather.rounding", lang) in texts(
        sections.show(battle("2026"), "blue_sky_evidence.weather", lang=lang)
    )


@BOTH
def test_the_coverage_of_a_pollutant_counts_what_the_screen_marked_of_it(lang):
    found = battle("2026")
    marks = found.tables["authenticity"]
    marks = marks.assign(pollutant=["PM10", *["O3"] * (len(marks) - 1)])
    flags = flags_of(replace(found, tables=found.tables | {"authenticity": marks}), lang)
    said = {"PM10": 1, "O3": len(marks) - 1}
    none = word("table.coverage.no_flags", lang)
    assert flags == [
        blue_sky.text("coverage.flagged", lang, n=said[one]) if one in said else none
        for one in blue_sky_figures.SIX.values()
    ]


@BOTH
def test_without_hours_the_coverage_says_that_nothing_was_screened(lang):
    found = battle("2026")
    made = replace(found, tables={k: v for k, v in found.tables.items() if k != "authenticity"})
    assert set(flags_of(made, lang)) == {blue_sky.text("coverage.unscreened", lang)}


def flags_of(found: Battle, lang: str) -> list[str]:
    """Flags and gaps of the six pollutants in the table of coverage."""
    html = sections.coverage(found, lang=lang).sections[0].parts[0]["html"]
    return [row[-1] for row in read_markup(html)[1][0].body[: len(blue_sky_figures.SIX)]]
