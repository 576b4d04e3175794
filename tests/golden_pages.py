"""Golden pages: the words of the demonstration's pages as they were last accepted, below ``tests/golden``.

``make golden`` writes them anew; the difference is read in review, and a changed number stands under "Numbers" in
``CHANGELOG.md``.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Container
from pathlib import Path

from page_text import page_lines
from whole_demonstration import BATTLES, LANGS, own_data_folder, page

FOLDER = Path(__file__).parent / "golden"
PERIODS = ("2025", "2026-05", "2026-01", "2025-Q1")
# Pages there are none of: no plan's term is over on the last day of the period.
NO_PAGE = frozenset({("2025-Q1", "closing")})
CLOSED = ("2025",)  # a plan that is over is told alike in later periods
PAGES = [
    (period, name, lang)
    for period in PERIODS
    for name in BATTLES
    for lang in LANGS
    if (period, name) not in NO_PAGE and (name != "closing" or period in CLOSED)
]
# Pages that cannot be built yet; whoever mends one takes it out and runs `make golden`.
NOT_BUILT: frozenset[tuple[str, str]] = frozenset()


def golden_file(period: str, name: str, lang: str) -> Path:
    """File of the accepted words of a page."""
    return FOLDER / period / f"{name}.{lang}.txt"


def page_words(data: Path, period: str, name: str, lang: str) -> str:
    """Words of a page as it is built today."""
    return "".join(f"{line}\n" for line in page_lines(page(data, name, period, lang).html, lang))


def difference(period: str, name: str, lang: str, words: str) -> str:
    """Unified difference of a page to what was accepted, with the remedy; empty where there is none."""
    path = golden_file(period, name, lang)
    accepted = path.read_text(encoding="utf-8") if path.is_file() else ""
    if accepted == words:
        return ""
    shown = path.relative_to(FOLDER.parent).as_posix()
    lines = difflib.unified_diff(
        accepted.splitlines(), words.splitlines(), shown, "built today", "", "", 1, ""
    )
    remedy = 'If every line is meant: `make golden`, and a changed number under "Numbers" in CHANGELOG.md.'
    return "\n".join([*lines, remedy])


def write_all(names: Container[str] = BATTLES) -> int:
    """Write every page of some battles that can be built; the number of those that cannot and are not known to."""
    failed = 0
    with own_data_folder() as data:
        for period, name, lang in (page for page in PAGES if page[1] in names):
            path = golden_file(period, name, lang)
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                path.write_text(page_words(data, period, name, lang), encoding="utf-8")
            except Exception as error:  # the other pages are written all the same
                path.unlink(missing_ok=True)
                failed += (period, name) not in NOT_BUILT
                print(f"{period} {name} {lang}: not built: {type(error).__name__}: {error}")
    return failed


if __name__ == "__main__":
    sys.exit(bool(write_all(sys.argv[1:] or BATTLES)))
