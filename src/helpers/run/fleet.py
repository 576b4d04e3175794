"""Build the reports of many cities on many processes or machines, by Dask distributed.

A city is one task that brings its tables up to date and says which of its reports are due; each of those is then one
task, the same :class:`helpers.run.reports.Builder` as on one machine. What is published and unchanged is not built
again, so a fleet that was cut off is continued by the same command. This is the only module that imports Dask.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import dask
import psutil
from dask.system import CPU_COUNT
from distributed import Client, Future, LocalCluster, Worker, WorkerPlugin, as_completed, get_worker
from distributed.scheduler import KilledWorker
from distributed.system import MEMORY_LIMIT

from helpers import paths
from helpers.errors import ParameterError, RunError
from helpers.messages import message, parts
from helpers.paths import Folders
from helpers.run import faults, screen
from helpers.run.execute import Limits
from helpers.run.fleet_log import Progress
from helpers.run.fleet_tasks import Crew, Ended, Prepared, Workshop, code_signature, prepare_city
from helpers.run.history import RunLog
from helpers.run.jobs import Job, Outcome, in_order
from helpers.run.publish import publish_failure, publish_index, recover
from helpers.run.request import Request, check_city

WORKER_MB = 2000  # a worker process executes, renders and publishes; Dask starts it anew when it holds more
REPORTS_A_WORKER = 4  # above this the one interpreter of a worker process would make its kernels wait
_REACH_S = 30
_PLUGIN = "five-battles"
_SCHEMES = ("tcp://", "tls://")
# Dask sets it for its workers; a kernel that inherits it gives memory back all the time, at a tenth of its speed.
_TRIMMING = "MALLOC_TRIM_THRESHOLD_"


@dataclass(frozen=True)
class Settings:
    """How a fleet works.

    Parameters
    ----------
    scheduler
        Address of a running Dask scheduler; ``None`` starts one here, on the loopback address, for this fleet.
    at_once
        Reports built at once here; ``None``: what the cores and the memory bear. A cluster has its own threads.
    retries
        Times a report that failed, or took its worker with it, is tried again.
    """

    scheduler: str | None = None
    at_once: int | None = None
    retries: int = 1
    limits: Limits = field(default_factory=Limits)
    fork: bool = True
    force: bool = False


def read_requests(options: Mapping[str, Any]) -> list[Request]:
    """Check the options of ``fleet``: one request a city.

    Parameters
    ----------
    options
        As for :meth:`helpers.run.request.Request.check`, with ``cities`` in the place of ``city``; ``cities``,
        ``periods``, ``battles``, ``langs`` and ``formats`` are words with commas, and ``cities`` may be ``all``: every
        folder of ``cities/``, the example city included, since its pages are marked as simulated.

    Raises
    ------
    ParameterError, RunError
        As there; or no city or no period is named.
    """
    lists = {name: _split(options[name]) for name in ("cities", "periods", "battles", "langs", "formats")}
    cities = _known_cities() if lists["cities"] == ("all",) else lists["cities"]
    for name, words in (("city", cities), ("periods", lists["periods"])):
        if not words:
            raise ParameterError(**parts(f"request.no_{name}"))
    first = Request.check({**options, **lists, "city": cities[0]})
    for city in cities[1:]:
        check_city(city)
    return [replace(first, city=city) for city in cities]


def run(requests: Sequence[Request], settings: Settings, log: RunLog) -> bool:
    """Build what is due of all requests; whether every report is as it was asked for.

    Raises
    ------
    RunError
        The scheduler or its workers are not to be reached, see another file system, or have other code.
    KeyboardInterrupt
        The operator stopped the fleet: kernels were killed, what was being made is not published.
    """
    recover(paths.reports())
    try:
        with (
            tempfile.NamedTemporaryFile(prefix=".fleet-", dir=paths.reports()) as mark,
            _connect(settings) as client,
        ):
            progress = _build(client, requests, settings, log, mark=Path(mark.name))
    finally:
        recover(paths.reports())
    index = publish_index()
    click.echo(f"{progress.table()}\n{screen.say('index', path=paths.shown(index))}")
    return progress.is_ok


def choose_at_once(memory_mb: float, *, cores: int, available_mb: float) -> int:
    """Reports to build at once on this machine: one a core, and no more than fit when each takes all it may."""
    needed_mb = memory_mb + WORKER_MB / REPORTS_A_WORKER
    return max(1, min(cores, int(available_mb // needed_mb)))


@contextmanager
def _connect(settings: Settings) -> Iterator[Client]:
    """Client of the scheduler that was named, or of one that lives as long as this fleet."""
    if settings.scheduler is None:
        with (
            tempfile.TemporaryDirectory(prefix="five-battles-fleet-") as folder,
            dask.config.set(_local_config(settings)),
            LocalCluster(**_local_options(settings, folder)) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client
        return
    if not settings.scheduler.startswith(_SCHEMES):
        raise ParameterError(**parts("fleet.address", address=settings.scheduler))
    try:
        client = Client(settings.scheduler, timeout=_REACH_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(where=settings.scheduler, **parts("fleet.silent", detail=error)) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_REACH_S)
        except TimeoutError as error:
            raise RunError(where=settings.scheduler, **parts("fleet.no_worker")) from error
        yield client


def _local_config(settings: Settings) -> dict[str, object]:
    return {
        "distributed.scheduler.allowed-failures": settings.retries,
        "distributed.scheduler.http.routes": [],  # nothing is served but the scheduler itself
        "distributed.worker.http.routes": [],
        "distributed.worker.profile.enabled": False,
    }


def _local_options(settings: Settings, folder: str) -> dict[str, object]:
    available_mb = min(MEMORY_LIMIT, psutil.virtual_memory().available) / 1e6
    at_once = settings.at_once or choose_at_once(
        settings.limits.memory_mb, cores=CPU_COUNT, available_mb=available_mb
    )
    n_workers = -(-at_once // REPORTS_A_WORKER)
    return {
        "n_workers": n_workers,
        "threads_per_worker": at_once // n_workers,
        "memory_limit": WORKER_MB * 1_000_000,
        "host": "127.0.0.1",
        "dashboard_address": "127.0.0.1:0",
        "scheduler_kwargs": {"dashboard": False},
        "local_directory": folder,
        "silence_logs": logging.CRITICAL,  # what matters is told in our own lines
    }


def _build(
    client: Client, requests: Sequence[Request], settings: Settings, log: RunLog, *, mark: Path
) -> Progress:
    """Give the workers their kernels, send out all tasks, and take the kernels away again, whatever happens."""
    first = requests[0]
    crew = Crew(
        paths.home(),
        mark,
        code_signature(),
        tuple(paths.notebook(battle) for battle in first.battles),
        settings.limits,
        fork=settings.fork,
        force=settings.force,
    )
    asked = [replace(one, is_chosen=False) for one in requests]  # what a city lacks is said when it is ready
    sizes = {one.city: len(one.jobs(Folders.real(one.data_dir))) for one in asked}
    try:
        client.register_plugin(_Plugin(crew, ignores_interrupts=settings.scheduler is None), name=_PLUGIN)
        progress = Progress(log, sizes, n_slots=sum(client.nthreads().values()))
        _Drive(client, settings, progress).run(requests)
    finally:
        with suppress(OSError):  # nobody to tell when the scheduler is gone
            client.unregister_worker_plugin(_PLUGIN)
    return progress


class _Drive:
    """Sends out the tasks of one fleet and takes in what comes back."""

    def __init__(self, client: Client, settings: Settings, progress: Progress) -> None:
        self._client, self._settings, self._progress = client, settings, progress
        self._cities: dict[Future, Request] = {}
        self._jobs: dict[Future, tuple[Job, Folders, int]] = {}
        self._done = as_completed(loop=client.loop)

    def run(self, requests: Sequence[Request]) -> None:
        """Send the cities, and the reports of each as it is ready; until all have ended."""
        for request in requests:
            future = self._client.submit(
                prepare_city, request, force=self._settings.force, pure=False, retries=self._settings.retries
            )
            self._cities[future] = request
            self._done.add(future)
        try:
            for future in self._done:
                if future.cancelled():
                    where = self._settings.scheduler or message("places.this_machine")
                    raise RunError(where=where, **parts("fleet.gone"))
                if future in self._cities:
                    self._take_city(self._cities.pop(future), future)
                else:
                    self._take_report(*self._jobs.pop(future), future)
        except BaseException:
            with suppress(OSError):
                self._client.cancel([*self._cities, *self._jobs], force=True)
            raise

    def _take_city(self, request: Request, future: Future) -> None:
        error = future.exception()
        if error is not None:
            self._progress.lose_city(request.city, _say(error))
            return
        prepared: Prepared = future.result()
        self._progress.add_city(prepared)
        for job in in_order(prepared.due):
            self._send(job, prepared.folders, attempt=1)

    def _take_report(self, job: Job, folders: Folders, attempt: int, future: Future) -> None:
        error = future.exception()
        ended = future.result() if error is None else Ended(Outcome(job, "failed", error=_say(error)))
        # A report that took its workers with it was already tried as often as allowed.
        is_final = attempt > self._settings.retries or isinstance(error, KilledWorker)
        is_last = ended.outcome.status != "failed" or is_final
        self._progress.add(ended, attempt=attempt, is_last=is_last)
        if not is_last:
            self._send(job, folders, attempt=attempt + 1)
        elif error is not None:
            publish_failure(job, ended.outcome.error, None)

    def _send(self, job: Job, folders: Folders, *, attempt: int) -> None:
        # Reports go before cities, so that the first pages are there early.
        future = self._client.submit(_report, job, folders, pure=False, priority=1)
        self._jobs[future] = (job, folders, attempt)
        self._done.add(future)


class _Plugin(WorkerPlugin):
    """One workshop in every worker process, from the beginning of a fleet to its end."""

    def __init__(self, crew: Crew, *, ignores_interrupts: bool) -> None:
        self._crew, self._ignores_interrupts = crew, ignores_interrupts
        self.workshop: Workshop | None = None

    def setup(self, worker: Worker) -> None:
        """Start the process that forks kernels; Ctrl-C in a terminal reaches the fleet, which ends its workers."""
        if self._ignores_interrupts:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.environ.pop(_TRIMMING, None)
        self.workshop = Workshop(self._crew)

    async def teardown(self, worker: Worker) -> None:
        """End the kernels, and wait for what is being built to take notice."""
        if self.workshop is not None:
            await asyncio.to_thread(self.workshop.close)


def _report(job: Job, folders: Folders) -> Ended:
    plugin = get_worker().plugins[_PLUGIN]
    if plugin.workshop is None:
        raise RunError(where=get_worker().address, **parts("fleet.late_worker"))
    return plugin.workshop.build(job, folders)


def _say(error: BaseException) -> str:
    if isinstance(error, KilledWorker):
        died = message("fleet.died", n=error.allowed_failures + 1)
        return f"{died}; {message('fleet.memory')}"
    return faults.sentence(error)


def _known_cities() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in (paths.home() / "cities").glob("*/city.yml")))


def _split(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
