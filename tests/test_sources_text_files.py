"""Classes of damage, in every reader of text: dates a spreadsheet wrote, hour 24, marks, stray marks, torn lines, bounds."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import SourceError
from helpers.sources import (
    air_aqistudy,
    air_city_archive,
    air_misaligned,
    air_pm25in,
    air_publish,
    air_station_archive,
    dates,
    dust_hours,
    fires_firms,
    met_daily,
    met_ghcn,
    records,
    text,
)
from helpers.sources.air_check import DAILY, HOURLY, find_lost_points, judge
from helpers.sources.builder import ReadingBuilder
from helpers.sources.city_names import find_city

STATIONS = pd.DataFrame({"station_code": ["9001A", "9002A"], "name_zh": ["东站", "西站"]})
HEADS = {
    air_station_archive: "date,hour,type,9001A",
    air_city_archive: "city,AQI,PM2.5,PM10,SO2,NO2,CO,O3,main_pollution,time",
    air_publish: "timepoint,stationcode,aqi,pm10,pm2_5,o3,o3_24h,no2,so2,co",
    air_pm25in: "Date,Hour,WatchPoint,AQI,PM2.5,PM10,CO,NO2,O3_1h,SO2",
    air_aqistudy: "日期,AQI,质量等级,PM2.5,PM10,SO2,CO,NO2,O3_8h",
    met_ghcn: "DATE,TAVG,TMAX,TMIN,PRCP",
    met_daily: "date,avgtemp,maxtemp,mintemp",
    fires_firms: "latitude,longitude,acq_date,acq_time,confidence,frp",
    dust_hours: "dust_hour",
}
ROWS = {
    air_station_archive: "{day},7,PM2.5,40",
    air_city_archive: "甲,75,50,100,3,18,0.4,33,PM10,{hour}",
    air_publish: "{hour},9001A,75,100,50,33,33,18,3,0.4",
    air_pm25in: "{day},7,东站,75,50,100,0.4,18,33,3",
    air_aqistudy: "{day},75,良,50,100,30,1.2,40,60",
    met_ghcn: "{day},-13.9,-8.7,-19.7,0.2",
    met_daily: "{day},1.5,2.5,0.5",
    fires_firms: "43.1,125.2,{day},0705,50,1.5",
    dust_hours: "{hour}",
}
DAYS = [
    "2019-02-04",
    "2019/2/4",
    "2019.2.4",
    "20190204",
    "2019年2月4日",
    "2019/2/4 0:00",
    "2019-02-04 00:00:00",
]
CLOCKS = ["2019-02-04 07:00", "2019/2/4 7:00", "2019/2/4 7:00:00", "2019-02-04T07:00:00", "2019.2.4 7:00"]


def _read(module, path: Path):
    return module.read(path, stations=STATIONS) if module is air_pm25in else module.read(path)


def _write(tmp_path: Path, *lines: str, encoding: str = "utf-8", end: str = "\r\n") -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


@pytest.mark.parametrize("module", HEADS, ids=lambda module: module.__name__.rpartition(".")[2])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_f23_every_reader_takes_a_day_year_first_as_a_spreadsheet_saved_it(tmp_path, module, encoding):
    """F23: 2015/1/1 and 2019/2/4 0:00, in GBK or UTF-8 and with CRLF, are the days they are."""
    tables = []
    for day, hour in zip(DAYS, [*CLOCKS, *CLOCKS], strict=False):
        line = ROWS[module].format(day=day, hour=hour)
        reading = _read(module, _write(tmp_path, HEADS[module], line, encoding=encoding))
        assert reading.rejects.empty, line
        assert len(reading.table)
        tables.append(reading.table)
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])


@pytest.mark.real
def test_f23_the_example_of_the_review(shared_data):
    """F23: the slashed table of the review."""
    path = shared_data / "reality" / "inputs" / "aqistudy_daily_changchun_slash_dates.csv"
    reading = air_aqistudy.read(path)
    assert (len(reading.table), reading.rejects.empty, reading.city_name) == (14, True, "changchun")


def test_f23_months_and_monthly_tables(tmp_path):
    """F23: a month in any year-first writing is its first day."""
    for written in ("2013-12", "2013/12", "2013年12月", "201312", "2013/12/1", "2013/12/1 0:00"):
        assert dates.parse_month(written) == datetime(2013, 12, 1)
    for written in ("Dec-13", "2013-12-02", "2013", "2013/13"):
        assert dates.parse_month(written) is None


@pytest.mark.parametrize(
    "written", ["4571-07-01", "2019-02-29", "2019-2/4", "1/2/2019", "201924", "2019-02-04 24:01", "2019年2-4"]
)
def test_what_is_no_day_is_none(written):
    assert dates.parse_day(written) is None
    assert dates.parse_hour(written) is None


@pytest.mark.parametrize(
    ("module", "cells"),
    [
        (air_station_archive, {"day": "20181231", "7": "24"}),
        (air_pm25in, {"day": "20181231", "7": "24"}),
        (air_city_archive, {"hour": "2018-12-31 24:00"}),
        (air_publish, {"hour": "2018-12-31T24:00:00"}),
        (dust_hours, {"hour": "2018/12/31 24:00"}),
        (fires_firms, {"day": "2018-12-31", "0705": "2400"}),
    ],
    ids=lambda value: getattr(value, "__name__", "").rpartition(".")[2],
)
def test_f26_hour_24_is_the_next_day_s_hour_0_in_every_reader(tmp_path, module, cells):
    """F26: a day written 1 to 24 lost its last hour."""
    line = ROWS[module].format(day=cells.get("day", ""), hour=cells.get("hour", ""))
    for old, new in cells.items():
        line = re.sub(rf"(?<=,){old}(?=,)", new, line) if old.isdecimal() else line
    reading = _read(module, _write(tmp_path, HEADS[module], line))
    assert reading.rejects.empty
    column = "time_utc" if module is fires_firms else "time"
    assert set(reading.table[column]) == {pd.Timestamp("2019-01-01 00:00")}


def test_f26_hour_24_and_hour_0_of_the_next_day_are_one_hour(tmp_path):
    """F26: both in one file are a repeat, not two values."""
    lines = ["20190101,24,PM2.5,40", "20190102,0,PM2.5,41", "20190102,1,PM2.5,42"]
    reading = air_station_archive.read(_write(tmp_path, HEADS[air_station_archive], *lines))
    assert reading.table["value"].to_list() == [40, 42]
    assert reading.rejects["row"].to_list() == [3]


@pytest.mark.parametrize("mark", ["9999", "-999", "999.9", "-99", "32766", "999"])
@pytest.mark.parametrize(
    "module", [air_station_archive, air_city_archive, air_publish, air_pm25in, air_aqistudy]
)
def test_f9_a_mark_of_a_missing_value_is_set_aside_in_every_air_reader(tmp_path, module, mark):
    """F9: 9999 stood as PM2.5; only −9999 was known. Three nines are a mark of gases, and may be dust of particles."""
    line = ROWS[module].format(day="2019-02-04", hour="2019-02-04 07:00")
    line = line.replace("PM2.5,40", f"SO2,{mark}") if module is air_station_archive else line
    place = {air_city_archive: 4, air_publish: 8, air_pm25in: 9, air_aqistudy: 5}.get(module)
    if place is not None:
        cells = line.split(",")
        cells[place] = mark
        line = ",".join(cells)
    reading = _read(module, _write(tmp_path, HEADS[module], line))
    assert reading.rejects["reason"].to_list() == ["is a missing mark"]
    assert "SO2" not in set(reading.table["pollutant"])
    assert reading.table["value"].max() < 500 or reading.table.empty


def test_f9_real_extremes_of_particles_stay(tmp_path):
    """F9: 999 and 4,707 µg/m³ of PM10 are sand, not marks."""
    lines = ["20190417,5,PM10,999", "20190417,6,PM10,4707", "20190417,7,PM2.5,1177", "20190417,8,PM10,9999"]
    reading = air_station_archive.read(_write(tmp_path, HEADS[air_station_archive], *lines))
    assert reading.table["value"].to_list() == [999, 4707, 1177]
    assert reading.rejects["row"].to_list() == [5]


HOUR = {"AQI": 75, "PM2.5": 50, "PM10": 100, "SO2": 10, "NO2": 26, "CO": 0.7, "O3": 71}


def _archive(tmp_path, **changes: float):
    lines = [
        f"20190101,{hour},{name},{changes.get(name, value) if hour == 3 else value}"
        for hour in range(1, 6)
        for name, value in HOUR.items()
    ]
    return air_station_archive.read(_write(tmp_path, HEADS[air_station_archive], *lines))


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"CO": 7.0}, 0),  # may be: its sub-index is 70
        ({"CO": 70}, 1),  # a lost decimal point, contradicted by the AQI that PM10 explains
        ({"PM10": 400}, 1),  # PM2.5 explains the AQI
        ({"PM10": 400, "PM2.5": 10}, 7),  # nothing else explains the AQI
        ({"AQI": 175}, 7),  # nothing explains it
        ({"PM2.5": 10, "PM10": 10}, 7),
        ({"SO2": 500, "NO2": 500}, 7),
    ],
)
def test_f10_f18_an_hour_is_held_to_its_own_index(tmp_path, changes, lost):
    """F10, F18: a second column that says the same is compared."""
    reading = _archive(tmp_path, **changes)
    assert len(reading.table) == 35 - lost
    assert len(reading.rejects) == lost
    assert set(reading.table.loc[reading.table["time"] != "2019-01-01 03:00", "value"]) == set(HOUR.values())


def test_f10_carbon_monoxide_in_micrograms_is_set_aside_as_a_whole(tmp_path):
    """F10: 602 µg/m³ stood as mg/m³ and led the index on every day; those below 150 go with the others."""
    lines = [f"20190101,{hour},CO,{value}" for hour, value in enumerate([601, 140, 900, 130, 700, 20, 800])]
    reading = air_station_archive.read(_write(tmp_path, HEADS[air_station_archive], *lines))
    assert reading.table.empty
    assert len(reading.rejects) == 7
    rows = [
        f"甲,75,50,100,3,18,{v},33,PM10,2019-02-04 0{h}:00" for h, v in enumerate([140, 120, 100, 90, 80])
    ]
    reading = air_city_archive.read(_write(tmp_path, HEADS[air_city_archive], *rows))
    assert set(reading.table["pollutant"]) == {"AQI", "PM2.5", "PM10", "SO2", "NO2", "O3"}
    assert set(reading.rejects["column"]) == {"CO"}


@pytest.mark.real
def test_f10_the_example_of_the_review(shared_data):
    """F10: the file's CO goes, everything else stays."""
    reading = air_station_archive.read(shared_data / "reality" / "inputs" / "station_archive_co_in_ug.csv")
    assert set(reading.table["pollutant"]) == set(HOUR) - {"CO"}
    assert set(reading.rejects["reason"].str[:17]) == {"is CO in µg/m³, a"}


