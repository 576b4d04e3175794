"""The one HTTP client of the suite: patient, bounded, able to resume, and blind to nothing.

A request is tried again after what may pass (no connection, a stall, a body cut short, HTTP 408, 425, 429 and
5xx), waiting twice as long each time, with jitter, or as long as ``Retry-After`` says. What has arrived stays
in ``NAME.part`` and is continued by ``Range`` under ``If-Range``, so that two editions are never joined.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx

from helpers.messages import message, parts
from helpers.sources.download.answers import (
    Passing,
    Unavailable,
    check_length,
    check_media_type,
    check_start,
    judge_status,
    refuse_page,
)
from helpers.sources.download.keys import Keys
from helpers.sources.download.partial import Partial

_REDIRECTS = 5


@dataclass(frozen=True)
class Limits:
    """How long and how much one file may take. Seconds and bytes."""

    connect_seconds: float = 10
    read_seconds: float = 60
    total_seconds: float = 900
    attempts: int = 5
    first_wait_seconds: float = 1
    longest_wait_seconds: float = 120
    bytes: int = 1 << 30


@dataclass(frozen=True)
class Query:
    """What is asked for.

    ``form`` makes it a POST. ``secret_headers`` and a key inside the address never leave for another host.
    ``etag`` and ``last_modified`` are those of the edition already here.
    """

    url: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Answer:
    """What came: a new file, nothing new (304), or nothing (404); the address is cleared of keys."""

    state: Literal["received", "unchanged", "absent"]
    url: str
    etag: str = ""
    last_modified: str = ""


class Client:
    """Fetches files one after another; use it as a context.

    Parameters
    ----------
    keys
        Clears every message of keys.
    sleep, monotonic, jitter
        Waiting, a stopwatch, and the source of jitter; tests put their own in their place.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: random.Random | None = None,
    ) -> None:
        self._keys, self._limits = keys, limits or Limits()
        self._sleep, self._monotonic, self._jitter = sleep, monotonic, jitter or random.Random()
        timeout = httpx.Timeout(self._limits.read_seconds, connect=self._limits.connect_seconds)
        # Bytes as they lie on the server: a range of a compressed transfer could not be continued.
        self._http = httpx.Client(
            timeout=timeout, headers={"User-Agent": "five-battles", "Accept-Encoding": "identity"}
        )
        self._log_guard = keys.out_of_logs()

    def __enter__(self) -> Client:
        self._log_guard.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._log_guard.__exit__(None, None, None)

    def fetch(self, query: Query, into: Path) -> Answer:
        """Fetch one file; ``into`` appears only when it is whole.

        Raises
        ------
        Unavailable
            The service refuses, sends a page for people, sends too much, or does not answer within the
            attempts and the time. The sentence says which; what has arrived is continued next time.
        """
        into.parent.mkdir(parents=True, exist_ok=True)
        deadline = self._monotonic() + self._limits.total_seconds
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._try(query, into, deadline)
            except Passing as fault:
                self._wait_or_give_up(query, fault, attempt, deadline)
            except Unavailable as fault:
                raise self._unavailable(query, fault.found, fault.remedy) from None
            except (httpx.InvalidURL, httpx.UnsupportedProtocol):
                raise self._unavailable(query, **parts("download.address")) from None

    def _wait_or_give_up(self, query: Query, fault: Passing, attempt: int, deadline: float) -> None:
        """Wait before the next attempt, unless it was the last or the wait is longer than we may."""
        limits, key = self._limits, "download.attempts"
        wait = self._next_wait(attempt) if fault.retry_after is None else fault.retry_after
        if wait > limits.longest_wait_seconds or self._monotonic() + wait > deadline:
            key = "download.long_wait"
        if key == "download.long_wait" or attempt == limits.attempts:
            tried = {"fault": fault, "attempt": attempt, "most": limits.attempts, "wait": f"{wait:.0f}"}
            raise self._unavailable(query, **parts(key, **tried)) from None
        self._sleep(wait)

    def _next_wait(self, attempt: int) -> float:
        """Seconds before the next attempt: twice as long each time, less a random part."""
        longest = self._limits.first_wait_seconds * 2 ** (attempt - 1)
        return min(longest, self._limits.longest_wait_seconds) * self._jitter.uniform(0.5, 1)

    def _try(self, query: Query, into: Path, deadline: float) -> Answer:
        partial = Partial.of(into, url=self._shown(query))
        conditions = partial.headers() or _conditions(query)
        try:
            response = self._send(query, conditions)
        except httpx.UnsupportedProtocol:
            raise
        except httpx.TimeoutException:
            raise Passing(message("download.no_answer")) from None
        except httpx.TransportError:
            raise Passing(message("download.no_connection")) from None
        try:
            state = judge_status(response, partial)
            answer = Answer(
                state,
                self._shown(query),
                response.headers.get("ETag", ""),
                response.headers.get("Last-Modified", ""),
            )
            if state == "received":
                self._save(response, partial, answer, deadline)
                os.replace(partial.path, into)
                partial.forget()
        finally:
            response.close()
        return answer

    def _send(self, query: Query, conditions: Mapping[str, str]) -> httpx.Response:
        """Send it, following redirects that stay safe."""
        request = self._http.build_request(
            "GET" if query.form is None else "POST",
            query.url,
            params=dict(query.parameters) or None,
            data=None if query.form is None else dict(query.form),
            headers={**query.secret_headers, **conditions},
        )
        has_key = self._keys.redact(query.url) != query.url or bool(query.secret_headers)
        for _ in range(_REDIRECTS):
            response = self._http.send(request, stream=True)
            following = response.next_request
            if following is None:
                return response
            response.close()
            is_other = (following.url.scheme, following.url.netloc) != (
                request.url.scheme,
                request.url.netloc,
            )
            if (has_key and is_other) or (request.url.scheme == "https" and following.url.scheme != "https"):
                raise Unavailable(**parts("download.sent_on", host=following.url.host))
            request = following
        raise Unavailable(**parts("download.redirects", n=_REDIRECTS))

    def _save(self, response: httpx.Response, partial: Partial, answer: Answer, deadline: float) -> None:
        """Write the body to the partial file, from where it stopped or from the start."""
        check_media_type(response)
        start = check_start(response, partial)
        total = check_length(response, start, self._limits.bytes, partial)
        partial.begin(start, answer.etag, answer.last_modified)
        size = start
        with partial.path.open("ab") as stream:
            try:
                for block in response.iter_raw():
                    size += len(block)
                    if size > self._limits.bytes:
                        stream.close()
                        partial.remove()
                        raise Unavailable(**parts("download.more_bytes", most=f"{self._limits.bytes:,}"))
                    stream.write(block)
                    if self._monotonic() > deadline:
                        seconds = f"{self._limits.total_seconds:.0f}"
                        raise Unavailable(**parts("download.slow", size=f"{size:,}", seconds=seconds))
            except httpx.TimeoutException:
                raise Passing(message("download.stalled", size=f"{size:,}")) from None
            except httpx.TransportError:
                raise Passing(message("download.broke_off", size=f"{size:,}")) from None
        if total is not None and size != total:
            partial.remove()
            raise Passing(message("download.cut", size=f"{size:,}", total=f"{total:,}"))
        refuse_page(partial)

    def _shown(self, query: Query) -> str:
        """Address with its parameters, cleared of keys; a form is written as parameters too."""
        parameters = {**query.parameters, **(query.form or {})}
        url = httpx.URL(query.url, params=parameters) if parameters else httpx.URL(query.url)
        return self._keys.redact(str(url))

    def _unavailable(self, query: Query, found: str, remedy: str) -> Unavailable:
        try:
            where = self._shown(query)
        except (httpx.InvalidURL, ValueError):
            where = self._keys.redact(query.url)
        return Unavailable(self._keys.redact(found), where=where, remedy=remedy)


def _conditions(query: Query) -> dict[str, str]:
    """Headers that ask for the file only if it is another than the edition already here."""
    conditions = {"If-None-Match": query.etag, "If-Modified-Since": query.last_modified}
    return {name: value for name, value in conditions.items() if value}
