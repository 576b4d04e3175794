"""The HTTP client against a server that stalls, cuts, refuses, asks to wait, and sends pages instead of data."""

from __future__ import annotations

import json
import logging
import random

import pytest

from helpers.errors import ParameterError
from helpers.sources.download.answers import Unavailable
from helpers.sources.download.client import Client, Limits, Query
from helpers.sources.download.keys import Keys
from replay_server import Asked, ReplayServer, Reply

BODY = bytes(range(256)) * 400
KEY = "s3cret-key_0123456789"
LIMITS = Limits(connect_seconds=2, read_seconds=0.3, total_seconds=30, attempts=4)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ReplayServer().running() as replay:
        yield replay


@pytest.fixture
def waits():
    return []


@pytest.fixture
def client(waits):
    with Client(Keys({"K": KEY}), limits=LIMITS, sleep=waits.append, jitter=random.Random(1)) as one:
        yield one


def test_a_whole_file_arrives_with_what_is_needed_to_ask_again(server, client, tmp_path):
    url = server.script("/a.csv", Reply(BODY, etag='"v1"', last_modified="Wed, 01 Jan 2025 00:00:00 GMT"))
    answer = client.fetch(Query(url, {"day": "2025-01-01"}), tmp_path / "deep" / "a.csv")
    assert (answer.state, answer.etag) == ("received", '"v1"')
    assert answer.last_modified == "Wed, 01 Jan 2025 00:00:00 GMT"
    assert answer.url == f"{url}?day=2025-01-01"
    assert (tmp_path / "deep" / "a.csv").read_bytes() == BODY
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.csv"]
    assert server.requests[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "known", [{"etag": '"v1"'}, {"last_modified": "Wed, 01 Jan 2025 00:00:00 GMT"}], ids=["etag", "date"]
)
def test_an_edition_already_here_is_not_sent_again(server, client, tmp_path, known):
    url = server.script("/a", Reply(BODY, etag='"v1"', last_modified="Wed, 01 Jan 2025 00:00:00 GMT"))
    assert client.fetch(Query(url, **known), tmp_path / "a").state == "unchanged"
    assert not (tmp_path / "a").exists()


def test_what_is_not_there_is_absent(server, client, tmp_path, waits):
    assert client.fetch(Query(f"{server.base}/none"), tmp_path / "a").state == "absent"
    assert waits == []


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_waiting_longer_each_time(server, client, tmp_path, waits, status):
    url = server.script("/a", Reply(status=status), Reply(status=status), Reply(status=status), Reply(BODY))
    assert client.fetch(Query(url), tmp_path / "a").state == "received"
    assert len(waits) == 3
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits))


def test_it_gives_up_after_the_last_attempt_and_says_so(server, client, tmp_path, waits):
    url = server.script("/a", Reply(status=500))
    with pytest.raises(Unavailable, match=r"HTTP 500 \(attempt 4 of 4\); run it again later"):
        client.fetch(Query(url), tmp_path / "a")
    assert (len(server.requests), len(waits)) == (4, 3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "17"},
        {"Retry-After": "Wed, 01 Jan 2025 00:00:17 GMT", "Date": "Wed, 01 Jan 2025 00:00:00 GMT"},
    ],
    ids=["seconds", "date"],
)
def test_it_waits_as_long_as_the_service_asks(server, tmp_path, waits, headers):
    limits = Limits(attempts=2, read_seconds=1)
    url = server.script("/a", Reply(status=429, headers=headers), Reply(BODY))
    with Client(Keys({}), limits=limits, sleep=waits.append) as client:
        client.fetch(Query(url), tmp_path / "a")
    assert waits == [17]


def test_a_wait_longer_than_we_may_ends_it_at_once(server, client, tmp_path, waits):
    url = server.script("/a", Reply(status=503, headers={"Retry-After": "3600"}))
    with pytest.raises(Unavailable, match="to be asked again in 3600 s at the earliest"):
        client.fetch(Query(url), tmp_path / "a")
    assert waits == []


