"""Where the pixels of a GeoTIFF lie: its grid, whether two grids are one, and the size of a cell on the ground."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rioxarray  # noqa: F401  # gives arrays their accessor ``rio``
import xarray as xr
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.warp import transform as transform_points

from helpers.messages import message, parts
from helpers.sources.reading import refusal

_KM_PER_DEGREE = 111.195  # sphere of 6371 km
_SAME_CELL = 1e-3  # of a cell: tools round corners differently


@dataclass(frozen=True)
class Grid:
    """Coordinate system, corner with cell size, and rows and columns; rows run north to south."""

    crs: rasterio.CRS
    transform: rasterio.Affine
    shape: tuple[int, int]


@dataclass(frozen=True)
class Header:
    """What a file says before its pixels: grid, rows and columns of a stored tile, type of a pixel."""

    grid: Grid
    tile: tuple[int, int]
    dtype: np.dtype


def grid_of(stack: xr.DataArray) -> Grid:
    """Return the grid that a stack of rasters carries in its coordinate ``spatial_ref``."""
    numbers = map(float, stack["spatial_ref"].attrs["GeoTransform"].split())
    return Grid(stack.rio.crs, rasterio.Affine.from_gdal(*numbers), stack.shape[-2:])


def read_header(path: Path) -> Header:
    """Read the header of a GeoTIFF of one band.

    Raises
    ------
    SourceError
        The file is unreadable, has several bands or no coordinate system, or its rows do not run from north to south.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as source:
                grid, bands = Grid(source.crs, source.transform, source.shape), source.count
                header = Header(grid, source.block_shapes[0], np.dtype(source.dtypes[0]))
    except RasterioError as error:
        raise refusal(path, **parts("rasters.no_geotiff")) from error
    if bands != 1:
        raise refusal(path, **parts("rasters.bands", n=bands))
    at = grid.transform
    if grid.crs is None or at.b or at.d or at.a <= 0 or at.e >= 0:
        raise refusal(path, **parts("rasters.no_system" if grid.crs is None else "rasters.turned"))
    return header


def check_grid(path: Path, grid: Grid, *, common: Grid) -> None:
    """Refuse a file that does not lie on the common grid.

    Raises
    ------
    SourceError
        Coordinate system, shape, corner or cell size differ.
    """
    corner, other = np.array(grid.transform[:6]), np.array(common.transform[:6])
    if grid.shape != common.shape:
        (rows, columns), (other_rows, other_columns) = grid.shape, common.shape
        other = {"other_rows": other_rows, "other_columns": other_columns}
        differing = message("rasters.shape", rows=rows, columns=columns, **other)
    elif grid.crs != common.crs:
        differing = message("rasters.crs", crs=grid.crs, other=common.crs)
    elif np.abs(corner - other).max() > _SAME_CELL * common.transform.a:
        differing = message("rasters.corner", corner=corner.tolist(), other=other.tolist())
    else:
        return
    raise refusal(path, **parts("rasters.grid", differing=differing))


def measure_cells(grid: Grid) -> tuple[np.ndarray, dict[str, float]]:
    """Measure the cells in the middle column on the sphere, whatever the projection.

    Returns
    -------
    Area of a cell of each row (km²), and of the middle row ``cell_width_km``, ``cell_height_km`` (area over width, so
    that a sheared grid keeps its area) and ``north_deg`` (clockwise from the top of the picture to the north).
    """
    rows, columns = grid.shape
    at = grid.transform
    x = np.full(rows, at.c + at.a * columns / 2)
    y = at.f + at.e * (np.arange(rows) + 0.5)
    right, left, top, bottom = (
        np.array(transform_points(grid.crs, "EPSG:4326", x + east, y + north))
        for east, north in ((at.a / 2, 0), (-at.a / 2, 0), (0, -at.e / 2), (0, at.e / 2))
    )
    shrink = np.array([np.cos(np.radians((right[1] + left[1]) / 2)), np.ones(rows)])
    across, up = (right - left) * shrink * _KM_PER_DEGREE, (top - bottom) * shrink * _KM_PER_DEGREE
    areas = np.abs(across[0] * up[1] - across[1] * up[0])
    middle = rows // 2
    width = float(np.hypot(*across[:, middle]))
    height = float(areas[middle] / width)
    # The way in the picture, in cells right and up, that leads one kilometre due north.
    east, north = np.linalg.solve(np.column_stack([across[:, middle], up[:, middle]]), [0.0, 1.0])
    turned = math.degrees(math.atan2(east * width, north * height))
    return areas, {"cell_width_km": width, "cell_height_km": height, "north_deg": round(turned, 6)}
