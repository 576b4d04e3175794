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
from helpers.sources.builder import ReadingBuilder
from helpers.sources.form_words import against_future
from helpers.sources.head import Head
from helpers.sources.reading import ORIGIN, TABLES, Reading
from helpers.sources.water_forms import (
    NOTE_FIELD,
    Field,
    Form,
    find_grids,
    holds_form,
    read_fields,
    tell_unread,
)

STATES = {"未开始": "not_started", "进行中": "in_progress", "已完成": "done"}
# Words departments write instead; what is all but done is not done.
_SPOKEN = {
    **dict.fromkeys(("未启动", "未开展", "尚未启动", "尚未开始", "待启动"), "not_started"),
    **dict.fromkeys(
        ("基本完成", "推进中", "正在推进", "实施中", "正在实施", "正在进行", "持续推进", "部分完成"),
        "in_progress",
    ),
    **dict.fromkeys(("完成", "已办结", "办结", "全部完成", "已完结"), "done"),
}
_ARTICLE = re.compile(r"\(?第?\(?(\d+(?:\.0)?|[一二三四五六七八九十百零]+)\)?[条项款点]?\)?")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
FORM = Form(
    sheet="任务台账",
    table_name="tasks",
    fields=(
        Field("ledger", "台账名称", is_required=True),
        Field("task_id", "任务编号", is_required=True),
        Field("reported_on", "填报日期", kind="date", is_required=True),
        Field("article", "条款", ("方案条款", "条目"), is_required=True),
        Field("measure", "任务措施", ("措施", "任务", "重点任务"), is_required=True),
        Field("department", "牵头部门", ("责任部门", "牵头单位"), is_required=True),
        Field("due_date", "完成时限", ("完成期限", "时限"), kind="due"),
        Field("state", "进展状态", ("完成情况", "状态"), is_required=True, choices=STATES, spoken=_SPOKEN),
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
