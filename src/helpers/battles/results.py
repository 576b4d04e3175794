"""THE results table: one row per indicator, place and period; all that page, wording and charts read."""

from __future__ import annotations

import pandas as pd

from helpers.errors import SchemaError
from helpers.messages import fault

COLUMNS: dict[str, str] = {
    "indicator_id": "object",  # record of registry/indicators.yml
    "place_code": "object",  # city or county code, station or section code, zone
    "period_start": "datetime64[s]",
    "period_end": "datetime64[s]",  # last day the value rests on, not the end of the calendar period
    "value": "float64",  # rounded as published
    "unit": "object",  # code of helpers.units
    "n_obs": "float64",  # valid days, samples or records behind the value
    "coverage_pct": "float64",  # n_obs over the calendar denominator
    "standard": "object",  # standard and edition the value was judged under
    "limit_value": "float64",
    "target_id": "object",  # record of a file in cities/<city>/plans
    "target_value": "float64",
    "target_date": "datetime64[s]",
    "target_operator": "object",  # "<=", ">=" or ""
    "direction": "object",  # lower_is_better, higher_is_better, in_range, none
    "value_prev": "float64",  # same span last year, same edition, rounded as published
    "change_prev": "float64",  # from the rounded values; percent, percentage points or days
    "change_unit": "object",  # pct, pp or days
    "trend_per_year": "float64",  # unit per year
    "trend_low": "float64",  # 95 % interval
    "trend_high": "float64",
    "trend_likelihood": "float64",  # likelihood that the true slope points the better way
    "forecast": "float64",  # median of the period's final value
    "forecast_low": "float64",  # 80 % interval
    "forecast_high": "float64",
    "likelihood": "float64",  # of meeting the target, 0 to 1
    "required": "float64",  # what the remaining days may bear (same unit as value, or days)
    "met_since": "float64",  # first year of the whole years, up to the latest known, that all meet the target
    "status": "object",  # met, on_track, at_risk, off_track, no_data, no_target
    "confidence": "object",  # high, medium, low, none
    "caveats": "object",  # ids of registry/caveats.yml joined by ";"
    "simulated": "bool",
    "source_ids": "object",  # joined by ";"
    "reason": "object",  # why there is no value or no verdict, as battles.assess.reason writes it; "" where both are
}
STATUSES = ("met", "on_track", "at_risk", "off_track", "no_data", "no_target")
CONFIDENCES = ("high", "medium", "low", "none")
_EMPTY = {"object": "", "float64": float("nan"), "datetime64[s]": pd.NaT, "bool": False}


def make(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Build a results table from partial rows and check it.

    Parameters
    ----------
    rows
        One mapping per indicator, place and period; keys of ``COLUMNS``; missing keys are empty.

    Returns
    -------
    Table with exactly ``COLUMNS`` in order and their types.

    Raises
    ------
    SchemaError
        Unknown key, unknown status or confidence, repeated key, likelihood outside 0–1, or an estimate outside
        its own interval.
    """
    unknown = sorted({key for row in rows for key in row} - set(COLUMNS))
    if unknown:
        raise SchemaError(**fault(f"results rows carry unknown keys {unknown}"))
    filled = [{key: row.get(key, _EMPTY[kind]) for key, kind in COLUMNS.items()} for row in rows]
    table = pd.DataFrame(filled, columns=list(COLUMNS))
    for key, kind in COLUMNS.items():
        if kind == "datetime64[s]":
            table[key] = pd.to_datetime(table[key]).astype("datetime64[s]")
        else:
            table[key] = table[key].astype(kind)
    return check(table)


def check(table: pd.DataFrame) -> pd.DataFrame:
    """Refuse a results table that breaks its contract; return it unchanged otherwise.

    Raises
    ------
    SchemaError
        As in :func:`make`.
    """
    if list(table.columns) != list(COLUMNS):
        raise SchemaError(**fault(f"results columns are {list(table.columns)}, expected {list(COLUMNS)}"))
    for column, allowed in (("status", STATUSES), ("confidence", CONFIDENCES)):
        bad = sorted(set(table[column]) - set(allowed))
        if bad:
            raise SchemaError(**fault(f"{column} holds {bad}, expected one of {allowed}"))
    key = ["indicator_id", "place_code", "period_start", "period_end", "standard", "target_id"]
    repeated = table[table.duplicated(key)]
    if len(repeated):
        raise SchemaError(**fault(f"results repeat {repeated.iloc[0][key].to_dict()}"))
    for column in ("likelihood", "trend_likelihood"):
        if not table[column].dropna().between(0, 1).all():
            raise SchemaError(**fault(f"{column} lies outside 0 to 1"))
    for middle, low, high in (
        ("trend_per_year", "trend_low", "trend_high"),
        ("forecast", "forecast_low", "forecast_high"),
    ):
        if ((table[low] > table[middle]) | (table[middle] > table[high])).any():
            raise SchemaError(**fault(f"{middle} lies outside {low} to {high}"))
    return table
