"""Put finished reports in their places: all files of a report together, whole or not at all, and the index over them.

The files of a report are written into a hidden folder beside their places and flushed; renaming that folder to
``.ready-…`` is the moment of publication; then each file moves to its place. A run that was cut off before that moment
has changed nothing, one cut off after it is completed by :func:`recover` when the next run begins.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers import paths, provenance, registry
from helpers.page import index
from helpers.page.blocks import labels
from helpers.page.way import INDEX
from helpers.periods import Period, span_label
from helpers.run.jobs import FORMATS, Job
from helpers.run.way import Shelf, fill_all

_STAGING, _READY = ".staging-", ".ready-"
_ASIDE = (".prev.json", ".manifest.json")


def publish_files(folder: Path, stem: str, files: Mapping[str, bytes | str]) -> None:
    """Publish several files of one report as one step.

    Parameters
    ----------
    folder
        Where they belong.
    stem
        Name of the report, such as ``blue_sky.zh``.
    files
        File name → content.
    """
    staging, ready = folder / f"{_STAGING}{stem}", folder / f"{_READY}{stem}"
    shutil.rmtree(staging, ignore_errors=True)
    for name, content in files.items():
        publish(staging / name, content)
    os.replace(staging, ready)
    _flush(folder)
    _move_into_place(ready)


def publish(path: Path, content: bytes | str) -> None:
    """Put one finished file in its place; a crash leaves the old file or the new one."""
    with provenance.replacing(path) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)


def recover(root: Path) -> None:
    """Complete what an earlier run had published but not moved, and remove what it had not finished."""
    for ready in sorted(root.glob(f"*/*/{_READY}*")):
        _move_into_place(ready)
    for staging in sorted(root.glob(f"*/*/{_STAGING}*")):
        shutil.rmtree(staging)


def _move_into_place(ready: Path) -> None:
    """Move what lies in folders first, so that no page links what is not there yet."""
    files = [path for path in ready.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: (-len(path.parts), path)):
        place = ready.parent / path.relative_to(ready)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)
        _flush(place.parent)
    shutil.rmtree(ready)


def _flush(folder: Path) -> None:
    """Put the names in a folder on disk; Windows opens no folders and needs no such step."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def publish_report(
    job: Job, files: Mapping[str, bytes | str], facts: Mapping[str, Any], manifest: str
) -> None:
    """Publish a report with its facts and manifest; the facts of the briefing before are kept for the index.

    Parameters
    ----------
    files
        Ending → content, such as ``html``; and the files of the figures by their names in the folder.
    facts
        What the index reads; see :mod:`helpers.page.index`.
    manifest
        Text of ``<battle>.<lang>.manifest.json``.
    """
    named = {job.name_of(ending): content for ending, content in files.items()}
    going = {job.file(form).name for form in set(FORMATS) - set(files)}
    if isinstance(page := files.get("html"), str):
        name = job.file("html").name
        job.folder.mkdir(parents=True, exist_ok=True)
        named[name] = Shelf(job.folder, coming=set(named), going=going).fill(page, name)
    last, previous = read_facts(job.file("json")), read_facts(job.file("prev.json"))
    kept = index.choose_previous(previous, last, facts)
    if kept is not None and kept != previous:
        named[job.file("prev.json").name] = as_json(kept)
    named |= {job.file("json").name: as_json(facts), job.file("manifest.json").name: manifest}
    publish_files(job.folder, job.stem, named)
    for name in going | _older_figures(job, named):
        (job.folder / name).unlink(missing_ok=True)  # it tells of an older report
    job.failed_notebook.unlink(missing_ok=True)


def _older_figures(job: Job, named: Mapping[str, object]) -> set[str]:
    """Files of figures that the report had before and has no more."""
    there = {path.relative_to(job.folder).as_posix() for path in (job.folder / job.figures).glob("*")}
    return there - set(named)


def publish_failure(job: Job, reason: str, notebook: str | None) -> None:
    """Keep a failed notebook under ``failed/`` and say in the facts that the run failed; the last good report stays."""
    if notebook is not None:
        publish(job.failed_notebook, notebook)
    place, period = registry.city(job.city), Period.parse(job.period)
    identity = {
        "city": job.city,
        "city_name": place.name_zh if job.lang == "zh" else place.name_en,
        "battle": job.battle,
        "battle_name": labels(job.lang)["battles"].get(job.battle, job.battle),
        "period": job.period,
        "period_name": span_label(period.start, period.end, job.lang),
        "lang": job.lang,
    }
    last = read_facts(job.file("json"))
    if last is not None:
        identity |= {key: last[key] for key in ("battle_name", "period_name") if last.get(key)}
    publish(job.file("json"), as_json(index.mark_failed(last, reason=reason, **identity)))


def read_facts(path: Path) -> dict[str, Any] | None:
    """Read the facts beside a report; None when there are none, or the file is damaged."""
    try:
        facts = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return facts if isinstance(facts, dict) else None


def as_json(record: Mapping[str, Any]) -> str:
    """Write a record as JSON for people and programs: sorted keys, one a line."""
    return json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)


def publish_index() -> Path:
    """Rebuild the index of each language from the facts of every report, and the way of every page; the first index."""
    root = paths.reports()
    found = []
    for path in sorted(root.glob("*/*/*.json")):
        facts = None if path.name.endswith(_ASIDE) else read_facts(path)
        if facts is None:  # damaged facts make their report due, and are written anew with it
            continue
        hrefs = {
            ending: path.with_suffix(f".{ending}").relative_to(root).as_posix()
            for ending in ("html", "xlsx", "docx", "pptx", "pdf")
            if path.with_suffix(f".{ending}").is_file()
        }
        previous = read_facts(path.with_suffix(".prev.json"))
        found.append(index.Report(hrefs.pop("html", ""), facts, previous, hrefs))
    for lang, name in INDEX.items():
        publish(root / name, index.index_page(found, lang=lang))
    fill_all(root)
    return root / INDEX["zh"]
