"""What a lead department has to see to: its own rows that are overdue, due soon or without a corrective action.

The facts are those of the pages: the table of what lacks (:mod:`helpers.page.lacking`), the results, the task ledger and
the corrective actions. What is doubtful says :mod:`helpers.page.doubted`. Nothing here reads the clock or a file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from helpers import registry
from helpers.battles.assess import settled
from helpers.battles.context import Battle
from helpers.battles.judgement import is_missing
from helpers.page import lacking
from helpers.page.columns import rows_of
from helpers.page.digest import Asked, Item, text
from helpers.page.numbers import Measure, format_date, format_quantity
from helpers.page.wording.sentence import capitalise
from helpers.periods import span_label
from helpers.sources.download.feeds import Rhythm

_SPANS = {1: "month", 3: "quarter", 12: "year"}
_UNDONE = ("not_started", "in_progress")
_ANY_YEAR = Rhythm(cadence="year", lag_days=1)  # of what nobody has set a day for: the year when it is over
Last = tuple[Rhythm, date | None]


@dataclass(frozen=True)
class Due:
    """A period whose data are not here: its days, the day they are due (``None`` where none is set), days past it."""

    first: date
    last: date
    on: date | None
    days: int

    @property
    def is_late(self) -> bool:
        return self.days >= 0


def owed(
    battles: Iterable[Battle], asked: Asked, lang: str, *, sources: Mapping[str, Sequence[Last]]
) -> list[Item]:
    """What departments have not sent: figures, and data of the kinds a page lacks or that ended too early.

    Parameters
    ----------
    battles
        Battles as their pages have them.
    sources
        Kind of ``lacking.yml`` → when the data of its sources in use are due and the last day received
        (:func:`helpers.run.freshness.rhythms`).

    Returns
    -------
    Rows of ``late`` and ``soon``, each thing once; daily data are never due soon.
    """
    found: dict[tuple[str, ...], Item] = {}
    told = {kind for kind, known in sources.items() if known}
    for battle in battles:
        for item in (*_lacks(battle, asked, lang, told), *_stale(battle, asked, lang)):
            found.setdefault(item.key[:2], item)
    for kind, known in sources.items():
        about = lacking.kind_of(kind, lang)
        for rhythm, last in known:
            item = _item(
                about,
                next_due(rhythm, last or date(asked.until.year - 1, 12, 31), asked),
                rhythm,
                asked,
                lang,
            )
            if item is not None:
                found[item.key[:2]] = item
    return list(found.values())


def tasks(open_tasks: pd.DataFrame, asked: Asked, lang: str) -> list[Item]:
    """Tasks that are overdue, and those that fall due soon.

    Parameters
    ----------
    open_tasks
        As :func:`helpers.battles.task_ledger.open_tasks` gives them for the day of the question.
    """
    near = open_tasks[open_tasks["days_overdue"] >= -asked.within]
    return [_task(row, lang) for row in near.to_dict("records")]


def missed(battles: Iterable[Battle], lang: str) -> list[Item]:
    """Targets missed on their day that no corrective action answers: table ``missed_without_action`` of the battles.

    A battle without that table, or a city that reported no action at all, says nothing of it.
    """
    found: dict[str, Item] = {}
    for battle in battles:
        for row in rows_of(battle, "missed_without_action").to_dict("records"):
            told = battle.results[battle.results["target_id"] == row["target_id"]]
            if len(told) and row["target_id"] not in found:
                found[row["target_id"]] = _missed(battle, told.iloc[0], lang)
    return list(found.values())


def actions(battles: Iterable[Battle], asked: Asked, lang: str) -> list[Item]:
    """Corrective actions neither done nor closed that are overdue, or fall due soon: table ``corrective_actions``."""
    found: dict[tuple[str, ...], Item] = {}
    for battle in battles:
        for row in rows_of(battle, "corrective_actions").to_dict("records"):
            if row["state"] in _UNDONE and not pd.isna(row["due_date"]):
                item = _action(battle, row, asked, lang)
                if item.days >= -asked.within:
                    found.setdefault(item.key[:4], item)
    return list(found.values())


def _lacks(battle: Battle, asked: Asked, lang: str, told: Collection[str]) -> Iterator[Item]:
    """What the page lacks that is due; kinds whose sources are known are told by these."""
    before = battle.context.period.start - timedelta(days=1)
    for one in lacking.found(battle, lang):
        if one.is_reported or (one.reads and one.key in told):
            continue
        is_yearly = one.key in registry.indicators() and (one.rhythm is None or one.rhythm.cadence == "year")
        over = (one.rhythm or _ANY_YEAR).expected_day(asked.today, asked.until)
        last = min(before, date(over.year - 1, 12, 31)) if is_yearly else before
        item = _item(one, next_due(one.rhythm, last, asked), one.rhythm, asked, lang)
        if item is not None:
            yield item


def _stale(battle: Battle, asked: Asked, lang: str) -> Iterator[Item]:
    """Figures of departments that came, but not of the latest period that is due in the rhythm they come in."""
    inbox = lacking.rhythm_of(battle)
    for _, row in battle.results.drop_duplicates("indicator_id").iterrows():
        record = registry.indicator(row["indicator_id"])
        if not record.is_ledger or is_missing(row["value"]):
            continue
        first, last = row["period_start"].date(), row["period_end"].date()
        cadence = _SPANS.get(last.month - first.month + 1 if first.year == last.year else 0)
        if cadence is None or inbox is None or _ends(cadence, last) != last:
            continue
        is_year = cadence == "year"
        rhythm = inbox.yearly if is_year else Rhythm(cadence=cadence, lag_days=inbox.lag_days)
        names = (capitalise(getattr(record, f"{key}_{lang}")) for key in ("name", "department", "ask"))
        what, who, how = names
        when = capitalise(lacking.due_text(rhythm, lang, is_yearly=is_year))
        lack = lacking.Lack(record.id, record.department_zh, what, who, when, how, rhythm)
        item = _item(lack, next_due(rhythm, last, asked), rhythm, asked, lang)
        if item is not None:
            yield item


def _ends(cadence: str, day: date) -> date:
    return Rhythm(cadence=cadence, lag_days=1).period_end(day)


def next_due(rhythm: Rhythm | None, last: date, asked: Asked) -> Due:
    """The first period after ``last`` that is not here, up to the last that is due, by the rule of the pages' late sources."""
    if rhythm is None:  # nobody has set a day: a year is asked for when it is over
        end = _ANY_YEAR.expected_day(asked.today, asked.until)
        return Due(last + timedelta(days=1), end, None, 0 if end > last else -1)
    first = last + timedelta(days=1)
    expected, on = rhythm.expected_day(asked.today, asked.until), rhythm.due_day(rhythm.period_end(first))
    if expected > last:
        return Due(first, expected, on, max(0, (asked.today - on).days))
    is_expected = rhythm.period_end(first) <= asked.until
    return Due(
        first, rhythm.period_end(first), on, (asked.today - on).days if is_expected else -asked.within - 1
    )


