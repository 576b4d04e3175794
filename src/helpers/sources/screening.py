"""Screen hourly values for signs of untrue monitoring: marks for review, never a change or a deletion.

The rules and their thresholds are data: ``registry/screening.yml``. They answer articles 44 and 45 of the
plan (true, accurate and complete monitoring data). A mark is not a verdict: a real extreme may carry one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import SchemaError
from helpers.messages import parts
from helpers.sources.screening_rules import BlankRule, RunRule, Screening, StepRule, screening_rules

RULES = tuple(Screening.model_fields)
_HOUR = 3600
_AUTHENTICITY = {
    "station_code": "str",
    "pollutant": "str",
    "rule": "str",
    "n_hours": "int64",
    "first_time": "datetime64[s]",
    "last_time": "datetime64[s]",
    "share_pct": "float64",
    "example": "str",
}


def screen_hourly(hourly: pd.DataFrame, *, rules: Screening | None = None) -> pd.DataFrame:
    """Add the screen's codes to the ``flag`` of each hourly value.

    Parameters
    ----------
    hourly
        Rows of ``air_hourly``: at least ``city_code, station_code, time, pollutant, value`` (CO mg/m3, the
        others ug/m3), one row per station, hour and pollutant, in any order. Absent hours are absent rows.
    rules
        Thresholds; ``None`` takes ``registry/screening.yml``.

    Returns
    -------
    The same rows, order, index and values, with ``flag``: ``""`` or codes joined by ``;`` in the order of
    ``RULES``. Codes of an earlier screening are replaced, other codes are kept in front.

    Raises
    ------
    SchemaError
        A station has two values for one hour and pollutant. Remove the duplicate before screening.
    """
    rules = rules or screening_rules()
    series = _order(hourly)
    marks = (
        _mark_pm25_above_pm10(series, rules.pm25_above_pm10.tolerance),
        _mark_stuck(series, rules.stuck),
        _mark_jump(series, rules.jump),
    )
    bits = np.zeros(len(hourly), dtype=np.int64)
    for place, mark in enumerate(marks):
        bits[series.order[mark]] += 1 << place
    return hourly.assign(flag=_join_codes(hourly, bits))


def authenticity_table(hourly: pd.DataFrame, *, rules: Screening | None = None) -> pd.DataFrame:
    """List what the screen found: one row per station, pollutant and rule.

    Parameters
    ----------
    hourly
        Screened rows of ``air_hourly`` with their ``flag``. PM2.5 above PM10 is listed under PM2.5.
    rules
        Pollutants judged and the measure of a blank run; ``None`` takes ``registry/screening.yml``.

    Returns
    -------
    ``station_code, pollutant, rule, n_hours, first_time, last_time, share_pct, example``. ``share_pct`` is
    the share (%) of the hours with a value, and for ``blank_run`` of the clock hours between the station's
    first and last value. ``example`` is the clearest case, in figures only. ``attrs["n_screened"]`` is the number of
    values that were looked at: where it is 0 nothing was screened, and no row means nothing.

    Raises
    ------
    SchemaError
        As in :func:`screen_hourly`.
    """
    rules = rules or screening_rules()
    hourly = hourly[hourly["pollutant"].isin(rules.jump.pollutants) & hourly["value"].notna()]
    series = _order(hourly)
    before, after = _neighbours(series)
    ordered = hourly["flag"].to_numpy(object)[series.order]
    table = pd.DataFrame(
        {
            "station_code": series.station_codes[series.station],
            "pollutant": series.pollutants[series.pollutant],
            "time": series.second.astype("datetime64[s]"),
            "value": series.value,
            "before": before,
            "after": after,
            "coarse": _match_pm10(series),
        }
    )
    totals = table.groupby(["station_code", "pollutant"]).size()
    parts = [_list_blank_runs(series, rules.blank_run)]
    for code, describe in _DESCRIPTIONS.items():
        carries = {flag: code in flag.split(";") for flag in set(ordered)}
        marked = table[np.array([carries[flag] for flag in ordered], dtype=bool)]
        if code == "pm25_above_pm10":
            marked = marked[marked["pollutant"] == "PM2.5"]
        parts.append(_count_marks(marked, describe(marked), totals).assign(rule=code))
    found = pd.concat([part[list(_AUTHENTICITY)].astype(_AUTHENTICITY) for part in parts], ignore_index=True)
    rank = found["rule"].map(RULES.index)
    order = np.lexsort((found["pollutant"], found["station_code"], rank))
    found = found.take(order).reset_index(drop=True)
    found.attrs["n_screened"] = len(hourly)
    return found


@dataclass(frozen=True)
class _Series:
    """Hourly values as plain arrays, sorted by city, pollutant, station and time.

    ``order`` is the position of each row in the table it came from.
    """

    order: np.ndarray
    city: np.ndarray
    pollutant: np.ndarray
    station: np.ndarray
    second: np.ndarray
    value: np.ndarray
    pollutants: np.ndarray
    station_codes: np.ndarray

    def hour_key(self, *, by_station: bool) -> np.ndarray:
        """One whole number per city, hour and either station (whatever the pollutant) or pollutant."""
        within, n = (
            (self.station, len(self.station_codes)) if by_station else (self.pollutant, len(self.pollutants))
        )
        first = int(self.second.min(initial=0))
        span = int(self.second.max(initial=0)) - first + 1
        return (self.city * n + within) * span + self.second - first

    def follows(self) -> np.ndarray:
        """Whether a row is the next clock hour of the row above it, in the same series."""
        same = np.zeros(len(self.order), dtype=bool)
        same[1:] = self.second[1:] - self.second[:-1] == _HOUR
        for number in (self.city, self.pollutant, self.station):
            same[1:] &= number[1:] == number[:-1]
        return same

    def limit(self, limits: dict[str, float]) -> np.ndarray:
        """Threshold of each row's pollutant; NaN, which never compares true, for what is not judged."""
        return np.array([limits.get(name, np.nan) for name in self.pollutants], dtype=float)[self.pollutant]


