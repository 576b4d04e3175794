"""One run at a time in a checkout, and an end for it: what every verb that builds reports stands on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import click

from helpers import paths
from helpers.run import screen


@contextmanager
def stoppable() -> Iterator[None]:
    """Let a scheduler's stop (SIGTERM) do what an operator's Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def run_lock() -> Iterator[None]:
    """One run at a time: the system lets go of the lock when its holder ends, however it ends."""
    from filelock import FileLock, Timeout

    paths.reports().mkdir(exist_ok=True)
    lock = FileLock(paths.reports() / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        click.echo(screen.say("waiting"), err=True)
        lock.acquire(poll_interval=0.2)
    try:
        yield
    finally:
        lock.release()
