"""The data dictionary for readers: a page of tables and forms, and a Data Package with a Table Schema a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from helpers import dictionary
from helpers.dictionary import Column, Form, Table
from helpers.units import UNITS

_TYPES = {
    "text": "string",
    "number": "number",
    "whole": "integer",
    "flag": "boolean",
    "day": "date",
    "time": "datetime",
}


def data_package() -> dict[str, Any]:
    """Describe every processed table as a resource of a Data Package.

    Returns
    -------
    Descriptor by Frictionless Data Package and Table Schema, version 1: fields with ``type``, ``title`` (Chinese),
    ``description`` (English), ``unit`` and constraints, and the primary key. Text that is not known is empty.
    """
    return {
        "profile": "tabular-data-package",
        "name": "five-battles",
        "resources": [_resource(table) for table in dictionary.tables().values()],
    }


def _resource(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(one, table) for one in table.columns.values()],
        "missingValues": [],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.zh,
        "description": table.en,
        "path": f"{table.name}.csv",
        "schema": schema,
    }


def _field(one: Column, table: Table) -> dict[str, Any]:
    needed = one.name in table.key and not one.may_be_empty
    held = {"required": True} if needed else {}
    held |= {
        name: value for name, value in (("minimum", one.low), ("maximum", one.high)) if value is not None
    }
    if stored := _stored(one):
        held["enum"] = stored if needed else ["", *stored]
    found: dict[str, Any] = {
        "name": one.name,
        "type": _TYPES[one.type],
        "title": one.zh,
        "description": one.en,
    }
    if one.unit:
        found["unit"] = UNITS[one.unit].label_en
    return found | ({"constraints": held} if held else {})


def _stored(one: Column) -> list[str | int]:
    """Values a column holds; a choice of units is converted and stored otherwise."""
    is_converted = all(word == value for word, value in one.choices.items())
    if is_converted:
        return []
    held = dict.fromkeys((*one.choices.values(), *one.stored))
    return [int(value) for value in held] if one.type == "whole" else list(held)


def markdown() -> str:
    """Write the page: for every form its headings, for every table its columns, for every group of items their ranges."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "## Forms\n"
    yield "The sheets departments fill in. A heading is known by any of its words, with or without its unit."
    for form in dictionary.forms().values():
        yield from _form_lines(form)
    yield "\n## Tables\n"
    yield "What is stored in `data/processed`. No two rows share a key."
    for table in dictionary.tables().values():
        yield from _table_lines(table)
    yield "\n## Items\n"
    yield "What the rows of long tables measure. A value outside its range is set aside."
    for group in ("air", "water", "supply", "soil"):
        yield f"\n### {group}\n"
        yield from _grid(("item", "names", "unit", "range"), map(_item_row, dictionary.items(group).values()))


def _form_lines(form: Form) -> Iterator[str]:
    yield f"\n### {form.sheet}\n\nFills `{form.table}`.\n"
    rows = (
        (
            one.zh,
            "、".join(one.also),
            one.en,
            "yes" if name in form.required else "",
            "、".join(one.choices),
            _range(one),
        )
        for name, one in form.fields.items()
    )
    yield from _grid(("heading", "also", "meaning", "needed", "words to choose", "range"), rows)


def _table_lines(table: Table) -> Iterator[str]:
    key = f"Key: {', '.join(f'`{name}`' for name in table.key)}." if table.key else "No key."
    yield f"\n### {table.name}\n\n{table.zh} ({table.en}). {key}\n"
    rows = (
        (f"`{one.name}`", one.type, _unit(one), one.zh, one.en, _range(one)) for one in table.columns.values()
    )
    yield from _grid(("column", "type", "unit", "zh", "en", "range"), rows)


def _item_row(item: dictionary.Item) -> tuple[str, ...]:
    unit = UNITS[item.unit].label_en if item.unit in UNITS else item.unit
    high = "" if item.high == float("inf") else f"{item.high:g}"
    return item.id, "、".join(item.names), unit, f"{item.low:g} to {high}" if high else f"from {item.low:g}"


def _unit(one: Column) -> str:
    return UNITS[one.unit].label_en if one.unit else f"of its `{one.per}`" if one.per else ""


def _range(one: Column) -> str:
    if one.low is None and one.high is None:
        return ""
    ends = ["" if end is None else f"{end:g}" for end in (one.low, one.high)]
    return f"{ends[0]} to {ends[1]}".strip() if ends[1] else f"from {ends[0]}"


def _grid(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    yield f"| {' | '.join('---' for _ in heading)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
