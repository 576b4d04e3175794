"""The verb ``fleet``: the reports of many cities, over Dask, on one machine or many."""

from __future__ import annotations

import sys
from typing import Any

import click

from helpers.run import cli_options


@click.command()
@click.option(
    "--cities",
    required=True,
    help="Folder names in cities/, with commas; or all: every folder there, the example demo_city too.",
)
@click.option("--periods", required=True, help="2025, 2025-10 or 2025-Q3, with commas.")
@click.option("--battles", default="", help="Battles, with commas; all when absent.")
@click.option("--langs", default="", help="zh,en; both when absent.")
@click.option("--as-of", default=None, help="ISO day the reports are seen from.")
@cli_options.data_dir
@click.option("--formats", default="html", help="html,pdf,docx,pptx; html is always built.")
@click.option("--style", default="brief", help="Typographic profile: brief or formal.")
@click.option(
    "--scheduler", default=None, help="tcp://… of a Dask scheduler; one is started here when absent."
)
@click.option(
    "--at-once",
    type=click.IntRange(1),
    default=None,
    help="Reports at once here (default: what cores and memory bear).",
)
@click.option(
    "--retries",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Times a failed report is tried again.",
)
@cli_options.building
def fleet(**options: Any) -> None:
    """Build the reports of many cities at once; the same command continues a fleet that was cut off."""
    from helpers.run import fleet as fleets
    from helpers.run.execute import Limits
    from helpers.run.locks import run_lock, stoppable
    from helpers.run.watch import watched

    requests = fleets.read_requests(options)
    settings = fleets.Settings(
        **{name: options[name] for name in ("scheduler", "at_once", "retries", "fork", "force")},
        limits=Limits(options["time_limit"], options["memory_limit"]),
    )
    asked = {**options, "city": options["cities"], "langs": requests[0].langs}
    with stoppable(), watched("fleet", asked) as log, run_lock():
        is_ok = fleets.run(requests, settings, log)
    if not is_ok or log.has_failures:
        sys.exit(1)
