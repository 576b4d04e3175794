"""The registry of feeds: what is known, what a city may write, and when data are due."""

from __future__ import annotations

from datetime import date

import pytest

from helpers import schemas
from helpers.errors import RegistryError
from helpers.sources.detect import READERS
from helpers.sources.download import feeds as followed
from helpers.sources.download.feeds import Rhythm, kinds

TODAY = date(2025, 3, 31)


def test_every_feed_names_known_readers_and_a_known_table():
    for name, kind in kinds().items():
        assert set(kind.readers) <= set(READERS), name
        assert set(kind.tables) <= set(schemas.SCHEMAS), name
        assert (kind.base or "https://").startswith("https://"), name


def test_no_feed_holds_a_key(repo):
    text = (repo / "src/helpers/registry/feeds.yml").read_text("utf-8")
    assert [line.split(": ")[1] for line in text.splitlines() if line.startswith("  key:")] == [
        "OPENAQ_API_KEY",
        "FIRMS_MAP_KEY",
    ]


@pytest.mark.parametrize(
    ("cadence", "lag_days", "today", "expected"),
    [
        ("day", 1, date(2025, 3, 1), date(2025, 2, 28)),
        ("day", 7, date(2025, 1, 3), date(2024, 12, 27)),
        ("month", 20, date(2025, 3, 19), date(2025, 1, 31)),
        ("month", 20, date(2025, 3, 20), date(2025, 2, 28)),
        ("month", 1, date(2025, 1, 1), date(2024, 12, 31)),
        ("quarter", 30, date(2025, 4, 29), date(2024, 12, 31)),
        ("quarter", 30, date(2025, 4, 30), date(2025, 3, 31)),
        ("year", 60, date(2025, 2, 28), date(2023, 12, 31)),
        ("year", 60, date(2025, 3, 1), date(2024, 12, 31)),
    ],
)
def test_data_are_due_so_many_days_after_the_period_ended(cadence, lag_days, today, expected):
    assert Rhythm(cadence=cadence, lag_days=lag_days).expected_day(today) == expected


@pytest.fixture
def city(tmp_path, monkeypatch):
    """Write the feeds of a city of its own."""
    (tmp_path / "cities" / "jia").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("FIVE_BATTLES_HOME", str(tmp_path))

    def write(text):
        (tmp_path / "cities" / "jia" / "feeds.yml").write_text(text, encoding="utf-8")
        return followed("jia")

    return write


def test_a_city_without_the_file_follows_nothing(city):
    assert followed("jia") == ()


def test_what_a_city_writes_is_joined_to_the_kind(city):
    (feed,) = city("station_archive: {cadence: day, lag_days: 3, base: 'https://a.example/data'}\n")
    assert (feed.name, feed.plan.lag_days, feed.kind.table) == ("station_archive", 3, "air_hourly")
    assert feed.plan.pattern.format(day=date(2025, 1, 8)) == "china_sites_20250108.csv"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("firm: {cadence: day, lag_days: 1}", "jia/feeds.yml, firm.*remove the key or correct its spelling"),
        ("firms: {cadence: day, lag_days: 1}", r"firms\.product.*add the key"),
        ("inbox: {cadence: week, lag_days: 1}", r"inbox\.cadence.*'week'"),
        ("inbox: {cadence: month, lag_days: 0}", r"inbox\.lag_days"),
        ("station_archive: {cadence: day, lag_days: 1, base: 'ftp://a'}", r"station_archive\.base"),
        ("station_archive: {cadence: day, lag_days: 1, base: 'https://a/x?key=1'}", r"station_archive\.base"),
        (
            "station_archive: {cadence: day, lag_days: 1, pattern: '{day.year}.csv'}",
            r"station_archive\.pattern",
        ),
        ("station_archive: {cadence: day, lag_days: 1, pattern: 'always.csv'}", r"station_archive\.pattern"),
        ("openaq_v3: {cadence: day, lag_days: 1, locations: {7: there}}", r"openaq_v3\.locations\.7"),
    ],
)
def test_a_faulty_record_is_refused_with_its_key(city, text, message):
    with pytest.raises(RegistryError, match=message):
        city(text)
