"""Rhythm, windows, averages, smooth courses and model fit: agreement, coverage, properties, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import averages, model_fit, rhythm, smooth, windows

POLLUTANTS = ["ws", "nox", "no2", "o3", "pm10", "so2", "co", "pm25"]


def make_days(n: int = 730, *, seed: int = 1, first: str = "2021-01-01") -> pd.Series:
    noise = lfilter([1], [1, -0.6], np.random.default_rng(seed).normal(size=n + 50))[50:]
    season = 8 * np.cos(2 * np.pi * np.arange(n) / 365.25)
    return pd.Series(40 + season + 3 * noise, index=pd.date_range(first, periods=n, freq="D", unit="s"))


def make_hours(n_days: int = 365, *, seed: int = 1) -> pd.Series:
    times = pd.date_range("2021-01-01 01:00", periods=24 * n_days, freq="h", unit="s")
    noise = lfilter([1], [1, -0.95], np.random.default_rng(seed).normal(size=len(times)))
    return pd.Series(30 + 5 * np.sin(2 * np.pi * (times.hour - 1) / 24) + noise, index=times)


# --- cycles ---------------------------------------------------------------------------------------------------


def test_hour_ending_midnight_is_the_last_hour_of_the_day():
    series = pd.Series(0.0, index=pd.date_range("2021-01-01 01:00", periods=24 * 90, freq="h"))
    series[series.index.hour == 0] = np.random.default_rng(0).normal(100, 1, 90)
    cycle = rhythm.diurnal_cycle(series)
    assert cycle["hour"].tolist() == list(range(24))
    assert cycle.loc[23, "estimate"] == pytest.approx(100, abs=1)
    assert cycle.loc[cycle["hour"] < 23, "reason"].eq("no scatter between blocks, so no interval").all()


def test_cycle_estimates_are_plain_means_of_their_hours():
    hours = make_hours()
    cycle = rhythm.diurnal_cycle(hours)
    plain = hours.groupby((hours.index - pd.Timedelta(hours=1)).hour).mean()
    assert cycle["estimate"].to_numpy() == pytest.approx(plain.to_numpy(), rel=1e-12)
    assert (cycle["n"] == 365).all() and (cycle["n_blocks"] == 24).all() and (cycle["dof"] == 12).all()


def test_intervals_cover_with_autocorrelated_days():
    hits, weekend, narrow = [], [], []
    for seed in range(80):
        days = make_days(seed=seed)
        cycle, effect = rhythm.weekly_cycle(days), rhythm.weekend_effect(days)
        hits.append(
            ((cycle["low"] <= cycle["estimate"].mean()) & (cycle["estimate"].mean() <= cycle["high"])).mean()
        )
        weekend.append(effect.low <= 0 <= effect.high)
        narrow.append(effect.high - effect.low)
    assert 0.91 <= np.mean(hits) <= 0.99
    assert np.mean(weekend) >= 0.89
    assert np.mean(narrow) < 1.5  # season and spells are taken out: the days themselves scatter by 3.75


def test_weekend_effect_finds_a_known_difference_despite_gaps():
    days = make_days()
    days[days.index.day_of_week >= 5] -= 6
    days.iloc[100:140] = np.nan
    effect = rhythm.weekend_effect(days.drop(days.index[300:310]))
    assert effect.low <= -6 <= effect.high < 0
    assert effect.difference == pytest.approx(effect.weekend_mean - effect.weekday_mean)
    assert effect.difference_pct == pytest.approx(100 * effect.difference / effect.weekday_mean)
    assert (
        effect.n_weekdays + effect.n_weekend_days == 730 - 40 - 10 - 18
    )  # three days beside each end and gap


def test_an_exact_weekly_pattern_is_recovered_exactly():
    days = make_days() * 0 + 50.0
    days += np.arange(730) * 0.01 + np.where(days.index.day_of_week >= 5, -7.0, 0.0)
    cycle = rhythm.weekly_cycle(days + np.random.default_rng(0).normal(0, 1e-6, 730))
    assert np.diff(cycle["estimate"])[4] == pytest.approx(-7, abs=1e-5)


def test_seasonal_cycle_needs_three_years_and_tells_their_spread():
    assert (rhythm.seasonal_cycle(make_days(730))["status"] == "insufficient").all()
    cycle = rhythm.seasonal_cycle(make_days(6 * 365))
    january = make_days(6 * 365)
    january = january[january.index.month == 1].groupby(lambda day: day.year).mean()
    half = 2.5706 * january.std() / np.sqrt(6)  # t of 5 degrees of freedom; six Januaries of 31 days
    assert cycle.loc[0, "high"] - cycle.loc[0, "estimate"] == pytest.approx(half, rel=1e-4)
    assert cycle.loc[0, "n_blocks"] == 6


@given(shift=st.floats(-50, 50), scale=st.floats(0.1, 20), seed=st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_cycles_follow_shift_and_scale(shift, scale, seed):
    days = make_days(400, seed=seed)
    for cycle in (rhythm.weekly_cycle, rhythm.weekend_effect):
        plain, moved = cycle(days), cycle(days * scale + shift)
        width = np.asarray(plain.high - plain.low)
        assert np.asarray(moved.high - moved.low) == pytest.approx(scale * width, rel=1e-6)
    table = rhythm.weekly_cycle(days)
    assert (table["low"] <= table["estimate"]).all() and (table["estimate"] <= table["high"]).all()


def test_ratio_of_means_is_not_the_mean_of_ratios():
    days = make_days(5 * 365)
    table = pd.DataFrame({"PM2.5": days, "PM10": days * 2})
    table.iloc[::50, 0] = np.nan
    table["PM2.5"] += np.random.default_rng(0).normal(0, 1, len(table))
    cycle = rhythm.ratio_cycle(table, numerator="PM2.5", denominator="PM10")
    both = table.dropna()
    january = both[both.index.month == 1]
    assert cycle.loc[0, "estimate"] == pytest.approx(
        january["PM2.5"].sum() / january["PM10"].sum(), rel=1e-12
    )
    with pytest.raises(SchemaError, match="below zero"):
        rhythm.ratio_cycle(-table, numerator="PM2.5", denominator="PM10")
    with pytest.raises(SchemaError, match="lacks"):
        rhythm.ratio_cycle(table, numerator="PM1", denominator="PM10")


def test_total_oxidant_keeps_under_exchange():
    # 24.465 L/mol at 298.15 K: 100 µg/m³ ozone is 50.97 ppb; turning x ppb of ozone into NO2 keeps the sum.
    assert float(rhythm.total_oxidant(100, 0)) == pytest.approx(50.972, abs=1e-3)
    assert float(rhythm.total_oxidant(0, 100)) == pytest.approx(53.179, abs=1e-3)
    assert float(rhythm.total_oxidant(100 - 47.997, 46.005)) == pytest.approx(
        float(rhythm.total_oxidant(100, 0))
    )
    older = float(rhythm.total_oxidant(100 * 298.15 / 273.15, 0, temperature_k=273.15))
    assert older == pytest.approx(float(rhythm.total_oxidant(100, 0)))
    assert np.isnan(rhythm.total_oxidant(np.array([50.0]), np.array([np.nan])))[0]
    with pytest.raises(ParameterError, match="reference state"):
        rhythm.total_oxidant(1, 1, temperature_k=293.15)


@pytest.mark.parametrize("cycle", [rhythm.weekly_cycle, rhythm.seasonal_cycle, rhythm.weekend_effect])
def test_broken_daily_series_are_refused(cycle):
    days = make_days(100)
    for broken in (days.iloc[::-1], pd.concat([days, days]).sort_index(), days.replace(days.iloc[3], np.inf)):
        with pytest.raises(SchemaError):
            cycle(broken)
    with pytest.raises(SchemaError, match="times of day"):
        cycle(days.shift(freq="h"))
    with pytest.raises(SchemaError, match="not indexed by time"):
        cycle(days.reset_index(drop=True))
    with pytest.raises(ParameterError):
        cycle(days, level=95)


def test_nothing_is_told_from_nothing():
    empty = make_days(100) * np.nan
    for series in (empty, empty.iloc[:0], make_days(5), make_days() * 0 + 0.1):
        effect = rhythm.weekend_effect(series)
        assert (
            effect.status == "insufficient"
            and np.isnan([effect.difference, effect.low, effect.weekday_mean]).all()
        )
    for cycle in (
        rhythm.weekly_cycle(empty),
        rhythm.diurnal_cycle(make_hours(3)),
        rhythm.seasonal_cycle(empty),
    ):
        assert (cycle["status"] == "insufficient").all() and cycle[["estimate", "low", "high"]].isna().all(
            axis=None
        )


# --- windows --------------------------------------------------------------------------------------------------


def test_window_over_the_new_year_and_its_calendar_denominator():
    days = make_days(730, first="2020-06-01")
    table = windows.window_means(days, start="10-20", end="04-08", min_coverage_pct=75)
    assert table["year"].tolist() == [2020, 2021]
    assert table.loc[0, "n_calendar_days"] == 171 and table.loc[0, "coverage_pct"] == 100
    assert table.loc[0, "mean"] == pytest.approx(days["2020-10-20":"2021-04-08"].mean())
    cut = windows.window_means(days[:"2021-12-31"], start="10-20", end="04-08", min_coverage_pct=75)
    assert cut.loc[1, "status"] == "insufficient" and np.isnan(cut.loc[1, "mean"])


def test_window_change_compares_only_days_of_both_years():
    days = make_days(3 * 366, first="2019-01-01")
    days["2020-05-01":"2020-09-30"] = days["2019-05-01":"2019-09-30"].to_numpy() + 5
    days["2020-05-01":"2020-09-30"] += np.random.default_rng(0).normal(0, 1, 153)
    days["2020-06-01":"2020-06-30"] = np.nan
    change = windows.window_change(days, start="05-01", end="09-30", years=(2019, 2020))
    assert change.n_days == 123 and change.n_blocks == 9  # one of ten is empty
    assert change.low < 5 < change.high and change.p < 0.001
    assert change.after - change.before == pytest.approx(change.difference)
    twin = windows.window_change(days, start="05-01", end="09-30", years=(2020, 2019))
    assert twin.difference == pytest.approx(-change.difference) and twin.p == pytest.approx(change.p)


def test_window_change_covers_zero_change():
    hits = []
    for seed in range(120):
        change = windows.window_change(make_days(seed=seed), start="03-01", end="05-15", years=(2021, 2022))
        hits.append(change.low <= 0 <= change.high)
        assert (change.p > 0.05) == hits[-1]
    assert np.mean(hits) >= 0.88


def test_window_refusals_and_insufficient():
    with pytest.raises(ParameterError, match="window"):
        windows.window_dates("13-01", "04-08", 2020)
    days = make_days(80)
    change = windows.window_change(days, start="03-01", end="05-15", years=(2021, 2022))
    assert change.status == "insufficient" and np.isnan(change.difference) and change.n_days == 0
    short = windows.window_change(make_days(400), start="01-15", end="05-15", years=(2021, 2022))
    assert short.status == "insufficient" and (short.n_days, short.n_blocks) == (21, 2)
    assert windows.window_means(days.iloc[:0], start="03-01", end="05-15", min_coverage_pct=75).empty


# --- averages: agreement with openair -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference(shared_data) -> Path:
    return shared_data / "reference"


@pytest.fixture(scope="module")
def mydata(reference) -> pd.DataFrame:
    return pd.read_csv(reference / "data" / "openair_mydata.csv.gz", parse_dates=["date"], index_col="date")


def read_expected(reference: Path, name: str) -> dict:
    return json.loads((reference / name).read_text(encoding="utf-8"))["expected"]


@pytest.mark.real
@pytest.mark.parametrize("by", ["month", "season", "year"])
@pytest.mark.parametrize("threshold", [0, 75, 90])
def test_calendar_average_agrees_with_openair(reference, mydata, by, threshold):
    expected = pd.DataFrame(read_expected(reference, "openair_timeAverage_mydata.json")[f"{by}_{threshold}"])
    expected = expected.set_index(pd.to_datetime(expected["date"]))[POLLUTANTS].astype(float)
    table = averages.calendar_average(mydata[POLLUTANTS], by=by, min_coverage_pct=threshold, stamp="start")
    ours = table.pivot(index="period_start", columns="column", values="value")[POLLUTANTS]
    assert (ours.index == expected.index).all()
    assert np.nanmax(np.abs(ours.to_numpy() - expected.to_numpy())) < 1e-6
    # By design the calendar is the denominator: only periods the data do not span may differ, and ours is missing.
    differs = ours.isna().to_numpy() != expected.isna().to_numpy()
    partial = (ours.index == ours.index[-1]) | ((by == "season") & (ours.index == ours.index[0]))
    assert not differs[~partial].any()
    assert ours.isna().to_numpy()[differs].all()
    assert differs.any() == (threshold > 0)


@pytest.mark.real
def test_vector_wind_agrees_with_openair(reference, mydata):
    expected = read_expected(reference, "openair_timeAverage_mydata.json")
    wind = mydata.rename(columns={"ws": "wind_speed_m_s", "wd": "wind_direction_deg"})
    # openair gives a calm and an hour of unknown speed the direction in the file; ours has none, as in the roses.
    months = averages.calendar_wind(wind.assign(wind_speed_m_s=1.0), by="month", stamp="start")
    assert months["direction_deg"].to_numpy() == pytest.approx(
        [row["wd"] for row in expected["month_0"]], abs=1e-4
    )
    days = averages.calendar_wind(wind, by="day", stamp="start").head(60)
    rows = expected["day_vectorws_first60"]
    assert days["vector_speed_m_s"].to_numpy() == pytest.approx([row["ws"] for row in rows], abs=1e-6)
    assert days["vector_direction_deg"].to_numpy() == pytest.approx([row["wd"] for row in rows], abs=1e-4)
    assert days["steadiness"].between(0, 1).all()


def day_of_wind(direction: list[float], speed: list[float]) -> pd.Series:
    """Vector means of one day of four hours and twenty without data."""
    times = pd.date_range("2025-01-01 01:00", periods=4, freq="h")
    wind = pd.DataFrame({"wind_direction_deg": direction, "wind_speed_m_s": speed}, index=times)
    return averages.calendar_wind(wind, by="day").iloc[0]


def test_a_calm_has_no_direction_in_means_as_in_roses():
    """Two calm hours written as north and two from the east: 90, and half the calm's way."""
    told = day_of_wind([0, 0, 90, 90], [0, 0, 3, 3])
    assert told["direction_deg"] == pytest.approx(90) and told["steadiness"] == pytest.approx(1)
    assert told["vector_direction_deg"] == pytest.approx(90)
    assert told["vector_speed_m_s"] == pytest.approx(1.5)
    assert told["n_valid"] == 4
    assert day_of_wind([np.nan, 270, 90, 90], [0, 0, 3, 3]).equals(told)


