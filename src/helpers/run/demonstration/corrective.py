"""Two simulated lists of corrective actions, one with an override: one action is overdue, one closed. Nothing was reported."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from helpers import registry
from helpers.run.demonstration.land_forms import Record, write_forms
from helpers.sources.action_sheets import ACTIONS, OVERRIDES

_LATE, _CLOSED, _STATED = "clean_bulk_transport_share", "nox_reduction", "low_voc_furniture_share"
_EDITIONS = ("2026-01-31", "2026-03-31")
_MISSED = "2025"


def write_corrective(folder: Path, *, city: str, last: date) -> None:
    """Write one workbook a list, on those of three targets of the year 2025 that the plan of the city sets."""
    known = {
        one.indicator: one.id
        for one in registry.plan(city).targets
        if one.judged and one.year == int(_MISSED)
    }
    folder.mkdir(parents=True, exist_ok=True)
    for number, day in enumerate(one for one in _EDITIONS if one <= last.isoformat()):
        actions = [_action(known[one], one, day, number) for one in (_LATE, _CLOSED) if one in known]
        stated = [_override(known[_STATED], day)] if number and _STATED in known else []
        forms = [(form, rows) for form, rows in ((ACTIONS, actions), (OVERRIDES, stated)) if rows]
        if forms:
            write_forms(folder / f"corrective_actions_{day}.xlsx", forms, last=date.fromisoformat(day))


def _action(target: str, indicator: str, day: str, number: int) -> Record:
    is_closed = indicator == _CLOSED and number == 1
    row: Record = {
        "target_id": target,
        "period": _MISSED,
        "action_no": "1",
        "reported_on": day,
        "fact": "示例事实",
        "cause": "示例原因",
        "action": "示例整改措施",
        "owner": registry.indicator(indicator).department_zh,
        "due_date": "2026-04-30",
        "state": "已销号" if is_closed else "整改中",
    }
    closing = {"evidence": "示例文号9", "closed_by": "生态环境主管部门", "closed_on": "2026-03-25"}
    return row | (closing if is_closed else {})


def _override(target: str, day: str) -> Record:
    stated = {"target_id": target, "period": _MISSED, "status": "达成", "reason": "示例理由"}
    return stated | {"office": "生态环境主管部门", "decided_on": day}
