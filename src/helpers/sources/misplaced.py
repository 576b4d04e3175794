"""Cells under a heading that is not theirs, and numbers that lost their decimal point: what a row and its neighbours tell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from helpers.messages import message
from helpers.sources.text import NUMBER

_NUMBER = re.compile(NUMBER)
_FIGURE = re.compile(rf"{NUMBER}|\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?")
_WORDS = re.compile(r"[\u4e00-\u9fff]{1,}")
CHECKED = "已核"
"""What a note says of a value a person has compared with the original."""
_FEWEST, _NEAR, _TIMES, _WITH_POINT = 4, 7, 8.0, 0.8


def told(reason: str, remedy: str, **fields: object) -> str:
    """Say why something is set aside, and what to do: two messages of the room ``damage``."""
    return f"{message(f'damage.{reason}', **fields)}; {message(f'damage.{remedy}')}"


LOST_POINT = told("lost_point", "check")


def is_figure(text: str) -> bool:
    """Whether a text is a bare number or a day."""
    return bool(_FIGURE.fullmatch(text))


def is_plain(text: str) -> bool:
    """Whether a text is a bare number."""
    return bool(_NUMBER.fullmatch(text))


def count_named(heading: Sequence[str]) -> int:
    """Number of columns up to the last one with a name."""
    return max((place for place, text in enumerate(heading, start=1) if text), default=0)


def against_row(
    texts: Sequence[str], n_named: int, words: Mapping[str, str], figures: Mapping[str, str] | None = None
) -> tuple[str, str, str] | None:
    """Say why the cells of a row may stand one column off.

    Parameters
    ----------
    texts
        Its cells.
    n_named
        Columns up to the last heading: a cell right behind them was pushed out of the table.
    words
        Cells that hold words: column → text. A figure there belongs to another column.
    figures
        Cells that hold figures: column → text. Chinese words there belong to another column.

    Returns
    -------
    Column (empty for the row), what was found and why; ``None`` where nothing speaks against the row.
    """
    if n_named < len(texts) and texts[n_named]:
        return "", texts[n_named], told("beyond", "move_back")
    for column, text in words.items():
        if is_figure(text):
            return column, text, told("figure_for_words", "move_back", column=column)
    for column, text in (figures or {}).items():
        if _WORDS.search(text):
            return column, text, told("words_for_figure", "move_back", column=column)
    return None


@dataclass(frozen=True)
class Written:
    """A number as it was written: row, column, text and value; ``series`` are the numbers it may be compared with."""

    series: Hashable
    row: int
    column: str
    text: str
    value: float


def find_lost_points(numbers: Sequence[Written]) -> list[Written]:
    """Numbers that lost their decimal point: whole among decimals, eight times all neighbours, and like them with the point.

    A series needs five numbers, four in five of them written with a point.
    """
    series: dict[Hashable, list[Written]] = defaultdict(list)
    for one in numbers:
        series[one.series].append(one)
    found = []
    for own in series.values():
        if len(own) <= _FEWEST or sum("." in one.text for one in own) < _WITH_POINT * len(own):
            continue
        for place, one in enumerate(own):
            near = own[max(0, place - _NEAR) : place] + own[place + 1 : place + 1 + _NEAR]
            if "." not in one.text and _is_lost(one.value, [other.value for other in near]):
                found.append(one)
    return found


def _is_lost(value: float, near: Sequence[float]) -> bool:
    if value < _TIMES * max(near) or max(near) <= 0:
        return False
    return any(min(near) / 2 <= value / factor <= 2 * max(near) for factor in (10, 100, 1000, 10_000))
