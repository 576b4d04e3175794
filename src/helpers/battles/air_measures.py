"""Observations of the air: every statistic of every span a report speaks of, by the rules in force and by each edition."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from helpers import registry
from helpers.battles import judgement
from helpers.battles.air_days import AirDays, monthly_good_share, monthly_means
from helpers.battles.air_outlook import (
    backtest_tables,
    budget,
    comparable_since,
    forecasts_tested,
    why_none,
    year_end,
)
from helpers.battles.assess import NO_HISTORY, Observation, reason
from helpers.battles.context import Context
from helpers.battles.measures import measure
from helpers.battles.spans import Span, spans_told, whole_year
from helpers.registry import Indicator
from helpers.standards import air
from helpers.standards.air.period import MIN_DAYS_OF_FEBRUARY, MIN_DAYS_OF_MONTH, MIN_DAYS_OF_YEAR
from helpers.standards.air.period_table import COLUMNS
from helpers.statistics.trend import Trend, trend

TREND_YEARS = 10
_EDITIONS = ("HJ 633-2012", "HJ 633-2026")
RULE = "present"  # the rule of standards.air under which days are counted
LEAST_TOLD_PCT = judgement.CONFIDENCE_COVERAGE_PCT["low"]
"""Share of a span's days below which its statistic is not told at all."""
LEAST_COMPARED_PCT = judgement.CONFIDENCE_COVERAGE_PCT["medium"]
"""Share of the days that both years need before one is compared with the other."""
MOST_LACKING_PCT = 10.0
"""Share of the counted days that may lack an item of the index before counts of days are judged no more."""


@dataclass(frozen=True)
class Seen:
    """What the air functions look at: the days, the question, and what several of them share."""

    days: AirDays
    context: Context

    @cached_property
    def spans(self) -> list[Span]:
        """Spans the report speaks of, the year first."""
        return spans_told(self.context, self.context.period.until(self.context.told_until)[1])

    @cached_property
    def statistics(self) -> dict[Span, pd.DataFrame]:
        """Statistics of every span and of the same days of the year before."""
        spans = [one for span in self.spans for one in (span, span.year_before())]
        return {span: span_statistics(self.days, span) for span in spans}

    @cached_property
    def annual(self) -> pd.DataFrame:
        """Statistics of every calendar year with a valid day; see :func:`annual_table`."""
        return _in_force(self.every_edition)

    @cached_property
    def every_edition(self) -> pd.DataFrame:
        """As ``annual``, with day counts under each edition of HJ 633 besides: ``is_in_force`` tells those of ``annual``."""
        return _annual(self.days, self.context)

    @cached_property
    def tested(self) -> dict[str, pd.DataFrame]:
        """Every forecast of earlier years by indicator; see :func:`helpers.battles.air_outlook.forecasts_tested`."""
        return forecasts_tested(self.days, self.context)

    @cached_property
    def backtests(self) -> dict[str, pd.DataFrame]:
        """How forecasts of earlier years have done; see :func:`helpers.battles.air_outlook.backtest_tables`."""
        return backtest_tables(self.tested)

    def is_trusted(self, record: Indicator) -> bool:
        """Whether nothing speaks against forecasting an indicator: where it could be tested, it did better than guessing."""
        found = self.backtests["backtest"] if record.measure.forecast else pd.DataFrame()
        if found.empty:
            return True
        tested = found.loc[found["indicator_id"] == record.id, "withheld"]
        return not tested.str.startswith("no_better").any()


def span_statistics(days: AirDays, span: Span) -> pd.DataFrame:
    """All statistics of a span under the edition in force and under both editions; empty, with its columns, without days."""
    if not len(days.city):
        return pd.DataFrame(columns=list(COLUMNS))
    return air.period_statistics(
        days.city,
        start=span.start,
        end=span.end,
        editions=("in_force", "2012", "2026"),
        concentrations=days.without_dust,
    )


def annual_table(days: AirDays, context: Context) -> pd.DataFrame:
    """Every statistic of every calendar year with a valid day.

    Returns
    -------
    ``year, pollutant, statistic, value`` (published decimals; NaN below ``LEAST_TOLD_PCT``), ``unit, n_days, coverage_pct,
    is_valid`` (324 days, 27 a month), ``limit_value, edition, is_complete`` (the year is over by its own days: its last
    day is seen, or a later one). Day counts under the edition in force.
    """
    return _in_force(_annual(days, context))


