"""Is the data fresh? The last day received of every feed against the day that is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from helpers import store
from helpers.errors import CoverageError, ParameterError
from helpers.periods import Period
from helpers.schemas import schema_of, time_column
from helpers.sources.download.feeds import Feed
from helpers.sources.download.job import covered_days

COLUMNS = {
    "source": "str",
    "title_zh": "str",
    "title_en": "str",
    "last_received": "datetime64[s]",
    "expected": "datetime64[s]",
    "days_late": "Int64",
    "state": "str",
}
STATES = ("fresh", "late", "never")


def freshness_table(
    last_received: Mapping[str, date | None], feeds: Iterable[Feed], *, today: date
) -> pd.DataFrame:
    """Compare what was received with what is due.

    Parameters
    ----------
    last_received
        Feed → last day with data; absent or ``None`` where none was ever received.
    feeds
        Feeds the city follows.
    today
        Day the question is asked, or the ``as_of`` of a report.

    Returns
    -------
    One row a feed: ``source, title_zh, title_en, last_received, expected`` (days), ``days_late`` (missing
    where nothing was received, 0 when fresh), ``state`` (``fresh``, ``late``, ``never``).
    """
    rows = []
    for feed in feeds:
        last, expected = last_received.get(feed.name), feed.plan.expected_day(today)
        days_late = None if last is None else max(0, (expected - last).days)
        state = "never" if days_late is None else "late" if days_late else "fresh"
        rows.append((feed.name, feed.kind.title_zh, feed.kind.title_en, last, expected, days_late, state))
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return pd.DataFrame(
        {
            name: pd.Series(pd.to_datetime(list(cells)) if "datetime" in kind else list(cells), dtype=kind)
            for (name, kind), cells in zip(COLUMNS.items(), columns, strict=True)
        }
    )


def require_fresh(table: pd.DataFrame) -> None:
    """Stop where a feed is late or was never received.

    Raises
    ------
    CoverageError
        Every such feed with its last and its expected day. Fetch the data, or report without
        ``--require-fresh``: the report then states on its first page what is late.
    """
    stale = table[table["state"] != "fresh"]
    if stale.empty:
        return
    found = [
        f"{row.source} was never received"
        if row.state == "never"
        else f"{row.source} ends on {row.last_received:%Y-%m-%d}, {row.days_late} days late"
        for row in stale.itertuples()
    ]
    raise CoverageError(
        "; ".join(found),
        where="freshness",
        expected=", ".join(f"{row.source} to {row.expected:%Y-%m-%d}" for row in stale.itertuples()),
        remedy="run make data, or report without --require-fresh",
    )


def find_last_received(
    processed: Path, raw: Path, feeds: Iterable[Feed], *, city_code: str, until: date
) -> dict[str, date | None]:
    """Find the last day received of every feed, no later than ``until``.

    It is the last day with a row in the table the feed fills. Where a file without rows is an answer (no
    fire burnt), a day also counts when the name of a received file covers it.

    Parameters
    ----------
    until
        ``today`` or ``as_of``: what lies after it was not known then.
    """
    found: dict[str, date | None] = {}
    for feed in feeds:
        days = _days_of(processed, feed.kind.table, city_code)
        if feed.kind.may_be_empty:
            names = {path.name.rpartition("_")[0] for path in (raw / feed.name).glob("*_*")}
            days |= {day for prefix in names for day in covered_days(raw / feed.name, prefix)}
        found[feed.name] = max((day for day in days if day <= until), default=None)
    return found


def _days_of(processed: Path, table: str, city_code: str) -> set[date]:
    """Days with a row in a processed table; a ledger's figure counts on the last day of its period."""
    schema, column = schema_of(table), time_column(table)
    filters = [("city_code", "==", city_code)] if "city_code" in schema else None
    if not column:
        periods = store.read_table(processed, table, columns=["period"], filters=filters)["period"].unique()
        return {end for end in map(_end_of, periods) if end is not None}
    times = store.read_table(processed, table, columns=[column], filters=filters)[column]
    hours = pd.Timedelta(hours=1) if column == "time" else timedelta()
    return set((times - hours).dt.date.unique())


def _end_of(period: str) -> date | None:
    try:
        return Period.parse(period).end
    except ParameterError:
        return None
