"""Every template workbook can be filled in without asking: lists, units, locked headings, an example, help, both languages."""

from __future__ import annotations

import re

import pytest
from openpyxl import load_workbook

from helpers import registry
from helpers.sources.detect import iter_readings
from helpers.sources.form_fields import EXAMPLE
from helpers.sources.templates import write_all

HELP = "填报说明"
MEASURED = re.compile(r"浓度|长度|面积|流量|水深|透明度|时长|取水量|深度")


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates")
    return {path.stem: (path, load_workbook(path)) for path in write_all(folder, "changchun")}


def sheets_to_fill(book):
    return [sheet for sheet in book.worksheets if sheet.protection.sheet]


def test_every_template_has_lists_help_and_a_sheet_to_fill(books):
    assert {"department_workbook", "task_ledger", "findings", "groundwater", "ecological_flow"} <= set(books)
    for name, (_, book) in books.items():
        sheets = sheets_to_fill(book)
        assert sheets, name
        assert sum(len(sheet.data_validations.dataValidation) for sheet in sheets) >= 1, name
        rows = list(book[HELP].iter_rows(values_only=True))
        assert len(rows) > 4 and all(zh and en and en.isascii() is not None for zh, en in rows), name
        assert all(re.search(r"[\u4e00-\u9fff]", zh) and re.search(r"[A-Za-z]{3}", en) for zh, en in rows), (
            name
        )


def test_headings_are_locked_and_cells_below_are_open(books):
    for name, (_, book) in books.items():
        for sheet in sheets_to_fill(book):
            assert all(cell.protection.locked for cell in sheet[1]), name
            assert not any(cell.protection.locked for cell in sheet[3]), name
            assert sheet.freeze_panes == "A2" and sheet.max_row >= 500


def test_every_sheet_shows_an_example_that_is_marked(books):
    for name, (_, book) in books.items():
        for sheet in sheets_to_fill(book):
            heading = [str(cell.value) for cell in sheet[1]]
            note = next(place for place, text in enumerate(heading) if text.startswith("备注"))
            assert str(sheet[2][note].value).startswith(EXAMPLE), (name, sheet.title)
            assert sum(cell.value is not None for cell in sheet[2]) >= 5, (name, sheet.title)


def test_measured_columns_say_their_unit_in_the_heading_or_in_a_column(books):
    for name, (_, book) in books.items():
        for sheet in sheets_to_fill(book):
            heading = [str(cell.value) for cell in sheet[1]]
            has_unit_column = any("单位" in text for text in heading)
            for text in heading:
                if MEASURED.search(text):
                    assert has_unit_column or re.search(r"[(（].+[)）]", text), (name, text)


def test_places_are_offered_by_code_with_their_names(books):
    book = books["findings"][1]
    listed = list(book["地区表"].iter_rows(min_row=2, values_only=True))
    assert listed[0] == (registry.city("changchun").code, "长春市", "Changchun")
    choices = sheets_to_fill(book)[0].data_validations.dataValidation
    assert [one.formula1 for one in choices] == [f"'地区表'!$A$2:$A${len(listed) + 1}"]
    assert not choices[0].showErrorMessage  # a lake or a new district may be typed


def test_no_template_holds_a_figure_when_it_is_read(books):
    known = {key: record.unit for key, record in registry.indicators().items()}
    context = {"known": known, "sections": registry.sections("changchun"), "cities": ("长春市", "长春")}
    for name, (path, _) in books.items():
        assert all(
            reading.table.empty and reading.rejects.empty for reading in iter_readings(path, **context)
        ), name
