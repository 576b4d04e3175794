"""What was said of a target before its day beside what came: replays see no later day, and the two kinds never mix."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from pyarrow import feather

from air_cases import city_days, context, empty_tables
from helpers.battles import assess, blue_sky, measures, plan_record, plan_replay
from helpers.battles.air_days import make_days
from helpers.battles.air_measures import Seen
from helpers.battles.context import Battle
from helpers.battles.judgement import likelihood_band
from land_cases import build_overview

OVER = date(2025, 12, 31)
FINE = "pm25_mean_2025"


def levels(last: str = "2025-12-31") -> pd.Series:
    """A PM2.5 level that falls slowly, with seasons and weather of its own."""
    days, rng = pd.date_range("2019-01-01", last), np.random.default_rng(7)
    n = np.arange(len(days))
    season = 14 * np.cos(2 * np.pi * days.day_of_year.to_numpy() / 365)
    return pd.Series(
        np.clip(36 - 1.2 * n / 365 + season + rng.gamma(2, 5, len(days)) - 10, 3, None).round(), days
    )


def seen(values: pd.Series, as_of: date = OVER, period: str = "2025") -> Seen:
    tables = empty_tables()
    first, last = (f"{day:%Y-%m-%d}" for day in values.index[[0, -1]])
    tables["air_daily_published"] = city_days(first, last, PM2_5=values.to_numpy())
    asked = context(period, as_of)
    return Seen(make_days(tables, asked), asked)


def replayed(one: Seen) -> pd.DataFrame:
    observed = measures.observe(blue_sky.NAME, one, one.context)
    histories = assess.histories(observed, one.context)
    return plan_replay.replay(one, blue_sky.annual_values(one.annual, one.context), histories)


@cache
def whole() -> pd.DataFrame:
    return replayed(seen(levels()))


@cache
def built(as_of: date = OVER, period: str = "2025") -> Battle:
    tables = empty_tables()
    values = levels(f"{as_of:%Y-%m-%d}")
    tables["air_daily_published"] = city_days("2019-01-01", f"{as_of:%Y-%m-%d}", PM2_5=values.to_numpy())
    return blue_sky.build(tables, context(period, as_of))


def issued(*rows: dict[str, object]) -> pd.DataFrame:
    base = {
        "said_on": pd.Timestamp("2025-07-05"), "as_of": pd.Timestamp("2025-06-30"), "target_id": FINE,
        "indicator_id": "pm25_mean", "unit": "ug_m3", "target_operator": "<=", "target_value": 30.0, "year": 2025,
        "status": "on_track", "likelihood": 0.8, "forecast": 29.0, "forecast_low": 27.0, "forecast_high": 31.0, "line": 1,
        "is_damaged": False,
    }  # fmt: skip
    return pd.DataFrame([base | row for row in rows])


def results(value: float = 28.0, **changed: object) -> pd.DataFrame:
    row = {"target_id": FINE, "status": "met", "reason": "", "period_end": pd.Timestamp(OVER), "value": value}
    return pd.DataFrame([row | {"source_ids": "a"} | changed])


def test_a_target_that_is_due_is_said_again_at_every_month_end_before_its_year_is_over_and_from_whole_years_before() -> (
    None
):
    found = whole()
    own = found[found["target_id"] == FINE]
    assert own["as_of"].dt.strftime("%Y-%m-%d").tolist() == [
        "2023-12-31", "2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30", "2025-07-31",
        "2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30",
    ]  # fmt: skip
    days = found.loc[found["target_id"] != FINE, "as_of"].dt.year
    assert set(days) == {2023}, "days that never vary are not drawn, and a target only shown is not replayed"
    assert (own["forecast_low"] <= own["forecast"]).all() and (own["forecast"] <= own["forecast_high"]).all()
    assert own["likelihood"].between(0, 1).all() and own["likelihood"].nunique() > 3


@pytest.mark.parametrize("month", [1, 8])
def test_a_replay_never_sees_a_later_day(month: int) -> None:
    day = next(one for one in plan_replay.month_ends(2025) if one.month == month)
    values, told = levels(), whole()
    kept = ["as_of", "target_id", "likelihood", "forecast", "forecast_low", "forecast_high"]
    wanted = told.loc[told["as_of"] <= pd.Timestamp(day), kept].reset_index(drop=True)
    upset = values.where(values.index <= pd.Timestamp(day), values + 40)
    changed = replayed(seen(upset))
    got = changed.loc[changed["as_of"] <= pd.Timestamp(day), kept].reset_index(drop=True)
    pd.testing.assert_frame_equal(got, wanted)
    assert changed["value"].iloc[0] > told["value"].iloc[0] + 1


def test_what_whole_years_told_saw_no_later_year() -> None:
    told, upset = whole(), levels()
    upset = upset.where(upset.index < "2024-01-01", upset + 40)
    for found in (told, replayed(seen(upset))):
        first = found.iloc[0]
        assert str(first["as_of"].date()) == "2023-12-31"
        known = [told.iloc[0][name] for name in ("likelihood", "forecast", "forecast_low", "forecast_high")]
        assert [first[name] for name in ("likelihood", "forecast", "forecast_low", "forecast_high")] == known


def test_a_replay_says_what_the_page_of_that_day_said() -> None:
    """The rows of a report of the day itself, made from the days up to it alone."""
    day = date(2025, 6, 30)
    row = built(day).results.set_index("target_id").loc[FINE]
    told = whole().set_index(["target_id", "as_of"]).loc[(FINE, pd.Timestamp(day))]
    for name in ("likelihood", "forecast", "forecast_low", "forecast_high"):
        assert row[name] == told[name], name


def test_what_came_is_the_value_the_target_is_judged_by() -> None:
    found = built()
    row = found.results.set_index("target_id").loc[FINE]
    told = found.tables["plan_replay"]
    assert set(told.loc[told["target_id"] == FINE, "value"]) == {row["value"]}
    record = plan_record.build_tables(told, None, found.results)["plan_record"]
    is_met = record.loc[record["target_id"] == FINE, "is_met"]
    assert set(is_met) == {row["status"] == "met"}


def test_nothing_is_replayed_before_a_target_is_due_nor_without_data() -> None:
    assert built(date(2025, 12, 30)).tables["plan_replay"].empty
    assert "plan_replay" not in blue_sky.build(empty_tables(), context("2025", OVER)).tables
    short = levels()["2025-01-01":]
    assert replayed(seen(short)).empty, "the season of one year alone tells nothing"


def test_a_later_report_says_the_same_of_a_finished_year() -> None:
    later = seen(levels("2026-06-30"), date(2026, 6, 30), "2026")
    pd.testing.assert_frame_equal(replayed(later), whole())


def test_a_year_that_is_not_valid_is_forecast_and_judges_nothing() -> None:
    values = levels()
    values = values[(values.index < "2025-02-01") | (values.index > "2025-02-20")]
    tables = empty_tables()
    days = city_days("2019-01-01", "2025-12-31", PM2_5=levels().to_numpy())
    tables["air_daily_published"] = days[days["date"].isin(values.index)]
    asked = context("2025", OVER)
    found = replayed(one := Seen(make_days(tables, asked), asked))
    assert len(found) and found["value"].isna().all() and one.context.as_of == OVER
    record = plan_record.build_tables(found, None, results()[:0])
    assert record["plan_record"]["is_met"].isna().all() and record["plan_record_words"].empty


def test_a_forecast_that_did_no_better_than_guessing_is_not_said_again() -> None:
    one = seen(levels())
    tested = {name: rows.assign(crps=99.0) for name, rows in one.tested.items()}
    one.__dict__["tested"] = tested
    assert set(replayed(one)["as_of"].dt.year) == {2023}, "what whole years told is no such forecast"
    own = tested["pm25_mean"]
    one.__dict__["tested"] = tested | {
        "pm25_mean": own.assign(crps=own["crps"].where(own["year"] >= 2025, 0.0))
    }
    assert len(replayed(one)) == len(whole()), "how the year itself went was not known then"


def test_days_with_too_few_values_tell_nothing() -> None:
    values = levels()
    cut = values[(values.index < "2025-01-11") | (values.index > "2025-01-31")]
    tables = empty_tables()
    days = city_days("2019-01-01", "2025-12-31", PM2_5=values.to_numpy())
    tables["air_daily_published"] = days[days["date"].isin(cut.index)]
    asked = context("2025", OVER)
    found = replayed(Seen(make_days(tables, asked), asked))
    assert "2025-01-31" not in found["as_of"].dt.strftime("%Y-%m-%d").tolist() and len(found)


def test_a_worked_example_of_the_record() -> None:
    said = issued({}, {"likelihood": 0.95, "as_of": pd.Timestamp("2025-09-30"), "forecast_low": 29.0})
    made = plan_record.build_tables(None, said, results())
    record, words = made["plan_record"], made["plan_record_words"]
    assert record[["origin", "band", "value", "is_met", "in_interval"]].values.tolist() == [
        ["issued", "likely", 28.0, True, True],
        ["issued", "very_likely", 28.0, True, False],
    ]
    assert words.drop(columns="said_pct").values.tolist() == [
        ["issued", "very_likely", 1, 1, 100.0],
        ["issued", "likely", 1, 1, 100.0],
    ]
    assert words["said_pct"].tolist() == pytest.approx([95, 80])


def test_issued_and_replayed_stand_side_by_side_and_are_counted_apart() -> None:
    made = plan_record.build_tables(whole(), issued({}), built().results)
    record, words = made["plan_record"], made["plan_record_words"]
    assert record["origin"].value_counts().to_dict() == {"replayed": len(whole()), "issued": 1}
    assert record.loc[record["origin"] == "replayed", "said_on"].isna().all()
    assert record.loc[record["origin"] == "issued", "said_on"].notna().all()
    assert words.groupby("origin")["n"].sum().to_dict() == {"replayed": len(whole()), "issued": 1}
    assert words.set_index(["origin", "band"]).loc[("issued", "likely"), "n_targets"] == 1
    assert all(likelihood_band(row.likelihood) == row.band for row in record.itertuples())


@pytest.mark.parametrize(
    ("changed", "value", "is_met"),
    [
        ({"status": "off_track", "value": 31.0}, 31.0, False),
        ({"status": "no_data"}, None, None),
        ({"status": "met", "value": 26.0, "period_end": pd.Timestamp("2026-12-31")}, None, None),
        ({"status": "off_track", "period_end": pd.Timestamp("2026-12-31"), "reason": "settled|year=2025|value=31.0"}, 31.0, False),
        ({"target_id": "another"}, None, None),
    ],
)  # fmt: skip
def test_a_statement_is_held_against_the_value_of_its_own_year_alone(changed, value, is_met) -> None:
    row = plan_record.build_tables(None, issued({}), results(**changed))["plan_record"].iloc[0]
    assert (None if pd.isna(row["value"]) else row["value"]) == value
    assert (None if row["is_met"] is pd.NA else row["is_met"]) == is_met


def test_a_statement_is_held_against_the_number_it_was_about() -> None:
    said = issued({}, {"target_value": 27.0, "likelihood": 0.3})
    record = plan_record.build_tables(None, said, results())["plan_record"]
    assert record["is_met"].tolist() == [True, False]


def test_a_status_without_likelihood_has_no_word_and_a_damaged_line_says_nothing() -> None:
    damaged = {
        "is_damaged": True,
        "line": 2,
        "said_on": pd.NaT,
        "as_of": pd.NaT,
        "target_id": "",
        "likelihood": np.nan,
    }
    said = issued(
        {"likelihood": np.nan, "forecast": np.nan, "forecast_low": np.nan, "forecast_high": np.nan}, damaged
    )
    made = plan_record.build_tables(None, said, results())
    row = made["plan_record"].iloc[0]
    assert len(made["plan_record"]) == 1 and (row["band"], row["status"]) == ("", "on_track")
    assert row["is_met"] and row["in_interval"] is pd.NA
    assert made["plan_record_words"].empty and made["plan_record_damaged"]["line"].tolist() == [2]


def test_without_anything_said_the_tables_have_their_columns_and_types(tmp_path) -> None:
    empty = plan_record.build_tables(None, None, results())
    full = plan_record.build_tables(whole(), issued({}), results())
    assert {name: len(rows) for name, rows in empty.items()} == dict.fromkeys(empty, 0)
    for name in empty:
        pd.testing.assert_series_equal(empty[name].dtypes, full[name].dtypes)
        feather.write_feather(full[name], tmp_path / "kept.arrow")
        kept = feather.read_table(tmp_path / "kept.arrow").to_pandas()
        pd.testing.assert_frame_equal(kept, full[name])


def test_the_overview_hands_on_what_blue_sky_said_again() -> None:
    tables = {
        "air_daily_published": city_days("2021-01-01", "2025-12-31", PM2_5=levels()["2021":].to_numpy())
    }
    found = build_overview(tables, OVER).tables["plan_replay"]
    assert len(found) and set(found["year"]) == {2025}
