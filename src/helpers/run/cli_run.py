"""Verbs for running unattended: ``schedule``, ``history`` and ``doctor``."""

from __future__ import annotations

import json
import os
import shlex
import sys
from typing import Any

import click

from helpers.errors import ParameterError, SuiteError
from helpers.run import cli_options

_INTERRUPTED = 130


@click.group()
def schedule() -> None:
    """Let the system run what schedule.yml says; nothing runs by itself before it is installed."""


@schedule.command("install")
def schedule_install() -> None:
    """Bring systemd's timers, or the crontab, in line with schedule.yml."""
    from helpers.run import install
    from helpers.run import schedule as rules

    wanted = rules.read_schedule()
    check_commands(wanted)
    way = install.install(rules.render(wanted))
    click.echo(f"installed by {way}: {', '.join(run.name for run in wanted.runs) or 'nothing'}")
    if way == "systemd":
        click.echo("timers of a user rest while nobody is logged in; loginctl enable-linger keeps them going")
    click.echo(f"keys and addresses of a scheduled run come from {rules.environment_file()}")


@schedule.command("show")
def schedule_show() -> None:
    """Say what is to run, when it runs next, and whether the system is in line with schedule.yml."""
    from datetime import datetime

    from helpers.run import install
    from helpers.run import schedule as rules

    wanted = rules.read_schedule()
    for run in wanted.runs:
        moment = run.next_after(datetime.now()).astimezone()
        click.echo(f"{run.name}: {run.when}, next {moment:%Y-%m-%d %H:%M %Z}")
        for command in run.commands:
            click.echo(f"  five-battles {command}")
    if not wanted.runs:
        click.echo("schedule.yml names no run")
    way, is_equal = install.state(rules.render(wanted))
    click.echo(_said(way, is_equal))


@schedule.command("remove")
def schedule_remove() -> None:
    """Take this checkout's runs out of the system; what others put there stays."""
    from helpers.run import install

    install.remove()
    click.echo("removed: nothing runs by itself; schedule.yml stays")


@schedule.command("run")
@click.argument("name")
@click.pass_context
def schedule_run(context: click.Context, name: str) -> None:
    """Run one entry of schedule.yml now, as the system does; a command that fails does not stop the next."""
    from helpers.run import notify
    from helpers.run import schedule as rules

    os.environ.update(rules.read_environment())
    addresses = {key: os.environ[key] for key in (notify.ADDRESSES,) if key in os.environ}
    codes = [0]
    for command in rules.read_schedule().run(name).commands:
        os.environ.update(addresses)  # each command takes them out for itself
        codes.append(_run_command(context, command))
        if codes[-1] == _INTERRUPTED:
            break
    if worst := max(codes):
        sys.exit(worst)


def _run_command(context: click.Context, command: str) -> int:
    click.echo(f"five-battles {command}")
    try:
        done = context.find_root().command.main(shlex.split(command), "five-battles", standalone_mode=False)
        return done if isinstance(done, int) else 0
    except click.ClickException as fault:
        click.echo(f"five-battles: {fault.format_message()}", err=True)
        return fault.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


def check_commands(wanted: Any) -> None:
    """Refuse a schedule with a command the suite would refuse when its time comes.

    Raises
    ------
    ParameterError, RegistryError
        Run, command and what is wrong with it.
    """
    from helpers.run import request

    root = click.get_current_context().find_root().command
    for run in wanted.runs:
        for command in run.commands:
            verb, *words = shlex.split(command)
            try:
                asked = root.commands[verb].make_context(verb, words).params  # type: ignore[attr-defined]
                request.check_city(asked["city"])
                if verb == "report":
                    request.Request.check(asked)
            except click.ClickException as fault:
                raise ParameterError(
                    fault.format_message(),
                    where=f"schedule.yml, {run.name}, {command!r}",
                    remedy="mend the command",
                ) from None
            except SuiteError as fault:
                raise ParameterError(f"{fault}", where=f"schedule.yml, {run.name}, {command!r}") from None


@click.command()
@click.option("--last", type=click.IntRange(1), default=10, show_default=True, help="Runs to show.")
@click.option("--json", "as_json", is_flag=True, help="Plain data for other programs.")
def history(last: int, as_json: bool) -> None:
    """Say what the last runs did: when, what, how many reports, which targets changed status."""
    from helpers.run import history as records

    runs = records.list_runs(last)
    if as_json:
        click.echo(json.dumps([run.as_dict() for run in runs], ensure_ascii=False, indent=1))
    else:
        click.echo(records.table_of(runs))


@click.command()
@cli_options.city
@cli_options.data_dir
def doctor(city: str, data_dir: str | None) -> None:
    """Look at everything a run needs: one line each with its remedy; exit code 1 when a run would suffer."""
    from helpers.run import doctor as checks
    from helpers.run import request

    found = checks.examine(city, data_dir=request.check_folder(data_dir))
    click.echo(checks.table_of(found))
    if any(one.state == "bad" for one in found):
        sys.exit(1)


def _said(way: str, is_equal: bool) -> str:
    if not way:
        return "not installed" + ("" if is_equal else ": five-battles schedule install")
    if is_equal:
        return f"installed by {way}, as schedule.yml says"
    return f"installed by {way}, but not as schedule.yml says: five-battles schedule install"


VERBS = (schedule, history, doctor)
