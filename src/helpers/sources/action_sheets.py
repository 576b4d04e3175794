"""Sheets 整改清单 (corrective actions) and 人工判定 (manual overrides) of the departments' workbook, a row each.

A later edition (填报日期) tells the same action again, by target, period missed and action number; nothing of the earlier one
is lost. A target is named by its id, or by the id or name of its indicator. A row with a faulty cell is quarantined as a
whole, once for each fault, with its sheet, column and what to write instead. A row of 整改清单 in which only the missed
target and its fact stand, as templates write it, tells no action yet and is passed over.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import registry
from helpers.messages import message
from helpers.periods import Period
from helpers.schemas import ORIGIN
from helpers.sources.builder import ReadingBuilder
from helpers.sources.form_fields import Form, form_of
from helpers.sources.form_words import against_future, suggest
from helpers.sources.head import Head
from helpers.sources.reading import TABLES, Reading
from helpers.sources.water_forms import Grid, find_grids, holds_form, read_fields, tell_unread
from helpers.sources.workbook import Sheet, read_sheets

ACTIONS, OVERRIDES = form_of("整改清单"), form_of("人工判定")
FORMS = (ACTIONS, OVERRIDES)
_TOLD = ("action_no", "cause", "action", "owner", "due_date", "state", "evidence", "closed_by", "closed_on")
Faults = list[tuple[str, str]]
Named = Mapping[str, Mapping[str, int | None]]


def recognise(head: Head) -> bool:
    """Whether a sheet is named 整改清单 or 人工判定, or has the heading of one."""
    return any(form.sheet in head.sheet_names or holds_form(head, form.fields) for form in FORMS)


def is_heading(row: Sequence[str]) -> bool:
    """Whether a row is the heading of one of both."""
    return any(holds_form(Head(b"", (), ((tuple(row),),)), form.fields) for form in FORMS)


def name_targets(*plans: registry.Plan) -> dict[str, dict[str, int | None]]:
    """Every way to write a target of some plans → the targets meant, with the year each is due (``None``: it stands always).

    An id names its own target; an indicator, by its id or name, those the pages judge by.
    """
    found: dict[str, dict[str, int | None]] = {}
    for one in (one for plan in plans for one in plan.targets):
        names = (one.indicator, registry.indicator(one.indicator).name_zh, one.name_zh) if one.judged else ()
        for name in (one.id, *names):
            found.setdefault(_spelled(name), {})[one.id] = one.year
    return found


def iter_read(
    path: Path, *, targets: Named | None = None, received_on: date | None = None
) -> Iterator[Reading]:
    """Read both sheets, those that are there and hold a row.

    Parameters
    ----------
    targets
        As :func:`name_targets` gives them; ``None`` takes every name as it stands.
    received_on
        Day the file was received: nothing is reported or decided after it. ``None`` skips the check.

    Yields
    ------
    Readings of ``actions`` and of ``overrides``.

    Raises
    ------
    SourceError
        A sheet of one of the names lacks a column. Fill in the template and keep its heading.
    """
    sheets = read_sheets(path)
    for form in FORMS:
        reading = _read_form(path, form, sheets, targets, received_on)
        if len(reading.table) or len(reading.rejects):
            yield reading


def _read_form(
    path: Path, form: Form, sheets: Sequence[Sheet], targets: Named | None, received_on: date | None
) -> Reading:
    builder = ReadingBuilder(form.table_name)
    for grid in _grids(path, form, sheets):
        prefix = f"{grid.sheet.name}!"
        labels = {one.name: prefix + one.label for one in form.fields}
        tell_unread(builder, grid, prefix)
        for number, cells in grid.rows:
            if grid.is_aside(cells) or (form is ACTIONS and _is_untold(grid, cells)):
                continue
            record = read_fields(builder, grid, (number, cells), form, prefix=prefix)
            if record is None:
                continue
            faults = _faults(form, record, targets, received_on)
            for name, reason in faults:
                builder.reject(number, labels[name], grid.cell(cells, name).text, reason)
            if not faults:
                _add(builder, form, grid.sheet.name, number, record)
    return builder.finish()


def _grids(path: Path, form: Form, sheets: Sequence[Sheet]) -> list[Grid]:
    """Sheets that hold the form; one that bears its name and has any row must."""
    named = [one for one in sheets if one.name == form.sheet and one.rows]
    others = [one for one in sheets if one not in named and holds_form(_head(one), form.fields)]
    return [grid for one in (*named, *others) for grid in find_grids(path, form, sheets=[one])]


def _head(sheet: Sheet) -> Head:
    rows = tuple(tuple(cell.text or cell.spread for cell in cells) for _, cells in sheet.rows[:20])
    return Head(b"", (), (rows,), (sheet.name,))


def _holds(sheet: Sheet, form: Form) -> bool:
    rows = tuple(tuple(cell.text or cell.spread for cell in cells) for _, cells in sheet.rows[:20])
    return holds_form(Head(b"", (), (rows,)), form.fields)


def _is_untold(grid: Grid, cells: Sequence[object]) -> bool:
    return not any(grid.cell(cells, name).text for name in _TOLD)


def _faults(form: Form, record: dict[str, object], targets: Named | None, received_on: date | None) -> Faults:
    """Every fault of a row whose cells can be read; the target is written by its id."""
    found = [against_future(record[form.dated], form.dated, received_on)]
    try:
        record["target_id"] = _target(str(record["target_id"]), str(record["period"]), targets)
    except ValueError as error:
        found.append(("target_id", str(error)))
    return [one for one in (*found, *(_against_action(record) if form is ACTIONS else ())) if one]


def _target(text: str, period: str, targets: Named | None) -> str:
    """Id of the target a text names; of several on one indicator the one that ran in the period, or else the last before."""
    if targets is None:
        return text
    meant = targets.get(_spelled(text))
    if not meant:
        raise ValueError(f"{message('actions.no_target')}; {suggest(text, targets)}")
    dated = {one: year for one, year in meant.items() if year is not None}
    ahead = [year for year in dated.values() if year >= Period.parse(period).year]
    asked = min(ahead) if ahead else max(dated.values(), default=None)
    own = [one for one, year in meant.items() if year == asked]
    if len(own) != 1:
        raise ValueError(message("actions.several_targets", names=", ".join(meant)))
    return own[0]


def _against_action(record: Mapping[str, object]) -> Faults:
    """What of an action cannot be: due before the miss, closed without proof, proof of closing without being closed."""
    missed, found = Period.parse(str(record["period"])).end, []
    due, closed = record["due_date"], record["closed_on"]
    if due is not None and due < missed:
        found.append(("due_date", message("actions.due_before", day=missed)))
    if record["state"] == "closed":
        lacking = [name for name in ("evidence", "closed_by", "closed_on") if not record[name]]
        found += [(name, message("actions.closed_without")) for name in lacking]
    else:
        told = [name for name in ("closed_by", "closed_on") if record[name]]
        found += [(name, message("actions.not_closed")) for name in told]
    if closed is not None and closed > record["reported_on"]:
        found.append(("closed_on", message("actions.closed_after", day=record["reported_on"])))
    return found


def _add(builder: ReadingBuilder, form: Form, sheet: str, number: int, record: Mapping[str, object]) -> None:
    """Keep a row with its place in the file, unless a row before told it."""
    content = tuple(record[name] for name in TABLES[form.table_name] if name not in ORIGIN)
    if not builder.is_repeat(number, tuple(record[name] for name in form.key), content):
        builder.add(*(pd.NaT if value is None else value for value in content), sheet, str(number))


def _spelled(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
