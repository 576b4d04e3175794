"""Kernels forked from a prepared process do what kernels started anew do, and none outlives its run."""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest

from helpers.page import BITMAPS
from helpers.page.blocks import chart_part
from helpers.run import kernels as kernels_module
from helpers.run import parameters
from helpers.run.execute import Executed, FailedError, Limits, execute
from helpers.run.kernels import Kernels, imported_modules
from run_checkout import FIXTURES, ROOT, make_checkout

needs_fork = pytest.mark.skipif(not kernels_module.CAN_FORK, reason="this system does not fork")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    patch = pytest.MonkeyPatch()
    yield make_checkout(tmp_path_factory.mktemp("kernels"), patch)
    patch.undo()


@pytest.fixture(scope="module", params=[pytest.param(True, marks=needs_fork), False], ids=["forked", "anew"])
def kernels(request: pytest.FixtureRequest, home: Path) -> Iterator[Kernels]:
    with Kernels([FIXTURES / "plain.ipynb"], fork=request.param) as running:
        yield running
        assert running.are_forked == request.param


def run(name: str, kernels: Kernels, **limits: float) -> Executed:
    values = parameters.check(FIXTURES / f"{name}.ipynb", {"period": "2024"})
    return execute(FIXTURES / f"{name}.ipynb", values, kernels=kernels, limits=Limits(**limits))


def made(folder: Path, *sources: str) -> Path:
    cells = [nbformat.v4.new_code_cell("n = 1", id="c00", metadata={"tags": ["parameters"]})]
    cells += [
        nbformat.v4.new_code_cell(text, id=f"c{place:02d}") for place, text in enumerate(sources, start=1)
    ]
    path = folder / "made.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def printed(executed: Executed) -> str:
    return "".join(
        out.text
        for cell in executed.notebook.cells
        for out in cell.get("outputs", [])
        if out.output_type == "stream"
    )


