"""Ledgers of areas as figures of the city: coverage, shares, change of one scope, gains and losses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from helpers.battles.context import Context
from helpers.battles.land_ledger import last_whole_year
from helpers.battles.ledger_rows import UNVERIFIED
from helpers.battles.shapes import kinds, shape
from helpers.errors import CoverageError, ParameterError, SchemaError
from helpers.registry import land
from helpers.standards import ecology
from helpers.standards.soil import safe_use_rate

_CITY = ["survey_year", "scope", "term", "kind", "value"]
_POINTS = kinds("int64 year; str scope; float64 value")
_FOREST = ("forest_bamboo", "forest_shrub", "forest_scattered")
_FAULTS = (CoverageError, ParameterError, SchemaError)  # parts above their whole, a whole of nothing, no area


def city_areas(areas: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Areas (ha) of the whole city by year, scope and kind, of the years that had ended.

    A row of the city itself stands; without one the rows of its zones are summed.

    Returns
    -------
    ``survey_year, scope, term`` (id of ``registry/land_terms.yml`` or ``""``), ``kind, value``.
    """
    rows = areas[(areas["measure"] == "area") & (areas["survey_year"] <= last_whole_year(context))]
    is_city = rows["zone"].isin([context.city.code, context.city.name_zh])
    key = ["survey_year", "scope", "kind"]
    own = rows[is_city].drop_duplicates(key, keep="last")[[*key, "value"]]
    summed = rows[~is_city].groupby(key, as_index=False)["value"].sum()
    told = pd.concat([own, summed]).drop_duplicates(key, keep="first")
    told = told.assign(term=pd.Series(map(land.area_term, told["kind"]), index=told.index, dtype="str"))
    return told.sort_values(key, kind="stable", ignore_index=True)[_CITY]


def areas_known(areas: pd.DataFrame, context: Context, *words: str) -> pd.DataFrame:
    """Rows of the years that had ended; with words only of terms of that beginning."""
    rows = areas[areas["survey_year"] <= last_whole_year(context)]
    told = [land.area_term(kind).startswith(words) if words else True for kind in rows["kind"]]
    return rows[np.array(told, dtype=bool)]


def wide_terms(city: pd.DataFrame) -> pd.DataFrame:
    """Known kinds as columns, one row per year and scope; kinds no ledger names are absent."""
    known = city[city["term"] != ""]
    return known.pivot_table(index=["survey_year", "scope"], columns="term", values="value", aggfunc="sum")


def forest_cover(wide: pd.DataFrame) -> pd.DataFrame:
    """Forest coverage (%) where arbor forest and the land area are reported together."""

    def cover(row: pd.Series) -> float:
        parts = [row["forest_arbor"], *(row[name] for name in _FOREST if not pd.isna(row.get(name)))]
        return float(ecology.forest_coverage(parts, row["land"]))

    return _each(wide, ("forest_arbor", "land"), cover)


def share(wide: pd.DataFrame, part: str, whole: str) -> pd.DataFrame:
    """Share (%) of one kind in another, two decimals, where both are reported together."""
    return _each(
        wide, (part, whole), lambda row: float(ecology.wetland_protection_rate(row[part], row[whole]))
    )


def safe_use(wide: pd.DataFrame) -> pd.DataFrame:
    """Safe-use rate of contaminated farmland (%) where the terms of its definition are reported together."""
    names = ("contaminated_light", "contaminated_safe", "contaminated_strict", "contaminated")
    return _each(
        wide,
        names,
        lambda row: float(safe_use_rate(*(row[name] for name in names[:3]), total=row["contaminated"])),
    )


