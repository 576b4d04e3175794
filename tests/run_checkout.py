"""A small checkout in a temporary folder: the fixture notebooks asked for, the repository's cities, three months of data."""

from __future__ import annotations

import shutil
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from click.testing import CliRunner, Result

from helpers import registry
from helpers.paths import Folders
from helpers.run.cli import main
from helpers.run.demonstration import write_demonstration
from helpers.sources.ingest import list_raw_files

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = Path(__file__).parent / "notebooks"


@cache
def raw_files() -> Path:
    """Raw files of January to March 2025, without sidecars, as if received; made once."""
    folder = Path(mkdtemp(prefix="five-battles-tests-"))
    written = write_demonstration(
        Folders(folder / "made", folder / "none", simulated=True),
        city="changchun",
        stations=list(registry.stations("changchun")["station_code"]),
        place_code="220100",
        seed=1,
        first=date(2025, 1, 1),
        last=date(2025, 3, 31),
    )
    for path in written:
        place = folder / "raw" / path.relative_to(folder / "made")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return folder / "raw"


def make_checkout(folder: Path, monkeypatch: pytest.MonkeyPatch, *notebooks: str, data: bool = False) -> Path:
    """Make a checkout with the named fixture notebooks and let the suite live in it."""
    home = folder / "home"
    (home / "notebooks").mkdir(parents=True)
    (home / "data" / "processed").mkdir(parents=True)
    (home / "data" / "raw").mkdir()
    shutil.copytree(ROOT / "cities", home / "cities")
    for name in notebooks:
        shutil.copyfile(FIXTURES / f"{name}.ipynb", home / "notebooks" / f"{name}.ipynb")
    if data:
        for path in list_raw_files(raw_files()):
            if path.parts[-2] in ("air", "fire"):
                place = home / "data" / "raw" / path.relative_to(raw_files())
                place.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, place)
    else:  # one short list keeps the demonstration away
        (home / "data" / "raw" / "dust_hours.csv").write_text("dust_hour\n2025-03-01 10:00\n", encoding="utf-8")
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(home))
    return home


def invoke(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(main, [*arguments], catch_exceptions=False)
