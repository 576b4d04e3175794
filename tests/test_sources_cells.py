"""One place reads a cell, as openpyxl, XlsxWriter, pandas and edited packages write it; ids F… are rows of the review."""

from __future__ import annotations

import io
import os
import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from helpers.errors import SourceError
from helpers.sources import land_workbook, ledger_workbook, noise_manual, tasks, water_sections
from helpers.sources.cells import (
    Cell,
    normalise,
    read_day,
    read_due,
    read_measured,
    read_month,
    read_number,
    read_period,
    show,
)
from helpers.sources.detect import detect, iter_readings
from helpers.sources.noise_manual import hour_columns
from helpers.sources.workbook import read_sheets

SECTIONS = pd.DataFrame(
    {"section_id": ["upper", "lower"], "name_zh": ["上游桥", "下游桥"], "aliases": ["", ""]}
)
HEADING = ["断面名称", "监测月份", "pH值(无量纲)", "溶解氧(mg/L)", "氨氮(mg/L)", "总磷(mg/L)"]
GOOD = ["上游桥", "2025-03", 7.8, 9.1, 0.52, 0.12]
LEDGER = ["指标编号", "地区代码", "统计期", "数值", "单位", "数据状态", "口径"]
AREA = ["地区", "年份", "类别", "指标", "数值", "单位", "口径", "备注"]
NOISE = ["点位编码", "点位名称", "功能区类别", "监测日期", "昼间等效声级(dB(A))", "夜间等效声级(dB(A))"]
EAST_ASIAN_MONTHS, EAST_ASIAN_DAYS = (27, 36, 50, 52, 57), (28, 29, 30, 31, 51, 53, 54, 58)


def write(path, *rows, name="断面月报", formats=None):
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for address, code in (formats or {}).items():
        sheet[address].number_format = code
    book.save(path)
    return path


def edit(path, **parts):
    """Rewrite parts of a package: the end of a part's name, dots as two underscores → how its text changes."""
    source = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            for ending, change in parts.items():
                if name.endswith(ending.replace("__", ".")) or ending == "every":
                    text = change(text.decode()).encode()
            target.writestr(name, text)
    return path


def cell_of(path, number, place):
    return dict(read_sheets(path)[0].rows)[number][place - 1]


def read_section(path, **options):
    return water_sections.read(path, sections=SECTIONS, **options)


def values(reading, item):
    return reading.table.loc[reading.table["item"] == item, "value"].to_list()


def read_ledger(tmp_path, *rows, formats=None, known=None, **options):
    path = write(tmp_path / "台账.xlsx", LEDGER, *rows, name="台账", formats=formats)
    return ledger_workbook.read(path, known=known or {"share": "pct", "area": "10k_mu"}, **options)


def share(value, **changed):
    row = {"id": "share", "place": "220100", "period": "2024", "value": value, "unit": "%", "status": "正式"}
    return [*(row | changed).values(), ""]


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0.0%", 0.735, "73.5%"),
        ("[Red]0.0%", 0.735, "73.5%"),
        ('0.0"%"', 73.2, "73.2%"),
        ("0.0\\%", 73.2, "73.2%"),
        ("0!%", 85, "85%"),
        ("0.0_%", 73.2, "73.2"),
        ("0.0*%", 73.2, "73.2"),
        ("#,##0.00_);(#,##0.00)", 1150.5, "1150.5"),
        ('0.0"万亩"', 12.5, "12.5万亩"),
        ('0.000"L"', 0.005, "0.005L"),
        ('"<"0.00', 0.05, "<0.05"),
        ("000000", 1234, "001234"),
        ("General", 73.2, "73.2"),
    ],
)  # fmt: skip
def test_f2_a_number_is_what_its_format_shows(tmp_path, code, value, shown):
    """F2: the per-cent sign of a number format counts only where it is neither quoted, escaped nor filling."""
    path = write(tmp_path / "a.xlsx", ["甲", "乙"], [value, 1], formats={"A2": code})
    assert cell_of(path, 2, 1).text == shown


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.735, "0.0%", 73.5),
        (73.2, '0.0"%"', 73.2),
        (73.2, "0.0\\%", 73.2),
        (-1.5, '0.0"%"', -1.5),
        (85, "0\\%", 85),
    ],
)
def test_f1_f2_a_share_is_read_as_shown_in_ledger_and_land(tmp_path, value, code, expected):
    """F1, F2: the ledger and the land ledgers read one cell alike, under unit %."""
    reading = read_ledger(tmp_path, share(value), formats={"D2": code})
    assert reading.table["value"].to_list() == [expected] and reading.rejects.empty
    row = ["长春市", 2024, "草原综合植被", "盖度", value, "%", "全市", ""]
    (areas,) = land_workbook.read(write(tmp_path / "a.xlsx", AREA, row, formats={"E2": code}))
    assert areas.table["value"].to_list() == ([expected] if expected > 0 else [])


