"""Where pollution comes from: roses, means by sector, the polar surface, and conditional probability.

All functions take one table of hours: ``time`` (hour-ending), ``wind_direction_deg`` (where the wind comes from, 0 to
360; 0 and 360 are north), ``wind_speed_m_s``, and ``value`` (own unit) where a pollutant is meant. A calm has no
direction, whatever the file says; an hour with wind but without direction is counted apart, not as a calm.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import ParameterError, SchemaError
from helpers.statistics import _clusters as clusters
from helpers.statistics._series import check_level, check_times, check_values
from helpers.statistics._wind import CALM_M_S
from helpers.statistics.survey import exact_interval

MINIMUM_HOURS = 10  # of a sector, before its mean or probability is told
BIN_DEG = 10.0
SPREAD_DEG = 12.0  # of the surface's kernel, standard deviations
SPREAD_M_S = 0.8


def wind_rose(
    hours: pd.DataFrame,
    *,
    edges: list[float],
    column: str = "wind_speed_m_s",
    n_sectors: int = 16,
    correct_bias: bool = True,
) -> pd.DataFrame:
    """Count how often the wind blows from each sector, by class of speed or of a pollutant.

    Parameters
    ----------
    hours
        As in the module's head. Without ``column`` known, an hour does not count.
    edges
        Rising inner edges of the classes, in the unit of ``column``; a value on an edge belongs to the class below.
        ``[2, 4, 6]`` gives four classes.
    column
        ``wind_speed_m_s`` for a wind rose, ``value`` for a pollution rose.
    n_sectors
        4 to 36, the first centred on north.
    correct_bias
        Directions reported in tens of degrees fill sectors unevenly unless the sectors are as wide as 3 tens or 1:
        the share of a sector is divided by the number of tens it holds, and all windy shares are scaled back to
        their sum. Applied only where every direction is a whole ten.

    Returns
    -------
    One row a sector and class, ``kind`` = ``sector``: ``sector_deg`` (centre), ``above``, ``at_most`` (class bounds),
    ``n`` (hours as counted), ``share_pct`` (of all hours with known speed). Two rows more, with ``sector_deg``
    NaN: ``calm`` and ``unknown`` (wind without direction). Shares add up to 100.

    Raises
    ------
    ParameterError
        Edges not rising, or a number of sectors outside 4–36.
    SchemaError
        A column is missing, or a speed below zero or direction outside 0–360.

    Notes
    -----
    openair's ``windRose``, which however counts hours without direction as calms.
    """
    steps = _check_edges(edges)
    wind = _read(hours, column=column, n_sectors=n_sectors)
    table = _lay_sectors(n_sectors, steps)
    if wind.empty:
        return table
    windy = wind[wind["kind"] == "sector"]
    sector = sector_of(windy["direction"].to_numpy(), n_sectors)
    place = np.searchsorted(steps[1:-1], windy["class_value"].to_numpy(), side="left")
    counts = np.bincount(sector * (len(steps) - 1) + place, minlength=n_sectors * (len(steps) - 1))
    shares = counts.astype(float)
    if correct_bias and (windy["direction"] % 10 == 0).all():
        tens = np.bincount(sector_of(np.arange(10.0, 361, 10), n_sectors), minlength=n_sectors)
        shares /= np.repeat(tens, len(steps) - 1)
        shares *= counts.sum() / max(shares.sum(), 1e-300)
    others = [(wind["kind"] == kind).sum() for kind in ("calm", "unknown")]
    return table.assign(n=[*counts, *others], share_pct=100 * np.array([*shares, *others]) / len(wind))


def sector_means(hours: pd.DataFrame, *, n_sectors: int = 16, level: float = 0.95) -> pd.DataFrame:
    """Average a pollutant by wind sector, with percentiles and the interval of the mean.

    Parameters
    ----------
    hours
        As in the module's head.
    n_sectors
        4 to 36.
    level
        Of the intervals, which come from half months within calendar months, not from single hours.

    Returns
    -------
    One row a sector: ``sector_deg``, ``estimate, low, high`` (unit of ``value``), ``dof, status, reason, n``,
    ``p25, p50, p75, p90, p95`` (linear between ranks; NaN below ten hours, when ``status`` is ``insufficient``).

    Raises
    ------
    ParameterError, SchemaError
        As :func:`wind_rose`; also a level out of range, or times unsorted or repeated.
    """
    check_level(level)
    windy = _windy(hours, n_sectors)
    sector = sector_of(windy["direction"].to_numpy(), n_sectors)
    told, n = _sector_ratios(windy["class_value"].to_numpy(), windy.index, sector, n_sectors, level)
    percents = [25, 50, 75, 90, 95]
    spread = np.full((n_sectors, len(percents)), np.nan)
    for code in np.flatnonzero(n >= MINIMUM_HOURS):
        spread[code] = np.percentile(windy["class_value"].to_numpy()[sector == code], percents)
    told.insert(0, "sector_deg", np.arange(n_sectors) * 360 / n_sectors)
    return pd.concat([told, pd.DataFrame(spread, columns=[f"p{percent}" for percent in percents])], axis=1)


def conditional_probability(
    hours: pd.DataFrame, *, percentile: float = 90.0, n_sectors: int = 16, level: float = 0.95
) -> pd.DataFrame:
    """Tell how often each wind sector brings a value above a percentile of all windy hours (CPF).

    Parameters
    ----------
    hours
        As in the module's head.
    percentile
        50 to below 100, of the values of all windy hours.
    n_sectors
        4 to 36.
    level
        Of the intervals: exact binomial at the effective number of hours that half-month blocks leave.

    Returns
    -------
    One row a sector: ``sector_deg, n, n_above, probability, low, high`` (0 to 1; NaN unless ``ok``), ``threshold``
    (unit of ``value``), ``status, reason``. A sector the source does not favour has 1 − percentile/100.

    Raises
    ------
    ParameterError, SchemaError
        As :func:`sector_means`; also a percentile out of range.

    Notes
    -----
    Ashbaugh et al. 1985: hours above over hours in the sector. Interval after Korn and Graubard 1998.
    """
    check_level(level)
    if not 50 <= percentile < 100:
        raise ParameterError(
            f"percentile {percentile!r}", expected="50 to below 100", remedy="choose 75 or 90"
        )
    windy = _windy(hours, n_sectors)
    values = windy["class_value"].to_numpy()
    sector = sector_of(windy["direction"].to_numpy(), n_sectors)
    threshold = float(np.percentile(values, percentile)) if len(values) else np.nan
    is_above = (values > threshold).astype(float)
    n_above = np.bincount(sector, weights=is_above, minlength=n_sectors)
    told, n = _sector_ratios(is_above, windy.index, sector, n_sectors, level)
    # A rate that never varies between blocks (0 or 1) is no failure here: the binomial still bounds it.
    is_ok = (told["status"] == "ok") | (told["reason"] == clusters.NO_SCATTER)
    rate = np.where(is_ok, n_above / np.maximum(n, 1), np.nan)
    half = (told["high"] - told["low"]).to_numpy() / 2
    ends = [
        _effective_interval(p, count, width, level) for p, count, width in zip(rate, n, half, strict=True)
    ]
    return pd.DataFrame(
        {
            "sector_deg": np.arange(n_sectors) * 360 / n_sectors,
            "n": n,
            "n_above": n_above.astype(int),
            "probability": rate,
            "low": [low for low, _ in ends],
            "high": [high for _, high in ends],
            "threshold": threshold,
            "status": np.where(is_ok, "ok", "insufficient").astype(object),
            "reason": np.where(is_ok, "", told["reason"]).astype(object),
        }
    )


def polar_surface(
    hours: pd.DataFrame, *, n_sectors: int = 36, speed_step: float = 1.0, min_hours: int = MINIMUM_HOURS
) -> pd.DataFrame:
    """Smooth a pollutant over wind direction and speed; cells that too few hours support stay empty.

    Each cell is the mean of all windy hours, weighted by how near they lie: normal weights of direction (standard
    deviation 12°) and speed (0.8 m/s). One extreme hour cannot colour a cell: the cell's *effective* number of hours
    must reach ``min_hours``, and the cell itself must hold an hour, so nothing is drawn where no wind was seen.

    Parameters
    ----------
    hours
        As in the module's head.
    n_sectors
        4 to 36.
    speed_step
        Width of a speed bin, m/s, above zero.
    min_hours
        Effective hours a cell needs, at least 1.

    Returns
    -------
    One row a sector and speed bin: ``sector_deg`` (centre), ``speed_m_s`` (lower edge, the bin includes its upper
    one), ``value`` (smoothed; NaN where unsupported), ``bin_mean``, ``n`` (hours in the bin), ``n_effective``.

    Raises
    ------
    ParameterError
        A step not above zero, ``min_hours`` below 1, or as :func:`wind_rose`.
    SchemaError
        As :func:`wind_rose`.

    Notes
    -----
    Nonparametric wind regression (Henry, Chang and Spiegelman 2002), on bins of 10° by half a speed step. openair
    fits a spline instead, which runs on into sectors without data.
    """
    if not speed_step > 0 or min_hours < 1:
        raise ParameterError(
            f"speed_step {speed_step!r}, min_hours {min_hours!r}",
            expected="above 0 and at least 1",
            remedy="correct it",
        )
    windy = _windy(hours, n_sectors)
    speed = windy["speed"].to_numpy()
    n_speeds = max(int(np.ceil(speed.max(initial=speed_step) / speed_step)), 1)
    sectors = np.repeat(np.arange(n_sectors) * 360 / n_sectors, n_speeds)
    speeds = np.tile(np.arange(n_speeds) * speed_step, n_sectors)
    values = windy["class_value"].to_numpy()
    cell = sector_of(windy["direction"].to_numpy(), n_sectors) * n_speeds + _speed_bin(speed, speed_step)
    n = np.bincount(cell, minlength=n_sectors * n_speeds)
    total = np.bincount(cell, weights=values, minlength=n_sectors * n_speeds)
    smooth, effective = _smooth(windy, step=speed_step / 2, sectors=sectors, speeds=speeds + speed_step / 2)
    is_told = (n > 0) & (effective >= min_hours)
    return pd.DataFrame(
        {
            "sector_deg": sectors,
            "speed_m_s": speeds,
            "value": np.where(is_told, smooth, np.nan),
            "bin_mean": np.where(n > 0, total / np.maximum(n, 1), np.nan),
            "n": n,
            "n_effective": effective,
        }
    )


def sector_of(direction_deg: np.ndarray, n_sectors: int) -> np.ndarray:
    """Return the sector (0 is north, clockwise) of every direction; a border belongs to the sector before it.

    Examples
    --------
    >>> sector_of(np.array([0, 11.25, 11.3, 360]), 16).tolist()
    [0, 0, 1, 0]
    """
    return np.ceil(np.asarray(direction_deg, dtype=float) * n_sectors / 360 - 0.5).astype(int) % n_sectors


def _smooth(
    windy: pd.DataFrame, *, step: float, sectors: np.ndarray, speeds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel means and effective numbers of hours at each cell centre."""
    n_directions = int(360 / BIN_DEG)
    ring = _speed_bin(windy["speed"].to_numpy(), step)
    n_rings = int(ring.max(initial=0)) + 1
    fine = sector_of(windy["direction"].to_numpy(), n_directions) * n_rings + ring
    count = np.bincount(fine, minlength=n_directions * n_rings).reshape(n_directions, n_rings)
    total = np.bincount(fine, weights=windy["class_value"], minlength=count.size).reshape(count.shape)
    turn = np.abs((sectors[:, None] - BIN_DEG * np.arange(n_directions) + 180) % 360 - 180)
    by_angle = np.exp(-0.5 * (turn / SPREAD_DEG) ** 2)
    # A ring stands at the mean speed of its hours: recorded speeds are rounded and lie unevenly within it.
    in_ring = np.bincount(ring, minlength=n_rings)
    centre = np.bincount(ring, weights=windy["speed"], minlength=n_rings) / np.maximum(in_ring, 1)
    by_speed = np.exp(-0.5 * ((speeds[:, None] - centre) / SPREAD_M_S) ** 2)
    mass, mean_mass = (((by_angle @ part) * by_speed).sum(axis=1) for part in (count, total))
    squares = ((by_angle**2 @ count) * by_speed**2).sum(axis=1)
    seen = squares > 1e-300
    divisor = np.where(seen, mass, 1)
    return np.where(seen, mean_mass / divisor, np.nan), np.where(
        seen, mass**2 / np.where(seen, squares, 1), 0
    )


