"""Long tables to regular grids and back: one pass, no pivot, one place that checks keys and hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import SchemaError
from helpers.standards.air.limits import POLLUTANTS

_REMEDY = "mend the reader that wrote the table"


@dataclass(frozen=True)
class HourGrid:
    """Hourly values of stations as a dense array.

    ``values`` has the axes pollutant (order of ``pollutants``), station, day, hour; hour index 0 is the hour ending
    at 01:00 and index 23 the one ending at 24:00, which is published as 00:00 of the next day. Missing is NaN.
    """

    values: np.ndarray
    pollutants: tuple[str, ...]
    stations: list[str]
    days: np.ndarray

    def times(self) -> np.ndarray:
        """Hour-ending times as published, day by day (``datetime64[s]``)."""
        hours = self.days.astype("datetime64[h]")[:, None] + np.arange(1, 25)
        return hours.ravel().astype("datetime64[s]")


def require_columns(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a table that lacks a column or has no rows.

    Raises
    ------
    SchemaError
        A column is missing or the table is empty. Mend the reader, or ask only where there is data.
    """
    missing = [column for column in columns if column not in frame]
    if missing:
        raise SchemaError(f"{name} lacks {', '.join(missing)}", expected=", ".join(columns), remedy=_REMEDY)
    if frame.empty:
        raise SchemaError(
            f"{name} has no rows", expected="at least one value", remedy="choose a period with data"
        )


def text_codes(column: pd.Series, names: Sequence[str]) -> np.ndarray:
    """Position of each text in ``names``, -1 for any other; a categorical column costs one look-up per category."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, texts = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, texts = pd.factorize(column)
    place = {name: at for at, name in enumerate(names)}
    # one more entry: code -1 (missing) reads the last, which is -1
    return np.array([*(place.get(text, -1) for text in texts), -1], dtype="int64")[codes]


def hour_grid(air_hourly: pd.DataFrame, *, stations: Sequence[str] | None = None) -> HourGrid:
    """Lay the six pollutants of hourly stations on a grid; a day holds its hours 1 to 24.

    Parameters
    ----------
    air_hourly
        ``station_code``, ``time`` (hour-ending, Beijing; hour 0 belongs to the day before), ``pollutant``, ``value``
        (CO mg/m³, others μg/m³). Other pollutants, such as the published AQI, are left out.
    stations
        Codes to lay out; all of the table when None.

    Returns
    -------
    The grid, from the first to the last day of the chosen rows.

    Raises
    ------
    SchemaError
        A column is missing, nothing is left, a time is not on the hour, a value is negative or infinite, or a
        station has two values for one hour. Mend the reader that wrote the table.
    """
    require_columns(air_hourly, ("station_code", "time", "pollutant", "value"), "air_hourly")
    if stations is None:
        stations = sorted(air_hourly["station_code"].dropna().unique())
    pollutant = text_codes(air_hourly["pollutant"], POLLUTANTS)
    station = text_codes(air_hourly["station_code"], stations)
    hour = _hours_since_epoch(air_hourly["time"]) - 1
    value = air_hourly["value"].to_numpy(dtype="float64")
    if min(pollutant.min(), station.min()) < 0:
        keep = (pollutant >= 0) & (station >= 0)
        pollutant, station, hour, value = pollutant[keep], station[keep], hour[keep], value[keep]
    if not len(value):
        raise _no_station("air_hourly", stations)
    first, last = hour.min() // 24, hour.max() // 24
    shape = (len(POLLUTANTS), len(stations), last - first + 1, 24)
    at = (pollutant * shape[1] + station) * (shape[2] * 24) + (hour - first * 24)
    values = _scatter(at, value, shape, "air_hourly", "station, hour and pollutant")
    days = np.arange(first, last + 1).astype("datetime64[D]")
    return HourGrid(values, POLLUTANTS, list(stations), days)


def day_grid(
    daily: pd.DataFrame, *, pollutants: Sequence[str], stations: Sequence[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Lay the valid daily values on a grid.

    Parameters
    ----------
    daily
        ``date``, ``pollutant``, ``value``, with ``station_code`` when ``stations`` is given; rows whose ``is_valid``
        is False are left out.
    pollutants, stations
        Order of the axes; other pollutants and stations are left out.

    Returns
    -------
    Array with the axes pollutant, station (one when ``stations`` is None), day; and the days (``datetime64[D]``)
    from the first to the last row of the table.

    Raises
    ------
    SchemaError
        A column is missing, the table is empty or holds none of the stations, a value is negative or infinite, or a
        key has two values.
    """
    names = ["date", "pollutant", "value", *(["station_code"] if stations is not None else [])]
    require_columns(daily, names, "the daily table")
    day = daily["date"].to_numpy().astype("datetime64[D]").astype("int64")
    first, last = day.min(), day.max()
    pollutant = text_codes(daily["pollutant"], pollutants)
    station = (
        text_codes(daily["station_code"], stations) if stations is not None else np.zeros(len(day), "int64")
    )
    if stations is not None and not (station >= 0).any():
        raise _no_station("the daily table", stations)
    keep = (pollutant >= 0) & (station >= 0)
    if "is_valid" in daily:
        keep &= daily["is_valid"].to_numpy(dtype=bool)
    shape = (len(pollutants), len(stations) if stations is not None else 1, last - first + 1)
    at = ((pollutant * shape[1] + station) * shape[2] + (day - first))[keep]
    value = daily["value"].to_numpy(dtype="float64")[keep]
    values = _scatter(at, value, shape, "the daily table", "key")
    return values, np.arange(first, last + 1).astype("datetime64[D]")


def _no_station(name: str, stations: Sequence[str]) -> SchemaError:
    return SchemaError(
        f"{name} has no value of the six pollutants at the stations asked for",
        expected=f"stations {', '.join(stations) or '(none named)'}",
        remedy="check the station codes against stations.yml",
    )


def _hours_since_epoch(time: pd.Series) -> np.ndarray:
    """Whole hours since 1970 of naive times."""
    if not pd.api.types.is_datetime64_dtype(time) or time.isna().any():
        raise SchemaError(
            f"air_hourly.time is {time.dtype} or has gaps", expected="naive Beijing times", remedy=_REMEDY
        )
    per_hour = {"s": 3600, "ms": 3600 * 10**3, "us": 3600 * 10**6, "ns": 3600 * 10**9}[time.dt.unit]
    hours, rest = np.divmod(time.to_numpy().view("int64"), per_hour)
    if rest.any():
        found = time.iloc[int(np.flatnonzero(rest)[0])]
        raise SchemaError(f"air_hourly has time {found}", expected="full hours", remedy=_REMEDY)
    return hours


def _scatter(at: np.ndarray, value: np.ndarray, shape: tuple[int, ...], name: str, key: str) -> np.ndarray:
    """Put values at flat positions of a NaN grid, refusing impossible values and positions met twice."""
    is_bad = (value < 0) | np.isinf(value)
    if is_bad.any():
        raise SchemaError(
            f"{name} holds {value[is_bad][0]:g} ({int(is_bad.sum())} such values)",
            expected="concentrations from 0 up",
            remedy="quarantine them in the reader",
        )
    taken = np.zeros(int(np.prod(shape)), dtype=bool)
    taken[at] = True
    if np.count_nonzero(taken) != len(at):
        raise SchemaError(
            f"{name} holds {len(at) - np.count_nonzero(taken)} repeated rows",
            expected=f"one value per {key}",
            remedy="remove the duplicates in the reader",
        )
    grid = np.full(taken.shape, np.nan)
    grid[at] = value
    return grid.reshape(shape)
