"""Satellite fire points by one rule for every battle: those in the city's box, on days that the satellite files cover.

A file covers the days from its first to its last point. Days no file covers are not days without fires.
"""

from __future__ import annotations

import math
from datetime import date
from typing import NamedTuple

import pandas as pd

from helpers.registry import City

_READER = "fires_firms"
_ASKED = r"firms_[^/]*_(\d{8})-(\d{8})\.csv$"


class FireCount(NamedTuple):
    """Fire points of a span: ``n`` is NaN without a covered day, and comparable only where all days are covered."""

    n: float
    n_days_covered: int
    n_days: int

    @property
    def is_whole(self) -> bool:
        """Whether satellite files cover every day of the span."""
        return self.n_days_covered == self.n_days


def points_in_box(fires: pd.DataFrame, city: City) -> pd.DataFrame:
    """Rows of ``fires`` within the city's box, which is wider than the city."""
    box = city.box
    inside = fires["latitude"].between(box.south, box.north) & fires["longitude"].between(box.west, box.east)
    return fires[inside]


def covered_days(
    fires: pd.DataFrame, sources: pd.DataFrame | None = None, *, until: date | None = None
) -> pd.DatetimeIndex:
    """Days (local time) that satellite files cover, in order; all points count, wherever they lie.

    Parameters
    ----------
    sources
        Processed table ``sources``: a file this suite downloaded covers the days its name was asked for, also where
        nothing burnt. Without it only points tell.
    until
        Last day that counts.
    """
    ends = fires["time_local"].dt.normalize().groupby(fires["source_id"]).agg(["min", "max"])
    spans = [(row.min, row.max) for row in ends.itertuples(index=False)]
    if sources is not None:
        names = sources.loc[sources["reader"] == _READER, "path"].str.extract(_ASKED)
        days = names.apply(pd.to_datetime, format="%Y%m%d", errors="coerce").dropna()
        spans += list(days.itertuples(index=False, name=None))
    found = pd.DatetimeIndex([], dtype="datetime64[s]")
    for first, last in spans:
        found = found.union(pd.date_range(first, last, freq="D").as_unit("s"))
    return found if until is None else found[found <= pd.Timestamp(until)]


def count(
    fires: pd.DataFrame, city: City, first: date, last: date, *, covered: pd.DatetimeIndex | None = None
) -> FireCount:
    """Count the points in the city's box from one day to another, both included.

    Parameters
    ----------
    fires
        Processed table ``fires``, unfiltered: its files cover days by all their points.
    covered
        Of :func:`covered_days`; those of ``fires`` alone where it is not given.

    Examples
    --------
    >>> from helpers import registry, store
    >>> count(store.empty("fires"), registry.city("changchun"), date(2025, 3, 1), date(2025, 5, 15))
    FireCount(n=nan, n_days_covered=0, n_days=76)
    """
    span = pd.date_range(first, last, freq="D")
    n_covered = int((covered_days(fires) if covered is None else covered).isin(span).sum())
    seen = points_in_box(fires, city)["time_local"].dt.normalize().isin(span)
    return FireCount(float(seen.sum()) if n_covered else math.nan, n_covered, len(span))
