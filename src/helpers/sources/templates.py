"""The workbooks departments fill in; the one of indicators has sheet 台账, an explanation, and the indicators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from helpers import registry
from helpers.sources import water_templates
from helpers.sources.action_template import ACTION_HELP, add_action_sheets, judged_targets, write_targets
from helpers.sources.land_templates import BOOKS, write_land_template
from helpers.sources.ledger_workbook import COLUMNS, EXAMPLE, SHEET, STATUSES
from helpers.sources.noise_template import write_noise_template
from helpers.sources.task_template import write_task_template
from helpers.sources.template_lists import offer_names
from helpers.sources.template_parts import add_choice, open_cells, save_book, write_heading, write_help
from helpers.units import UNITS

HELP_SHEET, LIST_SHEET = "填报说明", "指标表"
_ROWS, _ANY_CODE = 500, "000000"
_WIDTHS = (26, 34, 12, 12, 12, 16, 12, 22, 20, 24)
_HELP = (
    ("在“台账”表中逐行填报，一行一个数值。", "Fill in sheet 台账, one figure a row."),
    ("指标编号从下拉列表选取，含义见“指标表”。", "Choose the indicator_id from the list; sheet 指标表 explains it."),
    ("统计期写作 2024、2024-Q1 或 2024-06（文本）。", "Write the period as 2024, 2024-Q1 or 2024-06 (text)."),
    ("数值只写数字，不写单位。", "The value is digits only, without a unit."),
    ("指标表写明“累计”的，每年填报至年末的累计数，不填当年数；累计数不会减少。", "Where sheet 指标表 says cumulative, write the total since the start at the end of each year, not that year's own; it never falls."),
    ("单位须与指标表一致，请先换算。", "The unit must be that of sheet 指标表; convert first."),
    ("数据状态：正式、初步或修订；修订数取代正式数和初步数。", "Status: 正式 final, 初步 preliminary, 修订 revised; a revised figure replaces the others."),
    ("口径写明统计范围，例如全市或市辖区；同一口径写法一致。", "The scope says what is covered, e.g. the whole city or its districts; always in the same words."),
    ("备注以“示例”开头的行不读取。", "A row whose note begins with 示例 is not read."),
    ("请勿改动表名和表头。", "Keep the sheet's name and its heading."),
)  # fmt: skip


class _Indicator(Protocol):
    id: str
    name_zh: str
    name_en: str
    unit: str
    ask_zh: str
    ask_en: str


def write_all(folder: Path, city: str) -> list[Path]:
    """Write every template of one city.

    Parameters
    ----------
    folder
        Made when absent; files of the same names are replaced.
    city
        A folder of ``cities/``: its sections fill the drop-down list.

    Returns
    -------
    The files written.
    """
    records = [record for record in registry.indicators_of(city).values() if record.is_ledger]
    code, targets = registry.city(city).code, judged_targets(city)
    crossing = [record for record in records if record.battle == "cross_cutting"]
    writers = {
        "department_workbook": lambda path: write_ledger_template(
            path, records, place_code=code, targets=targets
        ),
        "cross_cutting_workbook": lambda path: write_ledger_template(
            path,
            crossing,
            place_code=code,
            targets=[one for one in targets if one.battle == "cross_cutting"],
        ),
        "water_sections": lambda path: water_templates.write_section_template(
            path, list(registry.sections(city)["name_zh"])
        ),
        "drinking_sources": water_templates.write_drinking_template,
        "black_odorous": water_templates.write_black_odorous_template,
        "outfalls": water_templates.write_outfall_template,
        "ecological_flow": water_templates.write_flow_template,
        "noise_points": write_noise_template,
        "task_ledger": lambda path: write_task_template(path, registry.plan(city)),
        **{name: partial(write_land_template, name=name, place_code=code) for name in BOOKS},
    }
    paths = []
    for name, write in writers.items():
        paths.append(folder / f"{name}.xlsx")
        write(paths[-1])
        offer_names(paths[-1], city)
    return paths


def write_ledger_template(
    path: Path,
    indicators: Iterable[_Indicator],
    *,
    place_code: str = _ANY_CODE,
    targets: Sequence[registry.Target] = (),
) -> None:
    """Write the empty workbook, whole or not at all.

    Headings are locked (without a password), cells below are open; indicator, unit and status have
    drop-down lists; the one example row is marked 示例 and is never read.

    Parameters
    ----------
    indicators
        Records with ``id``, ``name_zh``, ``name_en``, ``unit`` (code of ``helpers.units``), ``ask_zh`` and ``ask_en``.
    place_code
        Code of the city in the example row.
    targets
        Of the plan: with them the workbook has sheets of corrective actions and of manual overrides.
    """
    records = list(indicators)
    book = Workbook()
    ledger = book.active
    ledger.title = SHEET
    write_heading(ledger, [f"{label}\n{name}" for name, label in COLUMNS.items()], _WIDTHS)
    _write_example(ledger, records, place_code)
    texts = {list(COLUMNS).index(name) + 1 for name in ("place_code", "period")}
    open_cells(ledger, n_columns=len(COLUMNS), n_rows=_ROWS, text_columns=texts)
    if targets:
        add_action_sheets(book, targets)
    write_help(book.create_sheet(HELP_SHEET), [*_HELP, *(ACTION_HELP if targets else ())])
    write_indicators(book.create_sheet(LIST_SHEET), records)
    if targets:
        write_targets(book, targets)
    _add_lists(ledger, records)
    save_book(path, book)


def _write_example(sheet: Worksheet, records: list[_Indicator], place_code: str) -> None:
    """One row that shows how to fill in; its figure means nothing."""
    if not records:
        return
    first = records[0]
    sheet.append(
        [
            first.id,
            first.name_zh,
            place_code,
            "2024-Q1",
            1,
            label_of(first.unit),
            "正式",
            "全市",
            "某局",
            EXAMPLE,
        ]
    )
    for cell in sheet[2]:
        cell.font = Font(italic=True)


def write_indicators(sheet: Worksheet, records: Iterable[_Indicator]) -> None:
    """Write the list that explains the indicators: id, names, unit, and what to supply, in both languages."""
    labels = ["指标编号\nindicator_id", "指标名称\nname_zh", "英文名\nname_en", "单位\nunit"]
    write_heading(sheet, [*labels, "填报内容\nask_zh", "填报内容（英文）\nask_en"], (30, 40, 50, 16, 90, 90))
    for record in records:
        asked = (record.ask_zh, record.ask_en)
        sheet.append([record.id, record.name_zh, record.name_en, label_of(record.unit), *asked])


def _add_lists(ledger: Worksheet, records: list[_Indicator]) -> None:
    """Drop-down lists of indicators, units and statuses."""
    last = len(records) + 1
    units = ",".join(dict.fromkeys(label_of(record.unit) for record in records))
    sources = {
        "indicator_id": f"'{LIST_SHEET}'!$A$2:$A${last}",
        "unit": f'"{units}"',
        "status": f'"{",".join(STATUSES)}"',
    }
    for name, source in sources.items() if records else ():
        add_choice(ledger, list(COLUMNS).index(name) + 1, source, n_rows=_ROWS)


def label_of(code: str) -> str:
    """What a department writes as the unit: the Chinese label, or the code where there is none."""
    return UNITS[code].label_zh or code
