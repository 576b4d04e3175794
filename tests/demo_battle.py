"""A short demonstration carried from raw files through the notebooks' own cells to rendered pages, once a process.

Two whole years and a first quarter: enough for a year that is over, a year that runs, a projection, and the change
of standards in March 2026.
"""

from __future__ import annotations

import ast
import json
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from helpers import registry
from helpers.battles.context import Battle, Context
from helpers.page.blocks import Block
from helpers.page.render import Rendered, render
from helpers.paths import Folders
from helpers.periods import Period
from helpers.run.demonstration import write_demonstration
from helpers.run.session import Run
from helpers.sources import ingest
from page_example import notebook

FIRST, LAST, SEED = date(2024, 1, 1), date(2026, 3, 31), 20220617
PERIODS = ("2025", "2026")
BATTLES = ("blue_sky", "clear_water", "green_hills", "black_soil", "grassland_wetland")
CASES = [
    *(("2025", name) for name in BATTLES),
    ("2026", "blue_sky"),
    ("2025", "overview"),
    ("2025", "closing"),
]
_CITY = "changchun"
_NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
_KEPT: list[tempfile.TemporaryDirectory] = []  # removed when the process ends


@cache
def _folders(city: str) -> Folders:
    """Folders of a city's demonstration, its raw files written and read."""
    _KEPT.append(tempfile.TemporaryDirectory(prefix="five-battles-test-"))
    folders = Folders.real(Path(_KEPT[-1].name)).demonstration(city)
    stations, code = list(registry.stations(city)["station_code"]), registry.city(city).code
    write_demonstration(
        folders, city=city, stations=stations, place_code=code, seed=SEED, first=FIRST, last=LAST
    )
    ingest.ingest(folders, city=city)
    return folders


def _start_run(*, city: str, period: str, lang: str, **_: object) -> Run:
    wanted = Period.parse(period)
    context = Context(
        registry.city(city), registry.plan(city), wanted, min(wanted.end, LAST), SEED, simulated=True
    )
    return Run(context, lang, _folders(city))


def demonstration_run(*, lang: str = "zh", period: str = "2026") -> Run:
    """A run on the short demonstration, as a notebook's first cell gives it."""
    return _start_run(city=_CITY, period=period, lang=lang)


@cache
def cells(name: str) -> list[tuple[str, ast.Module]]:
    """Tag and code of the cells of a notebook, without what only explores."""
    whole = json.loads((_NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in whole["cells"] if cell["cell_type"] == "code"]
    told = [(cell["metadata"]["tags"][0], ast.parse("".join(cell["source"]))) for cell in code]
    return [(tag, tree) for tag, tree in told if tag != "explore"]


def run_cell(tree: ast.Module, names: dict[str, Any]) -> object:
    """Run a cell and return what a notebook would show of it."""
    *body, last = tree.body
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    exec(compile(ast.Module([last], []), "cell", "exec"), names)
    return None


@cache
def battle(period: str, name: str = "blue_sky", city: str = _CITY) -> Battle:
    """The battle of one of ``PERIODS``, seen from its last day with data."""
    return _run(period, "zh", name, city, last="results")[0]["battle"]


@cache
def blocks(period: str, lang: str, name: str = "blue_sky", city: str = _CITY) -> tuple[Block, ...]:
    """What the cells of the notebook display, in their order."""
    return tuple(_run(period, lang, name, city, made=battle(period, name, city))[1])


def _run(
    period: str, lang: str, name: str, city: str, *, last: str = "finish", made: Battle | None = None
) -> tuple[dict[str, Any], list[Block]]:
    """Run the cells of a notebook up to one; the battle is not built twice."""
    names: dict[str, Any] = {}
    shown: list[Block] = []
    with mock.patch.multiple("helpers.run.session", start_run=_start_run, finish_run=lambda *_: None):
        for tag, tree in cells(name):
            if tag == "results" and made is not None:
                names["battle"] = made
                continue
            found = run_cell(tree, names)
            if tag == "parameters":
                names |= {"city": city, "period": period, "lang": lang}
            if isinstance(found, Block):
                shown.append(found)
            if tag == last:
                break
    return names, shown


@cache
def report(
    period: str, lang: str, style: str = "brief", name: str = "blue_sky", city: str = _CITY
) -> Rendered:
    """The rendered page."""
    return render(notebook(blocks(period, lang, name, city)), style=style)
