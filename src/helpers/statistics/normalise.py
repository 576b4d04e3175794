"""Meteorological normalisation: what a pollutant would have been at the average weather of the record.

Value = level in time + response to weather and season (in logarithms where that is the better scale). The
response is learned by boosted trees that never see the date and is taken, for each quarter of a year, from a
model that has not seen it (:mod:`helpers.statistics._boosting`). The level is a smooth line through what is left.
Because the two parts add, averaging over all weather of the record is exact: no resampling is needed.
Two modes: ``trend`` averages over the weather of the same season, so the seasons stay; ``deseasonalised``
averages over all seasons, so only the level moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import ParameterError
from helpers.statistics._boosting import Response, Rows, learn_weather
from helpers.statistics._series import check_level
from helpers.statistics._tables import lay_rows
from helpers.statistics._weather_free import (
    KINDS,
    add_interval,
    draw_noise,
    lay_table,
    level_in_time,
)
from helpers.statistics._weather_rows import MINIMUM_DAYS as MINIMUM_DAYS
from helpers.statistics._weather_rows import read_rows, why_insufficient

MODES = ("trend", "deseasonalised")
MINIMUM_R2 = 0.2  # out of time; below, the model does not know the pollutant
MINIMUM_GAIN = 0.1  # share of the squared error of level and season alone that weather must remove
INJECTED_PER_YEAR = 0.05  # fall of the known trend: in logarithms, or as a share of the mean
MINIMUM_SHARE = 0.75  # of the days of a period that must hold values
SEED = 20220617


@dataclass(frozen=True)
class Skill:
    """How well unseen quarters of a year were foretold; NaN when nothing was fitted."""

    r2: float  # share of the variance explained
    rmse: float  # unit of the values
    bias: float  # mean of foretold less observed, unit of the values
    gain: float  # share of the squared error of level and season alone that weather removes
    n: int  # rows foretold


@dataclass(frozen=True)
class Normalised:
    """A series at the average weather of its record, with everything needed to judge it."""

    table: pd.DataFrame  # one row per day, COLUMNS; empty unless ``status`` is ``ok``
    skill: Skill
    recovered_share: float  # of an injected trend; 1 means that nothing was lost, NaN that it was not tried
    mode: str
    response: str  # log or raw
    weather: tuple[str, ...]  # columns with values
    n: int  # valid rows
    status: str  # ok, refused, insufficient
    reason: str  # empty when ok
    level: float
    # Noise on the response scale, shape (n_draws, n_days).
    draws: np.ndarray = field(repr=False, compare=False)


@dataclass(frozen=True)
class Split:
    """A change between two periods, split into weather and the rest (emissions, and all that is not weather).

    Percentages are of the first period's observed mean and add up; NaN unless ``status`` is ``ok``.
    """

    first_mean: float  # observed, unit of the values
    second_mean: float
    change_pct: float
    weather_pct: float
    weather_low_pct: float
    weather_high_pct: float
    emission_pct: float
    emission_low_pct: float
    emission_high_pct: float
    emission_share_pct: float  # of the change; NaN when the change is smaller than the interval's half width
    status: str  # ok, refused, insufficient
    reason: str


def normalise(
    table: pd.DataFrame,
    *,
    value: str,
    weather: Sequence[str],
    mode: str = "trend",
    level: float = 0.95,
    seed: int = SEED,
) -> Normalised:
    """Remove the weather from a daily or hourly series.

    Parameters
    ----------
    table
        One station or city: ``date`` (daily rows) or ``time`` (hour-ending rows), the value (own unit) and
        weather columns (any units; a missing value is NaN). Rows in order of time; a missing row is a gap.
    value
        Column of the values.
    weather
        Weather columns. One that is empty is left out and missing from ``Normalised.weather``.
    mode
        ``trend``: weather of the same season (± 30 days); ``deseasonalised``: all weather of the record.
    level
        Of the interval, 0.5 to below 1.
    seed
        Of trees and draws; the same seed gives the same numbers.

    Returns
    -------
    :class:`Normalised`. Columns of the table, all daily and in the unit of the values: ``observed``;
    ``normalised`` (smooth: what remains moves over about two months) with ``low`` and ``high``; ``adjusted``
    (the day itself at average weather, not smoothed: use it for breaks and effects, which smoothing would blur).
    Days without a value are NaN throughout. ``insufficient`` with fewer than 730 valid days, constant values
    or no weather; ``refused`` when out-of-time skill is too low (R² below 0.2, or weather removes less than
    a tenth of the squared error that level and season leave). Skill is always given once a model was fitted.

    Raises
    ------
    ParameterError
        Unknown mode or a level out of range.
    SchemaError
        A column is missing, times are unsorted or doubled, or a value is no number. Mend the table first.

    Notes
    -----
    Scale: logarithms when all values are positive and their logarithms are less skewed, else raw values.
    Averages return to the unit without loss of the mean (Duan 1983). After Grange et al. 2018, with an additive
    level in place of a trend column. Assumes that the response to weather, in percent where the scale is
    logarithmic, stays the same over the record. Interval: residuals in blocks of 30 days exchanged between
    years (same season, random sign), enlarged for what the smooth line took from them, plus the spread of the
    fold models (delete-a-group jackknife). The average weather itself is taken as given.
    """
    check_level(level)
    if mode not in MODES:
        raise ParameterError(f"mode {mode!r} is unknown", expected=" or ".join(MODES), remedy="choose one")
    rows, values, days, used = read_rows(table, value=value, weather=list(weather))
    common = {"mode": mode, "weather": used, "n": len(values), "level": float(level)}
    common["response"] = "log" if rows.is_log else "raw"
    reason = why_insufficient(rows, used)
    if reason:
        return _without_series(Skill(np.nan, np.nan, np.nan, np.nan, 0), "insufficient", reason, common)
    response = learn_weather(rows, seed=seed)
    skill = _judge(response, values)
    if not (skill.r2 >= MINIMUM_R2 and skill.gain >= MINIMUM_GAIN):
        reason = (
            f"out-of-time skill too low: R² {skill.r2:.2f} (at least {MINIMUM_R2}), "
            f"gain from weather {skill.gain:.2f} (at least {MINIMUM_GAIN})"
        )
        return _without_series(skill, "refused", reason, common)
    line = level_in_time(rows, response.weather)
    draws = draw_noise(rows, response, line, seed=seed)
    laid = lay_table(rows, response, line, days=days, mode=mode)
    return Normalised(
        table=add_interval(laid, draws, quantile=stats.norm.ppf((1 + level) / 2), is_log=rows.is_log),
        skill=skill,
        recovered_share=_recover_trend(rows, response, seed=seed),
        status="ok",
        reason="",
        draws=draws.astype(np.float32),
        **common,
    )


def _without_series(skill: Skill, status: str, reason: str, common: dict[str, object]) -> Normalised:
    """Say why there is no normalised series."""
    empty = lay_rows([], KINDS)
    none = np.empty((0, 0), dtype=np.float32)
    return Normalised(empty, skill, np.nan, status=status, reason=reason, draws=none, **common)


def _judge(response: Response, values: np.ndarray) -> Skill:
    """Compare values with what was foretold for them out of time."""
    error = response.expected - values
    square, spread = (error**2).mean(), values.var()
    by_season = ((response.by_season - values) ** 2).mean()
    return Skill(
        r2=float(1 - square / spread),
        rmse=float(np.sqrt(square)),
        bias=float(error.mean()),
        gain=float(1 - square / by_season),
        n=len(values),
    )


def _recover_trend(rows: Rows, response: Response, *, seed: int) -> float:
    """Inject a known linear fall, learn everything again, and tell which share of it comes back.

    Hourly series are checked on the rows that were learned from.
    """
    learned = rows.pick(response.learned)
    size = 1.0 if rows.is_log else abs(learned.response.mean())
    fall = -INJECTED_PER_YEAR * size * np.arange(rows.n_days) / 365.25
    changed = replace(learned, response=learned.response + fall[learned.day])
    before = level_in_time(learned, response.weather[response.learned])
    after = level_in_time(changed, learn_weather(changed, seed=seed).weather)
    return float(np.polyfit(fall, after - before, 1)[0])


def split_change(result: Normalised, *, first: tuple[str, str], second: tuple[str, str]) -> Split:
    """Split the change of the mean between two periods into weather and the rest.

    The rest is the change of the ``adjusted`` series (each day at average weather, not smoothed); weather is
    what remains of the observed change. Emissions are the main part of the rest, not all of it.

    Parameters
    ----------
    result
        Of :func:`normalise`.
    first, second
        First and last day of each period, ``("2020-01-01", "2020-12-31")``; the same calendar days, else a
        change of season would pass for one of emissions.

    Returns
    -------
    :class:`Split`. ``insufficient`` when a period has values on fewer than three quarters of its days;
    ``refused`` or ``insufficient`` as ``result``.

    Raises
    ------
    ParameterError
        The periods do not cover the same calendar days, or overlap. Compare like with like.

    Notes
    -----
    The observed change is known; the interval tells how surely it can be split (same draws as the band).
    """
    spans = [tuple(pd.Timestamp(day) for day in period) for period in (first, second)]
    _check_periods(spans)
    if result.status != "ok":
        return Split(*[np.nan] * 10, status=result.status, reason=result.reason)
    dates = result.table["date"]
    masks = [(dates.between(*span) & result.table["observed"].notna()).to_numpy() for span in spans]
    for mask, (start, end) in zip(masks, spans, strict=True):
        share = mask.sum() / ((end - start).days + 1)
        if share < MINIMUM_SHARE:
            reason = f"{start:%Y-%m-%d} to {end:%Y-%m-%d}: {share:.0%} of the days have a value, {MINIMUM_SHARE:.0%} needed"
            return Split(*[np.nan] * 10, status="insufficient", reason=reason)
    observed, adjusted = (
        [float(result.table.loc[mask, name].mean()) for mask in masks] for name in ("observed", "adjusted")
    )
    base = observed[0]
    half = 100 / base * float(stats.norm.ppf((1 + result.level) / 2)) * _spread_of_difference(result, masks)
    change = 100 * (observed[1] - base) / base
    emission = 100 * (adjusted[1] - adjusted[0]) / base
    weather = change - emission
    return Split(
        first_mean=base,
        second_mean=observed[1],
        change_pct=change,
        weather_pct=weather,
        weather_low_pct=weather - half,
        weather_high_pct=weather + half,
        emission_pct=emission,
        emission_low_pct=emission - half,
        emission_high_pct=emission + half,
        emission_share_pct=100 * emission / change if abs(change) > half else np.nan,
        status="ok",
        reason="",
    )


def _check_periods(spans: list[tuple[pd.Timestamp, ...]]) -> None:
    """Refuse periods of other seasons, turned round or overlapping."""
    (start, end), (other_start, other_end) = spans
    ends = [[(day.month, min(day.day, 28)) for day in span] for span in spans]
    if ends[0] != ends[1] or not start <= end < other_start <= other_end:
        raise ParameterError(
            f"periods {start:%Y-%m-%d}…{end:%Y-%m-%d} and {other_start:%Y-%m-%d}…{other_end:%Y-%m-%d}",
            expected="the same calendar days of an earlier and a later year",
            remedy="compare whole years, or the same months",
        )


def _spread_of_difference(result: Normalised, masks: list[np.ndarray]) -> float:
    """Standard deviation of the difference of two adjusted means over the draws, unit of the values."""
    middle = result.table["normalised"].to_numpy()
    means = []
    for mask in masks:
        noise = result.draws[:, mask].astype(float)
        drawn = middle[mask] * np.exp(noise) if result.response == "log" else noise
        mean = drawn.mean(axis=1)
        # Larger noise must not raise the level: only its spread is wanted.
        means.append(mean * (middle[mask].mean() / mean.mean()) if result.response == "log" else mean)
    return float(np.std(means[1] - means[0]))
