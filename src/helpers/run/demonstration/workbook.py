"""Write the demonstration's workbooks: equal content, equal bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from helpers.page.export import freeze_archive

SheetParts = tuple[str, Sequence[str], Sequence[Sequence[object]]]
Block = tuple[int, int, int, int]  # first and last row below the titles, first and last column, each from 0


def write_workbook(
    path: Path,
    sheets: Iterable[SheetParts],
    *,
    last: date,
    merged: Mapping[str, Iterable[Block]] | None = None,
) -> None:
    """Write sheets of (name, merged title rows, heading and rows), with fixed times: equal content, equal bytes.

    ``merged`` names the blocks of cells of a sheet that are one cell.
    """
    book = Workbook()
    book.remove(book.active)
    for name, titles, rows in sheets:
        sheet = book.create_sheet(name)
        for number, title in enumerate(titles, start=1):
            sheet.append([title])
            sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(rows[0]))
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for top, bottom, left, right in (merged or {}).get(name, ()):
            first = len(titles) + 1
            sheet.merge_cells(None, first + top, left + 1, first + bottom, right + 1)
    stream = io.BytesIO()
    book.save(stream)
    path.write_bytes(freeze_archive(stream.getvalue(), last.isoformat()))
