"""The simulated raw files of the water battle: read without faults but the ordinary ones, seeded, and marked."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from helpers import provenance, registry, store
from helpers.paths import Folders
from helpers.provenance import Source
from helpers.run.demonstration.water import write_water
from helpers.run.demonstration.water_quality import print_value
from helpers.sources.detect import detect
from helpers.sources.ingest import ingest

LAST = date(2022, 10, 31)


def _write(folder, *, seed=3):
    write_water(folder, seed=seed, last=LAST, city="changchun")
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return _write(tmp_path_factory.mktemp("demonstration"))


@pytest.fixture(scope="module")
def processed(files, tmp_path_factory):
    """Tables after an ingest of the files, and its summary."""
    folders = Folders.real(tmp_path_factory.mktemp("data")).demonstration("changchun")
    for path in files:
        target = folders.raw / "water" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        provenance.write_sidecar(target, Source(title_zh="示例", publisher="演示", simulated=True))
    return folders.processed, ingest(folders, city="changchun")


def test_every_file_has_a_reader(files):
    found = {path.stem.split("_2")[0]: detect(path).name for path in files}
    assert found == {
        "automatic": "water_automatic",
        "black_odorous": "water_black_odorous",
        "drinking_sources": "water_drinking",
        "ecological_flow": "water_flow",
        "outfalls": "water_outfalls",
        "sections": "water_sections",
    }
    assert [path.stem for path in files if path.stem.startswith("sections")] == [
        *(f"sections_{year}" for year in range(2016, 2022)),
        "sections_2021_revised",
        "sections_2022",
    ]


def test_same_seed_gives_the_same_bytes(files, tmp_path):
    again = _write(tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files]


def test_all_is_taken_and_only_the_revised_month_is_in_conflict(processed):
    folder, summary = processed
    assert summary.refused == ()
    assert set(summary.n_rows) == {
        "water_sections",
        "water_automatic",
        "drinking_sources",
        "drinking_items",
        "black_odorous",
        "black_odorous_points",
        "outfalls",
        "ecological_flow",
    }
    conflicts = store.read_table(folder, "quarantine")
    assert len(conflicts) == 2
    assert conflicts["row"].str.contains("NH3-N 2021-05-01").all()
    assert store.read_table(folder, "sources")["simulated"].all()


def test_months_follow_the_networks(processed):
    table = store.read_table(processed[0], "water_sections")
    known = registry.sections("changchun", placeholders=True)
    assert set(table["section_id"]) == set(known["section_id"])
    national = set(known.loc[known["level"] == "national", "section_id"])
    by_year = table[table["section_id"].isin(national)].groupby(table["date"].dt.year)["section_id"].nunique()
    assert by_year.to_dict() == {**dict.fromkeys(range(2016, 2021), 9), 2021: 16, 2022: 16}
    assert (table["date"].min(), table["date"].max()) == (
        pd.Timestamp("2016-01-01"),
        pd.Timestamp("2022-10-01"),
    )


def test_ordinary_faults_are_there(processed):
    table = store.read_table(processed[0], "water_sections")
    assert table["is_censored"].any()
    mercury = table[table["item"] == "Hg"].groupby(table["date"].dt.year)["value"].median()
    assert mercury.loc[2018] == pytest.approx(mercury.loc[2017])  # written in μg/L that year
    section = registry.sections("changchun")["section_id"].iloc[3]
    months = set(table.loc[table["section_id"] == section, "date"])
    assert pd.Timestamp("2019-06-01") not in months and pd.Timestamp("2019-07-01") in months
    n_months = (
        table.drop_duplicates(["section_id", "date"]).groupby(table["date"].dt.month)["section_id"].size()
    )
    assert n_months.loc[1] < 0.9 * n_months.loc[5]


def test_the_year_is_a_northern_one(processed):
    table = store.read_table(processed[0], "water_sections")
    rivers = registry.sections("changchun", placeholders=True).set_index("section_id")["body"] == "river"
    table = table[table["section_id"].map(rivers)]
    usual = table.groupby(["item", table["date"].dt.month])["value"].median()
    assert usual["NH3-N", 1] > 1.4 * usual["NH3-N", 8]
    assert usual["TP", 8] > 1.15 * usual["TP", 11]
    assert usual["CODMn", 4] > usual["CODMn", 11]
    assert usual["DO", 1] > 10 > usual["DO", 7]
    yearly = (
        table[table["item"] == "CODMn"]
        .groupby(["section_id", table["date"].dt.year])["value"]
        .mean()
        .unstack()
        .dropna()
    )
    assert len(yearly) == 9  # river sections of both networks, and the one outside of them
    assert (yearly[2021] < yearly[2016]).mean() > 0.8


def test_lakes_carry_the_trophic_items(processed):
    table = store.read_table(processed[0], "water_sections")
    lakes = table[table["section_id"].isin(["xinlicheng_dam", "shitoukoumen"])]
    assert {"Chla", "SD", "TN", "TP", "CODMn"} <= set(lakes["item"])
    assert set(table.loc[table["item"] == "Chla", "section_id"]) == {"xinlicheng_dam", "shitoukoumen"}


def test_ledgers_are_marked_as_examples(processed):
    folder = processed[0]
    assert store.read_table(folder, "drinking_sources")["source_name"].str.startswith("示例").all()
    assert store.read_table(folder, "black_odorous")["body_name"].str.startswith("示例").all()
    outfalls = store.read_table(folder, "outfalls")
    assert outfalls["outfall_name"].str.startswith("示例").all()
    last = outfalls[outfalls["date"] == pd.Timestamp(LAST)]
    done = [
        last[f"{stage}_date"].notna().mean()
        for stage in ("surveyed", "monitored", "traced", "rectified", "managed")
    ]
    assert done == sorted(done, reverse=True)
    flows = store.read_table(folder, "ecological_flow")
    assert set(flows["river_name"]) == {"伊通河", "新凯河", "饮马河"}
    assert (flows.groupby("river_name").size() == 362).all()
    assert (flows["flow_m3_s"] < flows["target_m3_s"]).any()


def test_placeholders_are_unknown_to_real_data(files, tmp_path):
    folders = Folders.real(tmp_path)
    folders.raw.mkdir(parents=True)
    source = next(path for path in files if path.stem == "sections_2016")
    (folders.raw / source.name).write_bytes(source.read_bytes())
    summary = ingest(folders, city="changchun")
    table = store.read_table(folders.processed, "water_sections")
    assert not table["section_id"].str.startswith("example").any()
    reasons = store.read_table(folders.processed, "quarantine")["reason"]
    assert summary.n_quarantined == len(reasons) == 12
    assert reasons.str.contains("is no known section").all()


@pytest.mark.parametrize(
    ("item", "value", "text"),
    [("NH3-N", 0.0249, "0.025L"), ("NH3-N", 0.51234, "0.512"), ("Hg", 0.00001, "0.00004L"), ("COD", 18.4, "18"), ("TP", float("nan"), "")],
)  # fmt: skip
def test_values_are_printed_as_a_laboratory_does(item, value, text):
    assert print_value(item, value) == text
