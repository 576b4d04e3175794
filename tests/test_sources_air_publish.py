"""The publish feed: the swapped ozone columns are proved from the data, in CSV and GeoJSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import SourceError
from helpers.sources import air_publish

HEADER = "timepoint,stationcode,positionname,aqi,pm10,pm2_5,o3,o3_24h,no2,so2,co"


def _path(tmp_path, *pairs: tuple[object, object]):
    rows = [
        f'2024-01-01T07:00:00,{9001 + place}A,"东站,旧址",41,40,21,{a},{b},18,3,0.0'
        for place, (a, b) in enumerate(pairs)
    ]
    path = tmp_path / "publish.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


def _ozone(reading) -> list[float]:
    return reading.table.loc[reading.table["pollutant"] == "O3", "value"].to_list()


def test_swapped_columns_are_proved_and_corrected(tmp_path):
    reading = air_publish.read(_path(tmp_path, (70, 33), (34, 34), ("—", 12), (50, "-;")))
    assert _ozone(reading) == [33, 34, 12]
    assert reading.caveats == ("ozone_columns_swapped",)
    assert reading.rejects.empty


def test_columns_that_stand_right_are_read_as_named(tmp_path):
    reading = air_publish.read(_path(tmp_path, (33, 70), (34, 34), (12, "")))
    assert _ozone(reading) == [33, 34, 12]
    assert reading.caveats == ()


def test_contradiction_quarantines_ozone_only(tmp_path):
    reading = air_publish.read(_path(tmp_path, (70, 33), (33, 70), ("", "")))
    assert _ozone(reading) == []
    assert reading.caveats == ("ozone_columns_undecided",)
    assert reading.rejects[["row", "column", "found"]].values.tolist() == [
        [2, "o3", "o3 70, o3_24h 33"],
        [3, "o3", "o3 33, o3_24h 70"],
    ]
    assert len(reading.table) == 18


def test_equal_columns_need_no_proof_but_a_lone_cell_does(tmp_path):
    reading = air_publish.read(_path(tmp_path, (34, 34), ("", 20), (21, "—"), ("", "")))
    assert _ozone(reading) == [34]
    assert list(reading.rejects["row"]) == [3, 4]
    assert reading.caveats == ()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    hours=st.lists(st.integers(1, 130), min_size=1, max_size=6),  # above it the AQI of 41 contradicts
    extra=st.lists(st.integers(0, 100), min_size=6, max_size=6),
    is_swapped=st.booleans(),
)
def test_the_hour_is_found_in_either_order(tmp_path, hours, extra, is_swapped):
    pairs = [(hour, hour + more) for hour, more in zip(hours, extra, strict=False)]
    reading = air_publish.read(_path(tmp_path, *[(b, a) if is_swapped else (a, b) for a, b in pairs]))
    assert _ozone(reading) == hours


def test_proof_uses_stations_that_are_not_wanted(tmp_path):
    reading = air_publish.read(_path(tmp_path, (70, 33), ("", 12)), stations=["9002A"])
    assert _ozone(reading) == [12]
    assert reading.caveats == ("ozone_columns_swapped",)


def test_fixture_with_commas_in_quotes_and_zero_carbon_monoxide(repo):
    reading = air_publish.read(repo / "tests" / "data" / "sources" / "publish.csv")
    table = reading.table.set_index(["station_code", "pollutant"])["value"]
    assert table["9001A", "CO"] == 0
    assert table["9001A", "O3"] == 33
    assert ("9002A", "SO2") not in table.index
    assert reading.rejects.empty


def test_broken_records_are_quarantined(tmp_path):
    path = _path(tmp_path, (70, 33))
    text = path.read_text(encoding="utf-8")
    good = text.splitlines()[1]
    broken = [
        good.replace("07:00:00", "07:20:00"),
        good.replace("9001A", ""),
        good,
        good.replace(",41,", ",42,"),
        good.replace("9001A", "9003A").replace(",3,0.0", ",0,-0.1"),
    ]
    path.write_text(text + "\n".join([*broken, ""]), encoding="utf-8")
    reading = air_publish.read(path)
    assert reading.rejects[["row", "column"]].values.tolist() == [
        [3, "timepoint"],
        [4, "stationcode"],
        [6, ""],
        [7, "so2"],
        [7, "co"],
    ]
    assert reading.caveats == ("repeated_rows_dropped", "ozone_columns_swapped")


def test_geojson(tmp_path):
    names = HEADER.split(",")
    cells = ["2024-01-01T07:00:00", "9001A", "东站", "41", "-;", "21", "70", "33", "18", "3", "0.0"]
    whole = {"properties": dict(zip(names, cells, strict=True))}
    bare = {"properties": {"stationcode": "9002A"}}
    path = tmp_path / "publish.geojson"
    path.write_text(json.dumps({"features": [whole, bare]}), encoding="utf-8")
    reading = air_publish.read(path)
    assert _ozone(reading) == [33]
    assert "PM10" not in set(reading.table["pollutant"])
    assert reading.rejects[["row", "column"]].values.tolist() == [[2, "timepoint"]]
    path.write_text(path.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    with pytest.raises(SourceError, match=r"publish\.geojson: the JSON cannot be read; .*fetch it again"):
        air_publish.read(path)


@pytest.mark.real
@pytest.mark.parametrize(("hour", "first"), [("20220101T00", 14), ("20221105T00", 28)])
def test_real_csv(shared_data, hour, first):
    folder = shared_data / "data" / "air" / "hourly"
    reading = air_publish.read(folder / f"cnemc_publish_csv_changchun_{hour}__HeQinWill.csv.gz")
    assert reading.caveats == ("ozone_columns_swapped",)
    assert _ozone(reading)[0] == first
    assert len(_ozone(reading)) == 9
    assert reading.rejects.empty


@pytest.mark.real
def test_real_geojson(shared_data):
    reading = air_publish.read(
        shared_data / "data" / "air" / "formats" / "cnemc_publish_airnow_20180220T07.geojson.gz"
    )
    assert reading.table["station_code"].nunique() == 1477
    assert reading.caveats == ("ozone_columns_swapped",)
    table = reading.table.set_index(["station_code", "pollutant"])["value"]
    assert table["1119A", "O3"] == 54
    assert table["1001A", "O3"] == 62
    assert set(reading.rejects["found"]) == {"0"}
    assert (table.xs("CO", level="pollutant") == 0).sum() == 4
