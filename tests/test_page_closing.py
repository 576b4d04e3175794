"""The page of the closing verdict: what it tells in both languages, of a superseded plan too, and with most data missing."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

import demo_battle
from demo_battle import demonstration_run, report
from helpers.battles import closing, overview
from helpers.battles.context import Battle
from helpers.errors import ParameterError
from helpers.page import closing as closing_page
from helpers.page.reading import read_markup
from helpers.page.words import banned_words
from land_cases import page_texts

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
MOST_BYTES = 300_000
VERDICTS = {
    "zh": {"met": "达成", "missed": "未达成", "unknown": "无法判定"},
    "en": {"met": "Met", "missed": "Missed", "unknown": "Cannot be judged"},
}


@cache
def words(period: str, lang: str, city: str = "changchun") -> str:
    """What the page says."""
    page = report(period, lang, name="closing", city=city).html
    body = re.sub(r"<(style|title|desc|svg)\b.*?</\1>", " ", page[page.index("<body") :], flags=re.DOTALL)
    told = re.sub(r"<[^>]+>", " ", body.replace("<wbr>", "")).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", told)


def told_verdicts(period: str, lang: str) -> list[str]:
    """The third column of the tables of verdicts."""
    found = []
    for section in report(period, lang, name="closing").document.sections:
        for part in section["parts"]:
            for table in read_markup(part.get("html", ""))[1]:
                if table.head and {"zh": "结论", "en": "Verdict"}[lang] in table.head[0]:
                    found += [row[2] for row in table.body]
    return found


@BOTH
@pytest.mark.parametrize("period", ["2025", "2026"])
def test_the_page_tells_every_verdict_and_what_carries_on(period: str, lang: str) -> None:
    made = demo_battle.battle(period, "closing")
    rows, printed = made.tables["plan_closing"], told_verdicts(period, lang)
    assert len(printed) == len(rows) == len(made.results) == 39
    for verdict, word in VERDICTS[lang].items():
        wanted = (rows["verdict"] == verdict).sum()
        assert sum(cell.strip().startswith(word) for cell in printed) == wanted > 0, verdict
    page = words(period, lang)
    assert {"zh": "期限已于2025年12月31日届满", "en": "whose term ended on 31 Dec 2025"}[lang] in page
    assert {"zh": "接续的本市方案尚未登记", "en": "No plan of the city that follows it is known"}[
        lang
    ] in page
    assert {"zh": "需要补充", "en": "To supply"}[lang] in page
    assert len(report(period, lang, name="closing").html.encode()) < MOST_BYTES


def test_the_verdicts_of_a_later_year_are_those_of_the_year_the_term_ended_in() -> None:
    own, later = (demo_battle.battle(period, "closing") for period in ("2025", "2026"))
    columns = ["target_id", "verdict", "value", "year"]
    assert own.tables["plan_closing"][columns].equals(later.tables["plan_closing"][columns])
    assert later.context.period.label == "2026" and set(later.results["period_end"].dt.year) == {2025}


@BOTH
def test_a_superseded_plan_has_its_page_beside_the_one_that_runs(lang: str) -> None:
    page = words("2025", lang, "demo_city")
    assert {
        "zh": "原定期限到2024年12月31日，已于2024年2月29日由后续方案接续",
        "en": "held until 29 Feb 2024",
    }[lang] in page
    assert {
        "zh": "由《示例市环境行动方案（示例，非真实文件）》的森林覆盖率接续",
        "en": "replaced by forest cover of",
    }[lang] in page
    made = demo_battle.battle("2025", "closing", "demo_city")
    assert made.context.plan.id == "action_2021" and made.context.as_of.year == 2025
    assert set(made.tables["plan_closing"]["verdict"]) <= set(closing.VERDICTS)
    ids = {one.id for one in made.context.plan.targets}
    assert set(made.results["target_id"]) <= ids


@BOTH
def test_the_overview_leads_to_the_page_of_a_plan_whose_term_is_over(lang: str) -> None:
    for city in ("changchun", "demo_city"):
        page = report("2025", lang, name="overview", city=city).html
        assert page.count(f'href="closing.{lang}.html"') == 1, city


@BOTH
def test_the_page_stands_with_nothing_known_and_says_why_of_each_target(lang: str) -> None:
    made = demo_battle.battle("2025", "closing")
    kept = {
        "plan_closing",
        "closing_term",
        "closing_counts",
        "plan_carried",
        "plan_aside",
        "sources",
        "origins",
    }
    rows = made.tables["plan_closing"].assign(verdict="unknown", value=float("nan"), year=0)
    tables = {name: one if name in kept else one.iloc[:0] for name, one in made.tables.items()}
    results = made.results.assign(value=float("nan"), status="no_data", reason="not_reported")
    bare = replace(made, results=results, tables=tables | {"plan_closing": rows})
    found = page_texts(bare, lang)
    reason = {"zh": "没有填报", "en": "Nothing was reported"}[lang]
    assert sum(text.count(reason) for text in found) >= 2 * len(rows)
    assert not any(banned_words(text, lang) for text in found)
    assert not re.search(r"\b(nan|NaT|None)\b", " ".join(found))


def test_before_the_term_is_over_the_notebook_says_which_plan_runs_until_when() -> None:
    with pytest.raises(ParameterError, match="pollution_control_2022 runs until 2025-12-31"):
        demonstration_run(period="2024").build(closing)


def test_what_is_kept_of_a_battle_is_kept_by_its_plan() -> None:
    run = demo_battle._start_run(city="demo_city", period="2025", lang="zh")
    followed, closed = run.build(overview), run.build(closing)
    assert followed.context.plan.id == "action_2024" and closed.context.plan.id == "action_2021"
    assert not set(followed.tables["targets"]["target_id"]) & set(closed.results["target_id"])
    assert run.build(overview).tables["targets"].equals(followed.tables["targets"])


def test_a_target_missed_by_a_hair_is_not_drawn_as_reached() -> None:
    row = {"target_id": "a", "unit": "pct", "target_operator": ">=", "target_value": 9999.0, "value": 9998.9}
    rows = [{**row, "verdict": "missed"}, {**row, "target_id": "b", "value": 9999.0, "verdict": "met"}]
    found = closing_page._with_share(
        Battle("closing", None, pd.DataFrame(), {"plan_closing": pd.DataFrame(rows)})
    )
    assert found["share"].round(1).tolist() == [99.9, 100.0]
