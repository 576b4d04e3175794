"""Whether the pixels of a folder can be of the scale they are read in: a sample of each image, before anything is computed.

A wrong scale leaves values inside the range of the index: ×1,000 read as ×10,000 gives 0.08 in July, fractions scaled
again give 0.00005. So the largest of many pixels is looked at: vegetation somewhere in a city reaches more than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window

from helpers.messages import parts
from helpers.sources.raster_names import RasterForm
from helpers.sources.reading import refusal

_PLACES = (0.0, 0.5, 1.0)  # of the sampled windows, down and across
_WINDOW = 128  # pixels
_FEWEST_PIXELS = 100
_GROWING_MONTHS = range(5, 10)


def check_scale(images: Mapping[datetime, Path], form: RasterForm) -> None:
    """Refuse images whose pixels cannot be of their scale.

    Parameters
    ----------
    images
        Files of one index by day.
    form
        How the index is stored.

    Raises
    ------
    SourceError
        Pixels of 8 bits hold no index times 10,000; fractions carry a declared scale; or the largest of at least 100
        pixels of an image of May to September, or of all images, lies below what vegetation has. Declare the scale.
    """
    tops: list[float] = []
    n_pixels = 0
    for day, path in images.items():
        sample, is_declared = _sample(path, form)
        top = float(sample.max(initial=-np.inf))
        tops.append(np.inf if is_declared else top)
        n_pixels += len(sample)
        is_growing = day.month in _GROWING_MONTHS and len(sample) >= _FEWEST_PIXELS
        if is_growing and not is_declared and top < form.least:
            raise _too_small(path, top, len(sample), form)
    if n_pixels >= _FEWEST_PIXELS and max(tops) < form.least:
        raise _too_small(next(iter(images.values())), max(tops), n_pixels, form)


def _sample(path: Path, form: RasterForm) -> tuple[np.ndarray, bool]:
    """Values of the index in some windows, and whether the file itself declares their scale."""
    try:
        with rasterio.open(path) as source:
            kind, scale, offset = np.dtype(source.dtypes[0]), source.scales[0], source.offsets[0]
            pieces = [source.read(1, window=one, masked=True).compressed() for one in _windows(source.shape)]
    except RasterioError:
        return np.empty(0), True  # told with its place when the pixels are read
    stored = np.concatenate(pieces).astype(float)
    stored = stored[np.isfinite(stored) & ~np.isin(stored, form.fills)]
    is_declared = (scale, offset) != (1, 0)
    if not is_declared and kind.itemsize == 1 and form.divisor > np.iinfo(kind).max:
        raise refusal(path, **parts("rasters.no_room", kind=kind, divisor=f"{form.divisor:,}"))
    if is_declared and kind.kind == "f" and len(stored) and scale < 1 and np.abs(stored).max() <= form.high:
        raise refusal(path, **parts("rasters.twice", largest=f"{stored.max():g}", scale=f"{scale:g}"))
    if not is_declared and kind.kind in "iu":
        stored = stored / form.divisor
    return stored, is_declared


def _windows(shape: tuple[int, int]) -> list[Window]:
    """Windows spread over the image."""
    (rows, columns), (height, width) = shape, (min(side, _WINDOW) for side in shape)
    return [
        Window(int(across * (columns - width)), int(down * (rows - height)), width, height)
        for down in (_PLACES if rows > height else (0,))
        for across in (_PLACES if columns > width else (0,))
    ]


def _too_small(path: Path, top: float, n: int, form: RasterForm) -> Exception:
    found = {"n": f"{n:,}", "top": f"{top:.3g}", "least": f"{form.least:g}", "divisor": f"{form.divisor:,}"}
    return refusal(path, **parts("rasters.too_small", **found))
