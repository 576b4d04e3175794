"""Small tables of water readings for the tests of the water rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from helpers.standards import surface_water as water

YEAR_2025 = {"start": date(2025, 1, 1), "end": date(2025, 12, 31)}
# All 21 items at class III, pH 7.
CLASS_THREE = {
    item: 7.0 if item == "pH" else water.item_rule(item, "river").limits[2] for item in water.assessed_items()
}


def readings(rows: Sequence[tuple]) -> pd.DataFrame:
    """Contract table of (section, day, item, value); a fifth field marks a row as censored."""
    table = pd.DataFrame([(*row, False)[:5] for row in rows])
    table.columns = ["section_id", "date", "item", "value", "is_censored"]
    return table.assign(date=pd.to_datetime(table["date"]), value=table["value"].astype("float64"))


def months_of(
    section: str, item: str, values: Mapping[int, float] | Sequence[float], *, year: int = 2025
) -> list[tuple]:
    """One reading a month; a sequence begins in January."""
    pairs = values.items() if isinstance(values, Mapping) else enumerate(values, start=1)
    return [(section, f"{year}-{month:02d}-05", item, value) for month, value in pairs]


def sections_of(values: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Twelve equal months of 2025 for each section."""
    return readings(
        [
            row
            for section, items in values.items()
            for item, value in items.items()
            for row in months_of(section, item, [value] * 12)
        ]
    )
