"""Tables of the land, noise and overview parts: the same columns and types with many rows, with one, and with none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from demo_battle import battle, demonstration_run
from helpers import registry
from helpers.battles import noise, overview, shapes
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.battles.subjects import NOISE
from helpers.periods import Period
from land_cases import empty_tables

LAND = ("green_hills", "black_soil", "grassland_wetland", "cross_cutting")
CASES = [(name, table) for name in LAND for table in import_module(f"helpers.battles.{name}").TABLES]
PERIODS = [f"{year}{part}" for year in (2025, 2026) for part in ("", *(f"-Q{n}" for n in range(1, 5)))]
PERIODS += [f"2025-{month:02d}" for month in (1, 2, 6, 11, 12)] + [f"2026-{month:02d}" for month in (1, 2, 3)]


@cache
def tables_of(name: str) -> dict[str, pd.DataFrame]:
    return demonstration_run(period="2025").load(import_module(f"helpers.battles.{name}").TABLES)


def asked(period: str = "2025", as_of: date = date(2026, 12, 31)) -> Context:
    wanted = Period.parse(period)
    place, plan = registry.city("changchun"), registry.plan("changchun")
    return Context(place, plan, wanted, min(wanted.end, as_of), 1, True)


def build(name: str, tables: Mapping[str, pd.DataFrame], context: Context | None = None):
    return import_module(f"helpers.battles.{name}").build(dict(tables), context or asked())


@cache
def shapes_of(name: str) -> dict[str, dict[str, str]]:
    return _shapes(build(name, tables_of(name)).tables)


def _shapes(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    return {key: {name: str(kind) for name, kind in table.dtypes.items()} for key, table in tables.items()}


def cut(tables: Mapping[str, pd.DataFrame], n: int, *names: str) -> dict[str, pd.DataFrame]:
    return dict(tables) | {name: tables[name].head(n).reset_index(drop=True) for name in names}


def test_one_helper_gives_tables_their_columns_and_types() -> None:
    folder = Path(shapes.__file__).parent
    copies = [
        path.name
        for path in folder.glob("*.py")
        if re.search(r"columns=list\(\w+\)\)\.astype\(", path.read_text(encoding="utf-8"))
    ]
    assert copies == ["shapes.py"]


def test_kinds_are_read_in_their_order_and_rows_take_them() -> None:
    wanted = kinds("str zone; int64 n; float64 value; datetime64[s] day; bool is_own")
    full = shape([("a", 1, 2, pd.Timestamp(2025, 1, 1), True)], wanted)
    assert list(full) == ["zone", "n", "value", "day", "is_own"]
    assert _shapes({"x": full}) == _shapes({"x": shape([], wanted)}) == {"x": wanted}


@pytest.mark.parametrize(("name", "table"), CASES)
@pytest.mark.parametrize("n", [0, 1])
def test_a_battle_keeps_its_tables_whatever_one_input_lacks(name: str, table: str, n: int) -> None:
    found = build(name, cut(tables_of(name), n, table))
    wanted = shapes_of(name)
    got = _shapes(found.tables)
    assert {key: got[key] for key in wanted if key != table} == {
        key: kind for key, kind in wanted.items() if key != table
    }


@pytest.mark.parametrize("name", LAND)
@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_battle_of_few_rows_has_the_tables_of_many(name: str, n: int) -> None:
    found = build(name, cut(tables_of(name), n, *tables_of(name)))
    wanted = shapes_of(name)
    got = _shapes(found.tables)
    inputs = set(tables_of(name))
    assert {key: got[key] for key in wanted if key not in inputs} == {
        key: kind for key, kind in wanted.items() if key not in inputs
    }


@pytest.mark.parametrize("table", [*NOISE, None])
@pytest.mark.parametrize("n", [0, 1, 2])
def test_noise_keeps_its_tables(table: str | None, n: int) -> None:
    full = demonstration_run(period="2025").load(NOISE)
    wanted = _shapes(noise.build(full, asked()))
    assert any(len(one) for one in full.values())
    found = noise.build(cut(full, n, *([table] if table else NOISE)), asked())
    assert _shapes(found) == wanted


@pytest.mark.parametrize("n", [0, 1, 2])
def test_the_overview_keeps_its_tables(n: int) -> None:
    whole = battle("2025", "overview")
    full = {name: demonstration_run(period="2025").load((name,))[name] for name in overview.OWN_TABLES}
    few = cut(full, n, *overview.OWN_TABLES)
    given = {**empty_tables(overview), **few}
    parts = {name: module.build(dict(given), asked()) for name, module in overview.BATTLES.items()}
    found = overview.build(few, asked(), battles=parts)
    inputs = {"sources", "quarantine"}
    assert {key: kind for key, kind in _shapes(found.tables).items() if key not in inputs} == {
        key: kind for key, kind in _shapes(whole.tables).items() if key not in inputs
    }


@pytest.mark.parametrize("name", LAND)
def test_every_month_quarter_and_year_is_built(name: str) -> None:
    last = date(2026, 3, 31)
    for period in PERIODS:
        if Period.parse(period).start > last:
            continue
        found = build(name, tables_of(name), asked(period, last))
        assert _shapes(found.tables) == shapes_of(name), period
        told = found.results.dropna(subset=["value"])
        assert (told["period_end"] <= pd.Timestamp(found.context.as_of)).all(), period
        assert found.results.loc[found.results["status"] == "no_data", "reason"].ne("").all(), period
