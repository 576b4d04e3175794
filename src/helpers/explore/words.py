"""Words of the façade and of the panels, from ``explore.yml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _words() -> dict[str, Any]:
    return yaml.safe_load((files("helpers.explore") / "explore.yml").read_text(encoding="utf-8"))


def text(path: str, lang: str, **values: object) -> str:
    """Return one text with its values filled in; keys from the top are joined by dots."""
    found: Any = _words()
    for key in path.split("."):
        found = found[key]
    return found[lang].format(**values)


def both(path: str, **values: tuple[str, str]) -> tuple[str, str]:
    """Return a text in Chinese and in English; each value is a pair too."""
    pairs = (dict(zip(values, chosen, strict=True)) for chosen in zip(*values.values(), strict=True))
    zh, en = pairs if values else ({}, {})
    return text(path, "zh", **zh), text(path, "en", **en)


def heading(column: str, lang: str) -> str:
    """Heading of a column of the façade; one without a word keeps its name."""
    known = _words()["columns"]
    return known[column][lang] if column in known else column


def place_name(name: str, lang: str) -> str:
    """Name of a zone or point as received; in English where its beginning has an English word."""
    if lang == "zh":
        return name
    known = _words()["places"]
    start = next((one for one in known if name.startswith(one)), "")
    return f"{known[start]} {name.removeprefix(start)}".strip() if start else name


def spoken(code: str, lang: str) -> str:
    """What a state is called; one without a word keeps its code."""
    known = _words()["states"]
    return known[code][lang] if code in known else code
