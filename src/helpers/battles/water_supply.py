"""Drinking-water sources: what complied, by source and by volume, and whether it will to the year's end."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from cnstandards import surface_water as water
from cnstandards.surface_water.grid import share_pct
from helpers import registry
from helpers.battles.assess import Observation, reason
from helpers.battles.context import Context
from helpers.battles.judgement import CONFIDENCE_COVERAGE_PCT, satisfies
from helpers.battles.shapes import shape
from helpers.battles.spans import Span, asked_span, whole_year
from helpers.battles.water_months import (
    is_like_for_like,
    month_spans,
    months_ended,
    split_ids,
    whole_years,
)
from helpers.registry import Target

SHARE, VOLUME = "drinking_source_good_share", "drinking_volume_good_share"
_COLUMNS = {SHARE: "sources_pct", VOLUME: "volume_pct"}
# The plan speaks of cities of county level and above; a source of unknown level is counted.
_LEFT_OUT = ("township", "village")
_ATTAINED = {"attained": True, "not_attained": False}
_PRIOR = 0.5  # Jeffreys' prior of a source failing in a month
_YEARS_LEARNT_FROM = 5
_JUDGED = {
    "source_name": "str",
    "month": "datetime64[s]",
    "kind": "str",
    "level": "str",
    "volume_10k_m3": "float64",
    "printed": "boolean",
    "by_items": "boolean",
    "is_compliant": "boolean",
    "exceeding": "str",
    "n_items": "int64",
    "unjudged": "str",
    "is_conflicting": "bool",
    "source_ids": "str",
}
_ANNUAL = {"indicator_id": "str", "end": "object", "value": "float64"}
_BY_ITEMS = {"source_name": "str", "month": "datetime64[s]", "by_items": "boolean", "exceeding": "str"}
_BY_ITEMS |= {"n_items": "float64", "unjudged": "str", "item_source_ids": "str"}


def judge_sources(sources: pd.DataFrame, items: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Tell for every source and month whether its water complied.

    What the monthly table prints counts, and what the items show: a month complies when one of the two says so and none
    denies it. Groundwater is judged by the table alone, for its items have another standard.

    Parameters
    ----------
    sources, items
        ``drinking_sources`` and ``drinking_items`` as the store keeps them; either may be empty.

    Returns
    -------
    One row per source of county level and above and month that had ended: ``source_name``, ``month`` (its first day),
    ``kind, level, volume_10k_m3``, ``printed`` and ``by_items`` (True, False or NA), ``is_compliant``,
    ``exceeding`` (items joined by ``;``), ``n_items``, ``unjudged`` (items whose detection limit lies above the limit,
    joined by ``;``), ``is_conflicting``, ``source_ids`` (joined by ``;``).
    """
    rows = sources[~sources["level"].isin(_LEFT_OUT) & months_ended(sources["date"], context)]
    table = rows.rename(columns={"date": "month"})
    table = table.merge(_judge_items(items, table), how="left", on=["source_name", "month"])
    printed = table["judgement"].map(_ATTAINED).astype("boolean")
    by_items = table["by_items"].astype("boolean")
    is_told = printed.notna() | by_items.notna()
    exceeding = table["exceeding"].fillna("")
    table = table.assign(
        printed=printed,
        by_items=by_items,
        is_compliant=(printed.fillna(True) & by_items.fillna(True)).where(is_told, pd.NA),
        is_conflicting=(printed != by_items).fillna(False).astype(bool),
        exceeding=exceeding.where(exceeding != "", table["exceeded_items"]),
        n_items=table["n_items"].fillna(0),
        unjudged=table["unjudged"].fillna(""),
        source_ids=(table["source_id"] + ";" + table["item_source_ids"].fillna("")).str.rstrip(";"),
    )
    return shape(table, _JUDGED)


