"""What the sections on missed targets need beside their spec: counts, the overdue on page one, overrides beside statuses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
from markupsafe import Markup

from helpers import registry
from helpers.battles.context import Battle
from helpers.battles.corrective import STATES, overdue_offices, standing, targets_of
from helpers.page import battle_page, tables
from helpers.page.battle_page import joined
from helpers.page.columns import rows_of
from helpers.page.forms import At, form
from helpers.page.wording.sentence import Sentence, capitalise, verdict
from helpers.page.words import typeset, word

MOST_OFFICES = 3
_SHOWN = ("period", "action_no", "owner", "due_date", "state", "days_overdue", "reported_on")
text = partial(battle_page.text, "corrective")


def has_any(battle: Battle, _: str) -> bool:
    """Whether anything is done about a missed target, or said to be lacking."""
    return any(len(rows_of(battle, name)) for name in ("corrective_actions", "missed_without_action"))


def told(battle: Battle, lang: str) -> dict[str, object] | None:
    """How many actions stand where, and how many are overdue."""
    rows = rows_of(battle, "corrective_actions")
    if rows.empty:
        return None
    counts = rows["state"].value_counts()
    states = [text(f"told_state.{one}", lang, n=counts[one]) for one in STATES if one in counts]
    return {"n": len(rows), "states": joined(states, lang), "overdue": int(rows["is_overdue"].sum())}


def overdue(battle: Battle, lang: str) -> list[Sentence]:
    """One sentence on all overdue actions by office, the longest overdue first; none where nothing is overdue."""
    offices = overdue_offices(rows_of(battle, "corrective_actions"))
    if not offices:
        return []
    names = [(one[0] if lang == "zh" else one[1], *one[2:]) for one in offices[:MOST_OFFICES]]
    parts = [text(_many("overdue.office", n), lang, office=who, n=n, days=days) for who, n, days in names]
    total = sum(one[2] for one in offices)
    rest = len(offices) - len(names)
    more = text("overdue.more", lang, n=rest) if rest else ""
    body = text(_many("overdue.told", total), lang, n=total, offices=joined(parts, lang), more=more)
    numbers = [total, *(number for one in names for number in one[1:]), *([rest] if rest else [])]
    return [
        Sentence(
            "",
            body,
            "overdue",
            lang,
            numbers=tuple(map(float, numbers)),
            simulated=battle.context.simulated,
        )
    ]


def _many(path: str, n: int) -> str:
    return f"{path}_one" if n == 1 else path


def override_short(battle: Battle, target_id: str, lang: str) -> str:
    """The status an office states of a target; empty where none does."""
    one = standing(battle).get(target_id)
    return text("override.short", lang, status=_stated(one["status"], lang)) if one else ""


def override_told(battle: Battle, target_id: str, lang: str) -> str:
    """The status an office states of a target, with office, day and reason; empty where none does."""
    one = standing(battle).get(target_id)
    if one is None:
        return ""
    fields = {"office": one["office" if lang == "zh" else "office_en"], "reason": one["reason"]}
    day, status = f"{one['decided_on']:%Y-%m-%d}", _stated(one["status"], lang)
    return text("override.told", lang, status=status, day=day, period=one["period"], **fields)


def _stated(status: object, lang: str) -> str:
    return word(f"status.{status}", lang)


def facts(battle: Battle, lang: str) -> dict[str, list[dict[str, object]]]:
    """Fields of their own for the facts of a page: ``actions``, ``without_action`` and ``overrides``, where there are any."""
    actions, missed, stated = (
        rows_of(battle, name).to_dict("records")
        for name in ("corrective_actions", "missed_without_action", "manual_overrides")
    )
    name = partial(_target_name, battle, lang=lang)
    found: dict[str, list[dict[str, object]]] = {
        "actions": [
            {"target": one["target_id"], "name": name(one["target_id"])}
            | {key: _plain(one[key]) for key in _SHOWN}
            for one in actions
        ],
        "without_action": [
            {"target": one["target_id"], "name": name(one["target_id"]), "department": one["department"]}
            for one in missed
        ],
        "overrides": [
            {
                "target": one["target_id"],
                "name": name(one["target_id"]),
                "computed": _computed(one),
                "status_name": _stated(one["status"], lang),
            }
            | {key: _plain(one[key]) for key in ("period", "status", "reason", "office", "decided_on")}
            for one in stated
            if one["stands"]
        ],
    }
    return {key: rows for key, rows in found.items() if rows}


def _plain(value: object) -> object:
    if value is pd.NaT:
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value


def _computed(row: Mapping[str, object]) -> str:
    return verdict({**row, "status": row["computed"]})


def _target_name(battle: Battle, target_id: str, *, lang: str) -> str:
    return capitalise(getattr(targets_of(battle.context)[target_id], f"name_{lang}"))


def lead_department(indicator_id: str, lang: str) -> str:
    """Department of an indicator; that of the environment where it is measured."""
    own = getattr(registry.indicator(indicator_id), f"department_{lang}")
    return str(own or word("ask.owner_default", lang))


@form("corrective_target")
def _target(at: At, target_id: str, period: str) -> str:
    """Name of a target and the period it was missed in."""
    return at.text("target", target=_target_name(at.battle, target_id, lang=at.lang), period=period)


@form("corrective_name")
def _name(at: At, target_id: str) -> str:
    """Name of a target."""
    return _target_name(at.battle, target_id, lang=at.lang)


@form("corrective_fact")
def _corrective_fact(at: At, fact: str, cause: str) -> str:
    """What happened and why, in the words of those who report; a cause nobody gave is not told."""
    return at.text("fact", fact=fact, cause=cause) if cause else fact


@form("corrective_due")
def _due(at: At, days: int, due: pd.Timestamp) -> Markup:
    """The day an action is due; overdue by how many days."""
    day = at.text("due.standing") if pd.isna(due) else f"{due:%Y-%m-%d}"
    if not days:
        return typeset(day)
    late = at.text(_many("due.overdue", days), n=days)
    return typeset(day) + Markup("<br>") + tables.chip("off_track", at.lang, name=late)


@form("corrective_state")
def _state(at: At, state: str, history: str, is_left_out: bool, reported_on: pd.Timestamp) -> str:
    """The state of an action, what it was before, and whether later editions leave it out."""
    before = [one.split("=") for one in history.split(";")][:-1]
    said = [at.text("state.before", day=day, state=at.text(f"state.{code}")) for day, code in before]
    parts = [at.text(f"state.{state}"), at.text("state.said", day=f"{reported_on:%Y-%m-%d}")]
    parts += [at.text("state.left_out")] if is_left_out else []
    return at.text("gap").join([*parts, *said])


@form("corrective_proof")
def _proof(at: At, evidence: str, closed_by: str, closed_on: pd.Timestamp) -> str:
    """Evidence, and who closed the action when."""
    if pd.isna(closed_on):
        return evidence
    return at.text("gap").join(
        [evidence, at.text("proof.closed", office=closed_by, day=f"{closed_on:%Y-%m-%d}")]
    )


@form("corrective_department")
def _lead(at: At, indicator_id: str, department: str) -> str:
    """Lead department of a missed target."""
    return department or lead_department(indicator_id, at.lang)


@form("override_computed")
def _shown(at: At, status: str, end: pd.Timestamp, deadline: pd.Timestamp) -> Markup:
    """The computed status as a chip."""
    return tables.chip(verdict({"status": status, "period_end": end, "target_date": deadline}), at.lang)


@form("override_stated")
def _said(at: At, status: str, stands: bool) -> str:
    """The status an office states; one that a later decision replaces says so."""
    name = capitalise(_stated(status, at.lang))
    return name if stands else at.text("override.replaced", status=name)


@form("status_beside")
def _beside(at: At, status: str, end: pd.Timestamp, deadline: pd.Timestamp, target_id: str) -> Markup:
    """The computed status as a chip and, on a line below it, what an office states."""
    return tables.beside(_shown(at, status, end, deadline), override_told(at.battle, target_id, at.lang))
