"""Backtest: the scores, and what they must be on simulated and on real years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from cnstandards import air
from helpers.battles.judgement import LIKELIHOOD_FLOORS, likelihood_band
from helpers.errors import CoverageError
from helpers.statistics.backtest import crps_of, judge, part_inside, run_backtest
from test_statistics_forecast import DAYS, years_of_days

ASSESSED = [f"{number}A" for number in range(1119, 1129) if number != 1125]
AIMS = [
    *[(p, "mean", air.decimals_of(p)) for p in ("PM2.5", "PM10", "SO2", "NO2", "CO")],
    *[("PM2.5", "p95", 0), ("PM10", "p95", 0), ("SO2", "p98", 0), ("NO2", "p98", 0), ("CO", "p95", 1)],
    *[("O3", "p90", 0), ("AQI", "share_at_most:100", 0), ("AQI", "count_above:200", 0)],
]


@pytest.fixture(scope="module")
def real_days(shared_data) -> dict[str, pd.DataFrame]:
    """Daily city values 2013-12…2017-05 and 2019 by pollutant: ``date, value``."""
    folder = shared_data / "data" / "air"
    table = pd.read_csv(
        folder / "daily" / "aqistudy_daily_changchun_20131202-20170531__qhzhang87.csv.gz",
        encoding="utf-8-sig",
    ).rename(columns={"日期": "date", "O3_8h": "O3"})
    wide = pd.read_csv(folder / "hourly" / "cnemc_hourly_sites_changchun_2019.csv.gz")
    wide["time"] = pd.to_datetime(wide["date"].astype(str)) + pd.to_timedelta(wide["hour"], unit="h")
    wide = wide[wide["type"].isin(air.POLLUTANTS)].drop(columns=["date", "hour"])
    hourly = (
        wide.melt(["time", "type"], var_name="station_code").rename(columns={"type": "pollutant"}).dropna()
    )
    city = air.city_days(hourly, assessed=ASSESSED)
    city = city[city["date"].dt.year == 2019]
    index = air.daily_aqi(city, edition="2012")[["date", "aqi"]].set_axis(["date", "value"], axis=1)
    later = {
        p: city.loc[(city["pollutant"] == p) & city["is_valid"], ["date", "value"]] for p in air.POLLUTANTS
    }
    later["AQI"] = index.astype({"value": "float64"})
    days = {}
    for pollutant, tail in later.items():
        head = table[["date", pollutant]].set_axis(["date", "value"], axis=1)
        joined = pd.concat([head.assign(date=pd.to_datetime(head["date"])), tail]).dropna()
        days[pollutant] = joined.sort_values("date", ignore_index=True)
    return days


def test_score_of_a_sure_forecast_is_its_error():
    assert crps_of(np.array([40.0]), 43) == 3
    assert crps_of(np.array([40.0, 40.0]), 43) == 3


def test_score_is_the_double_mean():
    draws = np.random.default_rng(1).normal(size=60)
    expected = np.abs(draws - 0.4).mean() - np.abs(draws[:, None] - draws).mean() / 2
    assert crps_of(draws, 0.4) == pytest.approx(expected, rel=1e-12)


def test_part_inside_is_the_level_however_coarse_the_values():
    generator = np.random.default_rng(2)
    for decimals in (0, 3):
        draws = np.round(generator.normal(40, 1.2, 4000), decimals)
        actual = np.round(generator.normal(40, 1.2, 2000), decimals)
        parts = [part_inside(draws, value, level=0.8) for value in actual]
        assert np.mean(parts) == pytest.approx(0.8, abs=0.03)
    assert part_inside(draws, 99, level=0.95) == 0


def test_rows_and_verdict_of_simulated_years():
    rows = pd.concat(
        [run_backtest(years_of_days(seed=seed, n_years=5), statistic="mean") for seed in range(20, 26)]
    )
    told = judge(rows)
    assert sorted(rows["year"].unique()) == [2018, 2019, 2020]
    assert (told.n, told.n_years) == (6 * 33, 3)
    assert 75 <= told.coverage80_pct <= 92 and 90 <= told.coverage95_pct <= 100
    assert told.within80_pct >= told.coverage80_pct
    assert told.beats_naive and told.crps < 0.9 * min(told.crps_last_year, told.crps_climatology)
    assert told.brier < 0.25
    assert told.reliability["n"].sum() == told.n
    assert told.reliability["high"].tolist() == [0.2, 0.4, 0.6, 0.8, 1.0]


def scored(
    *, n_years: int, crps: float = 1.0, likelihood: float = 0.9, happened: bool = True
) -> pd.DataFrame:
    """Backtest rows whose naive forecasts score 2 (last year) and 1.5 (season's average)."""
    rows = run_backtest(DAYS, statistic="mean").iloc[:n_years]
    return rows.assign(
        year=range(2014, 2014 + n_years), crps=crps, crps_last_year=2.0, crps_climatology=1.5,
        likelihood=likelihood, happened=happened,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "withheld"),
    [
        (scored(n_years=3), ""),
        (scored(n_years=2), "few_forecasts_tested"),
        (scored(n_years=3, crps=1.5), "no_better_than_naive"),
        (scored(n_years=3, crps=1.6), "no_better_than_naive"),
        (scored(n_years=3, crps=1.49), ""),
        (scored(n_years=3, likelihood=0.5), "no_better_than_half"),
        (scored(n_years=3, likelihood=0.51), ""),
        (scored(n_years=3, happened=False), "no_better_than_half"),
    ],
)
def test_a_forecast_without_skill_is_withheld_with_its_reason(rows, withheld):
    told = judge(rows)
    assert (told.may_tell, told.withheld) == (withheld == "", withheld)


