"""Ledgers of pollution episodes: when, how high, what led, in which weather, with which fires upwind.

An episode is a run of neighbouring days above a threshold of the daily index. Nothing here says that a fire
or a wind caused it: the columns stand beside each other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import SchemaError
from helpers.standards.air.constants import days_needed
from helpers.standards.air.grades import highest_index
from helpers.statistics._tables import lay_rows
from helpers.statistics._wind import circle_deg, direction_of
from helpers.statistics.geodesy import angle_between_deg, bearing_deg, distance_km

HEAVY = highest_index(4)  # daily index above which a day is 重度及以上 (HJ 633)
UPWIND_DEG = 45.0  # a fire counts as upwind within this angle of where the wind comes from
UPWIND_KM = 150.0
VALID_DAYS = (
    days_needed().year
)  # of an annual mean: GB 3095, table 4 (its monthly minimum is left to helpers.standards.air)
_WEATHER = {"wind_speed_m_s": "mean", "relative_humidity_pct": "mean", "precipitation_mm": "sum"}
_DAY, _TIME = "datetime64[s]", "datetime64[s]"
_COLUMNS = {
    "start_date": _DAY,
    "end_date": _DAY,
    "n_days": "int64",
    "peak_date": _DAY,
    "peak_aqi": "float64",
    "leading": "str",
    "pm25_mean_ug_m3": "float64",
    "pm_ratio": "float64",
}
_FIRE_COLUMNS = {
    "start_date": _DAY,
    "time_local": _TIME,
    "distance_km": "float64",
    "bearing_deg": "float64",
    "frp_mw": "float64",
    "is_upwind": "boolean",
    "hours_before_peak": "float64",
}
_ANNUAL_COLUMNS = {
    "year": "int64",
    "value": "float64",
    "value_without": "float64",
    "difference": "float64",
    "n_days": "int64",
    "n_days_episodes": "int64",
    "status": "str",
}


def find_episodes(daily: pd.DataFrame, *, above: float = HEAVY) -> pd.DataFrame:
    """List the runs of neighbouring days whose index lies above a threshold.

    A day without an index ends a run: a gap is never taken as polluted.

    Parameters
    ----------
    daily
        One row a day: ``date``, ``aqi`` (NaN where missing), ``primary`` (ids joined by ``;``), and the city's
        ``PM2.5`` and ``PM10`` (µg/m³).
    above
        Threshold of the index.

    Returns
    -------
    One row an episode: ``start_date, end_date, n_days, peak_date, peak_aqi, leading`` (the primary pollutant of
    most days, of the peak day when tied), ``pm25_mean_ug_m3``, ``pm_ratio`` (mean PM2.5 ÷ mean PM10).

    Raises
    ------
    SchemaError
        A column is missing or a day stands twice.
    """
    table = _check_daily(daily, ["date", "aqi", "primary", "PM2.5", "PM10"])
    table = table[table["aqi"] > above]
    run = table["date"].diff().dt.days.ne(1).cumsum()
    return lay_rows([_describe(days) for _, days in table.groupby(run)], _COLUMNS)


def _describe(days: pd.DataFrame) -> dict[str, object]:
    peak = days.loc[days["aqi"].idxmax()]
    counts = days["primary"].value_counts()
    tied = counts[counts == counts.max()].index
    fine, coarse = days["PM2.5"].mean(), days["PM10"].mean()
    return {
        "start_date": days["date"].iloc[0],
        "end_date": days["date"].iloc[-1],
        "n_days": len(days),
        "peak_date": peak["date"],
        "peak_aqi": float(peak["aqi"]),
        "leading": peak["primary"] if peak["primary"] in tied else tied[0],
        "pm25_mean_ug_m3": fine,
        "pm_ratio": fine / coarse if coarse > 0 else np.nan,
    }


def add_weather(episodes: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """Add the mean weather of each episode's days.

    Parameters
    ----------
    weather
        ``met_daily`` rows: ``date``, ``wind_speed_m_s``, ``wind_direction_deg``, ``relative_humidity_pct``,
        ``precipitation_mm``; may be empty.

    Returns
    -------
    The episodes with ``wind_speed_m_s`` and ``relative_humidity_pct`` (means), ``precipitation_mm`` (sum) and
    ``wind_direction_deg`` (mean of unit vectors, where it comes from); NaN where no day is known.

    Raises
    ------
    SchemaError
        A column is missing or a day stands twice.
    """
    _require(weather, ["date", "wind_direction_deg", *_WEATHER], what="weather table")
    _refuse_repeats(weather, what="weather table")
    rows = []
    for start, end in zip(episodes["start_date"], episodes["end_date"], strict=True):
        days = weather[weather["date"].between(start, end)]
        row = {
            name: days[name].sum(min_count=1) if how == "sum" else days[name].mean()
            for name, how in _WEATHER.items()
        }
        rows.append(row | {"wind_direction_deg": _mean_direction(_directions(days))})
    columns = [*_WEATHER, "wind_direction_deg"]
    return episodes.join(pd.DataFrame(rows, columns=columns, index=episodes.index, dtype="float64"))


def _mean_direction(directions: pd.Series) -> float:
    angles = np.radians(directions.dropna().to_numpy(float))
    return float(circle_deg(np.sin(angles).sum(), np.cos(angles).sum())) if angles.size else np.nan


def _directions(weather: pd.DataFrame) -> pd.Series:
    """Where each day's wind came from; NaN on a calm day where the table tells the speed."""
    speed = weather.get("wind_speed_m_s", pd.Series(np.nan, index=weather.index))
    return direction_of(weather["wind_direction_deg"], speed)


