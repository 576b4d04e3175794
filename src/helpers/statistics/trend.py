"""Trend of a monthly or annual series, with one distribution behind interval, p and likelihood of direction.

Monthly: month effects and a straight line by least squares. How far noise can move the line is told from the slowest
waves of the residuals, with independent months and months of long memory weighed by those waves
(:mod:`helpers.statistics._slow_noise`). Of series without a trend, 48 to 180 months, twelve noises real months have,
complete or with gaps, a nominal 95 % covers 93 % and more; ``benchmarks/bench_trend.py`` prints that table with the width
beside that of an interval that knows the noise, and ``docs/methods/trend.md`` tells what the honesty costs.

Pair it with :func:`helpers.statistics.rank_trend.rank_trend` when a few extremes may rule the line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from helpers.errors import ParameterError, SchemaError
from helpers.statistics._series import MONTHS_A_YEAR, check_level, month_grid, year_grid
from helpers.statistics._slow_noise import judge_noise
from helpers.statistics._tables import lay_rows

MINIMUM_MONTHS = 36  # valid months; below that the interval does not keep its level when noise persists
MINIMUM_YEARS = 6
POWER = 0.8
MONTHLY_METHOD = "month effects and line, slow waves of two noises weighed, t"
ANNUAL_METHOD = "line through annual values, t"
_BISECTIONS = 32  # of a bracket at most about three times as wide as it is high
_CHUNK = 512  # series at a time: bounds memory at about 100 MB for twelve years


@dataclass(frozen=True)
class Trend:
    """One trend statement. Numbers are NaN unless ``status`` is ``ok``; units are those of the series."""

    estimate: float  # per year
    low: float
    high: float
    p: float  # two-sided, of no trend
    likelihood_down: float  # that the true slope is below zero: 0 to 1
    likelihood_up: float
    minimum_detectable: float  # smallest absolute slope per year found four times in five at this level
    mean: float  # of the valid values, for telling the slope in percent
    memory: float  # likelihood that the noise has a long memory, 0 to 1; NaN for annual values
    dof: float  # waves, or years less two
    n: int
    n_missing: int  # months or years without a value between the first and the last
    method: str
    status: str  # ok, insufficient
    reason: str  # empty when ok


# By the hints above: whole numbers, texts, all others broken numbers.
_KINDS = {
    name: {"int": "int64", "str": "str"}.get(of.type, "float64")
    for name, of in Trend.__dataclass_fields__.items()
}


def trend(series: pd.Series, *, kind: str = "monthly", level: float = 0.95) -> Trend:
    """Estimate the slope per year with an interval that keeps its level on five-year plans.

    Parameters
    ----------
    series
        ``monthly``: one value a month (own unit), indexed by dates; missing months are gaps.
        ``annual``: one value a year indexed by whole numbers, or months, from which only years with all
        twelve count: a partial year is never a year.
    kind
        ``monthly`` or ``annual``.
    level
        Of the interval, 0.5 to below 1.

    Returns
    -------
    :class:`Trend`. Fewer than 36 valid months or 6 valid years, constant values or values exactly on a line
    give ``status="insufficient"`` with its reason: then only the distance to the path can be told.

    Raises
    ------
    ParameterError
        Unknown kind, or a level out of range.
    SchemaError
        Times unsorted, repeated or missing; values that are no numbers. Mend the table before the trend.

    Examples
    --------
    >>> values = pd.Series([60, 58, 57, 53, 52, 49], index=range(2015, 2021))
    >>> round(trend(values, kind="annual").estimate, 2)
    -2.2
    """
    check_level(level)
    if kind not in ("monthly", "annual"):
        raise ParameterError(f"kind {kind!r} is unknown", expected="monthly or annual", remedy="choose one")
    if kind == "monthly":
        _, values = month_grid(series)
        inside = np.flatnonzero(np.isfinite(values))
        values = values[inside[0] : inside[-1] + 1] if inside.size else values
        if not len(values):
            values = np.array([np.nan])
        return Trend(**trend_many(values[None, :], level=level).iloc[0].to_dict())
    years, values = year_grid(series)
    return _annual(years.astype(float), values, level)


def trend_many(matrix: np.ndarray, *, level: float = 0.95) -> pd.DataFrame:
    """Estimate the trends of many monthly series at once.

    Parameters
    ----------
    matrix
        Shape (n_series, n_months), consecutive months; all rows begin with the same calendar month; NaN is a gap.
    level
        Of the interval.

    Returns
    -------
    One row per series with the fields of :class:`Trend`.

    Raises
    ------
    SchemaError
        The matrix is not two-dimensional or holds an infinite value.
    """
    check_level(level)
    values = np.asarray(matrix, dtype=float)
    if values.ndim != 2 or np.isinf(values).any():
        raise SchemaError(
            f"the matrix of series has shape {values.shape} or infinite values",
            expected="finite numbers or NaN of shape (n_series, n_months)",
            remedy="lay one series a row on consecutive months",
        )
    padded = np.pad(values, ((0, 0), (0, -values.shape[1] % MONTHS_A_YEAR)), constant_values=np.nan)
    parts = [_fit_months(padded[i : i + _CHUNK]) for i in range(0, len(padded), _CHUNK)]
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]} if parts else {}
    if not joined:
        return lay_rows([], _KINDS)
    joined["n_missing"] = values.shape[1] - joined["n"]
    return _tell(joined, level=level, method=MONTHLY_METHOD)


def _fit_months(values: np.ndarray) -> dict[str, np.ndarray]:
    """Fit month effects and a line to every row; return slope, standard error, dof and the reason not to."""
    n_series = len(values)
    cube = values.reshape(n_series, -1, MONTHS_A_YEAR)
    present = np.isfinite(cube)
    years = np.arange(cube.shape[1] * MONTHS_A_YEAR).reshape(1, -1, MONTHS_A_YEAR) / MONTHS_A_YEAR
    flat = present.reshape(n_series, -1)
    n = flat.sum(axis=1)
    mean = np.divide(
        np.where(present, cube, 0).sum(axis=(1, 2)), n, out=np.full(n_series, np.nan), where=n > 0
    )
    weights = _from_month_mean(np.broadcast_to(years, cube.shape), present)
    # Taking the overall mean off first keeps the arithmetic exact for series far from zero.
    deviations = _from_month_mean(cube - np.nan_to_num(mean)[:, None, None], present)
    spread = (weights**2).sum(axis=1)
    slope = np.divide((weights * deviations).sum(axis=1), spread, out=np.zeros(n_series), where=spread > 0)
    residuals = deviations - slope[:, None] * weights
    reason = _reasons(values, flat, residuals)
    good = reason == ""
    errors, likely, dof = (np.full(shape, np.nan) for shape in ((n_series, 2), (n_series, 2), n_series))
    if good.any():
        noise = judge_noise(residuals[good], weights[good], flat[good], MONTHS_A_YEAR)
        errors[good], likely[good], dof[good] = noise.errors, noise.weights, noise.dof
        reason[good & np.isnan(dof)] = "gaps too long to tell slow noise from the slope"
    fields = {"estimate": slope, "mean": mean, "n": n, "reason": reason}
    return fields | {"errors": errors, "likely": likely, "dof": dof, "memory": likely[:, 1]}


def _from_month_mean(cube: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Subtract from each value the mean of its calendar month; zero where no value is present."""
    filled = np.where(present, cube, 0)
    mean = filled.sum(axis=1, keepdims=True) / np.maximum(present.sum(axis=1, keepdims=True), 1)
    return np.where(present, filled - mean, 0).reshape(len(cube), -1)


