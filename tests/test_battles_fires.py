"""Fire points: one box and one notion of the days that satellite files cover, for every battle."""

from __future__ import annotations

import math
import re
from datetime import date

import pandas as pd

from helpers import registry, store
from helpers.battles import fires, green_hills, land_nature
from helpers.paths import Folders
from helpers.sources.ingest import ingest
from land_cases import context, empty_tables, page_texts

CITY = registry.city("changchun")
INSIDE, OUTSIDE = (44.0, 125.3), (40.0, 125.3)


def points(*rows: tuple[str, tuple[float, float], str]) -> pd.DataFrame:
    """Points by local time, place and file."""
    table = pd.DataFrame(
        [
            {
                "time_utc": time,
                "time_local": time,
                "latitude": place[0],
                "longitude": place[1],
                "source_id": file,
            }
            for time, place, file in rows
        ]
    ).assign(confidence="70", frp_mw=5.0)
    return store.conform("fires", table)


def test_points_count_within_the_box_and_days_by_all_points_of_a_file() -> None:
    table = points(
        ("2025-04-01 10:00", OUTSIDE, "a"),
        ("2025-04-03 10:00", INSIDE, "a"),
        ("2025-04-03 23:59", INSIDE, "a"),
        ("2025-04-05 10:00", OUTSIDE, "a"),
    )
    assert len(fires.points_in_box(table, CITY)) == 2
    assert fires.count(table, CITY, date(2025, 4, 1), date(2025, 4, 5)) == (2, 5, 5)
    assert fires.count(table, CITY, date(2025, 4, 1), date(2025, 4, 5)).is_whole
    assert fires.count(table, CITY, date(2025, 4, 4), date(2025, 4, 5)) == (
        0,
        2,
        2,
    )  # covered and without fires
    partly = fires.count(table, CITY, date(2025, 4, 3), date(2025, 4, 30))
    assert (partly, partly.is_whole) == ((2, 3, 28), False)


def test_files_cover_their_own_days_and_none_between_them() -> None:
    table = points(
        ("2025-04-02 10:00", INSIDE, "b"),
        ("2025-04-01 10:00", INSIDE, "a"),
        ("2025-04-02 08:00", INSIDE, "a"),
        ("2025-04-09 10:00", INSIDE, "c"),
    )
    days = fires.covered_days(table)
    assert [f"{day:%m-%d}" for day in days] == ["04-01", "04-02", "04-09"]
    assert days.dtype == fires.covered_days(store.empty("fires")).dtype == "datetime64[s]"


def test_days_without_a_file_are_missing_and_not_without_fires() -> None:
    table = points(("2025-11-23 10:00", INSIDE, "a"), ("2025-11-24 10:00", INSIDE, "a"))
    assert math.isnan(fires.count(table, CITY, date(2025, 3, 1), date(2025, 5, 15)).n)
    assert math.isnan(fires.count(store.empty("fires"), CITY, date(2025, 1, 1), date(2025, 12, 31)).n)


def test_two_days_are_no_year_whatever_else_is_known_of_it() -> None:
    table = points(
        ("2025-11-23 10:00", INSIDE, "a"),
        ("2025-11-24 10:00", INSIDE, "a"),
        ("2025-11-24 11:00", OUTSIDE, "a"),
    )
    found = land_nature.fire_years(table, store.empty("sources"), context(date(2025, 12, 31))).set_index(
        "span"
    )
    assert found["n"].dropna().to_dict() == {"year": 2, "straw_autumn": 2}
    assert math.isnan(found.loc["straw_spring", "n"])
    assert found["n_days_covered"].to_dict() == {"year": 2, "straw_spring": 0, "straw_autumn": 2}
    assert not found["is_whole"].any()
    battle = green_hills.build(empty_tables(green_hills) | {"fires": table}, context())
    told = " ".join(page_texts(battle, "zh"))
    # Fire points of the year, of spring and of autumn; and how far satellite files cover each.
    cover = "全年仅覆盖2/365天、春季秸秆焚烧分析时段仅覆盖0/76天、秋季秸秆焚烧分析时段仅覆盖2/61天"
    assert re.search(rf"2025\s+2\s+无数据\s+2\s+{cover}", told)
    english = " ".join(page_texts(battle, "en"))
    assert re.search(r"2025\s+2\s+no data\s+2\s+Whole year: 2 of 365 days", english)


def test_a_year_is_whole_when_files_cover_all_of_it() -> None:
    table = points(
        ("2024-12-30 10:00", OUTSIDE, "a"),
        ("2025-04-01 10:00", INSIDE, "a"),
        ("2026-01-01 10:00", INSIDE, "a"),
    )
    found = land_nature.fire_years(table, store.empty("sources"), context(date(2026, 10, 31))).set_index(
        ["year", "span"]
    )
    assert found.loc[2025, "is_whole"].all()
    assert found.loc[2025, "n"].to_dict() == {"year": 1, "straw_spring": 1, "straw_autumn": 0}
    assert found.loc[(2026, "year"), ["n", "n_days_covered", "is_whole"]].tolist() == [1, 1, False]
    assert math.isnan(found.loc[(2026, "straw_spring"), "n"])


def test_a_download_without_a_fire_covers_the_days_it_was_asked_for() -> None:
    names = [f"fire/firms_X_changchun_{days}.csv" for days in ("20250301-20250305", "20250306-20250306")]
    sources = pd.DataFrame({"path": [*names, "fire/firms_x_20259999-20259999.csv"], "reader": "fires_firms"})
    none = store.empty("fires")
    days = fires.covered_days(none, sources, until=date(2025, 3, 6))
    assert fires.count(none, CITY, date(2025, 3, 1), date(2025, 3, 6), covered=days) == (0, 6, 6)
    assert len(fires.covered_days(none, sources, until=date(2025, 3, 2))) == 2
    found = land_nature.fire_years(none, sources, context(date(2025, 3, 4))).set_index("span")
    assert found.loc["straw_spring", ["n", "n_days_covered", "n_days"]].tolist() == [0, 4, 76]


def test_points_after_the_day_of_the_report_are_not_known() -> None:
    table = points(("2025-04-01 10:00", INSIDE, "a"), ("2025-10-20 10:00", INSIDE, "a"))
    found = land_nature.fire_years(table, store.empty("sources"), context(date(2025, 6, 30))).set_index(
        "span"
    )
    assert found["n_days_covered"].to_dict() == {"year": 1, "straw_spring": 1, "straw_autumn": 0}


def test_two_real_days_are_told_as_two_days(shared_data, tmp_path) -> None:
    folders = Folders(tmp_path / "raw", tmp_path / "processed")
    folders.raw.mkdir()
    name = "firms_modis_c61_nrt_jilinbox_20251123-24.csv.gz"
    (folders.raw / name).write_bytes((shared_data / "data" / "fire" / name).read_bytes())
    assert not ingest(folders, city="changchun").refused
    table = store.read_table(folders.processed, "fires")
    found = land_nature.fire_years(table, store.empty("sources"), context(date(2025, 12, 31))).set_index(
        "span"
    )
    assert len(table) == 535
    assert found.loc["year", ["n", "n_days_covered", "is_whole"]].tolist() == [303, 2, False]
    assert math.isnan(found.loc["straw_spring", "n"])
