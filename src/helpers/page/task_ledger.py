"""The section on task ledgers: progress by article and department, what is overdue, what changed since last time."""

from __future__ import annotations

from functools import partial

import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.task_ledger import CHANGES
from helpers.page import battle_page, document
from helpers.page.blocks import Block, Sheet
from helpers.page.columns import lay_out, rows_of
from helpers.page.forms import At, form
from helpers.page.words import word

_COUNTS = ["n_tasks", "n_done", "n_in_progress", "n_not_started", "n_overdue"]
_MOST_ROWS = 20

text = partial(battle_page.text, "task_ledger")


def section(battle: Battle, *, lang: str) -> Block:
    """Say how far the tasks are, from the tables of :func:`helpers.battles.task_ledger.build_tables`."""
    heading, editions = text("heading", lang), rows_of(battle, "tasks_editions")
    if editions.empty:
        return document.section(heading, text("none", lang))
    return document.section(
        heading,
        *(_edition(battle, row, lang) for row in editions.itertuples()),
        *_evidence(editions, lang),
        *(
            lay_out(battle, f"task_ledger.{key}.table", of=f"tasks_{key}", lang=lang)
            for key in ("articles", "departments")
        ),
        *_overdue(battle, lang),
        *_changed(battle, lang),
        text("note", lang),
    )


def _edition(battle: Battle, row: object, lang: str) -> str:
    counts = {name.removeprefix("n_"): getattr(row, name) for name in _COUNTS}
    return text(
        "edition",
        lang,
        ledger=row.ledger,
        reported=_day(row.reported_on),
        day=battle.context.as_of.isoformat(),
        **counts,
    )


def _evidence(editions: pd.DataFrame, lang: str) -> list[str]:
    n = int(editions["n_without_evidence"].sum())
    return [text("evidence", lang, n=n)] if n else []


def _overdue(battle: Battle, lang: str) -> list[object]:
    rows, day = rows_of(battle, "tasks_overdue"), battle.context.as_of.isoformat()
    if rows.empty:
        return [text("overdue.none", lang, day=day)]
    sheet = Sheet(text("sheet_overdue", lang), text("overdue.table", lang, day=day), rows)
    return [*_listed(battle, "overdue", lang, day=day), sheet]


def _changed(battle: Battle, lang: str) -> list[object]:
    rows, parts = rows_of(battle, "tasks_changed"), []
    for edition in rows_of(battle, "tasks_editions").itertuples():
        own = rows[rows["ledger"] == edition.ledger] if len(rows) else rows
        parts.append(_changes_of(edition, own, lang))
    if rows.empty:
        return parts
    sheet = Sheet(text("sheet_changed", lang), text("changed.table", lang), rows)
    return [*parts, *_listed(battle, "changed", lang), sheet]


def _listed(battle: Battle, key: str, lang: str, **fields: object) -> list[object]:
    """The first tasks of a table, and how many it holds in all."""
    rows = rows_of(battle, f"tasks_{key}")
    shown = rows.head(_MOST_ROWS)
    made = lay_out(battle, f"task_ledger.{key}.table", shown, of=f"tasks_{key}", lang=lang, fields=fields)
    more = text(f"{key}.more", lang, n=len(rows), shown=len(shown))
    return [made, *([more] if len(shown) < len(rows) else [])]


def _changes_of(edition: object, rows: pd.DataFrame, lang: str) -> str:
    """Count what became of the tasks of one ledger, in one sentence."""
    if pd.isna(edition.previous_on):
        return text("changed.first_edition", lang, ledger=edition.ledger)
    facts = {"ledger": edition.ledger, "previous": _day(edition.previous_on)}
    if rows.empty:
        return text("changed.none", lang, **facts)
    counts = rows["change"].value_counts()
    told = [
        text("changed.count", lang, change=text(f"change.{one}", lang), n=counts[one])
        for one in CHANGES
        if one in counts
    ]
    return text("changed.told", lang, changes=word("lead.join", lang).join(told), **facts)


@form("due_change")
def _due_change(at: At, change: str, before: pd.Timestamp, after: pd.Timestamp) -> str:
    """The due day; both where it moved."""
    told = [at.text("changed.no_due") if pd.isna(day) else _day(day) for day in (before, after)]
    if change in ("postponed", "brought_forward"):
        return at.text("changed.due", before=told[0], after=told[1])
    return told[0] if change == "dropped" else told[1]


def _day(day: pd.Timestamp) -> str:
    return day.strftime("%Y-%m-%d")
