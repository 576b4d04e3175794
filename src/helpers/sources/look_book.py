"""The copy of a workbook on which what :mod:`helpers.sources.look` found is marked: comments, colours, and a list."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from openpyxl.cell import Cell, MergedCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from helpers.sources.look import Look, Problem
from helpers.sources.template_parts import save_book, write_heading
from helpers.sources.text import read_bytes
from helpers.sources.workbook import ZIP, open_workbook

_AUTHOR = "five-battles"
_WRONG, _NOTED = (PatternFill("solid", fgColor=colour) for colour in ("FFFFC7CE", "FFFFEB9C"))
_WIDTHS = (16, 10, 8, 20, 24, 60, 30, 50, 14)


@cache
def look_words() -> Mapping[str, Any]:
    """The words of a look in both languages."""
    text = (files("helpers.sources") / "look.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def annotate(seen: Look, target: Path, lang: str) -> bool:
    """Write a copy of the workbook with a comment and a colour at each place, and a sheet that lists them.

    Marks of an earlier copy go. Formulas stay; the file itself is not touched.

    Parameters
    ----------
    target
        Replaced whole when there.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Whether it was written: not where the file is no xlsx workbook.
    """
    try:
        raw = read_bytes(seen.path)
        book = open_workbook(raw, is_copied=True) if raw.startswith(ZIP) else None
    except Exception:  # an empty file, or whatever a damaged package makes the library raise
        book = None
    if book is None:
        return False
    words = look_words()
    if (old := words["words"]["sheet"][lang]) in book.sheetnames:
        book.remove(book[old])
    sheets = {sheet.title.strip(): sheet for sheet in book.worksheets}
    for sheet in sheets.values():
        _clear(sheet)
    for problem in seen.problems:
        if problem.row and problem.sheet in sheets:
            _mark(_cell_of(sheets[problem.sheet], problem), problem, lang)
    listed = book.create_sheet(old)
    write_heading(listed, words["heading"][lang], _WIDTHS)
    for problem in seen.problems:
        _list(listed, problem, words["kinds"][lang][problem.is_hint], lang)
    save_book(target, book)
    return True


def _clear(sheet: Worksheet) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment, cell.fill = None, PatternFill()


def _cell_of(sheet: Worksheet, problem: Problem) -> Cell:
    """The cell itself, the corner of its merged range, or the first filled cell of a whole row."""
    if not problem.cell:
        filled = (cell for cell in sheet[problem.row] if cell.value is not None)
        return next(filled, sheet.cell(problem.row, 1))
    cell = sheet[problem.cell]
    if isinstance(cell, MergedCell):
        around = next(one for one in sheet.merged_cells.ranges if problem.cell in one)
        cell = sheet.cell(around.min_row, around.min_col)
    return cell


def _mark(cell: Cell, problem: Problem, lang: str) -> None:
    told = _plain("\n".join(filter(None, problem.told(lang))))
    before = f"{cell.comment.text}\n" if cell.comment is not None else ""
    author = cell.comment.author if before and cell.comment.author != _AUTHOR else _AUTHOR
    cell.comment = Comment(before + told, author, height=120, width=320)
    cell.fill = _NOTED if problem.is_hint else _WRONG


def _list(sheet: Worksheet, problem: Problem, kind: str, lang: str) -> None:
    place = (problem.sheet, problem.cell, problem.row or None, problem.column, problem.found)
    texts = (*place, *problem.told(lang), kind)
    sheet.append([None if isinstance(one, str) else one for one in texts])
    for cell, one in zip(sheet[sheet.max_row], texts, strict=False):
        if isinstance(one, str):
            cell.value, cell.data_type = _plain(one), "s"  # a text that begins with = is no formula


def _plain(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text)