def _judge_items(items: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Verdict of the items of surface sources."""
    kinds = table.drop_duplicates("source_name").set_index("source_name")["kind"]
    body = {name: kind for name, kind in kinds.items() if kind in water.BODIES}
    readings = items[items["source_name"].isin(list(body))]
    if readings.empty:
        return shape((), _BY_ITEMS)
    found = water.judge_drinking(readings, body=body).rename(columns={"is_compliant": "by_items"})
    starts = readings["date"].dt.to_period("M").dt.start_time.astype("datetime64[s]").rename("month")
    files = readings.groupby(["source_name", starts])["source_id"].agg(lambda ids: ";".join(sorted(set(ids))))
    found = found.merge(
        files.rename("item_source_ids").reset_index(), how="left", on=["source_name", "month"]
    )
    return shape(found, _BY_ITEMS)


def shares_of(judged: pd.DataFrame, span: Span) -> pd.Series | None:
    """Shares of a span within one year: the row of ``compliance_shares``; ``None`` without a verdict."""
    rows = judged[span.holds(judged["month"])]
    return None if rows["is_compliant"].isna().all() else _yearly(rows).iloc[0]


def _yearly(judged: pd.DataFrame) -> pd.DataFrame:
    """Shares by year: the rows of ``compliance_shares``."""
    volumes = judged[["source_name", "month", "volume_10k_m3"]].dropna().rename(columns={"month": "date"})
    return water.compliance_shares(judged, by="year", volumes=volumes)


def annual_shares(judged: pd.DataFrame) -> pd.DataFrame:
    """Both shares in every whole year, one whose December has a verdict: ``indicator_id, end, value``.

    A year whose share rests on less than a value needs is left out.
    """
    rows = []
    told = judged.dropna(subset=["is_compliant"])
    for shares in _yearly(judged).itertuples() if len(told) else ():
        year = whole_year(shares.period_start.year)
        for name, column in _COLUMNS.items() if year.end.year in whole_years(told["month"]) else ():
            least = registry.indicator(name).min_coverage_pct * _n_expected(judged, year)
            if 100 * shares.n_judged >= least and not math.isnan(value := getattr(shares, column)):
                rows.append((name, year.end, value))
    return shape(rows, _ANNUAL)


def observations(judged: pd.DataFrame, context: Context) -> list[Observation]:
    """Measure both shares: by source, which the plan judges, and by volume.

    Parameters
    ----------
    judged
        Of :func:`judge_sources`.

    Returns
    -------
    One observation a span and share; without a verdict in the year two that have no value.
    """
    told = month_spans(judged.loc[judged["is_compliant"].notna(), "month"], context)
    if not told:
        why = "no_verdict" if (judged["month"].dt.year == context.period.year).any() else "no_value"
        return [_base(name, asked_span(context), expected=0, reason=why) for name in _COLUMNS]
    annual = annual_shares(judged)
    return [_observe(name, judged, span, annual) for span in told for name in _COLUMNS]


def _base(indicator_id: str, span: Span, **fields: object) -> Observation:
    return Observation(indicator_id, span, standard=registry.indicator(indicator_id).basis.standard, **fields)


def _observe(indicator_id: str, judged: pd.DataFrame, span: Span, annual: pd.DataFrame) -> Observation:
    """One share over a span; withheld where it rests on less than half of the months of the sources."""
    own = annual[annual["indicator_id"] == indicator_id]
    history = own.loc[pd.to_datetime(own["end"]) <= pd.Timestamp(span.end), ["end", "value"]]
    column, shares = _COLUMNS[indicator_id], shares_of(judged, span)
    n, expected = int(shares["n_judged"]), _n_expected(judged, span)
    is_running = span.is_year and not span.is_complete
    coverage, least = 100 * n / expected, registry.indicator(indicator_id).min_coverage_pct
    thin = reason("coverage", n=n, expected=expected) if coverage < least else ""
    seen = _base(indicator_id, span, n=n, expected=expected, is_valid=not thin, reason=thin)
    if coverage < CONFIDENCE_COVERAGE_PCT["low"] or math.isnan(shares[column]):
        return replace(seen, reason=thin or "volumes_missing")
    return replace(
        seen,
        value=float(shares[column]),
        previous=_previous(indicator_id, judged, span),
        history=history,
        likelihood=_chance(judged, span) if indicator_id == SHARE and is_running else None,
        source_ids=_source_ids(judged, span),
    )


def _n_expected(judged: pd.DataFrame, span: Span) -> int:
    return judged["source_name"].nunique() * span.n_months


def _told(judged: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Verdicts of a span."""
    return judged[span.holds(judged["month"])].dropna(subset=["is_compliant"])


def _previous(indicator_id: str, judged: pd.DataFrame, span: Span) -> float:
    """Share of the same months last year; NaN where it rests on too little to be compared."""
    now, before = (
        set(zip(rows["source_name"], rows["month"].dt.month, strict=True))
        for rows in (_told(judged, span), _told(judged, span.year_before()))
    )
    needed = registry.indicator(indicator_id).min_coverage_pct / 100 * _n_expected(judged, span)
    if not before or not is_like_for_like(now, before, needed=needed):
        return math.nan
    return float(shares_of(judged, span.year_before())[_COLUMNS[indicator_id]])


def _source_ids(judged: pd.DataFrame, span: Span) -> set[str]:
    """Files of the verdicts of a span and of the years before, to which it is compared and from which it is projected."""
    return split_ids(_told(judged, Span(judged["month"].min().date(), span.end, False, True))["source_ids"])


def _chance(judged: pd.DataFrame, span: Span) -> Callable[[Target], float | None]:
    """Likelihood of each target, of this year or one that has passed."""
    final, odds = outlook(judged, span)

    def chance(target: Target) -> float | None:
        if target.year is not None and target.year > span.end.year:
            return None
        meets = [satisfies(share, target.value, target.operator) for share in final]
        return min(1.0, float(odds[meets].sum()))

    return chance


def outlook(judged: pd.DataFrame, span: Span) -> tuple[list[float], np.ndarray]:
    """Shares the year may end with, percent, and the likelihood of each.

    The predictive distribution of failures in the months to come, from the failures of the last five years among all
    sources and months (Jeffreys' prior, months taken as independent).

    Examples
    --------
    >>> from datetime import date
    >>> months = pd.date_range("2025-01-01", "2025-11-01", freq="MS")
    >>> judged = pd.DataFrame({"source_name": "A", "month": months, "is_compliant": True})
    >>> final, odds = outlook(judged, Span(date(2025, 1, 1), date(2025, 11, 30), True, False))
    >>> final, odds.round(3).tolist()
    ([100.0, 91.7], [0.958, 0.042])
    """
    this_year, first = _told(judged, span), span.start.replace(year=span.start.year - _YEARS_LEARNT_FROM)
    known = _told(judged, Span(first, span.end, False, False))["is_compliant"].astype(bool)
    n_months, n_failed = len(this_year), int((~this_year["is_compliant"].astype(bool)).sum())
    to_come = judged.loc[span.holds(judged["month"]), "source_name"].nunique() * (12 - span.end.month)
    failures = np.arange(to_come + 1)
    odds = stats.betabinom.pmf(failures, to_come, (~known).sum() + _PRIOR, known.sum() + _PRIOR)
    whole = n_months + to_come
    return [share_pct(whole - n_failed - more, whole) for more in failures.tolist()], odds
