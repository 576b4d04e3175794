"""A simulated folder of NDVI images of the growing season, yearly cover, quality layers and zones. Nothing here was measured.

The scene is 60 × 60 pixels of one kilometre around the city: crops, a forest in the south-east, grassland in the west,
a lake, and a town that grows. Planted trends: the forest greens, the rim of the town loses green, the rest has none.
Clouds are patches.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio

from helpers import registry
from helpers.sources.raster_names import ZONES

_FIRST_YEAR, _SIDE = 2015, 60
_MONTHS, _COVER_MONTH = range(5, 10), 7
_PIXEL_DEGREES = (0.0125, 0.009)  # about a kilometre at 44° north
_ENDS = (0.10, 0.86)  # NDVI of bare soil and of full cover
# Winter level, height of summer, day of the peak, trend of the summer per year. Their places are the codes of zones.tif
# in registry/land_terms.yml: cropland, forest, grassland, built-up land, its edge, water.
_COVERS = {
    "crops": (0.16, 0.62, 212, 0.0),
    "forest": (0.30, 0.52, 200, 0.004),
    "grass": (0.18, 0.38, 205, 0.0),
    "town": (0.14, 0.16, 205, 0.0),
    "rim": (0.16, 0.46, 208, -0.012),
    "lake": (-0.06, 0.04, 215, 0.0),
}


def write_rasters(staging: Path, *, city: str, seed: int, last: date) -> None:
    """Write the images below ``staging/rasters``: NDVI ×10,000, cover in per cent, quality 0 to 3, and ``zones.tif``.

    Parameters
    ----------
    city
        A folder of ``cities/``; the scene lies in the middle of its box.
    seed
        The same seed gives the same bytes.
    last
        Last day of the demonstration; months that end later are not written.
    """
    folder = staging / "rasters"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 21])
    corner, cover = _corner_of(city), _lay_covers()
    _write(folder / ZONES, (cover + 1).astype("uint8"), corner, nodata=0)
    lift = 0.03 * _patches(rng)  # fields differ, and stay so over the years
    months = pd.date_range(f"{_FIRST_YEAR}-01-01", last + pd.Timedelta(days=1), freq="MS")[:-1]
    weather = 0.02 * rng.standard_normal(last.year - _FIRST_YEAR + 1)
    for month in months[months.month.isin(_MONTHS)]:
        of_year = weather[month.year - _FIRST_YEAR]
        values, quality = _simulate(month, cover, lift=lift, weather=of_year, rng=rng)
        _write(folder / f"NDVI_{month:%Y-%m}.tif", values, corner, nodata=-3000)
        _write(folder / f"pixel_reliability_{month:%Y-%m}.tif", quality, corner, nodata=255)
        if month.month == _COVER_MONTH:
            shares = 100 * (values / 10_000 - _ENDS[0]) / (_ENDS[1] - _ENDS[0])
            _write(
                folder / f"cover_{month:%Y-%m}.tif",
                shares.clip(0, 100).round().astype("uint8"),
                corner,
                nodata=255,
            )


def _corner_of(city: str) -> tuple[float, float]:
    """West and north of the scene, degrees."""
    box = registry.city(city).box
    west = (box.west + box.east) / 2 - _PIXEL_DEGREES[0] * _SIDE / 2
    north = (box.south + box.north) / 2 + _PIXEL_DEGREES[1] * _SIDE / 2
    return round(west, 2), round(north, 2)


def _lay_covers() -> np.ndarray:
    """Number of the cover of each pixel, in the order of ``_COVERS``."""
    row, column = np.mgrid[0:_SIDE, 0:_SIDE]
    cover = np.zeros((_SIDE, _SIDE), dtype=int)
    cover[column + row > 88] = 1
    cover[column < 10 + 3 * np.sin(row / 6)] = 2
    distance = np.hypot(row - 26, (column - 30) * 0.9)
    cover[distance < 13] = 4
    cover[distance < 9] = 3
    cover[np.hypot((row - 47) * 1.8, column - 38) < 6] = 5
    return cover


def _patches(rng: np.random.Generator, size: int = 6) -> np.ndarray:
    """Draw smooth patches of about ``size`` pixels, mean 0 and spread near 1, shape of the scene."""
    coarse = rng.standard_normal((_SIDE // size + 2, _SIDE // size + 2))
    at = np.arange(_SIDE) / size
    low, share = at.astype(int), at % 1
    down = coarse[low] * (1 - share)[:, None] + coarse[low + 1] * share[:, None]
    return 1.3 * (down[:, low] * (1 - share) + down[:, low + 1] * share)


def _simulate(
    month: pd.Timestamp, cover: np.ndarray, *, lift: np.ndarray, weather: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return NDVI ×10,000 and quality of one month."""
    winter, summer, peak, trend = (np.array(column)[cover] for column in zip(*_COVERS.values(), strict=True))
    curve = np.exp(-(((month.day_of_year + 15 - peak) / 48) ** 2))
    growth = summer + lift + weather + trend * (month.year - _FIRST_YEAR)
    ndvi = winter + curve * growth + 0.012 * rng.standard_normal(cover.shape)
    quality = np.where(rng.random(cover.shape) < 0.06, 1, 0)
    quality[(_patches(rng, 12) > 2.0) | (_patches(rng) > 1.9)] = 3
    ndvi[quality == 3] -= 0.25
    values = np.round(ndvi.clip(-0.2, 1) * 10_000).astype("int16")
    values[quality == 3] = np.where(rng.random((quality == 3).sum()) < 0.5, -3000, values[quality == 3])
    return values, quality.astype("uint8")


def _write(path: Path, pixels: np.ndarray, corner: tuple[float, float], *, nodata: int) -> None:
    """Write a compressed GeoTIFF in degrees, marked as simulated."""
    (width, height), (west, north) = _PIXEL_DEGREES, corner
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=pixels.shape[0],
        width=pixels.shape[1],
        count=1,
        dtype=pixels.dtype,
        crs="EPSG:4326",
        transform=rasterio.Affine(width, 0, west, 0, -height, north),
        nodata=nodata,
        compress="deflate",
    ) as target:
        target.write(pixels, 1)
        target.update_tags(description="simulated 示例数据（模拟）")
