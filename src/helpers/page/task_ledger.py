"""The section on task ledgers: progress by article and department, what is overdue, what changed since last time."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from helpers.battles.context import Battle
from helpers.battles.task_ledger import CHANGES
from helpers.page import battle_page, document
from helpers.page.battle_page import table
from helpers.page.blocks import Block, Sheet
from helpers.page.words import word

KIND = "department_workbook"
_COUNTS = ["n_tasks", "n_done", "n_in_progress", "n_not_started", "n_overdue"]
_MOST_ROWS = 20


def text(path: str, lang: str, **fields: object) -> str:
    """Return a text of ``task_ledger.yml``."""
    return battle_page.text("task_ledger", path, lang, **fields)


def section(battle: Battle, *, lang: str) -> Block:
    """Say how far the tasks are, from the tables of :func:`helpers.battles.task_ledger.build_tables`."""
    heading, editions = text("heading", lang), battle.tables["tasks_editions"]
    if editions.empty:
        return document.section(heading, text("none", lang))
    return document.section(
        heading,
        *(_edition(battle, row, lang) for row in editions.itertuples()),
        *_evidence(editions, lang),
        _by_article(battle, lang),
        _by_department(battle, lang),
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


def _by_article(battle: Battle, lang: str) -> Markup:
    rows = battle.tables["tasks_articles"]
    shown = rows.assign(number=[text("articles.number", lang, n=n) for n in rows["article"]])
    return _counted(battle, "articles", shown[["number", f"title_{lang}", *_COUNTS]], lang)


def _by_department(battle: Battle, lang: str) -> Markup:
    rows = battle.tables["tasks_departments"]
    name = "department" if lang == "zh" else "department_en"
    return _counted(battle, "departments", rows[[name, *_COUNTS]], lang)


def _counted(battle: Battle, path: str, shown: pd.DataFrame, lang: str) -> Markup:
    heads = [*text(f"{path}.first", lang), *text("counts", lang)]
    caption = text(f"{path}.caption", lang)
    return table(battle, shown.set_axis(heads, axis=1), caption=caption, lang=lang, kind=KIND)


def _overdue(battle: Battle, lang: str) -> list[object]:
    rows, day = battle.tables["tasks_overdue"], battle.context.as_of.isoformat()
    if rows.empty:
        return [text("overdue.none", lang, day=day)]
    caption = text("overdue.caption", lang, day=day)
    shown = rows.head(_MOST_ROWS)
    cells = [
        [*_task_cells(row, lang), _day(row.due_date), row.days_overdue]
        for row in shown.itertuples(index=False)
    ]
    return [
        _listed(battle, "overdue", caption, cells, lang),
        *_more(len(rows), len(shown), "overdue", lang),
        Sheet(text("sheet_overdue", lang), caption, rows),
    ]


def _changed(battle: Battle, lang: str) -> list[object]:
    rows, parts = battle.tables["tasks_changed"], []
    for edition in battle.tables["tasks_editions"].itertuples():
        parts.append(_changes_of(edition, rows[rows["ledger"] == edition.ledger], lang))
    if rows.empty:
        return parts
    caption, shown = text("changed.caption", lang), rows.head(_MOST_ROWS)
    cells = [
        [*_task_cells(row, lang), text(f"change.{row.change}", lang), _due(row, lang)]
        for row in shown.itertuples(index=False)
    ]
    return [
        *parts,
        _listed(battle, "changed", caption, cells, lang),
        *_more(len(rows), len(shown), "changed", lang),
        Sheet(text("sheet_changed", lang), caption, rows),
    ]


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


def _task_cells(row: object, lang: str) -> list[object]:
    named = ("measure", "department") if lang == "zh" else ("measure_en", "department_en")
    article = text("articles.number", lang, n=row.article)
    return [row.task_id, article, *(getattr(row, name) for name in named)]


def _listed(battle: Battle, path: str, caption: str, cells: Sequence[Sequence[object]], lang: str) -> Markup:
    shown = pd.DataFrame(cells, columns=text(f"{path}.columns", lang))
    return table(battle, shown, caption=caption, lang=lang, kind=KIND)


def _more(n: int, shown: int, path: str, lang: str) -> list[str]:
    return [text(f"{path}.more", lang, n=n, shown=shown)] if shown < n else []


def _due(row: object, lang: str) -> str:
    """The due day; both where it moved."""
    before, after = (
        text("changed.no_due", lang) if pd.isna(day) else _day(day) for day in (row.due_before, row.due_after)
    )
    if row.change in ("postponed", "brought_forward"):
        return text("changed.due", lang, before=before, after=after)
    return before if row.change == "dropped" else after


def _day(day: pd.Timestamp) -> str:
    return day.strftime("%Y-%m-%d")
