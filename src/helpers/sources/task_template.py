"""The empty task ledger: the plan's articles and known departments to choose from, an example row, an explanation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook

from helpers import registry
from helpers.sources.form_fields import EXAMPLE
from helpers.sources.tasks import FORM
from helpers.sources.template_parts import add_choice, save_book, write_fields, write_heading, write_help

_ROWS = 500
_WIDTHS = (28, 14, 14, 10, 44, 22, 14, 12, 36, 20)
_HELP_SHEET, _ARTICLE_SHEET, _DEPARTMENT_SHEET = "填报说明", "条款表", "部门表"
_HELP = (
    ("在“任务台账”表中逐行填报，一行一项任务；每次填报列出全部任务，不只列有变化的。", "Fill in sheet 任务台账, one task a row; list every task each time, not only those that changed."),
    ("台账名称和任务编号各期保持不变，据此与上一期比较。", "Keep the ledger's name and the task ids from one edition to the next: they are how editions are compared."),
    ("填报日期和完成时限写作 2025-03-31（文本）；没有时限的任务完成时限留空。", "Write reported_on and due_date as 2025-03-31 (text); leave due_date empty where the task has none."),
    ("条款写方案条款的序号，含义见“条款表”。", "The article is its number in the plan; sheet 条款表 lists them."),
    ("牵头部门一行只写一个，名称从“部门表”选取；表中没有的可以直接写。", "One lead department a row, chosen from sheet 部门表; one not listed may be typed."),
    ("进展状态从下拉列表选取：未开始、进行中、已完成。", "Choose the state from the list: 未开始 not started, 进行中 in progress, 已完成 done."),
    ("已完成的任务写明佐证材料，例如文号。", "For a task that is done name the evidence, such as a document number."),
    ("备注以“示例”开头的行不读取。", "A row whose note begins with 示例 is not read."),
    ("请勿改动表名和表头。", "Keep the sheet's name and its heading."),
)  # fmt: skip
_EXAMPLE = {
    "ledger": "某市攻坚任务台账",
    "task_id": "T-001",
    "reported_on": "2024-03-31",
    "article": 7,
    "measure": "示例任务",
    "department": "某局",
    "due_date": "2024-12-31",
    "state": "进行中",
    "evidence": "某文号",
    "note": EXAMPLE,
}


def write_task_template(path: Path, plan: registry.Plan) -> None:
    """Write the empty workbook, whole or not at all.

    Parameters
    ----------
    plan
        Its articles fill the drop-down list.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = FORM.sheet
    names = [one.name for one in FORM.fields]
    write_fields(sheet, FORM.fields, [_EXAMPLE[name] for name in names], n_rows=_ROWS, widths=_WIDTHS)
    write_help(book.create_sheet(_HELP_SHEET), _HELP)
    articles = [(one.number, one.title_zh, one.title_en) for one in plan.articles]
    _list(book, _ARTICLE_SHEET, ["条款\narticle", "标题\ntitle_zh", "英文\ntitle_en"], articles)
    _list(book, _DEPARTMENT_SHEET, ["牵头部门\ndepartment", "英文\ndepartment_en"], departments().items())
    for name, source, is_open in (
        ("article", f"'{_ARTICLE_SHEET}'!$A$2:$A${len(articles) + 1}", False),
        ("department", f"'{_DEPARTMENT_SHEET}'!$A$2:$A${len(departments()) + 1}", True),
    ):
        add_choice(sheet, names.index(name) + 1, source, n_rows=_ROWS, is_open=is_open)
    save_book(path, book)


def departments() -> dict[str, str]:
    """Departments the registry knows, in its order: Chinese name → English name."""
    records = registry.indicators().values()
    return {one.department_zh: one.department_en for one in records if one.department_zh}


def _list(
    book: Workbook,
    name: str,
    heading: list[str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    sheet = book.create_sheet(name)
    write_heading(sheet, heading, (30, 44, 60)[: len(heading)])
    for row in rows:
        sheet.append(row)
