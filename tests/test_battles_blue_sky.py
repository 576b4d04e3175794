"""Blue sky: from processed tables to the results table, by hand-checked cases and the real files of 2019."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from air_cases import city_days, context, empty_tables, row, station_hours
from helpers import store
from helpers.battles import air_rows, blue_sky, results
from helpers.battles.air_days import make_days, monthly_means
from helpers.paths import Folders
from helpers.sources.ingest import ingest
from helpers.standards import air

YEAR = 365


def build(tables: dict, period: str = "2025", as_of: date = date(2025, 12, 31)):
    return blue_sky.build(tables, context(period, as_of))


def test_control_station_never_enters_the_city_value() -> None:
    tables = empty_tables()
    tables["air_hourly"] = station_hours(
        "2025-01-01", 3, stations={"1119A": {}, "1120A": {"PM2.5": 33.0}, "1125A": {"PM2.5": 400.0}}
    )
    days = make_days(tables, context("2025", date(2025, 1, 3)))
    assert days.series("PM2.5").tolist() == [30.0, 30.0, 30.0]  # 30.5 is rounded half to even
    assert days.series("PM2.5", unrounded=True).tolist() == [30.5, 30.5, 30.5]


def test_dust_hours_leave_concentrations_but_not_the_day_counts() -> None:
    tables = empty_tables()
    hours = station_hours("2025-04-01", 2, stations={"1119A": {"PM10": 100.0}})
    dusty = pd.date_range("2025-04-01 05:00", periods=4, freq="h").astype("datetime64[s]")
    hours.loc[hours["time"].isin(dusty) & (hours["pollutant"] == "PM10"), "value"] = 1500.0
    tables["air_hourly"] = hours
    tables["dust_hours"] = pd.DataFrame({"city_code": "220100", "time": dusty, "source_id": "invented"})
    battle = build(tables, as_of=date(2025, 4, 2))
    assert row(battle.results, "pm10_mean")["value"] == 100
    assert row(battle.results, "good_days")["value"] == 1  # the mean with dust is 333, far above 150
    assert "dust_deducted" in row(battle.results, "pm10_mean")["caveats"]
    tables["dust_hours"] = tables["dust_hours"][:0]
    battle = build(tables, as_of=date(2025, 4, 2))
    assert row(battle.results, "pm10_mean")["value"] == 217  # (100 + 333.3) / 2
    assert "dust_deducted" not in row(battle.results, "pm10_mean")["caveats"]


def test_a_whole_year_is_met_or_missed_by_the_rounded_value() -> None:
    tables = empty_tables()
    values = np.full(YEAR, 30.0)
    values[:182] = 31.0  # mean 30.4986 is published as 30
    tables["air_daily_published"] = city_days("2025-01-01", "2025-12-31", PM2_5=values)
    found = row(build(tables).results, "pm25_mean")
    assert (found["value"], found["status"], found["n_obs"]) == (30.0, "met", 365)
    values[182:184] = 31.0  # 30.5041 is published as 31
    tables["air_daily_published"] = city_days("2025-01-01", "2025-12-31", PM2_5=values)
    found = row(build(tables).results, "pm25_mean")
    assert (found["value"], found["status"]) == (31.0, "off_track")
    assert math.isnan(found["required"])
    assert "third_party_daily" in found["caveats"]
    assert "draft_plan" in found["caveats"]


def test_an_invalid_year_shows_its_number_and_is_not_judged() -> None:
    tables = empty_tables()
    values = np.full(YEAR, 28.0)
    values[212:225] = np.nan  # 13 days of August: 352 days, but only 18 in one month
    tables["air_daily_published"] = city_days("2025-01-01", "2025-12-31", PM2_5=values)
    found = row(build(tables).results, "pm25_mean")
    assert (found["value"], found["n_obs"], found["status"]) == (28.0, 352, "no_data")
    assert "missing_days" in found["caveats"]


def test_the_budget_of_a_running_year_is_exact_at_its_edge() -> None:
    tables = empty_tables()
    polluted = np.zeros(304, dtype=bool)
    polluted[:30] = True
    level = np.where(polluted, 90.0, 20.0)
    tables["air_daily_published"] = city_days("2025-01-01", "2025-10-31", PM2_5=level)
    battle = build(tables, as_of=date(2025, 10, 31))
    found = row(battle.results, "good_day_ratio")
    assert found["value"] == 90.1
    # 365 days: 328 good days are 89.86 %, published as 89.9; 329 are 90.1. So 36 bad days in all, 6 more.
    assert found["required"] == 6
    mean = row(battle.results, "pm25_mean")
    used, left = float(level.sum()), 61
    assert round((used + left * mean["required"]) / 365, 6) <= 30.5
    assert (used + left * (mean["required"] + 1 / left)) / 365 > 30.5


def test_a_month_is_told_beside_the_year_up_to_its_end() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2024-01-01", "2025-10-31")
    found = build(tables, period="2025-10", as_of=date(2025, 10, 31)).results
    found = found[found["indicator_id"] == "pm25_mean"]
    assert [str(day.date()) for day in found["period_start"]] == ["2025-01-01", "2025-10-01"]
    assert found["target_id"].tolist() == ["pm25_mean_2025", ""]
    assert math.isnan(found["limit_value"].iloc[1])


def test_years_are_compared_under_one_edition_only() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2025-01-01", "2026-06-30", PM2_5=70.0)
    battle = build(tables, period="2026", as_of=date(2026, 6, 30))
    found = battle.results[battle.results["indicator_id"] == "good_day_ratio"].set_index("standard")
    assert list(found.index) == ["HJ 633-2012, 2026 in force", "HJ 633-2012", "HJ 633-2026"]
    # PM2.5 of 70 is good under the 2012 table (75) and polluted under that of 2026 (60).
    assert found["value"].tolist() == [32.6, 100.0, 0.0]
    assert math.isnan(found["change_prev"].iloc[0])
    assert found["change_prev"].iloc[1:].tolist() == [0.0, 0.0]
    assert all("edition_change_2026" in text for text in found["caveats"])


def test_year_on_year_comes_from_the_rounded_values() -> None:
    tables = empty_tables()
    before, now = (
        city_days("2024-01-01", "2024-12-31", PM2_5=33.4),
        city_days("2025-01-01", "2025-12-31", PM2_5=30.6),
    )
    tables["air_daily_published"] = pd.concat([before, now])
    found = row(build(tables).results, "pm25_mean")
    assert (found["value"], found["value_prev"], found["change_prev"]) == (31.0, 33.0, -6.1)


def test_particles_have_no_trend_across_the_change_of_reference_state() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2016-01-01", "2020-12-31")
    days = make_days(tables, context("2020", date(2020, 12, 31)))
    assert monthly_means(days, "PM2.5").index[0] == pd.Timestamp("2018-09-01")
    gas = monthly_means(days, "NO2")
    assert gas.index[0] == pd.Timestamp("2016-01-01")
    assert gas.iloc[0] == pytest.approx(30 * 273 / 298.15)
    assert gas.iloc[-1] == 30


def test_published_days_fill_only_years_without_station_files() -> None:
    tables = empty_tables()
    tables["air_hourly"] = station_hours("2025-01-01", 3, stations={"1119A": {}})
    tables["air_daily_published"] = city_days("2024-12-30", "2025-01-05", PM2_5=50.0)
    days = make_days(tables, context("2025", date(2025, 1, 5)))
    assert days.series("PM2.5").to_dict() == {
        pd.Timestamp("2024-12-30"): 50.0,
        pd.Timestamp("2024-12-31"): 50.0,
        pd.Timestamp("2025-01-01"): 28.0,
        pd.Timestamp("2025-01-02"): 28.0,
        pd.Timestamp("2025-01-03"): 28.0,
    }
    assert list(days.third_party) == [pd.Timestamp("2024-12-30"), pd.Timestamp("2024-12-31")]


def test_without_air_data_every_target_is_insufficient_and_nothing_is_invented() -> None:
    battle = build(empty_tables())
    measured = battle.results[
        battle.results["indicator_id"].isin(["pm25_mean", "good_day_ratio", "heavy_day_ratio"])
    ]
    assert measured["status"].tolist() == ["no_data"] * 3
    assert battle.results["value"].isna().all()
    assert set(battle.results.loc[battle.results["target_value"].notna(), "status"]) == {"no_data"}
    assert "daily" not in battle.tables


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([20.0, 70.0, 90.0, 160.0, math.nan]), min_size=40, max_size=120))
def test_any_year_so_far_makes_a_valid_results_table(values: list[float]) -> None:
    tables = empty_tables()
    last = pd.Timestamp("2025-01-01") + pd.Timedelta(days=len(values) - 1)
    tables["air_daily_published"] = city_days("2025-01-01", str(last.date()), PM2_5=np.array(values))
    question = context("2025", last.date())
    table = results.make(air_rows.make_rows(make_days(tables, question), question))
    found = row(table, "good_day_ratio")
    assert found["n_obs"] <= len(values)
    assert 0 <= found["value"] <= 100
    assert row(table, "good_days")["value"] <= found["n_obs"]


@pytest.mark.real
def test_real_2019_from_the_station_archive(shared_data, tmp_path) -> None:
    folders = Folders(tmp_path / "raw", tmp_path / "processed")
    folders.raw.mkdir()
    name = "cnemc_hourly_sites_changchun_2019.csv.gz"
    (folders.raw / name).write_bytes((shared_data / "data" / "air" / "hourly" / name).read_bytes())
    summary = ingest(folders, city="changchun")
    assert not summary.refused
    tables = {name: store.read_table(folders.processed, name) for name in empty_tables()}
    found = blue_sky.build(tables, context("2019", date(2019, 12, 31))).results
    assert (row(found, "pm25_mean")["value"], row(found, "pm25_mean")["n_obs"]) == (
        39.0,
        348,
    )  # 38.5 to one decimal
    assert (row(found, "good_days")["value"], row(found, "heavy_days")["value"]) == (290, 6)
    assert row(found, "o3_p90")["value"] == 133.0  # 132.6 with the days that count because they exceed 160
    assert row(found, "pm25_mean")["status"] == "no_data"  # 2019 has months with fewer than 27 valid days
    assert not found["simulated"].any()


def test_limits_follow_the_date() -> None:
    assert air.limit_in_force("PM2.5", "annual", date(2025, 12, 31)).value == 35
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2026-01-01", "2026-06-30")
    assert (
        row(build(tables, period="2026", as_of=date(2026, 6, 30)).results, "pm25_mean")["limit_value"] == 30
    )


def weather_of(first: str, last: str, rng: np.random.Generator) -> pd.DataFrame:
    days = pd.date_range(first, last, freq="D").astype("datetime64[s]")
    table = pd.DataFrame({"date": days, "wind_speed_m_s": np.exp(rng.normal(1.0, 0.4, len(days)))})
    names = (
        "temperature_mean_deg_c",
        "wind_direction_deg",
        "relative_humidity_pct",
        "precipitation_mm",
        "pressure_hpa",
    )
    return table.assign(**{name: rng.normal(50, 10, len(days)) for name in names})


def test_a_change_made_by_wind_is_split_off_as_weather() -> None:
    rng = np.random.default_rng(7)
    weather = weather_of("2019-01-01", "2025-12-31", rng)
    calm = weather["date"].dt.year == 2025
    weather.loc[calm, "wind_speed_m_s"] *= 0.6
    fine = 80 / weather["wind_speed_m_s"] * np.exp(rng.normal(0, 0.05, len(weather)))
    tables = empty_tables() | {"met_daily": weather}
    tables["air_daily_published"] = city_days("2019-01-01", "2025-12-31", PM2_5=fine.round().to_numpy())
    battle = build(tables)
    split = battle.tables["weather_split"].iloc[0]
    assert split["status"] == "ok"
    assert split["change_pct"] > 40
    assert split["weather_pct"] == pytest.approx(split["change_pct"], abs=12)
    assert split["emission_low_pct"] < 0 < split["emission_high_pct"]
    assert battle.tables["weather_model"]["recovered_share"].iloc[0] == pytest.approx(1, abs=0.05)


def test_without_weather_no_split_is_given() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2022-01-01", "2025-12-31", PM2_5=30.0)
    assert build(tables).tables["weather_split"]["status"].iloc[0] == "insufficient"
