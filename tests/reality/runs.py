"""Build a case: by the real command in a home of its own, or in this process from the notebooks' cells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.errors import CoverageError, ParameterError, SourceError
from helpers.page.export import workbook
from helpers.page.index import Report, index_page
from helpers.page.render import render
from page_example import notebook
from reality.built import Built, Page, read_built
from reality.cases import ROOT, Case
from whole_demonstration import run_notebook


def make_home(folder: Path, *, cities: Path | None = None) -> Path:
    """A home that shares notebooks and code with the checkout and has cities and reports of its own."""
    home = folder / "home"
    (home / "reports").mkdir(parents=True)
    (home / "cities").mkdir()
    for name in ("notebooks", "src", "pyproject.toml"):
        (home / name).symlink_to(ROOT / name)
    for parent in (ROOT / "cities", *([cities] if cities else ())):
        for city in parent.iterdir():
            if not (home / "cities" / city.name).exists():
                (home / "cities" / city.name).symlink_to(city)
    return home


def lay_out(case: Case, folder: Path) -> Path:
    """A data folder with the files of a case below ``raw``."""
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    for source in case.sources:
        target = raw / source.target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.root / source.path, target)
    return folder / "data"


def run_command(case: Case, folder: Path, *, demonstration: Path | None = None) -> Built:
    """Run ``python -m helpers report`` for a case and read what came out.

    Parameters
    ----------
    folder
        Empty folder for home, data and reports.
    demonstration
        Data folder with the demonstration as it is made already, for a case without files.
    """
    home, data = make_home(folder), lay_out(case, folder)
    if not case.is_real and demonstration is not None:
        shutil.copytree(demonstration, data, dirs_exist_ok=True)
    options = ["--city", case.city, "--period", case.period, "--data-dir", str(data), "--at-once", "2"]
    for name, values in (("--battle", case.battles), ("--lang", case.langs)):
        options += [name, values[0]] if len(values) == 1 else []
    options += ["--as-of", case.as_of] if case.as_of else []
    environment = {
        "FIVE_BATTLES_HOME": str(home),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT / "src"),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "helpers", "report", *options],
        cwd=home,
        env={**os.environ, **environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    return read_built(case, home=home, data=data, code=ran.returncode, said=ran.stdout + ran.stderr)


@contextmanager
def living_in(home: Path) -> Iterator[None]:
    """Let the suite of this process live in another home."""
    before = os.environ.get("FIVE_BATTLES_HOME")
    os.environ["FIVE_BATTLES_HOME"] = str(home)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FIVE_BATTLES_HOME"]
        else:
            os.environ["FIVE_BATTLES_HOME"] = before


def run_here(case: Case, home: Path, data: Path) -> Built:
    """Build the pages, workbooks and index of a case in this process; a refusal ends it, as it ends the command.

    Returns
    -------
    What was built. Where something was refused, ``code`` is 1 and ``said`` has a line for it; where something broke (a
    rule of the suite's own among it), ``said`` names the exception, which no refusal may.
    """
    found = Built(case, 0, "")
    with living_in(home):
        for battle in case.battles:
            for lang in case.langs:
                told = _attempt(lambda battle=battle, lang=lang: _page(case, data, battle, lang, found))
                if told:
                    found.code, found.said = (
                        1,
                        "\n".join(filter(None, (found.said, f"{battle} {lang}: {told}"))),
                    )
        reports = [Report(f"{page.name}.html", page.facts) for page in found.pages]
        found.index, found.index_en = (index_page(reports, lang=lang) for lang in ("zh", "en"))
    return found


def _page(case: Case, data: Path, battle: str, lang: str, found: Built) -> None:
    made, shown = run_notebook(data, battle, case.period, lang, city=case.city, as_of=case.as_of)
    rendered = render(notebook(shown))
    found.results[battle] = made.results
    page = Page(battle, lang, rendered.html, rendered.facts, workbook(rendered.document))
    found.pages.append(page)


def _attempt(make: Callable[[], None]) -> str:
    try:
        make()
    except (ParameterError, SourceError, CoverageError) as refusal:
        return str(refusal)
    except Exception as error:  # whatever else breaks is a finding
        return f"{type(error).__name__}: {error}"
    return ""


CRASH = re.compile(r"\b[A-Za-z]+(?:Error|Exception|Warning)\b|Traceback")
"""What shows that something broke instead of being refused."""