def _in_force(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["is_in_force"].astype(bool)].drop(columns="is_in_force").reset_index(drop=True)


def _annual(days: AirDays, context: Context) -> pd.DataFrame:
    last = days.city.loc[days.city["is_valid"], "date"].max()
    parts = []
    for year in days.years:
        end = date(year, 12, 31)
        is_complete = bool(last >= pd.Timestamp(end))
        span = Span(date(year, 1, 1), min(end, context.as_of), True, is_complete)
        table = span_statistics(days, span)
        in_force = {edition_name("in_force", span), ""}
        is_day = table["rule"] == RULE
        table = table[(table["rule"] == "") | is_day].assign(
            is_in_force=~is_day | table["edition"].isin(in_force)
        )
        told = table["value_published"].where(table["coverage_pct"] >= LEAST_TOLD_PCT)
        parts.append(table.assign(year=year, is_complete=is_complete, value=told.astype("float64")))
    columns = ["year", "pollutant", "statistic", "value", "unit", "n_days", "coverage_pct", "is_valid"]
    columns += ["limit_value", "edition", "is_complete", "is_in_force"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def edition_name(edition: str, span: Span) -> str:
    """Name an edition as ``period_statistics`` does."""
    if edition != "in_force":
        return f"HJ 633-{edition}"
    first, last = air.aqi_edition(span.start), air.aqi_edition(span.end)
    return f"HJ 633-{first}" if first == last else f"HJ 633-{first}, {last} in force"


def editions_told(span: Span) -> tuple[str, ...]:
    """Standards a count of days is told under: the one in force, and each alone where both touch the two years compared."""
    in_force = edition_name("in_force", span)
    touches = air.aqi_edition(span.end) == "2026" and air.aqi_edition(span.year_before().start) == "2012"
    alone = (edition_name("2012", span), edition_name("2026", span)) if touches else ()
    return tuple(dict.fromkeys((in_force, *alone)))


@measure
def air_concentration(record: Indicator, seen: Seen) -> Iterable[Observation]:
    """Means, percentiles and the composite index: one observation a span."""
    asked = record.measure
    pollutants = (asked.pollutant,) if asked.pollutant else air.POLLUTANTS
    for span in seen.spans:
        now, before = (
            _pick(seen.statistics[one], asked.pollutant, asked.of) for one in (span, span.year_before())
        )
        known = {name: seen.days.series(name, span).index for name in pollutants}
        lacking = [name for name, there in known.items() if not len(there)]
        lacking = lacking if len(lacking) < len(known) else []
        standard = str(now["edition"]) if now is not None and now["edition"] else record.basis.standard
        yield _observe(record, seen, span, standard, (now, before), min(known.values(), key=len), lacking)


@measure
def air_days(record: Indicator, seen: Seen) -> Iterable[Observation]:
    """Counts and shares of good and heavy days: one observation a span and edition, the one in force first."""
    for span in seen.spans:
        for number, standard in enumerate(editions_told(span)):
            now, before = (
                _pick(seen.statistics[one], "", record.measure.of, standard)
                for one in (span, span.year_before())
            )
            edition = standard.removeprefix("HJ 633-")
            counted = seen.days.counted(edition if edition in ("2012", "2026") else "in_force", span)
            lacking = items_lacking(seen.days, span)
            told = _observe(record, seen, span, standard, (now, before), counted["date"], lacking)
            yield told if number == 0 else _beside(told)


def _beside(told: Observation) -> Observation:
    """An observation under another edition than the one in force: shown beside it, held against no target."""
    return replace(
        told,
        span=replace(told.span, is_year=False),
        trend=None,
        draws=np.empty(0),
        required=None,
        history=NO_HISTORY,
        has_break=False,
    )


def _pick(statistics: pd.DataFrame, pollutant: str, of: str, standard: str = "") -> pd.Series | None:
    """One row of ``period_statistics``; None where it has none."""
    rows = statistics[(statistics["pollutant"] == pollutant) & (statistics["statistic"] == of)]
    if standard:
        rows = rows[(rows["rule"] == RULE) & (rows["edition"] == standard)]
    return rows.iloc[0] if len(rows) else None


def items_lacking(days: AirDays, span: Span) -> list[str]:
    """Items of the index that too many of the span's days lack; none where all do, for then the days themselves are few."""
    index = days.index[(days.index["edition_asked"] == "2012") & span.holds(days.index["date"])]
    n = int((index["n_items"] > 0).sum())
    most = MOST_LACKING_PCT / 100 * n
    lacking = [name for name in air.POLLUTANTS if n - len(days.series(name, span)) > most]
    return lacking if len(lacking) < len(air.POLLUTANTS) else []


def _observe(
    record: Indicator,
    seen: Seen,
    span: Span,
    standard: str,
    rows: tuple[pd.Series | None, pd.Series | None],
    dates: pd.Series | pd.DatetimeIndex,
    lacking: list[str],
) -> Observation:
    """Observe one statistic of one span.

    Parameters
    ----------
    standard
        Standard and edition the statistic is told under.
    rows
        Statistics of the span and of the same days of the year before, under that standard; None where there is none.
    dates
        Days that count.
    lacking
        Items without which the value is none, or no count of days.
    """
    now, before = rows
    n, coverage = (0, 0.0) if now is None else (int(now["n_days"]), float(now["coverage_pct"]))
    published = np.nan if now is None else float(now["value_published"])
    value = published if coverage >= LEAST_TOLD_PCT else np.nan
    is_told = not np.isnan(value)
    why = _reason(dates, span, lacking, n, is_told=is_told)
    previous = _previous(before, coverage) if is_told and not lacking else np.nan
    is_judged = span.is_year and is_told and not lacking
    is_running = is_judged and not span.is_complete
    is_trusted = not is_running or seen.is_trusted(record)
    outcome = year_end(record, seen.days, span, seen.context) if is_running and is_trusted else None
    found = _trend(record, seen) if span.is_year and is_told else None
    history = _history(record, seen, span) if span.is_year else NO_HISTORY
    draws = outcome.draws if outcome is not None and outcome.status == "ok" else np.empty(0)
    has_past = len(draws) > 0 or (found is not None and found.status == "ok")
    rests = _rests_on(seen, span, not np.isnan(previous), has_past, record)
    return Observation(
        indicator_id=record.id,
        span=span,
        value=value,
        n=n,
        expected=span.n_days,
        source_ids=rests if is_told else (),
        standard=standard,
        limit=float(now["limit_value"]) if now is not None and span.is_year else np.nan,
        previous=previous,
        trend=found,
        draws=draws,
        no_outlook=why_none(outcome) if is_trusted else "outlook_untrusted",
        history=history,
        is_valid=not why,
        is_undecided=bool(lacking and is_told),
        reason=why,
        has_break="," in standard,
        required=budget(record, seen.days, span) if is_running else None,
        caveats=_caveats(record, seen, span, why, found) if is_told else (),
    )


def _reason(
    dates: pd.Series | pd.DatetimeIndex, span: Span, lacking: list[str], n: int, *, is_told: bool
) -> str:
    """Why a statistic is not told, or what it falls short of; empty where nothing is wrong with it.

    Without an item the index of a day is only its lower end: the number stands, and no verdict rests on it.
    """
    if lacking:
        return reason("items_missing", *lacking)
    if is_told:
        return _shortfall(dates, span)
    return reason("half_missing", n=n, expected=span.n_days) if n else "no_value"


def _shortfall(dates: pd.Series | pd.DatetimeIndex, span: Span) -> str:
    """Why the days of a span are too few for its statistic by the standard; empty where they are enough."""
    days = pd.DatetimeIndex(dates)
    if air.span_valid(days.date.tolist(), start=span.start, end=span.end):
        return ""
    short = {}
    for month in pd.period_range(span.start, span.end, freq="M"):
        first, last = max(month.start_time.date(), span.start), min(month.end_time.date(), span.end)
        if (last - first).days + 1 < calendar.monthrange(month.year, month.month)[1]:
            continue
        there = int(((days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))).sum())
        if there < (MIN_DAYS_OF_FEBRUARY if month.month == 2 else MIN_DAYS_OF_MONTH):
            short[str(month)] = there
    if short:
        return reason("months_short", **short, needed=MIN_DAYS_OF_MONTH)
    if span.is_year and span.is_complete:
        return reason("year_short", n=len(days), needed=MIN_DAYS_OF_YEAR)
    return reason("coverage", n=len(days), expected=span.n_days)


