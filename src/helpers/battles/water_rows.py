"""Results rows of the sections: shares of classes, sections worse than V, main stems, against plan and year before."""

from __future__ import annotations

import math
import operator as compare

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles.context import Context
from helpers.battles.judgement import confidence, is_missing, judge, satisfies
from helpers.battles.ledger_rows import observed_pace
from helpers.battles.water_months import (
    Span,
    WaterMonths,
    difference,
    is_same_network,
    network_shares,
    span_classes,
)
from helpers.battles.water_outlook import Outlook
from helpers.registry import Target
from helpers.standards import surface_water as water
from helpers.standards.surface_water.grid import share_pct
from helpers.statistics.rank_trend import rank_trend

_SHARES, _STEM_STATISTIC = ("good_section_share", "worse_than_v_sections"), "worst_class_of_sections"
_GOOD, _WORST = 3, 6
_MEETS = {"<=": compare.le, ">=": compare.ge}


def make_rows(
    months: WaterMonths, spans: list[Span], outlook: Outlook, annual: pd.DataFrame, context: Context
) -> list[dict[str, object]]:
    """Build the rows of every span, and one row for each target set on an indicator.

    Parameters
    ----------
    spans
        As :func:`helpers.battles.water_months.spans` gives them: the year first.
    outlook
        How the year may end.
    annual
        Of :func:`annual_values`: whole years, for the pace.

    Returns
    -------
    Rows for :func:`helpers.battles.results.make`. A target that the plan shows beside the one judged by has a row with
    its likelihood and status ``no_target``. Without any span one row a target that says that data are insufficient.
    """
    if not spans:
        return [
            _empty_row(name, target, context)
            for name in indicators(context)
            for target in _targets(name, context)
        ]
    return [
        row
        for span in spans
        for name in indicators(context)
        for row in _rows(name, months, span, outlook, annual, context)
    ]


def main_stems(context: Context) -> tuple[str, ...]:
    """Ids of the indicators of the city's main stems."""
    return registry.river_indicators(context.city.slug, _STEM_STATISTIC)


def indicators(context: Context) -> tuple[str, ...]:
    """Ids of the indicators of sections: shares of the network, and the city's main stems."""
    return (*_SHARES, *main_stems(context))


def annual_values(months: WaterMonths, context: Context) -> pd.DataFrame:
    """Value of every indicator in every whole year of its network.

    Returns
    -------
    ``indicator_id, network_id, year, end, value, n_obs, coverage_pct``; years never join across networks.
    """
    rows = []
    years = sorted(set(months.values["date"].dt.year)) if len(months.values) else []
    for year in years:
        start, end = pd.Timestamp(year, 1, 1).date(), pd.Timestamp(year, 12, 31).date()
        span = Span(start, end, True, True)
        network = months.network_of(span)
        if end > context.as_of or network is None:
            continue
        for name in indicators(context):
            value, n, expected = statistic(name, months, span)
            if not math.isnan(value):
                rows.append(
                    {
                        "indicator_id": name,
                        "network_id": network.id,
                        "year": year,
                        "end": end,
                        "value": value,
                        "n_obs": n,
                        "coverage_pct": 100 * n / expected,
                    }
                )
    columns = ["indicator_id", "network_id", "year", "end", "value", "n_obs", "coverage_pct"]
    return pd.DataFrame(rows, columns=columns)


def statistic(indicator_id: str, months: WaterMonths, span: Span) -> tuple[float, int, int]:
    """Value of an indicator over a span, the sections it rests on, and the sections it should rest on.

    Shares and counts rest on the network; a main stem on its sections in the network, and its class is the worst of
    theirs.
    """
    network = months.network_of(span)
    if network is None:
        return math.nan, 0, 0
    if registry.indicator(indicator_id).river:
        ids = stem_sections(indicator_id, months, span)
        classes = span_classes(months, span, ids)["class"].dropna()
        return (float(classes.max()) if len(classes) else math.nan), len(classes), len(ids)
    shares = network_shares(months, span)
    n = int(shares["n_sections"])
    column = "good_pct" if indicator_id == "good_section_share" else f"class_{_WORST}"
    return (float(shares[column]) if n else math.nan), n, network.n_sections


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
    network = months.network_of(span)
    since = Span(network.valid_from, span.end, False, False)
    rows = months.within(since, network.sections)
    found = water.classify(rows, body=months.body).dropna(subset=["class"])
    return (100.0 * (found["class"] <= _GOOD)).groupby(found["month"]).mean()


def _targets(indicator_id: str, context: Context) -> tuple[Target | None, ...]:
    """Targets on an indicator, those judged by first."""
    found = context.plan.targets_for(indicator_id, judged_only=False)
    return tuple(sorted(found, key=lambda target: not target.judged)) or (None,)


def _base_row(indicator_id: str, target: Target | None, context: Context) -> dict[str, object]:
    record = registry.indicator(indicator_id)
    row: dict[str, object] = {
        "indicator_id": indicator_id,
        "place_code": context.city.code,
        "unit": record.unit,
        "standard": record.basis.standard,
        "direction": record.direction,
        "simulated": context.simulated,
        "confidence": "none",
    }
    if target is not None:
        row |= {
            "target_id": target.id,
            "target_value": math.nan if target.value is None else target.value,
            "target_date": target.target_date,
            "target_operator": target.operator,
        }
    return row


