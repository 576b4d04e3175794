"""Rows of one series with their weather, checked and ready for learning."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import SchemaError
from helpers.statistics._boosting import Rows
from helpers.statistics._series import check_times, check_values

MINIMUM_DAYS = 730  # valid days


def read_rows(
    table: pd.DataFrame, *, value: str, weather: list[str]
) -> tuple[Rows, np.ndarray, pd.DatetimeIndex, tuple[str, ...]]:
    """Turn a daily or hourly table into learning rows.

    Parameters
    ----------
    table
        ``date`` (daily) or ``time`` (hour-ending; hour 0 belongs to the day before), value and weather columns.
    value, weather
        Column names.

    Returns
    -------
    Rows with a value; those values (own unit); all calendar days from the first to the last such row; the
    weather columns that hold any value.

    Raises
    ------
    SchemaError
        A column is missing, times are unsorted or doubled, or a cell is no number.
    """
    clock = next((name for name in ("time", "date") if name in table.columns), "date")
    missing = [name for name in (clock, value, *weather) if name not in table.columns]
    if missing:
        raise SchemaError(
            f"the table to normalise lacks {', '.join(missing)}",
            expected="date or time, the value and its weather columns",
            remedy="join the weather to the values, or name other columns",
        )
    times = pd.DatetimeIndex(pd.to_datetime(table[clock]))
    check_times(times, what="the table to normalise")
    values = check_values(table[value], what=f"column {value}")
    columns = {name: check_values(table[name], what=f"column {name}") for name in weather}
    keep = np.isfinite(values)
    columns = {name: column[keep] for name, column in columns.items() if np.isfinite(column[keep]).any()}
    values, is_hourly = values[keep], clock == "time"
    # An hour-ending stamp belongs to the day in which its hour began.
    begins = times[keep] - pd.Timedelta(hours=1) if is_hourly else times[keep]
    dates = begins.normalize()
    days = pd.date_range(dates[0], dates[-1], freq="D") if len(dates) else pd.DatetimeIndex([])
    calendar = [begins.day_of_year, begins.day_of_week, *([begins.hour] if is_hourly else [])]
    n_hours = 24 if is_hourly else 1
    is_log = is_better_logged(values)
    rows = Rows(
        response=np.log(values) if is_log else values,
        features=np.column_stack([*map(np.asarray, calendar), *columns.values()]).astype(float),
        day=(dates - dates[0]).days.to_numpy() if len(dates) else np.array([], dtype=int),
        cell=(begins.day_of_year.to_numpy() - 1) * n_hours + (begins.hour.to_numpy() if is_hourly else 0),
        n_hours=n_hours,
        n_days=len(days),
        is_log=is_log,
    )
    return rows, values, days, tuple(columns)


def is_better_logged(values: np.ndarray) -> bool:
    """Whether all values are positive and their logarithms are less skewed than the values themselves."""
    if not len(values) or values.min() <= 0 or np.ptp(values) == 0:
        return False
    return bool(abs(stats.skew(np.log(values))) < abs(stats.skew(values)))


def why_insufficient(rows: Rows, weather: tuple[str, ...]) -> str:
    """Why nothing can be fitted; empty when something can."""
    n_valid = len(np.unique(rows.day))
    if n_valid < MINIMUM_DAYS:
        return f"{n_valid} days with a value, {MINIMUM_DAYS} needed"
    if np.ptp(rows.response) == 0:
        return "all values are the same"
    if not weather:
        return "no weather column holds a value"
    return ""
