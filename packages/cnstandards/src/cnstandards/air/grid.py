"""Long tables to regular grids and back: one pass, no pivot, one place that checks keys and hours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cnstandards.air.limits import POLLUTANTS
from cnstandards.errors import SchemaError

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
    codes, texts = _coded(column)
    return places(texts, names).take(codes)


def blocks(length: int, size: int = 1 << 15) -> Iterator[slice]:
    """Slices over a long array, short enough for all that is made on the way to stay in the processor's cache."""
    return (slice(start, start + size) for start in range(0, length, size))


def _coded(column: pd.Series) -> tuple[np.ndarray, Sequence[str]]:
    """Code of each text, -1 where it is missing, and the texts; a category may stand in no row."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.array.codes, list(column.array.categories)
    codes, found = pd.factorize(column)
    return codes, list(found)


def places(texts: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Position in ``names`` by code, -1 for any other."""
    place = {name: at for at, name in enumerate(names)}
    # one more entry: code -1 (missing) reads the last, which is -1
    return np.array([*(place.get(text, -1) for text in texts), -1], dtype="int64")


def _distinct(codes: np.ndarray) -> np.ndarray:
    """The codes of a block; a single one where all are the same, as mostly in a sorted table."""
    return codes[:1] if (codes == codes[0]).all() else codes


def _codes_met(codes: np.ndarray, n_texts: int) -> np.ndarray:
    """Whether a row has each code; the last entry stands for a missing text."""
    is_met = np.zeros(n_texts + 1, dtype=bool)
    for part in blocks(len(codes)):
        is_met[_distinct(codes[part])] = True
    return is_met


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
    columns = [_coded(air_hourly[name]) for name in ("pollutant", "station_code")]
    met = [_codes_met(codes, len(texts)) for codes, texts in columns]
    if stations is None:
        stations = sorted(text for text, is_met in zip(columns[1][1], met[1], strict=False) if is_met)
    at_codes = [
        places(texts, names) for (_, texts), names in zip(columns, (POLLUTANTS, stations), strict=True)
    ]
    (pollutant, _), (station, _) = columns
    stamps, per_hour = _stamps(air_hourly["time"])
    value = air_hourly["value"].to_numpy(dtype="float64")
    if any((place[is_met] < 0).any() for place, is_met in zip(at_codes, met, strict=True)):
        for part in blocks(len(stamps)):
            _whole_hours(stamps[part], per_hour)  # refuses a time that is not on the hour in any row
        keep = (at_codes[0][pollutant] >= 0) & (at_codes[1][station] >= 0)
        pollutant, station, stamps, value = pollutant[keep], station[keep], stamps[keep], value[keep]
    if not len(value):
        raise no_station("air_hourly", stations)
    # hour 24 is published as hour 0 of the next day
    first, last = ((int(end) // per_hour - 1) // 24 for end in (stamps.min(), stamps.max()))
    shape = (len(POLLUTANTS), len(stations), last - first + 1, 24)
    of_station = at_codes[1] * (shape[2] * 24) - (first * 24 + 1)
    of_pollutant = at_codes[0] * (shape[1] * shape[2] * 24)

    def place(part: slice) -> np.ndarray:
        at = _whole_hours(stamps[part], per_hour)
        at += of_station.take(_distinct(station[part]))
        at += of_pollutant.take(_distinct(pollutant[part]))
        return at

    values = _scatter(place, value, shape, "air_hourly", "station, hour and pollutant")
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
        raise no_station("the daily table", stations)
    keep = (pollutant >= 0) & (station >= 0)
    if "is_valid" in daily:
        keep &= daily["is_valid"].to_numpy(dtype=bool)
    shape = (len(pollutants), len(stations) if stations is not None else 1, last - first + 1)
    at = ((pollutant * shape[1] + station) * shape[2] + (day - first))[keep]
    value = daily["value"].to_numpy(dtype="float64")[keep]
    values = _scatter(at.__getitem__, value, shape, "the daily table", "key")
    return values, np.arange(first, last + 1).astype("datetime64[D]")


def no_station(name: str, stations: Sequence[str]) -> SchemaError:
    return SchemaError(
        f"{name} has no value of the six pollutants at the stations asked for",
        expected=f"stations {', '.join(stations) or '(none named)'}",
        remedy="check the station codes against stations.yml",
    )


def _stamps(time: pd.Series) -> tuple[np.ndarray, int]:
    """Naive times without gaps as integers since 1970, and how many of them make an hour."""
    is_naive = pd.api.types.is_datetime64_dtype(time)
    stamps = time.to_numpy().view("int64") if is_naive else np.zeros(0, "int64")
    if not is_naive or stamps.min() == pd.NaT.value:
        raise SchemaError(
            f"air_hourly.time is {time.dtype} or has gaps", expected="naive Beijing times", remedy=_REMEDY
        )
    return stamps, {"s": 3600, "ms": 3600 * 10**3, "us": 3600 * 10**6, "ns": 3600 * 10**9}[time.dt.unit]


def _whole_hours(stamps: np.ndarray, per_hour: int) -> np.ndarray:
    """Whole hours since 1970."""
    hours = stamps // per_hour
    is_off = hours * per_hour != stamps
    if is_off.any():
        seconds = stamps[np.argmax(is_off)] / per_hour * 3600
        found = pd.Timestamp(seconds, unit="s")
        raise SchemaError(f"air_hourly has time {found}", expected="full hours", remedy=_REMEDY)
    return hours


def _scatter(
    place: Callable[[slice], np.ndarray], value: np.ndarray, shape: tuple[int, ...], name: str, key: str
) -> np.ndarray:
    """Put values at flat positions of a NaN grid, refusing impossible values and positions met twice.

    ``place`` gives the positions of a slice of the rows.
    """
    # no value may be below 0, so -1 marks what no row has written, apart from a row that is missing (NaN)
    grid = np.full(math.prod(shape), -1.0)
    is_bad = False
    for part in blocks(len(value)):
        own = value[part]
        is_bad |= bool((own < 0).any() or (own == np.inf).any())
        grid[place(part)] = own
    if is_bad:
        bad = value[(value < 0) | np.isinf(value)]
        raise SchemaError(
            f"{name} holds {bad[0]:g} ({len(bad)} such values)",
            expected="concentrations from 0 up",
            remedy="quarantine them in the reader",
        )
    n_free = 0
    for part in blocks(len(grid)):
        is_free = grid[part] == -1
        n_free += int(np.count_nonzero(is_free))
        np.copyto(grid[part], np.nan, where=is_free)
    n_repeated = len(value) - (len(grid) - n_free)
    if n_repeated:
        raise SchemaError(
            f"{name} holds {n_repeated} repeated rows",
            expected=f"one value per {key}",
            remedy="remove the duplicates in the reader",
        )
    return grid.reshape(shape)
