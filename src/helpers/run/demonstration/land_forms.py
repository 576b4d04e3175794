"""Lay simulated records out as the templates of the land ledgers ask: headings of a form, one row a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from helpers.run.demonstration.workbook import write_workbook
from helpers.sources.form_fields import Form

MARK = "示例数据（模拟）"
Record = Mapping[str, object]


def write_forms(path: Path, sheets: Iterable[tuple[Form, Iterable[Record]]], *, last: date) -> None:
    """Write a workbook of filled forms, each on its own sheet under a title that says it is simulated."""
    parts = []
    for form, records in sheets:
        rows = [[one.label for one in form.fields]]
        rows += [[record.get(one.name, "") for one in form.fields] for record in records]
        parts.append((form.sheet, [f"{form.sheet} {MARK}"], rows))
    write_workbook(path, parts, last=last)
