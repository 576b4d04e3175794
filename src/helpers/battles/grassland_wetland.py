"""Grassland and wetland: ledgers, areas, bird counts and vegetation → results and their tables."""

from __future__ import annotations

import pandas as pd

from helpers.battles import (
    corrective,
    land_areas,
    land_common,
    land_ledger,
    land_nature,
    land_vegetation,
    raster_tables,
    results,
)
from helpers.battles.assess import histories, make_rows
from helpers.battles.context import Battle, Context
from helpers.battles.shapes import kinds, shape
from helpers.battles.subjects import tables_of
from helpers.registry import land

NAME = "grassland_wetland"
TABLES = tables_of("grassland_wetland", "met_daily", *raster_tables.TABLES["cover"])
BY_COUNTY = ("degraded_grassland_restored",)
BY_LAKE = ("open_water_area", "ecological_water_supply")
_LAKES = kinds("str place_code name_zh name_en period; float64 value")
_OPEN_WATER = kinds(
    "str place_code name_zh name_en; datetime64[s] month; float64 value usual; int64 n_years; float64 share_pct"
)
_BASIS = kinds("str zones; float64 soil vegetation")
MINIMUM_YEARS = 3  # of the same month, before its usual value is told


def build(tables: dict[str, pd.DataFrame], context: Context) -> Battle:
    """Answer the questions on grassland and wetland for one city and period.

    Parameters
    ----------
    tables
        Processed tables named in ``TABLES``, up to ``context.as_of``; each may be empty.

    Returns
    -------
    The results table and the named tables behind the figures. Open water is told by lake, not as a sum.
    """
    city = land_areas.city_areas(tables["areas"], context)
    cover, types = land_areas.grass_cover(tables["areas"], context)
    wetland = land_areas.term_points(city, "wetland")
    points = {
        "grass_cover": cover,
        "wetland_protection": land_areas.share(
            land_areas.wide_terms(city), "protected_wetland", "natural_wetland"
        ),
    }
    computed = _computed(points, wetland, tables["areas"])
    reported = land_common.read_reported(
        NAME, tables, computed, context, by_county=BY_COUNTY, passed_over=["open_water_area"]
    )
    details = {
        **reported.tables,
        "contradictions": land_areas.list_contradictions(points),
        "grass_types": types,
        "wetland": wetland,
        **_season(tables, context),
        **raster_tables.take(tables, "cover", context),
        "open_water": open_water(tables["ledger"], context),
        "water_supply": _by_lake(tables["ledger"], "ecological_water_supply", context),
        "birds": land_nature.effort_table(tables["species_counts"], "bird", context),
    }
    details["histories"] = histories(reported.seen, context)
    details["origins"] = land_common.origin_table(details, reported.files | _files(tables, context))
    found = results.make(make_rows(reported.seen, context, tables["sources"]))
    return corrective.beside(Battle(NAME, context, found, details), tables)


def _files(tables: dict[str, pd.DataFrame], context: Context) -> dict[str, set[str]]:
    """Files behind the tables that are this battle's own."""
    files, until = land_common.files_of, pd.Timestamp(context.as_of)
    areas, counts = tables["areas"], tables["species_counts"][tables["species_counts"]["date"] <= until]
    own, foreign = land_vegetation.seen_zones(tables["vegetation"], context)
    lakes = [one.id for one in land.land(context.city.slug).lakes]
    ledger = land_ledger.ended(tables["ledger"][tables["ledger"]["place_code"].isin(lakes)], context)
    pictures = tables["sources"][tables["sources"]["reader"] == "raster_image"]
    images = pictures[pictures["path"].str.contains("cover")]
    return {
        "contradictions": files(land_areas.areas_known(areas, context)),
        "grass_types": files(areas[areas["measure"] == "cover"]),
        "wetland": files(land_areas.areas_known(areas, context, "wetland")),
        "season": files(own, tables["met_daily"]),
        "season_basis": files(own),
        "foreign_zones": files(foreign),
        "open_water": files(ledger[ledger["indicator_id"] == "open_water_area"]),
        "water_supply": files(ledger[ledger["indicator_id"] == "ecological_water_supply"]),
        "birds": files(counts[counts["species_group"] == "bird"]),
        **dict.fromkeys(("raster_map", "raster_pixels", "raster_zones"), files(images)),
    }


