"""Empty workbook for the quarterly table of noise points: units in the headings, a list of zone classes, an explanation."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from helpers.sources.form_fields import EXAMPLE, NOTE
from helpers.sources.noise_manual import FORM
from helpers.sources.template_parts import save_book, write_fields, write_help

_ROWS, _WIDTH = 500, 18
_HELP = (
    ("逐行填报，一行为一个点位的一个监测日（24小时）。", "Fill in row by row: one point and one monitored day (24 hours)."),
    ("功能区类别从下拉列表选取，4类区分4a类和4b类。", "Choose the zone class from the list; class 4 is either 4a or 4b."),
    ("昼间、夜间等效声级为该日各小时按能量平均的值，保留一位小数。", "Day and night levels are energy means of that day's hours, with one decimal."),
    ("应测未测的点位也要填一行，声级写 —。", "Fill in a row also for a point that was not measured; write — for its level."),
    ("监测日期写作 2025-03-31（文本）。", "Write the day as 2025-03-31 (text)."),
    ("备注以“示例”开头的行不读取。", "A row whose note begins with 示例 is not read."),
    ("请勿改动表名和表头。", "Keep the sheet's name and its heading."),
)  # fmt: skip
_EXAMPLES = {"date": "2024-03-31", "day_db": 54.3, "night_db": 44.6, NOTE: EXAMPLE}


def write_noise_template(path: Path) -> None:
    """Write the empty workbook, whole or not at all; its example row is marked 示例 and never read."""
    book = Workbook()
    sheet = book.active
    sheet.title = FORM.sheet
    example = [next(iter(one.choices), "") or _EXAMPLES.get(one.name, EXAMPLE) for one in FORM.fields]
    write_fields(sheet, FORM.fields, example, n_rows=_ROWS, widths=[_WIDTH] * len(FORM.fields))
    write_help(book.create_sheet("填报说明"), _HELP)
    save_book(path, book)
