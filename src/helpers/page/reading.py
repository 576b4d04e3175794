"""Read our own HTML back as runs of text and as tables, so Word and sheet say exactly what the page says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "img", "wbr", "col", "meta", "input", "link"})
_STYLES = {"b": "bold", "strong": "bold", "sub": "sub", "sup": "sup"}
_BLOCKS = frozenset({"p", "div", "li", "br"})
_SPACE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class Run:
    """Some text with one look: a subset of ``bold``, ``sub``, ``sup``."""

    text: str
    look: frozenset[str] = frozenset()


@dataclass
class Table:
    """One table: caption, header rows, body rows, each cell a text; and the columns that hold pictures."""

    caption: str = ""
    head: list[list[str]] = field(default_factory=list)
    body: list[list[str]] = field(default_factory=list)
    pictures: set[int] = field(default_factory=set)

    @property
    def filled(self) -> Table:
        """The table without its columns of pictures: a sparkline has no words."""
        width = max((len(row) for row in self.body), default=0)
        keep = [column for column in range(width) if column not in self.pictures]
        cut = [[[row[c] for c in keep if c < len(row)] for row in rows] for rows in (self.head, self.body)]
        return Table(self.caption, *cut)


class _Reader(HTMLParser):
    """Collects runs outside tables and the tables; pictures and what is hidden from readers are passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[list[Run]] = [[]]
        self.tables: list[Table] = []
        self._stack: list[tuple[str, bool]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._text(" ")
        if tag in _VOID:
            return
        given = dict(attrs)
        hidden = tag in ("svg", "style", "script") or given.get("aria-hidden") == "true"
        self._stack.append((tag, hidden or self._hidden))
        if tag == "svg" and self._cell is not None:
            self.tables[-1].pictures.add(len(self.tables[-1].body[-1]))
        elif tag == "table":
            self.tables.append(Table())
        elif self.tables and tag == "tr":
            in_head = any(name == "thead" for name, _ in self._stack)
            (self.tables[-1].head if in_head else self.tables[-1].body).append([])
        elif tag in ("td", "th", "caption"):
            self._cell = []
        elif tag in _BLOCKS and self._cell is None and self.paragraphs[-1]:
            self.paragraphs.append([])

    def handle_endtag(self, tag: str) -> None:
        while self._stack:
            name, _ = self._stack.pop()
            if name == tag:
                break
        if tag in ("td", "th", "caption") and self._cell is not None:
            text = _SPACE.sub(" ", "".join(self._cell)).strip()
            self._cell = None
            if tag == "caption":
                self.tables[-1].caption = text
            else:
                table = self.tables[-1]
                in_head = any(name == "thead" for name, _ in self._stack)
                (table.head if in_head else table.body)[-1].append(text)

    def handle_data(self, data: str) -> None:
        self._text(data)

    @property
    def _hidden(self) -> bool:
        return bool(self._stack) and self._stack[-1][1]

    def _text(self, data: str) -> None:
        if self._hidden:
            return
        if self._cell is not None:
            self._cell.append(data)
        elif any(name == "table" for name, _ in self._stack):
            return
        else:
            look = frozenset(_STYLES[name] for name, _ in self._stack if name in _STYLES)
            self.paragraphs[-1].append(Run(_SPACE.sub(" ", data), look))


def read_markup(html: str) -> tuple[list[list[Run]], list[Table]]:
    """Return the paragraphs (outside tables) and the tables of a piece of our own HTML.

    Examples
    --------
    >>> [[run.text for run in p] for p in read_markup("<p>PM<sub>2.5</sub> 28</p>")[0]]
    [['PM', '2.5', ' 28']]
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    paragraphs = [p for p in reader.paragraphs if "".join(run.text for run in p).strip()]
    return paragraphs, reader.tables
