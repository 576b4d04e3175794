"""Clear water: section months, sources, ledgers and flows → results and their tables."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles import (
    assess,
    corrective,
    ledger_rows,
    levers,
    published_check,
    results,
    water_flow,
    water_ledgers,
    water_origins,
    water_places,
    water_shares,
    water_supply,
    water_tables,
    water_trends,
)
from helpers.battles.context import Battle, Context
from helpers.battles.shapes import shape
from helpers.battles.spans import Span
from helpers.battles.subjects import tables_of
from helpers.battles.water_months import WaterMonths, make_months, month_spans
from helpers.battles.water_outlook import Outlook, draw_year

NAME = "clear_water"
TABLES = tables_of("clear_water")
_READERS = ("water_", "ledger_workbook")
_NETWORKS = {"network_id": "str", "name_zh": "str", "name_en": "str", "n_sections": "int64"}
_NETWORKS |= {
    "valid_from": "object",
    "valid_to": "object",
    "section_ids": "str",
    "note_zh": "str",
    "note_en": "str",
}
_OUTLOOK = {"status": "str", "reason": "str", "n_left": "int64", "source_years": "str", "n_draws": "int64"}
PUBLISHED = ("good_section_share", "worse_than_v_sections", "drinking_source_good_share")


def build(tables: dict[str, pd.DataFrame], context: Context) -> Battle:
    """Answer the clear-water questions for one city and period.

    Parameters
    ----------
    tables
        Processed tables named in ``TABLES``, up to ``context.as_of``; each may be empty.

    Returns
    -------
    The results table and the named tables behind the figures; ``origins`` says which files gave each of them its rows.
    What has no data stands as 数据不足 and has no table.
    """
    months = make_months(tables["water_sections"], context)
    told = month_spans(months.judged_months, context)
    outlook = draw_year(months, told[0], seed=context.seed) if told else Outlook(reason="no_value")
    judged = water_supply.judge_sources(tables["drinking_sources"], tables["drinking_items"], context)
    annual = water_shares.annual_values(months, context)
    names = ledger_rows.reported_indicators(context, battle=NAME)
    reported = ledger_rows.observations(tables["ledger"], names, context)
    seen = [
        *water_shares.observations(months, told, outlook, annual, context),
        *water_supply.observations(judged, context),
        *water_flow.observations(tables["ecological_flow"], context),
        *water_ledgers.observations(tables["black_odorous"], tables["outfalls"], reported, context),
    ]
    last = min(context.period.end, context.as_of)
    details = {
        **(_section_tables(months, told, outlook, context) if told else {}),
        **_other_tables(tables, judged, months, context, last),
        "networks": _network_table(context),
        "section_names": months.sections[["section_id", "name_zh", "name_en", "river_zh", "river_en"]],
        "published": _published(context, last),
        **published_check.build_tables(annual, PUBLISHED, context),
        **_provenance(tables),
    }
    used = water_origins.section_files(months, told, outlook) | water_origins.ledger_files(tables, last)
    details["origins"] = water_origins.origin_table(details, used)
    details["histories"] = assess.histories(seen, context)
    found = results.make(assess.make_rows(seen, context, tables["sources"]))
    return levers.beside(corrective.beside(Battle(NAME, context, found, details), tables), seen)


def _section_tables(
    months: WaterMonths, told: list[Span], outlook: Outlook, context: Context
) -> dict[str, pd.DataFrame]:
    year, now = told[0], told[-1]
    annual, trends = water_tables.annual_table(months), water_trends.trend_table(months, year)
    return {
        "strip": water_tables.strip_table(months, year),
        "annual": annual,
        "network_trends": water_tables.network_trends(annual),
        "sections": water_tables.section_table(months, now),
        "items": water_tables.item_table(months, now),
        "unjudged": water_tables.unjudged_table(months, now),
        **water_tables.change_tables(months, now, has_last_period=_is_told(now, context)),
        "rivers": water_places.river_table(months, now),
        "reservoirs": water_places.reservoir_table(months, now, context),
        "allowance": water_places.allowance_table(months, year, outlook),
        "outlook": _outlook_table(outlook),
        "trends": trends,
        "trend_counts": water_trends.trend_counts(trends),
        **water_trends.season_tables(months, year),
    }


def _is_told(span: Span, context: Context) -> bool:
    """Whether a span tells of the month or quarter asked for, not of a year."""
    return not context.period.is_year and span.start == context.period.start


def _outlook_table(outlook: Outlook) -> pd.DataFrame:
    """How the year was drawn: ``status, reason, n_left`` (months), ``source_years`` (joined by ``;``), ``n_draws``."""
    years = ";".join(map(str, outlook.source_years))
    facts = (outlook.status, outlook.reason, outlook.n_left, years, outlook.is_valid.shape[1])
    return shape([facts], _OUTLOOK)


def _other_tables(
    tables: dict[str, pd.DataFrame], judged: pd.DataFrame, months: WaterMonths, context: Context, last: date
) -> dict[str, pd.DataFrame]:
    """Tables of the sources, flows, ledgers and automatic stations, where there are any."""
    flows = tables["ecological_flow"]
    found = {
        **water_ledgers.ledger_tables(tables, last),
        "automatic": water_places.automatic_table(tables["water_automatic"], months, context),
        "drinking": judged,
        "flow": water_flow.flow_table(flows, water_flow.told_span(flows, context)),
    }
    return {name: table for name, table in found.items() if len(table)}


def _network_table(context: Context) -> pd.DataFrame:
    """Networks by date: ``network_id, name_zh, name_en, n_sections, valid_from, valid_to, section_ids, note_zh, note_en``."""
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
    return shape(rows, _NETWORKS)


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
