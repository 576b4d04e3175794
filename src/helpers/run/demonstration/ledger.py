"""A simulated departments' workbook: some indicators reported every year, others left empty. Nothing here was reported."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from openpyxl import load_workbook

from helpers import registry
from helpers.page.export import freeze_archive
from helpers.sources.ledger_workbook import COLUMNS, SHEET
from helpers.sources.templates import write_ledger_template
from helpers.units import unit

# Indicator → simulated values of 2021 to 2025. What is not listed stays empty, as happens in offices.
_REPORTED = {
    "clean_heating_share": (38.5, 42.0, 46.1, 49.8, 53.2),
    "clean_bulk_transport_share": (48.0, 52.5, 58.0, 63.5, 67.8),
    "voc_reduction": (0.06, 0.14, 0.24, 0.33, 0.43),
    "nox_reduction": (0.12, 0.30, 0.48, 0.66, 0.82),
    "low_voc_base_coat_share": (62.0, 74.0, 88.0, 96.0, 100.0),
    "low_voc_furniture_share": (18.0, 25.0, 33.0, 41.0, 47.5),
    "ultra_low_emission_boilers": (55.0, 68.0, 79.0, 90.0, 97.0),
    "noise_automatic_share": (0.0, 0.0, 0.0, 0.0, 100.0),
}
_FIRST_YEAR = 2021


def write_ledger(path: Path, *, city: str, place_code: str, last: date) -> None:
    """Write the workbook of :func:`helpers.sources.templates.write_ledger_template`, partly filled in.

    Parameters
    ----------
    city, place_code
        A folder of ``cities/``, for the indicators it is asked for, and the code of the city.
    last
        Last day of the demonstration; years that end later are not reported.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [record for record in registry.indicators_of(city).values() if record.is_ledger]
    write_ledger_template(path, records, place_code=place_code)
    book = load_workbook(path)
    sheet = book[SHEET]
    row = 3  # below the heading and the example
    asked = {record.id for record in records}
    for indicator_id, values in ((name, _REPORTED[name]) for name in _REPORTED if name in asked):
        record = registry.indicator(indicator_id)
        for year, value in enumerate(values, start=_FIRST_YEAR):
            if date(year, 12, 31) <= last:
                cells = {
                    "indicator_id": indicator_id,
                    "place_code": place_code,
                    "period": str(year),
                    "value": value,
                }
                cells |= {"unit": unit(record.unit).label_zh or record.unit, "status": "正式"}
                for column, name in enumerate(COLUMNS, start=1):
                    if name in cells:
                        sheet.cell(row, column, cells[name])
                row += 1
    stream = io.BytesIO()
    book.save(stream)
    path.write_bytes(freeze_archive(stream.getvalue(), last.isoformat()))
