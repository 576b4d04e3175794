"""The remaining budget is exact at its edge: all of it keeps the target, one more breaks it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ParameterError
from helpers.standards import air
from helpers.standards.rounding import round_half_even

days = st.tuples(st.integers(0, 366), st.integers(0, 366), st.integers(0, 366)).filter(
    lambda t: t[1] + t[2] > 0
)
targets = st.integers(0, 1000).map(lambda steps: Decimal(steps) / 10)


@given(days, targets)
def test_good_day_budget(counts, target):
    n_bad, n_valid, n_left = min(counts[0], counts[1]), counts[1], counts[2]
    budget = air.remaining_bad_days(n_bad=n_bad, n_valid=n_valid, n_left=n_left, target_pct=target)
    total = n_valid + n_left

    def keeps(extra: int) -> bool:
        return air.share_pct(total - n_bad - extra, total) >= target

    assert budget <= n_left
    assert keeps(budget)
    assert budget == n_left or not keeps(budget + 1)


@given(days, targets)
def test_heavy_day_budget(counts, target):
    n_heavy, n_valid, n_left = min(counts[0], counts[1]), counts[1], counts[2]
    budget = air.remaining_heavy_days(n_heavy=n_heavy, n_valid=n_valid, n_left=n_left, target_pct=target)
    total = n_valid + n_left

    def keeps(extra: int) -> bool:
        return air.share_pct(n_heavy + extra, total) <= target

    assert budget <= n_left
    assert keeps(budget)
    assert budget == n_left or not keeps(budget + 1)


@given(
    st.integers(0, 40_000), st.integers(0, 366), st.integers(0, 366), st.integers(1, 100), st.integers(0, 1)
)
def test_mean_budget(current, n_so_far, n_left, target, decimals):
    if n_so_far + n_left == 0:
        n_left = 1
    step = Decimal(1).scaleb(-decimals)
    current_sum, target = current * step, target * step
    budget = air.mean_allowed(current_sum, n_so_far=n_so_far, n_left=n_left, target=target, decimals=decimals)

    def keeps(extra: Decimal) -> bool:
        mean = Fraction(current_sum + extra) / (n_so_far + n_left)
        return round_half_even(mean, decimals) <= target

    assert keeps(budget.sum_left)
    assert not keeps(budget.sum_left + step)


def test_ties_decide_the_last_day():
    # 100 days: 35.5 publishes as 36 and breaks a target of 35; 36.5 publishes as 36 and keeps a target of 36
    assert air.mean_allowed(0, n_so_far=0, n_left=100, target=35).sum_left == 3549
    assert air.mean_allowed(0, n_so_far=0, n_left=100, target=36).sum_left == 3650


def test_a_lost_target_says_by_how_much():
    assert air.remaining_bad_days(n_bad=80, n_valid=300, n_left=65, target_pct=82) == 65 - 80
    assert air.remaining_heavy_days(n_heavy=9, n_valid=360, n_left=5, target_pct="1.4") == 5 - 9
    assert air.mean_allowed(20_000, n_so_far=300, n_left=65, target=35).mean_left < 0


def test_no_day_left_leaves_no_mean():
    budget = air.mean_allowed(12_000, n_so_far=365, n_left=0, target=35)
    assert budget.sum_left == 957
    assert budget.mean_left != budget.mean_left


@pytest.mark.parametrize(
    "call",
    [
        lambda: air.remaining_bad_days(n_bad=5, n_valid=4, n_left=3, target_pct=82),
        lambda: air.remaining_bad_days(n_bad=0, n_valid=0, n_left=0, target_pct=82),
        lambda: air.remaining_bad_days(n_bad=0, n_valid=1, n_left=-1, target_pct=82),
        lambda: air.remaining_heavy_days(n_heavy=0, n_valid=1, n_left=1, target_pct=101),
        lambda: air.mean_allowed(-1, n_so_far=1, n_left=1, target=35),
        lambda: air.mean_allowed(0, n_so_far=0, n_left=0, target=35),
        lambda: air.mean_allowed(float("nan"), n_so_far=1, n_left=1, target=35),
    ],
)
def test_impossible_counts_are_refused(call):
    with pytest.raises(ParameterError):
        call()
