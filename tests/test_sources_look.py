"""A look at a file says what it is and what is to be mended, at its cell, and stores nothing."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from helpers import registry
from helpers.run.cli import main
from helpers.sources import water_black_odorous
from helpers.sources.detect import READERS
from helpers.sources.kinds import KINDS
from helpers.sources.ledger_workbook import COLUMNS, SHEET
from helpers.sources.look import look
from helpers.sources.look_book import annotate, look_words
from helpers.sources.staging import CityContext
from helpers.sources.task_template import write_task_template
from helpers.sources.templates import write_ledger_template
from helpers.sources.water_templates import write_flow_template

TODAY = date(2026, 9, 1)
GOOD = ["good_day_ratio", "", "220100", "2024", 93.5, "%", "正式", "全市", "环境局", ""]
SECTION_HEADING = ["断面名称", "监测月份", "高锰酸盐指数(mg/L)", "氨氮(mg/L)", "总磷(mg/L)", "备用说明列"]


@pytest.fixture(scope="module")
def city() -> CityContext:
    return CityContext.of("changchun", TODAY)


def ledger(path: Path, *rows: list[object], title: str = "") -> Path:
    """A department's workbook as a person fills it in, with a sheet before it and perhaps a title above."""
    book = Workbook()
    book.active.title = "封面"
    book.active.append(["数值", "单位", "某某局报送材料"])
    sheet = book.create_sheet(SHEET)
    if title:
        sheet.append([title])
        sheet.merge_cells("A1:J1")
    sheet.append([f"{label}\n{name}" for name, label in COLUMNS.items()])
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def changed(good: list[object], **cells: object) -> list[object]:
    names = list(COLUMNS)
    return [cells.get(name, value) for name, value in zip(names, good, strict=True)]


def run(*arguments: object):
    return CliRunner().invoke(main, ["look", *map(str, arguments)])


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    return ledger(
        tmp_path / "台账.xlsx",
        GOOD,
        changed(GOOD, period="2024年13月", unit="吨"),
        changed(GOOD, period="2023", value=None),
        [*GOOD[:3], "2022", "=90+3.5", *GOOD[5:]],
        title="2024年度报送表",
    )


def test_every_problem_is_at_its_sheet_and_cell(faulty: Path, city: CityContext) -> None:
    seen = look(faulty, city)
    assert seen.reader == "ledger_workbook" and seen.exit_code == 1
    assert {(one.sheet, one.cell) for one in seen.problems} == {
        (SHEET, "D4"),
        (SHEET, "F4"),
        (SHEET, "E5"),
        (SHEET, "E6"),
    }
    unit = next(one for one in seen.problems if one.cell == "F4")
    assert unit.found == "吨" and unit.column == "单位" and "convert" in unit.remedy


def test_what_was_understood_is_rows_span_places_and_items(tmp_path: Path, city: CityContext) -> None:
    seen = look(ledger(tmp_path / "a.xlsx", GOOD, changed(GOOD, period="2022")), city)
    told = seen.tables["ledger"]
    assert (told.n_rows, told.first, told.last) == (2, "2022", "2024")
    assert told.places == {"220100"} and told.items == {"good_day_ratio"}
    assert seen.exit_code == 0 and not seen.problems


def test_a_row_without_a_column_of_its_own_is_the_whole_row(tmp_path: Path, city: CityContext) -> None:
    seen = look(ledger(tmp_path / "a.xlsx", GOOD, changed(GOOD, value=80)), city)
    (twice,) = seen.problems
    assert (twice.sheet, twice.cell, twice.row) == (SHEET, "", 3)


def test_the_same_heading_on_two_sheets_is_told_apart(tmp_path: Path, city: CityContext) -> None:
    book = Workbook()
    book.active.title = "3月"
    for name, value in (("3月", 4.0), ("4月", "四点二")):
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        sheet.append(SECTION_HEADING[:5])
        sheet.append(["松花江村", "2025-03" if name == "3月" else "2025-04", value, 0.5, 0.1])
    book.save(tmp_path / "断面.xlsx")
    seen = look(tmp_path / "断面.xlsx", city)
    assert [(one.sheet, one.cell, one.found) for one in seen.problems] == [("4月", "C2", "四点二")]


def test_two_forms_of_a_workbook_with_one_heading_are_told_apart(tmp_path: Path, city: CityContext) -> None:
    book = Workbook()
    for form in (water_black_odorous.BODIES, water_black_odorous.POINTS):
        sheet = book.create_sheet(form.sheet)
        sheet.append([one.label for one in form.fields])
        sheet.append(["有" if one.is_required and not one.choices else None for one in form.fields])
    book.save(tmp_path / "黑臭.xlsx")
    cells = {(one.sheet, one.column): one.cell for one in look(tmp_path / "黑臭.xlsx", city).problems}
    for form, label in ((water_black_odorous.BODIES, "统计日期"), (water_black_odorous.POINTS, "监测日期")):
        place = [one.label for one in form.fields].index(label)
        assert cells[form.sheet, label] == f"{'ABCDEFGHIJ'[place]}2"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04torn"])
