"""JupyterLab in a real browser: a battle's notebook runs from its first cell to its panel, and the panel answers."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from browser import open_browser
from run_checkout import ROOT, make_checkout

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "blue_sky"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight stay in the page
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
FAULTS = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type='application/vnd.jupyter.error']"
IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
WAIT_MS = 60_000


@contextmanager
def lab(home: Path, folder: Path) -> Iterator[str]:
    """Start JupyterLab on loopback with a token and a free port; yield the address of its notebook."""
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
            yield f"{_address(server, folder)}lab/tree/notebooks/{NOTEBOOK}.ipynb?token={token}"
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


def test_a_notebook_runs_and_its_panel_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_checkout(tmp_path, monkeypatch, data=True)
    shutil.copyfile(ROOT / "notebooks" / f"{NOTEBOOK}.ipynb", home / "notebooks" / f"{NOTEBOOK}.ipynb")
    with open_browser() as browser, lab(home, tmp_path) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(WAIT_MS)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        assert page.request.get(address.partition("?")[0], max_redirects=0).status == 302, "open to everybody"
        page.goto(address)
        page.wait_for_function(IDLE)
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
        controls = page.locator(".widget-dropdown select")
        controls.first.wait_for()
        assert controls.count() == 5
        finished = page.locator(".jp-CodeCell .jp-OutputArea-output .briefing").last
        finished.wait_for()
        page.wait_for_function(IDLE)
        code = page.locator(".widget-html pre.code")
        assert 'fb.air.daily("PM2.5", period="2025")' in code.inner_text()
        controls.nth(1).select_option("月均值")
        page.wait_for_function(
            "document.querySelector('.widget-html pre.code').innerText.includes('air.monthly')"
        )
        assert page.locator(".widget-html svg").count() == 1
        assert controls.nth(3).input_value() and page.locator(".widget-html table tbody tr").count() == 3
        if shot := os.environ.get("FIVE_BATTLES_SHOT"):
            page.locator(".widget-vbox").last.screenshot(path=shot)
        assert page.locator(FAULTS).count() == 0, page.locator(FAULTS).all_inner_texts()
        assert faults == []
