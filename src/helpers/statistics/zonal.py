"""Means of a stack of rasters by zone and date, with the share of the zone that was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from dask import delayed
from dask.delayed import Delayed
from rasterio.features import rasterize
from rasterio.warp import transform as transform_points

from helpers.errors import SchemaError
from helpers.sources.raster_grid import grid_of

_WGS84 = "EPSG:4326"


def label_zones(boundaries: pd.DataFrame, stack: xr.DataArray) -> np.ndarray:
    """Say of every pixel in which place its centre lies.

    Parameters
    ----------
    boundaries
        As :mod:`helpers.sources.land_boundary` reads them: ``place_code`` (digits), ``part``, ``ring`` (0 the outer line),
        ``corner``, ``longitude``, ``latitude`` (degrees, WGS-84).
    stack
        The rasters, with their grid.

    Returns
    -------
    Whole numbers of shape (rows, columns): the code of the place, 0 outside all.

    Raises
    ------
    SchemaError
        A place code is no number.
    """
    wrong = boundaries.loc[~boundaries["place_code"].str.fullmatch(r"[1-9]\d*"), "place_code"]
    if len(wrong):
        raise SchemaError(
            f"place code {wrong.iloc[0]!r} is no number", expected="digits", remedy="mend the boundaries"
        )
    grid = grid_of(stack)
    ordered = boundaries.sort_values(["place_code", "part", "ring", "corner"], kind="stable")
    shapes = []
    for (code, _), part in ordered.groupby(["place_code", "part"]):
        rings = []
        for _, corners in part.groupby("ring"):
            x, y = transform_points(
                _WGS84, grid.crs, *(corners[axis].tolist() for axis in ("longitude", "latitude"))
            )
            rings.append(list(zip(x, y, strict=True)))
        shapes.append(({"type": "Polygon", "coordinates": rings}, int(code)))
    if not shapes:
        return np.zeros(grid.shape, dtype="int64")
    return rasterize(shapes, out_shape=grid.shape, transform=grid.transform, dtype="int64")


def zonal_series(stack: xr.DataArray, labels: np.ndarray) -> Delayed:
    """Average the pixels of each zone and date, weighted by their area.

    Parameters
    ----------
    stack
        Dimensions ``date``, ``y``, ``x``, with the coordinate ``cell_area_km2`` of each row; NaN is a gap.
    labels
        Shape (rows, columns), the code of each pixel's zone, 0 for none.

    Returns
    -------
    To be computed together with other results, so that files are read once: a table, one row a zone and date, of
    ``zone`` (the code as text), ``date``, ``value`` (own unit; NaN where no pixel is valid) and ``valid_share_pct`` (valid
    area over the area of the zone). A mean over few pixels is told with its share, not left out.

    Raises
    ------
    SchemaError
        The labels lie on another grid.
    """
    if labels.shape != stack.shape[1:]:
        raise SchemaError(
            f"labels have shape {labels.shape}",
            expected=f"{stack.shape[1:]}, the grid of the rasters",
            remedy="make the zones on that grid",
        )
    codes = np.unique(labels[labels > 0])
    weights = np.broadcast_to(stack["cell_area_km2"].to_numpy()[:, None], labels.shape)
    blocks = stack.chunk(date=-1).data
    parts, top = [], 0
    for row, height in zip(blocks.to_delayed(optimize_graph=False)[0], blocks.chunks[1], strict=True):
        left = 0
        for block, width in zip(row, blocks.chunks[2], strict=True):
            window = np.s_[top : top + height, left : left + width]
            zones = np.searchsorted(codes, labels[window])
            inside = labels[window] > 0
            parts.append(delayed(_sum_block)(block, np.where(inside, zones, -1), weights[window], len(codes)))
            left += width
        top += height
    areas = np.array([weights[labels == code].sum() for code in codes])
    return delayed(_tabulate)(parts, stack.indexes["date"], codes, areas)


def _sum_block(block: np.ndarray, zones: np.ndarray, weights: np.ndarray, n_zones: int) -> np.ndarray:
    """Weighted sum and valid area by zone and date of one block, shape (2, n_zones, n_dates)."""
    inside = zones >= 0
    zone, weight = zones[inside], weights[inside]
    sums = np.zeros((2, n_zones, len(block)))
    for place, image in enumerate(block):
        values = image[inside]
        valid = np.isfinite(values)
        for number, terms in enumerate((weight[valid] * values[valid], weight[valid])):
            sums[number, :, place] = np.bincount(zone[valid], weights=terms, minlength=n_zones)
    return sums


def _tabulate(
    parts: list[np.ndarray], dates: pd.DatetimeIndex, codes: np.ndarray, areas: np.ndarray
) -> pd.DataFrame:
    """Join the blocks into the table."""
    totals, seen = sum(parts)
    with np.errstate(invalid="ignore"):
        means = np.where(seen > 0, totals / seen, np.nan)
    return pd.DataFrame(
        {
            "zone": pd.array(codes.astype(str), dtype="str").repeat(len(dates)),
            "date": np.tile(dates.to_numpy(), len(codes)),
            "value": means.ravel(),
            "valid_share_pct": (100 * seen / areas[:, None]).clip(0, 100).ravel(),
        }
    )
