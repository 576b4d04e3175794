"""A simulated ledger of the dated steps that no target tells of. Nothing here was reported."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from helpers import registry
from helpers.run.demonstration.land_forms import write_forms
from helpers.sources.tasks import FORM

_LEDGER, _DEPARTMENT = "示例期限任务台账", "生态环境主管部门"
_EDITIONS = ("2023-12-31", "2025-12-31")
_DONE, _GOING, _WAITING = "已完成", "进行中", "未开始"
_LATE, _SILENT = 3, 5  # every third step past its day is still going on, of every fifth nobody tells


def write_milestones(folder: Path, *, city: str, last: date) -> None:
    """Write one workbook an edition that lies before ``last``."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = [step for step in registry.plan(city).milestones if not step.targets]
    for day in (one for one in _EDITIONS if one <= last.isoformat()):
        records = [
            {
                "ledger": _LEDGER,
                "reported_on": day,
                "task_id": f"JDRW-{number:03d}",
                "article": step.article,
                "measure": step.title_zh,
                "department": _DEPARTMENT,
                "due_date": step.due.isoformat(),
                "state": _state(number, step.due, date.fromisoformat(day)),
                "evidence": f"示例文号{number}",
            }
            for number, step in enumerate(steps, start=1)
            if number % _SILENT
        ]
        write_forms(folder / f"milestones_{day}.xlsx", [(FORM, records)], last=date.fromisoformat(day))


def _state(number: int, due: date, day: date) -> str:
    """Steps past their day are done but for some; a step of years to come has not begun."""
    if due <= day:
        return _DONE if number % _LATE else _GOING
    return _GOING if (due - day).days < 1200 else _WAITING
