"""Is the data fresh? The last day received of every feed against the day that is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import store
from helpers.days import last_day
from helpers.errors import CoverageError
from helpers.messages import message
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
    last_received: Mapping[str, date | None],
    feeds: Iterable[Feed],
    *,
    today: date,
    period_end: date = date.max,
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
    period_end
        Last day the question is about: data after it are not expected.

    Returns
    -------
    One row a feed: ``source, title_zh, title_en, last_received, expected`` (days), ``days_late`` (missing
    where nothing was received, 0 when fresh), ``state`` (``fresh``, ``late``, ``never``).
    """
    rows = []
    for feed in feeds:
        last, expected = last_received.get(feed.name), feed.plan.expected_day(today, period_end)
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
        message("download.never", source=row.title_en)
        if row.state == "never"
        else message(
            "download.late", source=row.title_en, last=f"{row.last_received:%Y-%m-%d}", days=row.days_late
        )
        for row in stale.itertuples()
    ]
    wanted = [
        message("download.up_to", source=row.title_en, day=f"{row.expected:%Y-%m-%d}")
        for row in stale.itertuples()
    ]
    raise CoverageError(
        "; ".join(found),
        where="freshness",
        expected=message("download.wanted", names=", ".join(wanted)),
        remedy=message("download.run_make_data"),
    )


def find_last_received(
    processed: Path, raw: Path, feeds: Iterable[Feed], *, city_code: str, until: date
) -> dict[str, date | None]:
    """Find the last day received of every feed, no later than ``until``.

    It is the last day with a row of its own files in a table the feed fills: what another reader gave is not of this
    feed. Where a file without rows is an answer (no fire burnt), a day also counts when the name of a received file
    covers it.

    Parameters
    ----------
    until
        ``today`` or ``as_of``: what lies after it was not known then.
    """
    readers = store.read_table(processed, "sources", columns=["source_id", "reader"])
    found: dict[str, date | None] = {}
    for feed in feeds:
        own = readers[readers["reader"].isin(feed.kind.readers)] if feed.kind.readers else readers
        filters = [("source_id", "in", own["source_id"].tolist())]
        days = [
            last_day(processed, name, city_code=city_code, until=until, filters=filters)
            for name in feed.kind.tables
            if len(own)
        ]
        days.append(covered_until(raw, feed, until))
        found[feed.name] = max((day for day in days if day is not None), default=None)
    return found


def covered_until(raw: Path, feed: Feed, until: date) -> date | None:
    """Last day up to ``until`` that the names of a feed's files cover; None where only rows tell, or none does."""
    if not feed.kind.may_be_empty:
        return None
    names = {path.name.rpartition("_")[0] for path in (raw / feed.name).glob("*_*")}
    covered = (day for prefix in names for day in covered_days(raw / feed.name, prefix))
    return max((day for day in covered if day <= until), default=None)
