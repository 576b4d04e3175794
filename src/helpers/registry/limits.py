"""The air-quality limit in force on a date, as a step function of the date (GB 3095)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from helpers.errors import RegistryError
from helpers.messages import parts
from helpers.registry.load import table


@dataclass(frozen=True)
class Limit:
    """One limit: value with unit as the table writes it, edition, and how well it is verified (V0, V2, M)."""

    value: float
    unit: str
    edition: str
    status: str


def limits(
    day: date, pollutant: str, averaging: str, *, zone: Literal["grade1", "grade2"] = "grade2"
) -> Limit:
    """Return the limit in force on one day.

    Source: GB 3095-2012 until 2026-02-28, GB 3095-2026 transition limits until 2030-12-31, its final limits
    from 2031-01-01 (``registry/tables/gb3095_limits.csv``).

    Parameters
    ----------
    day
        Day the value belongs to, from 2016-01-01.
    pollutant
        ``SO2 NO2 CO O3 PM10 PM2.5`` or an item of the standard's second table (``TSP NOx Pb BaP``).
    averaging
        ``annual``, ``24h``, ``1h``, ``MDA8`` or ``season``.
    zone
        ``grade2`` is the zone of towns and countryside; ``grade1`` that of nature reserves (clause 4.1).

    Returns
    -------
    The limit; ``value`` in µg/m³, for CO in mg/m³.

    Raises
    ------
    RegistryError
        The standard has no such item or averaging time, or no edition was in force on that day.

    Examples
    --------
    >>> limits(date(2025, 12, 31), "PM2.5", "annual").value, limits(date(2026, 3, 1), "PM2.5", "annual").value
    (35.0, 30.0)
    """
    steps = [step for step in _steps() if step["pollutant"] == pollutant and step["averaging"] == averaging]
    if not steps:
        raise RegistryError(
            where="registry/tables/gb3095_limits.csv",
            **parts("registry.no_limit", pollutant=pollutant, averaging=averaging),
        )
    for step in steps:
        first, last = step["applies"].split("/")
        if first <= day.isoformat() and (not last or day.isoformat() <= last):
            return Limit(float(step[zone]), step["unit"], step["edition"], step["status"])
    raise RegistryError(where="registry/tables/gb3095_limits.csv", **parts("registry.no_edition", day=day))


@cache
def _steps() -> list[dict[str, str]]:
    return table("gb3095_limits").to_dict("records")
