"""What a report was made from: the manifest beside it, and whether it would come out the same today."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from helpers import paths, provenance, store
from helpers.messages import message
from helpers.page import way
from helpers.paths import Folders
from helpers.run import editions
from helpers.run.code import code_of, versions
from helpers.run.jobs import FORMATS, Job

_DECIDING = ("notebook", "helpers", "city", "libraries", "parameters", "style", "signed")


def read_manifest(job: Job) -> dict[str, Any] | None:
    """Manifest of the published report; None when there is none that can be read."""
    try:
        found = json.loads(job.file("manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"inputs", "data", "published"} <= set(found) else None


def inputs_of(job: Job) -> dict[str, Any]:
    """Everything but the data that decides what a report says, each as a hash or as it stands.

    To be taken before the notebook runs, so that an edit meanwhile counts as a change.
    """
    return {
        "notebook": provenance.file_sha256(job.notebook),
        **code_of(job.city),
        "parameters": {k: v for k, v in job.parameters().items() if k != "data_dir"},
        "style": job.style,
        **editions.inputs_of(job),
    }


def why_due(job: Job, inputs: Mapping[str, Any], folders: Folders) -> list[str]:
    """Reasons for which a report has to be built again, in words; none when it would come out the same.

    Parameters
    ----------
    inputs
        As :func:`inputs_of` gives them now.
    folders
        Where the tables of the run are.
    """
    if not job.file("html").is_file():
        return [message("due.no_report")]
    facts = _read(job.file("json"))
    if facts.get("run") != "ok":
        return [message("due.failed")]
    known = read_manifest(job)
    if known is None:
        return [message("due.no_manifest")]
    reasons = [message(f"due.{key}") for key in _DECIDING if known["inputs"].get(key) != inputs.get(key)]
    if known["data"] is None:
        reasons.append(message("due.silent"))
    elif known["simulated"] != folders.simulated:
        reasons.append(message("due.other_data"))
    else:
        reasons += [message("due.data", path=path) for path in _changed(folders.processed, known["data"])]
    return reasons + [message("due.unlike", name=name) for name in differing_files(job, known["published"])]


def make_manifest(
    job: Job,
    inputs: Mapping[str, Any],
    record: Mapping[str, Any] | None,
    files: Mapping[str, bytes | str],
    **measured: object,
) -> dict[str, Any]:
    """Put together the manifest of a report.

    Parameters
    ----------
    inputs
        As :func:`inputs_of` gave them before the notebook ran.
    record
        What :func:`helpers.run.session.finish_run` told: the data opened, and whether they are simulated.
    files
        Ending → content of the published files.
    measured
        Seconds, memory, time of day: what differs between two equal runs.
    """
    data = (record or {}).get("opened")
    return {
        "run_key": provenance.manifest_hash({"inputs": inputs, "data": data}),
        "inputs": inputs,
        "data": data,
        "simulated": (record or {}).get("simulated"),
        "published": {job.name_of(ending): _hash(content) for ending, content in files.items()},
        "versions": versions(),
        "commit": _commit(),
        "measured": measured,
    }


@cache
def _commit() -> str:
    return provenance.git_commit(paths.home())


def _changed(processed: Path, data: Mapping[str, str]) -> list[str]:
    """Paths whose content, or whose list of years, is not what was read."""
    return [path for path, digest in data.items() if not store.is_unchanged(processed, {path: digest})]


def differing_files(job: Job, published: Mapping[str, str]) -> list[str]:
    """Name the files that are not as they were published: asked for and absent, changed, or left from an older report."""
    older = {job.file(form).name for form in FORMATS if job.file(form).is_file()}
    names = {job.file(ending).name for ending in job.endings} | set(published) | older
    return sorted(name for name in names if published.get(name) != _hash_file(job.folder / name))


def _hash_file(path: Path) -> str | None:
    """Hash of a published file; of a page without its way, which changes with its neighbours."""
    if not path.is_file():
        return ""
    if path.suffix == ".html":
        return _hash(way.bare(path.read_text(encoding="utf-8", errors="replace")))
    return provenance.file_sha256(path)


def _hash(content: bytes | str) -> str:
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
