"""Processed tables: Parquet in and out, one file a partition, replaced whole or not at all.

Layout: ``<folder>/<table>/city_code=220100/year=2019/part.parquet``; a table without a city or a time has
no such level. ``year`` is the year of the day a row belongs to: for tables with an hour-ending ``time``
the hour 2020-01-01 00:00 lies in ``year=2019``.
"""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from helpers.errors import SchemaError
from helpers.messages import parts
from helpers.provenance import replacing
from helpers.schemas import (
    KEYS,
    SCHEMAS,
    conform,
    empty,
    partition_keys,
    schema_of,
    time_column,
    year_of,
)

__all__ = [
    "KEYS",
    "SCHEMAS",
    "Filter",
    "conform",
    "empty",
    "exists",
    "is_unchanged",
    "list_partitions",
    "list_tables",
    "opened",
    "read_table",
    "time_column",
    "write_file",
    "write_table",
]

_ARROW = {
    "str": pa.string(),
    "float64": pa.float64(),
    "datetime64[s]": pa.timestamp("ms"),
    "int64": pa.int64(),
    "bool": pa.bool_(),
}
_OPERATORS: dict[str, Callable[[object, object], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, options: value in options,
    "not in": lambda value, options: value not in options,
}
_PART = "part.parquet"
_DAMAGED = (pa.ArrowException, OSError, ValueError)  # whichever of them a changed byte leads to
_ROWS_PER_GROUP = 131_072
_collectors: list[dict[str, str]] = []

Filter = tuple[str, str, object]


def write_table(
    folder: Path, name: str, table: pd.DataFrame, *, partition: Mapping[str, object] | None = None
) -> None:
    """Replace one partition of a table, or the whole table, atomically file by file.

    The new file is written beside the old one, flushed to disk and renamed over it: a reader sees the old
    partition or the new one, and a crash leaves one of the two. No rows means no file.

    Parameters
    ----------
    folder
        Processed folder of a run.
    table
        Rows with exactly the columns of ``SCHEMAS[name]``.
    partition
        ``{"city_code": "220100", "year": 2019}``: only this partition is replaced. ``None`` replaces all.

    Raises
    ------
    SchemaError
        As in :func:`helpers.schemas.conform`, or a row does not belong to the named partition.
    """
    keys, table = partition_keys(name), conform(name, table)
    if partition is not None and set(partition) != set(keys):
        raise SchemaError(where=name, **parts("tables.partition", partition=dict(partition), all_names=keys))
    labels = pd.DataFrame({key: _labels(name, table, key) for key in keys})
    root = Path(folder) / name
    if keys:
        groups = labels.groupby(list(keys))
        pieces = {_part_path(root, keys, found): table.loc[rows.index] for found, rows in groups}
    else:
        pieces = {root / _PART: table} if len(table) else {}
    if partition is None:
        stale = set(root.rglob(_PART)) - set(pieces)
    else:
        only = _part_path(root, keys, tuple(str(partition[key]) for key in keys))
        stray = set(pieces) - {only}
        if stray:
            raise SchemaError(
                where=name,
                expected=only.parent.relative_to(root).as_posix(),
                **parts("tables.strays", names=sorted(p.parent.relative_to(root).as_posix() for p in stray)),
            )
        stale = {only} - set(pieces)
    for path, rows in pieces.items():
        _replace_file(path, _to_arrow(name, rows))
    for path in stale:
        _remove_file(path, root)


def read_table(
    folder: Path,
    name: str,
    *,
    columns: Sequence[str] | None = None,
    filters: Sequence[Filter] | None = None,
) -> pd.DataFrame:
    """Read the wanted columns and rows of a table; an absent table is an empty one.

    Parameters
    ----------
    folder
        Processed folder of a run.
    columns
        Declared columns to read, in this order; ``None`` reads all.
    filters
        ``(column, operator, value)`` triples, all of which must hold; operators ``== != < <= > >= in``
        and ``not in``; columns of the table and ``year``. Partitions and row groups that cannot match are
        not read; a bound on the time column skips years by itself.

    Returns
    -------
    Rows in the order of city, year and key, with the declared types.

    Raises
    ------
    SchemaError
        An unknown table, column or operator; or a file whose columns differ from the declared ones: run
        ``make clean``, then ingest again.
    """
    schema, wanted, filters = schema_of(name), list(columns or schema_of(name)), list(filters or ())
    known = {*schema, "year"} if time_column(name) else set(schema)
    for column, word in [*((c, "==") for c in wanted), *((c, o) for c, o, _ in filters)]:
        if column not in known or (column == "year" and column in wanted) or word not in _OPERATORS:
            raise SchemaError(
                where=name,
                **parts(
                    "tables.no_column",
                    column=repr(column),
                    word=repr(word),
                    columns=sorted(known),
                    operators=list(_OPERATORS),
                ),
            )
    root = Path(folder) / name
    matched = [path for path in sorted(root.rglob(_PART)) if _may_match(_levels(path, root), filters, name)]
    pieces = [_read_part(path, root, name, wanted, filters) for path in matched]
    _record_listing(root, matched)
    kept = [part for part in pieces if part is not None and len(part)]
    table = pd.concat(kept, ignore_index=True) if kept else empty(name)[wanted]
    return table.astype({column: schema[column] for column in wanted})


def write_file(path: Path, table: pd.DataFrame) -> None:
    """Write a table that is no processed table (a run's results) as one Parquet file, whole or not at all."""
    _replace_file(Path(path), pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata())


def exists(folder: Path, name: str) -> bool:
    """Whether a table has any rows."""
    schema_of(name)
    return any((Path(folder) / name).rglob(_PART))


def list_partitions(folder: Path, name: str) -> list[dict[str, str]]:
    """Partitions of a table that have rows, each as ``{"city_code": "220100", "year": "2019"}``."""
    schema_of(name)
    root = Path(folder) / name
    return [_levels(path, root) for path in sorted(root.rglob(_PART))]


def list_tables(folder: Path) -> list[str]:
    """Names of the tables that have rows, sorted."""
    return sorted(name for name in SCHEMAS if exists(folder, name))


@contextmanager
def opened() -> Iterator[dict[str, str]]:
    """Collect what is read meanwhile: path below the processed folder → SHA-256.

    An entry that ends in ``/`` is a folder with the hash of its list of partitions, so that a partition
    which appears later is noticed too. :func:`is_unchanged` checks such a record.
    """
    record: dict[str, str] = {}
    _collectors.append(record)
    try:
        yield record
    finally:
        _collectors[:] = [one for one in _collectors if one is not record]


def is_unchanged(folder: Path, record: Mapping[str, str]) -> bool:
    """Whether everything an :func:`opened` record names is still what was read."""
    for path, found in record.items():
        place = Path(folder) / path
        if path.endswith("/"):
            now = _hash_listing(place)
        else:
            now = hashlib.sha256(place.read_bytes()).hexdigest() if place.is_file() else ""
        if now != found:
            return False
    return True


def _labels(name: str, table: pd.DataFrame, key: str) -> pd.Series:
    if key == "year":
        column = time_column(name)
        return year_of(table[column], hour_ending=column == "time").astype("str")
    return table[key]


def _part_path(root: Path, keys: tuple[str, ...], labels: tuple[str, ...]) -> Path:
    return root.joinpath(*(f"{key}={label}" for key, label in zip(keys, labels, strict=True)), _PART)


def _levels(path: Path, root: Path) -> dict[str, str]:
    return dict(part.split("=", 1) for part in path.parent.relative_to(root).parts)


def _may_match(levels: dict[str, str], filters: list[Filter], name: str) -> bool:
    """Whether a partition can hold rows that pass: exact for its own keys, bounds for times."""
    for column, word, value in filters:
        if column == "city_code" and not _OPERATORS[word](levels["city_code"], _each(str, value)):
            return False
        if column == "year" and not _OPERATORS[word](int(levels["year"]), _each(int, value)):
            return False
        if column == time_column(name) and word in ("==", "<", "<=", ">", ">="):
            bound = year_of(pd.Series([pd.Timestamp(value)]), hour_ending=column == "time")[0]
            widened = {"<": "<=", ">": ">="}.get(word, word)
            if not _OPERATORS[widened](int(levels["year"]), bound):
                return False
    return True


def _to_arrow(name: str, table: pd.DataFrame) -> pa.Table:
    # The city stands in the folder's name only: other readers of such layouts refuse a column twice.
    schema = pa.schema([(c, _ARROW[kind]) for c, kind in SCHEMAS[name].items() if c != "city_code"])
    return pa.Table.from_pandas(
        table[schema.names], schema=schema, preserve_index=False
    ).replace_schema_metadata()


def _read_part(
    path: Path, root: Path, name: str, wanted: list[str], filters: list[Filter]
) -> pd.DataFrame | None:
    try:
        buffer = pa.memory_map(str(path)).read_buffer()
    except FileNotFoundError:
        return None  # an ingest removed the partition after it was listed
    place = path.relative_to(root.parent).as_posix()
    _record(place, buffer)
    declared = {c: _ARROW[kind] for c, kind in SCHEMAS[name].items() if c != "city_code"}
    try:
        found = {field.name: field.type for field in pq.read_schema(pa.BufferReader(buffer))}
    except _DAMAGED as error:
        raise SchemaError(where=place, **parts("tables.damaged")) from error
    if found != declared:
        raise SchemaError(where=place, expected=f"{declared}", **parts("tables.holds", found=found))
    triples = [(c, word, _plain(value, declared[c])) for c, word, value in filters if c in declared]
    try:
        table = pq.read_table(
            pa.BufferReader(buffer),
            columns=[c for c in wanted if c != "city_code"],
            filters=triples or None,
            page_checksum_verification=True,
        ).to_pandas()
    except _DAMAGED as error:
        raise SchemaError(where=place, **parts("tables.damaged")) from error
    if "city_code" in wanted:
        table["city_code"] = pd.Series(_levels(path, root)["city_code"], index=table.index, dtype="str")
    return table[wanted]


def _each(kind: type, value: object) -> object:
    """Give a value, or each of several, a plain type, so that ``"2019"`` is not silently unlike 2019."""
    return [kind(one) for one in value] if _is_many(value) else kind(value)


def _is_many(value: object) -> bool:
    return isinstance(value, (list, tuple, set, frozenset, range, pd.Series, np.ndarray))


def _plain(value: object, kind: pa.DataType) -> pa.Scalar | pa.Array:
    """Give a filter's value the type of its column, so that Arrow compares like with like."""
    if _is_many(value):
        return pa.array([_plain(one, kind).as_py() for one in value], kind)
    return pa.scalar(pd.Timestamp(value) if pa.types.is_timestamp(kind) else value, kind)


def _replace_file(path: Path, table: pa.Table) -> None:
    with replacing(path) as stream:
        pq.write_table(
            table,
            stream,
            compression="zstd",
            row_group_size=_ROWS_PER_GROUP,
            write_page_checksum=True,  # a damaged value must not be read as another one
        )


def _remove_file(path: Path, root: Path) -> None:
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root.parent or not folder.is_dir() or any(folder.iterdir()):
            break
        folder.rmdir()


def _record(path: str, content: bytes | pa.Buffer) -> None:
    if _collectors:
        digest = hashlib.sha256(content).hexdigest()
        for record in _collectors:
            record[path] = digest


def _record_listing(root: Path, matched: list[Path]) -> None:
    parents = {path.parent if path.parent == root else path.parent.parent for path in matched} or {root}
    for record in _collectors:
        for folder in parents:
            record[f"{folder.relative_to(root.parent).as_posix()}/"] = _hash_listing(folder)


def _hash_listing(folder: Path) -> str:
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob(_PART))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
