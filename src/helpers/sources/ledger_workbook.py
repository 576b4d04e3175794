"""The departments' workbook (xlsx): sheet 台账, one reported figure a row.

Columns, told by either half of their bilingual heading: 指标编号 ``indicator_id``, 地区代码 ``place_code``,
统计期 ``period``, 数值 ``value``, 单位 ``unit``, 数据状态 ``status``, 口径 ``scope``; 指标名称, 填报部门 and
备注 are for people. A row whose 备注 begins with 示例 is an example and is passed over.

A figure stands only with a known indicator, that indicator's own unit (code or label), a period such as
2024, 2024-Q1 or 2024-06, and a status. A cell formatted as a percentage holds a hundredth of what it
shows; it is read as shown. Of several rows with one indicator, place, period and scope the revised one
stands, then the final, then the preliminary, then the first; the others are quarantined.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from helpers.errors import ParameterError
from helpers.periods import Period
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import is_missing, parse_number
from helpers.sources.workbook import ZIP, Cell, read_sheets
from helpers.units import UNITS

SHEET, EXAMPLE = "台账", "示例"
COLUMNS = {
    "indicator_id": "指标编号",
    "indicator_name": "指标名称",
    "place_code": "地区代码",
    "period": "统计期",
    "value": "数值",
    "unit": "单位",
    "status": "数据状态",
    "scope": "口径",
    "department": "填报部门",
    "note": "备注",
}
STATUSES = {"正式": "final", "初步": "preliminary", "修订": "revised"}
_REQUIRED = ("indicator_id", "place_code", "period", "value", "unit", "status", "scope")
_PRECEDENCE = ("revised", "final", "preliminary")


def recognise(head: Head) -> bool:
    """Whether the file is a workbook; its sheets are judged when it is read."""
    return head.raw.startswith(ZIP)


def read(path: Path, *, known: Mapping[str, str] | None = None) -> Reading:
    """Read the figures of sheet 台账.

    Parameters
    ----------
    known
        Indicators that may be reported: id → unit code of ``helpers.units``.

    Returns
    -------
    Reading of ``ledger``: ``indicator_id, place_code, period, value, unit`` (code), ``status`` (``final``,
    ``preliminary``, ``revised``), ``scope``. A workbook without figures gives an empty table.

    Raises
    ------
    SourceError
        The file is no workbook, lacks the sheet or a column, or no list of indicators was given.
    """
    if known is None:
        raise refusal(
            path,
            "no list of indicators was given",
            column="indicator_id",
            expected="the indicators of the registry with their units",
            remedy="read the workbook through ingest",
        )
    rows = _read_sheet(path)
    places = _locate_columns(path, rows)
    builder = ReadingBuilder("ledger")
    sound: dict[tuple[str, ...], list[tuple[int, tuple[object, ...]]]] = {}
    for number, cells in rows[1:]:
        record = {name: cells[place] if place < len(cells) else Cell("") for name, place in places.items()}
        is_example = record.get("note", Cell("")).text.startswith(EXAMPLE)
        if is_example or not any(record[name].text for name in _REQUIRED):
            continue
        figure = _read_figure(builder, number, record, known)
        if figure is not None:
            indicator, place, period, _, _, _, scope = figure
            sound.setdefault((indicator, place, period, scope), []).append((number, figure))
    for candidates in sound.values():
        _keep_one(builder, candidates)
    return builder.finish()


def _read_sheet(path: Path) -> list[tuple[int, list[Cell]]]:
    """Numbered rows of sheet 台账 from its heading on."""
    sheets = {sheet.name: sheet for sheet in read_sheets(path)}
    if SHEET not in sheets:
        raise refusal(
            path,
            f"the sheets are {', '.join(sheets)}",
            expected=f"a sheet {SHEET}",
            remedy="fill in the template and keep the name of its sheet",
        )
    rows = []
    for number, cells in sheets[SHEET].rows:
        if rows or any(COLUMNS["indicator_id"] in cell.text or "indicator_id" in cell.text for cell in cells):
            rows.append((number, cells))
    return rows


def _locate_columns(path: Path, rows: list[tuple[int, list[Cell]]]) -> dict[str, int]:
    """Place of each column, from the heading."""
    places: dict[str, int] = {}
    for place, cell in enumerate(rows[0][1] if rows else []):
        words = cell.text.split()
        for name, label in COLUMNS.items():
            if (name in words or label in words) and name not in places:
                places[name] = place
    absent = [f"{COLUMNS[name]} {name}" for name in _REQUIRED if name not in places]
    if absent:
        raise refusal(
            path,
            f"sheet {SHEET} lacks the columns {', '.join(absent)}",
            row=rows[0][0] if rows else 1,
            column=absent[0],
            expected="the heading of the template",
            remedy="fill in the template and keep its heading",
        )
    return places


def _read_figure(
    builder: ReadingBuilder, row: int, record: dict[str, Cell], known: Mapping[str, str]
) -> tuple[object, ...] | None:
    """One figure in the order of the ledger, or ``None`` after quarantining its row."""
    for name, complaint in (
        ("indicator_id", _against_indicator(record["indicator_id"], known)),
        ("place_code", "" if record["place_code"].text else "names no place; write its six-digit code"),
        ("period", _against_period(record["period"])),
        ("unit", _against_unit(record["unit"], known.get(record["indicator_id"].text, ""))),
        ("status", _against_status(record["status"])),
        ("value", _against_value(record["value"], known.get(record["indicator_id"].text, ""))),
    ):
        if complaint:
            builder.reject(row, name, record[name].text, complaint)
            return None
    indicator, status = record["indicator_id"].text, record["status"].text
    return (
        indicator,
        record["place_code"].text,
        record["period"].text,
        _value_of(record["value"]),
        known[indicator],
        STATUSES.get(status, status),
        record["scope"].text,
    )


def _against_indicator(cell: Cell, known: Mapping[str, str]) -> str:
    if cell.text in known:
        return ""
    near = difflib.get_close_matches(cell.text, known, n=3, cutoff=0.4) or sorted(known)[:3]
    return f"is no known indicator; the nearest are {', '.join(near)}"


def _against_period(cell: Cell) -> str:
    remedy = "write 2024, 2024-Q1 or 2024-06 as text"
    if cell.is_date:
        return f"has become a date; {remedy}"
    try:
        Period.parse(cell.text)
    except ParameterError:
        return f"is no period; {remedy}"
    return ""


def _against_unit(cell: Cell, code: str) -> str:
    if code not in UNITS:
        return f"cannot be checked: the indicator's unit {code!r} is not in the list of units"
    labels = {code, UNITS[code].label_zh, UNITS[code].label_en}
    if cell.text in {unicodedata.normalize("NFKC", label) for label in labels}:
        return ""
    return f"is not the unit of this indicator; convert the value to {UNITS[code].label_zh or code}"


def _against_status(cell: Cell) -> str:
    known = {*STATUSES, *STATUSES.values()}
    return "" if cell.text in known else f"is no status; choose {', '.join(STATUSES)}"


def _against_value(cell: Cell, code: str) -> str:
    if is_missing(cell.text):
        return "has no value; report the figure or delete the row"
    if cell.is_percentage and code != "pct":
        return "is formatted as a percentage, but the unit is another; format it as a number"
    try:
        missing = parse_number(cell.text) is None
    except ValueError as error:
        return f"{error}; write digits only, the unit has its own column"
    return "has no value; report the figure or delete the row" if missing else ""


def _value_of(cell: Cell) -> float:
    """The figure shown: a percentage cell holds a hundredth of it, turned back in decimal arithmetic."""
    return float(Decimal(cell.text) * 100) if cell.is_percentage else float(cell.text)


def _keep_one(builder: ReadingBuilder, candidates: list[tuple[int, tuple[object, ...]]]) -> None:
    """Keep the row of the highest status and quarantine the others of its key."""
    standing = min(candidates, key=lambda one: (_PRECEDENCE.index(one[1][5]), one[0]))
    builder.add(*standing[1], SHEET, str(standing[0]))
    for row, figure in candidates:
        if row != standing[0]:
            reason = (
                f"repeats indicator, place, period and scope of row {standing[0]}, which stands; delete one"
            )
            builder.reject(row, "", f"{figure[0]} {figure[1]} {figure[2]} = {figure[3]:g}", reason)
