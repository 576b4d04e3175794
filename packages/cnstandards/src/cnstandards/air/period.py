"""Statistics of a month, a quarter or a year: means, percentiles, validity, day counts, composite index."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np

from cnstandards import tables
from cnstandards.air.constants import days_needed, decimals_published
from cnstandards.air.grades import highest_index
from cnstandards.air.limits import POLLUTANTS
from cnstandards.errors import ParameterError
from cnstandards.rounding import Number, exact_fraction, round_half_even

MIN_DAYS_OF_YEAR, MIN_DAYS_OF_MONTH, MIN_DAYS_OF_FEBRUARY = days_needed()


def percentile(values: np.ndarray, percent: float) -> float:
    """Return a percentile by linear interpolation between ranks; NaN of no values.

    Sorted values X1…Xn, k = 1 + (n - 1)·p; the value lies between the two ranks around k.

    Parameters
    ----------
    values
        Daily values in any unit; NaN is left out.
    percent
        0 to 100.

    Notes
    -----
    HJ 663-2013, Appendix A (two secondary sources).

    Examples
    --------
    >>> round(percentile(np.arange(1, 366), 98), 2)
    357.72
    """
    there = np.asarray(values, dtype="float64")
    there = there[~np.isnan(there)]
    return float(np.percentile(there, percent)) if len(there) else float("nan")


def annual_valid(days_of_month: Sequence[int]) -> bool:
    """Tell whether a year has enough valid days: 324 in all, 27 in every month, 25 in February.

    Parameters
    ----------
    days_of_month
        Valid days of January to December.

    Raises
    ------
    ParameterError
        Not twelve counts.

    Notes
    -----
    GB 3095-2026, 6.4 Table 4.

    Examples
    --------
    >>> annual_valid([27] * 12), annual_valid([27, 25] + [27] * 10)
    (True, False)
    """
    if len(days_of_month) != 12:
        raise ParameterError(
            f"a year was given {len(days_of_month)} months",
            expected="12 counts",
            remedy="count every month, 0 too",
        )
    months = enumerate(days_of_month, start=1)
    return sum(days_of_month) >= MIN_DAYS_OF_YEAR and all(
        days >= _days_needed(month) for month, days in months
    )


def _days_needed(month: int) -> int:
    return MIN_DAYS_OF_FEBRUARY if month == 2 else MIN_DAYS_OF_MONTH


def span_valid(days: Sequence[date], *, start: date, end: date) -> bool:
    """Tell whether the valid days of a span are enough for its statistics.

    A whole year follows :func:`annual_valid`. The standard has no rule for shorter spans; here every whole month
    needs what it needs within a year, and a part of a month nine tenths of its days (our rule, unverified).

    Parameters
    ----------
    days
        Days with a valid value, each once.
    start, end
        First and last day of the span.

    Raises
    ------
    ParameterError
        The span ends before it begins.
    """
    if end < start:
        raise ParameterError(
            f"the span ends {end}, before {start}", expected="start <= end", remedy="swap them"
        )
    inside = [day for day in days if start <= day <= end]
    months: dict[tuple[int, int], int] = {}
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        months[day.year, day.month] = months.get((day.year, day.month), 0) + 1
    counts = dict.fromkeys(months, 0)
    for day in inside:
        counts[day.year, day.month] += 1
    for year in range(start.year, end.year + 1):
        of_year = [counts[year, month] for month in range(1, 13) if (year, month) in counts]
        is_whole = start <= date(year, 1, 1) and date(year, 12, 31) <= end
        if is_whole and not annual_valid(of_year):
            return False
    return all(
        counts[year, month] >= _days_needed(month)
        if length == calendar.monthrange(year, month)[1]
        else 10 * counts[year, month] >= 9 * length
        for (year, month), length in months.items()
    )


@dataclass(frozen=True)
class DayCounts:
    """Counts of days by their index; ratios over the days with an index, published to one decimal.

    ``good`` (优良) has an index up to 100, ``excellent`` (优) up to 50, ``heavy`` (重度及以上) above 200. The ratios
    are percentages, None without a single day.
    """

    valid: int
    excellent: int
    good: int
    heavy: int
    good_pct: Decimal | None
    heavy_pct: Decimal | None


def day_counts(indices: np.ndarray) -> DayCounts:
    """Count good and heavy days.

    Parameters
    ----------
    indices
        Daily index; NaN is a day without one.

    Examples
    --------
    >>> day_counts(np.array([50, 100, 101, 200, 201, np.nan])).good_pct
    Decimal('40.0')
    """
    there = np.asarray(indices, dtype="float64")
    there = there[~np.isnan(there)]
    good, heavy = int((there <= highest_index(2)).sum()), int((there > highest_index(4)).sum())
    return DayCounts(
        valid=len(there),
        excellent=int((there <= highest_index(1)).sum()),
        good=good,
        heavy=heavy,
        good_pct=share_pct(good, len(there)),
        heavy_pct=share_pct(heavy, len(there)),
    )


def share_pct(part: int, whole: int) -> Decimal | None:
    """Return a share in percent to one decimal, half to even; None of nothing.

    Examples
    --------
    >>> share_pct(285, 342)
    Decimal('83.3')
    """
    return (
        round_half_even(Fraction(100 * part, whole), decimals_published("attainment rate")) if whole else None
    )


@dataclass(frozen=True)
class CompositeIndex:
    """Composite index of a period (环境空气质量综合指数).

    ``index`` is None when a pollutant is missing. ``single`` holds concentration over limit, ``share_pct`` its part
    of the sum in percent, ``main`` the pollutants with the largest one, ties joint.
    """

    index: Decimal | None
    single: dict[str, float]
    share_pct: dict[str, float]
    main: tuple[str, ...]


def composite_index(statistics: Mapping[str, Number | None]) -> CompositeIndex:
    """Return the composite index: the sum of six concentrations over their limits, two decimals.

    Parameters
    ----------
    statistics
        By pollutant: the mean of SO2, NO2, PM10, PM2.5 (μg/m³), P95 of the daily means of CO (mg/m³), P90 of the
        MDA8 of O3 (μg/m³). None and NaN are missing. Published figures come from unrounded statistics; from rounded
        ones the index can be off by 0.01.

    Returns
    -------
    The index with its parts; without parts when a pollutant is missing.

    Notes
    -----
    环办〔2014〕64号. The limits are those of 2014; no new ones for the time after 2026-03-01 are verified.

    Examples
    --------
    >>> composite_index({"SO2": 3, "NO2": 13, "PM10": 16, "PM2.5": 13, "CO": 0.9, "O3": 87}).index
    Decimal('1.74')
    """
    given = {
        name: value
        for name in POLLUTANTS
        if (value := statistics.get(name)) is not None and value == value  # NaN is missing
    }
    if len(given) < len(POLLUTANTS):
        return CompositeIndex(None, {}, {}, ())
    rows = tables.read("composite_index").set_index("pollutant")["standard"]
    single = {
        name: exact_fraction(value) / exact_fraction(float(rows[name])) for name, value in given.items()
    }
    total, largest = sum(single.values()), max(single.values())
    return CompositeIndex(
        index=round_half_even(total, decimals_published("composite index")),
        single={name: float(value) for name, value in single.items()},
        share_pct={name: float(100 * value / total) if total else 0.0 for name, value in single.items()},
        main=tuple(name for name, value in single.items() if value == largest and total),
    )


def three_year_mean(pollutant: str, annual: Mapping[int, Number], year: int) -> Decimal | None:
    """Return the mean of the annual values of a year and the two before it, rounded as a concentration.

    An option to be named, off everywhere by default: HJ 663-2026 names a moving mean of three years (two secondary
    sources), but its definition could not be read. Whether it averages annual values or all days, and how it is rounded,
    is our reading, unverified.

    Parameters
    ----------
    pollutant
        One of the six, for the decimals.
    annual
        Year to annual value, each of a valid year.

    Returns
    -------
    μg/m³, CO mg/m³; None unless all three years are there.

    Examples
    --------
    >>> three_year_mean("PM2.5", {2023: 29, 2024: 33, 2025: 31}, 2025)
    Decimal('31')
    """
    years = range(year - 2, year + 1)
    if any(annual.get(one) is None or annual[one] != annual[one] for one in years):
        return None
    total = sum((exact_fraction(annual[one]) for one in years), Fraction(0))
    return round_half_even(total / len(years), decimals_published(pollutant))
