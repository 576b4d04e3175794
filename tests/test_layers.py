"""Imports only go down: the floors of the house."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FLOORS = [
    {"dictionary", "errors", "messages", "paths", "units", "periods", "schemas"},
    {"registry", "provenance"},
    {"store"},
    {"days"},
    {"sources"},
    {"statistics"},
    {"battles"},
    {"page"},
    {"run", "explore", "__main__", "__init__"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted((Path(__file__).parents[1] / "src" / "helpers").rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(Path(__file__).parents[1] / "src" / "helpers").parts
    return parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "helpers":
            names = node.module.split(".")[1:2] or [alias.name for alias in node.names]
            found |= set(names)
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("helpers.")}
    return found


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in MODULES} <= set(FLOOR)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_go_down(path: Path) -> None:
    room = room_of(path)
    above = {other for other in imported_rooms(path) if FLOOR[other] > FLOOR[room]}
    assert not above, f"{room} imports {above} from a floor above"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_run_reads_the_clock(path: Path) -> None:
    if room_of(path) == "run":
        return
    calls = {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }
    assert not calls & {
        "date.today",
        "datetime.now",
        "datetime.today",
        "datetime.utcnow",
        "time.time",
        "Timestamp.now",
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_colours_stand_in_the_palette_only(path: Path) -> None:
    import re

    text = path.read_text(encoding="utf-8")
    assert not re.search(r"[\"']#[0-9A-Fa-f]{6}[\"']", re.sub(r'"""(?:.|\n)*?"""', "", text))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_grades_of_the_index_come_from_their_table(path: Path) -> None:
    """No module compares an index with a number of HJ 633: ``air.highest_index`` reads them."""
    edges = {50, 100, 150, 200, 300}
    found = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and any(
            isinstance(end, ast.Constant) and end.value in edges for end in (node.left, *node.comparators)
        )
        and any(word in ast.unparse(node) for word in ("aqi", "index"))
    ]
    assert not found
