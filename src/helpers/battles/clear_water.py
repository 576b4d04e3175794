"""Clear water: section months, sources, ledgers and flows → results and their tables."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles import (
    ledger_rows,
    published_check,
    results,
    water_flow,
    water_ledgers,
    water_places,
    water_rows,
    water_supply,
    water_tables,
    water_trends,
)
from helpers.battles.context import Battle, Context
from helpers.battles.water_months import Span, WaterMonths, make_months, spans
from helpers.battles.water_outlook import Outlook, draw_year

NAME = "clear_water"
TABLES = (
    "water_sections",
    "water_automatic",
    "drinking_sources",
    "drinking_items",
    "black_odorous",
    "black_odorous_points",
    "outfalls",
    "ecological_flow",
    "ledger",
    "sources",
    "quarantine",
)
_READERS = ("water_", "ledger_workbook")
PUBLISHED = ("good_section_share", "worse_than_v_sections", "drinking_source_good_share")


def build(tables: dict[str, pd.DataFrame], context: Context) -> Battle:
    """Answer the clear-water questions for one city and period.

    Parameters
    ----------
    tables
        Processed tables named in ``TABLES``, up to ``context.as_of``; each may be empty.

    Returns
    -------
    The results table and the named tables behind the figures. What has no data stands as 数据不足 and has no table.
    """
    months = make_months(tables["water_sections"], context)
    told = spans(_own_dates(months, context), context)
    outlook = draw_year(months, told[0], seed=context.seed) if told else Outlook(reason="no section data")
    judged = water_supply.judge_sources(tables["drinking_sources"], tables["drinking_items"], context)
    flow = water_flow.flow_table(tables["ecological_flow"], context)
    annual = water_rows.annual_values(months, context)
    reported = ledger_rows.reported_indicators(context, battle=NAME)
    reported_rows = ledger_rows.make_rows(tables["ledger"], reported, context)
    rows = [
        *water_rows.make_rows(months, told, outlook, annual, context),
        *water_supply.make_rows(judged, context),
        *water_flow.make_rows(flow, context),
        *water_ledgers.make_rows(tables["black_odorous"], tables["outfalls"], reported_rows, context),
    ]
    last = min(context.period.end, context.as_of)
    details = {
        **(_section_tables(months, told, outlook, context) if told else {}),
        **_other_tables(tables, months, context, last),
        **({"drinking": judged} if len(judged) else {}),
        **({"flow": flow} if len(flow) else {}),
        "networks": _network_table(context),
        "section_names": months.sections[["section_id", "name_zh", "name_en", "river_zh", "river_en"]],
        "published": _published(context, last),
        **published_check.build_tables(_mark_valid(annual), PUBLISHED, context),
        **_provenance(tables),
    }
    return Battle(NAME, context, results.make(rows), details)


def _mark_valid(annual: pd.DataFrame) -> pd.DataFrame:
    """Whole years of the indicators, with ``is_valid``: as much was measured as a value needs."""
    least = [registry.indicator(name).min_coverage_pct for name in annual["indicator_id"]]
    return annual.assign(
        is_valid=annual["coverage_pct"] >= pd.Series(least, index=annual.index, dtype="float64")
    )


def _own_dates(months: WaterMonths, context: Context) -> pd.Series:
    """Months with readings of the sections that count."""
    members = {name for network in months.networks for name in network.sections}
    return months.values.loc[months.values["section_id"].isin(members), "date"]


def _section_tables(
    months: WaterMonths, told: list[Span], outlook: Outlook, context: Context
) -> dict[str, pd.DataFrame]:
    year = told[0]
    annual = water_tables.annual_table(months, context)
    return {
        "strip": water_tables.strip_table(months, year),
        "annual": annual,
        "network_trends": water_tables.network_trends(annual),
        "sections": water_tables.section_table(months, told[-1]),
        "items": water_tables.item_table(months, told[-1]),
        **water_tables.change_tables(months, told),
        "rivers": water_places.river_table(months, told[-1]),
        "reservoirs": water_places.reservoir_table(months, told[-1], context),
        "allowance": water_places.allowance_table(months, year, outlook),
        "outlook": _outlook_table(outlook),
        "trends": water_trends.trend_table(months, year),
        **water_trends.season_tables(months, year),
    }


def _outlook_table(outlook: Outlook) -> pd.DataFrame:
    """How the year was drawn: ``status, reason, n_left`` (months), ``source_years`` (joined by ``;``), ``n_draws``."""
    years = ";".join(map(str, outlook.source_years))
    facts = (outlook.status, outlook.reason, outlook.n_left, years, outlook.is_valid.shape[1])
    return pd.DataFrame([facts], columns=["status", "reason", "n_left", "source_years", "n_draws"])


def _other_tables(
    tables: dict[str, pd.DataFrame], months: WaterMonths, context: Context, last: date
) -> dict[str, pd.DataFrame]:
    """Tables of the ledgers and of the automatic stations, where there are any."""
    found = water_ledgers.ledger_tables(tables, last)
    automatic = water_places.automatic_table(tables["water_automatic"], months)
    return found | ({"automatic": automatic} if len(automatic) else {})


def _network_table(context: Context) -> pd.DataFrame:
    """Networks by date: ``network_id, name_zh, name_en, n_sections, valid_from, valid_to, n_named, note_zh, note_en``."""
    rows = [
        {
            "network_id": one.id,
            "name_zh": one.name.zh,
            "name_en": one.name.en,
            "n_sections": one.n_sections,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "section_ids": ";".join(one.sections),
            "note_zh": one.note.zh if one.note else "",
            "note_en": one.note.en if one.note else "",
        }
        for one in registry.section_networks(context.city.slug)
    ]
    return pd.DataFrame(rows)


def _published(context: Context, last: date) -> pd.DataFrame:
    """Figures published by others on what this battle computes, up to the year of the report; never mixed with ours."""
    found = registry.published(context.city.slug)
    found = found[
        found["indicator_id"].isin(PUBLISHED) & (found["kind"] == "value") & found["shown"].astype(bool)
    ]
    return found[found["period"].str[-4:] <= str(last.year)].reset_index(drop=True)


def _provenance(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Files of the battle and what was set aside from them."""
    sources = tables["sources"]
    own = sources[sources["reader"].str.startswith(_READERS)]
    quarantine = tables["quarantine"]
    return {"sources": own, "quarantine": quarantine[quarantine["source_id"].isin(own["source_id"])]}