def _speed_bin(speed: np.ndarray, step: float) -> np.ndarray:
    return np.maximum(np.ceil(speed / step).astype(int) - 1, 0)


def _sector_ratios(
    values: np.ndarray, times: pd.DatetimeIndex, sector: np.ndarray, n_sectors: int, level: float
) -> tuple[pd.DataFrame, np.ndarray]:
    block, month = clusters.half_months(times)
    total = clusters.sum_by_block(values, block, sector, n_sectors)
    weight = clusters.sum_by_block(np.ones(len(values)), block, sector, n_sectors)
    ratios = clusters.estimate_ratios(total, weight)
    error, dof = clusters.error_and_dof(
        ratios.influence, ratios.counted, clusters.first_of_block(month, block)
    )
    told = clusters.tell_intervals(ratios.estimate, error, dof, level=level)
    n = weight.sum(axis=0).astype(int)
    few = (n > 0) & (n < MINIMUM_HOURS)
    told.loc[few, ["estimate", "low", "high", "dof"]] = np.nan
    told.loc[few, ["status", "reason"]] = ["insufficient", f"fewer than {MINIMUM_HOURS} hours"]
    return told.assign(n=n), n


def _effective_interval(rate: float, n: int, half_width: float, level: float) -> tuple[float, float]:
    """Exact interval at the number of independent hours that a half width stands for; at most ``n``."""
    if np.isnan(rate):
        return np.nan, np.nan
    if np.isnan(half_width):
        return exact_interval(rate * n, n, level=level)
    # The half width holds the t quantile already, so the blocks' few degrees of freedom widen the interval too.
    error = half_width / clusters.normal_quantile(level)
    effective = min(rate * (1 - rate) / error**2, n)
    return exact_interval(rate * effective, effective, level=level)


