"""The registry's own files hold together: indicators, caveats, sources, colours and tables."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from helpers import registry
from helpers.errors import RegistryError
from helpers.registry import Indicator, load
from helpers.units import UNITS

BATTLES = {"blue_sky", "clear_water", "green_hills", "black_soil", "grassland_wetland"}
STATUS_CODES = {"met", "on_track", "at_risk", "off_track", "no_data", "no_target"}


def test_every_indicator_is_complete() -> None:
    records = registry.indicators()
    assert len(records) > 60
    for record in records.values():
        assert re.search(r"[\u4e00-\u9fff]", record.name_zh), record.id
        assert not re.search(r"[\u4e00-\u9fff]", record.name_en), record.id
        assert record.unit in UNITS, record.id
        assert record.source_ids, record.id
        assert record.basis.standard and record.basis.clause, record.id


def test_a_standard_that_changed_has_its_editions_and_each_holds_on_its_days() -> None:
    for name, old, new in (
        ("pm25_mean", ("GB 3095", 2012), ("GB 3095", 2026)),
        ("o3_p90", ("HJ 663", 2013), ("HJ 663", 2026)),
        ("good_day_ratio", ("HJ 633", 2012), ("HJ 633", 2026)),
    ):
        record = registry.indicator(name)
        held = [record.basis_on(day) for day in (date(2013, 1, 1), date(2026, 2, 28), date(2026, 3, 1))]
        assert [(one.standard, one.year) for one in held] == [old, old, new]
        assert record.basis == held[-1]
    changed = {"GB 3095", "HJ 633", "HJ 663"}
    for record in registry.indicators().values():
        assert (len(record.editions) == 2) == (record.basis.standard in changed), record.id
    assert registry.indicator("clean_heating_share").basis_on(date(2013, 1, 1)).standard == "本市方案"


def test_editions_out_of_order_are_refused() -> None:
    given = registry.indicator("pm25_mean").model_dump()
    given["basis"] = [edition | {"from": None} for edition in given["basis"]]
    with pytest.raises(ValueError, match="editions of basis stand oldest first"):
        Indicator.model_validate(given)


def test_blue_sky_results_have_their_indicators() -> None:
    expected = [
        "pm25_mean",
        "pm10_mean",
        "so2_mean",
        "no2_mean",
        "co_p95",
        "o3_p90",
        "so2_p98",
        "no2_p98",
        "pm10_p95",
        "pm25_p95",
        "good_day_ratio",
        "good_days",
        "heavy_day_ratio",
        "heavy_days",
        "composite_index",
        "voc_reduction",
        "nox_reduction",
        "straw_use",
        "noise_night_compliance",
        "noise_automatic_share",
        "clean_heating_share",
        "clean_bulk_transport_share",
        "rail_freight_share_change",
        "small_boilers_removed",
        "ultra_low_emission_boilers",
    ]
    assert {registry.indicator(name).battle for name in expected} == {"blue_sky"}


def test_only_carbon_monoxide_is_stated_in_milligrams() -> None:
    by_unit = {record.id for record in registry.indicators().values() if record.unit == "mg_m3"}
    assert by_unit == {"co_p95"}


def test_ledger_indicators_say_what_to_supply() -> None:
    ledgers = [record for record in registry.indicators().values() if record.is_ledger]
    assert len(ledgers) > 50
    for record in ledgers:
        assert "台账" in record.ask_zh and "ledger" in record.ask_en, record.id
        assert record.department_zh and record.department_en, record.id
    assert not registry.indicator("pm25_mean").ask_zh


def test_every_caveat_has_two_different_sentences() -> None:
    for name, words in registry.caveats().items():
        assert words.zh.endswith("。") and words.en.endswith("."), name


def test_every_caveat_a_reader_names_is_defined(repo: Path) -> None:
    text = "\n".join(path.read_text("utf-8") for path in (repo / "src/helpers/sources").glob("*.py"))
    named = set(re.findall(r"warn\(\s*\"([a-z0-9_]+)\"", text)) | set(
        re.findall(r"caveats\[\"([a-z0-9_]+)\"", text)
    )
    assert named <= set(registry.caveats()), named - set(registry.caveats())


def test_palette_covers_all_codes_with_valid_colours() -> None:
    palette = registry.palette()
    assert set(palette.chips) == set(palette.status_marks) == STATUS_CODES
    assert set(palette.battles) == BATTLES
    assert all(accent.ramp[-1] == accent.accent for accent in palette.battles.values())
    assert [colour.level for colour in palette.aqi_classes] == [1, 2, 3, 4, 5, 6]
    text = (load.REGISTRY / "palette.yml").read_text("utf-8")
    assert all(re.fullmatch(r"#[0-9A-F]{6}", found) for found in re.findall(r'"(#[^"]*)"', text))


def test_ramps_share_one_lightness_ladder() -> None:
    """Every battle's steps fall on L* 93, 80, 65, 49, 33 (briefing, 9)."""
    for name, accent in registry.palette().battles.items():
        found = [_lightness(colour) for colour in accent.ramp]
        assert found == pytest.approx([93, 80, 65, 49, 33], abs=1), name


