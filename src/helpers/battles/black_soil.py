"""Black soil: ledgers, soil samples, registers, wastes and groundwater → results and their tables."""

from __future__ import annotations

import pandas as pd

from helpers.battles import (
    corrective,
    land_areas,
    land_common,
    land_registers,
    land_soil,
    ledger_rows,
    results,
)
from helpers.battles.assess import histories, make_rows
from helpers.battles.context import Battle, Context
from helpers.battles.subjects import tables_of

NAME = "black_soil"
TABLES = tables_of("black_soil", "groundwater_limits")
BY_COUNTY = ("conservation_tillage_area", "erosion_treated_area")


def build(tables: dict[str, pd.DataFrame], context: Context) -> Battle:
    """Answer the black-soil questions for one city and period.

    Parameters
    ----------
    tables
        Processed tables named in ``TABLES``, up to ``context.as_of``; each may be empty.

    Returns
    -------
    The results table and the named tables behind the figures. No table carries the position of a sample or the numbers
    of a group of fewer than five.
    """
    city = land_areas.city_areas(tables["areas"], context)
    points = {"contaminated_farmland_safe_use": land_areas.safe_use(land_areas.wide_terms(city))}
    parcels = land_registers.current_parcels(tables["parcels"], context)
    rural = land_registers.rural_bodies(tables["black_odorous"], context)
    computed = _computed(points, parcels, rural, tables)
    reported = land_common.read_reported(NAME, tables, computed, context, by_county=BY_COUNTY)
    changes = land_registers.use_changes(tables["parcels"], context)
    details = {
        **reported.tables,
        "contradictions": land_areas.list_contradictions(points),
        "parcels": land_registers.place_names(parcels, context),
        "use_changes": land_registers.place_names(changes, context),
        "wastes": land_registers.close_balances(tables["waste_balances"], context),
        "waste_counties": land_registers.waste_counties(tables["waste_balances"], context),
        "rural_bodies": rural,
        **_soil(tables, context),
    }
    details["histories"] = histories(reported.seen, context)
    details["origins"] = land_common.origin_table(details, reported.files | _files(tables, context))
    found = results.make(make_rows(reported.seen, context, tables["sources"]))
    return corrective.beside(Battle(NAME, context, found, details), tables)


def _files(tables: dict[str, pd.DataFrame], context: Context) -> dict[str, set[str]]:
    """Files behind the tables that are black soil's own."""
    files, until = land_common.files_of, pd.Timestamp(context.as_of)
    samples = land_soil.known_samples(tables["soil_samples"], context)
    farmland = land_soil.latest_farmland(samples)
    wastes = tables["waste_balances"]
    bodies = tables["black_odorous"]
    bodies = bodies[(bodies["area_kind"] == "rural") & (bodies["date"] <= until)]
    wells = tables["groundwater"][tables["groundwater"]["date"] <= until]
    parcels = tables["parcels"][tables["parcels"]["date"] <= until]
    limits = land_soil.limits_in_use(tables["groundwater_limits"])
    return {
        "contradictions": files(land_areas.areas_known(tables["areas"], context, "contaminated")),
        **dict.fromkeys(("parcels", "use_changes"), files(parcels)),
        "wastes": files(wastes[wastes["place_code"] == context.city.code]),
        "waste_counties": files(wastes),
        "rural_bodies": files(bodies),
        **dict.fromkeys(("matter", "matter_levels"), files(samples[samples["item"] == "SOM"])),
        **dict.fromkeys(("risks", "risk_basis", "nemerow"), files(farmland)),
        "groundwater": files(wells, limits),
        "groundwater_basis": files(limits),
    }


def _computed(
    points: dict[str, pd.DataFrame],
    parcels: pd.DataFrame,
    rural: pd.DataFrame,
    tables: dict[str, pd.DataFrame],
) -> dict[str, pd.DataFrame]:
    """Figures of the ledger that the registers and the areas already tell."""
    left = rural.assign(period=rural["date"].dt.strftime("%Y-%m"), value=rural["n_left"])
    counts = {
        "unremedied_plots_built": (land_registers.unremedied_count(parcels), "parcels"),
        "rural_black_odorous_bodies": (left[["period", "value"]], "black_odorous"),
    }
    shares = {
        name: land_areas.as_figures(table, tables["areas"], "computed_from_areas")
        for name, table in points.items()
    }
    return shares | {
        name: table.assign(
            scope="",
            source_id=";".join(sorted(set(tables[register]["source_id"]))),
            caveats=ledger_rows.UNVERIFIED,
        )
        for name, (table, register) in counts.items()
    }


def _soil(tables: dict[str, pd.DataFrame], context: Context) -> dict[str, pd.DataFrame]:
    samples = land_soil.known_samples(tables["soil_samples"], context)
    pairs = land_soil.paired_matter(samples)
    farmland = land_soil.latest_farmland(samples)
    risks, classed = land_soil.risk_table(farmland)
    return {
        "matter": land_soil.matter_change(pairs),
        "matter_levels": land_soil.matter_levels(pairs, min(pairs["depth"], default="")),
        "risks": risks,
        "risk_basis": land_soil.risk_basis(classed, farmland),
        "nemerow": land_soil.index_table(farmland),
        "groundwater": land_soil.point_table(tables["groundwater"], tables["groundwater_limits"], context),
        "groundwater_basis": land_soil.limits_in_use(tables["groundwater_limits"])[["basis"]].head(1),
    }
