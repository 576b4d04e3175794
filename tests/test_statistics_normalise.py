"""Meteorological normalisation on simulated stations whose truth is known, and on the real daily series."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from helpers.errors import ParameterError, SchemaError
from helpers.statistics._boosting import deal_blocks
from helpers.statistics._levels import season_means, smooth_days
from helpers.statistics._weather_free import COLUMNS
from helpers.statistics.normalise import Normalised, normalise, split_change

WEATHER = ["temperature", "wind_speed", "humidity"]
FALL = -0.08  # a year, in logarithms


def station(*, years: int = 4, seed: int = 1, is_hourly: bool = False, known: float = 1.0) -> pd.DataFrame:
    """A station with log-linear fall, winter heating and weather; ``known`` scales what weather explains."""
    rng = np.random.default_rng(seed)
    steps = 24 if is_hourly else 1
    n = years * 365 * steps
    times = pd.date_range(
        "2016-01-01 01:00" if is_hourly else "2016-01-01", periods=n, freq="h" if is_hourly else "D"
    )
    year = np.arange(n) / (365.25 * steps)
    winter = np.cos(2 * np.pi * (year - 0.04))

    def red(persistence: float, spread: float) -> np.ndarray:
        stay = persistence ** (1 / steps)
        return lfilter([spread * np.sqrt(1 - stay**2)], [1, -stay], rng.standard_normal(n))

    temperature = 6 - 18 * winter + red(0.75, 4)
    wind = np.exp(1 + red(0.4, 0.35))
    humidity = np.clip(60 + red(0.6, 12), 5, 100)
    response = known * (0.9 * np.log(2.7 / wind) + 0.015 * (humidity - 60) * (temperature < 10))
    log_value = 3.9 + FALL * year + 0.35 * winter + response + red(0.5, 0.2)
    table = pd.DataFrame({"temperature": temperature, "wind_speed": wind, "humidity": humidity})
    return table.assign(value=np.exp(log_value), **{"time" if is_hourly else "date": times})


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return station()


@pytest.fixture(scope="module")
def result(table: pd.DataFrame) -> Normalised:
    return normalise(table, value="value", weather=WEATHER)


@pytest.fixture(scope="module")
def refused() -> Normalised:
    return normalise(station(known=0.0), value="value", weather=WEATHER)


def test_normalise_finds_the_fall_behind_the_weather(result: Normalised) -> None:
    level = np.log(result.table["normalised"].to_numpy())
    years = np.arange(len(level)) / 365.25
    assert result.status == "ok" and result.response == "log"
    # Whole years, so the season drops out of the slope but for a small rest.
    slope = np.polyfit(years, level - 0.35 * np.cos(2 * np.pi * (years - 0.04)), 1)[0]
    assert slope == pytest.approx(FALL, abs=0.02)


def test_normalise_recovers_an_injected_trend_whole(result: Normalised) -> None:
    assert result.recovered_share == pytest.approx(1, abs=0.05)


def test_normalise_foretells_unseen_quarters(result: Normalised) -> None:
    assert 0.5 < result.skill.r2 < 0.95
    assert result.skill.gain > 0.4
    assert abs(result.skill.bias) < 3 and result.skill.n == result.n == 1460


def test_normalise_lays_a_row_a_day_with_its_interval(result: Normalised, table: pd.DataFrame) -> None:
    laid = result.table
    assert list(laid) == COLUMNS and len(laid) == 1460
    assert np.allclose(laid["observed"], table["value"])
    assert (laid["low"] <= laid["normalised"]).all() and (laid["normalised"] <= laid["high"]).all()
    assert laid["normalised"].mean() == pytest.approx(table["value"].mean(), rel=0.02)
    assert laid["adjusted"].mean() == pytest.approx(table["value"].mean(), rel=0.02)
    assert laid["adjusted"].std() < laid["observed"].std()


def test_normalise_gives_the_same_numbers_for_the_same_seed(result: Normalised, table: pd.DataFrame) -> None:
    again = normalise(table, value="value", weather=WEATHER)
    pd.testing.assert_frame_equal(result.table, again.table)
    assert result.skill == again.skill


def test_normalise_deseasonalised_takes_the_season_out(result: Normalised, table: pd.DataFrame) -> None:
    flat = normalise(table, value="value", weather=WEATHER, mode="deseasonalised")
    month = result.table["date"].dt.month
    swing = [run.table.groupby(month)["normalised"].mean() for run in (result, flat)]
    assert np.ptp(swing[1]) < 0.4 * np.ptp(swing[0])
    assert flat.skill == result.skill


def test_normalise_scales_with_the_unit(result: Normalised, table: pd.DataFrame) -> None:
    other = normalise(table.assign(value=1000 * table["value"]), value="value", weather=WEATHER)
    for name in COLUMNS[1:]:
        np.testing.assert_allclose(other.table[name], 1000 * result.table[name], rtol=1e-6)
    assert other.skill.r2 == pytest.approx(result.skill.r2, abs=1e-9)


def test_normalise_shifts_with_raw_values(table: pd.DataFrame) -> None:
    raw = table.assign(value=np.log(table["value"]))
    runs = [
        normalise(raw.assign(value=raw["value"] + shift), value="value", weather=WEATHER)
        for shift in (-20, -10)
    ]
    assert runs[0].response == runs[1].response == "raw"
    for name in COLUMNS[1:]:
        np.testing.assert_allclose(runs[0].table[name], runs[1].table[name] - 10, atol=1e-6)


def test_normalise_refuses_when_weather_knows_nothing(refused: Normalised) -> None:
    assert refused.status == "refused" and "skill too low" in refused.reason
    assert refused.table.empty and list(refused.table) == COLUMNS
    assert np.isfinite(refused.skill.r2) and refused.skill.gain < 0.1
    split = split_change(refused, first=("2016-01-01", "2016-12-31"), second=("2017-01-01", "2017-12-31"))
    assert split.status == "refused" and np.isnan(split.emission_pct)


def test_normalise_reads_hours_as_days() -> None:
    hours = station(years=2, is_hourly=True)
    run = normalise(hours, value="value", weather=WEATHER)
    first_day = hours["value"].iloc[:24].mean()
    assert run.status == "ok" and len(run.table) == 730 and run.n == 17520
    assert run.table["date"].iloc[0] == pd.Timestamp("2016-01-01")
    assert run.table["observed"].iloc[0] == pytest.approx(first_day)
    assert run.recovered_share == pytest.approx(1, abs=0.05)


def test_normalise_keeps_gaps_as_gaps(table: pd.DataFrame) -> None:
    holed = table.copy()
    holed.loc[100:159, "value"] = np.nan
    holed.loc[::7, "humidity"] = np.nan
    holed = holed.drop(index=range(400, 410)).assign(empty=np.nan)
    run = normalise(holed, value="value", weather=[*WEATHER, "empty"])
    gap = run.table.iloc[[*range(100, 160), *range(400, 410)]]
    assert run.weather == tuple(WEATHER)
    assert gap.drop(columns="date").isna().all(axis=None)
    assert run.table["normalised"].notna().sum() == run.n == 1390


def test_deal_blocks_leaves_no_fold_empty() -> None:
    day = np.concatenate([np.arange(start, start + 91) for start in range(0, 10 * 455, 455)])
    assert np.bincount(deal_blocks(day)).tolist() == [182] * 5


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.iloc[:600], "600 days"),
        (lambda t: t.assign(value=np.nan), "0 days"),
        (lambda t: t.iloc[:0], "0 days"),
        (lambda t: t.assign(value=5.0), "the same"),
        (lambda t: t.assign(temperature=np.nan, wind_speed=np.nan, humidity=np.nan), "no weather column"),
    ],
)
def test_normalise_says_what_is_insufficient(table: pd.DataFrame, change, reason: str) -> None:
    run = normalise(change(table), value="value", weather=WEATHER)
    assert run.status == "insufficient" and reason in run.reason
    assert run.table.empty and np.isnan(run.skill.r2) and np.isnan(run.recovered_share)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.drop(columns="humidity"),
        lambda t: t.drop(columns="date"),
        lambda t: t.iloc[::-1],
        lambda t: pd.concat([t.iloc[:1], t]),
        lambda t: t.assign(value="high"),
        lambda t: t.assign(value=np.inf),
    ],
)
def test_normalise_refuses_broken_tables(table: pd.DataFrame, change) -> None:
    with pytest.raises(SchemaError):
        normalise(change(table), value="value", weather=WEATHER)


def test_normalise_refuses_unknown_parameters(table: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="mode"):
        normalise(table, value="value", weather=WEATHER, mode="rolling")
    with pytest.raises(ParameterError, match="level"):
        normalise(table, value="value", weather=WEATHER, level=95)


def test_split_change_adds_up_and_covers_the_truth(result: Normalised) -> None:
    split = split_change(result, first=("2016-01-01", "2016-12-30"), second=("2019-01-01", "2019-12-30"))
    assert split.status == "ok"
    assert split.weather_pct + split.emission_pct == pytest.approx(split.change_pct)
    assert split.change_pct == pytest.approx(100 * (split.second_mean / split.first_mean - 1))
    assert split.emission_low_pct < split.emission_pct < split.emission_high_pct
    assert split.weather_low_pct < split.weather_pct < split.weather_high_pct
    assert split.emission_low_pct < 100 * (np.exp(3 * FALL) - 1) < split.emission_high_pct
    assert split.emission_share_pct == pytest.approx(100 * split.emission_pct / split.change_pct)


def test_split_change_tells_no_share_of_a_small_change(result: Normalised) -> None:
    level = dataclasses.replace(result, table=result.table.assign(observed=result.table["observed"].mean()))
    split = split_change(level, first=("2016-01-01", "2016-12-30"), second=("2017-01-01", "2017-12-30"))
    assert split.change_pct == pytest.approx(0) and np.isnan(split.emission_share_pct)


def test_split_change_asks_for_most_days(result: Normalised) -> None:
    split = split_change(result, first=("2015-07-01", "2016-06-30"), second=("2016-07-01", "2017-06-30"))
    assert split.status == "insufficient" and "75%" in split.reason and np.isnan(split.change_pct)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("2016-01-01", "2016-06-30"), ("2017-07-01", "2017-12-31")),
        (("2017-01-01", "2017-12-31"), ("2016-01-01", "2016-12-31")),
        (("2016-01-01", "2017-12-31"), ("2017-01-01", "2018-12-31")),
    ],
)
def test_split_change_compares_like_with_like(result: Normalised, first, second) -> None:
    with pytest.raises(ParameterError, match="periods"):
        split_change(result, first=first, second=second)


@settings(max_examples=40, deadline=None)
@given(
    level=st.floats(-1e3, 1e3), slope=st.floats(-5, 5), gap=st.integers(20, 250), half=st.integers(10, 400)
)
def test_smooth_days_returns_a_line_unchanged(level: float, slope: float, gap: int, half: int) -> None:
    line = level + slope * np.arange(300)
    present = np.ones(300)
    present[gap : gap + 5] = 0
    smooth = smooth_days(line * present, present, half_window=half)
    np.testing.assert_allclose(smooth, line, atol=1e-5 * (1 + np.abs(line).max()))


def test_season_means_wrap_around_new_year() -> None:
    cells = np.array([0, 365])
    means = season_means(np.array([2.0, 4.0]), cells, n_hours=1, half_window=10)
    assert 2 < means[0] < 3 < means[365] < 4
    assert np.isnan(means[180])


@pytest.mark.real
def test_normalise_knows_the_real_city(shared_data) -> None:
    """Daily PM2.5 and weather 2014–2021 (values are back-converted: used for skill, not for levels)."""
    path = next((shared_data / "data" / "air" / "daily").glob("waqi_cma_daily_changchun_*.csv.gz"))
    raw = pd.read_csv(path, parse_dates=["date"]).sort_values("date").drop_duplicates("date")
    names = ["avgtemp", "avgrh", "avgws", "maxwswd", "precipitation", "avgp"]
    raw[names] = raw[names].where(raw[names].abs() < 3e5)
    run = normalise(raw, value="PM25", weather=names)
    assert run.status == "ok" and run.response == "log"
    assert run.skill.r2 > 0.35 and run.skill.gain > 0.15
    assert run.recovered_share == pytest.approx(1, abs=0.05)
    split = split_change(run, first=("2015-01-01", "2015-12-31"), second=("2018-01-01", "2018-12-31"))
    assert split.change_pct < 0 and split.emission_high_pct < 0
