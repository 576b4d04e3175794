"""A process that has imported what the notebooks need and forks one kernel for each of them; Linux only.

It is started by :mod:`helpers.run.kernels` and speaks with it over one socket, a JSON message at a time. It forks
only while it has a single thread, before any event loop or socket of a kernel exists, and it opens no file that kernels
would go on reading together, such as a font. When the socket closes, because
the run ended or died, every kernel that is left is killed: nothing outlives a run.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading

from helpers.run import code

_MESSAGE_BYTES = 65_536
_ALWAYS = ("ipykernel.kernelapp", "ipykernel.ipkernel", "matplotlib.backends.backend_svg")


def serve(channel: socket.socket) -> None:
    """Answer until the other end closes: ``{"start": connection file}`` with a pid, ``{"poll": pid}`` with a code."""
    running: set[int] = set()
    try:
        while message := channel.recv(_MESSAGE_BYTES):
            request = json.loads(message)
            if "start" in request:
                pid = _fork_kernel(channel, request["start"])
                running.add(pid)
                answer: dict[str, object] = {"pid": pid}
            else:
                answer = {"code": _exit_code(request["poll"], running)}
            channel.send(json.dumps(answer).encode())
    finally:
        for pid in running:
            _kill(pid)


def _fork_kernel(channel: socket.socket, connection_file: str) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        channel.close()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        _run_kernel(connection_file, parent)
        code = 0
    finally:
        os._exit(code)


def _run_kernel(connection_file: str, parent: int) -> None:
    from ipykernel import kernelapp

    # The history is one SQLite file for all kernels; the kernel ends by itself when the process above it is gone.
    options = ["--HistoryManager.enabled=False", f"--IPKernelApp.parent_handle={parent}"]
    kernelapp.launch_new_instance(argv=["-f", connection_file, *options])


def _exit_code(pid: int, running: set[int]) -> int | None:
    """Exit code of a kernel, negative for a signal; None while it runs."""
    if pid not in running:
        return 0
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        return None
    running.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):  # the group, and the process itself before it has made one
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _import_quietly(names: list[str]) -> None:
    """Import what can be imported; a notebook whose import fails says so itself, with its own traceback."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _read_registry() -> None:
    """Read what all kernels read, which nothing but an edit of the helpers changes; a fault is told by the notebook."""
    from helpers.registry import load

    with contextlib.suppress(Exception):
        load.common_indicators(load.REGISTRY)


def main() -> None:
    """Import the modules named on the command line and serve the socket named first."""
    gc.disable()  # what is imported stays; looking for what could go takes a tenth of the time
    channel = socket.socket(fileno=int(sys.argv[1]))
    code.helpers_at_start()  # before anything of it is imported
    _import_quietly([*_ALWAYS, *sys.argv[2:]])
    _read_registry()
    gc.freeze()  # pages of what was imported stay shared with the kernels
    gc.enable()
    channel.send(json.dumps({"ready": threading.active_count() == 1}).encode())
    serve(channel)


if __name__ == "__main__":
    main()