def add_hours(episodes: pd.DataFrame, hourly: pd.DataFrame, *, above: float) -> pd.DataFrame:
    """Add the peak hour of PM2.5 and the hours above a concentration within each episode.

    Parameters
    ----------
    hourly
        City hours of PM2.5: ``time`` (hour-ending; 00:00 belongs to the day before), ``value`` (µg/m³).
    above
        Concentration, µg/m³.

    Returns
    -------
    The episodes with ``pm25_highest_hour_ug_m3``, ``peak_time`` (the first hour with that value), ``n_hours`` (valid)
    and ``n_hours_above`` (NaN where no hour is valid).
    """
    valid = hourly.dropna(subset=["value"]).sort_values("time")
    day = (pd.to_datetime(valid["time"]) - pd.Timedelta(hours=1)).dt.normalize()
    rows = []
    for start, end in zip(episodes["start_date"], episodes["end_date"], strict=True):
        inside = valid[day.between(start, end)]
        is_known = len(inside) > 0
        rows.append(
            {
                "pm25_highest_hour_ug_m3": float(inside["value"].max()) if is_known else np.nan,
                "peak_time": inside.loc[inside["value"].idxmax(), "time"] if is_known else pd.NaT,
                "n_hours": len(inside),
                "n_hours_above": float((inside["value"] > above).sum()) if is_known else np.nan,
            }
        )
    columns = ["pm25_highest_hour_ug_m3", "peak_time", "n_hours", "n_hours_above"]
    added = pd.DataFrame(rows, columns=columns, index=episodes.index)
    kinds = {"pm25_highest_hour_ug_m3": "float64", "peak_time": "datetime64[s]", "n_hours": "int64"}
    return episodes.join(added.astype(kinds | {"n_hours_above": "float64"}))


