"""Empty workbooks for the land ledgers: one sheet a form, drop-down lists, an example row, an explanation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from helpers.sources import land_forms
from helpers.sources.form_fields import EXAMPLE, NOTE, Field, Form
from helpers.sources.land_items import soil_items
from helpers.sources.template_parts import add_choice, save_book, write_fields, write_heading, write_help

_ROWS, _WIDTH = 500, 16
_HELP_SHEET, _LIST_SHEET = "填报说明", "项目表"
_HELP = (
    ("逐行填报，表头和表名请勿改动；不用的表可以空着。", "Fill in row by row; keep headings and sheet names; sheets not needed stay empty."),
    ("日期写作 2025-03-31，统计期写作 2024、2024-Q1 或 2024-06（文本）。", "Write days as 2025-03-31 and periods as 2024, 2024-Q1 or 2024-06 (text)."),
    ("数值只写数字，单位从下拉列表选取。", "Values are digits only; choose the unit from the list."),
    ("低于检出限写 < 和检出限，例如 <0.01；未检测的不填行。", "Below the detection limit write < and the limit, such as <0.01; no row where nothing was measured."),
    ("同一样品各行的分区、土地利用、pH 和坐标须一致。", "All rows of a sample agree on zone, land use, pH and coordinates."),
    ("坐标用 WGS-84 十进制度；公开报告只给分区，不给点位。", "Coordinates are WGS-84 decimal degrees; published pages show zones, never points."),
    ("产生量应等于利用、处置、贮存变化和转出之和，差额会列出。", "Produced equals used, disposed of, change in store and transferred; a gap is shown."),
    ("有下拉列表的列从列表选取。", "Choose from the list where there is one."),
    ("备注以“示例”开头的行不读取。", "A row whose note begins with 示例 is not read."),
)  # fmt: skip
_EXAMPLES = {
    "survey": "2024年耕地土壤例行监测",
    "depth": "0-20",
    "item": "镉",
    "value": 1,
    "survey_year": 2024,
    "period": "2024",
    "longitude": 116.1,
    "latitude": 39.9,
    "ph": 6.5,
}
_BY_KIND = {"number": 1, "date": "2024-03-31"}
BOOKS: dict[str, tuple[Form, ...]] = {
    "soil_samples": (land_forms.SOIL_SAMPLES,),
    "land_areas": (land_forms.AREA_LEDGER,),
    "species_counts": (land_forms.SPECIES,),
    "findings": (land_forms.FINDINGS,),
    "parcels": (land_forms.PARCELS,),
    "waste_balances": (land_forms.WASTE,),
    "groundwater": (land_forms.GROUNDWATER, land_forms.GROUNDWATER_LIMITS),
}


def write_land_template(path: Path, name: str, *, place_code: str) -> None:
    """Write one empty workbook, whole or not at all.

    Parameters
    ----------
    name
        A key of ``BOOKS``.
    place_code
        Code of the city in the example rows.
    """
    book = Workbook()
    book.remove(book.active)
    for form in BOOKS[name]:
        _write_form(book, form, place_code)
    write_help(book.create_sheet(_HELP_SHEET), _HELP)
    if land_forms.SOIL_SAMPLES in BOOKS[name]:
        _write_items(book)
    save_book(path, book)


def _write_form(book: Workbook, form: Form, place_code: str) -> None:
    sheet = book.create_sheet(form.sheet)
    example = [_example(one, place_code) for one in form.fields]
    write_fields(sheet, form.fields, example, n_rows=_ROWS, widths=[_WIDTH] * len(form.fields))


def _write_items(book: Workbook) -> None:
    """List the items of soil and offer them in the column 项目."""
    names = _item_names()
    sheet = book.create_sheet(_LIST_SHEET)
    write_heading(sheet, ["项目", "编号", "单位"], (30, 30, 12))
    for name, item, unit in names:
        sheet.append([name, item, unit])
    form = land_forms.SOIL_SAMPLES
    place = [one.name for one in form.fields].index("item") + 1
    add_choice(book[form.sheet], place, f"'{_LIST_SHEET}'!$A$2:$A${len(names) + 1}", n_rows=_ROWS)


def _item_names() -> Sequence[tuple[str, str, str]]:
    known = {one.id: one for one in soil_items().values()}
    return [(one.names[0], one.id, one.unit.replace("_", "/")) for one in known.values()]


def _example(one: Field, place_code: str) -> object:
    if one.name == "place_code":
        return place_code
    if one.name == NOTE:
        return EXAMPLE
    if one.choices:
        return next(iter(one.choices))
    return _EXAMPLES.get(one.name, _BY_KIND.get(one.kind, EXAMPLE))
