"""What the ledgers of black-odorous water and of outfalls tell: counts beside the plan, and the tables behind them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.judgement import is_missing, judge
from helpers.battles.ledger_rows import observed_pace
from helpers.registry import Target
from helpers.standards import surface_water as water
from helpers.standards.surface_water.grid import share_pct

STAGES = ("surveyed", "monitored", "traced", "rectified", "managed")
_AREAS = {"city_black_odorous_bodies": "city_built_up", "county_black_odorous_bodies": "county_built_up"}
_OF_OUTFALLS = ("direct_sewage_outlets", "outfalls_rectified")
_COUNTED = (*_AREAS, "black_odorous_relapses", *_OF_OUTFALLS)
_URBAN = tuple(_AREAS.values())


def make_rows(
    bodies: pd.DataFrame, outfalls: pd.DataFrame, reported: list[dict[str, object]], context: Context
) -> list[dict[str, object]]:
    """Replace what departments report in total by what their ledgers count, where there is a ledger.

    Parameters
    ----------
    bodies, outfalls
        ``black_odorous`` and ``outfalls`` as the store keeps them; either may be empty.
    reported
        Rows of :func:`helpers.battles.ledger_rows.make_rows` for the indicators of the battle.

    Returns
    -------
    The rows in their order. A count that differs from the total reported for the same year carries a caveat.
    """
    return [
        _counted(row, outfalls if row["indicator_id"] in _OF_OUTFALLS else bodies, context)
        for row in reported
    ]


def _counted(row: dict[str, object], ledger: pd.DataFrame, context: Context) -> dict[str, object]:
    if row["indicator_id"] not in _COUNTED:
        return row
    history = count_history(str(row["indicator_id"]), ledger, context)
    if history.empty:
        return row
    last = history.iloc[-1]
    target = context.plan.target(str(row["target_id"])) if row.get("target_id") else None
    goal = None if target is None else target.value
    told = [
        one
        for one in str(row["caveats"]).split(";")
        if one and one not in ("ledger_empty", "ledger_unverified")
    ]
    told += ["ledger_counted", *(["outfall_base"] if row["indicator_id"] == "outfalls_rectified" else [])]
    differs = (
        not is_missing(row.get("value"))
        and row["period_end"].year == last["end"].year
        and row["value"] != last["value"]
    )
    return row | {
        "value": last["value"],
        "period_start": last["start"],
        "period_end": last["end"],
        "n_obs": float(last["n"]),
        "source_ids": last["source_ids"],
        "confidence": "none" if context.simulated else "medium",
        "caveats": ";".join([*told, *(["ledger_differs"] if differs else [])]),
        "status": judge(
            last["value"],
            goal,
            "" if target is None else target.operator,
            pace=None if goal is None else observed_pace(history, goal, target.target_date),
            period_complete=True,
            is_due=_is_due(target, str(row["indicator_id"]), last["end"]),
        ),
    }


def _is_due(target: Target | None, indicator_id: str, end: date) -> bool:
    """Whether nothing later can meet the target; a yearly figure without a date is due every year."""
    if target is None or target.target_date is None:
        return target is not None and registry.indicator(indicator_id).period == "year"
    return target.target_date <= end


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
            rows.append((date(day.year, 1, 1), day.date(), float(value), n, sources))
    return pd.DataFrame(rows, columns=["start", "end", "value", "n", "source_ids"])


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
    columns = ["body_id", "body_name", "area_kind", "length_km", "grade", "status"]
    columns += ["identified_date", "eliminated_date", "relapsed_date"]
    entries = latest_entries(bodies, last)[columns]
    samples = points[points["date"].between(pd.Timestamp(last.year, 1, 1), pd.Timestamp(last))]
    if samples.empty:
        measured = pd.DataFrame(
            {"body_id": pd.Series(dtype="str"), "grade": pd.Series(dtype="Int64"), "n_points": 0}
        )
    else:
        measured = water.grade_bodies(water.grade_points(samples))
    measured = measured[["body_id", "grade", "n_points"]].rename(columns={"grade": "measured_grade"})
    table = entries.merge(measured, how="left", on="body_id")
    is_black = table["measured_grade"].fillna(0) > 0
    return table.assign(
        n_points=table["n_points"].fillna(0).astype(int),
        is_black_again=(table["status"] == "eliminated") & is_black.astype(bool),
    )


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
    names = ["n_listed", "n_eliminated", "n_in_treatment", "n_relapsed"]
    return pd.DataFrame(rows, columns=["year", "date", "area_kind", *names])


def stage_table(outfalls: pd.DataFrame, last: date) -> pd.DataFrame:
    """Outfalls that have finished each stage, by receiving water, on the last ledger day.

    Returns
    -------
    ``water_body, n_listed`` and one count per stage of ``STAGES``, most outfalls first.
    """
    entries = latest_entries(outfalls, last)
    done = entries[[f"{stage}_date" for stage in STAGES]].notna().set_axis(list(STAGES), axis=1)
    groups = done.assign(n_listed=1).groupby(entries["water_body"])
    table = groups.sum().astype(int).reset_index()
    return table.sort_values(["n_listed", "water_body"], ascending=[False, True], ignore_index=True)[
        ["water_body", "n_listed", *STAGES]
    ]


def stage_counts(outfalls: pd.DataFrame, last: date) -> pd.DataFrame:
    """Outfalls that have finished each stage on the last ledger day of every year: ``year, date, n_listed``, stages."""
    rows = [
        (day.year, day, len(entries), *(int(entries[f"{stage}_date"].notna().sum()) for stage in STAGES))
        for day, entries in _year_ends(outfalls, last)
    ]
    return pd.DataFrame(rows, columns=["year", "date", "n_listed", *STAGES])


def _year_ends(ledger: pd.DataFrame, last: date) -> list[tuple[pd.Timestamp, pd.DataFrame]]:
    days = ledger.loc[ledger["date"] <= pd.Timestamp(last), "date"]
    return [(day, latest_entries(ledger, day.date())) for day in days.groupby(days.dt.year).max()]


def ledger_tables(tables: dict[str, pd.DataFrame], last: date) -> dict[str, pd.DataFrame]:
    """Tables of the ledgers that were supplied: ``bodies``, ``body_counts``, ``stages``, ``stage_counts``."""
    found = {}
    bodies, outfalls = tables["black_odorous"], tables["outfalls"]
    if len(bodies):
        found["bodies"] = body_table(bodies, tables["black_odorous_points"], last)
        found["body_counts"] = body_counts(bodies, last)
    if len(outfalls):
        found["stages"] = stage_table(outfalls, last)
        found["stage_counts"] = stage_counts(outfalls, last)
    return found
