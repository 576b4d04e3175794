"""Meteorological normalisation of a simulated station with a known trend, beside random forest and resampling.

The peer does what rmweather does by default (300 trees, leaves of 5, a third of the columns per split, learned on four
fifths; 300 predictions with season, weekday, hour and weather drawn anew, averaged), written with scikit-learn. Both
use one core. Its resampling is timed on a few draws and scaled to 300, as the table says. Ours is
the whole public call: out-of-time validation, interval and shrinkage check included, which the peer does not do.
Skill of both is told on the same unseen quarters of a year.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from sklearn.ensemble import RandomForestRegressor

from helpers.statistics._boosting import deal_blocks, learn_weather
from helpers.statistics._weather_rows import read_rows
from helpers.statistics.normalise import normalise, split_change

SEED = 20220617
FALL = -0.079  # a year, in logarithms: the truth
WEATHER = ["temperature", "wind_speed", "humidity", "rain", "pressure", "wind_direction"]
RESAMPLES = 300
OURS_RUNS = 3


def simulate_station(*, hourly: bool, seed: int = SEED, years: int = 10) -> tuple[pd.DataFrame, np.ndarray]:
    """Values, weather and the emission term (logarithm) of a station; nothing here was measured."""
    rng = np.random.default_rng(seed)
    steps = 24 if hourly else 1
    n = int(years * 365.25) * steps
    clock, rate = ("time", "h") if hourly else ("date", "D")
    times = pd.date_range("2014-01-01 01:00" if hourly else "2014-01-01", periods=n, freq=rate)
    year = np.arange(n) / (365.25 * steps)
    winter, hour = np.cos(2 * np.pi * (year - 0.04)), np.arange(n) % steps

    def red(persistence: float, spread: float) -> np.ndarray:
        stay = persistence ** (1 / steps)
        return lfilter([spread * np.sqrt(1 - stay**2)], [1, -stay], rng.standard_normal(n))

    lasting = red(0.99, 1.0)  # spells of some months: weather that annual means do not average out
    table = pd.DataFrame(
        {
            "temperature": 6 - 18 * winter + red(0.75, 4) + lasting,
            "wind_speed": np.exp(1 + red(0.4, 0.35) + 0.06 * lasting),
            "humidity": np.clip(60 - 8 * winter + red(0.6, 12), 5, 100),
            "rain": np.where(rng.random(n) < 0.08 * (1 - 0.6 * winter), rng.gamma(0.8, 6, n), 0),
            "pressure": 990 + 8 * winter + red(0.7, 6),
            "wind_direction": (200 + 60 * winter + red(0.4, 70)) % 360,
        }
    )
    response = (
        -0.75 * np.log(table["wind_speed"] / 2.7)
        + 0.012 * (table["humidity"] - 60) * (table["temperature"] < 10)
        - 0.12 * np.log1p(table["rain"])
        + 0.25 * np.sin(np.deg2rad(table["wind_direction"])) * (table["wind_speed"] > 2.5)
    )
    emission = 3.9 + FALL * year + 0.35 * winter + (0.15 * np.cos(np.pi * hour / 6) if hourly else 0)
    values = np.exp(emission + response + red(0.5, 0.28))
    return table.assign(value=values, **{clock: times}), np.asarray(emission)


def measure(task: Callable[[], object]) -> tuple[float, float, object]:
    """Wall seconds, CPU seconds and the result of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = task()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def fit_forest(features: np.ndarray, values: np.ndarray, train: np.ndarray) -> RandomForestRegressor:
    """Forest of rmweather's defaults on the training rows."""
    forest = RandomForestRegressor(300, min_samples_leaf=5, max_features=1 / 3, random_state=SEED)
    return forest.fit(features[train], values[train])


def resample(forest: RandomForestRegressor, features: np.ndarray, draws: int) -> np.ndarray:
    """Average predictions with everything but the date (first column) drawn anew for every row."""
    rng, total = np.random.default_rng(SEED), np.zeros(len(features))
    for _ in range(draws):
        drawn = features[rng.integers(0, len(features), len(features))].copy()
        drawn[:, 0] = features[:, 0]
        total += forest.predict(drawn)
    return total / draws


def slope_of_months(days: pd.Series, values: np.ndarray) -> tuple[pd.Series, float]:
    """Monthly means and the slope of their logarithms a year."""
    monthly = pd.Series(values, index=pd.DatetimeIndex(days)).resample("MS").mean()
    return monthly, float(np.polyfit(np.arange(len(monthly)) / 12, np.log(monthly), 1)[0])


def told(observed: np.ndarray, expected: np.ndarray) -> str:
    """R² and root mean squared error."""
    error = expected - observed
    return f"R² {1 - (error**2).mean() / observed.var():.3f}, RMSE {np.sqrt((error**2).mean()):.1f}"


