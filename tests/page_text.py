"""A page read back as pieces: one a heading, sentence, row of a table, title, note or alternative text of a figure.

Marks of the drawings, styles and the list of contents are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from helpers.page.blocks import labels

MOST_ROWS, MOST_FIGURE_ROWS = 40, 12
_MARKS = {"h1": "# ", "h2": "## ", "h3": "### ", "caption": "[table] ", "li": "- ", "alt": "[alt] "}
_MARKS |= {"figure": "[figure] ", "row": "  "}
_LINES = frozenset({"h1", "h2", "h3", "p", "li", "caption", "figcaption", "tr", "desc"})
_KINDS = {"desc": "alt", "figcaption": "p"}
_LINE_SPANS = {"caption-title": "figure", "measure": "measure", "notes-title": "p"}
_VOID = frozenset({"br", "hr", "img", "wbr", "col", "meta", "input", "link"})
_SHAPES = frozenset({"svg", "style", "script", "nav", "title"})
_CHECKSUM = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{12,64}\b")


@dataclass
class Piece:
    """A line of a page.

    ``own`` is the text without what is marked as being in another language; ``cells`` are those of a row, ``place`` is
    what links to the row lead to, ``links`` are pairs of place and text; ``of_figure`` says that a row tells the numbers
    behind a figure, and ``inside`` names the class of the element around (``points``, ``lead``).
    """

    kind: str
    text: str
    own: str
    cells: list[str] = field(default_factory=list)
    place: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    of_figure: bool = False
    inside: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a page: its caption, the row of headings, the other rows."""

    caption: str
    head: list[str]
    rows: list[Piece]


@dataclass
class _Open:
    """An element that is open: its tag, class and link, and whether its words are hidden or in another language."""

    tag: str
    classes: frozenset[str]
    is_hidden: bool
    is_foreign: bool
    place: str = ""
    link: str = ""
    start: int = 0


class _Reader(HTMLParser):
    """Collects the text of blocks; inside of a drawing only its description, inside of a row one piece of cells."""

    def __init__(self, lang: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lang = lang
        self.pieces: list[Piece] = []
        self._stack: list[_Open] = []
        self._text: list[str] = []
        self._own: list[str] = []
        self._links: list[tuple[str, str]] = []
        self._row: Piece | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "table" or (tag in _LINES and self._row is None):
            self._flush("p")
        if tag == "tr":
            self._row = Piece("row", "", "", place=given.get("id", ""), of_figure=self._is_in("figure-data"))
        above = self._stack[-1] if self._stack else None
        hidden = tag in _SHAPES or given.get("aria-hidden") == "true" or bool(above and above.is_hidden)
        foreign = bool(above and above.is_foreign)
        if "lang" in given:
            foreign = given["lang"][:2] != self.lang
        classes = frozenset(given.get("class", "").split())
        # A sentence is told of its row as a whole, whichever of its numbers leads there.
        link = given.get("data-row", "")
        if tag == "a" and not any(one.tag == "span" and one.link for one in self._stack):
            link = given.get("href", "").removeprefix("#")
        self._stack.append(
            _Open(tag, classes, hidden, foreign, given.get("id", ""), link, len("".join(self._text)))
        )

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        opened = self._stack.pop()
        if opened.link:
            self._links.append((opened.link, "".join(self._text)[opened.start :].strip()))
        if self._row is not None:
            self._end_in_row(tag)
        elif tag == "dt":
            self._add(": ")
        elif tag in _LINES:
            self._flush(_KINDS.get(tag, tag), opened)
        elif tag == "div" and self._text:
            self._flush("p", opened)
        else:
            for name in opened.classes & set(_LINE_SPANS):
                self._flush(_LINE_SPANS[name], opened)

    def handle_data(self, data: str) -> None:
        above = self._stack[-1] if self._stack else None
        is_alt = above is not None and above.tag == "desc" and self._row is None
        if above is None or is_alt or not above.is_hidden:
            self._add(data, is_foreign=bool(above and above.is_foreign))

    def _end_in_row(self, tag: str) -> None:
        row = self._row
        assert row is not None
        if tag in ("td", "th"):
            text, own = self._take()
            row.cells.append(text)
            row.own = " | ".join((row.own, own)) if len(row.cells) > 1 else own
        elif tag == "tr":
            row.text, row.links = " | ".join(row.cells), self._links
            self._row, self._links = None, []
            self.pieces.append(row)
        elif tag in (*_LINES, "div"):
            self._add(" ")

    def _is_in(self, name: str) -> bool:
        return any(name in opened.classes for opened in self._stack)

    def _add(self, text: str, *, is_foreign: bool = False) -> None:
        self._text.append(text)
        self._own.append("" if is_foreign else text)

    def _take(self) -> tuple[str, str]:
        found = tuple(re.sub(r"\s+", " ", "".join(parts)).strip() for parts in (self._text, self._own))
        self._text, self._own = [], []
        return found[0], found[1]

    def _flush(self, kind: str, opened: _Open | None = None) -> None:
        text, own = self._take()
        if text:
            around = {name for one in (*self._stack, *([opened] if opened else [])) for name in one.classes}
            inside = next((name for name in ("points", "lead", "ask", "edition") if name in around), "")
            self.pieces.append(Piece(kind, text, own, links=self._links, inside=inside))
        self._links = []


def read_page(html: str, lang: str) -> list[Piece]:
    """Read the pieces of a page in their order, from its masthead on."""
    reader = _Reader(lang)
    reader.feed(html[html.index("<header") : html.index("</main>")])
    return reader.pieces


def tables_of(pieces: list[Piece]) -> Iterator[Table]:
    """Tables of a page; the first row is that of the headings."""
    caption, rows = "", []
    for piece in [*pieces, Piece("end", "", "")]:
        if piece.kind == "row":
            rows.append(piece)
            continue
        if len(rows) > 1:
            yield Table(caption, rows[0].cells, rows[1:])
        rows = []
        caption = piece.text if piece.kind == "caption" else ""


def page_lines(html: str, lang: str) -> list[str]:
    """Lines of a page for people to compare, without what changes with every run: version, checksums, parameters.

    A table keeps its first ``MOST_ROWS`` rows, the numbers behind a figure ``MOST_FIGURE_ROWS``, and says how many follow.
    """
    words = labels(lang)
    lines: list[str] = []
    n_rows, in_run, is_figure = 0, False, False
    for piece in [*read_page(html, lang), Piece("end", "", "")]:
        most = (MOST_FIGURE_ROWS if is_figure else MOST_ROWS) + 1  # the row of headings counts too
        if piece.kind != "row":
            if n_rows > most and not in_run:
                lines.append(f"  … {n_rows - most} more rows")
            n_rows = 0
            in_run = piece.kind == "caption" and piece.text.startswith(words["run_caption"])
        else:
            n_rows, is_figure = n_rows + 1, piece.of_figure
            if n_rows > (MOST_FIGURE_ROWS if is_figure else MOST_ROWS) + 1:
                continue
        is_version = piece.inside == "edition" and piece.text.startswith(words["version"])
        if not in_run and not is_version and piece.kind != "end":
            lines.append((_MARKS.get(piece.kind, "") + _CHECKSUM.sub("#", piece.text)).rstrip())
    return lines