def list_fires(
    episodes: pd.DataFrame, fires: pd.DataFrame, weather: pd.DataFrame, *, latitude: float, longitude: float
) -> pd.DataFrame:
    """List the fire points within ``UPWIND_KM`` seen from the day before each episode to its last day.

    A fire is upwind when its bearing from the city lies within ``UPWIND_DEG`` of where that day's wind came from.

    Parameters
    ----------
    episodes
        As :func:`find_episodes`, with ``peak_time`` of :func:`add_hours` where hours are known.
    fires
        ``time_local``, ``latitude``, ``longitude``, ``frp_mw``; may be empty.
    weather
        ``date``, ``wind_direction_deg`` (where the wind comes from), optionally ``wind_speed_m_s``: a calm day has no
        direction.
    latitude, longitude
        The city, degrees.

    Returns
    -------
    One row a fire and episode, nearest first: ``start_date`` (of the episode), ``time_local, distance_km,
    bearing_deg`` (from the city), ``frp_mw``, ``is_upwind`` (missing where that day's wind is unknown),
    ``hours_before_peak`` (negative after the peak; NaN where the peak hour is unknown).

    Raises
    ------
    SchemaError
        A column is missing or a day of the weather stands twice.
    """
    _require(fires, ["time_local", "latitude", "longitude", "frp_mw"], what="fire table")
    _require(weather, ["date", "wind_direction_deg"], what="weather table")
    _refuse_repeats(weather, what="weather table")
    places = fires["latitude"].to_numpy(float), fires["longitude"].to_numpy(float)
    near = fires.assign(
        date=fires["time_local"].dt.normalize(),
        distance_km=distance_km(latitude, longitude, *places),
        bearing_deg=bearing_deg(latitude, longitude, *places),
    )
    near = near[near["distance_km"] <= UPWIND_KM].sort_values(["distance_km", "time_local"])
    wind = near["date"].map(_directions(weather.set_index("date"))).astype("float64")
    is_upwind = pd.array(angle_between_deg(near["bearing_deg"], wind) <= UPWIND_DEG, dtype="boolean")
    near["is_upwind"] = pd.Series(is_upwind, index=near.index).mask(wind.isna())
    peaks = episodes["peak_time"] if "peak_time" in episodes else pd.Series(pd.NaT, index=episodes.index)
    parts = []
    for start, end, peak in zip(episodes["start_date"], episodes["end_date"], peaks, strict=True):
        seen = near[near["date"].between(start - pd.Timedelta(days=1), end)]
        hours = (peak - seen["time_local"]) / pd.Timedelta(hours=1)
        parts.append(seen.assign(start_date=start, hours_before_peak=hours.astype("float64")))
    if not parts:
        return lay_rows([], _FIRE_COLUMNS)
    return pd.concat(parts, ignore_index=True)[list(_FIRE_COLUMNS)].astype(_FIRE_COLUMNS)


def add_fires(
    episodes: pd.DataFrame, fires: pd.DataFrame, weather: pd.DataFrame, *, latitude: float, longitude: float
) -> pd.DataFrame:
    """Add how many fire points were seen, how many lay upwind, and the nearest of these.

    Parameters
    ----------
    episodes, fires, weather, latitude, longitude
        As :func:`list_fires`.

    Returns
    -------
    The episodes with ``n_fires`` (NaN outside the first to last day of the fire table: not looked at is not none),
    ``n_fires_upwind`` and ``upwind_frp_mw`` (sum; both also NaN where no day's wind is known), ``nearest_upwind_km``,
    ``nearest_upwind_bearing_deg``, ``nearest_upwind_hours_before_peak``.

    Raises
    ------
    SchemaError
        As :func:`list_fires`.
    """
    listed = list_fires(episodes, fires, weather, latitude=latitude, longitude=longitude)
    days, windy = (
        fires["time_local"].dt.normalize(),
        weather.loc[_directions(weather).notna(), "date"],
    )
    first, last = days.min(), days.max()
    rows = []
    for start, end in zip(episodes["start_date"], episodes["end_date"], strict=True):
        eve = start - pd.Timedelta(days=1)
        is_covered = bool(first <= eve and end <= last)
        is_told = is_covered and bool(windy.between(eve, end).any())
        seen = listed[listed["start_date"] == start]
        upwind = seen[seen["is_upwind"].fillna(False).astype(bool)]
        nearest = upwind.iloc[0] if len(upwind) and is_covered else {}
        rows.append(
            {
                "n_fires": len(seen) if is_covered else np.nan,
                "n_fires_upwind": len(upwind) if is_told else np.nan,
                "upwind_frp_mw": upwind["frp_mw"].sum() if is_told else np.nan,
                "nearest_upwind_km": nearest.get("distance_km", np.nan),
                "nearest_upwind_bearing_deg": nearest.get("bearing_deg", np.nan),
                "nearest_upwind_hours_before_peak": nearest.get("hours_before_peak", np.nan),
            }
        )
    columns = [
        "n_fires", "n_fires_upwind", "upwind_frp_mw", "nearest_upwind_km", "nearest_upwind_bearing_deg",
        "nearest_upwind_hours_before_peak",
    ]  # fmt: skip
    return episodes.join(pd.DataFrame(rows, columns=columns, index=episodes.index, dtype="float64"))


