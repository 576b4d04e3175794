"""Breaks and the Pettitt test: agreement with strucchange, false positives in noise, properties."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from helpers.errors import ParameterError, SchemaError
from helpers.statistics._break_interval import argmax_probability
from helpers.statistics._segments import best_partitions, fit_segments, running_sums
from helpers.statistics.change import BREAK_COLUMNS, find_breaks, pettitt


def red_noise(n: int, persistence: float, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(n + 100)
    return lfilter([1], [1, -persistence], noise)[100:]


def months(values: np.ndarray) -> pd.Series:
    return pd.Series(values, index=pd.period_range("2013-01", periods=len(values), freq="M"))


@pytest.fixture(scope="module")
def reference(shared_data) -> dict:
    return json.loads((shared_data / "reference" / "breakpoints_R.json").read_text("utf-8"))["expected"]


@pytest.mark.real
def test_find_breaks_equals_strucchange_on_the_nile(reference: dict, shared_data) -> None:
    nile = pd.read_csv(shared_data / "reference" / "data" / "nile.csv", index_col="year")["y"]
    found, expected = find_breaks(nile, is_serial=False), reference["nile"]
    assert found.table["position"].tolist() == [expected["breakpoints_index"]]
    assert found.table["last_before"].tolist() == [expected["break_year"]]
    np.testing.assert_allclose(found.bic, expected["BIC_by_m"], atol=1e-4)
    # Positions count from 1: observation 25 of 1871… is 1895.
    limits = [nile.index[expected["ci_index"][name] - 1] for name in ("2.5 %", "97.5 %")]
    assert found.table[["low", "high"]].iloc[0].tolist() == limits


@pytest.mark.real
def test_best_partitions_have_strucchange_squared_errors(reference: dict, shared_data) -> None:
    y = pd.read_csv(shared_data / "reference" / "data" / "nile.csv")["y"].to_numpy(float)
    t = np.arange(len(y), dtype=float)
    found = best_partitions(running_sums(y, t), model="mean", shortest=15, most=5)
    errors = [(fit_segments(y, t, breaks, model="mean")[0] ** 2).sum() for breaks in found]
    np.testing.assert_allclose(errors, reference["nile"]["RSS_by_m"], rtol=1e-9)


@pytest.mark.real
def test_find_breaks_equals_strucchange_on_monthly_nox(reference: dict, shared_data) -> None:
    values = pd.read_csv(shared_data / "reference" / "data" / "mydata_monthly_nox.csv")["y"]
    found, expected = find_breaks(values, is_serial=False), reference["mydata_monthly_nox"]
    assert found.n == expected["n"] and found.table["position"].tolist() == [expected["breakpoints"]]
    np.testing.assert_allclose(found.bic, expected["BIC"], atol=1e-4)


@pytest.mark.parametrize("model", ["mean", "linear"])
def test_best_partitions_are_the_best_of_all(model: str) -> None:
    y, t = red_noise(30, 0.3, seed=4), np.arange(30.0)

    def error(*breaks: int) -> float:
        return (fit_segments(y, t, np.array(breaks, dtype=int), model=model)[0] ** 2).sum()

    found = best_partitions(running_sums(y, t), model=model, shortest=5, most=2)
    every = {(i, j): error(i, j) for i in range(5, 21) for j in range(i + 5, 26)}
    assert tuple(found[2]) == min(every, key=every.get)
    assert found[1][0] == min(range(5, 26), key=error)


def test_find_breaks_sees_no_break_in_persistent_noise() -> None:
    series = [months(red_noise(120, 0.6, seed)) for seed in range(40)]
    plain = sum(not find_breaks(one, is_serial=False).table.empty for one in series)
    ours = sum(not find_breaks(one).table.empty for one in series)
    assert plain >= 20 and ours <= 5


@pytest.mark.parametrize(("model", "persistence"), [("mean", 0.0), ("mean", 0.4), ("linear", 0.3)])
def test_find_breaks_finds_two_planted_breaks(model: str, persistence: float) -> None:
    y = red_noise(120, persistence, seed=3)
    y[40:80] += 6
    if model == "linear":
        y += 0.05 * np.arange(120)
    found = find_breaks(months(y), model=model)
    assert found.table["position"].to_numpy() == pytest.approx([40, 80], abs=2)
    assert found.table["change"].iloc[0] > 3 and found.table["change"].iloc[1] < -3
    assert (found.table["low"] <= found.table["last_before"]).all()
    assert (found.table["last_before"] <= found.table["high"]).all()
    assert found.segments["n"].sum() == 120
    assert found.segments["first"].iloc[0] == pd.Period("2013-01", "M")


def test_find_breaks_widens_the_dates_for_persistence() -> None:
    y = red_noise(100, 0.5, seed=8)
    y[50:] += 4
    plain, ours = (find_breaks(pd.Series(y), is_serial=flag).table for flag in (False, True))
    row = ours.iloc[0]
    same = plain.iloc[(plain["position"] - row["position"]).abs().argmin()]
    assert row["high"] - row["low"] > same["high"] - same["low"]


def test_find_breaks_counts_gaps_as_steps() -> None:
    y = red_noise(100, 0.2, seed=5)
    y[60:] -= 5
    y[[10, 11, 12, 70]] = np.nan
    found = find_breaks(months(y))
    assert found.n == 96
    assert found.table["position"].tolist() == [57]
    assert found.table["last_before"].tolist() == [pd.Period("2013-01", "M") + 59]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.floats(-500, 500), scale=st.floats(0.01, 100))
def test_find_breaks_moves_and_scales_with_the_values(seed: int, shift: float, scale: float) -> None:
    y = red_noise(60, 0.2, seed)
    y[30:] += 5
    first = find_breaks(pd.Series(y), is_serial=False).table
    other = find_breaks(pd.Series(shift + scale * y), is_serial=False).table
    assert first["position"].tolist() == other["position"].tolist()
    np.testing.assert_allclose(other["change"], scale * first["change"], rtol=1e-6, atol=1e-8 * scale)
    assert first["low"].tolist() == other["low"].tolist() and first["high"].tolist() == other["high"].tolist()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=24, max_size=40))
def test_find_breaks_bears_ties_and_flat_stretches(values: list[int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = find_breaks(pd.Series(values, dtype=float))
    assert found.status in ("ok", "insufficient")
    assert (found.table["low"] <= found.table["high"]).all()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "0 values"),
        ([np.nan] * 60, "0 values"),
        (list(range(23)), "23 values"),
        ([7.0] * 60, "no scatter"),
    ],
)
def test_find_breaks_says_what_is_insufficient(values: list[float], reason: str) -> None:
    found = find_breaks(pd.Series(values, dtype=float))
    assert found.status == "insufficient" and reason in found.reason
    assert found.table.empty and list(found.table) == BREAK_COLUMNS and found.bic == ()


def test_find_breaks_refuses_broken_input() -> None:
    good = pd.Series(red_noise(40, 0, 1))
    for broken in (
        good.iloc[::-1],
        pd.concat([good, good]),
        good.astype(str) + "x",
        good.where(good < 1, np.inf),
    ):
        with pytest.raises(SchemaError):
            find_breaks(broken)
    for wrong in ({"model": "cubic"}, {"most": 0}, {"most": 6}, {"level": 95}):
        with pytest.raises(ParameterError):
            find_breaks(good, **wrong)


def test_argmax_probability_is_symmetric_for_equal_sides() -> None:
    assert argmax_probability(0, drift=1, scale=1) == pytest.approx(0.5)
    # Bai 1997: 95 % of the distribution lies within 11 scaled units.
    assert argmax_probability(11.03, drift=1, scale=1) == pytest.approx(0.975, abs=5e-4)
    assert argmax_probability(-11.03, drift=1, scale=1) == pytest.approx(0.025, abs=5e-4)


@settings(max_examples=50, deadline=None)
@given(drift=st.floats(0.01, 100), scale=st.floats(0.01, 100), x=st.floats(-1e4, 1e4), step=st.floats(0, 100))
def test_argmax_probability_is_a_distribution(drift: float, scale: float, x: float, step: float) -> None:
    low, high = (argmax_probability(place, drift=drift, scale=scale) for place in (x, x + step))
    assert -1e-9 <= low <= high + 1e-9 and high <= 1 + 1e-9


def test_pettitt_meets_the_worked_example() -> None:
    # Vector trend-021: U = -3, -4, -3; p = 2 exp(-96/80).
    found = pettitt(pd.Series([1, 2, 3, 4]))
    assert (found.statistic, found.position, found.last_before) == (4, 2, 1)
    assert found.p == pytest.approx(0.6015, abs=0.002)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-20, 20), min_size=4, max_size=40), st.integers(1, 5), st.integers(-9, 9))
def test_pettitt_depends_on_ranks_only(values: list[int], scale: int, shift: int) -> None:
    first, other = pettitt(pd.Series(values)), pettitt(pd.Series([scale * v + shift for v in values]))
    assert first.status == other.status
    assert first.position == other.position
    if first.status == "ok":
        assert first.statistic == other.statistic and 0 < first.p <= 1


@pytest.mark.parametrize("values", [[], [np.nan] * 9, [1.0, 2.0, 3.0], [4.0] * 9])
def test_pettitt_says_what_is_insufficient(values: list[float]) -> None:
    found = pettitt(pd.Series(values, dtype=float))
    assert found.status == "insufficient" and found.reason and np.isnan(found.p)
