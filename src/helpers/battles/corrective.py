"""What is done about a missed target, and what an office states beside a computed status.

An action of an earlier edition stays until it is closed: a later edition updates it by target, period missed and action
number, and one that a later edition leaves out is told as it was last reported. Of an action that was first reported after
the period a report may tell of, as one on a year that is over always is, the first edition counts. An override never
changes a status, a count or a fact: it stands in a table of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles.assess import settled
from helpers.battles.context import Battle, Context
from helpers.battles.shapes import kinds, shape
from helpers.battles.task_ledger import departments_in_english
from helpers.periods import Period

TABLES = ("actions", "overrides")
STATES = ("not_started", "in_progress", "done", "closed", "cancelled")
"""In the order of the work; ``done`` waits for its closing (销号)."""
_UNDONE, _OPEN = STATES[:2], STATES[:3]
ACTION = ("target_id", "period", "action_no")
_ACTIONS = kinds(
    "str target_id part indicator_id period action_no fact cause action owner owner_en; datetime64[s] due_date; str state;"
    " bool is_open is_overdue; int64 days_overdue; str evidence closed_by; datetime64[s] closed_on reported_on;"
    " bool is_left_out; int64 n_editions; str history source_id source_sheet source_row"
)
_EDITIONS = kinds(
    "str target_id period action_no; datetime64[s] reported_on; str state; datetime64[s] due_date; str owner source_id"
    " source_sheet source_row"
)
_MISSED = kinds(
    "str target_id part indicator_id; datetime64[s] period_start period_end target_date; str status department"
    " department_en source_ids"
)
_OVERRIDES = kinds(
    "str target_id part indicator_id period status computed; datetime64[s] period_end target_date; str reason office"
    " office_en; datetime64[s] decided_on; bool stands; str source_id source_sheet source_row"
)
Row = Mapping[str, object]


def beside(battle: Battle, tables: Mapping[str, pd.DataFrame], *, parts: Collection[str] = ()) -> Battle:
    """Add the tables of this module to a battle; its results stay as they are.

    Parameters
    ----------
    tables
        Processed tables ``actions`` and ``overrides``; each may be empty.
    parts
        Parts of the plan whose targets are told; the battle's own by default.

    Returns
    -------
    The battle with

    ``corrective_actions``
        The actions on its targets, overdue first, open ones before closed ones: ``is_open`` until closed or cancelled;
        ``is_overdue`` neither done nor closed and due before ``as_of``; ``history`` the states in order, ``day=state``
        joined by ``;``; ``is_left_out`` where a later edition lists others of its edition or of its office and not it.
    ``corrective_editions``
        Every edition of each of them: who said what, when.
    ``missed_without_action``
        Missed targets with neither an open action nor one on the period missed; without rows where no action of the city
        was reported at all. ``department`` is the indicator's, empty where it is measured.
    ``manual_overrides``
        Statuses stated by an office on the span a row tells of, with the computed one; of several the last ``stands``.
    """
    names = set(parts or (battle.name,))
    plan = {key: one for key, one in targets_of(battle.context).items() if one.battle in names}
    rows = judged_rows(battle.results, plan)
    actions, editions = _actions(tables["actions"], plan, rows, battle.context)
    found = {
        "corrective_actions": actions,
        "corrective_editions": editions,
        "missed_without_action": _without(rows, actions, plan, has_any=len(tables["actions"]) > 0),
        "manual_overrides": _overrides(tables["overrides"], plan, rows, battle.context),
    }
    return replace(battle, tables={**battle.tables, **found})


def targets_of(context: Context) -> dict[str, registry.Target]:
    """Targets of the plan that is followed, and of the city's other plans: an action outlives the plan of its target."""
    line = (context.plan, *registry.plans(context.city.slug))
    return {one.id: one for plan in reversed(line) for one in plan.targets}


