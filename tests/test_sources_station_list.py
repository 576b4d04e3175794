"""The list of stations."""

from __future__ import annotations

import pytest

from helpers.errors import SourceError
from helpers.sources import station_list


def test_fixture(repo):
    reading = station_list.read(repo / "tests" / "data" / "sources" / "station_list.csv")
    assert reading.table_name == "stations"
    assert reading.table["station_code"].to_list() == ["9001A", "9002A"]
    assert reading.table["is_marked_control"].to_list() == [False, True]
    assert reading.table["longitude"].isna().to_list() == [False, True]
    assert reading.rejects[["row", "column"]].values.tolist() == [[4, ""]]


def test_control_column_and_coordinates_out_of_range(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "监测点编码,监测点名称,城市,经度,纬度,对照点\n9001A,东站,甲,12.5,43.9,Y\n,西站,甲,125,43,N\n",
        encoding="utf-8",
    )
    reading = station_list.read(path)
    assert reading.table["is_marked_control"].to_list() == [True]
    assert reading.rejects[["row", "column", "found"]].values.tolist() == [
        [2, "经度", "12.5"],
        [3, "监测点编码", ""],
    ]


def test_other_header_is_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("监测点编码,城市\n9001A,甲\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"list\.csv, row 1, column 监测点名称: the header lacks"):
        station_list.read(path)


@pytest.mark.real
def test_real_list(shared_data):
    reading = station_list.read(shared_data / "data" / "stations" / "StationList-2020.01.01.csv.gz")
    assert len(reading.table) + len(reading.rejects) == 1641
    assert reading.rejects["row"].to_list() == [1633]  # 3207A stands twice
    changchun = reading.table[reading.table["city_name"] == "长春"]
    assert changchun["station_code"].to_list() == [f"{number}A" for number in range(1119, 1129)]
    assert reading.table["latitude"].isna().sum() == 14
