"""Blue sky: hourly station values and the departments' workbook → results and their tables."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers.battles import (
    air_evidence,
    air_rows,
    air_tables,
    ledger_rows,
    noise,
    published_check,
    results,
)
from helpers.battles.air_days import STATION_DAYS, AirDays, make_days
from helpers.battles.assess import make_rows
from helpers.battles.context import Battle, Context
from helpers.sources.screening import authenticity_table
from helpers.sources.screening_rules import screening_rules

NAME = "blue_sky"
TABLES = (
    *STATION_DAYS,
    "air_hourly",
    "air_daily_published",
    "met_daily",
    "fires",
    "ledger",
    "dust_hours",
    *noise.TABLES,
    "sources",
    "quarantine",
)
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
_UNMEASURED = ("pm25_mean", "good_day_ratio", "heavy_day_ratio")


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
    reported = ledger_rows.reported_indicators(context, battle=NAME)
    rows = _unmeasured_rows(context) if _has_no_day(days, context) else air_rows.make_rows(days, context)
    heard = noise.build(tables, context)
    rows += make_rows(
        noise.observations(tables["ledger"], reported, heard, context), context, tables["sources"]
    )
    found = results.make(_name_sources(rows, tables["sources"]))
    details = {} if _has_no_day(days, context) else _details(days, tables, context)
    computed = air_rows.annual_values(details["annual"]) if details else air_rows.NO_YEARS
    published = published_check.build_tables(computed, PUBLISHED, context)
    provenance = {"sources": tables["sources"], "quarantine": tables["quarantine"]}
    return Battle(NAME, context, found, details | heard | published | provenance)


def _has_no_day(days: AirDays, context: Context) -> bool:
    start, end = context.period.until(context.as_of)
    return days.is_empty or not days.city["date"].between(pd.Timestamp(start), pd.Timestamp(end)).any()


def _unmeasured_rows(context: Context) -> list[dict[str, object]]:
    """The plan's air targets without any value: 数据不足 is a finding, and the row says what it waits for."""
    from helpers import registry

    start, end = context.period.until(context.as_of)
    rows = []
    for indicator_id in _UNMEASURED:
        record = registry.indicator(indicator_id)
        rows += [
            {
                "indicator_id": indicator_id,
                "place_code": context.city.code,
                "period_start": start,
                "period_end": end,
                "unit": record.unit,
                "coverage_pct": 0.0,
                "n_obs": 0.0,
                "direction": record.direction,
                "target_id": target.id,
                "target_value": target.value,
                "target_date": target.target_date,
                "target_operator": target.operator,
                "status": "no_data",
                "confidence": "none",
                "simulated": context.simulated,
            }
            for target in context.plan.targets_for(indicator_id)[:1]
        ]
    return rows


def _details(days: AirDays, tables: dict[str, pd.DataFrame], context: Context) -> dict[str, pd.DataFrame]:
    span = air_rows.spans(context)[0]
    return {
        "annual": air_tables.annual_table(days, context),
        "daily": air_tables.daily_table(days, first=date(span.end.year - 1, 1, 1), last=span.end),
        "statistics": air_rows.span_statistics(days, span),
        "exceedances": air_tables.monthly_exceedances(days, span),
        "stations": air_tables.station_table(days, span, context),
        "episodes": air_tables.episode_table(days, tables, span, context),
        "windows": air_tables.window_table(days, tables, context),
        "editions": air_tables.edition_table(days, span),
        "authenticity": _screened(tables["air_hourly"], span),
        **air_evidence.evidence_tables(days, tables, span, context),
    }


def _screened(hourly: pd.DataFrame, span: air_rows.Span) -> pd.DataFrame:
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


def _name_sources(rows: list[dict[str, object]], sources: pd.DataFrame) -> list[dict[str, object]]:
    """Give measured rows the ids of the files their values came from."""
    air_files = ";".join(sorted(sources.loc[sources["reader"].str.startswith("air_"), "source_id"]))
    return [
        row if row.get("source_ids") or pd.isna(row.get("value")) else row | {"source_ids": air_files}
        for row in rows
    ]