def test_a_day_of_calms_has_a_speed_and_no_direction():
    told = day_of_wind([0, 0, 0, 0], [0, 0, 0, 0])
    assert told[["direction_deg", "steadiness", "vector_direction_deg"]].isna().all()
    assert (told["vector_speed_m_s"], told["n_valid"]) == (0, 4)


def test_wind_without_direction_or_speed_is_unknown_and_no_calm():
    told = day_of_wind([np.nan, 180, 90, 90], [2, np.nan, 3, 3])
    assert told["direction_deg"] == pytest.approx(90) and told["n_valid"] == 2
    assert told["vector_speed_m_s"] == pytest.approx(3)


def test_a_direction_lies_below_360():
    told = day_of_wind([350, 10, 350, 10], [1, 1, 1, 1])
    assert 0 <= told["direction_deg"] < 360 and 0 <= told["vector_direction_deg"] < 360


@pytest.mark.real
def test_trailing_average_agrees_with_openair(reference, mydata):
    expected = read_expected(reference, "openair_rolling_aqStats_mydata.json")
    rolling = averages.trailing_average(mydata[["o3"]], hours=8, min_valid=6)
    assert rolling["o3"].notna().sum() == 63254 and rolling["o3"].max() == 55.5
    assert rolling["o3"].sum() == pytest.approx(450340.791666667, abs=1e-6)
    first = np.array(expected["rolling8_o3"]["first48"], dtype=float)
    assert rolling["o3"].head(48).to_numpy() == pytest.approx(first, abs=1e-6, nan_ok=True)
    daily = averages.calendar_average(rolling, by="day", stamp="start", statistic="max")
    assert daily["is_valid"].sum() == 2670
    assert daily["value"].mean() == pytest.approx(11.54630595684, abs=1e-9)


