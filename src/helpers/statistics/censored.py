"""Means of samples with non-detects: Kaplan–Meier, robust regression on order statistics, maximum likelihood.

A non-detect is a row with ``is_censored`` true and its detection limit as ``value``; it is never read as zero, as
the limit, or as half of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from helpers.errors import ParameterError, SchemaError
from helpers.statistics._series import check_level, check_values

MINIMUM_N = 5
MINIMUM_DETECTED = 3
PLOTTING_CONSTANT = 0.375  # Blom; as EnvStats


@dataclass(frozen=True)
class CensoredMean:
    """Mean and spread of a sample with non-detects. Numbers are NaN unless ``status`` is ``ok``."""

    mean: float  # unit of the values
    sd: float
    low: float  # of the mean
    high: float
    n: int
    n_censored: int
    censored_pct: float
    method: str
    status: str  # ok, insufficient
    reason: str  # empty when ok


def kaplan_meier_mean(
    values: np.ndarray, is_censored: np.ndarray, *, lowest: str = "limit", level: float = 0.95
) -> CensoredMean:
    """Estimate the mean without assuming a distribution.

    What lies below the smallest detected value cannot be placed by the data. ``limit`` puts it at the lowest
    detection limit beneath (at the smallest detected value where no limit lies beneath), the highest value it can
    have; ``smallest_detected`` puts it at the smallest detected value, as EnvStats does.

    Parameters
    ----------
    values
        Shape (n,), own unit: the value, or the detection limit of a non-detect; NaN is no sample.
    is_censored
        Shape (n,), boolean: below the limit.
    lowest
        ``limit`` or ``smallest_detected``.
    level
        Of the interval.

    Returns
    -------
    :class:`CensoredMean`. The interval is mean ± t of n − 1 degrees of freedom; the standard error is the
    product-limit one times √(d/(d − 1)), d detected values. Fewer than five samples, three detected or two different
    detected values give ``insufficient``.

    Raises
    ------
    ParameterError
        Unknown ``lowest`` or a level out of range.
    SchemaError
        Lengths differ, values are no numbers, or below zero.

    Notes
    -----
    Left-censored product-limit estimate (Helsel 2012; USEPA 2009 Unified Guidance, 15.3).
    """
    check_level(level)
    if lowest not in ("limit", "smallest_detected"):
        raise ParameterError(
            f"lowest {lowest!r} is unknown", expected="limit or smallest_detected", remedy="choose one"
        )
    sample = _read(values, is_censored)
    method = f"Kaplan-Meier, rest at {lowest}"
    if reason := _too_few(sample):
        return _insufficient(sample, method, reason)
    detected, counts = np.unique(sample.detected, return_counts=True)
    at_risk = np.searchsorted(np.sort(sample.values), detected, side="right")
    below = np.cumprod((1 - counts / at_risk)[::-1])[::-1]  # share below each detected value
    at_most = np.append(below[1:], 1.0)
    limits = sample.values[sample.is_censored]
    limits = limits[limits <= detected[0]]
    floor = limits.min() if lowest == "limit" and limits.size else detected[0]
    mean = float((detected * (at_most - below)).sum() + floor * below[0])
    square = float((detected**2 * (at_most - below)).sum() + floor**2 * below[0])
    # Area under the distribution function up to each detected value: what losing it would move the mean by.
    area = np.cumsum(np.append(below[0], at_most[:-1]) * np.diff(detected, prepend=floor))
    inner = at_risk > counts
    variance = float((area**2 * counts)[inner] @ (1 / (at_risk * (at_risk - counts))[inner]))
    n_detected = len(sample.detected)
    error = np.sqrt(variance * n_detected / (n_detected - 1))
    margin = float(stats.t.ppf((1 + level) / 2, sample.n - 1) * error)
    sd = float(np.sqrt(max(square - mean**2, 0.0)))
    return _told(sample, (mean, sd, mean - margin, mean + margin), method)


def ros_mean(
    values: np.ndarray,
    is_censored: np.ndarray,
    *,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 20220617,
) -> CensoredMean:
    """Estimate the mean by robust lognormal regression on order statistics.

    Detected values stand as measured; non-detects are read off the line of the logarithms of the detected values
    on their normal scores, at their own plotting positions.

    Parameters
    ----------
    values, is_censored, level
        As :func:`kaplan_meier_mean`; values above zero.
    draws
        Bootstrap samples of the percentile interval, 200 at least; draws without two different detected values are left out.
    seed
        Of the bootstrap.

    Returns
    -------
    :class:`CensoredMean`; ``insufficient`` also above 80 % non-detects.

    Raises
    ------
    ParameterError
        A level out of range or fewer than 200 draws.
    SchemaError
        As :func:`kaplan_meier_mean`, or a value of zero.

    Notes
    -----
    Hirsch–Stedinger plotting positions with constant 0.375 (Helsel and Cohn 1988; equal to EnvStats 3.1).
    """
    check_level(level)
    if draws < 200:
        raise ParameterError(f"{draws!r} draws", expected="200 or more", remedy="leave the default")
    sample = _read(values, is_censored, is_positive=True)
    method = "robust lognormal ROS, bootstrap"
    reason = _too_few(sample)
    if not reason and sample.n_censored > 0.8 * sample.n:
        reason = "more than 80 % non-detects"
    if reason:
        return _insufficient(sample, method, reason)
    filled = impute_ros(sample.values, sample.is_censored)
    rng = np.random.default_rng(seed)
    means = []
    for rows in rng.integers(sample.n, size=(draws, sample.n)):
        drawn, censored = sample.values[rows], sample.is_censored[rows]
        if len(np.unique(drawn[~censored])) > 1:
            means.append(impute_ros(drawn, censored).mean())
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return _told(sample, (filled.mean(), filled.std(ddof=1), low, high), method)


def impute_ros(values: np.ndarray, is_censored: np.ndarray) -> np.ndarray:
    """Replace non-detects by their places on the lognormal line; detected values stay.

    Parameters
    ----------
    values, is_censored
        As :func:`ros_mean`, complete, with two different detected values.

    Returns
    -------
    Shape (n,), same unit and order.
    """
    scores = stats.norm.ppf(plotting_positions(values, is_censored))
    logs = np.log(values)
    x, y = scores[~is_censored], logs[~is_censored]
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return np.where(is_censored, np.exp(y.mean() + slope * (scores - x.mean())), values)


def plotting_positions(values: np.ndarray, is_censored: np.ndarray) -> np.ndarray:
    """Return the plotting position of every sample, 0 to 1 (Hirsch and Stedinger 1987, constant 0.375).

    A value detected at a limit counts as at or above it; a non-detect as below its own limit.
    """
    limits = np.unique(values[is_censored])
    edges = np.concatenate([[-np.inf], limits, [np.inf]])
    detected = values[~is_censored]
    place = np.searchsorted(edges, detected, side="right") - 1
    exceed = np.zeros(len(edges))
    exceed[0] = 1.0
    for j in range(len(limits), 0, -1):
        inside = (place == j).sum()
        beneath = (detected < edges[j]).sum() + (values[is_censored] <= edges[j]).sum()
        exceed[j] = exceed[j + 1] + inside / (inside + beneath) * (1 - exceed[j + 1])
    positions = np.empty(len(values))
    rows = np.flatnonzero(~is_censored)
    for j in range(len(edges) - 1):
        members = rows[place == j]
        share = exceed[j] - exceed[j + 1]
        positions[members] = (1 - exceed[j]) + share * _spaced(values[members])
        if j:
            members = np.flatnonzero(is_censored & (values == edges[j]))
            positions[members] = (1 - exceed[j]) * _spaced(values[members])
    return positions


def likelihood_mean(
    values: np.ndarray, is_censored: np.ndarray, *, distribution: str = "lognormal", level: float = 0.95
) -> CensoredMean:
    """Estimate the mean by maximum likelihood under a normal or lognormal distribution.

    Parameters
    ----------
    values, is_censored, level
        As :func:`kaplan_meier_mean`; lognormal asks for values above zero.
    distribution
        ``lognormal`` or ``normal``.

    Returns
    -------
    :class:`CensoredMean`; mean and sd of the values, not of their logarithms. The interval is that of the profile
    likelihood.

    Raises
    ------
    ParameterError
        Unknown distribution or a level out of range.
    SchemaError
        As :func:`kaplan_meier_mean`.

    Notes
    -----
    Cohen 1959; equal to EnvStats ``enormCensored`` and ``elnormAltCensored``.
    """
    check_level(level)
    if distribution not in ("lognormal", "normal"):
        raise ParameterError(
            f"distribution {distribution!r} is unknown", expected="lognormal or normal", remedy="choose one"
        )
    is_log = distribution == "lognormal"
    sample = _read(values, is_censored, is_positive=is_log)
    method = f"{distribution} maximum likelihood"
    if reason := _too_few(sample):
        return _insufficient(sample, method, reason)
    scaled = np.log(sample.values) if is_log else sample.values
    centre, spread = float(scaled.mean()), float(scaled.std())
    scaled = (scaled - centre) / spread  # the search then runs near 0 and 1 whatever the unit

    def cost(parameters: np.ndarray) -> float:
        return _negative_log_likelihood(parameters, scaled, sample.is_censored)

    best = optimize.minimize(cost, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    location, deviation = centre + spread * best.x[0], spread * float(np.exp(best.x[1]))
    shift = deviation**2 / 2 if is_log else 0.0  # of a lognormal's log mean over its mean logarithm
    rise = stats.chi2.ppf(level, 1) / 2

    def profile(middle: float) -> float:
        """Loss of likelihood at a mean (its logarithm if lognormal), less what the level allows."""

        def at_width(log_width: float) -> float:
            half = spread**2 * np.exp(2 * log_width) / 2 if is_log else 0.0
            return cost(np.array([(middle - half - centre) / spread, log_width]))

        found = optimize.minimize_scalar(at_width, bracket=(best.x[1], best.x[1] + 0.1), tol=1e-10)
        return float(found.fun - best.fun - rise)

    ends = [_find_end(profile, location + shift, step=sign * deviation / 2) for sign in (-1, 1)]
    if is_log:
        mean = float(np.exp(location + shift))
        told = (mean, mean * float(np.sqrt(np.expm1(deviation**2))), *np.exp(ends))
    else:
        told = (location, deviation, *ends)
    return _told(sample, told, method)


def _negative_log_likelihood(parameters: np.ndarray, scaled: np.ndarray, is_censored: np.ndarray) -> float:
    location, log_width = parameters
    z = (scaled - location) / np.exp(log_width)
    seen = (~is_censored).sum() * log_width + (z[~is_censored] ** 2).sum() / 2
    return float(seen - stats.norm.logcdf(z[is_censored]).sum())


def _find_end(profile: Callable[[float], float], start: float, *, step: float) -> float:
    """Walk away from the estimate until the profile crosses zero, then close in."""
    inner, outer = start, start + step
    while profile(outer) < 0:
        inner, outer, step = outer, outer + 2 * step, 2 * step
    return float(optimize.brentq(profile, inner, outer, xtol=1e-10))


@dataclass(frozen=True)
class _Sample:
    values: np.ndarray
    is_censored: np.ndarray

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def n_censored(self) -> int:
        return int(self.is_censored.sum())

    @property
    def detected(self) -> np.ndarray:
        return self.values[~self.is_censored]


def _read(values: np.ndarray, is_censored: np.ndarray, *, is_positive: bool = False) -> _Sample:
    numbers, flags = check_values(values, what="the sample"), np.asarray(is_censored)
    if numbers.shape != flags.shape or flags.dtype != bool:
        raise SchemaError(
            f"{len(numbers)} values with {flags.size} marks of kind {flags.dtype}",
            expected="one true or false per value",
            remedy="fill the column is_censored",
        )
    present = np.isfinite(numbers)
    sample = _Sample(numbers[present], flags[present])
    lowest = sample.values.min(initial=np.inf)
    if lowest < 0 or (is_positive and lowest == 0):
        raise SchemaError(
            f"a sample value is {lowest:g}",
            expected="values above zero" if is_positive else "values from zero",
            remedy="write the detection limit and mark the row as censored",
        )
    return sample


def _too_few(sample: _Sample) -> str:
    if sample.n < MINIMUM_N:
        return f"fewer than {MINIMUM_N} samples"
    if len(sample.detected) < MINIMUM_DETECTED:
        return f"fewer than {MINIMUM_DETECTED} detected values"
    return "" if len(np.unique(sample.detected)) > 1 else "no two different detected values"


def _spaced(values: np.ndarray) -> np.ndarray:
    """Places of values among themselves, 0 to 1, in rank order."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(1, len(values) + 1)
    return (ranks - PLOTTING_CONSTANT) / (len(values) + 1 - 2 * PLOTTING_CONSTANT)


def _told(sample: _Sample, numbers: tuple[float, ...], method: str) -> CensoredMean:
    mean, sd, low, high = (float(number) for number in numbers)
    share = 100 * sample.n_censored / sample.n
    return CensoredMean(mean, sd, low, high, sample.n, sample.n_censored, share, method, "ok", "")


def _insufficient(sample: _Sample, method: str, reason: str) -> CensoredMean:
    share = 100 * sample.n_censored / sample.n if sample.n else np.nan
    return CensoredMean(*[np.nan] * 4, sample.n, sample.n_censored, share, method, "insufficient", reason)
