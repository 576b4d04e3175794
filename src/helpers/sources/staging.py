"""Read one raw file for one city into staged Parquet, portion by portion, so that memory stays bounded.

A staged file lies in ``<processed>/.staging/<city_code>/<key>/``: one Parquet file a table and one of what
was quarantined. The key is a hash of path, bytes and readers; a stage is complete or absent.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from helpers import paths, registry
from helpers.errors import SchemaError, SourceError, SuiteError
from helpers.messages import message, parts
from helpers.provenance import Source
from helpers.registry import land
from helpers.schemas import SCHEMAS, time_column, year_of
from helpers.sources import water_automatic
from helpers.sources.action_sheets import name_targets
from helpers.sources.detect import READERS, detect
from helpers.sources.form_words import NO_ITEM, NO_PLACE, UNREAD
from helpers.sources.peer_files import is_peer_file, of_peer
from helpers.sources.reading import Reading, no_access
from helpers.sources.text import parse_time

QUARANTINE, FAILURES = "quarantine", "failures"
REVISED_EDITION = "revised_edition"  # caveat of the registry


@dataclass(frozen=True)
class CityContext:
    """What readers may be asked to select, and who a whole file may speak of."""

    code: str
    names: tuple[str, ...]
    options: Mapping[str, object]
    today: date | None = None

    @classmethod
    def of(cls, city: str, today: date | None = None) -> CityContext:
        """Collect it from the registry; nothing is dated after ``today``, the day of reading."""
        record = registry.city(city)
        known = registry.indicators()
        published = (record.name_zh, record.name_zh.removesuffix("市"))  # feeds write 长春市 or 长春
        return cls(
            code=record.code,
            names=(*published, record.slug, record.name_en.lower()),
            options={
                "stations": registry.stations(city),
                "cities": published,
                "known": {key: indicator.unit for key, indicator in known.items()},
                "names": {indicator.name_zh: key for key, indicator in known.items()},
                "ranges": {key: indicator.bounds for key, indicator in known.items() if indicator.is_ledger},
                "places": _places(city),
                "sections": registry.sections(city, placeholders=True),
                "province_name": record.province_zh,
                "n_articles": registry.plan(city).n_articles,
                "targets": name_targets(registry.plan(city), *registry.plans(city)),
            },
            today=today,
        )

    def options_for(self, entry: Entry) -> dict[str, object]:
        """Options of one file: placeholder sections only for the demonstration, and the day it arrived."""
        sections = self.options["sections"]
        return {
            **self.options,
            "sections": sections if entry.source["simulated"] else sections[~sections["is_placeholder"]],
            "received_on": received_on(entry.source) or self._read_on(entry),
        }

    def _read_on(self, entry: Entry) -> date | None:
        """Day of reading of a file that nobody dated; a reader that takes its year from that day is given none."""
        is_dated_by_arrival = entry.reader == water_automatic.__name__.rpartition(".")[2]
        return None if entry.source["simulated"] or is_dated_by_arrival else self.today

    def is_mine(self, city_name: str) -> bool:
        """Whether a file that names this city, or none, belongs to it."""
        return not city_name or city_name.strip().lower() in self.names


def _places(city: str) -> dict[str, str]:
    """Codes and names → codes: of the city, its counties and lakes, and of the other cities of the registry."""
    found: dict[str, str] = {}
    others = sorted(path.name for path in paths.city_folder(city).parent.iterdir() if path.is_dir())
    for slug in (city, *(one for one in others if one != city)):
        record = registry.city(slug)
        counties = land.counties(slug)[["place_code", "name_zh"]].itertuples(index=False, name=None)
        for code, name in ((record.code, record.name_zh), *counties):
            short = name[:-1] if len(name) > 2 and name[-1] in "市区县" else name
            for written in (code, name, short, f"{record.province_zh}{name}"):
                found.setdefault(written, code)
        for lake in land.land(slug).lakes:
            found |= {one: lake.id for one in (lake.id, lake.name_zh) if one not in found}
    return found


@dataclass
class Entry:
    """What ingest remembers of one raw file.

    ``stamp`` is size and modification time of the file and of its sidecar: unchanged, nothing is read.
    ``tables`` maps a table to its number of rows and its years (empty for a table without time). ``told`` maps what a
    run's summary tells by itself (a place outside the city, a column not read) to the words found.
    """

    path: str
    stamp: list[int]
    source: dict[str, object]
    key: str
    reader: str = ""
    tables: dict[str, dict[str, object]] = field(default_factory=dict)
    n_quarantined: int = 0
    caveats: list[str] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=dict)

    @property
    def edition(self) -> tuple[str, str, str]:
        """Later editions sort later: by publication, then retrieval, then path."""
        return str(self.source["published_at"]), str(self.source["retrieved_at"]), self.path

    @property
    def n_rows(self) -> int:
        """Rows staged in all tables."""
        return sum(int(table["n_rows"]) for table in self.tables.values())


@dataclass(frozen=True)
class Refusal:
    """A raw file that was not taken, and the sentence that says why and what to do."""

    path: str
    message: str


def received_on(source: Mapping[str, object]) -> date | None:
    """Last day a sidecar gives a file, published or retrieved; ``None`` where it gives none."""
    days = [parse_time(str(source[name])[:10], "%Y-%m-%d") for name in ("published_at", "retrieved_at")]
    return max((day.date() for day in days if day is not None), default=None)


def is_read_alike(earlier: Entry, entry: Entry) -> bool:
    """Whether what was staged of a file still holds: same key, and same day of arrival where its reader asks for it."""
    by_day = earlier.reader in READERS and "received_on" in READERS[earlier.reader].options
    same_day = received_on(earlier.source) == received_on(entry.source)
    return earlier.key == entry.key and (same_day or not by_day)


def stage_key(path: str, source: Source, readers: str) -> str:
    """Name of a stage: another name for other bytes, another place or other readers."""
    return hashlib.sha256(f"{path} {source.sha256} {readers}".encode()).hexdigest()[:24]


def stage_file(raw: Path, staging: Path, entry: Entry, city: CityContext) -> Entry | Refusal:
    """Read one raw file and stage what belongs to the city.

    Parameters
    ----------
    raw
        Root of the raw files; ``entry.path`` is below it.
    staging
        Folder of the city's stages.
    entry
        Path, source and key; the rest is filled in.

    Returns
    -------
    The entry, complete; or the refusal. A reader's own fault is a refusal too, so that one file never
    stops the others.
    """
    beside = staging / f".{entry.key}.{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    writer = _StageWriter(beside, entry, city)
    # What downloads import is not needed before a file came.
    from helpers.sources.download.packed import check_packed

    try:
        check_packed(raw / entry.path)
        reader = detect(raw / entry.path)
        entry.reader = reader.name
        known = {**city.options_for(entry), "raw": raw}
        options = {name: known[name] for name in reader.options if name in known}
        try:
            for reading in reader.iter_read(raw / entry.path, **options):
                writer.add(of_peer(reading, entry.path) if is_peer_file(entry.path) else reading)
        finally:
            writer.close()
        shutil.rmtree(staging / entry.key, ignore_errors=True)
        os.replace(beside, staging / entry.key)
    except SuiteError as error:
        return Refusal(entry.path, str(error).replace(f"{raw}{os.sep}", ""))
    except PermissionError:
        return Refusal(entry.path, str(no_access(entry.path)))
    except Exception:
        return _stopped(staging, entry)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return entry


def _stopped(staging: Path, entry: Entry) -> Refusal:
    """The refusal of a file at which a reader stopped without a sentence; what happened is kept for the maintainers."""
    log = staging / FAILURES / f"{entry.key}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(f"{entry.path}\n{traceback.format_exc()}", encoding="utf-8")
    fault = SourceError(
        message("staging.reader_failed"),
        where=entry.path,
        remedy=message("staging.report", log=log.relative_to(staging.parent.parent).as_posix()),
    )
    return Refusal(entry.path, str(fault))


def read_staged(
    staging: Path, entries: list[Entry], name: str, *, first: pd.Timestamp | None, last: pd.Timestamp | None
) -> pd.DataFrame:
    """Read the staged rows of a table, each with the ``rank`` of its file among ``entries``.

    Parameters
    ----------
    entries
        Files that hold the table, in the order of their editions.
    first, last
        Bounds of the time column, both included; ``None`` for a table without time.

    Raises
    ------
    SchemaError
        A staged file was damaged. Delete the folder of stages and ingest again.
    """
    column, pieces = time_column(name), []
    within = (
        (ds.field(column) >= pa.scalar(first, pa.timestamp("ms")))
        & (ds.field(column) <= pa.scalar(last, pa.timestamp("ms")))
        if column
        else None
    )
    for rank, entry in enumerate(entries):
        path = staging / entry.key / f"{name}.parquet"
        try:
            part = pq.read_table(path, filters=within)
        except (OSError, pa.ArrowInvalid):
            raise SchemaError(where=entry.path, **parts("staging.damaged", folder=staging)) from None
        part = part.append_column("source_id", _repeat(str(entry.source["source_id"]), len(part)))
        pieces.append(part.append_column("rank", _repeat(rank, len(part))))
    table = pa.concat_tables(pieces).to_pandas()
    return table.astype({c: kind for c, kind in SCHEMAS[name].items() if c in table})


def read_staged_rejects(staging: Path, entries: list[Entry]) -> pd.DataFrame:
    """Read what the readers set aside: ``source_id, path, row, column, found, reason``."""
    pieces = [
        pd.read_parquet(staging / entry.key / f"{QUARANTINE}.parquet").assign(
            source_id=entry.source["source_id"], path=entry.path
        )
        for entry in entries
        if entry.n_quarantined
    ]
    columns = ["source_id", "path", "row", "column", "found", "reason"]
    return (
        pd.concat(pieces, ignore_index=True)[columns]
        if pieces
        else pd.DataFrame(columns=columns, dtype="str")
    )


def new_entry(path: str, stamp: list[int], source: Source, readers: str) -> Entry:
    """Begin the entry of a file that is to be read."""
    return Entry(path, stamp, asdict(source), stage_key(path, source, readers))


class _StageWriter:
    """Append readings to the files of one stage and keep count in its entry."""

    def __init__(self, folder: Path, entry: Entry, city: CityContext) -> None:
        self._folder, self._entry, self._city = folder, entry, city
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._years: dict[str, set[int]] = {}

    def add(self, reading: Reading) -> None:
        entry, name = self._entry, reading.table_name
        entry.caveats = list(dict.fromkeys([*entry.caveats, *reading.caveats]))
        if not self._city.is_mine(reading.city_name):
            return
        if len(reading.rejects):
            self._write(QUARANTINE, reading.rejects.astype("str"))
            entry.n_quarantined += len(reading.rejects)
            for key in (NO_PLACE, NO_ITEM, UNREAD):
                said = reading.rejects.loc[
                    reading.rejects["reason"].str.startswith(message(key)), "found"
                ].to_list()
                if said:
                    entry.told[key] = list(dict.fromkeys([*entry.told.get(key, []), *said]))[:9]
        table = reading.table[[column for column in reading.table if column in SCHEMAS[name]]]
        if "value" in table:
            table = table[table["value"].notna()]
        if table.empty:
            return
        if "city_code" in SCHEMAS[name]:
            table = table.assign(city_code=self._city.code)
        self._write(name, table)
        count = entry.tables.setdefault(name, {"n_rows": 0, "years": []})
        count["n_rows"] += len(table)
        column = time_column(name)
        if column:
            years = self._years.setdefault(name, set())
            years.update(year_of(table[column], hour_ending=column == "time").unique().tolist())
            count["years"] = sorted(years)

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    def _write(self, name: str, table: pd.DataFrame) -> None:
        rows = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata()
        # Parquet has no whole seconds: settle on milliseconds, so that every portion has one schema.
        for place, column in enumerate(rows.schema):
            if pa.types.is_timestamp(column.type):
                rows = rows.set_column(place, column.name, pc.cast(rows[column.name], pa.timestamp("ms")))
            elif pa.types.is_large_string(column.type):
                rows = rows.set_column(place, column.name, pc.cast(rows[column.name], pa.string()))
        if name not in self._writers:
            path = self._folder / f"{name}.parquet"
            self._writers[name] = pq.ParquetWriter(path, rows.schema, compression="zstd")
        self._writers[name].write_table(rows)


def _repeat(value: object, times: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(value, times)])
