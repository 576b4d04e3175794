"""Which days count in day counts and ratios: one rule, each day by its edition, bad and good days alike."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.standards import air

CLEAN = {"SO2": 8.0, "NO2": 25.0, "CO": 0.6, "O3": 88.0, "PM10": 45.0, "PM2.5": 30.0}
GOOD, BAD, HEAVY = 30.0, 130.0, 200.0  # PM2.5 of index 50, above 150 and above 200 in both editions


def days(first: str, pm25: list[float], *, lacking: dict[int, str] | None = None) -> pd.DataFrame:
    """City days with the PM2.5 given; ``lacking`` names the pollutants a day is without, joined by blanks."""
    return pd.DataFrame(
        [
            {"date": day, "pollutant": name, "value": value}
            for at, (day, given) in enumerate(
                zip(pd.date_range(first, periods=len(pm25), unit="s"), pm25, strict=True)
            )
            for name, value in (CLEAN | {"PM2.5": given}).items()
            if name not in (lacking or {}).get(at, "").split()
        ]
    )


def told(table: pd.DataFrame, statistic: str, *, edition: str, pollutant: str = "") -> float:
    """Value of a statistic over all days of the table, rule "present"."""
    span = {"start": table["date"].min().date(), "end": table["date"].max().date()}
    rows = air.period_statistics(table, **span, editions=(edition,))
    rows = rows[
        (rows["statistic"] == statistic) & (rows["pollutant"] == pollutant) & (rows["rule"] == "present")
    ]
    return float(rows["value"].iloc[0])


@pytest.mark.parametrize(
    ("day", "lacking", "pm25", "counts"),
    [
        ("2026-02-28", "O3", GOOD, True),
        ("2026-02-28", "O3", BAD, True),
        ("2026-02-28", "O3 SO2 NO2 CO", BAD, True),
        ("2026-02-28", "O3 SO2 NO2 CO PM10", BAD, False),
        ("2026-03-01", "", GOOD, True),
        ("2026-03-01", "", BAD, True),
        ("2026-03-01", "O3", GOOD, False),
        ("2026-03-01", "O3", BAD, False),
        ("2026-03-01", "SO2", HEAVY, False),
    ],
)
def test_each_day_is_counted_by_its_own_edition(day, lacking, pm25, counts):
    index = air.daily_aqi(days(day, [pm25], lacking={0: lacking}))
    assert air.counted_days(index).tolist() == [counts]


def test_a_day_without_an_index_does_not_count():
    table = days("2025-01-01", [GOOD] * 3)
    index = air.daily_aqi(table[table["date"] != "2025-01-02"])
    assert air.counted_days(index).tolist() == [True, False, True]
    assert air.counted_days(index.iloc[:0]).dtype == bool


def test_ozone_lacking_from_march_on_leaves_no_share_of_bad_days_alone():
    """Ten days on each side of 2026-03-01, three bad on each, ozone lacking throughout: 7 of the 10 of February."""
    pm25 = ([GOOD] * 7 + [BAD] * 2 + [HEAVY]) * 2
    table = days("2026-02-19", pm25, lacking=dict.fromkeys(range(20), "O3"))
    in_force = {
        name: told(table, name, edition="in_force")
        for name in ("valid_days", "good_days", "heavy_days", "good_ratio", "heavy_ratio")
    }
    assert in_force == {
        "valid_days": 10, "good_days": 7, "heavy_days": 1, "good_ratio": 70, "heavy_ratio": 10
    }  # fmt: skip
    assert told(table, "valid_days", edition="2026") == 0
    assert pd.isna(told(table, "good_ratio", edition="2026"))
    assert told(table, "good_ratio", edition="2012") == 70
    assert told(table, "polluted_primary_days", edition="in_force", pollutant="PM2.5") == 3


@given(
    st.lists(st.tuples(st.sampled_from([GOOD, BAD, HEAVY]), st.booleans()), min_size=1, max_size=40),
    st.sampled_from(["O3", "SO2", "CO"]),
    st.sampled_from(["2026-03-01", "2026-02-19", "2025-06-01"]),
)
def test_a_day_lacking_an_item_leaves_bad_and_good_alike(drawn, item, first):
    """Whatever lacks, the counts are those of the days that count, had nothing lacked: no day is chosen by its index."""
    pm25 = [value for value, _ in drawn]
    lacking = {at: item for at, (_, is_lacking) in enumerate(drawn) if is_lacking}
    full, part = days(first, pm25), days(first, pm25, lacking=lacking)
    is_counted = air.counted_days(air.daily_aqi(part))
    first_2026 = date(2026, 3, 1)
    expected = [
        at not in lacking or day.date() < first_2026
        for at, day in enumerate(pd.date_range(first, periods=len(pm25)))
    ]
    assert is_counted.tolist() == expected
    kept = air.daily_aqi(full)[expected]
    for statistic, count in (
        ("valid_days", len(kept)),
        ("good_days", (kept["aqi"] <= 100).sum()),
        ("heavy_days", (kept["aqi"] > 200).sum()),
    ):
        assert told(part, statistic, edition="in_force") == count
