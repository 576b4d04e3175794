"""Every section of every page where a table of its battle is absent, empty or has one row: it says so and asserts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

import demo_battle
from helpers.battles.context import Battle
from helpers.page.blocks import Block
from helpers.page.charts import figure
from helpers.page.words import banned_words
from land_cases import texts_in

CASES = [("2025", name) for name in (*demo_battle.BATTLES, "overview")] + [("2026", "blue_sky")]
EACH = pytest.mark.parametrize("case", CASES, ids=" ".join)
_TOLD = ("section", "data", "page-one")


class Watched(dict):
    """Tables of a battle that remember which of them were asked for."""

    def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
        super().__init__(tables)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> pd.DataFrame:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: object = None) -> object:
        self.asked.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    """Figures are drawn but not written: their bytes are the matter of other tests."""
    monkeypatch.setattr(figure.style, "render_svg", lambda *_: b"")
    monkeypatch.setattr(figure, "inline_svg", lambda *_, **__: "")
    monkeypatch.delenv("FIVE_BATTLES_BITMAPS", raising=False)


@cache
def cells(case: tuple[str, str], lang: str) -> tuple[list[Any], dict[str, Any]]:
    """The reporting cells of a notebook and the names they know."""
    period, name = case
    made = demo_battle.battle(period, name)
    names, _ = demo_battle._run(period, lang, name, "changchun", last="results", made=made)
    return [tree for tag, tree in demo_battle.cells(name) if tag in _TOLD], names


def shown(case: tuple[str, str], lang: str, battle: Battle) -> Iterator[tuple[int, Block | None]]:
    found, names = cells(case, lang)
    for place, tree in enumerate(found):
        yield place, demo_battle.run_cell(tree, names | {"battle": battle})


def variants(table: pd.DataFrame) -> dict[str, pd.DataFrame | None]:
    return {"absent": None, "empty": table.iloc[:0], "one row": table.iloc[:1]}


@EACH
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_section_stands_without_each_of_its_tables(case, lang):
    battle = demo_battle.battle(*case)
    found, names = cells(case, lang)
    for tree in found:
        watched = Watched(battle.tables)
        demo_battle.run_cell(tree, names | {"battle": replace(battle, tables=watched)})
        for name in sorted(watched.asked & set(battle.tables)):
            for kind, table in variants(battle.tables[name]).items():
                tables = {key: value for key, value in battle.tables.items() if key != name}
                tables |= {} if table is None else {name: table}
                try:
                    block = demo_battle.run_cell(tree, names | {"battle": replace(battle, tables=tables)})
                except Exception as error:
                    error.add_note(f"{case}: table {name} is {kind}")
                    raise
                for text in texts_in([block.payload()]) if block is not None else ():
                    assert banned_words(text, lang) == (), (name, kind, text)
                    assert "nan" not in text and "None" not in text and "NaT" not in text, (name, kind, text)
