"""Slides say what page one says, in an order that can be read aloud; nothing runs off one, and LibreOffice opens them."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.oxml.ns import qn
from pptx.slide import Slide
from pptx.util import Inches
from pypdf import PageObject, PdfReader

from helpers.errors import RunError
from helpers.page.blocks import labels
from helpers.page.reading import Run, Table, read_markup
from helpers.page.render import Document, Rendered
from helpers.page.slide_flow import TABLE, Grid, Text, count_lines, flow, grid
from helpers.page.slides import MOST_FIGURES, slide_file
from helpers.page.words import word
from page_example import longest_report, report
from slide_checks import faults_of, open_slides, texts_of

LANGS = ("zh", "en")
BOTH = pytest.mark.parametrize("lang", LANGS)
_SOFFICE = shutil.which("soffice")
CONVERTED = pytest.mark.skipif(
    _SOFFICE is None or not (Path(_SOFFICE).resolve().parent / "libsdlo.so").exists(),
    reason="LibreOffice Impress (soffice) is not installed",
)


@cache
def slides(lang: str) -> tuple[Slide, ...]:
    """The example's slides."""
    return open_slides(slide_file(report(lang).document))


def without(document: Document, *kinds: str) -> Document:
    """The document without parts of some kinds."""
    kept = [
        {**section, "parts": [part for part in section["parts"] if part["kind"] not in kinds]}
        for section in document.sections
    ]
    return replace(document, sections=tuple(kept))


def titles(shown: tuple[Slide, ...]) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in shown]


def tables(shown: tuple[Slide, ...]) -> list[list[list[str]]]:
    """Texts of every table, row by row."""
    return [
        [[cell.text for cell in row.cells] for row in shape.table.rows]
        for slide in shown
        for shape in slide.shapes
        if shape.has_table
    ]


@BOTH
def test_slides_come_in_the_order_of_a_review(lang):
    words, document = labels(lang), report(lang).document
    found = [re.sub(r"\W\d+/\d+\W$", "", title).strip() for title in titles(slides(lang))]
    figures = [chart["title"] for chart in document.charts][:MOST_FIGURES]
    order = [document.heading["running"], words["where"], words["progress"], *figures, words["left"]]
    order += [words["coverage"], words["sources"]]
    assert list(dict.fromkeys(found)) == list(dict.fromkeys(order))
    assert sum(title in figures for title in found) == MOST_FIGURES == len(figures)


@BOTH
@pytest.mark.parametrize("made", [report, longest_report])
def test_every_slide_is_whole_and_can_be_read_aloud(made, lang):
    document = made(lang).document
    assert list(faults_of(slide_file(document), document)) == []


@BOTH
def test_the_first_slide_has_the_finding_and_what_the_masthead_says(lang):
    document = longest_report(lang).document
    told = texts_of(open_slides(slide_file(document))[0])
    lead = next(part for part in document.sections[0]["parts"] if part["kind"] == "lead")["items"][0]["text"]
    assert lead in told and document.heading["running"] in told
    for _, text in document.heading["edition"]:
        assert any(text in one for one in told)
    assert any(document.heading["publication"]["issuer"] in one for one in told)


@BOTH
def test_every_judged_target_has_its_verdict_in_the_words_of_the_page(lang):
    document = report(lang).document
    heads, rows = None, {}
    for table in tables(slides(lang)):
        if word("table.scorecard.columns.status", lang) in table[0]:
            heads = table[0]
            rows |= {row[0]: dict(zip(heads, row, strict=True)) for row in table[1:]}
    facts = document.heading["facts"]["rows"]
    assert [name.casefold() for name in rows] == [fact["name"].casefold() for fact in facts]
    card = read_markup(document.sections[4]["parts"][0]["html"])[1][0].filled
    shared = [head for head in card.head[0] if head in heads]
    assert len(shared) >= 5
    for row in card.body:
        told = dict(zip(card.head[0], row, strict=True))
        assert {head: rows[row[0]][head] for head in shared} == {head: told[head] for head in shared}
    assert {row[word("table.verdicts.columns.period", lang)] for row in rows.values()} >= {
        facts[0]["period"],
        "—",
    }


