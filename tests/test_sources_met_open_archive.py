"""Open weather archive: units are held to, times are Beijing's, and the caveat says whose values these are."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from helpers import registry
from helpers.errors import SourceError
from helpers.sources.detect import detect
from helpers.sources.met_open_archive import DAILY, HOURLY, read
from helpers.sources.reading import TABLES

UNITS = {
    name: unit
    for part, unit in (
        ("temperature", "°C"), ("speed", "m/s"), ("direction", "°"), ("humidity", "%"), ("pressure", "hPa"), ("precip", "mm"),
    )
    for name in (*HOURLY, *DAILY)
    if part in name
}  # fmt: skip


def archive(**changes):
    """A page of two hours and one day; ``hourly__temperature_2m=[…]`` replaces one list."""
    page = {
        "latitude": 43.86,
        "utc_offset_seconds": 28800,
        "timezone": "Asia/Shanghai",
        "hourly_units": {"time": "iso8601", **{name: UNITS[name] for name in HOURLY}},
        "hourly": {"time": ["2025-01-01T00:00", "2025-01-01T01:00"], **{name: [1.5, 2.5] for name in HOURLY}},
        "daily_units": {"time": "iso8601", **{name: UNITS[name] for name in DAILY}},
        "daily": {"time": ["2025-01-01"], **{name: [3.5] for name in DAILY}},
    }
    page["hourly"]["surface_pressure"], page["daily"]["surface_pressure_mean"] = [990, 991], [990.5]
    for key, value in changes.items():
        block, _, name = key.partition("__")
        if name:
            page[block][name] = value
        else:
            page[block] = value
    return page


def written(tmp_path, page):
    path = tmp_path / "weather.json"
    path.write_text(json.dumps(page, ensure_ascii=False), encoding="utf-8")
    return path


def test_both_blocks_are_read(tmp_path):
    path = written(tmp_path, archive())
    assert detect(path).name == "met_open_archive"
    hours, days = read(path)
    assert hours.table["time"].tolist() == [
        pd.Timestamp("2025-01-01 00:00"),
        pd.Timestamp("2025-01-01 01:00"),
    ]
    assert hours.table["pressure_hpa"].tolist() == [990.0, 991.0]
    assert days.table.iloc[0].tolist() == [pd.Timestamp("2025-01-01"), *[3.5] * 7, 990.5]
    for reading in (hours, days):
        assert {c: str(kind) for c, kind in reading.table.dtypes.items()} == TABLES[reading.table_name]
        assert registry.caveat(reading.caveats[0]).zh.startswith("气象数值取自数值模式")


def test_hours_the_model_has_not_run_yet_have_no_row(tmp_path):
    page = archive()
    page["hourly"] = {**{name: [1.5, None] for name in HOURLY}, "time": page["hourly"]["time"]}
    page["hourly"]["surface_pressure"] = [990, None]
    assert len(read(written(tmp_path, page))[0].table) == 1


def test_a_variable_the_file_lacks_is_missing(tmp_path):
    page = archive()
    del page["hourly"]["precipitation"], page["daily"]
    (hours,) = read(written(tmp_path, page))
    assert hours.table["precipitation_mm"].isna().all()


def test_an_impossible_value_is_set_aside_alone(tmp_path):
    hours, _ = read(written(tmp_path, archive(hourly__relative_humidity_2m=[50, 150])))
    assert hours.table["relative_humidity_pct"].isna().tolist() == [False, True]
    assert hours.rejects["reason"].tolist() == ["lies outside 0 to 100"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"utc_offset_seconds": 0}, "utc_offset_seconds is 0; expected 28800, Beijing time"),
        ({"hourly_units__wind_speed_10m": "km/h"}, "in 'km/h'; expected 2 values in 'm/s'"),
        ({"hourly_units__temperature_2m": "°F"}, "in '°F'; expected 2 values in '°C'"),
        ({"daily__wind_speed_10m_mean": [1, 2]}, "wind_speed_10m_mean has 2 values"),
        ({"hourly": {"time": ["2025-01-01T00:00"], "temp": [1]}}, "the block holds time, temp"),
    ],
    ids=["time zone", "wind", "fahrenheit", "length", "names"],
)
def test_another_unit_time_or_name_is_refused(tmp_path, changes, message):
    with pytest.raises(SourceError, match=message):
        read(written(tmp_path, archive(**changes)))


def test_a_cut_page_is_refused(tmp_path):
    path = tmp_path / "weather.json"
    path.write_text('{"utc_offset_seconds": 28800, "hourly_units": {', encoding="utf-8")
    with pytest.raises(SourceError, match="is no whole JSON"):
        read(path)


def _as_csv(page, *, places=1) -> str:
    """The page as the service writes it in CSV."""
    lines = ["latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation"]
    lines += [f"43.9,125.3,230.0,{page['utc_offset_seconds']},Asia/Shanghai,GMT+8"] * places
    for name in ("hourly", "daily"):
        units, block = page[f"{name}_units"], page[name]
        heads = ["time", *(f"{key} ({units[key]})" for key in block if key != "time")]
        lines += [
            "",
            ",".join(heads),
            *(",".join(map(str, row)) for row in zip(*block.values(), strict=True)),
        ]
    return "\n".join([*lines, ""])


def test_f35_the_csv_of_the_service_gives_what_its_json_gives(tmp_path):
    """F35: CSV and an answer that is a list of one place are read like the JSON."""
    expected = read(written(tmp_path, archive()))
    path = tmp_path / "download.csv"
    for text in (_as_csv(archive()), _as_csv(archive()).replace("2025-01-01T00:00", "2025/1/1 0:00")):
        path.write_text(text, encoding="utf-8")
        assert detect(path).name == "met_open_archive"
        for mine, theirs in zip(read(path), expected, strict=True):
            pd.testing.assert_frame_equal(mine.table, theirs.table)
            assert mine.rejects.empty
    listed = read(written(tmp_path, [archive()]))
    assert [reading.table_name for reading in listed] == ["met_hourly", "met_daily"]


def test_f35_an_answer_for_several_places_is_refused(tmp_path):
    """F35: which of several places is the city's cannot be known."""
    path = tmp_path / "download.csv"
    path.write_text(_as_csv(archive(), places=2), encoding="utf-8")
    with pytest.raises(SourceError, match="holds 2 places; expected one place"):
        read(path)
    with pytest.raises(SourceError, match="holds 2 places"):
        read(written(tmp_path, [archive(), archive()]))


def test_f35_a_csv_of_utc_is_refused_as_the_json_is(tmp_path):
    """F35: one rule for both forms."""
    path = tmp_path / "download.csv"
    path.write_text(_as_csv(archive(utc_offset_seconds=0)), encoding="utf-8")
    with pytest.raises(SourceError, match="utc_offset_seconds is 0"):
        read(path)


@pytest.mark.real
def test_f35_the_example_of_the_review(shared_data):
    """F35: hours as downloaded."""
    (hours,) = read(shared_data / "reality" / "inputs" / "openmeteo_download.csv")
    assert len(hours.table) > 0
    assert hours.rejects.empty
