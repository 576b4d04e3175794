"""What printed intervals and words of likelihood promise, pinned at their edges: 80 % is 80 %, five years are five."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.battles import water_supply
from helpers.battles.spans import Span
from helpers.statistics import effect, forecast
from test_statistics_effect import AT, monthly, region
from test_statistics_forecast import outcome

LEVELS = {80: 0.8, 95: 0.95}


def is_central(draws: np.ndarray, low: float, high: float, level: float) -> bool:
    """Whether an interval is the shortest between drawn values that leaves at most half the rest on either side.

    That is the definition, not the formula: one drawn value further in, and too much would lie outside.
    """
    rest, values = (1 - level) / 2 + 1e-12, np.unique(draws)
    inner_low, inner_high = values[values > low], values[values < high]
    return bool(
        (draws < low).mean() <= rest
        and (draws > high).mean() <= rest
        and (not inner_low.size or (draws < inner_low[0]).mean() >= rest - 2e-12)
        and (not inner_high.size or (draws > inner_high[-1]).mean() >= rest - 2e-12)
    )


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(100, 3000),
    decimals=st.sampled_from([0, 1, 6]),
    is_skewed=st.booleans(),
)
def test_a_printed_interval_holds_the_share_of_draws_it_says(seed, n, decimals, is_skewed):
    generator = np.random.default_rng(seed)
    draws = np.round(
        40 * generator.lognormal(0, 0.1, n) if is_skewed else generator.normal(40, 3, n), decimals
    )
    told = forecast._tell(draws, {})
    for name, level in LEVELS.items():
        low, high = getattr(told, f"low{name}"), getattr(told, f"high{name}")
        inside = ((draws >= low) & (draws <= high)).mean()
        assert inside >= level - 1e-12
        assert is_central(draws, low, high, level)
        if decimals == 6:
            assert inside == pytest.approx(level, abs=2.5 / n)
    assert (draws < told.median).mean() <= 0.5 <= (draws <= told.median).mean()


@pytest.mark.parametrize("statistic", ["mean", "p90", "share_at_most:60"])
def test_the_interval_of_a_year_holds_the_share_of_its_draws(statistic):
    told = outcome(statistic=statistic, decimals=6, n_draws=2000)
    for name, level in LEVELS.items():
        assert is_central(told.draws, getattr(told, f"low{name}"), getattr(told, f"high{name}"), level)


def test_the_check_tells_another_level_from_the_one_said():
    """Intervals of 90 %, 78 % and a lopsided one are no 80 % intervals."""
    draws = outcome(decimals=6, n_draws=2000).draws
    for low, high in ((0.05, 0.95), (0.11, 0.89), (0.05, 0.85), (0.15, 0.95)):
        ends = np.quantile(draws, [low, high], method="inverted_cdf")
        assert not is_central(draws, *ends, 0.8), (low, high)


@pytest.mark.parametrize(
    ("n", "n_placebos", "placebo_p", "allowed"), [(41, 19, 0.05, True), (40, 18, np.nan, False)]
)
def test_nineteen_placebo_dates_without_a_like_are_just_enough(n, n_placebos, placebo_p, allowed):
    """41 months leave 41 − 22 = 19 placebo dates; none as clear as the measure is 1 of 20, just 5 %."""
    series = monthly(n=n, seed=4)
    series = series - 12 * (series.index >= series.index[20])
    found = effect.estimate_effect(series, at=str(series.index[20]))
    assert found.n_placebos == n_placebos and found.high < 0
    assert found.placebo_p == pytest.approx(placebo_p, nan_ok=True)
    assert found.causal_allowed is allowed


def test_two_of_forty_placebo_dates_are_enough_and_three_are_not():
    """39 dates: one as clear is 2 of 40, just 5 %; two as clear are 3 of 40."""
    beside = {"n_places": 0}
    assert effect._may_say_cause(1.0, 2.0, 2 / 40, beside, False)[0]
    assert not effect._may_say_cause(1.0, 2.0, 3 / 40, beside, False)[0]


@pytest.mark.parametrize(("n_places", "allowed"), [(4, True), (3, False)])
def test_four_neighbours_are_enough_and_three_are_not(n_places, allowed):
    city, neighbours = region(effect=-4)
    found = effect.estimate_effect(city, at=AT, neighbours=neighbours[neighbours.columns[:n_places]])
    assert found.n_places == n_places and found.difference_high < 0
    assert found.place_p == pytest.approx(1 / (1 + n_places))
    assert found.causal_allowed is allowed


def test_the_clearest_place_must_be_the_city():
    """One of four neighbours as clear as the city: 2 of 5 places."""
    beside = {"n_places": 4, "difference_low": 1.0, "difference_high": 2.0, "place_p": 2 / 5}
    assert not effect._may_say_cause(1.0, 2.0, 0.05, beside, True)[0]
    assert effect._may_say_cause(1.0, 2.0, 0.05, beside | {"place_p": 1 / 5}, True)[0]


def supply(*failures: str) -> float:
    """Likelihood that one source complies in every month of 2025, seen at the end of October; months that failed are named."""
    months = pd.date_range("2015-01-01", "2025-10-01", freq="MS")
    is_good = ~months.isin(pd.to_datetime(list(failures)))
    judged = pd.DataFrame({"source_name": "A", "month": months, "is_compliant": is_good})
    span = Span(date(2025, 1, 1), date(2025, 10, 31), is_year=True, is_complete=False)
    final, odds = water_supply.outlook(judged, span)
    return float(sum(chance for share, chance in zip(final, odds, strict=True) if share == 100))


def good(n: int, n_good: int) -> float:
    """Predictive probability of two good months under Jeffreys' prior."""
    return (n_good + 0.5) / (n + 1) * (n_good + 1.5) / (n + 2)


def test_supply_is_judged_by_five_years_and_the_months_of_this_one():
    """70 months: 60 of 2020 to 2024 and ten of 2025; two are to come."""
    assert supply() == pytest.approx(good(70, 70))
    assert supply("2020-01-01") == supply("2024-12-01") == pytest.approx(good(70, 69))
    assert supply("2019-12-01") == supply("2015-01-01") == pytest.approx(good(70, 70))
    assert supply("2025-10-01") == 0
