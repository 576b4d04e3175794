"""The record of what briefings forecast: written in time and once, whole or not at all, and mixed with nothing else."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import threading
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from helpers import store
from helpers.messages import message
from helpers.paths import Folders
from helpers.run import reports, said
from helpers.run.reports import Builder
from helpers.run.session import Run
from land_cases import context
from page_example import blocks, notebook
from signed_cases import JOBS, signed_checkout

OVER = date(2025, 12, 31)
TARGET = {
    "target_id": "pm25_mean_2025",
    "indicator_id": "pm25_mean",
    "unit": "ug_m3",
    "target_operator": "<=",
    "target_value": 30.0,
    "target_date": "2025-12-31",
}
ROW = TARGET | {
    "status": "on_track",
    "start": "2025-01-01",
    "end": "2025-06-30",
    "likelihood": 0.8,
    "forecast": 29.0,
    "forecast_low": 27.0,
    "forecast_high": 31.0,
}


def facts(
    *rows: dict[str, Any], published: str = "2025-07-05", lang: str = "zh", city: str = "changchun"
) -> dict[str, Any]:
    return {"city": city, "lang": lang, "published": published, "numbers": list(rows or (ROW,))}


@pytest.fixture
def real(tmp_path: Path) -> Folders:
    folders = Folders.real(tmp_path / "data")
    folders.processed.mkdir(parents=True)
    return folders


def path_of(folders: Folders, year: int = 2025) -> Path:
    ending = "simulated.jsonl" if folders.simulated else "jsonl"
    return folders.state / "said" / "changchun" / f"{year}.{ending}"


def lines(folders: Folders) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path_of(folders).read_text(encoding="utf-8").splitlines()]


def known(folders: Folders, as_of: date = OVER) -> list[dict[str, Any]]:
    found = said.read(folders, "changchun", as_of=as_of)[0]
    return found[~found["is_damaged"]].to_dict("records")


def test_a_statement_is_what_the_row_said_on_the_day_it_was_published(real: Folders) -> None:
    assert said.keep(facts(), real) == []
    (line,) = lines(real)
    assert line == {key: value for key, value in ROW.items() if key not in ("start", "end")} | {
        "city": "changchun",
        "simulated": False,
        "said_on": "2025-07-05",
        "as_of": "2025-06-30",
    }
    (row,) = known(real)
    assert (str(row["said_on"].date()), str(row["as_of"].date()), row["year"]) == (
        "2025-07-05",
        "2025-06-30",
        2025,
    )
    assert (row["likelihood"], row["forecast"], row["forecast_low"], row["forecast_high"]) == (
        0.8,
        29,
        27,
        31,
    )


def test_only_the_row_pages_judge_by_counts_and_a_row_that_says_nothing_is_none(real: Folders) -> None:
    beside = ROW | {"status": "met", "likelihood": 0.1}
    silent = ROW | {"target_id": "no2_mean_2025", "status": "no_data"}
    del silent["likelihood"]
    undated = {key: value for key, value in ROW.items() if key != "target_date"} | {"target_id": "undated"}
    none = {key: value for key, value in ROW.items() if key != "target_value"} | {"target_id": "without"}
    bare = ROW | {"target_id": ""}
    said.keep(facts(ROW, beside, silent, undated, none, bare), real)
    assert [(line["target_id"], line["likelihood"]) for line in lines(real)] == [("pm25_mean_2025", 0.8)]
    first_silent = [silent | {"target_id": "pm25_mean_2025"}, ROW]
    assert said.statements(facts(*first_silent), simulated=False) == []


def test_a_status_without_likelihood_is_a_statement_and_a_forecast_of_another_year_is_none(
    real: Folders,
) -> None:
    status = {key: value for key, value in ROW.items() if not key.startswith(("likelihood", "forecast"))}
    later = ROW | {"target_id": "forest_cover_2025", "start": "2024-01-01", "end": "2024-12-31"}
    said.keep(facts(status, later), real)
    first, second = lines(real)
    assert "likelihood" not in first and first["status"] == "on_track"
    assert second["likelihood"] == 0.8 and not [key for key in second if key.startswith("forecast")]


def test_both_languages_and_later_days_with_the_same_content_give_one_line(real: Folders) -> None:
    for published in ("2025-07-05", "2025-07-06"):
        for lang in ("zh", "en"):
            said.keep(facts(published=published, lang=lang), real)
    assert [line["said_on"] for line in lines(real)] == ["2025-07-05"]
    said.keep(facts(ROW | {"likelihood": 0.7}, published="2025-07-07"), real)
    said.keep(facts(ROW | {"end": "2025-07-31"}, published="2025-08-05"), real)
    assert [line["said_on"] for line in lines(real)] == ["2025-07-05", "2025-07-07", "2025-08-05"]


@pytest.mark.parametrize(("published", "n"), [("2025-12-31", 1), ("2026-01-01", 0), ("", 0)])
def test_what_is_published_after_the_day_of_the_target_is_no_forecast(
    real: Folders, published: str, n: int
) -> None:
    said.keep(facts(published=published), real)
    assert len(known(real)) == n and path_of(real).exists() == bool(n)


def test_a_line_that_claims_to_be_said_too_late_counts_for_nothing(real: Folders) -> None:
    said.keep(facts(), real)
    with path_of(real).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(lines(real)[0] | {"said_on": "2026-01-09"}) + "\n")
    found = said.read(real, "changchun", as_of=OVER)[0]
    assert found["is_damaged"].tolist() == [False, True] and found["line"].tolist() == [1, 2]


def test_a_year_that_is_not_over_is_not_read_and_what_is_said_later_leaves_a_finished_year_alone(
    real: Folders,
) -> None:
    said.keep(facts(), real)
    assert known(real, date(2025, 12, 30)) == []
    opened = said.read(real, "changchun", as_of=OVER)[1]
    ahead = ROW | {"target_id": "forest_cover_2030", "target_date": "2030-12-31", "end": "2026-06-30"}
    said.keep(facts(ROW, ahead, published="2026-07-05"), real)
    assert path_of(real, 2030).exists() and store.is_unchanged(real.processed, opened)
    said.keep(facts(ROW | {"likelihood": 0.1}), real)
    assert not store.is_unchanged(real.processed, opened), "before the day a new statement is a change"


def test_the_demonstration_lies_beside_real_statements_and_neither_reads_the_other(real: Folders) -> None:
    shown = real.demonstration("changchun")
    said.keep(facts(), real)
    said.keep(facts(ROW | {"likelihood": 0.2}), shown)
    assert path_of(shown).parent == path_of(real).parent
    assert [row["likelihood"] for row in known(real)] == [0.8]
    assert [row["likelihood"] for row in known(shown)] == [0.2]
    assert lines(shown)[0]["simulated"] is True and lines(real)[0]["simulated"] is False
    path_of(real).write_bytes(path_of(shown).read_bytes())
    assert known(real) == [], "a file of the demonstration is no record of real data"


@pytest.mark.parametrize(
    "changed",
    [
        {"city": "demo_city"},
        {"target_id": "no_such_target"},
        {"target_date": "2024-12-31"},
        {"simulated": "false"},
    ],
    ids=str,
)
def test_a_line_of_another_city_target_or_year_is_no_statement_of_this_one(
    real: Folders, changed: dict[str, Any]
) -> None:
    said.keep(facts(), real)
    path_of(real).write_text(json.dumps(lines(real)[0] | changed) + "\n", encoding="utf-8")
    assert said.read(real, "changchun", as_of=OVER)[0]["is_damaged"].tolist() == [True]


@pytest.mark.parametrize(
    "torn",
    [b'{"said_on": "2025-0', b"[]", b"\xff\xfe", b'{"likelihood": 2}', b"null"],
    ids=["cut", "list", "bytes", "lacking", "null"],
)
def test_a_damaged_line_is_skipped_and_told_and_the_next_one_begins_anew(real: Folders, torn: bytes) -> None:
    said.keep(facts(), real)
    with path_of(real).open("ab") as stream:
        stream.write(torn)
    told = said.keep(facts(ROW | {"end": "2025-07-31"}), real)
    assert [("2025.jsonl" in one, "1" in one, "2" in one) for one in told] == [(True, True, True)]
    assert [str(row["as_of"].date()) for row in known(real)] == ["2025-06-30", "2025-07-31"]
    assert said.read(real, "changchun", as_of=OVER)[0]["is_damaged"].tolist() == [False, True, False]


@pytest.mark.parametrize(
    "changed",
    [
        {"likelihood": 1.5},
        {"likelihood": "0.8"},
        {"said_on": "soon"},
        {"target_value": True},
        {"status": None},
    ],
    ids=str,
)
def test_a_line_of_a_wrong_kind_is_damaged(real: Folders, changed: dict[str, Any]) -> None:
    said.keep(facts(), real)
    path_of(real).write_text(json.dumps(lines(real)[0] | changed) + "\n", encoding="utf-8")
    assert known(real) == []


def test_a_full_disk_leaves_the_record_as_it_was_and_is_told(
    real: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    said.keep(facts(), real)
    before = path_of(real).read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    (told,) = said.keep(facts(ROW | {"likelihood": 0.5}), real)
    assert told.startswith(message("said.not_kept", told="").rstrip(": ")) and "No space left" in told
    assert path_of(real).read_bytes() == before


def test_a_record_that_cannot_be_opened_is_told(real: Folders) -> None:
    path_of(real).parent.parent.parent.mkdir(parents=True)
    path_of(real).parent.parent.write_text("a file where the folder should be", encoding="utf-8")
    assert len(said.keep(facts(), real)) == 1


def _write_many(folder: Path, start: int, barrier: Any) -> None:
    folders = Folders.real(folder)
    barrier.wait()
    for number in range(start, start + 20):
        assert said.keep(facts(ROW | {"likelihood": number / 100}), folders) == []


def test_two_processes_lose_and_tear_nothing_and_write_nothing_twice(real: Folders) -> None:
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(2)
    both = [fork.Process(target=_write_many, args=(real.raw.parent, start, barrier)) for start in (0, 10)]
    for process in both:
        process.start()
    for process in both:
        process.join()
        assert process.exitcode == 0
    assert sorted(line["likelihood"] for line in lines(real)) == [number / 100 for number in range(30)]


def test_nothing_known_reads_as_a_table_without_rows(real: Folders) -> None:
    found, opened = said.read(real, "changchun", as_of=OVER)
    assert found.empty and set(opened.values()) == {""} and store.is_unchanged(real.processed, opened)


def test_a_run_gives_the_record_to_a_battle_and_remembers_what_it_read(real: Folders) -> None:
    said.keep(facts(), real)
    run = Run(context(OVER), "zh", real)
    assert run.load((said.NAME,))[said.NAME]["target_id"].tolist() == ["pm25_mean_2025"]
    assert [bool(digest) for path, digest in run.opened.items() if path.endswith("2025.jsonl")] == [True]


def test_the_record_lies_outside_of_what_clean_deletes(repo: Path, real: Folders) -> None:
    recipe = (repo / "Makefile").read_text(encoding="utf-8").partition("\nclean:")[2]
    assert "data/processed reports" in recipe and "data/state" not in recipe
    for folders in (real, real.demonstration("changchun")):
        assert not folders.state.is_relative_to(real.processed) and folders.state == real.raw.parent / "state"


@pytest.mark.parametrize("simulated", [False, True])
def test_a_published_report_is_recorded_and_one_after_the_day_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulated: bool
) -> None:
    home = signed_checkout(tmp_path, monkeypatch)
    done = {"record": {"opened": {}, "simulated": simulated}, "peak_memory_mb": 1.0}
    built, folders = Builder(SimpleNamespace(stopping=threading.Event())), Folders.real(home / "data")
    folders = folders.demonstration("changchun") if simulated else folders
    for day, n in ((date(2026, 1, 1), 0), (date(2025, 12, 30), 7)):
        monkeypatch.setattr(reports, "today_in", lambda _, day=day: day)
        for lang, job in JOBS.items():
            executed = notebook(blocks(lang, simulated=simulated))
            monkeypatch.setattr(
                reports,
                "execute",
                lambda *_, executed=executed, **__: SimpleNamespace(notebook=executed, **done),
            )
            assert built.build(job).status == "built"
        assert len(lines(folders) if path_of(folders).exists() else []) == n
    assert {line["simulated"] for line in lines(folders)} == {simulated}


def test_a_report_whose_forecasts_cannot_be_recorded_is_published_and_the_screen_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, job = signed_checkout(tmp_path, monkeypatch), JOBS["zh"]
    (home / "data" / "state").write_text("a file where the folder should be", encoding="utf-8")
    done = SimpleNamespace(
        notebook=notebook(blocks("zh", simulated=False)),
        record={"opened": {}, "simulated": False},
        peak_memory_mb=1.0,
    )
    monkeypatch.setattr(reports, "execute", lambda *_, **__: done)
    monkeypatch.setattr(reports, "today_in", lambda _: date(2025, 12, 30))
    outcome = Builder(SimpleNamespace(stopping=threading.Event())).build(job)
    assert outcome.status == "built" and message("said.not_kept", told="").rstrip(": ") in outcome.remarks[-1]
    assert job.file("html").is_file()
