"""Look at a file with the reader that ingest would take, storing nothing: what it is, what was understood, what is wrong.

Readers name a row and a heading; the sheet and the cell are found from them, and from what was seen there.
"""

from __future__ import annotations

import re
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from openpyxl.utils import get_column_letter

from helpers import provenance
from helpers.errors import SourceError, SuiteError
from helpers.messages import in_language, message
from helpers.provenance import Source
from helpers.schemas import SCHEMAS, time_column
from helpers.sources import land_forms
from helpers.sources.detect import detect
from helpers.sources.form_fields import Field, Form
from helpers.sources.form_words import UNREAD
from helpers.sources.ledger_workbook import COLUMNS
from helpers.sources.reading import Reading
from helpers.sources.staging import CityContext, new_entry
from helpers.sources.text import open_bytes
from helpers.sources.water_forms import find_grids
from helpers.sources.workbook import OLD, ZIP, Sheet, read_sheets

MOST_PROBLEMS = 5_000
_HEADING_ROWS, _SHOWN = 20, 60
_PLACES = ("station_code", "section_id", "section_name", "place_code", "point_id", "source_name", "body_id")
_OTHER_PLACES = ("outfall_id", "point_name", "zone", "site", "city_name", "parcel_id")
_ITEMS = ("indicator_id", "pollutant", "item", "index", "kind", "species_group")
_HINTS = ((UNREAD, {}), ("fires.no_fire", {"kind": ""}))  # nothing is wrong with the file
_EXPECTED = {  # what a reason and its remedy say of what would have been right
    "en": (
        r"(?:lies outside|is not written (?:as|in)|is none of(?: the types)?) (?!the choices)(.+)",
        r"(?:write|choose) (.+)",
    ),
    "zh": (r"(?:不在(.+)之内|应写成(.+)|不是(.+)之一)", r"请(?:写成?|选择)(.+)"),
}


@dataclass(frozen=True)
class Problem:
    """One cell, or one row where ``cell`` is empty, that was set aside, or for which the file was refused.

    ``row`` is 0 where the whole file is meant; ``is_hint`` tells what need not be mended. ``column`` is the reader's name
    of the column; the texts are the readers' own, in English: :meth:`told` says them in a language.
    """

    sheet: str
    cell: str
    row: int
    column: str
    found: str
    reason: str
    expected: str = ""
    remedy: str = ""
    is_hint: bool = False
    is_refusal: bool = False

    def told(self, lang: str) -> tuple[str, str, str]:
        """What is wrong, what is expected and what to do, in a language; empty where it is not said."""
        if self.is_refusal:
            return tuple(in_language(one, lang) for one in (self.reason, self.expected, self.remedy))
        return _split("; ".join(filter(None, (self.reason, self.remedy))), lang)


def _split(reason: str, lang: str) -> tuple[str, str, str]:
    """What a reason says in a language, in its parts: the fault, what would have been right, what to do."""
    said, _, remedy = in_language(reason, lang).partition("；" if lang == "zh" else "; ")
    of_fault, of_remedy = _EXPECTED[lang]
    asked = re.search(of_fault, said) or re.match(of_remedy, remedy)
    return said, next(filter(None, asked.groups()), "") if asked else "", remedy


@dataclass
class Understood:
    """What was read into one table: records, first and last time (empty where it has none), places, items."""

    n_rows: int = 0
    first: str = ""
    last: str = ""
    places: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)

    def add(self, name: str, table: pd.DataFrame) -> None:
        """Count the records that would be kept."""
        if "value" in table:
            table = table[table["value"].notna()]
        if table.empty:
            return
        self.n_rows += len(table)
        self.places |= _distinct(table, (*_PLACES, *_OTHER_PLACES))
        self.items |= _distinct(table, _ITEMS)
        when = time_column(name) if name in SCHEMAS else ""
        when = when or next((one for one in ("period", "survey_year", "reported_on") if one in table), "")
        times = table[when].dropna() if when in table else table.iloc[:, 0][:0]
        if len(times):
            n_letters = 16 if when.startswith("time") else 10
            first, last = (str(one)[:n_letters] for one in (times.min(), times.max()))
            self.first, self.last = min(filter(None, (self.first, first))), max(self.last, last)


