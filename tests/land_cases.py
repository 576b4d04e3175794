"""Small invented tables of the land battles in their processed form; nothing here was measured."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from helpers import registry, store
from helpers.battles import overview, raster_tables
from helpers.battles.context import Battle, Context
from helpers.page import document, sections
from helpers.page.charts import Chart
from helpers.page.words import banned_words
from helpers.periods import Period
from helpers.run import derived

CITY = "220100"
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def context(as_of: date = date(2025, 12, 31), *, simulated: bool = False) -> Context:
    """The question of one report on Changchun, for the year of its last day."""
    place, plan = registry.city("changchun"), registry.plan("changchun")
    return Context(place, plan, Period.parse(str(as_of.year)), as_of, 1, simulated)


def empty_tables(battle: ModuleType) -> dict[str, pd.DataFrame]:
    """Every table the battle reads, without rows; those that are made from others are left out."""
    rasters = {name for names in raster_tables.TABLES.values() for name in names}
    names = [name for name in battle.TABLES if name not in derived.TABLES]
    return {name: (raster_tables if name in rasters else store).empty(name) for name in names}


def build_overview(tables: dict[str, pd.DataFrame] | None = None, as_of: date = date(2025, 12, 31)) -> Battle:
    """The whole plan on invented tables, its battles built on the same ones."""
    given, asked = empty_tables(overview) | (tables or {}), context(as_of)
    parts = {name: module.build(given, asked) for name, module in overview.BATTLES.items()}
    return overview.build(given, asked, battles=parts)


def rows(name: str, records: list[dict[str, object]], **common: object) -> pd.DataFrame:
    """Rows of a processed table; what a record leaves out is empty."""
    base = {"city_code": CITY, "source_id": "invented"} | common
    table = pd.DataFrame([base | record for record in records])
    wanted = store.SCHEMAS[name]
    for column, kind in wanted.items():
        if column not in table:
            table[column] = {"str": "", "bool": False}.get(kind)
    return store.conform(name, table[list(wanted)])


def ledger(
    indicator_id: str, values: dict[object, float], *, place: str = CITY, scope: str = ""
) -> pd.DataFrame:
    """Reported values by period."""
    unit = registry.indicator(indicator_id).unit
    records = [
        {
            "indicator_id": indicator_id,
            "place_code": place,
            "period": str(period),
            "value": value,
            "scope": scope,
        }
        for period, value in values.items()
    ]
    return rows("ledger", records, unit=unit, status="final")


def areas(
    values: dict[tuple[str, int], float], *, scope: str = "", measure: str = "area", zone: str = CITY
) -> pd.DataFrame:
    """Areas (ha) or covers (%) by kind and year."""
    unit = "pct" if measure == "cover" else "ha"
    records = [{"kind": kind, "survey_year": year, "value": value} for (kind, year), value in values.items()]
    return rows("areas", records, zone=zone, measure=measure, unit=unit, scope=scope)


def row(results: pd.DataFrame, indicator_id: str) -> pd.Series:
    """First row of an indicator."""
    return results[results["indicator_id"] == indicator_id].iloc[0]


def blocks(battle: Battle, lang: str) -> Iterator[dict[str, Any]]:
    """Payload of every reporting cell of the battle's notebook, in order."""
    names: dict[str, object] = {"battle": battle, "lang": lang, "document": document, "sections": sections}
    names["page"] = import_module(f"helpers.page.{battle.name}")
    cells = json.loads((NOTEBOOKS / f"{battle.name}.ipynb").read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if {"data", "page-one", "section"} & set(cell["metadata"]["tags"]):
            block = eval("".join(cell["source"]), names)
            if block is not None:
                yield block.payload()


def chart_of(battle: Battle, section: str, lang: str) -> Chart:
    """The first figure of a section."""
    _, parts = sections.tell(battle, section if "." in section else f"{battle.name}.{section}", lang=lang)
    return next(part for part in parts if isinstance(part, Chart))


def texts_in(payloads: Iterable[dict[str, Any]]) -> list[str]:
    """What a report says outside of pictures and of the notes on caveats, markup removed."""
    found = []
    for payload in payloads:
        for section in payload["sections"]:
            found.append(section["title"])
            for part in section["parts"]:
                if part["kind"] == "chart":
                    found += [part[key] for key in ("title", "measure", "note", "alt")]
                found += [item["text"] for item in part.get("items", ())]
                found += [part[key] for key in ("text",) if key in part]
                found += [re.sub(r"<[^>]+>", " ", part[key]) for key in ("html",) if key in part]
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in found]


def page_texts(battle: Battle, lang: str) -> list[str]:
    """What the report of a battle says."""
    return texts_in(blocks(battle, lang))


def faulty_words(texts: Iterable[str], lang: str) -> list[str]:
    """Texts that hold a banned word or a number in Python's notation; empty when all is well."""
    return [text for text in texts if banned_words(text, lang)]
