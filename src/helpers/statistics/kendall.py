"""Mann–Kendall and seasonal Kendall tests and Sen's slope: the arithmetic, on arrays with real gaps.

Conventions, since packages differ: ``z`` has the continuity correction (S ∓ 1); ``tau_a`` is S over all pairs (as
rkt tells it), ``tau_b`` is S over pairs corrected for ties (as Kendall::SeasonalMannKendall); intervals of the slope
interpolate between ranks (Gilbert 1987, as EnvStats). Statements with their rules of sufficiency are in
:mod:`helpers.statistics.rank_trend`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.errors import SchemaError
from helpers.statistics._series import check_level, check_values


@dataclass(frozen=True)
class KendallTest:
    """Outcome of a test; NaN where it cannot be told (one value, or constant values)."""

    s: int
    variance: float
    z: float
    p: float  # two-sided
    tau_a: float
    tau_b: float
    n: int


@dataclass(frozen=True)
class SeasonalTest:
    """Kendall's test summed over blocks (seasons, stations or both)."""

    test: KendallTest
    block_s: np.ndarray
    block_variance: np.ndarray
    heterogeneity: float  # chi-square: do the blocks share one direction?
    heterogeneity_p: float


@dataclass(frozen=True)
class SenSlope:
    """Median slope and its interval, unit of the values per unit of time; infinite where pairs are too few."""

    slope: float
    low: float
    high: float
    n_pairs: int


def mann_kendall(values: np.ndarray, times: np.ndarray | None = None) -> KendallTest:
    """Test a series for a monotone trend.

    Parameters
    ----------
    values
        Shape (n,); a NaN is dropped together with its time.
    times
        Shape (n,), any unit; 0, 1, 2, … when left out. Values of one time are not compared.

    Returns
    -------
    :class:`KendallTest`.

    Raises
    ------
    SchemaError
        Shapes differ, or a value is infinite.

    Notes
    -----
    Mann 1945, Kendall 1975: variance with ties in value and in time (``standards/REFERENCE.md`` F).

    Examples
    --------
    >>> round(mann_kendall([1, 2, 3, 4, 5]).p, 3)
    0.027
    """
    y, t = _pair(values, times)
    n = len(y)
    upper = np.triu_indices(n, 1)
    sign_y = np.sign(y[upper[1]] - y[upper[0]])
    sign_t = np.sign(t[upper[1]] - t[upper[0]])
    s = int((sign_y * sign_t).sum())
    scale = np.sqrt(float((sign_y != 0).sum()) * float((sign_t != 0).sum()))
    return _tell_test(s, _tied_variance(n, _tie_sizes(y), _tie_sizes(t)), n, len(sign_y), scale)


def seasonal_kendall(blocks: np.ndarray, *, covariance: bool = True) -> SeasonalTest:
    """Test many blocks for a common trend: within-block Kendall statistics add up.

    Parameters
    ----------
    blocks
        Shape (n_blocks, n_years): one row per season (or station, or both), one column per year; NaN is a gap.
    covariance
        Allow for dependence between blocks (Hirsch and Slack 1984). False: independent blocks (Hirsch 1982).

    Returns
    -------
    :class:`SeasonalTest`. Its variance is never below that of independent blocks.

    Raises
    ------
    SchemaError
        Not two-dimensional, or an infinite value.

    Notes
    -----
    Heterogeneity (van Belle and Hughes 1984): Σ Z² − m Z̄² over the m blocks that vary, χ² with m − 1.
    """
    values = _check_blocks(blocks)
    signs = _signs(values)
    block_s = np.triu(signs, 1).sum(axis=(1, 2)).astype(int)
    n = np.isfinite(values).sum(axis=1)
    none = np.empty(0)
    block_variance = np.array(
        [
            _tied_variance(int(k), _tie_sizes(row[np.isfinite(row)]), none)
            for k, row in zip(n, values, strict=True)
        ]
    )
    variance = float(block_variance.sum())
    if covariance:
        between = _covariance(signs, n, np.isfinite(values))
        np.fill_diagonal(between, 0)
        variance += max(0.0, float(between.sum()))
    pairs = n * (n - 1) / 2
    untied = np.array([(np.triu(sign, 1) != 0).sum() for sign in signs])
    test = _tell_test(int(block_s.sum()), variance, int(n.sum()), pairs.sum(), np.sqrt(untied * pairs).sum())
    varies = block_variance > 0
    z = block_s[varies] / np.sqrt(block_variance[varies])
    chi_square = float((z**2).sum() - len(z) * z.mean() ** 2) if len(z) > 1 else np.nan
    p = float(stats.chi2.sf(chi_square, len(z) - 1)) if len(z) > 1 else np.nan
    return SeasonalTest(test, block_s, block_variance, chi_square, p)


def sen_slope(values: np.ndarray, times: np.ndarray | None = None, *, level: float = 0.95) -> SenSlope:
    """Median of all pairwise slopes with its interval.

    Parameters
    ----------
    values, times, level
        As :func:`mann_kendall`; real times, so a gap keeps its length.

    Returns
    -------
    :class:`SenSlope`; NaN without two different times.

    Examples
    --------
    >>> sen_slope([10, None, 14]).slope
    2.0
    """
    y, t = _pair(values, times)
    return sen_interval(_slopes(y, t), mann_kendall(y, t).variance, level=level)


