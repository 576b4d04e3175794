"""Where the spec of a section or of a part stands, which rows it takes, and what its texts say of them.

:mod:`helpers.page.sections` says what a spec may hold.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pandas as pd

from helpers.battles.context import Battle
from helpers.errors import RegistryError
from helpers.messages import fault
from helpers.page import battle_page
from helpers.page.columns import rows_of, tell_fields

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class At:
    """Where a spec stands: the battle it is told of, page and section it belongs to, and the language."""

    battle: Battle
    page: str
    section: str
    lang: str

    @property
    def spec(self) -> Spec:
        """The section's entry."""
        return battle_page.entry(self.page, self.section)

    def path(self, key: str) -> str:
        """Path of a text: of the section, or else of the page."""
        first = key.partition(".")[0]
        is_own = first in self.spec or f"{first}_columns" in self.spec
        return f"{self.section}.{key}" if is_own else key

    def text(self, key: str, **fields: object) -> str:
        """Return a text with its braces filled; ``place``, ``day`` and ``year`` of the report always are."""
        context = self.battle.context
        known = {"place": battle_page.place(self.battle, self.lang), "day": context.as_of.isoformat()}
        known["year"] = context.period.until(context.as_of)[1].year
        return battle_page.text(self.page, self.path(key), self.lang, **known | fields)

    def call(self, name: str, *given: object) -> Any:
        """Call a function named in a spec."""
        module, _, function = name.rpartition(".")
        found = getattr(import_module(f"helpers.page.{module or self.page}"), function, None)
        if found is None:
            raise RegistryError(
                **fault(f"page/{self.page}.yml, {self.section}: there is no function {name!r}")
            )
        return found(self.battle, self.lang, *given)


def rows_told(at: At, part: Spec) -> pd.DataFrame:
    """Rows a part tells of, with their own labels."""
    function = part.get("rows")
    rows = rows_of(at.battle, part["of"]) if function is None else at.call(function, *given(part))
    if rows.empty:
        return rows
    for name, value in part.get("where", {}).items():
        rows = rows[_is_any(rows[name], value)]
    for name, value in part.get("except", {}).items():
        rows = rows[~_is_any(rows[name], value)]
    rows = rows.dropna(subset=[part["known"]]) if "known" in part else rows
    order = part.get("sort")
    if isinstance(order, str) and order.startswith("-"):
        return rows.sort_values(order[1:], ascending=False, kind="stable")
    return rows if order is None else rows.sort_values(order, kind="stable")


def _is_any(values: pd.Series, wanted: object) -> pd.Series:
    return values.isin(wanted if isinstance(wanted, list) else [wanted])


def given(part: Spec) -> list[object]:
    """What the functions of a part are called with beside the battle and the language."""
    found = part.get("with", [])
    return found if isinstance(found, list) else [found]


def picked(part: Spec, rows: pd.DataFrame) -> pd.DataFrame:
    """The first or the last of the rows, as a part picks; all where it picks none."""
    return {"first": rows.head(1), "last": rows.tail(1)}.get(part.get("pick", ""), rows)


def fields_of(at: At, part: Spec, rows: pd.DataFrame) -> dict[str, object]:
    """What fills a text that is said once of some rows: by its function, and by cells of the row it picks."""
    told = at.call(part["fill"], *given(part)) if "fill" in part else {}
    records = picked(part, rows).to_dict("records")
    return told | tell_fields(at.battle, at.page, part.get("fields", {}), records, at.lang)


def said(at: At, part: Spec, row: Mapping[Hashable, Any]) -> str:
    """A text of one row."""
    key = part["text"] if "by" not in part else f"{part['text']}.{row[part['by']]}"
    return at.text(key, **tell_fields(at.battle, at.page, part.get("fields", {}), [row], at.lang))
