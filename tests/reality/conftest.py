"""Pages are judged as HTML, workbook and facts: no bitmap of a figure, as a Word file has it, is drawn."""

from __future__ import annotations

import os

import pytest

from helpers.page import BITMAPS


@pytest.fixture(autouse=True, scope="session")
def _no_bitmaps() -> None:
    os.environ.pop(BITMAPS, None)
