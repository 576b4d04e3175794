"""Late sources: stated on page one from a declared day, the same bytes again, or the run stops with ``--require-fresh``."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from helpers import store
from helpers.battles.context import Late
from helpers.days import last_day
from helpers.errors import CoverageError
from helpers.paths import Folders
from helpers.periods import Period
from helpers.run import freshness, stamp
from helpers.run.data import prepare
from helpers.run.jobs import Job
from helpers.run.session import start_run
from run_checkout import FIXTURES, invoke, make_checkout

CODE = "220100"
AIR = ("air_hourly", "met_daily", "fires", "sources")
HOURS = Late(
    "station_archive",
    "全国站点小时数据归档（china_sites）",
    "Nationwide archive of hourly station data (china_sites)",
    date(2025, 3, 31),
    date(2025, 4, 8),
)
FOLLOWED = "station_archive:\n  cadence: day\n  lag_days: 2\n"


def write_hours(folder: Path, *times: str) -> None:
    moments = pd.to_datetime(list(times)).astype("datetime64[s]")
    rows = pd.DataFrame({"time": moments, "station_code": "1119A", "pollutant": "PM2.5", "value": 35.0})
    store.write_table(folder, "air_hourly", rows.assign(city_code=CODE, flag="", source_id="x"))


def write_days(folder: Path, *days: str) -> None:
    moments = pd.to_datetime(list(days)).astype("datetime64[s]")
    rows = pd.DataFrame({"date": moments, "city_code": CODE, "pollutant": "PM2.5", "value": 35.0})
    store.write_table(folder, "air_daily_published", rows.assign(source_id="d"))


def write_water(folder: Path, moment: str) -> None:
    rows = {"city_code": CODE, "section_name": "s", "time": pd.Timestamp(moment), "item": "pH", "value": 7.0}
    rows = pd.DataFrame([rows]).assign(value_raw=7.0, class_code="", source_id="s")
    store.write_table(folder, "water_automatic", rows.astype({"time": "datetime64[s]"}))


def write_sources(folder: Path, **readers: str) -> None:
    table = store.empty("sources").reindex(range(len(readers)))
    table = table.assign(source_id=list(readers), reader=readers.values(), path=list(readers), city_code=CODE)
    store.write_table(folder, "sources", table.assign(bytes=1, n_rows=1, n_quarantined=0, simulated=False))


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """A city that follows the hours only; they end on 31 March 2025."""
    home = make_checkout(tmp_path, monkeypatch)
    (home / "cities" / "changchun" / "feeds.yml").write_text(FOLLOWED)
    write_hours(home / "data" / "processed", "2025-03-30 12:00", "2025-04-01 00:00")
    write_sources(
        home / "data" / "processed", x="air_station_archive", d="air_misaligned", s="water_automatic"
    )
    return Folders(home / "data" / "raw", home / "data" / "processed")


def late(folders: Folders, asked_on: date, period: str = "2025", reads: tuple[str, ...] = AIR) -> tuple:
    return freshness.list_late(
        "changchun", folders, reads=reads, asked_on=asked_on, period=Period.parse(period)
    )


def test_a_source_is_late_from_the_day_after_it_was_due(folders: Folders) -> None:
    assert late(folders, date(2025, 4, 2)) == ()
    assert late(folders, date(2025, 4, 10)) == (HOURS,)


def test_what_a_report_does_not_read_is_not_its_concern(folders: Folders) -> None:
    assert late(folders, date(2025, 4, 10), reads=("ledger", "sources")) == ()


def test_after_the_end_of_a_period_nothing_is_expected(folders: Folders) -> None:
    assert late(folders, date(2026, 1, 1), "2025-03") == ()
    (one,) = late(folders, date(2026, 6, 1), "2025")
    assert one.due == date(2025, 12, 31)


def test_nobody_is_late_with_the_demonstration(folders: Folders) -> None:
    simulated = Folders(folders.raw, folders.processed, simulated=True)
    assert late(simulated, date(2025, 4, 10)) == ()


def follow(folders: Folders, text: str) -> None:
    (folders.raw.parents[1] / "cities" / "changchun" / "feeds.yml").write_text(text)


def test_a_feed_that_never_came_is_missed_only_where_it_is_required(folders: Folders) -> None:
    assert late(folders, date(2024, 4, 10), "2024") == ()
    follow(folders, FOLLOWED + "  required: true\n")
    (one,) = late(folders, date(2024, 4, 10), "2024")
    assert (one.name, one.last, one.due) == ("station_archive", None, date(2024, 4, 8))


def test_the_table_in_use_is_late_and_not_the_archive_that_ended_before_it(folders: Folders) -> None:
    write_days(folders.processed, "2026-01-01", "2026-06-07")
    (one,) = late(folders, date(2026, 11, 29), "2026", reads=(*AIR, "air_daily_published"))
    assert (one.name, one.last, one.due) == ("aqistudy", date(2026, 6, 7), date(2026, 11, 27))
    assert one.title_zh == "第三方城市日均、月均数据（aqistudy格式）"


def test_both_are_late_where_both_gave_days_of_the_period(folders: Folders) -> None:
    write_days(folders.processed, "2025-01-01", "2025-06-07")
    found = late(folders, date(2026, 1, 31), reads=(*AIR, "air_daily_published"))
    assert {one.name: one.last for one in found} == {
        "station_archive": date(2025, 3, 31),
        "aqistudy": date(2025, 6, 7),
    }


def test_what_ended_before_the_period_is_late_where_nothing_took_its_place(folders: Folders) -> None:
    (one,) = late(folders, date(2026, 3, 1), "2026")
    assert (one.name, one.last, one.due) == ("station_archive", date(2025, 3, 31), date(2026, 2, 27))


def test_a_city_without_feeds_is_told_of_the_air_it_was_given(folders: Folders) -> None:
    (folders.raw.parents[1] / "cities" / "changchun" / "feeds.yml").unlink()
    write_days(folders.processed, "2025-12-31")
    write_hours(folders.processed)
    assert late(folders, date(2026, 3, 1), reads=(*AIR, "air_daily_published")) == ()
    (one,) = late(folders, date(2026, 3, 1), "2026", reads=(*AIR, "air_daily_published"))
    assert (one.name, one.last) == ("aqistudy", date(2025, 12, 31))


def test_a_feed_that_came_after_the_period_is_not_called_missing_in_it(folders: Folders) -> None:
    follow(folders, "water_automatic:\n  cadence: day\n  lag_days: 1\n")
    write_water(folders.processed, "2026-08-21 04:00")
    assert late(folders, date(2026, 11, 29), "2025", reads=("water_automatic",)) == ()
    (one,) = late(folders, date(2026, 11, 29), "2026", reads=("water_automatic",))
    assert (one.last, one.due) == (date(2026, 8, 21), date(2026, 11, 28))


def notebook_of_a_battle(home: Path) -> None:
    """The fixture that reads, under the name of a battle, saying what is late as page one does."""
    text = (FIXTURES / "reading.ipynb").read_text(encoding="utf-8")
    for old, new in (
        ("as_of = None\\n", "as_of = None\\nasked_on = None\\n"),
        ("seed=seed)", "seed=seed, reads=('air_hourly', 'air_station_days'), asked_on=asked_on)"),
        ("from helpers.page.blocks", "from helpers.page import wording\\nfrom helpers.page.blocks"),
        (
            "len(tables['air_hourly'])}",
            "len(tables['air_hourly'])} {wording.late_note(run.context.late, lang=lang)}",
        ),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (home / "notebooks" / "blue_sky.ipynb").write_text(text, encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with hours to 31 March 2025 and one battle; it is the year 2025 there, see ``on``."""
    home = make_checkout(tmp_path, monkeypatch, data=True)
    (home / "cities" / "changchun" / "feeds.yml").write_text(FOLLOWED)
    notebook_of_a_battle(home)
    return home


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(freshness, "today_in", lambda city: date.fromisoformat(day))
    monkeypatch.setattr(stamp, "_today", lambda: day)


