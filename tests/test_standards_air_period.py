"""Statistics of a span, limits by date, comparison, reference state."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ParameterError, RegistryError, SchemaError
from helpers.standards import air

CLEAN = {"SO2": 8.0, "NO2": 25.0, "CO": 0.6, "O3": 88.0, "PM10": 45.0, "PM2.5": 30.0}
COMPLETE_2025 = {"start": date(2025, 1, 1), "end": date(2025, 12, 31)}


def year_table(year: int = 2025, **pm25: float) -> pd.DataFrame:
    """A year of equal clean days; ``d0131=80`` sets PM2.5 of 31 January."""
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31", unit="s")
    table = pd.concat(
        pd.DataFrame({"date": days, "pollutant": name, "value": value}) for name, value in CLEAN.items()
    ).reset_index(drop=True)
    for day, value in pm25.items():
        when = pd.Timestamp(f"{year}-{day[1:3]}-{day[3:]}")
        table.loc[(table["date"] == when) & (table["pollutant"] == "PM2.5"), "value"] = value
    return table


def one(table: pd.DataFrame, statistic: str, pollutant: str = "", **keys: str) -> pd.Series:
    rows = table[(table["statistic"] == statistic) & (table["pollutant"] == pollutant)]
    for name, value in keys.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.sampled_from([90, 95, 98]))
def test_percentile_equals_the_rank_formula(values, percent):
    ordered = sorted(values)
    whole, rest = divmod((len(ordered) - 1) * percent, 100)
    exact = ordered[whole] + (ordered[min(whole + 1, len(ordered) - 1)] - ordered[whole]) * rest / 100
    assert air.percentile(np.array(values), percent) == pytest.approx(exact, abs=1e-9)


def test_percentile_of_nothing_is_missing():
    assert np.isnan(air.percentile(np.array([np.nan, np.nan]), 90))


def test_a_year_of_eleven_counts_is_refused():
    with pytest.raises(ParameterError, match="12 counts"):
        air.annual_valid([30] * 11)


@pytest.mark.parametrize(
    ("start", "end", "missing", "is_valid"),
    [
        ("2025-01-01", "2025-12-31", 0, True),
        ("2025-07-01", "2025-07-31", 4, True),
        ("2025-07-01", "2025-07-31", 5, False),
        ("2025-02-01", "2025-02-28", 3, True),
        ("2025-02-01", "2025-02-28", 4, False),
        ("2025-07-01", "2025-07-20", 2, True),
        ("2025-07-01", "2025-07-20", 3, False),
        ("2024-12-01", "2025-01-31", 5, False),
    ],
)
def test_span_needs_its_days(start, end, missing, is_valid):
    days = [day.date() for day in pd.date_range(start, end)][missing:]
    assert air.span_valid(days, start=date.fromisoformat(start), end=date.fromisoformat(end)) is is_valid


def test_ratios_of_no_day_are_missing_not_zero():
    counts = air.day_counts(np.array([np.nan]))
    assert (counts.valid, counts.good_pct, counts.heavy_pct) == (0, None, None)


def test_composite_index_names_its_parts():
    result = air.composite_index({**CLEAN, "PM2.5": 70.0})
    assert result.main == ("PM2.5",)
    assert sum(result.share_pct.values()) == pytest.approx(100)
    assert result.single["CO"] == pytest.approx(0.15)
    assert float(result.index) == pytest.approx(sum(result.single.values()), abs=0.005)


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_composite_index_of_five_pollutants_is_none(missing):
    assert air.composite_index({**CLEAN, "CO": missing}).index is None


def test_statistics_of_a_known_year():
    table = air.period_statistics(year_table(d0131=80.0, d0201=160.0, d0202=76.0), **COMPLETE_2025)
    mean = one(table, "mean", "PM2.5")
    assert mean["value"] == pytest.approx((362 * 30 + 80 + 160 + 76) / 365)
    assert (mean["value_published"], mean["unit"], mean["n_days"]) == (31.0, "ug_m3", 365)
    assert (mean["limit_value"], mean["edition"], mean["is_valid"]) == (35.0, "GB 3095-2012", True)
    assert one(table, "p95", "CO")["unit"] == "mg_m3"
    assert one(table, "good_days", rule="complete")["value"] == 362
    assert one(table, "heavy_days", rule="complete")["value"] == 1
    assert one(table, "good_ratio", rule="present")["value_published"] == 99.2
    assert one(table, "primary_days", "PM2.5")["value"] == 3
    assert one(table, "polluted_primary_ratio", "PM2.5")["value_published"] == 100.0
    assert one(table, "composite_index")["value_published"] == 2.98
    assert set(table["unit"]) == {"ug_m3", "mg_m3", "index", "pct", "days"}


def test_two_rules_differ_where_an_item_is_missing():
    full = year_table()
    lacking = full[~((full["pollutant"] == "O3") & (full["date"] < pd.Timestamp("2025-01-11")))]
    table = air.period_statistics(lacking, **COMPLETE_2025)
    assert one(table, "valid_days", rule="complete")["value"] == 355
    assert one(table, "valid_days", rule="present")["value"] == 365
    assert not one(table, "good_days", rule="complete")["is_valid"]


def test_one_pollutant_alone_is_no_day():
    full = year_table()
    only = full[(full["pollutant"] == "O3") | (full["date"] > pd.Timestamp("2025-01-01"))]
    assert one(air.period_statistics(only, **COMPLETE_2025), "valid_days", rule="present")["value"] == 364


def test_a_span_across_the_change_of_edition_gives_both():
    table = air.period_statistics(
        year_table(2026, d0101=70.0, d0701=70.0), start=date(2026, 1, 1), end=date(2026, 12, 31)
    )
    good = table[(table["statistic"] == "good_days") & (table["rule"] == "complete")]
    assert dict(zip(good["edition"], good["value"], strict=True)) == {
        "HJ 633-2012, 2026 in force": 364,
        "HJ 633-2012": 365,
        "HJ 633-2026": 363,
    }
    assert one(table, "mean", "PM2.5")["limit_value"] == 30.0


def test_editions_can_be_asked_for_by_name():
    table = air.period_statistics(year_table(), **COMPLETE_2025, editions=("in_force", "2012", "2026"))
    good = table[(table["statistic"] == "good_days") & (table["rule"] == "complete")]
    assert good["edition"].tolist() == ["HJ 633-2012", "HJ 633-2026"]


def test_a_span_without_data_is_a_result_without_numbers():
    table = air.period_statistics(year_table(), start=date(2024, 1, 1), end=date(2024, 12, 31))
    for statistic, pollutant in [("mean", "PM2.5"), ("p90", "O3"), ("composite_index", "")]:
        row = one(table, statistic, pollutant)
        assert np.isnan(row["value"])
        assert np.isnan(row["value_published"])
        assert (row["n_days"], row["is_valid"]) == (0, False)
    assert np.isnan(one(table, "good_ratio", rule="complete")["value"])


def test_concentrations_are_rounded_once_and_dust_stays_in_the_ratios():
    table = year_table(d0401=200.0)
    dustless = year_table().assign(value_unrounded=lambda rows: rows["value"] + 0.4)
    result = air.period_statistics(table, **COMPLETE_2025, concentrations=dustless)
    assert one(result, "mean", "PM2.5")["value"] == pytest.approx(30.4)
    assert one(result, "heavy_days", rule="complete")["value"] == 1


def test_a_backward_span_is_refused():
    with pytest.raises(ParameterError, match="swap them"):
        air.period_statistics(year_table(), start=date(2025, 2, 1), end=date(2025, 1, 1))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2014, 1, 1), 35),
        (date(2026, 2, 28), 35),
        (date(2026, 3, 1), 30),
        (date(2030, 12, 31), 30),
        (date(2031, 1, 1), 25),
    ],
)
def test_limit_is_a_step_function_of_the_date(day, expected):
    assert air.limit_in_force("PM2.5", "annual", day).value == expected


def test_limits_that_do_not_exist_are_refused():
    with pytest.raises(ParameterError, match="2013-01-01"):
        air.limit_in_force("PM2.5", "annual", date(2012, 12, 31))
    with pytest.raises(RegistryError, match="averaging"):
        air.limit_in_force("CO", "annual", date(2025, 1, 1))


def test_no_multiple_where_nothing_exceeds():
    assert air.exceedance_multiple(35, 35) is None


def test_change_knows_unchanged_from_small():
    same = air.change_pct("30.4", "29.6", decimals=0)
    assert (same.value, same.is_unchanged) == (Decimal("0.0"), True)
    small = air.change_pct(10001, 10000, decimals=0)
    assert (small.value, small.is_unchanged) == (Decimal("0.0"), False)


def test_change_from_nothing_has_no_percent():
    assert air.change_pct(3, 0, decimals=0).value is None
    assert air.change_pct(0, 0, decimals=0).is_unchanged
    with pytest.raises(ParameterError, match="finite"):
        air.change_pct(float("nan"), 3, decimals=0)


def test_ratios_differ_in_percentage_points():
    change = air.change_pp("83.33", "85.0")
    assert (change.value, change.unit, change.is_unchanged) == (Decimal("-1.7"), "pp", False)
    assert air.change_pp("83.33", "83.31").is_unchanged


@pytest.mark.real
def test_official_changes_follow_from_the_rounded_values(shared_data):
    text = (shared_data / "reference" / "official_yoy_rounding.json").read_text(encoding="utf-8")
    examples = json.loads(text)["examples"]
    for case in examples:
        decimals = 1 if case["item"] == "CO" else 0
        candidates = [Decimal(step).scaleb(-decimals) for step in range(1, 400)]
        fitting = [
            str(prior)
            for prior in candidates
            if air.change_pct(case["value"], prior, decimals=decimals).value == Decimal(case["yoy_pct"])
        ]
        assert fitting == case["priors_that_reproduce"]
    assert sum(bool(case["priors_that_reproduce"]) for case in examples) == len(examples) - 1


@pytest.mark.parametrize(
    ("to", "before", "after"), [("298K", 100 * 273 / 298.15, 100), ("273K", 100, 100 * 298.15 / 273)]
)
def test_gases_are_stated_at_one_reference_temperature(to, before, after):
    times = pd.to_datetime(["2018-09-01 00:00", "2018-09-01 01:00"])
    table = pd.DataFrame({"time": times, "pollutant": "SO2", "value": 100.0})
    assert air.convert_reference_state(table, to=to)["value"].tolist() == pytest.approx([before, after])
    particles = table.assign(pollutant="PM2.5")
    assert air.convert_reference_state(particles, to=to)["value"].tolist() == [100.0, 100.0]
    unrounded = air.convert_reference_state(table.assign(value_unrounded=99.6), to=to)["value_unrounded"]
    assert unrounded.tolist() == pytest.approx([0.996 * before, 0.996 * after])
    daily = table.rename(columns={"time": "date"}).assign(date=pd.to_datetime(["2018-08-31", "2018-09-01"]))
    assert air.convert_reference_state(daily, to=to)["value"].tolist() == pytest.approx([before, after])


def test_reference_state_refuses_what_it_cannot_place():
    table = pd.DataFrame({"pollutant": ["SO2"], "value": [1.0]})
    with pytest.raises(SchemaError, match="time or date"):
        air.convert_reference_state(table)
    with pytest.raises(ParameterError, match="298K or 273K"):
        air.convert_reference_state(table, to="25C")


def test_break_names_gases_and_no_particles():
    state = air.reference_state_break()
    assert state.date == date(2018, 9, 1)
    assert state.factor == pytest.approx(0.91565, abs=5e-6)
    assert not set(state.pollutants) & set(air.PARTICLES)