def _empty_row(indicator_id: str, target: Target | None, context: Context) -> dict[str, object]:
    start, end = context.period.until(context.as_of)
    is_shown_only = target is not None and not target.judged
    return _base_row(indicator_id, target, context) | {
        "period_start": start,
        "period_end": end,
        "n_obs": 0.0,
        "coverage_pct": 0.0,
        "status": "no_target" if is_shown_only else "no_data",
        "caveats": ";".join(_caveats(indicator_id, target, context)),
    }


def _rows(
    indicator_id: str,
    months: WaterMonths,
    span: Span,
    outlook: Outlook,
    annual: pd.DataFrame,
    context: Context,
) -> list[dict[str, object]]:
    value, n, expected = statistic(indicator_id, months, span)
    shared: dict[str, object] = {
        "period_start": span.start,
        "period_end": span.end,
        "value": value,
        "n_obs": float(n),
        "coverage_pct": 100 * n / expected if expected else 0.0,
        "source_ids": "" if math.isnan(value) else ";".join(sorted(set(_source_ids(months, span)))),
    }
    if not math.isnan(value):
        shared |= _change(indicator_id, value, months, span)
        shared |= _trend(indicator_id, months, span)
        shared["confidence"] = confidence(
            float(shared["coverage_pct"]), _years(months, span), simulated=context.simulated
        )
    final = final_values(indicator_id, months, span, outlook)
    if float(shared["coverage_pct"]) < registry.indicator(indicator_id).min_coverage_pct:
        final = final[:0]
    if len(final):
        low, middle, high = np.quantile(final, [0.1, 0.5, 0.9], method="inverted_cdf").tolist()
        shared |= {"forecast": middle, "forecast_low": low, "forecast_high": high}
    rows = []
    for target in _targets(indicator_id, context) if span.is_year else (None,):
        row = _base_row(indicator_id, target, context) | shared
        if target is not None and target.value is not None and len(final):
            row["likelihood"] = float(_MEETS[target.operator](final, target.value).mean())
        row["status"] = _status(row, target, annual, months, span)
        is_whole = shared["coverage_pct"] == 100 and not _has_unnamed(months, span)
        row["caveats"] = ";".join(_caveats(indicator_id, target, context, span=span, is_whole=is_whole))
        rows.append(row)
    return rows


def _status(
    row: dict[str, object], target: Target | None, annual: pd.DataFrame, months: WaterMonths, span: Span
) -> str:
    value = row["value"]
    if target is None or not target.judged:
        return "no_data" if is_missing(value) and target is None else "no_target"
    is_due = target.target_date is not None and target.target_date <= span.end
    pace = None
    if (
        span.is_complete
        and not is_due
        and not is_missing(value)
        and not satisfies(value, target.value, target.operator)
    ):
        network = months.network_of(span)
        history = annual[
            (annual["indicator_id"] == row["indicator_id"])
            & (annual["network_id"] == network.id)
            & (annual["end"] <= span.end)
        ]
        pace = observed_pace(history, target.value, target.target_date)
    return judge(
        value,
        target.value,
        target.operator,
        likelihood=row.get("likelihood"),
        pace=pace,
        period_complete=span.is_complete,
        coverage_pct=row["coverage_pct"],
        min_coverage_pct=registry.indicator(str(row["indicator_id"])).min_coverage_pct,
        is_due=is_due,
    )


def _change(indicator_id: str, value: float, months: WaterMonths, span: Span) -> dict[str, object]:
    """Value of the same months last year and the change on it, within one network only."""
    before = span.year_before()
    if not is_same_network(months, span, before):
        return {}
    old, _, _ = statistic(indicator_id, months, before)
    if math.isnan(old):
        return {}
    found: dict[str, object] = {"value_prev": old}
    if indicator_id == "good_section_share":
        found |= {"change_prev": difference(value, old), "change_unit": "pp"}
    return found


def _trend(indicator_id: str, months: WaterMonths, span: Span) -> dict[str, object]:
    """Slope of the monthly share within the network: seasonal Kendall with the covariance between months."""
    if indicator_id != "good_section_share" or not span.is_year:
        return {}
    found = rank_trend(monthly_good_share(months, span))
    if found.status != "ok" or not math.isfinite(found.low + found.high):
        return {}
    return {
        "trend_per_year": found.estimate,
        "trend_low": found.low,
        "trend_high": found.high,
        "trend_likelihood": found.likelihood_up,
    }


def _source_ids(months: WaterMonths, span: Span) -> pd.Series:
    network = months.network_of(span)
    return months.within(span, network.sections)["source_id"]


def _years(months: WaterMonths, span: Span) -> int:
    """Years with data in the network of a span: those that can be compared."""
    since = Span(months.network_of(span).valid_from, span.end, False, False)
    return int(months.within(since)["date"].dt.year.nunique())


def _has_unnamed(months: WaterMonths, span: Span) -> bool:
    """Whether the network of a span counts sections that nobody names: they may lie on any river."""
    network = months.network_of(span)
    return network is None or network.n_unnamed > 0


def _caveats(
    indicator_id: str,
    target: Target | None,
    context: Context,
    *,
    span: Span | None = None,
    is_whole: bool = False,
) -> list[str]:
    """Ids of the caveats that hold for this very row; ``is_whole`` says that every section of the network counts."""
    found = [*registry.caveats_of(indicator_id, context.city.slug), "rule_unverified"]
    if context.simulated:
        found.append("simulated")
    if target is not None:
        found += [*target.caveats, *([] if target.judged else ["target_not_judged"])]
    if span is not None and span.is_year and not span.is_complete:
        found.append("partial_year")
    if not is_whole:
        found.append("sections_missing")
    return list(dict.fromkeys(found))
