"""The facts of a city: the plan word by word, stations, published figures, and every kind of bad record."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from helpers import registry
from helpers.errors import RegistryError
from helpers.registry.cities import PUBLISHED_COLUMNS
from helpers.standards.rounding import round_half_even
from helpers.units import UNITS

PLAN = "pollution_control_2022.yml"
FROM_REVIEW = 181  # rows of published.csv from here on were read from the review, those before from the facts
# What the plan writes in words: a target of this value may be quoted by one of them.
WORDS = {
    0: ("消除", "不再新建", "清零", "防止", "停止", "禁止", "不减少", "不得"),
    100: ("全部", "全面", "全覆盖", "完成", "应收尽收"),
    3: ("Ⅲ",),
}


@pytest.fixture(scope="module")
def plan() -> registry.Plan:
    """The plan of Changchun."""
    return registry.plan("changchun")


def test_plan_holds_more_than_forty_commitments_of_articles_3_to_43(plan: registry.Plan) -> None:
    numbered = [target for target in plan.targets if target.value is not None and target.judged]
    assert len(numbered) > 40
    assert {target.article for target in plan.targets} <= set(range(3, 44))


@pytest.mark.parametrize(
    ("target_id", "operator", "value", "unit", "year", "article"),
    [
        ("pm25_mean_2025", "<=", 30, "ug_m3", 2025, 3),
        ("good_day_ratio_2025", ">=", 90, "pct", 2025, 3),
        ("good_section_share_2025", ">=", 50, "pct", 2025, 3),
        ("good_section_share_2025_three_year_action", ">=", 68.8, "pct", 2025, 3),
        ("worse_than_v_sections_2025", "<=", 0, "count", 2025, 3),
        ("contaminated_farmland_safe_use_2025", ">=", 95, "pct", 2025, 3),
        ("forest_cover_2025", ">=", 8.2, "pct", 2025, 3),
        ("grass_cover_2025", ">=", 73.2, "pct", 2025, 3),
        ("wetland_protection_2025", ">=", 35, "pct", 2025, 3),
        ("clean_heating_share_2025", ">=", 52, "pct", 2025, 5),
        ("rail_freight_share_change_2025", ">=", 0.5, "pp", 2025, 8),
        ("clean_bulk_transport_share_2025", ">=", 70, "pct", 2025, 8),
        ("heavy_day_ratio_2025", "<=", 1.4, "pct", 2025, 11),
        ("low_voc_base_coat_share_2025", ">=", 100, "pct", 2025, 12),
        ("low_voc_machinery_share_2025", ">=", 50, "pct", 2025, 12),
        ("voc_reduction_2025", ">=", 0.42, "10k_t", 2025, 12),
        ("nox_reduction_2025", ">=", 0.93, "10k_t", 2025, 12),
        ("noise_automatic_share_2025", ">=", 100, "pct", 2025, 17),
        ("noise_night_compliance_2025", ">=", 85, "pct", 2025, 17),
        ("songhua_main_class_2025", "<=", 3, "water_class", 2025, 19),
        ("drinking_source_good_share_2025", ">=", 100, "pct", 2025, 21),
        ("greening_total_2030", ">=", 74.26, "10k_mu", 2030, 24),
        ("reserve_share_2025", ">=", 18, "pct", 2025, 26),
        ("conservation_tillage_area_2025", ">=", 1200, "10k_mu", 2025, 27),
        ("conservation_tillage_share_2025", ">=", 80, "pct", 2025, 27),
        ("irrigation_efficiency_2025", ">=", 0.61, "index", 2025, 27),
        ("erosion_treated_area_2025", ">=", 363, "km2", 2025, 27),
        ("rural_waste_coverage_2023", ">=", 100, "pct", 2023, 28),
        ("fertiliser_efficiency_2025", ">=", 43, "pct", 2025, 28),
        ("pesticide_efficiency_2025", ">=", 43, "pct", 2025, 28),
        ("rural_sewage_share_2025", ">=", 25, "pct", 2025, 28),
        ("manure_use_2025", ">=", 80, "pct", 2025, 28),
        ("new_wetland_parks_2025", ">=", 1, "count", 2025, 37),
        ("river_emergency_maps_standing", ">=", 100, "pct", None, 38),
        ("radioactive_sources_stored_standing", ">=", 100, "pct", None, 39),
        ("medical_waste_facilities_2025", ">=", 1, "count", 2025, 43),
    ],
)
def test_commitment_is_as_the_plan_prints_it(
    plan: registry.Plan,
    target_id: str,
    operator: str,
    value: float,
    unit: str,
    year: int | None,
    article: int,
) -> None:
    target = plan.target(target_id)
    found = (target.operator, target.value, target.unit, target.year, target.article)
    assert found == (operator, value, unit, year, article)


def test_province_decides_four_shares_and_the_small_boilers(plan: registry.Plan) -> None:
    left_open = {target.indicator for target in plan.targets if target.decided_by == "province"}
    assert left_open == {
        "co2_intensity_reduction",
        "non_fossil_share",
        "straw_use",
        "degraded_grassland_restored",
        "small_boilers_removed",
    }


def test_parts_of_the_greening_add_up(plan: registry.Plan) -> None:
    parts = [
        plan.target(f"greening_{part}_2030").value for part in ("urban_rural", "corridors", "restoration")
    ]
    assert round(sum(parts), 2) == plan.target("greening_total_2030").value


def test_boilers_and_rivers_keep_their_sizes(plan: registry.Plan) -> None:
    sizes = {target.indicator: target.threshold.value for target in plan.targets if target.threshold}
    assert sizes == {
        "new_small_boilers_urban": 40,
        "new_small_boilers_other": 20,
        "ultra_low_emission_boilers": 65,
        "river_boundaries_drawn": 20,
    }


def test_pages_judge_by_the_plan_and_keep_the_later_document(plan: registry.Plan) -> None:
    assert [target.value for target in plan.targets_for("good_section_share")] == [50]
    both = plan.targets_for("good_section_share", judged_only=False)
    assert [(target.value, target.judged) for target in both] == [(50, True), (68.8, False)]
    assert plan.sources["three_year_action_2023"].date == date(2023, 7, 7)


def test_no_indicator_is_judged_twice_by_one_year(plan: registry.Plan) -> None:
    keys = [(target.indicator, target.year) for target in plan.targets if target.judged]
    assert len(keys) == len(set(keys))


def test_before_2025_means_the_end_of_2024(plan: registry.Plan) -> None:
    assert plan.target("hazardous_plants_relocated_2025").target_date == date(2024, 12, 31)


def test_dated_steps_are_there(plan: registry.Plan) -> None:
    months = {milestone.due.isoformat()[:7] for milestone in plan.milestones}
    assert months == {"2022-06", "2022-09", "2023-12", "2024-12", "2025-12", "2030-12", "2035-12"}
    assert sum(milestone.due.year == 2035 for milestone in plan.milestones) >= 4


def test_every_article_is_accounted_for(plan: registry.Plan) -> None:
    assert [article.number for article in plan.articles] == list(range(1, 52))
    not_measurable = [article for article in plan.articles if article.follow == "not_measurable"]
    assert [article.number for article in not_measurable] == [1, 2]
    parts = {part.id: part for part in (*plan.targets, *plan.milestones, *plan.measures)}
    for article in plan.articles:
        assert all(parts[ref].article == article.number for ref in article.refs), article.number
        assert article.refs or article.reason_zh, article.number


def test_caveats_of_a_target_follow_from_its_record(plan: registry.Plan) -> None:
    for target in plan.targets:
        expected = {"draft_plan"} if target.source == "plan_draft_2022" else set()
        if target.value is None:
            by_province = target.decided_by == "province"
            expected.add("province_target_missing" if by_province else "target_without_number")
        if target.year is None:
            expected.add("no_deadline")
        assert set(target.caveats) == expected, target.id


def test_unknown_target_is_refused(plan: registry.Plan) -> None:
    with pytest.raises(RegistryError, match=r"no target 'pm25_2026'; .*correct the id"):
        plan.target("pm25_2026")


def _plan_text(shared_data: Path) -> str:
    return re.sub(r"\s", "", (shared_data / "plan" / "plan.zh.txt").read_text("utf-8"))


@pytest.mark.real
def test_quotes_stand_in_the_plan(plan: registry.Plan, shared_data: Path) -> None:
    text = _plan_text(shared_data)
    quotes = [target for target in plan.targets if target.source == "plan_draft_2022"]
    assert len(quotes) > 70
    for target in quotes:
        assert target.text_zh and re.sub(r"\s", "", target.text_zh) in text, target.id


@pytest.mark.real
def test_quotes_stand_in_their_own_article(plan: registry.Plan, shared_data: Path) -> None:
    text = (shared_data / "plan" / "plan.zh.txt").read_text("utf-8")
    parts = re.split(r"\n\s*[（(][一二三四五六七八九十]+[）)]", text)
    assert len(parts) == 52
    for target in plan.targets:
        if target.text_zh:
            article = re.sub(r"\s", "", parts[target.article])
            assert re.sub(r"\s", "", target.text_zh) in article, target.id


@pytest.mark.real
def test_titles_of_articles_are_the_plan_s(plan: registry.Plan, shared_data: Path) -> None:
    text = (shared_data / "plan" / "plan.zh.txt").read_text("utf-8")
    titles = re.findall(r"^[（(][一二三四五六七八九十]+[）)](.+?)\s*$", text, re.MULTILINE)
    assert [article.title_zh for article in plan.articles] == titles


@pytest.mark.real
def test_every_percentage_and_amount_of_the_plan_is_a_target(plan: registry.Plan, shared_data: Path) -> None:
    """No number with a unit in articles 3 to 43 is left out."""
    found = re.findall(
        r"(\d+(?:\.\d+)?)(?=%|微克|万吨|万亩|平方公里|个百分点|蒸吨|个符合|个。)", _plan_text(shared_data)
    )
    known = {target.value for target in plan.targets}
    known |= {target.threshold.value for target in plan.targets if target.threshold}
    assert len(found) == 35
    assert {float(number) for number in found} <= known


def test_numbers_stand_in_their_quotes(plan: registry.Plan) -> None:
    for target in plan.targets:
        if target.text_zh is None or target.value is None:
            continue
        numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", target.text_zh)}
        words = WORDS.get(int(target.value), ()) if target.value == int(target.value) else ()
        assert target.value in numbers or any(word in target.text_zh for word in words), target.id
        assert target.threshold is None or target.threshold.value in numbers, target.id


def test_city_is_changchun_with_gongzhuling_since_2020() -> None:
    city = registry.city("changchun")
    assert (city.code, city.name_zh) == ("220100", "长春市")
    assert [(change.id, change.date) for change in city.scope_changes] == [
        ("gongzhuling_2020", date(2020, 6, 1))
    ]
    assert city.heating_season.dates(2020) == (date(2020, 10, 20), date(2021, 4, 8))
    assert city.ozone_season.dates(2024) == (date(2024, 5, 1), date(2024, 9, 30))
    assert all("不是法定禁烧期" in window.note_zh for window in city.straw_windows)


def test_ten_stations_of_which_one_is_the_control_point() -> None:
    stations = registry.stations("changchun")
    assert stations["station_code"].tolist() == [f"{number}A" for number in range(1119, 1129)]
    assert stations.loc[stations["is_control"], "station_code"].tolist() == ["1125A"]
    assert stations["valid_to"].isna().all()


@pytest.mark.real
def test_stations_are_those_of_the_lists(shared_data: Path) -> None:
    ours = registry.stations("changchun").set_index("station_code")
    listed = pd.read_csv(shared_data / "data/stations/StationList-2020.01.01.csv.gz", index_col=0).loc[
        ours.index
    ]
    assert ours["name_zh"].tolist() == listed["监测点名称"].tolist()
    assert (ours["earlier_latitude"] - pd.to_numeric(listed["纬度"])).abs().max() < 1e-9
    feed = "data/air/hourly/cnemc_publish_csv_changchun_20221105T00__HeQinWill.csv.gz"
    release = pd.read_csv(shared_data / feed, index_col="stationcode").loc[ours.index]
    assert (ours["longitude"] - release["longitude"]).abs().max() < 1e-9


def test_published_figures_are_known_and_cited() -> None:
    figures = registry.published("changchun")
    assert len(figures) > 90
    assert set(figures["unit"]) <= set(UNITS)
    assert (figures["source_title"] != "").all()
    known = registry.indicators()
    mapped = figures[(figures["indicator_id"] != "") & (figures["kind"] == "value")]
    assert all(known[row.indicator_id].unit == row.unit for row in mapped.itertuples())


def test_published_air_series_is_as_printed() -> None:
    figures = registry.published("changchun")
    whole_year = figures["period"].str.len() == 4
    good = figures[figures["shown"] & whole_year & figures["kind"].eq("value")]
    series = good[good["indicator_id"] == "good_day_ratio"].set_index("period")["value"].to_dict()
    assert series == {"2015": 64.5, "2020": 83.3, "2021": 90.4, "2022": 92.1, "2024": 89.6}
    pm25 = good[good["indicator_id"] == "pm25_mean"].set_index("period")
    assert pm25["value"].to_dict() == {"2015": 64, "2020": 42, "2021": 31, "2022": 28, "2024": 33}
    assert pm25["is_derived"].to_dict() == {
        "2015": True, "2020": True, "2021": True, "2022": False, "2024": True
    }  # fmt: skip


def _published(indicator: str, period: str, area: str = "长春市", *, derived: bool = False) -> float:
    """The one figure of an indicator, area and period that is worked out, or printed."""
    found = registry.published("changchun")
    own = found[
        (found["indicator_id"] == indicator) & (found["period"] == period) & (found["area_zh"] == area)
    ]
    (value,) = own.loc[own["is_derived"] == derived, "value"]
    return value


def _one_decimal(part: int, whole: int) -> float:
    return float(round_half_even(100 * part / whole, 1))


def test_the_means_of_pm25_are_the_only_integers_that_give_both_printed_falls() -> None:
    found = registry.published("changchun")
    falls = found[(found["indicator_id"] == "pm25_mean") & (found["kind"] == "change") & found["shown"]]
    falls = falls.set_index("period")["value"]
    first, second = falls["2015/2020"], falls["2020/2024"]
    assert (first, second) == (-34.4, -21.4)
    span = range(15, 111)
    pairs = [(a, b) for a in span for b in span if _one_decimal(b - a, a) == first]
    fits = [(a, b, c) for a, b in pairs for c in span if _one_decimal(c - b, b) == second]
    assert fits == [tuple(_published("pm25_mean", year, derived=True) for year in ("2015", "2020", "2024"))]


def test_figures_worked_out_follow_from_the_printed_ones() -> None:
    share = _published("good_day_ratio", "2024")
    assert [n for n in range(367) if _one_decimal(n, 366) == share] == [
        _published("good_days", "2024", derived=True)
    ]
    other = _published("good_day_ratio", "2015", derived=True)
    days = int(_published("good_days", "2015", derived=True))
    assert other == _one_decimal(days, 365) == round(_published("good_day_ratio", "2020") - 18.4, 1)
    # What is printed of 2015 is the share of no whole number of days, and that of 2018 not of all its days.
    assert not [n for n in range(366) if _one_decimal(n, 365) == _published("good_day_ratio", "2015")]
    part = "2018-01-01/2018-11-18"
    days, printed = int(_published("good_days", part)), _published("good_day_ratio", part)
    assert (date(2018, 11, 18) - date(2018, 1, 1)).days + 1 == 322 and _one_decimal(days, 322) == 87.6
    assert [n for n in range(days, 323) if _one_decimal(days, n) == printed] == [313]
    for year, reached, margin in (("2021", 76.6, 2.3), ("2023", 86.2, 10.1)):
        target = _published("good_section_share", year, "吉林省", derived=True)
        assert target == round(reached - margin, 1)


def test_a_figure_worked_out_says_how_and_is_never_of_high_confidence() -> None:
    worked = registry.published("changchun").query("is_derived")
    assert set(worked["confidence"]) <= {"medium", "low"}
    of_city = worked[worked["area_zh"] == "长春市"]
    assert of_city["note_zh"].ne("").all() and of_city["note_en"].ne("").all()


def test_figures_of_province_and_nation_are_never_shown_as_the_city_s() -> None:
    found = registry.published("changchun")
    beside = found[~found["area_zh"].str.startswith("长春")]
    assert {"全国", "吉林省"} <= set(beside["area_zh"]) and not beside["shown"].any()


def test_of_two_conflicting_figures_one_is_shown_and_names_the_other() -> None:
    figures = registry.published("changchun")
    fall = figures[(figures["indicator_id"] == "pm25_mean") & (figures["period"] == "2015/2020")]
    assert dict(zip(fall["value"], fall["shown"], strict=True)) == {-36.3: False, -34.4: True}
    assert fall["note_zh"].str.contains("36.3|34.4").all()
    hidden = figures[~figures["shown"]]
    assert (hidden["note_zh"] != "").all() and (hidden["note_en"] != "").all()


@pytest.mark.real
def test_published_figures_equal_the_facts(shared_data: Path) -> None:
    facts = pd.read_csv(shared_data / "facts/published_figures.csv", dtype=str)
    known = {
        (row.indicator, float(row.value))
        for row in facts[facts["area"].str.startswith(("长春", "吉林省"))].itertuples()
        if re.fullmatch(r"-?\d+(\.\d+)?", str(row.value))
    }
    review = (shared_data / "review/anchors_and_standards.md").read_text("utf-8").replace("−", "-")
    rows = re.findall(r"^\| (B2[12]|B2[4-8]|B3[1-7]) \|(.*)$", review, re.MULTILINE)
    later = {float(text) for _, row in rows for text in re.findall(r"-?\d+(?:\.\d+)?", row)}
    for row in registry.published("changchun").dropna(subset="value").itertuples():
        is_known = (row.name_zh, row.value) in known or row.name_zh.startswith("断面水质类别")
        assert is_known or (row.Index >= FROM_REVIEW and row.value in later), (row.name_zh, row.value)


@pytest.fixture
def checkout(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the city in a temporary checkout, ready to be broken."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(repo / "cities" / "changchun", tmp_path / "cities" / "changchun")
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(tmp_path))
    return tmp_path / "cities" / "changchun"


def _edit(path: Path, change: Callable[[dict], None]) -> None:
    record = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    change(record)
    path.write_text(yaml.dump(record, Dumper=yaml.CSafeDumper), "utf-8")


def test_a_copied_city_is_the_same_city(checkout: Path, plan: registry.Plan) -> None:
    assert registry.plan("changchun") == plan


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda p: p["targets"][1].update(unit="kg"),
            r"targets\.1 \(pm25_mean_2025\)\.unit: unknown unit 'kg'.*fix the unit",
        ),
        (
            lambda p: p["targets"][1].update(unit="mg_m3"),
            r"pm25_mean_2025\.unit: 'mg_m3' is not known; use ug_m3",
        ),
        (
            lambda p: p["targets"][1].update(indicator="pm3"),
            r"pm25_mean_2025\.indicator: 'pm3' is not known; correct it or add the record",
        ),
        (
            lambda p: p["targets"][1].update(article=52),
            r"pm25_mean_2025\.article: 52 is not known; use 1 to 51",
        ),
        (
            lambda p: p["targets"][1].update(source="rumour"),
            r"pm25_mean_2025\.source: 'rumour' .* use an id of sources",
        ),
        (
            lambda p: p["targets"][1].update(caveats=["luck"]),
            r"pm25_mean_2025\.caveats: 'luck' .* define it in",
        ),
        (
            lambda p: p["targets"][1].update(valeu=3),
            r"targets\.1 \(pm25_mean_2025\)\.valeu: .*; remove the key or correct its spelling",
        ),
        (
            lambda p: p["targets"][1].pop("value"),
            r"targets\.1 \(pm25_mean_2025\)\.value: field required; add the key",
        ),
        (
            lambda p: p["targets"][1].update(operator="=<"),
            r"targets\.1 \(pm25_mean_2025\)\.operator: .*found '=<'.*use one of the listed words",
        ),
        (
            lambda p: p["targets"][1].update(value="thirty"),
            r"targets\.1 \(pm25_mean_2025\)\.value: .*found 'thirty'.*correct the record",
        ),
        (
            lambda p: p["milestones"][0].update(due="2025-13"),
            r"milestones\.0 \(goals_2025\)\.due: .*found '2025-13'.*correct the record",
        ),
        (
            lambda p: p["targets"].append(p["targets"][1]),
            r"id: 'pm25_mean_2025' stands twice; .*rename or remove",
        ),
        (lambda p: p["articles"].append(p["articles"][0]), r"articles\.number: 1 stands twice"),
        (lambda p: p["articles"].pop(30), r"articles: article 31 is not accounted for; .*add it with follow"),
        (
            lambda p: p["articles"][10].update(refs=["heavy_day_ratio_2052"]),
            r"articles \(11\)\.refs: 'heavy_day_ratio_2052' is not known; use an id of targets",
        ),
        (
            lambda p: p["articles"][10]["refs"].remove("heavy_day_ratio_2025"),
            r"articles \(11\)\.refs: 'heavy_day_ratio_2025' belongs to article 11 .*list it under refs",
        ),
        (lambda p: p["articles"][50].update(number=52), r"articles: article 51 is not accounted for"),
        (
            lambda p: p["articles"].append({**p["articles"][0], "number": 52}),
            r"articles \(52\): 52 is not known; the plan has 51 articles",
        ),
        (
            lambda p: p["measures"][0].update(indicator="luck"),
            r"energy_dual_control\.indicator: 'luck' is not known; correct it or add the record",
        ),
    ],
)
def test_bad_plan_names_file_key_and_remedy(
    checkout: Path, change: Callable[[dict], None], message: str
) -> None:
    _edit(checkout / "plans" / PLAN, change)
    with pytest.raises(
        RegistryError, match=rf"cities/changchun/plans/pollution_control_2022\.yml, {message}"
    ) as refusal:
        registry.plan("changchun")
    assert "\n" not in str(refusal.value)


def test_broken_yaml_names_its_line(checkout: Path) -> None:
    lines = (checkout / "plans" / PLAN).read_text("utf-8").splitlines()
    lines[30] = "   unit ug_m3"
    (checkout / "plans" / PLAN).write_text("\n".join(lines), "utf-8")
    with pytest.raises(
        RegistryError,
        match=r"cities/changchun/plans/pollution_control_2022\.yml, line 3[0-3]: .*; correct the line",
    ):
        registry.plan("changchun")


def test_unknown_city_is_refused(checkout: Path) -> None:
    with pytest.raises(RegistryError, match=r"no city 'jilin'; expected one of changchun; .*add a folder"):
        registry.city("jilin")


def test_folder_and_slug_must_agree(checkout: Path) -> None:
    checkout.rename(checkout.parent / "jilin")
    with pytest.raises(RegistryError, match=r"cities/jilin/city\.yml, slug: 'changchun' .*; write jilin"):
        registry.city("jilin")


def test_exchanged_coordinates_are_refused(checkout: Path) -> None:
    def exchange(record: dict) -> None:
        record["stations"][0].update(latitude=43.55, longitude=43.9)

    _edit(checkout / "stations.yml", exchange)
    with pytest.raises(
        RegistryError, match=r"stations\.yml, 1119A\.longitude: .*outside the city's box.*exchanged"
    ):
        registry.stations("changchun")


def test_repeated_station_is_refused(checkout: Path) -> None:
    _edit(checkout / "stations.yml", lambda record: record["stations"].append(record["stations"][0]))
    with pytest.raises(RegistryError, match=r"stations\.yml, station_code: '1119A' stands twice"):
        registry.stations("changchun")


ROW = dict.fromkeys(PUBLISHED_COLUMNS, "") | {
    "indicator_id": "pm25_mean",
    "period": "2022",
    "kind": "value",
    "value": "28",
    "unit": "ug_m3",
    "is_derived": "0",
    "confidence": "high",
    "shown": "1",
}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"unit": "kg"}], r"row 2, unit: 'kg' is not allowed; use ug_m3"),
        (
            [{}, {"period": "2021", "value": "about 28"}],
            r"row 3, value: 'about 28' is not allowed; write a number",
        ),
        ([{"value": "nan"}], r"row 2, value: 'nan' is not allowed; write a number"),
        (
            [{"indicator_id": "pm3"}],
            r"row 2, indicator_id: 'pm3' is not allowed; use an id of indicators.yml",
        ),
        ([{"period": "2022年"}], r"row 2, period: '2022年' is not allowed; write 2024 or 2015/2020"),
        ([{"period": "2022/2015"}], r"row 2, period: '2022/2015' is not allowed"),
        ([{"shown": "yes"}], r"row 2, shown: 'yes' is not allowed; use 0, 1"),
        ([{}, {"value": "29"}], r"row 3, shown: pm25_mean has two shown figures for 2022; set shown to 0"),
        (
            [{}, {"value": "29", "period": "2022-01-01/2022-12-31"}],
            r"row 3, shown: pm25_mean has two shown figures for 2022-01-01/2022-12-31",
        ),
    ],
)
def test_bad_published_figure_names_row_and_remedy(
    checkout: Path, rows: list[dict[str, str]], message: str
) -> None:
    pd.DataFrame([ROW | row for row in rows]).to_csv(checkout / "published.csv", index=False)
    with pytest.raises(RegistryError, match=rf"cities/changchun/published\.csv, {message}"):
        registry.published("changchun")


def test_published_periods_become_days(checkout: Path) -> None:
    periods = ["2022", "2015/2020", "2020-01/2020-09", "2021-01-01/2021-12-28", "2024-Q2"]
    pd.DataFrame([ROW | {"period": period} for period in periods]).to_csv(
        checkout / "published.csv", index=False
    )
    figures = registry.published("changchun")
    spans = zip(figures["period_start"].dt.date, figures["period_end"].dt.date, strict=True)
    assert list(spans) == [
        (date(2022, 1, 1), date(2022, 12, 31)),
        (date(2015, 1, 1), date(2020, 12, 31)),
        (date(2020, 1, 1), date(2020, 9, 30)),
        (date(2021, 1, 1), date(2021, 12, 28)),
        (date(2024, 4, 1), date(2024, 6, 30)),
    ]


def test_a_city_may_have_neither_stations_nor_published_figures(checkout: Path) -> None:
    _edit(checkout / "stations.yml", lambda record: record.update(stations=[]))
    (checkout / "published.csv").write_text(",".join(PUBLISHED_COLUMNS) + "\n", "utf-8")
    assert "is_control" in registry.stations("changchun") and registry.stations("changchun").empty
    assert registry.published("changchun").empty


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n"])
def test_published_table_of_another_shape_is_refused(checkout: Path, content: str) -> None:
    (checkout / "published.csv").write_text(content, "utf-8")
    with pytest.raises(RegistryError, match=r"published\.csv.*expected .*indicator_id.*; restore"):
        registry.published("changchun")
