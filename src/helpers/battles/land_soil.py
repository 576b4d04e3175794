"""Soil samples by zone, never by point: organic matter of two surveys, risk classes, pollution index, groundwater."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cnstandards import soil
from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.statistics.rank_trend import rank_trend
from helpers.statistics.survey import MINIMUM_N, compliance_rates, design_means
from helpers.statistics.survey_change import mean_change

_CHANGE = kinds(
    "str zone depth; int64 first last n; float64 before after difference low high minimum_detectable; str status"
)
_LEVELS = kinds("str name period; float64 value low high; int64 n")
_PAIRS = kinds("str zone sample_id depth; int64 first last; float64 before after")
_CLASSES = kinds(
    "str zone; int64 n; float64 priority safe_use strict undetermined rate_pct low_pct high_pct; str status"
)
_BASIS = kinds("float64 year; str depth; int64 n n_preliminary n_undetermined n_incomplete")
_INDEX = kinds("str zone; int64 n; float64 median_index clean_share_pct; str largest status")
_POINTS = kinds(
    "str point_id; datetime64[s] date; float64 class_number; str decisive; int64 n_items; float64 previous_class;"
    "str rising falling unjudged; int64 n_years"
)


def known_samples(samples: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Samples taken by the day of the report, without their positions, with the year of their survey.

    The year of a survey is that of most of its samples; samples without a day are taken with the rest of their survey.
    """
    rows = samples[samples["sample_date"].isna() | (samples["sample_date"] <= pd.Timestamp(context.as_of))]
    years = rows.groupby("survey")["sample_date"].median().dt.year
    return rows.drop(columns=["longitude", "latitude"]).assign(year=rows["survey"].map(years))


def paired_matter(samples: pd.DataFrame) -> pd.DataFrame:
    """Organic matter of points sampled in the first and in the last survey, one row a point and depth.

    Returns
    -------
    ``zone, sample_id, depth, first, last`` (years of the surveys), ``before, after`` (g/kg).
    """
    matter = samples[(samples["item"] == "SOM") & (samples["medium"] == "soil") & samples["year"].notna()]
    parts = []
    for depth, part in matter.groupby("depth"):
        surveys = part.groupby("survey")["year"].first().sort_values(kind="stable")
        if len(surveys) < 2:
            continue
        ends = [part[part["survey"] == name] for name in (surveys.index[0], surveys.index[-1])]
        both = ends[0].merge(ends[1], on="sample_id", suffixes=("_before", "_after"))
        both = both.rename(columns={"value_before": "before", "value_after": "after", "zone_after": "zone"})
        parts.append(both.assign(depth=depth, first=int(surveys.iloc[0]), last=int(surveys.iloc[-1])))
    return shape(pd.concat(parts) if parts else [], _PAIRS)


def matter_change(pairs: pd.DataFrame) -> pd.DataFrame:
    """Change of organic matter by zone and depth between two surveys of the same points.

    Returns
    -------
    ``zone, depth, first, last, n, before, after, difference, low, high`` (95 %), ``minimum_detectable`` (g/kg),
    ``status``; the numbers of a group with fewer than five points are suppressed.
    """
    rows = []
    for (zone, depth), part in pairs.groupby(["zone", "depth"]):
        found = mean_change(part["before"].to_numpy(float), part["after"].to_numpy(float))
        row = {name: getattr(found, name) for name in _CHANGE if hasattr(found, name)}
        rows.append(
            row | {"zone": zone, "depth": depth, "first": part["first"].iloc[0], "last": part["last"].iloc[0]}
        )
    return shape(rows, _CHANGE)


def matter_levels(pairs: pd.DataFrame, depth: str) -> pd.DataFrame:
    """Means of the paired points of one depth at both surveys: ``name, period, value, low, high, n`` (g/kg)."""
    part = pairs[pairs["depth"] == depth]
    long = pd.concat(
        [
            part.assign(period=part["first"].astype("str"), value=part["before"]),
            part.assign(period=part["last"].astype("str"), value=part["after"]),
        ]
    )
    found = design_means(long, by=["zone", "period"])
    told = found.rename(columns={"zone": "name", "estimate": "value"})
    return shape(told, _LEVELS)


def latest_farmland(samples: pd.DataFrame) -> pd.DataFrame:
    """Farmland samples of the latest survey that measured items of GB 15618, in its shallowest layer."""
    rows = samples[samples["land_use"].isin(soil.LAND_USES) & samples["item"].isin(soil.items())]
    if rows["year"].notna().any():
        rows = rows[rows["year"] == rows["year"].max()]
    top = min(rows["depth"], key=_upper_end, default="")
    return rows[rows["depth"] == top]


def _upper_end(depth: str) -> float:
    number = depth.split("-")[0]
    return float(number) if number.replace(".", "", 1).isdigit() else np.inf


