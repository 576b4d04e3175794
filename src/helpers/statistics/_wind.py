"""What a wind is: a calm has no direction, whatever the file says. One rule for roses, means and episodes."""

from __future__ import annotations

import numpy as np
import pandas as pd

CALM_M_S = 0.0  # hours at or below have no direction


def direction_of(direction_deg: pd.Series, speed_m_s: pd.Series) -> pd.Series:
    """Return where the wind comes from; NaN in a calm. An unknown speed is no calm."""
    return direction_deg.mask(speed_m_s <= CALM_M_S)


def circle_deg(east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Return the direction of a vector clockwise from north, 0 to below 360.

    A tiny turn below 0 becomes 360.0 in floats, which the second remainder makes 0.

    Examples
    --------
    >>> float(circle_deg(-1e-17, 1.0))
    0.0
    """
    return np.degrees(np.arctan2(east, north)) % 360 % 360
