"""The effect of a measure that began in a known month, and whether it may be called one.

Model: month effects (after two years) + straight line + step or ramp from the given month, with AR(1) noise and real
gaps. The interval says how large the change is. Whether the measure may be named as its cause is another
question: the same search at months without a measure (placebo dates), and at places without one (placebo
places), tells how often such a change appears for no reason. Use weather-adjusted monthly means
(``adjusted`` of :func:`helpers.statistics.normalise.normalise`), or their logarithms for an effect in percent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError, SchemaError
from helpers.statistics._regression import Coefficient, fit_coefficient, standardised
from helpers.statistics._series import MONTHS_A_YEAR, check_level, month_grid

SHAPES = ("step", "ramp")
MINIMUM_SIDE = 12  # valid months before and after
MINIMUM_MONTHS = 36
PLACEBO_SIDE = 6  # valid months on each side of a placebo date
MINIMUM_PLACEBOS = 19  # fewer cannot give a probability of 5 %
MINIMUM_PLACES = 4  # neighbours whose own changes can be compared
PLACEBO_LEVEL = 0.05


@dataclass(frozen=True)
class Effect:
    """A change from a given month on. Numbers are NaN unless ``status`` is ``ok``; units are those of the series."""

    estimate: float  # step: unit; ramp: unit per year
    low: float
    high: float
    p: float  # two-sided, of no change
    placebo_p: float  # share of placebo dates with a change as clear; NaN with fewer than 19
    n_placebos: int
    difference: float  # change beside the mean of the neighbours; NaN without neighbours
    difference_low: float
    difference_high: float
    place_p: float  # share of places with a change as clear, the city itself counted
    n_places: int
    autocorrelation: float
    causal_allowed: bool
    causal_reason: str  # which test carries the causal word, or forbids it
    n: int
    status: str  # ok, insufficient
    reason: str


@dataclass(frozen=True)
class _Setting:
    """One series laid out for the search: valid values, their places, base design and the measure's start."""

    y: np.ndarray
    places: np.ndarray  # months since the first month of the grid
    base: np.ndarray
    start: int  # place of the first month under the measure
    shape: str

    def column(self, start: int) -> np.ndarray:
        """Step or ramp (years) from a month on."""
        after = np.maximum(self.places - start + 1, 0)
        return (after > 0).astype(float) if self.shape == "step" else after / MONTHS_A_YEAR


def estimate_effect(
    series: pd.Series,
    *,
    at: str,
    shape: str = "step",
    neighbours: pd.DataFrame | None = None,
    level: float = 0.95,
) -> Effect:
    """Estimate a step or ramp from a given month on, with placebo dates and places.

    Parameters
    ----------
    series
        One value a month (own unit), indexed by dates; missing months are gaps.
    at
        First month under the measure, ``"2018-01"``.
    shape
        ``step`` (at once) or ``ramp`` (growing from then on, per year).
    neighbours
        Months × places without the measure, same unit and index kind; None when there are none.
    level
        Of the intervals.

    Returns
    -------
    :class:`Effect`. ``insufficient`` with fewer than 36 valid months or 12 on either side, or values without scatter.
    ``causal_allowed`` only if the interval excludes zero, at most 5 % of placebo dates (19 or more) show a change as
    clear, and, when neighbours are given (4 or more), the difference excludes zero and the city's change is the
    clearest of all.

    Raises
    ------
    ParameterError
        Unknown shape, a level out of range, or a month that cannot be read.
    SchemaError
        Times unsorted, repeated or missing, or values that are no numbers.

    Notes
    -----
    Placebo dates lie in the months before alone and in those after alone, so the measure itself is in none of them;
    z values of one AR(1) coefficient make lengths comparable (after Abadie, Diamond and Hainmueller 2010). Their
    share alone is somewhat low (about one null series in ten falls below 5 %), so it never decides alone: with the
    interval about 5 % of null series pass both (``benchmarks/bench_change.py``). The
    difference-in-differences interval is widened to the placebo quantile of its own dates and of the neighbours
    where that exceeds Student's.
    """
    check_level(level)
    if shape not in SHAPES:
        raise ParameterError(f"shape {shape!r} is unknown", expected=" or ".join(SHAPES), remedy="choose one")
    months, values = month_grid(series)
    first = _read_month(at)
    start = (first - months[0]).n if len(months) else 0
    setting = _lay_out(values, months, start, shape)
    reason = _why_insufficient(setting, values)
    if reason:
        return _no_effect(int(np.isfinite(values).sum()), reason)
    own = fit_coefficient(setting.y, setting.base, setting.column(start), setting.places)
    low, high, p = _interval(own, stats.t.ppf((1 + level) / 2, own.dof))
    z, placebos = _placebo_z(setting, own)
    placebo_p = np.nan
    if len(placebos) >= MINIMUM_PLACEBOS:
        placebo_p = float((1 + (np.abs(placebos) >= abs(z)).sum()) / (1 + len(placebos)))
    beside = _compare_places(months, values, setting, neighbours, level)
    allowed, why = _may_say_cause(low, high, placebo_p, beside, neighbours is not None)
    return Effect(
        estimate=own.estimate,
        low=low,
        high=high,
        p=p,
        placebo_p=placebo_p,
        n_placebos=len(placebos),
        **beside,
        autocorrelation=own.autocorrelation,
        causal_allowed=allowed,
        causal_reason=why,
        n=len(setting.y),
        status="ok",
        reason="",
    )


