"""The xlsx and the Word file say what the page says; nothing in them can run."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from docx import Document as open_word
from openpyxl import Workbook

from helpers.errors import RunError
from helpers.page.blocks import labels
from helpers.page.editable import word_file
from helpers.page.export import sheet_name, workbook, write_cell
from helpers.page.words import word
from page_example import HOSTILE, figure_sheets, report

LANGS = ("zh", "en")


def open_book(lang: str) -> openpyxl.Workbook:
    """The example's workbook, read back."""
    return openpyxl.load_workbook(io.BytesIO(workbook(report(lang).document)))


def texts(book: openpyxl.Workbook) -> set[str]:
    """All texts of a workbook."""
    return {
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    }


@pytest.mark.parametrize("lang", LANGS)
def test_every_figure_has_a_sheet_with_its_numbers(lang):
    book = open_book(lang)
    sheets = figure_sheets(book, lang)
    assert len(sheets) == 3
    for number, sheet in enumerate(sheets, start=1):
        rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
        assert [row[0] for row in rows] == list(range(2015, 2026))
        assert 28 + number / 8 in rows[-1]


def test_first_sheet_lists_the_others_and_the_state_of_the_data():
    book = open_book("zh")
    about = list(book.worksheets[0].iter_rows(values_only=True))
    listed = {row[0] for row in about}
    assert set(book.sheetnames[1:]) <= listed
    assert ("数据状态", "示例数据（模拟）") in {row[:2] for row in about}


def test_results_sheet_has_the_rows_with_their_units_and_sources():
    sheet = open_book("zh")["结果表"]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == "指标代码")
    pm25 = dict(zip(head, next(row for row in rows if row[0] == "pm25_mean"), strict=True))
    assert (pm25["数值"], pm25["单位"], pm25["目标值"]) == (28, "μg/m³", 30)
    assert pm25["来源代码"] == "example_file" and pm25["模拟"] is True
    assert pm25["达标可能性"] is None and pm25["进展状态"] == "达成"


@pytest.mark.parametrize("lang", LANGS)
def test_files_have_a_sheet_of_their_own(lang):
    rows = list(open_book(lang)[labels(lang)["sheet_files"]].iter_rows(values_only=True))
    assert any("air/example.csv" in row and "0123456789abcdef" * 4 in row for row in rows)


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_of_a_figure_have_unit_source_and_mark(lang):
    sheet = figure_sheets(open_book(lang), lang)[0]
    above = [row[0] for row in sheet.iter_rows(max_row=6, max_col=1, values_only=True)]
    assert labels(lang)["source_line"].format(source="[1]") in above and word("mark.full", lang) in above
    heads = {cell for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str)}
    assert any("μg/m³" in head for head in heads)


@pytest.mark.parametrize("lang", LANGS)
def test_no_cell_is_a_formula(lang):
    book = open_book(lang)
    assert any(text.startswith("=cmd") for text in texts(book)), "the hostile text must be there, as text"
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@\t\r":
                    assert cell.quotePrefix


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=\x0bcmd"])
def test_formula_like_text_stays_text(text):
    cell = Workbook().active["A1"]
    write_cell(cell, text)
    assert cell.data_type == "s" and cell.quotePrefix
    assert cell.value == text.replace("\x0b", "")


def test_long_text_is_cut_to_what_a_cell_holds():
    cell = Workbook().active["A1"]
    write_cell(cell, "x" * 40_000)
    assert len(cell.value) == 32_767


@pytest.mark.parametrize("lang", LANGS)
def test_text_longer_than_a_column_is_shown_on_as_many_lines_as_it_takes(lang):
    wrapped = 0
    for sheet in open_book(lang):
        for row in sheet.iter_rows():
            for cell in (cell for cell in row if cell.alignment.wrap_text):
                letters = len(cell.value) + sum(ord(letter) > 0x2E7F for letter in cell.value)
                shown = (
                    sheet.row_dimensions[cell.row].height
                    / 15
                    * sheet.column_dimensions[cell.column_letter].width
                )
                assert shown >= min(letters, 409 / 16 * 60), cell.value
                wrapped += 1
    assert wrapped > 0


@pytest.mark.parametrize("made", [workbook, word_file])
def test_same_report_gives_the_same_bytes(made):
    document = report("zh").document
    first = made(document)
    assert first == made(document)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        assert b"2025-12-31T00:00:00Z" in archive.read("docProps/core.xml")