def _daily(tmp_path, *rows: str):
    return air_aqistudy.read(_write(tmp_path, HEADS[air_aqistudy], *rows))


def _days(place: int, line: str) -> list[str]:
    lines = [f"2015-01-{day:02d},75,良,50,100,30,1.{day % 9},40,60" for day in range(1, 21)]
    lines[place] = line
    return lines


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("2015-01-10,75,良,50,100,30,1139,40,60", ["CO"]),
        ("2015-01-10,75,良,50,100,30,23,40,60", ["CO"]),
        ("2015-01-10,75,良,50,100,30,15,40,60", ["CO"]),  # 1.5, as its neighbours show
        ("2015-01-10,175,良,50,100,30,1.2,40,60", [""]),
        (
            "2015-01-10,75,良,90,50,100,30,1.2,40",
            ["AQI", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3_8h"],
        ),  # shifted
    ],
)
def test_f11_f18_daily_tables_are_screened_like_hours(tmp_path, line, columns):
    """F11, F18: lost decimal points and shifted rows of a daily table, by its AQI, its grade and its neighbours."""
    reading = _daily(tmp_path, *_days(9, line))
    assert reading.rejects["column"].to_list() == columns
    assert set(reading.rejects["row"]) == {11}
    assert len(reading.table) >= 19 * 7


