"""Forecast: rolling-origin backtest on real and simulated years, beside naive forecasts and a statsmodels model.

Every month's end (January to November) of every year with two earlier ones. Prints coverage, CRPS beside last
year's value, the climatology of the remaining days and, for means, an unobserved-components model of statsmodels
(local level and monthly seasons on logarithms of monthly means, drawn to the year's end), Brier score, the
reliability table, and seconds. Real files are read from ``../shared``; without them only simulated years are shown.
"""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from statsmodels.tsa.statespace.structural import UnobservedComponents

from cnstandards import air
from helpers.statistics.backtest import crps_of, judge, run_backtest

SHARED = Path(os.environ.get("FIVE_BATTLES_SHARED", Path(__file__).resolve().parents[2] / "shared"))
ASSESSED = [f"{number}A" for number in range(1119, 1129) if number != 1125]
AIMS = {
    **{p: ("mean", f"p{q}") for p, q in (("PM2.5", 95), ("PM10", 95), ("SO2", 98), ("NO2", 98), ("CO", 95))},
    "O3": ("p90",),
    "AQI": ("share_at_most:100", "count_above:200"),
}
WORLDS = {
    "steady": {"year": 0.0, "month": 0.0, "day": 0.45},
    "moving": {"year": 0.06, "month": 0.2, "day": 0.45},
    "rough": {"year": 0.12, "month": 0.25, "day": 0.45},
    "ozone-like": {"year": 0.03, "month": 0.08, "day": 0.25},
}
DRAWS = 400
CITIES = 10


def real_days() -> dict[str, pd.DataFrame]:
    """Daily city values 2013-12…2017-05 (daily table) and 2019 (hourly archive) by pollutant."""
    folder = SHARED / "data" / "air"
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
    city = city[(city["date"].dt.year == 2019) & city["is_valid"]]
    tails = {p: city.loc[city["pollutant"] == p, ["date", "value"]] for p in air.POLLUTANTS}
    index = air.daily_aqi(city, edition="2012")[["date", "aqi"]].set_axis(["date", "value"], axis=1)
    tails["AQI"] = index.astype({"value": "float64"})
    days = {}
    for pollutant, tail in tails.items():
        head = table[["date", pollutant]].set_axis(["date", "value"], axis=1)
        joined = pd.concat([head.assign(date=pd.to_datetime(head["date"])), tail]).dropna()
        days[pollutant] = joined.sort_values("date", ignore_index=True)
    return days


def simulated_days(world: dict[str, float], seed: int) -> pd.DataFrame:
    """Six years: season, fall of 6 % a year, random level of years, of months, and weather of days."""
    generator = np.random.default_rng(seed)
    days = pd.date_range("2013-01-01", "2018-12-31")
    years = np.arange(len(days)) / 365.25
    level = np.cumsum(generator.normal(0, world["year"], 6))[days.year - 2013]
    month = generator.normal(0, world["month"], 72)[(days.year - 2013) * 12 + days.month - 1]
    weather, shocks = np.zeros(len(days)), generator.standard_normal(len(days))
    for i in range(1, len(days)):
        weather[i] = 0.6 * weather[i - 1] + 0.8 * shocks[i]
    season = 0.6 * np.cos(2 * np.pi * years)
    values = np.round(np.exp(np.log(60) - 0.06 * years + season + level + month + world["day"] * weather))
    values[generator.random(len(days)) < 0.02] = np.nan
    return pd.DataFrame({"date": days, "value": values})


def statsmodels_crps(daily: pd.DataFrame, rows: pd.DataFrame, decimals: int) -> float:
    """Mean CRPS of the statsmodels model for the annual mean at the origins of a backtest."""
    series = daily.set_index("date")["value"]
    scores = []
    for row in rows.itertuples():
        known = series[: row.as_of]
        monthly = np.log(known.resample("MS").mean().replace(0, np.nan))
        fit = UnobservedComponents(monthly, level="llevel", seasonal=12).fit(disp=False)
        n_left = 12 - row.as_of.month
        drawn = fit.simulate(n_left, anchor="end", repetitions=DRAWS, rng=np.random.default_rng(1)).to_numpy()
        lengths = pd.date_range(row.as_of, periods=n_left + 1, freq="ME")[1:].days_in_month.to_numpy()
        this_year = known[known.index.year == row.year]
        total = this_year.sum() + (np.exp(drawn.reshape(n_left, -1)) * lengths[:, None]).sum(axis=0)
        scores.append(crps_of(np.round(total / (this_year.count() + lengths.sum()), decimals), row.actual))
    return float(np.mean(scores))


def report(title: str, backtests: list[tuple[str, pd.DataFrame, float, float]]) -> None:
    """Print one block: a line a statistic, the whole, and the reliability table."""
    lines = []
    for name, rows, seconds, peer in backtests:
        told = judge(rows)
        lines.append(
            {
                "what": name,
                "n": told.n,
                "cover80": told.coverage80_pct,
                "cover95": told.coverage95_pct,
                "within80": told.within80_pct,
                "within95": told.within95_pct,
                "crps": told.crps,
                "last year": told.crps_last_year,
                "climatology": told.crps_climatology,
                "statsmodels": peer,
                "brier": told.brier,
                "beats naive": told.beats_naive,
                "s a forecast": seconds / told.n,
            }
        )
    whole = judge(pd.concat([rows for _, rows, _, _ in backtests]))
    print(f"\n== {title}")
    print(pd.DataFrame(lines).round(3).to_string(index=False))
    print(
        f"all {whole.n} forecasts about {whole.n_years} years: {whole.coverage80_pct:.1f} % of nominal 80, ",
        end="",
    )
    print(f"{whole.coverage95_pct:.1f} % of nominal 95, Brier {whole.brier:.3f}")
    near = abs(whole.coverage80_pct - 80) <= 5 and abs(whole.coverage95_pct - 95) <= 5
    print(f"coverage within 5 points: {near}; lower CRPS than both naive forecasts: {whole.beats_naive}")
    print(whole.reliability.round(3).to_string(index=False))


def timed_backtest(daily: pd.DataFrame, statistic: str, decimals: int) -> tuple[pd.DataFrame, float]:
    """Run one backtest and its wall seconds."""
    start = time.perf_counter()
    return run_backtest(daily, statistic=statistic, decimals=decimals), time.perf_counter() - start


def main() -> None:
    """Print a block for the real years and one for each simulated world."""
    warnings.simplefilter("ignore")
    if (SHARED / "data").is_dir():
        blocks = []
        for pollutant, daily in real_days().items():
            decimals = 1 if pollutant == "CO" else 0
            for statistic in AIMS[pollutant]:
                rows, seconds = timed_backtest(daily, statistic, decimals)
                peer = statsmodels_crps(daily, rows, decimals) if statistic == "mean" else np.nan
                blocks.append((f"{pollutant} {statistic}", rows, seconds, peer))
        report("real: Changchun 2016 from 2013-12…, 2019 from …2017-05", blocks)
    for name, world in WORLDS.items():
        series = [simulated_days(world, seed) for seed in range(CITIES)]
        blocks = []
        for statistic in ("mean", "p95", "share_at_most:75"):
            parts = [timed_backtest(daily, statistic, 0) for daily in series]
            peer = statsmodels_crps(series[0], parts[0][0], 0) if statistic == "mean" else np.nan
            rows = pd.concat([rows for rows, _ in parts])
            blocks.append((statistic, rows, sum(seconds for _, seconds in parts), peer))
        report(f"simulated: {name} ({CITIES} cities, 6 years; statsmodels on the first city)", blocks)


if __name__ == "__main__":
    main()
