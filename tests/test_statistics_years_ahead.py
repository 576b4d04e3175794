"""A later year of a yearly figure: known distributions come back, more years tell more, and what cannot be told is not told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import years_ahead as room
from helpers.statistics.years_ahead import MINIMUM_YEARS, total_ahead, years_ahead


def series(*values: float, first: int = 2019) -> pd.Series:
    return pd.Series(list(values), index=range(first, first + len(values)), dtype=float)


FALLING = series(46, 43, 40, 39, 36, 35)


def test_without_wandering_the_two_ways_are_the_textbook_mean_and_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Predictive t of a mean and of a straight line by ordinary least squares, from their closed formulas.
    monkeypatch.setattr(room, "WANDERING", (0.0,))
    y, n, x = FALLING.to_numpy(), len(FALLING), np.arange(6.0)
    level, pace = years_ahead(FALLING, year=2027).ways
    assert level.middles[0] == pytest.approx(y.mean())
    assert level.scales[0] == pytest.approx(y.std(ddof=1) * np.sqrt(1 + 1 / n))
    fit = stats.linregress(x, y)
    spread = np.sqrt(((y - fit.intercept - fit.slope * x) ** 2).sum() / (n - 2))
    assert pace.middles[0] == pytest.approx(fit.intercept + fit.slope * 8)
    assert pace.scales[0] == pytest.approx(
        spread * np.sqrt(1 + 1 / n + (8 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    )
    assert (level.freedom, pace.freedom) == (n - 1, n - 2)


def test_a_walk_without_noise_leaves_from_its_last_value_at_its_mean_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "WANDERING", (1e9,))
    level, pace = years_ahead(FALLING, year=2027).ways
    steps = np.diff(FALLING)
    assert level.middles[0] == pytest.approx(35, abs=1e-5)
    assert pace.middles[0] == pytest.approx(35 + 3 * steps.mean(), abs=1e-5)
    assert pace.scales[0] == pytest.approx(steps.std(ddof=1) * np.sqrt(3 + 9 / 5), rel=1e-5)


def test_a_gap_is_no_year_of_no_change() -> None:
    gap = FALLING.copy()
    gap[2021] = np.nan
    assert years_ahead(gap, year=2027) == years_ahead(FALLING.drop(2021), year=2027)


@given(
    st.lists(st.integers(20, 60), min_size=5, max_size=9).filter(lambda one: len(set(one)) > 1),
    st.integers(1, 4),
    st.integers(10, 70),
)
@settings(max_examples=60, deadline=None)
def test_odds_agree_with_the_draws_and_grow_with_an_easier_target(
    values: list[int], ahead: int, target: int
) -> None:
    found = years_ahead(series(*values), year=2018 + len(values) + ahead, decimals=0, bounds=(0, np.inf))
    odds, low, high = found.likelihood(target, "<=")
    assert low <= odds <= high
    assert odds == pytest.approx((found.draws <= target).mean(), abs=0.005)
    assert odds <= found.likelihood(target + 1, "<=")[0]
    assert odds + found.likelihood(target + 1, ">=")[0] == pytest.approx(1)
    assert found.low95 <= found.low80 <= found.median <= found.high80 <= found.high95
    assert set(np.unique(found.draws)) == set(np.round(np.unique(found.draws)))


@given(st.lists(st.floats(80, 99), min_size=6, max_size=9, unique=True), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_a_share_stays_a_share(values: list[float], ahead: int) -> None:
    found = years_ahead(series(*values), year=2018 + len(values) + ahead, decimals=1, bounds=(0, 100))
    assert found.draws.min() >= 0 and found.draws.max() <= 100
    assert found.likelihood(100.1, ">=")[0] < 0.5


def test_a_sum_of_works_done_never_falls_and_is_drawn_from_its_increments() -> None:
    totals = series(0, 9, 21, 30, 42, 51, first=2020)
    found = years_ahead(totals, year=2030, is_total=True)
    assert found.likelihood(102, ">=") == (pytest.approx(0.5),) * 3
    assert found.draws.min() >= 51
    way, n = total_ahead(totals, year=2030)
    assert n == 5 and way is not None and way.freedom == 4


@pytest.mark.parametrize(
    ("history", "year", "is_total", "why"),
    [
        (series(), 2030, False, "few_years"),
        (series(40, 39, 41, 38), 2024, False, "few_years"),
        (series(0, 9, 21, 30, 42), 2026, True, "few_years"),
        (series(*[100] * 8), 2028, False, "never_varies"),
        (series(0, 10, 20, 30, 40, 50, 60), 2027, True, "never_varies"),
        (series(40, 39, 41, 38, 37), 2028, False, "too_far"),
    ],
)
def test_what_cannot_be_told_has_its_reason_and_no_number(
    history: pd.Series, year: int, is_total: bool, why: str
) -> None:
    found = years_ahead(history, year=year, is_total=is_total)
    assert (found.status, found.reason) == ("insufficient", why)
    assert np.isnan([found.median, found.low80, *found.likelihood(30, "<=")]).all() and not len(found.draws)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ParameterError):
        years_ahead(FALLING, year=2024)
    with pytest.raises(ParameterError):
        years_ahead(FALLING, year=2026).likelihood(3, "<")
    with pytest.raises(SchemaError):
        years_ahead(FALLING.sort_index(ascending=False), year=2026)


@pytest.mark.parametrize(("kind", "ahead"), [("level", 1), ("trend", 2), ("walk", 1), ("wander", 3)])
def test_four_in_five_intervals_hold_whatever_the_years_are_made_of(kind: str, ahead: int) -> None:
    random, n, held, times = np.random.default_rng(7), 8, 0, 150
    for _ in range(times):
        noise = random.normal(size=n + ahead)
        walk = np.cumsum(random.normal(size=n + ahead))
        made = {
            "level": noise,
            "trend": noise - 0.7 * np.arange(n + ahead),
            "walk": walk,
            "wander": 0.4 * walk + noise,
        }[kind]
        found = years_ahead(series(*made[:n]), year=2018 + n + ahead, bounds=(-np.inf, np.inf))
        held += found.low80 <= made[-1] <= found.high80
    assert 0.72 <= held / times <= 0.95


def test_the_least_number_of_years_is_the_one_that_is_told() -> None:
    assert years_ahead(FALLING[:MINIMUM_YEARS], year=2025).status == "ok"
