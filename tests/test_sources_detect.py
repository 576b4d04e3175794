"""Formats are told apart by content: one reader each, and a refusal that lists them."""

from __future__ import annotations

import gzip
import shutil

import pandas as pd
import pytest

from helpers.errors import SourceError
from helpers.sources.detect import READERS, detect, iter_readings
from helpers.sources.head import read_head
from helpers.sources.reading import TABLES, join_readings
from helpers.sources.templates import write_ledger_template

FIXTURES = {
    "station_archive.csv": "air_station_archive",
    "city_hourly.csv": "air_city_archive",
    "city_archive.csv": "air_city_archive",
    "publish.csv": "air_publish",
    "pm25in.csv": "air_pm25in",
    "aqistudy_daily.csv": "air_aqistudy",
    "aqistudy_monthly_gbk.csv": "air_aqistudy",
    "station_list.csv": "station_list",
    "ghcn.csv": "met_ghcn",
    "weather.csv": "met_daily",
    "fires_viirs.csv": "fires_firms",
    "dust_hours.csv": "dust_hours",
}
CONTEXT = {
    "stations": pd.DataFrame({"station_code": ["9001A", "9002A"], "name_zh": ["东站", "西站"]}),
    "city_name": "甲",
    "known": {},
}


@pytest.mark.parametrize(("name", "reader"), FIXTURES.items())
def test_every_format_has_one_reader_whatever_its_name(repo, tmp_path, name, reader):
    path = tmp_path / "renamed.dat"
    path.write_bytes(gzip.compress((repo / "tests" / "data" / "sources" / name).read_bytes()))
    assert [one.name for one in READERS.values() if one.recognise(read_head(path))] == [reader]
    reading = join_readings(iter_readings(path, **CONTEXT))
    assert len(reading.table) > 0
    types = {column: str(kind) for column, kind in reading.table.dtypes.items()}
    assert types == TABLES[reading.table_name]


def test_workbook(tmp_path):
    path = tmp_path / "renamed.dat"
    write_ledger_template(path, [])
    assert detect(path).name == "ledger_workbook"
    assert join_readings(iter_readings(path, **CONTEXT)).table_name == "ledger"


def test_geojson(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(
        '{"features": [{"properties": {"stationcode": "9001A", "o3_24h": "3"}}]}', encoding="utf-8"
    )
    assert detect(path).name == "air_publish"


@pytest.mark.parametrize(
    "raw", [b"a,b\n1,2\n", b"\x00\x01\x02\x03", b"\xff\xff\xff", b'"open\n', b"\n\n", b"{}"]
)
def test_an_unknown_format_is_refused_without_naming_a_reader(tmp_path, raw):
    path = tmp_path / "unknown.csv"
    path.write_bytes(raw)
    with pytest.raises(SourceError) as caught:
        detect(path)
    message = str(caught.value)
    assert "unknown.csv, row 1: the format is unknown" in message
    assert not any(name in message for name in READERS)
    assert "leave the file out" in message


def test_empty_file_is_refused(tmp_path):
    path = tmp_path / "empty.csv"
    path.touch()
    with pytest.raises(SourceError, match="empty"):
        detect(path)


def test_head_of_a_long_file_keeps_whole_records_only(repo, tmp_path):
    path = tmp_path / "long.csv"
    with (
        path.open("wb") as target,
        (repo / "tests" / "data" / "sources" / "station_archive.csv").open("rb") as one,
    ):
        shutil.copyfileobj(one, target)
        target.write(b"20240101,2,CO,0.4,0.5,0.6\r\n" * 4000)
    head = read_head(path)
    assert {len(row) for row in head.rows} == {6}
    assert len(head.raw) == 65_536


def test_options_are_those_of_the_readers():
    assert {name for reader in READERS.values() for name in reader.options} == {
        "stations",
        "cities",
        "city_name",
        "known",
        "names",
        "ranges",
        "places",
        "sections",
        "province_name",
        "n_articles",
        "received_on",
        "targets",
        "raw",
    }


@pytest.mark.real
def test_real_files_have_one_reader_each(shared_data):
    found = set()
    for folder in ("air", "met", "fire", "stations", "water"):
        for path in sorted((shared_data / "data" / folder).rglob("*.gz")):
            head = read_head(path)
            names = [reader.name for reader in READERS.values() if reader.recognise(head)]
            assert len(names) == 1, path.name
            found.update(names)
    assert found == {
        "air_aqistudy",
        "air_misaligned",
        "met_daily",
        "air_publish",
        "air_city_archive",
        "air_station_archive",
        "air_pm25in",
        "fires_firms",
        "met_ghcn",
        "station_list",
        "water_automatic",
    }
