"""The second city: its pages tell its own facts and nobody else's, and no code knows one city by name."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from demo_battle import report
from helpers import registry
from helpers.errors import RegistryError
from helpers.paths import home
from helpers.registry.land import land
from helpers.run.request import known_battles

CITY, FIRST_CITY = "demo_city", "changchun"
EXAMPLE_CODE = "1119A"  # refusals show what a station code looks like
PACKAGE = Path(registry.__file__).parents[1]
ARTICLE = re.compile(r"第(\d+)条|article (\d+)|\((\d+)\) of the plan")


@cache
def names_of(slug: str) -> frozenset[str]:
    """Everything the files of a city call by name, in both languages; what both cities share is nobody's."""
    place, plan = registry.city(slug), registry.plan(slug)
    found = {place.name_zh, place.name_zh.removesuffix("市"), place.name_en, place.province_zh, place.code}
    found |= {place.province_zh.removesuffix("省"), plan.name.zh, plan.name.en}
    found |= {text for one in place.scope_changes for text in (one.title.zh, one.title.en)}
    found |= {text for one in plan.sources.values() for text in (one.title_zh, one.title_en)}
    for table in (registry.stations(slug), registry.sections(slug)):
        found |= set(table["name_zh"]) | set(table["name_en"])
    found |= set(registry.stations(slug)["station_code"])
    places = (*registry.rivers(slug).values(), *land(slug).counties, *land(slug).lakes)
    found |= {text for one in places for text in (one.name_zh, one.name_en)}
    found |= {text for one in places for text in (one.name_zh[:-1], one.name_en.removesuffix(" River"))}
    found |= {one.code for one in land(slug).counties}
    return frozenset(name for name in found if len(name) > 1)


def text_of(name: str, lang: str) -> str:
    page = re.sub(r"<style.*?</style>", " ", report("2025", lang, name=name, city=CITY).html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("name", known_battles())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_of_the_second_city_names_nothing_of_the_first(name: str, lang: str) -> None:
    place, page, told = (
        registry.city(CITY),
        report("2025", lang, name=name, city=CITY).html,
        text_of(name, lang),
    )
    assert [strange for strange in names_of(FIRST_CITY) if strange in page] == []
    assert getattr(place, f"name_{lang}") in told
    assert {"zh": "示例数据（模拟）", "en": "Demonstration data (simulated)"}[lang] in told
    articles = [int(next(filter(None, found))) for found in ARTICLE.findall(told)]
    assert all(1 <= number <= registry.plan(CITY).n_articles for number in articles)


def test_a_battle_without_targets_still_has_its_page() -> None:
    plan = registry.plan(CITY)
    assert not [target for target in plan.targets if target.battle == "grassland_wetland"]
    assert "示例湖" in text_of("grassland_wetland", "zh")


def test_the_second_city_is_visibly_made_up() -> None:
    place, plan = registry.city(CITY), registry.plan(CITY)
    assert place.code.startswith("99")  # no division of the country has such a code
    assert "示例" in place.name_zh and "Example" in place.name_en
    assert "示例，非真实文件" in plan.name.zh and "an example" in plan.name.en
    assert {target.caveats for target in plan.targets} == {("example_plan",)}
    for table in (registry.stations(CITY), registry.sections(CITY)):
        assert table["name_zh"].str.contains("示例").all() and table["name_en"].str.contains("Example").all()
    assert registry.published(CITY).empty


def test_the_two_plans_differ_where_code_could_have_leaned_on_one() -> None:
    first, second = registry.plan(FIRST_CITY), registry.plan(CITY)
    assert second.n_articles < first.n_articles and len(second.targets) < len(first.targets)
    assert not {target.id for target in second.targets} & {target.id for target in first.targets}
    assert 2025 not in {target.year for target in second.targets}
    assert len(registry.stations(CITY)) != len(registry.stations(FIRST_CITY))
    assert names_of(CITY) & names_of(FIRST_CITY) == set()


def test_a_city_is_asked_only_for_what_its_plan_or_a_standard_asks() -> None:
    asked = registry.indicators_of(CITY)
    assert {"example_river_main_class", "clean_heating_share", "pm25_mean"} <= set(asked)
    assert not {"songhua_main_class", "yitong_flow_met_share", "voc_reduction"} & set(asked)
    assert registry.caveats_of("good_section_share", CITY) == ()
    assert "section_network_2021" in registry.caveats_of("good_section_share", FIRST_CITY)


def test_an_indicator_of_two_cities_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(home() / "cities" / CITY, tmp_path / "cities" / CITY)
    shutil.copytree(home() / "cities" / CITY, tmp_path / "cities" / "twin")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(tmp_path))
    with pytest.raises(RegistryError, match=r"twin/indicators\.yml.*stands in another file too.*rename it"):
        registry.indicators()


def strings_of(path: Path) -> Iterator[str]:
    """The text a file can bring onto a page: strings of code without its docstrings, everything of the rest."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield text
        return
    tree = ast.parse(text)
    spoken = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            yield node.value


def test_no_code_wording_or_notebook_knows_one_city_by_name() -> None:
    endings = ("*.py", "*.yml", "*.csv", "*.j2")
    files = [path for ending in endings for path in PACKAGE.rglob(ending)]
    files.remove(PACKAGE / "sources" / "city_names.py")  # names every city of the country
    files.remove(PACKAGE / "registry" / "peer_cities.yml")  # says of every city its province and zone
    files += list((home() / "notebooks").rglob("*.ipynb"))
    assert len(files) > 100
    strange = {
        f"{path.name}: {name}"
        for path in files
        for text in strings_of(path)
        for name in names_of(FIRST_CITY) - {EXAMPLE_CODE}
        if name in text
    }
    assert strange == set()
