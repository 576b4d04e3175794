"""Forms people fill in, as the data dictionary declares them: which columns a sheet has, and by which headings they are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from helpers import dictionary
from helpers.sources.cells import is_mark, normalise
from helpers.sources.water_items import heading_unit

EXAMPLE, CITY, NOTE, YEAR, PLACE = "示例", "city", "note", "year", "place_code"


@dataclass(frozen=True)
class Field:
    """One column.

    Parameters
    ----------
    name
        Column of the table it fills; ``city`` and ``note`` fill none.
    label
        Heading of the template; with a unit in brackets for numbers that have one.
    other_labels
        Further headings it is known by.
    kind
        ``text``, ``number``, ``date``, ``month``, ``period`` or ``due`` (a day, or the end of a month or year).
    is_required
        Whether the heading must be there and every row must fill it.
    choices
        Allowed words → what the table holds; empty when anything may stand.
    spoken
        Further words taken, but not offered → what the table holds.
    low, high
        Range of a number, in the unit of ``label``.
    unit_field
        Field of the row that says the unit of a number, where the heading does not.
    """

    name: str
    label: str
    other_labels: tuple[str, ...] = ()
    kind: str = "text"
    is_required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)
    low: float = 0.0
    high: float = 1e9
    unit_field: str = ""

    @property
    def unit(self) -> str:
        """Unit of the template's heading, empty for a pure number or text."""
        return heading_unit(normalise(self.label))

    def is_named(self, heading: str) -> bool:
        """Whether a heading names this field, by label or by name, whatever unit it adds."""
        words = {_bare(heading), *normalise(heading).split()}
        return bool(words & {self.name, *map(_bare, (self.label, *self.other_labels))})


@dataclass(frozen=True)
class Form:
    """A table to be filled in: name of its template's sheet, table it becomes, fields, key.

    ``dated`` names the field that must not lie after the day the file was received.
    """

    sheet: str
    table_name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    dated: str


_KINDS = {"number": "number", "whole": "number", "day": "date"}


@cache
def form_of(sheet: str) -> Form:
    """The form of a sheet, as the data dictionary declares it."""
    told = dictionary.forms()[sheet]
    fields = tuple(_field(one, is_required=name in told.required) for name, one in told.fields.items())
    return Form(sheet, told.table, fields, told.key, told.dated)


def _field(one: dictionary.Column, *, is_required: bool) -> Field:
    kind = one.kind or _KINDS.get(one.type, "text")
    low, high = 0.0 if one.low is None else one.low, 1e9 if one.high is None else one.high
    return Field(
        one.name,
        one.zh,
        (*one.also, one.en),
        kind,
        is_required,
        one.choices,
        one.spoken,
        low,
        high,
        one.unit_field,
    )


@lru_cache(4096)
def _bare(text: str) -> str:
    """A heading without brackets, blanks, line breaks and footnote marks."""
    bare = re.sub(r"[(\[【][^()\[\]【】]*[)\]】]|\s+", "", normalise(text))
    return "".join(one for one in bare if not is_mark(one)) or bare
