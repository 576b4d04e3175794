"""Drinking-water sources: what complied, by source and by volume, and whether it will to the year's end."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.judgement import confidence, judge
from helpers.battles.water_months import Span, asked_span, difference, months_ended, spans
from helpers.standards import surface_water as water

SHARE, VOLUME = "drinking_source_good_share", "drinking_volume_good_share"
# The plan speaks of cities of county level and above; a source of unknown level is counted.
_LEFT_OUT = ("township", "village")
_JUDGED = {"attained": True, "not_attained": False}
_PRIOR = 0.5  # Jeffreys' prior of a source failing in a month


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
    ``exceeding`` (items joined by ``;``), ``n_items``, ``is_conflicting``, ``source_id``.
    """
    rows = sources[~sources["level"].isin(_LEFT_OUT) & months_ended(sources["date"], context)]
    table = rows.rename(columns={"date": "month"})
    table = table.merge(_judge_items(items, table), how="left", on=["source_name", "month"])
    printed = table["judgement"].map(_JUDGED).astype("boolean")
    by_items = table["by_items"].astype("boolean")
    is_told = printed.notna() | by_items.notna()
    table = table.assign(
        printed=printed,
        by_items=by_items,
        is_compliant=(printed.fillna(True) & by_items.fillna(True)).where(is_told, pd.NA),
        is_conflicting=(printed != by_items).fillna(False).astype(bool),
        exceeding=table["exceeding"]
        .fillna("")
        .where(table["exceeding"].fillna("") != "", table["exceeded_items"]),
        n_items=table["n_items"].fillna(0).astype(int),
    )
    columns = [
        "source_name",
        "month",
        "kind",
        "level",
        "volume_10k_m3",
        "printed",
        "by_items",
        "is_compliant",
    ]
    return table[[*columns, "exceeding", "n_items", "is_conflicting", "source_id"]]


def _judge_items(items: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Verdict of the items of surface sources."""
    kinds = table.drop_duplicates("source_name").set_index("source_name")["kind"]
    body = {name: kind for name, kind in kinds.items() if kind in water.BODIES}
    readings = items[items["source_name"].isin(list(body))]
    if readings.empty:
        kinds = {"source_name": "str", "month": "datetime64[s]", "by_items": "boolean", "exceeding": "str"}
        return pd.DataFrame(
            {name: pd.Series(dtype=kind) for name, kind in (kinds | {"n_items": "float64"}).items()}
        )
    found = water.judge_drinking(readings, body=body)
    return found.rename(columns={"is_compliant": "by_items"}).drop(columns="is_complete")


def shares_of(judged: pd.DataFrame, span: Span) -> pd.Series | None:
    """Shares of a span within one year: the row of ``compliance_shares``; ``None`` without a verdict."""
    rows = judged[judged["month"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))]
    if rows["is_compliant"].isna().all():
        return None
    volumes = rows[["source_name", "month", "volume_10k_m3"]].dropna().rename(columns={"month": "date"})
    return water.compliance_shares(rows, by="year", volumes=volumes).iloc[0]


def make_rows(judged: pd.DataFrame, context: Context) -> list[dict[str, object]]:
    """Build the rows of both shares: by source, which the plan judges, and by volume.

    Parameters
    ----------
    judged
        Of :func:`judge_sources`.

    Returns
    -------
    Rows for :func:`helpers.battles.results.make`; without a verdict two rows that say so.
    """
    rows = []
    for span in spans(judged.loc[judged["is_compliant"].notna(), "month"], context) or [asked_span(context)]:
        shares, before = shares_of(judged, span), shares_of(judged, span.year_before())
        for indicator_id, column in ((SHARE, "sources_pct"), (VOLUME, "volume_pct")):
            row = _row(indicator_id, shares, column, judged, span, context)
            if shares is not None and before is not None and not math.isnan(shares[column] + before[column]):
                change = difference(shares[column], before[column])
                row |= {"value_prev": before[column], "change_prev": change, "change_unit": "pp"}
            rows.append(row)
    return rows


def _row(
    indicator_id: str,
    shares: pd.Series | None,
    column: str,
    judged: pd.DataFrame,
    span: Span,
    context: Context,
) -> dict[str, object]:
    record = registry.indicator(indicator_id)
    targets = context.plan.targets_for(indicator_id) if span.is_year else ()
    rows = judged[judged["month"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))]
    n_expected = judged["source_name"].nunique() * span.n_months
    n = 0 if shares is None else int(shares["n_judged"])
    row: dict[str, object] = {
        "indicator_id": indicator_id,
        "place_code": context.city.code,
        "period_start": span.start,
        "period_end": span.end,
        "value": math.nan if shares is None else float(shares[column]),
        "unit": record.unit,
        "n_obs": float(n),
        "coverage_pct": 100 * n / n_expected if n_expected else 0.0,
        "standard": record.basis.standard,
        "direction": record.direction,
        "simulated": context.simulated,
        "source_ids": "" if shares is None else ";".join(sorted(set(rows["source_id"]))),
    }
    years = judged.loc[judged["month"] <= pd.Timestamp(span.end), "month"].dt.year.nunique()
    row["confidence"] = (
        "none"
        if math.isnan(row["value"])
        else confidence(row["coverage_pct"], years, simulated=context.simulated)
    )
    row["status"] = "no_data" if math.isnan(row["value"]) else "no_target"
    caveats = [
        *registry.caveats_of(indicator_id, context.city.slug),
        *(["simulated"] if context.simulated else []),
    ]
    if targets:
        target = targets[0]
        likelihood = None if span.is_complete or shares is None else outlook(judged, span)
        row |= {
            "target_id": target.id,
            "target_value": target.value,
            "target_date": target.target_date,
            "target_operator": target.operator,
            "likelihood": math.nan if likelihood is None else likelihood,
        }
        row["status"] = judge(
            row["value"],
            target.value,
            target.operator,
            likelihood=likelihood,
            period_complete=span.is_complete,
            coverage_pct=row["coverage_pct"],
            min_coverage_pct=record.min_coverage_pct,
            is_due=target.target_date is not None and target.target_date <= span.end,
        )
        caveats += target.caveats
    if span.is_year and not span.is_complete:
        caveats.append("partial_year")
    row["caveats"] = ";".join(dict.fromkeys(caveats))
    return row


def outlook(judged: pd.DataFrame, span: Span) -> float:
    """Likelihood that every source complies in every month of the year.

    Zero once one has failed. Otherwise the predictive probability of no failure in the months to come, from the
    failures of the last five years among all sources and months (Jeffreys' prior, months taken as independent).

    Examples
    --------
    >>> from datetime import date
    >>> months = pd.date_range("2025-01-01", "2025-11-01", freq="MS")
    >>> judged = pd.DataFrame({"source_name": "A", "month": months, "is_compliant": True})
    >>> round(outlook(judged, Span(date(2025, 1, 1), date(2025, 11, 30), True, False)), 3)
    0.958
    """
    this_year = judged[judged["month"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))]
    if (~this_year["is_compliant"].dropna().astype(bool)).any():
        return 0.0
    first = pd.Timestamp(span.start.year - 5, 1, 1)
    known = (
        judged[judged["month"].between(first, pd.Timestamp(span.end))]["is_compliant"].dropna().astype(bool)
    )
    n, n_good = len(known), int(known.sum())
    n_to_come = this_year["source_name"].nunique() * (12 - span.end.month)
    steps = np.arange(n_to_come)
    return float(np.prod((n_good + _PRIOR + steps) / (n + 2 * _PRIOR + steps)))
