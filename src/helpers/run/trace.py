"""From a printed number back to what it rests on: its results row, rule, tables, files, and the rows of the workbook.

What was published is read from the report's own workbook and manifest; the tables and files are those on disk now, and
each says whether it is still what the report read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from helpers import paths, provenance, registry, store
from helpers.errors import ParameterError, RunError
from helpers.messages import parts
from helpers.page.blocks import labels
from helpers.page.numbers import format_number
from helpers.paths import Folders
from helpers.periods import Period
from helpers.registry.records import Basis
from helpers.run import parameters
from helpers.sources.ingest_state import State, read_state

_VERIFIED = {
    "V0": "read in the document itself",
    "V2": "two sources agree, the document was not read",
    "V1": "one source, unverified",
    "M": "from memory, unverified",
}
_DERIVED = "derived"
_MOST_FILES = 40

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Published:
    """One published report: its folder and what its file names begin with, such as ``blue_sky.zh``."""

    folder: Path
    stem: str

    def file(self, ending: str) -> Path:
        """File of the report with one ending."""
        return self.folder / f"{self.stem}.{ending}"

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the report says of itself: city, battle, period, language, day."""
        return json.loads(self.file("json").read_text(encoding="utf-8"))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the report was made from, as hashes."""
        return json.loads(self.file("manifest.json").read_text(encoding="utf-8"))

    def sheet(self, name: str) -> list[dict[str, Any]]:
        """Rows of a sheet of the report's workbook, under the columns of the table it shows."""
        words = labels(self.facts["lang"])
        columns = {label: column for column, label in words["raw_columns"].items() if column != "source_ids"}
        columns |= {words["raw_columns"]["source_ids"]: "source_id"}
        book = openpyxl.load_workbook(self.file("xlsx"), read_only=True)
        rows = [list(row) for row in book[words[name]].iter_rows(values_only=True)]
        book.close()
        start = next(place for place, row in enumerate(rows) if sum(cell in columns for cell in row) > 2)
        heads = [columns.get(cell, cell) for cell in rows[start]]
        return [dict(zip(heads, row, strict=False)) for row in rows[start + 1 :]]


def find_report(name: str) -> Published:
    """Find a published report.

    Parameters
    ----------
    name
        Path of its page, or ``city/period/battle/lang`` such as ``changchun/2025/blue_sky/zh``.

    Raises
    ------
    ParameterError
        There is no such report; the message names the nearest.
    RunError
        Its workbook, facts or manifest is not there. Build it again.
    """
    path = Path(name)
    root = paths.reports()
    if path.suffix == ".html" and path.is_file():
        found = Published(path.parent, path.name.removesuffix(".html"))
    else:
        pages = {_name_of(page): page for page in sorted(root.glob("*/*/*.*.html"))}
        page = pages[parameters.one_of("report", name.strip("/"), list(pages))]
        found = Published(page.parent, page.name.removesuffix(".html"))
    absent = [ending for ending in ("xlsx", "json", "manifest.json") if not found.file(ending).is_file()]
    if absent:
        names = ", ".join(found.file(ending).name for ending in absent)
        raise RunError(where=str(found.folder), **parts("trace.absent", names=names))
    return found


def _name_of(page: Path) -> str:
    battle, lang = page.name.removesuffix(".html").rsplit(".", 1)
    return "/".join([*page.parts[-3:-1], battle, lang])


def trace(report: Published, indicator_id: str, *, data_dir: str | None = None) -> list[str]:
    """Follow an indicator of a report back to its files.

    Parameters
    ----------
    indicator_id
        An id of appendix B.
    data_dir
        Folder with ``raw`` and ``processed`` the report was made from; ``None``: the checkout's ``data``.

    Returns
    -------
    Lines of text.

    Raises
    ------
    ParameterError
        The report has no such indicator; the message names the nearest it has.
    """
    rows = report.sheet("sheet_results")
    known = list(dict.fromkeys(str(row["indicator_id"]) for row in rows))
    parameters.one_of("indicator", indicator_id, known)
    real = Folders.real(data_dir)
    folders = real.demonstration(report.facts["city"]) if report.manifest["simulated"] else real
    code = registry.city(report.facts["city"]).code
    world = _World(report, folders, read_state(folders.processed / ".staging" / code))
    record = registry.indicator(indicator_id)
    ends = [str(row["period_end"])[:10] for row in rows if row["indicator_id"] == indicator_id]
    basis = record.basis_on(date.fromisoformat(max(ends)))
    lines = [
        f"report     {report.file('html')}",
        f"           {report.facts['state']}, as of {report.facts['as_of']}; {world.said_of_workbook()}",
        f"indicator  {indicator_id}: {record.name_zh}, {record.name_en}",
        f"rule       {_rule(record, basis)}",
    ]
    for row in rows:
        if row["indicator_id"] == indicator_id:
            lines += ["", *world.follow(row)]
    return lines


def _rule(record: registry.Indicator, basis: Basis) -> str:
    year = f" ({basis.year})" if basis.year and str(basis.year) not in basis.standard else ""
    share = f"; at least {record.min_coverage_pct:g} % valid" if record.min_coverage_pct else ""
    return (
        f"{basis.standard}{year}, clause {basis.clause}; verification {basis.status}: {_VERIFIED[basis.status]}; "
        f"{record.statistic} over {record.period}{share}"
    )


