"""The tables a folder of rasters comes down to, as a battle reads them. No raster library is needed here.

For each index three tables: ``*_map`` (one row: what the map is of, or why there is none), ``*_pixels`` (its trends) and
``*_zones`` (its series).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.battles import shapes
from helpers.battles.context import Context
from helpers.registry import land
from helpers.statistics.trend_map import TrendMap

PARTS = ("map", "pixels", "zones")
TABLES = {index: tuple(f"{index.lower()}_{part}" for part in PARTS) for index in ("NDVI", "cover")}
_SHAPES = {
    "map": {
        "index": "str",
        "n_images": "int64",
        "first": "datetime64[s]",
        "last": "datetime64[s]",
        "rows": "int64",
        "columns": "int64",
        "cell_width_km": "float64",
        "cell_height_km": "float64",
        "north_deg": "float64",
        "reason": "str",
    },
    "pixels": {
        "row": "int64",
        "column": "int64",
        "area_km2": "float64",
        "slope": "float64",
        "p": "float64",
        "n": "int64",
        "zone": "int64",
    },
    "zones": {"zone": "str", "date": "datetime64[s]", "value": "float64", "valid_share_pct": "float64"},
}
_YEARLY = shapes.kinds("str zone name_zh name_en; int64 year; float64 value; int64 n")
MINIMUM_SHARE_PCT = 50.0
"""Valid share of a zone below which an image does not count in its series (the suite's own choice)."""


def shape(part: str, rows: list[dict[str, object]] | pd.DataFrame) -> pd.DataFrame:
    """Give one of ``PARTS`` its columns and types; what a row leaves out is empty or zero."""
    kinds = _SHAPES[part]
    table, empty = pd.DataFrame(rows), {"int64": 0, "str": "", "float64": np.nan, "datetime64[s]": pd.NaT}
    given = {name: table[name] if name in table else empty[kind] for name, kind in kinds.items()}
    return pd.DataFrame(given, index=table.index).astype(kinds)


def empty(name: str) -> pd.DataFrame:
    """Return one of ``TABLES`` without rows."""
    return shape(name.rpartition("_")[2], [])


def refused(index: str, reason: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a folder that cannot be summarised, with the sentence that says why."""
    told = shape("map", [{"index": index, "reason": reason}])
    return {"map": told, "pixels": shape("pixels", []), "zones": shape("zones", [])}


def take(tables: dict[str, pd.DataFrame], index: str, context: Context) -> dict[str, pd.DataFrame]:
    """Take the tables of an index out of those a battle reads.

    Returns
    -------
    ``raster_map`` and ``raster_pixels`` as they are; ``raster_zones`` by zone and whole year: ``zone`` (code), ``name_zh,
    name_en, year, value`` (mean of the year's images), ``n`` (images with at least half of the zone valid).
    """
    found = {f"raster_{part}": tables[name] for part, name in zip(PARTS, TABLES[index], strict=True)}
    return found | {"raster_zones": _yearly(found["raster_zones"], context)}


def _yearly(zones: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Yearly means of each zone; a year with fewer images than the fullest one would have another mix of months."""
    dated = zones.assign(year=zones["date"].dt.year)
    images = dated.groupby("year")["date"].nunique()
    whole = images[images == images.max()].index
    seen = dated[
        dated["year"].isin(whole) & (dated["valid_share_pct"] >= MINIMUM_SHARE_PCT) & dated["value"].notna()
    ]
    grouped = seen.groupby(["zone", "year"], sort=False)["value"]
    table = grouped.agg(value="mean", n="size").reset_index()
    short = table["n"] < table["year"].map(images)
    names = {code: land.raster_zone(context.city.slug, code) for code in table["zone"].unique()}
    told = table.assign(
        value=table["value"].mask(short),
        name_zh=[names[code][0] for code in table["zone"]],
        name_en=[names[code][1] for code in table["zone"]],
    )
    return shapes.shape(told, _YEARLY)


def draw_from(tables: dict[str, pd.DataFrame]) -> TrendMap | None:
    """Rebuild the map of trends from the tables of :func:`take`; None where there is none."""
    if tables["raster_map"].empty or tables["raster_map"]["reason"].iloc[0]:
        return None
    told, pixels = tables["raster_map"].iloc[0], tables["raster_pixels"]
    layers = {
        name: pixels[name].to_numpy().reshape(told["rows"], told["columns"])
        for name in ("slope", "p", "n", "zone")
    }
    measures = {name: float(told[name]) for name in ("cell_width_km", "cell_height_km", "north_deg")}
    return TrendMap(**layers, **measures, first=told["first"].date(), last=told["last"].date())
