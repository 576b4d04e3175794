"""Ledgers of the water battle: drinking sources, black-odorous waters, outfalls, ecological flow, and their templates."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from helpers.errors import SourceError
from helpers.sources import water_black_odorous, water_drinking, water_flow, water_outfalls, water_templates
from helpers.sources.detect import detect, iter_readings
from helpers.sources.reading import TABLES
from helpers.sources.templates import write_all

FORMS = {
    "drinking_sources": water_drinking.FORM,
    "black_odorous": water_black_odorous.BODIES,
    "outfalls": water_outfalls.FORM,
    "ecological_flow": water_flow.FORM,
}
READERS = {
    "drinking_sources": water_drinking,
    "black_odorous": water_black_odorous,
    "outfalls": water_outfalls,
    "ecological_flow": water_flow,
}
RECORDS = {
    "drinking_sources": {"source_name": "甲水库", "date": "2025-03", "kind": "湖库", "volume_10k_m3": 120.5, "judgement": "达标"},
    "black_odorous": {
        "body_id": "H1",
        "body_name": "甲沟",
        "date": "2025-06-30",
        "area_kind": "城市建成区",
        "status": "已消除",
        "identified_date": "2018-01-01",
        "eliminated_date": "2020-01-01",
    },
    "outfalls": {
        "outfall_id": "P1",
        "outfall_name": "甲口",
        "date": "2025-06-30",
        "water_body": "甲河",
        "kind": "工业排污口",
        "surveyed_date": "2022-01-01",
        "monitored_date": "2022-02-01",
        "traced_date": "2022-03-01",
        "rectified_date": "2023-01-01",
    },
    "ecological_flow": {"river_name": "甲河", "point_name": "甲站", "date": "2025-06-30", "flow_m3_s": 3.2, "target_m3_s": 1.2},
}  # fmt: skip


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """Path of the empty template of each form."""
    folder = tmp_path_factory.mktemp("templates")
    writers = {
        "drinking_sources": water_templates.write_drinking_template,
        "black_odorous": water_templates.write_black_odorous_template,
        "outfalls": water_templates.write_outfall_template,
        "ecological_flow": water_templates.write_flow_template,
    }
    for name, write in writers.items():
        write(folder / f"{name}.xlsx")
    return {name: folder / f"{name}.xlsx" for name in writers}


def _fill_template(templates, tmp_path, name, record):
    book = load_workbook(templates[name])
    sheet = book[FORMS[name].sheet]
    heading = [str(cell.value).split("\n")[-1] for cell in sheet[1]]
    for key, value in record.items():
        sheet.cell(3, heading.index(key) + 1, value)
    book.save(tmp_path / f"{name}.xlsx")
    return tmp_path / f"{name}.xlsx"


def _write(tmp_path, name, *records):
    """Write records below the labels of a form, without the template's decorations."""
    fields = FORMS[name].fields
    rows = [[record.get(one.name) or None for one in fields] for record in records]
    return _workbook(tmp_path / f"{name}.xlsx", [one.label for one in fields], *rows)


def _read(path, **options):
    return {reading.table_name: reading for reading in iter_readings(path, **options)}


def test_every_template_is_recognised_and_untouched_holds_nothing(templates):
    for name in FORMS:
        readings = _read(templates[name])
        assert detect(templates[name]).name == READERS[name].__name__.rpartition(".")[2]
        assert all(reading.table.empty and reading.rejects.empty for reading in readings.values())


def test_templates_have_lists_units_and_open_cells(templates):
    sheet = load_workbook(templates["outfalls"])["排污口台账"]
    lists = {one.formula1 for one in sheet.data_validations.dataValidation}
    assert lists == {'"工业排污口,城镇污水处理厂排污口,农业排口,其他排口"', '"是,否"'}
    assert sheet.protection.sheet and sheet["A1"].protection.locked and not sheet["A3"].protection.locked
    headings = [cell.value for cell in load_workbook(templates["ecological_flow"])["生态流量"][1]]
    assert "日均流量(m³/s)\nflow_m3_s" in headings
    drinking = [cell.value for cell in load_workbook(templates["drinking_sources"])["饮用水水源月报"][1]]
    assert {"取水量(万立方米)\nvolume_10k_m3", "高锰酸盐指数(mg/L)", "锰(mg/L)"} <= set(drinking)