def test_f11_monthly_tables_are_screened_like_hours(tmp_path):
    """F11: CO 1.139 typed 1139, 2.3 typed 23."""
    header = "月份,AQI,范围,质量等级,PM2.5,PM10,SO2,CO,NO2,O3"
    for wrong in ("1139", "23"):
        rows = [f"2014-{month:02d},76,41~120,良,50,80,4,1.{month},30,58" for month in range(1, 13)]
        rows[4] = rows[4].replace("1.5", wrong)
        reading = air_aqistudy.read(_write(tmp_path, header, *rows))
        assert reading.rejects[["row", "column"]].values.tolist() == [[6, "CO"]]
        assert len(reading.table) == 12 * 7 - 1


def test_lost_points_need_neighbours_and_a_column_of_decimals():
    values = np.array([1.1, 1.2, 1.3, 13.0, 1.2, 1.1, 1.0])
    has_point = values != 13
    assert find_lost_points(values, has_point).tolist() == (values == 13).tolist()
    assert not find_lost_points(values, np.zeros(7, dtype=bool)).any()
    assert not find_lost_points(values[2:5], has_point[2:5]).any()


def test_what_is_missing_contradicts_nothing():
    row = np.full((1, 7), np.nan)
    for margin in (HOURLY, DAILY):
        assert not np.any(judge(row, margin))
        row[0, 0] = 300
        assert not np.any(judge(row, margin))


