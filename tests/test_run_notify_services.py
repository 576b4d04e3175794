"""What a service takes and what it answers: a robot's bound in bytes, an error behind a 200, page one as the body of a mail."""

from __future__ import annotations

import email
import json
import socketserver
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from helpers.page.mail import mail_body
from helpers.run.history import Ran
from helpers.run.notify import Settings, send, write_message
from helpers.run.notify_services import fit, names_error
from page_example import HOSTILE, report
from replay_server import serving
from run_checkout import invoke, make_checkout

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of apprise's own imports
ROBOTS = {
    "wecombot": "wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": "dingtalk://aaaaaaaaaaaaaaaa",
    "feishu": "feishu://aaaaaaaaaaaaaaaa",
}
LONG = tuple(
    f"蓝天保卫战2025年：第{n}项指标：由“进展正常”转为“存在风险”；请在下期简报前提出意见。" for n in range(40)
)


def ran(*changes: str, built: tuple[str, ...] = ()) -> Ran:
    return Ran("2025-11-24T06:30:00+00:00", "report", {}, "ok", 1.0, {"built": 1}, changes, (), built)


class Robot(HTTPServer):
    """A service on this machine that answers 200 and what it is told to in the body."""

    answer: object = {"errcode": 0, "errmsg": "ok"}

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Robot)
        self.bodies: list[bytes] = []


class _Robot(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answer).encode())

    def log_message(self, *_: object) -> None:
        return None