def _order(hourly: pd.DataFrame) -> _Series:
    (city, _), (pollutant, pollutants), (station, stations) = (
        pd.factorize(hourly[column]) for column in ("city_code", "pollutant", "station_code")
    )
    second = hourly["time"].to_numpy("datetime64[s]").astype(np.int64)
    order = np.lexsort((second, station, pollutant, city))
    numbers = [number[order] for number in (city, pollutant, station, second)]
    same = np.all([np.diff(number) == 0 for number in numbers], axis=0)
    if same.any():
        first = hourly.iloc[order[int(np.argmax(same))]]
        raise SchemaError(
            where="air_hourly",
            **parts(
                "air.two_values",
                station_code=first["station_code"],
                pollutant=first["pollutant"],
                time=first["time"],
            ),
        )
    value = hourly["value"].to_numpy(float)[order]
    return _Series(order, *numbers, value, np.asarray(pollutants, object), np.asarray(stations, object))


def _match_pm10(series: _Series) -> np.ndarray:
    """PM10 of the same station and hour beside each PM2.5 value; NaN elsewhere."""
    fine, coarse = (
        np.flatnonzero((series.pollutants == name)[series.pollutant]) for name in ("PM2.5", "PM10")
    )
    matched = np.full(len(series.order), np.nan)
    if len(coarse):
        key = series.hour_key(by_station=True)
        coarse = coarse[np.argsort(key[coarse])]
        place = np.searchsorted(key[coarse], key[fine]).clip(max=len(coarse) - 1)
        found = key[coarse][place] == key[fine]
        matched[fine[found]] = series.value[coarse][place][found]
    return matched


def _mark_pm25_above_pm10(series: _Series, tolerance: float) -> np.ndarray:
    """Mark both values of a station-hour whose PM2.5 exceeds its PM10 beyond rounding."""
    marks = series.value > _match_pm10(series) + tolerance
    key = series.hour_key(by_station=True)
    coarse = np.flatnonzero((series.pollutants == "PM10")[series.pollutant])
    marks[coarse] = np.isin(key[coarse], key[marks])
    return marks


def _mark_stuck(series: _Series, rule: RunRule) -> np.ndarray:
    """Mark runs of one value over consecutive hours, above the level where rounding repeats it."""
    repeats = series.follows()
    repeats[1:] &= series.value[1:] == series.value[:-1]
    run = np.cumsum(~repeats) - 1
    length = np.bincount(run)[run] if len(run) else run
    hours = series.limit({name: limit.hours for name, limit in rule.pollutants.items()})
    above = series.limit({name: limit.above for name, limit in rule.pollutants.items()})
    return (length >= hours) & (series.value > above)