QUOTED = "latitude,longitude,acq_date,acq_time,confidence,frp,note"


def _fires(tmp_path, *rows: str):
    return fires_firms.read(_write(tmp_path, QUOTED, *rows))


def _points(n: int = 12) -> list[str]:
    return [f"43.{place:02d},125.5,2019-04-01,0510,50,{place + 1}.5,D" for place in range(n)]


def test_f17_stray_quotation_marks_cost_their_lines_only(tmp_path):
    """F17: two stray marks swallowed ten rows, and one row got another row's power."""
    rows = _points()
    for place in (1, 10):
        rows[place] = rows[place].replace(",D", ',"D')
    reading = _fires(tmp_path, *rows)
    assert reading.rejects["row"].to_list() == [3, 12]
    assert len(reading.table) == 10
    assert dict(zip(reading.table["latitude"], reading.table["frp_mw"], strict=True))[43.02] == 3.5


def test_f17_cells_over_several_lines_are_still_one_record(tmp_path):
    """F17: a quoted cell may hold line breaks; what would fill a line may not."""
    rows = _points(3)
    rows[1] = rows[1].replace(",D", ',"two\r\nlines"')
    path = _write(tmp_path, QUOTED, *rows)
    builder = ReadingBuilder("fires")
    assert len(records.read_records(path, builder, required=())) == 3


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    place=st.integers(0, 11),
    at=st.integers(0, 40),
    damage=st.sampled_from(['"', "\n", "\r", "\r\n", ",", '"\n']),
)
def test_f17_f19_f40_every_line_is_kept_or_set_aside(tmp_path, place, at, damage):
    """F17, F19, F40: one damaged spot costs its own line, and lines in are rows kept plus rows set aside."""
    rows = _points()
    rows[place] = rows[place][:at] + damage + rows[place][at:]
    path = _write(tmp_path, QUOTED, *rows)
    n_lines = sum(bool(line.strip(" ,")) for line in re.split(r"\r\n|\n|\r", path.read_bytes().decode()))
    builder = ReadingBuilder("fires")
    kept = {row for row, _ in records.read_records(path, builder, required=())}
    lost = set(builder.finish().rejects["row"])
    assert len(kept | lost) >= n_lines - 1 - damage.count("\n") * ('"' in damage)
    reading = fires_firms.read(path)
    sound = {(43 + number / 100, number + 1.5) for number in range(12)}
    found = {
        (round(lat, 2), power)
        for lat, power in zip(reading.table["latitude"], reading.table["frp_mw"], strict=True)
        if not np.isnan(power)
    }
    assert len(found & sound) >= 10
    assert len(reading.table) <= 12


def test_f40_a_carriage_return_inside_a_line_of_the_archive_costs_that_line(tmp_path):
    """F40: the whole file was refused as the reader's own fault."""
    lines = ["20190101,1,PM2.5,40", "20190101,2,PM\r2.5,41", "20190101,3,PM2.5,42"]
    reading = air_station_archive.read(_write(tmp_path, HEADS[air_station_archive], *lines))
    assert reading.table["value"].to_list() == [40, 42]
    assert reading.rejects[["row", "reason"]].values.tolist() == [[3, "holds a carriage return"]]


def test_f19_a_number_torn_in_two_goes_with_its_tail_in_the_archive(tmp_path):
    """F19: the class in the wide archive."""
    lines = ["20190101,1,PM2.5,4", "0", "20190101,3,PM2.5,42"]
    reading = air_station_archive.read(_write(tmp_path, HEADS[air_station_archive], *lines))
    assert reading.table["value"].to_list() == [42]
    assert reading.rejects[["row", "column"]].values.tolist() == [[2, "9001A"], [3, ""]]


def test_f14_static_sources_are_no_fires(tmp_path):
    """F14: a steel works stood in the straw windows."""
    head = QUOTED.replace("note", "type")
    rows = [row.replace(",D", f",{place % 5}") for place, row in enumerate(_points(5))]
    reading = fires_firms.read(_write(tmp_path, head, *rows))
    assert len(reading.table) == 1
    assert [reason.rpartition(": ")[2] for reason in reading.rejects["reason"]] == [
        "an active volcano",
        "another static source on land",
        "offshore",
        "an unknown kind",
    ]


TIANQI = "{index}{day},优,{aqi},{rank},{pm25},{pm10},4,{no2},0.{place},{o3}"


