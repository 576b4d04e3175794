"""Trend of a monthly or annual series, with one error behind interval, p and likelihood of direction.

Monthly: month effects and a straight line by least squares. One standard error allows for AR(1) noise and real gaps
(:mod:`helpers.statistics._serial`), with Student's quantiles; it is honest for such noise alone: 93–97 % for 60 and 120
months, φ from 0 to 0.6, Gaussian and skewed noise, with and without gaps (``benchmarks/bench_trend.py`` prints the
table beside the peers). Real months keep more from year to year than AR(1) knows. A second interval therefore takes
the covariance between months from the years themselves (Hirsch and Slack, :mod:`helpers.statistics.rank_trend`), and
the wider of the two is told. What 95 % covers of 500 series without a trend, AR(1) interval and told one, 60 and 120
months: AR(1) 0.8: 95, 97; 96, 96. ARMA(0.8, -0.4): 86, 96; 86, 93. Year effects: 89, 97; 88, 93. Fractional noise
d = 0.35: 84, 95; 72, 85. So the told one errs on the wide side for short or independent months and is still too narrow
for long memory over ten years (``docs/methods/trend.md``).

Pair it with :func:`helpers.statistics.rank_trend.rank_trend` when a few extremes may rule the line.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError, SchemaError
from helpers.statistics._serial import estimate_noise
from helpers.statistics._series import MONTHS_A_YEAR, check_level, month_grid, year_grid
from helpers.statistics._tables import lay_rows
from helpers.statistics.kendall import seasonal_kendall, seasonal_slopes, sen_interval
from helpers.statistics.rank_trend import month_blocks

MINIMUM_MONTHS = 36  # valid months; below that the interval does not keep its level when noise persists
MINIMUM_PAIRS = 12  # neighbouring months that tell the autocorrelation
MINIMUM_YEARS = 6
POWER = 0.8
NOISES = ("any", "ar1")
AR1_METHOD = "month effects and line, AR(1) standard error, t"
MONTHLY_METHOD = "month effects and line, wider of AR(1) and covariance between months, t"
ANNUAL_METHOD = "line through annual values, t"
_CHUNK = 1024  # series at a time: bounds memory at about 100 MB for twelve years


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
    autocorrelation: float  # of neighbouring months; NaN for annual values
    dof: float
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


def trend(series: pd.Series, *, kind: str = "monthly", noise: str = "any", level: float = 0.95) -> Trend:
    """Estimate the slope per year with an interval that keeps its level on five-year plans.

    Parameters
    ----------
    series
        ``monthly``: one value a month (own unit), indexed by dates; missing months are gaps.
        ``annual``: one value a year indexed by whole numbers, or months, from which only years with all
        twelve count: a partial year is never a year.
    kind
        ``monthly`` or ``annual``.
    noise
        Of monthly values: ``any`` tells the wider of two intervals, with p, likelihoods and the smallest detectable
        slope of the same width; ``ar1`` that of AR(1) noise alone. ``method`` says which.
    level
        Of the interval, 0.5 to below 1.

    Returns
    -------
    :class:`Trend`. Fewer than 36 valid months or 6 valid years, constant values or values exactly on a line
    give ``status="insufficient"`` with its reason: then only the distance to the path can be told. So does
    ``noise="any"`` where the few years of months so alike set the slope no bound.

    Raises
    ------
    ParameterError
        Unknown kind or noise, or a level out of range.
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
    if noise not in NOISES:
        raise ParameterError(f"noise {noise!r} is unknown", expected=" or ".join(NOISES), remedy="choose one")
    if kind == "monthly":
        _, values = month_grid(series)
        inside = np.flatnonzero(np.isfinite(values))
        values = values[inside[0] : inside[-1] + 1] if inside.size else values
        if not len(values):
            values = np.array([np.nan])
        found = Trend(**trend_many(values[None, :], level=level).iloc[0].to_dict())
        return found if noise == "ar1" or found.status != "ok" else _widen(found, series, level)
    years, values = year_grid(series)
    return _annual(years.astype(float), values, level)


