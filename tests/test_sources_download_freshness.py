"""Freshness: the day received against the day that is due, and the gate."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from helpers import store
from helpers.errors import CoverageError
from helpers.messages import in_language
from helpers.sources.download import feeds, find_last_received, freshness_table, require_fresh
from helpers.sources.download.freshness import COLUMNS, STATES

TODAY = date(2025, 1, 10)


def one(name):
    return [feed for feed in feeds("changchun") if feed.name == name]


@pytest.mark.parametrize(
    ("last", "days_late", "state"),
    [
        (date(2025, 1, 8), 0, "fresh"),
        (date(2025, 1, 9), 0, "fresh"),
        (date(2025, 1, 7), 1, "late"),
        (date(2023, 12, 31), 374, "late"),
        (None, None, "never"),
    ],
)
def test_days_late_are_counted_from_the_day_that_is_due(last, days_late, state):
    table = freshness_table({"station_archive": last}, one("station_archive"), today=TODAY)
    (row,) = table.itertuples()
    assert (row.source, row.state, row.expected) == ("station_archive", state, pd.Timestamp("2025-01-08"))
    assert state in STATES
    assert pd.isna(row.days_late) if days_late is None else row.days_late == days_late
    assert {c: str(kind) for c, kind in table.dtypes.items()} == COLUMNS


def test_no_feed_gives_an_empty_table_that_is_fresh():
    table = freshness_table({}, [], today=TODAY)
    assert {c: str(kind) for c, kind in table.dtypes.items()} == COLUMNS
    assert require_fresh(table) is None


def test_the_gate_names_every_feed_that_is_late():
    wanted = [*one("station_archive"), *one("firms"), *one("weather_archive")]
    last = {"station_archive": date(2025, 1, 5), "weather_archive": date(2025, 1, 9)}
    with pytest.raises(CoverageError) as refused:
        require_fresh(freshness_table(last, wanted, today=TODAY))
    assert str(refused.value) == (
        "freshness: Nationwide archive of hourly station data (china_sites) ends on 2025-01-05, 3 days late; "
        "NASA FIRMS active fire product was never received; "
        "expected data of Nationwide archive of hourly station data (china_sites) (to 2025-01-08), "
        "NASA FIRMS active fire product (to 2025-01-08); "
        "run make data, or report without --require-fresh"
    )
    assert in_language(str(refused.value), "zh") == (
        "数据到位情况：全国站点小时数据归档（china_sites）止于2025-01-05，已迟3天；美国航天局火点产品（FIRMS）从未收到；"
        "应为以下数据：全国站点小时数据归档（china_sites）（到2025-01-08）、美国航天局火点产品（FIRMS）（到2025-01-08）；"
        "请运行make data，或生成报告时不用--require-fresh"
    )


def test_fresh_data_pass_the_gate():
    table = freshness_table({"firms": date(2025, 1, 8)}, one("firms"), today=TODAY)
    assert require_fresh(table) is None


def find(tmp_path, *names, until=TODAY):
    wanted = [feed for name in names for feed in one(name)]
    return find_last_received(
        tmp_path / "processed", tmp_path / "raw", wanted, city_code="220100", until=until
    )


def write_hours(tmp_path, *times, city_code="220100", source_id="x"):
    rows = {"city_code": city_code, "station_code": "1119A", "time": pd.to_datetime(list(times))}
    table = pd.DataFrame({**rows, "pollutant": "PM2.5", "value": 35.0, "flag": "", "source_id": source_id})
    store.write_table(tmp_path / "processed", "air_hourly", table)
    write_sources(tmp_path, x="air_station_archive", p="air_publish", w="ledger_workbook")


def write_sources(tmp_path, **readers):
    table = store.empty("sources").reindex(range(len(readers)))
    table = table.assign(source_id=list(readers), reader=readers.values(), path=list(readers))
    table = table.assign(city_code="220100", bytes=1, n_rows=1, n_quarantined=0, simulated=False)
    store.write_table(tmp_path / "processed", "sources", table)


def test_hour_zero_belongs_to_the_day_before(tmp_path):
    write_hours(tmp_path, "2025-01-08 23:00", "2025-01-09 00:00")
    assert find(tmp_path, "station_archive") == {"station_archive": date(2025, 1, 8)}


def test_what_another_reader_gave_is_not_of_the_feed(tmp_path):
    write_hours(tmp_path, "2025-01-07 10:00", "2025-01-09 10:00", source_id=["x", "p"])
    assert find(tmp_path, "station_archive") == {"station_archive": date(2025, 1, 7)}


def test_what_came_after_the_day_of_the_question_was_not_known(tmp_path):
    write_hours(tmp_path, "2025-01-04 10:00", "2025-01-09 10:00")
    found = find(tmp_path, "station_archive", until=date(2025, 1, 5))
    assert found == {"station_archive": date(2025, 1, 4)}


def test_rows_of_another_city_do_not_count(tmp_path):
    write_hours(tmp_path, "2025-01-08 23:00", city_code="220200")
    assert find(tmp_path, "station_archive", "firms") == {"station_archive": None, "firms": None}


def test_a_file_without_a_fire_counts_for_the_days_it_covers(tmp_path):
    folder = tmp_path / "raw" / "firms"
    folder.mkdir(parents=True)
    (folder / "firms_VIIRS_SNPP_NRT_changchun_20250104-20250107.csv").touch()
    (folder / "firms_VIIRS_SNPP_NRT_changchun_20250104-20250107.csv.source.yml").touch()
    (folder / "by_hand.csv").touch()
    assert find(tmp_path, "firms") == {"firms": date(2025, 1, 7)}


def test_a_ledger_counts_on_the_last_day_of_its_period(tmp_path):
    rows = {
        "indicator_id": "straw_use",
        "place_code": "220100",
        "period": ["2024-10", "2024-Q3", "2025", "once"],
        "value": 1.0,
        "unit": "pct",
        "status": "",
        "scope": "",
        "flag": "",
        "source_id": "w",
        "source_sheet": "",
        "source_row": "",
    }
    store.write_table(tmp_path / "processed", "ledger", pd.DataFrame(rows))
    write_sources(tmp_path, w="ledger_workbook")
    assert find(tmp_path, "inbox") == {"inbox": date(2024, 10, 31)}
