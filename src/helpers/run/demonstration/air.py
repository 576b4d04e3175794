"""Simulated hourly air quality of a city's stations, shaped like the station archive. Nothing here was measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.run.demonstration.weather import red_noise, season

# Yearly levels the simulation is scaled to: PM2.5 mean, PM10 mean, SO2 mean, NO2 mean, CO mean, O3 mean of the
# daily maximum. They move like a northern city's decade; they are not the city's figures.
_LEVELS = pd.DataFrame(
    {
        "PM2.5": [49, 46, 40, 39, 40, 33, 29, 31, 33, 30.2, 33.0],
        "PM10": [84, 80, 72, 68, 66, 57, 50, 54, 55, 53, 51],
        "SO2": [28, 25, 17, 12, 11, 10, 9, 9, 9, 8.6, 8.2],
        "NO2": [40, 39, 36, 34, 32, 30, 27, 28, 27, 26, 25],
        "CO": [0.95, 0.9, 0.8, 0.72, 0.7, 0.64, 0.58, 0.58, 0.56, 0.54, 0.53],
        "O3": [99, 101, 102, 100, 99, 97, 98, 101, 100, 102, 101],
    },
    index=range(2016, 2027),
)
_WINTER = {"PM2.5": 0.62, "PM10": 0.28, "SO2": 0.75, "NO2": 0.24, "CO": 0.32}
_STAGNATION = {"PM2.5": 0.72, "PM10": 0.40, "SO2": 0.28, "NO2": 0.26, "CO": 0.24}
_RUSH_HOUR = {"PM2.5": 0.10, "PM10": 0.14, "SO2": 0.10, "NO2": 0.24, "CO": 0.16}
_TEN_STATIONS = tuple(place == 6 for place in range(10))


def simulate_air(
    weather: pd.DataFrame, rng: np.random.Generator, *, is_control: Sequence[bool] = _TEN_STATIONS
) -> dict[str, np.ndarray]:
    """Draw hourly concentrations, hours 1 to 24 of each day, as instruments would print them.

    Parameters
    ----------
    is_control
        For each station whether it is a control point, where the air is cleaner and ozone higher.

    Returns
    -------
    Pollutant → array (days, 24, stations) in µg/m³ (CO in mg/m³), rounded as published, NaN where missing.
    """
    days = pd.DatetimeIndex(weather.index)
    is_control = np.array(is_control)
    shape = (len(days), 24, len(is_control))
    stagnation = weather["stagnation"].to_numpy()
    smoke = _straw_burning(days, rng)
    hour = np.arange(1, 25)
    rush = np.cos(2 * np.pi * (hour - 8) / 24) + 0.6 * np.cos(4 * np.pi * (hour - 8) / 24)
    station = np.where(is_control, 0.72, np.exp(0.07 * rng.standard_normal(len(is_control))))
    fast = _hourly_noise(rng, shape)
    fields: dict[str, np.ndarray] = {}
    for name in _WINTER:
        daily = np.exp(
            _WINTER[name] * season(days, 12)
            + _STAGNATION[name] * stagnation
            + 0.12 * rng.standard_normal(len(days))
        )
        daily *= _washout(weather) * (1 + smoke * (1.0 if name in ("PM2.5", "PM10", "CO") else 0.1))
        daily *= _yearly_scale(days, daily, name)
        if name == "PM10":
            daily += _dust(days, rng)
        level = daily[:, None] * np.exp(_RUSH_HOUR[name] * rush)[None, :]
        fields[name] = level[:, :, None] * station * np.exp(fast + 0.08 * rng.standard_normal(shape))
    fields["O3"] = _ozone(days, weather, rng, fast, is_control)
    # What was drawn as PM10 is its coarse part; instruments differ by a little, so a few hours still read PM2.5 > PM10.
    fields["PM10"] += fields["PM2.5"] * (1.04 + 0.06 * rng.standard_normal(shape))
    return _print_like_instruments(fields, rng)


def _yearly_scale(days: pd.DatetimeIndex, daily: np.ndarray, name: str) -> np.ndarray:
    yearly = _LEVELS["PM10"] - 1.04 * _LEVELS["PM2.5"] if name == "PM10" else _LEVELS[name]
    level = yearly.reindex(days.year, method="nearest").to_numpy()
    mean = pd.Series(daily, index=days).groupby(days.year).transform("mean").to_numpy()
    full_year = pd.Series(days.day_of_year, index=days).groupby(days.year).transform("max").to_numpy() >= 365
    return level / np.where(full_year, mean, daily.mean())


def _washout(weather: pd.DataFrame) -> np.ndarray:
    return np.exp(-0.05 * np.sqrt(weather["rain"].to_numpy()))


def _straw_burning(days: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    """Extra load, as a multiple of the ordinary one, on a few days of late October to mid-November and early April."""
    month_day = days.month * 100 + days.day
    window = ((month_day >= 1020) & (month_day <= 1118)) | ((month_day >= 401) & (month_day <= 418))
    fading = np.interp(days.year, [2016, 2026], [1.0, 0.45])
    return np.where(window & (rng.random(len(days)) < 0.16), fading * rng.gamma(2.0, 0.75, len(days)), 0.0)


def _dust(days: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    spring = np.isin(days.month, (4, 5)) & (rng.random(len(days)) < 0.035)
    return np.where(spring, rng.gamma(2.0, 140.0, len(days)), 0.0)


def _hourly_noise(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    return 0.16 * red_noise(rng, (shape[0] * 24, shape[2]), 0.8).reshape(shape)


def _ozone(
    days: pd.DatetimeIndex,
    weather: pd.DataFrame,
    rng: np.random.Generator,
    fast: np.ndarray,
    is_control: np.ndarray,
) -> np.ndarray:
    warm = weather["temperature"].to_numpy()
    peak = 88 * np.exp(
        0.30 * season(days, 160)
        + 0.012 * (warm - 6.5)
        - 0.10 * (weather["rain"].to_numpy() > 2)
        + 0.13 * red_noise(rng, (len(days),), 0.4)
    )
    peak *= _yearly_scale(days, peak, "O3")
    shape = 0.42 + 0.58 * np.exp(-(((np.arange(1, 25) - 15.5) / 4.6) ** 2))
    station = np.where(is_control, 1.12, np.exp(0.05 * rng.standard_normal(len(is_control))))
    return peak[:, None, None] * shape[None, :, None] * station * np.exp(-0.4 * fast)


def _print_like_instruments(fields: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Round as published and add the ordinary faults: single gaps, outages, one lost day of the feed, a stuck instrument."""
    printed = {
        name: np.maximum(
            np.round(values, 1) if name == "CO" else np.round(values), 0.1 if name == "CO" else 1
        )
        for name, values in fields.items()
    }
    n_days = next(iter(printed.values())).shape[0]
    for name, values in printed.items():
        values[rng.random(values.shape) < 0.012] = np.nan
        for day in range(300, n_days, 365):
            values[day : day + 1, 6:] = np.nan
        for start in range(40, n_days - 3, 183):
            values[start : start + 3, :, int(rng.integers(values.shape[2]))] = np.nan
        if name == "PM2.5" and n_days > 60:
            values[45, :23, min(2, values.shape[2] - 1)] = 78.0
    return printed
