"""pm25.in style: names to codes, NaN, quoted line breaks, repeats."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.errors import SourceError
from helpers.sources import air_pm25in

STATIONS = pd.DataFrame({"station_code": ["9001A", "9002A"], "name_zh": ["东站", "西站(对照点)"]})
HEADER = "Date,Hour,WatchPoint,AQI,Level,PrimaryPollution,PM2.5,PM10,CO,NO2,O3_1h,O3_8h,SO2"


def _read(tmp_path, *rows: str, stations=STATIONS):
    path = tmp_path / "sites.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return air_pm25in.read(path, stations=stations)


def test_fixture(repo):
    reading = air_pm25in.read(repo / "tests" / "data" / "sources" / "pm25in.csv", stations=STATIONS)
    assert reading.caveats == ("repeated_rows_dropped",)
    assert reading.rejects.empty
    table = reading.table.set_index(["station_code", "pollutant"])["value"]
    assert table["9001A", "O3"] == 33
    assert table["9002A", "PM10"] == 70
    assert ("9002A", "PM2.5") not in table.index
    assert set(reading.table["time"]) == {pd.Timestamp("2024-01-01 00:00")}


def test_unknown_name_lists_the_nearest(tmp_path):
    reading = _read(tmp_path, "20240101,00,东站台,41,优,NaN,21,40,0.4,18,33,30,3")
    assert reading.table.empty
    assert reading.rejects.to_dict("records") == [
        {
            "row": 2,
            "column": "WatchPoint",
            "found": "东站台",
            "reason": "is no known station name; the nearest are 东站, 西站",
        }
    ]


def test_name_of_two_stations_is_not_guessed(tmp_path):
    twins = pd.DataFrame({"station_code": ["9001A", "9005A"], "name_zh": ["东站", "东站"]})
    reading = _read(tmp_path, "20240101,00,东站,41,优,NaN,21,40,0.4,18,33,30,3", stations=twins)
    assert reading.rejects["reason"][0] == "may be any of 9001A, 9005A"


def test_differing_repeat_and_bad_hour_are_quarantined(tmp_path):
    row = "20240101,00,东站,41,优,NaN,21,40,0.4,18,33,30,3"
    reading = _read(tmp_path, row, row.replace(",33,", ",34,"), row.replace(",00,", ",25,"))
    assert reading.rejects[["row", "column"]].values.tolist() == [[3, ""], [4, "Hour"]]
    assert reading.table.loc[reading.table["pollutant"] == "O3", "value"].to_list() == [33]


def test_without_names_it_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"sites\.csv, column WatchPoint: .*; list the stations"):
        _read(tmp_path, stations=None)


@pytest.mark.real
@pytest.mark.parametrize(("days", "records"), [("20200326-20200402", 750), ("20200402-20200408", 930)])
def test_real_files(shared_data, days, records):
    folder = shared_data / "data"
    names = [
        "食品厂",
        "客车厂",
        "邮电学院",
        "劳动公园",
        "园林处",
        "净月潭",
        "甩湾子",
        "经开区环卫处",
        "高新区管委会",
        "岱山公园",
    ]
    stations = pd.DataFrame({"station_code": [f"{n}A" for n in range(1119, 1129)], "name_zh": names})
    path = folder / "air" / "hourly" / f"pm25in_sites_hourly_changchun_{days}.csv.gz"
    reading = air_pm25in.read(path, stations=stations)
    assert reading.rejects.empty
    assert reading.caveats == ("repeated_rows_dropped",)
    hours = reading.table[["station_code", "time"]].drop_duplicates()
    assert 0.98 * records < len(hours) <= records
    assert not reading.table.duplicated(["station_code", "time", "pollutant"]).any()
    assert reading.table["station_code"].nunique() == 10
