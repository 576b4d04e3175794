"""A report as an editable Word file: the same text, tables and figures as the page."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from helpers.page.blocks import bitmap, figure_foot, labels
from helpers.page.export import day_of, freeze_archive
from helpers.page.numbers import read_number
from helpers.page.reading import Run, Table, read_markup
from helpers.page.render import Document
from helpers.page.words import word
from helpers.registry import palette

# Latin and Chinese face, body, title and heading in points: the page's print profiles (design brief, 10).
_PROFILES = {
    "brief": {
        "latin": "Arial",
        "han": "Microsoft YaHei",
        "body": 10.5,
        "title": 20,
        "heading": 13,
        "table": 9,
    },
    "formal": {
        "latin": "Times New Roman",
        "han": "FangSong",
        "body": 16,
        "title": 22,
        "heading": 16,
        "table": 12,
    },
}
_TEXT_WIDTH = Mm(162)
_MANY, _DENSE = 8, Pt(7.5)  # a table of this many columns is set this small


def word_file(document: Document, *, style: str = "brief") -> bytes:
    """Write the docx of a report; equal reports give equal bytes.

    Parameters
    ----------
    document
        Of :func:`helpers.page.render.render`.
    style
        ``brief`` or ``formal``, as the page.

    Returns
    -------
    The bytes of the file.
    """
    file = new_document()
    _set_up(file, document, _PROFILES[style])
    _write_masthead(file, document)
    is_wide = False
    for section in document.sections:
        if _is_wide(section) != is_wide:
            is_wide = not is_wide
            _turn_page(file, wide=is_wide)
        heading = section["label"] + section["title"]
        file.add_heading("  ".join(text for text in (heading, section["stamp"]) if text), level=1)
        for part in section["parts"]:
            if writer := _WRITERS.get(part["kind"]):
                writer(file, part, document)
    stream = io.BytesIO()
    file.save(stream)
    return freeze_archive(stream.getvalue(), day_of(document.heading))


def _set_up(file: WordDocument, document: Document, profile: Mapping[str, Any]) -> None:
    """Set A4, margins, faces, page number and properties."""
    page = file.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.right_margin, page.bottom_margin, page.left_margin = Mm(22), Mm(22), Mm(20), Mm(26)
    sizes = {
        "Normal": "body",
        "Title": "title",
        "Heading 1": "heading",
        "Heading 2": "body",
        "Caption": "table",
    }
    for name, size in sizes.items():
        style = file.styles[name]
        style.font.name, style.font.size = profile["latin"], Pt(profile[size])
        style.font.color.rgb = _rgb(palette().neutrals["ink"])
        style.font.bold = name != "Normal"
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), profile["han"])
    file.styles["Normal"].paragraph_format.space_after = Pt(4)
    _set_language(file, labels(document.lang)["word_lang"])
    heading = document.heading
    properties = file.core_properties
    properties.title, properties.author = heading["title"], heading["series"]
    properties.language = labels(document.lang)["html_lang"]
    properties.comments = ""
    if heading["simulated"]:
        page.header.paragraphs[0].text = word("mark.full", document.lang)
    _add_page_number(page.footer.paragraphs[0])


def _set_language(file: WordDocument, latin: str) -> None:
    """Tell Word, and who has the file read aloud, which languages it is in; the template calls Chinese English."""
    language = file.styles.element.find(f"{qn('w:docDefaults')}//{qn('w:lang')}")
    language.set(qn("w:val"), latin)
    language.set(qn("w:eastAsia"), "zh-CN")


def _add_page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph.add_run("— ")
    paragraph._p.append(field)
    paragraph.add_run(" —")


def _write_masthead(file: WordDocument, document: Document) -> None:
    heading, words = document.heading, labels(document.lang)
    file.add_paragraph(heading["series"])
    file.add_paragraph(heading["title"], style="Title")
    facts = (
        (words["as_of"], heading["as_of"]),
        (words["data_state"], words["state"][heading["state"]]),
        (words["version"], heading["version"]),
    )
    file.add_paragraph("    ".join(f"{name}{words['colon']}{value}" for name, value in facts))
    if heading["simulated"]:
        file.add_paragraph().add_run(
            f"{word('mark.full', document.lang)} {words['simulated_notice']}"
        ).bold = True


def _write_runs(paragraph: Paragraph, runs: Sequence[Run], *, bold: bool = False) -> None:
    for run in runs:
        written = paragraph.add_run(run.text)
        written.bold = bold or "bold" in run.look or None
        written.font.subscript = "sub" in run.look or None
        written.font.superscript = "sup" in run.look or None


def _write_paragraph(file: WordDocument, part: Mapping[str, Any], document: Document) -> None:
    """Write sentences as one paragraph."""
    html = labels(document.lang)["sentence_gap"].join(item["html"] for item in part["items"])
    for runs in read_markup(html)[0]:
        _write_runs(file.add_paragraph(), runs, bold=part["kind"] == "lead")


def _write_items(file: WordDocument, part: Mapping[str, Any], document: Document) -> None:
    style = "List Bullet" if part["kind"] == "points" else "Normal"
    for item in part["items"]:
        for runs in read_markup(item["html"])[0]:
            _write_runs(file.add_paragraph(style=style), runs)


def _write_note(file: WordDocument, part: Mapping[str, Any], document: Document) -> None:
    file.add_paragraph(part["text"], style="Normal")


def _write_notes(file: WordDocument, part: Mapping[str, Any], document: Document) -> None:
    """Write numbered notes; the numbers are text, since appendix B refers to them."""
    file.add_paragraph(part["title"], style="Caption").paragraph_format.keep_with_next = True
    for number, text in enumerate(part["texts"], start=1):
        file.add_paragraph(f"{number}. {text}")


def _write_chart(file: WordDocument, part: Mapping[str, Any], document: Document) -> None:
    words = labels(document.lang)
    title = words["figure_label"].format(number=part["number"]) + part["title"] + _mark(part, document)
    caption = file.add_paragraph(title, style="Caption")
    caption.paragraph_format.keep_with_next = True
    if part["measure"]:
        file.add_paragraph(part["measure"]).paragraph_format.keep_with_next = True
    picture = file.add_picture(io.BytesIO(bitmap(part, "docx")), width=_TEXT_WIDTH)
    picture._inline.docPr.set("descr", part["alt"])
    picture._inline.docPr.set("title", part["title"])
    if below := figure_foot(part, document.lang):
        file.add_paragraph(below)


def _write_tables(file: WordDocument, part: Mapping[str, Any], document: Document) -> None:
    paragraphs, tables = read_markup(part["html"])
    for table in tables:
        _write_table(file, table.filled, document)
    for runs in paragraphs:
        _write_runs(file.add_paragraph(), runs)


def _write_table(file: WordDocument, table: Table, document: Document) -> None:
    """Write one table; the header row repeats on each page and no row is cut by a page end."""
    rows = [*table.head, *table.body]
    if not rows:
        return
    caption = file.add_paragraph(table.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    width = max(map(len, rows))
    made = file.add_table(rows=len(rows), cols=width, style="Table Grid")
    _describe(made, table, labels(document.lang))
    size = file.styles["Caption"].font.size
    for number, row in enumerate(rows):
        is_head = number < len(table.head)
        _fill_row(made, number, row, is_head=is_head, size=min(size, _DENSE) if width >= _MANY else size)
    file.add_paragraph()


def _describe(made: WordTable, table: Table, words: Mapping[str, Any]) -> None:
    """Give a table the alternative that is read in its place: its title, its size and what its columns hold."""
    heads = words["table_alt_join"].join(text for text in (table.head or [[]])[-1] if text)
    told = words["table_alt"].format(rows=len(table.body), heads=heads)
    for tag, text in (("w:tblCaption", table.caption), ("w:tblDescription", told)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), text)
        made._tbl.tblPr.append(element)


def _fill_row(table: WordTable, number: int, texts: Sequence[str], *, is_head: bool, size: Any) -> None:
    row = table.rows[number]
    for cell, text in zip(row.cells, texts, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        if read_number(text) is not None:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        run.font.size, run.bold = size, is_head or None
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))


def _turn_page(file: WordDocument, *, wide: bool) -> None:
    """Begin a section on a new page, upright or across."""
    sides = (Mm(210), Mm(297))
    page = file.add_section(WD_SECTION.NEW_PAGE)
    page.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = sides[::-1] if wide else sides


def _is_wide(section: Mapping[str, Any]) -> bool:
    """Whether a section holds the table of all values, which needs the sheet across, as in print."""
    return any('class="indicators' in part.get("html", "") for part in section["parts"])


def _mark(part: Mapping[str, Any], document: Document) -> str:
    is_simulated = document.heading["simulated"] and not part["observed"]
    return f"  {word('mark.full', document.lang)}" if is_simulated else ""


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#"))


_WRITERS: dict[str, Callable[[WordDocument, Mapping[str, Any], Document], None]] = {
    "lead": _write_paragraph,
    "paragraph": _write_paragraph,
    "points": _write_items,
    "asks": _write_items,
    "note": _write_note,
    "notes": _write_notes,
    "chart": _write_chart,
    "table": _write_tables,
}
