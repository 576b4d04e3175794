"""Keys of data services: taken from the environment, sent to the service, and never shown anywhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from helpers.errors import ParameterError
from helpers.messages import parts

_KEY = re.compile(r"[A-Za-z0-9_.~-]{8,256}")  # what needs no quoting in an address or a header
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")


class Keys:
    """Keys that were handed out, so that every text that leaves can be cleared of them.

    Parameters
    ----------
    environment
        Where keys are looked up by name: ``os.environ``.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._given: dict[str, str] = {}

    def has(self, name: str) -> bool:
        """Whether the environment holds the key."""
        return bool(self._environment.get(name, "").strip())

    def get(self, name: str) -> str:
        """Return a key.

        Raises
        ------
        ParameterError
            It is not set, or holds characters no key has. Set it in the environment of the run.
        """
        value = self._environment.get(name, "").strip()
        if not _KEY.fullmatch(value):
            key = "download.no_key" if value else "download.not_set"
            raise ParameterError(where="environment", **parts(key, name=name, n=len(value)))
        self._given[name] = value
        return value

    def redact(self, text: str) -> str:
        """Put ``{NAME}`` in the place of every key that was handed out."""
        for name, value in self._given.items():
            text = text.replace(value, f"{{{name}}}")
        return text

    @contextmanager
    def out_of_logs(self) -> Iterator[None]:
        """Clear what the HTTP library logs meanwhile: it writes whole addresses at level INFO."""

        def clear(record: logging.LogRecord) -> bool:
            record.msg, record.args = self.redact(record.getMessage()), ()
            return True

        loggers = [logging.getLogger(name) for name in _LOGGERS]
        for logger in loggers:
            logger.addFilter(clear)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeFilter(clear)