def judged_rows(results: pd.DataFrame, targets: Collection[str]) -> dict[str, Row]:
    """The row page one judges of each target."""
    told = results[results["target_id"].isin(list(targets))].drop_duplicates("target_id")
    return {row["target_id"]: row for row in told.to_dict("records")}


def is_missed(row: Row) -> bool:
    """Whether the day of a row's target has come, or it stands always, and it is not met."""
    due = row["target_date"]
    return row["status"] == "off_track" and (pd.isna(due) or due <= row["period_end"])


def concerns(period: str, row: Row | None) -> bool:
    """Whether a period is one the row's status speaks of: its own span, or that of the target's year by which it is settled."""
    if row is None:
        return False
    told, due, end = Period.parse(period), row["target_date"], row["period_end"].date()
    settles = not pd.isna(due) and due.date() <= end and told.start <= due.date() <= told.end
    return settles or (told.start <= end and told.end >= row["period_start"].date())


def _known(editions: pd.DataFrame, context: Context, day: str) -> pd.DataFrame:
    """Rows that count in a report: said by its last day, or on a period that had ended by then."""
    until = context.reported_until
    has_ended = editions["period"].map(lambda one: Period.parse(one).end <= until).astype(bool)
    return editions[(editions[day] <= pd.Timestamp(until)) | has_ended]


def _actions(
    table: pd.DataFrame, plan: Mapping[str, registry.Target], rows: Mapping[str, Row], context: Context
) -> tuple[pd.DataFrame, pd.DataFrame]:
    known = _known(table, context, "reported_on").sort_values([*ACTION, "reported_on"], kind="stable")
    is_later = known["reported_on"] > pd.Timestamp(context.reported_until)
    known = known[~is_later | ~known.duplicated(list(ACTION))]
    left_out = _left_out(known)
    told, kept = [], []
    for key, group in known.groupby(list(ACTION), sort=False):
        told_of, last = str(key[0]), group.iloc[-1]
        is_recent = last["reported_on"] >= pd.Timestamp(context.period.start)
        if told_of not in plan or not (
            last["state"] in _OPEN or is_recent or concerns(str(key[1]), rows.get(told_of))
        ):
            continue
        kept.append(group)
        told.append(
            last.to_dict()
            | _lateness(last, context.as_of)
            | {
                "part": plan[told_of].battle,
                "indicator_id": plan[told_of].indicator,
                "is_open": last["state"] in _OPEN,
                "is_left_out": last["state"] in _OPEN and key in left_out,
                "n_editions": len(group),
                "history": _history(group),
            }
        )
    found = pd.DataFrame(told, columns=[name for name in _ACTIONS if name != "owner_en"])
    found = found.assign(owner_en=departments_in_english(found["owner"].astype("str")))
    found = found.sort_values(
        ["is_open", "days_overdue", "due_date", *ACTION], ascending=[False, False, True, True, True, True]
    )
    return shape(found[list(_ACTIONS)], _ACTIONS), shape(
        pd.concat(kept)[list(_EDITIONS)] if kept else [], _EDITIONS
    )


def _lateness(row: pd.Series, as_of: date) -> dict[str, object]:
    days = (pd.Timestamp(as_of) - row["due_date"]).days if not pd.isna(row["due_date"]) else 0
    is_overdue = row["state"] in _UNDONE and days > 0
    return {"is_overdue": is_overdue, "days_overdue": days if is_overdue else 0}


def _history(editions: pd.DataFrame) -> str:
    """The states of an action in order, each with the day it was first told."""
    changed = editions[editions["state"] != editions["state"].shift()]
    pairs = zip(changed["reported_on"], changed["state"], strict=True)
    return ";".join(f"{day:%Y-%m-%d}={state}" for day, state in pairs)


