"""A small checkout in a temporary folder: the fixture notebooks asked for, the repository's cities, three months of data."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from helpers import registry
from helpers.run.cli import main
from helpers.run.demonstration.air import simulate_air
from helpers.run.demonstration.archive import write_archive
from helpers.run.demonstration.fires import simulate_fires
from helpers.run.demonstration.weather import simulate_weather

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = Path(__file__).parent / "notebooks"


@cache
def raw_files() -> Path:
    """Hours and fires of January to March 2025, without sidecars, as if received; made once."""
    folder = Path(mkdtemp(prefix="five-battles-tests-"))
    days = pd.date_range("2025-01-01", "2025-03-31", freq="D")
    weather = simulate_weather(days, np.random.default_rng([1, 1]))
    air = simulate_air(weather, np.random.default_rng([1, 2]))
    write_archive(folder / "air", air, days, list(registry.stations("changchun")["station_code"]))
    (folder / "fire").mkdir()
    fires = simulate_fires(air, days, np.random.default_rng([1, 3]), box=registry.city("changchun").box)
    fires.to_csv(folder / "fire" / "fire_points.csv", index=False)
    return folder


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
        shutil.copytree(raw_files(), home / "data" / "raw", dirs_exist_ok=True)
    else:  # one short list keeps the demonstration away
        (home / "data" / "raw" / "dust_hours.csv").write_text(
            "dust_hour\n2025-03-01 10:00\n", encoding="utf-8"
        )
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(home))
    return home


def invoke(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(main, [*arguments], catch_exceptions=False)
