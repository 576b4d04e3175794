"""What measures are declared to bring: read from the city's file, and every way a declaration is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from helpers import registry
from helpers.errors import RegistryError
from helpers.messages import in_language
from helpers.run.cli import main

STOVES, DUST, DAYS, SEWERS = range(4)


@pytest.fixture
def file(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The declarations of the made-up city in a temporary checkout, ready to be broken."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(repo / "cities" / "demo_city", tmp_path / "cities" / "demo_city")
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(tmp_path))
    return tmp_path / "cities" / "demo_city" / "levers.yml"


def edit(path: Path, change: Callable[[list[dict]], object]) -> None:
    records = yaml.safe_load(path.read_text("utf-8"))
    change(records)
    path.write_text(yaml.safe_dump(records, allow_unicode=True), "utf-8")


def test_a_city_without_the_file_declares_nothing() -> None:
    assert registry.levers("changchun") == ()


def test_the_example_declares_what_it_says_of_itself_to_be_invented() -> None:
    found = registry.levers("demo_city")
    assert [one.indicator for one in found] == [
        "pm25_mean",
        "pm25_mean",
        "good_day_ratio",
        "good_section_share",
    ]
    assert all("示例" in one.name.zh and "example" in one.declared_by.en for one in found)
    assert all("非真实文件" in one.source.title.zh for one in found)
    assert (found[STOVES].first_day, found[SEWERS].first_day) == (date(2026, 9, 1), date(2027, 1, 1))
    assert {(one.interval, one.simulated) for one in found} == {(80, True)}


@pytest.mark.parametrize(
    ("place", "change", "where", "found", "remedy"),
    [
        (STOVES, {"measure": "no_such"}, "example_stoves_pm25.measure", "'no_such'", "measures"),
        (STOVES, {"indicator": "no_such"}, "example_stoves_pm25.indicator", "'no_such'", "of a target"),
        (STOVES, {"indicator": "o3_p90"}, "example_stoves_pm25.indicator", "'o3_p90'", "of a target"),
        (STOVES, {"unit": "mg_m3"}, "example_stoves_pm25.unit", "'mg_m3'", "use ug_m3"),
        (STOVES, {"low": 0, "high": -1}, "0 (example_stoves_pm25)", "low 0", "correct the record"),
        (STOVES, {"value": 0}, "0 (example_stoves_pm25)", "value 0", "correct the record"),
        (STOVES, {"value": 1, "high": 2}, "example_stoves_pm25.value", "pm25_mean worse", "write the note"),
        (DAYS, {"value": -1, "low": -2}, "example_stoves_good_days.value", "good_day_ratio worse", "note"),
        (DUST, {"id": "example_stoves_pm25"}, "levers.yml, id", "stands twice", "rename"),
        (DUST, {"source": None}, "1 (example_dust_pm25).source", "record of keys", "correct"),
        (DUST, {"until_year": 2022}, "1 (example_dust_pm25)", "until_year 2022", "correct"),
        (DUST, {"began": "2024-01"}, "1 (example_dust_pm25)", "began 2024-01", "correct"),
        (DUST, {"began": "2022"}, "1 (example_dust_pm25).began", "match pattern", "correct"),
        (DUST, {"interval": 100}, "1 (example_dust_pm25).interval", "less than 100", "correct"),
        (DUST, {"promised": 1}, "1 (example_dust_pm25).promised", "extra inputs", "remove the key"),
    ],
)
def test_what_does_not_hold_together_is_refused_with_file_key_and_remedy(
    file: Path, place: int, change: dict, where: str, found: str, remedy: str
) -> None:
    edit(file, lambda records: records[place].update(change))
    with pytest.raises(RegistryError) as refusal:
        registry.levers("demo_city")
    told = in_language(str(refusal.value), "en")
    assert told.startswith("cities/demo_city/levers.yml, ") and where in told
    assert found in told and remedy in told, told
    assert in_language(str(refusal.value), "zh") != told


@pytest.mark.parametrize("key", ["source", "declared_by", "from_year", "name"])
def test_a_declaration_that_does_not_say_who_or_when_is_refused(file: Path, key: str) -> None:
    edit(file, lambda records: records[DAYS].pop(key))
    with pytest.raises(RegistryError, match=rf"2 \(example_stoves_good_days\)\.{key}.*field required"):
        registry.levers("demo_city")


def test_a_target_without_a_number_has_nothing_an_effect_could_be_held_against(file: Path) -> None:
    plan = file.parent / "plans" / "action_2024.yml"
    record = yaml.safe_load(plan.read_text("utf-8"))
    for one in record["targets"]:
        if one["indicator"] == "good_section_share":
            one |= {"value": None, "note": {"zh": "由省下达", "en": "set by the province"}}
    plan.write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")
    first = plan.with_name("action_2021.yml")
    record = yaml.safe_load(first.read_text("utf-8"))
    next(one for one in record["targets"] if one["indicator"] == "good_section_share")["year"] = None
    first.write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")
    with pytest.raises(RegistryError, match=r"example_sewers_sections\.indicator.*number and year"):
        registry.levers("demo_city")


def test_an_effect_for_the_worse_stands_with_its_note(file: Path) -> None:
    note = {"zh": "换线期间绕行", "en": "detours during the works"}
    edit(file, lambda records: records[STOVES].update(value=1, high=2, note=note))
    assert registry.levers("demo_city")[STOVES].value == 1


def test_check_reads_the_declarations(file: Path, repo: Path) -> None:
    shutil.rmtree(file.parents[2] / "notebooks")
    (file.parents[2] / "notebooks").symlink_to(repo / "notebooks")
    edit(file, lambda records: records[STOVES].update(unit="mg_m3"))
    result = CliRunner().invoke(main, ["check", "--city", "demo_city"])
    assert result.exit_code != 0 and "levers.yml, example_stoves_pm25.unit" in result.output
