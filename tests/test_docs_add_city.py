"""The six steps by which the README adds a city, done as they are printed, in a temporary checkout, up to the report."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import registry
from helpers.run.demonstration.air import simulate_air
from helpers.run.demonstration.archive import write_archive
from helpers.run.demonstration.weather import simulate_weather
from run_checkout import ROOT, invoke, make_checkout

SLUG = "my_city"
DAYS = pd.date_range("2025-01-01", "2025-02-28", freq="D")


def steps() -> list[str]:
    """Lines of the README's block that begins with the copy of a city's folder, without their comments."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    (block,) = [block for block in blocks if block.startswith("cp -r cities/")]
    assert [int(number) for number in re.findall(r"# (\d) ", block)] == [1, 2, 3, 4, 5, 6]
    return [line.split("  #")[0].strip() for line in block.splitlines()]


def arguments_of(line: str) -> list[str]:
    """Arguments of the suite's command in a line; ``make report A=B`` becomes what the Makefile makes of it."""
    program, *rest = shlex.split(line)
    if program == "make":
        verb, *options = rest
        pairs = (option.split("=", 1) for option in options)
        return [verb, *(word for name, value in pairs for word in (f"--{name.lower()}", value))]
    return rest


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = make_checkout(tmp_path, monkeypatch)
    shutil.copyfile(ROOT / "notebooks" / "blue_sky.ipynb", home / "notebooks" / "blue_sky.ipynb")
    yield home


def receive_hours(home: Path) -> None:
    """Two months of hours of the new city's own stations, as if received."""
    stations = registry.stations(SLUG)
    weather = simulate_weather(DAYS, np.random.default_rng([1, 1]))
    air = simulate_air(weather, np.random.default_rng([1, 2]), is_control=stations["is_control"].to_list())
    write_archive(home / "data" / "raw" / "air", air, DAYS, stations["station_code"].to_list())


def test_the_readme_adds_a_city_in_six_steps(checkout: Path) -> None:
    *facts, check, report = steps()
    for line in facts:
        assert line.split()[0] in ("cp", "sed"), line
        subprocess.run(line, shell=True, check=True, cwd=checkout)
    receive_hours(checkout)
    checked, built = (invoke(*arguments_of(line)) for line in (check, report))
    assert checked.exit_code == 0 and "我的市 My City: 9 targets" in checked.output, checked.output
    assert built.exit_code == 0, built.output
    page = (checkout / "reports" / SLUG / "2025" / "blue_sky.en.html").read_text("utf-8")
    assert "My City" in page and re.search(r"≤\s*30\b", page)
    assert "Demonstration data (simulated)" not in page
    assert not re.search("Changchun|Example City|长春|示例市", page)
