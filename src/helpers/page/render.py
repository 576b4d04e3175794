"""Executed notebook → one self-contained HTML page, by an nbconvert exporter that is reused in the process."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# jsonschema compiles a grammar for an unused string format while nbconvert is imported; without it the import
# takes a third of the time. jsonschema guards this import itself.
sys.modules.setdefault("rfc3987_syntax", None)

from markupsafe import Markup  # noqa: E402
from nbconvert.exporters import TemplateExporter  # noqa: E402
from nbconvert.preprocessors import Preprocessor  # noqa: E402
from nbformat import NotebookNode  # noqa: E402
from traitlets import Bool, List, default  # noqa: E402

from helpers.errors import ParameterError, RunError, is_refusal  # noqa: E402
from helpers.messages import message, parts  # noqa: E402
from helpers.page import masthead, signed, tables  # noqa: E402
from helpers.page.blocks import METADATA_KEY, SLOTS, dress, labels, numeral, table_part  # noqa: E402
from helpers.page.figure_data import print_numbers  # noqa: E402
from helpers.page.read_back import read_back  # noqa: E402
from helpers.page.words import word  # noqa: E402

REPORTING_TAGS = frozenset({"page-one", "section", "data", "checks", "finish"})
STYLES = ("brief", "formal")
_PLACE = re.compile(r' id="([^"]+)"')
_OF_ROW = re.compile(r' data-row="([^"]+)"')
_TRACE = re.compile(r'<a href="#([^"]+)"(>.*?)</a>', re.DOTALL)
MOST_ROWS_ON_PAGE = 60
# Of a notebook that shows a page of its own making.
_NO_RESULTS: Mapping[str, Any] = {"columns": [], "rows": []}


@dataclass(frozen=True)
class Document:
    """A report put together: numbered sections of plain data, the one source of page, Word and sheet.

    ``sections`` are mappings with ``slot``, ``number`` (一 or 1 or A), ``label``, ``anchor``, ``title``, ``stamp`` (the mark
    of simulation, where the section carries one), ``parts``.
    ``remarks`` are for the operator: what the notebook printed beside its report.
    """

    heading: Mapping[str, Any]
    sections: tuple[Mapping[str, Any], ...]
    remarks: tuple[str, ...] = ()

    @property
    def lang(self) -> str:
        """Language of the report: ``zh`` or ``en``."""
        return self.heading["lang"]

    @property
    def charts(self) -> list[Mapping[str, Any]]:
        """All figures in the order of their numbers."""
        return [part for section in self.sections for part in section["parts"] if part["kind"] == "chart"]


@dataclass(frozen=True)
class Rendered:
    """A finished page: its HTML, the document behind it and the facts the index reads."""

    html: str
    document: Document

    @property
    def facts(self) -> dict[str, Any]:
        """What ``<battle>.<lang>.json`` holds beside the page; see :mod:`helpers.page.index`."""
        heading = self.document.heading
        kept = {key: heading[key] for key in ("sources", "published", "numbers", "signed") if key in heading}
        return {**heading["facts"], **kept, "run": "ok", "reason": ""}


def read_document(notebook: Mapping[str, Any]) -> Document:
    """Gather the blocks of an executed notebook and number them.

    Order: page one, sections, data and confidence, appendices; within each as the notebook shows them.
    Text a cell prints, and displays that are no blocks, stay out and are remarked on. Every sentence is held against its
    row of the results table, which page one brings along (:mod:`helpers.page.read_back`).

    Raises
    ------
    RunError
        A cell ended in an error, or page one is missing or there twice. Mend the notebook and run it again.
    SchemaError
        A sentence does not say what its row says.
    """
    blocks, remarks = _collect(notebook)
    first = [block for block in blocks if block["slot"] == "page-one"]
    if len(first) != 1:
        raise RunError(**parts("notebook.page_one", n=len(first)))
    heading = {**first[0]["heading"], "sources": []}
    results = heading.pop("results", _NO_RESULTS)
    read_back(blocks, results, lang=heading["lang"])
    run = notebook.get("metadata", {}).get(METADATA_KEY, {})
    heading |= masthead.imprint(heading, run.get("published", ""))
    for block in blocks:
        heading["sources"] += block["heading"].get("sources", []) if block["slot"] == "appendix" else []
    heading["numbers"] = signed.numbers(results, heading["sources"], heading["facts"])
    if "signed" in run:
        blocks.append(_beside_signed(heading, run["signed"]))
    ordered = sorted(blocks, key=lambda block: SLOTS.index(block["slot"]))
    return Document(heading, tuple(_number(ordered, heading)), tuple(remarks))


def _beside_signed(heading: dict[str, Any], edition: Mapping[str, Any]) -> dict[str, Any]:
    """Compare the report with a signed edition of it: into its heading, and as a section after all others."""
    lang = heading["lang"]
    heading["signed"] = signed.compare(edition, heading["numbers"], heading["sources"], lang)
    heading["edition"] = [*heading["edition"], signed.masthead(heading["signed"], lang)]
    return signed.block(heading["signed"], lang, simulated=heading["simulated"])


def _collect(notebook: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[str]]:
    blocks, remarks = [], []
    for position, cell in enumerate(notebook["cells"], start=1):
        tags = set(cell["metadata"].get("tags", []))
        for output in cell.get("outputs", []):
            kind = output["output_type"]
            if kind == "error":
                is_told = is_refusal(output.get("ename", ""))
                found = output["evalue"] if is_told else message("program.cell", n=position)
                raise RunError(found, **parts("notebook.cell"))
            if kind == "stream":
                text = "".join(output.get("text", "")).strip().splitlines() or [""]
                stream = output.get("name", "stdout")
                remarks.append(message("notebook.wrote", n=position, stream=stream, text=text[-1][:200]))
            elif METADATA_KEY in output.get("metadata", {}):
                if tags & REPORTING_TAGS:
                    blocks.append(output["metadata"][METADATA_KEY])
            elif tags & REPORTING_TAGS:
                remarks.append(f"cell {position} shows something that is no block; it is left out")
    return blocks, remarks


def _number(blocks: list[Mapping[str, Any]], heading: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Number sections 一 二 三 (1 2 3), appendices A B C, and figures 1 2 3, in reading order.

    A section without a title continues the one before it. A section of a simulated report is stamped once, unless
    all it shows was published by others.
    """
    lang, numbered, figures = heading["lang"], [], []
    words = labels(lang)
    for block in blocks:
        is_appendix = block["slot"] == "appendix"
        for section in block["sections"]:
            parts = []
            for part in section["parts"]:
                if part["kind"] == "chart":
                    part = {**part, "number": len(figures) + 1, "anchor": f"figure-{len(figures) + 1}"}
                    figures.append(part)
                parts += _figure_tables(figures, heading) if part["kind"] == "figure-data" else [part]
            if not section["title"] and numbered:
                numbered[-1]["parts"] += parts
                continue
            count = 1 + sum((done["slot"] == "appendix") == is_appendix for done in numbered)
            number = chr(ord("A") + count - 1) if is_appendix else numeral(count, lang)
            is_own = block["slot"] == "section" and not all(part.get("observed") for part in parts)
            numbered.append(
                {
                    "slot": block["slot"],
                    "number": number,
                    "label": words["appendix_label" if is_appendix else "part_label"].format(number=number),
                    "anchor": f"appendix-{number.lower()}" if is_appendix else f"section-{count}",
                    "title": section["title"],
                    "stamp": word("mark.full", lang) if is_own and heading["simulated"] else "",
                    "parts": parts,
                }
            )
    _lead_on(figures, numbered, words["sources"])
    return numbered


