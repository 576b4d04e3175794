"""Decide which data a run stands on, real or demonstration, and bring the tables up to date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import FileLock

from helpers import paths, provenance, registry, store
from helpers.messages import in_language, screen_language
from helpers.paths import Folders
from helpers.run.derived import LOCK
from helpers.run.screen import say
from helpers.sources import ingest

_DEMONSTRATION_SEED = 20220617
_MANY_BYTES = 50_000_000
_ALWAYS = ("read", "unchanged", "hourly", "quarantined", "refused")
_MOST_FILES = 20


def has_files(raw: Path) -> bool:
    """Whether anything was received: a file that is neither hidden, a note nor a sidecar."""
    return bool(ingest.list_raw_files(raw))


def prepare(
    city: str, *, data_dir: str | Path | None = None, jobs: int = 1
) -> tuple[Folders, ingest.IngestSummary]:
    """Return the folders to read and bring their tables up to date.

    Received files win: the demonstration is built only while ``raw`` holds none, and never beside them.

    Parameters
    ----------
    jobs
        Processes that may read raw files; they are started only for a first ingest that is worth their start.

    Returns
    -------
    The folders, and what ingest read, kept and refused.
    """
    real = Folders.real(data_dir)
    return _prepare(city, real, real if has_files(real.raw) else real.demonstration(city), jobs)


def prepare_demonstration(
    city: str, *, data_dir: str | Path | None = None, jobs: int = 1
) -> tuple[Folders, ingest.IngestSummary]:
    """Write and read the demonstration, also where data were received: it lies apart and no report of theirs reads it.

    Returns
    -------
    As :func:`prepare`.
    """
    real = Folders.real(data_dir)
    return _prepare(city, real, real.demonstration(city), jobs)


def _prepare(city: str, real: Folders, folders: Folders, jobs: int) -> tuple[Folders, ingest.IngestSummary]:
    real.processed.mkdir(parents=True, exist_ok=True)
    with FileLock(real.processed / LOCK):
        if folders.simulated:
            _write_demonstration_once(folders, city)
        many = not (folders.processed / ".staging").is_dir() and _count_bytes(folders.raw) > _MANY_BYTES
        today = _today(city)
        summary = ingest.ingest(folders, city=city, jobs=jobs if many else 1, today=today)
    return folders, replace(summary, passed_over=tuple(ingest.list_passed_over(real.raw)))


def _today(city: str) -> date:
    return datetime.now(ZoneInfo(registry.city(city).timezone)).date()


def _count_bytes(raw: Path) -> int:
    return sum(path.stat().st_size for path in ingest.list_raw_files(raw) if path.is_file())


def summary_line(summary: ingest.IngestSummary) -> str:
    """Say in one line what an ingest did: ``ingest: 14 files read, 0 unchanged, 5,608,253 hourly values, …``."""
    counts = {
        "read": summary.n_read,
        "unchanged": summary.n_unchanged,
        "gone": summary.n_removed,
        "hourly": summary.n_rows.get("air_hourly", 0),
        "quarantined": summary.n_quarantined - len(summary.refused),  # a refused file is told by itself
        "refused": len(summary.refused),
        "differing": summary.n_differing,
        "without": len(summary.without_rows),
        "unfilled": len(summary.unfilled),
    }
    told = (say(f"ingest.{name}", n=n) for name, n in counts.items() if n or name in _ALWAYS)
    return say("ingest.line", parts=say("join").join(told))


def set_aside(folders: Folders, summary: ingest.IngestSummary) -> list[str]:
    """Say of each file with rows that were set aside how many, most first; of many the others are counted."""
    code = registry.city(summary.city).code
    read = store.read_table(
        folders.processed,
        "sources",
        columns=["path", "n_quarantined"],
        filters=[("city_code", "==", code), ("n_quarantined", ">", 0)],
    ).sort_values("n_quarantined", ascending=False, kind="stable")
    lines = [say("ingest.file", path=path, n=n) for path, n in read.head(_MOST_FILES).itertuples(index=False)]
    others = read["n_quarantined"].iloc[_MOST_FILES:]
    return lines + [say("ingest.files", files=len(others), n=others.sum())] * bool(len(others))


def notes(summary: ingest.IngestSummary) -> list[str]:
    """Say of each file that gave nothing, and is no refusal, why: one line a file."""
    told = (("other", summary.without_rows), ("empty", summary.unfilled), ("passed", summary.passed_over))
    lines = [say(f"ingest.{name}", path=path) for name, found in told for path in found]
    return [*lines, *(in_language(one, screen_language()) for one in summary.corrected)]


def _write_demonstration_once(folders: Folders, city: str) -> None:
    stamp = folders.raw.with_name("demonstration.txt")
    wanted = f"{city} {_DEMONSTRATION_SEED} {_version(city)}"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        # Its workbooks and rasters need libraries that no kernel should wait for.
        from helpers.run.demonstration import write_demonstration

        write_demonstration(
            folders,
            city=city,
            stations=list(registry.stations(city)["station_code"]),
            place_code=registry.city(city).code,
            seed=_DEMONSTRATION_SEED,
        )
        stamp.write_text(wanted, encoding="utf-8")


def _version(city: str) -> str:
    """Hash of the generator's own source and of the city's facts it draws for, so that a change of either writes anew."""
    generator = sorted((Path(__file__).parent / "demonstration").glob("*.py"))
    facts = sorted(path for path in paths.city_folder(city).iterdir() if path.suffix in (".yml", ".csv"))
    return provenance.files_sha256([*generator, *facts])
