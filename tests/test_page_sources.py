"""Appendix C: one line a source, numbered as the results use them, with what makes it traceable."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest

from helpers import registry
from helpers.page.sources import list_sources, source_facts, sources_of
from helpers.page.words import word
from helpers.sources.detect import READERS
from page_example import battle

COLUMNS = [
    "source_id", "path", "sha256", "reader", "n_rows", "n_quarantined", "simulated", "title_zh", "publisher", "retrieved_at", "published_at",
]  # fmt: skip


def table(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Rows of the processed table ``sources``."""
    return pd.DataFrame(rows, columns=COLUMNS)


def row(source_id: str, reader: str = "air_station_archive", **given: object) -> tuple[object, ...]:
    """One file."""
    known = {
        "source_id": source_id, "path": f"air/{source_id}.csv", "sha256": f"{source_id:0<64}", "reader": reader,
        "n_rows": 10, "n_quarantined": 1, "simulated": False, "title_zh": "", "publisher": "P",
        "retrieved_at": "2026-01-05T03:04:05", "published_at": "",
    }  # fmt: skip
    return tuple({**known, **given}[column] for column in COLUMNS)


def results(*joined: str) -> pd.DataFrame:
    """Results that name these sources."""
    return pd.DataFrame({"source_ids": joined})


def test_files_of_one_reader_are_one_source() -> None:
    found = table(
        row("b", retrieved_at="2026-02-01"), row("a"), row("w", "ledger_workbook", title_zh="部门表")
    )
    listing = list_sources(found, results("w", "a;b"), lang="zh")
    assert listing.numbers == {"w": 1, "a": 2, "b": 2}
    first, second = listing.table.to_dict("records")
    assert first["来源"] == "1. 部门表" and second["来源"].startswith("2. 全国站点小时数据归档")
    assert second["文件"].striptags() == "air/a.csv至air/b.csv，共2个文件"
    assert (second["记录数"], second["未采用记录数"]) == (20, 2)
    assert second["取得日期"] == "2026-01-05至2026-02-01" and "发布日期" not in second
    whole = hashlib.sha256(f"{'a':0<64}{'b':0<64}".encode()).hexdigest()
    assert second["校验值（前12位）"] == whole[:12] and first["校验值（前12位）"] == f"{'w':0<64}"[:12]
    kinds = registry.source_kinds()
    assert listing.licences == (
        f"{kinds['station_archive'].title_zh}：{kinds['station_archive'].licence_zh}",
        f"{kinds['department_workbook'].title_zh}：{kinds['department_workbook'].licence_zh}",
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_simulated_sources_say_so(lang: str) -> None:
    listing = list_sources(table(row("a", simulated=True, title_zh="x")), results("a"), lang=lang)
    assert listing.table.iloc[0, 0].startswith(f"1. {word('mark.full', lang)}")
    assert listing.table.iloc[0, 0][-3] < "\u4e00" or lang == "zh"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("reader", list(READERS))
def test_every_reader_names_its_kind_of_source(reader: str, lang: str) -> None:
    listing = list_sources(table(row("a", reader)), results("a"), lang=lang)
    assert listing.table.iloc[0, 0] != "1. a" and len(listing.licences) == 1


def test_an_unknown_reader_falls_back_to_the_title_and_hostile_paths_stay_text() -> None:
    found = table(row("a", "unknown", title_zh="<b>", path="x/<img>_1.csv"))
    listing = list_sources(found, results("a"), lang="zh")
    assert listing.table.iloc[0, 0] == "1. <b>"
    assert str(listing.table["文件"][0]) == "x/<wbr>&lt;img&gt;_<wbr>1.csv"
    assert list_sources(found, results("a"), lang="en").table.iloc[0, 0] == "1. a"


def test_a_report_lists_what_it_rests_on() -> None:
    made = battle()
    found = table(row("example_file", "ledger_workbook"), row("m", "met_daily"), row("w", "water_sections"))
    assert list(sources_of(made, found)["source_id"]) == ["example_file", "m"]


def test_a_changed_file_counts_as_new() -> None:
    before, after = (source_facts(table(row("a", sha256=digest * 64)), "zh")[0]["id"] for digest in "01")
    assert before != after


def test_no_sources_at_all() -> None:
    listing = list_sources(table(), results(), lang="en")
    assert listing.table.empty and listing.numbers == {} and listing.licences == ()
