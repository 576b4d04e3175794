"""Distance and bearing on the sphere."""

from __future__ import annotations

import numpy as np

from helpers.statistics._wind import circle_deg

EARTH_RADIUS_KM = 6371.0088


def distance_km(
    latitude: float, longitude: float, latitudes: np.ndarray, longitudes: np.ndarray
) -> np.ndarray:
    """Great-circle distance from one point to many (haversine), km; inputs in degrees.

    Examples
    --------
    >>> round(float(distance_km(43.9, 125.3, np.array([44.9]), np.array([125.3]))[0]), 1)
    111.2
    """
    a, b = np.radians(latitude), np.radians(latitudes)
    half = (
        np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(longitudes - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))


def bearing_deg(
    latitude: float, longitude: float, latitudes: np.ndarray, longitudes: np.ndarray
) -> np.ndarray:
    """Initial bearing from one point to many, degrees clockwise from north (0 to below 360); inputs in degrees.

    Examples
    --------
    >>> float(bearing_deg(43.9, 125.3, np.array([44.9]), np.array([125.3]))[0])
    0.0
    """
    a, b = np.radians(latitude), np.radians(latitudes)
    turn = np.radians(longitudes - longitude)
    north = np.cos(a) * np.sin(b) - np.sin(a) * np.cos(b) * np.cos(turn)
    return circle_deg(np.sin(turn) * np.cos(b), north)


def angle_between_deg(first: np.ndarray | float, second: np.ndarray | float) -> np.ndarray:
    """Smallest angle between two directions, 0 to 180 degrees.

    Examples
    --------
    >>> float(angle_between_deg(350.0, 20.0))
    30.0
    """
    return np.abs((np.asarray(first) - np.asarray(second) + 180) % 360 - 180)
