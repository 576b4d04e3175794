"""Results rows of the blue-sky battle: what was measured, against the plan, the standard and the year before."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from helpers import registry
from helpers.battles.air_days import AirDays, monthly_good_share, monthly_means
from helpers.battles.context import Context
from helpers.battles.judgement import confidence, judge
from helpers.periods import same_span_last_year
from helpers.standards import air
from helpers.statistics.forecast import Outcome, year_outcome
from helpers.statistics.trend import Trend, trend

TREND_YEARS = 10
_STATISTICS = {
    "pm25_mean": ("PM2.5", "mean"),
    "good_day_ratio": ("", "good_ratio"),
    "heavy_day_ratio": ("", "heavy_ratio"),
    "pm10_mean": ("PM10", "mean"),
    "so2_mean": ("SO2", "mean"),
    "no2_mean": ("NO2", "mean"),
    "co_p95": ("CO", "p95"),
    "o3_p90": ("O3", "p90"),
    "pm25_p95": ("PM2.5", "p95"),
    "pm10_p95": ("PM10", "p95"),
    "so2_p98": ("SO2", "p98"),
    "no2_p98": ("NO2", "p98"),
    "composite_index": ("", "composite_index"),
    "good_days": ("", "good_days"),
    "heavy_days": ("", "heavy_days"),
}
# What the year's end is drawn for, as helpers.statistics.forecast names it, and the series it is drawn from.
FORECASTS = {
    "pm25_mean": ("mean", "PM2.5"),
    "pm10_mean": ("mean", "PM10"),
    "o3_p90": ("p90", "O3"),
    "good_day_ratio": ("share_at_most:100", "index"),
    "heavy_day_ratio": ("share_above:200", "index"),
}
_BY_INDEX = ("good_day_ratio", "heavy_day_ratio", "good_days", "heavy_days")
_RULE = "present"  # days with an index, as bulletins count; HJ 633 says of each edition when there is one


@dataclass(frozen=True)
class Span:
    """One stretch of days that rows speak of, and whether it stands for a whole year."""

    start: date
    end: date
    is_year: bool
    is_complete: bool

    @property
    def n_days(self) -> int:
        """Calendar days of the span."""
        return (self.end - self.start).days + 1


def spans(context: Context) -> list[Span]:
    """Spans one report speaks of: the period, and, for a month or quarter, the year up to its end."""
    start, end = context.period.until(context.as_of)
    own = Span(start, end, context.period.is_year, end == context.period.end)
    if context.period.is_year:
        return [own]
    year_end = date(end.year, 12, 31)
    return [Span(date(end.year, 1, 1), end, True, end == year_end), own]


def span_statistics(days: AirDays, span: Span) -> pd.DataFrame:
    """All statistics of a span under the edition in force and under both editions."""
    return air.period_statistics(
        days.city,
        start=span.start,
        end=span.end,
        editions=("in_force", "2012", "2026"),
        concentrations=days.without_dust,
    )


def make_rows(days: AirDays, context: Context) -> list[dict[str, object]]:
    """Build the measured rows: every indicator of every span, headline edition first.

    Returns
    -------
    Rows for :func:`helpers.battles.results.make`. Where the two editions of HJ 633 can differ inside the span or
    against the year before, the ratios stand three times: as in force, and under each edition alone.
    """
    rows = []
    for span in spans(context):
        now = span_statistics(days, span)
        last_year = Span(*same_span_last_year(span.start, span.end), span.is_year, span.is_complete)
        before = span_statistics(days, last_year)
        for indicator_id in _STATISTICS:
            rows += [
                _row(indicator_id, edition, now, before, days, span, context)
                for edition in _editions(indicator_id, span)
            ]
    return rows


def _editions(indicator_id: str, span: Span) -> Iterable[str]:
    """In force, and each edition alone wherever the change of 2026-03-01 lies within the span or the year before it."""
    touches = (
        air.aqi_edition(span.end) == "2026"
        and air.aqi_edition(same_span_last_year(span.start, span.end)[0]) == "2012"
    )
    return ("in_force", "2012", "2026") if indicator_id in _BY_INDEX and touches else ("in_force",)


def pick(statistics: pd.DataFrame, indicator_id: str, edition: str, span: Span) -> pd.Series:
    """Row of ``period_statistics`` behind an indicator."""
    pollutant, statistic = _STATISTICS[indicator_id]
    rows = statistics[(statistics["pollutant"] == pollutant) & (statistics["statistic"] == statistic)]
    if indicator_id in _BY_INDEX:
        rows = rows[(rows["rule"] == _RULE) & (rows["edition"] == edition_name(edition, span))]
    return rows.iloc[0]


NO_YEARS = pd.DataFrame({"indicator_id": [], "year": [], "value": [], "is_valid": []}).astype(
    {"indicator_id": "str", "year": "int64", "value": "float64", "is_valid": "bool"}
)
"""What :func:`annual_values` gives where there are no air data."""


def annual_values(annual: pd.DataFrame) -> pd.DataFrame:
    """Whole years of :func:`helpers.battles.air_tables.annual_table` by indicator, to hold against published figures.

    Returns
    -------
    ``indicator_id, year, value, is_valid``.
    """
    names = {pair: name for name, pair in _STATISTICS.items()}
    known = [names.get(pair, "") for pair in zip(annual["pollutant"], annual["statistic"], strict=True)]
    told = annual.assign(indicator_id=known)
    told = told[(told["indicator_id"] != "") & told["is_complete"].astype(bool)]
    return told[["indicator_id", "year", "value", "is_valid"]].reset_index(drop=True)


def edition_name(edition: str, span: Span) -> str:
    """Name an edition as ``period_statistics`` does."""
    if edition != "in_force":
        return f"HJ 633-{edition}"
    first, last = air.aqi_edition(span.start), air.aqi_edition(span.end)
    return f"HJ 633-{first}" if first == last else f"HJ 633-{first}, {last} in force"


def _row(
    indicator_id: str,
    edition: str,
    now: pd.DataFrame,
    before: pd.DataFrame,
    days: AirDays,
    span: Span,
    context: Context,
) -> dict[str, object]:
    indicator = registry.indicator(indicator_id)
    found = pick(now, indicator_id, edition, span)
    is_headline = edition == "in_force"
    row: dict[str, object] = {
        "indicator_id": indicator_id,
        "place_code": context.city.code,
        "period_start": span.start,
        "period_end": span.end,
        "value": found["value_published"],
        "unit": indicator.unit,
        "n_obs": found["n_days"],
        "coverage_pct": found["coverage_pct"],
        "standard": found["edition"] or _composite_basis(indicator),
        "limit_value": found["limit_value"] if span.is_year else math.nan,
        "direction": indicator.direction,
        "simulated": context.simulated,
        "source_ids": "",
    }
    row |= _change(indicator_id, edition, row, before, span)
    is_valid = bool(found["is_valid"])
    if span.is_year and is_headline:
        row |= _trend_fields(indicator_id, days, context) | _target_fields(
            indicator_id, row, days, span, context
        )
        if span.is_complete and not is_valid and row.get("target_id"):
            # A year without 324 valid days, 27 a month, has no official mean: the number is shown, not judged.
            row["status"] = "no_data"
    row.setdefault("status", "no_data" if pd.isna(row["value"]) else "no_target")
    years = len(set(days.city["date"].dt.year)) if not days.is_empty else 0
    has_break = edition == "in_force" and "," in str(row["standard"])
    row["confidence"] = (
        "none"
        if pd.isna(row["value"])
        else confidence(row["coverage_pct"], years, has_break=has_break, simulated=context.simulated)
    )
    row["caveats"] = ";".join(_caveats(indicator_id, indicator, row, days, span, context, is_valid))
    return row


def _composite_basis(indicator: registry.Indicator) -> str:
    return indicator.basis.standard


def _change(
    indicator_id: str, edition: str, row: dict[str, object], before: pd.DataFrame, span: Span
) -> dict[str, object]:
    """Change on the same span last year, from the rounded values and only under one edition."""
    then = Span(*same_span_last_year(span.start, span.end), span.is_year, span.is_complete)
    old = pick(before, indicator_id, edition, then)
    if pd.isna(row["value"]) or pd.isna(old["value_published"]):
        return {}
    if indicator_id in _BY_INDEX and old["edition"] != row["standard"]:
        return {}
    change = {"value_prev": old["value_published"]}
    if row["unit"] == "pct":
        found = air.change_pp(row["value"], old["value_published"])
    elif row["unit"] == "days":
        return change | {"change_prev": row["value"] - old["value_published"], "change_unit": "days"}
    else:
        found = air.change_pct(
            row["value"], old["value_published"], decimals=registry.indicator(indicator_id).decimals
        )
    if found.value is None:
        return {}
    return change | {"change_prev": float(found.value), "change_unit": found.unit}


def indicator_trend(indicator_id: str, days: AirDays, context: Context) -> Trend | None:
    """Trend of the last ten years' whole months; None for statistics without a monthly series."""
    pollutant, statistic = _STATISTICS[indicator_id]
    if statistic == "mean":
        series = monthly_means(days, pollutant)
    elif indicator_id == "good_day_ratio":
        series = monthly_good_share(days)
    else:
        return None
    return trend(recent_months(series, context), kind="monthly")


