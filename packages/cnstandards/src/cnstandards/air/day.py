"""One day of one station: its hours in, its daily value and whether it counts out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cnstandards.air import daily
from cnstandards.air.limits import POLLUTANTS
from cnstandards.errors import ParameterError
from cnstandards.rounding import Number, exact_fraction

HOURS = 24


@dataclass(frozen=True)
class DayValue:
    """Value of one day, not rounded (None without any valid hour or window), and what it rests on.

    ``n_valid`` counts hours, for ``O3`` 8-hour windows; a value with ``is_valid`` False does not count.
    """

    value: float | None
    n_valid: int
    is_valid: bool


def daily_mean(hours: Sequence[Number | None] | np.ndarray, *, pollutant: str = "PM2.5") -> DayValue:
    """Return the daily value of one station from the 24 hours of a day, as :func:`daily_stations` computes it.

    Parameters
    ----------
    hours
        Hours 1 to 24, hour-ending (the 24th is published as 00:00 of the next day); CO mg/m³, others μg/m³. None and
        NaN are missing hours.
    pollutant
        One of the six; ``O3`` gives the MDA8, all others the 24-hour mean.

    Raises
    ------
    ParameterError
        Another pollutant, not 24 hours, or an hour that is no number.
    SchemaError
        A value is negative.

    Notes
    -----
    GB 3095-2026, 6.4 Table 4: at least 20 hours. HJ 663, 6.1.2 for the MDA8.

    Examples
    --------
    >>> daily_mean([30] * 20 + [None] * 4)
    DayValue(value=30.0, n_valid=20, is_valid=True)
    """
    if pollutant not in POLLUTANTS:
        raise ParameterError(
            f"pollutant {pollutant!r} is unknown", expected=", ".join(POLLUTANTS), remedy="correct it"
        )
    values = [_read(hour) for hour in hours]
    _check_length(len(values))
    table = pd.DataFrame(
        {
            "station_code": "one",
            "time": pd.date_range("2025-01-01 01:00", periods=HOURS, freq="h", unit="s"),
            "pollutant": pollutant,
            "value": values,
        }
    )
    days = daily.daily_stations(table)
    day = days[days["pollutant"] == pollutant].iloc[0]
    value = float(day["value"])
    return DayValue(None if np.isnan(value) else value, int(day["n_valid"]), bool(day["is_valid"]))


def mda8(hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest 8-hour mean of days of 24 hours: :func:`cnstandards.air.daily.mda8` on hours that are a day.

    Parameters
    ----------
    hours
        Ozone by hour 1 to 24 on the last axis, μg/m³; NaN is missing. No hour of the day before is used.

    Returns
    -------
    The MDA8 (NaN without any valid window) and the valid windows, both without the last axis.

    Raises
    ------
    ParameterError
        The last axis has not 24 hours.

    Examples
    --------
    >>> value, windows = mda8(np.array([200.0] * 8 + [0.0] * 16))
    >>> float(value), int(windows)
    (200.0, 17)
    """
    values = np.asarray(hours, dtype="float64")
    _check_length(values.shape[-1] if values.ndim else 0)
    return daily.mda8(values)


def _read(hour: Number | None) -> float:
    if hour is None or hour != hour:
        return float("nan")
    return float(exact_fraction(hour))


def _check_length(n: int) -> None:
    if n != HOURS:
        raise ParameterError(
            f"the day has {n} hours",
            expected=f"{HOURS}, the hours 1 to 24",
            remedy="give a missing hour as NaN",
        )
