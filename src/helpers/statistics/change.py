"""Breaks in a series: how many, when, and how surely; and the rank test for one change.

Segments and intervals equal those of strucchange 1.5 when serial correlation is ignored. By default it is not:
plain selection finds a break in four of five AR(1) series (φ = 0.6) that have none, so every break must be larger
than the best one that such noise shows by chance (:mod:`helpers.statistics._break_noise`).
Run it on deseasonalised or weather-adjusted values; a season is not a break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError
from helpers.statistics._break_interval import break_offsets
from helpers.statistics._break_noise import best_split, lag_one, noise_coefficient, split_threshold
from helpers.statistics._segments import REGRESSORS, best_partitions, fit_segments, running_sums
from helpers.statistics._series import check_level, check_times, check_values
from helpers.statistics._tables import lay_rows

MINIMUM_VALUES = 24
MINIMUM_RANKS = 4
SEGMENT_SHARE = 0.15  # of the values that a segment must hold
FALSE_BREAK = (
    0.025  # that noise shows one break as large; about 5 % with all the searching, see the benchmark
)
FLOOR = 1e-9  # share of the squares below which a segment counts as exactly fitted
SEED = 20220617
BREAK_COLUMNS = ["position", "last_before", "low", "high", "change"]
SEGMENT_COLUMNS = ["first", "last", "n", "level", "slope"]


@dataclass(frozen=True)
class Breaks:
    """Segments of a series. Tables are empty unless ``status`` is ``ok``; no break is a result, too."""

    table: pd.DataFrame  # one row per break, BREAK_COLUMNS
    segments: pd.DataFrame  # one row per segment, SEGMENT_COLUMNS
    bic: tuple[float, ...]  # for 0, 1, … breaks
    autocorrelation: float  # cautious AR(1) coefficient of the noise; NaN when not asked for
    n: int
    status: str  # ok, insufficient
    reason: str


@dataclass(frozen=True)
class Pettitt:
    """One change of level by ranks. Numbers are NaN unless ``status`` is ``ok``."""

    statistic: float  # K
    position: int  # values before the change; 0 when insufficient
    last_before: object  # their last label
    p: float  # two-sided, approximate
    n: int
    status: str
    reason: str


def find_breaks(
    series: pd.Series,
    *,
    model: str = "mean",
    most: int = 5,
    is_serial: bool = True,
    level: float = 0.95,
) -> Breaks:
    """Find the structural breaks of an evenly spaced series.

    Parameters
    ----------
    series
        Values (own unit), labels in order of time, one row per step; NaN is a gap.
    model
        ``mean`` in each segment, or ``linear`` (level and slope).
    most
        Breaks at most; each segment holds 15 % of the values, which allows five.
    is_serial
        Demand that every break exceed what AR(1) noise shows by chance. ``False`` selects by BIC alone.
    level
        Of the intervals of the dates.

    Returns
    -------
    :class:`Breaks`. ``table``: ``position`` (values before the break), ``last_before``, ``low`` and ``high``
    (labels; the interval is cut at the ends of the series), ``change`` (unit; for ``linear`` the jump at the
    break). ``segments``: labels, ``n``, ``level`` (mean, or value at the segment's middle), ``slope`` (per
    step; 0 for ``mean``). Fewer than 24 values, or values that a line or constants fit exactly, are
    ``insufficient``.

    Raises
    ------
    ParameterError
        Unknown model, or a number of breaks or a level out of range.
    SchemaError
        Times unsorted, repeated or missing; values that are no numbers.

    Notes
    -----
    Bai and Perron 1998, 2003; BIC as in strucchange (a break counts as a parameter). With ``is_serial`` the number
    of breaks falls from that of BIC until each break's likelihood ratio within its two segments exceeds the 97.5 %
    quantile in simulated AR(1) noise; the coefficient is the one whose residuals look that independent in a fifth
    of cases. Intervals by Bai 1997, with the long-run variance of AR(1) noise.
    """
    check_level(level)
    if model not in REGRESSORS or not 1 <= most <= 5:
        raise ParameterError(
            f"model {model!r} with at most {most} breaks",
            expected="mean or linear, 1 to 5 breaks",
            remedy="choose one of these",
        )
    check_times(series.index, what="the series")
    values = check_values(series, what="the series")
    steps = np.flatnonzero(np.isfinite(values))
    y, t, n = values[steps], steps.astype(float), len(steps)
    if n < MINIMUM_VALUES:
        return _no_breaks(series.index, n, f"{n} values, {MINIMUM_VALUES} needed")
    shortest = int(SEGMENT_SHARE * n)
    most = min(most, int(np.ceil(n / shortest)) - 2)
    partitions = best_partitions(running_sums(y, t), model=model, shortest=shortest, most=most)
    fits = [fit_segments(y, t, breaks, model=model) for breaks in partitions]
    errors = np.array([(residuals**2).sum() for residuals, _ in fits])
    if errors.min() <= 1e-18 * (y**2).sum():
        return _no_breaks(series.index, n, "no scatter about the segments")
    bic = _bic(errors, n, REGRESSORS[model])
    number, coefficient = int(np.argmin(bic)), np.nan
    if is_serial:
        number, coefficient = _hold_against_noise(y, steps, partitions, fits, number, model)
    breaks, fit = partitions[number], fits[number]
    return Breaks(
        table=_lay_breaks(series.index, t, breaks, fit, autocorrelation=coefficient, level=level),
        segments=_lay_segments(series.index, t, breaks, fit[1]),
        bic=tuple(bic.tolist()),
        autocorrelation=coefficient,
        n=n,
        status="ok",
        reason="",
    )


def _no_breaks(labels: pd.Index, n: int, reason: str) -> Breaks:
    """Say why nothing can be told."""
    tables = _lay(labels, [], BREAK_COLUMNS), _lay(labels, [], SEGMENT_COLUMNS)
    return Breaks(*tables, bic=(), autocorrelation=np.nan, n=n, status="insufficient", reason=reason)


def _bic(errors: np.ndarray, n: int, n_regressors: int) -> np.ndarray:
    """Schwarz criterion of Gaussian segments with one variance, for 0, 1, … breaks."""
    parameters = (n_regressors + 1) * (np.arange(len(errors)) + 1)
    return n * (np.log(errors / n) + 1 + np.log(2 * np.pi)) + np.log(n) * parameters


def _hold_against_noise(
    y: np.ndarray,
    steps: np.ndarray,
    partitions: list[np.ndarray],
    fits: list[tuple[np.ndarray, np.ndarray]],
    number: int,
    model: str,
) -> tuple[int, float]:
    """Lower the number of breaks until noise explains none of them; return it and the noise's coefficient."""
    n = len(y)
    search = {"model": model, "shortest": int(SEGMENT_SHARE * n), "seed": SEED}
    while True:
        grid = np.zeros(steps[-1] + 1)
        grid[steps] = fits[number][0]
        # A break is searched in two joint segments; so is the simulated noise.
        length = round(2 * n / (max(number, 1) + 1))
        coefficient = noise_coefficient(float(lag_one(grid)), length, **search)
        edges = [0, *partitions[number].tolist(), n]
        joints = [slice(edges[i], edges[i + 2]) for i in range(number)]
        if all(_is_clear(y[joint], coefficient, search) for joint in joints):
            return number, coefficient
        number -= 1


