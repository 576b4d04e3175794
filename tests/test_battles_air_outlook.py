"""What became of the words a forecast said, and which days a year's end is drawn from."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from air_cases import city_days, context, empty_tables
from helpers import registry
from helpers.battles.air_days import make_days
from helpers.battles.air_outlook import backtest_tables, daily_values, forecasts_tested, words_come_true
from helpers.battles.judgement import likelihood_band

CHANCES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def test_a_word_is_told_with_how_often_it_came_true() -> None:
    said = pd.DataFrame(
        {"likelihood": [0.95, 0.7, 0.8, 0.5, 0.05], "happened": [True, True, False, True, False]}
    )
    found = words_come_true(said).set_index("band")
    assert found.index.tolist() == ["very_likely", "likely", "even", "very_unlikely"]
    assert found["n"].tolist() == [1, 2, 1, 1]
    assert found["said_pct"].tolist() == pytest.approx([95, 75, 50, 5])
    assert found["came_true_pct"].tolist() == [100, 50, 100, 0]


@settings(max_examples=30)
@given(CHANCES)
def test_every_projection_is_counted_once_under_its_own_word(said: list[tuple[float, bool]]) -> None:
    tested = pd.DataFrame(said, columns=["likelihood", "happened"])
    found = words_come_true(tested)
    assert found["n"].sum() == len(said)
    true = (found["n"] * found["came_true_pct"] / 100).sum()
    assert true == pytest.approx(sum(happened for _, happened in said))
    assert all(
        likelihood_band(one / 100) == band for band, one in zip(found["band"], found["said_pct"], strict=True)
    )


def test_an_improvement_that_goes_on_shows_as_words_that_come_true_more_often_than_said() -> None:
    rng = np.random.default_rng(3)
    days = pd.date_range("2019-01-01", "2025-06-30")
    season = 12 * np.cos(2 * np.pi * days.day_of_year / 365)
    level = 44 - 2.6 * (days - days[0]).days / 365 + season + rng.normal(0, 4, len(days))
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2019-01-01", "2025-06-30", PM2_5=level.round().to_numpy())
    question = context("2025", date(2025, 6, 30))
    words = backtest_tables(forecasts_tested(make_days(tables, question), question))["backtest_words"]
    own = words[words["indicator_id"] == "pm25_mean"]
    assert len(own) and own["n"].sum() > 20
    total = (own["n"] * (own["came_true_pct"] - own["said_pct"])).sum()
    assert total >= 0


def test_particles_before_the_change_of_reference_state_and_gases_are_stated_as_the_day_asked() -> None:
    tables = empty_tables()
    tables["air_daily_published"] = city_days("2018-08-30", "2018-09-02", O3=100.0)
    days = make_days(tables, context("2018", date(2018, 12, 31)))
    fine, ozone = registry.indicator("pm25_mean"), registry.indicator("o3_p90")
    assert len(daily_values(days, fine, date(2018, 12, 31))) == 2
    assert len(daily_values(days, fine, date(2018, 8, 31))) == 4
    values = daily_values(days, ozone, date(2018, 12, 31))["value"].tolist()
    assert values == pytest.approx([100 * 273 / 298.15] * 2 + [100.0] * 2)
