"""Which files gave each table of the clear-water battle its rows, so that a page names its sources from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from helpers.battles.shapes import shape
from helpers.battles.spans import Span, whole_year
from helpers.battles.water_ledgers import latest_entries
from helpers.battles.water_months import WaterMonths, previous_span, split_ids, whole_years
from helpers.battles.water_outlook import Outlook
from helpers.battles.water_trends import SEASON_YEARS, TREND_YEARS, years_until

_OWN = ("drinking", "flow", "automatic")  # tables that say it themselves


def origin_table(details: Mapping[str, pd.DataFrame], used: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """List the files of every table that has rows.

    Parameters
    ----------
    details
        The tables of the battle.
    used
        Of :func:`section_files` and :func:`ledger_files`: table → ids of files.

    Returns
    -------
    ``table, source_id``.
    """
    told = {name: split_ids(details[name]["source_ids"]) for name in _OWN if name in details}
    rows = [
        (name, one)
        for name, files in (dict(used) | told).items()
        if len(details.get(name, ()))
        for one in sorted(set(files))
    ]
    return shape(rows, {"table": "str", "source_id": "str"})


def section_files(months: WaterMonths, told: list[Span], outlook: Outlook) -> dict[str, set[str]]:
    """Files behind the tables of sections, by the days each rests on; none where nothing is told."""
    if not told:
        return {}
    year, now, before = told[0], told[-1], told[-1].year_before()
    members = {name for network in months.networks for name in network.sections}

    def files(*spans: Span, of: set[str] | None = None) -> set[str]:
        return {name for span in spans for name in months.within(span, of)["source_id"].unique()}

    drawn = [Span(date(first, 1, 1), year.end, False, False) for first in outlook.source_years[:1]]
    by_days = {
        ("strip",): files(year),
        ("annual", "network_trends"): files(*map(whole_year, whole_years(months.judged_months)), of=members),
        ("items", "rivers"): files(now, of=members),
        ("sections", "reservoirs"): files(now, before),
        ("unjudged",): files(now),
        ("changes", "share_changes"): files(now, before, previous_span(now), of=members),
        ("allowance", "outlook"): files(year, *drawn, of=members),
        ("trends", "trend_counts"): files(years_until(year, TREND_YEARS)),
        ("seasons", "season_items"): files(years_until(year, SEASON_YEARS), of=members),
    }
    return {name: found for names, found in by_days.items() for name in names}


def ledger_files(tables: Mapping[str, pd.DataFrame], last: date) -> dict[str, set[str]]:
    """Files behind the tables of ledgers: those of the entries that count, and of the points of the year."""
    points = tables["black_odorous_points"]
    points = points[points["date"].between(pd.Timestamp(last.year, 1, 1), pd.Timestamp(last))]
    found = {}
    for name, ledger in (("bodies", "black_odorous"), ("stages", "outfalls")):
        found[name] = set(latest_entries(tables[ledger], last)["source_id"])
    found["bodies"] |= set(points["source_id"])
    for name, ledger in (("body_counts", "black_odorous"), ("stage_counts", "outfalls")):
        found[name] = set(tables[ledger].loc[tables[ledger]["date"] <= pd.Timestamp(last), "source_id"])
    return found
