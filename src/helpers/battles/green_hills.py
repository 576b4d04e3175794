"""Green hills: ledgers, areas, registers, surveys and vegetation → results and their tables."""

from __future__ import annotations

import pandas as pd

from helpers.battles import (
    land_areas,
    land_ledger,
    land_nature,
    land_pace,
    land_registers,
    land_vegetation,
    ledger_rows,
    raster_tables,
    results,
)
from helpers.battles.context import Battle, Context
from helpers.battles.judgement import judge
from helpers.battles.land_coverage import coverage_table
from helpers.registry.land import terms
from helpers.standards.balance import balance_parts

NAME = "green_hills"
TABLES = (
    "ledger",
    "areas",
    "findings",
    "species_counts",
    "vegetation",
    "fires",
    *raster_tables.TABLES["NDVI"],
    "sources",
    "quarantine",
)
GREENING = ("greening_total", "greening_urban_rural", "greening_corridors", "greening_restoration")
BY_COUNTY = ("greening_total", "mine_restored_area")


def build(tables: dict[str, pd.DataFrame], context: Context) -> Battle:
    """Answer the green-hills questions for one city and period.

    Parameters
    ----------
    tables
        Processed tables named in ``TABLES``, up to ``context.as_of``; each may be empty.

    Returns
    -------
    The results table and the named tables behind the figures. Greening is judged by the likelihood that past years
    give (:func:`helpers.battles.land_pace.project_total`), or by its pace where they are too few.
    """
    city = land_areas.city_areas(tables["areas"], context)
    points = _computed(city)
    ledger, differences = land_ledger.merge_derived(
        tables["ledger"], _derived(points, tables["areas"], context)
    )
    reported = ledger_rows.reported_indicators(context, battle=NAME)
    years = land_ledger.year_values(ledger, reported, context)
    greening = _greening(years, context)
    rows = _judge_greening(ledger_rows.make_rows(ledger, reported, context), greening)
    computed = {name: "computed_from_areas" for name, table in points.items() if table["value"].notna().any()}
    counties = land_ledger.county_values(ledger, BY_COUNTY, context)
    found = land_registers.open_findings(tables["findings"], terms().battle_registers[NAME], context)
    details = {
        "years": years,
        "published": land_ledger.published_figures(NAME, context),
        "coverage": coverage_table(tables, rows, context),
        "differences": differences,
        "contradictions": land_areas.list_contradictions(points),
        "greening": greening,
        "greening_balance": _balance_greening(years),
        "counties": counties,
        "county_balance": land_ledger.balance_counties(counties, years),
        "mines": land_areas.term_points(city, "mine_legacy"),
        "forest_change": land_areas.gains_and_losses(city),
        "findings": land_registers.place_names(found, context),
        "findings_summary": land_registers.summarise_findings(found),
        "protected_effort": land_nature.effort_table(tables["species_counts"], "protected", context),
        "invasive_effort": land_nature.effort_table(tables["species_counts"], "invasive", context),
        "invasive_species": land_nature.species_list(tables["species_counts"], "invasive", context),
        "vegetation": _vegetation(tables["vegetation"], context),
        "fires": land_nature.fire_years(tables["fires"], context),
        **raster_tables.take(tables, "NDVI", context),
        "sources": tables["sources"],
        "quarantine": tables["quarantine"],
    }
    return Battle(NAME, context, results.make(land_ledger.with_caveats(rows, computed)), details)


def _computed(city: pd.DataFrame) -> dict[str, pd.DataFrame]:
    wide = land_areas.wide_terms(city)
    return {
        "forest_cover": land_areas.forest_cover(wide),
        "reserve_share": land_areas.share(wide, "reserve", "forestry_land"),
    }


def _derived(points: dict[str, pd.DataFrame], areas: pd.DataFrame, context: Context) -> list[pd.DataFrame]:
    files = ";".join(sorted(set(areas["source_id"])))
    return [
        land_ledger.derive(name, land_areas.as_periods(table), context, source_id=files)
        for name, table in points.items()
    ]


def _greening(years: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Where each part of the greening task and the whole stand on the straight path."""
    targets = {name: context.plan.targets_for(name) for name in GREENING}
    known = {name: found[0] for name, found in targets.items() if found}
    return land_pace.path_table(land_ledger.latest_scope(years), known, context)


def _judge_greening(rows: list[dict[str, object]], greening: pd.DataFrame) -> list[dict[str, object]]:
    """Give the greening rows the likelihood that past years tell, and judge them by it while the task runs."""
    told = greening.set_index("indicator_id")["likelihood"].dropna() if len(greening) else {}
    judged = []
    for row in rows:
        if row["indicator_id"] in told and row["status"] not in ("met", "no_target"):
            likelihood = float(told[row["indicator_id"]])
            row = row | {"likelihood": likelihood}
            row["status"] = judge(
                row["value"],
                row["target_value"],
                str(row["target_operator"]),
                likelihood=likelihood,
                is_due=row["target_date"] <= row["period_end"],
            )
        judged.append(row)
    return judged


def _balance_greening(years: pd.DataFrame) -> pd.DataFrame:
    """Sum of the three parts against the reported total, for every year in which all four were reported.

    Returns
    -------
    ``year, parts, total, gap`` (10,000 mu, sum less total, exact), ``is_closed``.
    """
    whole, *parts = GREENING
    own = land_ledger.latest_scope(years[years["indicator_id"].isin(GREENING)])
    wide = own.pivot_table(index="year", columns="indicator_id", values="value", aggfunc="last")
    rows = []
    if set(GREENING) <= set(wide.columns):
        for year, row in wide.dropna().iterrows():
            found = balance_parts([row[name] for name in parts], row[whole])
            rows.append((int(year), float(found.parts), row[whole], float(found.gap), found.is_closed))
    return pd.DataFrame(rows, columns=["year", "parts", "total", "gap", "is_closed"])


def _vegetation(vegetation: pd.DataFrame, context: Context) -> pd.DataFrame:
    months = land_vegetation.growing_months(vegetation, context)
    return land_vegetation.trend_table(months, context)
