"""Black soil: ledgers, soil samples, registers, wastes and groundwater → results and their tables."""

from __future__ import annotations

import pandas as pd

from helpers.battles import land_areas, land_ledger, land_registers, land_soil, ledger_rows, results
from helpers.battles.context import Battle, Context
from helpers.battles.land_coverage import coverage_table
from helpers.registry.land import terms

NAME = "black_soil"
TABLES = (
    "ledger",
    "areas",
    "soil_samples",
    "findings",
    "parcels",
    "waste_balances",
    "black_odorous",
    "groundwater",
    "groundwater_limits",
    "sources",
    "quarantine",
)
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
    safe_use = {"contaminated_farmland_safe_use": land_areas.safe_use(land_areas.wide_terms(city))}
    parcels = land_registers.current_parcels(tables["parcels"], context)
    rural = land_registers.rural_bodies(tables["black_odorous"], context)
    derived = _derived(safe_use, parcels, rural, tables, context)
    ledger, differences = land_ledger.merge_derived(tables["ledger"], derived)
    reported = ledger_rows.reported_indicators(context, battle=NAME)
    years = land_ledger.year_values(ledger, reported, context)
    rows = ledger_rows.make_rows(ledger, reported, context)
    computed = {
        name: "computed_from_areas" for name, table in safe_use.items() if table["value"].notna().any()
    }
    counties = land_ledger.county_values(ledger, BY_COUNTY, context)
    details = {
        "years": years,
        "published": land_ledger.published_figures(NAME, context),
        "coverage": coverage_table(tables, rows, context),
        "differences": differences,
        "contradictions": land_areas.list_contradictions(safe_use),
        "counties": counties,
        "county_balance": land_ledger.balance_counties(counties, years),
        "parcels": land_registers.place_names(parcels, context),
        "use_changes": land_registers.place_names(
            land_registers.use_changes(tables["parcels"], context), context
        ),
        "wastes": land_registers.close_balances(tables["waste_balances"], context),
        "waste_counties": land_registers.waste_counties(tables["waste_balances"], context),
        "rural_bodies": rural,
        **_soil(tables, context),
        **_registers(tables["findings"], context),
        "sources": tables["sources"],
        "quarantine": tables["quarantine"],
    }
    return Battle(NAME, context, results.make(land_ledger.with_caveats(rows, computed)), details)


def _derived(
    safe_use: dict[str, pd.DataFrame],
    parcels: pd.DataFrame,
    rural: pd.DataFrame,
    tables: dict[str, pd.DataFrame],
    context: Context,
) -> list[pd.DataFrame]:
    """Figures of the ledger that the registers and the areas already tell."""
    left = rural.assign(period=rural["date"].dt.strftime("%Y-%m"), value=rural["n_left"], scope="")
    told = [
        *((name, land_areas.as_periods(points), "areas") for name, points in safe_use.items()),
        ("unremedied_plots_built", land_registers.unremedied_count(parcels), "parcels"),
        ("rural_black_odorous_bodies", left, "black_odorous"),
    ]
    return [
        land_ledger.derive(
            name, figures, context, source_id=";".join(sorted(set(tables[table]["source_id"])))
        )
        for name, figures, table in told
    ]


def _soil(tables: dict[str, pd.DataFrame], context: Context) -> dict[str, pd.DataFrame]:
    samples = land_soil.known_samples(tables["soil_samples"], context)
    pairs = land_soil.paired_matter(samples)
    farmland = land_soil.latest_farmland(samples)
    risks, classed = land_soil.risk_table(farmland)
    return {
        "matter": land_soil.matter_change(pairs),
        "matter_levels": land_soil.matter_levels(pairs, min(pairs["depth"], default="")),
        "risks": risks,
        "risk_basis": _risk_basis(classed, farmland),
        "nemerow": land_soil.index_table(farmland),
        "groundwater": land_soil.point_table(tables["groundwater"], tables["groundwater_limits"], context),
        "groundwater_basis": land_soil.limits_in_use(tables["groundwater_limits"])[["basis"]].head(1),
    }


def _risk_basis(classed: pd.DataFrame, farmland: pd.DataFrame) -> pd.DataFrame:
    """What the classes rest on, in one row: survey year, layer, samples, those preliminary, those without class."""
    if classed.empty:
        return pd.DataFrame(columns=["year", "depth", "n", "n_preliminary", "n_undetermined", "n_incomplete"])
    row = {
        "year": farmland["year"].iloc[0],
        "depth": farmland["depth"].iloc[0],
        "n": len(classed),
        "n_preliminary": int(classed["is_preliminary"].sum()),
        "n_undetermined": int((classed["risk"] == "").sum()),
        "n_incomplete": int((~classed["is_complete"]).sum()),
    }
    return pd.DataFrame([row])


def _registers(findings: pd.DataFrame, context: Context) -> dict[str, pd.DataFrame]:
    found = land_registers.open_findings(findings, terms().battle_registers[NAME], context)
    return {
        "findings": land_registers.place_names(found, context),
        "findings_summary": land_registers.summarise_findings(found),
    }
