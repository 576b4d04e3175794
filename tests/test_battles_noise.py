"""Noise in the blue-sky battle: point-times, the method a year is told by, shares against the plan, and its sections."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from air_cases import context, empty_tables, row
from helpers import schemas, store
from helpers.battles import blue_sky, noise
from helpers.page import battle_page, sections
from helpers.page.words import banned_words
from helpers.standards.noise import STANDARD_HOURS
from helpers.statistics.survey import exact_interval

YEAR_END = date(2025, 12, 31)
QUARTERS = ("2025-02-10", "2025-05-10", "2025-08-10", "2025-11-10")


def points(*rows: tuple, method: str = "manual") -> pd.DataFrame:
    """Rows of point, day, zone, day level, night level."""
    table = pd.DataFrame(rows, columns=["point_id", "date", "zone", "day_db", "night_db"])
    table = table.assign(city_code="220100", point_name="甲", method=method, source_id=f"{method}_file")
    return schemas.conform("noise_points", table)


def quarterly(nights: dict[str, list[float]], zone: str = "1") -> pd.DataFrame:
    """Four quarters of each point, 50 dB(A) by day."""
    rows = [
        (name, day, zone, 50.0, level)
        for name, levels in nights.items()
        for day, level in zip(QUARTERS, levels, strict=True)
    ]
    return points(*rows)


def hours(point: str, days: pd.DatetimeIndex, level: np.ndarray | float, zone: str = "1") -> pd.DataFrame:
    """Hourly levels: one a hour of the day, the same on every day."""
    levels = np.broadcast_to(np.asarray(level, dtype=float), 24)
    times = [day + pd.Timedelta(hours=hour + 1) for day in days for hour in range(24)]
    table = pd.DataFrame(
        {"time": pd.Series(times, dtype="datetime64[s]"), "value": np.tile(levels, len(days))}
    )
    table = table.assign(city_code="220100", point_id=point, zone=zone, source_id="automatic_file")
    return table[list(store.SCHEMAS["noise_hours"])].dropna().reset_index(drop=True)


def station(point: str, days: pd.DatetimeIndex, printed: float = 40.0) -> pd.DataFrame:
    return points(*((point, day, "1", printed, printed) for day in days), method="automatic")


def build(period: str = "2025", as_of: date = YEAR_END, **tables: pd.DataFrame):
    return blue_sky.build(empty_tables() | tables, context(period, as_of))


def test_a_year_by_hand_counts_attaining_point_times_and_leaves_gaps_out():
    battle = build(noise_points=quarterly({"Z1": [44.9, 45.0, 45.1, math.nan], "Z2": [40, 40, 40, 40]}))
    found = row(battle.results, "noise_night_compliance")
    assert (found["value"], found["n_obs"], found["coverage_pct"]) == (85.7, 7, 87.5)
    assert (found["status"], found["target_value"]) == ("met", 85)
    assert found["source_ids"] == "manual_file"
    assert "noise_point_times" in found["caveats"] and "ledger_unverified" not in found["caveats"]
    night = battle.tables["noise_years"].query("period == 'night'").iloc[0]
    assert (night["n_listed"], night["n"], night["n_met"]) == (8, 7, 6)
    low, high = exact_interval(6, 7)
    assert (night["low_pct"], night["high_pct"]) == (100 * low, 100 * high)
    assert row(battle.results, "noise_day_compliance")["value"] == 100
    assert row(battle.results, "noise_automatic_share")["value"] == 0


def test_a_year_without_one_quarter_is_shown_and_not_judged():
    table = quarterly({"Z1": [44, 44, 44, 44]})
    battle = build(noise_points=table[table["date"] < "2025-11-01"])
    found = row(battle.results, "noise_night_compliance")
    assert math.isnan(found["value"]) and found["status"] == "no_data"
    assert battle.tables["noise_years"]["n_quarters"].tolist() == [3, 3]


def test_a_running_year_never_takes_the_place_of_the_last_whole_one():
    before = quarterly({"Z1": [44, 44, 44, 50]})
    now = before.assign(date=before["date"] + pd.DateOffset(years=1), night_db=50.0)
    now["date"] = now["date"].astype("datetime64[s]")
    battle = build("2026", date(2026, 11, 30), noise_points=pd.concat([before, now], ignore_index=True))
    assert row(battle.results, "noise_night_compliance")["value"] == 75
    assert battle.tables["noise_zones"]["rate_pct"].tolist() == [100, 0]  # of the running year, day and night
    earlier = build("2025", YEAR_END, noise_points=pd.concat([before, now], ignore_index=True))
    assert earlier.tables["noise_years"]["year"].unique().tolist() == [2025]  # later days are not read


def test_hours_decide_and_what_is_printed_stands_only_where_there_are_none():
    days = pd.date_range("2025-01-01", "2025-01-03", freq="D").astype("datetime64[s]")
    level = np.where(STANDARD_HOURS.is_day, 54.0, 44.0)
    level[23] = 60.0  # one loud hour: the night becomes 51.7 dB(A)
    judged = noise.judge_point_times(station("Z1", days), hours("Z1", days[:2], level), STANDARD_HOURS)
    night = judged[judged["period"] == "night"].set_index("date")
    assert night["value"].tolist() == [51.7, 51.7, 40.0]
    assert night["is_met"].tolist() == [False, False, True]
    few = level.copy()
    few[:3] = np.nan  # five of eight hours by night
    judged = noise.judge_point_times(station("Z1", days[:1]), hours("Z1", days[:1], few), STANDARD_HOURS)
    assert judged.set_index("period").loc["night", "is_met"] is pd.NA


def test_methods_are_never_added_up_and_the_wider_one_tells_the_year():
    days = pd.date_range("2025-01-01", "2025-12-31", freq="D").astype("datetime64[s]")
    manual = quarterly({"Z1": [50, 50, 50, 50], "Z2": [40, 40, 40, 40]})
    one = build(noise_points=pd.concat([manual, station("Z1", days)], ignore_index=True))
    assert row(one.results, "noise_night_compliance")["value"] == 50  # one of two points is automatic
    assert row(one.results, "noise_automatic_share")["value"] == 50
    both = [manual, station("Z1", days), station("Z2", days[:-73], printed=46.0)]
    two = build(noise_points=pd.concat(both, ignore_index=True))
    found = row(two.results, "noise_night_compliance")
    assert (found["value"], found["n_obs"]) == (round(100 * 365 / 657, 1), 657)
    assert row(two.results, "noise_automatic_share")["value"] == 100
    shares = two.tables["noise_automation"].iloc[0]
    assert (shares["n_days"], shares["n_valid_days"]) == (730, 657)  # days without a row are lost days
    assert shares["valid_pct"] == 90.0
    half = build(noise_points=pd.concat([manual, station("Z1", days[200:]), station("Z2", days[200:])]))
    assert row(half.results, "noise_night_compliance")["n_obs"] == 8  # two quarters are not a year


def test_a_reported_share_gives_way_to_the_measured_one_and_a_difference_is_told():
    ledger = {
        "indicator_id": "noise_night_compliance", "place_code": "220100", "period": "2025", "value": 99.0,
        "unit": "pct", "status": "final", "scope": "", "source_id": "book",
    }  # fmt: skip
    table = pd.DataFrame([ledger]).reindex(columns=list(store.SCHEMAS["ledger"]), fill_value="")
    only = row(build(ledger=table).results, "noise_night_compliance")
    assert (only["value"], only["source_ids"]) == (99, "book")
    assert "ledger_unverified" in only["caveats"]
    both = row(
        build(ledger=table, noise_points=quarterly({"Z1": [44, 44, 44, 50]})).results,
        "noise_night_compliance",
    )
    assert (both["value"], both["status"]) == (75, "off_track")
    assert "ledger_differs" in both["caveats"]


def test_the_workbooks_own_counts_are_compared_with_the_hours():
    days = pd.date_range("2025-07-01", "2025-07-31", freq="D").astype("datetime64[s]")
    printed = pd.DataFrame(
        {"city_code": "220100", "date": pd.Series([pd.Timestamp(2025, 7, 1)] * 2, dtype="datetime64[s]"),
         "zone": "1", "period": ["day", "night"], "n": [31, 31], "n_met": [31, 30], "source_id": "automatic_file"}
    )  # fmt: skip
    battle = build(noise_points=station("Z1", days), noise_summaries=printed)
    told = battle.tables["noise_differences"]
    assert told[["period", "n_met_printed", "n_met_counted"]].values.tolist() == [["night", 30, 31]]
    assert told["source_ids"].tolist() == ["automatic_file"]


def test_the_profile_is_an_energy_mean_by_zone_and_hour():
    days = pd.date_range("2025-01-01", "2025-01-02", freq="D").astype("datetime64[s]")
    table = pd.concat(
        [hours("Z1", days[:1], 60.0), hours("Z2", days[1:], 70.0), hours("Z3", days, 50.0, zone="3")]
    )
    found = noise.profile(table.reset_index(drop=True), 2025)
    assert found.groupby("zone").size().tolist() == [24, 24]
    assert found.loc[found["zone"] == "1", "level_db"].round(3).unique().tolist() == [67.404]
    assert noise.profile(table, 2024).empty
    assert set(found["source_ids"]) == {"automatic_file"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sections_tell_what_was_measured(lang):
    days = pd.date_range("2025-01-01", "2025-12-31", freq="D").astype("datetime64[s]")
    level = np.where(STANDARD_HOURS.is_day, 54.0, 46.0)
    tables = {
        "noise_points": pd.concat(
            [quarterly({"Z1": [44, 44, 50, 44]}), station("Z9", days)], ignore_index=True
        ),
        "noise_hours": hours("Z9", days, level),
    }
    battle = build(**tables)
    made = [
        sections.show(battle, "noise.compliance", lang=lang),
        sections.show(battle, "noise.automation", lang=lang),
    ]
    charts = [part for block in made for part in block.sections[0].parts if part["kind"] == "chart"]
    assert [part["id"] for part in charts] == ["noise-nights", "noise-hours"]
    texts = [part["text"] for block in made for part in block.sections[0].parts if "text" in part]
    assert all(not banned_words(one, lang) for one in texts)
    counted = next(one for one in texts if "365" in one)
    assert ("达标0个" in counted) if lang == "zh" else ("0 met" in counted)
    assert "0.0" in charts[0]["title"] and "46.0" in charts[1]["title"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_any_level_the_sections_are_not_printed(lang):
    battle = build()
    assert sections.show(battle, "noise.compliance", lang=lang) is None
    assert battle_page.entry("noise", "compliance")["lacks"] == "noise"
    assert sections.show(battle, "noise.automation", lang=lang) is None
    assert all(battle.tables[name].empty for name in battle.tables if name.startswith("noise_"))