def test_a_cut_transfer_is_continued_where_it_stopped(server, client, tmp_path):
    url = server.script("/a", Reply(BODY, etag='"v1"', cut_after=70_000), Reply(BODY, etag='"v1"'))
    client.fetch(Query(url), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    second = server.requests[1].headers
    assert second["If-Range"] == '"v1"'
    assert 0 < int(second["Range"].removeprefix("bytes=").rstrip("-")) <= 70_000


def test_a_part_is_continued_by_a_later_run(server, tmp_path):
    url = server.script("/a", Reply(BODY, etag='"v1"', cut_after=70_000), Reply(BODY, etag='"v1"'))
    limits = Limits(attempts=1, read_seconds=1)
    with Client(Keys({}), limits=limits) as client, pytest.raises(Unavailable, match="broke off after"):
        client.fetch(Query(url), tmp_path / "a")
    assert not (tmp_path / "a").exists()
    with Client(Keys({}), limits=limits) as client:
        client.fetch(Query(url), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert "Range" in server.requests[1].headers


def test_parts_of_two_editions_are_never_joined(server, client, tmp_path):
    other = BODY[::-1]
    url = server.script("/a", Reply(BODY, etag='"v1"', cut_after=70_000), Reply(other, etag='"v2"'))
    client.fetch(Query(url), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == other


@pytest.mark.parametrize("etag", ["", 'W/"weak"'], ids=["none", "weak"])
def test_a_part_nothing_vouches_for_is_begun_anew(server, client, tmp_path, etag):
    url = server.script("/a", Reply(BODY, etag=etag, cut_after=70_000), Reply(BODY, etag=etag))
    client.fetch(Query(url), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert "Range" not in server.requests[1].headers


@pytest.mark.parametrize(
    "claim", ["bytes 5-9/10", "bytes 0-9/10", "nonsense", ""], ids=["other", "start", "words", "silent"]
)
def test_another_range_than_was_asked_for_is_not_appended(server, client, tmp_path, claim):
    wrong = Reply(b"x" * 10, status=206, headers={"Content-Range": claim} if claim else {}, etag='"v1"')
    url = server.script("/a", Reply(BODY, etag='"v1"', cut_after=70_000), wrong, Reply(BODY, etag='"v1"'))
    client.fetch(Query(url), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


@pytest.mark.parametrize("fault", ["another edition", "too short"])
def test_a_rest_that_does_not_fit_is_begun_anew(server, client, tmp_path, fault):
    wrong = []

    def answer(asked: Asked) -> Reply:
        start = int(asked.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if not start:
            return Reply(BODY, etag='"v1"', cut_after=None if wrong else 70_000)
        wrong.append(start)
        claim = {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"}
        if fault == "another edition":  # a server that ignores If-Range
            return Reply(BODY[::-1][start:], status=206, headers=claim, etag='"v2"')
        return Reply(BODY[start:-100], status=206, headers=claim, etag='"v1"')

    server.fallback = answer
    client.fetch(Query(f"{server.base}/a"), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert len(wrong) == 1


def test_a_part_longer_than_the_file_now_is_begun_anew(server, client, tmp_path):
    url = server.script("/a", Reply(BODY, etag='"v1"', cut_after=70_000), Reply(b"short", etag='"v1"'))
    client.fetch(Query(url), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"short"


def test_a_stalled_transfer_is_given_up_and_continued(server, client, tmp_path):
    url = server.script("/a", Reply(BODY, etag='"v1"', stall_after=66_000), Reply(BODY, etag='"v1"'))
    client.fetch(Query(url), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


def test_silence_before_the_first_byte_is_told(server, tmp_path, waits):
    url = server.script("/a", Reply(BODY, stall_after=0))
    limits = Limits(read_seconds=0.2, attempts=2)
    with (
        Client(Keys({}), limits=limits, sleep=waits.append) as client,
        pytest.raises(Unavailable, match=r"the transfer stalled after 0 bytes \(attempt 2 of 2\)"),
    ):
        client.fetch(Query(url), tmp_path / "a")


def test_a_trickle_ends_with_the_time_for_the_whole_file(server, tmp_path):
    clock = iter(range(0, 9_000, 1_000))  # every look at the stopwatch finds 1,000 s more
    url = server.script("/a", Reply(BODY, etag='"v1"'))
    with (
        Client(Keys({}), monotonic=lambda: float(next(clock))) as client,
        pytest.raises(
            Unavailable, match="took longer than 900 s; run it again: what has arrived is continued"
        ),
    ):
        client.fetch(Query(url), tmp_path / "a")
    assert (tmp_path / "a.part").stat().st_size > 0


def test_nobody_listening_is_told(tmp_path, waits):
    with ReplayServer().running() as gone:
        base = gone.base
    with (
        Client(Keys({}), limits=LIMITS, sleep=waits.append) as client,
        pytest.raises(Unavailable, match=r"no connection .*attempt 4 of 4"),
    ):
        client.fetch(Query(f"{base}/a"), tmp_path / "a")


@pytest.mark.parametrize("has_length", [True, False], ids=["announced", "unannounced"])
def test_more_bytes_than_allowed_are_refused_and_dropped(server, tmp_path, has_length):
    url = server.script("/a", Reply(BODY, has_length=has_length))
    with (
        Client(Keys({}), limits=Limits(bytes=50_000)) as client,
        pytest.raises(Unavailable, match="more than 50,000"),
    ):
        client.fetch(Query(url), tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"date,hour\n", content_type="text/html; charset=utf-8"),
        Reply(b"\xef\xbb\xbf \n<!DOCTYPE html><html><body>Sign in</body></html>", content_type="text/csv"),
        Reply(b"<!-- gate -->\n<HTML><head></head></HTML>"),
    ],
    ids=["by type", "by content", "behind a comment"],
)
def test_a_page_for_people_is_not_data(server, client, tmp_path, waits, reply):
    url = server.script("/a", reply)
    with pytest.raises(Unavailable, match=r"sends an HTML page .* open the address in a browser"):
        client.fetch(Query(url), tmp_path / "a")
    assert (list(tmp_path.iterdir()), waits) == ([], [])


def test_a_packing_no_reader_knows_is_refused(server, client, tmp_path):
    url = server.script("/a", Reply(BODY, headers={"Content-Encoding": "br"}))
    with pytest.raises(Unavailable, match="packed as 'br'"):
        client.fetch(Query(url), tmp_path / "a")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_told_and_not_tried_again(server, client, tmp_path, status):
    url = server.script("/a", Reply(b"<p>Invalid key</p>", status=status))
    with pytest.raises(Unavailable, match=rf"refuses us \(HTTP {status}: Invalid key\); check the key"):
        client.fetch(Query(url), tmp_path / "a")
    assert len(server.requests) == 1


def test_what_the_service_says_is_quoted(server, client, tmp_path):
    url = server.script("/a", Reply(b'{"error":true,"reason":"no such variable"}', status=400))
    with pytest.raises(Unavailable, match=r"HTTP 400: .*no such variable"):
        client.fetch(Query(url), tmp_path / "a")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "http://[::1/a", "nonsense"])
def test_a_malformed_address_is_told(client, tmp_path, url):
    with pytest.raises(Unavailable, match=r"the address is malformed.*feeds.yml"):
        client.fetch(Query(url), tmp_path / "a")


def test_a_redirect_on_the_same_host_is_followed(server, client, tmp_path):
    server.script("/b", Reply(BODY))
    url = server.script("/a", Reply(status=302, headers={"Location": "/b"}))
    assert client.fetch(Query(url, secret_headers={"X-API-Key": KEY}), tmp_path / "a").state == "received"


def test_redirects_without_end_are_told(server, client, tmp_path):
    url = server.script("/a", Reply(status=302, headers={"Location": "/a"}))
    with pytest.raises(Unavailable, match="sends us on more than 5 times"):
        client.fetch(Query(url), tmp_path / "a")


def test_a_key_never_follows_a_redirect_to_another_host(server, client, tmp_path):
    with ReplayServer().running() as thief:
        url = server.script("/a", Reply(status=302, headers={"Location": f"{thief.base}/take"}))
        with pytest.raises(Unavailable, match=r"sends us on to 127.0.0.1, where the key"):
            client.fetch(Query(url, secret_headers={"X-API-Key": KEY}), tmp_path / "a")
        assert thief.requests == []


def test_a_key_stands_in_no_message_log_or_note(server, tmp_path, caplog, waits):
    keys = Keys({"K": KEY})
    keys.get("K")
    url = server.script(f"/csv/{KEY}/a", Reply(f"bad key {KEY}".encode(), status=400))
    cut = server.script(f"/cut/{KEY}/a", Reply(BODY, etag='"v1"', cut_after=10_000))
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, name)
    told = []
    with Client(keys, limits=LIMITS, sleep=waits.append) as client:
        for address in (url, cut):
            with pytest.raises(Unavailable) as refused:
                client.fetch(Query(address, secret_headers={"X-API-Key": KEY}), tmp_path / "a")
            told += [str(refused.value), repr(refused.value), refused.value.where]
    assert server.requests[0].path == f"/csv/{KEY}/a"
    assert any("{K}" in record.getMessage() for record in caplog.records)
    written = [path.read_text("utf-8") for path in tmp_path.iterdir() if path.suffix == ".json"]
    assert json.loads(written[0])["url"].endswith("/cut/{K}/a")
    assert KEY not in "\n".join([*told, *written, caplog.text])
    assert "{K}" in told[0]


@pytest.mark.parametrize(
    ("value", "message"),
    [("", "K is not set"), ("two words here", "14 characters that are no key"), ("a\r\nX: y-1234", "no key")],
)
def test_a_key_that_is_none_is_told_without_showing_it(value, message):
    with pytest.raises(ParameterError, match=message) as refused:
        Keys({"K": value}).get("K")
    assert not value or value not in str(refused.value)


def test_the_server_scripts_are_played_in_order(server):
    server.script("/a", Reply(b"1"), Reply(b"2"))
    asked = Asked("GET", "/a", {}, {}, {})
    assert [server.next_reply(asked).body for _ in range(3)] == [b"1", b"2", b"2"]
