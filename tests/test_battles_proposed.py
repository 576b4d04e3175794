"""A target before it is adopted: paces, odds, limits and rules by hand-checked cases, and what is ready to be one."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from demo_battle import battle
from helpers import registry
from helpers.battles import land_pace
from helpers.battles.assess import NO_HISTORY, Observation, histories, years_of
from helpers.battles.proposed import STATES, readiness_table, try_target
from helpers.battles.spans import whole_year
from helpers.errors import ParameterError
from helpers.page import proposed, sections
from helpers.page.reading import read_markup
from helpers.statistics.forecast import Outcome
from land_cases import build_overview, context, ledger

ASKED = context(as_of=date(2025, 12, 31))
PM25 = registry.indicator("pm25_mean")
FALLING = pd.Series([46.0, 43, 40, 39, 36, 35], index=range(2020, 2026))


def tried(history: pd.Series = FALLING, name: str = "pm25_mean", **asked: object):
    given = {"target": 30.0, "year": 2028, "operator": "<=", "context": ASKED} | asked
    return try_target(history, registry.indicator(name), **given)


def test_paces_are_those_of_the_first_and_the_last_whole_year() -> None:
    found = tried()
    assert (found.first_year, found.first_value, found.last_year, found.last_value) == (2020, 46, 2025, 35)
    assert found.pace_shown == pytest.approx((35 - 46) / 5) and found.pace_required == pytest.approx(-5 / 3)
    assert (found.base_year, found.base_value) == (2020, 46), "the plan counts from 2020"
    assert found.state == "ready" and not found.is_met and found.reason == ""
    assert found.likelihood_low <= found.likelihood <= found.likelihood_high
    assert found.forecast_low < found.forecast < found.forecast_high


@pytest.mark.parametrize(
    ("year", "limit", "standard"),
    [(2026, 30.0, "GB 3095-2026 transition"), (2030, 30.0, "GB 3095-2026 transition"), (2031, 25.0, "GB 3095-2026 final")],
)  # fmt: skip
def test_the_limit_and_the_rule_are_those_in_force_when_the_target_is_due(
    year: int, limit: float, standard: str
) -> None:
    # GB 3095-2026, transition limits until 2030-12-31 and final ones from 2031-01-01.
    found = tried(pd.concat([FALLING, pd.Series({2019: 50.0})]).sort_index(), year=year)
    assert (found.limit, found.limit_standard) == (limit, standard)
    assert (found.standard, found.clause, found.verified) == ("GB 3095", "6.4", "V0")


def test_without_a_limit_of_its_own_nothing_is_named() -> None:
    found = tried(FALLING + 50, "good_day_ratio", target=90.0, operator=">=")
    assert math.isnan(found.limit) and found.limit_standard == ""


def test_days_are_told_under_the_edition_of_the_day_the_target_is_due() -> None:
    table = pd.DataFrame(
        {
            "indicator_id": "good_day_ratio",
            "edition": ["", "HJ 633-2012", "HJ 633-2026"],
            "year": 2025,
            "value": [90.4, 90.4, 86.0],
        }
    )
    record = registry.indicator("good_day_ratio")
    told = {day: years_of(table, record, day)[2025] for day in (date(2026, 2, 28), date(2027, 12, 31))}
    assert list(told.values()) == [90.4, 86.0]
    assert years_of(table[:1], record, date(2027, 12, 31)).to_dict() == {2025: 90.4}
    assert years_of(table[:0], record, date(2027, 12, 31)).empty


def test_the_battle_keeps_both_editions_of_good_days_and_the_years_the_pages_tell() -> None:
    blue = battle("2025", "blue_sky")
    table, rows = blue.tables["histories"], blue.results
    own = table[table["indicator_id"] == "good_day_ratio"]
    assert set(own["edition"]) == {"", "HJ 633-2012", "HJ 633-2026"}
    told = own[own["year"] == 2025].set_index("edition")["value"]
    row = rows[(rows["indicator_id"] == "good_day_ratio") & rows["period_start"].eq("2025-01-01")].iloc[0]
    assert told[""] == told["HJ 633-2012"] == row["value"]
    editions = blue.tables["editions"]
    new = editions[(editions["edition"] == "HJ 633-2026") & (editions["span"] == "this")]
    assert told["HJ 633-2026"] == new.set_index("statistic")["value"]["good_ratio"]


def test_histories_are_whole_years_of_the_city() -> None:
    ends = [date(2024, 12, 31), date(2025, 12, 31), date(2025, 6, 30)]
    seen = Observation(
        "pm25_mean",
        whole_year(2025),
        35.0,
        source_ids=("b", "a"),
        history=pd.DataFrame({"end": ends, "value": [36.0, 35, 9]}),
    )
    other = Observation("pm25_mean", whole_year(2025), 1.0, history=seen.history, place_code="220102")
    none = Observation("pm10_mean", whole_year(2025), 60.0, history=NO_HISTORY)
    table = histories([seen, other, none], ASKED)
    named = {"indicator_id": "pm25_mean", "edition": "", "source_ids": "a;b"}
    assert table.to_dict("records") == [
        {**named, "year": 2024, "value": 36.0},
        {**named, "year": 2025, "value": 35.0},
    ]


@pytest.mark.parametrize("goal", [60.0, 74.26, 90.0])
def test_a_running_total_has_the_likelihood_its_own_page_tells(goal: float) -> None:
    totals = pd.Series([0.0, 7.19, 13.46, 21.56, 29.18, 35.75], index=range(2020, 2026))
    found = tried(totals, "greening_total", target=goal, year=2030, operator=">=")
    own = land_pace.project_total(totals, target=goal, target_year=2030)
    assert found.likelihood == pytest.approx(own.likelihood)
    assert found.forecast == pytest.approx(own.median, abs=0.02), "the middle of 2,000 draws"


@pytest.mark.parametrize(
    ("history", "name", "year", "state", "why"),
    [
        (FALLING[:0], "pm25_mean", 2028, "not_ready", "no_value"),
        (FALLING[:3], "pm25_mean", 2028, "not_ready", "last_year_old|last=2022"),
        (FALLING[3:], "pm25_mean", 2028, "no_odds", "few_years|n=3|needed=5"),
        (FALLING * 0 + 30, "pm25_mean", 2028, "no_odds", "never_varies"),
        (FALLING, "pm25_mean", 2035, "no_odds", "too_far|year=2035|first=2020|last=2025"),
        (FALLING[1:] + 9, "mine_restored_area", 2028, "no_odds", "few_years|n=5|needed=6"),
        (FALLING * 0 + [3, 3, 4, 4, 3, 3], "songhua_main_class", 2028, "no_odds", "graded"),
    ],
)
def test_what_cannot_be_told_has_its_reason_and_no_number(
    history: pd.Series, name: str, year: int, state: str, why: str
) -> None:
    found = tried(history, name, year=year, why="no_value" if history.empty else "")
    assert (found.state, found.reason) == (state, why)
    assert np.isnan([found.likelihood, found.forecast]).all() or state == "not_ready"
    assert history.empty == math.isnan(found.last_value)


def test_the_running_year_is_told_by_its_own_days_or_not_at_all() -> None:
    draws = np.array([29.0, 30, 31, 32])
    own = Outcome(30.0, 29.0, 32.0, 29.0, 32.0, status="ok", draws=draws)
    found = tried(year=2026, outcome=own)
    assert (found.likelihood, found.forecast) == (0.5, 30.0) and math.isnan(found.likelihood_low)
    assert found.ahead.iloc[-1].tolist() == [2026, 29, 30, 32]
    lacking = tried(year=2026, outcome=Outcome())
    assert (lacking.state, lacking.reason) == ("no_odds", "running_year|year=2026")
    assert math.isnan(lacking.likelihood) and lacking.ahead.empty


def test_a_year_that_is_known_is_no_target() -> None:
    with pytest.raises(ParameterError):
        tried(year=2025)


def test_every_indicator_of_the_city_is_listed_once_with_its_state_from_its_own_rows() -> None:
    whole = battle("2025", "overview")
    table = whole.tables["target_readiness"]
    assert set(table["state"]) <= set(STATES) and table["indicator_id"].is_unique
    named = set().union(*(set(whole.tables[part]["indicator_id"]) for part in set(table["part"])))
    assert set(table["indicator_id"]) == named
    lacking = table[table["n_years"] == 0]
    assert (lacking["state"] == "not_ready").all() and lacking["value"].isna().all()
    assert ((table["reason"] == "") == (table["state"] == "ready")).all()


def test_without_any_data_nothing_is_ready() -> None:
    table = build_overview().tables["target_readiness"]
    assert len(table) and set(table["state"]) == {"not_ready"} and table["value"].isna().all()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_section_counts_what_the_sheet_lists(lang: str) -> None:
    table = pd.concat(
        [ledger("clean_heating_share", {year: 40.0 + year % 7 for year in range(2020, 2026)}),
         ledger("pesticide_efficiency", {2024: 42.0, 2025: 43.0})]
    )  # fmt: skip
    made = build_overview({"ledger": table})
    heading, told = sections.tell(made, "proposed.readiness", lang=lang)
    text, sheet = told
    counts = proposed.counts(made, lang)
    assert (counts["ready"], counts["no_odds"]) == (1, 1) and sum(counts[one] for one in STATES) == counts[
        "n"
    ]
    assert all(str(one) in str(text) for one in counts.values()) and heading
    rows = sheet.table
    assert len(rows) == counts["n"]
    why = dict(zip(made.tables["target_readiness"]["indicator_id"], rows.iloc[:, 3], strict=True))
    assert "5" in why["pesticide_efficiency"] and why["clean_heating_share"] == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_tells_what_lacks_and_the_sheet_tells_all(lang: str) -> None:
    years = {year: 40.0 + year % 7 for year in range(2020, 2026)}
    made = build_overview({"ledger": ledger("clean_heating_share", years)})
    _, (_, listed, sheet, *_) = sections.tell(made, "proposed.list", lang=lang)
    table = read_markup(str(listed.__html__()))[1][0]
    states = made.tables["target_readiness"]["state"]
    assert len(table.body) == (states != "ready").sum() == len(states) - 1
    assert len(sheet.table) == len(states)
    assert not {"无数据", "no data"} & {cell.lower() for row in table.body for cell in row[2:4]}


def test_a_list_of_no_battle_is_empty_and_has_its_columns() -> None:
    assert list(readiness_table({}, ASKED)) == list(battle("2025", "overview").tables["target_readiness"])