def test_f1_a_percentage_under_another_unit_is_refused_in_every_form(tmp_path):
    """F1: ledger, land, water and noise."""
    told = "is formatted as a percentage, but the unit is another; format it as a number"
    ledger = read_ledger(tmp_path, share(0.5, id="area", unit="万亩"), formats={"D2": "0%"})
    row = ["长春市", 2024, "草甸", "面积", 0.5, "万亩", "", ""]
    (land,) = land_workbook.read(write(tmp_path / "a.xlsx", AREA, row, formats={"E2": "0%"}))
    water = read_section(write(tmp_path / "w.xlsx", HEADING, GOOD, formats={"F2": "0%"}))
    noise = noise_manual.read(
        write(tmp_path / "n.xlsx", NOISE, ["Z1", "甲", "1类", "2025-02-10", 0.6, 50], formats={"E2": "0%"})
    )
    for reading in (ledger, land, water, noise):
        assert reading.rejects["reason"].to_list() == [told]
        assert reading.rejects["found"].str.endswith("%").all()


@pytest.mark.parametrize("text", ["85.2①", "12.5③", "85.2¹", "10⁴", "5249①", "85.2*", "85.2※", "½", "85.2²"])
def test_f3_a_mark_never_becomes_a_digit(tmp_path, text):
    """F3: in every form the value is set aside, and the mark is told."""
    assert normalise(text) == text
    ledger = read_ledger(tmp_path, share(text))
    row = ["长春市", 2024, "草甸", "面积", text, "万亩", "", ""]
    (land,) = land_workbook.read(write(tmp_path / "a.xlsx", AREA, row))
    water = read_section(write(tmp_path / "w.xlsx", HEADING, [*GOOD[:5], text]))
    noise = noise_manual.read(write(tmp_path / "n.xlsx", NOISE, ["Z1", "甲", "1类", "2025-02-10", text, 50]))
    for reading in (ledger, land, water, noise):
        (told,) = reading.rejects.to_dict("records")
        assert told["found"] == text and "is not a number" in told["reason"]
        assert text == "½" or f"carries the mark {text.strip('0123456789.')}" in told["reason"]


def test_f3_a_mark_behind_the_name_of_a_section_is_taken_off(tmp_path):
    """F3: a name with ① is that section, and its values stand."""
    reading = read_section(
        write(tmp_path / "a.xlsx", HEADING, ["上游桥①", *GOOD[1:]], ["下游桥断面*", *GOOD[1:]])
    )
    assert set(reading.table["section_id"]) == {"upper", "lower"} and reading.rejects.empty