def _lead_on(figures: list[dict[str, Any]], numbered: list[dict[str, Any]], sources: str) -> None:
    """Let each figure lead to its numbers and to the list of sources, where the report prints them."""
    parts = [part for section in numbered for part in section["parts"]]
    has_numbers = any(part.get("figure_data") for part in parts)
    listed = [one["anchor"] for one in numbered if one["slot"] == "appendix" and one["title"] == sources]
    for figure in figures:
        figure["sources_anchor"] = listed[0] if listed else ""
        figure["data_anchor"] = (
            f"{figure['anchor']}-data" if has_numbers and figure.get("has_numbers") else ""
        )


def _figure_tables(figures: list[dict[str, Any]], heading: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the numbers of all figures as one part of printed tables; a long one is left to the spreadsheet."""
    lang, pieces = heading["lang"], []
    words = labels(lang)
    for figure in figures:
        table, measures = print_numbers(figure, lang)
        figure["has_numbers"] = bool(len(table))
        if len(table) > MOST_ROWS_ON_PAGE:
            text = words["figure_data_long"].format(number=figure["number"], rows=len(table))
            piece = tables.note(text)
        elif len(table):
            piece = tables.data_table(
                table,
                caption=words["figure_data"].format(number=figure["number"], title=figure["title"]),
                lang=lang,
                measures=measures,
                simulated=heading["simulated"] and not figure["observed"],
            )
        else:
            continue
        pieces.append(Markup('<div id="{}-data">{}</div>').format(figure["anchor"], piece))
    return [{**table_part(Markup().join(pieces)), "figure_data": True}] if pieces else []


class ArrangeBriefing(Preprocessor):
    """Read the blocks out of the notebook and hand them to the template; code and markdown never pass."""

    enabled = Bool(True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace the notebook's cells by the document in ``resources["document"]``."""
        resources["document"] = resources.get("document") or read_document(nb)
        nb.cells = []
        return nb, resources


class BriefingExporter(TemplateExporter):
    """nbconvert exporter of a briefing: ``jupyter nbconvert --to helpers.page.render.BriefingExporter``."""

    # Only our own preprocessor: nothing else may change what the notebook says.
    default_preprocessors = List([ArrangeBriefing])
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name(self) -> str:
        return "template"

    @default("template_file")
    def _template_file(self) -> str:
        return "index.html.j2"

    @default("extra_template_basedirs")
    def _basedirs(self) -> list[str]:
        return [str(Path(__file__).parent)]

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Fill in the template and settle the links of the whole page."""
        html, resources = super().from_notebook_node(nb, resources, **options)
        return _settle_traces(html), resources

    def _create_environment(self) -> Any:
        return dress(super()._create_environment())


@cache
def _exporter() -> BriefingExporter:
    return BriefingExporter()


def render(notebook: NotebookNode, *, style: str = "brief", figures: str = "") -> Rendered:
    """Render an executed notebook as one HTML page.

    The page is a pure function of the notebook: no clock, no random identifier, no address outside itself.

    Parameters
    ----------
    notebook
        Executed notebook, read by ``nbformat``.
    style
        ``brief`` (default) or ``formal``, the typographic habits of official documents.
    figures
        Folder beside the page in which :mod:`helpers.page.figure_files` are published; nothing is linked without it.

    Raises
    ------
    RunError
        A cell ended in an error or page one is missing; see :func:`read_document`.
    ParameterError
        Unknown style. Use ``brief`` or ``formal``.
    """
    if style not in STYLES:
        known = message("words.one_of", names=", ".join(STYLES))
        raise ParameterError(expected=known, **parts("page.style", style=repr(style)))
    document = read_document(notebook)
    # The document holds all the template asks for; the exporter would copy every cell only to drop it.
    bare = NotebookNode({**notebook, "cells": []})
    html, _ = _exporter().from_notebook_node(bare, {"document": document, "style": style, "figures": figures})
    return Rendered(html, document)


def _settle_traces(html: str) -> str:
    """Leave the text of a link that leads nowhere, and one tab stop a place.

    A part may tell of a row that stands in another report. Whoever goes by keyboard is not led to one place twice.
    """
    places, seen = set(_PLACE.findall(html)), set()
    contents, start, main = html.partition("<main")

    def settled(match: re.Match[str]) -> str:
        if match[1] not in places:
            return match[2][1:]
        if match[1] not in seen:
            seen.add(match[1])
            return match[0]
        return f"<a href=#{match[1]} tabindex=-1{match[2]}</a>"

    main = _TRACE.sub(settled, main)
    return contents + start + _OF_ROW.sub(lambda match: match[0] if match[1] in places else "", main)