def wait_for(is_so: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def is_gone(pid: int) -> bool:
    return wait_for(
        lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    )


def test_parameters_reach_the_kernel_and_nothing_depends_on_the_clock(kernels: Kernels) -> None:
    outputs = [[cell.get("outputs") for cell in run("plain", kernels).notebook.cells] for _ in range(2)]
    assert outputs[0] == outputs[1]
    assert outputs[0][-1][0]["metadata"]["five_battles"]["heading"]["facts"]["period"] == "2024"


def test_a_cell_that_fails_is_named_and_the_notebook_kept(kernels: Kernels) -> None:
    with pytest.raises(FailedError, match="^the program met a fault of its own") as failure:
        run("broken", kernels)
    assert failure.value.detail == "broken.ipynb, cell c01-results: ValueError: the sum of parts is 103 %"
    cells = {cell.id: cell for cell in failure.value.notebook.cells}
    assert cells["c01-results"].outputs[0].ename == "ValueError"
    assert not cells["c02-page-one"].outputs, "what follows a failed cell is not executed"


def test_a_kernel_killed_from_outside_is_told(kernels: Kernels) -> None:
    with pytest.raises(
        FailedError, match="^the process that ran the notebook ended by itself; see"
    ) as failure:
        run("killed", kernels)
    assert failure.value.detail.startswith("killed.ipynb: DeadKernelError: ")


def test_the_wall_limit_ends_a_hanging_notebook(kernels: Kernels) -> None:
    with pytest.raises(FailedError, match="ran longer than 2 s and was stopped"):
        run("slow", kernels, seconds=2)


def test_the_memory_limit_ends_a_hungry_notebook(kernels: Kernels) -> None:
    with pytest.raises(FailedError, match="needed more than 600 MB of memory"):
        run("hungry", kernels, memory_mb=600, seconds=60)


def test_the_memory_a_notebook_held_is_measured(kernels: Kernels, tmp_path: Path) -> None:
    path = made(tmp_path, "import time\nheld = bytearray(b'1') * 300_000_000\ntime.sleep(0.5)")
    assert 300 < execute(path, {"n": 1}, kernels=kernels).peak_memory_mb < 1500


def test_the_kernel_has_a_group_of_its_own_one_thread_and_a_fixed_seed(
    kernels: Kernels, tmp_path: Path
) -> None:
    path = made(
        tmp_path,
        "import os\nprint(os.getpgid(0) == os.getpid(), os.environ['OPENBLAS_NUM_THREADS'], hash('five battles'))",
    )
    first, second = (printed(execute(path, {"n": 1}, kernels=kernels)) for _ in range(2))
    assert first == second
    assert first.startswith("True 1 ")


def test_what_a_notebook_started_ends_with_it(kernels: Kernels, tmp_path: Path) -> None:
    path = made(tmp_path, "import subprocess\nprint(subprocess.Popen(['sleep', '300']).pid)")
    assert is_gone(int(printed(execute(path, {"n": 1}, kernels=kernels))))


@needs_fork
def test_forked_kernels_share_what_was_imported_and_nothing_else(home: Path, tmp_path: Path) -> None:
    path = made(
        tmp_path,
        "import sys\nprint('pandas' in sys.modules, hasattr(sys, 'mark'))\nsys.mark = 1",
        "import pandas",
    )
    with Kernels([path]) as kernels:
        assert [printed(execute(path, {"n": 1}, kernels=kernels)) for _ in range(2)] == ["True False\n"] * 2


@needs_fork
def test_without_the_forking_process_kernels_are_started_anew(home: Path) -> None:
    with Kernels() as kernels:
        assert kernels.are_forked
        kernels._zygote._process.kill()
        kernels._zygote._process.wait()
        assert not kernels.are_forked
        assert run("plain", kernels).notebook.cells[-1].outputs


@needs_fork
def test_a_module_that_starts_a_thread_forbids_forking(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "restless.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Kernels([made(tmp_path, "import restless")]) as kernels:
        assert not kernels.are_forked


@needs_fork
def test_kernels_end_when_the_run_is_killed(home: Path, tmp_path: Path) -> None:
    note = tmp_path / "pids"
    path = made(
        tmp_path,
        f"import os, time\nopen({str(note)!r}, 'w').write(f'{{os.getppid()}} {{os.getpid()}} ')\ntime.sleep(120)",
    )
    code = f"from pathlib import Path\nfrom helpers.run.execute import execute\nfrom helpers.run.kernels import Kernels\nwith Kernels() as k: execute(Path({str(path)!r}), {{'n': 1}}, kernels=k)"
    runner = psutil.Popen([sys.executable, "-c", code])
    assert wait_for(lambda: note.is_file() and note.read_text().endswith(" "))
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    assert all(is_gone(int(pid)) for pid in note.read_text().split())


def test_stopping_ends_a_notebook_that_runs(kernels: Kernels, tmp_path: Path) -> None:
    note = tmp_path / "note"
    path = made(tmp_path, f"import time\nopen({str(note)!r}, 'w').close()\ntime.sleep(120)")

    def stop() -> None:
        wait_for(note.exists)
        kernels.stopping.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(FailedError):
        execute(path, {"n": 1}, kernels=kernels)
    stopper.join()
    kernels.stopping.clear()


def test_imports_are_found_and_unreadable_notebooks_ignored(tmp_path: Path) -> None:
    path = made(
        tmp_path, "import numpy as np, json\nfrom helpers.battles import blue_sky", "from pathlib import Path"
    )
    torn = tmp_path / "torn.ipynb"
    torn.write_text("{")
    wrong = tmp_path / "wrong.ipynb"
    wrong.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "import ("}]}))
    assert imported_modules([torn, wrong, tmp_path / "none.ipynb"]) == []
    assert imported_modules([path]) == [
        "helpers.battles", "helpers.battles.blue_sky", "json", "numpy", "pathlib", "pathlib.Path",
    ]  # fmt: skip


def test_charts_are_drawn_for_word_only_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Drawn(SimpleNamespace):
        def png(self) -> bytes:
            return b"drawn"

    words = dict.fromkeys(("id", "title", "measure", "note", "alt", "source", "svg", "unit"), "")
    found = {}
    for is_asked in (True, False):
        monkeypatch.setenv(BITMAPS, Kernels(bitmaps=is_asked).environment[BITMAPS])
        found[is_asked] = base64.b64decode(chart_part(Drawn(table=None, **words))["png"])
    assert found == {True: b"drawn", False: b""}


@needs_fork
def test_the_process_that_forks_holds_no_file_open(home: Path) -> None:
    """Kernels would share the place they read at: a font drawn with before the fork gives broken glyphs after it."""
    with Kernels(sorted((ROOT / "notebooks").glob("*.ipynb"))) as running:
        assert running.are_forked
        assert psutil.Process(running._zygote._process.pid).open_files() == []
