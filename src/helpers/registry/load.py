"""Load the facts that are true of every city: indicators, caveats, sources, colours, tables of the standards.

Each file is read once and refused when it does not hold together. The files stand beside this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

import pandas as pd

from helpers.errors import RegistryError
from helpers.messages import parts
from helpers.registry.files import check_known, check_unique, read_records
from helpers.registry.records import Caveat, Indicator, Palette, SourceKind

REGISTRY = Path(__file__).parent
_Record = TypeVar("_Record")


def source_kinds() -> dict[str, SourceKind]:
    """Return the kinds of source the suite knows, by id, with title and licence note."""
    return dict(_read_source_kinds(REGISTRY))


@cache
def palette() -> Palette:
    """Return every colour of the suite."""
    return read_records(REGISTRY / "palette.yml", Palette)


def table(name: str) -> pd.DataFrame:
    """Return a table of the standards, unchanged, with its ``status`` column (V0, V2, V1, M).

    Parameters
    ----------
    name
        File name without ending, such as ``gb3095_limits``.

    Returns
    -------
    The table as written; an empty cell is NaN, every other cell is kept (``NA`` stays text).

    Raises
    ------
    RegistryError
        There is no such table; the message lists them.
    """
    names = sorted(path.stem for path in (REGISTRY / "tables").glob("*.csv"))
    if name not in names:
        raise RegistryError(
            where="registry/tables", **parts("registry.no_table", name=repr(name), names=", ".join(names))
        )
    return _read_table(name).copy()


@cache
def common_indicators(registry: Path) -> dict[str, Indicator]:
    """Read the indicators that are no city's own, as :func:`read_indicators` does."""
    return read_indicators(registry)


def read_indicators(
    folder: Path, *, known_caveats: Mapping[str, Caveat] | None = None
) -> dict[str, Indicator]:
    """Read ``indicators.yml`` of a folder and check its references to caveats and sources.

    Parameters
    ----------
    known_caveats
        Caveats that may be named; ``None``: those of the folder, which is then the registry's own.

    Raises
    ------
    RegistryError
        A record is malformed, stands twice, or names an unknown caveat or source.
    """
    path = folder / "indicators.yml"
    records = read_records(path, tuple[Indicator, ...])
    check_unique(path, "id", (record.id for record in records))
    sentences = read_caveats(folder) if known_caveats is None else known_caveats
    known_kinds = _read_source_kinds(folder if known_caveats is None else REGISTRY)
    for record in records:
        for caveat_id in record.caveats:
            check_known(path, f"{record.id}.caveats", caveat_id, sentences, "registry.define_in_caveats")
        for kind in record.source_ids:
            check_known(path, f"{record.id}.source_ids", kind, known_kinds, "registry.define_in_sources")
    return {record.id: record for record in records}


@cache
def read_caveats(folder: Path) -> dict[str, Caveat]:
    return read_records(folder / "caveats.yml", dict[str, Caveat])


@cache
def _read_source_kinds(folder: Path) -> dict[str, SourceKind]:
    return read_records(folder / "sources.yml", dict[str, SourceKind])


@cache
def _read_table(name: str) -> pd.DataFrame:
    # Only an empty cell is missing; pandas would also take the words NA and None for missing.
    return pd.read_csv(REGISTRY / "tables" / f"{name}.csv", keep_default_na=False, na_values=[""])


def pick(records: Mapping[str, _Record], key: str, file: str) -> _Record:
    """Return the record of a key.

    Raises
    ------
    RegistryError
        There is none. Correct the id or add the record.
    """
    if key not in records:
        raise RegistryError(where=f"registry/{file}", **parts("registry.no_record", key=repr(key)))
    return records[key]
