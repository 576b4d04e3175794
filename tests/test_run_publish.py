"""Publishing is whole or not at all: the process is killed at every step, and what is left is old or new."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import paths
from helpers.run import manifest, publish
from helpers.run.jobs import Job
from run_checkout import make_checkout

OLD = {"a.html": "old page", "a.json": "old facts", "a.xlsx": b"old sheet"}
NEW = {"a.html": "new page", "a.json": "new facts", "a.xlsx": b"new sheet", "a.manifest.json": "{}"}
STEPS = ("replace", "fsync", "open", "unlink", "rmdir")
KILLED = 9


def run_until(step: int, work: Callable[[], None]) -> bool:
    """Do the work in a forked process that ends, as by a power cut, at one of its file operations; True when it ended so."""
    pid = os.fork()
    if pid == 0:
        left = [step]

        def cut(real: Callable) -> Callable:
            def counted(*arguments: object, **options: object) -> object:
                left[0] -= 1
                if left[0] < 0:
                    os._exit(KILLED)
                return real(*arguments, **options)

            return counted

        try:
            for name in STEPS:
                setattr(os, name, cut(getattr(os, name)))
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, KILLED)
    return code == KILLED


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name[0] != "."
    }


def as_bytes(files: dict[str, bytes | str]) -> dict[str, bytes]:
    return {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}


def test_a_power_cut_at_any_step_leaves_the_old_report_or_the_new_one(tmp_path: Path) -> None:
    seen, step = set(), 0
    while True:
        root = tmp_path / str(step)
        folder = root / "city" / "2025"
        publish.publish_files(folder, "a", OLD)
        was_cut = run_until(step, lambda folder=folder: publish.publish_files(folder, "a", NEW))
        for name, content in content_of(folder).items():
            assert content in (as_bytes(OLD).get(name), as_bytes(NEW).get(name)), (
                f"{name} is torn at step {step}"
            )
        publish.recover(root)
        found = content_of(folder)
        assert found in (as_bytes(OLD), as_bytes(NEW)), f"a mixture is left at step {step}"
        assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == []
        seen.add(found == as_bytes(NEW))
        step += 1
        if not was_cut:
            break
    assert step > 10
    assert seen == {False, True}


def test_a_report_with_its_index_cut_at_any_step_is_old_or_new_and_what_is_left_of_it_is_noticed(
    job: Job,
) -> None:
    """The older report had a PDF, the newer has none: between page and PDF the power may fail as well."""
    publish_older(job)
    older, step, seen = content_of(job.folder), 0, set()
    while run_until(step, lambda: publish_newer(job)):
        publish.recover(paths.reports())
        found = content_of(job.folder)
        kept = {name: found.get(name) for name in older if name.endswith((".html", ".xlsx", "zh.json"))}
        is_old = all(kept[name] == older[name] for name in kept)
        assert is_old or kept["plain.zh.html"] == b"2"
        left = manifest.differing_files(job, {job.file("html").name: manifest._hash("1" if is_old else "2")})
        assert ("plain.zh.pdf" in found) == ("plain.zh.pdf" in left), (
            "a PDF the manifest does not know is noticed"
        )
        seen.add((is_old, "plain.zh.pdf" in found))
        publish_older(job)
        step += 1
    assert seen == {(True, True), (False, True), (False, False)}
    assert "plain.zh.html" in (paths.reports() / "index.html").read_text(encoding="utf-8")


def publish_older(job: Job) -> None:
    publish.publish_report(job, {"html": "1", "xlsx": b"1", "pdf": b"%PDF"}, facts("28"), "{}")


def publish_newer(job: Job) -> None:
    publish.publish_report(job, {"html": "2", "xlsx": b"2"}, facts("27"), "{}")
    publish.publish_index()


def test_recovery_may_be_cut_too(tmp_path: Path) -> None:
    folder = tmp_path / "city" / "2025"
    publish.publish_files(folder, "a", OLD)
    ready = folder / ".ready-a"
    ready.mkdir()
    for name, content in as_bytes(NEW).items():
        (ready / name).write_bytes(content)
    step = 0
    while run_until(step, lambda: publish.recover(tmp_path)):
        step += 1
    assert step > 0
    assert content_of(folder) == as_bytes(NEW)


def test_publishing_over_a_cut_off_staging_takes_nothing_from_it(tmp_path: Path) -> None:
    folder = tmp_path / "city" / "2025"
    (folder / ".staging-a").mkdir(parents=True)
    (folder / ".staging-a" / "a.pdf").write_text("half")
    publish.publish_files(folder, "a", OLD)
    assert content_of(folder) == as_bytes(OLD)


def facts(value: str) -> dict[str, object]:
    row = {
        "key": "k",
        "name": "PM2.5",
        "period": "2025",
        "value": value,
        "status": "met",
        "status_name": "达标",
        "confidence": "高",
    }
    said = {
        "title": "t",
        "lead": "l",
        "as_of": "2025-12-31",
        "state": "final",
        "simulated": False,
        "version": "0",
    }
    place = {
        "city": "changchun",
        "city_name": "长春",
        "battle": "plain",
        "battle_name": "plain",
        "period": "2025",
        "period_name": "2025年",
        "lang": "zh",
    }
    return {**said, **place, "rows": [row], "counts": {"met": 1}, "sources": [], "run": "ok", "reason": ""}


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    make_checkout(tmp_path, monkeypatch, "plain")
    return Job("changchun", "plain", "2025", "zh")


def test_a_failure_keeps_the_last_good_report_and_shows_in_the_index(job: Job) -> None:
    publish.publish_report(job, {"html": "<p>good</p>", "xlsx": b"x"}, facts("28"), "{}")
    publish.publish_failure(job, "cell 3: no data", "{}")
    kept = publish.read_facts(job.file("json"))
    assert (kept["run"], kept["reason"], kept["rows"][0]["value"]) == ("failed", "cell 3: no data", "28")
    assert job.file("html").read_text() == "<p>good</p>"
    assert (job.folder / "failed" / "plain.zh.ipynb").is_file()
    assert "cell 3: no data" in publish.publish_index().read_text(encoding="utf-8")


def test_a_good_report_takes_the_failed_notebook_away_and_keeps_the_facts_before(job: Job) -> None:
    publish.publish_report(job, {"html": "1", "xlsx": b"", "pdf": b"%PDF"}, facts("28"), "{}")
    publish.publish_failure(job, "why", "{}")
    publish.publish_report(job, {"html": "2", "xlsx": b""}, facts("27"), "{}")
    assert not (job.folder / "failed" / "plain.zh.ipynb").exists()
    assert publish.read_facts(job.file("prev.json"))["rows"][0]["value"] == "28"
    assert not job.file("pdf").exists(), "a PDF of the older report would contradict the page"


def test_a_first_failure_has_a_line_in_the_index_and_no_link(job: Job) -> None:
    publish.publish_failure(job, "the <b>kernel</b> died", None)
    page = publish.publish_index().read_text(encoding="utf-8")
    assert "the &lt;b&gt;kernel&lt;/b&gt; died" in page
    assert "plain.zh.html" not in page


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_damaged_facts_are_as_none_and_cost_no_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    path = make_checkout(tmp_path, monkeypatch, "plain") / "reports" / "changchun" / "2025" / "plain.zh.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)
    assert publish.read_facts(path) is None
    assert publish.publish_index().is_file()
