"""Hours to city days and index against the rules written out in fractions, and the short way against the long one."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnstandards import air
from cnstandards.air import grid, index
from cnstandards.errors import SchemaError
from cnstandards.rounding import round_half_even
from test_air_index import ITEMS, exact_iaqi

NAMES = ("B", "A", "control")
CONTROL = "control"
CHANGE = date(2026, 3, 1)  # first day of HJ 633-2026


@st.composite
def archives(draw) -> tuple[pd.DataFrame, dict, tuple[str, ...]]:
    """Rows in any order and text type; the readings by station, pollutant, day and hour; the assessed stations."""
    stations = draw(st.sampled_from([("A",), ("A", CONTROL), NAMES]))
    n_days = draw(st.integers(1, 3))
    first = CHANGE - timedelta(days=draw(st.integers(0, 3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    gone, empty = draw(st.sampled_from([0.0, 0.05, 0.2])), draw(st.sampled_from([0.0, 0.05]))
    # few levels, so that means tie and pollutants lead together; some days dirty
    step, top = draw(st.sampled_from([(1, 8), (5, 40), (25, 40)]))
    rows, readings = [], {}
    for station in stations:
        for pollutant in air.POLLUTANTS:
            for hour in range(24 * n_days):
                if rng.random() < gone:
                    continue
                number = step * int(rng.integers(0, top))
                is_empty = rng.random() < empty
                value = Fraction(number, 10) if pollutant == "CO" else Fraction(number)
                end = pd.Timestamp(first) + pd.Timedelta(hours=hour + 1)
                rows.append((station, end, pollutant, np.nan if is_empty else float(value)))
                if not is_empty:
                    readings[station, pollutant, first + timedelta(days=hour // 24), hour % 24] = value
    table = pd.DataFrame(rows, columns=["station_code", "time", "pollutant", "value"])
    table = table.iloc[rng.permutation(len(table))]
    kind = draw(st.sampled_from(["category", "object", "str"]))
    table = table.astype({"station_code": kind, "pollutant": kind, "time": "datetime64[s]"})
    return table, readings, tuple(name for name in stations if name != CONTROL)


def station_day(hours: list[Fraction | None], pollutant: str) -> Fraction | None:
    """The valid daily value of one station, by the text of the standard; None where there is none."""
    there = [value for value in hours if value is not None]
    if pollutant == "O3":
        windows = [[v for v in hours[end - 8 : end] if v is not None] for end in range(8, 25)]
        means = [sum(window) / len(window) for window in windows if len(window) >= 6]
        return max(means) if means and (len(means) >= 14 or max(means) > 160) else None
    if len(there) < 20:
        return None
    return max(there) if pollutant == "O3_1h" else sum(there) / len(there)


def city_day(readings: dict, assessed: tuple[str, ...], pollutant: str, day: date) -> Fraction | None:
    """The published city value of a day: mean of the stations with a valid one, rounded once."""
    source = pollutant.removesuffix("_1h")
    of_stations = [
        station_day([readings.get((station, source, day, hour)) for hour in range(24)], pollutant)
        for station in assessed
    ]
    valid = [value for value in of_stations if value is not None]
    if not valid:
        return None
    return Fraction(round_half_even(sum(valid) / len(valid), 1 if source == "CO" else 0))


def index_of(values: dict[str, Fraction | None], edition: str) -> tuple[int | None, set[str]]:
    """The index of a day by the scalar sub-index in fractions, and what leads it."""
    parts: dict[str, int] = {}
    for name, item in index.DAILY_ITEMS.items():
        if values[name] is None or (name == "O3_1h" and edition == "2026"):
            continue
        found = exact_iaqi(item, values[name], edition)
        if found is not None:
            pollutant = name.removesuffix("_1h")
            parts[pollutant] = max(found, parts.get(pollutant, 0))
    top = max(parts.values(), default=None)
    lacks = any(values[name] is None for name in air.POLLUTANTS)
    if top is None or (edition == "2026" and lacks and top <= 100):
        return None, set()
    return top, {name for name, value in parts.items() if value == top > 50}


@settings(max_examples=60)
@given(archives())
def test_hours_to_index_equal_the_rules_in_fractions(archive):
    table, readings, assessed = archive
    city = air.city_days(table, assessed=assessed)
    found = {
        (row.pollutant, row.date.date()): (None if np.isnan(row.value) else Fraction(str(row.value)))
        for row in city.itertuples()
    }
    days = sorted({day for _, day in found})
    exact = {(name, day): city_day(readings, assessed, name, day) for name, day in found}
    assert found == exact
    by_day = air.daily_aqi(city)
    assert [day.date() for day in by_day["date"]] == days
    for row in by_day.itertuples():
        day = row.date.date()
        edition = "2026" if day >= CHANGE else "2012"
        values = {name: exact[name, day] for name in air.DAILY_POLLUTANTS}
        aqi, leaders = index_of(values, edition)
        ours = (None if np.isnan(row.aqi) else int(row.aqi), set(filter(None, row.primary.split(";"))))
        assert (row.edition, *ours) == (edition, aqi, leaders)


@settings(max_examples=40)
@given(archives(), st.sampled_from([None, 75.0]))
def test_the_short_way_equals_the_long_one_to_the_last_bit(archive, share):
    table, _, assessed = archive
    asked = [*assessed, "not there"]
    long = air.daily_city(air.daily_stations(table), assessed=asked, min_share_pct=share)
    short = air.city_days(table, assessed=asked, min_share_pct=share)
    pd.testing.assert_frame_equal(short, long, check_exact=True)


def test_a_table_longer_than_a_block_is_laid_out_in_any_order():
    times = pd.date_range("2013-01-01 01:00", periods=40_000, freq="h", unit="s")
    values = np.random.default_rng(20220617).integers(0, 90, len(times)) / 10
    table = pd.DataFrame({"station_code": "A", "time": times, "pollutant": "CO", "value": values})
    sorted_days = air.daily_stations(table)
    assert len(table) > next(grid.blocks(len(table))).stop
    mixed = table.sample(frac=1, random_state=20220617)
    pd.testing.assert_frame_equal(air.daily_stations(mixed), sorted_days, check_exact=True)
    own = sorted_days[sorted_days["pollutant"] == "CO"]["value"].to_numpy()[: len(values) // 24]
    assert np.array_equal(own, values[: len(own) * 24].reshape(-1, 24).sum(axis=1) / 24)
    ours = air.hourly_aqi(table, edition="2012")["aqi"].to_numpy()
    assert np.array_equal(ours, [exact_iaqi("CO_1h", Fraction(round(v * 10), 10), "2012") for v in values])


@pytest.mark.parametrize("row", [0, 39_999])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": -1.0}, "-1 .1 such values"),
        ({"value": np.inf}, "inf .1 such values"),
        ({"time": pd.Timestamp("2014-01-01 01:30")}, "2014-01-01 01:30:00.*full hours"),
        ({"time": pd.NaT}, "has gaps"),
        ({"time": pd.Timestamp("2013-01-02 01:00")}, "1 repeated rows"),
        ({"time": pd.Timestamp("2014-01-01 01:30"), "pollutant": "AQI"}, "full hours"),
    ],
)
def test_one_broken_row_is_refused_in_whichever_block_it_stands(row, change, message):
    times = pd.date_range("2013-01-01 01:00", periods=40_000, freq="h", unit="s")
    table = pd.DataFrame({"station_code": "A", "time": times, "pollutant": "CO", "value": 0.5})
    for column, value in change.items():
        table.loc[row, column] = value
    for rule in (air.daily_stations, lambda hours: air.city_days(hours, assessed=["A"])):
        with pytest.raises(SchemaError, match=message):
            rule(table)


def test_a_repeated_hour_is_refused_also_where_it_is_missing():
    table = pd.DataFrame(
        {
            "station_code": "A",
            "time": pd.to_datetime(["2025-07-01 01:00"] * 2),
            "pollutant": "CO",
            "value": np.nan,
        }
    )
    with pytest.raises(SchemaError, match="1 repeated rows"):
        air.city_days(table, assessed=["A"])


def test_no_assessed_station_is_refused_by_name():
    table = pd.DataFrame(
        {
            "station_code": "A",
            "time": pd.to_datetime(["2025-07-01 01:00"]),
            "pollutant": "CO",
            "value": 0.5,
        }
    )
    with pytest.raises(SchemaError, match=r"9999A.*stations\.yml"):
        air.city_days(table, assessed=["9999A"])


@given(st.sampled_from(ITEMS), st.lists(st.integers(0, 40_000 * 24), min_size=1, max_size=40))
def test_means_of_a_day_get_the_sub_index_of_their_fraction(item, numerators):
    """Ties of the rounding of 2026 among them: the numbers are means of 24 tenths."""
    wanted = [Fraction(number, 240) for number in numerators]
    for edition in index.EDITIONS:
        ours = index.iaqi_array(item, np.array([float(value) for value in wanted]), edition=edition)
        exact = np.array([exact_iaqi(item, value, edition) for value in wanted], dtype="float64")
        assert np.array_equal(ours, exact, equal_nan=True)


def test_infinite_and_missing_concentrations_keep_their_meaning():
    ours = index.iaqi_array("PM2.5_24h", np.array([np.inf, np.nan, 1e300]), edition="2026")
    assert np.array_equal(ours, [500.0, np.nan, 500.0], equal_nan=True)


@pytest.mark.parametrize("item", ITEMS)
def test_a_float_beside_a_tie_is_rounded_as_the_tie(item):
    """A mean of means is off by a few units in the last place; the edition of 2026 must not see it."""
    scale = 10 if item.startswith("CO") else 1
    ties = [Fraction(2 * at + 1, 2 * scale) for at in range(400)]
    exact = np.array([exact_iaqi(item, tie, "2026") for tie in ties], dtype="float64")
    values = np.array([float(tie) for tie in ties])
    for side in (0.0, np.inf):
        beside = values
        for _ in range(8):
            beside = np.nextafter(beside, side)
        assert np.array_equal(index.iaqi_array(item, beside, edition="2026"), exact)
