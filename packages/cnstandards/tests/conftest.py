"""Fixtures of the tests of the standards: the same examples on every run, and the real files where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("cnstandards", deadline=None, derandomize=True)
settings.load_profile("cnstandards")

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder ``shared`` with the real files; a visible skip where it is absent."""
    folder = Path(os.environ.get("FIVE_BATTLES_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"real data not present: no {folder.name}/ beside the checkout")
    return folder
