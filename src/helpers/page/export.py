"""A report's numbers as one xlsx: every figure, every table and the results, with units and sources."""

from __future__ import annotations

import io
import itertools
import math
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from helpers.page.blocks import labels, printable, records
from helpers.page.figure_data import tell_numbers
from helpers.page.numbers import read_number, unit_name
from helpers.page.reading import read_markup
from helpers.page.render import Document
from helpers.page.wording.sentence import verdict
from helpers.page.words import word

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_AFTER_NAME = re.compile(r"[，,；;（(]")
_NAME_ENOUGH = 12  # characters before an ASCII comma, which may stand in an enumeration
_NO_END = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "its",
        "of",
        "on",
        "per",
        "since",
        "than",
        "the",
        "their",
        "to",
        "what",
        "with",
    ]
)
_NOT_IN_SHEET = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767  # characters a cell may hold
_TOP, _WRAPPED = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
_NARROWEST, _WIDEST = 9, 60  # widths of columns, in digits
_LINE, _HIGHEST = 16, 409  # heights of a line and of the highest row there may be, in points


def workbook(document: Document) -> bytes:
    """Write the xlsx of a report.

    The first sheet names the others with their source. Text that a spreadsheet would take for a formula is stored as
    quoted text. Equal reports give equal bytes.

    Returns
    -------
    The bytes of the file.
    """
    words = labels(document.lang)
    book = Workbook()
    about = book.active
    about.title = words["sheet_about"]
    listed: list[tuple[str, str, str]] = []
    parts = [part for section in document.sections for part in section["parts"]]
    fixed = [part["sheet"] for part in parts if part["kind"] == "data"]
    for part in parts:
        listed.extend(_add_part(book, part, document, fixed))
    _fill_about(about, document, listed)
    stream = io.BytesIO()
    book.save(stream)
    return freeze_archive(stream.getvalue(), day_of(document.heading))


def _add_part(
    book: Workbook, part: Mapping[str, Any], document: Document, fixed: Sequence[str]
) -> Iterable[tuple[str, str, str]]:
    """Add the sheets one part asks for; yield sheet name, content and source. ``fixed`` are names given by parts."""
    words = labels(document.lang)
    is_simulated = document.heading["simulated"] and not part.get("observed")
    mark = word("mark.full", document.lang) if is_simulated else ""
    if part["kind"] == "chart":
        name = sheet_name(part["measure"] or part["title"], [*fixed, *book.sheetnames])
        numbers = records(tell_numbers(part, document.lang))
        source = words["source_line"].format(source=part["source"]) if part["source"] else ""
        lines = [part["title"], part["measure"], part["note"], source, mark]
        _fill(
            book.create_sheet(name), [line for line in lines if line], [numbers["columns"]], numbers["rows"]
        )
        yield name, words["figure_label"].format(number=part["number"]) + part["title"], part["source"]
    elif part["kind"] == "data":
        heads = [words["raw_columns"].get(name, name) for name in part["table"]["columns"]]
        lines = [part["title"], *([mark] if mark else [])]
        name = sheet_name(part["sheet"], book.sheetnames)
        _fill(book.create_sheet(name), lines, [heads], _in_words(part["table"], document.lang))
        yield name, part["title"], part["source"] or words["source_appendix"]
    elif part["kind"] == "table" and not part.get("figure_data"):
        paragraphs, found = read_markup(part["html"])
        below = ["".join(run.text for run in runs).strip() for runs in paragraphs]
        for table in found:
            name = sheet_name(table.caption.removesuffix(mark), [*fixed, *book.sheetnames])
            table = table.filled
            rows = [[_number_or_text(text) for text in row] for row in table.body]
            _fill(book.create_sheet(name), [table.caption, *below], table.head, rows)
            yield name, table.caption, words["gap"].join(below)


def sheet_name(text: str, taken: Sequence[str]) -> str:
    """Name a sheet in words: what it holds, without period and finding, so that the name is the same in every issue.

    Parameters
    ----------
    text
        Measure line of a figure or caption of a table.
    taken
        Names of the sheets there are; spreadsheets do not tell capitals apart.

    Returns
    -------
    At most 31 characters, none of those a sheet may not have, and no name twice.
    """
    ends = (
        found.start()
        for found in _AFTER_NAME.finditer(text)
        if found[0] in "，；（" or found.start() >= _NAME_ENOUGH
    )
    words = " ".join(_NOT_IN_SHEET.sub(" ", text[: next(ends, None)]).split())
    known = {name.casefold() for name in taken}
    for number in itertools.count(1):
        end = "" if number == 1 else f" {number}"
        name = _cut(words, _LONGEST_NAME - len(end)) + end
        if name.casefold() not in known:
            return name
    raise AssertionError("numbers do not end")


