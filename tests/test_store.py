"""Processed tables: atomic partitions, filters pushed down, and a record of what was opened."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from helpers import provenance, schemas, store
from helpers.errors import SchemaError

CITY = {"city_code": "220100", "year": 2019}


def make_hourly(first: str = "2019-01-01 01:00", hours: int = 48, city: str = "220100") -> pd.DataFrame:
    times = pd.date_range(first, periods=hours, freq="h")
    parts = [
        pd.DataFrame(
            {
                "city_code": city,
                "station_code": station,
                "time": times,
                "pollutant": pollutant,
                "value": np.arange(hours, dtype=float) + offset,
                "flag": "",
                "source_id": "made-00000000",
            }
        )
        for offset, (station, pollutant) in enumerate(
            (station, pollutant) for station in ("1119A", "1120A") for pollutant in ("PM2.5", "CO")
        )
    ]
    return pd.concat(parts, ignore_index=True)


def part_file(folder: Path, year: int = 2019) -> Path:
    return folder / "air_hourly" / "city_code=220100" / f"year={year}" / "part.parquet"


def test_written_rows_come_back_with_declared_types(tmp_path):
    table = make_hourly()
    store.write_table(tmp_path, "air_hourly", table.sample(frac=1, random_state=1))
    back = store.read_table(tmp_path, "air_hourly")
    expected = table.astype({"time": "datetime64[s]"}).sort_values(list(schemas.KEYS["air_hourly"]))
    pd.testing.assert_frame_equal(back, expected.reset_index(drop=True))
    assert {column: str(kind) for column, kind in back.dtypes.items()} == store.SCHEMAS["air_hourly"]


def test_hour_zero_belongs_to_the_year_of_the_day_before(tmp_path):
    store.write_table(tmp_path, "air_hourly", make_hourly("2019-12-31 23:00", hours=3))
    in_2019 = store.read_table(tmp_path, "air_hourly", filters=[("year", "==", 2019)])
    assert in_2019["time"].max() == pd.Timestamp("2020-01-01 00:00")
    assert store.list_partitions(tmp_path, "air_hourly") == [
        {"city_code": "220100", "year": "2019"},
        {"city_code": "220100", "year": "2020"},
    ]


def test_absent_table_is_empty_with_declared_columns(tmp_path):
    table = store.read_table(tmp_path, "met_daily", columns=["date", "precipitation_mm"])
    assert list(table.columns) == ["date", "precipitation_mm"]
    assert len(table) == 0
    assert str(table["date"].dtype) == "datetime64[s]"
    assert not store.exists(tmp_path, "met_daily")
    assert store.list_tables(tmp_path) == []


@pytest.mark.parametrize(
    ("filters", "keep"),
    [
        ([("pollutant", "==", "CO")], lambda t: t["pollutant"] == "CO"),
        ([("station_code", "in", {"1120A"})], lambda t: t["station_code"] == "1120A"),
        ([("pollutant", "not in", ["CO"])], lambda t: t["pollutant"] != "CO"),
        ([("time", ">", "2019-01-02")], lambda t: t["time"] > "2019-01-02"),
        ([("time", "<=", pd.Timestamp("2019-01-01 05:00"))], lambda t: t["time"] <= "2019-01-01 05:00"),
        ([("time", "in", [pd.Timestamp("2019-01-01 05:00")])], lambda t: t["time"] == "2019-01-01 05:00"),
        (
            [("value", ">=", 40), ("pollutant", "!=", "CO")],
            lambda t: (t["value"] >= 40) & (t["pollutant"] != "CO"),
        ),
        ([("city_code", "==", "110000")], lambda t: t["city_code"] == "110000"),
        ([("year", "in", ["2019"]), ("city_code", "==", 220100)], lambda t: t["value"] >= 0),
        ([("year", ">=", 2020)], lambda t: t["time"] > "2020"),
    ],
)
def test_filters_equal_the_same_choice_in_pandas(tmp_path, filters, keep):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    everything = store.read_table(tmp_path, "air_hourly")
    chosen = store.read_table(tmp_path, "air_hourly", filters=filters)
    pd.testing.assert_frame_equal(chosen, everything[keep(everything)].reset_index(drop=True))


def test_only_partitions_that_can_match_are_opened(tmp_path):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    store.write_table(tmp_path, "air_hourly", make_hourly("2020-06-01"), partition={**CITY, "year": 2020})
    with store.opened() as record:
        store.read_table(tmp_path, "air_hourly", filters=[("time", ">=", "2020-01-01 01:00")])
    files = [path for path in record if not path.endswith("/")]
    assert files == ["air_hourly/city_code=220100/year=2020/part.parquet"]
    assert record[files[0]] == provenance.file_sha256(part_file(tmp_path, 2020))


def test_record_notices_a_changed_file_and_a_new_partition(tmp_path):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    with store.opened() as record:
        store.read_table(tmp_path, "air_hourly", filters=[("city_code", "==", "220100")])
        store.read_table(tmp_path, "fires")
    assert store.is_unchanged(tmp_path, record)
    store.write_table(
        tmp_path, "air_hourly", make_hourly(city="110000"), partition={"city_code": "110000", "year": 2019}
    )
    assert store.is_unchanged(tmp_path, record), "another city's table is none of this run's business"
    store.write_table(tmp_path, "air_hourly", make_hourly("2020-06-01"), partition={**CITY, "year": 2020})
    assert not store.is_unchanged(tmp_path, record)
    with store.opened() as record:
        store.read_table(tmp_path, "air_hourly")
    store.write_table(tmp_path, "air_hourly", make_hourly(hours=47), partition=CITY)
    assert not store.is_unchanged(tmp_path, record)


def test_record_notices_that_an_absent_table_appears(tmp_path):
    with store.opened() as record:
        store.read_table(tmp_path, "dust_hours")
    assert store.is_unchanged(tmp_path, record)
    hours = pd.DataFrame(
        {"city_code": "220100", "time": [pd.Timestamp("2019-04-17 22:00")], "source_id": "d"}
    )
    store.write_table(tmp_path, "dust_hours", hours)
    assert not store.is_unchanged(tmp_path, record)


def test_nothing_is_recorded_outside_the_block(tmp_path):
    with store.opened() as record:
        pass
    store.read_table(tmp_path, "fires")
    assert record == {}


def test_same_rows_give_the_same_bytes_in_any_order(tmp_path):
    for name, seed in (("a", 1), ("b", 2)):
        store.write_table(tmp_path / name, "air_hourly", make_hourly().sample(frac=1, random_state=seed))
    assert part_file(tmp_path / "a").read_bytes() == part_file(tmp_path / "b").read_bytes()


def test_no_rows_remove_the_partition_and_its_empty_folders(tmp_path):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    store.write_table(tmp_path, "air_hourly", store.empty("air_hourly"), partition=CITY)
    assert not (tmp_path / "air_hourly").exists()


def test_whole_table_replaces_partitions_that_are_gone(tmp_path):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    store.write_table(tmp_path, "air_hourly", make_hourly("2021-06-01"))
    assert store.list_partitions(tmp_path, "air_hourly") == [{"city_code": "220100", "year": "2021"}]


def test_table_without_time_or_city_is_one_file(tmp_path):
    row = ("straw_use", "220100", "2024", 92.5, "pct", "final", "", "", "x", "台账", "7")
    ledger = pd.DataFrame([row], columns=list(store.SCHEMAS["ledger"]))
    store.write_table(tmp_path, "ledger", ledger)
    assert (tmp_path / "ledger" / "part.parquet").is_file()
    pd.testing.assert_frame_equal(
        store.read_table(tmp_path, "ledger"), ledger.astype(store.SCHEMAS["ledger"])
    )


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_failure_at_any_step_leaves_the_old_partition(tmp_path, monkeypatch, step):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    old = part_file(tmp_path).read_bytes()

    def fail(*arguments, **options):
        if step == "write":
            arguments[1].write(b"half of a file")
        raise OSError("power cut")

    target = {"write": (pq, "write_table"), "fsync": (os, "fsync"), "replace": (os, "replace")}[step]
    monkeypatch.setattr(*target, fail)
    with pytest.raises(OSError, match="power cut"):
        store.write_table(tmp_path, "air_hourly", make_hourly(hours=5), partition=CITY)
    monkeypatch.undo()
    assert part_file(tmp_path).read_bytes() == old
    assert [path.name for path in part_file(tmp_path).parent.iterdir()] == ["part.parquet"]


KILLED = """
import os, pathlib, sys
from helpers import store
folder = pathlib.Path(sys.argv[1])
table = store.read_table(folder, "air_hourly").head(5)
os.replace = lambda *_: os._exit(9)  # dies between the complete new file and its renaming, uncleaned
store.write_table(folder, "air_hourly", table, partition={"city_code": "220100", "year": 2019})
"""


def test_killed_writer_leaves_the_old_partition_readable(tmp_path):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    assert subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False).returncode == 9
    assert len(list(part_file(tmp_path).parent.iterdir())) == 2
    assert len(store.read_table(tmp_path, "air_hourly")) == len(make_hourly())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="flag"), "columns are"),
        (lambda t: t.assign(extra=1), "columns are"),
        (lambda t: t.assign(value="many"), "air_hourly.value: cells do not fit"),
        (lambda t: t.assign(value=np.inf), "a value is infinite"),
        (lambda t: t.assign(time=t["time"].dt.tz_localize("Asia/Shanghai")), "time zone"),
        (lambda t: t.assign(station_code=""), "key column station_code is empty in 192 rows"),
        (lambda t: pd.concat([t, t[:1]]), "1 rows repeat a key"),
    ],
)
def test_wrong_tables_are_refused_with_place_and_remedy(tmp_path, change, message):
    with pytest.raises(SchemaError, match=message) as refusal:
        store.write_table(tmp_path, "air_hourly", change(make_hourly()))
    assert "air_hourly" in refusal.value.where
    assert refusal.value.remedy
    assert not store.exists(tmp_path, "air_hourly")


def test_rows_of_another_partition_are_refused(tmp_path):
    with pytest.raises(SchemaError, match=r"rows belong to .*year=2019.*expected city_code=220100/year=2020"):
        store.write_table(tmp_path, "air_hourly", make_hourly(), partition={**CITY, "year": 2020})
    with pytest.raises(SchemaError, match="name every key"):
        store.write_table(tmp_path, "air_hourly", make_hourly(), partition={"year": 2019})


@pytest.mark.parametrize(
    "options",
    [
        {"columns": ["colour"]},
        {"columns": ["year"]},
        {"filters": [("time", "~", 1)]},
        {"filters": [("x", "==", 1)]},
    ],
)
def test_unknown_columns_and_operators_are_refused(tmp_path, options):
    with pytest.raises(SchemaError, match="unknown column"):
        store.read_table(tmp_path, "air_hourly", **options)
    with pytest.raises(SchemaError, match="unknown table 'air'"):
        store.read_table(tmp_path, "air")


@pytest.mark.parametrize("content", [b"PAR1 not really", None])
def test_foreign_file_in_the_place_of_a_partition_is_refused(tmp_path, content):
    path = part_file(tmp_path)
    store.write_file(path, pd.DataFrame({"a": [1]}))
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SchemaError, match=r"year=2019/part.parquet.*make clean"):
        store.read_table(tmp_path, "air_hourly")


def test_a_byte_changed_inside_a_partition_is_noticed(tmp_path):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    place, table = part_file(tmp_path), store.read_table(tmp_path, "air_hourly")
    whole = place.read_bytes()
    group = pq.ParquetFile(place).metadata.row_group(0)
    chunks = [group.column(number) for number in range(group.num_columns)]
    for offset in (one.data_page_offset + one.total_compressed_size // 2 for one in chunks):
        place.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0xFF]) + whole[offset + 1 :])
        with pytest.raises(SchemaError, match=r"part.parquet: the file is damaged.*run make clean"):
            store.read_table(tmp_path, "air_hourly")
    place.write_bytes(whole)
    pd.testing.assert_frame_equal(store.read_table(tmp_path, "air_hourly"), table)


def test_selected_columns_keep_their_order_and_the_city_comes_from_the_folder(tmp_path):
    store.write_table(tmp_path, "air_hourly", make_hourly())
    table = store.read_table(tmp_path, "air_hourly", columns=["value", "city_code"])
    assert list(table.columns) == ["value", "city_code"]
    assert set(table["city_code"]) == {"220100"}
    assert len(store.read_table(tmp_path, "air_hourly", columns=["city_code"])) == len(table) == 192


def test_every_key_is_made_of_declared_columns():
    for name, key in schemas.KEYS.items():
        assert set(key) <= set(schemas.SCHEMAS[name])
        assert set(schemas.partition_keys(name)) <= {"city_code", "year"}
