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
from helpers import registry, store
from helpers.battles import assess, blue_sky, measures, results
from helpers.battles.air_days import make_days, monthly_good_share, monthly_means
from helpers.battles.air_measures import Seen
from helpers.battles.air_outlook import daily_values
from helpers.paths import Folders
from helpers.sources.ingest import ingest
from helpers.standards import air

YEAR = 365


def build(tables: dict, period: str = "2025", as_of: date = date(2025, 12, 31)):
    return blue_sky.build(tables, context(period, as_of))


def assessed(tables: dict, period: str = "2025", as_of: date = date(2025, 12, 31)) -> pd.DataFrame:
    """Rows of the measured indicators alone: what a battle has before its detail tables."""
    question = context(period, as_of)
    observed = measures.observe("blue_sky", Seen(make_days(tables, question), question), question)
    return results.make(assess.make_rows(observed, question, tables["sources"]))


def month(results: pd.DataFrame, indicator_id: str) -> pd.Series:
    """Row of an indicator over the month asked for, beside that of the year so far."""
    return results[results["indicator_id"] == indicator_id].iloc[-1]


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
    found_rows = assessed(tables, period="2025-04", as_of=date(2025, 4, 2))
    assert month(found_rows, "pm10_mean")["value"] == 100
    assert month(found_rows, "good_days")["value"] == 1  # the mean with dust is 333, far above 150
    assert "dust_deducted" in month(found_rows, "pm10_mean")["caveats"]
    tables["dust_hours"] = tables["dust_hours"][:0]
    found_rows = assessed(tables, period="2025-04", as_of=date(2025, 4, 2))
    assert month(found_rows, "pm10_mean")["value"] == 217  # (100 + 333.3) / 2
    assert "dust_deducted" not in month(found_rows, "pm10_mean")["caveats"]


def test_a_whole_year_is_met_or_missed_by_the_rounded_value() -> None:
    tables = empty_tables()
    values = np.full(YEAR, 30.0)
    values[:182] = 31.0  # mean 30.4986 is published as 30
    tables["air_daily_published"] = city_days("2025-01-01", "2025-12-31", PM2_5=values)
    found = row(assessed(tables), "pm25_mean")
    assert (found["value"], found["status"], found["n_obs"]) == (30.0, "met", 365)
    values[182:184] = 31.0  # 30.5041 is published as 31
    tables["air_daily_published"] = city_days("2025-01-01", "2025-12-31", PM2_5=values)
    found = row(assessed(tables), "pm25_mean")
    assert (found["value"], found["status"]) == (31.0, "off_track")
    assert math.isnan(found["required"])
    assert "third_party_daily" in found["caveats"]
    assert "draft_plan" in found["caveats"]


def test_an_invalid_year_shows_its_number_and_is_not_judged() -> None:
    tables = empty_tables()
    values = np.full(YEAR, 28.0)
    values[212:225] = np.nan  # 13 days of August: 352 days, but only 18 in one month
    tables["air_daily_published"] = city_days("2025-01-01", "2025-12-31", PM2_5=values)
    found = row(assessed(tables), "pm25_mean")
    assert (found["value"], found["n_obs"], found["status"]) == (28.0, 352, "no_data")
    assert "missing_days" in found["caveats"]


def test_the_budget_of_a_running_year_is_exact_at_its_edge() -> None:
    tables = empty_tables()
    polluted = np.zeros(304, dtype=bool)
    polluted[:30] = True
    level = np.where(polluted, 90.0, 20.0)
    tables["air_daily_published"] = city_days("2025-01-01", "2025-10-31", PM2_5=level)
    found_rows = assessed(tables, as_of=date(2025, 10, 31))
    found = row(found_rows, "good_day_ratio")
    assert found["value"] == 90.1
    # 365 days: 328 good days are 89.86 %, published as 89.9; 329 are 90.1. So 36 bad days in all, 6 more.
    assert found["required"] == 6
    mean = row(found_rows, "pm25_mean")
    used, left = float(level.sum()), 61
    assert round((used + left * mean["required"]) / 365, 6) <= 30.5
    assert (used + left * (mean["required"] + 1 / left)) / 365 > 30.5


def test_a_month_is_told_beside_the_year_up_to_its_end() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2024-01-01", "2025-10-31")
    found = assessed(tables, period="2025-10", as_of=date(2025, 10, 31))
    found = found[found["indicator_id"] == "pm25_mean"]
    told = list(zip(found["period_start"].dt.strftime("%Y-%m-%d"), found["target_id"], strict=True))
    assert told == [
        ("2025-01-01", "pm25_mean_2025"),
        ("2025-01-01", "pm25_mean_2025_three_year_action"),  # shown beside it, not judged
        ("2025-10-01", ""),
    ]
    assert math.isnan(found["limit_value"].iloc[-1])


