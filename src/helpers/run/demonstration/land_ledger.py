"""A simulated workbook of the land departments: city, counties and lakes. Nothing here was reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import cycle
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import registry
from helpers.periods import Period
from helpers.registry import land
from helpers.run.demonstration.land_forms import MARK
from helpers.run.demonstration.workbook import write_workbook
from helpers.sources.ledger_workbook import COLUMNS, SHEET
from helpers.units import unit

_FIRST_YEAR = 2021
# Indicator → simulated values of 2021 to 2025. What is not listed stays empty, as happens in offices.
_YEARS = {
    "natural_forest_protected": (96.0, 98.5, 100.0, 100.0, 100.0),
    "natural_forest_logging": (0.0, 0.0, 0.0, 0.0, 0.0),
    "mine_restored_area": (210.0, 455.5, 730.0, 1015.5, 1290.0),
    "conservation_tillage_area": (802.0, 905.0, 1008.0, 1092.0, 1151.0),
    "conservation_tillage_share": (62.0, 67.0, 72.0, 76.0, 79.0),
    "irrigation_efficiency": (0.57, 0.58, 0.59, 0.6, 0.61),
    "erosion_treated_area": (72.0, 148.0, 221.0, 299.0, 371.0),
    "sanitary_toilets": (80.0, 84.0, 88.5, 91.0, 93.0),
    "rural_waste_coverage": (85.0, 96.0, 100.0, 100.0, 100.0),
    "fertiliser_efficiency": (40.1, 40.9, 41.6, 42.4, 43.1),
    "pesticide_efficiency": (40.6, 41.1, 41.9, 42.4, 42.7),
    "rural_sewage_share": (12.0, 15.0, 18.2, 21.0, 23.6),
    "manure_use": (76.0, 78.0, 80.5, 82.5, 84.0),
    "polluting_projects_on_farmland": (0.0, 0.0, 0.0, 0.0, 0.0),
    "hazardous_plants_relocated": (60.0, 80.0, 90.0, 100.0, 100.0),
    "waste_sorting_districts": (3.0, 4.0, 6.0, 7.0, 7.0),
    "solid_waste_imports": (0.0, 0.0, 0.0, 0.0, 0.0),
    "medical_waste_collected": (99.2, 99.8, 100.0, 100.0, 100.0),
    "film_recovery": (80.5, 81.2, 82.6, 84.0, 85.3),
    "pesticide_packaging_recovery": (58.0, 64.5, 70.2, 74.8, 78.1),
    "degraded_grassland_restored": (0.42, 0.95, 1.38, 1.9, 2.31),
    "grass_pest_area": (3.1, 2.8, 3.4, 2.6, 2.4),
    "new_wetland_parks": (0.0, 0.0, 0.0, 0.0, 1.0),
}
# Parts of the greening task, done in each of the years 2021 to 2025; the task begins with nothing at the end of 2020.
_GREENING = {
    "greening_urban_rural": (0.61, 0.52, 0.7, 0.58, 0.55),
    "greening_corridors": (0.48, 0.55, 0.5, 0.44, 0.52),
    "greening_restoration": (6.1, 5.2, 6.9, 6.3, 5.8),
}
_TOTAL_TOO_HIGH = {2024: 0.3}  # a year whose reported total exceeds its parts
_SHARES = (
    0.006,
    0.011,
    0.008,
    0.007,
    0.012,
    0.058,
    0.105,
    0.214,
    0.236,
    0.158,
    0.185,
)  # of the counties; begun anew where there are more, and scaled to the sum 1
_BY_COUNTY = ("conservation_tillage_area", "erosion_treated_area", "mine_restored_area", "greening_total",
              "degraded_grassland_restored")  # fmt: skip
_WRONG_UNIT = ("conservation_tillage_area", 3, 2025)  # a county that writes mu where 10,000 mu are asked for
# Open water (ha) and yearly supply (10,000 m³) of the lakes, in the order of land.yml; begun anew where there are more.
_LAKES = ((6200.0, 1800.0), (5400.0, 4200.0), (1900.0, 650.0), (310.0, 120.0), (900.0, 300.0))
_FIRST_WATER = 2016


def write_land_ledger(path: Path, *, city: str, place_code: str, last: date, seed: int) -> None:
    """Write the workbook; periods that end after ``last`` are not reported."""
    figures = [
        *_city(city, place_code),
        *_counties(city),
        *_lakes(city, last, np.random.default_rng([seed, 21])),
    ]
    asked = registry.indicators_of(city)
    figures = [
        one for one in figures if one["indicator_id"] in asked and Period.parse(one["period"]).end <= last
    ]
    rows: list[list[object]] = [list(COLUMNS.values())]
    rows += [[one.get(name, "") for name in COLUMNS] for one in figures]
    write_workbook(path, [(SHEET, [f"{SHEET} {MARK}"], rows)], last=last)


def _figure(indicator_id: str, place: str, period: str, value: float, **more: object) -> dict[str, object]:
    record = registry.indicator(indicator_id)
    label = unit(record.unit).label_zh or record.unit
    told = {"indicator_id": indicator_id, "place_code": place, "period": period, "unit": label}
    return told | {"value": round(value, record.decimals + 2), "status": "正式"} | more


def _series() -> dict[str, dict[int, float]]:
    """All yearly figures of the city: indicator → year → value, the greening parts summed up."""
    found = {
        name: dict(zip(range(_FIRST_YEAR, _FIRST_YEAR + len(values)), values, strict=True))
        for name, values in _YEARS.items()
    }
    for name, values in _GREENING.items():
        done = np.round(np.cumsum((0.0, *values)), 2).tolist()
        found[name] = dict(zip(range(_FIRST_YEAR - 1, _FIRST_YEAR + len(values)), done, strict=True))
    years = found["greening_restoration"]
    found["greening_total"] = {
        year: round(sum(found[name][year] for name in _GREENING) + _TOTAL_TOO_HIGH.get(year, 0.0), 2)
        for year in years
    }
    return found


def _city(city: str, place_code: str) -> Iterator[dict[str, object]]:
    for name, years in _series().items():
        for year, value in years.items():
            is_first_report = name == "fertiliser_efficiency" and year == max(years)
            yield _figure(name, place_code, str(year), value, status="初步" if is_first_report else "正式")
    for year in range(_FIRST_YEAR, 2026):
        yield _figure(
            "ecological_water_supply",
            place_code,
            str(year),
            sum(supply for _, _, supply in _lakes_of(city)) * (0.9 + 0.02 * (year % 5)),
        )


def _counties(city: str) -> Iterator[dict[str, object]]:
    codes = list(land.counties(city)["place_code"])
    shares = np.array([share for share, _ in zip(cycle(_SHARES), codes, strict=False)])
    shares /= shares.sum()
    for name in _BY_COUNTY:
        for year, whole in _series()[name].items():
            parts = [round(whole * float(share), 2) for share in shares[:-1]]
            for place, (code, part) in enumerate(
                zip(codes, [*parts, round(whole - sum(parts), 2)], strict=True)
            ):
                one = _figure(name, code, str(year), part)
                if (name, place, year) == _WRONG_UNIT:
                    one |= {"value": part * 10_000, "unit": "亩"}
                yield one


def _lakes(city: str, last: date, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Open water month by month, larger after the summer floods, and the yearly supply of each lake."""
    months = pd.period_range(f"{_FIRST_WATER}-04", f"{last:%Y-%m}", freq="M")
    wet = np.exp(0.08 * rng.standard_normal(last.year - _FIRST_WATER + 1))
    for lake, open_water, supply in _lakes_of(city):
        for month in months[(months.month >= 4) & (months.month <= 10)]:
            season = 1 + 0.09 * np.cos(2 * np.pi * (month.month - 8.5) / 12)
            area = open_water * season * wet[month.year - _FIRST_WATER] * np.exp(0.03 * rng.standard_normal())
            if rng.random() > 0.04:  # cloud hides some months
                yield _figure("open_water_area", lake, str(month), float(area))
        for year in range(_FIRST_YEAR, last.year + 1):
            yield _figure("ecological_water_supply", lake, str(year), supply * (0.9 + 0.02 * (year % 5)))


def _lakes_of(city: str) -> list[tuple[str, float, float]]:
    """Id, open water and yearly supply of every lake of the city."""
    return [(one.id, *sizes) for one, sizes in zip(land.land(city).lakes, cycle(_LAKES), strict=False)]
