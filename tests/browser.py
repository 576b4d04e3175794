"""A headless Chromium for tests; where it is missing the tests say so loudly, and in CI they fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from helpers.errors import RunError
from helpers.page.printing import find_browser

HOW = "install the system package chromium and the extra dev, or set FIVE_BATTLES_BROWSER"


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
