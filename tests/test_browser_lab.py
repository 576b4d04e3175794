"""JupyterLab in a real browser: notebooks run from the first cell to the panel, the panel answers, and its code runs."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from browser import open_browser
from run_checkout import ROOT, make_checkout
from test_explore_look import SOUND, WRONG, book

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOKS = ("blue_sky", "overview")
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight stay in the page
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
FAULTS = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type='application/vnd.jupyter.error']"
IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
WAIT_MS = 60_000


@contextmanager
def lab(home: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Start JupyterLab on loopback with a free port; yield its address and its token."""
    for name, setting in SETTINGS.items():
        file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting), encoding="utf-8")
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(folder / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    own |= {
        "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(folder / "ipython"),
        "FIVE_BATTLES_HOME": str(home),
    }
    token = secrets.token_hex(16)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--IdentityProvider.token={token}"),
        f"--ServerApp.root_dir={home}",
    ]
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=home, env={**os.environ, **own}, stdout=log, stderr=log)
        try:
            yield _address(server, folder), token
        finally:
            server.terminate()
            server.wait(timeout=20)


def _address(server: subprocess.Popen, folder: Path) -> str:
    """Address the server writes down once it listens."""
    until = time.monotonic() + WAIT_MS / 1000
    while time.monotonic() < until and server.poll() is None:
        for file in (folder / "runtime").glob("jpserver-*.json"):
            if found := re.search(r'"url": "(http://127\.0\.0\.1:\d+/)"', file.read_text(encoding="utf-8")):
                return found[1]
        time.sleep(0.1)
    raise AssertionError((folder / "log.txt").read_text(encoding="utf-8")[-2000:])


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], object]]:
    """One server and one browser for all tests: a function that opens a notebook and runs all of its cells."""
    folder = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as patch:
        home = make_checkout(folder, patch, data=True)
        for name in NOTEBOOKS:
            shutil.copyfile(ROOT / "notebooks" / f"{name}.ipynb", home / "notebooks" / f"{name}.ipynb")
        with open_browser() as browser, lab(home, folder) as (address, token):

            def run_all(name: str) -> object:
                page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
                page.set_default_timeout(WAIT_MS)
                page.on("pageerror", lambda error: page.evaluate(f"window.faults = {str(error)!r}"))
                place = f"{address}lab/workspaces/{name}/tree/notebooks/{name}.ipynb"
                assert page.request.get(place, max_redirects=0).status == 302, "open to everybody"
                page.goto(f"{place}?token={token}")
                page.wait_for_function(IDLE)
                page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
                page.locator(".widget-dropdown select").first.wait_for()
                page.locator(".jp-CodeCell .jp-OutputArea-output .briefing").last.wait_for()
                page.wait_for_function(IDLE)
                return page

            yield run_all


def choose(page: object, place: int, label: str, expected: str) -> None:
    """Change a control and wait for the code that follows from it."""
    page.locator(".widget-dropdown select").nth(place).select_option(label)
    page.wait_for_function(
        "told => document.querySelector('.widget-html pre.code').innerText.includes(told)", arg=expected
    )


def paste_and_run(page: object) -> object:
    """Put the code the panel shows into a new cell, run it and return the figure it gives."""
    add_cell(page, page.locator(".widget-html pre.code").inner_text())
    return page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output svg")


def add_cell(page: object, code: str) -> None:
    """Run code in a new last cell."""
    page.evaluate(
        """async code => {
            const app = window.jupyterapp, cells = app.shell.currentWidget.content;
            cells.activeCellIndex = cells.widgets.length - 1;
            await app.commands.execute('notebook:insert-cell-below');
            cells.activeCell.model.sharedModel.setSource(code);
            await app.commands.execute('notebook:run-cell');
        }""",
        code,
    )


def assert_no_fault(page: object) -> None:
    assert page.locator(FAULTS).count() == 0, page.locator(FAULTS).all_inner_texts()
    assert page.evaluate("window.faults") is None
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert all(re.search(r"\d", prompt) for prompt in prompts), "a cell did not run"


def test_a_battle_runs_and_its_panel_answers(opened: Callable[[str], object]) -> None:
    page = opened("blue_sky")
    controls = page.locator(".widget-dropdown select")
    assert controls.count() == 5
    assert 'fb.air.daily("PM2.5", period="2025")' in page.locator(".widget-html pre.code").inner_text()
    choose(page, 1, "月均值", "air.monthly")
    assert page.locator(".widget-html svg").count() == 1
    assert controls.nth(3).input_value() and page.locator(".widget-html table tbody tr").count() == 3
    pasted = paste_and_run(page)
    pasted.wait_for()
    assert pasted.inner_html() == page.locator(".widget-html svg").inner_html()
    if shot := os.environ.get("FIVE_BATTLES_SHOT"):
        page.locator(".widget-vbox").last.screenshot(path=shot)
    assert_no_fault(page)
    add_cell(page, "import helpers as fb\nfb.look()")
    with page.expect_file_chooser() as chosen:
        page.locator(".jp-CodeCell").last.locator(".widget-upload").click()
    chosen.value.set_files({"name": "三月.xlsx", "mimeType": "", "buffer": book(SOUND, WRONG)})
    marked = page.locator(".jp-CodeCell").last.locator("td[title]")
    marked.wait_for()
    if shot := os.environ.get("FIVE_BATTLES_SHOT"):
        page.locator(".widget-vbox").last.screenshot(path=f"{shot}.check.png")
    assert marked.inner_text() == "85.2①②" and page.locator("a[download='三月_检查结果.xlsx']").count() == 1


def test_the_overview_runs_and_its_panel_answers(opened: Callable[[str], object]) -> None:
    page = opened("overview")
    assert page.locator(".widget-dropdown select").count() == 6
    choose(page, 1, "空气质量指数", 'air.daily("AQI"')
    assert page.locator(".widget-html svg").count() == 1
    assert_no_fault(page)
