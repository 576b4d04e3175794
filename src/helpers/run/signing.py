"""Sign reports off: their files as published, kept together, read-only, with the hash of each, in one step."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from helpers import paths, provenance, registry
from helpers.errors import ParameterError, RunError
from helpers.messages import parts
from helpers.page import way
from helpers.page.battle_page import text
from helpers.run.editions import RECORD, Edition, editions, latest, place, seal
from helpers.run.jobs import Job
from helpers.run.manifest import differing_files, read_manifest
from helpers.run.publish import as_json, publish, read_facts

_MAKING = ".signing-"
_ID = re.compile(r'\sid="([^"]+)"')
_PROVEN = ("inputs", "data", "simulated")


def freeze(
    city: str, period: str, *, by: str, battles: Sequence[str] = (), langs: Sequence[str] = ()
) -> Edition:
    """Keep published reports of a city's period as a signed edition; the caller holds the run's lock.

    Parameters
    ----------
    by
        Who signs, as it is to be printed.
    battles, langs
        Which reports; all that are published where none is named.

    Returns
    -------
    The edition: complete, flushed and read-only. Cut off at any moment before its folder gets its name there is none.

    Raises
    ------
    ParameterError
        Nobody signs, there is no such report, or all of them are signed already as they are.
    RunError
        A report failed, is not as it was published, or was built by a version that kept no numbers.
    """
    signer = " ".join(by.split())
    if not signer:
        raise ParameterError(**parts("signed.nobody"))
    jobs = _published(city, period, battles, langs)
    for job in jobs:
        _require_sound(job)
    _require_new(jobs)
    folder = place(city, period)
    _drop_unfinished(folder)
    number = max((int(one.folder.name) for one in editions(city, period)), default=0) + 1
    making = folder / f"{_MAKING}{number}"
    at = datetime.now(UTC).isoformat(timespec="seconds")
    files = {name: content for job in jobs for name, content in _files(job).items()}
    notes = {
        lang: text("signed", "frozen", lang, n=number, by=signer, at=at[:16].replace("T", " "))
        for lang in way.INDEX
    }
    for name, content in files.items():
        publish(making / name, _settled(name, content, files, period, notes))
    record = _record(jobs, making, edition=number, by=signer, at=at)
    publish(making / RECORD, as_json(record))
    _lock(making)
    os.rename(making, folder / str(number))
    return Edition(folder / str(number))


def _published(city: str, period: str, battles: Sequence[str], langs: Sequence[str]) -> list[Job]:
    """The reports of a period that are to be signed.

    Raises
    ------
    ParameterError
        There is none, or one that was asked for by name is not there.
    """
    folder = paths.reports() / city / period
    found = [Job(city, *stem) for stem in _stems(folder, period)]
    if not found:
        raise ParameterError(where=f"{city} {period}", **parts("signed.nothing", period=period, city=city))
    for asked, known in ((battles, {job.battle for job in found}), (langs, {job.lang for job in found})):
        if absent := [word for word in asked if word not in known]:
            raise ParameterError(where=f"{city} {period}", **parts("signed.absent", names=", ".join(absent)))
    chosen = [
        job
        for job in found
        if job.battle in (battles or (job.battle,)) and job.lang in (langs or (job.lang,))
    ]
    if not chosen:
        names = ", ".join(f"{battle}.{lang}" for battle in battles for lang in langs)
        raise ParameterError(where=f"{city} {period}", **parts("signed.absent", names=names))
    return chosen


def _stems(folder: Path, period: str) -> list[tuple[str, str, str]]:
    """Battle, period and language of every report that has facts."""
    names = (path.name.removesuffix(".json").split(".") for path in sorted(folder.glob("*.json")))
    return [(name[0], period, name[1]) for name in names if len(name) == 2 and name[1] in way.INDEX]


def _require_sound(job: Job) -> None:
    """Refuse a report that failed, lacks its manifest, is not as it was published, or keeps no numbers.

    Raises
    ------
    RunError
        What is wrong with it. Build it again, or sign without it.
    """
    facts, manifest = read_facts(job.file("json")) or {}, read_manifest(job)
    if facts.get("run") != "ok":
        raise RunError(where=job.name, **parts("signed.failed"))
    if manifest is None or "numbers" not in facts:
        raise RunError(where=job.name, **parts("signed.older"))
    if names := differing_files(job, manifest["published"]):
        raise RunError(where=job.name, **parts("signed.altered", names=", ".join(names)))


def _require_new(jobs: Sequence[Job]) -> None:
    """Refuse to sign what is signed already: the same reports of the same code and data, in the same files.

    Raises
    ------
    ParameterError
        The edition it is signed in.
    """
    known = [(job, latest(job)) for job in jobs]
    if any(one is None or one.faults or _proof(job, one) != _proof(job, None) for job, one in known):
        return
    edition = max((one for _, one in known if one), key=lambda one: one.number)
    said = {"n": edition.number, "by": edition.record["by"], "day": edition.record["at"][:10]}
    raise ParameterError(where=f"{jobs[0].city} {jobs[0].period}", **parts("signed.same", **said))


def _proof(job: Job, edition: Edition | None) -> dict[str, Any]:
    """What makes a report what it is, but for what it says of the edition before."""
    manifest = (edition.manifest(job.stem) if edition else read_manifest(job)) or {}
    inputs = {key: value for key, value in manifest["inputs"].items() if key != "signed"}
    return {
        **{key: manifest[key] for key in _PROVEN},
        "inputs": inputs,
        "files": sorted(manifest["published"]),
    }


def _files(job: Job) -> dict[str, bytes]:
    """Every file of a published report by its name in the folder."""
    manifest = read_manifest(job) or {}
    names = [*manifest["published"], job.file("json").name, job.file("manifest.json").name]
    return {name: (job.folder / name).read_bytes() for name in names}


def _settled(
    name: str, content: bytes, files: Mapping[str, bytes], period: str, notes: Mapping[str, str]
) -> bytes:
    """A page with the note that it is signed, and no link to what was not signed with it; other files as they are."""
    if not name.endswith(".html"):
        return content
    battle, _, lang = name.removesuffix(".html").rpartition(".")

    def has(href: str) -> bool:
        file, _, anchor = href.partition("#")
        return file in files and (not anchor or anchor in _ID.findall(files[file].decode("utf-8")))

    at = way.Address(period, battle, lang)
    return way.fill(content.decode("utf-8"), at, has, (), note=notes[lang]).encode("utf-8")


def _record(jobs: Sequence[Job], folder: Path, **signed: Any) -> dict[str, Any]:
    """What ``signed.json`` says: who and when, of which code, rules and data, and the hash of each file and of itself."""
    city = jobs[0].city
    reports = {}
    for job in jobs:
        facts, manifest = read_facts(job.file("json")) or {}, read_manifest(job) or {}
        reports[job.stem] = {
            **{key: facts.get(key, "") for key in ("battle", "lang", "title", "state", "as_of", "version")},
            "simulated": bool(manifest["simulated"]) or bool(facts.get("simulated")),
            "run_key": manifest.get("run_key", ""),
            **{key: manifest["inputs"].get(key, "") for key in ("rules", "program", "city")},
            "manifest": job.file("manifest.json").name,
        }
    known = registry.city(city)
    record = {
        "city": city,
        "city_name": {"zh": known.name_zh, "en": known.name_en},
        "period": jobs[0].period,
        **signed,
        "version": version("five-battles"),
        "commit": provenance.git_commit(paths.home()),
        "simulated": any(one["simulated"] for one in reports.values()),
        "reports": reports,
        "files": {
            path.relative_to(folder).as_posix(): provenance.file_sha256(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    return {**record, "sha256": seal(record)}


def _lock(folder: Path) -> None:
    """Take the right to write from every file and folder of an edition."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)


def _drop_unfinished(folder: Path) -> None:
    """Remove what an earlier signing had begun and not finished."""
    for unfinished in folder.glob(f"{_MAKING}*"):
        for path in (unfinished, *unfinished.rglob("*")):
            if path.is_dir():
                path.chmod(path.stat().st_mode | stat.S_IRWXU)
        shutil.rmtree(unfinished)


def verify(folder: Path) -> tuple[Edition, list[str]]:
    """Hold a folder against the hashes it was signed with, wherever it lies.

    Returns
    -------
    The edition, and a sentence for everything that is not as it was signed; none where all is.

    Raises
    ------
    ParameterError
        The folder is no signed edition.
    """
    if not (folder / RECORD).is_file():
        raise ParameterError(where=str(folder), **parts("signed.none", name=RECORD))
    edition = Edition(folder)
    return edition, edition.faults
