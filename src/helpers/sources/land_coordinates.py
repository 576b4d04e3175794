"""Coordinates of Chinese web maps (GCJ-02) turned into WGS-84.

GCJ-02 adds to WGS-84 a smooth shift of 100 to 700 m inside China. The shift has a known formula in one direction
only; the other direction is found by repetition until it stands still, to better than a millimetre of the
formula itself. The formula is public knowledge and no standard (unverified, M); against surveyed points it holds
to a few metres, which is ample for counties and no good for parcels.
"""

from __future__ import annotations

import numpy as np

_AXIS_M = 6_378_245.0  # Krasovsky 1940, the ellipsoid of the formula
_ECCENTRICITY = 0.006_693_421_622_965_943
_CENTRE = (105.0, 35.0)
_ROUNDS = 8


def gcj02_to_wgs84(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn GCJ-02 into WGS-84.

    Parameters
    ----------
    longitude, latitude
        Degrees, in China; arrays of one shape.

    Returns
    -------
    Longitude and latitude in degrees, WGS-84.
    """
    east, north = np.asarray(longitude, dtype="float64"), np.asarray(latitude, dtype="float64")
    found = east, north
    for _ in range(_ROUNDS):
        shift = _shift(*found)
        found = east - shift[0], north - shift[1]
    return found


def wgs84_to_gcj02(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn WGS-84 into GCJ-02; arguments and result as in :func:`gcj02_to_wgs84`."""
    east, north = np.asarray(longitude, dtype="float64"), np.asarray(latitude, dtype="float64")
    shift = _shift(east, north)
    return east + shift[0], north + shift[1]


def _shift(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shift of GCJ-02 against WGS-84 in degrees."""
    x, y = longitude - _CENTRE[0], latitude - _CENTRE[1]
    root, waves = np.sqrt(np.abs(x)), 20 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    east_waves = 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)
    east_waves += 150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)
    north_waves = 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)
    north_waves += 160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)
    east += (waves + east_waves) * 2 / 3
    north += (waves + north_waves) * 2 / 3
    angle = np.radians(latitude)
    bend = 1 - _ECCENTRICITY * np.sin(angle) ** 2
    metres_east = _AXIS_M / np.sqrt(bend) * np.cos(angle)
    metres_north = _AXIS_M * (1 - _ECCENTRICITY) / bend**1.5
    return np.degrees(east / metres_east), np.degrees(north / metres_north)
