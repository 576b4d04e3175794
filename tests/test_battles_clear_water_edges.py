"""Clear water at its edges: January, no rows, part of a year, another network, several targets; hand-checked cases."""

from __future__ import annotations

import math
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from helpers import registry, store
from helpers.battles import (
    clear_water,
    water_flow,
    water_ledgers,
    water_outlook,
    water_places,
    water_shares,
    water_supply,
    water_tables,
    water_trends,
)
from helpers.battles.context import Context
from helpers.battles.spans import Span, whole_year
from helpers.battles.water_months import WaterMonths, make_months
from helpers.paths import Folders
from helpers.sources.ingest import ingest
from water_cases import (
    ALL_16,
    GOOD,
    NAMED,
    bodies,
    build,
    context,
    empty_tables,
    network,
    outfalls,
    row,
    section_months,
    supply,
)

SHARE, DRINKING = "good_section_share", "drinking_source_good_share"
YEAR = whole_year(2025)


def readings(*parts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"water_sections": pd.concat(parts, ignore_index=True)}


def flows(first: str, last: str, *, met: bool = True) -> pd.DataFrame:
    days = pd.date_range(first, last).astype("datetime64[s]")
    table = pd.DataFrame({"date": days, "flow_m3_s": 2.0 if met else 0.5, "target_m3_s": 1.0})
    return table.assign(
        city_code="220100", river_name="伊通河", point_name="甲", source_id=f"flow_{first[:4]}"
    )


def feed() -> pd.DataFrame:
    table = pd.DataFrame({"time": pd.to_datetime(["2026-08-21 08:00"]), "item": "NH3-N", "value": 0.4})
    facts = {"city_code": "220100", "section_name": "刘珍屯", "class_code": "2", "source_id": "feed"}
    return table.astype({"time": "datetime64[s]"}).assign(value_raw=0.41, **facts)


# The calendar


@pytest.mark.parametrize(("period", "last"), [("2025-01", 1), ("2025-Q1", 3), ("2025-Q1", 2)])
def test_january_and_a_first_quarter_are_told_once_as_the_year_so_far(period: str, last: int) -> None:
    end = (pd.Timestamp(2025, last, 1) + pd.offsets.MonthEnd()).date()
    tables = readings(
        section_months(network(5), [2024]), section_months(network(4), [2025], range(1, last + 1))
    )
    battle = build(tables | {"drinking_sources": supply(last)}, period, end)
    for name in (SHARE, DRINKING):
        found = battle.results[battle.results["indicator_id"] == name]
        assert set(found["period_start"]) == {pd.Timestamp(2025, 1, 1)}
        assert set(found["period_end"]) == {pd.Timestamp(end)}
        assert (found["target_id"] != "").all()
    # The quarter or month asked for is still compared with the one before it.
    assert battle.tables["share_changes"]["basis"].tolist() == ["last_year", "last_period"]


def test_a_month_without_data_leaves_the_year_so_far() -> None:
    battle = build(readings(section_months(network(4), [2025], range(1, 10))), "2025-11", date(2025, 11, 30))
    found = battle.results[battle.results["indicator_id"] == SHARE]
    assert set(found["period_end"]) == {pd.Timestamp(2025, 9, 30)}
    assert battle.tables["share_changes"].empty  # nothing stands beside September 2024 or October


def test_a_year_is_whole_where_its_december_was_sampled_not_where_the_report_says_so() -> None:
    tables = readings(section_months(network(4), [2024], range(1, 11)), section_months(network(4), [2025]))
    assert build(tables).tables["annual"]["year"].tolist() == [2025]
    early = readings(section_months(network(4), [2025], range(1, 10)))
    battle = build(early)  # seen from 31 December, as the air may be
    found = row(battle.results, SHARE)
    assert (found["period_end"], found["status"]) == (pd.Timestamp(2025, 9, 30), "no_data")
    assert "partial_year" in found["caveats"] and battle.tables["annual"].empty
    assert battle.tables["published_check"].empty


def test_a_december_alone_is_no_year() -> None:
    battle = build(
        readings(section_months(network(4), [2025], [12])) | {"drinking_sources": supply().tail(1)}
    )
    share, drinking = row(battle.results, SHARE), row(battle.results, DRINKING)
    assert math.isnan(share["value"]) and share["reason"] == "too_few_months|needed=8|expected=12"
    assert math.isnan(drinking["value"]) and drinking["reason"] == "coverage|n=1|expected=12"
    assert {share["status"], drinking["status"]} == {"no_data"}
    assert battle.tables["annual"].empty


