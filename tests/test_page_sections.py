"""Every section of every page where a table of its battle is absent, empty or has one row: it says so and asserts nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import demo_battle
from helpers.battles.overview import PARTS
from helpers.page import battle_page, sections
from helpers.page.blocks import Block
from helpers.page.charts import figure
from helpers.page.words import banned_words
from land_cases import texts_in

CASES = [
    *(("2025", name) for name in ("green_hills", "black_soil", "grassland_wetland", "overview", "closing")),
    *(("2026", name) for name in ("blue_sky", "clear_water")),
]
EACH = pytest.mark.parametrize("case", CASES, ids=" ".join)
BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
# What no sentence and no title may count: none of something of which there is nothing.
ZERO = {
    "zh": r"共检验0项|0期[高低]于|^0个断面|0个分区中",
    "en": r"\b0 tests|\b0 periods|^Flow is measured at 0|of 0 zones",
}
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


def variants(name: str, table: pd.DataFrame, lang: str) -> dict[str, pd.DataFrame | None]:
    """A table as a section may find it; the overview always has its parts and totals, the closing verdict its plan, and the pixels of an image come all or none.

    English goes the same ways as Chinese, so one variant shows its words.
    """
    found: dict[str, pd.DataFrame | None] = {"empty": table.iloc[:0]}
    if lang == "zh":
        found |= {"absent": None, "one row": table.iloc[:1]}
    unlikely = {
        *(("absent",) if name in (*PARTS, "totals") else ()),
        *(("absent", "empty") if name == "closing_term" else ()),
        *(("one row",) if name == "raster_pixels" else ()),
    }
    return {kind: one for kind, one in found.items() if kind not in unlikely}


def texts(block: Block | None) -> list[str]:
    return [] if block is None else texts_in([block.payload()])


@EACH
@BOTH
def test_every_section_stands_without_each_of_its_tables(case, lang):
    battle = demo_battle.battle(*case)
    found, names = cells(case, lang)
    for tree in found:
        watched = Watched(battle.tables)
        known = texts(demo_battle.run_cell(tree, names | {"battle": replace(battle, tables=watched)}))
        for name in sorted(watched.asked & set(battle.tables)):
            for kind, table in variants(name, battle.tables[name], lang).items():
                tables = {key: value for key, value in battle.tables.items() if key != name}
                tables |= {} if table is None else {name: table}
                try:
                    block = demo_battle.run_cell(tree, names | {"battle": replace(battle, tables=tables)})
                except Exception as error:
                    error.add_note(f"{case}: table {name} is {kind}")
                    raise
                for text in set(texts(block)) - set(known):
                    assert banned_words(text, lang) == (), (name, kind, text)
                    assert not re.search(r"\b(?:nan|None|NaT)\b", text), (name, kind, text)
                    assert not re.search(ZERO[lang], text), (name, kind, text)


def without_tables(case: tuple[str, str]) -> Any:
    """The battle with every table empty but those of the plan, and no value."""
    battle = demo_battle.battle(*case)
    kept = {
        *PARTS,
        "totals",
        "closing_term",
        "plan_targets",
        "articles",
        "milestones",
        "networks",
        "sources",
        "origins",
    }
    tables = {name: one if name in kept else one.iloc[:0] for name, one in battle.tables.items()}
    results = battle.results.assign(value=float("nan"), forecast=float("nan"), status="no_data")
    return replace(battle, tables=tables, results=results)


@EACH
@BOTH
def test_a_section_that_tells_nothing_is_not_printed_and_its_lack_stands_in_the_one_table(case, lang):
    bare = without_tables(case)
    parts = battle_page.entry(case[1], "parts")
    names = [one for part in parts if part != "coverage" for one in sections.listed(bare, part)]
    shown = "\n".join(texts(sections.show(bare, "lacking.all", lang=lang)))
    for name in names:
        kind = battle_page.entry(*name.split(".", 1)).get("lacks")
        if kind is not None:
            assert sections.tell(bare, name, lang=lang) is None, name
            entry = battle_page.entry("lacking", f"kinds.{kind}")
            # What fills a kind says whether it lacks at all: without other cities none are asked for.
            is_asked = "fill" not in entry
            assert (entry["what"][lang].partition("{")[0] in shown) == is_asked, name
    told = sections.show(bare, *(part for part in parts if part != "coverage"), lang=lang)
    most = 6 if case[1] == "overview" else 4
    assert len(told.sections) <= most, [one.title for one in told.sections]
    assert not re.search(r"data/raw|重新运行|run again", "\n".join(texts(told)))


@EACH
def test_no_part_of_a_page_has_the_name_of_a_section(case):
    known = battle_page._texts(case[1])
    assert not (set(known["parts"]) - {"coverage"}) & (set(known) - {"parts"})


def test_no_text_of_a_page_tells_a_reader_to_put_files_anywhere():
    folder = Path(sections.__file__).parent
    words = [*folder.glob("*.yml"), *folder.rglob("labels.yml")]
    assert words and not [one.name for one in words if "data/raw" in one.read_text(encoding="utf-8")]
