"""The task ledger (xlsx): sheet 任务台账, one task of the plan a row, as it stands on the day it is reported.

A later edition of the same ledger (台账名称) lists its tasks again under another 填报日期; nothing of the earlier one is
lost. A row with a faulty cell is quarantined as a whole, once for each such cell, with its sheet, column and what to write
instead. A task that names several articles stands under the first, which is told.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd

from helpers.messages import message
from helpers.schemas import ORIGIN
from helpers.sources.builder import ReadingBuilder
from helpers.sources.form_fields import form_of
from helpers.sources.form_words import against_future
from helpers.sources.head import Head
from helpers.sources.reading import TABLES, Reading
from helpers.sources.water_forms import find_grids, holds_form, read_fields, tell_unread

_ARTICLE = re.compile(r"\(?第?\(?(\d+(?:\.0)?|[一二三四五六七八九十百零]+)\)?[条项款点]?\)?")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
FORM = form_of("任务台账")
_LABELS = {one.name: one.label for one in FORM.fields}


def recognise(head: Head) -> bool:
    """Whether a sheet has the heading of the task ledger."""
    return holds_form(head, FORM.fields)


def read(path: Path, *, received_on: date | None = None, n_articles: int | None = None) -> Reading:
    """Read every sheet that holds the form.

    Parameters
    ----------
    received_on
        Day the file was received: nothing is reported after it. ``None`` skips the check.
    n_articles
        Number of articles of the city's plan; ``None`` skips the check.

    Returns
    -------
    Reading of ``tasks``: ``state`` is ``not_started``, ``in_progress`` or ``done``; ``due_date`` may be missing.

    Raises
    ------
    SourceError
        No sheet has the heading. Fill in the template and keep its heading.
    """
    builder = ReadingBuilder(FORM.table_name)
    for grid in find_grids(path, FORM):
        prefix = f"{grid.sheet.name}!"
        tell_unread(builder, grid, prefix)
        for number, cells in grid.rows:
            if grid.is_aside(cells):
                continue
            record = read_fields(builder, grid, (number, cells), FORM, prefix=prefix)
            told = grid.cell(cells, "article").text
            faults = [_against_article(told, n_articles)] if told else []
            if record is not None:
                faults.append(against_future(record[FORM.dated], FORM.dated, received_on))
            for name, reason in filter(None, faults):
                builder.reject(number, prefix + _LABELS[name], grid.cell(cells, name).text, reason)
            if record is None or any(faults):
                continue
            first, *more = articles_of(told)
            if more:
                reason = message("tasks.several_articles", first=first)
                builder.reject(number, prefix + _LABELS["article"], told, reason)
            _add_task(builder, grid.sheet.name, number, record | {"article": first})
    return builder.finish()


def _add_task(builder: ReadingBuilder, sheet: str, number: int, record: dict[str, object]) -> None:
    """Keep a task with its place in the file, unless a row before told it."""
    content = tuple(record[name] for name in TABLES[FORM.table_name] if name not in ORIGIN)
    if not builder.is_repeat(number, tuple(record[name] for name in FORM.key), content):
        builder.add(*(pd.NaT if value is None else value for value in content), sheet, str(number))


def articles_of(text: str) -> tuple[int, ...]:
    """Numbers of the articles a text names: ``7``, ``第12条``, ``第十六条``, ``(二十三)``, ``17、18``; empty where it names none."""
    parts = [_ARTICLE.fullmatch(part) for part in re.split(r"[、,;和及/]", re.sub(r"\s+", "", text))]
    return tuple(_number_of(part[1]) for part in parts if part) if all(parts) else ()


def _number_of(text: str) -> int:
    if text[0].isdigit():
        return int(float(text))
    total, digit = 0, 0
    for one in text:
        if one in _DIGITS:
            digit = _DIGITS[one]
        else:
            total, digit = total + max(digit, 1) * (10 if one == "十" else 100), 0
    return total + digit


def _against_article(text: str, n_articles: int | None) -> tuple[str, str] | None:
    found = articles_of(text)
    last = 1000 if n_articles is None else n_articles
    if not found or not all(1 <= one <= last for one in found):
        return "article", message("tasks.no_article", last=last)
    return None