def _left_out(known: pd.DataFrame) -> set[tuple[str, ...]]:
    """Actions that a later edition leaves out: it tells others of the same edition, or of the same office."""
    keys = known[list(ACTION)].itertuples(index=False, name=None)
    days: dict[tuple[str, ...], list[pd.Timestamp]] = {}
    owners: dict[tuple[str, ...], str] = {}
    goes_on: dict[object, pd.Timestamp] = {}
    for key, day, owner in zip(keys, known["reported_on"], known["owner"], strict=True):
        for name in (owner, *days.setdefault(key, [])):
            goes_on[name] = max(day, goes_on.get(name, day))
        days[key].append(day)
        owners[key] = owner
    lasts = {key: told[-1] for key, told in days.items()}
    return {
        key for key, day in lasts.items() if any(goes_on.get(name, day) > day for name in (owners[key], day))
    }


def _without(
    rows: Mapping[str, Row], actions: pd.DataFrame, plan: Mapping[str, registry.Target], *, has_any: bool
) -> pd.DataFrame:
    """Missed targets that nothing is done about, those of one department together."""
    listed = actions.to_dict("records") if has_any else []
    covered = {
        one["target_id"]
        for one in listed
        if one["state"] != "cancelled"
        and (one["is_open"] or concerns(one["period"], rows.get(one["target_id"])))
    }
    missed = [row for name, row in rows.items() if has_any and name not in covered and is_missed(row)]
    told = [
        row
        | _span(row)
        | {"part": plan[str(row["target_id"])].battle}
        | _department(str(row["indicator_id"]))
        for row in missed
    ]
    return shape(told, _MISSED)


def _span(row: Row) -> dict[str, object]:
    """The year that settled a target whose year is over; nothing where the row's own span decided."""
    found = settled(str(row["reason"]))
    days = (date(found[0], 1, 1), date(found[0], 12, 31)) if found else ()
    return dict(zip(("period_start", "period_end"), map(pd.Timestamp, days), strict=False))


def _department(indicator_id: str) -> dict[str, str]:
    record = registry.indicator(indicator_id)
    return {"department": record.department_zh, "department_en": record.department_en}


def _overrides(
    table: pd.DataFrame, plan: Mapping[str, registry.Target], rows: Mapping[str, Row], context: Context
) -> pd.DataFrame:
    known = _known(table, context, "decided_on").sort_values(["decided_on", "period"], kind="stable")
    told = [
        one
        | {
            "computed": row["status"],
            "part": plan[one["target_id"]].battle,
            "indicator_id": row["indicator_id"],
        }
        | {name: row[name] for name in ("period_end", "target_date")}
        for one in known.to_dict("records")
        if one["target_id"] in plan and (row := rows.get(one["target_id"])) and concerns(one["period"], row)
    ]
    found = pd.DataFrame(told, columns=[name for name in _OVERRIDES if name not in ("office_en", "stands")])
    order = {name: place for place, name in enumerate(plan)}
    found = found.assign(
        office_en=departments_in_english(found["office"].astype("str")),
        stands=~found.duplicated("target_id", keep="last"),
        order=found["target_id"].map(order),
    )
    return shape(found.sort_values(["order", "decided_on"], kind="stable")[list(_OVERRIDES)], _OVERRIDES)


def standing(battle: Battle) -> dict[str, Row]:
    """The override that stands of each target of a battle, none where no office stated one."""
    found = battle.tables.get("manual_overrides", pd.DataFrame())
    return {one["target_id"]: one for one in found.to_dict("records") if one["stands"]}


def overdue_offices(actions: pd.DataFrame) -> list[tuple[str, str, int, int]]:
    """Offices with overdue actions, the longest overdue first: name, English name, number of actions, most days overdue."""
    late = actions[actions["is_overdue"]] if len(actions) else actions
    groups = late.groupby(["owner", "owner_en"], sort=False) if len(late) else ()
    found = [(*names, len(rows), int(rows["days_overdue"].max())) for names, rows in groups]
    return sorted(found, key=lambda one: (-one[3], -one[2], one[0]))