def _windy(hours: pd.DataFrame, n_sectors: int) -> pd.DataFrame:
    wind = _read(hours, column="value", n_sectors=n_sectors)
    return wind[wind["kind"] == "sector"]


def _read(hours: pd.DataFrame, *, column: str, n_sectors: int) -> pd.DataFrame:
    """Return hours with known speed and class value, indexed by the time they began, with their kind."""
    if not isinstance(n_sectors, int) or not 4 <= n_sectors <= 36:
        raise ParameterError(f"{n_sectors!r} sectors", expected="4 to 36", remedy="choose 8, 12, 16 or 36")
    names = list(dict.fromkeys(["time", "wind_direction_deg", "wind_speed_m_s", column]))
    missing = [name for name in names if name not in hours]
    if missing:
        raise SchemaError(
            f"table of hours lacks {missing}", expected=", ".join(names), remedy="name its columns"
        )
    times = pd.DatetimeIndex(hours["time"])
    check_times(times, what="the table of hours")
    direction, speed, value = (
        check_values(hours[name], what=f"column {name}") for name in (*names[1:3], column)
    )
    if (direction < 0).any() or (direction > 360).any() or (speed < 0).any():
        raise SchemaError(
            "a direction outside 0 to 360 or a speed below zero", expected="degrees and m/s",
            remedy="turn codes such as 990 or 999 into missing values in the reader",
        )  # fmt: skip
    kind = np.select([speed <= CALM_M_S, np.isnan(direction)], ["calm", "unknown"], default="sector")
    wind = pd.DataFrame(
        {"direction": direction, "speed": speed, "class_value": value, "kind": kind},
        index=times - pd.Timedelta(hours=1),
    )
    return wind[wind["speed"].notna() & wind["class_value"].notna()]


def _check_edges(edges: list[float]) -> np.ndarray:
    steps = np.asarray(edges, dtype=float)
    if steps.ndim != 1 or not len(steps) or not np.isfinite(steps).all() or (np.diff(steps) <= 0).any():
        raise ParameterError(
            f"edges {edges!r}", expected="rising numbers such as [2, 4, 6]", remedy="sort them"
        )
    return np.concatenate([[-np.inf], steps, [np.inf]])


def _lay_sectors(n_sectors: int, steps: np.ndarray) -> pd.DataFrame:
    n_classes = len(steps) - 1
    centres = np.repeat(np.arange(n_sectors) * 360 / n_sectors, n_classes)
    nothing = [np.nan, np.nan]
    return pd.DataFrame(
        {
            "kind": [*["sector"] * len(centres), "calm", "unknown"],
            "sector_deg": [*centres, *nothing],
            "above": [*np.tile(steps[:-1], n_sectors), *nothing],
            "at_most": [*np.tile(steps[1:], n_sectors), *nothing],
            "n": 0,
            "share_pct": np.nan,
        }
    )