@pytest.mark.real
def test_kz_filter_and_model_fit_agree_with_openair(reference, mydata):
    expected = read_expected(reference, "openair_filters_modstats.json")
    daily = mydata["no2"].resample("D").mean()
    ours = smooth.kz_filter(daily, window=15, iterations=5)[:400]
    assert ours == pytest.approx([row["kz_15"] for row in expected["kzFilter_no2_daily"]], rel=1e-6)
    fit = model_fit.model_fit(0.25 * mydata["nox"], mydata["no2"])
    peer = expected["modStats"]["stats"][0]
    names = {
        "FAC2": "within_factor_2", "MB": "bias", "MGE": "gross_error", "NMB": "normalised_bias",
        "NMGE": "normalised_gross_error", "RMSE": "root_mean_square_error", "r": "correlation",
        "COE": "efficiency", "IOA": "agreement", "n": "n",
    }  # fmt: skip
    for theirs, name in names.items():
        assert getattr(fit, name) == pytest.approx(peer[theirs], rel=1e-6), name


# --- averages: rules ------------------------------------------------------------------------------------------


def test_hour_ending_times_fall_in_the_right_day_and_gaps_stay():
    times = pd.DatetimeIndex(["2021-01-01 01:00", "2021-01-02 00:00", "2021-01-04 12:00"])
    table = averages.calendar_average(pd.DataFrame({"a": [1.0, 3.0, 5.0]}, index=times), by="day")
    assert table["period_start"].dt.day.tolist() == [1, 2, 3, 4]
    assert table["value"].tolist()[0] == 2 and table["value"].isna().tolist() == [False, True, True, False]
    assert table["n_expected"].eq(24).all() and table["n_valid"].tolist() == [2, 0, 0, 1]


