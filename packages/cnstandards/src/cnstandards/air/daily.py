"""Hours to days and stations to city: tables in, tables out.

A day holds its hours 1 to 24; the hour published as 0 closes the day before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cnstandards.air import grid
from cnstandards.air.constants import values_needed
from cnstandards.air.limits import DAILY_POLLUTANTS, PARTICLES, POLLUTANTS, decimals_of, limit_in_force
from cnstandards.columns import texts
from cnstandards.rounding import round_array

MIN_HOURS = values_needed("PM2.5", "24h")  # of a day, the same for every pollutant
MIN_WINDOW_HOURS = values_needed("O3", "8h")
MIN_WINDOWS = values_needed("O3", "MDA8")

_DAYS_AT_ONCE = 1 << 11  # of 24 hours, to stay in the processor's cache


def mda8(hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest 8-hour mean of each day and the number of valid windows.

    The 17 windows end at hours 8 to 24, so no hour of the day before is used; a window needs 6 hours.

    Parameters
    ----------
    hours
        Ozone by hour 1 to 24 on the last axis, μg/m³; NaN is missing.

    Returns
    -------
    The MDA8 (NaN without any valid window) and the valid windows, both without the last axis.

    Notes
    -----
    HJ 663-2013, 6.1.2; GB 3095-2026, 6.4 Table 4.

    Examples
    --------
    >>> value, windows = mda8(np.array([200.0] * 8 + [0.0] * 16))
    >>> float(value), int(windows)
    (200.0, 17)
    """
    is_there = ~np.isnan(hours)
    sums, counts = (_window_sums(part) for part in (np.where(is_there, hours, 0.0), is_there.astype("int8")))
    is_valid = counts >= MIN_WINDOW_HOURS
    best = np.where(is_valid, sums / np.maximum(counts, 1), -1.0).max(axis=-1)
    return np.where(best < 0, np.nan, best), is_valid.sum(axis=-1)


def _window_sums(hours: np.ndarray) -> np.ndarray:
    """Sums of 8 neighbours by doubling: pairs, fours, eights; 24 hours give 17 windows."""
    pairs = hours[..., :-1] + hours[..., 1:]
    fours = pairs[..., :-2] + pairs[..., 2:]
    eights: np.ndarray = fours[..., :-4] + fours[..., 4:]
    return eights


def without_dust(air_hourly: pd.DataFrame, *, dust_hours: pd.DataFrame) -> pd.DataFrame:
    """Leave out PM10 and PM2.5 of the hours confirmed as sand-dust.

    Concentration means and the composite index are computed from the result, the ratios of good and heavy days
    from the full table. A day left with fewer than 20 hours does not count (from memory, unverified).

    Parameters
    ----------
    air_hourly
        As in :func:`daily_stations`.
    dust_hours
        Column ``time``: hour-ending times confirmed by the national monitoring centre. The list is an input;
        nothing here decides what is dust.

    Notes
    -----
    环办监测〔2016〕120号, from 2017-01-01 (one secondary source).
    """
    is_dust = air_hourly["time"].isin(dust_hours["time"]) & air_hourly["pollutant"].isin(PARTICLES)
    return air_hourly[~is_dust]


