"""The line of a city's plans: what pages follow on a day, what carries on what, and every way a line does not hold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from helpers import registry
from helpers.errors import RegistryError
from helpers.messages import in_language
from helpers.registry.plans import term_end

FIRST, RUNNING = "action_2021.yml", "action_2024.yml"
PROVINCE = {"pm25_mean": 27, "good_section_share": 85, "forest_cover": 45.8, "wetland_protection": 45.22}


@pytest.fixture
def folder(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plans of the made-up city in a temporary checkout, ready to be broken."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(repo / "cities" / "demo_city", tmp_path / "cities" / "demo_city")
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(tmp_path))
    return tmp_path / "cities" / "demo_city" / "plans"


def edit(path: Path, change: Callable[[dict], object]) -> None:
    record = yaml.safe_load(path.read_text("utf-8"))
    change(record)
    path.write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")


def target(record: dict, name: str) -> dict:
    return next(one for one in record["targets"] if one["id"] == name)


def beside(record: dict) -> dict:
    """A plan of the city beside another, with two articles and one judged target."""
    copy = {key: record[key] for key in ("name", "sources", "status", "starts", "ends")}
    own = target(record, "pm25_mean_2027") | {"id": "pm25_beside", "article": 1}
    own.pop("supersedes", None)
    article = record["articles"][1] | {"number": 1, "refs": ["pm25_beside"]}
    return copy | {"n_articles": 1, "targets": [own], "articles": [article]}


@pytest.mark.parametrize(
    ("day", "followed"),
    [
        (date(2016, 6, 1), "action_2021"),
        (date(2024, 2, 29), "action_2021"),
        (date(2024, 3, 1), "action_2024"),
        (date(2031, 1, 1), "action_2024"),
        (None, "action_2024"),
    ],
)
def test_pages_follow_the_plan_whose_term_has_begun(day: date | None, followed: str) -> None:
    assert registry.plan("demo_city", day).id == followed


def test_a_plan_holds_until_the_one_that_supersedes_it() -> None:
    first, running = registry.plans("demo_city")
    assert (first.ends, term_end((first, running), first)) == (date(2024, 12, 31), date(2024, 2, 29))
    assert term_end((first, running), running) == running.ends


def test_a_draft_that_supersedes_leaves_the_plan_in_force(folder: Path) -> None:
    edit(folder / FIRST, lambda record: record.update(status="issued"))
    edit(folder / RUNNING, lambda record: record.update(status="draft"))
    first, draft = registry.plans("demo_city")
    assert term_end((first, draft), first) == first.ends


def test_documents_beside_the_plan_add_their_targets_and_province_none() -> None:
    line = {one.id: one for one in registry.plans("changchun")}
    plan = registry.plan("changchun")
    assert {one.level for one in line.values()} == {"city", "province"}
    names = [one.id for one in plan.targets_for("pm25_mean", judged_only=False)]
    assert names == ["pm25_mean_2025", "pm25_mean_2025_three_year_action"]
    assert "three_year_action_2023" in plan.sources and "beautiful_jilin_2024" not in plan.sources
    province = line["beautiful_jilin_2024"].targets
    assert {one.indicator: one.value for one in province} == PROVINCE
    assert {(one.year, one.judged, one.article) for one in province} == {(2027, False, None)}
    assert {one.confidence for one in line["beautiful_jilin_2024"].sources.values()} == {"medium"}


def circle(record: dict) -> None:
    record.update(supersedes="action_2024", status="superseded")


FAULTS = [
    (FIRST, circle, r"supersedes itself", "取代了自己"),
    (FIRST, lambda r: target(r, "example_forest_cover_2025").update(supersedes=["forest_cover_2028"]),
     r"supersedes itself", "取代了自己"),
    (RUNNING, lambda r: r.update(supersedes="action_2012"), r"'action_2012' is not known", "'action_2012'"),
    (RUNNING, lambda r: target(r, "pm25_mean_2027").update(supersedes=["pm25"]), r"'pm25' is not known", "'pm25'"),
    (FIRST, lambda r: r.update(status="issued"), r"action_2021\.yml, status: action_2024 \(issued\) supersedes it", "状态"),
    (RUNNING, lambda r: r.update(starts="2020-01-01"), r"starts: it starts no later than action_2021", "不晚于"),
    (RUNNING, lambda r: r.update(starts="2030-01-01"), r"starts 2030-01-01 must lie before ends 2028-12-31", "应早于"),
    (RUNNING, lambda r: target(r, "forest_cover_2028").pop("supersedes"),
     r"example_forest_cover_2025 of action_2021 is still open.*say which target carries it on", "没有去向"),
    (RUNNING, lambda r: target(r, "forest_cover_2028").update(supersedes=["example_pm25_mean_2024"]),
     r"forest_cover_2028\.unit: its unit is not that of example_pm25_mean_2024", "单位"),
    (RUNNING, lambda r: target(r, "forest_cover_2028").update(year=2024), r"forest_cover_2028\.year: ", "年份早于"),
    (RUNNING, lambda r: target(r, "forest_cover_2028").update(base_year=2020), r"forest_cover_2028\.base_year: ", "基准年"),
    (RUNNING, lambda r: target(r, "forest_cover_2028").update(base_year=2028), r"base_year 2028 must lie before year 2028", "应早于"),
    (RUNNING, lambda r: target(r, "forest_cover_2028").update(supersedes=[], same_as="example_forest_cover_2025"),
     r"forest_cover_2028\.same_as: .*write supersedes instead", "不是同一目标"),
    (RUNNING, lambda r: r.update(dropped={"pm25": {"zh": "无", "en": "none"}}), r"dropped: 'pm25' is not known", "'pm25'"),
    (RUNNING, lambda r: r.update(level="province"), r"judged: the document has no articles or is not", "不是本市的文件"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "change", "said", "said_zh"), FAULTS)
def test_a_line_that_does_not_hold_names_file_key_and_remedy(
    folder: Path, file: str, change: Callable[[dict], object], said: str, said_zh: str
) -> None:
    edit(folder / file, change)
    with pytest.raises(RegistryError, match=rf"cities/demo_city/plans.*({said})") as refusal:
        registry.plans("demo_city")
    assert "\n" not in str(refusal.value)
    assert said_zh in in_language(str(refusal.value), "zh")


@pytest.mark.parametrize("same_number", [True, False])
def test_two_plans_in_force_on_one_day_do_not_ask_different_numbers(folder: Path, same_number: bool) -> None:
    record = beside(yaml.safe_load((folder / RUNNING).read_text("utf-8")))
    record["targets"][0]["value"] = 32 if same_number else 25
    (folder / "other.yml").write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")
    if same_number:
        assert len(registry.plans("demo_city")) == 3
        return
    said = r"plans/other\.yml, pm25_beside\.value: value 25\.0 differs from target pm25_mean_2027 \(32\.0\).*name pm25_mean_2027"
    with pytest.raises(RegistryError, match=said):
        registry.plans("demo_city")


def test_a_number_raised_on_purpose_says_what_it_supersedes(folder: Path) -> None:
    record = beside(yaml.safe_load((folder / RUNNING).read_text("utf-8")))
    record["targets"][0].update(value=25, supersedes=["pm25_mean_2027"])
    (folder / "other.yml").write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")
    assert len(registry.plans("demo_city")) == 3


def test_a_target_dropped_for_a_reason_is_not_lost(folder: Path) -> None:
    def drop(record: dict) -> None:
        target(record, "forest_cover_2028").pop("supersedes")
        record["dropped"] = {
            "example_forest_cover_2025": {"zh": "改由其他指标反映", "en": "told by another indicator"}
        }

    edit(folder / RUNNING, drop)
    assert "example_forest_cover_2025" in registry.plans("demo_city")[1].dropped


def test_an_id_of_two_plans_is_refused(folder: Path) -> None:
    edit(
        folder / FIRST,
        lambda record: target(record, "example_forest_cover_2025").update(id="forest_cover_2028"),
    )
    edit(folder / FIRST, lambda record: record["articles"][1]["refs"].__setitem__(2, "forest_cover_2028"))
    with pytest.raises(RegistryError, match=r"plans, id: 'forest_cover_2028' stands twice"):
        registry.plans("demo_city")


def test_a_city_without_a_plan_is_refused(folder: Path) -> None:
    shutil.rmtree(folder)
    with pytest.raises(RegistryError, match=r"cities/demo_city/plans: there is no plan of the city"):
        registry.plan("demo_city")
