"""The verb ``digest``: who would be told what, and with ``--send`` telling them."""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import Any

import click

from helpers.errors import ParameterError
from helpers.messages import message, parts
from helpers.run import cli_options, screen

_WITHIN, _WAIT = 14, 7
_FEW = 3  # rows of nobody that are named


@click.command()
@cli_options.city
@cli_options.data_dir
@click.option("--period", default=None, help="Whose pages are asked; the last year with data when absent.")
@click.option(
    "--within",
    type=click.IntRange(0),
    default=_WITHIN,
    show_default=True,
    help="Days ahead that are due soon.",
)
@click.option(
    "--wait",
    "wait_days",
    type=click.IntRange(0),
    default=_WAIT,
    show_default=True,
    help="Days until the same rows are told again.",
)
@click.option("--send", "is_sent", is_flag=True, help="Tell the departments; without it nothing is sent.")
def digest(**options: Any) -> None:
    """Say what each lead department has to see to: overdue, due soon, doubtful, without action; --send tells it.

    FIVE_BATTLES_DEPARTMENTS names the table of addresses, a file outside of the checkout that only its owner can read.
    """
    from helpers.run import departments, freshness, request
    from helpers.run import digest as digests

    request.check_city(options["city"])
    table = departments.take_table(os.environ, options["city"])
    if options["is_sent"] and not table:
        raise ParameterError(**parts("digest.nobody_to_tell", name=departments.TABLE))
    question = digests.Question(
        options["city"],
        freshness.today_in(options["city"]),
        options["within"],
        options["period"],
        request.check_folder(options["data_dir"]),
    )
    if not options["is_sent"]:
        _show(question, table)
        return
    from helpers.run.watch import watched

    asked = {name: options[name] for name in ("city", "period", "data_dir", "within")}
    with watched("digest", asked) as log:
        _send(question, table, options["wait_days"], log)
    if log.has_failures:
        sys.exit(1)


def _show(question: Any, table: Any) -> None:
    """Print who would get what, and of the addresses only their kinds."""
    from helpers.run import departments
    from helpers.run import digest as digests

    gathered = _gathered(question, table)
    for name in _names(gathered):
        to = table.get(name)
        lang = to.lang if to else screen.language()
        one = digests.write(gathered(lang), name, question.city)
        where = departments.schemes(to.addresses) if to else screen.say("digest.nowhere")
        shown = departments.shown_name(name, question.city, screen.language())
        click.echo(screen.say("digest.head", name=shown, n=len(one.items), where=where))
        click.echo(f"{one.text}\n")
    _tell_operator(gathered(screen.language()), table)
    click.echo(screen.say("digest.dry"))


def _send(question: Any, table: Any, wait_days: int, log: Any) -> None:
    from helpers.run import departments
    from helpers.run import digest as digests

    gathered = _gathered(question, table)
    for name in _names(gathered):
        to = table.get(name)
        if to is None:
            continue
        one = digests.write(gathered(to.lang), name, question.city)
        with digests.memory_of(question, wait_days) as memory:
            told, lost = digests.send(one, to, memory, today=question.today, lang=to.lang)
        status = "failed" if lost else "told" if told else "unchanged"
        numbers = ", ".join(map(str, lost))
        shown = departments.shown_name(name, question.city, screen.language())
        error = message("digest.lost", name=shown, numbers=numbers, total=len(to.addresses)) if lost else ""
        log.item(name, status, error=error)
        counts = Counter(item.section for item in one.items)
        said = screen.say("join").join(screen.say(f"digest.{key}", n=n) for key, n in counts.items())
        head = screen.say("digest.line", name=shown, state=screen.named("states", status), told=said)
        click.echo(f"{head}{screen.say('stop')}{screen.told(error)}" if error else head, err=bool(error))
    for line, name in _tell_operator(gathered(screen.language()), table):
        log.item(name, "skipped", error=line)
    if not _names(gathered):
        click.echo(screen.say("digest.nothing"))


def _gathered(question: Any, table: Any) -> Any:
    """Rows by language, each gathered when it is first asked for."""
    from functools import cache

    from helpers.run import digest as digests

    return cache(lambda lang: digests.gather(question, lang, table))


def _names(gathered: Any) -> list[str]:
    """Departments of the registry that have rows, whatever the language."""
    from helpers.run import departments

    rows = gathered("zh").rows
    return [name for name in rows if name in set(departments.names_of(gathered("zh").city).values())]


def _tell_operator(gathered: Any, table: Any) -> list[tuple[str, str]]:
    """Say once of whom nobody is told: departments without address, and rows that name no department of the registry."""
    from helpers.run import departments

    known = set(departments.names_of(gathered.city).values())
    found = []
    for name, items in gathered.rows.items():
        if name in known and name not in table:
            shown = departments.shown_name(name, gathered.city, screen.language())
            found.append((message("digest.without", name=shown, n=len(items)), name))
        elif name not in known:
            what = ", ".join(dict.fromkeys(" ".join(_named(item)) for item in items[:_FEW]))
            found.append((message("digest.nobody", n=len(items), what=f"{name} {what}".strip()), name or "-"))
    if not gathered.has_actions:
        found.append((message("digest.no_action"), "-"))
    for line, _ in found:
        click.echo(screen.say("note", told=screen.told(line)), err=True)
    return found[: len(found) - (not gathered.has_actions)]


def _named(item: Any) -> tuple[str, ...]:
    """What a row is; of what was set aside the place before the value, for the operator to look it up."""
    return (item.cells[1], item.cells[0]) if item.section == "implausible" else item.cells[:1]