# What counts as comparable


def test_only_whole_years_of_the_network_count_for_the_confidence() -> None:
    parts = [section_months(network(4, of=(*NAMED, "example_a")), [2019, 2020])]
    parts += [section_months(network(4), [2021], [6]), section_months(network(4), [2022, 2023])]
    months = make_months(readings(*parts)["water_sections"], context("2023", date(2023, 12, 31)))
    question = context("2023", date(2023, 12, 31))
    annual = water_shares.annual_values(months, question)
    seen = water_shares.observations(months, [whole_year(2023)], water_outlook.Outlook(), annual, question)[0]
    assert [day.year for day in seen.history["end"]] == [2022, 2023]  # 2021 has one month
    assert [day.year for day in seen.past["end"]] == [2019, 2020]  # of the network before


def test_a_target_of_an_earlier_network_is_settled_by_the_year_it_was_set_for() -> None:
    plan = registry.plan("changchun")
    target = plan.target("good_section_share_2025")
    earlier = target.model_copy(update={"id": "share_2020", "value": 80.0, "year": 2020})
    question = context("2021", date(2021, 12, 31))
    question = Context(
        question.city,
        plan.model_copy(update={"targets": (*plan.targets, earlier)}),
        question.period,
        question.as_of,
        1,
        True,
    )
    tables = readings(
        section_months(network(1, of=(*NAMED, "example_a")), [2020]), section_months(network(8), [2021])
    )
    found = row(clear_water.build(empty_tables() | tables, question).results, SHARE, "share_2020")
    # Eight of nine were 88.9 in 2020; the 50 of sixteen in 2021 say nothing of it.
    assert (found["value"], found["status"]) == (50.0, "met")


def test_a_target_that_has_passed_is_settled_by_the_value_of_its_year() -> None:
    tables = readings(section_months(network(4), [2025]), section_months(network(12), [2026], range(1, 7)))
    found = row(build(tables, "2026", date(2026, 6, 30)).results, SHARE)
    assert (found["value"], found["status"], found["reason"]) == (25.0, "met", "settled|year=2025|value=75.0")
    lost = readings(
        section_months(network(4), [2025], range(1, 6)), section_months(network(4), [2026], [1, 2])
    )
    found = row(build(lost, "2026", date(2026, 2, 28)).results, SHARE)
    assert (found["status"], found["reason"]) == ("no_data", "due_year_unknown|year=2025")


def test_shares_of_few_sections_are_not_compared_with_shares_of_many() -> None:
    few = readings(section_months(network(0, of=ALL_16[:3]), [2024]), section_months(network(4), [2025]))
    battle = build(few)
    assert math.isnan(row(battle.results, SHARE)["value_prev"]) and battle.tables["share_changes"].empty
    same = readings(
        section_months(network(1, of=NAMED), [2024]), section_months(network(2, of=NAMED), [2025])
    )
    battle = build(same, simulated=False)  # eight of sixteen in both years: the same ones
    assert row(battle.results, SHARE)["value_prev"] == 87.5
    assert len(battle.tables["share_changes"]) == 1


def test_drinking_sources_are_compared_over_the_same_months() -> None:
    before = supply(2).assign(date=lambda rows: rows["date"] - pd.DateOffset(years=1))
    before["date"] = before["date"].astype("datetime64[s]")
    found = row(build({"drinking_sources": pd.concat([before, supply()])}).results, DRINKING)
    assert (found["value"], math.isnan(found["value_prev"])) == (100.0, True)


# Targets


