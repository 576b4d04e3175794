"""What every file of slides must hold to, whatever it tells."""

from __future__ import annotations

import io
from collections.abc import Iterator

from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.slide import Slide

from helpers.page.render import Document
from helpers.page.words import word

_PICTURE = 13


def open_slides(data: bytes) -> tuple[Slide, ...]:
    """Slides of a file."""
    return tuple(Presentation(io.BytesIO(data)).slides)


def texts_of(slide: Slide) -> list[str]:
    """Texts a slide shows: paragraphs and cells."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found += [paragraph.text for paragraph in shape.text_frame.paragraphs]
        elif shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return found


def faults_of(data: bytes, document: Document) -> Iterator[str]:
    """What is wrong with the slides of a report: empty, off the slide, unmarked, without title or alternative."""
    file = Presentation(io.BytesIO(data))
    if len(data) > 2_000_000:
        yield "heavier than 2 MB"
    titles = [slide.shapes.title.text_frame.text for slide in file.slides]
    if len(set(titles)) < len(titles) or not all(titles):
        yield f"a title lacks or stands twice: {titles}"
    alts = {chart["alt"] for chart in document.charts}
    for slide, title in zip(file.slides, titles, strict=True):
        yield from (f"{title}: {fault}" for fault in _faults(slide, document, alts))
        for shape in slide.shapes:
            ends = shape.left + shape.width, shape.top + shape.height
            inside = (
                shape.left >= 0 <= shape.top and ends[0] <= file.slide_width and ends[1] <= file.slide_height
            )
            if not inside:
                yield f"{title}: {shape.name} is off the slide"


def _faults(slide: Slide, document: Document, alts: set[str]) -> Iterator[str]:
    mark = word("mark.full", document.lang)
    if document.heading["simulated"] != any(mark in text for text in texts_of(slide)):
        yield "the mark of simulation"
    content = [shape for shape in slide.shapes if shape.shape_type == _PICTURE or shape.has_table]
    first, *others = slide.shapes
    if first != slide.shapes.title:
        yield "the title is not read first"
    places = [shape.top for shape in others]
    if places != sorted(places) and len({shape.top for shape in others}) == len(others):
        yield "what stands under is read before what stands over"
    for shape in content:
        told = shape._element.xpath(".//p:cNvPr")[0]
        if not told.get("descr") or not told.get("title"):
            yield f"{shape.name} has no alternative"
        if shape.shape_type == _PICTURE and told.get("descr") not in alts:
            yield "a figure has another alternative than on the page"
        if shape.has_table and len(shape.table.rows) < 2:
            yield "an empty table"
    for shape in slide.shapes:
        if shape.has_text_frame and not shape.text_frame.text.strip():
            yield f"{shape.name} is empty"
    if not content and len([text for text in texts_of(slide) if text.strip()]) < 3:
        yield "an empty slide"
    ids = [one.get("id") for one in slide.element.iter(qn("p:cNvPr"))]
    if len(ids) != len(set(ids)):
        yield "a shape's number stands twice"