def _cut(name: str, most: int) -> str:
    """Cut a name between words where it has any, and not after a word that waits for the next."""
    if len(name) <= most:
        return name
    *words, _ = name[: most + 1].split(" ") if " " in name[: most + 1] else (name[:most], "")
    while len(words) > 1 and words[-1].lower() in _NO_END:
        words.pop()
    return " ".join(words).rstrip(" ,-")


def _in_words(table: Mapping[str, Any], lang: str) -> list[list[Any]]:
    """Say units, statuses and confidences of the results in words; ids and numbers stay as they are."""
    tellers = {
        "unit": lambda row: unit_name(row["unit"], lang),
        "status": lambda row: word(f"status.{verdict(row)}", lang),
        "confidence": lambda row: word(f"confidence.{row['confidence']}", lang),
    }
    columns, rows = table["columns"], table["rows"]
    found = [tellers.get(name) for name in columns]
    if not any(found):
        return rows
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    return [
        [tell(given) if tell and value else value for tell, value in zip(found, row, strict=True)]
        for given, row in zip(named, rows, strict=True)
    ]


def _fill_about(sheet: Worksheet, document: Document, listed: Sequence[tuple[str, str, str]]) -> None:
    words, heading = labels(document.lang)["about_rows"], document.heading
    state = labels(document.lang)["state"][heading["state"]]
    lines = [heading["series"], heading["title"]]
    facts = [
        (words["as_of"], heading["as_of"]),
        (words["state"], state),
        (words["version"], heading["version"]),
    ]
    for line in lines:
        _append(sheet, [line], bold=True)
    for fact in facts:
        _append(sheet, fact)
    _append(sheet, [])
    _append(sheet, [words["sheet"], words["content"], words["source"]], bold=True)
    for row in listed:
        _append(sheet, row)
    _set_widths(sheet, 7)


def _fill(
    sheet: Worksheet, lines: Sequence[str], head: Sequence[Sequence[str]], rows: Sequence[Sequence[Any]]
) -> None:
    """Write title lines, an empty row, the header and the rows; the header stays in view."""
    for number, line in enumerate(lines):
        _append(sheet, [line], bold=number == 0)
    _append(sheet, [])
    for row in head:
        _append(sheet, row, bold=True)
    sheet.freeze_panes = f"A{sheet.max_row + 1}"
    for row in rows:
        _append(sheet, row)
    _set_widths(sheet, len(lines) + 1)


def _append(sheet: Worksheet, values: Sequence[Any], *, bold: bool = False) -> None:
    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet["A1"].value is not None else 1
    if not values:
        sheet.cell(row, 1, " ")
    for column, value in enumerate(values, start=1):
        write_cell(sheet.cell(row, column), value)
        if bold:
            sheet.cell(row, column).font = Font(bold=True)


def write_cell(cell: Cell, value: Any) -> None:
    """Write one value; text is text, whatever its first character.

    A text that begins like a formula also gets the quote prefix, so it stays text when the cell is edited.
    """
    if isinstance(value, str):
        text = printable(value)[:_LONGEST_TEXT]
        cell.value = text
        cell.data_type = "s"
        if text.startswith(_FORMULA):
            cell.quotePrefix = True
    elif value is not None:
        cell.value = value


def _number_or_text(text: str) -> float | int | str:
    """Give a printed number back as a number."""
    number = read_number(text)
    return text if number is None else number


def _set_widths(sheet: Worksheet, first_row: int) -> None:
    """Make columns as wide as their content; what is wider than a column may be runs over several lines.

    Title lines above the table do not count.
    """
    widest = [_NARROWEST] * sheet.max_column
    for row in sheet.iter_rows(min_row=first_row):
        widths = [_width_of(cell.value) for cell in row]
        widest = [max(pair) for pair in zip(widest, widths, strict=True)]
        if max(widths) > _WIDEST:
            for cell, width in zip(row, widths, strict=True):
                cell.alignment = _WRAPPED if width > _WIDEST else _TOP
            # A row without a height shows one line in some programs.
            lines = math.ceil(max(widths) / (0.9 * _WIDEST))
            sheet.row_dimensions[row[0].row].height = min(lines * _LINE, _HIGHEST)
    for column, width in enumerate(widest, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDEST, width)


def _width_of(value: Any) -> int:
    """Width a value takes in a cell, in digits: a Chinese character is as wide as two."""
    text = "" if value is None else str(value)
    return len(text) + (0 if text.isascii() else sum(ord(letter) > 0x2E7F for letter in text)) + 2


def day_of(heading: Mapping[str, Any]) -> str:
    """Day that stands as the time of every file of an archive: the last one whose data count."""
    return heading.get("day") or heading["as_of"]


def freeze_archive(data: bytes, as_of: str) -> bytes:
    """Give an Office file fixed times: equal content, equal bytes; the document's date is that of its data."""
    day = datetime.fromisoformat(as_of).strftime("%Y-%m-%dT00:00:00Z").encode()
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as given,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            content = given.read(name)
            if name == "docProps/core.xml":
                content = _TIMES.sub(rb"\g<1>" + day + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content)
    return stream.getvalue()
