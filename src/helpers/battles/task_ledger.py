"""The task ledger on the day of the report: progress by article and department, what is overdue, what changed.

Counts only: no score is made of them, and departments stand in the order in which the plan calls on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import normalize

import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.schemas import ORIGIN

STATES = ("done", "in_progress", "not_started")
CHANGES = ("new", "closed", "reopened", "postponed", "brought_forward", "dropped")
"""What may have become of a task since the edition before; the first that fits is told."""
_COUNTS = ["n_tasks", *(f"n_{state}" for state in STATES), "n_overdue", "n_without_evidence"]
_TASK = ["ledger", "task_id", "article", "measure", "measure_en", "department", "department_en"]
_OVERDUE = [*_TASK, "state", "due_date", "days_overdue", "reported_on", "source_id", *ORIGIN]
_CHANGED = [*_TASK, "change", "due_before", "due_after", "previous_on", "reported_on", "source_id", *ORIGIN]
_EDITIONS = ["ledger", "reported_on", "previous_on", *_COUNTS]


def build_tables(tasks: pd.DataFrame, context: Context) -> dict[str, pd.DataFrame]:
    """Build every table of the task ledgers.

    Parameters
    ----------
    tasks
        Processed table ``tasks``; may be empty. Editions reported after ``context.as_of`` are passed over.

    Returns
    -------
    ``tasks_editions``
        One row a ledger: the edition that counts, the one before it (missing where there is none), and the counts.
    ``tasks_articles``
        ``article, title_zh, title_en`` and counts, by article of the plan; articles without a task are left out.
    ``tasks_departments``
        ``department, department_en`` and counts, in the order of the first article each leads.
    ``tasks_overdue``
        Tasks not done whose due day lies before ``as_of``, the longest overdue first, with ``days_overdue``.
    ``tasks_changed``
        Tasks whose ``change`` since the edition before is one of ``CHANGES``; ``due_before`` and ``due_after`` are the
        due days of the two editions.

    Notes
    -----
    The counts are ``n_tasks``, by state ``n_done, n_in_progress, n_not_started``, ``n_overdue`` (not done, due before
    ``as_of``) and ``n_without_evidence`` (done, and no evidence named). A task without a due day is never overdue.
    """
    known = _describe(tasks[tasks["reported_on"] <= pd.Timestamp(context.as_of)], context)
    current, previous, days = _split_editions(known)
    current = _mark(current, context)
    articles = _count(current, ["article"])
    for lang in ("zh", "en"):
        titles = {one.number: getattr(one, f"title_{lang}") for one in context.plan.articles}
        articles[f"title_{lang}"] = articles["article"].map(titles).astype("str")
    first = current.groupby(["department", "department_en"], as_index=False)["article"].min()
    departments = _count(current, ["department", "department_en"]).merge(first)
    departments = departments.sort_values(["article", "department"], kind="stable", ignore_index=True)
    dated = _dated(current)
    overdue = dated[dated["days_overdue"] > 0]
    return {
        "tasks_editions": days.merge(_count(current, ["ledger"]), on="ledger")[_EDITIONS],
        "tasks_articles": articles[["article", "title_zh", "title_en", *_COUNTS]],
        "tasks_departments": departments[["department", "department_en", *_COUNTS]],
        "tasks_overdue": overdue.reset_index(drop=True),
        "tasks_changed": _compare(current, previous, days),
    }


def open_tasks(tasks: pd.DataFrame, context: Context) -> pd.DataFrame:
    """List the tasks of the editions that count which have a due day and are not done, the longest overdue first.

    Parameters
    ----------
    tasks, context
        As :func:`build_tables` takes them.

    Returns
    -------
    Rows of ``tasks_overdue``, and beside them the tasks that are still to fall due: their ``days_overdue`` are not above 0.
    """
    known = _describe(tasks[tasks["reported_on"] <= pd.Timestamp(context.as_of)], context)
    return _dated(_mark(_split_editions(known)[0], context)).reset_index(drop=True)


def _dated(current: pd.DataFrame) -> pd.DataFrame:
    """Tasks not done that have a due day, as ``tasks_overdue`` lists them."""
    dated = current[(current["state"] != "done") & current["due_date"].notna()]
    dated = dated.sort_values(
        ["days_overdue", "article", "task_id"], ascending=[False, True, True], kind="stable"
    )
    return dated[_OVERDUE].astype({"days_overdue": "int64"})


def _describe(tasks: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Add English names: of measures the plan names, of departments the registry names; others keep their own."""
    plan = context.plan
    parts = [(one.name_zh, one.name_en) for one in (*plan.measures, *plan.targets)]
    measures = dict([*parts, *((one.title_zh, one.title_en) for one in plan.milestones)])
    return tasks.assign(
        measure_en=_translate(tasks["measure"], measures),
        department_en=departments_in_english(tasks["department"]),
    )


