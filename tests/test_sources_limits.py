"""Point 11: what is too large to be read in bounded memory is refused by a stated limit, before it is opened.

Measured by ``benchmarks/bench_limits.py``, peak of the whole process of an ingest, imports included (some 175 MB): 180,000
fire points 280 MB and 7 s of one core, 12,000 rows of a ledger 286 MB and 6 s, 13,000 of a land form 276 MB and 8 s;
the refusal of a ledger of 250,000 rows 181 MB and 1 s.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from helpers.errors import SourceError
from helpers.messages import in_language
from helpers.sources import fires_firms, workbook
from helpers.sources.detect import detect
from helpers.sources.water_templates import write_flow_template

FIRES = "latitude,longitude,acq_date,acq_time,confidence,frp"


def package(path: Path, n_cells: int) -> Path:
    """A workbook in name: the cells of one sheet, as a streaming writer puts them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/workbook.xml", "<workbook/>")
        target.writestr("xl/worksheets/sheet1.xml", b'<c r="A1"/>' * n_cells)
    return path


def test_a_workbook_beyond_the_limit_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = package(tmp_path / "a.xlsx", workbook.MOST_CELLS + 1000)
    for read in (detect, workbook.read_sheets):
        with pytest.raises(SourceError, match="more than 120,000 cells") as told:
            read(path)
        assert "拆分" in in_language(str(told.value), "zh")
    workbook.check_size(path, package(tmp_path / "b.xlsx", workbook.MOST_CELLS - 1000).read_bytes())


def test_a_text_with_the_cells_of_a_workbook_is_held_to_its_limit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(workbook, "MOST_CELLS", 50)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" * 40, encoding="utf-8")
    with pytest.raises(SourceError, match="cells"):
        workbook.read_sheets(path)


def test_a_format_far_below_costs_nothing_and_a_value_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "flow.xlsx"
    write_flow_template(path)
    book = load_workbook(path)
    sheet = book["生态流量"]
    sheet.append(["长春市", "伊通河", "农安", "2025-03-01", 12.5, 4.5, None])
    sheet["XFD1048576"].number_format = "0.0"
    book.save(path)
    rows = next(one for one in workbook.read_sheets(path) if one.name == "生态流量").rows
    assert len(rows) < 2000
    sheet["XFD1048576"] = 1
    book.save(path)
    with pytest.raises(SourceError, match="cells"):
        workbook.read_sheets(path)


def test_fires_are_taken_up_to_their_limit_and_read_in_portions(tmp_path: Path, monkeypatch) -> None:
    assert fires_firms.MOST_POINTS == 180_000
    monkeypatch.setattr(fires_firms, "MOST_POINTS", 12)
    monkeypatch.setattr(fires_firms, "_AT_ONCE", 5)
    lines = [f"45.2,123.{place:03d},2025-11-23,0210,33,36.25" for place in range(13)]
    path = tmp_path / "fires.csv"
    path.write_text("\n".join([FIRES, *lines[:12]]) + "\n", encoding="utf-8")
    assert [len(one.table) for one in fires_firms.iter_read(path)] == [4, 5, 3, 0]
    path.write_text("\n".join([FIRES, *lines]) + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match="more than 12 points"):
        fires_firms.read(path)


def test_what_is_no_package_is_left_to_who_opens_it(tmp_path: Path) -> None:
    workbook.check_size(tmp_path, b"PK\x03\x04 and no more")
    stream = io.BytesIO()
    Workbook().save(stream)
    workbook.check_size(tmp_path, stream.getvalue())
