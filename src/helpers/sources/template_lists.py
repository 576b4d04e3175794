"""Drop-down lists of a city's own names in the templates: places, rivers, and the units of groundwater."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from helpers import registry
from helpers.registry import land
from helpers.sources.template_parts import add_choice, save_book, write_heading

_LAST_ROW = 500
_GROUNDWATER_UNITS = ("mg/L", "μg/L", "无量纲", "MPN/100mL", "CFU/mL", "NTU")
Rows = tuple[tuple[str, ...], ...]


def offer_names(path: Path, city: str) -> None:
    """Give the columns of places, rivers and free units of a template their lists; other words may be typed too.

    Parameters
    ----------
    path
        A template; it is replaced.
    city
        A folder of ``cities/``.
    """
    book = load_workbook(path)
    known = _lists(city)
    for sheet in [one for one in book.worksheets if one.protection.sheet]:
        for name, (title, heading, rows) in known.items():
            column = _open_column(sheet, name)
            if column and rows:
                if title not in book.sheetnames:
                    _add_list(book, title, heading, rows)
                source = f"'{title}'!$A$2:$A${len(rows) + 1}"
                add_choice(sheet, column, source, n_rows=_LAST_ROW, is_open=True)
    save_book(path, book)


def _lists(city: str) -> Mapping[str, tuple[str, tuple[str, ...], Rows]]:
    """Field → sheet of its list, heading, rows; the first column is what is chosen."""
    place = registry.city(city)
    counties = land.counties(city)[["place_code", "name_zh", "name_en"]].itertuples(index=False, name=None)
    rivers = registry.sections(city)[["river_zh", "river_en"]].drop_duplicates()
    return {
        "place_code": (
            "地区表",
            ("地区代码\nplace_code", "名称\nname_zh", "英文\nname_en"),
            ((place.code, place.name_zh, place.name_en), *counties),
        ),
        "river_name": (
            "河流表",
            ("河流名称\nriver_name", "英文\nname_en"),
            tuple(rivers[rivers["river_zh"] != ""].itertuples(index=False, name=None)),
        ),
        "unit": ("单位表", ("单位\nunit",), tuple((unit,) for unit in _GROUNDWATER_UNITS)),
    }


def _open_column(sheet: Worksheet, name: str) -> int:
    """Column of a field that has no list yet; 0 where there is none."""
    listed = {one.min_col for choice in sheet.data_validations.dataValidation for one in choice.sqref.ranges}
    for cell in sheet[1]:
        if name in str(cell.value).split() and cell.column not in listed:
            return cell.column
    return 0


def _add_list(book: Workbook, title: str, heading: Iterable[str], rows: Rows) -> None:
    sheet = book.create_sheet(title)
    heads = list(heading)
    write_heading(sheet, heads, [24] * len(heads))
    for row in rows:
        sheet.append(row)
