"""Sentences of the command in both languages (``messages.json``)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    text = (Path(__file__).parent / "messages.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def say(key: str, lang: str, **values: object) -> str:
    """Return a sentence in a language."""
    return str(_catalogue()[key][lang]).format(**values)


def both(key: str) -> str:
    """Return a text of the help, which is asked for before a language is chosen."""
    return " / ".join(say(key, lang) for lang in LANGUAGES)


class Refused(Exception):
    """What the command was given cannot be used: told as one sentence, in the language asked for.

    Parameters
    ----------
    key
        What is wrong, found, expected and remedy in ``messages.json``.
    file, row, column
        Where.
    values
        What the sentence names.
    """

    def __init__(
        self, key: str, *, file: object, row: int | None = None, column: str | None = None, **values: object
    ):
        super().__init__(key)
        self.key, self.values = key, values
        self.place = {"file": file, "row": row, "column": column}

    def sentence(self, lang: str) -> str:
        """The one sentence: where, what was found, what was expected, what to do."""
        kind = "cell" if self.place["column"] else "row" if self.place["row"] else ""
        where = say(kind, lang, **self.place) if kind else str(self.place["file"])
        parts = _catalogue()[self.key][lang]
        found, expected, remedy = (part.format(**self.values) for part in parts)
        return say("sentence", lang, where=where, found=found, expected=expected, remedy=remedy)
