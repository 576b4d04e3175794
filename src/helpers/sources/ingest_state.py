"""What ingest remembers of one city between two runs, and which partitions that makes due."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from helpers import provenance, store
from helpers.schemas import KEYS
from helpers.sources.staging import FAILURES, Entry

SCREENED = "air_hourly"

Part = tuple[str, str]  # table and year, "" for a table without time


@dataclass
class State:
    """What an ingest of one city leaves: keys of readers and rules, files, counts of each part, what was set aside.

    ``n_quarantined`` are rows and files at fault, ``n_differing`` values another source has otherwise.
    """

    readers: str = ""
    rules: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)
    parts: dict[Part, dict[str, int]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)  # path and reason of a whole file
    n_quarantined: int = 0
    n_differing: int = 0

    def count_rows(self) -> dict[str, int]:
        """Rows each processed table holds of the city."""
        total: Counter[str] = Counter()
        for (name, _), counts in sorted(self.parts.items()):
            total[name] += counts["n_rows"]
        return dict(total)


def find_dirty(processed: Path, before: State, now: State, code: str) -> list[Part]:
    """Parts to build: whose files came, went or changed edition, and whose Parquet is not as remembered."""
    wanted = {part for entry in now.entries.values() for part in parts_of(entry)}
    if (before.readers, before.rules) != (now.readers, now.rules):
        dirty = wanted | set(before.parts)
    else:
        dirty = set()
        for path in {*before.entries, *now.entries}:
            old, new = before.entries.get(path), now.entries.get(path)
            if old is None or new is None or (old.key, old.source) != (new.key, new.source):
                dirty.update(part for entry in (old, new) if entry for part in parts_of(entry))
    dirty |= wanted ^ set(before.parts)
    dirty |= _parts_on_disk(processed, code) ^ set(before.parts)
    for name, year in list(dirty):
        if name == SCREENED:
            dirty |= {(name, str(int(year) + step)) for step in (-1, 1)} & wanted
    return sorted(dirty)


def parts_of(entry: Entry) -> set[Part]:
    """Partitions a staged file reaches into."""
    return {(name, str(year)) for name, table in entry.tables.items() for year in (table["years"] or [""])}


def _parts_on_disk(processed: Path, code: str) -> set[Part]:
    return {
        (name, levels.get("year", ""))
        for name in KEYS
        if name not in ("sources", "quarantine")
        for levels in store.list_partitions(processed, name)
        if levels.get("city_code", code) == code
    }


def has_ledgers(processed: Path, state: State, code: str) -> bool:
    """Whether the tables of sources and of what was set aside are there, as far as the state has any."""
    wanted = {"sources": bool(state.entries), "quarantine": state.n_quarantined + state.n_differing > 0}
    own = {"city_code": code}
    return all(
        is_wanted == (own in store.list_partitions(processed, name)) for name, is_wanted in wanted.items()
    )


def read_state(staging: Path) -> State:
    """State of the last ingest; an absent or unreadable one makes everything new."""
    try:
        record = json.loads((staging / "state.json").read_text(encoding="utf-8"))
        return State(
            readers=record["readers"],
            rules=record["rules"],
            entries={one["path"]: Entry(**one) for one in record["entries"]},
            parts={(name, year): counts for name, year, counts in record["parts"]},
            refused=record["refused"],
            n_quarantined=record["n_quarantined"],
            n_differing=record["n_differing"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return State()


def write_state(staging: Path, state: State) -> None:
    """Put the state on disk, whole or not at all: the last step of an ingest."""
    record = {
        "readers": state.readers,
        "rules": state.rules,
        "entries": [asdict(entry) for _, entry in sorted(state.entries.items())],
        "parts": [[*part, counts] for part, counts in sorted(state.parts.items())],
        "refused": state.refused,
        "n_quarantined": state.n_quarantined,
        "n_differing": state.n_differing,
    }
    with provenance.replacing(staging / "state.json") as stream:
        stream.write(provenance.canonical_json(record).encode())


def remove_stale(staging: Path, state: State) -> None:
    """Remove what no entry needs any more: only once the state that forgets it is on disk."""
    needed = {entry.key for entry in state.entries.values()} | {"conflicts", FAILURES, "state.json"}
    for path in staging.iterdir():
        if path.name not in needed:
            shutil.rmtree(path)


def conflict_path(staging: Path, part: Part) -> Path:
    """File of the conflicts met when a partition was built."""
    return staging / "conflicts" / f"{'-'.join(filter(None, part))}.parquet"
