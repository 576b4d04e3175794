"""A folder of GeoTIFFs of one index, one file a date, as a stack in blocks that is read only when it is computed.

File names carry the index, the date (``2015-06-01``, ``20150601``, ``2015-06``, ``doy2015153``, ``A2015153``) and, for
a quality layer, ``pixel_reliability`` or ``SummaryQA``: 0 good, 1 marginal, 2 snow or ice, 3 cloudy. A file ``zones.tif``
on the same grid may say which place a pixel belongs to.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from dask import array as da
from rasterio.errors import RasterioError
from rasterio.windows import Window

from helpers.errors import ParameterError
from helpers.sources.raster_grid import Header, check_grid, grid_of, measure_cells, read_header
from helpers.sources.reading import refusal

ZONES = "zones.tif"
_QUALITY = re.compile("pixel_reliability|summaryqa", re.IGNORECASE)
_DATES = (
    re.compile(r"(?:doy|A)(?P<year>\d{4})(?P<number>\d{3})(?:\d{6})?(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})([-_.]?)(?P<month>\d{2})\2(?P<day>\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})[-_](?P<month>\d{2})(?!\d)"),
)
_FIRST_YEAR, _LAST_YEAR = 1980, 2100
_BLOCK_BYTES = 2**26  # of one block as floats, all dates together
_CACHE_BYTES = 2**25  # GDAL by itself takes a twentieth of the machine's memory


@dataclass(frozen=True)
class RasterForm:
    """How one index is named and stored; ``low`` to ``high`` is what the index can be.

    Whole numbers are the index times ``divisor``, fractions the index itself; a scale that a file declares wins.
    """

    names: re.Pattern[str]
    divisor: int
    low: float
    high: float
    fills: tuple[int, ...] = ()
    kept_qualities: tuple[int, ...] = (0, 1)


# MOD13: stored ×10,000, valid −2000 to 10,000, fill −3000. Cover: per cent in whole numbers.
FORMS = {
    "NDVI": RasterForm(re.compile("ndvi", re.IGNORECASE), 10_000, -0.2, 1, (-3000,)),
    "cover": RasterForm(re.compile("fvc|cover", re.IGNORECASE), 100, 0, 1),
}


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
        layer; a file is unreadable or on another grid. When computed: a value cannot be one of the index.
    """
    images, qualities = (_by_date(paths, as_of) for paths in _list_files(folder, index))
    if not images:
        raise refusal(folder, f"no {index} image up to {as_of}", remedy="add images or choose a later day")
    bare = [day for day in images if day not in qualities]
    if qualities and bare:
        remedy = "fetch it, or remove all quality layers"
        raise refusal(images[bare[0]], "the quality layer of this date is absent", remedy=remedy)
    pairs = [(path, qualities.get(day)) for day, path in images.items()]
    header = read_header(pairs[0][0])
    for path in filter(None, (path for pair in pairs for path in pair)):
        check_grid(path, read_header(path).grid, common=header.grid)
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
        remedy = "store the codes of the places"
        raise refusal(path, f"pixels are {header.dtype}", expected="whole numbers", remedy=remedy)
    with rasterio.open(path) as source:
        return source.read(1, masked=True).filled(0).astype("int64")


def _list_files(folder: Path, index: str) -> tuple[list[Path], list[Path]]:
    """Images of the index, and quality layers."""
    if index not in FORMS:
        raise ParameterError(
            f"index {index!r} is unknown", expected=" or ".join(FORMS), remedy="choose one of them"
        )
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".tif", ".tiff"))
    qualities = [path for path in found if _QUALITY.search(path.name)]
    images = [path for path in found if path not in qualities and path.name != ZONES]
    if images and not any(form.names.search(path.name) for path in images for form in FORMS.values()):
        raise refusal(
            images[0],
            "the name says no index",
            expected=f"{' or '.join(FORMS)} in the name",
            remedy="rename the files like NDVI_2015-06-01.tif",
        )
    return [path for path in images if FORMS[index].names.search(path.name)], qualities


def _by_date(paths: list[Path], as_of: date) -> dict[datetime, Path]:
    """Files by the day in their names, in order, up to ``as_of``."""
    dated: dict[datetime, Path] = {}
    for path in paths:
        day = _tell_date(path)
        if day in dated:
            found = f"{day:%Y-%m-%d} is there twice, also in {dated[day].name}"
            raise refusal(path, found, expected="one file a date", remedy="keep one of them")
        dated[day] = path
    return {day: dated[day] for day in sorted(dated) if day.date() <= as_of}


def _tell_date(path: Path) -> datetime:
    for match in (match for pattern in _DATES for match in pattern.finditer(path.stem)):
        part = match.groupdict()
        year = int(part["year"])
        try:
            day = datetime(year, int(part.get("month") or 1), int(part.get("day") or 1))
        except ValueError:
            continue
        day += timedelta(days=int(part.get("number") or 1) - 1)
        if day.year == year and _FIRST_YEAR <= year <= _LAST_YEAR:
            return day
    raise refusal(
        path,
        "the name holds no date",
        expected="2015-06-01, 20150601, 2015-06, doy2015153 or A2015153",
        remedy="rename the file",
    )


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
                remedy = "fetch the file and its quality layer again"
                raise refusal(image, f"pixels cannot be read ({error})", remedy=remedy) from error
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
            f"a pixel holds {stored.data[wild][0]:g}, which means {values[wild][0]:g}",
            expected=f"{form.low:g} to {form.high:g}",
            remedy="declare the scale and the value of missing pixels in the file",
        )
    return values
