"""What the sections tell: shares of classes, sections worse than V and main stems, each with its year before and draws."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.assess import Observation, reason
from helpers.battles.context import Context
from helpers.battles.shapes import shape
from helpers.battles.spans import Span, asked_span, whole_year
from helpers.battles.water_months import (
    WaterMonths,
    is_like_for_like,
    is_same_network,
    month_classes,
    network_shares,
    span_classes,
    whole_years,
)
from helpers.battles.water_outlook import Outlook
from helpers.standards import surface_water as water
from helpers.standards.surface_water.grid import share_pct
from helpers.statistics.rank_trend import RankTrend, rank_trend

SHARES, _STEM_STATISTIC = ("good_section_share", "worse_than_v_sections"), "worst_class_of_sections"
_GOOD, _WORST = 3, 6
_ANNUAL = {"indicator_id": "str", "network_id": "str", "year": "int64", "end": "object", "value": "float64"}
_ANNUAL |= {"n_obs": "int64", "coverage_pct": "float64", "is_valid": "bool"}


class Measured(NamedTuple):
    """Value of an indicator over a span, the sections it rests on, and how many it should rest on."""

    value: float
    sections: tuple[str, ...]
    n_expected: int

    def is_valid(self, min_coverage_pct: float) -> bool:
        """Whether enough of the sections have a class."""
        return 100 * len(self.sections) >= min_coverage_pct * self.n_expected > 0


def observations(
    months: WaterMonths, told: list[Span], outlook: Outlook, annual: pd.DataFrame, context: Context
) -> list[Observation]:
    """Measure every indicator of the sections over every span.

    Parameters
    ----------
    told
        As :func:`helpers.battles.water_months.month_spans` gives them: the year first.
    outlook
        How the year may end.
    annual
        Of :func:`annual_values`: whole years.

    Returns
    -------
    One observation a span and indicator; without any span one an indicator, which has no value.
    """
    if not told:
        return [_base(name, asked_span(context), reason="no_value") for name in indicators(context)]
    return [_observe(name, months, span, outlook, annual) for span in told for name in indicators(context)]


def main_stems(context: Context) -> tuple[str, ...]:
    """Ids of the indicators of the city's main stems."""
    return registry.river_indicators(context.city.slug, _STEM_STATISTIC)


def indicators(context: Context) -> tuple[str, ...]:
    """Ids of the indicators of sections: shares of the network, and the city's main stems."""
    return (*SHARES, *main_stems(context))


def annual_values(months: WaterMonths, context: Context) -> pd.DataFrame:
    """Value of every indicator in every whole year of its network: one whose December has data.

    Returns
    -------
    ``indicator_id, network_id, year, end, value, n_obs, coverage_pct, is_valid`` (as many sections have a class as a
    value needs); years never join across networks.
    """
    rows = []
    for year in whole_years(months.judged_months):
        span = whole_year(year)
        network = months.network_of(span)
        for name in indicators(context) if network is not None else ():
            found = measure(name, months, span)
            if not math.isnan(found.value):
                n, is_valid = len(found.sections), found.is_valid(registry.indicator(name).min_coverage_pct)
                told = (found.value, n, 100 * n / found.n_expected, is_valid)
                rows.append((name, network.id, year, span.end, *told))
    return shape(rows, _ANNUAL)


def measure(indicator_id: str, months: WaterMonths, span: Span) -> Measured:
    """Work out an indicator over a span.

    Shares and counts rest on the network; a main stem on its sections in the network, and its class is the worst of
    theirs.
    """
    network = months.network_of(span)
    if network is None:
        return Measured(math.nan, (), 0)
    is_stem = bool(registry.indicator(indicator_id).river)
    ids = stem_sections(indicator_id, months, span) if is_stem else network.sections
    known = span_classes(months, span, ids).dropna(subset=["class"])
    expected = len(ids) if is_stem else network.n_sections
    if known.empty:
        return Measured(math.nan, (), expected)
    if is_stem:
        value = known["class"].max()
    else:
        shares = network_shares(months, span)
        value = shares["good_pct" if indicator_id == "good_section_share" else f"class_{_WORST}"]
    return Measured(float(value), tuple(known["section_id"]), expected)


def stem_sections(indicator_id: str, months: WaterMonths, span: Span) -> list[str]:
    """Sections of a main stem in the network of a span."""
    network, sections = months.network_of(span), months.sections
    on_river = sections.loc[sections["river_id"] == registry.indicator(indicator_id).river, "section_id"]
    return [name for name in on_river if network is not None and name in network.sections]


def final_values(indicator_id: str, months: WaterMonths, span: Span, outlook: Outlook) -> np.ndarray:
    """Value of an indicator at the year's end in every draw that has one; empty where the year is not drawn."""
    if outlook.status != "ok" or not span.is_year or span.is_complete:
        return np.empty(0)
    if registry.indicator(indicator_id).river:
        classes = outlook.pick(stem_sections(indicator_id, months, span))
        return classes.max(axis=0)[(classes > 0).any(axis=0)] if len(classes) else np.empty(0)
    classes = outlook.classes
    n = (classes > 0).sum(axis=0)
    if indicator_id == "worse_than_v_sections":
        return (classes == _WORST).sum(axis=0)[n > 0]
    good = ((classes > 0) & (classes <= _GOOD)).sum(axis=0)
    return np.array([share_pct(int(part), int(whole)) for part, whole in zip(good, n, strict=True) if whole])


