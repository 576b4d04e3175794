"""Fire points: UTC times, confidence, dates a spreadsheet has touched."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.errors import SourceError
from helpers.sources import fires_firms

HEADER = "latitude,longitude,acq_date,acq_time,confidence,frp,daynight"


def _read(tmp_path, *rows: str):
    path = tmp_path / "fires.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return fires_firms.read(path)


def test_viirs_fixture(repo):
    reading = fires_firms.read(repo / "tests" / "data" / "sources" / "fires_viirs.csv")
    row = reading.table.to_dict("records")[0]
    assert row["time_utc"] == pd.Timestamp("2024-04-01 05:12")
    assert row["time_local"] == pd.Timestamp("2024-04-01 13:12")
    assert (row["confidence"], row["frp_mw"]) == ("nominal", 4.5)


def test_lost_leading_zeros(tmp_path):
    reading = _read(
        tmp_path, "43,125,2024-04-01,7,50,1,D", "43,125,2024-04-01,459,50,1,D", "43,125,2024-04-01,2330,50,,N"
    )
    assert reading.table["time_utc"].dt.strftime("%H:%M").to_list() == ["00:07", "04:59", "23:30"]
    assert reading.table["time_local"].iloc[2] == pd.Timestamp("2024-04-02 07:30")
    assert reading.table["frp_mw"].isna().to_list() == [False, False, True]


@pytest.mark.parametrize(
    ("dates", "first", "caveats"),
    [
        (["6/3/2022", "6/4/2022"], "2022-06-03", ("day_month_order_inferred",)),
        (["3/6/2022", "4/6/2022"], "2022-06-03", ("day_month_order_inferred",)),
        (["6/13/2022", "6/4/2022"], "2022-06-13", ()),
        (["13/6/2022", "4/6/2022"], "2022-06-13", ()),
    ],
)
def test_dates_from_a_spreadsheet(tmp_path, dates, first, caveats):
    reading = _read(tmp_path, *[f"43,125,{date},{400 + place},50,1,D" for place, date in enumerate(dates)])
    assert reading.table["time_utc"].iloc[0].strftime("%Y-%m-%d") == first
    assert reading.caveats == caveats


@pytest.mark.parametrize("dates", [["6/3/2022"], ["13/13/2022"], ["1/2/2022", "2/1/2022"]])
def test_month_and_day_that_cannot_be_told_apart_are_refused(tmp_path, dates):
    with pytest.raises(
        SourceError, match=r"fires\.csv, column acq_date: month and day of .*fetch the file again"
    ):
        _read(tmp_path, *[f"43,125,{date},400,50,1,D" for date in dates])


def test_broken_points_are_quarantined(tmp_path):
    reading = _read(
        tmp_path,
        "91,125,2024-04-01,400,50,1,D",
        "43,125,2024-04-01,2460,50,1,D",
        "43,125,2024-02-30,400,50,1,D",
        "43,125,2024-04-01,400,101,-1,D",
        "43,125,2024-04-01,400,101,-1,D",
        "43,125,2024-04-01,400,50,1,D",
    )
    assert reading.rejects[["row", "column"]].values.tolist()[:5] == [
        [2, "latitude"],
        [3, "acq_time"],
        [4, "acq_time"],
        [5, "confidence"],
        [5, "frp"],
    ]
    assert reading.rejects["row"].to_list()[-1] == 7
    assert reading.caveats == ("repeated_rows_dropped",)
    assert reading.table["confidence"].to_list() == [""]


@pytest.mark.real
def test_real_files(shared_data):
    folder = shared_data / "data" / "fire"
    reading = fires_firms.read(folder / "firms_modis_c61_nrt_jilinbox_20251123-24.csv.gz")
    assert (len(reading.table), reading.rejects.empty, reading.caveats) == (535, True, ())
    assert reading.table["time_utc"].min() == pd.Timestamp("2025-11-23 02:10")
    touched = fires_firms.read(folder / "firms_modis_c61_nrt_jilinbox_20220603-04_exceldates.csv.gz")
    assert touched.table["time_utc"].dt.strftime("%Y-%m-%d %H:%M").to_list() == [
        "2022-06-03 04:59",
        "2022-06-03 04:59",
        "2022-06-04 02:21",
    ]
    assert touched.caveats == ("day_month_order_inferred",)
