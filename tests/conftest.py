"""Fixtures shared by all tests: the real files beside the project, and a seed."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from browser import open_browser

# The same examples on every run: a failure that one sees, everybody sees.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parents[1]

# A suite that a shell started in the background ignores Ctrl-C, and so would every run it starts to be stopped by one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Documents of the tests become Word files and files of figures too: their charts carry the bitmaps that a run draws.
os.environ["FIVE_BATTLES_BITMAPS"] = "1"

# Where a test says nothing of it the screen is told in English, whatever the locale of who runs the tests.
os.environ["FIVE_BATTLES_LANG"] = "en"


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """One browser for all tests of a module."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def repo() -> Path:
    """Root of the checkout under test."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder ``shared`` with the real files; a visible skip where it is absent."""
    folder = Path(os.environ.get("FIVE_BATTLES_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"real data not present: no {folder.name}/ beside the checkout")
    return folder


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder with the whole demonstration, made once for all processes of a run."""
    from whole_demonstration import data_folder

    own = tmp_path_factory.getbasetemp()
    return data_folder(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the demonstration go with the run: it is large, and pytest keeps the folders of three runs."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    if factory is not None and not hasattr(session.config, "workerinput"):
        shutil.rmtree(factory.getbasetemp() / "whole-demonstration", ignore_errors=True)
