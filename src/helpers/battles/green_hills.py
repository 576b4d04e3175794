"""Green hills: ledgers, areas, registers, surveys and vegetation → results and their tables."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from helpers.battles import (
    corrective,
    land_areas,
    land_common,
    land_ledger,
    land_nature,
    land_pace,
    land_vegetation,
    levers,
    raster_tables,
    results,
)
from helpers.battles.assess import Observation, histories, make_rows
from helpers.battles.context import Battle, Context
from helpers.battles.shapes import kinds, shape
from helpers.battles.subjects import tables_of
from helpers.standards.balance import balance_parts

NAME = "green_hills"
TABLES = tables_of("green_hills", *raster_tables.TABLES["NDVI"])
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
    wide = land_areas.wide_terms(city)
    points = {
        "forest_cover": land_areas.forest_cover(wide),
        "reserve_share": land_areas.share(wide, "reserve", "forestry_land"),
    }
    computed = {
        name: land_areas.as_figures(table, tables["areas"], "computed_from_areas")
        for name, table in points.items()
    }
    reported = land_common.read_reported(NAME, tables, computed, context, by_county=BY_COUNTY)
    seen = [_with_likelihood(one) if one.indicator_id in GREENING else one for one in reported.seen]
    counts = tables["species_counts"]
    details = {
        **reported.tables,
        "contradictions": land_areas.list_contradictions(points),
        "greening": land_pace.path_table(land_ledger.latest_scope(reported.years), GREENING, context),
        "greening_balance": _balance_greening(reported.years),
        "mines": land_areas.term_points(city, "mine_legacy"),
        "forest_change": land_areas.gains_and_losses(city),
        "protected_effort": land_nature.effort_table(counts, "protected", context),
        "invasive_effort": land_nature.effort_table(counts, "invasive", context),
        "invasive_species": land_nature.species_list(counts, "invasive", context),
        **_vegetation(tables["vegetation"], context),
        "fires": land_nature.fire_years(tables["fires"], tables["sources"], context),
        **raster_tables.take(tables, "NDVI", context),
    }
    details["histories"] = histories(seen, context)
    details["origins"] = land_common.origin_table(details, reported.files | _files(tables, context))
    found = results.make(make_rows(seen, context, tables["sources"]))
    return levers.beside(corrective.beside(Battle(NAME, context, found, details), tables), seen)


def _files(tables: dict[str, pd.DataFrame], context: Context) -> dict[str, set[str]]:
    """Files behind the tables that are green hills' own; those of the greening task stand in the ledgers' years."""
    files, until = land_common.files_of, pd.Timestamp(context.as_of)
    areas, counts = tables["areas"], tables["species_counts"][tables["species_counts"]["date"] <= until]
    own, foreign = land_vegetation.seen_zones(tables["vegetation"], context)
    groups = {name: counts[counts["species_group"] == name] for name in ("protected", "invasive")}
    ledger = land_ledger.ended(tables["ledger"][tables["ledger"]["indicator_id"].isin(GREENING)], context)
    fires = tables["fires"][tables["fires"]["time_local"] < until + pd.Timedelta(days=1)]
    is_firms = (
        tables["sources"]["reader"] == "fires_firms"
    )  # where nothing burnt there are files without a point
    pictures = tables["sources"][tables["sources"]["reader"] == "raster_image"]
    images = pictures[pictures["path"].str.contains("NDVI")]
    return {
        "contradictions": files(land_areas.areas_known(areas, context)),
        **dict.fromkeys(("greening", "greening_balance"), files(ledger)),
        "mines": files(land_areas.areas_known(areas, context, "mine_legacy")),
        "forest_change": files(land_areas.areas_known(areas, context, "gain_", "loss_")),
        "protected_effort": files(groups["protected"]),
        **dict.fromkeys(("invasive_effort", "invasive_species"), files(groups["invasive"])),
        "vegetation": files(own),
        "foreign_zones": files(foreign),
        "fires": files(fires) or set(tables["sources"].loc[is_firms, "source_id"]),
        **dict.fromkeys(("raster_map", "raster_pixels", "raster_zones"), files(images)),
    }


def _with_likelihood(seen: Observation) -> Observation:
    """Let past years tell the likelihood of a greening target."""
    return replace(seen, likelihood=lambda target: land_pace.likelihood(seen.history, target))


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
    return shape(rows, kinds("int64 year; float64 parts total gap; bool is_closed"))


def _vegetation(vegetation: pd.DataFrame, context: Context) -> dict[str, pd.DataFrame]:
    own, foreign = land_vegetation.seen_zones(vegetation, context)
    months = land_vegetation.growing_months(own, context)
    return {
        "vegetation": land_vegetation.trend_table(months, context),
        "foreign_zones": land_vegetation.list_zones(foreign),
    }
