"""Checks shared by the statistics: calendar grids with real gaps, and refusals of unsorted or doubled times."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import ParameterError, SchemaError

MONTHS_A_YEAR = 12


def check_level(level: float) -> float:
    """Return a confidence level that lies inside 0.5–1.

    Raises
    ------
    ParameterError
        The level is no such number. Write 0.95 for a 95 % interval.
    """
    if not isinstance(level, int | float) or not 0.5 <= level < 1:
        raise ParameterError(
            f"level {level!r} is no confidence level",
            expected="a number from 0.5 to below 1",
            remedy="write 0.95 for a 95 % interval",
        )
    return float(level)


def check_times(times: pd.Index, *, what: str) -> None:
    """Refuse missing, unsorted and doubled times.

    Raises
    ------
    SchemaError
        A time is missing, repeated or out of order. Sort the table and resolve doubled rows at their source.
    """
    remedy = "sort by time and resolve doubled rows at their source"
    if times.hasnans:
        raise SchemaError(f"{what} has a missing time", expected="a time on every row", remedy=remedy)
    if times.has_duplicates:
        double = times[times.duplicated()][0]
        raise SchemaError(f"{what} repeats {double}", expected="one value per time", remedy=remedy)
    if not times.is_monotonic_increasing:
        raise SchemaError(f"{what} is not in order of time", expected="rising times", remedy=remedy)


def check_values(values: object, *, what: str) -> np.ndarray:
    """Return values as floats; NaN stays a gap.

    Raises
    ------
    SchemaError
        A value is text or infinite. Mend the reader or the division that made it.
    """
    try:
        array = np.asarray(pd.array(values, dtype="Float64").to_numpy(float, na_value=np.nan))
    except (TypeError, ValueError):
        raise SchemaError(
            f"{what} holds values that are no numbers",
            expected="numbers, NaN for a gap",
            remedy="mend the reader of this table",
        ) from None
    if np.isinf(array).any():
        raise SchemaError(
            f"{what} holds an infinite value",
            expected="finite numbers, NaN for a gap",
            remedy="mend the division that made it",
        )
    return array


def month_grid(series: pd.Series) -> tuple[pd.PeriodIndex, np.ndarray]:
    """Lay monthly values on the full calendar from the first to the last month; a missing month is NaN.

    Parameters
    ----------
    series
        One value a month (own unit), indexed by a day of the month (``DatetimeIndex``) or by monthly periods.

    Returns
    -------
    The months without holes, and the values, shape (n_months,).

    Raises
    ------
    SchemaError
        The index is no calendar index, or two values stand in one month, or times are unsorted.
    """
    index = series.index
    if isinstance(index, pd.DatetimeIndex):
        index = index.to_period("M")
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        raise SchemaError(
            "a monthly series is not indexed by dates",
            expected="a DatetimeIndex or monthly periods",
            remedy="set the month column as the index",
        )
    check_times(index, what="the monthly series")
    values = check_values(series, what="the monthly series")
    if not len(index):
        return index, values
    months = pd.period_range(index[0], index[-1], freq="M")
    grid = np.full(len(months), np.nan)
    grid[index.asi8 - months.asi8[0]] = values
    return months, grid


def year_grid(series: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Lay yearly values on all years from the first to the last; a missing or partial year is NaN.

    Parameters
    ----------
    series
        Either one value a year indexed by whole numbers (2019, 2020, …), where the caller has left out
        years that fail their validity rule, or one value a month (see :func:`month_grid`): then a year is
        the mean of its twelve months and a year with fewer months is no year.

    Returns
    -------
    Years and values, both of shape (n_years,).

    Raises
    ------
    SchemaError
        As :func:`month_grid`.
    """
    if isinstance(series.index, pd.DatetimeIndex | pd.PeriodIndex):
        months, grid = month_grid(series)
        if not len(months):
            return np.array([], dtype=int), grid
        padded = np.full((months[-1].year - months[0].year + 1) * MONTHS_A_YEAR, np.nan)
        padded[months[0].month - 1 :][: len(grid)] = grid
        # A mean over twelve cells is NaN as soon as one month is missing: partial years drop out here.
        return np.arange(months[0].year, months[-1].year + 1), padded.reshape(-1, MONTHS_A_YEAR).mean(axis=1)
    check_times(series.index, what="the annual series")
    if len(series) and not pd.api.types.is_integer_dtype(series.index):
        raise SchemaError(
            "an annual series is not indexed by years",
            expected="whole numbers such as 2019, or months",
            remedy="set the year column as the index",
        )
    values = check_values(series, what="the annual series")
    if not len(values):
        return np.array([], dtype=int), values
    first = int(series.index[0])
    years = np.arange(first, int(series.index[-1]) + 1)
    grid = np.full(len(years), np.nan)
    grid[series.index.to_numpy(int) - first] = values
    return years, grid