@pytest.mark.parametrize("lang", LANGS)
def test_word_has_the_headings_of_the_page(lang):
    made = open_word(io.BytesIO(word_file(report(lang).document)))
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    stamps = [
        f"  {section['stamp']}" if section["stamp"] else "" for section in report(lang).document.sections
    ]
    titles = [section["label"] + section["title"] for section in report(lang).document.sections]
    assert headings == [title + stamp for title, stamp in zip(titles, stamps, strict=True)]
    assert sum(map(bool, stamps)) == 3


@pytest.mark.parametrize("lang", LANGS)
def test_word_has_the_sentences_of_the_page(lang):
    document = report(lang).document
    made = open_word(io.BytesIO(word_file(document)))
    paragraphs = {re.sub(r"\s+", " ", p.text).strip() for p in made.paragraphs}
    for section in document.sections:
        for part in section["parts"]:
            texts = [item["text"] for item in part.get("items", [])]
            if part["kind"] in ("lead", "paragraph"):
                texts = [labels(lang)["sentence_gap"].join(texts)]
            texts += [part["text"]] if part["kind"] == "note" else []
            texts += [f"{n}. {text}" for n, text in enumerate(part.get("texts", []), start=1)]
            for text in texts:
                assert re.sub(r"\s+", " ", text).strip() in paragraphs
    assert HOSTILE in paragraphs


def test_word_has_the_figures_with_alternatives_and_the_tables():
    document = report("zh").document
    made = open_word(io.BytesIO(word_file(document)))
    assert len(made.inline_shapes) == 3
    described = [shape._inline.docPr.get("descr") for shape in made.inline_shapes]
    assert described == [chart["alt"] for chart in document.charts]
    cells = {cell.text for table in made.tables for row in table.rows for cell in row.cells}
    assert "细颗粒物年均浓度" in cells
    assert len(made.tables) >= 8


def test_word_header_says_simulated_only_when_it_is():
    document = report("zh").document
    simulated = open_word(io.BytesIO(word_file(document)))
    real = open_word(
        io.BytesIO(word_file(replace(document, heading={**document.heading, "simulated": False})))
    )
    assert simulated.sections[0].header.paragraphs[0].text == "示例数据（模拟）"
    assert real.sections[0].header.paragraphs[0].text == ""


def test_formal_word_uses_the_official_face_and_size():
    made = open_word(io.BytesIO(word_file(report("zh").document, style="formal")))
    assert made.styles["Normal"].font.size.pt == 16
    assert 'w:eastAsia="FangSong"' in made.styles["Normal"].element.xml


def test_word_refuses_a_chart_without_its_bitmap():
    document = report("zh").document
    bare = [
        {**section, "parts": [{**part, "png": ""} if "png" in part else part for part in section["parts"]]}
        for section in document.sections
    ]
    with pytest.raises(RunError, match="figure 1 carries no bitmap; .*; build the report with --format docx"):
        word_file(replace(document, sections=tuple(bare)))


@pytest.mark.parametrize("lang", LANGS)
def test_sheets_are_named_in_words_and_none_twice(lang):
    names = open_book(lang).sheetnames
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) and name == name.strip(" '")
        assert not re.fullmatch(r"(图|表|Figure|Table|Sheet)\s*\d+", name)


@pytest.mark.parametrize(
    ("text", "taken", "name"),
    [
        ("PM2.5年均浓度，长春市国控站点均值（不含对照点）", [], "PM2.5年均浓度"),
        ("各类功能区点次达标率，2025年（手工监测）", ["各类功能区点次达标率"], "各类功能区点次达标率 2"),
        ("Tillage, irrigation and erosion control by year", [], "Tillage, irrigation and erosion"),
        ("Tasks by lead department, in the order of the plan", [], "Tasks by lead department"),
        ("Change of organic matter at the same points (g/kg)", [], "Change of organic matter"),
        ("Targets: Blue Sky Battle", ["targets blue sky battle"], "Targets Blue Sky Battle 2"),
        ("NH3/N [mg/L]: 'a'?", [], "NH3 N mg L a"),
        ("长" * 40, ["长" * 31], "长" * 29 + " 2"),
        ("x" * 40, [], "x" * 31),
    ],
)
def test_a_sheet_is_named_by_what_it_holds(text, taken, name):
    assert sheet_name(text, taken) == name
