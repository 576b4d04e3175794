"""Places and terms of the land battles: counties, lakes, names of ledgers, and what a faulty file is refused for."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import registry
from helpers.errors import RegistryError
from helpers.registry import land


def test_gongzhuling_joined_when_the_city_says_so() -> None:
    found = land.counties("changchun").set_index("place_code")
    assert len(found) == 11
    change = registry.city("changchun").scope_changes[0]
    assert found.loc["220184", "joined"] == pd.Timestamp(change.date)
    assert found.drop("220184")["joined"].isna().all()


@pytest.mark.real
def test_counties_are_those_of_the_map(shared_data) -> None:
    text = (shared_data / "data" / "boundary" / "220100_full.json").read_text(encoding="utf-8")
    for row in land.counties("changchun").itertuples():
        assert f'"adcode":{row.place_code}' in text.replace(" ", "")
        assert row.name_zh in text


def test_every_published_name_stands_in_the_published_table() -> None:
    names = set(registry.published("changchun")["name_zh"])
    areas = set(registry.published("changchun")["area_zh"])
    record = land.land("changchun")
    assert {one.name_zh for one in record.published} <= names
    assert {one.name_zh for one in record.published_areas} <= areas


@pytest.mark.parametrize(
    ("name", "term"),
    [("绿盾2024专项", "green_shield"), ("新污染物调查2023", "new_pollutants"), ("历史遗留矿山", "mines"), ("其他", "")],
)  # fmt: skip
def test_a_register_is_told_by_a_word_within_its_name(name: str, term: str) -> None:
    assert land.register_term(name) == term


def test_kinds_of_area_go_by_their_whole_name() -> None:
    assert land.area_term("湿地") == "wetland"
    assert land.area_term("自然湿地") == "natural_wetland"
    assert land.area_term("受保护自然湿地") == "protected_wetland"
    assert land.area_term("湿地公园") == ""


def test_zones_and_no_name_twice() -> None:
    assert [land.zone_term(name) for name in ("某林区", "某草原区", "某湿地区", "CN-Cha")] == [
        "forest",
        "grassland",
        "wetland",
        "",
    ]
    names = [name for term in land.terms().areas.values() for name in term.names]
    assert len(set(names)) == len(names)


def test_a_county_that_stands_twice_is_refused(tmp_path) -> None:
    (tmp_path / "land.yml").write_text(
        """counties:
  - {code: "220102", name_zh: 南关区, name_en: Nanguan}
  - {code: "220102", name_zh: 宽城区, name_en: Kuancheng}
lakes: []
growing_season: {id: growing, name_zh: 生长季, name_en: season, start: "05-01", end: "09-30", from_year: 2000,
                 note_zh: 说明, note_en: note}
""",
        encoding="utf-8",
    )
    with pytest.raises(RegistryError, match="'220102' stands twice"):
        land._read_land(tmp_path)
