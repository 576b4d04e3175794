"""Soil surveys by zone, never by point: ``fb.soil.matter()``; zones with fewer than five samples stay silent."""

from __future__ import annotations

import pandas as pd

from helpers.battles import land_soil
from helpers.explore.frames import describe
from helpers.explore.words import both, place_name
from helpers.explore.workspace import current
from helpers.run.parameters import one_of

__all__ = ["change", "depths", "matter", "risk"]


def __dir__() -> list[str]:
    return __all__


def depths() -> list[str]:
    """Depths (cm) that were sampled at the same points in the first and in the last survey."""
    return sorted(set(_pairs()["depth"]))


def matter(depth: str | None = None) -> pd.DataFrame:
    """Organic matter by zone at two surveys of the same points, with 95 % intervals.

    Parameters
    ----------
    depth
        Such as ``0-20`` (cm); None: the shallowest.

    Returns
    -------
    ``zone, survey`` (year), ``value_g_kg, low_g_kg, high_g_kg, n`` (paired points); NaN below five points.

    ::

        value_g_kg
          26 | A---A
          22 | B----B     2021 -> 2025
             +----------
    """
    told = _chosen(depth)
    table = land_soil.matter_levels(_pairs(), told)
    names = {"name": "zone", "period": "survey"} | {part: f"{part}_g_kg" for part in ("value", "low", "high")}
    return _describe(
        table.rename(columns=names),
        _matter_files(told),
        "value_g_kg",
        "g_kg",
        both("names.matter", depth=(told,) * 2),
        1,
    )


def change(depth: str | None = None) -> pd.DataFrame:
    """Change of organic matter by zone between two surveys of the same points (paired t, 95 %).

    Parameters
    ----------
    depth
        As in :func:`matter`.

    Returns
    -------
    ``zone, first, last`` (years), ``n, before_g_kg, after_g_kg, value_g_kg`` (after less before) ``, low_g_kg,
    high_g_kg, minimum_detectable_g_kg, status``: an interval that holds zero shows no change, not no difference.

    ::

        zone A   |--o--|     :
        zone B       |---o---:-|      g/kg; : is zero
    """
    told = _chosen(depth)
    found = land_soil.matter_change(_pairs())
    parts = {name: f"{name}_g_kg" for name in ("before", "after", "low", "high", "minimum_detectable")}
    table = found[found["depth"] == told].rename(columns=parts | {"difference": "value_g_kg"})
    return _describe(
        table.drop(columns="depth"),
        _matter_files(told),
        "value_g_kg",
        "g_kg",
        both("names.matter_change", depth=(told,) * 2),
        1,
    )


def risk() -> pd.DataFrame:
    """Share of farmland samples of the latest survey at most at the risk screening value (GB 15618), by zone.

    Returns
    -------
    ``zone, value_pct, low_pct, high_pct`` (exact 95 %), ``n`` and the samples of each class: ``priority, safe_use,
    strict, undetermined``.

    ::

        zone A        |---o-|   80 of 100 samples
        zone B          |--o|   %
    """
    farmland = land_soil.latest_farmland(_samples())
    table, _ = land_soil.risk_table(farmland)
    table = table[table["zone"] != ""].rename(columns={"rate_pct": "value_pct"}).drop(columns="status")
    return _describe(table, farmland["source_id"], "value_pct", "pct", both("names.risk"), 1)


def _samples() -> pd.DataFrame:
    received, context = current().table("soil_samples"), current().run.context
    return current().keep("soil", lambda: land_soil.known_samples(received, context))


def _pairs() -> pd.DataFrame:
    return current().keep("soil pairs", lambda: land_soil.paired_matter(_samples()))


def _matter_files(depth: str) -> pd.Series:
    """Files of the samples of organic matter at one depth in the two surveys that are compared."""
    rows, pairs = _samples(), _pairs()
    pairs = pairs[pairs["depth"] == depth]
    is_own = (rows["item"] == "SOM") & (rows["depth"] == depth) & rows["sample_id"].isin(pairs["sample_id"])
    return rows.loc[is_own & rows["year"].isin({*pairs["first"], *pairs["last"]}), "source_id"]


def _chosen(depth: str | None) -> str:
    known = depths()
    return one_of("depth", depth or min(known, default=""), known)


def _describe(
    table: pd.DataFrame, files: pd.Series, value: str, unit: str, name: tuple[str, str], decimals: int
) -> pd.DataFrame:
    lang = current().run.lang
    table = table.assign(zone=[place_name(zone, lang) for zone in table["zone"]])
    years = [int(year) for name in ("survey", "first", "last") if name in table for year in table[name]]
    told = {"period": f"{min(years)}/{max(years)}"} if years else {}
    return describe(
        table,
        value=value,
        unit=unit,
        name=name,
        place=both("zones"),
        files=files,
        decimals=decimals,
        **told,
    )
