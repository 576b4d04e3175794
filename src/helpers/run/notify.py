"""Tell people how a run ended: over apprise (WeCom, DingTalk, Feishu, mail, …), off unless the environment names whom.

``FIVE_BATTLES_NOTIFY`` holds the addresses, apart by spaces; they are secrets, so they are taken out of the environment
when the run begins and stand in no log, page, message or exception. ``FIVE_BATTLES_NOTIFY_ON`` chooses among ``success``,
``failure`` and ``change`` (of a target's status). What goes wrong in telling never changes how the run ends.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from helpers.messages import in_language, message
from helpers.run.history import Ran

ADDRESSES, OCCASIONS = "FIVE_BATTLES_NOTIFY", "FIVE_BATTLES_NOTIFY_ON"
KNOWN = ("success", "failure", "change")
_DEFAULT = "failure,change"
_MOST_LINES = 20


@dataclass(frozen=True)
class Settings:
    """Whom to tell and when; the addresses show nowhere, not even in ``repr``."""

    addresses: tuple[str, ...] = field(default=(), repr=False)
    occasions: tuple[str, ...] = ()


def take_settings(environment: MutableMapping[str, str]) -> Settings:
    """Read the settings and take the addresses out of the environment, so that nothing started later holds them.

    Raises
    ------
    ParameterError
        An occasion is unknown; the nearest is named.
    """
    addresses = tuple(environment.pop(ADDRESSES, "").split())
    words = environment.get(OCCASIONS, _DEFAULT).replace(",", " ").split()
    if not addresses:
        return Settings()
    from helpers.run.parameters import one_of

    return Settings(addresses, tuple(one_of(OCCASIONS, word, KNOWN) for word in words))


def occasions_of(ran: Ran) -> tuple[str, ...]:
    """What a run gives occasion to tell; nothing where the operator stopped it."""
    found = {"ok": ("success",), "failed": ("failure",), "refused": ("failure",)}.get(ran.outcome, ())
    return (*found, "change") if ran.changes else found


def send(settings: Settings, ran: Ran, *, city: str, lang: str) -> str:
    """Tell everybody how a run ended, where it is an occasion.

    Returns
    -------
    "" when all were told or there was no occasion; else one line that names no address.
    """
    if not settings.addresses or not set(settings.occasions) & set(occasions_of(ran)):
        return ""
    title, body = write_message(ran, city=city, lang=lang)
    with _silence():
        told = [_send_one(address, title, body) for address in settings.addresses]
    lost = [str(number) for number, is_told in enumerate(told, start=1) if not is_told]
    if not lost:
        return ""
    said = message("notify.lost", numbers=", ".join(lost), total=len(told))
    return f"{said}; {message('notify.look', name=ADDRESSES)}"


def write_message(ran: Ran, *, city: str, lang: str) -> tuple[str, str]:
    """Write title and text of a message from ``notify.yml``."""
    words = _words()[lang]
    counts = [
        words["count"].format(number=number, status=words["statuses"].get(status, status))
        for status, number in ran.counts.items()
    ]
    title = words["title"].format(city=city, outcome=words["outcomes"][ran.outcome])
    lines = [words["join"].join(counts) or words["nothing"]]
    for head, texts in ((words["changes"], ran.changes), (words["errors"], ran.errors)):
        if texts:
            lines += [head, *(f"- {in_language(text, lang)}" for text in texts[:_MOST_LINES])]
            if len(texts) > _MOST_LINES:
                lines.append(words["more"].format(number=len(texts) - _MOST_LINES))
    return title, "\n".join(lines)


def _send_one(address: str, title: str, body: str) -> bool:
    try:
        from apprise import Apprise

        service = Apprise()
        return bool(service.add(address) and service.notify(title=title, body=body))
    except Exception:  # its text may hold the address, and a message that is lost must not end the run
        return False


@contextmanager
def _silence() -> Iterator[None]:
    """Keep every logger and warning quiet meanwhile: HTTP libraries write whole addresses."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


@cache
def _words() -> dict[str, Any]:
    import yaml

    return yaml.safe_load((files("helpers.run") / "notify.yml").read_text(encoding="utf-8"))
