"""A digest goes out over a real mail server with TLS and to web hooks on this machine; what was not taken is not told."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

import test_run_notify_services
from helpers.page import digest as page
from helpers.page.digest import Asked, Item
from helpers.run.departments import Department
from helpers.run.digest import Digest, Gathered, Memory, send, write
from mail_server import USER, WORD, Post, certificate, mail_server
from replay_server import serving
from test_run_notify import Mailbox
from test_run_notify_services import ROBOTS, Robot

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of apprise's own imports
robot = test_run_notify_services.robot  # the robots of this machine
TODAY = date(2026, 4, 25)
WATER, FOREST = "水行政主管部门", "林业和草原主管部门"


def rows(n: int = 2, department: str = WATER) -> list[Item]:
    cells = (
        "河湖“清四乱”覆盖率",
        "2026年3月",
        "2026年4月20日",
        "5",
        "应覆盖和已覆盖的河湖数；计算比例后填报。",
    )
    return [Item("late", department, ("owed", str(place)), cells, 5) for place in range(n)]


def digest(n: int = 2, lang: str = "zh", *, simulated: bool = False) -> Digest:
    asked = Asked(TODAY, 14, date(2026, 12, 31))
    gathered = Gathered("changchun", {WATER: rows(n)}, asked, "2026", lang, simulated, False)
    found = write(gathered, WATER, "changchun")
    assert found is not None
    return found


def told(
    memory: Memory, *addresses: str, one: Digest | None = None, today: date = TODAY
) -> tuple[int, list[int]]:
    return send(one or digest(), Department(WATER, "zh", addresses), memory, today=today, lang="zh")


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path, wait_days=7)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(paths: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(paths[0]))


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_a_mail_goes_encrypted_and_with_a_login_as_html_with_the_same_words_as_text(
    paths: tuple[Path, Path], trusted: None, memory: Memory, mode: str
) -> None:
    with mail_server(paths, mode) as post:
        assert told(memory, post.address(mode=mode)) == (1, [])
    assert (post.was_safe, post.logins) == ([True], [USER.encode()])
    (mail,) = post.mails
    assert mail["Subject"] == "长春市五大保卫战简报：水行政主管部门待办事项（2026-04-25）"
    assert mail["To"] == "office@example.org" and mail.get_content_type() == "multipart/alternative"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert text.replace("\r\n", "\n").strip() == digest().text.strip()
    assert html.count("<td") == 10 and html.count("<h1") == 1 and "style=" in html
    for cell in rows()[0].cells:
        assert cell in text and cell in html
    assert "<script" not in html and "http" not in html


@pytest.mark.parametrize(("lang", "mark"), [("zh", "示例数据（模拟）"), ("en", "Demonstration (simulated)")])
def test_a_mail_on_the_demonstration_is_marked_in_subject_html_and_text(
    paths: tuple[Path, Path], trusted: None, memory: Memory, lang: str, mark: str
) -> None:
    with mail_server(paths, "starttls") as post:
        assert told(memory, post.address(), one=digest(lang=lang, simulated=True)) == (1, [])
    (mail,) = post.mails
    text, html = (part.get_content() for part in mail.iter_parts())
    assert mark in mail["Subject"] and mark in text and mark in html
    assert page.text("simulated_note", lang) in html


def lost(post: Post, memory: Memory, *addresses: str) -> None:
    assert told(memory, *addresses) == (0, list(range(1, len(addresses) + 1)))
    assert post.mails == []


def test_a_wrong_password_and_a_refused_office_count_as_not_told(
    paths: tuple[Path, Path], trusted: None, memory: Memory
) -> None:
    with mail_server(paths, "starttls") as post:
        lost(post, memory, post.address(word="wrong"))
        assert post.logins == [USER.encode()] * len(post.logins) != []
        post.refused = {"nobody@example.org"}
        lost(post, memory, post.address(to="nobody@example.org"))
        assert told(memory, post.address(to="nobody@example.org,office@example.org")) == (0, [1]), (
            "one of two"
        )


def test_a_certificate_nobody_vouches_for_is_not_talked_to(paths: tuple[Path, Path], memory: Memory) -> None:
    for mode in ("starttls", "ssl"):
        with mail_server(paths, mode) as post:
            lost(post, memory, post.address(mode=mode))
            assert post.logins == [], "no password goes to a stranger"


def test_a_server_without_encryption_gets_neither_password_nor_mail(
    paths: tuple[Path, Path], trusted: None, memory: Memory
) -> None:
    with mail_server(paths, "none") as post:
        lost(post, memory, post.address(mode="starttls"), post.address(mode="ssl"))
        assert post.logins == []


def test_a_server_that_is_silent_or_gone_is_given_up(memory: Memory, trusted: None) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        post = Post()
        post.port = silent.getsockname()[1]
        lost(post, memory, post.address(more="&cto=0.2"), post.address(mode="ssl", more="&cto=0.2"))
    lost(post, memory, post.address(more="&cto=0.2"))


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield from serving(Mailbox())


def test_a_web_hook_gets_title_and_text_and_one_that_fails_is_tried_again(
    mailbox: Mailbox, memory: Memory
) -> None:
    mailbox.status = 500
    assert told(memory, mailbox.address) == (0, [1])
    mailbox.status = 200
    assert told(memory, mailbox.address) == (1, [])
    _, body = mailbox.received[-1]
    assert body["title"] == digest().title and body["message"] == digest().text
    assert told(memory, mailbox.address) == (0, []), "it was told"


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("wecombot", {"errcode": 93000, "errmsg": "invalid webhook url"}),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}),
    ],
)
def test_an_error_behind_a_200_is_not_told_and_tried_again(
    robot: Robot,
    memory: Memory,
    service: str,
    answer: dict,
) -> None:
    robot.answer = answer
    assert told(memory, ROBOTS[service]) == (0, [1])
    robot.answer = {"errcode": 0, "code": 0}
    assert told(memory, ROBOTS[service]) == (1, [])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_robot_of_2048_bytes_gets_a_digest_cut_at_a_sentence_with_where_the_rest_is(
    robot: Robot,
    memory: Memory,
    lang: str,
) -> None:
    one = digest(30, lang)
    assert send(one, Department(WATER, lang, (ROBOTS["wecombot"],)), memory, today=TODAY, lang=lang) == (
        1,
        [],
    )
    content = json.loads(robot.bodies[-1])["text"]["content"]
    assert 1500 < len(content.encode()) <= 2048 and content.endswith(page.text("pointer", lang))
    assert content.startswith(one.title)


def test_the_same_rows_are_told_once_a_day_and_again_as_a_reminder_when_the_days_have_passed(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    def again(days: int, n: int = 2, wait: int = 7) -> int:
        today = TODAY + timedelta(days=days)
        fresh = Memory(tmp_path, wait_days=wait)  # as the next run reads it
        return told(fresh, mailbox.address, one=digest(n), today=today)[0]

    assert [again(0), again(0), again(1), again(6), again(7), again(7)] == [1, 0, 0, 0, 1, 0]
    assert [again(8, 3), again(8, 3), again(9, 2)] == [1, 0, 1], "other rows are another digest"
    assert again(9, 2, wait=0) == 0 and again(10, 2, wait=0) == 1, "never twice on a day"
    kept = (tmp_path / "state" / "digests.json").read_text(encoding="utf-8")
    assert "127.0.0.1" not in kept and "s3cret" not in kept and WATER not in kept


def test_an_address_that_was_not_reached_is_tried_alone(mailbox: Mailbox, memory: Memory) -> None:
    gone = "json://127.0.0.1:9/s3cret-token"
    assert told(memory, mailbox.address, gone) == (1, [2])
    assert told(memory, mailbox.address, gone) == (0, [2])
    assert len(mailbox.received) == 1


def test_a_torn_memory_is_an_empty_one(mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    key = '{"address": 3}', '{"address": {"state": "no day"}}'
    for kept in ("{", "[1]", *key):
        (tmp_path / "state" / "digests.json").write_text(kept)
        assert told(Memory(tmp_path, wait_days=7), mailbox.address)[0] == 1
    torn = Memory(tmp_path, wait_days=7)
    for known in ({"a": 3}, {"a": {"s": "no day"}}, {"a": {"s": None}}):
        torn._known = known
        assert not torn.knows("a", "s", TODAY)


def test_no_secret_leaves_in_logs_or_on_the_screen(
    paths: tuple[Path, Path],
    memory: Memory,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with mail_server(paths, "starttls") as post:
        lost(post, memory, post.address(), f"json://127.0.0.1:9/{WORD}")
    out, err = capfd.readouterr()
    assert WORD not in out + err + caplog.text
