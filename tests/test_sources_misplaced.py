"""Point 10: cells under another heading, exchanged columns, lost decimal points and lost columns are told, as classes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from helpers.messages import in_language
from helpers.sources import (
    air_aqistudy,
    air_pm25in,
    air_station_archive,
    fires_firms,
    land_vegetation,
    met_daily,
    met_ghcn,
    water_flow,
    water_sections,
)
from helpers.sources.misplaced import Written, find_lost_points
from helpers.sources.text import parse_number
from helpers.sources.water_items import against_parts
from helpers.sources.water_templates import write_flow_template, write_section_template

STATIONS = pd.DataFrame(
    {"station_code": ["1119A", "1120A", "1121A"], "name_zh": ["甲", "乙", "丙"]}
    | dict.fromkeys(("valid_from", "valid_to"), pd.NaT)
)
PM25IN = "Date,Hour,WatchPoint,AQI,Level,PrimaryPollution,PM2.5,PM10,CO,NO2,O3_1h,O3_8h,SO2"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def reasons(reading) -> str:
    return " ".join(reading.rejects["reason"])


def test_a_station_of_the_city_without_a_column_is_told(tmp_path: Path) -> None:
    """The review's first silent loss: the third column of a station archive was gone, with seven values."""
    head, line = "date,hour,type,1119A,1120A,1121A", "20190101,0,PM2.5,51,52,53"
    whole = air_station_archive.read(write(tmp_path / "a.csv", head, line), stations=STATIONS)
    less = air_station_archive.read(
        write(tmp_path / "b.csv", head.removesuffix(",1121A"), line.removesuffix(",53")), stations=STATIONS
    )
    assert (whole.caveats, less.caveats) == ((), ("stations_without_column",))
    closed = STATIONS.assign(valid_to=pd.to_datetime([None, None, "2018-06-30"]))
    assert air_station_archive.read(tmp_path / "b.csv", stations=closed).caveats == ()
    elsewhere = write(tmp_path / "c.csv", "date,hour,type,9001A", "20190101,0,PM2.5,51")
    assert air_station_archive.read(elsewhere, stations=STATIONS).caveats == ()


def test_a_figure_in_a_column_of_words_sets_its_row_aside(tmp_path: Path) -> None:
    """The review's second: pm25.in with two neighbouring columns swapped, on days without a primary pollutant."""
    rows = [f"20200401,{hour:02d},甲,40,优,28,NaN,40,0.5,20,30,40,8" for hour in range(6)]
    reading = air_pm25in.read(write(tmp_path / "a.csv", PM25IN, *rows), stations=STATIONS)
    assert reading.table.empty and len(reading.rejects) == 6
    assert "PrimaryPollution" in reasons(reading)


def test_words_where_a_figure_stands_set_their_row_aside(tmp_path: Path) -> None:
    row = "20200401,01,甲,优,40,NaN,28,40,0.5,20,30,40,8"
    reading = air_pm25in.read(write(tmp_path / "a.csv", PM25IN, row), stations=STATIONS)
    assert reading.table.empty and len(reading.rejects) == 1


def test_a_table_most_rows_of_which_contradict_their_index_is_set_aside_whole(tmp_path: Path) -> None:
    rows = [f"20200401,{hour:02d},甲,{28 + hour},优,NaN,{60 + hour},40,0.5,20,30,40,8" for hour in range(12)]
    rows[0] = "20200401,00,甲,60,良,NaN,30,40,0.5,20,30,40,8"
    reading = air_pm25in.read(write(tmp_path / "a.csv", PM25IN, *rows), stations=STATIONS)
    assert reading.table.empty


@pytest.mark.parametrize("line", [",-9.5,-5.1,-14.3", "-9.5,,-5.1,-14.3"])
def test_a_cell_behind_the_last_heading_sets_its_row_aside(tmp_path: Path, line: str) -> None:
    head = "DATE,TAVG,TMAX,TMIN,"
    days = [f"2023-01-{day:02d},-9.{day % 10},-5.1,-14.{day % 9}," for day in range(1, 25)]
    days[4] = f"2023-01-05,{line}"
    reading = met_ghcn.read(write(tmp_path / "a.csv", head, *days))
    assert reading.rejects[["row", "column"]].values.tolist() == [[6, ""]]
    assert len(reading.table) == 23


def test_a_mean_outside_its_extremes_is_set_aside_with_them(tmp_path: Path) -> None:
    days = [f"2023-01-{day:02d},-9.{day % 10},-5.1,-14.{day % 9}" for day in range(1, 25)]
    days[4] = "2023-01-05,-4.5,-5.1,-14.3"
    reading = met_ghcn.read(write(tmp_path / "a.csv", "DATE,TAVG,TMAX,TMIN", *days))
    assert reading.table.loc[4, "temperature_mean_deg_c":"temperature_min_deg_c"].isna().all()
    head = "date,avgtemp,maxtemp,mintemp,avgp,maxp,minp"
    reading = met_daily.read(
        write(
            tmp_path / "b.csv",
            head,
            "2024-01-01,1,2,0,98730,98050,97360",
            "2024-01-02,3,2,0,98050,98730,97360",
        )
    )
    assert reading.rejects["column"].tolist() == ["avgp", "avgtemp"]
    assert reading.table["pressure_hpa"].isna().tolist() == [True, False]


def test_fires_beside_what_is_no_brightness_are_set_aside(tmp_path: Path) -> None:
    head = "latitude,longitude,brightness,acq_date,acq_time,confidence,bright_t31,frp"
    lines = [
        "45.2,123.7,302.8,2025-11-23,0210,33,275.3,36.25",
        "45.3,123.7,302.8,2025-11-23,0210,33,36.25,275.3",
    ]
    reading = fires_firms.read(write(tmp_path / "a.csv", head, *lines))
    assert reading.table["frp_mw"].tolist() == [36.25]
    assert "bright_t31 36.25" in reasons(reading)


