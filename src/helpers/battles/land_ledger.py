"""Ledgers of the land battles: computed figures beside reported ones, yearly history, and counties against the city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from helpers import registry, store
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.periods import Period
from helpers.registry import land
from helpers.schemas import ORIGIN
from helpers.standards.balance import balance_parts

_DIFFERENCES = ["indicator_id", "period", "reported", "computed"]
_YEARS = kinds("str indicator_id; int64 year; float64 value; str scope")
_COUNTIES = kinds("str indicator_id place_code name_zh name_en; int64 year; float64 value")
_BALANCES = kinds(
    "str indicator_id; int64 year; float64 parts total gap; bool is_closed; str missing_zh missing_en"
)


def merge_computed(
    ledger: pd.DataFrame, computed: Mapping[str, pd.DataFrame], context: Context, *, differs: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put computed figures in the place of reported ones of the same indicator, place and period.

    Parameters
    ----------
    computed
        Indicator → ``period`` (``2024`` or ``2024-06``), ``value`` (own unit; missing ones are left out), ``scope`` (what
        the figure covers, in the words of the ledger it was computed from), ``source_id``, ``caveats`` (joined by ``;``),
        and, where they are known, ``n`` and ``expected`` records behind it.
    differs
        Caveat of a computed figure that differs from the reported one.

    Returns
    -------
    The ledger with the computed rows, for :func:`helpers.battles.ledger_rows.observations`; and where both exist and
    differ: ``indicator_id, period, reported, computed`` in the unit of the indicator.
    """
    parts = [_as_ledger(name, table, context) for name, table in computed.items()]
    made = pd.concat([part for part in parts if len(part)] or [store.empty("ledger")], ignore_index=True)
    key = ["indicator_id", "place_code", "period"]
    both = made[[*key, "value"]].merge(ledger[[*key, "value"]], on=key, suffixes=("_computed", "_reported"))
    told = both[both["value_reported"] != both["value_computed"]]
    differing = pd.MultiIndex.from_frame(made[key]).isin(pd.MultiIndex.from_frame(told[key]))
    if differs and len(made):
        made["caveats"] = made["caveats"].mask(differing, made["caveats"] + f";{differs}").str.strip(";")
    kept = ledger[~pd.MultiIndex.from_frame(ledger[key]).isin(pd.MultiIndex.from_frame(made[key]))]
    told = told.rename(columns={"value_reported": "reported", "value_computed": "computed"})
    return pd.concat([kept, made], ignore_index=True), told[_DIFFERENCES].reset_index(drop=True)


