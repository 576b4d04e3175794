"""Blue sky: hourly station values and the departments' workbook → results and their tables."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles import (
    air_evidence,
    air_measures,
    air_tables,
    among_cities,
    assess,
    corrective,
    ledger_rows,
    measures,
    noise,
    plan_replay,
    published_check,
    results,
)
from helpers.battles.air_days import STATION_DAYS, make_days
from helpers.battles.context import Battle, Context
from helpers.battles.spans import Span
from helpers.battles.subjects import tables_of
from helpers.sources.screening import authenticity_table
from helpers.sources.screening_rules import screening_rules

NAME = "blue_sky"
TABLES = (*STATION_DAYS, *tables_of("blue_sky", "met_daily", "fires", "dust_hours", "air_daily_cities"))
# What others publish on the city's air; excellent days are shown and not computed here.
PUBLISHED = (
    "good_days",
    "good_day_ratio",
    "excellent_days",
    "heavy_days",
    "composite_index",
    "pm25_mean",
    "pm10_mean",
    "so2_mean",
    "no2_mean",
    "co_p95",
    "o3_p90",
)


def build(tables: dict[str, pd.DataFrame], context: Context) -> Battle:
    """Answer the blue-sky questions for one city and period.

    Parameters
    ----------
    tables
        Processed tables named in ``TABLES``, up to ``context.as_of``; each may be empty. Of ``air_hourly`` only the
        hours of the report's year are needed where the station days are given.

    Returns
    -------
    The results table and the named tables behind the figures. Without any air data the measured targets stand as
    数据不足 and only the workbook's rows carry values.
    """
    days = make_days(tables, context)
    seen = air_measures.Seen(days, context)
    heard = noise.build(tables, context)
    reported = ledger_rows.reported_indicators(context, battle=NAME)
    observations = [
        *measures.observe(NAME, seen, context),
        *noise.observations(tables["ledger"], reported, heard, context),
    ]
    found = results.make(assess.make_rows(observations, context, tables["sources"]))
    computed = annual_values(seen.annual, context)
    past = {"histories": assess.histories(observations, context, beside=air_measures.edition_histories(seen))}
    details = {} if days.is_empty else _details(seen, tables, context)
    if not days.is_empty:
        details["plan_replay"] = plan_replay.replay(seen, computed, past["histories"])
    published = published_check.build_tables(computed, PUBLISHED, context)
    provenance = {"sources": tables["sources"], "quarantine": tables["quarantine"]}
    battle = Battle(NAME, context, found, details | heard | published | provenance | past)
    return corrective.beside(battle, tables)


def annual_values(annual: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Whole years by indicator, to hold against published figures: ``indicator_id, year, value, coverage_pct, is_valid``."""
    parts = [annual.assign(indicator_id="")[:0]]
    for record in registry.indicators_of(context.city.slug).values():
        if record.battle == NAME and record.measure is not None:
            is_own = (annual["pollutant"] == record.measure.pollutant) & (
                annual["statistic"] == record.measure.of
            )
            parts.append(annual[is_own & annual["is_complete"].astype(bool)].assign(indicator_id=record.id))
    return pd.concat(parts, ignore_index=True)[["indicator_id", "year", "value", "coverage_pct", "is_valid"]]


def _details(
    seen: air_measures.Seen, tables: dict[str, pd.DataFrame], context: Context
) -> dict[str, pd.DataFrame]:
    days, span = seen.days, seen.spans[0]
    return {
        "annual": seen.annual,
        "daily": air_tables.daily_table(days, first=date(span.end.year - 1, 1, 1), last=span.end),
        "statistics": seen.statistics[span],
        "exceedances": air_tables.monthly_exceedances(days, span),
        "stations": air_tables.station_table(days, span, context),
        "episodes": air_tables.episode_table(days, tables, span, context),
        "windows": air_tables.window_table(days, tables, context),
        "editions": air_tables.edition_table(days, span),
        "authenticity": _screened(tables["air_hourly"], span),
        "origins": air_tables.origin_table(days, span, tables),
        **air_evidence.evidence_tables(seen, tables, span, context),
        **among_cities.compare(days, tables["air_daily_cities"], context),
    }


def _screened(hourly: pd.DataFrame, span: Span) -> pd.DataFrame:
    """What the authenticity screen found within the span, with the names of its rules in both languages."""
    first, last = pd.Timestamp(span.start), pd.Timestamp(span.end) + pd.Timedelta(days=1)
    within = hourly[(hourly["time"] > first) & (hourly["time"] <= last)]
    found = authenticity_table(within)
    rules = screening_rules()
    names = {code: getattr(rules, code) for code in set(found["rule"])}
    return found.assign(
        rule_zh=[names[code].name_zh for code in found["rule"]],
        rule_en=[names[code].name_en for code in found["rule"]],
    )
