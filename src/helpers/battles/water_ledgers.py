"""What the ledgers of black-odorous water and of outfalls tell: counts beside the plan, and the tables behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from helpers.battles.assess import Observation
from helpers.battles.context import Context
from helpers.battles.shapes import shape
from helpers.battles.spans import Span
from helpers.battles.water_months import split_ids
from helpers.standards import surface_water as water
from helpers.standards.surface_water.grid import share_pct

STAGES = ("surveyed", "monitored", "traced", "rectified", "managed")
_AREAS = {"city_black_odorous_bodies": "city_built_up", "county_black_odorous_bodies": "county_built_up"}
_OF_OUTFALLS = ("direct_sewage_outlets", "outfalls_rectified")
_COUNTED = (*_AREAS, "black_odorous_relapses", *_OF_OUTFALLS)
_URBAN = tuple(_AREAS.values())
_OF_TOTALS = ("ledger_empty", "ledger_unverified", "preliminary_figure")
_HISTORY = {"start": "object", "end": "object", "value": "float64", "n": "int64", "source_ids": "str"}
_DAYS = dict.fromkeys(("identified_date", "eliminated_date", "relapsed_date"), "datetime64[s]")
_BODIES = {"body_id": "str", "body_name": "str", "area_kind": "str", "length_km": "float64", "grade": "str"}
_BODIES |= {
    "status": "str",
    **_DAYS,
    "measured_grade": "Int64",
    "n_points": "int64",
    "is_black_again": "bool",
}
_STATES = dict.fromkeys(("n_listed", "n_eliminated", "n_in_treatment", "n_relapsed"), "int64")
_COUNTS = {"year": "int64", "date": "datetime64[s]", "area_kind": "str"} | _STATES
_STAGES = dict.fromkeys(("n_listed", *STAGES), "int64")


def observations(
    bodies: pd.DataFrame, outfalls: pd.DataFrame, reported: list[Observation], context: Context
) -> list[Observation]:
    """Replace what departments report in total by what their ledgers count, where there is a ledger.

    Parameters
    ----------
    bodies, outfalls
        ``black_odorous`` and ``outfalls`` as the store keeps them; either may be empty.
    reported
        Of :func:`helpers.battles.ledger_rows.observations` for the indicators of the battle.

    Returns
    -------
    The observations in their order. A count that differs from the total reported for the same year carries a caveat; a
    total of a later year stands.
    """
    return [
        _counted(seen, outfalls if seen.indicator_id in _OF_OUTFALLS else bodies, context)
        if seen.indicator_id in _COUNTED
        else seen
        for seen in reported
    ]


def _counted(seen: Observation, ledger: pd.DataFrame, context: Context) -> Observation:
    history = count_history(seen.indicator_id, ledger, context)
    if history.empty or (seen.has_value and seen.span.end.year > history["end"].iloc[-1].year):
        return seen
    last = history.iloc[-1]
    differs = seen.has_value and seen.span.end.year == last["end"].year and seen.value != last["value"]
    caveats = [one for one in seen.caveats if one not in _OF_TOTALS] + ["ledger_counted"]
    caveats += ["outfall_base"] if seen.indicator_id == "outfalls_rectified" else []
    return replace(
        seen,
        span=Span(last["start"], last["end"], True, True),
        value=last["value"],
        n=last["n"],
        expected=None,
        source_ids=split_ids(history["source_ids"]),
        history=history[["end", "value"]],
        is_valid=True,
        is_due_always=True,
        reason="",
        caveats=[*caveats, *(["ledger_differs"] if differs else [])],
    )


def latest_entries(ledger: pd.DataFrame, last: date) -> pd.DataFrame:
    """The last entry of each body or outfall in the ledgers dated up to a day."""
    key = "body_id" if "body_id" in ledger else "outfall_id"
    rows = ledger[ledger["date"] <= pd.Timestamp(last)]
    return rows.sort_values([key, "date"]).drop_duplicates(key, keep="last").reset_index(drop=True)


def count_history(indicator_id: str, ledger: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Count an indicator on the last ledger day of every year.

    Returns
    -------
    ``start, end, value, n`` (entries behind it), ``source_ids``, one row a year, oldest first; empty for an indicator
    that no ledger counts.
    """
    last = min(context.period.end, context.as_of)
    days = ledger.loc[ledger["date"] <= pd.Timestamp(last), "date"]
    rows = []
    for day in days.groupby(days.dt.year).max():
        entries = latest_entries(ledger, day.date())
        counted = _count(indicator_id, entries, day)
        if counted is not None:
            value, n = counted
            sources = ";".join(sorted(set(entries["source_id"])))
            rows.append((date(day.year, 1, 1), day.date(), value, n, sources))
    return shape(rows, _HISTORY)


