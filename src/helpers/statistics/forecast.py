"""How a year will end: the distribution of its published statistic given the days so far, and the target's odds.

The days to come are drawn from the same season of earlier years at the present level
(:mod:`helpers.statistics._season`) and go, together with the days that are known, through the same rounding and
the same statistic as the real year (:mod:`helpers.statistics._statistic`). How well this has done is measured by
:mod:`helpers.statistics.backtest`, whose verdict belongs beside every forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from helpers.errors import ParameterError, SchemaError
from helpers.periods import parse_day
from helpers.standards.air import annual_valid
from helpers.standards.air.constants import days_needed
from helpers.statistics._season import Archive, days_left, draw_rest, source_years
from helpers.statistics._series import check_times, check_values
from helpers.statistics._statistic import Statistic, evaluate, parse_statistic

MINIMUM_YEARS = 2
MINIMUM_DAYS = days_needed().year  # GB 3095-2026, 6.4 Table 4


@dataclass(frozen=True)
class Outcome:
    """Distribution of a year's final value. Numbers are NaN unless ``status`` is ``ok``.

    Values are in the unit of the daily values, percent (shares) or days (counts), rounded as published.
    """

    median: float = np.nan
    low80: float = np.nan
    high80: float = np.nan
    low95: float = np.nan
    high95: float = np.nan
    likelihood: float = np.nan  # of meeting the target, 0 to 1; NaN without a target
    value_so_far: float = np.nan  # the statistic of the days known
    n_valid: int = 0  # valid days so far
    n_left: int = 0  # days after as_of
    source_years: tuple[int, ...] = ()  # years the coming days were drawn from
    meets_validity: bool = False  # 324 days, 27 a month (25 in February), can still be reached
    status: str = "insufficient"  # ok, insufficient
    reason: str = ""
    draws: np.ndarray = field(default_factory=lambda: np.empty(0), compare=False, repr=False)  # final values


def year_outcome(
    daily: pd.DataFrame,
    *,
    statistic: str,
    year: int,
    as_of: str | date,
    target: float | None = None,
    operator: str = "<=",
    decimals: int = 0,
    seed: int = 20220617,
    n_draws: int = 2000,
) -> Outcome:
    """Tell the distribution of a year's final value from the days up to ``as_of``.

    Parameters
    ----------
    daily
        Columns ``date`` and ``value``: rounded daily city values of several years (own unit; AQI for shares and
        counts of days), in order of date, NaN or no row for a missing day. Days after ``as_of`` are not read. A gas,
        or an index with gases, of days before 2018-09-01 comes from a table stated at one reference state
        (:func:`helpers.standards.air.convert_reference_state`), unrounded where that converted it.
    statistic
        ``mean``, ``p90`` (1–99), ``share_at_most:100``, ``share_above:200`` (percent of valid days),
        ``count_above:200`` (days).
    year, as_of
        The year to complete, and the last day known: from 31 December of the year before.
    target, operator
        Threshold of the published value, and ``<=``, ``>=``, ``<`` or ``>``.
    decimals
        Published decimals of a day and of a mean or percentile: 0, for CO 1. Shares have one, counts none.
    seed, n_draws
        The same seed gives the same draws.

    Returns
    -------
    :class:`Outcome`. At the end of the year the value is exact and the likelihood 0 or 1. Fewer than two earlier
    years with the season still to come, or fewer than 324 reachable days: ``insufficient`` with its reason.

    Raises
    ------
    ParameterError
        Unknown statistic or operator, ``as_of`` before the year, or fewer than 100 draws.
    SchemaError
        Columns missing, dates unsorted or repeated, a value that is no finite number or is negative.

    Notes
    -----
    Rounding GB/T 8170; validity GB 3095-2026, 6.4 (read); percentile HJ 663 appendix A (secondary sources).
    """
    rule, day, year = parse_statistic(statistic), _check_as_of(as_of, year), int(year)
    if n_draws < 100:
        raise ParameterError(f"{n_draws} draws", expected="100 or more", remedy="raise n_draws")
    if target is not None:
        _check_operator(operator)
    outcome = complete_year(
        daily_archive(daily).until(day), rule, year=year, day=day, decimals=decimals, draws=(n_draws, seed)
    )
    if target is None or outcome.status != "ok":
        return outcome
    return replace(outcome, likelihood=budget_likelihood(outcome, target=target, operator=operator))


def complete_year(
    archive: Archive, rule: Statistic, *, year: int, day: date, decimals: int, draws: tuple[int, int]
) -> Outcome:
    """Tell a year's final value as :func:`year_outcome` does, from days that were checked and laid out before.

    Parameters
    ----------
    archive
        Of :func:`daily_archive`, up to and including ``day``.
    draws
        Number of drawn years, and the seed.
    """
    known = archive.window(date(year, 1, 1), days_left(date(year - 1, 12, 31), year) - days_left(day, year))
    n_valid, n_left = int(np.isfinite(known).sum()), days_left(day, year)
    facts = {
        "value_so_far": float(evaluate(known[None, :], statistic=rule, decimals=decimals)[0]),
        "n_valid": n_valid,
        "n_left": n_left,
        "meets_validity": _can_be_valid(known, year),
    }
    if n_valid + n_left < MINIMUM_DAYS:
        return Outcome(**facts, reason=f"at most {n_valid + n_left} valid days, {MINIMUM_DAYS} needed")
    if n_left == 0:
        return _tell(np.array([facts["value_so_far"]]), facts)
    years = source_years(archive, day, year)
    if len(years) < MINIMUM_YEARS:
        return Outcome(**facts, reason=f"{len(years)} earlier years hold the season to come, 2 needed")
    if np.nanmin(archive.values) == np.nanmax(archive.values):
        return Outcome(**facts, reason="the daily values never vary")
    rest = draw_rest(archive, as_of=day, year=year, years=years, draws=draws)
    final = _complete(known, rest, rule, decimals)
    return _tell(final, facts | {"source_years": tuple(years)})


def budget_likelihood(outcome: Outcome, *, target: float, operator: str = "<=") -> float:
    """Likelihood of keeping the budget of a target, from the same draws as the forecast.

    The budget (days or mean the rest of the year may bear, :mod:`helpers.standards.air.budget`) is kept exactly
    when the published value meets the target, so this equals ``likelihood`` of the outcome for its own target; any
    other target can be asked without drawing again.

    Parameters
    ----------
    outcome
        Of :func:`year_outcome`.
    target, operator
        As there.

    Returns
    -------
    Share of the drawn years, 0 to 1; NaN for an insufficient outcome.

    Raises
    ------
    ParameterError
        Unknown operator.
    """
    compare = _check_operator(operator)
    return float(compare(outcome.draws, target).mean()) if outcome.status == "ok" else float("nan")


def daily_archive(daily: pd.DataFrame) -> Archive:
    """Lay a daily table on the full calendar.

    Raises
    ------
    SchemaError
        As :func:`year_outcome`.
    """
    if not {"date", "value"} <= set(daily.columns):
        raise SchemaError(
            f"the daily table has columns {list(daily.columns)}",
            expected="date and value",
            remedy="select one pollutant and rename its columns",
        )
    days = pd.DatetimeIndex(pd.to_datetime(daily["date"])).normalize()
    check_times(days, what="the daily table")
    values = check_values(daily["value"], what="the daily table")
    if (values < 0).any():
        raise SchemaError(
            f"the daily table holds {values[values < 0][0]}",
            expected="values from 0 up",
            remedy="mend the source",
        )
    if not len(days):
        return Archive(date(2000, 1, 1), np.empty(0))
    grid = np.full((days[-1] - days[0]).days + 1, np.nan)
    grid[(days - days[0]).days] = values
    return Archive(days[0].date(), grid)


def _complete(known: np.ndarray, rest: np.ndarray, rule: Statistic, decimals: int) -> np.ndarray:
    """Join the known days with every drawn rest, rounded as days are published, and evaluate the year."""
    days = np.empty((len(rest), len(known) + rest.shape[1]))
    days[:, : len(known)] = known
    np.round(rest, decimals, out=days[:, len(known) :])
    return evaluate(days, statistic=rule, decimals=decimals)


def _tell(final: np.ndarray, facts: dict[str, object]) -> Outcome:
    """Sum up the final values; quantiles are values that were drawn, so they are rounded as published."""
    points = np.quantile(final, [0.025, 0.1, 0.5, 0.9, 0.975], method="inverted_cdf").tolist()
    names = ("low95", "low80", "median", "high80", "high95")
    return Outcome(**facts, **dict(zip(names, points, strict=True)), status="ok", draws=final)


def _can_be_valid(known: np.ndarray, year: int) -> bool:
    """Whether the validity rule of a year holds if every day still to come is valid."""
    months = _months_of(year)
    valid = np.ones(len(months), dtype=bool)
    valid[: len(known)] = np.isfinite(known)
    return annual_valid(np.bincount(months[valid], minlength=13)[1:].tolist())


@cache
def _months_of(year: int) -> np.ndarray:
    """Month, 1 to 12, of every day of a year."""
    return pd.date_range(f"{year}-01-01", f"{year}-12-31").month.to_numpy()


def _check_as_of(as_of: str | date, year: int) -> date:
    day = parse_day(as_of)
    if not isinstance(year, int | np.integer) or day is None or day < date(int(year) - 1, 12, 31):
        raise ParameterError(
            f"as_of {as_of} lies before the year {year}",
            expected="31 December of the year before, or later",
            remedy="choose a later as_of or an earlier year",
        )
    return date(day.year, day.month, day.day)


def _check_operator(operator: str) -> Callable[[np.ndarray, float], np.ndarray]:
    compare = {"<=": np.less_equal, ">=": np.greater_equal, "<": np.less, ">": np.greater}
    if operator not in compare:
        raise ParameterError(
            f"operator {operator!r} is unknown", expected="<=, >=, < or >", remedy="correct the target"
        )
    return compare[operator]