def compare(*, hourly: bool, draws: int) -> None:
    """One cadence: seconds, ratio, skill on one fold of unseen quarters, trend recovered, agreement."""
    table, _ = simulate_station(hourly=hourly)
    rows, values, days, _ = read_rows(table, value="value", weather=WEATHER)
    features = np.column_stack([rows.day, rows.features])
    unseen = deal_blocks(rows.day) == 0
    ours = [measure(lambda: run_ours(table))]
    train_wall, train_cpu, forest = measure(lambda: fit_forest(features, values, ~unseen))
    draw_wall, draw_cpu, peer = measure(lambda: resample(forest, features, draws))
    ours += [measure(lambda: run_ours(table)) for _ in range(OURS_RUNS - 1)]
    wall, cpu = (statistics.median(run[part] for run in ours) for part in (0, 1))
    peer_wall, peer_cpu = (
        train + draw * RESAMPLES / draws for train, draw in ((train_wall, draw_wall), (train_cpu, draw_cpu))
    )
    result = ours[0][2]
    our_months, our_slope = slope_of_months(result.table["date"], result.table["normalised"].to_numpy())
    peer_months, peer_slope = slope_of_months(days[rows.day], peer)
    name = f"{'hourly' if hourly else 'daily'}, {len(values):,} rows"
    print(
        f"{name:22}{wall:8.2f}{cpu:8.2f}{peer_wall:10.1f}{peer_cpu:10.1f}"
        f"{peer_wall / wall:8.0f}{peer_cpu / cpu:8.0f}  r = {np.corrcoef(our_months, peer_months)[0, 1]:.3f}"
    )
    expected = learn_weather(rows, seed=SEED).expected
    print(f"    unseen quarters: ours {told(values[unseen], expected[unseen])}; ", end="")
    print(f"peer {told(values[unseen], forest.predict(features[unseen]))}")
    print(
        f"    trend recovered: ours {our_slope / FALL:.1%}, peer {peer_slope / FALL:.1%} of the truth; "
        f"our own check {result.recovered_share:.1%}"
    )
    print(
        f"    peer: training {train_wall:.1f} s + {RESAMPLES} resamples scaled from {draws} ({draw_wall:.1f} s)"
    )


def run_ours(table: pd.DataFrame) -> object:
    """The public call, season taken out as the peer does."""
    return normalise(table, value="value", weather=WEATHER, mode="deseasonalised")


def recover_trends(stations: int = 5, draws: int = 10) -> None:
    """Share of the true trend that remains, averaged over stations: one alone is moved by its own noise."""
    shares = []
    for seed in range(stations):
        table, _ = simulate_station(hourly=False, seed=seed)
        rows, values, days, _ = read_rows(table, value="value", weather=WEATHER)
        features = np.column_stack([rows.day, rows.features])
        forest = fit_forest(features, values, deal_blocks(rows.day) != 0)
        result = run_ours(table)
        ours = slope_of_months(result.table["date"], result.table["normalised"].to_numpy())[1]
        peer = slope_of_months(days[rows.day], resample(forest, features, draws))[1]
        shares.append([ours / FALL, peer / FALL])
    (ours, peer), errors = np.mean(shares, axis=0), np.std(shares, axis=0) / np.sqrt(stations)
    print(
        f"trend recovered, {stations} daily stations: ours {ours:.1%} ± {errors[0]:.1%}, "
        f"peer {peer:.1%} ± {errors[1]:.1%} of the truth"
    )


def cover_splits(stations: int = 8) -> None:
    """How often the interval of the emission part of year-on-year changes covers the truth."""
    hits, errors, raw = [], [], []
    for seed in range(stations):
        table, emission = simulate_station(hourly=False, seed=seed)
        result = normalise(table, value="value", weather=WEATHER)
        rest = table["value"] / np.exp(emission)
        day = np.minimum(table["date"].dt.day_of_year, 365)
        season = rest.groupby(day).mean().rolling(31, center=True, min_periods=1).mean()
        level = pd.Series(np.exp(emission) * season.reindex(day).to_numpy())
        truth = level.groupby(table["date"].dt.year).mean()
        for year in range(2014, 2022):
            periods = {
                name: (f"{y}-01-01", f"{y}-12-31") for name, y in (("first", year), ("second", year + 1))
            }
            split = split_change(result, **periods)
            true = 100 * (truth[year + 1] - truth[year]) / split.first_mean
            hits.append(split.emission_low_pct <= true <= split.emission_high_pct)
            errors.append(split.emission_pct - true)
            raw.append(split.change_pct - true)
    print(
        f"split of {len(hits)} year-on-year changes: nominal 95 % interval covers {np.mean(hits):.1%}; error "
        f"{np.std(errors):.1f} percentage points (observed change alone: {np.std(raw):.1f})"
    )


def main() -> None:
    """Print the comparison of both cadences, the trend recovered and the coverage of the split."""
    print(
        f"{'task':22}{'ours s':>8}{'cpu s':>8}{'peer s':>10}{'cpu s':>10}{'ratio':>8}{'cpu':>8}  agree (months)"
    )
    compare(hourly=False, draws=30)
    compare(hourly=True, draws=2)
    recover_trends()
    cover_splits()


if __name__ == "__main__":
    main()