@pytest.mark.parametrize("name", FORMS)
def test_round_trip_through_the_template(templates, tmp_path, name):
    reading = _read(_fill_template(templates, tmp_path, name, RECORDS[name]))[name]
    assert reading.rejects.empty
    assert {column: str(kind) for column, kind in reading.table.dtypes.items()} == TABLES[name]
    (row,) = reading.table.to_dict("records")
    known = {one.name: one for one in FORMS[name].fields}
    for key, value in RECORDS[name].items():
        expected = known[key].choices.get(value, value) if known[key].choices else value
        if known[key].kind in ("date", "month"):
            expected = pd.Timestamp(value)
        assert row[key] == expected


@pytest.mark.parametrize(
    ("name", "cells", "column", "sentence"),
    [
        ("drinking_sources", {"source_name": ""}, "水源名称", "is empty; fill in 水源名称"),
        ("drinking_sources", {"judgement": "基本达标"}, "达标情况", "is none of the choices; choose 达标, 不达标, 未监测"),
        ("drinking_sources", {"volume_10k_m3": -5}, "取水量(万立方米)", "lies outside 0 to 100000"),
        ("drinking_sources", {"volume_10k_m3": "约120"}, "取水量(万立方米)", "is not a number"),
        ("drinking_sources", {"volume_10k_m3": "Infinity"}, "取水量(万立方米)", "is not a number"),
        ("ecological_flow", {"flow_m3_s": "nan"}, "日均流量(m³/s)", "is empty"),
        ("drinking_sources", {"date": "2025-09"}, "监测月份", "lies after 2025-07-05"),
        ("black_odorous", {"eliminated_date": ""}, "消除日期", "is empty although the body is 已消除"),
        ("black_odorous", {"status": "返黑返臭"}, "返黑返臭日期", "is empty although the body is 返黑返臭"),
        ("black_odorous", {"eliminated_date": "2017-01-01"}, "消除日期", "lies before 2018-01-01"),
        ("black_odorous", {"eliminated_date": "2025-07-01"}, "统计日期", "lies before 2025-07-01"),
        ("black_odorous", {"area_kind": "郊区"}, "所在区域", "choose 城市建成区, 县级城市建成区, 农村"),
        ("outfalls", {"surveyed_date": ""}, "查(排查日期)", "is empty although a later stage has its day"),
        ("outfalls", {"rectified_date": "2022-02-15"}, "治(整治完成日期)", "lies before 2022-03-01"),
        ("outfalls", {"monitored_date": "2021-01-01"}, "测(监测日期)", "lies before 2022-01-01"),
        ("outfalls", {"managed_date": "2025-07-01"}, "管(纳入监管日期)", "lies after 2025-06-30, the day of the ledger"),
        ("outfalls", {"date": "6月底"}, "统计日期", "is no day; write 2025-03-31"),
        ("outfalls", {"date": "2025-08-31"}, "统计日期", "lies after 2025-07-05, the day of the file"),
        ("ecological_flow", {"flow_m3_s": ""}, "日均流量(m³/s)", "is empty"),
        ("ecological_flow", {"flow_m3_s": -1}, "日均流量(m³/s)", "lies outside 0 to 50000"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_sentence_and_the_rest_counts(
    templates, tmp_path, name, cells, column, sentence
):
    key = FORMS[name].key[0]
    records = (RECORDS[name] | cells, RECORDS[name] | {key: "另一个"})
    reading = _read(_write(tmp_path, name, *records), received_on=date(2025, 7, 5))[name]
    assert reading.rejects[["row", "column"]].values.tolist() == [[2, column]]
    assert sentence in reading.rejects["reason"][0]
    assert reading.table[key].to_list() == ["另一个"]


@pytest.mark.parametrize("name", FORMS)
def test_repeats(tmp_path, name):
    other = {"drinking_sources": {"judgement": "不达标"}, "black_odorous": {"grade": "重度"}, "outfalls": {"water_body": "乙河"}, "ecological_flow": {"flow_m3_s": 4}}  # fmt: skip
    records = (RECORDS[name], RECORDS[name], RECORDS[name] | other[name])
    reading = _read(_write(tmp_path, name, *records))[name]
    assert len(reading.table) == 1
    assert reading.caveats == ("repeated_rows_dropped",)
    assert reading.rejects["row"].to_list() == [4]
    assert "differs from row 2 of the same key, which stands" in reading.rejects["reason"][0]


def _workbook(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_published_drinking_table_with_items_and_other_units(tmp_path):
    path = _workbook(
        tmp_path / "a.xlsx",
        ["2025年3月某省饮用水水源月报"],
        [
            "序号",
            "城市",
            "水源地名称",
            "是否达标",
            "取水量（万吨）",
            "氨氮(mg/L)",
            "苯(μg/L)",
            "铁(mg/L)",
            "pH",
        ],
        [1, "甲市", "甲水库", "是", 100, "0.025L", "2L", 0.05, 20],
        [2, "乙市", "乙水库", "否", 50, 0.1, "2L", 0.05, 7],
    )
    assert detect(path).name == "water_drinking"
    readings = _read(path, cities=("甲市", "甲"))
    (row,) = readings["drinking_sources"].table.to_dict("records")
    assert (row["date"], row["judgement"], row["volume_10k_m3"]) == (
        pd.Timestamp("2025-03-01"),
        "attained",
        100.0,
    )
    items = readings["drinking_items"]
    assert items.table[["item", "value", "is_censored"]].values.tolist() == [
        ["NH3-N", 0.025, True],
        ["T3-19", 0.002, True],
        ["Fe", 0.05, False],
    ]
    assert items.rejects[["row", "column", "found"]].values.tolist() == [[3, "pH", "20"]]


def test_volume_in_cubic_metres_becomes_ten_thousands(tmp_path):
    path = _workbook(
        tmp_path / "a.xlsx", ["水源名称", "监测月份", "取水量(立方米)"], ["甲", "2025-03", 1_205_000]
    )
    assert _read(path)["drinking_sources"].table["volume_10k_m3"].to_list() == [120.5]


def test_points_of_black_odorous_waters(templates, tmp_path):
    path = _fill_template(templates, tmp_path, "black_odorous", RECORDS["black_odorous"])
    book = load_workbook(path)
    values = [None, "H1", "点位1", "2025-06-10", 80, 20, 1.5, -60, 9.2]
    for column, value in enumerate(values, start=1):
        book["黑臭水体监测"].cell(3, column, value)
        book["黑臭水体监测"].cell(4, column, "超低" if column == 8 else value)
    book.save(path)
    points = _read(path)["black_odorous_points"]
    assert points.table.drop(columns="date").values.tolist() == [["H1", "点位1", 80, 20, 1.5, -60, 9.2]]
    assert points.rejects[["row", "column", "found"]].values.tolist() == [[4, "氧化还原电位(mV)", "超低"]]


def test_flow_series_as_csv(tmp_path):
    path = tmp_path / "flow.csv"
    path.write_text(
        "河流,水文站,日期,流量(m³/s)\n甲河,甲站,2025/6/1,3.2\n甲河,甲站,2025-06-02,0\n", encoding="utf-8"
    )
    assert detect(path).name == "water_flow"
    table = _read(path)["ecological_flow"].table
    assert table["flow_m3_s"].to_list() == [3.2, 0.0]
    assert table["target_m3_s"].isna().all()


def test_refusal_names_the_missing_columns(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", ["排污口编号", "数值"], ["P1", 1])
    with pytest.raises(
        SourceError,
        match=r"a\.xlsx: no heading with the columns 排污口编号, 排污口名称, 统计日期, 受纳水体, 排污口类型",
    ):
        water_outfalls.read(path)


def test_one_entry_writes_every_template(tmp_path):
    names = {path.name for path in write_all(tmp_path / "new", "changchun")}
    assert {"department_workbook.xlsx", "water_sections.xlsx", *(f"{name}.xlsx" for name in FORMS)} <= names
    assert {path.name for path in (tmp_path / "new").iterdir()} == names