def _previous(before: pd.Series | None, coverage: float) -> float:
    """Value of the same days of the year before, where both years have enough of them."""
    if before is None or min(coverage, before["coverage_pct"]) < LEAST_COMPARED_PCT:
        return np.nan
    return float(before["value_published"])


def _history(record: Indicator, seen: Seen, span: Span) -> pd.DataFrame:
    """Whole years that satisfy the standard and can be compared with the span, oldest first."""
    asked, annual = record.measure, seen.annual
    rows = annual[
        (annual["pollutant"] == asked.pollutant)
        & (annual["statistic"] == asked.of)
        & annual["is_complete"].astype(bool)
        & annual["is_valid"].astype(bool)
        & annual["value"].notna()
        & (annual["year"] <= span.end.year)
    ]
    since = comparable_since([asked.pollutant] if asked.pollutant else air.POLLUTANTS, span.end)
    years = [
        year
        for year in rows["year"]
        if (since is None or pd.Timestamp(year, 1, 1) >= since)
        and (asked.by != "air_days" or not items_lacking(seen.days, whole_year(year)))
    ]
    kept = rows[rows["year"].isin(years)]
    return pd.DataFrame(
        {"end": [date(year, 12, 31) for year in kept["year"]], "value": kept["value"].astype("float64")}
    ).reset_index(drop=True)