def test_partial_year_is_no_year_and_leap_years_have_8784_hours():
    hours = pd.DataFrame({"a": 1.0}, index=pd.date_range("2020-01-01 01:00", "2021-07-01", freq="h"))
    table = averages.calendar_average(hours, by="year", min_coverage_pct=75)
    assert table["n_expected"].tolist() == [8784, 8760]
    assert table["is_valid"].tolist() == [True, False] and np.isnan(table.loc[1, "value"])


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=1, max_size=60), st.integers(1, 8))
@settings(max_examples=50, deadline=None)
def test_trailing_average_is_the_plain_rolling_mean(values, min_valid):
    hours = pd.DataFrame(
        {"a": pd.array(values, dtype="float64")},
        index=pd.date_range("2021-01-01", periods=len(values), freq="h"),
    )
    ours = averages.trailing_average(
        hours.dropna() if hours["a"].notna().iloc[0] else hours, hours=8, min_valid=min_valid
    )
    plain = hours["a"].rolling(8, min_periods=min_valid).mean()
    assert ours["a"].to_numpy() == pytest.approx(plain.reindex(ours.index).to_numpy(), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("hours", [1, 3, 8, 24, 25])
def test_window_sums_by_doubling(hours):
    values = pd.DataFrame(
        {"a": np.random.default_rng(0).integers(0, 900, 200).astype(float)},
        index=pd.date_range("2021-01-01", periods=200, freq="h"),
    )
    ours = averages.trailing_average(values, hours=hours, min_valid=hours)
    assert ours["a"].to_numpy() == pytest.approx(values["a"].rolling(hours).mean().to_numpy(), nan_ok=True)


def test_averages_refuse_broken_input():
    hours = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.date_range("2021-01-01", periods=2, freq="h"))
    for wrong in (
        {"by": "week"},
        {"by": "day", "stamp": "middle"},
        {"by": "day", "statistic": "sum"},
        {"by": "day", "min_coverage_pct": 101},
    ):
        with pytest.raises(ParameterError):
            averages.calendar_average(hours, **wrong)
    with pytest.raises(SchemaError, match="order"):
        averages.calendar_average(hours.iloc[::-1], by="day")
    with pytest.raises(SchemaError, match="whole hours"):
        averages.trailing_average(
            hours.set_axis(pd.DatetimeIndex(["2021-01-01", "2021-01-01 01:30"])), hours=8, min_valid=6
        )
    with pytest.raises(ParameterError, match="min_valid"):
        averages.trailing_average(hours, hours=8, min_valid=9)
    with pytest.raises(SchemaError, match="lacks"):
        averages.calendar_wind(hours, by="day")
    for broken in (hours.replace(1.0, np.inf), hours.astype(str)):
        with pytest.raises(SchemaError, match="text or infinite"):
            averages.calendar_average(broken, by="day")
    assert averages.calendar_average(hours.iloc[:0], by="day").empty


