"""Two editions of a simulated task ledger, drawn from the measures of the city's plan. Nothing here was reported."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from helpers import registry
from helpers.run.demonstration.land_forms import Record, write_forms
from helpers.sources.tasks import FORM

_LEDGER = "示例任务台账"
_EDITIONS = ("2025-06-30", "2025-12-31", "2026-06-30")  # the ones before the last day are written
_FIRST_DUE = date(2023, 12, 31)
_MOST_TASKS, _ANY, _OTHERWISE = 60, "主管部门", "生态环境主管部门"


def write_tasks(folder: Path, *, city: str, last: date, seed: int) -> None:
    """Write one workbook an edition: tasks are finished, put off, reopened, added and left out from one to the next."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = _draw_tasks(city, np.random.default_rng([seed, 31]))
    rng = np.random.default_rng([seed, 32])
    for number, day in enumerate(one for one in _EDITIONS if one <= last.isoformat()):
        records = [_report(task, day, number) for task in tasks if _is_listed(task, number)]
        write_forms(folder / f"task_ledger_{day}.xlsx", [(FORM, records)], last=date.fromisoformat(day))
        for task in tasks:
            _advance(task, rng)


def _draw_tasks(city: str, rng: np.random.Generator) -> list[dict[str, object]]:
    """One task a measure of the plan, of evenly chosen ones, with lead department, due day and state."""
    plan = registry.plan(city)
    chosen = plan.measures[:: max(1, len(plan.measures) // _MOST_TASKS)]
    tasks = []
    for number, measure in enumerate(chosen, start=1):
        due = _FIRST_DUE + timedelta(days=91 * int(rng.integers(0, 16)))
        tasks.append(
            {
                "task_id": f"SLRW-{number:03d}",
                "article": measure.article,
                "measure": measure.name_zh,
                "department": _lead(plan, measure.article),
                "due_date": None if rng.random() < 0.1 else due,
                "state": int(rng.choice(3, p=[0.2, 0.5, 0.3])),
                "first": 2 if rng.random() < 0.06 else 0,
                "dropped": rng.random() < 0.03,
                "has_evidence": rng.random() < 0.85,
            }
        )
    return tasks


def _lead(plan: registry.Plan, article: int) -> str:
    """The department that reports on the article, the environment's where none does."""
    named = [
        one.indicator for one in (*plan.targets, *plan.measures) if one.article == article and one.indicator
    ]
    found = (registry.indicator(one).department_zh for one in named)
    return next((one for one in found if len(one) > len(_ANY)), _OTHERWISE)


def _is_listed(task: dict[str, object], edition: int) -> bool:
    return edition >= task["first"] and not (task["dropped"] and edition > 1)


def _advance(task: dict[str, object], rng: np.random.Generator) -> None:
    """What may become of a task in half a year."""
    drawn = rng.random()
    if task["state"] == 2:
        task["state"] = 1 if drawn < 0.04 else 2
    elif drawn < 0.3:
        task["state"] += 1
    elif drawn < 0.38 and task["due_date"] is not None:
        task["due_date"] += timedelta(days=184)


def _report(task: dict[str, object], day: str, number: int) -> Record:
    state = ("未开始", "进行中", "已完成")[task["state"]]
    is_done = state == "已完成"
    return {
        "ledger": _LEDGER,
        "reported_on": day,
        **{name: task[name] for name in ("task_id", "article", "measure", "department")},
        "due_date": task["due_date"].isoformat() if task["due_date"] else "",
        "state": state,
        "evidence": f"示例文号{number + 1}" if is_done and task["has_evidence"] else "",
    }
