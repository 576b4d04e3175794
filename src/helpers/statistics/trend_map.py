"""What a map of pixel trends is drawn from. Apart from the arithmetic, so that a page is drawn without the raster libraries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np


@dataclass(frozen=True, eq=False)
class TrendMap:
    """What a map of trends is drawn from; arrays of shape (rows, columns), first row in the north.

    ``slope`` is the unit of the index per year, ``p`` two-sided, ``n`` valid images of the pixel; slope and p are NaN
    where values are too few or constant. ``north_deg`` turns clockwise from the top of the picture to the north.
    ``zone`` is the code of the place of each pixel, 0 outside all, as boundaries or a raster of zones tell it.
    """

    slope: np.ndarray
    p: np.ndarray
    n: np.ndarray
    cell_width_km: float
    cell_height_km: float
    north_deg: float
    first: date
    last: date
    zone: np.ndarray | None = None
