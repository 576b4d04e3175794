"""What the operator sees: one line a report as it ends, a bar on a terminal, and a closing table."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from helpers import paths
from helpers.run import screen
from helpers.run.jobs import Outcome

_BAR_WIDTH = 24


class Progress:
    """Counts reports as they end; on a terminal a bar stays below the lines, in a log there are only the lines."""

    def __init__(self, n_jobs: int) -> None:
        self._n_jobs, self._n_done = n_jobs, 0
        self._has_bar = sys.stderr.isatty()
        self._draw()

    def add(self, outcome: Outcome) -> None:
        """Print the line of a report that has ended."""
        self._n_done += 1
        self._wipe()
        status = screen.pad(screen.named("states", outcome.status), 9)
        line = f"[{self._n_done}/{self._n_jobs}] {status} {outcome.job.name}  {outcome.seconds:.1f} s"
        why = f"{screen.say('colon')}{screen.told(outcome.error)}" if outcome.error else ""
        click.echo(f"{line}{why}", err=bool(outcome.error))
        for remark in outcome.remarks:
            click.echo(f"  {screen.say('note', told=screen.told(remark))}", err=True)
        self._draw()

    def close(self) -> None:
        """Take the bar away."""
        self._wipe()

    def _draw(self) -> None:
        if self._has_bar and self._n_done < self._n_jobs:
            full = _BAR_WIDTH * self._n_done // self._n_jobs
            click.echo(
                f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}] {self._n_done}/{self._n_jobs}", err=True, nl=False
            )

    def _wipe(self) -> None:
        if self._has_bar:
            click.echo("\r\033[K", err=True, nl=False)


def closing_table(outcomes: Sequence[Outcome]) -> str:
    """Table of all reports: name, status, seconds, size of the page, and where it stands."""
    rows = [tuple(screen.say(f"table.{name}") for name in ("report", "status", "seconds", "kb", "path"))]
    for outcome in outcomes:
        page = outcome.job.file("html")
        size = f"{page.stat().st_size / 1000:.0f}" if page.is_file() else "-"
        shown = paths.shown(page) if page.is_file() else "-"
        status = screen.named("states", outcome.status)
        rows.append((outcome.job.name, status, f"{outcome.seconds:.1f}", size, shown))
    return screen.table(rows, right=(2, 3))
