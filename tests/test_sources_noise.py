"""Noise readers: the quarterly table by hand, the automatic stations' workbook, and the template."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from helpers.errors import SourceError
from helpers.sources import noise_automatic, noise_manual
from helpers.sources.detect import detect, iter_readings
from helpers.sources.noise_template import write_noise_template
from helpers.sources.templates import write_all

HEAD = [
    "点位编码",
    "点位名称",
    "功能区类别",
    "监测日期",
    "昼间等效声级(dB(A))",
    "夜间等效声级(dB(A))",
    "备注",
]
HOURS = [f"{hour}时" for hour in range(24)]


def write_manual(path, *rows, head=HEAD):
    book = Workbook()
    book.active.append(["2025年第一季度功能区声环境监测结果"])
    for row in (head, *rows):
        book.active.append(list(row))
    book.save(path)
    return path


def write_automatic(path, *rows, summary=((31, 30, "—", 20), (30, 28, "—", 15)), hours=HOURS):
    """A workbook of July 2025: ``rows`` are station, name, zone, day, hours and two levels."""
    book = Workbook()
    counts, detail = book.active, book.create_sheet("详情")
    counts.title = "汇总"
    for row in (
        ["2025年7月"],
        ["统计项", "1类区", "", "4a类区", ""],
        ["", "昼间", "夜间", "昼间", "夜间"],
        ["点次总数", *summary[0]],
        ["达标点次", *summary[1]],
    ):
        counts.append(row)
    for block in ("A2:A3", "B2:C2", "D2:E2"):
        counts.merge_cells(block)
    detail.append(["2025年7月功能区声环境自动监测"])
    detail.append([*HEAD[:4], "小时等效声级", *[""] * 23, *HEAD[4:6]])
    detail.append(["", "", "", "", *hours])
    for letter in ("A", "B", "C", "D", "AC", "AD"):
        detail.merge_cells(f"{letter}2:{letter}3")
    detail.merge_cells("E2:AB2")
    for row in rows:
        detail.append(list(row))
    book.save(path)
    return path


def station_day(day="2025-07-01", *, levels=None, ends=(54.0, 44.0), point="Z1", zone="1类"):
    return [point, "甲", zone, day, *(levels or [50.0] * 24), *ends]


def test_a_manual_row_becomes_a_point_and_a_dash_a_gap(tmp_path):
    path = write_manual(
        tmp_path / "any.xlsx",
        ["Z1", "甲", "4a类区", "2025-02-10", 65.2, "—", ""],
        ["Z2", "乙", "2", "2025/2/11", 58, 49.6, ""],
        ["Z3", "丙", "1类", "2025-02-12", 50, 40, "示例：不读取"],
    )
    assert detect(path).name == "noise_manual"
    (reading,) = iter_readings(path, received_on=date(2025, 4, 1))
    assert reading.table["zone"].tolist() == ["4a", "2"]
    assert reading.table["day_db"].tolist() == [65.2, 58.0]
    assert reading.table["night_db"].isna().tolist() == [True, False]
    assert reading.table["method"].unique().tolist() == ["manual"]
    assert reading.rejects.empty


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["Z1", "甲", "4类", "2025-02-10", 60, 50], "功能区类别", "is no zone class; write 4a类 or 4b类"),
        (["Z1", "甲", "1类", "二月", 60, 50], "监测日期", "is no day"),
        (["Z1", "甲", "1类", "2025-12-10", 60, 50], "监测日期", "lies after 2025-04-01"),
        (["Z1", "甲", "1类", "2025-02-10", "六十", 50], "昼间等效声级(dB(A))", "is not a number"),
        (["Z1", "甲", "1类", "2025-02-10", 60, 5], "夜间等效声级(dB(A))", "lies outside 10 to 130"),
        (["", "甲", "1类", "2025-02-10", 60, 50], "点位编码", "is empty"),
    ],
)
def test_a_cell_that_cannot_be_names_row_and_column(tmp_path, row, column, reason):
    (reading,) = iter_readings(write_manual(tmp_path / "a.xlsx", row), received_on=date(2025, 4, 1))
    assert reading.table.empty
    assert (reading.rejects["row"].iloc[0], reading.rejects["column"].iloc[0]) == (3, column)
    assert reason in reading.rejects["reason"].iloc[0]


def test_a_point_twice_on_a_day_is_quarantined_unless_it_says_the_same(tmp_path):
    same, other = ["Z1", "甲", "1类", "2025-02-10", 60, 50], ["Z1", "甲", "1类", "2025-02-10", 61, 50]
    (reading,) = iter_readings(write_manual(tmp_path / "a.xlsx", same, same, other))
    assert len(reading.table) == 1
    assert reading.caveats == ("repeated_rows_dropped",)
    assert "differs from row 3" in reading.rejects["reason"].iloc[0]


def test_an_automatic_workbook_gives_days_hours_and_its_own_counts(tmp_path):
    levels = [40.0 + hour for hour in range(24)]
    levels[23] = "—"
    path = write_automatic(
        tmp_path / "any.xlsx",
        station_day(levels=levels),
        station_day("2025-07-02", levels=["—"] * 24, ends=("—", "—")),
    )
    assert detect(path).name == "noise_automatic"
    days, hours, counts = iter_readings(path, received_on=date(2025, 8, 5))
    assert days.table["method"].unique().tolist() == ["automatic"]
    assert days.table["day_db"].isna().tolist() == [False, True]  # a lost day stays, it was to be measured
    assert len(hours.table) == 23
    assert hours.table.iloc[0].to_dict() == {
        "point_id": "Z1", "time": pd.Timestamp("2025-07-01 01:00"), "zone": "1", "value": 40.0,
    }  # fmt: skip
    assert counts.table[["zone", "period", "n", "n_met"]].values.tolist() == [
        ["1", "day", 31, 30],
        ["1", "night", 30, 28],
        ["4a", "night", 20, 15],
    ]
    assert counts.table["date"].unique().tolist() == [pd.Timestamp(2025, 7, 1)]
    assert all(one.rejects.empty for one in (days, hours, counts))


def test_a_station_merged_down_over_its_days_is_read(tmp_path):
    path = write_automatic(tmp_path / "a.xlsx", station_day(), station_day("2025-07-02"))
    book = load_workbook(path)
    for letter in "ABC":
        book["详情"].merge_cells(f"{letter}4:{letter}5")
    book.save(path)
    days, hours, _ = iter_readings(path)
    assert days.table["point_id"].tolist() == ["Z1", "Z1"]
    assert len(hours.table) == 48


def test_a_bad_hour_is_told_and_the_others_stand(tmp_path):
    levels = [50.0] * 24
    levels[3], levels[5] = "坏", 300
    _, hours, _ = iter_readings(write_automatic(tmp_path / "a.xlsx", station_day(levels=levels)))
    assert hours.rejects[["row", "column", "found"]].values.tolist() == [
        [4, "详情!3时", "坏"],
        [4, "详情!5时", "300"],
    ]
    assert [reason.split(";")[0] for reason in hours.rejects["reason"]] == [
        "is not a number",
        "lies outside 10 to 130",
    ]
    assert len(hours.table) == 22


def test_counts_that_cannot_be_are_told(tmp_path):
    path = write_automatic(tmp_path / "a.xlsx", station_day(), summary=((31, 30.5, "x", 20), (32, 28, 1, 15)))
    counts = list(iter_readings(path))[2]
    assert counts.table["zone"].tolist() == ["4a"]
    assert [reason.split(";")[0] for reason in counts.rejects["reason"]] == [
        "is more than the 31 point-times in all",
        "is no whole number of point-times",
        "is not a number",
    ]
    assert counts.rejects["column"].tolist() == ["汇总!1类 day", "汇总!1类 night", "汇总!4a类 day"]


def test_what_is_no_month_of_stations_is_refused(tmp_path):
    path = write_automatic(tmp_path / "a.xlsx", station_day(), station_day("2025-08-01"))
    with pytest.raises(SourceError, match="2 months"):
        list(iter_readings(path))
    with pytest.raises(SourceError, match="no heading"):
        noise_automatic.read(write_manual(tmp_path / "b.xlsx", head=["甲", "乙"]))
    with pytest.raises(SourceError, match="23 columns of hours"):
        noise_automatic.read(write_automatic(tmp_path / "c.xlsx", station_day(), hours=[*HOURS[:-1], "合计"]))


@pytest.mark.parametrize("label", ["0时", "00:00", "0-1时", "0:00~1:00", "00点"])
def test_hours_are_known_by_many_headings(label):
    assert noise_manual.hour_columns(["点位", label]) == {0: 1}
    assert noise_manual.hour_columns(["0", "24时", "昼间"]) == {}


def test_the_template_is_read_back(tmp_path):
    assert "noise_points.xlsx" in {path.name for path in write_all(tmp_path, "changchun")}
    path = tmp_path / "mine.xlsx"
    write_noise_template(path)
    (empty,) = iter_readings(path)
    assert empty.table.empty and empty.caveats == ("file_without_rows",)
    book = load_workbook(path)
    book.worksheets[0].append(["", "Z1", "甲", "4b类", "2025-02-10", 65.2, 55.1, ""])
    book.save(path)
    (reading,) = iter_readings(path)
    assert reading.table[["point_id", "zone", "night_db"]].values.tolist() == [["Z1", "4b", 55.1]]
    assert reading.rejects.empty
