"""Year's outcome: exact at the edges, seeded, honest about gaps, and agreeing with the air standard's own rules."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ParameterError, SchemaError
from helpers.standards import air
from helpers.standards.rounding import round_half_even
from helpers.statistics._season import _split_variance, assess_level
from helpers.statistics._statistic import evaluate, parse_statistic
from helpers.statistics.forecast import budget_likelihood, daily_archive, year_outcome


def years_of_days(
    *, first: int = 2016, n_years: int = 5, trend: float = -0.06, seed: int = 1
) -> pd.DataFrame:
    """Daily values with a season, weather that lasts days, a trend, and two missing days in a hundred."""
    generator = np.random.default_rng(seed)
    days = pd.date_range(f"{first}-01-01", f"{first + n_years - 1}-12-31")
    years = np.arange(len(days)) / 365.25
    weather = np.zeros(len(days))
    shocks = generator.standard_normal(len(days))
    for i in range(1, len(days)):
        weather[i] = 0.6 * weather[i - 1] + 0.8 * shocks[i]
    level = np.log(50) + trend * years + 0.6 * np.cos(2 * np.pi * years)
    values = np.round(np.exp(level + 0.45 * weather))
    values[generator.random(len(days)) < 0.02] = np.nan
    return pd.DataFrame({"date": days, "value": values})


DAYS = years_of_days()


def outcome(**changes):
    arguments = {"statistic": "mean", "year": 2020, "as_of": "2020-08-31", "n_draws": 500}
    return year_outcome(changes.pop("daily", DAYS), **(arguments | changes))


def of_year(year: int) -> np.ndarray:
    return DAYS.loc[DAYS["date"].dt.year == year, "value"].to_numpy()


@pytest.mark.parametrize("text", ["mean", "p90", "p95", "p98"])
@pytest.mark.parametrize("year", [2016, 2018, 2020])
def test_end_of_year_is_the_standards_own_value(text, year):
    values = of_year(year)
    if text == "mean":
        valid = values[np.isfinite(values)].astype(int).tolist()
        expected = round_half_even(str(sum(valid) / len(valid)))
    else:
        expected = round_half_even(air.percentile(values, int(text[1:])))
    told = outcome(statistic=text, year=year, as_of=f"{year}-12-31", target=float(expected))
    assert told.median == told.low95 == told.high95 == told.value_so_far == float(expected)
    assert (told.likelihood, told.n_left, told.status) == (1.0, 0, "ok")
    assert (
        outcome(statistic=text, year=year, as_of=f"{year}-12-31", target=float(expected) - 1).likelihood == 0
    )


def test_days_are_counted_as_the_standard_counts_them():
    counts = air.day_counts(of_year(2020))
    end = {"as_of": "2020-12-31"}
    assert outcome(statistic="share_at_most:100", **end).median == float(counts.good_pct)
    assert outcome(statistic="share_above:200", **end).median == float(counts.heavy_pct)
    assert outcome(statistic="count_above:200", **end).median == counts.heavy


def test_ties_go_to_even_before_the_target_is_asked():
    rows = np.array([[35.0, 36.0], [36.0, 37.0], [2.0, 3.0]])
    assert evaluate(rows, statistic=parse_statistic("mean"), decimals=0).tolist() == [36, 36, 2]
    tenths = np.array([[0.8, 0.9], [0.7, 0.8]])
    assert evaluate(tenths, statistic=parse_statistic("mean"), decimals=1).tolist() == [0.8, 0.8]
    missing = np.array([[np.nan, np.nan], [1.0, np.nan]])
    told = evaluate(missing, statistic=parse_statistic("p90"), decimals=0)
    assert np.isnan(told[0]) and told[1] == 1


@pytest.mark.parametrize(
    ("text", "operator", "target"),
    [("mean", "<=", 42), ("p95", "<", 102), ("share_at_most:60", ">=", 75.5), ("count_above:80", "<=", 42)],
)
def test_quantiles_are_ordered_and_the_likelihood_is_theirs(text, operator, target):
    told = outcome(statistic=text, target=target, operator=operator)
    assert told.low95 <= told.low80 <= told.median <= told.high80 <= told.high95
    assert 0 < told.likelihood < 1
    assert told.likelihood == budget_likelihood(told, target=target, operator=operator)
    opposite = {"<=": ">", "<": ">=", ">=": "<"}[operator]
    assert told.likelihood + budget_likelihood(told, target=target, operator=opposite) == pytest.approx(1)
    assert np.isin([told.low80, told.median], told.draws).all()


def test_likelihood_grows_with_the_target():
    told = outcome()
    odds = [budget_likelihood(told, target=t) for t in range(30, 60)]
    assert odds == sorted(odds) and odds[0] < 0.1 and odds[-1] > 0.9


def test_the_forecast_narrows_and_reaches_the_truth():
    ends = ["2019-12-31", "2020-03-31", "2020-06-30", "2020-09-30", "2020-11-30", "2020-12-31"]
    told = [outcome(as_of=day) for day in ends]
    widths = [t.high95 - t.low95 for t in told]
    assert widths[-1] == 0 and widths[0] > widths[2] > widths[4]
    assert told[0].n_left == 366 and told[0].n_valid == 0 and np.isnan(told[0].value_so_far)
    truth = told[-1].median
    assert all(t.low95 <= truth <= t.high95 for t in told)


def test_the_past_is_brought_to_the_present_level():
    steep = years_of_days(trend=-0.25)
    told = outcome(daily=steep, as_of="2020-03-31")
    truth = outcome(daily=steep, as_of="2020-12-31").median
    raw = steep.loc[steep["date"].dt.year.between(2016, 2019), "value"].mean()
    assert abs(told.median - truth) < 0.3 * abs(raw - truth)


def test_the_future_is_not_read():
    spoiled = DAYS.copy()
    spoiled.loc[spoiled["date"] > "2020-08-31", "value"] = 999
    assert np.array_equal(outcome(daily=spoiled).draws, outcome().draws)


def test_seed_and_rows_left_out():
    assert np.array_equal(outcome(seed=1).draws, outcome(seed=1).draws)
    assert not np.array_equal(outcome(seed=1).draws, outcome(seed=2).draws)
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state must stay untouched
    assert outcome(daily=DAYS.dropna()) == outcome()
    assert np.array_equal(state, np.random.get_state()[1])  # noqa: NPY002


@settings(max_examples=15, deadline=None)
@given(scale=st.sampled_from([2, 3, 10]), month=st.integers(1, 11))
def test_scale(scale, month):
    day = date(2020, month, 28)
    base = outcome(as_of=day, decimals=6)
    scaled = outcome(daily=DAYS.assign(value=scale * DAYS["value"]), as_of=day, decimals=6)
    assert (scaled.median, scaled.high95) == pytest.approx(
        (scale * base.median, scale * base.high95), rel=1e-5
    )


def test_a_broken_budget_has_no_chance():
    over = int((of_year(2020)[:244] > 60).sum())
    assert outcome(statistic="count_above:60", target=over - 1).likelihood == 0
    assert outcome(statistic="count_above:60", target=over + 122).likelihood == 1


def test_validity_rule():
    assert outcome().meets_validity
    no_march = DAYS[~((DAYS["date"] >= "2020-03-01") & (DAYS["date"] <= "2020-03-06"))]
    assert outcome(daily=no_march).status == "ok"
    assert not outcome(daily=no_march).meets_validity
    half = DAYS[~((DAYS["date"] >= "2020-03-01") & (DAYS["date"] <= "2020-05-15"))]
    told = outcome(daily=half)
    assert told.status == "insufficient" and "324 needed" in told.reason and np.isnan(told.median)


INSUFFICIENT = {
    "one earlier year": DAYS[DAYS["date"] >= "2019-01-01"],
    "no earlier year": DAYS[DAYS["date"] >= "2020-01-01"],
    "nan only": DAYS.assign(value=np.nan),
    "empty": DAYS.iloc[:0],
    "constant": DAYS.assign(value=7.0),
    "zero": DAYS.assign(value=0.0),
}


@pytest.mark.parametrize("case", INSUFFICIENT)
def test_insufficient(case):
    told = outcome(daily=INSUFFICIENT[case], target=35)
    assert told.status == "insufficient" and told.reason
    assert np.isnan(told.median) and np.isnan(told.likelihood) and np.isnan(budget_likelihood(told, target=1))


def test_two_earlier_years_may_have_a_hole_between():
    told = outcome(daily=DAYS[~DAYS["date"].dt.year.isin([2018, 2019])])
    assert told.status == "ok" and told.source_years == (2016, 2017)


def test_the_interval_widens_with_the_years_unseen_for_five_years():
    """The same two years, and then a gap of one to nine years: wider up to five, the same beyond."""
    days = years_of_days(first=2008, n_years=13)
    widths = []
    for gap in (2, 5, 6, 9):
        year = 2009 + gap
        seen = days[days["date"].dt.year.isin([2008, 2009, year])]
        archive = daily_archive(seen).until(date(year, 8, 31))
        level = assess_level(archive, date(year, 8, 31), year, [2008, 2009])
        noise = level.spread**2 - min(gap, 5) * _split_variance(archive, [2008, 2009])[0]
        widths.append((level.spread, noise))
    spreads = [spread for spread, _ in widths]
    assert spreads[0] < spreads[1] == pytest.approx(spreads[2]) == pytest.approx(spreads[3])
    assert [noise for _, noise in widths] == pytest.approx([widths[0][1]] * 4)


def test_leap_day():
    told = outcome(daily=years_of_days(first=2012, n_years=5), year=2016, as_of="2016-02-29")
    assert told.status == "ok" and told.n_left == 306 and told.n_valid <= 60


@pytest.mark.parametrize(
    "changes",
    [
        {"statistic": "median"},
        {"statistic": "share_at_most:"},
        {"statistic": None},
        {"as_of": "2019-12-30"},
        {"as_of": "31.8.2020"},
        {"target": 35, "operator": "=="},
        {"n_draws": 10},
    ],
)
def test_parameters_are_checked(changes):
    with pytest.raises(ParameterError):
        outcome(**changes)


@pytest.mark.parametrize(
    "daily",
    [
        DAYS.iloc[::-1],
        pd.concat([DAYS.iloc[:5], DAYS.iloc[4:]]),
        DAYS.rename(columns={"value": "PM2.5"}),
        DAYS.assign(value=np.inf),
        DAYS.assign(value=-1.0),
        DAYS.assign(value="a"),
    ],
)
def test_broken_tables_are_refused(daily):
    with pytest.raises(SchemaError):
        outcome(daily=daily)
