"""The departments' workbook and its template: round trip, and a sentence for every mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from helpers.errors import SourceError
from helpers.sources import ledger_workbook
from helpers.sources.ledger_workbook import COLUMNS, SHEET
from helpers.sources.templates import write_ledger_template


@dataclass(frozen=True)
class _Record:
    id: str
    name_zh: str
    name_en: str
    unit: str
    ask_zh: str = "按年填报"
    ask_en: str = "by year"


RECORDS = [
    _Record("straw_use_rate", "秸秆综合利用率", "Straw use rate", "pct"),
    _Record("voc_reduction", "挥发性有机物重点工程减排量", "VOC reduction", "10k_t"),
    _Record("boilers_left", "在用小锅炉", "Small boilers left", "count"),
]
KNOWN = {record.id: record.unit for record in RECORDS}
GOOD = ["straw_use_rate", "", "220100", "2024", 93.5, "%", "正式", "全市", "农业农村局", ""]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "台账.xlsx"
    write_ledger_template(path, RECORDS)
    return path


def _fill(template, tmp_path, *rows: list[object], formats: dict[str, str] | None = None):
    book = load_workbook(template)
    sheet = book[SHEET]
    for number, row in enumerate(rows, start=3):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column, value if value != "" else None)
    for address, number_format in (formats or {}).items():
        sheet[address].number_format = number_format
    path = tmp_path / "filled.xlsx"
    book.save(path)
    return ledger_workbook.read(path, known=KNOWN)


def _changed(**cells: object) -> list[object]:
    row = list(GOOD)
    for name, value in cells.items():
        row[list(COLUMNS).index(name)] = value
    return row


def test_untouched_template_holds_no_figure(template):
    reading = ledger_workbook.read(template, known=KNOWN)
    assert reading.table.empty
    assert reading.rejects.empty
    assert reading.caveats == ("file_without_rows",)


def test_template_guides_the_hand(template):
    book = load_workbook(template)
    sheet = book[SHEET]
    assert book.sheetnames == [SHEET, "填报说明", "指标表"]
    assert [cell.value for cell in sheet[1]] == [f"{label}\n{name}" for name, label in COLUMNS.items()]
    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked
    assert not sheet["A3"].protection.locked
    assert (sheet["C3"].number_format, sheet["D3"].number_format) == ("@", "@")
    lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert lists == {
        "A2:A500": "'指标表'!$A$2:$A$4",
        "F2:F500": '"%,万吨,个"',
        "G2:G500": '"正式,初步,修订"',
    }
    listed = [cell.value for cell in book["指标表"][2]]
    assert listed == ["straw_use_rate", "秸秆综合利用率", "Straw use rate", "%", "按年填报", "by year"]
    assert all(row[1].value for row in book["填报说明"].iter_rows(min_row=2))


def test_template_without_indicators_is_still_a_workbook(tmp_path):
    path = tmp_path / "bare.xlsx"
    write_ledger_template(path, [])
    assert ledger_workbook.read(path, known={}).caveats == ("file_without_rows",)


def test_one_figure(template, tmp_path):
    reading = _fill(template, tmp_path, GOOD)
    assert reading.table.to_dict("records") == [
        {
            "indicator_id": "straw_use_rate",
            "place_code": "220100",
            "period": "2024",
            "value": 93.5,
            "unit": "pct",
            "status": "final",
            "scope": "全市",
            "flag": "",
            "source_sheet": SHEET,
            "source_row": "3",
        }
    ]
    assert reading.rejects.empty


def test_numbers_where_text_was_meant_are_understood(template, tmp_path):
    row = _changed(place_code=220100, period=2024, value="93.5", unit="pct", status="final")
    assert _fill(template, tmp_path, row).table.equals(_fill(template, tmp_path, GOOD).table)


_FIGURES = st.lists(
    st.tuples(
        st.sampled_from(RECORDS),
        st.integers(2000, 2100),
        st.sampled_from(["", "-Q3", "-06"]),
        st.decimals(0, 1_000_000, places=3).map(float),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one[:3],
)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@given(figures=_FIGURES)
def test_round_trip_through_the_template(template, tmp_path, figures):
    labels = {"pct": "%", "10k_t": "万吨", "count": "个"}
    rows = [
        _changed(indicator_id=record.id, period=f"{year}{part}", value=value, unit=labels[record.unit])
        for record, year, part, value in figures
    ]
    reading = _fill(template, tmp_path, *rows)
    assert reading.rejects.empty
    assert reading.table["value"].to_list() == [row[4] for row in rows]
    assert reading.table["period"].to_list() == [row[3] for row in rows]


def test_percentage_cell_is_read_as_shown(template, tmp_path):
    reading = _fill(template, tmp_path, _changed(value=0.29), formats={"E3": "0.0%"})
    assert reading.table["value"].to_list() == [29.0]
    other = _fill(
        template, tmp_path, _changed(indicator_id="boilers_left", unit="个", value=0.29), formats={"E3": "0%"}
    )
    assert other.rejects["column"].to_list() == ["value"]


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        (
            {"indicator_id": "straw_use"},
            "indicator_id",
            "is no known indicator; the nearest are straw_use_rate",
        ),
        (
            {"indicator_id": "?"},
            "indicator_id",
            "the nearest are boilers_left, straw_use_rate, voc_reduction",
        ),
        ({"place_code": ""}, "place_code", "names no place"),
        ({"period": "去年"}, "period", "is no period; write 2024, 2024-Q1 or 2024-06 as text"),
        ({"period": "2024-13"}, "period", "is no period"),
        ({"period": datetime(2024, 6, 1)}, "period", "has become a date; write"),
        ({"unit": "吨"}, "unit", "is not the unit of this indicator; convert the value to %"),
        ({"unit": ""}, "unit", "is not the unit of this indicator"),
        ({"status": ""}, "status", "is no status; choose 正式, 初步, 修订"),
        ({"value": "约九成"}, "value", "is not a number; write digits only"),
        ({"value": "93.5万"}, "value", "is not a number"),
        ({"value": True}, "value", "is not a number"),
        ({"value": ""}, "value", "has no value; report the figure or delete the row"),
        ({"value": -9999}, "value", "has no value"),
    ],
)
def test_every_mistake_has_its_sentence(template, tmp_path, cells, column, sentence):
    reading = _fill(template, tmp_path, _changed(**cells), _changed(period="2023"))
    assert reading.table["period"].to_list() == ["2023"]
    assert reading.rejects[["row", "column"]].values.tolist() == [[3, column]]
    assert sentence in reading.rejects["reason"][0]


def test_revised_stands_over_final_over_preliminary(template, tmp_path):
    reading = _fill(
        template,
        tmp_path,
        _changed(status="初步", value=90),
        _changed(status="修订", value=92),
        _changed(status="正式", value=91),
        _changed(status="修订", value=94),
        _changed(scope="不含公主岭市", value=80),
    )
    assert reading.table["value"].to_list() == [92, 80]
    assert reading.rejects["row"].to_list() == [3, 5, 6]
    assert "row 4, which stands; delete one" in reading.rejects["reason"][0]


def test_refusals_name_file_and_remedy(tmp_path):
    path = tmp_path / "book.xlsx"
    book = Workbook()
    book.active.title = "Sheet1"
    book.save(path)
    with pytest.raises(
        SourceError, match=r"book\.xlsx: the sheets are Sheet1; expected a sheet 台账; fill in"
    ):
        ledger_workbook.read(path, known=KNOWN)
    book.active.title = SHEET
    book.active.append(["季度台账"])
    book.active.append(["指标编号", "数值"])
    book.save(path)
    with pytest.raises(SourceError, match=r"book\.xlsx, row 2, column 地区代码 place_code: sheet 台账 lacks"):
        ledger_workbook.read(path, known=KNOWN)
    with pytest.raises(
        SourceError, match=r"book\.xlsx, column indicator_id: no list of indicators was given"
    ):
        ledger_workbook.read(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(
        SourceError, match=r"book\.xlsx: the workbook cannot be opened; .*save the file again"
    ):
        ledger_workbook.read(path, known=KNOWN)
