"""Keep the log of a run from its first moment to its last, however it ends, and tell who wants to know."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from helpers.errors import SuiteError
from helpers.run import faults, notify, screen
from helpers.run.history import RunLog


@contextmanager
def watched(verb: str, asked: Mapping[str, Any]) -> Iterator[RunLog]:
    """Give a log to write into; at the end it is closed and sent to those the environment names.

    Parameters
    ----------
    verb
        ``report`` or ``data``.
    asked
        Options of the run, of which ``city`` and ``langs`` choose the words of a message.

    Raises
    ------
    ParameterError
        ``FIVE_BATTLES_NOTIFY_ON`` holds an unknown word.
    """
    settings = notify.take_settings(os.environ)
    log = RunLog(verb, asked)
    outcome, error, detail = "failed", "", ""
    try:
        yield log
        outcome = "failed" if log.has_failures else "ok"
    except KeyboardInterrupt:
        outcome = "stopped"
        raise
    except SuiteError as refusal:
        outcome, error = "refused", str(refusal)
        raise
    except Exception as fault:
        error, detail = faults.sentence(fault), faults.detail(fault)
        raise
    finally:
        ran = log.end(outcome, error, detail=detail)
        if settings.addresses:  # the name of the city takes a third of a second to read
            lost = notify.send(settings, ran, city=_city_name(asked), lang=_language(asked))
            if lost:
                click.echo(screen.say("note", told=screen.told(lost)), err=True)


def _language(asked: Mapping[str, Any]) -> str:
    given = (*asked.get("langs", ()), "zh")
    return next(lang for lang in given if lang in ("zh", "en"))


def _city_name(asked: Mapping[str, Any]) -> str:
    """Name of the city in the language of the message; as it was asked for where its facts cannot be read."""
    from helpers import registry

    try:
        return getattr(registry.city(asked["city"]), f"name_{_language(asked)}")
    except SuiteError:
        return asked["city"]
