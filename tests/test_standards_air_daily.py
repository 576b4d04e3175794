"""Hours to days, stations to city, index tables, on tables small enough to know every answer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ParameterError, SchemaError
from helpers.standards import air
from helpers.standards.rounding import round_half_even


def hourly(
    values: list[float], *, pollutant: str = "PM2.5", station: str = "A", first: str = "2025-07-01 01:00"
):
    times = pd.date_range(first, periods=len(values), freq="h", unit="s")
    return pd.DataFrame({"station_code": station, "time": times, "pollutant": pollutant, "value": values})


def pick(daily: pd.DataFrame, pollutant: str, day: str) -> pd.Series:
    rows = daily[(daily["pollutant"] == pollutant) & (daily["date"] == pd.Timestamp(day))]
    assert len(rows) == 1
    return rows.iloc[0]


def test_hour_zero_closes_the_day_before():
    daily = air.daily_stations(hourly([10.0] * 23 + [34.0] + [50.0] * 24))
    assert pick(daily, "PM2.5", "2025-07-01")["value"] == 11.0
    assert pick(daily, "PM2.5", "2025-07-02")["value"] == 50.0
    assert daily["date"].nunique() == 2


@pytest.mark.parametrize(("hours", "is_valid"), [(20, True), (19, False)])
def test_a_day_needs_twenty_hours(hours, is_valid):
    row = pick(air.daily_stations(hourly([30.0] * hours + [np.nan] * (24 - hours))), "PM2.5", "2025-07-01")
    assert (row["value"], row["n_valid"], row["is_valid"]) == (30.0, hours, is_valid)


@pytest.mark.parametrize(("level", "is_valid"), [(160.0, False), (161.0, True)])
def test_few_windows_count_only_above_the_limit(level, is_valid):
    table = hourly([level] * 18 + [np.nan] * 6, pollutant="O3")
    row = pick(air.daily_stations(table), "O3", "2025-07-01")
    assert (row["value"], row["n_valid"], row["is_valid"]) == (level, 13, is_valid)


def test_ozone_keeps_its_daily_maximum_beside_the_mda8():
    daily = air.daily_stations(hourly([0.0] * 12 + [80.0] * 4 + [0.0] * 8, pollutant="O3"))
    assert pick(daily, "O3", "2025-07-01")["value"] == 40.0
    assert pick(daily, "O3_1h", "2025-07-01")["value"] == 80.0


def test_windows_do_not_reach_into_the_day_before():
    table = hourly([300.0] * 24 + [0.0] * 24, pollutant="O3")
    assert pick(air.daily_stations(table), "O3", "2025-07-02")["value"] == 0.0


@given(st.lists(st.one_of(st.none(), st.integers(0, 400)), min_size=24, max_size=24))
def test_mda8_equals_the_rule_written_out(hours):
    ours, windows = air.mda8(np.array(hours, dtype="float64"))
    means = []
    for end in range(8, 25):
        there = [value for value in hours[end - 8 : end] if value is not None]
        if len(there) >= 6:
            means.append(sum(there) / len(there))
    assert windows == len(means)
    assert ours == max(means) if means else np.isnan(ours)


@pytest.mark.parametrize("kind", ["category", "object", "str"])
def test_text_may_come_in_any_type_and_rows_in_any_order(kind):
    table = pd.concat([hourly([float(at) for at in range(48)], station=name) for name in ("B", "A")])
    mixed = table.sample(frac=1, random_state=20220617).astype({"station_code": kind, "pollutant": kind})
    pd.testing.assert_frame_equal(air.daily_stations(mixed), air.daily_stations(table))


def test_other_pollutants_and_missing_names_are_left_out():
    table = hourly([30.0] * 24)
    noise = table.assign(pollutant="AQI")
    nameless = table.assign(pollutant=None)
    expected = air.daily_stations(table)
    pd.testing.assert_frame_equal(air.daily_stations(pd.concat([table, noise, nameless])), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: pd.concat([t, t.iloc[:1]]), "1 repeated rows"),
        (lambda t: t.assign(value=[-9999.0, *t["value"].iloc[1:]]), "-9999 .*quarantine"),
        (lambda t: t.assign(value=np.inf), "inf"),
        (lambda t: t.assign(time=t["time"] + pd.Timedelta(minutes=30)), "full hours"),
        (lambda t: t.assign(time=t["time"].astype(str)), "naive Beijing times"),
        (lambda t: t.assign(time=t["time"].dt.tz_localize("Asia/Shanghai")), "naive Beijing times"),
        (lambda t: t.drop(columns="value"), "lacks value"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(pollutant="AQI"), "no value of the six pollutants"),
    ],
)
def test_broken_tables_are_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        air.daily_stations(change(hourly([30.0] * 24)))


def test_control_point_does_not_enter_the_city():
    table = pd.concat([hourly([30.0] * 24, station="A"), hourly([90.0] * 24, station="control")])
    row = pick(air.daily_city(air.daily_stations(table), assessed=["A"]), "PM2.5", "2025-07-01")
    assert (row["value"], row["n_stations"], row["is_valid"]) == (30.0, 1, True)


def test_station_share_is_asked_only_when_named():
    daily = air.daily_stations(hourly([30.0] * 24))
    stations = ["A", "B", "C", "D"]
    assert pick(air.daily_city(daily, assessed=stations), "PM2.5", "2025-07-01")["is_valid"]
    strict = air.daily_city(daily, assessed=stations, min_share_pct=75)
    assert not pick(strict, "PM2.5", "2025-07-01")["is_valid"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), min_size=20, max_size=24), min_size=1, max_size=9))
def test_city_day_equals_fractions(stations):
    tables = [
        hourly([value / 10 for value in hours], station=f"S{at}", pollutant="CO")
        for at, hours in enumerate(stations)
    ]
    city = air.daily_city(
        air.daily_stations(pd.concat(tables)), assessed=[f"S{at}" for at in range(len(stations))]
    )
    exact = sum(Fraction(sum(hours), 10 * len(hours)) for hours in stations) / len(stations)
    assert pick(city, "CO", "2025-07-01")["value"] == float(round_half_even(exact, 1))


def test_city_hour_is_rounded_half_to_even_and_skips_absent_stations():
    table = pd.concat([hourly([35.0, 35.0], station="A"), hourly([36.0], station="B")])
    city = air.hourly_city(table, assessed=["A", "B"])
    assert city["value"].tolist() == [36.0, 35.0]
    assert city["n_stations"].tolist() == [2, 1]
    assert city["time"].tolist() == [pd.Timestamp("2025-07-01 01:00"), pd.Timestamp("2025-07-01 02:00")]


def test_unknown_stations_are_refused_by_name():
    with pytest.raises(SchemaError, match=r"9999A.*stations\.yml"):
        air.hourly_city(hourly([35.0]), assessed=["9999A"])
    with pytest.raises(SchemaError, match=r"9999A.*stations\.yml"):
        air.daily_city(air.daily_stations(hourly([35.0])), assessed=["9999A"])


def test_dust_hours_leave_the_particles_and_nothing_else():
    table = pd.concat(
        [hourly([100.0] * 22 + [900.0] * 2, pollutant=name) for name in ("PM10", "PM2.5", "NO2")]
    )
    dust = pd.DataFrame({"time": table["time"].unique()[-2:]})
    daily = air.daily_stations(air.without_dust(table, dust_hours=dust))
    assert pick(daily, "PM10", "2025-07-01")["value"] == 100.0
    assert pick(daily, "PM2.5", "2025-07-01")["n_valid"] == 22
    assert pick(daily, "NO2", "2025-07-01")["n_valid"] == 24


def city_days(first: str, n_days: int, **values: float) -> pd.DataFrame:
    """City days with the same value every day; ``PM2_5`` stands for PM2.5."""
    days = pd.date_range(first, periods=n_days, unit="s")
    return pd.concat(
        pd.DataFrame({"date": days, "pollutant": name.replace("_", "."), "value": value})
        for name, value in values.items()
    )


DAY = {"SO2": 8.0, "NO2": 25.0, "CO": 0.6, "O3": 88.0, "PM10": 50.0, "PM2_5": 75.0}


def test_each_day_is_judged_by_the_edition_in_force():
    table = air.daily_aqi(city_days("2026-02-28", 2, **DAY))
    assert table["edition"].tolist() == ["2012", "2026"]
    assert table["aqi"].tolist() == [100.0, 114.0]
    assert table["level"].tolist() == [2.0, 3.0]
    assert table["primary"].tolist() == ["PM2.5", "PM2.5"]
    assert table["is_complete"].all()


def test_a_named_edition_holds_for_every_day():
    assert air.daily_aqi(city_days("2026-02-28", 2, **DAY), edition="2026")["aqi"].tolist() == [114.0, 114.0]


def test_missing_item_gives_an_index_in_2012_and_none_in_2026():
    part = {name: value for name, value in DAY.items() if name != "O3"} | {"PM2_5": 40.0}
    table = air.daily_aqi(city_days("2026-02-28", 2, **part))
    assert table["aqi"].iloc[0] == 57.0
    assert np.isnan(table["aqi"].iloc[1])
    assert table["n_items"].tolist() == [5, 5]
    excused = air.daily_aqi(city_days("2026-03-01", 1, **part), not_in_plan=["O3"])
    assert excused["aqi"].tolist() == [60.0]


def test_gaps_are_rows_and_invalid_values_do_not_count():
    table = city_days("2025-07-01", 3, **DAY).assign(is_valid=True)
    table.loc[table["date"] == pd.Timestamp("2025-07-02"), "is_valid"] = False
    index = air.daily_aqi(table)
    assert index["aqi"].isna().tolist() == [False, True, False]
    assert index["n_items"].tolist() == [6, 0, 6]


def test_unknown_edition_is_refused():
    with pytest.raises(ParameterError, match="in_force, 2012 or 2026"):
        air.daily_aqi(city_days("2025-07-01", 1, **DAY), edition="1996")


def test_station_hour_belongs_to_the_edition_of_its_day():
    table = pd.concat(
        [
            hourly([75.0, 75.0], first="2026-03-01 00:00"),
            hourly([40.0], pollutant="NO2", first="2026-03-01 01:00"),
        ]
    )
    index = air.hourly_aqi(table)
    assert index["edition"].tolist() == ["2012", "2026"]
    assert index["aqi"].tolist() == [100.0, 114.0]
    assert index["n_items"].tolist() == [1, 2]
