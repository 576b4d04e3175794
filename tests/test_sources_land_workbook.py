"""Workbooks of the land ledgers and their templates: round trip, units, a sentence for every mistake, ingest."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from helpers import store
from helpers.errors import SourceError
from helpers.paths import Folders
from helpers.sources import land_forms, land_workbook
from helpers.sources.detect import detect
from helpers.sources.ingest import ingest
from helpers.sources.land_templates import BOOKS, write_land_template
from helpers.sources.reading import TABLES

GOOD: dict[str, dict[str, object]] = {
    "soil_samples": {
        "survey": "2024年监测",
        "sample_id": "A1",
        "sample_date": "2024-05-01",
        "zone": "九台区",
        "longitude": 125.8,
        "latitude": 44.1,
        "depth": "0-20",
        "land_use": "其他农用地",
        "ph": 6.4,
        "medium": "土壤",
        "item": "镉",
        "value": "300",
        "unit": "ng/g",
    },
    "areas": {
        "zone": "220122",
        "survey_year": 2024,
        "kind": "草甸",
        "measure": "面积",
        "value": 1.5,
        "unit": "万亩",
    },
    "species_counts": {
        "site": "波罗湖",
        "date": "2024-10-12",
        "species": "白鹤",
        "species_group": "鸟类",
        "individual_count": 120,
        "effort_hours": 2.5,
        "method": "样线法",
    },
    "findings": {
        "register": "绿盾2024",
        "finding_id": "7",
        "place_code": "220122",
        "title": "采砂",
        "found_date": "2024-03-01",
        "due_date": "2024-09-30",
    },
    "parcels": {
        "parcel_id": "P1",
        "place_code": "220102",
        "date": "2024-12-31",
        "stage": "风险评估",
        "planned_use": "第一类用地",
        "is_listed": "是",
        "is_built": "否",
        "area_ha": 3.2,
    },
    "waste_balances": {
        "place_code": "220100",
        "period": "2024",
        "kind": "危险废物",
        "produced": 10.1,
        "used": 5,
        "disposed": 4,
        "stored_change": -0.9,
        "transferred": 2,
        "unit": "万吨",
    },
    "groundwater": {"point_id": "W1", "date": "2024-05-01", "item": "铁", "value": "<30", "unit": "μg/L"},
    "groundwater_limits": {
        "basis": "GB/T 14848-2017",
        "item": "铁",
        "class_number": "Ⅲ类",
        "high": 300,
        "unit": "μg/L",
    },
}
FORMS = {form.table_name: form for form in land_forms.FORMS}
BOOK_OF = {form.table_name: name for name, forms in BOOKS.items() for form in forms}


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("land")
    for name in BOOKS:
        write_land_template(folder / f"{name}.xlsx", name, place_code="220100")
    return folder


def fill(templates, tmp_path, name: str, *rows: dict[str, object]):
    form = FORMS[name]
    book = load_workbook(templates / f"{BOOK_OF[name]}.xlsx")
    sheet = book[form.sheet]
    places = {one.name: place for place, one in enumerate(form.fields, start=1)}
    for number, row in enumerate(rows, start=3):
        for column, value in row.items():
            sheet.cell(number, places[column], value)
    path = tmp_path / f"{name}.xlsx"
    book.save(path)
    return path


def save_form(folder, name: str, *rows: dict[str, object]):
    """A small workbook with the heading of a form, an example, and rows from the third on."""
    fields, book = FORMS[name].fields, Workbook()
    book.active.append([f"{one.label}\n{one.name}" for one in fields])
    for row in ({**GOOD[name], "note": "示例"}, *rows):
        book.active.append([row.get(one.name) for one in fields])
    book.save(folder / f"{name}.xlsx")
    return folder / f"{name}.xlsx"


def read_rows(folder, name: str, *rows: dict[str, object], **options: object):
    (reading,) = land_workbook.read(save_form(folder, name, *rows), **options)
    return reading


@pytest.mark.parametrize("name", BOOKS)
def test_untouched_template_is_recognised_and_holds_nothing(templates, name):
    path = templates / f"{name}.xlsx"
    assert detect(path).name == "land_workbook"
    readings = land_workbook.read(path)
    assert [reading.table_name for reading in readings] == [form.table_name for form in BOOKS[name]]
    for reading in readings:
        assert reading.table.empty and reading.rejects.empty
        assert reading.caveats == ("file_without_rows",)


@pytest.mark.parametrize("form", land_forms.FORMS, ids=lambda form: form.table_name)
def test_template_guides_the_hand(templates, form):
    book = load_workbook(templates / f"{BOOK_OF[form.table_name]}.xlsx")
    sheet = book[form.sheet]
    assert [cell.value for cell in sheet[1]] == [f"{one.label}\n{one.name}" for one in form.fields]
    assert sheet.protection.sheet and sheet["A1"].protection.locked and not sheet["A3"].protection.locked
    lists = {str(one.sqref)[0]: one.formula1 for one in sheet.data_validations.dataValidation}
    for place, one in enumerate(form.fields):
        if one.choices:
            assert lists[chr(ord("A") + place)] == f'"{",".join(one.choices)}"'
            assert len(lists[chr(ord("A") + place)]) < 255  # the most a list in a cell may hold
    assert all(row[0].value and row[1].value for row in book["填报说明"].iter_rows(min_row=2))
    assert sheet.cell(2, len(form.fields)).value == "示例"


def test_template_of_soil_lists_its_items(templates):
    book = load_workbook(templates / "soil_samples.xlsx")
    names = [row[0].value for row in book["项目表"].iter_rows(min_row=2)]
    assert {"镉", "有机质", "石油烃(C10-C40)"} <= set(names) and len(names) == len(set(names))
    lists = {str(one.sqref): one.formula1 for one in book["土壤样品"].data_validations.dataValidation}
    assert lists["K2:K500"] == f"'项目表'!$A$2:$A${len(names) + 1}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "soil_samples",
            {"value": 0.3, "unit": "mg_kg", "item": "Cd", "land_use": "other", "is_censored": False},
        ),
        ("areas", {"value": 1000.0, "unit": "ha", "survey_year": 2024, "measure": "area"}),
        ("species_counts", {"individual_count": 120, "species_group": "bird", "effort_hours": 2.5}),
        ("findings", {"due_date": pd.Timestamp("2024-09-30"), "register": "绿盾2024"}),
        ("parcels", {"stage": "assessed", "is_listed": "yes", "area_ha": 3.2}),
        ("waste_balances", {"produced_t": 101_000.0, "stored_change_t": -9000.0, "kind": "hazardous"}),
        ("groundwater", {"value": 0.03, "unit": "mg/L", "is_censored": True}),
        ("groundwater_limits", {"class_number": 3, "high": 0.3, "unit": "mg/L"}),
    ],
)
def test_one_row_of_every_form(templates, tmp_path, name, expected):
    readings = land_workbook.read(fill(templates, tmp_path, name, GOOD[name]))
    reading = next(reading for reading in readings if reading.table_name == name)
    assert reading.rejects.empty
    row = reading.table.to_dict("records")[0]
    assert {column: row[column] for column in expected} == expected
    assert {column: str(kind) for column, kind in reading.table.dtypes.items()} == TABLES[name]


@pytest.mark.parametrize(
    ("name", "cells", "column", "sentence"),
    [
        ("soil_samples", {"item": "隔"}, "项目", "is no known item"),
        ("soil_samples", {"value": "未检出"}, "数值", "gives no detection limit"),
        ("soil_samples", {"value": "—"}, "数值", "is empty; fill in 数值"),
        ("soil_samples", {"value": "- -"}, "数值", "has no value; delete the row"),
        ("soil_samples", {"unit": "mg/L"}, "单位", "is none of the choices; choose mg/kg"),
        ("soil_samples", {"ph": 15}, "pH", "lies outside 0 to 14"),
        ("soil_samples", {"longitude": 44.1}, "经度(WGS-84)", "lies outside 73 to 136"),
        ("soil_samples", {"land_use": "草地"}, "土地利用", "is none of the choices"),
        ("soil_samples", {"sample_date": "2024-02-30"}, "采样日期", "is no day"),
        ("soil_samples", {"sample_date": "2099-01-01"}, "采样日期", "lies after 2025-01-31"),
        ("areas", {"unit": "%"}, "单位", "does not fit; a cover is in %"),
        ("areas", {"measure": "盖度", "unit": "%", "value": 101}, "数值", "is a cover above 100 %"),
        ("areas", {"survey_year": 2024.5}, "年份", "is no year"),
        ("areas", {"value": "约三"}, "数值", "is not a number"),
        ("species_counts", {"individual_count": 1.5}, "数量", "is no whole number"),
        ("species_counts", {"effort_hours": 0}, "调查时长(小时)", "lies outside 0.01"),
        ("findings", {"closed_date": "2024-02-01"}, "销号日期", "lies before 2024-03-01"),
        ("parcels", {"stage": "好了"}, "阶段", "is none of the choices"),
        ("waste_balances", {"period": "去年"}, "统计期", "is no period"),
        ("waste_balances", {"used": -1}, "综合利用量", "lies outside 0"),
        ("groundwater", {"value": "少量"}, "数值", "is not a number"),
        ("groundwater", {"value": "断流"}, "数值", "has no value"),
        ("groundwater_limits", {"low": 400}, "上限", "gives no range"),
    ],
)
def test_every_mistake_has_its_sentence(tmp_path, name, cells, column, sentence):
    day = pd.Timestamp("2025-01-31").date()
    reading = read_rows(tmp_path, name, {**GOOD[name], **cells}, received_on=day)
    assert reading.table.empty
    assert reading.rejects[["row", "column"]].values.tolist() == [[3, column]]
    assert sentence in reading.rejects["reason"][0]


def test_rows_of_a_sample_must_agree(tmp_path):
    other = {**GOOD["soil_samples"], "item": "铅", "ph": 7.0}
    reading = read_rows(tmp_path, "soil_samples", GOOD["soil_samples"], other)
    assert reading.table["item"].to_list() == ["Cd"]
    assert reading.rejects["reason"].to_list() == [
        "differs from row 3 of the same sample; write the same in all its rows"
    ]


def test_repeats_are_dropped_or_quarantined(tmp_path):
    row = GOOD["areas"]
    reading = read_rows(tmp_path, "areas", row, row, {**row, "value": 2})
    assert len(reading.table) == 1 and reading.rejects["row"].to_list() == [5]
    assert reading.caveats == ("repeated_rows_dropped",)


def test_a_table_in_the_wrong_unit_is_warned_of(tmp_path):
    rows = [
        {**GOOD["soil_samples"], "sample_id": str(at), "value": "150", "unit": "mg/kg"} for at in range(3)
    ]
    assert read_rows(tmp_path, "soil_samples", *rows).caveats == ("soil_units_suspect",)
    assert read_rows(tmp_path, "soil_samples", GOOD["soil_samples"]).caveats == ()


@pytest.mark.parametrize(
    ("label", "stated"), [("经度(GCJ-02)", "GCJ-02"), ("采样深度(米)", "米"), ("数值(mg/kg)", "mg/kg")]
)
def test_a_heading_with_another_unit_is_refused(tmp_path, label, stated):
    form = land_forms.SOIL_SAMPLES
    own = next(one.label for one in form.fields if one.label.startswith(label.split("(")[0]))
    book = Workbook()
    book.active.append([label if one.label == own else one.label for one in form.fields])
    book.active.append([GOOD["soil_samples"].get(one.name) for one in form.fields])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(
        SourceError, match=rf"a\.xlsx, row 1, column .*: the heading states {stated}; expected"
    ):
        land_workbook.read(tmp_path / "a.xlsx")


def test_a_heading_that_spells_the_unit_another_way_is_read(tmp_path):
    fields, book = land_forms.SOIL_SAMPLES.fields, Workbook()
    spelled = {"采样深度(厘米)": "采样深度（cm）", "pH": "pH（无量纲）"}
    book.active.append([spelled.get(one.label, one.label) for one in fields])
    book.active.append([GOOD["soil_samples"].get(one.name) for one in fields])
    book.save(tmp_path / "a.xlsx")
    (reading,) = land_workbook.read(tmp_path / "a.xlsx")
    assert reading.table[["depth", "ph"]].values.tolist() == [["0-20", 6.4]]


def test_a_csv_with_the_headings_is_read_too(tmp_path):
    row = GOOD["groundwater"]
    path = tmp_path / "a.csv"
    path.write_text(
        "点位编号,采样日期,项目,数值,单位\n" + ",".join(map(str, row.values())) + "\n", encoding="gb18030"
    )
    assert detect(path).name == "land_workbook"
    (reading,) = land_workbook.read(path)
    assert reading.table["value"].to_list() == [0.03]


def test_a_workbook_of_another_kind_is_refused(tmp_path):
    book = Workbook()
    book.active.append(["甲", "乙"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match=r"a\.xlsx: no heading of a land ledger was found"):
        land_workbook.read(tmp_path / "a.xlsx")


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@given(st.lists(st.decimals("0.001", 1000, places=3), min_size=1, max_size=8))
def test_contents_survive_the_template(templates, tmp_path, contents):
    rows = [
        {**GOOD["soil_samples"], "sample_id": str(at), "value": str(value), "unit": "mg/kg"}
        for at, value in enumerate(contents)
    ]
    (reading,) = land_workbook.read(fill(templates, tmp_path, "soil_samples", *rows))
    assert reading.rejects.empty
    assert reading.table["value"].to_list() == [float(value) for value in contents]


def test_every_form_reaches_its_processed_table(tmp_path):
    folders = Folders.real(tmp_path)
    folders.raw.mkdir(parents=True)
    for name, row in GOOD.items():
        save_form(folders.raw, name, row)
    summary = ingest(folders, city="changchun")
    assert summary.refused == () and summary.n_quarantined == 0
    assert summary.n_rows == dict.fromkeys(GOOD, 1)
    for name in GOOD:
        table = store.read_table(folders.processed, name)
        assert table["city_code"].to_list() == ["220100"], name
    assert ingest(folders, city="changchun").n_read == 0


@pytest.mark.real
def test_real_land_files_reach_their_processed_tables(shared_data, tmp_path):
    folders = Folders.real(tmp_path)
    for kind in ("soil", "vegetation", "boundary"):
        # Copied, not linked: ingest writes a sidecar beside each file, and theirs is a folder to read only.
        shutil.copytree(shared_data / "data" / kind, folders.raw / kind, copy_function=shutil.copyfile)
        (folders.raw / kind).chmod(0o755)
    summary = ingest(folders, city="changchun")
    assert summary.refused == () and summary.n_quarantined == 0
    assert summary.n_rows == {
        "soil_samples": 2552 + 333,
        "vegetation": 842,
        "phenology": 210,
        "boundaries": 4445,
    }
