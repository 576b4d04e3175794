"""Text and tables measured and broken over slides, so that nothing runs off one.

Lines are measured in the packaged face, with a margin for the faces of the program that shows them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import zip_longest

from helpers.page.reading import Run, Table
from helpers.page.style import load_font

TEXT, TABLE, SMALL = (
    (20.0, 18.0, 16.0, 14.0, 12.0),
    (16.0, 14.0, 12.0, 11.0, 10.0),
    (13.0, 12.0, 12.0, 11.0, 10.0),
)
"""Sizes of type in points: the largest that takes no more slides than the third, the smallest that is read from a seat."""
_READABLE = 2
GAP = 0.12  # inches between what stands under one another
INSET = 0.1  # inches on each side of a text in its box
_WIDER = 1.15  # letters of another face may be this much wider
_LINE, _HAN_LINE = 1.2, 1.35  # height of a line in sizes of type, and of one with Chinese in it
_AFTER = 0.4  # space after a paragraph, in sizes of type
_MEASURED = 72.0  # points at which widths are taken
_SLACK = 0.05  # inches a column is wider than its text
_FEW_ROWS = 3  # a table of so many is not parted for what stands under it
_CELL = 0.08  # inches a cell is higher than its text
_HAN = re.compile(r"[\u2e80-\uffef]")
_PIECES = re.compile(r"[\u2e80-\uffef]\s*|[^\s\u2e80-\uffef]+\s*|\s+")


@cache
def _advance(letter: str) -> float:
    """Width of a letter of the packaged face, in sizes of type; a letter it lacks is as wide as a Chinese one."""
    font = load_font()
    font.set_size(_MEASURED, 72)
    known = font.get_char_index(ord(letter))
    return font.load_char(ord(letter)).linearHoriAdvance / 65536 / _MEASURED if known else 1.0


def text_width(text: str) -> float:
    """Inches a line of text takes at one point of type, in whatever face it is shown."""
    return sum(map(_advance, text)) * _WIDER / 72


@lru_cache(maxsize=4096)
def count_lines(text: str, width: float, size: float) -> int:
    """Lines of a text in a width in inches, at a size in points; a word goes on the next line, Chinese breaks anywhere."""
    lines, used, most = 1, 0.0, width / size
    for piece in _PIECES.findall(text):
        wide = text_width(piece.rstrip())
        if used and used + wide > most:
            lines, used = lines + 1, 0.0
        if wide > most:  # a word longer than a line is broken
            lines += int(wide // most)
            wide %= most
        used += wide + text_width(piece) - text_width(piece.rstrip())
    return lines


def text_height(text: str, width: float, size: float) -> float:
    """Height of a text in inches, in a width in inches at a size in points."""
    line = _HAN_LINE if _HAN.search(text) else _LINE
    return count_lines(text, width, size) * line * size / 72


def best_size(text: str, width: float, height: float, sizes: Sequence[float]) -> float:
    """The first size of type at which a text fits a place; the last where none does."""
    fitting = (size for size in sizes if text_height(text, width, size) <= height)
    return next(fitting, sizes[-1])


@dataclass(frozen=True)
class Text:
    """Paragraphs in one box."""

    paragraphs: tuple[tuple[Run, ...], ...]
    is_list: bool = False
    sizes: tuple[float, ...] = TEXT

    @property
    def size(self) -> float:
        """Size of its type in points."""
        return self.sizes[0]

    @property
    def looks(self) -> tuple[object, ...]:
        """What texts have in common that may stand in one box."""
        return self.is_list, self.sizes

    def heights(self, width: float) -> list[float]:
        """Height of each paragraph in inches."""
        inside = width - 2 * INSET - (0.4 if self.is_list else 0)
        texts = ("".join(run.text for run in runs) for runs in self.paragraphs)
        return [text_height(text, inside, self.size) + _AFTER * self.size / 72 for text in texts]

    def head(self, width: float) -> list[float]:
        """Height of what comes before the first paragraph."""
        return [INSET]

    def height(self, width: float) -> float:
        """Height of all."""
        return sum(self.head(width)) + sum(self.heights(width))

    def split(self, n: int) -> tuple[Text, Text]:
        """The first paragraphs, and the others."""
        return replace(self, paragraphs=self.paragraphs[:n]), replace(self, paragraphs=self.paragraphs[n:])

    def take(self, width: float, room: float, after: float = 0.0) -> int:
        """Number of paragraphs that fit."""
        return _count(self.heights(width), room - INSET)

    def __len__(self) -> int:
        return len(self.paragraphs)


@dataclass(frozen=True)
class Grid:
    """A table; its head is repeated wherever it goes on, and its columns stay as wide as they are.

    Parameters
    ----------
    wanted
        Inches the widest text of each column of the whole table takes at one point of type, of :func:`grid`.
    """

    table: Table
    wanted: tuple[float, ...]
    sizes: tuple[float, ...] = TABLE

    @property
    def size(self) -> float:
        """Size of its type in points."""
        return self.sizes[0]

    def widths(self, width: float) -> list[float]:
        """Widths of the columns in inches: the widest give way until all fit."""
        inner = width - 2 * INSET  # the table stands as far in as the text above it
        wanted = [one * self.size + 2 * INSET + _SLACK for one in self.wanted]
        cap = max(wanted)
        for n, one in enumerate(sorted(wanted)):
            cap = (inner - sum(sorted(wanted)[:n])) / (len(wanted) - n)
            if cap <= one:
                break
        given = [min(one, cap) for one in wanted]
        return [one * inner / sum(given) for one in given]

    def _row_heights(self, rows: Iterable[Sequence[str]], width: float) -> list[float]:
        widths = self.widths(width)
        texts = (
            max(
                text_height(text, wide - 2 * INSET, self.size)
                for text, wide in zip(row, widths, strict=False)
            )
            for row in rows
        )
        return [height + _CELL for height in texts]

    def head(self, width: float) -> list[float]:
        """Height of each row of the head in inches."""
        return self._row_heights(self.table.head, width)

    def heights(self, width: float) -> list[float]:
        """Height of each row under the head in inches."""
        return self._row_heights(self.table.body, width)

    def height(self, width: float) -> float:
        """Height of all."""
        return sum(self.head(width)) + sum(self.heights(width))

    def split(self, n: int) -> tuple[Grid, Grid]:
        """The first rows, and the others, each under the head."""
        own = self.table
        first, others = (Table(own.caption, own.head, rows) for rows in (own.body[:n], own.body[n:]))
        return replace(self, table=first), replace(self, table=others)

    def take(self, width: float, room: float, after: float = 0.0) -> int:
        """Number of rows that fit with what is told under the table; where not all do, as many as on each slide that follows."""
        left, heights = room - sum(self.head(width)), self.heights(width)
        needed = sum(heights) + after
        if left <= 0 or needed <= left or len(heights) <= _FEW_ROWS:
            return _count(heights, left)
        return min(_count(heights, left), math.ceil(len(heights) / math.ceil(needed / left)))

    def __len__(self) -> int:
        return len(self.table.body)


def grid(table: Table) -> Grid:
    """A table ready to be laid out."""
    rows = [*table.head, *table.body]
    wanted = (max(text_width(row[n]) for row in rows if n < len(row)) for n in range(max(map(len, rows))))
    return Grid(table, tuple(wanted))


Block = Text | Grid


def _count(heights: Sequence[float], room: float) -> int:
    """How many of the first fit."""
    used = 0.0
    for n, height in enumerate(heights):
        used += height
        if used > room:
            return n
    return len(heights)


def _sized(block: Block, width: float, room: float, at_least: int) -> Block:
    """A block at the first size, from one on, at which each of its paragraphs or rows has room on a slide; else the last."""
    for n in range(at_least, len(block.sizes)):
        tried = replace(block, sizes=block.sizes[n:])
        if max(tried.heights(width), default=0) + sum(tried.head(width)) <= room:
            break
    return tried


def flow(blocks: Iterable[Block], width: float, height: float) -> list[list[Block]]:
    """Lay blocks under one another, on as many slides as they take.

    Parameters
    ----------
    width, height
        Of the place a slide has for them, in inches.

    Returns
    -------
    The blocks of each slide; no slide is empty, and no block.
    """
    blocks = list(blocks)
    tried = [
        _flow([_sized(block, width, height, n) for block in blocks], width, height)
        for n in range(_READABLE + 1)
    ]
    return next(slides for slides in tried if len(slides) == len(tried[_READABLE]))


def _flow(blocks: Sequence[Block], width: float, height: float) -> list[list[Block]]:
    """Lay sized blocks under one another; what is told under a table has some of its rows above it."""
    slides: list[list[Block]] = []
    room = 0.0
    for block, below in zip_longest(blocks, blocks[1:]):
        rest = block
        told = below.height(width) if isinstance(below, Text) else 0.0
        after = GAP + told if 0 < told < height / 3 else 0.0
        while len(rest):
            n = rest.take(width, room, after)
            if not n or (isinstance(rest, Grid) and n < min(2, len(rest))):
                slides.append([])
                room = height
                n = rest.take(width, room, after) or 1
            fitting, rest = rest.split(n)
            slides[-1].append(fitting)
            room = 0.0 if len(rest) else room - fitting.height(width) - GAP
    return slides
