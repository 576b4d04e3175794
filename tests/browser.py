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
