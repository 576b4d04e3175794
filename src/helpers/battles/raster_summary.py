"""What a folder of rasters says about a city: the series of its zones and the map of its trends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dask
import numpy as np
import pandas as pd
import xarray as xr

from helpers.battles import raster_tables
from helpers.sources.raster_names import ZONES
from helpers.sources.rasters import has_rasters, read_rasters, read_zones
from helpers.statistics.raster_trend import raster_trend, tell_season
from helpers.statistics.trend_map import TrendMap
from helpers.statistics.zonal import label_zones, zonal_series

WHOLE = 999  # label of the zone that is the whole picture, named in registry/land_terms.yml


@dataclass(frozen=True, eq=False)
class RasterSummary:
    """Series by zone (see :func:`helpers.statistics.zonal.zonal_series`), the map of trends, km² of a cell by row."""

    index: str
    zonal: pd.DataFrame
    map: TrendMap
    cell_area_km2: np.ndarray
    n_images: int


def summarise_folder(
    folder: Path, *, as_of: date, zones: pd.DataFrame | None = None, index: str = "NDVI"
) -> RasterSummary | None:
    """Read a folder once and summarise it by zone and by pixel.

    Parameters
    ----------
    folder
        GeoTIFFs as :mod:`helpers.sources.rasters` reads them.
    as_of
        Last day whose images count.
    zones
        Boundaries of places, for a folder without ``zones.tif``; without either the whole picture is zone ``WHOLE``.
    index
        ``NDVI`` or ``cover``.

    Returns
    -------
    The summary; None where the folder is absent or holds no image of this index up to ``as_of``.

    Raises
    ------
    SourceError, SchemaError
        As :func:`helpers.sources.rasters.read_rasters` and :func:`helpers.statistics.raster_trend.tell_season`.
    """
    if not has_rasters(folder, index=index, as_of=as_of):
        return None
    stack = read_rasters(folder, index=index, as_of=as_of)
    dates = stack.indexes["date"]
    labels = _label(stack, zones, folder / ZONES)
    trend = raster_trend(stack, season=tell_season(dates))
    # Optimised apart, each of the two would read the files for itself.
    trend, zonal = dask.compute(trend, zonal_series(stack, labels), optimize_graph=False)
    drawn = TrendMap(
        slope=trend["slope"].to_numpy(),
        p=trend["p"].to_numpy(),
        n=trend["n"].to_numpy().astype(int),
        cell_width_km=stack.attrs["cell_width_km"],
        cell_height_km=stack.attrs["cell_height_km"],
        north_deg=stack.attrs["north_deg"],
        first=dates[0].date(),
        last=dates[-1].date(),
        zone=labels,
    )
    return RasterSummary(index, zonal, drawn, stack["cell_area_km2"].to_numpy(), len(dates))


def as_tables(summary: RasterSummary) -> dict[str, pd.DataFrame]:
    """Lay a summary out as the tables of :mod:`helpers.battles.raster_tables`, pixels row by row."""
    drawn = summary.map
    rows, columns = drawn.slope.shape
    told = {
        "index": summary.index,
        "n_images": summary.n_images,
        "first": pd.Timestamp(drawn.first),
        "last": pd.Timestamp(drawn.last),
        "rows": rows,
        "columns": columns,
        "cell_width_km": drawn.cell_width_km,
        "cell_height_km": drawn.cell_height_km,
        "north_deg": drawn.north_deg,
    }
    pixels = {
        "row": np.repeat(np.arange(rows), columns),
        "column": np.tile(np.arange(columns), rows),
        "area_km2": np.repeat(summary.cell_area_km2, columns),
        "slope": drawn.slope.ravel(),
        "p": drawn.p.ravel(),
        "n": drawn.n.ravel(),
        "zone": drawn.zone.ravel(),
    }
    return {
        "map": raster_tables.shape("map", [told]),
        "pixels": raster_tables.shape("pixels", pd.DataFrame(pixels)),
        "zones": raster_tables.shape("zones", summary.zonal),
    }


def _label(stack: xr.DataArray, zones: pd.DataFrame | None, path: Path) -> np.ndarray:
    """Zone of each pixel: from the folder's raster, else from boundaries, else one for all."""
    if path.is_file():
        return read_zones(path, stack)
    if zones is not None and len(zones):
        return label_zones(zones, stack)
    return np.full(stack.shape[1:], WHOLE)
