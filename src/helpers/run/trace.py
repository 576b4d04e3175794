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
from helpers.run.screen import pad, say
from helpers.sources.ingest_state import State, read_state

_DERIVED = "derived"
_MOST_FILES, _HEAD = 40, 11

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
        _line("report", str(report.file("html"))),
        _line("", _seen(report, world.said_of_workbook())),
        _line("indicator", say("trace.names", id=indicator_id, zh=record.name_zh, en=record.name_en)),
        _line("rule", _rule(record, basis)),
    ]
    for row in rows:
        if row["indicator_id"] == indicator_id:
            lines += ["", *world.follow(row)]
    return lines


def _line(head: str, text: str) -> str:
    return pad(say(f"trace.heads.{head}") if head else "", _HEAD) + text


def _seen(report: Published, said: str) -> str:
    return say("trace.seen", state=report.facts["state"], as_of=report.facts["as_of"], said=said)


def _rule(record: registry.Indicator, basis: Basis) -> str:
    return say(
        "trace.rule",
        standard=basis.standard,
        year=f" ({basis.year})" if basis.year and str(basis.year) not in basis.standard else "",
        clause=basis.clause,
        status=basis.status,
        verified=say(f"trace.{basis.status}"),
        statistic=record.statistic,
        period=record.period,
        share=say("trace.share", pct=record.min_coverage_pct) if record.min_coverage_pct else "",
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
        return say("trace.as_published" if is_same else "trace.altered", name=path.name)

    def follow(self, row: Row) -> Iterator[str]:
        """Lines on one results row."""
        record = registry.indicator(row["indicator_id"])
        printed = {
            "value": format_number(row["value"], decimals=record.decimals, lang="en"),
            "unit": row["unit"] or "",
            "first": _day(row["period_start"]),
            "last": _day(row["period_end"]),
        }
        yield _line("printed", say("trace.value", place=row["place_code"], status=row["status"], **printed))
        kept = {key: cell for key, cell in row.items() if cell not in (None, "") and key != "source_id"}
        yield _line("row", "; ".join(f"{key} {_shown(cell)}" for key, cell in kept.items()))
        ids = [one for one in str(row["source_id"] or "").split(";") if one]
        if not ids:
            yield _line("files", say("trace.no_files"))
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
            told = {name: one[name] for name in ("period", "value", "unit", "status")}
            place = {"sheet": one["source_sheet"], "row": one["source_row"]}
            mark = say("trace.of_page" if _is_span(one, row) else "trace.history")
            path = self._path(one["source_id"])
            yield _line("reported", say("trace.figure", path=path, mark=mark, **place, **told))

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
            yield _line("table", f"{path} · sha256 {digest} · {_said(is_same)}")
        if others:
            yield _line("", say("trace.partitions", n=others))

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
                yield _line("file", say("trace.not_listed", id=source_id))
                continue
            path = self.folders.raw / str(listed["path"])
            now = provenance.file_sha256(path) if path.is_file() else ""
            counts = say("join").join(
                say("trace.rows", name=name, n=one["n_rows"]) for name, one in rows.get(source_id, {}).items()
            )
            told = [
                str(listed["path"]),
                f"sha256 {listed['sha256']}",
                _said(now == listed["sha256"], bool(now)),
                say("trace.simulated" if listed["simulated"] else "trace.received"),
                listed["publisher"] or say("trace.no_publisher"),
                say("trace.read_by", reader=listed["reader"]) + (say("colon") + counts if counts else ""),
            ]
            told += [say("trace.other_years")] * bool(others[source_id] and counts)
            yield _line("file", " · ".join(told))
        if len(ids) > _MOST_FILES:
            sheet = labels(self.report.facts["lang"])["sheet_files"]
            yield _line("", say("trace.further", n=len(ids) - _MOST_FILES, sheet=sheet))

    def _path(self, source_id: str) -> str:
        return str(self.files[source_id]["path"]) if source_id in self.files else source_id


def _said(is_same: bool, is_there: bool = True) -> str:
    return say("trace.same" if is_same else "trace.changed" if is_there else "trace.gone")


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