def recent_months(series: pd.Series, context: Context) -> pd.Series:
    """The last ten years of a monthly series, up to the day of the report."""
    first = pd.Timestamp(context.as_of.year - TREND_YEARS, context.as_of.month, 1)
    return series[series.index > first]


def _trend_fields(indicator_id: str, days: AirDays, context: Context) -> dict[str, object]:
    found = indicator_trend(indicator_id, days, context)
    if found is None or found.status != "ok":
        return {}
    is_lower_better = registry.indicator(indicator_id).direction == "lower_is_better"
    return {
        "trend_per_year": found.estimate,
        "trend_low": found.low,
        "trend_high": found.high,
        "trend_likelihood": found.likelihood_down if is_lower_better else found.likelihood_up,
    }


def _target_fields(
    indicator_id: str, row: dict[str, object], days: AirDays, span: Span, context: Context
) -> dict[str, object]:
    """Target, the year's likely outcome, what the remaining days may bear, and the status."""
    targets = context.plan.targets_for(indicator_id)
    outcome = indicator_outcome(indicator_id, days, span, context)
    fields: dict[str, object] = {}
    if outcome is not None and outcome.status == "ok" and not span.is_complete:
        fields |= {"forecast": outcome.median, "forecast_low": outcome.low80, "forecast_high": outcome.high80}
    if not targets:
        return fields
    target = targets[0]
    fields |= {
        "target_id": target.id,
        "target_value": target.value,
        "target_date": target.target_date,
        "target_operator": target.operator,
        "required": math.nan
        if span.is_complete
        else remaining_budget(indicator_id, days, span, target.value),
    }
    likelihood = (
        outcome.likelihood
        if outcome is not None and outcome.status == "ok" and not span.is_complete
        else None
    )
    if likelihood is not None:
        fields["likelihood"] = likelihood
    fields["status"] = judge(
        row["value"],
        target.value,
        target.operator,
        likelihood=likelihood,
        period_complete=span.is_complete,
        coverage_pct=row["coverage_pct"],
        min_coverage_pct=registry.indicator(indicator_id).min_coverage_pct,
        is_due=target.target_date is not None and target.target_date <= span.end,
    )
    return fields