@pytest.mark.parametrize(
    ("lang", "chance"), [("zh", "很不可能（不足一成）"), ("en", "Very unlikely (under 10\xa0%)")]
)
def test_a_likelihood_stands_beside_a_target_whose_day_is_ahead_in_words_and_odds(lang, chance):
    head = word("table.verdicts.columns.likelihood", lang)
    ahead = open_slides(slide_file(longest_report(lang).document))
    told = {row[-1] for table in tables(ahead) if table[0][-1] == head for row in table[1:]}
    assert told == {chance}
    come = [row for table in tables(slides(lang)) if table[0][-1] == head for row in table[1:]]
    settled = {word(f"status.{name}", lang).casefold() for name in ("achieved", "missed")}
    assert {row[-1] for row in come if row[-2].casefold() in settled} == {word("table.verdicts.untold", lang)}


@BOTH
def test_notes_hold_the_four_answers_and_what_is_told_beside_a_figure(lang):
    document = report(lang).document
    noted = slides(lang)[0].notes_slide.notes_text_frame.text
    for section in document.sections[:4]:
        assert section["title"] in noted
        for part in section["parts"]:
            assert all(item["text"] in noted for item in part.get("items", ()))
    shown = [slide for slide in slides(lang) if any(shape.shape_type == 13 for shape in slide.shapes)]
    for slide, section in zip(
        shown, (one for one in document.sections if one["slot"] == "section"), strict=True
    ):
        noted = slide.notes_slide.notes_text_frame.text
        told = [item["text"] for part in section["parts"] for item in part.get("items", ())]
        assert told and all(text in noted for text in (*told, section["stamp"]))


@BOTH
def test_the_last_slide_says_where_the_whole_report_is(lang):
    told = " ".join(texts_of(slides(lang)[-1]))
    assert f"blue_sky.{lang}.html" in told and f"blue_sky.{lang}.xlsx" in told
    assert labels(lang)["rule_notice"] in told


def test_a_figure_that_tells_of_a_target_comes_before_others_and_one_of_each_section_before_a_second():
    document = report("zh").document
    first, second, third = (one for one in document.sections if one["slot"] == "section")
    chart = next(part for part in first["parts"] if part["kind"] == "chart")
    named = [{**chart, "number": n, "title": f"图{n}"} for n in range(1, 7)]
    told = [part for part in first["parts"] if part["kind"] != "chart"]
    sections = [
        {**first, "parts": [named[0], named[1]]},
        {**second, "parts": [*told, named[2], named[3]]},
        {**third, "parts": [*told, named[4]]},
    ]
    kept = [one for one in document.sections if one["slot"] != "section"]
    shown = titles(open_slides(slide_file(replace(document, sections=(*kept, *sections)))))
    assert [title for title in shown if title.startswith("图")] == ["图1", "图3", "图5"]
    no_other = replace(document, sections=(*kept, sections[0], sections[2]))
    shown = titles(open_slides(slide_file(no_other)))
    assert [title for title in shown if title.startswith("图")] == ["图1", "图2", "图5"]


def test_a_figure_too_tall_to_be_read_stays_on_the_page():
    stream = io.BytesIO()
    Image.new("RGB", (1600, 1700), "white").save(stream, "png")
    tall = base64.b64encode(stream.getvalue()).decode("ascii")
    document = report("zh").document
    sections = [
        {
            **one,
            "parts": [{**part, "png": tall} if part["kind"] == "chart" else part for part in one["parts"]],
        }
        for one in document.sections
    ]
    made = open_slides(slide_file(replace(document, sections=tuple(sections))))
    assert not any(shape.shape_type == 13 for slide in made for shape in slide.shapes)


