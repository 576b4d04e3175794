"""What figures and tables name as their source: the kinds of source behind their own rows, and nothing written in."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import pandas as pd
import pytest

from demo_battle import CASES, battle
from helpers import registry
from helpers.battles.context import Battle
from helpers.page import battle_page, blue_sky_figures, sections
from helpers.page.columns import lay_out
from helpers.page.reading import read_markup
from land_cases import chart_of

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
FILES = pd.DataFrame(
    {
        "source_id": ["hours", "days", "ledger", "odd"],
        "reader": ["air_station_archive", "air_aqistudy", "ledger_workbook", "unknown_reader"],
        "title_zh": ["", "", "", "某文件"],
    }
)


# Facts of the registry and what others published: their publishers stand beside them, and no file gave them.
FACTS = {"networks", "section_names", "published", "published_series", "published_rivals", "published_check", "plan_line",
         "closing_term", "plan_aside",
         "plan_term"}  # fmt: skip


def real(**tables: pd.DataFrame) -> Battle:
    """The demonstration's battle as if its data were real, resting on made-up files."""
    found = battle("2026")
    results = found.results.assign(source_ids="")
    return replace(
        found,
        context=replace(found.context, simulated=False),
        results=results.assign(simulated=False),
        tables=found.tables | {"sources": FILES} | tables,
    )


def row_of(made: Battle, indicator_id: str, files_: str) -> tuple[Battle, pd.Series]:
    """The battle with the rows of one indicator resting on some files, and its first row."""
    is_own = made.results["indicator_id"] == indicator_id
    results = made.results.assign(source_ids=made.results["source_ids"].mask(is_own, files_))
    return replace(made, results=results), results[is_own].iloc[0]


def title(kind: str, lang: str) -> str:
    return getattr(registry.source_kinds()[kind], f"title_{lang}")


@BOTH
def test_the_source_of_rows_is_the_kinds_of_their_files(lang):
    made, row = row_of(real(), "pm25_mean", "days;hours")
    told = battle_page.source(made, lang, rows=row)
    assert told.split("；" if lang == "zh" else "; ") == [
        title("aqistudy", lang),
        title("station_archive", lang),
    ]
    made, row = row_of(made, "pm25_mean", "days")
    assert battle_page.source(made, lang, rows=row) == title("aqistudy", lang)


def test_a_file_of_no_known_kind_is_named_by_its_own_title():
    made, row = row_of(real(), "pm25_mean", "odd")
    assert battle_page.source(made, "zh", rows=row) == "某文件"


@BOTH
def test_the_source_of_a_table_is_what_the_origins_say_and_nothing_where_they_are_silent(lang):
    origins = pd.DataFrame({"table": ["episodes", "episodes"], "source_id": ["hours", "days"]})
    made = real(origins=origins)
    shown = lay_out(made, "blue_sky.episodes.table", of="episodes", lang=lang)
    assert title("station_archive", lang) in shown.html and title("aqistudy", lang) in shown.html
    silent = lay_out(made, "blue_sky.stations.table", of="stations", lang=lang)
    assert "table-note" not in silent.html


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_every_table_a_battle_gives_its_page_says_which_files_gave_its_rows(case):
    found = battle(*case)
    listed = set(found.tables["origins"]["table"])
    assert not listed - set(found.tables), "an origin of no table"
    silent = {
        name
        for name, table in found.tables.items()
        if len(table) and not battle_page.has_own_sources(table) and name not in listed | FACTS
    }
    assert silent == set()


@BOTH
def test_a_table_that_names_its_own_files_is_believed_before_the_origins(lang):
    origins = pd.DataFrame({"table": ["noise_zones"], "source_id": ["days"]})
    zones = battle("2026").tables["noise_zones"].assign(source_ids="ledger")
    made = real(origins=origins, noise_zones=zones)
    shown = lay_out(
        made,
        "noise.zones.table",
        of="noise_zones",
        lang=lang,
        by=["zone"],
        fields={"year": 2026, "method": ""},
    )
    assert title("department_workbook", lang) in shown.html and title("aqistudy", lang) not in shown.html


@pytest.mark.parametrize(
    ("files_", "basis", "series"),
    [
        ("hours", "国控站点均值（不含对照点）", "国控站点小时值"),
        ("days", "第三方发布的城市日值", "第三方城市日值"),
        ("days;hours", "国控站点均值（不含对照点）和第三方发布的城市日值", "国控站点小时值、第三方城市日值"),
        ("", "", "空气监测数据"),
    ],
)
def test_lines_of_measure_and_of_coverage_say_what_gave_the_values(files_, basis, series):
    origins = pd.DataFrame({"table": "statistics", "source_id": [one for one in files_.split(";") if one]})
    made, row = row_of(real(origins=origins), "pm25_mean", files_)
    assert blue_sky_figures.basis(made, battle_page.source_ids(made, rows=row), "zh") == basis
    measure = chart_of(made, "pm25", "zh").measure
    assert measure.startswith(f"PM2.5年均浓度，长春市{basis}") and not measure.endswith(("，", "、"))
    html = sections.coverage(made, lang="zh").sections[0].parts[0]["html"]
    assert read_markup(html)[1][0].body[0][0] == f"{series}：PM2.5"


def test_the_coverage_of_a_span_names_no_file_of_the_years_behind_the_trend():
    origins = pd.DataFrame({"table": ["statistics", "annual"], "source_id": ["days", "hours"]})
    made, _ = row_of(real(origins=origins), "pm25_mean", "days;hours")
    html = sections.coverage(made, lang="zh").sections[0].parts[0]["html"]
    assert read_markup(html)[1][0].body[0][0] == "第三方城市日值：PM2.5"


def test_no_page_writes_the_kind_of_its_source_in():
    kinds = "|".join(registry.source_kinds())
    allowed = {
        "sources.py",  # which reader reads which kind
        "blue_sky_figures.py",  # which kinds are of stations, of the city and of third parties
        "battle_page.py",  # the mark of the demonstration
        "land_figures.py",  # published figures, of which the registry is the source
    }
    found = {
        one.name: hits
        for one in files("helpers.page").iterdir()
        if one.name.endswith(".py")
        and one.name not in allowed
        and (hits := re.findall(rf'source\([^)]*"(?:{kinds})"', one.read_text(encoding="utf-8")))
    }
    assert found == {}
    battle_words = files("helpers.page") / "blue_sky.yml"
    assert 'measure: {zh: "PM2.5年均浓度，{place}{basis}"' in battle_words.read_text(encoding="utf-8")
