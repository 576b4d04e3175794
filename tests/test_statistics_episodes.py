"""Episode ledgers, fires upwind, annual value with and without, and the geometry beneath."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SchemaError
from helpers.statistics import episodes as ledger
from helpers.statistics import geodesy

CITY = {"latitude": 43.9, "longitude": 125.3}


def make_daily() -> pd.DataFrame:
    """Ten days: a heavy run of three, a gap inside what might be another, one lone day."""
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-10-28", periods=10, freq="D"),
            "aqi": [80, 210, 300, 250, 90, 220, np.nan, 230, 100, 200],
            "primary": ["PM2.5", "PM2.5", "PM10;PM2.5", "PM2.5", "PM2.5", "PM10", "", "PM10", "", "PM2.5"],
            "PM2.5": [50.0, 160, 250, 190, 60, 90, np.nan, 95, 40, 140],
            "PM10": [80.0, 200, 310, 250, 100, 350, np.nan, 380, 70, 200],
        }
    )


def make_weather() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-10-28", periods=4, freq="D"),
            "wind_speed_m_s": [2.0, 1.0, 1.5, np.nan],
            "wind_direction_deg": [350.0, 350.0, 10.0, np.nan],
            "relative_humidity_pct": [60.0, 70, 80, 90],
            "precipitation_mm": [0.0, np.nan, 1.0, 0.5],
        }
    )


def make_fires(rows: list[tuple[str, float, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["time_local", "latitude", "longitude", "frp_mw"])
    return table.assign(time_local=pd.to_datetime(table["time_local"]))


FIRES = [
    ("2024-10-20 13:00", 44.0, 125.3, 5.0),  # long before
    ("2024-10-28 13:00", 44.5, 125.3, 10.0),  # the eve, 67 km north: upwind
    ("2024-10-29 02:00", 44.3, 125.3, 20.0),  # 44 km north: upwind, nearest
    ("2024-10-30 13:00", 43.5, 125.3, 40.0),  # south: downwind
    ("2024-10-31 13:00", 44.2, 125.3, 80.0),  # north, but that day's wind is unknown
    ("2024-10-30 13:00", 47.0, 125.3, 99.0),  # too far
    ("2024-11-20 13:00", 44.0, 125.3, 5.0),  # long after
]


def test_runs_end_at_gaps_and_at_the_threshold():
    found = ledger.find_episodes(make_daily().iloc[::-1])
    assert found["start_date"].dt.day.tolist() == [29, 2, 4]
    assert found["n_days"].tolist() == [
        3,
        1,
        1,
    ]  # 2 and 4 November are not joined over the missing day; 200 is not above
    first = found.iloc[0]
    assert (first["peak_aqi"], first["leading"]) == (300, "PM2.5")
    assert first["peak_date"] == pd.Timestamp("2024-10-30")
    assert first["pm25_mean_ug_m3"] == 200 and first["pm_ratio"] == pytest.approx(200 / (760 / 3))
    assert ledger.find_episodes(make_daily(), above=500).empty
    assert ledger.find_episodes(make_daily().assign(aqi=np.nan)).columns.tolist() == found.columns.tolist()


def test_daily_table_is_checked():
    with pytest.raises(SchemaError, match="lacks"):
        ledger.find_episodes(make_daily().drop(columns="PM10"))
    with pytest.raises(SchemaError, match="stands twice"):
        ledger.find_episodes(pd.concat([make_daily(), make_daily()]))
    with pytest.raises(SchemaError, match="stands twice"):
        ledger.add_weather(ledger.find_episodes(make_daily()), pd.concat([make_weather(), make_weather()]))


def test_weather_beside_an_episode():
    found = ledger.add_weather(ledger.find_episodes(make_daily()), make_weather())
    first, last = found.iloc[0], found.iloc[-1]
    assert first["wind_speed_m_s"] == 1.25 and first["relative_humidity_pct"] == 80
    assert first["precipitation_mm"] == 1.5
    assert first["wind_direction_deg"] % 360 == pytest.approx(
        0, abs=1e-9
    )  # 350 and 10 meet at north, not at 180
    assert last[["wind_speed_m_s", "wind_direction_deg", "precipitation_mm"]].isna().all()
    assert ledger.add_weather(found.iloc[:, :8], make_weather().iloc[:0])["wind_speed_m_s"].isna().all()


def test_peak_hour_counts_midnight_to_the_day_before():
    times = pd.to_datetime(
        ["2024-10-29 00:00", "2024-10-29 01:00", "2024-10-31 08:00", "2024-11-01 00:00", "2024-11-01 01:00"]
    )
    hourly = pd.DataFrame({"time": times, "value": [900.0, 150, 420, 420, 900]})
    found = ledger.add_hours(ledger.find_episodes(make_daily()), hourly, above=150)
    first = found.iloc[0]
    assert first["pm25_highest_hour_ug_m3"] == 420 and first["peak_time"] == pd.Timestamp("2024-10-31 08:00")
    assert (first["n_hours"], first["n_hours_above"]) == (3, 2)
    bare = ledger.add_hours(
        ledger.find_episodes(make_daily()), pd.DataFrame({"time": [], "value": []}), above=150
    )
    assert bare["n_hours"].eq(0).all() and bare["n_hours_above"].isna().all()
    assert np.isnan(found.iloc[1]["n_hours_above"]) and pd.isna(found.iloc[1]["peak_time"])


def test_fires_upwind_with_distance_bearing_power_and_hours():
    hourly = pd.DataFrame({"time": [pd.Timestamp("2024-10-30 20:00")], "value": [400.0]})
    found = ledger.add_hours(ledger.find_episodes(make_daily()), hourly, above=150)
    listed = ledger.list_fires(found, make_fires(FIRES), make_weather(), **CITY)
    assert listed["frp_mw"].tolist() == [80.0, 20.0, 40.0, 10.0]  # nearest first
    assert listed["is_upwind"].isna().tolist() == [True, False, False, False]
    added = ledger.add_fires(found, make_fires(FIRES), make_weather(), **CITY).iloc[0]
    assert (added["n_fires"], added["n_fires_upwind"], added["upwind_frp_mw"]) == (4, 2, 30.0)
    assert added["nearest_upwind_km"] == pytest.approx(44.48, abs=0.01)
    assert added["nearest_upwind_bearing_deg"] == pytest.approx(0)
    assert added["nearest_upwind_hours_before_peak"] == 42


def test_unknown_is_not_none():
    found = ledger.find_episodes(make_daily())
    nothing = make_fires([])
    added = ledger.add_fires(found, nothing, make_weather(), **CITY)
    assert added[["n_fires", "n_fires_upwind", "nearest_upwind_km"]].isna().all(axis=None)
    calm = ledger.add_fires(
        found, make_fires(FIRES), make_weather().assign(wind_direction_deg=np.nan), **CITY
    )
    assert calm["n_fires"].tolist() == [4, 0, 0] and calm["n_fires_upwind"].isna().all()
    early = ledger.add_fires(found, make_fires(FIRES[:2]), make_weather(), **CITY)
    assert early["n_fires"].isna().all()  # the fire table ends before the episodes do
    empty = ledger.add_fires(found.iloc[:0], make_fires(FIRES), make_weather(), **CITY)
    assert empty.empty and "nearest_upwind_km" in empty


def test_a_calm_day_has_no_direction_and_no_upwind():
    found, calm = ledger.find_episodes(make_daily()), make_weather().assign(wind_speed_m_s=0.0)
    assert ledger.add_weather(found, calm)["wind_direction_deg"].isna().all()
    assert ledger.list_fires(found, make_fires(FIRES), calm, **CITY)["is_upwind"].isna().all()
    without_speed = make_weather().drop(columns="wind_speed_m_s")
    told = ledger.list_fires(found, make_fires(FIRES), without_speed, **CITY)
    assert told["is_upwind"].isna().tolist() == [True, False, False, False]


def test_straw_ledger_keeps_episodes_of_the_window_with_fires():
    windows = pd.DataFrame(
        {
            "window_id": ["straw_autumn"],
            "start_date": [pd.Timestamp("2024-10-01")],
            "end_date": [pd.Timestamp("2024-10-29")],
        }
    )
    found = ledger.add_fires(ledger.find_episodes(make_daily()), make_fires(FIRES), make_weather(), **CITY)
    kept = ledger.straw_ledger(found, windows)
    assert kept["window_id"].tolist() == ["straw_autumn"] and kept["n_days"].tolist() == [3]
    assert ledger.straw_ledger(found.assign(n_fires=0.0), windows).empty
    assert ledger.straw_ledger(found, windows.iloc[:0]).empty
    assert ledger.straw_ledger(found.iloc[:0], windows).columns.tolist() == ["window_id", *found.columns]
    with pytest.raises(SchemaError, match="n_fires"):
        ledger.straw_ledger(ledger.find_episodes(make_daily()), windows)


def test_annual_value_with_and_without():
    dates = pd.date_range("2023-01-01", "2024-03-31", freq="D")
    values = np.where(dates == pd.Timestamp("2023-11-05"), 404.0, 40.0)
    daily = pd.DataFrame({"date": dates, "PM2.5": values})
    one = pd.DataFrame({"start_date": [pd.Timestamp("2023-11-05")], "end_date": [pd.Timestamp("2023-11-05")]})
    told = ledger.annual_without(daily, one)
    assert told["year"].tolist() == [2023, 2024] and told["status"].tolist() == ["ok", "insufficient"]
    assert told.loc[0, "value_without"] == 40 and told.loc[0, "difference"] == pytest.approx(364 / 365)
    assert told["n_days_episodes"].tolist() == [1, 0]
    assert told.loc[1, ["value", "value_without", "difference"]].isna().all()
    nothing = ledger.annual_without(daily, one.iloc[:0])
    assert nothing.loc[0, "difference"] == 0
    assert ledger.annual_without(daily.assign(**{"PM2.5": np.nan}), one).empty


@given(above=st.integers(0, 400))
def test_days_inside_episodes_are_the_days_above(above):
    daily = make_daily()
    found = ledger.find_episodes(daily, above=above)
    assert ledger.is_inside(daily["date"], found).equals(daily["aqi"].gt(above))
    assert found["n_days"].sum() == daily["aqi"].gt(above).sum()


@given(
    latitude=st.floats(-80, 80), longitude=st.floats(-179, 179), north=st.floats(-5, 5), east=st.floats(-5, 5)
)
def test_distance_is_symmetric_and_bearings_point_there(latitude, longitude, north, east):
    there = latitude + north, longitude + east
    out = float(geodesy.distance_km(latitude, longitude, *(np.array([part]) for part in there))[0])
    back = float(geodesy.distance_km(*there, np.array([latitude]), np.array([longitude]))[0])
    assert out == pytest.approx(back, abs=1e-6) and out >= 0
    bearing = float(geodesy.bearing_deg(latitude, longitude, *(np.array([part]) for part in there))[0])
    assert 0 <= bearing < 360 or bearing == pytest.approx(360)


def test_known_distances_and_bearings():
    degree = np.pi * 6371.0088 / 180
    places = np.array([0.0, 1.0, -90.0, 0.0]), np.array([11.0, 10.0, 0.0, -170.0])
    assert geodesy.distance_km(0.0, 10.0, *places) == pytest.approx(
        [degree, degree, 90 * degree, 180 * degree]
    )
    assert geodesy.bearing_deg(0.0, 10.0, *places)[:3] == pytest.approx([90, 0, 180])
    assert geodesy.bearing_deg(0.0, 10.0, np.array([0.0]), np.array([9.0])) == pytest.approx([270])
    assert geodesy.angle_between_deg(np.array([350.0, 0, 90]), np.array([10.0, 180, 90])).tolist() == [
        20,
        180,
        0,
    ]
