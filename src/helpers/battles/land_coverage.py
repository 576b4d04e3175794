"""What the tables behind a land battle cover: records, those that can be used, first and last day."""

from __future__ import annotations

import pandas as pd

from helpers.battles.assess import Observation
from helpers.battles.context import Context
from helpers.battles.land_vegetation import INDEX, WEIGHTS

_COLUMNS = ["table", "first", "last", "expected", "valid"]
_TIMES = {
    "areas": "survey_year",
    "soil_samples": "sample_date",
    "findings": "found_date",
    "species_counts": "date",
    "vegetation": "date",
    "parcels": "date",
    "waste_balances": "period",
    "black_odorous": "date",
    "groundwater": "date",
    "fires": "time_local",
}
_COMPOSITES_A_YEAR = 23


def coverage_table(
    tables: dict[str, pd.DataFrame], seen: list[Observation], context: Context
) -> pd.DataFrame:
    """Count what each input of a battle holds.

    Parameters
    ----------
    tables
        Processed tables of the battle.
    seen
        What is known of its indicators, for the share of them that were reported.

    Returns
    -------
    ``table, first, last`` (text, empty without rows), ``expected`` and ``valid`` records: indicators asked for and
    reported; composites due and of quality good or marginal; soil samples, and those with pH and land use; else all
    records.
    """
    told = [one.span for one in seen if one.has_value]
    days = pd.Series([pd.Timestamp(day) for span in told for day in (span.start, span.end)])
    found = [_count("ledger", days, (len(seen), len(told)))]
    for name, column in _TIMES.items():
        if name in tables:
            table = _known(tables[name], column, context)
            found.append(_count(name, table[column], _usable(name, table)))
    return pd.DataFrame(found, columns=_COLUMNS)


def _known(table: pd.DataFrame, column: str, context: Context) -> pd.DataFrame:
    if not pd.api.types.is_datetime64_any_dtype(table[column]):
        return table
    return table[table[column].isna() | (table[column] < pd.Timestamp(context.as_of) + pd.Timedelta(days=1))]


def _usable(name: str, table: pd.DataFrame) -> tuple[int, int]:
    if name == "vegetation":
        rows = table[table["index"] == INDEX]
        spans = rows.groupby("zone")["date"].agg(["min", "max"])
        due = ((spans["max"] - spans["min"]).dt.days * _COMPOSITES_A_YEAR / 365.25).round() + 1
        return int(due.sum()), int(rows["quality"].isin(list(WEIGHTS)).sum())
    if name == "soil_samples":
        samples = table.drop_duplicates(["survey", "sample_id", "depth"])
        return len(samples), int((samples["ph"].notna() & (samples["land_use"] != "")).sum())
    return len(table), len(table)


def _count(name: str, times: pd.Series, counts: tuple[int, int]) -> tuple[object, ...]:
    there = times.dropna()
    there = there[there != ""] if there.dtype == "str" else there
    first, last = ("", "") if there.empty else (_write(there.min()), _write(there.max()))
    return (name, first, last, *counts)


def _write(moment: object) -> str:
    return f"{moment:%Y-%m-%d}" if isinstance(moment, pd.Timestamp) else str(moment)
