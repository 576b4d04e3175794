"""Messages go out on the occasions asked for; an address shows nowhere, and a message that is lost ends no run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from helpers.errors import ParameterError
from helpers.messages import parts
from helpers.run import notify
from helpers.run.history import Ran
from helpers.run.notify import Settings, send, take_settings, write_message
from replay_server import serving
from run_checkout import invoke, make_checkout

SECRET = "s3cret-token"
CHANGE = "蓝天保卫战2025年：PM2.5：由“进展正常”转为“存在风险”"


def ran(outcome: str = "ok", *, changes: tuple[str, ...] = (), errors: tuple[str, ...] = ()) -> Ran:
    counts = {"built": 2, "failed": 1} if errors else {"built": 2}
    return Ran("2025-11-24T06:30:00+00:00", "report", {}, outcome, 12.5, counts, changes, errors)


class Mailbox(HTTPServer):
    """A service on this machine that keeps what it is sent."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keeper)
        self.received: list[tuple[str, dict]] = []

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/{SECRET}"


class _Keeper(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield from serving(Mailbox())


def test_a_message_says_what_happened_in_the_language_of_the_report(mailbox: Mailbox) -> None:
    settings = Settings((mailbox.address,), ("failure", "change"))
    told = ran("failed", changes=(CHANGE,), errors=("changchun 2025 black_soil zh: no data",))
    assert send(settings, told, city="长春市", lang="zh") == ""
    ((path, message),) = mailbox.received
    assert path == f"/{SECRET}"
    assert message["title"] == "长春市五大保卫战简报：有失败"
    assert message["message"] == (
        f"生成2份，失败1份\n目标状态变化：\n- {CHANGE}\n失败原因：\n- changchun 2025 black_soil zh: no data"
    )
    assert write_message(ran(), city="Changchun", lang="en") == (
        "Changchun Five Battles briefings: run finished",
        "2 built",
    )


@pytest.mark.parametrize(
    ("outcome", "changes", "occasions", "is_told"),
    [
        ("ok", (), ("success",), True),
        ("ok", (), ("failure", "change"), False),
        ("ok", (CHANGE,), ("change",), True),
        ("failed", (), ("failure",), True),
        ("refused", (), ("failure",), True),
        ("failed", (), ("success", "change"), False),
        ("stopped", (), ("success", "failure", "change"), False),
    ],
)
def test_only_the_occasions_asked_for_are_told(
    mailbox: Mailbox, outcome: str, changes: tuple[str, ...], occasions: tuple[str, ...], is_told: bool
) -> None:
    send(Settings((mailbox.address,), occasions), ran(outcome, changes=changes), city="c", lang="en")
    assert len(mailbox.received) == is_told


def test_many_lines_are_cut() -> None:
    _, body = write_message(ran(changes=tuple(f"target {n}" for n in range(50))), city="c", lang="en")
    assert (len(body.splitlines()), body.splitlines()[-1]) == (23, "and 30 more")


def test_the_addresses_leave_the_environment_and_show_nowhere() -> None:
    environment = {
        notify.ADDRESSES: f" json://one/{SECRET}  json://two ",
        notify.OCCASIONS: "success, change",
    }
    settings = take_settings(environment)
    assert settings.addresses == (f"json://one/{SECRET}", "json://two")
    assert settings.occasions == ("success", "change")
    assert notify.ADDRESSES not in environment
    assert SECRET not in repr(settings)
    assert take_settings({}) == Settings()
    assert take_settings({notify.ADDRESSES: "json://one"}).occasions == ("failure", "change")


def test_an_unknown_occasion_is_refused_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match="did you mean failure") as refused:
        take_settings({notify.ADDRESSES: f"json://{SECRET}", notify.OCCASIONS: "failures"})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        f"json://127.0.0.1:9/{SECRET}",
        f"jsn://127.0.0.1/{SECRET}",
        f"wecombot://{SECRET}!",
        f"json://[::{SECRET}",
        SECRET,
    ],
)
def test_an_address_that_fails_is_counted_and_not_named(
    mailbox: Mailbox, address: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    said = send(Settings((mailbox.address, address), ("success",)), ran(), city="c", lang="en")
    assert said == "notification 2 of 2 did not go out; look at FIVE_BATTLES_NOTIFY and at the service"
    assert len(mailbox.received) == 1, "the others are told"
    out, err = capfd.readouterr()
    assert SECRET not in out + err + caplog.text


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of apprise's own imports
@pytest.mark.parametrize(
    "address",
    [
        "wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
        "dingtalk://aaaaaaaaaaaaaaaa",
        "feishu://aaaaaaaaaaaaaaaa",
        "mailtos://me:word@example.org",
    ],
)
def test_the_services_named_in_the_documents_are_known(address: str) -> None:
    from apprise import Apprise

    assert Apprise().add(address)


def test_a_run_tells_and_a_lost_message_leaves_it_as_it_is(
    mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    monkeypatch.setenv(notify.ADDRESSES, f"{mailbox.address} json://127.0.0.1:9/{SECRET}")
    monkeypatch.setenv(notify.OCCASIONS, "success")
    done = invoke("report", "--period", "2025", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "note: notification 2 of 2 did not go out" in done.stderr
    assert mailbox.received[0][1]["message"] == "1 built"
    assert notify.ADDRESSES not in os.environ
    mailbox.status = 500
    monkeypatch.setenv(notify.ADDRESSES, mailbox.address)
    assert "note: notification 1 of 1" in invoke("report", "--period", "2025", "--lang", "en").stderr
    written = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".jsonl" for path in written)
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]
    assert SECRET not in done.output + invoke("history").output


def test_a_refusal_of_a_period_is_told_in_the_language_of_the_message():
    told = str(
        ParameterError(
            **parts("periods.before_first", period="2001", city="x", first="2013-12-02", last="2026-05-31")
        )
    )
    one = ran("failed", errors=(f"blue_sky 2001: {told}", "a sentence of no list"))
    zh, en = (write_message(one, city="长春市", lang=lang)[1] for lang in ("zh", "en"))
    assert "- blue_sky 2001：时段2001早于x已有的全部资料" in zh and "- a sentence of no list" in zh
    assert f"- blue_sky 2001: {told}" in en
