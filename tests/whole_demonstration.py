"""The demonstration as a checkout makes it, once for all processes of a test run, and pages of it without kernels."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from demo_battle import cells, run_cell
from helpers.battles.context import Battle
from helpers.page.blocks import Block
from helpers.page.render import Rendered, render
from helpers.run.data import prepare
from page_example import notebook

BATTLES = ("blue_sky", "clear_water", "green_hills", "black_soil", "grassland_wetland", "overview", "closing")
LANGS = ("zh", "en")
CITY = "changchun"


def data_folder(root: Path) -> Path:
    """Data folder with the demonstration below ``root``; who comes first makes it, the others wait."""
    folder = root / "whole-demonstration"
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            making = folder.with_name("whole-demonstration.tmp")
            shutil.rmtree(making, ignore_errors=True)
            prepare(CITY, data_dir=making)
            making.rename(folder)
    return folder


@contextmanager
def own_data_folder() -> Iterator[Path]:
    """A data folder with the demonstration that goes when the work is done, for what is not a test."""
    with tempfile.TemporaryDirectory(prefix="five-battles-demonstration-") as root:
        yield data_folder(Path(root))


def run_notebook(
    data: Path, name: str, period: str, lang: str, *, city: str = CITY, as_of: str | None = None
) -> tuple[Battle, list[Block]]:
    """Run the cells of a notebook as the report does, in this process: its battle and what it displays."""
    names: dict[str, Any] = {}
    shown: list[Block] = []
    for tag, tree in cells(name):
        found = run_cell(tree, names)
        if tag == "parameters":
            asked = {"city": city, "period": period, "lang": lang, "as_of": as_of, "data_dir": str(data)}
            names |= asked
        if isinstance(found, Block):
            shown.append(found)
    return names["battle"], shown


def page(data: Path, name: str, period: str, lang: str) -> Rendered:
    """The rendered page of a battle."""
    return render(notebook(run_notebook(data, name, period, lang)[1]))
