"""Water sections of a city: what is known, what is only counted, and the placeholders of the demonstration."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
import yaml

from helpers import registry
from helpers.errors import RegistryError
from helpers.registry.water_records import SectionNetwork

LIST_2017 = {"松花江村", "饮马河大桥", "刘珍屯", "靠山南楼", "新立城大坝", "靠山大桥", "镇江口", "砖瓦窑桥"}


@pytest.fixture
def checkout(repo, tmp_path, monkeypatch):
    """A copy of the city folder under another home."""
    shutil.copytree(repo / "cities", tmp_path / "cities")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(tmp_path))
    return tmp_path / "cities" / "changchun" / "sections.yml"


def _edit(path, change):
    record = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(record)
    path.write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")


def test_national_sections_are_those_of_the_official_list():
    table = registry.sections("changchun")
    assert set(table.loc[table["level"] == "national", "name_zh"]) == LIST_2017
    assert not table["is_placeholder"].any()
    assert table["section_id"].is_unique
    assert (table["source"] != "").all()
    assert table["target_class"].isna().all()


def test_reservoir_sections_are_lakes():
    table = registry.sections("changchun").set_index("name_zh")
    assert dict(table.loc[table["reservoir_zh"] != "", "reservoir_zh"]) == {
        "新立城大坝": "新立城水库",
        "石头口门": "石头口门水库",
    }
    assert set(table.loc[table["reservoir_zh"] != "", "body"]) == {"lake"}
    assert list(registry.reservoirs("changchun")["name_zh"]) == ["新立城水库", "石头口门水库"]


def test_networks_count_nine_then_sixteen_and_name_only_the_known():
    earlier, later = registry.section_networks("changchun")
    assert (earlier.n_sections, later.n_sections) == (9, 16)
    assert (earlier.n_unnamed, later.n_unnamed) == (1, 8)
    assert later.valid_from.isoformat() == "2021-01-01"
    assert (later.valid_from - earlier.valid_to).days == 1
    ids = set(registry.sections("changchun")["section_id"])
    assert set(earlier.sections) | set(later.sections) <= ids


def test_placeholders_fill_the_networks_up_and_no_more():
    table = registry.sections("changchun", placeholders=True).set_index("section_id")
    made = table[table["is_placeholder"]]
    assert list(made["name_zh"]) == [f"示例断面{letter}" for letter in "ABCDEFGH"]
    assert made["valid_from"].tolist() == [pd.Timestamp("2016-01-01")] + [pd.Timestamp("2021-01-01")] * 7
    earlier, later = registry.section_networks("changchun", placeholders=True)
    assert (len(earlier.sections), len(later.sections)) == (9, 16)
    assert set(later.sections) <= set(table.index)
    assert earlier.n_unnamed == later.n_unnamed == 0


def test_unknown_drinking_sources_are_an_empty_table():
    table = registry.drinking_sources("changchun")
    assert table.empty
    assert list(table) == ["drinking_source_id", "name_zh", "name_en", "kind", "level"]


def test_tables_are_copies():
    table = registry.sections("changchun")
    table.loc[0, "name_zh"] = "改"
    assert "改" not in set(registry.sections("changchun")["name_zh"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r["sections"].append(r["sections"][0]), r"sections\.id: 'songhuajiangcun' stands twice"),
        (lambda r: r["sections"][0].update(aliases=["镇江口"]), r"sections\.name_zh: '镇江口' stands twice"),
        (lambda r: r["sections"][0].update(river="amur"), r"sections \(songhuajiangcun\)\.river: 'amur' is not known; list it"),
        (lambda r: r["sections"][0].update(source="memory"), r"\.source: 'memory' is not known"),
        (lambda r: r["sections"][0].update(reservoir="sea"), r"\.reservoir: 'sea' is not known"),
        (lambda r: r["sections"][0].update(body="sea"), r"sections\.0 \(songhuajiangcun\)\.body"),
        (lambda r: r["sections"][0].update(target_class=6), r"target_class"),
        (lambda r: r["networks"][0].update(sections=["nowhere"]), r"networks \(national_2016\)\.sections: 'nowhere'"),
        (lambda r: r["networks"][0].update(n_sections=7), r"n_sections is below the 8 sections listed"),
        (lambda r: r["networks"][0].update(valid_to=None), r"national_2016 does not end before national_2021 begins"),
        (lambda r: r["networks"][0].update(valid_to="2015-01-01"), r"valid_to lies before valid_from"),
    ],
)  # fmt: skip
def test_every_fault_names_file_key_and_remedy(checkout, change, message):
    _edit(checkout, change)
    with pytest.raises(RegistryError, match=rf"cities/changchun/sections\.yml, .*{message}"):
        registry.sections("changchun")


def test_city_without_sections_is_an_empty_table(checkout):
    _edit(checkout, lambda record: record.update(sections=[], networks=[], rivers=[]))
    table = registry.sections("changchun", placeholders=True)
    assert table.empty
    assert str(table["target_class"].dtype) == "Int64"


def test_many_unnamed_sections_are_numbered_after_the_letters(checkout):
    _edit(checkout, lambda record: record["networks"][1].update(n_sections=36))
    names = registry.sections("changchun", placeholders=True)["name_zh"].tolist()
    assert names[-2:] == ["示例断面27", "示例断面28"]


def test_network_knows_its_gap():
    network = SectionNetwork(
        id="a",
        name={"zh": "甲", "en": "a"},
        n_sections=3,
        valid_from="2021-01-01",
        valid_to=None,
        sections=("b",),
    )
    assert network.n_unnamed == 2


def test_a_river_known_by_a_list_of_waters_alone_has_no_section_not_even_an_example() -> None:
    assert registry.rivers("changchun")["shuangyang"].name_zh == "双阳河"
    for placeholders in (False, True):
        found = registry.sections("changchun", placeholders=placeholders)
        assert "双阳河" not in set(found["river_zh"]) and {"松花江", "伊通河", "饮马河"} <= set(
            found["river_zh"]
        )
