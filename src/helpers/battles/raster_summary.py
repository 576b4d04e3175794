"""What a folder of rasters says about a city: the series of its zones and the map of its trends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dask
import numpy as np
import pandas as pd
import xarray as xr

from helpers.sources.rasters import ZONES, has_rasters, read_rasters, read_zones
from helpers.statistics.raster_trend import raster_trend, tell_season
from helpers.statistics.trend_map import TrendMap
from helpers.statistics.zonal import label_zones, zonal_series

WHOLE = 1  # label of the zone that is the whole picture


@dataclass(frozen=True, eq=False)
class RasterSummary:
    """Series by zone (see :func:`helpers.statistics.zonal.zonal_series`) and the map of trends."""

    index: str
    zonal: pd.DataFrame
    map: TrendMap


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
        Boundaries of places. Without them ``zones.tif`` of the folder tells the zones; without either the whole picture
        is one zone, ``"1"``.
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
    )
    return RasterSummary(index, zonal, drawn)


def _label(stack: xr.DataArray, zones: pd.DataFrame | None, path: Path) -> np.ndarray:
    """Zone of each pixel: from boundaries, else from the folder's raster, else one for all."""
    if zones is not None:
        return label_zones(zones, stack)
    if path.is_file():
        return read_zones(path, stack)
    return np.full(stack.shape[1:], WHOLE)
