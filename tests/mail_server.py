"""A real mail server on 127.0.0.1 with TLS and a login, and a certificate made for it; nothing leaves the machine."""

from __future__ import annotations

import email
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, WORD = "briefing", "s3cret-word"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 signed by itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    paths = folder / "server.pem", folder / "server.key"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*command.split(), "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths


class Post:
    """What the server was given: mails, whether each came over TLS after a login, and names that tried to log in."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.was_safe: list[bool] = []
        self.logins: list[bytes] = []
        self.refused: set[str] = set()
        self.port = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such office"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        is_encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.was_safe.append(is_encrypted and bool(session.authenticated))
        return "250 OK"

    def check(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        is_right = (data.login, data.password) == (USER.encode(), WORD.encode())
        return AuthResult(success=is_right, handled=False)

    def address(
        self, *, word: str = WORD, to: str = "office@example.org", mode: str = "starttls", more: str = ""
    ) -> str:
        """Address of apprise for this server."""
        return (
            f"mailtos://{USER}:{word}@127.0.0.1:{self.port}"
            f"?from=briefing@example.org&to={to}&mode={mode}{more}"
        )


@contextmanager
def mail_server(paths: tuple[Path, Path], mode: str) -> Iterator[Post]:
    """Serve: ``starttls``, ``ssl`` from the first byte, or ``none``, which offers no encryption at all."""
    post = Post()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*paths)
    options: dict[str, Any] = {"authenticator": post.check, "auth_required": mode == "starttls"}
    if mode == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    elif mode == "ssl":
        options |= {"ssl_context": context, "auth_require_tls": False}
    server = Controller(post, hostname="127.0.0.1", port=_free_port(), **options)
    post.port = server.port
    server.start()
    try:
        yield post
    finally:
        server.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