def risk_table(farmland: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Risk classes by zone, and of all zones that are shown; and the samples behind them, without place.

    Returns
    -------
    ``zone`` (``""`` for all zones shown), ``n, priority, safe_use, strict, undetermined`` (samples),
    ``rate_pct, low_pct, high_pct`` (at most the screening value, 95 %), ``status``. The numbers of a zone with fewer
    than five samples are suppressed, and the zone does not enter the sum, from which they could be told.
    """
    if farmland.empty:
        return shape([], _CLASSES), pd.DataFrame()
    classed = soil.classify_farmland(farmland)
    told = classed.assign(
        is_met=(classed["risk"] == "priority").where(classed["risk"] != "").astype("boolean")
    )
    counts = classed.assign(risk=classed["risk"].replace("", "undetermined"))
    counts = counts.groupby(["zone", "risk"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[*soil.RISKS, "undetermined"], fill_value=0)
    by_zone = compliance_rates(told, by=["zone"]).drop(columns="n_met").join(counts, on="zone")
    hidden = by_zone["status"] != "ok"
    by_zone[list(counts.columns)] = by_zone[list(counts.columns)].astype("float64").mask(hidden)
    shown = by_zone.loc[~hidden, "zone"]
    whole = compliance_rates(told[told["zone"].isin(shown)], by=[]).assign(
        zone="", **counts.loc[shown].sum().to_dict()
    )
    parts = [by_zone, whole] if len(shown) else [by_zone]
    return shape(pd.concat(parts), _CLASSES), classed


def risk_basis(classed: pd.DataFrame, farmland: pd.DataFrame) -> pd.DataFrame:
    """What the classes rest on, in one row; none without classes.

    Returns
    -------
    ``year`` (of the survey; NaN where it has no dates), ``depth`` (may be empty), ``n`` (samples), ``n_preliminary``
    (without produce), ``n_undetermined`` (without class), ``n_incomplete``.
    """
    if classed.empty:
        return shape([], _BASIS)
    row = {
        "year": farmland["year"].iloc[0],
        "depth": farmland["depth"].iloc[0],
        "n": len(classed),
        "n_preliminary": int(classed["is_preliminary"].sum()),
        "n_undetermined": int((classed["risk"] == "").sum()),
        "n_incomplete": int((~classed["is_complete"]).sum()),
    }
    return shape([row], _BASIS)


def index_table(farmland: pd.DataFrame) -> pd.DataFrame:
    """Nemerow index by zone: ``zone, n, median_index, clean_share_pct`` (index at most 1), ``largest`` (item most often
    largest), ``status``; suppressed below five samples."""
    rows = []
    found = soil.nemerow_table(farmland) if len(farmland) else pd.DataFrame({"zone": []})
    for zone, part in found.groupby("zone"):
        values = part["nemerow_index"].dropna()
        is_ok = len(values) >= MINIMUM_N
        rows.append(
            {
                "zone": zone,
                "n": len(values),
                "median_index": values.median() if is_ok else np.nan,
                "clean_share_pct": 100 * (values <= 1).mean() if is_ok else np.nan,
                "largest": part["largest"].mode().iloc[0] if is_ok else "",
                "status": "ok" if is_ok else "suppressed",
            }
        )
    return shape(rows, _INDEX)


def limits_in_use(limits: pd.DataFrame) -> pd.DataFrame:
    """Limits of one basis: of several the last by name, since editions carry their year."""
    return limits[limits["basis"] == limits["basis"].max()] if len(limits) else limits


def point_table(groundwater: pd.DataFrame, limits: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Latest class of each groundwater point, the one before, and items whose yearly means rise or fall.

    Returns
    -------
    ``point_id, date, class_number`` (NaN without limits), ``decisive, n_items, previous_class, rising, falling`` (items
    whose 95 % interval of the slope excludes zero, from at least six years, joined by ``;``), ``n_years``.
    """
    rows = groundwater[groundwater["date"] <= pd.Timestamp(context.as_of)]
    if rows.empty:
        return shape([], _POINTS)
    if len(limits):
        classed = soil.classify_groundwater(rows, limits=limits_in_use(limits))
    else:
        classed = (
            rows[["point_id", "date"]]
            .drop_duplicates()
            .assign(class_number=np.nan, decisive="", n_items=0, unjudged="")
        )
    classed = classed.sort_values(["point_id", "date"], kind="stable")
    classed["previous_class"] = classed.groupby("point_id")["class_number"].shift()
    last = classed.drop_duplicates("point_id", keep="last").set_index("point_id")
    moves = _item_moves(rows)
    for side, name in (("up", "rising"), ("down", "falling")):
        last[name] = [";".join(moves.get((point, side), ())) for point in last.index]
    last["n_years"] = rows.groupby("point_id")["date"].agg(lambda days: days.dt.year.nunique())
    return shape(last.reset_index(), _POINTS)


def _item_moves(rows: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Items of each point with a clear rise or fall of yearly means; series with censored values are left out."""
    moves: dict[tuple[str, str], list[str]] = {}
    yearly = rows.assign(year=rows["date"].dt.year).groupby(["point_id", "item"])
    for (point, item), part in yearly:
        if part["is_censored"].any():
            continue
        found = rank_trend(part.groupby("year")["value"].mean(), kind="annual")
        if found.status == "ok" and (found.low > 0 or found.high < 0):
            moves.setdefault((point, "up" if found.low > 0 else "down"), []).append(str(item))
    return moves
