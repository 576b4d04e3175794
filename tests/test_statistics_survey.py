"""Survey statistics: exact intervals, designs, suppression, paired change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import survey, survey_change


@given(n=st.integers(1, 60), data=st.data(), level=st.sampled_from([0.8, 0.9, 0.95]))
@settings(max_examples=60, deadline=None)
def test_clopper_pearson_inverts_the_binomial(n, data, level):
    n_met = data.draw(st.integers(0, n))
    low, high = survey.exact_interval(n_met, n, level=level)
    assert 0 <= low <= n_met / n <= high <= 1
    if n_met:
        assert stats.binom.sf(n_met - 1, n, low) == pytest.approx((1 - level) / 2, rel=1e-6)
    if n_met < n:
        assert stats.binom.cdf(n_met, n, high) == pytest.approx((1 - level) / 2, rel=1e-6)


def test_published_clopper_pearson_values():
    assert survey.exact_interval(4, 10) == pytest.approx((0.1216, 0.7376), abs=5e-5)
    assert survey.exact_interval(0, 5) == pytest.approx((0.0, 0.5218), abs=5e-5)
    assert np.isnan(survey.exact_interval(0, 0)).all()
    with pytest.raises(ParameterError, match="n_met"):
        survey.exact_interval(6, 5)


def test_small_groups_are_suppressed_and_n_stands():
    samples = pd.DataFrame(
        {"county": list("a" * 6 + "b" * 4 + "c"), "is_met": [1, 1, 1, 1, 0, None, 1, 1, 1, 0, None]}
    )
    table = survey.compliance_rates(samples, by=["county"]).set_index("county")
    assert table["n"].tolist() == [5, 4, 0]
    assert table["status"].tolist() == ["ok", "suppressed", "suppressed"]
    assert table.loc["a", "rate_pct"] == 80
    assert table.loc["a", ["low_pct", "high_pct"]].tolist() == pytest.approx([28.36, 99.49], abs=0.005)
    assert table.loc[["b", "c"], ["n_met", "rate_pct", "low_pct", "high_pct"]].isna().all(axis=None)
    assert survey.compliance_rates(samples, by=[])["n"].tolist() == [9]
    with pytest.raises(SchemaError, match="is_met"):
        survey.compliance_rates(samples.assign(is_met="good"), by=["county"])
    with pytest.raises(SchemaError, match="lacks"):
        survey.compliance_rates(samples, by=["town"])


def test_area_weights_undo_unequal_density():
    strata = pd.DataFrame({"area": [90.0, 10.0], "n": [20, 80], "n_met": [19, 40]})
    told = survey.area_weighted_rate(strata)
    assert told["rate_pct"] == pytest.approx(90.5)
    assert told["low_pct"] < 90.5 < told["high_pct"] and told["n_effective"] < 100 and told["n"] == 100
    same = survey.area_weighted_rate(strata.assign(area=strata["area"] * 1e4))
    assert same.equals(told)
    clean = survey.area_weighted_rate(strata.assign(n_met=strata["n"]))
    assert clean["rate_pct"] == 100 and clean["n_effective"] == pytest.approx(1 / (0.81 / 20 + 0.01 / 80))
    assert clean["low_pct"] == pytest.approx(100 * 0.025 ** (1 / clean["n_effective"]))


def test_area_weighted_rate_covers():
    rng, area, truth = np.random.default_rng(2), np.array([60.0, 30.0, 10.0]), np.array([0.95, 0.8, 0.5])
    n = np.array([30, 30, 40])
    whole = 100 * (area @ truth) / area.sum()
    hits = []
    for met in rng.binomial(n, truth, size=(200, 3)):
        told = survey.area_weighted_rate(pd.DataFrame({"area": area, "n": n, "n_met": met}))
        hits.append(told["low_pct"] <= whole <= told["high_pct"])
    assert np.mean(hits) >= 0.93


def test_area_weighted_rate_declines_and_refuses():
    strata = pd.DataFrame({"area": [1.0, 2.0], "n": [9, 1], "n_met": [9, 1]})
    assert survey.area_weighted_rate(strata)["status"] == "insufficient"
    assert survey.area_weighted_rate(strata.assign(n=2, n_met=1))["status"] == "suppressed"
    with pytest.raises(SchemaError):
        survey.area_weighted_rate(strata.assign(n_met=10))
    with pytest.raises(SchemaError):
        survey.area_weighted_rate(strata.assign(area=0.0))


def test_plain_design_is_the_textbook_mean():
    values = np.random.default_rng(0).normal(5, 2, 30)
    told = survey.design_means(pd.DataFrame({"value": values}), by=[]).iloc[0]
    low, high = stats.t.interval(0.95, 29, values.mean(), stats.sem(values))
    assert (told["estimate"], told["low"], told["high"]) == pytest.approx((values.mean(), low, high))
    assert (told["n"], told["dof"]) == (30, 29)


def test_samples_of_one_plot_are_not_independent():
    rng = np.random.default_rng(3)
    plots = np.repeat(np.arange(12), 8)
    table = pd.DataFrame({"value": rng.normal(0, 2, 12)[plots] + rng.normal(0, 0.5, 96), "plot": plots})
    naive, aware = (
        survey.design_means(table, by=[]).iloc[0],
        survey.design_means(table, by=[], unit="plot").iloc[0],
    )
    assert aware["estimate"] == pytest.approx(naive["estimate"])
    assert aware["high"] - aware["low"] > 2 * (naive["high"] - naive["low"])
    means = table.groupby("plot")["value"].mean()
    half = stats.t.ppf(0.975, 11) * stats.sem(means)
    assert aware["high"] - aware["estimate"] == pytest.approx(half)


def test_strata_take_their_differences_out():
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        {"value": np.repeat([0.0, 50.0], 20) + rng.normal(0, 1, 40), "soil": np.repeat(["a", "b"], 20)}
    )
    loose, tight = survey.design_means(table, by=[]), survey.design_means(table, by=[], stratum="soil")
    assert (tight["high"] - tight["low"])[0] < (loose["high"] - loose["low"])[0] / 10
    assert tight["dof"][0] == 38


def test_design_means_by_group_keep_every_n():
    table = pd.DataFrame(
        {
            "value": [1.0, 2, 3, 4, 5, 6, np.nan, 7],
            "county": list("aaaaabbb"),
            "weight": [1, 1, 1, 1, 4, 1, 1, 1],
        }
    )
    told = survey.design_means(table, by=["county"]).set_index("county")
    assert told["n"].tolist() == [5, 2] and told["status"].tolist() == ["ok", "suppressed"]
    assert told.loc["a", "estimate"] == pytest.approx((1 + 2 + 3 + 4 + 20) / 8)
    assert told.loc["b", ["estimate", "low", "high"]].isna().all()
    constant = survey.design_means(table.assign(value=3.0), by=[])
    assert constant["status"].tolist() == ["insufficient"] and constant["estimate"].isna().all()
    assert survey.design_means(table.assign(value=np.nan), by=["county"]).empty
    with pytest.raises(SchemaError, match="weight"):
        survey.design_means(table.assign(weight=0), by=[])
    with pytest.raises(SchemaError, match="two strata"):
        survey.design_means(table.assign(plot=1), by=[], stratum="county", unit="plot")


def test_bootstrap_mean_is_seeded_and_skewed_to_the_right():
    values = np.random.default_rng(1).lognormal(0, 1, 40)
    told = survey.bootstrap_mean(values)
    assert told.equals(survey.bootstrap_mean(values))
    assert told["low"] < told["estimate"] < told["high"]
    assert told["high"] - told["estimate"] > told["estimate"] - told["low"]
    assert survey.bootstrap_mean(values[:4])["status"] == "suppressed"
    assert survey.bootstrap_mean(np.append(np.ones(9), np.nan)).loc[["n", "status"]].tolist() == [
        9,
        "insufficient",
    ]


def test_paired_change_is_the_paired_t_test():
    rng = np.random.default_rng(5)
    before = rng.normal(20, 5, 30)
    after = before + rng.normal(-1, 1, 30)
    before[3] = np.nan
    change = survey_change.mean_change(before, after)
    keep = np.arange(30) != 3
    assert change.p == pytest.approx(stats.ttest_rel(after[keep], before[keep]).pvalue)
    assert change.n == 29 and change.low < change.difference < change.high < 0
    assert change.minimum_detectable > change.high - change.difference
    mirrored = survey_change.mean_change(after, before)
    assert (mirrored.low, mirrored.high) == pytest.approx((-change.high, -change.low))


def test_minimum_detectable_change_is_found_four_times_in_five():
    rng, found = np.random.default_rng(6), []
    detectable = (stats.t.ppf(0.975, 24) + stats.t.ppf(0.8, 24)) / 5  # 25 points with changes of spread 1
    for _ in range(400):
        change = survey_change.mean_change(np.zeros(25), rng.normal(detectable, 1, 25))
        found.append(change.low > 0)
    assert 0.73 <= np.mean(found) <= 0.87


def test_rate_change_worked_example():
    # Tango 1998, table of 44 pairs with one discordant: −0.0227, 95 % from −0.118 to 0.059.
    before, after = np.ones(44), np.append(np.ones(43), 0)
    change = survey_change.rate_change(before, after)
    assert (change.difference, change.low, change.high) == pytest.approx((-2.2727, -11.81, 5.94), abs=0.01)
    same = survey_change.rate_change(before, before)
    assert same.p == 1 and same.low == pytest.approx(-same.high) and np.isnan(same.minimum_detectable)


@given(cells=st.tuples(*[st.integers(0, 20)] * 4))
@settings(max_examples=80, deadline=None)
def test_rate_change_interval_and_p_agree(cells):
    _, lost, gained, _ = cells
    before = np.repeat([1, 1, 0, 0], cells)
    after = np.repeat([1, 0, 1, 0], cells)
    change = survey_change.rate_change(before, after)
    if sum(cells) < 5:
        assert change.status == "suppressed" and np.isnan(change.difference) and change.n == sum(cells)
        return
    assert -100 <= change.low <= change.difference <= change.high <= 100
    if gained + lost:
        expected = stats.chi2.sf((gained - lost) ** 2 / (gained + lost), 1)
        assert change.p == pytest.approx(expected)
    if abs(change.p - 0.05) > 1e-6:
        assert (change.low > 0 or change.high < 0) == (change.p < 0.05)


def test_change_declines_and_refuses():
    assert survey_change.mean_change(np.ones(4), np.ones(4)).status == "suppressed"
    assert survey_change.mean_change(np.ones(9), np.full(9, 2.0)).status == "insufficient"
    assert survey_change.mean_change(np.full(9, np.nan), np.ones(9)).n == 0
    with pytest.raises(SchemaError, match="same points"):
        survey_change.mean_change(np.ones(9), np.ones(8))
    with pytest.raises(SchemaError, match="neither 0 nor 1"):
        survey_change.rate_change(np.ones(9), np.full(9, 2.0))
