"""The verbs ``data`` and ``templates`` on the command line; nothing leaves this machine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from helpers.run.cli import main


def test_templates_are_written_and_open(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["templates", "--folder", str(tmp_path / "books")])
    assert done.exit_code == 0, done.output
    written = sorted(path.name for path in (tmp_path / "books").iterdir())
    assert [str(tmp_path / "books" / name) for name in written] == sorted(done.output.split())
    assert {"department_workbook.xlsx", "water_sections.xlsx", "outfalls.xlsx", "black_odorous.xlsx"} <= set(
        written
    )
    book = load_workbook(tmp_path / "books" / "outfalls.xlsx")
    assert book.worksheets[0].protection.sheet
    assert book.worksheets[0].data_validations.dataValidation


def test_an_inbox_is_received(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    book = CliRunner().invoke(main, ["templates", "--folder", str(inbox)])
    assert book.exit_code == 0
    done = CliRunner().invoke(
        main, ["data", "--data-dir", str(tmp_path / "data"), "--feed", "inbox", "--inbox", str(inbox)]
    )
    assert done.exit_code == 0, done.output
    assert "received" in done.output
    assert list((tmp_path / "data" / "raw").rglob("*.xlsx"))


def test_a_file_that_is_no_workbook_of_ours_is_refused_with_a_sentence(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    Workbook().save(inbox / "holiday.xlsx")
    done = CliRunner().invoke(
        main, ["data", "--data-dir", str(tmp_path / "data"), "--feed", "inbox", "--inbox", str(inbox)]
    )
    assert done.exit_code == 1
    assert "holiday.xlsx" in done.output
    assert not list((tmp_path / "data" / "raw").glob("ledger/*.xlsx"))


def test_a_malformed_base_and_an_unknown_feed_are_one_sentence(tmp_path: Path) -> None:
    for arguments, said in (
        (["--base", "somewhere"], "NAME=ADDRESS"),
        (["--feed", "station_archiv"], "station_archive"),
    ):
        done = CliRunner().invoke(main, ["data", "--data-dir", str(tmp_path), *arguments])
        assert done.exit_code == 2
        assert said in done.output


def test_the_demonstration_is_written_apart_from_what_was_received(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("helpers.run.demonstration.FIRST", date(2026, 9, 1))
    (tmp_path / "raw").mkdir()
    received = tmp_path / "raw" / "received.csv"
    received.write_text("a,b\n1,2\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["demo", "--city", "demo_city", "--data-dir", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "demonstration (simulated)" in done.output
    assert sorted(tmp_path.joinpath("raw").iterdir()) == [received]
    sidecars = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.source.yml")]
    assert sidecars and all("simulated: true" in text for text in sidecars)
    assert list((tmp_path / "processed" / "demo" / "demo_city" / "tables").glob("air_hourly/*"))
    assert not (tmp_path / "processed" / "air_hourly").exists()
