"""The task ledger from template to report rows, filled by openpyxl and saved by LibreOffice; and its bad cells."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from helpers import registry, store
from helpers.battles import results
from helpers.battles.context import Battle
from helpers.battles.task_ledger import build_tables
from helpers.errors import SourceError
from helpers.page import sections
from helpers.paths import Folders
from helpers.sources import tasks
from helpers.sources.detect import detect, iter_readings
from helpers.sources.ingest import ingest
from helpers.sources.task_template import departments, write_task_template
from helpers.sources.tasks import FORM
from land_cases import context

NAMES = [one.name for one in FORM.fields]
GOOD = {
    "ledger": "示例台账",
    "task_id": "T-1",
    "reported_on": "2025-06-30",
    "article": 7,
    "measure": "清洁生产审核",
    "department": "生态环境主管部门",
    "due_date": "2025-03-31",
    "state": "进行中",
    "evidence": "",
    "note": "",
}
needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"
)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("tasks") / "task_ledger.xlsx"
    write_task_template(path, registry.plan("changchun"))
    return path


def fill(template, path, *records):
    """Fill the template below its example row, as a department would."""
    book = load_workbook(template)
    sheet = book[FORM.sheet]
    for number, record in enumerate(records, start=3):
        for column, name in enumerate(NAMES, start=1):
            sheet.cell(number, column).value = record[name] if record[name] != "" else None
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def office(path, folder, form: str):
    """Save a file again with LibreOffice."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / f"{path.stem}.{form}"


def test_template_is_read_and_its_example_is_not(template):
    reading = tasks.read(template)
    assert detect(template).name == "tasks"
    assert reading.table.empty and reading.rejects.empty and reading.caveats == ("file_without_rows",)


def test_template_offers_articles_departments_and_states(template):
    book = load_workbook(template)
    sheet = book[FORM.sheet]
    offered = {one.formula1: one.showErrorMessage for one in sheet.data_validations.dataValidation}
    assert len(offered) == 3 and list(offered.values()).count(False) == 1  # another department may be typed
    assert book["条款表"].max_row == 1 + registry.plan("changchun").n_articles
    assert book["部门表"].max_row == 1 + len(departments())


def check_round_trip(folder, file):
    """Ingest one filled ledger and find its task on the page."""
    folders = Folders.real(folder)
    folders.raw.mkdir(parents=True)
    shutil.copy(file, folders.raw / file.name)
    summary = ingest(folders, city="changchun")
    assert summary.refused == () and summary.n_quarantined == 0 and summary.n_rows == {"tasks": 2}
    asked = context(date(2025, 12, 31))
    tables = build_tables(store.read_table(folders.processed, "tasks"), asked)
    overdue = tables["tasks_overdue"]
    assert overdue[["task_id", "days_overdue", "source_sheet", "source_row"]].to_numpy().tolist() == [
        ["T-1", 275, "任务台账", "3"]
    ]
    battle = Battle("overview", asked, results.make([]), tables)
    for lang, told in (("zh", "共2项任务：已完成1项"), ("en", "tasks 2, of these done 1, in progress 1")):
        parts = sections.show(battle, "task_ledger.tasks", lang=lang).sections[0].parts
        assert any(told in part.get("text", "") for part in parts)
        assert any("T-1" in part.get("html", "") for part in parts)


DONE = GOOD | {"task_id": "T-2", "state": "已完成", "evidence": "文号1", "due_date": ""}


def test_round_trip_with_openpyxl(template, tmp_path):
    check_round_trip(tmp_path / "city", fill(template, tmp_path / "filled.xlsx", GOOD, DONE))


@needs_office
def test_round_trip_with_libreoffice(template, tmp_path):
    filled = fill(template, tmp_path / "in" / "filled.xlsx", GOOD, DONE)
    saved = office(filled, tmp_path, "xlsx")
    assert saved.read_bytes() != filled.read_bytes()
    check_round_trip(tmp_path / "city", saved)
    sheet = load_workbook(saved)[FORM.sheet]
    assert sheet.protection.sheet and len(sheet.data_validations.dataValidation) == 3


@needs_office
def test_an_open_document_sheet_and_an_old_workbook_are_read_as_written_by_libreoffice(template, tmp_path):
    """F34: ods and xls, which were refused."""
    filled = fill(template, tmp_path / "in" / "filled.xlsx", GOOD)
    for form in ("ods", "xls"):
        (reading,) = iter_readings(office(filled, tmp_path, form), known={})
        assert reading.table["task_id"].tolist() == ["T-1"] and reading.rejects.empty


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"state": "快了"}, "进展状态", "choose 未开始, 进行中, 已完成"),
        ({"article": 52}, "条款", "write a whole number from 1 to 51"),
        ({"article": 7.5}, "条款", "write a whole number from 1 to 51"),
        ({"article": "附则"}, "条款", "write a whole number from 1 to 51"),
        ({"due_date": "年底"}, "完成时限", "write 2025-03-31"),
        ({"reported_on": "2026-01-01"}, "填报日期", "correct the date"),
        ({"reported_on": ""}, "填报日期", "fill in 填报日期"),
        ({"department": ""}, "牵头部门", "fill in 牵头部门"),
    ],
)
def test_a_bad_cell_names_sheet_row_column_and_remedy(template, tmp_path, change, column, reason):
    bad = GOOD | change
    path = fill(template, tmp_path / "bad.xlsx", GOOD | {"task_id": "T-0"}, bad)
    reading = tasks.read(path, received_on=date(2025, 12, 31), n_articles=51)
    assert reading.table["task_id"].tolist() == ["T-0"]
    (told,) = reading.rejects.to_dict("records")
    assert (told["row"], told["column"]) == (4, f"任务台账!{column}")
    assert told["found"] == str(next(iter(change.values()))) and reason in told["reason"]


def test_days_may_be_cells_of_dates_and_articles_whole_floats(template, tmp_path):
    written = GOOD | {"reported_on": datetime(2025, 6, 30), "due_date": datetime(2025, 3, 31), "article": 7.0}
    row = tasks.read(fill(template, tmp_path / "a.xlsx", written)).table.iloc[0]
    assert (row["reported_on"], row["due_date"], row["article"]) == (
        datetime(2025, 6, 30),
        datetime(2025, 3, 31),
        7,
    )


def test_an_equal_repeat_is_dropped_and_another_is_set_aside(template, tmp_path):
    reading = tasks.read(fill(template, tmp_path / "a.xlsx", GOOD, GOOD, GOOD | {"state": "已完成"}))
    assert reading.table["state"].tolist() == ["in_progress"] and reading.table["source_row"].tolist() == [
        "3"
    ]
    assert reading.caveats == ("repeated_rows_dropped",) and "row 3" in reading.rejects["reason"].iloc[0]


def test_a_heading_that_lacks_a_column_is_told(tmp_path):
    book = Workbook()
    book.active.append(["任务编号", "填报日期"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(SourceError, match="台账名称.*keep its heading"):
        tasks.read(tmp_path / "x.xlsx")