def _is_clear(y: np.ndarray, coefficient: float, search: dict[str, object]) -> bool:
    """Whether the break of two joint segments exceeds what noise shows."""
    _, whole, parted = best_split(y[None, :], model=search["model"], shortest=search["shortest"])
    whole, parted = np.maximum([whole[0], parted[0]], FLOOR * (y**2).sum())
    ratio = len(y) * np.log(whole / parted)
    return bool(ratio > split_threshold(coefficient, len(y), probability=FALSE_BREAK, **search))


def _lay_breaks(
    labels: pd.Index,
    t: np.ndarray,
    breaks: np.ndarray,
    fit: tuple[np.ndarray, np.ndarray],
    *,
    autocorrelation: float,
    level: float,
) -> pd.DataFrame:
    """One row per break with its interval in labels."""
    residuals, coefficients = fit
    n, edges, steps = len(t), [0, *breaks.tolist(), len(t)], t.astype(int)
    persistent = np.clip(np.nan_to_num(autocorrelation), 0, 0.96)
    inflation = (1 + persistent) / (1 - persistent)
    floor = FLOOR * float((residuals**2).mean())
    design = np.vander(t, coefficients.shape[1], increasing=True)
    rows = []
    for i, position in enumerate(breaks.tolist()):
        sides = slice(edges[i], position), slice(position, edges[i + 2])
        earlier, later = break_offsets(
            coefficients[i + 1] - coefficients[i],
            moments=tuple(design[side].T @ design[side] / len(t[side]) for side in sides),
            variances=tuple(max(float((residuals[side] ** 2).mean()), floor) * inflation for side in sides),
            level=level,
        )
        ends = max(position - earlier, 1) - 1, min(position + later, n) - 1
        jump = float(design[position] @ (coefficients[i + 1] - coefficients[i]))
        labelled = [labels[steps[place]] for place in (position - 1, *ends)]
        rows.append([position, *labelled, jump])
    return _lay(labels, rows, BREAK_COLUMNS)