def daily_stations(air_hourly: pd.DataFrame) -> pd.DataFrame:
    """Turn hourly station values into daily ones: 24-hour means, ozone as MDA8 and as 1-hour maximum.

    Parameters
    ----------
    air_hourly
        ``station_code``, ``time`` (hour-ending, Beijing), ``pollutant``, ``value`` (CO mg/m³, others μg/m³).

    Returns
    -------
    One row per station, pollutant and day, gaps included: ``station_code``, ``date``, ``pollutant`` (``O3`` is the
    MDA8, ``O3_1h`` the maximum), ``value`` (not rounded; NaN without any hour), ``n_valid`` (hours; for ``O3``
    windows) and ``is_valid``: at least 20 hours, for ``O3`` at least 14 windows, or fewer when the MDA8 exceeds the
    limit (160).

    Raises
    ------
    SchemaError
        A column is missing, the table is empty, a time is not on the hour, a value is negative, or a station has
        two values for one hour. Mend the reader that wrote the table.

    Notes
    -----
    GB 3095-2026, 6.4 Table 4; HJ 663, 6.1.2. The 20 hours of the 1-hour ozone maximum are from memory, unverified.
    """
    hours = grid.hour_grid(air_hourly)
    values, counts, is_valid = _station_days(hours)
    pollutant, station, day = np.indices(values.shape).reshape(3, -1)
    return pd.DataFrame(
        {
            "station_code": texts(hours.stations).take(station),
            "date": hours.days.astype("datetime64[s]")[day],
            "pollutant": texts(DAILY_POLLUTANTS).take(pollutant),
            "value": values.ravel(),
            "n_valid": counts.ravel(),
            "is_valid": is_valid.ravel(),
        }
    )


