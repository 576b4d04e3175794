"""Hand-checked vectors of the assessment rules for air and rounding; each names its clause and verification."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.standards import air, rounding

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors.json").read_text(encoding="utf-8"))["vectors"]


def hours_table(hours: list[str | None], pollutant: str) -> pd.DataFrame:
    """One station and one day in the hourly contract form."""
    times = pd.date_range("2025-07-01 01:00", periods=24, freq="h", unit="s")
    values = pd.Series(hours, dtype="object").astype("float64").to_numpy()
    return pd.DataFrame({"station_code": "1119A", "time": times, "pollutant": pollutant, "value": values})


def of_day(hours: list[str | None], pollutant: str) -> pd.Series:
    daily = air.daily_stations(hours_table(hours, pollutant))
    return daily[daily["pollutant"] == pollutant].iloc[0]


def run_aqi(values: dict, **kwargs: object) -> dict:
    names = {"O3_8h": "O3", "O3_1h": "O3_1h"}
    plain = {names.get(name, name.removesuffix("_24h")): value for name, value in values.items()}
    result = air.aqi(plain, **kwargs)
    return {
        "aqi": result.aqi,
        "level": result.level,
        "category": result.category_zh,
        "primary": list(result.primary),
    }


def run_grade(value: int) -> dict:
    grade = air.aqi_grade(value)
    return {"level": grade.level, "category": grade.category_zh, "hex": grade.hex}


def run_composite(values: dict) -> dict:
    result = air.composite_index(values)
    return {"index": str(result.index), "main": sorted(result.main)}


def run_mda8(hours: list) -> dict:
    row = of_day(hours, "O3")
    value = None if np.isnan(row["value"]) else f"{row['value']:g}"
    return {"value": value, "windows": int(row["n_valid"]), "valid": bool(row["is_valid"])}


def run_days(indices: list) -> dict:
    counts = air.day_counts(np.array(indices, dtype="float64"))
    return {
        "valid": counts.valid,
        "good": counts.good,
        "heavy": counts.heavy,
        "good_percent": str(counts.good_pct),
    }


def run_station_mean(values: list, decimals: int) -> str:
    """City value through the whole path: each station gives one full day of one value."""
    pollutant = "CO" if decimals else "PM2.5"
    parts = [
        hours_table([value] * 24, pollutant).assign(station_code=f"S{at}") for at, value in enumerate(values)
    ]
    daily = air.daily_stations(pd.concat(parts))
    city = air.daily_city(daily, assessed=[f"S{at}" for at in range(len(values))])
    return str(rounding.round_half_even(city.loc[city["pollutant"] == pollutant, "value"].iloc[0], decimals))


RULES = {
    "aqi": run_aqi,
    "aqi_grade": run_grade,
    "annual_valid": air.annual_valid,
    "composite_index": run_composite,
    "daily_mean": lambda hours: f"{of_day(hours, 'PM2.5')['value']:g}",
    "day_counts": run_days,
    "exceed_multiple": lambda value, limit: str(air.exceedance_multiple(value, limit)),
    "gb3095_attains": lambda name, averaging, value, day: air.attains(
        name, averaging, value, date.fromisoformat(day)
    ),
    "gb3095_edition": lambda day: air.limit_in_force("PM2.5", "annual", date.fromisoformat(day)).edition,
    "gbt8170": rounding.round_half_even,
    "gbt8170_fifth_unit": rounding.round_fifth_unit,
    "gbt8170_half_unit": rounding.round_half_unit,
    "iaqi": air.iaqi,
    "mda8": run_mda8,
    "percentile": lambda values, percent: air.percentile(np.array(values, dtype="float64"), percent),
    "rank_ascending": air.rank_ascending,
    "station_mean": run_station_mean,
    "yoy_percent": lambda new, old: str(air.change_pct(new, old, decimals=0).value),
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector):
    result, expected = RULES[vector["fn"]](*vector["args"], **vector["kwargs"]), vector["expected"]
    if isinstance(result, Decimal):
        expected = Decimal(expected)
    elif isinstance(result, float):
        result, expected = round(result, 9), float(Fraction(expected))
    elif vector["fn"] == "composite_index":
        expected = {**expected, "main": sorted(expected["main"])}
    assert result == expected, f"{vector['standard']} {vector['clause']}: {vector['note']}"


def test_every_topic_is_carried():
    topics = "aqi city comp days exc grade iaqi lim mda8 pct round stat valid yoy"
    assert " ".join(sorted({vector["topic"] for vector in VECTORS})) == topics
    assert len(VECTORS) == len({vector["id"] for vector in VECTORS}) == 142
