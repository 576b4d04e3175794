"""Diurnal, weekly and seasonal rhythm with intervals, the weekend effect, and ratio views of pollutants.

Every interval comes from whole half months (months for the seasonal cycle) compared within their calendar month:
neighbouring hours and days are alike, and the season itself is no noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import _clusters as clusters
from helpers.statistics._series import check_level, check_times, check_values

GAS_CONSTANT = 8.314462618  # J/(mol K), exact by the SI of 2019
STANDARD_PRESSURE_PA = 101_325.0
OZONE_G_MOL = 47.997
NITROGEN_DIOXIDE_G_MOL = 46.005
REFERENCE_STATE_K = 298.15  # gases since 2018-09-01 (amendment of GB 3095-2012)
STANDARD_STATE_K = 273.15  # gases before
SATURDAY = 5  # Monday is 0
_HALF_WEEK = 3


@dataclass(frozen=True)
class WeekendEffect:
    """Weekend mean less weekday mean. Numbers are NaN unless ``status`` is ``ok``."""

    weekday_mean: float  # unit of the series
    weekend_mean: float
    difference: float
    low: float
    high: float
    difference_pct: float  # of the weekday mean, taken as known; NaN where that is not above zero
    low_pct: float
    high_pct: float
    n_weekdays: int
    n_weekend_days: int
    status: str  # ok, insufficient
    reason: str  # empty when ok


def diurnal_cycle(hourly: pd.Series, *, level: float = 0.95) -> pd.DataFrame:
    """Average by hour of the day.

    Parameters
    ----------
    hourly
        Values (own unit) indexed by hour-ending time; NaN or a missing hour is a gap. Pass the hours of a season or
        of weekdays alone for their own cycle.
    level
        Of the intervals.

    Returns
    -------
    24 rows: ``hour`` (0 is from 00:00 to 01:00), ``estimate, low, high`` (unit of the series), ``dof, status,
    reason, n`` (valid hours), ``n_blocks`` (half months). Numbers are NaN unless ``status`` is ``ok``; a cycle
    needs half months of two years, or two more half months than calendar months.

    Raises
    ------
    SchemaError
        Times unsorted, repeated or missing, or values that are no numbers. Mend the table.
    ParameterError
        A level out of range.
    """
    values = _read(hourly, what="the hourly series")
    started = hourly.index - pd.Timedelta(hours=1)
    return _cycle(values, np.ones(len(values)), started, _Position("hour", 0, started.hour, 24), level)


def weekly_cycle(daily: pd.Series, *, level: float = 0.95) -> pd.DataFrame:
    """Average by day of the week, about the level of the week.

    Each day counts as its deviation from the mean of the seven days around it, to which every weekday adds once, so
    neither season nor weather spells blur the cycle; a day without all seven neighbours does not count.

    Parameters
    ----------
    daily
        Daily values (own unit) indexed by date.

    Returns
    -------
    Seven rows: ``weekday`` (1 Monday to 7 Sunday) and the columns of :func:`diurnal_cycle`; ``estimate`` is the mean
    of the counted days plus the weekday's mean deviation, the interval that of the deviation.

    Raises
    ------
    SchemaError, ParameterError
        As :func:`diurnal_cycle`; also times that are no dates.
    """
    deviations, mean = _from_week(read_days(daily), daily.index)
    days = daily.index
    table = _cycle(deviations, np.ones(len(days)), days, _Position("weekday", 1, days.day_of_week, 7), level)
    table[["estimate", "low", "high"]] += mean
    return table


def seasonal_cycle(daily: pd.Series, *, level: float = 0.95) -> pd.DataFrame:
    """Average by calendar month; the interval tells how much the same month differs between years.

    Parameters
    ----------
    daily
        Daily values (own unit) indexed by date; three years at least.

    Returns
    -------
    Twelve rows: ``month`` and the columns of :func:`diurnal_cycle`; ``n_blocks`` is the number of years.

    Raises
    ------
    SchemaError, ParameterError
        As :func:`weekly_cycle`.
    """
    values = read_days(daily)
    days = daily.index
    return _cycle(values, np.ones(len(values)), days, _Position("month", 1, days.month - 1, 12), level)


def ratio_cycle(
    table: pd.DataFrame, *, numerator: str, denominator: str, level: float = 0.95
) -> pd.DataFrame:
    """Average one pollutant over another by calendar month: ratio of means, as of PM2.5 to PM10.

    A mean of daily ratios would let near-zero denominators rule; days without both values do not count.

    Parameters
    ----------
    table
        Daily, indexed by date, with both columns in one unit.
    numerator, denominator
        Names of the columns.

    Returns
    -------
    As :func:`seasonal_cycle`; ``estimate`` has no unit.

    Raises
    ------
    SchemaError
        A column is missing, a value is below zero, or as :func:`weekly_cycle`.
    """
    missing = [name for name in (numerator, denominator) if name not in table]
    if missing:
        raise SchemaError(
            f"table lacks {missing}", expected=f"{numerator} and {denominator}", remedy="name its columns"
        )
    above, below = read_days(table[numerator]), read_days(table[denominator])
    both = np.isfinite(above) & np.isfinite(below)
    if (above[both] < 0).any() or (below[both] < 0).any():
        raise SchemaError(
            "a concentration is below zero", expected="values from 0", remedy="screen the values first"
        )
    position = _Position("month", 1, table.index.month - 1, 12)
    return _cycle(np.where(both, above, np.nan), below, table.index, position, level)


def weekend_effect(daily: pd.Series, *, level: float = 0.95) -> WeekendEffect:
    """Tell weekend mean less weekday mean, in the unit and in percent, with intervals.

    A higher weekend ozone beside lower NO2 is the usual sign that ozone is limited by hydrocarbons (VOC);
    the sign alone proves nothing. Weekends follow the calendar: working days moved by a public holiday are not known.

    Parameters
    ----------
    daily
        Daily values (own unit) indexed by date; NaN or a missing day is a gap.
    level
        Of the intervals.

    Returns
    -------
    :class:`WeekendEffect`.

    Raises
    ------
    SchemaError, ParameterError
        As :func:`weekly_cycle`.

    Notes
    -----
    Days count as deviations from the mean of the seven days around them, as in :func:`weekly_cycle`. Variance of
    a contrast of two ratio estimates over half months: :mod:`helpers.statistics._clusters`.
    """
    check_level(level)
    deviations, mean = _from_week(read_days(daily), daily.index)
    valid = np.isfinite(deviations)
    days = daily.index[valid]
    is_weekend = (days.day_of_week >= SATURDAY).astype(int)
    block, month = clusters.half_months(days)
    ratios = clusters.estimate_ratios(
        clusters.sum_by_block(deviations[valid], block, is_weekend, 2),
        clusters.sum_by_block(np.ones(len(days)), block, is_weekend, 2),
    )
    change = ratios.influence[:, 1:] - ratios.influence[:, :1]
    error, dof = clusters.error_and_dof(
        change, ratios.counted.any(axis=1)[:, None], clusters.first_of_block(month, block)
    )
    told = clusters.tell_intervals(np.diff(ratios.estimate), error, dof, level=level).iloc[0]
    n_weekdays, n_weekend_days = np.bincount(is_weekend, minlength=2).tolist()
    counts = {"n_weekdays": n_weekdays, "n_weekend_days": n_weekend_days}
    if told["status"] != "ok":
        return WeekendEffect(*[np.nan] * 8, **counts, status="insufficient", reason=told["reason"])
    work, rest = (mean + ratios.estimate).tolist()
    ends = [float(told[name]) for name in ("estimate", "low", "high")]
    shares = [100 * end / work if work > 0 else np.nan for end in ends]
    return WeekendEffect(work, rest, *ends, *shares, **counts, status="ok", reason="")


def total_oxidant(
    ozone_ug_m3: np.ndarray, nitrogen_dioxide_ug_m3: np.ndarray, *, temperature_k: float = REFERENCE_STATE_K
) -> np.ndarray:
    """Add ozone and nitrogen dioxide as volumes: Ox in ppb, which their mutual conversion leaves unchanged.

    Parameters
    ----------
    ozone_ug_m3, nitrogen_dioxide_ug_m3
        Concentrations of the same hours, µg/m³, broadcastable.
    temperature_k
        Temperature to which the network refers gases: 298.15 K since 2018-09-01, 273.15 K before
        (GB 3095-2012 and its amendment; 101.325 kPa both).

    Returns
    -------
    ppb (nmol/mol), NaN where either is missing: c · RT / (pM), with M 47.997 and 46.005 g/mol.

    Raises
    ------
    ParameterError
        The temperature is none of the two reference states.

    Examples
    --------
    >>> round(float(total_oxidant(98.09, 37.61)), 1)
    70.0
    """
    if temperature_k not in (REFERENCE_STATE_K, STANDARD_STATE_K):
        raise ParameterError(
            f"temperature {temperature_k!r} K is no reference state",
            expected="298.15 (since 2018-09-01) or 273.15 (before)",
            remedy="choose the state of the data's period",
        )
    litres_per_mol = 1000 * GAS_CONSTANT * temperature_k / STANDARD_PRESSURE_PA
    return litres_per_mol * (
        np.asarray(ozone_ug_m3, dtype=float) / OZONE_G_MOL
        + np.asarray(nitrogen_dioxide_ug_m3, dtype=float) / NITROGEN_DIOXIDE_G_MOL
    )


@dataclass(frozen=True)
class _Position:
    """Place of every value in the cycle: name of the column, first label, codes from 0, number of places."""

    name: str
    first: int
    codes: pd.Index
    n: int


def _cycle(
    values: np.ndarray, weights: np.ndarray, times: pd.DatetimeIndex, position: _Position, level: float
) -> pd.DataFrame:
    check_level(level)
    valid = np.isfinite(values) & np.isfinite(weights)
    codes, times = np.asarray(position.codes)[valid], times[valid]
    block, month = (clusters.whole_months if position.name == "month" else clusters.half_months)(times)
    totals = [
        clusters.sum_by_block(part, block, codes, position.n)
        for part in (values[valid], weights[valid], np.ones(valid.sum()))
    ]
    ratios = clusters.estimate_ratios(totals[0], totals[1])
    error, dof = clusters.error_and_dof(
        ratios.influence, ratios.counted, clusters.first_of_block(month, block)
    )
    told = clusters.tell_intervals(ratios.estimate, error, dof, level=level)
    told.insert(0, position.name, np.arange(position.first, position.first + position.n))
    return told.assign(n=totals[2].sum(axis=0).astype(int), n_blocks=ratios.counted.sum(axis=0).astype(int))


def _from_week(values: np.ndarray, days: pd.DatetimeIndex) -> tuple[np.ndarray, float]:
    """Return deviations from the centred mean of seven days, NaN without all seven, and the mean of days that count."""
    if not len(days):
        return values, np.nan
    place = (days - days[0]).days.to_numpy()
    grid = np.full(place[-1] + 1 + 2 * _HALF_WEEK, np.nan)
    grid[place + _HALF_WEEK] = values
    week = np.lib.stride_tricks.sliding_window_view(grid, 2 * _HALF_WEEK + 1).mean(axis=1)[place]
    counted = np.isfinite(week)
    if not counted.any():
        return values - week, np.nan
    deviations = values - week
    # The mean of seven equal values may miss them by the last bit, which is no deviation.
    deviations[np.abs(deviations) <= 1e-12 * np.abs(values[counted]).max()] = 0
    return deviations, float(values[counted].mean())


def _read(series: pd.Series, *, what: str) -> np.ndarray:
    if not isinstance(series.index, pd.DatetimeIndex):
        raise SchemaError(
            f"{what} is not indexed by time", expected="a DatetimeIndex", remedy="set it as index"
        )
    check_times(series.index, what=what)
    return check_values(series, what=what)


def read_days(series: pd.Series) -> np.ndarray:
    """Return daily values as floats, shape (n,).

    Raises
    ------
    SchemaError
        The index holds no dates or times of day, unsorted or repeated; values are no numbers. Average by day first.
    """
    values = _read(series, what="the daily series")
    if not series.index.equals(series.index.normalize()):
        raise SchemaError(
            "the daily series holds times of day",
            expected="one date a row",
            remedy="average the hours by day first",
        )
    return values
