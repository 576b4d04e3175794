"""A ledger workbook for each lead department: a row for every figure asked of it, only the number is left to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import PatternFill, Protection
from openpyxl.worksheet.worksheet import Worksheet

from helpers import registry, store
from helpers.paths import Folders
from helpers.periods import Period
from helpers.registry import Indicator, Plan, Target
from helpers.sources.action_template import (
    ACTION_HELP,
    add_action_sheets,
    judged_targets,
    lead_department,
    missed_without_action,
    write_targets,
)
from helpers.sources.ledger_workbook import COLUMNS, REFERENCES, SHEET, STATUSES
from helpers.sources.template_parts import add_choice, open_cells, save_book, write_heading, write_help
from helpers.sources.templates import HELP_SHEET, LIST_SHEET, label_of, write_indicators

NONE = "无"
_WHOLE_CITY = "全市"
_WIDTHS = {
    "indicator_id": 44, "place_code": 12, "period": 12, "target": 20, "last_year": 14, "value": 14, "unit": 12,
    "status": 12, "scope": 22, "department": 24, "note": 30,
}  # fmt: skip
_MORE_ROWS = 40  # below the rows written out, for districts, months and quarters
_NAME_COLUMN = "$B"  # of the list of indicators
_HELP = (
    ("每行一个指标，只需在标色的“数值”格填数；暂无数据的行留空即可，不必删除。", "One indicator a row; only the coloured value cell is to be filled in. A row without data yet is left empty, not deleted."),
    ("“目标值”和“上年数值”供对照，不读取；“无”表示方案未设目标或未收到上年数据。", "Target and last year's value are for comparison and are not read; 无 says that the plan sets no target, or that no figure of last year was received."),
    ("数值只写数字，单位见“单位”列，请先换算。", "The value is digits only, in the unit of column 单位; convert first."),
    ("数据状态从下拉列表选取：正式、初步或修订。", "Choose the status from the list: 正式 final, 初步 preliminary, 修订 revised."),
    ("口径写明统计范围；与上年不同的，请改写。", "The scope says what is covered; rewrite it where it is not that of last year."),
    ("可在下方加行，例如分县区或分季度；指标从下拉列表选取，含义见“指标表”。", "Rows may be added below, by district or quarter; choose the indicator from the list, sheet 指标表 explains it."),
    ("指标表写明“累计”的，填报至期末的累计数，不填当年数。", "Where sheet 指标表 says cumulative, write the total since the start at the end of the period, not that year's own."),
    ("数值确与往年悬殊的，核实后在备注写“已核”。", "Where a figure truly is far from earlier ones, verify it and write 已核 in the note."),
    ("请勿改动表名和表头。", "Keep the sheet's name and its heading."),
)  # fmt: skip


def write_by_department(
    folder: Path, city: str, period: Period, *, received: Folders, today: date
) -> list[Path]:
    """Write one workbook a lead department, with its rows only.

    Parameters
    ----------
    folder
        Made when absent; files of the same names are replaced.
    city
        A folder of ``cities/``.
    period
        What is asked for, in every row.
    received
        Folders of received data: last year's values are those of their processed ledger, in the unit of the indicator;
        targets missed in the period or a year earlier stand in sheet 整改清单, as reports of them were computed before.
    today
        A figure of a period that has not ended by this day is offered as 初步.

    Returns
    -------
    The files written, such as ``台账_生态环境主管部门_2025.xlsx``, in the order of the registry.

    Raises
    ------
    SchemaError
        The processed ledger is damaged.
    """
    before = last_year_values(received, registry.city(city).code, period)
    missed = missed_without_action(received, city, period)
    asked: dict[str, list[Indicator]] = {}
    for record in registry.indicators_of(city).values():
        if record.is_ledger:
            asked.setdefault(record.department_zh, []).append(record)
    status = next(iter(STATUSES)) if period.end < today else "初步"
    paths = []
    for department, records in asked.items():
        rows = [_row(record, city, before) | {"period": period.label, "status": status} for record in records]
        paths.append(folder / f"{SHEET}_{department}_{period.label}.xlsx")
        targets = [one for one in judged_targets(city) if lead_department(one) == department]
        _write_book(paths[-1], records, rows, targets, missed)
    return paths


def last_year_values(received: Folders, city_code: str, period: Period) -> pd.DataFrame:
    """Return the city's figures of the same period a year earlier: ``indicator_id, value, status, scope``.

    Simulated figures are no figures of last year: the folders of a demonstration give none.
    """
    columns = ["indicator_id", "value", "status", "scope"]
    if received.simulated:
        return store.empty("ledger")[columns]
    before = f"{period.year - 1}{period.label[4:]}"
    same = [("place_code", "==", city_code), ("period", "==", before)]
    return store.read_table(received.processed, "ledger", columns=columns, filters=same)


def _row(record: Indicator, city: str, before: pd.DataFrame) -> dict[str, object]:
    """What is written out of one indicator, by column; the value is left empty."""
    target = _target_of(record, registry.plan(city))
    scopes = [target.scope.zh, _WHOLE_CITY] if target else [_WHOLE_CITY]
    own = before[before["indicator_id"] == record.id].sort_values("scope", kind="stable")
    last = min(
        own.to_dict("records"), key=lambda row: (*(row["scope"] != one for one in scopes),), default=None
    )
    return {
        "indicator_id": record.name_zh,
        "place_code": registry.city(city).name_zh,
        "target": _target_text(target),
        "last_year": _last_text(last),
        "unit": label_of(record.unit),
        "scope": last["scope"] if last else scopes[0],
        "department": record.department_zh,
    }


def _target_of(record: Indicator, plan: Plan) -> Target | None:
    """The target the pages judge by, or else one they do not."""
    known = plan.targets_for(record.id) or plan.targets_for(record.id, judged_only=False)
    return next((one for one in known if one.value is not None), known[0] if known else None)


def _target_text(target: Target | None) -> str:
    """``≥52%（2025年）``; without a number the plan's own words, or that the province sets it."""
    if target is None:
        return NONE
    if target.value is None:
        return "由省下达" if target.decided_by == "province" else target.text_zh or NONE
    sign = {">=": "≥", "<=": "≤"}[target.operator]
    year = f"（{target.year}年）" if target.year else ""
    return f"{sign}{target.value:.10g}{label_of(target.unit)}{year}"


