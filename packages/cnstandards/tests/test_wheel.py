"""The wheel alone: in an environment that sees numpy, pandas and what they need, and nothing of the suite."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import try_wheel

FOUND = """
import json, sys
from importlib import metadata, util
import cnstandards
(entry,) = metadata.entry_points(group="console_scripts", name="cnstandards")
print(json.dumps({
    "names": sorted(found.name for found in metadata.distributions()),
    "suite": util.find_spec("helpers") is not None,
    "place": cnstandards.__file__,
    "command": entry.load()(["verify", "--lang", "en"]),
}))
"""


def needed(name: str, names: set[str]) -> set[str]:
    """A distribution and all it brings, extras left out."""
    if name not in names:
        names.add(name)
        for text in metadata.requires(name) or ():
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                needed(wanted.name, names)
    return names


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (try_wheel.ROOT / "src").is_dir():
        pytest.skip("no source beside the tests: this is the installed wheel itself")
    try:
        return try_wheel.build(tmp_path_factory.mktemp("wheel"))
    except try_wheel.Skipped as reason:
        pytest.skip(f"no wheel can be built here: {reason}")


def test_the_wheel_holds_all_it_needs(wheel):
    held = {
        name.partition("/")[2]
        for name in zipfile.ZipFile(wheel).namelist()
        if name.startswith("cnstandards/")
    }
    source = try_wheel.ROOT / "src" / "cnstandards"
    files = [path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert held == {path.relative_to(source).as_posix() for path in files}
    assert "py.typed" in held


def test_the_wheel_is_right_alone(wheel, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", tmp_path / "alone"], check=True, timeout=120
    )
    (site,) = (tmp_path / "alone").glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    for name in needed("numpy", set()) | needed("pandas", set()):
        one = metadata.distribution(name)
        for top in {path.parts[0] for path in one.files or () if path.parts[0] not in ("..", "__pycache__")}:
            (site / top).symlink_to(one.locate_file(top))
    own = tmp_path / "alone" / "bin" / "python"
    done = subprocess.run(
        [own, "-I", "-c", FOUND], capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, timeout=300
    )
    assert done.returncode == 0, done.stderr
    *lines, last = done.stdout.splitlines()
    told = json.loads(last)
    assert lines[-1] == "all: 296 of 296 vectors right"
    assert told["command"] == 0 and not told["suite"]
    assert Path(told["place"]).is_relative_to(site)
    assert {"cnstandards", "numpy", "pandas"} < set(told["names"])
    assert len(told["names"]) <= try_wheel.MOST
