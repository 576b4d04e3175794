"""Bring the processed tables up to date with the raw files: read what changed, rebuild what it touches.

Every raw file is staged by itself (:mod:`helpers.sources.staging`); a partition of a processed table is
then built from all staged files that reach into it. A state file remembers what was staged. It is written
last, so an ingest that is cut off is simply done again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from helpers import provenance, store
from helpers.errors import SourceError, SuiteError
from helpers.messages import message, parts
from helpers.paths import Folders
from helpers.provenance import Source
from helpers.registry import peer_cities
from helpers.schemas import SCHEMAS, partition_keys, time_column, year_of
from helpers.sources.editions import say_corrected, stamp_of, take_edition
from helpers.sources.form_words import NO_ITEM, NO_PLACE, UNREAD
from helpers.sources.ingest_state import (
    SCREENED,
    Part,
    State,
    conflict_path,
    find_dirty,
    has_ledgers,
    parts_of,
    read_state,
    remove_stale,
    write_state,
)
from helpers.sources.merge import REVISED, is_difference, resolve_duplicates
from helpers.sources.reading import no_access
from helpers.sources.screening import screen_hourly
from helpers.sources.screening_rules import rules_path
from helpers.sources.staging import (
    FAILURES,
    REVISED_EDITION,
    CityContext,
    Entry,
    Refusal,
    is_read_alike,
    new_entry,
    read_staged,
    read_staged_rejects,
    stage_file,
)

_MARGIN = pd.Timedelta(days=7)  # screening looks across New Year: no run of equal values is cut there
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".json", ".geojson", ".tif", ".tiff")
_FILLED_IN = "ledger_workbook"  # its reader passes no city over: without rows and rejects it holds no figure
_REJECTS = ("source_id", "path", "row", "column", "found", "reason")


@dataclass(frozen=True)
class IngestSummary:
    """What one ingest did.

    ``refused`` files were not taken; what they gave before, if anything, stays. Among them are files that were read
    and of which no row was kept. ``without_rows`` are files that hold nothing of this city, ``unfilled`` ledgers of
    departments without a figure. ``passed_over`` are files that look like data and are none by their name. ``problems``
    are sentences on files that name places outside the city or whose values were not read; ``unread`` on other columns
    that were not read. ``rebuilt`` are partitions such as ``air_hourly/2019``.
    ``corrected`` are sentences on files that changed under their name and were read as the next edition.
    ``n_rows`` is what each processed table now holds of the city. ``n_quarantined`` are rows and files at fault;
    ``n_differing`` are values that another source has otherwise, of which one stands.
    """

    city: str
    n_read: int
    n_unchanged: int
    n_removed: int
    n_quarantined: int
    n_differing: int
    n_rows: dict[str, int]
    rebuilt: tuple[str, ...]
    without_rows: tuple[str, ...]
    refused: tuple[Refusal, ...]
    passed_over: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unfilled: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()


def is_data_file(path: Path) -> bool:
    """Whether a raw file is data: not hidden, no note, no lock of an office program, no sidecar.

    A link that leads nowhere is data too: what it led to has not been taken away, it cannot be reached.
    """
    name = path.name
    aside = name.startswith((".", "~$")) or name.upper().startswith("README")
    return (path.is_file() or path.is_symlink()) and not aside and not name.endswith(provenance.SIDECAR)


def list_raw_files(raw: Path) -> list[Path]:
    """Data files below the raw folder, at any depth, outside hidden folders, sorted.

    A link to a folder outside is listed itself and not followed: nothing is read without a sidecar, and none is written
    outside the raw folder.
    """
    found, root = [], raw.resolve()
    for folder, inner, names in provenance.walk(raw):
        inner[:] = [name for name in inner if not name.startswith(".")]
        outside = [name for name in inner if _leads_outside(Path(folder) / name, root)]
        inner[:] = [name for name in inner if name not in outside]
        found += [Path(folder) / name for name in outside]
        found += [path for path in (Path(folder) / name for name in names) if is_data_file(path)]
    return sorted(found)


def _leads_outside(path: Path, root: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(root)


def list_passed_over(raw: Path) -> list[str]:
    """Notes that look like tables: README with the ending of a data file, which nobody reads."""
    return sorted(
        (Path(folder) / name).relative_to(raw).as_posix()
        for folder, inner, names in provenance.walk(raw)
        if not any(part.startswith(".") for part in Path(folder).relative_to(raw).parts)
        for name in names
        if name.upper().startswith("README") and name.lower().removesuffix(".gz").endswith(_TABLES)
    )


def ingest(folders: Folders, *, city: str, jobs: int = 1, today: date | None = None) -> IngestSummary:
    """Bring the processed tables of one city up to date.

    An unchanged file (size and time, hash when in doubt) is not read again; the rows of a removed file go;
    a change of readers, stations or rules reads or builds again. Rows of two files with one key are settled
    by :func:`helpers.sources.merge.resolve_duplicates`; hourly values are screened, never removed. The
    caller holds the lock: two ingests into one folder at once would undo each other.

    Parameters
    ----------
    folders
        ``raw`` is read, and sidecars are written into it; ``processed`` is written.
    city
        A folder of ``cities/``.
    jobs
        Processes that read raw files.
    today
        Day of reading: a file that nobody dated holds nothing after it. ``None`` skips the check.

    Returns
    -------
    Counts, and the files that were refused; a refused file does not stop the others.

    Raises
    ------
    SourceError
        Simulated files among real ones, or the other way round. Move them to a folder of their own.
    """
    context = CityContext.of(city, today)
    staging = folders.processed / ".staging" / context.code
    before = read_state(staging)
    now = State(_hash_readers(context), provenance.file_sha256(rules_path()))
    arrived, refused, changed = _register_files(folders.raw, before.entries, now.readers)
    _check_simulated(arrived, folders)
    now.entries, to_read = _split_unchanged(staging, before.entries, arrived)
    n_unchanged = len(now.entries)
    shutil.rmtree(staging / FAILURES, ignore_errors=True)  # those of files refused again are written again
    for outcome in _stage_files(folders.raw, staging, to_read, context, jobs):
        if isinstance(outcome, Entry) and outcome.path in changed:
            outcome = take_edition(folders.raw, outcome, before.entries.get(outcome.path))
        if isinstance(outcome, Refusal):
            refused.append(outcome)
        else:
            now.entries[outcome.path] = outcome
    for path in {refusal.path for refusal in refused} & set(before.entries):
        if (staging / before.entries[path].key).is_dir():
            now.entries[path] = before.entries[path]
    refused += _unkept(staging, now.entries)
    corrected = say_corrected(changed, before.entries, now.entries)
    dirty = find_dirty(folders.processed, before, now, context.code)
    now.parts = {part: counts for part, counts in before.parts.items() if part not in dirty}
    for part in dirty:
        counts = _build_part(folders.processed, staging, list(now.entries.values()), part, context.code)
        if counts["n_rows"]:
            now.parts[part] = counts
    now.refused = {refusal.path: refusal.message for refusal in refused}
    now.n_quarantined, now.n_differing = before.n_quarantined, before.n_differing
    if dirty or now != before or not has_ledgers(folders.processed, now, context.code):
        set_aside = _write_ledgers(folders.processed, staging, now, refused, context.code)
        now.n_quarantined, now.n_differing = set_aside
        write_state(staging, now)
    remove_stale(staging, now)
    entries = [now.entries[path] for path in sorted(now.entries)]
    without = [one for one in entries if not one.tables and not one.n_quarantined]
    return IngestSummary(
        city=city,
        n_read=len(to_read),
        n_unchanged=n_unchanged,
        n_removed=len(set(before.entries) - set(now.entries)),
        n_quarantined=now.n_quarantined,
        n_differing=now.n_differing,
        n_rows=now.count_rows(),
        rebuilt=tuple("/".join(filter(None, part)) for part in dirty),
        without_rows=tuple(one.path for one in without if one.reader != _FILLED_IN),
        unfilled=tuple(one.path for one in without if one.reader == _FILLED_IN),
        refused=tuple(sorted(refused, key=lambda refusal: refusal.path)),
        corrected=corrected,
        problems=tuple(line for entry in entries for line in _problems(entry)),
        unread=tuple(
            f"{one.path}: {message('files.unread', names=', '.join(one.told[UNREAD]))}"
            for one in entries
            if UNREAD in one.told
        ),
    )


def _unkept(staging: Path, entries: dict[str, Entry]) -> list[Refusal]:
    """Files that were read and of which every row was set aside: as good as refused, and told like it."""
    found = []
    for path, entry in sorted(entries.items()):
        if entry.tables or not entry.n_quarantined:
            continue
        rejects = read_staged_rejects(staging, [entry])
        reason = rejects["reason"].mode()[0]
        first = rejects[rejects["reason"] == reason].iloc[0]
        fault = SourceError(
            where=", ".join(
                filter(None, [path, f"row {first['row']}", first["column"] and f"column {first['column']}"])
            ),
            **parts(
                "files.none_kept", n=len(rejects), found=first["found"].replace("; ", ", "), reason=reason
            ),
        )
        found.append(Refusal(path, str(fault)))
    return found


def _problems(entry: Entry) -> Iterator[str]:
    """What of a file a person should mend before relying on it."""
    if NO_PLACE in entry.told:
        yield f"{entry.path}: {message('files.places', names=', '.join(entry.told[NO_PLACE]))}"
    if NO_ITEM in entry.told:
        yield f"{entry.path}: {message('files.items', names=', '.join(entry.told[NO_ITEM]))}"


def _check_reached(path: Path, relative: str, *, is_printed: bool) -> None:
    if not is_printed:
        raise SourceError(where=relative, **parts("files.name"))
    if path.is_dir():
        raise SourceError(where=relative, **parts("files.link_folder"))
    if not path.is_file():
        raise SourceError(where=relative, **parts("files.link_nothing"))


def _split_unchanged(
    staging: Path, known: dict[str, Entry], arrived: dict[str, Entry]
) -> tuple[dict[str, Entry], list[Entry]]:
    """Files whose stage still holds, with what their sidecar says now; and files to be read."""
    kept, to_read = {}, []
    for path, entry in arrived.items():
        earlier = known.get(path)
        if earlier and is_read_alike(earlier, entry) and (staging / entry.key).is_dir():
            kept[path] = replace(earlier, stamp=entry.stamp, source=entry.source)
        else:
            to_read.append(entry)
    return kept, to_read


def _register_files(
    raw: Path, known: dict[str, Entry], readers: str
) -> tuple[dict[str, Entry], list[Refusal], set[str]]:
    """Look at every raw file: what its sidecar says, and whether it is what arrived; and which changed under their name."""
    changed: set[str] = set()
    arrived: dict[str, Entry] = {}
    refused: list[Refusal] = []
    owners: dict[str, str] = {}
    for path in list_raw_files(raw):
        given = path.relative_to(raw).as_posix()
        relative = _UNPRINTED.sub(lambda found: f"\\x{ord(found[0]) % 256:02x}", given)
        earlier = known.get(relative)
        try:
            _check_reached(path, relative, is_printed=relative == given)
            if earlier and earlier.stamp == stamp_of(path):
                source = Source(**earlier.source)
            elif edition := provenance.next_edition(path, root=raw):
                source = edition
                changed.add(relative)
            else:
                source = provenance.register_source(path, root=raw)
            owner = owners.setdefault(source.source_id, relative)
            if owner != relative:
                raise SourceError(
                    where=relative,
                    **parts(
                        "files.source_id",
                        source_id=repr(source.source_id),
                        owner=owner,
                        name=provenance.sidecar_path(path).name,
                    ),
                )
        except (SuiteError, OSError) as error:
            told = error if isinstance(error, SuiteError) else no_access(relative)
            refused.append(Refusal(relative, str(told)))
        else:
            arrived[relative] = new_entry(relative, stamp_of(path), source, readers)
    return arrived, refused, changed


def _check_simulated(arrived: dict[str, Entry], folders: Folders) -> None:
    strangers = [path for path, entry in arrived.items() if entry.source["simulated"] != folders.simulated]
    if strangers:
        key = "files.real_strangers" if folders.simulated else "files.simulated_strangers"
        raise SourceError(where=str(folders.raw), **parts(key, n=len(strangers), first=strangers[0]))


def _stage_files(
    raw: Path, staging: Path, entries: list[Entry], city: CityContext, jobs: int
) -> Iterator[Entry | Refusal]:
    stage = partial(stage_file, raw, staging, city=city)
    if jobs == 1 or len(entries) < 2:
        yield from map(stage, entries)
        return
    # A fork of a process with running threads may hang, and Arrow has threads.
    with ProcessPoolExecutor(min(jobs, len(entries)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(stage, entries)


def _build_part(
    processed: Path, staging: Path, entries: list[Entry], part: Part, code: str
) -> dict[str, int]:
    """Build one partition from all files that reach into it, and remember its conflicts."""
    name, year = part
    margin = _MARGIN if name == SCREENED else pd.Timedelta(0)
    table = _gather(staging, entries, part, margin)
    column = time_column(name)
    inside = table["rank"] >= 0
    if year:
        inside = year_of(table[column], hour_ending=column == "time") == int(year)
    kept, conflicts = resolve_duplicates(name, table[inside])
    if name == SCREENED:
        around, _ = resolve_duplicates(name, table[~inside])
        kept = screen_hourly(pd.concat([kept, around], ignore_index=True)).iloc[: len(kept)]
    labels = {"city_code": code, "year": year}
    store.write_table(processed, name, kept, partition={key: labels[key] for key in partition_keys(name)})
    path = conflict_path(staging, part)
    path.unlink(missing_ok=True)
    if len(conflicts):
        store.write_file(path, conflicts)
    return {"n_rows": len(kept), "n_conflicts": len(conflicts)}


def _gather(staging: Path, entries: list[Entry], part: Part, margin: pd.Timedelta) -> pd.DataFrame:
    """Staged rows of one partition and, within the margin, of the years beside it."""
    name, year = part
    first = last = None
    reach = {part}
    if year:
        shift = pd.Timedelta(hours=1 if time_column(name) == "time" else 0)
        first = pd.Timestamp(int(year), 1, 1) + shift - margin
        last = pd.Timestamp(int(year) + 1, 1, 1) + shift + margin
        reach |= {(name, str(int(year) + step)) for step in (-1, 1)} if margin else set()
    members = sorted((one for one in entries if reach & parts_of(one)), key=lambda one: one.edition)
    if not members:
        return store.empty(name).assign(rank=pd.Series(dtype="int64"))
    rows = read_staged(staging, members, name, first=first, last=last)
    revised = [rank for rank, one in enumerate(members) if REVISED_EDITION in one.caveats]
    return rows.assign(rank=rows["rank"] + REVISED * rows["rank"].isin(revised)) if revised else rows


def _write_ledgers(
    processed: Path, staging: Path, now: State, refused: list[Refusal], code: str
) -> tuple[int, int]:
    """Write the tables of sources and of what was set aside; return how much of it is at fault, and how much differs."""
    entries = sorted(now.entries.values(), key=lambda entry: entry.path)
    paths = {entry.source["source_id"]: entry.path for entry in entries}
    conflicts = [
        pd.read_parquet(conflict_path(staging, part))
        for part, counts in sorted(now.parts.items())
        if counts["n_conflicts"]
    ]
    conflicts = [part.assign(path=part["source_id"].map(paths)) for part in conflicts]
    whole_files = pd.DataFrame(
        [(refusal.path, refusal.message) for refusal in refused], columns=["path", "reason"]
    )
    rows = pd.concat([read_staged_rejects(staging, entries), *conflicts, whole_files], ignore_index=True)
    rows = rows.reindex(columns=list(_REJECTS)).fillna("").assign(city_code=code)
    differs = is_difference(rows["reason"])
    counts = rows.loc[~differs, "source_id"].value_counts()
    sources = [
        {
            **{key: entry.source[key] for key in SCHEMAS["sources"] if key in entry.source},
            "city_code": code,
            "path": entry.path,
            "reader": entry.reader,
            "n_rows": entry.n_rows,
            "n_quarantined": int(counts.get(entry.source["source_id"], 0)),
            "caveats": ";".join(dict.fromkeys([*Source(**entry.source).caveats, *entry.caveats])),
        }
        for entry in entries
    ]
    partition = {"city_code": code}
    store.write_table(processed, "quarantine", rows, partition=partition)
    table = pd.DataFrame(sources, columns=list(SCHEMAS["sources"]))
    store.write_table(processed, "sources", table, partition=partition)
    return int((~differs).sum()), int(differs.sum())


def _hash_readers(city: CityContext) -> str:
    """One key for all that decides what a raw file becomes: the code that reads, and what it selects."""
    folder = Path(__file__).parent
    code = provenance.files_sha256(
        [*folder.glob("*.py"), folder.parent / "schemas.py", folder.parent / "messages.yml", peer_cities.PATH]
    )
    stations = city.options["stations"].to_csv(index=False)
    record = {
        "code": code,
        "stations": stations,
        "sections": city.options["sections"].to_csv(index=False),
        "province": city.options["province_name"],
        "cities": list(city.names),
        "known": dict(city.options["known"]),
        "n_articles": city.options["n_articles"],
        "ledger": [city.options[name] for name in ("names", "ranges", "places", "targets")],
    }
    return provenance.manifest_hash(record)