def test_a_damaged_workbook_is_told_and_not_marked(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    done = run(path, "--annotate")
    assert done.exit_code == 2
    assert "不能读取" in done.output and "请先另存为xlsx" in done.output
    assert list(tmp_path.iterdir()) == [path]


def test_a_column_nobody_reads_is_a_hint_and_nothing_to_mend(tmp_path: Path, city: CityContext) -> None:
    book = Workbook()
    book.active.append(SECTION_HEADING)
    book.active.append(["松花江村", "2025-03", 4.0, 0.5, 0.1, "晴"])
    book.save(tmp_path / "断面.xlsx")
    seen = look(tmp_path / "断面.xlsx", city)
    (hint,) = seen.problems
    assert hint.is_hint and hint.cell == "F1" and seen.exit_code == 0


def test_what_lies_ahead_of_the_day_of_looking_is_told(tmp_path: Path, city: CityContext) -> None:
    seen = look(ledger(tmp_path / "a.xlsx", changed(GOOD, period="2052")), city)
    assert [one.cell for one in seen.problems] == ["D2"]


def test_templates_as_written_report_nothing(tmp_path: Path, city: CityContext) -> None:
    asked = [one for one in registry.indicators_of("changchun").values() if one.is_ledger]
    write_ledger_template(tmp_path / "department_workbook.xlsx", asked, place_code="220100")
    write_flow_template(tmp_path / "ecological_flow.xlsx")
    write_task_template(tmp_path / "task_ledger.xlsx", registry.plan("changchun"))
    for path in tmp_path.iterdir():
        seen = look(path, city)
        assert (seen.exit_code, seen.n_rows, seen.problems) == (0, 0, []), path.name
    for lang, said in (("zh", "没有填报数据"), ("en", "Nothing is reported")):
        done = run(tmp_path / "ecological_flow.xlsx", "--lang", lang)
        assert done.exit_code == 0 and said in done.output


def test_a_text_file_is_told_by_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "断面.csv"
    path.write_text(
        "断面名称,监测月份,pH,氨氮(mg/L),总磷(mg/L)\n松花江村,2025-03,7.5,0.5,0.1\n松花江村,2025-04,7.5,很低,0.1\n",
        encoding="utf-8",
    )
    done = run(path, "--annotate")
    assert done.exit_code == 1
    assert "地表水断面监测数据" in done.output and "松花江村" in done.output
    assert "第3行 氨氮(mg/L)列：所见很低" in done.output
    assert "只有xlsx工作簿可以标注" in done.output
    assert [one.name for one in tmp_path.iterdir()] == ["断面.csv"]


@pytest.mark.parametrize(("lang", "said"), [("zh", "不能读取"), ("en", "cannot be read")])
def test_an_unknown_file_cannot_be_read(tmp_path: Path, lang: str, said: str) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("尊敬的同志\n", encoding="utf-8")
    done = run(path, "--lang", lang)
    assert done.exit_code == 2
    assert said in done.output and "air_pm25in" not in done.output


def test_a_reader_that_stops_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyError("nobody thought of this")

    path = ledger(tmp_path / "a.xlsx", GOOD)
    monkeypatch.setattr("helpers.sources.detect.READERS", dict(READERS))
    monkeypatch.setitem(
        __import__("helpers.sources.detect", fromlist=["READERS"]).READERS,
        "ledger_workbook",
        type(READERS["ledger_workbook"])("ledger_workbook", lambda head: True, stop, frozenset()),
    )
    done = run(path)
    assert done.exit_code == 2
    assert "读取中断" in done.output and "KeyError" not in done.output


def test_the_worst_of_several_files_makes_the_exit_code(tmp_path: Path, faulty: Path) -> None:
    (tmp_path / "x.txt").write_text("?\n")
    good = ledger(tmp_path / "good.xlsx", GOOD)
    assert [
        run(*files).exit_code for files in ((good,), (good, faulty), (tmp_path / "x.txt", faulty, good))
    ] == [
        0,
        1,
        2,
    ]
    assert run(tmp_path / "absent.xlsx").exit_code == 2


def test_both_languages_say_the_frame_and_the_cell(faulty: Path) -> None:
    zh, en = run(faulty).output, run(faulty, "--lang", "en").output
    assert "部门台账工作簿" in zh and "台账 D4 统计期列：所见2024年13月" in zh and "处理：" in zh
    assert "台账 D4 column 统计期: seen 2024年13月" in en and "remedy: " in en
    assert "需要改正的问题4处" in zh and "To be mended, 4" in en


def test_nothing_is_written_and_the_file_stays(
    tmp_path: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / "notebooks").mkdir(parents=True)
    (home / "cities").symlink_to(Path(__file__).parents[1] / "cities")
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(home))
    before = {one: hashlib.sha256(one.read_bytes()).hexdigest() for one in tmp_path.glob("*.xlsx")}
    known = sorted(tmp_path.rglob("*"))
    assert run(faulty).exit_code == 1
    assert sorted(tmp_path.rglob("*")) == known
    assert {one: hashlib.sha256(one.read_bytes()).hexdigest() for one in before} == before


