"""What an HTTP answer means: whether it is data, comes later, is nothing new, or is no use at all."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx

from helpers.errors import SourceError
from helpers.messages import message, parts
from helpers.sources.download.partial import Partial

_LATER = {408, 425, 429, 500, 502, 503, 504}
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_QUOTED = 120


class Unavailable(SourceError):
    """A service gives no usable file; the sentence says what it did instead."""


class Passing(Exception):
    """A fault that may pass; ``retry_after`` is the number of seconds the service asks to wait."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def judge_status(response: httpx.Response, partial: Partial) -> Literal["received", "unchanged", "absent"]:
    """Tell what a status means.

    Raises
    ------
    Passing
        Try again.
    Unavailable
        Trying again does not help.
    """
    status = response.status_code
    if status in (200, 206):
        return "received"
    if status == 304:
        return "unchanged"
    if status in (404, 410):
        return "absent"
    if status == 416:
        partial.remove()
        raise Passing(message("download.part"), retry_after=0)
    if status in _LATER:
        raise Passing(
            message("download.passing_status", status=status), retry_after=_read_retry_after(response)
        )
    if status in (401, 403):
        raise Unavailable(**parts("download.refused", status=status, quoted=_quote(response)))
    raise Unavailable(**parts("download.status", status=status, quoted=_quote(response)))


def check_media_type(response: httpx.Response) -> None:
    """Refuse what says of itself that it is a page for people, or is packed in a way no reader knows.

    Raises
    ------
    Unavailable
        Open the address in a browser: it may ask to sign in, or have moved.
    """
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise _page(message("download.of_type", kind=kind))
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", ""):
        raise Unavailable(**parts("download.packing", packing=repr(packing)))


def check_start(response: httpx.Response, partial: Partial) -> int:
    """Return the byte the body begins at: where the part stopped, or 0 for a whole file.

    Raises
    ------
    Passing
        The range is another than was asked for: begun anew.
    """
    if response.status_code == 200:
        return 0
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    known = (response.headers.get("ETag"), response.headers.get("Last-Modified"))
    is_same = partial.validator in known or known == (None, None)
    if found is None or int(found[1]) != partial.size or not partial.size or not is_same:
        partial.remove()
        raise Passing(message("download.range"), retry_after=0)
    return int(found[1])


def check_length(response: httpx.Response, start: int, most: int, partial: Partial) -> int | None:
    """Return the size the whole file must have, as far as the answer tells.

    Raises
    ------
    Unavailable
        It is larger than may be.
    """
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if start and found:
        total = None if found[3] == "*" else int(found[3])
    else:
        announced = response.headers.get("Content-Length", "")
        total = int(announced) if announced.isdecimal() else None
    if total is not None and total > most:
        partial.remove()
        raise Unavailable(**parts("download.too_long", total=f"{total:,}", most=f"{most:,}"))
    return total


def refuse_page(partial: Partial) -> None:
    """Refuse a body that is a page for people whatever type it came under.

    Raises
    ------
    Unavailable
        As in :func:`check_media_type`.
    """
    with partial.path.open("rb") as stream:
        head = stream.read(2048)
    if _PAGE.match(head):
        partial.remove()
        raise _page(message("download.under_data"))


def _page(how: str) -> Unavailable:
    return Unavailable(**parts("download.page", how=how))


def _read_retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait: a number, or a date against the service's own clock."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        until, now = (parsedate_to_datetime(one) for one in (text, response.headers.get("Date", "")))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return None


def _quote(response: httpx.Response) -> str:
    """Beginning of what the service says, on one line."""
    try:
        head = next(response.iter_bytes(1024), b"")
    except httpx.HTTPError:
        return ""
    text = " ".join(re.sub(r"<[^>]*>|;", " ", head.decode("utf-8", "replace")).split())[:_QUOTED]
    return f": {text}" if text else ""
