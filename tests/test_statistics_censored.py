"""Non-detects: agreement with EnvStats, hand-worked Kaplan–Meier, properties, refusals."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import censored

ESTIMATES = [
    censored.kaplan_meier_mean,
    censored.likelihood_mean,
    lambda v, c: censored.ros_mean(v, c, draws=200),
]


def make_sample(n: int = 40, *, seed: int = 1, limit: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    values = np.random.default_rng(seed).lognormal(1, 0.8, n)
    return np.where(values < limit, limit, values), values < limit


@pytest.fixture(scope="module")
def manganese(shared_data) -> tuple[np.ndarray, np.ndarray, dict]:
    folder = shared_data / "reference"
    table = pd.read_csv(folder / "data" / "epa_manganese_censored.csv")
    expected = json.loads((folder / "censored_EnvStats.json").read_text(encoding="utf-8"))["expected"]
    return table["Manganese.ppb"].to_numpy(float), table["Censored"].to_numpy(bool), expected


@pytest.mark.real
def test_kaplan_meier_agrees_with_envstats(manganese):
    values, is_censored, expected = manganese
    ours = censored.kaplan_meier_mean(values, is_censored, lowest="smallest_detected")
    peer = expected["kaplan_meier_enparCensored"]
    assert ours.mean == pytest.approx(peer["mean"], rel=1e-4)
    assert ours.sd == pytest.approx(peer["sd"], rel=1e-4)
    assert (ours.low, ours.high) == pytest.approx((peer["LCL"], peer["UCL"]), rel=1e-4)
    assert (ours.n, ours.n_censored, ours.censored_pct) == (25, 6, 24)
    # By design the default knows that the three samples below 2 are not 3.3, the smallest detected value.
    assert censored.kaplan_meier_mean(values, is_censored).mean == pytest.approx(ours.mean - 0.21 * 1.3)


@pytest.mark.real
def test_likelihood_agrees_with_envstats(manganese):
    values, is_censored, expected = manganese
    normal = censored.likelihood_mean(values, is_censored, distribution="normal")
    peer = expected["enormCensored_mle"]
    assert (normal.mean, normal.sd) == pytest.approx((peer["mean"], peer["sd"]), rel=1e-4)
    ours, peer = censored.likelihood_mean(values, is_censored), expected["elnormAltCensored_mle"]
    assert (ours.mean, ours.sd / ours.mean) == pytest.approx((peer["mean"], peer["cv"]), rel=1e-4)
    assert (ours.low, ours.high) == pytest.approx((peer["LCL"], peer["UCL"]), rel=1e-4)


@pytest.mark.real
def test_robust_ros_agrees_with_envstats(manganese):
    values, is_censored, expected = manganese
    logs = np.log(censored.impute_ros(values, is_censored))
    peer = expected["lognormal_rROS_logscale"]
    assert (logs.mean(), logs.std(ddof=1)) == pytest.approx((peer["meanlog"], peer["sdlog"]), rel=1e-4)
    ours, peer = censored.ros_mean(values, is_censored, draws=200), expected["lognormal_rROS_original"]
    assert (ours.mean, ours.sd / ours.mean) == pytest.approx((peer["mean"], peer["cv"]), rel=1e-4)
    assert ours.low < ours.mean < ours.high


def test_kaplan_meier_by_hand():
    values, is_censored = np.array([2.0, 4, 6, 8, 5]), np.array([False, False, False, False, True])
    # P(<8) = 4/5, P(<6) = 4/5 · 3/4 = 3/5, P(<4) = 3/5 · 1/2: the non-detect's fifth went to 2 and 4 in halves.
    assert censored.kaplan_meier_mean(values, is_censored).mean == pytest.approx(
        0.2 * (6 + 8) + 0.3 * (2 + 4)
    )


def test_without_non_detects_all_agree_with_the_plain_mean():
    values, _ = make_sample(limit=0)
    none = np.zeros(len(values), dtype=bool)
    plain = censored.kaplan_meier_mean(values, none)
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert plain.mean == pytest.approx(values.mean())
    assert plain.high - plain.mean == pytest.approx(2.0227 * error, rel=1e-4)  # t of 39 degrees of freedom
    assert censored.ros_mean(values, none, draws=200).mean == pytest.approx(values.mean())
    normal = censored.likelihood_mean(values, none, distribution="normal")
    assert (normal.mean, normal.sd) == pytest.approx((values.mean(), values.std()), rel=1e-6)


@given(scale=st.floats(0.01, 1000), seed=st.integers(0, 20))
@settings(max_examples=12, deadline=None)
def test_scale_and_order_do_not_matter(scale, seed):
    values, is_censored = make_sample(seed=seed)
    turned = np.random.default_rng(seed).permutation(len(values))
    for estimate in ESTIMATES[:2]:
        one, other = estimate(values, is_censored), estimate(values[turned] * scale, is_censored[turned])
        assert (other.mean, other.low, other.high) == pytest.approx(
            (one.mean * scale, one.low * scale, one.high * scale), rel=1e-5
        )
        assert one.low <= one.mean <= one.high


def test_truth_is_covered_where_substitution_fails():
    truth = np.exp(1 + 0.8**2 / 2)
    hits = []
    for seed in range(60):
        values, is_censored = make_sample(60, seed=seed, limit=3.0)  # about half are non-detects
        told = censored.likelihood_mean(values, is_censored)
        hits.append(told.low <= truth <= told.high)
    assert 0.85 <= np.mean(hits) <= 1


def test_bootstrap_is_seeded():
    sample = make_sample()
    first, second = (censored.ros_mean(*sample, draws=200, seed=5) for _ in range(2))
    assert first == second
    assert censored.ros_mean(*sample, draws=200, seed=6).low != first.low


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_too_little_is_insufficient_and_never_a_number(estimate):
    values, is_censored = make_sample()
    cases = [
        (values[:4], is_censored[:4]),
        (np.full(9, np.nan), np.zeros(9, dtype=bool)),
        (np.full(9, 2.0), np.ones(9, dtype=bool)),
        (np.full(9, 2.0), np.zeros(9, dtype=bool)),
        (np.array([]), np.array([], dtype=bool)),
    ]
    for case in cases:
        told = estimate(*case)
        assert told.status == "insufficient" and told.reason
        assert np.isnan([told.mean, told.sd, told.low, told.high]).all()
        assert told.n == np.isfinite(case[0]).sum()


def test_broken_samples_are_refused():
    values, is_censored = make_sample()
    for estimate in ESTIMATES:
        with pytest.raises(SchemaError, match="is_censored"):
            estimate(values, is_censored[1:])
        with pytest.raises(SchemaError, match="is_censored"):
            estimate(values, is_censored.astype(int))
        with pytest.raises(SchemaError, match="-1"):
            estimate(np.append(values, -1.0), np.append(is_censored, False))
    with pytest.raises(SchemaError, match="detection limit"):
        censored.ros_mean(np.append(values, 0.0), np.append(is_censored, True))
    with pytest.raises(ParameterError):
        censored.kaplan_meier_mean(values, is_censored, lowest="zero")
    with pytest.raises(ParameterError):
        censored.likelihood_mean(values, is_censored, distribution="gamma")
    with pytest.raises(ParameterError):
        censored.ros_mean(values, is_censored, draws=10)
    heavy = np.concatenate([np.full(50, 1.0), [2.0, 3.0, 4.0]])
    assert "80 %" in censored.ros_mean(heavy, heavy == 1.0).reason
