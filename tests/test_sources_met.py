"""Daily weather: units told from the values, sentinels, sectors, and columns never read."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import SourceError
from helpers.sources import met_daily, met_ghcn


def _ghcn(tmp_path, *rows: str, header: str = "DATE,TAVG,TMAX,TMIN,PRCP"):
    path = tmp_path / "ghcn.csv"
    path.write_text("\r\n".join([header, *rows, ""]), encoding="utf-8", newline="")
    return met_ghcn.read(path)


def test_ghcn_fixture_in_celsius(repo):
    reading = met_ghcn.read(repo / "tests" / "data" / "sources" / "ghcn.csv")
    assert reading.table["temperature_mean_deg_c"].to_list() == [-13.9, -9.6]
    assert math.isnan(reading.table["temperature_max_deg_c"][1])
    assert reading.table["precipitation_mm"].to_list() == [0.0, 1.2]
    assert reading.table["pressure_hpa"].isna().all()
    assert reading.caveats == ()


def test_ghcn_tenths(tmp_path):
    reading = _ghcn(tmp_path, "2024-01-01,-139,-87,-197,12", "20240102,-96,,-168,")
    assert reading.table["temperature_mean_deg_c"].to_list() == [-13.9, -9.6]
    assert reading.table["precipitation_mm"][0] == 1.2
    assert reading.table["date"][1] == pd.Timestamp("2024-01-02")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(fahrenheit=st.lists(st.integers(-40, 110), min_size=30, max_size=40), inches=st.integers(0, 500))
def test_ghcn_turned_back_from_fahrenheit_has_rain_in_inches(tmp_path, fahrenheit, inches):
    fahrenheit[0] = 33  # not a whole number of degrees Celsius
    days = pd.date_range("2024-01-01", periods=len(fahrenheit)).strftime("%Y-%m-%d")
    rows = [f"{day},{(f - 32) / 1.8!r},,,{inches / 100}" for day, f in zip(days, fahrenheit, strict=True)]
    reading = _ghcn(tmp_path, *rows)
    assert reading.caveats == ("temperature_from_fahrenheit", "precipitation_from_inches")
    assert reading.table["precipitation_mm"][0] == pytest.approx(inches * 0.254)
    assert reading.table["temperature_mean_deg_c"][0] == (33 - 32) / 1.8


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            ["2024-01-01,-13,-8,-19,0", "2024-01-02,57,92,40,1"],
            r"column TAVG, TMAX, TMIN: the unit of 6 temp",
        ),
        (["2024-01-01,,,,0"], r"column TAVG, TMAX, TMIN: the unit of 0 temp"),
        (["2024-06-01,75.2,88.5,61.3,0"], r"column TAVG, TMAX, TMIN: the unit of 3 temp"),
        (["2024-01-01,-13.9,-8.7,-19.7,0.47"], r"row 2, column PRCP: precipitation '0\.47' has hundredths"),
    ],
)
def test_ghcn_unknown_units_are_refused(tmp_path, rows, words):
    with pytest.raises(SourceError, match=rf"ghcn\.csv, {words}.*download the table in metric units"):
        _ghcn(tmp_path, *rows)


def test_ghcn_several_stations_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"column STATION: the table holds 2 stations.*split the file"):
        _ghcn(tmp_path, "A,2024-01-01,1.5", "B,2024-01-01,2.5", header="STATION,DATE,TAVG")


def test_ghcn_broken_rows_are_quarantined(tmp_path):
    reading = _ghcn(
        tmp_path,
        "2024-01-01,-13.9,-28.7,-19.7,0",
        "2024-02-30,-13.9,-8.7,-19.7,0",
        "2024-01-03,-91.5,x,-19.7,-1",
        "2024-01-03,-91.5,x,-19.8,-1",
    )
    assert reading.rejects[["row", "column"]].values.tolist() == [
        [2, "TMIN"],
        [3, "DATE"],
        [4, "TAVG"],
        [4, "TMAX"],
        [4, "PRCP"],
        [5, ""],
    ]
    assert len(reading.table) == 2


def test_ghcn_header_alone(tmp_path):
    assert _ghcn(tmp_path).caveats == ("file_without_rows",)


def test_weather_fixture(repo):
    reading = met_daily.read(repo / "tests" / "data" / "sources" / "weather.csv")
    first, second = reading.table.to_dict("records")
    assert first["pressure_hpa"] == 980.5
    assert first["wind_direction_deg"] == 225.0
    assert math.isnan(second["pressure_hpa"])
    assert math.isnan(second["wind_direction_deg"])
    assert math.isnan(second["wind_speed_m_s"])
    assert reading.caveats == ("pollutant_columns_ignored", "wind_direction_of_strongest_wind")
    assert reading.rejects.empty


def test_weather_broken_cells_are_quarantined(tmp_path):
    path = tmp_path / "weather.csv"
    path.write_text(
        "date,city,avgtemp,maxtemp,mintemp,avgrh,avgp,maxwswd\n"
        "2024-01-01,甲,1.5,0.5,2.5,101,98050,18\n2024/01/02,甲,1,2,0,50,98000,1\n"
        "2024-01-03,NA,32766,2,0,50,9805,1.5\n2024-01-03,NA,32766,2,0,51,9805,1\n",
        encoding="utf-8",
    )
    reading = met_daily.read(path)
    assert reading.rejects[["row", "column"]].values.tolist() == [
        [2, "maxwswd"],
        [2, "avgrh"],
        [2, "mintemp"],
        [3, "date"],
        [4, "maxwswd"],
        [4, "avgp"],
        [5, ""],
    ]
    assert reading.city_name == "甲"
    path.write_text(
        "date,city,avgtemp,maxtemp,mintemp\n2024-01-01,甲,1,2,0\n2024-01-01,乙,1,2,0\n", encoding="utf-8"
    )
    with pytest.raises(
        SourceError, match=r"weather\.csv, column city: the table holds 2 cities.*split the file"
    ):
        met_daily.read(path)


@pytest.mark.real
def test_real_ghcn(shared_data):
    folder = shared_data / "data" / "met"
    long = met_ghcn.read(folder / "ghcnd_daily_changchun_CHM00054161_1960-2023.csv.gz")
    assert long.caveats == ()
    assert (len(long.table), long.rejects.empty) == (23372, True)
    assert long.table["date"].iloc[[0, -1]].dt.year.to_list() == [1960, 2023]
    short = met_ghcn.read(folder / "ghcnd_daily_changchun_2023_prcp__xunjw2019.csv.gz")
    assert short.caveats == ("temperature_from_fahrenheit", "precipitation_from_inches")
    assert short.table["precipitation_mm"].sum() == pytest.approx(520.2, abs=0.1)
    both = long.table.merge(short.table, on="date")
    differences = (both["temperature_mean_deg_c_x"] - both["temperature_mean_deg_c_y"]).abs()
    assert differences.max() < 0.28  # half a degree Fahrenheit


@pytest.mark.real
def test_real_weather(shared_data):
    path = next((shared_data / "data" / "air" / "daily").glob("waqi_cma_daily_changchun_*.csv.gz"))
    reading = met_daily.read(path)
    assert (len(reading.table), reading.rejects.empty, reading.city_name) == (2677, True, "changchun")
    pressure = reading.table.set_index("date")["pressure_hpa"]
    assert math.isnan(pressure[pd.Timestamp("2019-06-11")])
    assert pressure.max() < 1013
    annual = reading.table.groupby(reading.table["date"].dt.year)["precipitation_mm"].sum()
    assert annual[2016] == pytest.approx(890.8)
