"""What belongs to no single battle: carbon and energy, environmental safety, governance and capacity → results."""

from __future__ import annotations

import pandas as pd

from helpers import registry
from helpers.battles import land_common, land_ledger, ledger_rows, results
from helpers.battles.assess import histories, make_rows
from helpers.battles.context import Battle, Context

NAME = "cross_cutting"
TABLES = ("ledger", "sources", "quarantine")
GROUPS: dict[str, tuple[str, ...]] = {
    "carbon": (
        "co2_intensity_reduction",
        "non_fossil_share",
        "clean_heating_share",
        "rail_freight_share_change",
        "clean_bulk_transport_share",
        "new_captive_coal_units",
        "scattered_polluters",
        "national3_vehicles",
        "co2_emissions",
        "energy_intensity_reduction",
        "nox_emissions",
        "voc_emissions",
        "cod_emissions",
        "ammonia_emissions",
        "carbon_trading_compliance",
        "renewable_capacity",
        "clean_production_audits",
        "electric_public_transport_share",
        "green_procurement_share",
    ),
    "safety": (
        "river_emergency_maps",
        "radioactive_sources_stored",
        "emergency_drills",
        "risk_findings_mended",
        "radiation_findings_mended",
    ),
    "governance": (
        "medical_waste_facilities",
        "medical_waste_collected",
        "township_sewage_coverage",
        "permit_checks",
        "enforcement_cases",
        "automatic_online_share",
        "monitoring_coverage",
        "disclosure_share",
        "complaints_closed_share",
        "annual_reports_share",
        "standard_units_share",
    ),
}
"""What the three sections show, in their order; some of it is judged on a battle's page and shown here again."""


def build(tables: dict[str, pd.DataFrame], context: Context) -> Battle:
    """Answer the cross-cutting questions of one city and period.

    Parameters
    ----------
    tables
        Processed tables named in ``TABLES``, up to ``context.as_of``; each may be empty.

    Returns
    -------
    The results table, ``years`` (``indicator_id, year, value, scope`` of every whole year reported) and ``origins``. All
    of it is reported by departments, so an indicator nobody reported stands as 数据不足.
    """
    known = registry.indicators_of(context.city.slug)
    reported = [key for key, one in known.items() if one.battle == NAME and one.is_ledger]
    seen = ledger_rows.observations(tables["ledger"], reported, context)
    details = {
        "years": land_ledger.year_values(tables["ledger"], reported, context),
        "sources": tables["sources"],
        "quarantine": tables["quarantine"],
    }
    own = tables["ledger"][tables["ledger"]["indicator_id"].isin(reported)]
    own = land_ledger.ended(own[own["place_code"] == context.city.code], context)
    files = {"years": land_common.files_of(own[own["is_year"].astype(bool)])}
    details["histories"] = histories(seen, context)
    details["origins"] = land_common.origin_table(details, files)
    return Battle(NAME, context, results.make(make_rows(seen, context, tables["sources"])), details)
