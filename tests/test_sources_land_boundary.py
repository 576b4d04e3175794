"""Boundaries: rings, coordinates of web maps, refusals, and the real file of the city."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import SourceError
from helpers.sources import land_boundary
from helpers.sources.detect import detect
from helpers.sources.land_coordinates import gcj02_to_wgs84, wgs84_to_gcj02
from helpers.statistics.geodesy import distance_km


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_gcj02_of_points_widely_used_as_check(wgs84, gcj02):
    assert np.allclose(wgs84_to_gcj02(*wgs84), gcj02, rtol=0, atol=1e-7)
    assert np.allclose(gcj02_to_wgs84(*gcj02), wgs84, rtol=0, atol=1e-7)


@given(st.floats(75, 134), st.floats(18, 53))
def test_gcj02_there_and_back_stays_within_a_millimetre(longitude, latitude):
    there = wgs84_to_gcj02(np.array([longitude]), np.array([latitude]))
    east, north = gcj02_to_wgs84(*there)
    assert distance_km(latitude, longitude, north, east)[0] < 1e-6
    assert 0.01 < distance_km(latitude, longitude, there[1], there[0])[0] < 1.5


def feature(code: object = 220102, ring: object = None, **properties: object) -> dict:
    ring = [[125.0, 43.0], [126.0, 43.0], [126.0, 44.0], [125.0, 43.0]] if ring is None else ring
    facts = {"adcode": code, "name": "甲县", **properties}
    return {
        "type": "Feature",
        "properties": facts,
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
    }


def read_boundary(tmp_path, *features: dict):
    path = tmp_path / "b.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path, land_boundary.read(path)


def test_boundary_converts_only_the_service_that_draws_in_gcj02(tmp_path):
    path, reading = read_boundary(tmp_path, feature())
    assert detect(path).name == "land_boundary"
    assert reading.table["longitude"].to_list() == [125.0, 126.0, 126.0, 125.0]
    assert reading.caveats == ()
    _, reading = read_boundary(tmp_path, feature(acroutes=[100000, 220000]))
    moved = distance_km(
        43.0, 125.0, reading.table["latitude"].to_numpy()[:1], reading.table["longitude"].to_numpy()[:1]
    )
    assert 0.1 < moved[0] < 1.0
    assert reading.caveats == ("boundary_gcj02_converted",)
    assert (reading.table["longitude"].iloc[0], reading.table["corner"].iloc[-1]) == (
        reading.table["longitude"].iloc[-1],
        3,
    )


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (feature(code=None), "names no place"),
        (feature(ring=[[125.0, 43.0], [126.0, 43.0], [126.0, 44.0], [125.5, 43.0]]), "does not close"),
        (feature(ring=[[43.0, 125.0], [43.0, 126.0], [44.0, 126.0], [43.0, 125.0]]), "lies outside China"),
        (feature(ring=[[125.0, "x"]]), "does not close"),
        ({**feature(), "geometry": {"type": "Point", "coordinates": [125.0, 43.0]}}, "has no polygon"),
        ({**feature(), "geometry": None}, "has no polygon"),
    ],
)
def test_boundary_quarantines_a_place_as_a_whole(tmp_path, broken, sentence):
    _, reading = read_boundary(tmp_path, broken, feature(code=220103))
    assert set(reading.table["place_code"]) == {"220103"}
    assert reading.rejects["row"].to_list() == [1]
    assert sentence in reading.rejects["reason"][0]


def test_boundary_that_is_no_collection_is_refused(tmp_path):
    path = tmp_path / "b.json"
    for text in (
        '{"type": "FeatureCollection"',
        '{"type": "FeatureCollection"}',
        '{"features": [1]}',
        '{"features": 1}',
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=r"b\.json: the file is no GeoJSON collection"):
            land_boundary.read(path)


@pytest.mark.real
def test_real_boundary_has_eleven_units_and_the_area_of_the_city(shared_data):
    reading = land_boundary.read(shared_data / "data/boundary/220100_full.json")
    table = reading.table
    assert reading.rejects.empty and reading.caveats == ("boundary_gcj02_converted",)
    names = table.drop_duplicates("place_code")["name_zh"].to_list()
    assert len(names) == 11 and "公主岭市" in names
    rings = table.groupby(["place_code", "part", "ring"], sort=False)
    area = sum(
        sphere_area_km2(ring["longitude"].to_numpy(), ring["latitude"].to_numpy()) for _, ring in rings
    )
    assert area == pytest.approx(24_744, rel=0.01)  # published area of the city with Gongzhuling, km²


def sphere_area_km2(longitude: np.ndarray, latitude: np.ndarray) -> float:
    """Area inside a closed line on the sphere of 6371.0088 km, by strips to the equator."""
    east, sines = np.radians(longitude), np.sin(np.radians(latitude))
    return abs(float(np.sum(np.diff(east) * (sines[1:] + sines[:-1])))) / 2 * 6371.0088**2
