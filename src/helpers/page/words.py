"""The published words in both languages, read once from ``wording.yml``; nothing here decides what to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from markupsafe import Markup, escape

from helpers.errors import RegistryError
from helpers.messages import fault

LANGUAGES = ("zh", "en")


@cache
def _wording() -> dict[str, Any]:
    return yaml.load(
        (files("helpers.page") / "wording.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )


def entry(path: str) -> Any:
    """Return one entry of ``wording.yml`` with both languages.

    Parameters
    ----------
    path
        Keys from the top, joined by dots: ``status.met``.

    Raises
    ------
    RegistryError
        There is no such entry. Add it to ``wording.yml`` in both languages.
    """
    found: Any = _wording()
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            raise RegistryError(**fault(f"helpers/page/wording.yml: no entry {path!r} with zh and en"))
        found = found[key]
    return found


def word(path: str, lang: str) -> Any:
    """Return one published word, template or list in one language (``zh`` or ``en``).

    Raises
    ------
    RegistryError
        No such entry, or the entry lacks the language.

    Examples
    --------
    >>> word("status.met", "en")
    'met'
    """
    return entry(f"{path}.{lang}")


def standard_name(standard: str, lang: str) -> str:
    """Name a standard of the results as a reader knows it; one that ``wording.yml`` does not list stays as it is.

    Examples
    --------
    >>> standard_name("HJ 633-2026", "zh")
    'HJ 633—2026'
    """
    known = entry("standards")
    return known[standard][lang] if standard in known else standard


def status_head(status: str, lang: str) -> str:
    """Head of a table that counts the targets of one status, whether their deadline has come or not.

    Examples
    --------
    >>> status_head("met", "en"), status_head("at_risk", "en")
    ('achieved or met', 'at risk')
    """
    known = entry("status_group")
    return known[status][lang] if status in known else word(f"status.{status}", lang)


def banned_words(text: str, lang: str) -> tuple[str, ...]:
    """List what a text says that no briefing may say; empty when it is clean.

    Numbers in Python's notation (``nan``, ``1e-3``) count as such words.

    Examples
    --------
    >>> banned_words("PM2.5 will fall", "en")
    ('will',)
    """
    patterns = entry(f"banned.{lang}")
    return tuple(match[0] for pattern in patterns for match in re.finditer(pattern, text, re.IGNORECASE))


@cache
def _subscripts() -> re.Pattern[str]:
    """Digits of a chemical name that stands alone, so that no other word loses a letter."""
    return re.compile(
        "|".join(
            rf"(?<=(?<![A-Za-z0-9]){re.escape(before)}){re.escape(low)}(?={re.escape(after)}(?![A-Za-z0-9]))"
            for before, low, after in entry("subscripts")
        )
    )


def chemical_digits(text: str) -> Iterator[re.Match[str]]:
    """Find the digits of chemical names in a text: those that are set lower."""
    return _subscripts().finditer(text)


def typeset(text: str) -> Markup:
    """Escape a text for HTML and lower the digits of chemical names: ``PM2.5`` becomes PM<sub>2.5</sub>.

    Examples
    --------
    >>> typeset("PM2.5 < 30")
    Markup('PM<sub>2.5</sub> &lt; 30')
    """
    return Markup(_subscripts().sub(r"<sub>\g<0></sub>", str(escape(text))))


def count_characters(text: str) -> int:
    """Count 字 as a word processor does: a Han character or mark is one, a run of Latin letters or digits is one.

    Examples
    --------
    >>> count_characters("PM2.5为33μg/m³。")
    5
    """
    return len(re.findall(r"[A-Za-z0-9.,%/μ³²−·()]+|[^\sA-Za-z0-9.,%/μ³²−·()]", text))
