"""Limits of GB 3095 by date, what a concentration means beside them, and the reference state of gases.

Which days, cities and states they hold for stands in tables: ``gb3095_limits``, ``gb3095_applied``, ``reference_state``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

import pandas as pd

from cnstandards import tables
from cnstandards.air.constants import decimals_published, in_force_from
from cnstandards.errors import ParameterError, SchemaError, TableError
from cnstandards.rounding import Number, exact_fraction, round_half_even

POLLUTANTS = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")
DAILY_POLLUTANTS = (*POLLUTANTS, "O3_1h")  # a day's O3 is the MDA8, O3_1h its 1-hour maximum
GASES = ("SO2", "NO2", "CO", "O3", "O3_1h")
PARTICLES = ("PM10", "PM2.5")


def decimals_of(pollutant: str) -> int:
    """Decimals of a published concentration of the six pollutants: CO one, the others none (HJ 633-2026, 4.2.2).

    Raises
    ------
    TableError
        Another pollutant: how it is rounded is not known.
    """
    return decimals_published(pollutant.removesuffix("_1h"))


def unit_of(pollutant: str) -> str:
    """Unit code of a pollutant: CO in ``mg_m3``, all others in ``ug_m3``."""
    return "mg_m3" if pollutant == "CO" else "ug_m3"


def aqi_edition(day: date) -> str:
    """Return the edition of HJ 633 in force on a day: ``"2012"``, or ``"2026"`` from 2026-03-01 on."""
    return "2026" if day >= in_force_from("HJ 633-2026") else "2012"


@dataclass(frozen=True)
class Limit:
    """One limit: value with unit as the table writes it, edition, and how well it is verified (V0, V2, V1, M)."""

    value: float
    unit: str
    edition: str
    status: str


def judged_from(group: str = "capitals") -> date:
    """Return the day from which cities of a group are judged under GB 3095-2012.

    Parameters
    ----------
    group
        ``capitals`` (key regions, municipalities and provincial capitals), ``key`` (the 113 key cities of environmental
        protection and the model cities), ``prefecture`` (all prefecture cities) or ``country``.

    Raises
    ------
    ParameterError
        Another group.

    Notes
    -----
    环发〔2012〕11号 sets the years 2012, 2013, 2015 and 2016 (one secondary source); the days on which judging began
    are from press and bulletins (``gb3095_applied.csv``, one source each).

    Examples
    --------
    >>> judged_from(), judged_from("country")
    (datetime.date(2013, 1, 1), datetime.date(2016, 1, 1))
    """
    known = _groups()
    if group not in known:
        raise ParameterError(
            f"group {group!r}", expected=", ".join(known), remedy="name the group of the city"
        )
    return known[group]


@cache
def _groups() -> dict[str, date]:
    return {row["group"]: date.fromisoformat(row["judged_from"]) for row in tables.records("gb3095_applied")}


def limit_in_force(
    pollutant: str,
    averaging: str,
    day: date,
    *,
    zone: Literal["grade1", "grade2"] = "grade2",
    group: str = "capitals",
) -> Limit:
    """Return the limit by which a city is judged on a day, with its edition: a step function of the date.

    Parameters
    ----------
    pollutant
        ``SO2 NO2 CO O3 PM10 PM2.5`` or an item of the standard's second table (``TSP NOx Pb BaP``).
    averaging
        ``annual``, ``24h``, ``1h``, ``MDA8`` or ``season``.
    day
        The day judged; for a period, its last day.
    zone
        ``grade2`` (二级) is the zone of towns and countryside; ``grade1`` that of nature reserves (clause 4.1).
    group
        Of the city, as in :func:`judged_from`.

    Returns
    -------
    The limit; ``value`` in μg/m³, CO in mg/m³.

    Raises
    ------
    ParameterError
        The day lies before the group was judged under GB 3095-2012, when the 1996 edition held, which the tables do not
        carry; or another group.
    TableError
        The standard has no such item or averaging time.

    Notes
    -----
    GB 3095-2012 with its 2018 amendment until 2026-02-28; GB 3095-2026, 4.3 and 4.4: transition limits until
    2030-12-31, final limits from 2031-01-01.

    Examples
    --------
    >>> limit_in_force("PM2.5", "annual", date(2026, 12, 31)).value
    30.0
    """
    first = judged_from(group)
    if day < first:
        raise ParameterError(
            f"no edition of GB 3095 is known for {day}",
            expected=f"a day from {first}",
            remedy="choose a later period",
        )
    steps = [step for step in _steps() if step["pollutant"] == pollutant and step["averaging"] == averaging]
    if not steps:
        raise TableError(
            where="cnstandards/tables/gb3095_limits.csv",
            found=f"no limit for {pollutant} {averaging}",
            expected="an item of GB 3095 with one of its averaging times",
            remedy="correct the pollutant or the averaging time",
        )
    # The table begins with the whole country; groups judged earlier were judged by the same limits.
    asked = max(day, judged_from("country")).isoformat()
    step = next(one for one in reversed(steps) if one["applies"].split("/")[0] <= asked)
    return Limit(float(step[zone]), step["unit"], step["edition"], step["status"])


@cache
def _steps() -> list[dict[str, Any]]:
    return sorted(tables.records("gb3095_limits"), key=lambda row: str(row["applies"]))


def who_guideline(pollutant: str, averaging: str) -> Limit:
    """Return a guideline of the World Health Organization of 2021, to be seen beside a limit; nothing is judged by it.

    Parameters
    ----------
    pollutant
        ``SO2 NO2 CO O3 PM10 PM2.5``.
    averaging
        ``annual``, ``24h``, ``MDA8``, or ``peak season`` of ozone.

    Returns
    -------
    The guideline; ``value`` in μg/m³, CO in mg/m³. Those of a day are for the 99th percentile of days (three or four
    days a year above), which no statistic of HJ 663 is.

    Raises
    ------
    TableError
        There is no such guideline.

    Notes
    -----
    WHO global air quality guidelines (2021), table of recommended levels (two or more secondary sources).

    Examples
    --------
    >>> who_guideline("PM2.5", "annual").value
    5.0
    """
    rows = tables.read("who_guidelines_2021")
    found = rows[rows["pollutant"].eq(pollutant) & rows["averaging"].eq(averaging)]
    if found.empty:
        raise TableError(
            f"no guideline for {pollutant} {averaging}",
            where="cnstandards/tables/who_guidelines_2021.csv",
            expected="a pollutant with one of its averaging times",
            remedy="correct the pollutant or the averaging time",
        )
    row = found.iloc[0]
    return Limit(float(row["value"]), row["unit"], "WHO 2021", row["status"])


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
    changed to actual conditions on the same day and cannot be converted without temperature and pressure. The facts
    stand in ``reference_state.csv`` (text of the amendment in two copies).
    """
    before, after = tables.read("reference_state").to_dict("records")
    return ReferenceStateBreak(date.fromisoformat(after["from"]), GASES, before["gases_k"] / after["gases_k"])


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
