"""Text: no value of the program, no stray punctuation, no Chinese left in English, equal decimals in a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from helpers import registry
from page_text import Piece, Table, read_page
from reality.built import Built, Page

_WRONG = {
    "a value of the program": re.compile(
        r"(?<![A-Za-z])(?:nan|NaN|NaT|None|True|False)(?![A-Za-z])|\d[eE][-+]\d"
    ),
    "a sentence without subject": re.compile(r"(?:^|[。；！？])\s*的"),
    "stray punctuation": re.compile(
        r"[，。；：、！？]\s*[，。；：、！？]|(?<!\.)\.\.(?!\.)|[,;]\s*[,;]|\s[,;](?=\s)|\.[;,](?=\s)|\(\s*\)|（\s*）"
    ),
}
_QUOTED = re.compile(
    r"《[^》]*》|【[^】]*】|“[^”]*”|\"[^\"]*\"|‘[^’]*’|\([^()]*\)|（[^（）]*）|Sources?: .*", re.DOTALL
)
_CHINESE = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff\w—–:,，、-]*")
_MADE_UP = re.compile(r"示例\w*")  # names that the demonstration gives, in English too
_PUBLISHED, _MEANS = re.compile("公开|[Pp]ublished"), re.compile("平均|—|–")
_NAMED = re.compile("指标|目标|统计|项目|indicator|target|statistic|item")
_CELL = re.compile(r"[−+-]?\d[\d,]*(?:\.(?P<decimals>\d+))?\s*(?P<unit>.*)")
_LONGEST_UNIT = 8


def wrong_text(built: Built) -> Iterator[str]:
    """All that no reader should see."""
    pages = [(page.name, page.pieces) for page in built.pages]
    told = (("index", built.index, "zh"), ("index.en", built.index_en, "en"))
    pages += [(name, read_page(html, lang)) for name, html, lang in told if html]
    for name, pieces in pages:
        for piece in pieces:
            yield from (f"{name}: {told}" for told in _wrong(piece))
    for page in built.pages:
        if page.lang == "en":
            yield from (f"{page.name}: Chinese left: “{text[:60]}”" for text in _chinese(built, page))
        for table in page.tables:
            if not _PUBLISHED.search(table.caption):  # others' figures are quoted as they were published
                yield from (f"{page.name}, table {table.caption}: {told}" for told in _decimals(table))


def _wrong(piece: Piece) -> Iterator[str]:
    for text in piece.cells or [piece.text]:
        for what, pattern in _WRONG.items():
            if found := pattern.search(text):
                yield f"{what} in “{text[max(0, found.start() - 25) : found.end() + 25]}”"


@cache
def _titles(city: str) -> str:
    """Titles of publications, which stay in their own language."""
    return registry.published(city)[["source_title", "publisher"]].to_csv()


def _chinese(built: Built, page: Page) -> Iterator[str]:
    """Lines with Chinese; words of the demonstration's workbooks stay in tables as they were received."""
    heads = {id(table.head) for table in page.tables}
    for piece in page.pieces:
        if piece.kind == "row" and not built.case.is_real and id(piece.cells) not in heads:
            continue
        found = _CHINESE.findall(_MADE_UP.sub("", _QUOTED.sub("", piece.own)))
        if any(words not in _titles(built.case.city) for words in found):
            yield piece.text


def _decimals(table: Table) -> Iterator[str]:
    """Numbers of one column and one unit have equal decimals; each indicator or item has its own."""
    heads = [head.lower() for head in table.head]
    keys = [n for n, head in enumerate(heads) if head in ("单位", "unit") or _NAMED.search(head)]
    for column in range(1, len(heads)):
        groups: dict[tuple[str, ...], dict[int, str]] = {}
        for row in (piece.cells for piece in table.rows):
            match = _CELL.fullmatch(row[column].rstrip("*")) if column < len(row) else None
            if match is None or len(match["unit"]) > _LONGEST_UNIT or re.search(r"\d", match["unit"]):
                continue
            told = (match["unit"], *(row[n] for n in keys if n < len(row) and n != column))
            groups.setdefault(told, {}).setdefault(len(match["decimals"] or ""), row[column])
        for seen in groups.values():
            if len(seen) > 1 and not _MEANS.search(table.head[column]):
                yield f"column {table.head[column]} has {' and '.join(seen.values())}"
