"""What the section on task ledgers needs beside its spec: counts of each ledger, and what changed since last time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from helpers.battles.context import Battle
from helpers.battles.task_ledger import CHANGES
from helpers.page import battle_page
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.words import word

text = partial(battle_page.text, "task_ledger")


def unproved(battle: Battle, _: str) -> dict[str, int] | None:
    """Tasks done without any evidence named."""
    n = int(rows_of(battle, "tasks_editions")["n_without_evidence"].sum())
    return {"n": n} if n else None


def changes(battle: Battle, lang: str) -> Iterable[dict[str, object]]:
    """What became of the tasks of every ledger since the edition before."""
    rows = rows_of(battle, "tasks_changed")
    for edition in rows_of(battle, "tasks_editions").itertuples():
        if pd.isna(edition.previous_on):
            yield {"text": "changed.first_edition", "ledger": edition.ledger}
            continue
        counts = rows.loc[rows["ledger"] == edition.ledger, "change"].value_counts() if len(rows) else {}
        told = [
            text("changed.count", lang, change=text(f"change.{one}", lang), n=counts[one])
            for one in CHANGES
            if one in counts
        ]
        facts = {"ledger": edition.ledger, "previous": _day(edition.previous_on)}
        key = "changed.told" if told else "changed.none"
        yield {"text": key, "changes": word("lead.join", lang).join(told), **facts}


@form("due_change")
def _due_change(at: At, change: str, before: pd.Timestamp, after: pd.Timestamp) -> str:
    """The due day; both where it moved."""
    told = [at.text("changed.no_due") if pd.isna(day) else _day(day) for day in (before, after)]
    if change in ("postponed", "brought_forward"):
        return at.text("changed.due", before=told[0], after=told[1])
    return told[0] if change == "dropped" else told[1]


def _day(day: pd.Timestamp) -> str:
    return day.strftime("%Y-%m-%d")
