"""Battles kept as they were built, so that the other language and the overview do not build them a second time.

``<processed>/derived/<city>/battles/<battle>/<period>/<as_of>-<plan>/``: an Arrow file a table, and ``made_from.json`` with the
code, the city's facts, the libraries, the question and the hashes of the data. What is kept is used only while all of
them are what they were; else the battle is built and takes its place.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock
from pyarrow import feather

from helpers import paths, provenance, store
from helpers.battles.context import Battle, Context
from helpers.run.code import code_of, helpers_at_start

_RECORD = "made_from.json"
_RESULTS = "results"
_KEPT_DAYS = (
    4  # days of one battle and period that stay: its own page, the overview and a researcher may differ
)

Made = tuple[Battle, Mapping[str, str]]


def first_code_of(city: str) -> dict[str, str]:
    """Hashes of the code this process holds, and of a city's facts when it first asked, which is before it read them."""
    return _first_code(city, paths.city_folder(city))


@cache
def _first_code(city: str, _: Path) -> dict[str, str]:
    """As :func:`first_code_of`; a city of another home is another city."""
    return code_of(city) | {"helpers": helpers_at_start()}


def take_or_make(processed: Path, name: str, context: Context, make: Callable[[], Made]) -> Made:
    """Return a battle as it was kept, or make and keep it; who asks while it is being made waits for it.

    Parameters
    ----------
    processed
        Processed folder of the run.
    make
        Builds the battle, and gives with it the record of the tables it read (:func:`helpers.store.opened`).

    Returns
    -------
    The battle, and that record. A process whose code was edited after it started makes its own and keeps nothing: what
    it holds in memory is neither the old code nor the new.
    """
    found = code_of(context.city.slug)
    if found != first_code_of(context.city.slug):
        return make()
    wanted = {"code": found, "question": _question(context)}
    folder = _folder(processed, name, context)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        kept = _read(processed, folder, wanted)
        if kept is not None:
            tables, opened = kept
            return Battle(name, context, tables.pop(_RESULTS), tables), opened
        battle, opened = make()
        _keep(folder, {_RESULTS: battle.results, **battle.tables}, wanted | {"opened": dict(opened)})
        return battle, opened


def _folder(processed: Path, name: str, context: Context) -> Path:
    root = Path(processed) / "derived" / context.city.code / "battles"
    return root / name / context.period.label / f"{context.as_of.isoformat()}-{context.plan.id}"


def _question(context: Context) -> dict[str, Any]:
    """What a battle is asked; sources that are late change what page one says of them, and no row."""
    return {
        "city": context.city.slug,
        "plan": context.plan.id,
        "period": context.period.label,
        "as_of": context.as_of.isoformat(),
        "reported_until": context.reported_until.isoformat(),
        "last_data": None if context.last_data is None else context.last_data.isoformat(),
        "seed": context.seed,
        "simulated": context.simulated,
    }


def _read(
    processed: Path, folder: Path, wanted: Mapping[str, Any]
) -> tuple[dict[str, pd.DataFrame], dict[str, str]] | None:
    """Tables and record of what is kept; None where it answers another question, or is not as it was written."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        if any(record[key] != value for key, value in wanted.items()):
            return None
        paths = {name: folder / f"{name}.arrow" for name in record["files"]}
        whole = all(provenance.file_sha256(paths[name]) == digest for name, digest in record["files"].items())
        if not whole or not store.is_unchanged(processed, record["opened"]):
            return None
        return {name: _read_table(path) for name, path in paths.items()}, record["opened"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _keep(folder: Path, tables: Mapping[str, pd.DataFrame], record: Mapping[str, Any]) -> None:
    """Write whole or not at all, and let the oldest days go."""
    beside = folder.with_name(f".{folder.name}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    for name, table in tables.items():
        feather.write_feather(table, beside / f"{name}.arrow", compression="uncompressed")
    files = {name: provenance.file_sha256(beside / f"{name}.arrow") for name in tables}
    text = json.dumps({**record, "files": files}, ensure_ascii=False, indent=1)
    (beside / _RECORD).write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    days = sorted(folder.parent.glob("[0-9]*/"), key=lambda day: day.stat().st_mtime_ns)
    for old in days[:-_KEPT_DAYS]:
        shutil.rmtree(old, ignore_errors=True)


def _read_table(path: Path) -> pd.DataFrame:
    """Read a table with the very types it was written with; Arrow alone turns objects that are text into ``str``."""
    found = feather.read_table(path)
    table = found.to_pandas()
    for column in found.schema.pandas_metadata["columns"]:
        if (
            column["numpy_type"] == "object"
            and column["name"] in table
            and table[column["name"]].dtype != object
        ):
            table[column["name"]] = table[column["name"]].astype(object)
    return table