def _last_text(last: Mapping[str, object] | None) -> object:
    """Last year's figure as it was reported; a preliminary one says so."""
    if last is None:
        return NONE
    return f"{last['value']:.10g}（初步）" if last["status"] == "preliminary" else last["value"]


def _write_book(
    path: Path,
    records: list[Indicator],
    rows: list[dict[str, object]],
    targets: list[Target],
    missed: Mapping[str, Mapping[str, str]],
) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    labels = {**COLUMNS, **REFERENCES, "indicator_id": "指标", "place_code": "地区"}
    write_heading(sheet, [f"{labels[name]}\n{name}" for name in _WIDTHS], list(_WIDTHS.values()))
    for row in rows:
        sheet.append([row.get(name) for name in _WIDTHS])
    _open(sheet, len(rows))
    if targets:
        add_action_sheets(book, targets, missed)
    write_help(book.create_sheet(HELP_SHEET), [*_HELP, *(ACTION_HELP if targets else ())])
    write_indicators(book.create_sheet(LIST_SHEET), records)
    if targets:
        write_targets(book, targets)
    names = f"'{LIST_SHEET}'!{_NAME_COLUMN}$2:{_NAME_COLUMN}${len(records) + 1}"
    for name, source in (("indicator_id", names), ("status", f'"{",".join(STATUSES)}"')):
        add_choice(sheet, _place(name), source, n_rows=len(rows) + _MORE_ROWS)
    save_book(path, book)


def _open(sheet: Worksheet, n_rows: int) -> None:
    """Open all cells but those of the references, and colour the values that are asked for."""
    texts = {_place(name) for name in ("place_code", "period")}
    open_cells(sheet, n_columns=len(_WIDTHS), n_rows=n_rows + _MORE_ROWS, text_columns=texts)
    asked = PatternFill("solid", fgColor=registry.palette().chips["at_risk"].fill.removeprefix("#"))
    for row in range(2, n_rows + 2):
        sheet.cell(row, _place("value")).fill = asked
        for name in REFERENCES:
            sheet.cell(row, _place(name)).protection = Protection(locked=True)


def _place(name: str) -> int:
    return list(_WIDTHS).index(name) + 1