def _count(indicator_id: str, entries: pd.DataFrame, day: pd.Timestamp) -> tuple[float, int] | None:
    """Value and number of entries behind it; ``None`` where the ledger does not tell."""
    if indicator_id in _AREAS:
        listed = entries[entries["area_kind"] == _AREAS[indicator_id]]
        return ((listed["status"] != "eliminated").sum(), len(listed)) if len(listed) else None
    if indicator_id == "black_odorous_relapses":
        listed = entries[entries["area_kind"].isin(_URBAN)]
        return ((listed["relapsed_date"].dt.year == day.year).sum(), len(listed)) if len(listed) else None
    if indicator_id == "direct_sewage_outlets":
        listed = entries[(entries["is_in_built_up"] == "yes") & (entries["is_direct_sewage"] != "")]
        is_left = (listed["is_direct_sewage"] == "yes") & listed["rectified_date"].isna()
        return (is_left.sum(), len(listed)) if len(listed) else None
    if indicator_id == "outfalls_rectified" and len(entries):
        return share_pct(int(entries["rectified_date"].notna().sum()), len(entries)), len(entries)
    return None


def body_table(bodies: pd.DataFrame, points: pd.DataFrame, last: date) -> pd.DataFrame:
    """Every body of the last ledger, and what its monitoring points of the same year say.

    Returns
    -------
    ``body_id, body_name, area_kind, length_km, grade, status, identified_date, eliminated_date, relapsed_date``,
    ``measured_grade`` (0 none, 1 light, 2 severe; NA without points), ``n_points``, ``is_black_again``: eliminated by
    the ledger and black-odorous by its points. Reaches are not told, as no ledger says which point lies downstream.
    """
    samples = points[points["date"].between(pd.Timestamp(last.year, 1, 1), pd.Timestamp(last))]
    graded = () if samples.empty else water.grade_bodies(water.grade_points(samples))
    measured = shape(graded, {"body_id": "str", "grade": "Int64", "n_points": "int64"})
    measured = measured.rename(columns={"grade": "measured_grade"})
    table = latest_entries(bodies, last).merge(measured, how="left", on="body_id")
    is_black = table["measured_grade"].fillna(0) > 0
    is_black_again = (table["status"] == "eliminated") & is_black.astype(bool)
    table = table.assign(n_points=table["n_points"].fillna(0), is_black_again=is_black_again)
    return shape(table, _BODIES)


def body_counts(bodies: pd.DataFrame, last: date) -> pd.DataFrame:
    """Bodies by area and state on the last ledger day of every year.

    Returns
    -------
    ``year, date, area_kind, n_listed, n_eliminated, n_in_treatment`` (untreated ones among them), ``n_relapsed``.
    """
    rows = []
    for day, entries in _year_ends(bodies, last):
        for area, group in entries.groupby("area_kind"):
            states = group["status"].value_counts()
            left = int(states.get("untreated", 0) + states.get("in_treatment", 0))
            found = (len(group), int(states.get("eliminated", 0)), left, int(states.get("relapsed", 0)))
            rows.append((day.year, day, area, *found))
    return shape(rows, _COUNTS)


def stage_table(outfalls: pd.DataFrame, last: date) -> pd.DataFrame:
    """Outfalls that have finished each stage, by receiving water, on the last ledger day.

    Returns
    -------
    ``water_body, n_listed`` and one count per stage of ``STAGES``, most outfalls first.
    """
    entries = latest_entries(outfalls, last)
    done = entries[[f"{stage}_date" for stage in STAGES]].notna().set_axis(list(STAGES), axis=1)
    groups = done.assign(n_listed=1).groupby(entries["water_body"])
    table = shape(groups.sum().reset_index(), {"water_body": "str", **_STAGES})
    return table.sort_values(["n_listed", "water_body"], ascending=[False, True], ignore_index=True)


def stage_counts(outfalls: pd.DataFrame, last: date) -> pd.DataFrame:
    """Outfalls that have finished each stage on the last ledger day of every year: ``year, date, n_listed``, stages."""
    rows = [
        (day.year, day, len(entries), *(int(entries[f"{stage}_date"].notna().sum()) for stage in STAGES))
        for day, entries in _year_ends(outfalls, last)
    ]
    return shape(rows, {"year": "int64", "date": "datetime64[s]", **_STAGES})


def _year_ends(ledger: pd.DataFrame, last: date) -> list[tuple[pd.Timestamp, pd.DataFrame]]:
    days = ledger.loc[ledger["date"] <= pd.Timestamp(last), "date"]
    return [(day, latest_entries(ledger, day.date())) for day in days.groupby(days.dt.year).max()]


def ledger_tables(tables: dict[str, pd.DataFrame], last: date) -> dict[str, pd.DataFrame]:
    """Tables of the ledgers that were supplied: ``bodies``, ``body_counts``, ``stages``, ``stage_counts``."""
    bodies, outfalls = tables["black_odorous"], tables["outfalls"]
    found = {
        "bodies": body_table(bodies, tables["black_odorous_points"], last),
        "body_counts": body_counts(bodies, last),
        "stages": stage_table(outfalls, last),
        "stage_counts": stage_counts(outfalls, last),
    }
    return {name: table for name, table in found.items() if len(table)}