def test_origins_do_not_read_ahead():
    cut = DAYS[DAYS["date"] <= "2019-12-31"]
    common = run_backtest(DAYS, statistic="p90")
    expected = common[common["year"] < 2020].reset_index(drop=True)
    pd.testing.assert_frame_equal(run_backtest(cut, statistic="p90"), expected)


def test_event_of_a_target():
    rows = run_backtest(DAYS, statistic="count_above:100", target=10, operator="<=")
    assert (rows["happened"] == (rows["actual"] <= 10)).all()
    assert rows["likelihood"].between(0, 1).all()


def test_nothing_to_test_is_said():
    rows = run_backtest(DAYS[DAYS["date"] < "2018-01-01"], statistic="mean")
    with pytest.raises(CoverageError):
        judge(rows)
    with pytest.raises(CoverageError):
        judge(run_backtest(DAYS.iloc[:0], statistic="mean"))


@pytest.mark.real
def test_promise_on_real_years(real_days):
    """Eleven origins in 2016 and in 2019 for each statistic: coverage within five points, naive forecasts beaten."""
    backtests = {
        (pollutant, statistic): run_backtest(real_days[pollutant], statistic=statistic, decimals=decimals)
        for pollutant, statistic, decimals in AIMS
    }
    told = judge(pd.concat(backtests.values()))
    assert told.n == 22 * len(AIMS) and told.n_years == 2
    assert 75 <= told.coverage80_pct <= 85
    assert 90 <= told.coverage95_pct <= 100
    beaten = [key for key, rows in backtests.items() if not judge(rows).beats_naive]
    # Ozone's p90 hardly moved between years: the plain climatology of two or three years happened to lie closer.
    assert set(beaten) <= {("O3", "p90"), ("CO", "p95")}


@pytest.mark.real
def test_actual_values_are_the_annual_figures(real_days):
    rows = run_backtest(real_days["PM2.5"], statistic="mean")
    means = real_days["PM2.5"].groupby(real_days["PM2.5"]["date"].dt.year)["value"].mean()
    assert means[[2016, 2019]].tolist() == pytest.approx([46.2, 38.5], abs=0.05)
    assert rows.groupby("year")["actual"].first().to_dict() == {2016: 46.0, 2019: round(means[2019])}
    assert rows["n_years"].tolist() == [2] * 11 + [3] * 11


@pytest.fixture(scope="module")
def cities(shared_data) -> dict[str, pd.DataFrame]:
    """PM2.5 of nineteen cities: daily tables 2013-12…2017-05 and 2025-01…2026-06, whose header is shifted by one."""
    folder = shared_data / "data" / "air" / "cities"
    found = {}
    for path in sorted((folder / "shifted_daily_2025-2026").glob("*.csv.gz")):
        early = pd.read_csv(folder / "aqistudy_daily_2013-2017" / path.name, encoding="utf-8-sig")
        late = pd.read_csv(path, encoding="utf-8-sig")
        parts = [early[["日期", "PM2.5"]], late[["日期", "PM10"]]]
        joined = pd.concat([part.set_axis(["date", "value"], axis=1) for part in parts])
        joined["date"] = pd.to_datetime(joined["date"])
        found[path.name] = joined[joined["value"] > 0].drop_duplicates("date").sort_values("date")
    return found


@pytest.mark.real
def test_nine_years_without_data_leave_the_interval_its_level(cities):
    """2025 told from 2014 to 2016 in nineteen cities, one weather: 80 % and 95 % within ten points."""
    rows = pd.concat([run_backtest(daily, statistic="mean") for daily in cities.values()])
    rows = rows[rows["year"] == 2025]
    assert len(rows) == 11 * len(cities) == 209
    told = judge(rows)
    assert 75 <= told.coverage80_pct <= 90
    assert 92 <= told.coverage95_pct <= 100
    assert told.crps < 0.25 * min(told.crps_last_year, told.crps_climatology)
    assert told.withheld == "few_forecasts_tested"


@pytest.mark.real
def test_each_word_comes_true_as_often_as_it_says(shared_data, real_days):
    """C44: what the pages forecast, of 24 cities in 2016 and of one in 2016 and 2019; event: no worse than the year before.

    The share that came true lies in the band of its word, or the word's band in the share's 95 % interval (Wilson).
    """
    shown = [("PM2.5", "mean", 0), ("PM10", "mean", 0), ("O3", "p90", 0), ("AQI", "share_at_most:100", 1)]
    folder = shared_data / "data" / "air" / "cities" / "aqistudy_daily_2013-2017"
    told = [run_backtest(real_days[item], statistic=name, decimals=n) for item, name, n in shown]
    for path in sorted(folder.glob("*.csv.gz")):
        table = pd.read_csv(path, encoding="utf-8-sig").rename(columns={"日期": "date", "O3_8h": "O3"})
        table["date"] = pd.to_datetime(table["date"])
        for item, name, n in shown:
            daily = table[["date", item]].set_axis(["date", "value"], axis=1)
            daily = daily[daily["value"] > 0].drop_duplicates("date").sort_values("date", ignore_index=True)
            told.append(run_backtest(daily, statistic=name, decimals=n))
    rows = pd.concat(told)
    assert len(rows) > 1000
    words = rows["likelihood"].map(likelihood_band)
    ends = [1.0, *LIKELIHOOD_FLOORS.values(), 0.0]
    for word, high, low in zip([*LIKELIHOOD_FLOORS, "very_unlikely"], ends[:-1], ends[1:], strict=True):
        happened = rows.loc[words == word, "happened"]
        came = proportion_confint(int(happened.sum()), len(happened), method="wilson")
        assert len(happened) > 100 and came[0] <= high and came[1] >= low, (word, len(happened), came)
