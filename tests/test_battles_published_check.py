"""Published figures: the series, its conflicts, and what is held against computed values — real ones only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from helpers import registry, store
from helpers.battles import published_check
from helpers.battles.air_days import make_days
from helpers.battles.air_measures import annual_table
from helpers.battles.blue_sky import PUBLISHED, annual_values
from helpers.battles.context import Battle
from helpers.battles.results import make
from helpers.page import published_check as page
from helpers.page import sections
from helpers.page.words import word
from helpers.paths import Folders
from helpers.sources.ingest import ingest
from land_cases import context

AS_OF = date(2025, 12, 31)


def computed(*rows: tuple[str, int, float, bool]) -> pd.DataFrame:
    kinds = {"indicator_id": "str", "year": "int64", "value": "float64", "is_valid": "bool"}
    table = pd.DataFrame(list(rows), columns=list(kinds)).astype(kinds)
    return table.assign(coverage_pct=95.0)


def tables(*rows, simulated: bool = False, as_of: date = AS_OF) -> dict[str, pd.DataFrame]:
    asked = context(as_of, simulated=simulated)
    return published_check.build_tables(computed(*rows), PUBLISHED, asked)


@pytest.mark.parametrize(
    ("name", "year", "value", "is_within", "difference"),
    [
        ("good_days", 2020, 305.0, True, 0.0),
        ("good_days", 2020, 304.0, False, -1.0),
        ("good_day_ratio", 2020, 83.3, True, 0.0),
        ("good_day_ratio", 2020, 83.4, False, 0.1),
        ("composite_index", 2020, 4.12, True, 0.0),
        ("composite_index", 2020, 4.15, False, 0.03),
    ],
)
def test_a_difference_is_exact_and_judged_at_the_printed_decimals(name, year, value, is_within, difference):
    row = tables((name, year, value, True))["published_check"].iloc[0]
    assert (bool(row["is_within"]), row["difference"]) == (is_within, difference)
    assert row["source_title"] and row["reasons"] == ""


def test_what_is_known_of_a_difference_is_told():
    found = tables(("pm25_mean", 2021, 32.0, False), ("good_day_ratio", 2020, 80.0, True))["published_check"]
    assert found.set_index("indicator_id")["reasons"].to_dict() == {
        "pm25_mean": "derived;incomplete",
        "good_day_ratio": "",
    }


def test_a_year_of_three_days_is_compared_with_nothing():
    rows = computed(("good_days", 2020, 1.0, False), ("good_day_ratio", 2020, 99.0, False))
    rows["coverage_pct"] = [100 * 3 / 366, 100 * 324 / 366]
    found = published_check.build_tables(rows, PUBLISHED, context(AS_OF))["published_check"]
    # 324 of 366 days are listed for reference; neither counts as comparable.
    assert found[["indicator_id", "is_comparable", "reasons"]].to_numpy().tolist() == [
        ["good_day_ratio", False, "incomplete"]
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_years_that_meet_the_standard_are_counted_as_comparable(lang):
    asked = context(AS_OF)

    def notes(*rows) -> list[str]:
        battle = Battle("blue_sky", asked, make([]), tables(*rows))
        return [
            part["text"]
            for part in sections.show(battle, "published_check.annual", lang=lang).sections[0].parts
            if part["kind"] == "note"
        ]

    thin = ("good_days", 2020, 304.0, False)
    told = notes(thin, ("good_day_ratio", 2020, 83.3, True))
    assert page.text("check.agrees", lang, n=1, k=0) in told and page.text("check.beside", lang, n=1) in told
    assert page.text("check.incomplete", lang) in notes(thin)


def test_simulated_values_are_never_held_against_published_ones():
    rows = (("good_days", 2020, 305.0, True), ("good_day_ratio", 2020, 99.0, True))
    found = tables(*rows, simulated=True)
    assert found["published_check"].empty and len(found["published_series"])
    assert list(found["published_check"]) == list(tables(*rows)["published_check"])


def test_series_holds_one_figure_a_year_of_the_whole_city():
    found = tables()["published_series"]
    assert not found.duplicated(["indicator_id", "year"]).any() and found["shown"].all()
    ratio = found[found["indicator_id"] == "good_day_ratio"].set_index("year")["value"]
    assert ratio[2022] == 92.1  # the province's 93.4 stands in the same file
    assert found["year"].max() == 2024 and found["unit"].isin(["days", "pct", "index", "ug_m3"]).all()


def test_a_figure_of_a_year_that_had_not_ended_is_not_known():
    assert tables(as_of=date(2021, 6, 30))["published_series"]["year"].max() == 2020


def test_conflicting_figures_are_all_kept_and_one_is_used():
    found = tables()["published_rivals"]
    pm25 = found[found["indicator_id"] == "pm25_mean"]
    assert pm25["value"].tolist() == [-34.4, -36.3] and pm25["shown"].tolist() == [True, False]
    assert (found.groupby(["indicator_id", "period", "kind"])["shown"].sum() == 1).all()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_prints_what_differs_and_says_why(lang):
    asked = context(AS_OF)
    rows = computed(("good_days", 2020, 304.0, True), ("good_day_ratio", 2020, 83.3, True))
    made = published_check.build_tables(rows, PUBLISHED, asked)
    battle = Battle("blue_sky", asked, make([]), made)
    parts = sections.show(battle, "published_check.annual", lang=lang).sections[0].parts
    notes = [part["text"] for part in parts if part["kind"] == "note"]
    assert page.text("check.differs", lang, n=2, k=1) in notes
    html = parts[-1]["html"]
    assert page.text("reasons.none", lang) in html and word("table.is_true", lang) in html
    hidden = Battle("blue_sky", replace(asked, simulated=True), make([]), tables(simulated=True))
    parts = sections.show(hidden, "published_check.annual", lang=lang).sections[0].parts
    assert parts[-1]["text"] == page.text("check.simulated", lang)
    assert all(part["observed"] for part in parts)


def test_every_published_figure_has_title_publisher_and_date_or_says_nothing_is_known():
    found = registry.published("changchun")
    assert found["source_title"].ne("").all() and found["period"].ne("").all()
    dated = found["published_at"].ne("")
    assert pd.to_datetime(found.loc[dated, "published_at"]).notna().all() and dated.mean() > 0.5


@pytest.mark.real
def test_real_hours_of_2019_and_days_of_2015_agree_with_what_was_published(shared_data, tmp_path):
    folders = Folders.real(tmp_path)
    (folders.raw / "air").mkdir(parents=True)
    for name in (
        "hourly/cnemc_hourly_sites_changchun_2019.csv.gz",
        "daily/aqistudy_daily_changchun_20131202-20170531__qhzhang87.csv.gz",
    ):
        place = shared_data / "data" / "air" / name
        (folders.raw / "air" / place.name).symlink_to(place)
    assert ingest(folders, city="changchun").refused == ()
    names = ("air_hourly", "air_daily_published", "dust_hours")
    asked = context(date(2019, 12, 31))
    days = make_days({name: store.read_table(folders.processed, name) for name in names}, asked)
    made = published_check.build_tables(annual_values(annual_table(days, asked), asked), PUBLISHED, asked)[
        "published_check"
    ]
    told = {(row.indicator_id, row.year): (bool(row.is_within), row.reasons) for row in made.itertuples()}
    assert told[("heavy_days", 2015)] == (True, "derived")
    # Worked out from printed differences, and of a year the archive covers too thinly: told, not hidden.
    assert told[("good_days", 2015)] == (False, "derived")
    assert told[("composite_index", 2019)] == (False, "derived;incomplete")
