"""The words of a page as lines: one a heading, sentence, row of a table, title, note or alternative text of a figure.

Marks of the drawings, styles, links and the list of contents are left out, and so is what changes with every run: version,
commit and checksums. A table keeps its first ``MOST_ROWS`` rows, the numbers behind a figure ``MOST_FIGURE_ROWS``, and
says how many follow.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from helpers.page.blocks import labels

MOST_ROWS, MOST_FIGURE_ROWS = 40, 12
_MARKS = {"h1": "# ", "h2": "## ", "h3": "### ", "caption": "[table] ", "li": "- ", "desc": "[alt] "}
_LINES = frozenset({"h1", "h2", "h3", "p", "li", "caption", "figcaption", "tr", "desc"})
_LINE_SPANS = {"caption-title": "[figure] ", "measure": "", "notes-title": ""}
_VOID = frozenset({"br", "hr", "img", "wbr", "col", "meta", "input", "link"})
_SHAPES = frozenset({"svg", "style", "script", "nav", "title"})
_CHECKSUM = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{12,64}\b")


class _Lines(HTMLParser):
    """Collects the text of blocks; inside of a drawing only its description, inside of a row one line of cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._stack: list[str] = []  # open elements, each with its class: ``span.measure``
        self._text: list[str] = []
        self._cells: list[str] | None = None
        self._rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        given = dict(attrs)
        hidden = given.get("aria-hidden") == "true"
        if tag == "table":
            self._flush("")
            self._rows = 0
        elif tag == "tr":
            self._cells = []
        elif tag in _LINES and self._cells is None:
            self._flush("")
        self._stack.append("svg" if hidden and tag != "svg" else f"{tag}.{given.get('class') or ''}")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        opened = self._stack.pop()
        if tag in ("td", "th") and self._cells is not None:
            self._cells.append(self._take())
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_table()
        elif self._cells is not None:
            self._text.append(" " if tag in (*_LINES, "div") else "")
        elif tag == "dt":
            self._text.append(": ")
        elif tag in _LINES or (tag == "div" and self._text):
            self._flush(_MARKS.get(tag, ""))
        else:
            for name, mark in _LINE_SPANS.items():
                if name in opened.split("."):
                    self._flush(mark)

    def handle_data(self, data: str) -> None:
        kinds = [opened.split(".")[0] for opened in self._stack]
        if not set(kinds) & _SHAPES or (kinds and kinds[-1] == "desc" and self._cells is None):
            self._text.append(data)

    def _take(self) -> str:
        text = re.sub(r"\s+", " ", "".join(self._text)).strip()
        self._text = []
        return _CHECKSUM.sub("#", text)

    def _flush(self, mark: str) -> None:
        if text := self._take():
            self.lines.append(mark + text)

    def _end_row(self) -> None:
        self._rows += 1
        if self._rows <= self._most + 1:  # the row of headings counts too
            self.lines.append(("  " + " | ".join(self._cells or ())).rstrip())
        self._cells = None

    def _end_table(self) -> None:
        if self._rows > self._most + 1:
            self.lines.append(f"  … {self._rows - self._most - 1} more rows")

    @property
    def _most(self) -> int:
        is_figure = any("figure-data" in opened for opened in self._stack)
        return MOST_FIGURE_ROWS if is_figure else MOST_ROWS


def page_lines(html: str, lang: str) -> list[str]:
    """Lines of a page, without its version and the table of what it was made with."""
    reader = _Lines()
    reader.feed(html[html.index("<header") : html.index("</main>")])
    words = labels(lang)
    lines: list[str] = []
    in_run = False
    for line in reader.lines:
        if not line.startswith("  "):
            in_run = line.startswith(f"[table] {words['run_caption']}")
        if not in_run and not line.startswith(f"{words['version']}: "):
            lines.append(line)
    return lines
