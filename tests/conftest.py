"""Fixtures shared by all tests: the real files beside the project, and a seed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run: a failure that one sees, everybody sees.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parents[1]

# A suite that a shell started in the background ignores Ctrl-C, and so would every run it starts to be stopped by one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Documents of the tests become Word files too: their charts carry the bitmaps a run draws only when asked for docx.
os.environ["FIVE_BATTLES_BITMAPS"] = "1"


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
