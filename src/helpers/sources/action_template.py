"""Empty sheets 整改清单 and 人工判定 of the departments' workbook, with the targets to choose from and those missed written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from helpers import registry, store
from helpers.paths import Folders
from helpers.periods import Period
from helpers.registry import Target
from helpers.sources.action_sheets import ACTIONS, OVERRIDES
from helpers.sources.form_fields import EXAMPLE, Form
from helpers.sources.template_parts import add_choice, write_fields, write_heading
from helpers.units import UNITS

TARGET_SHEET = "目标表"
ACTION_HELP = (
    ("“整改清单”一行一项整改措施：未达成的目标、时段、事实、原因、措施、责任单位、期限和状态。", "Sheet 整改清单: one corrective action a row, with the missed target, period, fact, cause, action, responsible office, due day and state."),
    ("目标从下拉列表选取，含义见“目标表”；措施编号各期保持不变，据此与以往各期衔接。", "Choose the target from the list; sheet 目标表 explains it. Keep the action number from one edition to the next: it is how editions are joined."),
    ("每次填报列出全部未销号的措施；漏列的不会删除，按最后一次填报的状态列出。", "List every action that is not closed each time; one left out is not deleted, it stands as it was last reported."),
    ("已销号的写明佐证材料、销号单位和销号日期。", "An action that is closed needs evidence, who closed it and when."),
    ("“人工判定”写明状态、理由、单位和日期；它列在测算的状态旁边，不改变测算结果。", "Sheet 人工判定 needs status, reason, office and day; it stands beside the computed status and changes none."),
)  # fmt: skip
_ROWS = 500
_WIDTHS = {
    "target_id": 36, "period": 12, "action_no": 10, "reported_on": 14, "fact": 36, "cause": 36, "action": 44, "owner": 22,
    "due_date": 14, "state": 12, "evidence": 30, "closed_by": 22, "closed_on": 14, "note": 20, "status": 14, "reason": 50,
    "office": 22, "decided_on": 14,
}  # fmt: skip
_EXAMPLE: Mapping[str, object] = {
    "period": "2024",
    "action_no": "1",
    "reported_on": "2025-03-31",
    "fact": "示例事实",
    "cause": "示例原因",
    "action": "示例措施",
    "owner": "某局",
    "due_date": "2025-12-31",
    "state": "整改中",
    "status": "达成",
    "reason": "示例理由",
    "office": "某局",
    "decided_on": "2025-03-31",
    "note": EXAMPLE,
}


def judged_targets(city: str) -> list[Target]:
    """Targets of a city's plan that the pages judge by."""
    return [one for one in registry.plan(city).targets if one.judged]


def lead_department(target: Target) -> str:
    """Department of a target's indicator; that of the environment where it is measured."""
    return registry.indicator(target.indicator).department_zh or "生态环境主管部门"


def add_action_sheets(
    book: Workbook, targets: Sequence[Target], missed: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """Add both sheets with their lists.

    Parameters
    ----------
    targets
        What may be chosen; :func:`write_targets` writes the list itself.
    missed
        Target id → cells of a row of 整改清单 that is written out; those of other targets are passed over.
    """
    names = target_names(targets)
    for form in (ACTIONS, OVERRIDES):
        sheet = book.create_sheet(form.sheet)
        _write_form(sheet, form, next(iter(names.values())))
        add_choice(sheet, 1, f"'{TARGET_SHEET}'!$A$2:$A${len(targets) + 1}", n_rows=_ROWS)
    fields = [one.name for one in ACTIONS.fields]
    known = [(names[name], cells) for name, cells in (missed or {}).items() if name in names]
    for number, (name, cells) in enumerate(known, start=3):
        for column, field in enumerate(fields, start=1):
            value = name if field == "target_id" else cells.get(field)
            book[ACTIONS.sheet].cell(number, column).value = value


def _write_form(sheet: Worksheet, form: Form, target: str) -> None:
    example = [target if one.name == "target_id" else _EXAMPLE.get(one.name) for one in form.fields]
    widths = [_WIDTHS[one.name] for one in form.fields]
    write_fields(sheet, form.fields, example, n_rows=_ROWS, widths=widths)


def target_names(targets: Sequence[Target]) -> dict[str, str]:
    """How each target is chosen: by the name of its indicator, or by its id where several have that name."""
    found = {one.id: registry.indicator(one.indicator).name_zh for one in targets}
    names = list(found.values())
    return {key: name if names.count(name) == 1 else key for key, name in found.items()}


def write_targets(book: Workbook, targets: Sequence[Target]) -> None:
    """Add the list that explains the targets."""
    sheet = book.create_sheet(TARGET_SHEET)
    heading = ["目标\ntarget", "目标编号\ntarget_id", "目标名称\nname_zh", "英文名\nname_en", "年份\nyear"]
    write_heading(sheet, heading, (40, 44, 44, 60, 10))
    for one, name in zip(targets, target_names(targets).values(), strict=True):
        sheet.append([name, one.id, one.name_zh, one.name_en, one.year])


def missed_without_action(received: Folders, city: str, period: Period) -> dict[str, dict[str, str]]:
    """Targets missed in a period, or in the same one a year earlier, on which no action was reported.

    They are those of reports computed before (``processed/results``); a demonstration gives none.

    Returns
    -------
    Target id → ``period`` and ``fact`` of its row in 整改清单.
    """
    if received.simulated:
        return {}
    labels = (f"{period.year - 1}{period.label[4:]}", period.label)
    folder = received.processed / "results" / city
    files = [(label, path) for label in labels for path in sorted((folder / label).glob("*.parquet"))]
    acted = store.read_table(received.processed, "actions", columns=["target_id", "state"])
    found: dict[str, dict[str, str]] = {}
    for label, path in files:
        rows = pd.read_parquet(path)
        rows = rows[(rows["target_id"] != "") & (rows["status"] == "off_track")]
        is_due = rows["target_date"].isna() | (rows["target_date"] <= rows["period_end"])
        for row in rows[is_due].to_dict("records"):
            found[row["target_id"]] = _written_out(row, label)
    return {
        key: cells
        for key, cells in found.items()
        if key not in set(acted.loc[acted["state"] != "cancelled", "target_id"])
    }


def _written_out(row: Mapping[str, object], label: str) -> dict[str, str]:
    """The period missed and, as its results have them, the value and the target it missed."""
    unit, sign = UNITS[str(row["unit"])].label_zh, {">=": "≥", "<=": "≤"}[str(row["target_operator"])]
    code, *parts = str(row["reason"]).split("|")
    if code == "settled":  # judged by the value of the target's own year
        told = dict(part.split("=", 1) for part in parts)
        period, value = told["year"], float(told["value"])
    else:
        is_year = (row["period_end"] - row["period_start"]).days >= 364
        period, value = (str(row["period_end"].year) if is_year else label), float(row["value"])
    return {"period": period, "fact": f"{value:.10g}{unit}，目标{sign}{row['target_value']:.10g}{unit}"}
