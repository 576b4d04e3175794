"""The rules against the real files: the published city series, the archive's own index, the annual figures."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from helpers.standards import air

pytestmark = pytest.mark.real

CONTROL = "1125A"
ASSESSED = [f"{number}A" for number in range(1119, 1129) if f"{number}A" != CONTROL]


@pytest.fixture(scope="module")
def archive(shared_data) -> pd.DataFrame:
    """Station archive of 2019 in the hourly contract form, the published AQI included."""
    path = shared_data / "data" / "air" / "hourly" / "cnemc_hourly_sites_changchun_2019.csv.gz"
    wide = pd.read_csv(path).rename(columns={"type": "pollutant"})
    wide["time"] = pd.to_datetime(wide["date"].astype(str)) + pd.to_timedelta(wide["hour"], unit="h")
    wide = wide[wide["pollutant"].isin([*air.POLLUTANTS, "AQI"])].drop(columns=["date", "hour"])
    return wide.melt(["time", "pollutant"], var_name="station_code").dropna()


@pytest.fixture(scope="module")
def stations(archive) -> pd.DataFrame:
    return air.daily_stations(archive)


@pytest.fixture(scope="module")
def year_2019(stations) -> pd.DataFrame:
    city = air.daily_city(stations, assessed=ASSESSED)
    return air.period_statistics(city, start=date(2019, 1, 1), end=date(2019, 12, 31))


@pytest.fixture(scope="module")
def daily_table(shared_data) -> pd.DataFrame:
    path = (
        shared_data
        / "data"
        / "air"
        / "daily"
        / "aqistudy_daily_changchun_20131202-20170531__qhzhang87.csv.gz"
    )
    wide = pd.read_csv(path, encoding="utf-8-sig").rename(columns={"日期": "date", "O3_8h": "O3"})
    wide["date"] = pd.to_datetime(wide["date"])
    return wide.melt("date", list(air.POLLUTANTS), var_name="pollutant")


def value(table: pd.DataFrame, statistic: str, pollutant: str = "", rule: str = "") -> pd.Series:
    keys = (table["statistic"] == statistic) & (table["pollutant"] == pollutant) & (table["rule"] == rule)
    assert keys.sum() == 1
    return table[keys].iloc[0]


@pytest.mark.parametrize("pollutant", air.POLLUTANTS)
def test_city_hours_equal_the_published_series(archive, shared_data, pollutant):
    path = shared_data / "data" / "air" / "hourly" / "city_hourly_changchun_20190204-20190212.csv.gz"
    published = pd.read_csv(path, parse_dates=["time"]).set_index("time")[pollutant]
    ours = air.hourly_city(archive, assessed=ASSESSED)
    ours = ours[ours["pollutant"] == pollutant].set_index("time")["value"]
    assert len(published) == 201
    assert (ours.reindex(published.index).to_numpy() == published.to_numpy(dtype="float64")).all()


def test_hourly_index_equals_the_archives_own(archive):
    own = archive[archive["pollutant"] == "AQI"].set_index(["station_code", "time"])["value"]
    ours = air.hourly_aqi(archive)
    ours = ours[ours["is_complete"]].set_index(["station_code", "time"])["aqi"]
    both = ours.to_frame("ours").join(own.rename("own"), how="inner").dropna()
    assert len(both) == 76_353
    assert (both["ours"] == both["own"]).all()


@pytest.mark.parametrize(
    ("pollutant", "statistic", "expected", "decimals", "n_days"),
    [
        ("PM2.5", "mean", 38.5, 1, 348),
        ("PM10", "mean", 66.8, 1, 345),
        ("SO2", "mean", 11.2, 1, 348),
        ("NO2", "mean", 33.8, 1, 348),
        ("CO", "p95", 1.35, 2, 348),
        ("O3", "p90", 132.6, 1, 347),
    ],
)
def test_concentrations_of_2019(year_2019, pollutant, statistic, expected, decimals, n_days):
    row = value(year_2019, statistic, pollutant)
    assert round(row["value"], decimals) == expected
    assert row["n_days"] == n_days
    assert not row["is_valid"]  # August and September lack whole days


def test_ozone_of_2019_without_days_of_fewer_windows(stations):
    ozone = stations[(stations["pollutant"] == "O3") & (stations["n_valid"] >= 14)]
    city = air.daily_city(ozone, assessed=ASSESSED)
    table = air.period_statistics(city, start=date(2019, 1, 1), end=date(2019, 12, 31))
    row = value(table, "p90", "O3")
    assert (round(row["value"], 1), row["n_days"]) == (131.8, 346)


@pytest.mark.parametrize(
    ("rule", "valid", "good", "heavy"), [("complete", 342, 285, 5), ("present", 348, 290, 6)]
)
def test_days_of_2019_under_both_rules(year_2019, rule, valid, good, heavy):
    counts = [value(year_2019, f"{name}_days", rule=rule)["value"] for name in ("valid", "good", "heavy")]
    assert counts == [valid, good, heavy]


@pytest.mark.parametrize(
    ("year", "pm25", "ozone", "good", "heavy"),
    [(2014, 65.5, 131.6, 246, 18), (2015, 64.2, 152.8, 234, 28), (2016, 46.2, 144.0, 289, 5)],
)
def test_years_of_the_daily_table(daily_table, year, pm25, ozone, good, heavy):
    table = air.period_statistics(daily_table, start=date(year, 1, 1), end=date(year, 12, 31))
    assert round(value(table, "mean", "PM2.5")["value"], 1) == pm25
    assert round(value(table, "p90", "O3")["value"], 1) == ozone
    assert value(table, "good_days", rule="complete")["value"] == good
    assert value(table, "heavy_days", rule="complete")["value"] == heavy


def test_both_editions_of_a_real_year_differ_one_way(daily_table):
    old, new = (air.daily_aqi(daily_table, edition=edition)["aqi"].to_numpy() for edition in ("2012", "2026"))
    both = ~np.isnan(old) & ~np.isnan(new)
    assert both.sum() > 1200
    assert (new[both] >= old[both]).all()
    assert (new[both] > old[both]).any()
