"""Trends of single sections and items, and how the flood season differs from the season of ice."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import numpy as np
import pandas as pd
from statsmodels.nonparametric.smoothers_lowess import lowess

from helpers.battles.judgement import trend_word
from helpers.battles.shapes import shape
from helpers.battles.spans import Span
from helpers.battles.water_months import WaterMonths, has_classes, month_classes
from helpers.battles.water_tables import ICE_MONTHS, TARGET_CLASS, named_table, section_ids
from helpers.standards.surface_water.grid import share_pct
from helpers.statistics.rank_trend import MINIMUM_MONTHS, rank_trend, tie_below_limit
from helpers.statistics.survey_change import mean_change

TREND_ITEMS = ("DO", "CODMn", "COD", "NH3-N", "TP")
FLOOD_MONTHS = (6, 7, 8, 9)
TREND_YEARS, SEASON_YEARS = 10, 5
_FLOW = "Flow"
_SPAN_OF_LOWESS = 0.5  # share of the months behind each point of the curve over flow
_HIGHER_IS_BETTER = ("DO",)
_TRENDS = dict.fromkeys(
    ("section_id", "name_zh", "name_en", "river_zh", "river_en", "item", "adjustment"), "str"
)
_TRENDS |= dict.fromkeys(("estimate", "low", "high", "p", "likelihood_down"), "float64")
_TRENDS |= dict.fromkeys(("n", "n_missing", "n_censored"), "int64")
_TRENDS |= dict.fromkeys(("status", "reason", "word"), "str")
_COUNTS = dict.fromkeys(("n_series", "n_tested", "n_sections_free_of_flow"), "int64")
_SEASONS = {"season": "str", "n_expected": "int64", "n_sampled": "int64", "good_pct": "float64"}
_SEASONS |= {"worse_pct": "float64", "driver": "str", "n_driver": "int64"}
_SEASON_ITEMS = {"item": "str", "n": "int64"} | dict.fromkeys(
    ("ice", "flood", "difference", "low", "high"), "float64"
)
_SEASON_ITEMS |= {"status": "str"}


def trend_table(months: WaterMonths, span: Span) -> pd.DataFrame:
    """Trend of the main items of every section over the last ten years.

    Seasonal Kendall with the covariance between months (Hirsch and Slack), Sen's slope. Values below detection are ties at
    the highest limit. Where a section has its flow for enough months, the value is first freed of it: what a smooth curve
    (LOWESS) over the logarithm of flow leaves.

    Returns
    -------
    ``section_id``, names, ``item``, ``adjustment`` (``season``, ``season_flow``), ``estimate, low, high`` (unit of the item
    per year, 95 %), ``p, likelihood_down, n, n_missing, n_censored, status, reason, word`` (improving, no_clear_change,
    worsening, not_judged).
    """
    rows = months.within(years_until(span, TREND_YEARS), section_ids(months, span))
    flow = rows[rows["item"] == _FLOW].set_index(["section_id", "date"])["value"]
    found = []
    for (section, item), group in rows[rows["item"].isin(TREND_ITEMS)].groupby(
        ["section_id", "item"], sort=False
    ):
        group = group.sort_values("date")
        values = tie_below_limit(group["value"].to_numpy(), group["is_censored"].to_numpy())
        series = pd.Series(values, index=pd.DatetimeIndex(group["date"]))
        freed = _free_of_flow(series, flow.loc[section]) if section in flow.index else None
        facts = {"section_id": section, "item": item, "n_censored": int(group["is_censored"].sum())}
        facts["adjustment"] = "season" if freed is None else "season_flow"
        found.append(facts | _tell(series if freed is None else freed, item))
    return named_table(found, _TRENDS, months)


def years_until(span: Span, n_years: int) -> Span:
    """The last calendar years up to a span's end."""
    return Span(date(span.end.year - n_years + 1, 1, 1), span.end, False, False)


def trend_counts(trends: pd.DataFrame) -> pd.DataFrame:
    """Count what the trends rest on, so that nothing is said of none.

    Returns
    -------
    One row, none without trends: ``n_series``, ``n_tested`` (with a slope), ``n_sections_free_of_flow`` (whose values were
    freed of their flow).
    """
    freed = trends.loc[trends["adjustment"] == "season_flow", "section_id"].nunique()
    counts = (len(trends), (trends["status"] == "ok").sum(), freed)
    return shape([counts] if len(trends) else (), _COUNTS)


