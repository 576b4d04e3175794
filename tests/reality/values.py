"""Numbers: what the results, tables and pages tell is what the oracle computes from the raw files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from reality.built import Built, Page
from reality.cases import EXPECTED_BATTLES
from reality.truth import is_same

_COLUMNS = {"": "value", "n": "n_obs", "prev": "value_prev", "change": "change_prev"}


def wrong_numbers(built: Built) -> Iterator[str]:
    """All numbers that are others than the oracle's; where it lists several, each is right."""
    for told, wanted in built.case.expect.items():
        indicator, _, column = told.partition(".")
        for battle in set(built.results) & set(EXPECTED_BATTLES):
            yield from _row(built, battle, indicator, _COLUMNS[column], _listed(wanted))
    for page in built.pages:
        for wanted in built.case.expect_table:
            if page.battle == wanted["battle"] and page.lang == wanted.get("lang", page.lang):
                yield from _cells(page, wanted)
        for wanted in built.case.expect_text:
            number = re.compile(rf"(?<![\d.]){re.escape(str(wanted['text']))}(?![\d.])")
            if page.battle == wanted["battle"] and not any(
                number.search(piece.text) for piece in page.pieces
            ):
                yield f"{page.name}: {wanted['text']} stands nowhere on the page"


def _row(built: Built, battle: str, indicator: str, column: str, wanted: list[Any]) -> Iterator[str]:
    """The rows of the whole period; a page that does not tell of the indicator says nothing."""
    first = pd.Timestamp(built.span[0])
    rows = [row for row in built.rows(battle) if row["indicator_id"] == indicator]
    found = [row[column] for row in rows if row["period_start"] == first]
    if not found and battle == "overview":
        return
    for value in found or [None]:
        if not any(is_same(value, one) for one in wanted):
            right = " or ".join("no data" if one is None else str(one) for one in wanted)
            yield f"{battle}: {indicator} {column} is {value}, expected {right}"


def _cells(page: Page, wanted: Mapping[str, Any]) -> Iterator[str]:
    cells = [
        row[column]
        for sheet in page.sheets
        if re.search(wanted["title"], sheet.caption)
        for row in sheet.rows
        if re.search(wanted["row"], " ".join(map(str, row)))
        for column, head in enumerate(sheet.head)
        if re.search(wanted["column"], head)
    ]
    right = {str(value) for value in _listed(wanted["value"])}
    if not cells or any(str(cell) not in right for cell in cells):
        told = ", ".join(map(str, cells)) or "missing"
        yield f"{page.name}: {wanted['title']}, {wanted['row']}, {wanted['column']} is {told}, expected {wanted['value']}"


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]
