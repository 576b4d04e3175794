"""Every run leaves a log that people and programs can read, bounded in number, also when it did not end well."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from helpers.errors import ParameterError
from helpers.run import history
from helpers.run.history import RunLog
from helpers.run.watch import watched
from run_checkout import invoke, make_checkout

FAULT = "the program met a fault of its own, and the run ended; the whole record is in reports/logs/{}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_checkout(tmp_path, monkeypatch, "plain", "broken")


def logs(home: Path, ending: str) -> list[str]:
    return [path.read_text("utf-8") for path in sorted((home / "reports" / "logs").glob(f"*.{ending}"))]


def test_a_run_is_on_record_with_its_reports_and_failures(home: Path) -> None:
    assert invoke("report", "--period", "2025", "--lang", "zh").exit_code == 1
    (lines,) = logs(home, "jsonl")
    facts = [json.loads(line) for line in lines.splitlines()]
    assert [fact["event"] for fact in facts] == ["start", "item", "item", "end"]
    assert facts[0]["asked"]["city"] == "changchun"
    assert {(fact["name"], fact["status"]) for fact in facts[1:3]} == {
        ("changchun 2025 plain zh", "built"),
        ("changchun 2025 broken zh", "failed"),
    }
    (text,) = logs(home, "log")
    assert "failed changchun 2025 broken zh" in text
    assert "the sum of parts is 103 %" in text

    assert invoke("report", "--battle", "plain", "--period", "2025", "--lang", "zh").exit_code == 0
    assert invoke("report", "--battle", "plain", "--period", "2025", "--lang", "zh").exit_code == 0
    assert invoke("report", "--city", "nowhere").exit_code == 2
    assert invoke("report", "--dry-run", "--period", "2025").exit_code == 0, "builds nothing, so it is no run"

    told = json.loads(invoke("history", "--json").stdout)
    assert [run["outcome"] for run in told] == ["refused", "ok", "ok", "failed"]
    assert [run["counts"] for run in told] == [
        {},
        {},
        {"built": 1},
        {"built": 1, "failed": 1},
    ]
    table = invoke("history", "--last", "2").stdout.splitlines()
    assert table[0].split() == ["began", "what", "built", "unchanged", "failed", "seconds", "outcome"]
    assert "unknown city 'nowhere'" in table[2]
    assert len(table) == 4


def test_a_changed_status_is_told_under_its_run(home: Path) -> None:
    log = RunLog("report", {"city": "changchun", "force": False})
    log.item("changchun 2025 plain zh", "built", seconds=1.25, changes=("PM2.5：由“进展正常”转为“存在风险”",))
    ran = log.end("ok")
    assert ran.asked == {"city": "changchun"}
    assert history.list_runs(1) == [ran]
    assert history.table_of([ran]).splitlines()[-1] == "  > PM2.5：由“进展正常”转为“存在风险”"
    assert "由“进展正常”" in logs(home, "log")[0]


def test_a_change_told_in_both_languages_is_listed_once(home: Path) -> None:
    log = RunLog("report", {"city": "changchun"})
    log.item("changchun 2025 plain zh", "built", changes=("PM2.5：由“进展正常”转为“存在风险”",))
    log.item("changchun 2025 plain en", "built", changes=("PM2.5: from “on track” to “at risk”",))
    log.item("changchun 2024 plain en", "built", changes=("O3: from “met” to “off track”",))
    assert log.end("ok").changes == (
        "PM2.5：由“进展正常”转为“存在风险”",
        "O3: from “met” to “off track”",
    )


def test_a_log_cut_by_a_power_failure_is_read_to_its_last_whole_line(home: Path) -> None:
    log = RunLog("report", {"city": "changchun"})
    log.item("changchun 2025 plain zh", "built")
    assert history.list_runs(1)[0].outcome == "running"
    (path,) = (home / "reports" / "logs").glob("*.jsonl")
    text = path.read_text("utf-8").replace(f'"pid": {os.getpid()}', '"pid": 999999999')
    path.write_text(text + '{"event": "it', encoding="utf-8")
    (run,) = history.list_runs(5)
    assert (run.outcome, run.counts, run.seconds) == ("cut off", {"built": 1}, None)
    path.write_text("")
    assert history.list_runs(5) == []
    assert history.table_of([]) == "no run is on record"


def test_only_the_newest_runs_are_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT", 3)
    for number in range(5):
        RunLog("data", {"city": f"c{number}"}).end("ok")
    assert [run.asked["city"] for run in history.list_runs(10)] == ["c4", "c3", "c2"]
    assert len(logs(home, "log")) == 3


@pytest.mark.parametrize(
    ("fault", "outcome", "error"),
    [
        (KeyboardInterrupt(), "stopped", ()),
        (ParameterError("no such thing"), "refused", ("no such thing",)),
        (ZeroDivisionError("division by zero"), "failed", (FAULT,)),
    ],
)
def test_however_a_run_ends_its_log_says_so(
    home: Path, fault: BaseException, outcome: str, error: tuple
) -> None:
    with pytest.raises(type(fault)), watched("report", {"city": "changchun", "langs": ("zh",)}):
        raise fault
    (run,) = history.list_runs(1)
    (place,) = (home / "reports" / "logs").glob("*.log")
    assert (run.outcome, run.errors) == (outcome, tuple(told.format(place.name) for told in error))
    assert ("ZeroDivisionError: division by zero" in place.read_text("utf-8")) == bool(error == (FAULT,))


def test_long_texts_are_cut_and_take_one_line(home: Path) -> None:
    RunLog("report", {}).end("failed", "x\n" * 5000)
    assert max(map(len, logs(home, "jsonl")[0].splitlines())) < 2200
    assert len(logs(home, "log")[0].splitlines()) == 2


def test_a_log_that_cannot_be_written_stops_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    (home / "reports").write_text("a file where a folder should be")
    log = history.RunLog("report", {"city": "changchun"})
    log.item("a", "built")
    assert log.end("ok").counts == {"built": 1}
    done = invoke("report", "--city", "changchun", "--period", "2025")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"five-battles: {home / 'reports'}: ")


def test_a_clock_that_jumps_back_and_a_damaged_log_lose_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    folder = home / "reports" / "logs"
    folder.mkdir(parents=True)
    for number in range(history.KEPT):
        text = '[1]\n{"event": "start"}\n' if number else "torn"
        (folder / f"9999{number:04}T000000.000000-1.jsonl").write_text(text)
    history.RunLog("report", {"city": "changchun"}).end("ok")
    (ran,) = history.list_runs(history.KEPT)
    assert (ran.verb, ran.outcome) == ("report", "ok")
    assert len(list(folder.glob("*.jsonl"))) == history.KEPT
