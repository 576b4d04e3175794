"""A small checkout of received data with something of everything a department is told: ledger, tasks, air, a table of addresses."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from helpers import dictionary, registry
from helpers.run.digest import Gathered, Question, gather
from helpers.run.session import Run, start_run
from helpers.sources.ledger_workbook import SHEET
from helpers.sources.templates import label_of
from run_checkout import make_checkout

CITY, TODAY = "changchun", date(2025, 4, 25)
WATER, FOREST, FARM = "水行政主管部门", "林业和草原主管部门", "农业农村主管部门"
OFFICE = "某市水务局"


def write_form(path: Path, form: str, records: list[dict[str, object]]) -> None:
    """A workbook of one form with its own headings."""
    fields = dictionary.forms()[form].fields
    book = Workbook()
    sheet = book.active
    sheet.title = form
    sheet.append([f"{field.zh}\n{name}" for name, field in fields.items()])
    for record in records:
        sheet.append([record.get(name, "") for name in fields])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def write_ledger(path: Path, *figures: tuple[str, str, float]) -> None:
    """A workbook of figures: indicator, period, value."""
    records = []
    for indicator_id, period, value in figures:
        unit = label_of(registry.indicator(indicator_id).unit)
        record = {"indicator_id": indicator_id, "place_code": "220100", "period": period, "value": value}
        records.append(record | {"unit": unit, "status": "正式", "scope": "全市"})
    write_form(path, SHEET, records)


def write_tasks(path: Path, *tasks: tuple[str, str, str, str]) -> None:
    """A task ledger: number, department, due day, state."""
    records = []
    for number, department, due, state in tasks:
        record = {"ledger": "任务台账", "reported_on": "2025-03-31", "task_id": number, "article": 19}
        record |= {"measure": f"措施{number}", "department": department, "due_date": due, "state": state}
        records.append(record | {"evidence": "文号" if state == "已完成" else ""})
    write_form(path, "任务台账", records)


def digest_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with received data, seen on :data:`TODAY`."""
    home = make_checkout(folder, monkeypatch, "plain", data=True)
    raw = home / "data" / "raw"
    forest = [("forest_cover", str(year), 12.0 + year / 1000) for year in range(2017, 2024)]
    write_ledger(
        raw / "ledger" / "forest.xlsx", *forest, ("forest_cover", "2024", 140.2), *_water(), *_erosion()
    )
    write_tasks(
        raw / "ledger" / "tasks.xlsx",
        ("RW-1", OFFICE, "2025-03-31", "进行中"),
        ("RW-2", WATER, "2025-05-05", "未开始"),
        ("RW-3", WATER, "2025-06-30", "未开始"),
        ("RW-4", WATER, "2025-01-31", "已完成"),
        ("RW-5", "某处", "2025-01-31", "未开始"),
        ("RW-6", FARM, "2025-04-01", "未开始"),
    )
    monkeypatch.setattr("helpers.run.freshness.today_in", lambda _: TODAY)
    return home


def _water() -> list[tuple[str, str, float]]:
    return [
        ("river_clearing_coverage", month, 90.0) for month in ("2024-11", "2024-12", "2025-01", "2025-02")
    ]


def _erosion() -> list[tuple[str, str, float]]:
    return [("erosion_treated_area", str(year), 500.0 + year % 100) for year in range(2019, 2024)] + [
        ("erosion_treated_area", "2024", 5240.0)
    ]


def gathered(lang: str = "zh", table: dict | None = None, **question: object) -> Gathered:
    """Rows of the checkout that :func:`digest_home` made."""
    return gather(Question(CITY, TODAY, 14, **question), lang, table or {})


def run_of(reads: tuple[str, ...], lang: str = "zh") -> Run:
    """A run of the checkout as a notebook starts one on the same day."""
    return start_run(city=CITY, period="2025", lang=lang, reads=reads, asked_on=TODAY.isoformat())
