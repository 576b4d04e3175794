"""The effect of a measure: size, interval, placebos, and when a causal word is allowed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from helpers.errors import ParameterError, SchemaError
from helpers.statistics.effect import estimate_effect

AT = "2018-01"


def monthly(*, effect: float = 0.0, persistence: float = 0.3, seed: int = 1, n: int = 84) -> pd.Series:
    """Seven years from 2014 with season, trend and AR(1) noise of about one; a step in January 2018."""
    noise = lfilter([1], [1, -persistence], np.random.default_rng(seed).standard_normal(n + 50))[50:]
    months = pd.period_range("2014-01", periods=n, freq="M")
    season = 4 * np.cos(2 * np.pi * np.arange(n) / 12)
    return pd.Series(
        50 - 0.02 * np.arange(n) + season + noise + effect * (months >= pd.Period(AT, "M")), months
    )


def region(*, effect: float, shared: float = 0.0, seed: int = 7) -> tuple[pd.Series, pd.DataFrame]:
    """A city and six neighbours with common noise; ``shared`` is a step that all of them take."""
    common = monthly(seed=seed, effect=shared)
    places = {f"P{i}": common + 0.3 * (monthly(seed=seed + 1 + i) - 50) for i in range(6)}
    return common + 0.3 * (monthly(seed=seed + 99) - 50) + monthly(effect=effect) - monthly(), pd.DataFrame(
        places
    )


def test_estimate_effect_tells_a_clear_step() -> None:
    found = estimate_effect(monthly(effect=-4), at=AT)
    assert found.status == "ok" and found.low < -4 < found.high < 0
    assert found.placebo_p <= 0.05 and found.n_placebos >= 19
    assert found.causal_allowed and "placebo dates" in found.causal_reason


def test_estimate_effect_of_a_ramp_is_per_year() -> None:
    series = monthly()
    after = np.maximum((series.index - pd.Period(AT, "M")).map(lambda d: d.n).to_numpy() + 1, 0)
    found = estimate_effect(series - 3 * after / 12, at=AT, shape="ramp")
    assert found.low < -3 < found.high < 0


def test_estimate_effect_keeps_its_level_and_its_tongue() -> None:
    found = [estimate_effect(monthly(persistence=0.6, seed=seed), at=AT) for seed in range(60)]
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.88
    assert np.mean([one.causal_allowed for one in found]) <= 0.08


def test_estimate_effect_forbids_the_word_when_the_interval_includes_zero() -> None:
    found = estimate_effect(monthly(effect=0), at=AT)
    assert not found.causal_allowed and found.low < 0 < found.high
    assert found.causal_reason == "the interval includes no change"


def test_estimate_effect_forbids_the_word_when_other_dates_do_as_well() -> None:
    series = monthly(effect=-4)
    series[series.index >= pd.Period("2016-01", "M")] += 6
    series[series.index >= pd.Period("2019-06", "M")] -= 6
    found = estimate_effect(series, at=AT)
    assert not found.causal_allowed


def test_estimate_effect_beside_the_neighbours() -> None:
    city, neighbours = region(effect=-4)
    found = estimate_effect(city, at=AT, neighbours=neighbours)
    assert found.difference_low < -4 < found.difference_high < 0
    assert found.n_places == 6 and found.place_p == pytest.approx(1 / 7)
    assert found.causal_allowed and found.causal_reason == "placebo dates and places"


def test_estimate_effect_forbids_the_word_when_the_whole_region_changed() -> None:
    city, neighbours = region(effect=0, shared=-4)
    found = estimate_effect(city, at=AT, neighbours=neighbours)
    assert found.high < 0 and not found.causal_allowed
    assert found.difference_low < 0 < found.difference_high


def test_estimate_effect_forbids_the_word_with_few_neighbours() -> None:
    city, neighbours = region(effect=-4)
    for names in (["P0"], ["P0", "P1"]):
        found = estimate_effect(city, at=AT, neighbours=neighbours[names])
        assert not found.causal_allowed and "neighbours" in found.causal_reason


def test_estimate_effect_forbids_the_word_with_empty_neighbours() -> None:
    city, neighbours = region(effect=-4)
    found = estimate_effect(city, at=AT, neighbours=neighbours * np.nan)
    assert found.n_places == 0 and np.isnan(found.difference) and not found.causal_allowed


def test_estimate_effect_takes_a_missing_month_as_a_gap() -> None:
    whole = monthly(effect=-4)
    holed = whole.drop(whole.index[[5, 6, 30, 60]])
    found, same = (
        estimate_effect(holed, at=AT),
        estimate_effect(whole.where(whole.index.isin(holed.index)), at=AT),
    )
    assert found == same and found.n == 80


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6), shift=st.floats(-100, 100), scale=st.floats(0.01, 100), slope=st.floats(-2, 2)
)
def test_estimate_effect_ignores_level_and_line(seed: int, shift: float, scale: float, slope: float) -> None:
    series = monthly(effect=2, seed=seed)
    first = estimate_effect(series, at=AT)
    other = estimate_effect(shift + scale * series + slope * np.arange(len(series)), at=AT)
    for name in ("estimate", "low", "high"):
        assert getattr(other, name) == pytest.approx(scale * getattr(first, name), rel=1e-5, abs=1e-6 * scale)
    assert other.placebo_p == pytest.approx(first.placebo_p, abs=0.02)
    assert first.low <= first.estimate <= first.high


@pytest.mark.parametrize(
    ("series", "at", "reason"),
    [
        (monthly(n=35), "2015-06", "35 valid months"),
        (monthly() * np.nan, AT, "0 valid months"),
        (monthly().iloc[:0], AT, "0 valid months"),
        (monthly(), "2014-06", "5 valid months before"),
        (monthly(), "2030-01", "0 from the measure on"),
        (monthly() * 0 + 3, AT, "no scatter"),
    ],
)
def test_estimate_effect_says_what_is_insufficient(series: pd.Series, at: str, reason: str) -> None:
    found = estimate_effect(series, at=at)
    assert found.status == "insufficient" and reason in found.reason
    assert np.isnan(found.estimate) and not found.causal_allowed


def test_estimate_effect_refuses_broken_input() -> None:
    series = monthly()
    for broken in (series.iloc[::-1], pd.concat([series, series]), series.reset_index(drop=True)):
        with pytest.raises(SchemaError):
            estimate_effect(broken, at=AT)
    with pytest.raises(SchemaError, match="no column"):
        estimate_effect(series, at=AT, neighbours=pd.DataFrame(index=series.index))
    for wrong in ({"at": "spring"}, {"at": AT, "shape": "wave"}, {"at": AT, "level": 95}):
        with pytest.raises(ParameterError):
            estimate_effect(series, **wrong)
