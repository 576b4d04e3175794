"""Simulated daily weather of a northern plain city. Nothing here was measured."""

from __future__ import annotations

import numpy as np
import pandas as pd


def red_noise(rng: np.random.Generator, shape: tuple[int, ...], rho: float) -> np.ndarray:
    """Stationary AR(1) noise of unit variance along the first axis."""
    noise = rng.standard_normal(shape)
    noise[1:] *= np.sqrt(1 - rho**2)
    for step in range(1, shape[0]):
        noise[step] += rho * noise[step - 1]
    return noise


def season(days: pd.DatetimeIndex, peak_day: int) -> np.ndarray:
    """Yearly cosine, 1 on ``peak_day`` and -1 half a year later."""
    return np.cos(2 * np.pi * (days.day_of_year.to_numpy() - peak_day) / 365.25)


def simulate_weather(days: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    """Draw daily weather.

    Returns
    -------
    One row a day: ``temperature`` (mean, °C), ``spread`` (half the daily range, °C), ``wind`` (m/s),
    ``direction`` (degrees), ``humidity`` (%), ``rain`` (mm), ``pressure`` (hPa) and ``stagnation``, the
    standardised index that drives the simulated pollution.
    """
    n = len(days)
    stagnation = red_noise(rng, (n,), 0.6)
    temperature = 6.5 - 19.0 * season(days, 18) + 4.0 * red_noise(rng, (n,), 0.75)
    spring = np.clip(season(days, 110), 0, None)
    wind = np.exp(np.log(2.6) + 0.35 * spring - 0.32 * stagnation + 0.15 * rng.standard_normal(n))
    wet = rng.random(n) < 0.16 + 0.16 * np.clip(season(days, 200), 0, None)
    amount = rng.gamma(0.7, 5.0 + 7.0 * np.clip(season(days, 200), 0, None))
    humidity = (
        61 + 9 * season(days, 215) + 6 * stagnation + 12 * wet - 9 * spring + 5 * rng.standard_normal(n)
    )
    return pd.DataFrame(
        {
            "temperature": temperature,
            "spread": 4.5 + 1.5 * rng.random(n) + 1.5 * spring,
            "wind": wind,
            "direction": (225 + 45 * red_noise(rng, (n,), 0.4)) % 360,
            "humidity": np.clip(humidity, 18, 99),
            "rain": np.where(wet, amount, 0.0),
            "pressure": 990 + 9 * season(days, 10) + 3 * rng.standard_normal(n),
            "stagnation": stagnation,
        },
        index=days,
    )
