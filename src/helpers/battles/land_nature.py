"""Counts of species with the effort behind them, and fire points within the city's box."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers.battles import fires
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape

_EFFORT = ["year", "method", "n_sites", "n_surveys", "effort_hours", "n_species", "n_individuals", "per_hour"]
_FIRES = kinds("int64 year; str span; float64 n; int64 n_days_covered n_days; bool is_whole")


def effort_table(counts: pd.DataFrame, group: str, context: Context) -> pd.DataFrame:
    """Counts of one group by year and method, with the effort that stands behind them.

    A survey is one site, day and method; its hours count once, however many species it found.

    Returns
    -------
    ``year, method, n_sites, n_surveys, effort_hours`` (NaN where a survey does not state its own), ``n_species`` (with at least one individual), ``n_individuals``,
    ``per_hour`` (individuals per hour of survey). Years of different methods or sites are not comparable.
    """
    rows = _until(counts, context)
    rows = rows[rows["species_group"] == group].assign(year=lambda table: table["date"].dt.year)
    key = ["year", "method"]
    surveys = rows.drop_duplicates([*key, "site", "date"])
    seen = rows[rows["individual_count"] > 0]
    table = pd.DataFrame(
        {
            "n_sites": surveys.groupby(key)["site"].nunique(),
            "n_surveys": surveys.groupby(key).size(),
            "effort_hours": surveys.groupby(key)["effort_hours"].agg(lambda hours: hours.sum(skipna=False)),
            "n_species": seen.groupby(key)["species"].nunique(),
            "n_individuals": rows.groupby(key)["individual_count"].sum(),
        }
    )
    table["n_species"] = table["n_species"].fillna(0).astype("int64")
    table["per_hour"] = table["n_individuals"] / table["effort_hours"].where(table["effort_hours"] > 0)
    return table.reset_index()[_EFFORT]


def species_list(counts: pd.DataFrame, group: str, context: Context) -> pd.DataFrame:
    """Species of one group ever found, with the year they were first and last found.

    Returns
    -------
    ``species, first_year, last_year, n_sites`` (in the last year), ``is_new`` (first found in the year of the report),
    new ones first.
    """
    rows = _until(counts, context)
    rows = rows[(rows["species_group"] == group) & (rows["individual_count"] > 0)]
    rows = rows.assign(year=rows["date"].dt.year)
    years = rows.groupby("species")["year"].agg(first_year="min", last_year="max")
    last = rows[rows["year"] == rows["species"].map(years["last_year"])]
    years["n_sites"] = last.groupby("species")["site"].nunique()
    years["is_new"] = years["first_year"] == context.as_of.year
    table = years.reset_index()[["species", "first_year", "last_year", "n_sites", "is_new"]]
    return table.sort_values(["is_new", "species"], ascending=[False, True], ignore_index=True)


def fire_years(points: pd.DataFrame, sources: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Fire points within the city's box by year, in all and within the straw-burning windows.

    Returns
    -------
    ``year, span`` (``year`` or the id of a window of ``city.yml``), ``n`` (NaN without a covered day), ``n_days_covered,
    n_days``, ``is_whole`` (satellite files cover every day of it, so that years compare), by year from the first with data.
    """
    known = points[points["time_local"] < pd.Timestamp(context.as_of) + pd.Timedelta(days=1)]
    covered = fires.covered_days(known, sources, until=context.as_of)
    rows = []
    for year in sorted(set(covered.year)):
        spans = {"year": (date(year, 1, 1), date(year, 12, 31))}
        spans |= {window.id: window.dates(year) for window in context.city.straw_windows}
        for name, days in spans.items():
            if days is not None:
                found = fires.count(known, context.city, *days, covered=covered)
                rows.append((year, name, *found, found.is_whole))
    return shape(rows, _FIRES)


def _until(counts: pd.DataFrame, context: Context) -> pd.DataFrame:
    return counts[counts["date"] <= pd.Timestamp(context.as_of)]
