"""The data dictionary, read once from ``dictionary.yml``: tables, columns, forms and items, for all who declare or explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import inf
from typing import Any

import yaml

DTYPES = {
    "text": "str",
    "number": "float64",
    "whole": "int64",
    "flag": "bool",
    "day": "datetime64[s]",
    "time": "datetime64[s]",
}
"""Type of a column → type of its values in pandas."""


@dataclass(frozen=True)
class Column:
    """One column of a table, or field of a form; the parts are told at the head of ``dictionary.yml``."""

    name: str
    zh: str
    en: str
    type: str = "text"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    also: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)
    stored: tuple[str, ...] = ()
    kind: str = ""
    unit_field: str = ""
    per: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True)
class Table:
    """One processed table."""

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    moments: tuple[str, ...] = ()
    monthly: bool = False
    read_as: tuple[str, ...] = ()

    @property
    def read(self) -> dict[str, Column]:
        """Columns a reader fills, in its order: ingest adds city and source."""
        own = {name: one for name, one in self.columns.items() if name not in ("city_code", "source_id")}
        return {name: Column(name, name, name) for name in self.read_as} | own


@dataclass(frozen=True)
class Form:
    """One sheet people fill in: its table, its fields in order, those every row fills, what makes a row one of a kind.

    ``dated`` names the field that must not lie after the day the file was received.
    """

    sheet: str
    table: str
    fields: Mapping[str, Column]
    required: frozenset[str]
    key: tuple[str, ...]
    dated: str
    aside: Mapping[str, Column]


@dataclass(frozen=True)
class Item:
    """One thing that is measured: names in headings, unit of the tables, and what can be in it."""

    id: str
    names: tuple[str, ...] = ()
    unit: str = ""
    low: float = 0.0
    high: float = inf
    is_trace: bool = False


@cache
def _content() -> dict[str, Any]:
    text = (files("helpers") / "dictionary.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _column(name: str, facts: Mapping[str, Any] | None) -> Column:
    told = {"name": name} | _content()["columns"].get(name, {}) | (facts or {})
    if isinstance(told.get("choices"), list):
        told["choices"] = {one: one for one in told["choices"]}
    return Column(**told | {part: tuple(told.get(part, ())) for part in ("also", "stored")})


@cache
def tables() -> dict[str, Table]:
    """Every processed table, by name."""
    return {name: _table(name, dict(facts)) for name, facts in _content()["tables"].items()}


def _table(name: str, facts: dict[str, Any]) -> Table:
    columns = {one: _column(one, told) for one, told in facts.pop("columns").items()}
    listed = {part: tuple(facts.pop(part, ())) for part in ("key", "moments", "read_as")}
    return Table(name, columns=columns, **facts, **listed)


@cache
def forms() -> dict[str, Form]:
    """Every form, by the name of its sheet."""
    return {sheet: _form(sheet, facts) for sheet, facts in _content()["forms"].items()}


def _form(sheet: str, facts: Mapping[str, Any]) -> Form:
    table = tables()[facts["table"]]
    more = {name: _column(name, told) for name, told in facts.get("more", {}).items()}
    known = {name: _column(name, {}) for name in _content()["columns"]} | dict(table.columns) | more
    key = tuple(facts.get("key") or (name for name in table.key if name != "city_code"))
    fields = {name: known[name] for name in facts["fields"]}
    aside = {name: one for name, one in more.items() if name not in fields}
    return Form(sheet, table.name, fields, frozenset(facts["required"]), key, facts["dated"], aside)


def choices(table: str, column: str) -> Mapping[str, str]:
    """Words a form offers for a column → what the table holds, in their order."""
    return tables()[table].columns[column].choices


@cache
def items(group: str) -> dict[str, Item]:
    """Items of a group (``air``, ``water``, ``supply``, ``soil``), by id."""
    found = _content()["items"][group]
    return {
        name: Item(name, **told | {"names": tuple(told.get("names", ()))}) for name, told in found.items()
    }


@cache
def limits(table: str, column: str) -> tuple[float, float]:
    """Lowest and highest value a column can hold, in its own unit; unbounded where nothing is told."""
    one = tables()[table].columns[column]
    return (-inf if one.low is None else one.low, inf if one.high is None else one.high)