def test_slides_refuse_a_figure_without_its_bitmap():
    document = report("zh").document
    bare = [
        {**section, "parts": [{**part, "png": ""} if "png" in part else part for part in section["parts"]]}
        for section in document.sections
    ]
    with pytest.raises(RunError, match="carries no bitmap; .*; build the report with --format pptx"):
        slide_file(replace(document, sections=tuple(bare)))


@BOTH
def test_without_figures_and_tables_there_is_no_empty_slide(lang):
    document = without(report(lang).document, "chart", "table", "points", "note", "asks")
    bare = replace(document, heading={**document.heading, "verdicts": ""})
    data = slide_file(bare)
    assert list(faults_of(data, bare)) == []
    assert labels(lang)["progress"] not in titles(open_slides(data))
    emptied = replace(bare, sections=())
    assert len(open_slides(slide_file(emptied))) == 2, "the title, and where the whole report is"


def test_real_data_have_no_mark_and_simulated_ones_have_it_on_every_slide():
    real = open_slides(slide_file(report("zh", simulated=False).document))
    mark = word("mark.full", "zh")
    footers = [
        shape.text_frame.text
        for slide in real
        for shape in slide.placeholders
        if shape.placeholder_format.type == KIND.FOOTER
    ]
    assert len(footers) == len(real) and not any(mark in text for text in footers)
    assert all(any(mark in text for text in texts_of(slide)) for slide in slides("zh"))


def test_same_report_gives_the_same_bytes():
    document = report("zh").document
    first = slide_file(document)
    assert first == slide_file(document)
    assert len(first) < 2_000_000
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        core = archive.read("docProps/core.xml")
        assert core.count(b"2025-12-31T00:00:00Z") == 2
        assert len(archive.namelist()) == len(set(archive.namelist()))


@pytest.mark.parametrize(("lang", "latin"), [("zh", "zh-CN"), ("en", "en-GB")])
def test_slides_say_in_which_languages_they_are_and_name_a_face_for_chinese(lang, latin):
    data = slide_file(report(lang).document)
    file = Presentation(io.BytesIO(data))
    assert file.core_properties.language == labels(lang)["html_lang"]
    assert file.core_properties.title == report(lang).document.heading["title"]
    runs = [run for slide in file.slides for run in slide.element.iter(qn("a:rPr"))]
    assert {run.get("lang") for run in runs if run.getparent().tag == qn("a:r")} == {latin}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        themes = [archive.read(name) for name in archive.namelist() if "/theme/" in name]
        for theme in themes[:1]:
            faces = re.findall(rb'<a:latin typeface="([^"]+)".*?<a:ea typeface="([^"]*)"', theme, re.DOTALL)
            assert faces and set(faces) == {(b"Arial", b"Microsoft YaHei")}
    assert file.slide_width * 9 == pytest.approx(file.slide_height * 16, rel=1e-3)


def test_the_author_is_who_publishes():
    document = longest_report("zh").document
    file = Presentation(io.BytesIO(slide_file(document)))
    assert file.core_properties.author == document.heading["publication"]["issuer"]


# Templates.


def template(folder: Path, change) -> Path:
    """A city's template: the library's own presentation with a slide, changed."""
    file = Presentation()
    file.slides.add_slide(file.slide_layouts[0]).shapes.title.text = "an older review"
    change(file)
    path = folder / "slides.pptx"
    file.save(path)
    return path


def keep_only(*names: str):
    def change(file) -> None:
        for layout in list(file.slide_layouts):
            if layout.name not in names and layout.name != "Title Slide":
                file.slide_layouts.remove(layout)

    return change


def rename(file) -> None:
    for n, layout in enumerate(file.slide_layouts):
        layout.name = f"版式{n}"


def shrink(file) -> None:
    keep_only("Title and Content")(file)
    body = file.slide_layouts[1].placeholders[1]
    body.left, body.top, body.width, body.height = (Inches(side) for side in (1, 1, 8, 1.5))