@dataclass
class Look:
    """What one file is: its reader, what was understood by table, what is wrong.

    ``problems`` holds at most ``MOST_PROBLEMS``; ``n_problems`` and ``n_hints`` count all. ``other_city`` is the city a
    whole file speaks of, where it is another one; ``is_failed`` tells that a reader stopped without saying why.
    """

    path: Path
    reader: str = ""
    tables: dict[str, Understood] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    caveats: list[str] = field(default_factory=list)
    n_problems: int = 0
    n_hints: int = 0
    other_city: str = ""
    is_read: bool = False
    is_failed: bool = False

    @property
    def exit_code(self) -> int:
        """0 nothing to mend, 1 problems, 2 not readable."""
        return 2 if not self.is_read else int(bool(self.n_problems or self.other_city))

    @property
    def n_rows(self) -> int:
        """Records read in all tables."""
        return sum(one.n_rows for one in self.tables.values())

    def add(self, problem: Problem) -> None:
        """Count a problem or hint, and keep it while there is room."""
        self.n_hints += problem.is_hint
        self.n_problems += not problem.is_hint
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def look(path: Path, city: CityContext) -> Look:
    """Read one file for a city as ingest would; the file stays as it is, and nothing is written.

    A sidecar beside the file is heeded. What stops the reading is a problem too, never an exception, except for a file the
    system does not give.
    """
    from helpers.sources.download.packed import check_packed

    seen = Look(path)
    try:
        check_packed(path)
        reader = detect(path)
        seen.reader = reader.name
        sidecar = provenance.sidecar_path(path)
        source = provenance.read_sidecar(path) if sidecar.is_file() else Source()
        entry = new_entry(path.name, [], source, "")
        entry.reader = reader.name
        known = {**city.options_for(entry), "raw": path.parent}
        options = {name: known[name] for name in reader.options if name in known}
        finder = _Finder(path, reader.name)
        for reading in reader.iter_read(path, **options):
            _take(seen, reading, city, finder)
        seen.is_read = True
    except SuiteError as error:
        seen.add(_refused(error, _Finder(path, seen.reader)))
    except OSError:
        raise
    except Exception:  # whatever a reader did not foresee
        seen.is_failed = True
    return seen


def _take(seen: Look, reading: Reading, city: CityContext, finder: _Finder) -> None:
    seen.caveats = list(dict.fromkeys([*seen.caveats, *reading.caveats]))
    if not city.is_mine(reading.city_name):
        seen.other_city = reading.city_name
        return
    seen.tables.setdefault(reading.table_name, Understood()).add(reading.table_name, reading.table)
    for row, column, found, reason in reading.rejects.itertuples(index=False, name=None):
        is_full = len(seen.problems) >= MOST_PROBLEMS
        sheet, cell, label = (
            ("", "", column) if is_full else finder.find(row, column, found, table=reading.table_name)
        )
        is_hint = reason.startswith(tuple(message(key, **fields) for key, fields in _HINTS))
        seen.add(Problem(sheet, cell, row, label, found[:_SHOWN], *_split(reason, "en"), is_hint=is_hint))


def _refused(error: SuiteError, finder: _Finder) -> Problem:
    """The refusal of a whole file, with the row and the column it names."""
    row = re.search(r", row (\d+)", error.where)
    column = re.search(r", column (.+)$", error.where)
    number, named = int(row[1]) if row else 0, column[1] if column else ""
    sheet, cell, label = finder.find(number, named, "") if number else ("", "", named)
    told = (error.found, error.expected, error.remedy)
    return Problem(sheet, cell, number, label, "", *told, is_refusal=True)


