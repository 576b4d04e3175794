"""Trend with a calibrated interval: agreement, properties, coverage in small, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.signal import lfilter

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import trend as module
from helpers.statistics._slow_noise import judge_noise
from helpers.statistics.trend import MONTHLY_METHOD, Trend, trend, trend_many

NUMBERS = ("estimate", "low", "high", "p", "likelihood_down", "likelihood_up", "minimum_detectable")


def noise(*, n_series: int, n_months: int, persistence: float, skewed: bool, seed: int) -> np.ndarray:
    """AR(1) noise of variance one, shape (n_series, n_months)."""
    generator = np.random.default_rng(seed)
    shocks = generator.standard_normal((n_series, n_months + 50))
    if skewed:
        shocks = generator.exponential(size=shocks.shape) - 1
    out = np.zeros_like(shocks)
    for i in range(1, shocks.shape[1]):
        out[:, i] = persistence * out[:, i - 1] + np.sqrt(1 - persistence**2) * shocks[:, i]
    return out[:, 50:]


def monthly(values: np.ndarray, start: str = "2015-01-01") -> pd.Series:
    return pd.Series(values, index=pd.date_range(start, periods=len(values), freq="MS"))


def seasonal(n_months: int = 60, slope: float = -1.2, seed: int = 1) -> np.ndarray:
    years = np.arange(n_months) / 12
    cycle = 50 + 20 * np.cos(2 * np.pi * years) + slope * years
    return cycle + 4 * noise(n_series=1, n_months=n_months, persistence=0.3, skewed=False, seed=seed)[0]


def holes(values: np.ndarray, share: float, seed: int) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(values.shape) < share, np.nan, values)


def test_slope_is_that_of_least_squares_with_month_effects():
    values = holes(seasonal(), 0.1, 3)
    valid = np.isfinite(values)
    design = np.column_stack([np.eye(12)[np.arange(60) % 12], np.arange(60) / 12])[valid]
    expected = np.linalg.lstsq(design, values[valid], rcond=None)[0][-1]
    assert trend(monthly(values)).estimate == pytest.approx(expected, rel=1e-10)


def test_annual_is_ordinary_regression():
    years = np.array([2012, 2013, 2015, 2016, 2017, 2018, 2020])
    values = np.array([60.0, 61, 55, 54, 50, 51, 44])
    told = trend(pd.Series(values, index=years), kind="annual")
    peer = stats.linregress(years, values)
    assert (told.estimate, told.p) == pytest.approx((peer.slope, peer.pvalue))
    assert (told.n, told.n_missing) == (7, 2)


@pytest.mark.parametrize("n_months", [60, 120])
@pytest.mark.parametrize("persistence", [0.0, 0.6])
@pytest.mark.parametrize("skewed", [False, True])
def test_interval_covers(n_months, persistence, skewed):
    values = noise(n_series=1500, n_months=n_months, persistence=persistence, skewed=skewed, seed=7)
    table = trend_many(holes(values, 0.1, 8) - 0.3 * np.arange(n_months) / 12)
    covered = table["low"].le(-0.3) & table["high"].ge(-0.3)
    # Binomial error of 1500 cases is 0.6 points; independent months pay for the memory they might have.
    assert 0.93 <= covered.mean() <= 0.995
    assert (trend_many(holes(values, 0.1, 8))["p"] < 0.05).mean() == pytest.approx(
        1 - covered.mean(), abs=1e-9
    )


def test_waves_tell_long_memory_from_independent_months():
    told = [
        trend_many(persistent(kind, 400, 180, seed=2))["memory"].median()
        for kind in ("independent", "year effects and AR(1) .2", "fractional .35")
    ]
    assert told == sorted(told)
    assert told[0] < 0.35 and told[2] > 0.55


def test_minimum_detectable_is_found_four_times_in_five():
    values = noise(n_series=3000, n_months=72, persistence=0.0, skewed=False, seed=5)
    slope = trend_many(values)["minimum_detectable"].median()
    found = trend_many(values + slope * np.arange(72) / 12)["p"] < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.06)


def test_many_equals_one():
    matrix = holes(np.stack([seasonal(seed=k) for k in range(5)]), 0.05, 1)
    table = trend_many(matrix)
    for row, values in zip(table.to_dict("records"), matrix, strict=True):
        one = trend(monthly(values))
        assert (one.estimate, one.high) == pytest.approx((row["estimate"], row["high"]), rel=1e-9)
        assert one.method == row["method"] == MONTHLY_METHOD


def test_ten_thousand_series_in_one_call():
    table = trend_many(
        holes(noise(n_series=10_000, n_months=144, persistence=0.3, skewed=False, seed=4), 0.05, 6)
    )
    assert len(table) == 10_000
    assert (table["status"] == "ok").all()
    assert (table["low"] <= table["estimate"]).all() and (table["estimate"] <= table["high"]).all()


SEEDS = st.integers(0, 10_000)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, share=st.floats(0, 0.3), level=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_one_model_behind_interval_p_and_likelihood(seed, share, level):
    told = trend(monthly(holes(seasonal(72, slope=-0.5, seed=seed), share, seed)), level=level)
    assert told.low <= told.estimate <= told.high
    assert (told.p < 1 - level) == (told.low > 0 or told.high < 0)
    assert told.likelihood_down + told.likelihood_up == pytest.approx(1)
    assert told.p == pytest.approx(2 * min(told.likelihood_down, told.likelihood_up))
    assert (told.likelihood_up > 0.5) == (told.estimate > 0)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, shift=st.floats(-1e4, 1e4), scale=st.floats(0.01, 100))
def test_shift_and_scale(seed, shift, scale):
    values = seasonal(60, seed=seed)
    base, moved = trend(monthly(values)), trend(monthly(shift + scale * values))
    assert (moved.estimate, moved.low, moved.high) == pytest.approx(
        (scale * base.estimate, scale * base.low, scale * base.high), rel=1e-6, abs=1e-7
    )
    assert moved.p == pytest.approx(base.p, rel=1e-6)
    mirrored = trend(monthly(-values))
    assert mirrored.likelihood_up == pytest.approx(base.likelihood_down, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, share=st.floats(0, 0.3))
def test_a_missing_row_is_a_gap_like_nan(seed, share):
    series = monthly(holes(seasonal(60, seed=seed), share, seed))
    with_nan, without_rows = trend(series), trend(series.dropna())
    assert with_nan == without_rows
    assert trend(pd.concat([series, monthly(np.full(6, np.nan), "2020-01-01")])) == without_rows


def test_a_gap_is_not_closed():
    values = (
        np.r_[np.arange(24.0), np.full(24, np.nan), np.arange(24, 48.0)]
        + seasonal(72, slope=0, seed=3) * 0.01
    )
    gap = trend(monthly(values))
    closed = trend(monthly(values[np.isfinite(values)]))
    assert gap.estimate < 0.8 * closed.estimate


def persistent(kind: str, n_series: int, n_months: int, seed: int) -> np.ndarray:
    """Noise of kinds real months have, shape (n_series, n_months)."""
    generator = np.random.default_rng(seed)
    shocks = generator.standard_normal((n_series, n_months + 300))
    if kind == "independent":
        return shocks[:, 300:]
    if kind == "AR(1) .8":
        return lfilter([1], [1, -0.8], shocks)[:, 300:]
    if kind == "ARMA(.9, -.7)":
        return lfilter([1, -0.7], [1, -0.9], shocks)[:, 300:]
    if kind == "ARMA(.8, -.4)":
        return lfilter([1, -0.4], [1, -0.8], shocks)[:, 300:]
    if kind == "year effects and AR(1) .2":
        effects = 0.5 * generator.standard_normal((n_series, n_months // 12 + 2))
        months = lfilter([1], [1, -0.2], shocks)[:, 300:]
        return months + np.repeat(effects, 12, axis=1)[:, 5 : 5 + n_months]
    lags = np.arange(1, 300 + n_months)
    weights = np.cumprod(np.r_[1, (lags - 1 + 0.35) / lags])  # fractional noise, d = 0.35
    return np.stack([np.convolve(row, weights)[300 : 300 + n_months] for row in shocks])


# Median width over that of an interval that knows the noise: 60 and 120 months, as docs/methods/trend.md has it.
WIDTHS = {
    "independent": (1.66, 1.66),
    "AR(1) .8": (1.31, 1.43),
    "ARMA(.8, -.4)": (1.33, 1.44),
    "ARMA(.9, -.7)": (1.11, 1.20),
    "year effects and AR(1) .2": (1.48, 1.55),
    "fractional .35": (1.19, 1.07),
}


@pytest.mark.parametrize("kind", WIDTHS)
@pytest.mark.parametrize("n_months", [60, 120])
@pytest.mark.parametrize("share", [0, 0.25])
def test_the_interval_covers_under_noise_of_real_months_and_is_no_wider_than_said(kind, n_months, share):
    table = trend_many(holes(persistent(kind, 600, n_months, seed=9), share, 4))
    covered = (table["low"].le(0) & table["high"].ge(0)).mean()
    # Three binomial errors of 600 cases below 95 %; the seed is fixed.
    assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / len(table))
    width = (table["high"] - table["low"]).median() / (2 * 1.96 * table["estimate"].std())
    assert width == pytest.approx(WIDTHS[kind][n_months > 60], rel=0.1)


@pytest.mark.parametrize("n_months", [36, 42, 48])
def test_few_months_keep_their_level_too(n_months):
    table = trend_many(persistent("ARMA(.9, -.7)", 600, n_months, seed=3))
    assert (table["p"] > 0.05).mean() >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 600)


def test_the_mixture_is_that_of_its_two_noises():
    """A quantile of the mixture has the weighted mean of the two Student probabilities below it."""
    errors, likely, dof = np.array([[1.0, 3.0]]), np.array([[0.7, 0.3]]), np.array([5.0])
    found = module._quantile((errors, likely, dof), 0.975)[0]
    below = 0.7 * stats.t.cdf(found, 5) + 0.3 * stats.t.cdf(found / 3, 5)
    assert below == pytest.approx(0.975, abs=1e-9)
    alone = module._quantile((errors[:, :1], np.ones((1, 1)), dof), 0.975)[0]
    assert alone == pytest.approx(stats.t.ppf(0.975, 5))


def test_waves_are_free_of_season_and_line_and_carry_the_exact_spread_of_independent_months():
    """For independent months the error is that of least squares, its variance told from the waves alone."""
    values = holes(seasonal(84, slope=0, seed=4), 0.2, 2)
    valid = np.isfinite(values)
    t = np.arange(84) / 12
    design = np.column_stack([np.eye(12)[np.arange(84) % 12], t])[valid]
    projector = np.eye(valid.sum()) - design @ np.linalg.pinv(design)
    first, last = np.flatnonzero(valid)[[0, -1]]
    place = (np.flatnonzero(valid) + 0.5 - first) / (last + 1 - first)
    waves = projector @ np.cos(np.pi * np.outer(place, np.arange(2, 2 + (last + 1 - first) // 12)))
    basis = np.linalg.qr(waves)[0]
    variance = ((basis.T @ values[valid]) ** 2).mean()
    expected = np.sqrt(variance * np.linalg.inv(design.T @ design)[-1, -1])
    present = valid.reshape(1, -1)
    cube = np.nan_to_num(values - np.nanmean(values.reshape(-1, 12), axis=0)[np.arange(84) % 12])[None]
    times = np.where(
        present, t - np.array([t[m::12][valid[m::12]].mean() for m in range(12)])[np.arange(84) % 12], 0
    )
    found = judge_noise(cube, times, present, 12)
    assert found.errors[0, 0] == pytest.approx(expected, rel=1e-8)
    assert found.weights.sum() == pytest.approx(1) and found.errors[0, 1] > found.errors[0, 0]


INSUFFICIENT = {
    "nan only": (monthly(np.full(60, np.nan)), "monthly", "no valid month"),
    "empty": (monthly(np.empty(0)), "monthly", "no valid month"),
    "short": (monthly(seasonal(35)), "monthly", "fewer than 36 valid months"),
    "constant": (monthly(np.full(60, 3.1)), "monthly", "no scatter about the line, so no interval"),
    "two ends of fifteen years": (
        monthly(np.where(np.abs(np.arange(180) - 89.5) < 60, np.nan, seasonal(180))),
        "monthly",
        "gaps too long to tell slow noise from the slope",
    ),
    "five years": (
        pd.Series([5.0, 4, 3, 3, 2], index=range(2021, 2026)),
        "annual",
        "fewer than 6 whole years: distance to the path only",
    ),
    "no year": (
        pd.Series([], dtype=float, index=pd.Index([], dtype=int)),
        "annual",
        "fewer than 6 whole years: distance to the path only",
    ),
    "straight": (
        pd.Series(np.arange(8) * 0.1, index=range(2010, 2018)),
        "annual",
        "no scatter about the line, so no interval",
    ),
}


@pytest.mark.parametrize("case", INSUFFICIENT)
def test_insufficient_is_said_not_numbered(case):
    series, kind, reason = INSUFFICIENT[case]
    told = trend(series, kind=kind)
    assert (told.status, told.reason) == ("insufficient", reason)
    assert all(np.isnan(getattr(told, name)) for name in NUMBERS)


def test_a_partial_year_is_no_year():
    values = monthly(seasonal(78, slope=-2))
    told = trend(values, kind="annual")
    assert told.n == 6
    assert told.estimate == trend(values.iloc[:72], kind="annual").estimate
    assert trend(values.drop(values.index[30]), kind="annual").status == "insufficient"


BROKEN = {
    "unsorted": monthly(seasonal(60)).iloc[::-1],
    "doubled month": pd.Series([1.0, 2.0], index=pd.to_datetime(["2020-01-01", "2020-01-31"])),
    "no calendar": pd.Series([1.0, 2.0]),
    "infinite": monthly(np.array([1.0, np.inf])),
    "text": monthly(np.array(["a", "b"], dtype=object)),
    "missing time": pd.Series([1.0, 2.0], index=pd.DatetimeIndex(["2020-01-01", pd.NaT])),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_series_are_refused(case):
    with pytest.raises(SchemaError):
        trend(BROKEN[case])


def test_years_must_be_whole_numbers_and_single():
    with pytest.raises(SchemaError):
        trend(pd.Series([1.0, 2.0], index=[2020, 2020]), kind="annual")
    with pytest.raises(SchemaError):
        trend(pd.Series([1.0, 2.0], index=[2020.0, 2021.5]), kind="annual")


def test_parameters_and_matrix_are_checked():
    with pytest.raises(ParameterError):
        trend(monthly(seasonal()), kind="weekly")
    with pytest.raises(ParameterError):
        trend(monthly(seasonal()), level=95)
    with pytest.raises(SchemaError):
        trend_many(np.zeros(12))
    assert list(trend_many(np.empty((0, 60))).columns) == list(Trend.__dataclass_fields__)
