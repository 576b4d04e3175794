"""All notebooks of the suite from prepared data: beside the commands people use, and beside the floor.

* ``commands``: ``papermill`` and ``jupyter nbconvert`` on each notebook, one by one;
* ``ours``: ``five-battles report --force``: imports, data check, the notebooks, pages, sheets, facts, index;
* ``floor``: the same cells as bare code in processes forked from one that has imported the libraries, two at once,
  nothing rendered or published; its imports are measured too and given apart.

Rounds alternate and the median is taken; every way begins without a kept battle, as after new data, so the overview
alone finds what the five before it built. CPU seconds are those of all processes. Run it on a quiet machine: the last
line repeats its load. ``python benchmarks/bench_run.py 1 blue_sky`` makes one round with one notebook.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = tuple(sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")))
PERIOD, LANG = "2025", "zh"
AT_ONCE = 2
BIN = Path(sys.executable).parent


def make_checkout(folder: Path) -> Path:
    """A checkout of its own, so that no real report is touched; its data are the demonstration."""
    for name in ("notebooks", "cities"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("data/raw", "data/processed", "reports"):
        (folder / name).mkdir(parents=True)
    return folder


def forget_battles(home: Path) -> None:
    """Remove the battles that were kept, as new data would."""
    for folder in (home / "data" / "processed").rglob("derived/*/battles"):
        shutil.rmtree(folder)


def run_ours(home: Path, notebooks: Sequence[str]) -> None:
    """Build all reports with the command line."""
    call([*report_command(notebooks), "--force"], home)


def report_command(notebooks: Sequence[str]) -> list[str]:
    options = [part for notebook in notebooks for part in ("--battle", notebook)]
    return [str(BIN / "five-battles"), "report", *options, "--period", PERIOD, "--lang", LANG]


def run_commands(home: Path, notebooks: Sequence[str]) -> None:
    """Execute and convert each notebook with the two commands."""
    for notebook in notebooks:
        source, made = str(ROOT / "notebooks" / f"{notebook}.ipynb"), str(home / f"{notebook}.ipynb")
        given = ["-r", "period", PERIOD, "-r", "lang", LANG]
        call([str(BIN / "papermill"), "--no-progress-bar", source, made, *given], home)
        call([str(BIN / "jupyter"), "nbconvert", "--to", "html", "--no-input", made], home)


def call(command: list[str], home: Path) -> None:
    """Run a command in the checkout; its output matters only when it fails."""
    environment = {**os.environ, "FIVE_BATTLES_HOME": str(home), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


def run_floor(home: Path, notebooks: Sequence[str]) -> float:
    """Run the floor in a process of its own and return the seconds its imports took."""
    environment = {**os.environ, "FIVE_BATTLES_HOME": str(home), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--floor", *notebooks]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=True)
    return float(done.stdout)


def floor(notebooks: Sequence[str]) -> None:
    """Import what the notebooks import, then fork one process a report, two at once."""
    start = time.perf_counter()
    sources = [read_code(notebook) for notebook in notebooks]
    for statement in ast.parse("\n".join(cell for code in sources for cell in code)).body:
        if isinstance(statement, ast.ImportFrom):
            module = importlib.import_module(statement.module)
            for alias in statement.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{statement.module}.{alias.name}")
    imported = time.perf_counter() - start
    running = 0
    for code in sources:
        if running == AT_ONCE:
            end_one()
            running -= 1
        if os.fork() == 0:
            os._exit(run_cells(code))
        running += 1
    while running:
        end_one()
        running -= 1
    print(imported)


def read_code(notebook: str) -> list[str]:
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def end_one() -> None:
    if os.wait()[1]:
        raise SystemExit("a report of the floor failed")


def run_cells(code: list[str]) -> int:
    """Execute the cells as a kernel would: the value of a last expression is turned into what it shows."""
    names: dict[str, object] = {}
    for number, source in enumerate(code):
        tree = ast.parse(source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if number == 0:
            names |= {"period": PERIOD, "lang": LANG}
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            for show in ("_repr_mimebundle_", "_repr_html_"):
                if hasattr(value, show):
                    getattr(value, show)()
                    break
    return 0


def measure(work: Callable[[], object]) -> tuple[float, float, object]:
    """Wall and CPU seconds of all processes, and what the work returned."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    found = work()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, found


def main(rounds: int = 3, notebooks: Sequence[str] = NOTEBOOKS) -> None:
    """Print the three ways, their ratios, and what a run costs when nothing has changed."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_checkout(Path(folder))
        call([str(BIN / "five-battles"), "ingest"], home)
        run_ours(home, notebooks)  # the station days are made once, as the tables are
        ways = {"commands": run_commands, "ours": run_ours, "floor": run_floor}
        times: dict[str, list[tuple[float, float, object]]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, work in ways.items():
                forget_battles(home)
                times[name].append(measure(partial(work, home, notebooks)))
        again = partial(call, report_command(notebooks), home)
        again()
        nothing = statistics.median(measure(again)[0] for _ in range(5))
    wall = {name: statistics.median(one[0] for one in found) for name, found in times.items()}
    cpu = {name: statistics.median(one[1] for one in found) for name, found in times.items()}
    imports = statistics.median(one[2] for one in times["floor"])
    print(f"{len(notebooks)} reports, {os.cpu_count()} cores, floor {AT_ONCE} at once, median of {rounds}")
    print(f"{'way':<22}{'wall s':>8}{'CPU s':>8}{'/ ours':>8}")
    for name in ways:
        print(f"{name:<22}{wall[name]:>8.1f}{cpu[name]:>8.1f}{wall[name] / wall['ours']:>8.2f}")
    bare = wall["floor"] - imports
    print(f"{'floor without imports':<22}{bare:>8.1f}{'':>8}{bare / wall['ours']:>8.2f}")
    print(f"{'nothing changed':<22}{nothing:>8.2f}{'':>8}{nothing / wall['ours']:>8.3f}")
    print(
        f"ours / floor {wall['ours'] / wall['floor']:.2f} (wanted at most 1.25; to the floor without imports {wall['ours'] / bare:.2f})"
    )
    print(f"commands / ours {wall['commands'] / wall['ours']:.2f} (wanted at least 5)")
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["--floor"]:
        floor(given[1:])
    else:
        main(int(given[0]) if given else 3, given[1:] or NOTEBOOKS)
