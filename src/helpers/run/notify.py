"""Tell people how a run ended: over apprise (WeCom, DingTalk, Feishu, mail, …), off unless the environment names whom.

``FIVE_BATTLES_NOTIFY`` holds the addresses, apart by spaces; they are secrets, so they are taken out of the environment
when the run begins and stand in no log, page, message or exception. ``FIVE_BATTLES_NOTIFY_ON`` chooses among ``success``,
``failure`` and ``change`` (of a target's status). What goes wrong in telling never changes how the run ends. A mail also
brings page one of the report to read first (:mod:`helpers.page.mail`).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.messages import in_language, message
from helpers.periods import Period
from helpers.run import notify_services as services
from helpers.run.history import Ran
from helpers.run.jobs import WHOLE

ADDRESSES, OCCASIONS = "FIVE_BATTLES_NOTIFY", "FIVE_BATTLES_NOTIFY_ON"
DEPARTMENTS = "FIVE_BATTLES_DEPARTMENTS"
SECRETS = (ADDRESSES, DEPARTMENTS)
"""Variables that hold addresses, or may: each verb takes them out of the environment, whether it needs them or not."""
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
    environment.pop(DEPARTMENTS, None)  # of the verb digest alone, which has taken it out by now
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
    title, text = write_message(ran, city=city, lang=lang)
    told_of = services.Message(title, text, *_page_one(ran, lang), pointer=_words()[lang]["pointer"])
    with services.silence():
        told = [services.tell(address, told_of) for address in settings.addresses]
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


def _page_one(ran: Ran, lang: str) -> tuple[str, str]:
    """Page one of the report to read first, as HTML and as text: the latest overview, else the latest that was built."""
    from helpers.page.mail import mail_body

    for path in sorted(_pages(ran, lang), key=_first_to_read, reverse=True):
        try:
            return mail_body(path.read_text(encoding="utf-8"))
        except OSError:  # the message goes without it
            continue
    return "", ""


def _pages(ran: Ran, lang: str) -> list[Path]:
    """Published pages of the reports a run built in a language, from their names on its log."""
    names = [name.split() for name in ran.built if ran.verb == "report"]
    return [
        paths.reports() / name[0] / name[1] / f"{name[2]}.{lang}.html"
        for name in names
        if len(name) == 4 and name[3] == lang
    ]


def _first_to_read(page: Path) -> tuple[bool, date, date, str]:
    period = Period.parse(page.parent.name)
    return page.name.startswith(f"{WHOLE}."), period.end, period.start, page.name


@cache
def _words() -> dict[str, Any]:
    import yaml

    return yaml.safe_load((files("helpers.run") / "notify.yml").read_text(encoding="utf-8"))
