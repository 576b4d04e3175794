"""Published city hours, long and wide."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.errors import SourceError
from helpers.sources import air_city_archive


def test_long_layout(repo):
    reading = air_city_archive.read(repo / "tests" / "data" / "sources" / "city_hourly.csv")
    assert reading.table_name == "air_city_hourly"
    assert len(reading.table) == 13  # fourteen cells, one of them —
    assert reading.table.iloc[1].to_list() == ["甲市", pd.Timestamp("2024-01-01"), "PM2.5", 21.0]
    assert reading.rejects.empty


def test_wide_layout(repo):
    path = repo / "tests" / "data" / "sources" / "city_archive.csv"
    assert air_city_archive.read(path).table["value"].to_list() == [21, 30]
    assert air_city_archive.read(path, cities=("乙市",)).table["city_name"].to_list() == ["乙市"]


def test_wide_layout_in_gbk(tmp_path):
    path = tmp_path / "gbk.csv"
    path.write_bytes("date,hour,type,甲市\n20240101,3,CO,0.4\n".encode("gb18030"))
    assert air_city_archive.read(path).table["city_name"].to_list() == ["甲市"]


def test_station_code_among_cities_is_refused(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_text("date,hour,type,甲市,1119A\n20240101,3,CO,0.4,0.5\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"row 1, column 5: the header names '1119A'.*correct or remove"):
        air_city_archive.read(path)


def test_broken_records_are_quarantined(tmp_path):
    path = tmp_path / "long.csv"
    rows = [
        "甲市,41,21,40,3,18,0.4,33,—,2024-01-01 00:00:00",
        "甲市,41,21,40,3,18,0.4,33,—,2024-01-01 00:30:00",
        ",41,21,40,3,18,0.4,33,—,2024-01-01 01:00:00",
        "甲市,41,-21,40,3,18,0.4,x,—,2024-01-01 02:00:00",
        "甲市,41,22,40,3,18,0.4,33,—,2024-01-01 00:00:00",
    ]
    header = "city,AQI,PM2.5,PM10,SO2,NO2,CO,O3,main_pollution,time"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    reading = air_city_archive.read(path, cities=None)
    assert reading.rejects[["row", "column"]].values.tolist() == [
        [3, "time"],
        [4, "city"],
        [5, "PM2.5"],
        [5, "O3"],
        [6, ""],
    ]
    assert len(reading.table) == 12
    assert air_city_archive.read(path, cities=("乙市",)).table.empty


@pytest.mark.real
def test_real_series_has_201_hours_of_six_pollutants_and_the_index(shared_data):
    path = shared_data / "data" / "air" / "hourly" / "city_hourly_changchun_20190204-20190212.csv.gz"
    reading = air_city_archive.read(path)
    assert reading.table["time"].nunique() == 201
    assert reading.table.groupby("pollutant").size().to_dict() == dict.fromkeys(
        ["AQI", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3"], 201
    )
    assert reading.rejects.empty