def test_a_template_gives_its_layouts_and_none_of_its_slides(tmp_path):
    document = report("zh").document
    data = slide_file(document, template=template(tmp_path, rename))
    file = Presentation(io.BytesIO(data))
    assert (file.slide_width, file.slide_height) == (Inches(10), Inches(7.5)), "the template's own"
    assert {slide.slide_layout.name for slide in file.slides} == {"版式0", "版式1"}
    assert list(faults_of(data, document)) == []
    assert not any("older review" in text for slide in file.slides for text in texts_of(slide))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        n_slides = sum(bool(re.fullmatch(r"ppt/slides/slide\d+\.xml", name)) for name in archive.namelist())
        assert n_slides == len(file.slides)
        assert b'<a:ea typeface="Microsoft YaHei"/>' in archive.read("ppt/theme/theme1.xml")


def test_slides_made_before_serve_as_a_template(tmp_path):
    document = report("zh").document
    path = tmp_path / "slides.pptx"
    path.write_bytes(slide_file(document))
    again = slide_file(document, template=path)
    assert titles(open_slides(again)) == titles(slides("zh"))
    assert list(faults_of(again, document)) == []


def test_a_template_without_a_footer_has_the_mark_all_the_same(tmp_path):
    def bare(file) -> None:
        for place in (file.slide_master, *file.slide_layouts):
            for shape in list(place.placeholders):
                if shape.placeholder_format.type in (KIND.FOOTER, KIND.DATE, KIND.SLIDE_NUMBER):
                    shape._element.getparent().remove(shape._element)

    document = report("en").document
    assert list(faults_of(slide_file(document, template=template(tmp_path, bare)), document)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            keep_only("Blank"),
            "no layout with title and content among Title Slide, Blank; expected a layout with",
        ),
        (
            shrink,
            "the content placeholder of layout Title and Content is 8.0 × 1.5 in; expected at least 6 × 3 in",
        ),
    ],
    ids=["no content", "no room"],
)
def test_a_template_that_lacks_a_place_is_refused_and_its_layout_named(tmp_path, change, told):
    path = template(tmp_path, change)
    with pytest.raises(RunError, match=rf"slides\.pptx: {re.escape(told)}.*take the file away"):
        slide_file(report("zh").document, template=path)


def test_a_template_without_a_title_slide_is_refused(tmp_path):
    file = Presentation()
    file.slide_layouts.remove(file.slide_layouts[0])
    path = tmp_path / "slides.pptx"
    file.save(path)
    with pytest.raises(RunError, match="no layout with title and subtitle among Title and Content, "):
        slide_file(report("zh").document, template=path)


@pytest.mark.parametrize("content", [b"", b"not a zip", None], ids=["empty", "text", "a workbook"])
def test_a_template_that_is_no_presentation_is_refused(tmp_path, content):
    path = tmp_path / "slides.pptx"
    if content is None:
        from openpyxl import Workbook

        Workbook().save(path)
    else:
        path.write_bytes(content)
    with pytest.raises(
        RunError, match=r"slides\.pptx: no presentation that can be opened; expected a pptx file"
    ):
        slide_file(report("zh").document, template=path)


# What fits.


def long_table(n_rows: int, text: str = "指标") -> Grid:
    rows = [[f"{text}{n}", str(n), "≤30"] for n in range(n_rows)]
    return grid(Table("表", [["指标", "数值", "目标"]], rows))


def test_a_long_table_goes_on_evenly_and_under_its_head():
    shown = flow([long_table(50)], 12, 5)
    pieces = [block for slide in shown for block in slide]
    assert len(shown) > 1 and all(len(slide) == 1 for slide in shown)
    assert [row for piece in pieces for row in piece.table.body] == long_table(50).table.body
    assert all(piece.table.head == [["指标", "数值", "目标"]] for piece in pieces)
    assert max(map(len, pieces)) - min(map(len, pieces)) <= 2
    assert len({tuple(piece.widths(12)) for piece in pieces}) == 1, "columns stay as wide"
    assert all(piece.height(12) <= 5 and piece.size >= TABLE[2] for piece in pieces)


