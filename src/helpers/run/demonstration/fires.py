"""Simulated satellite fire points around the city, in step with the simulated straw burning. Nothing here was measured."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.registry.city_records import Box


def simulate_fires(
    air: dict[str, np.ndarray], days: pd.DatetimeIndex, rng: np.random.Generator, *, box: Box
) -> pd.DataFrame:
    """Draw fire points: a few on ordinary spring and autumn days, many before days of heavy smoke.

    Parameters
    ----------
    box
        Box of the city, in which the points lie.

    Returns
    -------
    One row a fire, columns of the FIRMS text files (latitude and longitude in degrees, ``acq_date`` and ``acq_time`` in UTC, ``frp`` in MW).
    """
    level = np.nanmean(air["PM2.5"], axis=(1, 2))
    month_day = days.month * 100 + days.day
    window = ((month_day >= 1010) & (month_day <= 1120)) | ((month_day >= 325) & (month_day <= 425))
    expected = np.where(window, 2 + np.clip(level - 90, 0, 120) / 5, 0.05)
    counts = rng.poisson(expected)
    n = int(counts.sum())
    day = np.repeat(days.to_numpy(), counts)
    minutes = np.where(rng.random(n) < 0.5, 130, 310) + rng.integers(0, 40, n)
    return pd.DataFrame(
        {
            "latitude": np.round(rng.uniform(box.south, box.north, n), 5),
            "longitude": np.round(rng.uniform(box.west, box.east, n), 5),
            "brightness": np.round(rng.uniform(300, 345, n), 2),
            "scan": 1.2,
            "track": 1.1,
            "acq_date": pd.DatetimeIndex(day).strftime("%Y-%m-%d"),
            "acq_time": [f"{m // 60:02d}{m % 60:02d}" for m in minutes],
            "satellite": np.where(rng.random(n) < 0.5, "T", "A"),
            "confidence": rng.integers(25, 95, n),
            "version": "6.1SIM",
            "bright_t31": np.round(rng.uniform(270, 292, n), 2),
            "frp": np.round(rng.gamma(1.6, 12.0, n), 2),
            "daynight": "D",
        }
    )
