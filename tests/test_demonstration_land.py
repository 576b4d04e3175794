"""The simulated raw files of the land battles: read without faults but the ordinary ones, seeded, marked, and shown."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pandas as pd
import pytest

from helpers import provenance, store
from helpers.page import wording
from helpers.page.reading import read_markup
from helpers.paths import Folders
from helpers.provenance import Source
from helpers.registry.land import counties
from helpers.run.demonstration.land import write_land
from helpers.run.session import Run
from helpers.sources.detect import detect
from helpers.sources.ingest import ingest
from land_cases import blocks, context, faulty_words, texts_in

LAST = date(2025, 12, 31)
TABLES = {
    "areas",
    "black_odorous",
    "findings",
    "groundwater",
    "groundwater_limits",
    "ledger",
    "parcels",
    "rasters",
    "soil_samples",
    "species_counts",
    "vegetation",
    "waste_balances",
}


def _write(folder, *, last=LAST):
    write_land(folder, seed=3, last=last, city="changchun", place_code="220100")
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return _write(tmp_path_factory.mktemp("demonstration"))


@pytest.fixture(scope="module")
def processed(files, tmp_path_factory):
    """Folders after an ingest of the files, and its summary."""
    folders = Folders.real(tmp_path_factory.mktemp("data")).demonstration("changchun")
    for path in files:
        target = folders.raw / "land" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        provenance.write_sidecar(target, Source(title_zh="示例", publisher="演示", simulated=True))
    return folders, ingest(folders, city="changchun")


@pytest.fixture(scope="module", params=["green_hills", "black_soil", "grassland_wetland"])
def battle(request, processed):
    module = import_module(f"helpers.battles.{request.param}")
    asked = context(LAST, simulated=True)
    return module.build(Run(asked, "zh", processed[0]).load(module.TABLES), asked)


def test_every_file_has_its_reader(files):
    assert {detect(path).name for path in files if path.suffix == ".tif"} == {"raster_image"}
    found = {path.stem: detect(path).name for path in files if path.suffix != ".tif"}
    assert found == {
        "findings": "land_workbook",
        "groundwater": "land_workbook",
        "land_areas": "land_workbook",
        "land_workbook": "ledger_workbook",
        "parcels": "land_workbook",
        "rural_black_odorous": "water_black_odorous",
        "soil_samples": "land_workbook",
        "species_counts": "land_workbook",
        "vegetation_mod13": "land_vegetation",
        "waste_balances": "land_workbook",
    }


def test_same_seed_gives_the_same_bytes(files, tmp_path):
    assert [path.read_bytes() for path in _write(tmp_path)] == [path.read_bytes() for path in files]


def test_all_is_taken_but_the_row_in_the_wrong_unit(processed):
    folder, summary = processed[0].processed, processed[1]
    assert summary.refused == ()
    assert set(summary.n_rows) == TABLES
    kept = store.read_table(folder, "quarantine")
    assert kept[["column", "found"]].to_numpy().tolist() == [["unit", "亩"]]
    assert store.read_table(folder, "sources")["simulated"].all()


def test_names_say_that_they_are_examples(processed):
    folder = processed[0].processed
    for name, column in (("soil_samples", "zone"), ("species_counts", "site"), ("species_counts", "species"),
                         ("vegetation", "zone"), ("groundwater", "point_id"), ("parcels", "parcel_name")):  # fmt: skip
        assert store.read_table(folder, name)[column].str.startswith("示例").all(), (name, column)
    limits = store.read_table(folder, "groundwater_limits")
    assert limits["basis"].str.contains("非国家标准").all()


def test_ordinary_faults_are_there(processed):
    folder = processed[0].processed
    samples = store.read_table(folder, "soil_samples")
    assert samples["is_censored"].any()
    cadmium = samples[samples["item"] == "Cd"].groupby("zone")["value"].median()
    assert cadmium["示例区B"] == pytest.approx(cadmium["示例区A"], rel=1.0)  # written in ng/g
    assert set(store.read_table(folder, "vegetation")["quality"]) == {"good", "marginal", "snow", "cloudy"}
    assert store.read_table(folder, "areas")["scope"].nunique() == 2
    ledger = store.read_table(folder, "ledger")
    tillage = ledger[(ledger["indicator_id"] == "conservation_tillage_area") & (ledger["period"] == "2025")]
    assert set(counties("changchun")["place_code"]) - set(tillage["place_code"]) == {"220105"}


def test_nothing_lies_after_the_last_day(tmp_path):
    folders = Folders.real(tmp_path)  # without sidecars the files count as received
    last = date(2024, 6, 30)
    _write(folders.raw / "land", last=last)
    assert ingest(folders, city="changchun").refused == ()
    for name, column in (("soil_samples", "sample_date"), ("species_counts", "date"), ("vegetation", "date"),
                         ("findings", "found_date"), ("findings", "closed_date"), ("parcels", "date"),
                         ("groundwater", "date"), ("black_odorous", "date")):  # fmt: skip
        assert store.read_table(folders.processed, name)[column].max() <= pd.Timestamp(last), name
    assert store.read_table(folders.processed, "ledger")["period"].str[:4].astype(int).max() <= 2024
    assert store.read_table(folders.processed, "areas")["survey_year"].max() <= 2024


def test_every_section_has_something_to_show(battle):
    empty = [name for name, table in battle.tables.items() if table.empty]
    loop = {
        "corrective_actions",
        "corrective_editions",
        "manual_overrides",
        "missed_without_action",
    }  # listed of the air
    assert loop <= set(empty)
    assert set(empty) - loop <= {"differences", "contradictions", "fires", "foreign_zones"}
    assert battle.results["simulated"].all()
    assert {"met", "off_track"} & set(battle.results["status"])


def parts_of(payloads):
    return [part for one in payloads for section in one["sections"] for part in section["parts"]]


def sentences_of(parts):
    """Published sentences as objects, the two of a box one after the other."""
    facts = [item["facts"] for part in parts for item in part.get("items", ())]
    told = [
        one for fact in facts for one in ([fact] if "kind" in fact else [fact["seen"], fact["study"]]) if one
    ]
    return [wording.Sentence(**{**one, "row_key": tuple(one["row_key"])}) for one in told]


def test_pages_agree_with_their_rows_in_both_languages(battle):
    rows = {wording.row_key(row): row for _, row in battle.results.iterrows()}
    shown, numbers = {}, {}
    for lang in ("zh", "en"):
        payloads = list(blocks(battle, lang))
        texts, parts = texts_in(payloads), parts_of(payloads)
        assert faulty_words(texts, lang) == []
        assert len(texts) > 60
        for sentence in sentences_of(parts):
            if sentence.row_key:
                assert wording.verify(sentence, rows[sentence.row_key]) == (), sentence.text
        for part in parts:
            for table in read_markup(part.get("html", ""))[1]:
                assert all(cell and cell not in ("-", "—", "/") for row in table.filled.body for cell in row)
        shown[lang] = [part.get("id", part["kind"]) for part in parts]
        numbers[lang] = [(one.kind, one.row_key, one.numbers) for one in sentences_of(parts)]
    assert shown["zh"] == shown["en"]
    assert numbers["zh"] == numbers["en"]
    figures = [part["id"] for part in parts if part["kind"] == "chart"]
    assert len(set(figures)) == len(figures) >= 4
