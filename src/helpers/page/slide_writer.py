"""How a slide is written: titles, text, tables and figures in their places, each told to who hears the file read aloud."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from PIL import Image
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.enum.text import MSO_AUTO_SIZE, MSO_VERTICAL_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.util import Inches, Pt

from helpers.page.blocks import bitmap, figure_foot, labels
from helpers.page.numbers import read_number
from helpers.page.reading import Run, Table
from helpers.page.render import Document
from helpers.page.slide_flow import GAP, INSET, SMALL, Block, Grid, Text, best_size, count_lines
from helpers.page.slide_template import Box, Layouts, add_furniture, body_of, box_of, put
from helpers.page.style import WIDTH
from helpers.page.words import word

_YEAR = re.compile(r"(19|20)\d\d")
_ON_ONE_LINE = 2
_OPENINGS, _TITLES, _LEADS = (
    (36.0, 32.0, 28.0, 24.0, 20.0),
    (26.0, 24.0, 20.0, 18.0, 16.0),
    (24.0, 20.0, 18.0, 16.0),
)
_EDITION, _MEASURE, _FOOTER, _NOTES = 14.0, 14.0, 12.0, 12.0


@dataclass(frozen=True)
class Sheet:
    """One slide: its title, what stands under it, what only the speaker sees."""

    title: str
    blocks: tuple[Block, ...] = ()
    figure: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()


def write_opening(layouts: Layouts, sheet: Sheet, document: Document) -> None:
    """Write the first slide: city, battle and period; the finding; who publishes it and how far the data go."""
    heading, words = document.heading, labels(document.lang)
    slide = layouts.file.slides.add_slide(layouts.opening)
    _write_title(slide, sheet.title, document, _OPENINGS)
    shape = body_of(slide)
    place, frame = box_of(shape), _frame(shape)
    lines = [(Run(heading["series"]),)]
    lines.append(
        (Run(words["slides"]["footer_gap"].join(map(words["colon"].join, heading.get("edition", ())))),)
    )
    finding = [runs for block in sheet.blocks for runs in block.paragraphs]
    text = "".join(run.text for runs in finding for run in runs)
    size = best_size(text, place.width - 2 * INSET, place.height / 2, _LEADS)
    for n, runs in enumerate([*finding, *lines]):
        paragraph = frame.paragraphs[0] if not n else frame.add_paragraph()
        is_finding = n < len(finding)
        paragraph.space_after = Pt(size if is_finding else 0)
        _write_runs(paragraph, runs, size if is_finding else _EDITION, document.lang)
    _finish(slide, document)
    _write_notes(slide, sheet.notes, document.lang)


def write_sheet(layouts: Layouts, sheet: Sheet, document: Document) -> None:
    """Write a slide of text and tables, or of a figure."""
    slide = layouts.file.slides.add_slide(layouts.content)
    _write_title(slide, sheet.title, document, _TITLES)
    body = body_of(slide)
    place = box_of(body)
    if sheet.figure is not None:
        _write_figure(slide, body, sheet.figure, document)
    else:
        top, is_free = place.top, True
        for block in sheet.blocks:
            at = Box(place.left, top, place.width, block.height(place.width))
            if isinstance(block, Grid):
                _write_table(slide, block, at, document)
            else:
                shape = body if is_free else _text_box(slide, at)
                is_free = False
                slide.shapes._spTree.append(shape._element)  # read aloud in the order in which it stands
                put(shape, at)
                _write_text(shape, block, document.lang)
            top += at.height + GAP
        if is_free:
            body._element.getparent().remove(body._element)
    _finish(slide, document)
    _write_notes(slide, sheet.notes, document.lang)


def _write_title(slide: Slide, text: str, document: Document, sizes: Sequence[float]) -> None:
    """Write a title on one line at the largest sizes, else on as many as its place has."""
    shape = slide.shapes.title
    place = box_of(shape)
    width = place.width - 2 * INSET
    on_one = [size for size in sizes[:_ON_ONE_LINE] if count_lines(text, width, size) == 1]
    size = on_one[0] if on_one else best_size(text, width, place.height - INSET, sizes[_ON_ONE_LINE - 1 :])
    _write_runs(_frame(shape).paragraphs[0], [Run(text)], size, document.lang)


def _write_text(shape: Any, block: Text, lang: str) -> None:
    frame = _frame(shape)
    for n, runs in enumerate(block.paragraphs):
        paragraph = frame.paragraphs[0] if not n else frame.add_paragraph()
        paragraph.space_before, paragraph.space_after = Pt(0), Pt(block.size * 0.4)
        _set_bullet(paragraph, is_list=block.is_list)
        _write_runs(paragraph, runs, block.size, lang)


def _set_bullet(paragraph: Any, *, is_list: bool) -> None:
    """A bullet for what is listed and none for what is not, whatever the layout says."""
    properties = paragraph._p.get_or_add_pPr()
    indent = Inches(0.25) if is_list else 0
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))
    sign = '<a:buChar {} char="•"/>' if is_list else "<a:buNone {}/>"
    properties.append(parse_xml(sign.format(nsdecls("a"))))


def _write_figure(slide: Slide, body: Any, figure: Mapping[str, Any], document: Document) -> None:
    """What is measured, the drawing, and under it note and source."""
    place, (measure, foot) = box_of(body), _around(figure, document)
    above, below = _figure_rooms(figure, document, place)
    picture = slide.shapes.add_picture(io.BytesIO(bitmap(figure, "pptx")), 0, 0)
    width = WIDTH * figure_scale(figure, document, place)
    height = width * picture.height / picture.width
    put(picture, Box(place.left + (place.width - width) / 2, place.top + above, width, height))
    told = picture._element.nvPicPr.cNvPr
    told.set("descr", figure["alt"])
    told.set("title", figure["title"])
    put(body, Box(place.left, place.top, place.width, above))
    _write_text(body, Text(((Run(measure),),), sizes=(_MEASURE,)), document.lang)
    if foot:
        shape = _text_box(slide, Box(place.left, place.top + above + height + GAP / 2, place.width, below))
        _write_text(shape, Text(((Run(foot),),), sizes=SMALL), document.lang)


def _around(figure: Mapping[str, Any], document: Document) -> tuple[str, str]:
    """The line over a figure, with its number on the page, and the line under it."""
    label = labels(document.lang)["figure_label"].format(number=figure["number"])
    return label + (figure["measure"] or figure["title"]), figure_foot(figure, document.lang)


def _figure_rooms(figure: Mapping[str, Any], document: Document, place: Box) -> tuple[float, float]:
    """Heights in inches of the lines over and under a figure."""
    sizes = (_MEASURE, SMALL[0])
    blocks = (
        Text(((Run(text),),), sizes=(size,))
        for text, size in zip(_around(figure, document), sizes, strict=True)
    )
    above, below = (block.height(place.width) for block in blocks)
    return above, below


def figure_scale(figure: Mapping[str, Any], document: Document, place: Box) -> float:
    """How large a figure is shown beside how it was drawn."""
    with Image.open(io.BytesIO(bitmap(figure, "pptx"))) as drawn:
        shape = drawn.height / drawn.width
    room = place.height - sum(_figure_rooms(figure, document, place)) - GAP
    return min(place.width, room / shape) / WIDTH


def _write_table(slide: Slide, block: Grid, at: Box, document: Document) -> None:
    """Write a table with its title, what its columns hold, and heights that its text has room in."""
    rows = [*block.table.head, *block.table.body]
    widths = block.widths(at.width)
    sides = (Inches(side) for side in (at.left + INSET, at.top, sum(widths), at.height))
    frame = slide.shapes.add_table(len(rows), len(widths), *sides)
    words, heads = labels(document.lang), (block.table.head or [[]])[-1]
    told = frame._element.nvGraphicFramePr.cNvPr
    told.set("title", block.table.caption)
    joined = words["table_alt_join"].join(text for text in heads if text)
    told.set("descr", words["table_alt"].format(rows=len(block.table.body), heads=joined))
    table = frame.table
    table.first_row = bool(block.table.head)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Inches(width)
    heights = [*block.head(at.width), *block.heights(at.width)]
    numeric = set(_numeric(block.table))
    for row, texts, height in zip(table.rows, rows, heights, strict=True):
        row.height = Inches(height)
        for n, (cell, text) in enumerate(zip(row.cells, texts, strict=False)):
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.vertical_anchor = MSO_VERTICAL_ANCHOR.MIDDLE
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if n in numeric else PP_ALIGN.LEFT
            _write_runs(paragraph, [Run(text)], block.size, document.lang)


def _numeric(table: Table) -> Iterator[int]:
    """Places of the columns most of whose cells are numbers, years apart."""
    for n, cells in enumerate(zip_longest(*table.body, fillvalue="")):
        numbers = [cell for cell in cells if read_number(cell) is not None and not _YEAR.fullmatch(cell)]
        if 2 * len(numbers) > len(cells):
            yield n


def _write_runs(paragraph: Any, runs: Iterable[Run], size: float, lang: str) -> None:
    """Write text in its size and language; Chinese stands in text of any language, and is told so."""
    for run in runs:
        written = paragraph.add_run()
        written.text = run.text
        written.font.size = Pt(size)
        if "bold" in run.look:
            written.font.bold = True
        properties = written._r.get_or_add_rPr()
        properties.set("lang", labels(lang)["word_lang"])
        properties.set("altLang", labels("en" if lang == "zh" else "zh")["word_lang"])
        if run.look & {"sub", "sup"}:
            properties.set("baseline", "-25000" if "sub" in run.look else "30000")


def _text_box(slide: Slide, at: Box) -> Any:
    return slide.shapes.add_textbox(*(Inches(side) for side in (at.left, at.top, at.width, at.height)))


def _frame(shape: Any) -> Any:
    """The text of a shape, at the sizes it was measured at."""
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    return frame


def _finish(slide: Slide, document: Document) -> None:
    """Write the foot of a slide, with the mark of simulation where its data are simulated, and its number."""
    heading, words = document.heading, labels(document.lang)
    made = add_furniture(slide)
    if KIND.FOOTER in made:
        footer = made[KIND.FOOTER]
    else:
        file = slide.part.package.presentation_part.presentation
        height = file.slide_height / Inches(1)
        footer = _text_box(slide, Box(0.3, height - 0.4, file.slide_width / Inches(1) - 1.2, 0.35))
    gap = words["slides"]["footer_gap"]
    texts = [heading["running"], words["as_of"] + words["colon"] + heading["as_of"]]
    runs = [Run(gap.join(texts))]
    if heading["simulated"]:
        runs = [Run(word("mark.full", document.lang), frozenset({"bold"})), Run(gap + runs[0].text)]
    paragraph = _frame(footer).paragraphs[0]
    paragraph.clear()
    _write_runs(paragraph, runs, _FOOTER, document.lang)
    if heading["simulated"]:
        paragraph.runs[0].font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    if KIND.SLIDE_NUMBER in made:
        for text in made[KIND.SLIDE_NUMBER]._element.iter(qn("a:t")):
            text.text = str(len(slide.part.package.presentation_part.presentation.slides))


def _write_notes(slide: Slide, lines: Iterable[str], lang: str) -> None:
    lines = [line for line in lines if line is not None]
    if not any(lines):
        return
    frame = slide.notes_slide.notes_text_frame
    for n, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if not n else frame.add_paragraph()
        _write_runs(paragraph, [Run(line)], _NOTES, lang)


def set_properties(layouts: Layouts, document: Document) -> None:
    """Title, author and language of the file; the days are those of its data."""
    heading, told = document.heading, layouts.file.core_properties
    told.title, told.language = heading["title"], labels(document.lang)["html_lang"]
    told.author = heading.get("publication", {}).get("issuer", "") or heading["series"]
    told.subject, told.keywords, told.comments, told.last_modified_by = heading["series"], "", "", told.author
    told.revision = 1