def seasonal_slopes(blocks: np.ndarray) -> np.ndarray:
    """All slopes per year between two years of one block, of all blocks, sorted; shape (n_pairs,)."""
    values = _check_blocks(blocks)
    years = np.arange(values.shape[1], dtype=float)
    return np.sort(
        np.concatenate([_slopes(row[np.isfinite(row)], years[np.isfinite(row)]) for row in values])
    )


def sen_interval(slopes: np.ndarray, variance: float, *, level: float) -> SenSlope:
    """Median of slopes and the interval between ranks that a variance of S implies.

    With C = z√Var the limits are the (N − C)/2-th and ((N + C)/2 + 1)-th of N slopes, linear between ranks
    (Gilbert 1987). Where a rank lies outside the slopes the limit is infinite.
    """
    check_level(level)
    ordered, n = np.sort(slopes), len(slopes)
    if not n:
        return SenSlope(np.nan, np.nan, np.nan, 0)
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(variance)
    low, high = (n - half) / 2, (n + half) / 2 + 1
    ranks = np.arange(1, n + 1)
    return SenSlope(
        slope=float(np.median(ordered)),
        low=float(np.interp(low, ranks, ordered)) if low >= 1 else -np.inf,
        high=float(np.interp(high, ranks, ordered)) if high <= n else np.inf,
        n_pairs=n,
    )


def sen_intercept(values: np.ndarray, times: np.ndarray | None = None) -> float:
    """Conover's intercept: median value less slope times median time (times 1, 2, 3, … when left out)."""
    y, t = _pair(values, np.arange(1, len(values) + 1) if times is None else times)
    return float(np.median(y) - np.median(_slopes(y, t)) * np.median(t)) if len(y) > 1 else np.nan


def _pair(values: np.ndarray, times: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return valid values and their times."""
    y = check_values(values, what="the series")
    t = np.arange(len(y), dtype=float) if times is None else check_values(times, what="the times")
    if y.shape != t.shape or np.isnan(t).any():
        raise SchemaError(
            f"{len(y)} values and {len(t)} times", expected="one known time per value", remedy="align them"
        )
    return y[np.isfinite(y)], t[np.isfinite(y)]


def _check_blocks(blocks: np.ndarray) -> np.ndarray:
    values = np.asarray(blocks, dtype=float)
    if values.ndim != 2 or np.isinf(values).any():
        raise SchemaError(
            f"blocks have shape {values.shape} or infinite values",
            expected="finite numbers or NaN of shape (n_blocks, n_years)",
            remedy="lay one season a row",
        )
    return values


def _slopes(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(len(y), 1)
    span = t[second] - t[first]
    apart = span != 0
    return (y[second] - y[first])[apart] / span[apart]


def _signs(values: np.ndarray) -> np.ndarray:
    """Signs of later minus earlier, shape (n_blocks, n_years, n_years); 0 where one is missing."""
    return np.sign(np.nan_to_num(values[:, None, :] - values[:, :, None]))


def _covariance(signs: np.ndarray, n: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Covariance of block statistics, shape (n_blocks, n_blocks), with mid-ranks for gaps.

    Hirsch and Slack 1984, formulas for missing values: (K + 4 Σ R R′ − n(n_g + 1)(n_h + 1))/3, where a missing
    value has the rank (n_g + 1)/2.
    """
    n_years = present.shape[1]
    upper = np.triu_indices(n_years, 1)
    flat = signs[:, upper[0], upper[1]]
    ranks = (n[:, None] + 1 + signs.sum(axis=1)) / 2
    return (flat @ flat.T + 4 * ranks @ ranks.T - n_years * np.outer(n + 1, n + 1)) / 3


def _tie_sizes(values: np.ndarray) -> np.ndarray:
    return np.unique(values, return_counts=True)[1].astype(float)


def _tied_variance(n: int, ties: np.ndarray, time_ties: np.ndarray) -> float:
    """Variance of S for n values with ties in value and in time (equals the permutation variance)."""

    def five(k: np.ndarray) -> float:
        return float((k * (k - 1) * (2 * k + 5)).sum())

    def three(k: np.ndarray) -> float:
        return float((k * (k - 1) * (k - 2)).sum())

    def two(k: np.ndarray) -> float:
        return float((k * (k - 1)).sum())

    variance = (n * (n - 1) * (2 * n + 5) - five(ties) - five(time_ties)) / 18
    if n > 2:
        variance += three(ties) * three(time_ties) / (9 * n * (n - 1) * (n - 2))
    if n > 1:
        variance += two(ties) * two(time_ties) / (2 * n * (n - 1))
    return variance


def _tell_test(s: int, variance: float, n: int, n_pairs: float, scale: float) -> KendallTest:
    """Fill a test; p by erfc so that small ones do not vanish."""
    z = (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else np.nan
    return KendallTest(
        s=s,
        variance=float(variance),
        z=float(z),
        p=float(2 * stats.norm.sf(abs(z))),
        tau_a=s / n_pairs if n_pairs else np.nan,
        tau_b=s / scale if scale else np.nan,
        n=n,
    )