def departments_in_english(names: pd.Series) -> pd.Series:
    """English names of the departments the registry knows; others keep their own."""
    known = registry.indicators().values()
    return _translate(names, {one.department_zh: one.department_en for one in known if one.department_zh})


def _translate(names: pd.Series, known: Mapping[str, str]) -> pd.Series:
    """English names; the ledger's are in half-width spelling (NFKC), as every cell that was read."""
    spelled = {normalize("NFKC", name): english for name, english in known.items()}
    return names.map(spelled).fillna(names).astype("str")


def _split_editions(tasks: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rows of the last edition of each ledger, rows of the one before, and the days of both by ledger."""
    days = tasks[["ledger", "reported_on"]].drop_duplicates().sort_values(["ledger", "reported_on"])
    days["previous_on"] = days.groupby("ledger")["reported_on"].shift()
    days = days.drop_duplicates("ledger", keep="last").reset_index(drop=True)
    current = tasks.merge(days, on=["ledger", "reported_on"])
    before = days[["ledger", "previous_on"]].dropna().rename(columns={"previous_on": "reported_on"})
    return current, tasks.merge(before, on=["ledger", "reported_on"]), days


def _mark(current: pd.DataFrame, context: Context) -> pd.DataFrame:
    as_of = pd.Timestamp(context.as_of)
    is_done = current["state"] == "done"
    return current.assign(
        is_overdue=~is_done & (current["due_date"] < as_of),
        days_overdue=(as_of - current["due_date"]).dt.days,
        is_without_evidence=is_done & (current["evidence"] == ""),
    )


def _count(current: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count tasks by state, overdue and without evidence, by some columns in their order."""
    counted = current.assign(
        n_tasks=1,
        **{f"n_{state}": current["state"] == state for state in STATES},
        n_overdue=current["is_overdue"],
        n_without_evidence=current["is_without_evidence"],
    )
    return counted.groupby(keys, as_index=False)[_COUNTS].sum().astype(dict.fromkeys(_COUNTS, "int64"))


def _compare(current: pd.DataFrame, previous: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Tasks that differ between two editions; a ledger with one edition has nothing to compare."""
    key = ["ledger", "task_id"]
    both = days.dropna(subset=["previous_on"])
    now = current[current["ledger"].isin(both["ledger"])]
    before = previous[[*key, "state", "due_date"]].rename(columns={"due_date": "due_before"})
    joined = now.merge(before, on=key, how="left", suffixes=("", "_before"), indicator="origin")
    joined = joined.rename(columns={"due_date": "due_after"})
    gone = previous.merge(now[key], on=key, how="left", indicator="origin")
    gone = gone[gone["origin"] == "left_only"].rename(columns={"due_date": "due_before"})
    gone = (
        gone.drop(columns=["reported_on"]).merge(both, on="ledger").assign(change="dropped", due_after=pd.NaT)
    )
    joined["change"] = [_change(row) for row in joined.to_dict("records")]
    told = pd.concat(
        [joined[joined["change"] != ""][_CHANGED], gone[_CHANGED].astype({"due_after": "datetime64[s]"})]
    )
    order = told["change"].map(CHANGES.index)
    told = told.assign(order=order).sort_values(["order", "article", *key], kind="stable")
    return told[_CHANGED].astype({"change": "str"}).reset_index(drop=True)


def _change(row: Mapping[str, object]) -> str:
    """What became of a task that the present edition lists."""
    if row["origin"] == "left_only":
        return "new"
    if row["state"] == "done" and row["state_before"] != "done":
        return "closed"
    if row["state"] != "done" and row["state_before"] == "done":
        return "reopened"
    before, after = row["due_before"], row["due_after"]
    if (pd.isna(before) and pd.isna(after)) or before == after:
        return ""
    # A due day that was taken away is put off without a date; one that was set is a promise brought nearer.
    return "postponed" if pd.isna(after) or (not pd.isna(before) and after > before) else "brought_forward"