def _mark_jump(series: _Series, rule: StepRule) -> np.ndarray:
    """Mark a value far above, or far below, both neighbours in time and the median of the other stations."""
    before, after = _neighbours(series)
    step = series.limit({name: limit.step for name, limit in rule.pollutants.items()})
    factor = series.limit({name: limit.factor for name, limit in rule.pollutants.items()})

    def is_far(rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        # A missing neighbour is NaN and makes the comparison false: then nothing is judged.
        return (high - low >= step[rows]) & (high >= factor[rows] * low)

    lower, upper, value = np.minimum(before, after), np.maximum(before, after), series.value
    rows = np.arange(len(value))
    rows = np.flatnonzero(is_far(rows, upper, value) | is_far(rows, value, lower))
    others = _median_of_others(series, rows, rule.min_other_stations)
    marks = np.zeros(len(value), dtype=bool)
    marks[rows] = is_far(rows, np.maximum(upper[rows], others), value[rows])
    marks[rows] |= is_far(rows, value[rows], np.minimum(lower[rows], others))
    return marks


def _neighbours(series: _Series) -> tuple[np.ndarray, np.ndarray]:
    """Value one clock hour before and after each row; NaN where that hour has none."""
    value, follows = series.value, series.follows()
    before, after = np.full(len(value), np.nan), np.full(len(value), np.nan)
    before[1:] = np.where(follows[1:], value[:-1], np.nan)
    after[:-1] = np.where(follows[1:], value[1:], np.nan)
    return before, after


def _median_of_others(series: _Series, rows: np.ndarray, min_stations: int) -> np.ndarray:
    """Median at the same hour over the other stations of the city; NaN where too few report.

    With the hour's values sorted, leaving out the one at place p moves every later one a place down.
    """
    key = series.hour_key(by_station=False)
    pool = np.flatnonzero(np.isin(key, key[rows]) & ~np.isnan(series.value))
    pool = pool[np.lexsort((series.value[pool], key[pool]))]
    place = np.empty(len(key), dtype=np.int64)
    place[pool] = np.arange(len(pool))
    start = np.searchsorted(key[pool], key[rows], side="left")
    n_others = np.searchsorted(key[pool], key[rows], side="right") - start - 1
    own, values = place[rows] - start, series.value[pool]

    def kth(k: np.ndarray) -> np.ndarray:
        return values[np.minimum(start + k + (k >= own), len(values) - 1)] if len(values) else start

    median = (kth((n_others - 1) // 2) + kth(n_others // 2)) / 2
    return np.where(n_others >= min_stations, median, np.nan)


def _join_codes(hourly: pd.DataFrame, bits: np.ndarray) -> pd.Series:
    """Texts of the marks behind whatever other codes a row carries; each distinct text is built once."""
    old, kept = np.zeros(len(hourly), dtype=np.int64), [""]
    if "flag" in hourly and len(hourly):
        old, found = pd.factorize(hourly["flag"].fillna(""))
        kept = [";".join(code for code in flag.split(";") if code not in RULES) for flag in found]
    combined, where = np.unique(old * 8 + bits, return_inverse=True)
    texts = []
    for number in combined:
        codes = [code for place, code in enumerate(_DESCRIPTIONS) if number % 8 >> place & 1]
        texts.append(";".join(part for part in [kept[number // 8], *codes] if part))
    return pd.Series(pd.array(texts, dtype="str").take(where), index=hourly.index)


def _count_marks(marked: pd.DataFrame, cases: pd.DataFrame, totals: pd.Series) -> pd.DataFrame:
    """Count marked hours per station and pollutant, with the largest of the cases as its example."""
    keys = ["station_code", "pollutant"]
    found = marked.groupby(keys).agg(
        n_hours=("time", "size"), first_time=("time", "min"), last_time=("time", "max")
    )
    largest = cases.sort_values("size", kind="stable").drop_duplicates(keys, keep="last").set_index(keys)
    found["share_pct"] = 100 * found["n_hours"] / totals.reindex(found.index)
    found["example"] = _stamp(largest["time"]) + " · " + largest["text"]
    return found.reset_index()


def _describe_above(marked: pd.DataFrame) -> pd.DataFrame:
    text = _figures(marked["value"]) + " > " + _figures(marked["coarse"])
    return marked.assign(size=marked["value"] - marked["coarse"], text=text)


def _describe_stuck(marked: pd.DataFrame) -> pd.DataFrame:
    run = (marked["before"] != marked["value"]).cumsum()
    cases = marked.groupby(run).first().assign(size=marked.groupby(run).size())
    return cases.assign(text=_figures(cases["value"]) + " × " + cases["size"].astype("str") + " h")


def _describe_jump(marked: pd.DataFrame) -> pd.DataFrame:
    text = _figures(marked["before"]) + " → " + _figures(marked["value"]) + " → " + _figures(marked["after"])
    return marked.assign(size=(marked["value"] - marked["before"]).abs(), text=text)


_DESCRIPTIONS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "pm25_above_pm10": _describe_above,
    "stuck": _describe_stuck,
    "jump": _describe_jump,
}


def _list_blank_runs(series: _Series, rule: BlankRule) -> pd.DataFrame:
    """Runs of hours without a value between the first and last value of a station, while others report."""
    life = pd.Series(series.second).groupby(series.station).agg(["min", "max"])
    parts = [
        _find_blank_runs(series, rows, life, rule)
        for rows in pd.Series(series.second).groupby([series.city, series.pollutant]).indices.values()
    ]
    runs = pd.concat(parts) if parts else pd.DataFrame(columns=["station", "pollutant", "first", "last"])
    runs = runs.assign(
        station_code=series.station_codes[runs["station"].astype(int)],
        pollutant=series.pollutants[runs["pollutant"].astype(int)],
        time=runs["first"].to_numpy("datetime64[s]"),
        until=runs["last"].to_numpy("datetime64[s]"),
        size=(runs["last"] - runs["first"]) // _HOUR + 1,
    )
    keys = ["station_code", "pollutant"]
    found = runs.groupby(keys).agg(
        station=("station", "first"),
        n_hours=("size", "sum"),
        first_time=("time", "min"),
        last_time=("until", "max"),
    )
    alive = life.loc[found["station"]].set_axis(found.index)
    found["share_pct"] = 100 * found["n_hours"] / ((alive["max"] - alive["min"]) / _HOUR + 1)
    largest = runs.sort_values("size", kind="stable").drop_duplicates(keys, keep="last").set_index(keys)
    found["example"] = _stamp(largest["time"]) + " → " + _stamp(largest["until"])
    return found.reset_index().assign(rule="blank_run")


def _find_blank_runs(series: _Series, rows: np.ndarray, life: pd.DataFrame, rule: BlankRule) -> pd.DataFrame:
    """Blank runs of one pollutant in one city, as codes and seconds: ``station, pollutant, first, last``."""
    second, (which, stations) = series.second[rows], pd.factorize(series.station[rows])
    start = second.min()
    hour = (second - start) // _HOUR
    present = np.zeros((len(stations), hour.max() + 1), dtype=bool)
    present[which, hour] = True
    clock = start + _HOUR * np.arange(present.shape[1])
    born, dead = (life.loc[stations, end].to_numpy()[:, None] for end in ("min", "max"))
    others = present.sum(axis=0) - present
    blank = ~present & (clock > born) & (clock < dead) & (others >= rule.min_other_stations)
    edges = np.diff(np.pad(blank, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    station, first = np.nonzero(edges == 1)
    last = np.nonzero(edges == -1)[1] - 1
    long = last - first + 1 >= rule.hours
    return pd.DataFrame(
        {
            "station": stations[station[long]],
            "pollutant": series.pollutant[rows[0]],
            "first": clock[first[long]],
            "last": clock[last[long]],
        }
    )


def _figures(values: pd.Series) -> pd.Series:
    """Values as short figures, a missing one as a dash."""
    return values.map(lambda value: "–" if np.isnan(value) else f"{value:g}").astype("str")


def _stamp(times: pd.Series) -> pd.Series:
    return times.dt.strftime("%Y-%m-%d %H:%M").astype("str")
