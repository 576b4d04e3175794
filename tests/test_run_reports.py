"""Whole runs of the command line: isolated, incremental, reproducible, one at a time, and clean when stopped."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock
from pptx import Presentation

from helpers.run import reports
from helpers.run.execute import execute
from helpers.run.jobs import Job, Outcome
from helpers.run.reports import _changes_of_status, build_all
from run_checkout import FIXTURES, invoke, make_checkout

ENDINGS = ("html", "json", "xlsx", "manifest.json")


def report(*options: str) -> object:
    return invoke("report", "--period", "2025", "--lang", "zh", *options)


def reports_of(home: Path) -> Path:
    return home / "reports" / "changchun" / "2025"


def published(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in reports_of(home).iterdir() if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_report_that_fails_leaves_the_others_and_its_own_last_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain", "tolerated", "pageless")
    (home / "notebooks" / "broken.ipynb").write_bytes((FIXTURES / "plain.ipynb").read_bytes())
    first = report("--battle", "broken")
    assert first.exit_code == 0, first.output
    page = published(home)["broken.zh.html"]
    (home / "notebooks" / "broken.ipynb").write_bytes((FIXTURES / "broken.ipynb").read_bytes())
    result = report()
    assert result.exit_code == 1
    now = published(home)
    assert now["broken.zh.html"] == page
    assert {f"plain.zh.{ending}" for ending in ENDINGS} <= set(now)
    assert not any(name.endswith("html") for name in now if name.startswith(("tolerated", "pageless")))
    failed = {path.name for path in (reports_of(home) / "failed").iterdir()}
    assert failed == {"broken.zh.ipynb", "tolerated.zh.ipynb", "pageless.zh.ipynb"}
    assert "sum of parts" in (reports_of(home) / "failed" / "broken.zh.ipynb").read_text(encoding="utf-8")
    kept = "reports/changchun/2025/failed/broken.zh.ipynb"
    told = (
        "the program met a fault of its own, and the report was not built; the notebook as far as it ran is "
    )
    assert f"s: {told}{kept}\n" in result.stderr
    log = max((home / "reports" / "logs").glob("*.log"))
    assert "broken.ipynb, cell c01-results: ValueError: the sum of parts is 103 %" in log.read_text(
        encoding="utf-8"
    )
    index = (home / "reports" / "index.html").read_text(encoding="utf-8")
    assert f"程序内部出错，报告未能生成；出错时的笔记本保存在{kept}" in index
    assert not re.search(r"\b[A-Za-z]+(?:Error|Exception)\b|Traceback", index), (
        "names of the program are for the log"
    )
    assert 'href="changchun/2025/broken.zh.html"' in index
    table = result.stdout.splitlines()[-6:-1]
    assert [line.split()[:5] for line in table[1:3]] == [
        ["changchun", "2025", "broken", "zh", "failed"],
        ["changchun", "2025", "pageless", "zh", "failed"],
    ]


def test_a_run_is_repeated_only_where_something_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "reading", data=True)
    assert report().exit_code == 0
    before = published(home)
    manifest = json.loads(before["reading.zh.manifest.json"])
    assert manifest["inputs"]["parameters"]["period"] == "2025"
    assert manifest["measured"]["peak_memory_mb"] > 50
    assert {path.split("/")[0] for path in manifest["data"]} == {
        "fires",
        "air_hourly",
        "air_daily_published",
        "derived",
    }

    def reasons(*options: str) -> str:
        return report("--dry-run", *options).stdout.splitlines()[-1].partition(": ")[2]

    assert reasons() == "unchanged"
    assert reasons("--style", "formal") == "the style changed"
    assert reasons("--as-of", "2025-02-28") == "the parameters changed"
    assert reasons("--format", "docx") == "not as published: reading.zh.docx"
    assert reasons("--force") == "--force was given"
    unchanged = report()
    assert "unchanged changchun 2025 reading zh" in unchanged.stdout
    assert report().stdout.startswith("nothing has changed since these reports were built"), (
        "the stamp answers"
    )
    assert published(home) == before

    page = reports_of(home) / "reading.zh.html"
    page.write_bytes(page.read_bytes()[:1000])
    assert reasons() == "not as published: reading.zh.html"
    page.write_bytes(before[page.name])
    edit(home / "notebooks" / "reading.ipynb", "20220617", "20220618")
    assert reasons().startswith("the notebook changed")
    edit(home / "notebooks" / "reading.ipynb", "20220618", "20220617")
    (home / "cities" / "changchun" / "notes.yml").write_text("a: 1\n")
    assert reasons() == "the city's facts changed"
    (home / "cities" / "changchun" / "notes.yml").unlink()
    fires = home / "data" / "raw" / "fire" / "fire_points.csv"
    fires.rename(fires.with_name("fires_again.csv"))
    fires.with_name("fire_points.csv.source.yml").unlink()
    assert reasons().startswith("data changed: fires/")
    again = report()
    assert again.exit_code == 0
    assert "built     changchun 2025 reading zh" in again.stdout
    assert published(home)["reading.zh.html"] == before["reading.zh.html"], (
        "the same values give the same page"
    )


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []
    for place, kernels in (("one", "--fork"), ("two", "--no-fork")):
        home = make_checkout(tmp_path / place, monkeypatch, "reading", data=True)
        assert report(kernels).exit_code == 0
        pages.append({name: content for name, content in published(home).items() if "manifest" not in name})
        pages.append(json.loads(published(home)["reading.zh.manifest.json"])["run_key"])
    assert pages[0].keys() == {"reading.zh.html", "reading.zh.json", "reading.zh.xlsx"}
    assert pages[0] == pages[2]
    assert pages[1] == pages[3]


@pytest.mark.parametrize(
    "asked",
    [
        ["--format", "html,pdf,docx,pptx"],
        ["--format", "pdf docx pptx"],
        ["--format", "pdf", "--format", "docx", "--format", "pptx"],
    ],
)
def test_a_list_of_formats_comes_from_one_run_of_the_notebook_and_one_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    executed, printed = [], []
    monkeypatch.setattr(
        reports, "execute", lambda *given, **also: executed.append(1) or execute(*given, **also)
    )
    monkeypatch.setattr(reports, "print_pdf", lambda html: printed.append(html) or b"%PDF-")
    home = make_checkout(tmp_path, monkeypatch, "plain")
    done = report(*asked)
    assert done.exit_code == 0, done.output
    made = published(home)
    assert {f"plain.zh.{ending}" for ending in (*ENDINGS, "pdf", "docx", "pptx")} == set(made)
    assert len(executed) == 1
    links = re.compile("<!--way-->.*?<!--/way-->", re.DOTALL)  # filled in when the page is put beside others
    assert [links.sub("", html) for html in printed] == [links.sub("", made["plain.zh.html"].decode())]


def test_slides_are_made_with_the_city_s_template_and_one_that_lacks_a_place_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    template = home / "cities" / "changchun" / "slides.pptx"
    file = Presentation()
    file.slide_layouts[1].name = "our content"
    file.save(template)
    assert report("--format", "pptx").exit_code == 0
    made = Presentation(io.BytesIO(published(home)["plain.zh.pptx"]))
    assert {slide.slide_layout.name for slide in made.slides} == {"Title Slide", "our content"}

    for layout in list(file.slide_layouts)[1:]:
        file.slide_layouts.remove(layout)
    file.save(template)
    before = published(home)
    refused = report("--format", "pptx")
    assert refused.exit_code == 2 and refused.stderr.count("\n") == 1
    assert (
        "cities/changchun/slides.pptx: no layout with title and content among Title Slide; " in refused.stderr
    )
    assert published(home) == before
    assert (
        report("--dry-run").stdout.splitlines()[-1].partition(": ")[2].startswith("the city's facts changed")
    )


def start(*options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "helpers", "report", "--period", "2025", "--lang", "zh", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(is_so: Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "stopped"])
def test_a_stopped_run_publishes_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain", "slow")
    assert report("--battle", "plain").exit_code == 0
    facts = published(home)
    note = tmp_path / "note"
    edit(
        home / "notebooks" / "slow.ipynb", "time.sleep(120)", f"open('{note}', 'w').close(); time.sleep(120)"
    )
    running = start("--battle", "slow")
    assert wait_for(note.exists)
    os.kill(running.pid, number)
    out, said = running.communicate(timeout=30)
    assert (running.returncode, out.count("\n")) == (130, 1)
    assert "five-battles: stopped; what was published before stands" in said
    assert "Traceback" not in said
    assert published(home) == facts
    assert not (reports_of(home) / "failed").exists()


def test_a_second_run_waits_and_a_crash_frees_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    (home / "reports").mkdir()
    lock = FileLock(home / "reports" / ".lock")
    with lock:
        running = start()
        assert running.stderr.readline() == "another run is at work; this one begins when it has ended\n"
        assert running.poll() is None
    running.communicate(timeout=60)
    assert running.returncode == 0
    holder = "import sys, time\nfrom filelock import FileLock\nFileLock(sys.argv[1]).acquire()\nprint('held', flush=True)\ntime.sleep(60)"
    crashed = subprocess.Popen(
        [sys.executable, "-c", holder, lock.lock_file], stdout=subprocess.PIPE, text=True
    )
    assert crashed.stdout.readline() == "held\n"
    crashed.kill()
    crashed.communicate()
    lock.acquire(timeout=5)
    lock.release()


def test_a_refused_file_is_told_and_makes_the_run_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    (home / "data" / "raw" / "strange.csv").write_text("a,b\n1,2\n")
    result = report()
    assert result.exit_code == 1
    assert "1 refused" in result.stdout.splitlines()[0]
    assert "refused: strange.csv" in result.stderr
    assert "plain.zh.html" in published(home)


def test_what_an_interrupted_run_published_is_completed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    ready = reports_of(home) / ".ready-other.zh"
    ready.mkdir(parents=True)
    (ready / "other.zh.html").write_text("page")
    assert report().exit_code == 0
    assert (reports_of(home) / "other.zh.html").read_text() == "page"
    assert not ready.exists()


def test_ingest_says_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_checkout(tmp_path, monkeypatch, "plain", data=True)
    result = invoke("ingest")
    assert result.exit_code == 0
    told = r"ingest: 2 files read, 0 unchanged, 12\d,\d{3} hourly values, 0 quarantined, 0 refused\n"
    assert re.fullmatch(told, result.stdout)


def test_check_names_what_every_notebook_declares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_checkout(tmp_path, monkeypatch, "plain")
    result = invoke("check")
    assert result.exit_code == 0
    assert "notebooks/plain.ipynb: parameters city, period, lang, as_of, data_dir, seed" in result.stdout


def test_battles_come_in_one_language_first_and_the_overview_after_them() -> None:
    jobs = [
        Job("changchun", battle, "2025", lang)
        for battle in ("overview", "blue_sky", "black_soil")
        for lang in ("zh", "en")
    ]
    begun: list[str] = []
    builder = SimpleNamespace(build=lambda job: begun.append(job.stem) or Outcome(job, "built"))
    found = build_all(jobs, builder, at_once=1, tell=lambda outcome: None)
    assert begun == [
        "blue_sky.zh",
        "black_soil.zh",
        "overview.zh",
        "blue_sky.en",
        "black_soil.en",
        "overview.en",
    ]
    assert [outcome.job for outcome in found] == jobs


def test_helpers_edited_while_a_run_is_going_count_as_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_checkout(tmp_path, monkeypatch, "reading", data=True)
    with monkeypatch.context() as patched:
        patched.setattr("helpers.run.reports.helpers_at_start", lambda: "as they were when the run began")
        assert report().exit_code == 0
    assert "the helpers changed" in report("--dry-run").output
    assert report().exit_code == 0
    assert "reading zh: unchanged" in report("--dry-run").output


def test_a_refused_period_builds_nothing_and_the_index_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain", data=True)
    assert report().exit_code == 0
    index = (home / "reports" / "index.html").read_bytes()
    refused = invoke("report", "--period", "2025", "--period", "2031", "--lang", "zh")
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.startswith("five-battles: period 2031 lies after the last data of changchun")
    assert (home / "reports" / "index.html").read_bytes() == index
    assert [path.name for path in (home / "reports" / "changchun").iterdir()] == ["2025"]


def briefing(battle: str, *statuses: str) -> dict:
    """Facts of a briefing with one row of the air and one that belongs to no battle."""
    keys = ("pm25_mean/220100/pm25_mean_2025", "non_fossil_share/220100/non_fossil_share_2025")
    rows = [
        {"key": key, "name": key[:4], "period": "2025", "value": "1", "status": one, "status_name": one}
        for key, one in zip(keys, statuses, strict=True)
    ]
    names = {"battle": battle, "battle_name": battle, "period_name": "2025年", "lang": "zh"}
    return {**names, "simulated": False, "rows": rows, "sources": []}


def test_the_overview_tells_only_changes_that_no_battle_tells() -> None:
    told = {
        name: _changes_of_status(briefing(name, "met", "met"), briefing(name, "no_data", "no_data"))
        for name in ("blue_sky", "overview")
    }
    assert told["blue_sky"] == (
        "blue_sky2025年：pm25：由“no_data”转为“met”",
        "blue_sky2025年：non_：由“no_data”转为“met”",
    )
    assert told["overview"] == ("overview2025年：non_：由“no_data”转为“met”",)


def test_the_closing_verdict_tells_only_changes_of_a_plan_no_other_page_follows() -> None:
    def told(status: str) -> dict[str, object]:
        keys = {"own": "pm25_mean/999900/pm25_mean_2027", "closed": "pm25_mean/999900/example_pm25_mean_2024"}
        rows = [
            {
                "key": key,
                "name": name,
                "value": "1",
                "period": "2025年",
                "status": status,
                "status_name": status,
            }
            for name, key in keys.items()
        ]
        names = {"battle": "closing", "battle_name": "closing", "period_name": "2025年", "lang": "zh"}
        facts = {**names, "city": "demo_city", "period": "2025", "simulated": False}
        return {**facts, "rows": rows, "sources": []}

    assert _changes_of_status(told("met"), told("no_data")) == (
        "closing2025年：closed：由“no_data”转为“met”",
    )


def test_slides_are_measured_while_no_other_page_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    held = []
    monkeypatch.setattr(
        reports, "slide_file", lambda *_, **__: held.append(reports._RENDERING.locked()) or b""
    )
    monkeypatch.setattr(reports, "figure_files", lambda _: {})
    monkeypatch.setattr(reports, "workbook", lambda _: b"")
    job = Job("changchun", "blue_sky", "2025", "zh", formats=("html", "pptx"))
    reports._files(job, SimpleNamespace(html="", document=None))
    assert held == [True]
