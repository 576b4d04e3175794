"""Declared effects on the page of their target's battle: what is declared, what is shown, and how the likelihood changes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corrective_cases import hills, whole
from demo_battle import battle as demonstration
from helpers.battles import levers as rules
from helpers.battles.context import Battle
from helpers.page import battle_page, document, levers, sections
from helpers.page.reading import read_markup
from helpers.page.words import word
from land_cases import faulty_words, texts_in
from lever_cases import TARGET, battle, declare, lever, observed, told
from wording_cases import LANGS

BOTH = pytest.mark.parametrize("lang", LANGS)
PAGES = ("blue_sky", "clear_water", "green_hills", "black_soil", "grassland_wetland", "overview")
DRAWS = np.array([29.0, 30, 31, 32, 33] * 200)
CERTAIN = lever(low=-2, high=-2)


@pytest.fixture
def home(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(tmp_path))
    return tmp_path


def parts(found: Battle, lang: str) -> dict[str, list]:
    """Parts of the section by their kind."""
    block = sections.show(found, "levers.effects", lang=lang)
    listed: dict[str, list] = {}
    for part in block.sections[0].parts if block else ():
        listed.setdefault(part["kind"], []).append(part)
    return listed


def said(found: Battle, lang: str) -> list[str]:
    """Text of the paragraphs, their spaces plain."""
    return [part["items"][0]["text"].replace("\xa0", " ") for part in parts(found, lang).get("paragraph", ())]


def cells(found: Battle, lang: str) -> list[list[str]]:
    (part,) = parts(found, lang)["table"]
    (table,) = read_markup(part["html"])[1]
    return table.body


@BOTH
def test_without_declared_effects_nothing_is_printed(repo: Path, home: Path, lang: str) -> None:
    declare(repo, home)
    for found in (told(observed(DRAWS)), hills(), whole()):
        assert not {"levers", "lever_targets", "lever_draws"} & set(found.tables)
        assert sections.show(found, "levers.effects", lang=lang) is None
        assert levers.facts(found, lang) == {}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_a_battle_can_tell_them(name: str) -> None:
    parts = battle_page.entry(name, "parts").values()
    assert sum("levers.effects" in listed for listed in parts) == 1


@BOTH
def test_the_paragraph_sets_gap_declared_shown_and_likelihood_beside_each_other(
    repo: Path, home: Path, lang: str
) -> None:
    declare(repo, home, CERTAIN)
    (one,) = said(told(observed(DRAWS)), lang)
    if lang == "zh":
        assert one.startswith(
            "细颗粒物年均浓度（2025年不高于30μg/m³）：2025年全年推算为31μg/m³，比目标高1μg/m³；"
        )
        assert "计入1项（共1项），合计−2μg/m³（80%区间−2～−2μg/m³）；数据尚未显示任何一项的效果；" in one
        assert "现有推算为难以判断（约四成），申报的效果全部实现时为较可能（约八成）" in one
        assert one.endswith("由31μg/m³（80%区间29～33μg/m³）变为29μg/m³（27～31μg/m³）。")
    else:
        assert one.startswith(
            "PM2.5 annual mean (2025: at most 30 μg/m³): projected at 31 μg/m³ for the whole"
        )
        assert "declared effects that count: 1 of 1, together −2 μg/m³" in one
        assert "about as likely as not (about 40 %) to be met, and likely (about 80 %) if" in one
        assert one.endswith("from 31 μg/m³ (80 % interval 29 to 33 μg/m³) to 29 μg/m³ (27 to 31 μg/m³).")


@BOTH
def test_the_figure_sets_the_forecast_with_declared_effects_beside_that_without(
    repo: Path, home: Path, lang: str
) -> None:
    declare(repo, home, CERTAIN)
    found = told(observed(DRAWS))
    (chart,) = parts(found, lang)["chart"]
    names = [levers.text(f"effects.{key}", lang) for key in ("without", "held")]
    assert all(name in chart["svg"] for name in names)
    assert "80%" in chart["svg"] and "95%" not in chart["svg"]
    assert (
        "31" in chart["title"]
        and "29" in chart["title"]
        and chart["id"] == f"levers-{TARGET.replace('_', '-')}"
    )


@BOTH
def test_the_table_says_who_declares_what_whether_it_counts_and_what_is_shown(
    repo: Path, home: Path, lang: str
) -> None:
    records = (
        lever("a"),
        lever("b", from_year=2030),
        lever("c", from_year=2023, began="2022-07", until_year=2024, note={"zh": "已停", "en": "stopped"}),
        lever("d", from_year=2023, began="2022-07"),
        lever("e", began=None),
    )
    declare(repo, home, *records)
    index = pd.date_range("2019-01-01", periods=72, freq="MS")
    noise = np.random.default_rng(5).standard_normal(72)
    months = pd.DataFrame(
        {"pollutant": "PM2.5", "month": index, "value": 40 + noise - 4.0 * (index >= "2022-07")}
    )
    asked = battle(observed(DRAWS))
    asked = replace(asked, tables=asked.tables | {"adjusted_months": months})
    found = rules.beside(asked, [observed(DRAWS)])
    body = cells(found, lang)
    words = {key: levers.text(f"counted.{key}", lang, first=2030, last="2024", target=2025, day="2025-09-30") for key in ("yes", "later", "ended", "in_data")}  # fmt: skip
    assert [row[3] for row in body] == [words[key] for key in ("yes", "later", "ended", "in_data", "in_data")]
    assert all({"zh": "甲局", "en": "office one"}[lang] in row[2] and "2025-01-01" in row[2] for row in body)
    assert {"zh": "已停", "en": "stopped"}[lang] in body[2][2]
    assert "2022-07" in body[3][4] and "95" in body[3][4] and re.search(r"−[34]\.\d", body[3][4])
    assert body[4][4] == levers.text("not_shown.no_month", lang)
    assert body[0][4] == levers.text("not_shown.to_come", lang, month="2025-10")
    (one,) = said(found, lang)
    assert found.tables["levers"]["shown"].notna().sum() == 2
    assert levers.text("told.none_shown", lang) not in one
    assert one.count("2022-07") == 2


@BOTH
@pytest.mark.parametrize(
    ("seen", "asked", "why"),
    [
        (observed(), {}, {"zh": "可比年份只有1个，推算至少需要2个", "en": "comparable years: 1"}),
        (observed(value=float("nan")), {}, {"zh": "没有监测数据", "en": "no "}),
        (observed(years={2024: 36.0}), {"year": 2027}, {"zh": "可比年份只有1个，推算至少需要5个", "en": "the 5"}),
        (observed(years=dict.fromkeys(range(2018, 2025), 36.0)), {"year": 2027}, {"zh": "历年数值相同", "en": "never vary"}),
        (observed(years={y: float(60 - y % 7) for y in range(2018, 2025)}), {"year": 2035}, {"zh": "太远", "en": "too few to look"}),
    ],
)  # fmt: skip
def test_where_no_likelihood_can_be_told_the_section_says_why(
    repo: Path, home: Path, lang: str, seen, asked: dict, why: dict
) -> None:
    declare(repo, home, lever(from_year=2025, began="2025-10"), lever("two", from_year=2027, began="2026-01"))
    found = told(seen, **asked)
    (one,) = said(found, lang)
    start = levers.text("told.no_chance", lang, why="").rstrip("。.")
    assert start in one and why[lang] in one.split(start)[1]
    assert "chart" not in parts(found, lang) and not re.search(r"\bnan\b|None", one)


@BOTH
def test_none_that_counts_leaves_the_likelihood_as_it_stands(repo: Path, home: Path, lang: str) -> None:
    declare(repo, home, lever(from_year=2030))
    found = told(observed(DRAWS))
    (one,) = said(found, lang)
    assert levers.text("told.none_counted", lang, n=1) in one and "chart" not in parts(found, lang)
    even = levers.text(
        "odds", lang, band=word("band.even", lang), odds={"zh": "约四成", "en": "about 40 %"}[lang]
    )
    assert even in one


@BOTH
def test_the_section_is_worded_in_one_language_and_the_facts_hold_its_numbers(
    repo: Path, home: Path, lang: str
) -> None:
    declare(repo, home, CERTAIN, lever("two", from_year=2030))
    found = told(observed(DRAWS))
    shown = sections.show(found, "levers.effects", lang=lang)
    assert not faulty_words(texts_in([shown.payload()]), lang)
    facts = document.page_one(found, lang=lang, version="1").heading["facts"]
    (target,), (first, second) = facts["lever_targets"], facts["levers"]
    assert (target["likelihood"], target["likelihood_with"], target["declared"]) == (0.4, 0.8, -2.0)
    assert (first["is_counted"], second["why_not_counted"]) == (True, "later")
    assert first["shown"] is None and first["declared"] == -2.0


@BOTH
def test_the_made_up_city_tells_its_example_and_marks_it_simulated(lang: str) -> None:
    found = parts(demonstration("2026", "clear_water", "demo_city"), lang)
    (paragraph,), (chart,), (table,) = found["paragraph"], found["chart"], found["table"]
    assert paragraph["items"][0]["facts"]["simulated"] and not paragraph["observed"]
    assert word("mark.full", lang) in table["html"] and not chart["observed"]


def test_the_example_of_the_sections_is_projected_to_its_year() -> None:
    (row,) = demonstration("2026", "clear_water", "demo_city").tables["lever_targets"].to_dict("records")
    assert row["basis_year"] == row["target_year"] == 2027
    assert row["likelihood"] < row["likelihood_with"] and row["with_high"] <= 100


def test_a_class_is_lowered_by_classes(repo: Path, home: Path) -> None:
    measure = levers._change("water_class", -1.0, -2.0, 0.0)
    assert levers._sized(-1.0, (-2.0, 0.0), measure, "zh") == {"value": "−1", "interval": "−2～0"}


def test_the_day_of_the_data_is_that_of_the_forecast(repo: Path, home: Path) -> None:
    declare(repo, home, lever(from_year=2027, began="2025-12"))
    years = {year: float(48 - 2 * (year - 2019) + year % 2) for year in range(2019, 2025)}
    found = told(observed(DRAWS, years=years), year=2027)
    assert found.tables["levers"]["data_until"].tolist() == [pd.Timestamp(date(2024, 12, 31))]
