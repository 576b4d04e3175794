"""The monthly section workbook: headings among titles, units, editions, and a sentence for every mistake."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from helpers import registry
from helpers.errors import SourceError
from helpers.sources import water_sections
from helpers.sources.detect import detect, iter_readings
from helpers.sources.reading import TABLES
from helpers.sources.water_items import SECTION_ITEMS, TABLE_1
from helpers.sources.water_templates import item_heading, write_section_template

SECTIONS = pd.DataFrame(
    {"section_id": ["upper", "lower"], "name_zh": ["上游桥", "下游桥"], "aliases": ["", "下桥;下游大桥"]}
)
HEADING = [
    "断面名称",
    "监测月份",
    "pH值(无量纲)",
    "溶解氧(mg/L)",
    "氨氮(mg/L)",
    "总磷(mg/L)",
    "汞(mg/L)",
    "备注",
]
GOOD = ["上游桥", "2025-03", 7.8, 9.1, 0.52, 0.12, "0.00004L", ""]


def _write(path, *sheets):
    """Write sheets of (name, rows)."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


def _read(tmp_path, *rows, heading=HEADING, titles=(), name="月报", **options):
    path = _write(tmp_path / "月报.xlsx", (name, [*([title] for title in titles), heading, *rows]))
    return water_sections.read(path, sections=SECTIONS, **options)


def _changed(**cells):
    row = list(GOOD)
    for name, value in cells.items():
        place = next(place for place, text in enumerate(HEADING) if text.startswith(name))
        row[place] = value
    return row


def _value(reading, item, section="upper"):
    table = reading.table
    return table.loc[(table["item"] == item) & (table["section_id"] == section), "value"].to_list()


def test_one_row(tmp_path):
    reading = _read(tmp_path, GOOD, titles=["某市地表水监测月报", "单位：见表头"])
    assert reading.table.to_dict("records") == [
        {
            "section_id": "upper",
            "date": pd.Timestamp("2025-03-01"),
            "item": item,
            "value": value,
            "is_censored": item == "Hg",
            "method": "unstated",
        }
        for item, value in (("pH", 7.8), ("DO", 9.1), ("NH3-N", 0.52), ("TP", 0.12), ("Hg", 0.00004))
    ]
    assert reading.rejects.empty
    assert reading.caveats == ()
    assert {name: str(kind) for name, kind in reading.table.dtypes.items()} == TABLES["water_sections"]


def test_all_items_of_the_standard_are_read(tmp_path):
    items = [SECTION_ITEMS[name] for name in TABLE_1]
    heading = ["断面名称", "监测月份", *map(item_heading, items)]
    low = [max(item.low, 0.1 if item.unit == "℃" else item.low) for item in items]
    reading = _read(tmp_path, ["上游桥", "2025-03", *low], heading=heading)
    assert list(reading.table["item"]) == list(TABLE_1)
    assert reading.rejects.empty


def test_heading_over_two_rows_with_merged_cells_and_titles(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["某市2025年3月地表水月报"])
    sheet.merge_cells("A1:E1")
    sheet.append(["断面名称", "监测月份", "监测项目"])
    sheet.merge_cells("C2:E2")
    sheet.append([None, None, "溶解氧（mg/L）", "氨氮（mg/L）", "总磷（mg/L）"])
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    sheet.append(["上游桥", "2025-03", 9.1, 0.52, 0.12])
    sheet.append([None, "2025-04", 8.0, 0.4, 0.11])
    sheet.merge_cells("A4:A5")
    sheet.append(["注：L表示低于检出限"])
    book.save(tmp_path / "a.xlsx")
    assert detect(tmp_path / "a.xlsx").name == "water_sections"
    reading = water_sections.read(tmp_path / "a.xlsx", sections=SECTIONS)
    assert _value(reading, "NH3-N") == [0.52, 0.4]
    assert reading.rejects.empty


def test_row_of_units_below_the_heading(tmp_path):
    heading = ["断面名称", "监测月份", "pH值", "溶解氧", "氨氮", "汞"]
    reading = _read(
        tmp_path,
        ["", "", "无量纲", "mg/L", "mg/L", "μg/L"],
        ["上游桥", "2025-03", 7.8, 9, 0.5, "0.04L"],
        heading=heading,
    )
    assert _value(reading, "Hg") == [0.00004]
    assert reading.caveats == ()


def test_headings_without_units_are_read_as_the_standards_and_say_so(tmp_path):
    reading = _read(
        tmp_path,
        ["上游桥", "2025-03", 9, 0.5, 0.1],
        heading=["断面名称", "监测月份", "溶解氧", "氨氮", "总磷"],
    )
    assert _value(reading, "NH3-N") == [0.5]
    assert reading.caveats == ("water_units_assumed",)