def _lay_segments(
    labels: pd.Index, t: np.ndarray, breaks: np.ndarray, coefficients: np.ndarray
) -> pd.DataFrame:
    """One row per segment."""
    edges, steps = [0, *breaks.tolist(), len(t)], t.astype(int)
    rows = []
    for i, line in enumerate(coefficients):
        inside = t[edges[i] : edges[i + 1]]
        slope = float(line[1]) if len(line) > 1 else 0.0
        middle = float(line[0]) + slope * float(inside.mean())
        ends = labels[steps[edges[i]]], labels[steps[edges[i + 1] - 1]]
        rows.append([*ends, len(inside), middle, slope])
    return _lay(labels, rows, SEGMENT_COLUMNS)


def _lay(labels: pd.Index, rows: list[list[object]], columns: Sequence[str]) -> pd.DataFrame:
    """Lay out rows whose labels have the type of the series' own."""
    numbers = {"position": "int64", "n": "int64", "change": "float64", "level": "float64", "slope": "float64"}
    return lay_rows(rows, {name: numbers.get(name, labels.dtype) for name in columns})


def pettitt(series: pd.Series) -> Pettitt:
    """Test for one change of level by ranks.

    Parameters
    ----------
    series
        Values (own unit), labels in order of time; NaN is left out. Assumes independent values: persistence
        makes p too small, so let :func:`find_breaks` decide on monthly or daily series.

    Returns
    -------
    :class:`Pettitt`; ``insufficient`` with fewer than four values or constant ones.

    Raises
    ------
    SchemaError
        As :func:`find_breaks`.

    Notes
    -----
    Pettitt 1979: U_t = 2·ΣR − t(n + 1), K = max|U_t|, p ≈ 2·exp(−6K²/(n³ + n²)), at most 1.

    Examples
    --------
    >>> pettitt(pd.Series([1, 2, 3, 4])).statistic
    4.0
    """
    check_times(series.index, what="the series")
    values = check_values(series, what="the series")
    places = np.flatnonzero(np.isfinite(values))
    y, n = values[places], len(places)
    if n < MINIMUM_RANKS or np.ptp(y) == 0:
        reason = f"{n} values, {MINIMUM_RANKS} needed" if n < MINIMUM_RANKS else "all values are the same"
        return Pettitt(np.nan, 0, None, np.nan, n, "insufficient", reason)
    u = 2 * np.cumsum(stats.rankdata(y))[:-1] - np.arange(1, n) * (n + 1)
    position = int(np.abs(u).argmax()) + 1
    largest = float(np.abs(u).max())
    p = min(1.0, 2 * float(np.exp(-6 * largest**2 / (n**3 + n**2))))
    return Pettitt(largest, position, series.index[places[position - 1]], p, n, "ok", "")
