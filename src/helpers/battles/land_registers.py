"""Registers of the land battles as they stood on the day of the report: findings, parcels, wastes, rural waters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.battles.context import Context
from helpers.battles.land_ledger import last_whole_year
from helpers.battles.shapes import kinds, shape
from helpers.registry import land
from helpers.standards.balance import balance_waste

_SUMMARY = kinds("str register; int64 n_found n_closed n_late n_open n_overdue")
_WASTE_COUNTIES = kinds("str kind period; float64 parts total gap; int64 n_counties")
_CHANGES = ["parcel_id", "place_code", "date", "from_use", "to_use", "stage", "is_surveyed"]
_REACHED = "accepted"  # of the stages only an accepted evaluation says that the goal was reached


def place_names(table: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Add ``name_zh`` and ``name_en`` of the place of each row; an unknown code keeps its code as name."""
    known = land.counties(context.city.slug).set_index("place_code")
    names = {lang: known[f"name_{lang}"].to_dict() for lang in ("zh", "en")}
    names["zh"][context.city.code], names["en"][context.city.code] = (
        context.city.name_zh,
        context.city.name_en,
    )
    codes = table["place_code"]
    named = {f"name_{lang}": codes.map(names[lang]).fillna(codes).astype("str") for lang in ("zh", "en")}
    return table.assign(**named)


def open_findings(findings: pd.DataFrame, registers: tuple[str, ...], context: Context) -> pd.DataFrame:
    """Findings of some registers known by the day of the report.

    Returns
    -------
    Rows of ``findings`` with ``term`` (id of the register) and ``is_closed, is_late, is_overdue`` (bool): closed by
    that day; closed after it was due; due before that day and not closed by then. Without a due day nothing is overdue.
    """
    as_of = pd.Timestamp(context.as_of)
    rows = findings[findings["found_date"] <= as_of]
    rows = rows.assign(term=[land.register_term(name) for name in rows["register"]])
    rows = rows[rows["term"].isin(registers)]
    is_closed = rows["closed_date"] <= as_of
    has_due = rows["due_date"].notna()
    return rows.assign(
        is_closed=is_closed,
        is_late=is_closed & has_due & (rows["closed_date"] > rows["due_date"]),
        is_overdue=~is_closed & has_due & (rows["due_date"] < as_of),
    ).reset_index(drop=True)


def summarise_findings(rows: pd.DataFrame) -> pd.DataFrame:
    """Count findings by register as it is named, those with most overdue first.

    Returns
    -------
    ``register, n_found, n_closed, n_late`` (of the closed), ``n_open, n_overdue`` (of the open).
    """
    if rows.empty:
        return shape([], _SUMMARY)
    told = rows.groupby("register", as_index=False).agg(
        n_found=("finding_id", "size"),
        n_closed=("is_closed", "sum"),
        n_late=("is_late", "sum"),
        n_overdue=("is_overdue", "sum"),
    )
    told["n_open"] = told["n_found"] - told["n_closed"]
    return shape(told.sort_values(["n_overdue", "n_open"], ascending=False, kind="stable"), _SUMMARY)


def current_parcels(parcels: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Latest state of each parcel by the day of the report, with ``is_early``: built on before its goal was reached.

    Article 30 of the plan: a listed parcel is not built on before control or remediation reached its goal, which only
    the stage ``accepted`` says.
    """
    rows = parcels[parcels["date"] <= pd.Timestamp(context.as_of)]
    last = rows.sort_values("date", kind="stable").drop_duplicates("parcel_id", keep="last")
    is_early = (last["is_listed"] == "yes") & (last["is_built"] == "yes") & (last["stage"] != _REACHED)
    return last.assign(is_early=is_early).sort_values("parcel_id").reset_index(drop=True)


def use_changes(parcels: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Changes of a parcel's planned use to class 1 (homes, schools, public use), which have to be surveyed before.

    Returns
    -------
    ``parcel_id, place_code, date`` (of the state that first shows the new use), ``from_use, to_use, stage`` (then),
    ``is_surveyed`` (whether a survey was done by then).
    """
    rows = parcels[parcels["date"] <= pd.Timestamp(context.as_of)].sort_values(
        ["parcel_id", "date"], kind="stable"
    )
    before = rows.groupby("parcel_id")["planned_use"].shift()
    is_change = before.notna() & (rows["planned_use"] != before) & (rows["planned_use"] == "class1")
    found = rows.assign(from_use=before, to_use=rows["planned_use"], is_surveyed=rows["stage"] != "to_survey")
    return found[is_change.to_numpy(dtype=bool)][_CHANGES].reset_index(drop=True)


def unremedied_count(current: pd.DataFrame) -> pd.DataFrame:
    """Number of parcels built on too early, by the month of the register's latest state: ``period, value``."""
    last = current["date"].max()
    rows = [(f"{last:%Y-%m}", float(current["is_early"].sum()))] if len(current) else []
    return pd.DataFrame(rows, columns=["period", "value"])


def close_balances(wastes: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Waste balances of the city in its latest whole year, each closed or with its gap.

    Returns
    -------
    As :func:`helpers.standards.balance.balance_waste`, one row per kind and scope of the latest year reported.
    """
    own = wastes[(wastes["place_code"] == context.city.code) & wastes["period"].str.fullmatch(r"\d{4}")]
    own = own[own["period"].astype("int64") <= last_whole_year(context)]
    last = own[own["period"] == own["period"].max()]
    return balance_waste(last.reset_index(drop=True))


def waste_counties(wastes: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Waste produced in the counties against the city in the year of the balances.

    Returns
    -------
    ``kind, period, parts, total, gap`` (t) and ``n_counties`` for the kinds counties reported.
    """
    city = close_balances(wastes, context)
    known = set(land.counties(context.city.slug)["place_code"])
    rows = []
    for row in city.itertuples():
        part = wastes[
            wastes["place_code"].isin(known)
            & (wastes["period"] == row.period)
            & (wastes["kind"] == row.kind)
            & (wastes["scope"] == row.scope)
            & wastes["produced_t"].notna()
        ]
        if len(part) and not np.isnan(row.produced_t):
            total = float(part["produced_t"].sum())
            rows.append((row.kind, row.period, total, row.produced_t, total - row.produced_t, len(part)))
    return shape(rows, _WASTE_COUNTIES)


def rural_bodies(bodies: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Rural black-odorous waters at each ledger day.

    Returns
    -------
    ``date, n_bodies, n_eliminated, n_left, n_relapsed``.
    """
    rows = bodies[(bodies["area_kind"] == "rural") & (bodies["date"] <= pd.Timestamp(context.as_of))]
    is_done = rows["status"] == "eliminated"
    told = rows.assign(is_done=is_done, is_back=rows["status"] == "relapsed").groupby("date", as_index=False)
    told = told.agg(
        n_bodies=("body_id", "size"), n_eliminated=("is_done", "sum"), n_relapsed=("is_back", "sum")
    )
    return told.assign(n_left=told["n_bodies"] - told["n_eliminated"])[
        ["date", "n_bodies", "n_eliminated", "n_left", "n_relapsed"]
    ]
