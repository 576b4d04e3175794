"""Hand-checked vectors of the water rules; each names its clause and verification. Tables in, tables out."""

from __future__ import annotations

import pytest

from cnstandards import vectors

VECTORS = vectors.read("water")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_vector(vector):
    check = vectors.check(vector)
    assert check.is_right, f"{vector.standard} {vector.clause}: {check.found!r}, not {vector.expected!r}"


def test_every_topic_is_carried():
    topics = "black cwqi drink spear tli wbasin wclass wmain wph wsec wtrend"
    assert " ".join(sorted({vector.topic for vector in VECTORS})) == topics
    assert len(VECTORS) == len({vector.id for vector in VECTORS}) == 86
