"""Text and tables measured and broken over slides, so that nothing runs off one.

Lines are measured in the packaged face, with a margin for the faces of the program that shows them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from helpers.page.reading import Run, Table
from helpers.page.style import fold, text_width

TEXT, TABLE, SMALL = (
    (20.0, 18.0, 16.0, 14.0, 12.0),
    (16.0, 14.0, 12.0, 11.0, 10.0),
    (13.0, 12.0, 12.0, 11.0, 10.0),
)
"""Sizes of type in points: the largest at which all stands on one slide, the third where it goes on to others."""
_GOING_ON = 2
GAP = 0.12  # inches between what stands under one another
INSET = 0.1  # inches on each side of a text in its box
_WIDER = 1.15  # letters of another face may be this much wider
_LINE = 1.35  # height of a line, in sizes of type
_AFTER = 0.4  # space after a paragraph, in sizes of type
_CELL = 0.08  # inches a cell is higher than its text
_MANY_LINES = 400


def count_lines(text: str, width: float, size: float) -> int:
    """Lines of a text in a width in inches, at a size in points."""
    return fold(text, width / _WIDER, most=_MANY_LINES, size=size).count("\n") + 1


def best_size(text: str, width: float, height: float, sizes: Sequence[float]) -> float:
    """The first size of type at which a text fits a place; the last where none does."""
    fitting = (size for size in sizes if count_lines(text, width, size) * size * _LINE / 72 <= height)
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

    def heights(self, width: float) -> list[float]:
        """Height of each paragraph in inches."""
        inside = width - 2 * INSET - (0.4 if self.is_list else 0)
        lines = (
            count_lines("".join(run.text for run in runs), inside, self.size) for runs in self.paragraphs
        )
        return [(n * _LINE + _AFTER) * self.size / 72 for n in lines]

    def head(self, width: float) -> list[float]:
        """Height of what comes before the first paragraph."""
        return [INSET]

    def height(self, width: float) -> float:
        """Height of all."""
        return sum(self.head(width)) + sum(self.heights(width))

    def split(self, n: int) -> tuple[Text, Text]:
        """The first paragraphs, and the others."""
        return replace(self, paragraphs=self.paragraphs[:n]), replace(self, paragraphs=self.paragraphs[n:])

    def take(self, width: float, room: float) -> int:
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
        Inches each column of the whole table would like to have, of :func:`grid`.
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
        cap, wanted = max(self.wanted), sorted(self.wanted)
        for n in range(len(wanted)):
            cap = (width - sum(wanted[:n])) / (len(wanted) - n)
            if cap <= wanted[n]:
                break
        given = [min(one, cap) for one in self.wanted]
        return [one * width / sum(given) for one in given]

    def _row_heights(self, rows: Iterable[Sequence[str]], width: float) -> list[float]:
        widths = self.widths(width)
        lines = (
            max(
                count_lines(text, wide - 2 * INSET, self.size)
                for text, wide in zip(row, widths, strict=False)
            )
            for row in rows
        )
        return [n * self.size * _LINE / 72 + _CELL for n in lines]

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

    def take(self, width: float, room: float) -> int:
        """Number of rows that fit; where not all do, about as many as on each slide that follows."""
        left, heights = room - sum(self.head(width)), self.heights(width)
        if left <= 0 or sum(heights) <= left:
            return _count(heights, left)
        n_slides = math.ceil(sum(heights) / left)
        return min(_count(heights, left), math.ceil(len(heights) / n_slides))

    def __len__(self) -> int:
        return len(self.table.body)


def grid(table: Table) -> Grid:
    """A table ready to be laid out."""
    rows = [*table.head, *table.body]
    wanted = (
        max(text_width(row[n], TABLE[0]) * _WIDER + 2 * INSET + 0.05 for row in rows if n < len(row))
        for n in range(max(map(len, rows)))
    )
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
    for n in range(_GOING_ON):
        if len(slides := _flow([_sized(block, width, height, n) for block in blocks], width, height)) == 1:
            return slides
    return _flow([_sized(block, width, height, _GOING_ON) for block in blocks], width, height)


def _flow(blocks: Iterable[Block], width: float, height: float) -> list[list[Block]]:
    slides: list[list[Block]] = []
    room = 0.0
    for rest in blocks:
        while len(rest):
            n = rest.take(width, room)
            if not n or (n < len(rest) and n < 2 and isinstance(rest, Grid)):
                if not slides or slides[-1]:
                    slides.append([])
                room = height
                n = rest.take(width, room) or 1
            fitting, rest = rest.split(n)
            slides[-1].append(fitting)
            room -= fitting.height(width) + GAP
    return [slide for slide in slides if slide]