@pytest.mark.parametrize("n_rows", range(4, 30))
def test_what_is_told_under_a_table_never_stands_alone(n_rows):
    shown = flow([long_table(n_rows), Text(((Run("说明" * 30),),))], 12, 5)
    assert all(isinstance(slide[0], Grid) for slide in shown)
    assert all(sum(block.height(12) for block in slide) <= 5 for slide in shown)


def test_text_that_does_not_fit_goes_on():
    paragraphs = tuple((Run(f"{n}" + "余下时间要做到什么" * 12),) for n in range(20))
    shown = flow([Text(paragraphs, is_list=True)], 12, 5)
    assert tuple(one for slide in shown for block in slide for one in block.paragraphs) == paragraphs
    assert len(shown) > 1 and all(sum(block.height(12) for block in slide) <= 5 for slide in shown)


def test_a_small_table_is_set_large_and_a_full_one_small():
    assert flow([long_table(3)], 12, 5)[0][0].size > flow([long_table(13)], 12, 5)[0][0].size


def test_nothing_gives_no_slide():
    assert flow([], 12, 5) == [] and flow([Text(())], 12, 5) == []


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [("长" * 10, 2.0, 1), ("长" * 20, 2.0, 2), ("word " * 12, 2.0, 3), ("w" * 60, 2.0, 5)],
)
def test_lines_are_counted_with_room_to_spare(text, width, lines):
    assert count_lines(text, width, 12.0) == lines


# LibreOffice.


@pytest.fixture(scope="module")
def converted(tmp_path_factory) -> dict[str, tuple[Rendered, bytes, PdfReader]]:
    """Decks as LibreOffice prints them: the example in Chinese, the longest page one in English."""
    folder = tmp_path_factory.mktemp("slides")
    made = {"zh": report("zh"), "en": longest_report("en")}
    data = {lang: slide_file(one.document) for lang, one in made.items()}
    for lang, content in data.items():
        (folder / f"{lang}.pptx").write_bytes(content)
    command = [_SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += [
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        *(str(folder / f"{lang}.pptx") for lang in data),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return {lang: (made[lang], data[lang], PdfReader(folder / f"{lang}.pdf")) for lang in data}


@CONVERTED
@BOTH
def test_libreoffice_prints_every_slide(converted, lang):
    _, data, pdf = converted[lang]
    shown = open_slides(data)
    assert len(pdf.pages) == len(shown)
    for page, slide in zip(pdf.pages, shown, strict=True):
        told = bare(page.extract_text())
        assert bare(slide.shapes.title.text_frame.text) in told
        assert bare(word("mark.full", lang)) in told
        for shape in slide.shapes:
            if shape.has_table:
                cells = [bare(row.cells[0].text) for row in shape.table.rows]
                assert all(cell in told for cell in cells)


@CONVERTED
@BOTH
def test_no_text_runs_into_the_foot_of_a_slide(converted, lang):
    _, data, pdf = converted[lang]
    file = Presentation(io.BytesIO(data))
    for page, slide in zip(pdf.pages, file.slides, strict=True):
        footer = next(shape for shape in slide.placeholders if shape.placeholder_format.type == KIND.FOOTER)
        foot = (file.slide_height - footer.top) / Inches(1) * 72
        low = "".join(text for height, text in text_places(page) if height < foot)
        told = footer.text_frame.text
        number = str(file.slides.index(slide) + 1)
        assert bare(low).replace(bare(told), "", 1) == number, "more than the foot"


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def text_places(page: PageObject) -> list[tuple[float, str]]:
    """Height of each text of a printed slide over its lower edge, in points."""
    found: list[tuple[float, str]] = []
    page.extract_text(visitor_text=lambda text, _, at, *__: found.append((at[5], text)))
    return found
