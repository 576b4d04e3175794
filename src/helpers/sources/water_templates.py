"""Empty workbooks for the water tables: one sheet a form, with units in the headings and drop-down lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from helpers.sources import (
    water_black_odorous,
    water_drinking,
    water_flow,
    water_outfalls,
    water_sections,
)
from helpers.sources.form_fields import EXAMPLE, NOTE, YEAR, Field, Form
from helpers.sources.template_parts import add_choice, save_book, write_fields, write_heading, write_help
from helpers.sources.water_items import SECTION_ITEMS, TABLE_1, Item, supply_items

_ROWS, _ROWS_OF_DAYS, _WIDTH = 500, 1500, 16
_HELP_SHEET, _LIST_SHEET = "填报说明", "断面表"
_HELP = (
    ("逐行填报，表头和表名请勿改动。", "Fill in row by row; keep headings and sheet names."),
    ("数值用表头所写的单位，只写数字。", "Values are in the unit of the heading, digits only."),
    ("月份写作 2025-03，日期写作 2025-03-31（文本）。", "Write months as 2025-03 and days as 2025-03-31 (text)."),
    ("低于检出限写检出限加 L，例如 0.01L；未监测留空。", "Below the detection limit write the limit with L, such as 0.01L; leave empty what was not measured."),
    ("有下拉列表的列从列表选取。", "Choose from the list where there is one."),
    ("复核无误的异常值在备注写“已核实”。", "Write 已核实 in 备注 beside an unusual value that was checked."),
    ("备注以“示例”开头的行不读取。", "A row whose note begins with 示例 is not read."),
)  # fmt: skip
_EXAMPLES = {"number": 1, "date": date(2024, 3, 31).isoformat(), "month": "2024-03"}
_LAKE_ITEMS = ("Chla", "SD")
_N_TABLE_2 = 5


def write_section_template(path: Path, names: Sequence[str]) -> None:
    """Write the monthly section workbook: 24 items of ``gb3838_table1``, chlorophyll and transparency.

    Parameters
    ----------
    names
        Sections offered in the drop-down list.
    """
    items = [SECTION_ITEMS[name] for name in (*TABLE_1, *_LAKE_ITEMS, "Flow")]
    book = _write_book([(water_sections.FORM, items)])
    sheet = book.create_sheet(_LIST_SHEET)
    write_heading(sheet, ["断面名称"], [24])
    for name in names:
        sheet.append([name])
    place = [one.name for one in _shown_fields(water_sections.FORM)].index("section") + 1
    if names:
        source = f"'{_LIST_SHEET}'!$A$2:$A${len(names) + 1}"
        add_choice(book[water_sections.FORM.sheet], place, source, n_rows=_ROWS)
    save_book(path, book)


def write_drinking_template(path: Path) -> None:
    """Write the monthly table of drinking-water sources: intake, judgement, ``gb3838_table1`` and ``_table2``."""
    known = supply_items()
    first = len(SECTION_ITEMS)
    names = [*TABLE_1, *list(known)[first : first + _N_TABLE_2]]
    save_book(path, _write_book([(water_drinking.FORM, [known[name] for name in names])]))


def write_black_odorous_template(path: Path) -> None:
    """Write the ledger of black-odorous waters, with its sheet of monitoring points."""
    save_book(path, _write_book([(water_black_odorous.BODIES, []), (water_black_odorous.POINTS, [])]))


def write_outfall_template(path: Path) -> None:
    """Write the ledger of outfalls."""
    save_book(path, _write_book([(water_outfalls.FORM, [])]))


def write_flow_template(path: Path) -> None:
    """Write the daily series of ecological flow."""
    save_book(path, _write_book([(water_flow.FORM, [])]))


def item_heading(item: Item) -> str:
    """Heading of an item's column, with its unit."""
    return f"{item.names[0]}({item.unit})"


def _write_book(forms: Sequence[tuple[Form, Sequence[Item]]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for form, items in forms:
        _write_form(book, form, items)
    write_help(book.create_sheet(_HELP_SHEET), _HELP)
    return book


def _write_form(book: Workbook, form: Form, items: Sequence[Item]) -> None:
    sheet = book.create_sheet(form.sheet)
    fields = _shown_fields(form)
    write_fields(
        sheet,
        fields,
        [_example(one) for one in fields],
        n_rows=_ROWS_OF_DAYS if form is water_flow.FORM else _ROWS,
        widths=[_WIDTH] * (len(fields) + len(items)),
        more=[item_heading(item) for item in items],
    )


def _shown_fields(form: Form) -> list[Field]:
    """Fields of the template: months are written with their year there."""
    return [one for one in form.fields if one.name != YEAR]


def _example(one: Field) -> object:
    if one.name == NOTE:
        return EXAMPLE
    return next(iter(one.choices), "") if one.choices else _EXAMPLES.get(one.kind, EXAMPLE)
