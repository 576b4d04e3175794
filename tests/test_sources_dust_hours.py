"""The list of confirmed dust hours."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.errors import SourceError
from helpers.sources import dust_hours


def test_fixture(repo):
    reading = dust_hours.read(repo / "tests" / "data" / "sources" / "dust_hours.csv")
    assert reading.table["time"].to_list() == [
        pd.Timestamp("2024-03-22 14:00"),
        pd.Timestamp("2024-03-22 15:00"),
    ]
    assert reading.rejects[["row", "column", "found"]].values.tolist() == [
        [4, "dust_hour", "2024-03-22 15:30"]
    ]


def test_repeats_are_dropped_and_forms_accepted(tmp_path):
    path = tmp_path / "dust.csv"
    path.write_text("dust_hour\n2024-03-22T14:00\n2024/3/22 14:00\n2024-03-22 15:00:00", encoding="utf-8")
    reading = dust_hours.read(path)
    assert len(reading.table) == 2
    assert reading.caveats == ("repeated_rows_dropped",)
    assert reading.rejects.empty


def test_other_header_is_refused(tmp_path):
    path = tmp_path / "dust.csv"
    path.write_text("time\n2024-03-22 14:00\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"dust\.csv, row 1, column dust_hour: the header lacks dust_hour"):
        dust_hours.read(path)