def test_f3_a_raised_figure_behind_a_digit_is_a_mark_and_in_a_unit_is_not(tmp_path):
    """F3: rich text, as written by openpyxl."""
    raised = InlineFont(vertAlign="superscript")
    book = Workbook()
    book.active.append([*HEADING[:5], CellRichText("流量(m", TextBlock(raised, "3"), "/s)")])
    book.active.append([*GOOD[:4], CellRichText("0.52", TextBlock(raised, "1")), 12])
    book.save(tmp_path / "a.xlsx")
    reading = read_section(tmp_path / "a.xlsx")
    assert values(reading, "Flow") == [12] and values(reading, "NH3-N") == []
    assert reading.rejects["found"].to_list() == ["0.52¹"]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1,150", "", 1150), ("1,234,567.5", "", 1234567.5), ("8.25%", "%", 8.25), ("45.2dB", "dB(A)", 45.2),
        ("45.2 dB(A)", "dB(A)", 45.2), ("12.5 万亩", "万亩", 12.5), ("+3.5", "", 3.5), ("−3.5", "", -3.5),
        ("1.5e3", "", 1500), ("0.12毫克/升", "mg/L", 0.12),
    ],
)  # fmt: skip
def test_f47_numbers_as_people_write_them(text, unit, value):
    """F47: thousands separators, the sign of the unit asked, full width, a unit that is the one asked."""
    assert float(read_number(Cell(text), unit)) == value
    assert float(read_number(Cell(normalise("８．２５％")), "%")) == 8.25


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [
        ("8.25%", "万亩", "carries the unit % in a column of 万亩"), ("1,15", "", "is not a number"),
        ("12,5", "", "is not a number"), ("1 150", "", "is not a number"), ("2.5~3", "", "is not a number"),
        ("约95", "", "is not a number"), ("12.5公顷", "万亩", "carries the unit 公顷"), ("3.2×10⁴", "", "is not a number"),
        ("#DIV/0!", "", "an error of the spreadsheet"), ("1e400", "", "too large"), ("1.2.3", "", "is not a number"),
        ("45.2(1)", "", "is not a number"), ("0.01L", "%", "is a detection limit"),
    ],
)  # fmt: skip
def test_f47_what_cannot_be_known_is_set_aside(text, unit, told):
    """F3, F47: nothing is guessed."""
    with pytest.raises(ValueError, match=re.escape(told)):
        read_number(Cell(text), unit)


def test_a_number_shown_in_thousands_by_its_format_is_told():
    """F2, sibling: 0!.0, shows 1.2 for 12345."""
    with pytest.raises(ValueError, match="shown in thousands"):
        read_number(show(12345, '0!.0,"万"'))
    assert float(read_number(show(12345, "#,##0"))) == 12345


def test_a_limit_in_the_number_format_is_a_limit():
    """F2, sibling: a laboratory's format 0.00"L"."""
    value, is_censored = read_measured(show(0.05, '0.00"L"'), "mg/L")
    assert (float(value), is_censored) == (0.05, True)


def in_format(path, number):
    """Give every cell of a custom number format one of the built-in ids instead."""
    change = lambda text: re.sub(r'numFmtId="16\d"(?! formatCode)', f'numFmtId="{number}"', text)  # noqa: E731
    return edit(path, styles__xml=change)


@pytest.mark.parametrize("number", EAST_ASIAN_MONTHS + EAST_ASIAN_DAYS)
def test_f21_dates_in_the_built_in_east_asian_formats(tmp_path, number):
    """F21: ids 27–36 and 50–58 (package edited), in months and days."""
    months = write(tmp_path / "m.xlsx", HEADING, ["上游桥", 45721, *GOOD[2:]], formats={"B2": "0.00000"})
    assert set(read_section(in_format(months, number)).table["date"]) == {pd.Timestamp("2025-03-01")}
    days = write(tmp_path / "d.xlsx", NOISE, ["Z1", "甲", "1类", 45721, 60, 50], formats={"D2": "0.00000"})
    assert noise_manual.read(in_format(days, number)).table["date"].to_list() == [pd.Timestamp("2025-03-05")]


@pytest.mark.parametrize("number", [32, 33, 34, 35, 55, 56])
def test_f21_times_in_the_built_in_east_asian_formats_are_no_days(tmp_path, number):
    """F21."""
    path = write(tmp_path / "d.xlsx", NOISE, ["Z1", "甲", "1类", 0.5, 60, 50], formats={"D2": "0.00000"})
    reading = noise_manual.read(in_format(path, number))
    assert reading.table.empty and "is no day" in reading.rejects["reason"][0]


