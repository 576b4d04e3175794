"""Sidecars, hashes, citations, manifests, and replacement of files."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace

import pytest
import yaml

from helpers import provenance
from helpers.errors import SourceError
from helpers.provenance import Source


@pytest.fixture
def raw(tmp_path):
    path = tmp_path / "air" / "china_sites_20190101.csv"
    path.parent.mkdir()
    path.write_bytes(b"date,hour,type,1119A\n")
    return path


def test_bare_file_gets_a_sidecar_and_a_caveat(tmp_path, raw):
    source = provenance.register_source(raw, root=tmp_path)
    record = yaml.safe_load((raw.parent / "china_sites_20190101.csv.source.yml").read_text(encoding="utf-8"))
    assert record["sha256"] == source.sha256 == hashlib.sha256(raw.read_bytes()).hexdigest()
    assert record["bytes"] == source.bytes == 21
    assert source.source_id.startswith("china_sites_20190101-")
    assert source.caveats == ("publisher_unknown",)
    assert "simulated" not in record
    assert provenance.register_source(raw, root=tmp_path) == source


def test_changed_bytes_are_refused_until_the_sidecar_is_removed(tmp_path, raw):
    first = provenance.register_source(raw, root=tmp_path)
    raw.write_bytes(b"date,hour,type,1120A\n")
    with pytest.raises(SourceError) as refusal:
        provenance.register_source(raw, root=tmp_path)
    message = str(refusal.value)
    assert message.startswith("air/china_sites_20190101.csv: the bytes changed after arrival")
    assert first.sha256 in message
    assert provenance.file_sha256(raw) in message
    assert "new name" in message
    assert "remove china_sites_20190101.csv.source.yml after review" in message
    provenance.sidecar_path(raw).unlink()
    assert provenance.register_source(raw, root=tmp_path).source_id != first.source_id


def test_handwritten_sidecar_keeps_its_lines_and_gains_the_hash(tmp_path, raw):
    beside = provenance.sidecar_path(raw)
    beside.write_text(
        "# from the province\npublisher: 监测中心\npublished_at: 2024-01-05\n", encoding="utf-8"
    )
    source = provenance.register_source(raw, root=tmp_path)
    assert source.publisher == "监测中心"
    assert source.published_at == "2024-01-05"
    assert source.caveats == ()
    text = beside.read_text(encoding="utf-8")
    assert text.startswith("# from the province\n")
    assert yaml.safe_load(text)["sha256"] == provenance.file_sha256(raw)


def test_sidecar_written_ahead_of_the_hash_is_completed(tmp_path, raw):
    provenance.write_sidecar(raw, Source(title_zh="示例", simulated=True))
    source = provenance.register_source(raw, root=tmp_path)
    assert source.simulated
    assert provenance.read_sidecar(raw).sha256 == source.sha256 == provenance.file_sha256(raw)
    assert provenance.sidecar_path(raw).read_text(encoding="utf-8").count("sha256:") == 1
    assert provenance.register_source(raw, root=tmp_path) == source


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("publisher: [unclosed", "is not YAML"),
        ("editor: someone", "unknown keys"),
        ("just a word", "unknown keys"),
        ("bytes: many", "the key bytes holds 'many'; expected a whole number"),
        ("simulated: 1", "the key simulated holds 1; expected true or false"),
    ],
)
def test_malformed_sidecars_are_refused_by_name(tmp_path, raw, text, message):
    provenance.sidecar_path(raw).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message) as refusal:
        provenance.register_source(raw, root=tmp_path)
    assert refusal.value.where == "china_sites_20190101.csv.source.yml"


def test_sidecar_comes_back_as_written(raw):
    source = Source("a-1", "空气质量", "国家站", citation_en="Stations, 2019", bytes=3, simulated=True)
    provenance.write_sidecar(raw, source)
    assert provenance.read_sidecar(raw) == source


def test_source_id_depends_on_place_and_bytes_only():
    one = provenance.derive_source_id("air/a.csv", "00")
    assert one == provenance.derive_source_id("air/a.csv", "00")
    assert one != provenance.derive_source_id("air/a.csv", "01")
    assert one != provenance.derive_source_id("met/a.csv", "00")


@pytest.mark.parametrize(
    ("name", "stem"),
    {
        "ledger/2025年部门台账.xlsx": "2025年部门台账",
        "2025年10月国考断面（更正）.xlsx": "2025年10月国考断面_更正",
        "x/PM2.5 城市 A.csv.gz": "pm2_5_城市_a",
        "StationList-2020.01.01.csv": "stationlist_2020_01_01",
        "１１１９Ａ；甲.csv": "1119a_甲",
        "，，.csv": "source",
        "字" * 90 + ".csv": "字" * 60,
    }.items(),
)
def test_f44_a_source_id_keeps_the_letters_of_its_file(name, stem):
    source_id = provenance.derive_source_id(name, "00")
    assert source_id.rpartition("-")[0] == stem and len(source_id.rpartition("-")[2]) == 8


def test_own_citation_wins_and_unknown_parts_are_left_out():
    source = Source("a-1", "长春空气", "国家站", url_page="https://example.org/a", published_at="2020-01-01")
    assert provenance.cite(source, "zh") == "国家站，长春空气，https://example.org/a，2020-01-01"
    assert provenance.cite(replace(source, citation_en="Own"), "en") == "Own"
    assert provenance.cite(Source("a-1"), "en") == "a-1"


def test_manifest_hash_ignores_the_order_of_keys_and_refuses_nan():
    assert provenance.canonical_json({"b": 1, "a": "长春"}) == '{"a":"长春","b":1}'
    assert provenance.manifest_hash({"b": 1, "a": 2}) == provenance.manifest_hash({"a": 2, "b": 1})
    assert provenance.manifest_hash({"a": 2}) != provenance.manifest_hash({"a": 3})
    with pytest.raises(ValueError, match="Out of range"):
        provenance.canonical_json({"a": float("nan")})


def test_hash_of_several_files_follows_names_and_bytes(tmp_path):
    one, two = tmp_path / "1.py", tmp_path / "2.py"
    one.write_text("a")
    two.write_text("b")
    both = provenance.files_sha256([one, two])
    assert both == provenance.files_sha256([two, one])
    two.write_text("c")
    assert both != provenance.files_sha256([one, two])


def test_commit_is_found_marked_when_changed_and_empty_outside_git(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert provenance.git_commit(tmp_path) == ""
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "A Person")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "person@example.org")
    (tmp_path / "a").write_text("1")
    for command in (["init", "-q"], ["add", "a"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    commit = provenance.git_commit(tmp_path)
    assert len(commit) == 40
    (tmp_path / "a").write_text("2")
    assert provenance.git_commit(tmp_path) == f"{commit}+changed"
    monkeypatch.setenv("PATH", "")
    assert provenance.git_commit(tmp_path) == ""


def test_replacing_keeps_the_old_file_when_the_writer_fails(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    with provenance.replacing(path) as stream:
        stream.write(b"old")
    with pytest.raises(RuntimeError), provenance.replacing(path) as stream:
        stream.write(b"new")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_folder_that_cannot_be_written_is_a_named_refusal(tmp_path, raw, monkeypatch):
    def deny(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(provenance.os, "replace", deny)
    with pytest.raises(SourceError, match=r"cannot be written; .*write access to data/raw"):
        provenance.register_source(raw, root=tmp_path)
