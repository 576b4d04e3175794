"""How a yearly figure may stand in a later year: the range its own whole years allow, and the odds of a target.

Two readings of the same years are told side by side and, where one number is asked for, weighed alike: the level holds, or
the pace shown goes on. Each is a level that may wander beside noise of single years; how much it wanders is not known from
few years, so every share of a fixed list is fitted by generalised least squares and weighed by its restricted likelihood,
and what a year may bring is a mixture of Student's t. A sum of works done only grows: its yearly increments are drawn.

Nothing here knows of measures to come, of a changed standard or of the weather of a year; whoever asks so far ahead is told
the record's own scatter. The shares that held in simulated years stand in ``benchmarks/bench_years_ahead.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError
from helpers.statistics._series import year_grid

MINIMUM_YEARS = 5
WANDERING = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Variance a year of the level's walk, in units of the variance of a single year's noise."""
_N_DRAWS = 2000
_LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


@dataclass(frozen=True)
class Way:
    """What one reading of the past gives for the year asked: a mixture of Student's t, in the unit of the figure."""

    weights: np.ndarray
    middles: np.ndarray
    scales: np.ndarray
    freedom: int

    def below(self, value: float) -> float:
        """Probability of a value up to and including ``value``."""
        return float(self.weights @ stats.t.cdf((value - self.middles) / self.scales, self.freedom))

    def draws(self, n: int) -> np.ndarray:
        """Values that stand for equal shares of the mixture, in order of its parts."""
        counts = np.floor(np.cumsum(self.weights) * n + 0.5).astype(int)
        counts = np.diff(counts, prepend=0)
        parts = [
            middle + scale * stats.t.ppf((np.arange(count) + 0.5) / count, self.freedom)
            for middle, scale, count in zip(self.middles, self.scales, counts, strict=True)
            if count
        ]
        return np.concatenate(parts)


@dataclass(frozen=True)
class YearsAhead:
    """The range of a later year. Numbers are NaN unless ``status`` is ``ok``; values are in the unit of the figure.

    ``draws`` are equally likely values of the year, half of them with the level held and half with the pace going on, each
    rounded and kept within the bounds; quantiles are values of them.
    """

    median: float = np.nan
    low80: float = np.nan
    high80: float = np.nan
    low95: float = np.nan
    high95: float = np.nan
    n: int = 0
    first_year: int = 0
    last_year: int = 0
    status: str = "insufficient"  # ok, insufficient
    reason: str = ""  # few_years, never_varies, too_far
    ways: tuple[Way, ...] = field(
        default=(), compare=False, repr=False
    )  # level held, pace going on; a sum: the pace
    half: float = 0.0  # half of the last published decimal
    draws: np.ndarray = field(default_factory=lambda: np.empty(0), compare=False, repr=False)

    def likelihood(self, target: float, operator: str) -> tuple[float, float, float]:
        """Likelihood of a target, 0 to 1, and its range from the less to the more favourable reading; NaN where nothing can be told.

        Raises
        ------
        ParameterError
            Unknown operator.
        """
        if operator not in ("<=", ">="):
            raise ParameterError(f"operator {operator!r}", expected="<= or >=", remedy="correct the target")
        if self.status != "ok":
            return np.nan, np.nan, np.nan
        is_most = operator == "<="
        edge = target + self.half if is_most else target - self.half
        odds = [way.below(edge) if is_most else 1 - way.below(edge) for way in self.ways]
        return float(np.mean(odds)), min(odds), max(odds)