@pytest.mark.parametrize("value", [45717, 45961, 45870, 45717.5, "45717"])
def test_f22_a_serial_number_in_general_is_told_and_nothing_else_falls(tmp_path, value):
    """F22: the cell alone, with what to do."""
    other = ["下游桥", "2025-03", *GOOD[2:]]
    reading = read_section(write(tmp_path / "a.xlsx", HEADING, ["上游桥", value, *GOOD[2:]], other))
    assert set(reading.table["section_id"]) == {"lower"}
    told = f"is the number {value} and not a date; format the cell as a date"
    assert reading.rejects["reason"].to_list() == [told]
    with pytest.raises(ValueError, match="is the number 45717 and not a date"):
        read_day(Cell("45717"))


@pytest.mark.parametrize(
    "text",
    ["2025/11/23", "2025-11-23", "2025.11.23", "2025年11月23日", "2025年11月23号", "20251123", "2025-11-23 09:30",
     "2025-11-23 00:00:00", "2025.11.23 09:30", "2025/11/23 0:00", "2025-11-23T08:00:00", "2025年11月23日 9时30分"],
)  # fmt: skip
def test_f24_days_of_every_year_first_kind(text):
    """F24, with its siblings."""
    assert read_day(Cell(text)) == date(2025, 11, 23)
    assert read_month(Cell(text)) == date(2025, 11, 1)


@pytest.mark.parametrize(
    "text", ["2025年3月", "2025年3月份", "2025-03", "2025/3", "2025.3", "202503", "2025 年 3 月"]
)
def test_f24_months_of_every_year_first_kind(text):
    """F24."""
    assert read_month(Cell(text)) == date(2025, 3, 1)


@pytest.mark.parametrize("text", ["0001-01-01", "4571-01-01", "1200-05-05", "9999年12月31日"])
def test_f21_no_year_outside_what_can_be_meant(text):
    """F21: dates are bounded, so that no cell stops a city."""
    for reader in (read_day, read_month, read_due):
        with pytest.raises(ValueError, match="lies outside the years 1950 to 2100"):
            reader(Cell(text))


@pytest.mark.parametrize(
    ("written", "period"),
    [("2025年", "2025"), ("2025年度", "2025"), ("2025年10月", "2025-10"), ("2025/10", "2025-10"), ("2025Q3", "2025-Q3"),
     ("2025年第三季度", "2025-Q3"), ("2025年3季度", "2025-Q3"), ("2025-Q3", "2025-Q3"), ("2024", "2024")],
)  # fmt: skip
def test_f27_periods_as_people_write_them(written, period):
    """F27."""
    assert read_period(Cell(written)) == period


def test_f27_a_date_that_shows_a_month_is_that_month_and_one_that_shows_a_day_is_told():
    """F27: 2024-06 typed into a spreadsheet becomes a date shown as Jun-24."""
    assert read_period(show(datetime(2024, 6, 1), "mmm-yy")) == "2024-06"
    assert read_period(show(datetime(2024, 1, 1), "yyyy")) == "2024"
    with pytest.raises(ValueError, match="has become a date"):
        read_period(show(datetime(2025, 12, 31), "yyyy-mm-dd"))


@pytest.mark.parametrize(
    ("written", "due"),
    [("2025年12月", date(2025, 12, 31)), ("2025-12", date(2025, 12, 31)), ("2025年底", date(2025, 12, 31)),
     ("2025年底前", date(2025, 12, 31)), ("2025年12月底前", date(2025, 12, 31)), ("2025年", date(2025, 12, 31)),
     ("2025年6月底", date(2025, 6, 30)), ("2025年上半年", date(2025, 6, 30)), ("2025年第三季度", date(2025, 9, 30)),
     ("2025年12月31日前", date(2025, 12, 31)), ("2025/11/23", date(2025, 11, 23)), ("长期坚持", None), ("持续推进", None),
     ("长期", None)],
)  # fmt: skip
def test_f28_due_dates_as_people_write_them(written, due):
    """F28."""
    assert read_due(Cell(written)) == due


