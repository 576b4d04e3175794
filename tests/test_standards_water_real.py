"""The classes published by the national automatic stations, judged again from their raw values."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from helpers.standards import surface_water as water

FEED = "data/water/cnemc_realtime_snapshot_20260821_p1.json.gz"
COLUMNS = {"pH": 6, "DO": 7, "CODMn": 10, "NH3-N": 11, "TP": 12}


def raw_value(cell: str) -> str | None:
    """The unrounded number stands in the title of the cell."""
    match = re.search(r"title='[^'\d-]*(-?[\d.]+)'", cell)
    return match[1] if match else None


@pytest.mark.real
def test_every_published_class_is_that_of_the_raw_values(shared_data):
    rows = json.loads(gzip.decompress((shared_data / FEED).read_bytes()))["tbody"]
    rated = [row for row in rows if row[4] in "123456"]
    assert len(rated) == 479
    differs_when_rounded = 0
    for row in rated:
        given = {item: raw_value(row[at]) for item, at in COLUMNS.items()}
        values = {item: value for item, value in given.items() if value is not None}
        # the feed does not tell rivers from lakes: one of the two must fit
        plain, rounded = (
            {
                max(water.item_class(item, rule(item, value), body=body) for item, value in values.items())
                for body in water.BODIES
            }
            for rule in (lambda item, value: value, water.assessed_value)
        )
        assert int(row[4]) in plain, row
        differs_when_rounded += int(row[4]) not in rounded
    # the feed judges unrounded values, so its classes can differ from those of an assessment
    assert differs_when_rounded == 16