def test_years_are_compared_under_one_edition_only() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2025-01-01", "2026-06-30", PM2_5=70.0)
    found_rows = assessed(tables, period="2026", as_of=date(2026, 6, 30))
    found = found_rows[found_rows["indicator_id"] == "good_day_ratio"].set_index("standard")
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
    found = row(assessed(tables), "pm25_mean")
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


def test_a_published_day_stands_where_the_stations_give_no_valid_one_and_nowhere_else() -> None:
    tables = empty_tables()
    tables["air_hourly"] = station_hours("2025-01-01", 3, stations={"1119A": {}})
    tables["air_daily_published"] = city_days("2024-12-30", "2025-01-05", PM2_5=50.0)
    hours = tables["air_hourly"]
    second = hours["time"].between("2025-01-02 01:00", "2025-01-02 20:00") & (hours["pollutant"] == "PM2.5")
    tables["air_hourly"] = hours[~second]  # four hours of the second day are no day
    days = make_days(tables, context("2025", date(2025, 1, 5)))
    found = days.series("PM2.5")
    assert found.tolist() == [50.0, 50.0, 28.0, 50.0, 28.0, 50.0, 50.0]
    assert days.series("PM10").tolist() == [60.0] * 7
    assert [str(day.date()) for day in days.third_party] == [
        "2024-12-30", "2024-12-31", "2025-01-02", "2025-01-04", "2025-01-05",
    ]  # fmt: skip


def test_one_station_day_does_not_throw_the_published_year_away() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2025-01-01", "2025-06-07", PM2_5=41.0).assign(
        source_id="table"
    )
    tables["air_hourly"] = station_hours("2025-05-10", 1, stations={"1119A": {"PM2.5": 74.0}}).assign(
        source_id="archive"
    )
    found = row(assessed(tables, as_of=date(2025, 6, 7)), "pm25_mean")
    assert (found["value"], found["n_obs"]) == (41.0, 158)
    assert found["source_ids"] == "archive;table"


def test_without_ozone_the_edition_of_2026_counts_neither_good_nor_bad_days() -> None:
    tables = empty_tables()
    level = np.where(np.arange(181) % 5 == 0, 160.0, 20.0)
    tables["air_daily_published"] = city_days("2026-01-01", "2026-06-30", PM2_5=level, O3=np.nan)
    battle = build(tables, period="2026", as_of=date(2026, 6, 30))
    found = battle.results[battle.results["indicator_id"] == "good_day_ratio"].set_index("standard")
    in_force, old, new = (
        found.loc[name] for name in ("HJ 633-2012, 2026 in force", "HJ 633-2012", "HJ 633-2026")
    )
    assert (in_force["n_obs"], new["n_obs"]) == (59, 0)  # January and February, under the edition of 2012
    assert math.isnan(in_force["value"]) and math.isnan(new["value"])
    assert (in_force["status"], in_force["reason"]) == ("no_data", "items_missing|O3")
    assert old["value"] == 79.6  # 144 of 181: every fifth day is bad, whatever the month
    assert "ozone_missing" in old["caveats"]
    calendar = battle.tables["daily"].set_index("date")["aqi"]
    assert calendar.loc["2026-03-01":].isna().all()
    windows = battle.tables["windows"].set_index(["window_id", "year"])
    assert math.isnan(windows.loc[("ozone", 2026), "n_good"]) and math.isnan(
        windows.loc[("ozone", 2026), "n_polluted"]
    )
    assert monthly_good_share(make_days(tables, battle.context)).round(1).iloc[0] == 77.4  # 24 of 31


def test_a_year_without_ozone_shows_its_share_and_gives_no_verdict() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2025-01-01", "2025-12-31", O3=np.nan)
    battle = build(tables)
    found = row(battle.results, "good_day_ratio")
    assert (found["value"], found["status"], found["reason"]) == (100.0, "no_data", "items_missing|O3")
    assert found["confidence"] == "none" or found["confidence"] == "low"
    assert math.isnan(row(battle.results, "composite_index")["value"])
    assert row(battle.results, "composite_index")["reason"] == "items_missing|O3"
    assert row(battle.results, "pm25_mean")["status"] == "met"