# --- smooth courses and fit -----------------------------------------------------------------------------------


def make_months(n: int, seed: int, *, phi: float = 0.3) -> tuple[pd.Series, np.ndarray]:
    noise = lfilter([1], [1, -phi], np.random.default_rng(seed).normal(0, 4, n + 50))[50:]
    truth = 50 - 0.1 * np.arange(n)
    values = truth + 10 * np.cos(2 * np.pi * np.arange(n) / 12) + noise
    values[7:10] = np.nan
    return pd.Series(values, index=pd.date_range("2015-01-01", periods=n, freq="MS")), truth


def test_smooth_band_covers_a_line_with_gaps():
    hits = []
    for seed in range(40):
        series, truth = make_months(60, seed)
        course = smooth.smooth_trend(series)
        assert (course["low"] <= course["estimate"]).all() and (course["estimate"] <= course["high"]).all()
        hits.append(((course["low"] <= truth) & (truth <= course["high"])).mean())
    assert 0.88 <= np.mean(hits) <= 0.99


def test_smooth_course_removes_the_season_and_keeps_shift_and_scale():
    series, _ = make_months(96, 3)
    course = smooth.smooth_trend(series)
    moved = smooth.smooth_trend(series * 3 + 200)
    assert moved["estimate"].to_numpy() == pytest.approx(3 * course["estimate"].to_numpy() + 200, rel=1e-9)
    assert (moved["high"] - moved["low"]).to_numpy() == pytest.approx(
        3 * (course["high"] - course["low"]).to_numpy()
    )
    seasonal = series + 30 * np.sin(2 * np.pi * np.arange(96) / 12)
    assert smooth.smooth_trend(seasonal)["estimate"].to_numpy() == pytest.approx(
        course["estimate"].to_numpy(), abs=0.05
    )