@dataclass(frozen=True)
class _World:
    """What is on disk now, seen from one report."""

    report: Published
    folders: Folders
    state: State

    @cached_property
    def files(self) -> dict[str, Row]:
        """Files of the report by source id, as it listed them."""
        return {str(row["source_id"]): row for row in self.report.sheet("sheet_files")}

    def said_of_workbook(self) -> str:
        """Whether the numbers are read from the workbook as it was published."""
        path = self.report.file("xlsx")
        is_same = self.report.manifest["published"].get(path.name) == provenance.file_sha256(path)
        return f"numbers from {path.name}, {'as published' if is_same else 'CHANGED since it was published'}"

    def follow(self, row: Row) -> Iterator[str]:
        """Lines on one results row."""
        record = registry.indicator(row["indicator_id"])
        value = format_number(row["value"], decimals=record.decimals, lang="en")
        span = f"{_day(row['period_start'])} to {_day(row['period_end'])}"
        yield f"printed    {value} {row['unit'] or ''} · {span} · place {row['place_code']} · status {row['status']}"
        kept = {key: cell for key, cell in row.items() if cell not in (None, "") and key != "source_id"}
        yield f"row        {'; '.join(f'{key} {_shown(cell)}' for key, cell in kept.items())}"
        ids = [one for one in str(row["source_id"] or "").split(";") if one]
        if not ids:
            yield "files      the row names none: nothing was supplied for it, or it rests on the report's files as a whole"
            return
        yield from self._ledger_rows(row, ids)
        yield from self._tables(row, ids)
        yield from self._list_files(ids, _years(row))

    def _ledger_rows(self, row: Row, ids: Sequence[str]) -> Iterator[str]:
        """Sheet and row of each reported figure, the one that was printed first."""
        filters = [("indicator_id", "==", row["indicator_id"]), ("place_code", "==", str(row["place_code"]))]
        found = store.read_table(self.folders.processed, "ledger", filters=filters)
        named = found[found["source_id"].isin(ids)].to_dict("records")
        for one in sorted(named, key=lambda one: (not _is_span(one, row), one["period"])):
            mark = "printed" if _is_span(one, row) else "history"
            yield (
                f"reported   {self._path(one['source_id'])}, sheet {one['source_sheet']}, row {one['source_row']}: "
                f"{one['period']} = {one['value']:g} {one['unit']} ({one['status']}), {mark}"
            )

    def _tables(self, row: Row, ids: Sequence[str]) -> Iterator[str]:
        """Partitions the report read of the tables these files fill, with their hashes."""
        entries = [one for one in self.state.entries.values() if one.source["source_id"] in ids]
        names = {name for entry in entries for name in entry.tables}
        names |= {_DERIVED} if "air_hourly" in names else set()
        years, others = _years(row), 0
        for path, digest in (self.report.manifest["data"] or {}).items():
            if path.split("/")[0] not in names or (path.endswith("/") and not path.startswith(_DERIVED)):
                continue
            if not any(f"year={year}" in path for year in years) and "year=" in path:
                others += 1
                continue
            is_same = store.is_unchanged(self.folders.processed, {path: digest})
            yield f"table      {path} · sha256 {digest} · {_said(is_same)}"
        if others:
            yield f"           and {others} partitions of other years of these tables, for history and trend"

    def _list_files(self, ids: Sequence[str], years: range) -> Iterator[str]:
        """Path, hash, publisher and rows of each file, and whether it is still what was read; those of the span first."""
        rows = {one.source["source_id"]: one.tables for one in self.state.entries.values()}
        others = {
            one: all(
                table["years"] and not set(table["years"]) & set(years)
                for table in rows.get(one, {}).values()
            )
            for one in ids
        }
        for source_id in sorted(ids, key=others.__getitem__)[:_MOST_FILES]:
            listed = self.files.get(source_id)
            if listed is None:
                yield f"file       {source_id} is not listed by the report"
                continue
            path = self.folders.raw / str(listed["path"])
            now = provenance.file_sha256(path) if path.is_file() else ""
            counts = ", ".join(
                f"{name} {one['n_rows']:,} rows" for name, one in rows.get(source_id, {}).items()
            )
            yield (
                f"file       {listed['path']} · sha256 {listed['sha256']} · {_said(now == listed['sha256'], bool(now))}"
                f" · {'simulated' if listed['simulated'] else 'received'} · {listed['publisher'] or 'publisher unknown'}"
                f" · read by {listed['reader']}{': ' + counts if counts else ''}"
                f"{' · of other years' if others[source_id] and counts else ''}"
            )
        if len(ids) > _MOST_FILES:
            yield f"           and {len(ids) - _MOST_FILES} further files, in sheet {labels('en')['sheet_files']} of the workbook"

    def _path(self, source_id: str) -> str:
        return str(self.files[source_id]["path"]) if source_id in self.files else source_id


def _said(is_same: bool, is_there: bool = True) -> str:
    return "unchanged" if is_same else "CHANGED since" if is_there else "NO LONGER THERE"


def _is_span(ledger: Row, row: Row) -> bool:
    """Whether a reported figure is of the period that was printed."""
    try:
        span = Period.parse(str(ledger["period"]))
    except ParameterError:
        return False
    return (span.start, span.end) == tuple(
        pd.Timestamp(row[end]).date() for end in ("period_start", "period_end")
    )


def _years(row: Row) -> range:
    return range(pd.Timestamp(row["period_start"]).year, pd.Timestamp(row["period_end"]).year + 1)


def _day(cell: object) -> str:
    return "" if cell in (None, "") else str(cell)[:10]


def _shown(cell: object) -> str:
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
