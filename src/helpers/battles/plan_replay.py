"""What the suite would have said of a target whose day has come, with only the days up to each month's end.

A replay (回算) is a calculation of today, no statement that was published: :mod:`helpers.battles.plan_record` keeps the two
apart. It reads the values as they are known today, cut at the day; revisions since then are not undone. Only the air is
replayed: its year is drawn from days that can be cut. The classes of water are drawn too, but which sections and networks
counted on a day is known only for the report's own day, so water is left out, and so is what departments report once a year.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import pandas as pd

from helpers import registry
from helpers.battles.air_measures import LEAST_TOLD_PCT, Seen, items_lacking
from helpers.battles.air_outlook import comparable_since, daily_values, day_decimals
from helpers.battles.assess import years_of
from helpers.battles.context import Context
from helpers.battles.proposed import ahead_of
from helpers.battles.shapes import kinds, shape
from helpers.battles.spans import Span, whole_year
from helpers.registry import Indicator, Target
from helpers.standards import air
from helpers.statistics.backtest import judge
from helpers.statistics.forecast import Outcome, year_outcome
from helpers.statistics.years_ahead import YearsAhead

REPLAY = kinds(
    "datetime64[s] as_of; str target_id indicator_id unit target_operator; float64 target_value; int64 year;"
    "float64 likelihood forecast forecast_low forecast_high value; str source_ids"
)


def replay(seen: Seen, values: pd.DataFrame, histories: pd.DataFrame) -> pd.DataFrame:
    """Say again what was to be said of every target of the plan that is due and whose year can be drawn.

    Parameters
    ----------
    seen
        Days and question; of the days after each replayed day none is read.
    values
        Whole years by indicator, of :func:`helpers.battles.blue_sky.annual_values`: what came.
    histories
        Whole years that can be compared, of :func:`helpers.battles.assess.histories`.

    Returns
    -------
    One row a target and day, in the order of the plan, the days being the last of each month from December of the year before
    to November, told from the days up to it; and the ends of the two years before those, told from whole years alone
    (:func:`helpers.statistics.years_ahead.years_ahead`): ``as_of, target_id, indicator_id, unit, target_operator, target_value, year``; ``likelihood`` (0 to 1),
    ``forecast`` (median) and its 80 % interval ``forecast_low, forecast_high``; ``value``, the statistic of the year as
    published, NaN where the year is not valid or lacks items, so that nothing is judged; ``source_ids``, the files behind both. A day on which nothing would have been
    told (too few days, an index that lacks items, a forecast that did no better than guessing in the years before) has no row.
    """
    context, known = seen.context, registry.indicators_of(seen.context.city.slug)
    rows: list[dict[str, object]] = []
    for target in due(context):
        record = known.get(target.indicator)
        if record is None or record.measure is None or not record.measure.forecast:
            continue
        if target.year is None or target.target_date != date(target.year, 12, 31):
            continue
        came, files = _came(seen, values, record, target.year), _files(seen, record, target.year)
        told = [*_years_before(histories, record, target)]
        told += _told(seen, record, target) if _is_trusted(seen, record, target.year) else ()
        rows += (
            target.fields | {"year": target.year, "value": came, "source_ids": files} | one for one in told
        )
    return shape(rows, REPLAY)


def due(context: Context) -> list[Target]:
    """Targets of the plan judged by a number whose day has come."""
    return [
        one
        for one in context.plan.targets
        if one.judged and one.value is not None and one.target_date and one.target_date <= context.as_of
    ]


def _is_trusted(seen: Seen, record: Indicator, year: int) -> bool:
    """Whether forecasts of the years before the target's did better than guessing, as far as they could be tested."""
    tested = seen.tested.get(record.id)
    before = None if tested is None else tested[tested["year"] < year]
    return before is None or before.empty or not judge(before).withheld.startswith("no_better")


def _came(seen: Seen, values: pd.DataFrame, record: Indicator, year: int) -> float:
    """The published statistic of a year that may be judged; else NaN."""
    own = values[(values["indicator_id"] == record.id) & (values["year"] == year)]
    is_judged = len(own) and own["is_valid"].iloc[0] and not _lacks(seen, record, whole_year(year))
    return float(own["value"].iloc[0]) if is_judged else math.nan


def _files(seen: Seen, record: Indicator, year: int) -> str:
    """Files of the days behind the forecasts and the value."""
    items = (record.measure.pollutant,) if record.measure.pollutant else air.POLLUTANTS
    since = comparable_since(items, date(year, 12, 31))
    first = date(1900, 1, 1) if since is None else since.date()
    return ";".join(sorted(seen.days.files_of(Span(first, date(year, 12, 31), False, True), items)))


def _years_before(histories: pd.DataFrame, record: Indicator, target: Target) -> Iterator[dict[str, object]]:
    """What the whole years up to the end of a year told of the target, two and three years ahead; nothing without that year."""
    for last in (target.year - 3, target.year - 2):
        known = years_of(histories, record, target.target_date).loc[:last]
        if known.empty or known.index[-1] != last:
            continue
        found = ahead_of(known, record, target.year)
        if found.status == "ok":
            chance = found.likelihood(target.value, target.operator)[0]
            yield _statement(date(last, 12, 31), chance, found)


def _statement(day: date, likelihood: float, found: Outcome | YearsAhead) -> dict[str, object]:
    interval = {"forecast": found.median, "forecast_low": found.low80, "forecast_high": found.high80}
    return {"as_of": day, "likelihood": likelihood, **interval}


def _told(seen: Seen, record: Indicator, target: Target) -> Iterator[dict[str, object]]:
    for day in month_ends(target.year):
        outcome = year_outcome(
            daily_values(seen.days, record, day),
            statistic=record.measure.forecast,
            year=target.year,
            as_of=day,
            target=target.value,
            operator=target.operator,
            decimals=day_decimals(record),
            seed=seen.context.seed,
        )
        if outcome.status == "ok" and _is_told(seen, record, target.year, day, outcome.n_valid):
            yield _statement(day, outcome.likelihood, outcome)


def month_ends(year: int) -> Iterable[date]:
    """Last days of the months that leave something open of a year: from December of the year before to November."""
    return (date(year, month, 1) - timedelta(days=1) for month in range(1, 13))


def _is_told(seen: Seen, record: Indicator, year: int, day: date, n_valid: int) -> bool:
    """Whether enough of the year's days up to then are there, as of a page of that day; before its first nothing is asked."""
    first = date(year, 1, 1)
    if day < first:
        return True
    is_enough = 100 * n_valid / ((day - first).days + 1) >= LEAST_TOLD_PCT
    return is_enough and not _lacks(seen, record, Span(first, day, True, False))


def _lacks(seen: Seen, record: Indicator, span: Span) -> bool:
    return record.measure.by == "air_days" and bool(items_lacking(seen.days, span))