def test_chip_words_can_be_read() -> None:
    for name, chip in registry.palette().chips.items():
        light, dark = sorted((_luminance(chip.text), _luminance(chip.fill)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _lightness(colour: str) -> float:
    return 116 * _luminance(colour) ** (1 / 3) - 16


def test_tables_are_carried_over_with_their_status() -> None:
    names = sorted(path.stem for path in (load.REGISTRY / "tables").glob("*.csv"))
    assert len(names) >= 26
    for name in names:
        assert "status" in registry.table(name).columns, name
    points = registry.table("aqi_breakpoints")
    pm25 = points[points["edition"].eq(2026) & points["item"].eq("PM2.5_24h") & points["iaqi"].eq(100)]
    assert pm25["concentration"].tolist() == [60]


@pytest.mark.real
def test_tables_equal_the_shared_standards(shared_data: Path) -> None:
    for source in (shared_data / "standards").glob("*.csv"):
        assert (load.REGISTRY / "tables" / source.name).read_bytes() == source.read_bytes(), source.name


def test_a_returned_table_can_be_changed_without_harm() -> None:
    grades = registry.table("aqi_grades")
    grades.loc[0, "aqi_high"] = 999
    assert registry.table("aqi_grades").loc[0, "aqi_high"] == 50


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: registry.indicator("pm3_mean"),
            r"registry/indicators.yml: no record 'pm3_mean'; correct the id",
        ),
        (lambda: registry.caveat("bad_luck"), r"registry/caveats.yml: no record 'bad_luck'; correct the id"),
        (
            lambda: registry.table("limits"),
            r"registry/tables: no table 'limits'; expected one of .*gb3095_limits",
        ),
    ],
)
def test_unknown_names_are_refused(ask, message: str) -> None:
    with pytest.raises(RegistryError, match=message):
        ask()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A registry folder of one indicator, ready to be broken."""
    for name in ("caveats.yml", "sources.yml"):
        (tmp_path / name).write_text((load.REGISTRY / name).read_text("utf-8"), "utf-8")
    _write(tmp_path, [registry.indicator("pm25_mean").model_dump(mode="json")])
    return tmp_path


def _write(folder: Path, records: list[dict[str, object]]) -> None:
    (folder / "indicators.yml").write_text(yaml.safe_dump(records, allow_unicode=True), "utf-8")


def _break(folder: Path, **change: object) -> None:
    record = registry.indicator("pm25_mean").model_dump(mode="json")
    _write(folder, [{**record, **change}])


def test_the_sound_folder_loads(folder: Path) -> None:
    assert list(load.read_indicators(folder)) == ["pm25_mean"]


@pytest.mark.parametrize(
    ("change", "key", "remedy"),
    [
        ({"unit": "kg"}, r"0 \(pm25_mean\)\.unit: unknown unit 'kg'", "fix the unit"),
        (
            {"direction": "down"},
            r"0 \(pm25_mean\)\.direction: .*\(found 'down'\)",
            "use one of the listed words",
        ),
        ({"colour": "red"}, r"0 \(pm25_mean\)\.colour", "remove the key or correct its spelling"),
        (
            {"caveats": ["bad_luck"]},
            r"pm25_mean\.caveats: 'bad_luck' is not known",
            "define it in caveats.yml",
        ),
        (
            {"source_ids": ["rumour"]},
            r"pm25_mean\.source_ids: 'rumour' is not known",
            "define it in sources.yml",
        ),
        ({"ask_zh": "补报"}, r"0 \(pm25_mean\): ask_zh, ask_en", "correct the record"),
        (
            {"min_coverage_pct": 120},
            r"0 \(pm25_mean\)\.min_coverage_pct: .*\(found 120\)",
            "correct the record",
        ),
    ],
)
def test_bad_indicator_names_file_key_and_remedy(
    folder: Path, change: dict[str, object], key: str, remedy: str
) -> None:
    _break(folder, **change)
    with pytest.raises(RegistryError, match=rf"indicators\.yml, {key}.*; .*{remedy}"):
        load.read_indicators(folder)


def test_missing_key_is_named(folder: Path) -> None:
    record = registry.indicator("pm25_mean").model_dump(mode="json")
    del record["name_en"]
    _write(folder, [record])
    with pytest.raises(RegistryError, match=r"0 \(pm25_mean\)\.name_en: field required; add the key"):
        load.read_indicators(folder)


def test_repeated_id_is_refused(folder: Path) -> None:
    record = registry.indicator("pm25_mean").model_dump(mode="json")
    _write(folder, [record, record])
    with pytest.raises(
        RegistryError, match=r"indicators\.yml, id: 'pm25_mean' stands twice; .*rename or remove"
    ):
        load.read_indicators(folder)


def test_what_is_judged_as_a_running_total_is_asked_for_as_one() -> None:
    totals = [one for one in registry.indicators().values() if one.period == "cumulative" and one.is_ledger]
    assert len(totals) >= 14
    assert [one.id for one in totals if "累计" not in one.ask_zh or "cumulative" not in one.ask_en] == []
    yearly = [one for one in registry.indicators().values() if one.is_ledger and one.period == "year"]
    assert [one.id for one in yearly if "累计" in one.ask_zh] == []
