"""Verbs on what is read: ``data`` fetches what is due, ``demo`` writes the demonstration, ``templates`` empty workbooks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from helpers import paths
from helpers.errors import ParameterError
from helpers.run import cli_options


@click.command()
@cli_options.city
@cli_options.data_dir
@click.option("--feed", "only", multiple=True, help="Feed to fetch; all the city follows when absent.")
@click.option("--from", "first", default=None, help="First ISO day.")
@click.option("--to", "last", default=None, help="Last ISO day.")
@click.option("--base", "bases", multiple=True, help="NAME=ADDRESS in place of the configured one.")
@click.option("--inbox", type=click.Path(path_type=Path), default=None, help="Watched folder of workbooks.")
@click.option("--require-fresh", is_flag=True, help="Fail when a source that is followed is late.")
def data(
    city: str,
    data_dir: str | None,
    only: tuple[str, ...],
    first: str | None,
    last: str | None,
    bases: tuple[str, ...],
    inbox: Path | None,
    require_fresh: bool,
) -> None:
    """Fetch what is due into data/raw; one feed that fails does not stop the rest."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from helpers import registry
    from helpers.periods import parse_day
    from helpers.run import freshness, request
    from helpers.run.watch import watched
    from helpers.sources import download

    request.check_city(city)
    for base in bases:
        if "=" not in base:
            raise ParameterError(
                f"base {base!r}", expected="NAME=ADDRESS", remedy="write the feed's name before the address"
            )
    folders = paths.Folders.real(data_dir)
    now = datetime.now(ZoneInfo(registry.city(city).timezone)).replace(tzinfo=None)
    spans = parse_day(first, "from"), parse_day(last, "to")
    addresses = dict(base.split("=", 1) for base in bases)
    wanted = download.Request(city, folders, now, only, *spans, addresses, inbox)
    with watched("data", {"city": city, "feeds": only, "from": first, "to": last}) as log:
        outcomes = download.receive_all(wanted, tell=_tell)
        for outcome in outcomes:
            error = "" if outcome.is_ok else outcome.message
            log.item(f"{outcome.feed} {outcome.name}".rstrip(), outcome.state, error=error)
        counts = download.count_states(outcomes).items()
        click.echo(
            f"data: {', '.join(f'{number} {state}' for state, number in counts) or 'no feed is followed'}"
        )
        if require_fresh:
            download.require_fresh(freshness.table_of(city, folders, today=now.date()))
    if log.has_failures:
        sys.exit(1)


def _tell(outcome: object) -> None:
    if outcome.message:
        line = f"{outcome.feed} {outcome.name}".rstrip() + f": {outcome.state}: {outcome.message}"
        click.echo(line, err=not outcome.is_ok)


@click.command()
@cli_options.city
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Where to write (default: reports/templates).",
)
@click.option("--by-department", is_flag=True, help="One ledger a lead department, its rows written out.")
@click.option("--period", default=None, help="Of the rows written out (default: the last whole year).")
@cli_options.data_dir
def templates(
    city: str, folder: Path | None, by_department: bool, period: str | None, data_dir: str | None
) -> None:
    """Write the empty workbooks departments fill in: drop-downs, units, an example row, help in both languages.

    With --by-department one ledger for each lead department: a row for every figure asked of it, with the target of the
    plan and last year's value where one was received; only the number is left to fill in.
    """
    from helpers.periods import Period
    from helpers.run import freshness, request
    from helpers.sources import department_templates
    from helpers.sources import templates as workbooks

    request.check_city(city)
    target = folder or paths.reports() / "templates"
    if not by_department and (period or data_dir):
        raise ParameterError(
            "--period and --data-dir belong to --by-department",
            remedy="add --by-department, or leave them out",
        )
    today = freshness.today_in(city)
    asked = Period.parse(period or str(today.year - 1))
    received = paths.Folders.real(request.check_folder(data_dir))
    target.mkdir(parents=True, exist_ok=True)
    written = (
        department_templates.write_by_department(target, city, asked, received=received, today=today)
        if by_department
        else workbooks.write_all(target, city)
    )
    for path in written:
        click.echo(paths.shown(path))


@click.command()
@cli_options.city
@cli_options.data_dir
def demo(city: str, data_dir: str | None) -> None:
    """Write and read the demonstration (simulated, seeded), apart from whatever was received."""
    from helpers.run import request
    from helpers.run.data import prepare_demonstration, summary_line

    request.check_city(city)
    folders, summary = prepare_demonstration(city, data_dir=request.check_folder(data_dir))
    click.echo(summary_line(summary))
    click.echo(f"demonstration (simulated): {paths.shown(folders.raw)}")


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="A Frictionless Data Package with a Table Schema a table."
)
def dictionary(as_json: bool) -> None:
    """Print the data dictionary: every form and processed table with its columns, units, ranges and headings."""
    import json

    from helpers.run.dictionary import data_package, markdown

    click.echo(
        json.dumps(data_package(), ensure_ascii=False, indent=1) if as_json else markdown(), nl=as_json
    )