def _distinct(table: pd.DataFrame, columns: tuple[str, ...]) -> set[str]:
    """Values of the first of the columns that the table has."""
    name = next((one for one in columns if one in table), "")
    return {str(one) for one in table[name].unique() if str(one)} if name else set()


class _Finder:
    """Sheet and cell of what a reader names by row and heading; sheets are read when first asked for."""

    def __init__(self, path: Path, reader: str) -> None:
        self._path, self._reader = path, reader
        self._sheets: list[Sheet] | None = None
        self._heads: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._tables: dict[str, list[Sheet]] = {}

    def find(self, row: int, column: str, found: str, *, table: str = "") -> tuple[str, str, str]:
        """Name of the sheet, address of the cell (empty for a whole row) and heading; of a text file the heading only."""
        if self._sheets is None:
            self._sheets = self._open()
        within = next((one for one in self._sheets if one.name and column.startswith(f"{one.name}!")), None)
        label = column[len(within.name) + 1 :] if within else column
        own = within or next((one for one in self._sheets if not label and one.name == found), None)
        if not self._sheets or row < 1:
            return "", "", column
        sheets = [own] if own else self._holding(table) or self._sheets
        ranked = [(self._match(one, row, label, found), one) for one in sheets]
        (_, place), sheet = max(ranked, key=lambda one: one[0][0])
        cell = f"{get_column_letter(place + 1)}{row}" if place >= 0 else ""
        return sheet.name, cell, COLUMNS.get(label, label)

    def _open(self) -> list[Sheet]:
        try:
            with open_bytes(self._path) as stream:
                is_book = stream.read(len(OLD)).startswith((ZIP, OLD))
            return read_sheets(self._path) if is_book else []
        except (SourceError, EOFError, OSError, zlib.error):
            return []

    def _holding(self, table: str) -> list[Sheet]:
        """Sheets with the heading of a table's form; none where it has no form."""
        if table not in self._tables:
            forms = [one for one in self._forms() if one.table_name == table]
            self._tables[table] = [
                one for one in self._sheets or () if any(_holds(one, form) for form in forms)
            ]
        return self._tables[table]

    def _match(self, sheet: Sheet, row: int, label: str, found: str) -> tuple[int, int]:
        """How well a row of a sheet fits, and the place of the cell (−1 for the whole row)."""
        cells = sheet.rows[row - 1][1] if row <= len(sheet.rows) else []
        texts = [cell.text or cell.spread for cell in cells]
        if not label:
            return sum(bool(text) and text in found for text in texts), -1
        headed = [place for number, place in self._headings(sheet, label) if number <= row]
        alike = [place for place, text in enumerate(texts) if text == found and (text or place in headed)]
        both = [place for place in alike if place in headed]
        best = (both or headed or alike or [-1])[-1]
        return 2 * bool(headed) + bool(alike) + bool(both), best

    def _headings(self, sheet: Sheet, label: str) -> list[tuple[int, int]]:
        """Row and place of every cell of the first rows that names a column."""
        key = (sheet.name, label)
        if key not in self._heads:
            known = (one for form in self._forms() for one in form.fields)
            fields = [one for one in known if label in (one.label, one.name)]
            fields = fields or [Field(label, COLUMNS.get(label, label))]
            self._heads[key] = [
                (number, place)
                for number, cells in sheet.rows[:_HEADING_ROWS]
                for place, cell in enumerate(cells)
                if (text := cell.text or cell.spread)
                and (text == label or any(one.is_named(text) for one in fields))
            ]
        return self._heads[key]

    def _forms(self) -> tuple[Form, ...]:
        own = vars(sys.modules.get(f"helpers.sources.{self._reader}", land_forms)).values()
        return (*(one for one in own if isinstance(one, Form)), *land_forms.FORMS)


def _holds(sheet: Sheet, form: Form) -> bool:
    try:
        return bool(find_grids(Path(sheet.name), form, sheets=[sheet]))
    except SourceError:
        return False
