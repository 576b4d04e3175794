"""Structure of the notebooks: one skeleton, no logic, no outputs, within their ceilings."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from helpers.run import parameters

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
SKELETON = ["title", "parameters", "setup", "results", "data", "page-one", "section", "explore", "finish"]
PARAMETERS = {
    "city": "changchun",
    "period": "2025",
    "lang": "zh",
    "as_of": None,
    "asked_on": None,
    "data_dir": None,
    "seed": 20220617,
}


def cells_of(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code_of(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in cells_of(path) if cell["cell_type"] == "code"]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_skeleton_in_order(path: Path) -> None:
    tags = [tag for cell in cells_of(path) for tag in cell["metadata"].get("tags", []) if tag != "question"]
    order = [SKELETON.index(tag) for tag in tags]
    assert order == sorted(order)
    assert set(SKELETON) <= set(tags)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_parameters_are_the_contract(path: Path) -> None:
    assert parameters.declared(path) == PARAMETERS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_outputs_and_fixed_ids(path: Path) -> None:
    for number, cell in enumerate(cells_of(path)):
        assert cell["id"].startswith(f"c{number:02d}-")
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_asks_calls_shows_and_says(path: Path) -> None:
    code = code_of(path)
    assert len(cells_of(path)) <= 25
    assert sum(len(cell.splitlines()) for cell in code) <= 120
    for cell in code:
        assert len(cell.splitlines()) <= 12
        tree = ast.parse(cell)
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Try, ast.While, ast.Lambda)
        assert not any(isinstance(node, kinds) for node in ast.walk(tree))
        assert not re.search(r"[\u4e00-\u9fff]|#[0-9A-Fa-f]{6}|open\(|read_csv|read_parquet", cell)