def test_every_judged_target_on_the_drinking_sources_has_a_row_with_its_own_likelihood() -> None:
    plan = registry.plan("changchun")
    target = plan.target("drinking_source_good_share_2025")
    softer = target.model_copy(update={"id": "drinking_softer", "value": 90.0})
    later = target.model_copy(update={"id": "drinking_later", "value": 95.0, "year": 2030})
    question = context("2025", date(2025, 9, 30))
    question = Context(
        question.city,
        plan.model_copy(update={"targets": (*plan.targets, softer, later)}),
        question.period,
        question.as_of,
        1,
        True,
    )
    results = clear_water.build(
        empty_tables() | {"drinking_sources": supply(9, failing=[3])}, question
    ).results
    found = results[results["indicator_id"] == DRINKING].set_index("target_id")
    assert list(found.index) == [target.id, "drinking_softer", "drinking_later"]
    assert (found.at[target.id, "likelihood"], found.at[target.id, "status"]) == (0.0, "off_track")
    # 11 of 12 are 91.7: the three months to come must all comply, one failure in nine behind them.
    assert found.at["drinking_softer", "likelihood"] == pytest.approx(8.5 / 10 * 9.5 / 11 * 10.5 / 12)
    assert math.isnan(found.at["drinking_later", "likelihood"])  # nothing is drawn of 2030


# Flow


def test_flow_ends_with_its_own_last_day_and_less_than_half_of_the_days_is_withheld() -> None:
    battle = build({"ecological_flow": flows("2025-01-01", "2025-06-30")})
    found = row(battle.results, "yitong_flow_met_share")
    assert (found["value"], found["period_end"], found["coverage_pct"]) == (
        100.0,
        pd.Timestamp(2025, 6, 30),
        100.0,
    )
    assert battle.tables["flow"].iloc[0][["span_end", "n_expected"]].tolist() == [date(2025, 6, 30), 181]
    battle = build({"ecological_flow": flows("2025-11-01", "2025-12-31")})
    found = row(battle.results, "yitong_flow_met_share")
    assert math.isnan(found["value"]) and found["reason"] == "half_missing|n=61|expected=365"
    assert (found["n_obs"], found["status"], found["confidence"]) == (61.0, "no_data", "none")
    assert battle.tables["flow"].iloc[0][["n_days", "n_met"]].tolist() == [61, 61]  # the days are still told


def test_a_control_point_with_a_single_day_is_not_the_worst_of_its_river() -> None:
    one = flows("2025-06-30", "2025-06-30", met=False).assign(point_name="乙")
    table = pd.concat([flows("2025-01-01", "2025-06-30"), one], ignore_index=True)
    found = row(build({"ecological_flow": table}).results, "yitong_flow_met_share")
    assert (found["value"], found["n_obs"]) == (100.0, 181)


# Ledgers


def test_a_total_of_a_later_year_stands_beside_an_older_ledger() -> None:
    reported = pd.DataFrame(
        [("city_black_odorous_bodies", "220100", "2025", 3.0, "count", "final", "", "book")],
        columns=["indicator_id", "place_code", "period", "value", "unit", "status", "scope", "source_id"],
    )
    old = bodies("2023-12-31", s1="untreated")
    found = row(build({"ledger": reported, "black_odorous": old}).results, "city_black_odorous_bodies")
    assert (found["value"], found["period_end"]) == (3.0, pd.Timestamp(2025, 12, 31))


# Nothing from nothing


def test_automatic_stations_alone_give_their_table_and_no_value() -> None:
    for period, as_of in (("2026", date(2026, 8, 31)), ("2027", date(2027, 1, 31))):
        battle = build({"water_automatic": feed()}, period, as_of, simulated=False)
        assert battle.results["value"].isna().all() and (battle.results["n_obs"] == 0).all()
        assert battle.results["status"].isin(["no_data", "no_target"]).all()
        assert set(battle.results["confidence"]) == {"none"} and set(battle.results["source_ids"]) == {""}
        assert ("automatic" in battle.tables) == (period == "2026")
        assert not {"sections", "strip", "trends", "outlook", "annual"} & set(battle.tables)


@pytest.mark.real
@pytest.mark.parametrize(("period", "as_of"), [("2026", date(2026, 8, 21)), ("2025", date(2025, 12, 31))])
def test_the_real_snapshot_tells_of_one_moment_and_of_no_year(shared_data, tmp_path, period, as_of) -> None:
    folders = Folders(tmp_path / "raw", tmp_path / "processed")
    folders.raw.mkdir()
    name = "cnemc_realtime_snapshot_20260821_p1.json.gz"
    (folders.raw / name).write_bytes((shared_data / "data" / "water" / name).read_bytes())
    ingest(folders, city="changchun")
    tables = {name: store.read_table(folders.processed, name) for name in clear_water.TABLES}
    battle = clear_water.build(tables, context(period, as_of, simulated=False))
    assert battle.results["value"].isna().all()
    origins = battle.tables["origins"]
    if period == "2026":
        assert len(battle.tables["automatic"]) == 7
        assert origins["table"].tolist() == ["automatic"]
    else:
        assert "automatic" not in battle.tables and origins.empty


