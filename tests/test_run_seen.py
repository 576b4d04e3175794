"""From which day a battle is seen, and which periods nothing is known of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from helpers import registry, store
from helpers.battles import subjects
from helpers.errors import ParameterError
from helpers.paths import Folders
from helpers.periods import Period
from helpers.run.seen import Seen, known_range, require_known, see, years_with_data

CITY = registry.city("changchun")
PLACE = {"latitude": 43.9, "longitude": 125.3}
DEMO = registry.city("demo_city")


def write(folder: Path, name: str, *rows: dict[str, object]) -> None:
    """Write rows of a table of the city; columns that are not given are empty."""
    plain = {"str": "x", "int64": 0, "bool": False}
    filled = [
        {
            column: row.get(column, CITY.code if column == "city_code" else plain.get(kind))
            for column, kind in store.SCHEMAS[name].items()
        }
        for row in rows
    ]
    store.write_table(folder, name, pd.DataFrame(filled))


def hours(folder: Path, *times: str) -> None:
    write(folder, "air_hourly", *({"time": pd.Timestamp(one), "value": 1.0} for one in times))


def days(folder: Path, *times: str, name: str = "air_daily_published") -> None:
    write(folder, name, *({"date": pd.Timestamp(one), "value": 1.0} for one in times))


def ledger(folder: Path, **periods: str) -> None:
    write(
        folder,
        "ledger",
        *({"indicator_id": key, "period": one, "value": 1.0} for key, one in periods.items()),
    )


def seen(
    folder: Path, battle: str, period: str, cap: str | None = None, reads: Collection[str] = ()
) -> tuple[str, str | None]:
    day = date.fromisoformat(cap) if cap else None
    found = see(folder, CITY, Period.parse(period), battle.split(), cap=day, reads=reads)
    return str(found.as_of), None if found.last_data is None else str(found.last_data)


def twice(day: str) -> tuple[str, str]:
    return day, day


def test_the_air_is_seen_from_the_later_of_hours_and_published_days(tmp_path: Path) -> None:
    hours(tmp_path, "2025-03-31 12:00", "2026-04-01 00:00")
    assert seen(tmp_path, "blue_sky", "2026") == twice("2026-03-31"), "00:00 belongs to the day before"
    days(tmp_path, "2026-06-07")
    assert seen(tmp_path, "blue_sky", "2026") == twice("2026-06-07")
    assert seen(tmp_path, "blue_sky", "2025") == twice("2025-03-31")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("water_automatic", {"time": pd.Timestamp("2026-08-21 04:00"), "value": 7.0}),
        ("water_sections", {"date": pd.Timestamp("2026-08-01"), "value": 1.0}),
        ("met_daily", {"date": pd.Timestamp("2026-08-21")}),
        ("fires", {**dict.fromkeys(("time_utc", "time_local"), pd.Timestamp("2026-08-21")), **PLACE}),
        ("noise_points", {"date": pd.Timestamp("2026-08-21")}),
        ("dust_hours", {"time": pd.Timestamp("2026-08-21")}),
        ("tasks", {"reported_on": pd.Timestamp("2026-08-21")}),
    ],
)
def test_no_other_table_moves_the_day_of_the_air(tmp_path: Path, name: str, row: dict) -> None:
    days(tmp_path, "2026-06-07")
    write(tmp_path, name, row)
    assert seen(tmp_path, "blue_sky", "2026") == twice("2026-06-07")


def test_the_overview_is_seen_from_the_latest_of_its_parts(tmp_path: Path) -> None:
    days(tmp_path, "2026-06-07")
    write(tmp_path, "water_automatic", {"time": pd.Timestamp("2026-08-21 04:00"), "value": 7.0})
    assert seen(tmp_path, "clear_water", "2026") == twice("2026-08-21")
    assert seen(tmp_path, " ".join(subjects.SUBJECT), "2026") == twice("2026-08-21")


def test_a_month_and_a_period_count_on_their_last_day(tmp_path: Path) -> None:
    write(tmp_path, "water_sections", {"date": pd.Timestamp("2025-09-01"), "value": 1.0})
    assert seen(tmp_path, "clear_water", "2025") == twice("2025-09-30")
    ledger(tmp_path, forest_cover="2025-Q2", greening_total="2025-11", straw_use="2025")
    assert seen(tmp_path, "green_hills", "2025") == twice("2025-11-30"), "straw is of another battle"


@pytest.mark.parametrize(
    ("battle", "name", "row", "day"),
    [
        (
            "green_hills",
            "findings",
            {"register": "red_line", "found_date": pd.Timestamp("2025-05-01")},
            "05-01",
        ),
        (
            "green_hills",
            "findings",
            {"register": "red_line", "closed_date": pd.Timestamp("2025-05-09")},
            "05-09",
        ),
        ("green_hills", "findings", {"register": "wetland", "found_date": pd.Timestamp("2025-05-01")}, None),
        ("green_hills", "rasters", {"kind": "image", "index": "NDVI", "image_day": "2025-07-12"}, "07-12"),
        ("green_hills", "rasters", {"kind": "image", "index": "cover", "image_day": "2025-07-12"}, None),
        ("grassland_wetland", "areas", {"survey_year": 2025}, "12-31"),
        ("black_soil", "soil_samples", {"sample_date": pd.Timestamp("2025-05-01")}, "05-01"),
        ("black_soil", "waste_balances", {"period": "2025-10"}, "10-31"),
        (
            "black_soil",
            "black_odorous",
            {"date": pd.Timestamp("2025-05-01"), "area_kind": "rural"},
            "05-01",
        ),
        ("clear_water", "black_odorous", {"date": pd.Timestamp("2025-05-01"), "area_kind": "rural"}, None),
        ("cross_cutting", "tasks", {"reported_on": pd.Timestamp("2025-05-01")}, "05-01"),
    ],
)
def test_every_table_of_a_subject_tells_its_day(
    tmp_path: Path, battle: str, name: str, row: dict, day: str | None
) -> None:
    write(tmp_path, name, row)
    assert seen(tmp_path, battle, "2025")[1] == (None if day is None else f"2025-{day}")


def test_a_battle_without_data_in_the_period_is_seen_from_the_last_day_of_the_city(tmp_path: Path) -> None:
    hours(tmp_path, "2019-12-31 12:00")
    write(tmp_path, "water_automatic", {"time": pd.Timestamp("2026-08-21 04:00"), "value": 7.0})
    assert seen(tmp_path, "blue_sky", "2026") == ("2026-08-21", "2019-12-31")
    assert seen(tmp_path, "blue_sky", "2025") == ("2025-12-31", "2019-12-31")
    assert seen(tmp_path, "blue_sky", "2018") == ("2018-12-31", None)
    assert seen(tmp_path, "green_hills", "2026") == ("2026-08-21", None)


def test_without_air_the_rest_of_the_battle_says_how_far_it_goes(tmp_path: Path) -> None:
    write(tmp_path, "noise_points", {"date": pd.Timestamp("2025-05-01")})
    assert seen(tmp_path, "blue_sky", "2025") == twice("2025-05-01")


def test_a_day_that_was_asked_for_is_never_passed_and_never_ahead_of_the_data(tmp_path: Path) -> None:
    days(tmp_path, "2025-12-31", "2026-06-07")
    assert seen(tmp_path, "blue_sky", "2026", "2030-01-01") == twice("2026-06-07")
    assert seen(tmp_path, "blue_sky", "2026", "2026-06-07") == twice("2026-06-07")
    assert seen(tmp_path, "blue_sky", "2026", "2026-05-15") == ("2026-05-15", "2025-12-31")
    with pytest.raises(ParameterError, match="lies before period 2026 begins"):
        seen(tmp_path, "blue_sky", "2026", "2025-12-31")


def test_what_is_no_battle_is_seen_from_the_air_it_reads_or_else_from_the_rest(tmp_path: Path) -> None:
    hours(tmp_path, "2025-03-31 12:00")
    write(tmp_path, "water_sections", {"date": pd.Timestamp("2025-09-01"), "value": 1.0})
    assert seen(tmp_path, "mine", "2025") == twice("2025-03-31")
    assert seen(tmp_path, "mine", "2025", reads=("water_sections", "met_daily")) == twice("2025-09-30")


def test_the_tables_a_notebook_reads_tell_which_battle_it_is() -> None:
    from helpers.battles import (
        black_soil,
        blue_sky,
        clear_water,
        grassland_wetland,
        green_hills,
        overview,
    )

    for module in (blue_sky, clear_water, green_hills, black_soil, grassland_wetland):
        assert subjects.battles_of(module.TABLES) == [module.NAME]
    assert subjects.battles_of(overview.TABLES) == list(overview.PARTS)


def test_the_years_worth_a_report(tmp_path: Path) -> None:
    assert years_with_data(tmp_path, CITY) == []
    ledger(tmp_path, straw_use="2024", forest_cover="2025-Q3")
    assert years_with_data(tmp_path, CITY) == ["2024", "2025"]
    hours(tmp_path, "2019-12-31 12:00")
    assert years_with_data(tmp_path, CITY) == ["2019"]
    days(tmp_path, "2025-01-01", "2026-06-07")
    assert years_with_data(tmp_path, CITY) == ["2025", "2026"]


def test_a_period_before_or_after_everything_known_is_refused_with_the_range(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "raw", tmp_path, simulated=True)
    days(tmp_path, "2013-12-02", "2026-06-07")
    write(tmp_path, "met_daily", {"date": pd.Timestamp("1960-01-01")}, {"date": pd.Timestamp("2027-01-01")})
    assert known_range(folders, CITY) == (date(2013, 12, 2), date(2026, 6, 7))
    for period in ("2013", "2026", "2026-06", "2026-Q2", "2018"):
        require_known(folders, CITY, Period.parse(period))
    for period, side in (
        ("2026-Q3", "after the last"),
        ("2031", "after the last"),
        ("2012", "before the first"),
    ):
        with pytest.raises(ParameterError) as refused:
            require_known(folders, CITY, Period.parse(period))
        assert str(refused.value) == (
            f"period {period} lies {side} data of changchun, which reach from 2013-12-02 to 2026-06-07; "
            "expected a period they reach into; choose another period, or put its data into data/raw"
        )


def test_published_figures_of_the_city_reach_too_but_not_into_the_demonstration(tmp_path: Path) -> None:
    hours(tmp_path, "2019-04-17 12:00")
    real = Folders(tmp_path / "raw", tmp_path)
    require_known(real, CITY, Period.parse("2020"))
    with pytest.raises(ParameterError, match="after the last"):
        require_known(real, CITY, Period.parse("2031"))
    with pytest.raises(ParameterError, match="2019-04-17 to 2019-04-17"):
        require_known(Folders(tmp_path / "raw", tmp_path, simulated=True), CITY, Period.parse("2020"))


def test_of_a_city_nothing_is_known_of_no_period_is_refused(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "raw", tmp_path)
    write(tmp_path, "met_daily", {"date": pd.Timestamp("2019-01-01"), "city_code": DEMO.code})
    assert known_range(folders, DEMO) is None
    require_known(folders, DEMO, Period.parse("2031"))
    assert see(tmp_path, DEMO, Period.parse("2019"), ["blue_sky"]) == Seen(date(2019, 12, 31), None)
