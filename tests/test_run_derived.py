"""Station days kept beside the hours: equal to what the hours give, and made again only for years that changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import store
from helpers.battles.air_days import STATION_DAYS, summarise_hours
from helpers.run import derived

CODE = "220100"
WHOLE, CLEANED, FILES = STATION_DAYS


def hours(first: str, last: str, seed: int = 1) -> pd.DataFrame:
    times = pd.date_range(first, last, freq="h").astype("datetime64[s]")
    index = pd.MultiIndex.from_product([["1119A", "1120A"], ["PM2.5", "PM10", "O3", "CO"], times])
    table = index.to_frame(index=False, name=["station_code", "pollutant", "time"])
    values = np.random.default_rng(seed).integers(1, 200, len(table)).astype("float64")
    return table.assign(city_code=CODE, value=values, flag="", source_id="s")[
        list(store.SCHEMAS["air_hourly"])
    ]


def dust(*times: str) -> pd.DataFrame:
    moments = pd.Series(pd.to_datetime(list(times)), dtype="datetime64[s]")
    return pd.DataFrame({"city_code": CODE, "time": moments, "source_id": "d"})


@pytest.fixture
def processed(tmp_path: Path) -> Path:
    store.write_table(tmp_path, "air_hourly", hours("2024-12-25 01:00", "2025-01-06 00:00"))
    return tmp_path


def read(processed: Path, name: str = WHOLE, last: date = date(2025, 12, 31)) -> pd.DataFrame:
    return derived.read(processed, CODE, name, last=last)[0]


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Valid station days, or the files of each day, in one order."""
    table = table[table["is_valid"]] if "is_valid" in table else table.drop_duplicates()
    keys = [name for name in ("station_code", "pollutant", "date", "source_id") if name in table]
    return table.sort_values(keys, ignore_index=True)


def test_years_one_by_one_give_what_all_hours_give(processed: Path) -> None:
    store.write_table(processed, "dust_hours", dust("2024-12-31 10:00", "2025-01-01 00:00"))
    derived.bring_up_to_date(processed, CODE)
    whole = summarise_hours(
        store.read_table(processed, "air_hourly"), store.read_table(processed, "dust_hours")
    )
    for name in STATION_DAYS:
        pd.testing.assert_frame_equal(in_order(read(processed, name)), in_order(whole[name]))
    assert len(read(processed)) > len(read(processed)[lambda t: t["date"] < "2025"]) > 0


def test_days_after_the_last_one_asked_for_are_left_out(processed: Path) -> None:
    derived.bring_up_to_date(processed, CODE)
    assert read(processed, last=date(2025, 1, 2))["date"].max() == pd.Timestamp("2025-01-02")


def test_without_hours_or_dust_the_tables_are_empty(tmp_path: Path, processed: Path) -> None:
    derived.bring_up_to_date(processed, CODE)
    assert read(processed, CLEANED).empty
    derived.bring_up_to_date(tmp_path / "none", CODE)
    assert list(read(tmp_path / "none")) == list(read(processed))


def files(processed: Path, name: str = WHOLE) -> dict[str, int]:
    found = (processed / "derived" / CODE / name).glob("*/part.parquet")
    return {path.parent.name: path.stat().st_mtime_ns for path in found}


def test_only_a_changed_year_is_made_again_and_the_record_tells(processed: Path) -> None:
    derived.bring_up_to_date(processed, CODE)
    before = files(processed)
    record = derived.read(processed, CODE, WHOLE, last=date(2025, 12, 31))[1]
    derived.bring_up_to_date(processed, CODE)
    assert files(processed) == before
    assert store.is_unchanged(processed, record)
    store.write_table(
        processed,
        "air_hourly",
        hours("2025-01-01 01:00", "2025-01-06 00:00", seed=2),
        partition={"city_code": CODE, "year": 2025},
    )
    derived.bring_up_to_date(processed, CODE)
    after = files(processed)
    assert len(after) == 2
    assert len(before.items() & after.items()) == 1
    assert not store.is_unchanged(processed, record)


def test_new_dust_hours_make_every_year_again(processed: Path) -> None:
    derived.bring_up_to_date(processed, CODE)
    before = files(processed)
    store.write_table(processed, "dust_hours", dust("2025-01-02 10:00"))
    derived.bring_up_to_date(processed, CODE)
    assert not before.items() & files(processed).items()
    cleaned = read(processed, CLEANED)
    of_the_day = cleaned[(cleaned["pollutant"] == "PM10") & (cleaned["date"] == pd.Timestamp("2025-01-02"))]
    assert set(of_the_day["n_valid"]) == {23}


def test_a_year_that_is_gone_goes(processed: Path) -> None:
    derived.bring_up_to_date(processed, CODE)
    store.write_table(
        processed, "air_hourly", store.empty("air_hourly"), partition={"city_code": CODE, "year": 2024}
    )
    derived.bring_up_to_date(processed, CODE)
    assert [name[:9] for name in files(processed)] == ["year=2025"]
