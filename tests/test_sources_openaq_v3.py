"""OpenAQ pages: UTC to Beijing hour-ending, µg/m³ only, CO in mg/m³."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pandas as pd
import pytest

from helpers.errors import SourceError
from helpers.sources.detect import detect, iter_readings
from helpers.sources.openaq_v3 import read
from helpers.sources.reading import TABLES

NAME = "openaq_v3_1119A_pm25_20250101-20250101.json"


def hour(value, *, end="2025-01-01T00:00:00Z", name="pm25", units="µg/m³", **period):
    last = datetime.fromisoformat(end)
    first = (last - timedelta(hours=1)).isoformat()
    times = {"datetimeFrom": {"utc": first}, "datetimeTo": {"utc": end}, "interval": "01:00:00"}
    return {
        "value": value,
        "flagInfo": {"hasFlags": False},
        "parameter": {"id": 2, "name": name, "units": units, "displayName": None},
        "period": {"label": "1hour", **times, **period},
    }


def page(tmp_path, *results, name=NAME):
    path = tmp_path / name
    meta = {"name": "openaq-api", "website": "/", "page": 1, "limit": 1000, "found": len(results)}
    path.write_text(json.dumps({"meta": meta, "results": results}, ensure_ascii=False), encoding="utf-8")
    return path


def test_the_end_of_an_hour_becomes_beijing_time(tmp_path):
    path = page(tmp_path, hour(35.5, end="2024-12-31T17:00:00Z"), hour(36, end="2025-01-01T16:00:00Z"))
    assert detect(path).name == "openaq_v3"
    reading = read(path)
    assert reading.table["time"].tolist() == [
        pd.Timestamp("2025-01-01 01:00"),
        pd.Timestamp("2025-01-02 00:00"),  # closes the day of 1 January
    ]
    assert reading.table["value"].tolist() == [35.5, 36.0]
    assert set(reading.table["station_code"]) == {"1119A"}
    assert {c: str(kind) for c, kind in reading.table.dtypes.items()} == TABLES["air_hourly"]


@pytest.mark.parametrize("units", ["µg/m³", "μg/m³", "ug/m3"], ids=["micro", "mu", "plain"])
def test_carbon_monoxide_becomes_milligrams(tmp_path, units):
    reading = read(page(tmp_path, hour(1200, name="co", units=units)))
    assert reading.table[["pollutant", "value"]].values.tolist() == [["CO", 1.2]]


@pytest.mark.parametrize(
    ("result", "column", "reason"),
    [
        (hour(0.04, name="o3", units="ppm"), "units", "cannot be converted without temperature"),
        (hour(20, name="temperature", units="c"), "parameter", "is none of pm25"),
        (hour(-3), "value", "is negative"),
        (hour(5, interval="24:00:00"), "period", "is no whole hour"),
        (hour(5, end="2025-01-01T00:30:00Z"), "period", "is no whole hour"),
        (hour(5, datetimeTo=None), "period", "is no whole hour"),
        (hour("high"), "value", "is not a number"),
    ],
    ids=["ppm", "parameter", "negative", "day", "half", "no end", "text"],
)
def test_what_cannot_be_trusted_is_set_aside(tmp_path, result, column, reason):
    reading = read(page(tmp_path, hour(30, end="2025-01-01T05:00:00Z"), result))
    assert len(reading.table) == 1
    assert reading.rejects[["row", "column"]].values.tolist() == [[2, column]]
    assert reason in reading.rejects["reason"][0]


def test_a_missing_value_has_no_row_and_a_repeat_stands_once(tmp_path):
    reading = read(
        page(tmp_path, hour(None), hour(7, end="2025-01-01T01:00:00Z"), hour(7, end="2025-01-01T01:00:00Z"))
    )
    assert (len(reading.table), len(reading.rejects)) == (1, 0)
    assert "repeated_rows_dropped" in reading.caveats


def test_a_page_of_another_station_gives_nothing(tmp_path):
    assert read(page(tmp_path, hour(5)), stations=["1120A"]).table.empty


def test_a_name_without_a_station_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"the name holds no station.*rename the file"):
        read(page(tmp_path, hour(5), name="hours.json"))


@pytest.mark.parametrize(
    "text",
    [
        '{"meta": {"name": "openaq-api"}, "results": [{"value": 5}]}',
        '{"meta": {"name": "openaq-api"}, "results": [{"value": 5, "parameter": "pm25", "period": "1h"}]}',
        '{"meta": {"name": "openaq-api"}, "results": [',
        '{"meta": {"name": "openaq-api"}, "results": null}',
    ],
    ids=["no period", "texts", "cut", "null"],
)
def test_a_page_of_another_shape_is_refused(tmp_path, text):
    path = tmp_path / NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="the JSON is no page of hours"):
        list(iter_readings(path))


def test_f13_f9_what_the_service_doubts_and_marks_of_missing_values_are_set_aside(tmp_path):
    """F13, F9: flags, a quarter of an hour, and 9999 or −999 never stand as values."""
    flagged = {**hour(999, end="2025-01-01T01:00:00Z"), "flagInfo": {"hasFlags": True}}
    quarter = {**hour(40, end="2025-01-01T02:00:00Z"), "coverage": {"percentComplete": 25.0}}
    whole = {**hour(41, end="2025-01-01T03:00:00Z"), "coverage": {"percentComplete": 75.0}}
    marks = [
        hour(9999, end="2025-01-01T04:00:00Z"),
        hour(-999, end="2025-01-01T05:00:00Z"),
        hour(9999, end="2025-01-01T06:00:00Z", name="co"),
    ]
    reading = read(page(tmp_path, flagged, quarter, whole, *marks))
    assert reading.table["value"].to_list() == [41]
    assert reading.rejects["column"].to_list() == ["flagInfo", "coverage", "value", "value", "value"]
    assert set(reading.rejects["reason"][2:]) == {"is a missing mark"}
    co = [
        hour(999, end="2025-01-01T01:00:00Z", name="co"),
        hour(999.9, end="2025-01-01T02:00:00Z", name="co"),
    ]
    assert read(page(tmp_path, *co)).table["value"].to_list() == [0.999, 0.9999]
