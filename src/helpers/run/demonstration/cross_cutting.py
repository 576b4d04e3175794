"""A simulated workbook of what belongs to no battle, from 2015 to today. Nothing here was reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np

from helpers import registry
from helpers.periods import Period
from helpers.run.demonstration.land_forms import MARK
from helpers.run.demonstration.workbook import write_workbook
from helpers.sources.ledger_workbook import COLUMNS, SHEET
from helpers.units import unit

_LAST_YEAR = 2025
# Indicator → first year, its value and the last year's; between them a straight way with small steps off it.
# What is not listed stays empty, as happens in offices.
_WAYS = {
    "co2_emissions": (2015, 5480.0, 5120.0, 0.011),
    "energy_intensity_reduction": (2021, 2.9, 14.2, 0.01),
    "co2_intensity_reduction": (2021, 3.4, 17.6, 0.01),
    "non_fossil_share": (2015, 6.1, 13.8, 0.01),
    "nox_emissions": (2015, 98400.0, 61200.0, 0.012),
    "voc_emissions": (2015, 71300.0, 52900.0, 0.015),
    "cod_emissions": (2016, 84100.0, 66300.0, 0.012),
    "ammonia_emissions": (2016, 5230.0, 3480.0, 0.015),
    "carbon_trading_compliance": (2021, 92.3, 100.0, 0.0),
    "renewable_capacity": (2015, 620.0, 3410.0, 0.01),
    "clean_production_audits": (2015, 24.0, 41.0, 0.05),
    "electric_public_transport_share": (2015, 12.0, 78.4, 0.01),
    "new_captive_coal_units": (2022, 0.0, 0.0, 0.0),
    "river_emergency_maps": (2021, 20.0, 100.0, 0.0),
    "emergency_drills": (2015, 9.0, 23.0, 0.06),
    "risk_findings_mended": (2016, 81.5, 97.2, 0.006),
    "radioactive_sources_stored": (2015, 100.0, 100.0, 0.0),
    "radiation_findings_mended": (2016, 88.0, 100.0, 0.0),
    "disclosure_share": (2022, 91.4, 98.9, 0.002),
    "medical_waste_facilities": (2015, 1.0, 1.0, 0.0),
    "township_sewage_coverage": (2016, 31.0, 82.6, 0.01),
    "permit_checks": (2018, 310.0, 1240.0, 0.03),
    "enforcement_cases": (2015, 420.0, 365.0, 0.09),
    "automatic_online_share": (2016, 71.0, 99.1, 0.004),
    "monitoring_coverage": (2015, 68.0, 96.3, 0.004),
    "annual_reports_share": (2021, 93.8, 100.0, 0.0),
    "complaints_closed_share": (2015, 90.2, 98.7, 0.004),
}
_REVISED = ("co2_emissions", 2023, 0.985)  # a figure that was reported again
_WRONG_UNIT = ("nox_emissions", 2019)  # written in 10,000 t where t are asked for
_QUARTERS = ("complaints_closed_share", 2026)  # reported by quarter while its year is running


def write_cross_cutting(path: Path, *, city: str, place_code: str, last: date, seed: int) -> None:
    """Write the workbook; periods that end after ``last`` are not reported.

    Parameters
    ----------
    city, place_code
        A folder of ``cities/``, for the indicators it is asked for, and the code of the city.
    seed
        Seed of the steps off the straight way; the same seed gives the same bytes.
    """
    figures = list(_figures(registry.indicators_of(city), np.random.default_rng([seed, 41])))
    rows: list[list[object]] = [list(COLUMNS.values())]
    for one in figures:
        if Period.parse(str(one["period"])).end <= last:
            told = one | {"place_code": place_code}
            rows.append([told.get(name, "") for name in COLUMNS])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(path, [(SHEET, [f"{SHEET} {MARK}"], rows)], last=last)


def _figures(
    asked: Mapping[str, registry.Indicator], rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    for indicator_id, (first, start, end, spread) in _WAYS.items():
        years = range(first, _LAST_YEAR + 1)
        steps = 1 + spread * rng.standard_normal(len(years))
        if indicator_id not in asked:
            continue
        record = asked[indicator_id]
        values = np.linspace(start, end, len(years)) * steps
        values[[0, -1]] = start, end
        if record.unit == "pct":
            values = np.minimum(values, 100.0)
        for year, value in zip(years, values, strict=True):
            yield from _year(record, year, round(float(value), record.decimals))
    name, year = _QUARTERS
    for quarter, value in enumerate((98.1, 98.4, 97.9, 98.6) if name in asked else (), start=1):
        yield _figure(asked[name], f"{year}-Q{quarter}", value, "初步")


def _year(record: registry.Indicator, year: int, value: float) -> Iterator[dict[str, object]]:
    """The figure of one year, with the ordinary faults of some."""
    if (record.id, year) == _WRONG_UNIT:
        yield _figure(record, str(year), value / 10_000, "正式") | {"unit": "万吨"}
        return
    yield _figure(record, str(year), value, "正式")
    if (record.id, year) == _REVISED[:2]:
        yield _figure(record, str(year), round(value * _REVISED[2], record.decimals), "修订")


def _figure(record: registry.Indicator, period: str, value: float, status: str) -> dict[str, object]:
    label = unit(record.unit).label_zh or record.unit
    return {"indicator_id": record.id, "period": period, "value": value, "unit": label, "status": status}