def test_trends_of_too_few_months_are_counted_as_untested() -> None:
    counts = build(readings(section_months(network(4), [2025]))).tables["trend_counts"].iloc[0]
    assert counts.to_dict() == {"n_series": 4 * 16, "n_tested": 0, "n_sections_free_of_flow": 0}


# Where the rows come from


def test_every_table_names_the_files_its_rows_came_from() -> None:
    parts = [
        section_months(network(4), [year]).assign(source_id=f"sections_{year}")
        for year in (2022, 2023, 2024, 2025)
    ]
    ledger = pd.concat(
        [
            bodies("2024-12-31", s1="untreated", s2="untreated").assign(source_id="bodies_2024"),
            bodies("2025-12-31", s1="eliminated", s2="untreated").assign(source_id="bodies_2025"),
        ]
    )
    tables = readings(*parts) | {
        "drinking_sources": supply().assign(source_id="supply"),
        "black_odorous": ledger,
        "outfalls": outfalls().assign(source_id="outfalls"),
        "ecological_flow": flows("2025-01-01", "2025-12-31"),
    }
    battle = build(tables)
    told = battle.tables["origins"].groupby("table")["source_id"].agg(list).to_dict()
    years = [f"sections_{year}" for year in (2022, 2023, 2024, 2025)]
    assert told["strip"] == told["items"] == years[-1:]
    assert told["sections"] == told["share_changes"] == years[-2:]
    assert told["annual"] == told["trends"] == told["seasons"] == years
    assert (told["drinking"], told["flow"]) == (["supply"], ["flow_2025"])
    assert (told["bodies"], told["body_counts"]) == (["bodies_2025"], ["bodies_2024", "bodies_2025"])
    assert told["stages"] == told["stage_counts"] == ["outfalls"]
    with_rows = {name for name, table in battle.tables.items() if len(table)}
    assert set(told) <= with_rows
    own = {"networks", "section_names", "sources", "quarantine", "origins", "changes", "histories"}
    assert with_rows - set(told) <= own | {name for name in with_rows if name.startswith("published")}


def test_a_row_names_the_files_of_its_value_and_of_what_it_is_compared_with() -> None:
    parts = [section_months(network(4), [year]).assign(source_id=f"s{year}") for year in (2024, 2025)]
    other = section_months({"shitoukoumen": GOOD}, [2025]).assign(source_id="other")
    found = build(readings(*parts, other), "2025-10", date(2025, 12, 31)).results
    october = found[(found["indicator_id"] == SHARE) & (found["target_id"] == "")].iloc[0]
    assert october["source_ids"] == "s2024;s2025"  # nothing of a section outside the network


# No table changes its shape without rows


FULL = {
    "water_sections": pd.concat(
        [
            section_months(network(5), [2023, 2024, 2025]),
            section_months({"kaoshan_bridge": {"Flow": 9.0}}, [2025]),
        ]
    ),
    "drinking_sources": supply(),
    "drinking_items": pd.DataFrame(
        [("甲", pd.Timestamp(2025, 4, 1), "Fe", 0.5, False)],
        columns=["source_name", "date", "item", "value", "is_censored"],
    ).assign(city_code="220100", source_id="items"),
    "black_odorous": bodies("2025-12-31", s1="eliminated", c1="untreated"),
    "outfalls": outfalls(),
    "ecological_flow": flows("2025-01-01", "2025-12-31"),
    "water_automatic": feed(),
}
SMALL_SECTIONS = {
    "nothing": FULL["water_sections"][:0],
    "one class": section_months({"liuzhentun": {"NH3-N": 0.4}}, [2025], [6]),
    "one that decides nothing": section_months({"liuzhentun": {"Flow": 4.0}}, [2025], [6]),
    "two at a lake": section_months({"xinlicheng_dam": {"TN": 1.0, "Chla": 3.0}}, [2025], [7]),
    "one outside the network": section_months({"shitoukoumen": {"TP": 0.1}}, [2025], [7]),
    "two months": section_months({"liuzhentun": {"DO": 8.0}}, [2024, 2025], [7]),
}
QUESTION = context("2025", date(2025, 12, 31))