def test_calendar_windows_budget_and_ratio_count_the_same_days() -> None:
    tables = empty_tables()
    alone = np.full(304, np.nan)
    alone[::7] = 20.0
    other = np.where(np.isnan(alone), 30.0, np.nan)  # every seventh day has one item only
    columns = dict.fromkeys(("SO2", "NO2", "CO", "O3", "PM10"), other)
    level = np.where(np.isnan(alone), 90.0, 20.0)
    tables["air_daily_published"] = city_days("2025-01-01", "2025-10-31", PM2_5=level, **columns)
    battle = build(tables, as_of=date(2025, 10, 31))
    found, daily = row(battle.results, "good_days"), battle.tables["daily"]
    year = daily[daily["date"].dt.year == 2025]
    assert found["n_obs"] == year["aqi"].notna().sum() == year["is_counted"].sum() == 304 - 44
    assert found["value"] == (year["aqi"] <= 100).sum() == 0
    days = make_days(tables, battle.context)
    assert len(daily_values(days, registry.indicator("good_day_ratio"), date(2025, 10, 31))) == found["n_obs"]
    assert row(battle.results, "good_day_ratio")["n_obs"] == found["n_obs"]
    assert battle.tables["windows"]["n_days"].max() < 200


def test_a_year_without_a_day_is_no_zero_to_compare_with() -> None:
    tables = empty_tables()
    days = city_days("2023-12-31", "2023-12-31"), city_days("2025-01-01", "2025-12-31")
    tables["air_daily_published"] = pd.concat(days)
    found = assessed(tables)
    for name in ("good_days", "heavy_days", "good_day_ratio", "pm25_mean"):
        assert math.isnan(row(found, name)["value_prev"]) and math.isnan(row(found, name)["change_prev"])


def test_windows_without_a_satellite_file_have_no_fires() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2024-01-01", "2025-12-31")
    windows = build(tables).tables["windows"]
    assert windows["n_fires"].isna().all()
    assert (windows["n_days"] > 0).all()


@pytest.mark.parametrize(
    ("period", "as_of"),
    [("2025-01", "2025-01-31"), ("2025-Q1", "2025-03-31"), ("2026-01", "2026-01-31"), ("2026-Q2", "2026-06-30"),
     ("2026-05", "2026-05-31"), ("2026-Q1", "2026-03-31"), ("2024-02", "2024-02-29"), ("2025", "2025-01-01"),
     ("2016", "2016-12-31"), ("2016-01", "2016-01-31"), ("2018-Q3", "2018-09-30"), ("2026", "2026-03-01")],
)  # fmt: skip
@pytest.mark.parametrize("lacking", [(), ("O3",), ("PM2.5",), ("SO2", "NO2", "CO", "O3", "PM10"), "all"])
def test_every_edge_of_the_calendar_has_one_row_for_each_thing(period: str, as_of: str, lacking) -> None:
    tables = empty_tables()
    none = dict.fromkeys((name.replace(".", "_") for name in lacking), np.nan) if lacking != "all" else {}
    if lacking != "all":
        first = f"{int(period[:4]) - 1}-06-01"
        tables["air_daily_published"] = city_days(first, "2026-06-30", **none)
    found = assessed(tables, period, date.fromisoformat(as_of))
    assert not found.duplicated(["indicator_id", "period_start", "period_end", "standard", "target_id"]).any()
    assert found.loc[found["n_obs"] == 0, "value"].isna().all()
    assert (found["reason"] != "").where(found["value"].isna(), True).all()


def test_without_air_data_every_target_is_insufficient_and_nothing_is_invented() -> None:
    battle = build(empty_tables())
    measured = battle.results[
        battle.results["indicator_id"].isin(["pm25_mean", "good_day_ratio", "heavy_day_ratio"])
    ]
    judged = measured[
        measured["target_id"].isin([one.id for one in battle.context.plan.targets if one.judged])
    ]
    assert judged["status"].tolist() == ["no_data"] * 3
    assert set(judged["reason"]) == {"no_value"}
    assert battle.results["value"].isna().all()
    assert set(battle.results["status"]) <= {"no_data", "no_target"}
    assert "daily" not in battle.tables


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from([20.0, 70.0, 90.0, 160.0, math.nan]), min_size=40, max_size=120))
def test_any_year_so_far_makes_a_valid_results_table(values: list[float]) -> None:
    tables = empty_tables()
    last = pd.Timestamp("2025-01-01") + pd.Timedelta(days=len(values) - 1)
    tables["air_daily_published"] = city_days("2025-01-01", str(last.date()), PM2_5=np.array(values))
    table = assessed(tables, as_of=last.date())
    found = row(table, "good_day_ratio")
    assert found["n_obs"] <= len(values)
    assert math.isnan(found["value"]) == (2 * found["n_obs"] < len(values))
    if not math.isnan(found["value"]):
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
    assert row(assessed(tables, period="2026", as_of=date(2026, 6, 30)), "pm25_mean")["limit_value"] == 30


def weather_of(first: str, last: str, rng: np.random.Generator) -> pd.DataFrame:
    days = pd.date_range(first, last, freq="D").astype("datetime64[s]")
    table = pd.DataFrame({"date": days, "wind_speed_m_s": np.exp(rng.normal(1.0, 0.4, len(days)))})
    table = table.assign(source_id="invented")
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
