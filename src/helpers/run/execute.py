"""Execute one notebook by papermill, within its limits of time and memory."""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from helpers.errors import RunError, is_refusal
from helpers.messages import message, parts
from helpers.run.kernels import Kernels, kill
from helpers.run.session import RECORD_MIME

_ENGINE = "five-battles"
_START_TIMEOUT_S = 120
_WATCH_EVERY_S = 0.1

# Its refusals are raised; what it logs beside them would only repeat them on the operator's screen.
logging.getLogger("papermill").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Limits:
    """What one notebook may take, from the start of its kernel to its last cell."""

    seconds: float = 900.0
    memory_mb: float = 4096.0


@dataclass(frozen=True)
class Executed:
    """An executed notebook, what it says of its own run, and the most memory its kernel held."""

    notebook: NotebookNode
    record: Mapping[str, Any] | None
    peak_memory_mb: float


class FailedError(RunError):
    """A notebook did not reach its end; ``notebook`` is what was executed of it, when anything was.

    ``detail`` is what the log is told beside the sentence: cell and exception.
    """

    notebook: NotebookNode | None = None
    detail: str = ""


class KernelEngine(NBClientEngine):
    """papermill engine that runs on a kernel it is given and keeps the notebook when the kernel dies."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Execute all cells; the kernel is killed at the end, nothing is saved on the way."""
        options["kept"].append(nb_man.nb)
        client = PapermillNotebookClient(
            nb_man,
            km=options["manager"],
            kernel_name=kernel_name,
            timeout=None,
            startup_timeout=_START_TIMEOUT_S,
            record_timing=False,
            shutdown_kernel="immediate",
            extra_arguments=["--HistoryManager.enabled=False"],
        )
        client.execute(env=options["environment"], cleanup_kc=True)


papermill_engines.register(_ENGINE, KernelEngine)


def execute(
    notebook: Path, values: Mapping[str, object], *, kernels: Kernels, limits: Limits | None = None
) -> Executed:
    """Execute a notebook with its parameters.

    Raises
    ------
    FailedError
        A cell failed, the kernel died, or a limit was passed. Its ``notebook`` holds the cells executed until then,
        with the traceback.
    """
    manager = kernels.manager()
    watch = _Watch(manager, limits or Limits(), kernels.stopping)
    kept: list[NotebookNode] = []
    try:
        with warnings.catch_warnings(), watch:
            # ipykernel and zmq warn about things only their own maintainers can change.
            warnings.simplefilter("ignore")
            executed = papermill.execute_notebook(
                nbformat.read(notebook, as_version=4),
                None,
                parameters=dict(values),
                engine_name=_ENGINE,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                request_save_on_cell_execute=False,
                manager=manager,
                environment=kernels.environment,
                kept=kept,
            )
    except Exception as error:
        failure = _tell(error, watch.breach, notebook, kept)
        failure.notebook = kept[0] if kept else None
        raise failure from error
    finally:
        ensure_event_loop().close()  # of this thread; the next notebook on it gets one of its own
    return Executed(executed, _take_record(executed), watch.peak_mb)


class _Watch(threading.Thread):
    """Looks at a kernel ten times a second and kills it when it passes a limit or the run is stopped."""

    def __init__(self, manager: AsyncKernelManager, limits: Limits, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._manager, self._limits, self._stopping = manager, limits, stopping
        self._over = threading.Event()
        self.breach: Mapping[str, str] = {}
        self.peak_mb = 0.0

    def __enter__(self) -> _Watch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        """Watch until the notebook has ended or had to be killed."""
        start = time.monotonic()
        while not self._over.wait(_WATCH_EVERY_S):
            self.peak_mb = max(self.peak_mb, self._memory_mb())
            if self.peak_mb > self._limits.memory_mb:
                self.breach = parts("notebook.over_memory", mb=f"{self._limits.memory_mb:g}")
            elif time.monotonic() - start > self._limits.seconds:
                self.breach = parts("notebook.over_time", seconds=f"{self._limits.seconds:g}")
            if self.breach or self._stopping.is_set():
                kill(self._manager)  # again each time: a kernel may only now have started

    def _memory_mb(self) -> float:
        process = getattr(self._manager.provisioner, "process", None)
        try:
            return psutil.Process(process.pid).memory_info().rss / 1e6 if process else 0.0
        except psutil.Error:
            return 0.0


def _tell(
    error: Exception, breach: Mapping[str, str], notebook: Path, kept: list[NotebookNode]
) -> FailedError:
    """Say in one sentence what ended a notebook: a limit, a refusal as it was raised, a fault, or the kernel."""
    if breach:
        return FailedError(**breach)
    lines = [line for line in str(getattr(error, "evalue", error)).strip().splitlines() if line] or [""]
    if not isinstance(error, PapermillExecutionError):
        failure = FailedError(**parts("program.kernel"))
        failure.detail = f"{notebook.name}: {type(error).__name__}: {lines[0]}"
        return failure
    if is_refusal(error.ename):
        return FailedError(" ".join(lines))
    failure = FailedError(message("program.broke"))
    cell = next((c for c in kept[0].cells if _has_failed(c)), None) if kept else None
    name = cell.id if cell is not None else error.cell_index
    failure.detail = f"{notebook.name}, cell {name}: {error.ename}: {lines[0]}"
    return failure


def _has_failed(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _take_record(notebook: NotebookNode) -> Mapping[str, Any] | None:
    """Take out of the notebook what :func:`helpers.run.session.finish_run` put there for the runner."""
    record = None
    for cell in notebook.cells:
        for output in list(cell.get("outputs", [])):
            if RECORD_MIME in output.get("data", {}):
                record = output["data"][RECORD_MIME]
                cell.outputs.remove(output)
    return record
