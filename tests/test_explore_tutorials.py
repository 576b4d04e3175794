"""Tutorials: short, without outputs, on the façade alone, and every cell runs on what the suite brings along."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from demo_battle import demonstration_run
from helpers.explore import workspace
from helpers.run.request import known_battles

TUTORIALS = sorted((Path(__file__).parents[1] / "notebooks" / "tutorials").glob("*.ipynb"))
QUESTIONS = {
    "heating_season",
    "ozone_season",
    "river_section",
    "soil_survey",
    "straw_burning",
    "weather_normalised_pm25",
}
each = pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)


def cells_of(path: Path, kind: str) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def test_there_is_one_for_every_question() -> None:
    assert {path.stem for path in TUTORIALS} == QUESTIONS


def test_tutorials_are_no_battles() -> None:
    assert not QUESTIONS & set(known_battles())


@each
def test_it_is_short_without_outputs_and_says_what_it_cannot(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert len(cells) <= 12
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    prose = cells_of(path, "markdown")
    assert re.match(r"# .*[\u4e00-\u9fff].* · [A-Z]", prose[0])
    assert prose[-1].startswith("## What it cannot say\n") and len(prose[-1].split()) > 30


@each
def test_it_imports_the_facade_alone(path: Path) -> None:
    imported = [
        ast.unparse(node)
        for cell in cells_of(path, "code")
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert imported == ["import helpers as fb"]


@each
def test_every_cell_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    def use(*, lang: str) -> None:
        workspace.use_run(demonstration_run(lang=lang))

    monkeypatch.setattr(workspace, "use", use)
    shell = InteractiveShell()
    try:
        for cell in cells_of(path, "code"):
            done = shell.run_cell(cell, store_history=False)
            assert done.success, f"{cell}: {done.error_in_exec or done.error_before_exec}"
            assert cell.startswith(("import", "measure")) or done.result is not None
    finally:
        shell.history_manager.end_session()