def monthly_good_share(months: WaterMonths, span: Span) -> pd.Series:
    """Share of sections in class I–III of every month of the span's network, percent; for the trend."""
    rows = months.within(_since_network(months, span), months.network_of(span).sections)
    found = month_classes(months, rows).dropna(subset=["class"])
    return (100.0 * (found["class"] <= _GOOD)).groupby(found["month"]).mean()


def _since_network(months: WaterMonths, span: Span) -> Span:
    return Span(months.network_of(span).valid_from, span.end, False, False)


def _base(indicator_id: str, span: Span, *, is_whole: bool = False, **fields: object) -> Observation:
    """An observation with what holds whatever is measured; ``is_whole``: every section of the network counts."""
    caveats = ["rule_unverified", *([] if is_whole else ["sections_missing"])]
    standard = registry.indicator(indicator_id).basis.standard
    return Observation(indicator_id, span, standard=standard, caveats=caveats, **{"expected": 0} | fields)


def _observe(
    indicator_id: str, months: WaterMonths, span: Span, outlook: Outlook, annual: pd.DataFrame
) -> Observation:
    found, network = measure(indicator_id, months, span), months.network_of(span)
    least = registry.indicator(indicator_id).min_coverage_pct
    history, past = _whole_years(indicator_id, annual, span, None if network is None else network.id)
    n, is_valid = len(found.sections), found.is_valid(least)
    seen = _base(
        indicator_id,
        span,
        is_whole=network is not None and n == found.n_expected > 0 and not network.n_unnamed,
        value=found.value,
        n=n,
        expected=found.n_expected,
        history=history,
        past=past,
        is_valid=is_valid,
        reason=_reason(found, months, span, is_valid=is_valid),
    )
    if not seen.has_value:
        return seen
    seen = replace(
        seen,
        previous=_previous(indicator_id, found, months, span),
        trend=_trend(indicator_id, months, span),
        draws=final_values(indicator_id, months, span, outlook) if is_valid else np.empty(0),
        no_outlook=outlook.reason if is_valid else seen.reason,
    )
    return replace(seen, source_ids=_source_ids(seen, months))


def _whole_years(
    indicator_id: str, annual: pd.DataFrame, span: Span, network_id: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Valid years up to the end of a span: those of its network, and those of others."""
    rows = annual[(annual["indicator_id"] == indicator_id) & annual["is_valid"]]
    rows = rows[pd.to_datetime(rows["end"]) <= pd.Timestamp(span.end)]
    is_own = rows["network_id"] == network_id
    return rows.loc[is_own, ["end", "value"]], rows.loc[~is_own, ["end", "value"]]


def _reason(found: Measured, months: WaterMonths, span: Span, *, is_valid: bool) -> str:
    """Why there is no value, or none that can be judged."""
    if is_valid:
        return ""
    if months.network_of(span) is None:
        return "no_network"
    if not found.sections:
        return reason("too_few_months", needed=water.months_needed(span.n_months), expected=span.n_months)
    return reason("coverage", n=len(found.sections), expected=found.n_expected)


def _previous(indicator_id: str, now: Measured, months: WaterMonths, span: Span) -> float:
    """Value of the same months last year, within one network and from sections that can be compared."""
    before = span.year_before()
    if not is_same_network(months, span, before):
        return math.nan
    old = measure(indicator_id, months, before)
    needed = registry.indicator(indicator_id).min_coverage_pct / 100 * now.n_expected
    return old.value if is_like_for_like(now.sections, old.sections, needed=needed) else math.nan


def _trend(indicator_id: str, months: WaterMonths, span: Span) -> RankTrend | None:
    """Slope of the monthly share within the network: seasonal Kendall with the covariance between months."""
    if indicator_id != "good_section_share" or not span.is_year:
        return None
    return rank_trend(monthly_good_share(months, span))


def _source_ids(seen: Observation, months: WaterMonths) -> set[str]:
    """Files of what the value, the year before, the history, the trend and the draws rest on."""
    span, network = seen.span, months.network_of(seen.span)
    is_stem = bool(registry.indicator(seen.indicator_id).river) and not len(seen.draws)
    sections = stem_sections(seen.indicator_id, months, span) if is_stem else network.sections
    windows = [span]
    if not math.isnan(seen.previous):
        windows.append(span.year_before())
    if len(seen.history):
        first = date(seen.history["end"].iloc[0].year, 1, 1)
        windows.append(Span(first, seen.history["end"].iloc[-1], False, True))
    if len(seen.draws) or (seen.trend is not None and seen.trend.status == "ok"):
        windows.append(_since_network(months, span))
    return {name for window in windows for name in months.within(window, sections)["source_id"].unique()}
