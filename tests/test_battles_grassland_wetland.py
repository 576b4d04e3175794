"""Grassland and wetland: from processed tables to results and pages, by hand-checked cases."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.battles import grassland_wetland, land_areas, land_vegetation
from helpers.page import battle_page
from helpers.registry.land import land
from land_cases import areas, context, empty_tables, faulty_words, ledger, page_texts, row, rows

OLD, NEW = "旧口径", "新口径"


def build(tables: dict, as_of: date = date(2025, 12, 31)):
    return grassland_wetland.build(empty_tables(grassland_wetland) | tables, context(as_of))


def grass(values: dict[str, tuple[float, float]], *, zone: str = "220100", year: int = 2025) -> pd.DataFrame:
    """Area (ha) and cover (%) by type."""
    return pd.concat(
        [
            areas({(kind, year): area for kind, (area, _) in values.items()}, zone=zone),
            areas({(kind, year): cover for kind, (_, cover) in values.items()}, zone=zone, measure="cover"),
        ]
    )


def test_cover_is_weighted_by_the_area_of_the_types() -> None:
    battle = build({"areas": grass({"草甸": (100.0, 85.0), "草原": (300.0, 69.4)})})
    found = row(battle.results, "grass_cover")
    assert (found["value"], found["status"]) == (73.3, "met")  # (8500 + 20820) / 400
    assert "computed_from_areas" in found["caveats"]


def test_a_type_without_area_gives_no_cover_instead_of_a_wrong_one() -> None:
    table = grass({"草甸": (100.0, 85.0), "草原": (300.0, 69.4)})
    battle = build({"areas": table[~((table["kind"] == "草原") & (table["measure"] == "area"))]})
    assert row(battle.results, "grass_cover")["status"] == "no_data"
    assert battle.tables["contradictions"]["indicator_id"].tolist() == ["grass_cover"]


def test_the_city_row_wins_over_its_counties_which_else_stand_together() -> None:
    counties = [grass({"草甸": (100.0, 80.0)}, zone="220122"), grass({"草甸": (300.0, 60.0)}, zone="220182")]
    assert row(build({"areas": pd.concat(counties)}).results, "grass_cover")["value"] == 65.0
    whole = pd.concat([*counties, grass({"草甸": (400.0, 70.0)})])
    assert row(build({"areas": whole}).results, "grass_cover")["value"] == 70.0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 100)), min_size=1, max_size=6))
def test_cover_lies_between_that_of_its_types(types: list[tuple[int, int]]) -> None:
    table = grass({f"类型{n}": (float(area), float(cover)) for n, (area, cover) in enumerate(types)})
    found, _ = land_areas.grass_cover(table, context())
    covers = [cover for _, cover in types]
    assert min(covers) - 0.05 <= found["value"].iloc[0] <= max(covers) + 0.05


def test_wetland_changes_only_within_one_scope() -> None:
    old = areas({("湿地", 2014): 900.0}, scope=OLD)
    new = areas({("湿地", 2021): 500.0, ("湿地", 2023): 510.0, ("湿地", 2025): 495.0}, scope=NEW)
    battle = build({"areas": pd.concat([old, new])})
    found = row(battle.results, "wetland_area_change")
    assert (found["value"], found["status"]) == (-5.0, "off_track")
    assert "survey_methods_differ" in found["caveats"]
    lone = row(build({"areas": old}).results, "wetland_area_change")
    assert math.isnan(lone["value"])


def test_protection_is_told_as_unverified() -> None:
    battle = build({"areas": areas({("受保护自然湿地", 2025): 36.0, ("自然湿地", 2025): 100.0})})
    found = row(battle.results, "wetland_protection")
    assert (found["value"], found["status"]) == (36.0, "met")
    assert "rule_unverified" in found["caveats"]


def water(values: dict[str, float], lake: str = "kalunhu") -> pd.DataFrame:
    return ledger("open_water_area", values, place=lake)


def test_open_water_against_the_median_of_its_month() -> None:
    values = {
        "2022-06": 300.0,
        "2023-06": 310.0,
        "2024-06": 350.0,
        "2025-06": 279.0,
        "2025-07": 280.0,
        "2024-07": 300.0,
    }
    found = build({"ledger": water(values)}).tables["open_water"].set_index("month")
    june, july = found.loc["2025-06-01"], found.loc["2025-07-01"]
    assert (june["usual"], june["share_pct"], june["n_years"]) == (310.0, 90.0, 3)
    assert (math.isnan(july["share_pct"]), july["n_years"]) == (True, 1)


def test_open_water_of_a_month_that_has_not_ended_is_not_read() -> None:
    found = build({"ledger": water({"2025-06": 279.0, "2025-07": 280.0})}, as_of=date(2025, 7, 30))
    assert found.tables["open_water"]["month"].dt.month.tolist() == [6]


def test_open_water_is_no_figure_of_the_city() -> None:
    assert "open_water_area" not in set(build({}).results["indicator_id"])
    assert {one.id for one in land("changchun").lakes} == {
        "shitoukoumen",
        "xinlicheng",
        "taipingchi",
        "kalunhu",
        "shuangyang",
    }


def composites(values: dict[int, float], quality: str = "good") -> pd.DataFrame:
    """Four composites a year, of one value each year, in the zone of grassland."""
    days = [f"{year}-{day}" for year in values for day in ("06-10", "06-26", "07-12", "07-28")]
    records = [
        {"date": day, "pixel_date": day, "value": values[int(day[:4])], "quality": quality} for day in days
    ]
    return rows("vegetation", records, zone="示例草原区", index="NDVI")


def test_the_season_stands_over_the_range_of_past_years_with_fixed_ends() -> None:
    table = composites({year: 0.40 + 0.02 * (year - 2015) for year in range(2015, 2025)} | {2025: 0.70})
    found = land_vegetation.season_table(table, (0.2, 0.7), ["示例草原区"], context())
    # Past NDVI 0.40 to 0.58 are covers 40 to 76 % in steps of 4; 10 % and 90 % of ten values lie 0.9 steps inside.
    assert found["value"].tolist() == pytest.approx([100.0] * 4)
    assert found["median"].tolist() == pytest.approx([58.0] * 4)
    assert found["low"].tolist() == pytest.approx([43.6] * 4)
    assert found["high"].tolist() == pytest.approx([72.4] * 4)
    same = land_vegetation.season_table(
        table[table["date"] >= "2019-01-01"], (0.2, 0.7), ["示例草原区"], context()
    )
    assert same["value"].tolist() == found["value"].tolist()


def test_cloud_is_a_gap_and_few_years_give_no_range() -> None:
    table = pd.concat([composites(dict.fromkeys(range(2021, 2025), 0.5)), composites({2025: 0.5}, "cloudy")])
    found = land_vegetation.season_table(table, (0.2, 0.7), ["示例草原区"], context())
    assert found["value"].isna().all()
    assert found["low"].isna().all()
    assert found["n_years"].tolist() == [4] * 4


def test_without_a_usable_composite_of_the_year_there_is_no_season_to_tell_of() -> None:
    table = pd.concat([composites(dict.fromkeys(range(2021, 2025), 0.5)), composites({2025: 0.5}, "cloudy")])
    battle = build({"vegetation": table})
    assert battle.tables["season"].empty and battle.tables["season_basis"].empty
    told = page_texts(battle, "zh")
    assert any(battle_page.text("lacking", "table", "zh") in one and "植被指数" in one for one in told)
    assert not any("期高于" in text for text in page_texts(battle, "zh"))


def test_a_zone_that_is_not_of_the_city_tells_nothing_of_it() -> None:
    foreign = composites({2024: 0.4, 2025: 0.9}).assign(zone="CN-Cha")
    battle = build({"vegetation": foreign})
    assert battle.tables["season"].empty
    assert battle.tables["foreign_zones"].to_dict("records") == [
        {"zone": "CN-Cha", "first": pd.Timestamp("2024-06-10"), "last": pd.Timestamp("2025-07-28"), "n": 8}
    ]
    own = composites(dict.fromkeys(range(2015, 2026), 0.4))
    alone, both = (build({"vegetation": table}).tables for table in (own, pd.concat([own, foreign])))
    pd.testing.assert_frame_equal(alone["season"], both["season"])
    pd.testing.assert_frame_equal(alone["season_basis"], both["season_basis"])
    county = composites({2025: 0.4}).assign(zone="农安县西部")
    assert build({"vegetation": county}).tables["foreign_zones"].empty


def test_a_winter_without_open_water_has_no_month_yet() -> None:
    values = {"2022-06": 300.0, "2023-06": 310.0, "2024-06": 350.0}
    battle = build({"ledger": water(values)}, as_of=date(2025, 1, 31))
    found = battle.tables["open_water"]
    assert found.empty and found["month"].dtype == "datetime64[s]"
    assert any("open_water_area" in text or "水面" in text for text in page_texts(battle, "zh"))


def test_a_step_that_lacks_one_of_the_zones_is_a_gap() -> None:
    first, second = composites({2025: 0.5}), composites({2025: 0.3}).assign(zone="另一草原区")
    found = land_vegetation.season_table(
        pd.concat([first, second.iloc[1:]]), (0.2, 0.7), ["示例草原区", "另一草原区"], context()
    )
    assert found["value"].iloc[1:].tolist() == pytest.approx([40.0] * 3)
    assert math.isnan(found["value"].iloc[0])


def test_rain_of_a_step_with_a_missing_day_is_missing() -> None:
    season = pd.DataFrame({"date": pd.to_datetime(["2025-06-10", "2025-06-26"])})
    days = pd.date_range("2025-06-10", "2025-07-11", freq="D")
    weather = pd.DataFrame({"date": days, "precipitation_mm": np.ones(32)})
    weather.loc[20, "precipitation_mm"] = np.nan
    found = land_vegetation.add_rain(season, weather, context())["precipitation_mm"]
    assert found.iloc[0] == 16.0
    assert math.isnan(found.iloc[1])


def test_birds_are_told_with_their_effort() -> None:
    survey = {"site": "某湿地", "species": "某鸟", "species_group": "bird", "method": "样点"}
    table = rows(
        "species_counts",
        [
            survey | {"date": "2024-04-10", "individual_count": 30, "effort_hours": 2.0},
            survey | {"date": "2025-04-10", "individual_count": 60, "effort_hours": 6.0},
        ],
    )
    battle = build({"species_counts": table})
    assert battle.tables["birds"][["effort_hours", "per_hour"]].to_numpy().tolist() == [
        [2.0, 15.0],
        [6.0, 10.0],
    ]
    assert any("调查时长由2.0小时变为6.0小时" in text for text in page_texts(battle, "zh"))


def test_a_target_of_the_province_is_not_judged() -> None:
    found = row(
        build({"ledger": ledger("degraded_grassland_restored", {2025: 2.0})}).results,
        "degraded_grassland_restored",
    )
    assert found["status"] == "no_target"
    assert "province_target_missing" in found["caveats"]


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
    assert "MOD13" in told
