"""Green hills: from processed tables to results and pages, by hand-checked cases."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import registry, store
from helpers.battles import green_hills, land_ledger, land_nature, land_pace, land_registers, land_vegetation
from helpers.page import battle_page
from helpers.paths import Folders
from helpers.sources.ingest import ingest
from land_cases import areas, context, empty_tables, faulty_words, ledger, page_texts, row, rows

GREENING = {
    "greening_urban_rural": [0.0, 0.6, 1.1, 1.8, 2.4, 2.9],
    "greening_corridors": [0.0, 0.5, 1.0, 1.5, 2.0, 2.5],
    "greening_restoration": [0.0, 7.9, 18.9, 26.7, 37.6, 45.6],
}


def build(tables: dict, as_of: date = date(2025, 12, 31), **kind: bool):
    return green_hills.build(empty_tables(green_hills) | tables, context(as_of, **kind))


def greening(total: list[float], first: int = 2020) -> pd.DataFrame:
    parts = [ledger(name, dict(enumerate(values, start=first))) for name, values in GREENING.items()]
    return pd.concat([*parts, ledger("greening_total", dict(enumerate(total, start=first)))])


def test_forest_cover_is_computed_and_scopes_never_mix() -> None:
    new = areas({("乔木林地", 2023): 150.0, ("土地总面积", 2023): 2000.0, ("乔木林地", 2025): 155.0,
                 ("特灌林", 2025): 6.0, ("农田林网和四旁树", 2025): 3.0, ("土地总面积", 2025): 2000.0}, scope="新")  # fmt: skip
    old = areas({("乔木林地", 2016): 400.0, ("土地总面积", 2016): 2000.0}, scope="旧")
    battle = build({"areas": pd.concat([old, new])})
    found = row(battle.results, "forest_cover")
    # (155 + 6 + 3) / 2000 = 8.2 %: the target of 2025 is met; 20 % of the other scope is no part of the series.
    assert (found["value"], found["status"], found["n_obs"]) == (8.2, "met", 2)
    assert "computed_from_areas" in found["caveats"]
    years = battle.tables["years"]
    assert years.set_index("year")["value"].to_dict() == {2016: 20.0, 2023: 7.5, 2025: 8.2}
    assert land_ledger.latest_scope(years)["year"].tolist() == [2023, 2025]


def test_areas_that_contradict_each_other_give_no_value_and_are_told() -> None:
    battle = build({"areas": areas({("乔木林地", 2025): 300.0, ("土地总面积", 2025): 200.0})})
    assert row(battle.results, "forest_cover")["status"] == "no_data"
    assert battle.tables["contradictions"].to_dict("records") == [
        {"indicator_id": "forest_cover", "year": 2025}
    ]
    assert any("森林覆盖率未计算" in text for text in page_texts(battle, "zh"))


def test_a_reported_figure_yields_to_the_computed_one_and_the_page_says_so() -> None:
    tables = {
        "areas": areas({("自然保护地", 2025): 36.0, ("林业用地", 2025): 200.0}),
        "ledger": ledger("reserve_share", {2024: 17.5, 2025: 18.4}),
    }
    battle = build(tables)
    assert row(battle.results, "reserve_share")["value"] == 18.0
    assert battle.tables["differences"].to_dict("records") == [
        {"indicator_id": "reserve_share", "period": "2025", "reported": 18.4, "computed": 18.0}
    ]
    assert any(
        "computed from ledgers as 18.0 %, reported as 18.4 %" in text for text in page_texts(battle, "en")
    )


def test_past_years_give_the_likelihood_of_the_greening_task() -> None:
    outlook = land_pace.project_total(
        pd.Series([0.0, 9, 21, 30, 42, 51], index=range(2020, 2026)), target=102, target_year=2030
    )
    # Increments 9, 12, 9, 12, 9: mean 10.2, five years to go: 51 + 51 = 102, an even chance.
    assert (outlook.median, outlook.n) == (102.0, 5)
    assert outlook.likelihood == pytest.approx(0.5)
    # s² = 2.7, error √2.7·√(5 + 25/5) = 5.196; one error below the target on four degrees of freedom: 0.187.
    lower = land_pace.project_total(
        pd.Series([0.0, 9, 21, 30, 42, 51], index=range(2020, 2026)),
        target=102 + math.sqrt(27),
        target_year=2030,
    )
    assert lower.likelihood == pytest.approx(0.1870, abs=1e-4)


def test_greening_is_judged_by_likelihood_or_with_few_years_by_pace() -> None:
    total = [0.0, 9.0, 21.0, 30.0, 42.0, 51.0]
    found = row(build({"ledger": greening(total)}).results, "greening_total")
    assert found["status"] == "on_track"
    assert found["likelihood"] > 0.99
    battle = build({"ledger": greening(total[2:], first=2022)})
    found = row(battle.results, "greening_total")
    assert math.isnan(found["likelihood"])
    # 21 in 2022 to 74.26 in 2030 asks 6.66 a year; 10 a year were done.
    assert found["status"] == "on_track"
    state = battle.tables["greening"].set_index("indicator_id").loc["greening_total"]
    assert state["required_from_now"] == pytest.approx((74.26 - 51) / 5)
    assert any("不足以推算" in text for text in page_texts(battle, "zh"))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=5, max_size=9), st.integers(-50, 50), st.integers(1, 2000))
def test_a_higher_target_is_never_likelier(steps: list[int], shift: int, target: int) -> None:
    totals = (
        pd.Series([0, *pd.Series(steps).cumsum()], index=range(2016, 2017 + len(steps)), dtype=float) + shift
    )
    ends = [land_pace.project_total(totals, target=goal, target_year=2030) for goal in (target, target + 25)]
    if ends[0].likelihood is None or ends[1].likelihood is None:
        return
    assert 0 <= ends[1].likelihood <= ends[0].likelihood <= 1
    moved = land_pace.project_total(totals + 7, target=target + 7, target_year=2030)
    assert moved.likelihood == pytest.approx(ends[0].likelihood)


def test_a_falling_greening_total_is_shown_and_not_judged() -> None:
    battle = build({"ledger": greening([11.9, 12.3, 9.8, 10.4, 11.0, 12.0])})
    found = row(battle.results, "greening_total")
    assert (found["value"], found["status"], found["reason"]) == (12.0, "no_data", "falling_total|year=2022")
    state = battle.tables["greening"].set_index("indicator_id").loc["greening_total"]
    assert (state["status"], state["value"]) == ("no_data", 12.0)
    assert math.isnan(state["observed"]) and math.isnan(state["likelihood"])
    assert all(page_texts(battle, lang) for lang in ("zh", "en"))


def test_every_judged_greening_target_has_its_path_and_its_likelihood() -> None:
    asked = context()
    later = asked.plan.targets_for("greening_total")[0].model_copy(
        update={"id": "greening_total_2035", "value": 200.0, "year": 2035}
    )
    plan = asked.plan.model_copy(update={"targets": (*asked.plan.targets, later)})
    tables = empty_tables(green_hills) | {"ledger": greening([0.0, 9.0, 21.0, 30.0, 42.0, 51.0])}
    battle = green_hills.build(tables, replace(asked, plan=plan))
    rows_ = battle.results[battle.results["indicator_id"] == "greening_total"].set_index("target_id")
    assert rows_["status"].to_dict() == {
        "greening_total_2030": "on_track",
        "greening_total_2035": "off_track",
    }
    paths = battle.tables["greening"].set_index("target_id")["target_value"]
    assert paths[["greening_total_2030", "greening_total_2035"]].tolist() == [74.26, 200.0]


def test_the_three_parts_must_sum_to_the_total() -> None:
    total = [sum(values) for values in zip(*GREENING.values(), strict=True)]
    total[4] += 0.3
    battle = build({"ledger": greening([round(value, 2) for value in total])})
    found = battle.tables["greening_balance"].set_index("year")
    assert found["gap"].to_dict() == {2020: 0, 2021: 0, 2022: 0, 2023: 0, 2024: -0.3, 2025: 0}
    assert any("此前2024年三项之和与总数不一致" in text for text in page_texts(battle, "zh"))


def test_counties_add_up_or_the_page_says_by_how_much_not() -> None:
    parts = {"220122": 7.0, "220182": 8.5, "220184": 6.0}
    tables = {
        "ledger": pd.concat(
            [
                ledger("greening_total", {2025: 22.0}),
                *(ledger("greening_total", {2025: value}, place=code) for code, value in parts.items()),
            ]
        )
    }
    battle = build(tables)
    found = battle.tables["county_balance"].iloc[0]
    assert (found["parts"], found["total"], found["gap"], found["is_closed"]) == (21.5, 22.0, -0.5, False)
    assert "德惠市" in found["missing_zh"] and "农安县" not in found["missing_zh"]
    assert any("比全市填报的22.00万亩少0.5000万亩" in text for text in page_texts(battle, "zh"))


def test_gongzhuling_is_no_county_of_the_city_before_2020() -> None:
    reported = ledger("mine_restored_area", {2019: 5.0}, place="220122")
    found = land_ledger.county_values(reported, ["mine_restored_area"], context())
    assert len(found) == 10 and "220184" not in set(found["place_code"])


def test_only_places_that_were_not_yet_of_the_city_give_no_sum() -> None:
    reported = ledger("mine_restored_area", {2019: 5.0}, place="220184")
    found = build({"ledger": reported}).tables["county_balance"].iloc[0]
    assert math.isnan(found["parts"]) and math.isnan(found["total"]) and not found["is_closed"]


def test_a_survey_without_hours_gives_no_rate() -> None:
    survey = {"site": "A", "method": "样线", "species_group": "invasive", "species": "甲"}
    table = rows(
        "species_counts",
        [
            survey | {"date": "2024-07-01", "effort_hours": 4.0, "individual_count": 6},
            survey | {"date": "2024-08-01", "effort_hours": None, "individual_count": 6},
            survey | {"date": "2025-07-01", "effort_hours": 0.0, "individual_count": 1},
        ],
    )
    found = land_nature.effort_table(table, "invasive", context())
    assert found["per_hour"].isna().all() and math.isnan(found["effort_hours"].iloc[0])


def finding(number: int, found: str, due: str | None, closed: str | None, register: str = "绿盾2024") -> dict:
    return {"register": register, "finding_id": str(number), "place_code": "220122", "found_date": found,
            "due_date": due, "closed_date": closed}  # fmt: skip


def test_findings_stand_as_on_the_day_of_the_report() -> None:
    table = rows(
        "findings",
        [
            finding(1, "2024-03-01", "2024-06-01", "2024-05-01"),
            finding(2, "2024-03-01", "2024-06-01", "2024-07-01"),  # closed late
            finding(3, "2024-03-01", "2024-12-31", None),  # due on the very day: not overdue yet
            finding(4, "2024-03-01", "2024-12-30", "2025-01-05"),  # closed only after the day: overdue
            finding(5, "2024-03-01", None, None),  # without a due day
            finding(6, "2025-01-02", None, None),  # found after the day
            finding(7, "2024-03-01", None, None, register="危险废物排查"),  # of another battle
        ],
    )
    found = land_registers.open_findings(table, ("green_shield",), context(date(2024, 12, 31)))
    told = land_registers.summarise_findings(found).iloc[0].to_dict()
    assert told == {
        "register": "绿盾2024",
        "n_found": 5,
        "n_closed": 2,
        "n_late": 1,
        "n_open": 3,
        "n_overdue": 1,
    }


def test_hours_of_a_survey_count_once_however_many_species_it_found() -> None:
    survey = {
        "site": "A",
        "date": "2024-07-01",
        "effort_hours": 4.0,
        "method": "样线",
        "species_group": "invasive",
    }
    table = rows(
        "species_counts",
        [
            survey | {"species": "甲", "individual_count": 6},
            survey | {"species": "乙", "individual_count": 0},
            survey | {"species": "甲", "individual_count": 2, "site": "B", "effort_hours": 1.0},
            survey | {"species": "丙", "individual_count": 1, "date": "2025-07-01"},
        ],
    )
    found = land_nature.effort_table(table, "invasive", context())
    first = found.iloc[0]
    assert first[["n_sites", "n_surveys", "effort_hours", "n_species", "n_individuals"]].tolist() == [
        2,
        2,
        5.0,
        1,
        8,
    ]
    assert first["per_hour"] == 1.6
    listed = land_nature.species_list(table, "invasive", context())
    assert listed[["species", "is_new"]].to_numpy().tolist() == [["丙", True], ["甲", False]]


def composites(records: list[tuple[str, str, float, str]]) -> pd.DataFrame:
    made = [
        {"date": first, "pixel_date": seen, "value": value, "quality": quality}
        for first, seen, value, quality in records
    ]
    return rows("vegetation", made, zone="示例林区", index="NDVI")


def test_months_are_weighted_by_quality_and_follow_the_pixel_day() -> None:
    table = composites(
        [
            ("2025-06-10", "2025-06-12", 0.6, "good"),
            ("2025-05-25", "2025-06-02", 0.3, "marginal"),  # seen in June
            ("2025-06-26", "2025-06-28", 0.1, "cloudy"),
            ("2025-07-12", "2025-07-14", 0.2, "snow"),
            ("2025-11-01", "2025-11-03", 0.2, "good"),  # outside of the season
        ]
    )
    found = land_vegetation.growing_months(table, context()).set_index("month")
    assert found.loc["2025-06-01", "value"] == pytest.approx((0.6 + 0.5 * 0.3) / 1.5)
    assert math.isnan(found.loc["2025-07-01", "value"])
    assert list(found.index.month) == [6, 7]


def test_a_trend_needs_enough_months_and_is_named_by_its_interval() -> None:
    days = [f"{year}-{month:02d}-10" for year in range(2016, 2026) for month in range(5, 10)]
    rise = [0.5 + 0.01 * (int(day[:4]) - 2016) + 0.02 * int(day[5:7]) for day in days]
    whole = composites([(day, day, value, "good") for day, value in zip(days, rise, strict=True)])
    found = build({"vegetation": whole}).tables["vegetation"].iloc[0]
    assert found["estimate"] == pytest.approx(0.01)
    assert (found["term"], found["n"], found["good_share_pct"], found["status"]) == (
        "forest",
        50,
        100.0,
        "ok",
    )
    short = build({"vegetation": whole[whole["date"] >= "2020-01-01"]}).tables["vegetation"].iloc[0]
    assert (short["n"], short["status"]) == (30, "insufficient")


def test_a_standing_duty_that_is_broken_is_off_track() -> None:
    reported = ledger("natural_forest_logging", {2024: 0.0, 2025: 1.2})
    assert row(build({"ledger": reported}).results, "natural_forest_logging")["status"] == "off_track"


def test_published_figures_of_other_scopes_stay_apart() -> None:
    battle = build({}, simulated=True)
    figures = battle.tables["published"].set_index("name_zh")["value"]
    assert figures["森林覆盖率(都市区口径)"] == 30.66
    assert battle.tables["years"].empty
    assert row(battle.results, "forest_cover")["status"] == "no_data"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_data_the_page_says_what_to_supply(lang: str) -> None:
    battle = build({})
    assert battle.results["value"].isna().all()
    can_be_judged = battle.results["target_value"].notna() & ~battle.results["caveats"].str.contains(
        "not_judged"
    )
    assert set(battle.results.loc[can_be_judged, "status"]) == {"no_data"}
    assert set(battle.results["status"]) <= {"no_data", "no_target"}
    texts = page_texts(battle, lang)
    assert faulty_words(texts, lang) == []
    told = next(one for one in texts if battle_page.text("lacking", "table", lang) in one)
    for needed in ("MOD13", "FIRMS", registry.indicator("forest_cover").name_zh if lang == "zh" else ""):
        assert needed in told, needed


@pytest.mark.real
def test_real_vegetation_of_changbai_mountain(shared_data, tmp_path) -> None:
    folders = Folders(tmp_path / "raw", tmp_path / "processed")
    folders.raw.mkdir()
    name = "MOD13A1_CN-Cha_Changbaishan_Jilin.csv"
    (folders.raw / name).write_bytes((shared_data / "data" / "vegetation" / name).read_bytes())
    assert not ingest(folders, city="changchun").refused
    table = store.read_table(folders.processed, "vegetation")
    last = table["date"].max().year - 1
    asked = context(date(last, 12, 31))
    # Changbai Mountain is not the city: the page leaves the site out, and names it.
    battle = build({"vegetation": table}, as_of=date(last, 12, 31))
    assert battle.tables["vegetation"].empty
    assert battle.tables["foreign_zones"]["zone"].tolist() == ["CN-Cha"]
    months = land_vegetation.growing_months(table, asked)
    found = land_vegetation.trend_table(months, asked).iloc[0]
    assert (found["zone"], found["status"], found["term"]) == ("CN-Cha", "ok", "")
    assert 36 <= found["n"] <= 50
    assert found["low"] <= found["estimate"] <= found["high"]
    assert abs(found["estimate"]) < 0.02
