"""Black soil: from processed tables to results and pages, by hand-checked cases."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import store
from helpers.battles import black_soil, land_registers, land_soil
from helpers.page import battle_page
from helpers.paths import Folders
from helpers.sources.ingest import ingest
from land_cases import areas, context, empty_tables, faulty_words, ledger, page_texts, row, rows

PLACE = {"longitude": 125.4321, "latitude": 44.1234}
BEFORE, AFTER = [20.0, 21.0, 22.0, 23.0, 24.0], [21.0, 22.0, 24.0, 23.0, 25.0]


def build(tables: dict, as_of: date = date(2025, 12, 31), **kind: bool):
    return black_soil.build(empty_tables(black_soil) | tables, context(as_of, **kind))


def matter(zone: str, before: list[float], after: list[float]) -> pd.DataFrame:
    """Organic matter (g/kg) of the same points in 2021 and 2025."""
    records = []
    for year, values in ((2021, before), (2025, after)):
        records += [
            PLACE
            | {
                "survey": f"{year}",
                "sample_id": f"{zone}{n}",
                "sample_date": f"{year}-10-10",
                "zone": zone,
                "value": value,
            }
            for n, value in enumerate(values)
        ]
    return rows(
        "soil_samples",
        records,
        depth="0-20",
        item="SOM",
        unit="g_kg",
        medium="soil",
        land_use="other",
        ph=6.0,
    )


def cadmium(zone: str, values: list[float], *, ph: float = 6.0, **more: object) -> pd.DataFrame:
    """Cadmium (mg/kg) of farmland samples of 2025."""
    records = [
        PLACE | {"sample_id": f"{zone}{n}", "zone": zone, "value": value} | more
        for n, value in enumerate(values)
    ]
    common = {"survey": "2025", "sample_date": "2025-10-10", "depth": "0-20", "item": "Cd", "unit": "mg_kg"}
    return rows("soil_samples", records, medium="soil", land_use="other", ph=ph, **common)


def test_organic_matter_of_the_same_points_by_the_paired_t_test() -> None:
    found = build({"soil_samples": matter("甲", BEFORE, AFTER)}).tables["matter"].iloc[0]
    # Changes 1, 1, 2, 0, 1: mean 1, standard error 0.3162, t(4) = 2.776.
    assert (found["n"], found["before"], found["after"], found["difference"]) == (5, 22.0, 23.0, 1.0)
    assert found["low"] == pytest.approx(1 - 0.878, abs=1e-3)
    assert found["high"] == pytest.approx(1.878, abs=1e-3)
    assert found["minimum_detectable"] == pytest.approx((2.7764 + 0.9410) * 0.31623, abs=1e-3)
    assert (found["first"], found["last"], found["status"]) == (2021, 2025, "ok")


def test_groups_below_five_are_suppressed_and_no_sum_gives_them_away() -> None:
    samples = pd.concat([cadmium("甲", [0.1] * 6), cadmium("乙", [0.5] * 4)])
    battle = build({"soil_samples": pd.concat([samples, matter("乙", BEFORE[:4], AFTER[:4])])})
    found = battle.tables["risks"].set_index("zone")
    hidden = found.loc["乙"]
    assert (hidden["n"], hidden["status"]) == (4, "suppressed")
    assert hidden[["priority", "safe_use", "strict", "undetermined", "rate_pct"]].isna().all()
    assert found.loc["", ["n", "priority", "safe_use"]].tolist() == [6, 6, 0]
    assert battle.tables["matter"].iloc[0][["before", "after", "difference"]].isna().all()
    assert battle.tables["nemerow"].set_index("zone").loc["乙", "status"] == "suppressed"
    assert any("不公布" in text for text in page_texts(battle, "zh"))


def test_no_table_and_no_page_carries_the_position_of_a_sample() -> None:
    battle = build({"soil_samples": pd.concat([cadmium("甲", [0.1] * 6), matter("甲", BEFORE, AFTER)])})
    for name, table in battle.tables.items():
        assert not {"longitude", "latitude", "sample_id"} & set(table.columns), name
    for lang in ("zh", "en"):
        texts = " ".join(page_texts(battle, lang))
        assert "125.43" not in texts and "44.12" not in texts and "甲0" not in texts


@pytest.mark.parametrize(
    ("value", "ph", "risk"),
    [(0.3, 6.0, "priority"), (0.31, 6.0, "safe_use"), (2.0, 6.0, "safe_use"), (2.01, 6.0, "strict"), (0.6, 7.6, "priority")],
)  # fmt: skip
def test_risk_class_of_cadmium_by_ph_band(value: float, ph: float, risk: str) -> None:
    battle = build({"soil_samples": cadmium("甲", [value] * 5, ph=ph)})
    assert battle.tables["risks"].set_index("zone").loc["甲", risk] == 5
    assert battle.tables["risk_basis"].iloc[0]["n_preliminary"] == 5
    assert any("5个样品中5个只有土壤数据" in text for text in page_texts(battle, "zh"))


def test_the_index_of_one_item_is_its_share_of_the_screening_value() -> None:
    found = build({"soil_samples": cadmium("甲", [0.15, 0.3, 0.45, 0.6, 0.3])}).tables["nemerow"].iloc[0]
    # Limit 0.3: indices 0.5, 1, 1.5, 2, 1; with one item the Nemerow index is the single index.
    assert found["median_index"] == pytest.approx(1.0)
    assert (found["clean_share_pct"], found["largest"]) == (60.0, "Cd")


def test_only_the_latest_survey_and_the_top_layer_are_classed() -> None:
    old = cadmium("甲", [5.0] * 5).assign(survey="2019", sample_date=pd.Timestamp(2019, 10, 1))
    deep = cadmium("甲", [5.0] * 5).assign(depth="20-40")
    battle = build({"soil_samples": pd.concat([old, deep, cadmium("甲", [0.1] * 5)])})
    assert battle.tables["risks"].set_index("zone").loc["甲", ["n", "priority"]].tolist() == [5, 5]
    late = build({"soil_samples": cadmium("甲", [0.1] * 5)}, as_of=date(2025, 6, 30))
    assert late.tables["risks"].empty


@pytest.mark.parametrize(
    ("missing", "told"),
    [("sample_date", "调查年份未注明，0-20厘米"), ("depth", "2025年，采样深度未注明")],
)
def test_a_survey_may_leave_out_its_day_or_its_layer(missing: str, told: str) -> None:
    empty = {"sample_date": pd.NaT, "depth": ""}[missing]
    table = cadmium("甲", [0.2, 0.2, 0.2, 0.2, 0.4]).assign(**{missing: empty})
    battle = build({"soil_samples": store.conform("soil_samples", table)})
    basis = battle.tables["risk_basis"].iloc[0]
    assert (math.isnan(basis["year"]), basis["depth"] == "") == (missing == "sample_date", missing == "depth")
    assert any(told in text for text in page_texts(battle, "zh"))
    assert any("not stated" in text for text in page_texts(battle, "en"))


def test_safe_use_rate_from_the_ledger_of_areas() -> None:
    values = {"受污染耕地": 100.0, "轻度污染达标耕地": 60.0, "安全利用达标耕地": 30.0, "严格管控耕地": 5.0}
    battle = build({"areas": areas({(kind, 2025): value for kind, value in values.items()})})
    found = row(battle.results, "contaminated_farmland_safe_use")
    assert (found["value"], found["status"]) == (95.0, "met")


def parcel(
    day: str, stage: str, use: str = "class2", *, listed: str = "yes", built: str = "no", number: str = "1"
) -> dict:
    return {"parcel_id": number, "place_code": "220122", "date": day, "stage": stage, "planned_use": use,
            "is_listed": listed, "is_built": built, "area_ha": 2.0}  # fmt: skip


def test_parcels_built_on_too_early_and_changed_without_a_survey() -> None:
    table = rows(
        "parcels",
        [
            parcel("2024-12-31", "to_survey"),
            parcel("2025-06-30", "to_survey", "class1"),
            parcel("2026-03-31", "surveyed", "class1"),  # after the day of the report
            parcel("2025-06-30", "controlled", built="yes", number="2"),
            parcel("2025-06-30", "accepted", built="yes", number="3"),
            parcel("2025-06-30", "detailed", built="yes", listed="no", number="4"),
        ],
    )
    battle = build({"parcels": table})
    assert battle.tables["parcels"].set_index("parcel_id")["is_early"].to_dict() == {
        "1": False,
        "2": True,
        "3": False,
        "4": False,
    }
    found = row(battle.results, "unremedied_plots_built")
    assert (found["value"], found["status"], str(found["period_end"].date())) == (
        1,
        "off_track",
        "2025-06-30",
    )
    change = battle.tables["use_changes"].iloc[0]
    assert (change["from_use"], change["to_use"], change["is_surveyed"]) == ("class2", "class1", False)


def waste(produced: float, parts: tuple[float, ...], place: str = "220100", period: str = "2024") -> dict:
    names = ("used_t", "disposed_t", "stored_change_t", "transferred_t")
    base = {"place_code": place, "period": period, "kind": "hazardous", "produced_t": produced}
    return base | dict(zip(names, parts, strict=True))


def test_a_waste_balance_closes_or_is_flagged() -> None:
    table = rows(
        "waste_balances",
        [waste(100.0, (60.0, 30.0, 5.1, 4.9)), waste(90.0, (60.0, 20.0, -5.0, 5.0), period="2025")],
    )
    closed = build({"waste_balances": table}, as_of=date(2025, 6, 30))
    assert closed.tables["wastes"][["period", "gap_t", "is_closed"]].to_numpy().tolist() == [
        ["2024", 0.0, True]
    ]
    open_ = build({"waste_balances": table})
    assert open_.tables["wastes"][["gap_t", "gap_pct", "is_closed"]].to_numpy().tolist() == [
        [-10.0, -11.1, False]
    ]
    assert any("危险废物不平衡" in text for text in page_texts(open_, "zh"))
    assert any("Not closed: Hazardous waste." in text for text in page_texts(open_, "en"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-5000, 5000), min_size=3, max_size=3), st.integers(0, 100_000))
def test_parts_that_sum_to_what_was_produced_always_close(parts: list[int], produced: int) -> None:
    tenths = [part / 10 for part in parts]
    rest = (10 * produced - sum(parts)) / 10
    table = rows("waste_balances", [waste(float(produced), (*tenths, rest))])
    found = land_registers.close_balances(table, context())
    assert found["is_closed"].tolist() == [True]
    assert found["gap_t"].tolist() == [0.0]


def test_counties_and_city_of_a_waste() -> None:
    table = rows(
        "waste_balances",
        [
            waste(100.0, (100.0, 0.0, 0.0, 0.0)),
            waste(60.0, (60.0, 0.0, 0.0, 0.0), "220122"),
            waste(39.5, (39.5, 0.0, 0.0, 0.0), "220182"),
        ],
    )
    found = build({"waste_balances": table}).tables["waste_counties"].iloc[0]
    assert (found["parts"], found["total"], found["gap"], found["n_counties"]) == (99.5, 100.0, -0.5, 2)


def wells(values: dict[int, float], *, item: str = "Mn", censored: bool = False) -> pd.DataFrame:
    records = [{"date": f"{year}-05-20", "value": value} for year, value in values.items()]
    return rows("groundwater", records, point_id="井1", item=item, unit="mg/L", is_censored=censored)


LIMITS = [
    {"item": "Mn", "class_number": n, "high": high} for n, high in enumerate((0.05, 0.06, 0.1, 1.5), start=1)
]


def test_groundwater_class_and_trend() -> None:
    limits = rows("groundwater_limits", LIMITS, basis="示例", unit="mg/L")
    rising = wells({year: 0.04 + 0.01 * (year - 2018) for year in range(2018, 2026)})
    found = land_soil.point_table(rising, limits, context()).iloc[0]
    # 0.11 in 2025 is above 0.1: class IV; 0.10 in 2024 is still III.
    assert (found["class_number"], found["previous_class"], found["decisive"]) == (4, 3, "Mn")
    assert (found["rising"], found["falling"], found["n_years"]) == ("Mn", "", 8)
    censored = land_soil.point_table(rising.assign(is_censored=True), limits, context()).iloc[0]
    assert censored["rising"] == ""
    short = land_soil.point_table(rising[rising["date"] >= "2021-01-01"], limits, context()).iloc[0]
    assert short["rising"] == ""


def test_without_a_table_of_limits_no_class_is_given() -> None:
    battle = build({"groundwater": wells({2024: 0.2, 2025: 0.3})})
    assert math.isnan(battle.tables["groundwater"]["class_number"].iloc[0])
    assert any("没有限值表，不定类别" in text for text in page_texts(battle, "zh"))


def test_rural_waters_left_are_counted_from_their_ledger() -> None:
    records = [
        {
            "body_id": str(n),
            "date": f"{year}-12-31",
            "status": "eliminated" if n < year - 2022 else "in_treatment",
        }
        for year in (2024, 2025)
        for n in range(4)
    ]
    battle = build({"black_odorous": rows("black_odorous", records, body_name="某水体", area_kind="rural")})
    assert battle.tables["rural_bodies"]["n_left"].tolist() == [2, 1]
    assert row(battle.results, "rural_black_odorous_bodies")["value"] == 1


def test_published_tillage_stays_apart_from_the_ledger_with_its_break() -> None:
    battle = build({"ledger": ledger("conservation_tillage_area", {2024: 1100.0, 2025: 1210.0})})
    published = battle.tables["published"]
    tillage = published[
        (published["indicator_id"] == "conservation_tillage_area") & (published["kind"] == "value")
    ]
    by_area = tillage.set_index("area_zh")["value"]
    assert (by_area["长春市(不含公主岭)"], by_area["长春市"]) == (381.0, 718.95)
    assert battle.tables["years"]["value"].tolist() == [1100.0, 1210.0]
    found = row(battle.results, "conservation_tillage_area")
    assert (found["status"], "gongzhuling_2020" in found["caveats"]) == ("met", True)


def test_a_figure_that_prints_as_the_target_meets_it() -> None:
    found = row(
        build({"ledger": ledger("irrigation_efficiency", {2025: 0.609})}).results, "irrigation_efficiency"
    )
    assert (found["value"], found["status"]) == (0.61, "met")


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
    for needed in ("soil", "parcels", "wastes", "groundwater", "findings"):
        assert battle_page.text("lacking", f"kinds.{needed}.what", lang) in told, needed


@pytest.mark.real
def test_real_cadmium_of_farmland(shared_data, tmp_path) -> None:
    folders = Folders(tmp_path / "raw", tmp_path / "processed")
    folders.raw.mkdir()
    (folders.raw / "pri_Cd_data.csv").write_bytes(
        (shared_data / "data" / "soil" / "pri_Cd_data.csv").read_bytes()
    )
    assert not ingest(folders, city="changchun").refused
    samples = store.read_table(folders.processed, "soil_samples")
    battle = build({"soil_samples": samples})
    found = battle.tables["risks"]
    n = samples.drop_duplicates(["survey", "sample_id", "depth"])["sample_id"].size
    assert battle.tables["coverage"].set_index("table").loc["soil_samples", "expected"] == n
    assert found[found["status"] == "ok"]["n"].ge(5).all()
