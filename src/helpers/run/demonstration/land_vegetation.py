"""Simulated 16-day vegetation indices of example zones, as the Earth Engine exports MOD13. Nothing here was measured."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.run.demonstration.weather import season

# Zone → NDVI in winter and at the peak of summer, gain of the peak a year.
_ZONES = {
    "示例林区A": (0.34, 0.86, 0.004),
    "示例林区B": (0.3, 0.8, 0.0),
    "示例农田区": (0.14, 0.78, 0.001),
    "示例草原区": (0.15, 0.58, 0.0035),
    "示例湿地区": (0.1, 0.5, -0.002),
}
_FIRST_YEAR = 2015


def write_vegetation(path: Path, *, last: date, seed: int) -> None:
    """Write NDVI and EVI ×10,000 with pixel day and quality; cloud in summer, snow in winter, one composite lost."""
    rng = np.random.default_rng([seed, 27])
    years = range(_FIRST_YEAR, last.year + 1)
    starts = pd.DatetimeIndex(
        [pd.Timestamp(y, 1, 1) + pd.Timedelta(days=16 * k) for y in years for k in range(23)]
    )
    starts = starts[starts + pd.Timedelta(days=15) <= pd.Timestamp(last)]
    tables = [_simulate_zone(zone, starts, rng) for zone in _ZONES]
    table = pd.concat(tables).sort_values(["date", "site"], kind="stable")
    table.to_csv(path, index=False, lineterminator="\n")


def _simulate_zone(zone: str, starts: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    winter, peak, gain = _ZONES[zone]
    n, years = len(starts), starts.year.to_numpy()
    summer = np.clip((season(starts, 208) + 0.45) / 1.45, 0, None) ** 1.3
    wet = rng.normal(0, 0.03, years[-1] - _FIRST_YEAR + 1)[years - _FIRST_YEAR]
    ndvi = winter + (peak - winter + gain * (years - 2020) + wet) * summer + rng.normal(0, 0.012, n)
    draw = rng.random(n)
    is_snow = np.isin(starts.month, (1, 2, 12)) & (draw < 0.7)
    is_cloud = (starts.month >= 6) & (starts.month <= 8) & (draw < 0.16)
    is_marginal = ~is_snow & ~is_cloud & (draw < 0.3)
    ndvi = np.where(is_snow, 0.04, np.where(is_cloud, ndvi * 0.72, np.where(is_marginal, ndvi * 0.96, ndvi)))
    seen = starts + pd.to_timedelta(rng.integers(0, 16, n), unit="D")
    table = pd.DataFrame(
        {
            "date": starts.strftime("%Y-%m-%d"),
            "site": zone,
            "NDVI": np.round(10_000 * ndvi).astype(int),
            "EVI": np.round(6_200 * ndvi).astype(int),
            "DayOfYear": seen.day_of_year,
            "SummaryQA": np.select([is_snow, is_cloud, is_marginal], [2, 3, 1], default=0),
        }
    )
    return table.drop(index=range(200, 201), errors="ignore")