def _reasons(values: np.ndarray, present: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Why a row supports no trend statement; empty where it does."""
    n = present.sum(axis=1)
    size = np.where(present, np.abs(values), 0).max(axis=1)
    scatter = np.sqrt((residuals**2).sum(axis=1) / np.maximum(n, 1))
    return np.select(
        [n == 0, n < MINIMUM_MONTHS, scatter <= 1e-9 * size],
        [
            "no valid month",
            f"fewer than {MINIMUM_MONTHS} valid months",
            "no scatter about the line, so no interval",
        ],
        default="",
    ).astype(object)


def _annual(years: np.ndarray, values: np.ndarray, level: float) -> Trend:
    """Line through annual values; serial correlation cannot be told from so few points and is not claimed."""
    valid = np.isfinite(values)
    n, reason, slope, error, dof = int(valid.sum()), "", np.nan, np.nan, np.nan
    mean = float(values[valid].mean()) if n else np.nan
    if n < MINIMUM_YEARS:
        reason = f"fewer than {MINIMUM_YEARS} whole years: distance to the path only"
    else:
        t = years[valid] - years[valid].mean()
        slope = float((t * (values[valid] - mean)).sum() / (t**2).sum())
        residuals = values[valid] - mean - slope * t
        dof = float(n - 2)
        error = float(np.sqrt((residuals**2).sum() / dof / (t**2).sum()))
        if np.sqrt((residuals**2).mean()) <= 1e-9 * np.abs(values[valid]).max():
            reason = "no scatter about the line, so no interval"
    inside = np.flatnonzero(valid)
    n_missing = int(inside[-1] - inside[0] + 1 - n) if n else len(values)
    fields = {"estimate": slope, "dof": dof, "mean": mean, "n": n, "n_missing": n_missing, "memory": np.nan}
    table = {key: np.array([value]) for key, value in fields.items()}
    table |= {
        "errors": np.array([[error]]),
        "likely": np.ones((1, 1)),
        "reason": np.array([reason], dtype=object),
    }
    return Trend(**_tell(table, level=level, method=ANNUAL_METHOD).iloc[0].to_dict())


def _tell(fit: dict[str, np.ndarray], *, level: float, method: str) -> pd.DataFrame:
    """Turn the slope and its spread under each noise into interval, p and likelihoods of one mixture of t."""
    good = fit["reason"] == ""
    slope, dof = np.where(good, fit["estimate"], np.nan), np.where(good, fit["dof"], np.nan)
    mixture = (np.where(good[:, None], fit["errors"], np.nan), fit["likely"], dof)
    half = _quantile(mixture, (1 + level) / 2)
    down, up = _below(mixture, -slope), _below(mixture, slope)
    table = pd.DataFrame(
        {
            "estimate": slope,
            "low": slope - half,
            "high": slope + half,
            "p": np.minimum(1, 2 * np.minimum(down, up)),
            "likelihood_down": down,
            "likelihood_up": up,
            "minimum_detectable": half + _quantile(mixture, POWER),
            "mean": fit["mean"],
            "memory": np.where(good, fit["memory"], np.nan),
            "dof": dof,
            "n": fit["n"].astype(int),
            "n_missing": fit["n_missing"].astype(int),
        }
    )
    table["method"] = method
    table["status"] = np.where(good, "ok", "insufficient").astype(object)
    table["reason"] = fit["reason"]
    return table.astype(_KINDS)[list(_KINDS)]


def _below(mixture: tuple[np.ndarray, np.ndarray, np.ndarray], value: np.ndarray) -> np.ndarray:
    """Probability that a mixture of t (errors and weights a noise, dof) lies below a value."""
    errors, likely, dof = mixture
    return (likely * stdtr(dof[:, None], value[:, None] / errors)).sum(axis=1)


def _quantile(mixture: tuple[np.ndarray, np.ndarray, np.ndarray], level: float) -> np.ndarray:
    """Quantile above one half of a mixture of t: it lies between those of its parts, and is bisected."""
    parts = stdtrit(mixture[2], level)[:, None] * mixture[0]
    low, high = parts.min(axis=1), parts.max(axis=1)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        is_low = _below(mixture, middle) < level
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return high
