"""Results rows for the tests of wording and tables: worked ones, and random ones that the contract allows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from helpers import registry
from helpers.battles import results
from helpers.units import WATER_CLASS

LANGS = ("zh", "en")
SPANS = [
    ("2025-01-01", "2025-12-31"),
    ("2025-01-01", "2025-09-30"),
    ("2025-01-01", "2025-09-17"),
    ("2026-02-01", "2026-02-28"),
    ("2025-07-01", "2025-09-30"),
    ("2025-10-20", "2026-04-06"),
]


REASONS = [
    "no_value",
    "not_reported",
    "no_verdict",
    "volumes_missing",
    "no_network",
    "too_few_months|needed=8|expected=12",
    "coverage|n=168|expected=273",
    "coverage|n=1|expected=12",
    "coverage|n=0|expected=365",
    "half_missing|n=101|expected=273",
    "year_short|n=300|needed=324",
    "months_short|2025-08=25|2025-09=25",
    "months_short|2025-02=20",
    "months_short|2025-02=20|2025-03=20|2025-06=1",
    "months_short|2025-01=3|2025-02=3|2025-03=3|2025-04=5|2025-05=6",
    "items_missing|O3",
    "items_missing|PM2.5|CO",
    "due_year_unknown|year=2024",
    "due_value_missing|year=2025|last=2023",
    "settled|year=2024|value=3.0",
    "no_pace|n=1|year=2030",
    "no_pace|n=1|year=",
    "few_years|n=2|needed=3",
    "never_varies",
    "graded",
    "too_far|year=2035|first=2020|last=2025",
    "no_whole_year",
    "last_year_old|last=2022",
    "running_year|year=2026",
    "year_lost|most=210|needed=324",
    "no_outlook",
    "outlook_untrusted",
    "falling_total|year=2024",
    "to_verify|period=2024|value=0.53|sheet=台账|row=5",
]
"""One reason of every kind that battles write; tests/test_page_wording_reasons.py holds the list against their code."""


def make_row(**given: Any) -> pd.Series:
    """One row of PM2.5 for January to September 2025, changed as given."""
    row = {
        "indicator_id": "pm25_mean",
        "place_code": "220100",
        "period_start": "2025-01-01",
        "period_end": "2025-09-30",
        "value": 33.0,
        "unit": "ug_m3",
        "coverage_pct": 98.2,
        "direction": "lower_is_better",
        "target_id": "pm25_2025",
        "target_value": 30.0,
        "target_operator": "<=",
        "target_date": "2025-12-31",
        "status": "off_track",
        "confidence": "medium",
        **given,
    }
    return results.make([row]).iloc[0]


def make_table(*statuses: str, **given: Any) -> pd.DataFrame:
    """One row a status, each of another indicator; achieved and missed are met and off track when due."""
    codes, due = {"achieved": "met", "missed": "off_track"}, {"target_date": "2025-09-30"}
    names = list(registry.indicators())
    rows = [
        make_row(
            indicator_id=names[i],
            target_id=f"t{i}",
            status=codes.get(status, status),
            unit=registry.indicator(names[i]).unit,
            **given | (due if status in codes else {}),
        )
        for i, status in enumerate(statuses)
    ]
    return pd.DataFrame(rows).reset_index(drop=True) if rows else results.make([])


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def _decimal(low: float, high: float, decimals: int) -> st.SearchStrategy[float]:
    scale = 10**decimals
    return st.integers(round(low * scale), round(high * scale)).map(lambda number: number / scale)


@st.composite
def _triples(draw: st.DrawFn, low: float, high: float) -> tuple[float, float, float]:
    """Low end, estimate, high end."""
    return tuple(sorted(draw(st.tuples(*[_decimal(low, high, 4)] * 3))))


_CLASSES = st.integers(1, 6).map(float)
_NO_CLASS = ("limit", "change", "required", "trend")


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """One partial row: any indicator, any field missing or there, any status, as ``results.make`` allows."""
    record = registry.indicator(draw(st.sampled_from(list(registry.indicators()))))
    is_class = record.unit == WATER_CLASS
    value = _CLASSES if is_class else _decimal(-50, 20000, record.decimals)
    start, end = draw(st.sampled_from(SPANS))
    row = {
        "indicator_id": record.id,
        "place_code": "220100",
        "period_start": start,
        "period_end": end,
        "value": draw(_maybe(value)),
        "unit": record.unit,
        "coverage_pct": draw(_maybe(_decimal(0, 100, 2))),
        "standard": draw(st.sampled_from(["", "GB 3095-2012", "HJ 633-2012, 2026 in force"])),
        "limit_value": draw(_maybe(_decimal(0, 300, 1))),
        "target_id": draw(st.sampled_from(["", "t"])),
        "direction": record.direction,
        "value_prev": draw(_maybe(value)),
        "change_prev": draw(_maybe(_decimal(-200, 200, 3))),
        "change_unit": draw(st.sampled_from(["", {"pct": "pp", "days": "days"}.get(record.unit, "pct")])),
        "trend_likelihood": draw(_maybe(st.floats(0, 1))),
        "likelihood": draw(_maybe(st.floats(0, 1))),
        "status": draw(st.sampled_from(results.STATUSES)),
        "confidence": draw(st.sampled_from(results.CONFIDENCES)),
        "simulated": draw(st.booleans()),
        "reason": draw(st.sampled_from(["", *REASONS])),
    }
    if draw(st.booleans()):
        row["target_value"] = draw(_CLASSES if is_class else _decimal(0, 2000, 2))
        row["target_operator"] = draw(st.sampled_from(["<="] if is_class else ["<=", ">="]))
        row["target_date"] = draw(_maybe(st.sampled_from([date(2025, 12, 31), date(2030, 12, 31)])))
        row["required"] = draw(
            _maybe(_decimal(-20, 300, 0 if record.unit in ("pct", "days") else record.decimals))
        )
    if draw(st.booleans()):
        row["trend_low"], row["trend_per_year"], row["trend_high"] = draw(_triples(-5, 5))
    if draw(st.booleans()):
        ends = st.tuples(*[_CLASSES] * 3).map(sorted) if is_class else _triples(-5, 400)
        row["forecast_low"], row["forecast"], row["forecast_high"] = draw(ends)
    if is_class:  # nobody limits a class, tells its trend or what the rest of a year may bear
        row = {key: told for key, told in row.items() if not key.startswith(_NO_CLASS)}
    return {key: value for key, value in row.items() if value is not None}


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """A results table that ``results.make`` accepts, with places telling equal indicators apart."""
    drawn = draw(st.lists(rows(), max_size=12))
    return results.make([{**row, "place_code": f"{220100 + i}"} for i, row in enumerate(drawn)])
