"""Means over calendar periods and trailing hours, with the calendar as denominator.

A period that the data do not reach to its end is short of hours like any other: a partial year is never a year.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import ParameterError, SchemaError
from helpers.statistics._series import check_times
from helpers.statistics._wind import CALM_M_S, circle_deg, direction_of

_STARTS = {"day": "D", "month": "M", "season": "M", "year": "Y"}
_COLUMNS = ["period_start", "column", "value", "n_valid", "n_expected", "coverage_pct", "is_valid"]


def calendar_average(
    hourly: pd.DataFrame,
    *,
    by: str,
    min_coverage_pct: float = 0.0,
    stamp: str = "end",
    statistic: str = "mean",
) -> pd.DataFrame:
    """Average hourly columns by day, month, season or year.

    Parameters
    ----------
    hourly
        One column per station or item (own unit), indexed by time in order; missing hours may be absent or NaN.
    by
        ``day``, ``month``, ``season`` (December–February, named by its December, …) or ``year``.
    min_coverage_pct
        Share of the calendar hours that must hold a value, 0 to 100; 0 asks for one value.
    stamp
        ``end`` where the time ends its hour, as the network publishes (00:00 belongs to the day before); ``start``.
    statistic
        ``mean`` or ``max``.

    Returns
    -------
    One row a period and column, every calendar period from the first to the last: ``period_start, column, value``
    (NaN unless ``is_valid``), ``n_valid, n_expected`` (hours), ``coverage_pct, is_valid``.

    Raises
    ------
    ParameterError
        An unknown word for ``by``, ``stamp`` or ``statistic``, or a coverage outside 0–100.
    SchemaError
        Times unsorted, repeated or missing, or values that are no numbers. Mend the table.
    """
    _check_choice("by", by, tuple(_STARTS))
    _check_choice("stamp", stamp, ("end", "start"))
    _check_choice("statistic", statistic, ("mean", "max"))
    if not 0 <= min_coverage_pct <= 100:
        raise ParameterError(
            f"min_coverage_pct {min_coverage_pct!r}", expected="0 to 100", remedy="write a percentage"
        )
    values = _read_table(hourly)
    if not len(hourly):
        nothing = np.empty((0, values.shape[1]))
        empty = (nothing, nothing.astype(int), np.empty(0, dtype=int), nothing.astype(bool))
        return _lay_out(np.empty(0, dtype="datetime64[s]"), hourly.columns, empty)
    times = hourly.index.to_numpy().astype("datetime64[s]")
    period = _period_codes(times - np.timedelta64(3600 if stamp == "end" else 0, "s"), by)
    first = np.flatnonzero(np.diff(period, prepend=period[0] - 1))
    step = 3 if by == "season" else 1
    place = (period[first] - period[0]) // step
    n_periods = int(place[-1]) + 1
    valid = np.isfinite(values)
    counts, results = (
        np.zeros((n_periods, values.shape[1]), dtype=int),
        np.full((n_periods, values.shape[1]), np.nan),
    )
    counts[place] = np.add.reduceat(valid, first, axis=0, dtype=int)
    if statistic == "mean":
        results[place] = np.add.reduceat(np.where(valid, values, 0), first, axis=0)
        results /= np.where(counts > 0, counts, 1)
    else:
        results[place] = np.fmax.reduceat(values, first, axis=0)
    edges = (period[0] + step * np.arange(n_periods + 1)).astype(f"datetime64[{_STARTS[by]}]")
    edges = edges.astype("datetime64[s]")
    expected = np.diff(edges).astype(int) // 3600
    is_valid = (counts > 0) & (100 * counts >= min_coverage_pct * expected[:, None])
    return _lay_out(
        edges[:-1], hourly.columns, (np.where(is_valid, results, np.nan), counts, expected, is_valid)
    )


def trailing_average(hourly: pd.DataFrame, *, hours: int, min_valid: int) -> pd.DataFrame:
    """Average the hours up to and including each hour.

    Parameters
    ----------
    hourly
        As :func:`calendar_average`.
    hours
        Width of the window: 8 for ozone.
    min_valid
        Valid hours a window must hold: 6 of 8 (GB 3095-2012, table 4).

    Returns
    -------
    Same columns on every hour from the first to the last; NaN where too few hours are valid.

    Raises
    ------
    ParameterError
        ``min_valid`` lies outside 1 to ``hours``.
    SchemaError
        As :func:`calendar_average`, or times that are no whole hours.
    """
    if not 1 <= min_valid <= hours:
        raise ParameterError(
            f"min_valid {min_valid!r} of {hours!r} hours", expected="1 to hours", remedy="correct the rule"
        )
    values = _read_table(hourly)
    if not len(hourly):
        return hourly.astype("float64")
    seconds = (hourly.index.to_numpy() - hourly.index.to_numpy()[0]).astype("timedelta64[s]").astype(int)
    if (seconds % 3600).any():
        raise SchemaError("times are no whole hours apart", expected="hourly times", remedy="mend the reader")
    place = seconds // 3600 + hours - 1
    grid = np.full((values.shape[1], place[-1] + 1), np.nan)
    # Without a missing hour a plain copy does, which is much faster than placing hour by hour.
    grid[:, slice(hours - 1, None) if len(place) == place[-1] + 2 - hours else place] = values.T
    valid = np.isfinite(grid)
    total, count = (_window_sums(part, hours) for part in (np.where(valid, grid, 0), valid.astype(np.int16)))
    result = np.where(count >= min_valid, total / np.maximum(count, 1), np.nan).T
    index = pd.date_range(
        hourly.index[0], periods=len(result), freq="h", unit=hourly.index.unit, name=hourly.index.name
    )
    return pd.DataFrame(result, index=index, columns=hourly.columns)


def calendar_wind(
    wind: pd.DataFrame, *, by: str, min_coverage_pct: float = 0.0, stamp: str = "end"
) -> pd.DataFrame:
    """Average the wind as vectors by calendar period.

    Parameters
    ----------
    wind
        Hourly ``wind_direction_deg`` (where it comes from) and ``wind_speed_m_s``, indexed by time.
    by, min_coverage_pct, stamp
        As :func:`calendar_average`.

    Returns
    -------
    ``period_start``; ``direction_deg`` (of unit vectors: every windy hour counts alike), ``steadiness`` (length of
    their mean, 0 to 1); ``vector_direction_deg`` and ``vector_speed_m_s`` (weighted by speed); ``n_valid,
    coverage_pct`` (hours with known wind). A calm is known wind of no speed and has no direction, whatever the file
    says. Directions lie from 0 to below 360; all are NaN where too few hours are valid, directions and steadiness
    also where every hour is calm.

    Raises
    ------
    ParameterError, SchemaError
        As :func:`calendar_average`; also a missing column.
    """
    missing = [name for name in ("wind_direction_deg", "wind_speed_m_s") if name not in wind]
    if missing:
        raise SchemaError(
            f"wind table lacks {missing}", expected="direction and speed", remedy="name its columns"
        )
    speed = wind["wind_speed_m_s"]
    angle = np.radians(direction_of(wind["wind_direction_deg"], speed).where(speed.notna()))
    turns = {"east": np.sin(angle), "north": np.cos(angle)}
    # A calm adds no way and counts as an hour.
    ways = {name: (speed * turn).mask(speed <= CALM_M_S, 0.0) for name, turn in turns.items()}
    turn = calendar_average(pd.DataFrame(turns), by=by, stamp=stamp)
    way = calendar_average(pd.DataFrame(ways), by=by, stamp=stamp, min_coverage_pct=min_coverage_pct)
    known = way[way["column"] == "east"].set_index("period_start")
    (east, north), (far_east, far_north) = (
        [
            table[table["column"] == name].set_index("period_start")["value"].where(known["is_valid"])
            for name in turns
        ]
        for table in (turn, way)
    )
    length = np.hypot(far_east, far_north)
    return pd.DataFrame(
        {
            "direction_deg": circle_deg(east, north),
            "steadiness": np.hypot(east, north),
            "vector_direction_deg": circle_deg(far_east, far_north).where(length > 0),
            "vector_speed_m_s": length,
            "n_valid": known["n_valid"],
            "coverage_pct": known["coverage_pct"],
        }
    ).reset_index()


def _read_table(hourly: pd.DataFrame) -> np.ndarray:
    if not isinstance(hourly.index, pd.DatetimeIndex):
        raise SchemaError(
            "the hourly table is not indexed by time", expected="a DatetimeIndex", remedy="set it as index"
        )
    check_times(hourly.index, what="the hourly table")
    is_number = all(pd.api.types.is_numeric_dtype(kind) for kind in hourly.dtypes)
    values = hourly.to_numpy(dtype=float, na_value=np.nan) if is_number else np.empty(0)
    if not is_number or np.isinf(values).any():
        raise SchemaError(
            "the hourly table holds text or infinite values",
            expected="finite numbers, NaN for a gap",
            remedy="mend the reader of this table",
        )
    return values


def _window_sums(values: np.ndarray, hours: int) -> np.ndarray:
    """Add up windows of ``hours`` neighbours along the last axis, by doubling: 8 hours in three additions.

    Integers stay exact, where a running sum would carry its rounding along.
    """
    n = values.shape[-1] - hours + 1
    total, start, width = np.zeros((*values.shape[:-1], n), dtype=values.dtype), 0, 1
    while True:
        if hours & width:
            total += values[..., start : start + n]
            start += width
        if start == hours:
            return total
        values = values[..., :-width] + values[..., width:]
        width *= 2


def _period_codes(times: np.ndarray, by: str) -> np.ndarray:
    codes = times.astype(f"datetime64[{_STARTS[by]}]").astype("int64")
    if by == "season":
        codes = (
            codes - (codes + 1) % 3
        )  # month 0 is January 1970, so December, March, … have (code + 1) % 3 == 0
    return codes


def _lay_out(starts: np.ndarray, columns: pd.Index, parts: tuple[np.ndarray, ...]) -> pd.DataFrame:
    value, n_valid, expected, is_valid = parts
    n_columns = len(columns)
    table = pd.DataFrame(
        {
            "period_start": np.tile(starts, n_columns),
            "column": columns.repeat(len(starts)),
            "value": value.T.ravel(),
            "n_valid": n_valid.T.ravel(),
            "n_expected": np.tile(expected, n_columns),
        }
    )
    table["coverage_pct"] = 100 * table["n_valid"] / table["n_expected"]
    table["is_valid"] = is_valid.T.ravel()
    return table[_COLUMNS]


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ParameterError(
            f"{name} {value!r} is unknown", expected=" or ".join(allowed), remedy="choose one"
        )
