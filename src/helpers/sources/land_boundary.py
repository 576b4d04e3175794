"""Boundaries of counties (GeoJSON): code, name and polygons, with coordinates in WGS-84.

Files of the Chinese map service carry ``adcode`` and ``acroutes`` in their properties and are drawn in GCJ-02: they
are converted (caveat ``boundary_gcj02_converted``). Any other file is taken as WGS-84, which its format prescribes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from helpers.dictionary import limits
from helpers.messages import message, parts
from helpers.sources.builder import ReadingBuilder
from helpers.sources.head import Head
from helpers.sources.land_coordinates import gcj02_to_wgs84
from helpers.sources.reading import Reading, refusal
from helpers.sources.text import read_text

_CODES, _NAMES = ("adcode", "place_code"), ("name", "name_zh")
_SERVICE_MARK = "acroutes"
_LONGITUDES, _LATITUDES = (limits("boundaries", name) for name in ("longitude", "latitude"))
_MIN_CORNERS = 4  # a triangle closed on itself


def recognise(head: Head) -> bool:
    """Whether the file is a collection of polygons with a code of a place."""
    start = head.raw[:4096]
    has_code = any(f'"{name}"'.encode() in start for name in _CODES)
    return start.lstrip().startswith(b"{") and b"FeatureCollection" in start and has_code


def read(path: Path) -> Reading:
    """Read the polygons.

    Returns
    -------
    Reading of ``boundaries``: one row a corner, ``place_code``, ``name_zh``, ``part``, ``ring`` (0 the outer
    line, from 1 the holes), ``corner`` in the order of the file, ``longitude``, ``latitude`` (degrees, WGS-84).
    A place whose polygon cannot be is quarantined as a whole; ``row`` is its number in the file.

    Raises
    ------
    SourceError
        The file is no GeoJSON collection.
    """
    builder = ReadingBuilder("boundaries")
    for number, feature in enumerate(_read_features(path), start=1):
        properties = feature.get("properties") or {}
        code, name = (
            next((str(properties[key]) for key in keys if properties.get(key)), "")
            for keys in (_CODES, _NAMES)
        )
        rings = list(_iter_rings(feature.get("geometry") or {}))
        complaint = _against(code, rings)
        if complaint:
            builder.reject(number, "", f"{code} {name}".strip(), complaint)
            continue
        if builder.is_repeat(number, code, (name, json.dumps(feature["geometry"]))):
            continue
        is_gcj02 = _SERVICE_MARK in properties
        if is_gcj02:
            builder.warn("boundary_gcj02_converted")
        for part, ring, corners in rings:
            longitude, latitude = corners.T
            if is_gcj02:
                longitude, latitude = gcj02_to_wgs84(longitude, latitude)
            for corner, (east, north) in enumerate(zip(longitude.tolist(), latitude.tolist(), strict=True)):
                builder.add(code, name, part, ring, corner, east, north)
    return builder.finish()


def _read_features(path: Path) -> list[Mapping[str, object]]:
    text = read_text(path)
    try:
        found = json.loads(text)["features"]
        is_whole = all(isinstance(one, dict) for one in found)
    except (json.JSONDecodeError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise refusal(path, **parts("land.no_geojson"))
    return found


def _iter_rings(geometry: Mapping[str, object]) -> Iterator[tuple[int, int, np.ndarray]]:
    """Part, ring and corners (n, 2) of a Polygon or MultiPolygon; nothing for another geometry."""
    pieces = geometry.get("coordinates") or []
    if geometry.get("type") == "Polygon":
        pieces = [pieces]
    elif geometry.get("type") != "MultiPolygon":
        return
    for part, rings in enumerate(pieces):
        for ring, corners in enumerate(rings):
            try:
                yield part, ring, np.array([corner[:2] for corner in corners], dtype="float64")
            except (TypeError, ValueError):
                yield part, ring, np.empty((0, 2))


def _against(code: str, rings: list[tuple[int, int, np.ndarray]]) -> str:
    """Why a place cannot be, or ``""``."""
    if not code:
        return message("land.no_adcode")
    if not rings:
        return message("land.no_polygon")
    for _, _, corners in rings:
        if len(corners) < _MIN_CORNERS or not np.array_equal(corners[0], corners[-1]):
            return message("land.open_line")
        for axis, (low, high) in enumerate((_LONGITUDES, _LATITUDES)):
            if not ((corners[:, axis] >= low) & (corners[:, axis] <= high)).all():
                return message("land.outside_china")
    return ""
