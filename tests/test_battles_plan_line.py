"""What comes after the plan, and the closing verdict once its term is over, by hand-checked cases."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from helpers import registry, store
from helpers.battles import assess, plan_closing, plan_line, results
from helpers.battles.assess import Observation
from helpers.battles.context import Battle
from helpers.battles.spans import whole_year
from helpers.page import sections
from helpers.page.forms import At
from helpers.page.plan_line import closing_published
from helpers.periods import Period
from land_cases import build_overview, context, ledger

PAGES = Path(sections.__file__).parent
BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
REPORTED = {"clean_heating_share": 53.2, "clean_bulk_transport_share": 67.8, "pesticide_efficiency": 42.7}


@cache
def bare(as_of: date = date(2025, 12, 31)):
    """The whole plan without any data."""
    return build_overview(as_of=as_of)


@cache
def reported(as_of: date = date(2025, 12, 31)):
    """The whole plan with three targets of 2025 reported, one met and two missed."""
    table = pd.concat([ledger(key, {2025: value}) for key, value in REPORTED.items()], ignore_index=True)
    return build_overview({"ledger": table}, as_of)


@cache
def later():
    """A target of 2025 missed then and met by the value of 2026."""
    table = ledger("pesticide_efficiency", {2025: 42.7, 2026: 43.5})
    return build_overview({"ledger": table}, date(2026, 12, 31))


def told(battle, section: str, lang: str) -> str:
    """Words of a section; empty where it is not told."""
    found = sections.tell(battle, f"plan_line.{section}", lang=lang)
    parts = found[1] if found else []
    return " ".join(
        getattr(one, "text", None) or " ".join(item.text for item in one)
        if isinstance(one, list)
        else str(getattr(one, "html", one))
        for one in parts
    )


@pytest.mark.parametrize(
    ("as_of", "known", "is_over"),
    [
        (date(2020, 12, 31), [], None),
        (date(2022, 12, 31), ["pollution_control_2022"], False),
        (date(2025, 11, 30), ["pollution_control_2022", "three_year_action_2023", "beautiful_jilin_2024"], False),
        (date(2025, 12, 31), ["pollution_control_2022", "three_year_action_2023", "beautiful_jilin_2024"], True),
    ],
)  # fmt: skip
def test_only_documents_of_the_time_are_known(as_of: date, known: list[str], is_over: bool | None) -> None:
    made = bare(as_of).tables
    assert made["plan_line"]["plan_id"].tolist() == known
    assert made["plan_term"]["is_over"].tolist() == ([] if is_over is None else [is_over])
    assert (len(made["plan_closing"]) > 0) is bool(is_over)


def test_counts_of_the_term_are_those_of_the_targets_judged_by_a_number() -> None:
    made = bare()
    term, totals = made.tables["plan_term"].iloc[0], made.tables["totals"].iloc[-1]
    assert term["n_judged"] == totals["n_judged"] == term[["n_due", "n_ahead", "n_undated"]].sum()
    assert term["n_due"] == len(made.tables["plan_closing"])
    assert (term["n_ahead"], term["n_undated"]) == (4, 20)


def test_targets_of_the_province_stand_beside_the_latest_value_and_never_judge() -> None:
    table = ledger("forest_cover", {2024: 8.1, 2025: 8.15})
    made = build_overview({"ledger": table})
    ahead = made.tables["plan_ahead"].set_index("indicator_id")
    assert ahead["target_value"].to_dict() == {
        "pm25_mean": 27.0, "good_section_share": 85.0, "forest_cover": 45.8, "wetland_protection": 45.22,
    }  # fmt: skip
    assert math.isnan(ahead.loc["pm25_mean", "value"]) and set(ahead["level"]) == {"province"}
    assert not set(ahead["target_id"]) & set(made.results["target_id"])


def test_a_target_ahead_leaves_the_page_once_its_year_has_passed() -> None:
    asked = replace(context(date(2028, 6, 30)), period=Period.parse("2028"))
    found = bare().results
    assert plan_line.build_tables(found, asked)["plan_ahead"].empty


@BOTH
def test_where_no_next_plan_is_known_the_page_says_what_to_supply(lang: str) -> None:
    words = told(bare(), "line", lang)
    assert {"zh": "接续的本市方案尚未登记", "en": "No plan of the city that follows it is known"}[
        lang
    ] in words
    assert {"zh": "不用来评价本市", "en": "the city is not judged by them"}[lang] in words
    assert told(bare(date(2022, 12, 31)), "line", lang).count("2022") and not told(
        bare(date(2020, 12, 31)), "line", lang
    )


def test_the_next_plan_of_the_line_is_named_with_its_first_day() -> None:
    place, first = registry.city("demo_city"), registry.plan("demo_city", date(2023, 12, 31))
    asked = replace(context(date(2023, 12, 31)), city=place, plan=first, period=Period.parse("2023"))
    term = plan_line.build_tables(bare().results, asked)["plan_term"].iloc[0]
    assert (term["next_starts"].date(), term["ends"], term["is_over"]) == (
        date(2024, 3, 1),
        date(2024, 2, 29),
        False,
    )


def test_each_target_that_fell_due_has_one_verdict() -> None:
    closing = reported().tables["plan_closing"].set_index("target_id")
    assert closing["verdict"].value_counts().to_dict() == {"unknown": 36, "missed": 2, "met": 1}
    missed = closing[closing["verdict"] == "missed"]
    assert missed["value"].to_dict() == {
        "clean_bulk_transport_share_2025": 67.8,
        "pesticide_efficiency_2025": 42.7,
    }
    unknown = closing[closing["verdict"] == "unknown"]
    assert unknown["value"].isna().all() and (unknown["year"] == 0).all()


@BOTH
def test_a_later_value_tells_nothing_of_the_year_a_target_fell_due(lang: str) -> None:
    made = later()
    closing = made.tables["plan_closing"].set_index("target_id")
    own = closing.loc["pesticide_efficiency_2025"]
    assert (own["verdict"], own["value"], own["year"], own["met_since"]) == ("missed", 42.7, 2025, 2026)
    words = told(made, "closing", lang)
    assert {"zh": "（2025年，2026年起达标）", "en": "(2025; met since 2026)"}[lang] in words


@BOTH
def test_the_section_counts_and_lists_the_missed_alone(lang: str) -> None:
    words = told(reported(), "closing", lang)
    counts = {
        "zh": "到期的39个判定目标中，达成1个，未达成2个，无法判定36个",
        "en": "Judged targets that fell due: 39; met: 1; missed: 2; cannot be judged: 36",
    }
    assert counts[lang] in words and words.count("67.8") == 1
    assert not told(reported(date(2025, 6, 30)), "closing", lang)


@pytest.mark.parametrize(
    ("values", "since"),
    [
        ({2020: 45, 2021: 31, 2022: 28}, 2022.0),
        ({2020: 29, 2021: 28, 2022: 28}, 2020.0),
        ({2020: 29, 2022: 28}, 2022.0),  # a year nobody knows ends the run
        ({2020: 29, 2021: 28, 2022: 31}, math.nan),
        ({}, math.nan),
    ],
)
def test_met_since_is_the_first_of_the_unbroken_years_up_to_the_latest(values: dict, since: float) -> None:
    history = pd.DataFrame(
        {"end": [date(year, 12, 31) for year in values], "value": [*map(float, values.values())]}
    )
    seen = Observation("pm25_mean", whole_year(2025), value=30.0, n=365, expected=365, history=history)
    rows = assess.make_rows([seen], context(), store.empty("sources"))
    assert rows[0]["met_since"] == pytest.approx(since, nan_ok=True)


def test_the_published_figure_of_the_year_stands_beside_real_values_alone() -> None:
    asked = context(date(2025, 12, 31))
    early = asked.plan.targets_for("pm25_mean")[0].model_copy(update={"id": "pm25_2022", "year": 2022})
    plan = asked.plan.model_copy(update={"targets": (early,)})
    history = pd.DataFrame({"end": [date(2022, 12, 31)], "value": [29.0]})
    seen = Observation("pm25_mean", whole_year(2025), value=33.0, n=365, expected=365, history=history)
    targets = pd.DataFrame({"target_id": ["pm25_2022"], "part": ["blue_sky"]})
    for simulated in (False, True):
        told_of = replace(asked, plan=plan, simulated=simulated)
        found = results.make(assess.make_rows([seen], told_of, store.empty("sources")))
        closing = plan_closing.build_tables(found, targets, told_of, is_over=True)["plan_closing"]
        assert closing["verdict"].tolist() == ["met"] and closing["year"].tolist() == [2022]
        assert ("published" in closing) is not simulated
        if not simulated:
            assert closing["published"].tolist() == [28.0]


@BOTH
@pytest.mark.parametrize("simulated", [False, True])
def test_of_two_figures_published_of_the_year_both_are_printed_with_their_source(
    lang: str, simulated: bool
) -> None:
    """The share of good days of 2015 was printed as 64.5 %, and 64.9 % follows from a quality report."""
    asked = context(date(2025, 12, 31))
    early = asked.plan.targets_for("good_day_ratio")[0].model_copy(update={"id": "good_2015", "year": 2015})
    asked = replace(asked, plan=asked.plan.model_copy(update={"targets": (early,)}), simulated=simulated)
    history = pd.DataFrame({"end": [date(2015, 12, 31)], "value": [66.0]})
    seen = Observation("good_day_ratio", whole_year(2025), value=88.0, n=365, expected=365, history=history)
    found = results.make(assess.make_rows([seen], asked, store.empty("sources")))
    targets = pd.DataFrame({"target_id": ["good_2015"], "part": ["blue_sky"]})
    made = plan_closing.build_tables(found, targets, asked, is_over=True)
    made |= {"plan_term": bare().tables["plan_term"]}
    words = told(Battle("overview", asked, found, made), "closing", lang)
    figures = ("64.5", "64.9", "长府办发〔2017〕23号", "《长春市生态环境2016—2020年质量报告》")
    assert all((one in words) is not simulated for one in figures)


@BOTH
def test_a_published_figure_that_was_worked_out_is_marked_beside_a_verdict(lang: str) -> None:
    at = At(bare(), "plan_line", "closing", lang)
    told_of = [closing_published(at, 33.0, mark, "标题", "pm25_mean", "ug_m3") for mark in (False, True)]
    assert "标题" in told_of[0] and told_of[1].startswith(told_of[0]) and told_of[1] != told_of[0]


@pytest.mark.parametrize("page", sorted(path.stem for path in PAGES.glob("*.yml")))
def test_a_page_that_names_one_published_figure_lists_its_rivals(page: str) -> None:
    """A spec that tells a figure of the published series or of a verdict has the section of the rivals beside it."""
    words = (PAGES / f"{page}.yml").read_text(encoding="utf-8")
    names_one = "as: closing_published" in words or re.search(r"as: published, (where|each)", words)
    rivals = "published_check.conflicts", "published_check.rivals"
    assert not names_one or any(f"section: {one}" in words for one in rivals)
