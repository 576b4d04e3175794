"""English names for the places and things of the demonstration, whose files name them in Chinese only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from helpers.battles.context import Battle

_MARK = "示例"


@cache
def _words() -> Mapping[str, Any]:
    text = (files("helpers.page") / "demonstration_names.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_words()["names"], key=len, reverse=True)
    return re.compile(rf"({'|'.join(map(re.escape, names))})([{''.join(_words()['letters'])}A-Z0-9]*)")


@cache
def english_name(text: str) -> str:
    """A text with the names of the demonstration in English; any other text as it stands.

    Examples
    --------
    >>> english_name("示例区A;示例鸟种乙"), english_name("长春市")
    ('Demonstration zone A;Demonstration bird B', '长春市')
    """
    if _MARK not in text:
        return text

    def told(match: re.Match[str]) -> str:
        after = "".join(_words()["letters"].get(one, one) for one in match[2])
        return " ".join(part for part in (_words()["names"][match[1]], after) if part)

    return _pattern().sub(told, unicodedata.normalize("NFKC", text))


def in_english(battle: Battle) -> Battle:
    """The battle with the names of the demonstration in English; what files say of themselves stays."""
    kept = ("sources", "quarantine", "origins")
    tables = {name: table if name in kept else _translated(table) for name, table in battle.tables.items()}
    return replace(battle, tables=tables)


def _translated(table: pd.DataFrame) -> pd.DataFrame:
    texts = [
        name for name, kind in table.dtypes.items() if pd.api.types.is_string_dtype(kind) or kind == "object"
    ]
    found = {
        name: table[name].map(lambda one: english_name(one) if isinstance(one, str) else one)
        for name in texts
        if any(_MARK in one for one in table[name] if isinstance(one, str))
    }
    return table.assign(**found) if found else table
