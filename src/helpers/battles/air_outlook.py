"""How the year of an air indicator may end: the days it is drawn from, how well that has done, and what the rest may bear."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date

import pandas as pd

from cnstandards import air
from helpers import registry
from helpers.battles.air_days import AirDays
from helpers.battles.assess import reason
from helpers.battles.context import Context
from helpers.battles.judgement import LIKELIHOOD_FLOORS, likelihood_band
from helpers.battles.spans import Span
from helpers.registry import Indicator
from helpers.statistics.backtest import judge, run_backtest
from helpers.statistics.forecast import MINIMUM_DAYS, MINIMUM_YEARS, Outcome, year_outcome

_WORDS = ["indicator_id", "band", "n", "said_pct", "came_true_pct"]


def comparable_since(pollutants: Iterable[str], day: date) -> pd.Timestamp | None:
    """First day whose values can be set beside those of a day: particles changed their reference state and stay so."""
    change = air.reference_state_break().date
    return pd.Timestamp(change) if day >= change and set(pollutants) & set(air.PARTICLES) else None


def year_end(record: Indicator, days: AirDays, span: Span, context: Context) -> Outcome | None:
    """Distribution of the year's final value; None for indicators whose year is not drawn."""
    if not record.measure.forecast:
        return None
    return year_outcome(
        daily_values(days, record, span.end),
        statistic=record.measure.forecast,
        year=span.end.year,
        as_of=span.end,
        decimals=day_decimals(record),
        seed=context.seed,
    )


def day_decimals(record: Indicator) -> int:
    """Published decimals of a day of an indicator."""
    return air.decimals_of(record.measure.pollutant) if record.measure.pollutant else 0


def daily_values(days: AirDays, record: Indicator, day: date) -> pd.DataFrame:
    """Daily values a year's statistic is formed from: of a pollutant, or the index in force of the days that count.

    All are stated as those of ``day`` are: gases are converted, particles of another reference state are left out.

    Returns
    -------
    ``date, value``; days without a value are left out.
    """
    pollutant = record.measure.pollutant
    if pollutant:
        values = days.series(pollutant).rename("value").reset_index()
    else:
        values = days.counted("in_force").rename(columns={"aqi": "value"})[["date", "value"]]
    since = comparable_since([pollutant] if pollutant else air.POLLUTANTS, day)
    if since is not None:
        values = values[values["date"] >= since]
    elif pollutant and day >= air.reference_state_break().date:
        values = air.convert_reference_state(values.assign(pollutant=pollutant))[["date", "value"]]
    return values.reset_index(drop=True)


def why_none(outcome: Outcome | None) -> str:
    """Why the year cannot be drawn."""
    if outcome is None or outcome.status == "ok":
        return ""
    most = outcome.n_valid + outcome.n_left
    if most < MINIMUM_DAYS:
        return reason("year_lost", most=most, needed=MINIMUM_DAYS)
    return reason("few_years", n=len(outcome.source_years), needed=MINIMUM_YEARS)


def budget(record: Indicator, days: AirDays, span: Span) -> Callable[[float], float] | None:
    """What the days left of the year may bear and still meet a target: days, or the mean of the days left."""
    n_left = (date(span.end.year, 12, 31) - span.end).days
    if record.measure.of in ("good_ratio", "heavy_ratio"):
        index = days.counted("in_force", span)["aqi"]
        n_bad, n_heavy = (int((index > air.highest_index(level)).sum()) for level in (2, 4))
        if record.measure.of == "good_ratio":
            return lambda target: air.remaining_bad_days(
                n_bad=n_bad, n_valid=len(index), n_left=n_left, target_pct=target
            )
        return lambda target: air.remaining_heavy_days(
            n_heavy=n_heavy, n_valid=len(index), n_left=n_left, target_pct=target
        )
    if record.measure.of != "mean":
        return None
    values = days.series(record.measure.pollutant, span)
    return lambda target: (
        air.mean_allowed(float(values.sum()), n_so_far=len(values), n_left=n_left, target=target).mean_left
    )


def forecasts_tested(days: AirDays, context: Context) -> dict[str, pd.DataFrame]:
    """Forecasts that would have been made at every month's end of earlier years, for each target that is forecast.

    Returns
    -------
    Indicator → rows of :func:`helpers.statistics.backtest.run_backtest`; none for one that cannot be tested yet.
    """
    found = {}
    for record in registry.indicators_of(context.city.slug).values():
        targets = context.plan.targets_for(record.id)
        if record.measure is None or not record.measure.forecast or not targets:
            continue
        tested = run_backtest(
            daily_values(days, record, context.as_of),
            statistic=record.measure.forecast,
            decimals=day_decimals(record),
            target=targets[0].value,
            operator=targets[0].operator,
            seed=context.seed,
        )
        if not tested.empty:
            found[record.id] = tested
    return found


def backtest_tables(tested: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """How the forecast would have done, and what became of each word it said.

    Parameters
    ----------
    tested
        Of :func:`forecasts_tested`.

    Returns
    -------
    ``backtest``: ``indicator_id, n, n_years, coverage80_pct, coverage95_pct, crps, crps_last_year, crps_climatology, brier,
    beats_naive, may_tell, withheld`` (why not); scores in the unit of the indicator. ``backtest_words``: of each word for a
    likelihood that was said, ``indicator_id, band, n`` (times), ``said_pct`` (mean likelihood) and ``came_true_pct``: a word
    is worth what became of it.
    """
    rows, words = [], [pd.DataFrame(columns=_WORDS)]
    for name, rows_of in tested.items():
        verdict = asdict(judge(rows_of))
        del verdict["reliability"]
        rows.append({"indicator_id": name} | verdict)
        words.append(words_come_true(rows_of).assign(indicator_id=name)[_WORDS])
    told = pd.concat([part for part in words if len(part)], ignore_index=True) if rows else words[0]
    return {"backtest": pd.DataFrame(rows), "backtest_words": told}


def words_come_true(tested: pd.DataFrame) -> pd.DataFrame:
    """Sum a backtest up by the words its likelihoods are told in, the likeliest first.

    Parameters
    ----------
    tested
        Of :func:`helpers.statistics.backtest.run_backtest`: ``likelihood`` (0 to 1), ``happened``.

    Returns
    -------
    ``band`` (of :func:`helpers.battles.judgement.likelihood_band`), ``n, said_pct, came_true_pct``; a word that was never
    said has no row.

    Examples
    --------
    >>> said = pd.DataFrame({"likelihood": [0.95, 0.7, 0.8], "happened": [True, True, False]})
    >>> words_come_true(said)["came_true_pct"].tolist()
    [100.0, 50.0]
    """
    bands = tested["likelihood"].map(likelihood_band)
    groups = tested.assign(band=bands).groupby("band")
    table = pd.DataFrame(
        {
            "n": groups.size(),
            "said_pct": 100 * groups["likelihood"].mean(),
            "came_true_pct": 100 * groups["happened"].mean(),
        }
    )
    order = [*LIKELIHOOD_FLOORS, "very_unlikely"]
    return table.reindex([band for band in order if band in table.index]).rename_axis("band").reset_index()