def indicator_outcome(indicator_id: str, days: AirDays, span: Span, context: Context) -> Outcome | None:
    """Distribution of the year's final value; None for indicators whose year is not drawn."""
    if indicator_id not in FORECASTS:
        return None
    statistic, source = FORECASTS[indicator_id]
    targets = context.plan.targets_for(indicator_id)
    daily = daily_values(days, source)
    return year_outcome(
        daily,
        statistic=statistic,
        year=span.end.year,
        as_of=span.end,
        target=targets[0].value if targets else None,
        operator=targets[0].operator if targets else "",
        seed=context.seed,
    )


def daily_values(days: AirDays, source: str) -> pd.DataFrame:
    """Daily values a year's statistic is formed from: a pollutant, or the index in force (``index``).

    Returns
    -------
    ``date, value``; days without a value are left out.
    """
    if source != "index":
        return days.series(source).rename("value").reset_index()
    index = days.indexed("in_force")
    daily = pd.DataFrame({"date": index["date"], "value": index["aqi"].astype("float64")})
    return daily.dropna().reset_index(drop=True)


def remaining_budget(indicator_id: str, days: AirDays, span: Span, target: float) -> float:
    """What the days left of the year may bear and still meet the target: days, or the mean of the days left."""
    n_left = (date(span.end.year, 12, 31) - span.end).days
    if indicator_id in ("good_day_ratio", "heavy_day_ratio"):
        index = days.indexed("in_force")
        index = (
            index.loc[index["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end)), "aqi"]
            .astype("float64")
            .dropna()
        )
        if indicator_id == "good_day_ratio":
            return air.remaining_bad_days(
                n_bad=int((index > 100).sum()), n_valid=len(index), n_left=n_left, target_pct=target
            )
        return air.remaining_heavy_days(
            n_heavy=int((index > 200).sum()), n_valid=len(index), n_left=n_left, target_pct=target
        )
    pollutant, _ = _STATISTICS[indicator_id]
    values = days.series(pollutant)
    values = values[(values.index >= pd.Timestamp(span.start)) & (values.index <= pd.Timestamp(span.end))]
    return air.mean_allowed(float(values.sum()), n_so_far=len(values), n_left=n_left, target=target).mean_left


def _caveats(
    indicator_id: str,
    indicator: registry.Indicator,
    row: dict[str, object],
    days: AirDays,
    span: Span,
    context: Context,
    is_valid: bool,
) -> list[str]:
    """Ids of the caveats that hold for this very row."""
    found = list(registry.caveats_of(indicator_id, context.city.slug))
    if "dust_by_list" in found and days.has_dust_list:
        found.append("dust_deducted")
    if context.simulated:
        found.append("simulated")
    if row.get("target_id"):
        found += context.plan.target(str(row["target_id"])).caveats
    if not span.is_complete:
        found.append("partial_year")
    if not is_valid:
        found.append("missing_days")
    if "," in str(row["standard"]) or air.aqi_edition(span.end) == "2026":
        found.append("edition_change_2026")
    if not pd.isna(row.get("trend_per_year", math.nan)) and indicator_id != "good_day_ratio":
        found.append("reference_state_2018")
    if len(days.third_party) and (days.third_party >= pd.Timestamp(span.start)).any():
        found.append("third_party_daily")
    return list(dict.fromkeys(found))
