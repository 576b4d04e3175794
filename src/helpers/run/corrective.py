"""What is open about missed targets of a city, by lead department: what a notification of that department tells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from helpers.battles import corrective, overview
from helpers.battles.context import Battle
from helpers.page.corrective import lead_department
from helpers.run.session import start_run

COLUMNS = (
    "department", "department_en", "kind", "target_id", "target_zh", "target_en", "period", "action_no", "action", "owner",
    "state", "due_date", "days_overdue", "reported_on", "is_left_out", "source_id", "source_sheet", "source_row",
)  # fmt: skip
KINDS = ("overdue", "open", "to_close", "without_action")
"""Overdue; neither done nor overdue; done and to be closed; and missed targets without any action."""


def list_open(
    city: str, *, period: str, data_dir: str | Path | None = None, as_of: str | None = None
) -> pd.DataFrame:
    """List the open actions and the missed targets without one, by lead department of the target.

    Parameters
    ----------
    city, period, as_of
        As :func:`helpers.run.session.start_run` takes them; overdue is counted at the day the overview is seen from.
    data_dir
        Folder with ``raw`` and ``processed``; ``None``: the checkout's ``data``.

    Returns
    -------
    ``COLUMNS``, ordered by department and, within it, by ``KINDS`` and the longest overdue. ``department`` is that of the
    target's indicator, the environment's where it is measured; ``owner`` is the office an action names itself. Of a missed
    target without an action the columns of an action are empty.

    Raises
    ------
    ParameterError
        As in :func:`helpers.run.session.start_run`.
    """
    folder = None if data_dir is None else str(data_dir)
    run = start_run(city=city, period=period, as_of=as_of, data_dir=folder, reads=overview.TABLES)
    return by_department(run.build(overview))


def by_department(battle: Battle) -> pd.DataFrame:
    """As :func:`list_open`, of an overview, or of a battle, that was built."""
    found = pd.DataFrame(_rows(battle), columns=list(COLUMNS))
    order = found["kind"].map(KINDS.index).astype("int64")
    found = found.assign(order=order).sort_values(
        ["department", "order", "days_overdue", "due_date"],
        ascending=[True, True, False, True],
        kind="stable",
    )
    return found[list(COLUMNS)].reset_index(drop=True)


def _rows(battle: Battle) -> Iterable[dict[str, object]]:
    targets = corrective.targets_of(battle.context)
    for name in ("corrective_actions", "missed_without_action"):
        for row in battle.tables[name].to_dict("records"):
            if not row.get("is_open", True):
                continue
            target = targets[row["target_id"]]
            who = {
                "department": lead_department(target.indicator, "zh"),
                "department_en": lead_department(target.indicator, "en"),
            }
            named = {"target_zh": target.name_zh, "target_en": target.name_en}
            blank = {"period": "", "action_no": "", "action": "", "owner": "", "state": "", "days_overdue": 0}
            blank |= {"due_date": pd.NaT, "reported_on": pd.NaT, "is_left_out": False}
            blank |= {"source_id": row.get("source_ids", ""), "source_sheet": "", "source_row": ""}
            yield blank | row | who | named | {"kind": _kind(row)}


def _kind(row: dict[str, object]) -> str:
    if "state" not in row:
        return "without_action"
    return "overdue" if row["is_overdue"] else "to_close" if row["state"] == "done" else "open"