def report(*options: str) -> object:
    return invoke("report", "--period", "2025", "--lang", "zh", *options)


def page_of(home: Path, ending: str = "html") -> bytes:
    return (home / "reports" / "changchun" / "2025" / f"blue_sky.zh.{ending}").read_bytes()


def test_late_data_stop_the_run_or_are_stated_and_equal_days_give_equal_bytes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "2025-04-01")
    assert report("--require-fresh").exit_code == 0
    fresh = page_of(home)
    assert "资料未按期到齐" not in fresh.decode()
    on(monkeypatch, "2025-04-02")
    assert "unchanged changchun 2025 blue_sky zh" in report().stdout, "in time, no report depends on the day"

    on(monkeypatch, "2025-04-10")
    stopped = report("--require-fresh")
    assert stopped.exit_code == 2
    assert stopped.stderr == (
        "five-battles: freshness: station_archive ends on 2025-03-31, due up to 2025-04-08; "
        "expected every source as far as it is due; run make data, or report without --require-fresh\n"
    )
    assert page_of(home) == fresh, "what was published stays"

    told = report()
    assert told.exit_code == 0
    assert "late: station_archive ends on 2025-03-31, due up to 2025-04-08" in told.stderr
    late = page_of(home)
    said = "全国站点小时数据归档止于2025年3月31日。"
    assert said in late.decode()
    assert json.loads(page_of(home, "manifest.json"))["inputs"]["parameters"]["asked_on"] == "2025-04-10"
    assert report("--force").exit_code == 0
    assert page_of(home) == late


