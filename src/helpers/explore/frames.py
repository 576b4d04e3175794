"""Plain tables that say what they are: unit in the column name, the rest in ``attrs``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from helpers import registry
from helpers.errors import ParameterError
from helpers.explore.words import both
from helpers.explore.workspace import Workspace, current
from helpers.messages import parts
from helpers.page.blocks import labels
from helpers.page.numbers import unit_label
from helpers.run.parameters import one_of

_MOST_SOURCES = 3


def describe(
    table: pd.DataFrame,
    *,
    value: str,
    unit: str,
    name: tuple[str, str],
    place: tuple[str, str],
    files: Iterable[str],
    expected: int | None = None,
    **more: Any,
) -> pd.DataFrame:
    """Write into ``attrs`` what a table is, so that it can be drawn, quoted and checked.

    Parameters
    ----------
    table
        First column: ``date``, ``time``, ``month``, ``year`` or the name of a group; gaps are rows with NaN.
    value
        Column of the values.
    unit
        Code of :mod:`helpers.units`; a rate a year ends in ``_per_year``.
    name, place
        Chinese and English name of what was measured, and where.
    files
        ``source_id`` of the files these very rows come from.
    expected
        How many rows with a value there should be; None: as many as there are rows.
    more
        Further facts, such as ``decimals``, ``limit``, ``target`` or a ``note``.

    Returns
    -------
    The table with ``attrs``: ``name, place, unit, unit_label, value, period, coverage_pct`` (rows with a value of those
    there should be), ``source, simulated`` and the further facts. Names are in the language in use.
    """
    run = current().run
    known = int(table[value].notna().sum()) if len(table) else 0
    expected = len(table) if expected is None else expected
    is_zh = run.lang == "zh"
    table = table.reset_index(drop=True)
    table.attrs = {
        "name": name[0 if is_zh else 1],
        "place": place[0 if is_zh else 1],
        "unit": unit,
        "unit_label": unit_label(unit, run.lang),
        "value": value,
        "period": _period(table),
        "coverage_pct": round(100 * known / expected, 1) if expected else 0.0,
        "source": _sources(current(), files),
        "simulated": run.folders.simulated,
        **more,
    }
    return table


def column(name: str, unit: str) -> str:
    """Name a column by what it holds and its unit: ``pm25_ug_m3``.

    Examples
    --------
    >>> column("PM2.5", "ug_m3"), column("NH3-N", "mg_l")
    ('pm25_ug_m3', 'nh3_n_mg_l')
    """
    plain = name.lower().replace(".", "").replace("-", "_")
    return f"{plain}_{unit}"


def complete_days(values: pd.Series, span: tuple[date, date]) -> pd.Series:
    """Give every calendar day of a span a row; a day without a value is a gap."""
    return values.reindex(pd.date_range(*span, freq="D", unit="s", name="date"))


def complete_months(values: pd.Series, span: tuple[date, date]) -> pd.Series:
    """Give every calendar month of a span a row, by its first day; a month without a value is a gap."""
    return values.reindex(pd.date_range(span[0].replace(day=1), span[1], freq="MS", unit="s", name="month"))


def as_series(table: pd.DataFrame) -> pd.Series:
    """Turn a table of the façade into the series that statistics take: months by their first day, or years.

    Raises
    ------
    ParameterError
        The table is no series of months or years. Ask for ``monthly`` or ``yearly`` values.
    """
    step = next((name for name in ("month", "year") if name in table), None)
    if step is None or "value" not in table.attrs:
        raise ParameterError(**parts("explore.no_series", columns=list(table.columns)))
    times = pd.DatetimeIndex(table[step]) if step == "month" else pd.Index(table[step].astype("int64"))
    return pd.Series(table[table.attrs["value"]].to_numpy(dtype="float64"), index=times)


def names_of_stations(code: str | None) -> tuple[str, str]:
    """Chinese and English name of a station, or of the city for None.

    Raises
    ------
    ParameterError
        The city has no such station; the nearest known code is named.
    """
    city = current().run.context.city
    if code is None:
        return city.name_zh, city.name_en
    listed = registry.stations(city.slug)
    row = listed[listed["station_code"] == one_of("station", code, list(listed["station_code"]))].iloc[0]
    return both("station", name=(row["name_zh"], row["name_en"]))


def _period(table: pd.DataFrame) -> str:
    step = next((name for name in ("date", "time", "month", "year") if name in table), None)
    if step is None or table.empty:
        return ""
    first, last = table[step].min(), table[step].max()
    if step == "year":
        return f"{first}/{last}"
    form = {"date": "%Y-%m-%d", "time": "%Y-%m-%d %H:%M", "month": "%Y-%m"}[step]
    return f"{first.strftime(form)}/{last.strftime(form)}"


def _sources(workspace: Workspace, ids: Iterable[str]) -> str:
    """Publishers of the files, else their titles or paths, at most three; of the demonstration its generator."""
    if workspace.run.folders.simulated:
        return labels(workspace.run.lang)["own_publisher"]
    files = workspace.table("sources")
    own = files[files["source_id"].isin(set(ids))]
    named = own["publisher"].where(own["publisher"] != "", own["title_zh"])
    told = list(dict.fromkeys(named.where(named != "", own["path"])))
    rest = len(told) - _MOST_SOURCES
    return "; ".join([*told[:_MOST_SOURCES], *([f"+{rest}"] if rest > 0 else [])])
