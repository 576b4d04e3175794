"""Each check of the matrix finds what it is there for: a small lie is planted, and it is told of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import page_example
from helpers.page.export import workbook
from helpers.page.index import Report, index_page
from reality.built import Built, Page, read_built
from reality.cases import Case, Source
from reality.checks import ANSWERS, CONTENT, MATRIX, findings

AIR = Source(Path(), "air/example.csv", "air", date(2024, 1, 1), date(2025, 12, 31))
CASE = Case("example", "2025", (AIR,), ("blue_sky", "overview"), ("zh", "en"))
CHECKS = {check.__name__: check for check in MATRIX}
Lie = Callable[[Built], Built]


@cache
def example() -> Built:
    """A briefing and an overview that repeats it, in both languages, as read after a run."""
    results = page_example.battle(simulated=False).results
    pages = []
    for battle in CASE.battles:
        for lang in CASE.langs:
            made = page_example.report(lang, simulated=False)
            pages.append(Page(battle, lang, made.html, made.facts, workbook(made.document)))
    reports = [Report(f"{page.name}.html", page.facts) for page in pages]
    index, index_en = (index_page(reports, lang=lang) for lang in ("zh", "en"))
    return Built(CASE, 0, "", dict.fromkeys(CASE.battles, results), pages, index, index_en)


@cache
def honest(check: str) -> tuple[str, ...]:
    """What a check finds before a lie is planted."""
    return tuple(CHECKS[check](example()))


def of_page(name: str, change: Callable[[Page], Page]) -> Lie:
    """A lie told by one page."""
    return lambda built: replace(
        built, pages=[change(page) if page.name == name else page for page in built.pages]
    )


def in_html(name: str, old: str, new: str) -> Lie:
    """A lie in the text of a page."""

    def change(page: Page) -> Page:
        assert re.search(old, page.html), old
        return replace(page, html=re.sub(old, new, page.html, count=1))

    return of_page(name, change)


def in_facts(name: str, **told: object) -> Lie:
    """A lie in the facts."""
    return of_page(name, lambda page: replace(page, facts={**page.facts, **told}))


def in_first_fact(name: str, **told: object) -> Lie:
    """A lie in the first row of the facts."""

    def change(page: Page) -> Page:
        first, *rest = page.facts["rows"]
        return replace(page, facts={**page.facts, "rows": [{**first, **told}, *rest]})

    return of_page(name, change)


def in_book(name: str, change: Callable[[Workbook], object]) -> Lie:
    """A lie in a workbook."""

    def save(page: Page) -> Page:
        book, stream = openpyxl.load_workbook(BytesIO(page.workbook)), BytesIO()
        change(book)
        book.save(stream)
        return replace(page, workbook=stream.getvalue())

    return of_page(name, save)


def falsify(sheet: Worksheet) -> None:
    """Another number in the last row of a sheet."""
    sheet.cell(sheet.max_row, 2, 77)


def in_row(battle: str, indicator: str = "pm25_mean", **told: object) -> Lie:
    """A lie in a row of a results table."""

    def change(built: Built) -> Built:
        table = built.results[battle].copy()
        for column, value in told.items():
            table.loc[table["indicator_id"] == indicator, column] = value
        return replace(built, results={**built.results, battle: table})

    return change


def in_rows(indicator: str = "pm25_mean", **told: object) -> Lie:
    """A lie in every results table alike."""
    return lambda built: in_row("overview", indicator, **told)(in_row("blue_sky", indicator, **told)(built))


def with_table(name: str, *rows: tuple[object, ...]) -> Lie:
    """A lie in a table of a workbook."""

    def add(book: Workbook) -> None:
        sheet = book.create_sheet("表99")
        for row in (("说明",), (" ",), *rows):
            sheet.append(row)

    return in_book(name, add)


def seeing(**told: object) -> Lie:
    """The same output where the case is another."""
    return lambda built: replace(built, case=replace(built.case, **told))


def twice(built: Built) -> Built:
    """A row of the results told twice."""
    table = built.results["blue_sky"]
    return replace(built, results={**built.results, "blue_sky": pd.concat([table, table.head(1)])})


def judged_without_ozone(built: Built) -> Built:
    """A share of days of high confidence where ozone has no value."""
    return in_rows("o3_p90", value=None)(in_rows("good_day_ratio", confidence="high", status="met")(built))


TABLE_TEXT = "<table><caption>甲</caption><tr><th>站点</th><th>值</th></tr><tr><td>一</td><td>1.5</td></tr>{}</table></main>"
LIES: dict[str, tuple[Lie, str, str]] = {
    "a page is missing": (
        lambda built: replace(built, pages=built.pages[1:]),
        "is_built",
        "no page blue_sky zh",
    ),
    "a bad exit": (lambda built: replace(built, code=1), "is_built", "exit code 1"),
    "an exception on a page": (
        in_html("blue_sky.en", "</main>", "<p>ValueError</p></main>"),
        "is_built",
        "ValueError",
    ),
    "an exception in what is said": (
        lambda built: replace(built, said="KeyError: 'x'"),
        "is_built",
        "KeyError",
    ),
    "a row told twice": (twice, "one_truth", "2 rows of o3_p90"),
    "another value in the overview": (in_row("overview", value=31.0), "one_truth", "value 28.0 in blue_sky"),
    "another last day in the overview": (
        in_row("overview", period_end=pd.Timestamp("2025-11-24")),
        "one_truth",
        "period_end",
    ),
    "a row of the overview alone": (
        in_row("overview", target_id="other"),
        "one_truth",
        "no row of its battle",
    ),
    "another value in the facts": (
        in_first_fact("blue_sky.zh", value="99%"),
        "one_truth",
        "facts say .* is 99%",
    ),
    "another status in the facts": (
        in_first_fact("blue_sky.zh", status="met"),
        "one_truth",
        "facts say .* met",
    ),
    "another word for a status": (
        in_first_fact("blue_sky.zh", status_name="进展正常"),
        "one_truth",
        "facts say .*进展正常",
    ),
    "facts of the overview": (
        in_first_fact("overview.en", period="2024"),
        "one_truth",
        "facts of .* are others",
    ),
    "a false count": (in_facts("blue_sky.en", counts={"met": 9}), "one_truth", "counts .*9"),
    "another day on the page": (
        in_facts("blue_sky.zh", as_of="2025-10-31"),
        "one_truth",
        "data up to 2025-10-31",
    ),
    "a day on the page where the facts have none": (
        in_facts("blue_sky.zh", as_of=""),
        "one_truth",
        "data up to no day",
    ),
    "another day in one language": (in_facts("blue_sky.zh", as_of="2025-10-31"), "one_truth", "facts differ"),
    "another number on the scorecard": (
        in_html("blue_sky.zh", r"<strong>142</strong>", "<strong>143</strong>"),
        "one_truth",
        "143",
    ),
    "another status on the scorecard": (
        in_html("blue_sky.en", r'(chip-off_track".{0,80}?</span>)[^<]+', r"\1On track"),
        "one_truth",
        "On track",
    ),
    "a sentence that leads nowhere": (
        in_html("blue_sky.zh", r'<tr id="value-pm25_mean[^"]*"', "<tr"),
        "one_truth",
        "no row of the page",
    ),
    "a sentence that denies its value": (
        in_html("blue_sky.zh", r'(data-row="value-pm25_mean[^>]*>)2025年[^<]*', r"\1细颗粒物数据不足。"),
        "one_truth",
        "数据不足.*28.0",
    ),
    "a point with another status": (
        in_html(
            "blue_sky.zh", r'(?s)(<ol class="points">.*?<strong>[^<]*?)(?:明显滞后|未达成)', r"\1进展正常"
        ),
        "one_truth",
        "进展正常.*off_track",
    ),
    "a title that counts other days": (
        lambda built: in_html("blue_sky.zh", "</main>", "<p>优良天数300天，重污染2天</p></main>")(
            in_rows("co_p95", indicator_id="good_days", value=299.0)(built)
        ),
        "one_truth",
        "优良天数300天",
    ),
    "another number in the workbook": (
        in_book("blue_sky.en", lambda book: book["Results"].cell(4, 5, 999)),
        "one_truth",
        "value 999 in the workbook",
    ),
    "a row less in the workbook": (
        in_book("blue_sky.en", lambda book: book["Results"].delete_rows(5)),
        "one_truth",
        "the sheet of results is 7 rows",
    ),
    "another number in one language": (
        in_book("blue_sky.zh", lambda book: falsify(page_example.figure_sheets(book, "zh")[0])),
        "one_truth",
        "77.* in the other language",
    ),
    "a sheet more in one language": (
        in_book("blue_sky.zh", lambda book: book.create_sheet("x")),
        "one_truth",
        "sheets",
    ),
    "another count in the index": (
        lambda built: replace(
            built, index=re.sub(r'(<span class="chip chip-met">)\d+', r"\g<1>44", built.index)
        ),
        "one_truth",
        "index: .*44",
    ),
    "another finding in the index": (
        lambda built: replace(
            built, index=built.index.replace(built.pages[0].facts["title"].partition("：")[2][-9:], "好")
        ),
        "one_truth",
        "index: .* is not told",
    ),
    "a value of no records": (in_rows(n_obs=0.0), "from_nothing", "from 0 records"),
    "more days than there are": (in_rows(n_obs=400.0), "from_nothing", "rests on 400 days of 365"),
    "a judgement of no value": (in_rows(value=None), "from_nothing", "met without a value"),
    "a change against nothing": (in_rows(value_prev=None, change_prev=5.0), "from_nothing", "changed by 5"),
    "a value without a file": (
        seeing(sources=(replace(AIR, last=date(2024, 12, 31)),)),
        "from_nothing",
        "no file of air has a day of 2025-01-01",
    ),
    "last year without a file": (
        seeing(sources=(replace(AIR, first=date(2025, 1, 1)),)),
        "from_nothing",
        "last year; no file",
    ),
    "high confidence without ozone": (judged_without_ozone, "from_nothing", "without ozone"),
    "days of no valid days": (
        with_table("blue_sky.zh", ("时段", "有效天数", "优良天数"), ("春季", 0, 0)),
        "from_nothing",
        "优良天数 0 from 0 valid days",
    ),
    "fires of a window without satellite": (
        with_table("blue_sky.zh", ("时段", "起", "止", "火点数"), ("春季", "2025-03-01", "2025-05-15", 0)),
        "from_nothing",
        "no satellite file",
    ),
    "fires of a year without satellite": (
        lambda built: with_table("green_hills.zh", ("年份", "春季秸秆焚烧分析时段"), (2025, 0))(
            replace(built, pages=[replace(page, battle="green_hills") for page in built.pages])
        ),
        "from_nothing",
        "春季秸秆焚烧分析时段 2025 is 0",
    ),
    "a compared year of few days": (
        with_table("blue_sky.en", ("Indicator", "Year", "Computed"), ("PM2.5", 2013, 73)),
        "from_nothing",
        "PM2.5 2013 is 73, from 0 days",
    ),
    "a count where the share is missing": (
        with_table("blue_sky.zh", ("指标", "2024"), ("优良天数", 0), ("优良天数比率", "无数据")),
        "from_nothing",
        "优良天数 0 under 2024",
    ),
    "a share of nothing": (
        in_html("blue_sky.zh", "</main>", "<p>有效数据占0.0%</p></main>"),
        "from_nothing",
        "有效数据占0.0%",
    ),
    "a day that lies ahead": (
        seeing(sources=(replace(AIR, last=date(2025, 10, 31)),)),
        "from_nothing",
        "data up to 2025-12-31",
    ),
    "final without a value": (
        lambda built: replace(
            built,
            results={name: table.assign(value=float("nan")) for name, table in built.results.items()},
        ),
        "from_nothing",
        "final without a single value",
    ),
    "a source nobody received": (
        seeing(sources=(replace(AIR, path="air/other.csv"),)),
        "sources",
        "no file of the case",
    ),
    "a line that names what was not read": (
        in_html("blue_sky.zh", "</main>", '<p class="small">来源：部门台账工作簿</p></main>'),
        "sources",
        "部门台账工作簿, which was not read",
    ),
    "a row of an unknown source": (in_rows(source_ids="nobody"), "sources", "nobody, no source of the page"),
    "a row of a file of other years": (
        seeing(sources=(replace(AIR, last=date(2024, 12, 31)),)),
        "sources",
        "no file that has a day of its span",
    ),
    "a row that names a file of other years": (
        lambda built: in_rows("o3_p90", value_prev=None, likelihood=None)(
            seeing(sources=(replace(AIR, last=date(2024, 12, 31)),))(built)
        ),
        "sources",
        "rests on 2025-01-01 to 2025-12-31 and names air/example.csv",
    ),
    "hours where only days are known": (
        in_html(
            "blue_sky.zh",
            "</main>",
            "<table><tr><th>内容</th></tr><tr><td>国控站点小时值：CO</td><td>2025年</td><td>365</td><td>300</td></tr></table></main>",
        ),
        "sources",
        "no hourly file",
    ),
    "a value of the program": (
        in_html("blue_sky.en", "</main>", "<p>is nan</p></main>"),
        "wrong_text",
        "value of the program",
    ),
    "doubled punctuation": (
        in_html("blue_sky.zh", "</main>", "<p>好。。</p></main>"),
        "wrong_text",
        "stray punctuation",
    ),
    "a sentence without subject": (
        in_html("blue_sky.zh", "</main>", "<p>的目标已经用完。</p></main>"),
        "wrong_text",
        "without subject",
    ),
    "Chinese left in English": (
        in_html("blue_sky.en", "</main>", "<p>Share of 优良天数</p></main>"),
        "wrong_text",
        "Chinese left",
    ),
    "unequal decimals": (
        in_html("blue_sky.zh", "</main>", TABLE_TEXT.format("<tr><td>二</td><td>2</td></tr>")),
        "wrong_text",
        "column 值 has 1.5 and 2",
    ),
    "another number than the oracle's": (
        seeing(expect={"pm25_mean": [27, None]}),
        "wrong_numbers",
        "pm25_mean value is 28.0, expected 27 or no data",
    ),
    "a number where the oracle has none": (
        seeing(expect={"pm25_mean.prev": None}),
        "wrong_numbers",
        "value_prev is 29.0, expected no data",
    ),
    "another cell than the oracle's": (
        seeing(
            expect_table=(
                {"battle": "blue_sky", "title": "28|年均", "row": "2025", "column": "数值|Value", "value": 5},
            )
        ),
        "wrong_numbers",
        "expected 5",
    ),
    "a number that stands nowhere": (
        seeing(expect_text=({"battle": "blue_sky", "text": "55.9"},)),
        "wrong_numbers",
        "55.9 stands nowhere",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_planted_lie_is_found(name):
    lie, check, told = LIES[name]
    news = [one for one in CHECKS[check](lie(example())) if one not in honest(check)]
    assert any(re.search(told, one) for one in news), news


def test_every_check_has_a_lie():
    assert {check for _, check, _ in LIES.values()} == set(CHECKS)


def test_a_refusal_is_an_answer_and_a_missing_page_without_a_word_is_none():
    refused = Built(CASE, 1, "period 2031 has no data")
    assert findings(refused, ANSWERS) == {}
    silent = Built(CASE, 0, "")
    assert "is_answered" in findings(silent, ANSWERS)
    assert "is_answered" in findings(replace(refused, said="Traceback (most recent call last)"), ANSWERS)


def test_output_of_a_run_is_read_from_its_folders(tmp_path):
    page = example().pages[0]
    folder = tmp_path / "home" / "reports" / CASE.city / CASE.period
    kept = tmp_path / "data" / "processed" / "results" / CASE.city / CASE.period
    folder.mkdir(parents=True), kept.mkdir(parents=True)
    (folder / "blue_sky.zh.html").write_text(page.html, encoding="utf-8")
    (folder / "blue_sky.zh.json").write_text('{"rows": []}', encoding="utf-8")
    (folder / "blue_sky.zh.xlsx").write_bytes(page.workbook)
    example().results["blue_sky"].to_parquet(kept / "blue_sky.parquet")
    read = read_built(CASE, home=tmp_path / "home", data=tmp_path / "data", code=0, said="")
    assert [one.name for one in read.pages] == ["blue_sky.zh"]
    assert len(list(read.rows("blue_sky"))) == 8 and read.pages[0].results_sheet is not None
    assert "no page blue_sky en" in findings(read, (MATRIX[0],))["is_built"][0]


def test_content_of_a_refusal_holds():
    assert findings(Built(CASE, 1, "no"), CONTENT) == {}
