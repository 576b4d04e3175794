"""Options that several verbs have, said once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

_Verb = Callable[..., Any]


def listed(context: click.Context, parameter: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    """Read an option that may be given several times, each with one word or a list: ``html,pdf`` or ``html pdf``."""
    return tuple(word for words in given for word in words.replace(",", " ").split())


city = click.option("--city", default="changchun", show_default=True, help="Folder name in cities/.")
langs = click.option("--lang", "langs", multiple=True, callback=listed, help="zh or en; both when absent.")
data_dir = click.option("--data-dir", default=None, help="Folder with raw/ and processed/ (default: data/).")


def building(verb: _Verb) -> _Verb:
    """Give a verb that builds reports its limits, and whether it forks kernels and builds what would come out the same."""
    for option in (
        click.option(
            "--fork/--no-fork", default=True, help="Fork kernels from a prepared process where possible."
        ),
        click.option(
            "--memory-limit",
            type=click.FloatRange(min=0, min_open=True),
            default=4096,
            show_default=True,
            help="MB one notebook may hold.",
        ),
        click.option(
            "--time-limit",
            type=click.FloatRange(min=0, min_open=True),
            default=900,
            show_default=True,
            help="Seconds one notebook may run.",
        ),
        click.option("--force", is_flag=True, help="Build also what would come out the same."),
    ):
        verb = option(verb)
    return verb
