"""The table whose header may be shifted by one: read as named, realigned or refused, never guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import SourceError
from helpers.sources import air_misaligned
from helpers.sources.air_rows import GRADES

HEADER = "日期,质量等级,AQI,PM2.5,PM10,SO2,NO2,CO,O3,城市"


def _days(n: int = 40, seed: int = 1) -> pd.DataFrame:
    """Invented days in true columns."""
    rng = np.random.default_rng(seed)
    pm25 = rng.integers(8, 120, n)
    pm10 = pm25 + rng.integers(5, 60, n)
    aqi = np.maximum(pm25, 20) + 5
    return pd.DataFrame(
        {
            "AQI": aqi,
            "rank": 20 + aqi * 2,
            "PM2.5": pm25,
            "PM10": pm10,
            "NO2": rng.integers(15, 50, n),
            "SO2": rng.integers(4, 12, n),
            "CO": np.round(rng.uniform(0.3, 1.4, n), 2),
            "O3": rng.integers(30, 110, n),
        }
    )


def _write(tmp_path, days: pd.DataFrame, order: list[str], city: str = "甲", encoding: str = "utf-8-sig"):
    lines = [HEADER]
    for place, row in enumerate(days[order].itertuples(index=False)):
        date = pd.Timestamp("2025-01-01") + pd.Timedelta(days=place)
        grade = next(name for name, end in GRADES.items() if days["AQI"].iloc[place] <= end)
        lines.append(f"{date:%Y-%m-%d},{grade},{','.join(f'{cell:g}' for cell in row)},{city}")
    path = tmp_path / "daily.csv"
    path.write_bytes(("\r\n".join([*lines, ""])).encode(encoding))
    return path


SHIFTED = ["AQI", "rank", "PM2.5", "PM10", "NO2", "SO2", "CO"]
RIGHT = ["AQI", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3"]


def _column(reading, pollutant: str) -> list[float]:
    return reading.table.loc[reading.table["pollutant"] == pollutant, "value"].to_list()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_shifted_header_is_realigned(tmp_path, encoding):
    days = _days()
    reading = air_misaligned.read(_write(tmp_path, days, SHIFTED, encoding=encoding))
    assert reading.caveats == ("aqi_mean_of_hourly", "header_realigned")
    for pollutant in ("AQI", "PM2.5", "PM10", "NO2", "SO2", "CO"):
        assert _column(reading, pollutant) == days[pollutant].to_list()
    assert _column(reading, "O3") == []
    assert reading.city_name == "甲"


@pytest.mark.parametrize("seed", range(5))
def test_right_header_is_not_misjudged(tmp_path, seed):
    days = _days(seed=seed)
    reading = air_misaligned.read(_write(tmp_path, days, RIGHT))
    assert reading.caveats == ("aqi_mean_of_hourly",)
    for pollutant in RIGHT:
        assert _column(reading, pollutant) == days[pollutant].to_list()


@pytest.mark.parametrize(
    "order",
    [
        ["AQI", "rank", "PM10", "PM2.5", "NO2", "SO2", "CO"],
        ["AQI", "rank", "PM2.5", "PM10", "NO2", "SO2", "O3"],
        ["rank", "AQI", "PM2.5", "PM10", "SO2", "NO2", "CO"],
        ["AQI", "PM2.5", "PM10", "SO2", "NO2", "O3", "CO"],
    ],
)
def test_any_other_order_is_refused(tmp_path, order):
    with pytest.raises(
        SourceError, match=r"daily\.csv, row 1, column PM2\.5–O3: .* no proved order.*do not use"
    ):
        air_misaligned.read(_write(tmp_path, _days(), order))


@pytest.mark.parametrize("order", [SHIFTED, RIGHT])
def test_too_few_days_are_refused(tmp_path, order):
    with pytest.raises(SourceError, match="29 whole days"):
        air_misaligned.read(_write(tmp_path, _days(29), order))


def test_constant_columns_are_refused(tmp_path):
    days = _days()
    days["AQI"], days["rank"] = 50, 200
    with pytest.raises(SourceError, match="no proved order"):
        air_misaligned.read(_write(tmp_path, days, SHIFTED))


def test_several_cities_are_refused(tmp_path):
    path = _write(tmp_path, _days(), RIGHT)
    path.write_text(
        path.read_text(encoding="utf-8-sig") + "2025-03-01,良,1,2,3,4,5,6,7,乙\n", encoding="utf-8"
    )
    with pytest.raises(SourceError, match=r"column 城市: the table holds 2 cities.*split the file"):
        air_misaligned.read(path)


def test_header_alone(tmp_path):
    reading = air_misaligned.read(_write(tmp_path, _days(0), RIGHT))
    assert reading.caveats == ("file_without_rows",)


def test_bad_day_and_bad_cell_are_quarantined(tmp_path):
    path = _write(tmp_path, _days(), RIGHT)
    rows = "2025-02-30,良,1,2,3,4,5,6,7,甲\n2025-03-01,优,41,x,3,4,5,0.6,-7,甲\n"
    path.write_text(path.read_text(encoding="utf-8-sig") + rows, encoding="utf-8")
    reading = air_misaligned.read(path)
    assert reading.rejects[["row", "column"]].values.tolist() == [[42, "日期"], [43, "PM2.5"], [43, "O3"]]


@pytest.mark.real
def test_real_table_is_realigned(shared_data):
    folder = shared_data / "data" / "air" / "daily"
    path = next(folder.glob("tianqihoubao_daily_changchun_*_misaligned__*.csv.gz"))
    reading = air_misaligned.read(path)
    assert reading.caveats == ("aqi_mean_of_hourly", "header_realigned")
    assert (reading.city_name, reading.rejects.empty) == ("长春", True)
    first = reading.table[reading.table["date"] == "2025-01-01"].set_index("pollutant")["value"].to_dict()
    assert first == {"AQI": 40, "PM2.5": 24, "PM10": 40, "NO2": 23, "SO2": 12, "CO": 0.43}
    assert reading.table["date"].nunique() == 523