@pytest.mark.parametrize(
    ("month", "options"),
    [
        ("2025-03", {}),
        ("2025年3月", {}),
        ("202503", {}),
        (202503, {}),
        ("2025/3", {}),
        ("2025-03-11", {}),
        (datetime(2025, 3, 11), {}),
        ("3月", {"titles": ["2025年地表水月报"]}),
        (3, {"name": "2025年"}),
        ("", {"name": "2025年3月"}),
        ("", {"titles": ["某市2025年3月地表水月报"]}),
    ],
)  # fmt: skip
def test_months_in_every_form(tmp_path, month, options):
    reading = _read(tmp_path, _changed(监测月份=month), **options)
    assert set(reading.table["date"]) == {pd.Timestamp("2025-03-01")}


def test_year_and_month_in_two_columns(tmp_path):
    heading = ["年", "月", "断面名称", "溶解氧(mg/L)", "氨氮(mg/L)", "总磷(mg/L)"]
    reading = _read(tmp_path, [2025, 3, "上游桥", 9, 0.5, 0.1], heading=heading)
    assert set(reading.table["date"]) == {pd.Timestamp("2025-03-01")}


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"断面": "下游桥头"}, "断面名称", "is no known section; the nearest are 下游桥, 下游大桥"),
        ({"断面": "?"}, "断面名称", "the nearest are 上游桥, 下桥, 下游大桥; correct the name or add it to sections.yml"),
        ({"断面": ""}, "断面名称", "is empty; fill in 断面名称"),
        ({"监测月份": "三月"}, "监测月份", "is no month; write 2025-03"),
        ({"监测月份": 2025.1}, "监测月份", "may be January or October"),
        ({"监测月份": "2025-06"}, "监测月份", "lies after 2025-05-10, the day of the file"),
        ({"pH值": 30}, "pH值(无量纲)", "lies outside 0 to 14"),
        ({"氨氮": -0.5}, "氨氮(mg/L)", "is negative"),
        ({"氨氮": 520}, "氨氮(mg/L)", "as μg/L in a column of mg/L would"),
        ({"汞": 0.04}, "汞(mg/L)", "as μg/L in a column of mg/L would"),
        ({"总磷": "0.12μg/L"}, "总磷(mg/L)", "carries the unit μg/L"),
        ({"总磷": "未检出"}, "总磷(mg/L)", "gives no detection limit"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_sentence_and_the_rest_counts(tmp_path, cells, column, sentence):
    other = _changed(断面="下游桥", 监测月份="2025-02")
    reading = _read(tmp_path, _changed(**cells), other, received_on=date(2025, 5, 10))
    assert reading.rejects[["row", "column"]].values.tolist() == [[2, column]]
    assert sentence in reading.rejects["reason"][0]
    n_values = 4 if column.endswith(")") else 0
    assert len(reading.table) == 5 + n_values
    assert len(reading.table[reading.table["section_id"] == "lower"]) == 5


def test_future_months_are_not_judged_without_a_day(tmp_path):
    assert _read(tmp_path, _changed(监测月份="2099-01")).rejects.empty


def test_mixed_units_in_a_column_are_set_aside_unless_verified(tmp_path):
    heading = ["断面名称", "监测月份", "溶解氧(mg/L)", "氨氮(mg/L)", "铜(mg/L)", "备注"]
    rows = [["上游桥", f"2025-{month:02d}", 9, 0.5, 0.002, ""] for month in range(1, 6)]
    reading = _read(tmp_path, *rows, ["上游桥", "2025-06", 9, 0.5, 1.8, ""], heading=heading)
    assert reading.rejects[["row", "column", "found"]].values.tolist() == [[7, "铜(mg/L)", "1.8"]]
    assert "is 900 times the column's median, as μg/L among mg/L would be" in reading.rejects["reason"][0]
    assert len(_value(reading, "Cu")) == 5
    verified = _read(tmp_path, *rows, ["上游桥", "2025-06", 9, 0.5, 1.8, "已核实"], heading=heading)
    assert verified.rejects.empty
    assert _value(verified, "Cu")[-1] == 1.8


def test_equal_repeat_is_dropped_and_a_different_one_quarantined(tmp_path):
    reading = _read(tmp_path, GOOD, GOOD, _changed(氨氮=0.9), _changed(断面="下桥"))
    assert _value(reading, "NH3-N") == [0.52]
    assert _value(reading, "NH3-N", "lower") == [0.52]
    assert reading.caveats == ("repeated_rows_dropped",)
    assert reading.rejects[["row", "found"]].values.tolist() == [[4, "上游桥 2025-03"]]
    assert (
        "is a second edition of the section and month of row 2, which stands" in reading.rejects["reason"][0]
    )


def test_revised_edition_stands_by_column_or_by_sheet(tmp_path):
    heading = [*HEADING[:-1], "数据状态"]
    rows = [[*GOOD[:-1], "初步"], [*_changed(氨氮=0.6)[:-1], "修订"], [*_changed(氨氮=0.7)[:-1], "正式"]]
    reading = _read(tmp_path, *rows, heading=heading)
    assert _value(reading, "NH3-N") == [0.6]
    assert reading.rejects["row"].to_list() == [2, 4]
    path = _write(
        tmp_path / "two.xlsx",
        ("2025年3月", [HEADING, GOOD]),
        ("2025年3月（修订）", [HEADING, _changed(氨氮=0.8)]),
        ("说明", [["本表由监测站填报"]]),
    )
    both = water_sections.read(path, sections=SECTIONS)
    assert _value(both, "NH3-N") == [0.8]
    assert both.rejects[["row", "column"]].values.tolist() == [[2, "2025年3月!"]]
    assert "of 2025年3月（修订）!row 2, which stands as revised" in both.rejects["reason"][0]


def test_f42_of_two_rows_alike_in_status_the_fuller_stands_and_the_rule_is_named(tmp_path):
    short = [
        value if heading in ("断面名称", "监测月份") or "氨氮" in heading else ""
        for heading, value in zip(HEADING, _changed(氨氮=0.9), strict=True)
    ]
    reading = _read(tmp_path, short, GOOD)
    assert _value(reading, "NH3-N") == [0.52]
    assert reading.rejects["row"].tolist() == [2]
    assert "which stands as the fuller of two final ones" in reading.rejects["reason"][0]
    reading = _read(tmp_path, GOOD, _changed(氨氮=0.9))
    assert "which stands as the first of two final ones" in reading.rejects["reason"][0]
    assert reading.caveats == ()


def test_rows_of_other_cities_are_passed_over(tmp_path):
    heading = ["城市", *HEADING]
    rows = [["甲市", *GOOD], ["乙市", *_changed(断面="别处桥")]]
    reading = _read(tmp_path, *rows, heading=heading, cities=("甲市", "甲"))
    assert len(reading.table) == 5
    assert reading.rejects.empty


def test_method_and_unreadable_columns(tmp_path):
    heading = [
        "断面名称",
        "监测月份",
        "监测方式",
        "溶解氧(mg/L)",
        "氨氮(mg/L)",
        "总磷(mg/L)",
        "氨氮（mg/L）",
        "氟化物(μS/cm)",
    ]
    rows = [
        ["上游桥", "2025-03", "手工", 9, 0.5, 0.1, 0.6, 3],
        ["下游桥", "2025-03", "目测", 9, 0.5, 0.1, 0.6, 3],
    ]
    reading = _read(tmp_path, *rows, heading=heading)
    assert set(reading.table["method"]) == {"manual"}
    assert _value(reading, "NH3-N") == [0.5]
    reasons = dict(zip(reading.rejects["column"], reading.rejects["reason"], strict=True))
    assert "names NH3-N a second time, after 氨氮(mg/L)" in reasons["氨氮(mg/L)"]
    assert "is not a unit that can become mg/L; the column was not read" in reasons["氟化物(μS/cm)"]
    assert "is none of the choices; choose 手工, 自动, 融合" in reasons["监测方式"]


def test_frozen_month_is_a_gap_and_no_fault(tmp_path):
    reading = _read(tmp_path, ["上游桥", "2025-01", "冰封", "冰封", "", "/", "--", "冰封未采样"])
    assert reading.table.empty
    assert reading.rejects.empty


def test_csv_is_read_like_a_sheet(tmp_path):
    path = tmp_path / "月报.csv"
    path.write_text(
        "断面名称,监测月份,溶解氧(mg/L),氨氮(mg/L),总磷(mg/L)\n上游桥,2025-03,9.1,0.025L,0.1\n",
        encoding="gb18030",
    )
    assert detect(path).name == "water_sections"
    reading = water_sections.read(path, sections=SECTIONS)
    assert reading.table["is_censored"].to_list() == [False, True, False]


def test_refusals_name_file_and_remedy(tmp_path):
    path = _write(tmp_path / "a.xlsx", ("表", [["城市", "数值"], ["甲", 1]]))
    with pytest.raises(
        SourceError, match=r"a\.xlsx: no heading with the columns 断面名称 was found.*template"
    ):
        water_sections.read(path, sections=SECTIONS)
    with pytest.raises(SourceError, match=r"no list of sections was given.*through ingest"):
        water_sections.read(path)


def test_template_round_trip(tmp_path):
    path, sections = tmp_path / "water_sections.xlsx", registry.sections("changchun")
    write_section_template(path, list(sections["name_zh"]))
    book = load_workbook(path)
    sheet = book["断面月报"]
    lists = [one.formula1 for one in sheet.data_validations.dataValidation]
    assert f"'断面表'!$A$2:$A${len(sections) + 1}" in lists
    assert '"手工,自动,融合"' in lists
    heading = [cell.value for cell in sheet[1]]
    values = {
        "断面名称\nsection": "靠山大桥",
        "监测月份\ndate": "2025-03",
        "氨氮(mg/L)": "0.025L",
        "pH值(无量纲)": 7.4,
    }
    for name, value in values.items():
        sheet.cell(3, heading.index(name) + 1, value)
    book.save(path)
    (reading,) = iter_readings(path, sections=sections, cities=("长春市",))
    assert reading.table[["section_id", "item", "value"]].values.tolist() == [
        ["kaoshan_bridge", "pH", 7.4],
        ["kaoshan_bridge", "NH3-N", 0.025],
    ]
