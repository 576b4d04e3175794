"""Small invented air tables in the processed form; nothing here was measured."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from helpers import registry, store
from helpers.battles import blue_sky
from helpers.battles.context import Context
from helpers.periods import Period

ORDINARY = {"SO2": 10.0, "NO2": 30.0, "CO": 0.6, "O3": 90.0, "PM10": 60.0, "PM2.5": 28.0}
"""A day with an index of 55, led by PM10, under both editions."""


def context(period: str, as_of: date, *, simulated: bool = False) -> Context:
    """The question of one report on Changchun."""
    return Context(
        registry.city("changchun"), registry.plan("changchun"), Period.parse(period), as_of, 1, simulated
    )


def empty_tables() -> dict[str, pd.DataFrame]:
    """Every stored table the battle reads, without rows; the station days are made from the hours."""
    return {name: store.empty(name) for name in blue_sky.TABLES if name in store.SCHEMAS}


def city_days(first: str, last: str, **changed: np.ndarray | float) -> pd.DataFrame:
    """Published city days: ordinary ones, with some pollutants given as one value or one value a day."""
    days = pd.date_range(first, last, freq="D").astype("datetime64[s]")
    parts = []
    for name, ordinary in ORDINARY.items():
        values = np.broadcast_to(
            np.asarray(changed.get(name.replace(".", "_"), ordinary), dtype=float), len(days)
        )
        parts.append(pd.DataFrame({"date": days, "pollutant": name, "value": values}))
    table = pd.concat(parts, ignore_index=True).dropna()
    return table.assign(city_code="220100", source_id="invented")


def station_hours(first: str, n_days: int, *, stations: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Hourly values of the named stations, the same in every hour: hours 1 to 24 of each day."""
    times = pd.date_range(pd.Timestamp(first) + pd.Timedelta(hours=1), periods=24 * n_days, freq="h")
    parts = [
        pd.DataFrame(
            {"station_code": code, "time": times.astype("datetime64[s]"), "pollutant": name, "value": value}
        )
        for code, values in stations.items()
        for name, value in (ORDINARY | values).items()
    ]
    return pd.concat(parts, ignore_index=True).assign(city_code="220100", flag="", source_id="invented")


def row(results: pd.DataFrame, indicator_id: str) -> pd.Series:
    """First row of an indicator."""
    return results[results["indicator_id"] == indicator_id].iloc[0]