def _widen(found: Trend, series: pd.Series, level: float) -> Trend:
    """Give a trend the width of the interval with covariance between months where that is the wider."""
    blocks = month_blocks(series)
    sen = sen_interval(seasonal_slopes(blocks), seasonal_kendall(blocks).test.variance, level=level)
    half = max(found.high - found.low, sen.high - sen.low) / 2
    error = half / stats.t.ppf((1 + level) / 2, found.dof)
    reason = "" if np.isfinite(half) else "too few years to bound the slope of months so alike"
    fit = {key: np.array([value]) for key, value in asdict(found).items()}
    fit |= {"error": np.array([error]), "reason": np.array([reason], dtype=object)}
    return Trend(**_tell(fit, level=level, method=MONTHLY_METHOD).iloc[0].to_dict())


def trend_many(matrix: np.ndarray, *, level: float = 0.95) -> pd.DataFrame:
    """Estimate the trends of many monthly series at once, with intervals for AR(1) noise.

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
    return _tell(joined, level=level, method=AR1_METHOD)


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
    fields = {name: np.full(n_series, np.nan) for name in ("error", "dof", "autocorrelation")}
    if good.any():
        noise = estimate_noise(residuals[good], weights[good], flat[good], MONTHS_A_YEAR)
        fields["error"][good] = np.sqrt(noise.variance * noise.inflation / spread[good])
        fields["dof"][good], fields["autocorrelation"][good] = noise.dof, noise.coefficient
    return {"estimate": slope, "mean": mean, "n": n, "reason": reason, **fields}


def _from_month_mean(cube: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Subtract from each value the mean of its calendar month; zero where no value is present."""
    filled = np.where(present, cube, 0)
    mean = filled.sum(axis=1, keepdims=True) / np.maximum(present.sum(axis=1, keepdims=True), 1)
    return np.where(present, filled - mean, 0).reshape(len(cube), -1)


def _reasons(values: np.ndarray, present: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Why a row supports no trend statement; empty where it does."""
    n, pairs = present.sum(axis=1), (present[:, 1:] & present[:, :-1]).sum(axis=1)
    size = np.where(present, np.abs(values), 0).max(axis=1)
    scatter = np.sqrt((residuals**2).sum(axis=1) / np.maximum(n, 1))
    return np.select(
        [n == 0, n < MINIMUM_MONTHS, pairs < MINIMUM_PAIRS, scatter <= 1e-9 * size],
        [
            "no valid month",
            f"fewer than {MINIMUM_MONTHS} valid months",
            f"fewer than {MINIMUM_PAIRS} pairs of neighbouring months",
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
    fields = {"estimate": slope, "error": error, "dof": dof, "mean": mean, "n": n, "n_missing": n_missing}
    table = {key: np.array([value]) for key, value in fields.items()}
    table |= {"autocorrelation": np.array([np.nan]), "reason": np.array([reason], dtype=object)}
    return Trend(**_tell(table, level=level, method=ANNUAL_METHOD).iloc[0].to_dict())


def _tell(fit: dict[str, np.ndarray], *, level: float, method: str) -> pd.DataFrame:
    """Turn slope, standard error and dof into interval, p and likelihoods of one t distribution."""
    good = fit["reason"] == ""
    slope, error, dof = (np.where(good, fit[key], np.nan) for key in ("estimate", "error", "dof"))
    quantile = stats.t.ppf((1 + level) / 2, dof)
    down = stats.t.cdf(-slope / error, dof)
    up = stats.t.cdf(slope / error, dof)
    table = pd.DataFrame(
        {
            "estimate": slope,
            "low": slope - quantile * error,
            "high": slope + quantile * error,
            "p": np.minimum(1, 2 * np.minimum(down, up)),
            "likelihood_down": down,
            "likelihood_up": up,
            "minimum_detectable": (quantile + stats.t.ppf(POWER, dof)) * error,
            "mean": fit["mean"],
            "autocorrelation": fit["autocorrelation"],
            "dof": dof,
            "n": fit["n"].astype(int),
            "n_missing": fit["n_missing"].astype(int),
        }
    )
    table["method"] = method
    table["status"] = np.where(good, "ok", "insufficient").astype(object)
    table["reason"] = fit["reason"]
    return table.astype(_KINDS)[list(_KINDS)]
