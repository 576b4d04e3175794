"""Run one notebook by papermill and publish what it says: page, sheet, facts, and on request PDF and Word."""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# jsonschema compiles a grammar for an unused string format while papermill is imported; it guards this import itself.
sys.modules.setdefault("rfc3987_syntax", None)

import nbformat  # noqa: E402
import papermill  # noqa: E402
from papermill.exceptions import PapermillExecutionError  # noqa: E402

from helpers import paths, provenance, registry  # noqa: E402
from helpers.errors import RunError, SuiteError  # noqa: E402
from helpers.page import index  # noqa: E402
from helpers.page.editable import word_file  # noqa: E402
from helpers.page.export import workbook  # noqa: E402
from helpers.page.printing import print_pdf  # noqa: E402
from helpers.page.render import Rendered, render  # noqa: E402
from helpers.run import parameters  # noqa: E402

FORMATS = ("html", "pdf", "docx")
_START_TIMEOUT_S = 120
_CELL_TIMEOUT_S = 600


@dataclass(frozen=True)
class Job:
    """One report to build."""

    city: str
    battle: str
    period: str
    lang: str
    as_of: str | None = None
    data_dir: str | None = None
    style: str = "brief"
    formats: tuple[str, ...] = ("html",)

    @property
    def name(self) -> str:
        """Name of the job on a line of the log."""
        return f"{self.city} {self.period} {self.battle} {self.lang}"

    @property
    def folder(self) -> Path:
        """Folder the report is published in."""
        return paths.reports() / self.city / self.period

    def file(self, ending: str) -> Path:
        """Published file of the report with one ending, such as ``html``."""
        return self.folder / f"{self.battle}.{self.lang}.{ending}"

    def parameters(self) -> dict[str, object]:
        """Parameters of the notebook, checked against its own cell."""
        given = {"city": self.city, "period": self.period, "lang": self.lang, "as_of": self.as_of, "data_dir": self.data_dir}
        return parameters.check(paths.notebook(self.battle), given)


@dataclass(frozen=True)
class Outcome:
    """How one job ended."""

    job: Job
    seconds: float
    error: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether the report was published."""
        return not self.error


def run_job(job: Job) -> Outcome:
    """Execute, render and publish one report; a failure leaves the last good report in place.

    The failed notebook, with its traceback, is kept under ``failed/`` beside the report.
    """
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="five-battles-") as folder:
        executed = Path(folder) / f"{job.battle}.{job.lang}.ipynb"
        try:
            rendered = _execute(job, executed)
            _publish(job, rendered)
            error = ""
        except (SuiteError, OSError) as refusal:
            error = str(refusal)
            _keep_failure(job, executed, error)
    return Outcome(job, time.perf_counter() - start, error)


def _execute(job: Job, executed: Path) -> Rendered:
    values = job.parameters()
    try:
        with warnings.catch_warnings():
            # ipykernel and zmq warn about things only their own maintainers can change.
            warnings.simplefilter("ignore")
            papermill.execute_notebook(
                str(paths.notebook(job.battle)),
                str(executed),
                parameters=values,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                start_timeout=_START_TIMEOUT_S,
                execution_timeout=_CELL_TIMEOUT_S,
            )
    except PapermillExecutionError as failure:
        last = [line for line in str(failure.evalue).strip().splitlines() if line] or [""]
        raise RunError(f"{failure.ename}: {last[0]}", where=f"{job.battle}.ipynb, cell {failure.cell_index}") from None
    except RuntimeError as failure:  # nbclient: dead kernel, cell time-out
        raise RunError(str(failure).strip().splitlines()[0], where=f"{job.battle}.ipynb", remedy="run the notebook in JupyterLab") from None
    return render(nbformat.read(executed, as_version=4), style=job.style)


def _publish(job: Job, rendered: Rendered) -> None:
    """Write every file of a report; the facts last, since the index believes them."""
    makers: dict[str, Callable[[], bytes | str]] = {
        "xlsx": lambda: workbook(rendered.document),
        "html": lambda: rendered.html,
        "pdf": lambda: print_pdf(rendered.html),
        "docx": lambda: word_file(rendered.document, style=job.style),
    }
    wanted = ["xlsx", "html", *(form for form in job.formats if form != "html")]
    for ending, content in {ending: makers[ending]() for ending in wanted}.items():
        publish(job.file(ending), content)
    last, previous = read_facts(job.file("json")), read_facts(job.file("prev.json"))
    kept = index.choose_previous(previous, last, rendered.facts)
    if kept is not None and kept != previous:
        publish(job.file("prev.json"), _json(kept))
    publish(job.file("json"), _json(rendered.facts))
    (job.folder / "failed" / job.file("ipynb").name).unlink(missing_ok=True)


def _keep_failure(job: Job, executed: Path, reason: str) -> None:
    if executed.is_file():
        publish(job.folder / "failed" / executed.name, executed.read_bytes())
    place = registry.city(job.city)
    name = place.name_zh if job.lang == "zh" else place.name_en
    identity = {"city": job.city, "city_name": name, "battle": job.battle, "battle_name": job.battle, "period": job.period, "period_name": job.period, "lang": job.lang}
    last = read_facts(job.file("json"))
    if last is not None:
        identity |= {key: last[key] for key in ("battle_name", "period_name") if last.get(key)}
    publish(job.file("json"), _json(index.mark_failed(last, reason=reason, **identity)))


def publish(path: Path, content: bytes | str) -> None:
    """Put a finished file in its place, whole or not at all; a crash leaves the old file or the new one."""
    with provenance.replacing(path) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)


def read_facts(path: Path) -> dict | None:
    """Read the facts beside a report; None when there are none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _json(facts: dict) -> str:
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)


def publish_index() -> Path:
    """Rebuild ``reports/index.html`` from the facts of every report and return its path."""
    root = paths.reports()
    found = []
    for path in sorted(root.glob("*/*/*.json")):
        if path.name.endswith(".prev.json"):
            continue
        page = path.with_suffix(".html")
        href = page.relative_to(root).as_posix() if page.is_file() else ""
        found.append(index.Report(href, read_facts(path), read_facts(path.with_suffix(".prev.json"))))
    publish(root / "index.html", index.index_page(found))
    return root / "index.html"
