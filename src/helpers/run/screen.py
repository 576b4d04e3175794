"""What the operator is told, in the language of the screen: words of ``screen.yml``, and messages read back into it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from unicodedata import east_asian_width

from helpers.messages import in_language
from helpers.messages import screen_language as language


def say(key: str, **fields: object) -> str:
    """Say words of the screen, ``room.name`` in ``screen.yml``, with the fields of their template."""
    found = _words()
    for name in key.split("."):
        found = found[name]
    return found[language()].format(**fields)


def told(text: str) -> str:
    """Say in the language of the screen what was raised or stored in English; see :mod:`helpers.messages`."""
    return in_language(text, language())


def named(room: str, word: str) -> str:
    """Say a word of the program, such as the status of a report; one that has no name stays as it is."""
    return say(f"{room}.{word}") if word in _words()[room] else word


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text up to a width of the terminal, where a Chinese character takes two columns."""
    blank = " " * max(0, width - width_of(text))
    return blank + text if right else text + blank


def table(rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> str:
    """Lay out rows in columns two blanks apart, those of ``right`` flush right; nothing follows the last cell."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            pad(cell, width, right=place in right)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def width_of(text: str) -> int:
    """Columns of the terminal a text takes."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


@cache
def _words() -> dict[str, Any]:
    import yaml

    return yaml.load(
        (files("helpers.run") / "screen.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