def _read_month(at: str) -> pd.Period:
    """Read the first month under the measure."""
    try:
        return pd.Period(at, freq="M")
    except (ValueError, TypeError):
        raise ParameterError(
            f"at {at!r} is no month",
            expected="such as 2018-01",
            remedy="give the first month under the measure",
        ) from None


def _lay_out(values: np.ndarray, months: pd.PeriodIndex, start: int, shape: str) -> _Setting:
    """Keep valid months; the base holds twelve month effects and a line."""
    places = np.flatnonzero(np.isfinite(values))
    month = months.month.to_numpy()[places]
    base = np.column_stack([month[:, None] == np.unique(month), places / MONTHS_A_YEAR]).astype(float)
    return _Setting(values[places], places, base, start, shape)


def _why_insufficient(setting: _Setting, values: np.ndarray) -> str:
    """Why no effect can be told; empty when it can."""
    before = int((setting.places < setting.start).sum())
    after = len(setting.places) - before
    if len(setting.places) < MINIMUM_MONTHS:
        return f"{len(setting.places)} valid months, {MINIMUM_MONTHS} needed"
    if min(before, after) < MINIMUM_SIDE:
        return f"{before} valid months before and {after} from the measure on, {MINIMUM_SIDE} needed on either side"
    design = np.column_stack([setting.base, setting.column(setting.start)])
    rest = setting.y - design @ np.linalg.lstsq(design, setting.y, rcond=None)[0]
    if np.sqrt((rest**2).mean()) <= 1e-9 * np.abs(values[setting.places]).max():
        return "no scatter about the model, so no interval"
    return ""


def _no_effect(n: int, reason: str) -> Effect:
    """Say why nothing can be told."""
    numbers = dict.fromkeys(
        ("estimate", "low", "high", "p", "placebo_p", "difference", "difference_low", "difference_high"),
        np.nan,
    )
    return Effect(
        **numbers,
        n_placebos=0,
        place_p=np.nan,
        n_places=0,
        autocorrelation=np.nan,
        causal_allowed=False,
        causal_reason=reason,
        n=n,
        status="insufficient",
        reason=reason,
    )


def _interval(fit: Coefficient, quantile: float) -> tuple[float, float, float]:
    """Interval and two-sided p of one t distribution."""
    half = float(quantile * fit.error)
    p = float(2 * stats.t.sf(abs(fit.estimate / fit.error), fit.dof))
    return fit.estimate - half, fit.estimate + half, p


def _placebo_z(setting: _Setting, fit: Coefficient) -> tuple[float, np.ndarray]:
    """z value of the measure's month, and of every placebo month, on one footing.

    Month effects are taken out with the whole model; then each month is tried beside a level and a line: the
    measure's in all months, the placebos' in the months before or after it alone.
    """
    column = setting.column(setting.start)
    rest = setting.y - fit.estimate * column
    effects = np.linalg.lstsq(setting.base, rest, rcond=None)[0]
    # The line's coefficient is the last one; it stays in the series.
    y = setting.y - setting.base[:, :-1] @ effects[:-1]
    is_after = setting.places >= setting.start
    own = _z_of(setting, y, np.full(len(y), True), [setting.start], fit.autocorrelation)
    placebos = []
    for part in (~is_after, is_after):
        months = setting.places[part][PLACEBO_SIDE : -PLACEBO_SIDE + 1]
        if len(months):
            placebos.append(_z_of(setting, y, part, months.tolist(), fit.autocorrelation))
    spread = fit.noise
    return float(own[0]) / spread, np.concatenate([*placebos, []]) / spread


