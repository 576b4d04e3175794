"""The national automatic stations' feed: HTML cells, years that are not written, classes of one moment."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from helpers import registry
from helpers.errors import SourceError
from helpers.sources import water_automatic
from helpers.sources.detect import detect, iter_readings
from helpers.sources.reading import TABLES

HEAD = [
    "省份",
    "流域",
    "断面名称",
    "监测时间",
    "水质类别",
    "水温<br/><span class='unit'>(℃)</span>",
    "氨氮<br/><span class='unit'>(mg/L)</span>",
    "叶绿素α<br/><span class='unit'>(mg/L)</span>",
]
SECTIONS = pd.DataFrame({"section_id": ["a"], "name_zh": ["甲桥"], "aliases": [""]})


def _cell(shown: str, raw: str) -> str:
    return f"<span title='原始值：{raw}'>{shown}</span>"


def _row(name="甲桥", time="08-21 20:00", code="3", province="吉林省", cells=None):
    values = cells or [_cell("26.6", "26.58"), _cell("0.077", "0.0772"), "--"]
    return [province, "松花江流域", name, time, code, *values]


def _write(tmp_path, *rows, head=HEAD, name="page_20260821_p1.json", **parts):
    path = tmp_path / name
    page = {"result": 1, "thead": head, "tbody": list(rows)} | parts
    path.write_text(json.dumps(page, ensure_ascii=False), encoding="utf-8")
    return path


def test_value_raw_value_and_class_of_the_moment(tmp_path):
    path = _write(tmp_path, _row())
    assert detect(path).name == "water_automatic"
    reading = water_automatic.read(path)
    common = {
        "province_name": "吉林省",
        "section_name": "甲桥",
        "time": pd.Timestamp("2026-08-21 20:00"),
        "class_code": "3",
    }
    assert reading.table.to_dict("records") == [
        common | {"item": "WaterTemp", "value": 26.6, "value_raw": 26.58},
        common | {"item": "NH3-N", "value": 0.077, "value_raw": 0.0772},
    ]
    assert reading.rejects.empty
    assert reading.caveats == ("instantaneous_class",)
    assert {name: str(kind) for name, kind in reading.table.dtypes.items()} == TABLES["water_automatic"]


def test_only_the_city_s_sections_of_its_province(tmp_path):
    rows = [_row(), _row(name="乙桥"), _row(province="辽宁省", time="08-21 16:00")]
    path = _write(tmp_path, *rows)
    assert len(water_automatic.read(path).table) == 6
    reading = water_automatic.read(path, sections=SECTIONS, province_name="吉林省")
    assert len(reading.table) == 2
    assert reading.rejects.empty


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("p_20270101.json", "12-31 20:00", "2026-12-31 20:00"),
        ("p_20270101.json", "01-01 00:00", "2027-01-01 00:00"),
        ("p_20261231.json", "01-01 00:00", "2027-01-01 00:00"),
        ("p_20261231.json", "12-31 20:00", "2026-12-31 20:00"),
        ("p_20240229.json", "02-29 04:00", "2024-02-29 04:00"),
        ("p_20240301.json", "03-02 04:00", "2024-03-02 04:00"),
        ("p_20240301.json", "03-03 04:00", "2023-03-03 04:00"),
    ],
)
def test_year_is_the_latest_that_fits(tmp_path, name, text, expected):
    reading = water_automatic.read(_write(tmp_path, _row(time=text), name=name))
    assert set(reading.table["time"]) == {pd.Timestamp(expected)}


def test_year_from_the_day_of_arrival_when_the_name_tells_none(tmp_path):
    path = _write(tmp_path, _row(time="12-31 20:00"), name="page.json")
    reading = water_automatic.read(path, received_on=date(2025, 1, 2))
    assert set(reading.table["time"]) == {pd.Timestamp("2024-12-31 20:00")}
    with pytest.raises(SourceError, match=r"page\.json, column 监测时间: nothing tells the year.*sidecar"):
        water_automatic.read(path)


def test_day_in_the_name_wins_over_a_late_arrival(tmp_path):
    path = _write(tmp_path, _row())
    reading = water_automatic.read(path, received_on=date(2028, 1, 2))
    assert set(reading.table["time"].dt.year) == {2026}


def test_gaps_zero_and_units(tmp_path):
    gap = "<span data-toggle='tooltip' title='当天质控不合格'>--</span>"
    rows = [
        _row(cells=["--", _cell("0", "0.0004"), _cell("0.012", "0.0123")], code="-1"),
        _row(name="乙桥", cells=["--", gap, "--"], time="--"),
    ]
    reading = water_automatic.read(_write(tmp_path, *rows))
    assert reading.table[["item", "value", "value_raw", "class_code"]].values.tolist() == [
        ["NH3-N", 0.0, 0.0004, ""],
        ["Chla", 12.0, 12.3, ""],
    ]
    assert reading.rejects.empty


def test_every_fault_has_its_sentence_and_the_rest_counts(tmp_path):
    rows = [
        _row(),
        _row(name="乙桥")[:-1],
        _row(name="丙桥", code="7"),
        _row(name="丁桥", time="13-45 99:00"),
        _row(name="戊桥", cells=["异常", _cell("-0.5", "-0.5"), "--"]),
        _row(),
        _row(cells=[_cell("27.0", "27.0"), "--", "--"]),
    ]
    reading = water_automatic.read(_write(tmp_path, *rows))
    assert len(reading.table) == 4
    assert reading.rejects[["row", "column"]].values.tolist() == [
        [2, ""],
        [3, "水质类别"],
        [4, "监测时间"],
        [5, "水温(°C)"],
        [5, "氨氮(mg/L)"],
        [7, ""],
    ]
    sentences = reading.rejects["reason"].tolist()
    assert sentences[0] == "has 7 cells, the heading 8"
    assert "is no class; expected 1 to 6" in sentences[1]
    assert "is no time" in sentences[2]
    assert "differs from row 1" in sentences[5]
    assert "repeated_rows_dropped" in reading.caveats


def test_broken_pages_are_refused(tmp_path):
    with pytest.raises(
        SourceError, match=r"the heading lacks 水质类别; expected.*columns change over the years"
    ):
        water_automatic.read(_write(tmp_path, head=[*HEAD[:4], "类别", *HEAD[5:]]))
    with pytest.raises(SourceError, match="has no lists thead and tbody"):
        water_automatic.read(_write(tmp_path, tbody=None))
    path = _write(tmp_path, _row())
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(SourceError, match=r"is no whole JSON; .*fetch the page again"):
        water_automatic.read(path)


@pytest.mark.real
def test_real_page(shared_data):
    path = shared_data / "data" / "water" / "cnemc_realtime_snapshot_20260821_p1.json.gz"
    table = water_automatic.read(path).table
    heads = table.drop_duplicates(["province_name", "section_name"])
    # 480 rows; one section (class -1) shows nothing but dashes.
    assert len(heads) == 479
    assert (heads["province_name"] == "吉林省").sum() == 35
    assert heads["class_code"].value_counts().to_dict() == {
        "3": 137,
        "4": 133,
        "2": 110,
        "5": 51,
        "6": 31,
        "1": 17,
    }
    assert len(table) == 4179
    first = table[(table["section_name"] == "鼓楼外大街") & (table["item"] == "WaterTemp")].iloc[0]
    assert (first["value"], first["value_raw"], first["time"]) == (
        26.6,
        26.58,
        pd.Timestamp("2026-08-21 20:00"),
    )
    assert not table.duplicated(["province_name", "section_name", "time", "item"]).any()
    assert table.loc[table["item"] == "Chla", "value"].between(1, 87).all()


@pytest.mark.real
def test_real_page_holds_seven_of_the_city_s_known_sections(shared_data):
    path = shared_data / "data" / "water" / "cnemc_realtime_snapshot_20260821_p1.json.gz"
    reading = water_automatic.read(path, sections=registry.sections("changchun"), province_name="吉林省")
    assert set(reading.table["section_name"]) == {
        "松花江村",
        "镇江口",
        "靠山大桥",
        "靠山南楼",
        "饮马河大桥",
        "刘珍屯",
        "砖瓦窑桥",
    }
    assert reading.rejects.empty


def test_f37_a_csv_list_of_the_stations_is_the_feed_s_and_no_monthly_table(tmp_path):
    """F37: 抓取年份,省份,流域,断面名称,监测时间,水质类别,… was taken for the monthly workbook and lost whole."""
    head = "抓取年份,省份,流域,断面名称,监测时间,水质类别,水温(℃),pH(无量纲),溶解氧(mg/L),氨氮(mg/L)"
    rows = [
        "2025,吉林省,松花江流域,靠山大桥,03-05 08:00,Ⅱ,3.1,7.6,11.2,0.51",
        "2025,吉林省,松花江流域,靠山大桥,2025/3/5 12:00,劣Ⅴ,3.2,7.7,--,9.9",
        "2025,河北省,海河流域,某断面,03-05 08:00,3,3.1,7.6,11.2,0.51",
        "2025,吉林省,松花江流域,靠山大桥,13-05 08:00,Ⅱ,3.1,7.6,11.2,0.51",
    ]
    path = tmp_path / "list.csv"
    path.write_bytes("\r\n".join([head, *rows, ""]).encode("gb18030"))
    assert detect(path).name == "water_automatic"
    reading = water_automatic.read(path, province_name="吉林省")
    ammonia = reading.table[reading.table["item"] == "NH3-N"]
    assert ammonia[["time", "value", "class_code"]].values.tolist() == [
        [pd.Timestamp("2025-03-05 08:00"), 0.51, "2"],
        [pd.Timestamp("2025-03-05 12:00"), 9.9, "6"],
    ]
    assert reading.rejects[["row", "column"]].values.tolist() == [[5, "监测时间"]]


def test_f37_a_list_crawled_at_new_year_holds_times_of_the_year_before(tmp_path):
    """F37: the year of the crawl is not always that of the value."""
    path = tmp_path / "list.csv"
    text = "抓取年份,省份,断面名称,监测时间,水质类别,氨氮(mg/L)\n2026,吉林省,靠山大桥,12-31 20:00,3,0.5\n"
    path.write_text(text, encoding="utf-8")
    reading = water_automatic.read(path, received_on=date(2026, 1, 1))
    assert reading.table["time"].to_list() == [pd.Timestamp("2025-12-31 20:00")]


LIST = "抓取年份,省份,流域,断面名称,监测时间,水质类别,水温(℃),pH(无量纲),溶解氧(mg/L),氨氮(mg/L),总磷(mg/L),站点情况"


@pytest.mark.parametrize(
    ("year", "time"), [("2021", "05-08 12:00"), ("", "2021-05-08 12:00"), ("", "2021/5/8 12:00")]
)
def test_f37_a_list_of_the_automatic_stations_is_no_monthly_table(tmp_path, year, time):
    """F37: a CSV kept of the feed is read as the feed, and never as the monthly section workbook."""
    path = tmp_path / "自动站.csv"
    row = f"{year},吉林省,松花江流域,松花江村,{time},Ⅱ,12.5,7.8,9.1,0.052,0.03,正常"
    path.write_text("\n".join([LIST, row, row.replace("松花江村", "别处桥")]), encoding="gb18030")
    assert detect(path).name == "water_automatic"
    sections = pd.DataFrame({"section_id": ["a"], "name_zh": ["松花江村"], "aliases": [""]})
    (reading,) = iter_readings(path, sections=sections, province_name="吉林省")
    assert reading.rejects.empty and set(reading.table["time"]) == {pd.Timestamp("2021-05-08 12:00")}
    assert set(reading.table["class_code"]) == {"2"} and len(reading.table) == 5


def test_f37_a_time_without_a_year_is_told(tmp_path):
    """F37: row by row, in words about this file."""
    path = tmp_path / "自动站.csv"
    path.write_text(f"{LIST}\n,吉林省,松花江,松花江村,05-08 12:00,Ⅱ,1,7,9,0.05,0.03,正常", encoding="utf-8")
    (reading,) = iter_readings(path)
    assert reading.table.empty and reading.rejects["column"].to_list() == ["监测时间"]
