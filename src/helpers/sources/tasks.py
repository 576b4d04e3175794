"""The task ledger (xlsx): sheet 任务台账, one task of the plan a row, as it stands on the day it is reported.

A later edition of the same ledger (台账名称) lists its tasks again under another 填报日期; nothing of the earlier one is
lost. A row with a faulty cell is quarantined as a whole, with its sheet, column and what to write instead.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.reading import ORIGIN, TABLES, Reading
from helpers.sources.water_forms import (
    NOTE_FIELD,
    Field,
    Form,
    against_future,
    find_grids,
    holds_form,
    read_fields,
)

STATES = {"未开始": "not_started", "进行中": "in_progress", "已完成": "done"}
FORM = Form(
    sheet="任务台账",
    table_name="tasks",
    fields=(
        Field("ledger", "台账名称", is_required=True),
        Field("task_id", "任务编号", is_required=True),
        Field("reported_on", "填报日期", kind="date", is_required=True),
        Field("article", "条款", ("方案条款", "条目"), kind="number", is_required=True, low=1, high=1000),
        Field("measure", "任务措施", ("措施", "任务", "重点任务"), is_required=True),
        Field("department", "牵头部门", ("责任部门", "牵头单位"), is_required=True),
        Field("due_date", "完成时限", ("完成期限", "时限"), kind="date"),
        Field("state", "进展状态", ("完成情况", "状态"), is_required=True, choices=STATES),
        Field("evidence", "佐证材料", ("佐证", "完成依据")),
        NOTE_FIELD,
    ),
    key=("ledger", "task_id", "reported_on"),
    dated="reported_on",
)
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
        for number, cells in grid.rows:
            record = (
                None
                if grid.is_aside(cells)
                else read_fields(builder, grid, (number, cells), FORM, prefix=prefix)
            )
            if record is None:
                continue
            fault = _against_article(record["article"], n_articles)
            fault = fault or against_future(record[FORM.dated], FORM.dated, received_on)
            if fault:
                name, reason = fault
                builder.reject(number, prefix + _LABELS[name], grid.cell(cells, name).text, reason)
                continue
            _add_task(builder, grid.sheet.name, number, record)
    return builder.finish()


def _add_task(builder: ReadingBuilder, sheet: str, number: int, record: dict[str, object]) -> None:
    """Keep a task with its place in the file, unless a row before told it."""
    record["article"] = int(float(str(record["article"])))
    content = tuple(record[name] for name in TABLES[FORM.table_name] if name not in ORIGIN)
    if not builder.is_repeat(number, tuple(record[name] for name in FORM.key), content):
        builder.add(*(pd.NaT if value is None else value for value in content), sheet, str(number))


def _against_article(article: object, n_articles: int | None) -> tuple[str, str] | None:
    value = float(str(article))
    last = value if n_articles is None else n_articles
    if value % 1 or value > last:
        return "article", f"is no article; write a whole number from 1 to {last:g}"
    return None
