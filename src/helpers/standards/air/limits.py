"""Limits of GB 3095 by date, what a concentration means beside them, and the reference state of gases.

The step function of the date itself is :func:`helpers.registry.limits`. Grade 2 (二级) is that of towns and farmland.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from helpers import registry
from helpers.errors import ParameterError, SchemaError
from helpers.standards.air.constants import decimals_published, in_force_from
from helpers.standards.rounding import Number, exact_fraction, round_half_even

POLLUTANTS = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")
DAILY_POLLUTANTS = (*POLLUTANTS, "O3_1h")  # a day's O3 is the MDA8, O3_1h its 1-hour maximum
GASES = ("SO2", "NO2", "CO", "O3", "O3_1h")
PARTICLES = ("PM10", "PM2.5")

# The key cities, Changchun among them, were judged under GB 3095-2012 from 2013 on, three years before the
# country (from memory, unverified); the table begins with the country.
_KEY_CITIES_FROM = date(2013, 1, 1)


def decimals_of(pollutant: str) -> int:
    """Decimals of a published concentration of the six pollutants: CO one, the others none (HJ 633-2026, 4.2.2).

    Raises
    ------
    RegistryError
        Another pollutant: how it is rounded is not known.
    """
    return decimals_published(pollutant.removesuffix("_1h"))


def unit_of(pollutant: str) -> str:
    """Unit code of a pollutant: CO in ``mg_m3``, all others in ``ug_m3``."""
    return "mg_m3" if pollutant == "CO" else "ug_m3"


def aqi_edition(day: date) -> str:
    """Return the edition of HJ 633 in force on a day: ``"2012"``, or ``"2026"`` from 2026-03-01 on."""
    return "2026" if day >= in_force_from("HJ 633-2026") else "2012"


def limit_in_force(pollutant: str, averaging: str, day: date) -> registry.Limit:
    """Return the grade-2 limit by which a key city is judged on a day, with its edition.

    Parameters
    ----------
    pollutant
        Pollutant id of GB 3095.
    averaging
        ``"annual"``, ``"24h"``, ``"1h"`` or ``"MDA8"``.
    day
        The day judged; for a period, its last day.

    Returns
    -------
    The limit; ``value`` in μg/m³, CO in mg/m³.

    Raises
    ------
    ParameterError
        The day lies before 2013, when the 1996 edition held, which the tables do not carry.
    RegistryError
        The standard has no such limit.

    Notes
    -----
    GB 3095-2012 with its 2018 amendment; GB 3095-2026, 4.3 and 4.4.

    Examples
    --------
    >>> limit_in_force("PM2.5", "annual", date(2026, 12, 31)).value
    30.0
    """
    if day < _KEY_CITIES_FROM:
        raise ParameterError(
            f"no edition of GB 3095 is known for {day}",
            expected=f"a day from {_KEY_CITIES_FROM}",
            remedy="choose a later period",
        )
    return registry.limits(max(day, in_force_from("GB 3095-2012")), pollutant, averaging)


def attains(pollutant: str, averaging: str, value: Number, day: date) -> bool:
    """Tell whether a concentration, rounded as published, keeps the grade-2 limit in force on a day.

    Examples
    --------
    >>> attains("PM2.5", "annual", "30.5", date(2026, 12, 31))
    True
    """
    limit = exact_fraction(limit_in_force(pollutant, averaging, day).value)
    return exact_fraction(round_half_even(value, decimals_of(pollutant))) <= limit


def exceedance_multiple(value: Number, limit: Number) -> float | None:
    """Return how many times a concentration exceeds a limit, (C - S)/S, to two decimals; None when it does not.

    Examples
    --------
    >>> exceedance_multiple("75", "35")
    1.14
    """
    concentration, standard = exact_fraction(value), exact_fraction(limit)
    if concentration <= standard:
        return None
    return float(
        round_half_even((concentration - standard) / standard, decimals_published("exceeding multiple"))
    )


@dataclass(frozen=True)
class ReferenceStateBreak:
    """The change of reference state that no trend may cross unconverted.

    ``factor`` turns a gas concentration at 273 K into one at 298.15 K (μg/m³ or mg/m³ alike).
    """

    date: date
    pollutants: tuple[str, ...]
    factor: float


def reference_state_break() -> ReferenceStateBreak:
    """Return the day, the pollutants and the factor of the change of reference state.

    Gases are stated at 298.15 K from 2018-09-01 on (2018 amendment of GB 3095-2012), at 273 K before. Particles
    changed to actual conditions on the same day and cannot be converted without temperature and pressure.
    """
    return ReferenceStateBreak(in_force_from("GB 3095-2012 amendment 1"), GASES, 273 / 298.15)


def convert_reference_state(concentrations: pd.DataFrame, *, to: str = "298K") -> pd.DataFrame:
    """State all gas values at one reference temperature; particles stay as they are.

    Whatever compares or draws gases on both sides of 2018-09-01 (trends, forecasts, indices of several years) is
    formed from the result.

    Parameters
    ----------
    concentrations
        Long table with ``pollutant``, ``value`` (μg/m³, CO mg/m³), optionally ``value_unrounded``, and either ``time``
        (hour-ending) or ``date``.
    to
        ``"298K"`` converts what was measured before 2018-09-01, ``"273K"`` what was measured since.

    Returns
    -------
    The same table with converted ``value`` and ``value_unrounded``, neither of them rounded.

    Raises
    ------
    ParameterError
        ``to`` is neither of the two.
    SchemaError
        The table has neither ``time`` nor ``date``.
    """
    if to not in ("298K", "273K"):
        raise ParameterError(
            f"reference state {to!r} is unknown", expected="298K or 273K", remedy="correct it"
        )
    when = next((name for name in ("time", "date") if name in concentrations), None)
    if when is None:
        raise SchemaError("the table has no time", expected="a column time or date", remedy="add it")
    state = reference_state_break()
    days = concentrations[when] - pd.Timedelta(hours=1) if when == "time" else concentrations[when]
    is_before = days < pd.Timestamp(state.date)
    is_gas = concentrations["pollutant"].isin(state.pollutants)
    factor, chosen = (state.factor, is_before) if to == "298K" else (1 / state.factor, ~is_before)
    kept = ~(chosen & is_gas)
    columns = ["value", *concentrations.columns.intersection(["value_unrounded"])]
    return concentrations.assign(
        **{name: concentrations[name].where(kept, concentrations[name] * factor) for name in columns}
    )
