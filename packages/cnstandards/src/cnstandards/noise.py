"""Sound levels in the open: day, night and day–night levels by energy, limits by zone, and grades.

Levels are LAeq in dB(A). A mean of levels is a mean of their energies (HJ 640-2012): two hours of 60 and 70 dB(A) make
67.4, not 65. Sums run over 10^(0.1·(L − Lmax)), so that no term exceeds one: a result is off by less than 1e-12 dB(A),
a thousand times less than what :func:`cnstandards.rounding.round_array` needs to see a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cnstandards import tables
from cnstandards.errors import ParameterError, SchemaError
from cnstandards.grading import Scale
from cnstandards.rounding import Number, exact_fraction, round_array, round_half_even

HOURS = 24
PERIODS = ("day", "night")
NIGHT_PENALTY_DB = 10.0
DECIMALS = 1  # of a level, before it is compared with a limit, and of a share
_SURE_FIRST = ("V0", "V2", "V1", "M")
LEAST_SHARE = 0.75
"""Least share of the hours of a period for a valid level: 12 of 16 by day, 6 of 8 by night. The suite's own rule: the
clause of HJ 906-2017 on valid data could not be read."""


@dataclass(frozen=True)
class DayHours:
    """When the day begins and ends, as full hours of the clock; the rest is night.

    GB 3096-2008, 3.3: 06:00 to 22:00, unless the local government has set other hours.
    """

    start: int = 6
    end: int = 22

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= HOURS or self.end - self.start == HOURS:
            raise ParameterError(
                f"the day runs from {self.start} to {self.end}",
                expected="full hours, 0 ≤ start < end ≤ 24, with some night left",
                remedy="correct noise_day_hours of city.yml",
            )

    @property
    def is_day(self) -> np.ndarray:
        """Whether each of the 24 hours, named by its beginning, belongs to the day; shape (24,)."""
        hours = np.arange(HOURS)
        return (hours >= self.start) & (hours < self.end)


STANDARD_HOURS = DayHours()


@overload
def energy_mean(levels: Sequence[float], *, weights: ArrayLike | None = None) -> float: ...
@overload
def energy_mean(levels: np.ndarray, *, weights: ArrayLike | None = None) -> np.ndarray | float: ...
def energy_mean(
    levels: Sequence[float] | np.ndarray, *, weights: ArrayLike | None = None
) -> np.ndarray | float:
    """Average levels by their energy along the last axis: 10 lg(Σ w·10^(0.1 L) / Σ w).

    Parameters
    ----------
    levels
        dB(A), shape (…, n); NaN is left out, together with its weight.
    weights
        Durations or counts, shape (n,), not below zero; equal when absent.

    Returns
    -------
    dB(A), shape (…); NaN where no level is known.

    Examples
    --------
    >>> round(energy_mean([60.0, 70.0]), 3)
    67.404
    """
    known = np.asarray(levels, dtype="float64")
    shares = np.where(np.isnan(known), 0.0, 1.0 if weights is None else np.asarray(weights, dtype="float64"))
    counted = np.where(shares > 0, known, -np.inf)
    top = counted.max(axis=-1, keepdims=True, initial=-np.inf)
    base = np.where(np.isfinite(top), top, np.nan)
    total = shares.sum(axis=-1)
    energy = (shares * 10 ** (0.1 * (np.where(shares > 0, known, base) - base))).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = base[..., 0] + 10 * np.log10(energy / total)
    return float(mean) if mean.ndim == 0 else mean


def day_night_level(day: float, night: float, *, hours: DayHours = STANDARD_HOURS) -> float:
    """Day–night level Ldn = 10 lg[(16·10^(0.1 Ld) + 8·10^(0.1 (Ln + 10))) / 24]; NaN where one of both is missing.

    Source: HJ 640-2012 (two secondary sources). The durations follow ``hours``.

    Examples
    --------
    >>> round(day_night_level(55, 55), 4)
    61.0206
    """
    if np.isnan(day) or np.isnan(night):
        return np.nan
    n_day = hours.end - hours.start
    return energy_mean([day, night + NIGHT_PENALTY_DB], weights=[n_day, HOURS - n_day])


def daily_levels(
    hourly: np.ndarray, *, hours: DayHours = STANDARD_HOURS, least_share: float = LEAST_SHARE
) -> pd.DataFrame:
    """Day, night and day–night levels of calendar days from their hourly levels.

    Parameters
    ----------
    hourly
        dB(A), shape (n_days, 24); hour 0 is from 00:00 to 01:00. NaN where an hour is missing.
    hours
        When it is day. The night of a calendar day is its hours before and after.
    least_share
        Of the hours of a period that must be there for its level to count.

    Returns
    -------
    One row a day: ``day_db, night_db, day_night_db`` (NaN where the period has no valid level), ``n_day, n_night`` (hours
    there).

    Raises
    ------
    SchemaError
        The array has not 24 columns.
    """
    table = np.asarray(hourly, dtype="float64")
    if table.ndim != 2 or table.shape[1] != HOURS:
        raise SchemaError(
            f"hourly levels have the shape {table.shape}", expected="(n_days, 24)", remedy="mend the caller"
        )
    found = {}
    for name, chosen in (("day", hours.is_day), ("night", ~hours.is_day)):
        part = table[:, chosen]
        n = (~np.isnan(part)).sum(axis=1)
        found[f"{name}_db"] = np.where(n >= least_share * chosen.sum(), energy_mean(part), np.nan)
        found[f"n_{name}"] = n
    pairs = zip(found["day_db"], found["night_db"], strict=True)
    levels = [day_night_level(day, night, hours=hours) for day, night in pairs]
    found["day_night_db"] = np.array(levels, dtype="float64")
    return pd.DataFrame(found)[["day_db", "night_db", "day_night_db", "n_day", "n_night"]]


def zones() -> tuple[str, ...]:
    """Zone classes of GB 3096-2008, the quietest first: 0, 1, 2, 3, 4a, 4b."""
    return tuple(_limits().index)


def limits(zone: pd.Series, period: pd.Series) -> np.ndarray:
    """Limits of zone classes by day and night (GB 3096-2008, table 1; two or more secondary sources).

    Parameters
    ----------
    zone, period
        Classes of :func:`zones` and ``day`` or ``night``; of equal length.

    Returns
    -------
    dB(A), shape (n,).

    Raises
    ------
    SchemaError
        An unknown class or period. Correct the class in the workbook.

    Examples
    --------
    >>> limits(pd.Series(["1", "4a"]), pd.Series(["day", "night"])).tolist()
    [55.0, 55.0]
    """
    known = _limits()
    for values, allowed in ((zone, known.index), (period, PERIODS)):
        strange = sorted(set(values) - set(allowed))
        if strange:
            raise SchemaError(
                f"{strange} is no zone class or period",
                expected=f"one of {', '.join(allowed)}",
                remedy="correct the functional zone of the point",
            )
    rows, columns = known.index.get_indexer(pd.Index(zone)), known.columns.get_indexer(pd.Index(period))
    return known.to_numpy()[rows, columns]


@cache
def _limits() -> pd.DataFrame:
    return tables.read("noise").set_index("zone")[list(PERIODS)].astype("float64")


def judge(point_times: pd.DataFrame) -> pd.DataFrame:
    """Hold levels against the limits of their zones.

    Parameters
    ----------
    point_times
        One row a point, day and period: ``zone``, ``period``, ``value`` (dB(A), NaN where there is none).

    Returns
    -------
    The rows with ``value`` rounded to 0.1 dB(A), half to even, ``limit_db`` and ``is_met`` (boolean, NA without a value).
    The rounded value is compared: 55.04 attains 55, 55.06 does not.

    Raises
    ------
    SchemaError
        An unknown class or period, as in :func:`limits`.
    """
    value = round_array(point_times["value"].to_numpy(), DECIMALS)
    limit = limits(point_times["zone"], point_times["period"])
    is_met = pd.Series(value <= limit, index=point_times.index, dtype="boolean")
    return point_times.assign(value=value, limit_db=limit, is_met=is_met.mask(np.isnan(value)))


def compliance_pct(n_met: int, n: int) -> float:
    """Share of point-times that attain their limit, % with one decimal (点次达标率).

    NaN without point-times. Computed from the counts in exact arithmetic. The share is that of HJ 640-2012; its decimals
    are those of published shares of Hunan (2020, 2021) and Xinjiang (2025): two secondary sources.

    Examples
    --------
    >>> compliance_pct(2, 3)
    66.7
    """
    return float(round_half_even(exact_fraction(100 * int(n_met)) / int(n), DECIMALS)) if n else np.nan


def compliance(judged: pd.DataFrame) -> pd.DataFrame:
    """Share of point-times that attain their limits, of every zone class and of all together, by day and night.

    Parameters
    ----------
    judged
        Of :func:`judge`: ``zone, period, is_met``; a point-time without a verdict is left out.

    Returns
    -------
    One row a period and zone, then one of all (``zone`` empty): ``period, zone, n`` (point-times with a verdict),
    ``n_met, rate_pct`` (%, one decimal; NaN without any). All together are pooled: no zone weighs more than its
    point-times.

    Notes
    -----
    HJ 640-2012, share of point-times. 环办监测〔2024〕33号, which provinces name since 2025, could not be read: whether
    it pools, and which days count, is unverified. Its published shares fit pooled ones (:func:`pooled_pct`).

    Examples
    --------
    >>> rows = pd.DataFrame({"zone": ["1", "2", "2"], "period": "day", "is_met": [False, True, True]})
    >>> compliance(rows)[["zone", "rate_pct"]].values.tolist()
    [['1', 0.0], ['2', 100.0], ['', 66.7]]
    """
    told = judged.loc[judged["is_met"].notna(), ["period", "zone", "is_met"]]
    rows = []
    for period, part in told.groupby("period"):
        for zone, met in [*part.groupby("zone")["is_met"], ("", part["is_met"])]:
            rows.append((period, zone, len(met), int(met.sum()), compliance_pct(met.sum(), len(met))))
    return pd.DataFrame(rows, columns=["period", "zone", "n", "n_met", "rate_pct"])


def pooled_pct(rates_pct: Sequence[Number], points: Sequence[int]) -> float:
    """Share of all zones from the shares of its classes, weighed by their points, % with one decimal.

    The same as pooling where every point has as many valid point-times. Xinjiang printed such shares for March 2025
    under 环办监测〔2024〕33号 (one source and our inference, V1); Heilongjiang's of 2025 name no points and are not
    to be checked so.

    Raises
    ------
    ParameterError
        The lists differ in length, or there are no points.

    Examples
    --------
    >>> pooled_pct(["92.9", "95.4", "97.2", "99.8"], [32, 41, 21, 19])
    95.8
    """
    if len(rates_pct) != len(points) or not sum(points) > 0:
        raise ParameterError(
            f"{len(rates_pct)} shares and {len(points)} numbers of points",
            expected="one number of points a share, some of them above 0",
            remedy="complete the lists",
        )
    total = sum(exact_fraction(rate) * int(n) for rate, n in zip(rates_pct, points, strict=True))
    return float(round_half_even(total / sum(map(int, points)), DECIMALS))


def grade(level: Number, *, kind: str, period: str) -> tuple[str, str]:
    """Grade the mean level of a city (HJ 640-2012): its word, and how well its edges are verified.

    By night the regional edges 45 and 50 agree with published grades; 40, 55 and all of roads are from memory (M).

    Parameters
    ----------
    level
        Mean level, dB(A); compared after rounding to 0.1, an edge belonging to the better grade.
    kind
        ``regional`` (grid of the city) or ``road`` (road traffic).
    period
        ``day`` or ``night``.

    Returns
    -------
    ``好``, ``较好``, ``一般``, ``较差`` or ``差``; and ``V2`` or ``M``: the status of the less verified of its two edges.

    Raises
    ------
    ParameterError
        Another kind or period, or a level that is no number.

    Examples
    --------
    >>> grade("50.1", kind="regional", period="day"), grade("62.1", kind="road", period="night")
    (('较好', 'V2'), ('较差', 'M'))
    """
    scale, statuses = _grades().get((kind, period), (None, ()))
    if scale is None:
        raise ParameterError(
            f"no grades for {kind!r} by {period!r}",
            expected="regional or road, day or night",
            remedy="correct the kind or the period",
        )
    band = scale.position(round_half_even(level, DECIMALS))
    return scale.labels[band], max(statuses[max(band - 1, 0) : band + 1], key=_SURE_FIRST.index)


@cache
def _grades() -> dict[tuple[str, str], tuple[Scale, tuple[str, ...]]]:
    """Grades with the status of the upper edge of each."""
    rows = tables.read("noise_grades")
    found: dict[tuple[str, str], tuple[Scale, tuple[str, ...]]] = {}
    for key, part in rows.groupby(["kind", "period"], sort=False):
        statuses = tuple(part["status"])
        edges = tuple(exact_fraction(edge) for edge in part["upper"].dropna())
        scale = Scale(tuple(part["grade"]), edges, True, max(statuses, key=_SURE_FIRST.index))
        found[str(key[0]), str(key[1])] = scale, statuses
    return found
