"""What one machine of a fleet does: bring a city's data up to date, and build one report, each as a small record.

Nothing here knows Dask: :mod:`helpers.run.fleet` sends these functions to its workers. All machines see one checkout
over one file system; records travel, tables and pages do not.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from helpers import paths, provenance
from helpers.errors import RunError
from helpers.messages import message, parts
from helpers.paths import Folders
from helpers.run import freshness
from helpers.run.code import versions
from helpers.run.data import prepare, summary_line
from helpers.run.execute import Limits
from helpers.run.jobs import Job, Outcome
from helpers.run.kernels import Kernels
from helpers.run.manifest import inputs_of, read_manifest, why_due
from helpers.run.reports import Builder, split_due
from helpers.run.request import Request

_LOCKS = ".locks"
_LAST_WORDS_S = 20


@dataclass(frozen=True)
class Prepared:
    """A city whose tables are up to date, and its reports: those to build, and those that would come out the same."""

    city: str
    folders: Folders
    due: tuple[Job, ...]
    unchanged: tuple[Job, ...]
    said: str
    refused: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Ended:
    """How a report ended, where and when it was begun, and the most memory its kernel held (MB; 0 when unknown)."""

    outcome: Outcome
    host: str = ""
    process: int = 0
    began_at: str = ""
    peak_memory_mb: float = 0.0


@dataclass(frozen=True)
class Crew:
    """What every worker of one fleet is told.

    ``mark`` is a file only this fleet has written: a worker that does not see it stands on another file system.
    ``code`` is its :func:`code_signature`; the rest is as for :class:`helpers.run.kernels.Kernels`.
    """

    home: Path
    mark: Path
    code: str
    notebooks: tuple[Path, ...]
    limits: Limits
    fork: bool = True
    force: bool = False


class Workshop:
    """The kernels of one worker process and the reports it builds with them, several at once in threads.

    One prepared process is started for all of them; it forks the kernels, so no process with threads ever forks.

    Raises
    ------
    RunError
        This machine does not see the fleet's checkout, or has other helpers or libraries.
    """

    def __init__(self, crew: Crew) -> None:
        os.environ["FIVE_BATTLES_HOME"] = str(crew.home)
        _check_worker(crew)
        self._crew = crew
        self._stack = ExitStack()
        self._kernels = self._stack.enter_context(Kernels(crew.notebooks, fork=crew.fork))
        self._n_open = 0
        self._changed = threading.Condition()

    def build(self, job: Job, folders: Folders) -> Ended:
        """Build one report unless it would come out the same; another attempt at the same report is waited for."""
        began, start = datetime.now(UTC).isoformat(timespec="milliseconds"), time.perf_counter()
        with self._opened():
            outcome = self._build(job, folders)
        record = read_manifest(job) if outcome.status == "built" else None
        peak = record["measured"]["peak_memory_mb"] if record else 0.0
        outcome = replace(outcome, seconds=time.perf_counter() - start)
        return Ended(outcome, socket.gethostname(), os.getpid(), began, peak)

    def close(self) -> None:
        """End the kernels; wait until every report that was being built knows that it is not published."""
        self._stack.close()
        with self._changed:
            self._changed.wait_for(lambda: self._n_open == 0, timeout=_LAST_WORDS_S)

    def _build(self, job: Job, folders: Folders) -> Outcome:
        with lock_report(job):
            if not self._crew.force and not why_due(job, inputs_of(job), folders):
                return Outcome(job, "unchanged")
            return Builder(self._kernels, self._crew.limits).build(job)

    @contextmanager
    def _opened(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        with self._changed:
            self._n_open += step
            self._changed.notify_all()


def prepare_city(request: Request, *, force: bool) -> Prepared:
    """Bring the tables of one city up to date and separate its reports that are due from those that are not."""
    start = time.perf_counter()
    folders, summary = prepare(request.city, data_dir=request.data_dir)
    request.require_known(folders)
    jobs = freshness.ask(request.jobs(folders), folders, today=freshness.today_in(request.city))
    due, unchanged = split_due(list(jobs), folders, force=force)
    refused = tuple(refusal.message for refusal in summary.refused)
    seconds = time.perf_counter() - start
    return Prepared(
        request.city, folders, tuple(due), tuple(unchanged), summary_line(summary), refused, seconds
    )


def lock_report(job: Job) -> FileLock:
    """Lock of one report: a worker taken for dead may still be at it while another has been given the same work."""
    return FileLock(paths.reports() / _LOCKS / f"{job.city}.{job.period}.{job.stem}")


def code_signature() -> str:
    """Hash of the helpers and of the versions of the libraries: equal on all machines of a fleet."""
    code = provenance.files_sha256(sorted(Path(__file__).parents[1].rglob("*.py")))
    return provenance.manifest_hash({"helpers": code, "libraries": versions()})


def _check_worker(crew: Crew) -> None:
    name = message("places.worker", host=socket.gethostname())
    if not crew.mark.is_file():
        raise RunError(where=name, **parts("fleet.other_disk", path=crew.mark))
    if code_signature() != crew.code:
        raise RunError(where=name, **parts("fleet.other_code"))
