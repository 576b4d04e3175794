"""The authenticity screen marks what it should, changes nothing, and lists what it found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import RegistryError, SchemaError
from helpers.registry.files import read_records
from helpers.sources.screening import RULES, authenticity_table, screen_hourly
from helpers.sources.screening_rules import Screening, rules_path, screening_rules

STATIONS = ("1119A", "1120A", "1121A", "1122A", "1123A")
START = pd.Timestamp("2019-02-01 01:00")


def make_series(values: dict[tuple[str, str], list[float | None]]) -> pd.DataFrame:
    """(station, pollutant) → values from ``START`` on, hour by hour; None is an absent row."""
    rows = [
        ("220100", station, START + pd.Timedelta(hours=hour), pollutant, float(value), "", "made-1")
        for (station, pollutant), series in values.items()
        for hour, value in enumerate(series)
        if value is not None
    ]
    columns = ["city_code", "station_code", "time", "pollutant", "value", "flag", "source_id"]
    return pd.DataFrame(rows, columns=columns).astype({"time": "datetime64[s]", "flag": "str"})


def marks(table: pd.DataFrame, station: str, pollutant: str) -> list[str]:
    chosen = table[(table["station_code"] == station) & (table["pollutant"] == pollutant)]
    return chosen.sort_values("time")["flag"].tolist()


def test_pm25_above_pm10_beyond_rounding_marks_both_values():
    table = screen_hourly(
        make_series({("1119A", "PM2.5"): [50, 51, 52, 60], ("1119A", "PM10"): [50, 50, 50, None]})
    )
    assert marks(table, "1119A", "PM2.5") == ["", "", "pm25_above_pm10", ""]
    assert marks(table, "1119A", "PM10") == ["", "", "pm25_above_pm10"]


def test_pm25_is_compared_with_its_own_station_and_hour_only():
    table = make_series({("1119A", "PM2.5"): [90], ("1120A", "PM10"): [10], ("1121A", "PM10"): [10]})
    assert set(screen_hourly(table)["flag"]) == {""}


@pytest.mark.parametrize(
    ("pollutant", "values", "marked"),
    [
        ("PM2.5", [78] * 23, 23),
        ("PM2.5", [78] * 5, 0),
        ("PM2.5", [78] * 6, 6),
        ("PM2.5", [10] * 30, 0),
        ("SO2", [1] * 71, 0),
        ("CO", [0.5] * 67, 0),
        ("CO", [1.6] * 18, 18),
        ("PM2.5", [78] * 4 + [None] + [78] * 4, 0),
        ("PM2.5", [78] * 5 + [79] + [78] * 6, 6),
        ("AQI", [78] * 23, 0),
    ],
)
def test_stuck_values_are_marked_above_the_level_of_rounding(pollutant, values, marked):
    flags = marks(screen_hourly(make_series({("1119A", pollutant): values})), "1119A", pollutant)
    assert flags.count("stuck") == marked


def test_equal_values_of_two_stations_are_no_run():
    table = make_series({(station, "PM2.5"): [78] * 3 for station in STATIONS})
    assert set(screen_hourly(table)["flag"]) == {""}


def jump_series(middle: float, others: float = 30, n_others: int = 3) -> pd.DataFrame:
    values = {(station, "SO2"): [others] * 3 for station in STATIONS[1 : 1 + n_others]}
    return make_series({("1119A", "SO2"): [31, middle, 29], **values})


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (jump_series(150), "jump"),
        (jump_series(80), ""),  # 49 above the higher neighbour: below the step of 50
        (jump_series(93), "jump"),  # 62 above and exactly three times 31
        (jump_series(92), ""),  # below three times 31
        (jump_series(150, others=100), ""),  # the whole city rose
        (jump_series(150, n_others=2), ""),  # too few others to judge
        (make_series({(s, "SO2"): [90, 20 if s == "1119A" else 91, 92] for s in STATIONS}), "jump"),
        (make_series({(s, "SO2"): [None, 300 if s == "1119A" else 9, 9] for s in STATIONS}), ""),
    ],
)
def test_jump_needs_both_neighbours_and_the_other_stations(table, expected):
    screened = screen_hourly(table).sort_values("time")
    at = screened[(screened["station_code"] == "1119A") & (screened["time"] == START + pd.Timedelta(hours=1))]
    assert at["flag"].tolist() == [expected]
    assert (screened["flag"] != "").sum() == (expected != "")


def test_other_stations_are_those_of_the_same_city():
    table = jump_series(150)
    elsewhere = table["station_code"] != "1119A"
    table.loc[elsewhere, "city_code"] = "110000"
    assert set(screen_hourly(table)["flag"]) == {""}


@given(
    values=st.lists(st.one_of(st.none(), st.integers(1, 400)), min_size=1, max_size=60),
    other=st.lists(st.integers(1, 400), min_size=60, max_size=60),
    seed=st.integers(0, 9),
)
@settings(max_examples=40, deadline=None)
def test_median_of_others_equals_a_plain_loop_and_values_never_change(values, other, seed):
    rng = np.random.default_rng(seed)
    series = {(station, "O3"): rng.permutation(other).tolist() for station in STATIONS[1:]}
    table = make_series(
        {("1119A", "O3"): values, ("1119A", "PM2.5"): other, ("1119A", "PM10"): values, **series}
    )
    if table.empty:
        return
    shuffled = table.sample(frac=1, random_state=seed)
    screened = screen_hourly(shuffled)
    pd.testing.assert_frame_equal(screened.drop(columns="flag"), shuffled.drop(columns="flag"))
    pd.testing.assert_frame_equal(screen_hourly(screened), screened)
    found = {
        (row.station_code, row.time)
        for row in screened.itertuples()
        if row.pollutant == "O3" and "jump" in row.flag.split(";")
    }
    assert found == plain_jumps(table[table["pollutant"] == "O3"])


def plain_jumps(table: pd.DataFrame) -> set[tuple[str, pd.Timestamp]]:
    """The rule in its plainest form, value by value."""
    rule = screening_rules().jump
    step, factor = rule.pollutants["O3"].step, rule.pollutants["O3"].factor
    value = {(row.station_code, row.time): row.value for row in table.itertuples()}
    hour, found = pd.Timedelta(hours=1), set()
    for (station, time), own in value.items():
        sides = [value.get((station, time + shift)) for shift in (-hour, hour)]
        others = [value[key] for key in value if key[1] == time and key[0] != station]
        if None in sides or len(others) < rule.min_other_stations:
            continue
        bounds = [*sides, float(np.median(others))]
        high, low = max(bounds), min(bounds)
        if (own - high >= step and own >= factor * high) or (low - own >= step and low >= factor * own):
            found.add((station, time))
    return found


@given(constant=st.integers(0, 500), run=st.integers(1, 12))
@settings(max_examples=25, deadline=None)
def test_a_constant_added_to_both_keeps_the_order_of_pm25_and_pm10(constant, run):
    fine, coarse = np.arange(run) * 7 % 13 + 20.0, np.arange(run) * 5 % 11 + 20.0
    plain = make_series({("1119A", "PM2.5"): fine, ("1119A", "PM10"): coarse})
    moved = make_series({("1119A", "PM2.5"): fine + constant, ("1119A", "PM10"): coarse + constant})
    assert screen_hourly(plain)["flag"].tolist() == screen_hourly(moved)["flag"].tolist()


def test_codes_join_in_order_and_foreign_codes_stay():
    table = make_series({("1119A", "PM2.5"): [78] * 6, ("1119A", "PM10"): [50] * 6})
    table["flag"] = "stuck;manual"
    screened = screen_hourly(table)
    assert set(marks(screened, "1119A", "PM2.5")) == {"manual;pm25_above_pm10;stuck"}
    assert set(marks(screened, "1119A", "PM10")) == {"manual;pm25_above_pm10;stuck"}


def test_two_values_for_one_hour_are_refused():
    table = make_series({("1119A", "CO"): [1, 2]})
    with pytest.raises(SchemaError, match="1119A has two values of CO at 2019-02-01 02:00:00"):
        screen_hourly(pd.concat([table, table[1:]]))


def test_empty_table_stays_empty():
    empty = make_series({("1119A", "CO"): [None]})
    assert screen_hourly(empty).equals(empty.assign(flag=empty["flag"].astype("str")))
    assert len(authenticity_table(empty)) == 0


def test_authenticity_says_whether_anything_was_looked_at():
    hourly = screen_hourly(make_series({("1119A", "PM2.5"): [10.0, 11.0, 12.0]}))
    assert authenticity_table(hourly).attrs["n_screened"] == 3
    assert authenticity_table(hourly.assign(pollutant="AQI")).attrs["n_screened"] == 0
    assert authenticity_table(hourly[:0]).attrs["n_screened"] == 0


def test_authenticity_lists_hours_span_share_and_the_clearest_case():
    values: dict[tuple[str, str], list[float | None]] = {
        (station, "PM2.5"): [20 + hour % 7 for hour in range(60)] for station in STATIONS
    }
    values["1119A", "PM2.5"] = [78] * 10 + [21, 22] + [79] * 8 + [20 + hour % 3 for hour in range(40)]
    values["1120A", "PM2.5"] = [21, 22] + [None] * 30 + [20 + hour % 7 for hour in range(28)]
    table = authenticity_table(screen_hourly(make_series(values)))
    assert table["rule"].tolist() == ["stuck", "blank_run"]
    stuck, blank = table.to_dict("records")
    assert stuck == {
        "station_code": "1119A",
        "pollutant": "PM2.5",
        "rule": "stuck",
        "n_hours": 18,
        "first_time": START,
        "last_time": START + pd.Timedelta(hours=19),
        "share_pct": 30.0,
        "example": "2019-02-01 01:00 · 78 × 10 h",
    }
    assert (blank["station_code"], blank["n_hours"], blank["share_pct"]) == ("1120A", 30, 50.0)
    assert blank["example"] == "2019-02-01 03:00 → 2019-02-02 08:00"


def test_blank_hours_count_only_while_others_report_and_the_station_lives():
    gap = [None] * 30
    table = make_series(
        {
            **{(station, "CO"): [0.5, *gap, 0.6] for station in STATIONS},
            ("1119A", "O3"): [40 + hour % 9 for hour in range(10)],
        }
    )
    assert len(authenticity_table(screen_hourly(table))) == 0


def test_examples_of_jump_and_pm25_above_pm10_are_figures():
    values = {(station, "PM2.5"): [30, 31, 30] for station in STATIONS[1:]}
    table = make_series({("1119A", "PM2.5"): [33, 333, 35], ("1119A", "PM10"): [40, 300, 41], **values})
    found = authenticity_table(screen_hourly(table)).set_index("rule")["example"]
    assert found["jump"] == "2019-02-01 02:00 · 33 → 333 → 35"
    assert found["pm25_above_pm10"] == "2019-02-01 02:00 · 333 > 300"


def test_rules_are_worded_in_both_languages_and_a_bad_record_is_named(tmp_path):
    rules = screening_rules()
    assert RULES == ("pm25_above_pm10", "stuck", "jump", "blank_run")
    for code in RULES:
        rule = getattr(rules, code)
        assert rule.name_zh
        assert rule.name_en
        assert rule.meaning_zh.endswith("。")
        assert rule.meaning_en.endswith(".")
    bad = tmp_path / "screening.yml"
    bad.write_text(
        rules_path().read_text(encoding="utf-8").replace("hours: 24", "hours: 1"), encoding="utf-8"
    )
    with pytest.raises(RegistryError, match=r"blank_run\.hours"):
        read_records(bad, Screening)


@pytest.mark.real
def test_real_year_of_changchun(shared_data):
    wide = pd.read_csv(shared_data / "data" / "air" / "hourly" / "cnemc_hourly_sites_changchun_2019.csv.gz")
    time = pd.to_datetime(wide["date"].astype(str)) + pd.to_timedelta(wide["hour"], unit="h")
    table = wide.drop(columns=["date", "hour"]).assign(time=time)
    table = table[table["type"].isin(["SO2", "NO2", "CO", "O3", "PM10", "PM2.5"])]
    table = (
        table.melt(["time", "type"], var_name="station_code").dropna().rename(columns={"type": "pollutant"})
    )
    screened = screen_hourly(table.assign(city_code="220100"))
    assert screened["value"].max() == 1524
    stuck = screened[screened["flag"].str.contains("stuck")]
    day = stuck[
        (stuck["station_code"] == "1121A") & (stuck["time"].between("2019-02-13 11:00", "2019-02-14 09:00"))
    ]
    assert day["value"].tolist() == [78.0] * 23
    assert stuck.loc[stuck["pollutant"] == "SO2"].empty
    assert not ((stuck["pollutant"] == "CO") & (stuck["value"] == 0.5)).any()
    high = screened[(screened["value"] == 1177) & (screened["station_code"] == "1126A")]
    assert high["time"].tolist() == [pd.Timestamp("2019-01-29 02:00")]
    above = authenticity_table(screened).query("rule == 'pm25_above_pm10'")
    assert above["n_hours"].sum() == 2519
    assert above["first_time"].min() >= pd.Timestamp("2019-06-18")
