"""Specs of all tables of the pages, and what each printed cell should read by the battle's own table."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from helpers.battles.context import Battle
from helpers.page import battle_page
from helpers.page.columns import read_spec, rows_of
from helpers.page.forms import FORMS, At, Column
from helpers.page.numbers import unit_label
from helpers.page.reading import read_markup
from helpers.page.tables.grid import cell
from helpers.page.words import word

HEADINGS: Mapping[str, Mapping[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "headings.yml").read_text(encoding="utf-8")
)
PAGES = sorted(one.name[:-4] for one in files("helpers.page").iterdir() if one.name.endswith(".yml"))
for _page in (*(name for name in PAGES if name not in ("battle_page", "wording")), "cross_cutting"):
    import_module(f"helpers.page.{_page}")  # their forms are known once they are read


def shared() -> set[str]:
    """Lists of columns that tables take over by ``use``; they are no tables themselves."""
    pages = (
        one.read_text(encoding="utf-8")
        for one in files("helpers.page").iterdir()
        if one.name.endswith(".yml")
    )
    return {name for page in pages for name in re.findall(r"use: ([\w.]+)_columns", page)}


def specs() -> Iterator[tuple[str, tuple[Column, ...]]]:
    """Name and columns of every spec of every page."""
    for page in PAGES:
        known = yaml.safe_load((files("helpers.page") / f"{page}.yml").read_text(encoding="utf-8"))
        for path in _paths(known):
            yield f"{page}.{path}", read_spec(f"{page}.{path}")


def _paths(node: object, above: str = "") -> Iterator[str]:
    for key, value in node.items() if isinstance(node, dict) else ():
        place = f"{above}.{key}".strip(".")
        if place.endswith("_columns") and isinstance(value, list):
            yield place.removesuffix("_columns")
        else:
            yield from _paths(value, place)


def key_of(column: Column) -> str:
    """A column by what it takes and how it prints it, as ``headings.yml`` names it."""
    named = " ".join(one if isinstance(one, str) else one["zh"] for one in column.of)
    picked = "".join(f" where {name} {value}" for name, value in column.where.items())
    return named + picked + ("" if column.form == "plain" else f" as {column.form}")


def expected_heads(battle: Battle, origin: Mapping[str, Any], lang: str) -> list[str]:
    """Headings of a printed table by its spec: a repeated column is headed by what it stands for."""
    heads, spec = [], origin["spec"]
    for place, told in zip(origin["columns"], origin["each"], strict=True):
        column = read_spec(spec)[place]
        head = getattr(column, lang)
        if column.each:
            named = FORMS[column.head](At(battle, spec.partition(".")[0], column, lang), told)
            head = head.format(each=named)
        label = unit_label(column.unit, lang) if column.unit else ""
        if label and column.form not in ("interval", "quantity"):
            head += f"（{label}）" if lang == "zh" else f" ({label})"
        heads.append(head[:1].upper() + head[1:] if column.each and not head[1:2].isupper() else head)
    return heads


def expected_cell(
    battle: Battle, origin: Mapping[str, Any], place: int, labels: list[Hashable], lang: str
) -> str:
    """What the cell of a column and of some rows of the battle's table should read."""
    column, page = read_spec(origin["spec"])[place], origin["spec"].partition(".")[0]
    names = [(one if isinstance(one, str) else one[lang]).replace("{lang}", lang) for one in column.of]
    rows = rows_of(battle, origin["table"])
    labels = [one for one in labels if column.tells(rows.loc[one])]
    values = [[rows.at[label, name] for name in names] for label in labels]
    if column.joined:
        each = dict.fromkeys(str(_told(battle, page, column, one, lang)) for one in values)
        told = ("、" if lang == "zh" else ", ").join(one for one in each if one)
    else:
        told = None if not values or _lacks(values[0][0]) else _told(battle, page, column, values[0], lang)
    if _lacks(told):
        missing = column.missing
        told = battle_page.text(page, missing, lang) if "." in missing else word(f"missing.{missing}", lang)
    return printed(told, column, lang)


def _told(battle: Battle, page: str, column: Column, values: list[Any], lang: str) -> object:
    if column.form in ("plain", "text"):
        return values[0]
    if column.form == "day":
        return f"{values[0]:%Y-%m-%d}"
    plain = [one.item() if hasattr(one, "item") else one for one in values]
    return FORMS[column.form](At(battle, page, column, lang), *plain)


def _lacks(value: object) -> bool:
    if isinstance(value, str):
        return value == ""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def printed(value: object, column: Column, lang: str) -> str:
    """A value as the page prints it: numbers in decimals of their own rule, markup as its text."""
    if type(value).__name__ in ("bool", "bool_"):
        return word("table.is_true" if value else "table.is_false", lang)
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return value
    if hasattr(value, "__html__"):
        return read_markup(f"<table><tbody><tr><td>{value}</td></tr></tbody></table>")[1][0].body[0][0]
    if column.decimals is None or column.form == "text":
        assert float(value).is_integer(), (column, value)  # a column of other numbers says its decimals
    return _number(float(value), column.decimals or 0, lang)


def _number(value: float, decimals: int, lang: str) -> str:
    told = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    text = f"{abs(told):,f}" if abs(told) >= 10_000 else f"{abs(told):f}"
    return f"−{text}" if told < 0 else text


def as_text(text: str, lang: str) -> str:
    """Plain text as it reads in a cell once it is set in type."""
    return read_markup(f"<table><tbody><tr><td>{cell(text, lang)}</td></tr></tbody></table>")[1][0].body[0][0]
