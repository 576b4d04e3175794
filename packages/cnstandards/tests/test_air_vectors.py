"""Hand-checked vectors of the assessment rules for air and rounding; each names its clause and verification."""

from __future__ import annotations

import pytest

from cnstandards import vectors

VECTORS = vectors.read("air")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_vector(vector):
    check = vectors.check(vector)
    assert check.is_right, f"{vector.standard} {vector.clause}: {check.found!r}, not {vector.expected!r}"


def test_every_topic_is_carried():
    topics = "aqi city comp days exc grade iaqi lim mda8 pct round stat valid yoy"
    assert " ".join(sorted({vector.topic for vector in VECTORS})) == topics
    assert len(VECTORS) == len({vector.id for vector in VECTORS}) == 142