def test_smooth_course_refuses_and_declines():
    series, _ = make_months(96, 0)
    short = smooth.smooth_trend(series.iloc[:30])
    assert (short["status"] == "insufficient").all() and short["estimate"].isna().all()
    line = pd.Series(np.arange(60.0), index=pd.date_range("2015-01-01", periods=60, freq="MS"))
    assert smooth.smooth_trend(line)["reason"].str.contains("no scatter").all()
    lonely = pd.concat([series.iloc[:48], series.iloc[-1:].shift(60, freq="MS")])
    assert (smooth.smooth_trend(lonely)["status"] == "insufficient").all()
    with pytest.raises(ParameterError, match="half_window"):
        smooth.smooth_trend(series, half_window_months=3)
    for window, iterations in ((14, 5), (15, 0), (-1, 1)):
        with pytest.raises(ParameterError):
            smooth.kz_filter(np.ones(9), window=window, iterations=iterations)
    assert np.isnan(smooth.kz_filter(np.full(9, np.nan), window=3, iterations=2)).all()


def test_model_fit_of_a_perfect_and_of_no_model():
    truth = np.array([1.0, 2.0, 4.0, np.nan])
    fit = model_fit.model_fit(truth, truth)
    assert (fit.n, fit.bias, fit.within_factor_2, fit.efficiency, fit.agreement) == (3, 0, 1, 1, 1)
    assert model_fit.model_fit(np.ones(4), truth).status == "insufficient"
    assert model_fit.model_fit(truth[:2], truth[:2]).reason == "fewer than 3 pairs"
    with pytest.raises(SchemaError, match="pairs"):
        model_fit.model_fit(truth, truth[:2])
