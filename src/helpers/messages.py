"""What the suite says when it refuses or sets something aside, in both languages, from ``messages.yml``.

A message is raised and stored in English, since it crosses kernels, notebooks and tables as text. A reader of another
language gets it by reading the text back: each part by the template it was made from. All else stays as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

_Patterns = tuple[tuple[re.Pattern[str], str], ...]
_FIELD = re.compile(r"\{(\w+)\}")
_FIRST = re.compile(r"\{|[^\s{]*")  # the letters up to the first blank or field
_WORD = re.compile("[A-Za-z]{2}")  # without one there is nothing to say otherwise
_STOP, _COLON = "; ", ": "
_SPANNING = ("reason", "what")  # fields that may hold several parts
_PLACES = {
    "row": r", row (\d+)(?=,|$)",
    "line": r", line (\d+)$",
    "column": r", column (.+)$",
    "whole": r", the whole file$",
}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every message: ``room.name``, or ``room.name.part`` of a refusal → language → template with named fields."""
    text = (files("helpers") / "messages.yml").read_text(encoding="utf-8")
    return dict(_flatten(yaml.load(text, Loader=yaml.CSafeLoader)))


def _flatten(tree: dict[str, Any], above: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    for name, below in tree.items():
        if "en" in below:
            yield f"{above}{name}", below
        else:
            yield from _flatten(below, f"{above}{name}.")


def message(key: str, /, **fields: object) -> str:
    """Say one message of the catalogue in English, as it is raised and stored.

    Parameters
    ----------
    key
        ``room.name`` in ``messages.yml``.
    fields
        One a field of its template; another message may stand in a field.

    Examples
    --------
    >>> message("cells.outside", low="0", high="14")
    'lies outside 0 to 14'
    """
    return catalogue()[key]["en"].format(**fields)


def parts(key: str, /, **fields: object) -> dict[str, str]:
    """Say the parts of one refusal in English, for ``raise SourceError(where=…, **parts(key, …))``.

    Examples
    --------
    >>> parts("periods.before", as_of="2024-01-05", period="2025", start="2025-01-01")["remedy"]
    'choose a later as_of or an earlier period'
    """
    names = [name for name in ("found", "expected", "remedy") if f"{key}.{name}" in catalogue()]
    return {name: message(f"{key}.{name}", **fields) for name in names}


def fault(detail: str) -> dict[str, str]:
    """Say the parts of a refusal that only who keeps the program can mend; a reader is not told the ``detail``.

    Examples
    --------
    >>> in_language("; ".join(fault("column x holds a list").values()), "zh")
    '程序内部出错；请把运行记录交给程序维护人员'
    """
    return parts("program.fault", detail=detail.replace(_STOP, ", "))


@lru_cache(4096)
def in_language(text: str, lang: str) -> str:
    """Say a text in another language: every part of it that is a message, with the fields it was made with.

    Parts are joined by ``; `` and may follow a place (``file, row 3: …``); the longest run of parts that one template
    made is read first, by the template with the most words of its own. Only a field named ``reason`` may hold several parts.

    Examples
    --------
    >>> in_language("water.csv, row 3: lies outside 0 to 14; expected a number", "zh")
    'water.csv，第3行：不在0至14之内；应为a number'
    """
    if lang == "en" or not _WORD.search(text):
        return text
    parts = text.split(_STOP)
    for end in range(len(parts), 0, -1):
        said = _said(_STOP.join(parts[:end]), lang)
        if said is not None:
            rest = in_language(_STOP.join(parts[end:]), lang)
            return f"{said}；{rest}" if rest else said
    rest = in_language(_STOP.join(parts[1:]), lang)
    return f"{parts[0]}；{rest}" if rest else parts[0]


def _said(text: str, lang: str) -> str | None:
    """One part in another language, or what follows the place it begins with; ``None`` where no template made it.

    A template that begins with a field would read the place as its field, so it comes last.
    """
    worded, open_ended = _patterns(lang)
    place, colon, told = text.partition(_COLON)
    said = _read(text, worded.get(_FIRST.match(text)[0], ()), lang)
    if said is None and colon and _STOP not in place:
        below = _said(told, lang)
        said = None if below is None else f"{_place(place, lang)}：{below}"
    return _read(text, open_ended, lang) if said is None else said


def _read(text: str, patterns: _Patterns, lang: str) -> str | None:
    for pattern, template in patterns:
        if match := pattern.fullmatch(text):
            return template.format(
                **{name: _field(name, one, lang) for name, one in match.groupdict().items()}
            )
    return None


def _field(name: str, text: str, lang: str) -> str:
    """A field in another language: a message, a list of names, or as it is."""
    if name.endswith("names"):
        return "、".join(in_language(one, lang) for one in text.split(", "))
    return in_language(text, lang)


def _place(text: str, lang: str) -> str:
    """A place of the catalogue, or a file with row and column, as :func:`helpers.sources.reading.refusal` writes it."""
    for pattern, template in _places(lang):
        if match := pattern.fullmatch(text):
            return template.format(**match.groupdict())
    for name, pattern in _PLACES.items():
        text = re.sub(pattern, catalogue()[f"frame.{name}"][lang].replace("{it}", r"\1"), text)
    return text


def _titles() -> Iterator[dict[str, str]]:
    """Titles of feeds and kinds of sources, which messages hold in English."""
    for name in ("feeds.yml", "sources.yml"):
        text = (files("helpers") / "registry" / name).read_text(encoding="utf-8")
        for one in yaml.load(text, Loader=yaml.CSafeLoader).values():
            yield {"en": one["title_en"], "zh": one["title_zh"]}


@cache
def _places(lang: str) -> _Patterns:
    known = [one for key, one in catalogue().items() if key.startswith("places.")]
    return tuple((_pattern(one["en"]), one[lang]) for one in known)


@cache
def _patterns(lang: str) -> tuple[dict[str, _Patterns], _Patterns]:
    """What templates read: by their first letters, and those that begin with a field; the most words of its own first."""
    said_of_parts = (
        one for key, one in catalogue().items() if key == "frame.expected" or key[:6] != "frame."
    )
    known = [*said_of_parts, *_titles()]
    said = {one["en"]: one[lang] for one in sorted(known, key=lambda one: -len(_FIELD.sub("", one["en"])))}
    worded: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for template, other in said.items():
        first = _FIRST.match(template)[0]
        key = "{" if template[len(first) : len(first) + 1] == "{" else first
        worded.setdefault(key, []).append((_pattern(template), other))
    open_ended = tuple(worded.pop("{", ()))
    return {first: tuple(patterns) for first, patterns in worded.items()}, open_ended


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for place, piece in enumerate(_FIELD.split(template)):
        if place % 2 == 0:
            parts.append(re.escape(piece))
        else:
            any_of = ".*?" if piece in _SPANNING else f"(?:(?!{_STOP}).)*?"
            parts.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>{any_of})")
            seen.add(piece)
    return re.compile("".join(parts), re.DOTALL)


def screen_language() -> str:
    """Language of the operator's screen: ``FIVE_BATTLES_LANG``, or Chinese where the locale is."""
    wanted = next(
        (
            os.environ[name]
            for name in ("FIVE_BATTLES_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
            if os.environ.get(name)
        ),
        "en",
    )
    return "zh" if wanted.lower().startswith("zh") else "en"
