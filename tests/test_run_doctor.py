"""The health check: a line for everything a run needs, with its remedy, and an exit code that can be relied on."""

from __future__ import annotations

import os
import shutil
import sys
from collections import namedtuple
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from helpers.run import doctor, freshness, install, notify
from helpers.run.history import RunLog
from run_checkout import ROOT, invoke, make_checkout
from test_run_freshness import write_hours, write_sources

FOLLOWED = (
    "station_archive:\n  cadence: day\n  lag_days: 2\nfirms:\n  cadence: day\n  lag_days: 2\n  product: X\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout where all is well: locked libraries, hours to yesterday."""
    home = make_checkout(tmp_path, monkeypatch, "plain")
    shutil.copyfile(ROOT / "requirements.lock", home / "requirements.lock")
    (home / "cities" / "changchun" / "feeds.yml").write_text(FOLLOWED)
    write_hours(home / "data" / "processed", "2025-03-30 12:00", "2025-04-01 00:00")
    write_sources(home / "data" / "processed", x="air_station_archive")
    monkeypatch.setattr(freshness, "today_in", lambda city: date(2025, 4, 2))
    monkeypatch.setattr(install, "WAYS", ())
    return home


def found(what: str) -> doctor.Finding:
    (one,) = [one for one in doctor.examine("changchun") if one.what == what]
    return one


def test_every_part_has_a_line_and_all_is_well(home: Path) -> None:
    findings = doctor.examine("changchun")
    assert [one.what for one in findings] == [
        "python",
        "libraries",
        "fonts",
        "browser",
        "disk",
        "registry",
        "masthead",
        "notebooks",
        "data station_archive",
        "data firms",
        "schedule",
        "notification",
        "departments",
        "last run",
    ]
    assert not [one for one in findings if one.state == "bad" and one.what != "libraries"]
    assert all(one.remedy for one in findings if one.state != "ok")
    assert found("data station_archive").found == "to 2025-03-31, due 2025-03-31"
    assert found("data firms").found == "never received, due 2025-03-31"


def test_who_publishes_is_asked_for_and_never_invented(home: Path) -> None:
    one = found("masthead")
    assert (one.state, one.found) == ("note", "pages show no issuer, contact, next issue: not known")
    assert "cities/changchun/city.yml under publication (issuer, contact, next_issue)" in one.remedy
    assert "masthead: no issuer, contact, next issue" in invoke("check").output


def test_the_verb_prints_one_table_and_its_exit_code_tells(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "requirements.lock").write_text("")
    done = invoke("doctor")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0].split() == ["what", "state", "found", "->", "remedy"]
    monkeypatch.setattr(freshness, "today_in", lambda city: date(2025, 5, 2))
    done = invoke("doctor")
    assert done.exit_code == 1
    line = next(line for line in done.stdout.splitlines() if line.startswith("data station_archive"))
    assert line.split(None, 2)[2].startswith(
        "bad    to 2025-03-31, due 2025-04-30, 30 days late  ->  run make data"
    )


def test_a_library_that_is_not_the_locked_one_is_named(home: Path) -> None:
    lock = (
        "click==0.1 \\\n    --hash=sha256:00\npandas==" + pd.__version__ + " ; python_version >= '3.11' \\\n"
        "    --hash=sha256:00\nno-such-thing==1.0 \\\n    --hash=sha256:00\nfor-others==1 ; sys_platform == 'none'\n"
    )
    (home / "requirements.lock").write_text(lock)
    one = found("libraries")
    assert one.state == "bad"
    assert one.found.endswith("instead of 0.1; no-such-thing is missing")
    assert one.remedy == "run make setup"
    (home / "requirements.lock").unlink()
    assert found("libraries").state == "note"


def test_what_a_run_would_suffer_from_is_bad(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("Usage", "free")(5_000_000))
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    monkeypatch.setenv("FIVE_BATTLES_BROWSER", "no-browser")
    assert (found("python").state, found("disk").state, found("fonts").state) == ("bad", "bad", "bad")
    assert (found("browser").state, "no PDF" in found("browser").found) == ("note", True)


def test_a_faulty_plan_is_named_with_its_file(home: Path) -> None:
    plan = home / "cities" / "changchun" / "plans" / "pollution_control_2022.yml"
    plan.write_text(plan.read_text("utf-8") + "\nunknown_key: 1\n", encoding="utf-8")
    one = found("registry")
    assert (one.state, "cities/changchun/plans/pollution_control_2022.yml" in one.found) == ("bad", True)


def test_a_faulty_schedule_feed_or_notebook_is_a_finding_and_stops_no_other(home: Path) -> None:
    (home / "schedule.yml").write_text("runs: 5\n")
    (home / "cities" / "changchun" / "feeds.yml").write_text("station_archiv: {}\n")
    (home / "notebooks" / "plain.ipynb").write_text("{")
    states = {one.what: one.state for one in doctor.examine("changchun")}
    assert {states[name] for name in ("registry", "notebooks", "schedule", "data")} == {"bad"}
    assert states["last run"] == "note"


def test_a_schedule_out_of_line_and_a_run_that_failed_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found("schedule").state == "note"
    monkeypatch.setattr(install, "state", lambda wanted: ("crontab", False))
    assert (found("schedule").state, found("schedule").remedy) == ("bad", "five-battles schedule install")
    monkeypatch.setattr(install, "state", lambda wanted: ("crontab", True))
    assert found("schedule").state == "ok"
    RunLog("report", {}).end("failed", "no")
    assert (found("last run").state, found("last run").remedy) == ("note", "five-battles history")


def test_addresses_are_counted_not_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("notification").found == "off"
    monkeypatch.setenv(notify.ADDRESSES, "json://token-a json://token-b")
    assert found("notification").found == "2 addresses in FIVE_BATTLES_NOTIFY"


def test_the_doctor_says_how_many_departments_have_an_address_and_shows_none(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (found("departments").state, found("departments").found) == ("note", "off")
    table = "{departments: {水行政主管部门: 'json://example.org/s3cret'}}"
    monkeypatch.setenv("FIVE_BATTLES_DEPARTMENTS", table)
    assert (found("departments").state, found("departments").found) == (
        "ok",
        "1 of 14 lead departments have an address",
    )
    monkeypatch.setenv("FIVE_BATTLES_DEPARTMENTS", table.replace("json", "jsn"))
    assert (
        found("departments").state == "bad"
        and "malformed" in found("departments").found
        and "s3cret" not in found("departments").found
    )
    assert "token" not in invoke("doctor").output


def test_the_demonstration_is_no_fault(home: Path) -> None:
    for path in (home / "data" / "raw").iterdir():
        path.unlink()
    assert (found("data").state, "demonstration" in found("data").found) == ("note", True)


def test_looking_changes_nothing(home: Path) -> None:
    def state() -> dict[str, int]:
        return {str(path): os.stat(path).st_mtime_ns for path in home.rglob("*")}

    before = state()
    invoke("doctor")
    assert state() == before