def test_a_year_that_is_over_is_settled_and_as_of_needs_no_clock(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job("changchun", "blue_sky", "2025", "zh")
    real = Folders.real()
    prepare("changchun")
    asked = [freshness.ask([job], real, today=date(2026, 3, day)) for day in (1, 2)]
    assert asked[0] == asked[1]
    ((told, (one,)),) = asked[0].items()
    assert (told.asked_on, one.due) == ("2026-01-02", date(2025, 12, 31))
    ((told, (one,)),) = freshness.ask(
        [replace(job, as_of="2025-05-01")], real, today=date(2026, 3, 1)
    ).items()
    assert (told.asked_on, one.due) == (None, date(2025, 4, 29))
    ((ahead, (missed,)),) = freshness.ask(
        [replace(job, as_of="2030-01-01")], real, today=date(2025, 6, 3)
    ).items()
    assert (ahead.asked_on, missed.due) == ("2025-06-03", date(2025, 6, 1)), "nothing is due before its day"
    assert start_run(period="2025", as_of="2025-05-01", reads=AIR).context.late == (one,)
    assert start_run(period="2025", as_of="2025-03-15", reads=AIR).context.late == ()
    assert start_run(period="2025", reads=AIR).context.late == (), "without a day nothing is said of it"


def test_a_notebook_that_says_nothing_of_its_sources_is_not_told(home: Path) -> None:
    prepare("changchun")
    path = home / "notebooks" / "blue_sky.ipynb"
    path.write_bytes((FIXTURES / "reading.ipynb").read_bytes())
    job = Job("changchun", "blue_sky", "2025", "zh")
    assert freshness.ask([job], Folders.real(), today=date(2025, 6, 1)) == {job: ()}


def test_the_gate_is_shut_where_nothing_was_received() -> None:
    nothing = Folders(Path("raw"), Path("processed"), simulated=True)
    with pytest.raises(CoverageError, match="nothing was received, data/raw is empty"):
        freshness.require_fresh([], nothing)
    assert freshness.require_fresh([], Folders(Path("raw"), Path("processed"))) is None


def test_sources_of_several_reports_are_told_once() -> None:
    jobs = [Job("changchun", "blue_sky", "2025", lang) for lang in ("zh", "en")]
    never = Late("inbox", "收件夹", "inbox", None, date(2025, 3, 31))
    assert freshness.say_late({jobs[0]: (HOURS, never), jobs[1]: (HOURS,)}) == [
        "station_archive ends on 2025-03-31, due up to 2025-04-08",
        "inbox was never received, due up to 2025-03-31",
    ]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (date(2025, 12, 31), date(2025, 3, 31)),
        (date(2025, 3, 30), date(2025, 3, 30)),
        (date(2025, 3, 29), None),
    ],
)
def test_the_last_day_of_hours_ends_with_its_midnight(
    tmp_path: Path, until: date, expected: date | None
) -> None:
    write_hours(tmp_path, "2025-03-30 12:00", "2025-04-01 00:00")
    assert last_day(tmp_path, "air_hourly", city_code=CODE, until=until) == expected
    assert last_day(tmp_path, "air_hourly", city_code="000000", until=until) is None
    assert last_day(tmp_path, "stations", city_code=CODE, until=until) is None
