"""A headless Chromium for tests; where it is missing the tests say so loudly, and in CI they fail."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from helpers.errors import RunError
from helpers.page.printing import find_browser, print_pdf

HOW = "install the system package chromium and the extra dev, or set FIVE_BATTLES_BROWSER"


AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def accessibility_faults(page: object) -> str:
    """What axe-core finds on a page; empty where it finds nothing.

    The page's own policy forbids scripts; axe is handed to the browser from outside, which the policy allows.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": AXE, "resultTypes": ["violations"]})
    assert len(found.response["passes"]) > 10, "axe did not look"
    return found.generate_report() if found.response["violations"] else ""


WIDTHS = (320, 390, 640, 700, 768, 850, 1280)
MOST_BYTES = 300_000
# What of a page is too wide or too narrow at the width of the moment: its own scroll, text that leaves its cell or the
# screen, and words squeezed into lines of less than six characters: a name that is broken at all, another text (a target and
# its year stand in two lines on purpose) that needs a third.
_MEASURE = """() => {
    const width = document.documentElement.clientWidth, faults = [];
    if (document.documentElement.scrollWidth > width) faults.push('scrolls to ' + document.documentElement.scrollWidth);
    const range = document.createRange();
    for (const cell of document.querySelectorAll('table tbody :is(th, td)')) {
        if (!cell.textContent.trim() || !cell.checkVisibility()) continue;
        range.selectNodeContents(cell);
        const boxes = [...range.getClientRects()].filter(b => b.width > 1 && b.height > 1);
        if (!boxes.length) continue;
        const style = getComputedStyle(cell), size = parseFloat(style.fontSize);
        let lines = 0, last = -Infinity;  // a subscript or an icon stands within a line
        for (const top of boxes.map(b => b.top).sort((x, y) => x - y)) if (top > last + size) { lines += 1; last = top; }
        const room = cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        const told = cell.closest('table').className + ': ' + cell.textContent.trim().slice(0, 24);
        if (lines > (cell.scope === 'row' ? 1 : 2) && room < 6 * size - 1) faults.push(Math.round(room / size * 10) / 10 + 'em ' + told);
        if (cell.scrollWidth > cell.clientWidth + 1) faults.push('leaves its cell ' + told);
        const scroller = cell.closest('.table-scroll');
        if (!scroller && Math.max(...boxes.map(b => b.right)) > width + 1) faults.push('off the screen ' + told);
    }
    return faults;
}"""
_LINKS = """() => [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1))
    .filter(id => !document.getElementById(id))"""
# The order of the keyboard is that of the text: no element jumps the queue, and each that takes the focus has a name.
_ORDER = """() => [...document.querySelectorAll('[tabindex]')].filter(e => e.tabIndex > 0).map(e => e.outerHTML.slice(0, 80))"""
_FOCUSED = """() => { const e = document.activeElement; if (!e || e === document.body) return null;
    const before = window.lastFocused; window.lastFocused = e;
    const box = e.getBoundingClientRect();
    return {after: !before || !!(before.compareDocumentPosition(e) & 4), shown: box.width > 0 && box.height > 0,
        outline: getComputedStyle(e).outlineStyle, told: (e.textContent || e.getAttribute('aria-label') || '').trim().slice(0, 40)}; }"""


def faults_at_widths(page: object, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """What is too wide or too narrow on a page at each width, measured in the one page that is open."""
    faults = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"{width} px: {told}" for told in page.evaluate(_MEASURE)]
    return faults


def dead_links(page: object) -> list[str]:
    """Links within a page that lead nowhere."""
    return page.evaluate(_LINKS)


def faults_of_focus(page: object, stops: int = 12) -> list[str]:
    """Where the keyboard leaves the order of the text, comes to something unseen, or does not show where it is."""
    faults = page.evaluate(_ORDER)
    page.evaluate(
        "() => { window.lastFocused = null; document.activeElement.blur(); window.scrollTo(0, 0); }"
    )
    for _ in range(stops):
        page.keyboard.press("Tab")
        seen = page.evaluate(_FOCUSED)
        if seen is None:
            break
        if not (seen["after"] and seen["shown"] and seen["outline"] == "solid"):
            faults.append(str(seen))
    return faults


def not_found_in_page(page: object, texts: list[str]) -> list[str]:
    """Texts that the browser's own search does not find, folded parts included."""
    find = "text => { getSelection().removeAllRanges(); return window.find(text, true, false, true); }"
    return [text for text in texts if not page.evaluate(find, text)]


def squeezed(text: str) -> str:
    """Text without white space, which paper and page break differently."""
    return re.sub(r"\s+", "", text)


def printed(html: str) -> tuple[list[str], object]:
    """Print a page; return the squeezed text of its sheets and the reader of the PDF."""
    from pypdf import PdfReader

    browser_path()
    reader = PdfReader(io.BytesIO(print_pdf(html)))
    return [squeezed(sheet.extract_text()) for sheet in reader.pages], reader


def faults_of_page_one(texts: list[str], document: object) -> list[str]:
    """What of the sections of page one does not stand on the first sheet, and what of the section after them does."""
    own = [section for section in document.sections if section["slot"] == "page-one"]
    first, after = texts[0], document.sections[len(own)]
    wanted = [document.heading["title"], *(section["label"] + section["title"] for section in own)]
    wanted += [item["text"] for s in own for part in s["parts"] for item in part.get("items", ())]
    faults = [text for text in wanted if squeezed(text) not in first]
    following = squeezed(after["label"] + after["title"])
    return faults if following not in first and following in texts[1] else [*faults, following]


def refuse(reason: str) -> None:
    """Fail where the browser must be there (``CI=true``), skip visibly elsewhere."""
    message = f"BROWSER TESTS DID NOT RUN: {reason}; {HOW}"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def browser_path() -> str:
    """Path of the browser, or the loud refusal."""
    try:
        return find_browser()
    except RunError as error:
        refuse(str(error))
        raise


@contextmanager
def open_browser() -> Iterator[object]:
    """Start Chromium under Playwright; no page may be opened on the network."""
    path = browser_path()
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        refuse("the package playwright is not installed")
        raise
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        except Error as error:
            refuse(f"{path} did not start: {error}")
            raise
        yield browser
        browser.close()
