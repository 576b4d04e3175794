"""Water files through ingest: the city's sections only, editions of a month, and the day a file arrived."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from openpyxl import Workbook

from helpers import provenance, store
from helpers.paths import Folders
from helpers.provenance import Source
from helpers.sources.ingest import ingest

HEADING = ["城市", "断面名称", "监测月份", "溶解氧(mg/L)", "氨氮(mg/L)", "总磷(mg/L)"]


@pytest.fixture
def folders(tmp_path):
    found = Folders.real(tmp_path)
    found.raw.mkdir(parents=True)
    return found


def _write_month(folders, name, *rows, **facts):
    book = Workbook()
    for row in (HEADING, *rows):
        book.active.append(row)
    path = folders.raw / name
    book.save(path)
    if facts:
        provenance.write_sidecar(path, Source(**facts))
    return path


def _ammonia(folders):
    table = store.read_table(folders.processed, "water_sections")
    return table.loc[table["item"] == "NH3-N", "value"].to_list()


def test_later_edition_of_a_month_stands_and_the_difference_is_told(folders):
    row = ["长春市", "靠山大桥", "2025-03", 9, 0.5, 0.1]
    _write_month(folders, "z_first.xlsx", row, published_at="2025-04-10")
    _write_month(folders, "a_second.xlsx", [*row[:4], 0.6, 0.1], published_at="2025-05-10")
    _write_month(folders, "other.xlsx", ["吉林市", "白旗", "2025-03", 9, 0.5, 0.1])
    summary = ingest(folders, city="changchun")
    assert _ammonia(folders) == [0.6]
    assert summary.without_rows == ("other.xlsx",)
    conflicts = store.read_table(folders.processed, "quarantine")
    assert conflicts[["row", "column", "found"]].values.tolist() == [
        ["220100 kaoshan_bridge NH3-N 2025-03-01 00:00:00", "value", "0.5 against 0.6"]
    ]


def test_future_month_is_judged_by_the_sidecar_and_again_when_it_changes(folders):
    row = ["长春", "靠山大桥", "2025-03", 9, 0.5, 0.1]
    path = _write_month(folders, "a.xlsx", row, retrieved_at="2025-02-10")
    summary = ingest(folders, city="changchun")
    assert summary.n_rows == {}
    told, reason = store.read_table(folders.processed, "quarantine")["reason"]
    assert "none of its rows was kept" in told and summary.refused[0].message == told
    assert reason == "lies after 2025-02-10, the day of the file; correct the date"
    known = provenance.read_sidecar(path)
    provenance.write_sidecar(path, Source(**{**vars(known), "retrieved_at": "2025-04-10"}))
    again = ingest(folders, city="changchun")
    assert again.n_read == 1
    assert again.n_quarantined == 0
    assert _ammonia(folders) == [0.5]
    third = ingest(folders, city="changchun")
    assert (third.n_read, third.rebuilt) == (0, ())


def test_feed_keeps_the_city_s_sections(folders):
    head = ["省份", "流域", "断面名称", "监测时间", "水质类别", "氨氮(mg/L)"]
    rows = [
        ["吉林省", "松花江流域", name, "12-31 20:00", "3", f"<span title='原始值：{value}'>{value}</span>"]
        for name, value in (("靠山大桥", 0.51), ("白旗", 0.2))
    ]
    page = json.dumps({"thead": head, "tbody": rows}, ensure_ascii=False)
    path = folders.raw / "page.json"
    path.write_text(page, encoding="utf-8")
    provenance.write_sidecar(path, Source(retrieved_at="2026-01-01T08:00:00"))
    ingest(folders, city="changchun")
    table = store.read_table(folders.processed, "water_automatic")
    assert table[["section_name", "time", "value", "class_code"]].values.tolist() == [
        ["靠山大桥", pd.Timestamp("2025-12-31 20:00"), 0.51, "3"]
    ]
    caveats = store.read_table(folders.processed, "sources")["caveats"].item()
    assert "instantaneous_class" in caveats.split(";")
