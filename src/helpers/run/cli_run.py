"""Verbs for running unattended: ``schedule``, ``history`` and ``doctor``."""

from __future__ import annotations

import json
import os
import shlex
import sys
from typing import Any

import click

from helpers.errors import ParameterError, SuiteError
from helpers.messages import parts
from helpers.run import cli_options
from helpers.run.screen import say

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
    names = say("join").join(run.name for run in wanted.runs) or say("schedule.nothing")
    click.echo(say("schedule.installed", way=way, names=names))
    if way == "systemd":
        click.echo(say("schedule.linger"))
    click.echo(say("schedule.keys", path=rules.environment_file()))


@schedule.command("show")
def schedule_show() -> None:
    """Say what is to run, when it runs next, and whether the system is in line with schedule.yml."""
    from datetime import datetime

    from helpers.run import install
    from helpers.run import schedule as rules

    wanted = rules.read_schedule()
    for run in wanted.runs:
        moment = run.next_after(datetime.now()).astimezone()
        click.echo(say("schedule.next", name=run.name, when=_when(run), moment=f"{moment:%Y-%m-%d %H:%M %Z}"))
        for command in run.commands:
            click.echo(f"  five-battles {command}")
    if not wanted.runs:
        click.echo(say("schedule.no_run"))
    way, is_equal = install.state(rules.render(wanted))
    click.echo(_said(way, is_equal))


@schedule.command("remove")
def schedule_remove() -> None:
    """Take this checkout's runs out of the system; what others put there stays."""
    from helpers.run import install

    install.remove()
    click.echo(say("schedule.removed"))


@schedule.command("run")
@click.argument("name")
@click.pass_context
def schedule_run(context: click.Context, name: str) -> None:
    """Run one entry of schedule.yml now, as the system does; a command that fails does not stop the next."""
    from helpers.run import notify
    from helpers.run import schedule as rules

    os.environ.update(rules.read_environment())
    addresses = {key: os.environ[key] for key in notify.SECRETS if key in os.environ}
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
        click.echo(say("refusal", told=fault.format_message()), err=True)
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
    from helpers.periods import Period
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
                elif asked.get("period"):
                    Period.parse(asked["period"])
            except click.ClickException as fault:
                raise ParameterError(
                    fault.format_message(), where=_place(run, command), **parts("request.command")
                ) from None
            except SuiteError as fault:
                raise ParameterError(str(fault), where=_place(run, command)) from None


def _place(run: Any, command: str) -> str:
    return f"schedule.yml, {run.name}, {command!r}"


@click.command()
@click.option("--last", type=click.IntRange(1), default=10, show_default=True, help="Runs to show.")
@click.option("--full", is_flag=True, help="Every failure with its whole text.")
@click.option("--json", "as_json", is_flag=True, help="Plain data for other programs.")
def history(last: int, full: bool, as_json: bool) -> None:
    """Say what the last runs did: when, what, how many reports, which targets changed status."""
    from helpers.run import history as records

    runs = records.list_runs(last)
    if as_json:
        click.echo(json.dumps([run.as_dict() for run in runs], ensure_ascii=False, indent=1))
    else:
        click.echo(records.table_of(runs, is_full=full))


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
        return say("schedule.absent") if is_equal else say("schedule.to_install")
    return say("schedule.equal" if is_equal else "schedule.differs", way=way)


def _when(run: Any) -> str:
    """When a run begins, in words; :attr:`helpers.run.schedule.ScheduledRun.when` is the same for the system, in English."""
    every = say("schedule.month", n=run.every) if isinstance(run.every, int) else say(f"schedule.{run.every}")
    return say("schedule.at", every=every, at=run.at)


VERBS = (schedule, history, doctor)
