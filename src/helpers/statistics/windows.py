"""The same span of the calendar across years: heating season, ozone season, straw-burning window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError
from helpers.statistics._clusters import NO_SCATTER, NO_VALUE, TOO_FEW
from helpers.statistics._series import check_level
from helpers.statistics._tables import lay_rows
from helpers.statistics.rhythm import read_days

BLOCK_DAYS = 15
MINIMUM_BLOCKS = 4
_COLUMNS = {
    "year": "int64",
    "start_date": "datetime64[s]",
    "end_date": "datetime64[s]",
    "mean": "float64",
    "n_days": "int64",
    "n_calendar_days": "int64",
    "coverage_pct": "float64",
    "status": "str",
}


@dataclass(frozen=True)
class WindowChange:
    """Mean of a window less that of an earlier year, on days valid in both. NaN unless ``status`` is ``ok``."""

    before: float  # unit of the series
    after: float
    difference: float
    low: float
    high: float
    p: float  # two-sided, of no difference
    n_days: int  # days of the window with a value in both years
    n_blocks: int
    status: str  # ok, insufficient
    reason: str  # empty when ok


def window_dates(start: str, end: str, year: int) -> tuple[date, date]:
    """Return first and last day of the window that begins in ``year``; one that ends before its start runs on.

    Parameters
    ----------
    start, end
        Month and day, ``MM-DD``, both included.

    Raises
    ------
    ParameterError
        No such day of the calendar in a common year.

    Examples
    --------
    >>> window_dates("10-20", "04-08", 2023)[1]
    datetime.date(2024, 4, 8)
    """
    try:
        for text in (start, end):
            date.fromisoformat(f"2001-{text}")
    except (TypeError, ValueError):
        raise ParameterError(
            f"window {start!r} to {end!r} is none", expected="days such as 10-20", remedy="write MM-DD"
        ) from None
    return date.fromisoformat(f"{year}-{start}"), date.fromisoformat(f"{year + (end < start)}-{end}")


def window_means(daily: pd.Series, *, start: str, end: str, min_coverage_pct: float) -> pd.DataFrame:
    """Average each year's window that has begun within the series.

    Parameters
    ----------
    daily
        Daily values (own unit) indexed by date; NaN or a missing day is a gap.
    start, end
        ``MM-DD``, both included.
    min_coverage_pct
        Share of the window's calendar days that must hold a value, 0 to 100; the calendar is the denominator,
        so a window still running is not complete.

    Returns
    -------
    One row a year (in which the window begins): ``year, start_date, end_date, mean`` (NaN unless ``ok``), ``n_days,
    n_calendar_days, coverage_pct, status``.

    Raises
    ------
    SchemaError, ParameterError
        As :func:`helpers.statistics.rhythm.weekly_cycle` and :func:`window_dates`.
    """
    values = pd.Series(read_days(daily), index=daily.index)
    years = range(values.index[0].year - 1, values.index[-1].year + 1) if len(values) else []
    rows = []
    for year in years:
        first, last = (pd.Timestamp(day) for day in window_dates(start, end, year))
        inside = values.loc[first:last].dropna()
        if last < values.index[0] or first > values.index[-1]:
            continue
        n_calendar = (last - first).days + 1
        coverage = 100 * len(inside) / n_calendar
        is_ok = len(inside) > 0 and coverage >= min_coverage_pct
        rows.append(
            {
                "year": year,
                "start_date": first,
                "end_date": last,
                "mean": inside.mean() if is_ok else np.nan,
                "n_days": len(inside),
                "n_calendar_days": n_calendar,
                "coverage_pct": coverage,
                "status": "ok" if is_ok else "insufficient",
            }
        )
    return lay_rows(rows, _COLUMNS)


def window_change(
    daily: pd.Series, *, start: str, end: str, years: tuple[int, int], level: float = 0.95
) -> WindowChange:
    """Compare a window between two years, day by day of the calendar.

    Only days with a value in both years count, so gaps and the season cancel; a window still running is compared
    with the same days. The interval comes from how much the differences of 15-day blocks vary (paired t).

    Parameters
    ----------
    daily
        As :func:`window_means`.
    years
        The earlier and the later year in which the window begins.
    level
        Of the interval.

    Returns
    -------
    :class:`WindowChange`; fewer than four blocks, or no scatter, give ``insufficient``.

    Raises
    ------
    SchemaError, ParameterError
        As :func:`window_means`.
    """
    check_level(level)
    values = pd.Series(read_days(daily), index=daily.index)
    spans = [window_dates(start, end, year) for year in years]
    before, after = (_by_calendar_day(values, first, last) for first, last in spans)
    pairs = pd.concat([before, after], axis=1, keys=["before", "after"]).dropna()
    n_blocks_full = max(round(((spans[0][1] - spans[0][0]).days + 1) / BLOCK_DAYS), 1)
    # A remainder of less than half a block belongs to the last one.
    block = np.minimum(_days_into(pairs.index, start) // BLOCK_DAYS, n_blocks_full - 1)
    middle, error, n_blocks = _paired_error((pairs["after"] - pairs["before"]).to_numpy(), block)
    reason = ""
    if not len(pairs):
        reason = NO_VALUE
    elif n_blocks < MINIMUM_BLOCKS:
        reason = TOO_FEW
    elif error <= 1e-12 * np.abs(pairs.to_numpy()).max():
        reason = NO_SCATTER
    counts = {"n_days": len(pairs), "n_blocks": n_blocks}
    if reason:
        return WindowChange(*[np.nan] * 6, **counts, status="insufficient", reason=reason)
    margin = float(stats.t.ppf((1 + level) / 2, n_blocks - 1)) * error
    p = float(2 * stats.t.sf(abs(middle) / error, n_blocks - 1))
    levels = (float(pairs["before"].mean()), float(pairs["after"].mean()))
    return WindowChange(
        *levels, middle, middle - margin, middle + margin, p, **counts, status="ok", reason=""
    )


def _paired_error(difference: np.ndarray, block: np.ndarray) -> tuple[float, float, int]:
    """Return the mean difference, its standard error from whole blocks, and the number of blocks with days."""
    if not len(difference):
        return np.nan, np.nan, 0
    n_days = np.bincount(block)
    middle = float(difference.mean())
    residuals = (np.bincount(block, weights=difference) - middle * n_days)[n_days > 0]
    n_blocks = len(residuals)
    variance = n_blocks / max(n_blocks - 1, 1) * (residuals**2).sum()
    return middle, float(np.sqrt(variance) / len(difference)), n_blocks


def _by_calendar_day(values: pd.Series, first: date, last: date) -> pd.Series:
    """Index a window's days by ``MM-DD``; 29 February has no partner in other years and drops out."""
    inside = values.loc[pd.Timestamp(first) : pd.Timestamp(last)]
    inside = inside[~((inside.index.month == 2) & (inside.index.day == 29))]
    return inside.set_axis(inside.index.strftime("%m-%d"))


def _days_into(days: pd.Index, start: str) -> np.ndarray:
    """Days from the start of the window to each ``MM-DD``, counted in a common year."""
    origin = date.fromisoformat(f"2001-{start}")
    place = [
        (date.fromisoformat(f"{2001 + (day < start)}-{day}") - origin) // timedelta(days=1) for day in days
    ]
    return np.array(place, dtype=int)
