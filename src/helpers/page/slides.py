"""A report as slides: what a meeting looks at, in the words of the page.

The title with the finding; where things stand; every judged target with its verdict; up to three figures; what must happen
and who must act; what lacks; what the data are worth, their sources and where the whole report is. The speaker's notes hold
the four answers of page one. All is taken from the document; what does not fit goes on to a further slide.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from PIL import Image
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.enum.text import MSO_AUTO_SIZE, MSO_VERTICAL_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.util import Inches, Pt

from helpers.page import lacking
from helpers.page.blocks import bitmap, figure_foot, labels
from helpers.page.export import day_of, freeze_archive
from helpers.page.numbers import read_number
from helpers.page.reading import Run, Table, read_markup
from helpers.page.render import Document
from helpers.page.slide_flow import GAP, INSET, SMALL, Block, Grid, Text, best_size, flow, grid
from helpers.page.slide_template import Box, Layouts, add_furniture, body_of, box_of, open_layouts, put
from helpers.page.style import WIDTH
from helpers.page.way import Address
from helpers.page.words import word

MOST_FIGURES = 3
_LEAST_SCALE = 2 / 3  # a figure shown smaller than this has type that nobody reads from a seat: 7 points
_TITLES, _LEADS, _MEASURE = (28.0, 24.0, 20.0, 18.0, 16.0), (24.0, 20.0, 18.0, 16.0), 14.0
_FOOTER = 12.0
_TARGET = 5  # place of the target in the key of a row


@dataclass(frozen=True)
class _Sheet:
    """One slide: its title, what stands under it, what only the speaker sees."""

    title: str
    blocks: tuple[Block, ...] = ()
    figure: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()


def slide_file(document: Document, *, template: Path | None = None) -> bytes:
    """Write the pptx of a report; equal reports and templates give equal bytes.

    Parameters
    ----------
    document
        Of :func:`helpers.page.render.render`, of a notebook that ran with bitmaps.
    template
        Presentation whose master and layouts are used; our own without it.

    Returns
    -------
    The bytes of the file.

    Raises
    ------
    RunError
        The template cannot be used (:func:`helpers.page.slide_template.open_layouts`), or a figure carries no bitmap.
    """
    layouts = open_layouts(template, battle=document.heading["battle"])
    place = box_of(body_of(layouts.content))
    sheets = [*_sheets(document, place)]
    _write_opening(layouts, document)
    for sheet in _numbered(sheets, document.lang):
        _write_sheet(layouts, sheet, document)
    _set_properties(layouts, document)
    stream = io.BytesIO()
    layouts.file.save(stream)
    return freeze_archive(stream.getvalue(), day_of(document.heading))


# What stands on which slide.


def _sheets(document: Document, place: Box) -> Iterator[_Sheet]:
    """Every slide but the first, in their order."""
    words = labels(document.lang)
    first = {one["title"]: one["parts"] for one in document.sections if one["slot"] == "page-one"}
    where, progress, left = (first.get(words[name], []) for name in ("where", "progress", "left"))
    yield from _flowing(words["where"], _blocks(one for one in where if one["kind"] != "lead"), place)
    likely = tuple(_spoken(first.get(words["likely"], [])))
    verdicts = _markup(document.heading.get("verdicts", "")) or _blocks(progress)
    worth = [block for block in _blocks(progress, sizes=SMALL) if isinstance(block, Text)]
    shown = verdicts if any(isinstance(one, Text) for one in verdicts) else [*verdicts, *worth[-1:]]
    yield from _flowing(words["progress"], shown, place, notes=(*likely, words["rule_notice"]))
    for section, figure in _chosen(document, place):
        notes = (section["title"], section["stamp"], *_spoken(section["parts"]), figure["alt"])
        yield _Sheet(figure["title"], figure=figure, notes=notes)
    yield from _flowing(words["left"], _blocks(left), place)
    yield from _about(document, place)


def _about(document: Document, place: Box) -> Iterator[_Sheet]:
    """What lacks; what the data are worth; sources, and where the whole report is."""
    words = labels(document.lang)
    lacks = lacking.text("table", document.lang)
    n_shown = (
        len(lacking.text("columns", document.lang)) - 1
    )  # how a number is reported is for who reports it
    for section in document.sections:
        tables = [one for one in _tables(section["parts"]) if one.caption.startswith(lacks)]
        shown = [grid(_columns(table, range(n_shown))) for table in tables]
        yield from _flowing(section["title"], shown, place)
    for section in document.sections:
        if section["slot"] == "coverage":
            told = [*_blocks(section["parts"], sizes=SMALL)]
            yield from _flowing(
                section["title"], told[: 1 + isinstance(told[0], Grid)] if told else [], place
            )
    heading = document.heading
    name = Address(heading["facts"]["period"], heading["battle"], document.lang)
    full = words["slides"]["full"].format(page=name.file("html"), sheet=name.file("xlsx"))
    heads = [words["source_columns"][key] for key in words["slides"]["source_columns"]]
    sources = [
        grid(_columns(table, [n for n, head in enumerate(table.head[0]) if head in heads]))
        for section in document.sections
        if section["slot"] == "appendix" and section["title"] == words["sources"]
        for table in _tables(section["parts"])
        if table.caption.startswith(words["source_caption"])
    ]
    last = Text(tuple((Run(text),) for text in (words["rule_notice"], full)), sizes=(14.0, 14.0, *SMALL[2:]))
    yield from _flowing(words["sources"], [*sources, last], place)


def _chosen(document: Document, place: Box) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Up to three figures with their sections, in the order of the page.

    Of each section the first figure, of those first whose sentences tell of a target of the plan; then of the others; then
    further figures of a section. One so tall that its type could not be read on a slide stays on the page.
    """
    found = []
    for at, section in enumerate(document.sections):
        figures = [one for one in section["parts"] if one["kind"] == "chart"]
        figures = [one for one in figures if _figure_scale(one, document, place) >= _LEAST_SCALE]
        for nth, figure in enumerate(figures):
            found.append(((nth, not _tells_target(section), at), section, figure))
    best = sorted(found, key=lambda one: (one[0][0] > 0, one[0][1], one[0][2], one[0][0]))[:MOST_FIGURES]
    best.sort(key=lambda one: one[2]["number"])
    return [(section, figure) for _, section, figure in best]


