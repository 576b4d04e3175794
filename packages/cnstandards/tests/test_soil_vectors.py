"""Hand-checked vectors of the rules for soil and ecology; each names its clause and verification."""

from __future__ import annotations

import pytest

from cnstandards import vectors

VECTORS = vectors.read("land")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_vector(vector):
    check = vectors.check(vector)
    assert check.is_right, f"{vector.standard} {vector.clause}: {check.found!r}, not {vector.expected!r}"


def test_every_topic_is_carried():
    assert {vector.topic for vector in VECTORS} == {"soil", "eco"}
    assert len(VECTORS) == len({vector.id for vector in VECTORS}) == 42