def of_sections(readings: pd.DataFrame) -> dict[str, pd.DataFrame]:
    months = make_months(readings, QUESTION)
    outlook = water_outlook.draw_year(months, Span(date(2025, 1, 1), date(2025, 9, 30), True, False), seed=1)
    trends, annual = water_trends.trend_table(months, YEAR), water_tables.annual_table(months)
    return {
        "strip": water_tables.strip_table(months, YEAR),
        "annual": annual,
        "annual values": water_shares.annual_values(months, QUESTION),
        "network trends": water_tables.network_trends(annual),
        "sections": water_tables.section_table(months, YEAR),
        "items": water_tables.item_table(months, YEAR),
        **water_tables.change_tables(months, YEAR, has_last_period=True),
        "rivers": water_places.river_table(months, YEAR),
        "reservoirs": water_places.reservoir_table(months, YEAR, QUESTION),
        "allowance": water_places.allowance_table(months, YEAR, outlook),
        "trends": trends,
        "trend counts": water_trends.trend_counts(trends),
        **water_trends.season_tables(months, YEAR),
    }


@cache
def full_sections() -> dict[str, pd.DataFrame]:
    return of_sections(FULL["water_sections"])


def of_ledgers(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    bodies, outfalls, points = (
        tables[name] for name in ("black_odorous", "outfalls", "black_odorous_points")
    )
    months = WaterMonths(tables["water_sections"], registry.sections("changchun", placeholders=True), ())
    judged = water_supply.judge_sources(tables["drinking_sources"], tables["drinking_items"], QUESTION)
    return {
        "bodies": water_ledgers.body_table(bodies, points, date(2025, 12, 31)),
        "body counts": water_ledgers.body_counts(bodies, date(2025, 12, 31)),
        "body history": water_ledgers.count_history("city_black_odorous_bodies", bodies, QUESTION),
        "stages": water_ledgers.stage_table(outfalls, date(2025, 12, 31)),
        "stage counts": water_ledgers.stage_counts(outfalls, date(2025, 12, 31)),
        "flow": water_flow.flow_table(tables["ecological_flow"], YEAR),
        "automatic": water_places.automatic_table(
            tables["water_automatic"], months, context("2026", date(2026, 8, 31))
        ).drop(columns="NH3-N", errors="ignore"),
        "drinking": judged,
        "annual drinking": water_supply.annual_shares(judged),
    }


def assert_shapes(full: dict[str, pd.DataFrame], found: dict[str, pd.DataFrame]) -> None:
    for name, table in found.items():
        assert dict(table.dtypes.astype(str)) == dict(full[name].dtypes.astype(str)), name
        assert len(full[name]) or name in ("changes", "body history"), name


@pytest.mark.parametrize("name", SMALL_SECTIONS)
def test_tables_of_sections_keep_their_columns_and_types_with_few_readings_or_none(name: str) -> None:
    assert_shapes(full_sections(), of_sections(SMALL_SECTIONS[name]))


@pytest.mark.parametrize("n_rows", [0, 1, 2])
def test_tables_of_ledgers_keep_their_columns_and_types_with_few_rows_or_none(n_rows: int) -> None:
    full = empty_tables() | FULL
    assert_shapes(of_ledgers(full), of_ledgers({name: table.head(n_rows) for name, table in full.items()}))


@pytest.mark.parametrize("name", SMALL_SECTIONS)
@pytest.mark.parametrize(("period", "last"), [("2025", 12), ("2025-01", 1), ("2025-07", 7)])
def test_a_battle_of_few_readings_is_built_and_asserts_nothing(name: str, period: str, last: int) -> None:
    as_of = (pd.Timestamp(2025, last, 1) + pd.offsets.MonthEnd()).date()
    rows = SMALL_SECTIONS[name]
    battle = build({"water_sections": rows[rows["date"] <= pd.Timestamp(as_of)]}, period, as_of)
    table = battle.results
    assert table.loc[table["value"].isna(), "status"].isin(["no_data", "no_target"]).all()
    assert (table.loc[table["value"].isna() & (table["status"] == "no_data"), "reason"] != "").all()
    assert not any(isinstance(value, float) and np.isinf(value) for value in table["value"])
