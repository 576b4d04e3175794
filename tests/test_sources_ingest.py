"""Ingest: raw files to partitions, incrementally, with every refusal and conflict told."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from helpers import provenance, store
from helpers.errors import SchemaError, SourceError
from helpers.messages import in_language
from helpers.paths import Folders
from helpers.provenance import Source
from helpers.sources import ingest as ingest_module
from helpers.sources import ingest_state
from helpers.sources.ingest import IngestSummary, ingest, is_data_file, list_passed_over, list_raw_files
from helpers.sources.text import read_text

NAMES = ["1001A", "1119A", "1120A", "1121A", "1122A", "1123A"]
CITY = [("city_code", "==", "220100")]


@pytest.fixture
def folders(tmp_path) -> Folders:
    found = Folders.real(tmp_path)
    (found.raw / "air").mkdir(parents=True)
    return found


def write_archive(
    folders: Folders,
    name: str,
    *,
    day: str = "20190101",
    hours: range = range(24),
    value: int = 40,
    stations: list[str] = NAMES,
    **facts: str,
) -> Path:
    """Write a station archive: values rise by one each hour, so that no run is stuck; the AQI is no lower than theirs."""
    lines = ["date,hour,type," + ",".join(stations)]
    for hour in hours:
        for kind, number in (("AQI", value + 60), ("PM2.5", value + hour), ("PM2.5_24h", 1), ("CO", 0.5)):
            lines.append(f"{day},{hour},{kind}," + ",".join(str(number) for _ in stations))
    path = folders.raw / "air" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    if facts:
        provenance.write_sidecar(path, Source(**facts))
    return path


def run(folders: Folders, **options: int) -> IngestSummary:
    return ingest(folders, city="changchun", **options)


def read_air(folders: Folders, **options: object) -> pd.DataFrame:
    return store.read_table(folders.processed, "air_hourly", **options)


def processed_bytes(folders: Folders) -> dict[str, bytes]:
    files = folders.processed.rglob("part.parquet")
    return {path.relative_to(folders.processed).as_posix(): path.read_bytes() for path in files}


def test_city_stations_of_a_country_archive_become_rows(folders):
    write_archive(folders, "china_sites_20190101.csv")
    summary = run(folders)
    table = read_air(folders)
    assert (summary.n_read, summary.n_unchanged, summary.refused) == (1, 0, ())
    assert summary.n_rows == {"air_hourly": 24 * 5 * 3}
    assert summary.rebuilt == ("air_hourly/2018", "air_hourly/2019")
    assert set(table["station_code"]) == set(NAMES) - {"1001A"}
    assert set(table["pollutant"]) == {"AQI", "PM2.5", "CO"}
    assert set(table["city_code"]) == {"220100"}
    hour_zero = read_air(folders, filters=[("year", "==", 2018)])
    assert set(hour_zero["time"]) == {pd.Timestamp("2019-01-01")}
    source = store.read_table(folders.processed, "sources").iloc[0]
    assert set(table["source_id"]) == {source["source_id"]}
    assert source["path"] == "air/china_sites_20190101.csv"
    assert (source["reader"], source["n_rows"], source["caveats"]) == (
        "air_station_archive",
        360,
        "publisher_unknown;stations_without_column",
    )


def test_second_ingest_reads_and_rebuilds_nothing(folders, monkeypatch):
    write_archive(folders, "a.csv")
    first = run(folders)
    before = processed_bytes(folders)
    for name in ("stage_file", "_build_part"):
        monkeypatch.setattr(ingest_module, name, lambda *_, **__: pytest.fail("nothing was to be done"))
    monkeypatch.setattr(provenance, "file_sha256", hash_of_rules_only(provenance.file_sha256))
    second = run(folders)
    assert (second.n_read, second.n_unchanged, second.rebuilt) == (0, 1, ())
    assert second.n_rows == first.n_rows
    assert processed_bytes(folders) == before


def hash_of_rules_only(real):
    def hash_file(path):
        assert Path(path).suffix in (".yml", ".py"), f"{path} was read again"
        return real(path)

    return hash_file


def test_touched_file_is_hashed_but_not_read_again(folders):
    path = write_archive(folders, "a.csv")
    run(folders)
    os.utime(path, (1, 1))
    again = run(folders)
    assert (again.n_read, again.n_unchanged, again.rebuilt) == (0, 1, ())


def test_new_file_rebuilds_only_what_it_touches(folders):
    write_archive(folders, "a.csv", day="20170601")
    write_archive(folders, "b.csv", day="20210601")
    run(folders)
    write_archive(folders, "c.csv", day="20210602")
    summary = run(folders)
    assert (summary.n_read, summary.n_unchanged, summary.rebuilt) == (1, 2, ("air_hourly/2021",))
    assert len(read_air(folders, filters=[("year", "==", 2021)])) == 2 * 24 * 15


def test_rows_of_a_removed_file_go(folders):
    write_archive(folders, "a.csv")
    second = write_archive(folders, "b.csv", day="20200601")
    run(folders)
    second.unlink()
    summary = run(folders)
    assert summary.n_removed == 1
    assert read_air(folders)["time"].max() == pd.Timestamp("2019-01-01 23:00")
    assert store.read_table(folders.processed, "sources")["path"].tolist() == ["air/a.csv"]
    assert not (folders.processed / "air_hourly" / "city_code=220100" / "year=2020").exists()


def test_result_does_not_depend_on_the_order_of_arrival(folders, tmp_path):
    write_archive(folders, "a.csv", value=40)
    run(folders)
    write_archive(folders, "b.csv", value=60)
    run(folders)
    other = Folders.real(tmp_path / "other")
    shutil.copytree(folders.raw, other.raw)
    run(other)
    assert processed_bytes(other) == processed_bytes(folders)


def test_f43_a_file_corrected_under_its_name_is_its_next_edition_and_told(folders):
    path = write_archive(folders, "a.csv", value=40)
    write_archive(folders, "b.csv", day="20190102")
    run(folders)
    first = provenance.read_sidecar(path)
    known = Source(**{**vars(first), "publisher": "国家站", "published_at": "2019-01-05"})
    provenance.write_sidecar(path, known)
    write_archive(folders, "a.csv", value=90)
    summary = run(folders)
    assert (summary.refused, summary.n_read) == ((), 1)
    assert summary.corrected == (
        "air/a.csv: changed after arrival and was read as its next edition (360 rows, 360 before), "
        f"the edition before has SHA-256 {first.sha256} and is named in the sidecar",
    )
    assert set(read_air(folders, filters=[("pollutant", "==", "AQI")])["value"]) == {100, 150}
    second = provenance.read_sidecar(path)
    assert second.supersedes == f"sha256 {first.sha256}, {first.bytes} bytes, 2019-01-05"
    assert (second.publisher, second.published_at, second.sha256) == (
        "国家站",
        "",
        provenance.file_sha256(path),
    )
    assert second.source_id != first.source_id
    again = run(folders)
    assert (again.n_read, again.corrected) == (0, ())
    write_archive(folders, "a.csv", value=91)
    run(folders)
    assert provenance.read_sidecar(path).supersedes.count("sha256") == 2


@pytest.mark.parametrize("spoil", ["half", "other", "empty", "cut"])
def test_f43_a_changed_file_that_gives_less_is_refused_and_the_old_rows_stay(folders, spoil):
    path = write_archive(folders, "a.csv", value=40)
    run(folders)
    sidecar = provenance.sidecar_path(path).read_bytes()
    raw = write_archive(folders, "a.csv", value=90).read_bytes()
    lines = raw.splitlines(keepends=True)
    other = "日期,AQI,质量等级,PM2.5,PM10,SO2,CO,NO2,O3\n2019-01-01,75,良,50,100,30,1.1,40,60\n".encode()
    spoilt = {
        "half": b"".join(lines[: len(lines) // 2]),
        "other": other,
        "empty": lines[0],
        "cut": raw + lines[-1][:9],
    }
    path.write_bytes(spoilt[spoil])
    for _ in range(2):  # told until it is mended
        summary = run(folders)
        assert [one.path for one in summary.refused] == ["air/a.csv"] and not summary.corrected
        assert "changed after arrival" in summary.refused[0].message
        assert set(read_air(folders, filters=[("pollutant", "==", "AQI")])["value"]) == {100}
        assert provenance.sidecar_path(path).read_bytes() == sidecar


def test_f43_a_download_that_changed_is_refused(folders):
    path = write_archive(folders, "a.csv", value=40)
    run(folders)
    known = Source(**{**vars(provenance.read_sidecar(path)), "url_file": "https://example.org/a.csv"})
    provenance.write_sidecar(path, known)
    write_archive(folders, "a.csv", value=90)
    assert "changed after arrival, SHA-256" in run(folders).refused[0].message
    assert set(read_air(folders, filters=[("pollutant", "==", "AQI")])["value"]) == {100}


def test_one_bad_file_does_not_stop_the_rest(folders, monkeypatch):
    write_archive(folders, "a.csv")
    (folders.raw / "minutes.csv").write_text("what,is,this\n1,2,3\n", encoding="utf-8")
    (folders.raw / "empty.csv").touch()
    summary = run(folders)
    assert [refusal.path for refusal in summary.refused] == ["empty.csv", "minutes.csv"]
    assert summary.refused[1].message.startswith("minutes.csv, row 1: the format is unknown")
    assert len(read_air(folders)) == 360
    told = store.read_table(folders.processed, "quarantine")
    assert told["path"].tolist() == ["empty.csv", "minutes.csv"]
    assert told["reason"].str.contains("empty|unknown").all()


def test_links_that_lead_in_circles_or_nowhere_are_survived_or_told(folders):
    path = write_archive(folders, "a.csv")
    aside = folders.raw.parent / "aside.csv"
    path.rename(aside)
    path.symlink_to(aside)
    for link in ("loop", "air/loop", "air/other"):
        (folders.raw / link).symlink_to(folders.raw, target_is_directory=True)
    assert [one.name for one in list_raw_files(folders.raw)] == [path.name]
    run(folders)
    aside.rename(aside.with_suffix(".gone"))
    summary = run(folders)
    (refusal,) = summary.refused
    assert "the link leads to no file" in refusal.message
    assert (len(read_air(folders)), summary.n_removed) == (360, 0), "the rows it gave stay"


@pytest.mark.parametrize(("name", "shown"), [(b"a\nb.csv", "a\\x0ab.csv"), (b"a\xffb.csv", "a\\xffb.csv")])
def test_a_name_nobody_can_print_is_refused_on_one_line(folders, name, shown):
    write_archive(folders, "a.csv")
    with open(os.path.join(os.fsencode(folders.raw), name), "wb") as stream:
        stream.write(b"x")
    (refusal,) = run(folders).refused
    assert (
        refusal.message == f"{shown}: the name holds bytes that are no text, or a line break; rename the file"
    )
    assert len(read_air(folders)) == 360


def test_a_workbook_that_swells_is_refused_before_it_is_opened(folders):
    with zipfile.ZipFile(folders.raw / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (20 << 20))
    (refusal,) = run(folders).refused
    assert "unpack to more than" in refusal.message


def test_a_file_the_system_does_not_give_is_told_so(folders, monkeypatch):
    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    write_archive(folders, "a.csv")
    for place in ("helpers.sources.staging.detect", "helpers.sources.ingest.provenance.register_source"):
        with monkeypatch.context() as patched:
            patched.setattr(place, deny)
            (refused,) = run(folders).refused
        assert in_language(refused.message, "zh") == (
            "air/a.csv：系统不允许读取文件，或不能写入副本；请检查文件权限和磁盘空间"
        )


def test_a_fault_of_a_reader_is_a_refusal_without_its_name_and_a_log(folders, monkeypatch):
    write_archive(folders, "a.csv")
    monkeypatch.setattr("helpers.sources.staging.detect", lambda path: 1 / 0)
    summary = run(folders)
    told = summary.refused[0].message
    assert "its contents do not fit its format, and reading stopped" in told and "Error" not in told
    log = folders.processed / told.rpartition(" ")[2]
    assert "ZeroDivisionError" in log.read_text("utf-8")
    staging = folders.processed / ".staging" / "220100"
    assert sorted(staging.iterdir()) == [staging / "failures", staging / "state.json"]
    monkeypatch.undo()
    assert run(folders).refused == () and not log.exists()


def test_equal_values_of_two_files_stand_once_without_a_word(folders):
    write_archive(folders, "a.csv")
    write_archive(folders, "slice.csv", stations=NAMES[1:])
    summary = run(folders)
    assert summary.n_rows == {"air_hourly": 360}
    assert summary.n_quarantined == 0


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        ({}, {}, 120),
        ({"published_at": "2020-01-02"}, {"published_at": "2020-01-01"}, 100),
        ({"retrieved_at": "2020-01-02T08:00"}, {"retrieved_at": "2020-01-02"}, 100),
        ({"published_at": "2020-01-01", "retrieved_at": "2024-01-01"}, {"published_at": "2020-01-02"}, 120),
    ],
)
def test_later_edition_stands_and_the_other_is_told(folders, first, second, stands):
    write_archive(folders, "a.csv", value=40, **first)
    write_archive(folders, "b.csv", value=60, **second)
    summary = run(folders)
    table = read_air(folders, filters=[("pollutant", "==", "AQI")])
    assert table["value"].unique().tolist() == [stands]
    conflicts = store.read_table(folders.processed, "quarantine")
    assert summary.n_differing == len(conflicts) == 2 * 24 * 5  # CO is equal in both
    assert summary.n_quarantined == 0, "another edition is no fault of a file"
    assert set(store.read_table(folders.processed, "sources")["n_quarantined"]) == {0}
    assert run(folders).n_differing == 2 * 24 * 5, "also where nothing was read again"
    lost = "air/a.csv" if stands == 120 else "air/b.csv"
    assert set(conflicts["path"]) == {lost}
    first_hour = conflicts[conflicts["row"] == "220100 AQI 1119A 2019-01-01 00:00:00"].iloc[0]
    assert first_hour["found"] == f"{220 - stands} against {stands}"
    assert first_hour["reason"].startswith(f"differs from {table['source_id'].iloc[0]}")


def test_sidecar_filled_in_later_changes_the_edition_without_reading(folders):
    first = write_archive(folders, "a.csv", value=40)
    write_archive(folders, "b.csv", value=60)
    run(folders)
    known = provenance.read_sidecar(first)
    provenance.write_sidecar(
        first, Source(**{**vars(known), "published_at": "2024-01-01", "publisher": "国家站"})
    )
    summary = run(folders)
    assert (summary.n_read, summary.rebuilt) == (0, ("air_hourly/2018", "air_hourly/2019"))
    assert read_air(folders, filters=[("pollutant", "==", "AQI")])["value"].unique().tolist() == [100]
    source = store.read_table(folders.processed, "sources").set_index("path").loc["air/a.csv"]
    assert (source["publisher"], source["caveats"]) == ("国家站", "stations_without_column")


def test_screening_looks_across_new_year(folders):
    lines = ["date,hour,type," + ",".join(NAMES)]
    for hour in range(20, 24):
        lines.append(f"20191231,{hour},PM2.5," + ",".join(["78"] * len(NAMES)))
    for hour in range(4):
        lines.append(f"20200101,{hour},PM2.5," + ",".join(["78"] * len(NAMES)))
    (folders.raw / "air" / "new_year.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run(folders)
    assert set(read_air(folders, filters=[("year", "==", 2019)])["flag"]) == {"stuck"}
    assert set(read_air(folders, filters=[("year", "==", 2020)])["flag"]) == {"stuck"}


def test_real_extremes_stay(folders):
    write_archive(folders, "a.csv", value=1177, hours=range(3))
    run(folders)
    table = read_air(folders, filters=[("pollutant", "==", "PM2.5")])
    assert set(table["value"]) == {1177, 1178, 1179}


def test_changed_rules_rebuild_and_changed_readers_read_again(folders, monkeypatch):
    write_archive(folders, "a.csv", value=78, hours=range(1, 7))
    run(folders)
    monkeypatch.setattr(ingest_module, "rules_path", lambda: Path(__file__))
    rebuilt = run(folders)
    assert (rebuilt.n_read, rebuilt.rebuilt) == (0, ("air_hourly/2019",))
    monkeypatch.setattr(ingest_module, "_hash_readers", lambda _: "other readers")
    read = run(folders)
    assert (read.n_read, read.rebuilt) == (1, ("air_hourly/2019",))
    assert run(folders).n_read == 0


@pytest.mark.parametrize("step", ["_build_part", "_write_ledgers", "write_state", "remove_stale"])
def test_ingest_cut_off_at_any_step_is_mended_by_the_next(folders, monkeypatch, tmp_path, step):
    write_archive(folders, "a.csv")
    run(folders)
    write_archive(folders, "b.csv", day="20190102")
    (folders.raw / "air" / "a.csv").unlink()

    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(ingest_module, step, fail)
    with pytest.raises(KeyboardInterrupt):
        run(folders)
    monkeypatch.undo()
    run(folders)
    clean = Folders.real(tmp_path / "clean")
    shutil.copytree(folders.raw, clean.raw)
    run(clean)
    assert processed_bytes(folders) == processed_bytes(clean)
    staged = [path.name for path in (folders.processed / ".staging" / "220100").iterdir()]
    assert len(staged) == 2  # one stage and the state


def test_lost_state_and_lost_partition_are_mended(folders):
    write_archive(folders, "a.csv")
    write_archive(folders, "b.csv", day="20200601")
    run(folders)
    whole = processed_bytes(folders)
    (folders.raw / "air" / "b.csv").unlink()
    (folders.processed / ".staging" / "220100" / "state.json").write_text("{", encoding="utf-8")
    assert run(folders).n_read == 1
    assert "air_hourly/city_code=220100/year=2020/part.parquet" not in processed_bytes(folders)
    lost = "air_hourly/city_code=220100/year=2019/part.parquet"
    (folders.processed / lost).unlink()
    summary = run(folders)
    assert summary.n_read == 0
    assert processed_bytes(folders)[lost] == whole[lost]


def test_damaged_stage_is_refused_with_the_way_out(folders):
    write_archive(folders, "a.csv")
    run(folders)
    staged = next((folders.processed / ".staging" / "220100").rglob("air_hourly.parquet"))
    staged.write_bytes(staged.read_bytes()[:100])
    write_archive(folders, "b.csv", day="20190102")
    with pytest.raises(SchemaError, match=r"air/a\.csv: the staged copy cannot be read.*ingest again"):
        run(folders)
    assert len(read_air(folders)) == 360


def test_simulated_and_real_files_never_meet(folders, tmp_path):
    write_archive(folders, "a.csv")
    write_archive(folders, "demo.csv", day="20190102", simulated=True)
    with pytest.raises(SourceError, match=r"1 simulated files, first air/demo.csv.*never meet"):
        run(folders)
    assert not store.exists(folders.processed, "air_hourly")
    simulated = Folders(raw=folders.raw, processed=folders.processed, simulated=True)
    with pytest.raises(SourceError, match=r"1 real files, first air/a.csv"):
        run(simulated)
    (folders.raw / "air" / "a.csv").unlink()
    run(simulated)
    assert store.read_table(folders.processed, "sources")["simulated"].tolist() == [True]


def test_copied_sidecar_is_refused(folders):
    path = write_archive(folders, "a.csv")
    run(folders)
    shutil.copy(path, folders.raw / "copy.csv")
    shutil.copy(provenance.sidecar_path(path), folders.raw / "copy.csv.source.yml")
    refusal = run(folders).refused[0]
    assert refusal.path == "copy.csv"
    assert "is that of air/a.csv" in refusal.message


def test_notes_hidden_files_sidecars_and_locks_are_no_data(folders):
    kept = write_archive(folders, "deep/er/a.csv")
    for name in ("README.md", ".hidden.csv", "~$book.xlsx", "a.csv.source.yml"):
        path = folders.raw / name
        path.write_text("x", encoding="utf-8")
        assert not is_data_file(path)
    (folders.raw / ".git").mkdir()
    (folders.raw / ".git" / "b.csv").write_text("x", encoding="utf-8")
    assert list_raw_files(folders.raw) == [kept]
    assert list_raw_files(folders.raw / "absent") == []


def test_no_raw_folder_gives_an_empty_summary(tmp_path):
    summary = run(Folders.real(tmp_path))
    assert (summary.n_read, summary.n_rows, summary.refused) == (0, {}, ())
    assert store.list_tables(tmp_path / "processed") == []


def test_file_of_another_city_is_read_and_gives_no_rows(folders):
    path = folders.raw / "air" / "哈尔滨市_daily.csv"
    header = "日期,AQI,质量等级,PM2.5,PM10,SO2,CO,NO2,O3_8h"
    path.write_text(f"{header}\n2015-01-01,80,良,58,80,30,1.0,40,50\n", encoding="utf-8")
    mine = folders.raw / "air" / "长春市_daily.csv"
    mine.write_text(f"{header}\n2015-01-02,80,良,58,80,30,1.0,40,50\n", encoding="utf-8")
    summary = run(folders)
    assert summary.refused == ()
    assert summary.without_rows == ("air/哈尔滨市_daily.csv",)
    published = store.read_table(folders.processed, "air_daily_published")
    assert published["date"].unique().tolist() == [pd.Timestamp("2015-01-02")]


def test_two_processes_give_the_same_bytes_as_one(folders, tmp_path):
    for day in range(1, 4):
        write_archive(folders, f"{day}.csv", day=f"2019010{day}")
    other = Folders.real(tmp_path / "other")
    shutil.copytree(folders.raw, other.raw)
    run(folders)
    run(other, jobs=2)
    assert processed_bytes(other) == processed_bytes(folders)


def test_state_survives_its_own_writing(folders):
    write_archive(folders, "a.csv")
    run(folders)
    staging = folders.processed / ".staging" / "220100"
    state = ingest_state.read_state(staging)
    text = (staging / "state.json").read_bytes()
    ingest_state.write_state(staging, state)
    assert (staging / "state.json").read_bytes() == text
    assert state.count_rows() == {"air_hourly": 360}


@pytest.mark.parametrize("lost", ["sources", "quarantine"])
def test_nothing_is_written_again_when_nothing_changed_and_a_lost_ledger_is(folders, lost):
    write_archive(folders, "a.csv")
    (folders.raw / "unknown.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert run(folders).n_quarantined == 1
    state = folders.processed / ".staging" / "220100" / "state.json"
    ledger = folders.processed / lost / "city_code=220100" / "part.parquet"
    before, content = [path.stat().st_mtime_ns for path in (state, ledger)], ledger.read_bytes()
    again = run(folders)
    assert [path.stat().st_mtime_ns for path in (state, ledger)] == before
    assert (again.n_quarantined, len(again.refused)) == (1, 1)
    ledger.unlink()
    run(folders)
    assert ledger.read_bytes() == content
    (folders.raw / "unknown.csv").unlink()
    assert run(folders).n_quarantined == 0
    assert not (folders.processed / "quarantine").exists()


@pytest.mark.real
def test_real_files_meet_the_figures_of_their_description(shared_data, folders):
    air = shared_data / "data" / "air"
    for path in [
        air / "hourly" / "cnemc_hourly_sites_changchun_2019.csv.gz",
        *(air / "raw_days").glob("*.gz"),
    ]:
        shutil.copyfile(path, folders.raw / "air" / path.name)
    summary = run(folders)
    assert summary.refused == ()
    assert summary.n_read == 7
    table = read_air(folders)
    assert table["time"].nunique() == 8423, "8,467 hours are listed, 44 of them without any hourly value"
    assert table["station_code"].nunique() == 10
    maxima = table.groupby("pollutant")["value"].max()
    assert (maxima["PM2.5"], maxima["PM10"]) == (1177, 1524)
    assert summary.n_quarantined == 1, "only the cut line of 2019-02-20: the days agree with the slice"
    cut = store.read_table(folders.processed, "quarantine").iloc[0]
    assert cut["path"] == "air/china_sites_20190220.csv.gz"
    wide = pd.read_csv(air / "hourly" / "cnemc_hourly_sites_changchun_2019.csv.gz")
    wide = wide[wide["type"].isin(["AQI", "SO2", "NO2", "CO", "O3", "PM10", "PM2.5"])]
    assert summary.n_rows["air_hourly"] == int(wide.iloc[:, 3:].notna().sum().sum())
    assert run(folders).n_read == 0


def test_f23_a_file_of_which_no_row_was_kept_is_told_like_a_refusal(folders):
    """F23, F17: exit 0 and "1 without a row of this city" hid that a whole file was lost."""
    write_archive(folders, "a.csv")
    text = "日期,AQI,质量等级,PM2.5,PM10,SO2,CO,NO2,O3_8h\n1/2/2015,75,良,50,100,30,1.2,40,60\n"
    (folders.raw / "长春.csv").write_text(text, encoding="utf-8")
    for _ in range(2):  # told again as long as the file lies there
        summary = run(folders)
        (refusal,) = summary.refused
        assert refusal.message.startswith(
            "长春.csv, row 2, column 日期: none of its rows was kept: 1 were set aside"
        )
        assert "'1/2/2015' is not written as 2013-12-02" in refusal.message
        assert summary.without_rows == ()
    told = store.read_table(folders.processed, "quarantine")
    assert told["path"].tolist() == ["长春.csv", "长春.csv"], "the row and the file"
    (folders.raw / "长春.csv").unlink()
    assert run(folders).refused == ()


def test_f39_a_name_that_is_no_city_does_not_drop_the_rows(folders):
    """F39: 空气质量日报 is no city; 北京 is one, and its file is told."""
    text = "日期,AQI,质量等级,PM2.5,PM10,SO2,CO,NO2,O3_8h\n2015/1/1,75,良,50,100,30,1.2,40,60\n"
    for name in ("空气质量日报.csv", "北京.csv"):
        (folders.raw / name).write_text(text.replace("1/1", f"1/{len(name)}"), encoding="utf-8")
    summary = run(folders)
    assert summary.n_rows["air_daily_published"] == 7
    assert summary.without_rows == ("北京.csv",)
    assert summary.refused == ()


def test_f41_a_table_named_readme_is_passed_over_and_told(folders):
    """F41: a data file named README*.csv is no data, and its name is told."""
    for name in ("README.md", "README.txt", "README_daily.csv", "readme.xlsx"):
        (folders.raw / name).write_text("x", encoding="utf-8")
    assert list_raw_files(folders.raw) == []
    assert list_passed_over(folders.raw) == ["README_daily.csv", "readme.xlsx"]


def test_a_linked_folder_outside_is_refused_and_nothing_is_written_there(folders, tmp_path):
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    moved = write_archive(folders, "a.csv").rename(outside / "a.csv")
    sidecar = folders.raw / "a.csv.source.yml"
    sidecar.unlink(missing_ok=True)
    (folders.raw / "linked").symlink_to(outside, target_is_directory=True)
    (refusal,) = run(folders).refused
    assert "outside the raw folder" in refusal.message and "link each file" in refusal.message
    assert [one.name for one in outside.iterdir()] == [moved.name]


@pytest.mark.real
def test_f38_a_short_table_is_judged_with_the_longer_one_beside_it(folders, shared_data):
    """F38: a week of a table whose header is proved by another file of the same form and city."""
    folder = shared_data / "data" / "air" / "daily"
    text = read_text(next(folder.glob("tianqihoubao_daily_changchun_*"))).splitlines()
    header, days = text[0], text[1:]
    (folders.raw / "june.csv").write_text("\n".join([header, *days[-7:], ""]), encoding="utf-8")
    (refusal,) = run(folders).refused
    assert "7 whole days" in refusal.message and "keep it beside the longer table" in refusal.message
    (folders.raw / "before.csv").write_text("\n".join([header, *days[:-7], ""]), encoding="utf-8")
    summary = run(folders)
    assert summary.refused == ()
    assert summary.n_rows["air_daily_published"] == 523 * 6
