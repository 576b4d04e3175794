"""In a long run pages are judged as HTML, workbook and facts: no bitmap of a figure, as a Word file has it, is drawn."""

from __future__ import annotations

import os

from helpers.page import BITMAPS
from reality.cases import IS_ALL

if IS_ALL:  # such a run has these tests alone; beside others what they keep in memory would lack the bitmaps
    os.environ.pop(BITMAPS, None)
