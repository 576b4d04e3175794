"""A folder of GeoTIFFs of one index, one file a date, as a stack in blocks that is read only when it is computed.

Names are read by :mod:`helpers.sources.raster_names`; pixels of a quality layer are 0 good, 1 marginal, 2 snow or ice,
3 cloudy. A file ``zones.tif`` on the same grid may say which place a pixel belongs to.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from dask import array as da
from rasterio.errors import RasterioError
from rasterio.windows import Window

from helpers.errors import ParameterError
from helpers.messages import parts
from helpers.sources.raster_grid import Header, check_grid, grid_of, measure_cells, read_header
from helpers.sources.raster_names import (
    FORMS,
    SUFFIXES,
    ZONES,
    RasterForm,
    index_of,
    is_quality,
    no_index,
    tell_date,
)
from helpers.sources.raster_scale import check_scale
from helpers.sources.reading import refusal

_BLOCK_BYTES = 2**26  # of one block as floats, all dates together
_CACHE_BYTES = 2**25  # GDAL by itself takes a twentieth of the machine's memory


def has_rasters(folder: Path, *, index: str, as_of: date) -> bool:
    """Whether a folder is there and holds an image of an index up to a day.

    Raises
    ------
    SourceError
        As :func:`read_rasters` on the names of the files.
    """
    return bool(_by_date(_list_files(folder, index)[0], as_of))


def read_rasters(folder: Path, *, index: str, as_of: date) -> xr.DataArray:
    """Read the images of an index up to a day as one lazy stack.

    Parameters
    ----------
    index
        A key of ``FORMS``.
    as_of
        Last day whose images count.

    Returns
    -------
    Dimensions ``date`` (as the file name says), ``y`` (north first), ``x``; values of the index (NDVI −0.2 to 1,
    cover 0 to 1), NaN where a pixel is missing, cloudy or under snow; dask chunks of all dates and a window of pixels.
    Coordinate ``cell_area_km2`` by row; attributes of :func:`helpers.sources.raster_grid.measure_cells`.

    Raises
    ------
    SourceError
        There is no image up to the day; a name says no index or no date; a date is there twice or lacks its quality
        layer; a file is unreadable or on another grid; its pixels cannot be of their scale. When computed: a value cannot be one of the index.
    """
    images, qualities = (_by_date(paths, as_of) for paths in _list_files(folder, index))
    if not images:
        raise refusal(folder, **parts("rasters.no_image", index=index, as_of=as_of))
    bare = [day for day in images if day not in qualities]
    if qualities and bare:
        raise refusal(images[bare[0]], **parts("rasters.no_quality"))
    pairs = [(path, qualities.get(day)) for day, path in images.items()]
    header = read_header(pairs[0][0])
    for path in filter(None, (path for pair in pairs for path in pair)):
        check_grid(path, read_header(path).grid, common=header.grid)
    check_scale(images, FORMS[index])
    data = da.map_blocks(
        _read_block,
        files=pairs,
        form=FORMS[index],
        chunks=((len(pairs),), *_chunks(header, len(pairs))),
        dtype="float64",
        meta=np.empty((0, 0, 0)),
    )
    areas, measures = measure_cells(header.grid)
    at, (rows, columns) = header.grid.transform, header.grid.shape
    coords = {
        "date": pd.DatetimeIndex(images),
        "y": at.f + at.e * (np.arange(rows) + 0.5),
        "x": at.c + at.a * (np.arange(columns) + 0.5),
        "cell_area_km2": ("y", areas),
    }
    stack = xr.DataArray(data, coords=coords, dims=("date", "y", "x"), name=index, attrs=measures)
    return stack.rio.write_crs(header.grid.crs).rio.write_transform(at)


def read_zones(path: Path, stack: xr.DataArray) -> np.ndarray:
    """Read a raster of labels on the grid of a stack.

    Returns
    -------
    Whole numbers of shape (rows, columns): the code of the place of each pixel, 0 for none.

    Raises
    ------
    SourceError
        The file is unreadable, on another grid, or its pixels are no whole numbers.
    """
    header = read_header(path)
    check_grid(path, header.grid, common=grid_of(stack))
    if header.dtype.kind not in "iu":
        raise refusal(path, **parts("rasters.pixels", kind=header.dtype))
    with rasterio.open(path) as source:
        return source.read(1, masked=True).filled(0).astype("int64")


def _list_files(folder: Path, index: str) -> tuple[list[Path], list[Path]]:
    """Images of the index, and quality layers."""
    if index not in FORMS:
        raise ParameterError(expected=", ".join(FORMS), **parts("rasters.index", index=repr(index)))
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    qualities = [path for path in found if is_quality(path)]
    images = [path for path in found if path not in qualities and path.name != ZONES]
    if images and not any(map(index_of, images)):
        raise no_index(images[0])
    return [path for path in images if index_of(path) == index], qualities


def _by_date(paths: list[Path], as_of: date) -> dict[datetime, Path]:
    """Files by the day in their names, in order, up to ``as_of``."""
    dated: dict[datetime, Path] = {}
    for path in paths:
        day = tell_date(path)
        if day in dated:
            raise refusal(path, **parts("rasters.two_of_day", day=f"{day:%Y-%m-%d}", name=dated[day].name))
        dated[day] = path
    return {day: dated[day] for day in sorted(dated) if day.date() <= as_of}


def _chunks(header: Header, n_dates: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Heights and widths of blocks: whole tiles of the files, as many as memory allows, or a part of one."""
    (height, width), (rows, columns) = header.grid.shape, header.tile
    allowed = max(1, _BLOCK_BYTES // (8 * n_dates))  # pixels
    tiles, abreast = allowed // (rows * columns), math.ceil(width / columns)
    if tiles >= abreast:
        return _split(height, rows * (tiles // abreast)), (width,)
    if tiles:
        return _split(height, rows), _split(width, columns * tiles)
    columns = min(columns, allowed)
    return _split(height, max(1, allowed // columns)), _split(width, columns)


def _split(length: int, size: int) -> tuple[int, ...]:
    return tuple(min(size, length - start) for start in range(0, length, size))


def _read_block(
    *,
    files: list[tuple[Path, Path | None]],
    form: RasterForm,
    block_info: dict[None, dict[str, list[tuple[int, int]]]],
) -> np.ndarray:
    """Read one window of all dates, shape (dates, rows, columns)."""
    window = Window.from_slices(*block_info[None]["array-location"][1:])
    block = np.empty((len(files), int(window.height), int(window.width)))
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES):
        for values, (image, quality) in zip(block, files, strict=True):
            try:
                values[:] = _read_values(image, form, window)
                if quality is not None:
                    with rasterio.open(quality) as source:
                        values[~np.isin(source.read(1, window=window), form.kept_qualities)] = np.nan
            except RasterioError as error:
                raise refusal(image, **parts("rasters.unreadable")) from error
    return block


def _read_values(path: Path, form: RasterForm, window: Window) -> np.ndarray:
    """Read the index in a window; NaN where nothing is stored."""
    with rasterio.open(path) as source:
        stored = source.read(1, window=window, masked=True)
        scale, offset = source.scales[0], source.offsets[0]
    if (scale, offset) == (1, 0):
        divisor = float(form.divisor) if stored.dtype.kind in "iu" else 1.0
    else:
        # Dividing by 10,000 gives the float nearest to 0.5123, multiplying by 0.0001 does not.
        whole = round(1 / scale)
        divisor = float(whole) if math.isclose(1 / scale, whole, rel_tol=1e-6) else 1 / scale
    missing = np.ma.getmaskarray(stored) | np.isin(stored.data, form.fills)
    values = np.where(missing, np.nan, stored.data / divisor + offset)
    wild = (values < form.low) | (values > form.high)
    if wild.any():
        raise refusal(
            path,
            **parts(
                "rasters.pixel",
                stored=f"{stored.data[wild][0]:g}",
                meaning=f"{values[wild][0]:g}",
                low=f"{form.low:g}",
                high=f"{form.high:g}",
            ),
        )
    return values
