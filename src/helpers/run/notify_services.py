"""Hand a message to one address over apprise: cut to what the service takes, with page one where it is a mail.

A robot of WeCom, DingTalk or Feishu answers 200 whatever it thinks of a message; what became of it stands in the body
(``{"errcode": 93000, …}``, ``{"errcode": 310000, …}``, ``{"code": 19024, …}``). Of these apprise reads Feishu's alone,
so every answer is heard here, and one that names an error counts as not told.
"""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MOST_BYTES: Mapping[str, int] = {"wecombot": 2048, "dingtalk": 9_500, "feishu": 9_500, "lark": 9_500}
"""UTF-8 bytes a service takes. WeCom: 2,048 of a text (developer.work.weixin.qq.com, 群机器人配置说明). DingTalk and Feishu:
20,000 of a request, in which a Chinese character of three bytes may take six."""
_SENTENCE_END = re.compile(r"\n|[。；！？]|[.;!?] ")
_GOOD_CODES = range(200, 300)  # what Bark, PushPlus and others call ``code`` is the status of HTTP
_MOST_SEEN = 100_000


@dataclass(frozen=True)
class Message:
    """What is told: title and text; for a mail page one as HTML and as text (both may be empty); where the rest stands.

    ``is_page`` says that the page is all a mail has to say: the text is not put before it.
    """

    title: str
    text: str
    page: str = ""
    page_text: str = ""
    pointer: str = ""
    is_page: bool = False


def is_address(address: str) -> bool:
    """Whether an address is one that can be told at; nothing is sent, and what is wrong with it is shown nowhere."""
    try:
        from apprise import Apprise

        with silence():
            return bool(Apprise().add(address))
    except Exception:
        return False


def tell(address: str, message: Message) -> bool:
    """Tell one address; whether it was told.

    No exception leaves: its text may hold the address, and a message that is lost must not end the run.
    """
    try:
        from apprise import Apprise

        named = Apprise()
        if not named.add(address):
            return False
        told = [_tell_one(service, message) for service in named]
        return all(told)
    except Exception:
        return False


@contextmanager
def silence() -> Iterator[None]:
    """Keep every logger and warning quiet meanwhile: HTTP libraries write whole addresses."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def fit(text: str, most: int, pointer: str) -> str:
    """Cut a text to so many UTF-8 bytes at the end of a sentence, and say where the rest stands.

    Examples
    --------
    >>> print(fit("One is long. Two is longer. Three is not.", 40, "More: index"))
    One is long. Two is longer.
    More: index
    """
    if len(text.encode()) <= most:
        return text
    room = most - len(f"\n{pointer}".encode())
    cut = text.encode()[: max(room, 0)].decode(errors="ignore")
    ends = [match.end() for match in _SENTENCE_END.finditer(cut)]
    return f"{cut[: ends[-1]].rstrip() if ends else cut}\n{pointer}"


def names_error(answer: object) -> bool:
    """Whether the body of an answer, read from JSON, names an error."""
    if not isinstance(answer, dict):
        return False
    if any(answer.get(key) is False for key in ("ok", "success")):
        return True
    if any(_number(answer.get(key)) for key in ("errcode", "StatusCode")):
        return True
    code = _number(answer.get("code"))
    return bool(code) and code not in _GOOD_CODES


def _tell_one(service: Any, message: Message) -> bool:
    """Tell one service of an address; ``service`` is a plugin of apprise."""
    from apprise import Apprise, NotifyFormat

    one = Apprise()
    one.add(service)
    schemes = _schemes(service)
    if message.page and schemes & {"mailto", "mailtos"}:
        text = message.page_text if message.is_page else f"{message.text}\n\n{message.page_text}"
        with _text_beside(text):
            return bool(one.notify(title=message.title, body=_html(message), body_format=NotifyFormat.HTML))
    bounds = [MOST_BYTES[scheme] for scheme in schemes if scheme in MOST_BYTES]
    text = message.text
    if bounds:
        text = fit(text, min(bounds) - len(f"{message.title}\r\n".encode()), message.pointer)
    with _hearing() as refused:
        told = one.notify(title=message.title, body=text, body_format=NotifyFormat.TEXT)
    return bool(told) and not any(refused)


def _schemes(service: Any) -> set[str]:
    """Schemes of the addresses a plugin answers to."""
    found: set[str] = set()
    for given in (getattr(service, "protocol", None), getattr(service, "secure_protocol", None)):
        found |= {given} if isinstance(given, str) else set(given or ())
    return found


def _html(message: Message) -> str:
    from html import escape

    if message.is_page:
        return message.page
    return f"<p>{escape(message.text).replace(chr(10), '<br>')}</p><hr>{message.page}"


@contextmanager
def _hearing() -> Iterator[list[bool]]:
    """Note of each answer that comes meanwhile whether it names an error."""
    from requests import Session

    refused: list[bool] = []
    send = Session.send

    def listen(session: Any, request: Any, **options: Any) -> Any:
        answer = send(session, request, **options)
        refused.append(_names_error(answer.content))
        return answer

    with _replaced(Session, "send", listen):
        yield refused


def _names_error(content: bytes) -> bool:
    try:
        return names_error(json.loads(content[:_MOST_SEEN]))
    except ValueError:
        return False  # no JSON: the status of HTTP is all there is, and apprise has seen it


@contextmanager
def _text_beside(text: str) -> Iterator[None]:
    """Let a mail's text part be ours: what apprise makes of a table is a line a cell."""
    from apprise.plugins.email import base

    with _replaced(base, "convert_between", lambda *_, **__: text):
        yield


@contextmanager
def _replaced(owner: Any, name: str, value: Callable[..., Any]) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _number(value: object) -> int:
    """A code as a number; 0 where there is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return 0
    return int(value) if str(value).lstrip("-").isdigit() else 0
