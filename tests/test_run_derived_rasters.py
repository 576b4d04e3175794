"""Summaries of raster folders: made once, remade only when a file changes, and a bad folder is told in one sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from helpers import store
from helpers.battles import raster_summary, raster_tables
from helpers.paths import Folders
from helpers.run import derived_rasters
from helpers.run.demonstration.rasters import write_rasters
from helpers.sources import ingest
from land_cases import context

CODE, LAST = "220100", date(2020, 12, 31)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Six growing seasons as if received, with a later year that must not count."""
    found = Folders.real(tmp_path)
    write_rasters(found.raw, city="changchun", seed=1, last=date(2021, 6, 30))
    ingest.ingest(found, city="changchun")
    return found


def read(folders: Folders, *names: str, last: date = LAST) -> list[pd.DataFrame]:
    return [derived_rasters.read(folders, CODE, name, last=last) for name in names]


def test_images_are_sources_with_their_hash_and_no_unknown_file(folders: Folders) -> None:
    summary = ingest.ingest(folders, city="changchun")
    assert not summary.refused and not summary.without_rows
    known = store.read_table(folders.processed, "rasters")
    assert known["kind"].value_counts().to_dict() == {"image": 38, "quality": 32, "zones": 1}
    sources = store.read_table(folders.processed, "sources").set_index("source_id")
    assert set(sources["reader"]) == {"raster_image"}
    assert known["sha256"].tolist() == sources.loc[known["source_id"], "sha256"].tolist()


def test_a_picture_without_index_is_refused_and_the_others_stand(folders: Folders) -> None:
    (folders.raw / "rasters" / "picture.tif").write_bytes(
        (folders.raw / "rasters" / "NDVI_2015-05.tif").read_bytes()
    )
    summary = ingest.ingest(folders, city="changchun")
    assert [refusal.path for refusal in summary.refused] == ["rasters/picture.tif"]
    assert "says no index" in summary.refused[0].message and summary.n_rows["rasters"] == 71


def test_a_second_report_does_not_read_the_pixels(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(folders, *raster_tables.TABLES["NDVI"])
    assert first[0].iloc[0]["n_images"] == 30 and first[0].iloc[0]["last"] == pd.Timestamp(2020, 9, 1)
    assert len(first[1]) == 3600 and first[1]["area_km2"].between(0.9, 1.1).all()
    monkeypatch.setattr(raster_summary, "summarise_folder", lambda *_, **__: pytest.fail("read again"))
    for before, now in zip(first, read(folders, *raster_tables.TABLES["NDVI"]), strict=True):
        pd.testing.assert_frame_equal(before, now)


def test_a_changed_image_is_noticed_and_summarised_anew(folders: Folders) -> None:
    with store.opened() as record:
        before = read(folders, "ndvi_zones")[0]
    assert store.is_unchanged(folders.processed, record)
    first, second = (folders.raw / "rasters" / f"NDVI_2020-0{month}.tif" for month in (5, 6))
    first.write_bytes(second.read_bytes())
    Path(f"{first}.source.yml").unlink()
    ingest.ingest(folders, city="changchun")
    assert not store.is_unchanged(folders.processed, record)
    assert not before.equals(read(folders, "ndvi_zones")[0])
    kept = list((folders.processed / "derived" / CODE / "rasters").iterdir())
    assert len(kept) == 1, "the summary of the old files is gone"


def test_without_images_there_are_no_rows(tmp_path: Path) -> None:
    folders = Folders.real(tmp_path)
    for table in read(folders, *derived_rasters.TABLES):
        assert table.empty


def test_a_folder_that_does_not_hold_together_is_told_in_one_sentence(folders: Folders) -> None:
    (folders.raw / "rasters" / "pixel_reliability_2020-06.tif").unlink()
    ingest.ingest(folders, city="changchun")
    told, pixels, _ = read(folders, *raster_tables.TABLES["NDVI"])
    assert "the quality layer of this date is absent" in told["reason"].iloc[0]
    assert str(folders.raw) not in told["reason"].iloc[0] and pixels.empty


def test_images_in_two_folders_are_told(folders: Folders) -> None:
    elsewhere = folders.raw / "other" / "NDVI_2019-05_new.tif"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes((folders.raw / "rasters" / "NDVI_2020-07.tif").read_bytes())
    ingest.ingest(folders, city="changchun")
    assert "2 folders: other, rasters" in read(folders, "ndvi_map")[0]["reason"].iloc[0]


def test_zones_are_named_in_both_languages_and_years_are_whole(folders: Folders) -> None:
    names = raster_tables.TABLES["NDVI"]
    tables = dict(zip(names, read(folders, *names, last=date(2021, 6, 30)), strict=True))
    zones = raster_tables.take(tables, "NDVI", context())["raster_zones"]
    assert zones["name_zh"].unique().tolist() == ["耕地", "林地", "草地", "建成区", "建成区边缘", "水域"]
    assert zones["name_en"].iloc[0] == "cropland"
    assert sorted(zones["year"].unique()) == list(range(2015, 2021)), "2021 has two months only"
    crops = tables["ndvi_zones"].query("zone == '1' and date.dt.year == 2016")
    told = zones.query("zone == '1' and year == 2016")["value"].iloc[0]
    assert told == pytest.approx(crops["value"].mean())