class Post(socketserver.TCPServer):
    """A mail server on this machine that keeps what it is given."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.mails: list[EmailMessage] = []


class _Post(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                given = b"".join(line.removeprefix(b".") for line in lines)
                self.server.mails.append(email.message_from_bytes(given, policy=default))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


@pytest.fixture
def robot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    """The services' own address is this machine's; no message waits for the one before it."""
    from apprise.plugins import dingtalk, feishu, wecombot

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for server in serving(Robot()):
        for plugin in (wecombot.NotifyWeComBot, dingtalk.NotifyDingTalk, feishu.NotifyFeishu):
            address = f"http://127.0.0.1:{server.server_port}/{{key}}{{token}}"
            kept = (
                {"key": "{key}", "token": ""}
                if plugin is wecombot.NotifyWeComBot
                else {"key": "", "token": "{token}"}
            )
            monkeypatch.setattr(plugin, "notify_url", address.format(**kept))
            monkeypatch.setattr(plugin, "request_rate_per_sec", 0)
        yield server


@pytest.fixture
def post() -> Iterator[Post]:
    yield from serving(Post())


def tell(address: str, one: Ran, lang: str = "zh") -> str:
    return send(Settings((address,), ("success",)), one, city="长春市", lang=lang)


# As the services document them: WeCom and DingTalk name errcode, Feishu code (or StatusCode in older answers).
@pytest.mark.parametrize(
    ("service", "answer", "is_told"),
    [
        ("wecombot", {"errcode": 0, "errmsg": "ok"}, True),
        ("wecombot", {"errcode": 93000, "errmsg": "invalid webhook url, hint: []"}, False),
        ("wecombot", {"errcode": 45009, "errmsg": "api freq out of limit"}, False),
        ("wecombot", {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}, False),
        ("dingtalk", {"errcode": 0, "errmsg": "ok"}, True),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, False),
        ("dingtalk", {"errcode": "300001", "errmsg": "token is not exist"}, False),
        ("feishu", {"code": 0, "msg": "success", "data": {}}, True),
        ("feishu", {"StatusCode": 0, "StatusMessage": "success", "Extra": None}, True),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found", "data": {}}, False),
        ("feishu", {"StatusCode": 19001, "StatusMessage": "param invalid"}, False),
    ],
)
def test_a_service_that_answers_200_with_an_error_code_counts_as_not_told(
    robot: Robot, service: str, answer: object, is_told: bool
) -> None:
    robot.answer = answer
    said = tell(ROBOTS[service], ran())
    assert len(robot.bodies) == 1
    assert said == (
        ""
        if is_told
        else "notification 1 of 1 did not go out; look at FIVE_BATTLES_NOTIFY and at the service"
    )


@pytest.mark.parametrize(
    ("answer", "is_error"),
    [
        ({"code": 200, "msg": "请求成功"}, False),
        ({"ok": False, "error": "invalid_auth"}, True),
        ({"success": True}, False),
        ({"code": "E1", "errcode": None}, False),
        (["errcode", 1], False),
        ("ok", False),
    ],
)
def test_only_a_code_that_means_an_error_is_one(answer: object, is_error: bool) -> None:
    assert names_error(answer) is is_error


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("service", "most"), [("wecombot", 2048), ("dingtalk", 20_000), ("feishu", 20_000)])
def test_a_long_text_is_cut_at_a_sentence_to_what_the_service_takes(
    robot: Robot, service: str, most: int, lang: str
) -> None:
    many = tuple(text * 20 for text in LONG)
    assert tell(ROBOTS[service], ran(*many), lang) == ""
    (body,) = robot.bodies
    sent = json.loads(body)
    text = sent["text"]["content"] if "text" in sent else sent["content"]["text"]
    assert len(text.encode() if service == "wecombot" else body) <= most
    title, whole = write_message(ran(*many), city="长春市", lang=lang)
    kept, _, pointer = text.removeprefix(f"{title}\r\n").rpartition("\n")
    assert whole.startswith(kept) and kept[-1] in "。；" and "reports/index.html" in pointer
    assert len(text.encode()) > 0.7 * (2048 if service == "wecombot" else 9_500), "it is not cut short"


def test_what_fits_is_not_touched_and_a_text_without_sentences_is_cut_at_a_character() -> None:
    assert fit("一句。", 9, "…") == "一句。"
    assert fit("一二三四五六", 16, "余") == "一二三四\n余"
    assert len(fit("字" * 5000, 2048, "见目录").encode()) <= 2048


def test_a_mail_brings_page_one_as_html_with_the_same_words_as_text_beside_it(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_checkout(tmp_path, monkeypatch, "plain")
    folder = home / "reports" / "changchun" / "2025"
    folder.mkdir(parents=True)
    (folder / "overview.zh.html").write_text(report("zh").html, encoding="utf-8")
    names = ("changchun 2024 overview zh", "changchun 2025 overview zh", "changchun 2025 blue_sky zh", "x")
    address = f"mailto://127.0.0.1:{post.server_address[1]}?from=a@example.org&to=b@example.org&mode=insecure"
    assert tell(address, ran("一项变化", built=names)) == ""
    (mail,) = post.mails
    assert mail["Subject"] == "长春市五大保卫战简报：运行完成"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    whole, lines = mail_body(report("zh").html)
    assert whole in html and "一项变化" in html
    assert text.replace("\r\n", "\n").rstrip("\n").endswith(lines) and "一项变化" in text
    assert "臭氧日最大8小时平均第90百分位 | 142 μg/m³ | ≤135μg/m³（2025年） | 高7 | ✕未达成" in lines


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_body_of_a_mail_says_all_of_page_one_and_nothing_that_leads_or_runs(lang: str) -> None:
    made = report(lang)
    html, text = mail_body(made.html)
    squeezed = "".join(text.split())
    for section in made.document.sections:
        if section["slot"] == "page-one":
            assert section["title"] in text
            for part in section["parts"]:
                assert all("".join(item["text"].split()) in squeezed for item in part.get("items", ()))
    for lack in ("<svg", "<style", "<script", "href=", "class=", "var(", "url(", HOSTILE):
        assert lack not in html
    assert len(html.encode()) < 100_000, "mail programs cut longer bodies"
    assert mail_body("<html><main>no page one</main></html>") == ("", "")


def test_a_run_mails_the_page_it_has_built(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_checkout(tmp_path, monkeypatch, "plain")
    address = f"mailto://127.0.0.1:{post.server_address[1]}?from=a@example.org&to=b@example.org&mode=insecure"
    monkeypatch.setenv("FIVE_BATTLES_NOTIFY", address)
    monkeypatch.setenv("FIVE_BATTLES_NOTIFY_ON", "success")
    done = invoke("report", "--period", "2025", "--lang", "en")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    text, html = (part.get_content() for part in post.mails[0].iter_parts())
    assert "1 built" in text and "<h1" in html