def _item(lack: lacking.Lack, due: Due, rhythm: Rhythm | None, asked: Asked, lang: str) -> Item | None:
    is_soon = rhythm is not None and rhythm.cadence != "day" and due.days >= -asked.within
    if not (due.is_late or is_soon):
        return None
    section, dash = "late" if due.is_late else "soon", text("dash", lang)
    on = format_date(due.on, lang) if due.on else _unset(lack, lang)
    days = str(abs(due.days)) if due.on else dash
    cells = (lack.what, span_label(due.first, due.last, lang), on, days, lack.how)
    state = (section, due.first.isoformat(), due.last.isoformat())
    return Item(section, lack.department, ("owed", lack.key, *state), cells, due.days)


def _unset(lack: lacking.Lack, lang: str) -> str:
    if lack.when == capitalise(lacking.text("yearly", lang)):
        return text("no_day", lang, when=lack.when)
    return text("no_when", lang)


def _task(row: Mapping[str, object], lang: str) -> Item:
    days, due = int(row["days_overdue"]), row["due_date"].date()
    section = "late" if days > 0 else "soon"
    measure = row["measure"] if lang == "zh" else row["measure_en"]
    what = text("task", lang, id=row["task_id"], n=row["article"], measure=measure)
    edition = text("edition", lang, ledger=row["ledger"], day=format_date(row["reported_on"].date(), lang))
    cells = (what, edition, format_date(due, lang), str(abs(days)), text("task_how", lang))
    key = ("task", str(row["ledger"]), str(row["task_id"]), section, due.isoformat())
    return Item(section, str(row["department"]), key, cells, days)


def _missed(battle: Battle, row: pd.Series, lang: str) -> Item:
    record = registry.indicator(row["indicator_id"])
    measure = Measure(record.unit, record.decimals)
    goal = text("sign", lang)[row["target_operator"]] + format_quantity(row["target_value"], measure, lang)
    decided = settled(row["reason"])
    year, value = decided or (0, row["value"])
    days = (
        (date(year, 1, 1), date(year, 12, 31))
        if decided
        else (row["period_start"].date(), row["period_end"].date())
    )
    cells = (
        _target_name(battle, row, lang),
        span_label(*days, lang),
        format_quantity(value, measure, lang),
        goal,
        text("action.how", lang),
    )
    return Item("action", _lead(record), ("action", str(row["target_id"])), cells)


def _lead(record: registry.Indicator) -> str:
    """Lead department of a target by its indicator: the environment's where it is measured."""
    return record.department_zh or lacking.department_of("measured")


def _target_name(battle: Battle, row: Mapping[str, object], lang: str) -> str:
    """Name of a target; of one of another plan that of its indicator."""
    record = registry.indicator(str(row["indicator_id"]))
    named = (one for one in battle.context.plan.targets if one.id == row["target_id"])
    return capitalise(getattr(next(named, record), f"name_{lang}"))


def _action(battle: Battle, row: Mapping[str, object], asked: Asked, lang: str) -> Item:
    due = row["due_date"].date()
    days = (asked.today - due).days
    section = "late" if days > 0 else "soon"
    target, lead = _target_name(battle, row, lang), _lead(registry.indicator(str(row["indicator_id"])))
    named = {"id": row["action_no"], "target": target, "action": row["action"], "owner": row["owner"]}
    what = text("corrective", lang, **named)
    cells = (what, str(row["period"]), format_date(due, lang), str(abs(days)), text("corrective_how", lang))
    key = (
        "corrective",
        str(row["target_id"]),
        str(row["period"]),
        str(row["action_no"]),
        section,
        due.isoformat(),
    )
    return Item(section, lead, key, cells, days)
