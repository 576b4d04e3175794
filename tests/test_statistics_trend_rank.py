"""Rank trends: worked vectors, agreement with rkt, EnvStats and Kendall, properties, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import change, kendall, rank_trend
from test_statistics_trend import holes, monthly, noise, seasonal

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors_trend.json").read_text(encoding="utf-8"))


def as_floats(values):
    return np.array([np.nan if v is None else float(v) for v in values])


def answer(vector):
    """Compute what a vector asks, in the shape of its expected answer."""
    function, arguments = vector["fn"], vector["args"]
    if function in ("mann_kendall", "seasonal_kendall"):
        if function == "mann_kendall":
            told = kendall.mann_kendall(*[as_floats(a) for a in arguments])
            slope = None
        else:
            blocks = np.array(arguments[0], dtype=float)
            told = kendall.seasonal_kendall(blocks, covariance=False).test
            slope = float(np.median(kendall.seasonal_slopes(blocks)))
        names = {"S": told.s, "var": told.variance, "Z": told.z, "p": told.p, "n": told.n, "slope": slope}
        return {key: names[key] for key in vector["expected"]}
    if function == "pettitt":
        told = change.pettitt(pd.Series(arguments[0], dtype=float))
        return {"K": told.statistic, "t": told.position, "p": told.p}
    return {
        "sen_slope": lambda v: kendall.sen_slope(as_floats(v)).slope,
        "sen_intercept_conover": kendall.sen_intercept,
    }[function](arguments[0])


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(vector):
    told, expected, tolerance = answer(vector), vector["expected"], vector["tol"] or 1e-12
    if isinstance(expected, dict):
        for key, value in expected.items():
            wanted = np.nan if value is None else value
            assert told[key] == pytest.approx(wanted, abs=tolerance, nan_ok=True), key
    else:
        assert told == pytest.approx(float(expected), abs=tolerance)


def test_the_vectors_are_all_here():
    assert len(VECTORS) == 12


REFERENCE_SETS = [
    "nottem",
    "co2_maunaloa_monthly",
    "envstats_totalP",
    "mydata_monthly_nox",
    "mydata_monthly_no2",
    "mydata_monthly_co",
    "mydata_monthly_pm25",
]


@pytest.fixture(scope="module")
def reference(shared_data):
    return shared_data / "reference", json.loads(
        (shared_data / "reference" / "trend_tests_R.json").read_text()
    )


@pytest.mark.real
@pytest.mark.parametrize("name", REFERENCE_SETS)
def test_agreement_with_r(reference, name):
    folder, file = reference
    record = next(r for r in file["datasets"] if r["dataset"] == name)
    table = pd.read_csv(folder / record["data_file"])
    index = pd.to_datetime({"year": table["year"], "month": table["month"], "day": 1})
    blocks = rank_trend.month_blocks(pd.Series(table["y"].to_numpy(), index=pd.DatetimeIndex(index)))
    told = kendall.seasonal_kendall(blocks, covariance=False)
    rkt, env = record["rkt_seasonal_kendall"], record["EnvStats_seasonal"]
    assert told.test.s == rkt["S"]
    assert told.block_s.tolist() == env["seasonal_S"]
    assert told.test.variance == pytest.approx(rkt["varS"], rel=1e-9)
    assert told.test.tau_a == pytest.approx(rkt["tau"], abs=1e-9)
    # Kendall computes in single precision.
    assert told.test.tau_b == pytest.approx(record["Kendall_SeasonalMannKendall"]["tau"], abs=1e-7)
    assert told.test.p == pytest.approx(env["p_trend"], rel=1e-6)
    assert told.heterogeneity == pytest.approx(env["het_chisq"], rel=1e-9)
    assert told.heterogeneity_p == pytest.approx(env["p_het"], rel=1e-6)
    sen = kendall.sen_interval(kendall.seasonal_slopes(blocks), told.test.variance, level=0.95)
    assert sen.slope == pytest.approx(rkt["sen_slope_per_year"], rel=1e-9)
    assert (sen.low, sen.high) == pytest.approx((env["slope_LCL95"], env["slope_UCL95"]), rel=1e-6, abs=1e-9)
    corrected = record["rkt_corrected_intercorrelation"]
    if corrected["varS_corrected"] is not None:
        dependent = kendall.seasonal_kendall(blocks).test
        assert dependent.variance == pytest.approx(corrected["varS_corrected"], rel=1e-9)
        assert dependent.p == pytest.approx(record["EnvStats_seasonal_dependent"]["p_trend"], rel=1e-6)


@pytest.mark.real
def test_agreement_on_annual_flow(reference):
    folder, file = reference
    table = pd.read_csv(folder / "data" / "nile.csv")
    test = kendall.mann_kendall(table["y"].to_numpy(), table["year"].to_numpy())
    sen = kendall.sen_slope(table["y"].to_numpy(), table["year"].to_numpy())
    kendall_r, env = file["annual"]["nile"]["MannKendall"], file["annual"]["nile"]["EnvStats"]
    assert test.s == kendall_r["S"]
    assert test.tau_b == pytest.approx(kendall_r["tau"], abs=1e-7)
    assert (test.z, test.p) == pytest.approx((env["z"], env["p"]), rel=1e-6)
    assert (sen.slope, sen.low, sen.high) == pytest.approx((env["slope"], env["LCL"], env["UCL"]), rel=1e-6)


def test_variance_with_ties_is_the_permutation_variance():
    values, times = [1, 2, 2, 4, 1], [0, 0, 1, 2, 2]
    from itertools import permutations

    statistic = [kendall.mann_kendall(p, times).s for p in permutations(values)]
    assert kendall.mann_kendall(values, times).variance == pytest.approx(np.var(statistic), rel=1e-12)


def test_mann_kendall_agrees_with_scipy():
    values = np.random.default_rng(3).normal(size=40)
    told, peer = kendall.mann_kendall(values), stats.kendalltau(np.arange(40), values)
    assert told.tau_b == pytest.approx(peer.statistic, abs=1e-12)


def test_covariance_keeps_the_size_under_persistence():
    values = noise(n_series=300, n_months=120, persistence=0.6, skewed=True, seed=11)
    plain = [kendall.seasonal_kendall(row.reshape(-1, 12).T, covariance=False).test.p for row in values]
    kept = [kendall.seasonal_kendall(row.reshape(-1, 12).T).test.p for row in values]
    assert np.mean(np.array(plain) < 0.05) > 0.15
    assert np.mean(np.array(kept) < 0.05) <= 0.08


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    share=st.floats(0, 0.3),
    level=st.sampled_from([0.8, 0.95]),
    digits=st.sampled_from([0, 1, 6]),
)
def test_statement_agrees_with_itself(seed, share, level, digits):
    values = np.round(holes(seasonal(72, slope=-0.8, seed=seed), share, seed), digits)
    told = rank_trend.rank_trend(monthly(values), level=level)
    assert told.low <= told.estimate <= told.high
    assert told.p == pytest.approx(min(1, 2 * min(told.likelihood_down, told.likelihood_up)))
    if told.p >= 1 - level:
        assert told.low <= 0 <= told.high
    else:
        assert not told.low < 0 < told.high


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-1e4, 1e4), scale=st.floats(0.01, 100))
def test_shift_scale_and_gaps(seed, shift, scale):
    series = monthly(holes(seasonal(60, seed=seed), 0.1, seed))
    base, moved = rank_trend.rank_trend(series), rank_trend.rank_trend(shift + scale * series)
    assert (moved.s, moved.p) == (base.s, base.p)
    assert (moved.estimate, moved.low) == pytest.approx(
        (scale * base.estimate, scale * base.low), rel=1e-6, abs=1e-6
    )
    assert rank_trend.rank_trend(series.dropna()) == base


def test_ranks_do_not_care_about_an_extreme():
    values = seasonal(60)
    values[7] = 1e6
    assert abs(rank_trend.rank_trend(monthly(values)).estimate) < 5


def test_regional_trend_of_one_station_is_its_own_and_two_help():
    first, second = monthly(seasonal(60, seed=1)), monthly(seasonal(72, seed=2), "2014-01-01")
    alone, own = rank_trend.regional_trend({"1119A": first}), rank_trend.rank_trend(first)
    assert (alone.s, alone.p, alone.estimate) == (own.s, own.p, own.estimate)
    both = rank_trend.regional_trend({"1119A": first, "1120A": second})
    assert both.n == 132
    assert both.s == own.s + rank_trend.rank_trend(second).s
    with pytest.raises(SchemaError):
        rank_trend.regional_trend({})
    assert rank_trend.regional_trend({"1119A": first.iloc[:0]}).status == "insufficient"


def test_heterogeneous_months_are_told():
    blocks = np.vstack([np.tile(np.arange(10.0), (6, 1)), np.tile(np.arange(10.0)[::-1], (6, 1))])
    told = kendall.seasonal_kendall(blocks + np.random.default_rng(0).normal(0, 0.5, blocks.shape))
    assert told.heterogeneity_p < 0.001 and abs(told.test.s) < 100


def test_censored_values_tie_at_the_highest_limit():
    values = np.array([0.05, 0.02, 0.04, 0.3, np.nan])
    tied = rank_trend.tie_below_limit(values, np.array([True, True, False, False, False]))
    assert tied[:4].tolist() == [0.05, 0.05, 0.05, 0.3]
    assert np.isnan(tied[4])
    assert rank_trend.tie_below_limit(values, np.zeros(5)).tolist()[:4] == values.tolist()[:4]
    with pytest.raises(SchemaError):
        rank_trend.tie_below_limit(values, np.zeros(3))
    assert kendall.mann_kendall(tied).variance < kendall.mann_kendall(values).variance


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (monthly(np.full(60, np.nan)), "monthly"),
        (monthly(np.full(60, 2.0)), "monthly"),
        (monthly(seasonal(24)), "monthly"),
        (monthly(np.empty(0)), "monthly"),
        (pd.Series([1.0, 2, 3, 4, 5], index=range(2021, 2026)), "annual"),
        (pd.Series([1.0] * 8, index=range(2018, 2026)), "annual"),
    ],
)
def test_insufficient(series, kind):
    told = rank_trend.rank_trend(series, kind=kind)
    assert told.status == "insufficient" and told.reason
    assert np.isnan(told.estimate) and np.isnan(told.p) and np.isnan(told.likelihood_up)


def test_annual_statement():
    told = rank_trend.rank_trend(pd.Series(np.arange(9.0) ** 2, index=range(2015, 2024)), kind="annual")
    assert (told.status, told.estimate, told.tau) == ("ok", 8.0, 1.0)
    assert told.likelihood_up > 0.99


def test_refusals():
    with pytest.raises(ParameterError):
        rank_trend.rank_trend(monthly(seasonal()), kind="weekly")
    with pytest.raises(SchemaError):
        rank_trend.rank_trend(monthly(seasonal()).iloc[::-1])
    with pytest.raises(SchemaError):
        kendall.mann_kendall([1, 2, 3], [1, 2])
    with pytest.raises(SchemaError):
        kendall.seasonal_kendall(np.arange(5.0))
    assert np.isnan(kendall.sen_slope([1.0]).slope)
    assert np.isnan(kendall.sen_intercept([1.0]))
