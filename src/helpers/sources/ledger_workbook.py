"""The departments' workbook (xlsx): sheet 台账, one reported figure a row.

Columns, told by either half of their bilingual heading: 指标编号 ``indicator_id``, 地区代码 ``place_code``,
统计期 ``period``, 数值 ``value``, 单位 ``unit``, 数据状态 ``status``, 口径 ``scope``; 指标名称, 填报部门 and
备注 are for people. A row whose 备注 begins with 示例 is an example and is passed over. A workbook whose rows are written out
for its department shows the target and last year's value beside them (``REFERENCES``): they are not read, and a row whose
value is left empty there reports nothing yet.

A figure stands only with a known indicator, that indicator's own unit (code or label), a period such as
2024, 2024-Q1 or 2024-06 (also 2024年, 2024年第一季度, 2024年6月), and a status. A cell formatted as a percentage holds a hundredth of what it
shows; it is read as shown. Of several rows with one indicator, place, period and scope the revised one
stands, then the final, then the preliminary, then the first; the others are quarantined.

Beside it the workbook may hold sheets 整改清单 and 人工判定, see :mod:`helpers.sources.action_sheets`; it may hold these alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from pathlib import Path

from helpers import dictionary
from helpers.messages import message, parts
from helpers.sources import action_sheets
from helpers.sources.builder import ReadingBuilder
from helpers.sources.cells import Cell, is_mark, read_number, read_period, spell_unit
from helpers.sources.form_words import against_future, is_below, read_place, suggest
from helpers.sources.head import Head, read_head
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import MISSING_NUMBER, is_missing
from helpers.sources.water_forms import Grid, tell_unread
from helpers.sources.workbook import Sheet, read_sheets
from helpers.units import UNITS

SHEET, EXAMPLE = "台账", "示例"
_FORM = dictionary.forms()[SHEET]
COLUMNS = {name: one.zh for name, one in _FORM.fields.items()}
REFERENCES = {name: one.zh for name, one in _FORM.aside.items()}
"""Columns of a workbook written out for its department: shown beside the value, never read."""
STATUSES = dictionary.choices("ledger", "status")
_MERGED = "cells.merged"
_VERIFIED = "已核"  # 已核实, 已核对
_PRECEDENCE = ("revised", "final", "preliminary")


def recognise(head: Head) -> bool:
    """Whether a sheet is named 台账 or has its heading, or is one of corrective actions or overrides."""
    return _is_ledger(head) or action_sheets.recognise(head)


def _is_ledger(head: Head) -> bool:
    return SHEET in head.sheet_names or any(
        not action_sheets.is_heading(row) and _is_heading(row) for sheet in head.sheets for row in sheet
    )


def iter_read(
    path: Path,
    *,
    known: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    places: Mapping[str, str] | None = None,
    received_on: date | None = None,
    targets: action_sheets.Named | None = None,
) -> Iterator[Reading]:
    """Read the figures, the corrective actions and the overrides of a workbook; see :func:`read` and ``targets`` there.

    A sheet without rows gives no reading beside others that have some.
    """
    found = list(action_sheets.iter_read(path, targets=targets, received_on=received_on))
    if not found or _is_ledger(read_head(path)):
        ledger = read(path, known=known, names=names, ranges=ranges, places=places, received_on=received_on)
        if not found or len(ledger.table) or len(ledger.rejects):
            yield ledger
    yield from found


def read(
    path: Path,
    *,
    known: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    places: Mapping[str, str] | None = None,
    received_on: date | None = None,
) -> Reading:
    """Read the figures of sheet 台账.

    Parameters
    ----------
    known
        Indicators that may be reported: id → unit code of ``helpers.units``.
    names
        Chinese name of an indicator → its id; the name may stand in place of the id.
    ranges
        Id → lowest and highest value that can be, in the indicator's unit.
    places
        As in :func:`helpers.sources.form_words.read_place`.
    received_on
        Day the file was received: no period begins after it. ``None`` skips the check.

    Returns
    -------
    Reading of ``ledger``: ``indicator_id, place_code, period, value, unit`` (code), ``status`` (``final``,
    ``preliminary``, ``revised``), ``scope``, ``flag`` (``verified`` where 备注 says 已核). A workbook without figures gives an empty table. A row with faulty cells
    is quarantined once for each of them.

    Raises
    ------
    SourceError
        The file is no workbook, lacks the sheet or a column, or no list of indicators was given.
    """
    if known is None:
        raise refusal(path, column="indicator_id", **parts("ledger.no_list"))
    sheet, others = _find_sheets(path)
    rows = _rows_of_table(sheet)
    columns = _locate_columns(path, rows)
    builder = ReadingBuilder("ledger")
    for other in others:
        reason = message("ledger.second_sheet", name=sheet.name)
        builder.reject(_rows_of_table(other)[0][0], "", other.name, reason)
    heading = tuple(cell.text for cell in rows[0][1])
    grid = Grid(sheet, (), rows[0][0], heading, columns, tuple(rows[1:]))
    tell_unread(builder, grid, "")
    facts = _Facts(known, names or {}, ranges or {}, places, received_on)
    is_written_out = REFERENCES.keys() <= columns.keys()
    sound: dict[tuple[str, ...], list[tuple[int, tuple[object, ...]]]] = {}
    for number, cells in rows[1:]:
        record = {name: _cell(cells, place, name) for name, place in columns.items()}
        if is_below(cells) or record.get("note", Cell("")).text.startswith(EXAMPLE):
            continue
        if is_written_out and not (record["value"].text or record["value"].problem):
            continue
        if shifted := grid.against(cells):
            builder.reject(number, *shifted)
            continue
        figure = _read_figure(builder, number, record, facts)
        if figure is not None:
            indicator, place, period, _, _, _, scope, _ = figure
            sound.setdefault((indicator, place, period, scope), []).append((number, figure))
    for candidates in sound.values():
        _keep_one(builder, candidates, sheet.name)
    return builder.finish()


@dataclass(frozen=True)
class _Facts:
    """What figures are held against; see :func:`read`."""

    known: Mapping[str, str]
    names: Mapping[str, str]
    ranges: Mapping[str, tuple[float, float]]
    places: Mapping[str, str] | None
    received_on: date | None


def _is_heading(texts: Iterable[str]) -> bool:
    return any(COLUMNS["indicator_id"] in text or "indicator_id" in text for text in texts)


def _find_sheets(path: Path) -> tuple[Sheet, list[Sheet]]:
    """Sheet 台账, or else the first one with the columns; and the others with them."""
    sheets = read_sheets(path)
    tables = [sheet for sheet in sheets if not _absent(_places_of(_rows_of_table(sheet)))]
    named = [sheet for sheet in sheets if sheet.name == SHEET] or tables
    if not named:
        raise refusal(
            path, **parts("ledger.sheets", names=", ".join(sheet.name for sheet in sheets), sheet=SHEET)
        )
    return named[0], [sheet for sheet in tables if sheet is not named[0]]


def _rows_of_table(sheet: Sheet) -> list[tuple[int, list[Cell]]]:
    """Numbered rows from the heading on."""
    at = next(
        (n for n, (_, cells) in enumerate(sheet.rows) if _is_heading(cell.text for cell in cells)), None
    )
    return [] if at is None else list(sheet.rows[at:])


def _cell(cells: Sequence[Cell], place: int, name: str) -> Cell:
    """Cell of a column; the lower cells of a merged range carry its text, except a value."""
    cell = cells[place] if place < len(cells) else Cell("")
    if not cell.spread or cell.text:
        return cell
    return Cell(cell.spread) if name != "value" else Cell("", problem=message(_MERGED))


def _places_of(rows: list[tuple[int, list[Cell]]]) -> dict[str, int]:
    """Place of each column the heading names."""
    places: dict[str, int] = {}
    for place, cell in enumerate(rows[0][1] if rows else []):
        words = "".join(one for one in cell.text if not is_mark(one)).split()
        for name, label in (COLUMNS | REFERENCES).items():
            if (name in words or label in words) and name not in places:
                places[name] = place
    return places


def _absent(places: Mapping[str, int]) -> list[str]:
    return [f"{COLUMNS[name]} {name}" for name in COLUMNS if name in _FORM.required and name not in places]


def _locate_columns(path: Path, rows: list[tuple[int, list[Cell]]]) -> dict[str, int]:
    """Place of each column, from the heading."""
    places = _places_of(rows)
    if absent := _absent(places):
        raise refusal(
            path,
            row=rows[0][0] if rows else 1,
            column=absent[0],
            **parts("ledger.columns", sheet=SHEET, names=", ".join(absent)),
        )
    return places


def _read_figure(
    builder: ReadingBuilder, row: int, record: dict[str, Cell], facts: _Facts
) -> tuple[object, ...] | None:
    """One figure in the order of the ledger, or ``None`` after quarantining its row, once for every faulty cell."""
    found: dict[str, object] = {}
    for name, take in (
        ("indicator_id", _indicator),
        ("place_code", _place),
        ("period", _period),
        ("unit", _unit),
        ("status", _status),
        ("value", _value),
    ):
        try:
            found[name] = take(record[name], facts, str(found.get("indicator_id", "")))
        except ValueError as error:
            builder.reject(row, name, record[name].text, str(error))
    if len(found) < 6:
        return None
    return (
        *(found[name] for name in ("indicator_id", "place_code", "period", "value", "unit", "status")),
        record["scope"].text,
        "verified" if _VERIFIED in record.get("note", Cell("")).text else "",
    )


def _indicator(cell: Cell, facts: _Facts, _: str) -> str:
    if cell.text in facts.known:
        return cell.text
    named = {
        unicodedata.normalize("NFKC", name): one for name, one in facts.names.items() if one in facts.known
    }
    name = re.sub(r"\s+", "", cell.text)
    if name in named:
        return named[name]
    raise ValueError(f"{message('ledger.no_indicator')}; {suggest(cell.text, [*facts.known, *named])}")


def _place(cell: Cell, facts: _Facts, _: str) -> str:
    if not cell.text:
        raise ValueError(message("ledger.no_place"))
    return read_place(cell.text, facts.places)


def _period(cell: Cell, facts: _Facts, _: str) -> str:
    period = read_period(cell)
    if future := against_future(period, "", facts.received_on):
        raise ValueError(future[1])
    return period


def _unit(cell: Cell, facts: _Facts, indicator: str) -> str:
    code = facts.known.get(indicator, "")
    if indicator and code not in UNITS:
        raise ValueError(message("ledger.unit_unknown", code=repr(code)))
    if not indicator or spell_unit(cell.text) in {spell_unit(one) for one in (code, *_labels(code))}:
        return code
    raise ValueError(message("ledger.unit", unit=UNITS[code].label_zh or code))


def _labels(code: str) -> tuple[str, ...]:
    return (UNITS[code].label_zh, UNITS[code].label_en) if code in UNITS else ()


def _status(cell: Cell, _facts: _Facts, _: str) -> str:
    if cell.text not in {*STATUSES, *STATUSES.values()}:
        raise ValueError(message("ledger.status", names=", ".join(STATUSES)))
    return STATUSES.get(cell.text, cell.text)


def _value(cell: Cell, facts: _Facts, indicator: str) -> float:
    """The figure a cell shows, within what can be."""
    if is_missing(cell.text) and not cell.problem:
        raise ValueError(message("ledger.no_value"))
    label = next(iter(_labels(facts.known.get(indicator, ""))), "")
    value = float(read_number(cell, label))
    if value == MISSING_NUMBER:
        raise ValueError(message("ledger.no_value"))
    low, high = facts.ranges.get(indicator, (-inf, inf))
    if not low <= value <= high:
        ends = {"low": f"{low:g}", "high": f"{high:g}{' ' * bool(label)}{label}"}
        raise ValueError(message("ledger.outside", **ends))
    return value


def _keep_one(builder: ReadingBuilder, candidates: list[tuple[int, tuple[object, ...]]], sheet: str) -> None:
    """Keep the row of the highest status and quarantine the others of its key."""
    standing = min(candidates, key=lambda one: (_PRECEDENCE.index(one[1][5]), one[0]))
    builder.add(*standing[1], sheet, str(standing[0]))
    for row, figure in candidates:
        if row != standing[0]:
            reason = message("ledger.repeats", row=standing[0])
            builder.reject(row, "", f"{figure[0]} {figure[1]} {figure[2]} = {figure[3]:g}", reason)
