"""Lay simulated hours out as the station archive does: wide, fifteen types, hour 0 belonging to the day before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

_POLLUTANTS = ["PM2.5", "PM10", "SO2", "NO2", "O3", "CO"]


def write_archive(
    folder: Path, air: dict[str, np.ndarray], days: pd.DatetimeIndex, stations: list[str]
) -> None:
    """Write ``china_sites_<year>.csv`` for every year of the simulated hours.

    Parameters
    ----------
    air
        Pollutant → array (days, 24, stations), hours 1 to 24, rounded as published, NaN where missing.
    stations
        Station codes in column order.
    """
    times = days[0] + pd.to_timedelta(np.arange(1, len(days) * 24 + 1), unit="h")
    types = _all_types({name: air[name].reshape(-1, len(stations)) for name in _POLLUTANTS})
    folder.mkdir(parents=True, exist_ok=True)
    for year in sorted(set(times.year)):
        rows = np.flatnonzero(times.year == year)
        _write_year(
            folder / f"china_sites_{year}.csv",
            {name: values[rows] for name, values in types.items()},
            times[rows],
            stations,
        )


def _all_types(hourly: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The archive's types in its order; running means and maxima as the feed forms them."""
    types: dict[str, np.ndarray] = {}
    for name in _POLLUTANTS:
        decimals = 1 if name == "CO" else 0
        types[name] = hourly[name]
        if name == "O3":
            eight = _trailing_mean_in_day(hourly[name])
            types["O3_24h"] = _maximum_so_far(hourly[name])
            types["O3_8h"] = np.round(eight)
            types["O3_8h_24h"] = np.round(_maximum_so_far(eight))
        else:
            types[f"{name}_24h"] = np.round(_trailing_mean(hourly[name], 24), decimals)
    return types


def _trailing_mean(values: np.ndarray, hours: int) -> np.ndarray:
    total = np.nancumsum(values, axis=0)
    count = np.cumsum(~np.isnan(values), axis=0, dtype=float)
    total[hours:], count[hours:] = total[hours:] - total[:-hours], count[hours:] - count[:-hours]
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _trailing_mean_in_day(values: np.ndarray) -> np.ndarray:
    """Mean of up to eight hours that restarts each day at hour 1."""
    by_day = values.reshape(-1, 24, values.shape[1])
    return np.stack([_trailing_mean(day, 8) for day in by_day]).reshape(values.shape)


def _maximum_so_far(values: np.ndarray) -> np.ndarray:
    by_day = values.reshape(-1, 24, values.shape[1])
    return np.fmax.accumulate(by_day, axis=1).reshape(values.shape)


def _write_year(
    path: Path, types: dict[str, np.ndarray], times: pd.DatetimeIndex, stations: list[str]
) -> None:
    names = list(types)
    stacked = np.stack([types[name] for name in names], axis=1)  # (hours, types, stations)
    table = {
        "date": np.repeat(times.strftime("%Y%m%d").to_numpy(dtype=object), len(names)),
        "hour": np.repeat(times.hour.to_numpy(), len(names)),
        "type": np.tile(np.array(names, dtype=object), len(times)),
    }
    for column, station in enumerate(stations):
        table[station] = pa.array(stacked[:, :, column].ravel(), from_pandas=True)
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(pa.table(table), sink, pa_csv.WriteOptions(include_header=False, quoting_style="none"))
    header = ",".join(["date", "hour", "type", *stations]).encode()
    path.write_bytes((header + b"\n" + sink.getvalue().to_pybytes()).replace(b"\n", b"\r\n"))
