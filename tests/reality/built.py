"""What a case gave: results tables, facts, pages, workbooks and the index, each read once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from helpers.battles.results import COLUMNS
from helpers.page.blocks import labels
from helpers.page.way import INDEX
from helpers.periods import Period
from page_text import Piece, Table, read_page, tables_of
from reality.cases import Case, Source

SUBJECTS = {
    "blue_sky": {"air", "met", "fire", "noise"},
    "clear_water": {"water"},
    "green_hills": {"fire", "vegetation"},
    "black_soil": {"soil"},
    "grassland_wetland": {"vegetation"},
}
ALL = frozenset().union(*SUBJECTS.values())
SHEET_COLUMNS = [name for name in COLUMNS if name != "reason"]
"""Columns of the workbook's sheet of results: those of the results table that are no machine text."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: the lines above the table, its headings, its rows."""

    title: str
    lines: list[str]
    head: list[str]
    rows: list[tuple[Any, ...]]

    @property
    def caption(self) -> str:
        """First line."""
        return self.lines[0] if self.lines else ""


@dataclass
class Page:
    """One battle in one language."""

    battle: str
    lang: str
    html: str
    facts: Mapping[str, Any]
    workbook: bytes

    @property
    def name(self) -> str:
        """Name of the page in findings."""
        return f"{self.battle}.{self.lang}"

    @cached_property
    def pieces(self) -> list[Piece]:
        """Lines of the page."""
        return read_page(self.html, self.lang)

    @cached_property
    def tables(self) -> list[Table]:
        """Tables of the page."""
        return list(tables_of(self.pieces))

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Sheets of the workbook."""
        book = openpyxl.load_workbook(BytesIO(self.workbook), read_only=True)
        return [_sheet(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]

    @cached_property
    def results_sheet(self) -> Sheet | None:
        """The sheet of results."""
        name = labels(self.lang)["sheet_results"]
        return next((sheet for sheet in self.sheets if sheet.title == name), None)


def _sheet(title: str, rows: list[tuple[Any, ...]]) -> Sheet:
    """Divide the rows of a sheet at the empty line between its title and its table."""
    texts = [[("" if cell is None else str(cell).strip()) for cell in row] for row in rows]
    gap = next((number for number, row in enumerate(texts) if number and not any(row)), None)
    if gap is None or gap + 1 >= len(rows):
        return Sheet(title, [row[0] for row in texts if row], [], [])
    width = max((number + 1 for number, cell in enumerate(texts[gap + 1]) if cell), default=0)
    body = [tuple(row[:width]) for row in rows[gap + 2 :]]
    return Sheet(title, [row[0] for row in texts[:gap]], texts[gap + 1][:width], body)


@dataclass
class Built:
    """All that a case gave; ``said`` is what the command printed, ``code`` its exit code."""

    case: Case
    code: int
    said: str
    results: dict[str, pd.DataFrame] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    index: str = ""
    index_en: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether the question was refused as a whole, with a non-zero exit and no page."""
        return self.code != 0 and not self.pages

    @cached_property
    def span(self) -> tuple[date, date]:
        """First and last day of the period, the last not after the day the case is seen from."""
        period = Period.parse(self.case.period)
        end = period.end if self.case.as_of is None else min(period.end, date.fromisoformat(self.case.as_of))
        return period.start, end

    def rows(self, battle: str) -> Iterator[Mapping[str, Any]]:
        """Rows of a battle's results table."""
        if battle in self.results:
            yield from self.results[battle].to_dict("records")

    def dated(self, subjects: Collection[str]) -> list[Source]:
        """Files of some subjects whose days are known."""
        return [source for source in self.case.sources if source.of in subjects and source.first]

    def covers(self, subjects: Collection[str], first: date, last: date) -> bool:
        """Whether a file of some subjects has a day of a span."""
        return any(source.first <= last and source.last >= first for source in self.dated(subjects))

    def count_days(self, subjects: Collection[str], first: date, last: date) -> int:
        """Days of a span on which the files of some subjects may have values: an upper bound."""
        days: set[date] = set()
        for source in self.dated(subjects):
            start, end = max(source.first, first), min(source.last, last)
            days |= {start + timedelta(days=n) for n in range((end - start).days + 1)}
        return len(days)


def read_built(case: Case, *, home: Path, data: Path, code: int, said: str) -> Built:
    """Read what a run of the command left: reports below ``home``, results tables below ``data``."""
    folder = home / "reports" / case.city / case.period
    kept = data / "processed"
    if not case.is_real:
        kept = kept / "demo" / case.city / "tables"
    found = Built(case, code, said)
    for battle in case.battles:
        table = kept / "results" / case.city / case.period / f"{battle}.parquet"
        for lang in case.langs:
            path = folder / f"{battle}.{lang}.html"
            if path.is_file():
                facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
                workbook = path.with_suffix(".xlsx").read_bytes()
                found.pages.append(Page(battle, lang, path.read_text("utf-8"), facts, workbook))
                found.results[battle] = pd.read_parquet(table)
    found.index, found.index_en = (
        path.read_text("utf-8") if (path := home / "reports" / name).is_file() else ""
        for name in INDEX.values()
    )
    return found