@pytest.mark.parametrize("text", ["012", "-05", "00.5"])
def test_a_number_that_begins_with_zero_lost_its_point(text: str) -> None:
    with pytest.raises(ValueError, match="begins with 0"):
        parse_number(text)
    assert parse_number("0.5") == 0.5 and parse_number("0") == 0


def test_a_number_that_lost_its_point_stands_out_of_its_series() -> None:
    series = [Written("a", row, "", f"{row}.25", row + 0.25) for row in range(1, 9)]
    lost = Written("a", 9, "", "825", 825.0)
    assert find_lost_points([*series, lost]) == [lost]
    assert not find_lost_points([*series, Written("b", 9, "", "825", 825.0)])  # alone in its series
    assert not find_lost_points([*series, Written("a", 9, "", "9", 9.0)])
    whole = [Written("a", row, "", str(row), float(row)) for row in range(1, 9)]
    assert not find_lost_points([*whole, lost])  # no column of decimals


def test_a_part_above_its_whole_is_doubted_and_a_row_of_them_as_a_whole() -> None:
    sample = {
        "NH3-N": (0.4, False),
        "TN": (3.6, False),
        "COD": (14.0, False),
        "BOD5": (2.3, False),
        "pH": (7.9, False),
    }
    assert against_parts(sample) == {}
    assert set(against_parts(sample | {"BOD5": (23.0, False)})) == {"BOD5", "COD"}
    both = sample | {"BOD5": (23.0, False), "TN": (0.1, False)}
    assert set(against_parts(both)) == set(sample)
    assert set(against_parts(sample | {"TN": (0.1, False)}, n_outside=1)) == set(sample)
    assert against_parts(sample | {"TN": (0.1, True)}) == {}  # a detection limit is no value


def filled(path: Path, sheet: str, rows: list[list[object]]) -> Path:
    book = load_workbook(path)
    for row in rows:
        book[sheet].append(row)
    book.save(path)
    return path


def test_a_row_of_a_form_pushed_to_the_right_is_set_aside_whole(tmp_path: Path) -> None:
    path = tmp_path / "flow.xlsx"
    write_flow_template(path)
    good = ["长春市", "伊通河", "农安", "2025-03-01", 12.5, 4.5, None]
    pushed = ["长春市", "伊通河", "农安", "2025-03-02", None, 12.5, 4.5]
    beyond = ["长春市", "伊通河", "农安", "2025-03-03", 12.5, 4.5, None, "已核"]
    reading = water_flow.read(filled(path, "生态流量", [good, pushed, beyond]))
    assert reading.table["flow_m3_s"].tolist() == [12.5]
    assert len(reading.rejects) == 2
    for reason in reading.rejects["reason"]:
        assert "本行可能" in in_language(reason, "zh")


def test_a_column_of_a_form_that_lost_a_point_is_told_and_stays_where_a_note_says_it_is_right(
    tmp_path: Path,
) -> None:
    path = tmp_path / "flow.xlsx"
    write_flow_template(path)
    rows = [["长春市", "伊通河", "农安", f"2025-03-{day:02d}", 12.25 + day, 4.5, None] for day in range(1, 9)]
    rows[3][4], rows[5][4:] = 1625, [1825, 4.5, "已核"]
    reading = water_flow.read(filled(path, "生态流量", rows))
    assert reading.rejects[["column", "found"]].values.tolist() == [["日均流量(m³/s)", "1625"]]
    assert 1825 in reading.table["flow_m3_s"].tolist()


def test_a_section_whose_items_stand_one_column_off_is_set_aside_whole(tmp_path: Path) -> None:
    path = tmp_path / "sections.xlsx"
    write_section_template(path, ["甲"])
    sections = pd.DataFrame({"section_id": ["a"], "name_zh": ["甲"], "aliases": [""]})
    items = [8.5, 7.9, 8.4, 4.2, 14.6, 2.3, 0.42, 0.12, 3.65]
    right = ["长春市", "甲", "2025-01", "手工", "正式", None, *items]
    wrong = ["长春市", "甲", "2025-02", "手工", "正式", None, *items[1:], 0.0035]
    reading = water_sections.read(
        filled(path, "断面月报", [right, wrong]), sections=sections, received_on=date(2026, 1, 1)
    )
    assert set(reading.table["date"].dt.month) == {1}


def test_a_table_whose_grades_contradict_most_of_its_index_is_set_aside_as_a_whole(tmp_path: Path) -> None:
    """The rank of a day under the heading of the index: rows whose grade happens to fit it are no better."""
    head = "日期,AQI,质量等级,PM2.5,PM10,SO2,NO2,CO,O3_8h"
    grades = ["良"] * 8 + ["优"] * 4
    lines = [f"2025-01-{day:02d},30,{grade},20,29,8,20,0.5,40" for day, grade in enumerate(grades, start=1)]
    reading = air_aqistudy.read(write(tmp_path / "a.csv", head, *lines))
    assert reading.table.empty
    assert "most rows of which contradict" in reasons(reading)


def test_a_place_that_is_a_figure_belongs_to_another_column(tmp_path: Path) -> None:
    head = "date,site,NDVI,DayOfYear,SummaryQA"
    lines = ["2024-07-11,CN-Cha,7000,200,0", "2024-07-27,1409,7000,215,0"]
    reading = land_vegetation.read(write(tmp_path / "MOD13A1_x.csv", head, *lines))
    assert reading.table["zone"].tolist() == ["CN-Cha"]
    assert "holds words" in reasons(reading)
