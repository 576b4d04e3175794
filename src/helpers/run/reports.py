"""Build many reports: those that are due, several at once, each on its own; a failed one leaves the others alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers import paths
from helpers.messages import message
from helpers.page.blocks import METADATA_KEY, labels
from helpers.page.editable import word_file
from helpers.page.export import workbook
from helpers.page.figure_files import figure_files
from helpers.page.index import list_changes
from helpers.page.printing import print_pdf
from helpers.page.render import Rendered, render
from helpers.page.slides import slide_file
from helpers.page.words import word
from helpers.paths import Folders
from helpers.periods import Period
from helpers.registry import indicator, palette, plan
from helpers.run import editions, faults, said
from helpers.run.code import code_at_start, helpers_at_start
from helpers.run.execute import FailedError, Limits, execute
from helpers.run.freshness import today_in
from helpers.run.jobs import CLOSING, WHOLE, Job, Outcome, in_order
from helpers.run.kernels import Kernels
from helpers.run.manifest import inputs_of, make_manifest, why_due
from helpers.run.publish import as_json, publish_failure, publish_report, read_facts

# The exporter and its templates are shared by the threads, and drawing a page holds the interpreter anyway.
_RENDERING = threading.Lock()


@dataclass
class Builder:
    """What the reports of one run share.

    Once ``kernels.stopping`` is set, by Ctrl-C, nothing is published any more and nothing counts as failed.
    """

    kernels: Kernels
    limits: Limits = field(default_factory=Limits)

    def build(self, job: Job) -> Outcome:
        """Execute, render and publish one report; a failure leaves the last good report in place."""
        start = time.perf_counter()
        executed = None
        try:
            if self.kernels.stopping.is_set():
                return Outcome(job, "stopped")
            inputs = inputs_of(job) | code_at_start() | {"helpers": helpers_at_start()}
            done = execute(job.notebook, job.parameters(), kernels=self.kernels, limits=self.limits)
            executed = done.notebook
            # Facts of the run, not of the question: the page stays a function of its notebook alone.
            told = editions.told(job, inputs, done.record)
            executed.metadata[METADATA_KEY] = {"published": today_in(job.city).isoformat(), **told}
            with _RENDERING:
                rendered = render(done.notebook, style=job.style, figures=job.figures)
            files = _files(job, rendered)
            seconds = time.perf_counter() - start
            manifest = make_manifest(
                job,
                inputs,
                done.record,
                files,
                seconds=round(seconds, 3),
                peak_memory_mb=round(done.peak_memory_mb, 1),
                finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            )
            if self.kernels.stopping.is_set():
                return Outcome(job, "stopped", seconds)
            changes = _changes_of_status(rendered.facts, read_facts(job.file("json")))
            publish_report(job, files, rendered.facts, as_json(manifest))
            remarks = (*rendered.document.remarks, *_keep_said(job, rendered.facts, done.record))
            return Outcome(job, "built", seconds, remarks=remarks, changes=changes)
        except Exception as error:  # one report must not take the others with it, whatever happened to it
            return self._fail(job, error, executed, time.perf_counter() - start)

    def _fail(self, job: Job, error: Exception, executed: NotebookNode | None, seconds: float) -> Outcome:
        if self.kernels.stopping.is_set():
            return Outcome(job, "stopped", seconds)
        if isinstance(error, FailedError) and error.notebook is not None:
            executed = error.notebook
        reason, detail = faults.sentence(error, message("program.broke")), faults.detail(error)
        if detail and executed is not None:
            reason += f"; {message('program.notebook', path=paths.shown(job.failed_notebook))}"
        try:
            publish_failure(job, reason, None if executed is None else nbformat.writes(executed))
        except OSError as refusal:
            reason += f"; {message('program.not_kept', told=faults.system(refusal))}"
        return Outcome(job, "failed", seconds, error=reason, detail=detail)


def _keep_said(job: Job, facts: Mapping[str, Any], record: Mapping[str, Any] | None) -> list[str]:
    """Record what the report forecasts, beside the data it rests on; of a notebook that does not tell its data nothing."""
    if record is None:
        return []
    real = Folders.real(job.data_dir)
    return said.keep(facts, real.demonstration(job.city) if record["simulated"] else real)


def _files(job: Job, rendered: Rendered) -> dict[str, bytes | str]:
    """Make every file that was asked for, all of one document: ending → content; and the files of the figures by name."""
    makers: Mapping[str, Callable[[], bytes | str]] = {
        "xlsx": lambda: workbook(rendered.document),
        "html": lambda: rendered.html,
        "pdf": lambda: print_pdf(rendered.html),
        "docx": lambda: word_file(rendered.document, style=job.style),
        "pptx": lambda: _slides(job, rendered),
    }
    figures = {f"{job.figures}/{name}": content for name, content in figure_files(rendered.document).items()}
    return {ending: makers[ending]() for ending in job.endings} | figures


def _slides(job: Job, rendered: Rendered) -> bytes:
    """Slides of a report; they are measured with the face figures are drawn with, which no two threads may use at once."""
    with _RENDERING:
        return slide_file(rendered.document, template=paths.slide_template(job.city))


def _changes_of_status(facts: Mapping[str, Any], before: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Say which targets have another status than in the briefing before, each after its battle and period.

    The overview tells only of what no battle's page has, and the closing verdict of targets of a plan no other page follows:
    each change is told once.
    """
    lang = facts["lang"]
    words, mark = labels(lang), word("mark.short", lang) if facts["simulated"] else ""
    head = words["sentence_gap"].join((facts["battle_name"], facts["period_name"])) + words["colon"]
    changes = [change for change in list_changes(facts, before) if change["kind"] == "status"]
    if facts["battle"] == WHOLE:
        changes = [change for change in changes if _battle_of(change["key"]) not in palette().battles]
    elif facts["battle"] == CLOSING:
        followed = {one.id for one in plan(facts["city"], Period.parse(facts["period"]).end).targets}
        changes = [change for change in changes if change["key"].rpartition("/")[2] not in followed]
    return tuple(head + change["text"] + mark for change in changes)


def _battle_of(key: str) -> str:
    """Battle of the indicator of a row of facts."""
    return indicator(key.partition("/")[0]).battle


def split_due(
    jobs: Sequence[Job], folders: Folders, *, force: bool
) -> tuple[dict[Job, list[str]], list[Job]]:
    """Separate what has to be built, each with the reasons, from what would come out the same."""
    due, unchanged = {}, []
    for folder in {job.folder for job in jobs}:
        editions.refuse_to_write(folder)
    for job in jobs:
        reasons = [message("due.forced")] if force else why_due(job, inputs_of(job), folders)
        if reasons:
            due[job] = reasons
        else:
            unchanged.append(job)
    return due, unchanged


def build_all(
    jobs: Sequence[Job], builder: Builder, *, at_once: int, tell: Callable[[Outcome], Any]
) -> list[Outcome]:
    """Build reports, several at once.

    Parameters
    ----------
    at_once
        Notebooks that run at the same time.
    tell
        Called with each outcome as it comes.

    Returns
    -------
    Outcomes in the order of the jobs.

    Raises
    ------
    KeyboardInterrupt
        The operator stopped the run: kernels were killed, what was being made is not published.
    """
    outcomes: dict[Job, Outcome] = {}
    with ThreadPoolExecutor(at_once) as pool:
        futures = {pool.submit(builder.build, job): job for job in in_order(jobs)}
        try:
            for future in as_completed(futures):
                outcomes[futures[future]] = future.result()
                tell(future.result())
        except KeyboardInterrupt:
            builder.kernels.stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [outcomes[job] for job in jobs]