def _z_of(
    setting: _Setting, y: np.ndarray, part: np.ndarray, starts: list[int], autocorrelation: float
) -> np.ndarray:
    """Standardised coefficients of several start months within a part of the series."""
    places = setting.places[part]
    columns = np.column_stack([setting.column(start)[part] for start in starts])
    base = np.column_stack([np.ones(len(places)), places - places.mean()])
    return standardised(y[part], base, columns, places, autocorrelation=autocorrelation)


def _compare_places(
    months: pd.PeriodIndex,
    values: np.ndarray,
    setting: _Setting,
    neighbours: pd.DataFrame | None,
    level: float,
) -> dict[str, float]:
    """Difference-in-differences against the mean of the neighbours, and each neighbour's own against the others."""
    none = {"difference": np.nan, "difference_low": np.nan, "difference_high": np.nan}
    none |= {"place_p": np.nan, "n_places": 0}
    if neighbours is None:
        return none
    grid = _lay_neighbours(neighbours, months)
    start, shape = setting.start, setting.shape
    # A month counts only when all neighbours have a value: one that drops out would look like a change.
    city = _lay_out(values - grid.mean(axis=1), months, start, shape)
    if _why_insufficient(city, values):
        return none
    fit = fit_coefficient(city.y, city.base, city.column(start), city.places)
    own, dates = _placebo_z(city, fit)
    others = []
    for name in range(grid.shape[1]):
        rest = np.delete(grid, name, axis=1)
        if not rest.shape[1]:
            continue
        place = _lay_out(grid[:, name] - rest.mean(axis=1), months, start, shape)
        if not _why_insufficient(place, grid[:, name]):
            own_fit = fit_coefficient(place.y, place.base, place.column(start), place.places)
            others.append(_placebo_z(place, own_fit)[0])
    pooled = np.abs(np.concatenate([dates, others]))
    quantile = stats.t.ppf((1 + level) / 2, fit.dof)
    if len(pooled) >= MINIMUM_PLACEBOS:
        quantile = max(quantile, float(np.quantile(pooled, level)))
    low, high, _ = _interval(fit, quantile)
    p = (1 + (np.abs(others) >= abs(own)).sum()) / (1 + len(others)) if others else np.nan
    return {
        "difference": fit.estimate,
        "difference_low": low,
        "difference_high": high,
        "place_p": float(p),
        "n_places": len(others),
    }


def _lay_neighbours(neighbours: pd.DataFrame, months: pd.PeriodIndex) -> np.ndarray:
    """Neighbours on the city's months, shape (n_months, n_places); months they lack are NaN."""
    if not neighbours.shape[1]:
        raise SchemaError(
            "the table of neighbours has no column", expected="one column per place", remedy="leave it out"
        )
    columns = []
    for name in neighbours.columns:
        own_months, values = month_grid(neighbours[name])
        columns.append(pd.Series(values, index=own_months).reindex(months).to_numpy())
    return np.column_stack(columns)


def _may_say_cause(
    low: float, high: float, placebo_p: float, beside: dict[str, float], has_neighbours: bool
) -> tuple[bool, str]:
    """Whether the placebo tests carry a causal word, and why."""
    if low <= 0 <= high:
        return False, "the interval includes no change"
    if not np.isfinite(placebo_p):
        return False, f"fewer than {MINIMUM_PLACEBOS} placebo dates"
    if placebo_p > PLACEBO_LEVEL:
        return False, f"{placebo_p:.0%} of placebo dates show a change as clear"
    if not has_neighbours:
        return True, "placebo dates; no neighbours to compare with"
    if beside["n_places"] < MINIMUM_PLACES:
        return False, f"fewer than {MINIMUM_PLACES} neighbours can be compared"
    if beside["difference_low"] <= 0 <= beside["difference_high"]:
        return False, "no change beside the neighbours"
    if beside["place_p"] > 1 / (1 + beside["n_places"]) + 1e-12:
        return False, "a neighbour without the measure shows a change as clear"
    return True, "placebo dates and places"