def _station_days(hours: grid.HourGrid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Daily values, their hours or windows and whether they count, by the rules of :func:`daily_stations`.

    All with the axes pollutant (``DAILY_POLLUTANTS``), station, day.
    """
    shape = (len(DAILY_POLLUTANTS), *hours.values.shape[1:3])
    values, counts = np.empty(shape), np.empty(shape, dtype="int64")
    ozone, ozone_1h = (DAILY_POLLUTANTS.index(name) for name in ("O3", "O3_1h"))
    by_day, flat, flat_counts = (
        part.reshape(len(part), shape[1] * shape[2], *part.shape[3:])
        for part in (hours.values, values, counts)
    )
    for part in grid.blocks(flat.shape[1], _DAYS_AT_ONCE):
        for at, days in enumerate(by_day[:, part]):
            block = np.asfortranarray(days)  # hour after hour: every step below runs along the days
            is_there = ~np.isnan(block)
            n_hours = is_there.sum(axis=-1, dtype="int8")
            if at == ozone:
                flat[ozone, part], flat_counts[ozone, part] = mda8(block)
                highest = np.where(is_there, block, -1.0).max(axis=-1)
                flat[ozone_1h, part] = np.where(highest < 0, np.nan, highest)
                flat_counts[ozone_1h, part] = n_hours
            else:
                flat[at, part] = _sum_of_hours(np.where(is_there, block, 0.0)) / np.where(
                    n_hours, n_hours, np.nan
                )
                flat_counts[at, part] = n_hours
    is_valid = counts >= MIN_HOURS
    # the limit is 160 in every edition since 2013
    limit = limit_in_force("O3", "MDA8", hours.days[-1].item()).value
    is_valid[ozone] = (counts[ozone] >= MIN_WINDOWS) | (values[ozone] > limit)
    return values, counts, is_valid


def _sum_of_hours(hours: np.ndarray) -> np.ndarray:
    """Sums of 24 hours by threes, then by pairs: the order of numpy's own sum over 24 neighbours, so the same float."""
    sums: np.ndarray = hours[:, :8] + hours[:, 8:16]
    sums += hours[:, 16:]
    while sums.shape[1] > 1:
        sums = sums[:, ::2] + sums[:, 1::2]
    total: np.ndarray = sums[:, 0]
    return total


def daily_city(
    daily_stations: pd.DataFrame, *, assessed: Sequence[str], min_share_pct: float | None = None
) -> pd.DataFrame:
    """Average the assessed stations into city values, rounded as published.

    Parameters
    ----------
    daily_stations
        As :func:`daily_stations` gives it; only valid values enter.
    assessed
        Codes of the stations that count: all but the control points.
    min_share_pct
        Share of the assessed stations a city day needs. None asks for one station. The rule of 75 %, or 50 % with
        fewer than 4 stations, is from memory, unverified, and therefore not the default.

    Returns
    -------
    One row per pollutant and day, gaps included: ``date``, ``pollutant``, ``value`` (rounded half to even: integer,
    CO one decimal), ``value_unrounded`` (for period statistics, which are rounded once, at their end),
    ``n_stations`` and ``is_valid``.

    Raises
    ------
    SchemaError
        A column is missing, the table is empty, none of the assessed stations is in it, or a station has two values
        for one day.
    """
    values, days = grid.day_grid(daily_stations, pollutants=DAILY_POLLUTANTS, stations=list(assessed))
    return _city_table(values, days, min_share_pct=min_share_pct)


def city_days(
    air_hourly: pd.DataFrame, *, assessed: Sequence[str], min_share_pct: float | None = None
) -> pd.DataFrame:
    """Turn hourly station values into city days: :func:`daily_city` of :func:`daily_stations`, without the table between.

    Parameters
    ----------
    air_hourly
        As in :func:`daily_stations`; stations that are not assessed take part in the checks and in the span of days.
    assessed, min_share_pct
        As in :func:`daily_city`.

    Returns
    -------
    The table of :func:`daily_city`, to the last bit.

    Raises
    ------
    SchemaError
        As in :func:`daily_stations` and :func:`daily_city`.
    """
    hours = grid.hour_grid(air_hourly)
    found, _, is_valid = _station_days(hours)
    found[~is_valid] = np.nan
    own = grid.places(hours.stations, list(assessed))[:-1]
    if (own < 0).all():
        raise grid.no_station("air_hourly", assessed)
    values = np.full((len(found), len(assessed), len(hours.days)), np.nan)
    values[:, own[own >= 0]] = found[:, own >= 0]
    return _city_table(values, hours.days, min_share_pct=min_share_pct)


def _city_table(values: np.ndarray, days: np.ndarray, *, min_share_pct: float | None) -> pd.DataFrame:
    """City days from the valid values of the assessed stations (axes pollutant, station, day)."""
    means, counts = _mean_of_stations(values)
    pollutant, day = np.indices(means.shape).reshape(2, -1)
    needed = max(1.0, values.shape[1] * (min_share_pct or 0) / 100)
    return pd.DataFrame(
        {
            "date": days.astype("datetime64[s]")[day],
            "pollutant": texts(DAILY_POLLUTANTS).take(pollutant),
            "value": _round_published(means, DAILY_POLLUTANTS).ravel(),
            "value_unrounded": means.ravel(),
            "n_stations": counts.ravel(),
            "is_valid": counts.ravel() >= needed,
        }
    )


def hourly_city(air_hourly: pd.DataFrame, *, assessed: Sequence[str]) -> pd.DataFrame:
    """Average the assessed stations into city hours, rounded half to even as the published city series is.

    Parameters
    ----------
    air_hourly
        As in :func:`daily_stations`.
    assessed
        Codes of the stations that count: all but the control points.

    Returns
    -------
    One row per pollutant and hour with at least one station: ``time`` (hour-ending), ``pollutant``, ``value``
    (integer, CO one decimal), ``n_stations``.

    Raises
    ------
    SchemaError
        As in :func:`daily_stations`, or no row is of an assessed station.
    """
    hours = grid.hour_grid(air_hourly, stations=list(assessed))
    means, counts = _mean_of_stations(hours.values)
    means, counts = (part.reshape(len(POLLUTANTS), -1) for part in (means, counts))
    pollutant, hour = np.nonzero(counts)
    return pd.DataFrame(
        {
            "time": hours.times()[hour],
            "pollutant": texts(POLLUTANTS).take(pollutant),
            "value": _round_published(means, POLLUTANTS)[pollutant, hour],
            "n_stations": counts[pollutant, hour],
        }
    )


def _mean_of_stations(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and count over axis 1 (stations), missing left out."""
    is_there = ~np.isnan(values)
    counts = is_there.sum(axis=1)
    sums = np.where(is_there, values, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan), counts


def _round_published(values: np.ndarray, pollutants: Sequence[str]) -> np.ndarray:
    """Round along axis 0 (pollutants) to the decimals published."""
    return np.stack(
        [round_array(part, decimals_of(name)) for part, name in zip(values, pollutants, strict=True)]
    )
