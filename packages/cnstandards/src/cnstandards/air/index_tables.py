"""The index of every city day and every station-hour: tables in, tables out.

Concentrations are averaged, indices never are: the city index comes from the city concentrations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cnstandards.air import grid, index
from cnstandards.air.limits import DAILY_POLLUTANTS, POLLUTANTS, aqi_edition
from cnstandards.columns import texts
from cnstandards.errors import ParameterError

# An index of one pollutant alone says nothing of a day (our rule).
_MIN_ITEMS_2012 = 2
_COLUMNS = {"aqi": "float64", "level": "float64", "primary": "int64", "n_items": "int64"}


def daily_aqi(
    daily_city: pd.DataFrame, *, edition: str = "in_force", not_in_plan: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the index of every city day.

    Parameters
    ----------
    daily_city
        ``date``, ``pollutant``, ``value`` (CO mg/m³, others μg/m³; ``O3`` the MDA8, ``O3_1h`` the maximum) and
        optionally ``is_valid``; rows not valid are left out.
    edition
        ``"2012"``, ``"2026"``, or ``"in_force"``: the one of each day.
    not_in_plan
        Pollutants excused under the 2026 edition, see :func:`cnstandards.air.index.index_arrays`.

    Returns
    -------
    One row per day from the first to the last: ``date``, ``edition``, ``aqi`` and ``level`` (NaN where the edition
    gives none), ``primary`` (ids joined by ``;``, empty up to 50), ``n_items`` (pollutants present of six, ozone by
    its MDA8) and ``is_complete`` (all six).

    Raises
    ------
    ParameterError
        Unknown edition.
    SchemaError
        A column is missing, the table is empty or a day has two values of a pollutant.
    """
    values, days = grid.day_grid(daily_city, pollutants=DAILY_POLLUTANTS)
    concentrations = dict(zip(DAILY_POLLUTANTS, values[:, 0], strict=True))
    return _index_table(
        {"date": days.astype("datetime64[s]")},
        concentrations,
        days=days,
        of_day=np.arange(len(days)),
        items=index.DAILY_ITEMS,
        rule=(edition, tuple(not_in_plan)),
    )


def counted_days(index: pd.DataFrame) -> pd.Series:
    """Tell which days count in day counts, in ratios and in what leads them: the one rule, each day by its edition.

    Under the 2012 edition a day counts with an index from at least two pollutants (our rule). Under the 2026 edition
    it counts with all six only: that edition gives no index to a day lacking one unless the rest lies above 100, so
    counting what has an index would count bad days alone. A day lacking an item leaves numerator and denominator alike.

    Parameters
    ----------
    index
        ``edition``, ``aqi``, ``n_items`` and ``is_complete`` as :func:`daily_aqi` gives them.

    Returns
    -------
    Truth values with the index of the table.

    Notes
    -----
    HJ 633-2026, 5.3.1; HJ 633-2012, 4.3.

    Examples
    --------
    >>> day = {"aqi": [108.0] * 2, "n_items": [5] * 2, "is_complete": [False] * 2}
    >>> counted_days(pd.DataFrame({"edition": ["2012", "2026"], **day})).tolist()
    [True, False]
    """
    is_enough = index["is_complete"].where(index["edition"] == "2026", index["n_items"] >= _MIN_ITEMS_2012)
    return is_enough.astype(bool) & index["aqi"].notna()


def hourly_aqi(air_hourly: pd.DataFrame, *, edition: str = "in_force") -> pd.DataFrame:
    """Return the index of every station-hour: the largest sub-index of the 1-hour values.

    Particles use the 24-hour breakpoints, as the published hourly index does (all 76,353 station-hours of 2019
    with six values) and HJ 633-2026 says. The moving 8-hour and 24-hour items, which HJ 633-2012 lists beside them,
    do not enter.

    Parameters
    ----------
    air_hourly
        As in :func:`daily_stations`.
    edition
        ``"2012"``, ``"2026"``, or ``"in_force"``: the one of the day the hour belongs to.

    Returns
    -------
    One row per station and hour with at least one value: ``station_code``, ``time``, ``edition``, ``aqi``,
    ``level``, ``primary``, ``n_items``, ``is_complete`` as in :func:`daily_aqi`.

    Raises
    ------
    ParameterError
        Unknown edition.
    SchemaError
        As in :func:`daily_stations`.
    """
    hours = grid.hour_grid(air_hourly)
    flat = hours.values.reshape(len(POLLUTANTS), -1)
    is_there = ~np.isnan(flat).all(axis=0)
    station, hour = np.divmod(np.flatnonzero(is_there), len(hours.days) * 24)
    return _index_table(
        {"station_code": texts(hours.stations).take(station), "time": hours.times()[hour]},
        dict(zip(POLLUTANTS, flat[:, is_there], strict=True)),
        days=hours.days,
        of_day=hour // 24,
        items=index.HOURLY_ITEMS,
        rule=(edition, ()),
    )


def _index_table(
    keys: dict[str, object],
    concentrations: dict[str, np.ndarray],
    *,
    days: np.ndarray,
    of_day: np.ndarray,
    items: dict[str, str],
    rule: tuple[str, tuple[str, ...]],
) -> pd.DataFrame:
    """Indices beside their keys, each row under the edition of its day; ``rule`` is the edition and the excused pollutants.

    ``of_day`` is the place of each row's day in ``days``.
    """
    edition, not_in_plan = rule
    if edition not in ("in_force", *index.EDITIONS):
        raise ParameterError(
            f"edition {edition!r} is unknown", expected="in_force, 2012 or 2026", remedy="correct it"
        )
    asked = index.EDITIONS if edition == "in_force" else (edition,)
    by_day = np.array([asked.index(aqi_edition(day)) if len(asked) > 1 else 0 for day in days.tolist()])
    at = by_day[of_day]
    columns = {name: np.zeros(len(at), dtype) for name, dtype in _COLUMNS.items()}
    for code in np.unique(by_day).tolist():
        chosen = at == code if by_day.min() < by_day.max() else slice(None)
        part = {pollutant: values[chosen] for pollutant, values in concentrations.items()}
        result = index.index_arrays(part, items=items, edition=asked[code], not_in_plan=not_in_plan)
        for column, values in columns.items():
            values[chosen] = getattr(result, column)
    names = index.name_pollutants(np.arange(1 << len(POLLUTANTS)))
    table = pd.DataFrame(
        {
            **keys,
            "edition": texts(asked).take(at),
            **columns,
            "primary": texts(names).take(columns["primary"]),
        }
    )
    return table.assign(is_complete=table["n_items"] == len(POLLUTANTS))
