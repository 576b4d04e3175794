"""Write the demonstration's workbooks: equal content, equal bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from helpers.page.export import freeze_archive

SheetParts = tuple[str, Sequence[str], Sequence[Sequence[object]]]


def write_workbook(path: Path, sheets: Iterable[SheetParts], *, last: date) -> None:
    """Write sheets of (name, merged title rows, heading and rows), with fixed times: equal content, equal bytes."""
    book = Workbook()
    book.remove(book.active)
    for name, titles, rows in sheets:
        sheet = book.create_sheet(name)
        for number, title in enumerate(titles, start=1):
            sheet.append([title])
            sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(rows[0]))
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    path.write_bytes(freeze_archive(stream.getvalue(), last.isoformat()))