def _as_ledger(indicator_id: str, figures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Computed figures of the city as rows of ``ledger``, so that one rule judges both."""
    return figures.dropna(subset=["value"]).assign(
        indicator_id=indicator_id,
        place_code=context.city.code,
        unit=registry.indicator(indicator_id).unit,
        status="final",
        flag="",
        **dict.fromkeys(ORIGIN, ""),
    )


def year_values(ledger: pd.DataFrame, indicator_ids: Iterable[str], context: Context) -> pd.DataFrame:
    """Whole years of the city that had ended by the day of the report.

    Returns
    -------
    ``indicator_id, year, value, scope``, by indicator and year; a year reported under two scopes has two rows.
    """
    own = ledger[
        (ledger["place_code"] == context.city.code) & ledger["indicator_id"].isin(list(indicator_ids))
    ]
    return shape(_whole_years(own, context), _YEARS)


def latest_scope(years: pd.DataFrame) -> pd.DataFrame:
    """Of each indicator only the years of the scope it was last reported in: scopes never share a series."""
    parts = [
        part[part["scope"] == part.sort_values("year", kind="stable")["scope"].iloc[-1]]
        for _, part in years.groupby("indicator_id", sort=False)
    ]
    return pd.concat(parts, ignore_index=True) if parts else years


def county_values(ledger: pd.DataFrame, indicator_ids: Iterable[str], context: Context) -> pd.DataFrame:
    """Values of the counties in the latest year any of them reported, for each indicator.

    Returns
    -------
    ``indicator_id, place_code, name_zh, name_en, year, value``: the counties that belonged to the city at the
    end of that year, in the order of the city's file; NaN where a county did not report.
    """
    known = land.counties(context.city.slug)
    parts = []
    for indicator_id in indicator_ids:
        rows = ledger[
            (ledger["indicator_id"] == indicator_id) & ledger["place_code"].isin(known["place_code"])
        ]
        rows = _whole_years(rows, context)
        if rows.empty:
            continue
        year = int(rows["year"].max())
        values = rows[rows["year"] == year].drop_duplicates("place_code").set_index("place_code")["value"]
        there = known[known["joined"].isna() | (known["joined"] <= pd.Timestamp(year, 12, 31))]
        parts.append(
            there.assign(indicator_id=indicator_id, year=year, value=there["place_code"].map(values))
        )
    return shape(pd.concat(parts) if parts else [], _COUNTIES)


def balance_counties(counties: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Compare the sum of the counties with what was reported for the city in the same year.

    Parameters
    ----------
    counties, years
        As :func:`county_values` and :func:`year_values` give them.

    Returns
    -------
    One row per indicator: ``year, parts`` (sum of the counties that reported; NaN where only places that were not yet
    part of the city did), ``total`` (NaN where the city was not reported), ``gap`` (sum less total, exact), ``is_closed``, ``missing_zh, missing_en`` (counties without a value).
    """
    rows = []
    for indicator_id, part in counties.groupby("indicator_id", sort=False):
        year = int(part["year"].iloc[0])
        there, absent = part[part["value"].notna()], part[part["value"].isna()]
        city = years[(years["indicator_id"] == indicator_id) & (years["year"] == year)]["value"]
        row = {"indicator_id": indicator_id, "year": year, "is_closed": False}
        row |= {"missing_zh": "、".join(absent["name_zh"]), "missing_en": ", ".join(absent["name_en"])}
        total = float(city.iloc[-1]) if len(city) else 0.0
        if len(there):
            found = balance_parts(there["value"].tolist(), total)
            row["parts"] = float(found.parts)
            row |= {"gap": float(found.gap), "is_closed": found.is_closed} if len(city) else {}
        rows.append(row | ({"total": total} if len(city) else {}))
    return shape(rows, _BALANCES)


def last_whole_year(context: Context) -> int:
    """Last calendar year that had ended on the day of the report."""
    return context.as_of.year - ((context.as_of.month, context.as_of.day) != (12, 31))


def ended(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Keep the figures whose period had ended by the day of the report, with its ``year`` and ``is_year``."""
    spans = [Period.parse(text) for text in rows["period"]]
    told = rows.assign(year=[span.year for span in spans], is_year=[span.is_year for span in spans])
    return told[np.array([span.end <= context.as_of for span in spans], dtype=bool)]


def _whole_years(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    table = ended(rows, context)
    table = table[table["is_year"].astype(bool)]
    return table.sort_values(["indicator_id", "year"], kind="stable")


def published_figures(battle: str, context: Context) -> pd.DataFrame:
    """Published figures the page of a battle shows, with names and areas in both languages.

    Returns
    -------
    The columns of :func:`helpers.registry.published` and ``name_en, area_en``. Other scopes of one indicator, which are
    not shown beside its series, are listed too: here each stands under its own scope.
    """
    known = land.land(context.city.slug)
    names = {one.name_zh: one.name_en for one in known.published if one.battle == battle}
    areas = {one.name_zh: one.name_en for one in known.published_areas}
    rows = registry.published(context.city.slug)
    is_of_city = rows["area_zh"] != context.city.province_zh
    rows = rows[rows["name_zh"].isin(list(names)) & rows["value"].notna() & is_of_city]
    return rows.assign(
        name_en=rows["name_zh"].map(names), area_en=[areas.get(area, area) for area in rows["area_zh"]]
    ).reset_index(drop=True)
