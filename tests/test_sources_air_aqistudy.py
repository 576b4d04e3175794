"""aqistudy daily and monthly tables: encodings, with and without a header, the city's name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers.errors import SourceError
from helpers.sources import air_aqistudy


def _write(tmp_path, text: str, encoding: str = "utf-8", name: str = "table.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_daily_fixture(repo):
    reading = air_aqistudy.read(repo / "tests" / "data" / "sources" / "aqistudy_daily.csv", city_name="甲")
    assert reading.table_name == "air_daily_published"
    table = reading.table.set_index(["date", "pollutant"])["value"]
    assert table[pd.Timestamp("2024-01-01"), "O3"] == 66
    assert table[pd.Timestamp("2024-01-02"), "CO"] == 1.1
    assert len(table) == 14
    assert reading.city_name == "甲"
    assert reading.caveats == ()


def test_monthly_fixture_in_gbk(repo):
    reading = air_aqistudy.read(repo / "tests" / "data" / "sources" / "aqistudy_monthly_gbk.csv")
    assert reading.table_name == "air_monthly_published"
    assert set(reading.table["month"]) == {pd.Timestamp("2024-01-01")}
    assert reading.table.set_index("pollutant")["value"]["CO"] == 0.913
    assert reading.city_name == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_table_without_header(tmp_path, encoding):
    daily = "2024-01-01,41,优,21,40,3,0.4,18,66\n2024-01-02,120,轻度污染,91,130,5,1.1,40,50\n"
    reading = air_aqistudy.read(_write(tmp_path, daily, encoding))
    assert reading.caveats == ("header_supplied",)
    assert reading.table["value"].to_list()[:7] == [41, 21, 40, 3, 0.4, 18, 66]
    monthly = "2024-01,76,41~120,良,50,80,4,0.913,30,58\n"
    assert air_aqistudy.read(_write(tmp_path, monthly, encoding)).table["month"][0] == pd.Timestamp(
        "2024-01-01"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "2024-01-01,41,良,21,40,3,0.4,18,66\n",
            r"row 1, column 质量等级: AQI '41' with grade '良'.*add the header",
        ),
        ("2024-01-01,41,优,21,40,3,0.4\n", r"row 1: the first record has 7 cells.*add the header"),
        ("2024-01-01,优,41,21,40,3,0.4,18,66\n", r"row 1: the first record has 9 cells.*add the header"),
        (
            "日期,AQI,质量等级,PM2.5,PM10,SO2,CO,NO2\n2024-01-01,41,优,21,40,3,0.4,18\n",
            r"row 1, column O3: the header lacks O3.*mend its header",
        ),
    ],
)
def test_unproved_columns_are_refused(tmp_path, text, words):
    with pytest.raises(SourceError, match=rf"table\.csv, {words}"):
        air_aqistudy.read(_write(tmp_path, text))


def test_broken_rows_are_quarantined(tmp_path):
    header = "日期,AQI,质量等级,PM2.5,PM10,SO2,CO,NO2,O3_8h\n"
    rows = "2024-01-01,41,优,21,40,3,0.4,18,66\n2024-01-01,42,优,21,40,3,0.4,18,66\n2024-02-30,41,优,21,40,3,0.4,18,66\n2024-01-03,0,无,0,40,—,0.4,18,66\n"
    reading = air_aqistudy.read(_write(tmp_path, header + rows))
    assert reading.rejects[["row", "column"]].values.tolist() == [
        [3, ""],
        [4, "日期"],
        [5, "AQI"],
        [5, "PM2.5"],
    ]
    assert len(reading.table) == 11


@pytest.mark.parametrize(
    ("name", "city"),
    [
        ("aqistudy_daily_changchun_2014.csv", "changchun"),
        ("长春.csv", "长春"),
        ("日均值_长春.csv", "长春"),
        ("table.csv", ""),
    ],
)
def test_city_from_the_file_name(name, city):
    assert air_aqistudy.name_city(Path(name), "") == city
    assert air_aqistudy.name_city(Path(name), "吉林") == "吉林"


@pytest.mark.real
def test_real_daily(shared_data):
    path = (
        shared_data
        / "data"
        / "air"
        / "daily"
        / "aqistudy_daily_changchun_20131202-20170531__qhzhang87.csv.gz"
    )
    reading = air_aqistudy.read(path)
    wide = reading.table.pivot(index="date", columns="pollutant", values="value")
    year = wide.loc["2015"]
    assert (len(wide), reading.city_name, reading.rejects.empty) == (1277, "changchun", True)
    assert (year["AQI"] <= 100).sum() == 234
    assert (year["AQI"] <= 50).sum() == 40
    assert (year["AQI"] > 200).sum() == 28
    means = {y: round(wide.loc[str(y), "PM2.5"].mean(), 1) for y in (2014, 2015, 2016)}
    assert means == {2014: 65.5, 2015: 64.2, 2016: 46.2}


@pytest.mark.real
def test_real_monthly_and_header_alone(shared_data):
    folder = shared_data / "data" / "air" / "daily"
    reading = air_aqistudy.read(folder / "aqistudy_monthly_changchun_201312-201804_GBK__chensian.csv.gz")
    assert reading.table["month"].nunique() == 53
    empty = air_aqistudy.read(folder / "aqistudy_headeronly_wanning_GBK__chensian.csv.gz")
    assert empty.table.empty
    assert empty.caveats == ("file_without_rows",)
    assert empty.city_name == "wanning"
