"""Which files the very days of a table of the air rest on."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from helpers.battles.air_days import STATION_DAYS
from helpers.battles.spans import Span
from helpers.explore.workspace import current

Ends = tuple[pd.Timestamp, pd.Timestamp] | None
"""First and last day; None where there is no day."""


def days_told(table: pd.DataFrame, value: str) -> Ends:
    """First and last day behind the values of a table: of the days, or of whole months, seasons and years."""
    known = table[table[value].notna()]
    if known.empty:
        return None
    if "start_date" in known:
        return ends_of(known)
    step = next(name for name in ("date", "month", "year") if name in known)
    times = pd.to_datetime(known[step].astype("str") + "-01-01") if step == "year" else known[step]
    longer = {"date": pd.DateOffset(), "month": pd.DateOffset(months=1), "year": pd.DateOffset(years=1)}[step]
    last = times.max() + longer
    return times.min(), last if step == "date" else last - pd.Timedelta(days=1)


def ends_of(table: pd.DataFrame) -> Ends:
    """First start and last end of a table of windows or episodes."""
    return None if table.empty else (table["start_date"].min(), table["end_date"].max())


def files_of(pollutants: Collection[str], station: str | None, ends: Ends) -> set[str]:
    """Files behind the days of some pollutants: of the city as its values were made, of a station those of its hours."""
    if ends is None:
        return set()
    span = Span(ends[0].date(), ends[1].date(), False, True)
    if station is None:
        return current().air_days().files_of(span, pollutants)
    rows = current().table(STATION_DAYS[2])
    rows = rows[span.holds(rows["date"]) & rows["pollutant"].isin(list(pollutants))]
    return set(rows["source_id"])


def dated(rows: pd.DataFrame, column: str, ends: Ends) -> pd.Series:
    """Files of the rows of a table between two days."""
    if ends is None or rows.empty:
        return pd.Series(dtype="object")
    days = rows[column].dt.normalize()
    return rows.loc[days.between(*ends), "source_id"]
