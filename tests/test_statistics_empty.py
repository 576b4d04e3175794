"""However few rows go in, what comes out has the columns, types and kind of index of a full result."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from helpers import statistics
from helpers.statistics import (
    averages,
    backtest,
    change,
    direction,
    episodes,
    normalise,
    rhythm,
    smooth,
    survey,
    trend,
    windows,
    zonal,
)
from test_statistics_normalise import WEATHER, station

N_DAYS = 4 * 365
Call = Callable[[pd.DataFrame], pd.DataFrame | pd.Series]


def draw(n: int) -> np.ndarray:
    return np.round(np.random.default_rng(3).gamma(4, 12, n), 1)


@cache
def hours(n: int = 24 * 300) -> pd.DataFrame:
    """Hours of wind and a pollutant, indexed by time."""
    generator = np.random.default_rng(1)
    time = pd.date_range("2024-01-01 01:00", periods=n, freq="h").astype("datetime64[s]")
    return pd.DataFrame(
        {
            "time": time,
            "wind_direction_deg": generator.integers(0, 36, n) * 10.0,
            "wind_speed_m_s": np.round(generator.gamma(3, 1, n), 1),
            "value": draw(n),
        },
        index=pd.DatetimeIndex(time, name="at"),
    )


@cache
def days(n: int = N_DAYS) -> pd.DataFrame:
    """Days of index, particles, leader and weather, indexed by date."""
    date = pd.date_range("2019-01-01", periods=n, freq="D").astype("datetime64[s]")
    value = draw(n)
    return pd.DataFrame(
        {
            "date": date,
            "value": value,
            "aqi": value * 2.2,
            "primary": np.where(value > 50, "PM2.5", "PM10;O3"),
            "PM2.5": value,
            "PM10": value + 20,
            "wind_direction_deg": 90.0,
            "wind_speed_m_s": 2.0,
            "relative_humidity_pct": 60.0,
            "precipitation_mm": 0.1,
            "n_fires": 1.0,
        },
        index=date,
    )


def months() -> pd.DataFrame:
    return pd.DataFrame({"value": draw(84)}, index=pd.date_range("2018-01-01", periods=84, freq="MS"))


@cache
def fires() -> pd.DataFrame:
    time = pd.date_range("2019-01-01 05:00", periods=N_DAYS, freq="D").astype("datetime64[s]")
    return pd.DataFrame({"time_local": time, "latitude": 44.0, "longitude": 125.5, "frp_mw": 3.0})


def samples() -> pd.DataFrame:
    return pd.DataFrame(
        {"place": ["A", "B"] * 20, "value": draw(40), "is_met": [True, True, False, True] * 10}
    )


@cache
def heavy() -> pd.DataFrame:
    """Episodes of the days above."""
    return episodes.find_episodes(days())


CITY = {"latitude": 43.9, "longitude": 125.3}
WINDOW = {"start": "10-20", "end": "04-08"}
STRAW = pd.DataFrame(
    {
        "window_id": ["straw_spring"],
        "start_date": pd.to_datetime(["2019-03-01"]),
        "end_date": pd.to_datetime(["2023-05-31"]),
    }
)


def fired(table: pd.DataFrame) -> pd.DataFrame:
    return episodes.add_fires(table, fires(), days(), **CITY)


def stack(table: pd.DataFrame) -> xr.DataArray:
    """One image of four pixels a day of a table."""
    values = np.ones((len(table), 2, 2)) * table["value"].to_numpy()[:, None, None]
    coords = {"date": table.index, "y": [1.0, 0.0], "x": [0.0, 1.0], "cell_area_km2": ("y", [1.0, 1.0])}
    return xr.DataArray(values, dims=("date", "y", "x"), coords=coords).chunk()


# By function: the full input, and what is made of any part of it.
CASES: dict[str, tuple[pd.DataFrame, Call]] = {
    "averages.calendar_average": (
        hours(),
        lambda t: averages.calendar_average(t[["value", "wind_speed_m_s"]], by="day"),
    ),
    "averages.trailing_average": (
        hours(),
        lambda t: averages.trailing_average(t[["value"]], hours=8, min_valid=6),
    ),
    "averages.calendar_wind": (hours(), lambda t: averages.calendar_wind(t, by="day")),
    "backtest.run_backtest": (
        days()[["date", "value"]],
        lambda t: backtest.run_backtest(t, statistic="mean"),
    ),
    "direction.wind_rose": (hours(), lambda t: direction.wind_rose(t, edges=[2, 4])),
    "direction.sector_means": (hours(), direction.sector_means),
    "direction.conditional_probability": (hours(), direction.conditional_probability),
    "direction.polar_surface": (hours(), direction.polar_surface),
    "episodes.find_episodes": (days(), episodes.find_episodes),
    "episodes.add_weather": (heavy(), lambda t: episodes.add_weather(t, days())),
    "episodes.add_weather (weather)": (days(), lambda t: episodes.add_weather(heavy(), t)),
    "episodes.add_hours": (
        heavy(),
        lambda t: episodes.add_hours(t, hours()[["time", "value"]], above=50),
    ),
    "episodes.add_hours (hours)": (
        hours()[["time", "value"]],
        lambda t: episodes.add_hours(heavy(), t, above=50),
    ),
    "episodes.list_fires": (heavy(), lambda t: episodes.list_fires(t, fires(), days(), **CITY)),
    "episodes.list_fires (fires)": (fires(), lambda t: episodes.list_fires(heavy(), t, days(), **CITY)),
    "episodes.add_fires": (heavy(), fired),
    "episodes.add_fires (fires)": (fires(), lambda t: episodes.add_fires(heavy(), t, days(), **CITY)),
    "episodes.straw_ledger": (heavy(), lambda t: episodes.straw_ledger(fired(t), STRAW)),
    "episodes.straw_ledger (windows)": (STRAW, lambda t: episodes.straw_ledger(fired(heavy()), t)),
    "episodes.annual_without": (days(), lambda t: episodes.annual_without(t, heavy())),
    "episodes.is_inside": (days(), lambda t: episodes.is_inside(t["date"], heavy())),
    "rhythm.diurnal_cycle": (hours(), lambda t: rhythm.diurnal_cycle(t["value"])),
    "rhythm.weekly_cycle": (days(), lambda t: rhythm.weekly_cycle(t["value"])),
    "rhythm.seasonal_cycle": (days(), lambda t: rhythm.seasonal_cycle(t["value"])),
    "rhythm.ratio_cycle": (
        days(),
        lambda t: rhythm.ratio_cycle(t, numerator="PM2.5", denominator="PM10"),
    ),
    "smooth.smooth_trend": (months(), lambda t: smooth.smooth_trend(t["value"])),
    "survey.compliance_rates": (samples(), lambda t: survey.compliance_rates(t, by=["place"])),
    "survey.area_weighted_rate": (
        pd.DataFrame({"area": [1.0, 2.0, 3.0], "n": [8, 9, 10], "n_met": [7, 7, 9]}),
        survey.area_weighted_rate,
    ),
    "survey.design_means": (samples(), lambda t: survey.design_means(t, by=["place"])),
    "survey.bootstrap_mean": (samples(), lambda t: survey.bootstrap_mean(t["value"].to_numpy())),
    "trend.trend_many": (
        pd.DataFrame(draw(480).reshape(4, 120)),
        lambda t: trend.trend_many(t.to_numpy()),
    ),
    "windows.window_means": (
        days(),
        lambda t: windows.window_means(t["value"], **WINDOW, min_coverage_pct=50),
    ),
    "zonal.zonal_series": (
        days(10),
        lambda t: zonal.zonal_series(stack(t), np.array([[0, 1], [2, 2]])).compute(),
    ),
    # Tables that stand inside a result.
    "change.find_breaks table": (
        pd.DataFrame({"value": draw(120) + np.repeat([0, 90], 60)}, index=range(120)),
        lambda t: change.find_breaks(t["value"]).table,
    ),
    "change.find_breaks segments": (
        pd.DataFrame({"value": draw(120) + np.repeat([0, 90], 60)}, index=range(120)),
        lambda t: change.find_breaks(t["value"]).segments,
    ),
    "normalise.normalise table": (
        station(years=3),
        lambda t: normalise.normalise(t, value="value", weather=WEATHER).table,
    ),
}


def form(result: pd.DataFrame | pd.Series) -> dict[str, object]:
    """What must not depend on how many rows there are."""
    kind = {"index": type(result.index).__name__, "index type": str(result.index.dtype)}
    if isinstance(result, pd.Series):
        return kind | {"labels" if result.dtype == object else "type": str(result.dtype)}
    return kind | {"columns": {str(name): str(of) for name, of in result.dtypes.items()}}


@pytest.mark.parametrize("name", CASES)
def test_few_rows_have_the_form_of_many(name: str) -> None:
    table, call = CASES[name]
    result = call(table)
    assert len(result)
    full = form(result)
    for n in (0, 1, 2):
        assert form(call(table.iloc[:n])) == full, f"{n} rows"


def test_every_function_that_returns_a_table_is_tried() -> None:
    tables = []
    for module in pkgutil.iter_modules(statistics.__path__):
        if module.name.startswith("_"):
            continue
        found = importlib.import_module(f"helpers.statistics.{module.name}")
        for name, function in inspect.getmembers(found, inspect.isfunction):
            returned = str(function.__annotations__.get("return", ""))
            is_own = function.__module__ == found.__name__ and not name.startswith("_")
            if is_own and any(kind in returned for kind in ("pd.DataFrame", "pd.Series", "Delayed")):
                tables.append(f"{module.name}.{name}")
    untried = set(tables) - {name.split(" ")[0] for name in CASES}
    assert not untried, f"add to CASES: {sorted(untried)}"


def test_a_verdict_has_one_table_however_few_forecasts() -> None:
    rows = backtest.run_backtest(days()[["date", "value"]], statistic="mean")
    full = form(backtest.judge(rows).reliability)
    assert all(form(backtest.judge(rows.iloc[:n]).reliability) == full for n in (1, 2))
