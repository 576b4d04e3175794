"""Every feed against the replay server: what arrives, what is asked for again, what is kept outside."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from filelock import FileLock

from helpers import provenance, registry, store
from helpers.errors import ParameterError, SourceError
from helpers.messages import in_language
from helpers.paths import Folders
from helpers.sources import ingest
from helpers.sources.download import Request, count_states, feeds, receive, receive_all
from helpers.sources.download.client import Limits
from helpers.sources.download.feeds import Feed, OpenAQ, kinds
from replay_server import Asked, ReplayServer, Reply
from test_sources_met_open_archive import archive
from test_sources_openaq_v3 import hour

NOW = datetime(2025, 1, 10, 9, 30)
KEYS = {"OPENAQ_API_KEY": "openaq-key-1234567", "FIRMS_MAP_KEY": "firms0key1234567"}
LIMITS = Limits(connect_seconds=2, read_seconds=0.5, attempts=2)
FIRMS_HEADER = "latitude,longitude,bright_ti4,acq_date,acq_time,confidence,frp\n"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ReplayServer().running() as replay:
        yield replay


@pytest.fixture
def folders(tmp_path):
    return Folders(raw=tmp_path / "raw", processed=tmp_path / "processed")


def run(folders, server, feed, *, first=date(2025, 1, 8), last=date(2025, 1, 8), now=NOW, environment=KEYS):
    bases = {feed: f"{server.base}/{feed}"} if feed != "inbox" else {}
    request = Request("changchun", folders, now, only=(feed,), first=first, last=last, bases=bases)
    return receive_all(request, environment=environment, limits=LIMITS, sleep=lambda seconds: None)


def states(outcomes):
    return [outcome.state for outcome in outcomes]


def day_file(day=date(2025, 1, 8), value=35.0, *, name="PM2.5", code="1119A"):
    rows = [f"{day:%Y%m%d},{hour},{name},{value},40" for hour in range(24)]
    return "\n".join([f"date,hour,type,{code},1120A", *rows, ""]).encode()


def station_reply(server, body, **options):
    server.script("/station_archive/china_sites_20250108.csv", Reply(body, **options))


# Station archive -----------------------------------------------------------------------------------------


def test_a_day_arrives_with_its_sidecar_and_is_read_by_ingest(server, folders):
    station_reply(server, day_file(), etag='"v1"', last_modified="Wed, 08 Jan 2025 16:30:00 GMT")
    (outcome,) = run(folders, server, "station_archive")
    assert (outcome.state, outcome.name) == ("received", "china_sites_20250108.csv")
    path = folders.raw / "station_archive" / "china_sites_20250108.csv"
    source = provenance.read_sidecar(path)
    assert path.read_bytes() == day_file()
    assert (source.sha256, source.bytes) == (provenance.file_sha256(path), path.stat().st_size)
    assert source.url_file == f"{server.base}/station_archive/china_sites_20250108.csv"
    assert (source.retrieved_at, source.published_at) == ("2025-01-10T09:30:00", "2025-01-09T00:30:00")
    assert source.caveats == ("publisher_unknown",)
    summary = ingest.ingest(folders, city="changchun")
    assert (summary.n_rows, summary.refused) == ({"air_hourly": 48}, ())


def test_an_unchanged_day_is_asked_for_by_its_etag_and_not_sent(server, folders):
    station_reply(server, day_file(), etag='"v1"')
    assert states(run(folders, server, "station_archive")) == ["received"]
    assert states(run(folders, server, "station_archive")) == ["unchanged"]
    assert server.requests[1].headers["If-None-Match"] == '"v1"'


def test_a_day_nothing_vouches_for_is_not_asked_for_again(server, folders):
    station_reply(server, day_file())
    run(folders, server, "station_archive")
    assert states(run(folders, server, "station_archive")) == ["unchanged"]
    assert len(server.requests) == 1


def test_a_revised_day_gets_a_new_name_and_its_values_stand(server, folders):
    station_reply(server, day_file(), etag='"v1"', last_modified="Wed, 08 Jan 2025 16:30:00 GMT")
    run(folders, server, "station_archive")
    station_reply(server, day_file(value=36.0), etag='"v2"', last_modified="Thu, 09 Jan 2025 16:30:00 GMT")
    (outcome,) = run(folders, server, "station_archive")
    assert outcome.name == "china_sites_20250108.edition2.csv"
    assert (folders.raw / "station_archive" / "china_sites_20250108.csv").read_bytes() == day_file()
    assert states(run(folders, server, "station_archive")) == ["unchanged"]
    assert server.requests[-1].headers["If-None-Match"] == '"v2"'
    assert ingest.ingest(folders, city="changchun").refused == ()
    table = store.read_table(folders.processed, "air_hourly", filters=[("station_code", "==", "1119A")])
    assert set(table["value"]) == {36.0}


def test_the_same_bytes_under_a_new_etag_are_no_new_edition(server, folders):
    station_reply(server, day_file(), etag='"v1"')
    run(folders, server, "station_archive")
    station_reply(server, day_file(), etag='"v2"')
    assert states(run(folders, server, "station_archive")) == ["unchanged"]
    assert [p.name for p in ingest.list_raw_files(folders.raw)] == ["china_sites_20250108.csv"]


def test_a_day_that_is_not_there_yet_is_absent_and_the_others_come(server, folders):
    station_reply(server, day_file())
    outcomes = run(folders, server, "station_archive", first=date(2025, 1, 7), last=date(2025, 1, 9))
    assert states(outcomes) == ["absent", "received", "absent"]


def test_without_days_the_window_up_to_the_day_that_is_due_is_fetched(server, folders):
    station_reply(server, day_file())
    outcomes = run(folders, server, "station_archive", first=None, last=None)
    asked = [one.path.rpartition("_")[2] for one in server.requests]
    assert (asked[0], asked[-1], len(asked)) == ("20241210.csv", "20250108.csv", 30)
    assert count_states(outcomes) == {"absent": 29, "received": 1}


# What is kept outside ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            b"time,station,pm25\n2025-01-08 01:00,1119A,35\n",
            "the format is unknown: the file begins with 'time,",
        ),
        (
            FIRMS_HEADER.encode(),
            "the file is of the format NASA FIRMS active fire product; expected Nationwide archive of hourly",
        ),
        (day_file(value="n.d."), "not one row can be used and .* were set aside, first row 2"),
        (gzip.compress(day_file())[:-20], "the packed file is cut or damaged"),
        (b"", r"the file is empty \(0 bytes\)"),
        (gzip.compress(b"0" * (40 << 20)), "bytes that unpack to more than 16,777,216"),
    ],
    ids=["renamed columns", "another format", "other values", "cut gzip", "empty", "bomb"],
)
def test_a_changed_format_is_told_and_stays_outside(server, folders, body, message):
    columns = body.replace(b",40\n", b",n.d.\n")  # no station of the city with a value
    station_reply(server, columns)
    (outcome,) = run(folders, server, "station_archive")
    assert outcome.state == "refused"
    assert re.search(message, outcome.message)
    assert outcome.message.startswith(
        ".refused/station_archive/china_sites_20250108.csv: the format of Nationwide archive"
    )
    assert outcome.message.endswith("nothing was added to data/raw")
    assert str(folders.raw) not in outcome.message
    kept = folders.raw / ".refused" / "station_archive"
    assert (kept / "china_sites_20250108.csv").read_bytes() == columns
    assert (kept / "china_sites_20250108.csv.reason.txt").read_text("utf-8") == f"{outcome.message}\n"
    assert ingest.list_raw_files(folders.raw) == []


def test_a_refused_day_is_fetched_again_and_let_in_once_it_is_mended(server, folders):
    station_reply(server, b"nothing,known\n1,2\n")
    assert states(run(folders, server, "station_archive")) == ["refused"]
    station_reply(server, day_file())
    assert states(run(folders, server, "station_archive")) == ["received"]
    assert list((folders.raw / ".refused" / "station_archive").iterdir()) == []


def test_a_file_without_a_value_of_the_city_is_asked_for_again(server, folders):
    station_reply(server, b"date,hour,type,9999A\n20250108,1,PM2.5,35\n")
    (outcome,) = run(folders, server, "station_archive")
    assert (outcome.state, outcome.message) == (
        "absent",
        "it holds no value of the city yet; the next run asks again",
    )
    assert ingest.list_raw_files(folders.raw) == []


def test_a_fault_of_a_reader_keeps_the_file_outside(server, folders, monkeypatch):
    station_reply(server, day_file())
    monkeypatch.setattr("helpers.sources.download.arrival._read_dry", lambda *_: 1 / 0)
    (outcome,) = run(folders, server, "station_archive")
    assert outcome.state == "refused"
    assert "its contents do not fit its format, and reading stopped" in outcome.message
    assert "Error" not in outcome.message
    kept = folders.raw / ".refused" / "station_archive" / "china_sites_20250108.csv.reason.txt"
    assert "ZeroDivisionError" in kept.read_text("utf-8")


@pytest.mark.parametrize("step", ["write_sidecar", "replacing"])
def test_a_crash_while_a_file_is_placed_leaves_no_half_file(server, folders, monkeypatch, step):
    def fail(*_, **__):
        raise KeyboardInterrupt

    station_reply(server, day_file())
    with monkeypatch.context() as patched:
        patched.setattr(provenance, step, fail)
        with pytest.raises(KeyboardInterrupt):
            run(folders, server, "station_archive")
    assert ingest.list_raw_files(folders.raw) == []
    assert states(run(folders, server, "station_archive")) == ["received"]
    assert ingest.ingest(folders, city="changchun").refused == ()


# OpenAQ --------------------------------------------------------------------------------------------------


@pytest.fixture
def openaq(server, monkeypatch):
    """The city follows OpenAQ at one place with two sensors, one of them of no pollutant."""
    plan = OpenAQ(cadence="day", lag_days=2, locations={77: "1119A"})
    followed = Feed("openaq_v3", kinds()["openaq_v3"], plan)
    monkeypatch.setattr(receive, "feeds", lambda city: (followed,))
    sensors = [
        {"id": 501, "parameter": {"name": "pm25", "units": "µg/m³"}},
        {"id": 502, "parameter": {"name": "temperature", "units": "c"}},
    ]
    server.script("/openaq_v3/locations/77", json_reply({"results": [{"id": 77, "sensors": sensors}]}))
    return server


def json_reply(page, **options):
    return Reply(json.dumps(page).encode(), content_type="application/json", **options)


def hours_page(*results):
    return {"meta": {"name": "openaq-api"}, "results": list(results)}


def test_the_hours_of_a_sensor_arrive_as_raw_pages(openaq, folders):
    page = hours_page(hour(35, end="2025-01-07T17:00:00Z"), hour(36, end="2025-01-08T16:00:00Z"))
    openaq.script("/openaq_v3/sensors/501/hours", json_reply(page))
    (outcome,) = run(folders, openaq, "openaq_v3")
    assert (outcome.state, outcome.name) == ("received", "openaq_v3_1119A_pm25_20250108-20250108.json")
    asked = openaq.requests[-1]
    assert asked.headers["X-API-Key"] == KEYS["OPENAQ_API_KEY"]
    assert (asked.query["datetime_from"], asked.query["datetime_to"]) == (
        ["2025-01-08T00:00:00+08:00"],
        ["2025-01-09T00:00:00+08:00"],
    )
    ingest.ingest(folders, city="changchun")
    table = store.read_table(folders.processed, "air_hourly")
    assert table["time"].tolist() == [pd.Timestamp("2025-01-08 01:00"), pd.Timestamp("2025-01-09 00:00")]


def test_only_days_that_are_not_here_are_asked_for_in_spans_of_a_month(openaq, folders):
    openaq.script(
        "/openaq_v3/sensors/501/hours", json_reply(hours_page(hour(35, end="2025-01-08T05:00:00Z")))
    )
    run(folders, openaq, "openaq_v3")
    outcomes = run(folders, openaq, "openaq_v3", first=date(2024, 11, 20), last=date(2025, 1, 9))
    assert [one.name[21:38] for one in outcomes] == [
        "20241120-20241220",
        "20241221-20250107",
        "20250109-20250109",
    ]


def test_a_span_without_an_hour_is_absent_and_asked_for_again(openaq, folders):
    openaq.script("/openaq_v3/sensors/501/hours", json_reply(hours_page()))
    assert states(run(folders, openaq, "openaq_v3")) == ["absent"]
    assert states(run(folders, openaq, "openaq_v3")) == ["absent"]
    assert ingest.list_raw_files(folders.raw) == []


@pytest.mark.parametrize(
    ("path", "page", "message"),
    [
        ("/openaq_v3/locations/77", {"results": [{"id": 77}]}, "changed: a place lists no sensors"),
        ("/openaq_v3/locations/77", [], "changed: a place lists no sensors"),
        ("/openaq_v3/sensors/501/hours", hours_page(*[hour(1)] * 1000), "fills an answer of 1,000 rows"),
    ],
    ids=["no sensors", "list", "full page"],
)
def test_an_answer_that_cannot_be_relied_on_fails_the_feed(openaq, folders, path, page, message):
    openaq.script(path, json_reply(page))
    (outcome,) = run(folders, openaq, "openaq_v3")
    assert outcome.state == "failed"
    assert message in outcome.message


def test_a_place_that_does_not_exist_is_told(openaq, folders):
    openaq.script("/openaq_v3/locations/77", Reply(status=404))
    (outcome,) = run(folders, openaq, "openaq_v3")
    assert "there is no such place; correct locations of openaq_v3" in outcome.message


def test_a_page_of_another_shape_is_refused(openaq, folders):
    openaq.script(
        "/openaq_v3/sensors/501/hours", json_reply({"meta": {"name": "openaq-api"}, "results": [{}]})
    )
    (outcome,) = run(folders, openaq, "openaq_v3")
    assert outcome.state == "refused"
    assert "the JSON is no page of hours" in outcome.message


# Weather, fires, water -----------------------------------------------------------------------------------


def test_weather_arrives_in_beijing_time_and_metres_per_second(server, folders):
    server.script("/weather_archive", json_reply(archive()))
    (outcome,) = run(folders, server, "weather_archive", first=date(2025, 1, 1), last=date(2025, 1, 1))
    assert (outcome.state, outcome.name) == ("received", "weather_archive_changchun_20250101-20250101.json")
    query = server.requests[0].query
    assert (query["timezone"], query["wind_speed_unit"]) == (["Asia/Shanghai"], ["ms"])
    assert ingest.ingest(folders, city="changchun").n_rows == {"met_daily": 1, "met_hourly": 2}


def test_weather_in_other_units_is_refused(server, folders):
    server.script("/weather_archive", json_reply(archive(hourly_units__wind_speed_10m="km/h")))
    (outcome,) = run(folders, server, "weather_archive")
    assert outcome.state == "refused"
    assert "wind_speed_10m has 2 values in 'km/h'" in outcome.message


def test_fires_are_asked_for_in_the_box_five_days_at_once_and_the_key_is_nowhere(server, folders):
    box = registry.city("changchun").box
    server.fallback = lambda asked: Reply(f"{FIRMS_HEADER}43.9,125.3,330,2025-01-02,512,n,4.5\n".encode())
    outcomes = run(folders, server, "firms", first=date(2025, 1, 1), last=date(2025, 1, 7))
    assert [one.name for one in outcomes] == [
        "firms_VIIRS_SNPP_NRT_changchun_20250101-20250105.csv",
        "firms_VIIRS_SNPP_NRT_changchun_20250106-20250107.csv",
    ]
    area = f"{box.west:g},{box.south:g},{box.east:g},{box.north:g}"
    assert server.requests[0].path == (f"/firms/{KEYS['FIRMS_MAP_KEY']}/VIIRS_SNPP_NRT/{area}/5/2025-01-01")
    assert server.requests[1].path.endswith("/2/2025-01-06")
    assert states(run(folders, server, "firms", first=date(2025, 1, 1), last=date(2025, 1, 7))) == []
    written = [path.read_bytes() for path in folders.raw.rglob("*") if path.is_file()]
    assert not any(KEYS["FIRMS_MAP_KEY"].encode() in content for content in written)
    assert any(b"/firms/{FIRMS_MAP_KEY}/" in content for content in written)


def test_a_span_without_a_fire_is_an_answer(server, folders):
    server.fallback = lambda asked: Reply(FIRMS_HEADER.encode())
    assert states(run(folders, server, "firms")) == ["received"]
    assert states(run(folders, server, "firms")) == []


def test_a_key_the_service_does_not_know_is_refused_without_showing_it(server, folders):
    server.fallback = lambda asked: Reply(f"Invalid MAP_KEY {KEYS['FIRMS_MAP_KEY']}.".encode())
    (outcome,) = run(folders, server, "firms")
    assert outcome.state == "refused"
    assert "the file begins with 'Invalid MAP_KEY {FIRMS_MAP_KEY}.'" in outcome.message


def test_whatever_fails_a_feed_is_told_without_the_key(server, folders, monkeypatch):
    def fail(job):
        raise SourceError(f"cannot open {job.base}/{job.keys.get('FIRMS_MAP_KEY')}")

    monkeypatch.setattr("helpers.sources.download.firms.receive", fail)
    (outcome,) = run(folders, server, "firms")
    assert outcome.message == f"cannot open {server.base}/firms/{{FIRMS_MAP_KEY}}"


def test_a_fault_of_the_system_is_told_in_words_of_the_catalogue(server, folders, monkeypatch):
    def fail(job):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("helpers.sources.download.firms.receive", fail)
    (outcome,) = run(folders, server, "firms")
    assert (
        in_language(outcome.message, "zh")
        == "firms：系统不允许读取文件，或不能写入副本；请检查文件权限和磁盘空间"
    )


def water_page(asked: Asked, total=2):
    page = int(asked.form["PageIndex"][0])
    head = ["省份", "流域", "断面名称", "监测时间", "水质类别", "pH<br/><span class='unit'>(无量纲)</span>"]
    row = ["吉林省" if page == 2 else "北京市", "松花江", f"断面{page}", "01-10 08:00", "2", "7.6"]
    return json_reply({"result": 1, "total": total, "records": total, "thead": head, "tbody": [row]})


def test_a_snapshot_of_the_water_feed_is_all_its_pages_once_an_hour(server, folders):
    server.fallback = water_page
    outcomes = run(folders, server, "water_automatic")
    assert [one.name for one in outcomes] == [
        "water_automatic_20250110T09_p2.json",
        "water_automatic_20250110T09_p1.json",
    ]
    assert [(one.method, one.form["PageIndex"]) for one in server.requests] == [
        ("POST", ["1"]),
        ("POST", ["2"]),
    ]
    assert states(run(folders, server, "water_automatic")) == ["unchanged"]
    later = run(folders, server, "water_automatic", now=NOW + timedelta(hours=1))
    assert states(later) == ["received", "received"]


def test_no_page_of_a_broken_snapshot_is_kept(server, folders):
    server.fallback = lambda asked: (
        water_page(asked) if asked.form["PageIndex"] == ["1"] else Reply(status=500)
    )
    (outcome,) = run(folders, server, "water_automatic")
    assert outcome.state == "failed"
    assert ingest.list_raw_files(folders.raw) == []


def test_pages_without_end_are_told(server, folders):
    server.fallback = lambda asked: water_page(asked, total=5000)
    (outcome,) = run(folders, server, "water_automatic")
    assert "announces 5,000 pages; expected at most 100" in outcome.message


# The run -------------------------------------------------------------------------------------------------


def test_a_feed_that_cannot_be_reached_does_not_stop_the_others(server, folders):
    server.script("/station_archive/china_sites_20250108.csv", Reply(status=500))
    server.script("/weather_archive", json_reply(archive()))
    request = Request(
        "changchun",
        folders,
        NOW,
        only=("station_archive", "weather_archive"),
        first=date(2025, 1, 8),
        last=date(2025, 1, 9),
        bases={name: f"{server.base}/{name}" for name in ("station_archive", "weather_archive")},
    )
    told = []
    outcomes = receive_all(request, environment={}, limits=LIMITS, sleep=lambda _: None, tell=told.append)
    assert [(one.feed, one.state) for one in outcomes] == [
        ("station_archive", "failed"),
        ("weather_archive", "received"),
    ]
    assert told == outcomes
    assert [one.is_ok for one in outcomes] == [False, True]
    assert (
        f"{server.base}/station_archive/china_sites_20250108.csv: it answers HTTP 500" in outcomes[0].message
    )


def test_what_is_not_set_up_is_skipped_with_the_way_to_set_it_up(folders, server):
    (fires,) = run(folders, server, "firms", environment={})
    assert (fires.state, fires.is_ok) == ("skipped", True)
    assert fires.message.startswith("FIRMS_MAP_KEY is not set: ask https://firms.modaps.eosdis.nasa.gov")
    request = Request("changchun", folders, NOW, only=("station_archive", "water_automatic", "inbox"))
    messages = [one.message for one in receive_all(request, environment={})]
    assert [message.split(":")[0] for message in messages] == [
        "no address is given",
        "no address is given",
        "no inbox is named",
    ]
    assert server.requests == []


def test_a_malformed_key_fails_its_feed(server, folders):
    (outcome,) = run(folders, server, "firms", environment={"FIRMS_MAP_KEY": "a b"})
    assert (outcome.state, server.requests) == ("failed", [])
    assert "FIRMS_MAP_KEY holds 3 characters that are no key" in outcome.message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"only": ("firm",)}, "feed 'firm' is not known; expected one of station_archive"),
        ({"only": ("openaq_v3",)}, "feed 'openaq_v3' is not followed by changchun"),
        ({"bases": {"firms": "file:///etc"}}, "address of firms is 'file:///etc'"),
        ({"bases": {"firms": "http://a/?x"}}, "no question mark"),
        ({"first": date(2025, 1, 2), "last": date(2025, 1, 1)}, "lies after the last"),
    ],
    ids=["feed", "not followed", "scheme", "query", "order"],
)
def test_what_is_asked_for_is_checked_first(folders, changes, message):
    with pytest.raises(ParameterError, match=message):
        receive_all(Request("changchun", folders, NOW, **changes), environment={})
    assert not folders.raw.exists()


def test_two_downloads_at_once_are_refused(folders):
    folder = folders.raw / ".incoming"
    folder.mkdir(parents=True)
    with (
        FileLock(folder / "download.lock"),
        pytest.raises(SourceError, match="another download is at work; wait until it has ended"),
    ):
        receive_all(Request("changchun", folders, NOW), environment={})


def test_the_city_follows_what_its_file_names():
    assert [feed.name for feed in feeds("changchun")] == [
        "station_archive",
        "weather_archive",
        "firms",
        "water_automatic",
        "inbox",
    ]
