"""What all template workbooks share: headings, drop-down lists, open cells, saving."""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from helpers.sources.form_fields import Field


def write_heading(sheet: Worksheet, labels: Sequence[str], widths: Sequence[int]) -> None:
    """Write the first row in bold, set the widths in characters, and keep the row in sight."""
    sheet.append(list(labels))
    for cell, width in zip(sheet[1], widths, strict=True):
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "A2"


def write_fields(
    sheet: Worksheet,
    fields: Sequence[Field],
    example: Sequence[object],
    *,
    n_rows: int,
    widths: Sequence[int],
    more: Sequence[str] = (),
) -> None:
    """Write the sheet of a form: headings with the column's name below, an example row in italics, lists, open cells.

    Parameters
    ----------
    example
        One cell a field.
    widths
        In characters, one a column.
    more
        Headings of measured items after the fields.
    """
    labels = [*(f"{one.label}\n{one.name}" for one in fields), *more]
    write_heading(sheet, labels, widths)
    sheet.append(list(example))
    for cell in sheet[2]:
        cell.font = Font(italic=True)
    # A measured value stays text, so that <0.01 and 0.10 are kept as typed.
    texts = {place for place, one in enumerate(fields, start=1) if one.kind != "number"}
    open_cells(sheet, n_columns=len(labels), n_rows=n_rows, text_columns=texts)
    for place, one in enumerate(fields, start=1):
        if one.choices:
            add_choice(sheet, place, f'"{",".join(one.choices)}"', n_rows=n_rows)


def write_help(sheet: Worksheet, lines: Iterable[tuple[str, str]]) -> None:
    """Write the explanation: a line in Chinese and the same in English."""
    write_heading(sheet, ["填报说明", "How to fill in"], (60, 80))
    for line in lines:
        sheet.append(line)


def open_cells(sheet: Worksheet, *, n_columns: int, n_rows: int, text_columns: Collection[int] = ()) -> None:
    """Unlock the rows below the heading and protect the rest; text columns keep what is typed."""
    for row in sheet.iter_rows(min_row=2, max_row=n_rows, max_col=n_columns):
        for cell in row:
            cell.protection = Protection(locked=False)
            if cell.column in text_columns:
                cell.number_format = "@"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.sort = False


def add_choice(sheet: Worksheet, column: int, source: str, *, n_rows: int, is_open: bool = False) -> None:
    """Give a column below its heading a drop-down list; an open one takes other words too."""
    letter = sheet.cell(1, column).column_letter
    choice = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=not is_open)
    choice.errorTitle, choice.error = "请从列表选取", "Choose from the list."
    sheet.add_data_validation(choice)
    choice.add(f"{letter}2:{letter}{n_rows}")


def save_book(path: Path, book: Workbook) -> None:
    """Write a workbook, whole or not at all."""
    stream = io.BytesIO()
    book.save(stream)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(stream.getvalue())
    os.replace(beside, path)