def edition_histories(seen: Seen) -> pd.DataFrame:
    """Counts and shares of days of the years that can be compared, under each edition of HJ 633 alone.

    Returns
    -------
    ``indicator_id, edition, year, value``: what a target of a later year is held against, whose edition may not be that
    of the years known.
    """
    table = seen.every_edition
    parts = [pd.DataFrame(columns=["indicator_id", "edition", "year", "value"])]
    for record in registry.indicators_of(seen.context.city.slug).values():
        if record.measure is not None and record.measure.by == "air_days":
            years = {end.year for end in _history(record, seen, seen.spans[0])["end"]}
            own = table[(table["statistic"] == record.measure.of) & table["year"].isin(years)]
            own = own[own["edition"].isin(_EDITIONS)].drop_duplicates(["edition", "year"])
            parts.append(own.assign(indicator_id=record.id)[[*parts[0].columns]])
    return pd.concat(parts, ignore_index=True)


def _trend(record: Indicator, seen: Seen) -> Trend | None:
    series = monthly_series(record, seen.days)
    return None if series is None else trend(recent_months(series, seen.context), kind="monthly")


def monthly_series(record: Indicator, days: AirDays) -> pd.Series | None:
    """Monthly values whose trend is told; None for statistics without."""
    if record.measure.of == "mean":
        return monthly_means(days, record.measure.pollutant)
    return monthly_good_share(days) if record.measure.of == "good_ratio" else None


def recent_months(series: pd.Series, context: Context) -> pd.Series:
    """The last ten years of a monthly series, up to the day of the report."""
    first = pd.Timestamp(context.as_of.year - TREND_YEARS, context.as_of.month, 1)
    return series[series.index > first]


def _rests_on(seen: Seen, span: Span, has_previous: bool, has_past: bool, record: Indicator) -> set[str]:
    """Files behind a value: of its span, of the year before where it is compared, of all years where they are used."""
    pollutants = (record.measure.pollutant,) if record.measure.pollutant else air.POLLUTANTS
    spans = [span, *([span.year_before()] if has_previous else [])]
    if has_past:
        since = comparable_since(pollutants, span.end)
        spans.append(Span(date(1900, 1, 1) if since is None else since.date(), span.end, False, True))
    return set().union(*(seen.days.files_of(one, pollutants) for one in spans))


def _caveats(record: Indicator, seen: Seen, span: Span, why: str, found: Trend | None) -> list[str]:
    """Ids of the caveats that hold for this very value."""
    days, told = seen.days, []
    if "dust_by_list" in registry.caveats_of(record.id, seen.context.city.slug) and days.has_dust_list:
        told.append("dust_deducted")
    code, *named = why.split("|")
    if code == "items_missing":
        told.append("ozone_missing" if named == ["O3"] else "incomplete_items")
    elif why:
        told.append("missing_days")
    if air.aqi_edition(span.end) == "2026":
        told.append("edition_change_2026")
    if found is not None and found.status == "ok" and record.measure.of == "mean":
        told.append("reference_state_2018")
    if span.holds(days.third_party).any():
        told.append("third_party_daily")
    return told
