"""Sound in the functional zones: ``fb.noise.yearly("night")``; levels are dB(A), shares count point-times.

A point-time is one point on one day, by day or by night, and attains its limit or not (GB 3096-2008). Point-times measured
by hand and automatically are never added up: a year is told by one of both, as in the briefing.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from helpers.battles import noise as battle
from helpers.battles.subjects import NOISE
from helpers.errors import CoverageError
from helpers.explore.frames import describe
from helpers.explore.words import both, place_name, text
from helpers.explore.workspace import current
from helpers.messages import parts
from helpers.run.parameters import one_of
from helpers.standards import noise as rules

__all__ = ["levels", "points", "yearly", "zones"]


def __dir__() -> list[str]:
    return __all__


def points() -> pd.DataFrame:
    """Points with measurements: ``point_id, name`` (in the language in use), ``zone`` (class), ``first, last`` (days)."""
    lang = current().run.lang
    rows = current().table("noise_points").sort_values("date")
    found = rows.groupby("point_id").agg(
        name=("point_name", "last"), zone=("zone", "last"), first=("date", "min"), last=("date", "max")
    )
    return found.assign(name=[place_name(name, lang) for name in found["name"]]).reset_index()


def yearly(when: str = "night") -> pd.DataFrame:
    """Share of point-times that attain their limits in each year, with exact 95 % intervals.

    Parameters
    ----------
    when
        ``night`` or ``day``.

    Returns
    -------
    ``year, value_pct, low_pct, high_pct, n_point_times, n_met, method`` (``automatic`` or ``manual``). A year without a
    valid point-time in every quarter keeps its row with NaN. ``attrs`` holds the plan's ``target`` and ``target_year``.

    ::

        value_pct
          85 |               <> target
          65 |  o    o  o  o
             +------------------
             2019       2025

    Raises
    ------
    ParameterError
        ``when`` is neither; the nearest right word is named.
    """
    years = _built()["noise_years"]
    rows = years[years["is_told"] & (years["period"] == _checked(when))]
    parts = ["rate_pct", "low_pct", "high_pct"]
    is_whole = rows["n_quarters"] == battle.QUARTERS
    rows = rows.assign(**{part: rows[part].where(is_whole) for part in parts})
    target = next(iter(current().run.context.plan.targets_for(battle.COMPLIANCE[when])), None)
    files = {one for joined in rows["source_ids"] for one in joined.split(";")}
    return _describe(
        _shares(rows, ["year", *parts, "n", "n_met", "method"]), files, "value_pct", "pct", f"names.noise_{when}",
        target=target.value if target else None,
        target_year=target.year if target else None,
    )  # fmt: skip


def zones(when: str = "night", *, period: str) -> pd.DataFrame:
    """Share of point-times that attain their limits by class of zone, with exact 95 % intervals.

    Parameters
    ----------
    when
        As in :func:`yearly`.
    period
        ``2025``, ``2025-10`` or ``2025-Q3``.

    Returns
    -------
    ``zone`` (its class, in the language in use), ``value_pct, low_pct, high_pct, n_point_times, n_met, limit_db_a``.

    ::

        Class 1    |---o---|
        Class 4a        |--o--|    %
    """
    start, end = current().span(period, pd.Series(dtype="datetime64[s]"))
    lang = current().run.lang
    years, judged = _built()["noise_years"], _judged()
    told = judged.merge(years.loc[years["is_told"], ["year", "method", "period"]])
    is_asked = (told["period"] == _checked(when)) & told["date"].between(
        pd.Timestamp(start), pd.Timestamp(end)
    )
    found = battle.count_point_times(told[is_asked], ["zone"])
    found = found.assign(
        limit_db_a=rules.limits(found["zone"], pd.Series(when, index=found.index)),
        zone=[text("names.noise_zone", lang, zone=zone) for zone in found["zone"]],
    )
    rows = _shares(found, ["zone", "rate_pct", "low_pct", "high_pct", "n", "n_met", "limit_db_a"])
    files = told.loc[is_asked, "source_id"]
    return _describe(rows, files, "value_pct", "pct", f"names.noise_{when}", period=period)


def levels(point: str, when: str = "night", *, period: str | None = None) -> pd.DataFrame:
    """Levels of one point as measured: every day with an automatic station, a few days a year by hand.

    Parameters
    ----------
    point
        Id of ``fb.noise.points()``.
    when
        As in :func:`yearly`.
    period
        ``2025``, ``2025-10`` or ``2025-Q3``; None: the whole record.

    Returns
    -------
    Days that were measured: ``date``, ``value_db_a`` (NaN with too few hours), ``method``; where both methods measured a
    day, the automatic one. ``attrs["limit"]`` is the limit of the zone.

    ::

        value_db_a
          50 |  .  .:.  .:     - - - limit of the zone
          45 |.:.:.   ::  .:
             +----------------
             Jan  Jun   Dec

    Raises
    ------
    ParameterError
        Unknown point, or a malformed period; the nearest right word is named.
    """
    listed = points().set_index("point_id")
    known = listed.loc[one_of("point", point, list(listed.index))]
    judged = _judged()
    rows = judged[(judged["point_id"] == point) & (judged["period"] == _checked(when))]
    rows = rows.sort_values(["date", "method"]).drop_duplicates("date")  # automatic sorts before manual
    if period is not None:
        start, end = current().span(period, rows["date"])
        rows = rows[rows["date"].between(pd.Timestamp(start), pd.Timestamp(end))]
    table = rows[["date", "value", "method"]].rename(columns={"value": "value_db_a"})
    limit = rules.limits(pd.Series([known["zone"]]), pd.Series([when]))
    return _describe(
        table, rows["source_id"], "value_db_a", "db_a", f"names.noise_level_{when}", place=(known["name"],) * 2,
        limit=float(limit[0]), limit_name=text("zone_limit", current().run.lang, zone=known["zone"]),
    )  # fmt: skip


def _built() -> dict[str, pd.DataFrame]:
    """Noise tables of the blue-sky battle."""
    tables, context = _received(), current().run.context
    return current().keep("noise", lambda: battle.build(tables, context))


def _judged() -> pd.DataFrame:
    """Every point-time with its level and verdict."""
    tables = _received()
    day_hours = rules.DayHours(*current().run.context.city.noise_day_hours)
    return current().keep(
        "point-times",
        lambda: battle.judge_point_times(tables["noise_points"], tables["noise_hours"], day_hours),
    )


def _received() -> dict[str, pd.DataFrame]:
    tables = {name: current().table(name) for name in NOISE}
    if tables["noise_points"].empty:
        raise CoverageError(**parts("explore.no_level"))
    return tables


def _checked(when: str) -> str:
    return one_of("when", when, rules.PERIODS)


def _shares(found: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return found[columns].rename(columns={"rate_pct": "value_pct", "n": "n_point_times"})


def _describe(
    table: pd.DataFrame, files: Iterable[str], value: str, unit: str, key: str, **more: object
) -> pd.DataFrame:
    city = current().run.context.city
    told = {"place": (city.name_zh, city.name_en)} | more
    return describe(table, value=value, unit=unit, name=both(key), files=files, decimals=1, **told)
