"""One ledger a lead department: rows written out, nothing reported until a number is filled in, nothing invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from helpers import registry, store
from helpers.paths import Folders
from helpers.periods import Period
from helpers.run.cli import main
from helpers.sources.department_templates import NONE, last_year_values, write_by_department
from helpers.sources.detect import detect
from helpers.sources.ingest import ingest
from helpers.sources.ledger_workbook import REFERENCES, SHEET, STATUSES, read
from helpers.sources.staging import CityContext
from helpers.units import UNITS

CITY, CODE, TODAY = "changchun", "220100", date(2026, 11, 30)
ASKED = {one.id: one for one in registry.indicators_of(CITY).values() if one.is_ledger}
OPTIONS = CityContext.of(CITY).options
FACTS = {name: OPTIONS[name] for name in ("known", "names", "ranges", "places")}


def write(folder, period="2025", received=None):
    received = received or Folders.real(folder / "nothing")
    return write_by_department(folder / "books", CITY, Period.parse(period), received=received, today=TODAY)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return write(tmp_path_factory.mktemp("departments"))


def columns_of(sheet):
    return {str(cell.value).split("\n")[1]: cell.column for cell in sheet[1]}


def rows_of(path):
    sheet = load_workbook(path)[SHEET]
    places = columns_of(sheet)
    rows = [
        {name: sheet.cell(n, at).value for name, at in places.items()} for n in range(2, sheet.max_row + 1)
    ]
    return [row for row in rows if row["indicator_id"]]


def fill(path, target, values, **changed):
    """Save a copy with values in the order of its rows."""
    book = load_workbook(path)
    sheet, places = book[SHEET], columns_of(book[SHEET])
    for row, value in enumerate(values, start=2):
        sheet.cell(row, places["value"], value)
        for name, text in changed.items():
            sheet.cell(row, places[name], text)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def received_ledger(tmp_path, *rows):
    folders = Folders.real(tmp_path / "data")
    table = pd.DataFrame(rows, columns=["indicator_id", "period", "value", "status", "scope"]).assign(
        place_code=CODE,
        unit="pct",
        flag="",
        source_sheet=SHEET,
        source_row="2",
        source_id="one",
    )
    store.write_table(folders.processed, "ledger", table[list(store.SCHEMAS["ledger"])])
    return folders


def test_every_indicator_stands_in_the_file_of_its_department_and_in_no_other(books):
    found = [(row["indicator_id"], path.stem) for path in books for row in rows_of(path)]
    assert sorted(found) == sorted((one.name_zh, f"台账_{one.department_zh}_2025") for one in ASKED.values())


def test_a_row_holds_all_but_the_number(books):
    rows = [row for path in books for row in rows_of(path)]
    units = {one.name_zh: UNITS[one.unit].label_zh or one.unit for one in ASKED.values()}
    for row in rows:
        assert row["value"] is None and row["last_year"] == NONE
        assert (row["place_code"], row["period"], row["status"]) == ("长春市", "2025", "正式")
        assert row["unit"] == units[row["indicator_id"]] and row["scope"] and row["department"]
    told = {row["indicator_id"]: row["target"] for row in rows}
    assert told["清洁取暖率"] == "≥52%（2025年）" and told["农膜回收率"] == NONE
    assert told["秸秆综合利用率"] == "由省下达"
    assert "基本消除" in told["城市建成区黑臭水体数"]


def test_the_number_is_coloured_and_the_references_are_locked(books):
    for path in books:
        sheet = load_workbook(path)[SHEET]
        places = columns_of(sheet)
        assert sheet.protection.sheet and sheet.cell(2, places["value"]).fill.fill_type == "solid"
        assert not sheet.cell(2, places["value"]).protection.locked
        assert all(sheet.cell(2, places[name]).protection.locked for name in REFERENCES)


def test_lists_offer_what_the_reader_accepts(books):
    for path in books:
        book = load_workbook(path)
        sheet, places = book[SHEET], columns_of(book[SHEET])
        lists = {
            next(iter(one.sqref.ranges)).min_col: one.formula1
            for one in sheet.data_validations.dataValidation
        }
        title, cells = lists[places["indicator_id"]].replace("'", "").replace("$", "").split("!")
        names = [cell.value for (cell,) in book[title][cells]]
        assert names == [row["indicator_id"] for row in rows_of(path)]
        assert all(name in OPTIONS["names"] for name in names)
        assert lists[places["status"]] == f'"{",".join(STATUSES)}"'


def test_an_untouched_workbook_reports_nothing(tmp_path):
    for path in write(tmp_path, "2025-Q3"):
        reading = read(path, **FACTS, received_on=TODAY)
        assert reading.table.empty and reading.rejects.empty, path.name
        assert detect(path).name == "ledger_workbook"


def test_untouched_workbooks_go_through_ingest_without_fault_and_are_named(books, tmp_path):
    for path in books:
        fill(path, tmp_path / "raw" / path.name, [])
    done = CliRunner().invoke(main, ["ingest", "--city", CITY, "--data-dir", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert f"0 quarantined, 0 refused, {len(books)} without a figure" in done.output
    assert done.output.count("nothing reported: ") == len(books)
    assert "not read" not in done.output and "none of its rows" not in done.output


def test_a_filled_workbook_is_read_to_exactly_its_numbers(books, tmp_path):
    expected = {}
    for path in books:
        named = [
            next(one for one in ASKED.values() if one.name_zh == row["indicator_id"]) for row in rows_of(path)
        ]
        values = [min(one.bounds[1], max(one.bounds[0], 12.5 + place)) for place, one in enumerate(named)]
        expected |= {one.id: value for one, value in zip(named, values, strict=True)}
        fill(path, tmp_path / "raw" / path.name, values)
    folders = Folders.real(tmp_path)
    summary = ingest(folders, city=CITY, today=TODAY)
    ledger = store.read_table(folders.processed, "ledger")
    assert not summary.n_quarantined and not summary.refused and not summary.unread and not summary.unfilled
    assert dict(zip(ledger["indicator_id"], ledger["value"], strict=True)) == expected
    assert set(ledger["place_code"]) == {CODE} and set(ledger["status"]) == {"final"}
    assert dict(zip(ledger["indicator_id"], ledger["unit"], strict=True)) == {
        key: one.unit for key, one in ASKED.items()
    }


def test_rows_left_empty_do_not_hold_back_the_others_and_a_word_in_place_of_a_number_is_told(books, tmp_path):
    path = max(books, key=lambda one: len(rows_of(one)))
    part = read(fill(path, tmp_path / "part.xlsx", [None, 7, "无"]), **FACTS)
    assert part.table["value"].to_list() == [7.0]
    assert part.rejects["column"].to_list() == ["value"] and part.rejects["found"].to_list() == ["无"]


def test_last_year_is_what_was_received_of_the_same_period_a_year_earlier(tmp_path):
    received = received_ledger(
        tmp_path,
        ("clean_heating_share", "2024", 50.25, "final", "市辖区"),
        ("clean_heating_share", "2024", 49.5, "final", "全市"),
        ("clean_heating_share", "2023", 45.0, "final", "全市"),
        ("straw_use", "2024", 91.0, "preliminary", "适用范围"),
        ("film_recovery", "2024-Q1", 80.0, "final", "全市"),
    )
    rows = {row["indicator_id"]: row for path in write(tmp_path, received=received) for row in rows_of(path)}
    told = {name: (row["last_year"], row["scope"]) for name, row in rows.items() if row["last_year"] != NONE}
    assert told == {"清洁取暖率": (49.5, "全市"), "秸秆综合利用率": ("91（初步）", "适用范围")}
    quarter = [row for path in write(tmp_path, "2025-Q1", received) for row in rows_of(path)]
    assert {row["indicator_id"]: row["last_year"] for row in quarter if row["last_year"] != NONE} == {
        "农膜回收率": 80
    }


def test_a_demonstration_is_nobodys_last_year(tmp_path):
    real = received_ledger(tmp_path, ("clean_heating_share", "2024", 49.5, "final", "全市"))
    assert len(last_year_values(real, CODE, Period.parse("2025"))) == 1
    assert last_year_values(replace(real, simulated=True), CODE, Period.parse("2025")).empty
    other = Folders.real(tmp_path / "other")
    table = store.read_table(real.processed, "ledger")
    store.write_table(other.demonstration(CITY).processed, "ledger", table)
    assert last_year_values(other, CODE, Period.parse("2025")).empty


def test_the_screen_says_where_they_lie_and_the_running_year_is_preliminary(tmp_path):
    arguments = ["templates", "--by-department", "--folder", str(tmp_path), "--period", "2099"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert sorted(done.output.split()) == sorted(str(path) for path in tmp_path.iterdir())
    assert str(tmp_path / "台账_生态环境主管部门_2099.xlsx") in done.output.split()
    assert {row["status"] for row in rows_of(tmp_path / "台账_能源主管部门_2099.xlsx")} == {"初步"}


def test_a_period_without_the_departments_is_one_sentence(tmp_path):
    done = CliRunner().invoke(main, ["templates", "--folder", str(tmp_path), "--period", "2025"])
    assert done.exit_code == 2 and "--by-department" in done.output and not list(tmp_path.iterdir())
