"""Vegetation indices of zones: monthly values weighted by quality, their trend, and the season against past years."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from helpers.battles.context import Context
from helpers.battles.shapes import kinds, shape
from helpers.errors import CoverageError
from helpers.registry import land
from helpers.standards import ecology
from helpers.statistics.rank_trend import rank_trend

WEIGHTS = {"good": 1.0, "marginal": 0.5}
"""Weight of a composite by its SummaryQA; snow, cloud and unknown quality do not count (the suite's own choice)."""
INDEX = "NDVI"
TREND_YEARS, BAND_YEARS, MINIMUM_BAND_YEARS = 10, 10, 5
_TREND = kinds(
    "str zone term index; float64 estimate low high likelihood_up; int64 n n_missing; float64 good_share_pct;"
    "str status reason"
)
_MONTHS = kinds("str zone; datetime64[s] month; float64 value; int64 n n_good")
SEASON = kinds("datetime64[s] date; float64 value median low high; int64 n_years; float64 precipitation_mm")


def seen_zones(vegetation: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the composites of the city's own zones from others, by the day of the report: a site elsewhere says nothing.

    A zone is the city's own when its name holds a word of ``registry/land_terms.yml`` (林, 草, …), the name of the city,
    of one of its counties or lakes, or when ``land.yml`` lists it.

    """
    known = land.land(context.city.slug)
    places = (context.city, *known.counties, *known.lakes)
    words = {word for one in places for word in (one.name_zh, one.name_en)} | set(known.zones)
    words |= {one.code for one in (context.city, *known.counties)}
    is_own = {
        zone: bool(land.zone_term(zone)) or any(word in zone for word in words)
        for zone in sorted(set(vegetation["zone"]))
    }
    rows = vegetation[(vegetation["index"] == INDEX) & (vegetation["date"] <= pd.Timestamp(context.as_of))]
    mask = rows["zone"].map(is_own).astype("bool")
    return rows[mask], rows[~mask]


def list_zones(composites: pd.DataFrame) -> pd.DataFrame:
    """List zones with what there is of them: ``zone, first, last`` (days), ``n`` (composites)."""
    found = composites.groupby("zone", as_index=False)["date"].agg(first="min", last="max", n="size")
    return shape(found, kinds("str zone; datetime64[s] first last; int64 n"))


def growing_months(vegetation: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Monthly means of the growing season by zone, composites weighted by quality.

    A composite belongs to the month in which its pixel was seen (its first day where that is not told).

    Returns
    -------
    ``zone, month`` (first day), ``value``, and ``n``, ``n_good`` (composites, and those of quality good).
    """
    rows = vegetation[vegetation["index"] == INDEX]
    seen = rows["pixel_date"].fillna(rows["date"])
    rows = rows.assign(seen=seen, weight=rows["quality"].map(WEIGHTS).astype("float64").fillna(0.0))
    rows = rows[rows["seen"] <= pd.Timestamp(context.as_of)]
    first, last = (int(text[:2]) for text in _season(context))
    rows = rows[rows["seen"].dt.month.between(first, last)]
    rows = rows.assign(month=rows["seen"].dt.to_period("M").dt.to_timestamp().astype("datetime64[s]"))
    rows = rows.assign(weighted=rows["value"] * rows["weight"], is_good=rows["quality"] == "good")
    months = rows.groupby(["zone", "month"], as_index=False).agg(
        weighted=("weighted", "sum"), weight=("weight", "sum"), n=("value", "size"), n_good=("is_good", "sum")
    )
    months["value"] = (months["weighted"] / months["weight"]).where(months["weight"] > 0)
    return shape(months, _MONTHS)


def _season(context: Context) -> tuple[str, str]:
    window = land.land(context.city.slug).growing_season
    return window.start, window.end


def trend_table(months: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Trend of the last ten years of each zone, by seasonal Kendall with covariance between months.

    Returns
    -------
    ``zone, term`` (what kind of zone, by its name), ``index, estimate, low, high`` (index per year, 95 %),
    ``likelihood_up, n, n_missing`` (months), ``good_share_pct`` (composites of quality good), ``status, reason``.
    """
    first = pd.Timestamp(context.as_of.year - TREND_YEARS + 1, 1, 1)
    rows = []
    for zone, part in months[months["month"] >= first].groupby("zone"):
        found = asdict(rank_trend(part.set_index("month")["value"]))
        n_expected = int(part["month"].dt.year.nunique() * part["month"].dt.month.nunique())
        rows.append(
            found
            | {
                "zone": zone,
                "term": land.zone_term(str(zone)),
                "index": INDEX,
                "n_missing": n_expected - found["n"],
                "good_share_pct": 100 * part["n_good"].sum() / part["n"].sum(),
            }
        )
    table = shape(rows, _TREND)
    order = {term: place for place, term in enumerate(land.terms().zones)}
    ranks = table["term"].map(order).fillna(len(order))
    return shape(table.assign(rank=ranks).sort_values(["rank", "zone"]), _TREND)


def cover_ends(vegetation: pd.DataFrame) -> tuple[float, float] | None:
    """NDVI of bare soil and of full cover, one pair for all zones and years; None without enough good values."""
    rows = vegetation[(vegetation["index"] == INDEX) & vegetation["quality"].isin(list(WEIGHTS))]
    try:
        return ecology.vegetation_ends(rows["value"].to_numpy())
    except CoverageError:
        return None


def season_table(
    vegetation: pd.DataFrame, ends: tuple[float, float], zones: list[str], context: Context
) -> pd.DataFrame:
    """Fractional vegetation cover of some zones in the year of the report over the range of up to ten past years.

    Only composites of quality good or marginal count; one under cloud or snow is a gap.

    Returns
    -------
    ``date`` (first day of the composite), ``value`` (%), ``median, low, high`` (10–90 %, NaN with fewer than five past
    years), ``n_years, precipitation_mm`` (NaN until :func:`add_rain`).
    """
    year = context.as_of.year
    rows = vegetation[(vegetation["index"] == INDEX) & vegetation["zone"].isin(zones)]
    rows = rows[rows["date"] <= pd.Timestamp(context.as_of)]
    rows = rows[rows["date"].dt.year.between(year - BAND_YEARS, year)]
    cover = 100 * ecology.vegetation_cover(rows["value"].to_numpy(), soil=ends[0], vegetation=ends[1])
    is_usable = rows["quality"].isin(list(WEIGHTS)).to_numpy()
    steps = pd.DataFrame(
        {
            "zone": rows["zone"].to_numpy(),
            "step": (rows["date"].dt.day_of_year.to_numpy() - 1) // 16,
            "year": rows["date"].dt.year.to_numpy(),
            "cover": np.where(is_usable, cover, np.nan),
        }
    )
    wide = _mean_of_zones(steps)
    past = wide.drop(columns=year, errors="ignore")
    enough = past.notna().sum(axis=1) >= MINIMUM_BAND_YEARS
    told = pd.DataFrame(
        {name: past.quantile(level, axis=1) for name, level in (("median", 0.5), ("low", 0.1), ("high", 0.9))}
    ).where(enough)
    starts = pd.Timestamp(year, 1, 1) + pd.to_timedelta(16 * wide.index.to_numpy(), unit="D")
    told.insert(0, "value", wide.get(year, np.nan))
    told.insert(0, "date", starts.astype("datetime64[s]"))
    told = told.assign(n_years=past.notna().sum(axis=1), precipitation_mm=np.nan)
    return shape(told, SEASON)


def _mean_of_zones(steps: pd.DataFrame) -> pd.DataFrame:
    """Mean cover by step (rows) and year; a step that one of the year's zones lacks is a gap, lest the mix change."""
    n_zones = steps.groupby("year")["zone"].nunique()
    found = steps.groupby(["step", "year"])["cover"].agg(["mean", "count"]).reset_index()
    found["mean"] = found["mean"].where(found["count"] == found["year"].map(n_zones))
    return found.pivot(index="step", columns="year", values="mean")


def add_rain(season: pd.DataFrame, weather: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Give the precipitation (mm) of each 16-day step; NaN for steps with a day without a value."""
    days = weather.set_index("date")["precipitation_mm"]
    days = days[days.index <= pd.Timestamp(context.as_of)]
    year_end = pd.Timestamp(context.as_of.year, 12, 31)
    sums = []
    for start in season["date"]:
        span = pd.date_range(start, min(start + pd.Timedelta(days=15), year_end), freq="D")
        sums.append(days.reindex(span).sum(min_count=len(span)))
    return season.assign(precipitation_mm=np.array(sums, dtype=float))