def straw_ledger(episodes: pd.DataFrame, windows: pd.DataFrame) -> pd.DataFrame:
    """Keep the episodes that touch a straw-burning window and had fires within reach.

    Parameters
    ----------
    episodes
        With the columns of :func:`add_fires`.
    windows
        One row a window and year: ``window_id``, ``start_date``, ``end_date``, not overlapping.

    Returns
    -------
    The kept episodes with ``window_id`` in front. Fires beside an episode do not say that they made it.

    Raises
    ------
    SchemaError
        A column is missing.
    """
    _require(episodes, ["start_date", "end_date", "n_fires"], what="episode table")
    _require(windows, ["window_id", "start_date", "end_date"], what="window table")
    touched = []
    for start, end in zip(episodes["start_date"], episodes["end_date"], strict=True):
        inside = windows[(windows["start_date"] <= end) & (windows["end_date"] >= start)]
        touched.append(inside["window_id"].iloc[0] if len(inside) else None)
    ledger = episodes.assign(window_id=pd.Series(touched, index=episodes.index, dtype="object"))
    kept = ledger[ledger["window_id"].notna() & (ledger["n_fires"] > 0)]
    return kept[["window_id", *episodes.columns]].reset_index(drop=True)


def annual_without(
    daily: pd.DataFrame, episodes: pd.DataFrame, *, column: str = "PM2.5", min_days: int = VALID_DAYS
) -> pd.DataFrame:
    """Average each year with and without the days of the episodes; what they add to the annual value.

    Parameters
    ----------
    daily
        One row a day: ``date`` and ``column`` (own unit, NaN where missing).
    episodes
        Any ledger of this module.
    column
        Pollutant to average; for a mean, not for a percentile.
    min_days
        Valid days a year must have to be told at all.

    Returns
    -------
    One row a calendar year: ``year, value, value_without, difference`` (unrounded; NaN unless ``ok``), ``n_days``
    (valid), ``n_days_episodes`` (valid days left out), ``status`` (``ok``, ``insufficient``). The legal value is the one
    with all days; leaving days out explains it and does not replace it.

    Raises
    ------
    SchemaError
        A column is missing or a day stands twice.
    """
    table = _check_daily(daily, ["date", column]).dropna(subset=[column])
    inside = is_inside(table["date"], episodes)
    rows = []
    for year, days in table.groupby(table["date"].dt.year):
        values, kept = days[column], days.loc[~inside.loc[days.index], column]
        is_ok = len(values) >= min_days and len(kept) > 0
        value, without = (values.mean(), kept.mean()) if is_ok else (np.nan, np.nan)
        rows.append(
            {
                "year": int(year),
                "value": value,
                "value_without": without,
                "difference": value - without,
                "n_days": len(values),
                "n_days_episodes": len(values) - len(kept),
                "status": "ok" if is_ok else "insufficient",
            }
        )
    return lay_rows(rows, _ANNUAL_COLUMNS)


def is_inside(dates: pd.Series, episodes: pd.DataFrame) -> pd.Series:
    """Whether each day lies inside one of the episodes: for the annual value with and without them."""
    inside = pd.Series(False, index=dates.index)
    for start, end in zip(episodes["start_date"], episodes["end_date"], strict=True):
        inside |= dates.between(start, end)
    return inside


def _check_daily(daily: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    _require(daily, columns, what="daily table")
    _refuse_repeats(daily, what="daily table")
    return daily.sort_values("date")


def _require(table: pd.DataFrame, columns: list[str], *, what: str) -> None:
    missing = [name for name in columns if name not in table]
    if missing:
        raise SchemaError(
            f"{what} lacks {missing}", expected=", ".join(columns), remedy="mend the battle that built it"
        )


def _refuse_repeats(table: pd.DataFrame, *, what: str) -> None:
    repeated = table["date"].duplicated()
    if repeated.any():
        raise SchemaError(
            f"{table.loc[repeated, 'date'].iloc[0]:%Y-%m-%d} stands twice",
            where=what,
            expected="one row a day",
            remedy="remove the repeated day",
        )
