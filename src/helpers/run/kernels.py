"""Kernels of one run: forked from a process that has imported the libraries, or started anew where that cannot be."""

from __future__ import annotations

import ast
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from helpers import paths
from helpers.page import BITMAPS
from helpers.run.code import helpers_at_start

CAN_FORK = sys.platform == "linux"
_ZYGOTE_READY_S = 120
_MESSAGE_BYTES = 65_536


class Kernels:
    """Starts the kernels of one run and ends those that are left; to be used in a ``with`` statement.

    Parameters
    ----------
    notebooks
        What they import is imported once, before the first kernel starts.
    fork
        Whether to fork kernels; where that is not possible they are started anew, slower, with the same results.
    bitmaps
        Whether charts carry bitmaps, which Word asks for and whoever takes a figure from the page.

    ``stopping`` ends all kernels when it is set: whoever executes a notebook looks at it.
    """

    def __init__(self, notebooks: Iterable[Path] = (), *, fork: bool = True, bitmaps: bool = True) -> None:
        self.environment = kernel_environment() | {BITMAPS: "1" if bitmaps else ""}
        self._notebooks = tuple(notebooks)
        self._zygote: Zygote | None = None
        self._wants_fork = fork and CAN_FORK
        self.stopping = threading.Event()

    def __enter__(self) -> Kernels:
        self._folder = tempfile.TemporaryDirectory(prefix="five-battles-")
        helpers_at_start()  # what is edited from now on is not what the kernels hold
        if self._wants_fork:
            self._zygote = Zygote(imported_modules(self._notebooks), self.environment)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        if self._zygote is not None:
            self._zygote.close()
        self._folder.cleanup()

    @property
    def are_forked(self) -> bool:
        """Whether kernels are forked from a process that is ready; waits until it is."""
        return self._zygote is not None and self._zygote.is_ready()

    def manager(self) -> AsyncKernelManager:
        """Return the manager of a kernel that is not started yet."""
        folder = tempfile.mkdtemp(dir=self._folder.name)
        options = {"connection_file": f"{folder}/k.json"}
        if sys.platform != "win32":
            options["transport"] = "ipc"  # no TCP ports: none to race for, none that others can reach
        manager = AsyncKernelManager(kernel_name="python3", **options)
        if self.are_forked:
            manager.kernel_id = Path(folder).name
            manager.provisioner = ForkProvisioner(
                zygote=self._zygote,
                kernel_id=manager.kernel_id,
                kernel_spec=manager.kernel_spec,
                parent=manager,
            )
        return manager


class Zygote:
    """The process of :mod:`helpers.run.zygote`, seen from the run: starts kernels and knows whether they live."""

    def __init__(self, modules: Iterable[str], environment: Mapping[str, str]) -> None:
        self._channel, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.settimeout(_ZYGOTE_READY_S)
        self._lock = threading.Lock()
        self._ready: bool | None = None
        command = [sys.executable, "-P", "-m", "helpers.run.zygote", str(far.fileno()), *modules]
        with far:
            # A session of its own: Ctrl-C reaches the run, which then ends the kernels in order.
            self._process = subprocess.Popen(
                command,
                pass_fds=[far.fileno()],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def is_ready(self) -> bool:
        """Whether it has imported everything and may fork; False when it died or a module started a thread."""
        with self._lock:
            if self._ready is None:
                self._ready = bool(self._receive().get("ready"))
        return self._ready and self._process.poll() is None

    def start(self, connection_file: str) -> int | None:
        """Fork a kernel; None when the process is gone."""
        return self._ask({"start": connection_file}).get("pid")

    def exit_code(self, pid: int) -> int | None:
        """Exit code of a kernel; None while it runs. Without the process no kernel runs."""
        return self._ask({"poll": pid}).get("code", -signal.SIGKILL)

    def close(self) -> None:
        """End the process, and with it the kernels that are left."""
        self._channel.close()
        if self._ready is None:
            self._process.kill()  # it still imports: there is no kernel to end, and nobody waits for it
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        with self._lock:
            try:
                self._channel.send(json.dumps(request).encode())
            except OSError:
                return {}
            return self._receive()

    def _receive(self) -> dict[str, Any]:
        try:
            return json.loads(self._channel.recv(_MESSAGE_BYTES) or b"{}")
        except OSError:
            return {}


class _ForkedProcess:
    """A forked kernel, as far as jupyter_client asks of a ``Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self.pid, self._zygote, self._code = pid, zygote, None

    def poll(self) -> int | None:
        if self._code is None:
            self._code = self._zygote.exit_code(self.pid)
        return self._code

    def wait(self) -> int | None:
        return self.poll()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ForkProvisioner(LocalProvisioner):
    """Kernel provisioner of jupyter_client that asks the zygote for a kernel instead of starting a Python."""

    zygote: Zygote

    def __init__(self, *, zygote: Zygote, **options: Any) -> None:
        super().__init__(**options)
        self.zygote = zygote

    async def launch_kernel(self, cmd: list[str], **options: Any) -> dict[str, Any]:
        """Fork the kernel; command and environment are those the zygote was started with."""
        pid = self.zygote.start(self.parent.connection_file)
        if pid is None:
            raise RuntimeError("the process that forks kernels is gone")
        self.process, self.pid, self.pgid = _ForkedProcess(self.zygote, pid), pid, pid
        return self.connection_info


def kill(manager: AsyncKernelManager) -> None:
    """Kill a kernel and what it started; one that has not started or has ended is left alone."""
    process = getattr(manager.provisioner, "process", None)
    if process is None or process.poll() is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)  # every kernel leads a group of its own
    except (ProcessLookupError, AttributeError):  # it has made no group yet, or the system knows none
        process.kill()


def kernel_environment() -> dict[str, str]:
    """Environment of every kernel: this process's, one thread each for linear algebra, and a fixed hash seed."""
    fixed = {
        "FIVE_BATTLES_HOME": str(paths.home()),
        "JPY_SESSION_NAME": "",  # no front end looks on, even where a notebook of JupyterLab started the run
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # no warning about frozen modules in every kernel
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    return {**os.environ, **fixed}


def imported_modules(notebooks: Iterable[Path]) -> list[str]:
    """Modules the notebooks import at their top level, sorted; an unreadable notebook imports nothing."""
    found: set[str] = set()
    for path in notebooks:
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
            statements = ast.parse(code).body
        except (OSError, ValueError, KeyError, TypeError, SyntaxError):
            continue
        for one in statements:
            if isinstance(one, ast.Import):
                found |= {alias.name for alias in one.names}
            elif isinstance(one, ast.ImportFrom) and one.module:
                found |= {one.module, *(f"{one.module}.{alias.name}" for alias in one.names)}
    return sorted(found)
