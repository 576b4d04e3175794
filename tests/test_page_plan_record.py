"""The section on earlier forecasts: what it says in both languages, and that a recalculation never reads as published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from air_cases import context, empty_tables
from helpers.battles import blue_sky, plan_record
from helpers.battles.context import Battle
from helpers.battles.plan_replay import REPLAY
from helpers.battles.shapes import shape
from helpers.page import document, sections
from helpers.page.charts import figure
from helpers.page.export import workbook
from helpers.page.reading import read_markup
from helpers.page.render import render
from helpers.page.words import banned_words, word
from page_example import notebook

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
MARK = {"zh": "回算", "en": "ecalculated"}
ISSUED = {"zh": "已发布", "en": "ssued"}
MONTHS = pd.date_range("2024-12-31", "2025-11-30", freq="ME")


def replayed(target: str = "pm25_mean_2025", *, value: float = 28.0) -> pd.DataFrame:
    rows = [
        {
            "as_of": day, "target_id": target, "indicator_id": "pm25_mean", "unit": "ug_m3", "target_operator": "<=",
            "target_value": 30.0, "year": 2025, "likelihood": (0.5, 0.8, 0.995)[n // 4], "forecast": 29.0,
            "forecast_low": 27.0 if n else 29.0, "forecast_high": 31.0, "value": value, "source_ids": "a",
        }
        for n, day in enumerate(MONTHS)
    ]  # fmt: skip
    return shape(rows, REPLAY)


def issued(*rows: dict[str, object]) -> pd.DataFrame:
    base = replayed().iloc[0].to_dict() | {
        "line": 1,
        "is_damaged": False,
        "status": "on_track",
        "likelihood": 0.7,
    }
    base |= {"said_on": pd.Timestamp("2025-07-05"), "as_of": pd.Timestamp("2025-06-30"), "forecast_low": 27.0}
    return pd.DataFrame([base | row for row in rows])


@cache
def bare(simulated: bool = False) -> Battle:
    return blue_sky.build(empty_tables(), context("2025", date(2025, 12, 31), simulated=simulated))


def made(again: pd.DataFrame | None, said: pd.DataFrame | None = None, *, simulated: bool = False) -> Battle:
    results = pd.DataFrame([{
        "target_id": "pm25_mean_2025", "status": "met", "reason": "", "period_end": pd.Timestamp("2025-12-31"), "value": 28.0,
        "source_ids": "a",
    }])  # fmt: skip
    sources = pd.DataFrame({"source_id": ["a"], "reader": ["air_publish"], "title_zh": ["日报"]})
    tables = plan_record.build_tables(again, said, results) | {"sources": sources}
    return replace(bare(simulated), tables=bare(simulated).tables | tables)


def parts_of(battle: Battle, lang: str) -> list[object]:
    found = sections.tell(battle, "plan_record.record", lang=lang)
    return [] if found is None else [found[0], *found[1]]


def said(battle: Battle, lang: str) -> str:
    """The paragraph of the section."""
    return " ".join(one.text for part in parts_of(battle, lang) if isinstance(part, list) for one in part)


def table_of(battle: Battle, lang: str) -> list[list[str]]:
    (found,) = [one for one in parts_of(battle, lang) if hasattr(one, "origin")]
    return read_markup(str(found.__html__()))[1][0].body


def sheet_of(battle: Battle, lang: str) -> pd.DataFrame:
    (found,) = [one for one in parts_of(battle, lang) if hasattr(one, "name")]
    return found.table


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure.style, "render_svg", lambda *_: b"")
    monkeypatch.setattr(figure, "inline_svg", lambda *_, **__: "")


@BOTH
def test_where_nothing_is_due_nothing_is_told(lang: str) -> None:
    assert parts_of(made(None), lang) == [] == parts_of(bare(), lang)


@BOTH
@pytest.mark.usefixtures("without_pictures")
def test_the_paragraph_counts_each_kind_and_says_how_little_it_proves(lang: str) -> None:
    told = said(made(replayed(), issued({})), lang)
    wanted = {
        "zh": ["1个在到期前有预测，共13条", "已发布1条", "回算12条", "从未发布", "已知的12条，实际值落在区间内的11条（92%）", "只有1个（不足10个），不能据此断定"],
        "en": ["13, on 1 targets", "printed them: 1.", "never published: 12.", "known (12) the value lay inside 11 (92 %)", "Targets whose end is known: 1, fewer than 10, so nothing can be concluded"],
    }  # fmt: skip
    assert [one for one in wanted[lang] if one not in told] == []
    assert not banned_words(told, lang)


@BOTH
@pytest.mark.usefixtures("without_pictures")
def test_ten_targets_are_a_test_and_say_on_how_many_targets(lang: str) -> None:
    many = pd.concat([replayed(f"target_{n}") for n in range(10)])
    record = plan_record.build_tables(many, None, pd.DataFrame(columns=["target_id"]))
    from helpers.page.plan_record import told

    shown = " ".join(one.text for one in told(replace(bare(), tables=record), lang)[0])
    assert {"zh": "只相当于10个目标的检验", "en": "a test on 10 targets and no more"}[lang] in shown


@BOTH
@pytest.mark.usefixtures("without_pictures")
def test_without_issued_forecasts_or_values_that_is_said(lang: str) -> None:
    told = said(made(replayed(value=np.nan)), lang)
    assert {"zh": "没有已发布的预测", "en": "No forecast was issued in time"}[lang] in told
    assert {"zh": "无从检验", "en": "no forecast can be tested"}[lang] in told and "80" not in told
    body = table_of(made(replayed(value=np.nan)), lang)
    wanted = {"zh": "当年无可判定的数值", "en": "no value of the year to judge by"}[lang]
    assert {one.lower() for row in body for one in row[-1:]} == {wanted}
    assert not [one for one in parts_of(made(replayed(value=np.nan)), lang) if hasattr(one, "svg")]


@BOTH
@pytest.mark.usefixtures("without_pictures")
def test_damaged_lines_are_told_even_alone(lang: str) -> None:
    lost = issued({"is_damaged": True, "target_id": "", "year": 0})
    wanted = {"zh": "有1行不能使用，未计入", "en": "count for nothing: 1."}[lang]
    assert wanted in said(made(None, lost), lang) and wanted in said(made(replayed(), lost), lang)


@BOTH
@pytest.mark.usefixtures("without_pictures")
def test_the_table_has_what_was_known_at_the_stated_days_and_what_came(lang: str) -> None:
    body = table_of(
        made(replayed(), issued({}, {"likelihood": np.nan, "said_on": pd.Timestamp("2025-09-03")})), lang
    )
    days = [row[2] for row in body if MARK[lang] in row[1]]
    assert days == ["2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30"]
    told = [row for row in body if ISSUED[lang] in row[1]]
    assert [row[1][-10:] for row in told] == ["2025-09-03"], (
        "the latest that was published by the end of September"
    )
    assert {"zh": "未给出，状态为进展正常", "en": "Not given; status: on track"}[lang] == told[0][3]
    chances = [row[3] for row in body if MARK[lang] in row[1]]
    wanted = {
        "zh": ["难以判断（50%）", "难以判断（50%）", "较可能（80%）", "很可能（99%以上）"],
        "en": ["About as likely as not (50 %)"] * 2 + ["Likely (80 %)", "Very likely (over 99 %)"],
    }
    assert chances == wanted[lang]
    ends = {
        "zh": ["达成，数值在区间外", "达成，数值在区间内"],
        "en": ["met; outside the interval", "met; inside the interval"],
    }
    assert [row[5].endswith(end) for row, end in zip(body, ends[lang], strict=False)] == [True, True]


@BOTH
def test_a_recalculation_can_nowhere_be_read_as_issued(lang: str) -> None:
    """Every row of table, chart and sheet that was not published says so, and has no day of publication."""
    battle = made(replayed(), issued({}))
    for row in table_of(battle, lang):
        assert (MARK[lang] in row[1]) is (ISSUED[lang] not in row[1])
        assert not (MARK[lang] in row[1] and any(one.isdigit() for one in row[1]))
    (chart,) = [one for one in parts_of(battle, lang) if hasattr(one, "svg")]
    assert len(chart.table) == 4 and all(
        (MARK[lang] in one) is (ISSUED[lang] not in one) for one in chart.table["name"]
    )
    assert all(f"n={int(n)}" in chart.svg for n in chart.table["n"])
    sheet = sheet_of(battle, lang)
    is_again = sheet.iloc[:, 0].str.contains(MARK[lang])
    assert len(sheet) == 13 and is_again.sum() == 12
    assert sheet.loc[is_again].iloc[:, 1].isna().all() and sheet.loc[~is_again].iloc[:, 1].notna().all()


@BOTH
@pytest.mark.parametrize("simulated", [False, True])
def test_the_section_is_part_of_a_page_and_of_its_workbook(lang: str, simulated: bool) -> None:
    battle = made(replayed(), issued({}), simulated=simulated)
    block = sections.show(battle, "plan_record.record", lang=lang)
    first = document.page_one(battle, lang=lang, version="1")
    page = render(notebook([first, block]))
    assert page.html.count('id="plan-record') and MARK[lang] in page.html
    assert (word("mark.full", lang) in page.html) is simulated
    assert len(workbook(page.document)) > 5000
