"""A report as slides: what a meeting looks at, in the words of the page.

The title with the finding; where things stand; every judged target with its verdict; up to three figures; what must happen
and who must act; what lacks; what the data are worth, their sources and where the whole report is. The speaker's notes hold
the four answers of page one. All is taken from the document; what does not fit goes on to a further slide.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from helpers.page import lacking
from helpers.page.blocks import labels
from helpers.page.export import day_of, freeze_archive
from helpers.page.reading import Run, Table, read_markup
from helpers.page.render import Document
from helpers.page.slide_flow import SMALL, Block, Grid, Text, flow, grid
from helpers.page.slide_template import Box, body_of, box_of, open_layouts
from helpers.page.slide_writer import Sheet, figure_scale, set_properties, write_opening, write_sheet
from helpers.page.way import Address

MOST_FIGURES = 3
_LEAST_SCALE = 2 / 3  # a figure shown smaller than this has type that nobody reads from a seat: 7 points
_TARGET = 5  # place of the target in the key of a row


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
    write_opening(layouts, _finding(document), document)
    for sheet in _numbered(sheets, document.lang):
        write_sheet(layouts, sheet, document)
    set_properties(layouts, document)
    stream = io.BytesIO()
    layouts.file.save(stream)
    return freeze_archive(stream.getvalue(), day_of(document.heading))


def _finding(document: Document) -> Sheet:
    """The first slide: the finding under city, battle and period; its notes have the four answers of page one."""
    first = [one for one in document.sections if one["slot"] == "page-one"]
    leads = [part for one in first for part in one["parts"] if part["kind"] == "lead"]
    answers = [(one["title"], *_spoken(one["parts"])) for one in first]
    notes = chain.from_iterable((*told, "") for told in answers if len(told) > 1)
    return Sheet(document.heading["running"], tuple(_blocks(leads, document.lang)), notes=tuple(notes))


def _sheets(document: Document, place: Box) -> Iterator[Sheet]:
    """Every slide but the first, in their order."""
    words = labels(document.lang)
    first = {one["title"]: one["parts"] for one in document.sections if one["slot"] == "page-one"}
    where, progress, left = (first.get(words[name], []) for name in ("where", "progress", "left"))
    where = [one for one in where if one["kind"] != "lead"]  # it stands on the first slide
    yield from _flowing(words["where"], _blocks(where, document.lang), place)
    likely = tuple(_spoken(first.get(words["likely"], [])))
    verdicts = _markup(document.heading.get("verdicts", "")) or _blocks(progress, document.lang)
    yield from _flowing(words["progress"], verdicts, place, notes=(*likely, words["rule_notice"]))
    for section, figure in _chosen(document, place):
        notes = (section["title"], section["stamp"], *_spoken(section["parts"]), figure["alt"])
        yield Sheet(figure["title"], figure=figure, notes=notes)
    yield from _flowing(words["left"], _blocks(left, document.lang), place)
    yield from _about(document, place)


def _about(document: Document, place: Box) -> Iterator[Sheet]:
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
            told = _blocks(section["parts"], document.lang)
            tables, texts = ([one for one in told if isinstance(one, kind)] for kind in (Grid, Text))
            yield from _flowing(section["title"], _joined([*tables[:1], *texts]), place)
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
        figures = [one for one in figures if figure_scale(one, document, place) >= _LEAST_SCALE]
        for nth, figure in enumerate(figures):
            found.append(((nth, not _tells_target(section), at), section, figure))
    best = sorted(found, key=lambda one: (one[0][0] > 0, one[0][1], one[0][2], one[0][0]))[:MOST_FIGURES]
    best.sort(key=lambda one: one[2]["number"])
    return [(section, figure) for _, section, figure in best]


def _tells_target(section: Mapping[str, Any]) -> bool:
    keys = (item["facts"].get("row_key") for one in section["parts"] for item in one.get("items", ()))
    return any(key and len(key) > _TARGET and key[_TARGET] for key in keys)


def _numbered(sheets: Sequence[Sheet], lang: str) -> Iterator[Sheet]:
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
) -> Iterator[Sheet]:
    """Slides of one title, as many as its blocks take; the first has the notes."""
    for n, shown in enumerate(flow(blocks, place.width, place.height)):
        yield Sheet(title, tuple(shown), notes=() if n else notes)


def _blocks(shown: Iterable[Mapping[str, Any]], lang: str) -> list[Block]:
    """Sentences, lists, notes and tables of the page as they go on a slide."""
    blocks: list[Block] = []
    for part in shown:
        if "items" in part:
            is_list = part["kind"] in ("points", "asks")
            html = [item["html"] for item in part["items"]]
            told = html if is_list else [labels(lang)["sentence_gap"].join(html)]
            runs = chain.from_iterable(read_markup(one)[0] for one in told)
            blocks.append(Text(tuple(map(tuple, runs)), is_list))
        elif part["kind"] == "note":
            blocks.append(Text(((Run(part["text"]),),), sizes=SMALL))
        elif part["kind"] == "table" and not part.get("figure_data"):
            blocks += _markup(part["html"])
    return _joined(block for block in blocks if len(block))


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """Texts of one look that follow one another, as one."""
    found: list[Block] = []
    for block in blocks:
        last = found[-1] if found else None
        if isinstance(block, Text) and isinstance(last, Text) and block.looks == last.looks:
            found[-1] = replace(last, paragraphs=last.paragraphs + block.paragraphs)
        else:
            found.append(block)
    return found


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
