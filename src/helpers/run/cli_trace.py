"""The verb ``trace``: from a printed number back to its rule, tables, files and rows."""

from __future__ import annotations

import click

from helpers.run import cli_options


@click.command()
@click.argument("report")
@click.argument("indicator")
@cli_options.data_dir
def trace(report: str, indicator: str, data_dir: str | None) -> None:
    """Show what INDICATOR of a published REPORT rests on.

    REPORT is the path of a page, or city/period/battle/lang such as changchun/2025/blue_sky/zh. INDICATOR is an id of
    appendix B, such as pm25_mean.
    """
    from helpers.run import trace as tracing

    for line in tracing.trace(tracing.find_report(report), indicator, data_dir=data_dir):
        click.echo(line)