HOURS_AS = {
    "time cells": [time(hour) for hour in range(24)],
    "numbers from 0": list(range(24)),
    "numbers from 1": list(range(1, 25)),
    "words from 1": [f"{hour}时" for hour in range(1, 25)],
    "times to 24:00": [f"{hour}:00" for hour in range(1, 25)],
    "times to 0:00": [time(hour % 24) for hour in range(1, 25)],
}


@pytest.mark.parametrize("headings", HOURS_AS.values(), ids=HOURS_AS)
def test_f25_f26_hours_in_every_kind_of_heading(tmp_path, headings):
    """F25, F26: hours 1 to 24 are named by their end; time cells and numbers are hours."""
    levels = [40 + hour for hour in range(24)]
    path = write(
        tmp_path / "a.xlsx",
        [*NOISE[:4], *headings, *NOISE[4:]],
        ["Z1", "甲", "1类", "2025-03-05", *levels, 55, 45],
    )
    assert detect(path).name == "noise_automatic"
    days, hours, _ = iter_readings(path)
    assert days.table["method"].to_list() == ["automatic"] and days.rejects.empty and hours.rejects.empty
    assert hours.table["time"].to_list() == list(pd.date_range("2025-03-05 01:00", periods=24, freq="h"))
    assert hours.table["value"].to_list() == levels


def test_f25_a_few_bare_numbers_are_no_hours():
    """F25, its other side."""
    assert hour_columns(["点位", "1", "2", "3"]) == {}
    assert len(hour_columns([f"{hour}时" for hour in range(24)])) == 24


def test_f29_a_sheet_that_says_it_ends_at_a1_is_read_to_its_end(tmp_path):
    """F29: the dimension of WPS and of streaming writers (package edited)."""
    path = write(tmp_path / "a.xlsx", HEADING, GOOD)
    edit(path, sheet1__xml=lambda text: re.sub(r'<dimension ref="[^"]*" ?/>', '<dimension ref="A1"/>', text))
    assert detect(path).name == "water_sections" and len(read_section(path).table) == 4


def test_f30_formulas_nobody_computed_are_told_cell_by_cell(tmp_path):
    """F30: as written by openpyxl, which stores no result, and by XlsxWriter, which stores 0."""
    told = "is a formula without a stored result; open the workbook"
    own = read_section(write(tmp_path / "a.xlsx", HEADING, [*GOOD[:4], "=0.2+0.3", 0.12]))
    assert own.rejects[["row", "column"]].values.tolist() == [[2, "氨氮(mg/L)"]]
    assert told in own.rejects["reason"][0] and len(own.table) == 3
    path = Path(__file__).parent / "data" / "workbooks" / "xlsxwriter_sections.xlsx"
    other = read_section(path)
    assert (
        other.rejects[["row", "column"]].values.tolist() == [[2, "总磷(mg/L)"]]
        and told in other.rejects["reason"][0]
    )
    assert values(other, "NH3-N") == [0.52, 0.4] and values(other, "TP") == [0.11]
    assert read_ledger(tmp_path, share("=1+1")).rejects["reason"].str.contains("formula without").all()


def test_f21_f30_a_workbook_of_xlsxwriter_is_read_with_its_dates():
    """F21: formats 57 and 31 as XlsxWriter writes them."""
    reading = read_section(Path(__file__).parent / "data" / "workbooks" / "xlsxwriter_sections.xlsx")
    assert set(reading.table["date"]) == {pd.Timestamp("2025-03-01")} and len(reading.table) == 7


