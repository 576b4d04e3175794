"""Pages are judged as HTML, workbook and facts: no bitmap of a figure, as a Word file has it, is drawn."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from helpers.page import BITMAPS


@pytest.fixture(autouse=True, scope="module")
def _no_bitmaps() -> Iterator[None]:
    kept = os.environ.pop(BITMAPS, None)
    yield
    if kept is not None:
        os.environ[BITMAPS] = kept
