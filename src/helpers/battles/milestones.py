"""Where each dated step of the plan stands on the day of the report."""

from __future__ import annotations

import pandas as pd

from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.registry import Milestone

STATES = ("done", "late", "unreported", "due")
"""Done; fallen due and known not to be done; fallen due and nobody told; not yet due."""
_COLUMNS = kinds(
    "str milestone_id; int64 article; str battle; object due; str title_zh title_en state basis; int64 n_targets n_met"
)
_OPEN = ("off_track", "at_risk", "on_track")


def milestone_table(results: pd.DataFrame, tasks: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Tell the state of every milestone of the plan.

    A step is done when the task ledger says so, or when all its targets are met. A step that has fallen due, on the
    day of the report or before, is late when its targets or its task are known not to be done; where nobody told
    anything it is unreported, never presumed.

    Parameters
    ----------
    results
        Rows with a target, of all battles.
    tasks
        Processed table ``tasks``; a task is a milestone's when it carries its id or its title.

    Returns
    -------
    One row a milestone, by day: ``milestone_id, article, battle, due`` (day), ``title_zh, title_en``, ``state`` (of
    ``STATES``), ``basis`` (``tasks``, ``targets`` or empty), ``n_targets, n_met``.
    """
    told = results.drop_duplicates("target_id")  # the first row of a target is the one page one judges
    status = dict(zip(told["target_id"], told["status"], strict=True))
    states = _task_states(tasks, context)
    rows = [_row(step, status, states, context) for step in context.plan.milestones]
    table = shape(rows, _COLUMNS)
    return table.sort_values(["due", "article"], kind="stable", ignore_index=True)


def _task_states(tasks: pd.DataFrame, context: Context) -> dict[str, str]:
    """State of each task by its id and by its measure, as last reported by the day of the report."""
    known = tasks[tasks["reported_on"] <= pd.Timestamp(context.as_of)]
    known = known.sort_values("reported_on", kind="stable")
    states: dict[str, str] = {}
    for column in ("measure", "task_id"):
        states |= dict(zip(known[column], known["state"], strict=True))
    return states


def _row(
    step: Milestone, status: dict[str, str], tasks: dict[str, str], context: Context
) -> dict[str, object]:
    told = [status.get(target, "no_data") for target in step.targets]
    task = tasks.get(step.id, tasks.get(step.title_zh, ""))
    n_met = told.count("met")
    is_met = bool(told) and n_met == len(told)
    is_open = any(one in _OPEN for one in told)
    row = step.model_dump(include={"article", "battle", "due", "title_zh", "title_en"})
    row |= {"milestone_id": step.id, "n_targets": len(told), "n_met": n_met}
    if task == "done" or is_met:
        return row | {"state": "done", "basis": "tasks" if task == "done" else "targets"}
    if step.due > context.as_of:
        return row | {"state": "due", "basis": "targets" if is_open else "tasks" if task else ""}
    if is_open or task:
        return row | {"state": "late", "basis": "targets" if is_open else "tasks"}
    return row | {"state": "unreported", "basis": ""}