def _computed(
    points: dict[str, pd.DataFrame], wetland: pd.DataFrame, areas: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Figures of the ledger that the areas already tell; the change of wetland says where its surveys differ."""
    change = land_areas.area_change(wetland)
    differ = ["survey_methods_differ"] if wetland["scope"].nunique() > 1 else []
    shares = {
        name: land_areas.as_figures(table, areas, "computed_from_areas") for name, table in points.items()
    }
    return shares | {"wetland_area_change": land_areas.as_figures(change, areas, *differ)}


def _season(tables: dict[str, pd.DataFrame], context: Context) -> dict[str, pd.DataFrame]:
    """Season of the grassland zones (of the wetland zones, or of all, where none is named after grass), and its basis.

    The basis is one row: ``zones`` (joined by ``;``), ``soil, vegetation`` (NDVI of bare soil and of full cover); none
    without a usable composite in the year of the report. Zones that are not the city's own are listed apart.
    """
    vegetation, foreign = land_vegetation.seen_zones(tables["vegetation"], context)
    found = {"season": shape([], land_vegetation.SEASON), "season_basis": shape([], _BASIS)}
    found["foreign_zones"] = land_vegetation.list_zones(foreign)
    ends = land_vegetation.cover_ends(vegetation)
    if ends is None:
        return found
    names = sorted(set(vegetation["zone"]))
    by_term = {
        term: [name for name in names if land.zone_term(name) == term] for term in ("grassland", "wetland")
    }
    zones = by_term["grassland"] or by_term["wetland"] or names
    season = land_vegetation.season_table(vegetation, ends, zones, context)
    if season["value"].isna().all():
        return found
    return found | {
        "season": land_vegetation.add_rain(season, tables["met_daily"], context),
        "season_basis": shape([(";".join(zones), *ends)], _BASIS),
    }


def open_water(ledger: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Open water of each lake by month of the report's year, against the usual value of that month.

    Returns
    -------
    ``place_code, name_zh, name_en, month, value`` (ha), ``usual`` (median of the same month in earlier years, at least
    three), ``n_years``, ``share_pct`` (value over usual); a month nobody reported has no row.
    """
    rows = _by_lake(ledger, "open_water_area", context)
    rows = rows[rows["period"].str.fullmatch(r"\d{4}-\d{2}")]
    rows = rows.assign(month=pd.to_datetime(rows["period"] + "-01").astype("datetime64[s]"))
    rows = rows.assign(
        number=rows["month"].dt.month
    )  # before any filter: an empty frame would take all its rows
    is_now = rows["month"].dt.year == context.as_of.year
    past, now = rows[~is_now], rows[is_now]
    usual = past.groupby(["place_code", "number"])["value"].agg(["median", "count"])
    now = now.merge(usual.reset_index(), how="left", on=["place_code", "number"])
    now["n_years"] = now["count"].fillna(0).astype("int64")
    now["usual"] = now["median"].where(now["n_years"] >= MINIMUM_YEARS)
    now["share_pct"] = 100 * now["value"] / now["usual"].where(now["usual"] > 0)
    return shape(now, _OPEN_WATER)


def _by_lake(ledger: pd.DataFrame, indicator_id: str, context: Context) -> pd.DataFrame:
    """Figures of the city's lakes that ended by the day of the report: ``place_code, name_zh, name_en, period, value``."""
    lakes = land.land(context.city.slug).lakes
    order = {one.id: place for place, one in enumerate(lakes)}
    rows = ledger[(ledger["indicator_id"] == indicator_id) & ledger["place_code"].isin(list(order))]
    rows = land_ledger.ended(rows, context)
    names = {one.id: one for one in lakes}
    rows = rows.assign(
        name_zh=[names[code].name_zh for code in rows["place_code"]],
        name_en=[names[code].name_en for code in rows["place_code"]],
        order=rows["place_code"].map(order),
    ).sort_values(["order", "period"], kind="stable")
    return shape(rows.drop_duplicates(["place_code", "period"], keep="last"), _LAKES)
