"""Signed editions for tests: a small checkout with one published report, and the numbers of two editions beside each other."""

from __future__ import annotations

import copy
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from helpers.page.render import Rendered, render
from helpers.run import manifest, publish
from helpers.run.jobs import Job
from page_example import blocks, notebook
from run_checkout import ROOT, make_checkout

BY = "生态环境局 <b>监测处</b>"
INPUTS = {name: name for name in ("rules", "program", "city", "notebook", "libraries")} | {"parameters": {}}
JOBS = {lang: Job("changchun", "blue_sky", "2025", lang) for lang in ("zh", "en")}


def signed_checkout(folder: Path, monkeypatch: pytest.MonkeyPatch, *, simulated: bool = False) -> Path:
    """A checkout with the report of the examples published in both languages."""
    home = make_checkout(folder, monkeypatch)
    shutil.copy(ROOT / "notebooks" / "blue_sky.ipynb", home / "notebooks")
    for job in JOBS.values():
        publish_job(job, simulated=simulated)
    publish.publish_index()
    return home


def publish_job(job: Job, *, simulated: bool = False, data: str = "first") -> Rendered:
    """Publish the report of the examples as a run does, without a kernel."""
    made = _example(job.lang, simulated)
    files = {"html": made.html, "xlsx": b"sheet", f"{job.figures}/figure-1.svg": b"<svg/>"}
    record = {"opened": {"air_hourly/": data}, "simulated": simulated}
    found = manifest.make_manifest(job, manifest.inputs_of(job), record, files)
    publish.publish_report(job, files, made.facts, publish.as_json(found))
    return made


def facts(lang: str = "zh") -> dict[str, Any]:
    """Facts of the report of the examples, free to be changed."""
    return copy.deepcopy(_example(lang, False).facts)


@cache
def _example(lang: str, simulated: bool) -> Rendered:
    return render(notebook(blocks(lang, simulated=simulated)), figures=JOBS[lang].figures)


def edition(was: dict[str, Any], **now: Any) -> dict[str, Any]:
    """What a run tells of a signed edition; ``now`` is what the run itself rests on: ``inputs, data, simulated``."""
    sides = {"inputs": dict(INPUTS), "data": {"air_hourly/": "1"}, "simulated": False}
    return {
        "edition": 1,
        "by": BY,
        "at": "2026-01-09T01:30:00+00:00",
        "sha256": "ab" * 32,
        "href": "../signed/2025/1/blue_sky.zh.html",
        "faults": [],
        "was": {**copy.deepcopy(sides), "numbers": was["numbers"], "sources": was["sources"]},
        "now": {**sides, **now},
    }