def grass_cover(areas: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Comprehensive vegetation cover of grassland (%), weighted by the area of its types.

    Returns
    -------
    ``year, scope, value``; and the types behind it: ``year, scope, zone, kind, area, cover`` (ha, %). A year in which
    a type has a cover and no area has a missing value: the rest would stand for the whole.
    """
    known = areas[areas["survey_year"] <= last_whole_year(context)]
    key = ["survey_year", "scope", "zone", "kind"]
    cover = known[known["measure"] == "cover"].set_index(key)["value"]
    area = known[known["measure"] == "area"].set_index(key)["value"]
    types = cover.rename("cover").to_frame().join(area.rename("area")).reset_index()
    types = types.rename(columns={"survey_year": "year"})
    is_city = types["zone"].isin([context.city.code, context.city.name_zh])
    whole = types.loc[is_city, ["year", "scope"]].drop_duplicates().assign(has_city=True)
    types = types.assign(is_city=is_city).merge(whole, on=["year", "scope"], how="left")
    types = types[types["is_city"] | types["has_city"].isna()][
        ["year", "scope", "zone", "kind", "area", "cover"]
    ]
    rows = []
    for (year, scope), part in types.groupby(["year", "scope"]):
        rows.append((int(year), scope, _attempt(lambda part=part: float(ecology.grassland_cover(part)))))
    return shape(rows, _POINTS), types.reset_index(drop=True)


def area_change(points: pd.DataFrame) -> pd.DataFrame:
    """Change from the first to the last survey of the scope the last survey was made in.

    Parameters
    ----------
    points
        ``year, scope, value`` (ha).

    Returns
    -------
    ``year`` (of the last survey), ``scope, value`` (ha); no row without two surveys of that scope.
    """
    ordered = points.sort_values("year", kind="stable")
    own = ordered[ordered["scope"] == ordered["scope"].iloc[-1]] if len(ordered) else ordered
    if len(own) < 2:
        return points[:0]
    return own.tail(1).assign(value=own["value"].iloc[-1] - own["value"].iloc[0])


def as_figures(points: pd.DataFrame, areas: pd.DataFrame, *caveats: str) -> pd.DataFrame:
    """Yearly points made of a table of areas, for :func:`helpers.battles.land_ledger.merge_computed`."""
    return points.assign(
        period=points["year"].astype("int64").astype("str"),
        source_id=";".join(sorted(set(areas["source_id"]))),
        caveats=";".join((UNVERIFIED, *caveats)),
    )[["period", "value", "scope", "source_id", "caveats"]]


def list_contradictions(points: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Years whose areas contradict each other, so that nothing was computed: ``indicator_id, year``."""
    rows = [
        (name, int(year))
        for name, table in points.items()
        for year in table.loc[table["value"].isna(), "year"]
    ]
    return shape(rows, kinds("str indicator_id; int64 year"))


def term_points(city: pd.DataFrame, term: str) -> pd.DataFrame:
    """Areas of one kind: ``year, scope, value`` (ha)."""
    rows = city[city["term"] == term].rename(columns={"survey_year": "year"})
    return rows[["year", "scope", "value"]].reset_index(drop=True)


def gains_and_losses(city: pd.DataFrame) -> pd.DataFrame:
    """Gains and losses of forest (ha, losses negative) in the latest year with any: ``year, term, value``."""
    rows = city[city["term"].str.startswith(("gain_", "loss_"))]
    rows = rows[rows["survey_year"] == rows["survey_year"].max()]
    signed = rows["value"].where(rows["term"].str.startswith("gain_"), -rows["value"])
    return pd.DataFrame({"year": rows["survey_year"], "term": rows["term"], "value": signed}).reset_index(
        drop=True
    )


def _each(wide: pd.DataFrame, needed: Sequence[str], rule: Callable[[pd.Series], float]) -> pd.DataFrame:
    """Apply a rule where all it needs is there: ``year, scope, value``, NaN where the areas contradict each other."""
    rows = []
    if set(needed) <= set(wide.columns):
        for (year, scope), row in wide.dropna(subset=list(needed)).iterrows():
            rows.append((int(year), scope, _attempt(lambda row=row: rule(row))))
    return shape(rows, _POINTS)


def _attempt(rule: Callable[[], float]) -> float:
    try:
        return rule()
    except _FAULTS:
        return np.nan