@pytest.mark.parametrize(
    ("lang", "name", "listed"), [("zh", "台账_检查结果", "检查结果"), ("en", "台账_check", "Check")]
)
def test_a_copy_is_marked_at_the_cells_and_lists_them(
    tmp_path: Path, faulty: Path, lang: str, name: str, listed: str
) -> None:
    before = faulty.read_bytes()
    done = run(faulty, "--annotate", "--lang", lang, "--out", tmp_path / "out")
    assert done.exit_code == 1 and faulty.read_bytes() == before
    assert [one.name for one in (tmp_path / "out").iterdir()] == [f"{name}.xlsx"]
    book = load_workbook(tmp_path / "out" / f"{name}.xlsx")
    sheet = book[SHEET]
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    coloured = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fill_type == "solid"
    }
    assert marked == coloured == {"D4", "F4", "E5", "E6"}
    assert sheet["E6"].value == "=90+3.5"
    rows = list(book[listed].iter_rows(values_only=True))
    assert list(rows[0]) == look_words()["heading"][lang]
    assert {row[1] for row in rows[1:]} == marked and {row[0] for row in rows[1:]} == {SHEET}
    assert not any(cell.comment for row in book["封面"].iter_rows() for cell in row)


def test_a_marked_copy_is_read_as_the_file_is_and_marked_anew(
    tmp_path: Path, faulty: Path, city: CityContext
) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    seen = look(faulty, city)
    assert annotate(seen, first, "zh")
    again = look(first, city)
    assert [(one.sheet, one.cell) for one in again.problems] == [
        (one.sheet, one.cell) for one in seen.problems
    ]
    book = load_workbook(first)
    book[SHEET]["D4"] = "2021"
    book.save(first)
    assert annotate(look(first, city), second, "zh")
    mended = load_workbook(second)
    assert mended[SHEET]["D4"].comment is None and mended[SHEET]["F4"].comment is not None
    assert mended.sheetnames.count("检查结果") == 1


def test_a_comment_of_the_department_and_a_text_like_a_formula_stay_texts(
    tmp_path: Path, city: CityContext
) -> None:
    path = ledger(tmp_path / "a.xlsx", changed(GOOD, unit="=吨"))
    book = load_workbook(path)
    book[SHEET]["F2"].data_type, book[SHEET]["F2"].comment = "s", Comment("问过统计局", "李")
    book.save(path)
    assert annotate(look(path, city), tmp_path / "b.xlsx", "zh")
    marked = load_workbook(tmp_path / "b.xlsx")
    assert marked[SHEET]["F2"].comment.text.startswith("问过统计局\n")
    assert marked["检查结果"]["E2"].data_type == "s"


def test_no_copy_is_written_among_received_files(tmp_path: Path, faulty: Path) -> None:
    Path(f"{faulty}.source.yml").write_text("title_zh: 台账\n", encoding="utf-8")
    done = run(faulty, "--annotate")
    assert done.exit_code == 2 and "--out" in done.output
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_of_another_city_is_told(tmp_path: Path) -> None:
    path = tmp_path / "哈尔滨.csv"
    head = "日期,AQI,质量等级,PM2.5,PM10,SO2,CO,NO2,O3_8h"
    path.write_text(f"{head}\n2015-01-01,100,良,75,100,30,1.2,40,60\n", encoding="utf-8")
    done = run(path)
    assert done.exit_code == 1
    assert "文件写明的城市是哈尔滨，不是长春市" in done.output and "没有填报数据" not in done.output


def test_every_reader_and_table_has_its_words() -> None:
    words = look_words()
    assert set(READERS) == set(KINDS)
    for one in (*words["words"].values(), words["heading"], words["kinds"]):
        assert set(one) == {"zh", "en"}
    assert len(words["heading"]["zh"]) == len(words["heading"]["en"])
