"""Daily weather: units told from the values, sentinels, sectors, and columns never read."""

from __future__ import annotations

import math

import numpy as np
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
    fahrenheit[:20] = range(33, 53)  # most are no whole number of degrees Celsius
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
        "2024-01-01,甲,1.5,0.5,2.5,101,98050,18\n2/1/2024,甲,1,2,0,50,98000,1\n"
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


def _year_of(unit: str, n: int = 90) -> list[list[str]]:
    """Invented winter days as cells: tenths, whole °C, °F turned to °C, or °C with decimals."""
    rng = np.random.default_rng(3)
    low = rng.integers(-190, -60, n)
    cells = []
    for place, (day, tmin) in enumerate(zip(pd.date_range("2024-01-01", periods=n), low, strict=True)):
        tmax, rain = int(tmin) + 60 + place % 40, place % 3
        tenths = [(int(tmin) + tmax) // 2, tmax, int(tmin)]
        if unit == "tenths":
            values = [*map(str, tenths), str(rain)]
        elif unit == "fahrenheit":
            values = [repr((round(t * 0.18 + 32) - 32) / 1.8) for t in tenths] + [str(rain / 10)]
        else:
            values = [str(round(t / 10)) if unit == "whole" else f"{t / 10:.1f}" for t in tenths] + ["0.5"]
        cells.append([f"{day:%Y/%-m/%-d}", *values])
    return cells


def _read_cells(tmp_path, cells: list[list[str]]):
    return _ghcn(tmp_path, *map(",".join, cells))


@pytest.mark.parametrize("unit", ["tenths", "fahrenheit", "celsius"])
def test_f5_f6_f8_no_single_value_turns_the_unit_of_a_table(tmp_path, unit):
    """F5, F6, F8: one odd value is set aside, and every other value of the table stays what it is without it."""
    sound = _read_cells(tmp_path, _year_of(unit))
    assert sound.rejects.empty
    for odd in ("280", "-5.2", "113.8", "-13.87"):
        cells = _year_of(unit)
        cells[40][1] = odd
        reading = _read_cells(tmp_path, cells)
        assert reading.caveats == sound.caveats
        others = [place for place in range(len(cells)) if place != 40]
        pd.testing.assert_frame_equal(reading.table.iloc[others], sound.table.iloc[others])
        mean = reading.table["temperature_mean_deg_c"][40]
        assert math.isnan(mean) or (unit, odd) in {("tenths", "280"), ("celsius", "-5.2")}
        assert len(reading.rejects) == math.isnan(mean)


def test_f5_whole_celsius_with_one_typed_280_is_refused(tmp_path):
    """F5: the table was divided by ten for one typing error."""
    cells = _year_of("whole")
    with pytest.raises(SourceError, match="cannot be told"):
        _read_cells(tmp_path, cells)
    cells[5][2] = "280"
    with pytest.raises(SourceError, match=r"1 alone beyond ±130 cannot decide it.*correct values"):
        _read_cells(tmp_path, cells)


def test_f6_tenths_without_a_day_beyond_130_are_told_by_the_span_of_days(tmp_path):
    """F6: a mild slice in tenths is told by TMAX and TMIN, and without them refused."""
    rows = [f"2024-03-{day:02d},{20 + day},{80 + day},{-40 + day},0" for day in range(1, 29)]
    reading = _ghcn(tmp_path, *rows)
    assert reading.table["temperature_max_deg_c"][0] == 8.1
    with pytest.raises(SourceError, match="cannot be told"):
        _ghcn(tmp_path, *[",".join(row.split(",")[:2]) for row in rows], header="DATE,TAVG")


def test_f5_a_month_in_another_unit_is_refused(tmp_path):
    """F5: tables of two units joined into one are no table of one unit."""
    cells = _year_of("celsius")
    cells[31:60] = [[row[0], *(str(int(float(cell) * 10)) for cell in row[1:])] for row in cells[31:60]]
    with pytest.raises(SourceError, match="the temperatures of 2024-02 are written otherwise"):
        _read_cells(tmp_path, cells)


def test_f12_values_the_archive_flags_are_set_aside(tmp_path):
    """F12: quality flags, and precipitation presumed zero, never become the day's weather."""
    header = "DATE,PRCP,PRCP_ATTRIBUTES,TMAX,TMAX_ATTRIBUTES,TMIN,TMIN_ATTRIBUTES"
    rows = [f'2023-07-{day:02d},0,",,S",{300 + day},",,S",{180 + day},"H,,S"' for day in range(1, 29)]
    rows[3] = '2023-07-04,3810,",K,S",560,",X,S",-1,"H,I,S"'
    rows[4] = '2023-07-05,0,"P,,S",305,",,S",185,"H,,S"'
    reading = _ghcn(tmp_path, *rows, header=header)
    assert reading.rejects[["row", "column", "found"]].values.tolist() == [
        [5, "TMAX", "560"],
        [5, "TMIN", "-1"],
        [5, "PRCP", "3810"],
        [6, "PRCP", "0"],
    ]
    assert "quality flag X (bounds check)" in reading.rejects["reason"][0]
    assert "presumed zero" in reading.rejects["reason"][3]
    assert reading.table.iloc[3, 1:].isna().all()
    assert math.isnan(reading.table["precipitation_mm"][4])


@pytest.mark.real
def test_f12_the_flagged_example(shared_data):
    """F12: the example of the review."""
    reading = met_ghcn.read(shared_data / "reality" / "inputs" / "ghcn_quality_flags.csv")
    assert len(reading.rejects) == 3
    assert reading.table["temperature_max_deg_c"].max() < 40


def test_f19_a_line_break_inside_a_number_costs_both_parts(tmp_path):
    """F19: −19.9 broken in two is neither −19 nor 9."""
    rows = [f"2024-01-{day:02d},-13.9,-8.7,-19.{day % 9 + 1}" for day in range(1, 20)]
    rows[4] = rows[4][:-2] + "\r\n.9"
    reading = _ghcn(tmp_path, *rows, header="DATE,TAVG,TMAX,TMIN")
    assert math.isnan(reading.table["temperature_min_deg_c"][4])
    assert reading.rejects[["row", "column"]].values.tolist() == [[6, "TMIN"], [7, ""]]