def test_f31_line_breaks_written_as_escapes_are_line_breaks(tmp_path):
    """F31: _x000D_ in headings and names."""
    heading = ["断面_x000D_\n名称", *HEADING[1:4], "氨氮_x000D_\n(mg/L)", HEADING[5]]
    path = write(tmp_path / "a.xlsx", heading, ["上游桥_x000D_", *GOOD[1:]])
    assert detect(path).name == "water_sections" and values(read_section(path), "NH3-N") == [0.52]


def test_f32_an_empty_fill_costs_nothing(tmp_path):
    """F32: styles of several web exports (package edited)."""
    path = write(tmp_path / "a.xlsx", HEADING, GOOD)
    edit(path, styles__xml=lambda text: re.sub(r"<fill>.*?</fill>", "<fill/>", text, count=1))
    assert detect(path).name == "water_sections" and len(read_section(path).table) == 4


def test_f33_a_blank_behind_the_name_of_a_sheet_cannot_be_seen(tmp_path):
    """F33."""
    path = write(tmp_path / "a.xlsx", LEDGER, share(85.3), name="台账 ")
    (reading,) = iter_readings(path, known={"share": "pct"})
    assert reading.table["value"].to_list() == [85.3]


def test_f33_the_strict_form_of_the_format_is_read(tmp_path):
    """F33: Strict Open XML (package edited)."""
    path = write(tmp_path / "a.xlsx", HEADING, GOOD)
    names = {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    edit(path, every=lambda text: re.sub("|".join(names), lambda found: names[found[0]], text))
    assert detect(path).name == "water_sections" and len(read_section(path).table) == 4


@pytest.mark.parametrize(
    ("code", "mark"), [("utf-16", ","), ("utf-16", "\t"), ("utf-8-sig", "\t"), ("gb18030", "\t")]
)
def test_f34_text_in_utf_16_or_divided_by_tabs_is_read(tmp_path, code, mark):
    """F34: what Excel calls Unicode text."""
    rows = [HEADING, [str(cell) for cell in GOOD]]
    path = tmp_path / "月报.csv"
    path.write_bytes("\r\n".join(mark.join(row) for row in rows).encode(code))
    assert detect(path).name == "water_sections" and len(read_section(path).table) == 4


@pytest.mark.parametrize(
    ("name", "raw", "told"),
    [
        ("a.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "it is an HTML or XML page.*save it as xlsx"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>', "it is an HTML or XML page"),
        ("a.csv", "甲,乙\n1,2\n".encode("utf-16"), "in UTF-16 that begins with '甲,乙' holds no known form.*UTF-8"),
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 99, "the workbook cannot be opened, or is no workbook"),
    ],
)  # fmt: skip
def test_f34_a_refusal_is_about_what_the_file_is(tmp_path, name, raw, told):
    """F34."""
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(SourceError, match=told):
        detect(tmp_path / name)


def test_f34_a_workbook_of_no_known_form_is_told_its_sheets(tmp_path):
    """F34: and not that a sheet 台账 is missing."""
    with pytest.raises(SourceError, match="no sheet has the heading of a known form; the sheets are 某表"):
        detect(write(tmp_path / "a.xlsx", ["甲", "乙"], [1, 2], name="某表"))


def test_workbooks_of_pandas_and_of_a_writer_that_streams_are_read(tmp_path):
    """F29: real writers."""
    pd.DataFrame([GOOD], columns=HEADING).to_excel(tmp_path / "p.xlsx", index=False, sheet_name="断面月报")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("断面月报")
    for row in (HEADING, GOOD):
        sheet.append(row)
    book.save(tmp_path / "s.xlsx")
    for name in ("p.xlsx", "s.xlsx"):
        assert detect(tmp_path / name).name == "water_sections"
        assert len(read_section(tmp_path / name).table) == 4


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_f1_f2_f34_formats_and_errors_of_old_and_open_workbooks_are_known(ending):
    """F1, F2, F30, F34: as saved by LibreOffice; an error is told and is no gap."""
    path = Path(__file__).parent / "data" / "workbooks" / f"libreoffice_ledger.{ending}"
    assert detect(path).name == "ledger_workbook"
    (reading,) = iter_readings(path, known={"share": "pct", "area": "10k_mu"})
    figures = dict(zip(reading.table["period"], reading.table["value"], strict=True))
    months = {"2025-06": 74.0} if ending == "xls" else {}
    assert figures == {"2020": 73.5, "2021": 73.2, "2022": 73.4, "2024": 0.5} | months
    told = dict(zip(reading.rejects["row"], reading.rejects["reason"], strict=True))
    assert "an error of the spreadsheet" in told[5] and "formatted as a percentage" in told[8]


def test_a_share_of_a_file_that_tells_no_formats_is_set_aside_where_it_may_be_a_hundredth():
    """F1: xls and ods do not tell whether 0.735 is shown as 73.5 %."""
    with pytest.raises(ValueError, match="may be shown as per cent"):
        read_number(Cell("0.735", is_format_unknown=True), "%")
    assert float(read_number(Cell("73.5", is_format_unknown=True), "%")) == 73.5
    assert float(read_number(Cell("0.735", is_format_unknown=True), "mg/L")) == 0.735


INPUTS = (
    Path(os.environ.get("FIVE_BATTLES_SHARED", Path(__file__).parents[2] / "shared")) / "reality" / "inputs"
)
KNOWN = pd.DataFrame(
    {"section_id": ["river", "bridge"], "name_zh": ["松花江村", "靠山大桥"], "aliases": ["", ""]}
)


@pytest.mark.parametrize(
    ("name", "reader", "n_rows", "n_rejects"),
    [
        ("month_column_cn_date_57.xlsx", "water_sections", 10, 0),
        ("heading_footnote_ammonia.xlsx", "water_sections", 12, 0),
        ("heading_plain_ammonia.xlsx", "water_sections", 12, 0),
        ("formula_without_cached_value.xlsx", "water_sections", 9, 3),
        ("wps_dimension_a1.xlsx", "water_sections", 12, 0),
        ("month_typed_2052.xlsx", "water_sections", 5, 1),
        ("section_month_as_text_datetime.csv", "water_sections", None, 0),
        ("ledger_sheet_name_with_blank.xlsx", "ledger_workbook", 1, 0),
        ("sections_utf16.csv", "water_sections", 5, 0),
        ("sections_old.xls", "water_sections", 10, 0),
    ],
)  # fmt: skip
def test_inputs_of_the_review_are_read(name, reader, n_rows, n_rejects):
    """F7, F20, F21, F24, F29, F30, F33, F34: the files of the review."""
    if not INPUTS.is_dir():
        pytest.skip("the inputs of the review are not present: no shared/ beside the checkout")
    path = INPUTS / name
    assert detect(path).name == reader
    (reading,) = iter_readings(
        path, sections=KNOWN, known={"good_day_ratio": "pct"}, received_on=date(2025, 12, 31)
    )
    assert len(reading.rejects) == n_rejects
    assert len(reading.table) == n_rows if n_rows else len(reading.table) > 0


def test_the_noise_input_of_the_review_is_automatic():
    """F25."""
    path = INPUTS / "noise_hour_headings_as_times.xlsx"
    if not path.is_file():
        pytest.skip("the inputs of the review are not present: no shared/ beside the checkout")
    days, hours, _ = iter_readings(path)
    assert days.table["method"].to_list() == ["automatic"] and len(hours.table) == 24


def test_tasks_are_read_with_a_mark_in_their_heading(tmp_path):
    """F7, sibling: 完成时限* is 完成时限 in every form."""
    heading = ["台账名称", "任务编号", "填报日期", "条款①", "任务措施", "牵头部门", "完成时限*", "进展状态"]
    row = ["某台账", "T-1", "2025-06-30", 7, "某措施", "某局", "2025-12-31", "已完成"]
    reading = tasks.read(write(tmp_path / "a.xlsx", heading, row))
    assert reading.table["due_date"].to_list() == [pd.Timestamp("2025-12-31")] and reading.rejects.empty
