"""Clear water: from processed tables to the results table, by hand-checked cases and the real feed."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import store
from helpers.battles import assess, clear_water, results, water_shares
from helpers.battles.water_flow import flow_table, told_span
from helpers.battles.water_months import make_months, month_spans
from helpers.battles.water_outlook import Outlook, draw_year
from helpers.paths import Folders
from helpers.sources.ingest import ingest
from water_cases import (
    ALL_16,
    GOOD,
    LAKE,
    NAMED,
    POOR,
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

SHARE, WORST = "good_section_share", "worse_than_v_sections"
RAISED = "good_section_share_2025_three_year_action"


def water(values: dict, years: range | list[int], months: range = range(1, 13)) -> dict[str, pd.DataFrame]:
    return {"water_sections": section_months(values, years, months)}


def test_eleven_of_sixteen_is_published_as_68_8_and_meets_the_raised_target() -> None:
    found = build(water(network(5), [2025])).results
    assert row(found, SHARE)["value"] == 68.8  # 68.75, half to even
    assert (row(found, SHARE)["target_value"], row(found, SHARE)["status"]) == (50.0, "met")
    raised = row(found, SHARE, RAISED)
    assert (raised["value"], raised["target_value"], raised["status"]) == (68.8, 68.8, "no_target")
    assert "target_not_judged" in raised["caveats"]
    assert "rule_unverified" in raised["caveats"]


def test_a_share_of_the_old_network_never_meets_one_of_the_new() -> None:
    tables = water(network(2, of=(*NAMED, "example_a")), [2020])
    tables["water_sections"] = pd.concat([tables["water_sections"], section_months(network(4), [2021])])
    battle = build(tables, "2021", date(2021, 12, 31))
    found = row(battle.results, SHARE)
    assert found["value"] == 75.0
    assert math.isnan(found["value_prev"]) and math.isnan(found["change_prev"])
    assert battle.tables["share_changes"].empty
    annual = battle.tables["annual"].set_index("network_id")
    assert annual["good_pct"].to_dict() == {"national_2016": 77.8, "national_2021": 75.0}
    assert annual["n_network"].to_dict() == {"national_2016": 9, "national_2021": 16}


def test_eight_named_sections_of_sixteen_show_their_share_and_are_not_judged() -> None:
    battle = build(water(network(2, of=NAMED), [2025]), simulated=False)
    found = row(battle.results, SHARE)
    assert (found["value"], found["n_obs"], found["coverage_pct"], found["status"]) == (
        75.0,
        8,
        50.0,
        "no_data",
    )
    assert "sections_missing" in found["caveats"]
    assert not battle.results["simulated"].any()
    assert not battle.tables["sections"]["section_id"].str.startswith("example").any()


def test_a_year_is_compared_with_the_year_before_in_its_network() -> None:
    tables = {
        "water_sections": pd.concat([section_months(network(8), [2024]), section_months(network(4), [2025])])
    }
    battle = build(tables)
    found = row(battle.results, SHARE)
    assert (found["value"], found["value_prev"], found["change_prev"], found["change_unit"]) == (
        75.0,
        50.0,
        25.0,
        "pp",
    )
    change = battle.tables["share_changes"].iloc[0]
    assert (change["x_pp"], change["direction"], change["strength"]) == (25.0, "better", "obvious")
    moved = battle.tables["changes"].query("direction == 'better'")
    assert len(moved) == 4
    assert set(moved["old_class"]) == {4} and set(moved["new_class"]) == {2}
    assert set(moved["strength"]) == {"obvious"}  # from IV to II is two grades


def test_what_decides_a_class_is_named_with_its_multiple() -> None:
    values = network(0) | {
        "liuzhentun": GOOD | {"NH3-N": 1.2, "TP": 0.31},
        "kaoshan_bridge": GOOD | {"NH3-N": 1.004},
    }
    battle = build(water(values, [2025]))
    found = battle.tables["sections"].set_index("section_id")
    assert (found.at["liuzhentun", "class"], found.at["liuzhentun", "decisive"]) == (5, "TP")
    assert found.at["liuzhentun", "main"] == "TP(0.6);NH3-N(0.2)"  # worse class first, 0.31 / 0.2 - 1 = 0.55
    assert (found.at["kaoshan_bridge", "class"], found.at["kaoshan_bridge", "main"]) == (
        3,
        "",
    )  # 1.004 is 1.00
    items = battle.tables["items"].set_index("item")
    assert items["n_exceeding"].to_dict() == {"TP": 1, "NH3-N": 1}
    assert items["n_decisive"].to_dict() == {"TP": 1, "NH3-N": 0}


def test_a_hair_beyond_class_three_is_told_as_below_a_tenth() -> None:
    battle = build(water(network(0) | {"liuzhentun": GOOD | {"CODMn": 6.1}}, [2025]))
    assert battle.tables["sections"].set_index("section_id").at["liuzhentun", "main"] == "CODMn(<0.1)"


def test_a_main_stem_is_as_good_as_its_worst_section() -> None:
    values = network(0) | {"example_a": dict(POOR)}  # the placeholders on the Songhua are A and F
    battle = build(water(values, [2025]))
    found = battle.results
    songhua, east_liao = row(found, "songhua_main_class"), row(found, "east_liao_main_class")
    assert (songhua["value"], songhua["n_obs"], songhua["status"]) == (4.0, 3, "off_track")
    assert (east_liao["value"], east_liao["n_obs"], east_liao["status"]) == (2.0, 2, "met")
    rivers = battle.tables["rivers"].set_index("river_en")
    assert rivers.at["Songhua River", "class"] == 3  # mean of 1.2, 0.3 and 0.3 is 0.6 mg/L
    assert rivers.at["Songhua River", "method"] == "means"


def test_sections_worse_than_five_are_counted_against_none() -> None:
    found = build(water(network(0) | {"liuzhentun": GOOD | {"NH3-N": 2.5}}, [2025])).results
    assert (row(found, WORST)["value"], row(found, WORST)["status"]) == (1.0, "off_track")
    assert row(build(water(network(3), [2025])).results, WORST)["status"] == "met"


def test_a_year_so_far_is_compared_with_its_months_and_projected() -> None:
    tables = {
        "water_sections": pd.concat(
            [section_months(network(5), [2022, 2023, 2024]), section_months(network(5), [2025], range(1, 10))]
        )
    }
    battle = build(tables, as_of=date(2025, 10, 15))
    found = row(battle.results, SHARE)
    assert str(found["period_end"].date()) == "2025-09-30"
    assert (found["value"], found["value_prev"], found["forecast"], found["likelihood"]) == (
        68.8,
        68.8,
        68.8,
        1.0,
    )
    assert found["status"] == "on_track"  # never met before the year is over
    assert "partial_year" in found["caveats"]
    assert row(battle.results, SHARE, RAISED)["likelihood"] == 1.0  # 11 of 16 counts as 68.8
    assert battle.tables["outlook"]["source_years"].iloc[0] == "2022;2023;2024"
    assert battle.tables["annual"]["year"].tolist() == [2022, 2023, 2024]


def test_a_month_that_has_not_ended_is_not_read() -> None:
    tables = water(network(0), [2025], range(1, 11))
    found = make_months(tables["water_sections"], context("2025", date(2025, 10, 30)))
    assert found.values["date"].max() == pd.Timestamp("2025-09-01")
    found = make_months(tables["water_sections"], context("2025", date(2025, 10, 31)))
    assert found.values["date"].max() == pd.Timestamp("2025-10-01")


def test_without_two_earlier_years_a_running_year_is_not_projected() -> None:
    tables = water(network(5), [2024, 2025], range(1, 10))
    battle = build(tables, as_of=date(2025, 9, 30))
    found = row(battle.results, SHARE)
    assert math.isnan(found["likelihood"]) and math.isnan(found["forecast"])
    assert found["status"] == "no_data"
    assert battle.tables["outlook"]["status"].iloc[0] == "insufficient"
    assert battle.tables["allowance"]["likelihood"].isna().all()
    assert battle.tables["allowance"]["mean_left"].notna().all()


def test_what_remains_is_exact_at_its_edge_and_has_a_likelihood() -> None:
    values = network(0) | {"liuzhentun": GOOD | {"NH3-N": 1.1}}
    past = network(0) | {"liuzhentun": GOOD | {"NH3-N": 0.9}}
    tables = {
        "water_sections": pd.concat(
            [section_months(past, [2022, 2023, 2024]), section_months(values, [2025], range(1, 10))]
        )
    }
    found = build(tables, as_of=date(2025, 9, 30)).tables["allowance"].set_index(["section_id", "item"])
    edge = found.loc[("liuzhentun", "NH3-N")]
    # 12 months may hold 12.06 (a mean of 1.005 is 1.00), 9.9 are used: 2.16 for three months.
    assert (edge["sum_left"], edge["n_left"]) == (2.16, 3)
    assert edge["mean_left"] == pytest.approx(0.72)
    assert edge["is_default_target"]
    assert edge["likelihood"] == 0.0  # at the present level, 1.1, it is lost
    assert found.loc[("kaoshan_bridge", "NH3-N"), "likelihood"] == 1.0
    assert found.loc[("kaoshan_bridge", "CODMn"), "section_likelihood"] == 1.0


def test_draws_are_seeded_and_keep_frozen_months_frozen() -> None:
    readings = pd.concat(
        [section_months(network(5), [2022, 2023, 2024]), section_months(network(5), [2025], range(1, 9))]
    )
    generator = np.random.default_rng(3)
    readings["value"] *= np.exp(0.3 * generator.standard_normal(len(readings)))
    frozen = (readings["section_id"] == "kaoshan_bridge") & readings["date"].dt.month.isin([1, 2, 11, 12])
    months = make_months(readings[~frozen], context("2025", date(2025, 8, 31)))
    span = month_spans(months.judged_months, context("2025", date(2025, 8, 31)))[0]
    one, two = (draw_year(months, span, seed=5, n_draws=200) for _ in range(2))
    assert (one.classes == two.classes).all()
    assert (one.classes != draw_year(months, span, seed=6, n_draws=200).classes).any()
    assert one.is_valid[one.sections.index("kaoshan_bridge")].all()  # March to October make eight months
    later = frozen | ((readings["section_id"] == "kaoshan_bridge") & (readings["date"].dt.month == 10))
    months = make_months(readings[~later], context("2025", date(2025, 8, 31)))
    found = draw_year(months, span, seed=5, n_draws=200)
    assert not found.is_valid[found.sections.index("kaoshan_bridge")].any()  # seven are too few for a class


def test_a_falling_level_is_carried_into_the_months_to_come() -> None:
    parts = [
        section_months({name: GOOD | {"NH3-N": level} for name in ALL_16}, [year])
        for year, level in ((2022, 1.6), (2023, 1.4), (2024, 1.2))
    ]
    parts.append(section_months({name: GOOD | {"NH3-N": 1.0} for name in ALL_16}, [2025], range(1, 7)))
    battle = build({"water_sections": pd.concat(parts)}, as_of=date(2025, 6, 30))
    expected = battle.tables["allowance"].query("item == 'NH3-N'")["expected_mean"]
    # A year of 1.2 stands against 1.0 now; levels of the trailing year lag by half a year.
    assert expected.between(0.85, 1.2).all()


def test_gaps_of_rivers_in_winter_are_marked_as_ice_and_others_as_missing() -> None:
    readings = section_months(network(0), [2025])
    gone = (readings["section_id"] == "liuzhentun") & readings["date"].dt.month.isin([1, 7])
    gone |= (readings["section_id"] == "xinlicheng_dam") & (readings["date"].dt.month == 1)
    strip = build({"water_sections": readings[~gone]}).tables["strip"].set_index(["section_id", "month"])
    assert strip.loc[("liuzhentun", "2025-01-01"), "state"] == "frozen"
    assert strip.loc[("liuzhentun", "2025-07-01"), "state"] == "missing"
    assert strip.loc[("xinlicheng_dam", "2025-01-01"), "state"] == "missing"  # a lake
    assert strip.loc[("liuzhentun", "2025-02-01"), "state"] == ""


def test_a_section_with_seven_months_has_no_class_of_the_year() -> None:
    readings = section_months(network(0), [2025])
    gone = (readings["section_id"] == "liuzhentun") & (readings["date"].dt.month > 7)
    battle = build({"water_sections": readings[~gone]})
    assert row(battle.results, SHARE)["n_obs"] == 15
    assert "sections_missing" in row(battle.results, SHARE)["caveats"]
    assert pd.isna(battle.tables["sections"].set_index("section_id").at["liuzhentun", "class"])


def test_a_month_is_told_beside_the_year_up_to_its_end() -> None:
    battle = build(water(network(4), [2025], range(1, 11)), "2025-10", date(2025, 10, 31))
    found = battle.results[battle.results["indicator_id"] == SHARE]
    assert [str(day.date()) for day in found["period_start"]] == ["2025-01-01", "2025-01-01", "2025-10-01"]
    assert found["target_id"].iloc[2] == ""
    assert battle.tables["share_changes"]["basis"].tolist() == ["last_period"]  # there is no October of 2024


def test_a_year_before_the_target_is_judged_by_its_pace() -> None:
    parts = [section_months(network(poor), [year]) for year, poor in ((2021, 12), (2022, 11), (2023, 9))]
    found = row(build({"water_sections": pd.concat(parts)}, "2023", date(2023, 12, 31)).results, SHARE)
    # From 25 % in 2021 the straight path to 50 % in 2025 asks 6.25 points a year; 18.8 in two years is faster.
    assert (found["value"], found["status"]) == (43.8, "on_track")


def test_all_sources_that_comply_make_one_hundred_per_cent() -> None:
    found = build({"drinking_sources": supply()}).results
    share, volume = row(found, "drinking_source_good_share"), row(found, "drinking_volume_good_share")
    assert (share["value"], share["n_obs"], share["status"]) == (100.0, 12, "met")
    assert (volume["value"], volume["status"]) == (100.0, "no_target")


def test_one_failing_month_breaks_the_target_for_good() -> None:
    table = supply(9, failing=[3])
    table.loc[2, "volume_10k_m3"] = 400.0
    found = build({"drinking_sources": table}, as_of=date(2025, 9, 30)).results
    share = row(found, "drinking_source_good_share")
    assert (share["value"], share["likelihood"], share["status"]) == (88.9, 0.0, "off_track")  # 8 of 9
    assert row(found, "drinking_volume_good_share")["value"] == 66.7  # 800 of 1200


def test_a_source_without_failures_is_likely_but_never_certain_to_comply() -> None:
    share = row(
        build({"drinking_sources": supply(9)}, as_of=date(2025, 9, 30)).results, "drinking_source_good_share"
    )
    # Nine months without a failure: (9.5 / 10)(10.5 / 11)(11.5 / 12) for the three to come.
    assert share["likelihood"] == pytest.approx(9.5 / 10 * 10.5 / 11 * 11.5 / 12)
    assert share["status"] == "on_track"


def test_items_of_a_source_are_held_against_the_verdict_printed() -> None:
    items = pd.DataFrame(
        [
            ("甲", pd.Timestamp(2025, month, 1), "Fe", 0.5 if month == 4 else 0.1, False)
            for month in range(1, 13)
        ],
        columns=["source_name", "date", "item", "value", "is_censored"],
    )
    items["date"] = items["date"].astype("datetime64[s]")
    items = items.assign(city_code="220100", source_id="invented")
    battle = build({"drinking_sources": supply(), "drinking_items": items})
    april = battle.tables["drinking"].query("month.dt.month == 4").iloc[0]
    assert (april["is_compliant"], april["is_conflicting"], april["exceeding"]) == (False, True, "Fe")
    assert row(battle.results, "drinking_source_good_share")["value"] == 91.7


def test_townships_are_left_out_and_unmonitored_months_are_no_verdict() -> None:
    unknown = supply().assign(judgement="not_monitored")
    found = build({"drinking_sources": unknown}).results
    assert row(found, "drinking_source_good_share")["status"] == "no_data"
    assert math.isnan(
        row(build({"drinking_sources": supply(level="township")}).results, "drinking_source_good_share")[
            "value"
        ]
    )


def test_bodies_are_counted_by_area_from_the_last_entry_of_each() -> None:
    ledger = pd.concat(
        [
            bodies("2024-12-31", s1="in_treatment", s2="in_treatment", c1="eliminated", r1="untreated"),
            bodies("2025-12-31", s1="eliminated", s2="relapsed", c1="eliminated"),
        ]
    )
    battle = build({"black_odorous": ledger})
    city, county = (row(battle.results, f"{area}_black_odorous_bodies") for area in ("city", "county"))
    assert (city["value"], city["n_obs"], city["status"]) == (1.0, 2, "no_target")
    assert (county["value"], county["n_obs"]) == (0.0, 1)
    relapses = row(battle.results, "black_odorous_relapses")
    assert (relapses["value"], relapses["status"]) == (1.0, "off_track")  # due every year, without a date
    assert "ledger_counted" in city["caveats"]
    counts = battle.tables["body_counts"].query("year == 2024 and area_kind == 'rural'").iloc[0]
    assert (counts["n_listed"], counts["n_in_treatment"]) == (1, 1)


def test_a_ledger_wins_over_the_total_reported_and_says_so() -> None:
    reported = pd.DataFrame(
        [("city_black_odorous_bodies", "220100", "2025", 3.0, "count", "final", "", "book")],
        columns=["indicator_id", "place_code", "period", "value", "unit", "status", "scope", "source_id"],
    )
    alone = row(build({"ledger": reported}).results, "city_black_odorous_bodies")
    assert alone["value"] == 3.0
    both = row(
        build({"ledger": reported, "black_odorous": bodies("2025-12-31", s1="untreated")}).results,
        "city_black_odorous_bodies",
    )
    assert both["value"] == 1.0
    assert "ledger_differs" in both["caveats"] and "ledger_unverified" not in both["caveats"]


def test_monitoring_finds_a_body_that_is_black_again() -> None:
    points = pd.DataFrame(
        {
            "body_id": "s1",
            "point_name": ["1", "2"],
            "depth_cm": 80.0,
            "transparency_cm": [8.0, 40.0],
            "do_mg_l": [0.1, 4.0],
        }
    ).assign(orp_mv=[-250.0, 80.0], nh3_n_mg_l=[16.0, 2.0], city_code="220100", source_id="invented")
    points["date"] = pd.Series([pd.Timestamp(2025, 7, 1)] * 2).astype("datetime64[s]")
    ledger = bodies("2025-12-31", s1="eliminated", s2="eliminated")
    found = (
        build({"black_odorous": ledger, "black_odorous_points": points}).tables["bodies"].set_index("body_id")
    )
    assert (found.at["s1", "measured_grade"], found.at["s1", "n_points"]) == (
        1,
        2,
    )  # one of two points is severe
    assert found["is_black_again"].to_dict() == {"s1": True, "s2": False}
    assert pd.isna(found.at["s2", "measured_grade"])


def test_outfalls_are_counted_stage_by_stage() -> None:
    battle = build({"outfalls": outfalls()})
    assert row(battle.results, "outfalls_rectified")["value"] == 50.0
    assert row(battle.results, "direct_sewage_outlets")["value"] == 1.0
    stages = battle.tables["stages"].iloc[0]
    assert stages[["n_listed", "surveyed", "traced", "rectified"]].tolist() == [4, 4, 0, 2]


def test_flow_is_judged_on_days_with_a_target_and_a_gap_ends_a_run() -> None:
    days = pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-05", "2025-01-06"])
    flows = pd.DataFrame({"date": days.astype("datetime64[s]"), "flow_m3_s": [1.0, 0.4, 0.3, 0.2, 2.0]})
    flows = flows.assign(
        target_m3_s=[0.5, 0.5, 0.5, 0.5, np.nan], river_name="新凯河", point_name="甲", source_id="invented"
    )
    found = flow_table(flows, told_span(flows, context("2025", date(2025, 1, 10)))).iloc[0]
    # The last day has no target, so the span ends with the fifth; the fourth was not reported.
    assert (found["n_days"], found["n_expected"], found["n_met"], found["met_pct"]) == (4, 5, 1, 25.0)
    assert (found["longest_below_days"], found["lowest_pct"]) == (2, 40.0)
    battle = build({"ecological_flow": flows.assign(city_code="220100")}, as_of=date(2025, 1, 10))
    assert row(battle.results, "xinkai_flow_met_share")[["value", "status"]].tolist() == [25.0, "no_target"]
    assert row(battle.results, "yitong_flow_met_share")["status"] == "no_data"


def test_trends_find_the_fall_and_take_off_what_flow_explains() -> None:
    months = pd.date_range("2016-01-01", "2025-12-01", freq="MS")
    generator = np.random.default_rng(11)
    years = np.arange(len(months)) / 12
    flow = np.exp(3 - 0.1 * years + 0.2 * generator.standard_normal(len(months)))
    series = {
        ("liuzhentun", "NH3-N"): 2 - 0.1 * years + 0.05 * generator.standard_normal(len(months)),
        ("kaoshan_bridge", "CODMn"): 1 + 0.2 * flow + 0.05 * generator.standard_normal(len(months)),
        ("kaoshan_bridge", "Flow"): flow,
    }
    parts = [
        pd.DataFrame(
            {"section_id": section, "date": months.astype("datetime64[s]"), "item": item, "value": values}
        )
        for (section, item), values in series.items()
    ]
    readings = pd.concat(parts).assign(
        is_censored=False, city_code="220100", method="manual", source_id="invented"
    )
    found = build({"water_sections": readings}).tables["trends"].set_index(["section_id", "item"])
    falling, by_flow = found.loc[("liuzhentun", "NH3-N")], found.loc[("kaoshan_bridge", "CODMn")]
    assert (falling["word"], falling["adjustment"], falling["n"]) == ("improving", "season", 120)
    assert falling["low"] < -0.1 < falling["high"]
    assert (by_flow["word"], by_flow["adjustment"]) == ("no_clear_change", "season_flow")
    assert abs(by_flow["estimate"]) < 0.05  # the raw series falls by about 0.2 a year


def test_reservoirs_have_their_trophic_state_only_with_all_five_items() -> None:
    lake = {"CODMn": 4.0, "TP": 0.05, "TN": 1.0, "SD": 1.0, "Chla": 10.0}
    found = build(water({"xinlicheng_dam": lake}, [2025])).tables["reservoirs"].set_index("name_en")
    assert found.at["Xinlicheng Reservoir", "tli"] == pytest.approx(48.02, abs=0.005)  # example of the method
    assert (found.at["Xinlicheng Reservoir", "grade_en"], found.at["Xinlicheng Reservoir", "class"]) == (
        "mesotrophic",
        3,
    )
    assert found.at["Xinlicheng Reservoir", "tn_class"] == 3
    assert pd.isna(found.at["Shitoukoumen Reservoir", "tli"])
    del lake["SD"]
    found = build(water({"xinlicheng_dam": lake}, [2025])).tables["reservoirs"].set_index("name_en")
    assert math.isnan(found.at["Xinlicheng Reservoir", "tli"])
    assert found.at["Xinlicheng Reservoir", "missing"] == "SD"


def test_seasons_differ_by_what_differs() -> None:
    ammonia = [1.4 if month in (12, 1, 2) else 0.4 for month in range(1, 13)]
    values = {
        name: {**LAKE.get(name, GOOD), "NH3-N": np.array(ammonia) * (1 + place / 100)}
        for place, name in enumerate(ALL_16)
    }
    battle = build(water(values, [2024, 2025]))
    seasons = battle.tables["seasons"].set_index("season")
    assert (seasons.at["ice", "n_sampled"], seasons.at["flood", "n_sampled"]) == (96, 128)
    assert (seasons.at["ice", "good_pct"], seasons.at["flood", "good_pct"]) == (0.0, 100.0)
    assert seasons.at["ice", "driver"] == "NH3-N"
    ammonia_row = battle.tables["season_items"].set_index("item").loc["NH3-N"]
    assert ammonia_row["high"] < 0 < ammonia_row["ice"]


def test_without_any_data_every_target_is_insufficient_and_nothing_is_invented() -> None:
    battle = build({}, simulated=False)
    assert battle.results["value"].isna().all()
    judged = battle.results[(battle.results["target_id"] != RAISED) & battle.results["target_value"].notna()]
    assert set(judged["status"]) == {"no_data"}
    facts = {"published", "published_series", "published_rivals", "published_check"}
    loop = {"corrective_actions", "corrective_editions", "manual_overrides", "missed_without_action"}
    assert set(battle.tables) == {
        "networks",
        "section_names",
        "sources",
        "quarantine",
        "origins",
        "histories",
        *facts,
        *loop,
    }
    assert all(battle.tables[name].empty for name in loop)


def test_a_year_before_the_first_network_has_no_share() -> None:
    battle = build(water(network(3, of=NAMED), [2015]), "2015", date(2015, 12, 31), simulated=False)
    assert math.isnan(row(battle.results, SHARE)["value"])
    assert row(battle.results, SHARE)["status"] == "no_data"


def test_only_files_of_the_battle_are_listed() -> None:
    sources = store.empty("sources").reindex(range(2))
    sources = sources.assign(source_id=["a", "w"], reader=["air_publish", "water_sections"], path=["x", "y"])
    quarantine = (
        store.empty("quarantine").reindex(range(2)).assign(source_id=["a", "w"], reason="is no known section")
    )
    battle = build({"sources": sources, "quarantine": quarantine})
    assert battle.tables["sources"]["source_id"].tolist() == ["w"]
    assert battle.tables["quarantine"]["source_id"].tolist() == ["w"]


LEVELS = st.sampled_from([0.1, 0.4, 0.9, 1.2, 1.8, 2.5, math.nan])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(LEVELS, min_size=16, max_size=16),
    st.integers(1, 12),
    st.lists(LEVELS, min_size=16, max_size=16),
)
def test_any_sections_make_a_valid_results_table(now: list[float], last: int, before: list[float]) -> None:
    parts = [
        section_months(
            {name: {**GOOD, "NH3-N": level} for name, level in zip(ALL_16, levels, strict=True)},
            years,
            months,
        )
        for levels, years, months in ((before, [2023, 2024], range(1, 13)), (now, [2025], range(1, last + 1)))
    ]
    readings = pd.concat(parts).dropna(subset=["value"])
    question = context("2025", (pd.Timestamp(2025, last, 1) + pd.offsets.MonthEnd()).date())
    months = make_months(readings, question)
    told = month_spans(months.judged_months, question)
    outlook = draw_year(months, told[0], seed=1, n_draws=100) if told else Outlook()
    annual = water_shares.annual_values(months, question)
    seen = water_shares.observations(months, told, outlook, annual, question)
    table = results.make(assess.make_rows(seen, question, store.empty("sources")))
    found = row(table, SHARE)
    assert found["n_obs"] <= 16
    assert pd.isna(found["value"]) or 0 <= found["value"] <= 100
    assert (found["status"] == "met") <= (last == 12)
    assert table.loc[table["value"].isna(), "status"].isin(["no_data", "no_target"]).all()


@pytest.mark.real
def test_the_real_feed_has_its_own_table_and_no_share(shared_data, tmp_path) -> None:
    folders = Folders(tmp_path / "raw", tmp_path / "processed")
    folders.raw.mkdir()
    name = "cnemc_realtime_snapshot_20260821_p1.json.gz"
    (folders.raw / name).write_bytes((shared_data / "data" / "water" / name).read_bytes())
    assert not ingest(folders, city="changchun").refused
    tables = {name: store.read_table(folders.processed, name) for name in empty_tables()}
    battle = clear_water.build(tables, context("2026", date(2026, 8, 31), simulated=False))
    feed = battle.tables["automatic"]
    assert set(feed["section_id"]) == set(NAMED) - {"xinlicheng_dam"}
    assert feed["class_code"].between(1, 6).all()
    assert (feed["time"].dt.date <= date(2026, 8, 21)).all()
    assert "sections" not in battle.tables
    assert battle.results["value"].isna().all()  # instantaneous classes never become a share
