"""Decide which data a run stands on, real or demonstration, and bring the tables up to date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import FileLock

from helpers import paths, provenance, registry
from helpers.paths import Folders
from helpers.run.derived import LOCK
from helpers.sources import ingest

_DEMONSTRATION_SEED = 20220617
_MANY_BYTES = 50_000_000


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
    parts = [f"{summary.n_read:,} files read", f"{summary.n_unchanged:,} unchanged"]
    if summary.n_removed:
        parts.append(f"{summary.n_removed:,} gone")
    parts += [
        f"{summary.n_rows.get('air_hourly', 0):,} hourly values",
        f"{summary.n_quarantined:,} quarantined",
        f"{len(summary.refused):,} refused",
    ]
    if summary.n_differing:
        parts.append(f"{summary.n_differing:,} differ between sources")
    if summary.without_rows:
        parts.append(f"{len(summary.without_rows):,} without a row of this city")
    if summary.unfilled:
        parts.append(f"{len(summary.unfilled):,} without a figure")
    return f"ingest: {', '.join(parts)}"


def notes(summary: ingest.IngestSummary) -> list[str]:
    """Say of each file that gave nothing, and is no refusal, why: one line a file."""
    empty = [f"nothing of this city: {path}" for path in summary.without_rows]
    empty += [f"nothing reported: {path}" for path in summary.unfilled]
    empty += summary.corrected
    return empty + [
        f"passed over: {path}, for README names a note; rename the file if it holds data"
        for path in summary.passed_over
    ]


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