def _tell(series: pd.Series, item: str) -> dict[str, object]:
    found = asdict(rank_trend(series))
    direction = "higher_is_better" if item in _HIGHER_IS_BETTER else "lower_is_better"
    better = found["likelihood_up" if item in _HIGHER_IS_BETTER else "likelihood_down"]
    names = ("estimate", "low", "high", "p", "likelihood_down", "n", "n_missing", "status", "reason")
    word = trend_word(direction, low=found["low"], high=found["high"], likelihood=better)
    return {name: found[name] for name in names} | {"word": word}


def _free_of_flow(series: pd.Series, flow: pd.Series) -> pd.Series | None:
    """What a smooth curve over the logarithm of flow leaves, at the level of the series; ``None`` with too few months."""
    known = flow.reindex(series.index).to_numpy()
    usable = np.nan_to_num(known) > 0
    if usable.sum() < MINIMUM_MONTHS:
        return None
    values = series[usable]
    curve = lowess(values, np.log(known[usable]), frac=_SPAN_OF_LOWESS, it=1, return_sorted=False)
    return values - curve + values.mean()


def season_tables(months: WaterMonths, span: Span) -> dict[str, pd.DataFrame]:
    """Compare the season of ice (December to February) with the flood season (June to September), last five years.

    Returns
    -------
    ``seasons``: ``season`` (ice, flood), ``n_expected`` and ``n_sampled`` (section-months of the network), ``good_pct``,
    ``worse_pct``, ``driver`` (item that most often decides a class beyond III), ``n_driver``. ``season_items``: ``item``,
    ``n`` (sections), ``ice, flood`` (means over sections, unit of the item), ``difference, low, high`` (flood less ice,
    paired t, 95 %), ``status``.
    """
    network = months.network_of(span)
    if network is None:
        return {}
    first = max(years_until(span, SEASON_YEARS).start, network.valid_from)
    rows = months.within(Span(first, span.end, False, False), network.sections)
    if not has_classes(rows):
        return {}
    classes = month_classes(months, rows)
    n_calendar = pd.date_range(first, span.end, freq="MS")
    told = []
    for season, chosen in (("ice", ICE_MONTHS), ("flood", FLOOD_MONTHS)):
        part = classes[classes["month"].dt.month.isin(chosen)]
        expected = int(n_calendar.month.isin(chosen).sum()) * len(network.sections)
        told.append({"season": season, "n_expected": expected} | _season_row(part.dropna(subset=["class"])))
    return {"seasons": shape(told, _SEASONS), "season_items": _season_items(rows)}


def _season_row(part: pd.DataFrame) -> dict[str, object]:
    level, n = part["class"].astype("int64"), len(part)
    drivers = part.loc[level > TARGET_CLASS, "decisive"].str.split(";").explode().value_counts()
    return {
        "n_sampled": n,
        "good_pct": share_pct(int((level <= TARGET_CLASS).sum()), n),
        "worse_pct": share_pct(int((level > 5).sum()), n),
        "driver": drivers.index[0] if len(drivers) else "",
        "n_driver": int(drivers.iloc[0]) if len(drivers) else 0,
    }


def _season_items(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["item"].isin(TREND_ITEMS)]
    amount = rows["value"].where(~rows["is_censored"], rows["value"] / 2)
    found = []
    for item in TREND_ITEMS:
        own = rows["item"] == item
        means = {
            name: amount[own & rows["date"].dt.month.isin(chosen)].groupby(rows["section_id"]).mean()
            for name, chosen in (("ice", ICE_MONTHS), ("flood", FLOOD_MONTHS))
        }
        both = pd.DataFrame(means).dropna()
        change = mean_change(both["ice"].to_numpy(), both["flood"].to_numpy())
        names = {"before": "ice", "after": "flood", "difference": "difference", "low": "low", "high": "high"}
        facts = {new: getattr(change, old) for old, new in names.items()}
        found.append({"item": item, "n": change.n, **facts, "status": change.status})
    return shape(found, _SEASON_ITEMS)
