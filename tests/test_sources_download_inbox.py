"""The watched folder: whole files only, each once, nothing taken away; and files that swell."""

from __future__ import annotations

import gzip
import os
import zipfile
from datetime import datetime

import pytest

from helpers import provenance
from helpers.errors import SourceError
from helpers.paths import Folders
from helpers.sources import ingest
from helpers.sources.download import Request, receive_all
from helpers.sources.download.packed import Swelling, check_packed
from helpers.sources.templates import write_ledger_template

NOW = datetime(2025, 1, 10, 9, 30)


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def folders(tmp_path):
    return Folders(raw=tmp_path / "raw", processed=tmp_path / "processed")


def sweep(folders, inbox, *, sleep=lambda seconds: None):
    request = Request("changchun", folders, NOW, only=("inbox",), inbox=inbox)
    return [(one.name, one.state, one.message) for one in receive_all(request, environment={}, sleep=sleep)]


def short(outcomes):
    return [outcome[:2] for outcome in outcomes]


def test_a_workbook_is_copied_once_with_its_sidecar(folders, inbox):
    write_ledger_template(inbox / "生态环境局.xlsx", [])
    (inbox / "水务").mkdir()
    (inbox / "水务" / "same.xlsx").write_bytes((inbox / "生态环境局.xlsx").read_bytes())
    assert short(sweep(folders, inbox)) == [("水务/same.xlsx", "received"), ("生态环境局.xlsx", "unchanged")]
    path = folders.raw / "ledger" / "水务" / "same.xlsx"
    assert path.read_bytes() == (inbox / "水务" / "same.xlsx").read_bytes()
    assert provenance.read_sidecar(path).retrieved_at == "2025-01-10T09:30:00"
    assert {state for _, state in short(sweep(folders, inbox))} == {"unchanged"}
    assert ingest.ingest(folders, city="changchun").refused == ()


def test_another_edition_under_the_same_name_gets_a_new_one(folders, inbox):
    write_ledger_template(inbox / "a.xlsx", [])
    sweep(folders, inbox)
    with zipfile.ZipFile(inbox / "a.xlsx", "a") as archive:
        archive.writestr("docProps/note.txt", "second edition")
    assert short(sweep(folders, inbox)) == [("a.edition2.xlsx", "received")]
    assert short(sweep(folders, inbox)) == [("a.xlsx", "unchanged")]


def test_a_file_still_being_written_waits_for_the_next_run(folders, inbox):
    write_ledger_template(inbox / "a.xlsx", [])

    def write_on(seconds):
        with (inbox / "a.xlsx").open("ab") as stream:
            stream.write(b"more")

    assert sweep(folders, inbox, sleep=write_on) == [
        ("a.xlsx", "absent", "it is still being written; the next run takes it")
    ]
    assert ingest.list_raw_files(folders.raw) == []


def test_a_file_that_goes_meanwhile_is_no_fault(folders, inbox):
    write_ledger_template(inbox / "a.xlsx", [])
    assert short(sweep(folders, inbox, sleep=lambda _: (inbox / "a.xlsx").unlink())) == [("a.xlsx", "absent")]


@pytest.mark.parametrize(
    "name", [".a.xlsx", "~$a.xlsx", "a.xlsx.part", "a.xlsx.crdownload", "a.TMP", "README.txt"]
)
def test_hidden_locked_and_unfinished_files_are_passed_over(folders, inbox, name):
    (inbox / name).write_bytes(b"x")
    assert sweep(folders, inbox) == []


def test_a_file_of_no_known_format_is_refused_and_the_rest_comes(folders, inbox):
    (inbox / "a.txt").write_text("minutes of a meeting", encoding="utf-8")
    write_ledger_template(inbox / "b.xlsx", [])
    outcomes = sweep(folders, inbox)
    assert short(outcomes) == [("a.txt", "refused"), ("b.xlsx", "received")]
    assert "the format is unknown: the file begins with 'minutes of a meeting'" in outcomes[0][2]
    assert (inbox / "a.txt").exists()


def test_a_fault_of_the_disk_fails_one_file_only(folders, inbox, monkeypatch):
    def fail(source, target):
        raise OSError(5, "Input/output error")

    write_ledger_template(inbox / "a.xlsx", [])
    monkeypatch.setattr("helpers.sources.download.inbox.shutil.copyfile", fail)
    ((name, state, told),) = sweep(folders, inbox)
    assert (name, state) == ("a.xlsx", "failed")
    assert told.startswith("a.xlsx: the system does not let the file be read") and "rror" not in told


def test_an_inbox_that_is_not_there_is_told(folders, inbox):
    ((_, state, message),) = sweep(folders, inbox / "gone")
    assert state == "failed"
    assert message.endswith("is no folder; expected a folder; correct its path, or mount it")


# Files that swell ----------------------------------------------------------------------------------------

SMALL = Swelling(total_bytes=1 << 20, members=3, ratio=10, free_bytes=1 << 16)


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("content", [b"plain text", b"", b"PK", b"\x1f"], ids=["text", "empty", "pk", "one"])
def test_what_is_not_packed_passes(tmp_path, content):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert check_packed(path, SMALL) is None


def test_honest_packed_files_pass(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(os.urandom(300_000)))
    assert check_packed(tmp_path / "a.gz", SMALL) is None
    assert check_packed(zipped(tmp_path / "a.zip", a=os.urandom(1000), b=b"0" * 60_000), SMALL) is None


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_told_by_its_ratio_before_it_is_unpacked(tmp_path, kind):
    path, content = tmp_path / "bomb", b"0" * (1 << 19)
    path.write_bytes(gzip.compress(content)) if kind == "gzip" else zipped(path, a=content)
    with pytest.raises(SourceError, match="unpack to more than 65,536; expected at most 65,536; do not open"):
        check_packed(path, SMALL)


def test_a_bomb_is_told_by_its_total_over_all_members(tmp_path):
    path = zipped(tmp_path / "a.zip", a=os.urandom(600_000), b=os.urandom(600_000))
    with pytest.raises(SourceError, match="unpack to more than 1,048,576"):
        check_packed(path, SMALL)


def test_too_many_members_are_told(tmp_path):
    path = zipped(tmp_path / "a.zip", a="", b="", c="", d="")
    with pytest.raises(SourceError, match="holds 4 members; expected at most 3"):
        check_packed(path, SMALL)


def test_a_damaged_archive_is_told(tmp_path):
    whole = zipped(tmp_path / "a.zip", a=os.urandom(5000)).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[:2000])
    with pytest.raises(SourceError, match="the packed file is cut or damaged"):
        check_packed(tmp_path / "a.zip")
