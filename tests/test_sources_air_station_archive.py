"""The wide archive: every kind of damage, round trips, portions, and the real files."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import SourceError
from helpers.sources import air_station_archive, wide_archive
from helpers.sources.pollutants import POLLUTANTS

HEADER = "date,hour,type,1119A,1120A,1121A"


def _read(tmp_path, *lines: str, end: str = "\r\n", **options):
    path = tmp_path / "archive.csv"
    path.write_bytes(
        ("\r\n".join(lines) + end).encode("utf-8-sig" if options.pop("mark", False) else "utf-8")
    )
    return air_station_archive.read(path, **options)


def _value(reading, time: str, pollutant: str, station: str) -> float:
    table = reading.table.set_index(["time", "pollutant", "station_code"])["value"]
    rows = table.loc[[(pd.Timestamp(time), pollutant, station)]]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("mark", [False, True])
def test_keeps_hourly_types_only(tmp_path, mark):
    reading = _read(
        tmp_path,
        HEADER,
        "20190101,0,PM2.5,99,,71",
        "20190101,0,PM2.5_24h,70,88,65",
        "20190101,0,CO,1.4,0.9,",
        mark=mark,
    )
    assert reading.table_name == "air_hourly"
    assert list(reading.table.columns) == ["station_code", "time", "pollutant", "value", "flag"]
    assert list(reading.table["value"]) == [99, 71, 1.4, 0.9]
    assert set(reading.table["flag"]) == {""}
    assert reading.table["time"].unique() == np.array(["2019-01-01T00:00"], dtype="datetime64[s]")
    assert reading.rejects.empty
    assert reading.caveats == ()


def test_marks_of_missing_values_are_no_rejects(tmp_path):
    reading = _read(
        tmp_path, HEADER, "20190101,1,SO2,—,-;,NaN", "20190101,1,O3,-9999,-9999.0,", "20190101,1,NO2,NA, ,7"
    )
    assert list(reading.table["value"]) == [7]
    assert reading.rejects.empty


def test_impossible_cells_are_quarantined_alone(tmp_path):
    reading = _read(
        tmp_path, HEADER, "20190101,1,SO2,-3,5,0", "20190101,1,AQI,501,500,1o2", "20190101,1,CO,1e999,0,2"
    )
    assert list(reading.table["value"]) == [5, 500, 2]
    assert reading.rejects[["row", "column", "found"]].values.tolist() == [
        [2, "1119A", "-3"],
        [2, "1121A", "0"],
        [3, "1119A", "501"],
        [3, "1121A", "1o2"],
        [4, "1119A", "1e999"],
        [4, "1120A", "0"],
    ]
    assert reading.rejects["reason"][3] == "is not a number"


def test_one_bad_text_does_not_change_its_neighbours(tmp_path):
    clean = _read(tmp_path, HEADER, "20190101,1,CO,1.1,0.7,0.3", "20190101,1,O3,1e2,.5,5.")
    dirty = _read(
        tmp_path, HEADER, "20190101,1,CO,1.1,0.7,0.3", "20190101,1,O3,1e2,.5,5.", "20190101,1,NO2,x,,"
    )
    assert clean.table.equals(dirty.table)
    assert len(dirty.rejects) == 1


@pytest.mark.parametrize("hour", ["25", "-1", "7.5", "x", ""])
def test_hour_outside_the_day_quarantines_the_row(tmp_path, hour):
    reading = _read(tmp_path, HEADER, f"20190101,{hour},PM10,1,2,3", "20190101,5,PM10,1,2,3")
    assert len(reading.table) == 3
    assert reading.rejects[["row", "column"]].values.tolist() == [[2, "hour"]]


@pytest.mark.parametrize("day", ["20190229", "01/01/2019", "2019011", "x"])
def test_day_that_is_no_day_quarantines_the_row(tmp_path, day):
    reading = _read(tmp_path, HEADER, f"{day},5,PM10,1,2,3")
    assert reading.table.empty
    assert reading.rejects[["row", "column"]].values.tolist() == [[2, "date"]]


def test_unknown_type_is_quarantined(tmp_path):
    reading = _read(tmp_path, HEADER, "20190101,5,PM1,1,2,3")
    assert reading.rejects.iloc[0][["row", "column", "found"]].to_list() == [2, "type", "PM1"]


def test_row_with_another_number_of_cells_is_quarantined(tmp_path):
    reading = _read(tmp_path, HEADER, "20190101,5,PM10,1,2", "20190101,5,CO,1,2,3,4", "20190101,5,O3,1,2,3")
    assert set(reading.table["pollutant"]) == {"O3"}
    assert list(reading.rejects["reason"]) == ["has 5 cells, the header 6", "has 7 cells, the header 6"]
    assert "file_cut_short" not in reading.caveats


def test_cut_last_line_goes_whole(tmp_path):
    reading = _read(tmp_path, HEADER, "20190101,5,O3,1,2,3", "20190101,5,CO,0.4,0", end="")
    assert set(reading.table["pollutant"]) == {"O3"}
    assert reading.caveats == ("file_cut_short",)
    assert "its last number may be cut" in reading.rejects["reason"][0]


def test_full_last_line_without_line_break_loses_only_its_last_number(tmp_path):
    reading = _read(tmp_path, HEADER, "20190101,5,CO,0.4,0.5,0.6", end="")
    assert list(reading.table["value"]) == [0.4, 0.5]
    assert reading.rejects.iloc[0][["row", "column", "found"]].to_list() == [2, "1121A", "0.6"]
    whole = _read(tmp_path, HEADER, "20190101,5,CO,0.4,0.5,0.6", "20190101,5,CO_24h,1,1,1", end="")
    assert list(whole.table["value"]) == [0.4, 0.5, 0.6]
    assert whole.rejects.empty
    blank = _read(tmp_path, HEADER, "20190101,5,CO,0.4,0.5,", end="")
    assert list(blank.table["value"]) == [0.4, 0.5]
    assert blank.rejects.empty


def test_column_that_stands_twice(tmp_path):
    reading = _read(
        tmp_path,
        "date,hour,type,1119A,1119A",
        "20190601,0,PM10,70,70",
        "20190601,1,PM10,70,71",
        "20190601,2,PM10,,9",
    )
    assert list(reading.table["value"]) == [70, 70]
    assert reading.caveats == ("column_stands_twice",)
    assert reading.rejects[["row", "column", "found"]].values.tolist() == [
        [3, "1119A", "71"],
        [4, "1119A", "9"],
    ]


def test_repeated_lines(tmp_path):
    reading = _read(
        tmp_path,
        HEADER,
        "20190101,5,O3,1,2,3",
        "20190101,5,O3,1,2,3",
        "20190101,5,O3,1,2,4",
        "20190101,6,O3,1,2,3",
    )
    assert len(reading.table) == 6
    assert reading.caveats == ("repeated_rows_dropped",)
    assert list(reading.rejects["row"]) == [4]
    assert "differs from row 2" in reading.rejects["reason"][0]


def test_a_new_header_inside_the_file_starts_new_columns(tmp_path):
    reading = _read(
        tmp_path,
        HEADER,
        "20190101,5,O3,1,2,3",
        HEADER,
        "20190102,5,O3,4,5,6",
        "date,hour,type,3207A",
        "20190101,5,O3,7",
    )
    assert list(reading.table["value"]) == [1, 2, 3, 4, 5, 6, 7]
    assert list(reading.table["station_code"])[-2:] == ["1121A", "3207A"]
    assert reading.rejects.empty


def test_header_alone_is_an_empty_table_with_a_caveat(tmp_path):
    reading = _read(tmp_path, HEADER)
    assert reading.table.empty
    assert reading.caveats == ("file_without_rows",)


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("date,hour,kind,1119A", "row 1: the header begins with 'date,hour,kind'"),
        (HEADER + ",", "row 1, column 7"),
    ],
)
def test_wrong_header_is_refused(tmp_path, header, place):
    with pytest.raises(SourceError, match=rf"archive\.csv, {place}.*; expected .*; (check|correct)"):
        _read(tmp_path, header, "20190101,5,O3,1")


def test_stations_wanted_by_code_or_table(tmp_path):
    lines = (HEADER, "20190101,5,O3,1,2,3")
    by_code = _read(tmp_path, *lines, stations=["1121A", "9999A"])
    by_table = _read(tmp_path, *lines, stations=pd.DataFrame({"station_code": ["1121A"]}))
    assert list(by_code.table["value"]) == [3]
    assert by_code.table.equals(by_table.table)
    nothing = _read(tmp_path, *lines, stations=["9999A"])
    assert nothing.table.empty
    assert nothing.caveats == ()


def test_undecodable_line_is_quarantined(tmp_path):
    path = tmp_path / "archive.csv"
    path.write_bytes(f"{HEADER}\n".encode() + b"20190101,5,O3,\xff\xff,2,3\n20190101,6,O3,1,2,3\n")
    reading = air_station_archive.read(path)
    assert len(reading.table) == 3
    assert list(reading.rejects["row"]) == [2]
    path.write_bytes(b"\xff\xff,\n")
    with pytest.raises(SourceError, match="row 1"):
        air_station_archive.read(path)


# Below 30: a mean of CO above it is set aside as µg/m³, as tested apart.
_CELL = st.one_of(st.none(), st.decimals(min_value="0.1", max_value=29, places=1))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    cells=st.lists(st.lists(_CELL, min_size=2, max_size=2), min_size=1, max_size=21),
    per_portion=st.sampled_from([3, 7, 1_000_000]),
)
def test_round_trip_in_portions_of_any_size(tmp_path, monkeypatch, cells, per_portion):
    monkeypatch.setattr(wide_archive, "_CELLS_PER_PORTION", per_portion)
    kinds = [name for name in POLLUTANTS if name != "AQI"]
    lines, expected = ["date,hour,type,1119A,1120A"], {}
    for place, pair in enumerate(cells):
        hour, kind = place // len(kinds), kinds[place % len(kinds)]
        lines.append(
            f"20190101,{hour},{kind}," + ",".join("" if cell is None else str(cell) for cell in pair)
        )
        for station, cell in zip(["1119A", "1120A"], pair, strict=True):
            if cell is not None:
                time = pd.Timestamp(2019, 1, 1, hour)
                expected[(str(time), kind, station)] = float(cell)
    path = tmp_path / "archive.csv"
    path.write_bytes(("\n".join(lines) + "\n").encode())
    readings = list(air_station_archive.iter_read(path))
    hour = 2 * len(kinds)  # cells: an hour is never cut, for its index is compared with its values
    assert all(len(reading.table) <= per_portion + 2 + hour for reading in readings)
    frame = air_station_archive.read(path).table
    keys = zip(frame["time"].map(str), frame["pollutant"], frame["station_code"], strict=True)
    assert dict(zip(keys, frame["value"], strict=True)) == expected


@pytest.fixture(scope="module")
def year(shared_data):
    return air_station_archive.read(
        shared_data / "data" / "air" / "hourly" / "cnemc_hourly_sites_changchun_2019.csv.gz"
    )


@pytest.mark.real
class TestReal:
    @pytest.fixture
    def air(self, shared_data):
        return shared_data / "data" / "air"

    def test_extremes_stay(self, year):
        assert _value(year, "2019-01-29 02:00", "PM2.5", "1126A") == 1177
        assert year.table.query("pollutant == 'PM10'")["value"].max() == 1524
        assert year.rejects.empty

    def test_every_cell_of_the_year_equals_an_independent_reading(self, air, year):
        path = air / "hourly" / "cnemc_hourly_sites_changchun_2019.csv.gz"
        raw = pd.read_csv(path)
        assert len(raw[["date", "hour"]].drop_duplicates()) == 8467
        raw = raw[raw["type"].isin(POLLUTANTS)]
        times = pd.to_datetime(raw["date"].astype(str)) + pd.to_timedelta(raw["hour"], unit="h")
        expected = (
            raw.drop(columns=["date", "hour"]).assign(time=times).set_index(["time", "type"]).stack().dropna()
        )
        assert len(expected) == len(year.table) == 569219
        keys = ["time", "pollutant", "station_code"]
        assert (expected.to_numpy() == year.table["value"].to_numpy()).all()
        assert (expected.index.to_frame().to_numpy() == year.table[keys].to_numpy()).all()

    def test_cut_file(self, air):
        reading = air_station_archive.read(air / "raw_days" / "china_sites_20190220.csv.gz")
        assert reading.caveats == ("file_cut_short",)
        assert list(reading.rejects["row"]) == [107]
        assert "has 932 cells, the header 1608" in reading.rejects["reason"][0]
        assert reading.table["time"].max() == pd.Timestamp("2019-02-20 06:00")

    def test_file_without_final_line_break_is_whole(self, air):
        reading = air_station_archive.read(air / "raw_days" / "china_sites_20190101.csv.gz")
        assert reading.rejects.empty
        assert reading.table["time"].nunique() == 24

    @pytest.mark.parametrize("day", ["20190601", "20190823", "20191224"])
    def test_station_that_stands_twice(self, air, day):
        reading = air_station_archive.read(air / "raw_days" / f"china_sites_{day}.csv.gz")
        assert reading.caveats == ("column_stands_twice",)
        assert reading.rejects.empty
        assert not reading.table.duplicated(["station_code", "time", "pollutant"]).any()
        assert "3207A" in set(reading.table["station_code"])

    def test_one_hour_only(self, air):
        reading = air_station_archive.read(air / "raw_days" / "china_sites_20190823.csv.gz")
        assert reading.table["time"].unique() == np.array(["2019-08-23T08:00"], dtype="datetime64[s]")

    def test_dust_day(self, air):
        path = air / "raw_days" / "china_sites_20190417.csv.gz"
        codes = [f"{number}A" for number in range(1119, 1129)]
        city = air_station_archive.read(path, stations=codes)
        whole = air_station_archive.read(path).table
        assert city.table.query("pollutant == 'PM10'")["value"].max() == 1524
        assert city.table.query("pollutant == 'AQI'")["value"].max() == 500
        assert whole.query("pollutant == 'PM10'")["value"].max() == 4707
        part = whole[whole["station_code"].isin(codes)].reset_index(drop=True)
        assert part.equals(city.table)

    def test_portions_join_to_the_whole(self, air, monkeypatch):
        path = air / "raw_days" / "china_sites_20190601.csv.gz"
        whole = air_station_archive.read(path)
        monkeypatch.setattr(wide_archive, "_CELLS_PER_PORTION", 20_000)
        portions = list(air_station_archive.iter_read(path))
        assert len(portions) > 5
        assert max(len(portion.table) for portion in portions) < 22_000
        assert pd.concat([portion.table for portion in portions], ignore_index=True).equals(whole.table)


def test_gzip_by_content_not_by_name(tmp_path):
    path = tmp_path / "plain.csv"
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb") as packed:
        packed.write(f"{HEADER}\n20190101,5,O3,1,2,3\n".encode())
    path.write_bytes(stream.getvalue())
    assert list(air_station_archive.read(path).table["value"]) == [1, 2, 3]