def _tells_target(section: Mapping[str, Any]) -> bool:
    keys = (item["facts"].get("row_key") for one in section["parts"] for item in one.get("items", ()))
    return any(key and len(key) > _TARGET and key[_TARGET] for key in keys)


def _numbered(sheets: Sequence[_Sheet], lang: str) -> Iterator[_Sheet]:
    """Slides of one title are told apart by a number: readers find a slide by its title."""
    total, seen = Counter(sheet.title for sheet in sheets), Counter[str]()
    for sheet in sheets:
        seen[sheet.title] += 1
        if total[sheet.title] > 1:
            counted = {"number": seen[sheet.title], "total": total[sheet.title]}
            yield replace(sheet, title=labels(lang)["slides"]["part"].format(title=sheet.title, **counted))
        else:
            yield sheet


def _flowing(
    title: str, blocks: Iterable[Block], place: Box, *, notes: tuple[str, ...] = ()
) -> Iterator[_Sheet]:
    """Slides of one title, as many as its blocks take; the first has the notes."""
    for n, shown in enumerate(flow(blocks, place.width, place.height)):
        yield _Sheet(title, tuple(shown), notes=() if n else notes)


def _blocks(shown: Iterable[Mapping[str, Any]], **sizes: Any) -> list[Block]:
    """Sentences, lists, notes and tables of the page as they go on a slide."""
    blocks: list[Block] = []
    for part in shown:
        if "items" in part:
            runs = chain.from_iterable(read_markup(item["html"])[0] for item in part["items"])
            is_list = part["kind"] in ("points", "asks")
            blocks.append(Text(tuple(map(tuple, runs)), is_list, **sizes))
        elif part["kind"] == "note":
            blocks.append(Text(((Run(part["text"]),),), **(sizes or {"sizes": SMALL})))
        elif part["kind"] == "table" and not part.get("figure_data"):
            blocks += _markup(part["html"])
    return [block for block in blocks if len(block)]


def _markup(html: str) -> list[Block]:
    """Tables of the page, each with its title, and what is told under them."""
    below, tables = read_markup(html)
    blocks: list[Block] = [grid(one) for one in (table.filled for table in tables) if one.body]
    return [*blocks, *([Text(tuple(map(tuple, below)), sizes=SMALL)] if below else [])]


def _tables(shown: Iterable[Mapping[str, Any]]) -> Iterator[Table]:
    for part in shown:
        if part["kind"] == "table":
            yield from (table.filled for table in read_markup(part["html"])[1] if table.body)


