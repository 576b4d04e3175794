"""From a printed number back to its file: what the verb prints, and what it says when a file is no longer what it was."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from openpyxl import load_workbook

from helpers import provenance, registry, store
from helpers.errors import ParameterError, RunError
from helpers.page.blocks import labels, records
from helpers.page.export import workbook
from helpers.page.render import Document
from helpers.paths import Folders
from helpers.run import trace as tracing
from helpers.sources.ingest import ingest
from helpers.sources.ledger_workbook import COLUMNS, SHEET
from helpers.sources.templates import write_ledger_template
from helpers.units import unit
from land_cases import context
from run_checkout import invoke, make_checkout

NAME = "fertiliser_efficiency"
VALUES = {"2023": 91.0, "2024": 92.5}


def write_filled(path):
    """The departments' workbook with two years of one indicator, below its example."""
    records_ = [one for one in registry.indicators().values() if one.is_ledger]
    write_ledger_template(path, records_)
    book = load_workbook(path)
    record = registry.indicator(NAME)
    for row, (period, value) in enumerate(VALUES.items(), start=5):
        cells = {"indicator_id": NAME, "place_code": "220100", "period": period, "value": value}
        cells |= {"unit": unit(record.unit).label_zh or record.unit, "status": "正式"}
        for column, name in enumerate(COLUMNS, start=1):
            book[SHEET].cell(row, column).value = cells.get(name)
    book.save(path)


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A checkout with one published report whose one number came from row 6 of the workbook."""
    from helpers.battles import assess, ledger_rows, results

    home = make_checkout(tmp_path, monkeypatch)
    folders = Folders.real(home / "data")
    (folders.raw / "ledger").mkdir()
    write_filled(folders.raw / "ledger" / "工作簿.xlsx")
    assert ingest(folders, city="changchun").refused == ()
    asked = context()
    with store.opened() as opened:
        ledger = store.read_table(folders.processed, "ledger")
    sources = store.read_table(folders.processed, "sources")
    seen = ledger_rows.observations(ledger, [NAME], asked)
    table = results.make(assess.make_rows(seen, asked, sources))
    folder = home / "reports" / "changchun" / "2025"
    folder.mkdir(parents=True)
    files = {"xlsx": _sheets(table, sources), "html": b"<html></html>"}
    facts = {"city": "changchun", "lang": "en", "state": "final", "as_of": asked.as_of.isoformat()}
    for ending, content in files.items():
        (folder / f"black_soil.en.{ending}").write_bytes(content)
    manifest = {
        "simulated": False,
        "data": dict(opened),
        "published": {"black_soil.en.xlsx": provenance.file_sha256(folder / "black_soil.en.xlsx")},
    }
    for ending, content in (("json", facts), ("manifest.json", manifest)):
        (folder / f"black_soil.en.{ending}").write_text(json.dumps(content), encoding="utf-8")
    return folders, folder


def _sheets(results, sources) -> bytes:
    words = labels("en")
    parts = [
        {"kind": "data", "sheet": words[name], "title": name, "source": "", "table": records(table)}
        for name, table in (("sheet_results", results), ("sheet_files", sources))
    ]
    heading = {"lang": "en", "series": "s", "title": "t", "as_of": "2025-12-31", "state": "final",
               "version": "1", "simulated": False}  # fmt: skip
    return workbook(Document(heading, ({"parts": parts},)))


def lines_of(name="changchun/2025/black_soil/en", indicator=NAME) -> str:
    result = invoke("trace", name, indicator)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_reported_number_reaches_workbook_sheet_and_row(published):
    folders, _ = published
    told = lines_of()
    assert "printed    92.5 % · 2024-01-01 to 2024-12-31 · place 220100" in told
    reported = [line for line in told.splitlines() if line.startswith("reported")]
    assert reported == [
        f"reported   ledger/工作簿.xlsx, sheet {SHEET}, row 6: 2024 = 92.5 pct (final), printed",
        f"reported   ledger/工作簿.xlsx, sheet {SHEET}, row 5: 2023 = 91 pct (final), history",
    ]
    cell = load_workbook(folders.raw / "ledger" / "工作簿.xlsx")[SHEET].cell(
        6, list(COLUMNS).index("value") + 1
    )
    assert cell.value == 92.5


def test_rule_table_and_file_carry_their_hashes(published):
    folders, _ = published
    told = lines_of()
    basis = registry.indicator(NAME).basis
    assert f"clause {basis.clause}; verification {basis.status}" in told
    digest = provenance.file_sha256(folders.raw / "ledger" / "工作簿.xlsx")
    assert (
        f"file       ledger/工作簿.xlsx · sha256 {digest} · unchanged · received · publisher unknown" in told
    )
    digest = provenance.file_sha256(folders.processed / "ledger" / "part.parquet")
    assert f"table      ledger/part.parquet · sha256 {digest} · unchanged" in told
    assert "as published" in told and "CHANGED" not in told


def test_a_file_that_changed_or_went_is_told(published):
    folders, folder = published
    path = folders.raw / "ledger" / "工作簿.xlsx"
    path.write_bytes(path.read_bytes() + b"\0")
    assert "· CHANGED since · received" in lines_of()
    path.unlink()
    assert "· NO LONGER THERE · received" in lines_of()
    shutil.rmtree(folders.processed / "ledger")
    assert "ledger/part.parquet" in lines_of() and "reported   " not in lines_of()
    book = load_workbook(folder / "black_soil.en.xlsx")
    book.save(folder / "black_soil.en.xlsx")
    assert "CHANGED since it was published" in lines_of()


def test_a_page_may_be_named_by_its_path(published):
    _, folder = published
    assert lines_of(str(folder / "black_soil.en.html")).splitlines()[1:] == lines_of().splitlines()[1:]


def test_slips_of_the_pen_get_the_nearest_name(published):
    with pytest.raises(ParameterError, match="did you mean changchun/2025/black_soil/en"):
        tracing.find_report("changchun/2025/black_sol/en")
    report = tracing.find_report("changchun/2025/black_soil/en")
    with pytest.raises(ParameterError, match=f"did you mean {NAME}"):
        tracing.trace(report, "fertiliser_eficiency")


def test_a_report_without_its_manifest_cannot_be_traced(published):
    _, folder = published
    (folder / "black_soil.en.manifest.json").unlink()
    with pytest.raises(RunError, match=r"manifest\.json is not there.*build the report again"):
        tracing.find_report("changchun/2025/black_soil/en")


def test_the_way_back_is_told_in_the_language_of_the_screen(published, monkeypatch):
    monkeypatch.setenv("FIVE_BATTLES_LANG", "zh")
    told = lines_of()
    assert "页面数值   92.5 % · 2024-01-01至2024-12-31 · 地区220100" in told
    assert (
        f"填报       ledger/工作簿.xlsx，{SHEET}表，第6行：2024 = 92.5 pct（final），即页面所示数值" in told
    )
    assert "· 未变 · 收到 · 发布者不详 · 读取程序ledger_workbook：ledger" in told
    assert not re.findall("[a-z]+ [a-z]+ [a-z]+", re.sub("(?m)^(结果行|指标|报告).*$", "", told))