def _tianqi(n: int, *, index: str = "", no2: int = 25) -> list[str]:
    return [
        TIANQI.format(
            index=index.format(place=place),
            day=f"2019/{12 if place < 31 else 11}/{place % 30 + 1}",
            aqi=30 + place % 15,
            rank=100 + place,
            pm25=10 + place % 9,
            pm10=25 + place % 9,
            no2=no2 + place % 5,
            o3=40 + place % 7,
            place=place % 9 + 1,
        )
        for place in range(n)
    ]


@pytest.mark.parametrize("index", ["", "{place},", "长春,"])
def test_f36_tianqihoubao_without_a_header_is_read_when_its_values_prove_it(tmp_path, index):
    """F36: date, grade and eight numbers, behind a row number or the city."""
    reading = air_misaligned.read(_write(tmp_path, *_tianqi(31, index=index), encoding="utf-8-sig"))
    assert reading.caveats == ("header_supplied", "aqi_mean_of_hourly")
    first = reading.table[reading.table["date"] == "2019-12-01"].set_index("pollutant")["value"].to_dict()
    assert first == {"AQI": 30, "PM2.5": 10, "PM10": 25, "SO2": 4, "NO2": 25, "CO": 0.1, "O3": 40}
    assert reading.city_name == ("长春" if index == "长春," else "")
    with pytest.raises(SourceError, match="no proved order"):  # SO2 and NO2 the other way round
        air_misaligned.read(_write(tmp_path, *_tianqi(31, no2=0)))


def test_f36_aqistudy_without_a_header_and_with_the_city_first(tmp_path):
    """F36: 长春,2013-12-02,AQI,range,grade,…, with a byte order mark."""
    rows = [
        "长春,2013-12-02,120,91~150,轻度污染,91,130,35,1.1,40,50",
        "长春,2013/12/3,41,30~50,优,21,40,13,0.4,18,66",
    ]
    reading = air_aqistudy.read(_write(tmp_path, *rows, encoding="utf-8-sig"))
    assert reading.city_name == "长春"
    assert reading.table["value"].to_list()[:7] == [120, 91, 130, 35, 1.1, 40, 50]
    with pytest.raises(SourceError, match=r"2 cities.*split the file"):
        air_aqistudy.read(_write(tmp_path, rows[0], rows[1].replace("长春", "吉林")))
    monthly = ["长春,2013-12,120,91~150,轻度污染,91,130,35,1.1,40,50"]
    assert air_aqistudy.read(_write(tmp_path, *monthly)).table_name == "air_monthly_published"


@pytest.mark.parametrize(
    ("name", "city"),
    [
        ("空气质量日报.csv", ""),
        ("长春市空气质量日报.csv", "长春"),
        ("吉林省长春市朝阳区.csv", "长春"),
        ("北京与上海.csv", ""),
        ("示例市.csv", "示例市"),
    ],
)
def test_f39_only_a_city_s_name_is_a_city(name, city):
    """F39: any Chinese word of a file's name was taken for the city."""
    assert find_city(name) == city


def test_a_line_and_a_file_have_a_limit_that_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "LONGEST_LINE", 1 << 10)
    path = _write(tmp_path, HEADS[air_station_archive], "1" * 2000)
    with pytest.raises(SourceError, match=r"row 2: the line is longer than .*save the table again"):
        air_station_archive.read(path)
    monkeypatch.setattr(text, "LARGEST_TEXT", 1 << 10)
    with pytest.raises(SourceError, match=r"holds more than .*split the file"):
        text.read_text(path)
    monkeypatch.setattr(records, "MOST_RECORDS", 5)
    path = _write(tmp_path, HEADS[met_daily], *[ROWS[met_daily].format(day="2019-02-04")] * 6)
    with pytest.raises(SourceError, match=r"holds 7 lines; expected at most 5; split"):
        met_daily.read(path)


def test_a_file_of_fires_has_a_limit_that_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(fires_firms, "MOST_POINTS", 5)
    with pytest.raises(SourceError, match=r"more than 5 points; expected at most 5; clip it to the region"):
        _fires(tmp_path, *_points())


def test_fires_are_read_in_portions_and_repeats_are_told_across_them(tmp_path, monkeypatch):
    monkeypatch.setattr(fires_firms, "_AT_ONCE", 5)
    rows = _points()
    path = _write(tmp_path, QUOTED, *rows, rows[0], rows[1].replace(",2.5,", ",9,"))
    readings = list(fires_firms.iter_read(path))
    assert len(readings) == 4
    whole = fires_firms.read(path)
    assert len(whole.table) == 12
    assert whole.caveats == ("repeated_rows_dropped",)
    assert whole.rejects["reason"].to_list() == ["differs from row 3 of the same key, which stands"]