def _columns(table: Table, keep: Iterable[int]) -> Table:
    keep = list(keep)
    return Table(
        table.caption,
        *([[row[n] for n in keep if n < len(row)] for row in rows] for rows in (table.head, table.body)),
    )


def _spoken(shown: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Sentences and notes as plain text."""
    for part in shown:
        if part["kind"] == "note":
            yield part["text"]
        yield from (item["text"] for item in part.get("items", ()))


# How a slide is written.


def _write_opening(layouts: Layouts, document: Document) -> None:
    """City, battle and period; the finding; who publishes it and how far the data go. The notes have the four answers."""
    heading, words = document.heading, labels(document.lang)
    slide = layouts.file.slides.add_slide(layouts.opening)
    _write_title(slide, heading["running"], document)
    shape = body_of(slide)
    place = box_of(shape)
    first = [one for one in document.sections if one["slot"] == "page-one"]
    leads = [
        block
        for block in _blocks(one for one in (first[0]["parts"] if first else ()))
        if not isinstance(block, Grid)
    ]
    lead = leads[0].paragraphs[0] if leads else ()
    size = best_size("".join(run.text for run in lead), place.width - 2 * INSET, place.height / 2, _LEADS)
    lines = [words["colon"].join(pair) for pair in heading.get("edition", ())]
    frame = _frame(shape)
    _write_runs(frame.paragraphs[0], lead, size, document.lang)
    frame.paragraphs[0].space_after = Pt(size)
    for text in (heading["series"], words["slides"]["footer_gap"].join(lines)):
        _write_runs(frame.add_paragraph(), [Run(text)], 14.0, document.lang)
    _finish(slide, document)
    answers = [(one["title"], *_spoken(one["parts"])) for one in first]
    _write_notes(slide, [line for told in answers if len(told) > 1 for line in (*told, "")], document.lang)


def _write_sheet(layouts: Layouts, sheet: _Sheet, document: Document) -> None:
    slide = layouts.file.slides.add_slide(layouts.content)
    _write_title(slide, sheet.title, document)
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
                put(shape, at)
                _write_text(shape, block, document.lang)
            top += at.height + GAP
        if is_free:
            body._element.getparent().remove(body._element)
    _finish(slide, document)
    _write_notes(slide, sheet.notes, document.lang)


def _write_title(slide: Slide, text: str, document: Document) -> None:
    shape = slide.shapes.title
    place = box_of(shape)
    size = best_size(text, place.width - 2 * INSET, place.height - INSET, _TITLES)
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
    width = WIDTH * _figure_scale(figure, document, place)
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


def _figure_scale(figure: Mapping[str, Any], document: Document, place: Box) -> float:
    """How large a figure is shown beside how it was drawn."""
    with Image.open(io.BytesIO(bitmap(figure, "pptx"))) as drawn:
        shape = drawn.height / drawn.width
    room = place.height - sum(_figure_rooms(figure, document, place)) - GAP
    return min(place.width, room / shape) / WIDTH


def _write_table(slide: Slide, block: Grid, at: Box, document: Document) -> None:
    """Write a table with its title, what its columns hold, and heights that its text has room in."""
    rows = [*block.table.head, *block.table.body]
    widths = block.widths(at.width)
    frame = slide.shapes.add_table(
        len(rows), len(widths), *(Inches(side) for side in (at.left, at.top, at.width, at.height))
    )
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
    numeric = {
        n
        for n in range(len(widths))
        if all(n < len(row) and read_number(row[n]) is not None for row in block.table.body)
    }
    for row, texts, height in zip(table.rows, rows, heights, strict=True):
        row.height = Inches(height)
        for n, (cell, text) in enumerate(zip(row.cells, texts, strict=False)):
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.vertical_anchor = MSO_VERTICAL_ANCHOR.MIDDLE
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if n in numeric else PP_ALIGN.LEFT
            _write_runs(paragraph, [Run(text)], block.size, document.lang)


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
        _write_runs(paragraph, [Run(line)], 12.0, lang)


def _set_properties(layouts: Layouts, document: Document) -> None:
    """Title, author and language of the file; the days are those of its data."""
    heading, told = document.heading, layouts.file.core_properties
    told.title, told.language = heading["title"], labels(document.lang)["html_lang"]
    told.author = heading.get("publication", {}).get("issuer", "") or heading["series"]
    told.subject, told.keywords, told.comments, told.last_modified_by = heading["series"], "", "", told.author
    told.revision = 1