def years_ahead(
    history: pd.Series,
    *,
    year: int,
    decimals: int | None = None,
    is_total: bool = False,
    bounds: tuple[float, float] = (0.0, np.inf),
) -> YearsAhead:
    """Tell the range of a yearly figure in a later year from its own whole years.

    Parameters
    ----------
    history
        One value a year indexed by whole numbers, in order; NaN or a missing year is a gap. Only years that can be compared.
    year
        The year asked for, later than the last with a value.
    decimals
        Published decimals of the figure: a target is met by what is printed. ``None``: as it stands.
    is_total
        Whether the figure is a sum of works done since a first year, which only grows.
    bounds
        Least and largest value the figure can take, as 0 and 100 for a share in percent.

    Returns
    -------
    :class:`YearsAhead`. Fewer than five years, values that never vary, or a year farther ahead than the record is long:
    ``insufficient`` with its reason.

    Raises
    ------
    ParameterError
        The year is not later than the last one known.
    SchemaError
        Years unsorted or repeated, or values that are no numbers.

    Notes
    -----
    Model y = a (+ b·t) + walk + noise, walk's variance q·σ² a year, noise σ²: local level with drift (Harvey 1989,
    *Forecasting, structural time series models and the Kalman filter*, ch. 2); weights from the restricted likelihood
    (Harville 1977, *JASA* 72, 320–338). Increments of a sum: :func:`total_ahead`. Equal weight of both readings is
    this suite's rule: improvement goes on in half of what is drawn.

    Examples
    --------
    >>> falling = pd.Series([46.0, 43, 40, 39, 36, 35], index=range(2019, 2025))
    >>> found = years_ahead(falling, year=2026, decimals=0)
    >>> found.low80 <= found.median <= found.high80 <= 46
    True
    """
    years, values = year_grid(history)
    valid = np.isfinite(values)
    years, values = np.asarray(years)[valid].astype(float), values[valid]
    facts = {"n": len(values)} | (
        {"first_year": int(years[0]), "last_year": int(years[-1])} if len(values) else {}
    )
    if len(values) and year <= years[-1]:
        raise ParameterError(
            f"year {year}", expected=f"later than {years[-1]:.0f}", remedy="choose a later year"
        )
    if len(values) < MINIMUM_YEARS:
        return YearsAhead(**facts, reason="few_years")
    to_go = int(year - years[-1])
    if to_go > years[-1] - years[0]:
        return YearsAhead(**facts, reason="too_far")
    unit = 10.0**-decimals if decimals is not None else 0.0
    ways = _ways(years, values, to_go, unit, is_total=is_total)
    if not ways:
        is_short = is_total and len(values) <= MINIMUM_YEARS
        return YearsAhead(**facts, reason="few_years" if is_short else "never_varies")
    floor = max(bounds[0], values[-1]) if is_total else bounds[0]
    drawn = np.clip(np.concatenate([way.draws(_N_DRAWS // len(ways)) for way in ways]), floor, bounds[1])
    drawn = drawn if decimals is None else np.round(drawn, decimals)
    low95, low80, median, high80, high95 = np.quantile(drawn, _LEVELS, method="inverted_cdf").tolist()
    return YearsAhead(
        median, low80, high80, low95, high95, **facts, status="ok", ways=ways, half=unit / 2, draws=drawn
    )  # fmt: skip


def total_ahead(history: pd.Series, *, year: int) -> tuple[Way | None, int]:
    """Draw a sum of works done from its own yearly increments.

    The increments to come are taken as drawn from the same normal distribution as the past ones, independent of
    each other, mean and variance unknown: with n past years of mean d and standard deviation s, and m years to
    go, the total is x + m·d + s·√(m + m²/n)·t with n − 1 degrees of freedom (predictive distribution of a sum).

    Parameters
    ----------
    history
        Total so far (own unit) by whole year, ascending. Only increments between neighbouring years count.

    Returns
    -------
    The distribution at the end of the year, ``None`` with fewer than five increments, without scatter between them or for a
    year that is over; and the number of increments.
    """
    values = history.dropna()
    steps = np.diff(values.to_numpy(float))[np.diff(values.index.to_numpy()) == 1]
    n = len(steps)
    if n < MINIMUM_YEARS or values.index[-1] >= year:
        return None, n
    to_go = year - int(values.index[-1])
    middle = float(values.iloc[-1]) + to_go * float(steps.mean())
    scale = float(steps.std(ddof=1)) * np.sqrt(to_go + to_go**2 / n)
    if scale <= 1e-9 * abs(middle):
        return None, n
    return Way(np.ones(1), np.array([middle]), np.array([scale]), n - 1), n


def _ways(
    years: np.ndarray, values: np.ndarray, to_go: int, unit: float, *, is_total: bool
) -> tuple[Way, ...]:
    if is_total:
        way, _ = total_ahead(pd.Series(values, index=years.astype(int)), year=int(years[-1]) + to_go)
        return (way,) if way else ()
    if np.ptp(values) == 0:
        return ()
    # A printed value stands for all that round to it, so no fit is closer than the rounding (variance unit²/12).
    least = max(unit**2 / 12, 1e-12 * float(np.var(values)))
    return tuple(_way(years, values, to_go, least, has_drift=drift) for drift in (False, True))


def _way(years: np.ndarray, values: np.ndarray, to_go: int, least: float, *, has_drift: bool) -> Way:
    """Fit every share of wandering and weigh them by their restricted likelihood."""
    since = years - years[0]
    ahead = since[-1] + to_go
    columns = [np.ones_like(since), *([since] if has_drift else [])]
    design, at = np.column_stack(columns), np.array([1.0, ahead][: len(columns)])
    freedom = len(values) - len(columns)
    told = [_fit(since, values, ahead, design, at, q, least * freedom) for q in WANDERING]
    scores, middles, scales = np.array(told).T
    weights = np.exp(scores - scores.max())
    return Way(weights / weights.sum(), middles, scales, freedom)


def _fit(
    since: np.ndarray,
    values: np.ndarray,
    ahead: float,
    design: np.ndarray,
    at: np.ndarray,
    wandering: float,
    least: float,
) -> tuple[float, float, float]:
    """Restricted log-likelihood, and middle and scale of the predictive t, under one share of wandering."""
    freedom = len(values) - design.shape[1]
    covariance = np.eye(len(values)) + wandering * np.minimum.outer(since, since)
    inverse = np.linalg.inv(covariance)
    shared = wandering * np.minimum(since, ahead)
    normal = design.T @ inverse @ design
    fitted = np.linalg.solve(normal, design.T @ inverse @ values)
    rest = values - design @ fitted
    squares = max(float(rest @ inverse @ rest), least)
    own = at - design.T @ inverse @ shared
    spread = 1 + wandering * ahead - shared @ inverse @ shared + own @ np.linalg.solve(normal, own)
    score = -(np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(normal)[1] + freedom * np.log(squares)) / 2
    return score, float(at @ fitted + shared @ inverse @ rest), float(np.sqrt(squares / freedom * spread))
